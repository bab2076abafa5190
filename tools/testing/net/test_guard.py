# SPDX-License-Identifier: GPL-2.0
"""A known host is claimed on another link: followed or refused (ND-F4).

   wire up0 --- up0 [ r ] down0 --- wire down0     D lives here
       A              |
                    down1 --- wire down1           D is claimed here, by E_MAC
"""
import time

import pytest

from lib import pkt, rtnl
from lib.lab import A, A_MAC, D, D_MAC, E_MAC, LL, MAC
from lib.wait import holds_for, time_travels, wait_for
from lib.wire import silence

NONCE = pkt.nonce(b"\x17" * 6)
PROBES = 3
PROBER = 1.12       # s: a prober's second ends no later, as timer wheels round up

QUESTION = pkt.ns(MAC["down0"], LL["down0"], D, D, D_MAC, pkt.slla(MAC["down0"]))
ANSWER = pkt.na(D_MAC, D, D, LL["down0"], MAC["down0"], s=1)

# What a claimant may send on down1, but for a DAD probe
CLAIMS = {
    "ns": lambda: pkt.ns(E_MAC, D, A),
    "una": lambda: pkt.na(E_MAC, D, D),
    "na": lambda: pkt.na(E_MAC, D, D, LL["down1"], MAC["down1"], s=1),
}


@pytest.fixture
def lab(lab3):
    """D is known on down0."""
    lab3.learn("down0", D_MAC, D)
    return lab3


def question(lab):
    """The guard's: unicast, to the host, on its own link."""
    return lab.proxied_ns("down0", D, pkt.slla(MAC["down0"]), LL["down0"],
                          D_MAC)


def asked_and_answers(lab):
    """The host is asked, and is there; it has three eighths of a second to say so."""
    got = lab.down0.expect(pkt.is_ns(D))
    lab.down0.send(ANSWER)
    pkt.assert_frame(got, QUESTION)


def refusal(lab):
    """It is refused; what else was asked on a slow machine meanwhile is forgotten."""
    wait_for(lambda: refused(lab), "refused")
    lab.down0.forget()


def refused(lab, dev="down1"):
    """How often claims on a link were refused."""
    return lab.tool.stats(dev)["drop:host-refused"]


def stays(lab):
    """D lives on down0, and its route leads there."""
    assert lab.tool.host(D)["dev"] == "down0"
    assert f"{D} dev down0" in " ".join(rtnl.routes(lab.r))


def wait_moved(lab, dev="down1", timeout=1.0):
    """D lives elsewhere, in time where that can be told, and its route leads there."""
    if not time_travels():
        timeout = 5.0
    wait_for(lambda: lab.tool.host(D)["dev"] == dev, "moved", timeout, 0.05)
    wait_for(lambda: f"{D} dev {dev}" in " ".join(rtnl.routes(lab.r)),
             "route", timeout)


@pytest.mark.core
@pytest.mark.parametrize("claim", CLAIMS)
def test_nd_f4_live_host_stays(lab, claim):
    """The host is asked, answers, and nothing changes but the counter."""
    mon = lab.monitor()
    lab.down1.send(CLAIMS[claim]())
    asked_and_answers(lab)
    event = mon.expect("host-refused", addr=D)
    assert (event["dev"], event["lladdr"]) == ("down0", D_MAC)
    assert (event["claim_dev"], event["claim_lladdr"]) == ("down1", E_MAC)
    refusal(lab)
    stays(lab)
    assert refused(lab) == 1
    assert lab.tool.host(D)["lladdr"] == D_MAC
    silence(lab.down0, match=pkt.is_ns(D), duration=0.6)
    stays(lab)
    assert not [x for x in mon.drain() if x["event"].startswith("host-")
                and x["addr"] == D]


@pytest.mark.core
@pytest.mark.parametrize("claim", CLAIMS)
def test_nd_f4_silent_host_is_followed(lab, claim):
    mon = lab.monitor()
    lab.down1.send(CLAIMS[claim]())
    for _ in range(PROBES):
        question(lab)
    wait_moved(lab)
    event = mon.expect("host-moved", addr=D, dev="down1", old_dev="down0")
    assert event["lladdr"] == E_MAC and event["evidence"] == claim
    assert refused(lab) == 0
    silence(lab.down0, match=pkt.is_ns(D, dst=D))


def test_nd_f4_old_link_is_told_of_the_move(lab):
    """Its neighbours there would go on sending to its own address."""
    lab.down1.send(CLAIMS["ns"]())
    lab.proxied_na("down0", D, pkt.ALL_NODES, r=0, s=0, o=1)
    wait_moved(lab)
    silence(lab.down1, match=pkt.is_na(D))


