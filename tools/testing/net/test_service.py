# SPDX-License-Identifier: GPL-2.0
"""What ndproxy.service runs: batches at the start, hosts kept over a stop (control.md).

   wire up0 --- up0 [ r ] down0 --- wire down0
"""
import os

import pytest

from lib import rtnl
from lib.lab import D, D_MAC, E, E_MAC, PFX
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


# One line of each kind of setting
EVERYTHING = f"""prefix deny ::/0
prefix allow {PFX}
param set host_lifetime 4321
link set up0 role upstream override set
link set down0 role downstream
prefix add 2001:db8:5::/64 dev up0 mode static
mld link set down0 robustness 3
mld listen down0 ff1e::77 id x include 2001:db8::1
host add {E} dev down0 lladdr {E_MAC} wait
prefix del 2001:db8:6::/64
"""


def settings(lab):
    """What is configured, in any order; without the hosts that were learnt."""
    return sorted(x for x in lab.tool("save").splitlines() if " evidence " not in x)


def test_use_5_service_start_reload_restart_with_every_setting(service):
    """Each of them twice leaves the same, and says nothing."""
    lab = service.lab
    service.batch("10-a.conf", EVERYTHING)
    before = None
    for verb in ("start", "start", "reload", "reload", "stop", "start", "reload"):
        done = service(verb)
        assert (done.returncode, done.stdout, done.stderr) == (0, "", ""), f"{verb}: {done}"
        if verb == "stop":
            assert lab.tool("save") == ""
            continue
        assert set(lab.tool.links()) == {"up0", "down0"}, verb
        before = before or settings(lab)
        assert settings(lab) == before, verb
    # Not what was deleted, and the engine of the link of which nothing was said
    assert len(before) == EVERYTHING.count("\n") - 1 + 1, before


FAILING = ("link set lo role upstream",             # the kernel refuses it
           "prefix add 2001:db8:7::/64 dev down0",  # it is no upstream link
           "link set up0 role sideways",            # no such word
           "prefix add 2001:db8:7::/64 dev 'up0",   # a quote without its end
           "host add 2001:db8:77::1 dev down0")     # in no prefix


@pytest.mark.parametrize("line", FAILING)
def test_use_5_service_reload_that_fails_leaves_what_was(service, line):
    """All else in the file, before and behind the line, is as it was."""
    lab = service.lab
    service.batch("10-a.conf", EVERYTHING)
    assert service("start").returncode == 0
    lab.tool.wait_prefix(PFX)
    lab.learn("down0", D_MAC, D)
    before = settings(lab)
    service.batch("10-a.conf", f"""link set up1 role upstream group 3
link set up0 role none
link set up0 role downstream group 7
link set down0 role none
prefix allow ::/0
prefix allow 2001:db8:8::/48
param set host_lifetime 99
param set ns_rate 7
host add 2001:db8:1::77 dev up0 wait
mld listen up0 ff1e::78 id y include 2001:db8::1
{line}
link set up2 role upstream
""")
    done = service("reload")
    assert done.returncode != 0
    assert f"Command failed {service.conf}/10-a.conf:11\n" in done.stderr, done.stderr
    assert settings(lab) == before
    assert lab.tool.wait_host(D, "down0") and lab.tool.wait_host(E, "down0", "static")
    assert lab.tool.wait_prefix(PFX)


def test_use_5_service_start_that_fails_leaves_what_was(service):
    """Nothing at all, here; another file is run, and a start without the fault does it."""
    lab = service.lab
    service.batch("10-a.conf", EVERYTHING + "link set lo role upstream\n")
    service.batch("20-b.conf", "link set down1 role downstream\n")
    done = service("start")
    assert done.returncode != 0 and "10-a.conf:11\n" in done.stderr
    assert lab.tool("save").splitlines() == ["link set down1 role downstream",
                                             "mld link set down1 on"]
    service.batch("10-a.conf", EVERYTHING)
    assert service("start").returncode == 0
    assert set(lab.tool.links()) == {"up0", "down0", "down1"}


def test_use_5_service_follows_what_a_line_says_now(service):
    """A mode that is said no more is the default again, and a static host moves."""
    lab = service.lab
    service.batch("10-a.conf", EVERYTHING)
    assert service("start").returncode == 0
    service.batch("10-a.conf", EVERYTHING.replace(" mode static", "").replace(
        f"host add {E} dev down0 lladdr {E_MAC}", f"host add {E} dev up0"))
    assert service("reload").returncode == 0
    assert "prefix add 2001:db8:5::/64 dev up0\n" in lab.tool("save")
    assert f"host add {E} dev up0 wait\n" in lab.tool("save")


def test_use_5_service_restart_follows_its_files(service):
    """What stands in no file any more is gone."""
    lab = service.lab
    service.batch("10-a.conf", EVERYTHING)
    assert service("start").returncode == 0
    service.batch("10-a.conf", "link set up0 role upstream\n")
    assert service("stop").returncode == 0 and service("start").returncode == 0
    assert lab.tool("save").splitlines() == ["link set up0 role upstream",
                                             "mld link set up0 on"]


def test_use_7_service_names_a_file_that_it_cannot_read(service):
    """As a folder cannot be read, by anybody."""
    (service.conf / "10-a.conf").mkdir()
    service.batch("20-b.conf", "link set up0 role upstream\n")
    done = service("start")
    assert done.returncode != 0 and f'Cannot read "{service.conf}/10-a.conf"' in done.stderr
    assert set(service.lab.tool.links()) == {"up0"}


def test_control_stop_takes_what_a_rule_and_a_prefix_share(service):
    """prefix del without a device takes prefixes first: the rule goes nevertheless."""
    service.batch("10-a.conf", """prefix deny 2001:db8:5::/64
link set up0 role upstream
prefix add 2001:db8:5::/64 dev up0
""")
    assert service("start").returncode == 0
    service.batch("20-b.conf", "prefix allow 2001:db8:6::/64\nlink set up1 role upstream\n"
                  "prefix add 2001:db8:6::/64 dev up0\nlink set lo role upstream\n")
    before = service.lab.tool("save")
    assert service("reload").returncode != 0
    assert service.lab.tool("save") == before
    assert service("stop").returncode == 0
    assert service.lab.tool("save") == ""
