#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# shellcheck disable=SC1083,SC2086,SC2016,SC2154 # braces are words of a chain; dollars the inner shell's; run sets stderr
load helpers

setup() {
	requires root "$TERM_TOOL"
	cd "$BATS_TEST_TMPDIR" || return
}

# config TERMINAL
config() {
	echo '{"ociVersion":"1.0.0","root":{"path":"r"},"process":{"cwd":"/","args":["a"],"terminal":'"$1"'}}' >config.json
}

@test "oci-reap is the other end" {
	local chain='oci-ns { oci-console oci-gate -w made oci-gate -o oci-reap } oci-pty oci-gate made /bin/sh -c'
	run -7 ocibox $chain 'echo printed; exit 7' </dev/null
	[ "$output" = printed ]
	# to a terminal its lines come as from any other
	run -0 "$TERM_TOOL" $'=x\n' +printed $'+\r' -- "$OCIBOX" $chain 'read x; echo printed'
}

@test "-s sends it to a socket, and nobody stays" {
	"$OCIBOX" oci-recvtty -n -p pid sock >out 2>err 3>&- 4>&- &
	until [ -e pid ]; do :; done
	run -0 ocibox oci-ns { oci-console -d -s sock oci-gate -x oci-gate -u } oci-pty oci-gate -u /bin/sh -c 'tty >/dev/null && echo printed'
	wait $!
	[ "$(cat out)" = $'printed\r' ]
}

@test "-b: nothing without process.terminal" {
	config false
	run -0 ocibox oci-ns { oci-console -b . oci-reap } oci-pty -b . /bin/sh -c '[ -t 0 ] || echo none' </dev/null
	[ "$output" = none ]
	run -110 --separate-stderr ocibox oci-ns { oci-console -b . -s sock oci-reap } oci-pty -b . /bin/echo ran
	[ "$stderr" = "oci-console: sock: cannot use console socket if the process has no terminal" ]
	config true
	run -0 ocibox oci-ns { oci-console -b . oci-reap } oci-pty -b . /bin/sh -c '[ -t 0 ] && echo some' </dev/null
	[ "${output%$'\r'}" = some ]
}

@test "-d without a socket, a socket that is not there, a process without a terminal" {
	# a program that is still there when it is found not to have one
	refused() {
		run -"$1" --separate-stderr ocibox oci-ns { oci-console "${@:3}" oci-reap } $inside /bin/sleep 0.1
		[ "$stderr" = "$2" ] || { echo "$stderr"; return 1; }
	}
	inside=oci-pty
	refused 110 "oci-console: cannot allocate tty if ocibox will detach without setting console socket" -d
	refused 115 "oci-console: connect to the console socket none: No such file or directory" -s none
	: >file
	refused 115 "oci-console: connect to the console socket file: Connection refused" -s file
	inside='' refused 117 "oci-console: the container's process ended with status 0 before it reached its terminal"
	# longer than a socket's name can be
	long=$(printf '%0200d' 0)
	mkdir "$long"
	refused 115 "oci-console: connect to the console socket $long/none: No such file or directory" -s "$long/none"
}

@test "bad usage" {
	run -110 ocibox oci-console /bin/echo ran
	[[ $output == "oci-console: not the outside"* ]]
	run -110 ocibox oci-ns { oci-console -z } oci-pty /bin/true
}
