#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# containerd with ocibox on cgroup v2 alone. For the machine of "make check-vm-systemd".
load ../helpers

setup_file() {
	requires root systemd cgroup2 containerd ctr busybox
	make_rootfs "$BATS_FILE_TMPDIR/box"
	systemd-run -q --unit ctrd -p Delegate=yes -p StandardError="file:$BATS_FILE_TMPDIR/log" \
		/usr/bin/containerd -a /run/c.sock --root "$BATS_FILE_TMPDIR/root" --state /run/ctrd
	# it writes this when it serves
	until grep -q 'successfully booted' "$BATS_FILE_TMPDIR/log"; do
		systemctl -q is-active ctrd || { cat "$BATS_FILE_TMPDIR/log"; return 1; }
		sleep 1
	done
}

teardown_file() {
	systemctl stop ctrd
}

ctr() {
	command ctr -a /run/c.sock "$@"
}

# box OPTION... -- WORD...: ctr run of the root filesystem as container "c"
box() {
	local options words
	split_options "$@"
	ctr run --runc-binary "$OCIBOX" "${options[@]}" --rootfs "$BATS_FILE_TMPDIR/box" c "${words[@]}"
}

# all GROUP SYSTEMD: what is done to a container in this cgroup
all() {
	local group=$1 dir=$2
	run -5 box "${@:3}" --rm --cgroup "$group" -- sh -c 'exit 5'
	box "${@:3}" -d --cgroup "$group" --memory-limit 33554432 --cpus .5 -- sleep 1000
	[ "$(cat "/sys/fs/cgroup$dir"/{memory.max,cpu.max} | xargs)" = "33554432 50000 100000" ]
	run -9 ctr task exec --exec-id e c sh -c 'exit 9'
	[ "$(ctr task metrics --format json c | jq -c '.pids.current, .memory.usage_limit' | xargs)" = "1 33554432" ]
	ctr task pause c
	grep -qx 'frozen 1' "/sys/fs/cgroup$dir/cgroup.events"
	ctr task resume c
	ctr task kill -s KILL c
	until [[ $(ctr task ls) == *STOPPED* ]]; do :; done
	ctr task rm c || true
	ctr containers rm c
	[ ! -e "/sys/fs/cgroup$dir" ]
}

@test "containerd: run, limits, exec, metrics, pause, kill, rm, without systemd" {
	all /one /one
}

@test "containerd: run, limits, exec, metrics, pause, kill, rm, with systemd's scopes" {
	all system.slice:ctr:one /system.slice/ctr-one.scope --runc-systemd-cgroup
}
