# SPDX-License-Identifier: GPL-2.0
"""Loops that Router Advertisements make suspected, and the test for them (spec H2).

   wire up0 --- up0 [ r ] down0 --- wire down0      the loop is a bridge that joins two far ends
                         down1 --- wire down1
"""
import itertools
import time

import pytest

from lib import kmod, pkt, rtnl
from lib.lab import A, A_MAC, D, D_MAC, LL, MAC, PFX, Lab
from lib.wait import time_travels, wait_for
from lib.wire import Port, silence

ROUTER_MAC = "02:00:00:00:99:01"
ROUTER = pkt.lladdr(ROUTER_MAC)
ROUND = 1.5                 # a test takes 1.0 s
PAUSE = 10                  # from one to the next
MINUTE = 60

_serial = itertools.count()


def ra(mac=ROUTER_MAC, proxy=False, lifetime=1800):
    """An RA with or without the Proxy bit."""
    frame = pkt.ra(mac, "2001:db8:9::/64", lifetime=lifetime)
    return pkt.patch_cksum(frame[:59] + bytes([4 * proxy]) + frame[60:])


def wait_state(lab, dev, state, timeout=10.0):
    """Wait until a link is in a state, and return it."""
    def look():
        link = lab.tool.links().get(dev)
        return link if link and link["state"] == state else None
    return wait_for(look, f"{dev} {state}; {lab.tool.links().get(dev)}", timeout)


def proxies(lab, target="2001:db8:1::77"):
    """All links are active, and a host's question is carried from one to the other."""
    assert {x["state"] for x in lab.tool.links().values()} == {"active"}
    lab.solicit("up0", A_MAC, A, target)
    lab.proxied_ns("down0", target, pkt.slla(MAC["down0"]))


def verdicts(mon, duration=0.3):
    """(link, verdict) of the RA events since the monitor was asked last."""
    return [(x["dev"], x["verdict"]) for x in mon.drain(duration) if x["event"] == "ra"]


def is_probe(dev):
    """Matcher: a probe of the loop test that left by DEV."""
    return pkt.is_ns(LL[dev], dst=pkt.ALL_NODES, eth_src=MAC[dev])


def probe_of(frame):
    """The probe's nonce; the frame must be the whole probe of a link."""
    nonce = frame.options[10:24]
    dev = next(d for d, mac in MAC.items() if mac == frame.eth_src)
    pkt.assert_frame(frame, pkt.ns(MAC[dev], LL[dev], LL[dev], pkt.ALL_NODES,
                                   opts=pkt.slla(MAC[dev]) + pkt.nonce(nonce)))
    return nonce


def default_route(lab, how="static"):
    """Somebody makes the router at the far end of up0 the default router."""
    nexthop = f"via {ROUTER} dev up0"
    lines = {
        "static": [f"route add default {nexthop}"],
        "table": [f"route add default {nexthop} table 77"],
        "nhid": [f"nexthop add id 7 {nexthop}", "route add default nhid 7"],
        "multipath": [f"route add default nexthop via fe80::99 dev up0 nexthop {nexthop}"],
        "nhgroup": ["nexthop add id 6 via fe80::99 dev up0", f"nexthop add id 7 {nexthop}",
                    "nexthop add id 8 group 6/7", "route add default nhid 8"],
    }[how]
    for line in lines:
        family = () if "group" in line else ("-6",)
        lab.r.sh("ip", *family, *line.split())


class Loop:
    """A bridge that joins the far ends of two links; a port on it is heard on both."""

    def __init__(self, lab, *devs):
        self.name = f"lp{next(_serial)}"
        self.wire = Lab.wire_ns
        self.wire.ip(f"link add {self.name} type bridge", f"link set {self.name} up",
                     *[f"link set {lab.ports[dev].dev} master {self.name}" for dev in devs])
        self.port = Port(self.wire, self.name)

    def cut(self):
        """Take it out."""
        if self.port:
            self.port.close()
            self.port = None
            self.wire.ip(f"link del {self.name}")


@pytest.fixture
def loop():
    """Loops as the test wants them, gone after it."""
    loops = []

    def make(lab, *devs):
        loops.append(Loop(lab, *devs))
        return loops[-1]
    yield make
    for one in loops:
        one.cut()


# --- no loop: nothing ends ---

