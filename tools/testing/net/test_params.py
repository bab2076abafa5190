# SPDX-License-Identifier: GPL-2.0
"""Module parameters: roles and limits from insmod, bad values refused (control.md).

   the initial namespace:  dummy0-like devices npu0 (upstream), npd0 (downstream)
"""
import socket
import subprocess

import pytest

from lib import kmod, rtnl
from lib.netns import Namespace, free_name
from lib.tool import Tool
from lib.wait import wait_for

pytestmark = pytest.mark.alone


class Here:
    """The initial namespace, with the calls that Tool and rtnl make."""

    name = "init"
    run = staticmethod(lambda *argv, **kw: subprocess.run(
        argv, text=True, capture_output=True, check=False, timeout=120))
    popen = staticmethod(lambda *argv, **kw: subprocess.Popen(argv, text=True, **kw))

    def __init__(self):
        self.at_end = []

    def end(self):
        """What was started here is over."""
        while self.at_end:
            self.at_end.pop()()

    def __enter__(self):
        return self

    def __exit__(self, *exc):
        return None

    @staticmethod
    def ifindex(dev):
        """As Namespace.ifindex()."""

        return socket.if_nametoindex(dev)


@pytest.fixture
def unloaded():
    """The module is not loaded; afterwards it is, with defaults."""
    if kmod.loaded():
        kmod.unload()
    yield
    if kmod.loaded():
        kmod.unload()
    kmod.load()


@pytest.fixture
def devices():
    """Two dummies in the initial namespace."""
    for dev, addr in (("npu0", "2001:db8:1::1/64"), ("npd0", None)):
        subprocess.run(("ip", "link", "add", dev, "type", "dummy"),
                       check=True)
        subprocess.run(("ip", "link", "set", dev, "arp", "on", "up"),
                       check=True)
        if addr:
            subprocess.run(("ip", "-6", "addr", "add", addr, "dev", dev,
                            "nodad"), check=True)
    yield
    for dev in ("npu0", "npd0"):
        subprocess.run(("ip", "link", "del", dev), check=False,
                       stderr=subprocess.DEVNULL)


BAD = {
    "record_lifetime-zero": "record_lifetime=0",
    "record_lifetime-large": "record_lifetime=3601",
    "negative": "ns_rate=-1",
    "no-number": "ns_rate=many",
    "solicitors_per_target-zero": "solicitors_per_target=0",
    "solicitors_per_target-large": "solicitors_per_target=65",
    "targets_per_prefix-large": "targets_per_prefix=4294967295",
    "hosts_per_prefix-zero": "hosts_per_prefix=0",
    "hosts_per_link-zero": "hosts_per_link=0",
    "hosts_per_lladdr-zero": "hosts_per_lladdr=0",
    "host_lifetime-zero": "host_lifetime=0",
    "ns_burst-zero": "ns_burst=0",
    "mcast_na_rate-zero": "mcast_na_rate=0",
    "upstream-long-name": "upstream=" + "x" * 16,
    "upstream-slash": "upstream=a/b",
    "upstream-empty-item": "upstream=a,,b",
    "downstream-long-name": "downstream=ok0," + "y" * 20,
    "both-roles": "upstream=eth9 downstream=eth9",
    "loopback": "upstream=lo",
}


@pytest.mark.parametrize("what", BAD)
def test_control_bad_module_parameter_refused(unloaded, what):
    log = kmod.Log()
    done = kmod.insmod(*BAD[what].split())
    try:
        assert done.returncode != 0, "loaded"
        assert not kmod.loaded()
        lines = log.lines()
    finally:
        log.close()
    words = [x.split("=")[0] for x in BAD[what].split()]
    assert any("ndproxy" in x and any(w in x or "eth9" in x or "lo" in x
                                      for w in words)
               for x in lines), lines


@pytest.fixture
def here():
    """The initial namespace."""
    ns = Here()
    yield ns
    ns.end()


@pytest.mark.core
def test_control_roles_by_parameter(unloaded, devices, here):
    kmod.load("upstream=npu0", "downstream=npd0,later0")
    tool = Tool(here)
    links = tool.links()
    assert {k: v["role"] for k, v in links.items()} == \
        {"npu0": "upstream", "npd0": "downstream", "later0": "downstream"}
    assert links["later0"]["state"] == "waiting"
    tool.wait_prefix("2001:db8:1::/64", "npu0")
    assert rtnl.allmulti(here, "npu0") == 2, "the proxy's and the MLD engine's"
    subprocess.run(("ip", "link", "add", "later0", "type", "dummy"),
                   check=True)
    subprocess.run(("ip", "link", "set", "later0", "arp", "on", "up"), check=True)
    wait_for(lambda: tool.links()["later0"]["state"] == "active", "active")
    other = Namespace(free_name("other"))
    try:
        assert Tool(other).links() == {}, "the initial namespace only"
    finally:
        other.delete()
    kmod.unload()
    assert rtnl.allmulti(here, "npu0") == 0
    subprocess.run(("ip", "link", "del", "later0"), check=True)


def test_control_limits_by_parameter(unloaded):
    kmod.load("record_lifetime=7", "targets_per_prefix=0", "ns_rate=123")
    ns = Namespace(free_name("other"))
    try:
        params = Tool(ns).params()
        for name, value in (("record_lifetime", 7),
                            ("targets_per_prefix", 0), ("ns_rate", 123)):
            assert params[name]["value"] == params[name]["default"] == value
        assert params["host_lifetime"]["value"] == 600
    finally:
        ns.delete()
    for name, value in (("record_lifetime", 7), ("ns_rate", 123)):
        with open(f"/sys/module/ndproxy/parameters/{name}",
                  encoding="ascii") as f:
            assert int(f.read()) == value


def test_control_modinfo_tells_the_parameters(unloaded):
    done = subprocess.run(("modinfo", kmod.KO), text=True,
                          capture_output=True, check=True)
    for word in ("upstream", "downstream", "targets_per_prefix",
                 "solicitors_per_target", "record_lifetime",
                 "hosts_per_prefix", "hosts_per_link", "hosts_per_lladdr", "host_lifetime",
                 "ns_rate", "ns_burst", "mcast_na_rate", "hold_per_target",
                 "hold_packets", "license:"):
        assert word in done.stdout
