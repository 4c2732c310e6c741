#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# podman of an ordinary user.

load podman

setup_file() {
	export PODMAN=rootless
	machine_up
	storage_up
	rootless_up
}

@test "status, user, hostname, terminal, input" {
	local status words
	while read -r status words; do
		# shellcheck disable=SC2086 # words
		run -"$status" box $words
	done <<-EOF
		0 true
		37 sh -c exit\${IFS}37
		127 nosuch
		126 /etc/passwd
	EOF
	[ "$(box --hostname foo --user user -- sh -c 'hostname; id; stat -c %u /' | tr '\n' ' ')" = "foo uid=1000(user) gid=1000(user) groups=1000(user),2000(extra) 0 " ]
	[ "$(box -t -- tty | tr -d '\r')" = /dev/pts/0 ]
	[ "$(box -i -- cat <<<hello)" = hello ]
	[ "$(box --init -- cat /proc/1/cmdline | tr '\0' ' ')" = "/run/podman-init -- cat /proc/1/cmdline " ]
}

@test "the life of a container" {
	rootless run -d --network none --name c box sh -c 'trap "exit 9" TERM; echo up; while :; do sleep 0.1; done'
	soon rootless logs c
	[ "$(rootless exec c echo on)" = on ]
	[ "$(rootless exec -u 7 c id -u)" = 7 ]
	[ "$(rootless exec -t c tty | tr -d '\r')" = /dev/pts/0 ]
	run -127 rootless exec c nosuch
	[[ $(rootless top c pid args) == *"trap"* ]]
	soon logs_have_up
	rootless stop c
	[ "$(of c .State.ExitCode)" = 9 ]
	rootless start c
	rootless kill c
	[ "$(rootless wait c)" = 137 ]
	rootless rm c
}

logs_have_up() {
	rootless logs c | grep -qx up
}

@test "exec in the background, health checks, inspect, restart, rm -f, attach" {
	sleeper c --health-cmd 'test -e /tmp/ok' --health-interval disable --health-retries 1
	run -1 rootless healthcheck run c
	[ "$(rootless exec -e A=1 -w /tmp c sh -c 'echo $A; pwd' | tr '\n' ' ')" = "1 /tmp " ]
	rootless exec -d c touch /tmp/ok
	soon rootless exec c test -e /tmp/ok
	rootless healthcheck run c
	[ "$(of c .OCIRuntime .State.Status)" = "tested running" ]
	rootless restart -t 0 c
	[ "$(rootless exec c cat /proc/1/cmdline | tr '\0' ' ')" = "sleep 1000 " ]
	rootless rm -f -t 0 c
	rootless run -di --network none --name d box sh -c 'read x; echo got $x'
	[ "$(rootless attach d <<<word)" = "got word" ]
}

@test "descriptors that are passed on, socket activation, sd_notify" {
	local mode
	[ "$(rootless_env bash -c 'exec 3<<<three 4<<<four; exec podman run --rm --network none --preserve-fds 2 box sh -c "cat <&3; cat <&4"' | tr '\n' ' ')" = "three four " ]
	[ "$(rootless_env bash -c 'exec 3<<<socket; LISTEN_PID=$$ LISTEN_FDS=1 exec podman run --rm --network none box sh -c "cat <&3; echo \$LISTEN_FDS \$LISTEN_PID"' |
		tr '\n' ' ')" = "socket 1 1 " ]
	hear_up
	for mode in conmon container; do
		run -0 --separate-stderr rootless_env timeout 30 python3 "$STORE/hear.py" "$STORE/user/$mode.sock" \
			podman run -d --network none --sdnotify "$mode" --name "$mode" box \
			sh -c 'test -z "$NOTIFY_SOCKET" || { ln -s $NOTIFY_SOCKET /dev/log; logger "up
READY=1"; }; exec sleep 1000'
		[ "$mode" = container ] || [[ $output == *MAINPID=* ]] || { echo "$mode: $output $stderr"; return 1; }
	done
}

@test "hooks" {
	ordinary mkdir -p "$STORE/user/hooks"
	ordinary tee "$STORE/user/hooks/note.json" >/dev/null <<-EOF
		{"version":"1.0.0","when":{"annotations":{"^note\$":"1"}},"stages":["createRuntime","poststop"],
		"hook":{"path":"/bin/sh","args":["sh","-c","/bin/cat >>$STORE/user/notes; echo >>$STORE/user/notes"]}}
	EOF
	box --annotation note=1 -- true
	[ "$(inside jq -r .status "$STORE/user/notes" | tr '\n' ' ')" = "creating stopped " ]
}

