# SPDX-License-Identifier: GPL-2.0
"""Conformance cases of an MLD listener: the format of conformance/*.cases, and how one is run.

A case is stimuli (listen, query) and the packets that must follow. The link's service interface is
either that of configured listeners (`ndproxy mld listen`), or the kernel's sockets. Cases are run on
many links at once, each of which mostly waits.
"""
import os
import re
import subprocess
import time

from . import mld, pkt
from .lab import LL, R_ADDR
from .tool import PATH

GROUPS = {"M1": "ff1e::1:1", "M2": "ff1e::1:2", "SSM1": "ff3e::8000:1"}
WINDOW = 0.02           # changes of this long share their first report
# For the clocks of an emulated machine, on which many links are at work
SLACK = 0.15 if os.environ.get("NDPROXY_KERNEL") == "uml" else 0.5
QUIET = 3.0             # "none" is watched for this long
TRIES = 8               # of a step that must come before a random time


def sources(word):
    """S1,S2 or - as addresses."""
    if word == "-":
        return []
    return [f"2001:db8:ffff::{s[1:]}" if re.fullmatch(r"S\d+", s) else mld.text(s)
            for s in word.split(",")]


def group(word):
    """A group by its name or as it is."""
    return GROUPS.get(word) or mld.text(word)


class Step:
    """One line of a case."""

    def __init__(self, number, words):
        self.number, self.words = number, words
        self.kind = words[0]
        self.alternatives = []

    def __str__(self):
        return f"{self.number} {' '.join(self.words)}"


class Case:
    """A case: its id, title and steps."""

    def __init__(self, ident, title):
        self.id, self.title = ident, title
        self.steps = []

    def __repr__(self):
        return self.id


def read(path):
    """All cases of a file."""
    cases = []
    with open(path, encoding="utf-8") as f:
        for at, line in enumerate(f, 1):
            line = line.rstrip()
            new = re.match(r"case\s+(\S+)\s*(?:#\s*(.*))?$", line)
            words = line.split("#")[0].split()
            if new:
                cases.append(Case(new.group(1), new.group(2) or ""))
            elif words and words[0] == "or:":
                cases[-1].steps[-1].alternatives.append(words[1:])
            elif words:
                assert words[0].isdigit() and \
                    words[1] in ("listen", "query", "expect"), f"{path}:{at}: {line}"
                cases[-1].steps.append(Step(int(words[0]), words[1:]))
    return cases


class Wanted:
    """What an expect line says."""

    def __init__(self, words, solicited):
        self.none = words[2] == "none"
        self.count, self.within, self.from_step = words[2], None, None
        self.records = {}           # group: {kind: sources}
        if self.none:
            self.records, self.current = {group(words[3]): {}}, False
            return
        for word in words[3:]:
            timing = re.fullmatch(r"within=([\d.]+)s@step(\d+)", word)
            if timing:
                self.within, self.from_step = float(timing.group(1)), int(timing.group(2))
                continue
            name, kind, listed = re.fullmatch(r"(.+):(\w+)\((.*)\)", word).groups()
            for where in solicited if name == "SN" else [group(name)]:
                self.records.setdefault(where, {})[kind] = frozenset(sources(listed))
        kinds = {k for records in self.records.values() for k in records}
        self.current = bool(kinds & set(mld.CURRENT))

    def same_kind(self, kind):
        """Is it told by the same sort of report: current state, change, version 1?"""
        if kind in ("V1", "DONE"):
            return True
        return (kind in mld.CURRENT) == self.current

    def of(self, messages):
        """The records about the expected groups, of the expected sort."""
        found = {}
        for message in messages:
            for where, kind, listed in message.records:
                if where in self.records and self.same_kind(kind):
                    old = found.setdefault(where, {}).get(kind, frozenset())
                    found[where][kind] = old | listed
        return found


class Failed(AssertionError):
    """A step's expectation does not hold."""


class Retry(Exception):
    """Chance had it that a step could not come early enough."""


class Configured:
    """Listeners configured by the tool, which runs on and reads line by line."""

    def __init__(self, lab, dev):
        self.dev = dev
        self.tool = lab.spawn(lab.r, PATH, "-b", "-", stdin=subprocess.PIPE,
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE, bufsize=1)
        self.held = set()

    def _do(self, line):
        self.tool.stdin.write(f"{line}\nmld link show {self.dev}\n")
        self.tool.stdin.flush()
        answer = self.tool.stdout.readline()
        assert answer, f"{line}: {self.tool.stderr.read()}"

    def listen(self, sock, where, mode, listed):
        """The service interface."""
        word = {"IN": "include", "EX": "exclude"}[mode]
        self._do(f"mld listen {self.dev} {where} id {sock} {word} {' '.join(listed)}")
        if mode == "IN" and not listed:
            self.held.discard((sock, where))
        else:
            self.held.add((sock, where))

    def end(self):
        """No listener is left."""
        for sock, where in list(self.held):
            self._do(f"mld ignore {self.dev} {where} id {sock}")
        self.held.clear()


class Sockets:
    """The kernel's sockets, which the engine mirrors."""

    def __init__(self, lab, dev):
        self.lab, self.dev = lab, dev
        self.socks = {}

    def listen(self, sock, where, mode, listed):
        """The service interface."""
        if sock not in self.socks:
            self.socks[sock] = mld.Listener(self.lab.r, self.dev)
        # One request takes two calls. If the machine was busy elsewhere between them, it was not one.
        if self.socks[sock].listen(where, mode, listed) > WINDOW / 2:
            raise Retry

    def end(self):
        """No listener is left."""
        for sock in self.socks.values():
            sock.close()
        self.socks.clear()


