# SPDX-License-Identifier: MIT
# GNU make; no configure step. "make help" lists the targets.
PREFIX ?= /usr/local
# ARCH=aarch64, armv7, riscv64, x86_64 or i686 builds for another processor, into build/ARCH, with Debian's cross compiler
# or CROSS_COMPILE's, and its libraries in DEPS/ARCH. CC says all of that where it is given.
MACHINE := $(patsubst arm,armv7,$(firstword $(subst -, ,$(shell gcc -dumpmachine 2>/dev/null))))
ARCH ?= $(MACHINE)
FOREIGN := $(if $(filter default,$(origin CC)),$(filter-out $(MACHINE),$(ARCH)))
# the processors of a release
RELEASED := x86_64 aarch64 armv7 riscv64
TRIPLETS := aarch64-linux-gnu arm-linux-gnueabihf riscv64-linux-gnu x86_64-linux-gnu i686-linux-gnu
CROSS_COMPILE ?= $(or $(addsuffix -,$(filter $(patsubst armv7,arm,$(ARCH))-%,$(TRIPLETS))),$(error \
	ARCH=$(ARCH) is not known here: CROSS_COMPILE=PREFIX- names a compiler))
B ?= build$(FOREIGN:%=/%)
VERSION := 0.1.0
# what git archive makes says it itself
COMMIT := $(shell grep -sEo '^[0-9a-f]{12}' packaging/commit || git describe --always --dirty --abbrev=12 --exclude='*' 2>/dev/null || echo unknown)
# DEPS= takes the libraries where the compiler looks for them
DEPS ?= $(abspath build/deps)
L := $(DEPS:%=%$(FOREIGN:%=/%))
# A compiler that is asked for, by make's operands or the environment, is used. Alpine's is musl's own; elsewhere it
# is the musl-gcc of a musl that is built small, as the libraries are; it must be shown the kernel's headers
ifeq ($(origin CC),default)
CC := $(if $(wildcard /etc/alpine-release),gcc,$(L:%=%/musl/bin/)musl-gcc)
endif
ifeq ($(notdir $(firstword $(CC))),musl-gcc)
PREFIXED := $(if $(FOREIGN),$(CROSS_COMPILE))
KERNEL_HEADERS := $(addprefix -idirafter ,/usr/$(PREFIXED:-=)/include /usr/include /usr/include/$(shell $(PREFIXED)gcc -print-multiarch))
endif
# SECCOMP=0 builds without libseccomp: filters are compiled elsewhere (oci-seccomp --compile)
SECCOMP ?= 1
LIBRARIES := $(if $L,$(filter $L/%,$(CC)) $L/lib/libcap.a $(if $(filter 1,$(SECCOMP)),$L/lib/libseccomp.a))
# these passes make gcc's code larger, even for -Oz, and no faster here
LARGER := $(if $(findstring clang,$(CC)),,-fno-expensive-optimizations -fno-optimize-sibling-calls -fno-tree-loop-im -fno-move-loop-invariants -fno-caller-saves -fno-code-hoisting -fno-tree-tail-merge)
OPT ?= -Oz $(LARGER) -fno-jump-tables -fno-pie -ffunction-sections -fdata-sections -fno-asynchronous-unwind-tables -fno-unwind-tables
# A static program without position independence has nothing that is read-only after relocation, nor would musl protect it;
# what is written begins where the rest of the file ends, and not at a page's edge; aligned alike, parts leave few holes.
# musl's start needs nothing of the compiler's, which is for constructors of C++.
LINK ?= $(if $(filter $L/%,$(CC)),-nostartfiles $L/musl/lib/crt1.o) -static -no-pie -Wl,--gc-sections,--sort-section=alignment,--build-id=none,-z,noseparate-code,-z,norelro,-z,common-page-size=16 -s
WARN := -Wall -Wextra -Werror -Wshadow -Wstrict-prototypes -Wmissing-prototypes -Wno-missing-field-initializers -Wdate-time
# what is needed whatever CPPFLAGS, CFLAGS and LDFLAGS say
FLAGS = -std=c11 -D_GNU_SOURCE -DOCIBOX_VERSION='"$(VERSION)"' -DOCIBOX_COMMIT='"$(COMMIT)"' -Ilib $(L:%=-isystem %/include) $(KERNEL_HEADERS)
CFLAGS ?= $(OPT) $(WARN)
COMPILE = $(CC) $(FLAGS) $(CPPFLAGS) $(CFLAGS)
SAN := -fsanitize=address,undefined

