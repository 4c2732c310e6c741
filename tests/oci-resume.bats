#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# what it does to a container is tested with oci-pause, without which there is nothing to resume
load helpers

@test "a missing container is an error" {
	export OCIBOX_ROOT=$BATS_TEST_TMPDIR/state
	run -112 --separate-stderr ocibox resume none
	[ "$stderr" = "oci-hold: none: container does not exist" ]
}

@test "bad usage" {
	for words in "" "a b" "-x"; do
		# shellcheck disable=SC2086 # words
		run -110 --separate-stderr ocibox resume $words
		[ "$stderr" = "oci-resume: usage: oci-resume id" ]
	done
}
