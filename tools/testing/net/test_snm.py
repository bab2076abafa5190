# SPDX-License-Identifier: GPL-2.0
"""Solicited-node groups of hosts elsewhere (MLD-S1, S2).

   port up0 ---- up0 [ router r ] down0 ---- port down0
                                  down1 ---- port down1
"""
import time

import pytest

from lib import mld, pkt
from lib.lab import A, A_MAC, D, D_MAC, E, Lab, R_ADDR
from lib.wait import holds_for, wait_for

D2 = "2001:db8:1:0:1::d"        # shares the 24 bits with D
SNM_D, SNM_A, SNM_E = pkt.snm(D), pkt.snm(A), pkt.snm(E)


@pytest.fixture
def lab(make_lab):
    """Three links on which the engine is on."""
    return engines(make_lab(("up0", "down0", "down1")))


def engines(lab):
    """Switch the engine on everywhere."""
    for dev in lab.ports:
        lab.tool("mld", "link", "set", dev, "on")
    return lab


def joined(lab, dev, own=False):
    """Groups that the proxy listens to on a link, those of the router itself left out."""
    have = {g["group"] for g in lab.tool.json("mld", "group", "show", "dev", dev)
            if any(x["id"] == "ndproxy" for x in g["listeners"])}
    return have if own else have - {pkt.snm(R_ADDR)}


def wait_joined(lab, dev, *groups):
    """Wait until these, and only these, are listened to on a link."""
    wait_for(lambda: joined(lab, dev) == set(groups), f"{groups} on {dev}: {joined(lab, dev)}")


def link(lab, dev):
    """The engine's link."""
    return lab.tool.json("mld", "link", "show", dev)[0]


def add_hosts(lab, dev, first, count):
    """Static hosts, each with a group of its own."""
    lab.tool("-b", "-", input="".join(f"host add 2001:db8:1::{first + i:x} dev {dev}\n"
                                      for i in range(count)))


@pytest.mark.core
def test_mld_s1_host_is_listened_for_on_the_other_links(lab):
    ear = mld.Ear(lab.up0)
    ear.mark()
    lab.learn("down0", D_MAC, D)
    lab.learn("up0", A_MAC, A)
    wait_for(lambda: {SNM_D, SNM_A} <= joined(lab, "down1"), "both")
    assert SNM_D in joined(lab, "up0") and SNM_A not in joined(lab, "up0")
    assert SNM_A in joined(lab, "down0") and SNM_D not in joined(lab, "down0")
    ear.wait_report(SNM_D, "TO_EX")
    assert not ear.reports(SNM_A)
    for dev in lab.ports:
        assert link(lab, dev)["snoop_joins"] is True
        # he who asked for both hosts moves meanwhile, and his group with him
        wait_for(lambda dev=dev: link(lab, dev)["snooped"] == len(joined(lab, dev, True)), "counted")


def test_mld_s1_tentative_host_is_listened_for(lab):
    """Its address may be in use on another link, by a host that probes at the same time."""
    lab.down0.send(pkt.ns(D_MAC, pkt.UNSPEC, D))
    wait_joined(lab, "up0", SNM_D)


@pytest.mark.heavy
@pytest.mark.timeout(300)
def test_mld_s1_group_is_kept_for_60_s_after_its_last_host(lab):
    ear = mld.Ear(lab.up0)
    for addr in (D, D2):
        lab.tool("host", "add", addr, "dev", "down0")
    wait_joined(lab, "up0", SNM_D)
    assert len([r for r in ear.reports(SNM_D) if r[0] == "TO_EX"]) <= mld_rv(lab)
    lab.tool("host", "del", D)
    time.sleep(65)
    assert joined(lab, "up0") == {SNM_D}, "another host has the group"
    lab.tool("host", "del", D2)
    ear.mark()
    holds_for(lambda: joined(lab, "up0") == {SNM_D}, "kept", 55, 5)
    assert not ear.reports(SNM_D)
    ear.wait_report(SNM_D, "TO_IN", 15)         # timers of the kernel may be an eighth late
    wait_joined(lab, "up0")


def mld_rv(lab):
    """The robustness variable."""
    return link(lab, "up0")["robustness"]


@pytest.mark.heavy
@pytest.mark.timeout(300)
def test_mld_s1_group_follows_a_host_that_moves(lab):
    lab.tool("host", "add", D, "dev", "down0")
    wait_joined(lab, "up0", SNM_D)
    lab.tool("host", "del", D)
    lab.tool("host", "add", D, "dev", "up0")
    wait_joined(lab, "down0", SNM_D)
    assert joined(lab, "up0") == {SNM_D}, "it may come back"
    time.sleep(30)
    lab.tool("host", "del", D)
    lab.tool("host", "add", D, "dev", "down0")
    time.sleep(45)                      # it left 75 s ago, and came back in time
    assert joined(lab, "up0") == {SNM_D} == joined(lab, "down0")
    wait_for(lambda: not joined(lab, "down0"), "left where it is", 20)
    assert joined(lab, "up0") == joined(lab, "down1") == {SNM_D}


