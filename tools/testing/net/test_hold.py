# SPDX-License-Identifier: GPL-2.0
"""Packets that would leave by the link they came in on (spec G2), frame by frame.

   wire up0 --- up0 [ r ] down0 --- wire down0
    A, B              |               D
                    down1 --- wire down1   E
"""
import time

import pytest
from scapy.layers.inet import UDP
from scapy.layers.inet6 import IPv6
from scapy.layers.l2 import Ether

from lib import kmod, pkt, rtnl
from lib.lab import A, A_MAC, B, B_MAC, D, D_MAC, DEAD, LL, MAC, PFX
from lib.wait import time_travels, wait_for
from lib.wire import silence

UNREACHABLE = 1


def back(frame):
    """What must never be seen where the packet came from."""
    return frame.type in (128, pkt.REDIRECT)


def send(lab, dst, number=1, size=8, src=A, dev="up0"):
    """A host that takes the router for the target sends echo requests."""
    frames = [pkt.echo(A_MAC, MAC[dev], src, dst, seq=i + 1, size=size)
              for i in range(number)]
    lab.ports[dev].send(*frames)
    return frames


def count(lab, dev, name):
    """A counter of a link, or a drop counter."""
    stats = lab.tool.stats(dev)
    return stats.get(name, stats.get("drop:" + name))


def wait_count(lab, dev, name, value):
    """Wait until a counter has a value."""
    wait_for(lambda: count(lab, dev, name) == value,
             f"{name} {value}; {lab.tool.stats(dev)}")


@pytest.fixture
def cold(lab3):
    """A is known to the kernel, so that it can be told of errors; nobody else is."""
    lab3.r.ip(f"neigh replace {A} lladdr {A_MAC} dev up0 nud permanent")
    return lab3


@pytest.mark.core
def test_nd_g2_held_and_delivered(cold):
    lab = cold
    send(lab, D, 3)
    for dev in ("up0", "down0", "down1"):
        lab.proxied_ns(dev, D, pkt.slla(MAC[dev]), LL[dev])
    wait_count(lab, "up0", "held", 3)
    lab.advertise("down0", D_MAC, D)
    for seq in (1, 2, 3):               # all of them, in order, whole
        got = lab.down0.expect(pkt.is_type(128))
        pkt.assert_frame(got, pkt.echo(MAC["down0"], D_MAC, A, D, hlim=63,
                                       seq=seq))
    silence(lab.up0, match=lambda f: back(f) or f.is_nd)
    assert count(lab, "up0", "delivered") == 3
    assert lab.tool.drops("up0").keys() <= {"redirect"}
    send(lab, D)                        # the next one is the kernel's alone
    lab.down0.expect(pkt.is_type(128))
    assert count(lab, "up0", "held") == 3


@pytest.mark.core
def test_nd_g2_not_found_is_unreachable(cold):
    lab = cold
    send(lab, DEAD)
    asked = [lab.down0.expect(pkt.is_ns(DEAD)).when for _ in range(3)]
    most = 1.4 if time_travels() else 3
    assert all(0.8 < b - a < most for a, b in zip(asked, asked[1:])), asked
    got = lab.up0.expect(pkt.is_type(UNREACHABLE, code=3))
    assert pkt.same(got.dst, A) and 0.8 < got.when - asked[-1] < most
    assert got.data[62:78] == bytes([0x60]) + bytes(3) + got.data[66:70] + \
        pkt.pton(A)[:8]
    silence(lab.up0, lab.down0, lab.down1, duration=1.2,
            match=lambda f: back(f) or f.type == UNREACHABLE)
    assert count(lab, "up0", "not-found") == 1
    assert lab.down0.count(pkt.is_ns(DEAD)) == 0
    assert lab.up0.count(pkt.is_ns(DEAD)) == 3


