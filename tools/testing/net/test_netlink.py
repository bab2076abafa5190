# SPDX-License-Identifier: GPL-2.0
"""The netlink family, spoken raw: malformed, unknown and out of range (control.md).

   wire up0 --- up0 [ r ] down0 --- wire down0
"""
import errno
import os
import struct

import pytest

from lib import genl, pkt, rtnl
from lib.genl import Genl, attr, text, u8, u32
from lib.lab import D, D_MAC, PFX

C = genl.constants()
LINK_SET, PREFIX_NEW = C["NDPROXY_CMD_LINK_SET"], C["NDPROXY_CMD_PREFIX_NEW"]
NAME, ROLE = C["NDPROXY_A_LINK_IFNAME"], C["NDPROXY_A_LINK_ROLE"]
UP, DOWN = C["NDPROXY_ROLE_UPSTREAM"], C["NDPROXY_ROLE_DOWNSTREAM"]
P_ADDR, P_LEN = C["NDPROXY_A_PREFIX_ADDR"], C["NDPROXY_A_PREFIX_PREFIX_LEN"]
P_NAME = C["NDPROXY_A_PREFIX_IFNAME"]
ADDR2 = pkt.pton("2001:db8:2::")

SETS = [c for n, c in C.items() if n.startswith("NDPROXY_CMD_") and
        n.rsplit("_", 1)[1] in ("SET", "NEW", "DEL", "FLUSH", "RESET")]
GETS = [c for n, c in C.items() if n.startswith("NDPROXY_CMD_") and
        n.endswith("_GET")]


@pytest.fixture
def nl(lab):
    """A socket of the family in r."""
    sock = Genl(lab.r)
    yield sock
    sock.close()


@pytest.fixture(scope="module")
def still_nl(still_lab):
    """A socket of the family in the router that nothing changes."""
    sock = Genl(still_lab.r)
    yield sock
    sock.close()


def snapshot(lab):
    """All that a refused request must not change."""
    hold = [rtnl.allmulti(lab.r, dev) for dev in ("up0", "down0")]
    links = lab.tool.json("link", "show")
    params = lab.tool.json("param", "show")
    return links, lab.tool.json("prefix", "show"), params, hold, \
        sorted(rtnl.routes(lab.r))


