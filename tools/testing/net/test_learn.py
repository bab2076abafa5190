# SPDX-License-Identifier: GPL-2.0
"""On-link routes of every look are learnt (spec B11).

   wire up0 --- up0 [ r ] down0 --- wire down0
"""
import pytest

from lib import pkt, rtnl
from lib.lab import A_MAC, MAC
from lib.wait import holds_for, wait_for
from lib.wire import silence

NEWS = "2001:db8:2::/64"
WHO, WHOM = "2001:db8:2::a", "2001:db8:2::d"
AWAY = "via fe80::99 dev up0"

# How the route is made, and how taken away; lines that begin with "nexthop" need no family
LOOKS = {
    "metric": ([f"route add {NEWS} dev up0 metric 5000"], [f"route del {NEWS} metric 5000"]),
    "second": ([f"route add {NEWS} {AWAY} metric 10", f"route add {NEWS} dev up0 metric 5000"],
               [f"route del {NEWS} metric 5000"]),
    "table": ([f"route add {NEWS} dev up0 table 77"], [f"route del {NEWS} table 77"]),
    "append": ([f"route add {NEWS} {AWAY} metric 1024", f"route append {NEWS} dev up0 metric 1024"],
               [f"route del {NEWS} {AWAY} metric 1024", f"route del {NEWS} dev up0"]),
    "nhid": (["nexthop add id 7 dev up0", f"route add {NEWS} nhid 7"], [f"route del {NEWS}"]),
    "nhid-table": (["nexthop add id 7 dev up0", f"route add {NEWS} nhid 7 table 77"],
                   [f"route del {NEWS} table 77"]),
    "nhgroup": ([f"nexthop add id 6 {AWAY}", "nexthop add id 7 dev up0",
                 "nexthop add id 8 group 6/7", f"route add {NEWS} nhid 8"],
                [f"route del {NEWS}"]),
}
MODES = [(look, compat) for look in LOOKS for compat in (1, 0) if compat or "nh" in look]


def run(lab, *lines):
    """By `ip`, each."""
    for line in lines:
        family = () if "group" in line or line.startswith("nexthop del") else ("-6",)
        lab.r.sh("ip", *family, *line.split())


def gone(lab):
    """It is proxied no more, and nothing of it is left."""
    lab.tool.wait_prefix(NEWS, present=False)
    wait_for(lambda: not rtnl.routes(lab.r), "no route of ours")
    assert not rtnl.marked(lab.r)


@pytest.fixture(params=MODES, ids=lambda x: f"{x[0]}-{x[1]}")
def look(request, make_lab):
    """A router without addresses, how the route looks, and how it goes."""
    name, compat = request.param
    lab = make_lab(addrs=False)
    lab.r.sysctl("ipv4.nexthop_compat_mode", compat)
    return lab, *LOOKS[name]


def test_nd_b11_learnt_when_it_comes_and_forgotten_when_it_goes(look):
    lab, come, go = look
    run(lab, *come)
    prefix = lab.tool.wait_prefix(NEWS)
    assert prefix["sources"] == ["route"] and prefix["marked"] and prefix["dev"] == "up0"
    lab.solicit("up0", A_MAC, WHO, WHOM)
    lab.proxied_ns("down0", WHOM, pkt.slla(MAC["down0"]))
    run(lab, *go)
    gone(lab)
    lab.solicit("up0", A_MAC, WHO, WHOM)
    silence(lab.down0, match=lambda f: f.type == pkt.NS)


def test_nd_b11_learnt_by_a_link_that_comes_later(look):
    lab, come, _ = look
    lab.tool("link", "set", "up0", "role", "none")
    run(lab, *come)
    lab.tool("link", "set", "up0", "role", "upstream")
    assert lab.tool.wait_prefix(NEWS)["marked"]


@pytest.mark.parametrize("compat", [1, 0])
@pytest.mark.parametrize("group", [False, True], ids=["alone", "group"])
def test_nd_b11_nexthop_object_changes(make_lab, compat, group):
    lab = make_lab(addrs=False)
    lab.r.sysctl("ipv4.nexthop_compat_mode", compat)
    run(lab, f"nexthop add id 6 {AWAY}", f"nexthop add id 7 {AWAY}")
    if group:
        run(lab, "nexthop add id 8 group 6/7")
    run(lab, f"route add {NEWS} nhid {8 if group else 7}")
    holds_for(lambda: not lab.tool.prefixes(), "by a gateway", 1.5)
    for _ in range(2):
        run(lab, "nexthop replace id 7 dev up0")
        lab.tool.wait_prefix(NEWS)
        run(lab, f"nexthop replace id 7 {AWAY}")
        gone(lab)
    run(lab, "nexthop replace id 7 dev up0")
    lab.tool.wait_prefix(NEWS)
    run(lab, "nexthop del id 7")
    gone(lab)


@pytest.mark.parametrize("instead", [AWAY, f"nexthop {AWAY} nexthop via fe80::98 dev up0",
                                     "nhid 6", "blackhole"])
def test_nd_b11_on_link_route_is_replaced(make_lab, instead):
    """The kernel tells of the new one only."""
    lab = make_lab(addrs=False)
    run(lab, f"nexthop add id 6 {AWAY}", f"route add {NEWS} dev up0 metric 1024")
    lab.tool.wait_prefix(NEWS)
    if instead == "blackhole":
        run(lab, f"route replace blackhole {NEWS} metric 1024")
    else:
        run(lab, f"route replace {NEWS} metric 1024 {instead}")
    if f"{NEWS} dev up0" in lab.r.sh("ip", "-6", "route"):
        pytest.skip("this kernel keeps both")
    gone(lab)


def test_nd_b11_multipath_by_gateways_is_not_on_link(make_lab):
    lab = make_lab(addrs=False)
    run(lab, f"nexthop add id 6 {AWAY}", "nexthop add id 7 via fe80::98 dev up0",
        "nexthop add id 8 group 6/7",
        f"route add {NEWS} nexthop {AWAY} nexthop via fe80::98 dev up0",
        "route add 2001:db8:3::/64 nhid 8")
    holds_for(lambda: not lab.tool.prefixes(), "by gateways", 1.5)


def test_nd_b11_mark_of_another_groups_prefix_stays(make_lab):
    """Two groups have the same prefix, in two tables; the mark of each is its own."""
    lab = make_lab(addrs=False)
    run(lab, "link add up1 type dummy", "link set up1 arp on up", f"route add {NEWS} dev up0",
        f"route add {NEWS} dev up1 table 77")
    lab.tool("link", "set", "up1", "role", "upstream", "group", "1")
    wait_for(lambda: len(lab.tool.prefixes()) == 2, "both")
    wait_for(lambda: len(rtnl.marked(lab.r)) >= 2, "both marked")
    lab.tool("link", "set", "up1", "role", "none")
    wait_for(lambda: len(lab.tool.prefixes()) == 1, "one is left")
    assert lab.tool.wait_prefix(NEWS)["marked"] and rtnl.marked(lab.r)
