#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# shellcheck disable=SC1083,SC2154 # braces are words of a chain; run sets stderr
load helpers

setup() {
	requires root
	cd "$BATS_TEST_TMPDIR" || return
}

@test "writes the pid of the process made in the chain, whole and without a newline" {
	umask 077
	# shellcheck disable=SC2016
	run -0 ocibox oci-ns { oci-gate -x oci-pidfile p oci-reap } /bin/sh -c 'echo $$'
	[ "$(od -c <p)" = "$(printf %s "$output" | od -c)" ]
	[ "$(stat -c %a p)" = 644 ]
	[ "$(ls)" = p ]
}

@test "-P names a pid; an old file is replaced, a bad place is an error" {
	echo old >p
	ln p other
	run -0 ocibox oci-pidfile -P 123 p /bin/echo on
	[ "$output" = on ]
	[ "$(cat p)" = 123 ]
	[ "$(cat other)" = old ]
	run -115 --separate-stderr ocibox oci-pidfile -P 123 no/p /bin/echo on
	[ "$stderr" = "oci-pidfile: write the pid file no/p: No such file or directory" ]
	[ -z "$output" ]
}

@test "what others have put in the way of the file that becomes it is not written to" {
	echo precious >theirs
	for way in "ln theirs" "ln -s theirs" mkfifo; do
		# shellcheck disable=SC2016
		run -0 timeout 20 sh -c '$1 p.$$ && exec "$2" oci-pidfile -P 123 p /bin/echo on' sh "$way" "$OCIBOX"
		[ "$output $(cat p theirs)" = "on 123precious" ]
		[ "$(stat -c '%F %h' p)" = "regular file 1" ]
		rm p
	done
	[ "$(ls)" = theirs ]
}

@test "bad usage writes nothing" {
	for words in "" "-P 1" "-P x p" "-P 0 p" "-z p" p; do
		# shellcheck disable=SC2086
		run -110 ocibox oci-pidfile $words
	done
	run -110 --separate-stderr ocibox oci-pidfile p
	[ "$stderr" = "oci-pidfile: p: no process is known (-P)" ]
	[ ! -e p ]
}

@test "leaves no descriptor" {
	[ "$(descriptors oci-pidfile -P 1 p)" = "0 1 2 " ]
}
