# shellcheck shell=bash
# SPDX-License-Identifier: MIT
# What every test file loads.

bats_require_minimum_version 1.5.0

REPO=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
OCIBOX=${OCIBOX:-$REPO/build/ocibox}
# the tests' own programs, tests/*.c; make check builds them first
NOSYS=${NOSYS:-$REPO/build/nosys}
EXCHANGE=${EXCHANGE:-$REPO/build/exchange}
TERM_TOOL=${TERM_TOOL:-$REPO/build/term}
HEAR=${HEAR:-$REPO/build/hear}
TRIES=${TRIES:-$REPO/build/tries}
# the sanitizers: a leak is no error (die() frees nothing), everything else is
export ASAN_OPTIONS=${ASAN_OPTIONS:-detect_leaks=0:abort_on_error=0:exitcode=99}
export UBSAN_OPTIONS=${UBSAN_OPTIONS:-halt_on_error=1:print_stacktrace=1:exitcode=99}
unset OCIBOX_ROOT OCIBOX_LOG OCIBOX_LOG_FORMAT OCIBOX_DEBUG OCIBOX_TRACE OCIBOX_LIBEXEC

# ocibox WORDS: the program under test.
ocibox() {
	"$OCIBOX" "$@"
}

# split_options OPTION... -- WORD...: which of them are $options, and which $words; without -- all are words
split_options() {
	options=()
	if [[ " $* " == *" -- "* ]]; then
		while [ "$1" != -- ]; do
			options+=("$1")
			shift
		done
		shift
	fi
	# shellcheck disable=SC2034 # for who calls it
	words=("$@")
}

# cannot REASON: skip; under OCIBOX_MUST_RUN=1 fail, unless the reason is listed in OCIBOX_MAY_SKIP
# (one reason a line), as the machine's own limits are.
cannot() {
	if [ "${OCIBOX_MUST_RUN:-}" = 1 ] && ! grep -qxF -- "$1" <<<"${OCIBOX_MAY_SKIP:-}"; then
		echo "must run, but: $1"
		return 1
	fi
	skip "$1"
}

# requires THING...: root, runc, crun, cgroup1, cgroup2 (controllers on v2), overlay, initramfs, userns-container, busybox,
# $NOSYS, $EXCHANGE, $HEAR, $TERM_TOOL, $TRIES (made when missing), idmap (of the files in this directory), systemd (as the first process), "Linux VERSION" (or younger),
# criu (looked for in setup_file, by tests/criu).
requires() {
	local thing
	for thing; do
		case $thing in
		root) [ "$EUID" = 0 ] || cannot "needs root" ;;
		cgroup1) grep -q ' - cgroup cgroup ' /proc/self/mountinfo || cannot "needs cgroup v1" ;;
		cgroup2) grep -q memory /sys/fs/cgroup/cgroup.controllers 2>/dev/null || cannot "needs cgroup v2" ;;
		"$NOSYS" | "$EXCHANGE" | "$HEAR" | "$TERM_TOOL" | "$TRIES" | "$REPO"/build/*)
			[ -x "$thing" ] || make -s -C "$REPO" "build/${thing##*/}" >&2 || cannot "needs ${thing##*/}"
			;;
		overlay) grep -qw overlay /proc/filesystems || cannot "needs overlay" ;;
		initramfs) on_initramfs || cannot "needs initramfs" ;;
		# with a user namespace: its mounts are locked, those of an initramfs have to be taken off
		userns-container) { unshare -Ur true 2>/dev/null && ! on_initramfs; } || cannot "needs userns-container" ;;
		idmap) maps_ids || cannot "needs a filesystem that maps ids" ;;
		criu) [ "${OCIBOX_CRIU:-}" ] || cannot "needs a criu that works on this kernel" ;;
		"Linux "*) linux "${thing#* }" || cannot "needs $thing" ;;
		systemd) [ -d /run/systemd/system ] || cannot "needs systemd" ;;
		*) command -v "$thing" >/dev/null || cannot "needs $thing" ;;
		esac
	done
}

# on_initramfs: whether / is one
on_initramfs() {
	grep -Eq '^[0-9]+ [0-9]+ [^ ]+ / / .* - rootfs ' /proc/self/mountinfo
}

# maps_ids: whether the filesystem of this directory maps ids on this kernel.
maps_ids() {
	local since
	case $(stat -f -c %T .) in
	ext* | xfs) since=5.14 ;;
	btrfs) since=5.15 ;;
	# an initramfs looks like one, but is of a type of its own, which maps none
	tmpfs) ! on_initramfs || return 1; since=6.3 ;;
	*) return 1 ;;
	esac
	linux "$since"
}

# linux VERSION: whether this kernel is that one or younger
linux() {
	[ "$(printf '%s\n' "$1" "$(uname -r)" | sort -V | head -n 1)" = "$1" ]
}

# sanitized: whether the program under test has the sanitizers, which need a /proc of their own.
sanitized() {
	grep -q __asan_init "$OCIBOX"
}

# make_rootfs DIR: a root filesystem of static busybox. All of a run are copies of one, and share its busybox:
# a shell needs a hundred processes to make one, which an emulated processor takes seconds for.
make_rootfs() {
	local model=$BATS_RUN_TMPDIR/rootfs applet
	if [ ! -d "$model" ]; then
		mkdir -p "$model/bin" "$model/dev" "$model/proc" "$model/sys" "$model/tmp" "$model/etc" "$model/root"
		cp "$(command -v busybox)" "$model.busybox"
		for applet in sh ash cat ls id mount umount env hostname sleep true false echo kill stat grep readlink test touch mkdir mknod ps head tail wc sort cut tr printf pwd dd seq rm ln chmod chown mv cp tty stty; do
			ln -s busybox "$model/bin/$applet"
		done
		printf 'root:x:0:0:root:/root:/bin/sh\n' >"$model/etc/passwd"
		printf 'root:x:0:\n' >"$model/etc/group"
	fi
	mkdir -p "$1"
	cp -a "$model/." "$1"
	cp -lf "$model.busybox" "$1/bin/busybox" 2>/dev/null || cp "$model.busybox" "$1/bin/busybox"
}

# new_uts WORDS: run in new mount and uts namespaces of unshare(1), so that a failing step cannot touch the machine's.
aside() {
	unshare --mount --uts --propagation private "$@"
}

# descriptors [WORDS...]: the chain words must leave no descriptor: a program run behind them sees 0 1 2 only
# (3 is ls's own directory descriptor; bats holds 3 open itself, so it is closed here).
descriptors() {
	"$OCIBOX" "$@" /bin/sh -c 'ls /proc/$$/fd' 3>&- 4>&- | tr '\n' ' '
}

# hanging_hook DIR: a bundle whose createContainer hook writes a line to the fifo DIR/up and then hangs: where a chain waits.
hanging_hook() {
	mkdir -p "$1"
	rm -f "$1/up"
	mkfifo "$1/up"
	cat >"$1/config.json" <<-EOF
		{"ociVersion":"1.0.0","root":{"path":"rootfs"},"hooks":{"createContainer":[
		{"path":"/bin/sh","args":["sh","-c","echo >'$PWD/$1/up'; exec sleep 1000"]}]}}
	EOF
}
