#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# shellcheck disable=SC2154,SC2016 # bats sets stderr; the dollars are the shell's inside
load helpers

setup() {
	requires root capsh
	cd "$BATS_TEST_TMPDIR"
}

bits() {
	ocibox oci-securebits "$@" /sbin/capsh --print | sed -n 's/^Securebits: .*b\([01]*\).*/\1/p'
}

@test "sets them for the next program, and keep-caps up to it" {
	[ "$(bits noroot,noroot-locked)" = 11 ]
	[ "$(bits SECBIT_NO_SETUID_FIXUP,no_setuid_fixup_locked,no-cap-ambient-raise,no-cap-ambient-raise-locked)" = 11001100 ]
	[ "$(bits keep-caps,keep-caps-locked)" = 100000 ]
	[ "$(bits noroot oci-securebits none)" = 0 ]
}

@test "user 0 has no capabilities by itself then" {
	run -0 ocibox oci-securebits noroot /bin/grep CapEff /proc/self/status
	[ "$output" = "CapEff:	0000000000000000" ]
}

@test "errors" {
	run -110 --separate-stderr ocibox oci-securebits noroot,x /bin/echo ran
	[ "$stderr" = "oci-securebits: x: no secure bit" ]
	run -114 --separate-stderr ocibox oci-securebits noroot,noroot-locked oci-securebits none /bin/echo ran
	[ "$stderr" = "oci-securebits: set the secure bits to none: Operation not permitted" ]
	[ -z "$output" ]
}

@test "bad usage changes nothing" {
	run -110 --separate-stderr ocibox oci-securebits -z /bin/echo ran
	[ "$stderr" = "oci-securebits: usage: oci-securebits bits [command ...]" ]
	[ -z "$output" ]
	run -110 ocibox oci-securebits
}

@test "leaves no descriptor" {
	[ "$(descriptors oci-securebits none)" = "0 1 2 " ]
}
