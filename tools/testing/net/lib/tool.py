# SPDX-License-Identifier: GPL-2.0
"""The command under test, run inside a namespace."""
import json
import os
import select
import shlex
import subprocess
import threading
import time

from .pkt import same
from .wait import wait_for

PATH = os.environ.get("NDPROXY_TOOL", "ndproxy")

DROPS = ("hop-limit checksum code length target-multicast option-length "
         "fragment dad-destination dad-slla na-multicast-solicited own-echo "
         "ns-rate na-rate target-limit solicitor-limit host-limit "
         "lladdr-limit no-source no-memory not-ready hold-limit not-found "
         "same-link redirect snoop-limit host-refused not-forwarding "
         "unsolicited-na").split()
COUNTERS = ("ns_in ns_out na_in na_out dad_in dad_out answers held "
            "delivered").split()
GAUGES = ("links prefixes hosts records").split()


class Talk:
    """A running `ndproxy -j -b -`: to start a process takes longer than what it has to say."""

    def __init__(self, ns):
        self.proc = ns.popen(PATH, "-j", "-b", "-", stdin=subprocess.PIPE,
                             stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        os.set_blocking(self.proc.stderr.fileno(), False)

    def ask(self, args):
        """What it prints for a command, parsed; None if it did not do as it was told."""
        try:
            self.proc.stdin.write(shlex.join(args) + "\n")
            self.proc.stdin.flush()
        except BrokenPipeError:
            return None
        line = self.proc.stdout.readline()
        if not line.endswith("\n") or self._complains():
            return None
        return json.loads(line)

    def _complains(self):
        try:
            return os.read(self.proc.stderr.fileno(), 4096)
        except BlockingIOError:
            return False

    def end(self):
        """Stop it."""
        self.proc.kill()
        self.proc.communicate()


class Tool:
    """`ndproxy` in one namespace."""

    def __init__(self, ns):
        self.ns = ns
        self.talk = None
        self.turn = threading.Lock()    # of those who talk

    def run(self, *args, **kw):
        """Run it and return the finished process, whatever came of it."""
        return self.ns.run(PATH, *map(str, args), **kw)

    def __call__(self, *args, **kw):
        """Run it; it must succeed and say nothing on stderr."""
        done = self.run(*args, **kw)
        assert done.returncode == 0 and done.stderr == "", \
            f"ndproxy {args}: {done.returncode} {done.stderr}"
        return done.stdout

    def json(self, *args):
        """Run it with -j and return what it printed, parsed.

        A dump that says that it may be inconsistent is asked for again.
        """
        args = list(map(str, args))
        if "show" in args and args[0][0] != "-":
            with self.turn:
                got = self._ask(args)
            if got is not None:
                return got
        for _ in range(50):
            done = self.run("-j", *args)
            if "interrupted" not in done.stderr:
                break
            time.sleep(0.1)
        assert done.returncode == 0 and done.stderr == "", \
            f"ndproxy {args}: {done.returncode} {done.stderr}"
        return json.loads(done.stdout)

    def _ask(self, args):
        """Ask the running one. When it cannot answer, the next question is for a new one."""
        if not self.talk:
            self.talk = Talk(self.ns)
            self.ns.at_end.append(self.talk.end)
        got = self.talk.ask(args)
        if got is None:
            self.ns.at_end.remove(self.talk.end)
            self.talk.end()
            self.talk = None
        return got

    def refused(self, *args, **kw):
        """The kernel must refuse it; return the reason."""
        done = self.run(*args, **kw)
        assert done.returncode == 2, \
            f"ndproxy {args}: {done.returncode} {done.stderr}"
        assert done.stderr.startswith("Error: "), done.stderr
        text = done.stderr[len("Error: "):].strip()
        assert text and text.endswith("."), done.stderr
        return text

    def links(self):
        """Links by name."""
        return {x["ifname"]: x for x in self.json("link", "show")}

    def prefixes(self):
        """Proxied prefixes: {(prefix, dev): object}."""
        return {(x["prefix"], x["dev"]): x
                for x in self.json("prefix", "show")}

    def hosts(self):
        """Hosts by address."""
        return {x["addr"]: x for x in self.json("host", "show")}

    def host(self, addr):
        """One host, or None."""
        for known, obj in self.hosts().items():
            if same(known, addr):
                return obj
        return None

    def solicits(self):
        """Solicitation records by target."""
        return {x["target"]: x for x in self.json("solicit", "show")}

    def stats(self, link):
        """Counters of one link, drops flattened as "drop:NAME"."""
        for obj in self.json("stats", "show")["links"]:
            if obj["ifname"] == link:
                flat = {k: v for k, v in obj.items() if k in COUNTERS}
                flat.update({"drop:" + k: v for k, v in obj["drops"].items()})
                return flat
        raise AssertionError(f"no statistics of {link}")

    def gauge(self, name):
        """One gauge."""
        return self.json("stats", "show")["gauges"][name]

    def drops(self, link):
        """Drop counters of a link that are not zero."""
        return {k[5:]: v for k, v in self.stats(link).items()
                if k.startswith("drop:") and v}

    def params(self):
        """Parameters by name."""
        return {x["name"]: x for x in self.json("param", "show")}

    def param(self, name, value):
        """Set one parameter."""
        self("param", "set", name, value)

    def wait_prefix(self, prefix, dev="up0", present=True):
        """Wait until a prefix is proxied (and its routes are marked), or not."""
        def look():
            obj = self.prefixes().get((prefix, dev))
            if present:
                return obj if obj and obj["marked"] else None
            return not obj
        return wait_for(look, f"{prefix} on {dev} present={present}")

    def wait_host(self, addr, dev=None, state=None):
        """Wait until a host is known, on a link and in a state if named."""
        def look():
            obj = self.host(addr)
            if not obj or (dev and obj["dev"] != dev):
                return None
            return obj if state in (None, obj["state"]) else None
        return wait_for(look, f"host {addr} on {dev} {state}; known: "
                              f"{self.hosts()}")

    def wait_no_host(self, addr, timeout=10.0):
        """Wait until a host is forgotten."""
        wait_for(lambda: not self.host(addr), f"host {addr} gone", timeout)


class Monitor:
    """`ndproxy -j monitor`, listening from the constructor on."""

    def __init__(self, ns, *flags):
        self.proc = ns.popen(PATH, "-j", *flags, "monitor",
                             stdout=subprocess.PIPE, bufsize=1)
        os.set_blocking(self.proc.stdout.fileno(), False)
        self.text = ""
        self.seen = []
        wait_for(lambda: self._subscribed(ns), "monitor listening")

    @staticmethod
    def _subscribed(ns):
        for line in ns.read("/proc/net/netlink").splitlines()[1:]:
            field = line.split()
            if field[1] == "16" and int(field[3], 16):
                return True
        return False

    def _read(self, timeout):
        fd = self.proc.stdout.fileno()
        if not select.select([fd], [], [], timeout)[0]:
            return
        self.text += os.read(fd, 65536).decode()
        *lines, self.text = self.text.split("\n")
        self.seen += [json.loads(line) for line in lines if line]

    def expect(self, event, timeout=8.0, **keys):
        """Wait for an event whose keys have these values; take it."""
        end = time.monotonic() + timeout
        while True:
            for i, obj in enumerate(self.seen):
                if obj["event"] == event and \
                   all(obj.get(k) == v for k, v in keys.items()):
                    return self.seen.pop(i)
            left = end - time.monotonic()
            assert left > 0, f"no event {event} {keys}; heard {self.seen}"
            self._read(left)

    def drain(self, duration=0.3):
        """All events heard and not taken, after a short while."""
        time.sleep(duration)
        self._read(0)
        seen, self.seen = self.seen, []
        return seen

    def close(self):
        """Stop it."""
        self.proc.terminate()
        self.proc.wait()
        self.proc.stdout.close()
