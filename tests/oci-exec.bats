#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# shellcheck disable=SC2016,SC2154 # the dollars are the shell's inside; run sets stderr
load helpers
load runtime

setup() {
	runtime_setup
	config '.process.terminal = false | .process.args = ["sleep", "1000"]'
}

teardown() {
	[ ! -d "$BATS_TEST_TMPDIR/runc/$ID" ] || runc --root "$BATS_TEST_TMPDIR/runc" delete --force "$ID"
	runtime_teardown
}

# up: a running container
up() {
	"$OCIBOX" run -d "$ID" </dev/null >/dev/null 2>err 3>&- 4>&-
}

# inside WORDS...: exec
inside() {
	"$OCIBOX" exec "$@" </dev/null 3>&- 4>&-
}

@test "runs the program in the container, with its arguments as they are" {
	up
	run -0 inside "$ID" sh -c 'printf "[%s]" "$0" "$@"' 'a b' '' '$x' '{' '}' -- --tty "$(printf 'l\nine')" $'\xff\xfe'
	[ "$output" = "$(printf '[%s]' 'a b' '' '$x' '{' '}' -- --tty "$(printf 'l\nine')" $'\xff\xfe')" ]
	run -0 inside -- "$ID" echo -e x
	[ "$output" = x ]
	run -0 inside "$ID" -- echo x
	[ "$output" = x ]
	# each namespace is the container's, the cgroup too
	pid=$(ocibox state "$ID" | jq .pid)
	for ns in ipc mnt net pid uts cgroup; do
		[ "$(inside "$ID" readlink "/proc/self/ns/$ns")" = "$(readlink "/proc/$pid/ns/$ns")" ]
	done
	[ "$(inside "$ID" cat /proc/self/cgroup)" = "$(inside "$ID" cat /proc/1/cgroup)" ]
	run -0 inside "$ID" readlink /proc/1/exe
	[ "$output" = /bin/busybox ]
}

@test "its exit status is the program's; 128+N, 126 and 127" {
	up
	run -7 inside "$ID" sh -c 'exit 7'
	run -137 inside "$ID" sh -c 'kill -9 $$'
	run -143 inside "$ID" sh -c 'kill $$'
	check() {
		run "-$1" --separate-stderr inside "$ID" "$2"
		[ "$stderr" = "oci-program: $3" ] || { echo "$stderr"; return 1; }
	}
	check 127 nosuchcommand 'exec: "nosuchcommand": executable file not found in $PATH'
	check 127 /no/such 'exec: "/no/such": stat /no/such: no such file or directory'
	check 126 /etc/passwd 'exec: "/etc/passwd": permission denied'
	check 126 /etc 'exec: "/etc": is a directory: permission denied'
	# detached too, and then there is no pid file
	run -127 --separate-stderr inside -d --pid-file pid "$ID" nosuchcommand
	[ "$stderr" = 'oci-program: exec: "nosuchcommand": executable file not found in $PATH' ]
	[ ! -e pid ]
	# what the kernel then cannot execute has begun
	printf '#!/no/such\n' >rootfs/bin/junk
	chmod 755 rootfs/bin/junk
	inside -d --pid-file pid "$ID" /bin/junk >out 2>&1
	[ "$(cat out)" = "exec /bin/junk: no such file or directory: the interpreter it names" ]
	[ -s pid ]
}

@test "--detach returns when the program runs; --pid-file holds its pid" {
	up
	mkfifo rootfs/up
	inside --detach --pid-file pid "$ID" sh -c 'echo up >/up; exec sleep 1000' >/dev/null 2>&1 &
	read -r line <rootfs/up
	[ "$line" = up ]
	wait $!
	[ "$(tr -d 0-9 <pid)" = "" ]
	[ "$(wc -l <pid)" = 0 ]
	# adopted by init or by a subreaper, in the container's cgroup and pid namespace
	run ! grep -q ocibox "/proc/$(awk '{print $4}' "/proc/$(cat pid)/stat")/comm"
	[ "$(readlink "/proc/$(cat pid)/ns/pid")" = "$(readlink "/proc/$(ocibox state "$ID" | jq .pid)/ns/pid")" ]
	grep -q "$ID" "/proc/$(cat pid)/cgroup"
	# what the lock guards can go on
	run -0 ocibox delete --force "$ID"
	[ ! -e "/proc/$(cat pid)/ns" ] || ! kill -0 "$(cat pid)"
}

