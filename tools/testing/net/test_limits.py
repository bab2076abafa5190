# SPDX-License-Identifier: GPL-2.0
"""Limits (spec I, F5): nothing grows without bound, and each refusal is counted.

   wire up0 --- up0 [ r ] down0 --- wire down0
"""
import time

import pytest

from lib import pkt
from lib.lab import A, A_MAC, B, D, D_MAC, E, MAC, PFX
from lib.netns import Namespace, free_name
from lib.tool import Tool
from lib.wait import wait_for
from lib.wire import silence

DEFAULTS = {"targets_per_prefix": 4096, "solicitors_per_target": 8,
            "record_lifetime": 5, "hosts_per_prefix": 65536,
            "hosts_per_link": 32768, "hosts_per_lladdr": 256,
            "host_lifetime": 600, "ns_rate": 1000, "ns_burst": 1000,
            "mcast_na_rate": 100, "hold_per_target": 3, "hold_packets": 256, "snoop_groups": 2048,
            "objects_per_net": 262144}


def target(i):
    """The I-th of many targets."""
    return f"2001:db8:1::7:{i:x}"


def dropped(lab, reason):
    """A drop counter, summed over the links."""
    return sum(lab.tool.drops(dev).get(reason, 0) for dev in lab.ports)


def test_nd_i_names_and_defaults(lab):
    params = lab.tool.params()
    assert {k: v["value"] for k, v in params.items()} == DEFAULTS
    for name, param in params.items():
        assert param["default"] == DEFAULTS[name]
        assert param["min"] <= param["value"] <= param["max"], name


@pytest.mark.parametrize("name", DEFAULTS)
def test_nd_i_out_of_range_refused(still_lab, name):
    lab = still_lab
    param = lab.tool.params()[name]
    for bad in [param["max"] + 1, 2 ** 32 - 1] + \
            ([param["min"] - 1] if param["min"] else []):
        text = lab.tool.refused("param", "set", name, bad)
        assert name in text, text
    assert lab.tool.params()[name]["value"] == DEFAULTS[name]
    for good in (param["min"], param["max"]):
        lab.tool.param(name, good)
        assert lab.tool.params()[name]["value"] == good
    lab.tool.param(name, DEFAULTS[name])


def test_nd_i_unknown_param_refused(lab):
    text = lab.tool.refused("param", "set", "nosuch", 1)
    assert "nosuch" in text


def test_nd_i_targets_per_prefix(lab):
    lab.tool.param("targets_per_prefix", 8)
    mon = lab.monitor()
    for i in range(20):
        lab.solicit("up0", A_MAC, A, target(i))
    wait_for(lambda: lab.tool.stats("up0")["ns_in"] == 20, "all heard")
    assert lab.tool.gauge("records") <= 8
    assert dropped(lab, "target-limit") >= 12
    mon.expect("limit")
    # the oldest unanswered made room for the newest
    assert target(19) in lab.tool.solicits()
    assert target(0) not in lab.tool.solicits()
    lab.advertise("down0", D_MAC, target(19))
    lab.proxied_na("up0", target(19), A, A_MAC, s=1)


def test_nd_i_targets_expired_first(lab):
    lab.tool.param("targets_per_prefix", 4)
    lab.tool.param("record_lifetime", 3)
    for i in range(4):
        lab.solicit("up0", A_MAC, A, target(i))
    wait_for(lambda: lab.tool.stats("up0")["ns_in"] == 4, "all heard")
    time.sleep(3.3)
    for i in range(4, 8):
        lab.solicit("up0", A_MAC, A, target(i))
    wait_for(lambda: lab.tool.stats("up0")["ns_in"] == 8, "all heard")
    assert dropped(lab, "target-limit") == 0
    assert set(lab.tool.solicits()) == {target(i) for i in range(4, 8)}


def test_nd_i_targets_no_limit(lab):
    lab.tool.param("targets_per_prefix", 0)
    lab.up0.send(*[pkt.ns(A_MAC, A, target(i)) for i in range(40)])
    wait_for(lambda: lab.tool.gauge("records") == 40, "all recorded")
    assert dropped(lab, "target-limit") == 0


