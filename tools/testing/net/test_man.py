# SPDX-License-Identifier: GPL-2.0
"""The manual page's examples and the README's quick start do what they promise (control.md).

   uh (2001:db8:1::10) ---- uplink [ r ] downlink ---- dh0 (2001:db8:1::20)
                                        downlink ---- dh1 (2001:db8:1::21) ...

Devices have the names that the example uses; a bridge has one port, with the
host behind it. What is typed is read from the documents themselves.
"""
import os
import re
import tempfile

import pytest

from lib import pkt
from lib.lab import Lab
from lib.netns import Namespace, free_name
from lib.tool import PATH, Tool
from lib.wait import wait_for
from lib.wire import Port

TOP = os.environ["NDPROXY_TOP"]
MANUAL = os.path.join(TOP, "Documentation/man/ndproxy.8")
README = os.path.join(TOP, "README.md")
ENV = dict(os.environ, PATH=os.path.dirname(PATH) + ":" + os.environ["PATH"])
PFX = "2001:db8:1::/64"
UH = "2001:db8:1::10"
ROUTER_MAC = "02:00:00:00:ee:01"

# Heading of the example: (uplink, downlinks, which are bridges)
EXAMPLES = {
    "A virtual server with one on-link /64, and containers":
        ("ens3", ("ct0",), True),
    "A home router behind a router": ("wan0", ("lan0",), False),
    "A Wi-Fi uplink": ("wlan0", ("eth0",), False),
    "An LXC or Incus bridge": ("eth0", ("incusbr0",), True),
    "A lab with several downstream links":
        ("up0", ("lab1", "lab2", "lab3"), False),
}


def plain(text):
    """A line of the manual page as it is read."""
    return re.sub(r"\\f.", "", text).replace("\\-", "-").replace(
        "\\(dq", '"').replace("\\\\", "\\")


def examples():
    """{heading: commands} of the manual page's examples."""
    with open(MANUAL, encoding="utf-8") as f:
        text = f.read().split(".SH EXAMPLES\n")[1].split("\n.SH ")[0]
    found = {}
    for part in text.split("\n.SS ")[1:]:
        heading, body = part.split("\n", 1)
        blocks = re.findall(r"\.nf\n(.*?)\n\.fi", body, re.S)
        found[plain(heading)] = [
            plain(line.removeprefix(".B ")) for block in blocks
            for line in block.splitlines()]
    return found


def quick_start():
    """The commands of the README's quick start."""
    with open(README, encoding="utf-8") as f:
        part = f.read().split("\n## Quick start")[1].split("\n## ")[0]
    block = re.search(r"\n((?:    \S.*\n)+)", part).group(1)
    return [line.strip() for line in block.splitlines()]


class Router:
    """A router whose devices have the names of an example."""

    def __init__(self, up, downs, bridges):
        self.r, self.hosts = Namespace(free_name("r")), []
        self.tool = Tool(self.r)
        self.uh = self._host(up, UH)
        self.dh = [self._host(dev, f"2001:db8:1::{0x20 + i:x}", bridges)
                   for i, dev in enumerate(downs)]
        self.r.ip(f"addr add 2001:db8:1::1/64 dev {up} nodad")
        self.downs = downs

    def _host(self, dev, addr, bridge=False):
        """A host behind a device, or behind the port of a bridge."""
        host = Namespace(free_name("h"))
        self.hosts.append(host)
        port = f"p{dev}" if bridge else dev
        lines = [f"link add {port} type veth peer name eth0 netns {host.name}"]
        if bridge:
            lines += [f"link add {dev} type bridge", f"link set {dev} up",
                      f"link set {port} master {dev}"]
        self.r.ip(*lines, f"link set {port} up")
        host.sysctl("ipv6.conf.eth0.accept_ra", 0)
        host.up("eth0")
        Lab.give(host, addr)
        return host

    def close(self):
        """Take all down."""
        for ns in [self.r] + self.hosts:
            ns.delete()


def settled(router):
    """No link-local address is tentative."""
    for ns in [router.r] + router.hosts:
        wait_for(lambda ns=ns: not [
            x for x in ns.read("/proc/net/if_inet6").splitlines()
            if int(x.split()[4], 16) & 0x40], f"{ns.name} settled")


