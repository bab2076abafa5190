#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""Tests of the command that need no module: grammar, help, completion, numbers, text and JSON.

Run by `make check`; the last line is "N passed, N failed".
"""
import json
import os
import re
import resource
import shlex
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
TOOL = os.path.join(HERE, "..", "ndproxy")
UNIT = os.path.join(HERE, "unit")
COMPLETION = os.path.join(HERE, "..", "ndproxy.bash-completion")

HOST = {"addr": "2001:db8:1::10", "dev": "down0", "lladdr": "02:00:00:00:dd:10",
        "state": "reachable", "evidence": "na", "age_ms": 61234, "route": True}
PREFIX = {"prefix": "2001:db8:1::/64", "dev": "up0", "group": 0, "mode": "proxy",
          "sources": ["route", "static"], "marked": True, "records": 5, "hosts": 6}
LINK = {"ifname": "up0", "ifindex": 3, "role": "upstream", "group": 0, "state": "active",
        "nd": True, "override": "clear", "na_source": "link-local", "ra_guard": True, "allmulti": True,
        "prefixes": 1, "hosts": 2, "guard": True}

MLD_LINK = {"ifname": "up0", "ifindex": 3, "version": 1, "version_mode": "1", "groups": 7,
            "robustness": 2, "query_interval": 125, "query_response_interval_ms": 10000,
            "unsolicited_interval_ms": 1000, "gsr_delay": -1, "max_groups": 65536,
            "max_group_sources": 1024, "max_listener_sources": 128, "silent": False,
            "asleep": False, "v1_left_ms": 260000, "snoop_joins": True, "snooped": 4,
            "mrd": True}
MLD_GROUP = {"group": "ff1e::1", "dev": "up0", "state": "reporting", "mode": "include",
             "nsources": 2, "sources": ["2001:db8::1", "2001:db8::2"], "change_left_ms": 20,
             "cut": False, "listeners": [
                 {"id": "kernel", "mode": "include", "muted": False,
                  "sources": ["2001:db8::1", "2001:db8::2"]},
                 {"id": "x", "mode": "exclude", "muted": True, "sources": []}]}

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


def usage_error(*args):
    """A usage error: exit 1, the error and a usage on stderr, nothing on stdout."""
    done = run(*args)
    assert done.returncode == 1, (args, done)
    assert done.stdout == "", (args, done)
    assert "Usage: ndproxy" in done.stderr, (args, done)
    return done.stderr


OBJECTS = ("link prefix host solicit mld param stats monitor check show save restore import metrics "
           "help").split()

# --- grammar

USAGE_ERRORS = [
    ("nosuch",), ("link", "nosuch"), ("link", "set"), ("link", "set", "up0"),
    ("link", "set", "up0", "role"), ("link", "set", "up0", "role", "sidestream"),
    ("link", "set", "up0", "role", "none", "role", "none"),
    ("link", "set", "up0", "group", "x"), ("link", "set", "up0", "group", "-1"),
    ("link", "set", "up0", "group", "4294967296"), ("link", "set", "up0", "nd", "1"),
    ("link", "set", "sixteen--letters", "nd", "on"), ("link", "set", "up0", "nosuch"),
    ("link", "show", "up0", "down0"), ("link", "show", "a/b"),
    ("prefix", "add"), ("prefix", "add", "2001:db8::/64"),
    ("prefix", "add", "2001:db8::/64", "up0"), ("prefix", "add", "2001:db8::/64", "dev"),
    ("prefix", "add", "2001:db8::1/200", "dev", "up0"),
    ("prefix", "add", "192.0.2.0/24", "dev", "up0"), ("prefix", "del"),
    ("prefix", "get"), ("prefix", "get", "2001:db8::/64"), ("prefix", "show", "up0"),
    ("prefix", "allow"), ("prefix", "deny", "2001:db8::"), ("prefix", "rules", "up0"),
    ("prefix", "allow", "2001:db8::/64", "dev", "up0"), ("prefix", "a", "2001:db8::/64"),
    ("host", "add", "nonsense", "dev", "down0"), ("host", "add", "2001:db8::1"),
    ("host", "del"), ("host", "flush", "down0"), ("host", "show", "to", "2001:db8::1"),
    ("solicit", "show", "nonsense"), ("param", "set"), ("param", "set", "ns_rate"),
    ("param", "set", "ns_rate", "many"), ("param", "set", "ns_rate", "0x10"),
    ("stats", "reset", "up0", "up1"), ("monitor", "everything"), ("show", "up0"),
    ("completion",), ("completion", "zsh"), ("mld",), ("mld", "li", "help"), ("mld", "link", "set"),
    ("mld", "link", "set", "up0"), ("mld", "link", "set", "up0", "version", "3"),
    ("mld", "link", "set", "up0", "maybe"), ("mld", "link", "set", "up0", "gsr-delay", "x"),
    ("mld", "link", "set", "up0", "gsr-delay", "--1"),
    ("mld", "link", "set", "up0", "robustness", "-1"), ("mld", "group", "show", "nonsense"),
    ("mld", "listen", "up0"), ("mld", "listen", "up0", "ff1e::1", "include"),
    ("mld", "listen", "up0", "ff1e::1", "id", "x"),
    ("mld", "listen", "up0", "ff1e::1", "id", "x", "2001:db8::1"),
    ("mld", "listen", "up0", "ff1e::1", "id", "x", "include", "2001:db8::1", "nonsense"),
    ("mld", "ignore", "up0", "ff1e::1"), ("mld", "ignore", "up0", "id", "x"),
    ("host", "add", "2001:db8::1", "dev", "x", "lladdr", "02:xx"),
    ("host", "add", "2001:db8::1", "dev", "x", "lladdr", "02:"),
    ("host", "add", "2001:db8::1", "dev", "x", "lladdr", "002"),
    ("host", "add", "2001:db8::1", "dev", "x", "lladdr", ":".join(["02"] * 33)),
    ("host", "add", "2001:db8::1", "dev", "x", "evidence", "hearsay"),
    ("save", "all"), ("metrics", "x"), ("check", "a", "b"), ("restore", "a", "b"),
    ("import",), ("import", "ndppd"), ("import", "radvd", "x"),
]


@test
def usage_errors_exit_1_with_the_usage():
    for args in USAGE_ERRORS:
        usage_error(*args)


@test
def an_error_names_the_word():
    assert '"sidestream"' in usage_error("link", "set", "up0", "role", "sidestream")
    assert "upstream downstream" in usage_error("link", "set", "up0", "role", "sidestream")
    assert '"4294967296"' in usage_error("param", "set", "ns_rate", "4294967296")
    assert 'duplicate "nd"' in usage_error("link", "set", "a", "nd", "on", "nd", "off")
    assert "dev DEV is missing" in usage_error("host", "add", "2001:db8::1")
    assert "nothing to change" in usage_error("link", "set", "up0")
    assert '"role" needs a value' in usage_error("link", "set", "up0", "role")


@test
def an_error_shows_the_usage_of_its_command_only():
    text = usage_error("host", "add", "x", "dev", "y")
    assert text.count("ndproxy ") == 1 and "ndproxy host add ADDRESS dev DEV" in text


@test
def nothing_prints_the_usage_to_stderr():
    done = run()
    assert (done.returncode, done.stdout) == (1, "") and done.stderr.startswith("Usage:")


@test
def abbreviations_are_unambiguous_or_refused():
    assert "Usage: ndproxy link set DEV" in run("l", "help").stdout
    assert "Usage: ndproxy prefix add" in run("pre", "help").stdout
    for word in ("s", "p", "h"):
        assert "ambiguous" in usage_error(word, "help"), word
    assert "Usage: ndproxy show" in run("show", "help").stdout
    assert "unknown" in usage_error("comp", "bash"), "hidden, so not abbreviated"
    assert "unknown" in usage_error("")


@test
def bad_options_exit_1():
    for args in (("-z",), ("-jx", "help"), ("-c=red", "help"), ("-j=1", "help"), ("-n",),
                 ("-b",), ("-",)):
        done = run(*args)
        assert done.returncode == 1 and done.stdout == "" and done.stderr, (args, done)


@test
def options_may_be_long_short_or_between():
    for option in ("-j", "-js", "-json", "--json", "-s", "-st", "-stats", "-statistics", "-d",
                   "-p", "-o", "-t", "-c", "-color=auto", "-c=never", "--"):
        assert run(option, "help").returncode == 0, option


@test
def version():
    for option in ("-V", "-Version", "--Version"):
        assert re.fullmatch(r"ndproxy \d[\w.]*\n", run(option).stdout), option


# --- help

def commands():
    """(object, verb, rest) of every command in the help; wrapped lines are joined."""
    text = re.sub(r"\n {10,}", " ", run("help").stdout.split("\n\n", 1)[1])
    for line in text.splitlines():
        if line.startswith("  "):
            words = line.split()
            assert words[0] == "ndproxy", line
            yield words[1:]


@test
def help_is_on_stdout_and_complete():
    done = run("help")
    assert done.returncode == 0 and done.stderr == "" and done.stdout == run("-h").stdout
    objects = re.search(r"OBJECT := \{(.*?)\}", done.stdout, re.S).group(1)
    objects = objects.replace("|", "").split()
    assert objects == OBJECTS
    assert {x[0] for x in commands()} == set(objects)
    for obj in objects:
        part = run(obj, "help")
        assert part.returncode == 0 and part.stderr == ""
        assert part.stdout.startswith(f"Usage: ndproxy {obj}"), part


@test
def help_of_a_part_of_an_object():
    done = run("mld", "link", "help")
    assert done.returncode == 0 and done.stdout.startswith("Usage: ndproxy mld link set DEV")
    assert "mld group" not in done.stdout and "ndproxy mld group" in run("mld", "help").stdout
    assert "Usage: ndproxy mld listen DEV" in run("m", "lis", "help").stderr + run(
        "mld", "lis", "help").stdout


@test
def help_of_one_command():
    done = run("link", "set", "help")
    assert done.returncode == 0 and done.stderr == ""
    assert done.stdout.startswith("Usage: ndproxy link set DEV")
    assert "ndproxy link show" not in done.stdout


@test
def help_fits_the_screen():
    for line in run("help").stdout.splitlines():
        assert len(line) <= 80, line


MANUAL = os.path.join(HERE, "..", "..", "..", "Documentation", "man", "ndproxy.8")


@test
def manual_has_every_word_of_the_help_and_every_key():
    with open(MANUAL, encoding="utf-8") as f:
        words = set(re.findall(r"[\w-]+", re.sub(r"\\f.|\\\(dq", " ", f.read()
                                                ).replace("\\-", "-")))
    for command in commands():
        missing = {x.strip("[]{}|.") for x in command} - words - {""}
        assert not missing, (command, missing)
    keys = set(LINK) | set(HOST) | set(PREFIX) | set(MLD_LINK) | set(MLD_GROUP)
    keys |= set(re.findall(r'"([\w-]+)":', unit("print", "stats", "j") + unit(
        "print", "events", "j", "t") + unit("print", "param", "j") + unit("print", "rules", "j") +
        unit("print", "mld-link", "j") + unit("print", "mld-group", "j")))
    assert not keys - words, keys - words


# --- completion

def complete(line, devs="", cwd=None):
    """Candidates for the last word of a command line. @devs: a shell's words, names of devices"""
    script = f"""source {COMPLETION}
    {f"_ndproxy_devs() {{ printf '%s{chr(92)}n' {devs}; }}" if devs else ""}
    COMP_WORDS=({line.replace(' |', " ''")}); COMP_CWORD=$((${{#COMP_WORDS[@]}} - 1))
    _ndproxy; printf '%s\\n' "${{COMPREPLY[@]}}" """
    done = subprocess.run(("bash", "-c", script), capture_output=True, text=True, timeout=60,
                          check=True, cwd=cwd)
    assert done.stderr == "", (line, done.stderr)
    return done.stdout.split()


