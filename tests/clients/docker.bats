# SPDX-License-Identifier: MIT
# shellcheck disable=SC2016 # for the container's shell
load daemons

setup_file() {
	requires dockerd docker
	daemons_up
	docker_up /run/docker.sock --default-runtime ocibox --add-runtime "fragile=$STORE/fragile"
	docker import -c 'CMD ["sh"]' - box <"$BATS_FILE_TMPDIR/box.tar" >/dev/null
	# what containers are given to mount
	inside mkdir -p "$STORE/v/shared" "$STORE/v/a"
	inside mount -t tmpfs one "$STORE/v/shared"
	inside mount --make-shared "$STORE/v/shared"
	inside mkdir "$STORE/v/shared/sub"
	inside mount -t tmpfs two "$STORE/v/shared/sub"
	inside tee "$STORE/v/a/file" <<<text >/dev/null
}

teardown_file() {
	daemons_down
}

setup() {
	V=$STORE/v
}

# docker_up SOCKET OPTION...: a dockerd at SOCKET
docker_up() {
	local socket=$1
	shift
	daemon dockerd --containerd /run/containerd.sock -H "unix://$socket" --data-root "$STORE/${socket##*/}" \
		--exec-root "$socket-exec" --pidfile "$socket-pid" --bridge none --iptables=false --ip6tables=false --ip-forward=false \
		--storage-driver overlay2 --cgroup-parent "$GROUP" --experimental --add-runtime "ocibox=$OCIBOX" "$@"
	until_answers inside docker -H "unix://$socket" version
}

docker() {
	inside timeout 60 docker -H "unix://${SOCKET:-/run/docker.sock}" "$@"
}

# run WORDS: docker run with the runtime under test
box() {
	docker run --rm --network none --runtime "$NAME" "$@"
}

# background OPTION... [-- WORD...]: a container "c", which ends with status 5 at TERM
background() {
	docker rm -f cc >/dev/null 2>&1
	docker run -d --name cc --network none --runtime "$NAME" "$@" box \
		sh -c 'trap "echo term; exit 5" TERM; echo up; while :; do sleep 1 & wait $!; done' >/dev/null
}

# until_is WORD WORDS...: until a command prints WORD
until_is() {
	local word=$1 end=$((SECONDS + 20))
	shift
	until [ "$("$@" 2>/dev/null)" = "$word" ]; do
		[ $SECONDS -lt $end ] || { echo "never $word: $*"; return 1; }
		sleep 0.1
	done
}

status() {
	docker inspect -f '{{.State.Status}} {{.State.ExitCode}}' cc
}

statuses() {
	t box box echo hi
	t box box sh -c 'exit 3'
	t box box nosuch
	t box box /no/such
	t box box /etc/passwd
	t box box /etc
	t box box ''
	# the container has begun, and says it
	t box box script
	t box box /bin/junk
	t box -w /no/such/dir box pwd
	t box -e A=1 -e PATH=/nowhere box busybox
	t box --entrypoint /bin/cat box /no/file
}

@test "docker: run, its exit status, and programs that are not there" {
	both statuses <<-'EOT'
		hi
		= 3
		failed: exec: "nosuch": executable file not found in $PATH
		= 127
		failed: exec: "/no/such": stat /no/such: no such file or directory
		= 127
		failed: exec: "/etc/passwd": permission denied
		= 126
		failed: exec: "/etc": permission denied
		= 126
		failed: exec: "": executable file not found in $PATH
		= 127
		exec /bin/script: no such file or directory
		= 1
		exec /bin/junk: exec format error
		= 1
		/no/such/dir
		failed: exec: "busybox": executable file not found in $PATH
		= 127
		cat: can't open '/no/file': No such file or directory
		= 1
	EOT
}

identity() {
	t box -u user box id
	t box -u user:extra --group-add 77 --group-add 77 box id
	t box -u 1234:4321 -w /tmp --hostname h --domainname d box sh -c 'id; pwd; hostname; cat /proc/sys/kernel/domainname; echo $HOME'
	t box -e A=b --env-file /dev/null box sh -c 'echo $A $HOME $PATH'
	t box box sh -c 'umask; ls /proc/self/fd | tr "\n" " "; cat /proc/self/oom_score_adj'
	t box --init box sh -c 'echo $(ps -o comm)'
	t box --oom-score-adj 500 --read-only box sh -c 'cat /proc/self/oom_score_adj; touch /x 2>&1'
}

