# SPDX-License-Identifier: GPL-2.0
"""What others decide, the proxy keeps to (spec C11, C12, C9): the kernel's switches, its anycast
addresses, other programs' proxy entries, and the firewall.

   wire up0 --- up0 [ r ] down0 --- wire down0
    A                               D
"""
import pytest

from lib import nfqueue, pkt, rtnl
from lib.lab import A, A_MAC, D, D_MAC, DEAD, LL, MAC, PFX
from lib.wait import wait_for
from lib.wire import silence

COLD = "2001:db8:1::c01d"
ANYCAST = PFX.split("/", maxsplit=1)[0]     # of the router, as it forwards (RFC 4291 2.6.1)


def drops(lab, dev, name):
    """How many messages were dropped for a reason."""
    return lab.tool.stats(dev)["drop:" + name]


def wait_dropped(lab, dev, name, number=1):
    """They have been seen, and dropped."""
    wait_for(lambda: drops(lab, dev, name) == number, f"{name}; {lab.tool.drops(dev)}")


def knows_nothing(lab):
    """Nothing was proxied, and nothing learnt."""
    silence(lab.up0, lab.down0)
    assert not lab.tool.hosts() and not lab.tool.solicits()


# --- C11: the router's anycast addresses ------------------------------------------------------------

def has_anycast(lab, dev):
    """The router has its Subnet-Router anycast address on a link."""
    wait_for(lambda: any(x.split()[1:3] == [dev, pkt.pton(ANYCAST).hex()] for x in
                         lab.r.read("/proc/net/anycast6").splitlines()), "anycast")


@pytest.mark.core
@pytest.mark.every
@pytest.mark.parametrize("how", ["nud", "resolution", "dad"])
def test_nd_c11_anycast_is_left_to_the_kernel(lab, how):
    """The probe of a neighbour that has the router's anycast address as its next hop is answered."""
    has_anycast(lab, "up0")
    lab.r.sysctl("ipv6.neigh.up0.proxy_delay", 0)
    if how == "nud":
        frame = pkt.ns(A_MAC, A, ANYCAST, ANYCAST, MAC["up0"])
    elif how == "resolution":
        frame = pkt.ns(A_MAC, A, ANYCAST)
    else:
        frame = pkt.ns(A_MAC, pkt.UNSPEC, ANYCAST, opts=b"")
    lab.up0.send(frame)
    got = lab.up0.expect(pkt.is_na(ANYCAST))
    assert got.eth_src == MAC["up0"] and got.flags[2] == 0
    silence(lab.up0, lab.down0, match=pkt.is_nd_for(ANYCAST))
    assert lab.tool.stats("up0")["na_out"] == 0     # the kernel's own
    assert lab.tool.host(ANYCAST) is None


@pytest.mark.parametrize("how", ["nud", "resolution"])
def test_nd_c11_anycast_of_another_link_is_answered(lab, how):
    """On down0 the router answers itself, without Override: others may have the address, too."""
    has_anycast(lab, "up0")
    unicast = (ANYCAST, MAC["down0"]) if how == "nud" else ()
    lab.down0.send(pkt.ns(D_MAC, D, ANYCAST, *unicast))
    got = lab.down0.expect(pkt.is_na(ANYCAST, dst=D))
    assert got.flags == (1, 1, 0) and got.options == pkt.tlla(MAC["down0"])
    silence(lab.up0, lab.down0)
    assert lab.tool.host(ANYCAST) is None


# --- C9: other programs' proxy entries --------------------------------------------------------------

@pytest.mark.core
@pytest.mark.every
@pytest.mark.parametrize("where", ["all", "up0"])
@pytest.mark.parametrize("how", ["multicast", "unicast"])
def test_nd_c9_proxy_entry_is_left_to_the_kernel(lab, how, where):
    """As clatd, LXD and Incus set it up: the kernel answers, whatever the proxy knows."""
    lab.r.sysctl(f"ipv6.conf.{where}.proxy_ndp", 1)
    lab.r.sysctl("ipv6.neigh.up0.proxy_delay", 0)
    lab.r.ip(f"neigh add proxy {D} dev up0")
    unicast = (D, MAC["up0"]) if how == "unicast" else ()
    lab.up0.send(pkt.ns(A_MAC, A, D, *unicast))
    got = lab.up0.expect(pkt.is_na(D, dst=A))
    assert got.eth_src == MAC["up0"]
    assert lab.tool.stats("up0")["na_out"] == 0


