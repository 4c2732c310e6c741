#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# shellcheck disable=SC2016,SC2154 # the dollars are the shell's inside; run sets stderr
# The same bundle, made by "runc spec", under runc and under ocibox: what a program sees, line by line.
load helpers
load runtime

# ids and device numbers differ from run to run
MOUNTINFO='s/^[0-9]+ [0-9]+ [0-9]+:[0-9]+ //; s/(master|shared):[0-9]+/\1:N/'

setup() {
	requires runc cgroup1
	runtime_setup
	rm config.json
	runc spec
	config '.process.terminal = false'
	mkdir -p "$BATS_TEST_TMPDIR/runc"
}

# what to run them in
aside=()

# same FILTER SCRIPT: SCRIPT's output in the container, through sed -E FILTER, is the same under both
same() {
	program sh -c "$2"
	"${aside[@]}" runc --root "$BATS_TEST_TMPDIR/runc" run "$ID" 2>&1 </dev/null 3>&- | sed -E "$1" >theirs
	"${aside[@]}" "$OCIBOX" run "$ID" 2>&1 </dev/null 3>&- | sed -E "$1" >ours
	[ -s theirs ]
	diff -u theirs ours
}

@test "mounts" {
	config '.linux.cgroupsPath = $p' --arg p "/$ID-same"
	same "$MOUNTINFO; /\/null \/|tmpfs ro/d" 'cat /proc/self/mountinfo'
	# Masks differ: ours are read-only and without programs, on old kernels too, as newer runc has them,
	# and a tmpfs of one inode; runc 1.1 leaves /dev/null's flags and has a tmpfs without limits.
	same "$MOUNTINFO; s/ (ro|rw),(nosuid|relatime|noexec|nodev|,)+ - / FLAGS - /; s/ ro,relatime - / FLAGS - /; s/,size=4k,nr_inodes=1,mode=755//" 'grep -E "/null /|tmpfs ro" /proc/self/mountinfo'
}

@test "propagation of all mounts, on a host where everything is shared" {
	config '.linux.cgroupsPath = $p' --arg p "/$ID-same"
	aside=(unshare --mount --propagation shared)
	# runc leaves some shared with the host where only the root is to be a slave or private; and old ones forget shared
	for value in rslave rprivate default; do
		config 'if $v == "default" then del(.linux.rootfsPropagation) else .linux.rootfsPropagation = $v end' --arg v $value
		same "$MOUNTINFO; /\/null \/|tmpfs ro/d" 'cat /proc/self/mountinfo'
	done
}

@test "/proc/self/status" {
	# pids, sizes and counters differ from run to run; posix_spawn(3) of glibc, and so make, leaves 32 and 33
	# ignored, and Go, and so runc, takes 33 back
	same 's/^(SigIgn:\t)0000000[01]80000000$/\10000000000000000/; /^(Vm|Rss|.*ctxt_switches|HugetlbPages|SigQ|x86_Thread|CoreDumping|THP_|untag|Cpus_allowed|Mems_allowed)/d' 'exec cat /proc/self/status'
}

@test "/dev" {
	same 's/(Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec) +[0-9]+ +[0-9:]+/DATE/' 'ls -lR /dev; ls -ld /dev /dev/pts /dev/shm /dev/mqueue'
}

@test "environment, working directory, user, groups, umask, hostname, limits" {
	same '' 'env | sort; pwd; id; umask; hostname; cat /proc/self/limits'
}

@test "working directory, user, groups and umask of another user" {
	config '.process.user = {uid: 1000, gid: 1001, additionalGids: [5, 10], umask: 63} | .process.cwd = "/tmp" | .process.env += ["A=1", "A=2"]'
	same '' 'env | sort; pwd; id; umask; grep -E "^(Cap|NoNew|Groups|Uid|Gid)" /proc/self/status'
}

@test "capabilities, every set on its own" {
	for caps in '{}' '{"bounding":["CAP_KILL"]}' '{"bounding":["CAP_CHOWN","CAP_KILL"],"permitted":["CAP_KILL"]}' \
		'{"bounding":["CAP_CHOWN","CAP_KILL"],"permitted":["CAP_KILL"],"effective":["CAP_KILL"],"inheritable":["CAP_KILL"],"ambient":["CAP_KILL"]}'; do
		config '.process.capabilities = $c' --argjson c "$caps"
		for uid in 0 1000; do
			config '.process.user.uid = $u' --argjson u "$uid"
			same '' 'grep -E "^(Cap|NoNew|Seccomp:)" /proc/self/status'
		done
	done
}

@test "masked and read-only paths" {
	same '' 'for p in acpi asound kcore keys latency_stats timer_list timer_stats sched_debug scsi bus fs irq sys sysrq-trigger; do
		[ -e /proc/$p ] || continue
		stat -c "%n %F" /proc/$p; [ -d /proc/$p ] && ls -A /proc/$p | wc -l; touch /proc/$p/x 2>&1; done
		ls -A /sys/firmware; touch /x /tmp/x 2>&1'
}