@test "docker: users, groups, names, directory, environment, init and a root to read" {
	both identity <<-'EOT'
		uid=1000(user) gid=1000(user) groups=1000(user),2000(extra)
		uid=1000(user) gid=2000(extra) groups=77,2000(extra)
		uid=1234 gid=4321 groups=4321
		/tmp
		h
		d
		/
		b /root /usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
		0022
		0 1 2 3 0
		COMMAND docker-init sh ps
		500
		touch: /x: Read-only file system
		= 1
	EOT
}

privileges() {
	t box --cap-drop all --cap-add net_raw box grep Cap /proc/self/status
	t box -u 1000 box sh -c 'grep -h Cap /proc/self/status; touch /x 2>&1'
	t box --security-opt no-new-privileges box grep NoNewPrivs /proc/self/status
	t box box sh -c 'grep Seccomp: /proc/self/status; unshare -U true 2>&1; hostname zz 2>&1; mkdir /m; mount -t tmpfs x /m 2>&1'
	t box --security-opt seccomp=unconfined --cap-add sys_admin box sh -c 'grep Seccomp: /proc/self/status; unshare -U true; hostname zz; hostname; mkdir /m; mount -t tmpfs x /m && grep -c " /m " /proc/mounts'
	t box --security-opt "seccomp=$STORE/seccomp.json" box sh -c 'mkdir /q 2>&1; chmod 1 /etc >/dev/null 2>&1; echo $?'
	t box --security-opt systempaths=unconfined box sh -c 'grep -c " /proc/" /proc/mounts; wc -c </proc/timer_list | grep -c "^0$"'
	t box box sh -c 'cat /proc/timer_list /proc/keys | wc -c; echo 1 2>&1 >/proc/sys/kernel/panic; ls /proc/acpi /sys/firmware | xargs'
}

@test "docker: capabilities, default and custom seccomp, masked paths" {
	inside tee "$STORE/seccomp.json" >/dev/null <<-'EOT'
		{"defaultAction":"SCMP_ACT_ALLOW","syscalls":[{"names":["mkdir","mkdirat"],"action":"SCMP_ACT_ERRNO","errnoRet":38},
		{"names":["chmod","fchmodat"],"action":"SCMP_ACT_KILL_PROCESS"}]}
	EOT
	both privileges <<-'EOT'
		CapInh:	0000000000000000
		CapPrm:	0000000000002000
		CapEff:	0000000000002000
		CapBnd:	0000000000002000
		CapAmb:	0000000000000000
		CapInh:	0000000000000000
		CapPrm:	0000000000000000
		CapEff:	0000000000000000
		CapBnd:	00000000a80425fb
		CapAmb:	0000000000000000
		touch: /x: Permission denied
		= 1
		NoNewPrivs:	1
		Seccomp:	2
		unshare: unshare(0x10000000): Operation not permitted
		hostname: sethostname: Operation not permitted
		mount: permission denied (are you root?)
		= 1
		Seccomp:	0
		zz
		1
		mkdir: can't create directory '/q': Function not implemented
		159
		0
		0
		= 1
		0
		sh: can't create /proc/sys/kernel/panic: Read-only file system
		/proc/acpi: /sys/firmware:
	EOT
}

privileged() {
	docker rm -f pp >/dev/null 2>&1
	# one that this machine's root has not all of is refused
	t docker run --rm --name pp --network none --runtime "$NAME" --privileged box \
		sh -c 'grep CapEff /proc/self/status; grep Seccomp: /proc/self/status; ls -d /dev/kmsg; grep -c " /proc/" /proc/mounts; echo 0 >/proc/sys/vm/panic_on_oom && echo written' | grep -v ' failed: ' | grep .
}

@test "docker: privileged" {
	local all
	all=$(awk '/^CapBnd/ { print $2 }' /proc/self/status)
	if [ $((0x$all)) = $(((1 << $(cat /proc/sys/kernel/cap_last_cap) + 1) - 1)) ] || [ "$(version)" -ge 23 ]; then
		both privileged <<-EOT
			CapEff:	$all
			Seccomp:	0
			/dev/kmsg
			0
			written
		EOT
	else
		# before 23 docker asks for all there are, and neither runtime can give what this machine's root has not
		both privileged <<-'EOT'
			= 125
		EOT
	fi
}

version() {
	docker version -f '{{.Server.Version}}' | cut -d. -f1
}

