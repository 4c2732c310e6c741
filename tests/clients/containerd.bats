# SPDX-License-Identifier: MIT
# shellcheck disable=SC2016 # for the container's shell
load daemons

setup_file() {
	requires ctr
	daemons_up
	oci_image
	inside cp "$BATS_FILE_TMPDIR/oci.tar" "$STORE"
	ctr images import "$STORE/oci.tar" >/dev/null
	# a root for those that bring their own specification
	inside mkdir "$STORE/root"
	inside tar -C "$STORE/root" -xf "$BATS_FILE_TMPDIR/box.tar"
}

teardown_file() {
	daemons_down
}

setup() {
	IMAGE=localhost/box:latest
}

# box OPTION... -- WORD...: ctr run of the image with the runtime under test
box() {
	local options words
	split_options "$@"
	ctr run --rm --runtime io.containerd.runc.v2 --runc-binary "$RUNTIME" --cgroup "$GROUP/one" "${options[@]}" "$IMAGE" "one-$NAME" "${words[@]}"
}

# specified FILTER WORD...: ctr run of a specification changed with jq
specified() {
	local filter=$1
	shift
	ctr oci spec | jq "$filter"' | .process.env = ["PATH=/bin"] | .process.args = $ARGS.positional | .root.path = $root | .linux.cgroupsPath = $group' \
		--arg root "$STORE/root" --arg group "$GROUP/one" --args -- "$@" | inside tee "$STORE/spec.json" >/dev/null
	ctr run --rm --runtime io.containerd.runc.v2 --runc-binary "$RUNTIME" --config "$STORE/spec.json" "one-$NAME"
}

statuses() {
	t box -- echo hi
	t box -- sh -c 'exit 3'
	t box -- nosuch
	t box -- /no/such
	t box -- /etc/passwd
	t box -- /etc
	t box -- script
	# what failed has left nothing that is in the way
	t box -- true
	ctr task ls -q
	ctr containers ls -q
}

@test "containerd: run, its exit status, and programs that are not there" {
	both statuses <<-'EOT'
		hi
		= 3
		failed: exec: "nosuch": executable file not found in $PATH
		= 1
		failed: exec: "/no/such": stat /no/such: no such file or directory
		= 1
		failed: exec: "/etc/passwd": permission denied
		= 1
		failed: exec: "/etc": permission denied
		= 1
		exec /bin/script: no such file or directory
		= 1
	EOT
}

options() {
	t box --cwd /tmp --env A=b -- sh -c 'pwd; echo $A'
	t box --read-only -- sh -c 'touch /x 2>&1'
	t box --cap-add CAP_SYS_ADMIN --cap-drop CAP_CHOWN -- grep -e Prm -e Bnd /proc/self/status
	t box --privileged -- sh -c 'grep CapEff /proc/self/status; grep -c " /proc/" /proc/mounts' | sed "s/$(awk '/^CapBnd/ { print $2 }' /proc/self/status)/all/"
	t box --seccomp -- grep Seccomp: /proc/self/status
	t box --seccomp --seccomp-profile "$STORE/seccomp.json" -- sh -c 'mkdir /q 2>&1'
	t box --allow-new-privs -- grep NoNew /proc/self/status
	t box -- sh -c 'grep NoNew /proc/self/status; umask; ls /proc/self/fd | xargs; ulimit -n'
	t box --mount "type=bind,src=$STORE/root/etc,dst=/mnt,options=rbind:ro" -- sh -c 'ls /mnt; touch /mnt/x 2>&1'
	t box --mount "type=bind,src=$STORE/root,dst=/mnt,options=rbind:rshared" -- grep -c ' /mnt .* shared:' /proc/self/mountinfo
	t box --mount 'type=tmpfs,src=t,dst=/t,options=size=1m:mode=700' -- grep ' /t ' /proc/mounts
	t box --device /dev/kmsg -- ls /dev/kmsg
	t box --net-host -- readlink /proc/self/ns/net | diff - <(inside readlink /proc/1/ns/net)
	t box --no-pivot -- echo no pivot
	# (runc 1.1 leaves it private)
	t box --rootfs-propagation shared -- echo shared
	t box --null-io -- echo unseen
	# (ctr may be told of the end before it has read what the program said last)
	t terminal "ctr -a /run/containerd.sock run --rm -t --cgroup $GROUP/one --runc-binary $RUNTIME $IMAGE one-$NAME"' sh -c "tty; until stty size | grep -qx \"33 77\"; do :; done 2>/dev/null; stty size; sleep .3; exit 5"'
	echo text | ctr run --rm --cgroup "$GROUP/one" --runc-binary "$RUNTIME" "$IMAGE" "one-$NAME" sh -c 'read x; echo got $x'
}

