# SPDX-License-Identifier: GPL-2.0
"""Rules: which learnt prefixes are proxied (spec B1, `prefix allow|deny`).

   wire up0 --- up0 [ r ] down0 --- wire down0
"""
import errno
import json

import pytest

from lib import genl, pkt, rtnl
from lib.genl import Genl, attr, u8, u32
from lib.lab import A, A_MAC, D, D_MAC, MAC, PFX
from lib.wait import holds_for, wait_for
from lib.wire import silence

SECOND = "2001:db8:2::/64"
BOTH = "2001:db8::/32"
RTR = "02:00:00:00:fe:01"
C = genl.constants()
RULE_GET, RULE_NEW = C["NDPROXY_CMD_RULE_GET"], C["NDPROXY_CMD_RULE_NEW"]
ALLOW = C["NDPROXY_RULE_ACTION_ALLOW"]


def rules(lab):
    """The rules, in their order."""
    return [(x["action"], x["prefix"])
            for x in lab.tool.json("prefix", "rules")]


def proxied(lab, *prefixes):
    """These prefixes of up0 are proxied, and no others, for a while."""
    want = {(prefix, "up0") for prefix in prefixes}
    wait_for(lambda: set(lab.tool.prefixes()) == want, f"only {prefixes}")
    holds_for(lambda: set(lab.tool.prefixes()) == want, f"only {prefixes}")


@pytest.fixture
def two(lab):
    """PFX and SECOND are proxied."""
    lab.r.ip("addr add 2001:db8:2::1/64 dev up0 nodad")
    lab.tool.wait_prefix(SECOND)
    return lab


@pytest.mark.core
def test_nd_b1_deny_stops_and_del_restarts(two):
    mon = two.monitor()
    two.learn("down0", D_MAC, D)
    two.tool("prefix", "deny", PFX)
    mon.expect("prefix-del", prefix=PFX, dev="up0")
    proxied(two, SECOND)
    assert not two.tool.host(D)
    wait_for(lambda: not [x for x in rtnl.routes(two.r) if "2001:db8:1:" in x],
             "no route of ours")
    two.down0.forget()
    two.solicit("up0", A_MAC, A, "2001:db8:1::77")
    silence(two.down0, match=pkt.is_nd_for("2001:db8:1::77"))
    two.tool("prefix", "del", PFX)
    mon.expect("prefix-add", prefix=PFX, dev="up0")
    proxied(two, PFX, SECOND)
    assert rules(two) == []
    two.solicit("up0", A_MAC, A, D)
    two.proxied_ns("down0", D, pkt.slla(MAC["down0"]))


def test_nd_b1_allow_denies_the_rest(two):
    two.tool("prefix", "allow", SECOND)
    proxied(two, SECOND)
    two.tool("prefix", "allow", PFX)
    proxied(two, PFX, SECOND)
    two.tool("prefix", "del", SECOND)
    proxied(two, PFX)
    two.tool("prefix", "del", PFX)
    proxied(two, PFX, SECOND)


def test_nd_b1_most_specific_rule_decides(two):
    two.tool("prefix", "deny", BOTH)
    proxied(two)
    two.tool("prefix", "allow", PFX)
    proxied(two, PFX)
    two.tool("prefix", "deny", "2001:db8:1::/80")      # covers no prefix
    two.tool("prefix", "allow", "::/0")
    proxied(two, PFX)
    assert rules(two) == [("deny", "2001:db8:1::/80"), ("allow", PFX),
                          ("deny", BOTH), ("allow", "::/0")]
    two.tool("prefix", "del", BOTH)
    proxied(two, PFX, SECOND)


def test_nd_b1_opposite_replaces(two):
    two.tool("prefix", "deny", PFX)
    proxied(two, SECOND)
    two.tool("prefix", "allow", PFX)
    assert rules(two) == [("allow", PFX)]
    proxied(two, PFX)
    two.tool("prefix", "deny", PFX)
    assert rules(two) == [("deny", PFX)]
    proxied(two, SECOND)


def test_nd_b1_rules_narrow_what_is_learnt_later(make_lab):
    lab = make_lab(addrs=False, accept_ra=2)
    lab.tool("prefix", "deny", PFX)
    lab.up0.send(pkt.ra(RTR, PFX), pkt.ra(RTR, SECOND))
    lab.tool.wait_prefix(SECOND)
    proxied(lab, SECOND)
    lab.r.ip("link set up0 down", "link set up0 up",
             "addr add 2001:db8:1::1/64 dev up0 nodad",
             "addr add 2001:db8:2::1/64 dev up0 nodad")
    lab.tool.wait_prefix(SECOND)
    proxied(lab, SECOND)


