# SPDX-License-Identifier: GPL-2.0
"""What ndproxy.service runs: batches at the start, hosts kept over a stop (control.md).

   wire up0 --- up0 [ r ] down0 --- wire down0
"""
import os

import pytest

from lib import rtnl
from lib.lab import D, D_MAC, PFX
from lib.tool import PATH
from lib.wait import wait_for

SCRIPT = os.path.join(os.path.dirname(__file__), "../../ndproxy/service")


class Service:
    """tools/ndproxy/service in a router, with folders of its own."""

    def __init__(self, lab, tmp):
        self.lab, self.conf, self.state = lab, tmp / "conf", tmp / "state"
        self.conf.mkdir()
        self.state.mkdir()
        self.env = dict(os.environ, NDPROXY_TOOL=PATH,
                        NDPROXY_CONF=str(self.conf),
                        STATE_DIRECTORY=str(self.state))

    def __call__(self, verb):
        """Run it; the finished process."""
        return self.lab.r.run(SCRIPT, verb, env=self.env)

    def batch(self, name, text):
        """Write a batch."""
        (self.conf / name).write_text(text, encoding="ascii")


@pytest.fixture
def service(make_lab, tmp_path):
    """A router without roles."""
    return Service(make_lab(roles=False), tmp_path)


def test_control_service_runs_batches_in_order(service):
    """By name: the second changes what the first made, and other files are none of it."""
    service.batch("20-b.conf", "link set up0 override set\n")
    service.batch("10-a.conf", "link set up0 role upstream\n# no more\n")
    service.batch("30-c.txt", "link set down0 role downstream\n")
    done = service("start")
    assert done.returncode == 0 and done.stderr == "", done.stderr
    links = service.lab.tool.links()
    assert set(links) == {"up0"} and links["up0"]["override"] == "set"


def test_control_service_tells_which_batch_failed(service):
    """It fails then, and has run the others."""
    service.batch("10-a.conf", "link set up0 role sideways\n")
    service.batch("20-b.conf", "link set down0 role downstream\n")
    done = service("start")
    assert done.returncode != 0 and "10-a.conf: failed" in done.stderr
    assert set(service.lab.tool.links()) == {"down0"}


def test_control_service_keeps_hosts_over_a_stop(service):
    """Stop takes links and routes away; start brings the known hosts back, without a word from them."""
    lab = service.lab
    service.batch("10-a.conf", "link set up0 role upstream\n"
                               "link set down0 role downstream\n")
    assert service("start").returncode == 0
    lab.tool.wait_prefix(PFX)
    lab.learn("down0", D_MAC, D)
    done = service("stop")
    assert done.returncode == 0, done.stderr
    assert not lab.tool.links()
    wait_for(lambda: not rtnl.routes(lab.r), "routes gone")
    assert service("start").returncode == 0
    assert lab.tool.wait_host(D, "down0")


def test_control_service_stop_takes_links_of_odd_names(service):
    """Whatever a device may be called, those behind it are taken away too."""
    names = ("#x", "'", '"', "\"a'b", "\\", "dev", "role", "a'b", "zz")
    for name in names:
        service.lab.tool("link", "set", "dev", name, "role", "downstream")
    assert set(service.lab.tool.links()) == set(names)
    done = service("stop")
    assert done.returncode == 0 and done.stderr == "", done.stderr
    assert not service.lab.tool.links()


def test_control_service_start_twice(service):
    """What is there already is no failure."""
    service.batch("10-a.conf", "link set up0 role upstream\n")
    for verb in ("start", "start", "reload", "stop", "stop"):
        done = service(verb)
        assert done.returncode == 0, f"{verb}: {done.stderr}"
