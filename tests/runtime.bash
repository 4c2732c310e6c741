# shellcheck shell=bash
# SPDX-License-Identifier: MIT
# What the tests of the whole runtime share: a bundle, a state root of the test's own, and
# the check that nothing is left.

# runtime_setup: cwd is a bundle whose program is $ID's; --root is the test's.
runtime_setup() {
	requires root busybox jq
	OCIBOX_ROOT=$BATS_TEST_TMPDIR/state
	export OCIBOX_ROOT
	ID=t$$-$BATS_TEST_NUMBER
	BUNDLE=$BATS_TEST_TMPDIR/bundle
	mkdir -p "$BUNDLE"
	cd "$BUNDLE" || return
	make_rootfs rootfs
	ocibox spec sh
	MOUNTS=$(grep -c . /proc/self/mountinfo)
}

runtime_teardown() {
	local entry
	# skipped before there was anything
	[ "${MOUNTS:-}" ] || return 0
	for entry in "$OCIBOX_ROOT"/*/; do
		[ -d "$entry" ] || continue
		"$OCIBOX" delete --force "$(basename "$entry")" 3>&- || return
	done
	[ -z "$(left)" ] || { left; return 1; }
}

# what a file does behind each test, unless it says otherwise
teardown() {
	runtime_teardown
}

# config FILTER [jq ARGUMENT...]: change config.json.
config() {
	local filter=$1
	shift
	jq "$filter" config.json "$@" >config.new && mv config.new config.json
}

# program WORD...: what the container runs.
program() {
	# shellcheck disable=SC2016 # jq's variable
	config '.process.args = $ARGS.positional' --args -- "$@"
}

# left: what a container of this test has left on the machine; nothing when all is well.
left() {
	find /sys/fs/cgroup -depth -type d \( -name "$ID" -o -name "$ID-*" \) 2>/dev/null
	ls -A "$OCIBOX_ROOT" 2>/dev/null
	[ "$(grep -c . /proc/self/mountinfo)" = "$MOUNTS" ] || grep "$BUNDLE" /proc/self/mountinfo
	find /proc/[0-9]*/exe \( -lname '/memfd:ocibox*' -o -lname "$OCIBOX" \) -printf '%h/environ\n' 2>/dev/null |
		xargs -r grep -lzsFx "OCIBOX_ROOT=$OCIBOX_ROOT" || true
}

# turns N: N, or a fifth of it where the processor is emulated
turns() {
	if [ "${OCIBOX_IN_VM:-}" ]; then
		echo $(($1 / 5))
	else
		echo "$1"
	fi
}

# until_true WORDS...: waits at most ten seconds for a condition that nothing announces.
until_true() {
	local end=$((SECONDS + 10))
	until "$@"; do
		[ $SECONDS -lt $end ] || { echo "never true: $*"; return 1; }
	done
}

status_of() {
	local state
	state=$("$OCIBOX" state "$1") || return
	[[ $state =~ \"status\":\ \"([a-z]+)\" ]] && echo "${BASH_REMATCH[1]}"
}

# ended ID [STATUS]: the container ends; with STATUS, where a waiting program of ours recorded it
ended() {
	until_true has_status "$1" stopped
	[ ! -e "$OCIBOX_ROOT/$1/exit" ] || run -"${2:-0}" ocibox wait "$1"
}

# whether this kernel tells the exit status of who is not its child
tells_exit() {
	linux 6.15
}

has_status() {
	[ "$(status_of "$1")" = "$2" ]
}