def test_nd_b1_allowed_again_keeps_its_lifetime(make_lab):
    lab = make_lab(addrs=False, accept_ra=2)
    lab.up0.send(pkt.ra(RTR, PFX, valid=6))
    lab.tool.wait_prefix(PFX)
    lab.tool("prefix", "deny", PFX)
    lab.tool.wait_prefix(PFX, present=False)
    lab.tool("prefix", "allow", PFX)
    lab.tool.wait_prefix(PFX)
    lab.tool.wait_prefix(PFX, present=False)


def test_nd_b1_rules_do_not_narrow_prefix_add(two):
    two.tool("prefix", "add", PFX, "dev", "up0")
    two.tool("prefix", "deny", PFX)
    wait_for(lambda: two.tool.prefixes()[PFX, "up0"]["sources"] == ["static"],
             "static alone")
    two.tool("prefix", "add", "2001:db8:3::/64", "dev", "up0")
    proxied(two, PFX, SECOND, "2001:db8:3::/64")
    # what was added goes first, then the rule
    two.tool("prefix", "del", PFX)
    proxied(two, SECOND, "2001:db8:3::/64")
    assert rules(two) == [("deny", PFX)]
    two.tool("prefix", "del", PFX)
    proxied(two, PFX, SECOND, "2001:db8:3::/64")


def test_nd_b1_rules_before_any_link(make_lab):
    lab = make_lab(roles=False)
    lab.tool("prefix", "allow", SECOND)
    lab.r.ip("addr add 2001:db8:2::1/64 dev up0 nodad")
    lab.set_roles(("up0", "down0"))
    lab.tool.wait_prefix(SECOND)
    proxied(lab, SECOND)
    assert json.loads(lab.tool("-j", "show"))["rule"] == \
        [{"action": "allow", "prefix": SECOND}]
    assert lab.tool("show").startswith(f"prefix allow {SECOND}\n")


@pytest.mark.parametrize("what,words", [
    (("deny", "2001:db8:1::1/64"), ("2001:db8:1::1", "64")),
    (("deny", "fe80::/64"), ("fe80::/64", "never")),
    (("allow", "ff05::/16"), ("ff05::/16", "never")),
    (("allow", "2001:db8:1::1/128"), ("2001:db8:1::1/128", "never")),
    (("del", SECOND), (SECOND,)),
    (("del", PFX, "dev", "up0"), (PFX, "up0")),
    (("deny", PFX), (PFX, "denied already")),
    (("allow", "::/0"), ("::/0", "allowed already")),
], ids=lambda what: " ".join(what))
def test_nd_b1_rule_refused(lab, what, words):
    lab.tool("prefix", "deny", PFX)
    lab.tool("prefix", "allow", "::/0")
    before = rules(lab)
    text = lab.tool.refused("prefix", *what)
    for word in words:
        assert word in text, text
    assert rules(lab) == before == [("deny", PFX), ("allow", "::/0")]


def test_nd_b1_rules_are_bounded_and_dumped_whole(lab):
    lab.tool("-b", "-", input="".join(
        f"prefix deny 2001:db8:8000:{i:x}::/64\n" for i in range(256)))
    text = lab.tool.refused("prefix", "deny", SECOND)
    assert SECOND in text and "256" in text
    lab.tool("prefix", "allow", "2001:db8:8000::/64")   # replaces one
    seen = rules(lab)
    assert len(set(seen)) == len(seen) == 256
    lab.tool("prefix", "del", "2001:db8:8000:1::/64")
    lab.tool("prefix", "deny", SECOND)


def test_nd_b1_rule_netlink(lab):
    nl = Genl(lab.r)
    addr, plen = C["NDPROXY_A_RULE_ADDR"], C["NDPROXY_A_RULE_PREFIX_LEN"]
    action = C["NDPROXY_A_RULE_ACTION"]
    pfx = attr(addr, pkt.pton("2001:db8:1::")) + u8(plen, 64)
    for body in (b"", pfx, attr(addr, bytes(16)) + u32(action, ALLOW),
                 u8(plen, 0) + u32(action, ALLOW), pfx + u32(action, 2),
                 pfx + u32(action, ALLOW) + u32(action + 1, 0),
                 attr(addr, bytes(8)) + u8(plen, 0) + u32(action, ALLOW),
                 attr(addr, bytes(16)) + u8(plen, 129) + u32(action, ALLOW)):
        err, text, _ = nl.call(RULE_NEW, body)
        assert err in (errno.EINVAL, errno.ERANGE) and text, (body, err, text)
    err, text, _ = nl.call(RULE_GET, pfx)
    assert err == errno.ENOENT and PFX in text
    assert rules(lab) == []
    assert nl.call(RULE_NEW, pfx + u32(action, ALLOW))[0] == 0
    assert nl.call(RULE_NEW, pfx + u32(action, ALLOW))[0] == errno.EEXIST
    inside = attr(addr, pkt.pton("2001:db8:1::")) + u8(plen, 80)
    err, _, replies = nl.call(RULE_GET, inside)
    assert err == 0 and len(replies) == 1
    assert rtnl.attrs(replies[0][4:])[plen][:1] == b"\x40"
    nl.close()
