#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# Limits: oci-cgroup create and set, on v1 and v2. What is set is read back from the cgroup's files.
# shellcheck disable=SC2016,SC2154 # the dollars are for another shell; run sets stderr
load helpers
load cgroup

setup() {
	cgroup_setup ocilimit
}

teardown() {
	cgroup_teardown
}

# file NAME: the file of $CG, in the hierarchy that has it
file() {
	local mount
	for mount in $(hierarchies); do
		[ ! -e "$mount$CG/$1" ] || { echo "$mount$CG/$1"; return; }
	done
	echo "no file $1 in $CG"
	return 1
}

# has_file NAME: whether this kernel has it
has_file() {
	file "$1" >/dev/null
}

create() {
	ocibox oci-cgroup -p "$CG" create
}

# set_limits NAME=VALUE...
set_limits() {
	local limit words=()
	for limit; do words+=(-l "$limit"); done
	ocibox oci-cgroup -p "$CG" "${words[@]}" set
}

# reads FILE VALUE: its first line is that
reads() {
	local line
	read -r line <"$(file "$1")" || true
	[ "$line" = "$2" ] || { echo "$1 is '$line', not '$2'"; return 1; }
}

# table: lines "NAME=VALUE|FILE|WHAT IT READS": sets each and reads it back; a file the kernel has not is passed over
table() {
	local limit name want
	while IFS='|' read -r limit name want; do
		has_file "$name" || continue
		set_limits "$limit" || { echo "set $limit"; return 1; }
		reads "$name" "$want" || return
	done
}

config() {
	printf '{"ociVersion":"1.0.0","root":{"path":"rootfs"},"linux":{"resources":%s}}\n' "$1" >bundle/config.json
}

# a device that has limits of its own: MAJOR:MINOR
disk() {
	local dev
	for dev in /sys/block/*; do
		case $dev in */loop* | */ram* | */zram*) continue ;; esac
		[ -e "$dev/dev" ] && cat "$dev/dev" && return
	done
	return 1
}

UNLIMITED=9223372036854771712

@test "each limit on v1" {
	requires cgroup1
	create
	table <<-EOF
		memory.limit=64M|memory.limit_in_bytes|67108864
		memory.limit=65536k|memory.limit_in_bytes|67108864
		memory.swap=128M|memory.memsw.limit_in_bytes|134217728
		memory.swap=-1|memory.memsw.limit_in_bytes|$UNLIMITED
		memory.limit=max|memory.limit_in_bytes|$UNLIMITED
		memory.reservation=1G|memory.soft_limit_in_bytes|1073741824
		memory.reservation=-1|memory.soft_limit_in_bytes|$UNLIMITED
		memory.swappiness=0|memory.swappiness|0
		memory.disableOOMKiller=1|memory.oom_control|oom_kill_disable 1
		memory.disableOOMKiller=0|memory.oom_control|oom_kill_disable 0
		memory.useHierarchy=1|memory.use_hierarchy|1
		cpu.shares=512|cpu.shares|512
		cpu.period=50000|cpu.cfs_period_us|50000
		cpu.quota=20000|cpu.cfs_quota_us|20000
		cpu.burst=10000|cpu.cfs_burst_us|10000
		cpu.burst=0|cpu.cfs_burst_us|0
		cpu.quota=-1|cpu.cfs_quota_us|-1
		cpu.idle=1|cpu.idle|1
		cpu.idle=0|cpu.idle|0
		cpu.cpus=0|cpuset.cpus|0
		cpu.mems=0|cpuset.mems|0
		pids.limit=7|pids.max|7
		pids.limit=0|pids.max|max
		pids.limit=-1|pids.max|max
		blockIO.weight=200|blkio.bfq.weight|200
		network.classID=1048577|net_cls.classid|1048577
		hugepageLimits=2MB 4194304|hugetlb.2MB.limit_in_bytes|4194304
		hugepageLimits=2MB 4194304|hugetlb.2MB.rsvd.limit_in_bytes|4194304
	EOF
	set_limits cpu.realtimePeriod=500000
	reads cpu.rt_period_us 500000
	if disk=$(disk); then
		table <<-EOF
			blockIO.throttleReadBpsDevice=$disk 1048576|blkio.throttle.read_bps_device|$disk 1048576
			blockIO.throttleWriteBpsDevice=$disk 1048577|blkio.throttle.write_bps_device|$disk 1048577
			blockIO.throttleReadIOPSDevice=$disk 100|blkio.throttle.read_iops_device|$disk 100
			blockIO.throttleWriteIOPSDevice=$disk 101|blkio.throttle.write_iops_device|$disk 101
			blockIO.throttleWriteIOPSDevice=$disk 0|blkio.throttle.write_iops_device|
		EOF
	fi
}

