# SPDX-License-Identifier: GPL-2.0
"""A few things that only rtnetlink tells exactly."""
import socket
import struct

RTM_GETLINK, RTM_NEWLINK = 18, 16
IFLA_PROMISCUITY, IFLA_ALLMULTI = 30, 61
IFF_ALLMULTI = 0x200
RTM_NEWROUTE, RTM_GETROUTE = 24, 26
RTA_DST, RTA_OIF, RTA_PRIORITY, RTA_TABLE = 1, 4, 6, 15
PROTO, MARK = 110, 0x20000000


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


def _dump_routes(ns):
    with ns, socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, 0) as sock:
        sock.bind((0, 0))
        body = struct.pack("=BBBBBBBBI", socket.AF_INET6, 0, 0, 0, 0, 0, 0,
                           0, 0)
        sock.send(struct.pack("=IHHII", 16 + len(body), RTM_GETROUTE, 0x301,
                              1, 0) + body)
        while True:
            data = sock.recv(1 << 18)
            while data:
                length, kind = struct.unpack("=IH", data[:6])
                if kind != RTM_NEWROUTE:
                    return
                yield data[16:length]
                data = data[(length + 3) & ~3:]


def routes(ns, proto=PROTO):
    """Routes of a protocol number in all tables, as lines in the manner of `ip`."""
    lines = []
    for msg in _dump_routes(ns):
        if msg[5] != proto:
            continue
        found = attrs(msg[12:])
        dst = socket.inet_ntop(socket.AF_INET6,
                               found.get(RTA_DST, bytes(16)))
        number = {k: struct.unpack("=I", found[k])[0]
                  for k in (RTA_OIF, RTA_TABLE, RTA_PRIORITY) if k in found}
        with ns:
            dev = socket.if_indextoname(number[RTA_OIF])
        lines.append(f"{dst}{'' if msg[1] == 128 else f'/{msg[1]}'} "
                     f"dev {dev} table {number.get(RTA_TABLE, msg[4])} "
                     f"metric {number.get(RTA_PRIORITY, 0)}")
    return lines


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
