# SPDX-License-Identifier: GPL-2.0
"""A real querier and snooper beside the engine: a Linux bridge (MLD-D, C3).

   br0 [ uh: bridge, querier ] eth0 --- up0 [ r: the engine ]
"""
import json

import pytest

from lib import mld
from lib.wait import holds_for, wait_for

DEV = "up0"
G1, G2 = "ff1e::1:1", "ff1e::1:2"
S = [f"2001:db8:ffff::{i:x}" for i in range(1, 9)]


@pytest.fixture
def lab(make_lab):
    """A router whose link ends in a bridge that snoops and asks, each 5 s."""
    lab = make_lab((DEV,), hosts=(DEV,), roles=False)
    lab.uh.sysctl("ipv6.conf.default.accept_dad", 0)
    lab.uh.ip("link add br0 type bridge mcast_snooping 1 mcast_querier 1 mcast_mld_version 2 "
              "mcast_query_interval 500 mcast_query_response_interval 100 "
              "mcast_startup_query_interval 100 mcast_membership_interval 1500 "
              "mcast_last_member_interval 50",
              "link set eth0 master br0", "link set br0 up")
    lab.tool("mld", "link", "set", DEV, "on")
    return lab


def mdb(lab):
    """What the bridge knows: {group: (mode, sources)} of our port."""
    done = lab.uh.sh("bridge", "-j", "-d", "mdb", "show")
    return {e["grp"]: (e.get("filter_mode"), {s["address"] for s in e.get("source_list", ())
                                               if float(s["timer"]) or
                                               e["filter_mode"] == "exclude"})
            for e in json.loads(done)[0]["mdb"] if e.get("port") == "eth0" and "src" not in e}


def wait_mdb(lab, group, mode, sources=()):
    """Wait until the bridge knows a group so."""
    wait_for(lambda: mdb(lab).get(group) == (mode, set(sources)),
             f"{group} {mode} {sources}: {mdb(lab)}", 8)


def listen(lab, group, mode, *sources):
    """Configure the one listener."""
    lab.tool("mld", "listen", DEV, group, "id", "t", mode, *sources)


def test_mld_d1_bridge_learns_what_the_engine_holds(lab):
    listen(lab, G1, "exclude")
    listen(lab, G2, "include", *S[:2])
    wait_mdb(lab, G1, "exclude")
    wait_mdb(lab, G2, "include", S[:2])
    listen(lab, G2, "include", *S[1:3])
    wait_mdb(lab, G2, "include", S[1:3])
    listen(lab, G1, "include", S[4])
    wait_mdb(lab, G1, "include", S[4:5])
    for group in (G1, G2):
        lab.tool("mld", "ignore", DEV, group, "id", "t")
    wait_for(lambda: not {G1, G2} & set(mdb(lab)), "left", 8)


@pytest.mark.heavy
@pytest.mark.parametrize("version", [2, 1])
def test_mld_c3_bridge_is_answered_as_long_as_it_asks(lab, version):
    """Without answers the bridge forgets a group after 15 s."""
    lab.uh.ip(f"link set br0 type bridge mcast_mld_version {version}")
    sock = mld.Listener(lab.r, DEV)
    sock.listen(G2, "EX", [])
    listen(lab, G1, "exclude")
    wait_for(lambda: {G1, G2} <= set(mdb(lab)), "joined")
    holds_for(lambda: {G1, G2} <= set(mdb(lab)), "answered", 40, 2)
    assert lab.tool.json("mld", "link", "show", DEV)[0]["version"] == version
    sock.close()
    wait_for(lambda: G2 not in mdb(lab), "left", 8)
