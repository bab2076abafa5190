# SPDX-License-Identifier: GPL-2.0
"""What this host itself sends (spec E).

   wire up0 --- up0 [ r ] down0 --- wire down0
                      |
                    down1 --- wire down1
"""
import pytest

from lib import pkt, rtnl
from lib.lab import A, A_MAC, D, D_MAC, E, LL, MAC, R_ADDR
from lib.wait import wait_for
from lib.wire import silence


def ping(lab, addr):
    """The router pings, in the background."""
    return lab.spawn(lab.r, "ping", "-6", "-n", "-c1", "-W3", addr,
                     stdout=-3)


def test_nd_e1_own_traffic_solicits_everywhere(lab3):
    lab = lab3
    ping(lab, D)
    got = lab.up0.expect(pkt.is_ns(D))
    pkt.assert_frame(got, pkt.ns(MAC["up0"], got.src, D))
    for dev in ("down0", "down1"):
        lab.proxied_ns(dev, D, pkt.slla(MAC[dev]), LL[dev])


def test_nd_e1_own_traffic_finds_downstream_host(lab):
    proc = ping(lab, D)
    lab.proxied_ns("down0", D, pkt.slla(MAC["down0"]))
    lab.advertise("down0", D_MAC, D)
    lab.tool.wait_host(D, "down0")
    wait_for(lambda: [x for x in rtnl.routes(lab.r) if D in x], "route")
    proc.kill()
    proc = ping(lab, D)
    got = lab.down0.expect(pkt.is_type(128))
    assert got.eth_dst == D_MAC and pkt.same(got.dst, D)


def test_nd_e1_forwarded_traffic_solicits(lab3):
    lab = lab3
    # a packet from outside the prefix, bound for a host that nobody knows
    lab.r.ip("addr add 2001:db8:2::1/64 dev down1 nodad")
    lab.down1.send(pkt.echo(D_MAC, MAC["down1"], "2001:db8:2::d", D))
    lab.up0.expect(pkt.is_ns(D))
    lab.proxied_ns("down0", D, pkt.slla(MAC["down0"]), LL["down0"])


def test_nd_e1_not_on_a_link_with_nd_off(lab3):
    lab = lab3
    lab.tool("link", "set", "down1", "nd", "off")
    assert lab.tool.links()["down1"]["nd"] is False
    ping(lab, D)
    lab.proxied_ns("down0", D, pkt.slla(MAC["down0"]))
    silence(lab.down1, match=pkt.is_ns(D))
    lab.tool("link", "set", "down1", "nd", "on")
    ping(lab, E)
    lab.proxied_ns("down1", E, pkt.slla(MAC["down1"]))


def test_nd_e1_own_dad_is_proxied(lab3):
    lab = lab3
    lab.r.sysctl("ipv6.conf.all.accept_dad", 1)
    lab.r.sysctl("ipv6.conf.up0.accept_dad", 1)
    lab.r.ip("addr add 2001:db8:1::55/64 dev up0")
    own = lab.up0.expect(pkt.is_ns("2001:db8:1::55"))
    assert own.src == pkt.UNSPEC
    for dev in ("down0", "down1"):
        lab.proxied_ns(dev, "2001:db8:1::55", own.options, pkt.UNSPEC)


def test_nd_e1_own_dad_finds_duplicate_downstream(lab):
    lab.r.sysctl("ipv6.conf.all.accept_dad", 1)
    lab.r.sysctl("ipv6.conf.up0.accept_dad", 1)
    lab.r.ip(f"addr add {D}/64 dev up0")
    lab.down0.expect(pkt.is_ns(D, src=pkt.UNSPEC))
    lab.down0.send(pkt.na(D_MAC, D, D))
    wait_for(lambda: "dadfailed" in lab.r.sh("ip", "-6", "addr", "show",
                                             "dev", "up0"),
             "the router learns that its address is taken", 5)


