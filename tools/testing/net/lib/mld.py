# SPDX-License-Identifier: GPL-2.0
"""MLD on the wire, the kernel's sockets, and links that the engine speaks on."""
import socket
import struct
import subprocess
import time

from scapy.layers.inet6 import (ICMPv6MLDone, ICMPv6MLQuery, ICMPv6MLQuery2, ICMPv6MLReport,
                                IPv6, IPv6ExtHdrHopByHop, RouterAlert)
from scapy.layers.l2 import Ether

from .pkt import group_mac, lladdr, pton

QUERY, V1_REPORT, V1_DONE, V2_REPORT = 130, 131, 132, 143
RECORDS = {1: "IS_IN", 2: "IS_EX", 3: "TO_IN", 4: "TO_EX", 5: "ALLOW", 6: "BLOCK"}
CURRENT = ("IS_IN", "IS_EX")
ALL_NODES, ALL_ROUTERS, ALL_V2_ROUTERS = "ff02::1", "ff02::2", "ff02::16"
TSHARK_NOTE = 0x400000      # what _ws.expert.severity has for "note"; warning and error are above
QUERIER_MAC = "02:00:00:00:ee:01"

# linux/in.h
MCAST_JOIN_GROUP, MCAST_LEAVE_GROUP = 42, 45
MCAST_JOIN_SOURCE_GROUP, MCAST_MSFILTER = 46, 48
FMODE = {"EX": 0, "IN": 1}

SETTLE = 1.5                # Robustness Variable transmissions within the interval, and some


def text(addr):
    """An address in its one text form."""
    return socket.inet_ntop(socket.AF_INET6, addr if isinstance(addr, bytes) else pton(addr))


def code16(value):
    """A Maximum Response Code for a number of ms (RFC 3810 5.1.3)."""
    if value < 32768:
        return value
    exp = 0
    while value >> (exp + 3) > 0x1fff:
        exp += 1
    return 0x8000 | exp << 12 | (value >> (exp + 3)) & 0xfff


def frame(body, src, dst, mac=QUERIER_MAC, hlim=1, alert=True):
    """An MLD message as bytes."""
    ip6 = IPv6(src=src, dst=dst, hlim=hlim)
    if alert:
        ip6 = ip6 / IPv6ExtHdrHopByHop(options=[RouterAlert(value=0)])
    return bytes(Ether(src=mac, dst=group_mac(dst), type=0x86dd) / ip6 / body)


def query(version=2, group="::", sources=(), mrc=1000, src=None, dst=None, qrv=2, qqic=125, **kw):
    """A query as bytes; mrc in ms."""
    dst = dst or (ALL_NODES if group == "::" else group)
    if version == 1:
        body = ICMPv6MLQuery(mladdr=group, mrd=mrc)
    else:
        body = ICMPv6MLQuery2(mladdr=group, mrd=code16(mrc), QRV=qrv, QQIC=qqic,
                              sources=list(sources), sources_number=len(sources))
    return frame(body, src or lladdr(QUERIER_MAC), dst, **kw)


def v1_report(group, mac="02:00:00:00:ee:09"):
    """Another listener's report of version 1."""
    return frame(ICMPv6MLReport(mladdr=group), lladdr(mac), group, mac)


def v1_done(group, mac="02:00:00:00:ee:09"):
    """Another listener's Done."""
    return frame(ICMPv6MLDone(mladdr=group), lladdr(mac), ALL_ROUTERS, mac)


