#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# shellcheck disable=SC2016,SC2154,SC2164 # text for other shells; run sets these; bats stops at a failing cd
# The forms of oci-mount's types cgroup and cgroup2, on version 1, version 2 and hybrid machines, by the new mount calls and
# by mount(2). tests/runc.bats compares them with runc's.
load helpers

setup() {
	requires root unshare "$NOSYS"
	cd "$BATS_TEST_TMPDIR"
	mkdir -p root/sys v1
	ways=("" "$NOSYS open_tree,move_mount,fsopen,fsconfig,fsmount,mount_setattr,openat2")
	v2=$(sed -nE 's/^[^-]* [^ ]+ \/ ([^ ]+) .* - cgroup2 .*/\1/p' /proc/self/mountinfo | head -n 1)
	own=
}

teardown() {
	# "run" is a process of its own: what it sets is not seen here
	local dir
	for dir in "$own" "$v2/ocibox-test-$$"; do
		[ ! -d "$dir" ] || rmdir "$dir"
	done
}

# under MOUNTINFO-LINES: root, mount point below root, options, type and the filesystem's options
under() {
	sed -nE "s,^[0-9]+ [0-9]+ [^ ]+ ([^ ]+) $PWD/root(/[^ ]*) ([^ ]+) .*- ([^ ]+) [^ ]+ ([^ ]+)$,\1 \2 \3 \4 \5,p"
}

# in_own WORDS: run in a v2 cgroup of the test's own
in_own() {
	[ "$v2" ] || cannot "needs cgroup v2"
	mkdir -p "$v2/ocibox-test-$$"
	sh -c 'echo $$ >"$0/cgroup.procs" && exec "$@"' "$v2/ocibox-test-$$" "$@"
}

@test "a hierarchy with several controllers: links for the names of each" {
	aside mount -t cgroup -o net_cls,net_prio none v1 2>/dev/null || cannot "needs net_cls and net_prio for cgroup v1"
	for way in "${ways[@]}"; do
		for namespace in "" "unshare --cgroup"; do
			# both orders of the name are in use; a second mount of the same hierarchy is passed over
			for name in net_cls,net_prio net_prio,net_cls; do
				# shellcheck disable=SC2086 # words
				run -0 aside sh -c 'name=$1; shift; mount -t tmpfs v1 v1 && mkdir v1/$name v1/again &&
					mount -t cgroup -o net_cls,net_prio none v1/$name && mount -t cgroup -o net_cls,net_prio none v1/again && exec "$@"' - $name \
					$namespace $way "$OCIBOX" oci-mount -r root -t cgroup -o ro,nosuid,nodev,noexec cgroup /bin/sh -c \
					'cat /proc/self/mountinfo; cd root/cgroup; readlink net_cls net_prio; ls -d again; touch net_cls/tasks net_prio/new; ls'
				[ "$(under <<<"$output" | grep net_)" = "/ /cgroup/$name ro,nosuid,nodev,noexec,relatime cgroup rw,net_cls,net_prio" ]
				[ "$(grep -c "^$name$" <<<"$output")" = 3 ]     # two links, and the directory in the list
				grep -q "cannot touch 'net_prio/new': Read-only file system\|net_prio/new: Read-only file system" <<<"$output"
			done
		done
	done
}

@test "version 2, without a cgroup namespace: the whole, as /proc/self/cgroup has it; also by a bind in a user namespace" {
	userns="unshare --user --map-root-user"
	$userns true || userns=
	for way in "${ways[@]}"; do
		for namespace in "" ${userns:+"$userns"}; do
			# shellcheck disable=SC2086 # words
			run -0 in_own $namespace unshare --mount --propagation private $way "$OCIBOX" oci-mount -r root -t cgroup2 -o ro,nosuid cgroup \
				/bin/sh -c 'cat /proc/self/mountinfo; ls -d "root/cgroup$(sed -n s,^0::,,p /proc/self/cgroup)/cgroup.procs"'
			[ "$(under <<<"$output" | cut -d' ' -f1-4)" = "/ /cgroup ro,nosuid,relatime cgroup2" ]
			[ "${lines[-1]}" = "root/cgroup/ocibox-test-$$/cgroup.procs" ]
		done
	done
}

@test "version 2, with a cgroup namespace: the own as the root, in a user namespace too" {
	userns="unshare --user --map-root-user"
	$userns true || userns=
	for way in "${ways[@]}"; do
		for namespace in "" ${userns:+"$userns"}; do
			# shellcheck disable=SC2086 # words
			run -0 in_own $namespace unshare --cgroup --mount --propagation private $way "$OCIBOX" oci-mount -r root -t cgroup2 -o nosuid cgroup \
				/bin/sh -c 'cat /proc/self/mountinfo; cat root/cgroup/cgroup.procs | wc -l'
			[ "$(under <<<"$output" | cut -d' ' -f1-4)" = "/ /cgroup rw,nosuid,relatime cgroup2" ]
			[ "${lines[-1]}" -lt 4 ]        # the processes of this test, not the machine's
		done
	done
}

@test "a bind keeps the host's flags where none are named, and has those that are, and no others" {
	requires cgroup1
	at=$(awk '$NF ~ /pids/ { print $5; exit }' /proc/self/mountinfo)
	mkdir "$at/ocibox-test-$$"
	own=$at/ocibox-test-$$
	for way in "${ways[@]}"; do
		for row in "- rw,nosuid,nodev,noexec,relatime" "ro ro,relatime" "noexec,ro ro,noexec,relatime" "rw rw,relatime" "rro ro,nosuid,nodev,noexec,relatime"; do
			options=${row% *}
			# shellcheck disable=SC2086 # words
			run -0 sh -c 'echo $$ >"$0/tasks" && exec "$@"' "$own" unshare --mount --propagation private \
				sh -c 'mount -o remount,bind,nosuid,nodev,noexec "$0" && exec "$@"' "$at" $way "$OCIBOX" oci-mount -r root -t cgroup ${options:+-o "${options/#-/defaults}"} cgroup /bin/cat /proc/self/mountinfo
			[ "$(under <<<"$output" | grep /cgroup/pids | cut -d' ' -f1-3)" = "/ocibox-test-$$ /cgroup/pids ${row#* }" ]
		done
	done
}

@test "in another root the hierarchies are looked for again" {
	make_rootfs root
	mkdir -p root/proc root/cgroup
	# none is mounted in there: the type is version 2's then, wherever the machine has it
	run -0 aside "$OCIBOX" oci-cgroup -p / procs oci-rootfs -r root oci-mount -r root -t proc proc oci-pivot root \
		oci-mount -t cgroup cgroup /bin/cat /proc/self/mountinfo
	[ "$(grep -c ' /cgroup .* - cgroup2 ' <<<"$output")" = 1 ]
}