@pytest.mark.parametrize("what", ["off", "elsewhere", "other"])
def test_nd_c9_proxy_entry_that_does_not_concern(lab, what):
    """One that the kernel would not answer for changes nothing."""
    if what != "off":
        lab.r.sysctl("ipv6.conf.all.proxy_ndp", 1)
    lab.r.ip(f"neigh add proxy {DEAD if what == 'other' else D} dev "
             f"{'down0' if what == 'elsewhere' else 'up0'}")
    lab.solicit("up0", A_MAC, A, D)
    lab.proxied_ns("down0", D, pkt.slla(MAC["down0"]))
    lab.advertise("down0", D_MAC, D)
    lab.proxied_na("up0", D, A, A_MAC, s=1)


# --- C12: the kernel's switches ---------------------------------------------------------------------

@pytest.mark.core
@pytest.mark.every
def test_nd_c12_nothing_is_proxied_while_the_kernel_does_not_forward(lab):
    """Nor is anything learnt; and at once again when it does."""
    lab.learn("down0", D_MAC, D)
    lab.tool("host", "del", D)
    wait_for(lambda: not lab.tool.host(D), "D is forgotten")
    lab.r.sysctl("ipv6.conf.all.forwarding", 0)
    before = [lab.tool.stats(dev)["ns_in"] for dev in ("up0", "down0")]
    known = sorted(lab.tool.hosts())
    lab.solicit("up0", A_MAC, A, D)
    lab.up0.send(pkt.ns(A_MAC, A, D, D, MAC["up0"]))
    lab.solicit("up0", A_MAC, pkt.UNSPEC, DEAD, opts=b"")
    wait_dropped(lab, "up0", "not-forwarding", 3)
    lab.advertise("down0", D_MAC, D)
    lab.down0.send(pkt.na(D_MAC, D, D))
    wait_dropped(lab, "down0", "not-forwarding", 2)
    silence(lab.up0, lab.down0)
    assert sorted(lab.tool.hosts()) == known
    assert [lab.tool.stats(dev)["ns_in"] for dev in ("up0", "down0")] == before

    lab.r.sysctl("ipv6.conf.all.forwarding", 1)
    lab.solicit("up0", A_MAC, A, D)
    lab.proxied_ns("down0", D, pkt.slla(MAC["down0"]))
    lab.advertise("down0", D_MAC, D)
    lab.proxied_na("up0", D, A, A_MAC, s=1)


def test_nd_c12_own_solicitations_too(lab):
    """What the router itself looks for is not looked for elsewhere."""
    lab.r.sysctl("ipv6.conf.all.forwarding", 0)
    lab.r.popen("ping", "-6", "-c1", "-W1", D, stdout=-3, stderr=-3).wait()
    lab.up0.expect(pkt.is_ns(D))
    silence(lab.down0)


def test_nd_c12_a_devices_own_forwarding_does_not_matter(lab):
    """all=1, eth0=0 is how routers keep their uplink's advertisements."""
    lab.r.sysctl("ipv6.conf.up0.forwarding", 0)
    lab.r.sysctl("ipv6.conf.down0.forwarding", 0)
    assert lab.r.sysctl("ipv6.conf.all.forwarding") == "1"
    lab.solicit("up0", A_MAC, A, D)
    lab.proxied_ns("down0", D, pkt.slla(MAC["down0"]))
    lab.advertise("down0", D_MAC, D)
    lab.proxied_na("up0", D, A, A_MAC, s=1)


def test_nd_c12_a_device_that_forwards_by_itself(lab):
    """Linux 6.17: what comes in there is forwarded though the namespace does not forward."""
    lab.r.sysctl("ipv6.conf.all.forwarding", 0)     # resets force_forwarding everywhere
    try:
        lab.r.sysctl("ipv6.conf.up0.force_forwarding", 1)
    except FileNotFoundError:
        pytest.skip("this kernel has no force_forwarding")
    lab.solicit("up0", A_MAC, A, D)
    lab.proxied_ns("down0", D, pkt.slla(MAC["down0"]))
    lab.down0.send(pkt.na(D_MAC, D, D, LL["down0"], MAC["down0"], s=1))
    wait_dropped(lab, "down0", "not-forwarding")
    lab.r.sysctl("ipv6.conf.down0.force_forwarding", 1)
    lab.down0.send(pkt.na(D_MAC, D, D, LL["down0"], MAC["down0"], s=1))
    lab.proxied_na("up0", D, A, A_MAC, s=1)


@pytest.mark.core
@pytest.mark.parametrize("dst", [pkt.ALL_NODES, "unicast"])
def test_nd_c12_drop_unsolicited_na(lab, dst):
    """It is not carried, and teaches nothing; a solicited one is and does."""
    lab.r.sysctl("ipv6.conf.down0.drop_unsolicited_na", 1)
    to = (LL["down0"], MAC["down0"]) if dst == "unicast" else ()
    lab.down0.send(pkt.na(D_MAC, D, D, *to, s=0))
    wait_dropped(lab, "down0", "unsolicited-na")
    knows_nothing(lab)
    lab.solicit("up0", A_MAC, A, D)
    lab.proxied_ns("down0", D, pkt.slla(MAC["down0"]))
    lab.advertise("down0", D_MAC, D)
    lab.proxied_na("up0", D, A, A_MAC, s=1)