def test_nd_g2_three_for_each_target(cold):
    lab = cold
    send(lab, D, 5)
    wait_count(lab, "up0", "hold-limit", 2)
    lab.down0.expect(pkt.is_ns(D))
    lab.advertise("down0", D_MAC, D)
    for seq in (3, 4, 5):               # the newest stay (RFC 4861 7.2.2)
        got = lab.down0.expect(pkt.is_type(128))
        pkt.assert_frame(got, pkt.echo(MAC["down0"], D_MAC, A, D, hlim=63,
                                       seq=seq))
    silence(lab.down0, match=pkt.is_type(128))


def test_nd_g2_bounded_in_all(cold):
    lab = cold
    mon = lab.monitor()
    lab.tool.param("hold_packets", 10)
    lab.tool.param("hold_per_target", 2)
    for i in range(20):
        send(lab, f"2001:db8:1::9:{i:x}", 2)
    wait_count(lab, "up0", "held", 40)
    wait_count(lab, "up0", "hold-limit", 30)
    mon.expect("limit", limit="hold-limit", dev="up0")
    wait_count(lab, "up0", "not-found", 10)
    silence(lab.up0, match=back, duration=0.1)


def test_nd_g2_default_limits_under_a_scan(cold):
    """Ten packets each for 300 that do not exist: never more than 256 wait."""
    lab = cold
    lab.up0.send(*[x for i in range(300) for x in 10 * [pkt.echo(
        A_MAC, MAC["up0"], A, f"2001:db8:1::9:{i:x}")]])
    wait_count(lab, "up0", "held", 3000)
    wait_for(lambda: count(lab, "up0", "hold-limit") +
             count(lab, "up0", "not-found") == 3000, "all are gone")
    assert 0 < count(lab, "up0", "not-found") <= 256
    silence(lab.up0, match=back, duration=0.1)


def test_nd_g2_many_packets_one_solicitation(cold):
    lab = cold
    send(lab, D, 50)
    lab.down0.expect(pkt.is_ns(D))
    silence(lab.down0, match=pkt.is_ns(D))


def redirected(lab, dev, dst, to, mac):
    """The kernel's Redirect: DST is a neighbour, with this link-layer address."""
    got = lab.ports[dev].expect(lambda f: f.type == pkt.REDIRECT and
                                pkt.same(f.dst, to), what=f"Redirect to {to}")
    assert got.data[62:78] == got.data[78:94] == pkt.pton(dst)
    assert pkt.tlla(mac) in got.data[94:]


def forwarded_back(lab, dev, mac, dst, src):
    """The packet goes out of the link that it came in on, with one hop less."""
    got = lab.ports[dev].expect(pkt.is_type(128), what="the packet")
    pkt.assert_frame(got, pkt.echo(MAC[dev], mac, src, dst, hlim=63))


@pytest.mark.core
def test_nd_g5_known_on_the_link_is_forwarded_back(cold):
    """The host lives upstream, as its answer told: the packet goes back, with a Redirect."""
    lab = cold
    lab.learn("up0", B_MAC, B)
    send(lab, B)
    forwarded_back(lab, "up0", B_MAC, B, A)
    redirected(lab, "up0", B, A, B_MAC)
    silence(lab.up0, lab.down0, match=lambda f: f.is_nd or back(f))
    assert count(lab, "up0", "held") == 0
    assert lab.tool.drops("up0") == {}


def test_nd_g5_known_on_a_downstream_link(cold):
    lab = cold
    lab.learn("down0", D_MAC, D)
    lab.learn("down0", B_MAC, B)
    lab.down0.send(pkt.echo(B_MAC, MAC["down0"], B, D))
    forwarded_back(lab, "down0", D_MAC, D, B)
    redirected(lab, "down0", D, B, D_MAC)
    silence(lab.up0, lab.down0, match=lambda f: f.is_nd or back(f))
    assert lab.tool.drops("down0") == {}


