# SPDX-License-Identifier: GPL-2.0
"""check: each fault is found, and what is printed fixes it (control.md, USE-8 to USE-11).

   wire up0 --- up0 [ r ] down0 --- wire down0
"""
import json
import os
import shutil
import subprocess

import pytest

from lib import kmod, mld, pkt
from lib.checking import ENV, Folder, check, fix, load_nft, one, run_check, well
from lib.lab import MAC, PFX
from lib.netns import first_netns
from lib.tool import PATH
from lib.wait import wait_for

RTR = "02:00:00:00:ee:01"


def test_control_check_all_is_well(lab):
    well(lab)
    done = lab.tool.run("check")
    assert done.returncode == 0 and done.stdout.endswith("\n\nNo problems found.\n")
    assert "firewall     ok: " in done.stdout, done.stdout
    assert check(lab, "down0") == []
    assert "nosuch" in lab.tool.refused("check", "nosuch")


def test_control_check_ipv6_disabled(lab):
    lab.r.sysctl("ipv6.conf.down0.disable_ipv6", 1)
    wait_for(lambda: lab.tool.links()["down0"]["state"] == "refused", "off")
    found = one(lab, "ipv6", "down0")
    assert found["fix"] == "sysctl -w net.ipv6.conf.down0.disable_ipv6=0"
    fix(lab, found)
    well(lab)


def test_control_check_bridge_port(lab):
    lab.r.ip("link add br0 type bridge", "link set br0 up",
             "link set down0 master br0")
    wait_for(lambda: lab.tool.links()["down0"]["state"] == "refused", "port")
    found = one(lab, "link", "down0")
    assert "down0 is a port of br0" in found["problem"]
    fix(lab, found)
    assert set(lab.tool.links()) == {"up0", "br0"}
    well(lab)


def test_control_check_suspended(lab):
    """Whose router that is check cannot know: the guard stays on."""
    lab.tool.run("link", "set", "down0", "ra-guard", "strict")
    lab.down0.send(pkt.ra(RTR, "2001:db8:7::/64", lifetime=1800))
    wait_for(lambda: lab.tool.links()["down0"]["state"] == "suspended", "RA")
    found = one(lab, "link", "down0")
    assert "fix" not in found and "no RAs there" in found["advice"], found


def test_control_check_mtu_without_ipv6(lab):
    lab.r.ip("link set down0 mtu 1200")
    wait_for(lambda: lab.tool.links()["down0"]["state"] == "refused", "refused")
    found = one(lab, "ipv6", "down0")
    assert "its MTU is 1200, and IPv6 needs 1280" in found["problem"]
    fix(lab, found)
    wait_for(lambda: lab.tool.links()["down0"]["state"] == "active", "active")


@pytest.mark.parametrize("before, fixed", [
    ("down0 down", {"up0", "down0"}), ("down0 name gone0", {"up0"})])
def test_control_check_link_down_or_not_there(lab, before, fixed):
    lab.r.ip("link set down0 down", f"link set {before}")
    wait_for(lambda: lab.tool.links()["down0"]["state"] in ("down", "waiting"),
             "not active")
    found = one(lab, "link", "down0")
    fix(lab, found)
    assert set(lab.tool.links()) == fixed
    assert not [x for x in check(lab) if x["cause"] == "link"]


def test_control_check_one_side_only(lab):
    lab.tool("link", "set", "down0", "role", "none")
    found = one(lab, "role", "up0")
    assert "group 0 has no downstream link" in found["problem"]
    fix(lab, found, DEV="down0")
    well(lab)


@pytest.mark.parametrize("mode", ["route", "static", "proxy"])
def test_control_check_prefix_without_a_downstream_link(lab, mode):
    """Targets of mode route and static need not be on a link of ours."""
    lab.tool("link", "set", "down0", "role", "none")
    lab.tool("prefix", "add", "2001:db8:1:0:8::/80", "dev", "up0", "mode", mode)
    if mode == "proxy":
        one(lab, "role", "up0")
    else:
        well(lab)


