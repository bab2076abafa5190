# SPDX-License-Identifier: GPL-2.0
"""The standard topology.

   uh or wire port `up0` ---- up0 [ router r ] down0 ---- dh or port `down0`
                                             down1 ---- dh1 or port `down1`

At the far end of each link there is either a wire port (raw frames) or a
namespace of its own with a real stack, whose device is eth0. A wire port's
device lives in the session's namespace `w`, where IPv6 is off.
"""
import itertools

from . import pkt, rtnl
from .netns import Namespace, free_name
from .tool import Tool
from .wait import wait_for
from .wire import Port

PFX = "2001:db8:1::/64"
R_ADDR = "2001:db8:1::1"
A, B, D, E = (f"2001:db8:1::{x}" for x in ("a", "b", "d", "e"))
DEAD = "2001:db8:1::dead"
A_MAC, B_MAC = "02:00:00:00:aa:0a", "02:00:00:00:aa:0b"
D_MAC, E_MAC = "02:00:00:00:dd:0d", "02:00:00:00:dd:0e"

MAC = {"up0": "02:00:00:00:00:10", "up1": "02:00:00:00:00:11",
       "down0": "02:00:00:00:00:20", "down1": "02:00:00:00:00:21",
       "down2": "02:00:00:00:00:22", "out0": "02:00:00:00:00:30",
       **{f"up{i}": f"02:00:00:00:01:{i:02x}" for i in range(2, 32)}}
LL = {dev: pkt.lladdr(mac) for dev, mac in MAC.items()}
HOSTS = {"up0": "uh", "up1": "uh1", "down0": "dh", "down1": "dh1",
         "down2": "dh2", "out0": "xh"}

_serial = itertools.count()