# --- C12: the firewall ------------------------------------------------------------------------------

CHAINS = {"ingress": "netdev x { chain c { type filter hook ingress device up0 priority 0; ",
          "raw": "ip6 x { chain c { type filter hook prerouting priority -300; ",
          "mangle": "ip6 x { chain c { type filter hook prerouting priority -150; ",
          "filter": "ip6 x { chain c { type filter hook prerouting priority 0; ",
          "late": "ip6 x { chain c { type filter hook prerouting priority 300; "}


def nft(lab, chain, rule, *args):
    """Run nft with a table that has one chain with this rule at its end."""
    return lab.r.run("nft", *args, "-f", "-",
                     input=f"table {CHAINS.get(chain, chain)}{rule}\n}}\n}}\n")


def firewall(lab, chain, rule):
    """A chain with one rule, with a counter of its own."""
    done = nft(lab, chain, rule)
    assert done.returncode == 0, done.stderr


def stopped(lab, number):
    """So many packets met the rule."""
    wait_for(lambda: f"packets {number} " in lab.r.sh("nft", "list", "ruleset"),
             f"{number} stopped by {lab.r.sh('nft', 'list', 'ruleset')}")


@pytest.mark.core
@pytest.mark.every
@pytest.mark.parametrize("chain", CHAINS)
def test_nd_c12_what_the_firewall_drops_is_not_proxied(lab, chain):
    """Solicitation, probe, advertisement: nothing is carried, and nothing learnt."""
    firewall(lab, chain, 'iifname "up0" meta l4proto ipv6-icmp counter drop')
    lab.solicit("up0", A_MAC, A, D)
    lab.up0.send(pkt.ns(A_MAC, A, D, D, MAC["up0"]),
                 pkt.ns(A_MAC, pkt.UNSPEC, A, opts=b""),
                 pkt.na(A_MAC, A, A, s=0))
    stopped(lab, 4)
    knows_nothing(lab)
    assert rtnl.neigh(lab.r, A, "up0") is None
    assert lab.tool.stats("up0")["ns_in"] == lab.tool.stats("up0")["na_in"] == 0
    lab.r.sh("nft", "flush", "ruleset")
    lab.solicit("up0", A_MAC, A, D)
    lab.proxied_ns("down0", D, pkt.slla(MAC["down0"]))


@pytest.mark.core
@pytest.mark.parametrize("chain", ["raw", "filter"])
def test_nd_c12_a_dropped_router_advertisement_suspends_nothing(lab, chain):
    firewall(lab, chain, 'icmpv6 type nd-router-advert counter drop')
    mon = lab.monitor()
    router = "02:00:00:00:99:01"
    lab.down0.send(pkt.ra(router, PFX, lifetime=1800))
    stopped(lab, 1)
    silence(lab.down0, lab.up0)
    assert lab.tool.links()["down0"]["state"] == "active"
    assert "ra" not in [x["event"] for x in mon.drain(0)]


FIREWALLD = ("inet x { chain c { type filter hook prerouting priority mangle + 10; "
             "icmpv6 type { nd-router-advert, nd-neighbor-solicit } accept; ",
             "meta nfproto ipv6 fib saddr . mark . iif oif missing counter drop")
STRICT = ("ip6 x { chain c { type filter hook prerouting priority raw; ",
          'icmpv6 type nd-neighbor-advert iifname "down0" fib saddr oif != "down0" counter drop')
EVERY = ("ip6 x { chain c { type filter hook prerouting priority raw; ",
         'icmpv6 type nd-neighbor-advert counter drop')


@pytest.mark.core
@pytest.mark.every
@pytest.mark.parametrize("rules", [FIREWALLD, STRICT, EVERY],
                         ids=["firewalld", "strict", "every"])
def test_nd_c12_an_awaited_answer_comes_before_the_reverse_path_rule(lab, rules):
    """The rule misses the route to the host that the answer brings."""
    if nft(lab, *rules, "-c").returncode:
        pytest.skip("this kernel's nftables has no fib")
    firewall(lab, *rules)
    lab.solicit("up0", A_MAC, A, D)
    lab.proxied_ns("down0", D, pkt.slla(MAC["down0"]))
    lab.advertise("down0", D_MAC, D)
    lab.proxied_na("up0", D, A, A_MAC, s=1)
    lab.tool.wait_host(D, "down0")
    silence(lab.up0, lab.down0)
    assert lab.tool.stats("down0")["na_in"] == 1


