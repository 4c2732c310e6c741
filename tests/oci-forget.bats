#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
load helpers

setup() {
	mkdir "$BATS_TEST_TMPDIR/work"
	cd "$BATS_TEST_TMPDIR/work" || return
	export OCIBOX_ROOT=$PWD/state
}

@test "removes the entry with all that is in it, and that alone" {
	mkdir outside
	echo kept >outside/file
	ocibox oci-claim c1 oci-record -P $$ c1
	ocibox oci-claim c2
	mkdir -p state/c1/a/b state/c1/empty
	touch state/c1/a/b/file 'state/c1/-odd name'
	ln -s ../../outside state/c1/link
	ln -s / state/c1/a/root
	mkfifo state/c1/fifo
	[ "$(ocibox oci-forget c1 /bin/ls state)" = c2 ]
	[ "$(cat outside/file)" = kept ]
}

@test "behind oci-hold and oci-claim it removes what they hold" {
	ocibox oci-claim c1
	[ -z "$(ocibox oci-hold c1 oci-forget c1 /bin/ls state)" ]
	[ -z "$(ocibox oci-claim c1 oci-forget c1 /bin/ls state)" ]
	# the chain can go on with another container
	[ "$(ocibox oci-claim c1 oci-forget c1 oci-claim c2 /bin/ls state)" = c2 ]
}

@test "what is not there is no error" {
	ocibox oci-forget c1
	[ ! -e state ]
	mkdir state
	[ "$(ocibox oci-forget c1 oci-forget c1 /bin/echo on)" = on ]
}

@test "an entry that is no directory is told, and stays" {
	mkdir state
	ln -s / state/c1
	run -115 --separate-stderr ocibox oci-forget c1 /bin/echo on
	[ "$stderr" = "oci-forget: open the state of c1: Not a directory" ]
	[ -z "$output" ]
	[ -L state/c1 ]
}

@test "what cannot be removed is told" {
	requires root unshare
	ocibox oci-claim c1
	run -115 --separate-stderr unshare -m sh -c '
		mount --bind state state && mount -o remount,bind,ro state && "$0" oci-forget c1' "$OCIBOX"
	[ "$stderr" = "oci-forget: remove the state of c1: Read-only file system" ]
	[ -e state/c1/state.json ]
}

@test "bad usage changes nothing" {
	run -110 --separate-stderr ocibox oci-forget
	[ "$stderr" = "oci-forget: usage: oci-forget id [command ...]" ]
	mkdir -p state/c1
	for id in '' . .. ../state; do
		run -110 ocibox oci-forget "$id"
	done
	[ -d state/c1 ]
}

@test "leaves no descriptor" {
	ocibox oci-claim c1
	[ "$(descriptors oci-hold c1 oci-forget c1)" = "$(descriptors)" ]
}
