#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# shellcheck disable=SC2016,SC2154 # text for another shell; run sets stderr
# What the program of a container finds itself to be, beside what runc makes of the same configuration. RUNC is another
# runc than the system's: 1.1 does not know all properties, and those are then held to what is written here alone.
load helpers
load runtime

setup() {
	RUNC=${RUNC:-runc}
	requires "$RUNC"
	runtime_setup
	requires "$REPO/build/look"
	cp "$REPO/build/look" rootfs/bin/look
	# numbers and switches; not ids of processes, times or sizes
	cat >rootfs/bin/all <<-'SCRIPT'
		#!/bin/sh
		grep -E '^(Umask|Uid|Gid|Groups|Sig(Blk|Ign|Cgt)|ShdPnd|Cap|NoNewPrivs|Seccomp|Cpus_allowed_list|Mems_allowed_list|CoreDumping|Speculation|THP)' /proc/self/status
		cat /proc/self/limits /proc/self/oom_score_adj /proc/self/coredump_filter /proc/self/timerslack_ns
		grep -E '^(policy|prio)' /proc/self/sched
		cat /proc/self/attr/current /proc/self/attr/exec /proc/self/attr/keycreate 2>&1
		look ring | sed 's/: [0-9]* /: /'
		exec look
	SCRIPT
	chmod 755 rootfs/bin/all
	config '.process.terminal = false | .root.readonly = false'
	program all
	version=$("$RUNC" --version | sed -n 's/^runc version \([0-9]*\.[0-9]*\).*/\1/p')
	mkdir "$BATS_TEST_TMPDIR/runc"
}

# knows VERSION: whether runc is as new; an emulated processor takes too long for so many of its starts
knows() {
	[ ! "${OCIBOX_IN_VM:-}" ] || return 1
	[ "$(printf '%s\n' "$1" "$version" | sort -V | head -n 1)" = "$1" ]
}

# compare VERSION WANT: both are alike where runc is as new as VERSION; ours has a line as WANT
compare() {
	"$OCIBOX" run "$ID" >ours 2>&1 </dev/null 3>&- 4>&- || { cat ours; return 1; }
	grep -qE -- "$2" ours || { echo "not there: $2"; cat ours; return 1; }
	knows "$1" || return 0
	"$RUNC" --root "$BATS_TEST_TMPDIR/runc" run "$ID" >theirs 2>&1 </dev/null 3>&- 4>&- || { cat theirs; return 1; }
	same
}

# same: theirs and ours. In the foreground our program ends with its parent. posix_spawn(3) of glibc, and so make, leaves 32 and 33
# ignored; Go, and so runc, takes 33 back. runc 1.3 has the group of -g twice.
same() {
	sed -i 's/^SigIgn:\t0000000[01]80000000$/SigIgn:\t0000000000000000/; s/pdeathsig: [09]/pdeathsig/; s/^\(Groups:.*\) 4 4 /\1 4 /' ours theirs
	diff -au theirs ours
}

# table: the rows of stdin, VERSION;FILTER of the configuration;WANT
table() {
	cp config.json plain.json
	while IFS=';' read -r since filter want; do
		echo "$filter"
		cp plain.json config.json
		config "$filter"
		compare "$since" "$want"
	done
}

