# SPDX-License-Identifier: GPL-2.0
"""A solicitation comes in (spec C3 to C10).

   wire up0 --- up0 [ r ] down0 --- wire down0     A, B: hosts upstream
    A, B              |                D, E        D, E: hosts downstream
                    down1 --- wire down1

The prefix is on-link on up0 by the router's own address there.
"""
import socket
import time

import pytest

from lib import pkt, rtnl
from lib.lab import (A, A_MAC, B, B_MAC, D, D_MAC, E, LL, MAC, R_ADDR)
from lib.wait import holds_for, wait_for
from lib.wire import silence

RETRANS = 1.0                           # RetransTimer of a link, default
NONCE = bytes.fromhex("0102a5b6c7f8")


def test_nd_c2_target_outside_untouched(lab):
    lab.r.ip("addr add 2001:db8:77::1/128 dev lo")
    lab.solicit("up0", A_MAC, A, "2001:db8:99::d")
    lab.solicit("up0", A_MAC, A, "fe80::d")
    silence(lab.up0, lab.down0)
    assert not lab.tool.solicits()
    lab.solicit("up0", A_MAC, A, D)
    lab.proxied_ns("down0", D, pkt.slla(MAC["down0"]))


def test_nd_c2_other_group_untouched(make_lab):
    lab = make_lab(("up0", "down0", "down1"), roles=False)
    lab.tool("link", "set", "up0", "role", "upstream", "group", 1)
    lab.tool("link", "set", "down0", "role", "downstream", "group", 2)
    lab.tool("link", "set", "down1", "role", "downstream", "group", 1)
    lab.tool.wait_prefix("2001:db8:1::/64")
    lab.solicit("up0", A_MAC, A, D)
    lab.proxied_ns("down1", D, pkt.slla(MAC["down1"]))
    silence(lab.up0, lab.down0, lab.down1)
    lab.solicit("down0", D_MAC, D, A)
    silence(lab.up0, lab.down0, lab.down1)


def test_nd_c3_own_address_on_arrival_link(lab):
    lab.solicit("up0", A_MAC, A, R_ADDR)
    got = lab.up0.expect(pkt.is_na(R_ADDR))
    pkt.assert_frame(got, pkt.na(MAC["up0"], R_ADDR, R_ADDR, A, A_MAC,
                                 r=1, s=1, o=1))
    silence(lab.up0, lab.down0, match=pkt.is_nd_for(R_ADDR))
    assert R_ADDR not in lab.tool.solicits()


def test_nd_c3_own_address_of_another_link(lab):
    lab.solicit("down0", D_MAC, D, R_ADDR)
    got = lab.down0.expect(pkt.is_na(R_ADDR, dst=D))
    r, s, o = got.flags
    assert (r, s) == (1, 1), got
    assert got.src in (R_ADDR, LL["down0"])
    pkt.assert_frame(got, pkt.na(MAC["down0"], got.src, R_ADDR, D, D_MAC,
                                 r=1, s=1, o=o))
    silence(lab.up0, lab.down0, match=pkt.is_nd_for(R_ADDR))


def test_nd_c3_own_address_unicast_probe_of_another_link(lab):
    lab.solicit("down0", D_MAC, D, R_ADDR)
    lab.down0.expect(pkt.is_na(R_ADDR, dst=D))
    lab.solicit("down0", D_MAC, D, R_ADDR, dst=R_ADDR, eth_dst=MAC["down0"])
    lab.down0.expect(pkt.is_na(R_ADDR, dst=D))
    silence(lab.up0, lab.down0, match=pkt.is_nd_for(R_ADDR))


def test_nd_c3_dad_for_own_address_of_another_link(lab):
    lab.solicit("down0", D_MAC, pkt.UNSPEC, R_ADDR, opts=pkt.nonce(NONCE))
    got = lab.down0.expect(pkt.is_na(R_ADDR))
    assert got.src in (R_ADDR, LL["down0"])
    pkt.assert_frame(got, pkt.na(MAC["down0"], got.src, R_ADDR, r=1, s=0,
                                 o=got.flags[2]))
    silence(lab.up0, lab.down0, match=pkt.is_nd_for(R_ADDR))
    assert not lab.tool.host(R_ADDR)


