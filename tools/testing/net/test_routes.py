# SPDX-License-Identifier: GPL-2.0
"""On-link routes of downstream links and the proxy mark (spec B5, B6).

   wire up0 --- up0 [ r ] down0 --- wire down0
"""
import socket
import time

import pytest

from lib import pkt, rtnl
from lib.lab import A, A_MAC, D, D_MAC, LL, MAC, PFX
from lib.wait import wait_for

RTMGRP_IPV6_ROUTE = 0x400
SECOND = "2001:db8:2::/64"


def test_nd_b5_no_address_needed_downstream(lab):
    assert "2001:db8:1:" not in lab.r.sh("ip", "-6", "addr", "show", "dev",
                                         "down0")
    wait_for(lambda: prefix_routes(lab, "down0"), "route")
    got = lab.r.sh("ip", "-6", "route", "get", D, "oif", "down0")
    assert "dev down0" in got and "via" not in got
    got = lab.r.sh("ip", "-6", "route", "get", D)
    assert "dev up0" in got, "an unscoped lookup stays upstream"


@pytest.mark.core
def test_nd_b5_a_route_on_each_downstream_link(lab3):
    wait_for(lambda: rtnl.marked(lab3.r, PFX) ==
             {(PFX, "up0"), (PFX, "down0"), (PFX, "down1")}, "marks")
    for dev in ("down0", "down1"):
        got = lab3.r.sh("ip", "-6", "route", "get", D, "oif", dev)
        assert f"dev {dev}" in got and "via" not in got
    lab3.tool("link", "set", "down0", "role", "none")
    wait_for(lambda: rtnl.marked(lab3.r, PFX) ==
             {(PFX, "up0"), (PFX, "down1")}, "one is gone")


def test_nd_b5_route_goes_with_the_role(lab):
    wait_for(lambda: prefix_routes(lab, "down0"), "route")
    lab.tool("link", "set", "down0", "role", "none")
    wait_for(lambda: not rtnl.routes(lab.r), "routes gone")
    lab.tool("link", "set", "down0", "role", "downstream")
    wait_for(lambda: rtnl.routes(lab.r), "route back")
    lab.tool("link", "set", "up0", "role", "none")
    wait_for(lambda: not rtnl.routes(lab.r), "routes gone")


def test_nd_b5_route_goes_with_the_prefix(lab):
    lab.r.ip("addr add 2001:db8:2::1/64 dev up0 nodad")
    lab.tool.wait_prefix(SECOND)
    wait_for(lambda: [x for x in rtnl.routes(lab.r)
                      if SECOND in x and "down0" in x], "route")
    lab.r.ip("addr del 2001:db8:2::1/64 dev up0")
    lab.tool.wait_prefix(SECOND, present=False)
    wait_for(lambda: not [x for x in rtnl.routes(lab.r) if SECOND in x],
             "route gone")
    assert [x for x in rtnl.routes(lab.r) if PFX in x]


@pytest.mark.core
@pytest.mark.parametrize("first", ["up0", "down0"])
def test_nd_b5_operators_address_downstream(make_lab, first):
    """Two equal prefix routes: whichever the kernel prefers, all works."""
    lab = make_lab(addrs=False, roles=False)
    second = "down0" if first == "up0" else "up0"
    addr = {"up0": "2001:db8:1::1", "down0": "2001:db8:1::2"}
    for dev in (first, second):
        lab.r.ip(f"addr add {addr[dev]}/64 dev {dev} nodad")
    lab.set_roles(("up0", "down0"))
    lab.tool.wait_prefix(PFX)
    lab.solicit("up0", A_MAC, A, D)
    got = lab.down0.expect(pkt.is_ns(D))
    lab.down0.send(pkt.na(D_MAC, D, D, got.src, MAC["down0"], s=1))
    lab.up0.expect(pkt.is_na(D, dst=A))
    for dst, dev in ((A, "up0"), (D, "down0")):
        wait_for(lambda dst=dst, dev=dev: f"dev {dev}" in
                 lab.r.sh("ip", "-6", "route", "get", dst),
                 f"{dst} is reached by {dev}")
    lab.down0.send(pkt.echo(D_MAC, MAC["down0"], D, A))
    got = lab.up0.expect(pkt.is_type(128))
    assert got.eth_dst == A_MAC
    lab.up0.send(pkt.echo(A_MAC, MAC["up0"], A, D))
    got = lab.down0.expect(pkt.is_type(128))
    assert got.eth_dst == D_MAC