def test_nd_i_solicitors_per_target(lab):
    askers = [(f"02:00:00:00:a1:{i:02x}", f"2001:db8:1::a1{i:02x}")
              for i in range(12)]
    for mac, addr in askers:
        lab.solicit("up0", mac, addr, D)
    wait_for(lambda: lab.tool.stats("up0")["ns_in"] == 12, "all heard")
    shown = lab.tool.solicits()[D]["solicitors"]
    assert len(shown) == 8
    assert dropped(lab, "solicitor-limit") == 4
    lab.advertise("down0", D_MAC, D)
    kept = {s["addr"] for s in shown}
    for mac, addr in askers:
        if addr in kept:
            lab.proxied_na("up0", D, addr, mac, s=1)
    silence(lab.up0, match=pkt.is_na(D))


@pytest.mark.parametrize("lifetime", [None, 1], ids=["default", "one"])
def test_nd_i_record_lifetime(lab, lifetime):
    if lifetime:
        lab.tool.param("record_lifetime", lifetime)
    lab.solicit("up0", A_MAC, A, D)
    wait_for(lambda: D in lab.tool.solicits(), "recorded")
    start = time.monotonic()
    wait_for(lambda: not lab.tool.solicits(), "expired", 12)
    took = time.monotonic() - start
    assert (lifetime or 5) - 1 <= took <= (lifetime or 5) + 3
    wait_for(lambda: lab.tool.gauge("records") == 0, "freed", 5)
    # too late: nobody is answered
    lab.advertise("down0", D_MAC, D)
    silence(lab.up0, match=pkt.is_na(D))


def test_nd_i_hosts_per_prefix(lab):
    lab.tool.param("hosts_per_prefix", 4)
    mon = lab.monitor()
    for i in range(8):
        lab.down0.send(pkt.na(f"02:00:00:00:d1:{i:02x}", target(i),
                              target(i)))
    wait_for(lambda: lab.tool.stats("down0")["na_in"] == 8, "all heard")
    assert lab.tool.gauge("hosts") == 4 == len(lab.tool.hosts())
    assert lab.tool.prefixes()[(PFX, "up0")]["hosts"] == 4
    assert dropped(lab, "host-limit") == 4
    mon.expect("limit")


def test_nd_f5_hosts_per_link(lab3):
    """Who makes up addresses on one link fills no prefix, and keeps nobody else from being known."""
    lab3.tool.param("hosts_per_link", 4)
    mon = lab3.monitor()
    for i in range(8):
        lab3.down0.send(pkt.na(f"02:00:00:00:d1:{i:02x}", target(i), target(i)))
    wait_for(lambda: lab3.tool.stats("down0")["na_in"] == 8, "all heard")
    assert dropped(lab3, "host-limit") == 4 == len(lab3.tool.hosts())
    mon.expect("limit")
    lab3.learn("down1", D_MAC, D)
    lab3.tool("host", "add", E, "dev", "down0")
    assert lab3.tool.host(D)["dev"] == "down1"
    assert lab3.tool.host(E)["state"] == "static", "what the operator adds is not limited"
    lab3.down0.send(pkt.na("02:00:00:00:d1:99", target(9), target(9)))
    wait_for(lambda: dropped(lab3, "host-limit") == 5, "still full")


def test_nd_i_hosts_per_lladdr(lab):
    lab.tool.param("hosts_per_lladdr", 4)
    for i in range(8):
        lab.down0.send(pkt.na(D_MAC, target(i), target(i)))
    wait_for(lambda: lab.tool.stats("down0")["na_in"] == 8, "all heard")
    assert len(lab.tool.hosts()) == 4
    assert dropped(lab, "lladdr-limit") == 4
    # another station is not touched by it
    lab.down0.send(pkt.na("02:00:00:00:d1:99", E, E))
    lab.tool.wait_host(E, "down0")


def test_nd_i_lladdr_slots_come_back(lab):
    lab.tool.param("hosts_per_lladdr", 2)
    for _ in range(3):
        for i in range(2):
            lab.down0.send(pkt.na(D_MAC, target(i), target(i)))
        wait_for(lambda: len(lab.tool.hosts()) == 2, "two hosts")
        lab.tool("host", "flush")
        wait_for(lambda: not lab.tool.hosts(), "flushed")
    assert dropped(lab, "lladdr-limit") == 0


def test_nd_i_ns_rate_and_burst(lab):
    lab.tool.param("ns_rate", 10)
    lab.tool.param("ns_burst", 5)
    frames = [pkt.ns(A_MAC, A, target(i)) for i in range(100)]
    start = time.monotonic()
    lab.up0.send(*frames)
    wait_for(lambda: dropped(lab, "ns-rate") +
             lab.tool.stats("down0")["ns_out"] >= 100, "all judged")
    took = time.monotonic() - start
    sent = lab.tool.stats("down0")["ns_out"]
    # the bucket was not empty before: one second's worth more at most
    assert 1 <= sent <= 5 + 10 * (took + 1) + 1, (sent, took)
    assert dropped(lab, "ns-rate") == 100 - sent
    lab.down0.forget()
    time.sleep(1.1)
    lab.solicit("up0", A_MAC, A, D)
    lab.proxied_ns("down0", D, pkt.slla(MAC["down0"]))


