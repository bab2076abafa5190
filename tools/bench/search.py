# SPDX-License-Identifier: GPL-2.0
"""The highest rate that is answered without loss: pure arithmetic, the measuring is a function."""

from dataclasses import dataclass
from statistics import median


@dataclass
class Limit:
    """What a search found. `by` tells what stopped it: "loss", "generator" or "ceiling"."""

    rate: int           # highest rate that was sent, per second, with every NS answered
    by: str
    tries: list         # (rate asked, rate sent, "held" | "loss" | "generator") in order


def judge(result, tolerance=0.03):
    """Was this run of ndgen held, did it lose, or did the generator not keep its rate?

    A loss counts whatever rate was sent. Without loss, the rate that was really sent was held.
    """
    if result["lost"]:
        return "loss"
    if result["rate_sent"] < result["rate_asked"] * (1 - tolerance):
        return "generator"
    return "held"


def attempt(measure, rate, tries):
    """Run a rate up to `tries` times until it is held: (rate sent without loss or 0, verdict).

    Loss from a stall of the whole machine hits every contestant alike; another try tells it from
    a limit.
    """
    sent, verdict = 0, "loss"
    for _ in range(tries):
        result = measure(rate)
        said = judge(result)
        if said == "loss":
            continue
        sent, verdict = max(sent, result["rate_sent"]), said
        if verdict == "held":
            break
    return sent, verdict


def highest_rate(measure, start=1000, ceiling=1 << 22, precision=0.05, tries=3):
    """Double from `start` until something is lost, then bisect to `precision` of the rate.

    measure(rate) returns a result of ndgen. When nothing is lost but the generator sends hardly more
    than before, it has reached its own limit and the search ends.
    """
    log, best = [], 0

    def lossless(rate):
        nonlocal best
        sent, verdict = attempt(measure, rate, tries)
        log.append((rate, round(sent), verdict))
        more = sent > best * 1.1
        best = max(best, sent)
        return verdict, more

    good, rate = 0, start
    while True:
        verdict, more = lossless(rate)
        if verdict == "loss":
            break
        if verdict == "generator" and not more:
            return Limit(round(best), "generator", log)
        if rate >= ceiling:
            return Limit(round(best), "ceiling", log)
        good, rate = rate, min(rate * 2, ceiling)
    bad = rate
    while bad - good > max(1, precision * bad):
        rate = (good + bad) // 2
        if lossless(rate)[0] == "loss":
            bad = rate
        else:
            good = rate
    return Limit(round(best), "loss", log)


def middle(values):
    """The median, or None of nothing."""
    values = [v for v in values if v is not None]
    return median(values) if values else None