@test "containerd: options of run" {
	inside tee "$STORE/seccomp.json" >/dev/null <<-'EOT'
		{"defaultAction":"SCMP_ACT_ALLOW","syscalls":[{"names":["mkdir","mkdirat"],"action":"SCMP_ACT_ERRNO","errnoRet":38}]}
	EOT
	both options <<-'EOT'
		/tmp
		b
		touch: /x: Read-only file system
		= 1
		CapPrm:	00000000a82425fa
		CapBnd:	00000000a82425fa
		CapEff:	all
		0
		= 1
		Seccomp:	2
		mkdir: can't create directory '/q': Function not implemented
		= 1
		NoNewPrivs:	0
		NoNewPrivs:	1
		0022
		0 1 2 3
		1024
		group
		passwd
		touch: /mnt/x: Read-only file system
		= 1
		1
		t /t tmpfs rw,relatime,size=1024k,mode=700 0 0
		/dev/kmsg
		no pivot
		shared
		/dev/pts/0
		33 77
		= 5
		got text
	EOT
}

limits() {
	t box --memory-limit 33554432 --cpus .5 --cpu-shares 99 -- sh -c "grep -c $GROUP/one /proc/self/cgroup"
	t specified '.linux.resources.pids.limit = 20 | .linux.namespaces += [{type: "cgroup"}] | .mounts += [{destination: "/sys/fs/cgroup", type: "cgroup", source: "cgroup", options: ["ro"]}]' \
		sh -c 'cut -d : -f 3 /proc/self/cgroup | sort -u; cat /sys/fs/cgroup/pids/pids.max'
	t box --memory-limit 16777216 -- sh -c 'x=aaaaaaaa; while :; do x=$x$x; done'
	ctr run -d --runc-binary "$RUNTIME" --memory-limit 33554432 --cpus .5 --cpu-shares 99 --cgroup "$GROUP/one" "$IMAGE" "one-$NAME" sleep 1000
	cat /sys/fs/cgroup/memory"$GROUP"/one/memory.limit_in_bytes /sys/fs/cgroup/cpu"$GROUP"/one/cpu.cfs_quota_us /sys/fs/cgroup/cpu"$GROUP"/one/cpu.shares
	t ctr task metrics --format json "one-$NAME" | jq -c '(.pids.current, .memory.usage.limit), (.cpu.usage.total > 0)'
	t ctr task rm -f "one-$NAME" 2>&1 | grep -v level=warning
	ctr containers rm "one-$NAME"
	ls -d /sys/fs/cgroup/*"$GROUP"/one 2>/dev/null
}

@test "containerd: limits and metrics" {
	requires cgroup1
	both limits <<-'EOT'
		10
		/
		20
		= 137
		33554432
		50000
		99
		1
		33554432
		true
	EOT
}

# states of the task
state() {
	ctr task ls | awk 'NR > 1 { print $3 }'
}

tasks() {
	local c=one-$NAME
	ctr run -d --runc-binary "$RUNTIME" --cgroup "$GROUP/one" --env A=1 "$IMAGE" "$c" sh -c 'trap "exit 7" TERM; while :; do sleep 1 & wait $!; done'
	state
	t ctr task exec --exec-id e1 "$c" sh -c 'echo $A; exit 9'
	t ctr task exec --exec-id e2 --user 1000:1000 --cwd /tmp "$c" sh -c 'id; pwd'
	t ctr task exec --exec-id e3 "$c" nosuch
	t ctr task exec --exec-id e4 "$c" /etc/passwd
	t ctr task exec --exec-id e8 "$c" /bin/junk
	echo text | ctr task exec --exec-id e5 "$c" cat
	t terminal "ctr -a /run/containerd.sock task exec -t --exec-id e6 $c "'sh -c "tty; until stty size | grep -qx \"33 77\"; do :; done 2>/dev/null; stty size; sleep .3; exit 6"'
	t ctr task exec -d --exec-id e7 "$c" sleep 1000
	ctr task ps "$c" | awk 'NR > 1 { print $2 }' | grep -c e7
	t ctr task pause "$c"
	state
	t ctr task resume "$c"
	state
	t ctr task kill --exec-id e7 -s KILL "$c"
	t ctr task kill -s TERM "$c"
	until_state STOPPED
	t ctr task kill -s TERM "$c" | grep -o 'process already finished'
	ctr task rm "$c" 2>&1 | grep -o 'exit code [0-9]*'
	# the container stays, and can be run again
	t ctr task start -d "$c"
	state
	t ctr task kill -a -s KILL "$c"
	until_state STOPPED
	ctr task delete "$c" 2>&1 | grep -o 'exit code [0-9]*'
	t ctr task start -d "$c"
	ctr task rm "$c" 2>&1 | grep -o 'must be stopped' | sort -u
	ctr task rm -f "$c" 2>&1 | grep -o 'exit code [0-9]*'
	t ctr containers rm "$c"
}

until_state() {
	local end=$((SECONDS + 10))
	until [ "$(state)" = "$1" ]; do
		[ $SECONDS -lt $end ] || { echo "never $1"; return 1; }
	done
	echo "$1"
}

@test "containerd: tasks: exec, ps, pause, resume, kill, rm, and again" {
	both tasks <<-'EOT'
		RUNNING
		1
		= 9
		uid=1000(user) gid=1000(user) groups=1000(user)
		/tmp
		failed: exec: "nosuch": executable file not found in $PATH
		= 1
		failed: exec: "/etc/passwd": permission denied
		= 1
		exec /bin/junk: exec format error
		= 1
		text
		/dev/pts/0
		33 77
		= 6
		1
		PAUSED
		RUNNING
		STOPPED
		process already finished
		exit code 7
		RUNNING
		STOPPED
		exit code 137
		must be stopped
		exit code 137
	EOT
}

attaches() {
	local c=one-$NAME
	ctr run -d --log-uri "file://$STORE/$c.log" --runc-binary "$RUNTIME" --cgroup "$GROUP/one" "$IMAGE" "$c" sh -c 'echo logged; exec sleep 1000'
	until inside test -s "$STORE/$c.log"; do :; done
	inside cat "$STORE/$c.log"
	t ctr containers info "$c" | jq -r .Runtime.Name
	ctr task rm -f "$c" >/dev/null 2>&1
	ctr containers rm "$c"
	ctr run -d --runc-binary "$RUNTIME" --cgroup "$GROUP/one" "$IMAGE" "$c" sh -c 'while sleep .1; do echo beat; done'
	ctr task attach "$c" </dev/null >"$BATS_TEST_TMPDIR/said" &
	until grep -qx beat "$BATS_TEST_TMPDIR/said"; do :; done
	state
	ctr task rm -f "$c" >/dev/null 2>&1
	wait $!
	ctr containers rm "$c"
}

@test "containerd: a log, inspect, attach" {
	both attaches <<-'EOT'
		logged
		io.containerd.runc.v2
		RUNNING
	EOT
}

shared() {
	local c=one-$NAME pid
	ctr run -d --runc-binary "$RUNTIME" --cgroup "$GROUP/one" "$IMAGE" "$c" sleep 1000
	pid=$(ctr task ls | awk 'NR > 1 { print $2 }')
	t ctr run --rm --runc-binary "$RUNTIME" --cgroup "$GROUP/two" --with-ns "pid:/proc/$pid/ns/pid" --with-ns "network:/proc/$pid/ns/net" \
		--with-ns "ipc:/proc/$pid/ns/ipc" --with-ns "uts:/proc/$pid/ns/uts" "$IMAGE" "two-$NAME" sh -c 'x=$(ps -o comm); echo "$x" | sort -u | xargs
		for n in pid net ipc uts mnt; do readlink /proc/self/ns/$n; done' >"$BATS_TEST_TMPDIR/two"
	head -n 1 "$BATS_TEST_TMPDIR/two"
	for n in pid net ipc uts mnt; do inside readlink "/proc/$pid/ns/$n"; done | grep -cxFf - "$BATS_TEST_TMPDIR/two"
	ctr task rm -f "$c" >/dev/null 2>&1
	ctr containers rm "$c"
}

@test "containerd: namespaces of another container" {
	both shared <<-'EOT'
		COMMAND ps sh sleep
		4
	EOT
}

userns() {
	t ctr run --rm --runc-binary "$RUNTIME" --cgroup "$GROUP/one" --uidmap 0:200000:65536 --gidmap 0:200000:65536 "$IMAGE" "one-$NAME" \
		sh -c 'id -u; awk "{ print \$1, \$2, \$3 }" /proc/self/uid_map; stat -c %u /bin; touch /x && stat -c %u /x'
}

@test "containerd: a user namespace" {
	both userns <<-'EOT'
		0
		0 200000 65536
		0
		0
	EOT
}

specification() {
	local hooks="$STORE/hooks-$NAME"
	t specified '.process.user = {uid: 1000, gid: 1000, additionalGids: [7, 8]} | .hostname = "hh" | .process.rlimits = [{type: "RLIMIT_NOFILE", soft: 77, hard: 88}]
		| .linux.sysctl = {"kernel.msgmax": "9000", "net.ipv4.ip_forward": "1"} | .linux.resources.pids.limit = 20 | .process.oomScoreAdj = 300' \
		sh -c 'id; hostname; ulimit -n; cat /proc/sys/kernel/msgmax /proc/sys/net/ipv4/ip_forward /proc/self/oom_score_adj'
	t specified '.hooks = ({createRuntime: 1, createContainer: 1, startContainer: 1, poststart: 1, poststop: 1} | with_entries(.key as $k | .value = [
		{path: "/bin/sh", args: ["sh", "-c", (if $k == "startContainer" then "echo inside >/tmp/hook" else "echo \($k) $(grep -o \"\\\"status\\\":\\\"[a-z]*\" | cut -d: -f2) >>'"$hooks"'" end)]}]))
		| .root.readonly = false' cat /tmp/hook
	# (runc 1.1 says created in poststart)
	inside cat "$hooks" | tr -d '"' | sed 's/poststart.*/poststart/'
	t specified '.hooks = {createRuntime: [{path: "/bin/false"}]}' echo unseen | sed 's/.* failed: .*/refused/'
	t specified '.linux.namespaces += [{type: "nosuch"}]' echo unseen | sed 's/.* failed: .*/refused/'
	t specified '.linux.maskedPaths = ["/etc/group"] | .linux.readonlyPaths = ["/root"] | .mounts += [{destination: "/new/place", type: "tmpfs", source: "x", options: ["ro"]}]' \
		sh -c 'wc -c </etc/group; touch /root/x 2>&1; touch /new/place/x 2>&1'
}