@test
def completion_knows_objects_verbs_and_values():
    objects = OBJECTS
    assert complete("ndproxy |") == objects
    assert complete("ndproxy -j -n r |") == objects
    assert complete("ndproxy so") == ["solicit"]
    assert complete("ndproxy link |") == ["set", "show", "help"]
    assert complete("ndproxy link set up0 |") == \
        ["role", "group", "nd", "override", "na-source", "ra-guard", "force", "guard"]
    assert complete("ndproxy link set up0 role |") == ["none", "upstream", "downstream"]
    assert complete("ndproxy link set up0 role upstream |") == \
        ["group", "nd", "override", "na-source", "ra-guard", "force", "guard"]
    assert complete("ndproxy link set up0 nd o") == ["on", "off"]
    assert complete("ndproxy link set up0 group |") == []
    assert complete("ndproxy prefix add 2001:db8::/64 |") == ["dev", "mode"]
    assert complete("ndproxy prefix add 2001:db8::/64 mode |") == ["proxy", "route", "static"]
    assert "lo" in complete("ndproxy link set |")
    assert "lo" in complete("ndproxy host flush dev |")
    assert complete("ndproxy -c -s link set x na-source l") == ["link-local"]


@test
def completion_expands_no_name_of_a_device():
    names = ["$(touch${IFS}pwned)", "`touch${IFS}pwned`", "*", "a;b", "a\\b", "x'y"]
    with tempfile.TemporaryDirectory() as path:
        open(os.path.join(path, "file"), "w", encoding="ascii").close()
        got = complete("ndproxy link set |", " ".join(shlex.quote(x) for x in names), path)
        typed = "printf '%s\\n' " + " ".join(got)
        done = subprocess.run(("bash", "-c", typed), capture_output=True, text=True, check=True,
                              timeout=60, cwd=path)
        assert done.stdout.split() == names, got
        assert complete("ndproxy host flush dev a", "abc '*' acd", path) == ["abc", "acd"]
        assert os.listdir(path) == ["file"]


