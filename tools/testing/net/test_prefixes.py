# SPDX-License-Identifier: GPL-2.0
"""Prefixes: learnt from the kernel, started, stopped (spec B1 to B4).

   wire up0 --- up0 [ r ] down0 --- wire down0
                      |
   (RAs are sent into up0 as raw frames; radvd itself is in test_outcomes.py)
"""
import time

import pytest

from lib import pkt, rtnl
from lib.lab import A, A_MAC, D, D_MAC, MAC, PFX
from lib.wait import holds_for, wait_for
from lib.wire import silence

SECOND = "2001:db8:2::/64"
RTR = "02:00:00:00:fe:01"


def nothing_left(lab, dev="up0"):
    """What a stopped prefix must not leave."""
    wait_for(lambda: not rtnl.routes(lab.r), "no route of ours")
    assert not rtnl.marked(lab.r)
    assert not lab.tool.prefixes() and not lab.tool.hosts()
    assert not lab.tool.solicits()
    gauges = lab.tool.json("stats", "show")["gauges"]
    assert (gauges["prefixes"], gauges["hosts"], gauges["records"]) == \
        (0, 0, 0)
    for each in (dev, "down0"):
        wait_for(lambda each=each: lab.allmulti(each) == 0,
                 f"allmulti of {each}")


@pytest.fixture
def bare(make_lab):
    """Roles are given, no address, no prefix; RAs are listened to."""
    lab = make_lab(addrs=False, accept_ra=2)
    assert not lab.tool.prefixes()
    return lab


def test_nd_b1_address_added_by_hand(bare):
    bare.r.ip("addr add 2001:db8:1::1/64 dev up0")
    prefix = bare.tool.wait_prefix(PFX)
    assert prefix["sources"] == ["route"] and prefix["mode"] == "proxy"
    assert prefix["group"] == 0
    bare.solicit("up0", A_MAC, A, D)
    bare.proxied_ns("down0", D, pkt.slla(MAC["down0"]))


def test_nd_b1_on_link_route(bare):
    bare.r.ip(f"route add {SECOND} dev up0")
    assert bare.tool.wait_prefix(SECOND)["sources"] == ["route"]
    bare.r.ip(f"route del {SECOND} dev up0")
    bare.tool.wait_prefix(SECOND, present=False)
    nothing_left(bare)


def test_nd_b1_prefix_add(bare):
    bare.tool("prefix", "add", SECOND, "dev", "up0")
    assert bare.tool.wait_prefix(SECOND)["sources"] == ["static"]
    bare.solicit("up0", A_MAC, "2001:db8:2::a", "2001:db8:2::d")
    bare.proxied_ns("down0", "2001:db8:2::d", pkt.slla(MAC["down0"]))
    bare.tool("prefix", "del", SECOND, "dev", "up0")
    bare.tool.wait_prefix(SECOND, present=False)
    nothing_left(bare)


def test_nd_b1_both_sources(bare):
    bare.r.ip("addr add 2001:db8:1::1/64 dev up0")
    bare.tool.wait_prefix(PFX)
    bare.tool("prefix", "add", PFX, "dev", "up0")
    assert sorted(bare.tool.wait_prefix(PFX)["sources"]) == \
        ["route", "static"]
    bare.r.ip("addr del 2001:db8:1::1/64 dev up0")
    wait_for(lambda: bare.tool.wait_prefix(PFX)["sources"] == ["static"],
             "static alone")
    bare.tool("prefix", "del", PFX, "dev", "up0")
    bare.tool.wait_prefix(PFX, present=False)
    nothing_left(bare)


def test_nd_b1_not_on_link_not_proxied(bare):
    bare.r.ip("addr add 2001:db8:1::1/64 dev up0",
              "addr add 2001:db8:6::1/64 dev down0",
              f"route add {SECOND} via fe80::99 dev up0",
              "route add default via fe80::99 dev up0",
              "route add unreachable 2001:db8:5::/64")
    bare.tool.wait_prefix(PFX)
    assert set(bare.tool.prefixes()) == {(PFX, "up0")}


@pytest.mark.parametrize("prefix", ["fe80::/64", "fe80:1::/64", "ff05::/16",
                                    "::/0"])
