#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# shellcheck disable=SC2016 # the dollars are the shell's inside
load helpers
load runtime

setup() {
	runtime_setup
}

@test "runs the program: its output, its status, nothing left" {
	program sh -c 'echo hello; exit 42'
	run -42 --separate-stderr ocibox run "$ID"
	[ "$output" = hello ]
	[ -z "$stderr" ]
	[ -z "$(left)" ]
}

@test "a signal's number comes back as 128+N" {
	# in a pid namespace of its own, process 1 takes no signal from inside
	config '.linux.namespaces |= map(select(.type != "pid"))'
	program sh -c 'kill -KILL $$'
	run -137 ocibox run "$ID"
}

@test "the program is pid 1, in its root, with the configured hostname" {
	program sh -c 'echo $$ $(hostname) $(pwd) $(ls /)'
	config '.hostname = "box7"'
	run -0 ocibox run "$ID"
	[ "$output" = "1 box7 / bin dev etc proc root sys tmp" ]
}

@test "masked paths are empty, read-only paths refuse writes" {
	program sh -c 'cat /proc/kcore /proc/keys 2>/dev/null | wc -c; ls /sys/firmware | wc -l; echo x 2>&1 >/proc/sys/kernel/domainname || echo refused'
	run -0 ocibox run "$ID"
	[ "${lines[0]}" = 0 ]
	[ "${lines[1]}" = 0 ]
	[ "${lines[3]}" = refused ]
}

@test "standard input is the caller's" {
	program cat
	run -0 bash -c 'echo through | "$0" run "$1"' "$OCIBOX" "$ID"
	[ "$output" = through ]
}

@test "no descriptor but 0 1 2 reaches the program" {
	program ls /proc/self/fd
	run -0 bash -c 'exec 7</etc/passwd 8</; exec "$0" run "$1"' "$OCIBOX" "$ID"
	# 3 is ls's own
	[ "${lines[*]}" = "0 1 2 3" ]
}

@test "--preserve-fds passes that many on" {
	program sh -c 'cat <&4; ls /proc/self/fd'
	echo four >four
	run -0 bash -c 'exec 3</dev/null 4<four 5</; exec "$0" run --preserve-fds 2 "$1"' "$OCIBOX" "$ID"
	[ "${lines[*]}" = "four 0 1 2 3 4 5" ]
}

@test "/dev/null descriptors are the container's own" {
	program sh -c 'for i in 0 1 2; do d=$(stat -L -c %d /proc/1/fd/$i); echo $d >&3; done; stat -c %d /dev/null >&3'
	run -0 bash -c 'exec "$0" run --preserve-fds 1 "$1" </dev/null >/dev/null 2>&1 3>fds' "$OCIBOX" "$ID"
	[ "$(sort -u fds | wc -l)" = 1 ]
	[ "$(wc -l <fds)" = 4 ]
}

@test "forwards signals" {
	program sh -c 'trap "echo got; exit 9" TERM; echo ready; while :; do sleep 1; done'
	mkfifo ready
	"$OCIBOX" run "$ID" >ready 3>&- &
	pid=$!
	exec 5<ready
	read -r line <&5
	[ "$line" = ready ]
	kill -TERM "$pid"
	read -r line <&5
	[ "$line" = got ]
	status=0
	wait "$pid" || status=$?
	[ "$status" = 9 ]
	exec 5<&-
	[ -z "$(left)" ]
}

@test "a hook without an environment has the caller's, and where the program runs the program's" {
	program true
	config '.process.env = ["PATH=/bin", "WHOSE=program"] | .hooks = ({prestart: "\($d)/out", createContainer: "\($d)/out", poststop: "\($d)/out", startContainer: "/tmp/out"}
		| map_values([{path: "/bin/sh", args: ["sh", "-c", "echo $PATH $WHOSE $OCIBOX_ROOT >>$0", .]}])) | .mounts += [{type: "bind", source: $d, destination: "/tmp", options: ["bind"]}]' \
		--arg d "$PWD"
	PATH=/caller:$PATH WHOSE=caller run -0 ocibox run "$ID"
	[ "$(uniq -c out | sed 's/:.* / /; s/^ *//')" = "2 /caller caller
1 /bin program
1 /caller caller" ]
}