@test "a foreground program gets the signals" {
	up
	mkfifo rootfs/up
	"$OCIBOX" exec "$ID" sh -c 'trap "exit 9" USR1; echo >/up; while :; do sleep 1; done' </dev/null 3>&- 4>&- &
	read -r _ <rootfs/up
	kill -USR1 $!
	status=0
	wait $! || status=$?
	[ $status = 9 ]
}

@test "options are those of runc: environment, ids, groups, capabilities, directory, limits, cgroup" {
	requires runc cgroup1
	config '.process.capabilities.inheritable = [] | .process.capabilities.ambient = [] | .process.rlimits = [{type: "RLIMIT_CORE", soft: 100, hard: 200}] | .process.oomScoreAdj = 200 | .process.user.additionalGids = [9]'
	config '.linux.cgroupsPath = $p' --arg p "/$ID-ours"
	up
	mkdir -p "$BATS_TEST_TMPDIR/runc"
	config '.linux.cgroupsPath = $p' --arg p "/$ID-runc"
	runc --root "$BATS_TEST_TMPDIR/runc" run -d "$ID" </dev/null >/dev/null 2>&1 3>&-
	printf '#!/bin/sh\nenv | sort; pwd; id; umask; hostname; cat /proc/self/limits /proc/self/oom_score_adj; grep -E "^(Cap|NoNew|Groups|Uid|Gid|Seccomp:|SigBlk)" /proc/self/status; sort -t: -k2 /proc/self/cgroup; ls /proc/self/fd | wc -l; readlink /proc/self/ns/user; grep nice /proc/self/sched; cat /proc/keys | wc -l' >rootfs/bin/probe
	chmod 755 rootfs/bin/probe
	printf 'user:x:1000:1000::/home/user:\n' >>rootfs/etc/passwd
	echo '{"args":["probe"],"cwd":"/","env":["PATH=/bin"]}' >bare.json
	echo '{"args":["probe"],"cwd":"/tmp","env":["PATH=/bin","A=1"],"user":{"uid":1000,"gid":5,"additionalGids":[7],"umask":18},"noNewPrivileges":true,"rlimits":[{"type":"RLIMIT_CORE","soft":0,"hard":0}],"capabilities":{"bounding":["CAP_KILL"],"permitted":["CAP_KILL"],"effective":["CAP_KILL"]}}' >full.json
	while read -r words; do
		# shellcheck disable=SC2086
		runc --root "$BATS_TEST_TMPDIR/runc" exec ${words/ID/$ID} 2>&1 </dev/null 3>&- | sed "s/$ID-runc/CGROUP/" >theirs
		# shellcheck disable=SC2086
		inside ${words/ID/$ID} 2>&1 | sed "s/$ID-ours/CGROUP/" >ours
		[ -s theirs ]
		diff -u theirs ours || { echo "exec $words"; return 1; }
	done <<-'END'
		ID probe
		-e A=1 -e B=2 -e A=3 ID probe
		--user 1000 ID probe
		-u 1000:1001 --additional-gids 5 --additional-gids 6 ID probe
		--cwd /tmp ID probe
		-c CAP_NET_ADMIN -c CAP_SYS_PTRACE ID probe
		-u 1000 --cap CAP_NET_ADMIN ID probe
		--no-new-privs ID probe
		--process bare.json ID
		--process full.json ID
		--cwd /etc -e HOME=/x ID sh -c probe
	END
}

@test "what clients write: podman's and docker's processes" {
	up
	echo '{"user":{"uid":0,"gid":0,"umask":18,"additionalGids":[0]},"args":["sh","-c","umask; ulimit -n; echo $A"],"env":["PATH=/bin","A=podman"],"cwd":"/","capabilities":{"bounding":["CAP_CHOWN"],"effective":["CAP_CHOWN"],"permitted":["CAP_CHOWN"]},"rlimits":[{"type":"RLIMIT_NOFILE","hard":4096,"soft":4096}],"consoleSize":{"height":1,"width":2}}' >p.json
	run -0 "$OCIBOX" --log-format=json --log "$PWD/log" exec --pid-file "$PWD/pid" --process p.json "$ID" 3>&-
	[ "${lines[*]}" = "0022 4096 podman" ]
	run -0 "$OCIBOX" exec --process - "$ID" <p.json 3>&-
	run -127 "$OCIBOX" --log-format=json --log "$PWD/log" exec --process p.json "$ID" nosuch 3>&-
	[[ $(jq -r .msg log) == *'exec: "nosuch": executable file not found in $PATH' ]]
}