@test
def completion_knows_parts_of_an_object():
    assert complete("ndproxy mld |") == ["link", "group", "listen", "ignore", "help"]
    assert complete("ndproxy mld link |") == ["set", "show", "help"]
    assert complete("ndproxy -j mld group s") == ["show"]
    assert complete("ndproxy mld link set up0 |")[:4] == ["on", "off", "version", "robustness"]
    assert complete("ndproxy mld link set up0 version |") == ["auto", "1", "2"]
    assert complete("ndproxy mld listen up0 ff1e::1 id x |") == ["delay", "include", "exclude"]
    assert "lo" in complete("ndproxy mld listen |")
    assert complete("ndproxy mld ignore up0 ff1e::1 |") == ["id"]


@test
def completion_has_every_keyword_of_the_help():
    for words in commands():
        line = " ".join(words)
        keys = re.findall(r"\[ ([a-z-]+) (?=[A-Z{])|(?<=[A-Z] )([a-z]+) [A-Z]", line)
        verb = re.match(r"\w+( [a-z]+)+", line)
        if not verb:
            continue
        # Those that stand before the first keyword or bracket
        places = re.match(r"( [A-Z]+)*", line[verb.end():]).group().split()
        got = complete("ndproxy " + " ".join([verb.group()] + ["x"] * len(places)) + " |")
        for key in (a or b for a, b in keys):
            assert key in got, (line, key, got)


