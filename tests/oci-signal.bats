#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
load helpers

setup() {
	mkdir "$BATS_TEST_TMPDIR/work"
	cd "$BATS_TEST_TMPDIR/work"
	export OCIBOX_ROOT=$PWD/state
	mkfifo heard never
	# bash, for the names of all signals; it notes those it gets and lives on;
	# nothing comes from never
	# env: a shell cannot trap what its own background jobs are started to ignore
	env --default-signal=INT,QUIT bash -c '
		exec 9<>heard
		for n in {1..64}; do
			case $n in 9|17|19|32|33) ;; *) trap "echo $n >&9" "$n" ;; esac
		done
		echo ready >&9
		while :; do read -r -t 1000 _ <>never || :; done' 3>&- &
	pid=$!
	exec 8<>heard
	read -r -t 10 line <&8
	[ "$line" = ready ]
}

teardown() {
	exec 8<&-
	[ -z "${id:-}" ] || ocibox oci-cgroup -i "$id" kill oci-cgroup -i "$id" delete
	kill -9 "$pid" 2>/dev/null || :
}

container() {
	ocibox oci-claim c1 oci-record -cs -P "$pid" c1
}

stopped() {
	container
	sed -i 's/"startTime":[0-9]*/"startTime":1/' state/c1/state.json
}

@test "every name and number, however it is written" {
	container
	while read -r number names; do
		for name in $names; do
			ocibox oci-signal c1 "$name"
			read -r -t 10 line <&8
			echo "$name: $line"
			[ "$line" = "$number" ]
		done
	done <<-EOF
		1 HUP SIGHUP hup SigHup 1 01
		2 INT
		3 QUIT
		4 ILL
		5 TRAP
		6 ABRT IOT SIGIOT
		7 BUS
		8 FPE
		10 USR1 sigusr1
		11 SEGV
		12 USR2
		13 PIPE
		14 ALRM
		15 TERM 15
		16 STKFLT
		18 CONT
		20 TSTP
		21 TTIN
		22 TTOU
		23 URG
		24 XCPU
		25 XFSZ
		26 VTALRM
		27 PROF
		28 WINCH
		29 IO POLL
		30 PWR
		31 SYS
		34 RTMIN SIGRTMIN RTMIN+0 34
		37 SIGRTMIN+3 rtmin+3 RTMAX-27
		63 RTMAX-1 RTMIN+29
		64 RTMAX SIGRTMAX 64 RTMIN+30
	EOF
}

@test "0 asks whether the process is there" {
	container
	[ "$(ocibox oci-signal c1 0 /bin/echo on)" = on ]
}

@test "what is no signal is refused" {
	container
	for signal in 65 -1 1x '' SIG SIGFOO RTMIN+31 RTMAX-31 RTMIN+ RTMIN-1 RTMAX+1 RTMIN+1x RTMIN+-1 99999999999999999999; do
		run -110 --separate-stderr ocibox oci-signal -- c1 "$signal" /bin/echo on
		[ "$stderr" = "oci-signal: $signal: no such signal" ]
		[ -z "$output" ]
	done
	ocibox oci-signal c1 HUP
	read -r -t 10 line <&8
	[ "$line" = 1 ]
}

@test "KILL kills, and -w waits for it" {
	container
	ocibox oci-signal -w c1 SIGKILL oci-hold -t stopped c1
	status=0
	wait "$pid" || status=$?
	[ "$status" -eq 137 ]
}

@test "a missing container is an error" {
	run -112 --separate-stderr ocibox oci-signal c1 KILL /bin/echo on
	[ "$stderr" = "oci-signal: c1: container does not exist" ]
	[ -z "$output" ]
	run -112 ocibox oci-signal -w c1 KILL
}

@test "a stopped container is an error, and no process of its number is hit" {
	stopped
	run -113 --separate-stderr ocibox oci-signal c1 KILL /bin/echo on
	[ "$stderr" = "oci-signal: c1: container not running" ]
	[ -z "$output" ]
	kill -0 "$pid"
	# its end is what -w waits for
	[ "$(ocibox oci-signal -w c1 KILL /bin/echo on)" = on ]
	kill -0 "$pid"
	ocibox oci-claim c2
	run -113 --separate-stderr ocibox oci-signal c2 TERM
	[ "$stderr" = "oci-signal: c2: container not running" ]
}

@test "-f makes neither an error, nor a corrupt state" {
	[ "$(ocibox oci-signal -f c1 KILL /bin/echo on)" = on ]
	stopped
	[ "$(ocibox oci-signal -fw c1 KILL /bin/echo on)" = on ]
	run -113 ocibox oci-signal c1 KILL
	echo '{' >state/c1/state.json
	[ "$(ocibox oci-signal -f c1 KILL /bin/echo on)" = on ]
	run -113 --separate-stderr ocibox oci-signal c1 KILL
	[[ $stderr = "oci-signal: c1: state.json:"* ]]
	rm state/c1/state.json
	[ "$(ocibox oci-signal -fw c1 KILL /bin/echo on)" = on ]
	kill -0 "$pid"
}

