# SPDX-License-Identifier: GPL-2.0
"""The generator must measure what the responder is told to do.

    namespace bench_g: g0 ------- g1 :namespace bench_r
    ndgen asks out of g0          ndresp answers on g1, with exact faults

A wrong count of losses, a wrong percentile, or a clock that starts at the wrong moment fails here.
"""

import json
import math
import os
import signal
import subprocess
import time

import pytest

PROGRAMS = os.environ["NDBENCH_PROGRAMS"]
PREFIX = "2001:db8:1::/64"
FIRST = "2001:db8:1::1000"


def ip(*words):
    subprocess.run(["ip", *words], check=True)


@pytest.fixture
def wire():
    """Two namespaces with one wire, on which no kernel speaks IPv6."""
    g, r = f"bench_g{os.getpid()}", f"bench_r{os.getpid()}"
    for ns in (g, r):
        ip("netns", "add", ns)
    try:
        ip("-n", g, "link", "add", "g0", "type", "veth", "peer", "name", "g1", "netns", r)
        for ns, dev in ((g, "g0"), (r, "g1")):
            ip("netns", "exec", ns, "sysctl", "-qw", f"net.ipv6.conf.{dev}.disable_ipv6=1")
            ip("-n", ns, "link", "set", dev, "up")
        yield g, r
    finally:
        for ns in (g, r):
            ip("netns", "del", ns)


class Responder:
    """ndresp, stopped by stop(), which gives its counters."""

    def __init__(self, ns, options):
        self.process = subprocess.Popen(
            ["ip", "netns", "exec", ns, f"{PROGRAMS}/ndresp", "g1", PREFIX, *options],
            stdout=subprocess.PIPE, text=True)
        assert self.process.stdout.readline() == "ready\n"

    def stop(self):
        self.process.send_signal(signal.SIGTERM)
        return json.loads(self.process.communicate(timeout=5)[0])


def ndgen(ns, *options, first=FIRST):
    out = subprocess.run(["ip", "netns", "exec", ns, f"{PROGRAMS}/ndgen", "g0", first, *options],
                         check=True, stdout=subprocess.PIPE, text=True, timeout=60)
    return json.loads(out.stdout)


def measure(wire, responder_options, *options, **kw):
    """One responder, one run of the generator: (what ndgen measured, what ndresp counted)."""
    responder = Responder(wire[1], responder_options)
    try:
        return ndgen(wire[0], *options, **kw), responder.stop()
    finally:
        responder.process.kill()


def calm(wire, *args):
    """measure() until the machine let the generator keep its schedule; else it is too busy."""
    for _ in range(20):
        gen, _ = measure(wire, *args)
        if not gen["stalls"]:
            return gen
    raise AssertionError("the machine is too busy for this test: stalled in each of 20 runs")


def test_all_answered(wire):
    gen, resp = measure(wire, [], "--targets", "200", "--count", "1000", "--rate", "2000")
    assert (gen["sent"], gen["answered"], gen["lost"]) == (1000, 1000, 0)
    assert (gen["late"], gen["extra"], gen["bad"]) == (0, 0, 0)
    assert (resp["solicits"], resp["multicast"], resp["answers"]) == (1000, 1000, 1000)
    assert gen["latency_us"]["n"] == 1000


def test_no_responder_is_all_lost(wire):
    gen = ndgen(wire[0], "--targets", "50", "--rate", "1000", "--timeout", "100")
    assert (gen["sent"], gen["answered"], gen["lost"]) == (50, 0, 50)
    assert gen["latency_us"]["n"] == 0 and gen["latency_us"]["p50"] == 0


@pytest.mark.parametrize("every", [2, 7, 100])
def test_exact_loss(wire, every):
    gen, resp = measure(wire, ["--lose-every", str(every)],
                        "--targets", "1000", "--rate", "2000", "--timeout", "1000")
    assert gen["lost"] == 1000 // every == resp["faults"]
    assert gen["answered"] == 1000 - 1000 // every
    assert gen["extra"] == gen["late"] == 0


def test_loss_shows_when_targets_are_asked_again(wire):
    """7 does not divide 50: in 20 rounds each target loses some, and others are answered later."""
    gen, _ = measure(wire, ["--lose-every", "7"],
                     "--targets", "50", "--count", "1000", "--rate", "2000", "--timeout", "1000")
    assert gen["lost"] == 1000 // 7
    # No latency comes from a target after its first loss.
    assert gen["latency_us"]["n"] < gen["answered"]
    assert gen["latency_us"]["max"] < 25000


@pytest.mark.parametrize("delay_us", [2000, 20000])
def test_delay_is_measured(wire, delay_us):
    gen, _ = measure(wire, ["--delay", str(delay_us)], "--targets", "300", "--rate", "1000")
    latency = gen["latency_us"]
    assert gen["lost"] == 0
    assert latency["min"] >= delay_us, "an answer before it was sent: the clock starts too late"
    assert latency["p50"] < delay_us + 1500


def test_percentiles_of_a_known_mixture(wire):
    """2 % of the answers take 50 ms: they are the 99th percentile and not the median."""
    gen, _ = measure(wire, ["--delay", "1000", "--slow-every", "50", "--slow", "50000"],
                     "--targets", "500", "--rate", "1000")
    assert gen["lost"] == 0
    assert 1000 <= gen["latency_us"]["p50"] < 5000
    assert gen["latency_us"]["p99"] >= 50000
    assert 1000 + 49000 * 0.02 <= gen["latency_us"]["mean"] < 7000


