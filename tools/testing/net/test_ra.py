# SPDX-License-Identifier: GPL-2.0
"""Router Advertisements: this host's own, and those that suspend a link (spec A3, H2).

   wire up0 --- up0 [ r ] down0 --- wire down0
                         down1 --- wire down1
"""
import os
import socket
import time

import pytest

from lib import pkt, rtnl
from lib.lab import A, A_MAC, D, D_MAC, LL, MAC, PFX
from lib.wait import holds_for, wait_for
from lib.wire import silence

ROUTER_MAC = "02:00:00:00:99:01"
ROUTER = pkt.lladdr(ROUTER_MAC)
HOUR = 3600


def wait_state(lab, dev, state):
    """Wait until a link is in a state, and return it."""
    def look():
        link = lab.tool.links().get(dev)
        return link if link and link["state"] == state else None
    return wait_for(look, f"{dev} {state}; {lab.tool.links().get(dev)}")


def own_ra(lab, dev, lifetime=1800, flags=0):
    """This host sends an RA, as a daemon does."""
    with lab.r:
        sock = socket.socket(socket.AF_INET6, socket.SOCK_RAW,
                             socket.IPPROTO_ICMPV6)
    with sock:
        index = lab.r.ifindex(dev)
        sock.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_MULTICAST_HOPS, 255)
        sock.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_MULTICAST_IF, index)
        sock.bind((LL[dev], 0, 0, index))
        body = bytes([pkt.RA, 0, 0, 0, 64, flags]) + \
            lifetime.to_bytes(2, "big") + bytes(8)
        sock.sendto(body, (pkt.ALL_NODES, 0, 0, index))


def router(lab, dev, *frames, **kw):
    """Another router on DEV sends an RA; or frames as they are."""
    lab.ports[dev].send(*(frames or [pkt.ra(ROUTER_MAC, "2001:db8:9::/64",
                                            **kw)]))


def set_flags(frame, flags):
    """The same RA with other flags (the sixth octet)."""
    return pkt.patch_cksum(frame[:59] + bytes([flags]) + frame[60:])


def proxied_ra():
    """An RA with the Proxy bit."""
    return set_flags(pkt.ra(ROUTER_MAC, "2001:db8:9::/64"), 0x04)


# --- this host's own (A3) ---

@pytest.mark.core
def test_nd_a3_own_ra_seen_refuses_upstream(make_lab):
    """Seen by the hook while the device is no link; EBUSY, and nothing is changed."""
    lab = make_lab(roles=False)
    lab.tool("link", "set", "down0", "role", "downstream")
    own_ra(lab, "up0")
    text = lab.tool.refused("link", "set", "up0", "role", "upstream")
    assert "this host sends Router Advertisements on up0" in text, text
    assert "up0" not in lab.tool.links()
    lab.tool("link", "set", "up0", "role", "upstream", "force")
    wait_state(lab, "up0", "active")
    lab.tool.wait_prefix(PFX)


def test_nd_a3_role_change_refused(lab):
    """A downstream link where this host is the router stays downstream."""
    own_ra(lab, "down0")
    text = lab.tool.refused("link", "set", "down0", "role", "upstream")
    assert "Router Advertisements on down0" in text
    link = lab.tool.links()["down0"]
    assert (link["role"], link["state"]) == ("downstream", "active")
    lab.tool("link", "set", "down0", "role", "upstream", "force")
    assert lab.tool.links()["down0"]["role"] == "upstream"


def test_nd_a3_lifetime_over_or_zero(make_lab):
    """Seen within the last advertised lifetime, or not at all."""
    lab = make_lab(roles=False)
    lab.tool("link", "set", "down0", "role", "downstream")
    own_ra(lab, "up0", lifetime=3)
    lab.tool.refused("link", "set", "up0", "role", "upstream")
    wait_for(lambda: lab.tool.run("link", "set", "up0", "role", "upstream")
             .returncode == 0, "lifetime over", 8, step=1)
    lab.tool("link", "set", "up0", "role", "none")
    own_ra(lab, "up0")
    lab.tool.refused("link", "set", "up0", "role", "upstream")
    own_ra(lab, "up0", lifetime=0)          # what a daemon says when it ends
    lab.tool("link", "set", "up0", "role", "upstream")


