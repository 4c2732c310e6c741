#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
load helpers

setup() {
	mkdir "$BATS_TEST_TMPDIR/work"
	cd "$BATS_TEST_TMPDIR/work" || return
	export OCIBOX_ROOT=$PWD/state
	mkfifo go
}

# The kernel keeps the status of a process that its parent waited for.
exit_info() {
	requires "Linux 6.15"
}

# container COMMAND: c1, whose process runs the command when the fifo is written to. Its parent waits for it at once.
container() {
	sh -c "sh -c 'echo \$\$ >pid; read -r line <go; $1' & wait" 3>&- &
	parent=$!
	until [ -s pid ]; do :; done
	ocibox oci-claim c1 oci-record -cs -P "$(cat pid)" c1
}

# asleep PID: until the process waits for something.
asleep() {
	until grep -q ' S ' "/proc/$1/stat"; do :; done
}

# waited STATUS: oci-wait of c1, waiting before the process ends, has this status.
waited() {
	local waiter status=0
	"$OCIBOX" oci-wait c1 >out 2>err 3>&- &
	waiter=$!
	asleep "$waiter"
	echo >go
	wait "$waiter" || status=$?
	cat err
	[ "$status" -eq "$1" ]
	[ ! -s out ]
	wait "$parent"
}

@test "ends with the container's exit status, which is kept" {
	exit_info
	container 'exit 42'
	waited 42
	run -42 ocibox wait c1
	[ "$(cat state/c1/exit)" = 42 ]
	run -0 ocibox oci-state c1
	[ "$(jq -r .status <<<"$output")" = stopped ]
}

@test "a signal is 128 and its number" {
	exit_info
	container 'kill -9 $$'
	waited 137
}

@test "goes on when the status is 0, and only then" {
	exit_info
	container 'exit 0'
	waited 0
	[ "$(ocibox oci-wait c1 /bin/echo on)" = on ]
	echo 3 >state/c1/exit
	run -3 --separate-stderr ocibox oci-wait c1 /bin/echo on
	[ -z "$output$stderr" ]
}

@test "a zombie's status is read from it" {
	# the parent goes on as a program that does not wait
	sh -c 'sh -c "echo \$\$ >pid; read -r line <go; exit 7" & exec sleep 1000' 3>&- &
	parent=$!
	until [ -s pid ]; do :; done
	ocibox oci-claim c1 oci-record -cs -P "$(cat pid)" c1
	echo >go
	until grep -q ' Z ' "/proc/$(cat pid)/stat"; do :; done
	run -7 --separate-stderr ocibox oci-wait c1
	[ -z "$output$stderr" ]
	kill "$parent"
	wait "$parent" || :
	run -7 ocibox oci-wait c1
}

@test "several may wait" {
	exit_info
	container 'exit 5'
	waiters=
	for _ in 1 2 3 4 5; do
		"$OCIBOX" oci-wait c1 3>&- &
		waiters="$waiters $!"
	done
	for waiter in $waiters; do asleep "$waiter"; done
	echo >go
	for waiter in $waiters; do
		status=0
		wait "$waiter" || status=$?
		[ "$status" -eq 5 ]
	done
	wait "$parent"
}

@test "a status that nobody saw is an error of its own" {
	container 'exit 1'
	echo >go
	wait "$parent"
	run -117 --separate-stderr ocibox oci-wait c1
	[ "$stderr" = "oci-wait: c1: it has ended, and its exit status was seen by its parent alone" ]
	[ -z "$output" ]
	[ ! -e state/c1/exit ]
}

@test "a container deleted meanwhile is still waited for" {
	exit_info
	container 'exit 9'
	"$OCIBOX" oci-wait c1 3>&- 2>err &
	waiter=$!
	asleep "$waiter"
	ocibox oci-forget c1
	echo >go
	status=0
	wait "$waiter" || status=$?
	[ "$status" -eq 9 ]
	[ ! -s err ]
	[ -z "$(ls state)" ]
	wait "$parent"
}

@test "before Linux 5.3, and 6.15, it knows what it can" {
	requires "$NOSYS"
	container 'exit 42'
	"$NOSYS" pidfd_open "$OCIBOX" oci-wait c1 3>&- 2>err &
	waiter=$!
	asleep "$waiter"
	echo 42 >state/c1/exit.new
	mv state/c1/exit.new state/c1/exit
	echo >go
	status=0
	wait "$waiter" || status=$?
	[ "$status" -eq 42 ]
	wait "$parent"
}

@test "errors" {
	run -112 --separate-stderr ocibox oci-wait c1
	[ "$stderr" = "oci-wait: c1: container does not exist" ]
	ocibox oci-claim c1
	run -113 --separate-stderr ocibox oci-wait c1
	[ "$stderr" = "oci-wait: c1: it has no process yet" ]
	run -110 --separate-stderr ocibox oci-wait
	[ "$stderr" = "oci-wait: usage: oci-wait id [command ...]" ]
}

@test "leaves no descriptor" {
	ocibox oci-claim c1
	echo 0 >state/c1/exit
	[ "$(descriptors oci-wait c1)" = "$(descriptors)" ]
}
