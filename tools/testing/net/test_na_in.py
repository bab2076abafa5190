# SPDX-License-Identifier: GPL-2.0
"""An advertisement comes in (spec D2 to D6; D1 is in test_invalid.py).

   wire up0 --- up0 [ r ] down0 --- wire down0     A, B: hosts upstream
    A, B              |                D, E        D, E: hosts downstream
                    down1 --- wire down1
"""
import time

import pytest

from lib import pkt, rtnl
from lib.lab import A, A_MAC, B, B_MAC, D, D_MAC, E, LL, MAC, R_ADDR
from lib.wait import holds_for, wait_for
from lib.wire import silence

FLAGS = [(r, o) for r in (0, 1) for o in (0, 1)]


def ask(lab, dev="up0", mac=A_MAC, src=A, target=D):
    """A solicits and the proxy has passed it on."""
    lab.solicit(dev, mac, src, target)
    wait_for(lambda: target in lab.tool.solicits(), "recorded")


def test_nd_d2_neighbour_entry_reachable(lab):
    ask(lab)
    lab.advertise("down0", D_MAC, D)
    lab.proxied_na("up0", D, A, A_MAC, s=1)
    wait_for(lambda: rtnl.neigh(lab.r, D, "down0") == (D_MAC, "REACHABLE"), "the entry, made anew")


def test_nd_d2_override_changes_entry(lab):
    lab.learn("down0", D_MAC, D)
    lab.down0.send(pkt.na("02:00:00:00:dd:99", D, D, o=1))
    wait_for(lambda: rtnl.neigh(lab.r, D, "down0") ==
             ("02:00:00:00:dd:99", "STALE"), "new address by O=1")
    assert lab.tool.host(D)["lladdr"] == "02:00:00:00:dd:99"


def test_nd_d2_no_override_keeps_entry(lab):
    lab.learn("down0", D_MAC, D)
    lab.down0.send(pkt.na("02:00:00:00:dd:99", D, D, o=0))
    wait_for(lambda: rtnl.neigh(lab.r, D, "down0") == (D_MAC, "STALE"),
             "stale, not changed, by O=0 with another address")


@pytest.mark.parametrize("r,o", FLAGS)
def test_nd_d3_answer_flags_as_received(lab, r, o):
    ask(lab)
    lab.advertise("down0", D_MAC, D, r=r, o=o)
    lab.proxied_na("up0", D, A, A_MAC, r=r, s=1, o=o)
    silence(lab.up0, match=pkt.is_na(D))
    stats = lab.tool.stats("down0")
    assert stats["na_in"] == 1
    stats = lab.tool.stats("up0")
    assert (stats["na_out"], stats["answers"]) == (1, 1)


@pytest.mark.parametrize("mode,sent,want", [("clear", 1, 0), ("set", 0, 1)])
def test_nd_d3_override_forced(lab, mode, sent, want):
    lab.tool("link", "set", "up0", "override", mode)
    assert lab.tool.links()["up0"]["override"] == mode
    ask(lab)
    lab.advertise("down0", D_MAC, D, r=1, o=sent)
    lab.proxied_na("up0", D, A, A_MAC, r=1, s=1, o=want)


def test_nd_d3_without_tlla_option(lab):
    ask(lab)
    lab.advertise("down0", D_MAC, D, opts=b"")
    # nothing tells where D is: the router may have to ask for itself
    lab.down0.forget()
    time.sleep(0.2)
    lab.advertise("down0", D_MAC, D)
    lab.proxied_na("up0", D, A, A_MAC, s=1)


@pytest.mark.core
def test_nd_d3_every_solicitor_on_its_own_link(lab3):
    lab = lab3
    ask(lab)
    ask(lab, "up0", B_MAC, B)
    ask(lab, "down1", "02:00:00:00:ee:01", E)
    lab.advertise("down0", D_MAC, D)
    lab.proxied_na("up0", D, A, A_MAC, s=1)
    lab.proxied_na("up0", D, B, B_MAC, s=1)
    lab.proxied_na("down1", D, E, "02:00:00:00:ee:01", s=1)
    silence(lab.up0, lab.down0, lab.down1, match=pkt.is_na(D))


@pytest.mark.core
def test_nd_d3_route_in_place_before_answer(lab):
    ask(lab)
    lab.advertise("down0", D_MAC, D)
    lab.proxied_na("up0", D, A, A_MAC, s=1)
    # what the solicitor sends next must find its way at once
    lab.up0.send(pkt.echo(A_MAC, MAC["up0"], A, D, hlim=64))
    got = lab.down0.expect(pkt.is_type(128))
    pkt.assert_frame(got, pkt.echo(MAC["down0"], D_MAC, A, D, hlim=63))
    assert [x for x in rtnl.routes(lab.r) if D in x and "down0" in x]


def test_nd_d3_answer_to_downstream_asker(lab):
    ask(lab, "down0", D_MAC, D, A)
    lab.proxied_ns("up0", A, pkt.slla(MAC["up0"]))
    lab.advertise("up0", A_MAC, A, R_ADDR)
    lab.proxied_na("down0", A, D, D_MAC, s=1)


def test_nd_d3_no_record_silent(lab):
    lab.advertise("down0", D_MAC, D)
    silence(lab.up0, lab.down0, match=pkt.is_nd_for(D))
    assert lab.tool.stats("up0")["na_out"] == 0
    ask(lab)
    lab.advertise("down0", D_MAC, D)
    lab.proxied_na("up0", D, A, A_MAC, s=1)