def test_nd_b1_never_link_local_or_multicast(bare, prefix):
    if prefix != "::/0":
        bare.r.ip(f"route replace {prefix} dev up0")
    bare.r.ip("addr add 2001:db8:1::1/64 dev up0")
    bare.tool.wait_prefix(PFX)
    assert set(bare.tool.prefixes()) == {(PFX, "up0")}
    if prefix != "::/0":
        text = bare.tool.refused("prefix", "add", prefix, "dev", "up0")
        assert prefix.split("/", maxsplit=1)[0] in text or "link" in text
        assert set(bare.tool.prefixes()) == {(PFX, "up0")}


@pytest.mark.parametrize("what,words", [
    (("add", SECOND, "dev", "down0"), ("down0", "upstream")),
    (("add", SECOND, "dev", "nosuch0"), ("nosuch0",)),
    (("del", SECOND, "dev", "up0"), ("2001:db8:2::",)),
    (("get", "2001:db8:99::1"), ("2001:db8:99::1",)),
], ids=lambda what: what[0])
def test_nd_b1_prefix_refused(bare, what, words):
    before = bare.tool.json("prefix", "show")
    text = bare.tool.refused("prefix", *what)
    for word in words:
        assert word in text, text
    assert bare.tool.json("prefix", "show") == before


def test_nd_b1_prefix_add_twice(bare):
    bare.tool("prefix", "add", SECOND, "dev", "up0")
    text = bare.tool.refused("prefix", "add", SECOND, "dev", "up0")
    assert "2001:db8:2::" in text
    assert set(bare.tool.prefixes()) == {(SECOND, "up0")}


def test_nd_b1_prefix_get(lab):
    obj = lab.tool.json("prefix", "get", D)
    obj = obj[0] if isinstance(obj, list) else obj
    assert (obj["prefix"], obj["dev"]) == (PFX, "up0")
    assert "host" not in obj
    lab.learn("down0", D_MAC, D)
    obj = lab.tool.json("prefix", "get", D)
    obj = obj[0] if isinstance(obj, list) else obj
    assert obj["host"]["dev"] == "down0" and obj["host"]["lladdr"] == D_MAC


def test_nd_b1_present_before_the_role(make_lab):
    lab = make_lab(roles=False)
    lab.r.ip("addr add 2001:db8:2::1/64 dev up0 nodad")
    lab.set_roles(("up0", "down0"))
    lab.tool.wait_prefix(PFX)
    lab.tool.wait_prefix(SECOND)


def test_nd_b2_ra_starts_it(bare):
    mon = bare.monitor()
    bare.up0.send(pkt.ra(RTR, PFX))
    bare.tool.wait_prefix(PFX)
    mon.expect("prefix-add", prefix=PFX, dev="up0")
    bare.solicit("up0", A_MAC, A, D)
    bare.proxied_ns("down0", D, pkt.slla(MAC["down0"]))


def test_nd_b2_ra_with_autoconf(bare):
    bare.up0.send(pkt.ra(RTR, PFX, auto=1))
    bare.tool.wait_prefix(PFX)
    assert set(bare.tool.prefixes()) == {(PFX, "up0")}


def test_nd_b2_ra_without_l_bit(bare):
    bare.up0.send(pkt.ra(RTR, SECOND, onlink=0, auto=1),
                  pkt.ra(RTR, PFX))
    bare.tool.wait_prefix(PFX)
    assert set(bare.tool.prefixes()) == {(PFX, "up0")}


def test_nd_b3_lifetime_zero_stops_it(bare):
    mon = bare.monitor()
    bare.up0.send(pkt.ra(RTR, PFX))
    bare.tool.wait_prefix(PFX)
    bare.learn("down0", D_MAC, D)
    bare.up0.send(pkt.ra(RTR, PFX, valid=0))
    bare.tool.wait_prefix(PFX, present=False)
    mon.expect("prefix-del", prefix=PFX, dev="up0")
    nothing_left(bare)
    bare.up0.send(pkt.ra(RTR, PFX))
    bare.tool.wait_prefix(PFX)
    mon.expect("prefix-add", prefix=PFX, dev="up0")


