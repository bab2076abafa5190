# SPDX-License-Identifier: GPL-2.0
"""Hosts: learnt, shown, aged, forgotten (spec F).

   wire up0 --- up0 [ r ] down0 --- wire down0     A, B: hosts upstream
    A, B              |                D, E        D, E: hosts downstream
                    down1 --- wire down1
"""
import time

import pytest

from lib import pkt, rtnl
from lib.lab import A, A_MAC, D, D_MAC, E, E_MAC, LL, MAC, PFX
from lib.wait import holds_for, wait_for
from lib.wire import silence

NONCE = pkt.nonce(b"\x42" * 6)


def host_routes(lab, addr):
    """Lines of `ip` about the /128 of an address made by the module."""
    return [x for x in rtnl.routes(lab.r) if f"{addr} " in x + " "]


def answers_for(lab, addr, mac, dev="down0", stop=lambda: False):
    """Answer the proxy's and the kernel's NS for a host until told."""
    while not stop():
        got = lab.ports[dev].poll(pkt.is_ns(addr))
        if got and got.src != pkt.UNSPEC:
            lab.advertise(dev, mac, addr, got.src)
        time.sleep(0.05)


def test_nd_f1_from_solicited_na(lab):
    mon = lab.monitor()
    lab.solicit("up0", A_MAC, A, D)
    lab.proxied_ns("down0", D, pkt.slla(MAC["down0"]))
    lab.advertise("down0", D_MAC, D)
    host = lab.tool.wait_host(D, "down0")
    assert host["lladdr"] == D_MAC and host["evidence"] == "na"
    assert host["state"] == "reachable" and host["age_ms"] < 5000
    event = mon.expect("host-learnt", addr=D)
    assert (event["dev"], event["lladdr"]) == ("down0", D_MAC)
    assert lab.tool.gauge("hosts") == len(lab.tool.hosts())
    assert lab.tool.prefixes()[(PFX, "up0")]["hosts"] == \
        len(lab.tool.hosts())
    assert lab.tool.links()["down0"]["hosts"] == 1


def test_nd_f1_from_uncontested_dad(lab):
    lab.solicit("down0", D_MAC, pkt.UNSPEC, D, opts=NONCE)
    lab.proxied_ns("up0", D, NONCE, pkt.UNSPEC)
    host = lab.tool.host(D)
    assert not host or host["state"] == "tentative", host
    assert not host_routes(lab, D), "no route before the second is over"
    host = lab.tool.wait_host(D, "down0", "reachable")
    assert host["evidence"] == "dad" and host["lladdr"] == D_MAC
    wait_for(lambda: host_routes(lab, D), "route after it")


def test_nd_f1_contested_dad_is_no_evidence(lab):
    lab.solicit("down0", D_MAC, pkt.UNSPEC, D, opts=NONCE)
    lab.proxied_ns("up0", D, NONCE, pkt.UNSPEC)
    lab.up0.send(pkt.na(A_MAC, D, D))
    lab.proxied_na("down0", D, pkt.ALL_NODES)
    time.sleep(1.5)
    host = lab.tool.host(D)
    assert not host or (host["dev"], host["lladdr"]) == ("up0", A_MAC)
    assert not [x for x in host_routes(lab, D) if "down0" in x]


def test_nd_f1_from_ns(lab):
    lab.solicit("down0", D_MAC, D, A)
    host = lab.tool.wait_host(D, "down0")
    assert host["evidence"] == "ns" and host["lladdr"] == D_MAC
    wait_for(lambda: host_routes(lab, D), "route")


def test_nd_f1_from_unsolicited_na(lab):
    lab.down0.send(pkt.na(D_MAC, D, D))
    host = lab.tool.wait_host(D, "down0")
    assert host["evidence"] == "una" and host["lladdr"] == D_MAC


def test_nd_f1_from_host_add(lab):
    mon = lab.monitor()
    lab.tool("host", "add", D, "dev", "down0")
    host = lab.tool.wait_host(D, "down0")
    assert (host["evidence"], host["state"]) == ("static", "static")
    mon.expect("host-learnt", addr=D)
    wait_for(lambda: host_routes(lab, D), "route")
    lab.tool("host", "del", D)
    lab.tool.wait_no_host(D)
    mon.expect("host-lost", addr=D)
    wait_for(lambda: not host_routes(lab, D), "route gone")


