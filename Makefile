# SPDX-License-Identifier: GPL-2.0
#
#   make            the module for the running kernel, when its headers are here, and the command
#   make modules    the module alone; KDIR= names another kernel's headers
#   make install    by DKMS, with the command, its manual, completion and service; make uninstall
#   make demo       see it work, on this machine or in a virtual one
#   make check      every test on the debug kernel, and every row of the specification on one of the
#                   supported kernels at least; make kunit, lint: parts of it
#   make check-full every row on each of them, with all sets of parameters: an hour
#   make docs       the documents as HTML, into the cache; prints the first page
#   make deb        Debian packages, into the cache; prints their files
#   make check-packages  these on Debian 12, 13 and sid, each with its own kernel: long
#   make fuzz       ten minutes of each parser and of the MLD engine's core, in user space, of random
#                   and mutated netlink messages, and of each of three adversaries
#   make soak       load, unload, configure and delete, a thousand times; then all at once, half an hour
#   make bench      figures beside other ND proxies
#   make clean
#
# The kernel's half of the build is in Kbuild.

PREFIX ?= /usr
DESTDIR ?=
KDIR ?= /lib/modules/$(shell uname -r)/build

VERSION := $(shell sed -n 's/^PACKAGE_VERSION="\(.*\)"/\1/p' dkms.conf)
SRCDIR := $(DESTDIR)/usr/src/ndproxy-$(VERSION)
SOURCES := Kbuild dkms.conf COPYING include mld ndproxy
MANDIR := $(DESTDIR)$(PREFIX)/share/man/man8
EXAMPLES := $(DESTDIR)$(PREFIX)/share/doc/ndproxy/examples
LIBEXEC := $(DESTDIR)$(PREFIX)/libexec
# Empty: not installed (debhelper puts the unit where Debian wants it)
UNITDIR = $(PREFIX)/lib/systemd/system
UNIT := $(if $(UNITDIR),$(DESTDIR)$(UNITDIR)/ndproxy.service)
ETC := $(DESTDIR)/etc
PROTOS := $(ETC)/iproute2/rt_protos.d/ndproxy.conf
# The running system is told, unless the files are for another one
LIVE := $(if $(DESTDIR),,yes)

all: $(if $(wildcard $(KDIR)),modules,no-headers) tool

modules:
	$(MAKE) -C $(KDIR) M=$(CURDIR) modules

no-headers:
	@echo "No kernel headers at $(KDIR): the module is not built."
	@echo "Install linux-headers-$(shell uname -r), or: make modules KDIR=/path/to/headers"

tool:
	$(MAKE) -C tools/ndproxy

# The module is compiled once before, so that an error leaves the installed one alone
install: $(if $(LIVE),all) install-source install-command
	$(if $(LIVE),tools/install-module $(VERSION))
	$(if $(LIVE),-[ ! -d /run/systemd/system ] || systemctl daemon-reload)

# What DKMS builds from
install-source:
	rm -rf $(SRCDIR)
	install -d $(SRCDIR)
	tar -c --exclude='*.o' --exclude='*.ko' --exclude='.*.cmd' --exclude='*.mod' \
		--exclude='*.mod.c' $(SOURCES) | tar -x --no-same-owner -C $(SRCDIR)

install-command: tool
	$(MAKE) -C tools/ndproxy install
	install -D -m 644 Documentation/man/ndproxy.8 $(MANDIR)/ndproxy.8
	install -D -m 755 tools/ndproxy/service $(LIBEXEC)/ndproxy/service
	$(if $(UNIT),install -d $(dir $(UNIT)))
	$(if $(UNIT),sed 's|/usr/libexec|$(PREFIX)/libexec|' debian/ndproxy.service > $(UNIT))
	install -d $(ETC)/ndproxy $(EXAMPLES)
	install -m 644 Documentation/examples/* $(EXAMPLES)
	install -D -m 644 tools/ndproxy/rt_protos.conf $(PROTOS)

# What somebody put into /etc/ndproxy stays
uninstall:
	$(if $(LIVE),-[ ! -d /run/systemd/system ] || systemctl disable --now ndproxy.service)
	$(if $(LIVE),-[ ! -d /sys/module/ndproxy ] || rmmod ndproxy)
	$(if $(LIVE),-dkms remove ndproxy/$(VERSION) --all)
	rm -rf $(SRCDIR) $(EXAMPLES)
	-rmdir $(dir $(EXAMPLES)) $(ETC)/ndproxy
	$(MAKE) -C tools/ndproxy uninstall
	rm -rf $(LIBEXEC)/ndproxy
	rm -f $(MANDIR)/ndproxy.8 $(UNIT) $(PROTOS)
	$(if $(LIVE),rm -rf /var/lib/ndproxy /var/lib/private/ndproxy)

check kunit lint demo soak:
	@tools/testing/$@

check-full:
	@tools/testing/check -f

fuzz:
	@$(MAKE) -C tools/testing/fuzz fuzz OUT="$${NDPROXY_CACHE:-$${XDG_CACHE_HOME:-$$HOME/.cache}/ndproxy}/build/fuzz"
	@tools/testing/fuzz-netlink
	@tools/testing/fuzz-adversary

deb docs:
	@tools/testing/$@

check-packages:
	@tools/testing/systems

bench:
	@tools/bench/bench

clean:
	$(MAKE) -C tools/ndproxy clean
	find Kbuild include mld ndproxy kunit \( -name '*.o' -o -name '.*.cmd' \) -delete
	rm -f *.ko *.o *.mod *.mod.c .*.cmd Module.symvers modules.order .module-common.o

.PHONY: all modules no-headers tool install install-source install-command uninstall check check-full kunit lint demo \
	soak fuzz deb docs check-packages bench clean
