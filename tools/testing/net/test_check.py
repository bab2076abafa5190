# SPDX-License-Identifier: GPL-2.0
"""check: each fault is found, and what is printed mends it (control.md).

   wire up0 --- up0 [ r ] down0 --- wire down0
"""
import json
import os
import shutil
import subprocess

import pytest

from lib import mld, pkt
from lib.lab import PFX
from lib.netns import first_netns
from lib.tool import PATH
from lib.wait import wait_for

ENV = dict(os.environ, PATH=os.path.dirname(PATH) + ":" + os.environ["PATH"])
RTR = "02:00:00:00:ee:01"


def check(lab, *args, env=None):
    """What check finds."""
    done = lab.tool.run("-j", "check", *args, env=env or ENV)
    assert done.stderr == "", done.stderr
    found = json.loads(done.stdout)
    assert done.returncode == (3 if found else 0), (done.returncode, found)
    return found


def one(lab, cause, dev=None, env=None):
    """The one finding that there is."""
    found = check(lab, env=env)
    assert [x["cause"] for x in found] == [cause], found
    assert found[0].get("dev") == dev, found
    return found[0]


def mend(lab, finding, env=None, cwd=None, **words):
    """Type what is printed, in the router."""
    line = finding["mend"]
    for word, value in words.items():
        line = line.replace(word, value)
    done = lab.r.run("sh", "-c", line, env=env or ENV, cwd=cwd)
    assert done.returncode == 0, f"{line}: {done.stderr}"


def well(lab, env=None):
    """Nothing is found any more."""
    wait_for(lambda: not check(lab, env=env),
             f"all well: {lab.tool.run('check').stdout}")


def test_control_check_all_is_well(lab):
    well(lab)
    done = lab.tool.run("check")
    assert done.returncode == 0 and "All is well." in done.stdout
    assert "firewall     well" in done.stdout, done.stdout
    assert check(lab, "down0") == []
    assert "nosuch" in lab.tool.refused("check", "nosuch")


def test_control_check_ipv6_disabled(lab):
    lab.r.sysctl("ipv6.conf.down0.disable_ipv6", 1)
    wait_for(lambda: lab.tool.links()["down0"]["state"] == "refused", "off")
    found = one(lab, "ipv6", "down0")
    assert found["mend"] == "sysctl -w net.ipv6.conf.down0.disable_ipv6=0"
    mend(lab, found)
    well(lab)


def test_control_check_bridge_port(lab):
    lab.r.ip("link add br0 type bridge", "link set br0 up",
             "link set down0 master br0")
    wait_for(lambda: lab.tool.links()["down0"]["state"] == "refused", "port")
    found = one(lab, "link", "down0")
    assert "down0 is a port of br0" in found["finding"]
    mend(lab, found)
    assert set(lab.tool.links()) == {"up0", "br0"}
    well(lab)


def test_control_check_suspended(lab):
    lab.tool("link", "set", "down0", "ra-guard", "strict")
    lab.down0.send(pkt.ra(RTR, "2001:db8:7::/64", lifetime=1800))
    wait_for(lambda: lab.tool.links()["down0"]["state"] == "suspended", "RA")
    found = one(lab, "link", "down0")
    assert found["mend"] == "ndproxy link set down0 ra-guard on"
    mend(lab, found)
    well(lab)


@pytest.mark.parametrize("before, mended", [
    ("down0 down", {"up0", "down0"}), ("down0 name gone0", {"up0"})])
def test_control_check_link_down_or_not_there(lab, before, mended):
    lab.r.ip("link set down0 down", f"link set {before}")
    wait_for(lambda: lab.tool.links()["down0"]["state"] in ("down", "waiting"),
             "not active")
    found = one(lab, "link", "down0")
    mend(lab, found)
    assert set(lab.tool.links()) == mended
    assert not [x for x in check(lab) if x["cause"] == "link"]


def test_control_check_one_side_only(lab):
    lab.tool("link", "set", "down0", "role", "none")
    found = one(lab, "role", "up0")
    assert "group 0 has no downstream link" in found["finding"]
    mend(lab, found, DEV="down0")
    well(lab)


