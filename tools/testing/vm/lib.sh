# SPDX-License-Identifier: GPL-2.0
# Shared by the scripts of tools/testing: where things are, and how a step in the cache is
# made once and safely. Source it; it sets `set -euo pipefail`.
# shellcheck shell=bash
set -euo pipefail

VM=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
TOP=$(cd "$VM/../../.." && pwd)
CACHE=${NDPROXY_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/ndproxy}
STOCK="6.1 6.12 7.2"		# Debian 12, Debian 12 backports (= 13), sid
KERNELS="uml $STOCK"
UML_VERSION=6.12
mkdir -p "$CACHE"
export LC_ALL=C.UTF-8

say() { printf '%s\n' "$*" >&2; }
die() { say "${0##*/}: $*"; exit 2; }

# known_kernel NAME: refuse anything else early
known_kernel() {
	case " $KERNELS " in
	*" $1 "*) ;;
	*) die "no such kernel: $1 (one of: $KERNELS)" ;;
	esac
}

# key FILE|WORD...: one short hash of the contents of files and of words
key() {
	local i

	for i; do
		if [ -f "$i" ]; then cat "$i"; else echo "$i"; fi
	done | sha256sum | cut -c1-16
}

# fresh DIR KEY: does DIR hold a finished result made from KEY?
fresh() { [ "$(cat "$1/.key" 2>/dev/null)" = "$2" ]; }

# finish DIR KEY: the last act of making DIR; an interrupted making never gets here
finish() { echo "$2" > "$1/.key.new" && mv "$1/.key.new" "$1/.key"; }

# lock NAME: one maker at a time of the thing NAME, until this shell ends
lock() {
	local fd

	mkdir -p "$CACHE/lock"
	exec {fd}> "$CACHE/lock/$1"
	flock "$fd"
}

# quiet LOG COMMAND...: output to LOG, and its tail shown only on failure
quiet() {
	local log=$1 rc=0

	shift
	"$@" > "$log" 2>&1 || rc=$?
	[ "$rc" = 0 ] || { say "failed ($rc): $*"; tail -n 40 "$log" >&2; say "log: $log"; }
	return "$rc"
}

# kernel_root K, kernel_release K: the unpacked image package of a stock kernel
kernel_root() { echo "$CACHE/kernels/$1"; }
kernel_release() { cat "$CACHE/kernels/$1/release"; }