@test
def completion_passes_the_shells_own_check():
    subprocess.run(("bash", "-n", COMPLETION), check=True, timeout=60)


# --- import

CONFIGURATIONS = os.path.join(HERE, "ndppd")


@test
def import_translates_configurations_of_ndppd():
    names = sorted(x[:-5] for x in os.listdir(CONFIGURATIONS) if x.endswith(".conf"))
    assert len(names) > 12
    for name in names:
        path = os.path.join(CONFIGURATIONS, name)
        done = run("import", "ndppd", path + ".conf")
        with open(path + ".out", encoding="utf-8") as f:
            assert (done.returncode, done.stderr, done.stdout) == (0, "", f.read()), name


@test
def import_tells_what_is_wrong_and_where():
    for text, line, why in (
            ("", 1, "no proxy"), ("proxy eth0 {\nrule x { }\n}", 2, "neither an address"),
            ("proxy eth0 {\n\nrule ::1 { auto static } }", 3, "one method"),
            ("proxy eth0 {", 1, ": the end of file stands"),
            ("proxy eth0 { rule ::1 {\n", 2, ": the end of file stands"),
            ("proxy eth0 { ;} {", 1, '"{" stands'), ("proxy { }", 1, "needs an interface"),
            ("proxy eth0 { rule ::1 }", 1, "block"), ("}", 1, "should"),
            ("proxy 'eth0 { }", 1, "quote"), ("proxy " + "x" * 99 + " { }", 1, "too long"),
            ("proxy a { rule ::1 { iface b } rule ::/200 { auto } }", 1, "neither")):
        done = run("import", "ndppd", "-", input=text)
        assert done.returncode == 1 and done.stdout == "", (text, done)
        assert done.stderr.startswith(f"Error: -:{line}: "), (text, done.stderr)
        assert why in done.stderr and done.stderr.count("\n") == 1, (text, done.stderr)
    assert run("import", "ndppd", "/nonexistent").returncode == 1


