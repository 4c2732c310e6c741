#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
load helpers

setup() {
	mkdir "$BATS_TEST_TMPDIR/work"      # run leaves files of its own where it has its temporary directory
	cd "$BATS_TEST_TMPDIR/work"
	export OCIBOX_ROOT=$PWD/state
	sleep 1000 3>&- &
	pid=$!
}

teardown() {
	kill "$pid" || :
}

status_of() {
	ocibox oci-state "$1" | jq -r .status
}

@test "-P notes the process, and a plain shell's container runs at once" {
	ocibox oci-claim c1
	[ "$(status_of c1)" = creating ]
	ocibox oci-record -P "$pid" c1
	[ "$(ocibox oci-state c1 | jq -c '[.pid,.status]')" = "[$pid,\"running\"]" ]
	kill "$pid"
	wait "$pid" || :
	[ "$(ocibox oci-state c1 | jq -c '[.pid,.status]')" = '[0,"stopped"]' ]
	sleep 1000 3>&- &
	pid=$!
}

@test "a later process of the same number is not the container's" {
	ocibox oci-claim c1 oci-record -c -P "$pid" c1
	sed -i 's/"startTime":[0-9]*/"startTime":1/' state/c1/state.json
	[ "$(status_of c1)" = stopped ]
}

@test "the container is creating until -c, then created, and running with -s" {
	run -0 --separate-stderr ocibox oci-claim c1 oci-record -P "$pid" c1 oci-state c1 \
		oci-record -c c1 oci-state c1 oci-record -s c1 oci-state c1
	[ "$(jq -r .status <<<"$output")" = "creating
created
running" ]
	# nothing awaits a start any more; since when is told by the socket's new name
	[ "$(ls state/c1)" = "started
state.json" ]
}

@test "what is noted is one more line, and a line cut short is nobody's" {
	ocibox oci-claim c1
	before=$(stat -c %i state/c1/state.json)
	ocibox oci-record -P "$pid" c1
	[ "$(stat -c %i state/c1/state.json)" = "$before" ]
	[ "$(ocibox oci-state c1 | jq .pid)" -eq "$pid" ]
	# as a full disk leaves it, or a kill
	printf '\n{"ociVersion":"1' >>state/c1/state.json
	[ "$(ocibox oci-state c1 | jq .pid)" -eq "$pid" ]
	ocibox oci-record -P $$ c1
	[ "$(ocibox oci-state c1 | jq .pid)" -eq $$ ]
}

@test "-c releases the lock while the chain goes on" {
	run -0 ocibox oci-claim c1 oci-record -P "$pid" c1 /usr/bin/flock -n state/c1 echo free
	[ "$output" = free ]
	mkfifo hold
	"$OCIBOX" oci-claim c2 oci-record -c -P "$pid" c2 /bin/sh -c 'read -r _ <hold' 3>&- &
	until [ -e state/c2/start ]; do :; done
	run -0 flock state/c2 echo free
	echo >hold
	wait $!
}

@test "-p writes the pid file: decimal, no newline, 0644, whole" {
	umask 077
	ln -s elsewhere pid
	ocibox oci-claim c1 oci-record -c -p pid -P "$pid" c1
	[ "$(od -An -c pid | tr -d ' \n')" = "$pid" ]
	[ "$(stat -c '%a %F' pid)" = "644 regular file" ]
	[ ! -e elsewhere ]
	[ "$(ls)" = "pid
state" ]
}

@test "a pid file that cannot be written is an error and leaves nothing" {
	run -115 --separate-stderr ocibox oci-claim c1 oci-record -c -p no/such -P "$pid" c1 /bin/echo ran
	[ "$stderr" = "oci-record: write the pid file no/such: No such file or directory" ]
	[ -z "$output" ]
	[ -e state/c1/start.new ]
	mkdir taken
	run -115 --separate-stderr ocibox oci-record -c -p taken c1
	[ "$stderr" = "oci-record: write the pid file taken: Is a directory" ]
	[ "$(ls)" = "state
taken" ]
}

@test "errors change nothing" {
	run -112 --separate-stderr ocibox oci-record -P "$pid" c1
	[ "$stderr" = "oci-record: c1: container does not exist" ]
	ocibox oci-claim c1
	cp state/c1/state.json before
	run -113 --separate-stderr ocibox oci-record -c c1
	[ "$stderr" = "oci-record: c1: its process is not known (-P)" ]
	run -113 --separate-stderr ocibox oci-record -P 2147483647 c1
	[ "$stderr" = "oci-record: c1: no such process: 2147483647" ]
	run -110 --separate-stderr ocibox oci-record -P 0 c1
	[ "$stderr" = "oci-record: 0: must be a process id (1 to 2147483647)" ]
	run -110 --separate-stderr ocibox oci-record -p pid -P "$pid" c1
	[ "$stderr" = "oci-record: usage: oci-record [-cs] [-p file] [-P pid] id [command ...]" ]
	run -110 ocibox oci-record -c
	cmp before state/c1/state.json
	echo '{' >state/c1/state.json
	run -113 --separate-stderr ocibox oci-record -P "$pid" c1
	[[ $stderr = "oci-record: c1: state.json:"* ]]
	[ "$(cat state/c1/state.json)" = '{' ]
}

@test "leaves no descriptor" {
	ocibox oci-claim c1
	[ "$(descriptors oci-record -c -P "$pid" c1)" = "$(descriptors)" ]
}