def test_nd_f4_advertisement_of_a_claimant_is_held_back(lab):
    lab.down1.send(CLAIMS["una"]())
    asked_and_answers(lab)
    silence(lab.up0, lab.down0, match=pkt.is_na(D), duration=0.8)


def test_nd_f4_advertisement_is_carried_once_it_is_followed(lab):
    lab.down1.send(CLAIMS["una"]())
    for dev in ("up0", "down0"):
        lab.proxied_na(dev, D, pkt.ALL_NODES)
    silence(lab.up0, lab.down0, lab.down1, match=pkt.is_na(D))


def test_nd_f4_solicitor_is_answered_after_the_verdict(lab):
    lab.solicit("up0", A_MAC, A, D)
    lab.proxied_ns("down1", D, pkt.slla(MAC["down1"]))
    lab.advertise("down1", E_MAC, D)
    silence(lab.up0, match=pkt.is_na(D), duration=0.1)
    lab.proxied_na("up0", D, A, A_MAC, s=1)
    assert lab.tool.host(D)["dev"] == "down1"


def test_nd_f4_solicitor_is_answered_by_the_live_host(lab):
    lab.solicit("up0", A_MAC, A, D)
    lab.proxied_ns("down1", D, pkt.slla(MAC["down1"]))
    lab.advertise("down1", E_MAC, D)
    lab.down0.send(ANSWER)
    lab.proxied_na("up0", D, A, A_MAC, s=1)
    stays(lab)
    silence(lab.up0, match=pkt.is_na(D), duration=0.6)


def test_nd_f4_refusal_stands_for_a_while(lab):
    """Further claims are counted, and neither told nor asked about."""
    mon = lab.monitor()
    more = [CLAIMS[x]() for x in ("na", "ns", "una")]
    lab.down1.send(CLAIMS["na"]())
    asked_and_answers(lab)
    mon.expect("host-refused", addr=D)
    refusal(lab)
    lab.down1.send(*more)
    wait_for(lambda: refused(lab) == 4, "counted")
    silence(lab.down0, match=pkt.is_ns(D), duration=0.2)
    assert "host-refused" not in [x["event"] for x in mon.drain(0)]
    time.sleep(0.6)
    lab.down1.send(CLAIMS["na"]())
    question(lab)


def test_nd_f4_claims_in_turn_do_not_put_it_off(lab):
    """Two links claim the host all the time: the verdict comes in time."""
    start = time.monotonic()
    while time.monotonic() < start + 0.6:
        lab.down1.send(CLAIMS["una"]())
        lab.up0.send(CLAIMS["una"]())
        time.sleep(0.03)
    assert lab.tool.host(D)["dev"] != "down0"


def test_nd_f4_host_without_carrier_is_not_asked(lab):
    lab.wire_ns.down(lab.down0.dev)
    wait_for(lambda: "NO-CARRIER" in lab.r.sh("ip", "link", "show", "down0"),
             "no carrier")
    asked = lab.tool.stats("down0")["ns_out"]
    lab.down1.send(CLAIMS["una"]())
    wait_moved(lab)
    assert lab.tool.stats("down0")["ns_out"] == asked


def test_nd_f4_static_host_never_moves(lab):
    mon = lab.monitor()
    lab.tool("host", "add", D, "dev", "down0")
    lab.down1.send(CLAIMS["na"]())
    event = mon.expect("host-refused", addr=D, state="static")
    assert event["claim_lladdr"] == E_MAC
    silence(lab.down0, match=pkt.is_ns(D), duration=0.6)
    stays(lab)
    assert refused(lab) == 1


def test_nd_f4_administrator_is_believed_at_once(lab):
    lab.down1.send(CLAIMS["na"]())
    lab.tool("host", "add", D, "dev", "down1")
    wait_moved(lab)
    assert lab.tool.host(D)["state"] == "static"
    silence(lab.down1, match=pkt.is_ns(D), duration=0.6)


@pytest.mark.parametrize("claim", CLAIMS)
def test_nd_f4_guard_off_is_believed_at_once(lab, claim):
    lab.tool("link", "set", "down1", "guard", "off")
    lab.down1.send(CLAIMS[claim]())
    wait_moved(lab, timeout=0.3)
    silence(lab.down0, match=pkt.is_ns(D, dst=D))
    lab.down0.expect(pkt.is_na(D, dst=pkt.ALL_NODES))
    silence(lab.down0, match=pkt.is_na(D))


def test_nd_f4_guard_is_of_the_link_that_claims(lab):
    assert lab.tool.links()["down0"]["guard"] is True
    for dev in ("down0", "up0"):
        lab.tool("link", "set", dev, "guard", "off")
        assert lab.tool.links()[dev]["guard"] is False
    lab.down1.send(CLAIMS["ns"]())
    asked_and_answers(lab)
    refusal(lab)
    stays(lab)
    assert "guard off" in lab.tool("link", "show", "down0")
    assert "guard" not in lab.tool("link", "show", "down1")