# --- batch

def batch(text, *options):
    """Run a batch; the finished process and the file's name."""
    with tempfile.NamedTemporaryFile("w", suffix=".batch") as f:
        f.write(text)
        f.flush()
        return run(*options, "-b", f.name), f.name


@test
def batch_runs_line_by_line():
    done, _ = batch("# comment\n\n  help  # and this\n'host' \"help\"\n\tstats\thelp\n")
    assert done.returncode == 0 and done.stderr == ""
    assert done.stdout.count("Usage:") == 3


@test
def batch_stops_at_the_first_error_and_says_where():
    done, name = batch("host help\n# two\nlink set up0 group x\nstats help\n")
    assert done.returncode == 1
    assert f"Command failed {name}:3\n" in done.stderr
    assert "host add" in done.stdout and "stats" not in done.stdout


@test
def batch_refuses_what_it_cannot_split():
    done, name = batch("link set 'up0 nd on\n")
    assert done.returncode == 1 and f"{name}:1" in done.stderr
    done, name = batch("help\n" + "x " * 100 + "\n")
    assert done.returncode == 1 and f"{name}:2" in done.stderr


@test
def batch_lines_have_any_number_of_words():
    for n in (1, 62, 63, 64, 65, 127, 128, 5000):
        done = run("-b", "-", input=f"mld listen up0 ff1e::1 id x include {'::1 ' * n} nonsense\n")
        assert 'argument "nonsense" is wrong' in done.stderr, (n, done)


@test
def batch_keeps_what_stands_in_quotes():
    for text, word in (
            (r'"a b"', "a b"), (r"""'a "b"'""", 'a "b"'), (r'''"a 'b'"''', "a 'b'"),
            (r'''"a 'b' \"c"''', """a 'b' "c"""), (r'"a\b\\"', "a\\b\\"),
            (r"'a\b\\'", r"a\b\\"), (r'''"# 'x"''', "# 'x"), (r"""a"b'#\\""", r"""a"b'#\\""")):
        done = run("-b", "-", input=f"host add {text} dev x  # no more\n")
        assert f'argument "{word}" is wrong: an IPv6 address' in done.stderr, (text, done)
    for text in (r'"a\"', r'"a\\\"', '"', "'a\\"):
        assert "quote without its end" in run("-b", "-", input=f"host add {text}\n").stderr, text


@test
def batch_of_stdin_and_without_a_file():
    done = run("-b", "-", input="host help\nnosuch\n")
    assert done.returncode == 1 and "Command failed -:2" in done.stderr
    done = run("-b", "/nonexistent/file")
    assert done.returncode == 1 and "/nonexistent/file" in done.stderr
    assert run("-b", "-", "link", "show", input="").returncode == 1


@test
def batch_that_cannot_be_read_is_an_error():
    for words in (("-b", "/tmp"), ("restore", "/tmp")):
        done = run(*words)
        assert done.returncode == 1 and done.stdout == "", done
        assert done.stderr == 'Error: Cannot read "/tmp": Is a directory.\n', done


@test
def batch_line_with_a_nul_is_refused():
    for words, rest in ((("-b", "-"), False), (("restore", "-"), True)):
        done = run(*words, input="host help\nhost help\0 x\nstats help\n")
        assert done.returncode == 1 and "NUL" in done.stderr, done
        assert "Command failed -:2" in done.stderr, done
        assert done.stdout.count("host add") == 1 and ("stats" in done.stdout) == rest, done


@test
def batch_line_without_an_end():
    done = run("-b", "-", input="host help")
    assert done.returncode == 0 and "host add" in done.stdout


# --- failures outside the grammar

@test
def a_missing_namespace_is_named():
    done = run("-n", "no-such-ns", "link", "show")
    assert done.returncode == 2 and done.stderr.startswith("Error: "), done
    assert "no-such-ns" in done.stderr and done.stdout == ""