def test_control_check_nothing_configured(make_lab):
    lab = make_lab(roles=False)
    found = one(lab, "link")
    assert found["fix"] == "ndproxy link set DEV role upstream"


@pytest.mark.parametrize("dev", ["all", "down0"])
def test_control_check_forwarding(lab, dev):
    lab.r.sysctl(f"ipv6.conf.{dev}.forwarding", 0)
    found = one(lab, "forwarding", None if dev == "all" else dev)
    assert found["fix"] == f"sysctl -w net.ipv6.conf.{dev}.forwarding=1"
    fix(lab, found)
    well(lab)


def test_control_check_forwarding_of_an_upstream_link(lab):
    """Its own setting keeps RAs, and packets are forwarded all the same."""
    lab.r.sysctl("ipv6.conf.up0.forwarding", 0)
    lab.r.sysctl("ipv6.conf.up0.accept_ra", 1)
    lab.up0.send(pkt.ra(RTR, PFX, auto=1, lifetime=1800))
    wait_for(lambda: "default" in lab.r.sh("ip", "-6", "route"), "default route by RA")
    well(lab)


def test_control_check_forwarding_forced(lab):
    """A newer kernel's switch of each link forwards without the one of all."""
    lab.r.sysctl("ipv6.conf.all.forwarding", 0)
    try:
        lab.r.sysctl("ipv6.conf.up0.force_forwarding", 1)
    except FileNotFoundError:
        pytest.skip("this kernel has no force_forwarding")
    lab.r.sysctl("ipv6.conf.down0.forwarding", 1)
    assert one(lab, "forwarding")["fix"] == "sysctl -w net.ipv6.conf.all.forwarding=1"
    lab.r.sysctl("ipv6.conf.down0.force_forwarding", 1)
    well(lab)


def test_control_check_accept_ra(make_lab):
    lab = make_lab(addrs=False)
    lab.r.sysctl("ipv6.conf.up0.accept_ra", 1)
    found = [x for x in check(lab) if x["cause"] == "accept-ra"]
    assert len(found) == 1 and found[0]["dev"] == "up0"
    assert found[0]["fix"] == "sysctl -w net.ipv6.conf.up0.accept_ra=2"
    fix(lab, found[0])
    lab.up0.send(pkt.ra(RTR, PFX, auto=1))
    lab.tool.wait_prefix(PFX)
    well(lab)
    # it was learnt, and would be lost
    lab.r.sysctl("ipv6.conf.up0.accept_ra", 0)
    fix(lab, one(lab, "accept-ra", "up0"))
    well(lab)


# Forwarding takes a router's default route by RA, unless accept_ra is 2 before

@pytest.fixture
def by_ra(make_lab):
    """A router that is configured by RAs on up0 and, no link of the proxy, on other0."""
    lab = make_lab(addrs=False, accept_ra=1)
    lab.r.sysctl("ipv6.conf.all.forwarding", 0)
    MAC.setdefault("other.0", "02:00:00:00:00:31")
    lab.add_link("other.0")
    wait_for(lambda: "fe80" in lab.r.sh("ip", "-6", "addr", "show", "dev", "other.0"), "ready")
    for dev, prefix in (("up0", PFX), ("other.0", "2001:db8:9::/64")):
        lab.r.sysctl(f"ipv6/conf/{dev}/accept_ra", 1)
        lab.ports[dev].send(pkt.ra(RTR, prefix, auto=1, lifetime=1800))
    wait_for(lambda: defaults(lab) == {"up0", "other.0"}, "default routes by RA")
    lab.tool.wait_prefix(PFX)
    return lab


def defaults(lab):
    """Devices with a default route."""
    return {line.split("dev ")[1].split()[0]
            for line in lab.r.sh("ip", "-6", "-o", "route").replace("\\", " ").splitlines()
            for line in [line.replace("nexthop", " ")] if line.startswith("default ")}


