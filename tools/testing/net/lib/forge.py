# SPDX-License-Identifier: GPL-2.0
"""Messages of rtnetlink's look that another process sends to whoever listens to the kernel."""
import errno
import socket
import struct

from . import pkt

NLMSG_ERROR, NLMSG_DONE = 2, 3
RTM_NEWROUTE, RTM_DELROUTE, RTM_NEWPREFIX = 24, 25, 52
RTM_NEWNEXTHOP, RTM_DELNEXTHOP = 104, 105
RTA_DST, RTA_OIF, RTA_GATEWAY, RTA_PRIORITY, RTA_MULTIPATH, RTA_TABLE, RTA_NH_ID = \
    1, 4, 5, 6, 9, 15, 30
NHA_ID, NHA_OIF = 1, 5
RTNLGRP_IPV6_ROUTE, RTNLGRP_IPV6_PREFIX, RTNLGRP_NEXTHOP = 11, 18, 32
GROUPS = RTNLGRP_IPV6_ROUTE, RTNLGRP_IPV6_PREFIX, RTNLGRP_NEXTHOP
UNICAST, MAIN = 1, 254
MODULE = 110                            # the module's route protocol
REPLACE = 0x100


def attr(kind, data):
    """One attribute, padded."""
    return struct.pack("=HH", 4 + len(data), kind) + data + bytes(-len(data) % 4)


def message(kind, body, flags=0, seq=0, portid=0, length=None):
    """A message; its length field may lie."""
    return struct.pack("=IHHII", 16 + len(body) if length is None else length, kind, flags, seq,
                       portid) + body


def route(kind, dst, plen, ifindex, proto=MODULE, more=b"", dst_attr=None, **header):
    """What an event of a route looks like."""
    body = struct.pack("=BBBBBBBBI", socket.AF_INET6, plen, 0, 0, MAIN, proto, 0, UNICAST, 0)
    body += dst_attr if dst_attr is not None else attr(RTA_DST, pkt.pton(dst))
    body += attr(RTA_TABLE, struct.pack("=I", MAIN)) + attr(RTA_PRIORITY, struct.pack("=I", 1024))
    return message(kind, body + attr(RTA_OIF, struct.pack("=i", ifindex)) + more, **header)


def prefix(dst, plen, ifindex, family=socket.AF_INET6, dst_attr=None, **header):
    """What an event of a Router Advertisement's prefix looks like."""
    body = struct.pack("=BBHiBBBB", family, 0, 0, ifindex, 3, plen, 0, 0)
    return message(RTM_NEWPREFIX, body + (dst_attr or attr(1, pkt.pton(dst))), **header)


def verdict(error, seq, portid=0):
    """What rtnetlink answers to a request."""
    return message(NLMSG_ERROR, struct.pack("=i", error) + bytes(16), seq=seq, portid=portid)


def random_event(rng):
    """One of all of these, with numbers that mean something or too much."""
    dst = rng.choice(("2001:db8:1::", "2001:db8:1::c1:1", "2001:db8:2::", "::"))
    plen = rng.choice((0, 63, 64, 65, 127, 128, 129, 255))
    index = rng.choice((1, 2, 3, 4, 4711, 0, -1, 1 << 30))
    more = rng.choice((b"", attr(RTA_NH_ID, struct.pack("=I", rng.randrange(4))),
                       attr(RTA_MULTIPATH, rng.randbytes(rng.choice((0, 3, 8, 16, 300)))),
                       attr(RTA_MULTIPATH, struct.pack("=HBBi", rng.choice((0, 7, 8, 99)), 0, 0,
                                                       index))))
    kind = rng.randrange(5)
    if kind == 0:
        return prefix(dst, plen, index)
    if kind == 1:
        return verdict(-rng.choice((0, errno.EEXIST, errno.ENOMEM)), rng.randrange(50))
    if kind == 2:
        return message(rng.choice((RTM_NEWNEXTHOP, RTM_DELNEXTHOP)),
                       struct.pack("=BBBBI", socket.AF_INET6, 0, 0, 0, 0) +
                       attr(NHA_ID, struct.pack("=I", rng.randrange(4))) +
                       attr(NHA_OIF, struct.pack("=i", index)))
    return route(rng.choice((RTM_NEWROUTE, RTM_DELROUTE)), dst, plen, index,
                 proto=rng.choice((MODULE, 3)), more=more, flags=rng.choice((0, REPLACE)))


class Forger:
    """A socket in a namespace that sends what only the kernel should."""

    def __init__(self, ns):
        with ns:
            self.sock = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, socket.NETLINK_ROUTE)
        self.sock.bind((0, 0))
        self.ns = ns
        self.refused = 0

    def close(self):
        """No more."""
        self.sock.close()

    def sockets(self):
        """(portid of the module's socket for requests, of that for events); 0: it has none yet."""
        request, listen, own = 0, 0, self.sock.getsockname()[0]
        for line in self.ns.read("/proc/net/netlink").splitlines()[1:]:
            field = line.split()
            portid, groups = int(field[2]), int(field[3], 16)
            if field[1] != "0" or portid == own:
                continue
            if groups & 1 << (RTNLGRP_IPV6_ROUTE - 1):
                listen = portid
            elif portid:
                request = portid
        return request, listen

    def lost(self):
        """How many of the kernel's events found no room in the module's sockets."""
        rows = [x.split() for x in self.ns.read("/proc/net/netlink").splitlines()[1:]]
        return sum(int(x[8]) for x in rows if x[1] == "0")

    def add_route(self, dst, ifindex):
        """A true request, without another process."""
        addr, plen = dst.split("/")
        body = struct.pack("=BBBBBBBBI", socket.AF_INET6, int(plen), 0, 0, MAIN, 3, 0, UNICAST, 0)
        body += attr(RTA_DST, pkt.pton(addr)) + attr(RTA_OIF, struct.pack("=i", ifindex))
        self._send(message(RTM_NEWROUTE, body, 0x401), (0, 0))

    def multicast(self, data, group=RTNLGRP_IPV6_ROUTE):
        """To all who listen to a group."""
        self._send(data, (0, 1 << (group - 1)))

    def unicast(self, data, portid):
        """To one socket."""
        self._send(data, (portid, 0))

    def _send(self, data, to):
        try:
            self.sock.sendto(data, socket.MSG_DONTWAIT, to)
        except OSError as failed:
            # Its queue is full, or is no more; a message for the kernel may be none to it
            assert failed.errno in (errno.EAGAIN, errno.ECONNREFUSED, errno.ENOBUFS,
                                    errno.ENODATA), failed
            self.refused += 1
