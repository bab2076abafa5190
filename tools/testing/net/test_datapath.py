# SPDX-License-Identifier: GPL-2.0
"""Data packets: the kernel's own forwarding (spec G1, G3, G4).

   wire up0 --- up0 [ r ] down0 --- wire down0
    A                 |                D
                    down1 --- wire down1   E
"""
import pytest
from scapy.layers.inet6 import (ICMPv6PacketTooBig, ICMPv6TimeExceeded, IPv6)
from scapy.layers.l2 import Ether

from lib import pkt
from lib.lab import A, A_MAC, D, D_MAC, E, E_MAC, MAC, R_ADDR
from lib.wire import silence


@pytest.fixture
def known(lab3):
    """A upstream, D and E downstream, each known to the router."""
    lab3.learn("down0", D_MAC, D)
    lab3.learn("down1", E_MAC, E)
    lab3.r.ip(f"neigh replace {A} lladdr {A_MAC} dev up0 nud permanent",
              f"neigh replace {D} lladdr {D_MAC} dev down0 nud permanent",
              f"neigh replace {E} lladdr {E_MAC} dev down1 nud permanent")
    return lab3


SIDES = {A: ("up0", A_MAC), D: ("down0", D_MAC), E: ("down1", E_MAC)}
PAIRS = [(x, y) for x in SIDES for y in SIDES if x != y]
NAMES = {A: "up0", D: "down0", E: "down1"}


@pytest.mark.parametrize("src,dst", PAIRS,
                         ids=[f"{NAMES[x]}-{NAMES[y]}" for x, y in PAIRS])
def test_nd_g4_forwarded_between_any_two(known, src, dst):
    (sdev, smac), (ddev, dmac) = SIDES[src], SIDES[dst]
    known.ports[sdev].send(pkt.echo(smac, MAC[sdev], src, dst, hlim=64))
    got = known.ports[ddev].expect(pkt.is_type(128))
    pkt.assert_frame(got, pkt.echo(MAC[ddev], dmac, src, dst, hlim=63))
    silence(*known.ports.values(), duration=0.1,
            match=lambda f: f.type in (1, 2, 3, 128, pkt.REDIRECT))


def test_nd_g1_no_discovery_for_known_hosts(known):
    for seq in range(20):
        known.up0.send(pkt.echo(A_MAC, MAC["up0"], A, D, seq=seq))
        known.down0.expect(pkt.is_type(128))
    # the kernel may ask who asked for them when they were learnt
    silence(*known.ports.values(), duration=0.1,
            match=lambda f: f.is_nd and any(pkt.same(f.target, x) for x in (A, D, E)))


def test_nd_g3_hop_limit_ends(known):
    known.up0.send(pkt.echo(A_MAC, MAC["up0"], A, D, hlim=1))
    got = Ether(known.up0.expect(pkt.is_type(3)).data)
    assert got[IPv6].dst == A and ICMPv6TimeExceeded in got
    silence(known.down0, match=pkt.is_type(128))


def test_nd_g3_packet_too_big(known):
    known.r.ip("link set down0 mtu 1300")
    known.up0.send(pkt.echo(A_MAC, MAC["up0"], A, D, size=1400))
    got = Ether(known.up0.expect(pkt.is_type(2)).data)
    assert got[IPv6].dst == A and got[ICMPv6PacketTooBig].mtu == 1300
    silence(known.down0, match=pkt.is_type(128))
    known.up0.send(pkt.echo(A_MAC, MAC["up0"], A, D, size=1200))
    known.down0.expect(pkt.is_type(128))


def test_nd_g1_router_itself_reaches_every_link(known):
    for addr, (dev, mac) in SIDES.items():
        known.spawn(known.r, "ping", "-6", "-n", "-c1", "-W1", addr,
                    stdout=-3)
        got = known.ports[dev].expect(pkt.is_type(128))
        assert got.eth_dst == mac and pkt.same(got.dst, addr)


def test_nd_g1_hosts_reach_the_router(known):
    for addr, (dev, mac) in SIDES.items():
        known.ports[dev].send(pkt.echo(mac, MAC[dev], addr, R_ADDR))
        got = known.ports[dev].expect(pkt.is_type(129))
        assert got.eth_dst == mac and pkt.same(got.src, R_ADDR)
