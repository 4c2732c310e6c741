#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
load helpers

setup() {
	requires root unshare "$NOSYS"
	cd "$BATS_TEST_TMPDIR"
	mkdir root
}

# config TEXT: a bundle of root in a mount namespace of its own, whose config.json has TEXT among linux
config() {
	echo '{"ociVersion":"1.0.0","root":{"path":"root"},"linux":{"namespaces":[{"type":"mount"}]'"${1:+,$1}"'}}' >config.json
}

# shared_ns WORDS: in a mount namespace where everything is shared, as systemd has it on the host
shared_ns() {
	unshare --mount --propagation shared "$@"
}

# tags PATH: the propagation of the mount at PATH, by the mountinfo in $output, without numbers
tags() {
	awk -v point="$1" '$5 == point { for (i = 7; $i != "-"; i++) { sub(/:.*/, "", $i); printf "%s ", $i }; print "" }' <<<"$output"
}

# lacks [OPTIONS] PATTERN [FILE]: no line matches ("! grep" would not end a test)
lacks() {
	if grep "$@"; then
		return 1
	fi
}

@test "makes the directory a mount, all others slaves and the parent private" {
	calls=open_tree,move_mount,fsopen,fsconfig,fsmount,mount_setattr,openat2
	mkdir parent parent/root
	for words in "env" "$NOSYS $calls" "$NOSYS ${calls//,/=EPERM,}=EPERM" "$NOSYS mount_setattr"; do
		# shellcheck disable=SC2086 # words
		run -0 shared_ns $words sh -c 'mount -t tmpfs parent parent && mkdir -p parent/a/root && exec "$@"' sh "$OCIBOX" oci-rootfs -r parent/a/root \
			/bin/cat /proc/self/mountinfo
		[ "$(tags "$PWD/parent/a/root")" = "" ]
		[ "$(tags "$PWD/parent")" = "" ]
		[ "$(tags /proc)" = "" ]
		[ "$(grep -c " $PWD/parent/a/root " <<<"$output")" = 1 ]
	done
}

