#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# shellcheck disable=SC1083,SC2016,SC2154 # braces are words of a chain; dollars the inner shell's; run sets stderr
load helpers

setup() {
	requires root "$TERM_TOOL"
	cd "$BATS_TEST_TMPDIR" || return
	cat >attach <<-'END'
		#!/bin/sh
		# a program at a terminal that goes to the socket
		until [ -e pid ]; do sleep 0.02; done
		rm pid
		exec "$OCIBOX" oci-ns { oci-console -s sock oci-reap } oci-pty "$@" </dev/null >/dev/null 2>>err
	END
	chmod 755 attach
	export OCIBOX
}

@test "attaches the user's terminal: raw, of its size, which is followed; and cooked behind" {
	./attach /bin/sh -c 'stty size; trap "stty size; n=1" WINCH; echo go; until [ "$n" ]; do sleep 0.02; done; read x; echo "got $x"; read y; echo bye' 3>&- 4>&- &
	run -0 "$TERM_TOOL" @50x20 +go raw @60x30 '+30 60' $'=word\n' '+got word' $'=\n' +bye cooked -- "$OCIBOX" recvtty -p pid sock
	[[ $output == *"20 50"*"30 60"* ]]
	wait $!
	[ ! -e sock ]
}

@test "control characters are the program's; the terminal is restored when it ends" {
	# not the program in the background, where SIGINT is ignored
	"$TERM_TOOL" +go raw $'=\x03' +caught $'=\n' +end cooked -- "$OCIBOX" recvtty -p pid sock 3>&- 4>&- >out 2>&1 &
	run -0 ./attach /bin/sh -c 'trap "echo caught; n=1" INT; echo go; until [ "$n" ]; do sleep 0.02; done; read x; echo end'
	wait $!
}

@test "the terminal is restored when a signal ends it" {
	for number in 15 2 1 3; do
		./attach /bin/sleep 1000 3>&- 4>&- &
		run -$((128 + number)) "$TERM_TOOL" raw "!$number" cooked -- "$OCIBOX" recvtty -p pid sock
		# its terminal is hung up
		wait $! || :
	done
}

@test "-n takes no input, -p says who it is, the mode null prints nothing and goes on" {
	./attach /bin/echo one 3>&- 4>&- &
	run -0 ocibox recvtty --no-stdin --pid-file pid sock </dev/zero
	[ "$output" = $'one\r' ]
	wait $!
	"$OCIBOX" recvtty -m null --pid-file pid sock >out 2>&1 3>&- 4>&- &
	until [ -e pid ]; do :; done
	[ "$(cat pid)" = $! ]
	./attach /bin/echo two 3>&- 4>&-
	echo again >pid
	./attach /bin/echo three 3>&- 4>&-
	kill $!
	[ ! -s out ]
}

@test "who sends no terminal, a socket that is there, bad usage" {
	: >file
	run -115 --separate-stderr ocibox recvtty file
	[[ $stderr == "oci-recvtty: make the socket file: Address "*"in use" ]]
	for words in "" "-m other s" "s t" "-z s"; do
		# shellcheck disable=SC2086
		run -110 ocibox recvtty $words
	done
	run -110 ocibox recvtty "$(printf '%0120d' 0)"
}
