# SPDX-License-Identifier: GPL-2.0
"""A scan of 20,000 addresses that do not exist (spec F5, RFC 6583).

   wire up0 --- up0 [ r ] down0 --- eth0 dh (a real stack)
   the scanner                      20 live addresses
   and an asker

4,000 solicitations a second, each for a target of its own, prepared beforehand and
sent in batches; in between an asker solicits the live hosts, each of which must answer.
"""
import time

import pytest

from lib import pkt
from lib.lab import A, A_MAC, B, B_MAC, PFX
from lib.wait import wait_for

DEAD, RATE, BATCH = 20000, 4000, 40
LIVE = [f"2001:db8:1::11:{i:x}" for i in range(20)]


def scan_frames(number=DEAD):
    """Solicitations of one scanner; one frame is patched, for speed."""
    base = pkt.ns(B_MAC, B, "2001:db8:1::6:0:0")
    start = ~int.from_bytes(base[56:58], "big") & 0xffff
    frames = []
    for i in range(number):
        tail = i.to_bytes(3, "big")
        total = start + 2 * (i >> 16) + 2 * (i & 0xffff)    # group, target
        total = (total & 0xffff) + (total >> 16)
        total = (total & 0xffff) + (total >> 16)
        frames.append(base[:3] + tail + base[6:51] + tail + base[54:56] +
                      (~total & 0xffff).to_bytes(2, "big") + base[58:75] +
                      tail + base[78:])
    return frames


@pytest.fixture
def scanned(make_lab):
    """The lab with a live stack downstream, whose hosts are known."""
    lab = make_lab(("up0", "down0"), hosts=("down0",))
    lab.give(lab.dh, *LIVE)
    for addr in LIVE:
        lab.solicit("up0", A_MAC, A, addr)
        lab.up0.expect(pkt.is_na(addr, dst=A))
    return lab


def test_nd_f5_scan_frames_are_right():
    frames = scan_frames()
    assert len(set(frames)) == DEAD
    for i in (0, 1, 255, 256, 4095, 19999):
        want = pkt.ns(B_MAC, B, f"2001:db8:1::6:0:{i:x}")
        assert frames[i] == want


@pytest.mark.core
@pytest.mark.heavy
def test_nd_f5_scan_leaves_live_hosts_undisturbed(scanned, record_property,
                                                   capsys):
    lab = scanned
    frames = scan_frames()
    lab.up0.forget()
    before = lab.tool.stats("up0")["ns_in"]
    peak = asked = 0
    start = time.monotonic()
    for i in range(0, DEAD, BATCH):
        lab.up0.send(*frames[i:i + BATCH])
        step = i // BATCH
        if step % 10 == 5:                      # 10 live questions a second
            lab.solicit("up0", A_MAC, A, LIVE[asked % len(LIVE)])
            asked += 1
        if step % 125 == 124:
            peak = max(peak, lab.tool.gauge("records"))
        ahead = start + (step + 1) * BATCH / RATE - time.monotonic()
        if ahead > 0:
            time.sleep(ahead)
    took = time.monotonic() - start
    record_property("scan_rate", round(DEAD / took))
    record_property("records_peak", peak)
    with capsys.disabled():
        print(f"\nscan: {DEAD} in {took:.1f} s, {DEAD / took:.0f}/s, "
              f"records at most {peak}")
        if DEAD / took < 0.9 * RATE:
            print(f"this machine cannot send {RATE}/s: sent as fast as it can")
    wait_for(lambda: lab.tool.stats("up0")["ns_in"] - before >=
             DEAD + asked, "all of the scan was heard", 20)
    answered = 0

    def answers():
        nonlocal answered
        while lab.up0.poll(lambda f: f.type == pkt.NA and f.dst == A):
            answered += 1
        return answered >= asked
    wait_for(answers, f"all of {asked} live questions answered; {answered}",
             5)
    assert asked >= 40
    assert 0 < peak <= 4096
    wait_for(lambda: lab.tool.gauge("records") == 0, "all expired", 10)
    assert lab.tool.solicits() == {}
    hosts = lab.tool.hosts()
    assert set(LIVE) <= set(hosts)
    assert not [x for x in hosts if x.startswith("2001:db8:1::6:")]
    assert lab.tool.prefixes()[(PFX, "up0")]["records"] == 0


@pytest.mark.heavy
def test_nd_f5_scan_from_downstream(make_lab):
    """The other way round: the scanner is downstream, the hosts upstream."""
    lab = make_lab(("up0", "down0"), hosts=("up0",))
    lab.give(lab.uh, *LIVE[:5])
    for addr in LIVE[:5]:
        lab.solicit("down0", A_MAC, A, addr)
        lab.down0.expect(pkt.is_na(addr, dst=A))
    frames = scan_frames(4000)
    asked = 0
    for i in range(0, len(frames), BATCH):
        lab.down0.send(*frames[i:i + BATCH])
        if i // BATCH % 10 == 5:
            lab.solicit("down0", A_MAC, A, LIVE[asked % 5])
            asked += 1
        time.sleep(BATCH / RATE)
    for i in range(asked):
        lab.down0.expect(pkt.is_na(LIVE[i % 5], dst=A))
    assert lab.tool.gauge("records") <= 4096
