# SPDX-License-Identifier: GPL-2.0
"""Neighbour discovery packets: built with scapy, looked at as bytes.

A test states the whole packet that it expects and compares bytes, so that no
field (checksum and hop limit included) escapes; scapy prints the difference.
"""
import ipaddress
import socket
import struct

from scapy.layers.l2 import Ether
from scapy.layers.inet6 import (ICMPv6ND_NA, ICMPv6ND_NS, ICMPv6ND_RA,
                                ICMPv6EchoRequest, IPv6,
                                ICMPv6NDOptPrefixInfo)
from scapy.packet import Raw

NS, NA, RA, REDIRECT = 135, 136, 134, 137
UNSPEC, ALL_NODES = "::", "ff02::1"
ALL_NODES_MAC = "33:33:00:00:00:01"


def pton(addr):
    """Packed form of an IPv6 address."""
    return socket.inet_pton(socket.AF_INET6, addr)


def same(a, b):
    """Are two texts the same address?"""
    return pton(a) == pton(b)


def mac_bytes(mac):
    """Packed form of a MAC address."""
    return bytes.fromhex(mac.replace(":", ""))


def snm(target):
    """Solicited-node group of a target."""
    return socket.inet_ntop(socket.AF_INET6,
                            pton("ff02::1:ff00:0")[:13] + pton(target)[13:])


def group_mac(group):
    """Ethernet address of an IPv6 multicast group."""
    return "33:33:" + ":".join(f"{b:02x}" for b in pton(group)[12:])


def dst_mac(dst, mac=None):
    """Ethernet destination for an IPv6 destination."""
    return group_mac(dst) if dst.lower().startswith("ff") else mac


def lladdr(mac):
    """Link-local address (EUI-64) of a MAC address."""
    b = mac_bytes(mac)
    iid = bytes([b[0] ^ 2]) + b[1:3] + b"\xff\xfe" + b[3:]
    return socket.inet_ntop(socket.AF_INET6, pton("fe80::")[:8] + iid)