@test "each limit on v2" {
	requires cgroup2
	create
	table <<-EOF
		memory.limit=64M|memory.max|67108864
		memory.swap=64M|memory.swap.max|0
		memory.limit=32M|memory.swap.max|33554432
		memory.swap=96M|memory.swap.max|67108864
		memory.swap=-1|memory.swap.max|max
		memory.limit=-1|memory.max|max
		memory.reservation=1M|memory.low|1048576
		memory.reservation=-1|memory.low|max
		memory.disableOOMKiller=0|memory.max|max
		memory.useHierarchy=1|memory.max|max
		cpu.shares=2|cpu.weight|1
		cpu.shares=512|cpu.weight|59
		cpu.shares=1024|cpu.weight|100
		cpu.shares=262144|cpu.weight|10000
		cpu.quota=20000|cpu.max|20000 100000
		cpu.period=50000|cpu.max|20000 50000
		cpu.burst=10000|cpu.max.burst|10000
		cpu.burst=0|cpu.max.burst|0
		cpu.quota=-1|cpu.max|max 50000
		cpu.idle=1|cpu.idle|1
		cpu.idle=0|cpu.idle|0
		cpu.cpus=0|cpuset.cpus|0
		cpu.mems=0|cpuset.mems|0
		pids.limit=7|pids.max|7
		pids.limit=0|pids.max|max
		pids.limit=-1|pids.max|max
		blockIO.weight=1000|io.weight|default 10000
		blockIO.weight=10|io.weight|default 1
		hugepageLimits=2MB 4194304|hugetlb.2MB.max|4194304
		hugepageLimits=2MB 4194304|hugetlb.2MB.rsvd.max|4194304
		unified=memory.high 33554432|memory.high|33554432
		unified=cgroup.max.depth 4|cgroup.max.depth|4
	EOF
	for limit in memory.swappiness=10 memory.kernel=1 memory.kernelTCP=1 cpu.realtimeRuntime=1 network.classID=1 'network.priorities=lo 1' \
		blockIO.leafWeight=100 memory.disableOOMKiller=1 memory.useHierarchy=0; do
		run -119 --separate-stderr set_limits "$limit"
	done
	if disk=$(disk) && has_file io.max; then
		set_limits "blockIO.throttleReadBpsDevice=$disk 1048576" "blockIO.throttleWriteIOPSDevice=$disk 100"
		reads io.max "$disk rbps=1048576 wbps=max riops=max wiops=100"
		set_limits "blockIO.throttleReadBpsDevice=$disk 0" "blockIO.throttleWriteIOPSDevice=$disk 0"
		reads io.max ""
	fi
}

@test "v2: controllers are handed down to the cgroup and not by it" {
	requires cgroup2
	ocibox oci-cgroup -p "$CG/a/b" -l cpu.cpus=0 create
	mount=$(hierarchies v2)
	[ -z "$(cat "$mount$CG/a/b/cgroup.subtree_control")" ]
	# only what was asked for, and with a container what is counted
	[ "$(cat "$mount$CG/a/b/cgroup.controllers")" = cpuset ]
	ocibox oci-cgroup -p "$CG/a/b" delete
	printf '{"ociVersion":"1.0.0","root":{"path":"r"},"linux":{"cgroupsPath":"%s"}}' "$CG/a/b" >bundle/config.json
	ocibox oci-cgroup -b bundle -i "$ID" create
	[ "$(cat "$mount$CG/a/b/cgroup.controllers")" = "cpu io memory pids" ]
	[ -z "$(cat "$mount$CG/a/b/cgroup.subtree_control")" ]
}