def test_control_check_forwarding_comes_behind_accept_ra(by_ra):
    """Typing what is printed, in the order in which it is printed, keeps the default routes."""
    found = check(by_ra)
    assert [(x["cause"], x.get("dev")) for x in found] == [
        ("accept-ra", "up0"), ("accept-ra", "other.0"), ("forwarding", None)], found
    for x in found[:2]:
        assert "its default route came by one" in x["problem"], x
    for x in found:
        fix(by_ra, x)
        assert defaults(by_ra) == {"up0", "other.0"}, x
    well(by_ra)


def test_control_check_fix_of_forwarding_alone_keeps_the_default_routes(by_ra):
    """Who types that line only is not cut off."""
    (found,) = [x for x in check(by_ra) if x["cause"] == "forwarding"]
    fix(by_ra, found)
    assert defaults(by_ra) == {"up0", "other.0"}
    well(by_ra)


def test_control_check_fix_of_one_link_keeps_the_default_routes(by_ra):
    """To switch forwarding on for one device deletes the routes of all."""
    by_ra.r.ip("link set other.0 down")
    by_ra.r.sysctl("ipv6.conf.all.forwarding", 1)
    by_ra.r.ip("link set other.0 up")
    for dev in ("up0", "down0"):
        by_ra.r.sysctl(f"ipv6.conf.{dev}.forwarding", 0)
    for dev in ("up0", "other.0"):
        by_ra.r.sysctl(f"ipv6/conf/{dev}/accept_ra", 2)
        by_ra.ports[dev].send(pkt.ra(RTR, "2001:db8:9::/64", lifetime=1800))
    wait_for(lambda: defaults(by_ra) == {"up0", "other.0"}, "default routes by RA")
    by_ra.r.sysctl("ipv6/conf/other.0/accept_ra", 1)
    found = check(by_ra, "down0")
    assert [(x["cause"], x["dev"]) for x in found] == [
        ("accept-ra", "other.0"), ("forwarding", "down0")], found
    fix(by_ra, found[1])
    assert defaults(by_ra) == {"up0", "other.0"}


def test_control_check_default_route_by_ra_of_no_link(by_ra):
    by_ra.r.sysctl("ipv6.conf.up0.accept_ra", 2)
    by_ra.r.sysctl("ipv6/conf/other.0/accept_ra", 2)
    by_ra.r.sysctl("ipv6.conf.all.forwarding", 1)
    well(by_ra)
    by_ra.r.sysctl("ipv6/conf/other.0/accept_ra", 1)
    found = one(by_ra, "accept-ra", "other.0")
    assert "ignored, as accept_ra is 1" in found["problem"]
    assert check(by_ra, "up0") == []
    fix(by_ra, found)
    well(by_ra)


def test_control_check_no_prefix(make_lab):
    lab = make_lab(addrs=False, accept_ra=2)
    found = one(lab, "prefix", "up0")
    assert "no global address" in found["problem"]
    fix(lab, found, PREFIX=PFX)
    well(lab)


def test_control_check_address_without_prefix(make_lab):
    lab = make_lab(addrs=False, accept_ra=2)
    lab.r.ip("addr add 2001:db8:1::77/128 dev up0")
    found = one(lab, "prefix", "up0")
    assert "2001:db8:1::77" in found["problem"]
    assert found["fix"] == f"ndproxy prefix add {PFX} dev up0"
    fix(lab, found)
    well(lab)


def test_control_check_no_onlink_route(make_lab):
    lab = make_lab(addrs=False, accept_ra=2)
    lab.r.ip("addr add 2001:db8:1::77/64 dev up0 noprefixroute")
    found = one(lab, "prefix", "up0")
    assert "no on-link route" in found["problem"]
    fix(lab, found)
    well(lab)


@pytest.mark.parametrize("rule", ["deny ::/0", "allow 2001:db8:9::/48",
                                  f"deny {PFX}"])
