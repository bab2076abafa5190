# SPDX-License-Identifier: GPL-2.0
"""Router Advertisements: this host's own, and other routers' (spec A3, H2; loops: test_ra_loop.py).

   wire up0 --- up0 [ r ] down0 --- wire down0
                         down1 --- wire down1
"""
import socket
import subprocess
import time

import pytest

from lib import pkt, rtnl
from lib.kmod import Log
from lib.lab import A, A_MAC, D, D_MAC, LL, MAC, PFX, Lab
from lib.ring import Ring
from lib.wait import holds_for, wait_for
from lib.wire import silence

ROUTER_MAC = "02:00:00:00:99:01"
ROUTER = pkt.lladdr(ROUTER_MAC)


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


def ras(mon, duration=0.3):
    """What was concluded of RAs since the monitor was asked last."""
    return [x["verdict"] for x in mon.drain(duration) if x["event"] == "ra"]


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
    got = mon.expect("ra", dev="up0", verdict="own")
    assert got["from"] == LL["up0"] and got["lifetime"] == 1800
    assert got["proxy"] is False
    own_ra(lab, "up0")
    own_ra(lab, "down0")
    assert not [x for x in mon.drain() if x["event"] == "ra"]
    own_ra(lab, "up0", lifetime=0)
    own_ra(lab, "up0")
    mon.expect("ra", dev="up0", verdict="own")
    assert {x["state"] for x in lab.tool.links().values()} == {"active"}


# --- other routers' (H2) ---

def proxies(lab, target="2001:db8:1::77"):
    """Both links are active, and a host's question is carried from one to the other."""
    lab.solicit("up0", A_MAC, A, target)
    lab.proxied_ns("down0", target, pkt.slla(MAC["down0"]))
    assert {x["state"] for x in lab.tool.links().values()} == {"active"}


@pytest.mark.core
@pytest.mark.parametrize("lifetime", [0, 1800], ids=["thread", "second"])
def test_nd_h2_another_router_is_an_event_only(lab, lifetime):
    """A Thread border router, which is no default router; and a second router or VRRP."""
    lab.learn("down0", D_MAC, D)
    mon = lab.monitor()
    router(lab, "down0", lifetime=lifetime)
    got = mon.expect("ra", dev="down0")
    assert (got["from"], got["lifetime"], got["proxy"], got["verdict"]) == \
        (ROUTER, lifetime, False, "rogue")
    for _ in range(3):                      # it is known by now
        router(lab, "down0", lifetime=lifetime)
    router(lab, "up0", lifetime=lifetime)
    proxies(lab)
    assert lab.tool.host(D)
    assert not ras(mon)
    silence(lab.up0, lab.down0, match=pkt.is_ns(LL["up0"]))


RADVD = """
interface down0 {{
    AdvSendAdvert on; MinRtrAdvInterval 3; MaxRtrAdvInterval 4;
    AdvDefaultLifetime 1800;
    prefix {pfx} {{ AdvOnLink on; AdvAutonomous on; }};
}};
"""


@pytest.mark.core
def test_nd_h2_two_routers_with_radvd(wires, tmp_path):
    """Redundant routers on the same two links: none suspends the other."""
    assert Lab.wire_ns is wires
    ring = Ring(2)
    daemons = []
    try:
        conf = tmp_path / "radvd.conf"
        conf.write_text(RADVD.format(pfx=PFX))
        conf.chmod(0o644)
        for number, ns in enumerate(ring.routers):
            daemons.append(ns.popen("radvd", "-n", "-C", str(conf), "-p", f"{tmp_path}/pid{number}",
                                    "-m", "stderr", "-u", "root", stderr=subprocess.DEVNULL))

        def heard(number):
            tap = ring.taps[1]
            tap.drain()
            return [x for x in tap.history if x.type == pkt.RA and
                    x.eth_src == ring.mac(number, "2")]
        wait_for(lambda: min(len(heard(0)), len(heard(1))) >= 3, "RAs of both", 60, 1)
        for tool in ring.tools:
            assert {x["state"] for x in tool.links().values()} == {"active"}
        assert ring.ping("x1", "t1", 3) == 3
    finally:
        for proc in daemons:
            proc.kill()
            proc.wait()
        ring.close()