@test "a signal is the program's as soon as it runs, also when its process outside is late" {
	local outside
	mkfifo rootfs/up rootfs/hook rootfs/go
	program sh -c 'trap "exit 9" USR1; echo >/up; while :; do sleep 0.02; done'
	config '.hooks.startContainer = [{path: "/bin/sh", args: ["sh", "-c", "echo >/hook; read -r _ </go"]}]'
	"$OCIBOX" run "$ID" </dev/null >/dev/null 2>&1 3>&- 4>&- &
	read -r _ <rootfs/hook
	outside=$(pgrep -P $!)
	kill -STOP "$outside"
	echo >rootfs/go
	read -r _ <rootfs/up
	kill -USR1 "$outside"
	kill -CONT "$outside"
	status=0
	wait $! || status=$?
	[ $status = 9 ]
	[ -z "$(left)" ]
}

@test "killed in the foreground, it takes the container along" {
	program sh -c 'echo ready; while :; do sleep 1; done'
	mkfifo ready
	"$OCIBOX" run "$ID" >ready 3>&- &
	pid=$!
	exec 5<ready
	read -r line <&5
	kill -KILL "$pid"
	wait "$pid" || true
	# end of file: no process of the container holds its output any more
	run ! read -r line <&5
	exec 5<&-
}

holds_pidfd() {
	readlink "/proc/$1/fd/"* | grep -q pidfd
}

@test "-d returns when the program runs; wait tells its status" {
	program sh -c 'echo up >&3; read line <&4; exit 5'
	mkfifo out in
	sh -c 'exec "$0" run -d --preserve-fds 2 "$1" 3<>out 4<>in' "$OCIBOX" "$ID" </dev/null >/dev/null 2>&1
	exec 5<out
	read -r line <&5
	[ "$line" = up ]
	[ "$(status_of "$ID")" = running ]
	"$OCIBOX" wait "$ID" 3>&- &
	waiter=$!
	# until it holds on to the process: whoever comes after its end is told nothing
	until_true holds_pidfd "$waiter"
	echo go >in
	status=0
	wait "$waiter" || status=$?
	if tells_exit; then
		[ "$status" = 5 ]
		run -5 ocibox wait "$ID"
	else
		# the zombie tells it until its parent, init, has taken it: whichever was first
		[ "$status" = 5 ] || [ "$status" = 117 ]
	fi
	[ "$(status_of "$ID")" = stopped ]
	run -0 ocibox delete "$ID"
	[ -z "$(left)" ]
}

@test "--keep leaves the stopped container" {
	program sh -c 'exit 3'
	run -3 ocibox run --keep "$ID"
	[ "$(status_of "$ID")" = stopped ]
	run -3 ocibox wait "$ID"
	run -0 ocibox delete "$ID"
}

@test "--pid-file has the pid, without a newline" {
	program sh -c 'while :; do sleep 1; done'
	"$OCIBOX" run -d --pid-file pid "$ID" </dev/null >/dev/null 2>&1 3>&-
	[ "$(wc -l <pid)" = 0 ]
	[ "$(cat pid)" = "$(ocibox state "$ID" | jq .pid)" ]
	run -0 ocibox delete --force "$ID"
}

@test "--config from standard input and --root-path need no bundle" {
	mkdir elsewhere
	program echo no bundle
	mv config.json elsewhere.json
	cd elsewhere
	run -0 bash -c '"$0" run --config - --root-path ../rootfs "$1" <../elsewhere.json' "$OCIBOX" "$ID"
	[ "$output" = "no bundle" ]
	run -0 ocibox run --config ../elsewhere.json --root-path ../rootfs "$ID"
	[ "$output" = "no bundle" ]
}

@test "--stdout and --stderr are the container's, not the caller's" {
	program sh -c 'echo out; echo err >&2'
	run -0 --separate-stderr ocibox run --stdout o --stderr e "$ID"
	[ -z "$output$stderr" ]
	[ "$(cat o)" = out ]
	[ "$(cat e)" = err ]
}