@pytest.mark.core
def test_nd_c4_solicitor_recorded(lab):
    lab.solicit("up0", A_MAC, A, D)
    lab.proxied_ns("down0", D, pkt.slla(MAC["down0"]))
    record = lab.tool.solicits()[D]
    assert record["prefix"] == "2001:db8:1::/64"
    assert record["age_ms"] < 5000
    assert [(s["addr"], s["dev"]) for s in record["solicitors"]] == \
        [(A, "up0")]
    assert lab.tool.prefixes()[("2001:db8:1::/64", "up0")]["records"] == 1
    assert lab.tool.gauge("records") == 1
    stats = lab.tool.stats("up0")
    assert (stats["ns_in"], stats["dad_in"], stats["ns_out"]) == (1, 0, 0)
    assert lab.tool.stats("down0")["ns_out"] == 1


def test_nd_c4_neighbour_entry_from_slla(lab):
    assert rtnl.neigh(lab.r, A, "up0") is None
    lab.solicit("up0", A_MAC, A, D)
    lab.proxied_ns("down0", D, pkt.slla(MAC["down0"]))
    wait_for(lambda: rtnl.neigh(lab.r, A, "up0") == (A_MAC, "STALE"),
             "entry made from SLLA")


def test_nd_c4_neighbour_entry_updated(lab):
    lab.r.ip(f"neigh add {A} lladdr {B_MAC} dev up0 nud reachable")
    lab.solicit("up0", A_MAC, A, D)
    wait_for(lambda: rtnl.neigh(lab.r, A, "up0") == (A_MAC, "STALE"),
             "entry changed by SLLA")
    lab.proxied_ns("down0", D, pkt.slla(MAC["down0"]))
    lab.advertise("down0", D_MAC, D)
    lab.proxied_na("up0", D, A, A_MAC, s=1)


def test_nd_c4_source_outside_prefix(lab):
    asker = pkt.lladdr(A_MAC)
    lab.solicit("up0", A_MAC, asker, D)
    lab.proxied_ns("down0", D, pkt.slla(MAC["down0"]))
    lab.advertise("down0", D_MAC, D)
    got = lab.up0.expect(pkt.is_na(D, dst=asker))
    pkt.assert_frame(got, pkt.na(MAC["up0"], LL["up0"], D, asker, A_MAC,
                                 s=1))
    assert not lab.tool.host(asker)


def test_nd_c4_no_slla_option(lab):
    lab.solicit("up0", A_MAC, A, D, dst=D, eth_dst=MAC["up0"], opts=b"")
    lab.proxied_ns("down0", D, pkt.slla(MAC["down0"]))
    lab.advertise("down0", D_MAC, D)
    # the router does not know where A is: it must resolve it first
    lab.up0.expect(pkt.is_ns(A))
    lab.up0.send(pkt.na(A_MAC, A, A, R_ADDR, MAC["up0"], s=1))
    lab.up0.send(pkt.na(A_MAC, A, A, LL["up0"], MAC["up0"], s=1))
    lab.proxied_na("up0", D, A, A_MAC, s=1)


@pytest.mark.core
def test_nd_c5_multicast_on_every_other_link(lab3):
    lab = lab3
    lab.solicit("up0", A_MAC, A, D)
    for dev in ("down0", "down1"):
        lab.proxied_ns(dev, D, pkt.slla(MAC[dev]), LL[dev])
    silence(lab.up0, lab.down0, lab.down1, match=pkt.is_nd_for(D))
    assert lab.tool.drops("up0") == {}


def test_nd_c5_from_downstream(lab3):
    lab = lab3
    lab.solicit("down0", D_MAC, D, A)
    lab.proxied_ns("up0", A, pkt.slla(MAC["up0"]))
    lab.proxied_ns("down1", A, pkt.slla(MAC["down1"]), LL["down1"])
    silence(lab.up0, lab.down0, lab.down1, match=pkt.is_nd_for(A))


def test_nd_c5_unicast_to_known_host(lab3):
    lab = lab3
    lab.learn("down0", D_MAC, D)
    lab.solicit("up0", A_MAC, A, D)
    lab.proxied_ns("down0", D, pkt.slla(MAC["down0"]), LL["down0"], D_MAC)
    lab.proxied_ns("down1", D, pkt.slla(MAC["down1"]), LL["down1"])
    silence(lab.up0, lab.down0, lab.down1, match=pkt.is_nd_for(D))
    lab.advertise("down0", D_MAC, D)
    lab.proxied_na("up0", D, A, A_MAC, s=1)


def test_nd_c5_known_on_arrival_link_silent(lab):
    lab.solicit("up0", B_MAC, B, D)                 # B lives upstream
    lab.tool.wait_host(B, "up0")
    lab.proxied_ns("down0", D, pkt.slla(MAC["down0"]))
    lab.solicit("up0", A_MAC, A, B)
    silence(lab.up0, lab.down0, match=pkt.is_ns(B))
    lab.solicit("up0", A_MAC, A, E)
    lab.proxied_ns("down0", E, pkt.slla(MAC["down0"]))


