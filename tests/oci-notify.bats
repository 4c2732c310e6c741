#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# shellcheck disable=SC2016,SC2154 # text for other shells; run sets stderr
load helpers
load runtime

setup() {
	NOTIFY=$REPO/build/notify
	runtime_setup
	requires "$NOTIFY"
	cp "$NOTIFY" rootfs/bin/notify
	manager=
	config '.root.readonly = false'
}

teardown() {
	[ ! "$manager" ] || kill "$manager"
	runtime_teardown
	# nobody waits any more
	! pgrep -f "oci-notify -w $ID$"
}

# listen NAME: a service manager there; what it hears is in heard
listen() {
	export NOTIFY_SOCKET=$1
	"$NOTIFY" hear "$1" >heard 3>&- 4>&- &
	manager=$!
	until_true grep -q ready heard
}

# go WORDS...: ocibox without a terminal and bats' descriptors; the pid of what was started is in $started
go() {
	"$OCIBOX" "$@" </dev/null >out 2>&1 3>&- 4>&- &
	started=$!
}

heard() {
	sed 1d heard
}

# what a hostile or chatty program says before it is ready; none of it is passed on
chat=('READY=0' 'MAINPID=1' ' READY=1' 'READY=1 ' 'XREADY=1' 'STATUS=READY=1' '+FDSTORE=1' $'STOPPING=1\nREADY=10' 'BARRIER=1' "$(printf '%05000d' 1)")

@test "run in the foreground: READY=1 arrives, alone of what was said, from the process that was started" {
	listen "$BATS_TEST_TMPDIR/manager"
	# more than a socket holds that nobody reads: who takes one of them for the word does not listen to the last
	program sh -c 'echo "$NOTIFY_SOCKET"; notify send - "$@" "$@" "$@" && all=heard; echo "$all" >/said; read -r line </go; notify send - "$(printf "STATUS=up\nREADY=1\nMAINPID=1")"
		read -r line </go' sh "${chat[@]}"
	mkfifo rootfs/go rootfs/said
	go run "$ID"
	[ "$(timeout 20 head -n 1 rootfs/said)" = heard ]
	[ -z "$(heard)" ]
	echo >rootfs/go
	until_true grep -q READY heard
	echo >rootfs/go
	wait "$started"
	[ "$(cat out)" = /run/notify/notify.sock ]
	[ "$(heard)" = "$started READY=1|MAINPID=$started" ]
}

