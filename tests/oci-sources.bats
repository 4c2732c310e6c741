#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# shellcheck disable=SC1083,SC2016,SC2154 # braces are words of ours; text for other shells; run sets these
load helpers
load runtime

setup() {
	requires root
	runtime_setup
	# the container's root has to reach its own root, but not the sources
	chmod 755 "$BATS_RUN_TMPDIR" "$BATS_FILE_TMPDIR" "$BATS_TEST_TMPDIR" "$(dirname "$BATS_TEST_TMPDIR")"
	mkdir -p private/dir rootfs/a rootfs/b rootfs/c rootfs/d
	echo text >private/dir/file
	chmod 700 private
	config '.process.terminal = false | .linux.namespaces += [{type: "user"}]
		| .linux.uidMappings = [{containerID: 0, hostID: 100000, size: 65536}] | .linux.gidMappings = .linux.uidMappings'
}

calls=open_tree,move_mount,fsopen,fsconfig,fsmount,mount_setattr,openat2

# container KERNEL: the output of a run, new or old kernel
container() {
	if [ "$1" = old ]; then
		"$NOSYS" $calls "$OCIBOX" run "$ID" 3>&-
	else
		"$OCIBOX" run "$ID" 3>&-
	fi
}

@test "sources that the container's user cannot reach: a directory, a file, a symlink; and no other becomes reachable" {
	requires userns-container
	requires "$NOSYS"
	ln -s nowhere private/link
	touch rootfs/f
	config '.root.readonly = false | .mounts += [
		{destination: "/a", type: "bind", source: "private/dir", options: ["rbind", "ro", "nosuid"]},
		{destination: "/b", type: "bind", source: $d, options: ["bind"]},
		{destination: "/f", type: "bind", source: "private/dir/file", options: ["bind", "noexec"]},
		{destination: "/tmp/copied", type: "bind", source: "private/link", options: ["bind", "copy-symlink"]}]' --arg d "$PWD/rootfs/tmp"
	chmod 777 rootfs/tmp
	program sh -c 'cat /a/file /f; readlink /tmp/copied; touch /a/x; sed -nE "s,^.* (/[abf]) ([^ ]*) .*,\1 \2,p" /proc/self/mountinfo; ls /proc/self/fd'
	for kernel in new old; do
		rm -f rootfs/tmp/copied
		run container $kernel
		echo "$output"
		[ "${output//,relatime/}" = "text
text
nowhere
touch: /a/x: Read-only file system
/a ro,nosuid
/b rw
/f rw,noexec
0
1
2
3" ]
	done
}

@test "flags of what comes from outside are locked as those of what the container finds itself" {
	requires userns-container
	requires "$NOSYS"
	# in a mount namespace of the test's: as on a host that has such a mount
	config '.mounts += [{destination: "/a", type: "bind", source: "private/dir", options: ["rbind"]}] | .root.readonly = false
		| .process.capabilities.bounding += ["CAP_SYS_ADMIN"] | .process.capabilities.permitted += ["CAP_SYS_ADMIN"] | .process.capabilities.effective += ["CAP_SYS_ADMIN"]'
	program sh -c 'grep " /a " /proc/self/mountinfo | cut -d" " -f6; mount -o remount,bind,suid,rw /a'
	for kernel in new old; do
		run ! aside sh -c 'mount -t tmpfs -o nosuid,noexec,nodev none private/dir && exec "$@"' sh \
			"$([ $kernel = new ] && echo env || echo "$NOSYS")" "$([ $kernel = new ] && echo A=1 || echo $calls)" "$OCIBOX" run "$ID" 3>&-
		echo "$output"
		[ "${lines[0]}" = "rw,nosuid,nodev,noexec,relatime" ]
		[[ ${lines[1]} == *"ermission denied"* ]]
	done
	config '.mounts[-1].options = ["rbind", "exec"]'
	run -114 --separate-stderr aside sh -c 'mount -t tmpfs -o nosuid,noexec,nodev none private/dir && exec "$@"' sh "$OCIBOX" run "$ID" 3>&-
	[ "$stderr" = "oci-mount: /a: noexec is locked and cannot be cleared" ]
}

@test "mapped ids in a user namespace: the container's map, a mount's own, and what is below" {
	requires userns-container
	requires idmap
	mkdir -p private/dir/below other
	echo >other/file
	chown 1000:1001 private/dir/file other/file
	config '.mounts += [
		{destination: "/a", type: "bind", source: "private/dir", options: ["rbind", "idmap", "ro"]},
		{destination: "/b", type: "bind", source: "private/dir", options: ["rbind", "ridmap"]},
		{destination: "/c", type: "bind", source: "private/dir", options: ["rbind"],
			uidMappings: [{containerID: 1000, hostID: 100007, size: 10}], gidMappings: [{containerID: 1001, hostID: 100003, size: 10}]},
		{destination: "/d", type: "bind", source: "private/dir", options: ["rbind", "idmap=uids=@1000-5-1#@0-1-1;gids=1001-100006-1"]}]'
	program sh -c 'stat -c "%u:%g %n" /[abcd]/file /[ab]/below/file; grep -c ",idmapped" /proc/self/mountinfo; touch /a/x; touch /c/new && echo made'
	run aside sh -c 'mount --bind other private/dir/below && exec "$@"' sh "$OCIBOX" run "$ID" 3>&-
	echo "$output"
	[ "$output" = "1000:1001 /a/file
1000:1001 /b/file
7:3 /c/file
5:6 /d/file
65534:65534 /a/below/file
1000:1001 /b/below/file
5
touch: /a/x: Read-only file system
touch: /c/new: Value too large for defined data type" ]
}

