# SPDX-License-Identifier: GPL-2.0
"""The MLD engine on a link: beginning, end, format, limits, what is seen of it (MLD-A, F, T).

   wire up0 --- up0 [ r: the engine ]
"""
import json
import os
import struct
import time

import pytest

from lib import kmod, mld, pkt, rtnl
from lib.lab import LL, R_ADDR
from lib.tool import PATH
from lib.wait import wait_for

DEV = "up0"
G1, G2, SSM = "ff1e::1:1", "ff1e::1:2", "ff3e::8000:1"
S = [f"2001:db8:ffff::{i:x}" for i in range(1, 200)]
SN = sorted({pkt.snm(LL[DEV]), pkt.snm(R_ADDR)})
SETTLE = mld.SETTLE


@pytest.fixture
def lab(make_lab):
    """A router with the engine on up0, whose own groups have been told."""
    return mld.engine_lab(make_lab, DEV)


def link(lab):
    """The engine's link."""
    return mld.engine_link(lab, DEV)


def groups(lab):
    """Groups by address."""
    return {g["group"]: g for g in lab.tool.json("mld", "group", "show", "dev", DEV)}


def listen(lab, group=G1, mode="exclude", *sources, ident="t", more=()):
    """Configure a listener."""
    lab.tool("mld", "listen", DEV, group, "id", ident, *more, mode, *sources)


def test_mld_a1_defaults(lab):
    got = link(lab)
    assert (got["version"], got["version_mode"], got["robustness"]) == (2, "auto", 2)
    assert (got["query_interval"], got["query_response_interval_ms"]) == (125, 10000)
    assert got["unsolicited_interval_ms"] == 1000 and got["gsr_delay"] == 10
    assert not got["silent"] and not got["asleep"]
    assert (got["max_groups"], got["max_group_sources"], got["max_listener_sources"]) == \
        (65536, 1024, 128)
    assert "v1_left_ms" not in got and "answer_left_ms" not in got


def test_mld_a2_device_without_multicast_is_silent(lab):
    lab.r.ip(f"link set {DEV} multicast off")
    wait_for(lambda: link(lab)["silent"], "silent")
    lab.ear.mark()
    listen(lab)
    lab.up0.send(mld.query())
    time.sleep(2 * SETTLE)
    assert not lab.ear.messages()
    assert groups(lab)[G1]["state"] == "silent"
    lab.r.ip(f"link set {DEV} multicast on")
    lab.ear.wait_report(G1)


def test_mld_a2_loopback_is_silent(lab):
    lab.tool("mld", "link", "set", "lo", "on")
    lab.tool("mld", "listen", "lo", G1, "id", "t", "exclude")
    assert lab.tool.json("mld", "link", "show", "lo")[0]["silent"]
    assert lab.tool.json("mld", "group", "show", G1, "dev", "lo")[0]["state"] == "silent"


@pytest.mark.parametrize("group", ["ff02::1", "ff00::1:1", "ff01::1:1", "2001:db8::1", "::"])
def test_mld_a3_never_reported_is_refused(lab, group):
    before = groups(lab)
    assert lab.tool.refused("mld", "listen", DEV, group, "id", "t", "exclude")
    assert groups(lab) == before
    lab.up0.send(mld.query())
    time.sleep(SETTLE)
    told = {r[0] for m in lab.ear.messages() for r in m.records}
    assert set(SN) <= told and "ff02::1" not in told
    assert not any(g.startswith(("ff00", "ff01")) for g in told)


def test_mld_a4_reports_again_when_the_link_local_address_is_valid(lab):
    lab.r.ip(f"addr del {LL[DEV]}/64 dev {DEV}")
    time.sleep(SETTLE)
    lab.ear.mark()
    listen(lab)
    assert lab.ear.wait_report(G1).src == "::"
    time.sleep(SETTLE)
    lab.ear.mark()
    lab.r.ip(f"addr add {LL[DEV]}/64 dev {DEV} nodad")
    got = lab.ear.wait(lambda m: m.src == LL[DEV] and m.of_group(G1), 5, "from the address")
    assert got.hlim == 1