@test "v2: a cgroup with processes hands nothing down" {
	requires cgroup2
	create
	inside :
	# without limits it does not matter
	ocibox oci-cgroup -p "$CG/sub" create
	for limit in memory.limit=64M pids.limit=5; do
		run -119 --separate-stderr ocibox oci-cgroup -p "$CG/sub" -l $limit set
		controller=${limit%%.*}
		[ "$stderr" = "oci-cgroup: ${limit%=*}: $(hierarchies v2)$CG has processes of its own, and so can hand no controller ($controller) to the cgroups below it" ]
	done
	run -0 ocibox oci-cgroup -p "$CG/sub" attach /bin/echo through
	ocibox oci-cgroup -p "$CG" kill
	ocibox oci-cgroup -p "$CG/sub" -l memory.limit=64M set
	# the other way round: one that hands controllers down takes no process
	run -115 --separate-stderr ocibox oci-cgroup -p "$CG" attach /bin/true
	[[ "$stderr" = "oci-cgroup: /"*"$CG: takes no process: it hands controllers ("*") to the cgroups below it" ]]
}

@test "v2: threaded cgroups are told" {
	requires cgroup2
	mount=$(hierarchies v2)
	mkdir "$mount$CG" "$mount$CG/x"
	echo threaded >"$mount$CG/x/cgroup.type"
	run -119 --separate-stderr ocibox oci-cgroup -p "$CG/x/y" -l memory.limit=64M create
	echo "$stderr"
	[[ "$stderr" = "oci-cgroup: memory.limit: "*"$CG"*"memory"*": its cgroup.type is "* ]]
	run -115 --separate-stderr ocibox oci-cgroup -p "$CG/x/y" attach /bin/true
	[ "$stderr" = "oci-cgroup: $mount$CG/x/y: takes no process: its cgroup.type is domain invalid" ]
	rmdir "$mount$CG/x/y" "$mount$CG/x" "$mount$CG"
}

@test "v2: a container that may write to its cgroup owns it, with a limited set of files" {
	[ -n "$(hierarchies v2)" ] || cannot "needs cgroup v2"
	dir=$(hierarchies v2)/ocibox/$ID
	bundle() {
		printf '{"ociVersion":"1.0.0","root":{"path":"r"},"process":{"args":["x"],"cwd":"/","user":{"uid":5,"gid":0}},"mounts":[{"destination":"/sys/fs/cgroup","type":"cgroup","source":"cgroup"%s}],"linux":{%s}}' "$1" "$2" >bundle/config.json
		ocibox oci-cgroup -b bundle -i "$ID" create
		run -0 stat -c %u "$dir" "$dir/cgroup.procs" "$dir/cgroup.subtree_control" "$dir/cgroup.type"
		ocibox oci-cgroup -i "$ID" delete
	}
	bundle '' '"namespaces":[{"type":"cgroup"},{"type":"mount"}]'
	[ "$output" = $'5\n5\n5\n0' ]
	bundle '' '"namespaces":[{"type":"cgroup"},{"type":"mount"},{"type":"user"}],"uidMappings":[{"containerID":0,"hostID":100000,"size":65536}],"gidMappings":[{"containerID":0,"hostID":100000,"size":65536}]'
	[ "$output" = $'100005\n100005\n100005\n0' ]
	bundle ',"options":["ro"]' '"namespaces":[{"type":"cgroup"},{"type":"mount"}]'
	[ "$output" = $'0\n0\n0\n0' ]
	bundle '' '"namespaces":[{"type":"mount"}]'
	[ "$output" = $'0\n0\n0\n0' ]
}

@test "limits of config.json, at create" {
	config '{"memory":{"limit":67108864,"reservation":33554432,"disableOOMKiller":false,"kernel":0},"cpu":{"shares":0,"quota":20000,"period":50000,"cpus":"0"},
		"pids":{"limit":9},"blockIO":{"weight":0,"weightDevice":[]},"hugepageLimits":[],"network":{},"devices":[]}'
	ocibox oci-cgroup -b bundle -i "$ID" create
	CG=/ocibox/$ID
	reads pids.max 9
	if has_file memory.max; then
		reads memory.max 67108864
		reads memory.low 33554432
		reads cpu.max "20000 50000"
		reads cpu.weight 100
	else
		reads memory.limit_in_bytes 67108864
		reads memory.soft_limit_in_bytes 33554432
		reads cpu.cfs_quota_us 20000
		reads cpu.shares 1024
	fi
	reads cpuset.cpus 0
}

