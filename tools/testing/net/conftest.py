# SPDX-License-Identifier: GPL-2.0
"""Fixtures: the module loaded, a fresh router for each test, a clean log."""
import glob
import os
import re
import sys

import pytest

sys.path.insert(0, os.path.dirname(__file__))

from lib import kmod                                        # noqa: E402
from lib.lab import Lab                                     # noqa: E402
from lib.netns import Namespace, free_name                             # noqa: E402


def pytest_addoption(parser):
    """Options of this suite."""
    parser.addoption("--brief", type=int, metavar="N", default=None,
                     help="only the tests marked core and one more of each "
                     "row, the N-th; for slow machines, with another N on "
                     "each")
    parser.addoption("--share", metavar="I/N",
                     help="the I-th of N equal shares of the tests, but for "
                     "those that must run alone; or alone: only these")
    parser.addoption("--mld-cases", metavar="FILE", action="append",
                     default=[], help="conformance cases of an MLD listener "
                     "(default: conformance/*.cases)")


def pytest_configure(config):
    """The cases that are run unless others are named."""
    if not config.getoption("--mld-cases"):
        here = os.path.join(os.path.dirname(__file__), "../conformance")
        config.option.mld_cases = sorted(glob.glob(here + "/*.cases"))


def row_of(item):
    """The row of the specification that a test's name begins with."""
    found = re.match(r"test_(nd_[a-j]\d*|mld_[a-fst]\d*(?=_)|control)_",
                     item.name)
    row = found.group(1) if found else item.name
    return (row, item.path) if row == "control" else row


def choose(config, items, chosen):
    """Leave only these."""
    kept = set(chosen)
    config.hook.pytest_deselected(items=[x for x in items if x not in kept])
    items[:] = [item for item in items if item in kept]


def pytest_collection_modifyitems(config, items):
    """Choose as --brief and then --share say."""
    if config.getoption("--brief") is not None:
        choose(config, items, brief(items, config.getoption("--brief")))
    share = config.getoption("--share")
    if not share:
        return
    alone = [x for x in items if x.get_closest_marker("alone")]
    if share != "alone":
        at, number = map(int, share.split("/"))
        rest = [x for x in items if x not in set(alone)]
        alone = rest[at::number]
    choose(config, items, alone)


def brief(items, number):
    """For --brief: of each row, and one parameter set of a test."""
    tests, rows = {}, {}
    for item in items:
        tests.setdefault((item.path, item.originalname), []).append(item)
    chosen = []
    for sets in tests.values():
        if sets[0].get_closest_marker("every"):
            chosen += sets
            continue
        item = sets[number % len(sets)]
        rows.setdefault(row_of(item), []).append(item)
    for row in rows.values():
        core = [x for x in row if x.get_closest_marker("core")]
        rest = [x for x in row if x not in core and
                not x.get_closest_marker("heavy")] or \
            [x for x in row if x not in core]
        chosen += core + rest[number % max(len(rest), 1):][:1]
    return chosen


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport():
    """A failure is told with what the routers knew at that moment."""
    outcome = yield
    report = outcome.get_result()
    if report.failed and report.when != "teardown":
        for lab in Lab.live:
            try:
                report.sections.append((f"router {lab.r.name}", lab.state()))
            except Exception as broken:     # pylint: disable=broad-except
                report.sections.append(("router", f"cannot tell: {broken}"))


def pytest_runtest_logreport(report):
    """Failures are on record at once, should the kernel not live to the end."""
    if report.failed and "RESULTS" in os.environ:
        with open(os.environ["RESULTS"] + "/failures", "a",
                  encoding="utf-8") as f:
            f.write(f"=== {report.nodeid} ({report.when})\n"
                    f"{report.longreprtext}\n")
            for title, text in report.sections:
                f.write(f"--- {title}\n{text}\n")


@pytest.fixture(scope="session", autouse=True)
def wires():
    """The namespace that holds the far ends of all wires."""
    ns = Namespace(free_name("w"))
    ns.sysctl("ipv6.conf.all.disable_ipv6", 1)
    ns.sysctl("ipv6.conf.default.disable_ipv6", 1)
    Lab.wire_ns = ns
    yield ns
    ns.delete()


@pytest.fixture(scope="session", autouse=True)
def module():
    """The module, loaded once; somebody else's stays."""
    here = kmod.loaded()
    if not here:
        kmod.load()
    yield
    if kmod.loaded() and not here:
        kmod.unload()


@pytest.fixture(scope="module")
def engine_off():
    """The MLD engine runs on no link by itself while the tests of a file run."""
    kmod.unload()
    kmod.load("mld=0")
    yield
    if kmod.loaded():
        kmod.unload()
    kmod.load()


@pytest.fixture(scope="module", autouse=True)
def clean_log():
    """No bug report of the kernel in the course of a test file."""
    log = kmod.Log()
    yield
    found = log.splats()
    log.close()
    assert not found, f"the kernel's log: {found}"


@pytest.fixture
def make_lab():
    """Labs as the test wants them, closed after it."""
    labs = []

    def make(*args, **kw):
        labs.append(Lab(*args, **kw))
        return labs[-1]
    yield make
    for lab in reversed(labs):
        lab.close()


@pytest.fixture
def lab(make_lab):
    """up0 and down0 with wire ports, prefix proxied."""
    return make_lab()


@pytest.fixture(scope="module")
def still_lab():
    """As lab, but one for all tests of a file that change nothing in it."""
    lab = Lab()
    yield lab
    lab.close()


@pytest.fixture
def lab3(make_lab):
    """up0, down0 and down1 with wire ports, prefix proxied."""
    return make_lab(("up0", "down0", "down1"))