@pytest.mark.core
def test_nd_h2_proxy_bit_downstream_is_tested(lab3):
    """The probes leave by the other links, with a fresh nonce each; they prove it innocent."""
    lab = lab3
    lab.learn("down0", D_MAC, D)
    mon = lab.monitor()
    lab.down0.send(ra(proxy=True))
    got = mon.expect("ra", dev="down0", verdict="suspected")
    assert (got["from"], got["proxy"], got["lifetime"]) == (ROUTER, True, 1800)
    mon.expect("ra", dev="down0", verdict="cleared")
    for dev in ("up0", "down1"):
        nonces = {probe_of(lab.ports[dev].expect(is_probe(dev))) for _ in range(3)}
        assert len(nonces) == 1 and nonces != {bytes(14)}
    silence(*lab.ports.values(), match=lambda f: f.type == pkt.NS)
    assert lab.tool.host(D)
    proxies(lab)
    time.sleep(PAUSE)
    lab.down0.send(ra(proxy=True))          # another test, another nonce
    mon.expect("ra", dev="down0", verdict="cleared")
    assert {probe_of(lab.up0.expect(is_probe("up0"))) for _ in range(3)} != nonces
    assert not [x for x in mon.drain() if x["event"] == "link-down"]


@pytest.mark.core
def test_nd_h2_nonce_in_another_message_shows_nothing(lab3):
    """A host gives the nonce that it heard to what another proxy would carry."""
    lab = lab3
    mon = lab.monitor()
    lab.down0.send(ra(proxy=True))
    mon.expect("ra", dev="down0", verdict="suspected")
    option = pkt.nonce(probe_of(lab.up0.expect(is_probe("up0"))))
    own = LL["up0"]
    lab.down0.send(
        pkt.ns(D_MAC, pkt.UNSPEC, D, opts=option),
        pkt.ns(D_MAC, D, A, opts=option),
        pkt.ns(D_MAC, pkt.lladdr(D_MAC), own, pkt.ALL_NODES, opts=option),
        pkt.ns(D_MAC, pkt.UNSPEC, own, opts=option),
        pkt.ns(D_MAC, own, own, opts=option),
        pkt.ns(D_MAC, A, A, pkt.ALL_NODES, opts=option))
    assert verdicts(mon, ROUND) == [("down0", "cleared")]
    for _ in range(2):
        lab.up0.expect(is_probe("up0"))
    proxies(lab)
    # The whole probe is another matter
    time.sleep(PAUSE)
    lab.down0.send(ra(proxy=True))
    mon.expect("ra", dev="down0", verdict="suspected")
    lab.down0.send(lab.up0.expect(is_probe("up0")).data)
    mon.expect("ra", dev="down0", verdict="suspended")


@pytest.mark.core
def test_nd_h2_proxy_bit_upstream_of_another_than_the_default_router(lab):
    """Whoever likes can send it: it changes nothing and costs nothing."""
    lab.learn("down0", D_MAC, D)
    lab.r.ip("route add default via fe80::99 dev up0")
    mon = lab.monitor()
    lab.up0.send(ra(proxy=True), ra(proxy=True, lifetime=0))
    assert not verdicts(mon, ROUND)
    silence(lab.up0, lab.down0, match=is_probe("down0"))
    assert lab.tool.host(D)
    proxies(lab)


@pytest.mark.parametrize("how", ["static", "table", "nhid", "multipath", "nhgroup"])
def test_nd_h2_proxy_bit_upstream_of_the_default_router(lab, how):
    """Whoever made the route. Without a loop the test shows none."""
    lab.learn("down0", D_MAC, D)
    default_route(lab, how)
    mon = lab.monitor()
    lab.up0.send(ra(proxy=True))
    mon.expect("ra", dev="up0", verdict="suspected", proxy=True)
    mon.expect("ra", dev="up0", verdict="cleared")
    for _ in range(3):
        probe_of(lab.down0.expect(is_probe("down0")))
    silence(lab.up0, lab.down0, match=lambda f: f.type == pkt.NS and f.target in LL.values())
    assert lab.tool.host(D)
    proxies(lab)


