#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# braces are words of a chain; bats ends a test whose cd fails; bats sets stderr; other shells expand
# shellcheck disable=SC1083,SC1010,SC2164,SC2154,SC2016
load helpers

# What holds for every chain, whatever its steps: lib/chain.c, options.c, die.c, main.c.

setup() {
	cd "$BATS_TEST_TMPDIR"
}

@test "an unknown bare word is an error, and no program" {
	mkdir bin
	printf '#!/bin/sh\necho hijacked\n' >bin/oci-nosuch
	chmod +x bin/oci-nosuch
	PATH=$PWD/bin:$PATH run -127 --separate-stderr ocibox oci-guard -a { /bin/true } oci-nosuch
	[ "$stderr" = "oci-guard: oci-nosuch: no such step (a program is given with a slash)" ]
	[ -z "$output" ]
	run -110 --separate-stderr ocibox nosuch
	[ "$stderr" = "ocibox: nosuch: no such command (see ocibox --help)" ]
}

@test "a word with a slash is a program, whatever its name" {
	printf '#!/bin/sh\necho payload "$@"\n' >oci-hostname
	chmod +x oci-hostname
	run -0 ocibox oci-guard { /bin/true } ./oci-hostname -n x oci-ns
	[ "$output" = "payload -n x oci-ns" ]
}

@test "a program that is not there is 127, one that cannot be run 126" {
	run -127 --separate-stderr ocibox /none/such
	[ "$stderr" = "ocibox: /none/such: No such file or directory" ]
	touch plain
	run -126 --separate-stderr ocibox ./plain
	[ "$stderr" = "ocibox: ./plain: Permission denied" ]
}

@test "-- between steps is for the reader" {
	run -0 ocibox oci-guard { /bin/true } -- oci-guard { /bin/true } -- /bin/echo yes
	[ "$output" = yes ]
}

