# SPDX-License-Identifier: GPL-2.0
"""Links in VRFs, and behind a bridge that calls netfilter (spec A7).

   uh eth0 --- up0 [ r ] down0 --- eth0 dh       up0, down0, down1: VRF red
                  |      down1 --- eth0 dh1
   uh1 eth0 -- up1 [ r ] down2 --- eth0 dh2      up1, down2: VRF blue, where there is one
"""
import subprocess

import pytest

from lib import pkt, rtnl
from lib.lab import A, D, E, LL, MAC, PFX, R_ADDR
from lib.wait import wait_for
from lib.wire import Port, silence

RED = ("up0", "down0", "down1")
BLUE = ("up1", "down2")
ADDRS = {"uh": A, "dh": D, "dh1": E}
PAIRS = [(x, y) for x in ADDRS for y in ADDRS if x != y]


def enslave(lab, vrf, table, links):
    """A VRF with its links, the first of which has the router's address."""
    lab.r.ip(f"link add {vrf} type vrf table {table}", f"link set {vrf} up",
             *[f"link set {dev} master {vrf}" for dev in links])
    lab.wait_addr(lab.r, *[(LL[dev], dev) for dev in links])
    lab.r.ip(f"addr add {R_ADDR}/64 dev {links[0]} nodad")


def ping(ns, addr, *args, wait=3):
    """Is one echo request answered?"""
    done = ns.run("ping", "-6", "-n", "-c1", "-W", str(wait), *args, addr)
    return " 1 received" in done.stdout


@pytest.fixture
def red(make_lab):
    """All links in one VRF."""
    lab = make_lab(RED, hosts=RED, addrs=False, roles=False)
    enslave(lab, "red", 100, RED)
    for name, addr in ADDRS.items():
        lab.give(lab.hosts[name], addr)
    lab.set_roles(RED)
    lab.tool.wait_prefix(PFX)
    return lab


@pytest.mark.parametrize("src,dst", PAIRS, ids=lambda x: x)
def test_nd_a7_cold_ping_inside_a_vrf(red, src, dst):
    assert ping(red.hosts[src], ADDRS[dst])
    assert not rtnl.routes(red.r) or all(
        "table 100" in x for x in rtnl.routes(red.r)), rtnl.routes(red.r)


def test_nd_a7_upstream_host_in_a_vrf_has_no_route(red):
    assert ping(red.dh, A)
    red.tool.wait_host(A, "up0")
    wait_for(lambda: red.tool.host(D)["route"], "D has its route")
    assert red.tool.host(A)["route"] is False


@pytest.mark.parametrize("dst", ADDRS)
def test_nd_a7_routers_own_first_packet_in_a_vrf(red, dst):
    assert ping(red.r, ADDRS[dst], "-I", "red")


@pytest.mark.parametrize("src,dst", [("uh", "dh"), ("dh", "dh1")],
                         ids=lambda x: x)
def test_nd_a7_first_packet_held_in_a_vrf(red, src, dst):
    near = {"uh": "up0", "dh": "down0"}[src]
    red.hosts[src].ip(f"neigh replace {ADDRS[dst]} lladdr {MAC[near]} "
                      "dev eth0 nud permanent")
    port = Port(red.hosts[src], "eth0", src)
    assert ping(red.hosts[src], ADDRS[dst])
    assert port.count(pkt.is_type(pkt.REDIRECT)) == 0
    assert port.count(pkt.is_type(128)) == 0
    port.close()


def test_nd_a7_not_found_in_a_vrf_is_unreachable(red):
    red.uh.ip(f"neigh replace 2001:db8:1::dead lladdr {MAC['up0']} dev eth0 "
              "nud permanent")
    done = red.uh.run("ping", "-6", "-n", "-c1", "-W8", "2001:db8:1::dead")
    assert "Address unreachable" in done.stdout, done.stdout
    assert red.tool.stats("up0")["held"] == 1


@pytest.mark.core
def test_nd_a7_two_vrfs_with_one_prefix(make_lab):
    """The same addresses twice: each VRF's hosts find their own, and nobody else's."""
    lab = make_lab(("up0", "down0", "up1", "down2"),
                   hosts=("up0", "down0", "up1", "down2"), addrs=False,
                   roles=False)
    enslave(lab, "red", 100, ("up0", "down0"))
    enslave(lab, "blue", 200, BLUE)
    for name, addr in (("uh", A), ("dh", D), ("uh1", A), ("dh2", D)):
        lab.give(lab.hosts[name], addr)
    lab.set_roles(("up0", "down0"))
    for dev, role in (("up1", "upstream"), ("down2", "downstream")):
        lab.tool("link", "set", dev, "role", role, "group", 1)
    for dev in ("up0", "up1"):
        lab.tool.wait_prefix(PFX, dev)
    ports = {x: Port(lab.hosts[x], "eth0", x) for x in lab.hosts}

    assert ping(lab.uh, D)
    assert ports["uh1"].count(pkt.is_nd_for(D)) == 0
    assert ports["dh2"].count(pkt.is_nd_for(D)) == 0
    assert ping(lab.dh2, A)
    assert ping(lab.uh1, D) and ping(lab.dh, A)
    tables = {t for x in rtnl.routes(lab.r) for t in ("table 100", "table 200")
              if D in x and t in x}
    assert tables == {"table 100", "table 200"}, rtnl.routes(lab.r)
    lab.give(lab.dh2, E)
    assert ping(lab.uh1, E)
    assert not ping(lab.uh, E, wait=4)
    for port in ports.values():
        port.close()