settings() {
	t box --ulimit nofile=77:88 --ulimit core=0 box sh -c 'ulimit -n; ulimit -Hn; ulimit -c'
	t box --sysctl net.ipv4.ip_forward=1 --sysctl kernel.msgmax=9000 box cat /proc/sys/net/ipv4/ip_forward /proc/sys/kernel/msgmax
	t box --tmpfs /t:size=1m,mode=700 --shm-size 4m box sh -c 'grep " /t " /proc/mounts; stat -c %a /t; df /dev/shm | awk "NR > 1 { print \$2 }"'
	t box --tmpfs /run:rw,exec --read-only box sh -c 'cp /bin/busybox /run/echo; /run/echo runs'
	t box --device /dev/kmsg:/dev/k:r box sh -c 'ls /dev/k; echo 2>&1 >/dev/k'
	t box --device /dev/null:/dev/nn --device-cgroup-rule 'c 1:9 r' box sh -c 'echo x >/dev/nn && stat -c "%t %T %a" /dev/nn'
	t box box sh -c 'mknod /tmp/k c 1 11 && head -c 1 /tmp/k 2>&1'
	t box -v "$V/a/file:/etc" box true | sed 's/.*Are you trying to mount a directory.*/hint/'
	t box -v "$V/a:/etc/passwd" box true | sed 's/.*Are you trying to mount a directory.*/hint/'
}

@test "docker: ulimit, sysctl, tmpfs, devices" {
	both settings <<-'EOT'
		77
		88
		0
		1
		9000
		tmpfs /t tmpfs rw,nosuid,nodev,noexec,relatime,size=1024k,mode=700 0 0
		700
		4096
		runs
		/dev/k
		sh: can't create /dev/k: Operation not permitted
		= 1
		1 3 666
		head: /tmp/k: Operation not permitted
		= 1
		hint
		= 125
		hint
		= 125
	EOT
}

volumes() {
	local p
	t box -v "$V/a:/v" -v "$V/a/file:/etc/f:ro" box sh -c 'cat /v/file /etc/f; echo 2>&1 >/etc/f'
	t box -v "$V/a:/v:ro" box touch /v/g 2>&1
	t box -v "$V/a:/v:z" -v "$V/a:/w:ro,cached" -v "$V/a:/x:delegated,Z" --mount "type=bind,src=$V/a,dst=/y,consistency=cached" -v "named$NAME:/z:nocopy" box ls /v /w /x /y /z | xargs
	for p in rprivate private rslave slave rshared shared; do
		echo $p
		t box -v "$V/shared:/v:$p" box sh -c 'sed -En "s/^[0-9 ]*:[0-9]* (.* \/v.*)/\1/p" /proc/self/mountinfo | sed "s/:[0-9][0-9]*/:/"'
	done
	t box --mount "type=bind,src=$V/shared,dst=/v,bind-nonrecursive" box grep -c ' /v' /proc/self/mountinfo
	t box -v "named$NAME:/data" box sh -c 'echo q >/data/q; ls -l /data | wc -l'
	t box -v "named$NAME:/data:ro" box sh -c 'cat /data/q; touch /data/q 2>&1'
	docker volume rm "named$NAME" >/dev/null
	# what is mounted beneath later is seen, and with rshared what the container mounts too
	background -v "$V/shared:/v:rshared" --cap-add sys_admin --security-opt seccomp=unconfined
	inside mkdir -p "$V/shared/late"
	inside mount -t tmpfs late "$V/shared/late"
	t docker exec cc sh -c 'grep -c "/v/late" /proc/mounts; mkdir -p /v/own; mount -t tmpfs own /v/own'
	inside grep -c "shared/own" /proc/self/mounts
	inside umount "$V/shared/own" "$V/shared/late"
	docker rm -f cc >/dev/null
}

@test "docker: volumes and their propagation" {
	both volumes <<-'EOT'
		text
		text
		sh: can't create /etc/f: Read-only file system
		= 1
		touch: /v/g: Read-only file system
		= 1
		/v: file /w: file /x: file /y: file /z:
		rprivate
		/ /v rw,relatime - tmpfs one rw
		/ /v/sub rw,relatime - tmpfs two rw
		private
		/ /v rw,relatime - tmpfs one rw
		/ /v/sub rw,relatime master: - tmpfs two rw
		rslave
		/ /v rw,relatime master: - tmpfs one rw
		/ /v/sub rw,relatime master: - tmpfs two rw
		slave
		/ /v rw,relatime master: - tmpfs one rw
		/ /v/sub rw,relatime master: - tmpfs two rw
		rshared
		/ /v rw,relatime shared: - tmpfs one rw
		/ /v/sub rw,relatime shared: - tmpfs two rw
		shared
		/ /v rw,relatime shared: - tmpfs one rw
		/ /v/sub rw,relatime shared: - tmpfs two rw
		1
		2
		q
		touch: /data/q: Read-only file system
		= 1
		1
		1
	EOT
}

