# SPDX-License-Identifier: GPL-2.0
"""Invalid messages (spec C1, D1): silence, one counter, no state; then a valid one passes.

   wire up0 --- up0 [ r ] down0 --- wire down0
"""
import struct
from collections import Counter

import pytest
from scapy.layers.inet6 import (IPv6ExtHdrDestOpt, IPv6ExtHdrFragment,
                                IPv6ExtHdrHopByHop, PadN)

from lib import pkt, rtnl
from lib.lab import A, A_MAC, D, D_MAC, LL, MAC
from lib.wait import holds_for, wait_for
from lib.wire import silence

MCAST_TARGET = "ff02::1:ff00:d"
ZERO_OPT = bytes([1, 0]) + pkt.mac_bytes(A_MAC)
LONG_OPT = bytes([1, 3]) + pkt.mac_bytes(A_MAC)


def frag(m=0, offset=0):
    """A fragment header: atomic unless told."""
    return IPv6ExtHdrFragment(id=0x1234, m=m, offset=offset)


def ns(**kw):
    """An NS of A for D on up0."""
    return pkt.ns(A_MAC, kw.pop("src", A), kw.pop("target", D), **kw)


BAD_NS = [
    ("hop-limit", "254", lambda: ns(hlim=254)),
    ("hop-limit", "1", lambda: ns(hlim=1)),
    ("hop-limit", "dad", lambda: ns(src=pkt.UNSPEC, hlim=64)),
    ("hop-limit", "unicast", lambda: ns(dst=D, eth_dst=MAC["up0"],
                                        hlim=254)),
    ("checksum", "wrong", lambda: ns(cksum=0x1234)),
    ("checksum", "zero", lambda: ns(cksum=0)),
    ("code", "1", lambda: ns(code=1)),
    ("code", "255", lambda: ns(code=255)),
    ("length", "8", lambda: pkt.cut(ns(), 8)),
    ("length", "20", lambda: pkt.cut(ns(), 20)),
    ("length", "23", lambda: pkt.cut(ns(), 23)),
    ("target-multicast", "snm", lambda: ns(target=MCAST_TARGET,
                                           dst=pkt.snm(D))),
    ("target-multicast", "all-nodes", lambda: ns(target="ff02::1",
                                                 dst=pkt.snm(D))),
    ("option-length", "only", lambda: ns(opts=ZERO_OPT)),
    ("option-length", "second", lambda: ns(opts=pkt.slla(A_MAC) +
                                           ZERO_OPT)),
    ("option-length", "unknown", lambda: ns(opts=bytes([200, 0]) +
                                            bytes(6))),
    ("fragment", "atomic", lambda: ns(ext=frag())),
    ("fragment", "first", lambda: ns(ext=frag(m=1))),
    ("fragment", "after-hop-by-hop", lambda: ns(
        ext=IPv6ExtHdrHopByHop(options=[PadN(optdata=b"\0" * 4)]) /
        frag())),
    ("fragment", "after-dest-opts", lambda: ns(
        ext=IPv6ExtHdrDestOpt(options=[PadN(optdata=b"\0" * 4)]) / frag())),
    ("dad-destination", "unicast", lambda: ns(src=pkt.UNSPEC, dst=D,
                                              eth_dst=MAC["up0"])),
    ("dad-destination", "all-nodes", lambda: ns(src=pkt.UNSPEC,
                                                dst=pkt.ALL_NODES)),
    ("dad-slla", "alone", lambda: ns(src=pkt.UNSPEC,
                                     opts=pkt.slla(A_MAC))),
    ("dad-slla", "after-nonce", lambda: ns(
        src=pkt.UNSPEC, opts=pkt.nonce(b"\1" * 6) + pkt.slla(A_MAC))),
]


def na(**kw):
    """A solicited NA for D on down0, unless told otherwise."""
    kw.setdefault("dst", LL["down0"])
    kw.setdefault("eth_dst", pkt.dst_mac(kw["dst"], MAC["down0"]))
    kw.setdefault("s", 1)
    return pkt.na(D_MAC, D, kw.pop("target", D), **kw)


