# SPDX-License-Identifier: GPL-2.0
"""Links: roles, names that come and go, refusals, up and down (spec A1, A2, A6).

   wire up0 --- up0 [ r ] down0 --- wire down0

and devices of other kinds (dummy, bridge, bond, tun, vlan) in r.
"""
import pytest

from lib import pkt, rtnl
from lib.lab import A, A_MAC, D, D_MAC, MAC, PFX
from lib.wait import holds_for, wait_for
from lib.wire import silence


@pytest.fixture
def bare(make_lab):
    """A router with up0 and down0 and no role yet."""
    return make_lab(roles=False)


def wait_state(lab, dev, state):
    """Wait until a link is in a state, and return it."""
    def look():
        link = lab.tool.links().get(dev)
        return link if link and link["state"] == state else None
    return wait_for(look, f"{dev} {state}; {lab.tool.links().get(dev)}")


def test_nd_a1_role_and_group_shown(bare):
    bare.tool("link", "set", "up0", "role", "upstream", "group", 7)
    link = wait_state(bare, "up0", "active")
    assert link["role"] == "upstream" and link["group"] == 7
    assert link["ifindex"] == bare.r.ifindex("up0")
    assert (link["nd"], link["override"], link["na_source"]) == \
        (True, "keep", "auto")
    assert [x["ifname"] for x in
            bare.tool.json("link", "show", "up0")] == ["up0"]


def test_nd_a1_by_ifindex(bare):
    index = f"if{bare.r.ifindex('down0')}"      # as `ip` names an index
    bare.tool("link", "set", index, "role", "downstream")
    assert bare.tool.links()["down0"]["role"] == "downstream"
    bare.tool("link", "set", index, "role", "none")
    assert not bare.tool.links()


def test_nd_a1_role_change_and_none(bare):
    bare.set_roles(("up0", "down0"))
    bare.tool.wait_prefix(PFX)
    bare.tool("link", "set", "up0", "role", "downstream")
    assert bare.tool.links()["up0"]["role"] == "downstream"
    bare.tool.wait_prefix(PFX, present=False)
    bare.tool("link", "set", "up0", "role", "upstream")
    bare.tool.wait_prefix(PFX)
    for dev in ("up0", "down0"):
        bare.tool("link", "set", dev, "role", "none")
    assert not bare.tool.links()
    assert bare.tool.gauge("links") == 0


def test_nd_a1_name_that_does_not_exist_yet(bare):
    mon = bare.monitor()
    bare.tool("link", "set", "up0", "role", "upstream")
    bare.tool("link", "set", "down1", "role", "downstream")
    link = bare.tool.links()["down1"]
    assert link["state"] == "waiting" and link["role"] == "downstream"
    bare.add_link("down1")
    wait_state(bare, "down1", "active")
    mon.expect("link-up", ifname="down1")
    bare.solicit("up0", A_MAC, A, D)
    bare.proxied_ns("down1", D, pkt.slla(MAC["down1"]))


def test_nd_a1_survives_removal_and_recreation(bare):
    bare.tool("link", "set", "up0", "role", "upstream")
    bare.tool("link", "set", "down0", "role", "downstream", "override",
              "clear")
    wait_state(bare, "down0", "active")
    mon = bare.monitor()
    bare.r.ip("link del down0")
    wait_state(bare, "down0", "waiting")
    mon.expect("link-down", ifname="down0")
    bare.ports.pop("down0").close()
    bare.add_link("down0")
    link = wait_state(bare, "down0", "active")
    assert (link["role"], link["override"]) == ("downstream", "clear")
    bare.solicit("up0", A_MAC, A, D)
    bare.proxied_ns("down0", D, pkt.slla(MAC["down0"]))


def test_nd_a1_survives_rename_away_and_back(bare):
    bare.set_roles(("up0", "down0"))
    bare.tool.wait_prefix(PFX)
    bare.r.down("down0")
    bare.r.ip("link set down0 name away0", "link set away0 up")
    wait_state(bare, "down0", "waiting")
    assert "away0" not in bare.tool.links()
    assert rtnl.allmulti(bare.r, "away0") == 0
    bare.solicit("up0", A_MAC, A, D)
    silence(bare.down0, match=pkt.is_ns(D))
    bare.r.down("away0")
    bare.r.ip("link set away0 name down0", "link set down0 up")
    wait_state(bare, "down0", "active")
    bare.wait_addr(bare.r, (pkt.lladdr(MAC["down0"]), "down0"))
    bare.solicit("up0", A_MAC, A, "2001:db8:1::d1")
    bare.proxied_ns("down0", "2001:db8:1::d1", pkt.slla(MAC["down0"]))


