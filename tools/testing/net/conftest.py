# SPDX-License-Identifier: GPL-2.0
"""Fixtures: the module loaded, a fresh router for each test, a clean log."""
import glob
import os
import re
import sys

import pytest

sys.path.insert(0, os.path.dirname(__file__))

from lib import adversary, kmod, share                      # noqa: E402
from lib.emulator import keep_text_still                     # noqa: E402
from lib.lab import Lab                                     # noqa: E402
from lib.netns import Namespace, free_name                             # noqa: E402


def pytest_addoption(parser):
    """Options of this suite."""
    parser.addoption("--brief", type=int, metavar="N", default=None,
                     help="only the tests marked core and one more of each "
                     "row, the N-th; for slow machines, with another N on "
                     "each")
    parser.addoption("--sets", type=int, metavar="N", default=None,
                     help="of each test N sets of parameters at most, but "
                     "for those marked every")
    parser.addoption("--part", metavar="I/N",
                     help="the I-th (from 0) of N parts of what --brief "
                     "leaves, with another I on each machine")
    parser.addoption("--jobs", type=int, metavar="N", default=1,
                     help="the tests in N processes at a time, and then "
                     "those that must run alone")
    parser.addoption("--seed", help="of what the adversaries do at random")
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


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config, items):
    """Choose as --sets, --brief and --part say, and divide as --jobs says."""
    chosen = items
    if config.getoption("--sets"):
        chosen = some_sets(items, config.getoption("--sets"))
    if config.getoption("--brief") is not None:
        chosen = brief(items, config.getoption("--brief"))
    if config.getoption("--part"):
        at, parts = map(int, config.getoption("--part").split("/"))
        chosen = chosen[at::parts]
    choose(config, items, chosen)
    number = config.getoption("--jobs")
    if number < 2 or config.getoption("--collect-only"):
        return
    alone = [x for x in items if x.get_closest_marker("alone")]
    shared = [x for x in items if not x.get_closest_marker("alone")]
    once = [x for x in shared if x.get_closest_marker("together")]
    rest = [x for x in shared if not x.get_closest_marker("together")]
    kmod.load()
    for i in range(number):
        if share.begin(config, i):
            choose(config, items, rest[i::number] + (once if i == 0 else []))
            return
    config.failed_shares = share.wait_all()
    kmod.unload()
    choose(config, items, alone)


def pytest_sessionfinish(session):
    """A share that failed fails the whole."""
    if getattr(session.config, "failed_shares", False):
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def sets_of(items):
    """The sets of parameters of each test."""
    tests = {}
    for item in items:
        tests.setdefault((item.path, item.originalname), []).append(item)
    return tests.values()


def some_sets(items, number):
    """For --sets: the first of each test, and others evenly spread."""
    chosen = []
    for sets in sets_of(items):
        every = sets[0].get_closest_marker("every")
        chosen += sets if every else sets[::-(-len(sets) // number)]
    return chosen


def brief(items, number):
    """For --brief: of each row, and one parameter set of a test."""
    rows = {}
    chosen = []
    for sets in sets_of(items):
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
    still = keep_text_still(ns)
    yield ns
    if still:
        still.close()
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
def rng(request):
    """What is random in a test; the seed is told."""
    return adversary.generator(request.config)


@pytest.fixture(scope="module")
def place():
    """Where a siege stands, for all tests until one breaks it."""
    held = []
    yield held
    while held:
        held.pop().close()


@pytest.fixture
def siege(place, request):
    """A siege that is as new."""
    if not place:
        place.append(adversary.Siege())
    failed = request.session.testsfailed
    place[0].watch()
    yield place[0]
    if place and (request.session.testsfailed != failed or place[0].pingers):
        place.pop().close()


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
