#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# shellcheck disable=SC2164 # bats stops at a failing cd
# A long list costs no more for each of its entries than a short one: counted in system calls, which do not
# depend on what else the machine does. tests/bench/growth measures the time.
load helpers

setup() {
	requires root unshare strace jq "$NOSYS"
	cd "$BATS_TEST_TMPDIR"
}

# steps_for N: a bundle N with lists of N entries of all kinds
steps_for() {
	mkdir -p "$1/rootfs/proc" "$1/rootfs/dev" "$1/rootfs/paths" source
	(cd "$1/rootfs/paths" && seq "$1" | xargs touch)
	jq -n --argjson n "$1" --arg source "$PWD/source" '{ociVersion: "1.0.2", root: {path: "rootfs"}, mounts: ([{destination: "/proc", type: "proc"}] +
		[range($n) | {destination: "/m/\(.)", type: "bind", source: $source, options: (["bind"] + if . % 2 == 0 then ["ro"] else [] end)}]),
		linux: {namespaces: [{type: "mount"}], devices: [range($n) | {path: "/devices/\(.)", type: "c", major: 1, minor: 3}],
		maskedPaths: [range($n) | "/paths/\(. + 1)"], readonlyPaths: [range($n) | "/m/\(.)"]}}' >"$1/config.json"
}

@test "mounts, devices, masked and read-only paths: the calls grow with their number, on old kernels too" {
	few=20 many=200
	steps_for $few
	steps_for $many
	for calls in "" "$NOSYS open_tree,move_mount,fsopen,fsconfig,fsmount,mount_setattr,openat2,fchmodat2"; do
		for n in $few $many; do
			# shellcheck disable=SC2086 # words
			aside strace -c -U calls,name -o "$n/calls" $calls "$OCIBOX" oci-rootfs -b $n oci-mount -b $n oci-mkdev -b $n oci-mount -b $n -l \
				oci-ropaths -b $n -r $n/rootfs oci-maskpaths -b $n -r $n/rootfs
		done
		few_calls=$(awk '$2 == "total" { print $1 }' $few/calls)
		many_calls=$(awk '$2 == "total" { print $1 }' $many/calls)
		echo "$few: $few_calls, $many: $many_calls"
		# ten times as many entries, at most ten times as many calls; to read mountinfo for each takes more
		[ "$few_calls" -gt $((few * 10)) ]
		[ "$many_calls" -lt $((few_calls * 10)) ]
	done
}