@test "an option wins over config.json; set -r takes a file, and standard input" {
	config '{"pids":{"limit":9},"memory":{"limit":67108864}}'
	ocibox oci-cgroup -b bundle -i "$ID" -l pids.limit=8 create
	CG=/ocibox/$ID
	reads pids.max 8
	echo '{"pids":{"limit":10},"unknown":1}' >file
	ocibox oci-cgroup -i "$ID" -r file set
	reads pids.max 10
	echo '{"pids":{"limit":11}}' | ocibox oci-cgroup -i "$ID" -r - set
	reads pids.max 11
	echo '{"pids":{"limit":"x"}}' >file
	run -111 --separate-stderr ocibox oci-cgroup -i "$ID" -r file set
	[ "$stderr" = 'oci-cgroup: file:1:18: pids.limit: must be a number, not a string' ]
	reads pids.max 11
}

@test "memory and swap are set in the order that the kernel takes, up and down" {
	create
	has_file memory.memsw.limit_in_bytes || has_file memory.swap.max || cannot "needs the limit of swap"
	for pair in 16M:16M 64M:128M 32M:32M 256M:512M 8M:16M -1:-1 64M:64M; do
		set_limits memory.limit="${pair%:*}" memory.swap="${pair#*:}" cpu.quota=1000 cpu.period=1000
		set_limits cpu.period=1000000 cpu.quota=1000000
	done
}

@test "when one limit is refused the values of before stand" {
	create
	set_limits pids.limit=5 memory.limit=32M cpu.quota=30000 cpu.cpus=0
	run --separate-stderr set_limits pids.limit=6 memory.limit=64M cpu.quota=40000 cpu.cpus=0 cpu.mems=900
	[ "$status" = 115 ]
	[[ "$stderr" = "oci-cgroup: cpu.mems: write 900 to /"*"$CG/cpuset.mems: "* ]]
	reads pids.max 5
	if has_file memory.max; then
		reads memory.max 33554432
		reads cpu.max "30000 100000"
	else
		reads memory.limit_in_bytes 33554432
		reads cpu.cfs_quota_us 30000
	fi
	# with no limit before too, and device rules
	run -115 --separate-stderr ocibox oci-cgroup -p "$CG" -l memory.reservation=1M -d a -l cpu.mems=900 set
	if has_file memory.low; then reads memory.low 0; else reads memory.soft_limit_in_bytes $UNLIMITED; fi
	! has_file devices.list || reads devices.list "a *:* rwm"
}

@test "a limit without its controller is an error that names it, no limit is none" {
	run -119 --separate-stderr only none "$OCIBOX" oci-cgroup -p "$CG" -l pids.limit=5 create
	[ "$stderr" = "oci-cgroup: pids.limit: needs the cgroup controller pids, which is not mounted" ]
	run -119 --separate-stderr only none "$OCIBOX" oci-cgroup -p "$CG" -l network.classID=5 create
	[ "$stderr" = "oci-cgroup: network.classID: needs the controller net_cls of cgroup v1, which is not mounted" ]
	run -119 --separate-stderr only none "$OCIBOX" oci-cgroup -p "$CG" -l "unified=memory.high 5" create
	[ "$stderr" = "oci-cgroup: unified: needs cgroup v2, which is not mounted" ]
	config '{"pids":{"limit":5}}'
	run -119 --separate-stderr only none "$OCIBOX" oci-cgroup -b bundle -p "$CG" create
	[[ "$stderr" = *"config.json:1:"*": linux.resources.pids.limit: needs the cgroup controller pids, which is not mounted" ]]
	run -0 only none "$OCIBOX" oci-cgroup -p "$CG" -l pids.limit=-1 -l cpu.shares=0 -l memory.limit=-1 -l cpu.quota=-1 \
		-l memory.disableOOMKiller=0 -l cpu.burst=0 create
	create
	if ! has_file rdma.max; then
		run -119 --separate-stderr set_limits "rdma=mlx5 hca_handle=1"
		[[ "$stderr" = "oci-cgroup: rdma: "*"controller "*rdma* ]]
	fi
	if [ -n "$(hierarchies v2)" ]; then
		run -119 --separate-stderr set_limits "unified=nothing.max 1"
		[[ "$stderr" = "oci-cgroup: unified: the requested cgroup controller \`nothing\` is not available in /"* ]]
		run -115 --separate-stderr set_limits "unified=cgroup.nothing 1"
		[[ "$stderr" = "oci-cgroup: unified: write 1 to /"*"$CG/cgroup.nothing: No such file or directory" ]]
	fi
}

