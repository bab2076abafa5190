# SPDX-License-Identifier: GPL-2.0
"""Behind switches that snoop MLD (MLD-S4, ND-J4), with real stacks at every end.

   uh eth0 --- [ sw: br0 ] --- up0 [ r ] down0 --- [ sw: br0 ] --- eth0 dh
   ::a                                                             ::d

There is a switch on one side, or on both; or down0 is a bridge of the router's own:

   uh eth0 --- up0 [ r  down0 = bridge, port p0 ] --- eth0 dh
   ::a                                                 ::d

Each switch is warmed up until it filters, which is proven first.
"""
import os
import shutil
import time

import pytest

from lib import pkt
from lib.lab import A, D, HOSTS, LL, R_ADDR
from lib.netns import Namespace, free_name
from lib.switch import SNOOPS, Switch, groups, passes
from lib.wait import holds_for, wait_for
from lib.wire import Port

LINKS = ("up0", "down0")
ADDR = {"up0": A, "down0": D}


def ping(ns, addr, wait=3):
    """Is the first echo request answered, with nobody's address known to anybody?"""
    done = ns.run("ping", "-6", "-n", "-c1", "-W", str(wait), addr)
    assert "1 packets transmitted" in done.stdout, done.stdout + done.stderr
    return " 1 received" in done.stdout


def come_up(lab, dev):
    """The host at a link gets its address as hosts do: by duplicate address detection."""
    host = lab.hosts[HOSTS[dev]]
    host.sysctl("ipv6.conf.eth0.accept_dad", 1)
    host.ip(f"addr add {ADDR[dev]}/64 dev eth0")
    wait_for(lambda: "tentative" not in host.ip(f"addr show dev eth0 to {ADDR[dev]}"), "DAD")
    return host


def engines(lab, *args):
    """The engine on each link."""
    for dev in LINKS:
        lab.tool("mld", "link", "set", dev, "on", *args)


@pytest.fixture
def both(make_lab):
    """Two hosts, no switch yet, no roles."""
    return make_lab(LINKS, hosts=LINKS, roles=False)


def proxied(lab):
    """Begin to proxy."""
    lab.set_roles(LINKS)
    lab.tool.wait_prefix("2001:db8:1::/64")


# --- a switch upstream

@pytest.mark.core
@pytest.mark.every
@pytest.mark.parametrize("side", LINKS)
def test_mld_s4_known_host_is_found_through_a_switch(both, side):
    """On either side: the switch lets the solicitation pass since its group was reported."""
    other = LINKS[1 - LINKS.index(side)]
    switch = Switch(both, side)
    proxied(both)
    engines(both)
    switch.warm_up()
    come_up(both, other)
    both.tool.wait_host(ADDR[other], other, "reachable")
    switch.wait_group(ADDR[other])
    host = come_up(both, side)
    print(switch.show())
    assert ping(host, ADDR[other])
    both.tool.wait_host(ADDR[side], side)       # who asks is known from then on
    assert ping(both.hosts[HOSTS[other]], ADDR[side])


@pytest.mark.core
def test_nd_j4_switches_on_both_sides(both):
    """Whoever looked for its default router once is found by all."""
    switches = [Switch(both, dev) for dev in LINKS]
    proxied(both)
    engines(both)
    for switch in switches:
        switch.warm_up()
    for dev in LINKS:
        host = come_up(both, dev)
        host.ip(f"route add default via {LL[dev]} dev eth0")
        ping(host, "2001:db8:ffff::1", 1)
        both.tool.wait_host(ADDR[dev], dev)
    for switch in switches:
        switch.wait_group(ADDR[LINKS[1 - LINKS.index(switch.dev)]])
    assert ping(both.uh, D)
    both.uh.ip("neigh flush dev eth0")
    assert ping(both.dh, A)
    assert ping(both.dh, R_ADDR), "an address of the router's other link"


def test_mld_s4_switch_that_lost_its_memory(both):
    """A switch that was restarted asks, and is told again."""
    switch = Switch(both, "up0")
    proxied(both)
    engines(both)
    come_up(both, "down0")
    switch.wait_group(D)
    switch.ns.ip("link set br0 type bridge mcast_snooping 0")
    wait_for(lambda: pkt.snm(D) not in switch.mdb(), "forgotten")
    switch.ns.ip("link set br0 type bridge mcast_snooping 1")
    switch.wait_group(D)
    switch.warm_up()
    assert ping(come_up(both, "up0"), D)


def test_mld_s3_switch_that_takes_the_router_for_a_multicast_router(both):
    """MRD: what nobody reported passes; hosts that nobody has seen are found, until it ends."""
    switch = Switch(both, "up0")
    proxied(both)
    engines(both, "snoop-joins", "off")
    switch.warm_up()
    come_up(both, "down0")
    host = come_up(both, "up0")
    assert not ping(host, D, 2)
    both.tool("mld", "link", "set", "up0", "mrd", "on")
    wait_for(switch.lets_pass, "a router's port", 5, 0.5)
    print(switch.show())
    assert not switch.mdb() & {pkt.snm(D)}
    host.ip("neigh flush dev eth0")
    assert ping(host, D)


# --- the router's own bridge downstream

