# SPDX-License-Identifier: GPL-2.0
"""The command `ndproxy`: shows, monitor, batch, namespaces, privileges (control.md).

   wire up0 --- up0 [ r ] down0 --- wire down0
"""
import json
import os
import shutil
import subprocess

import pytest

from lib import kmod, pkt
from lib import tool as toollib
from lib.lab import A, A_MAC, D, D_MAC, E, LL, MAC, PFX
from lib.netns import Namespace, free_name
from lib.tool import COUNTERS, DROPS, GAUGES, Tool
from lib.wait import wait_for

LINK_KEYS = {"ifname", "ifindex", "role", "group", "state", "nd", "override",
             "na_source", "allmulti", "prefixes", "hosts", "ra_guard",
             "guard"}
PREFIX_KEYS = {"prefix", "dev", "group", "mode", "sources", "marked",
               "records", "hosts"}
HOST_KEYS = {"addr", "dev", "lladdr", "state", "evidence", "age_ms", "route"}


def test_control_link_show_json(lab):
    shown = lab.tool.json("link", "show")
    assert [set(x) for x in shown] == [LINK_KEYS] * 2
    up0 = lab.tool.links()["up0"]
    assert up0 == {"ifname": "up0", "ifindex": lab.r.ifindex("up0"),
                   "role": "upstream", "group": 0, "state": "active",
                   "nd": True, "override": "keep", "na_source": "auto",
                   "allmulti": True, "prefixes": 1, "hosts": 0,
                   "ra_guard": "on", "guard": True}


def test_control_prefix_show_json(lab):
    (shown,) = lab.tool.json("prefix", "show")
    assert shown == {"prefix": PFX, "dev": "up0", "group": 0,
                     "mode": "proxy", "sources": ["route"], "marked": True,
                     "records": 0, "hosts": 0}


def test_control_host_show_json(lab):
    lab.learn("down0", D_MAC, D)
    (shown,) = lab.tool.json("host", "show", "dev", "down0")
    assert set(shown) == HOST_KEYS
    assert isinstance(shown["age_ms"], int) and shown["route"] is True


def test_control_solicit_show_json(lab):
    lab.solicit("up0", A_MAC, A, D)
    wait_for(lambda: lab.tool.solicits(), "recorded")
    (shown,) = lab.tool.json("solicit", "show")
    assert set(shown) == {"target", "prefix", "age_ms", "solicitors"}
    assert [set(x) for x in shown["solicitors"]] == \
        [{"addr", "dev", "age_ms"}]


def test_control_param_show_json(lab):
    shown = lab.tool.json("param", "show")
    assert len(shown) > 8
    for param in shown:
        assert set(param) == {"name", "value", "default", "min", "max"}


def test_control_stats_json_and_reset(lab):
    lab.solicit("up0", A_MAC, A, D)
    lab.proxied_ns("down0", D, pkt.slla(MAC["down0"]))
    shown = lab.tool.json("stats", "show")
    assert set(shown) == {"links", "gauges"}
    assert set(shown["gauges"]) == set(GAUGES)
    for link in shown["links"]:
        assert set(link) == {"ifname", "drops"} | set(COUNTERS)
        assert set(link["drops"]) == set(DROPS)
    assert lab.tool.stats("up0")["ns_in"] == 1
    lab.tool("stats", "reset")
    for dev in ("up0", "down0"):
        assert not any(lab.tool.stats(dev).values())
    assert lab.tool.gauge("records") == 1, "gauges are no counters"


def test_control_empty_shows_are_valid(make_lab):
    lab = make_lab(addrs=False, roles=False)
    for obj in ("link", "prefix", "host", "solicit"):
        assert lab.tool.json(obj, "show") == []
    assert lab.tool.json("stats", "show")["links"] == []
    assert lab.tool("link", "show") == ""