def test_nd_b5_operators_address_stays(make_lab):
    lab = make_lab(addrs=False, roles=False)
    lab.r.ip("addr add 2001:db8:1::1/64 dev up0 nodad",
             "addr add 2001:db8:1::2/64 dev down0 nodad")
    before = sorted(lab.r.sh("ip", "-6", "route", "show").splitlines())
    lab.set_roles(("up0", "down0"))
    lab.tool.wait_prefix(PFX)
    lab.tool("link", "set", "up0", "role", "none")
    lab.tool("link", "set", "down0", "role", "none")
    wait_for(lambda: sorted(lab.r.sh("ip", "-6", "route", "show")
                            .splitlines()) == before, "as before")
    assert not rtnl.marked(lab.r)


def test_nd_b6_mark_on_both_sides(lab):
    assert lab.tool.prefixes()[(PFX, "up0")]["marked"] is True
    wait_for(lambda: {(PFX, "up0"), (PFX, "down0")} <= rtnl.marked(lab.r),
             "marks")
    assert all(p.startswith("2001:db8:1:") for p, _ in rtnl.marked(lab.r))


@pytest.mark.core
def test_nd_b6_mark_goes_with_the_prefix(lab):
    lab.r.ip("addr add 2001:db8:2::1/64 dev up0 nodad")
    lab.tool.wait_prefix(SECOND)
    assert (SECOND, "up0") in rtnl.marked(lab.r)
    lab.tool("link", "set", "up0", "role", "none")
    wait_for(lambda: not rtnl.marked(lab.r), "no mark left")
    assert PFX in lab.r.sh("ip", "-6", "route", "show", "dev", "up0")
    lab.tool("link", "set", "up0", "role", "upstream")
    lab.tool.wait_prefix(PFX)
    assert (PFX, "up0") in rtnl.marked(lab.r)


def test_nd_b6_mark_on_a_route_added_later(lab):
    """A second entry of the prefix, made while it is proxied."""
    lab.r.ip("addr add 2001:db8:1::2/64 dev down0 metric 77 nodad")
    wait_for(lambda: (PFX, "down0") in rtnl.marked(lab.r), "marked")
    lab.r.ip("addr del 2001:db8:1::1/64 dev up0",
             "addr add 2001:db8:1::1/64 dev up0 nodad")
    lab.tool.wait_prefix(PFX)
    assert (PFX, "up0") in rtnl.marked(lab.r)


def test_nd_b6_other_routes_are_not_marked(lab):
    lab.r.ip("route add 2001:db8:7::/64 dev lo",
             "addr add 2001:db8:8::1/64 dev down0 nodad")
    lab.tool.wait_prefix(PFX)
    found = {p for p, _ in rtnl.marked(lab.r)}
    assert "2001:db8:7::/64" not in found
    assert "2001:db8:8::/64" not in found
    assert "fe80::/64" not in found and "::/0" not in found


def test_nd_b6_cached_route_is_invalidated(lab):
    """A connected socket must see the route that came after it."""

    with lab.r, socket.socket(socket.AF_INET6, socket.SOCK_DGRAM) as sock:
        sock.connect((D, 9))                    # caches the way upstream
        sock.send(b"x")
        lab.up0.expect(pkt.is_ns(D))
        got = lab.down0.expect(pkt.is_ns(D, src=LL["down0"]))
        lab.advertise("down0", D_MAC, D, got.src)
        lab.tool.wait_host(D, "down0")
        wait_for(lambda: lab.tool.host(D)["route"], "route")
        sock.send(b"y")
        lab.down0.expect(lambda f: f.data[12:14] == b"\x86\xdd" and
                         f.data[20] == 17 and f.eth_dst == D_MAC)


