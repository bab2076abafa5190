#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""Every attack tool about ND, RA and MLD, beside the same on a plain switch (ND-J7).

   uh  eth0 --- [ su ] --- up0 [ r ] down0 --- [ sd ] --- eth0 dh
   au  eth0 ------|                              |------ eth0 ad

attack.py [--seconds N] [--variants N] [--side up|down] [--only TEXT]
su and sd are bridges without snooping. There are two such labs: in one r is a router with ndproxy,
in the other a bridge. In both at the same time the attacker au, or ad, runs a tool while uh and dh
ping each other, five times a second each way, and after it they ping again. With ndproxy no more
pings may be lost than on the switch, but for TOLERANCE of them, which chance needs where tools
take all of the processor.

Hosts believe Router Advertisements as Linux does by default, but for the hop limit: a lower one
than 64 is not heeded, as a router lowers it and a switch does not. The table tells what was lost, and
what a tool sent. Last line: N passed, N failed, N skipped.
"""
import argparse
import os
import shutil
import signal
import subprocess
import sys
import time
from collections import Counter

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

from attack_tools import OTHERS, TOOLS                      # noqa: E402
from lib import kmod                                        # noqa: E402
from lib.adversary import Standing                          # noqa: E402
from lib.lab import LL, Lab                                 # noqa: E402
from lib.netns import Namespace, free_name                  # noqa: E402
from lib.switch import Switch                               # noqa: E402
from lib.traffic import Pinger                              # noqa: E402
from lib.wait import wait_for                               # noqa: E402

PLAIN = "forward_delay 0 mcast_snooping 0"
ADDR = {"up": "2001:db8:1::a", "down": "2001:db8:1::d"}
ATTACKER = {"up": "2001:db8:1::6a", "down": "2001:db8:1::6d"}
MAC_OF = {"up": "02:00:00:00:66:0a", "down": "02:00:00:00:66:0d"}
OTHER = {"up": "down", "down": "up"}
LINGER, SETTLE, AFTER = 0.6, 1.0, 1.6     # seconds
BEGIN = 8                               # until a tool has sent something
TOLERANCE = 0.1                         # of the pings, and two
INTERVAL = 0.2


class Wire:
    """A lab with bridges, hosts and attackers; r is a router with ndproxy, or a bridge."""

    def __init__(self, routed):
        self.routed = routed
        self.lab = lab = Lab(hosts=("up0", "down0"), roles=False, addrs=routed)
        self.host = {"up": lab.uh, "down": lab.dh}
        self.attacker = {}
        for side, dev in (("up", "up0"), ("down", "down0")):
            switch = Switch(lab, dev, PLAIN)
            self.attacker[side] = self._attach(switch, side)
            for ns, addr in ((self.host[side], ADDR[side]), (self.attacker[side], ATTACKER[side])):
                ns.sysctl("ipv6.conf.eth0.accept_ra", 1)
                ns.sysctl("ipv6.conf.eth0.accept_ra_min_hop_limit", 64)
                Lab.give(ns, addr)
        if routed:
            lab.r.sysctl("ipv6.conf.up0.accept_ra", 2)
            lab.set_roles(("up0", "down0"))
            lab.tool.wait_prefix("2001:db8:1::/64")
        else:
            lab.r.sysctl("ipv6.conf.all.disable_ipv6", 1)
            lab.r.ip(f"link add br0 up type bridge {PLAIN}", "link set up0 master br0",
                     "link set down0 master br0")
        for side, ns in self.host.items():
            wait_for(lambda ns=ns, side=side: not ns.run(
                "ping", "-6", "-c1", "-W1", ADDR[OTHER[side]]).returncode, "hosts reach each other", 20)
        self.standing = Standing(lab) if routed else None
        self.proc, self.pingers = None, []

    def _attach(self, switch, side):
        """One more host at a switch."""
        ns = Namespace(free_name("a" + side))
        self.lab.hosts[ns.name] = ns
        ns.quiet()
        switch.ns.ip(f"link add aport type veth peer name eth0 address {MAC_OF[side]} netns {ns.name}",
                     "link set aport master br0", "link set aport up")
        ns.up("eth0")
        return ns

    def watch(self):
        """Pings both ways from now on."""
        self.pingers = [Pinger(self.host[side], ADDR[OTHER[side]], INTERVAL) for side in self.host]

    def lost(self):
        """(lost, sent) since then."""
        missed = [p.stop() for p in self.pingers]
        sent = sum(len(p.times) for p in self.pingers) + sum(missed)
        self.pingers = []
        return sum(missed), sent

    def attack(self, side, tool):
        """Start it, with the lowest priority: the hosts have processors of their own."""
        self.sent_before = self._sent(side)
        words = tool.args.format(near=ADDR[side], far=ADDR[OTHER[side]], mac=MAC_OF[side],
                                 router=LL[side + "0"]).split()
        self.proc = self.attacker[side].popen("nice", "-n", "19", tool.program, *words,
                                              stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                                              start_new_session=True)

    def end(self, side):
        """End it; how many packets it sent."""
        try:
            os.killpg(self.proc.pid, signal.SIGKILL)
        except ProcessLookupError:
            pass
        self.proc.wait()
        return self.sent(side)

    def sent(self, side):
        """Packets since it began."""
        return self._sent(side) - self.sent_before

    def _sent(self, side):
        for line in self.attacker[side].read("/proc/net/dev").splitlines():
            if line.split(":")[0].strip() == "eth0":
                return int(line.split(":")[1].split()[9])
        raise AssertionError("no eth0")

    def differs(self):
        """What of the router is not as it was: of the links, and the prefix."""
        return {k: v for k, v in self.standing.differences().items() if k in ("links", "rules", "params")} \
            if self.routed else {}

    def close(self):
        """Take all down."""
        if self.proc and self.proc.poll() is None:
            os.killpg(self.proc.pid, signal.SIGKILL)
            self.proc.wait()
        for pinger in self.pingers:
            pinger.proc.kill()
        self.lab.close()


class Match:
    """The two labs, anew whenever one is not as it was."""

    def __init__(self, seconds):
        self.seconds, self.wires, self.log = seconds, [], kmod.Log()

    def _ready(self):
        if not self.wires:
            self.wires = [Wire(False), Wire(True)]

    def renew(self):
        """The next tool meets new ones."""
        while self.wires:
            self.wires.pop().close()

    def play(self, side, tool):
        """((lost, sent) during on the switch, with ndproxy, after likewise), packets, what differs."""
        self._ready()
        for wire in self.wires:
            wire.watch()
        for wire in self.wires:
            wait_for(lambda wire=wire: all(p.answers() for p in wire.pingers), "answers", 20)
            wire.attack(side, tool)
        begun = time.monotonic()
        while not tool.passive and time.monotonic() < begun + BEGIN and \
                not all(wire.sent(side) for wire in self.wires):
            time.sleep(0.1)
        time.sleep(self.seconds)
        packets = [wire.end(side) for wire in self.wires]
        time.sleep(LINGER)
        during = [wire.lost() for wire in self.wires]
        time.sleep(SETTLE)
        for wire in self.wires:
            wire.watch()
        time.sleep(AFTER)
        after = [wire.lost() for wire in self.wires]
        return during, after, packets, self.wires[1].differs()


def worse(lost):
    """Are more lost with ndproxy than chance allows?"""
    (switch, _), (proxy, sent) = lost
    return proxy > switch + 2 + TOLERANCE * sent


def verdict(tool, during, after, packets, differs):
    """ok, or what is wrong."""
    if not tool.passive and min(packets) < 1:
        return "sent nothing"
    if worse(during):
        return "LOST"
    if worse(after):
        return "LOST AFTER"
    return f"CHANGED {differs}" if differs else "ok"


def one(match, side, tool):
    """A line of the table; the verdict."""
    try:
        during, after, packets, differs = match.play(side, tool)
    except AssertionError as broken:
        match.renew()
        print(f"{tool.name:34} {side:4} {str(broken)[:60]}", flush=True)
        return "broken"
    found = verdict(tool, during, after, packets, differs)
    columns = "  ".join(f"{lost:3}/{sent:<3}" for lost, sent in (*during, *after))
    print(f"{tool.name:34} {side:4} {packets[1]:8}  {columns}  {found}", flush=True)
    if any(lost for lost, _ in (*during, *after)) or differs:
        match.renew()
    splats = match.log.splats()
    if splats:
        print(f"    the kernel's log: {splats}", flush=True)
        return "splat"
    return found


def unknown():
    """Installed tools that are in no table: a newer package has more."""
    have = set()
    for folder in ("/usr/bin", "/usr/sbin"):
        have |= {x for x in os.listdir(folder) if x.startswith("atk6-")}
    listed = {tool.program for tool in TOOLS} | OTHERS
    return sorted(have - listed)


def run(args):
    """All of it; counts of verdicts."""
    counts, match = Counter(), Match(args.seconds)
    print(f"{'':34} {'':4} {'':8}  during:          after:\n{'tool':34} {'side':4} {'packets':>8}  "
          "switch   ndproxy  switch   ndproxy", flush=True)
    begin = time.monotonic()
    for tool in TOOLS:
        if (args.only and args.only not in tool.name) or tool.variant >= args.variants:
            continue
        for side in [args.side] if args.side else OTHER:
            if not shutil.which(tool.program):
                counts["skipped"] += 1
                continue
            found = one(match, side, tool)
            counts["passed" if found == "ok" else "failed"] += 1
    match.renew()
    print(f"{time.monotonic() - begin:.0f} s")
    return counts


def main():
    """Arguments, set-up, verdict."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("--seconds", type=float, default=2, help="that a tool runs")
    parser.add_argument("--variants", type=int, default=99, help="ways to call a tool, at most")
    parser.add_argument("--side", choices=list(OTHER))
    parser.add_argument("--only", help="tools with this in their names")
    args = parser.parse_args()
    if unknown():
        print(f"attack: tools that no table has: {unknown()}")
    if not kmod.loaded():
        kmod.load()
    counts = run(args)
    kmod.unload()
    counts["failed"] += bool(unknown())
    print(f"{counts['passed']} passed, {counts['failed']} failed, {counts['skipped']} skipped")
    return 0 if counts["passed"] and not counts["failed"] else 1


if __name__ == "__main__":
    sys.exit(main())