def test_nd_d3_target_outside_untouched(lab):
    lab.advertise("down0", D_MAC, "2001:db8:99::d")
    lab.down0.send(pkt.na(D_MAC, pkt.lladdr(D_MAC), pkt.lladdr(D_MAC)))
    lab.down0.send(pkt.na(D_MAC, "2001:db8:99::d", "2001:db8:99::d"))
    silence(lab.up0, lab.down0)
    assert not lab.tool.hosts()
    lab.down0.send(pkt.na(D_MAC, D, D))
    lab.proxied_na("up0", D, pkt.ALL_NODES)


@pytest.mark.core
@pytest.mark.parametrize("r,o", FLAGS)
def test_nd_d4_multicast_na_on_other_links(lab3, r, o):
    lab = lab3
    lab.down0.send(pkt.na(D_MAC, D, D, r=r, o=o))
    for dev in ("up0", "down1"):
        lab.proxied_na(dev, D, pkt.ALL_NODES, r=r, s=0, o=o)
    silence(lab.up0, lab.down0, lab.down1, match=pkt.is_nd_for(D))
    assert lab.tool.stats("up0")["na_out"] == 1
    assert lab.tool.stats("up0")["answers"] == 0


def test_nd_d4_multicast_na_from_upstream(lab3):
    lab = lab3
    lab.up0.send(pkt.na(A_MAC, A, A))
    for dev in ("down0", "down1"):
        lab.proxied_na(dev, A, pkt.ALL_NODES)
    silence(lab.up0, lab.down0, lab.down1, match=pkt.is_nd_for(A))


def test_nd_d4_override_forced(lab):
    lab.tool("link", "set", "up0", "override", "clear")
    lab.down0.send(pkt.na(D_MAC, D, D, o=1))
    lab.proxied_na("up0", D, pkt.ALL_NODES, o=0)


def test_nd_d4_rate_limited(lab):
    lab.tool.param("mcast_na_rate", 10)
    frame = pkt.na(D_MAC, D, D)
    start = time.monotonic()
    lab.down0.send(*[frame] * 200)
    wait_for(lambda: lab.tool.stats("down0")["na_in"] == 200, "all heard")
    took = time.monotonic() - start
    sent = lab.up0.count(pkt.is_na(D))
    assert 1 <= sent <= 10 + 10 * took + 1, (sent, took)
    limited = (lab.tool.drops("up0").get("na-rate", 0) +
               lab.tool.drops("down0").get("na-rate", 0))
    assert limited == 200 - sent
    lab.up0.forget()
    time.sleep(1.1)
    lab.down0.send(frame)
    lab.proxied_na("up0", D, pkt.ALL_NODES)


@pytest.mark.parametrize("mode", ["auto", "link-local", "target"])
def test_nd_d5_answer_source(lab, mode):
    lab.tool("link", "set", "up0", "na-source", mode)
    assert lab.tool.links()["up0"]["na_source"] == mode
    ask(lab)
    lab.advertise("down0", D_MAC, D)
    want = {"auto": R_ADDR, "link-local": LL["up0"], "target": D}[mode]
    lab.proxied_na("up0", D, A, A_MAC, src=want, s=1)


@pytest.mark.parametrize("mode", ["link-local", "target"])
def test_nd_d5_multicast_source(lab, mode):
    lab.tool("link", "set", "up0", "na-source", mode)
    lab.down0.send(pkt.na(D_MAC, D, D))
    want = {"link-local": LL["up0"], "target": D}[mode]
    lab.proxied_na("up0", D, pkt.ALL_NODES, src=want)


def test_nd_d5_is_per_link(lab3):
    lab = lab3
    lab.tool("link", "set", "up0", "na-source", "target")
    lab.tool("link", "set", "down1", "na-source", "link-local")
    lab.down0.send(pkt.na(D_MAC, D, D))
    lab.proxied_na("up0", D, pkt.ALL_NODES, src=D)
    lab.proxied_na("down1", D, pkt.ALL_NODES, src=LL["down1"])


@pytest.mark.parametrize("dev", ["up0", "down0"])
def test_nd_d6_conflict_with_own_address(lab, dev):
    other = "down0" if dev == "up0" else "up0"
    lab.ports[dev].send(pkt.na(D_MAC, R_ADDR, R_ADDR))
    silence(lab.ports[other], match=pkt.is_nd_for(R_ADDR))
    holds_for(lambda: not lab.tool.host(R_ADDR), "own address is no host")
    assert not [x for x in rtnl.routes(lab.r) if f"{R_ADDR} " in x]
    lab.ports[dev].send(pkt.na(D_MAC, D, D))
    lab.proxied_na(other, D, pkt.ALL_NODES)


def test_nd_d6_solicited_na_for_own_address(lab):
    lab.advertise("down0", D_MAC, R_ADDR)
    silence(lab.up0, match=pkt.is_nd_for(R_ADDR))
    assert not lab.tool.host(R_ADDR)


@pytest.mark.parametrize("known", [True, False], ids=["known", "unknown"])
def test_nd_d4_objection_is_not_crowded_out_by_news(lab, known):
    if known:
        lab.learn("down0", D_MAC, D)
    lab.down0.send(*[pkt.na(D_MAC, D, f"2001:db8:1::99:{i:x}") for i in range(300)])
    wait_for(lambda: lab.tool.drops("up0").get("na-rate", 0) > 100, "no room for news")
    lab.up0.forget()
    lab.solicit("up0", A_MAC, pkt.UNSPEC, D)
    lab.down0.expect(pkt.is_ns(D, src=pkt.UNSPEC))
    lab.down0.send(pkt.na(D_MAC, D, D))
    lab.up0.expect(pkt.is_na(D), what="the objection")
