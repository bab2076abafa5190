# SPDX-License-Identifier: GPL-2.0
"""An adversary on a link: a host that sends what it likes (spec H2, F5, F9, C1, J7).

   uh  eth0 --- up0 [ r ] down0 --- eth0 dh       all with real stacks; the adversary's frames
                          down1 --- eth0 dh1      come from where uh, or dh, is

While it sends, hosts on the three links ping each other. After it, no ping is lost, the router's
links, prefixes and all-multicast are as before, live hosts are known where they live, with
cold caches each pair reaches each other again, and the module's tables become empty.
"""
import shutil
import struct
import time

import pytest

import churn
from lib import rogue, pkt
from lib.adversary import HOMES, SIDES, WHO, Budget
from lib.rogue import a_mac, an_addr
from lib.lab import A, D, E, LL, MAC, R_ADDR
from lib.wire import Port

EVIL = "06:66:66:66:66:66"
EVIL_LL = pkt.lladdr(EVIL)
MANY = 400
DEST_PAD = (rogue.DEST_OPTS, b"\0\0\1\4\0\0\0\0")
ANYCAST = "2001:db8:1::"


# --- what an adversary sends: (siege, its link, random) -> frames -------------------------------

def router_address(dev):
    """Where the router hears unicast on a link: (address, MAC)."""
    return LL[dev], MAC[dev]


def elsewhere(dev):
    """Live hosts of other links: lies about neighbours on its own are believed on a switch, too."""
    return [addr for addr, home in HOMES.items() if home != dev]


def ra_router(siege, dev, rng):
    """Another router: a default one, one that ends, with prefixes of all kinds."""
    nets = ("2001:db8:1::", "2001:db8:9::", "fd00:1::", "::", "fe80::", "ff02::")
    return [rogue.ra(EVIL, rogue.pio(net, flags=flags), lifetime=lifetime)
            for lifetime in (0, 1, 1800, 65535) for net in nets for flags in (0, 0x80, 0xc0)]


def ra_proxy_bit(siege, dev, rng):
    """The Proxy bit, from a router of its own and as if from this router."""
    return [rogue.ra(mac, rogue.pio("2001:db8:1::"), src, lifetime, flags=0x04)
            for mac, src in ((EVIL, EVIL_LL), (MAC[dev], LL[dev]), (EVIL, LL["up0"]))
            for lifetime in (0, 1800)] * 3


def ra_both_sides(siege, dev, rng):
    """The same router heard on the upstream and on a downstream link, as in a loop."""
    frames = [rogue.ra(EVIL, rogue.pio("2001:db8:9::"), flags=flags) for flags in (0, 4)] * 5
    for side in SIDES:
        siege.say(side, frames)
    return frames


def ra_many(siege, dev, rng):
    """Routers and prefixes by the hundred."""
    return [rogue.ra(a_mac(rng), rogue.pio(an_addr(rng, "2001::", 112)),
                     lifetime=rng.randrange(9000), flags=rng.randrange(256)) for _ in range(300)]


def scan(siege, dev, rng):
    """Solicitations for addresses that nobody has."""
    return [rogue.ns(EVIL, EVIL_LL, an_addr(rng)) for _ in range(MANY)]


def scan_by_packets(siege, dev, rng):
    """Echo requests to these, as a scanner beyond the router sends them."""
    return [rogue.echo(EVIL, MAC[dev], "2001:db8:f::1", an_addr(rng)) for _ in range(MANY)]


def invented_solicitors(siege, dev, rng):
    """Solicitations from as many hosts as there are frames."""
    return [rogue.ns(a_mac(rng), an_addr(rng), rng.choice(list(HOMES))) for _ in range(MANY)]


def invented_hosts(siege, dev, rng):
    """Unsolicited advertisements of as many hosts."""
    return [rogue.na(a_mac(rng), an_addr(rng)) for _ in range(MANY)]


def invented_answers(siege, dev, rng):
    """Solicited ones, which nobody asked for."""
    to, mac = router_address(dev)
    return [rogue.na(EVIL, an_addr(rng), dst=to, to=mac, flags=0x60) for _ in range(MANY)]


def invented_probes(siege, dev, rng):
    """Probes for duplicates, each for another address."""
    return [rogue.dad(a_mac(rng), an_addr(rng), rng.randbytes(6)) for _ in range(400)]


def claims(siege, dev, rng):
    """All kinds of claims of addresses that live elsewhere."""
    to, mac = router_address(dev)
    frames = []
    for addr in elsewhere(dev):
        frames += [rogue.ns(EVIL, addr, R_ADDR), rogue.ns(EVIL, addr, an_addr(rng)),
                   rogue.na(EVIL, addr), rogue.na(EVIL, addr, flags=0),
                   rogue.na(EVIL, addr, dst=to, to=mac, flags=0x60), rogue.dad(EVIL, addr),
                   rogue.dad(EVIL, addr, b"abcdef"), rogue.na(EVIL, addr, EVIL_LL, flags=0xa0)]
    return frames * 10


