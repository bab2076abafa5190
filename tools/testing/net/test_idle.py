# SPDX-License-Identifier: GPL-2.0
"""What the module costs while it has nothing to do, and with very much of it (spec J6, B8).

   wire up0 --- up0 [ r ] down0 --- wire down0
   wire      --- u1 [ r ] d1    --- wire            and so on
"""
import os
import re
import subprocess
import time

import pytest

from lib import pkt
from lib.lab import A, A_MAC, B, B_MAC, D, MAC, PFX, Lab
from lib.wait import wait_for
from lib.wire import silence


def hooks(ns):
    """The module's netfilter hooks, as the kernel lists them."""
    subprocess.run("mp nfnetlink_hook", shell=True, check=False,
                   capture_output=True)
    done = ns.run("nft", "list", "hooks", "ip6")
    if done.returncode or "hook" not in done.stdout:
        pytest.skip("this kernel does not list its netfilter hooks")
    return re.findall(r"(ndp_\w+) \[ndproxy\]", done.stdout)


@pytest.mark.core
def test_nd_j6_no_hooks_without_links(make_lab):
    lab = make_lab(roles=False)
    # something that is always listed, so that an empty list means something
    lab.r.sh("nft", "add table ip6 t; add chain ip6 t c "
             "{ type filter hook forward priority 0; }")
    assert hooks(lab.r) == []
    lab.set_roles(("up0", "down0"))
    assert sorted(hooks(lab.r)) == ["ndp_hook_forward", "ndp_hook_local_out",
                                    "ndp_hook_pre_routing"]
    lab.tool("link", "set", "up0", "role", "none")
    assert hooks(lab.r)
    lab.tool("link", "set", "down0", "role", "none")
    assert hooks(lab.r) == []


@pytest.mark.core
def test_nd_j6_the_kernel_is_as_ever(make_lab):
    """Loaded and not configured: the kernel forwards back, redirects, and proxies nothing."""
    lab = make_lab(roles=False)
    lab.r.ip(f"neigh replace {A} lladdr {A_MAC} dev up0 nud permanent",
             f"neigh replace {B} lladdr {B_MAC} dev up0 nud permanent")
    lab.up0.send(pkt.echo(A_MAC, MAC["up0"], A, B))
    got = lab.up0.expect(pkt.is_type(128))
    pkt.assert_frame(got, pkt.echo(MAC["up0"], B_MAC, A, B, hlim=63))
    lab.up0.expect(pkt.is_type(pkt.REDIRECT))
    lab.solicit("up0", A_MAC, A, D)
    silence(lab.up0, lab.down0)


# 500 of them, the row's thousand links, take two minutes and 2 GiB on the debug kernel
PAIRS = int(os.environ.get("NDPROXY_LINK_PAIRS", "20"))
EACH = 10000 // PAIRS


def many_links(lab):
    """Links u1, d1 and so on, each pair a group."""
    lines, roles = [], []
    for i in range(1, PAIRS):
        for dev in (f"u{i}", f"d{i}"):
            lines += [f"link add {dev} type veth peer name m{dev} netns "
                      f"{Lab.wire_ns.name}", f"link set {dev} up"]
            Lab.wire_ns.run("ip", "link", "set", f"m{dev}", "up")
        roles += [f"link set u{i} role upstream group {i}",
                  f"link set d{i} role downstream group {i}"]
    lab.r.ip(*lines)
    Lab.wire_ns.ip(*[f"link set m{x}{i} up" for i in range(1, PAIRS)
                     for x in "ud"])
    lab.tool("-b", "-", input="\n".join(roles) + "\n")


def prefix(pair, number):
    """A prefix of a pair of links."""
    return f"2001:db8:{pair + 16:x}:{number:x}::/64"


@pytest.mark.heavy
def test_nd_b8_ten_thousand_prefixes(make_lab, record_property, capsys):
    """Learnt and forgotten in bounded time, and then still found."""
    lab = make_lab()
    many_links(lab)
    start = time.monotonic()
    lab.r.ip(*[f"route add {prefix(i, n)} dev {f'u{i}' if i else 'up0'} proto 99"
               for i in range(PAIRS) for n in range(EACH)])
    added = time.monotonic()
    wait_for(lambda: lab.tool.gauge("prefixes") == PAIRS * EACH + 1,
             f"all known: {lab.tool.gauge('prefixes')}", 60)
    target = prefix(0, EACH - 1).replace("/64", "d")
    lab.up0.forget()
    lab.solicit("up0", A_MAC, A, target)
    lab.down0.expect(pkt.is_ns(target))
    learnt = time.monotonic()
    lab.r.sh("ip", "-6", "route", "flush", "proto", "99")
    wait_for(lambda: lab.tool.gauge("prefixes") == 1, "all forgotten", 60)
    done = time.monotonic()
    with capsys.disabled():
        print(f"\n{PAIRS * EACH} prefixes on {2 * PAIRS} links: added in {added - start:.1f} s, "
              f"learnt {learnt - added:.1f} s later, forgotten in "
              f"{done - learnt:.1f} s")
    record_property("learnt", learnt - start)
    assert lab.tool.prefixes().keys() == {(PFX, "up0")}