def test_nd_f1_evidence_refreshes_age(lab):
    lab.learn("down0", D_MAC, D)
    time.sleep(1.0)
    assert lab.tool.host(D)["age_ms"] >= 900
    lab.solicit("down0", D_MAC, D, A)
    wait_for(lambda: lab.tool.host(D)["age_ms"] < 900, "younger")


def test_nd_f1_filters_of_show(lab):
    lab.learn("down0", D_MAC, D)
    lab.solicit("up0", A_MAC, A, E)
    lab.tool.wait_host(A, "up0")
    show = [x["addr"] for x in
            lab.tool.json("host", "show", "dev", "down0")]
    assert show == [D]
    show = [x["addr"] for x in
            lab.tool.json("host", "show", "to", "2001:db8:2::/64")]
    assert not show
    show = {x["addr"] for x in lab.tool.json("host", "show", "to", PFX)}
    assert {A, D} <= show


def test_nd_f1_flush(lab):
    lab.learn("down0", D_MAC, D)
    lab.solicit("up0", A_MAC, A, E)
    lab.tool.wait_host(A, "up0")
    lab.tool("host", "flush", "dev", "down0")
    lab.tool.wait_no_host(D)
    assert lab.tool.host(A)
    lab.tool("host", "flush")
    wait_for(lambda: not lab.tool.hosts(), "all gone")
    wait_for(lambda: not host_routes(lab, D), "route gone")


def test_nd_f2_route_of_downstream_host(lab):
    lab.learn("down0", D_MAC, D)
    (line,) = host_routes(lab, D)
    assert "dev down0" in line
    assert lab.tool.host(D)["route"] is True
    assert "dev down0" in lab.r.sh("ip", "-6", "route", "get", D)


def test_nd_f2_route_that_a_rule_shadows(lab):
    """It is there, but packets go elsewhere, by whatever comes last: the rule or its route."""
    def shadowed(yes, addr=D):
        host = lab.tool.host(addr)
        return host and host["route"] is not yes and ("shadowed" in host) is yes
    away = "default via fe80::99 dev up0 table 77"
    rule = ("ip", "-6", "rule")
    to = ("to", PFX, "lookup", "77", "pref", "50")
    lab.learn("down0", D_MAC, D)
    wait_for(lambda: shadowed(False), "made")
    lab.r.sh(*rule, "add", *to)
    lab.r.ip(f"route add {away}")
    wait_for(lambda: shadowed(True), "shadowed by the rule")
    assert "dev up0" in lab.r.sh("ip", "-6", "route", "get", D)
    assert host_routes(lab, D) and " shadowed" in lab.tool("-t", "host", "show").replace("\n", " ")
    lab.learn("down0", "02:00:00:00:dd:0e", "2001:db8:1::e")
    wait_for(lambda: shadowed(True, "2001:db8:1::e"), "shadowed from its start")
    lab.r.ip(f"route del {away}")
    wait_for(lambda: shadowed(False), "the rule's table is empty")
    lab.r.ip(f"route add {away}")
    wait_for(lambda: shadowed(True), "shadowed by the route")
    lab.r.sh(*rule, "del", *to)
    wait_for(lambda: shadowed(False), "no rule")
    lab.tool("host", "del", D)
    wait_for(lambda: not host_routes(lab, D), "route gone")


def test_nd_f2_route_is_in_the_table_of_the_device(make_lab):
    lab = make_lab(addrs=False, roles=False)
    lab.r.ip("link add vrf0 type vrf table 100", "link set vrf0 up",
             "link set up0 master vrf0", "link set down0 master vrf0")
    lab.wait_addr(lab.r, (LL["up0"], "up0"), (LL["down0"], "down0"))
    lab.r.ip("addr add 2001:db8:1::1/64 dev up0")
    lab.set_roles(("up0", "down0"))
    lab.tool.wait_prefix(PFX)
    lab.solicit("down0", D_MAC, D, A)
    lab.tool.wait_host(D, "down0")
    wait_for(lambda: lab.r.sh("ip", "-6", "route", "show", "table", "100",
                              "proto", "110", D), "route in table 100")
    assert not lab.r.sh("ip", "-6", "route", "show", "table", "main", D)