def claims_of_the_router(siege, dev, rng):
    """The same of the router's own addresses, those of other links and anycast included."""
    frames = []
    for addr in (R_ADDR, LL["up0"], LL["down0"], ANYCAST):
        frames += [rogue.ns(EVIL, addr, D), rogue.ns(EVIL, addr, A), rogue.na(EVIL, addr),
                   rogue.na(EVIL, addr, flags=0x80), rogue.dad(EVIL, addr)]
    return frames * 5


def odd_addresses(siege, dev, rng):
    """Sources, targets and MAC addresses that mean something else, or nothing."""
    odd = ("::", "::1", "::ffff:1.2.3.4", "ff02::1", "ff02::1:ff00:d", "fe80::", ANYCAST,
           "2001:db8:1::ffff:ffff:ffff:ffff", LL[dev])
    macs = (EVIL, "00:00:00:00:00:00", "ff:ff:ff:ff:ff:ff", "33:33:00:00:00:01", MAC["up0"],
            MAC[dev])
    found = [rogue.ns(EVIL, src, target, dst="ff02::1", opts=opts) for src in odd for target in odd
             for opts in (None, b"")]
    found += [rogue.na(EVIL, target, src, flags=0x60) for src in odd for target in odd]
    found += [make(mac, addr, D if make is rogue.ns else None) for mac in macs
              for make in (rogue.ns, rogue.na) for addr in (an_addr(rng), "fe80::66")]
    return found


def extension_headers(siege, dev, rng):
    """What RFC 6980 forbids, and chains to get lost in, for live hosts and for nobody."""
    chains = ([rogue.fragment()], [rogue.fragment(0, True)], [rogue.fragment(7, True)],
              [DEST_PAD] * 2, [DEST_PAD] * 100, [rogue.fragment()] * 4 + [DEST_PAD],
              [(rogue.HOP_BY_HOP, b"\0\0\1\4\0\0\0\0"), DEST_PAD, rogue.fragment(3)])
    frames = []
    for chain in chains:
        for target in (*elsewhere(dev), an_addr(rng)):
            frames += [rogue.ns(EVIL, EVIL_LL, target, chain=chain), rogue.dad(EVIL, target),
                       rogue.na(EVIL, target, chain=chain),
                       rogue.ns(EVIL, target, an_addr(rng), chain=chain)]
        frames.append(rogue.ra(EVIL, rogue.pio("2001:db8:9::"), flags=4, chain=chain))
    return frames


def options(siege, dev, rng):
    """Options of no length, of every kind and length, by the hundred, and cut."""
    frames = []
    for kind in range(0, 256, 3):
        for size in (0, 1, 2, 5, 150):
            opts = bytes([kind, size]) + rng.randbytes(6 + 8 * rng.choice((0, 1, 4)))
            frames.append(rogue.ns(EVIL, EVIL_LL, an_addr(rng), opts=opts))
            frames.append(rogue.na(EVIL, an_addr(rng), opts=opts * 3))
            frames.append(rogue.ra(EVIL, opts, flags=rng.choice((0, 4))))
    frames += [rogue.ns(EVIL, EVIL_LL, D, opts=pkt.nonce(bytes(n))) for n in range(0, 250, 7)]
    frames += [rogue.ns(EVIL, EVIL_LL, D, opts=pkt.slla(EVIL) * 170) for _ in range(10)]
    return frames


def redirects(siege, dev, rng):
    """Better next hops for each live address."""
    return [rogue.redirect(EVIL, src, dst, target, destination, MAC[dev])
            for src in (LL[dev], EVIL_LL) for dst in (R_ADDR, LL[dev], A, D)
            for target in (EVIL_LL, D, A) for destination in (A, D, E)]


def listeners(siege, dev, rng):
    """MLD of both versions: queries, reports and dones for any group."""
    group = [an_addr(rng, "ff0e::", 32) for _ in range(200)] + [pkt.snm(x) for x in HOMES]
    frames = [rogue.mld(EVIL, rogue.MLD_QUERY, g, delay) for g in ("::", group[0], group[-1])
              for delay in (0, 1, 1000, 65535)]
    frames += [rogue.mld(EVIL, rogue.MLD_REPORT, g) for g in group]
    frames += [rogue.mld(EVIL, rogue.MLD_DONE, g, dst="ff02::2") for g in group]
    for g in group:
        sources = [an_addr(rng) for _ in range(rng.choice((0, 1, 20)))]
        frames.append(rogue.mld2(EVIL, [(rng.randrange(8), g, sources)] * rng.choice((1, 3))))
    return frames