def test_nd_h2_default_router_by_ra(make_lab):
    """The route that the kernel itself made."""
    lab = make_lab(accept_ra=2)
    mon = lab.monitor()
    lab.up0.send(ra())
    wait_for(lambda: ROUTER in lab.r.sh("ip", "-6", "route", "show", "default"), "default route")
    assert not verdicts(mon)
    lab.up0.send(ra(proxy=True))
    mon.expect("ra", dev="up0", verdict="suspected")
    mon.expect("ra", dev="up0", verdict="cleared")
    proxies(lab)


@pytest.mark.parametrize("how", ["memory", "default"])
def test_nd_h2_router_of_upstream_heard_downstream(lab, how):
    """Forged: there is no loop. A flood upstream does not make the default router forgotten."""
    mon = lab.monitor()
    lab.down0.send(ra())
    mon.expect("ra", dev="down0", verdict="rogue")
    if how == "memory":
        lab.up0.send(ra())
    else:
        default_route(lab)
        lab.r.ip(f"neigh replace {ROUTER} lladdr {ROUTER_MAC} nud stale dev up0")
        lab.up0.send(*[ra(f"02:00:00:aa:00:{i:02x}") for i in range(64)])
    lab.down0.send(ra("02:00:00:00:99:02"))                 # another
    mon.expect("ra", dev="down0", verdict="rogue")
    same_address = bytearray(ra())                          # by another frame: another
    same_address[6:12] = pkt.mac_bytes("02:00:00:00:99:03")
    lab.down0.send(bytes(same_address))
    mon.expect("ra", dev="down0", verdict="rogue")
    lab.down0.send(ra(lifetime=0))
    mon.expect("ra", dev="down0", verdict="suspected", proxy=False)
    mon.expect("ra", dev="down0", verdict="cleared")
    proxies(lab)


@pytest.mark.core
def test_nd_h2_flood_of_forged_ras(lab3):
    """5000 a second with the Proxy bit, of random sources, on both sides, for 12 s."""
    lab = lab3
    default_route(lab)
    lab.r.sysctl("ipv6.conf.all.accept_ra", 0)
    lab.learn("down0", D_MAC, D)
    mon = lab.monitor()
    flood = [ra(f"02:00:00:bb:{i >> 8:02x}:{i & 255:02x}", True) for i in range(500)]
    end = time.monotonic() + 12
    while time.monotonic() < end:
        lab.down0.send(*flood[::2])
        lab.up0.send(*flood[1::2])
        time.sleep(0.1)
    told = verdicts(mon, 2)
    assert 2 <= len(told) <= 8 and {dev for dev, _ in told} == {"down0"}, told
    assert {what for _, what in told} == {"suspected", "cleared"}
    for dev in ("up0", "down1"):
        assert 3 <= lab.ports[dev].count(is_probe(dev)) <= 9
    assert lab.down0.count(is_probe("down0")) == 0
    assert lab.tool.host(D)
    proxies(lab)


def test_nd_h2_flood_of_other_routers_tells_little(lab):
    """Events are bounded."""
    mon = lab.monitor()
    lab.down0.send(*[ra(f"02:00:00:bb:{i >> 8:02x}:{i & 255:02x}") for i in range(1000)])
    assert 1 <= len(verdicts(mon, 1)) <= 16
    proxies(lab)


@pytest.mark.parametrize("dev", ["up0", "down0"])
def test_nd_h2_ra_guard_off(lab, dev):
    """Nothing is heeded, upstream neither."""
    lab.tool("link", "set", dev, "ra-guard", "off")
    assert lab.tool.links()[dev]["ra_guard"] == "off"
    default_route(lab)
    mon = lab.monitor()
    lab.ports[dev].send(ra(), ra(proxy=True))
    assert not verdicts(mon, ROUND)
    silence(lab.up0, lab.down0, match=lambda f: f.dst == pkt.ALL_NODES)
    proxies(lab)


def reflect(lab, taker, giver, change=lambda data: data):
    """A probe that leaves by TAKER comes in on GIVER."""
    got = lab.ports[taker].expect(is_probe(taker))
    lab.ports[giver].send(change(got.data))


