# SPDX-License-Identifier: GPL-2.0
"""Loops: several proxies between the same two links, and a cable (spec H1).

   x1, x2 --- segment 1 --- up0 [ r0 ] down0 --- segment 2 --- t1, t2
                        \\-- up0 [ r1 ] down0 --/

The bound of Documentation/networking/ndproxy.rst: a proxy sends no more than
one NS for a target on a link in RetransTimer, so that P proxies cost at most P
on each link each time that a host asks.
"""
import time
from collections import defaultdict

import pytest

from lib import pkt, rtnl
from lib.lab import A, A_MAC, D, D_MAC, LL, MAC
from lib.ring import Ring
from lib.wait import holds_for, time_travels, wait_for
from lib.wire import silence

RETRANS = 1.0
EARLY = 0.96            # askers' clocks may run a little faster
NEW = "2001:db8:1::77"


@pytest.fixture
def make_ring():
    """Rings as the test wants them, closed after it."""
    rings = []

    def make(*args, **kw):
        rings.append(Ring(*args, **kw))
        return rings[-1]
    yield make
    for ring in rings:
        ring.close()


def bounded(ring):
    """No proxy asked for a target on a link twice within RetransTimer."""
    for tap in ring.taps:
        last = {}
        for f in ring.asks(tap):
            key = (f.eth_src, f.target)
            assert f.when - last.get(key, -9.0) > EARLY, \
                f"{tap.name}: {f} {f.when - last[key]:.3f} s after the last"
            last[key] = f.when


def quiet(ring, what, duration=3):
    """Nothing of neighbour discovery is heard any more."""
    for tap in ring.taps:
        tap.forget()
    time.sleep(duration)
    for tap in ring.taps:
        tap.drain()
        heard = [f for f in tap.history if not f.used and f.is_nd and
                 f.target and not f.target.startswith("fe80") and
                 f.dst.startswith("ff")]
        assert not heard, f"{what}: {tap.name}: {heard}"


@pytest.mark.core
@pytest.mark.parametrize("routers", [2, 3])
def test_nd_h1_resolution_costs_one_ns_for_each_proxy(make_ring, routers):
    """Cold, both ways; nothing is lost, and no proxy asks where the question came from."""
    ring = make_ring(routers)
    assert ring.ping("x1", "t1") == 1
    assert 1 <= len(ring.asks(ring.taps[1], ring.addr("t1"))) <= routers
    assert not ring.asks(ring.taps[0], ring.addr("t1"))
    # and the other way, where the host is known and asked itself
    assert ring.ping("t1", "x1") == 1
    assert not ring.asks(ring.taps[1], ring.addr("x1"))
    assert sum(tool.stats(dev)["ns_out"] for tool in ring.tools
               for dev in ("up0", "down0")) <= 2 * routers
    bounded(ring)
    assert ring.known("x1") == ["up0"] * routers
    assert ring.known("t1") == ["down0"] * routers
    quiet(ring, "after the resolution")


@pytest.mark.parametrize("routers", [2, 3])
def test_nd_h1_absent_target_ends(make_ring, routers):
    """Three questions of a host; no more of each proxy on a link."""
    ring = make_ring(routers)
    assert ring.ping("x1", "2001:db8:1::dead", wait=4) == 0
    for tap in ring.taps:
        assert len(ring.asks(tap, "2001:db8:1::dead")) <= 3 * routers
    bounded(ring)
    quiet(ring, "after the last question")


@pytest.mark.core
@pytest.mark.heavy
def test_nd_h1_sixty_seconds_of_talk(make_ring):
    """Four hosts, all pairs, neighbours forgotten again and again."""
    ring = make_ring(2, ("x1", "x2", "t1", "t2"))
    pairs = [(a, b) for a in ring.hosts for b in ring.hosts if a[0] != b[0]]
    end = time.monotonic() + 60
    rounds = lost = 0
    while time.monotonic() < end:
        ring.forget_neighbours()
        procs = [ring.hosts[a].popen(
            "ping", "-6", "-n", "-c5", "-i0.5", "-W2", ring.addr(b),
            stdout=-1) for a, b in pairs]
        for proc in procs:
            out = proc.communicate(timeout=60)[0]
            lost += " 5 received" not in out
        rounds += 1
    assert rounds > 5 and not lost, f"{lost} of {rounds * len(pairs)}"
    bounded(ring)
    asked = defaultdict(int)
    for tap in ring.taps:
        for f in ring.asks(tap):
            asked[tap.name, f.target] += 1
    # each host asks for each across once a round, and may ask again
    limit = 2 * 2 * 3 * rounds
    assert max(asked.values()) <= limit, (dict(asked), limit)
    assert ring.known("x1") == ["up0"] * 2 and ring.known("t2") == ["down0"] * 2
    quiet(ring, "after sixty seconds")