class Message:
    """An MLD message that was heard, taken apart and checked by hand.

    records: [(group, kind, frozenset of sources)]; of version 1 the kind is V1 or DONE.
    """

    def __init__(self, data, when):
        self.data, self.when = data, when
        self.src, self.dst = text(data[22:38]), text(data[38:54])
        self.hlim = data[21]
        self.hbh = data[54:62]
        self.icmp = data[62:54 + struct.unpack("!H", data[18:20])[0]]
        self.type = self.icmp[0]
        self.records = []
        if self.type == V2_REPORT:
            self._records()
        elif self.type in (V1_REPORT, V1_DONE):
            kind = "V1" if self.type == V1_REPORT else "DONE"
            self.records.append((text(self.icmp[8:24]), kind, frozenset()))

    @classmethod
    def of(cls, data, when):
        """The message in a frame, or None if it holds none."""
        if len(data) < 70 or data[12:14] != b"\x86\xdd" or data[20] != 0 or data[54] != 58:
            return None
        if data[62] not in (QUERY, V1_REPORT, V1_DONE, V2_REPORT):
            return None
        return cls(data, when)

    def _records(self):
        at = 8
        for _ in range(struct.unpack("!H", self.icmp[6:8])[0]):
            kind, aux, n = struct.unpack("!BBH", self.icmp[at:at + 4])
            assert aux == 0 and kind in RECORDS, self
            body = self.icmp[at + 20:at + 20 + 16 * n]
            assert len(body) == 16 * n, f"record behind the end: {self}"
            sources = [text(body[i:i + 16]) for i in range(0, len(body), 16)]
            assert len(set(sources)) == n, f"a source twice: {self}"
            self.records.append((text(self.icmp[at + 4:at + 20]), RECORDS[kind],
                                 frozenset(sources)))
            at += 20 + 16 * n
        assert at == len(self.icmp), f"octets behind the records: {self}"

    def of_group(self, group):
        """[(kind, sources)] of one group."""
        return [(kind, sources) for where, kind, sources in self.records if where == group]

    def check(self):
        """What every message of a listener must be (MLD-A5, A6)."""
        assert self.hlim == 1, self
        assert self.hbh == bytes((58, 0, 5, 2, 0, 0, 1, 0)), self
        assert self.src == "::" or self.src.startswith("fe80:"), self
        want = {V2_REPORT: ALL_V2_ROUTERS, V1_DONE: ALL_ROUTERS}.get(self.type)
        assert self.dst == (want or self.records[0][0]), self
        assert self.data[:6].hex(":") == group_mac(self.dst), self
        if self.type != V2_REPORT:
            assert len(self.icmp) == 24, self
        assert _sum(self) == 0xffff, f"checksum: {self}"
        return self

    def __repr__(self):
        what = " ".join(f"{g}:{k}({','.join(sorted(s)) or '-'})" for g, k, s in self.records)
        return f"<{self.when:.3f} {self.src} > {self.dst} type {self.type} {what}>"


def _sum(message):
    whole = message.data[22:54] + struct.pack("!I3xB", len(message.icmp), 58) + message.icmp
    whole += bytes(len(whole) % 2)
    total = sum(struct.unpack(f"!{len(whole) // 2}H", whole))
    while total >> 16:
        total = (total & 0xffff) + (total >> 16)
    return total


class Ear:
    """What listeners say on a wire port: MLD messages from the router, in order."""

    def __init__(self, port):
        self.port = port
        self.at = 0
        self.heard = []

    def mark(self):
        """Forget what was heard so far."""
        self._read()
        self.heard = []

    def _read(self):
        self.port.drain()
        for got in self.port.history[self.at:]:
            message = Message.of(got.data, got.when)
            if message and message.type != QUERY:
                self.heard.append(message.check())
        self.at = len(self.port.history)

    def messages(self):
        """Messages since the mark."""
        self._read()
        return self.heard

    def listen(self, duration):
        """Messages since the mark, after a while."""
        time.sleep(max(duration, 0))
        return self.messages()

    def reports(self, group):
        """[(kind, sources)] of a group since the mark, one entry for each record."""
        return [r for m in self.messages() for r in m.of_group(group)]

    def wait(self, match, timeout=8.0, what=""):
        """Wait until a message since the mark matches; return it."""
        end = time.monotonic() + timeout
        while True:
            for message in self.messages():
                if match(message):
                    return message
            left = end - time.monotonic()
            assert left > 0, f"nothing within {timeout} s {what}: {self.heard}"
            self.port.wait(left)

    def wait_report(self, group, kind=None, timeout=8.0):
        """Wait until a message about a group comes, of a kind if one is named."""
        return self.wait(lambda m: any(kind in (None, k) for k, _ in m.of_group(group)), timeout,
                         f"{group} {kind}")