@test "a user namespace of its own" {
	[ "$(box --userns keep-id -- id -u)" = "$ORDINARY" ]
	[ "$(box --userns keep-id:uid=5,gid=6 -- id -u)" = 5 ]
	[[ $(box --userns auto:size=500 -- cat /proc/self/uid_map | tr -s ' ') == " 0 1 500" ]]
	[[ $(box --uidmap 0:1:100 -- cat /proc/self/uid_map | tr -s ' ') == " 0 1 100" ]]
	sleeper c --userns keep-id
	[ "$(rootless exec c id -u)" = "$ORDINARY" ]
	[ "$(rootless exec -u 0 c id -u)" = 0 ]
	rootless pod create --userns keep-id --network none --name p
	sleeper d --pod p
	[ "$(rootless exec d id -u)" = "$ORDINARY" ]
}

@test "mounts, volumes, devices, read-only root" {
	inside install -d -o "$ORDINARY" "$STORE/user/volume"
	run -0 box --read-only --tmpfs /t -- sh -c 'touch /x 2>&1; touch /t/x /tmp/x'
	[[ $output == *"Read-only"* ]]
	box -v "$STORE/user/volume:/v" -- touch /v/made
	[ "$(inside stat -c %u "$STORE/user/volume/made")" = "$ORDINARY" ]
	run -1 box -v "$STORE/user/volume:/v:ro" -- touch /v/x
	[[ $(box -v "$STORE/user/volume:/v:rslave" -- grep ' /v ' /proc/self/mountinfo) == *" master:"* ]]
	[ "$(box -v named:/v:U --user 7 -- sh -c 'touch /v/x; stat -c %u /v/x')" = 7 ]
	[ "$(box --device /dev/fuse -- sh -c ': <>/dev/fuse; echo $?')" = 0 ]
	box --privileged -- mount -t tmpfs t /tmp
	[ "$(box -v /proc:/host/proc:ro -v /sys:/host/sys -- sh -c 'ls -d /host/proc/1 /host/sys/kernel | wc -l')" = 2 ]
}

@test "limits, sysctls, capabilities, seccomp" {
	[ "$(box --ulimit nofile=100:200 --ulimit nproc=300:400 -- sh -c 'ulimit -n')" = 100 ]
	[ "$(box --ulimit host -- sh -c 'ulimit -Hn')" = "$(ulimit -Hn)" ]
	[ "$(box --sysctl net.ipv4.ip_forward=1 --sysctl kernel.shmmax=12345 -- cat /proc/sys/net/ipv4/ip_forward /proc/sys/kernel/shmmax | tr '\n' ' ')" = "1 12345 " ]
	[[ $(box --cap-drop all -- grep CapBnd /proc/self/status) == *0000000000000000 ]]
	[ "$(box -- grep ^Seccomp: /proc/self/status | tr -dc 0-9)" = 2 ]
	ordinary tee "$STORE/user/seccomp.json" >/dev/null <<<'{"defaultAction":"SCMP_ACT_ALLOW","syscalls":[{"names":["uname"],"action":"SCMP_ACT_KILL_PROCESS"}]}'
	run -159 box --security-opt "seccomp=$STORE/user/seccomp.json" -- uname
	box --memory 64m -- true
	[ "$(box --cgroupns private -- cut -d : -f 3 /proc/self/cgroup | sort -u)" = / ]
	box --cgroups disabled -- true || ! ours
}

@test "networks: none, the host's, slirp4netns and a port" {
	[ "$(box -- sh -c 'ls /sys/class/net')" = lo ]
	[ "$(rootless run --rm --network host box readlink /proc/self/ns/net)" = "$(inside readlink /proc/self/ns/net)" ]
	rootless run -d --name c -p 18081:80 box sh -c 'echo page >/index.html; exec httpd -f -p 80 -h /'
	soon inside busybox wget -q -O /dev/null http://127.0.0.1:18081/index.html
	[ "$(rootless exec c ls /sys/class/net | tr '\n' ' ')" = "lo tap0 " ]
}

@test "pods" {
	rootless pod create --network none --name p
	sleeper c --pod p
	[ "$(rootless run --rm --pod p box hostname)" = p ]
	rootless pod stop -t 0 p
	rootless pod start p
	[ "$(rootless exec c echo on)" = on ]
}

@test "the groups of the user" {
	run -0 inside setpriv --reuid "$ORDINARY" --regid "$ORDINARY" --groups "$ORDINARY,4242" \
		env -C "$STORE/user" HOME="$STORE/user" USER=ordinary XDG_RUNTIME_DIR="/run/$ORDINARY" CONTAINERS_CONF="$STORE/user/containers.conf" \
		CONTAINERS_STORAGE_CONF="$STORE/user/storage.conf" podman run --rm --network none --group-add keep-groups box grep Groups /proc/self/status
	[[ $output == *65534* ]]
}
