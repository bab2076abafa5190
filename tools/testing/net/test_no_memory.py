# SPDX-License-Identifier: GPL-2.0
"""There is no memory, by the kernel's fault injection: not for requests, and not for packets.

   wire up0 --- up0 [ r ] down0 --- wire down0

Bad input, and so a request that cannot be carried out, "changes nothing, loses nothing".
"""
import contextlib
import ctypes
import errno
import os
import re
import time

import pytest

from lib import genl, kmod, pkt, rtnl
from lib.genl import Genl, attr, text, u8, u32
from lib.lab import A, A_MAC, D, D_MAC, LL, MAC, PFX
from lib.traffic import Traffic, nd_mix
from lib.wait import wait_for

NTH = "/proc/thread-self/fail-nth"
FAILSLAB = "/sys/kernel/debug/failslab/"
OUT_OF = (errno.ENOMEM, errno.ENOBUFS)
MOST = 400                  # allocations of a request, those of the debug kernel's own included
NEVER = 1 << 20             # more allocations than anything has
CLONE_NEWNET, FINIT_MODULE = 0x40000000, 313    # of x86-64
LIBC = ctypes.CDLL(None, use_errno=True)
C = genl.constants()

SECONDS = 10                # of traffic without memory
PERCENT = 30                # of all allocations in interrupts that fail

pytestmark = pytest.mark.skipif(not os.path.exists(NTH), reason="the kernel injects no faults")


def mac(address):
    """Its octets."""
    return bytes.fromhex(address.replace(":", ""))


def request(cmd, kind, **attrs):
    """A command and its attributes by their names in the header; values of the right Python type."""
    body = b""
    for name, value in attrs.items():
        number = C[f"NDPROXY_A_{kind}_{name}"]
        for one in value if isinstance(value, list) else [value]:
            put = {str: text, int: u32, bool: u8, bytes: attr}[type(one)]
            body += put(number, one)
    return C["NDPROXY_CMD_" + cmd], body


def octet(kind, name, value):
    """One attribute more, of eight bits."""
    return u8(C[f"NDPROXY_A_{kind}_{name}"], value)


def prefix(cmd, address, length, **more):
    """A request about a prefix."""
    number, body = request(cmd, "PREFIX", ADDR=pkt.pton(address), **more)
    return number, body + octet("PREFIX", "PREFIX_LEN", length)


def rule(address, length, action):
    """A rule about prefixes."""
    number, body = request("RULE_NEW", "RULE", ADDR=pkt.pton(address),
                           ACTION=C["NDPROXY_RULE_ACTION_" + action])
    return number, body + octet("RULE", "PREFIX_LEN", length)


UP, DOWN, NONE = (C["NDPROXY_ROLE_" + x] for x in ("UPSTREAM", "DOWNSTREAM", "NONE"))
LISTENER = {"IFNAME": "up0", "GROUP": pkt.pton("ff1e::1"), "ID": "x"}
SOURCES = [pkt.pton(f"2001:db8::{i}") for i in range(1, 20)]

# name: what stands before, the request, what undoes it
REQUESTS = {
    "link": ((), request("LINK_SET", "LINK", IFNAME="down1", ROLE=DOWN),
             ("link set down1 role none",)),
    "link-of-a-new-group": ((), request("LINK_SET", "LINK", IFNAME="down1", ROLE=DOWN, GROUP=7),
                            ("link set down1 role none",)),
    "link-without-device": ((), request("LINK_SET", "LINK", IFNAME="later0", ROLE=UP),
                            ("link set later0 role none",)),
    "link-goes": (("link set down1 role downstream",),
                  request("LINK_SET", "LINK", IFNAME="down1", ROLE=NONE), ()),
    "upstream-goes": ((), request("LINK_SET", "LINK", IFNAME="up0", ROLE=NONE),
                      ("link set up0 role upstream",)),
    "upstream": (("link set up0 role none",), request("LINK_SET", "LINK", IFNAME="up0", ROLE=UP), ()),
    "prefix": ((), prefix("PREFIX_NEW", "2001:db8:2::", 64, IFNAME="up0"),
               ("prefix del 2001:db8:2::/64 dev up0",)),
    "prefix-goes": (("prefix add 2001:db8:2::/64 dev up0",),
                    prefix("PREFIX_DEL", "2001:db8:2::", 64, IFNAME="up0"), ()),
    "rule": ((), rule("2001:db8:1::", 48, "DENY"), ("prefix del 2001:db8:1::/48",)),
    "host": ((), request("HOST_NEW", "HOST", ADDR=pkt.pton(D), IFNAME="down0", LLADDR=mac(D_MAC)),
             (f"host del {D}",)),
    "host-goes": ((f"host add {D} dev down0 lladdr {D_MAC}",),
                  request("HOST_DEL", "HOST", ADDR=pkt.pton(D)), ()),
    "param": ((), request("PARAM_SET", "PARAM", NAME="record_lifetime", VALUE=7),
              ("param set record_lifetime 5",)),
    "engine-off": ((), (request("MLD_LINK_SET", "MLD_LINK", IFNAME="up0")[0],
                        request("MLD_LINK_SET", "MLD_LINK", IFNAME="up0")[1] +
                        octet("MLD_LINK", "ENABLED", 0)), ("mld link set up0 on",)),
    "engine-on": (("mld link set up0 off",),
                  (request("MLD_LINK_SET", "MLD_LINK", IFNAME="up0")[0],
                   request("MLD_LINK_SET", "MLD_LINK", IFNAME="up0")[1] +
                   octet("MLD_LINK", "ENABLED", 1)), ()),
    "listener": ((), request("MLD_LISTENER_NEW", "MLD_LISTENER",
                             MODE=C["NDPROXY_MLD_MODE_INCLUDE"], SOURCE=SOURCES, **LISTENER),
                 ("mld ignore up0 ff1e::1 id x",)),
    "listener-changes": (("mld listen up0 ff1e::1 id x exclude",),
                         request("MLD_LISTENER_NEW", "MLD_LISTENER",
                                 MODE=C["NDPROXY_MLD_MODE_INCLUDE"], SOURCE=SOURCES, **LISTENER),
                         ("mld ignore up0 ff1e::1 id x",)),
    "listener-goes": (("mld listen up0 ff1e::1 id x exclude",),
                      request("MLD_LISTENER_DEL", "MLD_LISTENER", **LISTENER), ()),
}


