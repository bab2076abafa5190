# SPDX-License-Identifier: GPL-2.0
"""The listener's conformance cases, each by its id, twice: configured listeners, real sockets.

   wire up0 (queriers TR1, TR2, ...) --- up0 [ r: the engine ]

Any file of the format of conformance/*.cases may be given: --mld-cases FILE (more than once).
The cases that were chosen are run first, on several routers at a time, and then judged.
"""
import queue
import threading
import time

import pytest

from lib import mldcase
from lib.lab import Lab

SERVICES = {"configured": mldcase.Configured, "sockets": mldcase.Sockets}
ROUTERS = 4


def pytest_generate_tests(metafunc):
    """A test for each case of each file, in both passes."""
    files = metafunc.config.getoption("--mld-cases")
    cases = [case for path in files for case in mldcase.read(path)]
    metafunc.parametrize("case", cases, ids=[c.id for c in cases])
    metafunc.parametrize("service", list(SERVICES))


def run_all(lab, service, todo, results):
    """Cases on one router, until nothing is left to do. In a thread: the router is there already."""
    runner = mldcase.Runner(lab, service)
    while True:
        try:
            case = todo.get_nowait()
        except queue.Empty:
            return
        try:
            runner.run(case)
            results[case] = None
        except mldcase.Failed as error:
            results[case] = error
        except Exception as error:      # the next case must not stand on what this one left
            results[case] = error
            runner = mldcase.Runner(lab, service)


def routers(number):
    """Routers whose own groups have been reported."""
    labs = [Lab(links=(mldcase.DEV,), roles=False) for _ in range(number)]
    for lab in labs:
        lab.tool("mld", "link", "set", mldcase.DEV, "on")
    time.sleep(3)
    return labs


def run_pass(cases, service):
    """Run cases; what came of each: None or an exception."""
    todo, results = queue.Queue(), {}
    for case in cases:
        todo.put(case)
    labs = routers(min(ROUTERS, len(cases)))
    threads = [threading.Thread(target=run_all, args=(lab, service, todo, results))
               for lab in labs]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for lab in labs:
        lab.close()
    return results


@pytest.fixture(scope="module")
def results(request):
    """What came of each case that was chosen: {(case, service): exception or None}."""
    found = {}
    for name, service in SERVICES.items():
        cases = [item.callspec.params["case"] for item in request.session.items
                 if item.path == request.path and item.callspec.params["service"] == name]
        for case, result in run_pass(cases, service).items():
            found[case, name] = result
    return found


@pytest.mark.every
@pytest.mark.timeout(3600)
def test_mld_conformance(results, case, service):
    assert (case, service) in results, "the case was not run"
    result = results[case, service]
    if result:
        raise result
