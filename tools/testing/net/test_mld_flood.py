# SPDX-License-Identifier: GPL-2.0
"""Hostile queriers: 10,000 queries a second, and one who means it among them (MLD-B8, C3, C6).

   wire up0 (a hostile querier, an honest one) --- up0 [ r: the engine ]
"""
import time

import pytest

from lib import mld, pkt
from lib.wait import wait_for

DEV = "up0"
G1 = "ff1e::1:1"
MANY = [mld.text(f"ff1e::2:{i:x}") for i in range(1, 65)]
S = [f"2001:db8:ffff::{i:x}" for i in range(1, 257)]
EVIL, EVIL_MAC = pkt.lladdr("02:00:00:00:66:66"), "02:00:00:00:66:66"
RATE, SECONDS = 10000, 3


def evil(*args, **kw):
    """A hostile query."""
    return mld.query(*args, src=EVIL, mac=EVIL_MAC, **kw)


FLOODS = {
    "general": lambda: [evil(mrc=1)],
    "general-long": lambda: [evil(mrc=8387584)],
    "specific": lambda: [evil(group=G1, mrc=1)],
    "sources": lambda: [evil(group=g, sources=S, mrc=1000) for g in MANY],
    "versions": lambda: [evil(1, mrc=10), evil(mrc=10), evil(1, MANY[0]), evil(group=MANY[0])],
}


@pytest.fixture
def lab(make_lab):
    """A router with the engine on up0 and 65 groups that have been told."""
    lab = make_lab((DEV,), roles=False)
    lab.r.ip(f"link set {DEV} mtu 9000")
    lab.wire_ns.ip(f"link set {lab.up0.dev} mtu 9000")
    lab.tool("mld", "link", "set", DEV, "on")
    lab.tool("-b", "-", input="".join(f"mld listen {DEV} {g} id t exclude\n" for g in [G1, *MANY]))
    lab.ear = mld.Ear(lab.up0)
    time.sleep(4)
    lab.ear.mark()
    return lab


def link(lab):
    """The engine's link."""
    return mld.engine_link(lab, DEV)


def arrivals(lab):
    """Packets that the device has received."""
    lines = lab.r.read("/proc/net/dev").splitlines()
    return int(next(x for x in lines if x.split()[0] == f"{DEV}:").split()[2])


def slab():
    """Bytes of the kernel's objects."""
    with open("/proc/meminfo", encoding="ascii") as f:
        return 1024 * next(int(x.split()[1]) for x in f if x.startswith("SUnreclaim"))


def flood(lab, frames):
    """RATE frames a second, in small bursts, and an honest querier in the middle who has two questions.

    It asks each twice, as the Last Listener Query Count says, and before a burst: behind one as long
    as the link's queue there is no room by design, which is counted. How many were sent, when they
    were asked first, and the time it took.
    """
    start, sent, asked, queries = time.monotonic(), 0, [], 0
    while sent < RATE * SECONDS:
        due = int((time.monotonic() - start) * RATE) - sent
        if due <= 0:
            time.sleep(0.005)
            continue
        if sent > RATE * SECONDS * (len(asked) + 1) // 3 and len(asked) < 2:
            asked.append(time.monotonic())
        if queries < 2 * len(asked):
            lab.up0.send(mld.query(group=G1, mrc=200))
            queries += 1
        for _ in range(min(due, 100)):
            lab.up0.send(frames[sent % len(frames)])
            sent += 1
        lab.up0.drain()
        if time.monotonic() - start > 10 * SECONDS:
            break                       # a machine that cannot send so many
    return sent + queries, asked, time.monotonic() - start


@pytest.mark.every
@pytest.mark.alone
@pytest.mark.timeout(300)
@pytest.mark.parametrize("kind", FLOODS)
def test_mld_b8_hostile_queriers(lab, kind, record_property):
    """The honest one is answered; memory and packets are bounded; each query is counted once."""
    frames, before, reset = FLOODS[kind](), slab(), link(lab)
    first = arrivals(lab)
    sent, asked, took = flood(lab, frames)
    memory = slab() - before
    for i, when in enumerate(asked):
        until = asked[i + 1] if i + 1 < len(asked) else when + 3
        answers = [m for m in lab.ear.messages() if when <= m.when <= until + 1 and m.of_group(G1)]
        assert answers, f"question {i} was not answered"
    time.sleep(2)
    got, arrived = link(lab), arrivals(lab) - first
    record_property("rate", int(sent / took))
    assert arrived == sent, "all of them came in"
    counted = sum(got["counters"][c] - reset["counters"][c] for c in ("queries_v1", "queries_v2")) + \
        sum(got["drops"][d] - reset["drops"][d] for d in ("queue", "memory", "version"))
    assert counted == sent, (sent, got)
    assert memory < 16 << 20, f"{memory} bytes"
    assert got["counters"]["version_changes"] - reset["counters"]["version_changes"] == \
        (kind == "versions")
    reports = len(lab.ear.messages())
    limit = {"general": 60, "general-long": 60, "versions": 1300}.get(kind, RATE)
    assert reports <= limit * (took + 3), f"{reports} reports in {took} s"
    # And the link is as alive as before.
    lab.ear.mark()
    lab.up0.send(mld.query(group=G1, mrc=100))
    lab.ear.wait_report(G1)
    if kind != "versions":
        wait_for(lambda: lab.tool.json("mld", "group", "show", G1, "dev", DEV)[0]["state"] == "idle",
                 "idle")