def add_with_dad(ring, host, addr, enhanced):
    """A host takes an address, with or without a nonce in its probe."""
    ns = ring.hosts[host]
    for where in ("all", "eth0"):
        ns.sysctl(f"ipv6.conf.{where}.accept_dad", 1)
        ns.sysctl(f"ipv6.conf.{where}.enhanced_dad", enhanced)
    ns.ip(f"addr add {addr}/64 dev eth0")


def dad_state(ring, host, addr):
    """ "dadfailed", "tentative" or "valid"."""
    out = ring.hosts[host].sh("ip", "-6", "-o", "addr", "show", "dev", "eth0",
                              "to", addr)
    return next((word for word in ("dadfailed", "tentative") if word in out),
                "valid")


@pytest.mark.core
@pytest.mark.parametrize("routers", [2, 3])
@pytest.mark.parametrize("enhanced", [1, 0], ids=["nonce", "no-nonce"])
@pytest.mark.parametrize("host", ["x1", "t1"])
def test_nd_h1_unique_address_is_no_duplicate(make_ring, host, enhanced,
                                              routers):
    """The other proxies' copies of the probe are known for what they are."""
    ring = make_ring(routers)
    if not enhanced and not time_travels():
        # what is asked again after a second must not meet a detection whose end a slow machine puts off
        ring.hosts[host].sysctl("ipv6.neigh.eth0.retrans_time_ms", 500)
    add_with_dad(ring, host, NEW, enhanced)
    wait_for(lambda: dad_state(ring, host, NEW) != "tentative", "DAD is over")
    assert dad_state(ring, host, NEW) == "valid"
    time.sleep(2)
    assert dad_state(ring, host, NEW) == "valid"
    assert len(ring.probes(ring.other(host), NEW)) == routers
    # its own; and without a nonce it is asked again, after its detection
    here = ring.probes(ring.side(host), NEW)
    assert len(here) <= 1 + (0 if enhanced else routers), here
    assert all(f.when - here[0].when > RETRANS for f in here[1:])
    quiet(ring, "after DAD")
    dev = "up0" if host == "x1" else "down0"
    assert [(t.host(NEW) or {}).get("dev") for t in ring.tools] == \
        [dev] * routers


@pytest.mark.parametrize("enhanced", [1, 0], ids=["nonce", "no-nonce"])
@pytest.mark.parametrize("owner,late", [("x1", "t1"), ("t1", "x1")])
def test_nd_h1_duplicate_is_found(make_ring, owner, late, enhanced):
    """A real one across the ring."""
    ring = make_ring(2)
    add_with_dad(ring, late, ring.addr(owner), enhanced)
    wait_for(lambda: dad_state(ring, late, ring.addr(owner)) == "dadfailed",
             "found")
    quiet(ring, "after DAD")
    assert ring.ping("x1" if owner == "t1" else "t1", "2001:db8:1::f0") == 1


def test_nd_h1_both_at_once_without_nonce(make_ring):
    """Two hosts on two links at one moment: not both keep the address."""
    ring = make_ring(2)
    for host in ("x1", "t1"):
        add_with_dad(ring, host, NEW, 0)
    wait_for(lambda: "tentative" not in
             [dad_state(ring, h, NEW) for h in ("x1", "t1")], "DAD is over")
    time.sleep(2)
    assert "dadfailed" in [dad_state(ring, h, NEW) for h in ("x1", "t1")]
    quiet(ring, "after DAD")