def test_control_pretty_and_text_forms(lab):
    lab.learn("down0", D_MAC, D)
    plain = lab.tool("-j", "host", "show")
    pretty = lab.tool("-j", "-p", "host", "show")
    assert "\n" in pretty.strip() and "\n" not in plain.strip()

    def ageless(text):
        return [{k: v for k, v in x.items() if k != "age_ms"}
                for x in json.loads(text)]
    assert ageless(plain) == ageless(pretty)
    text = lab.tool("host", "show")
    assert D in text and "down0" in text and D_MAC in text
    assert len(lab.tool("-o", "link", "show").strip().splitlines()) == 2
    assert "\033[" not in text
    assert "\033[" in lab.tool("-c", "host", "show")


def test_control_show_everything(lab):
    lab.learn("down0", D_MAC, D)
    text = lab.tool("show")
    for word in ("up0", "down0", PFX, D):
        assert word in text
    places = [text.index(w) for w in ("up0", PFX, "down0", D)]
    assert places == sorted(places), "a tree: upstream, prefix, downstream"
    json.loads(lab.tool("-j", "show"))


@pytest.mark.core
def test_control_monitor_events(lab):
    mon = lab.monitor()
    lab.learn("down0", D_MAC, D)
    event = mon.expect("host-learnt", addr=D)
    assert HOST_KEYS - {"age_ms", "route"} <= set(event)
    lab.down0.send(pkt.na("02:00:00:00:dd:99", D, D, o=1))
    mon.expect("host-moved", addr=D, lladdr="02:00:00:00:dd:99")
    lab.tool("host", "del", D)
    mon.expect("host-lost", addr=D)
    lab.r.ip("addr add 2001:db8:2::1/64 dev up0 nodad")
    event = mon.expect("prefix-add", prefix="2001:db8:2::/64", dev="up0")
    assert event["group"] == 0
    lab.r.ip("addr del 2001:db8:2::1/64 dev up0")
    mon.expect("prefix-del", prefix="2001:db8:2::/64", dev="up0")
    lab.tool("link", "set", "down0", "role", "none")
    mon.expect("link-down", ifname="down0")
    lab.tool("link", "set", "down0", "role", "downstream")
    mon.expect("link-up", ifname="down0")


def test_control_monitor_host_moves(lab3):
    lab = lab3
    lab.learn("down0", D_MAC, D)
    mon = lab.monitor()
    lab.tool("host", "del", D)
    mon.expect("host-lost", addr=D, dev="down0")
    lab.down1.send(pkt.na(D_MAC, D, D))
    mon.expect("host-learnt", addr=D, dev="down1")


def test_control_monitor_is_per_namespace(lab):
    other = Namespace(free_name("other"))
    try:
        mon = toollib.Monitor(other)
        lab.learn("down0", D_MAC, D)
        assert mon.drain() == []
        mon.close()
    finally:
        other.delete()


def test_control_monitor_text_is_flushed(lab):
    proc = lab.spawn(lab.r, toollib.PATH, "-t", "monitor",
                     stdout=subprocess.PIPE)
    wait_for(lambda: any(x.split()[1] == "16" and int(x.split()[3], 16)
                         for x in lab.r.read("/proc/net/netlink")
                         .splitlines()[1:]), "listening")
    lab.tool("host", "add", D, "dev", "down0")
    line = proc.stdout.readline()
    assert D in line and "down0" in line


def test_control_netns_option(lab):
    here = Namespace(free_name("other"))
    try:
        tool = Tool(here)
        assert tool.json("link", "show") == []
        shown = json.loads(tool("-j", "-n", lab.r.name, "link", "show"))
        assert {x["ifname"] for x in shown} == {"up0", "down0"}
        done = tool.run("-n", "nosuch", "link", "show")
        assert done.returncode != 0 and "nosuch" in done.stderr
    finally:
        here.delete()


def test_control_batch(make_lab, tmp_path):
    lab = make_lab(roles=False)
    batch = tmp_path / "batch"
    batch.write_text("# two roles\nlink set up0 role upstream\n\n"
                     "link set down0 role downstream override clear\n"
                     f"prefix add {PFX} dev up0\n")
    lab.tool("-b", batch)
    assert lab.tool.links()["down0"]["override"] == "clear"
    assert "static" in lab.tool.wait_prefix(PFX)["sources"]