@test "hybrid: a limit goes where its controller is" {
	requires cgroup1
	controllers=$(cat "$(hierarchies v2 | head -n 1)/cgroup.controllers")
	[[ "$controllers" = *hugetlb* ]] || cannot "needs a controller on v2 beside v1"
	create
	set_limits "hugepageLimits=2MB 8388608" pids.limit=3
	reads hugetlb.2MB.max 8388608
	reads pids.max 3
}

@test "values that cannot be are refused" {
	create
	for pair in "cpu.shares=1|111:must be from 2 to 262144" "blockIO.weight=9|111:must be from 10 to 1000" \
		"blockIO.weight=1001|111:must be from 10 to 1000"; do
		[[ $pair != cpu* ]] || has_file cpu.shares || continue
		run "-$(cut -d'|' -f2 <<<"${pair%%:*}")" --separate-stderr set_limits "${pair%%|*}"
		[ "$stderr" = "oci-cgroup: ${pair%%=*}: ${pair#*:}" ]
	done
	for words in x memory.limit memory.limit= memory.limit=x memory.limit=1Q memory.limit=-2 nothing=1 cpu.cpus= \
		"hugepageLimits=2MB" "unified=a/b 1" memory.limit=9999999999G; do
		run -110 --separate-stderr set_limits "$words"
		[[ "$stderr" = "oci-cgroup: $words: "* ]]
	done
	for rule in x "c 1:3 x" "c 1" "c x:1" "" "c 1:3 "; do
		run -110 --separate-stderr ocibox oci-cgroup -p "$CG" -a "$rule" set
	done
	[ "$stderr" = 'oci-cgroup: c 1:3 : must be a rule as "a", "c 1:3 rwm" or "b 8:* r"' ]
	for words in "-l pids.limit=5 kill" "-r file attach" "-a a delete"; do
		# shellcheck disable=SC2086
		run -110 --separate-stderr ocibox oci-cgroup -p "$CG" $words
	done
	reads pids.max max
}

@test "checkBeforeUpdate refuses what is in use" {
	create
	inside 'head -c 20000000 /dev/zero >data'
	run -113 --separate-stderr set_limits memory.limit=4M memory.checkBeforeUpdate=1
	[[ "$stderr" = "oci-cgroup: memory.limit: "*" bytes are in use now" ]]
	ocibox oci-cgroup -p "$CG" kill
}

@test "felt: pids.limit stops fork, cpu.cpus holds, device rules refuse and allow" {
	create
	set_limits pids.limit=2 cpu.cpus=0
	mknod kmsg c 1 11
	ocibox oci-cgroup -p "$CG" -d a -a "c 1:11 r" set
	run ocibox oci-cgroup -p "$CG" attach /bin/sh -c 'grep Cpus_allowed_list /proc/self/status; true <kmsg && echo read; true >kmsg || echo refused; sleep 9 | sleep 9 | sleep 9'
	[[ "$output" = *"Cpus_allowed_list:	0"* ]]
	[[ "$output" = *read* ]]
	[[ "$output" = *"ermission denied"*refused* || "$output" = *"not permitted"*refused* ]]
	[[ "${output,,}" = *fork* ]]
}

# used_usec: the processor time of $CG in microseconds
used_usec() {
	if has_file cpuacct.usage; then
		echo $(($(cat "$(file cpuacct.usage)") / 1000))
	else
		awk '$1 == "usage_usec" { print $2 }' "$(file cpu.stat)"
	fi
}

@test "felt: memory.limit kills, cpu.quota is kept" {
	create
	set_limits memory.limit=8M memory.swap=8M || set_limits memory.limit=8M
	run -137 ocibox oci-cgroup -p "$CG" attach /bin/sh -c 'exec dd if=/dev/zero of=/dev/null bs=30M count=1'
	set_limits memory.limit=-1 cpu.quota=10000 cpu.period=100000
	used=$(used_usec) began=${EPOCHREALTIME/./}
	run ocibox oci-cgroup -p "$CG" attach /bin/sh -c 'exec timeout 2 sh -c "while :; do :; done"'
	took=$((${EPOCHREALTIME/./} - began)) used=$(($(used_usec) - used))
	# a tenth of a processor
	[ "$used" -gt $((took / 100)) ]
	[ "$used" -lt $((took / 4)) ]
}

