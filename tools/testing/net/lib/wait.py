# SPDX-License-Identifier: GPL-2.0
"""Waiting for a condition.

Every wait sleeps between two looks: under a kernel with time travel the clock
moves only while all processes sleep, so a loop that spins would never end.
"""
import os
import time

TIMEOUT = 10.0
STEP, MAX_STEP = 0.02, 0.4


def time_travels():
    """Does the clock jump over sleeps here?"""
    with open("/proc/cpuinfo", encoding="ascii") as f:
        return "User Mode Linux" in f.read()


def real_time():
    """Seconds by the machine's clock: the guest's jumps, and the folder is not the guest's."""
    path = f"{os.environ.get('RESULTS', '.')}/.clock-{os.getpid()}"
    os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY))
    try:
        return os.stat(path).st_mtime
    finally:
        os.unlink(path)


def wait_for(look, what="condition", timeout=TIMEOUT, step=STEP):
    """Call look() until it returns something true, and return that."""
    end = time.monotonic() + timeout
    while True:
        got = look()
        if got:
            return got
        if time.monotonic() >= end:
            raise AssertionError(f"not within {timeout} s: {what}")
        time.sleep(step)
        step = min(1.5 * step, MAX_STEP)    # a look is often a process


def holds_for(look, what="condition", duration=0.3, step=0.1):
    """Check that look() stays true for a while."""
    end = time.monotonic() + duration
    while True:
        assert look(), f"did not hold: {what}"
        if time.monotonic() >= end:
            return
        time.sleep(step)
