# SPDX-License-Identifier: GPL-2.0
"""A refusal's text is about the request that it answers, whoever else is refused meanwhile.

   Processes in network namespaces of their own, each of which asks for what has its name.
"""
import multiprocessing

import pytest

from lib import kmod
from lib.genl import NLM_F_DUMP, Genl, constants, text, u32
from lib.netns import Namespace, free_name

C = constants()
PROCESSES, REQUESTS = 24, 400
LINK, HOST = "LINK_GET", "HOST_GET"


def ask(number, out):
    """Ask many times for links that are none; tell of each text that is not the right one."""
    name = chr(ord("a") + number % 26) * (1 + number % 15)
    ns = Namespace(free_name("refusal"))
    wrong = []
    try:
        genl = Genl(ns)
        for i in range(REQUESTS):
            flags = NLM_F_DUMP if i % 4 == 3 else 0
            cmd = HOST if flags else LINK
            _, said, _ = genl.call(C["NDPROXY_CMD_" + cmd],
                                   text(C[f"NDPROXY_A_{cmd[:4]}_IFNAME"], name), flags)
            if said != f"{name} is not a link of the proxy":
                wrong.append(said)
        genl.close()
    finally:
        ns.delete()
        out.put((number, wrong[:5]))


def test_control_refusals_are_nobody_elses():
    log = kmod.Log()
    out = multiprocessing.Queue()
    all_of_them = [multiprocessing.Process(target=ask, args=(i, out)) for i in range(PROCESSES)]
    for one in all_of_them:
        one.start()
    got = dict(out.get(timeout=100) for _ in all_of_them)
    for one in all_of_them:
        one.join()
    assert got == {i: [] for i in range(PROCESSES)}
    found = log.splats()
    log.close()
    assert not found


@pytest.mark.parametrize("attrs, said", [
    (b"", "the device is missing"),
    (text(C["NDPROXY_A_LINK_IFNAME"], "lo") + u32(C["NDPROXY_A_LINK_IFINDEX"], 77),
     "no device has the index 77"),
    (text(C["NDPROXY_A_LINK_IFNAME"], "a/b"), 'no device can have the name "a/b"')])
def test_control_refusal_is_acknowledged_once(attrs, said):
    """One ERROR a request, in order; and one where it succeeds and asks for that."""
    ns = Namespace(free_name("refusal"))
    genl = Genl(ns)
    try:
        for _ in range(3):
            assert genl.call(C["NDPROXY_CMD_LINK_GET"], attrs)[1] == said
            err, none, replies = genl.call(C["NDPROXY_CMD_STATS_GET"])
            assert (err, none, len(replies)) == (0, None, 1)
            err, none, _ = genl.call(C["NDPROXY_CMD_STATS_RESET"])
            assert (err, none) == (0, None)
        genl.sock.setblocking(False)
        with pytest.raises(BlockingIOError):
            genl.sock.recv(4096)
    finally:
        genl.close()
        ns.delete()
