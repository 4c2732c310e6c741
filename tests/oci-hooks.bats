#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
load helpers

setup() {
	mkdir "$BATS_TEST_TMPDIR/work"
	cd "$BATS_TEST_TMPDIR/work"
	export OCIBOX_ROOT=$PWD/state
	sleep 1000 3>&- &
	pid=$!
}

teardown() {
	kill "$pid" || :
}

# config HOOKS: config.json with them.
config() {
	echo '{"ociVersion":"1.0.2","root":{"path":"rootfs"},"annotations":{ "k": "v" },"hooks":'"$1}" >config.json
}

# script NAME TEXT: an executable.
script() {
	printf '#!/bin/sh\n%s\n' "$2" >"$1"
	chmod +x "$1"
}

@test "runs the hooks of the kind in their order, and the next program behind them" {
	script note "echo \$1 >>$PWD/notes"
	config '{"prestart":[{"path":"'"$PWD"'/note","args":["n","a"]},{"path":"'"$PWD"'/note","args":["n","b"]}],
		"poststop":[{"path":"'"$PWD"'/note","args":["n","no"]}]}'
	ocibox oci-hooks -b . -i c1 prestart /bin/sh -c 'echo c >>notes'
	[ "$(cat notes)" = "a
b
c" ]
}

@test "arguments and environment are exactly the hook's" {
	export LEAK=1
	config '{"prestart":[{"path":"/bin/sh","args":["odd name","-c","tr \"\\0\" \"\\n\" </proc/$$/cmdline >'"$PWD"'/args; tr \"\\0\" \"\\n\" </proc/$$/environ >'"$PWD"'/env","",  "x y"],
		"env":["A=1","B=x y","PATH=/bin:/usr/bin"]}]}'
	ocibox oci-hooks -b . prestart
	[ "$(sed -n '1p;4,$p' args)" = "odd name

x y" ]
	[ "$(cat env)" = "A=1
B=x y
PATH=/bin:/usr/bin" ]
	# without args it is the path
	config '{"prestart":[{"path":"'"$PWD"'/show","env":[]}]}'
	script show "PATH=/usr/bin:/bin; tr '\\0' '\\n' </proc/\$\$/cmdline >$PWD/args; tr '\\0' '\\n' </proc/\$\$/environ >$PWD/env"
	ocibox oci-hooks -b . prestart
	[ "$(tail -n 1 args)" = "$PWD/show" ]
	[ ! -s env ]
	# without env it is the caller's, without what is ours
	config '{"prestart":[{"path":"'"$PWD"'/show"}]}'
	env -i ASAN_OPTIONS="${ASAN_OPTIONS:-}" OCIBOX_ROOT="$PWD" PATH=/caller A=1 "$OCIBOX" oci-hooks -b . prestart
	[ "$(grep -v ^ASAN env | sort)" = "A=1
PATH=/caller" ]
	# of startContainer the program's, with a home
	echo '{"ociVersion":"1.0.2","root":{"path":"r"},"process":{"cwd":"/","args":["x"],"env":["A=1","A=2"],"user":{"uid":54321}},
		"hooks":{"startContainer":[{"path":"'"$PWD"'/show"}]}}' >config.json
	ocibox oci-hooks -b . startContainer
	[ "$(sort env)" = "A=2
HOME=/" ]
}

@test "hooks and the state document from options" {
	script note "PATH=/usr/bin:/bin; { printf '%s\n' \"\$@\" \"\$X\"; pwd; cat; } >>$PWD/notes"
	ocibox oci-hooks -i c1 -B "$PWD" -V 1.0.2 -A 'a"b=c=d' -A 'e=' -p "$PWD/note" -a name -a '-x y' -a '' -e 'X=1 "2"' -t 5 -p "$PWD/note" prestart /bin/sh -c 'echo end >>notes'
	[ "$(cat notes)" = "-x y

1 \"2\"
$PWD
{\"ociVersion\":\"1.0.2\",\"id\":\"c1\",\"status\":\"creating\",\"bundle\":\"$PWD\",\"annotations\":{\"a\\\"b\":\"c=d\",\"e\":\"\"}}

$PWD
{\"ociVersion\":\"1.0.2\",\"id\":\"c1\",\"status\":\"creating\",\"bundle\":\"$PWD\",\"annotations\":{\"a\\\"b\":\"c=d\",\"e\":\"\"}}
end" ]
	mkdir elsewhere
	ocibox oci-hooks -B "$PWD" -d "$PWD/elsewhere" -p "$PWD/note" createContainer
	[ "$(tail -n 2 notes | head -n 1)" = "$PWD/elsewhere" ]
	# outside, what the state says wins
	rm notes
	ocibox oci-claim -A k=v -V 1.1.0 -B "$PWD" c1
	ocibox oci-hooks -i c1 -A e=f -p "$PWD/note" createRuntime
	[[ $(tail -n 1 notes) = *'"ociVersion":"1.1.0","id":"c1"'*'"annotations":{"k":"v"}}' ]]
	[ "$(ocibox state c1 | jq -r .bundle)" = "$PWD" ]
	run -118 --separate-stderr ocibox oci-hooks -p /bin/sh -a sh -a -c -a 'sleep 1000' -t 1 prestart
	[[ $stderr = *"oci-hooks: hooks.prestart[0]: error running prestart hook #0: /bin/sh: killed, it did not end within 1 s" ]]
	run -0 --separate-stderr ocibox oci-hooks -p /nowhere -p /bin/true poststop
	[ "$stderr" = "oci-hooks: warning: hooks.poststop[0]: error running poststop hook #0: /nowhere: No such file or directory" ]
}

@test "each kind gets the state in one line, with its status and pid" {
	script hook "PATH=/usr/bin:/bin; cat >$PWD/\$1; pwd >>$PWD/\$1; echo \$PPID >$PWD/parent"
	hooks=
	for kind in prestart createRuntime createContainer startContainer poststart poststop; do
		hooks=$hooks,\"$kind\":'[{"path":"'$PWD'/hook","args":["hook","'$kind'"]}]'
	done
	config "{${hooks#,}}"
	ocibox oci-claim -b . c1 oci-record -c -P "$pid" c1
	ocibox oci-hooks -b . -i c1 prestart oci-hooks -b . -i c1 createRuntime oci-hooks -b . -i c1 poststart
	# it is taken from the entry: the bundle is what it was
	ocibox oci-hooks -b state/c1 -i c1 poststop
	document() {
		[ "$(wc -l <"$1")" -eq 2 ]
		[ "$(head -n 1 "$1")" = '{"ociVersion":"1.0.2","id":"c1",'"$2"'"bundle":"'"$PWD"'","annotations":{"k":"v"}}' ]
		[ "$(tail -n 1 "$1")" = "$3" ]
	}
	document prestart "\"pid\":$pid,\"status\":\"creating\"," "$PWD"
	document createRuntime "\"pid\":$pid,\"status\":\"creating\"," "$PWD"
	document poststart "\"pid\":$pid,\"status\":\"running\"," "$PWD"
	document poststop '"status":"stopped",' "$PWD"
	# inside the pid is the chain's own, and the directory the root
	mkdir rootfs
	ocibox oci-hooks -b . -i c1 createContainer
	document createContainer "\"pid\":$(cat parent),\"status\":\"creating\"," "$PWD/rootfs"
	ocibox oci-hooks -b . -i c1 startContainer
	document startContainer "\"pid\":$(cat parent),\"status\":\"created\"," /
}

@test "without -i the bundle's name is the id; without a container there is no pid" {
	script hook "PATH=/usr/bin:/bin; cat >$PWD/seen"
	config '{"prestart":[{"path":"'"$PWD"'/hook"}]}'
	ocibox oci-hooks -b . prestart
	[ "$(jq -r '.id, has("pid")' seen)" = "work
false" ]
	ocibox oci-hooks -b . -i other prestart
	[ "$(jq -r '.id, has("pid")' seen)" = "other
false" ]
}

@test "no hooks, no work" {
	config '{}'
	for kind in prestart createRuntime createContainer startContainer poststart poststop; do
		[ "$(ocibox oci-hooks -b . "$kind" /bin/echo on)" = on ]
	done
	config '{"prestart":[]}'
	[ "$(ocibox oci-hooks -b . prestart /bin/echo on)" = on ]
}

@test "what hooks write goes to standard error" {
	config '{"prestart":[{"path":"/bin/sh","args":["sh","-c","echo out; echo err >&2"]}]}'
	run -0 --separate-stderr ocibox oci-hooks -b . prestart
	[ -z "$output" ]
	[ "$stderr" = "out
err" ]
	# or to the files that annotations of crun's name
	config '{"prestart":[{"path":"/bin/sh","args":["sh","-c","echo out; echo err >&2"]},{"path":"/bin/echo","args":["echo","more"]}]}'
	sed -i 's|"k": "v"|"run.oci.hooks.stdout":"'"$PWD"'/out"|' config.json
	run -0 --separate-stderr ocibox oci-hooks -b . prestart
	[ "$output$stderr" = err ]
	[ "$(cat out)" = "out
more" ]
	config '{"prestart":[{"path":"/bin/sh","args":["sh","-c","echo out; echo err >&2"]}]}'
	sed -i 's|"k": "v"|"run.oci.hooks.stderr":"'"$PWD"'/err"|' config.json
	ocibox oci-hooks -b . prestart oci-hooks -b . poststop 2>other
	[ "$(cat err other)" = "err
out" ]
	sed -i "s|$PWD/err|/no/such/file|" config.json
	run -115 --separate-stderr ocibox oci-hooks -b . prestart
	[ "$stderr" = "oci-hooks: open for the hooks' output /no/such/file: No such file or directory" ]
	# a fifo that nobody reads is not waited for, by whom nothing could end
	mkfifo fifo
	sed -i 's|/no/such/file|'"$PWD"'/fifo|' config.json
	run -115 --separate-stderr timeout 20 "$OCIBOX" oci-hooks -b . prestart
	[ "$stderr" = "oci-hooks: open for the hooks' output $PWD/fifo: No such device or address" ]
	config '{"prestart":[{"path":"/bin/sh","args":["sh","-c","echo out; echo err >&2"]}]}'
	# nobody reads it
	ocibox oci-hooks -b . prestart 2>&-
	config '{"prestart":[{"path":"/bin/sh","args":["sh","-c","yes 0123456789 | head -n 50000"],"env":["PATH=/bin:/usr/bin"]}]}'
	[ "$(ocibox oci-hooks -b . prestart 2>&1 | wc -l)" -eq 50000 ]
	ocibox oci-hooks -b . prestart 2>&1 >/dev/null | head -n 1 | grep -q 0123456789
}

# failed MESSAGE: the hooks of kind prestart fail so, and the next program does not run.
failed() {
	run -118 --separate-stderr ocibox oci-hooks -b . prestart /bin/echo on
	echo "$stderr"
	[ -z "$output" ]
	[ "$(tail -n 1 <<<"$stderr")" = "oci-hooks: $1" ]
}

@test "a failing hook is told with its kind, index, path, and how it ended, and the rest does not run" {
	config '{"prestart":[{"path":"/bin/true"},{"path":"/bin/sh","args":["sh","-c","echo one; echo why; echo; exit 3"]},{"path":"/bin/sh","args":["sh","-c","echo third"]}]}'
	failed "hooks.prestart[1]: error running prestart hook #1: /bin/sh: exit status 3: why"
	[[ $stderr != *third* ]]
	config '{"prestart":[{"path":"/bin/false"}]}'
	failed "hooks.prestart[0]: error running prestart hook #0: /bin/false: exit status 1"
	config '{"prestart":[{"path":"/bin/sh","args":["sh","-c","kill -TERM $$"]}]}'
	failed "hooks.prestart[0]: error running prestart hook #0: /bin/sh: killed by signal 15"
	config '{"prestart":[{"path":"/no/such"}]}'
	failed "hooks.prestart[0]: error running prestart hook #0: /no/such: No such file or directory"
	config '{"prestart":[{"path":"'"$PWD"'"}]}'
	failed "hooks.prestart[0]: error running prestart hook #0: $PWD: Permission denied"
}

@test "the message reaches the log, whole" {
	config '{"prestart":[{"path":"/bin/sh","args":["sh","-c","echo \"a \\\"quoted\\\" line\"; exit 1"]}]}'
	run -118 ocibox --log log --log-format json oci-hooks -b . prestart
	[ "$(jq -r '.class + " " + .step + " " + .msg' log)" = 'hook oci-hooks hooks.prestart[0]: error running prestart hook #0: /bin/sh: exit status 1: a "quoted" line' ]
}

@test "a hook whose time is over is killed with its children" {
	mkfifo alive
	config '{"prestart":[{"path":"/bin/sh","args":["sh","-c","sleep 1000 >'"$PWD"'/alive & echo waiting; wait"],"env":["PATH=/bin:/usr/bin"],"timeout":1}]}'
	"$OCIBOX" oci-hooks -b . prestart 2>err 3>&- &
	runner=$!
	# ends when the last writer has ended
	cat alive
	status=0
	wait "$runner" || status=$?
	[ "$status" -eq 118 ]
	[ "$(cat err)" = "waiting
oci-hooks: hooks.prestart[0]: error running prestart hook #0: /bin/sh: killed, it did not end within 1 s: waiting" ]
	config '{"prestart":[{"path":"/bin/true","timeout":1}]}'
	ocibox oci-hooks -b . prestart
}

@test "a child that a hook leaves behind is not waited for" {
	config '{"prestart":[{"path":"/bin/sh","args":["sh","-c","sleep 1000 & echo $! >'"$PWD"'/left"],"env":["PATH=/bin:/usr/bin"]}]}'
	# the caller's pipe, too, is not held by it
	[ -z "$(ocibox oci-hooks -b . prestart 2>&1)" ]
	kill "$(cat left)"
}

@test "a hook does not live longer than who runs it" {
	mkfifo alive
	script hook "echo started >$PWD/alive; exec 9>$PWD/alive; echo \$\$ >&9; while :; do read -r line </dev/null; done"
	config '{"prestart":[{"path":"'"$PWD"'/hook"}]}'
	"$OCIBOX" oci-hooks -b . prestart 3>&- &
	runner=$!
	exec 8<alive
	read -r line <&8
	[ "$line" = started ]
	kill -9 "$runner"
	wait "$runner" || :
	# the end of the fifo is the hook's
	cat <&8 >/dev/null
}

@test "a hook that does not read its input is fine, however long that is" {
	jq -c '.annotations.k = ("x" * 200000)' <<<'{"ociVersion":"1.0.2","root":{"path":"rootfs"},"annotations":{},"hooks":{"prestart":[
		{"path":"/bin/true"},{"path":"/bin/sh","args":["sh","-c","exec 0<&-"]},{"path":"/bin/sh","args":["sh","-c","cat >'"$PWD"'/seen"],"env":["PATH=/bin"]}]}}' >config.json
	ocibox oci-hooks -b . prestart
	[ "$(jq -r '.annotations.k | length' seen)" -eq 200000 ]
}

@test "hooks inherit no descriptor but the standard ones" {
	config '{"prestart":[{"path":"/bin/sh","args":["sh","-c","ls /proc/$$/fd"],"env":["PATH=/bin"]}]}'
	exec 7<config.json
	listed=$(ocibox oci-claim c1 oci-hooks -b . prestart 2>&1 | tr '\n' ' ')
	# 3: ls itself has the directory open, where the shell has become it
	[ "$listed" = "0 1 2 " ] || [ "$listed" = "0 1 2 3 " ]
	exec 7<&-
}

@test "poststop: a failing hook is a warning and the rest still run" {
	config '{"poststop":[{"path":"/bin/false"},{"path":"/no/such"},{"path":"/bin/sh","args":["sh","-c","echo third"]}]}'
	run -0 --separate-stderr ocibox oci-hooks -b . poststop /bin/echo on
	[ "$output" = on ]
	[ "$stderr" = "oci-hooks: warning: hooks.poststop[0]: error running poststop hook #0: /bin/false: exit status 1
oci-hooks: warning: hooks.poststop[1]: error running poststop hook #1: /no/such: No such file or directory
third" ]
}

@test "-w makes any failure a warning" {
	config '{"prestart":[{"path":"/bin/false"}]}'
	run -0 --separate-stderr ocibox oci-hooks -w -b . prestart /bin/echo on
	[ "$output" = on ]
	[ "$stderr" = "oci-hooks: warning: hooks.prestart[0]: error running prestart hook #0: /bin/false: exit status 1" ]
	echo '{' >config.json
	run -0 --separate-stderr ocibox oci-hooks -w -b . poststop /bin/echo on
	[ "$output" = on ]
	[[ $stderr = "oci-hooks: config.json:"* ]]
	# made without a configuration
	rm config.json
	run -0 --separate-stderr ocibox oci-hooks -w -b . poststop /bin/echo on
	[ "$output" = on ]
	[ -z "$stderr" ]
	run ! ocibox oci-hooks -b . prestart /bin/echo on
}

@test "the hooks of a bundle that is gone run in /" {
	mkdir bundle
	script hook "PATH=/usr/bin:/bin; cat >$PWD/seen; pwd >>$PWD/seen"
	config '{"poststop":[{"path":"'"$PWD"'/hook"}]}'
	mv config.json bundle
	ocibox oci-claim -b bundle c1
	rm -r bundle
	ocibox oci-hooks -b state/c1 -i c1 poststop
	[ "$(head -n 1 seen | jq -r .bundle)" = "$PWD/bundle" ]
	[ "$(tail -n 1 seen)" = / ]
}

@test "before Linux 5.3, too" {
	requires "$NOSYS"
	config '{"prestart":[{"path":"/bin/sh","args":["sh","-c","sleep 1000"],"env":["PATH=/bin"],"timeout":1}]}'
	run -118 "$NOSYS" pidfd_open,close_range "$OCIBOX" oci-hooks -b . prestart
	[ "$output" = "oci-hooks: hooks.prestart[0]: error running prestart hook #0: /bin/sh: killed, it did not end within 1 s" ]
	config '{"prestart":[{"path":"/bin/sh","args":["sh","-c","exit 4"]}]}'
	run -118 "$NOSYS" pidfd_open,close_range "$OCIBOX" oci-hooks -b . prestart
	[ "$output" = "oci-hooks: hooks.prestart[0]: error running prestart hook #0: /bin/sh: exit status 4" ]
}

@test "bad usage runs no hook" {
	config '{"prestart":[{"path":"/bin/echo"}]}'
	run -110 --separate-stderr ocibox oci-hooks -b . prestop
	[ "$stderr" = "oci-hooks: prestop: no such kind of hook" ]
	run -110 --separate-stderr ocibox oci-hooks prestart
	[[ $stderr = "oci-hooks: usage: oci-hooks -b bundle [-w] [-i id] kind [command ...] | oci-hooks -p path [-w] "* ]]
	for words in "-b . -p /bin/echo" "-b . -A a=b" "-a x -p /bin/echo" "-p /bin/echo -t 0" "-p /bin/echo -A =b"; do
		# shellcheck disable=SC2086 # words
		run -110 --separate-stderr ocibox oci-hooks $words prestart
	done
	[ "$stderr" = "oci-hooks: =b: must be KEY=VALUE" ]
	run -110 ocibox oci-hooks -b .
	run -110 --separate-stderr ocibox oci-hooks -b . -i a/b prestart
	[ "$stderr" = "oci-hooks: a/b: invalid container ID format" ]
}

@test "leaves no descriptor" {
	config '{"prestart":[{"path":"/bin/true"}],"poststop":[{"path":"/bin/true"}]}'
	ocibox oci-claim -b . c1
	[ "$(descriptors oci-hooks -b . -i c1 prestart oci-hooks -b . -i c1 poststop)" = "$(descriptors)" ]
}
