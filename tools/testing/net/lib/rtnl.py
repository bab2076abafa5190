# SPDX-License-Identifier: GPL-2.0
"""A few things that only rtnetlink tells exactly."""
import socket
import struct

RTM_GETLINK, RTM_NEWLINK = 18, 16
IFLA_PROMISCUITY, IFLA_ALLMULTI = 30, 61
IFF_ALLMULTI = 0x200


def attrs(data):
    """Netlink attributes of a payload, by type."""
    found = {}
    while len(data) >= 4:
        length, kind = struct.unpack("=HH", data[:4])
        if length < 4:
            break
        found[kind & 0x3fff] = data[4:length]
        data = data[(length + 3) & ~3:]
    return found


def allmulti(ns, dev):
    """How many times all-multicast is held on a device."""
    index = ns.ifindex(dev)
    with ns, socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, 0) as sock:
        sock.bind((0, 0))
        body = struct.pack("=BxHiII", 0, 0, index, 0, 0)
        sock.send(struct.pack("=IHHII", 16 + len(body), RTM_GETLINK, 1, 1, 0)
                  + body)
        data = sock.recv(65536)
    assert struct.unpack("=H", data[4:6])[0] == RTM_NEWLINK, "no such link"
    return struct.unpack("=I", attrs(data[32:])[IFLA_ALLMULTI])[0]


PROTO, MARK = 110, 0x20000000


def routes(ns, proto=PROTO):
    """Routes of a protocol number in all tables, as lines of `ip`."""
    out = ns.sh("ip", "-6", "-d", "route", "show", "table", "all", "proto",
                str(proto))
    return [line.strip() for line in out.splitlines() if line.strip()]


def marked(ns, prefix=None, dev=None):
    """(prefix, device) of the entries of ipv6_route with the proxy mark."""
    found = set()
    for line in ns.read("/proc/net/ipv6_route").splitlines():
        field = line.split()
        if int(field[8], 16) & MARK:
            addr = socket.inet_ntop(socket.AF_INET6, bytes.fromhex(field[0]))
            found.add((f"{addr}/{int(field[1], 16)}", field[9]))
    return {(p, d) for p, d in found
            if prefix in (None, p) and dev in (None, d)}


def neigh(ns, addr, dev):
    """(lladdr, state) of a neighbour entry, or None."""
    out = ns.sh("ip", "-6", "neigh", "show", "to", addr, "dev", dev)
    field = out.split()
    if not field:
        return None
    mac = field[field.index("lladdr") + 1] if "lladdr" in field else None
    return mac, field[-1]
