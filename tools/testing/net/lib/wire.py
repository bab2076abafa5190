# SPDX-License-Identifier: GPL-2.0
"""Raw ends of wires: what a test sends and hears with no IPv6 stack behind.

A port keeps all frames that it ever heard. expect() takes the first one not
yet taken; silence() fails on any that nobody took, those heard before
included, so a second copy of an expected packet does not go unseen.
"""
import errno
import select
import socket
import struct
import time

from .pkt import Frame, any_nd

SO_TIMESTAMPNS = 35
TIMEOUT = 8.0
SILENCE = 0.3


class Port:
    """One wire end, a packet socket in a namespace."""

    def __init__(self, ns, dev, name=None):
        self.dev, self.name = dev, name or dev
        self.sock = ns.packet(dev)
        self.sock.setblocking(False)
        self.sock.setsockopt(socket.SOL_SOCKET, SO_TIMESTAMPNS, 1)
        self.history = []
        # of the kernel's stamps to time.monotonic(): once, so that their differences are exact
        self.offset = time.monotonic() - time.time()

    def close(self):
        """Close the socket."""
        self.sock.close()

    def send(self, *frames):
        """Send frames as they are; wait while the queue, or the far end's, is full."""
        for data in frames:
            end = time.monotonic() + TIMEOUT
            while True:
                try:
                    self.sock.send(data)
                    break
                except OSError as full:
                    if full.errno not in (errno.EAGAIN, errno.ENOBUFS) or \
                       time.monotonic() > end:
                        raise
                    time.sleep(0.01)

    def drain(self):
        """Read all that has arrived; `when` is when it did, by time.monotonic()."""
        while True:
            try:
                data, notes, _, where = self.sock.recvmsg(65536, 64)
            except BlockingIOError:
                return
            except OSError as down:     # said once after the device went down
                if down.errno != errno.ENETDOWN:
                    raise
                continue
            if where[2] == 4:                   # PACKET_OUTGOING
                continue
            stamp = struct.unpack("=qq", notes[0][2]) if notes else None
            self.history.append(Frame(data, self.offset + stamp[0] + stamp[1] / 1e9 if stamp
                                      else time.monotonic()))

    def wait(self, timeout):
        """Wait until something arrives, or for a while."""
        select.select([self.sock], [], [], max(timeout, 0))

    def forget(self):
        """Take note of everything heard so far, so that it no longer counts."""
        self.drain()
        for frame in self.history:
            frame.used = True

    def _take(self, match):
        for frame in self.history:
            if not frame.used and match(frame):
                frame.used = True
                return frame
        return None

    def poll(self, match):
        """The next frame that matches, or None, without waiting."""
        self.drain()
        return self._take(match)

    def expect(self, match, timeout=TIMEOUT, what=""):
        """Wait for a frame that matches and take it."""
        end = time.monotonic() + timeout
        while True:
            got = self.poll(match)
            if got:
                return got
            left = end - time.monotonic()
            assert left > 0, \
                f"{self.name}: nothing within {timeout} s {what}; heard " \
                f"{[f for f in self.history if not f.used][-8:]}"
            select.select([self.sock], [], [], left)

    def count(self, match):
        """How many frames that nobody took match (nothing is taken)."""
        self.drain()
        return sum(1 for f in self.history if not f.used and match(f))


def silence(*ports, match=any_nd, duration=SILENCE):
    """Nothing that matches may be there or come, on any of the ports."""
    time.sleep(duration)
    for port in ports:
        port.drain()
        extra = [f for f in port.history if not f.used and match(f)]
        assert not extra, f"{port.name}: not expected: {extra}"
