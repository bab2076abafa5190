# SPDX-License-Identifier: GPL-2.0
"""Several proxies between the same two links.

   x1, x2 ... --- segment 1 --- up0 [ r0 ] down0 --- segment 2 --- t1, t2 ...
                            \\-- up0 [ r1 ] down0 --/

A segment is a bridge without snooping in the wires' namespace; a packet socket
on it hears what is multicast there. With cable=True both are one bridge.
"""
import itertools
import socket
import struct

from . import pkt
from .lab import PFX, Lab
from .netns import Namespace, free_name
from .tool import Tool
from .wait import wait_for
from .wire import Port

_serial = itertools.count()
SO_TIMESTAMPNS = 35


class Tap(Port):
    """A port that knows when each frame came."""

    def __init__(self, ns, dev, name):
        super().__init__(ns, dev, name)
        self.sock.setsockopt(socket.SOL_SOCKET, SO_TIMESTAMPNS, 1)

    def drain(self):
        """Read all that has arrived."""
        while True:
            try:
                data, more, _, where = self.sock.recvmsg(65536, 64)
            except BlockingIOError:
                return
            seconds, rest = struct.unpack("=qq", more[0][2])
            if where[2] != 4:                   # not PACKET_OUTGOING
                self.history.append(pkt.Frame(data, seconds + rest / 1e9))


class Ring:
    """Routers, two segments, and hosts with real stacks."""

    def __init__(self, routers=2, hosts=("x1", "t1"), cable=False):
        Lab.live.append(self)
        self.wire = Lab.wire_ns
        self.segment, self.ports = {}, {}
        self.taps, self.routers, self.tools, self.hosts = [], [], [], {}
        for side in ("1",) if cable else ("1", "2"):
            name = f"s{next(_serial)}"
            self.wire.ip(f"link add {name} type bridge mcast_snooping 0",
                         f"link set {name} up")
            self.segment[side] = name
            self.taps.append(Tap(self.wire, name, f"segment {side}"))
        self.segment.setdefault("2", self.segment["1"])
        for name in hosts:
            self._add_host(name)
        for number in range(routers):
            self._add_router(number)
        for tool in self.tools:
            tool.wait_prefix(PFX)

    def _plug(self, ns, dev, mac, side):
        port = f"p{next(_serial)}"
        ns.ip(f"link add {dev} address {mac} type veth peer name {port} "
              f"netns {self.wire.name}", f"link set {dev} up")
        self.wire.ip(f"link set {port} master {self.segment[side]} up")
        return port

    def _add_host(self, name):
        ns = Namespace(free_name(name))
        ns.quiet("default", "all")
        self._plug(ns, "eth0", self.host_mac(name), "1" if name[0] == "x"
                   else "2")
        Lab.give(ns, self.addr(name))
        self.hosts[name] = ns

    @staticmethod
    def addr(name):
        """Address of a host: ::x:1 is 2001:db8:1::1:1, ::t:1 ...::2:1."""
        return f"2001:db8:1::{'1' if name[0] == 'x' else '2'}:{name[1:]}"

    @staticmethod
    def host_mac(name):
        """MAC of a host."""
        return f"02:00:00:00:0{'1' if name[0] == 'x' else '2'}:0{name[1:]}"

    @staticmethod
    def mac(number, side):
        """MAC of a router on a side ("1" or "2")."""
        return f"02:00:00:00:f{number}:0{side}"

    def _add_router(self, number):
        ns = Namespace(free_name(f"r{number}"))
        for where in ("all", "default"):
            ns.quiet(where)
            ns.sysctl(f"ipv6.conf.{where}.forwarding", 1)
        for dev, side in (("up0", "1"), ("down0", "2")):
            self.ports[number, side] = self._plug(
                ns, dev, self.mac(number, side), side)
        ns.ip(f"addr add 2001:db8:1::f{number}/64 dev up0 nodad")
        Lab.wait_addr(ns, (pkt.lladdr(self.mac(number, "1")), "up0"),
                      (pkt.lladdr(self.mac(number, "2")), "down0"))
        tool = Tool(ns)
        tool("-b", "-", input="link set up0 role upstream\n"
                              "link set down0 role downstream\n")
        self.routers.append(ns)
        self.tools.append(tool)

    def slow(self, number, side, delay):
        """What a router hears on a side comes some milliseconds late."""
        self.wire.sh("tc", "qdisc", "add", "dev", self.ports[number, side],
                     "root", "netem", "delay", f"{delay}ms")

    def side(self, host):
        """The tap of a host's own segment."""
        return self.taps[0 if host[0] == "x" else -1]

    def other(self, host):
        """The tap of the segment across."""
        return self.taps[-1 if host[0] == "x" else 0]

    def ping(self, src, dst, count=1, interval=0.2, wait=3):
        """How many of COUNT echo requests were answered."""
        done = self.hosts[src].run(
            "ping", "-6", "-n", "-c", str(count), "-i", str(interval), "-W",
            str(wait), self.addr(dst) if dst in self.hosts else dst)
        for line in done.stdout.splitlines():
            if "received" in line:
                return int(line.split(", ")[1].split()[0])
        raise AssertionError(done.stdout + done.stderr)

    def forget_neighbours(self):
        """Cold caches on all hosts."""
        for ns in self.hosts.values():
            ns.sh("ip", "-6", "neigh", "flush", "dev", "eth0")

    def proxy_macs(self):
        """Of all routers on both sides."""
        return {self.mac(n, side) for n in range(len(self.routers))
                for side in "12"}

    def known(self, host):
        """Where each router thinks that a host is."""
        return [(tool.host(self.addr(host)) or {}).get("dev")
                for tool in self.tools]

    def probes(self, tap, target):
        """DAD probes for a target, heard so far on a segment."""
        tap.drain()
        return [f for f in tap.history if f.type == pkt.NS and
                f.src == pkt.UNSPEC and pkt.same(f.target, target)]

    def asks(self, tap, target=None):
        """Solicitations that proxies sent, heard so far on a segment."""
        tap.drain()
        macs = self.proxy_macs()
        return [f for f in tap.history if f.type == pkt.NS and
                f.src != pkt.UNSPEC and f.eth_src in macs and f.target and
                not f.target.startswith("fe80") and
                (target is None or pkt.same(f.target, target))]

    def state(self):
        """What the routers know, for the report of a failure."""
        texts = []
        for ns, tool in zip(self.routers, self.tools):
            for args in (("host", "show"), ("solicit", "show"),
                         ("-s", "link", "show")):
                texts.append(f"{ns.name} {' '.join(args)}\n"
                             f"{tool.run(*args).stdout}")
            texts.append(ns.run("ip", "-6", "neigh").stdout)
            texts.append(ns.run("ip", "-6", "route").stdout)
        for ns in self.hosts.values():
            texts.append(ns.name + "\n" + ns.run("ip", "-6", "neigh").stdout)
        texts += [repr(f) for tap in self.taps for f in tap.history[-20:]]
        return "\n".join(texts)

    @property
    def r(self):
        """For the report of a failure: one of them."""
        return self.routers[0]

    def close(self):
        """Take all down."""
        Lab.live.remove(self)
        for tap in self.taps:
            tap.close()
        for ns in [*self.routers, *self.hosts.values()]:
            ns.delete()
        for name in set(self.segment.values()):
            self.wire.ip(f"link del {name}")
        wait_for(lambda: not any(
            name in [x for _, x in self._devices()]
            for name in self.segment.values()), "segments gone")

    def _devices(self):
        with self.wire:
            return socket.if_nameindex()
