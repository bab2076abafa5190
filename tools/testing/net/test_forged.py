# SPDX-License-Identifier: GPL-2.0
"""Root of a network namespace forges what the kernel tells the module (spec B2).

   wire up0 --- up0 [ r ] down0 --- wire down0

Whoever has CAP_NET_ADMIN in a namespace, which any user has in one of his own, may send to the
groups and sockets of rtnetlink there. Only what the kernel sent is heard.
"""
import contextlib
import errno
import os
import socket
import struct
import time

import pytest

from lib import forge, genl, rtnl
from lib.forge import RTM_DELROUTE, RTM_NEWROUTE, Forger, attr, message, prefix, route
from lib.lab import D, D_MAC, PFX
from lib.wait import wait_for

BASE = PFX.split("/", maxsplit=1)[0]
OWN = "2001:db8:77::/64"
NEWS = "2001:db8:99::/64"
TIMES = 20


@contextlib.contextmanager
def first_of_all():
    """Nothing else runs on this processor meanwhile, and so nothing empties the queue."""
    os.sched_setscheduler(0, os.SCHED_FIFO, os.sched_param(50))
    try:
        yield
    finally:
        os.sched_setscheduler(0, os.SCHED_OTHER, os.sched_param(0))


@pytest.fixture
def forger(lab):
    """A router with a host, a learnt and a configured prefix, and one who forges."""
    lab.learn("down0", D_MAC, D)
    lab.tool("prefix", "add", OWN, "dev", "up0")
    wait_for(lambda: len(rtnl.routes(lab.r)) == 4, "routes of host and prefixes")
    one = Forger(lab.r)
    yield one
    one.close()


def state(lab):
    """What is proxied, known and routed."""
    hosts = {(x["addr"], x["dev"], x["state"], x["route"]) for x in lab.tool.json("host", "show")}
    return (sorted(lab.tool.links().items(), key=str), sorted(lab.tool.prefixes()), sorted(hosts),
            sorted(rtnl.routes(lab.r)), sorted(rtnl.marked(lab.r)),
            lab.r.sh("ip", "-6", "route", "show", "table", "all"))


def still_hears(lab):
    """What the kernel tells is heard after it, in its turn."""
    lab.r.ip(f"route add {NEWS} dev up0")
    lab.tool.wait_prefix(NEWS)
    lab.r.ip(f"route del {NEWS} dev up0")
    lab.tool.wait_prefix(NEWS, present=False)
    wait_for(lambda: not [x for x in rtnl.routes(lab.r) if NEWS in x], "routes gone")


def lengths(kind, plen, **more):
    """A forger's route to each kind of link."""
    return lambda lab: [route(kind, BASE, plen, lab.r.ifindex(dev), **more)
                        for dev in ("up0", "down0", "lo")]


def nested(data):
    """As a nexthop of a multipath route."""
    return lambda lab: [route(RTM_NEWROUTE, BASE, 64, lab.r.ifindex("up0"), proto=3,
                              more=attr(forge.RTA_MULTIPATH, data))]


HOPS = [b"", b"\0" * 3, struct.pack("=HBBi", 0, 0, 0, 1), struct.pack("=HBBi", 7, 0, 0, 2),
        struct.pack("=HBBi", 0xffff, 0, 0, 2), struct.pack("=HBBi", 12, 0, 0, 2) + b"\xff" * 4]

# name: what is sent to RTNLGRP_IPV6_ROUTE
EVENTS = {
    "own-route-deleted-255": lengths(RTM_DELROUTE, 255),
    "own-route-deleted-129": lengths(RTM_DELROUTE, 129),
    "own-route-deleted-64": lengths(RTM_DELROUTE, 64),
    "route-255": lengths(RTM_NEWROUTE, 255, proto=3),
    "route-64": lengths(RTM_NEWROUTE, 64, proto=3),
    "route-deleted-255": lengths(RTM_DELROUTE, 255, proto=3),
    "host-route-replaced": lambda lab: [route(RTM_NEWROUTE, D, 128, lab.r.ifindex("down0"),
                                              flags=forge.REPLACE)],
    "no-device": lambda lab: [route(RTM_DELROUTE, BASE, 255, x) for x in (0, -1, 1 << 30)],
    "short-address": lambda lab: [route(RTM_DELROUTE, BASE, 255, lab.r.ifindex("up0"),
                                        dst_attr=attr(forge.RTA_DST, b"\x20\x01"[:n]))
                                  for n in (0, 1, 2)],
    "long-address": lambda lab: [route(RTM_DELROUTE, BASE, 255, lab.r.ifindex("up0"),
                                       dst_attr=attr(forge.RTA_DST, b"\x20" * 64))],
    "short": lambda lab: [bytes(n) for n in range(1, 16)] +
    [message(kind, bytes(n)) for kind in (RTM_NEWROUTE, RTM_DELROUTE) for n in range(14)] +
    [message(RTM_DELROUTE, bytes(12), length=n) for n in (0, 15, 16, 17, 4096, 0xffffffff)],
    "dump-is-over": lambda lab: [message(forge.NLMSG_DONE, bytes(4)),
                                 forge.verdict(-errno.ENOBUFS, 0)],
    **{f"nexthops-{i}": nested(data) for i, data in enumerate(HOPS)},
}


