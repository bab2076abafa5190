# SPDX-License-Identifier: GPL-2.0
"""Tests of what is printed of the kernel's messages: text, JSON, colours, events."""
import json
import re
import resource

from suite import test, unit

# what tests/print.c makes messages of
HOST = {"addr": "2001:db8:1::10", "dev": "down0", "lladdr": "02:00:00:00:dd:10",
        "state": "reachable", "evidence": "na", "age_ms": 61234, "route": True}
PREFIX = {"prefix": "2001:db8:1::/64", "dev": "up0", "group": 0, "mode": "proxy",
          "sources": ["route", "static"], "marked": True, "records": 5, "hosts": 6}
LINK = {"ifname": "up0", "ifindex": 3, "role": "upstream", "group": 0, "state": "active",
        "nd": True, "override": "clear", "na_source": "link-local", "ra_guard": "on", "allmulti": True,
        "prefixes": 1, "hosts": 2, "guard": True}
MLD_LINK = {"ifname": "up0", "ifindex": 3, "version": 1, "version_mode": "1", "groups": 7,
            "robustness": 2, "query_interval": 125, "query_response_interval_ms": 10000,
            "unsolicited_interval_ms": 1000, "gsr_delay": -1, "max_groups": 65536,
            "max_group_sources": 1024, "max_listener_sources": 128, "silent": False,
            "asleep": False, "v1_left_ms": 260000, "snoop_joins": True, "snooped": 4,
            "mrd": True}
MLD_GROUP = {"group": "ff1e::1", "dev": "up0", "state": "reporting", "mode": "include",
             "nsources": 2, "sources": ["2001:db8::1", "2001:db8::2"], "change_left_ms": 20,
             "cut": False, "listeners": [
                 {"id": "kernel", "mode": "include", "muted": False,
                  "sources": ["2001:db8::1", "2001:db8::2"]},
                 {"id": "x", "mode": "exclude", "muted": True, "sources": []}]}


@test
def json_of_each_object():
    assert json.loads(unit("print", "hosts", "j")) == [HOST]
    assert json.loads(unit("print", "prefix", "j")) == dict(PREFIX, host=HOST)
    assert json.loads(unit("print", "links", "j"))[0] == LINK
    assert json.loads(unit("print", "rules", "j")) == [
        {"action": "allow", "prefix": "2001:db8::/48"},
        {"action": "deny", "prefix": "2001:db8::/32"}]
    assert json.loads(unit("print", "param", "j")) == [
        {"name": "record_lifetime", "value": 7, "default": 5, "min": 1, "max": 3600}]
    assert json.loads(unit("print", "solicit", "j")) == [
        {"target": "2001:db8:1::20", "prefix": "2001:db8:1::/64", "age_ms": 7, "solicitors": [
            {"addr": "2001:db8:1::1", "dev": "up0", "age_ms": 1},
            {"addr": "2001:db8:1::2", "dev": "up0", "age_ms": 2}]}]


@test
def json_of_counters():
    stats = json.loads(unit("print", "stats", "j"))
    drops = stats.pop("drops")
    assert list(stats) == (
        "ns_in ns_out na_in na_out dad_in dad_out answers held delivered").split()
    assert stats["ns_in"] == (1 << 40 | 4) and stats["answers"] == (1 << 40 | 10)
    assert list(drops) == (
        "hop-limit checksum code length target-multicast option-length fragment "
        "dad-destination dad-slla na-multicast-solicited own-echo ns-rate na-rate target-limit "
        "solicitor-limit host-limit lladdr-limit no-source no-memory not-ready hold-limit "
        "not-found same-link redirect snoop-limit host-refused not-forwarding "
        "unsolicited-na").split()
    assert {k for k, v in drops.items() if v} == {"own-echo", "not-ready"}


@test
def json_of_the_listener_engine():
    got = json.loads(unit("print", "mld-link", "j"))
    counters, drops = got.pop("counters"), got.pop("drops")
    assert got == MLD_LINK
    assert counters["queries_v1"] == 1 << 40 and counters["version_changes"] == (1 << 40) + 26
    assert list(counters)[-6:] == ["not_joined", "ssm_exclude", "limit", "version_changes",
                                   "mrd_in", "mrd_out"]
    assert list(drops)[0] == "length" and list(drops)[-1] == "memory" and len(drops) == 14
    assert json.loads(unit("print", "mld-group", "j")) == MLD_GROUP


@test
def text_of_the_listener_engine():
    assert unit("print", "mld-link").splitlines() == [
        "3: up0: version 1 held-at 1 groups 7 robustness 2 v1-left 4m20s snooped 4 mrd on"]
    details = unit("print", "mld-link", "d")
    assert "gsr-delay -1" in details and "snoop-joins on" in details
    assert "drops: length" in unit("print", "mld-link", "s")
    assert unit("print", "mld-group").splitlines() == [
        "ff1e::1 dev up0 state reporting include 2001:db8::1,2001:db8::2 change-left 20ms",
        "    id kernel include 2001:db8::1,2001:db8::2", "    id x exclude muted"]