@pytest.mark.core
@pytest.mark.parametrize("routers", [2, 3])
@pytest.mark.parametrize("host", ["x1", "t1"])
def test_nd_h1_multicast_na_does_not_circle(make_ring, host, routers):
    """Carried on once by each proxy, and by none back."""
    ring = make_ring(routers)
    mac = ring.host_mac(host)
    port = ring.hosts[host].packet("eth0")
    port.send(pkt.na(mac, NEW, NEW))
    wait_for(lambda: ring.other(host).count(pkt.is_na(NEW)) == routers,
             "carried on")
    time.sleep(1)
    assert ring.other(host).count(pkt.is_na(NEW)) == routers
    assert ring.side(host).count(pkt.is_na(NEW)) == 1
    dev = "up0" if host == "x1" else "down0"
    assert [(t.host(NEW) or {}).get("dev") for t in ring.tools] == \
        [dev] * routers
    port.send(pkt.na(mac, NEW, NEW))            # and again
    wait_for(lambda: ring.other(host).count(pkt.is_na(NEW)) == 2 * routers,
             "carried on again")
    port.close()
    quiet(ring, "after the advertisement")


@pytest.mark.core
@pytest.mark.parametrize("what", ["nonce", "no-nonce", "na"])
def test_nd_h1_late_proxy_does_not_make_it_circle(make_ring, what):
    """One hears the other's copy across before the host itself: by a slower port."""
    ring = make_ring(2)
    ring.slow(1, "1", 5)
    if what == "na":
        port = ring.hosts["x1"].packet("eth0")
        port.send(pkt.na(ring.host_mac("x1"), NEW, NEW))
        wait_for(lambda: ring.other("x1").count(pkt.is_na(NEW)), "carried on")
        port.close()
    else:
        add_with_dad(ring, "x1", NEW, int(what == "nonce"))
        wait_for(lambda: ring.probes(ring.other("x1"), NEW), "carried on")
    time.sleep(2.5)
    for tap in ring.taps:
        heard = len(ring.probes(tap, NEW)) + tap.count(pkt.is_na(NEW))
        assert heard <= 8, (tap.name, heard)
    quiet(ring, "after it")


def test_nd_h1_move_across_the_ring(make_ring):
    """A host that says so is followed by all, though each hears the others' copies."""
    ring = make_ring(2)
    mac = "02:00:00:00:77:77"
    for host, dev in (("x1", "up0"), ("t1", "down0"), ("x1", "up0")):
        port = ring.hosts[host].packet("eth0")
        port.send(pkt.na(mac, NEW, NEW))
        wait_for(lambda dev=dev: [(t.host(NEW) or {}).get("dev")
                                  for t in ring.tools] == [dev] * 2,
                 f"on {dev}; {ring.state()}")
        port.close()
        time.sleep(RETRANS)
    quiet(ring, "after the moves")


@pytest.mark.core
def test_nd_h1_cable_between_the_links(make_ring):
    """Both links on one wire: what the proxy sends, it hears; and it ends."""
    ring = make_ring(1, ("x1", "t1"), cable=True)
    assert ring.ping("x1", "t1", 5) >= 4
    assert ring.ping("t1", "2001:db8:1::dead", wait=4) == 0
    bounded_cable(ring)
    for enhanced in (1, 0):
        addr = f"2001:db8:1::8{enhanced}"
        add_with_dad(ring, "x1", addr, enhanced)
        wait_for(lambda addr=addr: dad_state(ring, "x1", addr) != "tentative",
                 "DAD is over")
        if enhanced:            # else it hears what is carried to its own wire
            holds_for(lambda addr=addr: dad_state(ring, "x1", addr) ==
                      "valid", "unique", 2)
        else:
            time.sleep(2)
        assert len(ring.probes(ring.taps[0], addr)) <= 4
    quiet(ring, "after all", 4)


# --- what one proxy makes of it, packet by packet ---

OTHER_MAC = "02:00:00:00:0f:01"
OTHER = pkt.lladdr(OTHER_MAC)           # a router, or another proxy