def test_control_batch_stops_at_an_error(make_lab, tmp_path):
    lab = make_lab(roles=False)
    batch = tmp_path / "batch"
    batch.write_text("link set up0 role upstream\nlink set lo role upstream\n"
                     "link set down0 role downstream\n")
    done = lab.tool.run("-b", batch)
    assert done.returncode == 2
    assert "Error: " in done.stderr and ":2" in done.stderr
    assert set(lab.tool.links()) == {"up0"}


@pytest.mark.parametrize("args", [
    (), ("nosuch",), ("link", "nosuch"), ("link", "set"),
    ("link", "set", "up0", "role", "sidestream"),
    ("link", "set", "up0", "group", "x"), ("link", "set", "up0", "nosuch"),
    ("prefix", "add"), ("prefix", "add", "2001:db8::1/200", "dev", "up0"),
    ("prefix", "add", "192.0.2.0/24", "dev", "up0"),
    ("host", "add", "nonsense", "dev", "down0"), ("host", "add", D),
    ("param", "set", "ns_rate"), ("param", "set", "ns_rate", "many"),
    ("param", "set", "ns_rate", "-1"),
    ("param", "set", "ns_rate", "4294967296"), ("-z",),
], ids=" ".join)
def test_control_usage_errors_exit_1(still_lab, args):
    lab = still_lab
    before = lab.tool.json("link", "show"), lab.tool.json("param", "show")
    done = lab.tool.run(*args)
    assert done.returncode == 1 and done.stderr
    assert done.stdout == ""
    assert before == (lab.tool.json("link", "show"),
                      lab.tool.json("param", "show"))


@pytest.mark.parametrize("obj", [None, "link", "prefix", "host", "solicit",
                                 "param", "stats"])
def test_control_help_to_stdout(still_lab, obj):
    lab = still_lab
    text = lab.tool(*filter(None, (obj, "help")))
    assert text.startswith("Usage:") and (not obj or obj in text)


def test_control_version(lab):
    assert "ndproxy" in lab.tool("-V")


@pytest.mark.parametrize("args", [
    ("host", "add", "2001:db8:99::1", "dev", "down0"),
    ("host", "add", D, "dev", "nosuch0"),
    ("host", "add", D, "dev", "lo"),
    ("host", "add", "fe80::1", "dev", "down0"),
    ("host", "del", D),
    ("host", "flush", "dev", "nosuch0"),
    ("link", "show", "nosuch0"),
    ("prefix", "get", "2001:db8:99::1"),
], ids=" ".join)
def test_control_refused_with_a_reason(still_lab, args):
    lab = still_lab
    before = lab.tool.json("link", "show"), lab.tool.hosts()
    text = lab.tool.refused(*args)
    names = [x for x in args if ":" in x or x in ("lo", "nosuch0")]
    assert any(x in text for x in names), text
    assert before == (lab.tool.json("link", "show"), lab.tool.hosts())


def test_control_host_add_of_own_address_refused(lab):
    text = lab.tool.refused("host", "add", "2001:db8:1::1", "dev", "down0")
    assert "2001:db8:1::1" in text
    assert not lab.tool.hosts()


def test_control_host_add_twice(lab):
    lab.tool("host", "add", D, "dev", "down0")
    before = lab.tool.hosts()
    text = lab.tool.refused("host", "add", D, "dev", "down0")
    assert D in text
    assert {k: v["state"] for k, v in lab.tool.hosts().items()} == \
        {k: v["state"] for k, v in before.items()}


@pytest.fixture
def public(tmp_path_factory):
    """A copy of the tool that everybody may execute."""
    where = os.path.join("/run", "ndproxy-public")
    shutil.copy(shutil.which(toollib.PATH), where)
    os.chmod(where, 0o755)
    yield where
    os.unlink(where)


NOBODY = ("setpriv", "--reuid=65534", "--regid=65534", "--clear-groups")


