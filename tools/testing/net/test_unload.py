# SPDX-License-Identifier: GPL-2.0
"""Unloading the module leaves nothing (spec J5, A5).

   wire up0 --- up0 [ r ] down0 --- wire down0
    A                              D, E
"""
import os
import socket
import struct
import time

import pytest

from lib import kmod, mld, pkt, rtnl
from lib.lab import A, A_MAC, D, D_MAC, MAC, PFX
from lib.tool import PATH
from lib.traffic import Traffic, nd_mix
from lib.wait import wait_for
from lib.wire import silence

pytestmark = pytest.mark.alone


@pytest.fixture
def reload():
    """Whatever the test does, the module is there for the next one."""
    yield
    if not kmod.loaded():
        kmod.load()


def busy(lab):
    """Hosts, records, routes, marks and all-multicast, all at once."""
    lab.learn("down0", D_MAC, D)
    lab.tool("host", "add", "2001:db8:1::5", "dev", "down0")
    for i in range(20):
        lab.solicit("up0", A_MAC, A, f"2001:db8:1::b:{i:x}")
    lab.down0.send(pkt.ns(D_MAC, pkt.UNSPEC, "2001:db8:1::d5"))
    wait_for(lambda: lab.tool.gauge("records") >= 20, "records")
    assert rtnl.routes(lab.r) and rtnl.marked(lab.r)
    assert rtnl.allmulti(lab.r, "up0") == 2, "the proxy's and the MLD engine's"


def assert_nothing_left(lab):
    """No trace of the module in the namespace or in the system."""
    assert not kmod.loaded()
    for dev in ("up0", "down0"):
        assert rtnl.allmulti(lab.r, dev) == 0, dev
        assert not lab.r.flags(dev) & rtnl.IFF_ALLMULTI
    assert rtnl.routes(lab.r) == []
    assert not rtnl.marked(lab.r)
    with open("/proc/modules", encoding="ascii") as f:
        assert not any(x.startswith("ndproxy ") for x in f)
    with open("/proc/kallsyms", encoding="ascii") as f:
        assert "[ndproxy]" not in f.read()
    with open("/proc/slabinfo", encoding="ascii") as f:
        assert not any(x.startswith(("ndp", "ndproxy")) for x in f)
    for system in ("ndproxy", "mld"):
        assert not os.path.exists(f"/sys/kernel/tracing/events/{system}")
    done = lab.r.run(PATH, "link", "show")
    assert done.returncode == 2 and done.stderr.startswith("Error: ")
    assert "module" in done.stderr


def assert_kernel_alone(lab):
    """No hook is left: a solicitation stays on its link."""
    lab.up0.forget()
    lab.down0.forget()
    lab.solicit("up0", A_MAC, A, "2001:db8:1::1")
    lab.up0.expect(pkt.is_na("2001:db8:1::1"))
    lab.solicit("up0", A_MAC, A, D)
    silence(lab.down0, match=pkt.is_nd_for(D))
    assert PFX in lab.r.sh("ip", "-6", "route", "show", "dev", "up0")


@pytest.mark.core
def test_nd_j5_unload_leaves_nothing(lab, reload):
    busy(lab)
    kmod.unload()
    assert_nothing_left(lab)
    assert_kernel_alone(lab)


def test_nd_j5_unload_with_operators_allmulti(lab, reload):
    lab.r.ip("link set up0 allmulticast on")
    assert rtnl.allmulti(lab.r, "up0") == 3
    kmod.unload()
    assert rtnl.allmulti(lab.r, "up0") == 1
    assert lab.r.flags("up0") & rtnl.IFF_ALLMULTI
    assert rtnl.allmulti(lab.r, "down0") == 0


def test_nd_j5_loaded_again_starts_empty(lab, reload):
    busy(lab)
    kmod.unload()
    kmod.load()
    assert lab.tool.links() == {} and lab.tool.hosts() == {}
    lab.set_roles(("up0", "down0"))
    lab.tool.wait_prefix(PFX)
    lab.down0.forget()
    lab.solicit("up0", A_MAC, A, D)
    lab.proxied_ns("down0", D, pkt.slla(MAC["down0"]))