@pytest.mark.core
def test_nd_h2_strict(lab3):
    """Another router suspends its link as if it were down; the other links go on."""
    lab = lab3
    log = Log()
    lab.tool("link", "set", "down0", "ra-guard", "strict")
    assert lab.tool.links()["down0"]["ra_guard"] == "strict"
    lab.learn("down0", D_MAC, D)
    assert (PFX, "down0") in rtnl.marked(lab.r)
    mon = lab.monitor()
    router(lab, "down0", lifetime=0)        # excused
    mon.expect("ra", dev="down0", verdict="rogue")
    router(lab, "up0", lifetime=1800)       # at home there
    router(lab, "down0", lifetime=1800)
    got = mon.expect("ra", dev="down0")
    assert (got["from"], got["lifetime"], got["verdict"]) == (ROUTER, 1800, "suspended")
    mon.expect("link-down", ifname="down0", state="suspended")
    mon.expect("host-lost", addr=D)
    link = wait_state(lab, "down0", "suspended")
    assert link["reason"] == f"another router's RA from {ROUTER} (ra-guard strict)"
    assert 1700 < link["next_test"] <= 1800 and link["suspended_for"] < 60
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
    assert [x for x in log.lines() if f"down0: suspended: another router's RA from {ROUTER}" in x]
    log.close()


def test_nd_h2_strict_is_not_kept_off_by_a_suspicion(lab):
    """Whoever raises one, again and again, is not spared for it."""
    lab.tool("link", "set", "down0", "ra-guard", "strict")
    mon = lab.monitor()
    proxy = pkt.ra("02:00:00:00:99:02", PFX, lifetime=0)
    proxy = pkt.patch_cksum(proxy[:59] + bytes([4]) + proxy[60:])
    router(lab, "down0", proxy)
    mon.expect("ra", dev="down0", verdict="cleared")
    router(lab, "down0", proxy)             # it waits for its turn, in ten seconds
    mon.expect("ra", dev="down0", verdict="suspected")
    router(lab, "down0", lifetime=1800)
    mon.expect("ra", dev="down0", verdict="suspended")
    assert wait_state(lab, "down0", "suspended")["reason"].endswith("(ra-guard strict)")
    time.sleep(15)                          # no test of it is left
    assert lab.tool.links()["down0"]["state"] == "suspended"
    router(lab, "down0", lifetime=0)
    wait_state(lab, "down0", "active")


def test_nd_h2_rogue_is_told_when_there_is_room(lab):
    """Invented routers use up the events of a moment; the true one is told a little later."""
    mon = lab.monitor()
    for i in range(12):
        router(lab, "down0", pkt.ra(f"02:00:00:00:98:{i:02x}", PFX))
    router(lab, "down0", lifetime=1800)
    told = [x for x in mon.drain(1) if x["event"] == "ra"]
    assert len(told) < 13 and ROUTER not in {x["from"] for x in told}
    time.sleep(3)
    router(lab, "down0", lifetime=1800)
    assert mon.expect("ra", dev="down0", verdict="rogue")["from"] == ROUTER


