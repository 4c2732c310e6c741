#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# shellcheck disable=SC1083,SC2154 # braces are words of a chain; run sets stderr
load helpers
load runtime

setup() {
	requires root "$HEAR" "$NOSYS"
	cd "$BATS_TEST_TMPDIR" || return
	"$HEAR" sock >heard 3>&- &
	HEARER=$!
	until_true [ -S sock ]
}

teardown() {
	[ -z "${HEARER:-}" ] || kill "$HEARER"
}

# heard LINE: what came to the socket, once it has come
heard() {
	until_true [ -s heard ]
	[ "$(tail -n 1 heard)" = "$1" ] || { cat heard; return 1; }
}

@test "sends a descriptor of the process made in the chain, before it goes on" {
	mkfifo go
	# shellcheck disable=SC2016
	ocibox oci-ns { oci-gate -x oci-pidfd sock oci-reap } /bin/sh -c 'echo $$ >pid; read x <go' 3>&- &
	job=$!
	until_true [ -s pid ]
	heard "standard pid $(cat pid)"
	echo >go
	wait "$job"
}

@test "-P names a pid; a name longer than a socket's" {
	long=$(printf 'd%0100d' 1)
	mkdir "$long"
	ln -s ../sock "$long/sock"
	run -0 ocibox oci-pidfd -P $$ "$long/sock" /bin/echo on
	[ "$output" = on ]
	heard "standard pid $$"
}

@test "a place without a socket, a process that is gone, a kernel without such descriptors" {
	run -115 --separate-stderr ocibox oci-pidfd -P $$ none /bin/echo on
	[ "$stderr" = "oci-pidfd: send the process to the socket none: No such file or directory" ]
	[ -z "$output" ]
	sh -c 'exit' &
	gone=$!
	wait $gone
	run -115 --separate-stderr ocibox oci-pidfd -P $gone sock /bin/echo on
	[ "$stderr" = "oci-pidfd: open process $gone: No such process" ]
	run -119 --separate-stderr "$NOSYS" pidfd_open "$OCIBOX" oci-pidfd -P $$ sock /bin/echo on
	[ "$stderr" = "oci-pidfd: open process $$: Function not implemented" ]
	[ ! -s heard ]
}

@test "bad usage sends nothing" {
	for words in "" "-P 1" "-P x sock" "-P 0 sock" "-z sock" sock; do
		# shellcheck disable=SC2086
		run -110 ocibox oci-pidfd $words
	done
	run -110 --separate-stderr ocibox oci-pidfd sock
	[ "$stderr" = "oci-pidfd: sock: no process is known (-P)" ]
	[ ! -s heard ]
}

@test "leaves no descriptor" {
	[ "$(descriptors oci-pidfd -P 1 sock)" = "0 1 2 " ]
}