def test_nd_h1_ns_while_solicited_is_left_alone(lab):
    """Another proxy's, on the side that is asked and on the other; a host's is noted."""
    lab.solicit("up0", A_MAC, A, D)
    lab.proxied_ns("down0", D, pkt.slla(MAC["down0"]))
    for dev in ("down0", "up0"):
        lab.solicit(dev, OTHER_MAC, OTHER, D)
    silence(lab.up0, lab.down0, match=pkt.is_ns(D))
    assert [x["addr"] for x in lab.tool.solicits()[D]["solicitors"]] == [A]
    lab.advertise("down0", D_MAC, D)
    lab.proxied_na("up0", D, A, A_MAC, s=1)
    silence(lab.up0, lab.down0, match=pkt.is_na(D))
    # answered: a router that asks now is asked for, and answered
    lab.solicit("up0", OTHER_MAC, OTHER, D)
    lab.proxied_ns("down0", D, pkt.slla(MAC["down0"]), LL["down0"], D_MAC)
    lab.advertise("down0", D_MAC, D)
    lab.proxied_na("up0", D, OTHER, OTHER_MAC, s=1)


def test_nd_h1_router_asks_again_after_retrans_timer(lab):
    """What was left alone was not lost."""
    lab.solicit("up0", A_MAC, A, D)
    lab.proxied_ns("down0", D, pkt.slla(MAC["down0"]))
    lab.solicit("up0", OTHER_MAC, OTHER, D)
    silence(lab.down0, match=pkt.is_ns(D))
    time.sleep(RETRANS)
    lab.solicit("up0", OTHER_MAC, OTHER, D)
    lab.proxied_ns("down0", D, pkt.slla(MAC["down0"]))
    lab.advertise("down0", D_MAC, D)
    lab.proxied_na("up0", D, OTHER, OTHER_MAC, s=1)


@pytest.mark.parametrize("dev", ["up0", "down0"])
def test_nd_h1_hearsay_is_not_believed(lab, dev):
    """A proxy's answer about a host that was itself heard just now."""
    lab.learn("down0", D_MAC, D)
    lab.ports[dev].send(pkt.na(OTHER_MAC, OTHER, D, LL[dev], MAC[dev], s=1))
    wait_for(lambda: lab.tool.drops(dev) == {"own-echo": 1}, "dropped")
    host = lab.tool.host(D)
    assert (host["dev"], host["lladdr"]) == ("down0", D_MAC)
    assert rtnl.neigh(lab.r, D, "down0")[0] == D_MAC


def test_nd_h1_answer_of_the_next_proxy_is_believed(lab):
    """Links in a row: the host is behind another proxy, and nowhere else."""
    lab.solicit("up0", A_MAC, A, D)
    got = lab.proxied_ns("down0", D, pkt.slla(MAC["down0"]))
    lab.down0.send(pkt.na(OTHER_MAC, OTHER, D, got.src, MAC["down0"], s=1))
    lab.proxied_na("up0", D, A, A_MAC, s=1)
    assert lab.tool.wait_host(D, "down0")["lladdr"] == OTHER_MAC


@pytest.mark.core
@pytest.mark.parametrize("what", ["nonce", "no-nonce", "na"])
def test_nd_h1_copy_on_the_same_link_is_left_alone(lab, what):
    """It came back by two other proxies: from another address than the first."""
    def say(mac):
        if what == "na":
            lab.up0.send(pkt.na(mac, pkt.lladdr(mac), D))
        else:
            lab.solicit("up0", mac, pkt.UNSPEC, D, opts=pkt.nonce(
                b"\6" * 6) if what == "nonce" else b"")
    said = pkt.is_na(D) if what == "na" else pkt.is_ns(D)
    say(A_MAC)
    lab.down0.expect(said)
    say(OTHER_MAC)
    silence(lab.down0, match=said)
    assert lab.tool.drops("up0") == {"own-echo": 1}
    say(A_MAC)                          # the first one says it again
    lab.down0.expect(said)


def bounded_cable(ring):
    """As bounded(), and what the router's own kernel resolves on a link."""
    heard = defaultdict(lambda: [-9.0, -9.0])
    for f in ring.asks(ring.taps[0]):
        last = heard[f.eth_src, f.target]
        assert f.when - last[-2] > EARLY, f
        last.append(f.when)
