#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# shellcheck disable=SC2016,SC2154,SC2164 # text for other shells; run sets these; bats stops at a failing cd
load helpers

setup_file() {
	make_rootfs "$BATS_FILE_TMPDIR/root"
}

setup() {
	requires root unshare busybox "$NOSYS"
	cd "$BATS_TEST_TMPDIR"
	cp -r "$BATS_FILE_TMPDIR/root" root
	export PATH=$PATH:/bin
	echo >marker-of-the-host
	ESCAPE=$REPO/build/escape
	[ -x "$ESCAPE" ] || make -s -C "$REPO" build/escape
	cp "$ESCAPE" root/bin/
}

# config TEXT: a bundle of root in a mount namespace of its own, whose config.json has TEXT among linux
config() {
	echo '{"ociVersion":"1.0.0","root":{"path":"root"},"linux":{"namespaces":[{"type":"mount"}]'"${1:+,$1}"'}}' >config.json
}

# pivoted WORDS: behind a pivot to root, with a procfs there
pivoted() {
	aside "$OCIBOX" oci-rootfs -r root oci-mount -r root -t proc proc oci-pivot root "$@"
}

old=open_tree,move_mount,fsopen,fsconfig,fsmount,mount_setattr,openat2

# lacks [OPTIONS] PATTERN [FILE]: no line matches ("! grep" would not end a test)
lacks() {
	if grep "$@"; then
		return 1
	fi
}

@test "the directory is the root, and the old root is gone" {
	for words in env "$NOSYS $old" "$NOSYS ${old//,/=EPERM,}=EPERM"; do
		# shellcheck disable=SC2086 # words
		run -0 aside $words "$OCIBOX" oci-rootfs -r root oci-mount -r root -t proc proc oci-pivot root \
			/bin/sh -c 'cat /proc/self/mountinfo; ls -a /; pwd; stat -c %i / /..'
		[ "$(awk '$6 { print $5 }' <<<"$output" | head -n 2 | tr '\n' ' ')" = "/ /proc " ]
		[ "$(grep -c ' - ' <<<"$output")" = 2 ]
		lacks "marker" <<<"$output"
		grep -qx bin <<<"$output"
		[ "$(tail -n 1 <<<"$output")" = "$(stat -c %i root)" ]
		[ "$(tail -n 3 <<<"$output" | head -n 1)" = / ]
		[ "$(tail -n 1 <<<"$output")" = "$(tail -n 2 <<<"$output" | head -n 1)" ]
	done
	[ -z "$(ls -A root/proc)" ]
}

@test "the host keeps all its mounts" {
	mkdir other
	run -0 unshare --mount --propagation shared sh -c '
		mount -t tmpfs other other && cut -d" " -f5- /proc/self/mountinfo >before &&
		unshare --mount --propagation unchanged "$0" oci-rootfs -r root oci-pivot root /bin/true &&
		cut -d" " -f5- /proc/self/mountinfo >after' "$OCIBOX"
	diff before after
}