def test_control_check_nothing_configured(make_lab):
    lab = make_lab(roles=False)
    found = one(lab, "link")
    assert found["mend"] == "ndproxy link set DEV role upstream"


@pytest.mark.parametrize("dev", ["all", "down0"])
def test_control_check_forwarding(lab, dev):
    lab.r.sysctl(f"ipv6.conf.{dev}.forwarding", 0)
    found = one(lab, "forwarding", None if dev == "all" else dev)
    assert found["mend"] == f"sysctl -w net.ipv6.conf.{dev}.forwarding=1"
    mend(lab, found)
    well(lab)


def test_control_check_accept_ra(make_lab):
    lab = make_lab(addrs=False)
    lab.r.sysctl("ipv6.conf.up0.accept_ra", 1)
    found = [x for x in check(lab) if x["cause"] == "accept-ra"]
    assert len(found) == 1 and found[0]["dev"] == "up0"
    assert found[0]["mend"] == "sysctl -w net.ipv6.conf.up0.accept_ra=2"
    mend(lab, found[0])
    lab.up0.send(pkt.ra(RTR, PFX, auto=1))
    lab.tool.wait_prefix(PFX)
    well(lab)
    # it was learnt, and would be lost
    lab.r.sysctl("ipv6.conf.up0.accept_ra", 0)
    mend(lab, one(lab, "accept-ra", "up0"))
    well(lab)


def test_control_check_no_prefix(make_lab):
    lab = make_lab(addrs=False, accept_ra=2)
    found = one(lab, "prefix", "up0")
    assert "no global address" in found["finding"]
    mend(lab, found, PREFIX=PFX)
    well(lab)


def test_control_check_address_without_prefix(make_lab):
    lab = make_lab(addrs=False, accept_ra=2)
    lab.r.ip("addr add 2001:db8:1::77/128 dev up0")
    found = one(lab, "prefix", "up0")
    assert "2001:db8:1::77" in found["finding"]
    assert found["mend"] == f"ndproxy prefix add {PFX} dev up0"
    mend(lab, found)
    well(lab)


def test_control_check_no_onlink_route(make_lab):
    lab = make_lab(addrs=False, accept_ra=2)
    lab.r.ip("addr add 2001:db8:1::77/64 dev up0 noprefixroute")
    found = one(lab, "prefix", "up0")
    assert "no on-link route" in found["finding"]
    mend(lab, found)
    well(lab)


@pytest.mark.parametrize("rule", ["deny ::/0", "allow 2001:db8:9::/48",
                                  f"deny {PFX}"])
def test_control_check_denied(lab, rule):
    lab.r.sysctl("ipv6.conf.up0.accept_ra", 2)
    lab.tool("prefix", *rule.split())
    lab.tool.wait_prefix(PFX, present=False)
    found = one(lab, "prefix", "up0")
    assert PFX in found["finding"] and "rule" in found["finding"]
    mend(lab, found)
    well(lab)


