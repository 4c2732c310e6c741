#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# Many containers at the same time; tests/bench/crowd takes a thousand, and their times.
load helpers
load runtime

setup() {
	runtime_setup
	program sleep 1000
}

# each WORD...: ocibox WORD... for all, eight at a time, "ID" being the id
each() {
	local worker i jobs=()
	for worker in 0 1 2 3 4 5 6 7; do
		for ((i = worker; i < count; i += 8)); do
			"$OCIBOX" "${@/ID/$ID-$i}" </dev/null >/dev/null 2>>"failed-$worker" 3>&- || echo "$1 $i: status $?" >>"failed-$worker"
		done &
		jobs+=($!)
	done
	wait "${jobs[@]}"
	[ -z "$(cat failed-*)" ] || { cat failed-*; return 1; }
}

# all_are STATUS: list says so of every one
all_are() {
	[ "$("$OCIBOX" list | awk '{ n[$3]++ } END { for (s in n) print s, n[s] }' | sort)" = "STATUS 1
$1 $count" ]
}

@test "a hundred containers, eight at a time: created, started, listed, killed, deleted; nothing fails, nothing is left" {
	# an emulated processor is slow, and so are the sanitizers
	count=$(turns 100)
	! sanitized || count=24
	each create --pid-file pid-ID ID
	all_are created
	each start ID
	all_are running
	[ "$(ocibox list -q | sort -V | tr '\n' ' ')" = "$(seq -f "$ID-%g" 0 $((count - 1)) | tr '\n' ' ')" ]
	[ "$(ocibox list --format json | jq 'map(.pid) | unique | length')" = "$count" ]
	[ "$(ocibox list --format json | jq -r '.[] | "pid-" + .id + " " + (.pid | tostring)' | while read -r file pid; do
		[ "$(cat "$file")" = "$pid" ] || echo "$file"
	done)" = "" ]
	each exec ID true
	each kill ID KILL
	until_true all_are stopped
	each delete ID
	[ -z "$(ocibox list -q)" ]
	[ -z "$(left)" ]
}
