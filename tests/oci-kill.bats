#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# shellcheck disable=SC2016 # the dollars are the shell's inside
load helpers
load runtime

setup() {
	runtime_setup
	mkfifo out
	exec 5<>out
}

teardown() {
	exec 5>&-
	runtime_teardown
}

# up SCRIPT: a running container whose program is that script; its output is read from 5
up() {
	program sh -c "$1"
	"$OCIBOX" run -d "$ID" </dev/null >&5 2>&1 3>&-
	read -r line <&5
	[ "$line" = up ]
}

@test "names and numbers, in every form" {
	up 'trap "echo USR1" USR1; trap "echo HUP" HUP; trap "echo 36" 36; echo up; while :; do sleep 0.05; done'
	for signal in USR1 SIGUSR1 usr1 sigusr1 10; do
		run -0 --separate-stderr ocibox kill "$ID" "$signal"
		[ -z "$output$stderr" ]
		read -r line <&5
		[ "$line" = USR1 ]
	done
	for signal in SIGRTMIN+2 RTMIN+2 RTMAX-28 36; do
		run -0 ocibox kill "$ID" "$signal"
		read -r line <&5
		[ "$line" = 36 ]
	done
	run -0 ocibox kill "$ID" 0
	run -110 --separate-stderr ocibox kill "$ID" FROB
	[[ $stderr == "oci-signal: FROB: "* ]]
	run -110 ocibox kill "$ID" 65
	run -110 ocibox kill "$ID" -- -1
}

@test "TERM is the default" {
	up 'trap "echo TERM; exit" TERM; echo up; while :; do sleep 0.05; done'
	run -0 ocibox kill "$ID"
	read -r line <&5
	[ "$line" = TERM ]
}

@test "--all reaches every process" {
	up 'sh -c "trap \"echo child\" USR1; echo up; while :; do sleep 0.05; done" & trap : USR1; while :; do sleep 0.05; done'
	run -0 ocibox kill --all "$ID" USR1
	# the shells also say that the signal ended their sleeps
	while read -r -t 10 line <&5; do
		[ "$line" != child ] || break
	done
	[ "$line" = child ]
}

@test "refuses unknown and stopped containers; --all of a stopped one is fine" {
	run -112 --separate-stderr ocibox kill none
	[ "$stderr" = "oci-signal: none: container does not exist" ]
	up 'echo up; while :; do sleep 0.05; done'
	run -0 ocibox kill "$ID" KILL
	ended "$ID" 137
	run -113 --separate-stderr ocibox kill "$ID" KILL
	[[ $stderr == "oci-signal: $ID: container not running"* ]]
	run -0 ocibox kill --all "$ID" KILL
}

@test "a created container is killed too" {
	program true
	"$OCIBOX" create "$ID" </dev/null >/dev/null 2>&1 3>&-
	run -0 ocibox kill "$ID" KILL
	until_true has_status "$ID" stopped
	ocibox delete "$ID"
	# by other signals too, though they do nothing to the first process of a pid namespace that does not handle them
	for signal in TERM INT HUP; do
		"$OCIBOX" create "$ID" </dev/null >/dev/null 2>&1 3>&-
		run -0 ocibox kill "$ID" $signal
		until_true has_status "$ID" stopped
		ocibox delete "$ID"
	done
	# and the program's own handling of them is what it would be
	program sh -c 'grep SigCgt /proc/1/status'
	"$OCIBOX" create "$ID" </dev/null >signals 2>&1 3>&-
	ocibox start "$ID"
	until_true has_status "$ID" stopped
	grep -q ':.0*$' signals
}

@test "KILL reaches all of a container that shares a pid namespace, and those its first process left" {
	config '.linux.namespaces |= map(select(.type != "pid"))'
	for first in kept gone; do
		up 'sleep 1000 & echo up; exec sleep 2000'
		cgroup=$(sed -n 's/.*:pids://p; s/^0:://p' "/proc/$(ocibox state "$ID" | jq .pid)/cgroup" | head -n 1)
		procs=$(find /sys/fs/cgroup -path "*$cgroup/cgroup.procs" | head -n 1)
		[ "$(wc -l <"$procs")" = 2 ]
		if [ $first = gone ]; then
			ocibox oci-signal -w "$ID" KILL
			[ "$(wc -l <"$procs")" = 1 ]
		fi
		run -0 ocibox kill "$ID" KILL
		[ ! -s "$procs" ] || [ -z "$(cat "$procs")" ]
		until_true has_status "$ID" stopped
		run -113 --separate-stderr ocibox kill "$ID" KILL
		[ "$stderr" = "oci-signal: $ID: container not running" ]
		ocibox delete "$ID"
	done
}

@test "stop: TERM, then KILL when the time is over" {
	up 'trap "exit 3" TERM; echo up; while :; do sleep 0.05; done'
	run -0 ocibox stop "$ID"
	ended "$ID" 3
	run -0 ocibox delete "$ID"
	up 'trap "" TERM; echo up; while :; do sleep 0.05; done'
	run -0 ocibox stop --time 1 "$ID"
	ended "$ID" 137
}

@test "bad usage" {
	run -110 --separate-stderr ocibox kill
	[ "$stderr" = "oci-kill: usage: oci-kill [-a] id [signal]" ]
}
