#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# braces are words of a chain; bats ends a test whose cd fails
# shellcheck disable=SC1083,SC1010,SC2164
load helpers

setup() {
	requires root
	cd "$BATS_TEST_TMPDIR"
}

@test "the status is the program's" {
	run -3 ocibox oci-ns -u { oci-reap } /bin/sh -c 'exit 3'
	run -0 ocibox oci-ns -p { oci-gate -w x oci-gate -o oci-reap } oci-gate x /bin/true
	run -143 ocibox oci-ns -u { oci-reap } /bin/sh -c 'kill $$'
}

@test "the words behind it run when the program has ended, and keep its status" {
	run -5 ocibox oci-ns -u { oci-reap oci-oom 0 oci-guard -d } /bin/sh -c 'echo one; exit 5'
	[ "$output" = one ]
	run -7 --separate-stderr ocibox oci-ns -u { oci-reap oci-fail -s 7 a b } /bin/sh -c 'exit 5'
	[ "$stderr" = "oci-fail: a: b" ]
}

@test "it may stand behind oci-gate -x" {
	run -4 ocibox oci-ns -p { oci-gate -x oci-reap } /bin/sh -c 'exit 4'
}

@test "a process that fails before its program does is said" {
	run -127 --separate-stderr ocibox oci-ns -u { oci-reap } /none
	[ "$stderr" = "ocibox: /none: No such file or directory" ]
	run -117 --separate-stderr ocibox oci-ns -u { oci-gate -w x oci-gate -o oci-reap } oci-gate x
	[ "$stderr" = "oci-reap: the container's process ended with status 0 before it reached its program" ]
}

@test "signals sent to it reach the program" {
	mkfifo up
	"$OCIBOX" oci-ns -p { oci-reap } /bin/sh -c "trap 'exit 42' TERM; echo >up; while :; do sleep 0.1; done" 3>&- 4>&- &
	read -r <up
	kill $!
	status=0
	wait $! || status=$?
	[ "$status" = 42 ]
}

@test "the program dies with it" {
	mkfifo up held
	"$OCIBOX" oci-ns -u { oci-reap } /bin/sh -c "exec 9>held; echo >up; exec sleep 1000" 3>&- 4>&- &
	exec 8<>held
	read -r <up
	exec 7<held 8>&-
	kill -9 $!
	run -0 timeout 20 cat <&7
	exec 7<&-
}

@test "-i records the exit status" {
	export OCIBOX_ROOT=$BATS_TEST_TMPDIR/state
	ocibox oci-claim c1
	run -3 ocibox oci-ns -u { oci-reap -i c1 } /bin/sh -c 'exit 3'
	run -3 ocibox oci-wait c1
	# deleted in the meantime: that is no failure
	run -3 --separate-stderr ocibox oci-ns -u { oci-reap -i c2 } /bin/sh -c 'exit 3'
	[ -z "$stderr" ]
}

@test "bad usage" {
	run -110 --separate-stderr ocibox oci-reap
	[ "$stderr" = "oci-reap: not the outside of oci-ns with a block in braces" ]
	run -110 --separate-stderr ocibox oci-reap -z
	[ "$stderr" = "oci-reap: usage: oci-reap [-i id] [command ...]" ]
}

@test "leaves no descriptor" {
	run -0 ocibox oci-ns -u { oci-reap } /bin/ls /proc/self/fd 3>&- 4>&-
	[ "$(echo "$output" | tr '\n' ' ')" = "0 1 2 3 " ]
}