@test "a process whose file has no umask has the container's" {
	config '.process.user.umask = 468'
	up
	echo '{"user":{"uid":0,"gid":0},"args":["sh","-c","umask"],"env":["PATH=/bin"],"cwd":"/"}' >p.json
	run -0 "$OCIBOX" exec --process p.json "$ID" 3>&-
	[ "$output" = 0724 ]
	echo '{"user":{"uid":0,"gid":0,"umask":7},"args":["sh","-c","umask"],"env":["PATH=/bin"],"cwd":"/"}' >p.json
	run -0 "$OCIBOX" exec --process p.json "$ID" 3>&-
	[ "$output" = 0007 ]
}

@test "a process from a pipe, as shells make one" {
	up
	run -0 inside --process <(sleep 0.1; echo '{"cwd":"/","args":["ls","/proc/self/fd"]}') "$ID"
	[ "${lines[*]}" = "0 1 2 3" ]
	run -0 inside -p<(echo '{"cwd":"/tmp","args":["pwd"]}') "$ID"
	[ "$output" = /tmp ]
}

@test "all processors are its, whatever the caller is bound to; and the container's" {
	config '.process.args = ["sh", "-c", "grep Cpus_allowed_list /proc/self/status >&2; exec sleep 1000"]'
	all=$(ocibox oci-affinity 0-8191 /bin/grep Cpus_allowed_list /proc/self/status)
	"$OCIBOX" oci-affinity 0 "$(command -v "$OCIBOX")" run -d "$ID" </dev/null >/dev/null 2>seen 3>&- 4>&-
	until_true [ -s seen ]
	[ "$(cat seen)" = "$all" ]
	[ "$("$OCIBOX" oci-affinity 0 "$(command -v "$OCIBOX")" exec "$ID" grep Cpus_allowed_list /proc/self/status </dev/null 3>&- 4>&-)" = "$all" ]
}

@test "a working directory that its user may not enter, and root may" {
	config '.process.cwd = "/root" | .process.user.uid = 42'
	chown 42 rootfs/root
	chmod 700 rootfs/root
	up
	run -0 inside -u 0 "$ID" pwd
	[ "$output" = /root ]
	run -114 --separate-stderr inside -u 43 -w /root/none "$ID" pwd
	[[ $stderr == "oci-program: change directory to /root/none: "* ]]
}

@test "an error in the process has its place in the process's file" {
	up
	place() {
		printf '%b' "$1" >p.json
		run -111 --separate-stderr inside -p p.json "$ID"
		[ "$stderr" = "oci-process: $2" ] || { echo "$stderr"; return 1; }
		[ -z "$output" ]
	}
	place '{"args":["a"]' 'p.json:1:14: args: the file ends where a comma or } is due'
	place '\n{"args":["a"],\n "cwd":"x"}' 'p.json:3:8: process.cwd: must be an absolute path'
	place '{"cwd":"/","args":["a"],\n"user":{"uid":-1,"gid":0}}' 'p.json:2:15: process.user.uid: must be a whole number from 0 to 4294967294'
	place '[]' 'p.json:1:1: process: must be an object, not an array'
	place '{"cwd":"/","args":["a"],"args":["b"]}' 'p.json:1:25: args: duplicate key'
	place '{"cwd":"/","args":["a"],\n\n "rlimits":[{"type":"RLIMIT_X","soft":1,"hard":1}]}' 'p.json:3:21: process.rlimits[0].type: unknown "RLIMIT_X"'
	run -115 --separate-stderr inside -p none "$ID"
	[ "$stderr" = "oci-process: open none: No such file or directory" ]
}

