# SPDX-License-Identifier: GPL-2.0
"""Run pytest on a folder and end with "N passed, N failed"."""

import sys

import pytest


class Count:
    """Counts the outcomes of tests; an error in a fixture is a failure."""

    def __init__(self):
        self.passed = self.failed = 0

    def pytest_runtest_logreport(self, report):
        if report.failed:
            self.failed += 1
        elif report.when == "call" and report.passed:
            self.passed += 1


count = Count()
status = pytest.main(["-q", "--no-header", "-p", "no:cacheprovider", sys.argv[1]], plugins=[count])
print(f"{count.passed} passed, {count.failed} failed")
sys.exit(int(status))