@test "containerd: a specification of one's own, with hooks" {
	both specification <<-'EOT'
		uid=1000(user) gid=1000(user) groups=7,8
		hh
		77
		9000
		1
		300
		inside
		createRuntime creating
		createContainer creating
		poststart
		poststop stopped
		refused
		= 1
		refused
		= 1
		0
		touch: /root/x: Read-only file system
		touch: /new/place/x: Read-only file system
		= 1
	EOT
}

checkpoints() {
	local c=one-$NAME
	ctr run -d --runc-binary "$RUNTIME" --cgroup "$GROUP/one" --mount "type=bind,src=$STORE/kept-$NAME,dst=/k,options=rbind" "$IMAGE" "$c" \
		sh -c 'i=0; while :; do i=$((i + 1)); echo $i >/k/count; sleep .1; done'
	until inside test -s "$STORE/kept-$NAME/count"; do :; done
	# it goes on
	t ctr task checkpoint --image-path "$STORE/images-$NAME" "$c" >/dev/null
	inside test -e "$STORE/images-$NAME/inventory.img" && echo saved
	state
	# and ends
	t ctr task checkpoint --exit --image-path "$STORE/more-$NAME" "$c" >/dev/null
	until_state STOPPED
	ctr task rm "$c" >/dev/null 2>&1
	ctr containers rm "$c"
}