@test "-k sends KILL when the time is over" {
	container
	ocibox oci-signal -k 0 c1 TERM
	status=0
	wait "$pid" || status=$?
	[ "$status" -eq 137 ]
}

@test "-k does not when the process ends before" {
	sleep 1000 3>&- &
	sleeper=$!
	ocibox oci-claim c1 oci-record -cs -P "$sleeper" c1
	ocibox oci-signal -k 1000 c1 TERM
	status=0
	wait "$sleeper" || status=$?
	[ "$status" -eq 143 ]
}

# cgrouped: c1, of the id $id, with a cgroup of its own, in which are its process and another, $other.
cgrouped() {
	requires root
	grep -Eq ' - cgroup2? ' /proc/self/mountinfo || cannot "needs a cgroup hierarchy"
	id=oct-signal-$$-$BATS_TEST_NUMBER
	ocibox oci-claim "$id" oci-record -cs -P "$pid" "$id" oci-cgroup -i "$id" create oci-cgroup -i "$id" -P "$pid" attach
	sleep 1000 3>&- &
	other=$!
	ocibox oci-cgroup -i "$id" -P "$other" attach
}

ended() {
	local status=0
	wait "$1" || status=$?
	[ "$status" -eq "$2" ]
}

@test "-a sends to all processes in the cgroup" {
	cgrouped
	ocibox oci-signal -a "$id" TERM
	ended "$other" 143
	read -r -t 10 line <&8
	[ "$line" = 15 ]
	ocibox oci-signal -a "$id" KILL
	ended "$pid" 137
}

@test "-a KILL returns when all have ended" {
	cgrouped
	ocibox oci-signal -a "$id" KILL
	for ended in "$pid" "$other"; do
		[ ! -e "/proc/$ended" ] || grep -q '^State:.Z' "/proc/$ended/status"
	done
	ended "$pid" 137
	ended "$other" 137
}

@test "-a reaches what the first process left; a stopped container is no error" {
	cgrouped
	kill -9 "$pid"
	wait "$pid" || :
	[ "$(ocibox state "$id" | jq -r .status)" = stopped ]
	ocibox oci-signal -a "$id" TERM
	ended "$other" 143
	[ "$(ocibox oci-signal -a "$id" KILL /bin/echo on)" = on ]
}

@test "-a without a cgroup is the first process alone" {
	container
	ocibox oci-signal -a c1 USR1
	read -r -t 10 line <&8
	[ "$line" = 10 ]
}

@test "KILL reaches a frozen container" {
	cgrouped
	v1=$(awk '/ - cgroup / && /freezer/ { print $5 }' /proc/self/mountinfo)
	v2=$(awk '/ - cgroup2 / { print $5 }' /proc/self/mountinfo)
	if [ -n "$v1" ]; then
		echo FROZEN >"$v1/ocibox/$id/freezer.state"
	else
		echo 1 >"$v2/ocibox/$id/cgroup.freeze"
	fi
	until [ "$(ocibox state "$id" | jq -r .status)" = paused ]; do kill -0 $$; done
	ocibox oci-signal -w "$id" KILL
	ended "$pid" 137
}

@test "KILL reaches a process that others have in a frozen cgroup of theirs" {
	requires cgroup1
	cgrouped
	theirs=$(awk '/ - cgroup / && /freezer/ { print $5 }' /proc/self/mountinfo)/theirs-$id
	mkdir "$theirs"
	echo "$pid" >"$theirs/cgroup.procs"
	echo FROZEN >"$theirs/freezer.state"
	ocibox oci-signal -w "$id" KILL
	[ "$(cat "$theirs/freezer.state")" = FROZEN ]
	ended "$pid" 137
	rmdir "$theirs"
}

@test "without pidfds, as before Linux 5.3" {
	requires "$NOSYS"
	container
	"$NOSYS" pidfd_open,pidfd_send_signal "$OCIBOX" oci-signal c1 USR1
	read -r -t 10 line <&8
	[ "$line" = 10 ]
	"$NOSYS" pidfd_open,pidfd_send_signal "$OCIBOX" oci-signal -k 0 c1 TERM
	status=0
	wait "$pid" || status=$?
	[ "$status" -eq 137 ]
	run -113 "$NOSYS" pidfd_open,pidfd_send_signal "$OCIBOX" oci-signal c1 TERM
}

@test "bad usage sends nothing" {
	container
	for words in "c1" "-z c1 KILL" "" "-k"; do
		# shellcheck disable=SC2086 # words
		run -110 --separate-stderr ocibox oci-signal $words
		[ "$stderr" = "oci-signal: usage: oci-signal [-afw] [-k seconds] id signal [command ...]" ]
	done
	run -110 --separate-stderr ocibox oci-signal -k -5 c1 KILL
	[ "$stderr" = "oci-signal: -5: must be a number of seconds (0 to 1000000)" ]
	run -110 ocibox oci-signal ../c1 KILL
	kill -0 "$pid"
}

@test "leaves no descriptor" {
	container
	[ "$(descriptors oci-signal c1 0)" = "$(descriptors)" ]
}