@pytest.mark.heavy
def test_mld_s1_own_addresses_of_the_router(lab):
    """Hosts on all links ask for them, and the kernel listens on the one that has them."""
    group, more = pkt.snm(R_ADDR), pkt.snm("2001:db8:1::77:7777")
    for dev in ("down0", "down1"):
        wait_for(lambda dev=dev: joined(lab, dev, True) == {group}, f"one on {dev}")
    assert not joined(lab, "up0", True), "link-local addresses are of one link only"
    lab.r.ip("addr add 2001:db8:1::77:7777/64 dev up0")
    wait_for(lambda: joined(lab, "down0", True) == {group, more}, "two")
    lab.r.ip("addr del 2001:db8:1::77:7777/64 dev up0")
    wait_for(lambda: joined(lab, "down0", True) == {group}, "one", 75)


def test_mld_s1_switched_per_link(lab):
    ear = mld.Ear(lab.up0)
    lab.tool("host", "add", D, "dev", "down0")
    wait_joined(lab, "up0", SNM_D)
    ear.wait_report(SNM_D, "TO_EX")
    lab.tool("mld", "link", "set", "up0", "snoop-joins", "off")
    wait_joined(lab, "up0")
    ear.wait_report(SNM_D, "TO_IN")
    assert link(lab, "up0")["snoop_joins"] is False
    assert joined(lab, "down1") == {SNM_D}
    lab.tool("host", "add", E, "dev", "down0")
    wait_joined(lab, "down1", SNM_D, SNM_E)
    assert not joined(lab, "up0")
    lab.tool("mld", "link", "set", "up0", "snoop-joins", "on")
    wait_joined(lab, "up0", SNM_D, SNM_E)


def test_mld_s1_engine_comes_after_the_hosts(make_lab):
    lab = make_lab(("up0", "down0"))
    lab.tool("host", "add", D, "dev", "down0")
    for _ in range(2):
        lab.tool("mld", "link", "set", "up0", "on")
        wait_joined(lab, "up0", SNM_D)
        lab.tool("mld", "link", "set", "up0", "off")
    lab.tool("mld", "link", "set", "up0", "on", "snoop-joins", "off")
    holds_for(lambda: not joined(lab, "up0"), "off from the beginning")


def test_mld_s1_link_comes_and_goes(lab):
    """One that joins the group of links listens for all; one that leaves it does not any more."""
    lab.tool("host", "add", D, "dev", "down0")
    lab.tool("host", "add", E, "dev", "down1")
    lab.add_link("down2")
    lab.tool("mld", "link", "set", "down2", "on")       # by hand: it outlives the role
    lab.tool("link", "set", "down2", "role", "downstream")
    wait_joined(lab, "down2", SNM_D, SNM_E)
    lab.tool("link", "set", "down2", "role", "none")
    wait_joined(lab, "down2")
    lab.tool("link", "set", "down1", "role", "none")
    wait_joined(lab, "up0", SNM_D)


def test_mld_s1_device_is_replaced(lab):
    lab.tool("host", "add", D, "dev", "down0")
    wait_joined(lab, "down1", SNM_D)
    lab.ports["down1"].close()
    lab.r.ip("link del down1")
    lab.add_link("down1")
    wait_for(lambda: lab.tool.links()["down1"]["state"] == "active", "back")
    wait_joined(lab, "down1", SNM_D)
    lab.r.down("down1")
    lab.tool("host", "add", E, "dev", "down0")
    lab.r.up("down1")
    wait_joined(lab, "down1", SNM_D, SNM_E)


def test_mld_d8_many_at_once_are_spread_over_a_second(lab):
    ear = mld.Ear(lab.up0)
    ear.mark()
    add_hosts(lab, "down0", 0x1000, 200)
    wait_for(lambda: len(joined(lab, "up0")) == 200, "all")
    mine = joined(lab, "up0")
    ear.listen(2.5)
    first = {}
    for message in ear.messages():
        for group, kind, _ in message.records:
            if kind == "TO_EX" and group in mine:
                first.setdefault(group, message.when)
    times = sorted(first.values())
    assert len(times) == 200
    assert 0.3 < times[-1] - times[0] < 2.5, times[-1] - times[0]
    assert len(set(times)) > 5, "one burst"


