#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""Random and mutated netlink messages to the family, while its objects come and go.

   wire up0 --- up0 [ r ] down0 --- wire down0     and a dummy spare0 in r, made and removed

fuzz_netlink.py [--seconds N] [--seed N] [--workers N]   N real seconds, wherever the guest's
clock may be. Requests are made from Documentation/netlink/specs/ndproxy.yaml and mostly
spoilt. Several processes send them at the same time, each keeps dumps open that it reads on,
or leaves, later, and forges what the kernel's rtnetlink tells the module; frames, addresses and
devices change meanwhile.

It ends with an error if a refusal has no text, an answer cannot be parsed, the kernel's
log tells of a bug, the module cannot be unloaded after each round, or anything of it is left.
What a worker sent last is in $RESULTS/fuzz-WORKER then.
"""
import argparse
import collections
import errno
import os
import random
import socket
import struct
import sys
import time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

from lib import forge, genl, kmod, rtnl                     # noqa: E402
from lib.genl import Genl, NESTED, attr                     # noqa: E402
from lib.lab import LL, R_ADDR, Lab                         # noqa: E402
from lib.netns import Namespace                             # noqa: E402
from lib.nlspec import Spec                                 # noqa: E402
from lib.traffic import Traffic, nd_mix                     # noqa: E402
from lib.wait import real_time, wait_for                    # noqa: E402

RESULTS = os.environ.get("RESULTS", ".")
ROUND = 6.0                             # real seconds between two unloadings
NAMES = ["up0", "down0"] * 10 + ["spare0", "spare1", "lo", "nosuch", "", ".",
                                 "a/b", "x" * 15, "x" * 16]


def addresses(*texts):
    """In 16 octets each."""
    return [socket.inet_pton(socket.AF_INET6, text) for text in texts]


PREFIXES = addresses("2001:db8:1::", "2001:db8:2::", "2001:db8::", "2001:db8:1:0:80::", "::")
HOSTS = addresses("2001:db8:1::c0:0", "2001:db8:1::c1:1", "2001:db8:1::5", "2001:db8:1::6",
                  "2001:db8:1::c2:2", "2001:db8:2::7", R_ADDR, LL["up0"])
GROUPS = addresses("ff02::1", "ff02::1:ff00:5", "ff05::1234", "ff05::5678", "ff3e::8000:1",
                   "ff01::1", "ff0e::9")
OTHERS = addresses("::1", "fe80::", "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff")
NUMBERS = [0, 1, 2, 3, 5, 10, 64, 100, 125, 255, 256, 1000, 4096, 65535,
           65536, 0x7fffffff, 0x80000000, 0xfffffffe, 0xffffffff]


class Maker:
    """Makes requests: good ones, and mutations of these."""

    def __init__(self, spec, rng, params):
        self.spec, self.rng, self.params = spec, rng, params

    def number(self, kind):
        """Any value of an integer type."""
        rng = self.rng
        value = rng.choice(NUMBERS) if rng.random() < 0.8 else \
            rng.getrandbits(32)
        size = {"u8": 1, "u16": 2, "u64": 8}.get(kind, 4)
        return (value & (1 << 8 * size) - 1).to_bytes(size, sys.byteorder)

    def address(self, op, a):
        """One that means something there, or one near it, or any."""
        rng = self.rng
        pool = HOSTS
        if a.name == "group":
            pool = GROUPS
        elif op.name.startswith(("prefix", "rule")) or a.name == "prefix":
            pool = PREFIXES
        if rng.random() < 0.1:
            pool = HOSTS + PREFIXES + GROUPS + OTHERS
        addr = bytearray(rng.choice(pool))
        if rng.random() < (0.3 if pool is HOSTS else 0.05):
            addr[15] ^= rng.randrange(256)
        if rng.random() < 0.03:
            addr = bytearray(rng.randbytes(16))
        return bytes(addr)

    def value(self, op, a):
        """What an attribute may hold, likely with a meaning."""
        rng = self.rng
        if a.name == "ifname":
            return rng.choice(NAMES).encode() + b"\0"
        if a.type == "string":
            pool = self.params if a.name == "name" else ["a", "b", "c" * 31]
            return rng.choice(pool + ["nosuch"]).encode() + b"\0"
        if a.length == 16:
            return self.address(op, a)
        if a.name == "ifindex":
            return struct.pack("=I", rng.choice((1, 2, 3, 4, 5, 4711)))
        if a.name == "prefix-len":
            return bytes([rng.choice((64, 64, 64, 48, 0, 127, 128))])
        if a.values and rng.random() < 0.95:
            return struct.pack("=I", rng.randrange(a.values))
        if a.type == "u8" and a.most == 1:
            return bytes([rng.randrange(2)])
        if a.type == "binary":
            return rng.randbytes(rng.randrange(40))
        return self.number(a.type)

    def attributes(self, op):
        """(number, octets) of a request that may be taken."""
        rng, found = self.rng, []
        by_name = rng.random() < 0.8
        for a in op.attrs:
            if a.name in ("ifindex", "ifname"):
                wanted = 1 if (a.name == "ifname") == by_name else 0.05
            else:
                wanted = 0.9
            if rng.random() >= wanted:
                continue
            times = 1
            if a.multi:
                times = rng.choice((1, 1, 2, 3, 30, 300, 3000))
            found += [(a.number, self.value(op, a)) for _ in range(times)]
        return found

    def spoil(self, attrs):
        """One change to the list of attributes."""
        rng = self.rng
        way = rng.randrange(9)
        at = rng.randrange(len(attrs)) if attrs else 0
        number, data = attrs[at] if attrs else (1, b"")
        if way == 0:
            attrs[at:at + 1] = []
        elif way == 1:
            attrs.insert(at, (number, self.number("u32")))
        elif way == 2:
            attrs[at:at + 1] = [(rng.choice((0, number + 1, 99, 0x3fff)), data)]
        elif way == 3:
            attrs[at:at + 1] = [(number | rng.choice((NESTED, 0x4000)), data)]
        elif way == 4:
            attrs[at:at + 1] = [(number, data[:rng.randrange(len(data) + 1)])]
        elif way == 5:
            attrs[at:at + 1] = [(number, data + rng.randbytes(
                rng.choice((1, 4, 16, 1000, 30000))))]
        elif way == 6:
            attrs[at:at + 1] = [(number, rng.randbytes(len(data)))]
        elif way == 7:
            data = data[:1000]
            for _ in range(rng.choice((1, 2, 50))):
                data = attr(rng.choice((number, rng.randrange(1, 12))) |
                            rng.choice((0, NESTED)), data)
            attrs.insert(at, (number | NESTED, data))
        else:
            rng.shuffle(attrs)

    def body(self, op):
        """The octets behind the generic netlink header."""
        rng = self.rng
        attrs = self.attributes(op)
        if rng.random() < 0.4:
            for _ in range(rng.choice((1, 1, 2, 4))):
                self.spoil(attrs)
        body = bytearray(b"".join(attr(n & 0xffff, d[:65000]) for n, d in attrs))
        if rng.random() < 0.1 and body:     # lengths that lie, cut ends
            at = rng.randrange(len(body))
            way = rng.randrange(3)
            if way == 0:
                del body[at:]
            elif way == 1:
                body[at] ^= 1 << rng.randrange(8)
            else:
                body += rng.randbytes(rng.randrange(1, 8))
        return bytes(body)

    def message(self, flags=None):
        """(the payload of a netlink message, its flags, the operation it is)."""
        rng = self.rng
        op = rng.choice(self.spec.ops)
        if flags is None:
            flags = genl.NLM_F_REQUEST | genl.NLM_F_ACK
            if op.dump and rng.random() < 0.2:
                flags |= genl.NLM_F_DUMP
            if rng.random() < 0.03:
                flags ^= 1 << rng.randrange(16)
        head = bytearray(struct.pack("=BBH", op.number, 1, 0))
        if rng.random() < 0.02:
            head[rng.randrange(4)] = rng.randrange(256)
        data = bytes(head) + self.body(op)
        if rng.random() < 0.01:
            data = data[:rng.randrange(5)]
        return data, flags


class Caller(Genl):
    """A socket that sends whole messages and reads what is there, never waiting."""

    def __init__(self, ns):
        super().__init__(ns)
        self.sock.setblocking(False)
        self.dumping = False

    def send(self, data, flags):
        """One message; returns its sequence number."""
        self.seq += 1
        self.sock.send(struct.pack("=IHHII", 16 + len(data), self.family,
                                   flags & 0xffff, self.seq, 0) + data)
        return self.seq

    def read(self):
        """The messages of one buffer: (type, flags, sequence number, payload); None: nothing."""
        try:
            data = self.sock.recv(1 << 17)
        except BlockingIOError:
            return None
        except OSError as err:
            if err.errno == errno.ENOBUFS:
                return None
            raise
        found = []
        while data:
            size, kind, flags, seq, _ = struct.unpack("=IHHII", data[:16])
            assert 16 <= size <= len(data), f"length {size} of {len(data)}"
            found.append((kind, flags, seq, data[16:size]))
            data = data[(size + 3) & ~3:]
        return found


def parse(data, depth=0):
    """Attributes of an answer must be whole, nests included."""
    while data:
        assert len(data) >= 4, f"{len(data)} octets behind the attributes"
        size, kind = struct.unpack("=HH", data[:4])
        assert 4 <= size <= len(data), f"attribute of {size} in {len(data)}"
        if kind & NESTED and depth < 4:
            parse(data[4:size], depth + 1)
        data = data[(size + 3) & ~3:]


class Worker:
    """One process: requests, and dumps that are read on a bit at a time."""

    DUMPS = 6

    def __init__(self, lab, maker, name):
        self.lab, self.maker, self.rng = lab, maker, maker.rng
        self.name = name
        self.caller = Caller(lab.r)
        self.dumps = []
        self.forger, self.portids = None, []
        self.sent = collections.deque(maxlen=64)
        self.counts = collections.Counter()
        ops = maker.spec.ops
        self.do = {op.number for op in ops if op.do}
        self.dump = {op.number for op in ops if op.dump}

    def core_refuses(self, data, flags):
        """What netlink itself turns away, before the family is asked, has no text."""
        dump = flags & genl.NLM_F_DUMP == genl.NLM_F_DUMP
        return len(data) < 4 or data[0] not in (self.dump if dump else self.do)

    def judge(self, messages, asked):
        """Errors have a text, answers can be parsed."""
        for kind, flags, seq, payload in messages:
            if kind not in (genl.ERROR, genl.DONE):
                parse(payload[4:])
                self.counts["answers"] += 1
                continue
            err = -struct.unpack("=i", payload[:4])[0] if payload else 0
            if not err:
                self.counts["taken"] += 1
                continue
            self.counts["refused"] += 1
            text = genl.extack(kind, flags, payload)
            data, sent_flags = asked.get(seq, (b"", 0))
            assert text or self.core_refuses(data, sent_flags), \
                f"no text: {errno.errorcode.get(err, err)} for " \
                f"{data[:400].hex()} flags {sent_flags:#x}"
            assert len(text or "") < 80, f"a text that was cut: {text}"

    def request(self):
        """One, or a few in a row before any answer is read."""
        asked = {}
        for _ in range(self.rng.choice((1, 1, 1, 3))):
            data, flags = self.maker.message()
            if flags & genl.NLM_F_DUMP == genl.NLM_F_DUMP:
                self.open_dump(data, flags)
                continue
            self.sent.append((data, flags))
            asked[self.caller.send(data, flags)] = data, flags
            self.counts["sent"] += 1
        while (messages := self.caller.read()) is not None:
            self.judge(messages, asked)

    def open_dump(self, data, flags):
        """A dump on a socket of its own, of which only the first part is made."""
        if len(self.dumps) >= self.DUMPS:
            self.dumps.pop(0)[0].close()
        caller = Caller(self.lab.r)
        self.sent.append((data, flags))
        asked = {caller.send(data, flags): (data, flags)}
        self.dumps.append((caller, asked))
        self.counts["dumps"] += 1

    def read_dump(self):
        """Go on with one of those, or leave it."""
        if not self.dumps:
            return
        at = self.rng.randrange(len(self.dumps))
        caller, asked = self.dumps[at]
        messages = caller.read()
        if messages is not None:
            self.judge(messages, asked)
        if messages is None or self.rng.random() < 0.05:
            self.dumps.pop(at)
            caller.close()

    def disturb(self):
        """The world around it changes."""
        r = self.lab.r
        change = self.rng.choice((
            lambda: r.down("down0"), lambda: r.up("down0"),
            lambda: r.down("up0"), lambda: r.up("up0"),
            lambda: r.run("ip", "link", "add", "spare0", "up", "type", "dummy"),
            lambda: r.run("ip", "link", "del", "spare0"),
            lambda: r.run("ip", "link", "set", "spare0", "name", "spare1"),
            lambda: r.run("ip", "link", "del", "spare1"),
            lambda: r.run("ip", "addr", "replace", R_ADDR + "/64", "dev", "up0"),
            lambda: r.run("ip", "addr", "del", R_ADDR + "/64", "dev", "up0"),
            lambda: r.run("ip", "addr", "replace", "2001:db8:2::1/64", "dev",
                          "up0", "valid_lft", "1", "preferred_lft", "1"),
            lambda: r.run("ip", "-6", "neigh", "flush", "dev", "down0"),
            self.other_namespace))
        change()

    def other_namespace(self):
        """One that ends while a dump of it is open, and its links are set."""
        ns = Namespace(f"f{self.name}")
        caller = Caller(ns)
        for _ in range(20):
            data, flags = self.maker.message()
            caller.send(data, flags)
        for _ in range(3):
            caller.read()
        ns.delete()
        caller.read()
        caller.close()

    def forge(self):
        """Tell the module what only the kernel may, more or less."""
        if not self.forger:
            self.forger = forge.Forger(self.lab.r)
            self.portids = [x for x in self.forger.sockets() if x]
        data = bytearray(forge.random_event(self.rng))
        if self.rng.random() < 0.5:
            for _ in range(self.rng.choice((1, 1, 4))):
                data[self.rng.randrange(len(data))] = self.rng.randrange(256)
        if self.rng.random() < 0.2:
            del data[self.rng.randrange(1, len(data)):]
        for group in forge.GROUPS:
            self.forger.multicast(bytes(data), group)
        for portid in self.portids:
            self.forger.unicast(bytes(data), portid)
        self.counts["forged"] += 1

    def step(self):
        """One of all that."""
        draw = self.rng.random()
        if draw < 0.65:
            self.request()
        elif draw < 0.75:
            self.forge()
        elif draw < 0.96:
            self.read_dump()
        elif draw < 0.97:
            self.disturb()
        else:                           # another one's turn; timers, too
            time.sleep(self.rng.choice((0, 0.001, 0.01, 0.3, 1.1)))

    def run(self, until):
        """Until that real time; 0 if all is well."""
        try:
            while real_time() < until:
                for _ in range(50):
                    self.step()
            for caller, _ in self.dumps:
                caller.close()
            with open(f"{RESULTS}/fuzz-counts", "a", encoding="ascii") as f:
                f.write(" ".join(f"{k}={v}" for k, v in
                                 sorted(self.counts.items())) + "\n")
            return 0
        except Exception as broken:     # pylint: disable=broad-except
            with open(f"{RESULTS}/fuzz-{self.name}", "w",
                      encoding="ascii") as f:
                f.write(f"{broken!r}\n" + "".join(
                    f"{flags:#06x} {data.hex()}\n"
                    for data, flags in self.sent))
            print(f"fuzz: worker {self.name}: {broken!r}", flush=True)
            return 1


def fork(work):
    """Run work() in a child; its process number."""
    pid = os.fork()
    if not pid:
        code = 2
        try:
            code = work()
        finally:
            os._exit(code)
    return pid


def deconfigure(lab):
    """Take all back that workers may have configured, by the command."""
    for link in lab.tool.json("link", "show"):
        lab.tool("link", "set", link["ifname"], "role", "none")
    for link in lab.tool.json("mld", "link", "show"):
        lab.tool("mld", "link", "set", link["ifname"], "off")
    for rule in lab.tool.json("prefix", "rules"):
        lab.tool("prefix", "del", rule["prefix"])
    wait_for(lambda: not rtnl.routes(lab.r), "routes gone")
    assert not rtnl.marked(lab.r), "marks left"
    gauges = lab.tool.json("stats", "show")["gauges"]
    assert not any(gauges.values()), f"left: {gauges}"
    for dev in ("up0", "down0"):
        wait_for(lambda dev=dev: rtnl.allmulti(lab.r, dev) == 0,
                 f"all-multicast of {dev} given back")


def fuzz_round(spec, seed, workers, until):
    """A fresh router, the workers at it, all taken back, the module unloaded."""
    kmod.load()
    lab = Lab()
    params = sorted(lab.tool.params())
    traffic = Traffic(nd_mix(lab), 0.05)
    try:
        pids = []
        for i in range(workers):
            rng = random.Random(f"{seed}.{i}")
            worker = Worker(lab, Maker(spec, rng, params), i)
            pids.append(fork(lambda worker=worker: worker.run(until)))
            worker.caller.close()
        failed = [pid for pid in pids
                  if os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])]
        assert not failed, "a worker failed"
        lab.r.up("up0", "down0")
        if int(seed.rsplit(".", 1)[1]) % 2:
            deconfigure(lab)
    finally:
        traffic.stop()
        lab.close()
    kmod.unload()
    with open("/proc/slabinfo", encoding="ascii") as f:
        assert not any(x.startswith("ndp") for x in f), "slab left"


def fuzz(seconds, seed, workers):
    """Rounds until the time is over; how many there were."""
    spec, log, rounds = Spec(), kmod.Log(), 0
    end = real_time() + seconds
    if kmod.loaded():
        kmod.unload()
    while real_time() < end:
        fuzz_round(spec, f"{seed}.{rounds}", workers,
                   min(real_time() + ROUND, end))
        lines = log.lines()
        bad = [x for x in lines if kmod.SPLAT.search(x) or
               "truncated extack" in x]
        assert not bad, f"the kernel's log: {bad}"
        rounds += 1
    log.close()
    return rounds


def totals():
    """What the workers did, all together."""
    sums = collections.Counter()
    with open(f"{RESULTS}/fuzz-counts", encoding="ascii") as f:
        for word in f.read().split():
            name, value = word.split("=")
            sums[name] += int(value)
    return sums


def main():
    """Arguments, set-up, verdict."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("--seconds", type=float, default=600)
    parser.add_argument("--seed", default=None)
    parser.add_argument("--workers", type=int, default=3)
    args = parser.parse_args()
    seed = args.seed or str(random.SystemRandom().randrange(1 << 32))
    print(f"fuzz: seed {seed}", flush=True)
    open(f"{RESULTS}/fuzz-counts", "w", encoding="ascii").close()
    Lab.wire_ns = Namespace("w")
    for where in ("all", "default"):
        Lab.wire_ns.sysctl(f"ipv6.conf.{where}.disable_ipv6", 1)
    try:
        rounds = fuzz(args.seconds, seed, args.workers)
    except AssertionError as broken:
        print(f"fuzz: {broken}")
        return 1
    sums = totals()
    print(f"fuzz: {rounds} rounds, {sums['sent']} requests ({sums['taken']} "
          f"taken, {sums['refused']} refused with a text), {sums['dumps']} "
          f"dumps, {sums['answers']} answers, {sums['forged']} forged")
    # A fuzzer that is always refused, or never, tests nothing
    return 0 if min(sums["taken"], sums["refused"], sums["dumps"],
                    sums["answers"], sums["forged"]) else 1


if __name__ == "__main__":
    sys.exit(main())
