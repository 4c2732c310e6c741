#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# The recipes for Alpine, Buildroot, Yocto and OpenWrt. None of these systems is here: of each, tests/packages/stubs has as
# much as the recipe meets, with a compiler of another name and libraries in a sysroot of its own. Each builds of the
# release's sources, with no network, what make install installs.
load packages

setup_file() {
	requires musl-gcc unshare readelf
	cd "$BATS_FILE_TMPDIR"
	version=$(sed -n 's/^VERSION := //p' "$REPO/Makefile")
	MAKEFLAGS=-j$(nproc)
	export MAKEFLAGS version PATH=$PWD/bin:$PATH STUBS=$REPO/tests/packages/stubs

	# what is downloaded. jsmn's own archive is not to be had here: the recipes are told of this one's checksums.
	source_tree "ocibox-$version"
	tar -czf "ocibox-$version.tar.gz" "ocibox-$version"
	"ocibox-$version/packaging/recipes.sh" "ocibox-$version.tar.gz" "https://releases.test/ocibox" recipes
	mkdir jsmn-1.1.0
	cp /usr/include/jsmn.h jsmn-1.1.0/
	tar -czf jsmn-1.1.0.tar.gz jsmn-1.1.0
	ln -s jsmn-1.1.0.tar.gz jsmn_1.1.0.orig.tar.gz
	find recipes -type f -exec sed -i -e "s/5f0913a1[0-9a-f]*/$(sha256sum <jsmn-1.1.0.tar.gz | cut -d' ' -f1)/" \
		-e "s/474fa447[0-9a-f]*/$(sha512sum <jsmn-1.1.0.tar.gz | cut -d' ' -f1)/" {} +

	# a sysroot with libraries and the kernel's headers, and no jsmn
	mkdir bin sysroot
	cp -r "$REPO/build/deps/include" "$REPO/build/deps/lib" sysroot
	ln -s /usr/include/linux /usr/include/asm-generic "/usr/include/$(gcc -print-multiarch)/asm" sysroot/include
	printf '#!/bin/sh\nexec musl-gcc -idirafter %q -L%q -static "$@"\n' "$PWD/sysroot/include" "$PWD/sysroot/lib" >bin/target-gcc
	chmod 755 bin/target-gcc

	make -s -C "$REPO" install DESTDIR="$PWD/installed" PREFIX=/usr
	listing installed >expected
}

# listing DIRECTORY: what is there, and where links lead
listing() {
	(cd "$1" && find . ! -type d -printf '%P %l\n' | sort)
}

setup() {
	cd "$BATS_FILE_TMPDIR"
}

# works PROGRAM [COMMIT]: it runs, and says which it is
works() {
	run -0 "$1" --version
	[ "${lines[0]}" = "ocibox version $version" ]
	[ "${lines[1]}" = "commit: $2" ]
	run -0 "$1" oci-hostname --help
}

@test "recipes.sh fills in checksums and address, and takes no other release" {
	run ! grep -rE '0{64}|ocibox[.]example/' recipes
	grep -q '^OCIBOX_SITE = https://releases.test/ocibox$' recipes/buildroot/ocibox/ocibox.mk
	run -1 "$REPO/packaging/recipes.sh" ocibox-0.0.1.tar.gz https://x/y other
	[ "$output" = "recipes.sh: ocibox-0.0.1.tar.gz: not ocibox-$version.tar.gz" ]
	[ ! -e other ]
}

@test "every recipe is for the version that make has" {
	cd "$REPO/packaging"
	grep -qx "pkgver=$version" alpine/APKBUILD
	grep -qx "OCIBOX_VERSION = $version" buildroot/ocibox/ocibox.mk
	grep -qx "PKG_VERSION:=$version" openwrt/ocibox/Makefile
	[ -e "yocto/recipes-containers/ocibox/ocibox_$version.bb" ]
}

@test "Alpine's functions build, check and package what make install installs" {
	mkdir alpine
	CC=target-gcc CFLAGS=-Os CPPFLAGS='' run -0 unshare --net busybox sh -euc '
		srcdir=$1/alpine pkgdir=$1/alpine/pkg
		. "$1/recipes/alpine/APKBUILD"
		echo "$sha512sums" | sed "/^$/d" | sha512sum -c
		cd "$srcdir"
		for file in $source; do
			file=${file%%::*}
			tar -xzf "$1/${file##*/}"
		done
		cd "$srcdir/$pkgname-$pkgver"
		build
		check
		package' sh "$PWD"
	diff expected <(listing alpine/pkg)
	works alpine/pkg/usr/bin/ocibox "alpine-$version-r0"
}

@test "Buildroot's package builds and installs what make install installs" {
	run -0 unshare --net make -s -f "$STUBS/buildroot.mk" RECIPE="$PWD/recipes/buildroot/ocibox/ocibox.mk" TARGET_CC="target-gcc -I$PWD/jsmn-1.1.0"
	diff expected <(listing buildroot-output/target)
	works buildroot-output/target/usr/bin/ocibox buildroot
}

@test "Yocto's recipe builds, installs and packages what make install installs" {
	run -0 unshare --net /usr/bin/python3 "$STUBS/yocto.py" "recipes/yocto/recipes-containers/ocibox/ocibox_$version.bb" .
	[[ $output == *"ocibox: /usr/bin/oci-pivot"* ]]
	[[ $output == *"ocibox-doc: /usr/share/man/man8/oci-pivot.8"* ]]
	[[ $output == *"ocibox-bash-completion: /usr/share/bash-completion/completions/ocibox"* ]]
	diff expected <(listing yocto-output/image)
	works yocto-output/image/usr/bin/ocibox yocto
}

@test "OpenWrt's package has the program and its commands" {
	run -0 unshare --net make -s -f recipes/openwrt/ocibox/Makefile TOPDIR="$STUBS/openwrt" WORK="$PWD"
	diff <(grep ^usr/bin/ expected) <(listing openwrt-output/root)
	works openwrt-output/root/usr/bin/ocibox openwrt
}
