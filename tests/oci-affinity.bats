#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# shellcheck disable=SC2154,SC2016 # bats sets stderr; the dollars are the shell's inside
load helpers

setup() {
	cd "$BATS_TEST_TMPDIR"
}

config() {
	echo '{"ociVersion":"1.0.0","root":{"path":"rootfs"},"process":{"cwd":"/","args":["x"]'"$1"'},"linux":{"a":0'"${2:-}"'}}' >config.json
}

allowed() {
	ocibox oci-affinity "$@" /bin/grep Cpus_allowed_list /proc/self/status | cut -f 2
}

@test "binds the next program" {
	[ "$(allowed 0)" = 0 ]
	[ "$(allowed ' 0 - 0'  2>&1)" != 0 ]
	# those the machine has not are left out
	[ "$(allowed 0,4000-4001)" = 0 ]
}

@test "-b takes initial, -f final" {
	config ',"execCPUAffinity":{"initial":"0","final":"0-4000"}'
	[ "$(allowed -b .)" = 0 ]
	[ "$(allowed -b . oci-affinity -b . -f)" = "$(allowed 0-4000)" ]
	config ''
	[ "$(allowed 0 oci-affinity -b .)" = 0 ]
	[ "$(allowed 0 oci-affinity -b . -f)" = 0 ]
}

@test "errors" {
	local list
	for list in x 3-1 '0,' 0-8192 0--1 -1; do
		run -110 --separate-stderr ocibox oci-affinity -- "$list" /bin/echo ran
		[ "$stderr" = "oci-affinity: $list: must be a list such as 0-3,7, of numbers below 8192" ]
		[ -z "$output" ]
	done
	run -115 --separate-stderr ocibox oci-affinity 8000 /bin/echo ran
	[ "$stderr" = "oci-affinity: bind to processors 8000: Invalid argument" ]
	run -110 --separate-stderr ocibox oci-affinity "" /bin/echo ran
	[ "$stderr" = "oci-affinity: : names no processor" ]
}

@test "bad usage changes nothing" {
	run -110 --separate-stderr ocibox oci-affinity -z /bin/echo ran
	[ "$stderr" = "oci-affinity: usage: oci-affinity [-f] [-b bundle] [list] [command ...]" ]
	[ -z "$output" ]
	run -110 ocibox oci-affinity
}

@test "leaves no descriptor" {
	[ "$(descriptors oci-affinity 0)" = "0 1 2 " ]
}
