#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# braces are words of a chain; bats ends a test whose cd fails; bats sets stderr; other shells expand
# shellcheck disable=SC1083,SC1010,SC2164,SC2154,SC2016
load helpers

setup() {
	requires root
	cd "$BATS_TEST_TMPDIR"
	export OCIBOX_ROOT=$PWD/state
	mkdir -p bundle/rootfs
	echo '{"ociVersion":"1.0.0","root":{"path":"rootfs"}}' >bundle/config.json
	mkfifo go
}

# supervised WORDS: a container c whose process is WORDS. It lives on, so it must not hold what bats reads from.
supervised() {
	"$OCIBOX" oci-claim -b bundle c oci-guard { /bin/touch undone } oci-supervise oci-ns -u \
		{ oci-record c oci-gate -w created oci-record -c c oci-gate -o oci-supervise -w c } oci-gate -d created "$@" >out 2>&1 3>&- 4>&-
}

# recorded: what the supervisor has written, when it has.
recorded() {
	until [ -e state/c/exit ]; do :; done
	cat state/c/exit
}

@test "the exit status is recorded" {
	supervised /bin/sh -c 'read x <go; exit 7'
	[ ! -e undone ]
	[ ! -e state/c/exit ]
	echo >go
	[ "$(recorded)" = 7 ]
}

@test "a signal's is 128 and its number" {
	supervised /bin/sh -c 'read x <go; kill -9 $$'
	echo >go
	[ "$(recorded)" = 137 ]
}

@test "the supervisor holds nothing of the caller's" {
	exec 8<bundle/config.json
	supervised /bin/sh -c 'read x <go'
	exec 8<&-
	pid=$(sed -n '$s/.*"pid":\([0-9]*\).*/\1/p' state/c/state.json)
	parent=$(sed -n 's/^PPid:\t//p' "/proc/$pid/status")
	# it comes to that by itself, after the caller was let go
	until [ "$(readlink "/proc/$parent/cwd")" = / ]; do :; done
	for fd in "/proc/$parent"/fd/*; do
		case $(readlink "$fd") in
		/dev/null | "$PWD/state/c") ;;
		*) false ;;
		esac
	done
	fds=("/proc/$parent"/fd/*)
	[ "${#fds[@]}" = 4 ]
	echo >go
	[ "$(recorded)" = 0 ]
}

@test "what fails before is undone, and its status is ours" {
	run -110 --separate-stderr ocibox oci-guard { /bin/touch undone } oci-supervise oci-ns -u { oci-gate -w x } oci-hostname
	[[ "$stderr" = "oci-hostname: usage: "* ]]
	[ -e undone ]
}

@test "killed at its place before the guard, or behind: the container dies and is undone" {
	hanging_hook hook
	mkfifo held
	for who in 1 2; do
		rm -f undone
		exec 9<>held
		"$OCIBOX" oci-guard { /bin/touch undone } oci-supervise oci-ns -u { oci-gate -w x } \
			oci-hooks -b hook -i x createContainer oci-gate x /bin/true 3>&- 4>&- 2>/dev/null &
		guard=$!
		exec 7<held 9>&-
		read -r <hook/up
		pid=$guard
		for ((i = 0; i < who; i++)); do
			pid=$(tr -d ' \n' <"/proc/$pid/task/$pid/children")
		done
		kill -9 "$pid"
		status=0
		wait "$guard" || status=$?
		[ "$status" = 137 ]
		timeout 20 cat <&7
		exec 7<&-
		[ -e undone ]
	done
}

@test "a container that was deleted in the meantime is no error" {
	supervised /bin/sh -c 'read x <go'
	pid=$(sed -n '$s/.*"pid":\([0-9]*\).*/\1/p' state/c/state.json)
	parent=$(sed -n 's/^PPid:\t//p' "/proc/$pid/status")
	rm -r state/c
	echo >go
	until [ ! -d "/proc/$parent" ] || grep -q 'State:.Z' "/proc/$parent/status"; do :; done
	[ ! -e state/c ]
}

@test "bad usage" {
	for words in "" "-z /bin/true" "-w" "-w x y"; do
		# shellcheck disable=SC2086
		run -110 --separate-stderr ocibox oci-supervise $words
		[ "$stderr" = "oci-supervise: usage: oci-supervise command ... | oci-supervise -w id" ]
	done
	run -110 --separate-stderr ocibox oci-supervise -w x
	[ "$stderr" = "oci-supervise: x: not behind oci-supervise and the last gate" ]
	run -110 --separate-stderr ocibox oci-ns -u { oci-supervise /bin/true } /bin/true
	[ "$stderr" = "oci-supervise: must stand before oci-ns" ]
}

@test "leaves no descriptor" {
	[ "$(descriptors oci-supervise)" = "0 1 2 " ]
}
