# SPDX-License-Identifier: GPL-2.0
"""Containers on bridges inside the uplink's /64 (spec B7, J1), with real stacks.

                                      +-- eth0 c  ... (2001:db8:1:0:b0::/80)
   uh eth0 --- up0 [ r ] br0 (bridge) +-- eth0 c1
   ::a               |
                     +-- br1 (bridge) --- eth0 e  ... (2001:db8:1:0:b1::/80)
"""
import select
import socket
import struct
import time

import pytest

from lib import pkt
from lib.lab import A, PFX
from lib.netns import Namespace, free_name
from lib.wait import wait_for
from lib.wire import Port

BR_MAC = {"br0": "02:00:00:00:b0:00", "br1": "02:00:00:00:b1:00"}
BR_LL = {dev: pkt.lladdr(mac) for dev, mac in BR_MAC.items()}
NET = {"br0": "2001:db8:1:0:b0:", "br1": "2001:db8:1:0:b1:"}


def addr_of(bridge, number):
    """The address of a bridge's container."""
    return f"{NET[bridge]}:{number + 16:x}"


def echo(ns, *addrs, wait=4):
    """One echo request to each address; which of them were not answered."""
    with ns:
        sock = socket.socket(socket.AF_INET6, socket.SOCK_RAW,
                             socket.IPPROTO_ICMPV6)
    left = {pkt.pton(x): x for x in addrs}
    with sock:
        sock.setsockopt(socket.SOL_SOCKET, 33, 8 << 20)
        for seq, addr in enumerate(addrs):
            sock.sendto(struct.pack("!BBHHH", 128, 0, 0, 77, seq), (addr, 0))
        end = time.monotonic() + wait
        while left and time.monotonic() < end:
            if not select.select([sock], [], [], 0.2)[0]:
                continue
            data, peer = sock.recvfrom(2048)
            if data[0] == 129:
                left.pop(pkt.pton(peer[0]), None)
    return sorted(left.values())


class Site:
    """A router with an uplink and two bridges of containers."""

    def __init__(self, lab, number, plen, own):
        self.lab = lab
        self.spaces = []
        self.hosts = {"br0": [], "br1": []}
        for dev, mac in BR_MAC.items():
            lab.r.ip(f"link add {dev} address {mac} type bridge "
                     "mcast_snooping 0", f"link set {dev} up")
        lab.give(lab.uh, A)
        for dev, count in number.items():
            for i in range(count):
                self._container(dev, i, plen)
        lab.wait_addr(lab.r, *[(BR_LL[dev], dev) for dev in BR_MAC])
        if own:
            for dev in BR_MAC:
                lab.r.ip(f"addr add {NET[dev]}:1/80 dev {dev} nodad")
        lab.tool("link", "set", "up0", "role", "upstream")
        for dev in BR_MAC:
            lab.tool("link", "set", dev, "role", "downstream")
        lab.tool.wait_prefix(PFX)
        if own:
            for dev in BR_MAC:
                wait_for(lambda dev=dev: (NET[dev] + ":/80", dev) in
                         lab.tool.prefixes(), f"the prefix of {dev}")

    def _container(self, bridge, number, plen):
        ns = Namespace(free_name("c"))
        self.spaces.append(ns)
        ns.quiet()
        port = f"{bridge}p{number}"
        self.lab.r.ip(f"link add {port} type veth peer name eth0 netns "
                      f"{ns.name}", f"link set {port} master {bridge} up")
        ns.ip("link set eth0 up",
              f"addr add {addr_of(bridge, number)}/{plen} dev eth0 nodad",
              f"route add default via {BR_LL[bridge]} dev eth0")
        self.lab.wait_listening(ns, addr_of(bridge, number))
        self.hosts[bridge].append(ns)

    def addrs(self, bridge):
        """Of all containers of a bridge."""
        return [addr_of(bridge, i) for i in range(len(self.hosts[bridge]))]

    def close(self):
        """Take the containers down."""
        for ns in self.spaces:
            ns.delete()


@pytest.fixture
def make_site(make_lab):
    """A site as the test wants it."""
    sites = []

    def make(number, plen, own):
        lab = make_lab(("up0",), hosts=("up0",), roles=False)
        sites.append(Site(lab, number, plen, own))
        return sites[-1]
    yield make
    for site in sites:
        site.close()


def reaches_all(site):
    """Everybody reaches everybody with the first packet."""
    br0, br1 = site.addrs("br0"), site.addrs("br1")
    assert echo(site.lab.uh, *br0, *br1) == []
    assert echo(site.hosts["br0"][0], A, *br1, *br0[1:]) == []
    assert echo(site.hosts["br1"][0], A, *br0, *br1[1:]) == []
    assert echo(site.hosts["br0"][-1], A, br1[-1]) == []
    assert echo(site.lab.r, *br0, *br1, A) == []


@pytest.mark.core
@pytest.mark.parametrize("plen", [80, 64])
def test_nd_b7_containers(make_site, plen):
    """Bridges with a /80 of their own; containers that know it, and that know the /64 only."""
    site = make_site({"br0": 3, "br1": 2}, plen, True)
    uplink = Port(site.lab.uh, "eth0", "uh")
    reaches_all(site)
    # who is inside is looked for inside
    for addr in site.addrs("br0") + site.addrs("br1"):
        assert uplink.count(pkt.is_ns(addr)) == 0, addr
    uplink.close()
    hosts = site.lab.tool.hosts()
    for dev in BR_MAC:
        for addr in site.addrs(dev):
            assert hosts[addr]["dev"] == dev if addr in hosts else True


@pytest.mark.heavy
def test_nd_b7_fifty_containers(make_site):
    site = make_site({"br0": 50, "br1": 3}, 80, True)
    reaches_all(site)


@pytest.mark.core
def test_nd_b7_nothing_configured_but_two_roles(make_site):
    """LXC's way: bridges without any address, containers with addresses of the /64."""
    site = make_site({"br0": 3, "br1": 2}, 64, False)
    reaches_all(site)


def test_nd_b7_container_that_is_not_there(make_site):
    site = make_site({"br0": 1, "br1": 1}, 80, True)
    dead = addr_of("br0", 200)
    done = site.lab.uh.run("ping", "-6", "-n", "-c1", "-W5", dead)
    assert done.returncode != 0
    assert "Address unreachable" in done.stdout
    assert echo(site.lab.uh, *site.addrs("br0")) == []
