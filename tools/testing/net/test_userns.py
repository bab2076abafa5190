# SPDX-License-Identifier: GPL-2.0
"""Loaded with userns=1, the owner of a network namespace configures it (control.md)."""
import os
import re
import subprocess

import pytest

from lib import kmod
from lib.tool import PATH
from test_privilege import NOBODY

pytestmark = pytest.mark.alone

CONFIG = """
link set a0 role upstream
link set b0 role downstream nd off
prefix allow 2001:db8::/32
host add 2001:db8:1::99 dev b0
mld link set a0 on
mld listen a0 ff1e::1 id x exclude
param set host_lifetime 77
"""


@pytest.fixture(scope="module", autouse=True)
def userns():
    """The module, with the parameter."""
    with kmod.reloaded("userns=1"):
        yield


def owner(script):
    """Run a script as root of a new user namespace with a network of its own, made by nobody."""
    return subprocess.run(
        [*NOBODY[:-2], "--", "unshare", "-Urn", "sh", "-c", script],
        env=dict(os.environ, NDPROXY=PATH), text=True, capture_output=True, check=False,
        timeout=120)


def test_control_userns_owner_configures():
    done = owner("ip link add a0 type veth peer b0 && ip link set a0 up && ip link set b0 up &&"
                 f" $NDPROXY -b - <<EOF && $NDPROXY save && $NDPROXY param show\n"
                 f"{CONFIG.replace('host add', '#')}EOF\n")
    assert done.returncode == 0 and done.stderr == "", done
    for words in ("link set a0 role upstream", "b0 role downstream", "prefix allow 2001:db8::/32",
                  "mld listen a0 ff1e::1 id x exclude"):
        assert words in done.stdout, done.stdout
    assert re.search(r"host_lifetime\D+77", done.stdout), done.stdout


def test_control_userns_nobody_else():
    """Whoever does not own the network namespace changes nothing in it."""
    for how in ((), ("unshare", "-Ur")):
        done = subprocess.run([*NOBODY[:-2], "--", *how, PATH, "param", "set", "ns_rate", "1"],
                              text=True, capture_output=True, check=False, timeout=60)
        assert done.returncode == 2 and "not permitted" in done.stderr, done


@pytest.mark.parametrize("name, value, allowed", [
    ("snoop_groups", 0, True), ("snoop_groups", 2048, True),
    ("snoop_groups", 2049, False), ("targets_per_prefix", 1, True),
    ("targets_per_prefix", 0, False), ("targets_per_prefix", 4097, False),
    ("objects_per_net", 1, True), ("objects_per_net", 262145, False)])
def test_control_userns_above_the_default(name, value, allowed):
    """0 is none of all but targets_per_prefix, of which it is no limit."""
    done = owner(f"$NDPROXY param set {name} {value}")
    assert (done.returncode == 0) is allowed, done
    assert allowed or f"only the machine's administrator sets {name} above" in done.stderr, done


def test_control_userns_limit_binds():
    done = owner("$NDPROXY param set objects_per_net 3; for i in 1 2 3 4; do "
                 "$NDPROXY link set l$i role downstream; done")
    assert done.returncode == 2
    assert done.stderr == "Error: the namespace is full: objects_per_net is 3.\n"
