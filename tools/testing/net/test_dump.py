# SPDX-License-Identifier: GPL-2.0
"""Large dumps: cheap, and in constant memory (control.md).

   wire up0 --- up0 [ r ] down0 --- wire down0

$NDPROXY_DUMP_HOSTS hosts, all of them upstream, where no route is made.
"""
import json
import os
import subprocess

import pytest

from lib.tool import PATH

HOSTS = int(os.environ.get("NDPROXY_DUMP_HOSTS", "20000"))
FEW = 2000                      # more than are kept before they are printed


def address(number):
    """The address of a host by its number."""
    return f"2001:db8:1::{number >> 16:x}:{number & 0xffff:x}"


def add(lab, first, last):
    """Static hosts, in one batch."""
    lab.tool("-b", "-", input="".join(
        f"host add {address(i)} dev up0\n" for i in range(first, last)))


def peak(pid):
    """KiB of memory that a program has had at most, from its start on; 0 if it has ended."""
    with open(f"/proc/{pid}/status", encoding="ascii") as f:
        return next((int(line.split()[1]) for line in f if line.startswith("VmHWM:")), 0)


def dump(lab):
    """What -j prints: (text, errors, seconds of CPU, KiB at most, but for the last few lines)."""
    text, high = [], 0
    with lab.r.popen(PATH, "-j", "host", "show", stdout=subprocess.PIPE,
                     stderr=subprocess.PIPE) as show:
        while chunk := show.stdout.read(65536):
            text.append(chunk)
            # not what wait4() tells: that is never less than this program's own
            high = max(high, peak(show.pid))
        errors = show.stderr.read()
        _, status, usage = os.wait4(show.pid, 0)
        show.returncode = os.waitstatus_to_exitcode(status)
    assert show.returncode == 0
    return "".join(text), errors, usage.ru_utime + usage.ru_stime, high


@pytest.mark.heavy
@pytest.mark.timeout(1500)
def test_control_dump_of_many_hosts(lab, record_property):
    lab.tool.param("hosts_per_prefix", max(HOSTS, 65536))
    add(lab, 16, 16 + 8 * FEW)
    *_, small = dump(lab)
    add(lab, 16 + 8 * FEW, 16 + HOSTS)
    text, errors, seconds, large = dump(lab)
    record_property("hosts", HOSTS)
    record_property("cpu_s", seconds)
    record_property("maxrss_kib", large)
    print(f"{HOSTS} hosts: {seconds:.2f} s of CPU, {large} KiB "
          f"({8 * FEW} hosts: {small} KiB)")
    known = [x["addr"] for x in json.loads(text)]
    assert errors == "" and len(known) == len(set(known)) == HOSTS
    assert 0 < large < small + 256, "memory grows with the hosts"
    # a machine that is emulated is ten times slower than one that is not
    assert seconds < 2 * HOSTS / 20000, seconds


def test_control_large_dump_during_changes_says_so(lab):
    lab.tool.param("hosts_per_prefix", 65536)
    add(lab, 16, 16 + 8 * FEW)
    with lab.r.popen(PATH, "-j", "host", "show", stdout=subprocess.PIPE,
                     stderr=subprocess.PIPE) as show:
        begin = show.stdout.read(1)         # it waits for its reader, in the midst of the dump
        add(lab, 8, 10)
        rest = show.stdout.read()
        errors = show.stderr.read()
    assert show.returncode == 0
    assert errors == "Dump was interrupted and may be inconsistent.\n"
    known = {int(x["addr"].rpartition(":")[2], 16) for x in json.loads(begin + rest)}
    assert known >= set(range(16, 16 + 8 * FEW))
