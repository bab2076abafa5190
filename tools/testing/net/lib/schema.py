# SPDX-License-Identifier: GPL-2.0
"""What -j prints, as JSON schemas (draft 7), a schema for each command that shows.

The keys are documented in ndproxy(8), which test_json.py compares.
"""
from .tool import COUNTERS, DROPS, GAUGES

STR, INT, BOOL = {"type": "string"}, {"type": "integer"}, {"type": "boolean"}
COUNT = {"type": "integer", "minimum": 0}
ADDR = {"type": "string", "pattern": "^[0-9a-f:.]+$"}
PREFIX = {"type": "string", "pattern": "^[0-9a-f:.]+/[0-9]{1,3}$"}
LLADDR = {"type": "string", "pattern": "^[0-9a-f]{2}(:[0-9a-f]{2})*$"}
MLD_COUNTERS = ("queries_v1 queries_v2 reports_v1_in reports_v2_in dones_in "
                "reports_v1_out reports_v2_out dones_out tx_failed not_joined "
                "ssm_exclude limit version_changes mrd_in mrd_out").split()
MLD_DROPS = ("length source hop-limit router-alert checksum own destination "
             "group sources-missing general-sources version "
             "queue rate memory").split()


def one_of(*words):
    """A string that is one of some."""
    return {"enum": list(words)}


def list_of(item):
    """A list."""
    return {"type": "array", "items": item}


def obj(required, optional=()):
    """An object with these keys and no others."""
    optional = dict(optional)
    return {"type": "object", "properties": {**required, **optional},
            "required": list(required), "additionalProperties": False}


def same(names, what):
    """The same for each of these names."""
    return {name: what for name in names}


DROP_COUNTS = obj(same(DROPS, COUNT))
STATS = {**same(COUNTERS, COUNT), "drops": DROP_COUNTS}
LINK_KEYS = {
    "ifname": STR, "role": one_of("upstream", "downstream"), "group": COUNT,
    "state": one_of("waiting", "refused", "down", "active", "suspended"),
    "nd": BOOL, "ra_guard": one_of("off", "on", "strict"), "guard": BOOL,
    "override": one_of("keep", "clear", "set"),
    "na_source": one_of("auto", "link-local", "target"), "allmulti": BOOL,
    "prefixes": COUNT, "hosts": COUNT}
LINK_OPTIONAL = {"ifindex": COUNT, "reason": STR, "suspended_for": COUNT,
                 "next_test": COUNT, "stats": obj(STATS)}
PREFIX_KEYS = {
    "prefix": PREFIX, "dev": STR, "group": COUNT,
    "mode": one_of("proxy", "route", "static"),
    "sources": list_of(one_of("route", "static")), "marked": BOOL,
    "records": COUNT, "hosts": COUNT}
HOST_KEYS = {
    "addr": ADDR, "dev": STR,
    "state": one_of("tentative", "reachable", "probing", "static"),
    "evidence": one_of("na", "dad", "ns", "una", "static"), "route": BOOL,
    "age_ms": COUNT}
HOST_OPTIONAL = {"lladdr": LLADDR, "prefix": PREFIX}
HOST = obj(HOST_KEYS, HOST_OPTIONAL)
RULE = obj({"action": one_of("allow", "deny"), "prefix": PREFIX})
LISTENER = obj({"id": STR, "mode": one_of("include", "exclude"),
                "sources": list_of(ADDR), "muted": BOOL})

SCHEMAS = {
    "link show": list_of(obj(LINK_KEYS, LINK_OPTIONAL)),
    "prefix show": list_of(obj(PREFIX_KEYS)),
    "prefix rules": list_of(RULE),
    "prefix get": obj(PREFIX_KEYS, {"host": HOST}),
    "host show": list_of(HOST),
    "solicit show": list_of(obj({
        "target": ADDR, "prefix": PREFIX, "age_ms": COUNT,
        "solicitors": list_of(obj({"addr": ADDR, "age_ms": COUNT},
                                  {"dev": STR}))})),
    "mld link show": list_of(obj({
        "ifname": STR, "ifindex": COUNT, "version": one_of(1, 2),
        "version_mode": one_of("auto", "1", "2"), "groups": COUNT,
        "robustness": COUNT, "query_interval": COUNT,
        "query_response_interval_ms": COUNT, "unsolicited_interval_ms": COUNT,
        "gsr_delay": INT, "max_groups": COUNT, "max_group_sources": COUNT,
        "max_listener_sources": COUNT, "silent": BOOL, "asleep": BOOL,
        "mrd": BOOL,
        "counters": obj(same(MLD_COUNTERS, COUNT)),
        "drops": obj(same(MLD_DROPS, COUNT))},
        {"v1_left_ms": COUNT, "answer_left_ms": COUNT, "snoop_joins": BOOL,
         "snooped": COUNT})),
    "mld group show": list_of(obj({
        "group": ADDR, "dev": STR, "state": STR,
        "mode": one_of("include", "exclude"), "nsources": COUNT,
        "sources": list_of(ADDR), "cut": BOOL, "listeners": list_of(LISTENER)},
        same(("change_left_ms", "retransmit_left_ms", "answer_left_ms"),
             COUNT))),
    "param show": list_of(obj({"name": STR, **same(
        ("value", "default", "min", "max"), COUNT)})),
    "stats show": obj({"links": list_of(obj({"ifname": STR, **STATS}))},
                      {"gauges": obj(same(GAUGES, COUNT))}),
    "check": list_of({"oneOf": [
        obj({"cause": STR, "problem": STR, "fix": STR}, {"dev": STR, "advice": STR}),
        obj({"cause": STR, "problem": STR, "advice": STR}, {"dev": STR}),
        obj({"cause": STR, "skipped": STR})]}),
    "show": obj({"rule": list_of(RULE), "group": list_of(obj({
        "group": COUNT,
        "upstream": list_of(obj({**LINK_KEYS, "prefix": list_of(obj({
            **PREFIX_KEYS, "link": list_of(obj({
                "ifname": STR, "host": list_of(HOST)}))}))}, LINK_OPTIONAL)),
        "downstream": list_of(obj(LINK_KEYS, LINK_OPTIONAL))}))}),
}


def keys(schema):
    """All keys that a schema names."""
    found = set()
    if isinstance(schema, dict):
        found |= set(schema.get("properties", ()))
        for value in schema.values():
            found |= keys(value)
    elif isinstance(schema, list):
        for value in schema:
            found |= keys(value)
    return found