execs() {
	background -e A=1
	t docker exec cc sh -c 'echo $A; exit 4'
	t docker exec -u user -e B=2 -w /tmp cc sh -c 'id; pwd; echo $A$B'
	t docker exec cc nosuch | sed 's/= 12[67]/= not run/'
	t docker exec cc /no/such | sed 's/= 12[67]/= not run/'
	t docker exec cc /etc/passwd
	t docker exec cc /etc
	t docker exec cc script
	t docker exec cc /bin/junk
	t docker exec -w /no/dir cc true | sed -e 's/^.*failed: .*no such file or directory.*/no directory/i' -e 's/= 12[67]/= not run/'
	echo text | docker exec -i cc cat
	t terminal 'docker -H unix:///run/docker.sock exec -it cc sh -c "tty; until stty size | grep -qx \"33 77\"; do :; done 2>/dev/null; stty size; exit 7"'
	docker exec -d cc sh -c 'echo here >/tmp/d; exec sleep 1000'
	until_is here docker exec cc cat /tmp/d
	t docker top cc -o pid,args | awk 'NR > 1 { $1 = ""; print }' | sort | uniq
	docker rm -f cc >/dev/null
	t docker exec cc true
}

@test "docker: exec" {
	both execs <<-'EOT'
		1
		= 4
		uid=1000(user) gid=1000(user) groups=1000(user),2000(extra)
		/tmp
		12
		failed: exec: "nosuch": executable file not found in $PATH
		= not run
		failed: exec: "/no/such": stat /no/such: no such file or directory
		= not run
		failed: exec: "/etc/passwd": permission denied
		= 126
		failed: exec: "/etc": permission denied
		= 126
		exec /bin/script: no such file or directory
		= 1
		exec /bin/junk: exec format error
		= 1
		no directory
		= not run
		text
		/dev/pts/0
		33 77
		= 7
		 sh -c trap "echo term; exit 5" TERM; echo up; while :; do sleep 1 & wait $!; done
		 sleep 1
		 sleep 1000
		No such container: cc
		= 1
	EOT
}

life() {
	background --stop-timeout 10
	until_is up docker logs cc
	status
	docker stats --no-stream --format '{{.PIDs}} {{.MemUsage}}' cc | grep -cE '^[2-4] [1-9].*iB / '
	t docker pause cc >/dev/null; status
	t docker exec cc true | sed 's/.* is paused, .*/no exec/'
	t docker unpause cc >/dev/null; status
	t docker restart cc; status
	t docker stop cc; status
	docker logs cc | sort | uniq -c
	t docker start cc; status
	t docker kill -s TERM cc; t docker wait cc; status
	t docker start cc
	t docker kill cc; t docker wait cc; status
	t docker kill cc | tail -n 1
	t docker start cc
	t docker rm cc | tail -n 1
	t docker rm -f cc
	docker ps -aq
}

@test "docker: logs, stats, pause, restart, stop, start, kill, wait, rm" {
	both life <<-'EOT'
		running 0
		1
		paused 0
		no exec
		= 1
		running 0
		cc
		running 0
		cc
		exited 5
		      2 term
		      2 up
		cc
		running 0
		cc
		5
		exited 5
		cc
		cc
		137
		exited 137
		= 1
		cc
		= 1
		cc
	EOT
}

limits() {
	local v1=/sys/fs/cgroup
	t box --pids-limit 5 -m 32m --memory-reservation 16m --memory-swap 48m --cpus .5 --cpu-shares 77 --cpuset-cpus 0 --cpuset-mems 0 box sh -c "cd $v1; head -n 1 \
		memory/memory.limit_in_bytes memory/memory.soft_limit_in_bytes memory/memory.memsw.limit_in_bytes pids/pids.max cpu/cpu.cfs_quota_us cpu/cpu.cfs_period_us cpu/cpu.shares cpuset/cpuset.cpus" | grep '^[0-9]'
	background
	t docker update -m 64m --memory-swap 64m --cpus 0.5 --pids-limit 50 --cpuset-cpus 0 --cpu-shares 512 cc
	t docker exec cc sh -c "cd $v1; head -n 1 memory/memory.limit_in_bytes cpu/cpu.cfs_quota_us pids/pids.max cpuset/cpuset.cpus cpu/cpu.shares" | grep '^[0-9]'
	t docker update -m 0 --memory-swap -1 --pids-limit -1 cc
	docker rm -f cc >/dev/null
	t box --pids-limit 0 box cat $v1/pids/pids.max
	t box --pids-limit 3 box sh -c 'for i in 1 2 3 4; do sleep 1 & done; wait' | grep -o 'can.t fork.*'
	docker run --name cc --network none --runtime "$NAME" -m 16m --memory-swap 16m box sh -c 'sleep 1; x=aaaaaaaa; while :; do x=$x$x; done' >/dev/null 2>&1
	docker inspect -f '{{.State.OOMKilled}} {{.State.ExitCode}}' cc
	docker rm cc >/dev/null
	t box --cgroup-parent "$GROUP/deep/er" box sh -c "grep -c '$GROUP/deep/er/' /proc/self/cgroup >/dev/null && echo there"
	t box --cgroupns private box sh -c 'grep -v :/$ /proc/self/cgroup; echo private'
	t box --cgroupns host box sh -c "grep -q '$GROUP/' /proc/self/cgroup && echo host"
	t box --cpu-rt-runtime 1 box true | sed 's/.*cpu.rt_runtime_us.*/no realtime/'
}