def opt(kind, body):
    """One ND option; the body is padded to units of eight octets."""
    body += bytes(-(len(body) + 2) % 8)
    return bytes([kind, (len(body) + 2) // 8]) + body


def slla(mac):
    """Source link-layer address option."""
    return opt(1, mac_bytes(mac))


def tlla(mac):
    """Target link-layer address option."""
    return opt(2, mac_bytes(mac))


def nonce(body):
    """Nonce option (RFC 3971, RFC 7527)."""
    return opt(14, body)


def _frame(eth_src, eth_dst, src, dst, upper, hlim=255, ext=None):
    ip6 = IPv6(src=src, dst=dst, hlim=hlim)
    if ext is not None:
        ip6 = ip6 / ext
    return bytes(Ether(src=eth_src, dst=eth_dst, type=0x86dd) / ip6 / upper)


def ns(eth_src, src, target, dst=None, eth_dst=None, opts=None, hlim=255,
       code=0, ext=None, cksum=None):
    """An NS as bytes. opts None means the SLLA option, b"" none."""
    dst = dst or snm(target)
    if opts is None:
        opts = b"" if src == UNSPEC else slla(eth_src)
    upper = ICMPv6ND_NS(tgt=target, code=code)
    if cksum is not None:
        upper.cksum = cksum
    if opts:
        upper = upper / Raw(opts)
    return _frame(eth_src, eth_dst or dst_mac(dst), src, dst, upper, hlim,
                  ext)


def na(eth_src, src, target, dst=ALL_NODES, eth_dst=None, opts=None, r=0, s=0,
       o=1, hlim=255, code=0, ext=None, cksum=None):
    """An NA as bytes. opts None means the TLLA option, b"" none."""
    if opts is None:
        opts = tlla(eth_src)
    upper = ICMPv6ND_NA(tgt=target, R=r, S=s, O=o, code=code)
    if cksum is not None:
        upper.cksum = cksum
    if opts:
        upper = upper / Raw(opts)
    return _frame(eth_src, eth_dst or dst_mac(dst), src, dst, upper, hlim,
                  ext)


def ra(eth_src, prefix, valid=600, preferred=None, onlink=1, auto=0,
       lifetime=0, retrans=0):
    """A multicast RA with one prefix option; retrans: ms."""
    net = ipaddress.ip_network(prefix)
    pio = ICMPv6NDOptPrefixInfo(prefix=str(net.network_address),
                                prefixlen=net.prefixlen, L=onlink, A=auto,
                                validlifetime=valid,
                                preferredlifetime=valid if preferred is None
                                else preferred)
    return _frame(eth_src, ALL_NODES_MAC, lladdr(eth_src), ALL_NODES,
                  ICMPv6ND_RA(routerlifetime=lifetime, retranstimer=retrans) / pio)


def echo(eth_src, eth_dst, src, dst, hlim=64, size=8, seq=1):
    """An echo request."""
    return _frame(eth_src, eth_dst, src, dst,
                  ICMPv6EchoRequest(id=77, seq=seq, data=bytes(size)), hlim)


def patch_cksum(frame):
    """The same frame with a right ICMPv6 checksum for what it holds now."""
    plen = struct.unpack("!H", frame[18:20])[0]
    upper = bytearray(frame[54:54 + plen])
    upper[2:4] = b"\0\0"
    whole = frame[22:54] + struct.pack("!I3xB", len(upper), 58) + upper
    whole += bytes(len(whole) % 2)
    total = sum(struct.unpack(f"!{len(whole) // 2}H", whole))
    while total >> 16:
        total = (total & 0xffff) + (total >> 16)
    upper[2:4] = struct.pack("!H", ~total & 0xffff or 0xffff)
    return frame[:54] + bytes(upper) + frame[54 + plen:]


def cut(frame, length):
    """The frame with its ICMPv6 part shortened to LENGTH octets."""
    return patch_cksum(frame[:18] + struct.pack("!H", length) +
                       frame[20:54 + length])


class Frame:
    """A received frame: the bytes and the fields that tests select by."""

    def __init__(self, data, when=0.0):
        self.data, self.when = data, when
        self.used = False
        self.type = self.code = self.target = None
        if len(data) >= 55 and data[12:14] == b"\x86\xdd" and data[20] == 58:
            self.type = data[54]
            self.code = data[55]
        if self.is_nd and len(data) >= 78:
            self.target = socket.inet_ntop(socket.AF_INET6, data[62:78])

    @property
    def is_nd(self):
        """NS or NA?"""
        return self.type in (NS, NA)

    @property
    def eth_src(self):
        """Ethernet source as text."""
        return self.data[6:12].hex(":")

    @property
    def eth_dst(self):
        """Ethernet destination as text."""
        return self.data[:6].hex(":")

    @property
    def src(self):
        """IPv6 source as text."""
        return socket.inet_ntop(socket.AF_INET6, self.data[22:38])

    @property
    def dst(self):
        """IPv6 destination as text."""
        return socket.inet_ntop(socket.AF_INET6, self.data[38:54])

    @property
    def hlim(self):
        """IPv6 hop limit."""
        return self.data[21]

    @property
    def flags(self):
        """(R, S, O) of an NA."""
        b = self.data[58]
        return (b >> 7 & 1, b >> 6 & 1, b >> 5 & 1)

    @property
    def options(self):
        """ND options as raw bytes."""
        return self.data[78:]

    def show(self):
        """What scapy makes of the frame, one line."""
        return Ether(self.data).summary() + " " + repr(Ether(self.data))

    def __repr__(self):
        return f"<{self.when:.3f} {self.show()}>"


def assert_frame(got, want):
    """The whole frame must be equal, byte for byte."""
    assert got.data == want, \
        f"\n got: {got.show()}\nwant: {Frame(want).show()}" \
        f"\n got: {got.data.hex()}\nwant: {want.hex()}"


def is_ns(target, **fields):
    """Matcher: an NS for TARGET, with further Frame fields equal."""
    return _match(NS, target, fields)


def is_na(target, **fields):
    """Matcher: an NA for TARGET, with further Frame fields equal."""
    return _match(NA, target, fields)


def is_nd_for(target):
    """Matcher: anything of neighbour discovery about TARGET."""
    def match(frame):
        return frame.is_nd and frame.target and same(frame.target, target)
    return match


def any_nd(frame):
    """Matcher: any NS or NA."""
    return frame.is_nd


def is_type(kind, **fields):
    """Matcher: an ICMPv6 type."""
    return _match(kind, None, fields)


def _match(kind, target, fields):
    def match(frame):
        if frame.type != kind:
            return False
        if target and not (frame.target and same(frame.target, target)):
            return False
        return all(getattr(frame, k) == v for k, v in fields.items())
    return match