def test_control_check_denied(lab, rule):
    lab.r.sysctl("ipv6.conf.up0.accept_ra", 2)
    lab.tool("prefix", *rule.split())
    lab.tool.wait_prefix(PFX, present=False)
    found = one(lab, "prefix", "up0")
    assert PFX in found["problem"] and "rule" in found["problem"]
    fix(lab, found)
    well(lab)


@pytest.fixture
def other_proxy(lab, tmp_path):
    """Starts a process of a name in the router; one in another namespace is there already."""
    others = []

    def start(name):
        path = tmp_path / name
        shutil.copy(shutil.which("sleep"), path)
        others.append(subprocess.Popen((str(path), "1000")))
        return lab.spawn(lab.r, str(path), "1000")
    yield start
    for other in others:
        other.kill()
        other.wait()


@pytest.mark.parametrize("name", ["ndppd", "odhcpd", "npd6"])
def test_control_check_another_proxy(lab, other_proxy, name):
    """It may do more than that: it is not stopped."""
    proc = other_proxy(name)
    found = one(lab, "proxy")
    assert f"{name} is running (process {proc.pid})" in found["problem"]
    assert "fix" not in found and found["advice"], found
    proc.kill()
    proc.wait()
    well(lab)


@pytest.mark.parametrize("ndp, idle", [("disabled", True), ("relay", False),
                                       ("hybrid", False), (None, True)])
def test_control_check_odhcpd_that_proxies_or_not(lab, other_proxy, ndp, idle):
    """On OpenWrt it always runs, and is a proxy only if it is told to."""
    conf = "/etc/config/dhcp"
    os.makedirs(os.path.dirname(conf), exist_ok=True)
    assert not os.path.exists(conf), "a file of this machine"
    with open(conf, "w", encoding="ascii") as f:
        f.write("config dhcp 'lan'\n\toption ra 'server'\n" +
                f"\toption ndp '{ndp}'\n" * bool(ndp))
    try:
        other_proxy("odhcpd")
        assert [x["cause"] for x in check(lab)] == ([] if idle else ["proxy"])
    finally:
        os.unlink(conf)


@pytest.mark.parametrize("dev", ["all", "up0"])
def test_control_check_proxy_ndp(lab, dev):
    """Programs that need it for addresses of their own keep it."""
    lab.r.sysctl(f"ipv6.conf.{dev}.proxy_ndp", 1)
    well(lab)
    lab.r.ip("neigh add proxy 2001:db8:1::77 dev up0")
    well(lab)
    assert "but: it answers for 1 address (ip -6 neigh show proxy)\n" in \
        lab.tool.run("check").stdout
    lab.tool("host", "add", "2001:db8:1::77", "dev", "down0")
    well(lab)
    lab.tool("host", "del", "2001:db8:1::77")
    lab.tool("host", "add", "2001:db8:1::77", "dev", "up0")
    found = one(lab, "proxy-ndp")
    assert "(2001:db8:1::77 dev up0)" in found["problem"]
    assert "fix" not in found and found["advice"], found
    lab.r.ip("neigh del proxy 2001:db8:1::77 dev up0")
    well(lab)


def test_control_check_retransmission_timer_told_by_an_ra(lab):
    lab.r.sysctl("ipv6.conf.up0.accept_ra", 2)
    name = "net/ipv6/neigh/up0/retrans_time_ms"
    lab.up0.send(pkt.ra(RTR, PFX, retrans=10000))
    wait_for(lambda: lab.r.read(f"/proc/sys/{name}").strip() == "10000", "RA taken")
    well(lab)
    lab.up0.send(pkt.ra(RTR, PFX, retrans=3600000))
    wait_for(lambda: lab.r.read(f"/proc/sys/{name}").strip() == "3600000", "RA taken")
    found = one(lab, "retrans", "up0")
    assert "waits 3600 s" in found["problem"]
    fix(lab, found)
    assert lab.r.read(f"/proc/sys/{name}").strip() == "1000"
    well(lab)