@test "HOME is the container's passwd's, by number; a hostile one harms nothing" {
	up
	printf 'root:x:0:0::/r:\na:x:1000:1::/home/a:\n' >rootfs/etc/passwd
	home() {
		run -0 inside "$@" "$ID" sh -c 'echo $HOME'
	}
	home
	[ "$output" = /r ]
	home -u 1000
	[ "$output" = /home/a ]
	home -u 5
	[ "$output" = / ]
	home -e HOME=/x
	[ "$output" = /x ]
	rm rootfs/etc/passwd
	mkfifo rootfs/etc/passwd
	home
	[ "$output" = / ]
	rm rootfs/etc/passwd
	ln -s /dev/zero rootfs/etc/passwd
	home
	[ "$output" = / ]
}

@test "created, paused, stopped and missing containers" {
	"$OCIBOX" create "$ID" </dev/null >/dev/null 2>&1 3>&-
	run -0 inside "$ID" cat /proc/1/comm
	[ "$output" != sleep ]
	run -0 ocibox start "$ID"
	run -0 inside "$ID" true
	run -0 ocibox kill "$ID" KILL
	ended "$ID"
	run -113 --separate-stderr inside "$ID" true
	[ "$stderr" = "oci-join: $ID: cannot exec in a stopped container" ]
	run -112 --separate-stderr inside "$ID-x" true
	[ "$stderr" = "oci-hold: $ID-x: container does not exist" ]
	# a reused pid is not ours
	run -0 ocibox delete "$ID"
	up
	sed -i 's/"startTime":[0-9]*/"startTime":1/' "$OCIBOX_ROOT/$ID/state.json"
	pid=$(jq -s ".[-1].pid" "$OCIBOX_ROOT/$ID/state.json")
	run -113 --separate-stderr inside "$ID" true
	kill -9 "$pid"
}

@test "descriptors: none of the caller's but those of --preserve-fds" {
	up
	exec 5</ 6</ 7</
	run -0 inside "$ID" ls /proc/self/fd
	[ "${lines[*]}" = "0 1 2 3" ]
	run -0 sh -c 'exec "$0" exec --preserve-fds 2 "$1" ls /proc/self/fd 3</ 4</ 9</' "$OCIBOX" "$ID"
	[ "${lines[*]}" = "0 1 2 3 4 5" ]
	exec 5<&- 6<&- 7<&-
}

@test "LISTEN_FDS: sockets of a service manager, before those of --preserve-fds, and only when they are ours" {
	config '.process.args = ["sh", "-c", "exec 2>/out >/out; echo $LISTEN_FDS $LISTEN_FDNAMES $LISTEN_PID; ls /proc/self/fd"] | .root.readonly = false'
	run -0 sh -c 'LISTEN_FDS=1 LISTEN_FDNAMES=web LISTEN_PID=$$ exec "$0" run --preserve-fds 1 "$1" 3</ 4</ 5</' "$OCIBOX" "$ID"
	[ "$(tr '\n' ' ' <rootfs/out)" = "1 web 1 0 1 2 3 4 5 " ]
	config '.process.args = ["sleep", "1000"]'
	up
	run -0 sh -c 'LISTEN_FDS=1 LISTEN_PID=$$ exec "$0" exec "$1" sh -c "echo \$LISTEN_FDS \$((LISTEN_PID - \$\$)); ls /proc/\$\$/fd; :" 3</ 4</' "$OCIBOX" "$ID"
	[ "${lines[*]}" = "1 0 0 1 2 3" ]
	# they were another's
	run -0 sh -c 'LISTEN_FDS=1 LISTEN_PID=2 exec "$0" exec "$1" sh -c "echo \$LISTEN_FDS; ls /proc/\$\$/fd; :" 3</ 4</' "$OCIBOX" "$ID"
	[ "${lines[*]}" = "0 1 2" ]
}