def test_nd_e1_own_dad_hears_another_prober_downstream(lab):
    """Both probe, one after the other: the router gives way, as on one wire (RFC 4862 5.4.3)."""
    lab.r.sysctl("ipv6.conf.all.accept_dad", 1)
    lab.r.sysctl("ipv6.conf.up0.accept_dad", 1)
    lab.r.ip(f"addr add {D}/64 dev up0")
    lab.down0.expect(pkt.is_ns(D, src=pkt.UNSPEC))
    lab.solicit("down0", D_MAC, pkt.UNSPEC, D, opts=pkt.nonce(b"\x17" * 6))
    wait_for(lambda: "dadfailed" in lab.r.sh("ip", "-6", "addr", "show", "dev", "up0"),
             "the router learns that another wants its address", 5)
    lab.tool.wait_host(D, "down0")


def test_nd_e1_outside_the_prefix_is_not_ours(lab):
    lab.r.ip("addr add 2001:db8:2::1/64 dev down0 nodad")
    ping(lab, "2001:db8:2::d")
    lab.down0.expect(pkt.is_ns("2001:db8:2::d"))
    silence(lab.up0, match=pkt.is_ns("2001:db8:2::d"))


def test_nd_e2_sent_once_per_link(lab3):
    lab = lab3
    lab.solicit("up0", A_MAC, A, D)
    for dev in ("down0", "down1"):
        lab.proxied_ns(dev, D, pkt.slla(MAC[dev]))
    silence(lab.up0, lab.down0, lab.down1, match=pkt.is_ns(D))
    stats = {dev: lab.tool.stats(dev) for dev in MAC if dev in lab.ports}
    assert {d: s["ns_out"] for d, s in stats.items()} == \
        {"up0": 0, "down0": 1, "down1": 1}


def _icmp6_out(lab, dev, name):
    for line in lab.r.read("/proc/net/dev_snmp6/" + dev).splitlines():
        field = line.split()
        if field[0] == name:
            return int(field[1])
    return 0


@pytest.mark.parametrize("what", ["ns", "dad", "na"])
def test_nd_e2_kernel_counters(lab, what):
    name = "Icmp6OutNeighbor" + ("Advertisements" if what == "na" else
                                 "Solicits")
    dev = "down0"
    before = _icmp6_out(lab, dev, name)
    if what == "na":
        lab.up0.send(pkt.na(A_MAC, A, A))
        lab.proxied_na(dev, A, pkt.ALL_NODES)
    else:
        src = A if what == "ns" else pkt.UNSPEC
        lab.solicit("up0", A_MAC, src, D)
        lab.down0.expect(pkt.is_ns(D))
    assert _icmp6_out(lab, dev, name) == before + 1


def test_nd_e2_netfilter_output_hooks(lab):
    lab.r.sh("nft", "add table ip6 t; add chain ip6 t c "
             "{ type filter hook output priority 0; }; "
             "add rule ip6 t c oifname down0 "
             "icmpv6 type nd-neighbor-solicit counter drop")
    lab.solicit("up0", A_MAC, A, D)
    wait_for(lambda: lab.tool.stats("up0")["ns_in"] == 1, "heard")
    wait_for(lambda: "packets 1 " in lab.r.sh("nft", "list", "table", "ip6",
                                              "t"), "counted by the hook")
    silence(lab.down0, match=pkt.is_ns(D))
    lab.r.sh("nft", "delete table ip6 t")
    lab.solicit("up0", A_MAC, A, E)
    lab.proxied_ns("down0", E, pkt.slla(MAC["down0"]))


def test_nd_e2_traffic_class_and_flow_label_zero(lab):
    lab.solicit("up0", A_MAC, A, D)
    got = lab.down0.expect(pkt.is_ns(D))
    assert got.data[14:18] == b"\x60\0\0\0"
    lab.advertise("down0", D_MAC, D)
    got = lab.up0.expect(pkt.is_na(D))
    assert got.data[14:18] == b"\x60\0\0\0"


def test_nd_e2_no_link_local_no_source(make_lab):
    # a link with no address at all: nothing to send from, and it is counted
    lab = make_lab(("up0", "down0"))
    lab.r.ip("addr flush dev down0")
    lab.solicit("up0", A_MAC, A, D)
    wait_for(lambda: lab.tool.drops("down0") == {"no-source": 1} or
             lab.tool.drops("up0") == {"no-source": 1} or
             lab.down0.poll(pkt.is_ns(D, src=R_ADDR)),
             "counted, or sent from another address of the router")
