# SPDX-License-Identifier: GPL-2.0
"""check: firewalls that drop ND, MLD or what is forwarded, and those that cannot be read.

control.md, USE-9 and USE-10.

   wire up0 --- up0 [ r ] down0 --- wire down0
"""
import os
import re

import pytest

from lib.checking import ENV, Folder, check, fix, load_nft, one, run_check, well
from lib.lab import Lab


@pytest.fixture
def programs(tmp_path):
    """Programs that a test may change."""
    return Folder(tmp_path / "programs")


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
    "forward": "chain f { type filter hook forward priority 0; policy drop; "
               "iifname down0 accept; ct state established accept; }",
    "other": "chain i { type filter hook input priority 0; tcp dport 22 drop; "
             "ct state invalid drop; ip protocol icmp drop; "
             "iifname other0 drop; icmpv6 type echo-request drop; }",
    "by-link": "chain i { type filter hook input priority 0; policy drop; "
               "iifname \"d*\" accept; iifname up0 accept; }",
    "vmap": "chain i { type filter hook input priority 0; policy drop; "
            "meta l4proto vmap { tcp : drop, ipv6-icmp : accept }; }",
}


@pytest.mark.parametrize("name", FIREWALLS)
def test_control_check_nft(lab, name):
    rules, types = FIREWALLS[name]
    if types is None:
        rules, types = rules.replace("prerouting", "input"), "131, 132"
    load_nft(lab, rules)
    found = one(lab, "firewall")
    assert f"of type {types}:" in found["problem"], found
    fix(lab, found)
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
# Puts a rule where ip6tables -t filter -I CHAIN puts it
INSERT = """#!/bin/sh
[ "$1 $2 $3" = "-t filter -I" ] && grep -q "^:$4 " {rules} || exit 1
rule="-A $4"
shift 4
sed -i "0,/^\\(-A\\|COMMIT\\)/s//$rule $*\\n&/" {rules}
"""


@pytest.fixture
def ip6tables(programs, tmp_path):
    """Programs of these names, which keep their rules in a file."""
    rules = tmp_path / "rules"
    add_ip6tables(programs, "ip6tables", rules)
    return rules, programs


def add_ip6tables(programs, program, rules):
    """A program that keeps its rules in a file, and the one that prints them."""
    for name, text in ((program + "-save", SAVE), (program, INSERT)):
        programs.add(name, text.format(rules=rules))


@pytest.mark.parametrize("name", IP6TABLES)
def test_control_check_ip6tables(lab, ip6tables, name):
    text, chain = IP6TABLES[name]
    rules, programs = ip6tables
    rules.write_text(f"*filter\n{text}COMMIT\n")
    found = one(lab, "firewall", programs=programs)
    assert f"filter, chain {chain}," in found["problem"]
    fix(lab, found, programs=programs)
    well(lab, programs=programs)


ACCEPTS = "*filter\n:INPUT DROP [0:0]\n-A INPUT -p ipv6-icmp -j ACCEPT\nCOMMIT\n"
DROPS = "*filter\n:INPUT DROP [0:0]\n-A INPUT -i lo -j ACCEPT\nCOMMIT\n"


def test_control_check_ip6tables_is_legacy(lab, ip6tables, tmp_path):
    rules, programs = ip6tables
    add_ip6tables(programs, "ip6tables-legacy", rules)
    rules.write_text(ACCEPTS)
    assert check(lab, programs=programs) == []
    rules.write_text(DROPS)
    fix(lab, one(lab, "firewall", programs=programs), programs=programs)
    well(lab, programs=programs)


@pytest.mark.parametrize("legacy", [False, True])
def test_control_check_ip6tables_and_legacy(lab, ip6tables, tmp_path, legacy):
    rules, programs = ip6tables
    others = tmp_path / "others"
    add_ip6tables(programs, "ip6tables-legacy", others)
    rules.write_text(ACCEPTS if legacy else DROPS)
    others.write_text(DROPS)
    for _ in range(2 - legacy):
        fix(lab, one(lab, "firewall", programs=programs), programs=programs)
    well(lab, programs=programs)


def test_control_check_ip6tables_harmless(lab, ip6tables):
    rules, programs = ip6tables
    rules.write_text("*filter\n:INPUT DROP [0:0]\n:FORWARD ACCEPT [0:0]\n"
                     "-A INPUT -m conntrack --ctstate INVALID -j DROP\n"
                     "-A INPUT -p tcp -m tcp --dport 22 -j DROP\n"
                     "-A INPUT -s fe80::/10 -p ipv6-icmp -j ACCEPT\nCOMMIT\n")
    assert check(lab, programs=programs) == []