BAD = {
    "unknown-attribute": lambda: (LINK_SET, text(NAME, "up0") +
                                  u32(ROLE, UP) + u32(99, 1)),
    "role-out-of-range": lambda: (LINK_SET, text(NAME, "down0") +
                                  u32(ROLE, 7)),
    "role-short": lambda: (LINK_SET, text(NAME, "down0") +
                           attr(ROLE, b"\1")),
    "role-long": lambda: (LINK_SET, text(NAME, "down0") +
                          attr(ROLE, bytes(8))),
    "no-device": lambda: (LINK_SET, u32(ROLE, UP)),
    "nothing": lambda: (LINK_SET, b""),
    "name-empty": lambda: (LINK_SET, text(NAME, "") + u32(ROLE, UP)),
    "name-too-long": lambda: (LINK_SET, text(NAME, "x" * 16) +
                              u32(ROLE, UP)),
    "name-with-slash": lambda: (LINK_SET, text(NAME, "a/b") + u32(ROLE, UP)),
    "ifindex-zero": lambda: (LINK_SET, u32(C["NDPROXY_A_LINK_IFINDEX"], 0) +
                             u32(ROLE, UP)),
    "ifindex-unknown": lambda: (LINK_SET,
                                u32(C["NDPROXY_A_LINK_IFINDEX"], 4711) +
                                u32(ROLE, UP)),
    "nd-out-of-range": lambda: (LINK_SET, text(NAME, "down0") +
                                u8(C["NDPROXY_A_LINK_ND"], 2)),
    "override-out-of-range": lambda: (LINK_SET, text(NAME, "down0") +
                                      u32(C["NDPROXY_A_LINK_OVERRIDE"], 9)),
    "na-source-out-of-range": lambda: (LINK_SET, text(NAME, "down0") + u32(
        C["NDPROXY_A_LINK_NA_SOURCE"], 9)),
    "ra-guard-out-of-range": lambda: (LINK_SET, text(NAME, "down0") + u32(
        C["NDPROXY_A_LINK_RA_GUARD"], 3)),
    "ra-guard-short": lambda: (LINK_SET, text(NAME, "down0") +
                               u8(C["NDPROXY_A_LINK_RA_GUARD"], 1)),
    "guard-out-of-range": lambda: (LINK_SET, text(NAME, "down0") +
                                   u8(C["NDPROXY_A_LINK_GUARD"], 2)),
    "read-only-attribute": lambda: (LINK_SET, text(NAME, "down0") +
                                    u32(C["NDPROXY_A_LINK_STATE"], 1)),
    "mode-out-of-range": lambda: (PREFIX_NEW, attr(P_ADDR, ADDR2) + u8(
        P_LEN, 64) + text(P_NAME, "up0") +
        u32(C["NDPROXY_A_PREFIX_MODE"], 3)),
    "prefix-len-129": lambda: (PREFIX_NEW, attr(P_ADDR, ADDR2) +
                               u8(P_LEN, 129) + text(P_NAME, "up0")),
    "prefix-addr-short": lambda: (PREFIX_NEW, attr(P_ADDR, ADDR2[:8]) +
                                  u8(P_LEN, 64) + text(P_NAME, "up0")),
    "prefix-addr-long": lambda: (PREFIX_NEW, attr(P_ADDR, ADDR2 * 2) +
                                 u8(P_LEN, 64) + text(P_NAME, "up0")),
    "prefix-no-len": lambda: (PREFIX_NEW, attr(P_ADDR, ADDR2) +
                              text(P_NAME, "up0")),
    "prefix-no-device": lambda: (PREFIX_NEW, attr(P_ADDR, ADDR2) +
                                 u8(P_LEN, 64)),
    "prefix-host-bits": lambda: (PREFIX_NEW, attr(P_ADDR, pkt.pton(
        "2001:db8:2::1")) + u8(P_LEN, 64) + text(P_NAME, "up0")),
    "prefix-link-local": lambda: (PREFIX_NEW, attr(P_ADDR, pkt.pton(
        "fe80::")) + u8(P_LEN, 64) + text(P_NAME, "up0")),
    "prefix-multicast": lambda: (PREFIX_NEW, attr(P_ADDR, pkt.pton(
        "ff05::")) + u8(P_LEN, 64) + text(P_NAME, "up0")),
    "host-not-covered": lambda: (C["NDPROXY_CMD_HOST_NEW"], attr(
        C["NDPROXY_A_HOST_ADDR"], pkt.pton("2001:db8:99::1")) + text(
        C["NDPROXY_A_HOST_IFNAME"], "down0")),
    "host-no-address": lambda: (C["NDPROXY_CMD_HOST_NEW"], text(
        C["NDPROXY_A_HOST_IFNAME"], "down0")),
    "host-multicast": lambda: (C["NDPROXY_CMD_HOST_NEW"], attr(
        C["NDPROXY_A_HOST_ADDR"], pkt.pton("ff02::1")) + text(
        C["NDPROXY_A_HOST_IFNAME"], "down0")),
    "host-unmanaged-device": lambda: (C["NDPROXY_CMD_HOST_NEW"], attr(
        C["NDPROXY_A_HOST_ADDR"], pkt.pton(D)) + text(
        C["NDPROXY_A_HOST_IFNAME"], "lo")),
    "host-del-unknown": lambda: (C["NDPROXY_CMD_HOST_DEL"], attr(
        C["NDPROXY_A_HOST_ADDR"], pkt.pton(D))),
    "param-unknown": lambda: (C["NDPROXY_CMD_PARAM_SET"], text(
        C["NDPROXY_A_PARAM_NAME"], "nosuch") + u32(
        C["NDPROXY_A_PARAM_VALUE"], 1)),
    "param-out-of-range": lambda: (C["NDPROXY_CMD_PARAM_SET"], text(
        C["NDPROXY_A_PARAM_NAME"], "record_lifetime") + u32(
        C["NDPROXY_A_PARAM_VALUE"], 0)),
    "param-no-value": lambda: (C["NDPROXY_CMD_PARAM_SET"], text(
        C["NDPROXY_A_PARAM_NAME"], "record_lifetime")),
    "unknown-command": lambda: (200, b""),
    "truncated-attribute": lambda: (LINK_SET, text(NAME, "down0") +
                                    struct.pack("=HH", 40, ROLE)),
    "trailing-octets": lambda: (LINK_SET, text(NAME, "down0") +
                                u32(ROLE, DOWN) + b"\1\2\3"),
}


@pytest.mark.parametrize("what", BAD)
def test_control_bad_request_refused(still_lab, still_nl, what):
    lab, nl = still_lab, still_nl
    before = snapshot(lab)
    cmd, body = BAD[what]()
    err, reason, replies = nl.call(cmd, body)
    assert err and not replies, f"{what} was taken"
    if cmd != 200:
        assert reason, f"{what}: errno {errno.errorcode[err]}, no text"
        assert err in (errno.EINVAL, errno.ENOENT, errno.EEXIST, errno.EBUSY,
                       errno.EOPNOTSUPP, errno.ENOBUFS, errno.ENODEV,
                       errno.ERANGE), errno.errorcode[err]
    assert snapshot(lab) == before