def test_mld_a4_a_site_local_address_is_in_nobodys_way(lab):
    """The kernel lists addresses by scope, and a site-local one stands before the link-local ones."""
    lab.r.ip(f"addr add fec0::1/64 dev {DEV} nodad")
    time.sleep(SETTLE)
    lab.ear.mark()
    listen(lab)
    assert lab.ear.wait_report(G1).src == LL[DEV]


def test_mld_a6_version_1_formats(lab):
    lab.tool("mld", "link", "set", DEV, "version", "1")
    lab.ear.mark()
    listen(lab)
    assert lab.ear.wait_report(G1, "V1").dst == G1
    lab.tool("mld", "ignore", DEV, G1, "id", "t")
    assert lab.ear.wait_report(G1, "DONE").dst == mld.ALL_ROUTERS


def snmp(lab, name):
    """A counter of the kernel's for the device."""
    for line in lab.r.read(f"/proc/net/dev_snmp6/{DEV}").splitlines():
        if line.split()[0] == name:
            return int(line.split()[1])
    return 0


def test_mld_a7_reports_are_counted_by_the_kernel(lab):
    before = snmp(lab, "Icmp6OutType143"), link(lab)["counters"]["reports_v2_out"]
    listen(lab)
    time.sleep(SETTLE)
    assert snmp(lab, "Icmp6OutType143") == before[0] + 2
    assert link(lab)["counters"]["reports_v2_out"] == before[1] + 2


def test_mld_a7_reports_pass_the_output_hooks(lab):
    done = lab.r.run("nft", "-f", "-", input="table ip6 t { chain c { type filter hook output "
                     "priority 0; icmpv6 type mld2-listener-report drop; }; }")
    assert done.returncode == 0, done.stderr
    listen(lab)
    time.sleep(SETTLE)
    assert not lab.ear.reports(G1)


def batch(lab, lines):
    """Commands in one process."""
    lab.tool("-b", "-", input="\n".join(lines) + "\n")


def many(n):
    """Groups."""
    return [mld.text(f"ff1e::2:{i:x}") for i in range(1, n + 1)]


@pytest.mark.parametrize("mtu,records", [(1500, 72), (1280, 61)])
def test_mld_a8_full_reports(lab, mtu, records):
    """As many records as fit, and not one more; nothing is lost where one report ends."""
    lab.r.ip(f"link set {DEV} mtu {mtu}")
    wanted = many(200)
    batch(lab, [f"mld listen {DEV} {g} id t exclude" for g in wanted])
    time.sleep(2 * SETTLE)
    assert max(len(m.data) for m in lab.ear.messages()) <= 14 + mtu
    for g in wanted:
        assert lab.ear.reports(g) == [("TO_EX", frozenset())] * 2, g
    lab.ear.mark()
    lab.up0.send(mld.query())
    time.sleep(SETTLE)
    sizes = [len(m.records) for m in lab.ear.messages()]
    assert sizes[:-1] == [records] * (len(sizes) - 1) and sizes[-1] <= records, sizes
    assert max(len(m.data) for m in lab.ear.messages()) <= 14 + mtu


def test_mld_a9_off_leaves_what_only_the_engine_held(lab):
    sock = mld.Listener(lab.r, DEV)
    sock.listen(G2, "EX", [])
    listen(lab, G1)
    listen(lab, SSM, "include", S[0])
    time.sleep(SETTLE)
    lab.ear.mark()
    lab.tool("mld", "link", "set", DEV, "off")
    time.sleep(0.2)
    assert ("TO_IN", frozenset()) in lab.ear.reports(G1)
    assert ("BLOCK", frozenset([S[0]])) in lab.ear.reports(SSM)
    assert not any(k in ("TO_IN", "BLOCK") for k, _ in lab.ear.reports(G2))
    assert lab.tool.json("mld", "link", "show") == []
    assert rtnl.allmulti(lab.r, DEV) == 0
    sock.close()