def test_control_check_querier_and_no_joins(lab):
    lab.tool("mld", "link", "set", "up0", "off")
    lab.up0.send(mld.query())
    wait_for(lambda: check(lab), "query counted")
    found = one(lab, "mld", "up0")
    assert found["fix"].startswith("ndproxy mld link set up0 on")
    fix(lab, found)
    well(lab)


def test_control_check_querier_and_snoop_joins_off(lab):
    lab.tool("mld", "link", "set", "up0", "on", "snoop-joins", "off")
    lab.up0.send(mld.query())
    wait_for(lambda: check(lab), "query counted")
    found = one(lab, "mld", "up0")
    assert found["fix"] == "ndproxy mld link set up0 snoop-joins on"
    fix(lab, found)
    well(lab)


def test_control_check_no_multicast(lab):
    lab.tool("mld", "link", "set", "up0", "on")
    lab.r.ip("link set up0 multicast off")
    wait_for(lambda: check(lab), "silent")
    found = one(lab, "mld", "up0")
    fix(lab, found)
    well(lab)


def seen_by_name(lab):
    """The one finding, looked for from the first network namespace."""
    done = subprocess.run([PATH, "-n", lab.r.name, "-j", "check"], text=True,
                          capture_output=True, check=False, env=ENV)
    (found,) = json.loads(done.stdout)
    return found


def test_control_check_table_of_neighbours_too_small(lab):
    names = {f"gc_thresh{n}": f"net.ipv6.neigh.default.gc_thresh{n}"
             for n in (2, 3)}
    with first_netns({names["gc_thresh2"]: 20, names["gc_thresh3"]: 500}):
        lab.tool("-b", "-", input="".join(
            f"host add 2001:db8:1::{i:x} dev down0\n" for i in range(16, 46)))
        found = one(lab, "neighbours")
        assert "in the first network namespace" in found["problem"]
        assert found["fix"] == seen_by_name(lab)["fix"]
        assert "30 hosts are known, of two neighbours each, and the kernel keeps 20" \
            in found["problem"]
        # the limits are of the first network namespace
        subprocess.run(["sh", "-c", found["fix"]], check=True, env=ENV,
                       stdout=subprocess.DEVNULL)
        well(lab)


def test_control_check_table_of_connections_full(lab):
    if not os.path.exists("/proc/sys/net/netfilter/nf_conntrack_max"):
        pytest.skip("this kernel has no conntrack")
    load_nft(lab, "chain i { type filter hook input priority 0; "
             "ct state new accept; }")
    with first_netns({"net.netfilter.nf_conntrack_max": 1}):
        lab.r.run("ping", "-c", "1", "-W", "1", "::1")
        found = one(lab, "conntrack")
        assert "in the first network namespace" in found["problem"]
        assert found["fix"] == seen_by_name(lab)["fix"]
        assert "1 of 1 connections" in found["problem"]
        subprocess.run(["sh", "-c", found["fix"]], check=True, env=ENV,
                       stdout=subprocess.DEVNULL)
        well(lab)


def test_control_check_of_one_link(lab):
    lab.r.sysctl("ipv6.conf.down0.forwarding", 0)
    assert check(lab, "up0") == []
    assert len(check(lab, "down0")) == 1


def test_control_check_in_a_named_namespace(lab):
    lab.r.sysctl("ipv6.conf.down0.forwarding", 0)
    done = subprocess.run([PATH, "-n", lab.r.name, "-j", "check"], text=True,
                          capture_output=True, check=False, env=ENV)
    (found,) = json.loads(done.stdout)
    assert found["fix"] == f"ip netns exec {lab.r.name} " \
        "sysctl -w net.ipv6.conf.down0.forwarding=1"
    subprocess.run(["sh", "-c", found["fix"]], check=True, env=ENV,
                   stdout=subprocess.DEVNULL)
    well(lab)