def lies_in_lengths(siege, dev, rng):
    """Payload lengths, versions and types that the frame does not keep."""
    frames = []
    for base in (rogue.ns(EVIL, EVIL_LL, D), rogue.na(EVIL, an_addr(rng)), rogue.ra(EVIL)):
        for length in (0, 1, 7, 8, 23, 24, 25, 1000, 65535):
            frames.append(base[:18] + struct.pack("!H", length) + base[20:])
        frames += [pkt.cut(base, n) for n in (4, 8, 16, 23)]
        frames += [base[:n] for n in range(14, len(base), 5)]
        frames += [base[:14] + bytes([v << 4]) + base[15:] for v in (0, 4, 15)]
    return frames


def its_own_echo(siege, dev, rng):
    """What the router says here, said again, here and on the other side, as by a loop."""
    ear = siege.mouths[dev]
    ear.forget()
    siege.say(dev, [rogue.ns(EVIL, EVIL_LL, an_addr(rng)) for _ in range(20)])
    other = next(d for d in SIDES if d != dev)
    siege.say(other, [rogue.dad(a_mac(rng), an_addr(rng), b"nonce!") for _ in range(20)] +
              [rogue.ns(a_mac(rng), an_addr(rng), an_addr(rng)) for _ in range(20)] +
              [rogue.na(a_mac(rng), an_addr(rng)) for _ in range(20)])
    time.sleep(0.3)
    ear.drain()
    heard = [f.data for f in ear.history if not f.used and f.is_nd and f.eth_src == MAC[dev]]
    assert heard, "the router said nothing that could be said again"
    siege.say(other, heard)
    return heard * 3


ATTACKS = (ra_router, ra_proxy_bit, ra_both_sides, ra_many, scan, scan_by_packets,
           invented_solicitors, invented_hosts, invented_answers, invented_probes, claims,
           claims_of_the_router, odd_addresses, extension_headers, options, redirects, listeners,
           lies_in_lengths, its_own_echo)


@pytest.mark.heavy
@pytest.mark.every
@pytest.mark.parametrize("attack", ATTACKS, ids=lambda f: f.__name__)
def test_nd_j7_directed(siege, rng, attack):
    for dev in SIDES:
        siege.say(dev, attack(siege, dev, rng))
    siege.judge()


@pytest.mark.core
def test_nd_j7_after_all_that_everybody_is_found(siege):
    siege.judge()
    siege.calm()


def random_frame(siege, dev, rng, pool):
    """One of those that a directed attack sends, as it is or mutilated; or any."""
    base = rng.choice(pool)
    draw = rng.random()
    if draw < 0.4:
        return base
    if draw < 0.8 and len(base) > 60:
        return churn.mutilate(rng, base)
    kind = rng.choice((128, 130, 131, 132, 133, 134, 135, 136, 137, 143, 148, 155))
    return rogue.frame(rng.choice((EVIL, a_mac(rng))), rng.choice((EVIL_LL, an_addr(rng), "::")),
                       rng.choice(("ff02::1", "ff02::2", "ff02::16", LL[dev], R_ADDR)), kind,
                       rng.randbytes(rng.randrange(0, 120)),
                       MAC[dev] if rng.random() < 0.5 else None,
                       hlim=rng.choice((255, 255, 255, 1, 64)), code=rng.choice((0, 0, 0, 1)))


@pytest.mark.core
def test_nd_j7_random(siege, rng):
    """Anything, from both sides in turn."""
    quiet = [a for a in ATTACKS if a not in (its_own_echo, ra_both_sides)]
    pools = {dev: [f for attack in quiet for f in attack(siege, dev, rng)[:150]] for dev in SIDES}
    for turn in Budget(60, 5):
        dev = rng.choice(SIDES)
        siege.say(dev, [random_frame(siege, dev, rng, pools[dev]) for _ in range(50)])
        if turn % 20 == 19:
            siege.judge()
            siege.watch()
    siege.judge()
    siege.calm()


# --- one tool of many; all of them: attack.py ----------------------------------------------------

@pytest.mark.skipif(not shutil.which("atk6-fuzz_ip6"), reason="thc-ipv6 is not installed")
@pytest.mark.core
def test_nd_j7_fuzz_ip6(siege):
    """From a downstream host it suspended the link for an hour: 0 of 35 pings."""
    for dev in SIDES:
        ear = Port(siege.lab.r, dev)
        done = siege.lab.hosts[WHO[dev]].run(
            *"timeout 5 atk6-fuzz_ip6 -a -x -4 eth0 ff02::1".split())
        sent = ear.count(lambda f: f.type == pkt.RA)
        ear.close()
        assert sent >= 200, f"{sent} packets from {dev}: {done}"
    siege.judge()
