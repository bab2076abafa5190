# SPDX-License-Identifier: GPL-2.0
"""Memory is charged to the cgroup of the task that configured a namespace's first link.

   wire up0 --- up0 [ r ] down0 --- wire down0; r's first link is configured in the cgroup
"""
import glob
import os
import subprocess
import time

import pytest

from lib import pkt
from lib.lab import D
from lib.netns import Namespace, free_name
from lib.tool import PATH, Tool
from lib.wait import wait_for

ROOT = "/run/ndproxy-cgroup"
OBJECTS = 4000
NEIGHBOURS = 1500           # more than gc_thresh3
HOSTS = int(os.environ.get("NDPROXY_CHARGE_HOSTS", 10000))

pytestmark = pytest.mark.alone


def has_memory():
    """Does this kernel charge memory by the second version of cgroups?"""
    with open("/proc/cgroups", encoding="ascii") as f:
        return any(line.split()[0] == "memory" and line.split()[1] == "0" for line in f)


if not has_memory():
    pytest.skip("no memory cgroups", allow_module_level=True)


class Cgroup:
    """A cgroup, and what it is charged."""

    def __init__(self):
        os.makedirs(ROOT, exist_ok=True)
        if not os.path.exists(ROOT + "/cgroup.procs"):
            subprocess.run(("mount", "-t", "cgroup2", "none", ROOT), check=True)
        with open(ROOT + "/cgroup.subtree_control", "w", encoding="ascii") as f:
            f.write("+memory")
        self.path = f"{ROOT}/{free_name('cg')}"
        os.mkdir(self.path)

    def read(self, name):
        """A file of it."""
        with open(f"{self.path}/{name}", encoding="ascii") as f:
            return f.read()

    def write(self, name, value):
        """The opposite."""
        with open(f"{self.path}/{name}", "w", encoding="ascii") as f:
            f.write(str(value))

    def charged(self):
        """Octets of the kernel's objects, and those that each processor has."""
        stat = dict(line.split() for line in self.read("memory.stat").splitlines())
        return int(stat["slab"]) + int(stat["percpu"])

    def run(self, ns, *argv, **kw):
        """Run a command in it, in a namespace."""
        return ns.run("sh", "-c", f'echo $$ > {self.path}/cgroup.procs; exec "$@"', "sh", *argv,
                      **kw)


def taken():
    """Octets of the kernel's objects of each kind, and those that each processor has."""
    with open("/proc/slabinfo", encoding="ascii") as f:
        kinds = {x[0]: int(x[1]) * int(x[3]) for x in map(str.split, f.readlines()[2:])}
    kinds.pop("kmemleak_object", None)          # the debug kernel's own
    with open("/proc/meminfo", encoding="ascii") as f:
        kinds["percpu"] = next(int(x.split()[1]) for x in f if x.startswith("Percpu")) * 1024
    return kinds


@pytest.fixture
def cgroup():
    """One; it is gone when nobody is charged to it any more."""
    group = Cgroup()
    yield group
    wait_for(lambda: not group.read("cgroup.procs"), "nobody in the cgroup")
    os.rmdir(group.path)


@pytest.fixture
def paid(make_lab, cgroup):
    """The usual router, configured in the cgroup; the limits are out of the way."""
    lab = make_lab(roles=False)
    done = cgroup.run(lab.r, PATH, "-b", "-", input="link set up0 role upstream\n"
                      "link set down0 role downstream\n")
    assert done.returncode == 0, done
    lab.tool.wait_prefix("2001:db8:1::/64")
    lab.tool.param("hosts_per_lladdr", 1 << 20)
    lab.tool.param("hosts_per_link", 1 << 20)
    lab.tool("mld", "link", "set", "up0", "snoop-joins", "off")
    lab.tool("mld", "link", "set", "down0", "snoop-joins", "off")
    return lab


def settle():
    """What is freed later is freed, and KASAN gives back what it kept of that."""
    with open("/proc/sys/vm/drop_caches", "w", encoding="ascii") as f:
        f.write("3")
    time.sleep(2)
    for path in glob.glob("/sys/kernel/slab/*/shrink"):
        with open(path, "w", encoding="ascii") as f:
            f.write("1")


def measure(cgroup, make):
    """(taken, charged, what most was taken for) by what make() makes."""
    settle()
    before = taken(), cgroup.charged()
    make()
    settle()
    kinds = {k: v - before[0].get(k, 0) for k, v in taken().items()}
    most = sorted(((v, k) for k, v in kinds.items()), reverse=True)[:8]
    return sum(kinds.values()), cgroup.charged() - before[1], most


def of_nobody(most):
    """Octets of objects that the kernel charges to nobody."""
    return sum(v for v, k in most if k.startswith("kmalloc-") and "cg" not in k)


