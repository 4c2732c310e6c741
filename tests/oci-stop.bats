#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
load helpers

setup() {
	mkdir "$BATS_TEST_TMPDIR/work"
	cd "$BATS_TEST_TMPDIR/work"
	export OCIBOX_ROOT=$PWD/state
}

# container COMMAND: c1, whose process is a shell that runs it and says when it has its traps.
container() {
	mkfifo ready never
	# bash runs a trap at once, though it reads; nothing comes from never
	bash -c "$1"' echo >ready; while :; do read -r -t 1000 _ <>never || :; done' 3>&- &
	pid=$!
	read -r _ <ready
	ocibox oci-claim c1 oci-record -cs -P "$pid" c1
}

ended() {
	local status=0
	wait "$pid" || status=$?
	[ "$status" -eq "$1" ]
	[ "$(ocibox state c1 | jq -r .status)" = stopped ]
}

@test "asks with TERM" {
	container "trap 'exit 7' TERM;"
	run -0 --separate-stderr ocibox stop c1
	[ -z "$output$stderr" ]
	ended 7
}

@test "kills when the time is over" {
	container "trap : TERM;"
	ocibox stop c1 --time 0
	ended 137
}

@test "-s sends another signal" {
	container "trap 'exit 9' HUP; trap : TERM;"
	ocibox stop --signal=SIGHUP -t 1000 c1
	ended 9
}

@test "a stopped container is no error, a missing one is" {
	container "trap 'exit 0' TERM;"
	ocibox stop c1
	ended 0
	ocibox stop c1
	run -112 --separate-stderr ocibox stop c2
	[ "$stderr" = "oci-signal: c2: container does not exist" ]
}

@test "bad usage" {
	for words in "" "c1 c2" "-z c1" "-t"; do
		# shellcheck disable=SC2086 # words
		run -110 --separate-stderr ocibox stop $words
		[ "$stderr" = "oci-stop: usage: oci-stop [-s signal] [-t seconds] id" ]
	done
}