@pytest.fixture
def bridged(make_lab):
    """The downstream link is a bridge, and bridges call netfilter."""
    subprocess.run("mp br_netfilter; insmod $BR_NETFILTER_KO", shell=True,
                   check=False, capture_output=True)
    lab = make_lab(("up0", "down0", "down1"), roles=False)
    try:
        lab.r.sysctl("bridge.bridge-nf-call-ip6tables", 1)
    except OSError:
        pytest.skip("this kernel has no br_netfilter")
    lab.r.ip(f"link add br0 address {MAC['down2']} type bridge "
             "mcast_snooping 0", "link set down0 master br0",
             "link set down1 master br0", "link set br0 up")
    lab.wait_addr(lab.r, (LL["down2"], "br0"))
    lab.tool("link", "set", "up0", "role", "upstream")
    lab.tool("link", "set", "br0", "role", "downstream")
    lab.tool.wait_prefix(PFX)
    return lab


@pytest.mark.core
def test_nd_a7_bridged_solicitation_is_proxied_once(bridged):
    """From a port: to the other port as it is, and upstream once, from the bridge."""
    lab = bridged
    mac = "02:00:00:00:dd:0d"
    lab.solicit("down0", mac, D, A)
    lab.up0.expect(pkt.is_ns(A))
    got = lab.down1.expect(pkt.is_ns(A))
    pkt.assert_frame(got, pkt.ns(mac, D, A))
    silence(lab.up0, lab.down0, lab.down1)
    assert lab.tool.stats("br0")["ns_in"] == 1
    assert lab.tool.drops("br0") == {}


def test_nd_a7_bridged_neighbours_are_left_alone(bridged):
    """Between two hosts of the bridge: a unicast probe is theirs, and nobody's evidence."""
    lab = bridged
    mac, other = "02:00:00:00:dd:0d", "02:00:00:00:dd:0e"
    lab.down1.send(pkt.ns(other, E, "2001:db8:1::99"))  # the bridge learns the port
    lab.down0.expect(pkt.is_ns("2001:db8:1::99"))
    lab.up0.expect(pkt.is_ns("2001:db8:1::99"))
    before = lab.tool.stats("br0")
    lab.down0.send(pkt.ns(mac, D, E, E, other))
    pkt.assert_frame(lab.down1.expect(pkt.is_ns(E)), pkt.ns(mac, D, E, E,
                                                            other))
    lab.down1.send(pkt.na(other, E, E, D, mac, s=1))
    pkt.assert_frame(lab.down0.expect(pkt.is_na(E)),
                     pkt.na(other, E, E, D, mac, s=1))
    silence(lab.up0, lab.down0, lab.down1)
    assert lab.tool.stats("br0") == before
    assert lab.tool.host(D) is None


@pytest.mark.core
def test_nd_a7_bridged_packets_are_not_held(bridged):
    """A bridged packet passes the FORWARD hook, too."""
    lab = bridged
    mac, other = "02:00:00:00:dd:0d", "02:00:00:00:dd:0e"
    lab.down1.send(pkt.ns(other, E, "2001:db8:1::99"))
    lab.up0.expect(pkt.is_ns("2001:db8:1::99"))
    frame = pkt.echo(mac, other, D, E)
    lab.down0.send(frame)
    pkt.assert_frame(lab.down1.expect(pkt.is_type(128)), frame)
    assert lab.tool.stats("br0")["held"] == 0


def test_nd_a7_bridged_host_is_reached(bridged):
    lab = bridged
    mac = "02:00:00:00:dd:0d"
    lab.solicit("up0", "02:00:00:00:aa:0a", A, D)
    lab.down1.expect(pkt.is_ns(D))
    got = lab.down0.expect(pkt.is_ns(D))
    lab.down0.send(pkt.na(mac, D, D, got.src, MAC["down2"], s=1))
    lab.up0.expect(pkt.is_na(D, dst=A))
    silence(lab.up0, match=pkt.is_nd_for(D))
    assert lab.tool.host(D)["dev"] == "br0"
