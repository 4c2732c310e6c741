#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# docker with ocibox on cgroup v2 alone, with either of its cgroup drivers. For the machine of "make check-vm-systemd".
# shellcheck disable=SC2016,SC2053 # for the container's shell; paths are patterns
load ../helpers

DISK=/dev/nvme0n1

setup_file() {
	requires root systemd cgroup2 dockerd containerd docker busybox
	make_rootfs "$BATS_FILE_TMPDIR/box"
	up cgroupfs
	NUMBER=$(cat /sys/class/block/nvme0n1/dev)
	export NUMBER
	# else a single device has no weight
	echo "$NUMBER enable=1" >/sys/fs/cgroup/io.cost.qos
	tar -C "$BATS_FILE_TMPDIR/box" -c . | docker import -c 'CMD ["sleep", "1000"]' - box >/dev/null
}

teardown_file() {
	systemctl stop docks
}

teardown() {
	docker ps -aq | xargs -r docker rm -f >/dev/null
	run find /sys/fs/cgroup -regex '.*/\(docker-\)?[0-9a-f]+\(\.scope\)?'
	[ -z "$output" ]
	run systemctl --all --no-legend list-units 'docker-*'
	[ -z "$output" ]
}

# up DRIVER: a dockerd with this driver of cgroups, which starts a containerd
up() {
	systemd-run -q --unit docks -p Delegate=yes -p "StandardError=append:$BATS_FILE_TMPDIR/log" \
		dockerd --bridge none --iptables=false --ip6tables=false --ip-forward=false --storage-driver vfs --data-root "$BATS_FILE_TMPDIR/root" \
		--exec-opt "native.cgroupdriver=$1" --add-runtime "ocibox=$OCIBOX" --default-runtime ocibox
	until docker info -f '{{.CgroupDriver}} {{.CgroupVersion}} {{.DefaultRuntime}}' 2>/dev/null | grep -qx "$1 2 ocibox"; do
		systemctl -q is-active docks || { tail -n 50 "$BATS_FILE_TMPDIR/log"; return 1; }
	done
}

# box OPTION... -- WORD...: run in a container that is removed
box() {
	local options words
	split_options "$@"
	docker run --rm --network none "${options[@]}" box "${words[@]}"
}

# sleeper OPTION...: a container "cc" that runs until it is stopped; its cgroup is the working directory
sleeper() {
	docker run -d --network none --name cc "$@" box >/dev/null
	CGROUP=$(sed 's/^0:://' "/proc/$(docker inspect -f '{{.State.Pid}}' cc)/cgroup")
	cd "/sys/fs/cgroup$CGROUP" || return
}

# values FILE...: what these files of a cgroup say, here and in the container
values() {
	head -qn 1 "$@" | xargs
	docker exec cc sh -c 'cd /sys/fs/cgroup && head -qn 1 "$@" | xargs' sh "$@"
}

