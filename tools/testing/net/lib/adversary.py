# SPDX-License-Identifier: GPL-2.0
"""What the three adversaries have in common: seeds, how long, processes without privilege, and
what must be as it was after all that they did.
"""
import ctypes
import json
import os
import random
import resource
import signal
import socket
import subprocess
import time
import traceback

from . import genl, rtnl
from .lab import A, D, E, Lab
from .pkt import pton
from .traffic import Pinger
from .wait import real_time, wait_for
from .wire import Port

CLONE_NEWUSER, CLONE_NEWNET = 0x10000000, 0x40000000
NOBODY, FILES = 65534, 4096
STEPS, SECONDS = 1500, 25       # a random part in `make check`: whichever comes first
LINKS = ("up0", "down0", "down1")
HOMES = {A: "up0", D: "down0", E: "down1"}
WHO = {"up0": "uh", "down0": "dh", "down1": "dh1"}
SIDES = ("up0", "down0")
PAIRS = (("uh", D), ("dh", A), ("dh1", D), ("dh1", A))
_libc = ctypes.CDLL(None, use_errno=True)


def generator(config):
    """A random generator, whose seed is told and may be given: --seed, or $NDPROXY_SEED."""
    seed = config.getoption("--seed") or os.environ.get("NDPROXY_SEED") or \
        str(random.SystemRandom().randrange(1 << 32))
    print(f"seed {seed}: --seed {seed} repeats this", flush=True)
    return random.Random(seed)


class Budget:
    """How much of something random: STEPS of it, or $NDPROXY_ADVERSARY_SECONDS real seconds."""

    def __init__(self, steps=STEPS, look_each=20):
        self.wanted = float(os.environ.get("NDPROXY_ADVERSARY_SECONDS", 0))
        self.steps, self.look_each, self.done = steps, look_each, 0

    def __iter__(self):
        end = real_time() + (self.wanted or SECONDS)
        while self.wanted or self.done < self.steps:
            if self.done % self.look_each == 0 and real_time() > end:
                break
            yield self.done
            self.done += 1
        print(f"{self.done} steps", flush=True)


def unshare(flags):
    """New namespaces for this process; its user is root in a new user namespace."""
    uid, gid = os.getuid(), os.getgid()
    if _libc.unshare(flags):
        raise OSError(ctypes.get_errno(), "unshare")
    if flags & CLONE_NEWUSER:
        for name, text in (("setgroups", "deny"), ("uid_map", f"0 {uid} 1"),
                           ("gid_map", f"0 {gid} 1")):
            with open(f"/proc/self/{name}", "w", encoding="ascii") as f:
                f.write(text)


def setns(fd):
    """Into a network namespace."""
    if _libc.setns(fd, CLONE_NEWNET):
        raise OSError(ctypes.get_errno(), "setns")


def mouth(dev):
    """A raw socket on a device here."""
    sock = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, 0)
    sock.bind((dev, 0x86dd))
    sock.setblocking(False)
    return sock


def _become(user, flags):
    """In a child: nobody, maybe root of namespaces of its own."""
    resource.setrlimit(resource.RLIMIT_NOFILE, (FILES, FILES))
    if user is not None:
        os.setgroups([])
        os.setresgid(user, user, user)
        os.setresuid(user, user, user)
        # After a change of user /proc/self is root's, until the process is dumpable again
        _libc.prctl(4, 1, 0, 0, 0)
    if flags:
        unshare(flags)


