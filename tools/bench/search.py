# SPDX-License-Identifier: GPL-2.0
"""The highest rate that is answered without loss: pure arithmetic, the measuring is a function."""

from dataclasses import dataclass
from statistics import median


@dataclass
class Limit:
    """What a search found. `by` tells what stopped it: "loss", "generator" or "ceiling"."""

    rate: int           # highest rate held, per second; 0 if not even the first was
    by: str
    tries: list         # (rate, "held" | "loss" | "generator") in order


def judge(result, tolerance=0.03):
    """Was this run of ndgen held, did it lose, or did the generator not keep its rate?

    A loss counts whatever rate was sent; a rate not offered says nothing about the proxy.
    """
    if result["lost"]:
        return "loss"
    if result["rate_sent"] < result["rate_asked"] * (1 - tolerance):
        return "generator"
    return "held"


def attempt(measure, rate, tries):
    """Run a rate up to `tries` times: the first "held" counts, else what the last one said.

    Loss from a stall of the whole machine hits every contestant alike; a second try tells it from
    a limit.
    """
    for _ in range(tries):
        verdict = judge(measure(rate))
        if verdict == "held":
            break
    return verdict


def highest_rate(measure, start=1000, ceiling=1 << 22, precision=0.05, tries=3):
    """Double from `start` while the rate is held, then bisect to `precision` of the rate.

    measure(rate) returns a result of ndgen.
    """
    log = []

    def held(rate):
        log.append((rate, attempt(measure, rate, tries)))
        return log[-1][1] == "held"

    good, rate = 0, start
    while held(rate):
        good = rate
        if rate >= ceiling:
            return Limit(good, "ceiling", log)
        rate = min(rate * 2, ceiling)
    bad = rate
    while bad - good > max(1, precision * bad):
        rate = (good + bad) // 2
        if held(rate):
            good = rate
        else:
            bad = rate
    return Limit(good, dict(log)[bad], log)


def middle(values):
    """The median, or None of nothing."""
    values = [v for v in values if v is not None]
    return median(values) if values else None