def test_nd_c5_other_options_not_copied(lab):
    opts = pkt.opt(200, b"\x55" * 6) + pkt.slla(A_MAC) + pkt.nonce(NONCE)
    lab.solicit("up0", A_MAC, A, D, opts=opts)
    got = lab.down0.expect(pkt.is_ns(D))
    assert got.options[:8] == pkt.slla(MAC["down0"])
    assert pkt.mac_bytes(A_MAC) not in got.data
    assert b"\x55" * 6 not in got.data


@pytest.mark.core
@pytest.mark.parametrize("body", [NONCE, bytes(range(14)), b"\xff" * 6],
                         ids=["six", "fourteen", "ones"])
def test_nd_c6_dad_nonce_kept(lab3, body):
    lab = lab3
    lab.solicit("up0", A_MAC, pkt.UNSPEC, D, opts=pkt.nonce(body))
    for dev in ("down0", "down1"):
        lab.proxied_ns(dev, D, pkt.nonce(body), pkt.UNSPEC)
    silence(lab.up0, lab.down0, lab.down1, match=pkt.is_nd_for(D))
    assert not lab.tool.solicits()
    stats = lab.tool.stats("up0")
    assert (stats["ns_in"], stats["dad_in"]) == (1, 1)
    stats = lab.tool.stats("down0")
    assert (stats["ns_out"], stats["dad_out"]) == (1, 1)


def test_nd_c6_dad_without_nonce(lab):
    lab.solicit("up0", A_MAC, pkt.UNSPEC, D)
    lab.proxied_ns("down0", D, b"", pkt.UNSPEC)
    assert not lab.tool.solicits()


def test_nd_c6_dad_from_downstream(lab3):
    lab = lab3
    lab.solicit("down0", D_MAC, pkt.UNSPEC, D, opts=pkt.nonce(NONCE))
    for dev in ("up0", "down1"):
        lab.proxied_ns(dev, D, pkt.nonce(NONCE), pkt.UNSPEC)
    silence(lab.up0, lab.down0, lab.down1, match=pkt.is_nd_for(D))


def test_nd_c6_dad_goes_to_known_host_link(lab):
    # a known host must hear the probe as any member of its group does
    lab.learn("down0", D_MAC, D)
    lab.solicit("up0", A_MAC, pkt.UNSPEC, D, opts=pkt.nonce(NONCE))
    got = lab.down0.expect(lambda f: f.type == pkt.NS and
                           f.src == pkt.UNSPEC)
    assert got.options == pkt.nonce(NONCE) and got.hlim == 255
    lab.down0.send(pkt.na(D_MAC, D, D))
    lab.proxied_na("up0", D, pkt.ALL_NODES)
    assert lab.tool.host(D)["dev"] == "down0"


def test_nd_c6_dad_both_sides_at_once(lab):
    lab.solicit("up0", A_MAC, pkt.UNSPEC, D, opts=pkt.nonce(NONCE))
    lab.solicit("down0", D_MAC, pkt.UNSPEC, D, opts=pkt.nonce(b"\7" * 6))
    lab.proxied_ns("down0", D, pkt.nonce(NONCE), pkt.UNSPEC)
    lab.proxied_ns("up0", D, pkt.nonce(b"\7" * 6), pkt.UNSPEC)


def test_nd_c6_dad_both_sides_at_once_without_nonce(lab):
    lab.solicit("up0", A_MAC, pkt.UNSPEC, D)
    lab.solicit("down0", D_MAC, pkt.UNSPEC, D)
    lab.proxied_ns("down0", D, b"", pkt.UNSPEC)
    lab.proxied_ns("up0", D, b"", pkt.UNSPEC)


def _asked_again(lab, target, since):
    """The first prober, on up0, is asked when its own detection is over."""
    got = lab.up0.expect(lambda f: pkt.is_ns(target, src=pkt.UNSPEC)(f) and
                         f.when - since > 0.9)
    assert 1.1 < got.when - since < 1.4, got.when - since


def test_nd_c6_dad_asked_again_though_much_is_heard(lab):
    lab.solicit("up0", A_MAC, pkt.UNSPEC, D)
    since = lab.down0.expect(pkt.is_ns(D)).when
    lab.solicit("down0", D_MAC, pkt.UNSPEC, D)
    wait_for(lambda: lab.tool.drops("down0") == {"own-echo": 1}, "in doubt")
    lab.up0.send(*[pkt.na(A_MAC, x, x) for x in
                   (f"2001:db8:1::7:{i:x}" for i in range(1500))])
    _asked_again(lab, D, since)