@test "what is shared with the host is a slave, and nothing mounted later reaches the host" {
	mkdir other
	run -0 shared_ns sh -c '
		mount -t tmpfs other other && mkdir other/x &&
		unshare --mount --propagation unchanged "$0" oci-rootfs -r root /bin/sh -c "mount -t tmpfs x other/x; mount -t tmpfs x root; cat /proc/self/mountinfo" &&
		echo host && cat /proc/self/mountinfo' "$OCIBOX"
	all=$output
	output=${all%%host*}
	[ "$(tags "$PWD/other")" = "master " ]
	[ "$(tags "$PWD/other/x")" = "" ]
	output=${all##*host}
	[ "$(tags "$PWD/other")" = "shared " ]
	lacks "$PWD/other/x\|$PWD/root" <<<"$output"
}

@test "binds what is mounted below too, and a directory that is a mount already" {
	mkdir -p root/sub
	run -0 aside sh -c 'mount -t tmpfs one root && mkdir root/sub && mount -t tmpfs two root/sub && exec "$@"' sh "$OCIBOX" oci-rootfs -r root /bin/cat /proc/self/mountinfo
	[ "$(grep -c " $PWD/root " <<<"$output")" = 2 ]
	[ "$(grep -c " $PWD/root/sub " <<<"$output")" = 2 ]
}

@test "-P, or linux.rootfsPropagation of -b, is what / has meanwhile" {
	while read -r value all; do
		# on an initramfs everything is taken from the host before
		[ "$all" = shared ] && grep -q ' / / .* - rootfs ' /proc/self/mountinfo && continue
		run -0 shared_ns sh -c 'unshare --mount --propagation unchanged "$@" || exit' sh "$OCIBOX" oci-rootfs -r root -P "$value" /bin/cat /proc/self/mountinfo
		[ "$(tags /proc)" = "${all:+$all }" ]
		config "\"rootfsPropagation\":\"$value\""
		run -0 shared_ns sh -c 'unshare --mount --propagation unchanged "$@" || exit' sh "$OCIBOX" oci-rootfs -b . /bin/cat /proc/self/mountinfo
		[ "$(tags /proc)" = "${all:+$all }" ]
		[ "$(tags "$PWD/root")" = "" ]
	done <<-'END'
	slave master
	rslave master
	private
	rprivate
	shared shared
	rshared shared
	unbindable master
	runbindable master
	END
	run -111 --separate-stderr shared_ns "$OCIBOX" oci-rootfs -r root -P frob
	[ "$stderr" = "oci-rootfs: frob: not a propagation (shared, slave, private, unbindable, or with r)" ]
	run -111 --separate-stderr shared_ns "$OCIBOX" oci-rootfs -r root -P ro
	[ "$stderr" = "oci-rootfs: ro: not a propagation (shared, slave, private, unbindable, or with r)" ]
}

@test "-b takes the root from config.json, -r wins" {
	mkdir other
	config
	run -0 aside "$OCIBOX" oci-rootfs -b . /bin/cat /proc/self/mountinfo
	grep -q " $PWD/root " <<<"$output"
	run -0 aside "$OCIBOX" oci-rootfs -b . -r other /bin/cat /proc/self/mountinfo
	grep -q " $PWD/other " <<<"$output"
	lacks " $PWD/root " <<<"$output"
}

@test "a symlink leads to the directory that is meant" {
	ln -s root link
	run -0 aside "$OCIBOX" oci-rootfs -r link /bin/cat /proc/self/mountinfo
	grep -q " $PWD/root " <<<"$output"
}

@test "a root that is missing or no directory is an error that changes nothing" {
	echo >file
	run -115 --separate-stderr shared_ns sh -c '"$@"; s=$?; cat /proc/self/mountinfo; exit $s' sh "$OCIBOX" oci-rootfs -r none
	[ "$stderr" = "oci-rootfs: open none: No such file or directory" ]
	[ "$(tags /proc)" = "shared " ]
	run -115 --separate-stderr shared_ns sh -c '"$@"; s=$?; cat /proc/self/mountinfo; exit $s' sh "$OCIBOX" oci-rootfs -r file
	[[ $stderr == "oci-rootfs: "*"$PWD/file: Not a directory" ]]
	[ "$(tags /proc)" = "shared " ]
}

@test "the host's own root is refused" {
	ln -s / slash
	for root in / /. slash; do
		run -119 --separate-stderr shared_ns "$OCIBOX" oci-rootfs -r $root
		[ "$stderr" = "oci-rootfs: $root: the host's own root cannot be a container's" ]
	done
	echo '{"ociVersion":"1.0.0","root":{"path":"/"},"linux":{"namespaces":[{"type":"mount"}]}}' >config.json
	run -119 --separate-stderr shared_ns "$OCIBOX" oci-rootfs -b .
	[ "$stderr" = "oci-rootfs: /: the host's own root cannot be a container's" ]
}

@test "a configuration without a mount namespace is refused and changes nothing" {
	echo '{"ociVersion":"1.0.0","root":{"path":"root"},"linux":{"namespaces":[{"type":"pid"}]}}' >config.json
	run -119 --separate-stderr shared_ns sh -c '"$@"; s=$?; cat /proc/self/mountinfo; exit $s' sh "$OCIBOX" oci-rootfs -b .
	[[ $stderr == "oci-rootfs: config.json:1:"*": linux.namespaces: no mount namespace: a container in the host's is not supported yet" ]]
	[ "$(tags /proc)" = "shared " ]
	echo '{"ociVersion":"1.0.0","root":{"path":"root"}}' >config.json
	run -119 shared_ns "$OCIBOX" oci-rootfs -b .
}

@test "a chroot that is no mount is an error" {
	make_rootfs root
	cp "$OCIBOX" root/ocibox
	mkdir root/box
	ldd "$OCIBOX" >/dev/null 2>&1 && cannot "needs a static ocibox"
	run -115 --separate-stderr aside sh -c 'mount -t proc proc root/proc && exec chroot root /ocibox oci-rootfs -r /box'
	[ "$stderr" = "oci-rootfs: change the propagation of /: Invalid argument" ]
}

@test "bad usage changes nothing" {
	for words in "" "-z -r root" "-r" "root"; do
		# shellcheck disable=SC2086 # words
		run -110 --separate-stderr shared_ns sh -c '"$@"; s=$?; cat /proc/self/mountinfo; exit $s' sh "$OCIBOX" oci-rootfs $words
		[ "$stderr" = "oci-rootfs: usage: oci-rootfs [-b bundle] [-r rootfs] [-P propagation] [command ...]" ]
		[ "$(tags /proc)" = "shared " ]
	done
}

@test "leaves no descriptor" {
	run -0 aside /bin/sh -c 'ls /proc/$$/fd'
	before=$output
	run -0 aside "$OCIBOX" oci-rootfs -r root /bin/sh -c 'ls /proc/$$/fd'
	[ "$output" = "$before" ]
}
