# SPDX-License-Identifier: GPL-2.0
"""What -j prints: valid, of the documented keys and no others, and fit for jq (control.md).

   wire up0 --- up0 [ r ] down0 --- wire down0
    A                              D
"""
import json
import os
import re

import jsonschema
import pytest

from lib import mld, pkt
from lib.lab import A, A_MAC, D, D_MAC, E
from lib.schema import SCHEMAS, keys
from lib.tool import PATH

MANUAL = os.path.join(os.environ["NDPROXY_TOP"], "Documentation/man/ndproxy.8")
NDPPD_CONF = os.path.join(os.environ["NDPROXY_TOP"],
                          "tools/ndproxy/tests/ndppd/bridge-iface.conf")
WORDS = {"prefix get": "prefix get " + D}


@pytest.fixture(scope="module")
def full_lab(still_lab):
    """Something of each kind to show."""
    lab = still_lab
    lab.tool("-b", "-", input="""
        prefix deny 2001:db8:bad::/48
        prefix add 2001:db8:8::/64 dev up0
        link set wait0 role downstream
        link set up1 role upstream group 3
        mld link set up0 on
        mld listen up0 ff1e::77 id x exclude 2001:db8::1
        """)
    lab.learn("down0", D_MAC, D)
    lab.down0.send(pkt.ns(D_MAC, pkt.UNSPEC, "2001:db8:1::d5"))
    lab.up0.send(mld.query(version=1))
    lab.r.sysctl("ipv6.conf.up0.proxy_ndp", 1)
    return lab


@pytest.mark.parametrize("flags", [(), ("-p",), ("-s", "-d")])
@pytest.mark.parametrize("words", SCHEMAS)
def test_control_json_is_of_the_schema_and_fit_for_jq(full_lab, words, flags):
    full_lab.solicit("up0", A_MAC, A, E)
    done = full_lab.tool.run("-j", *flags,
                             *WORDS.get(words, words).split())
    assert done.returncode == (3 if words == "check" else 0), done
    parsed = json.loads(done.stdout)
    jsonschema.validate(parsed, SCHEMAS[words])
    assert parsed, "nothing to look at"
    jq = full_lab.r.run("jq", "-e", ".", input=done.stdout)
    assert jq.returncode == 0 and json.loads(jq.stdout) == parsed, jq.stderr


@pytest.mark.parametrize("flags", [("-j",), ("-j", "-p")])
@pytest.mark.parametrize("words", [
    "link show lo", "stats show lo", "mld link show lo", "param show nosuch",
    "prefix get 2001:db8:99::1", "mld group show ff1e::99 dev up0"])
def test_control_json_of_what_is_refused(full_lab, words, flags):
    done = full_lab.tool.run(*flags, *words.split())
    assert (done.returncode, done.stdout) == (2, ""), done
    assert done.stderr.startswith("Error: "), done


def test_control_json_goes_on_behind_what_is_text(full_lab):
    """In a batch, what is no JSON by its nature is none, and what follows is."""
    for words in ("save", "metrics", f"import ndppd {NDPPD_CONF}"):
        done = full_lab.tool.run("-j", "-b", "-", input=f"{words}\nparam show ns_rate\n")
        assert done.returncode == 0, done
        text, last = done.stdout.rstrip("\n").rsplit("\n", 1)
        assert not text.startswith(("[", "{")), text
        assert json.loads(last)[0]["name"] == "ns_rate"


@pytest.mark.parametrize("words", SCHEMAS)
def test_control_json_of_nothing(make_lab, words):
    if words == "prefix get":
        return
    lab = make_lab(roles=False)
    done = lab.tool.run("-j", *words.split())
    jsonschema.validate(json.loads(done.stdout), SCHEMAS[words])


def test_control_json_keys_are_documented():
    with open(MANUAL, encoding="utf-8") as f:
        text = f.read()
    words = set(re.findall(r"[\w-]+", re.sub(r"\\f.|\\\(dq", " ", text)
                           .replace("\\-", "-")))
    for name, schema in SCHEMAS.items():
        assert not keys(schema) - words, (name, keys(schema) - words)


def test_control_json_every_show_has_a_schema(full_lab):
    shown = set()
    for line in full_lab.r.sh(PATH, "help").splitlines():
        words = line.split()
        if words[:1] != ["ndproxy"]:
            continue
        words = re.match(r"[a-z ]*", " ".join(words[1:])).group().split()
        if {"show", "rules", "get", "check"} & set(words):
            shown.add(" ".join(words))
    assert shown == set(SCHEMAS)
