# SPDX-License-Identifier: GPL-2.0
"""metrics: OpenMetrics text of every counter and gauge (control.md).

   wire up0 --- up0 [ r ] down0 --- wire down0
    A                              D
"""
import re

from lib.lab import A, A_MAC, D, D_MAC, PFX

SAMPLE = re.compile(r"([a-zA-Z_:][\w:]*)(?:\{(.*)\})? (\d+)$")
LABEL = re.compile(r'([a-zA-Z_]\w*)="((?:[^"\\\n]|\\[\\"n])*)"(?:,|$)')


def labels_of(text):
    """Labels of a sample; every character must belong to one."""
    found, at = {}, 0
    while text and at < len(text):
        match = LABEL.match(text, at)
        assert match, f"labels {text!r}"
        assert match.group(1) not in found, text
        found[match.group(1)] = match.group(2)
        at = match.end()
    return found


def parse(text):
    """Families by name, by the rules of OpenMetrics 1.0: {name: {labels: value}}."""
    assert text.endswith("\n# EOF\n") and text.count("# EOF") == 1
    families, kind, help_of, seen = {}, None, None, set()
    for line in text.splitlines()[:-1]:
        if line.startswith("# HELP "):
            help_of, words = line[7:].split(" ", 1)
            assert words and help_of not in families, line
        elif line.startswith("# TYPE "):
            name, kind = line[7:].split(" ")
            assert name == help_of and kind in ("counter", "gauge"), line
            families[name] = {}
        else:
            sample = SAMPLE.match(line)
            assert sample, line
            want = name + ("_total" if kind == "counter" else "")
            assert sample.group(1) == want, (line, want)
            labels = tuple(sorted(labels_of(sample.group(2)).items()))
            assert (want, labels) not in seen, line
            seen.add((want, labels))
            families[name][labels] = int(sample.group(3))
    return families


def test_control_metrics_are_openmetrics_and_complete(lab):
    lab.tool("mld", "link", "set", "up0", "on")
    lab.learn("down0", D_MAC, D)
    lab.solicit("up0", A_MAC, A, D, hlim=64)
    lab.tool.wait_host(D, "down0")
    families = parse(lab.tool("metrics"))
    stats = lab.tool.json("stats", "show")
    for link in stats["links"]:
        dev = link["ifname"]
        for reason, value in link["drops"].items():
            assert families["ndproxy_drops"][
                (("link", dev), ("reason", reason))] == value
        for key in set(link) - {"ifname", "drops"}:
            assert families["ndproxy_" + key][(("link", dev),)] == link[key]
    for key, value in stats["gauges"].items():
        assert families["ndproxy_" + key] == {(): value}
    for link in lab.tool.json("mld", "link", "show"):
        dev = (("link", link["ifname"]),)
        for key in link["counters"]:
            assert dev in families["ndproxy_mld_" + key], key
        for reason in link["drops"]:
            assert dev + (("reason", reason),) in \
                families["ndproxy_mld_query_drops"], reason
    for param in lab.tool.json("param", "show"):
        assert families["ndproxy_limit"][(("name", param["name"]),)] == \
            param["value"]
    assert families["ndproxy_prefix_hosts"][
        (("link", "up0"), ("prefix", PFX))] == len(lab.tool.hosts())
    assert families["ndproxy_link_active"][
        (("group", "0"), ("link", "up0"), ("role", "upstream"))] == 1


def test_control_metrics_of_nothing(make_lab):
    families = parse(make_lab(roles=False).tool("metrics"))
    assert families["ndproxy_links"] == {(): 0}
    assert families["ndproxy_drops"] == {}


def test_control_metrics_quote_names(make_lab):
    lab = make_lab(roles=False)
    lab.tool("link", "set", 'a"b\\c', "role", "upstream")
    families = parse(lab.tool("metrics"))
    assert (("link", 'a\\"b\\\\c'),) in families["ndproxy_ns_in"]
