#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
load helpers

setup() {
	cd "$BATS_TEST_TMPDIR"
}

status_line() {
	ocibox oci-nnp "$@" /bin/grep NoNewPrivs /proc/self/status | tr -d '\t'
}

config() {
	echo '{"ociVersion":"1.0.0","root":{"path":"rootfs"},"process":{"cwd":"/","user":{"uid":0,"gid":0},"args":["x"]'"$1"'}}' >config.json
}

@test "the next program cannot gain privileges" {
	[ "$(status_line)" = NoNewPrivs:1 ]
}

@test "-b does what noNewPrivileges says" {
	config ',"noNewPrivileges":true'
	[ "$(status_line -b .)" = NoNewPrivs:1 ]
	config ',"noNewPrivileges":false'
	[ "$(status_line -b .)" = NoNewPrivs:0 ]
	config ''
	[ "$(status_line -b .)" = NoNewPrivs:0 ]
}

@test "bad usage changes nothing" {
	run -110 --separate-stderr ocibox oci-nnp -z /bin/echo ran
	[ "$stderr" = "oci-nnp: usage: oci-nnp [-b bundle] [command ...]" ]
	[ -z "$output" ]
}

@test "leaves no descriptor" {
	[ "$(descriptors oci-nnp)" = "0 1 2 " ]
}
