#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# shellcheck disable=SC2016,SC2154 # the dollars are the shell's inside; run sets stderr
load helpers
load runtime

setup() {
	runtime_setup
}

# create WORDS...: as clients call it, with files for the container's output
create() {
	"$OCIBOX" create "$@" </dev/null >out 2>err 3>&-
}

# refused STATUS ERROR WORDS...: create fails with one line on stderr, and leaves nothing
refused() {
	local want=$1 error=$2
	shift 2
	run -"$want" --separate-stderr "$OCIBOX" create "$@"
	[ -z "$output" ]
	echo "$stderr"
	[ "${#stderr_lines[@]}" = 1 ]
	# shellcheck disable=SC2053 # a pattern
	[[ $stderr == $error ]]
	[ -z "$(left)" ]
}

@test "leaves a created container; nothing on stdout" {
	create --pid-file pid "$ID"
	[ ! -s out ]
	[ ! -s err ]
	[ "$(status_of "$ID")" = created ]
	[ "$(wc -l <pid)" = 0 ]
	[ "$(stat -c %a pid)" = 644 ]
	[ "$(find . -maxdepth 1 -name "*pid*")" = ./pid ]
	run -0 ocibox state "$ID"
	[ "$(jq -r '[.id, .status, .bundle, .pid] | join(" ")' <<<"$output")" = "$ID created $BUNDLE $(cat pid)" ]
	# not the program yet
	[[ "$(readlink "/proc/$(cat pid)/exe")" == "/memfd:ocibox"* ]]
	[ "$(cat "/proc/$(cat pid)/comm")" = ocibox ]
	run -0 ocibox delete --force "$ID"
	[ -z "$(left)" ]
}

# The defence: the line with oci-seal in applets/oci-create.sh.
@test "what awaits its start holds nothing of the caller's, and is no file of the host's" {
	"$OCIBOX" create --pid-file pid "$ID" </dev/null >/dev/null 2>&1 3>&- 9<config.json
	[ -z "$(find "/proc/$(cat pid)/fd" -lname "*/config.json")" ]
	[[ $(readlink "/proc/$(cat pid)/exe") == /memfd:ocibox* ]]
}

@test "is small while it waits, and fits into a small memory limit" {
	! sanitized || skip "needs a static ocibox"
	# it takes some 100 KiB, most of them the kernel's own; on v2 that counts more
	local limit=131072
	[ ! -e /sys/fs/cgroup/cgroup.controllers ] || limit=196608
	config ".linux.resources.memory.limit = $limit"
	create --pid-file pid "$ID"
	[ "$(sed -n 's/^VmRSS:[^0-9]*\([0-9]*\).*/\1/p' "/proc/$(cat pid)/status")" -le 400 ]
	run -0 ocibox start "$ID"
	run -0 ocibox delete --force "$ID"
	[ -z "$(left)" ]
}

@test "the process is the caller's to wait for, when create has ended" {
	create "$ID"
	pid=$(ocibox state "$ID" | jq .pid)
	# adopted by init or by a subreaper, not by a process of ours
	parent=$(awk '{print $4}' "/proc/$pid/stat")
	run ! grep -q ocibox "/proc/$parent/comm"
}

@test "holds no descriptor of the caller" {
	program true
	mkfifo pipe
	exec 5<>pipe
	exec 6>pipe
	exec 7<pipe
	exec 5>&-
	"$OCIBOX" create "$ID" </dev/null >/dev/null 2>&1 3>&-
	exec 6>&-
	# end of file: nobody else holds the writing end
	run -0 cat <&7
	exec 7<&-
}

@test "--stdout and --stderr: the caller's pipe ends with create" {
	program sh -c 'echo later'
	run -0 "$OCIBOX" create --stdout o --stderr e "$ID" 3>&-
	run -0 ocibox start "$ID"
	ended "$ID"
	[ "$(cat o)" = later ]
}

@test "later edits of config.json do not matter" {
	program echo first
	create "$ID"
	program echo second
	echo garbage >config.json
	run -0 ocibox start "$ID"
	ended "$ID"
	[ "$(cat out)" = first ]
	run -0 ocibox delete "$ID"
}

@test "a second create with the same id is refused and harms nothing" {
	create "$ID"
	run -116 --separate-stderr ocibox create "$ID"
	[ "$stderr" = "oci-claim: $ID: container with that id already exists" ]
	[ "$(status_of "$ID")" = created ]
}

@test "of 50 creates in parallel exactly one wins" {
	n=$(turns 50)
	for i in $(seq "$n"); do
		"$OCIBOX" create "$ID" </dev/null >/dev/null 2>"err$i" 3>&- && echo won >"won$i" &
	done
	wait
	[ "$(cat won* | wc -l)" = 1 ]
	[ "$(cat err* | sort -u)" = "oci-claim: $ID: container with that id already exists" ]
	[ "$(cat err* | wc -l)" = $((n - 1)) ]
	[ "$(status_of "$ID")" = created ]
}

