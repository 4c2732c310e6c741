#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# braces are words of a chain; bats ends a test whose cd fails
# shellcheck disable=SC1083,SC1010,SC2164
load helpers

setup() {
	requires root
	cd "$BATS_TEST_TMPDIR"
}

@test "each side waits for the other" {
	run -0 ocibox oci-ns -u { oci-gate -w one oci-gate -o oci-gate -w two oci-gate -o oci-reap } \
		oci-gate one oci-hostname -n inside oci-gate two /bin/uname -n
	[ "$output" = inside ]
}

@test "a gate stays shut until it is opened" {
	mkfifo up
	# the outside is held by a fifo nobody reads: the inside must not get to its program
	"$OCIBOX" oci-ns -u { oci-gate -w one oci-ns -f /bin/sh -c 'echo >up' } oci-gate one /bin/touch begun 3>&- 4>&- &
	read -r <up
	wait $!
	[ ! -e begun ]
}

@test "-d lets the container's process outlive its parent" {
	mkfifo up go
	run -0 ocibox oci-ns -u { oci-gate -w last oci-gate -o } oci-gate -d last \
		/bin/sh -c 'exec >&- 2>&-; echo $$ >up; read x <go; echo $PPID >up' 3>&- 4>&- &
	read -r pid <up
	wait $!
	# its parent is another now
	echo >go
	read -r parent <up
	[ "$parent" != $! ]
	[ ! -e "/proc/$pid" ] || [ "$pid" -gt 0 ]
}

@test "-x waits until the program has begun" {
	# shellcheck disable=SC2016
	run -0 ocibox oci-ns -u { oci-gate -x oci-reap } /bin/sh -c 'readlink /proc/$$/exe'
	[ "$output" = "$(readlink -f /bin/sh)" ]
	run -127 --separate-stderr ocibox oci-ns -u { oci-gate -x } /bin/none
	[ "$stderr" = "ocibox: /bin/none: No such file or directory" ]
	run -126 --separate-stderr ocibox oci-ns -u { oci-gate -x } /etc/passwd
	[ "$stderr" = "ocibox: /etc/passwd: Permission denied" ]
}

@test "a failure before the gate is said outside, and its status is ours" {
	for at in "-w x" "-x"; do
		# shellcheck disable=SC2086
		run -110 --separate-stderr ocibox oci-ns -u { oci-gate $at } oci-hostname
		[ "$stderr" = "oci-hostname: usage: oci-hostname [-b bundle] [-n hostname] [-d domainname] [command ...]" ]
	done
	run -110 --separate-stderr ocibox oci-ns -u { oci-gate -w x oci-gate -o oci-gate -w y } oci-gate x oci-hostname
	[[ "$stderr" = "oci-hostname: usage: "* ]]
}

@test "the failure of the inside is said, not what follows from it outside" {
	# the outside does not wait at all, and may or may not come first: but never both
	for _ in 1 2 3 4 5 6 7 8 9 10; do
		run -127 --separate-stderr ocibox oci-ns -u { oci-nosuch } oci-nosuchinside
		[ "${#stderr_lines[@]}" = 1 ]
	done
}

@test "-x does not take a death for a beginning" {
	run -117 --separate-stderr ocibox oci-ns -u { oci-gate -w x oci-gate -o oci-gate -x } oci-gate x
	[ "$stderr" = "oci-gate: the container's process ended with status 0 before it reached its program" ]
}

@test "a killed process is said to be" {
	hanging_hook bundle
	"$OCIBOX" oci-ns -u { oci-gate -w one oci-gate -o oci-gate -w two } \
		oci-gate one oci-hooks -b bundle -i x createContainer oci-gate two /bin/true 3>&- 4>&- 2>err &
	read -r <bundle/up
	read -r inside <"/proc/$!/task/$!/children" || true     # there is no newline
	kill -9 "$inside"
	status=0
	wait $! || status=$?
	[ "$status" = 117 ]
	[[ "$(cat err)" = "oci-gate: the container's process was killed by signal 9 before it reached "*"; is the memory limit too low?" ]]
}

# What has failed is no sign that the other side is dead, and it would be waited for without end.
@test "what cannot be said to the other side, or heard from it, ends both" {
	requires strace
	for call in "sendmsg the next gate" "recvmsg two"; do
		run -115 --separate-stderr timeout 20 strace -qq -o /dev/null -e trace="${call%% *}" -e inject="${call%% *}:error=ENOBUFS:when=2+" \
			"$OCIBOX" oci-ns -u { oci-gate -w one oci-gate -o oci-gate -w two oci-gate -o oci-reap } oci-gate one oci-gate two /bin/touch begun
		[ "$stderr" = "oci-gate: speak to the container's process before it reached ${call#* }: No buffer space available" ]
		[ ! -e begun ]
	done
}

