#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# bats ends a test whose cd fails
# shellcheck disable=SC2164,SC2016
load helpers

setup() {
	requires root
	cd "$BATS_TEST_TMPDIR"
}

# user WORDS: as an ordinary user, whose program can be reached
user() {
	requires setpriv
	[ -e /tmp/ocibox-$$ ] || install -m 755 "$OCIBOX" "/tmp/ocibox-$$"
	setpriv --reuid 4321 --regid 4321 --clear-groups "$@"
}

teardown() {
	rm -f /tmp/ocibox-$$
}

@test "what is there: each group, each line with its answer, and nothing is left" {
	run -0 --separate-stderr aside sh -euc 'cat /proc/self/mountinfo /proc/filesystems >before; "$0" doctor; cat /proc/self/mountinfo /proc/filesystems | cmp before -' "$OCIBOX"
	[ -z "$stderr" ]
	[[ ${lines[0]} == "ocibox "*", Linux $(uname -r), $(uname -m), user 0" ]]
	[ "${lines[-1]}" = "A default container runs here." ]
	[ "$(grep '^[a-z]' <<<"$output" | tail -n +2 | tr '\n' ,)" = "namespaces,ordinary users,cgroups,mounts,system calls,seccomp,security,programs," ]
	for name in mount pid ipc uts network cgroup user; do
		[ ! -e "/proc/self/ns/${name/network/net}" ] || grep -qx "  yes      $name" <<<"$output"
	done
	[[ $output == *"  yes      a new /proc
"* ]]
	[[ $output == *"  $(on_initramfs && echo no || echo yes)  "*" a root that pivot_root leaves"* ]]
	run ! grep -Ev '^  (yes|no|unknown) +[^ ].*|^[a-zA-Z]' <<<"$output"
}

@test "-j: the same as JSON" {
	requires jq
	ocibox doctor >text
	for words in -j --json; do
		ocibox doctor $words >json
		jq -r '"ocibox \(.ocibox), Linux \(.kernel), \(.machine), user \(.user)", (.found | group_by(.group) | .[] | .[0].group),
			(.found[] | "  " + (.answer + "      ")[:7] + "  " + .name + (if .detail then " (\(.detail))" else "" end) +
			(if .answer == "yes" then "" else ": " + .otherwise end)), (if .runs then "A default container runs here." else empty end)' json | sort >lines
		sort text | diff - lines
	done
	[ "$(jq -c '[.found[] | select(.needed) | .name]' json)" = '["mount","pid","ipc","uts","network","a new /proc","memfd_create","/bin/sh","/proc"]' ]
	[ "$(jq '.found | map(has("otherwise")) | all' json)" = true ]
}

@test "calls that a kernel has not, and what is done without" {
	requires "$NOSYS" jq
	"$NOSYS" open_tree,move_mount,fsopen,mount_setattr,openat2,pidfd_open,pidfd_send_signal,clone3,close_range,faccessat2,fchmodat2,seccomp,landlock_create_ruleset \
		"$OCIBOX" doctor -j >json
	[ "$(jq -r '.found[] | select(.answer == "no" and .detail == "Function not implemented") | .name' json | tr '\n' ,)" = \
		"clone3 into a cgroup,open_tree,move_mount,fsopen,mount_setattr,mapped ids, in this directory,openat2,pidfd_open,pidfd_send_signal,close_range,faccessat2,fchmodat2,filters,kill_process,user_notif,log,TSYNC,LOG,SPEC_ALLOW,WAIT_KILLABLE_RECV,landlock," ]
	[ "$(jq .runs json)" = true ]
	run -0 "$NOSYS" openat2 "$OCIBOX" doctor
	[[ $output == *"  no       openat2 (Function not implemented): paths are followed part by part
"* ]]
}

@test "what a default container cannot be without" {
	requires "$NOSYS" jq
	run -119 --separate-stderr "$NOSYS" unshare "$OCIBOX" doctor
	[ "$stderr" = "oci-doctor: a default container does not run here, for want of: mount, pid, ipc, uts, network, a new /proc" ]
	[[ $output == *"  no       mount (Function not implemented): no container runs
"* && $output != *runs\ here* ]]
	run -119 --separate-stderr "$NOSYS" memfd_create "$OCIBOX" doctor -j
	[ "$stderr" = "oci-doctor: a default container does not run here, for want of: memfd_create" ]
	[ "$(jq .runs <<<"$output")" = false ]
}

@test "an ordinary user: in a user namespace, and what it cannot try is said" {
	requires userns-container
	run -0 --separate-stderr user "/tmp/ocibox-$$" doctor
	[[ $output == *"user 4321
"* && $output == *"  yes      mount
"* && $output == *"  yes      user
"* && $output == *"  no       subuid range: "* ]]
	[[ $output == *"  unknown  device filters of BPF (cannot be tried without CAP_SYS_ADMIN): "* ]]
	# a /proc that has something mounted over it is all that such a user may see
	run -119 --separate-stderr aside sh -c 'mount -t tmpfs none /proc/sys && exec "$@"' sh \
		setpriv --reuid 4321 --regid 4321 --clear-groups "/tmp/ocibox-$$" doctor
	[ "$stderr" = "oci-doctor: a default container does not run here, for want of: a new /proc" ]
	[[ $output == *"  no       a new /proc (Operation not permitted): something is mounted over parts of /proc"* ]]
	# none may be made, which is a matter of this user namespace alone
	run -0 unshare -Ur sh -c 'echo 0 >/proc/sys/user/max_user_namespaces; exec "$0" doctor' "$OCIBOX"
	[[ $output == *"  no       user (No space left on device): "* ]]
	[[ $output == *"  no       max_user_namespaces (0): "* ]]
}

@test "a range of ids, by name or number" {
	aside sh -c 'mount -t tmpfs none /etc && echo "root:x:0:0::/:/bin/sh" >/etc/passwd && printf "other:1:1\nroot:100000:65536\n" >/etc/subuid &&
		echo 0:7:1 >/etc/subgid && exec "$0" doctor' "$OCIBOX" >out
	grep -qx '  yes      subuid range (root:100000:65536)' out
	grep -qx '  yes      subgid range (0:7:1)' out
}

@test "capabilities that nobody here can have" {
	requires setpriv
	run -0 setpriv --bounding-set -mknod,-syslog "$OCIBOX" doctor
	[[ $output == *"  no       all capabilities (without "*cap_mknod*cap_syslog*"): a container cannot have these"* ]]
}

@test "without /proc nothing is believed" {
	! sanitized || cannot "needs a static ocibox"
	run -119 --separate-stderr aside sh -c 'umount -l /proc; exec "$0" doctor' "$OCIBOX"
	[[ ${stderr_lines[-1]} == "oci-doctor: a default container does not run here, for want of: "*"/proc" ]]
}

@test "goes on, and leaves no descriptor" {
	ocibox doctor /bin/sh -c 'ls /proc/$$/fd' 3>&- 4>&- | tail -n 4 | diff - <(printf '%s\n' 'A default container runs here.' 0 1 2)
}

@test "usage" {
	for words in -x --jso=3; do
		run -110 --separate-stderr ocibox doctor $words
		[ -z "$output" ]
	done
	run -110 --separate-stderr ocibox doctor -x
	[ "$stderr" = "oci-doctor: usage: oci-doctor [-j] [command ...]" ]
}
