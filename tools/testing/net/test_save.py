# SPDX-License-Identifier: GPL-2.0
"""save and restore: the configuration and the learnt hosts (ND-F6).

   wire up0 --- up0 [ r ] down0 --- wire down0     D: host on down0
                      |
                    down1 --- wire down1           E: host on down1
"""
import os
import subprocess

import pytest
import yaml

from lib import kmod, pkt, rtnl
from lib.lab import A, A_MAC, B, D, D_MAC, E, E_MAC, LL
from lib.tool import PATH
from lib.wait import wait_for
from lib.wire import silence

SPEC = os.path.join(os.environ["NDPROXY_TOP"],
                    "Documentation/netlink/specs/ndproxy.yaml")
STATIC = "2001:db8:5::/64"

# What can be set, and what save prints of it when EVERYTHING below has been set. An attribute that
# is added to the description must be added here, and is tested then.
SAVED = {
    "link-set": {
        "ifname": "link set up1 ", "role": " role upstream ",
        "group": " group 7 ", "nd": "link set down1 role downstream nd off ",
        "ra-guard": " nd off ra-guard strict ", "guard": " guard off\n",
        "override": " override set ", "na-source": " na-source target\n"},
    "prefix-new": {
        "addr": "prefix add 2001:db8:5::", "prefix-len": "/64 dev",
        "ifname": f"prefix add {STATIC} dev up0 ", "mode": " mode route\n"},
    "host-new": {
        "addr": f"host add {B} ", "ifname": f"host add {B} dev down0 ",
        "lladdr": f"lladdr {A_MAC} wait\n", "evidence": " evidence ns wait\n"},
    "param-set": {
        "name": "param set host_lifetime ", "value": " 4321\n"},
    "rule-new": {
        "addr": "prefix deny 2001:db8:bad::", "prefix-len": "/48\n",
        "action": "prefix allow ::/0\n"},
    "mld-link-set": {
        "ifname": "mld link set down0 ", "enabled": "mld link set down0 on ",
        "version-mode": " version 2 ", "robustness": " robustness 3 ",
        "unsolicited-interval": " unsolicited-interval 500 ",
        "gsr-delay": " gsr-delay -1 ", "max-groups": " max-groups 999 ",
        "max-group-sources": " max-group-sources 99 ",
        "max-listener-sources": " max-listener-sources 9",
        "snoop-joins": " snoop-joins off ", "mrd": " mrd on\n"},
    "mld-listener-new": {
        "ifname": "mld listen down0 ", "group": " ff1e::77 ",
        "id": " id \"a b\" ", "mode": " exclude ",
        "source": " 2001:db8::1 2001:db8::2\n"},
}
# An index is not saved; how a host or a listener begins is no state.
NOT_STATE = {"ifindex", "wait", "delay", "force"}

EVERYTHING = f"""
param set host_lifetime 4321
prefix allow ::/0
prefix deny 2001:db8:bad::/48
link set up1 role upstream group 7 override set na-source target
link set down1 nd off ra-guard strict guard off
prefix add {STATIC} dev up0 mode route
mld link set down0 on version 2 robustness 3 unsolicited-interval 500
mld link set down0 gsr-delay -1 max-groups 999 max-group-sources 99
mld link set down0 max-listener-sources 9 snoop-joins off mrd on
mld listen down0 ff1e::77 id "a b" exclude 2001:db8::1 2001:db8::2
mld listen down0 ff1e::78 id x include 2001:db8::1
host add {B} dev down0 lladdr {A_MAC}
"""


def host_routes(lab, addr):
    """Routes to an address made by the module."""
    return [x for x in rtnl.routes(lab.r) if f"{addr} " in x + " "]


def reload():
    """The module anew, which knows nothing."""
    kmod.unload()
    kmod.load()


def everything(lab):
    """All that can be set, and a learnt host."""
    lab.solicit("down1", E_MAC, E, A)
    lab.tool.wait_host(E, "down1")
    lab.tool("-b", "-", input=EVERYTHING)