def test_nd_a1_moved_to_another_namespace(bare):
    bare.set_roles(("up0", "down0"))
    bare.tool.wait_prefix(PFX)
    bare.r.ip(f"link set down0 netns {bare.wire_ns.name}")
    wait_state(bare, "down0", "waiting")
    assert rtnl.allmulti(bare.wire_ns, "down0") == 0
    bare.wire_ns.ip("link del down0")


# Devices that cannot be proxied: what to make, its name, what the reason must name.
REFUSED = {
    "loopback": ((), "lo", ("lo", "loopback")),
    "noarp": (("link add na0 type veth", "link set na0 arp off up"), "na0",
              ("na0",)),
    "tunnel": (("tuntap add tun9 mode tun", "link set tun9 up"), "tun9",
               ("tun9",)),
    "bridge-port": (("link add br0 type bridge",
                     "link add p0 type dummy", "link set p0 arp on",
                     "link set p0 master br0 up",
                     "link set br0 up"), "p0", ("p0", "port of br0",
                                                "add br0")),
    "bond-port": (("link add bond9 type bond", "link add p1 type dummy",
                   "link set p1 arp on", "link set p1 master bond9"), "p1",
                  ("p1", "port of bond9", "add bond9")),
    "ipv6-off": (("link add d6 type dummy", "link set d6 arp on up"), "d6",
                 ("d6", "IPv6")),
}


def prepare(lab, kind):
    """Make the devices of a kind and return (name, words)."""
    lines, dev, words = REFUSED[kind]
    if lines:
        lab.r.ip(*lines)
    if kind == "ipv6-off":
        lab.r.sysctl("ipv6.conf.d6.disable_ipv6", 1)
    return dev, words


@pytest.mark.parametrize("kind", REFUSED)
@pytest.mark.parametrize("role", ["upstream", "downstream"])
def test_nd_a2_refused(bare, kind, role):
    bare.set_roles(("up0",))
    bare.tool.wait_prefix(PFX)
    dev, words = prepare(bare, kind)
    before = bare.tool.json("link", "show")
    count = bare.allmulti(dev)          # a bridge holds its ports' own
    text = bare.tool.refused("link", "set", dev, "role", role)
    for word in words:
        assert word in text, text
    assert bare.tool.json("link", "show") == before
    assert bare.allmulti(dev) == count
    assert bare.tool.gauge("links") == 1


def test_nd_a2_bridge_itself_is_fine(bare):
    prepare(bare, "bridge-port")
    bare.tool("link", "set", "br0", "role", "downstream")
    wait_state(bare, "br0", "active")


def test_nd_a2_another_group(bare):
    bare.tool("link", "set", "up0", "role", "upstream", "group", 1)
    bare.tool.wait_prefix(PFX)
    before = bare.tool.json("link", "show")
    text = bare.tool.refused("link", "set", "up0", "role", "downstream",
                             "group", 2)
    assert "up0" in text and "group" in text and "1" in text
    assert bare.tool.json("link", "show") == before


def test_nd_a2_options_of_an_unmanaged_link(bare):
    text = bare.tool.refused("link", "set", "up0", "override", "clear")
    assert "up0" in text
    assert not bare.tool.links()


def test_nd_a2_nothing_half_done(bare):
    """A command with one bad part changes none of the others."""
    bare.tool("link", "set", "up0", "role", "upstream", "group", 1)
    bare.tool.wait_prefix(PFX)
    before = bare.tool.json("link", "show")
    bare.tool.refused("link", "set", "up0", "role", "upstream", "group", 2,
                      "nd", "off", "override", "set")
    assert bare.tool.json("link", "show") == before


def test_nd_a2_waiting_name_turns_out_refused(bare):
    mon = bare.monitor()
    bare.tool("link", "set", "na0", "role", "downstream")
    assert bare.tool.links()["na0"]["state"] == "waiting"
    bare.r.ip("link add na0 type dummy", "link set na0 arp off up")
    link = wait_state(bare, "na0", "refused")
    assert "na0" in link["reason"]
    event = mon.expect("link-refused", ifname="na0")
    assert event["reason"] == link["reason"]
    assert rtnl.allmulti(bare.r, "na0") == 0
    bare.r.ip("link set na0 down", "link set na0 arp on", "link set na0 up")
    wait_state(bare, "na0", "active")