@test "start and run -d end when the container is ready, and name its process; an abstract socket" {
	listen "@$ID"
	program sh -c 'read -r line </go; notify send - "$@"; read -r line </go' sh "${chat[@]}" +READY=1
	mkfifo rootfs/go
	for how in create "run -d"; do
		: >heard
		# shellcheck disable=SC2086 # words
		go $how "$ID"
		if [ "$how" = create ]; then
			wait "$started"
			[ ! -s heard ]
			go start "$ID"
		fi
		until_true has_status "$ID" running
		# others may work on it meanwhile
		[ "$("$OCIBOX" exec "$ID" sh -c 'echo "in $NOTIFY_SOCKET"' </dev/null 3>&- 4>&-)" = "in " ]
		[ -d "/proc/$started" ]
		echo >rootfs/go
		wait "$started"
		pid=$(ocibox state "$ID" | jq .pid)
		# the second with a descriptor: when it is closed, all has been taken
		[ "$(tr -d '\0' <heard | sed 's/^[0-9]* +/PID +/')" = "$started READY=1|MAINPID=$pid
PID +BARRIER=1" ] || { cat heard; return 1; }
		[ ! -s out ]
		echo >rootfs/go
		"$OCIBOX" delete --force "$ID" 3>&-
	done
}

# waits_only PID: the process below that one has closed the pipe to its guard, and waits
waits_only() {
	local child
	child=$(cat "/proc/$1/task/$1/children") && [ "$child" ] && ! find "/proc/${child% }/fd" -lname 'pipe:*' | grep -q .
}

@test "when the wait for a container that does not get ready is ended, by a signal, the container stays" {
	listen "$BATS_TEST_TMPDIR/manager"
	program sleep 1000
	for how in create "run -d"; do
		# shellcheck disable=SC2086 # words
		go $how "$ID"
		if [ "$how" = create ]; then
			wait "$started"
			go start "$ID"
		fi
		until_true has_status "$ID" running
		until_true waits_only "$started"
		kill -9 "$started"
		wait "$started" || true
		until_true eval '! pgrep -f "oci-notify -w $ID\$"'
		has_status "$ID" running
		"$OCIBOX" delete --force "$ID" 3>&-
	done
}

@test "a container that ends without a word, or is killed, is waited for no longer" {
	listen "$BATS_TEST_TMPDIR/manager"
	program notify send - STATUS=bye
	go run "$ID"
	wait "$started"
	go run -d "$ID"
	wait "$started"
	ended "$ID"
	"$OCIBOX" delete "$ID" 3>&-
	# the last message is not lost with its sender
	program notify send - READY=1
	go run -d "$ID"
	wait "$started"
	pid=$(ocibox state "$ID" | jq .pid)
	[[ $(heard | head -n 1) == "$started READY=1|MAINPID="* ]]
	"$OCIBOX" delete --force "$ID" 3>&-
	program sleep 1000
	go create "$ID"
	wait "$started"
	go start "$ID"
	until_true has_status "$ID" running
	"$OCIBOX" kill "$ID" KILL
	wait "$started"
}

@test "in a user namespace, with a read-only image, by another user, without pidfds" {
	requires userns-container
	listen "$BATS_TEST_TMPDIR/manager"
	config '.root.readonly = true | .process.user = {uid: 5, gid: 5} | .linux.namespaces += [{type: "user"}] |
		.linux.uidMappings = [{containerID: 0, hostID: 100000, size: 65536}] | .linux.gidMappings = .linux.uidMappings'
	chown -R 100000:100000 rootfs
	chmod 755 . .. "$BATS_TEST_TMPDIR"
	program notify send - READY=1
	"$NOSYS" pidfd_open "$OCIBOX" run -d "$ID" </dev/null >out 2>&1 3>&- 4>&-
	[[ $(heard) == *" READY=1|MAINPID="* ]]
}

@test "nothing without NOTIFY_SOCKET, nothing when the configuration has it, a warning without a manager" {
	program sh -c 'echo "$NOTIFY_SOCKET"; ls -d /run/notify 2>&1'
	run -1 "$OCIBOX" run "$ID" </dev/null 3>&- 4>&-
	[ "$output" = "
ls: /run/notify: No such file or directory" ]
	config '.process.env += ["NOTIFY_SOCKET=/mine"]'
	export NOTIFY_SOCKET=$BATS_TEST_TMPDIR/nobody
	run -1 "$OCIBOX" run "$ID" </dev/null 3>&- 4>&-
	[ "$output" = "/mine
ls: /run/notify: No such file or directory" ]
	config '.process.env |= map(select(startswith("NOTIFY") | not))'
	program notify send - READY=1
	for NOTIFY_SOCKET in "$BATS_TEST_TMPDIR/nobody:No such file or directory" "relative:Invalid argument"; do
		want="oci-notify: warning: ${NOTIFY_SOCKET%%:*}: the service manager is not told that the container is ready: ${NOTIFY_SOCKET#*:}"
		NOTIFY_SOCKET=${NOTIFY_SOCKET%%:*}
		run -0 "$OCIBOX" run -d "$ID" </dev/null 3>&- 4>&-
		[ "$output" = "$want" ] || { echo "$output"; return 1; }
		"$OCIBOX" delete --force "$ID" 3>&-
	done
	NOTIFY_SOCKET=/$(printf '%0200d' 1)
	run -0 "$OCIBOX" run -d "$ID" </dev/null 3>&- 4>&-
	[[ $output == "oci-notify: warning: $NOTIFY_SOCKET: "*"too long" ]]
}

# Where the container may write to the directory, its bind mount being made anew by CAP_SYS_ADMIN.
@test "what takes the place of the socket stays as it is" {
	requires strace
	export NOTIFY_SOCKET=$PWD/manager
	ocibox create "$ID" </dev/null >/dev/null 2>&1 3>&-
	install -m 600 /dev/null precious
	# stopped behind its bind(2)
	strace -qq -o calls -e trace=bind -e inject=bind:signal=STOP "$OCIBOX" oci-hold "$ID" oci-notify -l /bin/true 3>&- 4>&- &
	tracer=$!
	until_true grep -q "stopped by SIGSTOP" calls
	ln -sf "$PWD/precious" "$OCIBOX_ROOT/$ID/notify/notify.sock"
	kill -CONT "$(tr -d ' ' <"/proc/$tracer/task/$tracer/children")"
	wait "$tracer"
	[ "$(stat -c %a precious)" = 600 ]
}

@test "bad usage changes nothing" {
	run -110 --separate-stderr ocibox oci-notify
	[ "$stderr" = "oci-notify: usage: oci-notify [-b bundle] [-l] [-w id] [command ...]" ]
	for option in "-b ." -l; do
		# shellcheck disable=SC2086 # words
		run -110 --separate-stderr ocibox oci-notify $option /bin/echo ran
		[ "$stderr" = "oci-notify: not behind oci-claim or oci-hold" ]
	done
	run -0 ocibox oci-notify -w "$ID" /bin/echo "nobody listens"
	[ "$output" = "nobody listens" ]
}

@test "leaves no descriptor" {
	ocibox oci-claim "$ID"
	mkdir "$OCIBOX_ROOT/$ID/notify"
	[ "$(descriptors oci-hold "$ID" oci-notify -l)" = "0 1 2 " ]
	[ -S "$OCIBOX_ROOT/$ID/notify/notify.sock" ]
}
