# SPDX-License-Identifier: GPL-2.0
"""More specific prefixes on downstream links (spec B7), frame by frame.

   wire up0 --- up0 [ r ] down0 --- wire down0    2001:db8:1:0:b0::/80 on down0
    A                 |                C
                    down1 --- wire down1
"""
import pytest

from lib import pkt, rtnl
from lib.lab import A, A_MAC, D, E, E_MAC, LL, MAC, PFX
from lib.wait import wait_for
from lib.wire import silence

INNER = "2001:db8:1:0:b0::/80"
GW = "2001:db8:1:0:b0::1"
C, C_MAC = "2001:db8:1:0:b0::c", "02:00:00:00:cc:0c"


def wait_inner(lab, present=True, dev="down0"):
    """Wait until the inner prefix is known, or not."""
    wait_for(lambda: ((INNER, dev) in lab.tool.prefixes()) == present,
             f"{INNER} on {dev} {present}: {lab.tool.prefixes()}")


@pytest.fixture
def inner(lab3):
    """down0 has an address of its own, of a longer prefix."""
    lab3.r.ip(f"addr add {GW}/80 dev down0 nodad")
    wait_inner(lab3)
    return lab3


@pytest.mark.core
def test_nd_b7_asked_on_that_link_alone(inner):
    lab = inner
    lab.solicit("up0", A_MAC, A, C)
    got = lab.down0.expect(pkt.is_ns(C))
    assert got.eth_src == MAC["down0"]
    silence(lab.down1, match=pkt.is_ns(C))
    lab.advertise("down0", C_MAC, C, got.src)
    lab.proxied_na("up0", C, A, A_MAC, s=1)
    lab.tool.wait_host(C, "down0")
    assert lab.tool.prefixes()[(INNER, "down0")]["hosts"] == 1
    tree = lab.tool("show")
    assert tree.index(INNER) < tree.index(C)


def test_nd_b7_asked_from_another_downstream_link(inner):
    lab = inner
    lab.solicit("down1", E_MAC, E, C)
    lab.down0.expect(pkt.is_ns(C))
    silence(lab.up0, match=pkt.is_ns(C))


def test_nd_b7_the_rest_of_the_prefix_is_asked_everywhere(inner):
    lab = inner
    lab.solicit("up0", A_MAC, A, D)
    for dev in ("down0", "down1"):
        lab.proxied_ns(dev, D, pkt.slla(MAC[dev]), LL[dev])


def test_nd_b7_hosts_there_ask_for_all(inner):
    lab = inner
    lab.solicit("down0", C_MAC, C, A)
    lab.proxied_ns("up0", A, pkt.slla(MAC["up0"]))
    lab.proxied_ns("down1", A, pkt.slla(MAC["down1"]))
    assert lab.tool.wait_host(C, "down0")["evidence"] == "ns"


def test_nd_b7_dad_and_its_defence(inner):
    lab = inner
    lab.up0.send(pkt.ns(A_MAC, pkt.UNSPEC, C))
    lab.down0.expect(pkt.is_ns(C, src=pkt.UNSPEC))
    lab.down0.send(pkt.na(C_MAC, C, C))
    lab.proxied_na("up0", C, pkt.ALL_NODES)
    silence(lab.down1, match=pkt.is_ns(C))


def test_nd_b7_whoever_claims_it_elsewhere_is_not_believed(inner):
    lab = inner
    lab.up0.send(pkt.na(A_MAC, C, C))
    lab.solicit("down1", E_MAC, C, D)
    lab.down0.expect(pkt.is_ns(D))
    silence(lab.down0, lab.down1, match=pkt.is_nd_for(C))
    assert lab.tool.host(C) is None


def test_nd_b7_no_route_elsewhere(inner):
    lab = inner
    mine = [x for x in rtnl.routes(lab.r) if INNER in x]
    assert not mine, mine
    assert lab.tool.prefixes()[(INNER, "down0")]["marked"] is False


def test_nd_b7_ends_with_its_address(inner):
    lab = inner
    lab.r.ip(f"addr del {GW}/80 dev down0")
    wait_inner(lab, False)
    lab.solicit("up0", A_MAC, A, C)
    lab.proxied_ns("down0", C, pkt.slla(MAC["down0"]))
    lab.proxied_ns("down1", C, pkt.slla(MAC["down1"]))


def test_nd_b7_ends_with_the_prefix_around_it_and_comes_back(inner):
    lab = inner
    lab.r.ip("addr del 2001:db8:1::1/64 dev up0")
    wait_inner(lab, False)
    assert lab.tool.prefixes() == {}
    lab.r.ip("addr add 2001:db8:1::1/64 dev up0 nodad")
    lab.tool.wait_prefix(PFX)
    wait_inner(lab)


def test_nd_b7_there_before_the_module(make_lab):
    lab = make_lab(("up0", "down0", "down1"), roles=False)
    lab.r.ip(f"addr add {GW}/80 dev down0 nodad")
    lab.set_roles(("down0", "down1", "up0"))
    wait_inner(lab)
    lab.solicit("up0", A_MAC, A, C)
    lab.down0.expect(pkt.is_ns(C))
    silence(lab.down1, match=pkt.is_ns(C))


def test_nd_b7_link_down_and_up(inner):
    lab = inner
    lab.r.sysctl("ipv6.conf.down0.keep_addr_on_down", 1)
    lab.r.down("down0")
    wait_inner(lab, False)
    lab.r.up("down0")
    wait_inner(lab)


def test_nd_b7_on_link_upstream_too_is_an_ordinary_prefix(inner):
    lab = inner
    lab.r.ip(f"route add {INNER} dev up0 metric 300")
    lab.tool.wait_prefix(INNER, "up0")
    wait_inner(lab, False)
    lab.solicit("up0", A_MAC, A, C)
    lab.down0.expect(pkt.is_ns(C))
    lab.down1.expect(pkt.is_ns(C))
    lab.r.ip(f"route del {INNER} dev up0 metric 300")
    wait_inner(lab)


def test_nd_b7_outside_of_proxied_prefixes_is_nothing(lab3):
    lab = lab3
    lab.r.ip("addr add 2001:db8:99::1/80 dev down0 nodad",
             f"addr add {GW}/80 dev down1 nodad")
    wait_inner(lab, dev="down1")
    assert len(lab.tool.prefixes()) == 2


def test_nd_b7_neighbours_by_way_of_the_router(inner):
    """Hosts of one bridge that know no prefix are forwarded, and redirected, as ever."""
    lab = inner
    other = "2001:db8:1:0:b0::e"
    lab.r.ip(f"neigh replace {other} lladdr {E_MAC} dev down0 nud permanent",
             f"neigh replace {C} lladdr {C_MAC} dev down0 nud permanent")
    lab.down0.send(pkt.echo(C_MAC, MAC["down0"], C, other))
    lab.down0.expect(pkt.is_type(128))
    lab.down0.expect(pkt.is_type(pkt.REDIRECT))
    assert lab.tool.stats("down0")["held"] == 0
