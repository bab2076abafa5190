# SPDX-License-Identifier: GPL-2.0
"""An adversary on the router itself: a local user without privilege (control.md; DESIGN.md).

   uh  eth0 --- up0 [ r ] down0 --- eth0 dh       all with real stacks
                          down1 --- eth0 dh1

It makes a user namespace and a network namespace, as anybody may, in which it is root; it runs in
r as well, and once as root of r alone (a container with CAP_NET_ADMIN). It forges what the kernel
says, asks for what it may not have, listens a thousand times and dumps without end. Pings
between the hosts go on meanwhile; r's links, prefixes and all-multicast stay.
"""
import socket
import time
from collections import Counter
from types import SimpleNamespace

import pytest

from fuzz_netlink import Caller, Maker, Worker, parse
from lib import adversary, genl, rogue
from lib.adversary import (CLONE_NEWNET, CLONE_NEWUSER, Budget, Here, Process, as_user, kernel_kb)
from lib.genl import Genl
from lib.nlspec import Spec
from lib.rogue import a_mac, an_addr
from lib.tool import PATH
from lib.wait import wait_for
from test_forged import listeners
from test_privilege import CHANGES, NOBODY

C = genl.constants()
OWN = CLONE_NEWUSER | CLONE_NEWNET
OTHER = "2001:db8:2::1/64"
LISTENERS = 1000


@pytest.fixture(scope="module")
def spec():
    """The description of the family."""
    return Spec()


def still_learns(lab):
    """The router is not blind: it hears of a new prefix, and of its end."""
    lab.r.ip(f"addr add {OTHER} dev up0 nodad")
    lab.tool.wait_prefix("2001:db8:2::/64")
    lab.r.ip(f"addr del {OTHER} dev up0")
    lab.tool.wait_prefix("2001:db8:2::/64", present=False)


class User(Worker):
    """One whom netlink itself turns away, without a word, where an administrator is asked for."""

    def core_refuses(self, data, flags):
        return True


def live(maker, steps, deeds):
    """In a child: so many of a worker's DEEDS; what came of it."""
    worker = User(SimpleNamespace(r=Here()), maker, 0)
    for _ in range(steps):
        getattr(worker, maker.rng.choice(deeds))()
    return dict(worker.counts)


@pytest.mark.core
def test_control_random(siege, spec, rng):
    """Requests, dumps and forged news, from each place where it may be. r stays as it is."""
    lab = siege.lab
    maker = Maker(spec, rng, sorted(lab.tool.params()))
    asking, totals = ("request", "request", "read_dump"), Counter()
    for turn in Budget(12, 1):
        for flags in (0, CLONE_NEWUSER, OWN):
            deeds = asking + ("forge",) * (flags == OWN)
            totals.update(as_user(lab.r, live, maker, 100, deeds, flags=flags))
            rng.random()                # the child's draws were its own
        totals.update(as_user(lab.r, live, maker, 100, ["forge"], user=None))
        if turn % 4 == 3:
            siege.judge()
            siege.watch()
    assert min(totals[x] for x in ("sent", "refused", "answers", "forged")) > 100, totals
    siege.judge()
    still_learns(lab)
    siege.calm()


# --- changes -----------------------------------------------------------------------------------

@pytest.mark.every
@pytest.mark.parametrize("flags", [0, CLONE_NEWUSER, OWN],
                         ids=["nobody", "root-of-users-alone", "root-of-its-own-network"])
def test_control_no_change_by_a_user(siege, flags):
    """Each that needs an administrator, of the right form."""
    argv = {0: (), CLONE_NEWUSER: ("unshare", "-Ur"), OWN: ("unshare", "-Urn")}[flags]
    taken = {}
    for op, words in CHANGES.items():
        done = siege.lab.r.run(*NOBODY[:-2], "--", *argv, PATH, *words.split())
        if done.returncode != 2 or not done.stderr.startswith("Error: "):
            taken[op] = done.returncode, done.stderr
    assert not taken, f"taken, or not refused in words: {taken}"
    siege.judge()


# --- listening and dumping ----------------------------------------------------------------------

def listen(groups, number):
    """In a child: as often as it may, and it reads nothing. It stays."""
    sockets = [socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, genl.GENERIC)
               for _ in range(number)]
    for sock in sockets:
        sock.bind((0, groups))
    while True:
        time.sleep(3600)


def test_control_a_thousand_listeners(siege, rng):
    """Each event of a host is a copy for each of them, made where packets wait."""
    lab = siege.lab
    lab.monitor()
    (_, groups), = listeners(lab.r)
    crowd = Process(lab.r, listen, groups, LISTENERS)
    try:
        wait_for(lambda: len(listeners(lab.r)) > LISTENERS, "they listen", 60)
        before = lab.tool.gauge("hosts")
        siege.say("down0", [rogue.na(a_mac(rng), an_addr(rng)) for _ in range(300)])
        wait_for(lambda: lab.tool.gauge("hosts") >= before + 300, "hosts are learnt", 30)
        siege.judge()
    finally:
        crowd.kill()
    lab.tool("host", "flush")


def dump(ops, bodies, rounds):
    """In a child: dumps, some of which it leaves half-way; how many messages it read."""
    count = 0
    for turn in range(rounds):
        caller = Caller(None)
        op = ops[turn % len(ops)]
        caller.send(bytes([op, 1, 0, 0]) + bodies[turn % len(bodies)],
                    genl.NLM_F_REQUEST | genl.NLM_F_ACK | genl.NLM_F_DUMP)
        while (messages := caller.read()) is not None:
            for kind, _, _, payload in messages:
                if kind not in (genl.ERROR, genl.DONE):
                    parse(payload[4:])
                    count += 1
            if turn % 3 == 2:
                break                                       # the rest is left where it is
        caller.sock.close()
    return count


def test_control_dumps_in_loops(siege, spec, rng):
    """Whole ones, filtered ones and halves, by four at a time, of many hosts."""
    siege.say("down0", [rogue.na(a_mac(rng), an_addr(rng)) for _ in range(1000)])
    ops = [op.number for op in spec.ops if op.dump]
    filters = [b"", genl.text(C["NDPROXY_A_HOST_IFNAME"], "down0")]
    crowd = [Process(siege.lab.r, dump, ops, filters[:1 + i % 2], 80) for i in range(4)]
    assert all(one.result() > 500 for one in crowd)
    siege.judge()
    siege.calm()


# --- memory -------------------------------------------------------------------------------------

def take_memory(number, rounds):
    """In a child, root of its own: hosts, rules, links without devices. (Taken, kB by round)."""
    sock, taken, grown = Genl(None), 0, []
    for _ in range(rounds):
        before = kernel_kb()
        for i in range(number):
            for make in (adversary.new_link, adversary.new_host, adversary.new_rule):
                taken += not sock.call(*make(i))[0]
        grown.append(kernel_kb() - before)
    return taken, grown


def test_control_memory_of_a_user(siege):
    """What is refused leaves nothing behind, but what KASAN keeps of the first round."""
    taken, grown = as_user(siege.lab.r, take_memory, 1000, 4, flags=OWN)
    assert not taken, f"{taken} of 12000 were taken"
    assert min(grown) < 512, f"{grown} kB of the kernel's memory"
    siege.judge()