# What the router forwards: to up0, and back

FORWARD = {
    "policy": ("chain f { type filter hook forward priority 0; policy drop; }",
               "drops packets to and replies from up0"),
    "no-replies": ("chain f { type filter hook forward priority 0; policy drop; "
                   "iifname down0 accept; ct state new accept; }", "drops replies from up0"),
    "at-the-end": ("chain f { type filter hook forward priority 0; "
                   "ct state established accept; drop; }", "drops packets to up0"),
    "wildcard": ("chain f { type filter hook forward priority 0; ct state new "
               "iifname \"d*\" drop; }", "drops packets to up0"),
    "jump": ("chain j { iifname { other0, down0 } oifname { up0 } drop; }; chain f { "
             "type filter hook forward priority -5; jump j; accept; }", "drops packets to up0"),
    "set": ("set s { type ifname; elements = { other0, docker0 }; }; chain f { "
            "type filter hook forward priority 0; policy drop; iifname @s accept; "
            "oifname @s accept; ct state established accept; }", "drops packets to up0"),
    "not-set": ("set s { type ifname; elements = { other0, docker0 }; }; chain f { "
                "type filter hook forward priority 0; iifname != @s ct state new drop; }",
                "drops packets to up0"),
    "vmap": ("chain f { type filter hook forward priority 0; policy drop; ct state vmap "
             "{ established : accept, invalid : drop }; iifname vmap { other0 : accept }; }",
             "drops packets to up0"),
    "udp-only": ("chain f { type filter hook forward priority 0; policy drop; "
                 "ct state established accept; meta l4proto udp accept; }",
                 "drops packets to up0"),
}
FORWARDS = {
    "stateful": "chain f { type filter hook forward priority 0; policy drop; ct state vmap "
                "{ established : accept, related : accept, invalid : drop }; "
                "iifname down0 oifname up0 accept; icmpv6 type echo-request accept; }",
    "ports": "chain f { type filter hook forward priority 0; policy drop; "
             "ct state established accept; tcp dport { 80, 443 } accept; }",
    "addresses": "chain f { type filter hook forward priority 0; policy drop; "
                 "ip6 saddr 2001:db8:1::/64 accept; ip6 daddr 2001:db8:1::/64 accept; }",
    "others": "chain f { type filter hook forward priority 0; iifname other0 drop; "
              "meta nfproto ipv4 drop; udp dport 53 drop; ct state invalid drop; }",
    "flowtable": "chain f { type filter hook forward priority 0; policy drop; "
                 "iifname { down0, lo } accept; ct state established,related accept; }",
}


@pytest.mark.parametrize("name", FORWARD)
def test_control_check_forward_nft(lab, name):
    rules, text = FORWARD[name]
    load_nft(lab, rules)
    found = one(lab, "forward", "down0")
    assert found["problem"] == f"inet t, chain f, {text}"
    fix(lab, found)
    well(lab)


@pytest.mark.parametrize("name", FORWARDS)
def test_control_check_forward_nft_harmless(lab, name):
    load_nft(lab, FORWARDS[name])
    assert check(lab) == []


def test_control_check_forward_closed_to_new_connections(lab):
    """That may be what the firewall is for: it is said, and no problem."""
    load_nft(lab, FORWARDS["stateful"])
    done = run_check(lab, "check")
    assert done.returncode == 0, done
    assert "forward      ok: no firewall drops what is forwarded between the links\n" \
        "             but: inet t, chain f, drops new connections from up0 to down0\n" \
        in done.stdout


def test_control_check_forward_fix_lets_packets_pass(make_lab):
    """A cold ping passes after the fix, from both sides' point of view."""
    lab = make_lab(hosts=("up0", "down0"))
    Lab.give(lab.uh, "2001:db8:2::a")
    Lab.give(lab.dh, "2001:db8:1::d")
    lab.r.ip("addr add 2001:db8:2::1/64 dev up0 nodad")
    lab.uh.ip("route add default via 2001:db8:2::1")
    lab.dh.ip("addr del 2001:db8:1::d/64 dev eth0", "addr add 2001:db8:1::d/64 dev eth0 nodad",
              "route add default via 2001:db8:1::1")

    def ping():
        return lab.dh.run("ping", "-c", "1", "-W", "3", "2001:db8:2::a").returncode == 0
    assert ping(), "without the firewall"
    load_nft(lab, FORWARD["policy"][0])
    assert not ping(), "the firewall does not work"
    fix(lab, one(lab, "forward", "down0"))
    assert ping(), "the fix does not work"
    assert not lab.uh.run("ping", "-c", "1", "-W", "1", "2001:db8:1::d").returncode == 0, \
        "it opens more than it says"
    well(lab)