@test
def without_the_module_it_says_what_to_do():
    if os.path.exists("/sys/module/ndproxy"):
        return
    for args in (("link", "show"), ("-j", "show"), ("link", "set", "up0", "nd", "on"),
                 ("monitor",)):
        done = run(*args)
        assert done.returncode == 2 and done.stdout == "", done
        assert done.stderr.startswith("Error: ") and "modprobe ndproxy" in done.stderr, done


@test
def a_full_disk_is_an_error():
    with open("/dev/full", "w", encoding="ascii") as full:
        done = subprocess.run((TOOL, "help"), stdout=full, stderr=subprocess.PIPE, text=True,
                              timeout=60, check=False)
    assert done.returncode == 2 and "Cannot write" in done.stderr, done


# --- what is printed

@test
def json_of_each_object():
    assert json.loads(unit("print", "hosts", "j")) == [HOST]
    assert json.loads(unit("print", "prefix", "j")) == dict(PREFIX, host=HOST)
    assert json.loads(unit("print", "links", "j"))[0] == LINK
    assert json.loads(unit("print", "rules", "j")) == [
        {"action": "allow", "prefix": "2001:db8::/48"},
        {"action": "deny", "prefix": "2001:db8::/32"}]
    assert json.loads(unit("print", "param", "j")) == [
        {"name": "record_lifetime", "value": 7, "default": 5, "min": 1, "max": 3600}]
    assert json.loads(unit("print", "solicit", "j")) == [
        {"target": "2001:db8:1::20", "prefix": "2001:db8:1::/64", "age_ms": 7, "solicitors": [
            {"addr": "2001:db8:1::1", "dev": "up0", "age_ms": 1},
            {"addr": "2001:db8:1::2", "dev": "up0", "age_ms": 2}]}]


@test
def json_of_counters():
    stats = json.loads(unit("print", "stats", "j"))
    drops = stats.pop("drops")
    assert list(stats) == (
        "ns_in ns_out na_in na_out dad_in dad_out answers held delivered").split()
    assert stats["ns_in"] == (1 << 40 | 4) and stats["answers"] == (1 << 40 | 10)
    assert list(drops) == (
        "hop-limit checksum code length target-multicast option-length fragment "
        "dad-destination dad-slla na-multicast-solicited own-echo ns-rate na-rate target-limit "
        "solicitor-limit host-limit lladdr-limit no-source no-memory not-ready hold-limit "
        "not-found same-link redirect snoop-limit host-refused").split()
    assert {k for k, v in drops.items() if v} == {"own-echo", "not-ready"}


@test
def json_of_the_listener_engine():
    got = json.loads(unit("print", "mld-link", "j"))
    counters, drops = got.pop("counters"), got.pop("drops")
    assert got == MLD_LINK
    assert counters["queries_v1"] == 1 << 40 and counters["version_changes"] == (1 << 40) + 27
    assert list(counters)[-6:] == ["not_joined", "ssm_exclude", "limit", "version_changes",
                                   "mrd_in", "mrd_out"]
    assert list(drops)[0] == "length" and list(drops)[-1] == "memory" and len(drops) == 15
    assert json.loads(unit("print", "mld-group", "j")) == MLD_GROUP


@test
def text_of_the_listener_engine():
    assert unit("print", "mld-link").splitlines() == [
        "3: up0: version 1 held-at 1 groups 7 robustness 2 v1-left 4m20s snooped 4 mrd on"]
    details = unit("print", "mld-link", "d")
    assert "gsr-delay -1" in details and "snoop-joins on" in details
    assert "drops: length" in unit("print", "mld-link", "s")
    assert unit("print", "mld-group").splitlines() == [
        "ff1e::1 dev up0 state reporting include 2001:db8::1,2001:db8::2 change-left 20ms",
        "    id kernel include 2001:db8::1,2001:db8::2", "    id x exclude muted"]


@test
def json_of_events_is_one_object_a_line():
    lines = unit("print", "events", "j").splitlines()
    assert [json.loads(x) for x in lines] == [
        dict(HOST, event="host-moved", old_dev="down1"),
        dict(PREFIX, event="prefix-add"),
        dict(LINK, event="link-refused", reason="up0 is a port of br0: add br0"),
        {"event": "limit", "limit": "host-limit", "dev": "down0"},
        {"event": "mld-limit", "dev": "up0", "group": "ff1e::1", "version": 2},
        {"event": "ra", "dev": "down0", "from": "fe80::1", "lifetime": 1800, "proxy": False,
         "rogue": True, "own": False},
        dict(HOST, event="host-refused", claim_dev="down1", claim_lladdr="02:00:00:00:ee:01")]
    for line in unit("print", "events", "j", "t").splitlines():
        stamp = json.loads(line)["timestamp"]
        assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}", stamp), stamp


