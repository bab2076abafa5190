# SPDX-License-Identifier: GPL-2.0
"""Namespaces, wires and processes of the benchmark.

    namespace uh: uh0 ----- up0 :namespace r: down0 ----- dh0 :namespace dh
    (ndgen asks)            (the proxy under test)        (ndresp answers)

The kernels of uh and dh speak no IPv6: what is measured is the router, not their stacks.
"""

import json
import os
import signal
import subprocess

PREFIX = "2001:db8:1::/64"
ROUTER = "2001:db8:1::1"
HERE = os.path.dirname(os.path.abspath(__file__))


def address(number):
    """The target with these low 32 bits."""
    return f"2001:db8:1::{number >> 16:x}:{number & 0xffff:x}"


def run(*words, **kw):
    """Run a command that must succeed; its output."""
    done = subprocess.run(words, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
                          check=False, **kw)
    if done.returncode:
        raise RuntimeError(f"{' '.join(words)}: {done.stderr.strip() or done.returncode}")
    return done.stdout


def pin(cpu):
    """The words that bind a command to a processor, as far as the machine has it."""
    return ("taskset", "-c", str(cpu % (os.cpu_count() or 1)))


class Process:
    """A long-running command, ended with the bed."""

    def __init__(self, *words, output=True):
        self.process = subprocess.Popen(words, stdout=subprocess.PIPE if output else
                                        subprocess.DEVNULL, stderr=subprocess.STDOUT, text=True)

    def line(self):
        """Wait for its next line of output."""
        return self.process.stdout.readline()

    def stop(self):
        """End it; what it said."""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
        try:
            return self.process.communicate(timeout=10)[0]
        except subprocess.TimeoutExpired:
            self.process.kill()
            return self.process.communicate()[0]


class Busy:
    """How long the processors worked between the two ends of a with statement, in seconds."""

    @staticmethod
    def _read():
        with open("/proc/uptime", encoding="ascii") as f:
            up, idle = map(float, f.read().split())
        return up * (os.cpu_count() or 1) - idle

    def __enter__(self):
        self.before = self._read()
        self.seconds = None
        return self

    def __exit__(self, *unused):
        self.seconds = self._read() - self.before


class Bed:
    """Fresh namespaces and wires; everything is gone after close()."""

    NAMESPACES = ("uh", "r", "dh")

    def __init__(self, programs, tag="bench"):
        self.programs = programs
        self.tag = tag
        self.processes = []
        self.answering = None           # ndresp, where the contestant needs one
        self.made = []

    def ns(self, name):
        """The real name of a namespace."""
        return f"{self.tag}-{name}"

    def __enter__(self):
        for name in self.NAMESPACES:
            run("ip", "netns", "add", self.ns(name))
            self.made.append(name)
        return self

    def __exit__(self, *unused):
        for process in reversed(self.processes):
            process.stop()
        for name in self.made:
            run("ip", "netns", "del", self.ns(name))

    def inside(self, name, *words, **kw):
        """Run a command inside a namespace."""
        return run("ip", "netns", "exec", self.ns(name), *words, **kw)

    def sysctl(self, name, **settings):
        """sysctl("r", forwarding=1): net.ipv6.conf.all.forwarding; other names with "__" for "." """
        for key, value in settings.items():
            self.inside(name, "sysctl", "-qw", f"net.ipv6.{key.replace('__', '.')}={value}")

    def batch(self, name, lines):
        """`ip -batch` inside a namespace."""
        run("ip", "-n", self.ns(name), "-batch", "-", input="\n".join(lines) + "\n")

    def start(self, name, *words, cpu, output=True):
        """Start a long-running command inside a namespace, on one processor."""
        process = Process("ip", "netns", "exec", self.ns(name), *pin(cpu), *words, output=output)
        self.processes.append(process)
        return process

    def wire(self, end, end_dev, far, far_dev, router=True):
        """One veth; the `end` side is silent, the `far` side a router's link."""
        run("ip", "-n", self.ns(end), "link", "add", end_dev, "type", "veth",
            "peer", "name", far_dev, "netns", self.ns(far))
        silent = [(end, end_dev)] if router else [(end, end_dev), (far, far_dev)]
        for name, dev in silent:
            self.sysctl(name, **{f"conf__{dev}__disable_ipv6": 1})
        if router:
            self.sysctl(far, **{f"conf__{far_dev}__accept_dad": 0})
        for name, dev in ((end, end_dev), (far, far_dev)):
            run("ip", "-n", self.ns(name), "link", "set", dev, "up")

    def router(self):
        """Both wires, and a forwarding router with an address of the prefix upstream."""
        self.sysctl("r", conf__all__forwarding=1)
        self.wire("uh", "uh0", "r", "up0")
        self.wire("dh", "dh0", "r", "down0")
        run("ip", "-n", self.ns("r"), "addr", "add", f"{ROUTER}/64", "dev", "up0", "nodad")

    def responder(self, dev="dh0", name="dh"):
        """ndresp for the whole prefix."""
        process = self.start(name, f"{self.programs}/ndresp", dev, PREFIX, cpu=1)
        if process.line() != "ready\n":
            raise RuntimeError(f"ndresp: {process.stop()}")
        self.answering = process

    def heard(self):
        """How many solicitations the responder has heard."""
        if not self.answering:
            return 0
        self.answering.process.send_signal(signal.SIGUSR1)
        return json.loads(self.answering.line())["solicits"]

    def ask(self, first, targets, rate, count=None):
        """One run of ndgen; its measurements, and how many NS reached the responder ("heard")."""
        before = self.heard()
        words = [f"{self.programs}/ndgen", "uh0", address(first), "--targets", str(targets),
                 "--rate", str(rate), "--timeout", "1000"]
        if count:
            words += ["--count", str(count)]
        result = json.loads(self.inside("uh", *pin(0), *words))
        result["heard"] = self.heard() - before
        return result