def test_mld_a9_vanished_device_drains_silently(lab):
    listen(lab)
    time.sleep(SETTLE)
    lab.r.ip(f"link del {DEV}")
    wait_for(lambda: lab.tool.json("mld", "link", "show") == [], "gone")


@pytest.mark.alone
def test_mld_a9_unload_leaves(lab):
    listen(lab)
    time.sleep(SETTLE)
    lab.ear.mark()
    try:
        kmod.unload()
        assert ("TO_IN", frozenset()) in lab.ear.reports(G1)
    finally:
        kmod.load()


def test_mld_a10_carrier_lost_and_back(lab):
    listen(lab)
    time.sleep(SETTLE)
    lab.wire_ns.down(lab.up0.dev)
    wait_for(lambda: link(lab)["asleep"], "asleep")
    listen(lab, G2)
    assert {groups(lab)[g]["state"] for g in (G1, G2)} == {"sleeping"}
    lab.ear.mark()
    lab.wire_ns.up(lab.up0.dev)
    time.sleep(2 * SETTLE)
    assert not link(lab)["asleep"]
    for g in (G1, G2):
        assert lab.ear.reports(g) == [("TO_EX", frozenset())] * 2, lab.ear.messages()
        assert groups(lab)[g]["state"] == "idle"


@pytest.fixture
def bond(make_lab):
    """A bond of two wires, the first active, with the engine on and G1 told."""
    lab = make_lab((), addrs=False, roles=False)
    lab.r.ip("link add bond0 type bond mode active-backup miimon 100")
    lab.add_link("up0")
    lab.add_link("up1")
    lab.r.ip("link set up0 down", "link set up1 down", "link set up0 master bond0",
             "link set up1 master bond0", "link set bond0 up",
             "link set bond0 type bond active_slave up0")
    wait_for(lambda: "fe80" in lab.r.sh("ip", "-6", "addr", "show", "dev", "bond0", "scope",
                                        "link", "-tentative"), "bond0 has an address")
    lab.tool("mld", "link", "set", "bond0", "on")
    lab.tool("mld", "listen", "bond0", G1, "id", "t", "exclude")
    time.sleep(2 * SETTLE)
    return lab


def test_mld_a10_bonding_fail_over_reports_afresh(bond):
    before, after = mld.Ear(bond.up0), mld.Ear(bond.up1)
    assert before.reports(G1) and not after.reports(G1)
    before.mark()
    bond.r.ip("link set bond0 type bond active_slave up1")
    after.wait_report(G1, "TO_EX")
    time.sleep(2 * SETTLE)
    assert len(after.reports(G1)) >= 2, "as often as the robustness says"
    assert not before.messages()


PM = "/sys/power/pm_test"


@pytest.mark.alone
@pytest.mark.heavy
@pytest.mark.skipif(not os.path.exists(PM), reason="the kernel has no PM_DEBUG")
def test_mld_a10_resume_reports_afresh(lab):
    """The system goes to sleep as far as its notifiers and tasks, and wakes up again."""
    listen(lab)
    time.sleep(SETTLE)
    lab.ear.mark()
    with open(PM, "w", encoding="ascii") as f:
        f.write("freezer")
    try:
        with open("/sys/power/state", "w", encoding="ascii") as f:
            f.write("freeze")
    finally:
        with open(PM, "w", encoding="ascii") as f:
            f.write("none")
    time.sleep(2 * SETTLE)
    assert lab.ear.reports(G1) == [("TO_EX", frozenset())] * 2, lab.ear.messages()
    assert not link(lab)["asleep"] and groups(lab)[G1]["state"] == "idle"


SNAPSHOT = "/dev/snapshot"


