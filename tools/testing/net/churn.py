# SPDX-License-Identifier: GPL-2.0
"""Everything at once, for a time: the long part of soak.py.

   wire up0 --- up0 [ r ] down0 --- wire down0
                         down1 --- eth0 dh1   (a real stack)
                         down2 --- eth0 dh2   (another)

While traffic, moving hosts and mutilated packets flow, links flap, are renamed and
made anew, RAs come, change and go, roles, options, prefixes, hosts and limits are set,
all is dumped, nonsense is sent over netlink, other namespaces come and go, and now and
then the module. After each epoch the traffic ends, and what the kernel has must be what
the module tells; after some, all is taken down, and nothing may be left.
"""
import errno
import random
import time

from scapy.layers.inet6 import IPv6ExtHdrDestOpt, IPv6ExtHdrFragment

from lib import kmod, pkt, rtnl
from lib.genl import Genl
from lib.lab import A_MAC, LL, MAC, PFX, Lab
from lib.tool import Monitor
from lib.traffic import Traffic, nd_mix
from lib.wait import wait_for

LINKS = ("up0", "down0", "down1", "down2")
WIRES = ("up0", "down0")
ROLES = {dev: "upstream" if dev.startswith("up") else "downstream"
         for dev in LINKS}
DH1, DH2 = "2001:db8:1::d1", "2001:db8:1::d2"
STEPS = 40              # of an epoch
TIMERS = {"retrans_time_ms": 1000, "base_reachable_time_ms": 30000}


def bases():
    """Valid frames, of which the mutilated ones are made."""
    host, other = "2001:db8:1::bad:1", "2001:db8:1::bad:2"
    mac = "02:00:00:00:ba:d0"
    ll = pkt.lladdr(mac)
    found = [
        pkt.ns(mac, host, other), pkt.ns(mac, ll, other),
        pkt.ns(mac, pkt.UNSPEC, host, opts=pkt.nonce(b"nonce!")),
        pkt.ns(mac, pkt.UNSPEC, host), pkt.na(mac, host, host),
        pkt.ns(mac, host, other, ext=IPv6ExtHdrDestOpt()),
        pkt.ns(mac, host, other, ext=IPv6ExtHdrFragment()),
        pkt.ra(mac, "2001:db8:bad::/64", valid=2, lifetime=1),
        pkt.echo(mac, MAC["up0"], host, "2001:db8:1::dead"),
    ]
    for dev in WIRES:
        found += [pkt.na(mac, host, host, LL[dev], MAC[dev], s=1),
                  pkt.ns(mac, host, other, other, MAC[dev])]
    return found


def mutilate(rng, frame):
    """A frame with some octets changed, cut or grown; often with a right checksum."""
    data = bytearray(frame)
    for _ in range(rng.choice((1, 1, 2, 5, 20))):
        data[rng.randrange(14, len(data))] = rng.choice(
            (0, 1, 255, rng.randrange(256)))
    if rng.random() < 0.2:
        data = data[:rng.randrange(15, len(data))]
    elif rng.random() < 0.2:
        data += rng.randbytes(rng.randrange(1, 64))
    if rng.random() < 0.7 and len(data) > 58:
        data[18:20] = (len(data) - 54).to_bytes(2, "big")
        data[20] = 58
        return pkt.patch_cksum(bytes(data))
    return bytes(data)


def mutilated(rng, ports, number=150):
    """Feeds of mutilated frames for ports."""
    made = [mutilate(rng, rng.choice(BASES)) for _ in range(number)]
    return [(port.sock, [made[i::10] for i in range(10)]) for port in ports]


