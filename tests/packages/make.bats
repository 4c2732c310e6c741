#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# What the build systems of distributions pass to make, and that it is heard.
load packages

setup() {
	requires make gcc musl-gcc unshare readelf
	cd "$BATS_TEST_TMPDIR"
	source_tree tree
}

# wrapped COMPILER: a compiler of another name, which notes what it is called with
wrapped() {
	printf '#!/bin/sh\necho "$@" >>%q\nexec %s "$@"\n' "$PWD/calls" "$1" >"$PWD/some-cc"
	chmod 755 some-cc
}

@test "CC, CPPFLAGS, CFLAGS and LDFLAGS of make's operands are used, and take nothing of what the sources need" {
	wrapped "musl-gcc -idirafter /usr/include -idirafter /usr/include/$(gcc -print-multiarch)"
	run -0 make -s -C tree -j2 DEPS="$REPO/build/deps" APPLETS='oci-hostname oci-seccomp' CC="$PWD/some-cc" CPPFLAGS=-DPASSED=1 \
		CFLAGS='-O1 -fno-pie' LDFLAGS=-Wl,-z,relro
	[ "$output" = "" ]
	[ "$(grep -cE -- ' -DPASSED=1 -O1 -fno-pie (-MMD )?-c -o build/' calls)" = "$(find tree/build -name '*.o' | wc -l)" ]
	grep -q -- '-Wl,-z,relro .*-o build/ocibox ' calls
	run -0 tree/build/ocibox oci-hostname --help
}

@test "DEPS= takes the compiler's own libraries, from the environment too, and LINK without -static gives a dynamic program" {
	wrapped gcc
	DEPS='' CC=$PWD/some-cc CFLAGS=-O1 run -0 unshare --net make -s -C tree -j2 LINK=-Wl,--gc-sections APPLETS='oci-hostname oci-seccomp'
	[ "$output" = "" ]
	run -0 readelf -d tree/build/ocibox
	[[ $output == *"[libcap.so.2]"*"[libseccomp.so.2]"* ]]
	run -0 tree/build/ocibox oci-hostname --help
	[ ! -e tree/build/deps ]
}
