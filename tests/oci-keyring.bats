#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
load helpers

setup() {
	requires root
	cd "$BATS_TEST_TMPDIR"
	name=bats-$$
}

config() {
	echo '{"ociVersion":"1.0.0","root":{"path":"rootfs"},"linux":{"namespaces":['"$1"']}}' >config.json
}

# ring WORDS: "permissions name" of the ring named _ses.$name, as the program behind the words sees it
ring() {
	run -0 ocibox "$@" /bin/grep -F "keyring   _ses.$name:" /proc/keys
	awk '{ print $5, $9 }' <<<"$output"
}

@test "the next program has a session keyring of that name" {
	[ "$(ring oci-keyring "$name")" = "3f1b0000 _ses.$name:" ]
}

@test "a process that comes later joins it" {
	mkfifo go
	"$OCIBOX" oci-keyring "$name" /bin/sh -c 'echo in >go; read -r line <go' 3>&- 4>&- &
	read -r _ <go
	[ "$(ring oci-keyring "$name")" = "3f1b0000 _ses.$name:" ]
	echo out >go
	wait
	[ "$(ring oci-keyring "$name" oci-keyring "$name")" = "3f1b0000 _ses.$name:" ]
}

@test "-b lets all users search it where there is a user namespace" {
	config '{"type":"user"}'
	[ "$(ring oci-keyring -b . "$name")" = "3f1b0008 _ses.$name:" ]
	config '{"type":"pid"}'
	name+=x
	[ "$(ring oci-keyring -b . "$name")" = "3f1b0000 _ses.$name:" ]
}

@test "a kernel without keyrings is no error" {
	requires "$NOSYS"
	run -0 --separate-stderr "$NOSYS" keyctl "$OCIBOX" oci-keyring "$name" /bin/echo on
	[ "$output" = on ]
	[ -z "$stderr" ]
}

@test "a refusal is an error" {
	requires "$NOSYS"
	run -114 --separate-stderr "$NOSYS" keyctl=EPERM "$OCIBOX" oci-keyring "$name" /bin/echo on
	[ "$stderr" = "oci-keyring: join the session keyring _ses.$name: Operation not permitted" ]
	[ -z "$output" ]
}

@test "bad usage changes nothing" {
	run -110 --separate-stderr ocibox oci-keyring
	[ "$stderr" = "oci-keyring: usage: oci-keyring [-a] [-b bundle] name [command ...] | oci-keyring -n [command ...]" ]
	# -n is for who has claimed an entry
	run -110 --separate-stderr ocibox oci-keyring -n
	run -110 --separate-stderr ocibox oci-keyring -z "$name" /bin/echo ran
	[ -z "$output" ]
}

@test "-a: all users may search for it" {
	requires root
	run -0 ocibox oci-keyring -a all-$$ /bin/grep "_ses.all-$$" /proc/keys
	[[ $output = *" 3f"*"b0008 "* ]]
}

@test "leaves no descriptor" {
	[ "$(descriptors oci-keyring "$name")" = "0 1 2 " ]
}
