# SPDX-License-Identifier: GPL-2.0
"""import ndppd: what its configuration is meant to do is done (control.md).

   uh --- up0 [ r ] down0 --- dh      real stacks, addresses of one /64
"""
import os

import pytest

from lib import pkt
from lib.lab import A, A_MAC, LL, PFX
from lib.netns import Namespace, free_name
from lib.tool import Tool
from lib.wait import wait_for
from lib.wire import silence

UH, DH = "2001:db8:1::10", "2001:db8:1:0:8::20"

IFACE = """
proxy up0 {
   router yes
   ttl 30000
   rule %s { iface down0 }
}
proxy down0 { rule %s { iface up0 } }
"""


@pytest.fixture
def relay(make_lab):
    """A router without any role, a host on each side."""
    lab = make_lab(hosts=("up0", "down0"), roles=False)
    lab.give(lab.uh, UH)
    lab.give(lab.dh, DH)
    return lab


def run_import(lab, text):
    """Translate and run; the commands that were run."""
    done = lab.tool.run("import", "ndppd", "-", "-x", input=text)
    assert done.returncode == 0 and done.stderr == "", done
    return done.stdout


def pings(ns, addr):
    """Is the first echo request answered?"""
    return ns.run("ping", "-c", "1", "-W", "3", addr).returncode == 0


def test_control_import_rule_with_iface(relay):
    run_import(relay, IFACE % (PFX, PFX))
    relay.tool.wait_prefix(PFX)
    assert pings(relay.uh, DH) and pings(relay.dh, UH)


def test_control_import_answers_for_its_rules_only(relay):
    # as ndppd does: the rest of the on-link /64 is not its business. The way back is routed.
    relay.dh.ip("addr flush dev eth0 scope global",
                f"addr add {DH}/80 dev eth0 nodad",
                f"route add default via {LL['down0']} dev eth0")
    relay.wait_listening(relay.dh, DH)
    text = run_import(relay, IFACE % ("2001:db8:1:0:9::/80", "2001:db8:1:0:9::/80"))
    assert "prefix deny ::/0" in text
    relay.tool.wait_prefix("2001:db8:1:0:9::/80")
    assert set(relay.tool.prefixes()) == {("2001:db8:1:0:9::/80", "up0")}
    assert not pings(relay.uh, DH)
    relay.tool("prefix", "add", "2001:db8:1:0:8::/80", "dev", "up0")
    relay.tool.wait_prefix("2001:db8:1:0:8::/80")
    wait_for(lambda: pings(relay.uh, DH), "within the added prefix")


def test_control_import_without_x_changes_nothing(relay):
    text = relay.tool("import", "ndppd", "-", input=IFACE % (PFX, PFX))
    assert f"prefix add {PFX} dev up0" in text
    assert relay.tool("save") == ""
    relay.tool("-b", "-", input=text)
    relay.tool.wait_prefix(PFX)


def test_use_12_import_is_all_or_nothing(relay):
    """The kernel refuses the last of its links; what was set before is all there, and nothing else."""
    relay.tool("-b", "-", input="link set up0 role downstream group 7\nprefix allow 2001:db8::/32\n")
    before = relay.tool("save")
    done = relay.tool.run("import", "ndppd", "-", "-x", input=IFACE % (PFX, PFX) +
                          "proxy up1 { rule 2001:db8:9::/64 { iface lo } }")
    assert done.returncode == 2 and "lo is a loopback device" in done.stderr
    assert "-: failed, and nothing of it is in force\n" in done.stderr
    assert relay.tool("save") == before


def test_use_12_import_twice(relay):
    """What is in place already is no failure."""
    first = run_import(relay, IFACE % (PFX, PFX))
    before = relay.tool("save")
    assert run_import(relay, IFACE % (PFX, PFX)) == first
    assert relay.tool("save") == before


def test_control_import_rule_with_static(make_lab):
    lab = make_lab(roles=False)
    run_import(lab, "proxy up0 { rule 2001:db8:1:0:9::/80 { static } }")
    lab.tool.wait_prefix("2001:db8:1:0:9::/80")
    lab.solicit("up0", A_MAC, A, "2001:db8:1:0:9::5")
    lab.up0.expect(pkt.is_na("2001:db8:1:0:9::5", dst=A))
    lab.solicit("up0", A_MAC, A, "2001:db8:1:0:8::5")
    silence(lab.up0, match=pkt.is_na("2001:db8:1:0:8::5"))