@test "docker: limits, update, out of memory, cgroup namespace and parent" {
	requires cgroup1
	both limits <<-'EOT'
		33554432
		16777216
		50331648
		5
		50000
		100000
		77
		0
		cc
		67108864
		50000
		50
		0
		512
		cc
		max
		can't fork: Resource temporarily unavailable
		true 137
		there
		private
		host
		no realtime
		= 125
	EOT
}

shared() {
	background --hostname hh --ipc shareable
	t docker run --rm --runtime "$NAME" --pid container:cc --network container:cc --ipc container:cc box sh -c 'x=$(ps -o comm); echo "$x" | sort -u | xargs; hostname'
	t docker run --rm --runtime "$NAME" --volumes-from cc --network none --pid host --ipc host --uts host --cgroupns host box sh -c 'hostname; for n in pid ipc uts cgroup; do readlink /proc/self/ns/$n; done' >"$BATS_TEST_TMPDIR/own"
	{ inside hostname; for n in pid ipc uts cgroup; do inside readlink "/proc/1/ns/$n"; done; } | diff - "$BATS_TEST_TMPDIR/own"
	t docker run --rm --runtime "$NAME" --network host box readlink /proc/self/ns/net | diff - <(inside readlink /proc/1/ns/net)
	docker rm -f cc >/dev/null
}

@test "docker: namespaces shared with a container and with the host" {
	both shared <<-'EOT'
		COMMAND ps sh sleep
		hh
	EOT
}

terminals() {
	t terminal 'docker -H unix:///run/docker.sock run --rm -it --network none --runtime '"$NAME"' box sh -c "tty; until stty size | grep -qx \"33 77\"; do :; done 2>/dev/null; stty size; stat -c %F /dev/console; exit 9"'
	t box -t box sh -c 'test -t 0 && test -t 1 && echo terminal'
	echo text | docker run --rm -i --network none --runtime "$NAME" box cat
	docker create --name cc -i --network none --runtime "$NAME" box sh -c 'read x; echo got $x; exit 6' >/dev/null
	(echo line | docker start -ai cc; echo $?)
	docker rm cc >/dev/null
	# detached, then attached while it runs
	docker run -d -i --name cc --network none --runtime "$NAME" box sh -c 'while read x; do echo got $x; [ $x != end ] || exit 3; done' >/dev/null
	(printf 'a\nend\n' | docker attach cc >/dev/null; echo $?)
	docker logs cc
	docker rm cc >/dev/null
	docker run -d -t --name cc --network none --runtime "$NAME" box sh >/dev/null
	t docker exec cc tty 2>&1
	terminal 'printf "exit 8\n" | docker -H unix:///run/docker.sock attach cc' >/dev/null 2>&1
	docker rm -f cc >/dev/null
}

@test "docker: terminal, standard input, attach" {
	both terminals <<-'EOT'
		/dev/pts/0
		33 77
		character special file
		= 9
		terminal
		text
		got line
		6
		3
		got a
		got end
		not a tty
		= 1
	EOT
}