@pytest.mark.core
def test_nd_g5_found_on_the_link_is_forwarded_back(cold):
    """It was not known where: all links are asked, and the first packet is not lost."""
    lab = cold
    send(lab, B)
    for dev in ("up0", "down0", "down1"):
        lab.proxied_ns(dev, B, pkt.slla(MAC[dev]))
    lab.advertise("up0", B_MAC, B)
    forwarded_back(lab, "up0", B_MAC, B, A)
    got = lab.up0.expect(pkt.is_na(B, dst=A))   # A may take the router for B
    assert got.eth_src == MAC["up0"] and got.options == pkt.tlla(B_MAC)
    assert got.flags == (0, 0, 1)
    assert count(lab, "up0", "delivered") == 1
    assert count(lab, "up0", "same-link") == 0
    silence(lab.up0, match=back)
    send(lab, B)                        # the next one is the kernel's alone
    forwarded_back(lab, "up0", B_MAC, B, A)
    assert count(lab, "up0", "held") == 1


def test_nd_g5_found_on_the_downstream_link_that_it_came_from(cold):
    """The kernel's queue on the link where the target is not."""
    lab = cold
    lab.r.ip(f"neigh replace {B} lladdr {B_MAC} dev down0 nud permanent")
    lab.down0.send(pkt.echo(B_MAC, MAC["down0"], B, D))
    lab.down0.expect(pkt.is_ns(D))
    lab.advertise("down0", D_MAC, D)
    forwarded_back(lab, "down0", D_MAC, D, B)
    silence(lab.up0, match=pkt.is_type(128))


def test_nd_g5_another_address_is_not_redirected(cold):
    """Before the host is known there, the kernel's Redirect would name a neighbour that is none."""
    lab = cold
    send(lab, D)
    wait_count(lab, "up0", "redirect", 1)
    lab.down0.expect(pkt.is_ns(D))
    lab.advertise("down0", D_MAC, D)
    lab.down0.expect(pkt.is_type(128))
    silence(lab.up0, match=back)


def test_nd_g5_no_longer_there_is_looked_for(cold):
    """The kernel's own detection gives the neighbour up, and the next packet is held."""
    lab = cold
    lab.learn("up0", B_MAC, B)
    send(lab, B)
    forwarded_back(lab, "up0", B_MAC, B, A)
    wait_for(lambda: not send(lab, B) or not lab.tool.host(B), "B is forgotten", 60, 0.5)
    send(lab, B)
    lab.down0.expect(pkt.is_ns(B))
    lab.advertise("down0", B_MAC, B)
    lab.down0.expect(pkt.is_type(128))


def test_nd_g2_port_rules_decide_of_a_held_packet(cold):
    """A policy rule by protocol and port leads it where it leads the kernel's own packets."""
    lab = cold
    lab.r.ip(f"neigh replace fe80::b lladdr {B_MAC} dev down1 nud permanent",
             f"route add {D}/128 via fe80::b dev down1 table 77")
    rule = "ipproto udp dport 5353 lookup 77 pref 50".split()
    frames = [bytes(Ether(src=A_MAC, dst=MAC["up0"]) / IPv6(src=A, dst=D, hlim=64) /
                    UDP(sport=1000, dport=port) / b"x") for port in (5353, 5354)]
    lab.up0.send(*frames)
    lab.down0.expect(pkt.is_ns(D))
    wait_count(lab, "up0", "held", 2)
    lab.r.sh("ip", "-6", "rule", "add", *rule)
    lab.advertise("down0", D_MAC, D)

    def is_udp(port):
        return lambda f: f.data[20] == 17 and \
            int.from_bytes(f.data[56:58], "big") == port
    assert lab.down1.expect(is_udp(5353)).eth_dst == B_MAC
    assert lab.down0.expect(is_udp(5354)).eth_dst == D_MAC
    silence(lab.down0, match=is_udp(5353))