def test_nd_h2_strict_lasts_as_long_as_the_router(lab):
    """Each RA prolongs it; a lifetime of 0 of the same router, and silence, end it."""
    lab.tool("link", "set", "down0", "ra-guard", "strict")
    mon = lab.monitor()
    router(lab, "down0", lifetime=8)
    wait_state(lab, "down0", "suspended")
    time.sleep(5)
    router(lab, "down0", lifetime=8)
    time.sleep(5)
    assert lab.tool.links()["down0"]["state"] == "suspended"
    router(lab, "down0", pkt.ra("02:00:00:00:99:02", PFX, lifetime=0))      # not this one
    time.sleep(1)
    assert lab.tool.links()["down0"]["state"] == "suspended"
    mon.expect("ra", dev="down0", verdict="freed", timeout=15)
    assert "suspended_for" not in wait_state(lab, "down0", "active")
    router(lab, "down0", lifetime=1800)
    wait_state(lab, "down0", "suspended")
    router(lab, "down0", lifetime=0)
    wait_state(lab, "down0", "active")
    router(lab, "down0", lifetime=65535)
    assert 3500 < wait_state(lab, "down0", "suspended")["next_test"] <= 3600


@pytest.mark.parametrize("how", [("override", "keep"), ("ra-guard", "off"),
                                 ("role", "downstream")],
                         ids=lambda how: how[0])
def test_nd_h2_link_set_ends_it(lab, how):
    """Whatever is set; and the next RA begins another."""
    lab.tool("link", "set", "down0", "ra-guard", "strict")
    router(lab, "down0", lifetime=1800)
    wait_state(lab, "down0", "suspended")
    lab.tool("link", "set", "down0", *how)
    link = lab.tool.links()["down0"]
    assert link["state"] == "active" and "next_test" not in link
    lab.solicit("up0", A_MAC, A, D)
    lab.proxied_ns("down0", D, pkt.slla(MAC["down0"]))
    router(lab, "down0", lifetime=1800)
    if how[0] == "ra-guard":
        proxies(lab)
    else:
        wait_state(lab, "down0", "suspended")


def test_nd_h2_own_ra_heard_again(lab3):
    """What the stack loops back, and what comes in from another link."""
    lab = lab3
    for dev in ("down0", "down1"):
        lab.tool("link", "set", dev, "ra-guard", "strict")
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


BASE = pkt.ra(ROUTER_MAC, PFX, lifetime=1800)
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
    lab.tool("link", "set", "down0", "ra-guard", "strict")
    for frame in INVALID.values():
        router(lab, "down0", frame)
    lab.learn("down0", D_MAC, D)
    assert {x["state"] for x in lab.tool.links().values()} == {"active"}
    router(lab, "down0", pkt.cut(BASE, 16))         # no options: valid
    wait_state(lab, "down0", "suspended")


def test_nd_h2_device_down_and_replaced(lab):
    """The time runs on while the device is down; another device starts clean."""
    lab.tool("link", "set", "down0", "ra-guard", "strict")
    router(lab, "down0", lifetime=1800)
    wait_state(lab, "down0", "suspended")
    lab.r.down("down0")
    link = wait_state(lab, "down0", "down")
    assert "reason" not in link and "next_test" not in link
    lab.r.up("down0")
    wait_state(lab, "down0", "suspended")
    lab.r.ip("link del down0")
    wait_state(lab, "down0", "waiting")
    lab.ports.pop("down0").close()
    lab.add_link("down0")
    wait_state(lab, "down0", "active")


def test_nd_h2_static_host_comes_back(lab):
    """What is configured is in place again after a suspension."""
    lab.tool("host", "add", "2001:db8:1::5a", "dev", "down0")
    lab.tool("link", "set", "down0", "ra-guard", "strict")
    router(lab, "down0", lifetime=1800)
    wait_state(lab, "down0", "suspended")
    assert not lab.tool.hosts()
    lab.tool("link", "set", "down0", "ra-guard", "on")
    lab.tool.wait_host("2001:db8:1::5a", "down0", "static")


def test_nd_h2_namespace_gone_while_suspended(make_lab):
    """Nothing is left to come back to."""
    lab = make_lab(("up0", "down0", "down1"))
    for dev in ("down0", "down1"):
        lab.tool("link", "set", dev, "ra-guard", "strict")
        router(lab, dev, lifetime=1800)
        wait_state(lab, dev, "suspended")
    lab.tool("link", "set", "down0", "role", "none")
    assert "down0" not in lab.tool.links()
    lab.r.delete()
