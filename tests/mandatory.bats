#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# shellcheck disable=SC2016,SC2154 # the dollars are the shell's inside; run sets stderr
# The mounts every container has under runsc: oci-mount -m, create and run --mandatory-mounts.
load helpers
load runtime

old=open_tree,move_mount,fsopen,fsconfig,fsmount,mount_setattr,openat2

setup() {
	requires unshare "$NOSYS"
	runtime_setup
	config 'del(.linux.maskedPaths, .linux.readonlyPaths)'
}

# mounted [WORDS...]: run the container; sets mounts: place, type, flags of each mount
mounted() {
	program cat /proc/self/mountinfo
	run -0 "$@" "$OCIBOX" run --mandatory-mounts "$ID" 3>&-
	mounts=$(awk '/ - / { print $5, $(NF - 2), $6 }' <<<"$output" | sed 's/,relatime//')
}

all='/proc proc rw,nosuid,nodev,noexec
/sys sysfs ro,nosuid,nodev,noexec
/dev tmpfs rw,nosuid
/dev/pts devpts rw,nosuid,noexec
/tmp tmpfs rw,nosuid,nodev'

@test "all of them where the configuration has no mounts" {
	config 'del(.mounts)'
	for words in env "$NOSYS $old"; do
		# shellcheck disable=SC2086 # words
		mounted $words
		[ "$(tail -n +2 <<<"$mounts")" = "$all" ]
	done
	program sh -c 'echo x >/dev/null; echo x >/tmp/x && stat -c %a /tmp; ls /sys/class >/dev/null; test -e /dev/ptmx; echo $$'
	run -0 ocibox run --mandatory-mounts "$ID" 3>&-
	[ "$output" = "1777
1" ]
	# only when asked for
	program ls /proc
	for words in env "$NOSYS mount_setattr"; do
		# shellcheck disable=SC2086 # words
		run -0 $words "$OCIBOX" run "$ID" 3>&-
		[ -z "$output" ]
	done
}

@test "what the configuration mounts, and what is bound at /dev, stays" {
	config '.mounts = [
		{destination: "/tmp/../proc", type: "tmpfs", source: "mine"}, {destination: "/dev", type: "tmpfs", source: "mine"},
		{destination: "/dev/shm", type: "tmpfs", source: "mine"}, {destination: "/tmp//", type: "tmpfs", source: "mine"}] | .mounts[0].destination = "/proc2"'
	mounted
	[ "$(awk 'NR > 1 { print $1, $2 }' <<<"$mounts")" = "/proc proc
/sys sysfs
/proc2 tmpfs
/dev tmpfs
/dev/shm tmpfs
/tmp tmpfs
/dev/pts devpts" ]
	mkdir devices
	mknod devices/null c 1 3
	config '.mounts = [{destination: "/dev", type: "bind", source: "devices", options: ["bind"]}]'
	mounted
	[ "$(awk 'NR > 1 { print $1 }' <<<"$mounts" | tr '\n' ' ')" = "/proc /sys /tmp /dev " ]
	[ "$(ls devices)" = null ]
}

@test "a /tmp with something in it is not covered" {
	config 'del(.mounts)'
	touch rootfs/tmp/here
	mounted
	[ "$(awk 'NR > 1 { print $1 }' <<<"$mounts" | tr '\n' ' ')" = "/proc /sys /dev /dev/pts " ]
	rm rootfs/tmp/here
	# nor where a mount of the configuration is below
	config '.mounts = [{destination: "/tmp/x", type: "tmpfs", source: "x"}]'
	mounted
	[ "$(awk 'NR > 1 { print $1 }' <<<"$mounts" | tr '\n' ' ')" = "/proc /sys /dev /dev/pts /tmp /tmp/x " ]
}

@test "a read-only image without the directories" {
	requires overlay
	rmdir rootfs/proc rootfs/sys rootfs/dev rootfs/tmp
	config 'del(.mounts)'
	mounted
	[ "$(tail -n +2 <<<"$mounts")" = "$all" ]
	[ "$(echo rootfs/*)" = "rootfs/bin rootfs/etc rootfs/root" ]
}

@test "hostile symlinks in their places" {
	mkdir outside
	touch outside/untouched
	config 'del(.mounts)'
	for place in proc sys dev tmp; do
		rm -rf rootfs/$place
		ln -s ../../outside rootfs/$place
		for words in env "$NOSYS $old"; do
			# old kernels' way with one of each kind
			case "$place $words" in sys*"$NOSYS"* | dev*"$NOSYS"*) continue ;; esac
			# shellcheck disable=SC2086 # words
			run $words "$OCIBOX" run --mandatory-mounts "$ID" 3>&-
			# proc and sysfs go on real directories only; others follow the link inside the image
			case $place in
			proc | sys) [[ $output == *"oci-mount: /$place: "*" must be mounted on ordinary directory"* ]] ;;
			*) [ "$status" = 0 ] ;;
			esac
		done
		rm rootfs/$place
		mkdir rootfs/$place
	done
	[ "$(ls outside)" = untouched ]
}

@test "steps: oci-mount -m alone, and bad usage" {
	for words in env "$NOSYS $old"; do
		# shellcheck disable=SC2086 # words
		run -0 aside $words "$OCIBOX" oci-rootfs -r rootfs oci-mount -m -r rootfs oci-pivot rootfs /bin/cat /proc/self/mountinfo
		[ "$(awk 'NR > 1 { print $5, $(NF - 2), $6 }' <<<"$output" | sed 's/,relatime//')" = "$all" ]
	done
	for words in "-m" "-m -r rootfs -t tmpfs" "-m -r rootfs -o ro" "-m -r rootfs -s x" "-l -r rootfs"; do
		# shellcheck disable=SC2086 # words
		run -110 ocibox oci-mount $words
	done
}
