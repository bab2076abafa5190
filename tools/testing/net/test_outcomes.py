# SPDX-License-Identifier: GPL-2.0
"""What users see (spec J), with real stacks at every end.

   uh eth0 --- up0 [ r ] down0 --- eth0 dh
   ::a                |            ::d
                    down1 --- eth0 dh1
                                   ::e
"""
import subprocess
import time

import pytest

from lib import rtnl
from lib.lab import A, D, E, MAC, PFX, R_ADDR
from lib.wait import wait_for

LINKS = ("up0", "down0", "down1")
ADDRS = {"uh": A, "dh": D, "dh1": E}
PAIRS = [(x, y) for x in ADDRS for y in ADDRS if x != y]


@pytest.fixture
def real(make_lab):
    """Three hosts with real stacks and their addresses."""
    lab = make_lab(LINKS, hosts=LINKS)
    for name, ns in lab.hosts.items():
        lab.give(ns, ADDRS[name])
    return lab


def ping(ns, addr, count=1, interval=0.2, wait=3):
    """How many of COUNT echo requests were answered."""
    done = ns.run("ping", "-6", "-n", "-c", str(count), "-i", str(interval),
                  "-W", str(wait), addr)
    for line in done.stdout.splitlines():
        if "received" in line:
            return int(line.split(", ")[1].split()[0])
    raise AssertionError(done.stdout + done.stderr)


@pytest.mark.core
@pytest.mark.parametrize("src,dst", PAIRS, ids=lambda x: x)
def test_nd_j1_first_echo_is_answered(real, src, dst):
    assert ping(real.hosts[src], ADDRS[dst]) == 1
    assert ping(real.hosts[dst], ADDRS[src]) == 1


@pytest.mark.core
def test_nd_j1_cold_both_ways_at_once(real):
    procs = [real.spawn(real.hosts[x], "ping", "-6", "-n", "-c3", "-i0.3",
                        "-W3", ADDRS[y], stdout=subprocess.PIPE)
             for x, y in PAIRS]
    for proc in procs:
        out = proc.communicate(timeout=60)[0]
        assert " 3 received" in out, out


def test_nd_j1_hosts_see_the_router_as_the_neighbour(real):
    assert ping(real.uh, D) == 1
    mac, _ = rtnl.neigh(real.uh, D, "eth0")
    assert mac == MAC["up0"]
    mac, _ = rtnl.neigh(real.dh, A, "eth0")
    assert mac == MAC["down0"]


def test_nd_j1_router_and_hosts(real):
    for ns in real.hosts.values():
        assert ping(ns, R_ADDR) == 1
    for addr in ADDRS.values():
        assert ping(real.r, addr, wait=5) == 1


def test_nd_j1_nobody_answers_for_the_absent(real):
    done = real.uh.run("ping", "-6", "-n", "-c1", "-W4",
                       "2001:db8:1::dead")
    assert done.returncode != 0
    assert (rtnl.neigh(real.uh, "2001:db8:1::dead", "eth0") or
            (None, "FAILED"))[1] in ("FAILED", "INCOMPLETE")
    assert ping(real.uh, D) == 1


@pytest.mark.heavy
def test_nd_j1_neighbour_unreachability_probes(real):
    """Hosts probe each other through the proxy when entries go stale."""
    for ns in real.hosts.values():
        ns.sysctl("ipv6.neigh.eth0.base_reachable_time_ms", 400)
        ns.sysctl("ipv6.neigh.eth0.delay_first_probe_time", 0)
    assert ping(real.uh, D, 20, 0.2) == 20
    assert ping(real.dh1, D, 10, 0.2) == 10
    assert real.tool.host(D)["dev"] == "down0"


def add_with_dad(ns, addr):
    """Add an address that goes through duplicate address detection."""
    ns.sysctl("ipv6.conf.all.accept_dad", 1)
    ns.sysctl("ipv6.conf.eth0.accept_dad", 1)
    ns.ip(f"addr add {addr}/64 dev eth0")


def state(ns, addr):
    """ "dadfailed", "tentative" or "valid", or None without the address."""
    for line in ns.sh("ip", "-6", "-o", "addr", "show", "dev",
                      "eth0").splitlines():
        if f" {addr}/64 " in line:
            for word in ("dadfailed", "tentative"):
                if word in line:
                    return word
            return "valid"
    return None


@pytest.mark.core
@pytest.mark.parametrize("owner,late", PAIRS, ids=lambda x: x)
def test_nd_j2_duplicate_found_across_links(real, owner, late):
    add_with_dad(real.hosts[late], ADDRS[owner])
    wait_for(lambda: state(real.hosts[late], ADDRS[owner]) == "dadfailed",
             "duplicate found", 8)
    assert ping(real.r, ADDRS[owner], wait=5) == 1


def test_nd_j2_duplicate_of_the_router(real):
    add_with_dad(real.dh, R_ADDR)
    wait_for(lambda: state(real.dh, R_ADDR) == "dadfailed", "found", 8)


