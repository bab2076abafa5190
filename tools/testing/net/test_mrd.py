# SPDX-License-Identifier: GPL-2.0
"""Multicast Router Discovery, the router's side (MLD-S3, RFC 4286).

   port up0 ---- up0 [ router r: the engine ]
"""
import time

import pytest
from scapy.layers.inet6 import (ICMPv6MRD_Advertisement, ICMPv6MRD_Solicitation,
                                ICMPv6MRD_Termination)

from lib import mld, pkt
from lib.lab import LL, MAC
from lib.wait import wait_for

DEV = "up0"
SNOOPERS, ROUTERS = "ff02::6a", "ff02::2"
ADV, SOL, TERM = 151, 152, 153
SWITCH_MAC = "02:00:00:00:ee:05"
SWITCH = pkt.lladdr(SWITCH_MAC)


@pytest.fixture
def lab(make_lab):
    """A router on whose one link the engine is on."""
    lab = make_lab((DEV,), roles=False)
    lab.tool("mld", "link", "set", DEV, "on")
    return lab


def is_mrd(*types):
    """Matcher: such a message."""
    return lambda f: len(f.data) > 65 and f.data[20] == 0 and f.data[62] in types


def wanted(body):
    """The whole frame that must be seen."""
    return mld.frame(body, LL[DEV], SNOOPERS, MAC[DEV])


def advertisement(qi=125, rv=2):
    """An advertisement, whole."""
    return wanted(ICMPv6MRD_Advertisement(advinter=20, queryint=qi, robustness=rv))


def expect(lab, *types, timeout=8.0):
    """The next message."""
    return lab.up0.expect(is_mrd(*(types or (ADV, TERM))), timeout, "MRD")


def settle(lab):
    """Advertise, until the first few are over: the next is due in 19.5 s or later."""
    lab.tool("mld", "link", "set", DEV, "mrd", "on")
    for _ in range(3):
        expect(lab, ADV)


def solicitation(src=SWITCH, dst=ROUTERS, cksum=None, **kw):
    """A switch asks."""
    body = ICMPv6MRD_Solicitation()
    if cksum is not None:
        body.cksum = cksum
    return mld.frame(body, src, dst, SWITCH_MAC, **kw)


def counters(lab):
    """What the engine counts."""
    return lab.tool.json("mld", "link", "show", DEV)[0]["counters"]


def quiet(lab, duration):
    """Nothing of it is said for a while."""
    time.sleep(duration)
    assert not lab.up0.count(is_mrd(ADV, SOL, TERM)), lab.up0.history[-5:]


@pytest.mark.core
def test_mld_s3_every_field(lab):
    lab.tool("mld", "link", "set", DEV, "mrd", "on")
    pkt.assert_frame(expect(lab), advertisement())
    assert lab.tool.json("mld", "link", "show", DEV)[0]["mrd"] is True
    lab.tool("mld", "link", "set", DEV, "mrd", "off")
    pkt.assert_frame(expect(lab, TERM), wanted(ICMPv6MRD_Termination()))
    sent = counters(lab)["mrd_out"]
    assert sent == sum(1 for f in lab.up0.history if is_mrd(ADV, TERM)(f))


def test_mld_s3_fields_follow_the_querier(lab):
    lab.up0.send(mld.query(qrv=3, qqic=60))
    wait_for(lambda: lab.tool.json("mld", "link", "show", DEV)[0]["query_interval"] == 60, "heard")
    lab.tool("mld", "link", "set", DEV, "mrd", "on")
    pkt.assert_frame(expect(lab), advertisement(60, 3))


def test_mld_s3_off_by_default(lab):
    assert lab.tool.json("mld", "link", "show", DEV)[0]["mrd"] is False
    lab.up0.send(solicitation())
    wait_for(lambda: counters(lab)["mrd_in"] == 1, "heard")
    quiet(lab, 3)