@test
def json_of_any_device_name_is_valid():
    names = [x["ifname"] for x in json.loads(unit("print", "links", "j"))]
    assert names == ["up0", 'q"b\\c', "\x1b[31mred", "grün", "badÿÃ"]


@test
def json_pretty_is_the_same_json():
    for what in ("hosts", "prefix", "rules", "links", "param", "solicit", "stats", "empty"):
        plain, pretty = unit("print", what, "j"), unit("print", what, "j", "p")
        assert json.loads(plain) == json.loads(pretty), what
        assert plain.count("\n") == 1 and plain.endswith("\n"), what
    assert '    "addr": "2001:db8:1::10",\n' in unit("print", "hosts", "j", "p")


@test
def json_of_nothing_and_of_a_refusal():
    assert unit("print", "empty", "j") == "[]\n"
    assert unit("print", "empty") == ""
    assert unit("print", "refused", "j") == ""


@test
def text_of_each_object():
    assert unit("print", "hosts") == (
        "2001:db8:1::10 dev down0 lladdr 02:00:00:00:dd:10 state reachable evidence na "
        "age 1m01s route\n")
    assert unit("print", "links").splitlines()[0] == (
        "3: up0: role upstream group 0 state active override clear na-source link-local "
        "prefixes 1 hosts 2")
    assert unit("print", "prefix").splitlines() == [
        "2001:db8:1::/64 dev up0 group 0 mode proxy source route,static marked records 5 hosts 6",
        "    2001:db8:1::10 dev down0 lladdr 02:00:00:00:dd:10 state reachable evidence na "
        "age 1m01s route"]
    assert unit("print", "rules") == "allow 2001:db8::/48\ndeny 2001:db8::/32\n"
    assert unit("print", "param") == "record_lifetime 7 default 5 min 1 max 3600\n"


@test
def text_hides_what_a_terminal_would_obey():
    assert "\033" not in unit("print", "links")


@test
def text_of_counters_shows_drops_that_are():
    text = unit("print", "stats")
    assert "drops: own-echo 12 not-ready 21" in text and "hop-limit" not in text
    assert "hop-limit 0" in unit("print", "stats", "d")


@test
def oneline_is_one_line():
    for what in ("prefix", "solicit", "stats"):
        text = unit("print", what, "o")
        assert text.count("\n") == 1 and "\\" in text, text


@test
def events_are_one_line_each():
    lines = unit("print", "events").splitlines()
    assert [x.split()[0] for x in lines] == [
        "host-moved", "prefix-add", "link-refused", "limit", "mld-limit", "ra", "host-refused"]
    assert lines[0].endswith("was-on down1")
    assert lines[-1].endswith("claimed-on down1 by 02:00:00:00:ee:01")
    assert re.match(r"\[[0-9T:.-]+\] host-moved 2001:db8:1::10 ",
                    unit("print", "events", "t").splitlines()[0])


@test
def colours_only_when_asked_for():
    assert "\033[" not in unit("print", "hosts")
    text = unit("print", "hosts", "c")
    assert "\033[34m2001:db8:1::10\033[0m" in text and "\033[32mreachable\033[0m" in text
    assert re.sub(r"\033\[[0-9;]*m", "", text) == unit("print", "hosts")


@test
def a_hundred_thousand_hosts_take_less_than_two_seconds():
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    text = unit("print", "hosts", "j", "100000")
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    hosts = json.loads(text)
    assert len({x["addr"] for x in hosts}) == 100000
    assert after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime < 2


def main():
    """Run everything; the last line has the numbers."""
    passed = failed = 0
    for line in unit("parse").splitlines():
        if line.startswith("ok "):
            passed += 1
        else:
            failed += 1
            print(line)
    assert passed + failed > 40, "the unit program did not run"
    for name, function in TESTS:
        try:
            function()
            passed += 1
        except Exception as error:      # a test that breaks off has failed
            failed += 1
            print(f"not ok {name}: {type(error).__name__}: {error}")
    print(f"{passed} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