@test "where the container's cgroup hands controllers down, in that of its first process" {
	requires cgroup2
	config '.linux.resources.memory.limit = 100000000'
	up
	pid=$(ocibox state "$ID" | jq .pid)
	cgroup=/sys/fs/cgroup$(sed 's/^0:://' "/proc/$pid/cgroup")
	mkdir "$cgroup/in" "$cgroup/in/er" "$cgroup/other"
	echo "$pid" >"$cgroup/in/er/cgroup.procs"
	echo +memory >"$cgroup/cgroup.subtree_control"
	[ "$(inside "$ID" cat /proc/self/cgroup)" = 0::/in/er ]
	[ "$(inside --cgroup other "$ID" cat /proc/self/cgroup)" = 0::/other ]
	# which may take none either
	mkdir "$cgroup/in/er/low"
	echo "$pid" >"$cgroup/in/er/low/cgroup.procs"
	echo +memory >"$cgroup/in/cgroup.subtree_control"
	[ "$(inside "$ID" cat /proc/self/cgroup)" = 0::/in/er/low ]
	echo "$pid" >/sys/fs/cgroup/cgroup.procs
	run -115 --separate-stderr inside "$ID" true
	[ "$stderr" = "oci-cgroup: $cgroup: takes no process: it hands controllers (memory) to the cgroups below it" ]
	echo "$pid" >"$cgroup/other/cgroup.procs"
}

@test "where the container's v2 cgroup is gone, in that which its first process has gone to" {
	local v2=/sys/fs/cgroup
	grep -q ' - cgroup2 ' /proc/self/mountinfo || cannot "needs cgroup v2"
	[ ! -d $v2/unified ] || v2=$v2/unified
	up
	pid=$(ocibox state "$ID" | jq .pid)
	cgroup=$v2$(sed -n 's/^0:://p' "/proc/$pid/cgroup")
	mkdir "$v2/$ID-away"
	echo "$pid" >"$v2/$ID-away/cgroup.procs"
	rmdir "$cgroup"
	"$OCIBOX" exec -d --pid-file pid "$ID" sleep 1000 </dev/null >/dev/null 2>&1 3>&- 4>&-
	grep -qx "0::/$ID-away" "/proc/$(cat pid)/cgroup"
	run -115 --separate-stderr inside --cgroup /none "$ID" true
	ocibox delete --force "$ID"
	until rmdir "$v2/$ID-away"; do sleep 0.05; done 2>/dev/null
}

