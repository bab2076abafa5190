# SPDX-License-Identifier: GPL-2.0
"""The module under test, and the kernel's log."""
import contextlib
import os
import re
import subprocess

NAME = "ndproxy"
KO = os.environ.get("NDPROXY_KO", "ndproxy.ko")
SHARED = False      # other processes test it at the same time

SPLAT = re.compile(
    r"BUG:|WARNING:|KASAN|UBSAN|KCSAN|Oops|general protection|kernel BUG|"
    r"INFO: (possible|task|rcu|trying|inconsistent)|circular locking|"
    r"suspicious RCU|sleeping function|refcount_t|unreferenced object|"
    r"new suspected memory leaks|ODEBUG|unregister_netdevice: waiting|"
    r"leaked reference|Objects remaining|stack guard page|soft lockup|"
    r"Slab cache still has|ref_tracker(?!: memory allocation failure)|unable to handle")


def loaded():
    """Is the module there?"""
    return os.path.isdir("/sys/module/" + NAME)


def insmod(*params):
    """insmod with parameters ("name=value"); the finished process."""
    return subprocess.run(("insmod", KO) + params, text=True,
                          capture_output=True, check=False, timeout=120)


def load(*params):
    """Load it, or fail."""
    done = insmod(*params)
    assert done.returncode == 0, f"insmod {params}: {done.stderr}"


def rmmod():
    """rmmod; the finished process."""
    assert not SHARED, "a test that unloads the module is to be marked alone"
    return subprocess.run(("rmmod", NAME), text=True, capture_output=True,
                          check=False, timeout=120)


def unload():
    """Unload it, or fail."""
    done = rmmod()
    assert done.returncode == 0, f"rmmod: {done.stderr}"


@contextlib.contextmanager
def reloaded(*params):
    """The module with these parameters, for some time; no router may be there."""
    unload()
    load(*params)
    try:
        yield
    finally:
        unload()
        load()


class Log:
    """The kernel's messages from the constructor on."""

    def __init__(self):
        self.fd = os.open("/dev/kmsg", os.O_RDONLY | os.O_NONBLOCK)
        os.lseek(self.fd, 0, os.SEEK_END)

    def lines(self):
        """Messages since the last call."""
        found = []
        while True:
            try:
                record = os.read(self.fd, 8192).decode(errors="replace")
            except BlockingIOError:
                return found
            except BrokenPipeError:         # overtaken by the ring: go on
                continue
            found.append(record.split(";", 1)[-1].split("\n")[0])

    def splats(self):
        """Those that tell of a bug."""
        return [line for line in self.lines() if SPLAT.search(line)]

    def close(self):
        """Close it."""
        os.close(self.fd)