# What Docker 28 makes of FORWARD (ip6tables-save), and ufw
DOCKER = """*filter
:INPUT ACCEPT [0:0]
:FORWARD DROP [0:0]
:OUTPUT ACCEPT [0:0]
:DOCKER - [0:0]
:DOCKER-BRIDGE - [0:0]
:DOCKER-CT - [0:0]
:DOCKER-FORWARD - [0:0]
:DOCKER-USER - [0:0]
-A FORWARD -j DOCKER-USER
-A FORWARD -j DOCKER-FORWARD
-A DOCKER ! -i docker0 -o docker0 -j DROP
-A DOCKER-BRIDGE -o docker0 -j DOCKER
-A DOCKER-CT -o docker0 -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT
-A DOCKER-FORWARD -j DOCKER-CT
-A DOCKER-FORWARD -j DOCKER-BRIDGE
-A DOCKER-FORWARD -i docker0 -j ACCEPT
COMMIT
"""
UFW = """*filter
:FORWARD DROP [0:0]
:ufw6-before-forward - [0:0]
:ufw6-user-forward - [0:0]
-A FORWARD -j ufw6-before-forward
-A ufw6-before-forward -m rt --rt-type 0 -j DROP
-A ufw6-before-forward -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT
-A ufw6-before-forward -p ipv6-icmp -m icmp6 --icmpv6-type 128 -j ACCEPT
-A ufw6-before-forward -j ufw6-user-forward
COMMIT
"""
UFW_ROUTE = """#!/bin/sh
[ "$1 $2 $3 $4 $6 $7" = "route allow in on out on" ] || exit 1
sed -i "s/^COMMIT/-A ufw6-user-forward -i $5 -o $8 -j ACCEPT\\n&/" {rules}
"""


def test_control_check_forward_docker(lab, ip6tables):
    """By the chain that Docker leaves to others, which it does not write anew."""
    rules, programs = ip6tables
    rules.write_text(DOCKER)
    found = one(lab, "forward", "down0", programs=programs)
    assert found["problem"] == "filter, chain FORWARD, drops packets to and replies from up0"
    fix(lab, found, programs=programs)
    added = set(rules.read_text().splitlines()) - set(DOCKER.splitlines())
    assert len(added) == 2 and all(x.startswith("-A DOCKER-USER -") for x in added), added
    well(lab, programs=programs)


def test_control_check_forward_docker_by_nft_alone(lab, programs):
    """Where there is no ip6tables nft has the same rules, and some of their words."""
    for name in ("ip6tables-save", "ip6tables-legacy-save"):
        programs.remove(name)
    done = lab.r.run("nft", "-f", "-", input="""table ip6 filter {
        chain DOCKER-USER { }
        chain FORWARD { type filter hook forward priority 0; policy drop; jump DOCKER-USER;
                        iifname docker0 accept; }
        }""")
    assert done.returncode == 0, done.stderr
    found = one(lab, "forward", "down0", programs=programs)
    fix(lab, found, programs=programs)
    rules = lab.r.sh("nft", "list", "chain", "ip6", "filter", "DOCKER-USER")
    assert rules.count("accept") == 2, rules
    well(lab, programs=programs)


def test_control_check_forward_ufw(lab, ip6tables):
    rules, programs = ip6tables
    rules.write_text(UFW)
    programs.add("ufw", UFW_ROUTE.format(rules=rules))
    found = one(lab, "forward", "down0", programs=programs)
    assert found["problem"] == "filter, chain FORWARD, drops packets to up0"
    assert found["fix"] == "ufw route allow in on down0 out on up0"
    fix(lab, found, programs=programs)
    well(lab, programs=programs)


def test_control_check_forward_ip6tables_policy(lab, ip6tables):
    rules, programs = ip6tables
    rules.write_text("*filter\n:INPUT ACCEPT [0:0]\n:FORWARD DROP [0:0]\nCOMMIT\n")
    fix(lab, one(lab, "forward", "down0", programs=programs), programs=programs)
    well(lab, programs=programs)


def test_control_check_forward_of_each_downstream_link(make_lab):
    lab = make_lab(("up0", "down0", "down1"))
    load_nft(lab, "chain f { type filter hook forward priority 0; policy drop; "
             "iifname down0 oifname up0 accept; ct state established accept; }")
    found = one(lab, "forward", "down1")
    assert check(lab, "down0") == [] and check(lab, "up0") == [found]
    fix(lab, found)
    well(lab)


