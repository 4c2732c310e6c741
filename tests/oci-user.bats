#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
load helpers

setup() {
	requires root
	cd "$BATS_TEST_TMPDIR"
}

# identity WORDS: the lines of /proc/self/status of the program behind the words, "Uid 1 1 1 1", and its umask
identity() {
	ocibox "$@" /bin/grep -E '^(Umask|Uid|Gid|Groups)' /proc/self/status | tr -s ':\t ' ' ' | sed 's/ $//'
}

config() {
	echo '{"ociVersion":"1.0.0","root":{"path":"rootfs"},"process":{"cwd":"/","user":{'"$1"'},"args":["/bin/true"]}}' >config.json
}

@test "the next program has the ids, all four, and no groups" {
	umask 027
	run -0 identity oci-user 1000:1001
	[ "$output" = "Umask 0027
Uid 1000 1000 1000 1000
Gid 1001 1001 1001 1001
Groups" ]
	# the group's number is the user's
	run -0 identity oci-user 1002
	[[ $output == *"Gid 1002 1002 1002 1002"* ]]
	run -0 identity oci-user 4294967294:4294967293
	[[ $output == *"Uid 4294967294 4294967294"*"Gid 4294967293 "* ]]
}

@test "-g sets the supplementary groups, else there are none" {
	run -0 identity oci-user -g 5,6,5,7 1000:1001
	[[ $output == *"Groups 5 6 7" ]]
	run -0 setpriv --groups 8,9 "$OCIBOX" oci-user -g "" 0:0 /bin/grep Groups /proc/self/status
	[ "$(tr -d '\t ' <<<"$output")" = Groups: ]
	run -0 setpriv --groups 8,9 "$OCIBOX" oci-user 0:0 /bin/grep Groups /proc/self/status
	[ "$(tr -d '\t ' <<<"$output")" = Groups: ]
}

@test "the annotation that keeps the caller's groups, also in a user namespace" {
	config '"uid":1,"gid":2,"additionalGids":[5]'
	run -0 setpriv --groups 8,9 "$OCIBOX" oci-user -b . /bin/grep Groups /proc/self/status
	[ "$(tr -s '\t ' ' ' <<<"$output")" = "Groups: 5 " ]
	sed -i 's/{/{"annotations":{"run.oci.keep_original_groups":"1"},/' config.json
	run -0 setpriv --groups 8,9 "$OCIBOX" oci-user -b . /bin/grep Groups /proc/self/status
	[ "$(tr -s '\t ' ' ' <<<"$output")" = "Groups: 8 9 " ]
	sed -i 's/{/{"linux":{"namespaces":[{"type":"user"}],"uidMappings":[{"containerID":0,"hostID":1000,"size":9}],"gidMappings":[{"containerID":0,"hostID":1000,"size":9}]},/' config.json
	run -0 setpriv --groups 8,9 "$OCIBOX" oci-ns -b . -s oci-user -b . /bin/grep Groups /proc/self/status
	[ "$(tr -s '\t ' ' ' <<<"$output")" = "Groups: 65534 65534 " ]
	# the check of the program comes back to them
	run -0 setpriv --groups 8,9 "$OCIBOX" oci-ns -b . -s oci-program -n -b . oci-user -b . /bin/grep Groups /proc/self/status
	[ "$(tr -s '\t ' ' ' <<<"$output")" = "Groups: 65534 65534 " ]
}

@test "-m sets the umask" {
	run -0 identity oci-user -m 0137 0
	[[ $output == "Umask 0137"* ]]
	run -0 identity oci-user -m 0 0
	[[ $output == "Umask 0000"* ]]
}

@test "-b takes process.user" {
	config '"uid":1000,"gid":1001,"additionalGids":[6,5,6,4000000000,5],"umask":79'
	run -0 identity oci-user -b .
	[ "$output" = "Umask 0117
Uid 1000 1000 1000 1000
Gid 1001 1001 1001 1001
Groups 5 6 4000000000" ]
	# as runc and crun, whatever the caller's
	umask 077
	config '"uid":0,"gid":0'
	run -0 setpriv --groups 8,9 "$OCIBOX" oci-user -b . /bin/grep -E 'Umask|Groups' /proc/self/status
	[ "$(tr -d '\t ' <<<"$output")" = "Umask:0022
Groups:" ]
	run -0 identity oci-user -b . -m 7 -g 3
	[[ $output == "Umask 0007"*"Groups 3" ]]
}

# owners WORDS: the owners of descriptors 0, 1 and 2, a pipe, a pipe and a file, behind the words
owners() {
	: >file
	# a reader that is left without a writer ends
	{ sleep 0 | ocibox "$@" /bin/sh -c 'stat -L -c %u /proc/self/fd/0 /proc/self/fd/1 /proc/self/fd/2 && { [ -z "$1" ] || echo again >/proc/self/fd/1; }' sh "${again:-}" 2>>file; } | cat
}

@test "-s and -b give the user its standard descriptors: pipes, files, sockets and terminals, no other devices" {
	[ "$(owners oci-user 1000 | tr '\n' ' ')" = "0 0 0 " ]
	[ "$(again=1 owners oci-user -s 1000 | tr '\n' ' ')" = "1000 1000 1000 again " ]
	config '"uid":1000,"gid":1000'
	[ "$(again=1 owners oci-user -b . | tr '\n' ' ')" = "1000 1000 1000 again " ]
	[ "$(stat -c %u file)" = 1000 ]
	requires "$TERM_TOOL"
	run -0 "$TERM_TOOL" -- "$OCIBOX" oci-user -s 1000 /bin/sh -c 'stat -L -c %u /proc/self/fd/0'
	[ "$output" = $'1000\r' ]
	ocibox oci-user -s 1000 /bin/true </dev/null >/dev/null 2>/dev/full
	[ "$(stat -c %u /dev/null /dev/full | tr '\n' ' ')" = "0 0 " ]
}

@test "capabilities are kept for the steps behind, and end with the program" {
	# oci-hostname needs CAP_SYS_ADMIN
	run -0 aside "$OCIBOX" oci-user 1000 oci-hostname -n kept /bin/sh -c 'uname -n; grep -E "Cap(Inh|Prm|Eff|Amb)" /proc/self/status | tr -d "\t"'
	[ "$output" = "kept
CapInh:0000000000000000
CapPrm:0000000000000000
CapEff:0000000000000000
CapAmb:0000000000000000" ]
}

# A user namespace of uid 0 alone; with "deny" in setgroups, as an unprivileged one has it
inside() {
	unshare --user --map-root-user "$@"
}

@test "in a user namespace that cannot set groups, none are asked for or it is an error" {
	[ "$(inside cat /proc/self/setgroups)" = deny ] || cannot "needs a user namespace without setgroups"
	run -0 inside "$OCIBOX" oci-user 0:0 /bin/echo on
	[ "$output" = on ]
	run -114 --separate-stderr inside "$OCIBOX" oci-user -g 0 0:0 /bin/echo on
	[ "$stderr" = "oci-user: set the supplementary groups: Operation not permitted" ]
	[ -z "$output" ]
	# also where there is no /proc to ask
	run -0 inside unshare -m sh -c 'mount -t tmpfs t /proc && exec "$0" oci-user 0:0 /bin/echo on' "$OCIBOX"
	run -0 inside "$OCIBOX" oci-program -n -u 0:0 true /bin/echo on
}

@test "ids that the user namespace does not have" {
	run -115 --separate-stderr inside "$OCIBOX" oci-user 0:5 /bin/echo ran
	[ "$stderr" = "oci-user: 5: no group id of this user namespace" ]
	run -115 --separate-stderr inside "$OCIBOX" oci-user 5:0 /bin/echo ran
	[ "$stderr" = "oci-user: 5: no user id of this user namespace" ]
	[ -z "$output" ]
}

@test "without the right to, it is an error, and groups are not silently kept" {
	cp "$OCIBOX" /tmp/ocibox-user.$$
	run -114 --separate-stderr setpriv --reuid 1000 --regid 1000 --groups 8 /tmp/ocibox-user.$$ oci-user 1000 /bin/echo ran
	rm /tmp/ocibox-user.$$
	[ "$stderr" = "oci-user: set the supplementary groups: Operation not permitted" ]
	[ -z "$output" ]
}

@test "bad usage changes nothing" {
	for words in "" "-z 0" "x" "-1" "0x1" "1:" ":1" "1:x" "4294967295" "1:4294967295" "-g x 1" "-g 1,,2 1" "-m 8 1" "-m 1000 1" "-m -1 1" "-g 4294967295 1"; do
		# shellcheck disable=SC2086 # words
		run -110 --separate-stderr ocibox oci-user $words /bin/echo ran
		[ -z "$output" ]
	done
	run -110 --separate-stderr ocibox oci-user
	[ "$stderr" = "oci-user: usage: oci-user [-b bundle] [-s] [-m umask] [-g gids] [uid:gid] [command ...]" ]
}

@test "leaves no descriptor" {
	[ "$(descriptors oci-user 0)" = "0 1 2 " ]
}
