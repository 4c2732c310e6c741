#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# shellcheck disable=SC2154,SC2016 # bats sets stderr; the dollars are the shell's inside
load helpers
load runtime

setup() {
	requires root chrt
	cd "$BATS_TEST_TMPDIR"
}

teardown() {
	[ ! "${BUNDLE:-}" ] || runtime_teardown
}

bundle() {
	echo '{"ociVersion":"1.0.0","root":{"path":"rootfs"},"process":{"cwd":"/","args":["x"]'"$1"'},"linux":{"a":0'"${2:-}"'}}' >config.json
}

# policy WORDS: what chrt says of the process that runs behind them
policy() {
	ocibox oci-scheduler "$@" /bin/sh -c 'chrt -p $$' | sed 's/.*: //' | tr '\n' ' '
}

@test "each policy and its numbers, for the next program" {
	[ "$(policy -p 10 fifo)" = "SCHED_FIFO 10 " ]
	[ "$(policy -p 1 SCHED_RR)" = "SCHED_RR 1 " ]
	[ "$(policy batch)" = "SCHED_BATCH 0 " ]
	[ "$(policy idle)" = "SCHED_IDLE 0 " ]
	[ "$(policy other)" = "SCHED_OTHER 0 " ]
	[ "$(policy -f reset-on-fork -p 5 fifo)" = "SCHED_FIFO|SCHED_RESET_ON_FORK 5 " ]
	[ "$(policy -r 10000000 -d 20000000 -e 30000000 -f reset_on_fork,reclaim deadline)" = "SCHED_DEADLINE|SCHED_RESET_ON_FORK 0 10000000/20000000/30000000 " ]
	[ "$(ocibox oci-scheduler -n 7 other /bin/nice)" = 7 ]
}

@test "-b takes all from config.json, and nothing from one without" {
	bundle ',"scheduler":{"policy":"SCHED_RR","priority":3,"flags":["SCHED_FLAG_RESET_ON_FORK"]}'
	[ "$(policy -b .)" = "SCHED_RR|SCHED_RESET_ON_FORK 3 " ]
	bundle ',"scheduler":{"policy":"SCHED_DEADLINE","flags":["SCHED_FLAG_RESET_ON_FORK"],"runtime":10000000,"deadline":20000000,"period":30000000}'
	[ "$(policy -b .)" = "SCHED_DEADLINE|SCHED_RESET_ON_FORK 0 10000000/20000000/30000000 " ]
	bundle ',"scheduler":{"policy":"SCHED_BATCH","nice":-4}'
	[ "$(policy -b .)" = "SCHED_BATCH 0 " ]
	[ "$(ocibox oci-scheduler -b . /bin/nice)" = -4 ]
	bundle ''
	[ "$(policy batch oci-scheduler -b .)" = "SCHED_BATCH 0 " ]
}

@test "errors" {
	run -110 --separate-stderr ocibox oci-scheduler fair /bin/echo ran
	[ "$stderr" = "oci-scheduler: fair: no scheduling policy" ]
	run -110 --separate-stderr ocibox oci-scheduler -f reclaim,x fifo /bin/echo ran
	[ "$stderr" = "oci-scheduler: x: no scheduling flag" ]
	run -110 --separate-stderr ocibox oci-scheduler -r 1 other /bin/echo ran
	[ "$stderr" = "oci-scheduler: -r, -d and -e are for the policy deadline" ]
	# priority 0, and a policy no kernel has
	for words in fifo iso '-p 5 other'; do
		# shellcheck disable=SC2086 # a list of words
		run -115 --separate-stderr ocibox oci-scheduler $words /bin/echo ran
		[ "$stderr" = "oci-scheduler: set the scheduling policy: Invalid argument" ]
	done
	bundle ',"scheduler":{"policy":"SCHED_RR","priority":3,"period":1}'
	run -111 --separate-stderr ocibox oci-scheduler -b . /bin/echo ran
	[[ $stderr == "oci-scheduler: config.json:1:"*": process.scheduler: runtime, deadline and period are for SCHED_DEADLINE" ]]
	while IFS='|' read -r times error; do
		bundle ",\"scheduler\":{\"policy\":\"SCHED_DEADLINE\",$times}"
		run -115 --separate-stderr ocibox oci-scheduler -b . /bin/echo ran
		[ "$stderr" = "oci-scheduler: sched_setattr: \`SCHED_DEADLINE\` $error" ]
	done <<-'EOF'
		"deadline":20000000|requires `runtime`
		"runtime":20000000|requires `deadline`
		"runtime":0,"deadline":20000000|runtime must be greater than 0
		"runtime":30000000,"deadline":20000000|runtime (30000000) must be <= deadline (20000000)
		"runtime":10000000,"deadline":30000000,"period":20000000|deadline (30000000) must be <= period (20000000)
		"runtime":1023,"deadline":20000000|runtime (1023) must be between 1024 and 9223372036854775807
	EOF
	run -115 --separate-stderr ocibox oci-scheduler -r 5000 -d 2000 deadline /bin/echo ran
	[ "$stderr" = "oci-scheduler: sched_setattr: \`SCHED_DEADLINE\` runtime (5000) must be <= deadline (2000)" ]
	run -114 --separate-stderr ocibox oci-user 1234:1234 oci-caps oci-scheduler -p 1 fifo /bin/echo ran
	[ -z "$output" ]
}

# with the others that the chain applies at the same place: oci-ioprio, oci-mempolicy, oci-personality
@test "a container, and a process in it, gets what its configuration says" {
	runtime_setup
	[ -e /proc/self/numa_maps ] || cannot "needs NUMA"
	local see='grep -E "^(Seccomp|Cpus_allowed_list):" /proc/self/status; cut -d " " -f 19,41 /proc/self/stat; cat /proc/self/personality;
		head -n 1 /proc/self/numa_maps | cut -d " " -f 2'
	config '.process.scheduler = {policy:"SCHED_BATCH",nice:5} | .process.ioPriority = {class:"IOPRIO_CLASS_IDLE",priority:0} |
		.linux.personality = {domain:"LINUX32"} | .linux.memoryPolicy = {mode:"MPOL_BIND",nodes:"0"} |
		.linux.seccomp = {defaultAction:"SCMP_ACT_ALLOW"} | .process.execCPUAffinity = {final:"0"}'
	program sh -c "$see"
	run -0 ocibox run "$ID"
	[ "$(tr '\n\t' '  ' <<<"$output")" = "Seccomp: 2 Cpus_allowed_list: $(grep Cpus_allowed_list /proc/self/status | cut -f 2) 5 3 00000008 bind:0 " ]
	program sleep 1000
	ocibox run -d "$ID" 3>&-
	run -0 ocibox exec "$ID" sh -c "$see"
	[ "$(tr '\n\t' '  ' <<<"$output")" = "Seccomp: 2 Cpus_allowed_list: 0 5 3 00000008 bind:0 " ]
	ocibox delete --force "$ID"
}

@test "bad usage changes nothing" {
	run -110 --separate-stderr ocibox oci-scheduler -z /bin/echo ran
	[ "$stderr" = "oci-scheduler: usage: oci-scheduler [-b bundle] [-d deadline] [-e period] [-f flags] [-n nice] [-p priority] [-r runtime] [policy] [command ...]" ]
	[ -z "$output" ]
	run -110 ocibox oci-scheduler
}

@test "leaves no descriptor" {
	[ "$(descriptors oci-scheduler batch)" = "0 1 2 " ]
}
