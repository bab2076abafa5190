# SPDX-License-Identifier: GPL-2.0
"""The search for the highest rate, against made-up proxies whose limit is known."""

import os
import sys

import pytest

sys.path.insert(0, os.path.join(os.path.dirname(__file__), ".."))
import table  # noqa: E402
from search import highest_rate, judge, middle  # noqa: E402


def proxy(limit, generator=10**9):
    """A measuring function: loses above `limit`; the generator cannot send faster than it can."""
    def measure(rate):
        sent = min(rate, generator)
        return {"rate_asked": rate, "rate_sent": sent, "lost": max(0, int(sent - limit))}
    return measure


@pytest.mark.parametrize("limit", [500, 999, 1000, 1001, 12345, 99999])
def test_finds_the_limit_within_its_precision(limit):
    found = highest_rate(proxy(limit), start=100, precision=0.02)
    assert found.by == "loss"
    assert limit * 0.97 <= found.rate <= limit


def test_nothing_held():
    found = highest_rate(proxy(10), start=1000, tries=1)
    assert found.by == "loss" and found.rate <= 10


def test_generator_is_blamed_for_its_own_limit():
    found = highest_rate(proxy(10**6, generator=5000), start=100)
    assert found.by == "generator"
    assert found.rate == 5000


def test_generator_limit_below_a_loss():
    """It cannot send 500 a second now and then; what it did send without loss counts."""
    def measure(rate):
        return {"rate_asked": rate, "rate_sent": rate * 0.8, "lost": int(rate * 0.8 > 3000)}

    found = highest_rate(measure, start=500)
    assert found.by == "loss"
    assert 2700 <= found.rate <= 3000


def test_ceiling_is_told():
    found = highest_rate(proxy(10**6), start=100, ceiling=3000)
    assert (found.rate, found.by) == (3000, "ceiling")


def test_one_bad_moment_is_forgiven_and_a_limit_is_not():
    calls = []

    def measure(rate):
        calls.append(rate)
        lost = 1 if len(calls) == 3 or rate > 8000 else 0
        return {"rate_asked": rate, "rate_sent": rate, "lost": lost}

    found = highest_rate(measure, start=1000, tries=3)
    assert 7600 <= found.rate <= 8000
    assert calls.count(4000) == 2 and calls.count(16000) == 3


def test_loss_is_not_excused_by_a_slow_generator():
    assert judge({"rate_asked": 100, "rate_sent": 50, "lost": 1}) == "loss"
    assert judge({"rate_asked": 100, "rate_sent": 50, "lost": 0}) == "generator"
    assert judge({"rate_asked": 100, "rate_sent": 98, "lost": 0}) == "held"


def row(latency, rate):
    return {"cold_p50_us": latency, "cold_p99_us": latency, "warm_p50_us": latency,
            "warm_p99_us": latency, "rate": rate}


def test_ratios_above_one_mean_better():
    got = table.ratios({"ndproxy": row(50, 3000), "ndproxy-route": row(25, 4000),
                        "ndppd": row(200, 1000), "own": row(25, None)})
    assert set(got) == {"ndproxy", "ndproxy-route"}
    assert got["ndproxy-route"]["own"]["cold_p50_us"] == 1
    got = got["ndproxy"]
    assert set(got) == {"ndppd", "own"}
    assert got["ndppd"]["cold_p50_us"] == 4 and got["ndppd"]["rate"] == 3
    assert got["own"]["warm_p99_us"] == 0.5 and "rate" not in got["own"]


def test_median():
    assert middle([3, None, 1, 2]) == 2
    assert middle([None]) is None
