# SPDX-License-Identifier: GPL-2.0
"""`ndproxy check`: what it finds, and the commands that it prints."""
import json
import os

import jsonschema

from .schema import SCHEMAS
from .tool import PATH
from .wait import wait_for

ENV = dict(os.environ, PATH=os.path.dirname(PATH) + ":" + os.environ["PATH"])


def run_check(lab, *args, programs=None, env=None):
    """The finished process; with other programs than the system's, if need be."""
    inside = programs.inside if programs else ()
    return lab.r.run(*inside, PATH, *args, env=env or ENV)


def check(lab, *args, programs=None):
    """What check finds, and what it skips."""
    done = run_check(lab, "-j", "check", *args, programs=programs)
    assert done.stderr == "", done.stderr
    found = json.loads(done.stdout)
    assert done.returncode == (3 if found else 0), (done.returncode, found)
    jsonschema.validate(found, SCHEMAS["check"])
    return found


def one(lab, cause, dev=None, programs=None):
    """The one problem that there is."""
    found = check(lab, programs=programs)
    assert [x["cause"] for x in found] == [cause], found
    assert found[0].get("dev") == dev, found
    return found[0]


def fix(lab, found, programs=None, cwd=None, **words):
    """Type what is printed, in the router."""
    line = found["fix"]
    for word, value in words.items():
        line = line.replace(word, value)
    inside = programs.inside if programs else ()
    done = lab.r.run(*inside, "sh", "-c", line, env=ENV, cwd=cwd)
    assert done.returncode == 0, f"{line}: {done.stderr}"


def well(lab, programs=None):
    """Nothing is found any more."""
    wait_for(lambda: not check(lab, programs=programs),
             f"all well: {run_check(lab, 'check').stdout}")


class Folder:
    """A folder of the system, as it looks to a program: with other files in it, or without some."""

    def __init__(self, path, folder="/usr/sbin"):
        """As the system's, but for what is added or removed; PATH: where it is made."""
        self.path, system = path / "changed", path / "system"
        for made in (self.path, system):
            made.mkdir(parents=True)
        for name in os.listdir(folder):
            (self.path / name).symlink_to(system / name)
        self.inside = ("unshare", "--mount", "sh", "-c",
                       f"mount --bind {folder} {system} && "
                       f"mount --bind {self.path} {folder} && exec \"$@\"", "sh")

    def add(self, name, text):
        """A script of this name."""
        self.remove(name)
        (self.path / name).write_text(text)
        (self.path / name).chmod(0o755)

    def remove(self, name):
        """None of this name."""
        (self.path / name).unlink(missing_ok=True)


def load_nft(lab, rules):
    """Rules in a table of their own."""
    text = "table inet t {\n" + rules.replace("}; ", "}\n") + "\n}\n"
    done = lab.r.run("nft", "-f", "-", input=text)
    assert done.returncode == 0, done.stderr + text
