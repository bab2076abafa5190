# SPDX-License-Identifier: GPL-2.0
"""Real queriers beside the engine: a Linux bridge that snoops, and FRR's pim6d (MLD-D, C3, E).

   br0 [ uh: bridge, querier ] eth0 --- up0 [ r: the engine ]
         uh: pim6d, querier    eth0 --- up0 [ r: the engine ]

What they believe must be what the engine holds, group by group, with mode and sources.
"""
import json
import tempfile
import time

import pytest

from lib import frr, mld
from lib.wait import holds_for, wait_for

DEV = "up0"
G1, G2, G3 = "ff1e::1:1", "ff1e::1:2", "ff1e::1:3"
SSM = "ff3e::8000:1"
OURS = {G1, G2, G3, SSM}        # the others are the router's own, of mode EXCLUDE
S = [f"2001:db8:ffff::{i:x}" for i in range(1, 9)]
MEMBERSHIP = 15     # s: without answers a querier forgets a group
SETTLED = 25        # s: two queries, and the timers of what nobody answered


class Bridge:
    """A bridge that snoops and asks each 5 s."""

    def __init__(self, lab):
        self.ns = lab.uh
        self.ns.ip("link add br0 type bridge mcast_snooping 1 mcast_querier 1 mcast_mld_version 2 "
                   "mcast_query_interval 500 mcast_query_response_interval 100 "
                   "mcast_startup_query_interval 100 mcast_membership_interval 1500 "
                   "mcast_last_member_interval 50",
                   "link set eth0 master br0", "link set br0 up")

    def believes(self):
        """{group: (mode, sources)} of our port."""
        shown = json.loads(self.ns.sh("bridge", "-j", "-d", "mdb", "show"))
        return {e["grp"]: self._filter(e) for e in shown[0]["mdb"]
                if e.get("port") == "eth0" and "src" not in e}

    @staticmethod
    def _filter(entry):
        """Sources whose timer is over are those blocked."""
        mode = entry.get("filter_mode")
        return mode, frozenset(s["address"] for s in entry.get("source_list", ())
                               if (float(s["timer"]) == 0) == (mode == "exclude"))

    @staticmethod
    def own():
        """It tells ports apart."""
        return set()

    def check(self):
        """Nothing to add."""

    def close(self):
        """It goes with its namespace."""


class Pim6d:
    """FRR's."""

    def __init__(self, lab):
        if frr.missing():
            pytest.skip(frr.missing())
        lab.uh.sysctl("ipv6.conf.all.forwarding", 1)
        self.dir = tempfile.TemporaryDirectory(prefix="frr")
        self.frr = frr.Pim6d(lab.uh, "eth0", self.dir.name)
        self.ns = lab.uh

    def believes(self):
        """{group: (mode, sources)} of the link."""
        return self.frr.filters()

    def own(self):
        """Groups that it listens to itself: it hears itself."""
        return {mld.text(bytes.fromhex(line.split()[2]))
                for line in self.ns.read("/proc/net/igmp6").splitlines() if " eth0 " in line}

    def check(self):
        """Nothing that it heard was malformed."""
        got = self.frr.statistics()
        assert got["rxV2Reports"] > 0
        assert not any(v for k, v in got.items() if k.startswith(("rxDrop", "rxTrunc"))), got

    def close(self):
        """End it."""
        self.frr.close()
        self.dir.cleanup()


@pytest.fixture
def bed(make_lab):
    """A router whose link ends in a namespace of its own."""
    lab = make_lab((DEV,), hosts=(DEV,), roles=False)
    lab.uh.sysctl("ipv6.conf.default.accept_dad", 0)
    return lab


@pytest.fixture(params=[Bridge, Pim6d], ids=["bridge", "pim6d"])
def peer(request, bed):
    """A querier at its end, and the engine on."""
    peer = request.param(bed)
    request.addfinalizer(peer.close)
    bed.tool("mld", "link", "set", DEV, "on")
    return peer


def holds(lab):
    """What the engine holds: {group: (mode, sources)}."""
    return {g["group"]: (g["mode"], frozenset(g.get("sources", ())))
            for g in lab.tool.json("mld", "group", "show", "dev", DEV)
            if g["state"] not in ("silent", "not-member", "leaving")}