@pytest.mark.alone
@pytest.mark.skipif(not os.path.exists(SNAPSHOT), reason="the kernel does not hibernate")
def test_mld_a10_a_query_on_the_way_to_sleep_takes_no_report_from_the_resume(lab):
    """To open that device is to prepare for hibernation, to close it is to be back."""
    listen(lab)
    time.sleep(SETTLE)
    fd = os.open(SNAPSHOT, os.O_RDONLY)
    try:
        assert link(lab)["asleep"]
        lab.up0.send(mld.query(group=G2))
        wait_for(lambda: not link(lab)["asleep"], "awake")
        time.sleep(2 * SETTLE)
        lab.ear.mark()
    finally:
        os.close(fd)
    time.sleep(2 * SETTLE)
    assert lab.ear.reports(G1) == [("TO_EX", frozenset())] * 2, lab.ear.messages()
    assert not link(lab)["asleep"] and groups(lab)[G1]["state"] == "idle"


def test_mld_f1_listeners_are_shown(lab):
    listen(lab, G1, "include", S[0], S[1], ident="one")
    listen(lab, G1, "include", S[1], S[2], ident="two")
    got = lab.tool.json("mld", "group", "show", G1, "dev", DEV)[0]
    assert got["mode"] == "include" and sorted(got["sources"]) == sorted(S[:3])
    assert {x["id"]: sorted(x["sources"]) for x in got["listeners"]} == \
        {"one": S[:2], "two": S[1:3]}
    assert not got["cut"] and got["nsources"] == 3


def each_source(reports, kind):
    """The sources that reports of one kind, and no others, are about, each as often as it was told.

    A socket names them one by one: when it is slow, a report comes in between.
    """
    assert {x for x, _ in reports} == {kind}, reports
    return sorted(source for _, sources in reports for source in sources)


def test_mld_f2_sockets_are_mirrored_and_the_kernel_is_silent(lab):
    sock = mld.Listener(lab.r, DEV)
    sock.listen(G1, "IN", S[:2])
    time.sleep(SETTLE)
    assert each_source(lab.ear.reports(G1), "ALLOW") == sorted(S[:2] * 2)
    got = groups(lab)[G1]
    assert [(x["id"], x["mode"], sorted(x["sources"])) for x in got["listeners"]] == \
        [("kernel", "include", S[:2])]
    lab.ear.mark()
    sock.close()
    time.sleep(SETTLE)
    assert each_source(lab.ear.reports(G1), "BLOCK") == sorted(S[:2] * 2)
    assert G1 not in groups(lab)


def test_mld_f2_off_again_the_kernel_speaks(lab):
    before = lab.r.sysctl(f"ipv6.conf.{DEV}.force_mld_version")
    lab.tool("mld", "link", "set", DEV, "off")
    assert lab.r.sysctl(f"ipv6.conf.{DEV}.force_mld_version") == "0", before
    time.sleep(SETTLE)
    lab.ear.mark()
    sock = mld.Listener(lab.r, DEV)
    sock.listen(G1, "EX", [])
    lab.ear.wait_report(G1, "TO_EX")
    lab.up0.send(mld.query())
    lab.ear.wait_report(G1, "IS_EX")
    sock.close()


@pytest.mark.alone
def test_mld_f2_a_version_forced_on_all_devices_is_told_in_the_log(make_lab):
    kmod.unload()
    kmod.load()
    log = kmod.Log()
    lab = make_lab((DEV,), roles=False)
    lab.tool("mld", "link", "set", DEV, "on")
    lab.tool("mld", "link", "set", DEV, "off")
    assert not any("force_mld_version" in line for line in log.lines())
    lab.r.sysctl("ipv6.conf.all.force_mld_version", 1)
    for _ in range(2):
        lab.tool("mld", "link", "set", DEV, "on")
        lab.tool("mld", "link", "set", DEV, "off")
    said = [line for line in log.lines() if "net.ipv6.conf.all.force_mld_version" in line]
    log.close()
    assert len(said) == 1 and said[0].startswith(f"ndproxy: {DEV}: "), said
    assert lab.r.sysctl("ipv6.conf.all.force_mld_version") == "1"


