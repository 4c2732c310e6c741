#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
load helpers

@test "says operand and reason, status 110" {
	run -110 --separate-stderr ocibox oci-fail x "is wrong"
	[ "$stderr" = "oci-fail: x: is wrong" ]
	[ -z "$output" ]
}

@test "-n and -s set the name and the status" {
	run -7 --separate-stderr ocibox oci-fail -n oci-mine -s 7 x "is wrong"
	[ "$stderr" = "oci-mine: x: is wrong" ]
}

@test "the log has it too" {
	run -119 ocibox --log "$BATS_TEST_TMPDIR/log" --log-format json oci-fail -s 119 /x "not here"
	run -0 jq -r '[.level, .msg, .step, .class, .path] | join("|")' "$BATS_TEST_TMPDIR/log"
	[ "$output" = "error|/x: not here|oci-fail|unsupported|/x" ]
}

@test "nothing behind it runs" {
	run -110 --separate-stderr ocibox oci-fail a b /bin/echo ran
	[ -z "$output" ]
}

@test "bad usage is one line" {
	run -110 --separate-stderr ocibox oci-fail -s 0 a b
	[ "$stderr" = "oci-fail: 0: must be a status (1 to 255)" ]
	run -110 --separate-stderr ocibox oci-fail a
	[ "$stderr" = "oci-fail: usage: oci-fail [-n name] [-s status] operand reason" ]
}
