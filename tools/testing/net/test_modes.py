# SPDX-License-Identifier: GPL-2.0
"""Who answers for the targets of a prefix: modes (ND-F7), nd off (ND-A4), get (ND-B9).

   wire up0 --- up0 [ r ] down0 --- wire down0     A: a host upstream
       A              |                 D          D: a host downstream
                    down1 --- wire down1
"""
import pytest

from lib import pkt, rtnl
from lib.lab import A, A_MAC, B, B_MAC, D, D_MAC, DEAD, E, E_MAC, LL, MAC, PFX, R_ADDR
from lib.wait import wait_for
from lib.wire import silence

NONCE = pkt.nonce(b"\x71" * 6)
ROUTED = "2001:db8:1::ff:1"            # behind a router on down0


def mode(lab, word):
    """Set it, over the learnt prefix; it is shown."""
    lab.tool("prefix", "add", PFX, "dev", "up0", "mode", word)
    assert lab.tool.prefixes()[(PFX, "up0")]["mode"] == word


def answered(lab, dev, mac, src, target, **kw):
    """A solicitation is answered at once: not for a router, not to override."""
    lab.solicit(dev, mac, src, target, **kw)
    lab.proxied_na(dev, target, src, mac, r=0, s=1, o=0)


@pytest.fixture
def routed(lab):
    """Mode route, and a network behind a router on down0."""
    mode(lab, "route")
    lab.r.ip("route add 2001:db8:1::ff:0/112 via fe80::99 dev down0")
    return lab


@pytest.fixture
def static(lab3):
    """Mode static."""
    mode(lab3, "static")
    return lab3


# which mode

def test_nd_f7_mode_of_a_learnt_prefix_is_set_and_taken_back(lab):
    assert lab.tool.prefixes()[(PFX, "up0")]["mode"] == "proxy"
    mode(lab, "static")
    shown = lab.tool.prefixes()[(PFX, "up0")]
    assert shown["sources"] == ["route", "static"]
    assert "mode static" in lab.tool("prefix", "show")
    assert lab.tool.json("prefix", "get", D)["mode"] == "static"
    lab.tool("prefix", "del", PFX, "dev", "up0")
    shown = lab.tool.prefixes()[(PFX, "up0")]
    assert (shown["mode"], shown["sources"]) == ("proxy", ["route"])


def test_nd_f7_mode_is_changed_in_place(lab):
    for word in ("route", "static", "proxy", "route"):
        mode(lab, word)
    for again in ((), ("mode", "route")):
        assert "already" in lab.tool.refused("prefix", "add", PFX, "dev", "up0", *again)
    assert lab.tool.prefixes()[(PFX, "up0")]["mode"] == "route"


def test_nd_f7_mode_survives_the_link(lab):
    """Down and up again: the mode is configured, not learnt."""
    lab.tool("prefix", "add", "2001:db8:7::/64", "dev", "up0", "mode", "static")
    lab.r.down("up0")
    wait_for(lambda: not lab.tool.prefixes(), "gone")
    lab.r.up("up0")
    lab.tool.wait_prefix("2001:db8:7::/64")
    assert lab.tool.prefixes()[("2001:db8:7::/64", "up0")]["mode"] == "static"


def test_nd_f7_unknown_mode(lab):
    done = lab.tool.run("prefix", "add", PFX, "dev", "up0", "mode", "magic")
    assert done.returncode == 1 and "proxy route static" in done.stderr
    assert "mode proxy" in lab.tool("prefix", "show")


# route

@pytest.mark.core
def test_nd_f7_route_answers_what_leads_elsewhere(routed):
    """At once, and nobody is asked."""
    answered(routed, "up0", A_MAC, A, ROUTED)
    silence(routed.down0, match=pkt.is_ns(ROUTED))
    assert not routed.tool.solicits()


def test_nd_f7_route_answers_probes_of_reachability(routed):
    answered(routed, "up0", A_MAC, A, ROUTED, dst=ROUTED, eth_dst=MAC["up0"])
    silence(routed.down0)


@pytest.mark.core
def test_nd_f7_route_leaves_what_leads_back(routed):
    """The prefix's own route leads to up0: nothing for it there."""
    routed.solicit("up0", A_MAC, A, DEAD)
    silence(routed.up0, match=pkt.is_na(DEAD))
    silence(routed.down0, match=pkt.is_ns(DEAD))
    answered(routed, "down0", D_MAC, D, DEAD)


