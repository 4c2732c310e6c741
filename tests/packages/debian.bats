#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# The Debian package: built of a clean tree, looked at, installed, tested there, upgraded, purged.
load packages

setup_file() {
	requires dpkg-buildpackage lintian autopkgtest
	version=$(sed -n 's/^VERSION := //p' "$REPO/Makefile")
	export version
	source_tree "$BATS_FILE_TMPDIR/ocibox-$version"
	cd "$BATS_FILE_TMPDIR/ocibox-$version"
	cp -r packaging/debian .
	unshare --net dpkg-buildpackage -us -uc >"$BATS_FILE_TMPDIR/log" 2>&1 || { cat "$BATS_FILE_TMPDIR/log"; return 1; }
	machine_up
	tar -C "$BATS_FILE_TMPDIR" -cf - --exclude=./machine --exclude=./ready . | inside tar -xf - -C /mnt
}

teardown_file() {
	machine_down
}

setup() {
	cd "$BATS_FILE_TMPDIR"
}

@test "the changelog has the version that make has" {
	[ "$(dpkg-parsechangelog -l "$REPO/packaging/debian/changelog" -S Version)" = "$version" ]
}

@test "a clean tree gives a source package, which has no build in it, and a binary one" {
	dpkg-source --no-check -x "ocibox_$version.dsc" extracted
	run -0 diff -r "$REPO/packaging/debian" extracted/debian
	[ ! -e extracted/build ]
	[ -s "ocibox_${version}_$(dpkg --print-architecture).deb" ]
}

@test "lintian finds neither error nor warning" {
	run -0 lintian --allow-root --fail-on error,warning --tag-display-limit 0 ocibox_*.changes
	[ "$output" = "" ]
}

@test "the package has what make install installs, the pages packed, and a static program" {
	dpkg-deb -x ocibox_*.deb package
	make -s -C "$REPO" install DESTDIR="$PWD/installed" PREFIX=/usr
	cd installed
	find . ! -type d | sed -e 's,\(man[78]/.*\),\1.gz,' -e s,site-functions,vendor-completions, | sort >../expected
	cd ../package
	find . ! -type d ! -path './usr/share/doc/*' ! -path './usr/share/lintian/*' | sort >../has
	diff ../expected ../has
	run ! grep -q INTERP <(readelf -lW usr/bin/ocibox)
	run -0 usr/bin/ocibox --version
	[[ $output == "ocibox version $version"*"commit: debian-$version"* ]]
	run -0 dpkg-deb -f ../ocibox_*.deb Built-Using
	[[ $output == *"glibc (= "*"libcap2 (= "*"libseccomp (= "* ]]
	[ -s usr/share/doc/ocibox/examples/container.sh ]
	[ -s usr/share/doc/ocibox/examples/snippets/containers.conf ]
}

@test "the package for initramfs-tools has what make installs for it" {
	dpkg-deb -x ocibox-initramfs_*.deb initramfs
	make -s -C "$REPO" install-initramfs-tools DESTDIR="$PWD/initramfs-installed"
	rm -r initramfs/usr/share/doc
	diff -r initramfs-installed initramfs
}

@test "it installs with dpkg alone, and its autopkgtest passes" {
	inside sh -c 'dpkg -i /mnt/ocibox_*.deb'
	run -0 inside autopkgtest --no-built-binaries "/mnt/ocibox-$version" -- null
	[[ $output =~ container\ +PASS ]]
	[[ $output =~ steps\ +PASS ]]
}

@test "it upgrades, and its state stays" {
	inside sh -euc '
		cd /mnt
		dpkg-deb -R ocibox_*.deb newer
		sed -i "s/^Version: .*/&+newer/" newer/DEBIAN/control
		dpkg-deb -b newer newer.deb
		mkdir -p bundle/rootfs/bin
		cd bundle
		ocibox spec sh
		cp /bin/busybox rootfs/bin/sh
		ocibox create box
		dpkg -i ../newer.deb
		[ "$(dpkg-query -W -f "\${Version}" ocibox)" != "$1" ]
		ocibox state box | grep "\"status\": *\"created\""
		ocibox delete --force box' sh "$version"
}

@test "purged, nothing is left of it" {
	inside dpkg --purge ocibox
	# what dpkg, apt and man-db keep of every package
	run -0 inside find /mnt/upper ! -type d ! -path '/mnt/upper/var/lib/dpkg/*' ! -path '/mnt/upper/var/lib/apt/*' \
		! -path '/mnt/upper/var/log/*' ! -path '/mnt/upper/var/cache/*'
	[ "$output" = "" ]
	run -0 inside find /mnt/upper /run -name '*oci*'
	[ "$output" = "" ]
}
