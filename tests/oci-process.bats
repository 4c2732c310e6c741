#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# shellcheck disable=SC1083,SC2016,SC2154 # braces are words of a chain; dollars the inner shell's; run sets stderr
load helpers

setup() {
	requires root jq
	cd "$BATS_TEST_TMPDIR" || return
	export OCIBOX_ROOT=$PWD/state
	mkdir rootfs
	echo '{"ociVersion":"1.3.0","root":{"path":"rootfs"},"process":{"cwd":"/etc","args":["echo","own"],"env":["PATH=/usr/bin:/bin","A=own"],
		"user":{"uid":1,"gid":2,"additionalGids":[3]},"capabilities":{"bounding":["CAP_CHOWN"],"permitted":["CAP_CHOWN"],"effective":["CAP_CHOWN"]}}}' >config.json
	ocibox oci-claim -b . c1
}

# shown WORDS...: the chain's own steps with those words
shown() {
	ocibox oci-process { oci-user -b . oci-caps -b . oci-nnp -b . oci-program -b . } "$@"
}

@test "what is not given is as the container has it; what is given is in its place" {
	run -0 shown c1 sh -c 'id -u; id -g; id -G; pwd; echo $A; grep -E "^Cap(Bnd|Inh)|NoNew" /proc/self/status'
	[ "${lines[*]}" = "1 2 2 3 /etc own CapInh:	0000000000000000 CapBnd:	0000000000000001 NoNewPrivs:	0" ]
	run -0 shown -u 5:6 -g 7 -g 8 -w /usr -e A=1 -e B=2 -c CAP_KILL -n c1 sh -c 'id -u; id -g; id -G; pwd; echo $A$B; grep -E "^Cap(Bnd|Inh)|NoNew" /proc/self/status'
	[ "${lines[*]}" = "5 6 6 3 7 8 /usr 12 CapInh:	0000000000000000 CapBnd:	0000000000000021 NoNewPrivs:	1" ]
	run -0 shown -u 5 c1 id -g
	[ "$output" = 2 ]
}

@test "a file's process, to which the options are put, with the container's capabilities when it names none" {
	echo '{"cwd":"/usr","args":["sh","-c","pwd; id -u; echo $A; grep CapBnd /proc/self/status"],"env":["PATH=/usr/bin:/bin"]}' >p
	run -0 shown -p p -e A=1 c1
	[ "${lines[*]}" = "/usr 0 1 CapBnd:	0000000000000001" ]
	run -0 shown -p - -u 9 c1 <p
	[ "${lines[1]}" = 9 ]
	run -0 shown -p p c1 echo mine
	[ "$output" = mine ]
}

@test "labels and the terminal are the process's" {
	# the configuration that the steps behind see
	for option in "-A web" "-L x:y"; do
		# shellcheck disable=SC2086
		run --separate-stderr shown $option c1 true
		[ "$status" = 0 ] || [[ $stderr == "oci-"*": "* ]]
	done
	run shown -t c1 echo ran
}

@test "the script's own options are passed over" {
	run -0 shown -d -f pid -G sub -I -P 1 -s sock c1 echo on
	[ "$output" = on ]
	[ ! -e pid ]
}

@test "an invalid file says where, and nothing runs" {
	printf '{"cwd":"/",\n"args":[]}' >p
	run -111 --separate-stderr shown -p p c1 echo ran
	[ "$stderr" = "oci-process: p:2:8: process.args: must not be empty" ]
	[ -z "$output" ]
	# options need a process to be put to
	echo '{"ociVersion":"1.3.0","root":{"path":"rootfs"}}' >config.json
	ocibox oci-claim -b . c2
	run -111 --separate-stderr shown -u 1 c2 echo ran
	[[ $stderr == "oci-process: "*"/c2/config.json: process: missing, so there is nothing to change for this one" ]]
	# a whole one will do, where there was none
	printf '{"cwd":"/etc","args":["pwd"],"env":["PATH=/bin:/usr/bin"]}' >p
	run -0 shown -p p c2
	[ "$output" = /etc ]
}

@test "bad usage runs nothing" {
	for words in "c1 echo ran" "{ } c1 echo ran" "{ oci-program -b . } c1" "{ oci-program -b . }" "{ oci-program -b . } -z c1 echo ran" "{ oci-program -b . } -g x c1 echo ran"; do
		# shellcheck disable=SC2086
		run -110 ocibox oci-process $words
		[[ $output != ran ]]
	done
}

@test "leaves no descriptor" {
	[ "$(ocibox oci-process { oci-program } c1 /bin/sh -c 'ls /proc/$$/fd' 3>&- 4>&- | tr '\n' ' ')" = "0 1 2 " ]
}
