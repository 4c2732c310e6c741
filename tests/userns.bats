#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# shellcheck disable=SC2016,SC2154,SC2164 # the dollars are jq's, or the shell's inside; run sets stderr
# Whole containers in a user namespace, made by root.
load helpers
load runtime

setup() {
	runtime_setup
	# for others than us: runc reaches no further
	chmod 711 "$BATS_RUN_TMPDIR" "${BATS_TEST_TMPDIR%/*}" "$BATS_TEST_TMPDIR"
	chown -R 100000:100000 rootfs
	mapped 0 100000 65536
}

# mapped INSIDE OUTSIDE COUNT: a user namespace, with this map of both
mapped() {
	config '.linux.namespaces |= [.[] | select(.type != "user")] + [{type: "user"}]
		| .linux.uidMappings = [{containerID: $i, hostID: $o, size: $n}] | .linux.gidMappings = .linux.uidMappings' \
		--argjson i "$1" --argjson o "$2" --argjson n "$3"
}

# inside SCRIPT: its output in the container
inside() {
	program sh -c "$1"
	run -0 --separate-stderr ocibox run "$ID" || { echo "$stderr"; return 1; }
	[ -z "$stderr" ]
}

@test "a container as runc makes it: ids, capabilities, mounts, limits" {
	requires runc cgroup1
	mkdir -p "$BATS_TEST_TMPDIR/runc"
	config '.process.user = {uid: 5, gid: 6, additionalGids: [7, 8], umask: 7} | .process.oomScoreAdj = 300 | .linux.cgroupsPath = $p
		| .linux.sysctl = {"net.ipv4.ip_forward": "1", "kernel.shm_rmid_forced": "1"} | .domainname = "d"' --arg p "/$ID-same"
	for script in 'id; cat /proc/self/uid_map /proc/self/gid_map /proc/self/setgroups /proc/self/oom_score_adj; umask; hostname' \
		'grep -Ev "^(Vm|Rss|.*ctxt_switches|HugetlbPages|SigQ|SigIgn|x86_Thread|CoreDumping|THP_|untag|Cpus_allowed|Mems_allowed)" /proc/self/status' \
		'stat -c "%n %u %g %a" / /proc /dev /dev/pts /dev/shm /dev/null /dev/ptmx /sys; cat /proc/net/if_inet6' \
		'cat /proc/sys/net/ipv4/ip_forward /proc/sys/kernel/shm_rmid_forced; cat /proc/self/limits; cat /proc/self/cgroup | sort' \
		'while read -r a b c root point options rest; do echo "$root $point $options"; done </proc/self/mountinfo | grep -v "/null /\|acpi\|firmware" | sort'; do
		program sh -c "$script"
		runc --root "$BATS_TEST_TMPDIR/runc" run "$ID" >theirs 2>&1 </dev/null 3>&-
		"$OCIBOX" run "$ID" >ours 2>&1 </dev/null 3>&-
		[ -s theirs ]
		diff -u theirs ours
	done
}

@test "a read-only root, and a file on it that the mapped root may not reach" {
	mkdir -m 700 private
	echo word >private/file
	mkdir private/dir
	config '.root.readonly = true | .mounts += [{type: "bind", source: "private/file", destination: "/etc/new/file", options: ["bind"]},
		{type: "bind", source: "private/dir", destination: "/etc/dir", options: ["bind"]}]'
	inside 'cat /etc/new/file; test -d /etc/dir && ! touch /etc/x 2>&1'
	[[ $output == word*"Read-only file system" ]]
	# the image is as it was, where a user namespace may mount an overlay: since Linux 5.11
	! linux 5.11 || [ ! -e rootfs/etc/new ]
}

@test "mount points of a read-only root whose owner has no number inside" {
	chown -R 0:0 rootfs
	mkdir -m 1777 rootfs/all
	config '.mounts += [{type: "tmpfs", destination: "/all/new"}] | .process.args = ["grep", "-o", "/all/new tmpfs", "/proc/mounts"]'
	# with 65534, which nobody's files have inside, and without; an overlay cannot hold what is in a directory of theirs
	for count in 65536 100; do
		mapped 0 100000 $count
		run -0 ocibox run "$ID"
		[ "$output" = "/all/new tmpfs" ]
	done
	rmdir rootfs/all/new
	linux 5.11 || return 0
	config '.mounts[-1].destination = "/new" | .process.args[2] = "/new tmpfs"'
	run -0 ocibox run "$ID"
	[ "$output" = "/new tmpfs" ]
	[ ! -e rootfs/new ]
}

@test "a bundle that the mapped root may not reach" {
	chmod 700 "$BUNDLE"
	for propagation in private shared slave; do
		config '.linux.rootfsPropagation = $p' --arg p $propagation
		inside 'ls /bin/sh'
		[ "$output" = /bin/sh ]
	done
}

@test "other maps: no 0 in it, one id, many ranges" {
	chown -R 1000:1000 rootfs
	# group 5, of the terminals, is none of them
	config '(.mounts[] | select(.type == "devpts").options) -= ["gid=5"]'
	mapped 0 1000 1
	inside 'id -u; id -g; stat -c %u /bin'
	[ "${lines[*]}" = "0 0 0" ]
	mapped 7 1000 1
	config '.process.user = {uid: 7, gid: 7}'
	inside 'id -u; id -g; stat -c %u /bin /dev /dev/shm'
	[ "${lines[*]}" = "7 7 7 7 7" ]
	config '.linux.uidMappings += [range(300) | {containerID: (. + 100), hostID: (. + 100), size: 1}]'
	inside 'wc -l </proc/self/uid_map'
	[ "$output" = 301 ]
	config '.linux.uidMappings += [range(300) | {containerID: (. + 1000), hostID: (. + 1000), size: 1}]'
	run -111 --separate-stderr ocibox run "$ID"
	[ "$stderr" = "oci-ns: uid_map: more than 340 ranges" ]
	mapped 0 1000 1
	for user in '{uid: 9, gid: 0}|uid' '{uid: 0, gid: 1}|gid' '{uid: 0, gid: 0, additionalGids: [0, 3]}|additionalGids[1]'; do
		config ".process.user = ${user%|*}"
		run -111 --separate-stderr ocibox run "$ID"
		[[ "$stderr" == *": process.user.${user#*|}: linux."?"idMappings has no such id" ]]
	done
}

