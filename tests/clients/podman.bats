#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# podman with ocibox, as root.

load podman

@test "run ends with the program's status, and what could not be run with 126 and 127" {
	local status words
	while read -r status words; do
		# shellcheck disable=SC2086 # words
		run -"$status" box $words
	done <<-EOF
		0 true
		37 sh -c exit\${IFS}37
		127 nosuch
		127 /no/such
		126 /etc
		126 /etc/passwd
		1 script
		1 /bin/junk
	EOF
	run -127 box ''
	# shellcheck disable=SC2016 # literally
	[[ $(box nosuch 2>&1) == *'exec: "nosuch": executable file not found in $PATH'* ]]
	# by path podman does not know that it writes a log, and reads stderr
	run -127 podman --runtime "$CLIENT_RUNTIME" run --rm --network none box nosuch
	# shellcheck disable=SC2016
	[[ $output == *'executable file not found in $PATH'* ]]
}

@test "input, a terminal, both" {
	[ "$(box -i -- cat <<<hello)" = hello ]
	[ "$(box -t -- sh -c 'tty; test -t 0 && test -t 1 && test -t 2 && echo three' | tr -d '\r')" = "/dev/pts/0
three" ]
	[[ $(inside script -qec "env CONTAINERS_CONF=$STORE/conf/containers.conf CONTAINERS_STORAGE_CONF=$STORE/conf/storage.conf podman \
		--tmpdir $STORE/tmp run --rm -it --network none box sh -c 'stty rows 33 cols 44; stty size; ls -l /dev/console'" /dev/null </dev/null) == *"33 44"*" /dev/console"* ]]
	[ "$(box -- sh -c 'readlink /proc/self/fd/0')" = /dev/null ]
	# conmon ignores SIGPIPE
	[ "$(box -- sh -c 'yes 2>&1 | head -n 1')" = y ]
}

@test "user, groups, environment, directory, hostname, umask, personality" {
	[ "$(box --user user -- id)" = "uid=1000(user) gid=1000(user) groups=1000(user),2000(extra)" ]
	[ "$(box --user 55:66 --group-add 77 --group-add 77 -- id)" = "uid=55(55) gid=66(66) groups=66(66),77" ]
	[ "$(box -e A=b --workdir /tmp --hostname foo --umask 0077 -- sh -c 'echo $A; pwd; hostname; umask' | tr '\n' ' ')" = "b /tmp foo 0077 " ]
}

@test "a personality" {
	[ "$(box --personality LINUX32 -- uname -m)" = i686 ]
}

@test "exec, status, input, terminal, user, environment, directory, capabilities" {
	local status words
	sleeper c
	while read -r status words; do
		# shellcheck disable=SC2086
		run -"$status" podman exec c $words
	done <<-EOF
		0 true
		5 sh -c exit\${IFS}5
		127 nosuch
		127 /no/such
		126 /etc/passwd
		126 /etc
		1 script
		1 /bin/junk
	EOF
	[ "$(podman exec -i c cat <<<abc)" = abc ]
	[ "$(podman exec -t c tty | tr -d '\r')" = /dev/pts/0 ]
	[ "$(podman exec -u user -e A=1 -w /tmp c sh -c 'id -u; echo $A; pwd' | tr '\n' ' ')" = "1000 1 /tmp " ]
	run -127 podman exec -w /nodir c pwd
	[ "$(podman exec c grep Cap /proc/self/status)" = "$(podman exec c grep Cap /proc/1/status)" ]
	[ "$(podman exec --privileged c grep CapEff /proc/self/status)" = "$(inside grep CapEff /proc/self/status)" ]
	[ "$(podman exec c cat /proc/self/cgroup)" = "$(podman exec c cat /proc/1/cgroup)" ]
	[ "$(podman exec c grep -E 'Seccomp:|NoNew' /proc/self/status)" = "$(podman exec c grep -E 'Seccomp:|NoNew' /proc/1/status)" ]
	podman exec -d c touch /tmp/there
	soon podman exec c test -e /tmp/there
	podman exec -d -t c sh -c 'tty >/tmp/tty.new; mv /tmp/tty.new /tmp/tty'
	soon podman exec c test -e /tmp/tty
	[ "$(podman exec c cat /tmp/tty)" = /dev/pts/0 ]
	# 125 or 127, by podman's version
	run podman exec -d c nosuch
	[ "$status" -ge 125 ]
}

@test "exec has the container's umask" {
	sleeper c --umask 0724
	[ "$(podman exec c sh -c umask)" = 0724 ]
}

@test "stop, start, restart, kill, wait and the logs" {
	podman run -d --network none --name c box sh -c 'trap "echo term; exit 9" TERM; trap "echo usr1" USR1; echo up; while :; do sleep 0.1; done'
	soon logs_have c up
	podman kill -s USR1 c
	soon logs_have c usr1
	podman stop c
	[ "$(of c .State.Status .State.ExitCode)" = "exited 9" ]
	podman start c
	run -0 podman restart -t 0 c
	podman kill c
	[ "$(podman wait c)" = 137 ]
	run -125 podman kill c
	podman rm c
	sleeper d
	podman stop -t 1 d
	[ "$(of d .State.ExitCode .State.Running)" = "137 false" ]
}

# logs_have NAME WORD: whether the container has said it
logs_have() {
	podman logs "$1" | grep -qx "$2"
}

@test "create, init, start --attach; a program that is missing is found out" {
	podman create --network none --name c box sh -c 'echo hello; exit 3'
	podman init c
	[ "$(of c .State.Status)" = created ] || [ "$(of c .State.Status)" = initialized ]
	run -3 podman start -a c
	[ "$output" = hello ]
	run -3 podman start -a c
	podman create --network none --name d box nosuch
	run podman start d
	[ "$status" -ge 125 ]
	podman create --network none --name e box sleep 1000
	podman init e
	podman rm -f -t 0 e
	podman create --network none --name e box sleep 1000
	podman init e
	podman stop -t 0 e
}

@test "pause and unpause, and what is done to a paused container" {
	sleeper c
	podman pause c
	[ "$(of c .State.Status)" = paused ]
	run podman exec c true
	[ "$status" -ge 125 ]
	podman unpause c
	[ "$(podman exec c echo on)" = on ]
	podman pause c
	podman rm -f -t 0 c
}

@test "top, stats, inspect, ps, port, diff, cp, export, commit, rename" {
	sleeper c
	[ "$(podman top c pid user args | tail -n 1 | tr -s ' ')" = "1 root sleep 1000 " ]
	[ "$(podman stats --no-stream --format '{{.Name}} {{.PIDS}}' c)" = "c 1" ]
	[[ $(of c .OCIRuntime .State.Pid .State.OciVersion) =~ ^"tested "[1-9][0-9]*" 1." ]]
	[ "$(inside cat "/proc/$(of c .State.Pid)/comm")" = sleep ]
	podman exec c sh -c 'echo x >/new'
	[[ $(podman diff c) == *"A /new"* ]]
	inside sh -c "echo copied >$STORE/file"
	podman cp "$STORE/file" c:/root/file
	[ "$(podman exec c cat /root/file)" = copied ]
	podman export -o "$STORE/c.tar" c
	podman rename c d
	[ "$(podman ps --format '{{.Names}}')" = d ]
	podman commit -q d made >/dev/null
	podman rmi made >/dev/null
}

@test "limits: memory, processors, processes, and update" {
	local cgroup=/sys/fs/cgroup
	requires cgroup1
	[ "$(box --memory 64m --memory-reservation 32m --memory-swap 128m --cpus 0.5 --cpu-shares 300 --cpuset-cpus 0 --pids-limit 20 -- cat \
		$cgroup/memory/memory.limit_in_bytes $cgroup/memory/memory.soft_limit_in_bytes $cgroup/memory/memory.memsw.limit_in_bytes \
		$cgroup/cpu/cpu.cfs_quota_us $cgroup/cpu/cpu.shares $cgroup/cpuset/cpuset.cpus $cgroup/pids/pids.max | tr '\n' ' ')" = \
		"67108864 33554432 134217728 50000 300 0 20 " ]
	sleeper c --memory 64m
	podman update --memory 128m --cpus 0.5 --cpu-shares 123 --cpuset-cpus 1 c
	[ "$(podman exec c cat $cgroup/memory/memory.limit_in_bytes $cgroup/cpu/cpu.cfs_quota_us $cgroup/cpu/cpu.shares $cgroup/cpuset/cpuset.cpus | tr '\n' ' ')" = \
		"134217728 50000 123 1 " ]
	run -126 box --memory 1k -- true
	run box --cpuset-cpus 999 -- true
	[ "$status" -ge 125 ]
	[[ $(box --device-read-bps /dev/zero:1mb -- cat $cgroup/blkio/blkio.throttle.read_bps_device 2>&1) == *"1:5 1048576"* ]] || [ ! -b /dev/vda ]
	# processes; 0 and -1, for both of which podman writes 0, are no limit
	[ "$(box --pids-limit 0 -- cat $cgroup/pids/pids.max)" = max ]
	[ "$(box --pids-limit -1 -- cat $cgroup/pids/pids.max)" = max ]
	[[ $(box --pids-limit 4 -- sh -c 'for i in 1 2 3 4 5 6; do sleep 0.1 & done; wait' 2>&1) == *"can't fork"* ]]
}

@test "out of memory: the program is killed, and podman is told" {
	requires cgroup1
	run -137 podman run --network none --name c --memory 20m --memory-swap 20m box sh -c 'exec tail /dev/zero'
	[ "$(of c .State.ExitCode)" = 137 ]
	of c .State.OOMKilled >"$BATS_TEST_TMPDIR/told"
	podman rm c
	# conmon sees it where the group of the memory controller is still there
	[ "$(cat "$BATS_TEST_TMPDIR/told")" = true ] || [ "$(cat "$BATS_TEST_TMPDIR/told")" = false ]
}

@test "cgroups: a namespace, a parent, none for conmon" {
	requires cgroup1
	[ "$(box --cgroupns private -- cat /proc/self/cgroup | cut -d : -f 3 | sort -u)" = / ]
	[ "$(box --cgroupns private -- grep -c ' / /sys/fs/cgroup/memory ro,.* - cgroup cgroup ' /proc/self/mountinfo)" = 1 ]
	[[ $(box --cgroupns host --cgroup-parent "/ocibox-podman-$BATS_ROOT_PID" -- grep :memory: /proc/self/cgroup) == *":/ocibox-podman-$BATS_ROOT_PID/libpod-"* ]]
	[ "$(box --cgroups no-conmon -- true)" = "" ]
}

@test "cgroups, none" {
	run -0 box --cgroups disabled --cgroupns host -- cat /proc/self/cgroup
	[ "$output" = "$(cat /proc/self/cgroup)" ]
	sleeper c --cgroups disabled
	[ "$(podman exec c echo on)" = on ]
	podman stop -t 0 c
}

@test "capabilities, privileged, no new privileges" {
	local bounding
	[[ $(box --cap-drop all -- grep CapBnd /proc/self/status) == *0000000000000000 ]]
	[[ $(box --cap-drop all --cap-add sys_admin,net_admin -- grep CapEff /proc/self/status) == *0000000000201000 ]]
	[ "$(box --user 1000 --cap-add net_bind_service -- grep -E 'Cap(Prm|Amb)' /proc/self/status | tr -s '\t\n' ' ')" = "CapPrm: 0000000000000400 CapAmb: 0000000000000400 " ]
	[[ $(box --user 1000 -- grep CapEff /proc/self/status) == *0000000000000000 ]]
	[[ $(box --security-opt no-new-privileges -- grep NoNew /proc/self/status) == *1 ]]
	run -0 box --privileged -- sh -c 'grep CapEff /proc/self/status; ls /dev/fuse; mount -t tmpfs t /mnt 2>/dev/null || mount -t tmpfs t /tmp; grep -c "^proc /proc/" /proc/mounts; grep " /sys " /proc/mounts'
	bounding=$(inside grep CapEff /proc/self/status)
	[ "${lines[0]}" = "$bounding" ]
	[ "${lines[1]}" = /dev/fuse ]
	[ "${lines[2]}" = 0 ]
	[[ ${lines[3]} == *" /sys sysfs rw,"* ]]
}

@test "seccomp: podman's profile, one of the user's, none" {
	[ "$(box -- grep -E '^Seccomp:' /proc/self/status | tr -dc 0-9)" = 2 ]
	run -1 box --cap-add sys_admin --security-opt seccomp=unconfined -- sh -c 'grep -qE "^Seccomp:.*0" /proc/self/status && swapon /nosuch'
	[[ $output == *"No such file"* ]]
	inside tee "$STORE/seccomp.json" >/dev/null <<-'EOF'
		{"defaultAction":"SCMP_ACT_ALLOW","architectures":["SCMP_ARCH_X86_64"],"syscalls":[
		{"names":["mkdir","mkdirat"],"action":"SCMP_ACT_ERRNO","errnoRet":99},
		{"name":"sethostname","action":"SCMP_ACT_ERRNO"},
		{"names":["uname"],"action":"SCMP_ACT_KILL_PROCESS"}]}
	EOF
	run -1 box --security-opt "seccomp=$STORE/seccomp.json" -- mkdir /tmp/x
	[[ $output == *"Cannot assign requested address"* || $output == *"Address not available"* ]]
	run -159 box --security-opt "seccomp=$STORE/seccomp.json" -- uname
	run -125 box --security-opt seccomp=/nosuch -- true
}

@test "mounts: read-only root, tmpfs, volumes and their propagation" {
	inside mkdir -p "$STORE/volume/below"
	run -0 box --read-only --tmpfs /t:size=1m,mode=700 -- sh -c 'touch /x 2>&1; touch /tmp/x /t/x /dev/shm/x; stat -c %a /t; df -k /t | tail -n 1 | tr -s " " | cut -d " " -f 2'
	[ "${lines[*]}" = "touch: /x: Read-only file system 700 1024" ]
	run -0 box --read-only --read-only-tmpfs=false -- sh -c 'touch /tmp/x 2>&1 || true'
	[[ $output == *"Read-only"* ]]
	# a tmpfs on what is there has what was there
	[ "$(box --mount type=tmpfs,dst=/etc -- sh -c 'ls /etc/passwd; stat -f -c %T /etc')" = "/etc/passwd
tmpfs" ]
	local options want
	while read -r options want; do
		run -0 box -v "$STORE/volume:/v:$options" -- sh -c 'grep " /v " /proc/self/mountinfo | cut -d " " -f 6,7'
		# shellcheck disable=SC2053 # a pattern
		[[ $output == $want ]] || { echo "$options: $output"; return 1; }
	done <<-EOF
		ro ro,* -
		rw rw,* -
		rshared rw,* shared:*
		rslave rw,* master:*
		rprivate,nosuid,nodev,noexec rw,nosuid,nodev,noexec,* -
		copy rw,* -
	EOF
	run -1 box -v "$STORE/volume:/v:ro" -- touch /v/x
	[ "$(box -v "named:/v:U" --user 7 -- sh -c 'touch /v/x; stat -c %u /v /v/x' | tr '\n' ' ')" = "7 7 " ]
	[ "$(box -v "$STORE/volume:/v:O" -- sh -c 'touch /v/new; ls /v' | tr '\n' ' ')" = "below new " ]
	[ "$(inside ls "$STORE/volume")" = below ]
	[ "$(box -v "$STORE/conf/containers.conf:/deep/er/file:ro" -- sh -c 'grep -c tested /deep/er/file')" -gt 1 ]
}

@test "a mount made on the host reaches a container that has the directory shared or slave, and back" {
	inside mkdir -p "$STORE/prop/sub" "$STORE/prop/back"
	inside mount --bind "$STORE/prop" "$STORE/prop"
	inside mount --make-shared "$STORE/prop"
	sleeper slave -v "$STORE/prop:/v:rslave"
	sleeper private -v "$STORE/prop:/v:rprivate"
	sleeper shared --cap-add sys_admin --security-opt seccomp=unconfined -v "$STORE/prop:/v:rshared"
	inside mount -t tmpfs tmpfs "$STORE/prop/sub"
	podman exec slave grep -q ' /v/sub ' /proc/mounts
	podman exec shared grep -q ' /v/sub ' /proc/mounts
	run -1 podman exec private grep -q ' /v/sub ' /proc/mounts
	podman exec shared mount -t tmpfs tmpfs /v/back
	inside grep -q " $STORE/prop/back " /proc/mounts
	podman rm -f -t 0 slave private shared
	inside umount -R "$STORE/prop"
}

@test "devices: their nodes, names and rights" {
	requires cgroup1
	[ "$(box --device /dev/fuse -- sh -c 'ls /dev/fuse; : <>/dev/fuse && echo open' | tr '\n' ' ')" = "/dev/fuse open " ]
	run box --device /dev/fuse:/dev/other:r -- sh -c ': </dev/other && echo read; : >/dev/other'
	[[ $output == read*"Operation not permitted"* ]]
	run box --cap-add mknod --device-cgroup-rule 'c 10:229 rw' -- sh -c 'mknod /fuse c 10 229; mknod /mem c 1 1; : </fuse && echo open; : </mem'
	[[ $output == open*"/mem: Operation not permitted"* ]]
	[ "$(box -- sh -c 'for f in null zero full tty random urandom; do test -c /dev/$f || echo $f; done; ls -l /dev/fd /dev/ptmx | tr -s " " | cut -d " " -f 9-' | tr '\n' ' ')" = "/dev/fd -> /proc/self/fd /dev/ptmx -> pts/ptmx " ]
}

@test "masked and read-only paths, and taken off" {
	run -0 box -- sh -c 'head -c 1 /proc/timer_list | wc -c; ls /sys/firmware | wc -l; touch /proc/sys/kernel/hostname 2>&1 || true'
	[ "${lines[0]} ${lines[1]}" = "0 0" ]
	[[ ${lines[2]} == *"Read-only"* ]]
	[ "$(box --security-opt mask=/etc/passwd:/root -- sh -c 'cat /etc/passwd; ls -A /root')" = "" ]
	[ "$(box --security-opt unmask=ALL -- grep -c ' /proc/' /proc/self/mountinfo || true)" = 0 ]
}

@test "ulimits, sysctls, the score for memory, /dev/shm" {
	[ "$(box --ulimit nofile=100:200 --ulimit core=0 --ulimit nproc=300:400 -- sh -c 'ulimit -Sn; ulimit -Hn; ulimit -c' | tr '\n' ' ')" = "100 200 0 " ]
	run -126 box --ulimit nofile=100:99999999999 --ulimit nproc=300:400 -- true
	[[ $output != *"exit status"* ]]
	[ "$(box --sysctl net.ipv4.ip_forward=1 --sysctl kernel.shmmax=12345 -- cat /proc/sys/net/ipv4/ip_forward /proc/sys/kernel/shmmax | tr '\n' ' ')" = "1 12345 " ]
	run -126 box --sysctl kernel.msgmax=many -- true
	[ "$(box --oom-score-adj 500 -- cat /proc/self/oom_score_adj)" = 500 ]
	[[ $(box --shm-size 1m -- df -k /dev/shm) == *" 1024 "* ]]
}

@test "--init, --systemd, --timeout, --rootfs" {
	[[ $(box --init -- cat /proc/1/cmdline | tr '\0' ' ') == "/run/podman-init -- cat /proc/1/cmdline " || $(box --init -- cat /proc/1/cmdline | tr '\0' ' ') == "/dev/init -- "* ]]
	[ "$(box --systemd always -- sh -c 'stat -f -c %T /run /run/lock | sort -u; echo $container; touch /sys/fs/cgroup/systemd/x 2>&1 | grep -c Read-only
		grep -cE " /sys/fs/cgroup/(cpu|memory|pids) rw," /proc/self/mountinfo' | tr '\n' ' ')" = "tmpfs podman 0 0 " ]
	run box --timeout 1 -- sleep 1000
	[ "$status" -gt 0 ]
	inside cp -a "$BATS_FILE_TMPDIR/box" "$STORE/rootfs"
	[ "$(podman run --rm --network none --rootfs "$STORE/rootfs" sh -c 'echo from /root*')" = "from /root" ]
}

@test "user namespaces: auto, maps, another container's, volumes and tmpfs in it" {
	[[ $(box --userns auto:size=1000 -- cat /proc/self/uid_map | tr -s ' ') == " 0 "*" 1000" ]]
	run -0 box --uidmap 0:100000:5000 --gidmap 0:200000:5000 --tmpfs /t --read-only -- sh -c 'cat /proc/self/uid_map; id -u; stat -c %u:%g / /etc /t /dev/pts; touch /t/x; hostname'
	[ "$(tr -s ' ' <<<"${lines[0]}")" = " 0 100000 5000" ]
	[ "${lines[*]:1:5}" = "0 0:0 0:0 0:0 0:0" ]
	sleeper c --userns auto
	[ "$(podman exec c cat /proc/self/uid_map)" = "$(box --userns container:c --network container:c -- cat /proc/self/uid_map)" ]
	[ "$(podman exec -u 5 c id -u)" = 5 ]
	[ "$(podman exec -t c tty | tr -d '\r')" = /dev/pts/0 ]
}

@test "namespaces of the host and of other containers" {
	[ "$(box --pid host -- readlink /proc/self/ns/pid)" = "$(inside readlink /proc/1/ns/pid)" ]
	[ "$(box --uts host -- hostname)" = "$(hostname)" ]
	[ "$(box --ipc host -- readlink /proc/self/ns/ipc)" = "$(readlink /proc/self/ns/ipc)" ]
	[ "$(podman run --rm --network host box readlink /proc/self/ns/net)" = "$(inside readlink /proc/self/ns/net)" ]
	sleeper c
	local kind
	for kind in ipc net pid uts; do
		[ "$(box "--${kind/net/network}" container:c -- readlink "/proc/self/ns/$kind")" = "$(podman exec c readlink "/proc/1/ns/$kind")" ] || { echo "$kind"; return 1; }
	done
}

@test "pods: shared namespaces, pause, stop, start, restart, rm" {
	podman pod create --network none --share pid,ipc,net,uts --name p >/dev/null
	sleeper c --pod p
	[ "$(podman run --rm --pod p box ps | grep -c 'sleep 1000')" = 1 ]
	podman pod pause p
	[ "$(of c .State.Status)" = paused ]
	podman pod unpause p
	podman pod stop -t 0 p
	podman pod start p
	[ "$(podman exec c echo on)" = on ]
	podman pod restart p
	[[ $(podman pod top p pid args) == *"sleep 1000"* ]]
	podman pod kill p
	podman pod rm -f -t 0 p
}

@test "a network of podman's own" {
	run -0 podman run -d --name c -p 18080:80 box sh -c 'echo page >/index.html; exec httpd -f -p 80 -h /'
	[ "$(podman port c)" = "80/tcp -> 0.0.0.0:18080" ]
	soon podman run --rm --network container:c box wget -q -O /dev/null http://127.0.0.1/index.html
	[ "$(podman run --rm box wget -q -O - "http://$(of c .NetworkSettings.IPAddress)/index.html")" = page ]
	podman exec c ip addr show eth0 | grep -q 10.88
}

@test "descriptors that are passed on" {
	[ "$(inside env CONTAINERS_CONF="$STORE/conf/containers.conf" CONTAINERS_STORAGE_CONF="$STORE/conf/storage.conf" \
		bash -c 'exec 3<<<three 4<<<four; exec podman --tmpdir "$0/tmp" run --rm --network none --preserve-fds 2 box sh -c "cat <&3; cat <&4; ls /proc/self/fd | wc -l"' "$STORE" | tr '\n' ' ')" = "three four 6 " ]
	sleeper c
	[ "$(inside env CONTAINERS_CONF="$STORE/conf/containers.conf" CONTAINERS_STORAGE_CONF="$STORE/conf/storage.conf" \
		bash -c 'exec 3<<<three; exec podman --tmpdir "$0/tmp" exec --preserve-fds 1 c sh -c "cat <&3"' "$STORE")" = three ]
}

@test "socket activation: LISTEN_FDS" {
	[ "$(inside env CONTAINERS_CONF="$STORE/conf/containers.conf" CONTAINERS_STORAGE_CONF="$STORE/conf/storage.conf" \
		bash -c 'exec 3<<<socket; LISTEN_PID=$$ LISTEN_FDS=1 exec podman --tmpdir "$0/tmp" run --rm --network none box sh -c "cat <&3; echo \$LISTEN_FDS \$LISTEN_PID"' "$STORE" | tr '\n' ' ')" = "socket 1 1 " ]
}

@test "hooks: the state on their input, and one that fails" {
	inside sh -c "cat >$STORE/hooks/note.json" <<-EOF
		{"version":"1.0.0","when":{"annotations":{"^note\$":"1"}},"stages":["prestart","createRuntime","createContainer","startContainer","poststart","poststop"],
		"hook":{"path":"$STORE/note","args":["note"]}}
	EOF
	inside sh -c "cat >$STORE/hooks/bad.json" <<-EOF
		{"version":"1.0.0","when":{"annotations":{"^bad\$":"1"}},"stages":["createRuntime"],"hook":{"path":"/bin/sh","args":["sh","-c","echo hook says no >&2; exit 3"]}}
	EOF
	inside sh -c "mkdir -p $STORE/notes; printf '#!/bin/sh\n/bin/cat >>$STORE/notes/notes\necho >>$STORE/notes/notes\n' >$STORE/note; chmod 755 $STORE/note"
	box --annotation note=1 -v "$STORE/note:$STORE/note" -v "$STORE/notes:$STORE/notes" -- true
	run -0 inside jq -r .status "$STORE/notes/notes"
	[[ " ${lines[*]} " == *" creating "*" created "* && " ${lines[*]} " == *" stopped "* ]]
	run -126 box --annotation bad=1 -- true
}

@test "health checks" {
	sleeper c --health-cmd 'test -e /tmp/ok' --health-interval disable --health-retries 1
	run -1 podman healthcheck run c
	podman exec c touch /tmp/ok
	podman healthcheck run c
	[ "$(of c .State.Health.Status 2>/dev/null || of c .State.Healthcheck.Status)" = healthy ]
}

@test "attach, and its input" {
	podman run -di --network none --name c box sh -c 'read x; echo got $x' >/dev/null
	[ "$(podman attach c <<<word)" = "got word" ]
	podman run -dt --network none --name d box sh -c 'read x; tty' >/dev/null
	[[ $(podman attach d <<<word | tr -d '\r') == *"/dev/pts/0"* ]]
}

@test "checkpoint, restore, and restore elsewhere" {
	# podman gives a runtime nothing of the environment but PATH
	local saved PATH=$STORE/bin:$PATH
	criu_up
	requires criu
	podman run -d --network none --security-opt seccomp=unconfined --name c box \
		sh -c 'i=0; while :; do i=$((i + 1)); echo $i >/count; sleep .1; done'
	soon podman exec c test -s /count
	podman container checkpoint c
	[ "$(of c .State.Status .State.Checkpointed)" = "exited true" ]
	saved=$(podman cp c:/count - | tar -xO)
	podman container restore c
	soon counts_from "$saved" c
	podman container checkpoint --leave-running c
	[ "$(of c .State.Status)" = running ]
	podman container checkpoint --export "$STORE/saved.tar" c
	saved=$(podman cp c:/count - | tar -xO)
	podman rm c
	podman container restore --import "$STORE/saved.tar" --name d
	soon counts_from "$saved" d
}

# counts_from NUMBER NAME: whether the container has counted on
counts_from() {
	[ "$(podman exec "$2" cat /count)" -gt "$1" ]
}

@test "a copy of a container, its files on the host, what describes it" {
	sleeper c
	podman container clone --run c d >/dev/null
	[ "$(podman exec d echo on)" = on ]
	inside test -e "$(podman mount c)/bin/busybox"
	podman umount c
	podman generate kube c | grep -q 'image: localhost/box'
	podman generate systemd c | grep -q "^ExecStart=.*podman start"
	podman run -d --replace --network none --name c box sleep 1000 >/dev/null
	[ "$(podman ps -q | wc -l)" = 2 ]
}

@test "a restart policy" {
	podman run -d --network none --restart on-failure:2 --name c box sh -c 'echo again; exit 1'
	soon restarted c 2
	[ "$(podman logs c | grep -c again)" = 3 ]
}

# restarted NAME TIMES: whether it was, and ended
restarted() {
	[ "$(of "$1" .RestartCount .State.Running)" = "$2 false" ]
}

@test "sd_notify: conmon's, and the container's own" {
	hear_up
	local mode
	for mode in conmon container; do
		run -0 --separate-stderr inside env CONTAINERS_CONF="$STORE/conf/containers.conf" CONTAINERS_STORAGE_CONF="$STORE/conf/storage.conf" timeout 30 \
			python3 "$STORE/hear.py" "$STORE/$mode.sock" podman --tmpdir "$STORE/tmp" run -d --network none --sdnotify "$mode" --name "$mode" box \
			sh -c 'test -z "$NOTIFY_SOCKET" || { ln -s $NOTIFY_SOCKET /dev/log; logger "up
READY=1"; }; exec sleep 1000'
		[ "$mode" = container ] || [[ $output == *MAINPID=* ]] || { echo "$mode: $output $stderr"; return 1; }
	done
}

@test "a thousand lines, and a megabyte, through the log" {
	run -0 box -- sh -c 'i=0; while [ $i -lt 1000 ]; do echo $i; i=$((i+1)); done'
	[ "${#lines[@]}" = 1000 ]
	[ "$(box -- head -c 1000000 /dev/zero | wc -c)" = 1000000 ]
}

@test "containers in parallel" {
	local i
	for i in 1 2 3 4 5 6; do
		box -- sh -c "echo $i" >"$BATS_TEST_TMPDIR/$i" &
	done
	wait
	for i in 1 2 3 4 5 6; do
		[ "$(cat "$BATS_TEST_TMPDIR/$i")" = "$i" ]
	done
}
