#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# What a process finds itself to be behind the last steps of a chain, beside what runc makes of the same configuration.
load helpers

setup() {
	requires root unshare jq runc busybox
	cd "$BATS_TEST_TMPDIR"
	mkdir bundle
	cd bundle
	make_rootfs rootfs
	printf 'u:x:1000:1000:u:/home/u:/bin/sh\n' >>rootfs/etc/passwd
	# numbers and switches; not ids of processes, times or sizes
	cat >rootfs/bin/look <<-'SCRIPT'
		#!/bin/sh
		busybox grep -E '^(Umask|Uid|Gid|Groups|Sig(Blk|Ign|Cgt)|ShdPnd|Cap|NoNewPrivs|Seccomp:)' /proc/self/status |
			busybox sed -E 's/^(SigIgn:.*)..(.{7})$/\1--\2/' # 32 and 33 are the C library's: runc's resets them
		busybox cat /proc/self/limits /proc/self/oom_score_adj /proc/sys/net/ipv4/ip_forward /proc/sys/kernel/msgmax
		busybox hostname
		busybox pwd
		busybox ls /proc/self/fd
		busybox env | busybox sort
	SCRIPT
	chmod 755 rootfs/bin/look
	runc spec
	change '.process.terminal = false | .process.args = ["/bin/look"]'
}

# change FILTER: the configuration, by jq
change() {
	jq "$1" config.json >changed
	mv changed config.json
}

chain() {
	unshare --mount --pid --fork --uts --ipc --net --propagation unchanged "$OCIBOX" \
		oci-rootfs -b . oci-mount -b . oci-mkdev -b . oci-pivot -b . oci-hostname -b . oci-sysctl -b . oci-program -b . -n \
		oci-ropaths -b . oci-maskpaths -b . oci-oom -b . oci-rlimit -b . oci-user -b . oci-caps -b . oci-nnp -b . oci-program -b .
}

# alike [FILTER]: both give the same, but for lines that differ as FILTER (of sed) says
alike() {
	chain 3>&- 4>&- >../ours 2>../said || { cat ../said; return 1; }
	# runc cannot pivot where / is an initramfs
	runc run ${OCIBOX_IN_VM:+--no-pivot} "process-$$-$RANDOM" 3>&- 4>&- >../runc 2>/dev/null </dev/null
	sed -i "${1:-}" ../runc
	# posix_spawn(3) of glibc, and so make, leaves 32 and 33 ignored; Go, and so runc, takes 33 back
	sed -i 's/^SigIgn:\t0000000[01]80000000$/SigIgn:\t0000000000000000/' ../runc ../ours
	diff -u ../runc ../ours
}

@test "the configuration runc itself writes" {
	alike
}

@test "a user, groups and umask" {
	change '.process.user = {uid:1000, gid:1001, additionalGids:[7,5], umask:63}'
	alike
	grep -q 'HOME=/home/u' ../ours
}

@test "capabilities: a table" {
	while read -r caps; do
		echo "$caps"
		change ".process.capabilities = $caps"
		change '.process.user = {uid:0, gid:0}'
		alike
		change '.process.user = {uid:1000, gid:1000}'
		alike
	done <<-'TABLE'
		{}
		{"bounding":["CAP_KILL"]}
		{"bounding":["CAP_KILL","CAP_CHOWN"],"permitted":["CAP_KILL"],"effective":["CAP_KILL"]}
		{"bounding":["CAP_KILL","CAP_CHOWN"],"permitted":["CAP_KILL"],"inheritable":["CAP_KILL"]}
		{"bounding":["CAP_KILL","CAP_CHOWN"],"permitted":["CAP_KILL"],"inheritable":["CAP_KILL"],"ambient":["CAP_KILL"]}
		{"bounding":["CAP_KILL"],"permitted":["CAP_KILL","CAP_CHOWN"],"inheritable":["CAP_KILL"],"ambient":["CAP_KILL","CAP_CHOWN"]}
		{"bounding":["CAP_KILL","CAP_NOSUCH"],"permitted":["CAP_NOSUCH","CAP_KILL"]}
	TABLE
}

@test "no capabilities at all in the configuration: none, where runc leaves all" {
	change 'del(.process.capabilities)'
	alike 's/^\(Cap...:.\).*/\10000000000000000/'
}

@test "new privileges" {
	change '.process.noNewPrivileges = false'
	alike
	change 'del(.process.noNewPrivileges)'
	alike
}

@test "limits and the score" {
	change '.process.rlimits = [{type:"RLIMIT_NOFILE",soft:100,hard:200},{type:"RLIMIT_CORE",soft:0,hard:0},{type:"RLIMIT_LOCKS",soft:7,hard:99}] | .process.oomScoreAdj = 321'
	alike
}

@test "kernel parameters, hostname" {
	change '.linux.sysctl = {"net.ipv4.ip_forward":"1", "kernel/msgmax":"9001"} | .hostname = "alike"'
	# the dots only in slash form: runc 1.1 knows no other
	alike
}

@test "environment: the last of a name counts, HOME is found where it is missing or empty" {
	change '.process.env = ["A=1","PATH=/bin","A=2","B="]'
	alike
	change '.process.env += ["HOME="]'
	alike
	change '.process.env += ["HOME=/mine"]'
	alike
}

@test "a working directory is made where it is missing" {
	change '.process.cwd = "/made/here"'
	alike
	[ "$(stat -c %a,%u rootfs/made rootfs/made/here | sort -u)" = 755,0 ]
	rm -r rootfs/made
	change '.root.readonly = true'
	alike
}

@test "a working directory only root may enter" {
	mkdir -m 700 rootfs/mine
	change '.process.cwd = "/mine" | .process.user = {uid:1000, gid:1000}'
	alike
}