def test_nd_a3_sent_before_the_first_link(make_lab):
    """The hook was not there: the kernel's own count tells."""
    lab = make_lab(roles=False)
    own_ra(lab, "up0")
    text = lab.tool.refused("link", "set", "up0", "role", "upstream")
    assert "this host has sent Router Advertisements on up0" in text, text
    assert not lab.tool.links()
    lab.tool("link", "set", "down0", "role", "upstream")
    lab.tool("link", "set", "up0", "role", "upstream", "force")


def test_nd_a3_invalid_own_ra_does_not_count(make_lab):
    """A host that hears it ignores it, too."""
    lab = make_lab(roles=False)
    lab.tool("link", "set", "down0", "role", "downstream")
    with lab.r:
        sock = socket.socket(socket.AF_INET6, socket.SOCK_RAW,
                             socket.IPPROTO_RAW)    # not counted by the kernel
    with sock:
        frame = pkt.ra(MAC["up0"], PFX, lifetime=1800)
        packet = frame[14:21] + b"\x40" + frame[22:]
        sock.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_MULTICAST_IF,
                        lab.r.ifindex("up0"))
        sock.sendto(packet, (pkt.ALL_NODES, 0, 0, lab.r.ifindex("up0")))
        lab.up0.expect(pkt.is_type(pkt.RA, hlim=64))
        lab.tool("link", "set", "up0", "role", "upstream")
        lab.tool("link", "set", "up0", "role", "none")
        sock.sendto(frame[14:], (pkt.ALL_NODES, 0, 0, lab.r.ifindex("up0")))
        lab.up0.expect(pkt.is_type(pkt.RA, hlim=255))
        lab.tool.refused("link", "set", "up0", "role", "upstream")


def test_nd_a3_event_on_an_upstream_link(lab):
    """Told when it begins, not with each; and nothing is suspended."""
    mon = lab.monitor()
    own_ra(lab, "up0", lifetime=1800)
    got = mon.expect("ra", dev="up0", own=True)
    assert got["from"] == LL["up0"] and got["lifetime"] == 1800
    assert (got["proxy"], got["rogue"]) == (False, False)
    own_ra(lab, "up0")
    own_ra(lab, "down0")
    assert not [x for x in mon.drain() if x["event"] == "ra"]
    own_ra(lab, "up0", lifetime=0)
    own_ra(lab, "up0")
    mon.expect("ra", dev="up0", own=True)
    assert {x["state"] for x in lab.tool.links().values()} == {"active"}


# --- others' (H2) ---

@pytest.mark.core
def test_nd_h2_foreign_ra_suspends_downstream_link(lab3):
    """As a link that is down: nothing of it is left; the other links go on."""
    lab = lab3
    lab.learn("down0", D_MAC, D)
    assert (PFX, "down0") in rtnl.marked(lab.r)
    mon = lab.monitor()
    router(lab, "down0", lifetime=1800)
    got = mon.expect("ra", dev="down0")
    assert got["from"] == ROUTER and got["lifetime"] == 1800
    assert (got["proxy"], got["rogue"], got["own"]) == (False, True, False)
    mon.expect("link-down", ifname="down0", state="suspended")
    mon.expect("host-lost", addr=D)
    link = wait_state(lab, "down0", "suspended")
    assert ROUTER in link["reason"] and "proxy" not in link["reason"]
    assert HOUR - 20 <= link["remaining"] <= HOUR
    assert (link["allmulti"], link["prefixes"], link["hosts"]) == (False, 0, 0)
    assert lab.allmulti("down0") == 0
    wait_for(lambda: not [x for x in rtnl.routes(lab.r) if "down0" in x],
             "routes gone")
    assert (PFX, "down0") not in rtnl.marked(lab.r)
    lab.solicit("up0", A_MAC, A, D)
    lab.proxied_ns("down1", D, pkt.slla(MAC["down1"]))
    lab.solicit("down0", D_MAC, D, A)
    silence(lab.down0, match=pkt.is_nd_for(D))
    silence(lab.up0, match=pkt.is_ns(A))


