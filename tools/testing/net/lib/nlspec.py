# SPDX-License-Identifier: GPL-2.0
"""What the YAML description says of the family: operations and their attributes by number."""
import os
from collections import namedtuple

import yaml

from .genl import constants

SPEC = os.path.join(os.path.dirname(__file__), "../../../..",
                    "Documentation/netlink/specs/ndproxy.yaml")

# dump: it can be dumped; attrs: those that a request may have
Op = namedtuple("Op", "name number do dump attrs")
# values: of an enum; length: of what has an exact one; most: octets of a string, or the maximum
Attr = namedtuple("Attr", "name number type values length most multi")


class Spec:
    """The operations that can be asked for, and every attribute set."""

    def __init__(self, path=SPEC):
        with open(path, encoding="utf-8") as f:
            self.doc = yaml.safe_load(f)
        self.numbers = constants()
        self.defs = {d["name"]: d for d in self.doc["definitions"]}
        self.sets = {s["name"]: s for s in self.doc["attribute-sets"]
                     if "subset-of" not in s}
        self.ops = [self._op(op) for op in self.doc["operations"]["list"]
                    if "do" in op or "dump" in op]

    def enum(self, name):
        """The names of an enum's entries, in order."""
        return [e["name"] if isinstance(e, dict) else e
                for e in self.defs[name]["entries"]]

    def attributes(self, set_name):
        """An attribute set's entries as the file has them, without padding."""
        return [a for a in self.sets[set_name]["attributes"]
                if a["type"] != "pad"]

    def _number(self, *words):
        return self.numbers["_".join(("ndproxy",) + words).upper()
                            .replace("-", "_")]

    def _op(self, op):
        known = {a["name"]: self._attr(op["attribute-set"], a)
                 for a in self.attributes(op["attribute-set"])}
        asked = op.get("do", {}).get("request", {}).get("attributes", [])
        return Op(op["name"], self._number("cmd", op["name"]), "do" in op,
                  "dump" in op, [known[name] for name in asked])

    def _attr(self, set_name, attr):
        checks = attr.get("checks", {})
        most = checks.get("max-len", checks.get("max"))
        if most in self.defs:
            most = self.defs[most]["value"]
        values = len(self.enum(attr["enum"])) if "enum" in attr else 0
        return Attr(attr["name"], self._number("a", set_name, attr["name"]),
                    attr["type"], values, checks.get("exact-len"), most,
                    attr.get("multi-attr", False))