def test_control_import_rule_with_auto(make_lab):
    lab = make_lab(roles=False)
    lab.r.ip("route add 2001:db8:1:0:7:1::/96 dev down0")
    run_import(lab, "proxy up0 { rule 2001:db8:1:0:7::/80 { auto } }")
    lab.tool.wait_prefix("2001:db8:1:0:7::/80")
    assert lab.tool.links()["down0"]["role"] == "downstream"
    lab.solicit("up0", A_MAC, A, "2001:db8:1:0:7:1:0:5")
    lab.down0.expect(pkt.is_ns("2001:db8:1:0:7:1:0:5"))
    lab.advertise("down0", "02:00:00:00:dd:0d", "2001:db8:1:0:7:1:0:5")
    lab.up0.expect(pkt.is_na("2001:db8:1:0:7:1:0:5", dst=A))
    lab.solicit("up0", A_MAC, A, "2001:db8:1:0:7:2:0:5")
    silence(lab.up0, match=pkt.is_na("2001:db8:1:0:7:2:0:5"))


def test_use_12_single_addresses_answered_for_at_once(make_lab):
    """As r-128; the route to such an address is not the module's business."""
    lab = make_lab(roles=False)
    run_import(lab, "proxy up0 { rule 2001:db8:5::5/128 { static } rule 2001:db8:5::6 { static } }")
    for target in ("2001:db8:5::5", "2001:db8:5::6"):
        lab.solicit("up0", A_MAC, A, target)
        lab.up0.expect(pkt.is_na(target, dst=A))
    lab.solicit("up0", A_MAC, A, "2001:db8:5::7")
    silence(lab.up0, match=pkt.is_na("2001:db8:5::7"))
    assert "2001:db8:5::" not in lab.r.run("ip", "-6", "route").stdout
    lab.tool("prefix", "del", "2001:db8:5::5/128", "dev", "up0")
    lab.solicit("up0", A_MAC, A, "2001:db8:5::5")
    silence(lab.up0, match=pkt.is_na("2001:db8:5::5"))


def test_use_12_single_address_routed_elsewhere(make_lab):
    """As f-dist: answered for while a route leads elsewhere."""
    lab = make_lab(roles=False)
    run_import(lab, "proxy up0 { rule 1111:: { auto autovia no } rule 64:ff9b:1::/48 { static } }")
    lab.solicit("up0", A_MAC, A, "1111::")
    silence(lab.up0, match=pkt.is_na("1111::"))
    lab.r.ip("route add 1111::/128 dev down0")
    lab.solicit("up0", A_MAC, A, "1111::")
    lab.up0.expect(pkt.is_na("1111::", dst=A))
    lab.solicit("up0", A_MAC, A, "64:ff9b:1::77")
    lab.up0.expect(pkt.is_na("64:ff9b:1::77", dst=A))


def test_use_12_single_address_of_a_host(relay):
    """A rule with iface for one address: the host itself is asked, and has its route."""
    single = "2001:db8:7::20"
    relay.dh.ip("addr flush dev eth0 scope global", f"addr add {single}/128 dev eth0 nodad",
                f"route add default via {LL['down0']} dev eth0")
    relay.uh.ip(f"route add {single}/128 dev eth0")
    relay.wait_listening(relay.dh, single)
    run_import(relay, "proxy up0 { rule %s/128 { iface down0 } }" % single)
    wait_for(lambda: pings(relay.uh, single), "the single address")
    assert relay.tool.wait_host(single, "down0")["route"]


def test_use_12_learnt_prefixes_in_mode_static(make_lab):
    """As v-vyos: those that are there, and those that come later."""
    lab = make_lab(roles=False)
    text = run_import(lab, "proxy up0 { router no rule ::/0 { static } }")
    assert "deny" not in text and "prefix add ::/0 dev up0 mode static\n" in text
    assert lab.tool.wait_prefix(PFX)["mode"] == "static"
    lab.r.ip("addr add 2001:db8:3::1/64 dev up0")
    assert lab.tool.wait_prefix("2001:db8:3::/64")["mode"] == "static"
    lab.solicit("up0", A_MAC, A, "2001:db8:3::5")
    lab.up0.expect(pkt.is_na("2001:db8:3::5", dst=A))
    # One that is configured has its own mode, and what is saved comes back
    lab.tool("prefix", "add", "2001:db8:3::/64", "dev", "up0")
    assert lab.tool.prefixes()["2001:db8:3::/64", "up0"]["mode"] == "proxy"
    lab.tool("prefix", "del", "2001:db8:3::/64", "dev", "up0")
    assert lab.tool.prefixes()["2001:db8:3::/64", "up0"]["mode"] == "static"
    before = lab.tool("save")
    lab.tool("link", "set", "up0", "role", "none")
    lab.tool("restore", input=before)
    assert lab.tool("save") == before and lab.tool.wait_prefix(PFX)["mode"] == "static"
    lab.tool("prefix", "add", "::/0", "dev", "up0", "mode", "route")
    assert lab.tool.prefixes()[PFX, "up0"]["mode"] == "route"
    lab.tool("prefix", "del", "::/0", "dev", "up0")
    assert lab.tool.prefixes()[PFX, "up0"]["mode"] == "proxy"