def reports_of(ports):
    """Frames of all reports and Dones that wire ports ever heard."""
    found = []
    for port in ports:
        port.drain()
        messages = (Message.of(got.data, got.when) for got in port.history)
        found += [m.data for m in messages if m and m.type != QUERY]
    return found


def assert_tshark_is_silent(frames, path):
    """tshark reads the frames as reports, and has no warning about any."""
    with open(path, "wb") as f:
        f.write(struct.pack("=IHHiIII", 0xa1b2c3d4, 2, 4, 0, 0, 65535, 1))
        for data in frames:
            f.write(struct.pack("=IIII", 0, 0, len(data), len(data)) + data)

    fields = ("icmpv6.type", "icmpv6.checksum.status", "_ws.expert.severity", "_ws.expert.message")
    done = subprocess.run(
        ("tshark", "-n", "-r", path, "-T", "fields", *(x for f in fields for x in ("-e", f))),
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, timeout=600, check=False)
    assert done.returncode == 0, done.stderr
    lines = [line.split("\t") for line in done.stdout.splitlines()]
    assert len(lines) == len(frames) > 0
    bad = [line for line in lines if int(line[0] or 0) not in (V2_REPORT, V1_REPORT, V1_DONE) or
           line[1] != "1" or any(int(x) >= TSHARK_NOTE for x in line[2].split(",") if x)]
    assert not bad, bad[:5]


def _storage(addr):
    return struct.pack("=HHI16sI", socket.AF_INET6, 0, 0, pton(addr), 0).ljust(128, b"\0")


class Listener:
    """A socket of the kernel's; listen() is the service interface of RFC 3810 3."""

    def __init__(self, ns, dev):
        with ns:
            self.sock = socket.socket(socket.AF_INET6, socket.SOCK_DGRAM)
        self.index = ns.ifindex(dev)
        self.joined = set()

    def _set(self, option, data):
        self.sock.setsockopt(socket.IPPROTO_IPV6, option, data)

    def listen(self, group, mode, sources):
        """Replace what the socket listens to; the seconds that its calls took together."""
        head = struct.pack("=I4x", self.index) + _storage(group)
        if mode == "IN" and not sources:
            if group in self.joined:
                self._set(MCAST_LEAVE_GROUP, head)
            self.joined.discard(group)
            return 0
        filt = head + struct.pack("=II", FMODE[mode], len(sources)) + \
            b"".join(_storage(s) for s in sources)
        start = time.monotonic()
        said = False                    # the first call may say it all
        if group not in self.joined and mode == "IN":
            self._set(MCAST_JOIN_SOURCE_GROUP, head + _storage(sources[0]))
            said = len(sources) == 1
        elif group not in self.joined:
            self._set(MCAST_JOIN_GROUP, head)
            said = not sources
        self.joined.add(group)
        if not said:
            self._set(MCAST_MSFILTER, filt)
        return time.monotonic() - start

    def close(self):
        """Close it, which leaves its groups."""
        self.sock.close()
        self.joined.clear()


def engine_lab(make_lab, dev):
    """A router without roles, the engine on one link, whose own groups have been told; with an ear there."""
    lab = make_lab((dev,), roles=False)
    lab.tool("mld", "link", "set", dev, "on")
    lab.ear = Ear(lab.ports[dev])
    time.sleep(2 * SETTLE)
    lab.ear.mark()
    return lab


def engine_link(lab, dev):
    """The engine's link, as the command shows it."""
    return lab.tool.json("mld", "link", "show", dev)[0]
