# SPDX-License-Identifier: MIT
# GNU make; no configure step. "make help" lists the targets.
PREFIX ?= /usr/local
B ?= build
VERSION := 0.1.0
COMMIT := $(shell git describe --always --dirty 2>/dev/null || echo unknown)
ARCH := $(shell uname -m)
# Alpine's compiler is musl's own; elsewhere it is musl-gcc, which must be shown the kernel's headers
ifneq ($(wildcard /etc/alpine-release),)
CC := gcc
else
CC := musl-gcc
KERNEL_HEADERS := -idirafter /usr/include -idirafter /usr/include/$(shell gcc -print-multiarch 2>/dev/null)
endif
DEPS ?= $(abspath build/deps)
OPT ?= -Os -ffunction-sections -fdata-sections -fno-asynchronous-unwind-tables
LINK ?= -static -Wl,--gc-sections -s
WARN := -Wall -Wextra -Werror -Wshadow -Wstrict-prototypes -Wmissing-prototypes -Wno-missing-field-initializers
CPPFLAGS += -D_GNU_SOURCE -DOCIBOX_VERSION='"$(VERSION)"' -DOCIBOX_COMMIT='"$(COMMIT)"' -Ilib -isystem $(DEPS)/include $(KERNEL_HEADERS)
CFLAGS ?= -std=c11 $(OPT) $(WARN)

# APPLETS="oci-pivot oci-exec" builds with those alone
APPLETS ?= $(basename $(notdir $(wildcard applets/oci-*.c applets/oci-*.sh)))
STEPS := $(filter $(addprefix applets/,$(addsuffix .c,$(APPLETS))),$(wildcard applets/*.c))
SCRIPTS := $(filter $(addprefix applets/,$(addsuffix .sh,$(APPLETS))),$(wildcard applets/*.sh))
PAGES := $(wildcard man/*.8)
OBJECTS := $(patsubst %.c,$B/%.o,$(notdir $(STEPS) $(wildcard lib/*.c))) $B/table.o
vpath %.c applets lib

.PHONY: all deps demo check check-san check-vm lint size bench install clean help
all: $B/ocibox                  ## build build/ocibox

$B/ocibox: $(OBJECTS)
	$(CC) $(LINK) -o $@ $^ -L$(DEPS)/lib -lcap

# an applet's main is declared by the table that calls it
$B/oci-%.o: WARN += -Wno-missing-prototypes
$B/%.o: %.c | $B $(DEPS)/lib/libcap.a
	$(CC) $(CPPFLAGS) $(CFLAGS) -MMD -c -o $@ $<

$B/table.o: $B/table.c
$B/table.c: lib/table.awk $(PAGES) $(STEPS) $(SCRIPTS) | $B
	LC_ALL=C awk -f lib/table.awk $(PAGES) $(STEPS) $(SCRIPTS) >$@.new && mv $@.new $@

# what the tests need beside the shell: tests/NAME.c alone makes build/NAME
$B/%: tests/%.c | $B
	$(CC) $(CPPFLAGS) $(CFLAGS) -static -o $@ $<

$B:
	mkdir -p $@

deps: $(DEPS)/lib/libcap.a      ## build the static libraries ocibox is linked with
$(DEPS)/lib/libcap.a:
	sh packaging/deps.sh $(DEPS)

-include $(wildcard $B/*.d)
