#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# podman with ocibox on cgroup v2 alone: with systemd's scopes, and with cgroups of its own. For the machine of
# "make check-vm-systemd".
# shellcheck disable=SC2016 # for the container's shell
load ../helpers

setup_file() {
	requires root systemd cgroup2 podman conmon busybox
	export CONTAINERS_CONF=$BATS_FILE_TMPDIR/containers.conf CONTAINERS_STORAGE_CONF=$BATS_FILE_TMPDIR/storage.conf
	cat >"$CONTAINERS_CONF" <<-END
		[containers]
		log_driver = "k8s-file"
		default_ulimits = ["nofile=1024:2048", "nproc=2048:4096"]
		[engine]
		events_logger = "file"
		runtime = "tested"
		runtime_supports_json = ["tested"]
		[engine.runtimes]
		tested = ["$OCIBOX"]
	END
	cat >"$CONTAINERS_STORAGE_CONF" <<-END
		[storage]
		driver = "vfs"
		graphroot = "$BATS_FILE_TMPDIR/storage"
		runroot = "/run/storage"
	END
	mkdir -p /etc/containers
	echo '{"default":[{"type":"insecureAcceptAnything"}]}' >/etc/containers/policy.json
	make_rootfs "$BATS_FILE_TMPDIR/box"
	tar -C "$BATS_FILE_TMPDIR/box" -c . | podman import -q -c 'CMD ["/bin/sh"]' - box >/dev/null
}

teardown() {
	cd "$BATS_FILE_TMPDIR" || return
	podman rm -fa -t 0 >/dev/null
	run find /sys/fs/cgroup -name 'libpod-*' ! -name 'libpod-conmon-*'
	[ -z "$output" ]
}

# box OPTION... -- WORD...: run in a container that is removed
box() {
	local options words
	split_options "$@"
	podman --cgroup-manager "$manager" run --rm --network none "${options[@]}" box "${words[@]}"
}

# sleeper OPTION...: a container "c" that runs until it is stopped
sleeper() {
	podman --cgroup-manager "$manager" run -d --network none --name c "$@" box sleep 1000 >/dev/null
	CGROUP=$(sed 's/^0:://' "/proc/$(podman inspect -f '{{.State.Pid}}' c)/cgroup")
	cd "/sys/fs/cgroup$CGROUP" || return
}

limits() {
	run -0 box --memory 64m --memory-reservation 32m --memory-swap 128m --cpus 0.5 --cpu-shares 300 --pids-limit 20 -- sh -c 'cat /proc/self/cgroup
		cd /sys/fs/cgroup; cat memory.max memory.low memory.swap.max cpu.max cpu.weight pids.max; touch x 2>&1 || true'
	[ "${lines[*]:0:7}" = "0::/ 67108864 33554432 67108864 50000 100000 39 20" ] || { echo "$output"; return 1; }
	[[ ${lines[7]} == *"Read-only file system" ]]
	run -37 box -- sh -c 'exit 37'
	run -127 box -- nosuch
	run -0 box --cgroupns host -- cat /proc/self/cgroup
	[[ $output == 0::*/libpod-* ]]
	run -137 box --memory 16m --memory-swap 16m -- tail /dev/zero
}

life() {
	sleeper --memory 100m
	[ "$(cat memory.max)" = 104857600 ]
	[ "$(podman exec c cat /proc/self/cgroup)" = 0::/ ]
	run -3 podman exec c sh -c 'exit 3'
	podman exec -d c sleep 2000
	[ "$(wc -l <cgroup.procs)" = 2 ]
	podman pause c
	grep -qx 'frozen 1' cgroup.events
	[ "$(podman inspect -f '{{.State.Status}}' c)" = paused ]
	podman unpause c
	grep -qx 'frozen 0' cgroup.events
	run -0 podman stats --no-stream --format '{{.Name}} {{.PIDs}} {{.MemLimit}}' c
	[[ $output == "c 2 104"* ]]
	podman update --memory 200m --cpus 0.25 c
	[ "$(cat memory.max cpu.max | xargs)" = "209715200 25000 100000" ]
	cd "$BATS_FILE_TMPDIR"
	podman stop -t 0 c
	[ "$(podman inspect -f '{{.State.ExitCode}}' c)" = 137 ]
	podman start c
	[ "$(podman exec c echo on)" = on ]
	podman pause c
	podman rm -f -t 0 c
}

@test "podman: limits and what kills for memory, with systemd's scopes" {
	manager=systemd limits
}

@test "podman: exec, pause, stats, update, stop, start, rm, with systemd's scopes" {
	manager=systemd life
	manager=systemd sleeper
	unit=${CGROUP%/container}
	unit=${unit##*/}
	[[ $unit == libpod-*.scope ]]
	[ "$(systemctl show -p ActiveState --value "$unit")" = active ]
	cd "$BATS_FILE_TMPDIR"
	podman rm -f -t 0 c
	[ "$(systemctl show -p LoadState --value "$unit")" = not-found ]
}

@test "podman: limits and what kills for memory, without systemd" {
	manager=cgroupfs limits
}

@test "podman: exec, pause, stats, update, stop, start, rm, without systemd" {
	manager=cgroupfs life
}

@test "podman: a pod has a slice, a service that is split cgroups of its own, and conmon none" {
	podman --cgroup-manager systemd pod create --network none --name p >/dev/null
	manager=systemd sleeper --pod p
	[[ $CGROUP == /machine.slice/machine-libpod_pod_*.slice/libpod-*.scope* ]]
	cd "$BATS_FILE_TMPDIR"
	podman pod rm -f -t 0 p
	run -0 systemd-run -q --pipe --wait -p Delegate=yes -E CONTAINERS_CONF="$CONTAINERS_CONF" -E CONTAINERS_STORAGE_CONF="$CONTAINERS_STORAGE_CONF" \
		podman run --rm --network none --cgroups split --cgroupns host box cat /proc/self/cgroup
	[[ $output == 0::/system.slice/run-*.service/libpod-payload-* ]]
	manager=systemd
	run box --cgroups no-conmon -- cat /proc/self/cgroup
	[ "$output" = 0::/ ] || { echo "$output"; return 1; }
}
