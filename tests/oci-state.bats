#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
load helpers

setup() {
	mkdir "$BATS_TEST_TMPDIR/work"
	cd "$BATS_TEST_TMPDIR/work" || return
	export OCIBOX_ROOT=$PWD/state
	sleep 1000 3>&- &
	pid=$!
	mkdir rootfs
}

teardown() {
	kill "$pid" || :
}

@test "prints runc's document, and nothing else" {
	cat >config.json <<<'{"ociVersion":"1.0.2","root":{"path":"rootfs"},"annotations":{"q\"\\":"{,:}","b":""}}'
	ocibox oci-claim -b . c1
	ocibox oci-record -P "$pid" c1
	run -0 --separate-stderr ocibox oci-state c1
	created=$(jq -r .created <<<"$output")
	[[ $created =~ ^20[0-9]{2}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}\.[0-9]{9}Z$ ]]
	[ -z "$stderr" ]
	diff - <(echo "$output") <<-EOF
	{
	  "ociVersion": "1.0.2",
	  "id": "c1",
	  "pid": $pid,
	  "status": "running",
	  "bundle": "$PWD",
	  "rootfs": "$PWD/rootfs",
	  "created": "$created",
	  "annotations": {
	    "q\"\\\\": "{,:}",
	    "b": ""
	  },
	  "owner": "$(id -un)",
	  "createdAt": $(date -d "$created" +%s%N),
	  "namespaces": {
	    "user": "/proc/$pid/ns/user",
	    "ipc": "/proc/$pid/ns/ipc",
	    "uts": "/proc/$pid/ns/uts",
	    "network": "/proc/$pid/ns/net",
	    "cgroup": "/proc/$pid/ns/cgroup",
	    "time": "/proc/$pid/ns/time",
	    "pid": "/proc/$pid/ns/pid",
	    "mount": "/proc/$pid/ns/mnt"
	  }
	}
	EOF
}

@test "when it was started and ended, and how, as far as was seen" {
	echo '{"ociVersion":"1.0.2","root":{"path":"rootfs"}}' >config.json
	before=$(date +%s%N)
	ocibox oci-claim -b . c1
	[ "$(ocibox oci-state c1 | jq 'has("startedAt") or has("finishedAt") or has("exitCode") or has("namespaces")')" = false ]
	# the socket that a claim in a chain makes
	: >state/c1/start
	ocibox oci-record -P "$pid" -s c1
	echo 7 >state/c1/exit
	ocibox oci-state c1 | jq -e --argjson before "$before" --argjson after "$(date +%s%N)" \
		'[.startedAt, .finishedAt] | all(. > $before - 10000000 and . <= $after)'
	[ "$(ocibox oci-state c1 | jq .exitCode)" = 7 ]
}

@test "the first members are those runc prints" {
	requires root runc
	mkdir -p bundle/rootfs/bin
	cp "$(command -v busybox)" bundle/rootfs/bin/busybox
	(cd bundle && runc spec && sed -i 's/"sh"/"\/bin\/busybox"/; s/"terminal": true/"terminal": false/' config.json)
	# runc cannot pivot where / is an initramfs
	runc --root "$PWD/runc" create ${OCIBOX_IN_VM:+--no-pivot} --bundle bundle h7-state >/dev/null 2>&1 </dev/null
	runc --root "$PWD/runc" state h7-state >theirs
	runc --root "$PWD/runc" delete -f h7-state
	ocibox oci-claim -b bundle c1
	ocibox oci-state c1 | jq -c 'keys_unsorted[:8]' >ours
	diff ours <(jq -c keys_unsorted theirs)
}

@test "without annotations, and empty ones, there is no such member" {
	for annotations in '' ',"annotations":{ }'; do
		echo '{"ociVersion":"1.0.2","root":{"path":"rootfs"}'"$annotations}" >config.json
		ocibox oci-claim -b . c1
		ocibox oci-state c1 | jq -e 'has("annotations") | not'
		ocibox oci-forget c1
	done
}

@test "a stopped container has pid 0" {
	ocibox oci-claim c1 oci-record -c -P "$pid" c1
	run -0 ocibox oci-state c1
	[ "$(jq -c '[.status,.pid]' <<<"$output")" = "[\"created\",$pid]" ]
	kill "$pid"
	while [ "$(ocibox oci-state c1 | jq -c '[.status,.pid]')" != '["stopped",0]' ]; do kill -0 $$; done
	sleep 1000 3>&- &
	pid=$!
}

@test "a zombie is stopped, though nobody waited for it" {
	mkfifo go
	# the shell's child ends, and the shell goes on as a program that does not wait
	sh -c '{ read -r _ <go; } & echo $! >child; exec sleep 1000' 3>&- &
	parent=$!
	until [ -s child ]; do :; done
	ocibox oci-claim c1
	ocibox oci-record -P "$(cat child)" c1
	[ "$(ocibox oci-state c1 | jq -r .status)" = running ]
	echo >go
	until grep -q ' Z ' "/proc/$(cat child)/stat"; do :; done
	[ "$(ocibox oci-state c1 | jq -r .status)" = stopped ]
	kill "$parent"
}

@test "errors are one line, and standard output stays empty" {
	run -112 --separate-stderr ocibox oci-state c1
	[ "$stderr" = "oci-state: c1: container does not exist" ]
	[ -z "$output" ]
	run -110 --separate-stderr ocibox oci-state ../c1
	[ "$stderr" = "oci-state: ../c1: invalid container ID format" ]
	run -110 --separate-stderr ocibox oci-state
	[ "$stderr" = "oci-state: usage: oci-state id [command ...]" ]
	mkdir -p state/c1
	run -112 --separate-stderr ocibox oci-state c1
	[ "$stderr" = "oci-state: c1: container does not exist" ]
}

@test "a corrupt state says what is wrong" {
	ocibox oci-claim c1
	cp state/c1/state.json good
	corrupt() {
		run -113 --separate-stderr ocibox oci-state c1
		[ "$stderr" = "oci-state: c1: $1" ]
		[ -z "$output" ]
	}
	: >state/c1/state.json
	run -113 --separate-stderr ocibox oci-state c1
	[[ $stderr = "oci-state: c1: state.json:1:1: "* ]]
	jq -c .id=\"c2\" good >state/c1/state.json
	corrupt "state.json: id: missing or wrong"
	jq -c .pid=-1 good >state/c1/state.json
	corrupt "state.json: pid: missing or wrong"
	jq -c 'del(.created)' good >state/c1/state.json
	corrupt "state.json: created: missing or wrong"
	jq -c .annotations=1 good >state/c1/state.json
	corrupt "state.json: annotations: missing or wrong"
	rm state/c1/state.json
	mkfifo state/c1/state.json
	corrupt "state.json: not a regular file"
}

@test "leaves no descriptor" {
	ocibox oci-claim c1
	# the descriptors are listed on standard error, apart from what oci-state prints
	listed() {
		"$OCIBOX" "$@" /bin/sh -c 'ls /proc/$$/fd >&2' 2>&1 >/dev/null 3>&- 4>&- | tr '\n' ' '
	}
	[ "$(listed oci-state c1)" = "$(listed)" ]
}
