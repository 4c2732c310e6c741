#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# shellcheck disable=SC2016 # the dollars are the shell's inside
load helpers
load runtime

setup() {
	runtime_setup
	[ "$(grep -c -e ' - cgroup .*freezer' -e ' - cgroup2 ' /proc/self/mountinfo)" -gt 0 ] || cannot "needs a freezer"
}

# counting: a running container that counts in the file n of its root
counting() {
	program sh -c 'echo >ready; i=0; while :; do i=$((i + 1)); echo $i >/n; done'
	config '.root.readonly = false'
	mkfifo rootfs/ready
	ocibox run -d "$ID" </dev/null >/dev/null 2>&1 3>&-
	read -r _ <rootfs/ready
}

# goes_on: the counter moves; stands: it does not, while another process gets all the time it wants
goes_on() {
	local was
	was=$(cat rootfs/n)
	until_true moved "$was"
}

moved() {
	[ "$(cat rootfs/n)" != "$1" ]
}

stands() {
	local was turn
	was=$(cat rootfs/n)
	for turn in $(seq "$(turns 50)"); do
		[ "$(cat rootfs/n)" = "$was" ] || { echo "moved in turn $turn"; return 1; }
	done
}

@test "a paused container stands still and a resumed one goes on" {
	counting
	goes_on
	run -0 --separate-stderr ocibox pause "$ID"
	[ -z "$output$stderr" ]
	stands
	has_status "$ID" paused
	ocibox list | grep -q "^$ID .* paused "
	run -0 --separate-stderr ocibox resume "$ID"
	[ -z "$output$stderr" ]
	goes_on
	has_status "$ID" running
}

@test "pausing twice, resuming what runs and both of what is stopped are errors in runc's words" {
	counting
	run -113 --separate-stderr ocibox resume "$ID"
	[ "$stderr" = "oci-hold: $ID: container not paused" ]
	ocibox pause "$ID"
	run -113 --separate-stderr ocibox pause "$ID"
	[ "$stderr" = "oci-hold: $ID: container not running" ]
	has_status "$ID" paused
	ocibox kill "$ID" KILL
	ended "$ID"
	run -113 --separate-stderr ocibox pause "$ID"
	[ "$stderr" = "oci-hold: $ID: container not running" ]
	run -113 --separate-stderr ocibox resume "$ID"
	[ "$stderr" = "oci-hold: $ID: container not paused" ]
	run -112 --separate-stderr ocibox pause "$ID-none"
	[ "$stderr" = "oci-hold: $ID-none: container does not exist" ]
}

@test "a created container is paused and resumed, and started then" {
	ocibox create "$ID" </dev/null >/dev/null 2>&1 3>&-
	ocibox pause "$ID"
	has_status "$ID" paused
	run -113 --separate-stderr ocibox start "$ID"
	[ "$stderr" = "oci-hold: $ID: cannot start a container in the paused state" ]
	ocibox resume "$ID"
	has_status "$ID" created
	ocibox start "$ID"
	ended "$ID"
}

@test "a paused container can be killed, and deleted with force" {
	counting
	ocibox pause "$ID"
	ocibox kill "$ID" KILL
	ended "$ID"
	ocibox delete "$ID"
	rm rootfs/ready
	counting
	ocibox pause "$ID"
	run -113 ocibox delete "$ID"
	has_status "$ID" paused
	ocibox delete -f "$ID"
	[ -z "$(left)" ]
}

@test "all signals but KILL wait for the resumption" {
	program sh -c 'trap "echo >/done; exit" TERM; echo >ready; while :; do :; done'
	config '.root.readonly = false'
	mkfifo rootfs/ready
	ocibox run -d "$ID" </dev/null >/dev/null 2>&1 3>&-
	read -r _ <rootfs/ready
	ocibox pause "$ID"
	ocibox kill "$ID" TERM
	has_status "$ID" paused
	ocibox resume "$ID"
	ended "$ID"
	[ -e rootfs/done ]
}

@test "bad usage" {
	for words in "pause" "pause a b" "pause -x a" "resume" "resume a b" "resume -x a"; do
		# shellcheck disable=SC2086 # words
		run -110 --separate-stderr ocibox $words
	done
	[ "$stderr" = "oci-resume: -x: no such option (see oci-resume --help)" ] || [ "$stderr" = "oci-resume: usage: oci-resume id" ]
}
