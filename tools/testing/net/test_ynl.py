# SPDX-License-Identifier: GPL-2.0
"""The description works with the kernel's own Python client (control.md).

   wire up0 --- up0 [ r ] down0 --- wire down0
"""
import glob
import json
import os

import pytest

from lib.lab import D, D_MAC

TOP = os.environ["NDPROXY_TOP"]
SPEC = os.path.join(TOP, "Documentation/netlink/specs/ndproxy.yaml")
# Where this machine's kernel sources are: beside the guest's own folder, two above it
CACHE = os.path.dirname(os.path.dirname(os.environ.get("NDPROXY_MODULES", "/")))


@pytest.fixture(scope="module")
def client():
    """cli.py and the schema of a kernel's source."""
    for src in glob.glob(CACHE + "/src/linux-source-*"):
        for cli in ("tools/net/ynl/cli.py", "tools/net/ynl/pyynl/cli.py"):
            cli = os.path.join(src, cli)
            schema = os.path.join(
                src, "Documentation/netlink/genetlink-legacy.yaml")
            if os.path.exists(cli) and os.path.exists(schema):
                return cli, schema
    return pytest.skip("no kernel source with the client")


# Where counters cannot stand unaligned the kernel pads them, which the client of 6.12 does not know
PADDING = ["--process-unknown"] * (os.uname().machine != "x86_64" or
                                   os.environ.get("NDPROXY_KERNEL") == "uml")


def ask(lab, client, *args):
    """Run the client in r; what it prints, parsed."""
    cli, schema = client
    args = (*PADDING, *args)
    return json.loads(lab.r.sh("/usr/bin/python3", cli, "--spec", SPEC,
                               "--schema", schema, "--output-json", *args))


def test_control_ynl_lists_links_and_groups(lab, client):
    lab.tool("mld", "link", "set", "up0", "on")
    lab.tool("mld", "listen", "up0", "ff1e::77", "id", "x", "exclude",
             "2001:db8::1")
    links = ask(lab, client, "--dump", "link-get")
    assert {x["ifname"]: x["role"] for x in links} == \
        {"up0": "upstream", "down0": "downstream"}
    groups = ask(lab, client, "--dump", "mld-group-get")
    (group,) = [x for x in groups if x["group"] == "ff1e::77"]
    assert group["ifname"] == "up0" and group["mode"] == "exclude"
    assert group["source"] == ["2001:db8::1"]


def test_control_ynl_gets_and_sets(lab, client):
    lab.learn("down0", D_MAC, D)
    ask(lab, client, "--do", "link-set", "--json",
        '{"ifname": "down0", "nd": 0}')
    assert lab.tool.links()["down0"]["nd"] is False
    (prefix,) = ask(lab, client, "--dump", "prefix-get")
    assert (prefix["addr"], prefix["prefix-len"]) == ("2001:db8:1::", 64)
    assert prefix["sources"] == ["route"]
    hosts = ask(lab, client, "--dump", "host-get")
    assert D in {x["addr"] for x in hosts}
