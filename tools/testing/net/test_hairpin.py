# SPDX-License-Identifier: GPL-2.0
"""Hosts of one link that are off-link to each other, by way of the router (spec G5).

   h1 eth0 --- p1 [ br0, ports isolated ] rport --- DEV r
   h2 eth0 --- p2 [                     ]
"""
import re

import pytest

from lib import pkt
from lib.lab import LL, Lab
from lib.netns import Namespace, free_name
from lib.wire import Port

H1, H2 = "2001:db8:1::a1", "2001:db8:1::a2"
LINKS = ("up0", "down0")


def answered(ns, addr, count):
    """How many echo requests are answered."""
    done = ns.run("ping", "-6", "-n", f"-c{count}", "-i0.2", "-W5", addr)
    return int(re.search(r"(\d+) received", done.stdout).group(1))


class Isolated:
    """Two hosts with /128 addresses behind isolated ports of a bridge on a router's link."""

    def __init__(self, lab, dev):
        far = lab.hosts["uh" if dev == "up0" else "dh"]
        far.sysctl("ipv6.conf.all.disable_ipv6", 1)
        far.ip("link add br0 type bridge mcast_snooping 0", "link set eth0 master br0",
               "link set br0 up")
        self.hosts = []
        for number, addr in enumerate((H1, H2), 1):
            host = Namespace(free_name(f"h{number}"))
            lab.hosts[host.name] = host         # gone with the lab
            host.quiet()
            far.ip(f"link add p{number} type veth peer name eth0 netns {host.name}",
                   f"link set p{number} master br0", f"link set p{number} up")
            far.sh("bridge", "link", "set", "dev", f"p{number}", "isolated", "on")
            host.up("eth0")
            host.ip(f"addr add {addr}/128 dev eth0 nodad",
                    f"route add default via {LL[dev]} dev eth0")
            Lab.wait_listening(host, addr)
            self.hosts.append(host)
        self.lab = lab


@pytest.fixture(params=LINKS)
def isolated(make_lab, request):
    """Upstream, and downstream."""
    return Isolated(make_lab(LINKS, hosts=(request.param,)), request.param)


@pytest.mark.core
@pytest.mark.every
def test_nd_g5_off_link_neighbours_ping_cold(isolated):
    """Nobody knows anybody: the first request is answered, and none is lost; then the other way."""
    h1, h2 = isolated.hosts
    port = Port(h1, "eth0", "h1")
    # What a Redirect tells cannot be done here, as with any router: the ports are isolated.
    for host in isolated.hosts:
        host.sysctl("ipv6.conf.eth0.accept_redirects", 0)
    assert answered(h1, H2, 8) == 8
    assert answered(h2, H1, 8) == 8
    port.expect(lambda f: f.type == pkt.REDIRECT, what="the kernel's Redirect")
    port.close()
    stats = [isolated.lab.tool.drops(dev) for dev in LINKS]
    assert all("same-link" not in x for x in stats), stats


def test_nd_g5_other_way_cold(isolated):
    h1, h2 = isolated.hosts
    for host in (h1, h2):
        host.sysctl("ipv6.conf.eth0.accept_redirects", 0)
    assert answered(h2, H1, 1) == 1


def test_nd_g5_nobody_there_is_unreachable(isolated):
    """The router asks on the link, too, and says in the end that nobody is there."""
    done = isolated.hosts[0].run("ping", "-6", "-n", "-c1", "-W8", "2001:db8:1::dead")
    assert "unreachable" in done.stdout, done.stdout