def test_half_a_percent_is_not_the_99th(wire):
    gen, _ = measure(wire, ["--delay", "1000", "--slow-every", "200", "--slow", "90000"],
                     "--targets", "1000", "--rate", "2000")
    assert gen["latency_us"]["p99"] < 90000 <= gen["latency_us"]["max"]


def test_statistics_against_samples(wire, tmp_path):
    """Percentiles recomputed here from every sample, by the definition of the nearest rank."""
    samples = tmp_path / "samples"
    gen, _ = measure(wire, ["--slow-every", "3", "--slow", "3000"], "--targets", "101",
                     "--rate", "500", "--samples", str(samples))
    values = sorted(int(line) for line in samples.read_text().split())
    latency = gen["latency_us"]
    assert len(values) == latency["n"] == 101
    for name, share in (("p50", 0.50), ("p99", 0.99), ("max", 1.0)):
        assert latency[name] == pytest.approx(values[math.ceil(share * 101) - 1] / 1000, abs=0.001)
    assert latency["mean"] == pytest.approx(sum(values) / 101 / 1000, abs=0.001)


def test_timeout_makes_a_slow_answer_a_loss(wire):
    gen, _ = measure(wire, ["--slow-every", "10", "--slow", "900000"],
                     "--targets", "100", "--rate", "1000", "--timeout", "450")
    assert (gen["answered"], gen["lost"]) == (90, 10)


def test_answer_after_the_next_question_is_a_loss(wire):
    """10 targets at 200/s are asked each 50 ms; an answer after 90 ms comes too late."""
    gen = calm(wire, ["--delay", "90000"],
               "--targets", "10", "--count", "50", "--rate", "200", "--timeout", "1000")
    assert gen["lost"] > 0
    assert gen["extra"] > 0, "what came late must show"
    assert gen["latency_us"]["n"] == 0, "which question it answered is in doubt"


def test_double_answers_are_extra(wire):
    gen, resp = measure(wire, ["--double-every", "5"], "--targets", "100", "--rate", "1000")
    assert (gen["answered"], gen["lost"], gen["extra"]) == (100, 0, 20)
    assert resp["answers"] == 120


def test_wrong_checksum_is_no_answer(wire):
    gen, _ = measure(wire, ["--corrupt-every", "4"],
                     "--targets", "100", "--rate", "1000", "--timeout", "1000")
    assert (gen["answered"], gen["lost"], gen["bad"]) == (75, 25, 25)


def test_answers_of_others_do_not_count(wire):
    """The responder's range ends in the middle of the generator's."""
    gen, resp = measure(wire, ["--first", str(0x1000), "--count", "30"],
                        "--targets", "100", "--rate", "1000", "--timeout", "1000")
    assert (gen["answered"], gen["lost"]) == (30, 70)
    assert (resp["solicits"], resp["ignored"]) == (30, 70)


def test_unicast_questions(wire):
    gen, resp = measure(wire, [], "--targets", "40", "--rate", "1000",
                        "--unicast", "02:4e:00:00:00:01")
    assert gen["lost"] == 0
    assert (resp["solicits"], resp["multicast"]) == (40, 0)


@pytest.mark.parametrize("rate", [500, 2000])
def test_rate_is_kept(wire, rate):
    """Half a second's worth, by this test's own clock as well."""
    count = rate // 2
    begin = time.monotonic()
    gen, _ = measure(wire, [], "--targets", "1000", "--count", str(count), "--rate", str(rate))
    took = time.monotonic() - begin
    # Stalled or not, it must say what it did.
    assert gen["rate_sent"] == pytest.approx(count / gen["seconds"], rel=0.01)
    assert 0.48 < gen["seconds"] < took
    gen = calm(wire, [], "--targets", "1000", "--count", str(count), "--rate", str(rate))
    assert gen["rate_sent"] == pytest.approx(rate, rel=0.05)


def test_counters_on_request(wire):
    responder = Responder(wire[1], [])
    ndgen(wire[0], "--targets", "10", "--rate", "1000")
    responder.process.send_signal(signal.SIGUSR1)
    assert json.loads(responder.process.stdout.readline())["solicits"] == 10
    ndgen(wire[0], "--targets", "5", "--rate", "1000")
    assert responder.stop()["solicits"] == 15


def test_kernel_accepts_the_frames(wire):
    """Both programs against a real stack: it answers ndgen, and resolves what ndresp answers."""
    g, r = wire
    for ns, dev, addr in ((g, "g0", "2001:db8:1::1"), (r, "g1", "2001:db8:1::2")):
        ip("netns", "exec", ns, "sysctl", "-qw", f"net.ipv6.conf.{dev}.disable_ipv6=0")
        ip("-n", ns, "addr", "add", f"{addr}/64", "dev", dev, "nodad")
    gen = ndgen(g, "--targets", "1", "--count", "5", "--rate", "50", "--source",
                "2001:db8:1::77", first="2001:db8:1::2")
    assert (gen["answered"], gen["bad"]) == (5, 0)
    responder = Responder(r, ["--first", str(0x1000), "--router"])
    try:
        subprocess.run(["ip", "netns", "exec", g, "ping", "-c1", "-W1", FIRST],
                       stdout=subprocess.DEVNULL, check=False)
        neigh = subprocess.run(["ip", "-n", g, "neigh", "show", FIRST], check=True,
                               stdout=subprocess.PIPE, text=True).stdout
    finally:
        responder.stop()
    assert "lladdr 02:4e:00:00:10:00 router REACHABLE" in neigh