@pytest.mark.parametrize("kind", ["unreachable", "blackhole", "prohibit"])
def test_nd_f7_route_that_leads_nowhere(routed, kind):
    routed.r.ip(f"route add {kind} {E}/128")
    routed.solicit("up0", A_MAC, A, E)
    silence(routed.up0, routed.down0, match=pkt.is_nd_for(E))


def test_nd_f7_route_out_of_a_device_that_is_no_link(routed):
    routed.r.ip("link add other type dummy", "link set other up",
                f"route add {E}/128 dev other")
    answered(routed, "up0", A_MAC, A, E)


def test_nd_f7_route_follows_the_routes(routed):
    answered(routed, "up0", A_MAC, A, ROUTED)
    routed.r.ip("route del 2001:db8:1::ff:0/112 via fe80::99 dev down0")
    routed.solicit("up0", A_MAC, A, ROUTED)
    silence(routed.up0, match=pkt.is_na(ROUTED))


def test_nd_f7_route_of_a_host_that_was_heard(routed):
    """Its own route is what leads to it."""
    routed.solicit("down0", D_MAC, D, A)
    routed.tool.wait_host(D, "down0")
    wait_for(lambda: [x for x in rtnl.routes(routed.r) if f"{D} " in x], "route")
    answered(routed, "up0", A_MAC, A, D)
    silence(routed.down0, match=pkt.is_ns(D))


@pytest.mark.parametrize("which", ["route", "static"])
def test_nd_f7_own_addresses_first(lab, which):
    """Asked on the other link: as a router, and to override (ND-C3)."""
    mode(lab, which)
    lab.solicit("down0", D_MAC, D, R_ADDR)
    lab.proxied_na("down0", R_ADDR, D, D_MAC, r=1, s=1, o=1)
    lab.solicit("up0", A_MAC, A, R_ADDR)
    lab.up0.expect(pkt.is_na(R_ADDR, dst=A))        # the kernel's
    silence(lab.up0, lab.down0, match=pkt.is_nd_for(R_ADDR))


@pytest.mark.parametrize("which", ["route", "static"])
def test_nd_f7_settings_of_the_link_hold(lab, which):
    mode(lab, which)
    lab.tool("link", "set", "down0", "override", "set", "na-source", "target")
    lab.solicit("down0", D_MAC, D, DEAD)
    lab.proxied_na("down0", DEAD, D, D_MAC, src=DEAD, r=0, s=1, o=1)


# static

@pytest.mark.core
def test_nd_f7_static_answers_for_all(static):
    answered(static, "up0", A_MAC, A, DEAD)
    for dev in ("down0", "down1"):
        static.proxied_ns(dev, DEAD, pkt.slla(MAC[dev]), LL[dev])
    answered(static, "down0", D_MAC, D, E)


def test_nd_f7_static_finds_the_target_meanwhile(static):
    """What the asker sends next has a way."""
    answered(static, "up0", A_MAC, A, D)
    static.proxied_ns("down0", D, pkt.slla(MAC["down0"]), LL["down0"])
    static.advertise("down0", D_MAC, D)
    wait_for(lambda: [x for x in rtnl.routes(static.r) if f"{D} dev down0" in x], "route")
    silence(static.up0, match=pkt.is_na(D))
    static.up0.send(pkt.echo(A_MAC, MAC["up0"], A, D))
    static.down0.expect(lambda f: f.type == 128, what="the packet")


def test_nd_f7_static_is_silent_about_who_was_seen_there(static):
    static.solicit("up0", B_MAC, B, R_ADDR)
    static.tool.wait_host(B, "up0")
    static.solicit("up0", A_MAC, A, B)
    silence(static.up0, match=pkt.is_na(B))


@pytest.mark.core
@pytest.mark.parametrize("which", ["route", "static"])
@pytest.mark.parametrize("dev", ["up0", "down0"])
def test_nd_f7_dad_of_a_free_address_is_not_contested(lab, which, dev):
    """It is carried on as ever, and the host is learnt where it is."""
    mode(lab, which)
    other = "down0" if dev == "up0" else "up0"
    lab.solicit(dev, E_MAC, pkt.UNSPEC, E, opts=NONCE)
    lab.proxied_ns(other, E, NONCE, pkt.UNSPEC)
    lab.tool.wait_host(E, dev, "reachable")
    silence(lab.up0, lab.down0, match=pkt.is_na(E))


