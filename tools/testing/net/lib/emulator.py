# SPDX-License-Identifier: GPL-2.0
"""What the emulator of a stock kernel cannot do right.

QEMU runs each processor in a thread of its own. When the kernel patches its text, which it does in
steps, with a breakpoint first (static keys: the first socket that wants timestamps, the first
netfilter hook), another processor may still run the breakpoint after the last step, when nobody
expects it any more: "Oops: int3". So those keys are switched on once, before the tests, and stay.
"""
import socket

from .wait import time_travels

SO_TIMESTAMP = 29

HOOKS = "".join(f"add chain ip6 still {hook} {{ type filter hook {hook} priority 0; }};"
                for hook in ("prerouting", "input", "forward", "output", "postrouting"))


def keep_text_still(ns):
    """Switch on what tests switch; return what is to be kept."""
    if time_travels():
        return None
    ns.sh("nft", f"add table ip6 still; {HOOKS}")
    sock = socket.socket(socket.AF_INET6, socket.SOCK_DGRAM)
    sock.setsockopt(socket.SOL_SOCKET, SO_TIMESTAMP, 1)
    return sock