ICMP = "130-136, 143"
FIREWALLS = {
    "policy": ("chain i { type filter hook input priority 0; policy drop; }",
               "130, 131, 132, 133, 134, 135, 136, 143"),
    "output": ("chain o { type filter hook output priority 0; "
               "icmpv6 type nd-neighbor-advert drop; }", "136"),
    "one-type": ("chain i { type filter hook input priority 0; policy drop;"
                 "icmpv6 type { 130-134, nd-neighbor-advert, 143 } accept; }",
                 "135"),
    "jump": ("chain j { icmpv6 type 130 drop; }; chain i { type filter hook "
             "input priority 0; meta l4proto ipv6-icmp jump j; }", "130"),
    "device": ("chain i { type filter hook input priority 0; policy drop; "
               "iifname down0 accept; }",
               "130, 131, 132, 133, 134, 135, 136, 143"),
    "set": ("set s { type icmpv6_type; elements = { 131, 132 }; }; chain i { "
            "type filter hook prerouting priority 0; "
            "icmpv6 type @s drop; }", None),
    "ct": ("chain i { type filter hook input priority 0; ct state vmap { "
           "established : accept, untracked : drop }; }",
           "130, 131, 132, 133, 134, 135, 136, 143"),
    "not": ("chain i { type filter hook input priority 0; "
            "icmpv6 type != { 1-4, 128-134, 136, 143 } drop; }", "135"),
}
HARMLESS = {
    "accepts": "chain i { type filter hook input priority 0; policy drop; "
               f"icmpv6 type {{ {ICMP} }} accept; }}",
    "all-icmp": "chain i { type filter hook input priority 0; policy drop; "
                "meta l4proto ipv6-icmp accept; }",
    "hop-limit": "chain i { type filter hook input priority 0; policy drop; "
                 "ip6 hoplimit { 1, 255 } icmpv6 type 130-143 accept; }",
    "forward": "chain f { type filter hook forward priority 0; policy drop; }",
    "other": "chain i { type filter hook input priority 0; tcp dport 22 drop; "
             "ct state invalid drop; ip protocol icmp drop; "
             "iifname other0 drop; icmpv6 type echo-request drop; }",
    "by-link": "chain i { type filter hook input priority 0; policy drop; "
               "iifname \"d*\" accept; iifname up0 accept; }",
    "vmap": "chain i { type filter hook input priority 0; policy drop; "
            "meta l4proto vmap { tcp : drop, ipv6-icmp : accept }; }",
}


def load_nft(lab, rules):
    """Rules in a table of their own."""
    text = "table inet t {\n" + rules.replace("}; ", "}\n") + "\n}\n"
    done = lab.r.run("nft", "-f", "-", input=text)
    assert done.returncode == 0, done.stderr + text


@pytest.mark.parametrize("name", FIREWALLS)
def test_control_check_nft(lab, name):
    rules, types = FIREWALLS[name]
    if types is None:
        rules, types = rules.replace("prerouting", "input"), "131, 132"
    load_nft(lab, rules)
    found = one(lab, "firewall")
    assert f"of type {types}:" in found["finding"], found
    mend(lab, found)
    well(lab)


@pytest.mark.parametrize("name", HARMLESS)
def test_control_check_nft_harmless(lab, name):
    load_nft(lab, HARMLESS[name])
    assert check(lab) == []


IP6TABLES = {
    "policy": (":INPUT DROP [0:0]\n-A INPUT -i lo -j ACCEPT\n", "INPUT"),
    "types": (":INPUT ACCEPT [0:0]\n:x - [0:0]\n-A INPUT -p ipv6-icmp -j x\n"
              "-A x -p ipv6-icmp -m icmp6 --icmpv6-type 135 -m comment "
              "--comment \"no ND\" -j DROP\n", "INPUT"),
    "state": (":OUTPUT ACCEPT [0:0]\n-A OUTPUT -m conntrack ! --ctstate "
              "RELATED,ESTABLISHED -j DROP\n", "OUTPUT"),
    "rpfilter": (":PREROUTING ACCEPT [0:0]\n-A PREROUTING -m rpfilter "
                 "--validmark --invert -j DROP\n", "PREROUTING"),
}
SAVE = "#!/bin/sh\ncat {rules}\n"
INSERT = """#!/bin/sh
[ "$1 $2 $3 $5 $6 $7 $9 ${{10}}" = "-t filter -I -p icmpv6 --icmpv6-type -j ACCEPT" ] || exit 1
sed -i "0,/^\\(-A\\|COMMIT\\)/s//-A $4 -p ipv6-icmp -m icmp6 --icmpv6-type $8 -j ACCEPT\\n&/" {rules}
"""


@pytest.fixture
def ip6tables(tmp_path):
    """Programs of these names, which keep their rules in a file."""
    rules = tmp_path / "rules"
    add_ip6tables(tmp_path, "ip6tables", rules)
    return rules, dict(ENV, PATH=f"{tmp_path}:{ENV['PATH']}")


def add_ip6tables(path, program, rules):
    """A program that keeps its rules in a file, and the one that prints them."""
    for name, text in ((program + "-save", SAVE), (program, INSERT)):
        (path / name).write_text(text.format(rules=rules))
        (path / name).chmod(0o755)


