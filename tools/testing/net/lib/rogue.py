# SPDX-License-Identifier: GPL-2.0
"""Frames of adversaries, by the thousand: made of octets, as scapy takes a millisecond for each."""
import socket
import struct

from .pkt import (ALL_NODES, NA, NS, RA, REDIRECT, UNSPEC, dst_mac, lladdr, mac_bytes, nonce, pton,
                  slla, snm, tlla)

ECHO, MLD_QUERY, MLD_REPORT, MLD_DONE, RS, MLD2_REPORT = 128, 130, 131, 132, 133, 143
FRAGMENT, HOP_BY_HOP, DEST_OPTS, ICMPV6 = 44, 0, 60, 58
ROUTER_ALERT = bytes([5, 2, 0, 0, 1, 0])        # in a hop-by-hop header of eight octets
LIFETIME, PREFERRED = 600, 600


def checksum(src, dst, upper):
    """The ICMPv6 checksum of packed addresses and a message whose own is zero."""
    whole = src + dst + struct.pack("!I3xB", len(upper), ICMPV6) + upper + bytes(len(upper) % 2)
    total = sum(struct.unpack(f"!{len(whole) // 2}H", whole))
    while total >> 16:
        total = (total & 0xffff) + (total >> 16)
    return ~total & 0xffff or 0xffff


def frame(mac, src, dst, kind, body, to=None, hlim=255, code=0, chain=()):
    """A whole one. BODY follows the checksum; CHAIN are extension headers: (number, octets)."""
    a, b = pton(src), pton(dst)
    upper = struct.pack("!BBH", kind, code, 0) + body
    upper = upper[:2] + struct.pack("!H", checksum(a, b, upper)) + upper[4:]
    number = ICMPV6
    for which, octets in reversed(chain):
        upper = bytes([number]) + octets[1:] + upper
        number = which
    head = struct.pack("!IHBB", 6 << 28, len(upper), number, hlim)
    return mac_bytes(to or dst_mac(dst, "02:00:00:00:ff:fe")) + mac_bytes(mac) + b"\x86\xdd" + \
        head + a + b + upper


def ns(mac, src, target, dst=None, to=None, opts=None, **kw):
    """Solicitation; without OPTS the source's link-layer address, unless there is no source."""
    if opts is None:
        opts = b"" if src == UNSPEC else slla(mac)
    return frame(mac, src, dst or snm(target), NS, bytes(4) + pton(target) + opts, to, **kw)


def dad(mac, target, word=b""):
    """A probe for duplicates, with a nonce if there is a WORD."""
    return ns(mac, UNSPEC, target, opts=nonce(word) if word else b"")


def na(mac, target, src=None, dst=ALL_NODES, to=None, flags=0x20, opts=None, **kw):
    """Advertisement; flags: R 0x80, S 0x40, O 0x20."""
    if opts is None:
        opts = tlla(mac)
    body = bytes([flags, 0, 0, 0]) + pton(target) + opts
    return frame(mac, src or target, dst, NA, body, to, **kw)


def pio(prefix, plen=64, flags=0xc0, valid=LIFETIME, preferred=PREFERRED):
    """Prefix information option; flags: L 0x80, A 0x40."""
    return struct.pack("!BBBBIII", 3, 4, plen, flags, valid, preferred, 0) + pton(prefix)


def ra(mac, options=b"", src=None, lifetime=1800, flags=0, hops=64, dst=ALL_NODES, to=None, **kw):
    """Router Advertisement; flags: M 0x80, O 0x40, P 0x04."""
    body = struct.pack("!BBHII", hops, flags, lifetime, 0, 0) + options
    return frame(mac, src or lladdr(mac), dst, RA, body, to, **kw)


def redirect(mac, src, dst, target, destination, to=None):
    """For DESTINATION better take TARGET."""
    body = bytes(4) + pton(target) + pton(destination) + tlla(mac)
    return frame(mac, src, dst, REDIRECT, body, to)


def mld(mac, kind, group, delay=0, src=None, dst=None, hlim=1):
    """Query, report or done of version 1."""
    chain = [(HOP_BY_HOP, b"\0\0" + ROUTER_ALERT)]
    body = struct.pack("!HH", delay, 0) + pton(group)
    return frame(mac, src or lladdr(mac), dst or (group if group != UNSPEC else ALL_NODES), kind,
                 body, hlim=hlim, chain=chain)


def mld2(mac, records, src=None, hlim=1):
    """A report of version 2; records: (type, group, sources)."""
    body = struct.pack("!HH", 0, len(records))
    for kind, group, sources in records:
        body += struct.pack("!BBH", kind, 0, len(sources)) + pton(group) + \
            b"".join(map(pton, sources))
    return frame(mac, src or lladdr(mac), "ff02::16", MLD2_REPORT, body, hlim=hlim,
                 chain=[(HOP_BY_HOP, b"\0\0" + ROUTER_ALERT)])


def echo(mac, to, src, dst, size=8, hlim=64):
    """Echo request."""
    return frame(mac, src, dst, ECHO, struct.pack("!HH", 0x4d, 1) + bytes(size), to, hlim)


def fragment(offset=0, more=False, ident=1):
    """A fragment header for CHAIN."""
    return FRAGMENT, struct.pack("!BBHI", 0, 0, offset << 3 | more, ident)


def a_mac(rng):
    """A made-up link-layer address that no host of the tests has."""
    return "06:" + rng.randbytes(5).hex(":")


def an_addr(rng, prefix="2001:db8:1::", bits=64):
    """An address in a prefix."""
    low = rng.getrandbits(bits).to_bytes(16, "big")
    return socket.inet_ntop(socket.AF_INET6, bytes(a | b for a, b in zip(pton(prefix), low)))