def movers(ports, number=6):
    """Feeds in which hosts speak up on one wire after the other."""
    feeds = []
    for turn, port in enumerate(ports):
        batches = []
        for i in range(10 * number):
            mac = f"02:00:00:00:e0:{i % number:02x}"
            addr = f"2001:db8:1::e0:{i % number:x}"
            here = (i // (5 * number)) % 2 == turn
            batches.append([pkt.na(mac, addr, addr),
                            pkt.ns(mac, addr, "2001:db8:1::1")]
                           if here else [])
        feeds.append((port.sock, batches))
    return feeds


BASES = bases()


class Churn:
    """The router, what is done to it, and what must be so."""

    def __init__(self, seed):
        self.rng = random.Random(seed)
        self.done = {}
        self.epochs = 0
        self.lab = self.traffic = None
        self.log = kmod.Log()
        self._build()

    def _build(self):
        """A router like new, with the module loaded."""
        if not kmod.loaded():
            kmod.load()
        lab = self.lab = Lab(LINKS, hosts=("down1", "down2"), accept_ra=2)
        for name, addr in (("dh1", DH1), ("dh2", DH2)):
            lab.hosts[name].ip(f"addr add {addr}/64 dev eth0 nodad")

    # --- what is done; each leaves a state from which settle() finds back

    def do_flap(self):
        """A device goes down and up."""
        dev = self.rng.choice(LINKS)
        self.lab.r.down(dev)
        self.pause()
        self.lab.r.up(dev)

    def do_carrier(self):
        """The far end of a wire goes down and up."""
        port = self.lab.ports[self.rng.choice(WIRES)]
        self.lab.wire_ns.down(port.dev)
        self.pause()
        self.lab.wire_ns.up(port.dev)

    def do_rename(self):
        """A device has another name for a while."""
        self.lab.r.down("down2")
        self.lab.r.ip("link set down2 name away", "link set away up")
        self.pause()
        self.lab.r.down("away")
        self.lab.r.ip("link set away name down2", "link set down2 up")

    def do_ipv6_off(self):
        """IPv6 is switched off and on."""
        dev = self.rng.choice(("down0", "down2"))
        self.lab.r.sysctl(f"ipv6.conf.{dev}.disable_ipv6", 1)
        self.pause()
        self.lab.r.sysctl(f"ipv6.conf.{dev}.disable_ipv6", 0)

    def do_ra(self):
        """Prefixes are announced, change and are withdrawn."""
        for _ in range(3):
            net = self.rng.choice(("2001:db8:a::/64", "2001:db8:b::/64",
                                   "2001:db8:1:0:8::/80"))
            self.say("up0", pkt.ra(
                A_MAC, net, valid=self.rng.choice((0, 2, 600)),
                onlink=self.rng.choice((0, 1, 1)), auto=self.rng.randrange(2)))
            self.pause(0.2)

    def do_suspend(self):
        """RAs that make a link be tested, or suspend it."""
        frame = pkt.ra(A_MAC, "2001:db8:a::/64", lifetime=self.rng.choice((0, 3, 1800)))
        proxied = pkt.patch_cksum(frame[:59] + b"\4" + frame[60:])
        dev = self.rng.choice(WIRES)
        self.say(dev, self.rng.choice((frame, proxied)))
        self.pause()
        self.tool("link", "set", dev, "nd", "on")

    def do_roles(self):
        """A link has another role, or none, for a while."""
        dev = self.rng.choice(LINKS)
        for role in self.rng.sample(("none", "upstream", "downstream"), 2):
            self.tool("link", "set", dev, "role", role,
                      *self.rng.choice(((), ("force",))))
            self.pause()
        self.tool("link", "set", dev, "role", ROLES[dev], "force")

    def do_options(self):
        """Options of links."""
        for _ in range(4):
            key, words = self.rng.choice((
                ("nd", ("on", "off")), ("ra-guard", ("on", "off", "strict")),
                ("override", ("keep", "clear", "set")),
                ("na-source", ("auto", "link-local", "target"))))
            self.tool("link", "set", self.rng.choice(LINKS), key,
                      self.rng.choice(words))

    def do_prefixes(self):
        """Configured prefixes and rules."""
        net = self.rng.choice(("2001:db8:c::/64", "2001:db8:1::/80",
                               "2001:db8:d::/48", "2001:db8:a::/64"))
        for verb in self.rng.sample(("add", "deny", "allow", "del"), 3):
            self.tool("prefix", verb, net,
                      *(("dev", "up0") if verb == "add" else ()))
            self.pause(0.1)

    def do_hosts(self):
        """Configured hosts, and all forgotten."""
        addr = f"2001:db8:1::{self.rng.randrange(1, 40):x}"
        self.tool("host", "add", addr, "dev", self.rng.choice(LINKS))
        self.pause(0.1)
        self.tool("host", *self.rng.choice((("del", addr), ("flush",))))

    def do_limits(self):
        """A limit is changed while it is in use."""
        one = self.rng.choice(list(self.lab.tool.params().values()))
        value = self.rng.choice((one["min"], one["min"] + 1, one["max"],
                                 one["default"]))
        self.tool("param", "set", one["name"], value)
        self.pause()

    def do_dumps(self):
        """All that can be shown, while it changes."""
        for args in (("link",), ("prefix",), ("host",), ("solicit",),
                     ("param",), ("stats",), ("show",)):
            self.tool("-j", *args, *(() if args == ("show",) else ("show",)))
        self.tool("stats", "reset")

    def do_nonsense(self):
        """Octets at random over netlink."""
        sock = Genl(self.lab.r)
        try:
            for _ in range(40):
                size = self.rng.choice((0, 4, 8, 16, 40, 200))
                sock.call(self.rng.randrange(0, 40), self.rng.randbytes(size))
        except TimeoutError:
            raise AssertionError("netlink does not answer") from None
        except OSError:                 # the kernel's own word for nonsense
            pass
        finally:
            sock.close()

    def do_listen(self):
        """Somebody listens to the events for a while."""
        mon = Monitor(self.lab.r)
        self.pause()
        mon.drain(0.1)
        mon.close()

    def do_mld(self):
        """The listener engine comes and goes on a link."""
        dev = self.rng.choice(LINKS)
        for word in ("on", "off"):
            self.tool("mld", "link", "set", dev, word)
            self.pause()

    def do_namespace(self):
        """Another namespace is created, used and deleted."""
        lab = Lab(("up0", "down0"))
        traffic = Traffic(nd_mix(lab, self.rng.randrange(16)))
        self.pause()
        try:
            lab.r.delete()
        finally:
            traffic.stop()
            lab.close()

    # --- what must be so

    def pause(self, most=0.5):
        """Let the traffic flow for a moment."""
        time.sleep(self.rng.uniform(0.01, most))

    def say(self, dev, frame):
        """A frame from the far end, if that is up."""
        try:
            self.lab.ports[dev].send(frame)
        except OSError as down:         # said once after the device went down
            if down.errno != errno.ENETDOWN:
                raise

    def tool(self, *args):
        """The command may be refused; it must not fail otherwise."""
        done = self.lab.tool.run(*args)
        assert done.returncode in (0, 2), \
            f"ndproxy {args}: {done.returncode} {done.stderr}"

    def _routes_are_hosts(self):
        told = {(x["addr"], x["dev"]) for x in
                self.lab.tool.json("host", "show") if x["route"]}
        have = {tuple(line.split()[:3:2]) for line in rtnl.routes(self.lab.r)
                if "/" not in line.split()[0]}
        return told == have

    def _allmulti_is_told(self):
        return all(self.lab.allmulti(x["ifname"]) == x["allmulti"]
                   for x in self.lab.tool.json("link", "show")
                   if "ifindex" in x)

    def _marks_are_prefixes(self):
        have = {p for p, _ in rtnl.marked(self.lab.r)}
        return have == {x["prefix"] for x in
                        self.lab.tool.json("prefix", "show") if x["marked"]}

    def _gauges_are_lists(self):
        show = self.lab.tool.json
        gauges = show("stats", "show")["gauges"]
        return (gauges["hosts"] == len(show("host", "show")) and
                gauges["records"] == len(show("solicit", "show")) and
                gauges["links"] == len(show("link", "show")))

    def agree(self, timeout):
        """The kernel has what the module tells, soon after any change."""
        for look, what in ((self._routes_are_hosts, "routes are hosts"),
                           (self._allmulti_is_told, "all-multicast"),
                           (self._marks_are_prefixes, "marks are prefixes"),
                           (self._gauges_are_lists, "gauges are lists")):
            wait_for(look, what, timeout)
        gauges = self.lab.tool.json("stats", "show")["gauges"]
        assert gauges["links"] <= len(LINKS), gauges
        assert gauges["records"] <= 16384 and gauges["hosts"] <= 65536, gauges

    def settle(self):
        """Back to four links that work, whatever was done."""
        lines = [f"link set {dev} role {role} nd on override keep na-source "
                 "auto ra-guard on force\n" for dev, role in ROLES.items()]
        for one in self.lab.tool.params().values():
            lines.append(f"param set {one['name']} {one['default']}\n")
        for line in lines:
            self.tool(*line.split())
        for net in ("2001:db8:c::/64", "2001:db8:1::/80", "2001:db8:d::/48",
                    "2001:db8:a::/64"):
            for _ in range(2):          # what was added, and the rule
                self.tool("prefix", "del", net)
        if not self.lab.r.run("ip", "addr", "show", "dev", "up0", "to",
                              "2001:db8:1::1").stdout:
            self.lab.r.ip("addr add 2001:db8:1::1/64 dev up0 nodad")
        self._timers()
        self.lab.tool.wait_prefix(PFX)
        for dev in LINKS:
            wait_for(lambda dev=dev: self.lab.tool.links()[dev]["state"] ==
                     "active", f"{dev} active")

    def _timers(self):
        """What a mutilated RA may have set: an NS sent again after days, if at all.

        The router takes RAs (accept_ra 2), and their Retrans Timer is then the link's
        (RFC 4861 6.3.4), also of the router's own resolutions. A neighbour keeps the
        timer that it was given, so those of the link start again.
        """
        for dev in WIRES:
            wrong = {key: value for key, value in TIMERS.items()
                     if self._timer(dev, key) != value}
            for key, value in wrong.items():
                self.lab.r.sysctl(f"ipv6.neigh.{dev}.{key}", value)
            if wrong:
                self.lab.r.sh("ip", "-6", "neigh", "flush", "dev", dev)

    def _timer(self, dev, key):
        return int(self.lab.r.sysctl(f"ipv6.neigh.{dev}.{key}"))

    def talks(self):
        """Two real hosts on two links reach each other."""
        self.tool("host", "flush")
        for src, dst in (("dh1", DH2), ("dh2", DH1)):
            def look(src=src, dst=dst):
                return self.lab.hosts[src].run(
                    "ping", "-6", "-n", "-c1", "-W2", dst).returncode == 0
            wait_for(look, f"{src} reaches {dst}", 20)

    def state(self):
        """What the router and the real hosts know, for a failure."""
        texts = [self.lab.state(), self.lab.r.run("ip", "-s", "link").stdout]
        texts += [f"{dev} {key} {self._timer(dev, key)}" for dev in LINKS for key in TIMERS]
        for name, addr in (("dh1", DH2), ("dh2", DH1)):
            ns = self.lab.hosts[name]
            for args in (("-s", "link"), ("-6", "addr"), ("-6", "route"),
                         ("-6", "neigh")):
                texts.append(f"{name} {' '.join(args)}\n"
                             f"{ns.run('ip', *args).stdout}")
            done = ns.run("ping", "-6", "-n", "-c2", "-W2", addr)
            texts.append(f"{done.stdout}{done.stderr}")
        return "\n".join(texts)

    def bare(self):
        """No link is left, and nothing of any."""
        for dev in LINKS:
            self.tool("link", "set", dev, "role", "none")
        wait_for(lambda: not rtnl.routes(self.lab.r), "routes gone")
        assert not rtnl.marked(self.lab.r), "marks left"
        for dev in LINKS:
            wait_for(lambda dev=dev: rtnl.allmulti(self.lab.r, dev) == 0,
                     f"allmulti of {dev} given back")
        gauges = self.lab.tool.json("stats", "show")["gauges"]
        assert not any(gauges.values()), gauges

    def reload(self):
        """Unloaded under whatever is there; nothing of the module is left."""
        kmod.unload()
        for dev in LINKS:
            assert rtnl.allmulti(self.lab.r, dev) == 0, f"allmulti of {dev}"
        assert not rtnl.routes(self.lab.r), "routes left"
        assert not rtnl.marked(self.lab.r), "marks left"
        with open("/proc/slabinfo", encoding="ascii") as f:
            assert not any(x.startswith("ndp") for x in f), "slab left"
        kmod.load()

    # --- running it

    def _actions(self):
        rare = ("do_namespace", "do_mld", "do_rename", "do_nonsense")
        names = [x for x in dir(self) if x.startswith("do_")]
        return names + [x for x in names if x not in rare] * 2

    def epoch(self):
        """Churn under traffic, then look."""
        ports = [self.lab.ports[x] for x in WIRES]
        self.traffic = Traffic(nd_mix(self.lab, self.epochs & 15) +
                               mutilated(self.rng, ports) + movers(ports),
                               interval=0.05)
        talk = self.lab.spawn(self.lab.dh1, "ping", "-6", "-q", "-n", "-i",
                              "0.2", DH2, stdout=-3, stderr=-3)
        try:
            for step in range(STEPS):
                name = self.rng.choice(self._actions())
                getattr(self, name)()
                self.done[name[3:]] = self.done.get(name[3:], 0) + 1
                if step % 10 == 9:
                    self.agree(15)
                    splats = self.log.splats()
                    assert not splats, f"the kernel's log: {splats}"
            if self.epochs % 3 == 2:
                self.reload()           # under traffic
        finally:
            self.traffic.stop()
            talk.kill()
            talk.wait()
            self.lab.procs.remove(talk)
        self.settle()
        self.agree(15)
        self.talks()
        if self.epochs % 3 == 1:
            self.bare()
            self.settle()
        self.epochs += 1

    def renew(self):
        """The wires anew, too."""
        self.lab.close()
        self._build()

    def close(self):
        """Take all down."""
        if self.traffic:
            self.traffic.stop()
        self.lab.close()
        self.log.close()


def run(minutes, seed):
    """Epochs until the time is over (the guest's); says what was done."""
    begin = time.monotonic()
    cpu = time.process_time()
    churn = Churn(seed)
    print(f"soak: {minutes} minutes, seed {seed}", flush=True)
    try:
        while time.monotonic() < begin + 60 * minutes:
            churn.epoch()
            if churn.epochs % 6 == 0:
                churn.renew()
                print(f"soak: {churn.epochs} epochs, "
                      f"{time.monotonic() - begin:.0f} s", flush=True)
        churn.bare()
        churn.reload()
        kmod.unload()
    except AssertionError:
        print(f"soak: epoch {churn.epochs}, seed {seed}; done so far: "
              f"{churn.done}\n{churn.state()}", flush=True)
        raise
    finally:
        churn.close()
    print(f"soak: {churn.epochs} epochs in {time.monotonic() - begin:.0f} s, "
          f"{time.process_time() - cpu:.0f} s of work, " +
          ", ".join(f"{n} {name}" for name, n in sorted(churn.done.items())))
    return churn.epochs