def test_mld_f2_more_sources_than_the_limit_are_all_sources(lab):
    """No socket is refused, so none goes without what it asked for; and the limit may be raised."""
    mon = lab.monitor()
    socks = [mld.Listener(lab.r, DEV) for _ in range(3)]
    for i, sock in enumerate(socks):
        sock.listen(G1, "IN", S[50 * i:50 * (i + 1)])
    lab.ear.wait_report(G1, "TO_EX")
    mon.expect("mld-limit", dev=DEV, group=G1)
    time.sleep(SETTLE)
    assert lab.ear.reports(G1)[-1] == ("TO_EX", frozenset())
    got = groups(lab)[G1]
    assert (got["mode"], got["nsources"]) == ("exclude", 0)
    assert link(lab)["counters"]["limit"] >= 1
    lab.ear.mark()
    lab.tool("mld", "link", "set", DEV, "max-listener-sources", 256)
    lab.ear.wait_report(G1, "TO_IN")
    got = groups(lab)[G1]
    assert got["mode"] == "include" and sorted(got["sources"]) == sorted(S[:150])
    for sock in socks:
        sock.close()


def test_mld_f2_a_source_specific_group_keeps_what_the_limit_holds(lab):
    """EXCLUDE is not told of such a group (RFC 4604 2.2)."""
    lab.tool("mld", "link", "set", DEV, "max-listener-sources", 4)
    sock = mld.Listener(lab.r, DEV)
    sock.listen(SSM, "IN", S[:6])
    time.sleep(SETTLE)
    got = groups(lab)[SSM]
    assert got["mode"] == "include" and len(got["sources"]) == 4 and set(got["sources"]) < set(S[:6])
    sock.close()


def test_mld_f2_groups_over_the_limit_are_told_when_it_is_raised(lab):
    lab.tool("mld", "link", "set", DEV, "max-groups", len(groups(lab)))
    sock = mld.Listener(lab.r, DEV)
    sock.listen(G1, "EX", [])
    time.sleep(SETTLE)
    assert G1 not in groups(lab) and not lab.ear.reports(G1)
    lab.tool("mld", "link", "set", DEV, "max-groups", 65536)
    lab.ear.wait_report(G1, "TO_EX")
    sock.close()


def test_mld_f2_addresses_are_mirrored(lab):
    lab.r.ip(f"addr add 2001:db8:1::77:7788/64 dev {DEV} nodad")
    lab.ear.wait_report("ff02::1:ff77:7788", "TO_EX")
    lab.r.ip(f"addr del 2001:db8:1::77:7788/64 dev {DEV}")
    lab.ear.wait_report("ff02::1:ff77:7788", "TO_IN")


def test_mld_f3_limits(lab):
    mon = lab.monitor()
    before = len(groups(lab))
    lab.tool("mld", "link", "set", DEV, "max-groups", before + 1, "max-listener-sources", 2,
             "max-group-sources", 3)
    got = link(lab)
    assert (got["max_groups"], got["max_listener_sources"], got["max_group_sources"]) == \
        (before + 1, 2, 3)
    assert "listener" in lab.tool.refused("mld", "listen", DEV, G1, "id", "a", "include", *S[:3])
    mon.expect("mld-limit", dev=DEV, group=G1)
    assert G1 not in groups(lab)
    listen(lab, G1, "include", *S[:2], ident="a")
    assert "sources" in lab.tool.refused("mld", "listen", DEV, G1, "id", "b", "include", *S[2:4])
    assert sorted(groups(lab)[G1]["sources"]) == S[:2]
    assert "groups" in lab.tool.refused("mld", "listen", DEV, G2, "id", "b", "exclude")
    assert G2 not in groups(lab)
    assert link(lab)["counters"]["limit"] == 3