@test "a gate out of turn, or missing, is an error" {
	run -110 --separate-stderr ocibox oci-ns -u { oci-gate -w x } oci-gate y /bin/echo no
	[ "$stderr" = "oci-gate: x: the container's process is at gate y" ]
	run -110 --separate-stderr ocibox oci-ns -u { oci-gate -w x } /bin/sleep 1000
	[ "$stderr" = "oci-gate: x: the container's process begins its program and has not been at this gate" ]
}

@test "a message of any length arrives, with its reason" {
	long=$(printf '/%0200d' {1..15})
	run -115 --separate-stderr ocibox oci-ns -u { oci-gate -w x } oci-ns -j "net=$long" oci-gate x /bin/true
	[ "$stderr" = "oci-ns: open the network namespace $long: No such file or directory" ]
}

@test "used on no side, or the wrong one" {
	for words in "x" "-d x" "-w x" "-o" "-x"; do
		# shellcheck disable=SC2086
		run -110 --separate-stderr ocibox oci-gate $words /bin/echo no
		[[ "$stderr" = "oci-gate: "*": not a side of oci-ns with a block in braces" ]]
		[ -z "$output" ]
	done
	run -110 --separate-stderr ocibox oci-ns -u { oci-gate -w x } oci-gate -w x /bin/echo no
	[ "$stderr" = "oci-gate: x: not a side of oci-ns with a block in braces" ]
	run -110 --separate-stderr ocibox oci-ns -u { oci-gate x } oci-gate x /bin/echo no
	[ "$stderr" = "oci-gate: x: not a side of oci-ns with a block in braces" ]
}

@test "-b: a gate for hooks is only there when there are some" {
	hooks() {
		jq -n --argjson hooks "$1" '{ociVersion:"1.0.2",root:{path:"/"},hooks:$hooks}' >config.json
	}
	for none in '{}' '{"poststart":[{"path":"/bin/true"}]}' '{"prestart":[]}'; do
		hooks "$none"
		run -0 ocibox oci-ns -u { oci-gate -b . -w x oci-gate -b . -o oci-reap } oci-gate -b . x /bin/echo inside
		[ "$output" = inside ]
		run -0 ocibox oci-ns -u { oci-reap } oci-gate -b . x /bin/echo inside
		[ "$output" = inside ]
	done
	for some in '{"prestart":[{"path":"/bin/true"}]}' '{"createRuntime":[{"path":"/bin/true"}]}'; do
		hooks "$some"
		run -0 ocibox oci-ns -u { oci-gate -b . -w x oci-gate -b . -o oci-reap } oci-gate -b . x /bin/echo inside
		[ "$output" = inside ]
		# the outside becomes another program instead of opening it
		run -0 ocibox oci-ns -u { oci-gate -b . -w x /bin/echo outside } oci-gate -b . x /bin/echo inside
		[ "$output" = outside ]
	done
}

@test "bad usage" {
	for words in "" "-z" "-d" "-w" "-w x -o" "-d -x" "-d -o x" "-b ." "-b . -d x" "-b . -x" "-b . -u"; do
		# shellcheck disable=SC2086
		run -110 --separate-stderr ocibox oci-gate $words
		[ "$stderr" = "oci-gate: usage: oci-gate [-d | -b bundle] name [command ...] | oci-gate [-b bundle] -w name | -o [command ...] | oci-gate -u | -x [command ...]" ]
	done
}

@test "leaves no descriptor" {
	run -0 ocibox oci-ns -u { oci-gate -w x oci-gate -o oci-reap } oci-gate x /bin/ls /proc/self/fd 3>&- 4>&-
	[ "$(echo "$output" | tr '\n' ' ')" = "0 1 2 3 " ]
	mkfifo up
	run -0 ocibox oci-ns -u { oci-gate -w x oci-gate -o } oci-gate -d x /bin/sh -c 'ls /proc/self/fd >up' 3>&- 4>&- &
	[ "$(tr '\n' ' ' <up)" = "0 1 2 3 " ]
}

@test "-u: neither side ends with the other, but what goes wrong inside is told outside" {
	mkfifo up go
	run -0 ocibox oci-ns -u { oci-gate -x oci-pidfile pid oci-gate -u } oci-gate -u \
		/bin/sh -c 'exec >&- 2>&-; echo up >up; read x <go; echo $PPID >up' 3>&- 4>&- &
	read -r _ <up
	wait $!
	[ -e "/proc/$(cat pid)" ]
	echo >go
	read -r parent <up
	[ "$parent" != $! ]
	run -127 --separate-stderr ocibox oci-ns -u { oci-gate -x oci-gate -u } oci-gate -u /bin/none
	[ "$stderr" = "ocibox: /bin/none: No such file or directory" ]
	run -110 ocibox oci-gate -u
	run -110 ocibox oci-ns -u { oci-gate -u -o } /bin/true
}