@pytest.mark.parametrize("name", ["d;>p", "d'$(>p)'", 'd"x', "d*", "d\\x"])
def test_control_check_forward_names_that_a_shell_expands(lab, tmp_path, name):
    lab.r.sh("ip", "link", "set", "down0", "down")
    lab.r.sh("ip", "link", "set", "down0", "name", name)
    lab.r.up(name)
    lab.tool("link", "set", "down0", "role", "none")
    lab.tool("link", "set", name, "role", "downstream")
    load_nft(lab, FORWARD["policy"][0])
    fix(lab, one(lab, "forward", name), cwd=tmp_path)
    assert not os.listdir(tmp_path)
    if '"' in name:                     # in JSON nft tells another name
        assert f'iif "{name}" oifname "up0" accept' in lab.r.sh("nft", "list", "ruleset")
    else:
        well(lab)


# What cannot be looked at

def skipped(lab, programs, why):
    """Both causes that need the rules are skipped, for this reason, and that is not well."""
    found = check(lab, programs=programs)
    assert [x["cause"] for x in found] == ["firewall", "forward"], found
    for x in found:
        assert re.search(why, x["skipped"]) and len(x) == 2, x
    text = run_check(lab, "check", programs=programs).stdout
    assert "firewall     skipped: " in text and "firewall     ok" not in text
    assert text.endswith("\n\nNo problems found, 2 checks skipped.\n"), text


UNREADABLE = {
    "fails": ("echo no JSON here >&2; exit 1", "^nft: no JSON here$"),
    "says-nothing": ("exit 3", "^nft: exit status 3$"),
    "nonsense": ("echo nonsense", "^nft: what it prints makes no sense$"),
    "no-end": ("exec yes", "^nft: it prints more than 32 MiB$"),
    "hangs": ("sleep 1000 & sleep 1000", "^nft: it takes longer than 20 s$"),
    "killed": ("kill -9 $$", "^nft: signal 9 ended it$"),
}


@pytest.mark.parametrize("name", UNREADABLE)
def test_control_check_firewall_that_cannot_be_read(lab, programs, name):
    text, why = UNREADABLE[name]
    load_nft(lab, HARMLESS["accepts"])
    programs.add("nft", f"#!/bin/sh\n{text}\n")
    skipped(lab, programs, why)


def test_control_check_firewall_without_the_program(lab, programs):
    """It is needed only where there are rules."""
    programs.remove("nft")
    assert check(lab, programs=programs) == []
    load_nft(lab, HARMLESS["accepts"])
    skipped(lab, programs, "^nft: not installed, and there are rules$")


def test_control_check_firewall_program_that_fails_without_rules(lab, programs):
    programs.add("nft", "#!/bin/sh\nexit 1\n")
    assert check(lab, programs=programs) == []


def test_control_check_runs_no_program_of_its_caller(lab, tmp_path):
    """Neither PATH nor any other variable leads to another program than the system's."""
    trap, seen = tmp_path / "bin", tmp_path / "seen"
    trap.mkdir()
    for name in ("nft", "ip6tables-save", "ip6tables-legacy-save", "sh", "modinfo"):
        (trap / name).write_text(f"#!/bin/sh\necho {name} >> {seen}\n")
        (trap / name).chmod(0o755)
    load_nft(lab, FIREWALLS["one-type"][0])
    env = dict(ENV, PATH=str(trap), ENV=str(trap / "sh"), BASH_ENV=str(trap / "sh"))
    done = run_check(lab, "check", env=env)
    assert not seen.exists(), seen.read_text()
    assert done.returncode == 3 and "of type 135:" in done.stdout, done
    done = run_check(lab, "check", env={})
    assert done.returncode == 3 and "of type 135:" in done.stdout, done


def test_control_check_gives_programs_an_environment_of_their_own(lab, programs, tmp_path):
    seen = tmp_path / "seen"
    programs.add("nft", f"#!/bin/sh\nenv > {seen}\nreadlink /proc/$$/fd/* >> {seen}\n"
                 "echo '{\"nftables\": []}'\n")
    run_check(lab, "check", programs=programs, env=dict(ENV, SECRET="1", LD_DEBUG_OUTPUT="/x"))
    text = seen.read_text()
    assert "PATH=/usr/sbin:/usr/bin:/sbin:/bin\n" in text
    assert "SECRET" not in text and "LD_" not in text and "socket:" not in text, text