@test
def json_of_events_is_one_object_a_line():
    lines = unit("print", "events", "j").splitlines()
    assert [json.loads(x) for x in lines] == [
        dict(HOST, event="host-moved", old_dev="down1"),
        dict(PREFIX, event="prefix-add"),
        dict(LINK, event="link-refused", reason="up0 is a port of br0: add br0"),
        {"event": "limit", "limit": "host-limit", "dev": "down0"},
        {"event": "mld-limit", "dev": "up0", "group": "ff1e::1", "version": 2},
        {"event": "ra", "dev": "down0", "from": "fe80::1", "lifetime": 1800, "proxy": False,
         "verdict": "rogue"},
        dict(HOST, event="host-refused", claim_dev="down1", claim_lladdr="02:00:00:00:ee:01")]
    for line in unit("print", "events", "j", "t").splitlines():
        stamp = json.loads(line)["timestamp"]
        assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}", stamp), stamp


@test
def json_of_any_device_name_is_valid():
    names = [x["ifname"] for x in json.loads(unit("print", "links", "j"))]
    assert names == ["up0", 'q"b\\c', "\x1b[31mred", "grün", "badÿÃ"]


@test
def json_pretty_is_the_same_json():
    for what in ("hosts", "prefix", "rules", "links", "param", "solicit", "stats", "empty"):
        plain, pretty = unit("print", what, "j"), unit("print", what, "j", "p")
        assert json.loads(plain) == json.loads(pretty), what
        assert plain.count("\n") == 1 and plain.endswith("\n"), what
    assert '    "addr": "2001:db8:1::10",\n' in unit("print", "hosts", "j", "p")


@test
def json_of_nothing_and_of_a_refusal():
    assert unit("print", "empty", "j") == "[]\n"
    assert unit("print", "empty") == ""
    assert unit("print", "refused", "j") == ""


@test
def text_of_each_object():
    assert unit("print", "hosts") == (
        "2001:db8:1::10 dev down0 lladdr 02:00:00:00:dd:10 state reachable evidence na "
        "age 1m01s route\n")
    assert unit("print", "links").splitlines()[0] == (
        "3: up0: role upstream group 0 state active override clear na-source link-local "
        "prefixes 1 hosts 2")
    assert unit("print", "prefix").splitlines() == [
        "2001:db8:1::/64 dev up0 group 0 mode proxy source route,static marked records 5 hosts 6",
        "    2001:db8:1::10 dev down0 lladdr 02:00:00:00:dd:10 state reachable evidence na "
        "age 1m01s route"]
    assert unit("print", "rules") == "allow 2001:db8::/48\ndeny 2001:db8::/32\n"
    assert unit("print", "param") == "record_lifetime 7 default 5 min 1 max 3600\n"


@test
def text_hides_what_a_terminal_would_obey():
    assert "\033" not in unit("print", "links")


@test
def text_of_counters_shows_drops_that_are():
    text = unit("print", "stats")
    assert "drops: own-echo 12 not-ready 21" in text and "hop-limit" not in text
    assert "hop-limit 0" in unit("print", "stats", "d")


@test
def oneline_is_one_line():
    for what in ("prefix", "solicit", "stats"):
        text = unit("print", what, "o")
        assert text.count("\n") == 1 and "\\" in text, text


@test
def events_are_one_line_each():
    lines = unit("print", "events").splitlines()
    assert [x.split()[0] for x in lines] == [
        "host-moved", "prefix-add", "link-refused", "limit", "mld-limit", "ra", "host-refused"]
    assert lines[0].endswith("was-on down1")
    assert lines[-1].endswith("claimed-on down1 by 02:00:00:00:ee:01")
    assert re.match(r"\[[0-9T:.-]+\] host-moved 2001:db8:1::10 ",
                    unit("print", "events", "t").splitlines()[0])


@test
def colours_only_when_asked_for():
    assert "\033[" not in unit("print", "hosts")
    text = unit("print", "hosts", "c")
    assert "\033[34m2001:db8:1::10\033[0m" in text and "\033[32mreachable\033[0m" in text
    assert re.sub(r"\033\[[0-9;]*m", "", text) == unit("print", "hosts")


@test
def a_hundred_thousand_hosts_take_less_than_two_seconds():
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    text = unit("print", "hosts", "j", "100000")
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    hosts = json.loads(text)
    assert len({x["addr"] for x in hosts}) == 100000
    assert after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime < 2