def test_mld_f3_names_are_given_back(lab):
    names = [f"n{i}" for i in range(1100)]
    batch(lab, [line for n in names for line in (f"mld listen {DEV} {G1} id {n} exclude",
                                                 f"mld ignore {DEV} {G1} id {n}")])
    batch(lab, [f"mld listen {DEV} {G1} id {n} exclude" for n in names[:1024]])
    assert "names" in lab.tool.refused("mld", "listen", DEV, G1, "id", "more", "exclude")
    lab.tool("mld", "listen", DEV, G2, "id", names[0], "exclude")
    lab.tool("mld", "ignore", DEV, G1, "id", names[0])
    assert "names" in lab.tool.refused("mld", "listen", DEV, G1, "id", "more", "exclude")
    lab.tool("mld", "ignore", DEV, G2, "id", names[0])
    listen(lab, G1, ident="more")
    lab.tool("mld", "link", "set", DEV, "off")
    lab.tool("mld", "link", "set", DEV, "on")
    batch(lab, [f"mld listen {DEV} {G1} id {n} exclude" for n in names[-1024:]])


def test_mld_f4_ssm_exclude_is_muted(lab):
    listen(lab, SSM, "exclude")
    time.sleep(SETTLE)
    assert not lab.ear.reports(SSM)
    assert link(lab)["counters"]["ssm_exclude"] == 1
    assert lab.tool.json("mld", "group", "show", SSM, "dev", DEV)[0]["listeners"][0]["muted"]
    listen(lab, SSM, "include", S[0], ident="u")
    time.sleep(SETTLE)
    assert lab.ear.reports(SSM) == [("ALLOW", frozenset([S[0]]))] * 2


def test_mld_t1_dump_of_many_groups_is_whole(lab):
    wanted = many(3000)
    batch(lab, [f"mld listen {DEV} {g} id t include {S[0]}" for g in wanted])
    got = lab.tool.json("mld", "group", "show", "dev", DEV)
    assert len(got) == len({g["group"] for g in got})
    assert set(wanted) <= {g["group"] for g in got}
    assert [pkt.pton(g["group"]) for g in got] == sorted(pkt.pton(g["group"]) for g in got)
    assert all(g["sources"] == [S[0]] for g in got if g["group"] in wanted)
    assert link(lab)["groups"] == len(got)


def test_mld_t1_group_of_many_sources(lab):
    lab.tool("mld", "link", "set", DEV, "max-listener-sources", "1024")
    sources = [f"2001:db8:ffff::{i:x}" for i in range(1, 1025)]
    batch(lab, [f"mld listen {DEV} {G1} id t include {' '.join(sources)}"])
    got = lab.tool.json("mld", "group", "show", G1, "dev", DEV)[0]
    assert set(got["sources"]) == set(sources) and not got["cut"]
    assert got["listeners"][0]["sources"]


def test_mld_t1_dump_during_changes_is_flagged(lab):
    from lib import genl
    consts = genl.constants()
    batch(lab, [f"mld listen {DEV} {g} id t exclude" for g in many(2000)])
    with lab.r:
        import socket
        sock = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, 16)
    family = genl.Genl(lab.r)
    sock.bind((0, 0))
    body = struct.pack("=BBH", consts["NDPROXY_CMD_MLD_GROUP_GET"], 1, 0)
    sock.send(struct.pack("=IHHII", 16 + len(body), family.family, 0x301, 1, 0) + body)
    sock.recv(4096)
    listen(lab, G1)
    flagged, done = False, False
    while not done:
        data = sock.recv(65536)
        while data:
            length, kind, flags = struct.unpack("=IHH", data[:8])
            flagged |= bool(flags & 0x10)               # NLM_F_DUMP_INTR
            done |= kind == 3
            data = data[(length + 3) & ~3:]
    family.close()
    sock.close()
    assert flagged


