#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# shellcheck disable=SC2016,SC2154,SC2164 # text for other shells; run sets these; bats stops at a failing cd
load helpers

setup() {
	requires root unshare "$NOSYS"
	cd "$BATS_TEST_TMPDIR"
	mkdir -p root/dir/below root/other root/proc m
	echo secret >root/file
	echo secret >root/dir/below/file
}

# in_root SCRIPT [WORDS...]: mask in a mount namespace of its own, seen by the script
in_root() {
	aside "$OCIBOX" oci-maskpaths -r root "${@:2}" /bin/sh -c "$1"
}

@test "a file shows nothing and takes nothing" {
	run -0 in_root 'stat -c %t:%T root/file; cat root/file; echo x >root/file; cat root/file' -p /file
	[ "$output" = 1:3 ]
	[ "$(cat root/file)" = secret ]
}

@test "a masked file's mode and owner cannot be changed: they are those of /dev/null" {
	before=$(stat -c '%a %u' /dev/null)
	run -1 in_root 'chmod 600 root/file 2>/dev/null || chown 1 root/file' -p /file
	[ "$(stat -c '%a %u' /dev/null)" = "$before" ]
}

@test "a directory is empty and read-only" {
	run -0 in_root 'ls -A root/dir; mkdir root/dir/x 2>&1; stat -f -c %T root/dir; grep " $PWD/root/dir " /proc/self/mountinfo | cut -d" " -f6' -p /dir
	[ "$output" = "mkdir: cannot create directory ‘root/dir/x’: Read-only file system
tmpfs
ro,nosuid,nodev,noexec,relatime" ] || [[ $output == *"Read-only file system
tmpfs
ro,nosuid,nodev,noexec,relatime" ]]
}

@test "directories share one filesystem, of one block and one inode" {
	run -0 in_root 'stat -c %d root/dir root/other | uniq | wc -l; stat -f -c "%b %c" root/other; ls -A root/dir root/other' -p /dir -p /other
	[ "$output" = "1
1 1
root/dir:

root/other:" ]
}

@test "the old mount calls do the same" {
	for calls in open_tree,move_mount,mount_setattr mount_setattr fsopen=EPERM openat2,fsopen,mount_setattr=EPERM; do
		run -0 aside "$NOSYS" "$calls" "$OCIBOX" oci-maskpaths -r root -p /dir -p /other -p /file /bin/sh -c '
			stat -c %t:%T root/file; ls -A root/dir root/other; touch root/dir/x 2>/dev/null || echo ro; touch root/other/x 2>/dev/null || echo ro
			grep " $PWD/root/" /proc/self/mountinfo | cut -d" " -f6 | cut -d, -f1'
		[ "$output" = "1:3
root/dir:

root/other:
ro
ro
ro
ro
ro" ]
	done
}

@test "what does not exist is skipped, and what lies behind a file" {
	run -0 in_root 'cat root/file' -p /none -p /none/such -p /file/below -p /dangling
	[ "$output" = secret ]
}

@test "any other failure is an error" {
	ln -s loop root/loop
	run -115 --separate-stderr in_root 'echo ran' -p /loop
	[[ $stderr == "oci-maskpaths: mask /loop: "*ymbolic\ link* ]]
	[ -z "$output" ]
	run -115 --separate-stderr in_root 'echo ran' -p "/$(printf '%0300d' 0)"
	[[ $stderr == "oci-maskpaths: mask /000"*" too long" ]]
}

@test "a path that does not show its mask is an error" {
	run -115 --separate-stderr in_root 'echo ran' -p /
	[ "$stderr" = "oci-maskpaths: /: not masked: something else is there by now" ]
	[ -z "$output" ]
}

@test "a mask is read-only from its first moment" {
	requires strace "Linux 5.12"
	aside strace -o calls -e trace=mount_setattr,move_mount "$OCIBOX" oci-maskpaths -r root -p /file
	# the probe, with no descriptor; the flags; the mount is attached; nothing is changed then
	[ "$(grep -o '^[a-z_]*([-0-9]*' calls | cut -d'(' -f1 | uniq | tr '\n' ' ')" = "mount_setattr move_mount " ]
}

@test "symbolic links stay in the root" {
	mkdir outside
	echo open >outside/file
	ln -s "$PWD/outside" root/link
	ln -s ../../../../../../../../file root/up
	mkdir -p "root$PWD/outside"
	echo in >"root$PWD/outside/file"
	run -0 in_root 'cat outside/file; cat "root$PWD/outside/file" root/file; echo end' -p /link/file -p /up
	[ "$output" = "open
end" ]
}

@test "-b takes linux.maskedPaths of config.json" {
	echo '{"ociVersion":"1.0.0","root":{"path":"root"},"linux":{"namespaces":[{"type":"mount"}],"maskedPaths":["/file","/dir","/none"]}}' >config.json
	run -0 aside "$OCIBOX" oci-maskpaths -b . -r root -p /other /bin/sh -c 'cat root/file; ls root/dir; stat -f -c %T root/other'
	[ "$output" = tmpfs ]
	echo '{"ociVersion":"1.0.0","root":{"path":"root"}}' >config.json
	run -0 aside "$OCIBOX" oci-maskpaths -b . /bin/echo ran
	[ "$output" = ran ]
}

@test "-b gives linux.mountLabel to the empty directory, and to no file" {
	! grep -q selinuxfs /proc/filesystems || cannot "needs a kernel without SELinux"
	echo '{"ociVersion":"1.0.0","root":{"path":"root"},"linux":{"namespaces":[{"type":"mount"}],"mountLabel":"a:b:c:s0:c1,c2","maskedPaths":["/file","/dir"]}}' >config.json
	run -115 --separate-stderr aside "$OCIBOX" oci-maskpaths -b . -r root
	[ "$stderr" = "oci-maskpaths: mount tmpfs on /dir: tmpfs: Unknown parameter 'context': Invalid argument" ]
}

@test "the default root is /" {
	run -0 aside "$OCIBOX" oci-maskpaths -p "$PWD/root/file" /bin/cat root/file
	[ -z "$output" ]
}

@test "/dev/null that is not the null device is an error" {
	for make in ': >m/null' 'ln -s zero m/null && mknod m/zero c 1 5' 'mknod m/null c 1 5' 'mknod m/null b 1 3' \
		'mkfifo m/null' 'mknod m/real c 1 3 && ln -s real m/null'; do
		run -115 --separate-stderr aside sh -c "mount -t tmpfs none m && $make && mount --move m /dev && exec \"\$0\" oci-maskpaths -p $PWD/root/dir -p $PWD/root/file" "$OCIBOX"
		[ "$stderr" = "oci-maskpaths: /dev/null: not the null device" ]
	done
	# where only directories are masked none is needed
	run -0 aside sh -c 'mount -t tmpfs none /dev && exec "$0" oci-maskpaths -r root -p /dir' "$OCIBOX"
}

@test "bad usage changes nothing" {
	run -110 --separate-stderr ocibox oci-maskpaths -p relative
	[ "$stderr" = "oci-maskpaths: relative: not an absolute path" ]
	run -110 --separate-stderr ocibox oci-maskpaths -z -p /proc/kcore
	[ "$stderr" = "oci-maskpaths: usage: oci-maskpaths [-b bundle] [-l label] [-r root] [-p path] [command ...]" ]
	run -110 ocibox oci-maskpaths
	run -110 ocibox oci-maskpaths -r root
}

@test "-l: the label of what covers directories is the kernel's to take" {
	requires root
	mkdir -p masked
	run aside "$OCIBOX" oci-maskpaths -r . -l system_u:object_r:tmp_t:s0 -p /masked /bin/true
	# where SELinux is not in force the kernel knows no such option
	[ "$status" = 0 ] || [[ $output = *"mount tmpfs on /masked"*context* ]] || [[ $output = *"mount tmpfs on /masked"* ]]
	[ "$status" = 0 ] || ! grep -qw selinux /proc/filesystems
}

@test "leaves no descriptor" {
	run -0 aside sh -c '"$@" 3>&- 4>&-' - "$OCIBOX" oci-maskpaths -r root -p /file -p /dir -p /other /bin/sh -c 'ls /proc/$$/fd'
	[ "$(tr '\n' ' ' <<<"$output")" = "$(descriptors)" ]
}