def test_nd_g2_redirects_of_others_are_sent(cold):
    """What is no business of the proxy is redirected as ever."""
    lab = cold
    lab.r.ip("addr add 2001:db8:5::1/64 dev down0 nodad",
             "neigh replace 2001:db8:5::2 lladdr 02:00:00:00:05:02 dev down0 "
             "nud permanent")
    lab.down0.send(pkt.echo(D_MAC, MAC["down0"], "2001:db8:5::3",
                            "2001:db8:5::2"))
    lab.down0.expect(pkt.is_type(128))
    assert count(lab, "down0", "redirect") == 0
    assert count(lab, "down0", "held") == 0


def forbid(lab, what):
    """A filter that forwards nothing of the kind, and counts it."""
    lab.r.sh("nft", "add table ip6 t; add chain ip6 t c "
             "{ type filter hook forward priority 0; }; "
             f"add rule ip6 t c {what} counter drop")


def wait_stopped(lab):
    """The filter has stopped one packet."""
    wait_for(lambda: "packets 1 " in lab.r.sh("nft", "list", "table", "ip6",
                                              "t"), "stopped by the filter")


def test_nd_g2_filter_sees_the_real_way(cold):
    """What may not go to down0 does not go there by being held first."""
    lab = cold
    forbid(lab, "oifname down0")
    send(lab, D)
    lab.down0.expect(pkt.is_ns(D))
    lab.advertise("down0", D_MAC, D)
    wait_count(lab, "up0", "delivered", 1)
    wait_stopped(lab)
    silence(lab.down0, match=pkt.is_type(128))


def test_nd_g2_what_a_filter_stops_makes_nobody_search(cold):
    lab = cold
    forbid(lab, "iifname up0")
    send(lab, D)
    wait_stopped(lab)
    silence(lab.down0, match=pkt.is_ns(D))
    assert count(lab, "up0", "held") == 0


def test_nd_g2_link_local_source_stays_on_its_link(cold):
    """RFC 4291 2.5.6; the kernel looks only where the way leads elsewhere at once."""
    lab = cold
    lab.r.ip(f"neigh replace fe80::a lladdr {A_MAC} dev up0 nud permanent")
    send(lab, D, src="fe80::a")
    lab.down0.expect(pkt.is_ns(D))
    lab.advertise("down0", D_MAC, D)
    got = lab.up0.expect(pkt.is_type(UNREACHABLE, code=2))
    assert pkt.same(got.dst, "fe80::a")
    silence(lab.down0, match=pkt.is_type(128))


def addr_errors(lab):
    """What the router dropped for an address that was not valid there."""
    return int(next(x.split()[1] for x in lab.r.read(
        "/proc/net/dev_snmp6/up0").splitlines() if x.startswith("Ip6InAddrErrors")))


def test_nd_g2_no_source_is_not_forwarded(cold):
    lab = cold
    before = addr_errors(lab)
    send(lab, D, src="::")
    lab.down0.expect(pkt.is_ns(D))
    lab.advertise("down0", D_MAC, D)
    wait_for(lambda: addr_errors(lab) == before + 1, "counted by the kernel")
    silence(lab.up0, lab.down0, match=lambda f: f.type in (128, UNREACHABLE))


def test_nd_e1_own_advertisement_stays_on_its_link(lab3):
    """An answer waits for the asker's link-layer address, and the asker turns up elsewhere."""
    lab = lab3
    lab.tool("link", "set", "down0", "guard", "off")
    lab.tool("link", "set", "up0", "guard", "off")
    lab.solicit("up0", A_MAC, A, D, dst=D, eth_dst=MAC["up0"], opts=b"")
    lab.down1.expect(pkt.is_ns(D))
    lab.advertise("down1", D_MAC, D)
    lab.up0.expect(pkt.is_ns(A))
    lab.advertise("down0", A_MAC, A)
    lab.tool.wait_host(A, "down0")
    silence(lab.down0, match=pkt.is_na(D))