@test "cgroup of the process, device rules" {
	config '.linux.cgroupsPath = $p' --arg p "/$ID-same"
	same '' 'sort -t: -k2 /proc/self/cgroup; cat /sys/fs/cgroup/devices/devices.list | sort'
}

@test "sysctls, hostname in a file, rlimits, readonly off" {
	config '.linux.sysctl = {"net.ipv4.ip_forward": "1", "kernel.shm_rmid_forced": "1"} | .root.readonly = false | .process.rlimits = [{type: "RLIMIT_NOFILE", soft: 100, hard: 200}, {type: "RLIMIT_CORE", soft: 0, hard: 0}]'
	same '' 'cat /proc/sys/net/ipv4/ip_forward /proc/sys/kernel/shm_rmid_forced; cat /proc/self/limits; touch /tmp/w && echo written'
}

@test "bind mounts and tmpfs" {
	mkdir -p vol/sub
	echo file >vol/file
	config '.mounts += [
		{destination: "/vol", type: "bind", source: "vol", options: ["rbind", "ro"]},
		{destination: "/deep/er/file", type: "bind", source: "vol/file", options: ["bind", "nosuid", "nodev", "noexec"]},
		{destination: "/scratch", type: "tmpfs", source: "tmpfs", options: ["nosuid", "size=64k", "mode=1777"]}]'
	same "$MOUNTINFO" 'grep -E " /(vol|deep|scratch)" /proc/self/mountinfo; cat /vol/file /deep/er/file; stat -c "%a %u %F" /vol /deep /deep/er /deep/er/file /scratch'
	rm -rf rootfs/vol rootfs/deep rootfs/scratch
}

