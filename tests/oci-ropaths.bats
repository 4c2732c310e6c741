#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# shellcheck disable=SC2016,SC2154,SC2164 # text for other shells; run sets these; bats stops at a failing cd
load helpers

setup() {
	requires root unshare "$NOSYS"
	cd "$BATS_TEST_TMPDIR"
	mkdir -p root/dir/below root/other
	echo text >root/file
}

# in_root SCRIPT [WORDS...]: root, a mount of its own, made read-only in parts, seen by the script
in_root() {
	aside sh -c 'mount --bind root root && exec "$@"' - "$OCIBOX" oci-ropaths -r root "${@:2}" /bin/sh -c "$1"
}

# tries PATH...: what can be made or written
tries='for f in root/x root/dir/x root/dir/below/x root/other/x; do (: >$f) 2>/dev/null && echo $f && rm $f; done; (: >>root/file) 2>/dev/null && echo root/file; true'

@test "directories and files become read-only, others stay" {
	run -0 in_root "$tries; cat root/file" -p /dir -p /file
	[ "$output" = "root/x
root/other/x
text" ]
	run -0 sh -c "$tries"
	[ "${#lines[@]}" = 5 ]
}

@test "mounts below stay, and become read-only with their other flags, one over another too" {
	for way in "" "$NOSYS mount_setattr" "$NOSYS open_tree,openat2,mount_setattr=EPERM"; do
		# shellcheck disable=SC2086
		run -0 aside sh -c 'mount -t tmpfs none root/dir/below && mount -t tmpfs -o nosuid,nodev,noexec none root/dir/below && echo in >root/dir/below/f &&
			mkdir root/dir/below/sub && mount -t tmpfs none root/dir/below/sub && mount -t tmpfs none root/other &&
			tries=$1 && shift && exec "$@" oci-ropaths -r root -p /dir /bin/sh -c "$tries; cat root/dir/below/f; touch root/dir/below/sub/x 2>/dev/null || echo ro
			grep \" \$PWD/root/dir/below \" /proc/self/mountinfo | tail -1 | cut -d\" \" -f6"' - "$tries" $way "$OCIBOX"
		[ "$output" = "root/x
root/other/x
root/file
in
ro
ro,nosuid,nodev,noexec,relatime" ]
	done
}

@test "nosuid, nodev, noexec and noatime stay" {
	for way in "" "$NOSYS mount_setattr" "$NOSYS open_tree,openat2,mount_setattr=EPERM"; do
		# shellcheck disable=SC2086
		run -0 aside sh -c 'mount -t tmpfs -o nosuid,nodev,noexec,noatime none root/dir && exec "$@"' - $way "$OCIBOX" oci-ropaths -r root -p /dir \
			/bin/sh -c 'grep " $PWD/root/dir " /proc/self/mountinfo | tail -1 | cut -d" " -f6'
		[ "$output" = ro,nosuid,nodev,noexec,noatime ]
	done
}

@test "locked flags in a user namespace stay" {
	unshare --user --map-root-user true || cannot "needs user namespaces"
	for way in "" "$NOSYS mount_setattr"; do
		# shellcheck disable=SC2086
		run -0 aside sh -c 'mount -t tmpfs -o nosuid,nodev,noexec none root/dir && exec "$@"' - unshare --user --map-root-user --mount --propagation private $way \
			"$OCIBOX" oci-ropaths -r root -p /dir /bin/sh -c 'grep " $PWD/root/dir " /proc/self/mountinfo | tail -1 | cut -d" " -f6'
		[ "$output" = ro,nosuid,nodev,noexec,relatime ]
	done
}

@test "-R makes the root read-only, mounts below stay as they are" {
	run -0 aside sh -c 'mount --bind root root && mount --bind root/other root/other && exec "$0" oci-ropaths -R -r root /bin/sh -c "$1"' "$OCIBOX" "$tries"
	[ "$output" = root/other/x ]
	run -0 aside sh -c 'mount --bind root root && exec "$0" "$1" "$2" oci-ropaths -R -r root -p /dir /bin/sh -c "$3"' "$NOSYS" mount_setattr,openat2 "$OCIBOX" "$tries"
	[ -z "$output" ]
}

@test "-R: a root that is no mount is an error" {
	run -115 --separate-stderr aside "$OCIBOX" oci-ropaths -R -r root
	[ "$stderr" = "oci-ropaths: change the mount flags of root: Invalid argument" ]
}

@test "-R waits a moment for a file that is open for writing" {
	mkfifo go
	# the file is closed once ocibox sleeps; the shell becomes ocibox, which has its pid
	for calls in mount_setattr none; do
		[ $calls = none ] && calls=
		run -0 aside sh -c 'mount --bind root root
			{ exec 4>root/busy; echo >go; until grep -q "(ocibox) S" /proc/$$/stat; do :; done; } &
			read -r _ <go; exec $2 "$0" oci-ropaths -R -r root /bin/sh -c "$1"' "$OCIBOX" "$tries" "${calls:+$NOSYS $calls}"
		[ -z "$output" ]
	done
	run -115 --separate-stderr aside sh -c 'mount --bind root root && exec 4>root/busy && exec "$0" oci-ropaths -R -r root' "$OCIBOX"
	[[ $stderr == "oci-ropaths: change the mount flags of root: "*"esource busy" ]]
}

@test "what does not exist is skipped, any other failure is an error" {
	run -0 in_root 'echo ran' -p /none -p /file/below
	[ "$output" = ran ]
	ln -s loop root/loop
	run -115 --separate-stderr in_root 'echo ran' -p /loop
	[[ $stderr == "oci-ropaths: make read-only /loop: "*ymbolic\ link* ]]
}

@test "symbolic links stay in the root" {
	mkdir outside
	ln -s "$PWD/outside" root/link
	run -0 in_root ': >outside/x && echo open' -p /link
	[ "$output" = open ]
	mkdir -p "root$PWD/outside"
	run -0 in_root ': >outside/x && echo open; (: >"root$PWD/outside/x") 2>/dev/null || echo closed' -p /link
	[ "$output" = "open
closed" ]
}

@test "-b takes linux.readonlyPaths and root.readonly of config.json" {
	echo '{"ociVersion":"1.0.0","root":{"path":"root"},"linux":{"namespaces":[{"type":"mount"}],"readonlyPaths":["/dir","/none"]}}' >config.json
	run -0 in_root "$tries" -b . -p /file
	[ "$output" = "root/x
root/other/x" ]
	echo '{"ociVersion":"1.0.0","root":{"path":"root","readonly":true},"linux":{"namespaces":[{"type":"mount"}],"readonlyPaths":["/dir"]}}' >config.json
	run -0 in_root "$tries" -b .
	[ -z "$output" ]
	echo '{"ociVersion":"1.0.0","root":{"path":"root"}}' >config.json
	run -0 in_root "$tries" -b .
	[ "${#lines[@]}" = 5 ]
}

@test "the files and directories of /proc that the old calls make mounts on are paths as others are" {
	calls=open_tree,move_mount,fsopen,mount_setattr,openat2
	run -0 aside "$NOSYS" $calls "$OCIBOX" oci-ropaths -p /proc/fs -p /proc/version -p /proc/bus -p /proc/uptime /bin/sh -c \
		'sed -n "s,.* \(/proc/[^ ]*\) \(r.\).*,\1 \2,p" /proc/self/mountinfo'
	[ "$output" = "/proc/fs ro
/proc/version ro
/proc/bus ro
/proc/uptime ro" ]
	run -0 aside "$NOSYS" $calls "$OCIBOX" oci-maskpaths -p /proc/fs -p /proc/fs -p /proc/version -p /proc/bus -p /proc/uptime /bin/sh -c \
		'ls /proc/fs /proc/bus | grep -v :; cat /proc/version /proc/uptime; grep -c " /proc/" /proc/self/mountinfo'
	[ "$(tr -d '\n' <<<"$output")" = 5 ]
}

@test "the default root is /" {
	run -0 aside "$OCIBOX" oci-ropaths -p "$PWD/root/dir" /bin/sh -c "$tries"
	[ "$output" = "root/x
root/other/x
root/file" ]
}

@test "bad usage changes nothing" {
	run -110 --separate-stderr ocibox oci-ropaths -p relative
	[ "$stderr" = "oci-ropaths: relative: not an absolute path" ]
	run -110 --separate-stderr ocibox oci-ropaths -z -p /proc
	[ "$stderr" = "oci-ropaths: usage: oci-ropaths [-R] [-b bundle] [-r root] [-p path] [command ...]" ]
	run -110 ocibox oci-ropaths
	run -110 ocibox oci-ropaths -r root
}

@test "leaves no descriptor" {
	run -0 aside sh -c 'mount --bind root root; "$@" 3>&- 4>&-' - "$OCIBOX" oci-ropaths -R -r root -p /file -p /dir /bin/sh -c 'ls /proc/$$/fd'
	[ "$(tr '\n' ' ' <<<"$output")" = "$(descriptors)" ]
}
