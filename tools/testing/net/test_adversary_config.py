# SPDX-License-Identifier: GPL-2.0
"""An adversary that configures: root of a user namespace, as the parameter userns=1 allows.

   uh  eth0 --- up0 [ r ] down0 --- eth0 dh       all with real stacks
                          down1 --- eth0 dh1

   far0 --- up0 [ the adversary's ] down0 --- far1     it has two network namespaces

It sends every request, good and spoilt, in any order; has hosts on its wires; moves and renames
devices; lies as its own kernel would; and leaves all of that in the middle. r, whose pings go on,
notices nothing, and when the namespaces are gone the memory is back.
"""
import contextlib
import os
import subprocess
import time

import pytest

from fuzz_netlink import Maker, Worker
from lib import adversary, genl, kmod, rogue
from lib.adversary import (CLONE_NEWNET, CLONE_NEWUSER, Budget, Here, Process, as_user,
                           mouth, slab_objects)
from lib.rogue import a_mac, an_addr
from lib.genl import Genl
from lib.lab import LL, MAC
from lib.nlspec import Spec
from lib.wait import wait_for

OWN = CLONE_NEWUSER | CLONE_NEWNET
OBJECTS = 500                   # of a namespace, for the test of that limit

pytestmark = pytest.mark.alone


@pytest.fixture(scope="module", autouse=True)
def userns():
    """The module, with the parameter."""
    with kmod.reloaded("userns=1"):
        yield


class Tenant(Worker):
    """What it does, in a process that is root of namespaces of its own."""

    LINKS = (("up0", "far0", 10), ("down0", "far1", 20))

    def __init__(self, maker):
        self.r = Here()
        self.homes = [self._home()]
        adversary.unshare(CLONE_NEWNET)
        self.homes.append(self._home())
        self._enter(0)
        for dev, far, octet in self.LINKS:
            self.r.run("ip", "link", "add", dev, "address", f"02:00:00:00:00:{octet}",
                       "type", "veth", "peer", "name", far)
            self.r.up(far)
            self.r.up(dev)
        self.r.run("ip", "addr", "add", "2001:db8:1::1/64", "dev", "up0", "nodad")
        for key in ("all/forwarding", "default/accept_dad"):
            with contextlib.suppress(OSError), \
                    open(f"/proc/sys/net/ipv6/conf/{key}", "w", encoding="ascii") as f:
                f.write("1" if "forw" in key else "0")
        super().__init__(self, maker, 0)

    @staticmethod
    def _home():
        return os.open("/proc/self/ns/net", os.O_RDONLY)

    def _enter(self, which):
        adversary.setns(self.homes[which])

    def _move(self, dev, here, there):
        """A device goes to the other namespace."""
        self._enter(here)
        target = self.homes[there]
        subprocess.run(("ip", "link", "set", dev, "netns", f"/proc/self/fd/{target}"),
                       pass_fds=(target,), capture_output=True, check=False)
        self._enter(0)

    def _frames(self):
        """Hosts speak up on its wires."""
        rng = self.rng
        for _, far, octet in self.LINKS:
            with contextlib.suppress(OSError), mouth(far) as sock:
                dev = {10: "up0", 20: "down0"}[octet]
                for _ in range(30):
                    sock.send(rng.choice((
                        rogue.na(a_mac(rng), an_addr(rng)),
                        rogue.ns(a_mac(rng), an_addr(rng), an_addr(rng)),
                        rogue.dad(a_mac(rng), an_addr(rng)), rogue.ra(a_mac(rng), flags=4),
                        rogue.na(a_mac(rng), an_addr(rng), dst=LL[dev], to=MAC[dev], flags=0x60),
                        rogue.echo(a_mac(rng), MAC[dev], an_addr(rng), an_addr(rng)))))

    def configure(self):
        """Links that work, so that what follows has something to meet."""
        for dev, role in (("up0", "UPSTREAM"), ("down0", "DOWNSTREAM")):
            self.caller.send(*request("LINK_SET", "LINK", IFNAME=dev,
                                      ROLE=adversary.C["NDPROXY_ROLE_" + role]))
        while self.caller.read() is not None:
            pass

    def disturb(self):
        """The world around it changes."""
        rng, run = self.rng, self.r.run
        dev, other = rng.choice((("up0", "down0"), ("down0", "spare0"), ("spare0", "spare1")))
        rng.choice((
            lambda: self._move(dev, 0, 1), lambda: self._move(dev, 1, 0),
            lambda: (self.r.down(dev), run("ip", "link", "set", dev, "name", "away"),
                     run("ip", "link", "set", "away", "name", dev), self.r.up(dev)),
            lambda: run("ip", "link", "set", dev, "name", other),
            lambda: (self.r.down(dev), self.r.up(dev)),
            lambda: run("ip", "link", "add", "spare0", "up", "type", "veth", "peer", "spare1"),
            lambda: run("ip", "link", "del", "spare0"),
            lambda: run("ip", "addr", "del", "2001:db8:1::1/64", "dev", "up0"),
            lambda: run("ip", "addr", "replace", "2001:db8:1::1/64", "dev", "up0", "nodad"),
            self.configure, self._frames, self._frames, self.other_namespace))()

    def other_namespace(self):
        """One that is configured and ends at once."""
        adversary.unshare(CLONE_NEWNET)
        try:
            self.r.run("ip", "link", "add", "up0", "up", "type", "veth", "peer", "down0")
            there = Worker(self, self.maker, 1)
            for _ in range(15):
                there.request()
            there.caller.close()
        finally:
            self._enter(0)

    def live(self, steps):
        """STEPS of all that; what came of the requests."""
        self.configure()
        self._frames()
        for _ in range(steps):
            (self.disturb if self.rng.random() < 0.15 else self.step)()
        return dict(self.counts)