def test_nd_j2_both_at_the_same_moment(real):
    both = "2001:db8:1::b0:b0"
    for ns in (real.uh, real.dh):
        ns.sysctl("ipv6.conf.all.accept_dad", 1)
        ns.sysctl("ipv6.conf.eth0.accept_dad", 1)
    procs = [real.spawn(ns, "ip", "-6", "addr", "add", both + "/64", "dev",
                        "eth0") for ns in (real.uh, real.dh)]
    assert [p.wait(20) for p in procs] == [0, 0]

    def states():
        return [state(ns, both) for ns in (real.uh, real.dh)]
    wait_for(lambda: "tentative" not in states(), "DAD is over", 8)
    assert "dadfailed" in states(), states()


def test_nd_j2_unique_address_becomes_valid(real):
    add_with_dad(real.dh, "2001:db8:1::d2")
    wait_for(lambda: state(real.dh, "2001:db8:1::d2") == "valid", "valid",
             8)
    real.tool.wait_host("2001:db8:1::d2", "down0", "reachable")
    assert ping(real.uh, "2001:db8:1::d2") == 1


@pytest.mark.heavy
def test_nd_f3_unplugged_host_is_forgotten(real):
    for key in ("retrans_time_ms", "base_reachable_time_ms"):
        real.r.sysctl(f"ipv6.neigh.down0.{key}", 300)
    real.r.sysctl("ipv6.neigh.down0.delay_first_probe_time", 0)
    assert ping(real.uh, D) == 1
    real.dh.ip(f"addr del {D}/64 dev eth0")
    ping(real.uh, D, 12, 0.3, 1)
    real.tool.wait_no_host(D, 20)
    wait_for(lambda: not [x for x in rtnl.routes(real.r) if f"{D} " in x],
             "route gone")
    real.uh.ip("neigh flush dev eth0")
    assert ping(real.uh, D, wait=2) == 0


def radvd(lab, tmp_path, lifetime):
    """radvd upstream, advertising the prefix for so many seconds."""
    conf = tmp_path / "radvd.conf"
    conf.write_text(f"""
interface eth0 {{
    AdvSendAdvert on; MinRtrAdvInterval 3; MaxRtrAdvInterval 4;
    AdvDefaultLifetime 0;
    prefix {PFX} {{
        AdvOnLink on; AdvAutonomous on;
        AdvValidLifetime {lifetime}; AdvPreferredLifetime {lifetime};
    }};
}};
""")
    conf.chmod(0o644)
    lab.uh.sysctl("ipv6.conf.all.forwarding", 1)
    return lab.spawn(lab.uh, "radvd", "-n", "-C", str(conf), "-p",
                     str(tmp_path / "pid"), "-m", "stderr", "-u", "root",
                     stderr=subprocess.DEVNULL)


@pytest.mark.core
@pytest.mark.heavy
def test_nd_b2_radvd_starts_and_its_lifetime_ends(make_lab, tmp_path):
    """Two roles are all the configuration there is."""
    lab = make_lab(("up0", "down0"), hosts=("up0", "down0"), addrs=False,
                   accept_ra=2)
    mon = lab.monitor()
    proc = radvd(lab, tmp_path, 10)
    lab.tool.wait_prefix(PFX)
    mon.expect("prefix-add", prefix=PFX, dev="up0")
    lab.give(lab.uh, A)
    lab.give(lab.dh, D)
    assert ping(lab.uh, D) == 1
    assert ping(lab.dh, A) == 1
    proc.kill()                 # no goodbye: the lifetime itself must end
    proc.wait()
    mon.expect("prefix-del", timeout=25, prefix=PFX, dev="up0")
    wait_for(lambda: not rtnl.routes(lab.r), "no route of ours")
    assert not rtnl.marked(lab.r)
    assert not lab.tool.prefixes() and not lab.tool.hosts()
    for dev in ("up0", "down0"):
        assert lab.allmulti(dev) == 0


def test_nd_j5_device_removed_under_traffic(real):
    traffic = real.spawn(real.uh, "ping", "-6", "-n", "-i0.05", D,
                         stdout=-3)
    time.sleep(0.5)
    real.r.ip("link del down0")
    real.tool.wait_no_host(D)
    assert not [x for x in rtnl.routes(real.r) if "down0" in x]
    assert ping(real.uh, E) == 1
    traffic.kill()


def test_nd_j6_nothing_configured_nothing_changed(make_lab):
    """Loaded but without roles the router is as any other."""
    lab = make_lab(("up0", "down0"), hosts=("up0", "down0"), roles=False)
    lab.give(lab.uh, A)
    lab.give(lab.dh, D)
    assert ping(lab.uh, D, wait=2) == 0
    assert ping(lab.uh, R_ADDR) == 1
    assert not lab.tool.links() and not rtnl.routes(lab.r)
    assert not rtnl.marked(lab.r)
    for dev in ("up0", "down0"):
        assert lab.allmulti(dev) == 0