def default_by_ra(router, up):
    """The upstream host advertises itself; the router takes a default route from that."""
    router.r.sysctl("ipv6.conf.all.forwarding", 0)
    port = Port(router.uh, "eth0", up)
    port.send(pkt.ra(ROUTER_MAC, "2001:db8:2::/64", lifetime=1800))
    port.close()
    wait_for(lambda: has_default_by_ra(router), "a default route by RA")


def has_default_by_ra(router):
    """Does the router have a default route that came from a Router Advertisement?"""
    return "proto ra" in router.r.sh("ip", "-6", "route", "show", "default")


def type_in(router, lines, each=lambda line: None):
    """Type the commands, one by one, and look at something after each."""
    for line in lines:
        done = router.r.run("sh", "-c", line, env=ENV)
        assert done.returncode == 0, f"{line}: {done.stdout} {done.stderr}"
        if line == "ndproxy show":
            assert "upstream" in done.stdout and "downstream" in done.stdout
        each(line)


def works(router):
    """Every host reaches every other, at the first echo request."""
    router.tool.wait_prefix(PFX, next(
        x["ifname"] for x in router.tool.json("link", "show")
        if x["role"] == "upstream"))
    pairs = [(router.uh, 0x20 + i) for i in range(len(router.downs))]
    pairs += [(dh, 0x10) for dh in router.dh]
    pairs += [(router.dh[0], 0x20 + i) for i in range(1, len(router.dh))]
    for host, to in pairs:
        done = host.run("ping", "-c", "1", "-W", "5", f"2001:db8:1::{to:x}")
        assert done.returncode == 0, f"{host.name} to ::{to:x}: {done.stdout}"
    done = router.tool.run("check")
    assert done.returncode == 0, done.stdout


@pytest.fixture
def make_router():
    """Routers, closed after the test."""
    routers = []

    def make(*args):
        routers.append(Router(*args))
        settled(routers[-1])
        return routers[-1]
    yield make
    for router in routers:
        router.close()


def test_control_man_every_example_is_tried():
    assert set(examples()) - {"Questions"} == set(EXAMPLES)


@pytest.mark.parametrize("heading", EXAMPLES)
def test_control_man_example(make_router, heading):
    router = make_router(*EXAMPLES[heading])
    lines = examples()[heading]
    assert any(x.startswith("ndproxy link set") for x in lines)
    type_in(router, lines)
    works(router)


def test_control_readme_quick_start(make_router):
    router = make_router("eth0", ("br0",), True)
    type_in(router, quick_start())
    works(router)


def heard(router, told):
    """Has the monitor told of a route that comes and goes here?"""
    router.r.ip("route add blackhole 2001:db8:f::/64", "route del blackhole 2001:db8:f::/64")
    return "2001:db8:f::" in open(told.name, encoding="utf-8").read()


def keeps_default(router, up, lines):
    """No line takes the default route by RA away, not for a moment either."""
    default_by_ra(router, up)

    def look(line):
        assert has_default_by_ra(router), f"the default route has gone: {line}"
    with tempfile.NamedTemporaryFile("r", encoding="utf-8") as told:
        watch = router.r.popen("ip", "-6", "monitor", "route", stdout=open(told.name, "w"))
        try:
            wait_for(lambda: heard(router, told), "the monitor listens")
            type_in(router, lines, look)
            wait_for(lambda: heard(router, told), "the monitor still listens")
        finally:
            watch.kill()
            watch.wait()
        assert "Deleted default" not in told.read()


@pytest.mark.parametrize("heading", EXAMPLES)
def test_use_3_man_example_keeps_the_default_route(make_router, heading):
    up = EXAMPLES[heading][0]
    keeps_default(make_router(*EXAMPLES[heading]), up, examples()[heading])


def test_use_3_readme_quick_start_keeps_the_default_route(make_router):
    keeps_default(make_router("eth0", ("br0",), True), "eth0", quick_start())


def test_control_man_questions(make_router):
    router = make_router("eth0", ("br0",), True)
    type_in(router, quick_start())
    works(router)
    lines = examples()["Questions"]
    assert '"reachable"' in router.r.run(
        "sh", "-c", lines[0].replace("ndproxy ", "ndproxy -j "),
        env=ENV).stdout
    assert lines[1].split(" | ")[0] == "ndproxy -j -t monitor"
    done = router.r.run("jq", lines[1].split("'")[1], input='{"event": '
                        '"host-moved"} {"event": "limit"}')
    assert done.returncode == 0 and done.stdout.count("event") == 1