@pytest.mark.alone
def test_nd_f6_save_restore_round_trip(lab3):
    lab = lab3
    everything(lab)
    lab.solicit("up0", A_MAC, A, D)
    lab.tool.wait_host(A, "up0")
    before = lab.tool("save")
    reload()
    assert lab.tool("save") == ""
    lab.tool("restore", input=before)
    assert sorted(lab.tool("save").splitlines()) == sorted(before.splitlines())
    wait_for(lambda: host_routes(lab, E) and host_routes(lab, B), "routes")
    lab.tool.wait_prefix(STATIC)
    assert {A, B, E} <= set(lab.tool.hosts())
    assert sorted(lab.tool("save").splitlines()) == sorted(before.splitlines())


def test_nd_f6_every_settable_attribute_is_known_here():
    with open(SPEC, encoding="utf-8") as f:
        spec = yaml.safe_load(f)
    for op in spec["operations"]["list"]:
        if op["name"].rsplit("-", 1)[-1] not in ("set", "new"):
            continue
        attrs = set(op["do"]["request"]["attributes"]) - NOT_STATE
        known = set(SAVED.get(op["name"], {}))
        assert attrs == known, \
            f"{op['name']}: say in SAVED how save prints {attrs ^ known}"


def test_nd_f6_save_prints_all_that_was_set(lab3):
    everything(lab3)
    text = lab3.tool("save")
    for op, attrs in SAVED.items():
        for attr, words in attrs.items():
            assert words in text, f"{op} {attr}: no {words!r} in {text}"


@pytest.mark.alone
def test_nd_f6_restored_host_has_its_route_and_is_asked(lab):
    lab.learn("down0", D_MAC, D)
    before = lab.tool("save")
    assert f"host add {D} dev down0 lladdr {D_MAC} evidence na wait\n" in before
    reload()
    lab.tool("restore", input=before)
    host = lab.tool.wait_host(D, "down0")
    assert (host["evidence"], host["lladdr"]) == ("na", D_MAC)
    wait_for(lambda: host_routes(lab, D), "route")
    lab.down0.expect(pkt.is_ns(D, src=LL["down0"]))
    lab.advertise("down0", D_MAC, D)
    lab.tool.wait_host(D, "down0", "reachable")
    # and it is resolved as any known host
    lab.down0.forget()
    lab.solicit("up0", A_MAC, A, D)
    lab.down0.expect(pkt.is_ns(D))
    lab.advertise("down0", D_MAC, D)
    lab.proxied_na("up0", D, A, A_MAC, s=1)


def test_nd_f6_restored_host_that_is_gone_is_forgotten(lab):
    lab.tool("host", "add", D, "dev", "down0", "evidence", "ns")
    assert lab.tool.host(D)["state"] == "probing"
    for _ in range(3):
        lab.down0.expect(pkt.is_ns(D, src=LL["down0"]))
    lab.tool.wait_no_host(D)
    wait_for(lambda: not host_routes(lab, D), "route gone")


def test_nd_f6_restored_hosts_take_turns(lab):
    lab.tool("-b", "-", input="".join(
        f"host add 2001:db8:1::{i:x} dev down0 evidence na\n"
        for i in range(0x100, 0x164)))
    assert lab.tool.gauge("hosts") >= 100
    lab.tool.wait_no_host("2001:db8:1::163", timeout=15)
    wait_for(lambda: lab.tool.gauge("hosts") == 0, "all forgotten", 15)
    assert "ns-rate" not in lab.tool.drops("down0")


def test_nd_f6_restore_waits_for_links_and_prefixes(make_lab):
    lab = make_lab(roles=False)
    lab.tool("restore", input=f"""
link set up0 role upstream
link set down9 role downstream
host add {D} dev down9 lladdr {D_MAC} evidence na wait
host add {E} dev down9 wait
""")
    saved = lab.tool("save")
    assert f"host add {D} dev down9 lladdr {D_MAC} evidence na wait" in saved
    assert f"host add {E} dev down9 wait" in saved
    assert not lab.tool.hosts()
    lab.r.ip("link set down0 down", "link set down0 name down9",
             "link set down9 up")
    lab.tool.wait_host(D, "down9", "probing")
    lab.tool.wait_host(E, "down9", "static")
    wait_for(lambda: host_routes(lab, D) and host_routes(lab, E), "routes")
    # the learnt one is configured no more
    lab.tool("host", "del", D)
    assert D not in lab.tool("save")
    lab.r.ip("link set down9 down", "link set down9 up")
    lab.tool.wait_host(E, "down9")
    assert not lab.tool.host(D)