def agree(lab, peer):
    """Wait until the querier believes what the engine holds, all of it and no more."""
    def look():
        held, believed = holds(lab), peer.believes()
        others = set(held) - OURS
        return {g: f for g, f in believed.items() if g in OURS} == \
            {g: f for g, f in held.items() if g in OURS} and \
            others <= set(believed) <= set(held) | peer.own()
    try:
        wait_for(look, timeout=SETTLED)
    except AssertionError:
        raise AssertionError(f"holds {holds(lab)}\nbelieved {peer.believes()}") from None


def listen(lab, group, mode, *sources, ident="t"):
    """Configure a listener."""
    lab.tool("mld", "listen", DEV, group, "id", ident, mode, *sources)


@pytest.mark.every
@pytest.mark.timeout(400)
def test_mld_d1_querier_believes_what_the_engine_holds(bed, peer):
    lab = bed
    listen(lab, G1, "exclude")
    listen(lab, G2, "include", *S[:2])
    listen(lab, SSM, "include", S[5])
    agree(lab, peer)
    listen(lab, G2, "include", *S[1:3])                 # ALLOW and BLOCK
    listen(lab, G1, "exclude", *S[3:5])                 # BLOCK
    agree(lab, peer)
    listen(lab, G1, "include", S[4])                    # TO_IN
    listen(lab, G2, "exclude", S[2])                    # TO_EX
    sock = mld.Listener(lab.r, DEV)
    sock.listen(G3, "IN", S[:3])                        # a socket's
    agree(lab, peer)
    listen(lab, G3, "include", S[6], ident="u")         # merged with a configured one
    sock.listen(G3, "IN", S[1:2])
    agree(lab, peer)
    sock.close()
    for group in (G1, G2):
        lab.tool("mld", "ignore", DEV, group, "id", "t")
    agree(lab, peer)
    lab.tool("mld", "ignore", DEV, SSM, "id", "t")
    lab.tool("mld", "ignore", DEV, G3, "id", "u")
    agree(lab, peer)
    peer.check()


@pytest.mark.heavy
@pytest.mark.every
@pytest.mark.timeout(400)
def test_mld_c3_querier_is_answered_as_long_as_it_asks(bed, peer):
    """Without answers both would have forgotten the groups."""
    lab = bed
    listen(lab, G1, "exclude")
    listen(lab, G2, "include", *S[:3])
    agree(lab, peer)
    wanted = {g: f for g, f in holds(lab).items() if g in (G1, G2)}

    def same():
        believed = peer.believes()
        return {g: believed.get(g) for g in wanted} == wanted
    holds_for(same, "answered", 35, 2)
    got = lab.tool.json("mld", "link", "show", DEV)[0]
    assert got["version"] == 2 and got["counters"]["queries_v2"] >= 5
    peer.check()


@pytest.mark.heavy
@pytest.mark.timeout(400)
def test_mld_e6_bridge_falls_back_to_version_1_and_returns(bed):
    lab, peer = bed, Bridge(bed)
    lab.tool("mld", "link", "set", DEV, "on")
    listen(lab, G1, "exclude")
    listen(lab, G2, "include", *S[:2])
    agree(lab, peer)

    def version(number):
        return lambda: lab.tool.json("mld", "link", "show", DEV)[0]["version"] == number

    def groups():
        return set(peer.believes()) == set(holds(lab))
    # RFC 3810 9.12: how long version 1 lasts is told by the last query of version 2.
    wait_for(lambda: lab.tool.json("mld", "link", "show", DEV)[0]["query_interval"] == 5,
             "a query of version 2", SETTLED)
    lab.uh.ip("link set br0 type bridge mcast_mld_version 1")
    wait_for(version(1), "version 1", 20)
    listen(lab, G3, "exclude")
    wait_for(groups, "G3 joined", SETTLED)
    lab.tool("mld", "ignore", DEV, G1, "id", "t")
    wait_for(groups, "G1 left", SETTLED)
    # What it knew of G2's sources runs out, once, and does not come back by version 1.
    time.sleep(MEMBERSHIP + 2)
    wait_for(lambda: G2 in peer.believes(), "G2 by version 1", SETTLED)
    holds_for(lambda: {G2, G3} <= set(peer.believes()), "answered", MEMBERSHIP + 5, 2)
    assert version(1)()
    lab.uh.ip("link set br0 type bridge mcast_mld_version 2")
    wait_for(version(2), "version 2", 60)
    listen(lab, G1, "include", S[3])
    agree(lab, peer)