def test_control_name_without_end(lab, nl):
    err, _, _ = nl.call(LINK_SET, attr(NAME, b"x" * 15) + u32(ROLE, DOWN))
    links = lab.tool.links()
    assert set(links) - {"x" * 15} == {"up0", "down0"}
    assert err or "x" * 15 in links


def test_control_short_header_refused(lab, nl):
    before = snapshot(lab)
    err, _, _ = nl.raw(b"\1")
    assert err
    assert snapshot(lab) == before


def test_control_good_request_taken(lab, nl):
    assert nl.call(LINK_SET, text(NAME, "down0") + u32(ROLE, DOWN) + u8(
        C["NDPROXY_A_LINK_ND"], 0))[0] == 0
    assert lab.tool.links()["down0"]["nd"] is False
    assert nl.call(PREFIX_NEW, attr(P_ADDR, ADDR2) + u8(P_LEN, 64) +
                   text(P_NAME, "up0"))[0] == 0
    lab.tool.wait_prefix("2001:db8:2::/64")


def _as_nobody(work):
    """Run work() in a child without privileges; its result, one octet."""
    pid = os.fork()
    if not pid:
        try:
            os.setgroups([])
            os.setgid(65534)
            os.setuid(65534)
            os._exit(work())
        except BaseException:           # a child must not run the tests on
            os._exit(255)
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])


@pytest.mark.parametrize("cmd", SETS)
def test_control_writes_need_net_admin(still_lab, cmd):
    lab = still_lab
    before = snapshot(lab)
    with lab.r:
        err = _as_nobody(lambda: Genl(None).call(
            cmd, text(NAME, "up0") + u32(ROLE, 0))[0])
    assert err == errno.EPERM, err
    assert snapshot(lab) == before


@pytest.mark.parametrize("cmd", GETS)
def test_control_dumps_need_nothing(still_lab, cmd):
    lab = still_lab
    with lab.r:
        err = _as_nobody(lambda: Genl(None).call(
            cmd, flags=genl.NLM_F_DUMP)[0])
    assert err == 0, err
    assert lab.tool.links()


@pytest.mark.parametrize("cmd", GETS)
def test_control_dumps_answer(lab, nl, cmd):
    lab.tool("prefix", "allow", PFX)
    lab.tool("mld", "link", "set", "up0", "on")
    lab.tool("mld", "listen", "up0", "ff05::1234", "id", "t", "exclude")
    lab.learn("down0", D_MAC, D)
    err, _, replies = nl.call(cmd, flags=genl.NLM_F_DUMP)
    assert err == 0
    if cmd != C["NDPROXY_CMD_SOLICIT_GET"]:
        assert replies


def test_control_large_dump_is_whole(lab, nl):
    """More hosts than one message holds, dumped in many parts."""
    for i in range(300):
        mac = f"02:00:00:01:{i >> 8:02x}:{i & 255:02x}"
        lab.down0.send(pkt.na(mac, f"2001:db8:1::5:{i:x}",
                              f"2001:db8:1::5:{i:x}"))
    lab.tool.wait_host("2001:db8:1::5:12b")
    err, _, replies = nl.call(C["NDPROXY_CMD_HOST_GET"],
                              flags=genl.NLM_F_DUMP)
    assert err == 0 and len(replies) == len(lab.tool.hosts()) == 300
    assert len({rtnl.attrs(x[4:])[C["NDPROXY_A_HOST_ADDR"]]
                for x in replies}) == 300


def test_control_dump_left_half_way(lab):
    """A reader that goes away in the middle of a dump holds nothing."""
    for i in range(300):
        mac = f"02:00:00:01:{i >> 8:02x}:{i & 255:02x}"
        lab.down0.send(pkt.na(mac, f"2001:db8:1::5:{i:x}",
                              f"2001:db8:1::5:{i:x}"))
    lab.tool.wait_host("2001:db8:1::5:12b")
    sock = Genl(lab.r)
    sock.sock.send(struct.pack(
        "=IHHIIBBH", 20, sock.family, genl.NLM_F_REQUEST | genl.NLM_F_DUMP,
        9, 0, C["NDPROXY_CMD_HOST_GET"], 1, 0))
    assert sock.sock.recv(65536)
    sock.close()
    lab.tool("link", "set", "up0", "role", "none")
    lab.tool.wait_prefix(PFX, present=False)


def test_control_family_is_per_namespace(lab, nl):
    other = lab.wire_ns
    sock = Genl(other)
    err, _, replies = sock.call(C["NDPROXY_CMD_LINK_GET"],
                                flags=genl.NLM_F_DUMP)
    sock.close()
    assert err == 0 and not replies
    assert len(nl.call(C["NDPROXY_CMD_LINK_GET"],
                       flags=genl.NLM_F_DUMP)[2]) == 2