BAD_NA = [
    ("hop-limit", "254", lambda: na(hlim=254)),
    ("hop-limit", "multicast", lambda: na(dst=pkt.ALL_NODES, s=0, hlim=1)),
    ("checksum", "wrong", lambda: na(cksum=0x1234)),
    ("code", "1", lambda: na(code=1)),
    ("length", "8", lambda: pkt.cut(na(), 8)),
    ("length", "23", lambda: pkt.cut(na(), 23)),
    ("target-multicast", "snm", lambda: na(target=MCAST_TARGET)),
    ("option-length", "only", lambda: na(opts=bytes([2, 0]) + bytes(6))),
    ("option-length", "second", lambda: na(opts=pkt.tlla(D_MAC) +
                                           bytes([2, 0]) + bytes(6))),
    ("fragment", "atomic", lambda: na(ext=frag())),
    ("fragment", "first", lambda: na(ext=frag(m=1))),
    ("na-multicast-solicited", "all-nodes",
     lambda: na(dst=pkt.ALL_NODES, s=1)),
]


def _params(rows):
    return [pytest.param(reason, make, id=f"{reason}-{name}")
            for reason, name, make in rows]


@pytest.mark.parametrize("reason,make", _params(BAD_NS))
def test_nd_c1_invalid_ns(lab, reason, make):
    frame = make()
    lab.up0.send(frame)
    wait_for(lambda: lab.tool.drops("up0") == {reason: 1},
             f"{reason} counted, alone; {lab.tool.drops('up0')}")
    assert lab.tool.stats("up0")["ns_in"] == 0
    assert not lab.tool.solicits() and not lab.tool.hosts()
    if pkt.Frame(frame).eth_dst == MAC["up0"]:
        return      # the kernel forwards it as any packet, and solicits for that
    silence(lab.up0, lab.down0, duration=0.2)
    assert lab.tool.stats("down0")["ns_out"] == 0
    assert rtnl.neigh(lab.r, A, "up0") is None
    lab.up0.send(ns())
    lab.proxied_ns("down0", D, pkt.slla(MAC["down0"]))
    assert lab.tool.drops("up0") == {reason: 1}


@pytest.mark.parametrize("reason,make", _params(BAD_NA))
def test_nd_d1_invalid_na(lab, reason, make):
    lab.up0.send(ns())
    lab.proxied_ns("down0", D, pkt.slla(MAC["down0"]))
    lab.down0.send(make())
    wait_for(lambda: lab.tool.drops("down0") == {reason: 1},
             f"{reason} counted, alone; {lab.tool.drops('down0')}")
    silence(lab.up0, match=pkt.is_na(D), duration=0.2)
    assert not lab.tool.host(D)
    assert not [x for x in rtnl.routes(lab.r) if f"{D} " in x]
    lab.down0.send(na())
    lab.proxied_na("up0", D, A, A_MAC, s=1)
    assert lab.tool.drops("down0") == {reason: 1}


@pytest.mark.core
def test_nd_c1_d1_every_invalid_message_in_a_row(lab):
    """All of the above in one go: each counted, once, and nothing comes out."""
    bad_ns = [x for x in BAD_NS if "unicast" not in x[1]]
    for rows, dev in ((bad_ns, "up0"), (BAD_NA, "down0")):
        lab.ports[dev].send(*[make() for _, _, make in rows])
        want = dict(Counter(reason for reason, _, _ in rows))
        wait_for(lambda dev=dev, want=want: lab.tool.drops(dev) == want,
                 f"{want}")
    silence(lab.up0, lab.down0)
    assert not lab.tool.solicits() and not lab.tool.hosts()
    lab.up0.send(ns())
    lab.proxied_ns("down0", D, pkt.slla(MAC["down0"]))
    lab.down0.send(na())
    lab.proxied_na("up0", D, A, A_MAC, s=1)


@pytest.mark.parametrize("side", ["ns", "na"])
def test_nd_c1_option_beyond_the_end(lab, side):
    if side == "ns":
        dev, frame = "up0", ns(opts=LONG_OPT)
    else:
        dev, frame = "down0", na(opts=b"\2\3" + pkt.mac_bytes(D_MAC))
    lab.ports[dev].send(frame)
    wait_for(lambda: sum(lab.tool.drops(dev).values()) == 1, "counted")
    assert set(lab.tool.drops(dev)) <= {"length", "option-length"}
    silence(lab.up0, lab.down0, duration=0.2)
    assert not lab.tool.hosts() and not lab.tool.solicits()