def test_nd_a2_link_becomes_a_bridge_port(bare):
    bare.set_roles(("up0", "down0"))
    bare.tool.wait_prefix(PFX)
    wait_for(lambda: bare.allmulti("down0") == 1, "allmulti")
    bare.r.ip("link add br0 type bridge", "link set br0 up",
              "link set down0 master br0")
    link = wait_state(bare, "down0", "refused")
    assert "br0" in link["reason"]
    wait_for(lambda: not rtnl.routes(bare.r), "routes gone")
    bare.r.ip("link set down0 nomaster")
    wait_state(bare, "down0", "active")


def test_nd_a2_ipv6_turned_off_and_on(bare):
    bare.set_roles(("up0", "down0"))
    bare.tool.wait_prefix(PFX)
    bare.r.sysctl("ipv6.conf.down0.disable_ipv6", 1)
    wait_for(lambda: bare.tool.links()["down0"]["state"] != "active",
             "not active")
    bare.r.sysctl("ipv6.conf.down0.disable_ipv6", 0)
    wait_state(bare, "down0", "active")
    bare.wait_addr(bare.r, (pkt.lladdr(MAC["down0"]), "down0"))
    bare.solicit("up0", A_MAC, A, D)
    bare.proxied_ns("down0", D, pkt.slla(MAC["down0"]))


def test_nd_a6_downstream_down_and_up(lab):
    mon = lab.monitor()
    lab.learn("down0", D_MAC, D)
    lab.r.down("down0")
    lab.tool.wait_no_host(D)
    wait_state(lab, "down0", "down")
    mon.expect("host-lost", addr=D)
    mon.expect("link-down", ifname="down0")
    wait_for(lambda: not [x for x in rtnl.routes(lab.r) if "down0" in x],
             "routes gone")
    assert lab.allmulti("down0") == 0
    lab.r.up("down0")
    wait_state(lab, "down0", "active")
    mon.expect("link-up", ifname="down0")
    lab.wait_addr(lab.r, (pkt.lladdr(MAC["down0"]), "down0"))
    lab.solicit("up0", A_MAC, A, D)
    lab.proxied_ns("down0", D, pkt.slla(MAC["down0"]))
    lab.advertise("down0", D_MAC, D)
    lab.proxied_na("up0", D, A, A_MAC, s=1)
    assert lab.allmulti("down0") == 1


def test_nd_a6_upstream_down_and_up(make_lab):
    lab = make_lab(keep_addr=1)
    mon = lab.monitor()
    lab.learn("down0", D_MAC, D)
    lab.r.down("up0")
    lab.tool.wait_prefix(PFX, present=False)
    mon.expect("prefix-del", prefix=PFX, dev="up0")
    wait_for(lambda: not lab.tool.hosts(), "hosts forgotten")
    wait_for(lambda: not rtnl.routes(lab.r), "routes gone")
    for dev in ("up0", "down0"):
        assert lab.allmulti(dev) == 0
    lab.r.up("up0")
    lab.tool.wait_prefix(PFX)
    mon.expect("prefix-add", prefix=PFX, dev="up0")
    lab.wait_addr(lab.r, (pkt.lladdr(MAC["up0"]), "up0"))
    lab.solicit("up0", A_MAC, A, D)
    lab.proxied_ns("down0", D, pkt.slla(MAC["down0"]))


def test_nd_a6_carrier_loss_forgets_nothing(lab):
    lab.learn("down0", D_MAC, D)
    dev = lab.down0.sock.getsockname()[0]
    lab.wire_ns.down(dev)
    wait_for(lambda: "NO-CARRIER" in lab.r.sh("ip", "link", "show", "down0"),
             "no carrier")
    holds_for(lambda: lab.tool.host(D) and
              [x for x in rtnl.routes(lab.r) if f"{D} " in x],
              "host and route", 0.5)
    assert (PFX, "up0") in lab.tool.prefixes()
    assert lab.tool.links()["down0"]["state"] == "active"
    lab.wire_ns.up(dev)
    wait_for(lambda: "NO-CARRIER" not in
             lab.r.sh("ip", "link", "show", "down0"), "carrier")
    lab.solicit("up0", A_MAC, A, D)
    lab.down0.expect(pkt.is_ns(D))
    lab.advertise("down0", D_MAC, D)
    lab.proxied_na("up0", D, A, A_MAC, s=1)


def test_nd_a6_upstream_carrier_loss_forgets_nothing(lab):
    lab.learn("down0", D_MAC, D)
    dev = lab.up0.sock.getsockname()[0]
    lab.wire_ns.down(dev)
    wait_for(lambda: "NO-CARRIER" in lab.r.sh("ip", "link", "show", "up0"),
             "no carrier")
    holds_for(lambda: lab.tool.host(D) and
              (PFX, "up0") in lab.tool.prefixes(), "all kept", 0.5)
    lab.wire_ns.up(dev)