@pytest.fixture
def bridged(make_lab):
    """down0 is a bridge of the router's own that snoops and asks; dh is behind its port p0."""
    lab = make_lab(("up0",), hosts=("up0",), roles=False)
    lab.hosts["dh"] = Namespace(free_name("dh"))
    for key in ("accept_dad", "accept_ra"):
        lab.dh.sysctl("ipv6.conf.default." + key, 0)
    lab.r.ip(f"link add p0 type veth peer name eth0 netns {lab.dh.name}",
             f"link add down0 type bridge {SNOOPS}", "link set p0 master down0",
             "link set p0 up", "link set down0 up")
    lab.dh.up("eth0")
    wait_for(lambda: "down0" in lab.r.read("/proc/net/if_inet6"), "down0 has an address")
    proxied(lab)
    engines(lab)
    return lab


def warm_up_own(lab):
    """Wait until the router's own bridge filters: a frame for an unreported group goes nowhere.

    Seen from a second port of the bridge, for what reaches the bridge itself depends on the kernel.
    """
    far = Namespace(free_name("spy"))
    lab.hosts[far.name] = far
    far.sysctl("ipv6.conf.default.disable_ipv6", 1)
    lab.r.ip(f"link add p1 type veth peer name eth0 netns {far.name}", "link set p1 master down0",
             "link set p1 up")
    far.up("eth0")
    ear, mouth = Port(far, "eth0"), Port(lab.dh, "eth0")
    wait_for(lambda: passes(ear, mouth) is False, "the bridge filters", 30, 0.5)
    assert passes(ear, mouth) is False, "the bridge does not filter"
    ear.close()
    mouth.close()


@pytest.mark.core
def test_nd_j4_own_bridge_downstream(bridged):
    """The engine's reports on the bridge are what its own database makes it a member by."""
    lab = bridged
    warm_up_own(lab)
    come_up(lab, "up0")
    lab.tool.wait_host(A, "up0", "reachable")
    wait_for(lambda: pkt.snm(A) in groups(lab.r, "down0", "down0"), "the bridge listens")
    print(lab.r.sh("bridge", "-d", "mdb", "show"))
    assert ping(come_up(lab, "down0"), A)
    lab.tool.wait_host(D, "down0")
    assert ping(lab.uh, D)


@pytest.mark.heavy
def test_nd_j4_own_bridge_is_answered_as_long_as_it_asks(bridged):
    """The bridge forgets what its own querier is not answered: after 10 s here."""
    lab = bridged
    lab.r.ip("link set down0 type bridge mcast_query_interval 300 mcast_membership_interval 1000")
    come_up(lab, "up0")

    def known():
        return pkt.snm(A) in groups(lab.r, "down0", "down0")
    wait_for(known, "joined")
    holds_for(known, "answered", 40, 1)


# --- the killer case

class Ndppd:
    """ndppd, as its manual has it."""

    def __init__(self, lab):
        conf = f"/run/test-ndppd.{os.getpid()}.conf"
        with open(conf, "w", encoding="ascii") as f:
            f.write("proxy up0 {\n  rule 2001:db8:1::/64 {\n    iface down0\n  }\n}\n")
        self.proc = lab.spawn(lab.r, "ndppd", "-c", conf, stdout=-3, stderr=-3)
        # It listens when its packet socket is there; one line of the file is the heading.
        wait_for(lambda: len(lab.r.read("/proc/net/packet").splitlines()) > 1, "ndppd listens")
        time.sleep(0.5)
        os.unlink(conf)

    def stop(self):
        """End it."""
        self.proc.kill()
        self.proc.wait()


@pytest.mark.core
@pytest.mark.skipif(not shutil.which("ndppd"), reason="needs ndppd")
def test_nd_j4_side_by_side_with_ndppd(both, record_property):
    """One host behind a switch asks for another: by ndppd, by us, by the same bed."""
    lab = both
    switch = Switch(lab, "up0")
    uh, dh = come_up(lab, "up0"), come_up(lab, "down0")
    lab.r.ip(f"route add {D}/128 dev down0", f"route add {A}/128 dev up0")
    dh.ip(f"route add default via {LL['down0']} dev eth0")
    dh.ip(f"route add {A}/128 via {LL['down0']} dev eth0")

    def asked():
        uh.ip("neigh flush dev eth0")
        return ping(uh, D)

    # It does its work as long as the switch does not snoop ...
    switch.ns.ip("link set br0 type bridge mcast_snooping 0")
    ndppd = Ndppd(lab)
    assert asked(), "ndppd does not work here at all"
    switch.ns.ip("link set br0 type bridge mcast_snooping 1")
    # ... and then it does not.
    switch.warm_up()
    without = switch.show()
    answered = {"ndppd": asked()}
    ndppd.stop()

    lab.r.ip(f"route del {D}/128 dev down0", f"route del {A}/128 dev up0")
    dh.ip(f"route del {A}/128 via {LL['down0']} dev eth0")
    dh.ip(f"route del default via {LL['down0']} dev eth0")
    proxied(lab)
    engines(lab)
    assert ping(dh, R_ADDR)             # it speaks, as hosts do
    switch.wait_group(D)
    switch.warm_up()
    answered["ndproxy"] = asked()
    shown = switch.show()
    kernel = os.uname().release
    report = (f"Linux {kernel}: an NS for {D} from behind a snooping switch: {answered}\n"
              f"bridge mdb with ndppd:\n{without}bridge mdb with ndproxy:\n{shown}")
    print(report)
    record_property("snooping", report)
    if "RESULTS" in os.environ:
        with open(os.environ["RESULTS"] + "/snooping", "w", encoding="utf-8") as f:
            f.write(report)
    assert answered == {"ndppd": False, "ndproxy": True}
    assert f"port rport grp {pkt.snm(D)}" in shown
    assert f"port rport grp {pkt.snm(D)}" not in without
