# SPDX-License-Identifier: GPL-2.0
"""The attack tools of thc-ipv6 and of SI6's ipv6toolkit, and how attack.py uses each.

In arguments: {near}, {far}: a live host's address on the attacker's side and on the other one;
{router}: the router's link-local address there; {mac}: the attacker's. Its device is eth0.
"""
from collections import namedtuple

# passive: it need not send anything; variant: the how-manieth way to call a program for one purpose
Tool = namedtuple("Tool", "name program args passive variant")


def thc(program, *variants, passive=False):
    """One of thc-ipv6, in each of some ways to call it."""
    return [Tool(f"{program} {args.replace('eth0', '').strip()}".strip()[:34], "atk6-" + program, args,
                 passive, i) for i, args in enumerate(variants)]


def si6(program, *variants, passive=False):
    """One of ipv6toolkit."""
    return [Tool(f"{program} {args}"[:34], program, "-i eth0 " + args, passive, i)
            for i, args in enumerate(variants)]


NET = "2001:db8:1::"
THC = [
    *thc("fake_advertise6", "-w 1 eth0 {far}", "-w 1 eth0 {near}", "-r -w 1 eth0 {router}",
         "-s -w 1 eth0 {far} {router}", "-F -w 1 eth0 {far}", "-H -w 1 eth0 {far}",
         "-f -w 1 eth0 {far}", "-D -w 1 eth0 {far}", f"-w 1 eth0 {NET}1"),
    *thc("fake_solicitate6", "eth0 {far}", "-F eth0 {far}", "-H eth0 {far}", "-D eth0 {far}",
         f"eth0 {NET}dead", "eth0 {far} ff02::1 {mac} {far}"),
    *thc("flood_advertise6", "eth0", "-k eth0", "eth0 {router}"),
    *thc("flood_solicitate6", "eth0", "-k eth0", "-a eth0", "eth0 {far}", "eth0 {router} {far}"),
    *thc("flood_router6", "eth0", "-H eth0", "-F eth0", "-D eth0"),
    *thc("flood_router26", "eth0", "-s eth0", "-S eth0", "-R eth0", "-P eth0", "-A eth0", "-H eth0",
         "-f eth0", "-F eth0", "-m eth0"),
    *thc("fake_router6", f"eth0 {NET}/64", "eth0 2001:db8:66::/64", "-H eth0 2001:db8:66::/64",
         "-F eth0 2001:db8:66::/64", "-D eth0 2001:db8:66::/64"),
    *thc("fake_router26", "-i 1 eth0", "-i 1 -l 0 eth0", "-i 1 -F proxy eth0",
         "-i 1 -l 0 -F proxy eth0",
         f"-i 1 -A {NET}/64 -a 1 eth0", "-i 1 -s {router} eth0", "-i 1 -s {router} -l 0 eth0",
         "-i 1 -E H eth0", "-i 1 -E 1 eth0", "-i 1 -E D eth0", "-i 1 -E F eth0", "-i 1 -E O eth0",
         "-i 1 -E o eth0", "-i 1 -T 1 -t 1 eth0", f"-i 1 -R {NET}/64 eth0", "-i 1 -M 1280 eth0"),
    *thc("kill_router6", "eth0 {router}", "-H eth0 {router}", "-F eth0 {router}",
         "-D eth0 {router}"),
    *thc("kill_router6", "eth0 *", passive=True),
    *thc("flood_rs6", "eth0", "-s eth0", "-S eth0"),
    *thc("flood_redir6", "eth0", "eth0 {near}", "-F eth0 {near}", "-D eth0 {near}",
         "-H eth0 {near}"),
    *thc("redir6", "eth0 {near} {far} {router} fe80::66", "eth0 {far} {near} {router} fe80::66"),
    *thc("redirsniff6", "eth0 {near} {far} {router} fe80::66", passive=True),
    *thc("parasite6", "eth0", "-l eth0", "-R eth0", "-F eth0", "-H eth0", "-D eth0", passive=True),
    *thc("dos-new-ip6", "eth0", "-S eth0", passive=True),
    *thc("detect-new-ip6", "eth0", passive=True),
    *thc("passive_discovery6", "eth0", passive=True),
    *thc("detect_sniffer6", "eth0", passive=True),
    *thc("flood_mld6", "eth0"),
    *thc("flood_mld26", "eth0"),
    *thc("flood_mldrouter6", "eth0"),
    *thc("fake_mld6", "-l eth0 add ff02::1:ff00:d", "-l eth0 delete ff02::1:ff00:d",
         "-l eth0 query"),
    *thc("fake_mld26", "-l eth0 add ff02::1:ff00:d", "-l eth0 delete ff02::1:ff00:d",
         "-l eth0 query"),
    *thc("fake_mldrouter6", "-l eth0 advertise", "-l eth0 solicitate", "-l eth0 terminate"),
    *thc("ndpexhaust6", f"eth0 {NET}/64"),
    *thc("ndpexhaust26", f"eth0 {NET}", f"-p eth0 {NET}", f"-r -P eth0 {NET}", f"-U -R eth0 {NET}",
         f"-T -m eth0 {NET}", f"-a -p eth0 {NET}"),
    *[tool for kind in (4, 2, 3) for tool in thc("fuzz_ip6", *[
        f"-a {way}-{kind} eth0 ff02::1" for way in ("-x ", "", "-F ", "-D ", "-H ", "-S ",
        "-I ")])],
    *thc("fuzz_ip6", "-a -2 eth0 {router} {far}", "-a -3 eth0 {router} {far}",
         "-a -4 eth0 {router}"),
    *[tool for kind in (5, 6, 7, 8, 9) for tool in thc("fuzz_ip6", *[
        f"-a {way}-{kind} eth0 ff02::16" for way in ("-x ", "-H ", "", "-R ")])],
    *thc("fuzz_ip6", "-a -0 eth0 ff02::1"),
    *thc("inverse_lookup6", "eth0 {mac}"),
    *thc("dump_router6", "eth0"),
    *thc("node_query6", "eth0 ff02::1"),
    *thc("alive6", "eth0", f"eth0 {NET}1-ffff", "-M -C eth0 {far}"),
    *thc("smurf6", "eth0 {far}"),
    *thc("rsmurf6", "eth0 {far}", "eth0 ff02::1"),
    *thc("randicmp6", "eth0 {far}", "eth0 {router}"),
    *thc("sendpees6", f"eth0 1024 {NET} {{router}}"),
    *thc("sendpeesmp6", f"eth0 1024 {NET} {{router}}"),
    *thc("implementation6", "-p eth0 {far}", "-p eth0 {router}"),
    *[tool for number in range(1, 8) for tool in thc("denial6", f"eth0 {{router}} {number}")],
    *thc("exploit6", "eth0 {router}"),
    *thc("toobig6", "-u eth0 {far} {near} 1280"),
    *thc("flood_unreach6", "eth0 {far}"),
]