class Lab:
    """One router and what is around it."""

    wire_ns = None                      # set by the session
    live = []                           # those not closed yet

    def __init__(self, links=("up0", "down0"), hosts=(), addrs=True,
                 roles=True, accept_ra=0, keep_addr=0):
        Lab.live.append(self)
        self.procs = []
        self.ports, self.hosts = {}, {}
        self.r = Namespace(free_name("r"))
        self.tool = Tool(self.r)
        self._router_sysctls(accept_ra, keep_addr)
        self._add_links(links, hosts,
                        [f"addr add {R_ADDR}/64 dev up0"] if addrs else [])
        self.wait_addr(self.r, *[(LL[dev], dev) for dev in links],
                       *[(R_ADDR, "up0")] * addrs)
        if roles:
            self.set_roles(links)
            if addrs and "up0" in links:
                self.tool.wait_prefix(PFX)

    def _router_sysctls(self, accept_ra, keep_addr):
        for where in ("all", "default"):
            base = f"ipv6.conf.{where}."
            self.r.sysctl(base + "accept_dad", 0)
            self.r.sysctl(base + "accept_ra", accept_ra)
            self.r.sysctl(base + "keep_addr_on_down", keep_addr)
            self.r.sysctl(base + "router_solicitations", 0)
            self.r.sysctl(base + "forwarding", 1)

    def _add_links(self, links, hosts, more=()):
        """Veth pairs from r, in one go: to a wire port or to a host's stack."""
        lines, ends = [], []
        for dev in links:
            far, peer = self._far_end(dev, dev in hosts)
            lines += [f"link add {dev} address {MAC[dev]} type veth "
                      f"peer name {peer} netns {far.name}",
                      f"link set {dev} up"]
            ends.append((dev, far, peer))
        self.r.ip(*lines, *more)
        for dev, far, peer in ends:
            far.up(peer)
            if far is Lab.wire_ns:
                self.ports[dev] = Port(far, peer, dev)
        for dev, far, peer in ends:
            if far is not Lab.wire_ns:
                wait_for(lambda far=far: "fe80" in
                         far.read("/proc/net/if_inet6"), f"{far.name} up")

    def _far_end(self, dev, host):
        if not host:
            return Lab.wire_ns, f"x{next(_serial)}"
        far = Namespace(free_name(HOSTS[dev]))
        self.hosts[HOSTS[dev]] = far
        far.quiet()
        return far, "eth0"

    def add_link(self, dev, host=False):
        """One more link."""
        self._add_links((dev,), (dev,) if host else ())

    def set_roles(self, links):
        """Roles by name: up* upstream, down* downstream."""
        self.tool("-b", "-", input="".join(
            f"link set {dev} role "
            f"{'upstream' if dev.startswith('up') else 'downstream'}\n"
            for dev in links))

    @staticmethod
    def wait_addr(ns, *wanted):
        """Wait until the addresses are there and not tentative."""
        def look():
            have = set()
            for line in ns.read("/proc/net/if_inet6").splitlines():
                field = line.split()
                if not int(field[4], 16) & 0x40:
                    have.add((field[0], field[5]))
            return all((pkt.pton(a).hex(), d) in have for a, d in wanted)
        wait_for(look, f"addresses {wanted} in {ns.name}")

    @staticmethod
    def give(ns, *addrs, dev="eth0"):
        """Give a host addresses, and wait until it listens for solicitations."""
        ns.ip(*[f"addr add {addr}/64 dev {dev} nodad" for addr in addrs])
        Lab.wait_listening(ns, *addrs, dev=dev)

    @staticmethod
    def wait_listening(ns, *addrs, dev="eth0"):
        """The kernel joins the groups of new addresses from work of its own, later."""
        groups = {pkt.pton(pkt.snm(addr)).hex() for addr in addrs}
        wait_for(lambda: groups <= {line.split()[2] for line in
                                    ns.read("/proc/net/igmp6").splitlines()
                                    if line.split()[1] == dev},
                 f"{ns.name} listens for {addrs}")

    def __getattr__(self, name):
        # lab.up0 is a wire port, lab.uh a host
        for group in ("ports", "hosts"):
            if name in self.__dict__.get(group, {}):
                return self.__dict__[group][name]
        raise AttributeError(name)

    def spawn(self, ns, *argv, **kw):
        """A process that ends with the lab."""
        proc = ns.popen(*argv, **kw)
        self.procs.append(proc)
        return proc

    def keep(self, thing):
        """Something whose process (.proc) ends with the lab."""
        self.procs.append(thing.proc)
        return thing

    def monitor(self, *flags):
        """A running `ndproxy monitor` that ends with the lab."""
        from .tool import Monitor
        mon = Monitor(self.r, *flags)
        self.procs.append(mon.proc)
        return mon

    def allmulti(self, dev):
        """How often a device is held in all-multicast mode, but by the MLD engine."""
        engine = {x["ifname"] for x in self.tool.json("mld", "link", "show")}
        return rtnl.allmulti(self.r, dev) - (dev in engine)

    def state(self):
        """What the router knows, for the report of a failure."""
        texts = []
        for args in (("-s", "link", "show"), ("prefix", "show"),
                     ("host", "show"), ("solicit", "show"),
                     ("-j", "stats", "show")):
            done = self.tool.run(*args)
            texts.append(f"{' '.join(args)}\n{done.stdout}{done.stderr}")
        texts.append(self.r.run("ip", "-6", "route").stdout)
        texts.append(self.r.run("ip", "-6", "neigh").stdout)
        return "\n".join(texts)

    def close(self):
        """Take all down."""
        Lab.live.remove(self)
        for proc in self.procs:
            if proc.poll() is None:
                proc.kill()
            proc.wait()
        for port in self.ports.values():
            port.close()
        for ns in [self.r, *self.hosts.values()]:
            ns.delete()

    # What hosts behind wire ports do, and what the proxy must send.

    def solicit(self, dev, mac, src, target, **kw):
        """A host on DEV solicits."""
        self.ports[dev].send(pkt.ns(mac, src, target, **kw))

    def advertise(self, dev, mac, target, dst=None, **kw):
        """The target, on DEV, answers the proxy's NS (solicited, unicast)."""
        kw.setdefault("s", 1)
        self.ports[dev].send(pkt.na(mac, target, target, dst or LL[dev],
                                    MAC[dev], **kw))

    def learn(self, dev, mac, addr):
        """Make ADDR a known host on DEV (by a resolution), and be silent."""
        other = next(d for d in self.ports if d != dev)
        asker = "2001:db8:1::f00f"
        self.solicit(other, "02:00:00:00:f0:0f", asker, addr)
        got = self.ports[dev].expect(pkt.is_ns(addr), what=f"learn {addr}")
        self.advertise(dev, mac, addr, got.src)
        self.ports[other].expect(pkt.is_na(addr, dst=asker))
        self.tool.wait_host(addr, dev)
        for port in self.ports.values():
            port.forget()

    def proxied_ns(self, dev, target, opts=None, src=None, unicast=None):
        """The proxy's NS on DEV, whole, from one of its addresses there."""
        got = self.ports[dev].expect(
            lambda f: f.type == pkt.NS and f.target and
            pkt.same(f.target, target) and f.eth_src == MAC[dev],
            what=f"NS for {target}")
        own = {LL[dev]} | ({R_ADDR} if dev == "up0" else set())
        src = src or got.src
        assert src == pkt.UNSPEC or src in own, f"source {got.src}"
        pkt.assert_frame(got, pkt.ns(
            MAC[dev], src, target, target if unicast else None, unicast,
            opts))
        return got

    def proxied_na(self, dev, target, dst, eth_dst=None, src=None, **flags):
        """The proxy's NA on DEV, whole."""
        got = self.ports[dev].expect(pkt.is_na(target, dst=dst),
                                     what=f"NA for {target} to {dst}")
        if src is None:
            src = got.src
            assert src in (LL[dev], R_ADDR), f"source {src}"
        pkt.assert_frame(got, pkt.na(MAC[dev], src, target, dst, eth_dst,
                                     **flags))
        return got