def test_nd_c12_an_answer_that_nobody_awaits_is_the_firewalls(lab):
    """On the asker's own link, or for nobody, it teaches nothing."""
    firewall(lab, "raw", "icmpv6 type nd-neighbor-advert counter drop")
    lab.advertise("down0", D_MAC, D)
    stopped(lab, 1)
    knows_nothing(lab)
    lab.solicit("up0", A_MAC, A, D)
    lab.proxied_ns("down0", D, pkt.slla(MAC["down0"]))
    lab.advertise("up0", D_MAC, D)
    stopped(lab, 2)
    silence(lab.up0, lab.down0)
    assert lab.tool.host(D) is None


def test_nd_c12_an_awaited_answer_counts_once(lab):
    """It is taken early, and not again when it has passed the firewall."""
    lab.solicit("up0", A_MAC, A, D)
    lab.proxied_ns("down0", D, pkt.slla(MAC["down0"]))
    lab.advertise("down0", D_MAC, D)
    lab.proxied_na("up0", D, A, A_MAC, s=1)
    silence(lab.up0, lab.down0)
    assert lab.tool.stats("down0")["na_in"] == 1


@pytest.mark.core
@pytest.mark.parametrize("where", ["prerouting priority -500", "prerouting priority 0",
                                   "forward priority 0"])
def test_nd_c12_what_a_program_lets_go_on(lab, where):
    """It comes back in process context, and all is as without: questions, answers, held packets."""
    if nft(lab, f"ip6 x {{ chain c {{ type filter hook {where}; ", "meta l4proto icmpv6 queue",
           "-c").returncode:
        pytest.skip("this kernel's nftables has no queue")
    queue = nfqueue.Queue(lab.r)
    try:
        firewall(lab, f"ip6 x {{ chain c {{ type filter hook {where}; ",
                 "meta l4proto icmpv6 queue")
        lab.solicit("up0", A_MAC, A, D)
        lab.proxied_ns("down0", D, pkt.slla(MAC["down0"]))
        lab.advertise("down0", D_MAC, D)
        lab.proxied_na("up0", D, A, A_MAC, s=1)
        lab.up0.send(pkt.echo(A_MAC, MAC["up0"], A, COLD))
        lab.proxied_ns("down0", COLD, pkt.slla(MAC["down0"]), LL["down0"])
        lab.advertise("down0", D_MAC, COLD)
        lab.down0.expect(pkt.is_type(128))
        assert lab.tool.stats("up0")["delivered"] == 1
        assert queue.seen >= (1 if "forward" in where else 4)
    finally:
        queue.close()


def test_nd_e2_what_output_drops_is_not_sent(lab):
    """Neither the proxy's own messages nor copies of what the kernel could not send."""
    firewall(lab, "ip6 x { chain c { type filter hook output priority 0; ",
             'oifname "down0" icmpv6 type nd-neighbor-solicit counter drop')
    lab.solicit("up0", A_MAC, A, D)
    stopped(lab, 1)
    silence(lab.down0)


def test_nd_e1_what_output_drops_is_not_carried(lab):
    """The kernel's own solicitation did not leave, and leaves by no other link."""
    firewall(lab, "ip6 x { chain c { type filter hook output priority 0; ",
             'oifname "up0" icmpv6 type nd-neighbor-solicit counter drop')
    lab.r.run("ping", "-6", "-c1", "-W1", D)
    wait_for(lambda: "packets 0 " not in lab.r.sh("nft", "list", "ruleset"), "stopped")
    silence(lab.up0, lab.down0)


# --- C1: fragments that conntrack puts together -----------------------------------------------------

def fragments(frame, sizes):
    """A frame's packet in pieces."""
    frames, offset = [], 0
    for size in sizes:
        more = offset + size < len(frame) - 54
        head = bytes([58, 0]) + (offset | more).to_bytes(2, "big") + b"frag"
        frames.append(frame[:18] + (len(head) + size).to_bytes(2, "big") + bytes([44]) +
                      frame[21:54] + head + frame[54 + offset:54 + offset + size])
        offset += size
    return frames


@pytest.mark.core
@pytest.mark.every
@pytest.mark.parametrize("kind", ["atomic", "two"])
def test_nd_c1_fragments_are_known_behind_conntrack(lab, kind):
    """The header is gone, and the message is none of the proxy's all the same (RFC 6980)."""
    if nft(lab, "filter", "ct state new counter").returncode:
        pytest.skip("this kernel has no conntrack")
    lab.up0.send(*fragments(pkt.ns(A_MAC, A, D), [32] if kind == "atomic" else [24, 8]))
    wait_dropped(lab, "up0", "fragment")
    knows_nothing(lab)
    assert lab.tool.drops("up0") == {"fragment": 1}
