# SPDX-License-Identifier: GPL-2.0
"""All-multicast: taken with the first prefix, given back with the last (spec A5, B4).

   wire up0 --- up0 [ r ] down0 --- wire down0

The count in IFLA_ALLMULTI is what must balance, not just the flag. It is looked at without the MLD
engine, which holds one more for itself.
"""
import pytest

from lib import rtnl
from lib.lab import PFX
from lib.wait import holds_for, wait_for

pytestmark = [pytest.mark.alone, pytest.mark.usefixtures("engine_off")]

SECOND = "2001:db8:2::/64"


def wait_counts(lab, **want):
    """Wait until the devices hold all-multicast so many times."""
    def counts():
        return {dev: rtnl.allmulti(lab.r, dev) for dev in want}
    wait_for(lambda: counts() == want, f"{want}; have {counts()}")
    holds_for(lambda: counts() == want, f"{want}", 0.1)
    shown = lab.tool.links()
    for dev, count in want.items():
        if dev in shown:
            assert shown[dev]["allmulti"] is bool(count), dev


def test_nd_a5_with_the_first_and_the_last_prefix(make_lab):
    lab = make_lab(addrs=False)
    wait_counts(lab, up0=0, down0=0)
    lab.r.ip("addr add 2001:db8:1::1/64 dev up0 nodad")
    wait_counts(lab, up0=1, down0=1)
    lab.r.ip("addr add 2001:db8:2::1/64 dev up0 nodad")
    lab.tool.wait_prefix(SECOND)
    wait_counts(lab, up0=1, down0=1)
    lab.r.ip("addr del 2001:db8:1::1/64 dev up0")
    lab.tool.wait_prefix(PFX, present=False)
    wait_counts(lab, up0=1, down0=1)
    lab.r.ip("addr del 2001:db8:2::1/64 dev up0")
    wait_counts(lab, up0=0, down0=0)


@pytest.mark.parametrize("order", [
    ("down0 none", "up0 none"),
    ("up0 none", "down0 none"),
    ("up0 downstream", "down0 upstream", "up0 none", "down0 none"),
    ("up0 downstream", "up0 upstream", "up0 none", "down0 none"),
    ("down0 upstream", "up0 none", "down0 none"),
], ids=lambda order: ",".join(order).replace(" ", "="))
def test_nd_a5_role_changes(lab, order):
    wait_counts(lab, up0=1, down0=1)
    for step in order:
        dev, role = step.split()
        lab.tool("link", "set", dev, "role", role)
    wait_counts(lab, up0=0, down0=0)
    lab.set_roles(("up0", "down0"))
    lab.tool.wait_prefix(PFX)
    wait_counts(lab, up0=1, down0=1)


@pytest.mark.core
@pytest.mark.parametrize("dev", ["up0", "down0"])
def test_nd_a5_device_down_and_up(make_lab, dev):
    lab = make_lab(keep_addr=1)
    for _ in range(3):
        lab.r.down(dev)
        wait_counts(lab, **{dev: 0})
        lab.r.up(dev)
        lab.tool.wait_prefix(PFX)
        wait_counts(lab, up0=1, down0=1)
    lab.r.down(dev)
    for each in ("up0", "down0"):
        lab.tool("link", "set", each, "role", "none")
    wait_counts(lab, up0=0, down0=0)
    lab.r.up(dev)
    wait_counts(lab, up0=0, down0=0)


@pytest.mark.parametrize("gone", ["up0", "down0"])
def test_nd_a5_device_removed(lab, gone):
    other = "down0" if gone == "up0" else "up0"
    lab.r.ip(f"link del {gone}")
    want = 0 if gone == "up0" else 1
    wait_counts(lab, **{other: want})
    lab.tool("link", "set", other, "role", "none")
    wait_counts(lab, **{other: 0})


def test_nd_a5_static_prefix(make_lab):
    lab = make_lab(addrs=False)
    for _ in range(2):
        lab.tool("prefix", "add", SECOND, "dev", "up0")
        wait_counts(lab, up0=1, down0=1)
        lab.tool("prefix", "del", SECOND, "dev", "up0")
        wait_counts(lab, up0=0, down0=0)


def test_nd_a5_operators_own_is_not_undone(make_lab):
    lab = make_lab(addrs=False)
    lab.r.ip("link set up0 allmulticast on",
             "link set down0 allmulticast on")
    lab.r.ip("addr add 2001:db8:1::1/64 dev up0 nodad")
    lab.tool.wait_prefix(PFX)
    wait_counts(lab, up0=2, down0=2)
    for dev in ("up0", "down0"):
        lab.tool("link", "set", dev, "role", "none")
    for dev in ("up0", "down0"):
        wait_for(lambda dev=dev: rtnl.allmulti(lab.r, dev) == 1, dev)
        assert lab.r.flags(dev) & rtnl.IFF_ALLMULTI
    lab.r.ip("link set up0 allmulticast off")
    assert rtnl.allmulti(lab.r, "up0") == 0


def test_nd_a5_operator_while_proxied(lab):
    wait_counts(lab, up0=1, down0=1)
    lab.r.ip("link set down0 allmulticast on")
    assert rtnl.allmulti(lab.r, "down0") == 2
    lab.r.ip("link set down0 allmulticast off")
    wait_counts(lab, up0=1, down0=1)


def test_nd_a5_moved_to_another_namespace(lab):
    wait_counts(lab, up0=1, down0=1)
    lab.r.ip(f"link set down0 netns {lab.wire_ns.name}")
    wait_for(lambda: rtnl.allmulti(lab.wire_ns, "down0") == 0, "given back")
    lab.wire_ns.ip("link del down0")
    lab.tool("link", "set", "up0", "role", "none")
    wait_counts(lab, up0=0)


def test_nd_a5_beside_the_mld_engine(make_lab):
    lab = make_lab(addrs=False)

    def count(want):
        wait_for(lambda: rtnl.allmulti(lab.r, "up0") == want, f"{want}")
    lab.tool("mld", "link", "set", "up0", "on")
    count(1)
    lab.r.ip("addr add 2001:db8:1::1/64 dev up0 nodad")
    count(2)
    lab.tool("mld", "link", "set", "up0", "off")
    wait_counts(lab, up0=1, down0=1)
    lab.tool("mld", "link", "set", "up0", "on")
    lab.r.ip("addr del 2001:db8:1::1/64 dev up0")
    count(1)
    lab.tool("link", "set", "up0", "role", "none")
    wait_counts(lab, up0=0, down0=0)


def test_nd_b4_second_downstream_joins_later(make_lab):
    lab = make_lab(("up0", "down0", "down1"), roles=False)
    lab.set_roles(("up0", "down0"))
    lab.tool.wait_prefix(PFX)
    wait_counts(lab, up0=1, down0=1, down1=0)
    lab.set_roles(("down1",))
    wait_counts(lab, up0=1, down0=1, down1=1)
    lab.tool("link", "set", "down1", "role", "none")
    wait_counts(lab, up0=1, down0=1, down1=0)
