# SPDX-License-Identifier: GPL-2.0
"""A switch that snoops MLD and asks: a Linux bridge in a namespace of its own, or a router's own."""
import itertools
import json

from . import pkt
from .lab import HOSTS
from .netns import Namespace, free_name
from .wait import wait_for
from .wire import Port

# It counts as a querier only with a valid link-local address, and filters only when the answers to
# its first query are over: all of it within some seconds here.
SNOOPS = ("forward_delay 0 mcast_snooping 1 mcast_querier 1 mcast_mld_version 2 "
          "mcast_query_response_interval 100 mcast_startup_query_count 10 "
          "mcast_startup_query_interval 100 mcast_query_interval 12500 "
          "mcast_membership_interval 26000")
SPY_MAC = "02:00:00:00:5b:01"
SPY = pkt.lladdr(SPY_MAC)


_serial = itertools.count(1)


def passes(ear, mouth):
    """Does a solicitation for a target that nobody reported come from port to port?

    None: nothing does. What goes to all nodes passes all switches: when it is there, the
    solicitation before it would be.
    """
    target = f"2001:db8:99::77:{next(_serial):x}"       # not proxied: nobody is to learn it
    mouth.send(pkt.ns(SPY_MAC, SPY, target), pkt.na(SPY_MAC, SPY, target, s=0))
    try:
        ear.expect(pkt.is_na(target), 1)
    except AssertionError:
        return None
    return bool(ear.poll(pkt.is_ns(target)))


class Switch:
    """Between a router's link and the host at its other end:

       r DEV --- rport [ br0 ] hport --- eth0 host
    """

    def __init__(self, lab, dev, options=SNOOPS):
        self.lab, self.dev = lab, dev
        self.host = lab.hosts[HOSTS[dev]]
        self.ns = Namespace(free_name("sw"))
        lab.hosts[self.ns.name] = self.ns       # gone with the lab
        self.ns.sysctl("ipv6.conf.default.accept_dad", 0)
        self.host.ip(f"link set eth0 netns {self.ns.name} name rport",
                     f"link add eth0 type veth peer name hport netns {self.ns.name}")
        self.ns.ip(f"link add br0 type bridge {options}",
                   "link set rport master br0", "link set hport master br0",
                   "link set rport up", "link set hport up", "link set br0 up")
        self.host.up("eth0")
        wait_for(lambda: "fe80" in self.host.read("/proc/net/if_inet6"), "host up")

    def _passes(self):
        """Does a solicitation for a target that nobody reported come through? None: nothing does."""
        ear, mouth = Port(self.lab.r, self.dev), Port(self.host, "eth0")
        try:
            return passes(ear, mouth)
        finally:
            ear.close()
            mouth.close()

    def warm_up(self):
        """Wait until it filters, and prove it."""
        wait_for(lambda: self._passes() is False, "the switch filters", 30, 0.5)
        assert self._passes() is False, "the switch does not filter"

    def lets_pass(self):
        """The opposite of what warm_up() proves, at this moment."""
        return self._passes() is True

    def mdb(self):
        """The groups that the router reported."""
        return groups(self.ns, "br0", "rport")

    def show(self):
        """`bridge mdb`, for the report."""
        return self.ns.sh("bridge", "-d", "mdb", "show")

    def wait_group(self, addr):
        """Wait until the router reported the solicited-node group of an address."""
        wait_for(lambda: pkt.snm(addr) in self.mdb(), f"{pkt.snm(addr)} in {self.mdb()}")


def groups(ns, bridge, port):
    """The groups in a bridge's database that a port, or the bridge itself, is a member of."""
    found = json.loads(ns.sh("bridge", "-j", "mdb", "show", "dev", bridge))
    return {e["grp"] for e in found[0].get("mdb", ()) if e.get("port") == port}
