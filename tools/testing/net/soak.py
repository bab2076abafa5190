#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""Load and unload, create, configure and delete, again and again under traffic.

   wire up0 --- up0 [ r ] down0 --- wire down0     (a new r in each namespace cycle)

soak.py [--cycles N] [--seconds N]   whichever comes first, one of each kind a cycle (the
seconds are the guest's). After each cycle invariants are checked: nothing of the module
is left when it is unloaded; all-multicast, routes, marks and gauges agree while it is
not. soak.py --minutes N [--seed N]: everything at once for so long instead, see churn.py.
Prints what was done; exits 1 on the first broken invariant.
"""
import argparse
import os
import sys
import time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

import churn                                                # noqa: E402
from lib import kmod, rtnl                                  # noqa: E402
from lib.lab import PFX, Lab                                # noqa: E402
from lib.netns import Namespace                             # noqa: E402
from lib.traffic import Traffic, nd_mix                     # noqa: E402
from lib.wait import wait_for                               # noqa: E402


def configured(lab):
    """While it is loaded and busy."""
    lab.tool.wait_prefix(PFX)

    def busy():
        gauges = lab.tool.json("stats", "show")["gauges"]
        return gauges if gauges["hosts"] >= 4 else None
    gauges = wait_for(busy, "hosts", 20)
    for dev in ("up0", "down0"):
        # The proxy's, and the MLD engine's
        assert rtnl.allmulti(lab.r, dev) == 2, f"allmulti of {dev}"
    assert (gauges["links"], gauges["prefixes"]) == (2, 1), gauges
    assert gauges["records"] <= 4096 and gauges["hosts"] <= 100, gauges
    assert {(PFX, "up0"), (PFX, "down0")} <= rtnl.marked(lab.r), "marks"


def quiet(lab):
    """After roles are taken away: nothing is left."""
    lab.tool("-b", "-", input="link set up0 role none\n"
                              "link set down0 role none\n")
    wait_for(lambda: not rtnl.routes(lab.r), "routes gone")
    assert not rtnl.marked(lab.r), "marks left"
    for dev in ("up0", "down0"):
        wait_for(lambda dev=dev: rtnl.allmulti(lab.r, dev) == 0,
                 f"allmulti of {dev} given back")
    gauges = lab.tool.json("stats", "show")["gauges"]
    assert not any(gauges.values()), gauges


def unloaded(lab):
    """After rmmod."""
    for dev in ("up0", "down0"):
        assert rtnl.allmulti(lab.r, dev) == 0, f"allmulti of {dev}"
    assert not rtnl.routes(lab.r), "routes left"
    assert not rtnl.marked(lab.r), "marks left"
    with open("/proc/slabinfo", encoding="ascii") as f:
        assert not any(x.startswith("ndp") for x in f), "slab left"


def namespace_cycle(turn):
    """A namespace created, configured, changed and deleted under traffic."""
    lab = Lab()
    traffic = Traffic(nd_mix(lab, turn & 15))
    try:
        configured(lab)
        if turn % 3 == 0:
            lab.r.down("down0")
            lab.r.up("down0")
        elif turn % 3 == 1:
            quiet(lab)
        else:
            lab.r.ip("link del down0")
        lab.r.delete()                  # still under traffic
    finally:
        traffic.stop()
        lab.close()


def cycle(lab, turn):
    """Load, configure, be busy, another namespace comes and goes, unload."""
    kmod.load()
    lab.set_roles(("up0", "down0"))
    configured(lab)
    namespace_cycle(turn)
    if turn % 2:
        quiet(lab)
    kmod.unload()
    unloaded(lab)


def soak(cycles, seconds):
    """All of it; returns how many cycles were done."""
    log = kmod.Log()
    end = time.monotonic() + seconds
    done = 0
    if kmod.loaded():
        kmod.unload()
    lab = Lab(roles=False)
    traffic = Traffic(nd_mix(lab))
    try:
        while done < cycles and time.monotonic() < end:
            cycle(lab, done)
            done += 1
            splats = log.splats()
            assert not splats, f"the kernel's log: {splats}"
            if done % 10 == 0:
                print(f"soak: {done} cycles", flush=True)
    finally:
        traffic.stop()
        lab.close()
        log.close()
    return done


def main():
    """Arguments, set-up, verdict."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("--cycles", type=int, default=1000)
    parser.add_argument("--seconds", type=float, default=1e9)
    parser.add_argument("--minutes", type=float)
    parser.add_argument("--seed", type=int, default=int(time.time()))
    args = parser.parse_args()
    Lab.wire_ns = Namespace("w")
    for where in ("all", "default"):
        Lab.wire_ns.sysctl(f"ipv6.conf.{where}.disable_ipv6", 1)
    try:
        if args.minutes:
            return 0 if churn.run(args.minutes, args.seed) else 1
        done = soak(args.cycles, args.seconds)
    except AssertionError as broken:
        print(f"soak: broken invariant: {broken}")
        return 1
    print(f"soak: {done} load/unload and {done} namespace cycles, all well")
    return 0 if done else 1


if __name__ == "__main__":
    sys.exit(main())