@pytest.mark.core
@pytest.mark.heavy
def test_nd_j5_unload_under_traffic(lab, reload):
    traffic = Traffic(nd_mix(lab), 0.05)
    try:
        for _ in range(3):
            wait_for(lambda: lab.tool.gauge("hosts") >= 8, "hosts", 20)
            kmod.unload()
            assert_nothing_left(lab)
            kmod.load()
            lab.set_roles(("up0", "down0"))
            lab.tool.wait_prefix(PFX)
    finally:
        traffic.stop()


def membership(sock, option, dev, group):
    """Join or leave a group; it need not work."""
    try:
        sock.setsockopt(socket.IPPROTO_IPV6, option,
                        struct.pack("16sI", pkt.pton(group),
                                    socket.if_nametoindex(dev)))
    except OSError:
        pass


def join_and_leave(ns, devs):
    """A process that joins and leaves groups on the devices, over and over."""
    pid = os.fork()
    if pid:
        return pid
    try:
        with ns:
            sock = socket.socket(socket.AF_INET6, socket.SOCK_DGRAM)
            turn = 0
            while True:
                option = (socket.IPV6_LEAVE_GROUP if turn % 2 else
                          socket.IPV6_JOIN_GROUP)
                for dev in devs:
                    for i in range(4):
                        membership(sock, option, dev,
                                   f"ff1e::{turn // 2 % 64:x}:{i:x}")
                turn += 1
                time.sleep(0.02)
    finally:
        os._exit(0)


@pytest.mark.heavy
@pytest.mark.timeout(300)
def test_nd_j5_unload_with_engines_by_hand_under_events(make_lab, reload):
    """Engines on links that are not the proxy's tell of limits and versions to the end."""
    devs = ("out0", "up2", "up3", "down2")
    lab = make_lab(devs, addrs=False, roles=False)
    traffic = Traffic([(lab.ports[dev].sock, [[mld.query(1, mrc=10)]]) for dev in devs], 0.02)
    joins = join_and_leave(lab.r, devs)
    try:
        for _ in range(20):
            lab.tool("-b", "-", input="".join(
                f"mld link set {dev} on max-groups 1\n" for dev in devs))
            wait_for(lambda: all(x["counters"].get("limit") and x["version"] == 1 for x in
                                 lab.tool.json("-s", "mld", "link", "show")), "events")
            kmod.unload()
            for dev in devs:
                assert rtnl.allmulti(lab.r, dev) == 0, dev
            kmod.load()
    finally:
        traffic.stop()
        os.kill(joins, 9)
        os.waitpid(joins, 0)


@pytest.mark.heavy
def test_nd_j5_namespace_deleted_under_traffic(make_lab):
    for turn in range(3):
        lab = make_lab()
        traffic = Traffic(nd_mix(lab), 0.05)
        try:
            wait_for(lambda: lab.tool.gauge("hosts") >= 8, f"hosts {turn}",
                     20)
            end = lab.up0.sock.getsockname()[0]
            lab.r.delete()

            def gone(dev=end):
                return f" {dev}@" not in lab.wire_ns.sh("ip", "-o", "link",
                                                        "show")
            wait_for(gone, "the namespace's devices are gone", 30)
        finally:
            traffic.stop()
            lab.r.fd = None


def test_nd_j5_device_in_use_can_be_deleted(lab):
    busy(lab)
    lab.r.ip("link del up0")
    wait_for(lambda: not lab.tool.prefixes(), "prefix gone")
    lab.r.ip("link del down0")
    wait_for(lambda: not lab.tool.hosts(), "hosts gone")
    assert not rtnl.routes(lab.r)
    assert {x["state"] for x in lab.tool.links().values()} == {"waiting"}