@test "what a process is: a table" {
	table <<-'END'
		1.0;.;^ring: _ses.t
		1.0;.process.user = {uid: 1000, gid: 1001, additionalGids: [7, 5], umask: 63};^Groups:.5 7
		1.0;.process.user.umask = 0;^Umask:.0000
		1.0;.process.oomScoreAdj = 321;^321$
		1.0;.process.oomScoreAdj = 0;^0$
		1.0;.process.noNewPrivileges = false;nnp: 0
		1.0;.process.noNewPrivileges = true;nnp: 1
		1.0;.process.rlimits = [{type: "RLIMIT_NOFILE", soft: 100, hard: 200}, {type: "RLIMIT_CORE", soft: 0, hard: 0}, {type: "RLIMIT_NICE", soft: 0, hard: 0}];^Max open files +100 +200
		1.0;.process.rlimits = [{type: "RLIMIT_STACK", soft: 1048576, hard: 2097152}, {type: "RLIMIT_AS", soft: 4294967296, hard: 4294967296}];^Max address space +4294967296
		1.0;.process.rlimits = [];^Max open files
		1.0;.process.capabilities = {bounding: ["CAP_KILL", "CAP_CHOWN"], permitted: ["CAP_KILL"], effective: ["CAP_KILL"], inheritable: ["CAP_KILL"], ambient: ["CAP_KILL"]} | .process.user.uid = 7;^CapAmb:.0000000000000020
		1.0;.process.capabilities = {};^CapBnd:.0000000000000000
		1.0;.linux.resources.cpu = {cpus: "0"};^Cpus_allowed_list:.0$
		1.0;.linux.seccomp = {defaultAction: "SCMP_ACT_ALLOW", syscalls: [{names: ["kexec_load"], action: "SCMP_ACT_ERRNO"}]};^Seccomp:.2
		1.2;.process.scheduler = {policy: "SCHED_BATCH", nice: 5};^scheduler: 3 flags 0 nice 5
		1.2;.process.scheduler = {policy: "SCHED_IDLE"};^scheduler: 5 
		1.2;.process.scheduler = {policy: "SCHED_OTHER", nice: 19, flags: ["SCHED_FLAG_RESET_ON_FORK"]};^scheduler: 0 flags 1 nice 19
		1.2;.process.ioPriority = {class: "IOPRIO_CLASS_BE", priority: 6};^ioprio: 4006
		1.2;.process.ioPriority = {class: "IOPRIO_CLASS_IDLE", priority: 0};^ioprio: 6000
		1.2;.linux.personality = {domain: "LINUX32"};^personality: 8$
		1.2;.linux.personality = {domain: "LINUX"};^personality: 0$
	END
}

@test "what exec's process is: a table" {
	program sleep 1000
	cp config.json plain.json
	while IFS=';' read -r since filter want words; do
		echo "$filter $words"
		cp plain.json config.json
		config "$filter"
		"$OCIBOX" run -d "$ID" </dev/null >/dev/null 2>&1 3>&- 4>&-
		# shellcheck disable=SC2086 # words
		"$OCIBOX" exec $words "$ID" all >ours 2>&1 </dev/null 3>&- 4>&-
		"$OCIBOX" delete --force "$ID" 3>&-
		grep -qE -- "$want" ours || { echo "not there: $want"; cat ours; return 1; }
		knows "$since" || continue
		"$RUNC" --root "$BATS_TEST_TMPDIR/runc" run -d "$ID" </dev/null >/dev/null 2>&1 3>&- 4>&-
		# shellcheck disable=SC2086 # words
		"$RUNC" --root "$BATS_TEST_TMPDIR/runc" exec $words "$ID" all >theirs 2>&1 </dev/null 3>&- 4>&-
		"$RUNC" --root "$BATS_TEST_TMPDIR/runc" delete --force "$ID" 3>&-
		same
	# Go's own soft limit of descriptors may win in exec of runc before 1.1.12: the row has it as the hard one
	done <<-'END'
		1.0;.;^ring: _ses.t;
		1.0;.process.oomScoreAdj = 77;^77$;
		1.0;.process.rlimits = [{type: "RLIMIT_NOFILE", soft: 200, hard: 200}];^Max open files +200 +200;
		1.0;.process.noNewPrivileges = false;nnp: 1;--no-new-privs
		1.2;.process.user.umask = 63;^Umask:.0077;--user 5:6
		1.0;.;^CapEff:.0000000020200420;--cap CAP_SYS_ADMIN
		1.0;.process.user.additionalGids = [3];^Groups:.3 4;-g 4
		1.2;.process.scheduler = {policy: "SCHED_BATCH", nice: 5};^scheduler: 3 flags 0 nice 5;
		1.2;.process.ioPriority = {class: "IOPRIO_CLASS_BE", priority: 6};^ioprio: 4006;
		1.2;.linux.personality = {domain: "LINUX32"};^personality: 8$;
		1.3;.process.execCPUAffinity = {initial: "0", final: "0"};^Cpus_allowed_list:.0$;
	END
}