watched() {
	docker run -d --name cc --health-cmd 'test -e /tmp/ok' --health-interval 0.2s --health-start-period 5s --network none --runtime "$NAME" box sh -c 'sleep .3; touch /tmp/ok; sleep 100' >/dev/null
	until_is healthy docker inspect -f '{{.State.Health.Status}}' cc && echo healthy
	docker rm -f cc >/dev/null
	docker run -d --name cc --restart on-failure:2 --network none --runtime "$NAME" box sh -c 'echo again; exit 3' >/dev/null
	until_is '2 exited' docker inspect -f '{{.RestartCount}} {{.State.Status}}' cc
	docker logs cc
	docker rm -f cc >/dev/null
	docker run --rm --stop-signal INT --name cc --network none --runtime "$NAME" box sh -c 'trap "exit 8" INT; echo up; while :; do sleep 1 & wait $!; done' >/dev/null &
	until_is up docker logs cc
	t docker stop cc
	t wait $!
	docker run -d --name cc --network none --runtime "$NAME" box sh -c 'echo x >/new; sleep 100' >/dev/null
	until_is 'A /new' docker diff cc
	docker cp cc:/new - | tar -xO
	t docker commit cc kept >/dev/null
	t box kept cat /new
	docker rm -f cc >/dev/null
	docker rmi kept >/dev/null
}

@test "docker: health checks, restart policy, stop signal, copies" {
	both watched <<-'EOT'
		healthy
		again
		again
		again
		cc
		= 8
		x
		x
	EOT
}

remapped() {
	SOCKET=/run/remap.sock
	t box box sh -c 'id -u; awk "{ print \$1, \$2, \$3 }" /proc/self/uid_map /proc/self/gid_map; stat -c %u /bin /etc/passwd; touch /x && stat -c %u /x; mount -t tmpfs x /tmp 2>&1 || true'
	t box -u 1000:1000 -w /tmp box sh -c 'id; echo x >f; stat -c "%u %g" f'
	t box --userns host box cat /proc/self/uid_map | tr -s ' '
	background
	t docker exec cc sh -c 'id -u; cat /proc/1/uid_map | tr -s " "'
	t docker exec -u user cc id
	t terminal "docker -H unix://$SOCKET exec -it cc sh -c 'tty; stat -c %u /dev/pts/0'"
	t docker pause cc
	t docker unpause cc
	t docker stop cc; status
	t docker rm cc
	t box -t --tmpfs /t --read-only --init -m 32m --security-opt no-new-privileges box sh -c 'touch /t/x; ls -n /t | grep -c x'
}

@test "docker: a remapped user namespace" {
	docker_up /run/remap.sock --userns-remap ordinary
	SOCKET=/run/remap.sock docker import -c 'CMD ["sh"]' - box <"$BATS_FILE_TMPDIR/box.tar" >/dev/null
	both remapped <<-'EOT'
		0
		0 200000 65536
		0 200000 65536
		0
		0
		0
		mount: permission denied (are you root?)
		uid=1000(user) gid=1000(user) groups=1000(user)
		1000 1000
		 0 0 4294967295
		0
		 0 200000 65536
		uid=1000(user) gid=1000(user) groups=1000(user),2000(extra)
		/dev/pts/0
		0
		cc
		cc
		cc
		exited 5
		cc
		1
	EOT
}

surroundings() {
	t box --ipc none box ls -d /dev/shm
	t box --add-host a:1.2.3.4 --dns-search x box sh -c 'grep 1.2.3.4 /etc/hosts | xargs; grep search /etc/resolv.conf'
	t box --device-cgroup-rule 'a *:* rwm' --security-opt apparmor=unconfined --security-opt label=disable box echo labels
	t box --mount type=tmpfs,dst=/t,tmpfs-size=1m,tmpfs-mode=1770 --tmpfs /a/b:uid=5 --tmpfs /dev/shm:size=2m box sh -c 'stat -c "%a %u" /t /a/b; df /dev/shm | grep -c 2048'
	t box --mount "type=bind,src=$V/a,dst=/t,readonly" box touch /t/x
	t box --mount type=bind,src=/dev/null,dst=/t/file box stat -c %F /t/file
	t box -v /dev/urandom:/dev/random -v "$V/a/file:/dev/full" box sh -c 'stat -c %t:%T /dev/random; cat /dev/full'
	t box -v /proc:/p -v /sys/fs/cgroup:/cg -v /:/host:ro box sh -c 'ls -d /p/1 /cg/freezer /host/etc; touch /host/x 2>&1'
	t box -v "$V:/proc/x" box true | sed 's/.*failed: .*/refused/'
	t box -v "$V:/proc" box true | sed 's/.*failed: .*/refused/'
	t box -v "$V:/sys" -v "$V:/dev/shm" box ls /dev/shm
	t box -t -u 1000 box sh -c 'stat -c "%u %g %a" /dev/pts/0; echo console >/dev/console; echo tty >/dev/tty'
	t box -w /new/dir -u 5 box sh -c 'pwd; stat -c "%u %a" .'
	t box box sh -c 'ls /dev | xargs; yes | head -n 1'
	t box --ulimit nofile=999999999999 box true | sed 's/.*failed: .*/refused/'
	t box --sysctl net.ipv4.nosuch=1 box true | sed 's/.*failed: .*/refused/'
	t box --runtime nosuch box true | grep '='
}

