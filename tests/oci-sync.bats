#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# bats sets stderr
# shellcheck disable=SC2154
load helpers
load runtime

setup() {
	runtime_setup
	SOCKET=$BATS_TEST_TMPDIR/socket
	TOLD=$BATS_TEST_TMPDIR/heard
	requires "$HEAR"
	"$HEAR" "$SOCKET" >"$TOLD" 3>&- 4>&- &
	listener=$!
	until_true test -S "$SOCKET"
}

teardown() {
	[ -z "${listener:-}" ] || kill "$listener" 2>/dev/null || true
	runtime_teardown
}

# what was told, in its order; the last is told before the command ends, but read after it
heard() {
	until_true has_heard "$1"
	jq -r .status "$TOLD" | tr '\n' ' '
}

has_heard() {
	[ "$(grep -c . "$TOLD")" -ge "$1" ]
}

@test "each change of a container is told, once, with its document" {
	program sleep 1000
	ocibox create --sync-socket "$SOCKET" "$ID" </dev/null >/dev/null
	[ "$(heard 2)" = "creating created " ]
	pid=$(ocibox state "$ID" | jq .pid)
	ocibox start "$ID"
	[ "$(heard 3)" = "creating created running " ]
	# the document is the one that state prints
	[ "$(tail -n 1 "$TOLD" | jq -c .)" = "$(ocibox state "$ID" | jq -c .)" ]
	[ "$(jq -r '[.id, .pid, .bundle] | @tsv' "$TOLD" | tail -n 1)" = "$ID	$pid	$BUNDLE" ]
	kill -9 "$pid"
	if tells_exit; then
		run -137 ocibox wait "$ID"
		[ "$(heard 4)" = "creating created running stopped " ]
	fi
	until_true has_status "$ID" stopped
	ocibox delete "$ID"
	[ "$(heard 4)" = "creating created running stopped " ]
	[ "$(grep -c . "$TOLD")" = 4 ]
}

@test "run tells the same" {
	# it must not end before that is told
	mkfifo rootfs/go
	program sh -c 'read x </go; exit 3'
	{ until_true has_heard 3 && echo >rootfs/go; } 3>&- &
	run -3 ocibox run -y "$SOCKET" "$ID"
	[ "$(heard 4)" = "creating created running stopped " ]
	{ until_true has_heard 7 && echo >rootfs/go; } 3>&- &
	run -3 ocibox run --keep -y "$SOCKET" "$ID"
	[ "$(heard 8)" = "creating created running stopped creating created running stopped " ]
	ocibox delete "$ID"
	program sleep 1000
	ocibox run -d -y "$SOCKET" "$ID" </dev/null >/dev/null 2>&1
	ocibox delete --force "$ID"
	[ "$(heard 12 | cut -d ' ' -f 9-)" = "creating created running stopped " ]
}

@test "--supervise tells the end when it comes" {
	program sleep 1000
	ocibox create -s -y "$SOCKET" "$ID" </dev/null >/dev/null 2>&1
	ocibox start "$ID"
	kill -9 "$(ocibox state "$ID" | jq .pid)"
	[ "$(heard 4)" = "creating created running stopped " ]
	[ "$(tail -n 1 "$TOLD" | jq .exitCode)" = 137 ]
}

@test "a create that fails is told to be stopped" {
	program /not/there
	run -127 ocibox create -y "$SOCKET" "$ID"
	[ "$(heard 2)" = "creating stopped " ]
}

@test "who asked must be there, and later may be gone" {
	run -115 --separate-stderr ocibox run -y "$SOCKET.none" "$ID"
	[ "$stderr" = "oci-sync: tell the state to $SOCKET.none: No such file or directory" ]
	[ -z "$(left)" ]
	# it must not end before that is told
	program sleep 1000
	ocibox create -y "$SOCKET" "$ID" </dev/null >/dev/null
	[ "$(heard 2)" = "creating created " ]
	kill "$listener"
	wait "$listener" || true
	run -0 --separate-stderr ocibox start "$ID"
	[ "$stderr" = "oci-sync: warning: $ID: its state is not told, it is running: Connection refused" ]
	ocibox kill "$ID" KILL
	ended "$ID"
	run -0 --separate-stderr ocibox delete "$ID"
	[ "$stderr" = "oci-sync: warning: $ID: its state is not told, it is stopped: Connection refused" ]
}

@test "alone: -t, -m, and nothing when nobody asked" {
	ocibox oci-claim "$ID"
	run -0 ocibox oci-sync -t running "$ID" /bin/echo on
	[ "$output" = on ]
	[ ! -s "$TOLD" ]
	ocibox oci-sync -s "$SOCKET" -t paused "$ID"
	ocibox oci-sync -t paused "$ID"
	ocibox oci-sync "$ID"
	[ "$(heard 2)" = "paused creating " ]
	ocibox oci-forget "$ID"
	run -0 ocibox oci-sync -m "$ID" /bin/echo on
	[ "$output" = on ]
	run -112 --separate-stderr ocibox oci-sync "$ID" /bin/echo no
	[ "$stderr" = "oci-sync: $ID: container does not exist" ]
}

@test "bad usage changes nothing" {
	ocibox oci-claim "$ID"
	run -110 --separate-stderr ocibox oci-sync
	[ "$stderr" = "oci-sync: usage: oci-sync [-m] [-s socket] [-t status] id [command ...]" ]
	run -110 --separate-stderr ocibox oci-sync -s relative "$ID"
	[ "$stderr" = "oci-sync: relative: the path of a sync socket must be absolute" ]
	long=/$(printf '%0107d' 0)
	run -110 --separate-stderr ocibox oci-sync -s "$long" "$ID"
	[ "$stderr" = "oci-sync: $long: the path of a sync socket may not be longer than 107 bytes" ]
	run -110 --separate-stderr ocibox oci-sync -s $'/a\nb' "$ID"
	run -110 --separate-stderr ocibox oci-sync -t ended "$ID"
	[ "$stderr" = "oci-sync: ended: must be creating, created, running, paused or stopped" ]
	[ ! -e "$OCIBOX_ROOT/$ID/sync" ]
}

@test "leaves no descriptor" {
	ocibox oci-claim "$ID"
	[ "$(descriptors oci-sync -s "$SOCKET" "$ID")" = "0 1 2 " ]
}
