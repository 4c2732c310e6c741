#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
load helpers

setup() {
	cd "$BATS_TEST_TMPDIR"
	own=$(cat /proc/self/oom_score_adj)
}

config() {
	echo '{"ociVersion":"1.0.0","root":{"path":"rootfs"},"process":{"cwd":"/","user":{"uid":0,"gid":0},"args":["x"]'"$1"'}}' >config.json
}

@test "the next program has the score" {
	run -0 ocibox oci-oom 523 /bin/cat /proc/self/oom_score_adj
	[ "$output" = 523 ]
	run -0 ocibox oci-oom 523 oci-oom -- 523 /bin/sh -c 'cat /proc/self/oom_score_adj'
	[ "$output" = 523 ]
}

@test "-b takes oomScoreAdj, and without it nothing changes" {
	config ',"oomScoreAdj":611'
	run -0 ocibox oci-oom -b . /bin/cat /proc/self/oom_score_adj
	[ "$output" = 611 ]
	config ''
	run -0 ocibox oci-oom -b . /bin/cat /proc/self/oom_score_adj
	[ "$output" = "$own" ]
}

@test "a score below the floor needs the capability" {
	requires root
	run -114 --separate-stderr setpriv --bounding-set -sys_resource --inh-caps -all "$OCIBOX" oci-oom -- -1000 /bin/echo ran
	[ "$stderr" = "oci-oom: write -1000 to /proc/self/oom_score_adj: Permission denied" ]
	[ -z "$output" ]
}

# hostile COMMANDS: in mounts of their own changed by COMMANDS, the step must refuse with $stderr
hostile() {
	run -115 --separate-stderr unshare -m sh -c "$1"' && exec "$0" oci-oom 700 /bin/echo ran' "$OCIBOX"
	[ -z "$output" ]
}

@test "a /proc that is not what it seems is not written to" {
	requires root unshare
	: >file
	hostile 'mount --bind file /proc/$$/oom_score_adj'
	[ "$stderr" = "oci-oom: /proc/self/oom_score_adj: covered by another mount" ]
	# procfs too, but another of its files: the score would become its text
	hostile 'mount --bind /proc/$$/oom_adj /proc/$$/oom_score_adj'
	[ "$stderr" = "oci-oom: /proc/self/oom_score_adj: covered by another mount" ]
	# the sanitizers' own start needs a /proc
	! sanitized || return 0
	hostile 'mount -t tmpfs tmpfs /proc/$$ && ln -s /tmp /proc/$$/oom_score_adj'
	[ "$stderr" = "oci-oom: /proc/self/oom_score_adj: covered by another mount" ]
	mkdir p p/self
	hostile 'mount --bind p /proc'
	[ "$stderr" = "oci-oom: /proc: not a real procfs, so nothing below it is used" ]
	[ ! -s p/self/oom_score_adj ]
	hostile 'mount --bind /proc/1 /proc'
	[ "$stderr" = "oci-oom: /proc: not a real procfs, so nothing below it is used" ]
	[ ! -s file ]
}

@test "the same on kernels without openat2" {
	requires root unshare "$NOSYS"
	: >file
	run -0 "$NOSYS" openat2 "$OCIBOX" oci-oom 523 /bin/cat /proc/self/oom_score_adj
	[ "$output" = 523 ]
	hostile() {
		run -115 --separate-stderr unshare -m sh -c "$1"' && exec "$1" openat2 "$0" oci-oom 700 /bin/echo ran' "$OCIBOX" "$NOSYS"
		[ "$stderr" = "oci-oom: /proc/self/oom_score_adj: $2" ] || { echo "$stderr"; return 1; }
		[ -z "$output" ]
	}
	hostile 'mount --bind file /proc/$$/oom_score_adj' 'covered by another mount'
	hostile 'mount --bind /proc/$$/oom_adj /proc/$$/oom_score_adj' 'covered by another mount'
	[ ! -s file ]
}

# Another process would get what is this one's: its label, its score.
@test "a /proc/self that is another link is not followed" {
	requires root unshare "$REPO/build/cover" "Linux 5.2"
	# the sanitizers' own start needs it
	! sanitized || return 0
	ln -s "$$" link
	run -115 --separate-stderr unshare -m --propagation private "$REPO/build/cover" link /proc/self "$OCIBOX" oci-oom 700 /bin/echo ran
	[ "$stderr" = "oci-oom: /proc/self: covered by another mount" ]
	[ -z "$output" ]
	[ "$(cat "/proc/$$/oom_score_adj")" != 700 ]
}

@test "bad usage changes nothing" {
	for words in "" "-z 5" "1001" "x" "-- -1001" "5x"; do
		# shellcheck disable=SC2086 # words
		run -110 --separate-stderr ocibox oci-oom $words /bin/echo ran
		[ -z "$output" ]
	done
	run -110 --separate-stderr ocibox oci-oom 1001
	[ "$stderr" = "oci-oom: 1001: must be a score (-1000 to 1000)" ]
}

@test "leaves no descriptor" {
	[ "$(descriptors oci-oom 500)" = "0 1 2 " ]
}
