#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# shellcheck disable=SC2016 # the dollars are the shell's inside
load helpers
load runtime

setup() {
	runtime_setup
	grep -q ' - cgroup' /proc/self/mountinfo || cannot "needs a cgroup hierarchy"
	config ".linux.cgroupsPath = \"/$ID\" | .root.readonly = false"
}

# up SCRIPT: a running container that has begun with the script, and reads words from the fifo go
up() {
	program sh -c "$1"
	mkfifo rootfs/ready rootfs/go
	ocibox run -d "$ID" </dev/null >/dev/null 2>&1 3>&-
	read -r -t 60 _ <>rootfs/ready
}

# memory_file V1 V2: that file of the container's memory controller; nothing when there is none
memory_file() {
	if [ -e "/sys/fs/cgroup/memory/$ID/$1" ]; then
		echo "/sys/fs/cgroup/memory/$ID/$1"
	elif [ -e "/sys/fs/cgroup/$ID/$2" ]; then
		echo "/sys/fs/cgroup/$ID/$2"
	fi
}

# events WORDS...: oci-events in the background, its lines into the fifo events, which is open as 6
events() {
	mkfifo events
	exec 6<>events
	"$OCIBOX" events "$@" </dev/null >&6 2>err 3>&- &
	watcher=$!
}

# over: the watcher ends; what it still says must not fill the fifo
over() {
	while kill -0 "$watcher" 2>/dev/null; do
		read -r -t 0.1 _ <&6 || true
	done
	wait "$watcher"
	exec 6>&-
}

@test "--stats prints one line with the members of runc" {
	up 'echo >ready; read -r _ <go'
	run -0 --separate-stderr ocibox events --stats "$ID"
	[ ${#lines[@]} = 1 ]
	[ -z "$stderr" ]
	[ "$(jq -c '[.type, .id, keys]' <<<"$output")" = "[\"stats\",\"$ID\",[\"data\",\"id\",\"type\"]]" ]
	[ "$(jq -c '.data | keys' <<<"$output")" = '["blkio","cpu","cpuset","hugetlb","intel_rdt","memory","network_interfaces","pids"]' ]
	[ "$(jq -c '.data.pids.current' <<<"$output")" = 1 ]
	[ "$(jq -c '.data.cpu.usage | [.total > 0, (.kernel + .user | type)]' <<<"$output")" = '[true,"number"]' ]
	[ "$(jq -c '.data.memory.usage | [.usage >= 0, .limit > 0]' <<<"$output")" = '[true,true]' ]
	[ "$output" = "$(ocibox events -s "$ID")" ] || [ "$(jq .id <<<"$output")" = "\"$ID\"" ]
}

@test "the same as runc's, of the same cgroup at the same time" {
	requires runc
	flags=
	! grep -Eq '^[0-9]+ [0-9]+ [^ ]+ / / .* - rootfs ' /proc/self/mountinfo || flags=--no-pivot
	mkfifo rootfs/ready rootfs/go
	# some of each: processor time of both kinds, cached and other memory, reads of a disk
	program sh -c 'i=0; while [ $i -lt 20000 ]; do i=$((i + 1)); done; cat bin/busybox >copy; sync; cat bin/* >/dev/null; echo >ready; read -r _ <go'
	# shellcheck disable=SC2086 # none, or one
	runc --root "$PWD/runc" run $flags -d "$ID" </dev/null >said 2>&1 3>&- || { cat said; return 1; }
	read -r -t 60 _ <>rootfs/ready
	runc --root "$PWD/runc" pause "$ID"
	runc --root "$PWD/runc" events --stats "$ID" >theirs
	ocibox oci-cgroup -p "/$ID" stats >ours
	runc --root "$PWD/runc" resume "$ID"
	runc --root "$PWD/runc" delete --force "$ID"
	jq .data theirs >theirs.data && mv theirs.data theirs
	# before 1.2 it knows no pressure, and it looks for no controller on v2 where others are on v1
	jq -e '.. | .psi? // empty' theirs >/dev/null || without='| walk(if type == "object" then del(.psi) else . end)'
	[ "$(jq -c .hugetlb theirs)" != '{}' ] || without="${without:-} | del(.hugetlb)"
	# and it does not read memory.peak, which Linux has from 5.19
	jq -e .memory.usage.max theirs >/dev/null || without="${without:-} | del(.memory.usage.max)"
	# the kernel gives memory back when it likes
	same='.memory |= walk(if type == "object" then with_entries(select(.key != "usage" or (.value | type) != "number") |
		if .key == "limit" then . elif .value | type == "number" then .value = "number" else . end) else . end)'
	diff <(jq -S "$same ${without:-}" ours) <(jq -S "$same ${without:-}" theirs)
}