def test_nd_g2_packet_too_big_for_the_real_way(cold):
    lab = cold
    lab.r.ip("link set down0 mtu 1300")
    send(lab, D, size=1400)
    lab.down0.expect(pkt.is_ns(D))
    lab.advertise("down0", D_MAC, D)
    got = lab.up0.expect(pkt.is_type(2))
    assert int.from_bytes(got.data[58:62], "big") == 1300
    silence(lab.down0, match=pkt.is_type(128))


def test_nd_g2_found_by_its_own_solicitation(cold):
    """Whatever shows where the host is will do."""
    lab = cold
    send(lab, D)
    lab.down0.expect(pkt.is_ns(D))
    lab.solicit("down0", D_MAC, D, "2001:db8:1::1")
    lab.down0.expect(pkt.is_type(128))


def test_nd_g2_with_an_address_of_the_prefix_on_both_links(cold):
    """The kernel takes the equal route back to where the packet came from (B5)."""
    lab = cold
    lab.r.ip("addr add 2001:db8:1::2/64 dev down0 nodad",
             f"neigh del {A} dev up0")
    net = pkt.pton(PFX.split("/", maxsplit=1)[0]).hex() + " 40 "

    def marks():
        flags = [int(x.split()[8], 16) & rtnl.MARK for x in lab.r.read(
            "/proc/net/ipv6_route").splitlines() if x.startswith(net)]
        return len(flags) == 4 and all(flags)
    wait_for(marks, "all of the prefix's routes are marked")
    send(lab, A, src=D, dev="down0")
    got = lab.up0.expect(pkt.is_ns(A))
    lab.advertise("up0", A_MAC, A, got.src)
    got = lab.up0.expect(pkt.is_type(128))
    assert got.eth_dst == A_MAC and pkt.same(got.src, D)
    silence(lab.down0, match=back)
    assert count(lab, "down0", "held") == 1


def test_nd_g2_one_packet_for_each_target(cold):
    """A newer packet takes the older one's place, and not a new time to wait."""
    lab = cold
    lab.tool.param("hold_per_target", 1)
    for seq in range(14):
        lab.up0.send(pkt.echo(A_MAC, MAC["up0"], A, DEAD, seq=seq))
        time.sleep(0.25)
    lab.up0.expect(pkt.is_type(UNREACHABLE, code=3))
    wait_count(lab, "up0", "held", 14)


def fill(lab):
    """Packets that wait."""
    for i in range(20):
        send(lab, f"2001:db8:1::9:{i:x}", 3)
    wait_count(lab, "up0", "held", 60)


def test_nd_g2_link_down_frees_them(cold):
    lab = cold
    fill(lab)
    lab.r.down("up0")
    wait_for(lambda: lab.tool.links()["up0"]["state"] == "down", "down")
    lab.r.up("up0")
    wait_for(lambda: lab.tool.links()["up0"]["state"] == "active", "up")
    assert count(lab, "up0", "not-found") == 0


def test_nd_g2_device_removed_frees_them(cold):
    lab = cold
    fill(lab)
    lab.r.ip("link del up0")
    wait_for(lambda: lab.tool.links()["up0"]["state"] == "waiting", "gone")


def test_nd_g2_namespace_deleted_frees_them(make_lab):
    lab = make_lab()
    fill(lab)
    end = lab.up0.sock.getsockname()[0]
    lab.r.delete()
    wait_for(lambda: f" {end}@" not in lab.wire_ns.sh("ip", "-o", "link"),
             "the namespace's devices are gone", 30)


@pytest.mark.alone
def test_nd_g2_unload_frees_them(cold):
    fill(cold)
    kmod.unload()
    kmod.load()


def test_nd_g2_role_taken_away(cold):
    """Without a link there is nothing to seek on: they end in time."""
    lab = cold
    fill(lab)
    for dev in ("up0", "down0", "down1"):
        lab.tool("link", "set", dev, "role", "none")
    lab.set_roles(("up0", "down0"))
    lab.tool.wait_prefix(PFX)
    lab.down0.forget()
    send(lab, D)
    lab.proxied_ns("down0", D, pkt.slla(MAC["down0"]))