# Names that a shell would do something about, and that the kernel allows.
EVIL = ["a;id", "$(>p)", "`>p`", "a'b", "a&>p", "a;touch${IFS}p", "a\"$(>p)\"",
        "a'$(>p)'", "*", "a\\'>p", "#a"]


def check_and_fix_from_outside(lab, tmp_path, name=None):
    """Fix in a network namespace from the first one. What was found."""
    done = subprocess.run([PATH, "-n", name or lab.r.name, "-j", "check"],
                          text=True, capture_output=True, check=False, env=ENV)
    found = json.loads(done.stdout)
    for line in [x["fix"] for x in found]:
        done = subprocess.run(["sh", "-c", line], text=True, env=ENV,
                              cwd=tmp_path, capture_output=True, check=False)
        assert done.returncode == 0, f"{line}: {done.stderr}"
    return found


@pytest.mark.parametrize("outside", [False, True])
@pytest.mark.parametrize("name", EVIL)
def test_control_check_names_that_a_shell_expands(lab, tmp_path, name, outside):
    lab.r.sh("ip", "link", "add", name, "type", "veth", "peer", "name", "far0")
    lab.r.up("far0")
    lab.tool("link", "set", name, "role", "downstream")
    lab.r.sysctl(f"ipv6/conf/{name}/forwarding", 0)
    if outside:
        found = check_and_fix_from_outside(lab, tmp_path)
    else:
        found = check(lab)
        for finding in found:
            fix(lab, finding, cwd=tmp_path)
    assert {x["cause"] for x in found} == {"link", "forwarding"}
    assert {x["dev"] for x in found} == {name}
    well(lab)
    assert not os.listdir(tmp_path)


@pytest.mark.parametrize("outside", [False, True])
def test_control_check_a_bridge_that_a_shell_expands(lab, tmp_path, outside):
    name = "b'$(>p)'"
    lab.r.sh("ip", "link", "add", name, "type", "bridge")
    lab.r.sh("ip", "link", "set", name, "up")
    lab.r.sh("ip", "link", "set", "down0", "master", name)
    wait_for(lambda: lab.tool.links()["down0"]["state"] == "refused", "port")
    if outside:
        check_and_fix_from_outside(lab, tmp_path)
    else:
        fix(lab, one(lab, "link", "down0"), cwd=tmp_path)
    assert set(lab.tool.links()) == {"up0", name}
    well(lab)
    assert not os.listdir(tmp_path)


@pytest.mark.parametrize("name", ["n" * 30, "a;b $(>p)'c", "/", "/ $(>p)'"])
def test_control_check_any_name_and_path_of_a_namespace(lab, tmp_path, name):
    run = "/run/netns"
    path = f"{run}/{name}" if "/" not in name else f"{run}/path{name[1:]}"
    os.symlink(lab.r.name, path)
    try:
        lab.r.ip("link set down0 down", "link set down0 name gone0")
        lab.r.sysctl("ipv6.conf.all.forwarding", 0)
        where = path if "/" in name else name
        (found, forwarding) = check_and_fix_from_outside(lab, tmp_path, where)
        assert (found["dev"], forwarding["cause"]) == ("down0", "forwarding")
        word = "'" + where.replace("'", "'\\''") + "'" if "'" in where else where
        how = "nsenter --net=" if "/" in name else "ip netns exec "
        assert forwarding["fix"] == f"{how}{word} sysctl -w net.ipv6.conf.all.forwarding=1"
    finally:
        os.unlink(path)
    assert set(lab.tool.links()) == {"up0"}
    assert not os.listdir(tmp_path)


def test_control_check_text_names_each_fix(lab):
    lab.r.sysctl("ipv6.conf.all.forwarding", 0)
    done = lab.tool.run("check")
    assert done.returncode == 3
    assert "forwarding   problem: the router does not forward IPv6 packets, and solicitations " \
        "are dropped (not-forwarding)\n" \
        "             fix: sysctl -w net.ipv6.conf.all.forwarding=1\n" in done.stdout
    assert done.stdout.endswith("\n\n1 problem found.\n")
    lab.r.ip("link set down0 down")
    assert lab.tool.run("check").stdout.endswith("\n\n2 problems found.\n")