@pytest.mark.core
def test_nd_b3_lifetime_runs_out(bare):
    mon = bare.monitor()
    bare.up0.send(pkt.ra(RTR, PFX, valid=3))
    bare.tool.wait_prefix(PFX)
    bare.learn("down0", D_MAC, D)
    bare.solicit("up0", A_MAC, A, "2001:db8:1::77")
    mon.expect("prefix-del", timeout=12, prefix=PFX, dev="up0")
    nothing_left(bare)
    bare.down0.forget()
    bare.solicit("up0", A_MAC, A, D)
    silence(bare.down0, match=pkt.is_nd_for(D))


def test_nd_b3_lifetime_is_renewed(bare):
    for _ in range(4):
        bare.up0.send(pkt.ra(RTR, PFX, valid=3))
        bare.tool.wait_prefix(PFX)
        time.sleep(1.2)
    holds_for(lambda: (PFX, "up0") in bare.tool.prefixes(), "kept")


@pytest.mark.parametrize("stop,start", [
    ("addr del 2001:db8:1::1/64 dev up0",
     "addr add 2001:db8:1::1/64 dev up0 nodad"),
    (f"route del {PFX} dev up0", f"route add {PFX} dev up0"),
], ids=["address", "route"])
def test_nd_b3_deleted_and_back(lab, stop, start):
    mon = lab.monitor()
    lab.learn("down0", D_MAC, D)
    lab.r.ip(stop)
    lab.tool.wait_prefix(PFX, present=False)
    mon.expect("prefix-del", prefix=PFX)
    nothing_left(lab)
    lab.r.ip(start)
    lab.tool.wait_prefix(PFX)
    mon.expect("prefix-add", prefix=PFX)
    lab.solicit("up0", A_MAC, A, D)
    lab.proxied_ns("down0", D, pkt.slla(MAC["down0"]))


def test_nd_b3_one_of_two_addresses_keeps_it(lab):
    lab.r.ip("addr add 2001:db8:1::2/64 dev up0 nodad",
             "addr del 2001:db8:1::1/64 dev up0")
    holds_for(lambda: (PFX, "up0") in lab.tool.prefixes(), "kept")


def test_nd_b4_records_and_hosts_go(lab):
    lab.learn("down0", D_MAC, D)
    for i in range(5):
        lab.solicit("up0", A_MAC, A, f"2001:db8:1::b{i}")
    wait_for(lambda: lab.tool.gauge("records") >= 5, "records")
    assert lab.tool.gauge("prefixes") == 1
    lab.tool("link", "set", "up0", "role", "none")
    wait_for(lambda: not lab.tool.prefixes(), "stopped")
    nothing_left(lab)
    # a late answer finds nobody who asked
    lab.up0.forget()
    lab.advertise("down0", D_MAC, "2001:db8:1::b1")
    silence(lab.up0, match=pkt.is_na("2001:db8:1::b1"))


def test_nd_b4_two_prefixes_are_apart(lab):
    lab.r.ip("addr add 2001:db8:2::1/64 dev up0 nodad")
    lab.tool.wait_prefix(SECOND)
    assert lab.tool.gauge("prefixes") == 2
    assert lab.tool.links()["up0"]["prefixes"] == 2
    lab.learn("down0", D_MAC, D)
    lab.r.ip("addr del 2001:db8:2::1/64 dev up0")
    lab.tool.wait_prefix(SECOND, present=False)
    assert lab.tool.host(D) and lab.tool.gauge("prefixes") == 1
    assert [x for x in rtnl.routes(lab.r) if f"{D} " in x]


def test_nd_b4_two_upstream_links_of_one_prefix(make_lab):
    lab = make_lab(("up0", "up1", "down0"))
    lab.r.ip("addr add 2001:db8:1::2/64 dev up1 nodad")
    lab.tool.wait_prefix(PFX, "up1")
    lab.solicit("down0", D_MAC, D, A)
    lab.proxied_ns("up0", A, pkt.slla(MAC["up0"]))
    lab.up1.expect(pkt.is_ns(A))
    lab.r.ip("addr del 2001:db8:1::2/64 dev up1")
    lab.tool.wait_prefix(PFX, "up1", present=False)
    assert (PFX, "up0") in lab.tool.prefixes()
    # on-link on an upstream link no more: that link is not asked
    lab.up1.forget()
    lab.solicit("down0", D_MAC, D, "2001:db8:1::b")
    lab.proxied_ns("up0", "2001:db8:1::b", pkt.slla(MAC["up0"]))
    silence(lab.up1, match=pkt.any_nd)