@test "docker: what surrounds a program" {
	both surroundings <<-'EOT'
		ls: /dev/shm: No such file or directory
		= 1
		1.2.3.4 a
		search x
		labels
		1770 0
		1777 5
		1
		touch: /t/x: Read-only file system
		= 1
		character special file
		1:9
		text
		/cg/freezer
		/host/etc
		/p/1
		touch: /host/x: Read-only file system
		= 1
		refused
		= 125
		refused
		= 125
		a
		shared
		1000 5 620
		console
		tty
		/new/dir
		0 755
		fd full mqueue null ptmx pts random shm stderr stdin stdout tty urandom zero
		y
		refused
		= 125
		refused
		= 127
		= 125
	EOT
}

networks() {
	SOCKET=/run/net.sock
	docker network create own >/dev/null
	docker run -d --name cc --network own -p 127.0.0.1:18080:80 --runtime "$NAME" box sh -c 'echo page >/index.html; exec httpd -f -p 80 -h /' >/dev/null
	until_is page inside busybox wget -q -O - http://127.0.0.1:18080/index.html
	t docker run --rm --network own --cap-add net_admin --runtime "$NAME" box sh -c 'wget -q -O - http://cc/index.html; ip -o addr show eth0 | grep -c "inet 172"; ip link set eth0 down && echo down'
	t docker run --rm --mac-address 02:42:ac:11:00:09 --runtime "$NAME" box cat /sys/class/net/eth0/address
	docker network disconnect own cc
	t docker exec cc ls /sys/class/net
	docker network connect bridge cc
	t docker exec cc ls /sys/class/net
	t docker run --rm --network container:cc --runtime "$NAME" box ls /sys/class/net
	# the daemon goes, what runs stays
	inside sh -c 'kill $(cat /run/net.sock-pid)'
	while inside test -e /run/net.sock-pid; do sleep .1; done
	networks_up
	t docker exec cc echo lives
	t docker stop -t 1 cc
	status
	docker rm cc
	docker network rm own
}

# networks_up: a dockerd with networks
networks_up() {
	docker_up /run/net.sock --bridge '' --iptables=true --ip-forward=true --live-restore
}

@test "docker: networks of its own, and a daemon that comes back to what runs" {
	networks_up
	SOCKET=/run/net.sock docker import -c 'CMD ["sh"]' - box <"$BATS_FILE_TMPDIR/box.tar" >/dev/null
	both networks <<-'EOT'
		page
		1
		down
		02:42:ac:11:00:09
		lo
		eth1
		lo
		eth1
		lo
		lives
		cc
		exited 137
		cc
		own
	EOT
}

crowd() {
	local i
	for i in 0 1 2 3 4 5 6 7 8 9; do
		t box box echo "$i" &
	done | sort | xargs
	for i in {1..20}; do
		docker run -d --name "many$i" --network none --runtime "$NAME" box sleep 1000 >/dev/null &
	done
	wait
	for i in {1..20}; do
		t docker exec "many$i" echo on &
	done | sort | uniq -c
	for i in {1..20}; do
		docker rm -f "many$i" &
	done | wc -l
}

@test "docker: ten runs at once, and twenty containers" {
	both crowd <<-'EOT'
		0 1 2 3 4 5 6 7 8 9
		     20 on
		20
	EOT
}

# kill_shim: the one of container "cc"
kill_shim() {
	inside kill -9 "$(inside ps -o ppid= -p "$(docker inspect -f '{{.State.Pid}}' cc)")"
}

crashes() {
	SOCKET=/run/crash.sock
	background
	kill_shim
	t docker rm -f cc
	background
	kill_shim
	until_is 'exited 137' status
	t docker start cc
	inside sh -c 'kill -9 $(cat /run/crash.sock-pid)'
	crash_up
	t docker exec cc echo lives
	inside sh -c 'kill -9 $(pidof containerd)'
	daemon containerd -c "$STORE/containerd.toml"
	until_is again docker exec cc echo again
	t docker stop cc; status
	t docker rm cc
}

# crash_up: a dockerd that leaves containers running
crash_up() {
	# its number may be that of another process by now
	inside rm -f /run/crash.sock-pid
	docker_up /run/crash.sock --live-restore
}

