#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
load helpers

setup() {
	mkdir "$BATS_TEST_TMPDIR/work"
	cd "$BATS_TEST_TMPDIR/work"
	export OCIBOX_ROOT=$PWD/state
	echo '{"ociVersion":"1.0.2","root":{"path":"rootfs"},"annotations":{ "a\"b": "c d", "x": "y" }}' >config.json
	mkdir rootfs
}

@test "the next program finds the entry, locked, with the configuration's copy" {
	run -0 ocibox oci-claim -b . c1 /bin/sh -c '
		stat -c "%a %F" "$OCIBOX_ROOT" "$OCIBOX_ROOT/c1" "$OCIBOX_ROOT/c1/start.new"
		cmp config.json "$OCIBOX_ROOT/c1/config.json"'
	[ "${lines[0]}" = "1700 directory" ]
	[ "${lines[1]}" = "700 directory" ]
	[[ ${lines[2]} = *" socket" ]]
	[ ${#lines[@]} -eq 3 ]
}

@test "the lock and the socket last as long as the chain" {
	run -0 --separate-stderr ocibox oci-claim c1 oci-state c1
	[ "$(jq -r .status <<<"$output")" = creating ]
	# a program behind the chain has neither: whoever made the container is gone
	run -0 ocibox oci-claim c2 /bin/sh -c '"$0" oci-state c2' "$OCIBOX"
	[ "$(jq -r .status <<<"$output")" = stopped ]
}

@test "the state document has what the configuration says" {
	ocibox oci-claim -b . c1
	run -0 ocibox oci-state c1
	[ "$(jq -c '[.ociVersion,.id,.pid,.bundle,.rootfs,.annotations]' <<<"$output")" = \
		"[\"1.0.2\",\"c1\",0,\"$PWD\",\"$PWD/rootfs\",{\"a\\\"b\":\"c d\",\"x\":\"y\"}]" ]
}

@test "-f takes another configuration, - standard input; -R another root" {
	mkdir other
	sed 's/1\.0\.2/1.1.0/' config.json >second.json
	ocibox oci-claim -b . -f second.json c1
	ocibox oci-claim -b . -f - -R other c2 <second.json
	[ "$(ocibox oci-state c1 | jq -r .ociVersion)" = 1.1.0 ]
	[ "$(ocibox oci-state c2 | jq -r '.ociVersion + .rootfs')" = "1.1.0$PWD/other" ]
	cmp second.json state/c2/config.json
}

@test "without a configuration the current directory is the bundle" {
	ocibox oci-claim -R rootfs c1
	[ "$(ocibox oci-state c1 | jq -r '.bundle + " " + .rootfs')" = "$PWD $PWD/rootfs" ]
	[ ! -e state/c1/config.json ]
	[ ! -e state/c1/start.new ]
}

@test "a bad configuration leaves nothing" {
	echo '{"ociVersion":"1.0.2","root":{"path":5}}' >config.json
	run -111 --separate-stderr ocibox oci-claim -b . c1 /bin/true
	[ -n "$stderr" ]
	[ ! -e state ]
	run ! --separate-stderr ocibox oci-claim -b /nonexistent c1
	[ ! -e state ]
}

@test "a second claim is refused, whatever the first one's state" {
	ocibox oci-claim c1
	cp -r state/c1 before
	run -116 --separate-stderr ocibox oci-claim -b . c1 /bin/echo ran
	[ "$stderr" = "oci-claim: c1: container with that id already exists" ]
	[ -z "$output" ]
	diff -r before state/c1
	# while the entry is locked, state.json or not
	mkdir state/c2
	run -116 --separate-stderr flock state/c2 "$OCIBOX" oci-claim c2
	[ "$stderr" = "oci-claim: c2: container with that id already exists" ]
	[ -z "$(ls state/c2)" ]
}

@test "a claim whose maker was killed is taken over" {
	mkdir -p state/c1/sub
	echo old >state/c1/sub/file
	echo 3 >state/c1/exit
	ocibox oci-claim -b . c1
	[ "$(ls state/c1)" = "config.json
state.json" ]
}

@test "of 50 at a time exactly one wins" {
	for i in $(seq 50); do
		"$OCIBOX" oci-claim -b . c1 /bin/echo "$i" >>won 2>>lost 3>&- &
	done
	wait
	[ "$(wc -l <won)" -eq 1 ]
	[ "$(sort -u lost)" = "oci-claim: c1: container with that id already exists" ]
	[ "$(wc -l <lost)" -eq 49 ]
}

@test "while another removes the entry over and over, a claim gets it or is refused" {
	mkfifo go
	(
		exec 3>&-
		read -r _ <go
		for _ in $(seq 100); do "$OCIBOX" oci-claim c1 oci-forget c1 2>/dev/null || :; done
	) &
	echo >go
	for _ in $(seq 100); do
		run ocibox oci-claim c1 oci-forget c1
		[ "$status" -eq 0 ] || [ "$output" = "oci-claim: c1: container with that id already exists" ]
	done
	wait
	[ -z "$(ls state)" ]
}

@test "bad ids change nothing" {
	for id in . .. a/b ../x 'a b' a:b 'ä' a@b / -n -- -; do
		run -110 --separate-stderr ocibox oci-claim -- "$id"
		[ "$stderr" = "oci-claim: $id: invalid container ID format" ]
	done
	run -110 --separate-stderr ocibox oci-claim ''
	[ "$stderr" = "oci-claim: container ID cannot be empty" ]
	long=$(printf '%0256d' 0)
	run -110 --separate-stderr ocibox oci-claim "$long"
	[ "$stderr" = "oci-claim: $long: container ID longer than 255 bytes" ]
	[ ! -e state ]
	for id in +a a+b_c.d-E ... "${long%0}"; do
		ocibox oci-claim -- "$id" /bin/true
	done
}

@test "a bundle whose name is not UTF-8 is refused and leaves nothing" {
	mkdir $'bad\xff'
	cd $'bad\xff'
	run -115 --separate-stderr ocibox oci-claim c1 /bin/true
	[ "$stderr" = "oci-claim: record the paths of c1: Invalid argument" ]
	[ -z "$(ls "$OCIBOX_ROOT")" ]
}

@test "an unwritable state directory is one clear line" {
	requires root unshare
	mkdir state
	run -115 --separate-stderr unshare -m sh -c 'mount -t tmpfs -o ro none state && "$0" oci-claim c1' "$OCIBOX"
	[ "$stderr" = "oci-claim: make the state directory of c1: Read-only file system" ]
	OCIBOX_ROOT=$PWD/config.json/x run -115 --separate-stderr ocibox oci-claim c1
	[ "$stderr" = "oci-claim: open $PWD/config.json/x: Not a directory" ]
}

@test "a full state directory is left as it was" {
	requires root unshare
	mkdir state
	head -c 20000 /dev/zero | tr '\0' ' ' >>config.json
	run -115 --separate-stderr unshare -m sh -c '
		mount -t tmpfs -o size=12k none state && "$0" oci-claim -b . c1 /bin/true; s=$?; ls state; exit $s' "$OCIBOX"
	[ "$stderr" = "oci-claim: write the configuration of c1: No space left on device" ]
	[ -z "$output" ]
}

@test "-n: a container that nobody will start has no socket, and the same conditions" {
	run -0 ocibox oci-claim -n -b . c1 oci-record -P $$ c1 oci-state c1 oci-record -cs c1 oci-state c1 /bin/ls state/c1
	[ "$(sed -n '/"status"/s/.*: "\(.*\)",/\1/p' <<<"$output" | tr '\n' ' ')" = "creating running " ]
	[ "$(tail -3 <<<"$output" | tr '\n' ' ')" = "config.json started state.json " ]
	before=$(ocibox oci-state c1 | jq .startedAt)
	[ "$before" -gt 0 ]
	# what replaces the configuration, as oci-update does, changes nothing of it
	cp state/c1/config.json new
	mv new state/c1/config.json
	[ "$(ocibox oci-state c1 | jq .startedAt)" = "$before" ]
	run -113 --separate-stderr ocibox oci-release c1
	[ "$stderr" = "oci-release: c1: the container does not wait for its start" ]
}

@test "bad usage changes nothing" {
	run -110 --separate-stderr ocibox oci-claim -z c1
	[ "$stderr" = "oci-claim: usage: oci-claim [-b bundle] [-f config] [-n] [-R rootfs] [-A key=value] [-B directory] [-V version] id [command ...]" ]
	run -110 ocibox oci-claim -b .
	run -110 ocibox oci-claim -n c1
	[ ! -e state ]
}

@test "annotations, bundle and version without a configuration" {
	mkdir other
	ocibox oci-claim -A 'a=b=c' -A 'd"=' -B other -V 1.0.9 c9
	[ "$(ocibox state c9 | jq -c '[.ociVersion, .bundle, .annotations]')" = '["1.0.9","'"$PWD"'/other",{"a":"b=c","d\"":""}]' ]
	for words in "-A b" "-A =b" "-b . -V 1" "-b . -B ."; do
		# shellcheck disable=SC2086
		run -110 ocibox oci-claim $words c10
	done
}

@test "leaves no descriptor" {
	[ "$(descriptors oci-claim c1)" = "$(descriptors)" ]
}
