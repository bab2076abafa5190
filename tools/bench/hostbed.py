# SPDX-License-Identifier: GPL-2.0
"""The bed with whole hosts at both ends, for what a user would notice.

    namespace uh: uh0 --[ namespace sw: bridge, snooping ]-- up0 :namespace r: down0 ----- dh0 :namespace dh

The bridge is there on request only. uh has an address of the prefix, on-link; the hosts of dh have one
address each and a default route by the router, which is what the daemons' own manuals set up.
"""

import subprocess

from bed import Bed, address, run
from contestants import wait_for

# low 32 bits of the live hosts' addresses: solicited-node groups that no address of the router shares
LIVE_FIRST = 0x80a1b201
UPSTREAM_HOST = "2001:db8:1::2"
UNREPORTED = "ff02::1:ff77:7777"        # a solicited-node group that nobody is in
HOSTS_ROUTE = "2001:db8:1::8000:0/97"


class HostBed(Bed):
    """A Bed in which uh and dh speak IPv6; contestants start on it as on any other."""

    NAMESPACES = ("uh", "sw", "r", "dh")

    def __init__(self, programs, live, operator_routes, switch=False):
        super().__init__(programs)
        self.live = live
        self.operator_routes = operator_routes
        self.switch = switch

    def _veth(self, one, one_dev, two, two_dev):
        for name, dev in ((one, one_dev), (two, two_dev)):
            self.sysctl(name, conf__default__accept_dad=0, conf__default__router_solicitations=0)
        run("ip", "-n", self.ns(one), "link", "add", one_dev, "type", "veth",
            "peer", "name", two_dev, "netns", self.ns(two))
        for name, dev in ((one, one_dev), (two, two_dev)):
            run("ip", "-n", self.ns(name), "link", "set", dev, "up")

    def wire(self, end, end_dev, far, far_dev, router=True):
        """One veth, or two and the bridge between; both ends with a whole stack."""
        if not (self.switch and end == "uh"):
            self._veth(end, end_dev, far, far_dev)
            return
        self._bridge()
        for host, dev, port in ((end, end_dev, "p0"), (far, far_dev, "p1")):
            self._veth(host, dev, "sw", port)
            run("ip", "-n", self.ns("sw"), "link", "set", port, "master", "br0")

    def _bridge(self):
        """It is a querier once it has an address, and filters once its start-up queries are over."""
        sw = self.ns("sw")
        self.sysctl("sw", conf__default__accept_dad=0)
        run("ip", "-n", sw, "link", "add", "br0", "type", "bridge", "mcast_snooping", "1",
            "mcast_querier", "1", "mcast_mld_version", "2", "mcast_startup_query_count", "10",
            "mcast_startup_query_interval", "300", "mcast_query_interval", "12500")
        run("ip", "-n", sw, "link", "set", "br0", "up")

    def router(self):
        super().router()
        for name in ("uh", "dh"):
            wait_for(lambda name=name: "fe80" in self.inside(name, "cat", "/proc/net/if_inet6"),
                     f"{name} has a link-local address")
        run("ip", "-n", self.ns("uh"), "addr", "add", f"{UPSTREAM_HOST}/64", "dev", "uh0", "nodad")
        # Where the module is not, the way to the hosts is the operator's to know.
        if self.operator_routes:
            run("ip", "-n", self.ns("r"), "route", "add", HOSTS_ROUTE, "dev", "down0")

    def responder(self, dev="dh0", name="dh"):
        """The live hosts: addresses of a real stack."""
        gateway = self.inside("r", "ip", "-br", "addr", "show", "dev", "down0").split()
        gateway = next(a for a in gateway if a.startswith("fe80")).split("/")[0]
        self.batch(name, [f"route add default via {gateway} dev {dev}"])
        if not self.switch:
            self.hosts_come()

    def hosts_come(self, nodad=True):
        """The live hosts' addresses; the caller decides whether they announce themselves."""
        word = " nodad" if nodad else ""
        self.batch("dh", [f"addr add {address(n)}/128 dev dh0{word}" for n in self.live])

    def filters(self):
        """Does the bridge hold back what nobody asked for? Until it does, nothing is proven."""
        listener = self.start("r", "tcpdump", "-n", "-l", "-c", "1", "-i", "up0", "dst", UNREPORTED,
                              cpu=1)
        while "listening" not in listener.line():
            pass
        self.ping("uh", f"{UNREPORTED}%uh0", wait=1)
        heard = listener.process.poll() is not None
        listener.stop()
        return not heard

    def ping(self, name, target, wait):
        """One echo request: the round-trip time in milliseconds, None if lost."""
        done = subprocess.run(["ip", "netns", "exec", self.ns(name), "ping", "-n", "-c", "1",
                               "-W", str(wait), target], stdout=subprocess.PIPE, text=True,
                              check=False)
        for word in done.stdout.split():
            if word.startswith("time="):
                return float(word[5:])
        return None