@pytest.mark.heavy
def test_mld_s3_interval(lab):
    """Three within 2 s of each other, then one each 20 s, 0.5 s more or less."""
    lab.tool("mld", "link", "set", DEV, "mrd", "on")
    start = time.monotonic()
    when = []
    while time.monotonic() - start < 105:
        lab.up0.drain()
        got = lab.up0.poll(is_mrd(ADV, TERM))
        if got:
            when.append(time.monotonic())
        else:
            time.sleep(0.02)
    gaps = [b - a for a, b in zip(when, when[1:])]
    assert when[0] - start < 1 and all(0.05 < g < 2.1 for g in gaps[:2]), gaps
    assert len(gaps) in (6, 7) and all(19.4 < g < 20.6 for g in gaps[2:]), gaps
    assert max(gaps[2:]) - min(gaps[2:]) > 0.02, "no jitter"


def test_mld_s3_solicitation_is_answered(lab):
    settle(lab)
    frame = solicitation()
    start = time.monotonic()
    lab.up0.send(frame)
    got = expect(lab)
    pkt.assert_frame(got, advertisement())
    assert got.when - start < 2.2
    assert counters(lab)["mrd_in"] == 1


@pytest.mark.parametrize("bad", [
    {"hlim": 2}, {"alert": False}, {"src": "2001:db8::1"}, {"src": "::"}, {"dst": SNOOPERS},
    {"cksum": 0x1234},
], ids=lambda x: "-".join(x))
def test_mld_s3_invalid_solicitation_is_not(lab, bad):
    settle(lab)
    lab.up0.send(solicitation(**bad))
    quiet(lab, 2.5)
    assert counters(lab)["mrd_in"] == 0


def test_mld_s3_flood_of_solicitations(lab):
    """RFC 4286 3.1.6: no more than ten in a second."""
    settle(lab)
    start = time.monotonic()
    while time.monotonic() - start < 4:
        lab.up0.send(*[solicitation()] * 20)
        time.sleep(0.02)
        lab.up0.drain()
    times = sorted(f.when for f in lab.up0.history if is_mrd(ADV)(f))[3:]
    assert times, "no answer"
    for i, when in enumerate(times):
        assert sum(1 for t in times[i:] if t < when + 1) <= 10, times


def test_mld_s3_termination_when_the_engine_stops(lab):
    settle(lab)
    lab.tool("mld", "link", "set", DEV, "off")
    pkt.assert_frame(expect(lab), wanted(ICMPv6MRD_Termination()))
    quiet(lab, 0.5)
    lab.tool("mld", "link", "set", DEV, "on")       # of a mere device nothing is kept
    assert lab.tool.json("mld", "link", "show", DEV)[0]["mrd"] is False


def test_mld_s3_link_keeps_the_option(make_lab):
    lab = make_lab((DEV,))
    lab.tool("mld", "link", "set", DEV, "on", "mrd", "on")
    expect(lab, ADV)
    lab.up0.close()
    lab.r.ip(f"link del {DEV}")
    lab.add_link(DEV)
    expect(lab, ADV)
    lab.tool("link", "set", DEV, "role", "none")
    expect(lab, TERM)


def test_mld_s3_never_from_the_unspecified_address(lab):
    lab.r.ip(f"addr del {LL[DEV]}/64 dev {DEV}")
    lab.tool("mld", "link", "set", DEV, "mrd", "on")
    quiet(lab, 5)
    lab.r.ip(f"addr add {LL[DEV]}/64 dev {DEV} nodad")
    pkt.assert_frame(expect(lab), advertisement())


def test_mld_s3_silent_without_carrier(lab):
    settle(lab)
    ns, peer = lab.wire_ns, lab.up0.dev
    ns.down(peer)
    wait_for(lambda: lab.tool.json("mld", "link", "show", DEV)[0]["asleep"], "asleep")
    sent = counters(lab)["mrd_out"]
    time.sleep(25)
    assert counters(lab)["mrd_out"] == sent
    ns.up(peer)
    for _ in range(3):
        expect(lab, ADV, timeout=3)


def test_mld_s3_bad_input(lab):
    lab.add_link("down0")
    assert "does not run" in lab.tool.refused("mld", "link", "set", "down0", "mrd", "on")
    assert "no parameters" in lab.tool.refused("mld", "link", "set", DEV, "off", "mrd", "on")
    assert lab.tool.json("mld", "link", "show", DEV)[0]["mrd"] is False