@test "device rules are replaced: what was allowed and is stays so in between" {
	create
	mknod kmsg c 1 11
	ocibox oci-cgroup -p "$CG" -d a -a "c 1:11 r" set
	ocibox oci-cgroup -p "$CG" attach /bin/sh -c 'echo >ready; while [ ! -e stop ]; do true <kmsg || echo >failed; done' 2>/dev/null 3>&- &
	read -r <ready
	for i in $(seq 20); do
		ocibox oci-cgroup -p "$CG" -d a -a "c 1:11 r" -a "c 10:$i rw" set
	done
	: >stop
	wait $!
	[ ! -e failed ]
	if has_file devices.list; then
		run -1 grep "c 10:1[0-9] " "$(file devices.list)"
		grep -x "c 10:20 rw" "$(file devices.list)"
	fi
}

@test "on v2 one program has the device rules, and a new one takes its place at once" {
	requires strace
	[ -n "$(hierarchies v2)" ] || cannot "needs cgroup v2"
	for i in 1 2 3; do
		only v2 strace -e trace=bpf -o trace "$OCIBOX" oci-cgroup -p "$CG" -d a -a "c 10:$i r" create
	done
	grep BPF_PROG_QUERY trace | grep -E "prog_cnt=([0-9]+ ?=> ?)?1\b"
	grep BPF_PROG_ATTACH trace | grep "attach_flags=BPF_F_ALLOW_MULTI|BPF_F_REPLACE"
}

@test "an ordinary user has no limits, and without any goes on" {
	requires setpriv
	chmod 755 "$BATS_RUN_TMPDIR" "$BATS_TEST_TMPDIR"/.. "$BATS_TEST_TMPDIR"
	chown -R 65534 state
	run -114 --separate-stderr setpriv --reuid 65534 --clear-groups "$OCIBOX" oci-cgroup -i "$ID" -l pids.limit=5 create
	[ "$stderr" = "oci-cgroup: pids.limit: this user may make no cgroup with the controller pids" ]
	run -0 --separate-stderr setpriv --reuid 65534 --clear-groups "$OCIBOX" oci-cgroup -i "$ID" -l pids.limit=-1 create
	[ -z "$stderr" ]
}

@test "an ordinary user makes cgroups below one that is its own" {
	requires setpriv
	chmod 755 "$BATS_RUN_TMPDIR" "$BATS_TEST_TMPDIR"/.. "$BATS_TEST_TMPDIR"
	chown -R 65534 state
	create
	for mount in $(hierarchies); do chown -R 65534 "$mount$CG"; done
	run -0 --separate-stderr ocibox oci-cgroup -p "$CG" attach "$(command -v setpriv)" --reuid 65534 --clear-groups "$OCIBOX" \
		oci-cgroup -i "$ID" create oci-cgroup -i "$ID" attach /bin/cat /proc/self/cgroup
	[ -z "$stderr" ]
	[ "$(grep -c ":$CG/ocibox/$ID\$" <<<"$output")" = "$(hierarchies | wc -l)" ]
	run -0 ocibox oci-cgroup -p "$CG" attach "$(command -v setpriv)" --reuid 65534 --clear-groups "$OCIBOX" oci-cgroup -i "$ID" delete
	for mount in $(hierarchies); do [ ! -e "$mount$CG/ocibox" ]; done
	# an absolute path is where it says, or nowhere
	printf '{"ociVersion":"1.0.0","root":{"path":"rootfs"},"linux":{"cgroupsPath":"/%s"}}' "$ID" >bundle/config.json
	run -114 ocibox oci-cgroup -p "$CG" attach "$(command -v setpriv)" --reuid 65534 --clear-groups "$OCIBOX" \
		oci-cgroup -b bundle -i "$ID" create
	for mount in $(hierarchies); do [ ! -e "$mount$CG/$ID" ]; done
}

@test "leaves no descriptor" {
	run -0 descriptors oci-cgroup -p "$CG" -l pids.limit=50 -d a create oci-cgroup -p "$CG" -l pids.limit=51 -a a set
	[ "$output" = "0 1 2 " ]
}
