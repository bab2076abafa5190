# SPDX-License-Identifier: GPL-2.0
"""Shares of a test run: forks of the one process that has collected the tests.

To import and to collect them takes an emulated machine longer than many a test.
"""
import os

from _pytest.config import create_terminal_writer
from _pytest.junitxml import xml_key

from . import kmod

_children = []


def begin(config, number):
    """Fork. In the child, which keeps records of its own, the answer is yes."""
    pid = os.fork()
    if pid:
        _children.append(pid)
        return False
    _children.clear()
    base = f"{os.environ.get('RESULTS', '.')}/share-{number}"
    log = open(base + ".log", "w", encoding="utf-8")  # pylint: disable=consider-using-with
    config.pluginmanager.getplugin("terminalreporter")._tw = \
        create_terminal_writer(config, log)
    record = config.stash.get(xml_key, None)
    if record:
        record.logfile = base + ".xml"
    kmod.SHARED = True
    return True


def wait_all():
    """Wait for all shares. Did one of them fail?"""
    failed = False
    while _children:
        code = os.waitstatus_to_exitcode(os.waitpid(_children.pop(), 0)[1])
        failed |= code not in (0, 5)        # 5: no test was left for it
    return failed