@pytest.mark.parametrize("how", ["nonce", "same-link", "no-nonce", "old"])
def test_nd_h2_what_is_no_proof(lab3, how):
    """Somebody on the suspected link alone proves nothing."""
    lab = lab3
    mon = lab.monitor()

    def broken(data):
        return pkt.patch_cksum(data[:90] + bytes([data[90] ^ 1]) + data[91:])
    if how == "old":
        lab.down0.send(ra(proxy=True))
        old = lab.up0.expect(is_probe("up0")).data
        mon.expect("ra", dev="down0", verdict="cleared")
        time.sleep(PAUSE)
        lab.up0.forget()
    lab.down0.send(ra(proxy=True))
    if how == "same-link":                  # both are tested, so that probes leave by both
        lab.down1.send(ra(proxy=True))
        time.sleep(PAUSE)
        lab.down0.send(ra(proxy=True))
        lab.down1.send(ra(proxy=True))
        for port in lab.ports.values():
            port.forget()
        reflect(lab, "up0", "up0")
        for dev in ("down0", "down1"):
            if lab.ports[dev].count(is_probe(dev)):
                reflect(lab, dev, dev)
    elif how == "nonce":
        reflect(lab, "up0", "down0", broken)
    elif how == "no-nonce":
        reflect(lab, "up0", "down0", lambda data: pkt.cut(data, 32))
    else:
        lab.up0.expect(is_probe("up0"))
        lab.down0.send(old)
    mon.expect("ra", dev="down0", verdict="cleared", timeout=15)
    assert "suspended" not in {what for _, what in verdicts(mon, ROUND)}
    proxies(lab)


@pytest.mark.core
def test_nd_h2_proof(lab):
    """The same, unbroken: whoever is on both links is a loop. The kernel does not hear it."""
    mon = lab.monitor()
    lab.down0.send(ra(proxy=True))
    reflect(lab, "up0", "down0")
    mon.expect("ra", dev="down0", verdict="suspended")
    wait_state(lab, "down0", "suspended")
    assert lab.tool.drops("down0").get("own-echo") == 1
    neigh = lab.r.sh("ip", "-6", "neigh")
    assert LL["up0"] not in neigh and LL["down0"] not in neigh


# --- loops ---

@pytest.mark.core
@pytest.mark.parametrize("why", ["proxy", "both-sides"])
def test_nd_h2_loop_suspends_the_downstream_link(lab3, loop, why):
    """Suspended, told, logged; free again when it is cut."""
    lab, log, mon = lab3, kmod.Log(), lab3.monitor()
    cable = loop(lab, "up0", "down0")
    cable.port.send(ra(proxy=why == "proxy"))
    if why == "both-sides" and ("down0", "rogue") in verdicts(mon):
        cable.port.send(ra())               # it was heard downstream first
    got = mon.expect("ra", dev="down0", verdict="suspended")
    assert got["from"] == ROUTER
    link = wait_state(lab, "down0", "suspended")
    cause = {"proxy": "RA with the Proxy bit", "both-sides": "upstream router's RA"}[why]
    assert link["reason"] == f"loop with up0: {cause} from {ROUTER}"
    assert link["suspended_for"] < 30 and 30 < link["next_test"] <= MINUTE
    assert f"down0: suspended: loop with up0: {cause} from {ROUTER}" in "\n".join(log.lines())
    shown = lab.tool("show")
    assert f"suspended: loop with up0: {cause}" in shown and "next test in" in shown, shown
    found = [x for x in lab.tool.run("-j", "check").stdout.split("{") if "loop with up0" in x]
    assert found and "joins these links, too" in found[0], found
    assert {d: x["state"] for d, x in lab.tool.links().items()} == \
        {"up0": "active", "down0": "suspended", "down1": "active"}
    lab.down1.send(pkt.ns(D_MAC, D, A))
    cable.port.expect(pkt.is_ns(A, eth_src=MAC["up0"]))
    cable.cut()
    mon.expect("ra", dev="down0", verdict="freed", timeout=90)
    wait_state(lab, "down0", "active")
    assert "down0: proxied again" in "\n".join(log.lines())
    log.close()
    proxies(lab)


@pytest.mark.core
def test_nd_h2_loop_suspends_the_upstream_link(lab, loop):
    """The default router says that it is a proxy, and the links are joined."""
    default_route(lab)
    lab.tool("link", "set", "down0", "ra-guard", "off")
    mon = lab.monitor()
    cable = loop(lab, "up0", "down0")
    cable.port.send(ra(proxy=True))
    mon.expect("ra", dev="up0", verdict="suspended")
    assert "loop with down0" in wait_state(lab, "up0", "suspended")["reason"]
    mon.expect("prefix-del", prefix=PFX)
    wait_for(lambda: not rtnl.marked(lab.r), "nothing marked")
    assert lab.allmulti("up0") == lab.allmulti("down0") == 0
    cable.cut()
    mon.expect("ra", dev="up0", verdict="freed", timeout=90)
    lab.tool.wait_prefix(PFX)
    proxies(lab)


