# SPDX-License-Identifier: GPL-2.0
# Shared by the scripts of tools/testing: where things are, and how a step in the cache is
# made once and safely. Source it; it sets `set -euo pipefail`.
# shellcheck shell=bash
set -euo pipefail

VM=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
TOP=$(cd "$VM/../../.." && pwd)
CACHE=${NDPROXY_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/ndproxy}
STOCK="6.1 6.12 7.2 7.3"	# Debian 12, its backports (= 13), sid, 13's backports
SID="7.2 7.3"			# built in a root of sid, which has their compilers and libraries
KERNELS="uml $STOCK"
VARIANTS="6.1.0 no-tables"	# headers alone, see variant
EXTRA="kcsan"			# made when asked for by name, and not by prepare and check
UML_VERSION=6.12
mkdir -p "$CACHE"
export LC_ALL=C.UTF-8

say() { printf '%s\n' "$*" >&2; }
die() { say "${0##*/}: $*"; exit 2; }

# known_kernel NAME: refuse anything else early
known_kernel() {
	case " $KERNELS $VARIANTS $EXTRA " in
	*" $1 "*) ;;
	*) die "no such kernel: $1 (one of: $KERNELS $VARIANTS $EXTRA)" ;;
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

# lock NAME: one maker at a time of the thing NAME, until unlock or this shell ends
lock() {
	mkdir -p "$CACHE/lock"
	exec {LOCK_FD}> "$CACHE/lock/$1"
	flock "$LOCK_FD"
}
unlock() { exec {LOCK_FD}>&-; }

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

# kernel_headers K: the folder to give to make -C
kernel_headers() {
	if [ "$1" = uml ] || [ "$1" = kcsan ]; then
		echo "$CACHE/src/linux-source-$UML_VERSION"
	else
		echo "$CACHE/kernels/$1/usr/src/linux-headers-$(kernel_release "$1")"
	fi
}

# wants_sid K: is kernel K built in the sid root?
wants_sid() { [[ " $SID " = *" $1 "* ]]; }

# in_sid COMMAND...: run it in the sid root, which sees the cache where it is here
in_sid() {
	# shellcheck disable=SC2016
	unshare -m --propagation private sh -c '
		root=$1 cache=$2
		shift 2
		mkdir -p "$root$cache"
		mount --bind "$cache" "$root$cache"
		mount --bind /dev "$root/dev"
		mount -t proc proc "$root/proc"
		exec chroot "$root" env PATH=/usr/sbin:/usr/bin:/sbin:/bin "$@"' \
		sh "$CACHE/sid" "$CACHE" "$@"
}

# kmake K DIR [ARG...]: the external module build of kernel K for the folder DIR of the cache
kmake() {
	local kernel=$1 dir=$2 make=(nice make -s -j"$(nproc)" -C "$(kernel_headers "$1")" M="$2")

	shift 2
	case $kernel in
	uml)	"${make[@]}" O="$CACHE/uml-$UML_VERSION" ARCH=um "$@" ;;
	kcsan)	"${make[@]}" O="$CACHE/kcsan-$UML_VERSION" "$@" ;;
	*)	if wants_sid "$kernel"; then in_sid "${make[@]}" "$@"; else "${make[@]}" "$@"; fi ;;
	esac
}

# For kmake: without the debug information of stock kernels, which takes half of the time and which
# nothing here reads; the compiler's warnings are the same
PLAIN=(KCFLAGS=-g0 CONFIG_DEBUG_INFO_BTF_MODULES=)

# warnings LOG: those of compiler and modpost, not those about the build machine
warnings() {
	grep -iE 'warning[: ]|\berror:' "$1" |
		grep -vE 'compiler differs|pahole version|BTF generation|Clock skew|modification time'
}
