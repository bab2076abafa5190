# SPDX-License-Identifier: GPL-2.0
"""Large dumps: cheap, and in constant memory (control.md).

   wire up0 --- up0 [ r ] down0 --- wire down0

$NDPROXY_DUMP_HOSTS hosts, all of them upstream, where no route is made.
"""
import json
import os

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


def dump(lab, path):
    """What -j prints into a file: (errors, seconds of CPU, KiB at most)."""
    with open(path, "wb") as out, lab.r:
        pid = os.posix_spawn(
            PATH, [PATH, "-j", "host", "show"], os.environ,
            file_actions=[(os.POSIX_SPAWN_DUP2, out.fileno(), 1),
                          (os.POSIX_SPAWN_OPEN, 2, str(path) + ".err",
                           os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)])
        _, status, usage = os.wait4(pid, 0)
    assert status == 0
    with open(str(path) + ".err", encoding="ascii") as f:
        return f.read(), usage.ru_utime + usage.ru_stime, usage.ru_maxrss


@pytest.mark.heavy
@pytest.mark.timeout(1500)
def test_control_dump_of_many_hosts(lab, tmp_path, record_property):
    lab.tool.param("hosts_per_prefix", max(HOSTS, 65536))
    path = tmp_path / "hosts"
    add(lab, 16, 16 + 8 * FEW)
    _, _, small = dump(lab, path)
    add(lab, 16 + 8 * FEW, 16 + HOSTS)
    errors, seconds, large = dump(lab, path)
    record_property("hosts", HOSTS)
    record_property("cpu_s", seconds)
    record_property("maxrss_kib", large)
    print(f"{HOSTS} hosts: {seconds:.2f} s of CPU, {large} KiB "
          f"({8 * FEW} hosts: {small} KiB)")
    with open(path, encoding="ascii") as f:
        known = [x["addr"] for x in json.load(f)]
    assert errors == "" and len(known) == len(set(known)) == HOSTS
    assert large < small + 1024, "memory grows with the hosts"
    # a machine that is emulated is ten times slower than one that is not
    assert seconds < 2 * HOSTS / 20000, seconds