def test_control_charge_links(cgroup):
    """Links without devices."""
    ns = Namespace(free_name("links"))
    tool = Tool(ns)

    def make():
        done = cgroup.run(ns, PATH, "-b", "-", input="".join(
            f"link set nodev{i} role downstream\n" for i in range(1, OBJECTS)))
        assert done.returncode == 0, done.stderr
    done = cgroup.run(ns, PATH, "link", "set", "nodev0", "role", "downstream")
    assert done.returncode == 0, done.stderr
    took, charged, most = measure(cgroup, make)
    try:
        assert tool.gauge("links") == OBJECTS
        assert took > OBJECTS * 512, "nothing was measured"
        assert charged > 0.9 * took, (took, charged, most)
    finally:
        ns.delete()


def add_hosts(tool, dev, number, start=0):
    """Configure hosts."""
    return tool.run("-b", "-", input="".join(
        f"host add 2001:db8:1::c{(i + start) >> 12:x}:{(i + start) & 0xfff:x} dev {dev}\n"
        for i in range(number)))


def test_control_charge_static_hosts(paid, cgroup):
    """Those on the upstream link have no route of their own; whoever asks, the namespace pays."""
    def make():
        assert add_hosts(paid.tool, "up0", HOSTS).returncode == 0
        wait_for(lambda: paid.tool.gauge("hosts") == HOSTS, "all there")
    took, charged, most = measure(cgroup, make)
    assert took > HOSTS * 256, "nothing was measured"
    assert charged > 0.9 * took, (took, charged, most)


def test_control_charge_routed_hosts(paid, cgroup):
    """What the kernel charges to nobody of any route, it does not of these; all else is charged."""
    def routes(verb):
        lines = [f"route {verb} 2001:db8:2::{i:x}/128 dev down0 proto static"
                 for i in range(HOSTS // 4)]
        done = paid.r.run("ip", "-6", "-batch", "-", input="\n".join(lines) + "\n")
        assert done.returncode == 0, done.stderr

    def hosts():
        assert add_hosts(paid.tool, "down0", HOSTS // 4).returncode == 0
        wait_for(lambda: paid.r.run("ip", "-6", "route", "show", "proto", "110")
                 .stdout.count("\n") > HOSTS // 4, "all routed", 60)
    # The command's own cgroup is another, which is charged what can be: slab caches with accounting
    other = Cgroup()
    other.write("cgroup.procs", os.getpid())
    try:
        free = of_nobody(measure(other, lambda: routes("add"))[2])
        routes("del")
    finally:
        with open(ROOT + "/cgroup.procs", "w", encoding="ascii") as f:
            f.write(str(os.getpid()))
    os.rmdir(other.path)
    took, charged, most = measure(cgroup, hosts)
    assert took > HOSTS // 4 * 512, "nothing was measured"
    assert took - charged < free + 0.1 * took, (took, charged, free, most)


def hear(lab, number, start=0):
    """New hosts solicit on up0."""
    before = lab.tool.stats("up0")["ns_in"]
    for at in range(start, start + number, 500):
        lab.up0.send(*[pkt.ns(f"02:00:{i >> 16:02x}:{i >> 8 & 255:02x}:{i & 255:02x}:01",
                              f"2001:db8:1::d{i >> 12:x}:{i & 0xfff:x}", D)
                       for i in range(at, min(at + 500, start + number))])
        wait_for(lambda at=at: lab.tool.stats("up0")["ns_in"] - before >=
                 min(at + 500 - start, number), "heard", 30)


def test_control_charge_learnt_hosts(paid, cgroup):
    """In softirq, where no task pays. The kernel's neighbour entries, which are its own and have a
    limit, are there before.
    """
    hear(paid, NEIGHBOURS)

    def make():
        hear(paid, HOSTS // 2, NEIGHBOURS)
        assert paid.tool.gauge("hosts") == HOSTS // 2 + NEIGHBOURS
    took, charged, most = measure(cgroup, make)
    assert took > HOSTS // 2 * 256, "nothing was measured"
    assert charged > 0.9 * took, (took, charged, most)


def test_control_charge_has_an_end(paid, cgroup):
    """At the cgroup's limit a flood is dropped and counted, requests are refused, and all goes on."""
    hear(paid, 500)
    cgroup.write("memory.max", int(cgroup.read("memory.current")) + (1 << 20))
    hear(paid, HOSTS, 500)
    known = paid.tool.gauge("hosts")
    assert 500 < known < HOSTS, known
    assert paid.tool.drops("up0")["no-memory"] >= HOSTS // 4
    # A charge is for pages, and objects that were charged before may be freed to another cgroup
    assert int(cgroup.read("memory.current")) <= int(cgroup.read("memory.max")) + (64 << 10)
    done = add_hosts(paid.tool, "up0", 2000)
    assert done.returncode == 2 and "no room for" in done.stderr, done.stderr[:300]
    assert "oom_kill 0" in cgroup.read("memory.events")
    cgroup.write("memory.max", "max")
    hear(paid, 10, 500 + HOSTS)
    wait_for(lambda: paid.tool.gauge("hosts") > known, "there is room again")
