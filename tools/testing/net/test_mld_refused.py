# SPDX-License-Identifier: GPL-2.0
"""What the MLD engine's commands refuse: with a reason, and nothing is done (MLD-F).

   wire up0 --- up0 [ r: the engine ]
"""
import time

import pytest

from lib import mld
from lib.lab import Lab

DEV = "up0"
G1 = "ff1e::1:1"
REFUSED = {
    "no-device": ("mld", "link", "set", "nosuch0", "on"),
    "robustness-0": ("mld", "link", "set", DEV, "robustness", "0"),
    "robustness-8": ("mld", "link", "set", DEV, "robustness", "8"),
    "robustness-264": ("mld", "link", "set", DEV, "robustness", "264"),
    "interval-0": ("mld", "link", "set", DEV, "unsolicited-interval", "0"),
    "interval-10001": ("mld", "link", "set", DEV, "unsolicited-interval", "10001"),
    "gsr-60": ("mld", "link", "set", DEV, "gsr-delay", "60"),
    "gsr--2": ("mld", "link", "set", DEV, "gsr-delay", "-2"),
    "sources-8193": ("mld", "link", "set", DEV, "max-group-sources", "8193"),
    "sources-65537": ("mld", "link", "set", DEV, "max-listener-sources", "65537"),
    "off-with-more": ("mld", "link", "set", DEV, "off", "version", "1"),
    "engine-off": ("mld", "listen", "lo", G1, "id", "t", "exclude"),
    "id-kernel": ("mld", "listen", DEV, G1, "id", "kernel", "exclude"),
    "id-long": ("mld", "listen", DEV, G1, "id", "x" * 32, "exclude"),
    "id-empty": ("mld", "listen", DEV, G1, "id", "", "exclude"),
    "source-multicast": ("mld", "listen", DEV, G1, "id", "t", "include", "ff02::5"),
    "source-any": ("mld", "listen", DEV, G1, "id", "t", "include", "::"),
    "unknown-listener": ("mld", "ignore", DEV, G1, "id", "nobody"),
    "unknown-group": ("mld", "group", "show", G1, "dev", DEV),
    "group-without-device": ("mld", "group", "show", G1),
    "show-engine-off": ("mld", "link", "show", "lo"),
    "groups-engine-off": ("mld", "group", "show", "dev", "lo"),
}


@pytest.fixture(scope="module")
def still(request):
    """A router that refusals leave as it is."""
    lab = Lab(links=(DEV,), roles=False)
    lab.tool("mld", "link", "set", DEV, "on")
    request.addfinalizer(lab.close)
    return lab


@pytest.mark.parametrize("what", REFUSED)
def test_mld_refused_with_a_reason_and_nothing_done(still, what):
    def now():
        return [{k: v for k, v in x.items() if not k.endswith("_ms")}
                for x in still.tool.json("mld", "group", "show")], \
            {k: v for k, v in mld.engine_link(still, DEV).items() if k not in ("counters", "drops")}
    time.sleep(mld.SETTLE)
    before = now()
    assert still.tool.refused(*REFUSED[what])
    assert now() == before