def test_nd_f7_static_leaves_one_that_is_probing_alone(static):
    """Not answered for while it is tentative on the link."""
    static.solicit("down0", E_MAC, pkt.UNSPEC, E, opts=NONCE)
    static.proxied_ns("up0", E, NONCE, pkt.UNSPEC)
    static.solicit("down0", D_MAC, D, E)
    silence(static.down0, match=pkt.is_na(E))


@pytest.mark.parametrize("which", ["route", "static"])
def test_nd_f7_dad_of_a_taken_address_is_contested_by_its_host(lab, which):
    mode(lab, which)
    lab.down0.send(pkt.na(D_MAC, D, D))
    lab.tool.wait_host(D, "down0")
    lab.up0.forget()
    lab.solicit("up0", E_MAC, pkt.UNSPEC, D, opts=NONCE)
    lab.proxied_ns("down0", D, NONCE, pkt.UNSPEC)
    silence(lab.up0, match=pkt.is_na(D))
    lab.down0.send(pkt.na(D_MAC, D, D))
    lab.proxied_na("up0", D, pkt.ALL_NODES)


# nd off (ND-A4): no solicitation of anybody else's goes there, and all else does

@pytest.fixture
def nd_off(lab3):
    """down0 has nd off."""
    lab3.tool("link", "set", "down0", "nd", "off")
    assert lab3.tool.links()["down0"]["nd"] is False
    return lab3


@pytest.mark.core
def test_nd_a4_nothing_is_asked_there(nd_off):
    nd_off.solicit("up0", A_MAC, A, D)
    nd_off.proxied_ns("down1", D, pkt.slla(MAC["down1"]), LL["down1"])
    nd_off.solicit("up0", A_MAC, pkt.UNSPEC, E, opts=NONCE)
    nd_off.proxied_ns("down1", E, NONCE, pkt.UNSPEC)
    silence(nd_off.down0, match=lambda f: f.type == pkt.NS)


def test_nd_a4_its_hosts_ask_and_are_answered(nd_off):
    nd_off.solicit("down0", D_MAC, D, A)
    nd_off.proxied_ns("up0", A, pkt.slla(MAC["up0"]))
    nd_off.advertise("up0", A_MAC, A)
    nd_off.proxied_na("down0", A, D, D_MAC, s=1)
    nd_off.tool.wait_host(D, "down0")
    wait_for(lambda: [x for x in rtnl.routes(nd_off.r) if f"{D} dev down0" in x], "route")


def test_nd_a4_its_dad_is_carried_and_contested(nd_off):
    nd_off.solicit("down0", D_MAC, pkt.UNSPEC, A, opts=NONCE)
    nd_off.proxied_ns("up0", A, NONCE, pkt.UNSPEC)
    nd_off.up0.send(pkt.na(A_MAC, A, A))
    nd_off.proxied_na("down0", A, pkt.ALL_NODES)


def test_nd_a4_its_advertisements_are_carried(nd_off):
    nd_off.down0.send(pkt.na(D_MAC, D, D))
    for dev in ("up0", "down1"):
        nd_off.proxied_na(dev, D, pkt.ALL_NODES)
    nd_off.tool.wait_host(D, "down0")


def test_nd_a4_its_hosts_are_reached(nd_off):
    """Resolved some other way: here by the administrator."""
    nd_off.tool("host", "add", D, "dev", "down0")
    nd_off.r.ip(f"neigh replace {D} lladdr {D_MAC} dev down0")
    wait_for(lambda: [x for x in rtnl.routes(nd_off.r) if f"{D} dev down0" in x], "route")
    nd_off.up0.send(pkt.echo(A_MAC, MAC["up0"], A, D))
    nd_off.down0.expect(lambda f: f.type == 128, what="the packet")


def test_nd_a4_known_host_there_is_not_asked(nd_off):
    nd_off.down0.send(pkt.na(D_MAC, D, D))
    nd_off.tool.wait_host(D, "down0")
    nd_off.solicit("up0", A_MAC, A, D)
    nd_off.down1.expect(pkt.is_ns(D))
    silence(nd_off.down0, match=pkt.is_ns(D))