def test_nd_c6_dad_asked_again_in_time(lab):
    """The doubts do not come in the order of the probes."""
    lab.solicit("up0", A_MAC, pkt.UNSPEC, D)
    since = lab.down0.expect(pkt.is_ns(D)).when
    time.sleep(0.5)
    for dev, mac in (("up0", A_MAC), ("down0", D_MAC)):
        lab.solicit(dev, mac, pkt.UNSPEC, E)
    wait_for(lambda: lab.tool.drops("down0") == {"own-echo": 1}, "in doubt")
    lab.solicit("down0", D_MAC, pkt.UNSPEC, D)
    _asked_again(lab, D, since)


def test_nd_c6_dad_repeated_probe_forwarded(lab):
    for _ in range(2):
        lab.solicit("up0", A_MAC, pkt.UNSPEC, D, opts=pkt.nonce(NONCE))
        lab.proxied_ns("down0", D, pkt.nonce(NONCE), pkt.UNSPEC)
        time.sleep(RETRANS + 0.05)


def _echo_of_dad(lab, back, mac=None):
    lab.solicit("up0", A_MAC, pkt.UNSPEC, D, opts=pkt.nonce(NONCE))
    sent = lab.proxied_ns("down0", D, pkt.nonce(NONCE), pkt.UNSPEC).data
    if mac:
        sent = sent[:6] + pkt.mac_bytes(mac) + sent[12:]
    lab.ports[back].send(sent)
    silence(lab.up0, lab.down0, match=pkt.is_nd_for(D))
    assert lab.tool.drops(back) == {"own-echo": 1}
    assert not lab.tool.host(D) or lab.tool.host(D)["dev"] == "up0"


def test_nd_c7_dad_echo_own_mac_same_link(lab):
    _echo_of_dad(lab, "down0")


def test_nd_c7_dad_echo_own_mac_first_link(lab):
    _echo_of_dad(lab, "up0")


def test_nd_c7_dad_echo_nonce_foreign_mac(lab):
    _echo_of_dad(lab, "down0", "02:00:00:00:99:99")


@pytest.mark.parametrize("mac", [None, "02:00:00:00:99:99"],
                         ids=["own-mac", "own-address"])
def test_nd_c7_own_ns_heard_again(lab, mac):
    lab.solicit("up0", A_MAC, A, D)
    sent = lab.proxied_ns("down0", D, pkt.slla(MAC["down0"])).data
    if mac:
        sent = sent[:6] + pkt.mac_bytes(mac) + sent[12:]
    lab.down0.send(sent)
    silence(lab.up0, lab.down0, match=pkt.is_nd_for(D))
    assert lab.tool.drops("down0") == {"own-echo": 1}
    assert {s["addr"] for s in lab.tool.solicits()[D]["solicitors"]} == {A}
    lab.advertise("down0", D_MAC, D)
    lab.proxied_na("up0", D, A, A_MAC, s=1)


def _askers(n):
    return [(f"02:00:00:00:a1:{i:02x}", f"2001:db8:1::a1{i:02x}")
            for i in range(n)]


@pytest.mark.core
def test_nd_c8_many_askers_one_ns(lab3):
    lab = lab3
    for mac, addr in _askers(6):
        lab.solicit("up0", mac, addr, D)
    wait_for(lambda: lab.tool.stats("up0")["ns_in"] == 6, "six heard")
    for dev in ("down0", "down1"):
        lab.proxied_ns(dev, D, pkt.slla(MAC[dev]))
    silence(lab.down0, lab.down1, match=pkt.is_ns(D))
    assert len(lab.tool.solicits()[D]["solicitors"]) == 6
    lab.advertise("down0", D_MAC, D)
    for mac, addr in _askers(6):
        lab.proxied_na("up0", D, addr, mac, s=1)
    silence(lab.up0, match=pkt.is_na(D))


def test_nd_c8_next_ns_after_retrans_timer(lab):
    lab.solicit("up0", A_MAC, A, D)
    lab.proxied_ns("down0", D, pkt.slla(MAC["down0"]))
    lab.solicit("up0", A_MAC, A, D)
    silence(lab.down0, match=pkt.is_ns(D))
    time.sleep(RETRANS)
    lab.solicit("up0", A_MAC, A, D)
    lab.proxied_ns("down0", D, pkt.slla(MAC["down0"]))
    assert [s["addr"] for s in lab.tool.solicits()[D]["solicitors"]] == [A]


