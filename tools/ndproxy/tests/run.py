#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""Tests of the command that need no module: its grammar, help, completion, and what it prints.

Run by `make check`; the last line is "N passed, N failed".
"""
import os
import re
import shlex
import subprocess
import sys
import tempfile

from printed import HOST, LINK, MLD_GROUP, MLD_LINK, PREFIX
from suite import HERE, TESTS, TOOL, UNIT, run, test, unit

COMPLETION = os.path.join(HERE, "..", "ndproxy.bash-completion")


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
def help_may_come_first():
    for words in (("link",), ("link", "set"), ("mld", "group", "show"), ("help",)):
        assert run("help", *words).stdout == run(*words, "help").stdout, words
    assert '"nosuch" is unknown' in usage_error("help", "nosuch")


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


def translate(conf, routes, **kw):
    """unit import; the files are those of the folder, or paths."""
    return subprocess.run((UNIT, "import", conf, routes), cwd=CONFIGURATIONS, text=True,
                          capture_output=True, timeout=60, check=False, **kw)


@test
def import_translates_configurations_of_ndppd():
    names = sorted(x[:-5] for x in os.listdir(CONFIGURATIONS) if x.endswith(".conf"))
    assert len(names) > 12
    for name in names:
        right = os.path.join(CONFIGURATIONS, name)
        done = translate(f"{name}.conf", f"{name}.routes")
        if os.path.exists(right + ".err"):
            with open(right + ".err", encoding="utf-8") as f:
                assert (done.returncode, done.stderr, done.stdout) == (1, f.read(), ""), name
            continue
        with open(right + ".out", encoding="utf-8") as f:
            assert (done.returncode, done.stderr, done.stdout) == (0, "", f.read()), name
        with open(right + ".conf", encoding="utf-8") as f:
            assert ("prefix deny ::/0" in done.stdout) != ("rule ::/0" in f.read()), name


@test
def import_tells_what_is_wrong_and_where():
    for text, line, why in (
            ("", 1, "no proxy"), ("\ufeff\n}", 2, "should"),
            ("proxy eth0 {\nrule x { }\n}", 2, "neither an address"),
            ("proxy a {\nrule ::1 {\nstatik } }", 3, '"statik" is not known'),
            ("proxy a {\n rooter yes }", 2, '"rooter" is not known'),
            ("\n\nroute-tll 5", 3, '"route-tll" is not known'),
            ("proxy a { router maybe }", 1, '"maybe" is no value of router'),
            ("proxy a { router }", 1, '"" is no value of router'),
            ("proxy a { rule ::1 { autovia } }", 1, "no value of autovia"),
            ("proxy a { rule ::1 { iface } }", 1, "name of an interface is missing"),
            ('proxy "a role none" { }', 1, 'the name "a role none"'),
            ("proxy a {\nrule ::1 { iface 'b c' } }", 2, 'the name "b c"'),
            ("proxy a/b { }", 1, 'the name "a/b"'), ("proxy a { rule = ::1 { = } }", 1, "should"),
            ("proxy a { rule 2001:db8::1/48 { static } }", 1, "hardly meant"),
            ("proxy a { rule 2001:db8::/64 { iface b } }\nproxy b {\nrule ::/0 { iface a } }", 1,
             "which of a and b is upstream"),
            ("proxy a {\nrule 2001:db8::/64 { auto } }", 2, "no route to the prefix"),
            ("proxy eth0 {\n\nrule ::1 { auto static } }", 3, "one method"),
            ("proxy eth0 {", 1, ": the end of file stands"),
            ("proxy eth0 { rule ::1 {\n", 2, ": the end of file stands"),
            ("proxy eth0 { ;} {", 1, '"{" stands'), ("proxy { }", 1, "is missing"),
            ("proxy eth0 { rule ::1 }", 1, "block"), ("}", 1, "should"),
            ("proxy 'eth0 { }", 1, "quote"), ("proxy " + "x" * 99 + " { }", 1, "too long"),
            ("proxy a { rule ::1 { iface b } rule ::/200 { auto } }", 1, "neither")):
        done = translate("-", "none", input=text)
        assert done.returncode == 1 and done.stdout == "", (text, done)
        assert done.stderr.startswith(f"Error: -:{line}: "), (text, done.stderr)
        assert why in done.stderr and done.stderr.count("\n") == 1, (text, done.stderr)
    assert run("import", "ndppd", "/nonexistent").returncode == 1


@test
def import_asks_the_routes():
    mutual = "proxy a { rule 2001:db8::/64 { iface b } } proxy b { rule ::/0 { iface a } }"
    auto = "proxy a { rule 2001:db8::/64 { auto } }"
    for text, routes, out in (
            (mutual, "::/0 dev b via", "link set b role upstream"),
            (mutual, "::/0 dev a via", "link set b role downstream"),
            (mutual, "2001:db8::/48 dev b", "link set b role upstream"),
            (mutual, "::/0 dev a\n::/0 dev b", ":1: which of a and b"),
            ("proxy a { rule 2001:db8::/64 { iface b } }", "::/0 dev b",
             "line 1: b has the default route: upstream, and a downstream"),
            ("proxy a { rule 2001:db8::/64 { iface b } }", "::/0 dev b",
             "prefix add 2001:db8::/64 dev b\n"),
            (auto, "2001:db8::/48 dev a", ":1: \"auto\": the route to the prefix leads back to a"),
            (auto, "::/0 dev a via", "leads back to a"), (auto, "::/0 dev b", "there is no route"),
            (auto, "2001:db8::/60 dev b", "link set b role downstream"),
            (auto, "2001:db8::/60 dev b", "prefix add 2001:db8::/64 dev a\n"),
            (auto, "2001:db8::/60 dev b via", "prefix add 2001:db8::/64 dev a mode route\n"),
            (auto, "noarp b\n2001:db8::/60 dev b", "prefix add 2001:db8::/64 dev a mode route\n"),
            (auto, "2001:db8::/60 dev b\n2001:db8::8/125 dev c via",
             "prefix add 2001:db8::/64 dev a\n# line 1: 2001:db8::8/125 is routed on by c: "
             "answered for at once\nprefix add 2001:db8::8/125 dev a mode route\n"),
            ("proxy a { rule ::/0 { auto } }", "2001:db8::/64 dev a\n2001:db8::/80 dev b",
             "link set b role downstream")):
        with tempfile.NamedTemporaryFile("w") as f:
            f.write(routes + "\n")
            f.flush()
            done = translate("-", f.name, input=text)
        assert out in done.stdout + done.stderr, (text, routes, done)
        assert bool(done.returncode) == bool(done.stderr), done


@test
def import_quotes_names():
    done = translate("-", "none", input="""proxy "#a" { rule 2001:db8::/64 { iface '"b\\' } }
