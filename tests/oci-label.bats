#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# shellcheck disable=SC2154,SC2016 # bats sets stderr; the dollars are the shell's inside
load helpers

setup() {
	requires root
	cd "$BATS_TEST_TMPDIR"
}

config() {
	echo '{"ociVersion":"1.0.0","root":{"path":"rootfs"},"process":{"cwd":"/","args":["x"]'"$1"'},"linux":{"a":0'"${2:-}"'}}' >config.json
}

# those of a kernel without the module; where there is one, "unconfined" is a profile that always exists
@test "an AppArmor profile is in force for the program, or an error" {
	config ',"apparmorProfile":"unconfined"'
	if grep -q '^unconfined' /proc/self/attr/apparmor/current 2>/dev/null; then
		run -0 ocibox oci-label -a unconfined /bin/cat /proc/self/attr/current
		[[ $output == unconfined* ]]
		run -0 ocibox oci-label -b . /bin/true
		run -115 --separate-stderr ocibox oci-label -a no-such-profile /bin/echo ran
		[[ $stderr == "oci-label: write exec no-such-profile to /proc/self/attr/apparmor/exec: "* ]]
	else
		run -119 --separate-stderr ocibox oci-label -a unconfined /bin/echo ran
		[ "$stderr" = "oci-label: unconfined: an AppArmor profile, and the kernel has no AppArmor" ]
		run -119 --separate-stderr ocibox oci-label -b . /bin/echo ran
	fi
	[[ $output != *ran* ]]
}

@test "an SELinux label is an error where there is no SELinux, or no such label" {
	if grep -q selinuxfs /proc/filesystems; then
		run -115 --separate-stderr ocibox oci-label -s a:b:c /bin/echo ran
		[ "$stderr" = "oci-label: write a:b:c to /proc/self/attr/exec: Invalid argument" ]
		return
	fi
	run -119 --separate-stderr ocibox oci-label -s a:b:c /bin/echo ran
	[ "$stderr" = "oci-label: a:b:c: an SELinux label, and the kernel has no SELinux" ]
	config ',"selinuxLabel":"a:b:c"'
	run -119 --separate-stderr ocibox oci-label -b . /bin/echo ran
	[ -z "$output" ]
}

@test "-b with neither changes nothing" {
	config ''
	run -0 ocibox oci-label -b . /bin/echo ran
	[ "$output" = ran ]
	config ',"apparmorProfile":"","selinuxLabel":""'
	run -0 ocibox oci-label -b . /bin/echo ran
}

# CVE-2019-16884 and CVE-2025-52881: what is written goes to a file of the image's. It fails if lib/proc.c's
# tree_try_open() does not look at f_type, or its walk at mounts on the way.
@test "a /proc of the image's is never written to" {
	! sanitized || skip "the sanitizers need a real /proc"
	mkdir -p fake/self/attr/apparmor
	printf 'nodev\tselinuxfs\n' >fake/filesystems
	echo unconfined >fake/self/attr/current
	: >fake/self/attr/exec
	: >fake/self/attr/apparmor/exec
	for option in -a -s; do
		# the whole of it; a directory of the process's own; another process's
		run ! --separate-stderr aside sh -c 'mount --bind fake /proc && exec "$0" oci-label $1 x /bin/echo ran' "$OCIBOX" $option
		[ "$stderr" = "oci-label: /proc: not a real procfs, so nothing below it is used" ]
		[ -z "$output" ]
	done
	run ! --separate-stderr aside sh -c 'mount --bind fake/self/attr /proc/$$/attr && exec "$0" oci-label -a x /bin/echo ran' "$OCIBOX"
	[ -z "$output" ]
	run ! --separate-stderr aside sh -c 'mount --bind /proc/sys /proc && exec "$0" oci-label -s x /bin/echo ran' "$OCIBOX"
	[ "$stderr" = "oci-label: /proc: not a real procfs, so nothing below it is used" ]
	[ ! -s fake/self/attr/exec ]
	[ ! -s fake/self/attr/apparmor/exec ]
}

@test "bad usage changes nothing" {
	run -110 --separate-stderr ocibox oci-label -z /bin/echo ran
	[ "$stderr" = "oci-label: usage: oci-label [-a profile] [-b bundle] [-s label] [command ...]" ]
	[ -z "$output" ]
	run -110 ocibox oci-label
}

@test "leaves no descriptor" {
	[ "$(descriptors oci-label -a '')" = "0 1 2 " ]
}
