# SPDX-License-Identifier: GPL-2.0
"""Raw generic netlink: messages that the tool would never send.

Numbers come from the uapi header, so that the tests and the ABI cannot part.
"""
import contextlib
import os
import re
import socket
import struct

HEADER = os.path.join(os.path.dirname(__file__), "../../../..",
                      "include/uapi/linux/ndproxy.h")
GENERIC = 16
NLM_F_REQUEST, NLM_F_ACK, NLM_F_DUMP = 1, 4, 0x300
ERROR, DONE = 2, 3
SOL_NETLINK, CAP_ACK, EXT_ACK, GET_STRICT = 270, 10, 11, 12
NESTED = 0x8000


def constants():
    """All enumerators of the header, by name."""
    with open(HEADER, encoding="ascii") as f:
        text = re.sub(r"/\*.*?\*/", "", f.read(), flags=re.S)
    found = {}
    for body in re.findall(r"enum\s*\w*\s*\{(.*?)\}", text, re.S):
        number = -1
        for item in body.split(","):
            name, _, value = item.strip().partition("=")
            name = name.strip()
            if not name:
                continue
            if value:
                number = eval(value, {}, found)     # "1", "(X - 1)"
            else:
                number += 1
            found[name] = number
    return found


def attr(kind, data):
    """One attribute."""
    return struct.pack("=HH", 4 + len(data), kind) + data + \
        bytes(-len(data) % 4)


def u8(kind, value):
    """An attribute of one octet."""
    return attr(kind, struct.pack("=B", value))


def u32(kind, value):
    """An attribute of four octets."""
    return attr(kind, struct.pack("=I", value))


def text(kind, value):
    """A string attribute."""
    return attr(kind, value.encode() + b"\0")


class Genl:
    """A generic netlink socket in a namespace (None: this one), for one family."""

    def __init__(self, ns, family="ndproxy"):
        with ns or contextlib.nullcontext():
            self.sock = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW,
                                      GENERIC)
        self.sock.bind((0, 0))
        self.sock.settimeout(10)
        for option in (CAP_ACK, EXT_ACK, GET_STRICT):
            self.sock.setsockopt(SOL_NETLINK, option, 1)
        self.seq = 0
        self.family = self._resolve(family)

    def _resolve(self, name):
        body = struct.pack("=BBH", 3, 2, 0) + text(2, name)  # CTRL_CMD_GETFAMILY
        got = self._talk(16, NLM_F_REQUEST | NLM_F_ACK, body)
        assert got[0] == 0 and got[2], f"no family {name}: {got}"
        data = got[2][0][4:]
        while data:
            length, kind = struct.unpack("=HH", data[:4])
            if kind == 1:                                   # CTRL_ATTR_FAMILY_ID
                return struct.unpack("=H", data[4:6])[0]
            data = data[(length + 3) & ~3:]
        raise AssertionError("no family id")

    def _talk(self, kind, flags, body):
        self.seq += 1
        self.sock.send(struct.pack("=IHHII", 16 + len(body), kind, flags,
                                   self.seq, 0) + body)
        replies = []
        while True:
            data = self.sock.recv(65536)
            while data:
                length, mtype, mflags, _, _ = struct.unpack("=IHHII",
                                                            data[:16])
                msg, data = data[16:length], data[(length + 3) & ~3:]
                if mtype in (ERROR, DONE):
                    err = struct.unpack("=i", msg[:4])[0] if msg else 0
                    return -err, extack(mtype, mflags, msg), replies
                replies.append(msg)

    def call(self, cmd, attrs=b"", flags=0, version=1):
        """Send; return (errno or 0, extack text or None, replies)."""
        return self._talk(self.family,
                          NLM_F_REQUEST | (flags or NLM_F_ACK),
                          struct.pack("=BBH", cmd, version, 0) + attrs)

    def raw(self, payload):
        """Send a whole payload after the netlink header as it is."""
        return self._talk(self.family, NLM_F_REQUEST | NLM_F_ACK, payload)

    def close(self):
        """Close the socket."""
        self.sock.close()


def extack(mtype, mflags, msg):
    """The text of an ERROR or DONE message's payload, or None."""
    if not mflags & 0x200:                                  # NLM_F_ACK_TLVS
        return None
    data = msg[4 if mtype == DONE else 20:]
    while len(data) >= 4:
        length, kind = struct.unpack("=HH", data[:4])
        if length < 4:
            break
        if kind == 1:                                       # NLMSGERR_ATTR_MSG
            return data[4:length].rstrip(b"\0").decode(errors="replace")
        data = data[(length + 3) & ~3:]
    return None