# same WORDS: whether the output is twice these words
same() {
	[ "$output" = "$1
$1" ] || { echo "$output"; return 1; }
}

limits() {
	sleeper -m 64m --memory-reservation 32m --memory-swap 128m --cpus .5 --cpu-shares 300 --pids-limit 20 --cpuset-cpus 1 --cpuset-mems 0 \
		--blkio-weight 300 --blkio-weight-device "$DISK:600" --device-read-bps "$DISK:1mb" --device-write-iops "$DISK:50"
	[[ $CGROUP == $1 ]] || { echo "$CGROUP"; return 1; }
	run -0 values memory.max memory.low memory.swap.max cpu.max cpu.weight pids.max cpuset.cpus cpuset.mems io.weight
	same "67108864 33554432 67108864 50000 100000 39 20 1 0 default 2930"
	[ "$(cat io.max)" = "$NUMBER rbps=1048576 wbps=max riops=max wiops=50" ]
	[ "$(tail -n 1 io.weight)" = "$NUMBER 5960" ]
	docker update -m 100m --memory-swap 100m --cpus .25 --cpu-shares 1024 --pids-limit 30 --cpuset-cpus 0-1 --blkio-weight 500 cc >/dev/null
	# systemd writes anew what it knows of a scope
	systemctl daemon-reload
	run -0 values memory.max memory.low memory.swap.max cpu.max cpu.weight pids.max cpuset.cpus io.weight
	same "104857600 33554432 0 25000 100000 100 30 0-1 default 4950"
	cd /
	docker rm -f cc >/dev/null
	[ ! -e "/sys/fs/cgroup$CGROUP" ]
	# docker hears of it only while the container is there, and tells of it behind its end
	docker run -d --name oo --network none -m 16m --memory-swap 16m box sh -c 'tail /dev/zero; echo $?; sleep 1000'
	until [ "$(docker logs oo)" = 137 ]; do :; done
	until docker events --since 10m --until "$(date +%s)" --filter event=oom | grep -q name=oo; do :; done
	docker kill oo
	[ "$(docker wait oo)" = 137 ]
	[ "$(docker inspect -f '{{.State.OOMKilled}}' oo)" = true ]
	docker rm -f oo
}

life() {
	run -3 box -- sh -c 'exit 3'
	run -127 box -- nosuch
	sleeper -m 100m
	run -4 docker exec cc sh -c 'cat /proc/self/cgroup; exit 4'
	[ "$output" = 0::/ ]
	docker exec -d cc sleep 2000
	until [ "$(wc -l <cgroup.procs)" = 2 ]; do :; done
	run -0 docker top cc -o pid,args
	[[ "${lines[*]}" =~ ^PID\ +COMMAND\ [0-9]+\ +sleep\ 1000\ [0-9]+\ +sleep\ 2000$ ]]
	docker pause cc
	grep -qx 'frozen 1' cgroup.events
	[ "$(docker inspect -f '{{.State.Status}}' cc)" = paused ]
	docker unpause cc
	grep -qx 'frozen 0' cgroup.events
	run -0 docker stats --no-stream --format '{{.PIDs}} {{.MemUsage}}' cc
	[[ $output == "2 "*" / 100MiB" ]]
	cd /
	docker restart -t 0 cc
	[ "$(docker exec cc echo on)" = on ]
	docker pause cc
	docker rm -f cc
	sleeper --init --stop-signal KILL
	[ "$(cat "/proc/$(head -n 1 cgroup.procs)/comm")" = docker-init ]
	cd /
	docker stop cc
	[ "$(docker inspect -f '{{.State.ExitCode}}' cc)" = 137 ]
	[ ! -e "/sys/fs/cgroup$CGROUP" ]
	docker start cc
	docker rm -f cc
}

confined() {
	run -0 box --cgroupns host -- cat /proc/self/cgroup
	[[ $output == 0::$1 ]] || { echo "$output"; return 1; }
	run -0 box --cgroup-parent "$2" --cgroupns host -- cat /proc/self/cgroup
	[[ $output == 0::$3 ]] || { echo "$output"; return 1; }
	run -0 box --read-only -- sh -c 'cat /proc/self/cgroup; for f in /x /sys/fs/cgroup/x; do touch $f 2>&1; done || true'
	[ "$output" = "0::/
touch: /x: Read-only file system
touch: /sys/fs/cgroup/x: Read-only file system" ]
	# one that has cgroups of its own, as a docker in it would
	docker run -d --privileged --network none --name cc box sh -c 'cd /sys/fs/cgroup && mkdir in && echo 0 >in/cgroup.procs && echo +memory >cgroup.subtree_control &&
		mkdir x && echo 10000000 >x/memory.max && exec sleep 1000'
	until [ "$(docker exec cc cat /sys/fs/cgroup/x/memory.max)" = 9998336 ]; do :; done
	run -0 docker exec cc sh -c 'cat /proc/self/cgroup; head -c 1 /dev/nvme0n1 | wc -c; grep CapEff /proc/self/status'
	# the capabilities that this version of docker knows
	[ "$output" = "0::/in
1
CapEff:	0000003fffffffff" ] || { echo "$output"; return 1; }
	docker rm -f cc
	# what is allowed stays when systemd and docker write anew
	sleeper --device "$DISK:/dev/disk:r" --device-cgroup-rule 'c 1:11 w'
	cd /
	systemctl daemon-reload
	docker update --pids-limit 30 cc >/dev/null
	run -0 docker exec cc sh -c 'head -c 1 /dev/disk | wc -c; (: >/dev/disk) 2>&1; mknod /tmp/k c 1 11; : >/tmp/k; head -c 1 /tmp/k 2>&1
		mknod /tmp/m c 1 1; head -c 1 /tmp/m 2>&1; : >/dev/null'
	[ "$output" = "1
sh: can't create /dev/disk: Operation not permitted
head: /tmp/k: Operation not permitted
head: /tmp/m: Operation not permitted" ] || { echo "$output"; return 1; }
}

@test "docker: limits, update, out of memory, with cgroups of its own" {
	limits '/docker/????????????????????????????????????????????????????????????????'
}

@test "docker: statuses, exec, top, pause, stats, restart, stop, rm, with cgroups of its own" {
	life
}

@test "docker: devices, cgroup namespace and parent, privileged, with cgroups of its own" {
	confined '/docker/*' /own/one '/own/one/*'
	[ ! -e /sys/fs/cgroup/own ]
}

@test "docker: limits, update, out of memory, with systemd's scopes" {
	systemctl stop docks
	up systemd
	limits '/system.slice/docker-*.scope'
}

@test "docker: statuses, exec, top, pause, stats, restart, stop, rm, with systemd's scopes" {
	life
}

@test "docker: devices, cgroup namespace and parent, privileged, with systemd's scopes" {
	confined '/system.slice/docker-*.scope' own-one.slice '/own.slice/own-one.slice/docker-*.scope'
}
