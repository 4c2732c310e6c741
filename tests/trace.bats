#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# OCIBOX_TRACE: a line for each step, whoever ends it, and nothing of it for a container.
# bats ends a test whose cd fails; braces are words of a chain
# shellcheck disable=SC2164,SC1083,SC2094
load helpers
load runtime

setup() {
	cd "$BATS_TEST_TMPDIR"
}

# steps: the lines on standard input without their times and pids; all of which must be of the form
steps() {
	sed -E 's/^\+ [0-9]+\.[0-9]{6} [0-9]+\.[0-9]{6} [0-9]+ (in|out)side /\1 /'
}

@test "a line for each step as it ends: its side, its words, its end" {
	OCIBOX_TRACE=1 run -0 --separate-stderr ocibox oci-guard { /bin/true } oci-nnp -- oci-ns -f /bin/true
	[ "$(steps <<<"$stderr")" = "out oci-guard = ok
out oci-nnp -- = ok
out oci-ns -f = ok
out /bin/true = exec" ]
	for off in "" 0; do
		OCIBOX_TRACE=$off run -0 --separate-stderr ocibox oci-nnp /bin/true
		[ -z "$stderr" ]
	done
	run -0 --separate-stderr ocibox --trace oci-nnp /bin/sh -c 'echo "$OCIBOX_TRACE"'
	[ "$output" = 1 ]
	[ "$(steps <<<"$stderr")" = "out oci-nnp = ok
out /bin/sh = exec" ]
}

@test "times grow, and a step's is what it took" {
	mkfifo fifo
	OCIBOX_TRACE=1 run -0 --separate-stderr ocibox oci-hooks -p "$(command -v bash)" -a bash -a -c -a "read -t 0.3 <>'$PWD/fifo'; exit 0" prestart /bin/true
	awk '{ if ($2 < last) exit 1; last = $2 } /oci-hooks/ { if ($3 < 0.3) exit 1 }' <<<"$stderr"
	# the clock of the machine, not the date
	awk -v up="$(cut -d' ' -f1 /proc/uptime)" '{ d = up - $2; exit d < -1 || d > 60 }' <<<"$stderr"
}

@test "how a step fails: its error, another's, or a signal" {
	OCIBOX_TRACE=1 run -115 --separate-stderr ocibox oci-ns -j net=/nonexistent /bin/true
	[ "$(steps <<<"${stderr_lines[0]}")" = "out oci-ns -j net=/nonexistent /bin/true = open the network namespace /nonexistent: No such file or directory" ]
	OCIBOX_TRACE=1 run -127 --separate-stderr ocibox /nonexistent
	[ "$(steps <<<"${stderr_lines[0]}")" = "out /nonexistent = exec" ]
	OCIBOX_TRACE=1 run -127 --separate-stderr ocibox oci-nnp oci-nosuch
	[ "$(steps <<<"${stderr_lines[1]}")" = "out oci-nosuch = oci-nosuch: no such step (a program is given with a slash)" ]
	OCIBOX_TRACE=1 run -143 --separate-stderr ocibox oci-guard { /bin/true } oci-hooks -p /bin/sh -a sh -a -c -a 'kill -TERM $PPID; exec sleep 100' prestart /bin/true
	[[ $(steps <<<"$stderr") == "out oci-guard = ok
out oci-hooks -p /bin/sh -a sh -a -c -a kill -TERM \$PPID; exec sleep 100 prestart /bin/true = killed"* ]]
}

@test "no value of a variable, no control character, no line that never ends" {
	OCIBOX_TRACE=1 run -0 --separate-stderr ocibox oci-program -i -e SECRET=sesame -eOTHER=sesame /bin/true
	[ "$(steps <<<"$stderr")" = "out oci-program -i -e SECRET=... -eOTHER=... /bin/true = exec" ]
	OCIBOX_TRACE=1 run -110 --separate-stderr ocibox exec --env=A=sesame -e B=sesame -x
	[[ $stderr != *sesame* ]]
	OCIBOX_TRACE=1 run -115 --separate-stderr ocibox oci-ns -j $'net=/a\n+ \e]0;\177' /bin/true
	[ "$(steps <<<"${stderr_lines[0]}")" = "out oci-ns -j net=/a?+ ?]0;? /bin/true = open the network namespace /a?+ ?]0;?: No such file or directory" ]
	OCIBOX_TRACE=1 run -0 --separate-stderr ocibox oci-program -i /bin/true $(seq 2000)
	[ ${#stderr} -lt 2100 ]
}

@test "a path is appended to, and what cannot be opened is a warning" {
	echo before >log
	run -0 --separate-stderr ocibox --trace-file log /bin/sh -c 'echo "$OCIBOX_TRACE"'
	[ "$output" = "$PWD/log" ]
	[ -z "$stderr" ]
	[ "$(steps <log)" = "before
out /bin/sh = exec" ]
	run -0 ocibox -T new /bin/true
	[ "$(stat -c %a new)" = 600 ]
	run -0 --separate-stderr ocibox -T /nonexistent/log oci-nnp /bin/echo on
	[ "$output" = on ]
	[ "$stderr" = "ocibox: warning: /nonexistent/log: cannot be opened for a trace: No such file or directory" ]
	mkfifo fifo
	run -0 --separate-stderr ocibox -T fifo /bin/true
	[ "$stderr" = "ocibox: warning: $PWD/fifo: cannot be opened for a trace: No such device or address" ]
}

@test "nobody who reads it is no failure" {
	run -0 bash -c 'OCIBOX_TRACE=1 "$0" oci-nnp oci-ns -f /bin/true 2> >(exec <&-)' "$OCIBOX"
}

@test "the next program has no descriptor of it" {
	[ "$(OCIBOX_TRACE=$PWD/log descriptors oci-nnp)" = "0 1 2 " ]
	[ "$(OCIBOX_TRACE=1 descriptors oci-nnp 2>/dev/null)" = "0 1 2 " ]
	[ "$(OCIBOX_TRACE=$PWD/log descriptors oci-seal -p 0 oci-nnp)" = "0 1 2 " ]
	[ "$(wc -l <log)" = 5 ]
	[ "$(sed -n 3p log | steps)" = "out oci-seal -p 0 = exec" ]
}

@test "a container: both sides, and nothing of it inside" {
	runtime_setup
	config '.hooks.createContainer = [{path: "/bin/sh", args: ["sh", "-c", "ls -l /proc/$PPID/fd /proc/self/fd >'"$PWD"'/seen; env >>'"$PWD"'/seen"]}] |
		.process.env += ["OCIBOX_TRACE=/hostile"]'
	program sh -c 'ls -l /proc/self/fd; env; ls /hostile'
	OCIBOX_TRACE=$PWD/trace run -1 --separate-stderr ocibox run "$ID"
	[[ $output != *"$PWD"* ]]
	[[ $output == *OCIBOX_TRACE=/hostile* ]]
	run ! grep -E "$PWD/trace|OCIBOX" seen
	steps <trace >steps
	for line in "out oci-run $ID = exec" "out oci-seal -p 0 = ok" "out oci-guard = ok" "out oci-ns -b . -es = ok" "in oci-ns -b . -es = ok" \
		"in oci-pivot -b . = ok" "out oci-reap = ok" "out oci-guard -d = ok"; do
		grep -qxF -- "$line" steps || { echo "no line: $line"; cat steps; return 1; }
	done
	grep -qx "in oci-program -b .* = exec" steps
	run ! grep -v '^[a-z]* oci-.* = [a-z]*$' steps
	[ "$(sort steps | uniq -d)" = "" ]
}

@test "an error inside is in the trace of both" {
	runtime_setup
	config '.mounts += [{destination: "/m", type: "nosuchfs", source: "x"}]'
	OCIBOX_TRACE=$PWD/trace run -115 --separate-stderr ocibox run "$ID"
	steps <trace >steps
	grep -qx 'in oci-mount -b . -a = .*: No such device' steps
	grep -qx 'out oci-gate -w created = exit 115' steps
	grep -qx 'out oci-forget .* = ok' steps
}

@test "who starts a container says whether that is traced" {
	runtime_setup
	program true
	OCIBOX_TRACE=$PWD/create run -0 ocibox create -o /dev/null -e /dev/null "$ID"
	steps <create >steps
	grep -qx "in oci-gate -d created = ok" steps
	run ! grep -E "oci-await|oci-user" steps
	OCIBOX_TRACE=$PWD/start run -0 ocibox start "$ID"
	steps <start >steps
	grep -qx "in oci-await = ok" steps
	grep -qx "in oci-program -b .* = exec" steps
	# the wait for the start is not in it
	awk '/oci-start/ { began = $2 - $3 } /oci-await/ { exit $2 - $3 < began }' start
	run -0 ocibox delete -f "$ID"

	OCIBOX_TRACE=$PWD/create2 run -0 ocibox create -o /dev/null -e /dev/null "$ID"
	run -0 --separate-stderr ocibox start "$ID"
	[ -z "$stderr" ]
	steps <create2 >steps
	run ! grep -E "oci-await|oci-user" steps
	run -0 ocibox delete -f "$ID"

	run -0 ocibox create -o /dev/null -e /dev/null "$ID"
	OCIBOX_TRACE=1 run -0 --separate-stderr ocibox start "$ID"
	grep -qx "in oci-caps -b . = ok" <(steps <<<"$stderr")
	run -0 ocibox delete -f "$ID"
}

@test "a new time namespace does not change the times" {
	runtime_setup
	[ -e /proc/self/ns/time ] || cannot "needs time namespaces"
	config '.linux.namespaces += [{type: "time"}] | .linux.timeOffsets = {monotonic: {secs: 86400}, boottime: {secs: 86400}}'
	program true
	OCIBOX_TRACE=$PWD/trace run -0 ocibox run "$ID"
	awk '$3 > 60 || (last && ($2 - last > 60 || last - $2 > 60)) { print; exit 1 } { last = $2 }' trace
	config '.linux.timeOffsets = {monotonic: {secs: -9}, boottime: {secs: -9}}'
	OCIBOX_TRACE=$PWD/trace2 run -0 ocibox run "$ID"
	awk '$3 > 8 || (last && ($2 - last > 8 || last - $2 > 8)) { print; exit 1 } { last = $2 }' trace2
}