def test_nd_f2_no_route_for_upstream_host(lab):
    lab.solicit("up0", A_MAC, A, D)
    host = lab.tool.wait_host(A, "up0")
    holds_for(lambda: not host_routes(lab, A), "no route")
    assert host["route"] is False


def test_nd_f2_route_for_upstream_host_where_needed(lab):
    # the operator's own prefix route leads downstream
    lab.r.ip(f"route add {PFX} dev down0 metric 5")
    lab.solicit("up0", A_MAC, A, D)
    lab.tool.wait_host(A, "up0")
    wait_for(lambda: [x for x in host_routes(lab, A) if "dev up0" in x],
             "route to A by up0")
    assert "dev up0" in lab.r.sh("ip", "-6", "route", "get", A)


def test_nd_f2_route_deleted_by_somebody_comes_back(lab):
    lab.learn("down0", D_MAC, D)
    lab.r.ip(f"route del {D} dev down0 proto 110")
    lab.solicit("up0", A_MAC, A, D)
    lab.down0.expect(pkt.is_ns(D))
    lab.advertise("down0", D_MAC, D)
    lab.proxied_na("up0", D, A, A_MAC, s=1)
    wait_for(lambda: host_routes(lab, D), "route again")


def test_nd_f3_neighbour_failed(lab):
    mon = lab.monitor()
    lab.learn("down0", D_MAC, D)
    for key in ("retrans_time_ms", "base_reachable_time_ms"):
        lab.r.sysctl(f"ipv6.neigh.down0.{key}", 200)
    lab.r.sysctl("ipv6.neigh.down0.delay_first_probe_time", 0)
    lab.r.ip(f"neigh change {D} dev down0 nud probe")
    mon.expect("host-lost", timeout=15, addr=D, dev="down0")
    assert not lab.tool.host(D)
    wait_for(lambda: not host_routes(lab, D), "route gone")


@pytest.mark.heavy
def test_nd_f3_probed_at_end_of_lifetime_and_lost(lab):
    lab.tool.param("host_lifetime", 2)
    lab.learn("down0", D_MAC, D)
    for _ in range(3):
        got = lab.down0.expect(pkt.is_ns(D, src=LL["down0"]))
        pkt.assert_frame(got, pkt.ns(MAC["down0"], LL["down0"], D, D, D_MAC))
    assert lab.tool.host(D)["state"] == "probing"
    lab.tool.wait_no_host(D)
    silence(lab.down0, match=pkt.is_ns(D, src=LL["down0"]))
    wait_for(lambda: not host_routes(lab, D), "route gone")
    assert lab.tool.gauge("hosts") == 0


def test_nd_f3_a_shorter_lifetime_is_that_of_known_hosts_too(lab):
    lab.learn("down0", D_MAC, D)
    lab.tool.param("host_lifetime", 1)
    lab.down0.expect(pkt.is_ns(D, src=LL["down0"]), timeout=5)
    assert lab.tool.host(D)["state"] == "probing"


@pytest.mark.heavy
def test_nd_f3_probed_and_kept(lab):
    lab.tool.param("host_lifetime", 2)
    lab.learn("down0", D_MAC, D)
    lab.down0.expect(pkt.is_ns(D))
    lab.advertise("down0", D_MAC, D)
    wait_for(lambda: lab.tool.host(D)["state"] == "reachable", "reachable")
    assert host_routes(lab, D)


def slow(lab):
    """Two questions a second are asked, of which the hosts would need ten times as many."""
    for name, value in (("host_lifetime", 2), ("ns_burst", 2), ("ns_rate", 2)):
        lab.tool.param(name, value)