@test "each step reads its options afresh" {
	run -110 ocibox oci-guard -a { /bin/echo outer } oci-guard -a { /bin/echo inner } oci-hostname -z
	[[ "$output" = *"inner
outer" ]]
	# the second step's own error, not words misread
	run -110 --separate-stderr ocibox oci-guard -a { /bin/true } oci-guard -a -z { /bin/true } /bin/true
	[ "$stderr" = "oci-guard: usage: oci-guard [-a] { word ... } command ... | oci-guard -d [command ...] | oci-guard -r { word ... } command ..." ]
}

@test "what a step printed is printed once, though a later one forks" {
	requires root jq
	mkdir rootfs
	echo '{"ociVersion":"1.0.2","root":{"path":"rootfs"}}' >config.json
	export OCIBOX_ROOT=$PWD/state
	run -0 --separate-stderr ocibox oci-claim c1 oci-state c1 oci-ns -f oci-ns -f /bin/true
	[ "$(jq -s length <<<"$output")" = 1 ]
}

@test "standard output that cannot be written is an error" {
	[ -e /dev/full ] || cannot "needs /dev/full"
	run -115 --separate-stderr sh -c '"$0" oci-hostname --help >/dev/full' "$OCIBOX"
	[ "$stderr" = "oci-hostname: write to standard output: No space left on device" ]
}

@test "--help of a step prints its page's words, and runs nothing" {
	run -0 --separate-stderr ocibox oci-guard --help { /bin/echo no } /bin/echo no
	[ "${lines[0]}" = "usage: oci-guard [-a] { word ... } command ... | oci-guard -d [command ...] | oci-guard -r { word ... } command ..." ]
	[ "${lines[1]}" = "undo when the rest of the chain fails" ]
	[[ "$output" != *"
no" ]]
	for words in "oci-guard -h" "guard -help" "help guard" "help oci-guard"; do
		# shellcheck disable=SC2086
		[ "$("$OCIBOX" $words)" = "$("$OCIBOX" oci-guard --help)" ]
	done
	# of a verb and a step that options may follow, behind the operand too
	for words in "state x --help" "kill x -h" "state --h"; do
		# shellcheck disable=SC2086
		[ "$("$OCIBOX" $words)" = "$("$OCIBOX" "${words%% *}" --help)" ]
	done
	run -0 ocibox --help
	[[ "$output" == *"oci-guard [-a]"* ]]
	[ "$("$OCIBOX" help)" = "$output" ]
}

@test "a link's name is the command's" {
	ln -s "$(readlink -f "$OCIBOX")" oci-guard
	run -0 ./oci-guard { /bin/true } /bin/echo linked
	[ "$output" = linked ]
	mkdir links
	cp "$OCIBOX" links/ocibox
	ocibox --install links
	[ "$(readlink links/oci-guard)" = ocibox ]
	[ ! -L links/ocibox ]
}

@test "global options: long, =value, as Go has them, and unique beginnings" {
	for words in "--root here" "--root=here" "-root here" "-root=here" "-r here" "-rhere" "-r=here" "--r=here"; do
		# shellcheck disable=SC2086
		run -0 ocibox $words oci-guard { /bin/true } /bin/sh -c 'echo "$OCIBOX_ROOT"'
		[ "$output" = "$PWD/here" ]
	done
	for words in "--log-format json" "--log-format=json" "-log-format json" "--log-f json" "-f json"; do
		# shellcheck disable=SC2086
		run -0 ocibox $words /bin/sh -c 'echo "$OCIBOX_LOG_FORMAT"'
		[ "$output" = json ]
	done
	for words in "--debug" "-debug" "--debug=true" "--debug=1" "-debug=TRUE" "-D" "-D=t" "--log-level debug"; do
		# shellcheck disable=SC2086
		run -0 ocibox $words /bin/sh -c 'echo "$OCIBOX_DEBUG"'
		[ "$output" = 1 ]
	done
	for words in "--log=" "--log-format="; do
		run -112 --separate-stderr env OCIBOX_ROOT="$PWD" "$OCIBOX" "$words" state nosuch
		[ "$stderr" = "oci-state: nosuch: container does not exist" ]
	done
	for words in "--debug=false" "--debug=0" "-D=F" "--log-level warning" "--criu /x" "--rootless=auto"; do
		# shellcheck disable=SC2086
		run -0 ocibox $words /bin/sh -c 'echo "$OCIBOX_DEBUG"'
		[ -z "$output" ]
	done
	run -0 ocibox -DS /bin/sh -c 'echo "$OCIBOX_DEBUG$OCIBOX_SYSTEMD_CGROUP"'
	[ "$output" = 11 ]
}

@test "json goes to standard error when there is no log, and only then" {
	run -112 --separate-stderr ocibox --root "$BATS_TEST_TMPDIR" --log-format json state nosuch
	[ "$(jq -r '"\(.level) \(.class) \(.msg)"' <<<"$stderr")" = "error no-container nosuch: container does not exist" ]
	run -112 --separate-stderr ocibox --root "$BATS_TEST_TMPDIR" --log-format json --log "$BATS_TEST_TMPDIR/log" state nosuch
	[ "$stderr" = "oci-state: nosuch: container does not exist" ]
	[ "$(jq -r .level "$BATS_TEST_TMPDIR/log")" = error ]
}

@test "options that are none, or not one, or lack their value" {
	run -110 --separate-stderr ocibox --nosuch oci-guard
	[ "$stderr" = "ocibox: --nosuch: no such option (see ocibox --help)" ]
	run -110 --separate-stderr ocibox --=x oci-guard
	[ "$stderr" = "ocibox: --=x: no such option (see ocibox --help)" ]
	run -110 --separate-stderr ocibox --lo x oci-guard
	[ "$stderr" = "ocibox: --lo: ambiguous option (see ocibox --help)" ]
	run -110 --separate-stderr ocibox --root
	[ "$stderr" = "ocibox: --root: a value is missing" ]
	run -110 --separate-stderr ocibox --debug=maybe oci-guard
	[ "$stderr" = "ocibox: --debug=maybe: this option takes no value" ]
	run -110 --separate-stderr ocibox --log-format xml oci-guard
	[ "$stderr" = "ocibox: xml: log format must be text or json" ]
	run -110 --separate-stderr ocibox --log-level loud oci-guard
	[ "$stderr" = "ocibox: loud: log level must be error, warning or debug" ]
	run -110 --separate-stderr ocibox
	[[ "$stderr" = "ocibox: usage: ocibox "* ]]
}

@test "the state root: given, inherited, or the usual" {
	run -0 env OCIBOX_ROOT=there "$OCIBOX" /bin/sh -c 'echo "$OCIBOX_ROOT"'
	[ "$output" = "$PWD/there" ]
	requires root
	run -0 env -u OCIBOX_ROOT XDG_RUNTIME_DIR=/x "$OCIBOX" /bin/sh -c 'echo "$OCIBOX_ROOT"'
	[ "$output" = /run/ocibox ]
}

@test "the log has each error, as text or JSON, with its class" {
	requires root jq
	long=$(printf '%070d' 0)
	run -115 aside "$OCIBOX" --log log.txt oci-hostname -n "$long"
	grep -E '^time="[0-9T:-]+Z" level=error msg="set the hostname to 0+: invalid argument"$' log.txt
	run -115 aside "$OCIBOX" --log log.json --log-format json oci-hostname -n "$long"
	run -110 ocibox --log log.json --log-format json oci-hostname
	[ "$(jq -r '[.level, .msg, .step, .class, .status, .path, .errno] | join("|")' <log.json | head -1)" = \
		"error|set the hostname to $long: invalid argument|oci-hostname|kernel|115|$long|22" ]
	[ "$(jq -r '[.level, .step, .class, .status, .path, .errno] | join("|")' <log.json | tail -1)" = \
		"error|oci-hostname|usage|110||" ]
	jq -e '.time | fromdate' <log.json
}

@test "with a log, standard error has only the error that ends the command" {
	requires root
	warns=(oci-caps -B "chown,frob" oci-hostname)
	run -110 --separate-stderr ocibox "${warns[@]}"
	[ "${#stderr_lines[@]}" = 2 ]
	run -110 --separate-stderr ocibox --log log "${warns[@]}"
	[[ $stderr == "oci-hostname: usage: "* && ${#stderr_lines[@]} = 1 ]]
	[ "$(grep -c . log)" = 2 ]
	grep -q 'level=warning msg="frob: no capability of this kernel, left out"' log
	# and at level error nobody is warned
	run -110 --separate-stderr ocibox --log-level error "${warns[@]}"
	[[ $stderr == "oci-hostname: usage: "* && ${#stderr_lines[@]} = 1 ]]
}

@test "the log is JSON whatever a name's bytes are" {
	requires jq
	run -127 ocibox --log log --log-format json $'/no"such\\\n\001\377\303\244\303'
	[ "$(jq -r .class <log)" = not-found ]
	[ "$(jq -r .path <log)" = $'/no"such\\\n\001\357\277\275\303\244\357\277\275' ]
}

@test "an error is one line, whatever a name's bytes are" {
	name=$'no/\e[31m\nlevel=info\r\tmsg=\x7f\xc3\xa4'
	run -115 --separate-stderr ocibox oci-pidfile -P 1 "$name"
	[ "$stderr" = $'oci-pidfile: write the pid file no/?[31m?level=info??msg=?\xc3\xa4: No such file or directory' ]
	# in the log they can be told
	run -115 ocibox --log log oci-pidfile -P 1 "$name"
	[[ $(cat log) == *'no/\u001b[31m\u000alevel=info\u000d\u0009msg='* ]]
}

@test "a log that cannot be written hides no error" {
	[ -e /dev/full ] || cannot "needs /dev/full"
	run -110 --separate-stderr ocibox --log /dev/full oci-guard
	[ "${stderr_lines[0]}" = "oci-guard: usage: oci-guard [-a] { word ... } command ... | oci-guard -d [command ...] | oci-guard -r { word ... } command ..." ]
	[[ "${stderr_lines[1]}" = "oci-guard: warning: write to /dev/full: No space left on device" ]]
	run -115 --separate-stderr ocibox --log /none/log oci-guard
	[ "$stderr" = "ocibox: open /none/log: No such file or directory" ]
}

@test "a closed or broken standard error changes no status" {
	status=0
	"$OCIBOX" oci-guard 2>&- || status=$?
	[ "$status" = 110 ]
	# the reader is gone before the writer begins
	run -0 bash -c 'set -o pipefail; exec 3> >(exec true); wait $!; "$0" oci-guard 2>&3; [ $? = 110 ]' "$OCIBOX"
}

@test "closed standard descriptors are not taken by a step's files" {
	run -0 sh -c '"$0" oci-guard { /bin/true } /bin/sh -c "exec >&2; readlink /proc/self/fd/0" <&-' "$OCIBOX"
	[ "$output" = /dev/null ]
}

@test "a long name loses no reason" {
	long=$(printf '/%0200d' {1..19})
	run -127 --separate-stderr ocibox "$long"
	[ "$stderr" = "ocibox: $long: No such file or directory" ]
}

@test "a block without an end" {
	run -110 --separate-stderr ocibox oci-guard { /bin/true { }
	[ "$stderr" = "oci-guard: {: no closing }" ]
}

@test "no applet has data that changes" {
	command -v nm >/dev/null || cannot "needs nm"
	[ -e "$REPO/build/oci-guard.o" ] || cannot "needs the build's objects"
	run -0 sh -c 'nm "$1"/build/oci-*.o | grep " [bBdDC] " || :' sh "$REPO"
	[ -z "$output" ]
}
