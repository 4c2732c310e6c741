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
	# memory comes from the kernel in steps of its own
	awk '!/^(brk|mmap|munmap)\(/ { calls++ } /^read\(/ { bytes += $NF } END { print calls, bytes }' calls
}

@test "mounts, devices, masked and read-only paths: calls and bytes read grow with their number, on old kernels too" {
	one=${OCIBOX_IN_VM:+8} # an emulated processor is slow
	one=${one:-20}
	two=$((2 * one)) four=$((4 * one))
	for n in $one $two $four; do
		steps_for "$n"
	done
	old=("$NOSYS" 'open_tree,move_mount,fsopen,fsconfig,fsmount,mount_setattr,openat2,fchmodat2')
	# read-only paths take all below with them: mountinfo says what that is where mount_setattr(2), of 5.12, does not do it
	linux 5.12 && ropaths=oci-ropaths
	for words in "oci-mount oci-mkdev ${ropaths:-} oci-maskpaths --" "oci-mount oci-mkdev oci-maskpaths -- ${old[*]}"; do
		calls=() bytes=()
		# the first makes what is missing
		for n in $one $one $two $two $four $four; do
			# shellcheck disable=SC2086 # words
			read -r "calls[n]" "bytes[n]" < <(cost $n $words)
		done
		for n in $one $two $four; do
			echo "$words $n: ${calls[n]} calls, ${bytes[n]} bytes"
		done
		# with twice the entries more, twice as much more: a list that is gone through for each would take four times
		[ $((calls[two] - calls[one])) -gt $((10 * one)) ]
		[ $((10 * (calls[four] - calls[two]))) -lt $((22 * (calls[two] - calls[one]))) ]
		[ $((10 * (bytes[four] - bytes[two]))) -lt $((22 * (bytes[two] - bytes[one]))) ]
	done
}