@pytest.mark.heavy
def test_mld_s2_limit(lab):
    """Above the limit no more are made; when there is room again, they are."""
    mon = lab.monitor()
    lab.tool.param("snoop_groups", 4)
    add_hosts(lab, "down0", 0x1000, 8)
    wait_for(lambda: len(joined(lab, "up0")) == 4, "4 groups")
    wait_for(lambda: lab.tool.drops("up0").get("snoop-limit") == 4, "4 refused")
    got = mon.expect("limit", limit="snoop-limit")
    assert got["addr"].startswith("ff02::1:ff00:1"), got
    assert not [x for x in mon.drain() if x["event"] == "limit"], "once a second"
    kept = joined(lab, "up0")
    for i in range(8):
        if pkt.snm(f"2001:db8:1::{0x1000 + i:x}") in kept:
            lab.tool("host", "del", f"2001:db8:1::{0x1000 + i:x}")
    wait_for(lambda: len(joined(lab, "up0") - kept) == 4, "the others", 70)
    lab.tool.param("snoop_groups", 5)
    add_hosts(lab, "down0", 0x1100, 3)
    wait_for(lambda: len(joined(lab, "up0")) == 5, "5 groups")
    lab.tool.param("snoop_groups", 100)
    wait_for(lambda: len(joined(lab, "up0")) == 7, "all")


def test_mld_s2_host_that_found_no_room_is_tried_again(lab):
    lab.tool.param("snoop_groups", 1)
    add_hosts(lab, "down0", 0x1000, 2)
    ask = pkt.ns(D_MAC, D, R_ADDR)
    lab.down0.send(ask)
    lab.tool.wait_host(D, "down0")
    lab.tool.param("snoop_groups", 10)
    wait_for(lambda: len(joined(lab, "up0")) == 2, "those that were counted")

    def heard_again():
        lab.down0.send(ask)
        return SNM_D in joined(lab, "up0")
    wait_for(heard_again, "heard again")


def test_mld_s2_own_address_that_found_no_room_is_tried_again(make_lab):
    lab = make_lab(("up0", "down0"), roles=False)
    lab.tool.param("snoop_groups", 0)
    lab.set_roles(lab.ports)
    holds_for(lambda: not joined(engines(lab), "down0", own=True), "no room")
    lab.tool.param("snoop_groups", 100)
    wait_for(lambda: joined(lab, "down0", own=True) == {pkt.snm(R_ADDR)}, "the router's own")


@pytest.mark.heavy
def test_mld_s2_own_address_has_room_when_hosts_have_left(make_lab):
    """Nothing but their leaving tells that there is room."""
    lab = engines(make_lab(("up0", "down0")))
    late = "2001:db8:1::7777"
    lab.tool.param("snoop_groups", 2)
    add_hosts(lab, "up0", 0x1000, 3)
    wait_for(lambda: link(lab, "down0")["snooped"] == 2, "no more")
    lab.r.ip(f"addr add {late}/64 dev up0 nodad")
    holds_for(lambda: pkt.snm(late) not in joined(lab, "down0", own=True), "no room")
    for i in range(3):
        lab.tool("host", "del", f"2001:db8:1::{0x1000 + i:x}")
    wait_for(lambda: pkt.snm(late) in joined(lab, "down0", own=True), "the router's own", 70)


def test_mld_s2_default_limit(make_lab):
    lab = engines(make_lab(("up0", "down0")))
    assert lab.tool.params()["snoop_groups"]["default"] == 2048
    add_hosts(lab, "down0", 0x1000, 2050)
    wait_for(lambda: link(lab, "up0")["snooped"] == 2048, "2048 groups")
    holds_for(lambda: link(lab, "up0")["snooped"] == 2048, "no more")
    lab.tool("link", "set", "down0", "role", "none")
    wait_for(lambda: link(lab, "up0")["snooped"] == 0, "none")


@pytest.mark.parametrize("args,why", [
    (("link", "set", "down2", "snoop-joins", "off"), "not a link of the proxy"),
    (("link", "set", "down1", "snoop-joins", "off"), "engine is off"),
    (("link", "set", "up0", "off", "snoop-joins", "off"), "no parameters"),
    (("listen", "up0", "ff1e::1", "id", "ndproxy", "exclude"), "the proxy itself"),
    (("ignore", "up0", SNM_D, "id", "ndproxy"), "the proxy itself"),
], ids=lambda x: x if isinstance(x, str) else x[-1])
def test_mld_s1_bad_input(still, args, why):
    assert why in still.tool.refused("mld", *args)
    assert link(still, "up0")["snoop_joins"] is True
    assert joined(still, "up0") == {SNM_D}


@pytest.fixture(scope="module")
def still():
    """A router that the tests leave as it is: down2 is no link, on down1 the engine is off."""
    lab = Lab(("up0", "down0", "down1"))
    lab.add_link("down2")
    lab.tool("mld", "link", "set", "down2", "on")
    lab.tool("mld", "link", "set", "down1", "off")
    lab.tool("host", "add", D, "dev", "down0")
    wait_joined(lab, "up0", SNM_D)
    yield lab
    lab.close()