SI6 = [
    *si6("na6", "-t {far} -o -d ff02::1 -e -l -z 1", "-t {far} -c -d {router} -e -l -z 1",
         f"-d ff02::1 -t {NET}/64 -T 500 -e -l -z 1",
         f"-s {NET}/64 -F 500 -t {{far}} -d ff02::1 -e -l -z 1"),
    *si6("na6", f"-L -W {NET}/64 -e -o -c", passive=True),
    *si6("ns6", "-t {far} -e -l -z 1", f"-t {NET}/64 -T 500 -e -l -z 1",
         f"-s {NET}/64 -F 500 -t {{far}} -e -l -z 1", "-s :: -t {far} -l -z 1",
         "-s {far} -t {near} -e -l -z 1", "-t {far} -e -y 16 -l -z 1",
         "-t {far} -e -H 64 -u 64 -l -z 1"),
    *si6("ra6", "-d ff02::1 -t 1800 -e -l -z 1", "-d ff02::1 -t 0 -e -l -z 1",
         "-d ff02::1 -q -t 1800 -e -l -z 1",
         "-d ff02::1 -s {router} -t 0 -l -z 1", "-d ff02::1 -F 100 -e -l -z 1",
         "-d ff02::1 -F 50 -f 10 -w 10 -e -l -z 1",
         f"-d ff02::1 -P {NET}/64#LA#1#1 -t 1800 -e -l -z 1",
         "-d ff02::1 -t 1800 -c 1 -r 1 -x 1 -e -l -z 1",
         "-d ff02::1 -t 1800 -M 1280 -e -l -z 1", "-d ff02::1 -t 1800 -y 16 -e -l -z 1"),
    *si6("ra6", "-L -t 1800 -e", passive=True),
    *si6("rs6", "-s fe80::66 -S {mac} -d ff02::2 -l -z 1",
         "-s fe80::/64 -F 100 -S {mac} -d ff02::2 -l -z 1"),
    *si6("rd6", "-s {router} -d {near} -r {far} -t fe80::66 -S {mac} -l -z 1",
         "-s {router} -d {near} -R 50 -T 5 -S {mac} -l -z 1"),
    *si6("rd6", "-L -N -t fe80::66 -e", passive=True),
    *si6("ni6", "-d ff02::1 -l -z 1"),
    *si6("scan6", "-L -e", f"-d {NET}1-ff -r 500pps"),
]

# What has nothing to do with neighbours, routers or listeners on a link
OTHERS = {
    "atk6-" + name for name in (
        "address6 connect6 connsplit6 covert_send6 covert_send6d dnsdict6 dnsrevenum6 dnssecwalk "
        "dump_dhcp6 extract_hosts6 extract_networks6 fake_dhcps6 fake_dns6d fake_dnsupdate6 fake_mipv6 "
        "fake_pim6 firewall6 flood_dhcpc6 four2six fragmentation6 fragrouter6 fuzz_dhcpc6 fuzz_dhcps6 "
        "implementation6d inject_alive6 thcping6 thcsyn6 toobigsniff6 trace6").split()
} | set("addr6 blackhole6 flow6 frag6 icmp6 jumbo6 path6 script6 tcp6 udp6".split())

TOOLS = THC + SI6