@test "-b takes the root from config.json" {
	config
	run -0 aside "$OCIBOX" oci-rootfs -b . oci-pivot -b . /bin/sh -c 'pwd; ls /etc'
	[ "$output" = "/
group
passwd" ]
	run -0 aside "$OCIBOX" oci-rootfs -b . oci-pivot -b . -n /bin/ls /etc
	[ "$output" = "group
passwd" ]
}

@test "-P, or linux.rootfsPropagation of -b, is the new root's propagation" {
	while read -r value tag; do
		run -0 aside "$OCIBOX" oci-rootfs -r root -P "$value" oci-mount -r root -t proc proc oci-pivot -P "$value" root /bin/cat /proc/self/mountinfo
		awk '$5 == "/" { sub(/:.*/, "", $7); print $7 }' <<<"$output" | grep -qx -- "$tag"
		config "\"rootfsPropagation\":\"$value\""
		run -0 aside "$OCIBOX" oci-rootfs -b . oci-mount -r root -t proc proc oci-pivot -b . /bin/cat /proc/self/mountinfo
		awk '$5 == "/" { sub(/:.*/, "", $7); print $7 }' <<<"$output" | grep -qx -- "$tag"
	done <<-'END'
	shared shared
	rshared shared
	slave -
	rslave -
	private -
	rprivate -
	unbindable unbindable
	runbindable unbindable
	END
	run -111 --separate-stderr aside "$OCIBOX" oci-rootfs -r root oci-pivot -P frob root
	[ "$stderr" = "oci-pivot: frob: not a propagation (shared, slave, private, unbindable, or with r)" ]
}

@test "-n moves the mount over / and hides the host's procfs and sysfs" {
	for words in env "$NOSYS $old"; do
		# shellcheck disable=SC2086 # words
		run -0 aside $words "$OCIBOX" oci-rootfs -r root oci-mount -r root -t proc proc oci-pivot -n root \
			/bin/sh -c 'cut -d" " -f5 /proc/self/mountinfo; pwd; escape chroot'
		[ "$(head -n 3 <<<"$output" | tr '\n' ' ')" = "/ /proc / " ]
		grep -qx etc <<<"$output"
		lacks marker <<<"$output"
	done
	# a procfs of the host that is still in the namespace would be listed by one who enters it from outside
	cat >look <<-'END'
	unshare --mount --propagation private "$OCIBOX" oci-rootfs -r root oci-mount -r root -t proc proc oci-pivot -n root /bin/sh -c 'echo >/ready; read -r x </go' &
	read -r x <root/ready
	awk '$(NF - 2) == "proc" || $(NF - 2) == "sysfs" { print $5 }' /proc/$!/mountinfo
	nsenter --mount=/proc/$!/ns/mnt /bin/ls /proc/self/comm /sys
	echo >root/go
	wait
	END
	mkfifo root/ready root/go
	run -0 env OCIBOX="$OCIBOX" unshare --mount --propagation private sh look
	[ "$(head -n 1 <<<"$output")" = /proc ]
	lacks -x 'fs\|devices' <<<"$output"
}

# A user namespace may mount a procfs of its own only where it sees one without anything mounted over it;
# the container's has, so one of the host that is left anywhere in the mount namespace would show.
masked_proc='busybox mount -t tmpfs mask /proc/fs && busybox unshare -Urmpf busybox mount -t proc proc /tmp'

@test "-n leaves no mount of the host's in the namespace but the bare root, which only CAP_SYS_ADMIN gets to" {
	grep -q ' / / .* - rootfs ' /proc/self/mountinfo && return  # there is less: see below
	mkdir host
	for words in env "$NOSYS $old"; do
		# shellcheck disable=SC2086 # words
		run -0 aside sh -c 'mount -t tmpfs host host && touch host/secret && mkdir host/proc && mount -t proc proc host/proc && mount -t tmpfs over host &&
			touch host/secret && exec "$@"' sh $words "$OCIBOX" oci-rootfs -r root oci-mount -r root -t proc proc oci-pivot -n root \
			/bin/sh -c "$masked_proc 2>&1; echo \$?; escape setns; escape unmount proc sys dev '${PWD#/}/host' ."
		# no procfs is there that hides below another mount
		[[ ${lines[0]} == *"ermission denied"* || ${lines[0]} == *"not permitted"* ]]
		[ "${lines[1]}" = 1 ]
		# its own root again, then the host's with nothing mounted on it
		sed -n '/^end/,$p' <<<"$output" >outside
		grep -qx etc <<<"$output"
		grep -qx usr outside
		lacks -x 'secret\|1\|self\|kernel\|null' outside
	done
	[ "$(ls host)" = "" ]
}

@test "-n covers what is locked" {
	grep -q ' / / .* - rootfs ' /proc/self/mountinfo && return  # oci-rootfs refuses, see below
	unshare -Ur true 2>/dev/null || cannot "needs user namespaces"
	run -0 unshare -Urmp --fork --propagation private "$OCIBOX" oci-rootfs -r root oci-mount -r root -t proc proc oci-pivot -n root \
		/bin/sh -c 'cut -d" " -f5 /proc/self/mountinfo'
	[ "$(head -n 2 <<<"$output" | tr '\n' ' ')" = "/ /proc " ]
	run -1 unshare -Urmp --fork --propagation private "$OCIBOX" oci-rootfs -r root oci-mount -r root -t proc proc oci-pivot -n root /bin/sh -c "$masked_proc"
	[[ $output == *"ermission denied"* || $output == *"not permitted"* ]]
}

# What is unmounted here would be unmounted there.
@test "the mounts of a host that shares them with the root stay" {
	grep -q ' / / .* - rootfs ' /proc/self/mountinfo && return  # nothing can be shared with the root of an initramfs
	for how in "" -n; do
		# shellcheck disable=SC2016
		run -0 unshare --mount --propagation shared sh -c 'cut -d" " -f 5- /proc/self/mountinfo >before &&
			unshare --mount --propagation unchanged "$0" oci-rootfs -r root -P rshared oci-pivot $1 root /bin/true
			cut -d" " -f 5- /proc/self/mountinfo | diff before -' "$OCIBOX" $how
	done
}

@test "no way out of the root by chroot or by the mount namespace" {
	for how in chroot setns; do
		run -0 pivoted /bin/escape $how
		grep -qx etc <<<"$output"
		lacks marker <<<"$output"
		lacks -x "repo\|usr" <<<"$output"
	done
}

@test "no procfs of the host is left in the namespace" {
	unshare -Ur true 2>/dev/null || cannot "needs user namespaces"
	run -1 --separate-stderr pivoted /bin/sh -c "$masked_proc"
	[[ $stderr == *"ermission denied"* || $stderr == *"not permitted"* ]]
	run -1 --separate-stderr aside "$OCIBOX" oci-rootfs -r root oci-mount -r root -t proc proc oci-pivot -n root /bin/sh -c "$masked_proc"
	[[ $stderr == *"ermission denied"* || $stderr == *"not permitted"* ]]
	# and the check itself: without a mask it may
	run -0 pivoted /bin/busybox unshare -Urmpf busybox mount -t proc proc /tmp
}

@test "on an initramfs: a real pivot, with nothing of the initramfs in reach" {
	requires initramfs
	touch /marker-of-the-initramfs
	cat /proc/self/mountinfo >before
	# alone behind a mount of its own, and in the order of a container, on kernels old and new
	for words in env "$NOSYS $old"; do
		for chain in "mount -t tmpfs new new && cp -r root/* new/ && mount -t proc proc new/proc && exec \"\$@\" oci-pivot new" \
			"exec \"\$@\" oci-rootfs -r root oci-mount -r root -t proc proc oci-pivot root"; do
			mkdir -p new
			for how in chroot setns unmount; do
				# shellcheck disable=SC2086 # words
				run -0 aside $words sh -c "$chain"' /bin/sh -c "cut -d\" \" -f5 /proc/self/mountinfo; stat -c %i / /..; escape $0"' $how "$OCIBOX"
				echo "$words: $chain: $how: $output"
				[ "$(head -n 2 <<<"$output" | tr '\n' ' ')" = "/ /proc " ]
				[ "${lines[2]}" = "${lines[3]}" ]
				lacks "marker\|repo" <<<"$output"
				case $how in
				unmount) [ "${lines[4]}" = end ] ;;
				*) grep -qx etc <<<"$output" ;;
				esac
			done
		done
	done
	rm /marker-of-the-initramfs
	# the initramfs itself is as it was
	diff before /proc/self/mountinfo
}

@test "on an initramfs: a user namespace that locks its mounts cannot leave it" {
	requires initramfs
	unshare -Ur true 2>/dev/null || cannot "needs user namespaces"
	run -119 --separate-stderr unshare -Urm --propagation private "$OCIBOX" oci-rootfs -r root
	[ "$stderr" = "oci-rootfs: /: an initramfs cannot be left from a user namespace, which locks its mounts" ]
	# the other way round it can, and then the root is locked itself
	run -0 aside "$OCIBOX" oci-rootfs -r root /bin/sh -c 'exec unshare -Urm --propagation private "$@"' sh "$OCIBOX" \
		oci-rootfs -r root oci-mount -r root -s /proc -o rbind proc oci-pivot root /bin/sh -c 'cut -d" " -f5 /proc/self/mountinfo; escape chroot; escape unmount || echo locked'
	[ "$(head -n 2 <<<"$output" | tr '\n' ' ')" = "/ /proc " ]
	[ "$(tail -n 1 <<<"$output")" = locked ]
	lacks repo <<<"$output"
}

@test "a directory that is no mount is an error that says so" {
	run -115 --separate-stderr aside "$OCIBOX" oci-pivot root /bin/true
	[ "$stderr" = "oci-pivot: root: is not a mount: oci-rootfs makes it one" ]
	run -115 --separate-stderr aside "$OCIBOX" oci-pivot none
	[[ $stderr == "oci-pivot: "*"none: No such file or directory" ]]
	run -115 --separate-stderr aside "$OCIBOX" oci-pivot -n root
	[ "$stderr" = "oci-pivot: move to / the mount root: Invalid argument" ]
}

@test "bad usage changes nothing" {
	for words in "" "-z root" "-P"; do
		# shellcheck disable=SC2086 # words
		run -110 --separate-stderr aside sh -c '"$@"; s=$?; ls; exit $s' sh "$OCIBOX" oci-pivot $words
		[ "$stderr" = "oci-pivot: usage: oci-pivot [-b bundle] [-c] [-n] [-P propagation] [rootfs] [command ...]" ]
		grep -q marker <<<"$output"
	done
}

@test "leaves no descriptor" {
	run -0 aside root/bin/ls /proc/self/fd
	before=$output
	run -0 pivoted /bin/ls /proc/self/fd
	[ "$output" = "$before" ]
	run -0 aside "$OCIBOX" oci-rootfs -r root oci-mount -r root -t proc proc oci-pivot -n root /bin/ls /proc/self/fd
	[ "$output" = "$before" ]
}