class Process:
    """WORK(*ARGS) in a child in a namespace, as another USER, with new namespaces by FLAGS."""

    def __init__(self, ns, work, *args, user=NOBODY, flags=0):
        read, write = os.pipe()
        with ns:
            self.pid = os.fork()
            if not self.pid:        # here, where the namespace is still NS
                self._run(write, lambda: (_become(user, flags), work(*args))[1])
        os.close(write)
        self.pipe = os.fdopen(read, encoding="utf-8")

    @staticmethod
    def _run(write, work):
        code, said = 1, None
        try:
            said = {"value": work()}
            code = 0
        except BaseException:               # pylint: disable=broad-except
            said = {"broken": traceback.format_exc(limit=-6)}
        finally:
            try:
                os.write(write, json.dumps(said).encode())
            finally:
                os._exit(code)

    def result(self):
        """What the work returned (as JSON can tell it), or its failure."""
        with self.pipe:
            said = self.pipe.read()
        pid, self.pid = self.pid, 0
        status = os.waitpid(pid, 0)[1]
        assert said, f"the adversary's process ended: {os.waitstatus_to_exitcode(status)}"
        said = json.loads(said)
        assert "value" in said, said["broken"]
        return said["value"]

    def kill(self):
        """End it wherever it is."""
        if self.pid:
            os.kill(self.pid, signal.SIGKILL)
            os.waitpid(self.pid, 0)
            self.pid = 0
        self.pipe.close()


def as_user(ns, work, *args, **kw):
    """WORK done by somebody else, to its end."""
    return Process(ns, work, *args, **kw).result()


class Here:
    """The namespace that this process is in, where a Namespace is asked for."""

    def __enter__(self):
        return self

    def __exit__(self, *exc):
        pass

    @staticmethod
    def run(*argv):
        """A command, whatever comes of it."""
        return subprocess.run(argv, capture_output=True, text=True, check=False)

    @staticmethod
    def read(path):
        """The text of a file."""
        with open(path, encoding="utf-8") as f:
            return f.read()

    def up(self, dev):
        """A device goes up."""
        self.run("ip", "link", "set", dev, "up")

    def down(self, dev):
        """A device goes down."""
        self.run("ip", "link", "set", dev, "down")


# --- requests by the thousand ------------------------------------------------------------------

C = genl.constants()


def new_link(number):
    """A link that has no device: (command, attributes)."""
    return C["NDPROXY_CMD_LINK_SET"], genl.text(C["NDPROXY_A_LINK_IFNAME"], f"nosuch{number}") + \
        genl.u32(C["NDPROXY_A_LINK_ROLE"], C["NDPROXY_ROLE_UPSTREAM"])


def new_host(number, link="up0"):
    """A static host."""
    addr = pton("2001:db8:1::")[:8] + number.to_bytes(8, "big")
    return C["NDPROXY_CMD_HOST_NEW"], genl.text(C["NDPROXY_A_HOST_IFNAME"], link) + \
        genl.attr(C["NDPROXY_A_HOST_ADDR"], addr)


def new_rule(number):
    """A rule about a prefix that nobody has."""
    addr = pton("2001:db9::")[:4] + number.to_bytes(4, "big") + bytes(8)
    return C["NDPROXY_CMD_RULE_NEW"], genl.attr(C["NDPROXY_A_RULE_ADDR"], addr) + \
        genl.u8(C["NDPROXY_A_RULE_PREFIX_LEN"], 64) + \
        genl.u32(C["NDPROXY_A_RULE_ACTION"], C["NDPROXY_RULE_ACTION_DENY"])


# --- what must be so ---------------------------------------------------------------------------

class Standing:
    """What a router is set to and proxies, as the kernel and the module tell it."""

    def __init__(self, lab, hosts=()):
        self.lab, self.hosts = lab, dict(hosts)     # address: link
        self.before = self.look()

    def look(self):
        """All that an adversary must not change."""
        lab, tool = self.lab, self.lab.tool
        links = tool.links()
        return {
            "links": {n: (x["role"], x["state"], x.get("nd")) for n, x in links.items()},
            "prefixes": sorted(tool.prefixes()),
            "rules": tool.json("prefix", "rules"),
            "params": {n: x["value"] for n, x in tool.params().items()},
            "static": sorted(a for a, x in tool.hosts().items() if x["state"] == "static"),
            "allmulti": {dev: rtnl.allmulti(lab.r, dev) for dev in links},
            "marked": sorted(rtnl.marked(lab.r)),
        }

    def differences(self):
        """For a failure: what is not as it was."""
        now = self.look()
        return {k: (self.before[k], now[k]) for k in now if now[k] != self.before[k]}

    def holds(self):
        """Wait until it is as it was; hosts that are known are known where they live."""
        end = time.monotonic() + 5
        while (found := self.differences()) and time.monotonic() < end:
            time.sleep(0.3)
        assert not found, f"an adversary changed (before, now): {found}"
        known = self.lab.tool.hosts()
        for addr, dev in self.hosts.items():
            if addr in known:
                assert known[addr]["dev"] == dev, f"{addr} lives on {dev}: {known[addr]}"


