#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# bats sets stderr; braces are words of a chain; the single quotes are for another shell
# shellcheck disable=SC2154,SC1083,SC1010,SC2016
load helpers
load runtime

setup() {
	requires root busybox
	cd "$BATS_TEST_TMPDIR" || return
	mkdir read write run other
	for dir in read write run other; do
		echo "$dir" >$dir/file
		cp "$(command -v busybox)" $dir/true
		ln -s true $dir/sh
	done
	ALL=(-x "$BATS_TEST_TMPDIR/run" -w /dev/null)
}

# version N: skips where the kernel's landlock is older
version() {
	"$OCIBOX" oci-landlock "${@:2}" /bin/true 2>/dev/null || cannot "needs landlock $1"
}

# inside OPTION... : SCRIPT: the script, run by a shell that may be executed
inside() {
	local script=${*: -1}
	"$OCIBOX" oci-landlock "${ALL[@]}" "${@:1:$#-1}" "$PWD/run/sh" -c "$script"
}

@test "what is listed can be used as said, and nothing else" {
	version 1 -x /
	run -0 inside -r read -w write -r other/file '
		try() { "$@" 2>/dev/null && echo yes || echo no; }
		try eval "read line <read/file"
		try eval "echo x >read/file"
		try eval "echo x >read/new"
		try eval "echo x >write/file"
		try eval "echo x >write/new"
		try eval "read line <write/file"
		try eval "read line <other/file"
		try eval "read line <other/true"
		try eval "read line </etc/passwd"
		try eval "for f in read/*; do [ -e \$f ]; done"
		try ./run/true
		try ./read/true
		try ./write/true'
	# the shell ends at a redirection that fails: each is in an eval
	[ "$(tr '\n' ' ' <<<"$output")" = "yes no no yes yes yes yes no no yes yes no no " ] || { echo "$output"; false; }
	[ "$(cat read/file)" = read ]
	[ ! -e read/new ]
	[ "$(cat write/new)" = x ]
}

@test "it holds for all that is started, and nothing can be mounted" {
	version 1 -x /
	run ! inside './run/sh -c "read line <other/file"'
	[[ "$output" = *"can't open other/file: Permission denied"* ]]
	run -114 "$OCIBOX" oci-ns -m { oci-reap } oci-landlock -w / oci-mount -r "$PWD/other" -t tmpfs /new /bin/true
	[[ "$output" = *"Operation not permitted" ]]
}

@test "ports" {
	version 4 -B none
	net() {
		"$OCIBOX" oci-ns -n { oci-reap } oci-landlock "$@"
	}
	# nc ends with 1 when it cannot bind or connect, and says why
	for port in none 7002; do
		run -1 net -B "$port" "$(command -v busybox)" nc -l -p 7001
		[[ "$output" = *"bind: Permission denied" ]]
		run -1 net -C "$port" "$(command -v busybox)" nc 127.0.0.1 7001
		[[ "$output" = *"Permission denied" ]]
	done
	run -1 net -C 7001 -B 7002 "$(command -v busybox)" nc 127.0.0.1 7001
	[[ "$output" = *"Connection refused" ]]
	run -0 net -B 7001 /bin/sh -c 'busybox nc -l -p 7001 -e /bin/true & until busybox nc 127.0.0.1 7001 </dev/null 2>/dev/null; do :; done; wait'
}

@test "scopes" {
	version 6 -S signal
	sleep 1000 3>&- &
	other=$!
	run ! "$OCIBOX" oci-landlock -S signal /bin/sh -c 'kill -0 "$0"' $other
	run -0 "$OCIBOX" oci-landlock -S abstract /bin/sh -c 'kill -0 "$0"' $other
	run -0 "$OCIBOX" oci-landlock -S signal /bin/sh -c 'kill -0 $$'
	kill $other
}

@test "without no_new_privs and CAP_SYS_ADMIN the kernel refuses" {
	version 1 -x /
	run -114 --separate-stderr ocibox oci-caps -B CAP_CHOWN -E CAP_CHOWN -P CAP_CHOWN oci-landlock -x / /bin/echo no
	[ "$stderr" = "oci-landlock: landlock: needs no_new_privs, or CAP_SYS_ADMIN" ]
	run -0 ocibox oci-caps -B CAP_CHOWN -E CAP_CHOWN -P CAP_CHOWN oci-nnp oci-landlock -x / /bin/echo yes
	[ "$output" = yes ]
}

@test "a container's annotations" {
	version 1 -x /
	runtime_setup
	echo secret >rootfs/etc/secret
	program sh -c 'echo up; read x </etc/hidden/file; echo "$x"; read x </etc/secret && echo "$x"; ls /tmp && :'
	mkdir rootfs/etc/hidden
	echo shown >rootfs/etc/hidden/file
	config '.process.noNewPrivileges = true | .annotations = {"org.ocibox.landlock.execute": "/bin:/proc", "org.ocibox.landlock.read": "/etc/hidden"}'
	run ! ocibox run "$ID"
	[ "${lines[0]}" = up ]
	[ "${lines[1]}" = shown ]
	[[ "$output" != *secret$'\n'* ]]
	[[ "$output" = *"Permission denied"* ]]
	# wrong ones are shown with their place
	config '.annotations = {"org.ocibox.landlock.bind": "80,x"}'
	if ocibox oci-landlock -B none /bin/true 2>/dev/null; then
		run -111 --separate-stderr ocibox run "$ID"
		[[ "$stderr" = *"annotations"*"x: must be a port (0 to 65535), or none" ]]
	fi
	config '.annotations = {"org.ocibox.landlock.read": "/none"}'
	run -115 --separate-stderr ocibox run "$ID"
	[[ "$stderr" = "oci-landlock: open /none: No such file or directory" ]]
	runtime_teardown
}

@test "nothing asked for, nothing restricted" {
	run -0 ocibox oci-landlock /bin/cat "$PWD/other/file"
	[ "$output" = other ]
}

@test "bad usage changes nothing" {
	run -110 --separate-stderr ocibox oci-landlock -z /bin/echo no
	[[ "$stderr" = "oci-landlock: usage: oci-landlock [-b bundle] "* ]]
	version 4 -B none
	run -110 --separate-stderr ocibox oci-landlock -B 65536 /bin/echo no
	[ "$stderr" = "oci-landlock: 65536: must be a port (0 to 65535), or none" ]
	version 6 -S signal
	run -110 --separate-stderr ocibox oci-landlock -S all /bin/echo no
	[ "$stderr" = "oci-landlock: all: must be signal or abstract" ]
}

@test "a kernel without it is an error where it is asked for" {
	requires "$NOSYS"
	run -119 --separate-stderr "$NOSYS" landlock_create_ruleset "$OCIBOX" oci-landlock -x / /bin/echo no
	[ "$stderr" = "oci-landlock: execute: this kernel has no landlock" ]
	run -0 "$NOSYS" landlock_create_ruleset "$OCIBOX" oci-landlock /bin/echo yes
}

@test "leaves no descriptor" {
	version 1 -x /
	[ "$(descriptors oci-landlock -w /  -x /)" = "0 1 2 " ]
}