def test_nd_c1_length_shorter_than_frame(lab):
    # the IPv6 payload length rules, not what else is in the frame
    frame = ns()
    short = pkt.patch_cksum(frame[:18] + struct.pack("!H", 20) + frame[20:])
    lab.up0.send(short)
    wait_for(lambda: lab.tool.drops("up0") == {"length": 1}, "counted")
    silence(lab.down0, duration=0.2)


def test_nd_c1_fragmented_in_two(lab):
    whole = ns(opts=pkt.slla(A_MAC) + pkt.opt(200, bytes(14)))
    upper = whole[54:]
    first = pkt.ns(A_MAC, A, D, ext=frag(m=1))[:62] + upper[:24]
    first = first[:18] + struct.pack("!H", 32) + first[20:]
    second = pkt.ns(A_MAC, A, D, ext=frag(offset=3))[:62] + upper[24:]
    second = second[:18] + struct.pack("!H", 8 + len(upper) - 24) + \
        second[20:]
    lab.up0.send(first, second)
    wait_for(lambda: lab.tool.drops("up0").get("fragment", 0) >= 1,
             "counted")
    silence(lab.up0, lab.down0, duration=0.2)
    assert not lab.tool.solicits() and not lab.tool.hosts()
    lab.up0.send(ns())
    lab.proxied_ns("down0", D, pkt.slla(MAC["down0"]))


def test_nd_c1_fragment_is_seen_before_defragmentation(lab):
    lab.r.sh("nft", "add table ip6 t; add chain ip6 t c "
             "{ type filter hook prerouting priority 0; }; "
             "add rule ip6 t c ct state established counter")
    test_nd_c1_fragmented_in_two(lab)


@pytest.mark.parametrize("opts", [
    pkt.opt(200, b"\x77" * 6) + pkt.slla(A_MAC),
    pkt.slla(A_MAC) + pkt.opt(200, b"\x77" * 14),
    pkt.opt(5, bytes(6)) + pkt.opt(253, bytes(30)) + pkt.slla(A_MAC),
    pkt.nonce(b"\3" * 6) + pkt.opt(3, bytes(30)) + pkt.slla(A_MAC),
], ids=["before", "after", "two", "nonce"])
def test_nd_c1_unknown_options_skipped(lab, opts):
    lab.up0.send(ns(opts=opts))
    got = lab.down0.expect(pkt.is_ns(D))
    assert got.options[:8] == pkt.slla(MAC["down0"])
    wait_for(lambda: rtnl.neigh(lab.r, A, "up0") == (A_MAC, "STALE"),
             "SLLA found")
    assert lab.tool.drops("up0") == {}


def test_nd_d1_unknown_options_skipped(lab):
    lab.up0.send(ns())
    lab.proxied_ns("down0", D, pkt.slla(MAC["down0"]))
    lab.down0.send(na(opts=pkt.opt(200, bytes(22)) + pkt.tlla(D_MAC)))
    lab.proxied_na("up0", D, A, A_MAC, s=1)


@pytest.mark.parametrize("header", [IPv6ExtHdrHopByHop, IPv6ExtHdrDestOpt])
def test_nd_c1_other_extension_headers_pass(lab, header):
    lab.up0.send(ns(ext=header(options=[PadN(optdata=b"\0" * 4)])))
    lab.proxied_ns("down0", D, pkt.slla(MAC["down0"]))
    assert lab.tool.drops("up0") == {}


@pytest.mark.parametrize("kind", [133, 134, 137, 138, 128, 0])
def test_nd_c1_other_types_are_not_ours(lab, kind):
    frame = ns()
    frame = pkt.patch_cksum(frame[:54] + bytes([kind]) + frame[55:])
    lab.up0.send(frame)
    silence(lab.down0, duration=0.2)
    stats = lab.tool.stats("up0")
    assert stats["ns_in"] == stats["na_in"] == 0
    assert lab.tool.drops("up0") == {}
    holds_for(lambda: not lab.tool.hosts(), "no host", 0)