@test "mapped ids without a user namespace" {
	requires idmap
	chown 1000:1001 private/dir/file
	config 'del(.linux.uidMappings, .linux.gidMappings) | .linux.namespaces |= map(select(.type != "user"))
		| .mounts += [{destination: "/a", type: "bind", source: "private/dir", options: ["rbind"],
			uidMappings: [{containerID: 1000, hostID: 7, size: 10}], gidMappings: [{containerID: 1001, hostID: 3, size: 10}]}]'
	program stat -c %u:%g /a/file
	run -0 container new
	[ "$output" = 7:3 ]
}

@test "a missing source, and ids that cannot be mapped, end the creation with the reason" {
	requires userns-container
	config '.mounts += [{destination: "/a", type: "bind", source: "private/none", options: ["rbind"]}]'
	run -115 --separate-stderr container new
	[ "$stderr" = "oci-sources: open $PWD/private/none: No such file or directory" ]
	config '.mounts[-1] |= {destination: "/a", type: "bind", source: "/proc/self", options: ["bind", "idmap"]}'
	run -119 --separate-stderr container new
	[ "$stderr" = "oci-sources: /proc/self: a filesystem that does not map ids on this kernel" ]
	run -119 --separate-stderr "$NOSYS" $calls "$OCIBOX" run "$ID"
	[ "$stderr" = "oci-sources: /a: this kernel cannot map the ids of a mount" ]
	[ -z "$(left)" ]
}

@test "without a user namespace nothing is asked for and nothing done" {
	requires strace
	config 'del(.linux.uidMappings, .linux.gidMappings) | .linux.namespaces |= map(select(.type != "user"))
		| .mounts += [{destination: "/a", type: "bind", source: "private/none", options: ["rbind"]}]'
	run -115 --separate-stderr container new
	[ "$stderr" = "oci-mount: open $PWD/private/none: No such file or directory" ]
	config 'del(.mounts[-1])'
	program true
	run -0 aside strace -f -o trace -e trace=setns "$OCIBOX" run "$ID"
	if grep setns trace; then
		return 1
	fi
}

@test "bad usage, the wrong side" {
	for words in "" "-b . -z" "-z"; do
		# shellcheck disable=SC2086 # words
		run -110 --separate-stderr "$OCIBOX" oci-sources $words
		[[ $stderr == "oci-sources: usage: oci-sources -b bundle"* ]]
	done
	run -110 --separate-stderr "$OCIBOX" oci-sources -b .
	[ "$stderr" = "oci-sources: .: not outside, in the braces of oci-ns" ]
	run -110 --separate-stderr "$OCIBOX" oci-mount -b . -a
	[ "$stderr" = "oci-mount: -a: not inside, behind oci-ns with a block in braces" ]
}

@test "a gate where it is missed" {
	requires userns-container
	config '.mounts = [{destination: "/a", type: "bind", source: "private/none", options: ["rbind"]}]'
	run -110 --separate-stderr "$OCIBOX" oci-ns -b . { oci-gate -w mounted } oci-rootfs -b . oci-mount -b . -a oci-gate mounted /bin/true
	[ "$stderr" = "oci-gate: mounted: the container's process asks for mounts, which oci-sources answers" ]
}

@test "leaves no descriptor, outside and inside" {
	requires userns-container
	config '.mounts = [{destination: "/a", type: "bind", source: "private/dir", options: ["rbind"]}, {destination: "/proc", type: "proc"}]'
	run -0 "$OCIBOX" oci-ns -b . { oci-gate -w up oci-gate -o oci-gate -w end oci-gate -o /bin/sh -c 'ls /proc/$$/fd' } \
		oci-gate up oci-gate -d end /bin/true
	before=$output
	run -0 "$OCIBOX" oci-ns -b . { oci-sources -b . oci-gate -w up oci-gate -o oci-gate -w end oci-gate -o /bin/sh -c 'ls /proc/$$/fd' } \
		oci-rootfs -b . oci-mount -b . -a oci-gate up oci-gate -d end /bin/true
	[ "$output" = "$before" ]
}
@test "one source from options, for one mount inside" {
	requires userns-container
	mkdir -p root/m
	chmod 755 . root root/m
	run -0 "$OCIBOX" oci-ns -m -U -M 0:100000:65536 -G 0:100000:65536 { oci-sources -s private/dir -o ro oci-gate -w up oci-gate -o } \
		oci-rootfs -r root oci-mount -a -r root -t bind -s private/dir -o bind,ro /m oci-gate -d up /bin/sh -c 'cat root/m/file; id -u' 3>&-
	[ "$output" = "text
0" ]
	run -110 --separate-stderr ocibox oci-sources -b . -s x
	run -110 --separate-stderr ocibox oci-sources -s x
	[ "$stderr" = "oci-sources: x: not outside, in the braces of oci-ns" ]
}

