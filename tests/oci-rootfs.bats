#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
load helpers

setup() {
	requires root unshare "$NOSYS"
	cd "$BATS_TEST_TMPDIR"
	mkdir root
}

# config TEXT: a bundle of root in a mount namespace of its own, whose config.json has TEXT among linux
config() {
	echo '{"ociVersion":"1.0.0","root":{"path":"root"},"linux":{"namespaces":[{"type":"mount"}]'"${1:+,$1}"'}}' >config.json
}

# shared_ns WORDS: in a mount namespace where everything is shared, as systemd has it on the host
shared_ns() {
	unshare --mount --propagation shared "$@"
}

# tags PATH: the propagation of the mount at PATH, by the mountinfo in $output, without numbers
tags() {
	awk -v point="$1" '$5 == point { for (i = 7; $i != "-"; i++) { sub(/:.*/, "", $i); printf "%s ", $i }; print "" }' <<<"$output"
}

# lacks [OPTIONS] PATTERN [FILE]: no line matches ("! grep" would not end a test)
lacks() {
	if grep "$@"; then
		return 1
	fi
}

@test "makes the directory a mount, all others slaves and the parent private" {
	calls=open_tree,move_mount,fsopen,fsconfig,fsmount,mount_setattr,openat2
	mkdir parent parent/root
	for words in "env" "$NOSYS $calls" "$NOSYS ${calls//,/=EPERM,}=EPERM" "$NOSYS mount_setattr"; do
		# shellcheck disable=SC2086 # words
		run -0 shared_ns $words sh -c 'mount -t tmpfs parent parent && mkdir -p parent/a/root && exec "$@"' sh "$OCIBOX" oci-rootfs -r parent/a/root \
			/bin/cat /proc/self/mountinfo
		[ "$(tags "$PWD/parent/a/root")" = "" ]
		[ "$(tags "$PWD/parent")" = "" ]
		[ "$(tags /proc)" = "" ]
		[ "$(grep -c " $PWD/parent/a/root " <<<"$output")" = 1 ]
	done
}

@test "what is shared with the host is a slave, and nothing mounted later reaches the host" {
	mkdir other
	run -0 shared_ns sh -c '
		mount -t tmpfs other other && mkdir other/x &&
		unshare --mount --propagation unchanged "$0" oci-rootfs -r root /bin/sh -c "mount -t tmpfs x other/x; mount -t tmpfs x root; cat /proc/self/mountinfo" &&
		echo host && cat /proc/self/mountinfo' "$OCIBOX"
	all=$output
	output=${all%%host*}
	[ "$(tags "$PWD/other")" = "master " ]
	[ "$(tags "$PWD/other/x")" = "" ]
	output=${all##*host}
	[ "$(tags "$PWD/other")" = "shared " ]
	lacks "$PWD/other/x\|$PWD/root" <<<"$output"
}

@test "binds what is mounted below too, and a directory that is a mount already" {
	mkdir -p root/sub
	run -0 aside sh -c 'mount -t tmpfs one root && mkdir root/sub && mount -t tmpfs two root/sub && exec "$@"' sh "$OCIBOX" oci-rootfs -r root /bin/cat /proc/self/mountinfo
	[ "$(grep -c " $PWD/root " <<<"$output")" = 2 ]
	[ "$(grep -c " $PWD/root/sub " <<<"$output")" = 2 ]
}

@test "-P, or linux.rootfsPropagation of -b, is what / has meanwhile" {
	while read -r value all; do
		# on an initramfs everything is taken from the host before
		[ "$all" = shared ] && grep -q ' / / .* - rootfs ' /proc/self/mountinfo && continue
		run -0 shared_ns sh -c 'unshare --mount --propagation unchanged "$@" || exit' sh "$OCIBOX" oci-rootfs -r root -P "$value" /bin/cat /proc/self/mountinfo
		[ "$(tags /proc)" = "${all:+$all }" ]
		config "\"rootfsPropagation\":\"$value\""
		run -0 shared_ns sh -c 'unshare --mount --propagation unchanged "$@" || exit' sh "$OCIBOX" oci-rootfs -b . /bin/cat /proc/self/mountinfo
		[ "$(tags /proc)" = "${all:+$all }" ]
		case $all in
		master) [ "$(tags "$PWD/root")" = "master " ] ;;
		*) [ "$(tags "$PWD/root")" = "" ] ;;
		esac
	done <<-'END'
	slave master
	rslave master
	private
	rprivate
	shared shared
	rshared shared
	unbindable master
	runbindable master
	END
	run -111 --separate-stderr shared_ns "$OCIBOX" oci-rootfs -r root -P frob
	[ "$stderr" = "oci-rootfs: frob: not a propagation (shared, slave, private, unbindable, or with r)" ]
	run -111 --separate-stderr shared_ns "$OCIBOX" oci-rootfs -r root -P ro
	[ "$stderr" = "oci-rootfs: ro: not a propagation (shared, slave, private, unbindable, or with r)" ]
}

