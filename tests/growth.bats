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

# steps_for N: a bundle N with lists of N entries of all kinds, each file and directory there
steps_for() {
	mkdir -p "$1/rootfs/proc" "$1/rootfs/dev" "$1/rootfs/paths" source
	(cd "$1/rootfs/paths" && seq "$1" | xargs touch)
	jq -n --argjson n "$1" --arg source "$PWD/source" '{ociVersion: "1.0.2", root: {path: "rootfs"}, mounts: ([{destination: "/proc", type: "proc"}] +
		[range($n) | {destination: "/m/\(.)", type: "bind", source: $source, options: (["bind"] + [["ro"], ["rro"], []][. % 3])}]),
		linux: {namespaces: [{type: "mount"}], devices: [range($n) | {path: "/devices/\(.)", type: "c", major: 1, minor: 3}],
		maskedPaths: [range($n) | "/paths/\(. + 1)"], readonlyPaths: [range($n) | "/m/\(.)"]}}' >"$1/config.json"
}

# cost N STEP... -- WORD...: "CALLS BYTES" that WORD... ocibox with these steps of bundle N makes and reads
cost() {
	local n=$1 steps=()
	while shift && [ "$1" != -- ]; do
		steps+=("$1" -b "$n")
		case $1 in *paths) steps+=(-r "$n/rootfs") ;; esac
	done
	shift
	aside strace -o calls "$@" "$OCIBOX" oci-rootfs -b "$n" "${steps[@]}" oci-mount -b "$n" -l
	awk '{ calls++ } /^read\(/ { bytes += $NF } END { print calls, bytes }' calls
}

@test "mounts, devices, masked and read-only paths: calls and bytes read grow with their number, on old kernels too" {
	for n in 20 40 80; do
		steps_for $n
	done
	old=("$NOSYS" 'open_tree,move_mount,fsopen,fsconfig,fsmount,mount_setattr,openat2,fchmodat2')
	# read-only paths take all below with them: mountinfo says what that is where no call does it
	for words in "oci-mount oci-mkdev oci-ropaths oci-maskpaths --" "oci-mount oci-mkdev oci-maskpaths -- ${old[*]}"; do
		# the first makes what is missing
		for n in 20 20 40 40 80 80; do
			# shellcheck disable=SC2086 # words
			read -r "calls_$n" "bytes_$n" < <(cost $n $words)
		done
		# shellcheck disable=SC2154 # read sets them
		echo "$words: $calls_20 $bytes_20; $calls_40 $bytes_40; $calls_80 $bytes_80"
		# with twice the entries more, twice as much more: a list that is gone through for each would take four times
		[ $((calls_40 - calls_20)) -gt 200 ]
		[ $((10 * (calls_80 - calls_40))) -lt $((22 * (calls_40 - calls_20))) ]
		[ $((10 * (bytes_80 - bytes_40))) -lt $((22 * (bytes_40 - bytes_20))) ]
	done
}
