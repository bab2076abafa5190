# SPDX-License-Identifier: GPL-2.0
"""The MLD engine on links of the proxy: whether it is on there, and what is set of it (MLD-S, F).

   wire up0 --- up0 [ r: the engine ] down0 --- wire down0
"""
import pytest

from lib import kmod, mld, pkt
from lib.lab import LL
from lib.wait import wait_for


def test_mld_parameter_on(make_lab):
    """The engine is on on each link of the proxy, unless it is switched off there."""
    lab = make_lab()
    assert {x["ifname"] for x in lab.tool.json("mld", "link", "show")} == {"up0", "down0"}
    ear = mld.Ear(lab.up0)
    ear.wait_report(pkt.snm(LL["up0"]))
    lab.tool("link", "set", "down0", "role", "none")
    assert [x["ifname"] for x in lab.tool.json("mld", "link", "show")] == ["up0"]
    lab.tool("mld", "link", "set", "up0", "off")
    assert lab.tool.json("mld", "link", "show") == []
    lab.r.down("up0")
    wait_for(lambda: lab.tool.links()["up0"]["state"] == "down", "down")
    lab.r.up("up0")
    wait_for(lambda: lab.tool.links()["up0"]["state"] == "active", "active")
    assert lab.tool.json("mld", "link", "show") == [], "it stays off"


@pytest.mark.alone
def test_mld_parameter_off(make_lab):
    with kmod.reloaded("mld=0"):
        lab = make_lab()
        assert lab.tool.json("mld", "link", "show") == []
        lab.tool("mld", "link", "set", "up0", "on", "version", "1", "robustness", "3")
        assert mld.engine_link(lab, "up0")["version"] == 1


def test_mld_setting_survives_the_device(make_lab):
    lab = make_lab(("up0",))

    def runs():
        return "down0" in {x["ifname"] for x in lab.tool.json("mld", "link", "show")}
    lab.tool("link", "set", "down0", "role", "downstream")
    lab.tool("mld", "link", "set", "down0", "on", "robustness", "3")
    lab.add_link("down0")
    wait_for(runs, "started")
    assert lab.tool.json("mld", "link", "show", "down0")[0]["robustness"] == 3
    lab.tool("mld", "link", "set", "down0", "version", "1", "robustness", "5")
    lab.r.ip("link del down0")
    wait_for(lambda: not runs(), "gone")
    lab.ports.pop("down0").close()
    lab.add_link("down0")
    wait_for(runs, "back")
    got = lab.tool.json("mld", "link", "show", "down0")[0]
    assert (got["version"], got["robustness"]) == (1, 5)


def test_mld_setting_survives_off_and_on(make_lab):
    lab = make_lab()

    def settings():
        got = mld.engine_link(lab, "up0")
        return got["version"], got["robustness"], got["unsolicited_interval_ms"]
    lab.tool("mld", "link", "set", "up0", "version", "1", "robustness", "3")
    lab.tool("mld", "link", "set", "up0", "off")
    lab.tool("mld", "link", "set", "up0", "on", "robustness", "4", "unsolicited-interval", "500")
    assert settings() == (1, 4, 500)
    lab.tool("mld", "link", "set", "up0", "off")
    lab.tool("mld", "link", "set", "up0", "on", "version", "auto")
    assert settings() == (2, 4, 500), "and what is given wins"