def write(path, value):
    """Into a file of the kernel's."""
    with open(path, "w", encoding="ascii") as f:
        f.write(value)


@contextlib.contextmanager
def faults(**settings):
    """How allocations fail, with "_" for "-"; nothing is said of it in the log."""
    before = {}
    for name, value in {"verbose": 0, **settings}.items():
        path = FAILSLAB + name.replace("_", "-")
        with open(path, encoding="ascii") as f:
            before[path] = f.read()
        write(path, str(value))
    try:
        yield
    finally:
        for path, value in reversed(before.items()):
            write(path, value)


@pytest.fixture
def nth_fails():
    """An allocation that may sleep can fail, too: the one that its process says."""
    with faults(ignore_gfp_wait="N"):
        yield


def call(sock, cmd, body, nth):
    """Send it, and let its nth allocation fail; what came of it, and whether there were so many."""
    fd = os.open(NTH, os.O_RDWR)
    os.pwrite(fd, b"%d" % nth, 0)
    try:
        error = sock.call(cmd, body)[0]
    except OSError as failed:           # the request did not leave, or its answer was lost
        error = failed.errno
    left = int(os.pread(fd, 16, 0))
    os.pwrite(fd, b"0", 0)
    os.close(fd)
    return error, left == 0


def state(lab):
    """What was configured, and what became of it."""
    hosts = [(x["addr"], x["dev"], x["state"], x.get("route")) for x in lab.tool.json("host", "show")]
    groups = [(x["dev"], x["group"], x["mode"], x.get("sources"), str(x["listeners"]))
              for x in lab.tool.json("mld", "group", "show")]
    engines = [(x["ifname"], x["groups"]) for x in lab.tool.json("mld", "link", "show")]
    return {"save": sorted(lab.tool("save").splitlines()), "links": lab.tool.links(),
            "prefixes": lab.tool.prefixes(), "hosts": sorted(hosts), "groups": sorted(groups),
            "engines": sorted(engines), "routes": sorted(rtnl.routes(lab.r)),
            "allmulti": {dev: rtnl.allmulti(lab.r, dev) for dev in ("up0", "down0", "down1")}}


def switch_on(lab, log):
    """An active link whose engine could not be started: that is told, and it can be switched on."""
    for line in log.lines():
        found = re.search(r"(\w+): multicast listener engine: no memory", line)
        if found:
            lab.tool("mld", "link", "set", found.group(1), "on")


def differences(one, other):
    """What is not the same in two states."""
    return {key: (one[key], other[key]) for key in one if one[key] != other[key]}