@pytest.mark.heavy
@pytest.mark.timeout(300)
def test_nd_f3_host_that_answers_survives_the_rate(make_lab):
    """What is over the rate is asked in its turn, and not given up before."""
    lab = make_lab(hosts=("down0",))
    addrs = [f"2001:db8:1::{0x1000 + i:x}" for i in range(100)]
    lab.give(lab.dh, *addrs)
    mon = lab.monitor()
    slow(lab)
    lab.tool("-b", "-", input="".join(
        f"host add {x} dev down0 evidence na\n" for x in addrs))
    asked = set()
    for _ in range(150):
        time.sleep(1)
        asked |= {x for x, host in lab.tool.hosts().items()
                  if host["age_ms"] < 5000}
    assert set(addrs) <= set(lab.tool.hosts())
    assert set(addrs) <= asked, "each in its turn"
    assert not [x for x in mon.drain() if x["event"] == "host-lost"]
    assert lab.tool.drops("down0")["ns-rate"]


@pytest.mark.heavy
@pytest.mark.timeout(300)
def test_nd_f3_dead_host_does_not_survive_the_rate(make_lab):
    """It is asked in its turn, too, among many that answer."""
    lab = make_lab(hosts=("down0",))
    alive = [f"2001:db8:1::{0x1000 + i:x}" for i in range(20)]
    dead = [f"2001:db8:1::{0x2000 + i:x}" for i in range(4)]
    lab.give(lab.dh, *alive)
    slow(lab)
    lab.tool("-b", "-", input="".join(
        f"host add {x} dev down0 evidence na\n" for x in alive + dead))
    wait_for(lambda: not set(dead) & set(lab.tool.hosts()), "forgotten", 120)
    assert set(alive) <= set(lab.tool.hosts())


@pytest.mark.heavy
def test_nd_f3_link_goes_whose_hosts_wait_for_the_rate(make_lab):
    """Those of other links are asked as before."""
    lab = make_lab(("up0", "down0", "down1"), hosts=("down0",))
    lab.give(lab.dh, D)
    other = [f"2001:db8:1::{0x2000 + i:x}" for i in range(20)]
    slow(lab)
    lab.tool("-b", "-", input="".join(
        f"host add {x} dev {dev} evidence na\n" for dev, addrs in (("down1", other), ("down0", [D]))
        for x in addrs))
    wait_for(lambda: lab.tool.drops("down1").get("ns-rate"), "over its rate", 20)
    lab.tool("link", "set", "down1", "role", "none")
    assert set(lab.tool.hosts()) == {D}
    lab.tool.param("ns_rate", 10)
    for _ in range(3):
        time.sleep(4)
        assert lab.tool.host(D)["age_ms"] < 4000, "it was asked"


@pytest.mark.heavy
def test_nd_f3_static_host_is_not_probed(lab):
    lab.tool.param("host_lifetime", 1)
    lab.tool("host", "add", D, "dev", "down0")
    silence(lab.down0, match=pkt.is_ns(D), duration=2.5)
    assert lab.tool.host(D)["state"] == "static"


def test_nd_f3_no_answer_for_a_lost_host(lab):
    lab.learn("down0", D_MAC, D)
    lab.tool("host", "flush")
    lab.tool.wait_no_host(D)
    lab.solicit("up0", A_MAC, A, D)
    lab.proxied_ns("down0", D, pkt.slla(MAC["down0"]))
    silence(lab.up0, match=pkt.is_na(D), duration=0.5)


def test_nd_f3_known_host_is_asked_not_answered_for(lab):
    # nothing is answered for a host that did not itself answer
    lab.learn("down0", D_MAC, D)
    lab.solicit("up0", A_MAC, A, D)
    lab.proxied_ns("down0", D, pkt.slla(MAC["down0"]), LL["down0"], D_MAC)
    silence(lab.up0, match=pkt.is_na(D), duration=0.5)
    lab.advertise("down0", D_MAC, D)
    lab.proxied_na("up0", D, A, A_MAC, s=1)


def test_nd_f1_host_changes_its_lladdr(lab):
    mon = lab.monitor()
    lab.learn("down0", D_MAC, D)
    lab.down0.send(pkt.na(E_MAC, D, D, o=1))
    wait_for(lambda: lab.tool.host(D)["lladdr"] == E_MAC, "followed")
    assert lab.tool.host(D)["dev"] == "down0"
    mon.expect("host-moved", addr=D, lladdr=E_MAC)
