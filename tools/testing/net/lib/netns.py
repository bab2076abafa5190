# SPDX-License-Identifier: GPL-2.0
"""Network namespaces, entered by setns(2) from this one process.

A Namespace is used as a context: inside it sockets, /proc/net, /proc/sys/net
and child processes are the namespace's. Names are bound under /run/netns, so
that `ip -n` and `ndproxy -n` find them too.
"""
import contextlib
import ctypes
import fcntl
import os
import socket
import struct
import subprocess

CLONE_NEWNET = 0x40000000
MS_BIND = 4096
MNT_DETACH = 2
SIOCGIFFLAGS, SIOCSIFFLAGS, IFF_UP = 0x8913, 0x8914, 1
RUN = "/run/netns"

_libc = ctypes.CDLL(None, use_errno=True)


def _check(ret, what):
    if ret:
        err = ctypes.get_errno()
        raise OSError(err, f"{what}: {os.strerror(err)}")


def _path(name):
    return os.path.join(RUN, name)


def free_name(name):
    """NAME, or NAME with a number if there is such a namespace already; nobody else gets it."""
    os.makedirs(RUN, exist_ok=True)
    number = 0
    while True:
        free = f"{name}{number or ''}"
        try:
            os.close(os.open(_path(free), os.O_CREAT | os.O_EXCL | os.O_RDONLY, 0o444))
            return free
        except FileExistsError:
            number += 1


class Namespace:
    """A named network namespace, made at once and gone with delete()."""

    def __init__(self, name):
        self.name = name
        self.at_end = []        # what must be over before the namespace can go
        self._back = []
        os.makedirs(RUN, exist_ok=True)
        home = os.open("/proc/self/ns/net", os.O_RDONLY)
        try:
            _check(_libc.unshare(CLONE_NEWNET), "unshare")
            self.fd = os.open("/proc/self/ns/net", os.O_RDONLY)
            self._bind()
        finally:
            _check(_libc.setns(home, CLONE_NEWNET), "setns back")
            os.close(home)
        self.up("lo")

    def _bind(self):
        path = _path(self.name)
        if os.path.exists(path):
            _libc.umount2(path.encode(), MNT_DETACH)
        else:
            os.close(os.open(path, os.O_CREAT | os.O_RDONLY, 0o444))
        _check(_libc.mount(b"/proc/self/ns/net", path.encode(), b"none",
                           MS_BIND, None), "mount " + path)

    def __enter__(self):
        self._back.append(os.open("/proc/self/ns/net", os.O_RDONLY))
        _check(_libc.setns(self.fd, CLONE_NEWNET), "setns " + self.name)
        return self

    def __exit__(self, *exc):
        home = self._back.pop()
        _check(_libc.setns(home, CLONE_NEWNET), "setns back")
        os.close(home)

    def delete(self):
        """Drop the name and the handle: the kernel tears the rest down."""
        if self.fd is None:
            return
        while self.at_end:
            self.at_end.pop()()
        _libc.umount2(_path(self.name).encode(), MNT_DETACH)
        os.unlink(_path(self.name))
        os.close(self.fd)
        self.fd = None

    def run(self, *argv, **kw):
        """Run a command here and return the finished process."""
        kw.setdefault("stdin", subprocess.DEVNULL)
        if "input" in kw:
            kw.pop("stdin")
        with self:
            return subprocess.run(argv, text=True, timeout=120,
                                  stdout=subprocess.PIPE,
                                  stderr=subprocess.PIPE, check=False, **kw)

    def popen(self, *argv, **kw):
        """Start a command here."""
        kw.setdefault("stdin", subprocess.DEVNULL)
        with self:
            return subprocess.Popen(argv, text=True, **kw)

    def sh(self, *argv):
        """Run a command that must succeed and return what it printed."""
        done = self.run(*argv)
        assert done.returncode == 0, \
            f"{self.name}: {' '.join(argv)}: {done.returncode} {done.stderr}"
        return done.stdout

    def ip(self, *lines):
        """Run lines of `ip` in one process."""
        done = self.run("ip", "-batch", "-", input="\n".join(lines) + "\n")
        assert done.returncode == 0, \
            f"{self.name}: ip {lines}: {done.stderr}"
        return done.stdout

    def sysctl(self, key, value=None):
        """Read or write net.KEY; dots in KEY are slashes, unless it has slashes itself."""
        with self:
            path = "/proc/sys/net/" + (key if "/" in key else key.replace(".", "/"))
            if value is None:
                with open(path, encoding="ascii") as f:
                    return f.read().strip()
            with open(path, "w", encoding="ascii") as f:
                f.write(str(value))
        return None

    def quiet(self, *where):
        """A host's devices to come say and hear nothing by themselves."""
        for place in where or ("default",):
            for key in ("accept_dad", "accept_ra", "router_solicitations"):
                self.sysctl(f"ipv6.conf.{place}.{key}", 0)

    def read(self, path):
        """Read a file of /proc/net or /sys as the namespace shows it."""
        with self, open(path, encoding="ascii") as f:
            return f.read()

    def _flags(self, sock, dev, change=None):
        req = struct.pack("16sH14x", dev.encode(), 0)
        got = fcntl.ioctl(sock, SIOCGIFFLAGS, req)
        flags = struct.unpack("16sH14x", got)[1]
        if change is not None:
            flags = change(flags)
            fcntl.ioctl(sock, SIOCSIFFLAGS,
                        struct.pack("16sH14x", dev.encode(), flags))
        return flags

    def up(self, *devs):
        """Set devices up."""
        with self, socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
            for dev in devs:
                self._flags(sock, dev, lambda f: f | IFF_UP)

    def down(self, *devs):
        """Set devices down."""
        with self, socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
            for dev in devs:
                self._flags(sock, dev, lambda f: f & ~IFF_UP)

    def flags(self, dev):
        """The interface flags of a device (IFF_*)."""
        with self, socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
            return self._flags(sock, dev)

    def ifindex(self, dev):
        """The index of a device."""
        with self:
            return socket.if_nametoindex(dev)

    def packet(self, dev, proto=0x86dd):
        """A raw socket bound to a device."""
        with self:
            sock = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, 0)
            sock.setsockopt(socket.SOL_SOCKET, 33, 8 << 20)  # SO_RCVBUFFORCE
            sock.setsockopt(socket.SOL_SOCKET, 32, 8 << 20)  # SO_SNDBUFFORCE
            sock.bind((dev, proto))
            return sock


@contextlib.contextmanager
def first_netns(values):
    """Settings (sysctl) of the first network namespace, for a while."""
    def write(key, value):
        with open("/proc/sys/" + key.replace(".", "/"), "w",
                  encoding="ascii") as f:
            f.write(value)

    before = {}
    for key, value in values.items():
        with open("/proc/sys/" + key.replace(".", "/"),
                  encoding="ascii") as f:
            before[key] = f.read()
        write(key, str(value))
    try:
        yield
    finally:
        for key, value in before.items():
            write(key, value)
