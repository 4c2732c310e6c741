#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
load helpers

setup() {
	requires root unshare
	cd "$BATS_TEST_TMPDIR"
}

@test "sets the hostname the next program sees" {
	run -0 aside "$OCIBOX" oci-hostname -n box1 /bin/uname -n
	[ "$output" = box1 ]
}

@test "-d sets the domain name" {
	run -0 aside "$OCIBOX" oci-hostname -d example.org /bin/cat /proc/sys/kernel/domainname
	[ "$output" = example.org ]
}

@test "-b takes both from config.json" {
	echo '{"ociVersion":"1.0.0","root":{"path":"rootfs"},"hostname":"h-cfg","domainname":"d-cfg","linux":{"namespaces":[{"type":"uts"}]}}' >config.json
	run -0 aside "$OCIBOX" oci-hostname -b . /bin/cat /proc/sys/kernel/hostname /proc/sys/kernel/domainname
	[ "$output" = "h-cfg
d-cfg" ]
}

@test "-b with neither in config.json, or empty ones, changes nothing" {
	for names in '' ',"hostname":"","domainname":"","linux":{"namespaces":[{"type":"uts"}]}'; do
		echo '{"ociVersion":"1.0.0","root":{"path":"rootfs"}'"$names}" >config.json
		run -0 aside "$OCIBOX" oci-hostname -b . /bin/cat /proc/sys/kernel/hostname /proc/sys/kernel/domainname
		[ "$output" = "$(cat /proc/sys/kernel/hostname /proc/sys/kernel/domainname)" ]
	done
}

@test "a name the kernel refuses is an error, with its text" {
	long=$(printf '%065d' 0)
	run -115 --separate-stderr aside "$OCIBOX" oci-hostname -n "$long" /bin/uname -n
	[ "$stderr" = "oci-hostname: set the hostname to $long: Invalid argument" ]
	[ -z "$output" ]
}

@test "bad usage changes nothing" {
	run -110 --separate-stderr aside sh -c '"$0" oci-hostname -z -n x; s=$?; uname -n; exit $s' "$OCIBOX"
	[ "$output" = "$(uname -n)" ]
	[ "$stderr" = "oci-hostname: usage: oci-hostname [-b bundle] [-n hostname] [-d domainname] [command ...]" ]
	run -110 ocibox oci-hostname
}

@test "leaves no descriptor" {
	run -0 aside "$OCIBOX" oci-hostname -n x /bin/sh -c 'ls /proc/$$/fd' 3>&- 4>&-
	[ "${lines[*]}" = "0 1 2" ]
}
