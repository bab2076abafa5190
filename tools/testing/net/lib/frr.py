# SPDX-License-Identifier: GPL-2.0
"""FRR's pim6d as a multicast router beside the engine: vm/fetch-frr puts it into the cache."""
import json
import os
import signal
import socket
import subprocess

from .wait import wait_for

ROOT = os.path.join(os.environ.get("NDPROXY_CACHE", "/root/.cache/ndproxy"), "frr")

# What it writes to, in a mount namespace of its own
START = """
set -e
for d in run tmp etc/frr var/tmp; do mount -t tmpfs none {root}/$d; done
mount -t proc none {root}/proc
mount -t sysfs none {root}/sys
mount --bind /dev {root}/dev
mkdir {root}/run/frr
mount --bind {shared} {root}/run/frr
cp {shared}/conf {root}/etc/frr/pim6d.conf
common="-d -u root -g root -z /run/frr/z.sock --vty_socket /run/frr"
chroot {root} /usr/lib/frr/zebra $common -f /dev/null -i /run/frr/zebra.pid
chroot {root} /usr/lib/frr/pim6d $common -f /etc/frr/pim6d.conf -i /run/frr/pim6d.pid
"""

# The longest response time first: the interval must not be shorter
CONF = """interface {dev}
 ipv6 mld
 ipv6 mld query-max-response-time 10
 ipv6 mld query-interval 5
 ipv6 pim passive
exit
"""


def missing():
    """Why it cannot be used, or None."""
    if os.environ.get("NDPROXY_KERNEL") == "uml":
        return "pim6d never sleeps long enough for a clock that jumps over sleeps"
    if not os.access(os.path.join(ROOT, "usr/lib/frr/pim6d"), os.X_OK):
        return f"no FRR of Debian 13 in {ROOT}: run tools/testing/vm/fetch-frr"
    return None


class Pim6d:
    """zebra and pim6d in a namespace, asking on one device."""

    def __init__(self, ns, dev, shared):
        self.dev, self.shared = dev, str(shared)
        with open(f"{shared}/conf", "w", encoding="ascii") as f:
            f.write(CONF.format(dev=dev))
        with ns:
            subprocess.run(("unshare", "-m", "sh", "-c", START.format(root=ROOT, shared=shared)),
                           check=True, timeout=120, stdout=subprocess.DEVNULL)
        wait_for(lambda: os.path.exists(f"{shared}/pim6d.vty"), "pim6d is there")

    def show(self, what):
        """A show command of MLD's as JSON."""
        with socket.socket(socket.AF_UNIX) as sock:
            sock.settimeout(20)
            sock.connect(f"{self.shared}/pim6d.vty")
            self._say(sock, "enable")
            return json.loads(self._say(sock, f"show ipv6 mld {what} json"))

    @staticmethod
    def _say(sock, line):
        """The protocol of vtysh: text, three zeroes, an exit status."""
        sock.sendall(line.encode() + b"\0")
        said = b""
        while said[-4:-1] != b"\0\0\0":
            got = sock.recv(65536)
            assert got, f"{line}: {said}"
            said += got
        assert said[-1] == 0, f"{line}: {said}"
        return said[:-4].decode()

    def filters(self):
        """What it believes: {group: (mode, sources)}; "*" stands for EXCLUDE."""
        shown = self.show("joins")["default"].get(self.dev, {})
        found = {}
        for group, sources in shown.items():
            joined = {s for s, x in sources.items() if "PRUNE" not in x["state"]}
            exclude = "*" in joined
            found[group] = ("exclude" if exclude else "include",
                            frozenset(set(sources) - joined if exclude else joined))
        return found

    def statistics(self):
        """Its counters."""
        return self.show("statistics")["default"][self.dev]

    def close(self):
        """End both."""
        for name in ("pim6d", "zebra"):
            try:
                with open(f"{self.shared}/{name}.pid", encoding="ascii") as f:
                    os.kill(int(f.read()), signal.SIGKILL)
            except (OSError, ValueError):
                pass