def test_nd_f6_waiting_hosts_can_be_flushed_and_deleted(make_lab):
    lab = make_lab(roles=False)
    lab.tool("-b", "-", input=f"""
link set down9 role downstream
host add {D} dev down9 evidence na wait
host add {E} dev down9 evidence na wait
host add {B} dev down9 wait
""")
    lab.tool("host", "del", E)
    assert E not in lab.tool("save")
    lab.tool("host", "flush")
    assert D not in lab.tool("save") and B in lab.tool("save")
    lab.tool("link", "set", "down9", "role", "none")
    assert lab.tool("save") == ""


def test_nd_f6_known_host_is_not_taken_back(lab):
    lab.learn("down0", D_MAC, D)
    lab.tool("host", "add", D, "dev", "down0", "evidence", "ns", "lladdr",
             E_MAC)
    host = lab.tool.host(D)
    assert (host["state"], host["lladdr"]) == ("reachable", D_MAC)
    silence(lab.down0, match=pkt.is_ns(D), duration=0.3)


@pytest.mark.parametrize("words, why", [
    (("lladdr", "02:00"), "6 octets"),
    (("evidence", "na", "lladdr", "02"), "6 octets"),
])
def test_nd_f6_bad_hosts_are_refused(still_lab, words, why):
    text = still_lab.tool.refused("host", "add", D, "dev", "down0", *words)
    assert why in text
    assert not still_lab.tool.host(D)


def test_nd_f6_waiting_is_limited(make_lab):
    lab = make_lab(roles=False)
    lab.tool("link", "set", "down9", "role", "downstream")
    lab.tool.param("hosts_per_prefix", 2)
    for addr in (A, B):
        lab.tool("host", "add", addr, "dev", "down9", "evidence", "na", "wait")
    text = lab.tool.refused("host", "add", D, "dev", "down9", "evidence", "na",
                            "wait")
    assert "hosts_per_prefix" in text
    lab.tool("host", "add", E, "dev", "down9", "wait")


def test_nd_f6_restore_goes_on_and_tells(make_lab):
    lab = make_lab(roles=False)
    done = lab.tool.run("restore", input="link set lo role upstream\n"
                        "# comment\nlink set up0 role upstream\n")
    assert done.returncode == 2 and "Command failed -:1\n" in done.stderr
    assert "up0" in lab.tool.links()
    again = lab.tool("save")
    lab.tool("restore", input=again)
    lab.tool("restore", input="prefix deny ::/0\nprefix deny ::/0\n")


def test_nd_f6_batch_takes_what_save_prints(lab):
    lab.tool("host", "add", D, "dev", "down0")
    before = lab.tool("save")
    lab.tool("-b", "-", input="link set up0 role none\n"
             "link set down0 role none\n")
    lab.tool("-b", "-", input=before)
    wait_for(lambda: lab.tool.host(D), "host")
    assert lab.tool("save") == before


def test_nd_f6_a_device_may_be_called_dev(make_lab):
    lab = make_lab(roles=False)
    lab.tool("link", "set", "dev", "dev", "role", "downstream")
    before = lab.tool("save")
    lab.tool("link", "set", "dev", "dev", "role", "none")
    lab.tool("restore", input=before)
    assert "dev" in lab.tool.links()


# Names that the reader of batches would take for more or less than one word
ODD_NAMES = ["a b", "#a", "a #b", "'", '"', "'a\"b", '"a\'b', "a 'b' \"c\"", "\"\\' \\\"",
             "a\\", " \\", "\\\"' ", "\N{LATIN SMALL LETTER E WITH ACUTE} \"'"]


def test_nd_f6_odd_names_of_listeners_come_back(lab):
    lab.tool("mld", "link", "set", "up0", "on")
    for name in ODD_NAMES:
        lab.tool("mld", "listen", "up0", "ff1e::1", "id", name, "include", D)
    before = lab.tool("save")
    for name in ODD_NAMES:
        lab.tool("mld", "ignore", "up0", "ff1e::1", "id", name)
    assert "ff1e::1" not in lab.tool("save")
    lab.tool("restore", input=before)
    group, = lab.tool.json("mld", "group", "show", "ff1e::1", "dev", "up0")
    assert {x["id"] for x in group["listeners"]} == set(ODD_NAMES)
    assert sorted(lab.tool("save").splitlines()) == sorted(before.splitlines())


