#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# shellcheck disable=SC1083 # braces are words of a chain
load helpers

setup() {
	mkdir "$BATS_TEST_TMPDIR/work"
	cd "$BATS_TEST_TMPDIR/work" || return
	export OCIBOX_ROOT=$PWD/state
	sleep 1000 3>&- &
	pid=$!
}

teardown() {
	kill "$pid" || :
}

# condition STATUS: the container c1, made to be in it. creating, created and running have the process.
condition() {
	rm -rf state
	case $1 in
	creating) ocibox oci-claim c1 oci-record -P "$pid" c1 ;;
	created) ocibox oci-claim c1 oci-record -c -P "$pid" c1 ;;
	running) ocibox oci-claim c1 oci-record -cs -P "$pid" c1 ;;
	stopped) ocibox oci-claim c1 oci-record -c -P "$pid" c1 && sed -i 's/"startTime":[0-9]*/"startTime":1/' state/c1/state.json ;;
	esac
	[ "$(ocibox oci-state c1 | jq -r .status)" = "$1" ]
}

@test "goes on in the wanted status, and in any when none is named" {
	for status in creating created running stopped; do
		condition "$status"
		[ "$(ocibox oci-hold -t "$status" c1 /bin/echo on)" = on ]
		[ "$(ocibox oci-hold c1 /bin/echo on)" = on ]
		[ "$(ocibox oci-hold -t paused -t "$status" c1 /bin/echo on)" = on ]
	done
}

# refused STATUS OPTIONS MESSAGE
refused() {
	condition "$1"
	# shellcheck disable=SC2086 # options are words
	run -113 --separate-stderr ocibox oci-hold $2 c1 /bin/echo on
	[ "$stderr" = "oci-hold: $3" ]
	[ -z "$output" ]
}

@test "another status is refused in the words clients look for" {
	refused stopped "-t created" "c1: cannot start a container that has stopped"
	refused running "-t created" "c1: cannot start an already running container"
	refused creating "-t created" "c1: cannot start a container in the creating state"
	refused creating "-t stopped" "cannot delete container c1 that is not stopped: creating"
	refused created "-t stopped" "cannot delete container c1 that is not stopped: created"
	refused running "-t stopped" "cannot delete container c1 that is not stopped: running"
	refused stopped "-t created -t running" "c1: container not running"
	refused created "-t running -t paused" "c1: container is created"
	refused running "-t paused" "c1: container not paused"
}

@test "-k kills what is created, and nothing else" {
	refused running "-k -t stopped" "cannot delete container c1 that is not stopped: running"
	condition stopped
	[ "$(ocibox oci-hold -k -t stopped c1 /bin/echo on)" = on ]
	kill -0 "$pid"
	condition created
	[ "$(ocibox oci-hold -k -t stopped c1 /bin/echo on)" = on ]
	run -137 wait "$pid"
	sleep 1000 3>&- &
	pid=$!
}

@test "a missing container is an error, or with -m the end of the chain" {
	for made in . state state/c1; do
		mkdir -p "$made"
		run -112 --separate-stderr ocibox oci-hold c1 /bin/echo on
		[ "$stderr" = "oci-hold: c1: container does not exist" ]
		[ -z "$output" ]
		run -0 ocibox oci-hold -m c1 /bin/echo on
		[ -z "$output" ]
	done
}

@test "a corrupt state is an error; -f goes on" {
	mkdir -p state/c1
	[ "$(ocibox oci-hold -f -t stopped c1 /bin/echo on)" = on ]
	echo '{}' >state/c1/state.json
	run -113 --separate-stderr ocibox oci-hold -m -t stopped c1 /bin/echo on
	[ "$stderr" = "oci-hold: c1: state.json: annotations: missing or wrong" ]
	[ -z "$output" ]
	[ "$(ocibox oci-hold -mf -t stopped c1 /bin/echo on)" = on ]
	ocibox oci-hold -mf c1 oci-forget c1
	[ ! -e state/c1 ]
}

@test "holds the lock while the chain runs, and waits for it" {
	condition created
	mkfifo held
	# the lock is held until the fifo ends; what waits for it then sees what was changed under it
	flock state/c1 sh -c 'read -r _ <held; rm -r state/c1' 3>&- &
	locker=$!
	exec 9>held
	"$OCIBOX" oci-hold -t created c1 /bin/echo on >out 2>err 3>&- 9>&- &
	waiter=$!
	until grep -q "^$waiter (ocibox) S" "/proc/$waiter/stat"; do :; done
	echo go >&9
	exec 9>&-
	wait "$locker"
	wait "$waiter" || [ $? -eq 112 ]
	[ "$(cat err)" = "oci-hold: c1: container does not exist" ]
	[ ! -s out ]
}

@test "what fails behind the lock does not keep it, for which an undo would wait" {
	requires root strace
	# they look at files before
	! sanitized || return 0
	condition running
	run -114 --separate-stderr timeout 20 strace -f -qq -o /dev/null -e trace=%fstat -e inject=%fstat:error=EPERM \
		"$OCIBOX" oci-guard { oci-hold c1 /bin/true } oci-hold c1 /bin/echo on
	[ "${stderr_lines[0]}" = "oci-hold: lock the state of c1: Operation not permitted" ]
	[ -z "$output" ]
}

# The process that undoes waits for the lock, and the one that has failed for that.
@test "who is ended right behind the lock does not keep it" {
	requires root strace
	condition running
	# stopped behind its flock(2), and so is the undo, behind that by which it gives the lock up
	timeout -k 1 20 strace -f -qq -o calls -e trace=flock -e inject=flock:signal=STOP:when=1 \
		"$OCIBOX" oci-guard { oci-hold c1 /bin/touch undone } oci-hold c1 /bin/touch went 3>&- &
	tracer=$!
	for signals in "TERM CONT" CONT; do
		until stopped=$(grep -h 'stopped by SIGSTOP' calls 2>/dev/null | grep -v "^${was:-none} "); do :; done
		was=${stopped%% *}
		for signal in $signals; do
			kill -"$signal" "$was"
		done
	done
	status=0
	wait "$tracer" || status=$?
	[ "$status $(echo *)" = "143 calls state undone" ]
}

@test "is refused itself when the chain holds a container" {
	condition created
	run -110 --separate-stderr ocibox oci-hold c1 oci-hold c1
}

@test "bad usage changes nothing" {
	condition running
	run -110 --separate-stderr ocibox oci-hold -t dead c1 /bin/echo on
	[ "$stderr" = "oci-hold: dead: must be creating, created, running, paused or stopped" ]
	run -110 --separate-stderr ocibox oci-hold -z c1 /bin/echo on
	[ "$stderr" = "oci-hold: usage: oci-hold [-fkm] [-t status ...] id [command ...] | oci-hold -u [command ...]" ]
	[ -z "$output" ]
	run -110 ocibox oci-hold a/b
}

@test "leaves no descriptor" {
	condition running
	[ "$(descriptors oci-hold c1)" = "$(descriptors)" ]
}

@test "-u gives the lock up for the rest of the chain" {
	condition running
	run -0 ocibox oci-hold c1 oci-hold -u oci-hold c1 /bin/echo on
	# the option behind is the next step's
	run -0 ocibox oci-hold c1 oci-hold -u oci-hold -m c1 /bin/echo on
	[ "$output" = on ]
	# also that of the processes it made meanwhile
	run -0 timeout 10 "$OCIBOX" oci-hold c1 oci-ns -m { oci-hold -u oci-hold c1 oci-reap } /bin/echo on
	[ "$output" = on ]
	run -110 ocibox oci-hold -u /bin/echo on
}