def test_nd_i_ns_rate_is_per_link(make_lab):
    lab = make_lab(("up0", "down0", "down1"))
    lab.tool.param("ns_rate", 1)
    lab.tool.param("ns_burst", 1)
    lab.up0.send(*[pkt.ns(A_MAC, A, target(i)) for i in range(50)])
    wait_for(lambda: dropped(lab, "ns-rate") > 40, "limited")
    lab.solicit("down1", "02:00:00:00:ee:01", E, B)
    lab.proxied_ns("up0", B, pkt.slla(MAC["up0"]))


def test_nd_i_limits_are_per_namespace(lab):
    other = Namespace(free_name("other"))
    try:
        lab.tool.param("record_lifetime", 77)
        assert lab.tool.params()["record_lifetime"]["value"] == 77
        assert lab.tool.params()["record_lifetime"]["default"] == 5
        assert Tool(other).params()["record_lifetime"]["value"] == 5
    finally:
        other.delete()


FULL = "the namespace is full: objects_per_net is 12."


def test_nd_i_objects_per_net(lab):
    """Links, prefixes, rules, hosts and listeners count together: here are 2 links, and 2 on-link
    entries of a prefix that is learnt on up0 and on no other link, or 1.
    """
    tool = lab.tool
    tool.param("objects_per_net", 12)
    made = [f"rule {i}" for i in range(20) if tool.run(
        "prefix", "deny", f"2001:db8:{i + 0x100:x}::/48").returncode == 0]
    assert 7 <= len(made) <= 9, made
    for words in ("link set x0 role downstream", "prefix deny 2001:db8:f::/48",
                  "prefix add 2001:db8:9::/64 dev up0"):
        assert tool.refused(*words.split()) == FULL
    assert "objects_per_net" in tool.refused("host", "add", D, "dev", "down0")
    tool("mld", "link", "set", "up0", "on")
    assert "objects_per_net" in tool.refused(*"mld listen up0 ff1e::1 id x exclude".split())
    # One goes, one comes, of whichever kind
    gone = 0x100
    for words, undo in (("link set x0 role downstream", "link set x0 role none"),
                        ("mld listen up0 ff1e::1 id x exclude", "mld ignore up0 ff1e::1 id x"),
                        ("mld listen up0 ff1e::2 id y exclude", "mld link set up0 off")):
        tool("prefix", "del", f"2001:db8:{gone:x}::/48")
        gone += 1
        tool(*words.split())
        assert tool.refused("prefix", "deny", "2001:db8:f::/48") == FULL
        tool(*undo.split())
        tool("prefix", "deny", f"2001:db8:{gone + 0x1000:x}::/48")
    assert tool.refused("prefix", "deny", "2001:db8:f::/48") == FULL


def test_nd_i_objects_per_net_learnt(lab):
    """What is learnt leaves a quarter to the administrator, and keeps no question out."""
    tool = lab.tool
    tool.param("objects_per_net", 40)
    tool.param("targets_per_prefix", 0)
    mon = lab.monitor()
    lab.up0.send(*[pkt.ns(A_MAC, A, target(i)) for i in range(60)])
    wait_for(lambda: tool.stats("up0")["ns_in"] == 60, "all heard")
    assert 10 < tool.gauge("records") <= 20
    lab.up0.send(*[pkt.ns(f"02:00:00:00:b0:{i:02x}", f"2001:db8:1::b0:{i:x}", D)
                   for i in range(60)])
    wait_for(lambda: tool.stats("up0")["ns_in"] == 120, "all heard")
    assert 20 < tool.gauge("hosts") <= 30
    assert tool.drops("up0")["host-limit"] > 20
    # What is asked has places of its own, and one that is pushed out leaves its place
    for i in range(60):
        lab.up0.send(pkt.ns(A_MAC, A, target(100 + i)))
        lab.down0.expect(pkt.is_ns(target(100 + i)))
    assert tool.gauge("records") == 20
    assert mon.expect("limit", limit="host-limit")
    tool("prefix", "deny", "2001:db8:f::/48")