# Without the module

@pytest.fixture
def unloaded(lab):
    """The module is not loaded, and there again for the next test."""
    kmod.unload()
    yield lab
    kmod.load()


@pytest.mark.alone
def test_control_check_without_the_module(unloaded):
    """All that needs no module is looked at, and the rest is skipped, not ok."""
    lab = unloaded
    lab.r.sysctl("ipv6.conf.all.forwarding", 0)
    load_nft(lab, "chain i { type filter hook input priority 0; icmpv6 type 135 drop; }")
    found = check(lab)
    problems = [x["cause"] for x in found if "problem" in x]
    assert problems == ["module", "forwarding", "firewall"], found
    for x in found:
        assert "problem" in x or x["skipped"] == "the module is not loaded", x
    skipped = [x["cause"] for x in found if "skipped" in x]
    assert {"link", "role", "prefix", "forward", "mld"} <= set(skipped)
    for x in found[:1]:
        assert x.get("fix") or x["advice"], x
    done = run_check(lab, "check", "down0")
    assert done.returncode == 3 and done.stderr == "", done
    assert done.stdout.endswith(f"\n\n3 problems found, {len(skipped)} checks skipped.\n")


RELEASE = os.uname().release
WHY = {
    # files below /lib/modules/RELEASE, others, what is said, the fix or a part of the advice
    "not-loaded": ({"modules.dep": "updates/dkms/ndproxy.ko.xz: kernel/x.ko\n"}, {},
                   "the module is not loaded", "modprobe ndproxy"),
    "no-headers": ({"modules.dep": "kernel/x.ko:\n"}, {}, "its headers are not installed",
                   f"apt-get install linux-headers-{RELEASE}"),
    "not-installed": ({"modules.dep": "", "build/x": ""}, {}, "is not installed for kernel",
                      "ndproxy-dkms"),
    "not-built": ({"modules.dep": "", "build/x": ""}, {"/var/lib/dkms/ndproxy/0.1/source": ""},
                  "see make.log below /var/lib/dkms/ndproxy",
                  f"dkms autoinstall -k {RELEASE}"),
    "no-depmod": ({"modules.dep": "", "updates/dkms/ndproxy.ko": ""}, {},
                  "modprobe does not know it", "depmod && modprobe ndproxy"),
    "container": ({}, {}, "none can be from here", "outside of this container"),
    "blocked": ({"modules.dep": "extra/ndproxy.ko:\n"},
                {"/etc/modprobe.d/test-ndproxy.conf": "install ndproxy /bin/false\n"},
                "/etc/modprobe.d/test-ndproxy.conf blocks it", "take it out of that file"),
}


@pytest.mark.alone
@pytest.mark.parametrize("name", WHY)
def test_control_check_why_the_module_is_not_loaded(unloaded, tmp_path, name):
    below, others, problem, remedy = WHY[name]
    lib = Folder(tmp_path, "/usr/lib")
    lib.remove("modules")
    root = lib.path / "modules"
    for path, text in below.items():
        (root / RELEASE / path).parent.mkdir(parents=True, exist_ok=True)
        (root / RELEASE / path).write_text(text)
    root.mkdir(exist_ok=True)
    for path, text in others.items():
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "w", encoding="ascii") as f:
            f.write(text)
    try:
        done = run_check(unloaded, "-j", "check", programs=lib)
    finally:
        for path in others:
            os.unlink(path)
        shutil.rmtree("/var/lib/dkms/ndproxy", ignore_errors=True)
    found = json.loads(done.stdout)[0]
    assert found["cause"] == "module" and problem in found["problem"], found
    assert remedy == found["fix"] if "fix" in found else remedy in found["advice"], found