@pytest.mark.core
def test_nd_h2_over_after_an_hour(lab):
    """The time begins anew with each RA."""
    router(lab, "down0")
    wait_state(lab, "down0", "suspended")
    mon = lab.monitor()

    def passed():
        left = lab.tool.links()["down0"]["remaining"]
        return left < HOUR - 10
    wait_for(passed, "some time passed", 60, step=4)
    router(lab, "down0")
    wait_for(lambda: lab.tool.links()["down0"]["remaining"] > HOUR - 5,
             "started anew")
    assert not [x for x in mon.drain() if x["event"] in ("ra", "link-down")]


@pytest.mark.heavy
@pytest.mark.timeout(7200)
def test_nd_h2_timer_ends_it(lab):
    """An hour, which UML skips."""
    if os.environ.get("NDPROXY_KERNEL") != "uml":
        pytest.skip("an hour of real time")
    router(lab, "down0")
    link = wait_state(lab, "down0", "suspended")
    mon = lab.monitor()
    time.sleep(link["remaining"] - 30)
    assert lab.tool.links()["down0"]["state"] == "suspended"
    mon.expect("link-up", ifname="down0", timeout=60)
    link = wait_state(lab, "down0", "active")
    assert "reason" not in link and "remaining" not in link
    assert link["prefixes"] == 1
    lab.solicit("up0", A_MAC, A, D)
    lab.proxied_ns("down0", D, pkt.slla(MAC["down0"]))


@pytest.mark.parametrize("how", [("override", "keep"), ("ra-guard", "off"),
                                 ("role", "downstream")],
                         ids=lambda how: how[0])
def test_nd_h2_link_set_ends_it(lab, how):
    """Whatever is set; and with the guard on the next RA begins another."""
    router(lab, "down0")
    wait_state(lab, "down0", "suspended")
    lab.tool("link", "set", "down0", *how)
    link = lab.tool.links()["down0"]
    assert link["state"] == "active" and "remaining" not in link
    lab.solicit("up0", A_MAC, A, D)
    lab.proxied_ns("down0", D, pkt.slla(MAC["down0"]))
    router(lab, "down0")
    if how[0] == "ra-guard":
        lab.solicit("up0", A_MAC, A, "2001:db8:1::77")
        lab.down0.expect(pkt.is_ns("2001:db8:1::77"))
        assert lab.tool.links()["down0"]["state"] == "active"
    else:
        wait_state(lab, "down0", "suspended")


def test_nd_h2_ra_guard_off(lab):
    """Nothing but the Proxy bit is heeded."""
    lab.tool("link", "set", "down0", "ra-guard", "off")
    assert lab.tool.links()["down0"]["ra_guard"] is False
    mon = lab.monitor()
    router(lab, "down0", lifetime=1800)
    lab.learn("down0", D_MAC, D)
    assert lab.tool.links()["down0"]["state"] == "active"
    assert not [x for x in mon.drain() if x["event"] == "ra"]
    router(lab, "down0", proxied_ra())
    got = mon.expect("ra", dev="down0", proxy=True)
    assert got["rogue"] is True
    wait_state(lab, "down0", "suspended")


@pytest.mark.core
def test_nd_h2_upstream_link(lab):
    """An ordinary RA is at home there; one with the Proxy bit is another proxy's."""
    lab.learn("down0", D_MAC, D)
    mon = lab.monitor()
    router(lab, "up0", lifetime=1800)
    router(lab, "up0", set_flags(pkt.ra(ROUTER_MAC, PFX, lifetime=9), 0xf8))
    lab.solicit("up0", A_MAC, A, "2001:db8:1::77")
    lab.down0.expect(pkt.is_ns("2001:db8:1::77"))
    assert lab.tool.links()["up0"]["state"] == "active"
    assert not [x for x in mon.drain() if x["event"] == "ra"]
    router(lab, "up0", proxied_ra())
    got = mon.expect("ra", dev="up0")
    assert (got["proxy"], got["rogue"], got["own"]) == (True, False, False)
    link = wait_state(lab, "up0", "suspended")
    assert "proxy" in link["reason"]
    mon.expect("prefix-del", prefix=PFX)
    assert not lab.tool.prefixes() and not lab.tool.hosts()
    wait_for(lambda: not rtnl.routes(lab.r), "routes gone")
    assert not rtnl.marked(lab.r)
    assert lab.allmulti("up0") == lab.allmulti("down0") == 0
    lab.tool("link", "set", "up0", "role", "upstream")
    lab.tool.wait_prefix(PFX)


