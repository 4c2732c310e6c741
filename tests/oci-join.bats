#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# shellcheck disable=SC1083,SC2016,SC2154 # braces are words of a chain; dollars the inner shell's; run sets stderr
load helpers

# A container made by hand: a process in namespaces of its own.
setup() {
	requires root unshare jq
	cd "$BATS_TEST_TMPDIR" || return
	export OCIBOX_ROOT=$PWD/state
	mkfifo up
	# the pid of who is in there, as seen from here, is what its own /proc/self says before it has another /proc
	unshare --mount --uts --ipc --net --pid --fork --propagation private \
		sh -c 'hostname inside; readlink /proc/self >up; exec sleep 1000' 3>&- 4>&- &
	outer=$!
	read -r _ <up
	pid=$(cat "/proc/$outer/task/$outer/children")
	pid=${pid% }
	ocibox oci-claim c1 oci-record -cs -P "$pid" c1
}

teardown() {
	[ -z "${pid:-}" ] || kill -9 "$pid"
}

# namespaces PID: what they are
namespaces() {
	readlink "/proc/$1/ns/ipc" "/proc/$1/ns/mnt" "/proc/$1/ns/net" "/proc/$1/ns/uts" "/proc/$1/ns/user"
}

@test "joins all, and those of children for pid" {
	run -0 ocibox oci-join c1 /bin/sh -c 'readlink /proc/self/ns/ipc /proc/self/ns/mnt /proc/self/ns/net /proc/self/ns/uts /proc/self/ns/user'
	[ "$output" = "$(namespaces "$pid")" ]
	# the process itself stays where it is; the next it makes does not
	run -0 ocibox oci-join c1 oci-ns -f /bin/sh -c 'echo $$; uname -n'
	[ "${lines[0]}" -lt 100 ]
	[ "${lines[1]}" = inside ]
}

@test "-t and -x choose, and a second one joins what is left" {
	run -0 ocibox oci-join -t uts c1 /bin/sh -c 'readlink /proc/self/ns/uts /proc/self/ns/net'
	[ "$output" = "$(readlink "/proc/$pid/ns/uts" /proc/self/ns/net)" ]
	run -0 ocibox oci-join -x mount,pid,network c1 /bin/sh -c 'readlink /proc/self/ns/uts /proc/self/ns/net'
	[ "$output" = "$(readlink "/proc/$pid/ns/uts" /proc/self/ns/net)" ]
	run -0 ocibox oci-join -t pid c1 oci-ns { oci-reap } oci-join c1 /bin/sh -c 'readlink /proc/self/ns/mnt; echo $$'
	[ "${lines[0]}" = "$(readlink "/proc/$pid/ns/mnt")" ]
	[ "${lines[1]}" -lt 100 ]
}

@test "the same before Linux 5.8 and 5.3" {
	requires "$NOSYS"
	run -0 "$NOSYS" pidfd_open "$OCIBOX" oci-join c1 oci-ns -f /bin/sh -c 'readlink /proc/self/ns/mnt; echo $$'
	[ "${lines[0]}" = "$(readlink "/proc/$pid/ns/mnt")" ]
	[ "${lines[1]}" -lt 100 ]
}

@test "a container that has ended, whose pid is another's, or that is not there" {
	sed -i 's/"startTime":[0-9]*/"startTime":1/' state/c1/state.json
	run -113 --separate-stderr ocibox oci-join c1 /bin/echo ran
	[ "$stderr" = "oci-join: c1: cannot exec in a stopped container" ]
	[ -z "$output" ]
	run -112 --separate-stderr ocibox oci-join c2 /bin/echo ran
	[ "$stderr" = "oci-join: c2: container does not exist" ]
}

# The defence: PR_SET_DUMPABLE in applets/oci-join.c.
@test "who has joined cannot be looked into from inside" {
	mkfifo late
	# it waits in the open of a fifo, without capabilities that those in there do not have
	"$OCIBOX" oci-join -t uts c1 oci-caps -E "" -P "" -I "" -A "" oci-stdio -i late /bin/sleep 1000 3>&- 4>&- &
	joined=$!
	until [ "$(readlink "/proc/$joined/ns/uts")" = "$(readlink "/proc/$pid/ns/uts")" ] && grep -q "CapPrm:	0*$" "/proc/$joined/status"; do :; done
	run ! ocibox oci-caps -E cap_chown -P cap_chown -I "" -A "" oci-program readlink "/proc/$joined/fd/2"
	# the program's own exec ends that
	echo >late
	until [ "$(cat "/proc/$joined/comm")" = sleep ]; do :; done
	run -0 ocibox oci-caps -E cap_chown -P cap_chown -I "" -A "" oci-program readlink "/proc/$joined/fd/2"
	kill "$joined"
}

# The change of ids lets them where fs.suid_dumpable is 1.
@test "who has joined a user namespace cannot be looked into from inside" {
	requires strace
	unshare --user --map-root-user --fork --kill-child sh -c 'echo >up; exec sleep 1000' 3>&- 4>&- &
	mapped=$!
	read -r _ <up
	ocibox oci-claim c2 oci-record -cs -P "$(tr -d ' ' <"/proc/$mapped/task/$mapped/children")" c2
	strace -f -qq -e trace=prctl,setns,setresuid -e signal=none -o calls "$OCIBOX" oci-join c2 /bin/true
	kill -9 "$mapped"
	run -0 sed -En 's/^[0-9]+ +(setns|setresuid|prctl\(PR_SET_DUMPABLE, [^)]*).*/\1/p' calls
	[ "${lines[*]}" = "prctl(PR_SET_DUMPABLE, SUID_DUMP_DISABLE setns setresuid prctl(PR_SET_DUMPABLE, SUID_DUMP_DISABLE" ]
}

@test "bad usage runs nothing" {
	for words in "" c1 "-t nonsense c1 /bin/echo ran" "-z c1 /bin/echo ran" "a/b /bin/echo ran"; do
		# shellcheck disable=SC2086
		run -110 ocibox oci-join $words
		[[ $output != ran ]]
	done
}

@test "leaves no descriptor" {
	[ "$(descriptors oci-join -x mount,pid c1)" = "0 1 2 3 " ] || [ "$(descriptors oci-join c1)" = "0 1 2 " ]
}
