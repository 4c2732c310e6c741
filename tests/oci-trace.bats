#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# braces are words of a chain; bats ends a test whose cd fails
# shellcheck disable=SC1083,SC2164
load helpers
load runtime

setup() {
	cd "$BATS_TEST_TMPDIR"
}

# trace of two sides: a second and a half of nothing, and a program of nine seconds, are not drawn
example() {
	cat <<-EOT
		+ 100.100000 0.100000 7 outside oci-claim -b . x = ok
		a line of the container's
		+ 100.300000 0.100000 1 inside oci-mount -a = ok
		+ 100.300000 0.200000 7 outside oci-gate -w created = ok
		+ 109.300000 9.000000 7 outside oci-reap = ok
		+ 109.400000 0.100000 7 outside oci-forget x = ok
		+ 111.000000 0.100000 8 outside oci-nosuch = no such step
	EOT
}

drawn='  begin ms    took ms  step
     0.000    100.000  |#######                         | outside oci-claim -b . x = ok
   100.000    200.000  |      ##############            | outside oci-gate -w created = ok
   200.000    100.000  |            ########            | inside oci-mount -a = ok
   300.000   9000.000  |                   #            | outside oci-reap = ok
   300.000    100.000  |                   #######      | outside oci-forget x = ok
   400.000    100.000  |                         #######| outside oci-nosuch = no such step
   500.001 ms, 6 steps'

@test "-s draws a bar for each step, in the order they began" {
	example >trace
	for words in "-s trace" "--summary=trace"; do
		# shellcheck disable=SC2086
		[ -z "$(ocibox trace $words 2>err)" ]
		diff <(echo "$drawn") err
	done
	example | ocibox trace -s - 2>err
	diff <(echo "$drawn") err
	echo nothing >none
	run -0 --separate-stderr ocibox trace -s none
	[ "${stderr_lines[1]}" = "     0.001 ms, 0 steps" ]
	run -115 --separate-stderr ocibox trace -s nosuch
	[ "$stderr" = "oci-trace: open nosuch: No such file or directory" ]
}

@test "a line that is nearly one" {
	printf '%s\n' '+ 1.0 99999999999999999999.0 1 outside x = ok' '+ 1.000000 5.000000 1 outside before = ok' '+ 18446744073709.000000 1.000000 1 inside late = ok' '+' >odd
	run -0 --separate-stderr ocibox trace -s odd
	[ "${#stderr_lines[@]}" = 4 ]
	[[ ${stderr_lines[1]} == *"outside before = ok" ]]
}

@test "a chain, a verb or a program: its output, its status, what it did" {
	run -7 --separate-stderr ocibox trace oci-nnp oci-ns -f /bin/sh -c 'echo said; exit 7'
	[ "$output" = said ]
	[[ ${stderr_lines[1]} == *"| outside oci-nnp = ok" ]]
	[[ ${stderr_lines[2]} == *"| outside oci-ns -f = ok" ]]
	[[ ${stderr_lines[3]} == *"| outside /bin/sh = exec" ]]
	[[ ${stderr_lines[4]} == *" ms, 3 steps" ]]
	run -143 --separate-stderr ocibox trace /bin/sh -c 'kill $$'
	run -112 --separate-stderr ocibox --root "$PWD/none" trace state nosuch
	[[ $stderr == *"| outside oci-state nosuch = "* ]]
	# what the program runs is seen too
	run -0 --separate-stderr ocibox trace /bin/sh -c '"$0" oci-nnp /bin/true; "$0" features >/dev/null' "$OCIBOX"
	[[ $stderr == *"| outside oci-features = ok"* ]]
	[[ $stderr == *" ms, 4 steps" ]]
}

@test "-o leaves the lines in a file" {
	echo before >trace
	for words in "-o trace" "--output trace"; do
		# shellcheck disable=SC2086
		ocibox trace $words oci-nnp /bin/true 2>err
		[ "$(wc -l <trace)" = 2 ]
		ocibox trace -s trace 2>&1 | diff - err
	done
	run -115 --separate-stderr ocibox trace -o /nonexistent/trace /bin/echo no
	[ -z "$output" ]
	[ "$stderr" = "oci-trace: open /nonexistent/trace: No such file or directory" ]
}

@test "the container's own steps too, and nothing is left" {
	runtime_setup
	program sh -c 'ls -l /proc/self/fd; env'
	run -0 --separate-stderr ocibox trace run "$ID"
	[[ $output != *trace* && $output != *OCIBOX* ]]
	grep -q "| inside oci-pivot -b . = ok" <<<"$stderr"
	grep -q "| outside oci-forget $ID = ok" <<<"$stderr"
}

@test "the next program has no descriptor of it" {
	[ "$(descriptors oci-trace 2>/dev/null)" = "0 1 2 " ]
	[ "$(descriptors oci-trace -o trace 2>/dev/null)" = "0 1 2 " ]
}

@test "usage, which runs nothing" {
	for words in "" "-x /bin/echo no" "-s trace /bin/echo no" "-o trace" "-o trace -s trace" "-s"; do
		# shellcheck disable=SC2086
		run -110 --separate-stderr ocibox trace $words
		[ "$stderr" = "oci-trace: usage: oci-trace [-o file] command [argument ...] | oci-trace -s file" ]
	done
	[ ! -e trace ]
	run -110 --separate-stderr ocibox trace nosuch
	[ "$stderr" = "oci-trace: nosuch: no such command (see ocibox --help)" ]
}
