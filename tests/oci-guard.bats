#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# braces are words of a chain; bats ends a test whose cd fails
# shellcheck disable=SC1083,SC1010,SC2164
load helpers

setup() {
	requires root
	cd "$BATS_TEST_TMPDIR"
}

@test "a failure is undone, a success is not" {
	run -1 ocibox oci-guard { /bin/echo undone } /bin/false
	[ "$output" = undone ]
	run -0 ocibox oci-guard { /bin/echo undone } /bin/echo done
	[ "$output" = done ]
	run -127 ocibox oci-guard { /bin/echo undone } oci-nosuch
	[ "${lines[1]}" = undone ]
	run -137 ocibox oci-guard { /bin/echo undone } /bin/sh -c 'kill -9 $$'
	[ "$output" = undone ]
}

@test "-a undoes in any case" {
	run -0 ocibox oci-guard -a { /bin/echo undone } /bin/echo done
	[ "$output" = "done
undone" ]
	run -0 ocibox oci-guard -a { /bin/echo undone } oci-ns -u { oci-reap } /bin/echo done
	[ "$output" = "done
undone" ]
	run -1 ocibox oci-guard -a { /bin/echo undone } /bin/false
	[ "$output" = undone ]
}

@test "the words are a chain" {
	run -1 ocibox oci-guard { oci-ns -u oci-hostname -n undone /bin/uname -n } /bin/false
	[ "$output" = undone ]
}

@test "a step's failure is undone once, by the step's process" {
	run -110 --separate-stderr ocibox oci-guard { /bin/echo undone } oci-hostname
	[ "$output" = undone ]
	[ "${#stderr_lines[@]}" = 1 ]
}

@test "guards in guards: each undoes, the inner first" {
	run -110 --separate-stderr ocibox oci-guard { /bin/echo outer } oci-guard { /bin/echo inner } oci-hostname
	[ "$output" = "inner
outer" ]
}

@test "an undo that cannot be run is said" {
	run -1 --separate-stderr ocibox oci-guard { /none } /bin/false
	[ "$stderr" = "ocibox: /none: No such file or directory" ]
}

@test "where it cannot begin, the claim before it is undone, and nobody else's" {
	requires strace
	export OCIBOX_ROOT=$BATS_TEST_TMPDIR/state
	run -115 --separate-stderr strace -qq -o /dev/null -e trace=pipe2 -e inject=pipe2:error=EMFILE "$OCIBOX" \
		oci-claim -B / c oci-guard { oci-forget c } /bin/true
	[[ $stderr == "oci-guard: make a pipe: "* ]]
	[ -z "$(ls -A state)" ]
	ocibox oci-claim -B / c /bin/true
	run -115 strace -qq -o /dev/null -e trace=pipe2 -e inject=pipe2:error=EMFILE "$OCIBOX" oci-hold c oci-guard { oci-forget c } /bin/true
	[ -s state/c/state.json ]
}

@test "signals sent to the guard reach the rest" {
	mkfifo up
	"$OCIBOX" oci-guard { /bin/touch undone } /bin/sh -c "trap 'exit 0' USR1; echo >up; while :; do sleep 0.1; done" 3>&- &
	read -r <up
	kill -USR1 $!
	wait $!
	[ ! -e undone ]
}

# A chain whose inside waits for ever; its processes' pids are in $guard, $outside and $inside.
begin() {
	rm -f undone held
	hanging_hook bundle
	mkfifo undone held
	exec 8<>undone 9<>held
	"$OCIBOX" oci-guard { /bin/sh -c 'echo undone >undone' } oci-ns -p { oci-gate -w one oci-gate -o oci-gate -w two } \
		oci-gate one oci-hooks -b bundle -i x createContainer oci-gate two /bin/true 3>&- 4>&- 8>&- &
	guard=$!
	exec 7<held 9>&-
	read -r <bundle/up
	outside=$(child_of "$guard")
	inside=$(child_of "$outside")
}

# child_of PID: its child's pid, or nothing.
child_of() {
	tr -d ' \n' <"/proc/${1:-none}/task/${1:-none}/children" || true
}

# gone: none of the three is left, each one's end being the end of descriptor 9 of theirs.
gone() {
	timeout 20 cat <&7
	exec 7<&-
	[ ! -d "/proc/$outside" ] || [ "$(state_of "$outside")" = Z ]
	[ ! -d "/proc/$inside" ] || [ "$(state_of "$inside")" = Z ]
}

state_of() {
	sed 's/.*) \(.\).*/\1/' "/proc/$1/stat"
}

@test "killed inside: said, undone, nothing left" {
	begin
	kill -9 "$inside"
	read -r -t 20 line <&8
	[ "$line" = undone ]
	status=0
	wait "$guard" || status=$?
	[ "$status" = 117 ]
	gone
}

@test "killed outside: undone by the guard, nothing left" {
	begin
	kill -9 "$outside"
	read -r -t 20 line <&8
	status=0
	wait "$guard" || status=$?
	[ "$status" = 137 ]
	gone
}

@test "killed guard: undone by the chain's process, nothing left" {
	begin
	kill -9 "$guard"
	read -r -t 20 line <&8
	[ "$line" = undone ]
	gone
}

@test "terminated guard or chain: undone once" {
	for who in guard outside; do
		begin
		kill "${!who}"
		read -r -t 20 line <&8
		status=0
		wait "$guard" || status=$?
		[ "$status" = 143 ]
		gone
		run ! read -r -t 0 <&8
	done
}

@test "killed at any moment: undone or done, and nothing left" {
	local i who status delay step=1 ms=1
	mkfifo held
	# an emulated processor is ten times as slow
	[ -z "${OCIBOX_IN_VM:-}" ] || step=4 ms=10
	for ((i = 1; i <= 90; i += step)); do
		rm -f done
		exec 9<>held
		# made behind the guard: it answers for nothing that was there before
		"$OCIBOX" oci-guard { /bin/rm -f made } oci-stdio -o made oci-ns -pu { oci-gate -w a oci-gate -o oci-gate -w b oci-gate -o } \
			oci-hostname -n x oci-gate a oci-gate -d b /bin/touch done 3>&- 4>&- 2>/dev/null &
		guard=$!
		exec 7<held 9>&-
		turn=$((i / 3))
		printf -v delay 0.%03d $((turn * ms))
		read -r -t "$delay" <&7 || true
		who=$guard
		case $((i % 3)) in
		1) who=$(child_of "$guard") ;;
		2) who=$(child_of "$(child_of "$guard")") ;;
		esac 2>/dev/null
		[ -z "$who" ] || kill -9 "$who" 2>/dev/null || true
		status=0
		wait "$guard" || status=$?
		# all of them, and the undo, are gone when descriptor 9 is
		timeout 20 cat <&7
		exec 7<&-
		[ "$status" = 0 ] || [ -e done ] || [ ! -e made ]
		# undone when it said that it failed and nobody had killed it
		[ "$status" = 0 ] || [ $((i % 3)) = 0 ] || [ ! -e made ]
		rm -f made
	done
}

@test "-d: from there on nothing is undone" {
	run -3 --separate-stderr ocibox oci-guard { /bin/echo undone } oci-guard -d /bin/sh -c 'exit 3'
	[ -z "$output" ]
	run -1 ocibox oci-guard -a { /bin/echo undone } oci-guard -d /bin/false
	[ -z "$output" ]
	run -119 --separate-stderr ocibox oci-guard { /bin/echo undone } oci-guard -d oci-fail -s 119 a b
	[ -z "$output" ]
	# without a guard there is nothing to undo
	run -0 ocibox oci-guard -d /bin/echo on
	[ "$output" = on ]
}

@test "-r: from there on other words" {
	run -110 --separate-stderr ocibox oci-guard { /bin/echo undone } oci-guard -r { /bin/echo otherwise } oci-hostname
	[ "$output" = otherwise ]
	run -0 ocibox oci-guard -r { /bin/echo otherwise } /bin/echo on
	[ "$output" = on ]
}

@test "bad usage changes nothing" {
	for words in "" "/bin/echo no" "{ /bin/echo no }" "{ } /bin/echo no" "-z { /bin/echo no } /bin/echo no" "-r /bin/echo no" "-r { /bin/true }"; do
		# shellcheck disable=SC2086
		run -110 --separate-stderr ocibox oci-guard $words
		[ -z "$output" ]
		[ "$stderr" = "oci-guard: usage: oci-guard [-a] { word ... } command ... | oci-guard -d [command ...] | oci-guard -r { word ... } command ..." ]
	done
}

@test "leaves no descriptor" {
	[ "$(descriptors oci-guard { /bin/true })" = "0 1 2 " ]
	run ocibox oci-guard { /bin/ls /proc/self/fd } /bin/false 3>&- 4>&-
	[ "$(echo "$output" | tr '\n' ' ')" = "0 1 2 3 " ]
}
