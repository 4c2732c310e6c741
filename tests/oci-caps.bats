#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
load helpers

setup() {
	requires root
	cd "$BATS_TEST_TMPDIR"
	all=$(awk '/^CapBnd/ { print $2 }' /proc/self/status)
}

# Masks of CAP_CHOWN 0, CAP_KILL 5, CAP_SETUID 7, CAP_NET_RAW 13, CAP_AUDIT_WRITE 29.
none=0000000000000000
chown=0000000000000001
kill=0000000000000020
chown_kill=0000000000000021

# sets WORDS: "inheritable permitted effective bounding ambient" of the program behind the words
sets() {
	ocibox "$@" /bin/grep ^Cap /proc/self/status | awk '{ printf "%s%s", sep, $2; sep = " " }'
}

config() {
	echo '{"ociVersion":"1.0.0","root":{"path":"rootfs"},"process":{"cwd":"/","user":{"uid":0,"gid":0},"args":["x"]'"$1"'}}' >config.json
}

@test "user 0 has what is in the bounding set" {
	[ "$(sets oci-caps -B chown,kill)" = "$none $chown_kill $chown_kill $chown_kill $none" ]
	[ "$(sets oci-caps -B none)" = "$none $none $none $none $none" ]
	[ "$(sets oci-caps -P none)" = "$none $none $none $none $none" ]
}

@test "other users have what is ambient" {
	[ "$(sets oci-user 1000 oci-caps -B all)" = "$none $none $none $all $none" ]
	[ "$(sets oci-user 1000 oci-caps -B chown,kill -P kill -E kill -I kill -A kill)" = "$kill $kill $kill $chown_kill $kill" ]
	[ "$(sets oci-user 1000 oci-caps -P none)" = "$none $none $none $none $none" ]
}

@test "inheritable and ambient are empty unless named" {
	# what the caller has in them does not get through
	run -0 setpriv --inh-caps +kill --ambient-caps +kill "$OCIBOX" oci-caps -B all -P all /bin/grep -E 'Cap(Inh|Amb)' /proc/self/status
	[ "$(awk '{ printf "%s ", $2 }' <<<"$output")" = "$none $none " ]
	run -0 setpriv --inh-caps +kill --ambient-caps +kill "$OCIBOX" oci-caps -k -B chown,kill /bin/grep -E 'Cap(Inh|Bnd|Amb)' /proc/self/status
	[ "$(awk '{ printf "%s ", $2 }' <<<"$output")" = "$kill $chown_kill $kill " ]
}

@test "names in any case, with or without CAP_" {
	[ "$(sets oci-caps -B CAP_CHOWN,Kill)" = "$none $chown_kill $chown_kill $chown_kill $none" ]
	[ "$(sets oci-caps -B none,cap_chown)" = "$none $chown $chown $chown $none" ]
}

@test "a name the kernel does not know is left out with a warning" {
	run -0 --separate-stderr ocibox oci-caps -B chown,frob,CAP_63,5,, /bin/grep CapBnd /proc/self/status
	[[ $output == *"$chown" ]]
	[ "$stderr" = "oci-caps: warning: frob: no capability of this kernel, left out
oci-caps: warning: CAP_63: no capability of this kernel, left out
oci-caps: warning: 5: no capability of this kernel, left out
oci-caps: warning: : no capability of this kernel, left out" ]
}

@test "what is not both permitted and inheritable is not made ambient, with a warning" {
	run -0 --separate-stderr ocibox oci-caps -B all -P chown,kill -I kill -A chown,kill /bin/grep CapAmb /proc/self/status
	[[ $output == *"$kill" ]]
	[ "$stderr" = "oci-caps: warning: cap_chown: not both permitted and inheritable, so it is not made ambient" ]
}

@test "with -b that is said only with --debug: runc's own default is such a configuration" {
	config ',"capabilities":{"bounding":["CAP_KILL"],"permitted":["CAP_KILL"],"ambient":["CAP_KILL"]}'
	run -0 --separate-stderr ocibox oci-caps -b . /bin/grep CapAmb /proc/self/status
	[[ $output == *"$none" ]]
	[ -z "$stderr" ]
	run -0 --separate-stderr ocibox --debug oci-caps -b . /bin/true
	[[ $stderr == *"cap_kill: not both permitted and inheritable, so it is not made ambient" ]]
}

@test "what this process has not cannot be permitted" {
	run -114 --separate-stderr ocibox oci-caps -k -P chown oci-caps -k -P chown,kill /bin/echo ran
	[ "$stderr" = "oci-caps: cap_kill: not permitted here, so it cannot be given" ]
	[ -z "$output" ]
	# effective, and not permitted
	run -114 --separate-stderr ocibox oci-caps -P chown -E kill /bin/echo ran
	[ "$stderr" = "oci-caps: set the capabilities: Operation not permitted" ]
}

@test "-b takes process.capabilities" {
	config ',"capabilities":{"bounding":["CAP_CHOWN","CAP_KILL"],"permitted":["CAP_KILL"],"effective":["CAP_KILL"],"inheritable":["CAP_KILL"],"ambient":["CAP_KILL"]}'
	[ "$(sets oci-user 1000 oci-caps -b .)" = "$kill $kill $kill $chown_kill $kill" ]
	[ "$(sets oci-caps -b .)" = "$kill $chown_kill $chown_kill $chown_kill $kill" ]
	config ',"capabilities":{"bounding":["CAP_CHOWN"]}'
	[ "$(sets oci-caps -b .)" = "$none $chown $chown $chown $none" ]
	# an option says what differs
	[ "$(sets oci-caps -b . -B kill)" = "$none $kill $kill $kill $none" ]
}

@test "-b without process.capabilities drops all" {
	config ''
	[ "$(sets oci-caps -b .)" = "$none $none $none $none $none" ]
}

@test "-b warns of unknown names with their place" {
	config ',"capabilities":{"bounding":["CAP_CHOWN","CAP_FROB"]}'
	run -0 --separate-stderr ocibox oci-caps -b . /bin/echo on
	[ "$output" = on ]
	[[ $stderr == "oci-caps: warning: "*"config.json:1:"*": process.capabilities.bounding[1]: CAP_FROB is no capability of this kernel, left out" ]]
}

@test "bad usage changes nothing" {
	for words in "-z" "-B" "-b"; do
		run -110 --separate-stderr ocibox oci-caps "$words"
		[ -z "$output" ]
	done
	[ "$stderr" = "oci-caps: usage: oci-caps [-b bundle] [-kq] [-B list] [-P list] [-E list] [-I list] [-A list] [command ...]" ]
}

@test "-q: no word of ambient capabilities that cannot be had" {
	requires root
	run -0 --separate-stderr ocibox oci-caps -k -A chown -I none /bin/true
	[[ $stderr = *"not made ambient"* ]]
	run -0 --separate-stderr ocibox oci-caps -qk -A chown -I none /bin/true
	[ -z "$stderr" ]
}

@test "what was ambient before is not, though it stays inheritable" {
	run -0 ocibox oci-caps -B cap_kill,cap_setpcap -P cap_kill,cap_setpcap -E cap_kill,cap_setpcap -I cap_kill -A cap_kill \
		oci-caps -B cap_kill -P cap_kill -E cap_kill -I cap_kill /bin/grep CapAmb /proc/self/status
	[ "${output##*[[:space:]]}" = 0000000000000000 ]
}

@test "leaves no descriptor" {
	[ "$(descriptors oci-caps -B all)" = "0 1 2 " ]
}