proxy dev { rule 2001:db8:1::/64 { iface "'s" } }""")
    assert done.stdout.splitlines()[1:] == [
        'link set "#a" role upstream', '''link set '"b\\' role downstream''',
        "link set dev dev role upstream group 1", '''link set "'s" role downstream group 1''',
        'prefix add 2001:db8::/64 dev "#a"', "prefix add 2001:db8:1::/64 dev dev"], done


@test
def import_of_many_sections_takes_no_long_time():
    text = "".join(f"proxy a{i} {{ rule 2001:db8:{i:x}::/64 {{ iface b{i} }} rule 2001:db8:{i:x}::5 "
                   "{ static } }\n" for i in range(30000))
    done = translate("-", "none", input=text)
    assert done.returncode == 0 and "role downstream group 29999\n" in done.stdout


# --- what installs the module

DKMS = r"""#!/bin/sh
echo "$*" >> "$HERE/asked"
case $1 in
status) cat "$HERE/status" 2> /dev/null ;;
install) [ "$2 $3 $4" != "ndproxy/1.0 -k 6.8-broken" ] ;;
esac
"""


def install_module(status="", running="6.1-running", **srcversion):
    """What it asks of DKMS, which knows status, and what it says; srcversion: of loaded and new."""
    with tempfile.TemporaryDirectory() as path:
        for name, text in (("dkms", DKMS), ("uname", "#!/bin/sh\necho 6.1-running\n"),
                           ("modinfo", f"#!/bin/sh\necho {srcversion.get('new')}\n")):
            with open(f"{path}/{name}", "w", encoding="ascii") as f:
                f.write(text)
            os.chmod(f"{path}/{name}", 0o755)
        for kernel in (running, "6.7", "6.8-broken"):
            os.makedirs(f"{path}/modules/{kernel}/build")
        with open(f"{path}/status", "w", encoding="ascii") as f:
            f.write(status)
        if srcversion:
            os.makedirs(f"{path}/sys/module/ndproxy")
            with open(f"{path}/sys/module/ndproxy/srcversion", "w", encoding="ascii") as f:
                f.write(srcversion["loaded"] + "\n")
        done = subprocess.run((os.path.join(HERE, "../../install-module"), "1.0"), text=True,
                              env={"PATH": f"{path}:{os.environ['PATH']}", "HERE": path,
                                   "NDPROXY_SYS": f"{path}/sys",
                                   "NDPROXY_MODULES": f"{path}/modules"},
                              capture_output=True, timeout=60, check=False)
        asked = []
        if os.path.exists(f"{path}/asked"):
            with open(f"{path}/asked", encoding="ascii") as f:
                asked = f.read().splitlines()
        return done, asked


@test
def install_for_the_first_time():
    done, asked = install_module()
    assert (done.returncode, done.stdout, done.stderr) == (0, "", ""), done
    assert asked == ["status ndproxy/1.0", "install ndproxy/1.0"]
    # Added, and never built
    assert install_module("ndproxy/1.0: added\n")[1] == asked


@test
def install_over_the_same_version():
    """DKMS would keep what it has. It writes its list in two ways, 2.8 and 3.0."""
    for form in ("ndproxy, 1.0, %s, x86_64: installed\n", "ndproxy/1.0, %s, x86_64: installed\n"):
        done, asked = install_module("".join(form % x for x in ("6.1-running", "6.7", "6.8-broken",
                                                                "6.9-bare")))
        assert asked == ["status ndproxy/1.0", "remove ndproxy/1.0 --all", "install ndproxy/1.0",
                         "install ndproxy/1.0 -k 6.7", "install ndproxy/1.0 -k 6.8-broken"]
        assert done.returncode == 0 and "is built anew" in done.stdout, done
        assert done.stderr.splitlines() == [
            "6.8-broken has no module any more.",
            "No kernel headers for 6.9-bare: it has no module any more."]


@test
def install_without_headers_leaves_what_is_there():
    done, asked = install_module("ndproxy/1.0, 6.1-running, x86_64: installed\n", running="6.2")
    assert done.returncode == 1 and "No kernel headers" in done.stderr and not asked


@test
def install_tells_that_the_loaded_module_is_older():
    assert "still runs the module" in install_module(loaded="A", new="B")[0].stdout
    assert install_module(loaded="A", new="A")[0].stdout == ""


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


@test
def batch_that_restores_itself_has_an_end():
    with tempfile.TemporaryDirectory() as path:
        names = [os.path.join(path, f"b{i}") for i in range(8)]
        for i, name in enumerate(names):
            with open(name, "w", encoding="ascii") as f:
                f.write(f"restore {names[(i + 1) % 8]}\n" * 3 + "host help\n")
        os.symlink(names[7], os.path.join(path, "link"))
        with open(names[7], "w", encoding="ascii") as f:
            f.write(f"restore {path}/link\n" * 20 + "stats help\n")
        for words in (("restore",), ("-b",)):
            done = run(*words, names[7])
            assert done.returncode == 1 and "it restores itself" in done.stderr, done
            assert (words == ("-b",)) != ("stats show" in done.stdout), done
            done = run(*words, names[0])
            assert done.returncode == 1 and "nested more than 4 deep" in done.stderr, done
        assert run("restore", names[4]).returncode == 1 and run("restore", names[4]).stdout


@test
def batch_in_a_batch():
    with tempfile.NamedTemporaryFile("w", suffix=".batch") as f:
        f.write("host help\n")
        f.flush()
        done = run("-b", "-", input=f"restore {f.name}\nrestore {f.name}\nstats help\n")
        assert done.returncode == 0 and done.stdout.count("Usage") == 3, done


# --- answers of the kernel

@test
def a_missing_attribute_is_no_crash():
    assert unit("reply", "all").endswith("survived\n")
    for what, why in (("save-nothing", "has no PREFIX"), ("save-group", "has no GROUP"),
                      ("save-listener", "has no GROUP")):
        done = subprocess.run((UNIT, "reply", what), capture_output=True, text=True, timeout=60,
                              check=False)
        assert (done.returncode, done.stdout) == (0, "exit 2\n") and why in done.stderr, done


@test
def attributes_are_read_in_one_file():
    """There a missing one has a value or is an error; mnl_attr_get_*() would crash."""
    top = os.path.join(HERE, "..")
    for name in sorted(os.listdir(top)):
        if not name.endswith(".c") or name == "attr.c":
            continue
        with open(os.path.join(top, name), encoding="utf-8") as f:
            found = re.findall(r"mnl_attr_(?:get_(?!type\b)\w+|parse\w*|validate\w*)", f.read())
        assert not found, (name, found)


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


FIXES = re.compile(r'check_fix(?:_first)?\(c,(.*?)\);', re.S)
HARMFUL = re.compile(r"\bkill|systemctl|service |\bstop|ra-guard|guard off|flush|disable(?!_ipv6)|"
                     r"-[FPD] |--delete|policy accept|setenforce|\brm\b")


@test
def no_fix_stops_a_program_or_switches_a_protection_off():
    source = os.path.join(HERE, "..")
    fixes = []
    for name in os.listdir(source):
        if re.fullmatch(r"check_\w+\.c", name):
            with open(os.path.join(source, name), encoding="utf-8") as f:
                fixes += FIXES.findall(f.read())
    assert len(fixes) > 20
    for fix in fixes:
        assert not HARMFUL.search(fix), fix


@test
def only_one_place_runs_programs():
    """By posix_spawn(3) with a path and an environment of its own, never by a shell."""
    source = os.path.join(HERE, "..")
    for name in os.listdir(source):
        if not name.endswith(".c") or name == "program.c":
            continue
        with open(os.path.join(source, name), encoding="utf-8") as f:
            found = re.search(r"\b(popen|system|exec[lv]\w*|posix_spawnp?|v?fork)\(", f.read())
        assert not found, (name, found)


@test
def without_the_module_check_says_so_and_goes_on():
    if os.path.exists("/sys/module/ndproxy"):
        return
    with tempfile.TemporaryDirectory() as path:
        for name in ("nft", "ip6tables-save", "ip6tables-legacy-save", "sh"):
            program = os.path.join(path, name)
            with open(program, "w", encoding="ascii") as f:
                f.write(f"#!/bin/sh\n> {path}/pwned\n")
            os.chmod(program, 0o755)
        done = run("check", env={"PATH": path, "ENV": path + "/sh", "BASH_ENV": path + "/sh"})
        assert not os.path.exists(path + "/pwned")
    assert done.returncode == 3 and done.stderr == "", done
    assert done.stdout.startswith("module       problem: "), done
    assert "\nlink         skipped: the module is not loaded\n" in done.stdout
    for cause in ("forwarding", "firewall", "proxy"):
        assert re.search(rf"\n{cause} +(ok|problem|skipped: [^t])", done.stdout), done


@test
def a_full_disk_is_an_error():
    with open("/dev/full", "w", encoding="ascii") as full:
        done = subprocess.run((TOOL, "help"), stdout=full, stderr=subprocess.PIPE, text=True,
                              timeout=60, check=False)
    assert done.returncode == 2 and "Cannot write" in done.stderr, done


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