@pytest.mark.parametrize("name", REQUESTS)
def test_control_request_without_memory(make_lab, nth_fails, name):
    """It fails and changes nothing, or it is carried out whole."""
    lab = make_lab(("up0", "down0", "down1"))
    lab.tool("link", "set", "down1", "role", "none")
    sock = Genl(lab.r)
    first, (cmd, body), undo = REQUESTS[name]
    for line in first:
        lab.tool(*line.split())
    before = state(lab)
    assert sock.call(cmd, body)[0] == 0
    after = state(lab)
    assert after != before

    def reset():
        """Undo what may have been done; what was not needs none of it."""
        for line in (*undo, *first):
            lab.tool.run(*line.split())
        return state(lab) == before

    log, failed = kmod.Log(), 0
    for nth in range(1, MOST):
        try:
            wait_for(reset, f"{nth}: as before")
        except AssertionError:
            print(nth, differences(state(lab), before))
            raise
        error, injected = call(sock, cmd, body, nth)
        assert error in (0, *OUT_OF), (nth, error)
        failed += error != 0
        switch_on(lab, log)
        want = {0: (after,), errno.ENOMEM: (before,)}.get(error, (before, after))
        try:
            wait_for(lambda: state(lab) in want, "settled", 5)
        except AssertionError:
            print(nth, os.strerror(error), *(differences(state(lab), x) for x in want), sep="\n")
            raise
        if not injected:
            break
    assert not injected, "there are more"
    assert failed, "something did fail"
    print(f"{name}: {nth - 1} allocations, {failed} of which the request needs")
    log.close()
    sock.close()


@pytest.mark.alone
def test_nd_f5_packets_without_memory(lab):
    """Of what is heard meanwhile something is lost, and counted; what comes then is as ever."""
    traffic = Traffic(nd_mix(lab))
    try:
        wait_for(lambda: lab.tool.gauge("hosts") > 8, "hosts")
        with faults(ignore_gfp_wait="Y", times=-1, probability=PERCENT):
            time.sleep(SECONDS / 2)
            lab.tool.run("host", "flush")
            time.sleep(SECONDS / 2)
    finally:
        traffic.stop()
    dropped = sum(lab.tool.stats(dev)["drop:no-memory"] for dev in ("up0", "down0"))
    assert dropped, "the module had to do without"
    print(f"{dropped} drops")

    def all_in_place():
        """The hosts on down0 have their routes, and nobody else has one."""
        hosts = {x for x, host in lab.tool.hosts().items() if host["dev"] == "down0"}
        routes = {x.split()[0] for x in rtnl.routes(lab.r) if x.split()[0] != PFX and " down0 " in x}
        return hosts == {x for x in routes if x.startswith(PFX.split("::")[0])}
    wait_for(all_in_place, "routes")
    for port in lab.ports.values():
        port.forget()
    lab.learn("down0", D_MAC, D)
    lab.solicit("up0", A_MAC, A, D)
    lab.proxied_ns("down0", D, pkt.slla(MAC["down0"]), LL["down0"], D_MAC)
    lab.advertise("down0", D_MAC, D)
    lab.proxied_na("up0", D, A, A_MAC, s=1)


def in_child(action, nth):
    """Do it in a process whose nth allocation fails; its errno, and how many more there could be."""
    here, there = os.pipe()
    pid = os.fork()
    if not pid:
        fd, error = os.open(NTH, os.O_RDWR), 0
        os.pwrite(fd, b"%d" % nth, 0)
        try:
            action()
        except OSError as failed:
            error = failed.errno
        left = int(os.pread(fd, 16, 0))
        os.pwrite(fd, b"0", 0)
        os.write(there, b"%d %d" % (error, left))
        os._exit(0)
    os.close(there)
    error, left = map(int, os.read(here, 64).split())
    os.close(here)
    os.waitpid(pid, 0)
    return error, left


def new_namespace():
    """As `ip netns add` does."""
    if LIBC.unshare(CLONE_NEWNET):
        raise OSError(ctypes.get_errno(), "unshare")


def load_module():
    """As insmod does."""
    fd = os.open(kmod.KO, os.O_RDONLY)
    if LIBC.syscall(FINIT_MODULE, fd, b"", 0):
        raise OSError(ctypes.get_errno(), "finit_module")


def each_fails(action, last, undo=lambda: None):
    """The last so many allocations of an action fail in turn; how many made it fail."""
    error, left = in_child(action, NEVER)
    assert not error
    undo()
    number, failed = NEVER - left, 0
    for nth in range(max(number - last, 1), number + 1):
        error, _ = in_child(action, nth)
        assert error in (0, *OUT_OF), (nth, os.strerror(error))
        failed += error != 0
        if not error:
            undo()
    print(f"{number} allocations, of the last {last} {failed} are needed")
    return failed


@pytest.mark.alone
def test_control_namespace_without_memory(lab, nth_fails):
    """It is not made, or the module works in it; the module's part is the last."""
    assert each_fails(new_namespace, 100)
    lab.learn("down0", D_MAC, D)


@pytest.mark.alone
def test_control_module_without_memory(nth_fails):
    """It is not loaded, and leaves nothing, or it works."""
    kmod.unload()
    assert each_fails(load_module, MOST, kmod.unload)
    assert not kmod.loaded()
    kmod.load()