@test "stats at each interval, until the container ends" {
	up 'echo >ready; read -r _ <go'
	events --interval 20ms "$ID"
	for _ in 1 2 3; do
		read -r -t 20 line <&6
		[ "$(jq -r .type <<<"$line")" = stats ]
	done
	kill -0 "$watcher"
	echo >rootfs/go
	over
	[ ! -s err ]
}

@test "an oom when memory runs out, and no other line" {
	up 'echo >ready; read -r _ <go; dd if=/dev/zero of=/dev/null bs=100M count=1; echo >ready; read -r _ <go'
	file=$(memory_file memory.limit_in_bytes memory.max)
	[ -n "$file" ] || cannot "needs the memory controller"
	events --interval 1h "$ID"
	# it listens when it has its timer
	until_true has_timer "$watcher"
	echo 20M >"$file"
	echo >rootfs/go
	read -r -t 60 _ <>rootfs/ready
	read -r -t 20 line <&6
	[ "$line" = "{\"type\":\"oom\",\"id\":\"$ID\"}" ]
	echo >rootfs/go
	wait "$watcher"
	run read -r -t 0.01 line <&6
	[ "$status" != 0 ]
	[ ! -s err ]
	exec 6>&-
}

has_timer() {
	[[ "$(readlink /proc/"$1"/fd/*)" = *timerfd* ]]
}

@test "the oom that the container dies of is told too" {
	up 'echo >ready; read -r _ <go; exec dd if=/dev/zero of=/dev/null bs=100M count=1'
	file=$(memory_file memory.limit_in_bytes memory.max)
	[ -n "$file" ] || cannot "needs the memory controller"
	events --interval 1h "$ID"
	until_true has_timer "$watcher"
	echo 20M >"$file"
	echo >rootfs/go
	wait "$watcher"
	read -r -t 20 line <&6
	[ "$line" = "{\"type\":\"oom\",\"id\":\"$ID\"}" ]
	exec 6>&-
	ended "$ID" 137
}

@test "without pidfds the end is seen too" {
	requires "$NOSYS"
	up 'echo >ready; read -r _ <go'
	mkfifo events
	exec 6<>events
	"$NOSYS" pidfd_open "$OCIBOX" events -i 20ms "$ID" </dev/null >&6 2>err 3>&- &
	watcher=$!
	read -r -t 20 line <&6
	echo >rootfs/go
	over
	[ ! -s err ]
}

@test "intervals as Go writes them" {
	up 'echo >ready; read -r _ <go'
	for interval in 5s 1m30s 1.5h 100us 3ns 2h45m; do
		run -0 ocibox events -s -i "$interval" "$ID"
	done
	for interval in 0 0s -1s 5 s 5x "5s " 1m30; do
		run -110 --separate-stderr ocibox events -s -i "$interval" "$ID"
		[ "$stderr" = "oci-events: $interval: duration interval must be greater than 0, as in 500ms, 5s or 1m30s" ]
	done
}

@test "errors, and bad usage" {
	run -112 --separate-stderr ocibox events "$ID-none"
	[ "$stderr" = "oci-events: $ID-none: container does not exist" ]
	up 'echo >ready'
	ended "$ID"
	run -113 --separate-stderr ocibox events --stats "$ID"
	[ "$stderr" = "oci-events: container with id $ID is not running" ]
	run -110 --separate-stderr ocibox events
	[ "$stderr" = "oci-events: usage: oci-events [-s] [-i interval] id [command ...]" ]
}

@test "leaves no descriptor" {
	up 'echo >ready; read -r _ <go'
	"$OCIBOX" events -s "$ID" /bin/sh -c 'ls /proc/$$/fd' 3>&- 4>&- | tail -n +2 | tr '\n' ' ' >list
	[ "$(cat list)" = "$(descriptors oci-hold "$ID")" ]
}