class Runner:
    """A link of the engine on which cases are run, one after the other."""

    def __init__(self, lab, dev, service):
        self.lab, self.dev = lab, dev
        self.service = service(lab, dev)
        self.ear = mld.Ear(lab.ports[dev])
        self.solicited = sorted({pkt.snm(a) for a in [LL[dev]] + [R_ADDR] * (dev == "up0")})
        self.longest = 0.0

    def run(self, case):
        """Run a case; raise Failed with what was expected and what was seen."""
        for _ in range(TRIES):
            try:
                self._run(case)
                return
            except Retry:
                continue
            finally:
                self._end(case)
        raise Failed(f"{case.id}: no luck in {TRIES} tries to come early enough")

    def _run(self, case):
        self.times, self.before = {}, None
        self.ear.mark()
        fresh = True                # the next stimulus is the first behind an expect
        for step, after in zip(case.steps, [*case.steps[1:], None]):
            if step.kind == "expect":
                self._expect(case, step, bool(after and "early" in after.words))
                fresh = True
                continue
            if fresh:
                self._begin(step)
            fresh = False
            self.times[step.number] = time.monotonic()
            getattr(self, "_" + step.kind)(step)

    def _begin(self, step):
        self.early = "early" in step.words
        if not self.early:
            self.before = None
        elif self.before and self._heard_again(self.before):
            raise Retry
        self.ear.mark()
        self.longest = 0.0

    def _listen(self, step):
        _, _, where, sock, mode, listed, *_ = step.words
        self.service.listen(sock, group(where), mode, sources(listed))

    def _query(self, step):
        _, _, version, kind, *rest = step.words
        options = dict(w.split("=") for w in rest if "=" in w)
        places = [w for w in rest if "=" not in w]
        mrc = int(options.get("mrc", 1000))
        number = int(re.sub(r"\D", "", options.get("from", "")) or 1)
        mac = f"02:00:00:00:ee:{number:02x}"
        where = group(places[0]) if kind != "GQ" else "::"
        listed = sources(places[1]) if len(places) > 1 else []
        self.longest = max(self.longest, mrc / 1000)
        self.lab.ports[self.dev].send(mld.query(int(version[1]), where, listed, mrc,
                                           src=pkt.lladdr(mac), mac=mac))

    def _expect(self, case, step, hurry):
        wanted = [Wanted(w, self.solicited) for w in [step.words, *step.alternatives]]
        if wanted[0].none:
            time.sleep(max(QUIET, self.longest + 1))
        elif hurry:
            self._wait_first(wanted[0])
        elif wanted[0].within is not None:
            end = self.times[wanted[0].from_step] + wanted[0].within + SLACK
            self.ear.listen(end - time.monotonic())
        else:
            time.sleep(max(self.longest, 1.0) + WINDOW + 2 * SLACK)
        heard = list(self.ear.messages())
        why = [self._wrong(w, heard) for w in wanted]
        if all(why):
            self._was_late(heard)
            raise Failed(f"{case.id} ({case.title})\nstep {step}\n" +
                         "".join(f"expected: {' '.join(w)}\n"
                                 for w in [step.words, *step.alternatives]) +
                         f"but: {why[0]}\nseen: " +
                         ("\n      ".join(map(repr, heard)) or "nothing"))
        self.before = wanted[0]

    def _wait_first(self, wanted):
        end = time.monotonic() + 2
        while time.monotonic() < end and not wanted.of(self.ear.messages()):
            self.ear.port.wait(end - time.monotonic())

    def _heard_again(self, wanted):
        return len([m for m in self.ear.messages() if wanted.of([m]) == wanted.records]) > 1

    def _was_late(self, heard):
        """The change before was told a second time before this one came: not this case."""
        if self.early and self.before and heard and \
                self.before.of(heard[:1]) == self.before.records:
            raise Retry

    def _wrong(self, wanted, heard):
        """None if it holds, else what is wrong."""
        if wanted.none:
            told = [r for m in heard for r in m.records if r[0] in wanted.records]
            return f"told {told}" if told else None
        sent = [m for m in heard if wanted.of([m])]
        right = [m for m in sent if wanted.of([m]) == wanted.records]
        if wanted.within is not None:
            end = self.times[wanted.from_step] + wanted.within + 2 * SLACK
            right = [m for m in right if m.when <= end]
        if wanted.count == "1+":
            if right or (wanted.current and wanted.of(sent) == wanted.records):
                return None
            return "not told"
        if len(right) != int(wanted.count):
            return f"told {len(right)} times"
        return None if len(sent) == len(right) else "something else was told, too"

    def _end(self, case):
        """Remove the listeners, and wait until that is told and nothing is pending."""
        self.service.end()
        time.sleep(1 + WINDOW + SLACK)
        if any(s.kind == "query" and s.words[2] == "v1" for s in case.steps):
            self.lab.tool("mld", "link", "set", self.dev, "off")
            self.lab.tool("mld", "link", "set", self.dev, "on")
            time.sleep(2)
        if not any(s.kind == "query" for s in case.steps):
            return
        link = self.lab.tool.json("mld", "link", "show", self.dev)[0]
        if "answer_left_ms" in link:
            time.sleep(link["answer_left_ms"] / 1000 + SLACK)
