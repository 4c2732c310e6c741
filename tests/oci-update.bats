#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# shellcheck disable=SC2016,SC2154 # the dollars are the shell's inside; run sets stderr
load helpers
load runtime
load cgroup

setup() {
	runtime_setup
	config '.linux.cgroupsPath = $p' --arg p "/$ID-cg"
	CG=/$ID-cg
}

# file V1 V2: the value in whichever of both files there is
value() {
	local mount line
	for mount in $(hierarchies); do
		for file in "$mount$CG/$1" "$mount$CG/$2"; do
			[ -f "$file" ] || continue
			read -r line <"$file" || true
			echo "$line"
			return
		done
	done
	echo none
}

# reads V1 V2 VALUE [VALUE ON V2]
reads() {
	local now
	now=$(value "$1" "$2")
	[ "$now" = "$3" ] || [ "$now" = "${4:-$3}" ] || { echo "$1 is '$now', not '$3'"; return 1; }
}

# waiting: a running container whose program waits
waiting() {
	program sleep 1000
	"$OCIBOX" run -d "$ID" </dev/null >/dev/null 2>&1 3>&-
}

@test "each option, on a running container" {
	waiting
	while IFS='|' read -r words v1 v2 want want2; do
		[ "$(value "$v1" "$v2")" != none ] || continue
		# shellcheck disable=SC2086 # words
		run -0 --separate-stderr ocibox update $words "$ID"
		[ -z "$output$stderr" ]
		reads "$v1" "$v2" "$want" "$want2"
	done <<-EOF
		--memory 64M|memory.limit_in_bytes|memory.max|67108864|
		--memory-swap 128m|memory.memsw.limit_in_bytes|memory.swap.max|134217728|67108864
		--memory 96mb --memory-swap 96mb|memory.memsw.limit_in_bytes|memory.swap.max|100663296|0
		--memory 0.125G --memory-swap 1.5g|memory.limit_in_bytes|memory.max|134217728|
		--memory-reservation 33554432|memory.soft_limit_in_bytes|memory.low|33554432|
		--cpu-period 50000 --cpu-quota=25000|cpu.cfs_quota_us|cpu.max|25000|25000 50000
		--cpu-burst 10000|cpu.cfs_burst_us|cpu.max.burst|10000|
		--cpu-share 512|cpu.shares|cpu.weight|512|59
		--cpu-idle 1|cpu.idle|cpu.idle|1|
		--cpu-idle 0|cpu.idle|cpu.idle|0|
		--cpu-rt-period 500000|cpu.rt_period_us||500000|
		--cpuset-cpus 0|cpuset.cpus|cpuset.cpus|0|
		--cpuset-mems 0|cpuset.mems|cpuset.mems|0|
		--pids-limit 77|pids.max|pids.max|77|
		--pids-limit=-1|pids.max|pids.max|max|
		--blkio-weight 200|blkio.bfq.weight|io.bfq.weight|200|default 200
		--memory -1|memory.limit_in_bytes|memory.max|9223372036854771712|max
	EOF
	[ "$(status_of "$ID")" = running ]
}

@test "-r takes a file or standard input, options beside it win" {
	waiting
	echo '{"memory":{"limit":67108864},"pids":{"limit":50},"blockIO":{"weight":0},"cpu":{}}' >file
	ocibox update --resources file "$ID"
	reads memory.limit_in_bytes memory.max 67108864
	reads pids.max pids.max 50
	echo '{"pids":{"limit":51}}' | ocibox update -r - "$ID"
	reads pids.max pids.max 51
	ocibox update --resources=file --pids-limit 52 "$ID"
	reads pids.max pids.max 52
}