def test_nd_c8_asker_on_another_link_joins(lab3):
    lab = lab3
    lab.solicit("up0", A_MAC, A, D)
    for dev in ("down0", "down1"):
        lab.proxied_ns(dev, D, pkt.slla(MAC[dev]))
    lab.solicit("down1", "02:00:00:00:ee:01", E, D)
    wait_for(lambda: len(lab.tool.solicits()[D]["solicitors"]) == 2,
             "both recorded")
    silence(lab.down0, match=pkt.is_ns(D))
    lab.advertise("down0", D_MAC, D)
    lab.proxied_na("up0", D, A, A_MAC, s=1)
    lab.proxied_na("down1", D, E, "02:00:00:00:ee:01", s=1)


def test_nd_c8_targets_do_not_share(lab):
    lab.solicit("up0", A_MAC, A, D)
    lab.solicit("up0", A_MAC, A, E)
    for target in (D, E):
        lab.proxied_ns("down0", target, pkt.slla(MAC["down0"]))


def _ns_socket(ns):
    with ns:
        sock = socket.socket(socket.AF_INET6, socket.SOCK_RAW,
                             socket.IPPROTO_ICMPV6)
        sock.setsockopt(socket.IPPROTO_ICMPV6, 1,           # ICMPV6_FILTER
                        b"".join((0xffffffff if i != pkt.NS // 32 else
                                  0xffffffff ^ (1 << pkt.NS % 32))
                                 .to_bytes(4, "little") for i in range(8)))
        sock.settimeout(0.3)
        return sock


@pytest.mark.core
@pytest.mark.parametrize("known", [False, True], ids=["unknown", "known"])
def test_nd_c9_unicast_ns_consumed(lab, known):
    if known:
        lab.learn("down0", D_MAC, D)
    before = lab.r.read("/proc/net/snmp6")
    with _ns_socket(lab.r) as sock:
        lab.solicit("up0", A_MAC, A, D, dst=D, eth_dst=MAC["up0"])
        lab.proxied_ns("down0", D, pkt.slla(MAC["down0"]), LL["down0"],
                       D_MAC if known else None)
        with pytest.raises(TimeoutError):
            sock.recv(1500)
        # the socket does hear what is the kernel's own
        lab.solicit("up0", A_MAC, A, R_ADDR, dst=R_ADDR, eth_dst=MAC["up0"])
        assert sock.recv(1500)[8:24] == pkt.pton(R_ADDR)

    def count(text, name):
        return [x.split()[1] for x in text.splitlines()
                if x.split()[0] == name]
    silence(lab.up0, lab.down0,
            match=lambda f: f.type in (1, 3, pkt.REDIRECT) or f.hlim == 254)
    after = lab.r.read("/proc/net/snmp6")
    for name in ("Ip6OutForwDatagrams", "Ip6InHdrErrors", "Ip6InAddrErrors",
                 "Ip6InNoRoutes"):
        assert count(before, name) == count(after, name), name


def test_nd_c9_unicast_ns_from_link_local_consumed(lab):
    asker = pkt.lladdr(A_MAC)
    lab.learn("down0", D_MAC, D)
    lab.solicit("up0", A_MAC, asker, D, dst=D, eth_dst=MAC["up0"])
    lab.proxied_ns("down0", D, pkt.slla(MAC["down0"]), LL["down0"], D_MAC)
    lab.advertise("down0", D_MAC, D)
    lab.proxied_na("up0", D, asker, A_MAC, s=1)
    silence(lab.up0, lab.down0,
            match=lambda f: f.type in (1, pkt.REDIRECT) or f.hlim == 254)


def test_nd_c10_sender_is_evidence(lab):
    lab.solicit("up0", A_MAC, A, D)
    host = lab.tool.wait_host(A, "up0")
    assert host["evidence"] == "ns" and host["lladdr"] == A_MAC
    lab.solicit("down0", D_MAC, E, A)
    host = lab.tool.wait_host(E, "down0")
    assert host["evidence"] == "ns" and host["lladdr"] == D_MAC


def test_nd_c10_no_evidence_outside_prefix(lab):
    lab.solicit("up0", A_MAC, "2001:db8:99::a", D)
    lab.proxied_ns("down0", D, pkt.slla(MAC["down0"]))
    holds_for(lambda: not lab.tool.hosts(), "no host learnt")
