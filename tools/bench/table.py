# SPDX-License-Identifier: GPL-2.0
"""The benchmark's results as text."""

FIGURES = ("cold_p50_us", "cold_p99_us", "warm_p50_us", "warm_p99_us", "rate")


def better(mine, theirs):
    """How many times, per figure: above 1 is better."""
    out = {}
    for figure in FIGURES:
        a, b = mine[figure], theirs[figure]
        if a and b:
            out[figure] = round(a / b if figure == "rate" else b / a, 3)
    return out


def ratios(results):
    """How many times better ndproxy is than each other, by mode and other."""
    modes = [name for name in results if name.startswith("ndproxy")]
    return {mode: {name: better(results[mode], theirs) for name, theirs in results.items()
                   if name not in modes} for mode in modes}


def lost(row):
    """Losses of the latency parts."""
    return f"{row['cold_lost']}/{row['cold_sent']} {row['warm_lost']}/{row['warm_sent']}"


def heard(row):
    """Which share of the NS the host itself heard: cold, warm, at the highest rate."""
    shares = [(row[f"{p}_heard"], row[f"{p}_sent"]) for p in ("cold", "warm", "rate")]
    return " ".join(f"{100 * n / of:.0f}%" if of else "-" for n, of in shares)


def number(value, digits=1):
    """A figure, or a dash where there is none."""
    return "-" if value is None else f"{value:,.{digits}f}"


def rate(row):
    """The rate; >= where not the contestant but the generator set the limit."""
    sign = "" if row["rate_limited_by"] in ([], ["loss"]) else ">="
    return sign + number(row["rate"], 0)


def brief(result):
    """One round of one contestant, while it runs."""
    said = [f"{part} p50 {number(result[part]['latency_us']['p50'])} us" for part in ("cold", "warm")]
    if result["rate"]:
        said.append(f"{result['rate']['rate']} NS/s held, then {result['rate']['by']}")
    return ", ".join(said)


def lines(rows):
    """Rows of words as aligned columns."""
    widths = [max(len(row[i]) for row in rows) for i in range(len(rows[0]))]
    return ["  ".join(cell.ljust(w) if i == 0 else cell.rjust(w)
                      for i, (cell, w) in enumerate(zip(row, widths))).rstrip() for row in rows]


def text(out):
    """Everything, for people."""
    m, s = out["machine"], out["settings"]
    head = [f"kernel {m['kernel']} ({m['architecture']}), {m['cpus']} CPU of "
            f"{m['cpus_possible']} {m['cpu_model']}, "
            f"{m['memory_mib']} MiB, clock {m['clocksource']}",
            f"{s['targets']} targets; latency at {s['latency_rate']} NS/s; rate in steps of "
            f"{s['step']:g} s; rounds: {s['rounds']}{'; beside a busy program' * s['busy']}", ""]
    rows = [("NS to NA, us", "cold p50", "p99", "max", "warm p50", "p99", "max", "lost cold warm",
             "NS/s held", "host asked")]
    for name, r in out["results"].items():
        rows.append((name, *(number(r[f"{part}_{p}_us"]) for part in ("cold", "warm")
                             for p in ("p50", "p99", "max")), lost(r), rate(r), heard(r)))
    body = lines(rows)
    for mode, others in out["ratios"].items():
        rows = [(f"{mode} is better by", *FIGURES)]
        for name, r in others.items():
            rows.append((f"than {name}", *(number(r.get(f), 2) for f in FIGURES)))
        if others:
            body += ["", *lines(rows)]
    body += [f"not measured: {name}: {why}" for name, why in out["skipped"].items()]
    return "\n".join(head + body)
