#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# shellcheck disable=SC2016 # the dollars are the shell's inside
load helpers
load runtime

setup() {
	runtime_setup
	program sh -c 'while :; do sleep 0.05; done'
}

create() {
	"$OCIBOX" create "$@" </dev/null >/dev/null 2>&1 3>&-
}

@test "a created container is killed and deleted without --force" {
	create "$ID"
	"$OCIBOX" exec -d "$ID" sleep 1000 </dev/null >/dev/null 2>&1 3>&-
	run -0 --separate-stderr ocibox delete "$ID"
	[ -z "$output$stderr" ]
	[ -z "$(left)" ]
}

@test "a running container is refused without --force, and goes on" {
	create "$ID"
	ocibox start "$ID"
	run -113 --separate-stderr ocibox delete "$ID"
	[[ $stderr == *"$ID"*"not stopped: running" ]]
	[ "$(status_of "$ID")" = running ]
	run -0 --separate-stderr ocibox delete --force "$ID"
	[ -z "$output$stderr" ]
	[ -z "$(left)" ]
}

@test "an unknown container: an error, none with --force; twice is an error" {
	run -112 --separate-stderr ocibox delete none
	[ "$stderr" = "oci-hold: none: container does not exist" ]
	run -0 --separate-stderr ocibox delete --force none
	[ -z "$output$stderr" ]
	create "$ID"
	run -0 ocibox kill "$ID" KILL
	until_true has_status "$ID" stopped
	run -0 ocibox delete "$ID"
	run -112 ocibox delete "$ID"
}

@test "a corrupt entry: list goes on, state says so, delete --force clears it" {
	create "$ID"
	mkdir "$OCIBOX_ROOT/bad1" "$OCIBOX_ROOT/bad2"
	echo garbage >"$OCIBOX_ROOT/bad1/state.json"
	run -0 --separate-stderr ocibox list -q
	[[ $output == *"$ID"* ]]
	run ocibox state bad1
	[ "$status" -ne 0 ]
	run -0 ocibox delete --force bad1
	run -0 ocibox delete --force bad2
	[ "$(ls "$OCIBOX_ROOT")" = "$ID" ]
}

@test "a corrupt list of cgroups: refused, cleared with --force" {
	create "$ID"
	cp "$OCIBOX_ROOT/$ID/cgroup" list
	echo garbage >"$OCIBOX_ROOT/$ID/cgroup"
	ocibox kill "$ID" KILL
	until_true has_status "$ID" stopped
	run -113 --separate-stderr ocibox delete "$ID"
	[ "$stderr" = "oci-cgroup: cgroup: the entry's file is corrupt in line 1" ]
	run -0 --separate-stderr ocibox delete --force "$ID"
	[[ $stderr == "oci-cgroup: warning: cgroup: the entry's file is corrupt"* ]]
	[ ! -e "$OCIBOX_ROOT/$ID" ]
	# what the list named stays
	for dir in $(cut -f 4,5 list | tr -d '\t'); do
		rmdir "$dir"
		rmdir "${dir%/*}" 2>/dev/null || true
	done
}

@test "sub-cgroups made inside are removed, a cgroup that was there before stays" {
	requires cgroup1
	mkdir "/sys/fs/cgroup/pids/$ID-own"
	config '.linux.cgroupsPath = $p' --arg p "/$ID-own/c"
	create "$ID"
	[ -d "/sys/fs/cgroup/pids/$ID-own/c" ]
	mkdir "/sys/fs/cgroup/pids/$ID-own/c/inner"
	run -0 ocibox delete --force "$ID"
	[ ! -e "/sys/fs/cgroup/pids/$ID-own/c" ]
	[ -d "/sys/fs/cgroup/pids/$ID-own" ]
	rmdir "/sys/fs/cgroup/pids/$ID-own"
}

# a zombie, whose parent is slow, is not
alive() {
	grep -q '^State:.[^ZX]' "/proc/$1/status" 2>/dev/null
}

@test "processes left without a pid namespace are killed" {
	config '.linux.namespaces |= map(select(.type != "pid"))'
	program sh -c 'sleep 1000 & echo $! >/tmp/child; sleep 1001'
	config '.root.readonly = false'
	create "$ID"
	ocibox start "$ID"
	until_true [ -s rootfs/tmp/child ]
	child=$(cat rootfs/tmp/child)
	alive "$child"
	run -0 ocibox delete --force "$ID"
	run ! alive "$child"
	[ -z "$(left)" ]
}

@test "twenty in parallel remove it once" {
	create "$ID"
	config '.hooks = {poststop: [{path: "/bin/sh", args: ["sh", "-c", "echo x >>poststops"]}]}'
	ocibox delete --force "$ID"
	create "$ID"
	for i in $(seq 20); do
		"$OCIBOX" delete --force "$ID" 2>"err$i" 3>&- || echo >"lost$i" &
	done
	wait
	[ "$(wc -l <poststops)" = 1 ]
	[ "$(cat err*)" = "" ]
	[ -z "$(left)" ]
}

@test "bad usage" {
	run -110 --separate-stderr ocibox delete
	[ "$stderr" = "oci-delete: usage: oci-delete [-f] id" ]
}
