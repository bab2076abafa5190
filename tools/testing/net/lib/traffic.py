# SPDX-License-Identifier: GPL-2.0
"""Background traffic: prepared frames again and again, or a ping."""
import os
import re
import signal
import subprocess
import time

from . import pkt
from .lab import LL, MAC
from .wait import wait_for


class Traffic:
    """Frames into ports, BATCH of them each INTERVAL seconds, until stop()."""

    def __init__(self, feeds, interval=0.01):
        self.pid = os.fork()
        if not self.pid:
            try:
                self._close_all_but({sock.fileno() for sock, _ in feeds})
                self._run(feeds, interval)
            finally:
                os._exit(0)

    @staticmethod
    def _close_all_but(keep):
        """An inherited descriptor would keep its namespace alive."""
        low = 3
        for fd in sorted(keep):
            os.closerange(low, fd)
            low = fd + 1
        os.closerange(low, 1024)

    @staticmethod
    def _run(feeds, interval):
        turn = 0
        while True:
            for sock, batches in feeds:
                for frame in batches[turn % len(batches)]:
                    try:
                        sock.send(frame)
                    except OSError:     # the other end is just being rebuilt
                        pass
            turn += 1
            time.sleep(interval)

    def stop(self):
        """End it."""
        if self.pid:
            os.kill(self.pid, 9)
            os.waitpid(self.pid, 0)
            self.pid = 0


class Pinger:
    """A ping, 20 a second, of which each answer's time is known."""

    INTERVAL = 0.05

    def __init__(self, ns, addr, interval=INTERVAL):
        self.proc = ns.popen("ping", "-6", "-n", "-D", "-i", str(interval), addr,
                             stdout=subprocess.PIPE, stderr=subprocess.STDOUT, bufsize=1)
        os.set_blocking(self.proc.stdout.fileno(), False)
        self.text = ""
        self.times = []                 # of answers
        self.other = []                 # lines that are none
        self.start = 0.0                # time from which gaps count

    def _read(self):
        try:
            data = os.read(self.proc.stdout.fileno(), 1 << 20).decode()
        except BlockingIOError:
            return
        *lines, self.text = (self.text + data).split("\n")
        for line in lines:
            found = re.match(r"\[(\d+\.\d+)\] \d+ bytes from .* time=", line)
            if found:
                self.times.append(float(found.group(1)))
            elif line:
                self.other.append(line)

    def answers(self):
        """How many were answered."""
        self._read()
        return len(self.times)

    def mark(self):
        """Count from now on."""
        self.start = time.time()

    def since_mark(self):
        """Answers since then."""
        self._read()
        return sum(1 for when in self.times if when > self.start)

    def longest_gap(self):
        """The longest time without an answer since then, in seconds."""
        self._read()
        times = [self.start] + [when for when in self.times if when > self.start]
        return max((b - a for a, b in zip(times, times[1:])), default=0.0)

    def tail(self):
        """Its last words that are no answers."""
        return self.other[-8:]

    def _heeds(self):
        """Would it tell its figures at SIGINT? Before that, on a busy machine, it just dies."""
        if self.proc.poll() is not None:
            return True
        with open(f"/proc/{self.proc.pid}/status", encoding="ascii") as f:
            caught = re.search(r"^SigCgt:\s*(\w+)", f.read(), re.M)
        return int(caught.group(1), 16) >> (signal.SIGINT - 1) & 1

    def stop(self):
        """End it; return how many were not answered, but for the last."""
        wait_for(self._heeds, "ping runs", 20)
        self.proc.send_signal(signal.SIGINT)
        self.proc.wait(10)
        self._read()
        self.proc.stdout.close()
        for line in self.other:
            found = re.match(r"(\d+) packets transmitted, (\d+) received", line)
            if found:
                sent, got = map(int, found.groups())
                return max(sent - got - 1, 0)
        raise AssertionError(self.other)


def nd_mix(lab, seed=0):
    """Feeds that make hosts, records, answers and forwarded packets."""
    ups, downs = [], []
    for i in range(8):
        mac_u = f"02:00:00:00:c0:{i:02x}"
        mac_d = f"02:00:00:00:c1:{i:02x}"
        up = f"2001:db8:1::c0:{seed:x}{i:x}"
        down = f"2001:db8:1::c1:{seed:x}{i:x}"
        dead = f"2001:db8:1::c2:{seed:x}{i:x}"
        ups.append([
            pkt.ns(mac_u, up, down), pkt.ns(mac_u, up, dead),
            pkt.ns(mac_u, pkt.UNSPEC, up, opts=pkt.nonce(bytes([i] * 6))),
            pkt.ns(mac_u, up, down, hlim=1),
            pkt.echo(mac_u, MAC["up0"], up, down)])
        downs.append([
            pkt.na(mac_d, down, down, LL["down0"], MAC["down0"], s=1),
            pkt.na(mac_d, down, down), pkt.ns(mac_d, down, up),
            pkt.echo(mac_d, MAC["down0"], down, up)])
    return [(lab.up0.sock, ups), (lab.down0.sock, downs)]
