#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# braces are words of a chain; bats ends a test whose cd fails; bats sets stderr
# shellcheck disable=SC1083,SC1010,SC2164,SC2154,SC2016
load helpers

setup() {
	cd "$BATS_TEST_TMPDIR"
}

# A sealed process that waits; its pid is in $pid.
sealed() {
	hanging_hook bundle
	"$OCIBOX" oci-seal oci-hooks -b bundle -i x createContainer 3>&- 4>&- &
	pid=$!
	read -r <bundle/up
}

@test "goes on from a sealed file in memory, as the same process" {
	sealed
	[ "$(readlink "/proc/$pid/exe")" = "/memfd:ocibox (deleted)" ]
	cmp "/proc/$pid/exe" "$OCIBOX"
	# by root too: the seal is no permission, and a running program is busy anyway
	run ! sh -c 'printf x >>"/proc/$1/exe"' sh "$pid"
	[ "$(tr '\0' ' ' <"/proc/$pid/cmdline")" = "ocibox oci-hooks -b bundle -i x createContainer " ]
	kill -9 "$pid"
	wait "$pid" || true
}

@test "the seals hold when the program runs no more" {
	sealed
	exec 7<"/proc/$pid/exe"
	kill -9 "$pid"
	wait "$pid" || true
	run ! sh -c 'printf x >/proc/self/fd/7'
	[[ "$output" == *"not permitted"* || "$output" == *denied* || "$output" == *cannot* ]]
	cmp /proc/self/fd/7 "$OCIBOX"
	exec 7<&-
}

@test "a sealed program is not sealed again" {
	run -0 ocibox oci-seal oci-seal -- oci-seal /bin/echo once
	[ "$output" = once ]
	requires strace
	strace -f -e trace=memfd_create -o trace "$OCIBOX" oci-seal oci-seal /bin/true
	[ "$(grep -c 'memfd_create.*= [0-9]' trace)" = 1 ]
}

@test "scripts below it get the path of the original" {
	run -0 ocibox oci-seal /bin/sh -c 'echo "$OCIBOX"'
	[ "$output" = "$(readlink -f "$OCIBOX")" ]
	# whatever the caller has there
	run -0 env OCIBOX=/evil "$OCIBOX" oci-seal /bin/sh -c 'echo "$OCIBOX"'
	[ "$output" = "$(readlink -f "$OCIBOX")" ]
}

@test "kernels before 6.3 refuse the flag, and it is left out" {
	requires strace
	run -0 strace -o trace -e trace=memfd_create -e inject=memfd_create:error=EINVAL:when=1 "$OCIBOX" oci-seal /bin/echo sealed
	[ "$output" = sealed ]
	[ "$(grep -c memfd_create trace)" = 2 ]
}

@test "-p keeps that many descriptors and closes the caller's others" {
	run -0 bash -c 'exec 3</ 4</ 9</; exec "$0" oci-seal -p 1 /bin/sh -c "ls /proc/\$\$/fd"' "$OCIBOX"
	[ "${lines[*]}" = "0 1 2 3" ]
	run -0 bash -c 'exec 3</ 9</; exec "$0" oci-seal oci-seal -p 0 /bin/sh -c "ls /proc/\$\$/fd"' "$OCIBOX"
	[ "${lines[*]}" = "0 1 2" ]
	run -0 bash -c 'exec 3</ 4</; exec 5>&-; exec "$0" oci-seal /bin/sh -c "ls /proc/\$\$/fd"' "$OCIBOX"
	[ "${lines[*]}" = "0 1 2 3 4" ]
	# and one that a step reads, but no directory, and none for a word alone
	run -0 bash -c 'exec 3</ 9< <(echo "{\"ociVersion\":\"1.0.0\",\"root\":{\"path\":\"r\"}}"); exec "$0" oci-seal -p 0 -f /dev/fd/9 oci-spec -c /dev/fd/9' "$OCIBOX"
	run -0 bash -c 'exec 3</ 4</ 8< <(:) 9</; exec "$0" oci-seal -p 1 -f /dev/fd/8 /bin/sh -c "ls /proc/\$\$/fd" /dev/fd/9' "$OCIBOX"
	[ "${lines[*]}" = "0 1 2 3 8" ]
	run -0 bash -c 'exec 8</ 9</; exec "$0" oci-seal -p 0 -f /dev/fd/8 /bin/sh -c "ls /proc/\$\$/fd" /dev/fd/9' "$OCIBOX"
	[ "${lines[*]}" = "0 1 2" ]
	run -110 --separate-stderr ocibox oci-seal -p x /bin/true
	[ "$stderr" = "oci-seal: x: must be a count of descriptors (0 to 1048576)" ]
}

@test "must be the first step" {
	requires root
	run -110 --separate-stderr ocibox oci-ns -u { oci-reap } oci-seal /bin/echo no
	[ "$stderr" = "oci-seal: must be the first step" ]
	run -110 --separate-stderr ocibox oci-guard { /bin/true } oci-seal /bin/echo no
	[ "$stderr" = "oci-seal: must be the first step" ]
}

@test "bad usage" {
	run -110 --separate-stderr ocibox oci-seal
	[ "$stderr" = "oci-seal: usage: oci-seal [-f file] [-p count] command ..." ]
	run -110 ocibox oci-seal -z /bin/echo no
}

@test "leaves no descriptor" {
	[ "$(descriptors oci-seal)" = "0 1 2 " ]
}

@test "a verb's script gets the copy made before the shell, whatever the caller calls one" {
	requires strace
	OCIBOX_SEALED=/evil OCIBOX_ROOT=$PWD/state run -115 strace -f -o trace -e trace=memfd_create,execve,execveat "$OCIBOX" run -b nowhere c1
	[ "$(grep -c 'memfd_create("ocibox".*= [0-9]' trace)" = 1 ]
	[ "$(grep -c 'execve("/proc/self/fd/[0-9]*".* = 0' trace)" = 1 ]
	run ! grep -e execveat -e 'execve("/evil' trace
	# a script that does not ask for it, or a file in its place, gets none
	OCIBOX_ROOT=$PWD/state run strace -f -o trace -e trace=memfd_create "$OCIBOX" kill c1 KILL
	run ! grep memfd_create trace
	echo 'echo "${OCIBOX_SEALED-none}"' >oci-run
	OCIBOX_SEALED=/evil OCIBOX_LIBEXEC=$PWD run -0 ocibox run c1
	[ "$output" = none ]
}

# TOMOYO's answer, before Linux 6.12, in an initramfs with a bare /dev
@test "the copy is executed by its path where execveat(2) fails" {
	requires "$NOSYS"
	run -0 "$NOSYS" execveat "$OCIBOX" oci-seal -p 0 oci-nnp /bin/sh -c 'ls /proc/$$/fd' 3>&- 4>&-
	[ "${lines[*]}" = "0 1 2" ]
}
