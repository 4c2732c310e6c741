#!/bin/sh
# SPDX-License-Identifier: MIT
# deps.sh DIRECTORY: the static libraries ocibox is linked with, into DIRECTORY/include and DIRECTORY/lib.
#
# Debian has no musl builds of them, so they are made from Debian's own source packages. apt fetches
# these with a configuration of its own below DIRECTORY, so that nothing on the machine changes and no
# root is needed, and checks them against the archive's signing keys.
set -eu
export LC_ALL=C
unset MAKEFLAGS MFLAGS MAKELEVEL CFLAGS CPPFLAGS LDFLAGS

[ $# = 1 ] || { echo "usage: deps.sh DIRECTORY" >&2; exit 2; }
mkdir -p "$1/include" "$1/lib" "$1/apt/lists/partial" "$1/apt/cache/archives/partial" "$1/src"
dir=$(cd "$1" && pwd)

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
	for library in libcap libseccomp; do
		[ -f /usr/lib/$library.a ] ||
			stop "$library-static is missing; as root, packaging/needs.sh build installs what a build needs"
		ln -sf /usr/lib/$library.a "$dir/lib/$library.a"
	done
	exit 0
fi
need apt-get dpkg-source gcc musl-gcc make perl

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

# unpack SOURCE: the newest source package of that name into $dir/src/SOURCE, Debian's patches applied.
unpack() {
	rm -rf "$dir/src/$1.get" "$dir/src/$1"
	mkdir "$dir/src/$1.get"
	(cd "$dir/src/$1.get" && private_apt source --only-source "$1")
	mv "$dir/src/$1.get"/*/ "$dir/src/$1"
}

private_apt update
# musl-gcc sees musl's headers alone; the kernel's are the system's
headers="-idirafter /usr/include -idirafter /usr/include/$(gcc -print-multiarch)"

options="-Oz -fno-jump-tables -ffunction-sections -fdata-sections -fno-asynchronous-unwind-tables"

unpack libcap2
make -s -C "$dir/src/libcap2/libcap" libcap.a CC="musl-gcc $headers" BUILD_CC=gcc USE_GPERF=no COPTS="$options"

# columns: the architectures of which this machine runs programs, as libseccomp's table names them
columns() {
	case $(musl-gcc -dumpmachine) in
	x86_64*) echo x86 x86_64 x32 ;;
	i?86*) echo x86 ;;
	aarch64*) echo arm aarch64 ;;
	arm*) echo arm ;;
	riscv64*) echo riscv64 ;;
	*) stop "$(musl-gcc -dumpmachine): which of libseccomp's architectures are this machine's?" ;;
	esac
}

unpack libseccomp
here=$(cd "$(dirname "$0")" && pwd)
columns=$(columns)
(
	cd "$dir/src/libseccomp"
	./configure -q CC="musl-gcc $headers" CFLAGS="$options" --disable-shared --disable-python
	make -s -C include
	{
		sed -n '1s/^#syscall ([^)]*)/name/p' src/syscalls.csv >src/columns
		grep -v '^#' src/syscalls.csv | sort -t, -k1,1 >src/sorted
		# what gperf would be run for; the order of their times keeps make from doing so
		touch src/syscalls.perf
		awk -v COLUMNS="$columns" -f "$here/syscalls.awk" src/columns src/sorted >src/syscalls.perf.c
	}
	make -s -C src libseccomp.la
) >"$dir/src/libseccomp.log" 2>&1 || { cat "$dir/src/libseccomp.log" >&2; stop "libseccomp does not build"; }

mkdir -p "$dir/include/sys"
cp "$dir/src/libcap2/libcap/include/sys/capability.h" "$dir/include/sys/"
cp "$dir/src/libseccomp/include/seccomp.h" "$dir/src/libseccomp/include/seccomp-syscalls.h" "$dir/include/"
# last, and each in one act: make takes the files for the sign that all is done
for library in libcap2/libcap/libcap.a libseccomp/src/.libs/libseccomp.a; do
	cp "$dir/src/$library" "$dir/lib/${library##*/}.new"
	mv "$dir/lib/${library##*/}.new" "$dir/lib/${library##*/}"
done