@pytest.mark.parametrize("args", [
    ("link", "set", "up0", "role", "none"),
    ("prefix", "add", "2001:db8:2::/64", "dev", "up0"),
    ("prefix", "del", PFX, "dev", "up0"),
    ("host", "add", E, "dev", "down0"), ("host", "del", D),
    ("host", "flush"), ("param", "set", "ns_rate", "7"), ("stats", "reset"),
], ids=" ".join)
def test_control_unprivileged_writes_refused(lab, public, args):
    lab.learn("down0", D_MAC, D)

    def now():
        return (lab.tool.json("link", "show"), lab.tool.json("param", "show"),
                set(lab.tool.hosts()), lab.tool.stats("up0"))
    before = now()
    done = lab.r.run(*NOBODY, public, *args)
    assert done.returncode == 2 and "ermi" in done.stderr, done.stderr
    assert now() == before


def test_control_unprivileged_may_look(lab, public):
    lab.learn("down0", D_MAC, D)
    lab.solicit("up0", A_MAC, A, E)
    wait_for(lambda: lab.tool.solicits(), "recorded")
    for args in (("link", "show"), ("prefix", "show"), ("host", "show"),
                 ("solicit", "show"), ("param", "show"), ("stats", "show"),
                 ("prefix", "get", D)):
        done = lab.r.run(*NOBODY, public, "-j", *args)
        assert done.returncode == 0 and json.loads(done.stdout), done.stderr


@pytest.fixture
def userns():
    """The module, with userns=1; before any router is made."""
    with kmod.reloaded("userns=1"):
        yield


@pytest.mark.core
@pytest.mark.alone
def test_control_user_namespace_rules_its_own(userns, lab, public):
    """root of a user namespace rules the network namespace that it owns."""
    script = (f"ip link add up0 type dummy && ip link set up0 arp on up && "
              f"{public} link set up0 role upstream && "
              f"{public} -j link show && "
              f"{public} param set ns_rate 7")
    done = lab.r.run(*NOBODY, "unshare", "-U", "-r", "-n", "sh", "-c", script)
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)[0]["ifname"] == "up0"
    # and no other one
    done = lab.r.run(*NOBODY, "unshare", "-U", "-r", public, "link", "set",
                     "up0", "role", "none")
    assert done.returncode == 2
    assert set(lab.tool.links()) == {"up0", "down0"}
    assert lab.tool.params()["ns_rate"]["value"] == 1000


def test_control_static_host_survives_link_flap(lab):
    lab.tool("host", "add", D, "dev", "down0")
    lab.r.down("down0")
    wait_for(lambda: lab.tool.links()["down0"]["state"] == "down", "down")
    lab.r.up("down0")
    lab.wait_addr(lab.r, (LL["down0"], "down0"))
    lab.tool.wait_host(D, "down0", "static")


TRACE = "/sys/kernel/tracing"


@pytest.fixture
def trace():
    """The module's tracepoints, on; read the lines with trace()."""
    base = f"{TRACE}/events/ndproxy"
    if not os.path.isdir(base):
        subprocess.run(("mount", "-t", "tracefs", "t", TRACE), check=False)

    def put(path, value):
        with open(path, "w", encoding="ascii") as f:
            f.write(value)
    put(f"{TRACE}/trace", "")
    put(f"{base}/enable", "1")

    def read():
        with open(f"{TRACE}/trace", encoding="ascii") as f:
            return [x for x in f.read().splitlines() if x[0] != "#"]
    yield read
    put(f"{base}/enable", "0")


@pytest.mark.core
def test_control_tracepoints(lab, trace):
    lab.learn("down0", D_MAC, D)
    lab.up0.send(pkt.ns(A_MAC, A, D, hlim=1))
    wait_for(lambda: lab.tool.drops("up0") == {"hop-limit": 1}, "dropped")
    lab.down0.send(pkt.na("02:00:00:00:dd:99", D, D, o=1))
    wait_for(lambda: lab.tool.host(D)["lladdr"].endswith("99"), "moved")
    lab.tool("host", "del", D)
    wait_for(lambda: any("host_lost" in x for x in trace()), "lost")
    lines = trace()
    for name in ("nd_in", "nd_out", "nd_drop", "host_learnt", "host_moved",
                 "host_lost"):
        assert any(f" {name}: " in x for x in lines), (name, lines[-20:])
    assert any("nd_drop" in x and "hop" in x for x in lines)
    assert any("host_learnt" in x and D in x for x in lines)
