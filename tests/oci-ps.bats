#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
load helpers
load runtime

setup() {
	runtime_setup
	grep -q ' - cgroup' /proc/self/mountinfo || cannot "needs a cgroup hierarchy"
}

# up: a running container of a shell and a sleep
up() {
	program sh -c 'sleep 1000 & echo >ready; wait'
	mkfifo rootfs/ready
	ocibox run -d "$ID" </dev/null >/dev/null 2>&1 3>&-
	read -r _ <rootfs/ready
	init=$(ocibox state "$ID" | jq .pid)
	child=$(pgrep -P "$init")
}

@test "a table with ps's headline and the container's processes only" {
	up
	run -0 --separate-stderr ocibox ps "$ID"
	[ -z "$stderr" ]
	[ ${#lines[@]} = 3 ]
	[ "${lines[0]}" = "$(ps -ef | head -n 1)" ]
	[[ "${lines[1]}" = *" $init "*"sh -c sleep 1000"* ]]
	[[ "${lines[2]}" = *" $child "*"sleep 1000" ]]
}

@test "words behind the id are ps's, also those that begin with a dash" {
	up
	run -0 ocibox ps --format table "$ID" -A -o ppid,pid,args
	[ "${#lines[@]}" = 3 ]
	[[ "${lines[0]}" = *PPID*PID*COMMAND ]]
	[[ "${lines[2]}" = *"$init"*"$child"*"sleep 1000" ]]
	run -110 --separate-stderr ocibox ps "$ID" -A -o args,pid
	[[ "$stderr" = "oci-ps: unable to parse pid: "* ]]
	run -110 --separate-stderr ocibox ps "$ID" -A -o args
	[ "$stderr" = "oci-ps: couldn't find PID field in ps output" ]
	run -115 --separate-stderr ocibox ps "$ID" --format json
	[[ "$stderr" = "oci-ps: ps: exit status "* ]]
}

@test "--format json is an array of numbers, and nothing else is printed" {
	up
	run -0 --separate-stderr ocibox ps --format json "$ID"
	[ "$output" = "[$init,$child]" ]
	[ -z "$stderr" ]
	run -0 ocibox ps -f json "$ID"
	[ "$output" = "[$init,$child]" ]
	ocibox kill -a "$ID" KILL
	ended "$ID" 137
	run -0 ocibox ps --format json "$ID"
	[ "$output" = "[]" ]
}

@test "as runc's" {
	requires runc
	up
	config ".linux.cgroupsPath = \"/$ID-runc\""
	rm rootfs/ready
	mkfifo rootfs/ready
	flags=
	! grep -Eq '^[0-9]+ [0-9]+ [^ ]+ / / .* - rootfs ' /proc/self/mountinfo || flags=--no-pivot
	runc --root "$PWD/runc" run $flags -d "$ID-runc" </dev/null >/dev/null 2>&1 3>&-
	read -r _ <rootfs/ready
	ocibox ps "$ID" -A -o comm,pid | sed 's/[0-9]*$//' >ours
	runc --root "$PWD/runc" ps "$ID-runc" -A -o comm,pid | sed 's/[0-9]*$//' >theirs
	ocibox ps -f json "$ID" | jq 'map(type)' >>ours
	runc --root "$PWD/runc" ps -f json "$ID-runc" | jq 'map(type)' >>theirs
	runc --root "$PWD/runc" delete --force "$ID-runc"
	diff ours theirs
}

@test "errors, and bad usage" {
	run -112 --separate-stderr ocibox ps "$ID-none"
	[ "$stderr" = "oci-ps: $ID-none: container does not exist" ]
	ocibox oci-claim "$ID"
	run -113 --separate-stderr ocibox ps "$ID"
	[ "$stderr" = "oci-ps: $ID: no cgroup was made for this container, so its processes are not known" ]
	run -110 --separate-stderr ocibox ps -f xml "$ID"
	[ "$stderr" = "oci-ps: xml: format must be table or json" ]
	run -110 --separate-stderr ocibox ps
	[ "$stderr" = "oci-ps: usage: oci-ps [-f format] id [argument ...]" ]
}

@test "the caller's PATH is not asked for ps" {
	up
	mkdir bin
	printf '#!/bin/sh\necho PID; echo %s\n' "$init" >bin/ps
	chmod +x bin/ps
	run -0 env PATH="$PWD/bin:$PATH" "$OCIBOX" ps "$ID"
	[ ${#lines[@]} = 3 ]
}