# --- host routes that others touch, and that touch others (F2) -----------------------------------

def host_routes(lab, addr):
    """Devices of the module's routes to a host."""
    return [line.split()[2] for line in rtnl.routes(lab.r) if line.startswith(f"{addr} ")]


def prefix_routes(lab, dev):
    """Metrics of the module's routes to the prefix on a device."""
    return [line.split()[-1] for line in rtnl.routes(lab.r)
            if line.startswith(f"{PFX} dev {dev} ")]


def test_nd_f2_upstream_host_when_a_second_upstream_link_has_the_prefix(make_lab):
    lab = make_lab(("up0", "up1", "down0"))
    lab.solicit("up0", A_MAC, A, D)
    lab.tool.wait_host(A, "up0")
    assert not host_routes(lab, A)
    lab.r.ip("addr add 2001:db8:1::2/64 dev up1 metric 5 nodad")
    wait_for(lambda: host_routes(lab, A) == ["up0"], "its own route, as the kernel's leads to up1")


@pytest.mark.parametrize("how", ["static", "foreign"])
def test_nd_f2_upstream_route_goes_with_its_host(lab, how):
    """The route is made anew while it stands; the module must not take its own for another's."""
    lab.r.ip(f"route add {PFX} dev down0 metric 5")
    lab.solicit("up0", A_MAC, A, D)
    lab.tool.wait_host(A, "up0")
    wait_for(lambda: host_routes(lab, A) == ["up0"], "route")
    if how == "static":
        lab.tool("host", "add", A, "dev", "up0")
    else:
        lab.r.ip(f"route add {A}/128 dev up0 metric 7", f"route del {A}/128 dev up0 metric 7")
    time.sleep(0.5)
    assert lab.tool.host(A)["route"] and host_routes(lab, A) == ["up0"]
    lab.tool("host", "del", A)
    wait_for(lambda: not host_routes(lab, A), "no route without the host")


@pytest.mark.parametrize("foreign", ["blackhole", "unicast"])
def test_nd_f2_route_when_what_stood_in_its_place_goes(lab, foreign):
    if foreign == "blackhole":
        route = f"blackhole {D}/128 metric 1024"
    else:
        lab.r.ip("link add other type dummy", "link set other up")
        route = f"{D}/128 dev other metric 1024"
    lab.r.ip(f"route add {route}")
    lab.tool("host", "add", D, "dev", "down0")
    time.sleep(0.5)
    assert not lab.tool.host(D)["route"] and not host_routes(lab, D)
    lab.r.ip(f"route del {route}")
    wait_for(lambda: host_routes(lab, D) == ["down0"], "route")
    assert lab.tool.host(D)["route"]


@pytest.mark.parametrize("how", ["told", "not-told"])
def test_nd_f2_route_that_was_replaced_is_left_alone(lab, how):
    """The operator's route to a host stays, whether the module heard of it or of too much."""
    lab.r.ip("link add other type dummy", "link set other up")
    lab.tool("host", "add", D, "dev", "down0")
    wait_for(lambda: host_routes(lab, D) == ["down0"], "route")
    lines = [f"route replace {D}/128 dev other metric 1024"]
    if how == "not-told":
        lines = [f"route add 2001:db8:8::{i:x}/128 dev other" for i in range(1, 3001)] + lines
    lab.r.ip(*lines)
    wait_for(lambda: not lab.tool.host(D)["route"], "no route of its own")
    lab.r.ip("route flush 2001:db8:8::/64")
    time.sleep(1)
    assert not host_routes(lab, D) and not lab.tool.host(D)["route"]
    assert "dev other" in lab.r.sh("ip", "-6", "route", "show", f"{D}/128")
    lab.r.ip(f"route del {D}/128 dev other metric 1024")
    wait_for(lambda: host_routes(lab, D) == ["down0"], "route")
    assert lab.tool.host(D)["route"]


