# SPDX-License-Identifier: GPL-2.0
"""What is compared: each answers, in its own way, for targets behind the router.

A contestant has a name, and start(bed, targets), which sets a fresh bed up so that every
address(n), n in targets, can be asked for. missing() tells why one cannot run.
"""

import os
import shutil
import time

from bed import PREFIX, address, run


class Wire:
    """No proxy: one wire between generator and responder. Their own share of every figure."""

    name = "wire"
    most_targets = 1 << 20
    makes_routes = False            # to the targets; else the operator knows them

    @staticmethod
    def missing():
        return None

    def start(self, bed, targets):
        bed.wire("uh", "uh0", "dh", "dh0", router=False)
        bed.responder()

    def stop(self, bed):
        pass


class Own(Wire):
    """The kernel's answer for addresses of its own: the least that an answer costs.

    A few addresses only, however many the others have: the kernel walks a list of the groups of all.
    """

    name = "own"
    most_targets = 8

    def start(self, bed, targets):
        bed.router()
        bed.batch("r", [f"addr add {address(n)}/128 dev up0 nodad" for n in targets])


class ProxyNdp(Wire):
    """The kernel's proxy_ndp: a list of addresses that it always answers for."""

    name = "proxy_ndp"

    def start(self, bed, targets):
        bed.router()
        bed.responder()
        bed.sysctl("r", conf__up0__proxy_ndp=1, neigh__up0__proxy_delay=0)
        bed.batch("r", [f"neigh add proxy {address(n)} dev up0" for n in targets])


class Daemon(Wire):
    """A daemon that is told by a file what to answer for. `text` is the file, `options` stand before it."""

    text = ""
    options = ("-c",)

    @classmethod
    def program(cls):
        """What is run."""
        return cls.name

    @classmethod
    def missing(cls):
        return None if shutil.which(cls.program()) else f"{cls.program()} is not installed"

    def start(self, bed, targets):
        bed.router()
        bed.responder()
        conf = f"/run/bench-{self.program()}.{os.getpid()}.conf"
        with open(conf, "w", encoding="ascii") as f:
            f.write(self.text)
        before = packet_sockets(bed)
        bed.start("r", self.program(), *self.options, conf, cpu=1, output=False)
        wait_for(lambda: packet_sockets(bed) > before, f"{self.program()} listening")
        time.sleep(0.5)
        os.unlink(conf)


class Ndppd(Daemon):
    """ndppd with a rule that asks on the other link, and then answers from its cache for 30 s."""

    name = "ndppd"
    text = f"proxy up0 {{\n  rule {PREFIX} {{\n    iface down0\n  }}\n}}\n"


class NdppdStatic(Daemon):
    """ndppd with a static rule: it answers for everything, whether it exists or not."""

    name = "ndppd-static"
    text = f"proxy up0 {{\n  rule {PREFIX} {{\n    static\n  }}\n}}\n"

    @classmethod
    def program(cls):
        return "ndppd"


class Npd6(Daemon):
    """npd6: it answers for every address of a prefix on one interface, and asks nobody."""

    name = "npd6"
    text = f"prefix = {PREFIX}\ninterface = up0\nlinkOption = true\n"
    options = ("-f", "-l", "/dev/null", "-c")


class Ndproxy(Wire):
    """This module: two roles, and limits above what is asked here."""

    name = "ndproxy"
    makes_routes = True
    module = tool = None
    limits = {"ns_rate": 1000000, "ns_burst": 1000000, "targets_per_prefix": 65536,
              "hosts_per_prefix": 131072, "hosts_per_link": 131072}

    @classmethod
    def missing(cls):
        if not (cls.module and os.path.exists(cls.module)):
            return "no module (--module)"
        if not shutil.which(cls.tool or ""):
            return "no tool (--tool)"
        return None

    def start(self, bed, targets):
        bed.router()
        bed.responder()
        run("insmod", self.module)
        for name, value in self.limits.items():
            bed.inside("r", self.tool, "param", "set", name, str(value))
        bed.inside("r", self.tool, "link", "set", "up0", "role", "upstream")
        bed.inside("r", self.tool, "link", "set", "down0", "role", "downstream")
        wait_for(lambda: PREFIX in bed.inside("r", self.tool, "prefix", "show"), "prefix proxied")

    def stop(self, bed):
        for dev in ("up0", "down0"):
            bed.inside("r", self.tool, "link", "set", dev, "role", "none")
        run("rmmod", "ndproxy")


class NdproxyStatic(Ndproxy):
    """This module with the prefix in mode static: it answers at once, and asks as well, for the route."""

    name = "ndproxy-static"
    mode = "static"

    def start(self, bed, targets):
        super().start(bed, targets)
        bed.inside("r", self.tool, "prefix", "add", PREFIX, "dev", "up0", "mode", self.mode)


class NdproxyRoute(NdproxyStatic):
    """This module in mode route: it answers at once where the operator's routes lead elsewhere."""

    name = "ndproxy-route"
    mode = "route"

    def start(self, bed, targets):
        super().start(bed, targets)
        bed.batch("r", [f"route replace {address(n)}/128 dev down0" for n in targets])


def packet_sockets(bed):
    """How many there are in the router: what a daemon listens on. The file's first line is a heading."""
    return len(bed.inside("r", "cat", "/proc/net/packet").splitlines()) - 1


def wait_for(condition, what, timeout=20):
    """Poll until it holds."""
    end = time.monotonic() + timeout
    while not condition():
        if time.monotonic() > end:
            raise RuntimeError(f"not in {timeout} s: {what}")
        time.sleep(0.1)


ALL = (Wire, Own, ProxyNdp, NdppdStatic, Ndppd, Npd6, NdproxyRoute, NdproxyStatic, Ndproxy)
