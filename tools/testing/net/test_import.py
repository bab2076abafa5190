# SPDX-License-Identifier: GPL-2.0
"""import ndppd: what its configuration is meant to do is done (control.md).

   uh --- up0 [ r ] down0 --- dh      real stacks, addresses of one /64
"""
import pytest

from lib import pkt
from lib.lab import A, A_MAC, LL, PFX
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
    text = run_import(relay, IFACE % ("2001:db8:1:0:9::/80", PFX))
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


def test_control_import_tells_what_the_kernel_refuses(relay):
    done = relay.tool.run("import", "ndppd", "-", "-x",
                          input="proxy lo { rule ::/64 { iface down0 } }")
    assert done.returncode == 2 and "lo is a loopback device" in done.stderr
    assert "down0" in relay.tool.links()


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
    lab.solicit("up0", A_MAC, A, "2001:db8:1:0:7:1:0:5")
    lab.up0.expect(pkt.is_na("2001:db8:1:0:7:1:0:5", dst=A))
    lab.solicit("up0", A_MAC, A, "2001:db8:1:0:7:2:0:5")
    silence(lab.up0, match=pkt.is_na("2001:db8:1:0:7:2:0:5"))