@pytest.mark.heavy
def test_nd_f2_routes_come_back_when_too_many_are_deleted_at_once(lab):
    """More events than the kernel keeps for the module."""
    hosts = 5000
    lab.tool.param("hosts_per_lladdr", hosts)
    lab.tool("-b", "-", input="".join(f"host add 2001:db8:1::7:{i:x} dev down0\n"
                                      for i in range(1, hosts + 1)))
    wait_for(lambda: len(rtnl.routes(lab.r)) >= hosts + 1, "routes", 60)
    lab.r.sh("ip", "-6", "route", "flush", "proto", "110")
    wait_for(lambda: sum("/" not in x.split()[0] for x in rtnl.routes(lab.r)) == hosts,
             "all of them again", 60)
    wait_for(lambda: prefix_routes(lab, "down0"), "the prefix's, too")


def test_nd_b3_route_of_prefix_add_leaves_others_alone(lab):
    pfx = "2001:db8:77::/64"
    lab.r.ip(f"route add {pfx} dev up0 metric 1024 expires 600")
    lab.tool.wait_prefix(pfx, "up0")
    lab.tool("prefix", "add", pfx, "dev", "up0")
    wait_for(lambda: [x for x in rtnl.routes(lab.r) if x.startswith(f"{pfx} dev up0 ")], "ours")
    assert "expires" in lab.r.sh("ip", "-6", "route", "show", pfx, "dev", "up0", "proto", "boot")
    lab.r.ip(f"route del {pfx} dev up0 proto boot")
    time.sleep(0.5)
    assert [x for x in rtnl.routes(lab.r) if x.startswith(f"{pfx} dev up0 ")]
    assert (pfx, "up0") in lab.tool.prefixes()


def test_nd_b3_route_of_prefix_add_comes_back(lab):
    pfx = "2001:db8:77::/64"
    lab.tool("prefix", "add", pfx, "dev", "up0")

    def ours():
        return [x for x in rtnl.routes(lab.r) if x.startswith(f"{pfx} dev up0 ")]

    wait_for(ours, "route")
    lab.r.ip(f"route del {pfx} dev up0 proto 110")
    wait_for(ours, "route again")
    lab.tool("prefix", "del", pfx, "dev", "up0")
    wait_for(lambda: not ours(), "no route without the prefix")


def test_nd_f1_static_host_stays_when_the_longer_prefix_goes(lab):
    lab.tool("prefix", "add", "2001:db8:1::/60", "dev", "up0")
    lab.tool("host", "add", D, "dev", "down0")
    lab.r.ip("addr del 2001:db8:1::1/64 dev up0")
    lab.tool.wait_prefix(PFX, "up0", present=False)
    wait_for(lambda: lab.tool.host(D), "the host, by the shorter one")
    assert lab.tool.host(D)["state"] == "static"


def news_lost(ns):
    """How many of the kernel's events found no room in the module's socket."""
    rows = [x.split() for x in ns.read("/proc/net/netlink").splitlines()[1:]]
    (row,) = [x for x in rows if x[1] == "0" and int(x[3], 16) & RTMGRP_IPV6_ROUTE]
    return int(row[8])


def test_nd_f2_own_routes_crowd_out_no_news(lab):
    """An event for each of them would take more room than there is."""
    hosts = [f"2001:db8:1::1:{i:x}" for i in range(2000)]
    lab.tool("-b", "-", input="".join(f"host add {x} dev down0\n" for x in hosts))
    wait_for(lambda: len(rtnl.routes(lab.r)) > len(hosts), "routes", timeout=60)
    assert news_lost(lab.r) == 0
    lab.r.ip(f"route del {hosts[7]} dev down0 proto 110")
    wait_for(lambda: host_routes(lab, hosts[7]) == ["down0"], "what another deleted is put back")
    lab.tool("link", "set", "down0", "role", "none")
    wait_for(lambda: not rtnl.routes(lab.r), "routes gone", timeout=60)
    assert news_lost(lab.r) == 0
