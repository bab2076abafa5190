# SPDX-License-Identifier: GPL-2.0
#
#   make            the module for the running kernel, when its headers are here, and the command
#   make modules    the module alone; KDIR= names another kernel's headers
#   make install    by DKMS, with the command, its manual and its completion; make uninstall
#   make demo       see it work, on this machine or in a virtual one
#   make check      every test on every supported kernel; make kunit, lint: parts of it
#   make soak       load, unload, configure and delete, a thousand times
#   make bench      figures beside other ND proxies
#   make clean
#
# The kernel's half of the build is in Kbuild.

PREFIX ?= /usr
DESTDIR ?=
KDIR ?= /lib/modules/$(shell uname -r)/build

VERSION := $(shell sed -n 's/^PACKAGE_VERSION="\(.*\)"/\1/p' dkms.conf)
SRCDIR := $(DESTDIR)/usr/src/ndproxy-$(VERSION)
MANDIR := $(DESTDIR)$(PREFIX)/share/man/man8
PROTOS := $(DESTDIR)/etc/iproute2/rt_protos.d
SOURCES := $(wildcard Kbuild dkms.conf COPYING include mld ndproxy)
MAN := $(wildcard Documentation/man/ndproxy.8)

all: $(if $(wildcard $(KDIR)),modules,no-headers) tool

modules:
	$(MAKE) -C $(KDIR) M=$(CURDIR) modules

no-headers:
	@echo "No kernel headers at $(KDIR): the module is not built."
	@echo "Install linux-headers-$(shell uname -r), or: make modules KDIR=/path/to/headers"

tool:
	$(MAKE) -C tools/ndproxy

install: tool
	install -d $(SRCDIR) $(PROTOS)
	tar -c --exclude='*.o' --exclude='*.ko' --exclude='.*.cmd' --exclude='*.mod' \
		--exclude='*.mod.c' $(SOURCES) | tar -x --no-same-owner -C $(SRCDIR)
	$(MAKE) -C tools/ndproxy install
	$(if $(MAN),install -D -m 644 $(MAN) $(MANDIR)/ndproxy.8)
	printf '110\tndproxy\n' > $(PROTOS)/ndproxy.conf
	$(if $(DESTDIR),,dkms install ndproxy/$(VERSION))

uninstall:
	$(if $(DESTDIR),,-dkms remove ndproxy/$(VERSION) --all)
	rm -rf $(SRCDIR)
	$(MAKE) -C tools/ndproxy uninstall
	rm -f $(MANDIR)/ndproxy.8 $(PROTOS)/ndproxy.conf

check kunit lint demo soak:
	@tools/testing/$@

bench:
	@tools/bench/bench

clean:
	$(MAKE) -C tools/ndproxy clean
	find Kbuild include mld ndproxy kunit \( -name '*.o' -o -name '.*.cmd' \) -delete
	rm -f *.ko *.o *.mod *.mod.c .*.cmd Module.symvers modules.order .module-common.o

.PHONY: all modules no-headers tool install uninstall check kunit lint demo soak bench clean