@test "docker: shim, dockerd and containerd killed" {
	crash_up
	SOCKET=/run/crash.sock docker import -c 'CMD ["sh"]' - box <"$BATS_FILE_TMPDIR/box.tar" >/dev/null
	both crashes <<-'EOT'
		cc
		cc
		lives
		cc
		exited 5
		cc
	EOT
}

@test "docker: the runtime killed while it creates" {
	local millis killed=0
	inside install -m 755 /dev/stdin "$STORE/fragile" <<-EOT
		#!/bin/sh
		case " \$* " in
		*" create "*) [ ! -e "$STORE/millis" ] || exec timeout -s KILL ".\$(cat "$STORE/millis")" "$OCIBOX" "\$@" ;;
		esac
		exec "$OCIBOX" "\$@"
	EOT
	for millis in 00{05,1,15,2,25} 00{3..9} 01{1..9..2}; do
		inside tee "$STORE/millis" <<<"$millis" >/dev/null
		# (with a network docker has a hook, which takes most of the time)
		if ! output=$(docker run -d --name cc --network host --runtime fragile box sleep 1000 2>&1); then
			[[ $output == *": exit status 137: "* ]] || { echo "$output"; return 1; }
			killed=$((killed + 1))
		fi
		inside rm "$STORE/millis"
		docker start cc
		[ "$(docker exec cc echo on)" = on ]
		docker rm -f cc
	done
	echo "$killed were killed"
	[ "$killed" -gt 2 ]
}

checkpoints() {
	docker run -d --name cc --network none --security-opt seccomp=unconfined --runtime "$NAME" box sh -c 'i=0; while :; do i=$((i + 1)); echo $i >/count; sleep .1; done' >/dev/null
	until docker exec cc test -s /count; do :; done
	t docker checkpoint create cc saved; status
	docker cp cc:/count - | tar -xO >"$BATS_TEST_TMPDIR/saved"
	t docker checkpoint ls cc | tail -n 1
	t docker start --checkpoint saved cc; status
	# it goes on counting, it does not begin again
	until [ "$(docker exec cc cat /count)" -gt "$(cat "$BATS_TEST_TMPDIR/saved")" ]; do :; done
	t docker exec cc echo lives
	docker rm -f cc
}

@test "docker: checkpoint and start from it" {
	requires criu
	both checkpoints <<-'EOT'
		saved
		exited 137
		saved
		running 0
		lives
		cc
	EOT
}

@test "docker: builds, and BuildKit's with ocibox under the name of runc" {
	# (later clients want a plugin for it)
	[ "$(version)" -lt 23 ] || cannot "needs a docker with BuildKit"
	inside mkdir -p "$STORE/as" "$STORE/context"
	inside ln -s "$OCIBOX" "$STORE/as/runc"
	PATH=$STORE/as:$PATH docker_up /run/build.sock
	inside cp "$BATS_FILE_TMPDIR/box.tar" "$STORE/context"
	inside tee "$STORE/context/Dockerfile" >/dev/null <<-'EOT'
		FROM scratch
		ADD box.tar /
		RUN ["/bin/sh","-c","id -u >/built; hostname build 2>/dev/null || echo no >>/built"]
		USER user
		RUN ["/bin/sh","-c","id -u >/tmp/built"]
	EOT
	SOCKET=/run/build.sock
	[ "$(docker info -f '{{.RuncCommit.ID}}')" = "$(ocibox --version | sed -n 's/^commit: //p')" ]
	for kit in 0 1; do
		DOCKER_BUILDKIT=$kit run -0 docker build --no-cache --network none -t "built$kit" "$STORE/context"
		run -0 docker run --rm --network none "built$kit" /bin/cat /built /tmp/built
		[ "$output" = "0
no
1000" ]
	done
}

@test "docker: the default runtime, and nothing left when all is removed" {
	[ "$(docker info -f '{{.DefaultRuntime}}')" = ocibox ]
	run -0 docker run --rm --network none box echo default
	[ "${lines[-1]}" = default ]
	[ -z "$(docker ps -aq)" ]
	[ -z "$(find /sys/fs/cgroup -mindepth 3 -path "*$GROUP/*" -type d ! -path '*/deep*')" ]
	[ -z "$(inside find /run/docker.sock-exec /run/containerd -name '*ocibox*' -o -path '*/runtime-ocibox/*' -mindepth 3)" ]
	run processes
	run -1 grep -v -e ^dockerd -e ^containerd -e catatonit <<<"$output"
}