@pytest.mark.parametrize("name", ["x\nhost flush #", "\t", "a\rb", "\x7f"])
def test_nd_f6_a_listener_has_no_control_characters(still_lab, name):
    text = still_lab.tool.refused("mld", "listen", "up0", "ff1e::1", "id", name, "include", D)
    assert "no control characters" in text


@pytest.mark.parametrize("name", ["\"a'b", "'a\"b", "#x", "\\\"'"])
def test_nd_f6_odd_names_of_devices_come_back(make_lab, name):
    lab = make_lab(roles=False)
    lab.tool("link", "set", name, "role", "downstream")
    before = lab.tool("save")
    lab.tool("link", "set", name, "role", "none")
    assert lab.tool("save") == ""
    lab.tool("restore", input=before)
    assert lab.tool("save") == before and name in lab.tool.links()


def sources(n):
    """Addresses of n sources."""
    return " ".join(f"2001:db8::{i:x}" for i in range(1, n + 1))


def many_listeners(lab, group, n, nsources=128):
    """n listeners to a group, each with the same sources."""
    lab.tool("-b", "-", input="".join(
        f"mld listen up0 {group} id x{i} include {sources(nsources)}\n" for i in range(n)))


def test_nd_f6_listeners_that_cannot_all_be_told_are_an_error(lab):
    lab.tool("mld", "link", "set", "up0", "on")
    lab.tool("host", "add", D, "dev", "down0")
    many_listeners(lab, "ff1e::1", 18)
    assert lab.tool("save").count(" ff1e::1 id ") == 18
    many_listeners(lab, "ff1e::1", 25)
    done = lab.tool.run("save")
    assert done.returncode == 2
    assert done.stderr == \
        "Error: Not all listeners of ff1e::1 on up0 are saved: they are too many.\n"
    assert f"host add {D} dev down0" in done.stdout


def test_nd_f6_a_listener_of_many_sources_comes_back(lab):
    lab.tool("mld", "link", "set", "up0", "on", "max-group-sources", 3000,
             "max-listener-sources", 3000)
    many_listeners(lab, "ff1e::1", 1, 1400)
    before = lab.tool("save")
    assert f" id x0 include {sources(1400)}\n" in before
    lab.tool("mld", "ignore", "up0", "ff1e::1", "id", "x0")
    lab.tool("restore", input=before)
    assert lab.tool("save") == before


def test_nd_f6_a_group_that_vanishes_while_it_is_saved_is_no_failure(lab):
    """More than a pipe holds stands before the last group, which is asked for behind its end."""
    lab.tool("mld", "link", "set", "up0", "on")
    for i in range(1, 8):
        many_listeners(lab, f"ff1e::{i}", 15)
    save = lab.r.popen(PATH, "save", stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    begin = save.stdout.read(1)
    lab.tool("-b", "-", input="".join(f"mld ignore up0 ff1e::7 id x{i}\n" for i in range(15)))
    text, errors = save.communicate(timeout=60)
    assert (save.returncode, errors) == (0, "")
    assert (begin + text).count(" ff1e::6 id ") == 15 and " ff1e::7 id " not in text


def test_mld_saved_while_the_link_is_not_there(make_lab):
    lab = make_lab(roles=False)
    lab.tool("-b", "-", input="link set down9 role downstream\n"
             "mld link set down9 on version 1 robustness 4\n")
    assert "mld link set down9 on version 1 robustness 4\n" in lab.tool("save")
    text = lab.tool.refused("mld", "link", "set", "down9", "robustness", 9)
    assert "1 to 7" in text
    lab.r.ip("link set down0 down", "link set down0 name down9",
             "link set down9 up")
    wait_for(lambda: [x for x in lab.tool.json("mld", "link", "show")
                      if x["version"] == 1 and x["robustness"] == 4],
             "engine on down9")


def test_mld_limits_set_one_after_another_on_an_absent_link(make_lab):
    lab = make_lab(roles=False)
    lab.tool("link", "set", "down9", "role", "downstream")
    lab.tool("mld", "link", "set", "down9", "max-groups", 100)
    lab.tool("mld", "link", "set", "down9", "max-group-sources", 50)
    assert " max-groups 100 max-group-sources 50" in lab.tool("save")
    lab.tool("mld", "link", "set", "down9", "max-groups", 200)
    assert " max-groups 200 max-group-sources 50" in lab.tool("save")
