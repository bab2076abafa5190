# SPDX-License-Identifier: GPL-2.0
"""What the tests of the command share: their list, and how the two programs are run."""
import os
import subprocess

HERE = os.path.dirname(os.path.abspath(__file__))
TOOL = os.path.join(HERE, "..", "ndproxy")
UNIT = os.path.join(HERE, "unit")

TESTS = []


def test(function):
    """Register a test; it fails by an assertion."""
    TESTS.append((function.__name__, function))
    return function


def run(*args, **kw):
    """Run the tool; the finished process."""
    return subprocess.run((TOOL,) + args, capture_output=True, text=True, timeout=60,
                          check=False, **kw)


def unit(*args):
    """What the unit program prints."""
    done = subprocess.run((UNIT,) + args, capture_output=True, timeout=60, check=True)
    return done.stdout.decode("utf-8", "surrogateescape")
