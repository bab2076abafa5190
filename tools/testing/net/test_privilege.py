# SPDX-License-Identifier: GPL-2.0
"""Who may do what: anybody looks, an administrator changes (control.md).

   wire up0 --- up0 [ r ] down0 --- wire down0
"""
import json
import os
import subprocess

import jsonschema
import pytest
import yaml

from lib.lab import D, D_MAC, PFX
from lib.schema import SCHEMAS
from lib.tool import PATH
from lib.wait import wait_for

NOBODY = ("setpriv", "--reuid=65534", "--regid=65534", "--clear-groups",
          "--bounding-set=-all", "--")
SPEC = os.path.join(os.environ["NDPROXY_TOP"],
                    "Documentation/netlink/specs/ndproxy.yaml")

SHOWS = ("link show", "prefix show", "prefix rules", "prefix get " + D,
         "host show", "solicit show", "mld link show", "mld group show",
         "param show", "stats show", "show", "save", "metrics",
         "-s -d link show", "help")

CHANGES = {
    "link-set": "link set up0 nd off",
    "prefix-new": "prefix add 2001:db8:9::/64 dev up0",
    "prefix-del": "prefix del 2001:db8:8::/64",
    "rule-new": "prefix deny ::/0",
    "host-new": "host add 2001:db8:1::99 dev down0",
    "host-del": "host del " + D,
    "host-flush": "host flush",
    "param-set": "param set host_lifetime 1",
    "stats-reset": "stats reset",
    "mld-link-set": "mld link set up0 off",
    "mld-listener-new": "mld listen up0 ff1e::1 id y exclude",
    "mld-listener-del": "mld ignore up0 ff1e::77 id x",
}


def nobody(lab, *words):
    """Run the tool in r as a user without any privilege."""
    return lab.r.run(*NOBODY, PATH, *words)


@pytest.fixture(scope="module")
def busy_lab(still_lab):
    """Something of each kind to look at, or to change."""
    still_lab.learn("down0", D_MAC, D)
    still_lab.tool("prefix", "add", "2001:db8:8::/64", "dev", "up0")
    still_lab.tool("mld", "link", "set", "up0", "on")
    still_lab.tool("mld", "listen", "up0", "ff1e::77", "id", "x", "exclude")
    return still_lab


def test_control_anybody_may_check_all_but_the_firewall(busy_lab):
    done = nobody(busy_lab, "check")
    assert done.returncode == 3 and done.stderr == "", done
    for cause in ("firewall     ", "forward      "):
        assert cause + "skipped: only root may" in done.stdout
    assert done.stdout.endswith("\n\nNo problems found, 2 checks skipped.\n"), done.stdout
    done = nobody(busy_lab, "-j", "check")
    found = json.loads(done.stdout)
    assert done.returncode == 3 and [x["cause"] for x in found] == ["firewall", "forward"]
    assert "root" in found[0]["skipped"] and len(found[0]) == 2
    jsonschema.validate(found, SCHEMAS["check"])


@pytest.mark.parametrize("words", SHOWS)
def test_control_anybody_may_look(busy_lab, words):
    done = nobody(busy_lab, *words.split())
    assert done.returncode == 0 and done.stderr == "", done
    assert done.stdout or words == "prefix rules" or words == "solicit show"


def test_control_every_change_is_tried_here():
    with open(SPEC, encoding="utf-8") as f:
        ops = yaml.safe_load(f)["operations"]["list"]
    assert {x["name"] for x in ops
            if "uns-admin-perm" in x.get("flags", [])} == set(CHANGES)
    # What asks for no privilege changes nothing, and is named so
    assert all(x["name"].endswith("-get") or x["name"] == "event" for x in ops
               if x["name"] not in CHANGES)


@pytest.mark.parametrize("op", CHANGES)
def test_control_nobody_may_change(busy_lab, op):
    before = busy_lab.tool("save")
    done = nobody(busy_lab, *CHANGES[op].split())
    assert (done.returncode, done.stdout) == (2, ""), done
    assert done.stderr == "Error: Operation not permitted: this needs " \
        "CAP_NET_ADMIN, try it as root.\n"
    assert busy_lab.tool("save") == before
    assert busy_lab.tool.host(D)


def test_control_anybody_may_monitor(lab):
    proc = lab.spawn(lab.r, *NOBODY, PATH, "monitor",
                     stdout=subprocess.DEVNULL)
    wait_for(lambda: any(
        line.split()[1] == "16" and int(line.split()[3], 16)
        for line in lab.r.read("/proc/net/netlink").splitlines()[1:]),
        "listening")
    assert proc.poll() is None


def user_namespace(lab, flags, *words):
    """Run the tool as root of a new user namespace, made by nobody."""
    return lab.r.run(*NOBODY[:-2], "--", "unshare", flags, PATH, *words)


@pytest.mark.parametrize("op", CHANGES)
def test_control_user_namespace_with_its_own_network(busy_lab, op):
    """Without userns=1 it may look, and changes nothing."""
    done = user_namespace(busy_lab, "-Urn", *CHANGES[op].split())
    assert (done.returncode, done.stdout) == (2, ""), done
    assert done.stderr == "Error: only the initial user namespace configures: load ndproxy " \
        "with userns=1.\n"


@pytest.mark.parametrize("words", SHOWS)
def test_control_user_namespace_may_look(busy_lab, words):
    done = user_namespace(busy_lab, "-Urn", *words.split())
    assert "not permitted" not in done.stderr and "userns" not in done.stderr, done
    assert done.returncode == (2 if words.startswith("prefix get") else 0), done


@pytest.mark.parametrize("op", CHANGES)
def test_control_user_namespace_without(busy_lab, op):
    done = user_namespace(busy_lab, "-Ur", *CHANGES[op].split())
    assert done.returncode == 2 and "not permitted" in done.stderr, done
    done = user_namespace(busy_lab, "-Ur", "prefix", "show")
    assert PFX in done.stdout