def cold_ping(lab, pairs=PAIRS, tries=3):
    """With nothing known anywhere, each pair's first echo request is answered (of TRIES rounds)."""
    for src, dst in pairs:
        lab.tool("host", "flush")
        for ns in [lab.r, *lab.hosts.values()]:
            ns.run("ip", "-6", "neigh", "flush", "all")
        for turn in range(tries):
            done = lab.hosts[src].run("ping", "-6", "-n", "-c1", "-W3", dst)
            if not done.returncode:
                break
            assert turn < tries - 1, f"{src} does not reach {dst}: {done.stdout}{done.stderr}"


def slab_objects():
    """Objects of the module's own caches, by name."""
    found = {}
    with open("/proc/slabinfo", encoding="ascii") as f:
        for line in f:
            if line.startswith("ndp"):
                field = line.split()
                found[field[0]] = int(field[1])
    return found


def kernel_kb():
    """Memory that the kernel holds for itself, in kilobytes: slab, per processor, vmalloc."""
    with open("/proc/meminfo", encoding="ascii") as f:
        field = {line.split(":")[0]: int(line.split()[1]) for line in f}
    return field["Slab"] + field["Percpu"] + field["VmallocUsed"]


class Siege:
    """The router, the hosts, and the adversary's place on each side."""

    def __init__(self):
        self.lab = Lab(LINKS, hosts=LINKS)
        for addr, dev in HOMES.items():
            Lab.give(self.lab.hosts[WHO[dev]], addr)
        self.mouths = {dev: Port(self.lab.hosts[WHO[dev]], "eth0") for dev in SIDES}
        cold_ping(self.lab)
        self.standing = Standing(self.lab, HOMES)
        self.pingers = []

    def watch(self):
        """Pings from now on."""
        self.pingers = [Pinger(self.lab.hosts[src], dst) for src, dst in PAIRS]
        wait_for(lambda: all(p.answers() for p in self.pingers), "pings are answered")

    def say(self, dev, frames, pause=0.02):
        """Frames, some at a time, so that pings come between."""
        for i in range(0, len(frames), 50):
            self.mouths[dev].send(*frames[i:i + 50])
            time.sleep(pause)

    def judge(self, lost=0):
        """The pings of the meantime, and all else."""
        time.sleep(1.2)
        missed = [p.stop() for p in self.pingers]
        answered = [len(p.times) for p in self.pingers]
        self.pingers = []
        assert all(answered), answered
        assert max(missed) <= lost, f"pings lost: {dict(zip(PAIRS, missed))} of {answered}"
        self.standing.holds()
        gauges = self.lab.tool.json("stats", "show")["gauges"]
        assert gauges["records"] <= 4096 and gauges["hosts"] <= 65536, gauges

    def calm(self):
        """It is over: everybody is found anew, and what was learnt can be forgotten."""
        cold_ping(self.lab)
        self.lab.tool("host", "flush")
        wait_for(lambda: self.lab.tool.gauge("records") == 0, "records expired", 12)
        wait_for(lambda: slab_objects().get("ndp_host", 0) < 400, f"freed: {slab_objects()}", 12)

    def close(self):
        """Take all down."""
        for pinger in self.pingers:
            pinger.proc.kill()
        for port in self.mouths.values():
            port.close()
        self.lab.close()
