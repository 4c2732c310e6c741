#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# braces are words of a chain; bats ends a test whose cd fails; bats sets stderr
# shellcheck disable=SC1083,SC1010,SC2164,SC2154
load helpers

setup() {
	requires root
	cd "$BATS_TEST_TMPDIR"
	export OCIBOX_ROOT=$BATS_TEST_TMPDIR/state
	mkdir -p bundle/rootfs
	echo '{"ociVersion":"1.0.0","root":{"path":"rootfs"},"process":{"cwd":"/","args":["x"]},"linux":{}}' >bundle/config.json
	made=
}

teardown() {
	local pid
	for id in $made; do
		pid=$(sed -n '$s/.*"pid":\([0-9]*\).*/\1/p' "$OCIBOX_ROOT/$id/state.json" 2>/dev/null)
		[ -z "$pid" ] || [ "$pid" = 0 ] || kill -9 "$pid" 2>/dev/null || true
	done
}

# created ID WORDS: a container whose process will run WORDS when it is released.
created() {
	made+=" $1"
	"$OCIBOX" oci-claim -b bundle "$1" oci-ns -u { oci-record "$1" oci-gate -w created oci-record -c "$1" oci-gate -o } \
		oci-gate -d created oci-await "${@:2}" 3>&- 4>&-
}

pid_of() {
	sed -n '$s/.*"pid":\([0-9]*\).*/\1/p' "$OCIBOX_ROOT/$1/state.json"
}

@test "the container's process goes on when it is released, not before" {
	mkfifo out
	created c1 /bin/sh -c 'echo begun >out; exec sleep 1000'
	[ -e "$OCIBOX_ROOT/c1/start" ]
	run -0 ocibox oci-release c1 /bin/echo next
	[ "$output" = next ]
	[ "$(cat out)" = begun ]
	[ ! -e "$OCIBOX_ROOT/c1/start" ]
}

@test "the program has begun when it returns" {
	created c2 /bin/sleep 1000
	ocibox oci-release c2
	[ "$(readlink "/proc/$(pid_of c2)/exe")" = "$(readlink -f /bin/sleep)" ]
}

@test "what fails in between is said here, with its status" {
	created c3 oci-hostname
	run -110 --separate-stderr ocibox oci-release c3
	[[ "$stderr" = "oci-hostname: usage: "* ]]
	created c4 /none
	run -127 --separate-stderr ocibox oci-release c4
	[ "$stderr" = "ocibox: /none: No such file or directory" ]
}

@test "a second release is refused" {
	created c5 /bin/sleep 1000
	ocibox oci-release c5
	run -113 --separate-stderr ocibox oci-release c5
	[ "$stderr" = "oci-release: c5: the container does not wait for its start" ]
}

@test "a dead process is said to be gone, at once" {
	created c6 /bin/sleep 1000
	pid=$(pid_of c6)
	kill -9 "$pid"
	until [ ! -d "/proc/$pid" ] || grep -q 'State:.Z' "/proc/$pid/status"; do :; done
	run -113 --separate-stderr timeout 20 "$OCIBOX" oci-release c6
	[ "$stderr" = "oci-release: c6: the container's process is gone" ]
}

@test "a process that dies while it is being released is no success" {
	created c7 /bin/sleep 1000
	pid=$(pid_of c7)
	kill -STOP "$pid"
	"$OCIBOX" oci-release c7 3>&- 2>err &
	# it waits: its end of the connection is in the stopped process's queue
	until grep -q "$OCIBOX_ROOT/c7\|start" /proc/net/unix && [ "$(readlink "/proc/$!/exe")" = "$(readlink -f "$OCIBOX")" ]; do :; done
	kill -9 "$pid"
	status=0
	wait $! || status=$?
	[ "$status" = 117 ] || [ "$status" = 113 ]
	[ -s err ]
}

# interrupted ID SIGNAL: oci-release gets the signal once it has told ID's process, which is stopped, to go on
interrupted() {
	kill -STOP "$(pid_of "$1")"
	"$OCIBOX" oci-release "$1" 3>&- 4>&- &
	# it sleeps when it awaits the answer
	until [ -e "$OCIBOX_ROOT/$1/started" ] && grep -q 'State:.S' "/proc/$!/status"; do :; done
	kill "-$2" $!
}

@test "killed before the process has answered: it waits on" {
	created c11 /bin/sleep 1000
	interrupted c11 KILL
	wait $! || true
	kill -CONT "$(pid_of c11)"
	[[ $(ocibox state c11) == *'"status": "created"'* ]]
	ocibox oci-hold -t created c11 oci-release c11
	[[ $(ocibox state c11) == *'"status": "running"'* ]]
}

@test "killed when the process has answered: it runs, and is neither started again nor taken for one that waits" {
	created c12 /bin/sleep 1000
	pid=$(pid_of c12)
	interrupted c12 STOP
	kill -CONT "$pid"
	until [ "$(readlink "/proc/$pid/exe")" = "$(readlink -f /bin/sleep)" ]; do :; done
	kill -9 $!
	wait $! || true
	[[ $(ocibox state c12) == *'"status": "running"'* ]]
	run -113 --separate-stderr ocibox start c12
	[ "$stderr" = "oci-hold: c12: cannot start an already running container" ]
	run -113 ocibox delete c12
	kill -0 "$pid"
}

@test "a connection without a word is ignored" {
	requires python3
	created c8 /bin/sleep 1000
	python3 -c '
import socket, sys, os
os.chdir(sys.argv[1])
for _ in range(3):
    s = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    s.connect("start")
    s.close()' "$OCIBOX_ROOT/c8"
	run -0 ocibox oci-release c8
	[ "$(readlink "/proc/$(pid_of c8)/exe")" = "$(readlink -f /bin/sleep)" ]
}

@test "a state directory of any length" {
	OCIBOX_ROOT=$OCIBOX_ROOT/$(printf '%0200d' 0)
	created c9 /bin/sleep 1000
	run -0 ocibox oci-release c9
}

@test "bad usage" {
	run -110 --separate-stderr ocibox oci-release
	[ "$stderr" = "oci-release: usage: oci-release id [command ...]" ]
	run -110 ocibox oci-release -z x
	run -112 ocibox oci-release nosuch
	run -110 --separate-stderr ocibox oci-await /bin/echo no
	[ "$stderr" = "oci-await: only behind oci-claim and the last gate" ]
}

@test "leaves no descriptor" {
	created c10 /bin/sleep 1000
	[ "$(descriptors oci-release c10)" = "0 1 2 " ]
	for fd in "/proc/$(pid_of c10)"/fd/*; do
		case $(readlink "$fd") in
		socket:*) return 1 ;;
		esac
	done
}