@test "dash, busybox ash and bash give the same" {
	requires unshare dash bash
	mkdir sleeper
	jq --arg root "$PWD/rootfs" '.process.args = ["sleep", "1000"] | .root.path = $root' config.json >sleeper/config.json
	program sh -c 'exit 42'
	for shell in /bin/dash "$(command -v busybox)" /bin/bash; do
		run -42 --separate-stderr unshare -m sh -c 'mount --bind "$1" "$(readlink -f /bin/sh)"; shift; exec "$@"' sh "$shell" "$OCIBOX" run "$ID"
		[ -z "$output$stderr" ]
		# every verb, in a row
		run -0 --separate-stderr unshare -m sh -c '
			mount --bind "$1" "$(readlink -f /bin/sh)"
			"$2" create --supervise --pid-file pid "$3" </dev/null >/dev/null || exit
			"$2" state "$3" | jq -r .status
			"$2" list -q
			"$2" start "$3"
			until [ -e "$OCIBOX_ROOT/$3/exit" ]; do :; done
			"$2" wait "$3"; echo $?
			"$2" delete "$3" && "$2" list -q' sh "$shell" "$OCIBOX" "$ID" 3>&-
		[ "$output" = "created
$ID
42" ]
		[ -z "$stderr" ]
		# and the others, on a container that runs
		run -0 --separate-stderr unshare -m sh -c '
			mount --bind "$1" "$(readlink -f /bin/sh)"
			"$2" run -d --bundle sleeper "$3" </dev/null >/dev/null || exit
			"$2" exec "$3" sh -c "exit 5"; echo $?
			"$2" pause "$3" && "$2" state "$3" | jq -r .status
			"$2" resume "$3" && "$2" state "$3" | jq -r .status
			"$2" update --pids-limit 50 "$3" && "$2" events --stats "$3" | jq .data.pids.limit
			"$2" ps --format json "$3" | jq length
			"$2" kill "$3" 0 && "$2" stop --time 0 "$3" && "$2" state "$3" | jq -r .status
			"$2" delete --force "$3" && "$2" list -q' sh "$shell" "$OCIBOX" "$ID" 3>&-
		[ "${lines[*]}" = "5 paused running 50 1 stopped" ]
		[ -z "$stderr" ]
	done
}

@test "a verb in OCIBOX_LIBEXEC is run instead of the built-in one" {
	mkdir libexec
	ocibox --script run >libexec/oci-run
	sed -i 's/^set -eu$/echo mine; &/' libexec/oci-run
	program echo theirs
	OCIBOX_LIBEXEC=$PWD/libexec run -0 ocibox run "$ID"
	[ "$output" = "mine
theirs" ]
}

@test "a label that cannot be had is an error" {
	program echo ran
	for label in '.process.apparmorProfile = "none-of-that-name"' '.process.selinuxLabel = "none:of:that:name"'; do
		config "del(.process.apparmorProfile, .process.selinuxLabel) | $label"
		run ! "$OCIBOX" run "$ID" </dev/null 3>&-
		[[ $output == "oci-label: "* ]]
	done
}

@test "a script's shell sees nothing of the caller's that changes what it does" {
	mkdir libexec
	echo 'echo "$PATH ${ENV-}${CDPATH-}${LD_PRELOAD-}${mine-}"; env' >libexec/oci-run
	run -0 env ENV=env CDPATH=/ LD_PRELOAD='' mine=x OCIBOX_LIBEXEC="$PWD/libexec" PATH="/evil:$PATH" "$OCIBOX" run "$ID"
	[ "${lines[0]}" = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin " ]
	# they are there for hooks
	grep -qx OCIBOX_ENV_mine=x <<<"$output"
	run ! grep -E '^(ENV|CDPATH|LD_PRELOAD|mine)=' <<<"$output"
}

@test "the container's program may have a step's name" {
	printf '#!/bin/sh\necho the container own\n' >rootfs/bin/oci-kill
	chmod +x rootfs/bin/oci-kill
	program oci-kill
	run -0 ocibox run "$ID"
	[ "$output" = "the container own" ]
}

@test "the binary cannot be reached from inside" {
	before=$(sha256sum "$OCIBOX")
	ln -s /proc/self/exe rootfs/bin/self
	program /bin/self
	run ocibox run "$ID"
	[ "$status" -ne 0 ]
	program sh -c 'readlink /proc/1/exe; for p in /proc/[0-9]*; do readlink $p/exe; done'
	run -0 ocibox run "$ID"
	[[ "$output" != *"$OCIBOX"* ]]
	[ "$(sha256sum "$OCIBOX")" = "$before" ]
}

@test "process.terminal in the foreground: the user's terminal, raw, followed, and restored" {
	requires "$TERM_TOOL"
	config '.process.terminal = true'
	program sh -c 'tty; stty size; trap "stty size; n=1" WINCH; echo go; until [ "$n" ]; do sleep 0.02; done; read x; echo got "$x"; exit 6'
	run -6 "$TERM_TOOL" @50x20 +go raw @60x30 '+30 60' $'=word\n' '+got word' cooked -- "$OCIBOX" run "$ID" 3>&- 4>&-
	[[ $output == /dev/pts/0*"20 50"*"30 60"* ]]
	# killed, the terminal is as it was
	program sh -c 'trap "exit 9" TERM; echo go; while :; do sleep 0.02; done'
	run -9 "$TERM_TOOL" +go raw !15 cooked -- "$OCIBOX" run "$ID" 3>&- 4>&-
	[ -z "$(left)" ]
}