@test "limits" {
	config '.linux.cgroupsPath = $p' --arg p "/$ID-same"
	disk=$(cat /sys/block/[svx]d[a-z]/dev /sys/block/*vd[a-z]/dev 2>/dev/null | head -n 1)
	# runc takes pids.limit 0 for no limit, which is no limit's word in the specification only since 1.3
	while read -r resources; do
		config '.linux.resources = {devices: [{allow: false, access: "rwm"}]} + $r' --argjson r "${resources//DISK/\"major\":${disk%:*},\"minor\":${disk#*:}}"
		same '' 'cd /sys/fs/cgroup
			for f in memory/memory.*limit_in_bytes memory/memory.swappiness memory/memory.oom_control memory/memory.use_hierarchy \
				cpu/cpu.shares cpu/cpu.cfs_* cpu/cpu.rt_* cpu/cpu.idle cpuset/cpuset.cpus cpuset/cpuset.mems pids/pids.max \
				blkio/blkio.*weight* blkio/blkio.throttle.*_device devices/devices.list; do
				[ ! -f $f ] || { echo $f; sort $f; }
			done'
	done <<-EOF
		{"memory":{"limit":67108864,"reservation":33554432,"swap":134217728,"swappiness":10,"disableOOMKiller":true},"cpu":{"shares":512,"quota":50000,"period":100000,"cpus":"0","mems":"0"},"pids":{"limit":33},"blockIO":{"weight":300}}
		{"memory":{"limit":67108864,"swap":67108864,"useHierarchy":true,"disableOOMKiller":false},"cpu":{"shares":0,"quota":-1,"period":50000},"pids":{"limit":-1},"blockIO":{"weight":0}}
		{"memory":{"limit":-1,"reservation":-1},"cpu":{"shares":2,"quota":20000}}
		{"memory":{"limit":0,"swap":-1},"cpu":{"shares":262144,"quota":0,"period":0,"realtimePeriod":0,"realtimeRuntime":0},"blockIO":{"weight":10},"hugepageLimits":[],"network":{"classID":0,"priorities":[]}}
		{"blockIO":{"throttleReadBpsDevice":[{DISK,"rate":1048576}],"throttleWriteBpsDevice":[{DISK,"rate":1048577}],"throttleReadIOPSDevice":[{DISK,"rate":100}],"throttleWriteIOPSDevice":[{DISK,"rate":101}]}}
		{"devices":[{"allow":false,"access":"rwm"},{"allow":true,"type":"c","major":1,"minor":11,"access":"r"},{"allow":true,"type":"c","major":1,"minor":11,"access":"w"},{"allow":true,"type":"b","access":"r"}]}
		{"devices":[{"allow":true,"access":"rwm"},{"allow":false,"type":"c","major":1,"minor":11,"access":"rwm"}]}
	EOF
}

@test "cgroup mounts, read-only and not, with and without a cgroup namespace" {
	config '.linux.cgroupsPath = $p' --arg p "/$ID-same"
	for namespace in '[]' '[{"type": "cgroup"}]'; do
		for options in '[]' '["ro"]' '["rw", "nosuid"]' '["nosuid", "noexec", "nodev", "relatime", "ro"]' '["strictatime", "noexec"]' '["private", "ro"]'; do
			config '.linux.namespaces |= map(select(.type != "cgroup")) + $n | (.mounts[] | select(.type == "cgroup")).options = $o' \
				--argjson n "$namespace" --argjson o "$options"
			echo "$namespace $options"
			same "$MOUNTINFO; s/(Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec) +[0-9]+ +[0-9:]+/DATE/" 'grep cgroup /proc/self/mountinfo; ls -l /sys/fs/cgroup'
		done
	done
}

@test "devices of every type, in and out of /dev, with mode and owner" {
	config '.linux.devices = $d' --argjson d '[
		{"path": "/dev/char", "type": "c", "major": 10, "minor": 200}, {"path": "/dev/unbuffered", "type": "u", "major": 1, "minor": 5, "fileMode": 384},
		{"path": "/dev/block", "type": "b", "major": 7, "minor": 3, "fileMode": 432, "uid": 12, "gid": 34}, {"path": "/dev/fifo", "type": "p", "fileMode": 438},
		{"path": "/dev/deep/er/node", "type": "c", "major": 1, "minor": 3, "fileMode": 0}, {"path": "/run/x/node", "type": "c", "major": 1, "minor": 7, "fileMode": 511},
		{"path": "/dev/full", "type": "c", "major": 1, "minor": 7, "fileMode": 384, "uid": 1}, {"path": "/dev/ptmx", "type": "c", "major": 5, "minor": 2},
		{"path": "/dev/console2", "type": "c", "major": 4095, "minor": 1048575}]'
	for umask in 0 077; do
		umask $umask
		same '' 'for f in $(find /dev /run/x | sort); do stat -c "%n %F %t:%T %a %u:%g" $f; done; readlink /dev/ptmx; stat -c %a /dev/deep /dev/deep/er'
		umask 022
		rm -r rootfs/run
	done
}

@test "devices where /dev is bound, is the image's, or has the right nodes" {
	# runc 1.1 makes the listed ones in a bound /dev too
	config '.linux.devices = []'
	mkdir bound
	mknod -m 640 bound/null c 1 3
	mknod -m 600 bound/own c 1 5
	for mounts in '[{"destination": "/dev", "type": "bind", "source": "bound", "options": ["rbind"]}]' '[]'; do
		config '.mounts |= map(select(.destination | startswith("/dev") | not)) + $m' --argjson m "$mounts"
		same '' 'for f in $(find /dev | sort); do stat -c "%n %F %t:%T %a %u:%g" $f; done'
		[ "$(ls bound)" = "null
own" ]
	done
	mknod -m 666 rootfs/dev/full c 1 7 2>/dev/null || true
	same '' 'stat -c "%n %F %t:%T %a %u:%g" /dev/full /dev/null'
}

@test "masks and read-only paths of every kind: links, twice, below another, missing, with mounts below" {
	mkdir -p rootfs/d/sub/deep rootfs/e rootfs/r/sub vol
	echo text | tee rootfs/f rootfs/d/f rootfs/r/f vol/f >/dev/null
	ln -s f rootfs/link
	ln -s /d/sub rootfs/to-sub
	ln -s nowhere rootfs/dangling
	config '.root.readonly = false | .mounts += [{destination: "/r/sub/tmp", type: "tmpfs", options: ["nosuid", "noexec", "mode=700"]},
		{destination: "/r/bound", type: "bind", source: "vol", options: ["bind", "nosuid", "nodev", "noexec"]}] |
		.linux.maskedPaths = ["/f", "/f", "/link", "/d/sub/deep", "/to-sub", "/e", "/missing", "/missing/too", "/dangling", "/proc/kcore", "/proc/kcore", "/r/bound/f"] |
		.linux.readonlyPaths = ["/r/f", "/r/bound", "/missing", "/dangling", "/proc/sys", "/r/sub/tmp"]'
	# an empty directory of ours is 0755, where runc says nothing and has tmpfs's 1777
	same 's/ directory 1?7[57][57]$/ directory/' 'for f in /f /link /d/sub /d/sub/deep /to-sub /e /proc/kcore /r/bound/f /d/f /r/f /r/sub /r/sub/tmp /r/bound; do
		stat -L -c "%n %F %a" $f; [ -d $f ] && { ls -A $f; touch $f/x && rm $f/x; } || { cat $f; : >>$f; }; done 2>&1
		grep -E " /(r/f|r/bound|r/sub/tmp|proc/sys) r" /proc/self/mountinfo | cut -d" " -f 5,6'
}