@pytest.mark.timeout(1200)
def test_nd_h2_tested_again_each_minute(lab3, loop):
    """As long as it is there, and without an event; by a snooping switch, with no all-multicast."""
    if not time_travels():
        pytest.skip("minutes of real time")
    lab, mon = lab3, lab3.monitor()
    cable = loop(lab, "up0", "down0")
    cable.port.send(ra(proxy=True))
    mon.expect("ra", dev="down0", verdict="suspended")
    mon.drain()
    assert lab.allmulti("down0") == 0
    lab.down1.forget()
    time.sleep(5 * MINUTE + 30)
    assert lab.down1.count(is_probe("down1")) in (12, 15)       # three each time
    assert not verdicts(mon)
    assert wait_state(lab, "down0", "suspended")["suspended_for"] >= 5 * MINUTE
    cable.cut()
    mon.expect("ra", dev="down0", verdict="freed", timeout=MINUTE + 15)
    lab.down1.forget()
    time.sleep(3 * MINUTE)
    assert lab.down1.count(is_probe("down1")) == 0
    proxies(lab)


def test_nd_h2_two_links_in_one_test(make_lab, loop):
    """Both sides of a loop between two downstream links; the third is innocent."""
    lab = make_lab(("up0", "down0", "down1", "down2"))
    mon = lab.monitor()
    lab.down2.send(ra(proxy=True))          # so that the others' test is the next one
    mon.expect("ra", dev="down2", verdict="cleared")
    cable = loop(lab, "down0", "down1")
    cable.port.send(ra("02:00:00:00:99:02", True))
    lab.down2.send(ra(proxy=True))
    mon.expect("ra", dev="down2", verdict="cleared", timeout=15)
    assert "loop with down1" in wait_state(lab, "down0", "suspended")["reason"]
    assert "loop with down0" in wait_state(lab, "down1", "suspended")["reason"]
    assert lab.tool.links()["down2"]["state"] == "active"
    assert lab.up0.count(is_probe("up0")) == 6


@pytest.mark.parametrize("when", ["tested", "suspended"])
@pytest.mark.parametrize("what", ["role", "device", "down", "namespace"])
def test_nd_h2_link_ends_while(make_lab, loop, when, what):
    """The link, its device or all of it goes meanwhile."""
    lab = make_lab(("up0", "down0", "down1"))
    mon = lab.monitor()
    cable = loop(lab, "up0", "down0")
    cable.port.send(ra(proxy=True))
    mon.expect("ra", dev="down0", verdict="suspected" if when == "tested" else "suspended")
    if what == "namespace":
        lab.r.delete()
        return
    if what == "role":
        lab.tool("link", "set", "down0", "role", "none")
    elif what == "device":
        lab.r.ip("link del down0")
        wait_state(lab, "down0", "waiting")
    else:
        lab.r.down("down0")
        wait_state(lab, "down0", "down")
    time.sleep(PAUSE)
    lab.down1.send(ra(proxy=True))          # the group's next test takes place
    mon.expect("ra", dev="down1", verdict="cleared", timeout=15)
    if what == "down" and when == "suspended":
        lab.r.up("down0")
        wait_state(lab, "down0", "suspended")


def test_nd_h2_probes_pass_the_output_hook(lab):
    """What OUTPUT drops is not sent (C12), so that nothing is shown."""
    lab.r.sh("nft", "add table ip6 t; add chain ip6 t o { type filter hook output priority 0; };"
             "add rule ip6 t o icmpv6 type nd-neighbor-solicit ip6 daddr ff02::1 counter drop")
    mon = lab.monitor()
    lab.down0.send(ra(proxy=True))
    mon.expect("ra", dev="down0", verdict="cleared")
    assert "packets 3 " in lab.r.sh("nft", "list", "table", "ip6", "t")
    assert lab.up0.count(is_probe("up0")) == 0
