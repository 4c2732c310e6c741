#!/bin/sh
# SPDX-License-Identifier: MIT
# deps.sh DIRECTORY [ARCH CROSS_COMPILE]: the static libraries ocibox is linked with, into DIRECTORY/include and
# DIRECTORY/lib, and musl itself with the musl-gcc that compiles for it, DIRECTORY/musl/bin/musl-gcc; those for
# another processor into DIRECTORY/ARCH, made by the cross compiler of this prefix.
#
# Debian has no musl builds of them, and its musl is built for speed, with what a program does not call in one piece
# with what it calls; so they are made from Debian's own source packages. apt fetches
# these with a configuration of its own below DIRECTORY, so that nothing on the machine changes and no
# root is needed, and checks them against the archive's signing keys. They are fetched once: all
# processors' libraries are of the same sources.
set -eu
export LC_ALL=C
unset MAKEFLAGS MFLAGS MAKELEVEL CFLAGS CPPFLAGS LDFLAGS

[ $# = 1 ] || [ $# = 3 ] || { echo "usage: deps.sh DIRECTORY [ARCH CROSS_COMPILE]" >&2; exit 2; }
mkdir -p "$1/apt/lists/partial" "$1/apt/cache/archives/partial" "$1/sources"
dir=$(cd "$1" && pwd)
here=$(cd "$(dirname "$0")" && pwd)
out=$dir${2:+/$2}
cross=${3:-}
cc=$out/musl/bin/musl-gcc
mkdir -p "$out/include/sys" "$out/lib" "$out/src"

stop() {
	echo "deps.sh: $1" >&2
	exit 1
}

need() {
	for tool; do
		command -v "$tool" >/dev/null || stop "$tool is missing; as root, packaging/needs.sh build installs what a build needs"
	done
}

if [ -f /etc/alpine-release ]; then
	[ $# = 1 ] || stop "a build for $2 takes Debian's cross compilers"
	for library in libcap libseccomp; do
		[ -f /usr/lib/$library.a ] ||
			stop "$library-static is missing; as root, packaging/needs.sh build installs what a build needs"
		ln -sf /usr/lib/$library.a "$dir/lib/$library.a"
	done
	exit 0
fi
need apt-get dpkg-source gcc make perl
command -v "${cross}gcc" >/dev/null ||
	stop "${cross}gcc is missing; as root, packaging/needs.sh cross installs what builds for other processors need"

# shellcheck source=/dev/null
. /etc/os-release
keyring=/usr/share/keyrings/$ID-archive-keyring.gpg
[ -r "$keyring" ] || stop "$keyring is missing; the sources cannot be checked"

# The archives this machine already uses, as apt understands its files of whatever form; before a first
# "apt-get update" it knows none.
{
	apt-get indextargets --format "\$(ORIGIN) \$(REPO_URI) \$(RELEASE) \$(COMPONENT)" 'Created-By: Packages' |
		grep -i "^$ID " | sort -u || true
} >"$dir/apt/archives"
if ! grep -q " $VERSION_CODENAME main\$" "$dir/apt/archives"; then
	[ "$ID" = debian ] || stop "apt knows no archive; run apt-get update first"
	cat >"$dir/apt/archives" <<-END
		Debian http://deb.debian.org/debian $VERSION_CODENAME main
		Debian http://deb.debian.org/debian-security $VERSION_CODENAME-security main
	END
fi
while read -r _ uri suite component; do
	echo "deb-src [signed-by=$keyring] $uri $suite $component"
done <"$dir/apt/archives" >"$dir/apt/sources.list"

private_apt() {
	apt-get -qq -o Dir::Etc::SourceList="$dir/apt/sources.list" -o Dir::Etc::SourceParts=/dev/null \
		-o Dir::State::Lists="$dir/apt/lists" -o Dir::Cache="$dir/apt/cache" -o APT::Sandbox::User= \
		-o APT::Get::AllowUnauthenticated=false -o Acquire::AllowInsecureRepositories=false -o Acquire::Retries=3 "$@"
}

# unpack SOURCE: the newest source package of that name, Debian's patches applied, as $out/src/SOURCE.
unpack() {
	if [ ! -d "$dir/sources/$1" ]; then
		[ "${updated:-}" ] || private_apt update
		updated=1
		rm -rf "$dir/sources/$1.get"
		mkdir "$dir/sources/$1.get"
		(cd "$dir/sources/$1.get" && private_apt source --only-source "$1")
		mv "$dir/sources/$1.get"/*/ "$dir/sources/$1"
		rm -r "$dir/sources/$1.get"
	fi
	rm -rf "$out/src/$1"
	cp -a "$dir/sources/$1" "$out/src/$1"
}

# build SOURCE WORDS: what words make of it, from its directory; what they say is shown when they fail
trap '[ $? = 0 ] || [ ! -f "$out/src/log" ] || cat "$out/src/log" >&2' EXIT
build() {
	# no condition may stand here, in which set -e would do nothing
	(cd "$out/src/$1" && shift && "$@") >"$out/src/log" 2>&1
	rm "$out/src/log"
}

build_musl() {
	# the code that finds the kernel's own clock_gettime takes longer than the few calls there are
	sed -i 's/^#ifdef VDSO_CGT_SYM/#if 0/' src/time/clock_gettime.c
	./configure --target="${cross%-}" --prefix="$out/musl" --syslibdir="$out/musl/lib" --disable-shared --enable-wrapper=gcc \
		--disable-optimize --with-malloc=oldmalloc CC="${cross}gcc" CFLAGS="$options"
	make -s -j "$(nproc)" install
}

build_libcap() {
	# each process would ask the kernel for its last capability as it starts, with six calls: only who looks for a name does
	sed -i 's/^__attribute__((constructor (300))) //; s/^    return _cap_max_bits;/    _libcap_initialize();\n&/' libcap/cap_alloc.c
	sed -i 's/^__attribute__((destructor (300))) //' libcap/cap_text.c
	# which the start would have set for who has no libpsx
	sed -i 's/^static int _libcap_overrode_syscalls = 1;/static int _libcap_overrode_syscalls = 0;/' libcap/cap_proc.c
	make -s -C libcap libcap.a CROSS_COMPILE="$cross" CC="$cc $headers" BUILD_CC="gcc -no-pie" USE_GPERF=no COPTS="$options"
	cp libcap/include/sys/capability.h "$out/include/sys/"
}

# columns: the architectures of which the machine runs programs, as libseccomp's table names them
columns() {
	case $($cc -dumpmachine) in
	x86_64*) echo x86 x86_64 x32 ;;
	i?86*) echo x86 ;;
	aarch64*) echo arm aarch64 ;;
	arm*) echo arm ;;
	riscv64*) echo riscv64 ;;
	*) stop "$($cc -dumpmachine): which of libseccomp's architectures are this machine's?" ;;
	esac
}

build_libseccomp() {
	columns=$(columns)
	# gperf is asked for, but what it would be run for is made below
	./configure -q ${cross:+--host="${cross%-}"} GPERF=false CC="$cc -no-pie $headers" CFLAGS="$options" --disable-shared --disable-python
	make -s -C include
	sed -n '1s/^#syscall ([^)]*)/name/p' src/syscalls.csv >src/columns
	grep -v '^#' src/syscalls.csv | sort -t, -k1,1 >src/sorted
	# the order of their times keeps make from running gperf
	touch src/syscalls.perf
	awk -v COLUMNS="$columns" -f "$here/syscalls.awk" src/columns src/sorted >src/syscalls.perf.c
	make -s -j "$(nproc)" -C src libseccomp.la
	cp include/seccomp.h include/seccomp-syscalls.h "$out/include/"
}

options="-Oz -fno-expensive-optimizations -fno-optimize-sibling-calls -fno-tree-loop-im -fno-move-loop-invariants -fno-caller-saves -fno-code-hoisting \
	-fno-tree-tail-merge -fno-jump-tables -fno-pie -ffunction-sections -fdata-sections -fno-asynchronous-unwind-tables -fno-unwind-tables"
# musl-gcc sees musl's headers alone; the kernel's are the system's, or came with the cross compiler
headers="-idirafter /usr/${cross%-}/include -idirafter /usr/include -idirafter /usr/include/$("${cross}gcc" -print-multiarch)"

# what builds for several processors may be under way at once
exec 9>"$dir/lock"
flock 9
unpack musl
build musl build_musl
unpack libcap2
build libcap2 build_libcap
unpack libseccomp
build libseccomp build_libseccomp

# last, and each in one act: make takes the files for the sign that all is done
for library in libcap2/libcap/libcap.a libseccomp/src/.libs/libseccomp.a; do
	cp "$out/src/$library" "$out/lib/${library##*/}.new"
	mv "$out/lib/${library##*/}.new" "$out/lib/${library##*/}"
done