@test "containerd: checkpoints of a task" {
	requires criu
	inside mkdir "$STORE/kept-runc" "$STORE/kept-ocibox"
	both checkpoints <<-'EOT'
		saved
		RUNNING
		STOPPED
	EOT
}

@test "containerd: the shim killed while a hook runs, and nothing left" {
	# (runc leaves its cgroups)
	local NAME=ocibox RUNTIME=$OCIBOX hook end
	inside mkfifo "$STORE/begun"
	for hook in createRuntime createContainer poststart; do
		specified ".hooks.$hook = [{path: \"/bin/sh\", args: [\"sh\", \"-c\", \"echo >$STORE/begun; exec sleep 1000\"]}]" sleep 1000 >/dev/null 2>&1 3>&- &
		timeout 20 nsenter -t "$MACHINE" -m cat "$STORE/begun"
		inside pkill -9 -f "^[^ ]*containerd-shim-runc-v2 .*-id one-ocibox "
		wait $! || true
		end=$((SECONDS + 20))
		while processes | grep -v -e ^containerd; do
			[ $SECONDS -lt $end ] || { echo "left after $hook"; return 1; }
			sleep .1
		done
		[ -z "$(find /sys/fs/cgroup -mindepth 3 -path "*$GROUP/*" -type d)" ]
		[ -z "$(inside find /run/containerd/runc -mindepth 2)" ]
	done
}

many() {
	local i
	for i in 1 2 3 4 5 6; do
		ctr run --rm --runc-binary "$RUNTIME" --cgroup "$GROUP/m$i" "$IMAGE" "m$i-$NAME" sh -c "echo $i; exit $i" &
		pids[i]=$!
	done
	for i in 1 2 3 4 5 6; do
		wait "${pids[i]}"
		echo "= $?"
	done
}

@test "containerd: several at the same time, and nothing left" {
	many_sorted() {
		many | sort
	}
	both many_sorted <<-'EOT'
		1
		2
		3
		4
		5
		6
		= 1
		= 2
		= 3
		= 4
		= 5
		= 6
	EOT
	[ -z "$(ctr task ls -q)" ]
	[ -z "$(ctr containers ls -q)" ]
	[ -z "$(find /sys/fs/cgroup -mindepth 3 -path "*$GROUP/*" -type d)" ]
	[ -z "$(inside find /run/containerd/runc -mindepth 2)" ]
	run processes
	run -1 grep -v -e ^containerd -e catatonit <<<"$output"
}