@test "missing bundle, config, root filesystem and command" {
	refused 115 "oci-claim: open bundle $BUNDLE/none: No such file or directory" --bundle "$BUNDLE/none" "$ID"
	program /no/such
	refused 127 'oci-program: exec: "/no/such": stat /no/such: no such file or directory' "$ID"
	program nosuch
	refused 127 'oci-program: exec: "nosuch": executable file not found in $PATH' "$ID"
	program /etc/passwd
	refused 126 'oci-program: exec: "/etc/passwd": permission denied' "$ID"
	program ''
	refused 127 'oci-program: exec: "": executable file not found in $PATH' "$ID"
	program /etc
	refused 126 'oci-program: exec: "/etc": is a directory: permission denied' "$ID"
	config '.root.path = "none"'
	refused 115 "oci-*: * $BUNDLE/none: No such file or directory" "$ID"
	rm config.json
	refused 115 "oci-claim: open config.json: No such file or directory" "$ID"
}

@test "ids with / or .., empty, missing or too long" {
	for id in a/b .. . ../x "a b" -n "$(printf '%0256d' 0)"; do
		run -110 --separate-stderr ocibox create -- "$id"
		[ "${#stderr_lines[@]}" = 1 ]
	done
	run -110 --separate-stderr ocibox create
	[[ "$stderr" == "oci-create: usage: oci-create "* ]]
	run -110 --separate-stderr ocibox create ""
	run -110 --separate-stderr ocibox create a b
	[ ! -e "$OCIBOX_ROOT" ] || [ -z "$(ls -A "$OCIBOX_ROOT")" ]
}

@test "an unwritable state directory" {
	echo >"$BATS_TEST_TMPDIR/file"
	run -115 --separate-stderr ocibox --root "$BATS_TEST_TMPDIR/file" create "$ID"
	[ "$stderr" = "oci-claim: open $BATS_TEST_TMPDIR/file: Not a directory" ]
	[ -z "$(left)" ]
}

@test "malformed config.json: one line with its place" {
	refused_text() {
		printf '%s' "$1" >config.json
		refused 111 "oci-claim: config.json:$2" "$ID"
	}
	refused_text '' '*'
	refused_text '{' '*'
	refused_text '{}x' '1:3: *'
	refused_text '{"a":1,"a":2}' '1:8: *'
	refused_text '{"ociVersion":"1.0.0","root":{"path":"a\qb"}}' '1:*: *'
	refused_text '{"ociVersion":"1.0.0","root":{"path":"a\ud800"}}' '1:*: *'
	refused_text '{"ociVersion":"1.0.0","root":{"path":"a\u0000"}}' '1:*: *'
	refused_text $'{"ociVersion":"1.0.0","root":{"path":"\xff"}}' '1:*: *'
	refused_text '{"ociVersion":"1.0.0","root":{"path":"r"},"process":{"user":{"uid":1.5,"gid":0},"cwd":"/","args":["a"]}}' '1:*: process.user.uid: *'
	refused_text '{"ociVersion":"2.0.0","root":{"path":"r"}}' '1:*: ociVersion: *'
	refused_text '{"ociVersion":"1.0.0","root":{"path":"rootfs"},"linux":{"namespaces":[{"type":"nett"}]}}' '1:*: linux.namespaces\[0\].type: *nett*'
}

@test "a hook that fails undoes everything" {
	for kind in prestart createRuntime createContainer; do
		jq --arg k "$kind" '.hooks = {($k): [{path: "/bin/sh", args: ["sh", "-c", "exit 3"]}]}' config.json >new && cp new config.json
		refused 118 "oci-hooks: *$kind*" "$ID"
	done
}

@test "killed at any moment, nothing but a dead entry is left, and that can be deleted" {
	program true
	for i in $(seq "$(turns 40)"); do
		"$OCIBOX" create "$ID" </dev/null >/dev/null 2>&1 3>&- &
		pid=$!
		# from nothing to a few milliseconds, the time a create takes
		busybox usleep $((i * 250))
		kill -KILL "$pid" 2>/dev/null || true
		wait "$pid" 2>/dev/null || true
		run -0 ocibox delete --force "$ID"
		until_true nothing_left
	done
}

nothing_left() {
	[ -z "$(left)" ]
}

@test "terminated, it undoes what it made" {
	mkfifo hung
	config '.hooks = {createRuntime: [{path: "/bin/sh", args: ["sh", "-c", "echo in >hung; exec cat hung"]}]}'
	for signal in TERM INT HUP; do
		# bash starts background jobs with INT ignored
		env --default-signal=INT "$OCIBOX" create "$ID" </dev/null >/dev/null 2>err 3>&- &
		job=$!
		read -r line <hung
		[ "$line" = in ]
		[ "$(status_of "$ID")" = creating ]
		kill -"$signal" "$job"
		wait "$job" && return 1
		[ -z "$(left)" ]
	done
}