def request(cmd, kind, **attrs):
    """(payload, flags) of a request with attributes by name."""
    body = b""
    for name, value in attrs.items():
        number = adversary.C[f"NDPROXY_A_{kind}_{name}"]
        body += (genl.text if isinstance(value, str) else genl.u32)(number, value)
    return bytes([adversary.C["NDPROXY_CMD_" + cmd], 1, 0, 0]) + body, \
        genl.NLM_F_REQUEST | genl.NLM_F_ACK


def reside(maker, steps):
    """In a child."""
    return Tenant(maker).live(steps)


@pytest.fixture(scope="module")
def spec():
    """The description of the family."""
    return Spec()


def left(before):
    """Memory is returned: the caches hold what they held."""
    def look():
        now = slab_objects()
        return all(now.get(name, 0) <= number + 64 for name, number in before.items()) and \
            set(now) <= set(before)
    wait_for(look, f"objects before {before}, now {slab_objects()}", 30)


@pytest.mark.core
def test_control_every_request_at_random(siege, spec, rng):
    """Namespaces one after the other; some end by themselves, some are killed while they work."""
    lab = siege.lab
    maker = Maker(spec, rng, sorted(lab.tool.params()))
    before, totals = slab_objects(), {}
    for turn in Budget(8, 1):
        one = Process(lab.r, reside, maker, 150, flags=OWN)
        if turn % 4 == 3:
            time.sleep(rng.choice((0.05, 0.3, 1)))
            one.kill()
        else:
            for name, number in one.result().items():
                totals[name] = totals.get(name, 0) + number
        rng.random()                    # the child's draws were its own
        siege.judge()
        siege.watch()
    print(totals)
    assert min(totals.get(x, 0) for x in ("sent", "taken", "refused", "answers")), totals
    siege.judge()
    siege.calm()
    left(before)


# --- limits --------------------------------------------------------------------------------------

def fill(number):
    """In a child, root of its own: how many of each kind it gets, and can it move the limit?"""
    run = Here.run
    run("ip", "link", "add", "up0", "up", "type", "veth", "peer", "name", "far0")
    run("ip", "link", "set", "far0", "up")
    run("ip", "addr", "add", "2001:db8:1::1/64", "dev", "up0", "nodad")
    sock = Genl(None)

    def ask(*args, **attrs):
        data, _ = request(*args, **attrs)
        return sock.call(data[0], data[4:])[0]

    ask("LINK_SET", "LINK", IFNAME="up0", ROLE=adversary.C["NDPROXY_ROLE_UPSTREAM"])
    wait_for(lambda: not sock.call(*adversary.new_host(0xffff))[0], "a host is taken")
    got = {"links": 0, "hosts": 0, "rules": 0}
    for i in range(number):
        got["hosts"] += not sock.call(*adversary.new_host(0x10000 + i))[0]
        if i % 10 == 0:
            got["links"] += not sock.call(*adversary.new_link(i))[0]
            got["rules"] += not sock.call(*adversary.new_rule(i))[0]
    return got, *[ask("PARAM_SET", "PARAM", NAME="objects_per_net", VALUE=value)
                  for value in (10 * OBJECTS, OBJECTS // 2)]


def test_control_one_limit_of_all(siege, place):
    """Links, hosts and rules of a namespace are counted together; the owner can only lower it."""
    siege.judge()
    place.pop().close()
    kmod.unload()
    kmod.load("userns=1", f"objects_per_net={OBJECTS}")
    before = slab_objects()
    try:
        got, higher, lower = as_user(Here(), fill, 2 * OBJECTS, flags=OWN)
        left(before)
    finally:
        kmod.unload()
        kmod.load("userns=1")
    assert OBJECTS // 2 <= sum(got.values()) <= OBJECTS, got
    assert min(got.values()) > 0 and higher and not lower, (got, higher, lower)