@test "what the host mounts in the directory later is seen by a slave, as by default, and not when private" {
	mkdir root/sub
	while read -r value seen; do
		# on an initramfs the directory of the old root is covered
		grep -q ' / / .* - rootfs ' /proc/self/mountinfo && break
		# shellcheck disable=SC2016,SC2086 # the shell's inside; words
		run -0 shared_ns sh -c 'unshare --mount --propagation unchanged "$@" || exit' sh "$OCIBOX" oci-rootfs -r root ${value#default} \
			/bin/sh -c 'nsenter --mount=/proc/$PPID/ns/mnt mount -t tmpfs later "$PWD/root/sub"; grep -c " - tmpfs later " /proc/self/mountinfo || true'
		# in the container's root, and at its place in the old root
		[ "$output" = "$seen" ]
	done <<-'END'
	default 2
	-Pslave 2
	-Prslave 2
	-Pprivate 0
	-Prprivate 0
	END
}

@test "root.path relative, absolute, and a symlink" {
	mkdir -p bundle/images/one elsewhere
	touch bundle/images/one/here
	ln -s images/one bundle/link
	ln -s "$PWD/bundle/images" bundle/absolute
	ln -s bundle other-bundle
	for path in images/one ./images/../link link absolute/one "$PWD/bundle/link/" "$PWD/other-bundle/absolute/one"; do
		echo '{"ociVersion":"1.0.0","root":{"path":"'"$path"'"},"linux":{"namespaces":[{"type":"mount"}]}}' >bundle/config.json
		for bundle in ../bundle ../other-bundle "$PWD/bundle"; do
			# shellcheck disable=SC2016 # the shell's inside
			run -0 aside sh -c 'cd elsewhere && exec "$@"' sh "$OCIBOX" oci-rootfs -b "$bundle" oci-mount -r "$PWD/bundle/images/one" -t tmpfs mnt \
				/bin/cat /proc/self/mountinfo
			grep -q " $PWD/bundle/images/one " <<<"$output"
			grep -q " $PWD/bundle/images/one/mnt " <<<"$output"
		done
	done
}

@test "-b takes the root from config.json, -r wins" {
	mkdir other
	config
	run -0 aside "$OCIBOX" oci-rootfs -b . /bin/cat /proc/self/mountinfo
	grep -q " $PWD/root " <<<"$output"
	run -0 aside "$OCIBOX" oci-rootfs -b . -r other /bin/cat /proc/self/mountinfo
	grep -q " $PWD/other " <<<"$output"
	lacks " $PWD/root " <<<"$output"
}

@test "a symlink leads to the directory that is meant" {
	ln -s root link
	run -0 aside "$OCIBOX" oci-rootfs -r link /bin/cat /proc/self/mountinfo
	grep -q " $PWD/root " <<<"$output"
}

@test "a root that is missing or no directory is an error that changes nothing" {
	echo >file
	run -115 --separate-stderr shared_ns sh -c '"$@"; s=$?; cat /proc/self/mountinfo; exit $s' sh "$OCIBOX" oci-rootfs -r none
	[ "$stderr" = "oci-rootfs: open none: No such file or directory" ]
	[ "$(tags /proc)" = "shared " ]
	run -115 --separate-stderr shared_ns sh -c '"$@"; s=$?; cat /proc/self/mountinfo; exit $s' sh "$OCIBOX" oci-rootfs -r file
	[[ $stderr == "oci-rootfs: "*"$PWD/file: Not a directory" ]]
	[ "$(tags /proc)" = "shared " ]
}

@test "the root can be /, of which a second mount becomes the root" {
	mkdir mnt
	ln -s / slash
	echo '{"ociVersion":"1.0.0","root":{"path":"/"},"linux":{"namespaces":[{"type":"mount"}]}}' >config.json
	for how in "" -n; do
		while IFS=, read -r rootfs pivot; do
			# shellcheck disable=SC2086 # words
			run -0 aside "$OCIBOX" oci-rootfs $rootfs oci-mount -r / -t tmpfs "$PWD/mnt" oci-pivot $how $pivot /bin/cat /proc/self/mountinfo
			[ "$(awk '$5 == "/" { print $4 }' <<<"$output")" = / ]
			grep -q " $PWD/mnt " <<<"$output"
		done <<-'END'
		-r /,/
		-r slash,slash
		-b .,-b .
		END
	done
	lacks " $PWD/mnt " /proc/self/mountinfo
}

@test "-c, or a configuration without a mount namespace: the root alone is a mount, private, and nothing else changes" {
	mkdir root/sub
	echo '{"ociVersion":"1.0.0","root":{"path":"root"},"linux":{"namespaces":[{"type":"pid"}],"rootfsPropagation":"rprivate"}}' >config.json
	for words in "-b ." "-c -r root" "-c -b . -r root"; do
		# shellcheck disable=SC2086 # words
		run -0 shared_ns sh -c 'mount -t tmpfs sub root/sub; cat /proc/self/mountinfo >before; exec "$@"' sh "$OCIBOX" oci-rootfs $words /bin/cat /proc/self/mountinfo
		[ "$(tags /proc)" = "shared " ]
		[ "$(tags "$PWD/root")" = "" ]
		[ "$(tags "$PWD/root/sub" | sort -u | tr '\n' .)" = .shared\ . ]
		[ "$(grep -c " $PWD/root/sub " <<<"$output")" = 2 ]
		[ "$(head -n "$(grep -c . before)" <<<"$output")" = "$(cat before)" ]
	done
}

@test "a chroot that is no mount is an error" {
	make_rootfs root
	cp "$OCIBOX" root/ocibox
	mkdir root/box
	ldd "$OCIBOX" >/dev/null 2>&1 && cannot "needs a static ocibox"
	run -115 --separate-stderr aside sh -c 'mount -t proc proc root/proc && exec chroot root /ocibox oci-rootfs -r /box'
	[ "$stderr" = "oci-rootfs: change the propagation of /: Invalid argument" ]
}

@test "bad usage changes nothing" {
	for words in "" "-z -r root" "-r" "root"; do
		# shellcheck disable=SC2086 # words
		run -110 --separate-stderr shared_ns sh -c '"$@"; s=$?; cat /proc/self/mountinfo; exit $s' sh "$OCIBOX" oci-rootfs $words
		[ "$stderr" = "oci-rootfs: usage: oci-rootfs [-b bundle] [-r rootfs] [-c] [-i id] [-m] [-o tmpfs | dir] [-P propagation] [-R] [[-lt] [-s source] -p path] [command ...]" ]
		[ "$(tags /proc)" = "shared " ]
	done
}

@test "-p: mount points that a directory which is not to be written to lacks" {
	requires root
	requires overlay
	mkdir -p image/there source
	touch source/file
	ln -s nowhere link
	run -0 aside "$OCIBOX" oci-rootfs -r image -R -p /there -p /dir/below -t -p /tmp -s source/file -p /file -s source -p /dir2 -l -s link -p /no /bin/sh -c 'cd image && stat -c "%n %a %F" there dir/below tmp file dir2; ls -A; touch new'
	[ "$output" = "there 755 directory
dir/below 755 directory
tmp 1777 directory
file 644 regular empty file
dir2 755 directory
dir
dir2
file
there
tmp" ]
	[ "$(ls image)" = there ]
	# none is missing; or it can be written to
	aside "$OCIBOX" oci-rootfs -r image -R -p /there /bin/sh -c 'grep -q " overlay overlay .*image" /proc/self/mountinfo; [ $? = 1 ]'
	aside "$OCIBOX" oci-rootfs -r image -p /gone /bin/sh -c '! grep -q "$PWD/image.* overlay " /proc/self/mountinfo'
}

@test "leaves no descriptor" {
	run -0 aside /bin/sh -c 'ls /proc/$$/fd'
	before=$output
	run -0 aside "$OCIBOX" oci-rootfs -r root /bin/sh -c 'ls /proc/$$/fd'
	[ "$output" = "$before" ]
	grep -qw overlay /proc/filesystems || return 0
	for where in tmpfs keep; do
		run -0 aside "$OCIBOX" oci-rootfs -r root -o $where /bin/sh -c 'ls /proc/$$/fd'
		[ "$output" = "$before" ]
	done
}

# in_overlay WORDS -- OPTIONS: a shell's WORDS behind a pivot to img, prepared with OPTIONS
in_overlay() {
	local script=$1
	shift
	run -0 aside "$@" oci-mount -r "$IMG" -t proc /proc oci-pivot "$IMG" /bin/sh -c "$script"
}

old=open_tree,move_mount,fsopen,fsconfig,fsmount,mount_setattr,openat2

@test "-o tmpfs: the image stays as it is, and what is written is forgotten" {
	requires overlay busybox
	# names are never parsed: no comma, colon or backslash in them matters
	IMG='a,b:c\d e/img'
	mkdir -p "$IMG/dir"
	make_rootfs "$IMG"
	chmod 751 "$IMG"
	chown 7:8 "$IMG"
	echo old >"$IMG/file"
	find "$IMG" -printf '%p %m %U %G %s %T@\n' | sort >before
	for words in env "$NOSYS $old" "$NOSYS ${old//,/=EPERM,}=EPERM" "$NOSYS mount_setattr"; do
		for data in tmpfs tmpfs,size=1m,nr_inodes=100; do
			# shellcheck disable=SC2086 # words
			in_overlay 'stat -c "%a %u %g" /; cat file; echo new >file; rm /etc/passwd; mkdir dir/x; cat file; ls -d /etc/* dir/*; cat /proc/self/mountinfo' \
				$words "$OCIBOX" oci-rootfs -r "$IMG" -o "$data"
			[ "$(head -n 5 <<<"$output")" = "751 7 8
old
new
/etc/group
dir/x" ]
			# nothing else is in sight, the tmpfs least of all
			[ "$(awk '/ - / { print $5, $(NF - 2) }' <<<"$output")" = "/ overlay
/proc proc" ]
			find "$IMG" -printf '%p %m %U %G %s %T@\n' | sort | diff before -
		done
	done
	lacks -F "$BATS_TEST_TMPDIR" /proc/self/mountinfo
}

@test "-o DIR: what is written is there, and is found again" {
	requires overlay busybox
	IMG=root
	make_rootfs root
	chmod 751 root
	echo old >root/file
	for words in env "$NOSYS $old"; do
		rm -rf keep,it
		# shellcheck disable=SC2086 # words
		in_overlay 'echo new >file; rm /etc/passwd' $words "$OCIBOX" oci-rootfs -r root -o keep,it
		[ "$(cat root/file keep,it/upper/file)" = "old
new" ]
		[ "$(stat -c %a keep,it keep,it/upper keep,it/work | tr '\n' ' ')" = "700 751 700 " ]
		# shellcheck disable=SC2086 # words
		in_overlay 'cat file; ls /etc' $words "$OCIBOX" oci-rootfs -r root -o "$PWD/keep,it"
		[ "$output" = "new
group" ]
	done
	[ -e root/etc/passwd ]
}

@test "the annotation org.ocibox.overlay is -o, a relative directory the bundle's; -o wins" {
	requires overlay busybox
	IMG=root
	make_rootfs root
	mkdir -p elsewhere
	for value in tmpfs keep "$PWD/keep"; do
		echo '{"ociVersion":"1.0.0","root":{"path":"root"},"annotations":{"org.ocibox.overlay":"'"$value"'"},"linux":{"namespaces":[{"type":"mount"}]}}' >config.json
		in_overlay 'echo >/new; cat /proc/self/mountinfo' "$OCIBOX" oci-rootfs -b .
		grep -q ' / / .* - overlay ' <<<"$output"
		[ ! -e root/new ]
		# shellcheck disable=SC2016 # the shell's inside
		run -0 aside sh -c 'cd elsewhere && exec "$@"' sh "$OCIBOX" oci-rootfs -b .. oci-pivot -b .. /bin/touch "/new-$(basename "$value")"
		[ ! -e root/new-keep ] && [ ! -e root/new-tmpfs ]
	done
	[ -e keep/upper/new-keep ] && [ ! -e keep/upper/new-tmpfs ] && [ ! -e elsewhere/keep ]
	run -0 aside "$OCIBOX" oci-rootfs -b . -o other oci-pivot -b . /bin/touch /new
	[ -e other/upper/new ]
	sed -i 's,"org.ocibox.overlay":"[^"]*",\n"org.ocibox.overlay":"",' config.json
	run -111 --separate-stderr aside "$OCIBOX" oci-rootfs -b .
	[ "$stderr" = 'oci-rootfs: config.json:2:22: annotations["org.ocibox.overlay"]: must be "tmpfs", "none" or a directory' ]
}

@test "an overlay keeps nosuid, nodev and noexec of the image's mount, and is writable where that is not" {
	requires overlay
	mkdir img
	for words in env "$NOSYS $old"; do
		# shellcheck disable=SC2086 # words
		run -0 aside sh -c 'mount -t tmpfs -o nosuid,nodev,noexec img img && mount -o remount,ro img && exec "$@"' sh \
			$words "$OCIBOX" oci-rootfs -r img -o tmpfs /bin/sh -c 'echo >img/new && cat /proc/self/mountinfo'
		[[ $(awk '$(NF - 2) == "overlay" { print $6 }' <<<"$output") == rw,nosuid,nodev,noexec* ]]
	done
}

@test "an overlay in a user namespace" {
	requires overlay userns-container
	make_rootfs root
	for where in tmpfs keep; do
		run -0 unshare -Urm --propagation private "$OCIBOX" oci-rootfs -r root -o $where oci-pivot root \
			/bin/sh -c 'echo new >/etc/group; rm -r /root /etc/passwd; cat /etc/group; ls /etc'
		[ "$output" = "new
group" ]
	done
	[ "$(cat keep/upper/etc/group root/etc/passwd)" = "new
root:x:0:0:root:/root:/bin/sh" ]
}

@test "an overlay's directory in hostile hands: no symlink is followed" {
	requires overlay
	mkdir outside hostile
	touch outside/untouched
	for name in upper work; do
		rm -rf hostile/*
		ln -s "$PWD/outside" hostile/$name
		run -115 --separate-stderr aside "$OCIBOX" oci-rootfs -r root -o hostile
		[ "$stderr" = "oci-rootfs: open the directory hostile/$name: Not a directory" ]
	done
	ln -s outside link
	run -115 --separate-stderr aside "$OCIBOX" oci-rootfs -r root -o link
	[ "$stderr" = "oci-rootfs: open the directory link: Not a directory" ]
	echo >file
	run -115 --separate-stderr aside "$OCIBOX" oci-rootfs -r root -o file
	[ "$stderr" = "oci-rootfs: open the directory file: Not a directory" ]
	[ "$(ls outside)" = untouched ]
}

@test "overlays that cannot be say why" {
	requires overlay
	mkdir -p a b/upper/img c
	run -111 --separate-stderr aside "$OCIBOX" oci-rootfs -r b/upper/img -o b
	[ "$stderr" = "oci-rootfs: b: has $PWD/b/upper/img inside, and cannot take what is written there" ]
	run -115 --separate-stderr aside "$OCIBOX" oci-rootfs -r root -o none/there
	[ "$stderr" = "oci-rootfs: make none/there: No such file or directory" ]
	run -115 --separate-stderr aside "$OCIBOX" oci-rootfs -r root -o tmpfs,frob=1
	[ "$stderr" = "oci-rootfs: mount tmpfs on $PWD/root: tmpfs: Unknown parameter 'frob': Invalid argument" ]
	# a directory on an overlay cannot take what is written, and one overlay over another is all there can be
	run -119 --separate-stderr aside "$OCIBOX" oci-rootfs -r a -o tmpfs oci-rootfs -r c -o a/x
	[ "$stderr" = "oci-rootfs: a/x: is on an overlay itself, which cannot take what is written to another" ]
	run -0 aside "$OCIBOX" oci-rootfs -r a -o tmpfs oci-rootfs -r a -o tmpfs /bin/true
	run -119 --separate-stderr aside "$OCIBOX" oci-rootfs -r a -o tmpfs oci-rootfs -r a -o tmpfs oci-rootfs -r a -o tmpfs /bin/true
	[ "$stderr" = "oci-rootfs: $PWD/a: is on overlays already, and the kernel does not stack another on them" ]
	run -119 --separate-stderr aside "$NOSYS" $old "$OCIBOX" oci-rootfs -r a -o tmpfs oci-rootfs -r a -o tmpfs oci-rootfs -r a -o tmpfs /bin/true
	[ "$stderr" = "oci-rootfs: $PWD/a: is on overlays already, and the kernel does not stack another on them" ]
}

# stub_config READONLY [ANNOTATION]: a bundle of the image root with mount points that are missing there
stub_config() {
	cat >config.json <<-END
		{"ociVersion":"1.0.0","root":{"path":"root","readonly":$1},"annotations":{${2:-}},
		"linux":{"namespaces":[{"type":"mount"}]},"mounts":[
		{"destination":"/proc","type":"proc","source":"proc"},
		{"destination":"/run","type":"tmpfs","source":"one"},
		{"destination":"/run/below","type":"tmpfs","source":"two"},
		{"destination":"/opt/a/b","type":"tmpfs","source":"three"},
		{"destination":"/var/lib/file","type":"bind","source":"config.json","options":["bind"]}]}
	END
}

# stubbed WORDS...: the image root with the mounts of the bundle; sets types: of / and what is mounted on it
stubbed() {
	run -0 aside "$@" oci-mount -b . oci-mount -b . -l oci-pivot -b . oci-ropaths -b . /bin/sh -c 'cat /proc/self/mountinfo; cat /var/lib/file /var/file; echo 2>&1 >/new || true'
	types=$(awk '/ - / { print $5, $(NF - 2) }' <<<"$output")
}

stubs='/ overlay
/proc proc
/run tmpfs
/run/below tmpfs
/opt/a/b tmpfs
/var/lib/file '

@test "mount points missing from a read-only image are in an overlay, not made in the image" {
	requires overlay busybox
	make_rootfs root
	chmod 711 root/etc
	# what is there is the image's, and symlinks in it lead where they would in the container
	mkdir -p root/srv/var
	echo image >root/srv/var/file
	ln -s /../../srv/var root/var
	find root -printf '%p %m %U %G %s %T@\n' | sort >before
	for words in env "$NOSYS $old"; do
		stub_config true
		# shellcheck disable=SC2086 # words
		stubbed $words "$OCIBOX" oci-rootfs -b .
		[[ $types == "${stubs/var/srv\/var}"* ]]
		[[ $output == *image*"Read-only file system"* ]]
		# a mount that is read-only is left so, whatever root.readonly says
		stub_config false
		# shellcheck disable=SC2016,SC2086 # the shell's inside; words
		stubbed sh -c 'mount --bind root root && mount -o remount,bind,ro root && exec "$@"' sh $words "$OCIBOX" oci-rootfs -b .
		[[ $types == "${stubs/var/srv\/var}"* ]]
		[[ $output == *image*"Read-only file system"* ]]
		find root -printf '%p %m %U %G %s %T@\n' | sort | diff before -
	done
}

@test "no overlay where no mount point is missing, the image is to be written to, or where org.ocibox.overlay says none" {
	requires busybox
	make_rootfs root
	mkdir -p root/srv/var
	ln -s srv/var root/var
	echo image >root/srv/var/file
	stub_config false
	stubbed "$OCIBOX" oci-rootfs -b .
	[[ $types != *overlay* ]]
	[ -d root/run ] && [ -d root/opt/a/b ] && [ -f root/srv/var/lib/file ] && [ -e root/new ]
	rm root/new
	stub_config true
	stubbed "$OCIBOX" oci-rootfs -b .
	[[ $types != *overlay* ]]
	[ ! -e root/new ]
	rm -r root/opt
	for how in -b '-o none -b'; do
		[ "$how" = -b ] && stub_config true '"org.ocibox.overlay":"none"' || stub_config true
		# shellcheck disable=SC2086 # words
		stubbed "$OCIBOX" oci-rootfs $how .
		[[ $types != *overlay* ]]
		rmdir root/opt/a/b
	done
}

@test "where the kernel gives no overlay, missing mount points are made in the image, or the error says why" {
	requires overlay busybox
	make_rootfs root
	mkdir -p root/var
	echo >root/var/file
	stub_config true
	for words in env "$NOSYS $old"; do
		# an overlay over two is one too many
		# shellcheck disable=SC2086 # words
		stubbed $words "$OCIBOX" oci-rootfs -r root -o tmpfs oci-rootfs -r root -o tmpfs oci-rootfs -b .
		[ "$(grep -c '^/ overlay' <<<"$types")" = 1 ]
		[[ $types == "$stubs"* ]]
		# shellcheck disable=SC2016,SC2086 # the shell's inside; words
		run -119 --separate-stderr aside $words "$OCIBOX" oci-rootfs -r root -o tmpfs oci-rootfs -r root -o tmpfs oci-ropaths -r root -R oci-rootfs -b .
		[ "$stderr" = "oci-rootfs: $PWD/root: is on overlays already, and the kernel does not stack another on them" ]
	done
}