@test "options in runc's, Go's and getopt's forms, before and behind the id" {
	program true
	for words in "--bundle=$BUNDLE --pid-file=p ID" "ID --bundle $BUNDLE --pid-file p" "-b $BUNDLE -pid-file p ID" "--bun $BUNDLE ID --pid-file=p" "-b$BUNDLE -p p -no-pivot=false -- ID"; do
		rm -f p
		# shellcheck disable=SC2086 # words
		(cd / && "$OCIBOX" create ${words//ID/$ID} </dev/null >/dev/null 3>&-)
		[ "$(status_of "$ID")" = created ]
		rm -f /p
		run -0 ocibox delete --force "$ID"
	done
	# an empty name is the current directory, as with runc
	create --bundle= "$ID"
	run -0 ocibox delete --force "$ID"
	run -110 --separate-stderr ocibox create --frob "$ID"
	[ "$stderr" = "oci-create: --frob: no such option (see oci-create --help)" ]
}

@test "--supervise records the exit status, whoever is the parent" {
	program sh -c 'exit 17'
	run -0 create --supervise "$ID"
	run -0 ocibox start "$ID"
	until_true has_status "$ID" stopped
	until_true [ -e "$OCIBOX_ROOT/$ID/exit" ]
	run -17 ocibox wait "$ID"
	run -0 ocibox delete "$ID"
	[ -z "$(left)" ]
	run -0 ocibox run -d --supervise "$ID"
	until_true [ -e "$OCIBOX_ROOT/$ID/exit" ]
	run -17 ocibox wait "$ID"
	run -0 ocibox delete "$ID"
}

@test "names with blanks, quotes and braces" {
	mkdir "a b" "}"
	program echo odd
	cp -r config.json rootfs "a b"
	cp -r config.json rootfs "}"
	run -0 ocibox --root "$BATS_TEST_TMPDIR/st a\"te" run --bundle "a b" --pid-file "it's \$HOME" "$ID"
	[ "$output" = odd ]
	[ -s "it's \$HOME" ]
	run -0 ocibox run --bundle "}" --pid-file "{" "$ID"
	[ "$output" = odd ]
	[ -s "{" ]
}

@test "a terminal goes to --console-socket; without one, or with one and no terminal, it is an error" {
	refused 110 "oci-console: /sock: cannot use console socket if the process has no terminal" --console-socket /sock "$ID"
	config '.process.terminal = true'
	refused 110 "oci-console: cannot allocate tty if ocibox will detach without setting console socket" "$ID"
	refused 115 "oci-console: connect to the console socket $BUNDLE/sock: No such file or directory" --console-socket "$BUNDLE/sock" "$ID"
	program sh -c 'tty; stat -c "%t:%T %u" /dev/console /dev/pts/0; stty size'
	config '.process.consoleSize = {height: 7, width: 9} | .process.user.uid = 1000'
	"$OCIBOX" recvtty -n -p pid sock >out 2>&1 3>&- 4>&- &
	until_true [ -e pid ]
	run -0 "$OCIBOX" create --console-socket sock "$ID" 3>&-
	run -0 ocibox start "$ID"
	wait $!
	[ "$(cat out)" = $'/dev/pts/0\r\n88:0 1000\r\n88:0 1000\r\n7 9\r' ]
}

@test "--cgroup-manager disabled leaves it in the caller's cgroups, without limits" {
	config '.linux.cgroupsPath = $p | .linux.resources.memory.limit = 16777216' --arg p "/$ID"
	program sleep 1000
	"$OCIBOX" --cgroup-manager disabled create --pid-file pid "$ID" 3>&- >/dev/null
	diff /proc/self/cgroup "/proc/$(cat pid)/cgroup"
	[ -z "$(find /sys/fs/cgroup -name "$ID")" ]
	run -0 "$OCIBOX" --cgroup-manager=disabled start "$ID" 3>&-
	run -0 "$OCIBOX" exec "$ID" true 3>&-
	run -119 --separate-stderr "$OCIBOX" pause "$ID" 3>&-
	run -0 "$OCIBOX" --cgroup-manager disabled delete --force "$ID" 3>&-
	run -110 --separate-stderr "$OCIBOX" --cgroup-manager none create "$ID" 3>&-
	[ "$stderr" = "ocibox: none: --cgroup-manager must be cgroupfs, systemd or disabled" ]
	"$OCIBOX" --cgroup-manager cgroupfs create "$ID" 3>&- >/dev/null
	[ "$(find /sys/fs/cgroup -name "$ID")" ]
}

@test "a limit that cannot be had is an error of create" {
	config '.process.rlimits = [{type: "RLIMIT_NOFILE", soft: 100, hard: 9223372036854775807}]'
	run -114 --separate-stderr "$OCIBOX" create "$ID" 3>&-
	[[ $stderr == "oci-rlimit: RLIMIT_NOFILE: raising the hard limit from "* ]]
	[ -z "$(left)" ]
}

@test "without a process, create succeeds and start is an error" {
	config 'del(.process)'
	create "$ID"
	run ocibox start "$ID"
	[ "$status" -ne 0 ]
	run -0 ocibox delete "$ID"
}
