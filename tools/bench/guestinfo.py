# SPDX-License-Identifier: GPL-2.0
"""The machine that is measured on: what it is, and its settings for the time of a run."""

import os
import platform


class Sysctl:
    """A setting of the whole machine for the time of the run: room for the neighbours of 100,000 hosts.

    A host is two: itself, and the solicited-node group by which it was asked for. Above the second
    threshold the kernel looks for what to throw away, a millisecond each time.
    """

    SETTINGS = {"gc_thresh1": 262144, "gc_thresh2": 262144, "gc_thresh3": 262144}
    PATH = "/proc/sys/net/ipv6/neigh/default/"

    def __enter__(self):
        self.before = {}
        for name, value in reversed(list(self.SETTINGS.items())):
            with open(self.PATH + name, "r+", encoding="ascii") as f:
                self.before[name] = f.read()
                f.seek(0)
                f.write(str(value))

    def __exit__(self, *unused):
        for name, value in self.before.items():
            with open(self.PATH + name, "w", encoding="ascii") as f:
                f.write(value)


def machine():
    """What the figures were taken on."""
    with open("/proc/cpuinfo", encoding="ascii") as f:
        model = [line.split(":", 1)[1].strip() for line in f if line.startswith("model name")]
    with open("/proc/meminfo", encoding="ascii") as f:
        memory = int(f.readline().split()[1]) // 1024
    clock = "/sys/devices/system/clocksource/clocksource0/current_clocksource"
    with open(clock, encoding="ascii") as f:
        clock = f.read().strip()
    return {"kernel": platform.release(), "version": platform.version(),
            "architecture": platform.machine(), "cpus": os.cpu_count(),
            "cpus_possible": os.sysconf("SC_NPROCESSORS_CONF"),
            "cpu_model": model[0] if model else "", "memory_mib": memory, "clocksource": clock}