@test "--cgroup enters a cgroup below the container's, by controller or all" {
	up
	awk -F'\t' '{ print $4 $5 }' "$OCIBOX_ROOT/$ID/cgroup" >paths
	while read -r path; do
		mkdir "$path/below"
		# a new one of v1 has no processors
		for file in cpuset.cpus cpuset.mems; do
			[ ! -e "$path/tasks" ] || [ ! -e "$path/$file" ] || cat "$path/$file" >"$path/below/$file"
		done
	done <paths
	run -0 inside --cgroup below "$ID" cat /proc/self/cgroup
	[ "$(grep -c '/below$' <<<"$output")" = "$(wc -l <paths)" ]
	if grep -q $'\tv1\t.*pids' "$OCIBOX_ROOT/$ID/cgroup"; then
		run -0 inside --cgroup pids:below "$ID" grep below /proc/self/cgroup
		[[ $output == *:pids:/*/below || $output == *:pids:/below ]]
		[ "${#lines[@]}" = 1 ]
	fi
	run ! inside --cgroup none "$ID" true
	run ! inside --cgroup ../.. "$ID" true
	run -110 inside --cgroup nosuch:below "$ID" true
}

# The defence: enter() in applets/oci-program.c, the lines with getcwd, whoever left descriptors open. That none are is
# close_on_exec() in applets/oci-seal.c, for which oci-seal.bats and oci-create.bats stand.
@test "a working directory outside the container is refused (CVE-2024-21626)" {
	up
	# a descriptor that is kept on purpose still is no way out
	run -114 --separate-stderr sh -c 'exec "$0" exec --preserve-fds 1 --cwd /proc/self/fd/3 "$1" pwd 3</' "$OCIBOX" "$ID"
	[ "$stderr" = "oci-program: /proc/self/fd/3: not inside the root directory" ]
	for n in $(seq 3 20); do
		run ! inside --cwd "/proc/self/fd/$n" "$ID" ls
		run ! inside --cwd "/proc/self/fd/$n/../../.." "$ID" ls
	done
	[[ $stderr != *"$BUNDLE"* ]]
}

# The defence: the line with oci-stdio in applets/oci-exec.sh.
@test "the null device that the caller gives is the container's by then: its root could change the host's" {
	up
	mknod -m 666 null c 1 3
	run -0 "$OCIBOX" exec "$ID" sh -c 'chmod 600 /proc/self/fd/0; stat -c %a /dev/null' <null 3>&- 4>&-
	[ "$output $(stat -c %a null)" = "600 666" ]
	run -0 "$OCIBOX" exec "$ID" sh -c 'rm /dev/null; touch /dev/null' </dev/zero 3>&- 4>&-
	run -115 --separate-stderr inside "$ID" true
	[ "$stderr" = "oci-stdio: /dev/null: not the null device" ]
}

# The defence: the line with oci-seal in applets/oci-exec.sh.
@test "the program of the host cannot be overwritten from inside (CVE-2019-5736)" {
	config '.root.readonly = false | .process.capabilities[] = ["CAP_SYS_PTRACE", "CAP_DAC_OVERRIDE"]'
	cp "$OCIBOX" "$BATS_TEST_TMPDIR/victim"
	OCIBOX=$BATS_TEST_TMPDIR/victim
	up
	before=$(cksum <"$OCIBOX")
	# what is executed in there is the runtime itself, which the container opens and writes when it has ended
	printf '#!/proc/self/exe --version\n' >rootfs/bin/evil
	cat >rootfs/bin/attack <<-'END'
		#!/bin/sh
		echo up >/up
		while [ ! -e /stop ]; do
			for p in /proc/[0-9]*; do
				case $(readlink $p/exe 2>/dev/null) in
				*ocibox* | *victim*)
					exec 9<$p/exe || continue
					echo seen >/seen
					while [ -e $p ]; do :; done
					(echo overwritten >/proc/self/fd/9) 2>/refused && echo hit >/hit
					exec 9<&- ;;
				esac
			done
		done
	END
	chmod 755 rootfs/bin/evil rootfs/bin/attack
	mkfifo rootfs/up rootfs/hold
	inside -d "$ID" attack >/dev/null 2>&1
	read -r _ <rootfs/up
	# run as an interpreter, the runtime is what the container's own link says
	run inside "$ID" evil
	[[ $output == "ocibox version"* ]] || sanitized
	for _ in $(seq "$(turns 20)"); do
		inside "$ID" true
		[ ! -e rootfs/seen ] || break
	done
	touch rootfs/stop
	[ ! -e rootfs/hit ]
	[ "$(cksum <"$OCIBOX")" = "$before" ]
	# the one that awaits its start is there to be opened as long as one likes
	"$OCIBOX" delete --force "$ID"
	"$OCIBOX" create "$ID" </dev/null >/dev/null 2>&1 3>&-
	run -0 inside "$ID" readlink /proc/1/exe
	[[ $output == "/memfd:ocibox"* ]]
	run ! inside "$ID" sh -c 'exec 9</proc/1/exe || exit 0; kill -9 1; echo overwritten >/proc/self/fd/9'
	[ "$(cksum <"$OCIBOX")" = "$before" ]
}

# The defence: the loop in caps_text() of applets/oci-process.c names three sets and not inheritable.
@test "inheritable capabilities are only what the configuration says (CVE-2022-29162)" {
	config '.process.capabilities.inheritable = [] | .process.capabilities.ambient = []'
	up
	run -0 inside --cap CAP_SYS_ADMIN "$ID" grep -E '^Cap(Inh|Amb)' /proc/self/status
	[ "${lines[*]}" = "CapInh:	0000000000000000 CapAmb:	0000000000000000" ]
	run -0 inside "$ID" grep CapInh /proc/self/status
	[ "$output" = "CapInh:	0000000000000000" ]
	ocibox delete --force "$ID"
	# what it says can be ambient, when it is asked for
	config '.process.capabilities = {inheritable: ["CAP_KILL", "CAP_CHOWN"], permitted: ["CAP_CHOWN"], effective: [], bounding: ["CAP_CHOWN", "CAP_KILL"], ambient: ["CAP_CHOWN"]}'
	up
	run -0 inside --cap CAP_KILL --cap CAP_SYS_ADMIN "$ID" grep -E '^Cap(Inh|Amb)' /proc/self/status
	[ "${lines[*]}" = "CapInh:	0000000000000021 CapAmb:	0000000000000021" ]
}

@test "--tty: a terminal of the container's, the user's one raw meanwhile; job control; half-closed input" {
	requires "$TERM_TOOL"
	up
	run -3 "$TERM_TOOL" @50x20 +go raw @60x30 '+30 60' $'=word\n' '+got word' cooked -- "$OCIBOX" exec -t "$ID" \
		sh -c 'tty; stty size; trap "stty size; n=1" WINCH; echo go; until [ "$n" ]; do sleep 0.02; done; read x; echo got "$x"; exit 3' 3>&- 4>&-
	[[ $output == /dev/pts/0*"20 50"*"30 60"* ]]
	# ^Z is the program's
	run -0 "$TERM_TOOL" '+/ #' raw $'=sh -c "echo beg""un; exec sleep 1000"\n' +begun $'=\x1a' +Stopped $'=kill -9 %1; exec true\n' cooked -- "$OCIBOX" exec -t "$ID" sh 3>&- 4>&-
	# the end of input is told, to who reads lines and to who reads characters
	run -0 timeout 20 "$OCIBOX" exec -t "$ID" cat <<<hello 3>&- 4>&-
	[[ $output == *$'hello\nhello' ]]
	run -0 timeout 20 "$OCIBOX" exec -t "$ID" sh <<<'echo in; echo $((6*7))' 3>&- 4>&-
	[[ $output == *$'\n42'* ]]
	# a user's own
	run -0 "$OCIBOX" exec -t -u 5 "$ID" sh -c 'stat -c %u $(tty); echo can >/dev/pts/0; echo >/dev/tty' </dev/null 3>&- 4>&-
	[[ $output == *$'5\ncan'* ]]
	# who does not want what is printed ends it
	run -0 sh -c '"$0" exec -t "$1" yes | head -n 1' "$OCIBOX" "$ID" </dev/null 3>&- 4>&-
}

@test "a stopped runtime leaves the terminal as it was, and takes it again" {
	requires "$TERM_TOOL"
	up
	# job control is a shell's
	run -0 "$TERM_TOOL" '+# ' "=$OCIBOX exec -t $ID sh -c 'echo g''o; read x; echo got \$x'"$'\n' +go raw ^20 +Stopped '+# ' cooked \
		$'=fg\n' raw $'=x\n' '+got x' '+# ' cooked $'=exit\n' -- env PS1='# ' sh -i 3>&- 4>&-
	for number in 15 1; do
		run -$((128 + number)) "$TERM_TOOL" +go raw !$number cooked -- "$OCIBOX" exec -t "$ID" sh -c 'echo go; exec sleep 1000' 3>&- 4>&-
	done
}

@test "--console-socket takes the terminal of a detached one, of a process that has none it is an error" {
	up
	"$OCIBOX" recvtty -n -p pid sock >out 2>&1 3>&- 4>&- &
	until_true [ -e pid ]
	run -0 "$OCIBOX" exec -t -d --pid-file p --console-socket sock "$ID" sh -c 'tty; echo done' </dev/null 3>&- 4>&-
	wait $!
	[ "$(cat out)" = $'/dev/pts/0\r\ndone\r' ]
	run -110 --separate-stderr inside -d -t "$ID" touch /ran
	[ "$stderr" = "oci-console: cannot allocate tty if ocibox will detach without setting console socket" ]
	run -110 --separate-stderr inside -d --console-socket sock "$ID" touch /ran
	[ "$stderr" = "oci-console: sock: cannot use console socket if the process has no terminal" ]
}

@test "kernels without setns by pidfd" {
	requires "$NOSYS"
	up
	run -0 "$NOSYS" pidfd_open "$OCIBOX" exec "$ID" readlink /proc/self/ns/pid 3>&-
	[ "$output" = "$(readlink "/proc/$(ocibox state "$ID" | jq .pid)/ns/pid")" ]
}

@test "bad usage runs nothing" {
	up
	for words in "" "$ID" "-z $ID touch /ran" "-u x $ID touch /ran" "-g -1 $ID touch /ran" "-e novalue $ID touch /ran" "--preserve-fds x $ID touch /ran" "-p - -z $ID"; do
		# shellcheck disable=SC2086
		run -110 inside $words
	done
	[ ! -e rootfs/ran ]
	for words in "$ID" "" "-u 5 $ID"; do
		# shellcheck disable=SC2086
		run -110 --separate-stderr inside $words
		[[ $stderr == "oci-exec: usage: "* ]]
	done
}

@test "an empty user, directory, profile or label is none" {
	up
	run -0 inside --user '' --cwd '' --apparmor '' --process-label '' "$ID" sh -c 'id -u; pwd'
	[ "${lines[*]}" = "0 /" ]
}

@test "the container's seccomp profile, rlimits and landlock rules hold for it too" {
	config '.linux.seccomp = {defaultAction: "SCMP_ACT_ALLOW", syscalls: [{names: ["mkdir", "mkdirat"], action: "SCMP_ACT_ERRNO", errnoRet: 30}]} | .root.readonly = false'
	up
	run -1 inside "$ID" mkdir /made
	[[ $output == *"Read-only file system" ]]
	run -0 inside "$ID" grep -E '^Seccomp:' /proc/self/status
	[ "$output" = "Seccomp:	2" ]
	# with another process, and where no compiled filter is known
	echo '{"args":["/bin/mkdir","/made"],"cwd":"/","user":{"uid":0,"gid":0}}' >p.json
	run -1 inside -p p.json "$ID"
	[[ $output == *"Read-only file system" ]]
	run -1 unshare -m --propagation private sh -c 'mount -t tmpfs run /run && exec "$@"' sh "$OCIBOX" exec -u 0:0 "$ID" mkdir /made
	[[ $output == *"Read-only file system" ]]
}

@test "the session keyring is the container's; with --no-new-keyring the caller's, as it was" {
	requires "$REPO/build/look"
	cp "$REPO/build/look" rootfs/bin/look
	config '.root.readonly = false | .linux.namespaces += [{type: "user"}] |
		.linux.uidMappings = [{containerID: 0, hostID: 100000, size: 65536}] | .linux.gidMappings = .linux.uidMappings'
	chown -R 100000:100000 rootfs
	chmod 755 . .. "$BATS_TEST_TMPDIR"
	program sh -c "look ring >/tmp/ring.new; mv /tmp/ring.new /tmp/ring; exec sleep 1000"
	for userns in 1 ''; do
		[ "$userns" ] || chown -R 0:0 rootfs
		[ "$userns" ] || config 'del(.linux.uidMappings, .linux.gidMappings) | .linux.namespaces |= map(select(.type != "user"))'
		for flag in "" --no-new-keyring; do
			rm -f rootfs/tmp/ring
			"$OCIBOX" oci-keyring "caller-$ID" "$OCIBOX" run -d $flag "$ID" </dev/null >/dev/null 3>&- 4>&-
			until_true [ -e rootfs/tmp/ring ]
			run -0 "$OCIBOX" oci-keyring "caller-$ID" "$OCIBOX" exec "$ID" look ring </dev/null 3>&- 4>&-
			echo "$userns $flag: $output, $(cat rootfs/tmp/ring)"
			case $flag in
			--*) [[ $output == "ring: "*" _ses.caller-$ID" ]] ;;
			*) [[ $output == "ring: "*" _ses.$ID" ]] ;;
			esac
			[ "$output" = "$(cat rootfs/tmp/ring)" ]
			"$OCIBOX" delete --force "$ID" 3>&-
		done
	done
}

@test "--apparmor and --process-label are in force for the program, or an error" {
	up
	while IFS=';' read -r option label attribute here; do
		if grep -q "$here" /proc/filesystems /proc/self/attr/apparmor/current 2>/dev/null; then
			run -115 inside "$option" "$label" "$ID" echo ran
			[[ $output == "oci-label: write "*"$label to /proc/self/attr/$attribute: "* ]]
		else
			run -119 inside "$option" "$label" "$ID" echo ran
			[[ $output == "oci-label: $label: an "*", and the kernel has no "* ]]
		fi
	done <<-'END'
		--apparmor;no-such-profile;apparmor/exec;unconfined
		--process-label;a:b:c;exec;selinuxfs
	END
}
