#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# bats sets stderr
# shellcheck disable=SC2154
load helpers

# What it does is seen from the other side: tests/oci-release.bats.

@test "bad usage changes nothing" {
	run -110 --separate-stderr ocibox oci-await /bin/echo no
	[ "$stderr" = "oci-await: only behind oci-claim and the last gate" ]
	[ -z "$output" ]
	run -110 --separate-stderr ocibox oci-await -z /bin/echo no
	[ "$stderr" = "oci-await: usage: oci-await [command ...]" ]
}
