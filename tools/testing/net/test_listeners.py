# SPDX-License-Identifier: GPL-2.0
"""Those who listen to events slow nobody (SHELL-5): one copy is made where a host is learnt.

   wire up0 --- up0 [ r ] down0 --- wire down0
"""
import contextlib
import errno
import os
import socket
import struct
import time

import pytest

from lib import pkt
from lib.genl import GENERIC, SOL_NETLINK, Genl, text
from lib.lab import D
from lib.wait import wait_for

ADD_MEMBERSHIP, RCVBUFFORCE = 1, 33
LISTENERS = 1000
HOSTS = 300
QUEUE = 1024


def group_of(ns):
    """The number of the multicast group."""
    genl = Genl(ns)
    _, _, got = genl._talk(16, 1 | 4, struct.pack("=BBH", 3, 2, 0) + text(2, "ndproxy"))
    genl.close()
    data = got[0][4:]
    while data:
        length, kind = struct.unpack("=HH", data[:4])
        if kind & 0x3fff == 7:                              # CTRL_ATTR_MCAST_GROUPS
            for at in range(8, length, 4):
                size, inner = struct.unpack("=HH", data[at:at + 4])
                if (size, inner) == (8, 2):                 # CTRL_ATTR_MCAST_GRP_ID
                    return struct.unpack("=I", data[at + 4:at + 8])[0]
        data = data[(length + 3) & ~3:]
    raise AssertionError("no group")


@contextlib.contextmanager
def listeners(ns, number, room=None):
    """Sockets that listen in a namespace."""
    group = group_of(ns)
    socks = []
    with contextlib.ExitStack() as stack:
        with ns:
            for _ in range(number):
                sock = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, GENERIC)
                stack.enter_context(sock)
                sock.bind((0, 0))       # without a number it is taken for the kernel, and left out
                if room:
                    sock.setsockopt(socket.SOL_SOCKET, RCVBUFFORCE, room)
                sock.setsockopt(SOL_NETLINK, ADD_MEMBERSHIP, group)
                sock.setblocking(False)
                socks.append(sock)
        yield socks


def hear(lab, number, start=0):
    """New hosts solicit on up0, all at once."""
    before = lab.tool.stats("up0")["ns_in"]
    frames = [pkt.ns(f"02:00:00:{i >> 8:02x}:{i & 255:02x}:01", f"2001:db8:1::d:{i:x}", D)
              for i in range(start, start + number)]
    begun = time.monotonic()
    lab.up0.send(*frames)
    wait_for(lambda: lab.tool.stats("up0")["ns_in"] - before == number, "heard", 60)
    return time.monotonic() - begun


def events(sock):
    """Addresses in the events that wait, in order, and whether some were lost."""
    addrs, lost = [], False
    while True:
        try:
            data = sock.recv(65536)
        except BlockingIOError:
            return addrs, lost
        except OSError as error:
            assert error.errno == errno.ENOBUFS
            lost = True
            continue
        at = data.find(bytes.fromhex("20010db80001000000000000000d"))
        if at >= 0:
            addrs.append(int.from_bytes(data[at + 14:at + 16], "big"))


def wait_sent():
    """Events are sent by a work, in their turn."""
    time.sleep(2)


def test_nd_f1_events_in_order_and_whole(lab):
    with listeners(lab.r, 3, 16 << 20) as socks:
        for start in range(0, 600, 100):
            hear(lab, 100, start)
        wait_sent()
        for sock in socks:
            assert events(sock) == (list(range(600)), False)


def test_nd_i_lost_events_are_told(lab):
    """Of more events than wait at a time some are lost, which each listener hears of; none is out
    of order, and the next ones come again.
    """
    static = "".join(f"host add 2001:db8:1::d:{i:x} dev up0\n" for i in range(3 * QUEUE))
    with listeners(lab.r, 1, 64 << 20) as (sock,):
        lab.tool("-b", "-", input=static)
        wait_sent()
        addrs, _ = events(sock)
        assert addrs == sorted(addrs) and addrs
        # All hosts go under one hold of a lock
        lab.tool("link", "set", "up0", "role", "none")
        wait_sent()
        addrs, lost = events(sock)
        assert lost and QUEUE // 2 <= len(addrs) < 3 * QUEUE
        lab.tool("link", "set", "up0", "role", "upstream")
        lab.tool.wait_prefix("2001:db8:1::/64")
        hear(lab, 10, 0xf000)
        wait_sent()
        addrs, lost = events(sock)
        assert (addrs[-10:], lost) == (list(range(0xf000, 0xf00a)), False)


@pytest.mark.heavy
@pytest.mark.skipif(os.environ.get("NDPROXY_KERNEL") == "uml",
                    reason="its clock stands still while it works")
def test_nd_i_listeners_slow_nobody(lab):
    """Hosts that are learnt with a thousand listeners take less than thrice the time without."""
    alone = hear(lab, HOSTS)
    with listeners(lab.r, LISTENERS):
        crowd = hear(lab, HOSTS, HOSTS)
        wait_sent()
    print(f"{HOSTS} hosts: {alone:.3f} s, with {LISTENERS} listeners {crowd:.3f} s")
    assert lab.tool.gauge("hosts") == 2 * HOSTS
    assert crowd < 3 * alone + 0.2, (alone, crowd)