def test_nd_a4_on_again(nd_off):
    nd_off.tool("link", "set", "down0", "nd", "on")
    nd_off.solicit("up0", A_MAC, A, D)
    nd_off.proxied_ns("down0", D, pkt.slla(MAC["down0"]), LL["down0"])


# prefix get (ND-B9)

@pytest.mark.core
def test_nd_b9_covered_and_known_host(lab):
    """The prefix, and where the address is."""
    assert "host" not in lab.tool.json("prefix", "get", D)
    lab.learn("down0", D_MAC, D)
    got = lab.tool.json("prefix", "get", D)
    assert (got["prefix"], got["dev"], got["group"]) == (PFX, "up0", 0)
    assert (got["host"]["addr"], got["host"]["dev"], got["host"]["lladdr"]) == \
        (D, "down0", D_MAC)
    text = lab.tool("prefix", "get", D)
    assert text.startswith(f"{PFX} dev up0 ") and f"{D} dev down0" in text


def test_nd_b9_not_covered(lab):
    for addr in ("2001:db8:2::1", "fe80::1", "ff02::1", "::"):
        assert f"{addr} is in no proxied prefix" in lab.tool.refused("prefix", "get", addr)


def test_nd_b9_longest_match(lab):
    lab.tool("prefix", "add", "2001:db8:1:0:8000::/65", "dev", "up0")
    assert lab.tool.json("prefix", "get", D)["prefix"] == PFX
    got = lab.tool.json("prefix", "get", "2001:db8:1:0:8000::1")
    assert got["prefix"] == "2001:db8:1:0:8000::/65"


def test_nd_b9_by_group_of_a_link(make_lab):
    """One address may be in the prefixes of two groups."""
    lab = make_lab(("up0", "up1", "down0"), roles=False)
    lab.tool("link", "set", "up0", "role", "upstream")
    lab.tool("link", "set", "up1", "role", "upstream", "group", 7)
    lab.tool("link", "set", "down0", "role", "downstream", "group", 7)
    lab.tool("prefix", "add", "2001:db8:1::/48", "dev", "up1")
    lab.tool.wait_prefix(PFX)
    assert lab.tool.json("prefix", "get", D)["prefix"] == PFX
    assert lab.tool.json("prefix", "get", D, "dev", "up0")["group"] == 0
    for dev in ("up1", "down0"):
        got = lab.tool.json("prefix", "get", D, "dev", dev)
        assert (got["prefix"], got["group"]) == ("2001:db8:1::/48", 7)
    assert "nosuch is not a link" in lab.tool.refused("prefix", "get", D, "dev", "nosuch")


# na-source (ND-D5): what test_na_in.py has not

@pytest.mark.parametrize("mode_", ["auto", "link-local", "target"])
def test_nd_d5_answer_for_an_own_address(lab, mode_):
    """The router's own answers on other links keep to the setting as well."""
    lab.tool("link", "set", "down0", "na-source", mode_)
    lab.solicit("down0", D_MAC, D, R_ADDR)
    want = {"auto": R_ADDR, "link-local": LL["down0"], "target": R_ADDR}[mode_]
    lab.proxied_na("down0", R_ADDR, D, D_MAC, src=want, r=1, s=1)


def test_nd_d5_auto_follows_the_solicitor(lab):
    """To a link-local solicitor from the link-local address (RFC 6724)."""
    lab.solicit("up0", A_MAC, pkt.lladdr(A_MAC), D)
    lab.down0.expect(pkt.is_ns(D))
    lab.advertise("down0", D_MAC, D)
    lab.proxied_na("up0", D, pkt.lladdr(A_MAC), A_MAC, src=LL["up0"], s=1)


def test_nd_d5_link_without_such_an_address(lab):
    """No link-local address: nothing is sent, and it is counted."""
    lab.tool("link", "set", "up0", "na-source", "link-local")
    lab.solicit("up0", A_MAC, A, D)
    lab.down0.expect(pkt.is_ns(D))
    lab.r.ip(f"addr del {LL['up0']}/64 dev up0")
    lab.advertise("down0", D_MAC, D)
    wait_for(lambda: lab.tool.drops("up0").get("no-source") or
             lab.up0.poll(pkt.is_na(D, src=R_ADDR)), "counted or the other address")
    silence(lab.up0, match=pkt.is_na(D, src=LL["up0"]))