@pytest.mark.parametrize("name", EVENTS)
def test_nd_b2_forged_route_events(lab, forger, name):
    before = state(lab)
    request, listen = forger.sockets()
    for data in EVENTS[name](lab) * TIMES:
        forger.multicast(data)
        for portid in (request, listen):
            if portid:
                forger.unicast(data, portid)
    still_hears(lab)
    assert state(lab) == before


@pytest.mark.parametrize("plen", [64, 129, 255])
def test_nd_b2_forged_prefixes(lab, forger, plen):
    before = state(lab)
    for index in (lab.r.ifindex("up0"), 0, -1, 1 << 30):
        for family in (10, 2, 255):
            forger.multicast(prefix(BASE, plen, index, family), forge.RTNLGRP_IPV6_PREFIX)
        forger.multicast(prefix(BASE, plen, index, dst_attr=attr(1, b"\x20")),
                         forge.RTNLGRP_IPV6_PREFIX)
    still_hears(lab)
    assert state(lab) == before


@pytest.mark.parametrize("plen", [64, 255])
def test_nd_b2_forged_events_in_the_modules_name(lab, forger, plen):
    """Who sent an event is told by the kernel, not by the event."""
    before = state(lab)
    request, listen = forger.sockets()
    assert request, "it asked for routes"
    for portid in (request, listen, 0):
        for data in lengths(RTM_DELROUTE, plen, portid=portid)(lab) * TIMES:
            forger.multicast(data)
    still_hears(lab)
    assert state(lab) == before


@pytest.mark.parametrize("error", [errno.ENOMEM, errno.EEXIST, 0])
def test_nd_b2_forged_verdict_on_a_request(lab, forger, error):
    """What became of a route is said by rtnetlink alone; the number of a request can be guessed."""
    request, _ = forger.sockets()
    for seq in range(1, 200):
        forger.unicast(forge.verdict(-error, seq, request), request)
    if not error:
        lab.r.ip("route add blackhole 2001:db8:1::e5/128 metric 1024")
    lab.tool("host", "add", "2001:db8:1::e5", "dev", "down0")

    def settled():
        host = lab.tool.host("2001:db8:1::e5")
        return host and host["route"] is (error != 0)
    wait_for(settled, "what the kernel said, and no other")
    time.sleep(0.3)
    assert settled()
    there = [x for x in rtnl.routes(lab.r) if x.startswith("2001:db8:1::e5 ")]
    assert len(there) == (error != 0)


def test_nd_b2_flood_of_forged_events_crowds_out_no_news(lab, forger):
    """Ten times as much as the module's socket holds."""
    before = state(lab)
    big = route(RTM_NEWROUTE, "2001:db8:aa::", 64, lab.r.ifindex("up0"), proto=3,
                more=attr(99, bytes(8000)))
    with first_of_all():
        for _ in range(1200):
            forger.multicast(big)
        forger.add_route(NEWS, lab.r.ifindex("up0"))
    assert forger.lost() == 0
    lab.tool.wait_prefix(NEWS)
    lab.r.ip(f"route del {NEWS} dev up0")
    lab.tool.wait_prefix(NEWS, present=False)
    wait_for(lambda: not [x for x in rtnl.routes(lab.r) if NEWS in x], "routes gone")
    assert state(lab) == before


def test_nd_b2_flood_of_forged_verdicts(lab, forger):
    """More than the socket for requests holds: what the kernel answers finds room there."""
    request, listen = forger.sockets()
    assert request and listen
    for i in range(50):
        for portid in [request, listen] * 100:
            forger.unicast(forge.verdict(-errno.ENOMEM, i, request) + bytes(4000), portid)
        lab.tool("host", "add", f"2001:db8:1::e5:{i:x}", "dev", "down0")
    assert forger.refused == 50 * 200, "these sockets are the kernel's alone"
    wait_for(lambda: sum(x["route"] for x in lab.tool.json("host", "show")) == 51, "all routes")
    assert forger.lost() == 0


def listeners(ns):
    """(portid, groups) of those who listen to generic netlink."""
    rows = [x.split() for x in ns.read("/proc/net/netlink").splitlines()[1:]]
    return [(int(x[2]), int(x[3], 16)) for x in rows if x[1] == str(genl.GENERIC)
            and int(x[3], 16)]


def test_control_monitor_hears_only_the_kernel(lab):
    mon = lab.monitor()
    (portid, groups), = listeners(lab.r)
    with lab.r:
        sock = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, genl.GENERIC)
    with sock:
        sock.bind((0, groups))
        sock.settimeout(10)
        lab.tool("host", "add", D, "dev", "down0")
        event = sock.recv(65536)
        for to in ((0, groups), (portid, 0)):
            sock.sendto(event, to)
    lab.tool("host", "del", D)
    mon.expect("host-lost", addr=D)
    assert [x["event"] for x in mon.drain()] == ["host-learnt"], "the kernel's, once"