def test_nd_h2_own_ra_heard_again(lab3):
    """What the stack loops back, and what comes in from another link."""
    lab = lab3
    with lab.r:                             # a listener, so that it is looped
        sock = socket.socket(socket.AF_INET6, socket.SOCK_RAW,
                             socket.IPPROTO_ICMPV6)
        sock.settimeout(5)
    with sock:
        own_ra(lab, "down0", flags=0x04)
        while sock.recv(1500)[0] != pkt.RA:
            pass
    sent = lab.down0.expect(pkt.is_type(pkt.RA)).data
    router(lab, "down0", sent)
    router(lab, "down1", sent)
    # in the frame of a switch that rewrites it: the address is this host's
    router(lab, "down1", sent[:6] + pkt.mac_bytes(ROUTER_MAC) + sent[12:])
    holds_for(lambda: {x["state"] for x in lab.tool.links().values()} ==
              {"active"}, "all active")


BASE = pkt.ra(ROUTER_MAC, PFX)
INVALID = {
    "hop-limit": BASE[:21] + b"\xfe" + BASE[22:],
    "checksum": BASE[:56] + bytes([BASE[56] ^ 1]) + BASE[57:],
    "code": pkt.patch_cksum(BASE[:55] + b"\1" + BASE[56:]),
    "global-source": pkt.patch_cksum(
        BASE[:22] + pkt.pton("2001:db8:1::77") + BASE[38:]),
    "length": pkt.cut(BASE, 15),
    "option-length-0": pkt.patch_cksum(BASE[:71] + b"\0" + BASE[72:]),
    "option-behind-the-end": pkt.patch_cksum(BASE[:71] + b"\5" + BASE[72:]),
}


def test_nd_h2_invalid_ra_is_ignored(lab):
    """RFC 4861 6.1.2."""
    for frame in INVALID.values():
        router(lab, "down0", frame)
    lab.learn("down0", D_MAC, D)
    assert {x["state"] for x in lab.tool.links().values()} == {"active"}
    router(lab, "down0", pkt.cut(BASE, 16))         # no options: valid
    wait_state(lab, "down0", "suspended")


def test_nd_h2_device_down_and_replaced(lab):
    """The time runs on while the device is down; another device starts clean."""
    router(lab, "down0")
    wait_state(lab, "down0", "suspended")
    lab.r.down("down0")
    link = wait_state(lab, "down0", "down")
    assert "reason" not in link and "remaining" not in link
    lab.r.up("down0")
    link = wait_state(lab, "down0", "suspended")
    assert link["remaining"] > HOUR - 60
    lab.r.ip("link del down0")
    wait_state(lab, "down0", "waiting")
    lab.ports.pop("down0").close()
    lab.add_link("down0")
    wait_state(lab, "down0", "active")


def test_nd_h2_static_host_and_prefix_come_back(lab):
    """What is configured is in place again after a suspension."""
    lab.tool("prefix", "add", "2001:db8:5::/64", "dev", "up0")
    lab.tool("host", "add", "2001:db8:1::5a", "dev", "down0")
    for dev in ("down0", "up0"):
        router(lab, dev, proxied_ra())
        wait_state(lab, dev, "suspended")
    assert not lab.tool.hosts() and not lab.tool.prefixes()
    for dev in ("up0", "down0"):
        lab.tool("link", "set", dev, "nd", "on")
    lab.tool.wait_prefix("2001:db8:5::/64")
    lab.tool.wait_host("2001:db8:1::5a", "down0", "static")


def test_nd_h2_namespace_gone_while_suspended(make_lab):
    """Nothing is left to come back to."""
    lab = make_lab()
    router(lab, "down0")
    wait_state(lab, "down0", "suspended")
    lab.tool("link", "set", "down0", "role", "none")
    assert "down0" not in lab.tool.links()
    router(lab, "up0", proxied_ra())
    wait_state(lab, "up0", "suspended")
    lab.r.delete()
