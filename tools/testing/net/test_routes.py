# SPDX-License-Identifier: GPL-2.0
"""On-link routes of downstream links and the proxy mark (spec B5, B6).

   wire up0 --- up0 [ r ] down0 --- wire down0
"""
import socket

import pytest

from lib import pkt, rtnl
from lib.lab import A, A_MAC, D, D_MAC, LL, MAC, PFX
from lib.wait import wait_for

SECOND = "2001:db8:2::/64"


def test_nd_b5_no_address_needed_downstream(lab):
    assert "2001:db8:1:" not in lab.r.sh("ip", "-6", "addr", "show", "dev",
                                         "down0")
    got = lab.r.sh("ip", "-6", "route", "get", D, "oif", "down0")
    assert "dev down0" in got and "via" not in got
    got = lab.r.sh("ip", "-6", "route", "get", D)
    assert "dev up0" in got, "an unscoped lookup stays upstream"


@pytest.mark.core
def test_nd_b5_a_route_on_each_downstream_link(lab3):
    for dev in ("down0", "down1"):
        got = lab3.r.sh("ip", "-6", "route", "get", D, "oif", dev)
        assert f"dev {dev}" in got and "via" not in got
    wait_for(lambda: rtnl.marked(lab3.r, PFX) ==
             {(PFX, "up0"), (PFX, "down0"), (PFX, "down1")}, "marks")
    lab3.tool("link", "set", "down0", "role", "none")
    wait_for(lambda: rtnl.marked(lab3.r, PFX) ==
             {(PFX, "up0"), (PFX, "down1")}, "one is gone")


def test_nd_b5_route_goes_with_the_role(lab):
    assert [x for x in rtnl.routes(lab.r) if PFX in x and "down0" in x]
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