def test_mld_t1_counters_reset(lab):
    listen(lab)
    time.sleep(SETTLE)
    assert link(lab)["counters"]["reports_v2_out"]
    lab.tool("stats", "reset")
    got = link(lab)
    assert not any(got["counters"].values()) and not any(got["drops"].values())


TRACE = "/sys/kernel/tracing/instances/mld-test"


@pytest.fixture
def trace():
    """The engine's tracepoints, on."""
    os.mkdir(TRACE)
    with open(f"{TRACE}/events/mld/enable", "w", encoding="ascii") as f:
        f.write("1")
    yield lambda: open(f"{TRACE}/trace", encoding="ascii").read()
    os.rmdir(TRACE)


@pytest.mark.alone
def test_mld_t1_tracepoints(lab, trace):
    """States of groups, queries heard and why they were dropped, reports, versions."""
    src = pkt.lladdr(mld.QUERIER_MAC)
    listen(lab)
    time.sleep(SETTLE)
    lab.up0.send(mld.query(group=G1, mrc=100), mld.query(hlim=2), mld.query(group=G2, sources=S[:1]))
    time.sleep(SETTLE)
    lab.up0.send(mld.query(1, mrc=500))
    wait_for(lambda: link(lab)["version"] == 1, "version 1")
    lab.tool("mld", "ignore", DEV, G1, "id", "t")
    lab.ear.wait_report(G1, "DONE")
    text = trace()
    for line in (f"mld_state: dev={DEV} group={G1} not-member -> reporting",
                 f"mld_state: dev={DEV} group={G1} reporting -> idle",
                 f"mld_state: dev={DEV} group={G1} idle -> group-query-pending",
                 f"mld_state: dev={DEV} group={G1} leaving -> not-member",
                 f"mld_report: dev={DEV} v2-report dst=ff02::16 records=1 len=28 err=0",
                 f"mld_report: dev={DEV} done dst=ff02::2 records=1 len=24 err=0",
                 f"mld_query: dev={DEV} v2 src={src} group={G1} sources=0 mrd=100 accepted",
                 f"mld_query: dev={DEV} v2 src={src} group={G2} sources=1 mrd=1000 not-joined",
                 f"mld_query: dev={DEV} v1 src={src} group=:: sources=0 mrd=500 accepted",
                 f"mld_query_drop: dev={DEV} src={src} reason=hop-limit",
                 f"mld_version: dev={DEV} v1"):
        assert line in text, f"{line}\n{text}"


@pytest.mark.heavy
@pytest.mark.timeout(400)
def test_mld_t2_nothing_is_due_on_an_idle_link(lab):
    listen(lab)
    time.sleep(2 * SETTLE)
    got = groups(lab)
    assert {g["state"] for g in got.values()} <= {"idle", "silent"}
    assert not any(k.endswith("_left_ms") for g in got.values() for k in g)
    assert not any(k.endswith("_left_ms") for k in link(lab))
    lab.ear.mark()
    time.sleep(130 if os.environ.get("NDPROXY_KERNEL") == "uml" else 15)
    assert not lab.ear.messages()


def test_mld_unprivileged(lab):
    import shutil
    where = "/run/ndproxy-public-mld"
    shutil.copy(shutil.which(PATH), where)
    os.chmod(where, 0o755)
    nobody = ("setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", where)
    try:
        for args in (("link", "set", DEV, "off"), ("listen", DEV, G1, "id", "t", "exclude"),
                     ("ignore", DEV, G1, "id", "t")):
            done = lab.r.run(*nobody, "mld", *args)
            assert done.returncode == 2 and "ermi" in done.stderr, done.stderr
        for args in (("link", "show"), ("group", "show")):
            done = lab.r.run(*nobody, "-j", "mld", *args)
            assert done.returncode == 0 and json.loads(done.stdout), done.stderr
    finally:
        os.unlink(where)
