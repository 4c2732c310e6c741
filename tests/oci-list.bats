#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
load helpers

setup() {
	mkdir "$BATS_TEST_TMPDIR/work"
	cd "$BATS_TEST_TMPDIR/work" || return
	export OCIBOX_ROOT=$PWD/state
}

created() {
	ocibox oci-state "$1" | jq -r .created
}

@test "prints runc's table, sorted" {
	ocibox oci-claim zz
	ocibox oci-claim a-name-that-is-long oci-record -c -P $$ a-name-that-is-long
	run -0 --separate-stderr ocibox list
	bundle=$(printf '%-*s' "$((${#PWD} + 3))" "$PWD")
	[ "${lines[0]}" = "$(printf '%-22s%-12s%-12s%-*s%-33sOWNER' ID PID STATUS ${#bundle} BUNDLE CREATED)" ]
	[ "${lines[1]}" = "$(printf '%-22s%-12s%-12s%s%-33s%s' a-name-that-is-long $$ created "$bundle" "$(created a-name-that-is-long)" "$(id -un)")" ]
	[ "${lines[2]}" = "$(printf '%-22s%-12s%-12s%s%-33s%s' zz 0 creating "$bundle" "$(created zz)" "$(id -un)")" ]
	[ "${#lines[@]}" -eq 3 ]
}

@test "the empty table is runc's" {
	requires runc
	diff <(ocibox list) <(runc --root "$PWD/none" list)
	[ ! -e state ]
}

@test "-f json prints an array of what oci-state prints" {
	ocibox oci-claim c2
	ocibox oci-claim c1
	run -0 --separate-stderr ocibox list -f json
	[ "${#lines[@]}" -eq 1 ]
	diff <(jq -c '.[]' <<<"$output") <(ocibox oci-state c1 oci-state c2 | jq -c .)
	ocibox list --format=json | jq -e 'length == 2'
}

@test "-f json of none is an empty array" {
	[ "$(ocibox list -f json)" = "[]" ]
	mkdir state
	[ "$(ocibox list --format json)" = "[]" ]
}

@test "-q prints the ids" {
	ocibox oci-claim c2
	ocibox oci-claim c1
	[ "$(ocibox list -q)" = "c1
c2" ]
	[ "$(ocibox oci-list -q /bin/echo on)" = "c1
c2
on" ]
}

@test "a corrupt entry is a warning and hides no other" {
	for id in a b c d e f g; do ocibox oci-claim "$id" oci-record -cs -P $$ "$id"; done
	echo '{' >state/a/state.json
	rm state/b/state.json
	jq -c .id=1 state/c/state.json >new && mv new state/c/state.json
	mkdir state/d/cgroup
	echo garbage >state/e/cgroup
	rm -r state/f
	echo file >state/f
	ln -s g state/h
	for format in "-f table" "-f json" -q; do
		# shellcheck disable=SC2086 # options are words
		run -0 --separate-stderr ocibox list $format
		[ "$(grep -o '\b[a-h]\b' <<<"$output" | sort -u | tr -d '\n')" = deg ]
		[ "$(grep -c '^oci-list: warning: [ac]: state.json: *' <<<"$stderr")" -eq 2 ] || [ "$(grep -c '^oci-list: warning: ' <<<"$stderr")" -eq 2 ]
	done
	[[ $stderr = *"oci-list: warning: c: state.json: id: missing or wrong" ]]
}

@test "the work for each of a thousand containers is the same" {
	requires strace
	ocibox oci-claim c0 oci-record -cs -P $$ c0
	for i in $(seq 1000); do
		mkdir "state/c$i"
		sed "s/\"c0\"/\"c$i\"/" state/c0/state.json >"state/c$i/state.json"
		[ "$i" != 100 ] || strace -o few "$OCIBOX" list >out
	done
	[ "$(wc -l <out)" -eq 102 ]
	strace -o many "$OCIBOX" list >out
	[ "$(wc -l <out)" -eq 1002 ]
	# in system calls, not in time: nothing is read again for each
	echo "$(wc -l <few) calls for 101 containers, $(wc -l <many) for 1001"
	[ "$(wc -l <many)" -lt $((11 * $(wc -l <few))) ]
	[ "$(wc -l <many)" -lt 16000 ]
}

@test "bad usage prints no list" {
	run -110 --separate-stderr ocibox list -f yaml
	[ "$stderr" = "oci-list: yaml: format must be table or json" ]
	run -110 --separate-stderr ocibox list -z
	[ "$stderr" = "oci-list: usage: oci-list [-q] [-f format] [command ...]" ]
	[ -z "$output" ]
	OCIBOX_ROOT=$PWD/file
	touch file
	run -115 --separate-stderr ocibox list
	[ "$stderr" = "oci-list: open $PWD/file: Not a directory" ]
}

@test "leaves no descriptor" {
	ocibox oci-claim c1
	# the descriptors are listed on standard error, apart from what oci-list prints
	listed() {
		"$OCIBOX" "$@" /bin/sh -c 'ls /proc/$$/fd >&2' 2>&1 >/dev/null 3>&- 4>&- | tr '\n' ' '
	}
	[ "$(listed oci-list)" = "$(listed)" ]
}