@pytest.mark.parametrize("name", IP6TABLES)
def test_control_check_ip6tables(lab, ip6tables, name):
    text, chain = IP6TABLES[name]
    rules, env = ip6tables
    rules.write_text(f"*filter\n{text}COMMIT\n")
    found = one(lab, "firewall", env=env)
    assert f"filter, chain {chain}," in found["finding"]
    mend(lab, found, env=env)
    well(lab, env=env)


ACCEPTS = "*filter\n:INPUT DROP [0:0]\n-A INPUT -p ipv6-icmp -j ACCEPT\nCOMMIT\n"
DROPS = "*filter\n:INPUT DROP [0:0]\n-A INPUT -i lo -j ACCEPT\nCOMMIT\n"


def test_control_check_ip6tables_is_legacy(lab, ip6tables, tmp_path):
    rules, env = ip6tables
    add_ip6tables(tmp_path, "ip6tables-legacy", rules)
    rules.write_text(ACCEPTS)
    assert check(lab, env=env) == []
    rules.write_text(DROPS)
    mend(lab, one(lab, "firewall", env=env), env=env)
    well(lab, env=env)


@pytest.mark.parametrize("legacy", [False, True])
def test_control_check_ip6tables_and_legacy(lab, ip6tables, tmp_path, legacy):
    rules, env = ip6tables
    others = tmp_path / "others"
    add_ip6tables(tmp_path, "ip6tables-legacy", others)
    rules.write_text(ACCEPTS if legacy else DROPS)
    others.write_text(DROPS)
    for _ in range(2 - legacy):
        mend(lab, one(lab, "firewall", env=env), env=env)
    well(lab, env=env)


def test_control_check_ip6tables_harmless(lab, ip6tables):
    rules, env = ip6tables
    rules.write_text("*filter\n:INPUT DROP [0:0]\n:FORWARD DROP [0:0]\n"
                     "-A INPUT -m conntrack --ctstate INVALID -j DROP\n"
                     "-A INPUT -p tcp -m tcp --dport 22 -j DROP\n"
                     "-A INPUT -s fe80::/10 -p ipv6-icmp -j ACCEPT\nCOMMIT\n")
    assert check(lab, env=env) == []


def test_control_check_another_proxy(lab, tmp_path):
    path = tmp_path / "ndppd"
    shutil.copy(shutil.which("sleep"), path)
    proc = lab.spawn(lab.r, str(path), "1000")
    other = subprocess.Popen((str(path), "1000"))
    try:
        found = one(lab, "proxy")
        assert f"ndppd is running (process {proc.pid})" in found["finding"]
        mend(lab, found)
        proc.wait()
        well(lab)
    finally:
        other.kill()
        other.wait()


@pytest.mark.parametrize("dev", ["all", "up0"])
def test_control_check_proxy_ndp(lab, dev):
    lab.r.sysctl(f"ipv6.conf.{dev}.proxy_ndp", 1)
    found = [x for x in check(lab)]
    assert {x["cause"] for x in found} == {"proxy-ndp"}
    for finding in found:
        mend(lab, finding)
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
    assert "waits 3600 s" in found["finding"]
    mend(lab, found)
    assert lab.r.read(f"/proc/sys/{name}").strip() == "1000"
    well(lab)


def test_control_check_querier_and_no_joins(lab):
    lab.tool("mld", "link", "set", "up0", "off")
    lab.up0.send(mld.query())
    wait_for(lambda: check(lab), "query counted")
    found = one(lab, "mld", "up0")
    assert found["mend"].startswith("ndproxy mld link set up0 on")
    mend(lab, found)
    well(lab)


def test_control_check_querier_and_snoop_joins_off(lab):
    lab.tool("mld", "link", "set", "up0", "on", "snoop-joins", "off")
    lab.up0.send(mld.query())
    wait_for(lambda: check(lab), "query counted")
    found = one(lab, "mld", "up0")
    assert found["mend"] == "ndproxy mld link set up0 snoop-joins on"
    mend(lab, found)
    well(lab)