# A router that has the links of the files, and what its commands must be
CASES = os.path.join(os.environ["NDPROXY_TOP"], "tools/ndproxy/tests/ndppd")
VIA = "route add default via fe80::1 dev"
ON = {
    "b-autowire": (["vmbr0"], []),
    "c-auto": (["eth0.2", "br0"], [f"{VIA} eth0.2", "route add 2001:db8:100:3006::/64 dev br0"]),
    "f-dist": (["eth0"], [f"{VIA} eth0"]),
    "h-nix": (["wan0", "br-lan"], [f"{VIA} wan0", "addr add 2001:db8:5::1/64 dev wan0 nodad"]),
    "i-mutual-lanfirst": (["lan", "wan6"], [f"{VIA} wan6",
                                            "addr add 2001:db8:5::1/64 dev wan6 nodad"]),
    "j-wisun": (["eth0"], [f"{VIA} eth0", "tuntap add tun0 mode tun", "link set tun0 up",
                           "route add 2001:db8:5::/64 dev tun0"]),
    "n-ppp": (["br0"], ["tuntap add ppp0 mode tun", "link set ppp0 up",
                        "route add default dev ppp0"]),
    "r-128": (["eth0"], []),
    "v-vyos": (["eth0"], ["addr add 2001:db8:5::1/64 dev eth0 nodad"]),
    "x-assign": (["eth0"], []),
    "za-docker": (["eth0", "docker0"], [f"{VIA} eth0", "addr add 2001:db8:5::1/64 dev eth0 nodad",
                                        "route add 2001:db8:5:0:d0c::/80 dev docker0"]),
}
RIGHT = {
    "b-autowire": ({"vmbr0": "upstream"}, {"2001:db8:c0:e0ed:192:168:40:0/112": "static"}),
    "c-auto": ({"eth0.2": "upstream", "br0": "downstream"}, {"2001:db8:100:3006::/64": "proxy"}),
    "f-dist": ({"eth0": "upstream"}, {"1111::/128": "route", "64:ff9b:1::/48": "static"}),
    "h-nix": ({"wan0": "upstream", "br-lan": "downstream"}, {"2001:db8:5::/64": "proxy"}),
    "i-mutual-lanfirst": ({"wan6": "upstream", "lan": "downstream"}, {"2001:db8:5::/64": "proxy"}),
    "j-wisun": ({"eth0": "upstream"}, {"2001:db8:5::/64": "route"}),
    "n-ppp": ({"br0": "downstream"}, {}),
    "r-128": ({"eth0": "upstream"}, {"2001:db8:5::5/128": "static", "2001:db8:5::6/128": "static"}),
    "v-vyos": ({"eth0": "upstream"}, {"2001:db8:5::/64": "static"}),
    "x-assign": ({"eth0": "upstream"}, {"2001:db8:5::/64": "static"}),
    "za-docker": ({"eth0": "upstream", "docker0": "downstream"},
                  {"2001:db8:5:0:d0c::/80": "proxy"}),
}


@pytest.fixture
def bare():
    """A namespace with nothing in it."""
    ns = Namespace(free_name("i"))
    ns.sysctl("ipv6.conf.all.forwarding", 1)
    yield ns
    ns.delete()


@pytest.mark.every
@pytest.mark.parametrize("case", sorted(ON))
def test_use_12_import_of_other_peoples_files(bare, case):
    """Translated on a router that has the links, and taken by it without a word."""
    tool = Tool(bare)
    links, lines = ON[case]
    bare.ip(*[f"link add {x} type veth peer name peer{i}" for i, x in enumerate(links)],
            *[f"link set {x} up" for x in links],
            *[f"link set peer{i} up" for i, _ in enumerate(links)])
    for line in lines:
        bare.sh("ip", "-6" if line.startswith(("route", "addr")) else "-d", *line.split())
    text = tool("import", "ndppd", f"{CASES}/case-{case}.conf")
    assert "=" not in text
    tool("-b", "-", input=text)
    roles, prefixes = RIGHT[case]
    assert {k: v["role"] for k, v in tool.links().items()} == roles, text
    wait_for(lambda: {p: v["mode"] for (p, _), v in tool.prefixes().items()
                      if v["dev"] in roles} == prefixes, f"{prefixes}; {tool.prefixes()}\n{text}")
    for dev in ("tun0", "ppp0"):
        assert (f"# {dev} does no neighbour discovery" in text) == (dev in "".join(lines)), text


def test_use_12_host_bits_are_an_error_with_the_line(bare):
    done = Tool(bare).run("import", "ndppd", f"{CASES}/case-e-hostbits.conf", "-x")
    assert done.returncode == 1 and done.stdout == "" and "e-hostbits.conf:1: " in done.stderr
    assert Tool(bare)("save") == ""
