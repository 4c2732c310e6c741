#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# shellcheck disable=SC2016,SC2154,SC2164 # text for other shells; run sets these; bats stops at a failing cd
load helpers

setup() {
	cd "$BATS_TEST_TMPDIR"
	mkdir m
}

@test "-i, -o and -e" {
	echo in >in
	echo old text that is longer >out
	run -0 ocibox oci-stdio -i in -o out -e err /bin/sh -c 'cat; echo out; echo err >&2'
	[ -z "$output" ]
	[ "$(cat out)" = "in
out" ]
	[ "$(cat err)" = err ]
}

@test "each alone" {
	echo in >in
	run -0 --separate-stderr ocibox oci-stdio -i in /bin/cat
	[ "$output" = in ]
	run -0 --separate-stderr ocibox oci-stdio -o out /bin/sh -c 'echo out; echo err >&2'
	[ "$stderr" = err ]
	[ -z "$output" ]
	[ "$(cat out)" = out ]
	run -0 --separate-stderr ocibox oci-stdio -e err /bin/sh -c 'echo out; echo err >&2'
	[ "$output" = out ]
	[ -z "$stderr" ]
	[ "$(cat err)" = err ]
}

@test "one file for output and error keeps the order" {
	run -0 ocibox oci-stdio -o both -e both /bin/sh -c 'echo 1; echo 2 >&2; echo 3'
	[ "$(cat both)" = "1
2
3" ]
	# under two names too
	run -0 ocibox oci-stdio -o both -e ./both /bin/sh -c 'echo 1; echo 2 >&2; echo 3'
	[ "$(cat both)" = "1
2
3" ]
}

@test "files are made with mode 0644 and the umask" {
	umask 026
	run -0 ocibox oci-stdio -o out -e err
	[ "$(stat -c %a out err)" = "640
640" ]
}

@test "all files are opened before one is replaced" {
	run -115 --separate-stderr ocibox oci-stdio -o out -e no/such /bin/echo ran
	[ "$stderr" = "oci-stdio: open no/such: No such file or directory" ]
	[ ! -s out ]
	run -115 --separate-stderr ocibox oci-stdio -i none -o out /bin/echo ran
	[ "$stderr" = "oci-stdio: open none: No such file or directory" ]
}

@test "closed standard descriptors are no trap" {
	echo in >in
	run -0 sh -c '"$0" oci-stdio -i in -o out -e err /bin/sh -c "cat; echo out; echo err >&2" <&- >&- 2>&-' "$OCIBOX"
	[ "$(cat out)" = "in
out" ]
	[ "$(cat err)" = err ]
	run -0 sh -c '"$0" oci-stdio -o out -e err /bin/sh -c "echo out; echo err >&2" <&- >&- 2>&-' "$OCIBOX"
	[ "$(cat out err)" = "out
err" ]
}

# in_null MAKE WORDS: run in a mount namespace with /dev/null made anew, standard descriptors 0 and 2 on the old one
in_null() {
	aside sh -c "mount -t tmpfs none m && $1 && mount --move m /dev; shift; exec \"\$@\"" - "$@" </dev/null 2>/dev/null
}

look='for fd in 0 1 2; do stat -L -c %t:%T,%d /proc/$$/fd/$fd; done; stat -c %t:%T,%d /dev/null; grep flags: /proc/$$/fdinfo/0 /proc/$$/fdinfo/2 | grep -o .$'

@test "-z opens those on the null device anew, for reading and writing" {
	requires root unshare
	run -0 in_null 'mknod m/null c 1 3' "$OCIBOX" oci-stdio -z /bin/sh -c "$look"
	[ "${lines[0]}" = "${lines[3]}" ]
	[ "${lines[2]}" = "${lines[3]}" ]
	[ "${lines[1]}" != "${lines[3]}" ]
	[[ ${lines[3]} == 1:3,* ]]
	[ "${lines[4]}${lines[5]}" = 22 ]
	# without it they stay
	run -0 in_null 'mknod m/null c 1 3' "$OCIBOX" oci-hostname -d x /bin/sh -c "$look"
	[ "${lines[0]}" != "${lines[3]}" ]
}

@test "-z: what is not the null device is an error" {
	requires root unshare
	for make in ': >m/null' 'mkfifo m/null' 'mknod m/null c 1 5' 'mknod m/null b 1 3' 'mknod m/real c 1 3 && ln -s real m/null'; do
		run -115 in_null "$make && exec 2>&1" "$OCIBOX" oci-stdio -z /bin/echo ran
		[ "$output" = "oci-stdio: /dev/null: not the null device" ]
	done
	run -115 in_null 'exec 2>&1' "$OCIBOX" oci-stdio -z /bin/echo ran
	[ "$output" = "oci-stdio: open /dev/null: No such file or directory" ]
}

@test "-z: no descriptor on the null device needs none" {
	requires root unshare
	: >file
	run -0 aside sh -c 'mount -t tmpfs none /dev && exec "$0" oci-stdio -z /bin/echo ran <file 2>&1' "$OCIBOX"
	[ "$output" = ran ]
}

@test "bad usage changes nothing" {
	run -110 --separate-stderr ocibox oci-stdio -q -o out
	[ "$stderr" = "oci-stdio: usage: oci-stdio [-z] [-i file] [-o file] [-e file] [command ...]" ]
	[ ! -e out ]
	run -110 ocibox oci-stdio
}

@test "leaves no descriptor" {
	echo >in
	run -0 descriptors oci-stdio -i in -e err -z
	[ "$output" = "$(descriptors)" ]
}