def test_control_check_no_multicast(lab):
    lab.tool("mld", "link", "set", "up0", "on")
    lab.r.ip("link set up0 multicast off")
    wait_for(lambda: check(lab), "silent")
    found = one(lab, "mld", "up0")
    mend(lab, found)
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
        assert "in the first network namespace" in found["finding"]
        assert found["mend"] == seen_by_name(lab)["mend"]
        assert "30 hosts are known, of two neighbours each, and the kernel keeps 20" \
            in found["finding"]
        # the limits are of the first network namespace
        subprocess.run(["sh", "-c", found["mend"]], check=True, env=ENV,
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
        assert "in the first network namespace" in found["finding"]
        assert found["mend"] == seen_by_name(lab)["mend"]
        assert "1 of 1 connections" in found["finding"]
        subprocess.run(["sh", "-c", found["mend"]], check=True, env=ENV,
                       stdout=subprocess.DEVNULL)
        well(lab)


def test_control_check_of_one_link(lab):
    lab.r.sysctl("ipv6.conf.up0.proxy_ndp", 1)
    assert check(lab, "down0") == []
    assert len(check(lab, "up0")) == 1


def test_control_check_in_a_named_namespace(lab):
    lab.r.sysctl("ipv6.conf.up0.proxy_ndp", 1)
    done = subprocess.run([PATH, "-n", lab.r.name, "-j", "check"], text=True,
                          capture_output=True, check=False, env=ENV)
    (found,) = json.loads(done.stdout)
    assert found["mend"] == f"ip netns exec {lab.r.name} " \
        "sysctl -w net.ipv6.conf.up0.proxy_ndp=0"
    subprocess.run(["sh", "-c", found["mend"]], check=True, env=ENV,
                   stdout=subprocess.DEVNULL)
    well(lab)


# Names that a shell would do something about, and that the kernel allows.
EVIL = ["a;id", "$(>p)", "`>p`", "a'b", "a&>p", "a;touch${IFS}p", "a\"$(>p)\"",
        "a'$(>p)'", "*", "a\\'>p", "#a"]


def check_and_mend_from_outside(lab, tmp_path, name=None):
    """Mend in a network namespace from the first one. What was mended."""
    done = subprocess.run([PATH, "-n", name or lab.r.name, "-j", "check"],
                          text=True, capture_output=True, check=False, env=ENV)
    found = json.loads(done.stdout)
    for line in [x["mend"] for x in found]:
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
    lab.r.sysctl(f"ipv6/conf/{name}/proxy_ndp", 1)
    if outside:
        found = check_and_mend_from_outside(lab, tmp_path)
    else:
        found = check(lab)
        for finding in found:
            mend(lab, finding, cwd=tmp_path)
    assert {x["cause"] for x in found} == {"link", "proxy-ndp"}
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
        check_and_mend_from_outside(lab, tmp_path)
    else:
        mend(lab, one(lab, "link", "down0"), cwd=tmp_path)
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
        lab.r.sysctl("ipv6.conf.up0.proxy_ndp", 1)
        where = path if "/" in name else name
        (found, proxy) = check_and_mend_from_outside(lab, tmp_path, where)
        assert (found["dev"], proxy["cause"]) == ("down0", "proxy-ndp")
        word = "'" + where.replace("'", "'\\''") + "'" if "'" in where else where
        how = "nsenter --net=" if "/" in name else "ip netns exec "
        assert proxy["mend"] == f"{how}{word} sysctl -w net.ipv6.conf.up0.proxy_ndp=0"
    finally:
        os.unlink(path)
    assert set(lab.tool.links()) == {"up0"}
    assert not os.listdir(tmp_path)


def test_control_check_text_names_each_mend(lab):
    lab.r.sysctl("ipv6.conf.up0.proxy_ndp", 1)
    done = lab.tool.run("check")
    assert done.returncode == 3
    assert "proxy-ndp    up0: the kernel's own proxy_ndp is on\n" \
        "             mend with: sysctl -w net.ipv6.conf.up0.proxy_ndp=0\n" \
        in done.stdout
    assert "1 thing to mend." in done.stdout