@test "without maps, who calls is root, and nobody else is there" {
	mapped 0 0 1
	config 'del(.linux.uidMappings) | .linux.gidMappings = [] | .mounts |= map(select(.destination != "/dev/pts"))'
	chown 0:0 rootfs
	inside 'cd /proc/self; tr -s " " <uid_map; tr -s " " <gid_map; id -u; touch /dev/shm/new; stat -c %u /dev/shm/new'
	[ "${lines[*]}" = " 0 0 1  0 0 1 0 0" ]
	config '.process.user.uid = 1'
	run -111 --separate-stderr ocibox run "$ID"
	[[ "$stderr" == *"config.json:"*": process.user.uid: linux.uidMappings has no such id" ]]
}

@test "one map that is missing is found before anything is made" {
	config 'del(.linux.gidMappings)'
	run -111 --separate-stderr ocibox run "$ID"
	[[ "$stderr" == *"config.json:"*": linux.namespaces["*": a new user namespace needs both linux.uidMappings and linux.gidMappings, or neither" ]]
	[ -z "$(left)" ]
}

@test "created, started, stopped, with hooks of both sides and the score of the host" {
	mkdir -m 700 ../closed
	config '.process.oomScoreAdj = -1 | .hooks = {prestart: [{path: "/bin/sh", args: ["sh", "-c", "cat >../closed/prestart"]}],
		createContainer: [{path: "/bin/sh", args: ["sh", "-c", "id -u >/proc/self/fd/2; hostname"], env: ["PATH=/bin:/usr/bin"]}],
		poststop: [{path: "/bin/sh", args: ["sh", "-c", "cat >../closed/poststop"]}]}'
	# lowering needs a privilege, which root of some machines lacks
	(echo -1 >/proc/self/oom_score_adj) 2>/dev/null || config 'del(.process.oomScoreAdj)'
	program sleep 1000
	"$OCIBOX" create --pid-file pid "$ID" >said 2>&1 3>&- 4>&-
	[ "$(status_of "$ID")" = created ]
	[ "$(tr -s ' ' </proc/"$(cat pid)"/uid_map)" = " 0 100000 65536" ]
	run -0 ocibox start "$ID"
	[ "$(status_of "$ID")" = running ]
	[ "$(stat -c %u "/proc/$(cat pid)")" = 100000 ]
	run -0 ocibox delete --force "$ID"
	[ -s ../closed/prestart ] && [ -s ../closed/poststop ]
}

@test "joined: the user namespace of another container, with its pid namespace" {
	program sleep 1000
	"$OCIBOX" create --pid-file pid "$ID-a" >said 2>&1 3>&- 4>&-
	run -0 ocibox start "$ID-a"
	pid=$(cat pid)
	config 'del(.linux.uidMappings, .linux.gidMappings) | .linux.namespaces |= [.[] | if .type | IN("user", "ipc", "network", "uts", "pid")
		then .path = "/proc/" + $p + "/ns/" + ({network: "net"}[.type] // .type) else . end]' --arg p "$pid"
	inside 'readlink /proc/self/ns/user; id -u; echo $$; grep -l sleep /proc/*/comm'
	[ "${lines[0]} ${lines[1]}" = "$(readlink "/proc/$pid/ns/user") 0" ]
	[ "${lines[2]}" != 1 ]
	[[ "${lines[*]}" == */proc/1/comm* ]]
	run -0 ocibox delete --force "$ID-a"
	# its first process has ended
	run -115 --separate-stderr ocibox run "$ID"
	[[ "$stderr" == "oci-ns: open the "*" namespace /proc/$pid/ns/"*": "* ]]
}

@test "pipes are given to the container's user" {
	config '.process.user = {uid: 5, gid: 6}'
	program sh -c 'cat /dev/stdin; echo out >/dev/stdout; echo err >/dev/stderr; stat -L -c %u /dev/stdin /dev/stdout /dev/stderr >/proc/self/fd/1'
	echo in | { "$OCIBOX" run "$ID" 2> >(cat >err) 3>&- 4>&-; } | cat >out
	[ "$(tr '\n' ' ' <out)" = "in out 5 5 5 " ]
	until_true grep -q err err
}

@test "time offsets" {
	config '.linux.namespaces += [{type: "time"}] | .linux.timeOffsets = {monotonic: {secs: 7, nanosecs: 5}, boottime: {secs: -2}}'
	for _ in with without; do
		inside 'tr -s " " </proc/self/timens_offsets'
		[ "${lines[*]}" = "monotonic 7 5 boottime -2 0" ]
		config 'del(.linux.uidMappings, .linux.gidMappings) | .linux.namespaces |= [.[] | select(.type != "user")]'
	done
}

@test "on a kernel without the newer calls" {
	requires "$NOSYS"
	chmod 700 "$BUNDLE"
	program sh -c 'id -u; echo $$'
	for calls in clone3,openat2 open_tree,move_mount,fsopen,fsconfig,fsmount,mount_setattr close_range,pidfd_open; do
		run -0 "$NOSYS" "$calls" "$OCIBOX" run "$ID"
		[ "${lines[*]}" = "0 1" ]
	done
}
