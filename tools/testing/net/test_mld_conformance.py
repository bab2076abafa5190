# SPDX-License-Identifier: GPL-2.0
"""The listener's conformance cases, each by its id, twice: configured listeners, real sockets.

   wire up0 (queriers TR1, TR2, ...) --- up0  [ r: the engine
   wire up1                          --- up1    on each link ]
   ...

Any file of the format of conformance/*.cases may be given: --mld-cases FILE (more than once).
The cases that were chosen are run first, on many links at a time, and then judged.
"""
import queue
import threading
import time

import pytest

from lib import mld, mldcase
from lib.lab import Lab

pytestmark = [pytest.mark.every, pytest.mark.together, pytest.mark.timeout(3600)]

SERVICES = {"configured": mldcase.Configured, "sockets": mldcase.Sockets}
LINKS = 8


def pytest_generate_tests(metafunc):
    """A test for each case of each file, in both passes."""
    if "case" not in metafunc.fixturenames:
        return
    files = metafunc.config.getoption("--mld-cases")
    cases = [case for path in files for case in mldcase.read(path)]
    metafunc.parametrize("case", cases, ids=[c.id for c in cases])
    metafunc.parametrize("service", list(SERVICES))


def run_all(lab, dev, service, todo, results):
    """Cases on one link, until nothing is left to do. In a thread: the link is there already."""
    runner = mldcase.Runner(lab, dev, SERVICES[service])
    while True:
        try:
            case = todo.get_nowait()
        except queue.Empty:
            return
        try:
            runner.run(case)
            results[case, service] = None
        except mldcase.Failed as error:
            results[case, service] = error
        except Exception as error:      # the next case must not stand on what this one left
            results[case, service] = error
            runner = mldcase.Runner(lab, dev, SERVICES[service])


class Results(dict):
    """What came of each case: {(case, service): None or exception}; and what was heard."""

    reports = ()


def run_passes(todo):
    """Run {service: cases}, each pass on links of its own, and both at once."""
    results, threads = Results(), []
    number = {service: min(LINKS, queued.qsize()) for service, queued in todo.items()}
    names = [f"up{i}" for i in range(sum(number.values()))]
    lab = Lab(links=names, roles=False)
    try:
        for dev in names:
            lab.tool("mld", "link", "set", dev, "on")
        time.sleep(3)                   # their own groups are reported
        for service, queued in todo.items():
            mine, names = names[:number[service]], names[number[service]:]
            threads += [threading.Thread(target=run_all, args=(lab, dev, service, queued, results))
                        for dev in mine]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        results.reports = mld.reports_of(lab.ports.values())
    finally:
        lab.close()
    return results


@pytest.fixture(scope="module")
def results(request):
    """What came of each case that was chosen."""
    todo = {service: queue.Queue() for service in SERVICES}
    for item in request.session.items:
        if item.path == request.path and item.originalname == test_mld_conformance.__name__:
            todo[item.callspec.params["service"]].put(item.callspec.params["case"])
    return run_passes(todo)


def test_mld_conformance(results, case, service):
    assert (case, service) in results, "the case was not run"
    result = results[case, service]
    if result:
        raise result


def test_mld_a6_tshark_has_nothing_to_say_about_any_report(results, tmp_path):
    """Every report that was heard in all cases is well-formed to somebody else, too."""
    if not results.reports:
        pytest.skip("no case was chosen in this run")
    mld.assert_tshark_is_silent(results.reports, tmp_path / "reports.pcap")
