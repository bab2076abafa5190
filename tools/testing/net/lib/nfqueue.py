# SPDX-License-Identifier: GPL-2.0
"""A program that a firewall gives packets to ("queue"), and that lets all of them go on."""
import errno
import socket
import struct
import threading

from lib.genl import attr

NETLINK_NETFILTER = 12
PACKET, VERDICT, CONFIG = 0x300, 0x301, 0x302
CMD, PARAMS = 1, 2                      # of CONFIG
PACKET_HDR, VERDICT_HDR = 1, 2
BIND, COPY_META, ACCEPT = 1, 1, 1
REQUEST, ACK = 1, 4


class Queue:
    """The queue of a number in the namespace NS, from here to close()."""

    def __init__(self, ns, number=0):
        self.number, self.seen = number, 0
        with ns:
            self.sock = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, NETLINK_NETFILTER)
        self.sock.bind((0, 0))
        self._config(attr(CMD, struct.pack(">BBH", BIND, 0, socket.AF_INET6)))
        self._config(attr(PARAMS, struct.pack(">IB", 0, COPY_META)))
        self.over = False
        self.sock.settimeout(0.2)
        self.thread = threading.Thread(target=self._run)
        self.thread.start()

    def close(self):
        """Let go of it; what is in it is dropped."""
        self.over = True
        self.thread.join()
        self.sock.close()

    def _send(self, kind, body, flags=0):
        head = struct.pack(">BBH", socket.AF_UNSPEC, 0, self.number)
        self.sock.send(struct.pack("=IHHII", 20 + len(body), kind, REQUEST | flags, 0, 0) + head +
                       body)

    def _config(self, body):
        self._send(CONFIG, body, ACK)
        error = -struct.unpack_from("=i", self.sock.recv(4096), 16)[0]
        if error:
            raise OSError(error, f"queue: {errno.errorcode[error]}")

    def _run(self):
        while not self.over:
            try:
                data = self.sock.recv(65536)
            except TimeoutError:
                continue
            if struct.unpack_from("=H", data, 4)[0] != PACKET:
                continue
            size, kind = struct.unpack_from("=HH", data, 20)
            assert (size, kind) == (4 + 7, PACKET_HDR)
            self.seen += 1
            self._send(VERDICT, attr(VERDICT_HDR, struct.pack(">I", ACCEPT) + data[24:28]))