# APPLETS="oci-pivot oci-program" builds with those alone
APPLETS ?= $(basename $(notdir $(wildcard applets/oci-*.c applets/oci-*.sh)))
STEPS := $(filter $(addprefix applets/,$(addsuffix .c,$(APPLETS))),$(wildcard applets/*.c))
TEXTS := sh chain template
SCRIPTS := $(wildcard $(foreach a,$(APPLETS),$(TEXTS:%=applets/$a.%)))
PAGES := $(wildcard man/*.8)
# the parts of config.json with a schema of their own that these read, or what they call: each says "schema: process hooks"
PARTS := $(sort $(shell sed -n 's/.*schema: \([a-z ]*\).*/\1/p' /dev/null $(STEPS)))
UNREAD := $(filter-out $(PARTS:%=lib/part_%.c),$(wildcard lib/part_*.c))
$(if $(filter-out $(wildcard lib/part_*.c),$(PARTS:%=lib/part_%.c)),$(error an applet reads a part of config.json that lib/part_*.c do not have: $(PARTS)))
LIB := $(filter-out lib/filter_$(if $(filter 1,$(SECCOMP)),nolib,compile).c lib/trace$(if $(filter oci-trace,$(APPLETS)),_none).c $(UNREAD),$(wildcard lib/*.c))
OBJECTS := $(patsubst %.c,$B/%.o,$(notdir $(STEPS) $(LIB))) $B/table.o
COMPLETION := $B/completion.bash $B/completion.zsh $B/completion.fish
AWK := LC_ALL=C awk -f lib/page.awk
TOOLS := $(patsubst tests/%.c,$B/%,$(wildcard tests/*.c))
vpath %.c applets lib tests/bench

.PHONY: all deps demo check check-all check-san check-vm check-vm-systemd check-clients check-packages lint fuzz size picture bench release deps-released install clean help FORCE
all: $B/ocibox $(COMPLETION)    ## build build/ocibox

$B/ocibox: $(OBJECTS)
	$(CC) $(LINK) $(LDFLAGS) -Wl,-Map=$@.map -o $@ $^ $(L:%=-L%/lib) -lcap $(if $(filter 1,$(SECCOMP)),-lseccomp)

# an applet's main is declared by the table that calls it
$B/oci-%.o: WARN += -Wno-missing-prototypes
$B/%.o: %.c | $B $(LIBRARIES)
	$(COMPILE) -MMD -c -o $@ $<

$B/table.o: $B/table.c | $(LIBRARIES)
	$(COMPILE) -c -o $@ $<
$B/table.c: lib/page.awk lib/table.awk $(PAGES) $(STEPS) $(SCRIPTS) $B/selection
	$(AWK) -f lib/table.awk $(PAGES) $(STEPS) $(SCRIPTS) >$@.new && mv $@.new $@
$B/completion.%: lib/page.awk lib/completion.awk $(PAGES) $(STEPS) $(SCRIPTS) $B/selection
	$(AWK) -v shell=$* -f lib/completion.awk $(PAGES) $(STEPS) $(SCRIPTS) >$@.new && mv $@.new $@
# changes when another selection of applets, or of libraries, is asked for
$B/selection: FORCE | $B
	@echo '$(APPLETS) $(SECCOMP)' | cmp -s - $@ || echo '$(APPLETS) $(SECCOMP)' >$@

# what the tests need beside the shell
$(TOOLS): $B/%: tests/%.c | $B $(LIBRARIES)
	$(COMPILE) -static -o $@ $<
$B/musl: lib/date.c lib/musl_getopt.c lib/musl_print.c lib/scan.c
$B/inflate: lib/text.c

$B:
	mkdir -p $@

deps: $(LIBRARIES)              ## build the static libraries ocibox is linked with
$L/musl/bin/musl-gcc $L/lib/libcap.a $L/lib/libseccomp.a &:
	sh packaging/deps.sh $(DEPS) $(if $(FOREIGN),$(ARCH) $(CROSS_COMPILE))

# These install what they need when run as root, so they begin anew with make once it is there.
demo:                           ## run a container of busybox and show it; as root
	sh packaging/needs.sh build demo
	$(MAKE) -s $B/ocibox
	sh packaging/demo.sh $B/ocibox
check:                          ## all tests on this kernel; as root
	sh packaging/needs.sh build check
	$(MAKE) -s all $(TOOLS)
	sh tests/run check
check-san:                      ## the same with address and undefined behaviour sanitizers
	sh packaging/needs.sh build san check
	$(MAKE) -s $B/san/ocibox $(TOOLS)
	sh tests/run check-san
check-vm:                       ## the same in an initramfs in qemu, with cgroup v2 alone; KERNEL=bullseye or trixie for others
	sh packaging/needs.sh build vm check
	$(MAKE) -s all $(TOOLS)
	sh tests/run check-vm
check-vm-systemd:               ## those of systemd and cgroups, podman, containerd and docker in a Debian with systemd in qemu; not part of check-all
	sh packaging/needs.sh build systemd check
	$(MAKE) -s all $(TOOLS)
	sh tests/run check-vm-systemd
check-clients:                  ## podman, buildah, containerd and docker with ocibox; as root
	sh packaging/needs.sh build check clients
	$(MAKE) -s all
	sh tests/run check-clients
check-packages:                 ## what packaging/ has for distributions, each built or read by its own programs; as root
	sh packaging/needs.sh build cross release check packages initramfs
	$(MAKE) -s all deps-released
	sh tests/run check-packages
lint:                           ## compiler warnings, clang-tidy, cppcheck, shellcheck, mandoc
	sh packaging/needs.sh build lint
	$(MAKE) -s all
	sh tests/run lint
check-all:                      ## all of these
	sh packaging/needs.sh build cross release check san vm packages initramfs lint clients
	$(MAKE) -s all deps-released $B/san/ocibox $(TOOLS)
	sh tests/run lint check-packages check check-san check-vm check-clients
release:                        ## the source and a program for each processor, the same bytes each time, into build/release
	sh packaging/needs.sh build cross release
	$(MAKE) -s deps-released
	sh packaging/release.sh $(VERSION) $(abspath $(DEPS)) $B/release $(RELEASED)
deps-released:
	for arch in $(RELEASED); do $(MAKE) -s ARCH=$$arch deps || exit; done
bench:                          ## times against crun, runc and the bare system calls; as root
	sh packaging/needs.sh build bench
	$(MAKE) -s $B/ocibox $B/pairs $B/count $B/floor $B/nosys
	sh tests/bench/bench $B
	sh tests/bench/growth $B
	bash tests/bench/crowd $B

$B/san/ocibox: FORCE
	$(MAKE) B=$B/san CC=gcc DEPS= OPT='-O1 -g -fno-omit-frame-pointer $(SAN)' LINK='$(SAN)' $@
$B/pairs $B/count $B/floor: $B/%: $B/%.o
	$(CC) -static -o $@ $<

# the parser and the schema need nothing of the rest
FUZZED := $(filter-out lib/json_edit.c,$(wildcard lib/json*.c)) $(wildcard lib/schema*.c lib/part_*.c lib/check_*.c) lib/scan.c lib/sysctl.c
fuzz:                           ## fuzz the reader of config.json, for FUZZ_SECONDS (60)
	sh packaging/needs.sh build fuzz
	$(MAKE) $B/fuzz/config
	mkdir -p $B/fuzz/corpus
	$B/fuzz/config -max_total_time=$(or $(FUZZ_SECONDS),60) -max_len=8192 -timeout=5 -artifact_prefix=$B/fuzz/ $B/fuzz/corpus tests/fuzz/seeds
$B/fuzz/config: tests/fuzz/config.c $(FUZZED) $(wildcard lib/*.h)
	mkdir -p $(@D)
	clang -std=c11 -D_GNU_SOURCE -Ilib -O1 -g -fsanitize=fuzzer,address,undefined -fno-sanitize-recover=all -o $@ $(filter %.c,$^)

size: $B/ocibox                 ## bytes of each applet's own object in build/ocibox, of what they share, and of the whole
	@awk -f packaging/size.awk $<.map
	@wc -c <$< | awk '{ print $$1, "$<" }'

picture: packaging/picture.svg  ## the README's picture from its text
packaging/picture.svg: packaging/picture.txt packaging/picture.awk
	LC_ALL=C awk -f packaging/picture.awk $< >$@.new && mv $@.new $@

install: all                    ## install below DESTDIR and PREFIX
	install -D -m 755 $B/ocibox $(DESTDIR)$(PREFIX)/bin/ocibox
	for a in $(APPLETS); do ln -sf ocibox $(DESTDIR)$(PREFIX)/bin/$$a; done
	mkdir -p $(DESTDIR)$(PREFIX)/share/man/man7 $(DESTDIR)$(PREFIX)/share/man/man8
	for f in man/*.7; do install -m 644 $$f $(DESTDIR)$(PREFIX)/share/man/man7; done
	install -m 644 man/ocibox.8 $(APPLETS:%=man/%.8) $(DESTDIR)$(PREFIX)/share/man/man8
	install -D -m 644 $B/completion.bash $(DESTDIR)$(PREFIX)/share/bash-completion/completions/ocibox
	install -D -m 644 $B/completion.zsh $(DESTDIR)$(PREFIX)/share/zsh/site-functions/_ocibox
	install -D -m 644 $B/completion.fish $(DESTDIR)$(PREFIX)/share/fish/vendor_completions.d/ocibox.fish

# The tools that make initramfs images look in one place each, whatever PREFIX is; what they have in common is below /usr/lib/ocibox.
.PHONY: install-initramfs install-initramfs-tools install-dracut install-mkinitcpio
install-initramfs:
	install -D -m 755 -t $(DESTDIR)/usr/lib/ocibox/initramfs packaging/initramfs/boot packaging/initramfs/fill packaging/initramfs/init
install-initramfs-tools: install-initramfs      ## install the hook and boot scripts of initramfs-tools, see ocibox-initramfs(7)
	install -D -m 755 -t $(DESTDIR)/usr/share/initramfs-tools/hooks packaging/initramfs-tools/hooks/ocibox
	install -D -m 755 -t $(DESTDIR)/usr/share/initramfs-tools/scripts/init-premount packaging/initramfs-tools/scripts/init-premount/ocibox
	install -D -m 755 -t $(DESTDIR)/usr/share/initramfs-tools/scripts/local-bottom packaging/initramfs-tools/scripts/local-bottom/ocibox
	install -D -m 755 -t $(DESTDIR)/usr/share/initramfs-tools/scripts/nfs-bottom packaging/initramfs-tools/scripts/local-bottom/ocibox
install-dracut: install-initramfs               ## install the module of dracut
	install -D -m 755 -t $(DESTDIR)/usr/lib/dracut/modules.d/90ocibox packaging/dracut/90ocibox/*.sh
install-mkinitcpio: install-initramfs           ## install the hook of mkinitcpio
	install -D -m 644 -t $(DESTDIR)/usr/lib/initcpio/install packaging/mkinitcpio/install/ocibox
	install -D -m 644 -t $(DESTDIR)/usr/lib/initcpio/hooks packaging/mkinitcpio/hooks/ocibox

clean:                          ## remove what was built, but not the libraries
	[ ! -d $B ] || find $B -mindepth 1 -maxdepth 1 ! -name deps ! -name vm -exec rm -rf {} +
help:                           ## this list
	@awk -F':.*## ' '/^[a-z-]+:.*## / { printf "  %-10s %s\n", $$1, $$2 }' $(firstword $(MAKEFILE_LIST))

-include $(wildcard $B/*.d)