@test "on failure the old values stand" {
	waiting
	ocibox update --pids-limit 40 --memory 64M "$ID"
	run -115 --separate-stderr ocibox update --pids-limit 41 --memory 32M --cpuset-mems 900 "$ID"
	[[ "$stderr" = "oci-cgroup: cpu.mems: write 900 to "* ]]
	reads pids.max pids.max 40
	reads memory.limit_in_bytes memory.max 67108864
	for wrong in x 1.5 1.M .5G -0.5G 8388607.5T -1.5M 1.5x; do
		run -110 --separate-stderr ocibox update --pids-limit 41 --memory="$wrong" "$ID"
		[ "$stderr" = "oci-cgroup: memory.limit=$wrong: not a number" ]
	done
	echo '{"pids":{"limit":41},"memory":{"limit":"x"}}' >file
	run -111 --separate-stderr ocibox update -r file "$ID"
	[[ "$stderr" = "oci-cgroup: file:1:"*": memory.limit: must be a number, not a string" ]]
	reads pids.max pids.max 40
}

@test "device rules of the file are taken with -D only" {
	# there is no such device, and that is told only when it may be asked for
	mknod -m 666 rootfs/device c 1 12
	mkfifo rootfs/go rootfs/said
	program sh -c 'while read -r x <go; do (true <device) 2>&1 | grep -q "not permitted" && echo no >said || echo yes >said; done'
	config '.root.readonly = false'
	"$OCIBOX" run -d "$ID" </dev/null >/dev/null 2>&1 3>&-
	said() {
		echo >rootfs/go
		read -r line <rootfs/said
		[ "$line" = "$1" ]
	}
	said no
	echo '{"devices":[{"allow":false},{"allow":true,"type":"c","major":1,"minor":12,"access":"r"}]}' >file
	ocibox update -r file "$ID"
	said no
	ocibox update -D -r file "$ID"
	said yes
	echo '{"devices":[{"allow":false}]}' | ocibox update --devices -r - "$ID"
	said no
}

@test "--l3-cache-schema and --mem-bw-schema need a group of resctrl" {
	waiting
	for option in --l3-cache-schema=L3:0=f --mem-bw-schema=MB:0=20; do
		run -113 --separate-stderr ocibox update --pids-limit 33 $option "$ID"
		[ "$stderr" = "oci-rdt: $ID: the container has no group of resctrl" ]
	done
	reads pids.max pids.max max
}

@test "limits of config.json are felt in a container" {
	program sh -c 'dd if=/dev/zero of=/dev/null bs=40M count=1'
	config '.linux.resources.memory = {limit: 16777216}'
	# where there is swap it is limited too
	[ "$(wc -l </proc/swaps)" = 1 ] || config '.linux.resources.memory.swap = 16777216'
	run -137 ocibox run "$ID"
	program sh -c 'sleep 0 | sleep 0 | sleep 0; echo through'
	config 'del(.linux.resources.memory) | .linux.resources.pids = {limit: 2}'
	run ocibox run "$ID"
	[[ "${output,,}" = *fork* && "$output" != *through* ]]
	program grep Cpus_allowed_list /proc/self/status
	config 'del(.linux.resources.pids) | .linux.resources.cpu = {cpus: "0"}'
	run -0 ocibox run "$ID"
	[ "$output" = "Cpus_allowed_list:	0" ]
}

@test "on a created and on a paused container; the state is as before" {
	program true
	ocibox create "$ID" </dev/null >/dev/null 2>&1 3>&-
	before=$(ocibox state "$ID")
	ocibox update --pids-limit 30 "$ID"
	reads pids.max pids.max 30
	[ "$(ocibox state "$ID")" = "$before" ]
	ocibox delete -f "$ID"
	waiting
	ocibox pause "$ID"
	ocibox update --pids-limit 31 --memory 64M --cpu-share 512 "$ID"
	reads pids.max pids.max 31
	[ "$(status_of "$ID")" = paused ]
	ocibox resume "$ID"
}

@test "a stopped container, none, and bad usage" {
	run -112 --separate-stderr ocibox update --pids-limit 30 "$ID"
	[ "$stderr" = "oci-hold: $ID: container does not exist" ]
	program true
	ocibox run -d "$ID" </dev/null >/dev/null 2>&1 3>&-
	until_true has_status "$ID" stopped
	run -113 --separate-stderr ocibox update --pids-limit 30 "$ID"
	[ "$stderr" = "oci-hold: $ID: container not running" ]
	for words in "" "$ID $ID" "-x $ID" "-D"; do
		# shellcheck disable=SC2086
		run -110 --separate-stderr ocibox update $words
	done
}