def test_nd_f4_another_address_of_the_claimants_limit(lab):
    """Claims count against the limit of a link-layer address, as hosts do."""
    lab.tool.param("hosts_per_lladdr", 1)
    lab.solicit("down1", E_MAC, "2001:db8:1::e1", A)
    lab.tool.wait_host("2001:db8:1::e1", "down1")
    lab.down1.send(CLAIMS["ns"]())
    wait_for(lambda: lab.tool.drops("down1").get("lladdr-limit"), "limit")
    silence(lab.down0, match=pkt.is_ns(D, dst=D), duration=0.6)
    stays(lab)


@pytest.mark.parametrize("gone", ["claims", "lives"])
def test_nd_f4_link_goes_meanwhile(lab, gone):
    lab.down1.send(CLAIMS["na"]())
    question(lab)
    dev = {"claims": "down1", "lives": "down0"}[gone]
    lab.tool("link", "set", dev, "role", "none")
    if gone == "claims":
        holds_for(lambda: lab.tool.host(D)["dev"] == "down0", "stays", 0.8)
    else:
        lab.tool.wait_no_host(D)


# DAD

def probe(lab, mac=E_MAC, dev="down1"):
    """A DAD probe for D, carried to down0."""
    lab.solicit(dev, mac, pkt.UNSPEC, D, opts=NONCE)
    lab.proxied_ns("down0", D, NONCE, pkt.UNSPEC)


@pytest.mark.core
def test_nd_f4_dad_against_a_live_host(lab):
    """The probe is carried, the host's objection too, and the claim ends."""
    mon = lab.monitor()
    probe(lab)
    lab.down0.send(pkt.na(D_MAC, D, D))
    lab.proxied_na("down1", D, pkt.ALL_NODES)
    event = mon.expect("host-refused", addr=D, dev="down0")
    assert event["claim_dev"] == "down1" and refused(lab) == 1
    time.sleep(1.2)
    stays(lab)
    silence(lab.down0, match=pkt.is_ns(D, dst=D))
    silence(lab.down1, match=pkt.is_na(D))


def test_nd_f4_dad_uncontested_moves_after_a_second(lab):
    mon = lab.monitor()
    start = time.monotonic()
    probe(lab)
    for _ in range(PROBES):
        question(lab)
    assert time.monotonic() - start > 0.7
    mon.expect("host-moved", addr=D, dev="down1")
    took = time.monotonic() - start
    print(f"moved after {took:.3f} s")
    assert took > PROBER, "it is asked while its address may be tentative"
    wait_moved(lab)
    assert took < 1.9 or not time_travels()
    assert lab.tool.host(D)["evidence"] == "dad"
    assert lab.tool.host(D)["lladdr"] == E_MAC
    lab.proxied_na("down0", D, pkt.ALL_NODES, r=0, s=0, o=1)


def test_nd_f4_dad_that_the_host_did_not_hear(lab):
    """It answers the guard: the prober is told in its name."""
    probe(lab)
    asked_and_answers(lab)
    lab.proxied_na("down1", D, pkt.ALL_NODES, r=0, s=0, o=1)
    assert refused(lab) == 1
    time.sleep(1)
    stays(lab)
    silence(lab.down1, lab.up0, match=pkt.is_na(D))


def test_nd_f4_dad_then_news_from_the_new_link(lab):
    """A host that is done with its probe is followed at once."""
    probe(lab)
    lab.down1.send(CLAIMS["ns"]())
    wait_moved(lab, timeout=0.6)
    assert lab.tool.host(D)["evidence"] == "ns"


def test_nd_f4_dad_with_guard_off_takes_its_second(lab):
    lab.tool("link", "set", "down1", "guard", "off")
    start = time.monotonic()
    probe(lab)
    holds_for(lambda: lab.tool.host(D)["dev"] == "down0" or time.monotonic() - start > 0.9,
              "waits", 0.7)
    wait_moved(lab)
    silence(lab.down0, match=pkt.is_ns(D, dst=D))


def test_nd_f4_kernel_gives_the_neighbour_up_meanwhile(lab):
    """Nothing is waited for once its own link says that it is gone."""
    for key in ("retrans_time_ms", "base_reachable_time_ms"):
        lab.r.sysctl(f"ipv6.neigh.down0.{key}", 100)
    lab.r.sysctl("ipv6.neigh.down0.delay_first_probe_time", 0)
    lab.r.sysctl("ipv6.neigh.down0.ucast_solicit", 1)
    lab.r.sysctl("ipv6.neigh.down0.mcast_resolicit", 0)
    probe(lab)
    lab.r.ip(f"neigh change {D} dev down0 nud probe")
    wait_moved(lab, timeout=0.6)
