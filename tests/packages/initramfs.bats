#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# shellcheck disable=SC2154,SC2317 # run sets these; functions that are called in another shell
# What packaging has for initramfs images: installed below a directory that lies over /usr in a mount namespace, where the
# programs of initramfs-tools and dracut make real images of Debian's kernel with it, which boot in qemu.
load packages

setup_file() {
	requires root unshare mkinitramfs dracut mksquashfs mke2fs jq busybox
	cd "$BATS_FILE_TMPDIR"
	kernel=$(cd "$REPO" && sh tests/vm/fetch kernel bookworm)
	export KERNEL=$kernel TOP=$PWD
	make -s -C "$REPO" DESTDIR="$PWD/dest" install-initramfs-tools install-dracut install-mkinitcpio
	install -D "$OCIBOX" dest/usr/bin/ocibox
	mkdir -p dest/usr/lib/modules modules work tmp
	bundle dest/etc/ocibox/initramfs/first . <<-'EOT'
		echo "first: process $$, $(hostname), $(readlink /proc/self/exe)"
	EOT
	bundle bad . <<<'exit 3'
	ln -s "$PWD/bad" dest/etc/ocibox/initramfs/bad

	# the machine's process 1, with what it writes in a tmpfs
	bundle plain '.root.readonly = false | .linux = {namespaces: []} | del(.hostname) | .annotations = {"org.ocibox.overlay": "tmpfs"}
		| .mounts |= map(select(.type != "cgroup" and .type != "mqueue")) | .process.capabilities |= map_values(["CAP_SYS_BOOT"])' <<-'EOT'
		echo "plain: process $$, $(readlink /proc/self/exe)"
		grep -q ' - rootfs \|/image' /proc/self/mountinfo || echo "no other root in sight"
		ls /image /plan 2>/dev/null
		[ -e /new ] || echo "as at first"
		touch /new && ls /new
		poweroff -f
	EOT
	mksquashfs plain plain.squashfs -quiet -no-progress >&2
	# a container with limits; and below it a system of the usual kind
	bundle own '.process.capabilities |= map_values(["CAP_SYS_BOOT"]) | .linux.resources = {pids: {limit: 20}}' <<-'EOT'
		echo "own: process $$, $(hostname), $(cat /proc/self/cgroup)"
		touch /new || echo "read-only"
		reboot -f
	EOT
	mkdir -p disk/images
	mksquashfs own disk/images/own.squashfs -quiet -no-progress >&2
	cp -a plain disk
	cp -a plain/rootfs/. disk
	printf '#!/bin/sh\necho "usual: process $$"\npoweroff -f\n' >disk/sbin/init
	truncate -s 16M disk.ext4
	mke2fs -q -t ext4 -d disk disk.ext4
	sha256sum plain.squashfs >sum
	# what modprobe(8) reads is not in the kernel's package
	installed depmod "$(release)"
}

# bundle DIR FILTER: one whose program is the script on standard input
bundle() {
	mkdir -p "$1/rootfs/bin" "$1/rootfs/sbin" "$1/rootfs/dev" "$1/rootfs/proc" "$1/rootfs/sys" "$1/rootfs/run"
	cp "$(command -v busybox)" "$1/rootfs/bin/busybox"
	for tool in sh cat grep hostname ls poweroff readlink reboot touch; do
		ln -s busybox "$1/rootfs/bin/$tool"
	done
	{ echo '#!/bin/sh' && cat; } >"$1/rootfs/sbin/init"
	chmod +x "$1/rootfs/sbin/init"
	(cd "$1" && "$OCIBOX" spec && jq ".process.args = [\"/sbin/init\"] | .process.terminal = false | $2" config.json >new && mv new config.json)
}

# installed WORDS: a command that finds dest at its place, and the kernel
installed() {
	# shellcheck disable=SC2016 # for the other shell
	unshare -m --propagation private sh -ec '
		mount -t overlay -o lowerdir="$TOP/dest/usr:/usr" usr /usr
		mount -t overlay -o lowerdir="$TOP/dest/etc:/etc" etc /etc
		mount -t overlay -o lowerdir="$0/lib/modules,upperdir=$TOP/modules,workdir=$TOP/work" modules /usr/lib/modules
		mount --bind "$0/boot" /boot
		exec "$@"' "$(dirname "$(dirname "$KERNEL")")" env TMPDIR="$TOP/tmp" "$@" 3>&-
}

# release: the kernel's
release() {
	basename "$KERNEL" | sed s/vmlinuz-//
}

# boot IMAGE DISK WORDS: what the machine with these words on the kernel's command line says is $output
boot() {
	run timeout -k 10 300 qemu-system-x86_64 -accel "${ACCEL:-tcg,thread=single}" -cpu qemu64 -m 512 -nodefaults -no-user-config -display none \
		-no-reboot -serial stdio -kernel "$KERNEL" -initrd "$TOP/$1" -drive "file=$TOP/$2,format=raw,if=virtio" \
		-append "console=ttyS0 no_timer_check quiet panic=-1 random.trust_cpu=on mitigations=off init_on_alloc=0 audit=0 apparmor=0 ro ${*:3}" </dev/null 3>&-
	output=${output//$'\r'/}
	echo "$output"
	[ "$status" = 0 ]
	# the disks could be written to; ext4 notes a mount of its own even where it is read-only
	(cd "$TOP" && sha256sum --quiet -c sum)
	[ "$(debugfs -R 'ls -p /plain/rootfs' "$TOP/disk.ext4" 2>/dev/null | cut -d/ -f6 | sort | tr -d '\n')" = ...bindevprocrunsbinsys ]
}

# says LINE...: these are among what the machine has said, in this order
says() {
	awk 'NR == FNR { wanted[NR] = $0; count = NR; next } $0 ~ "^" wanted[at + 1] "$" { at++ } END { exit at < count }' <(printf '%s\n' "$@") <(echo "$output")
}

@test "initramfs-tools: the image is made" {
	installed mkinitramfs -o "$TOP/image" "$(release)"
}

@test "initramfs-tools: a container before the root is mounted, and a bundle on squashfs as the system" {
	boot image plain.squashfs root=/dev/vda ocibox.run=first ocibox.boot=/
	says "first: process 1, ocibox, /bin/busybox" "plain: process 1, /bin/busybox" "no other root in sight" "as at first" "/new" ".*reboot: Power down"
	run ! says "/image.*"
	run ! says "/plan"
}

@test "initramfs-tools: what it has written is gone at the next boot" {
	boot image plain.squashfs root=/dev/vda ocibox.boot=/
	says "plain: process 1, /bin/busybox" "as at first" "/new"
	run ! says "first: .*"
}

@test "initramfs-tools: an image on the root, whose container is not process 1, with limits; its reboot is the machine's" {
	boot image disk.ext4 root=/dev/vda ocibox.run=first,first ocibox.boot=/images/own.squashfs init=/bin/sh
	says "first: .*" "first: .*" "own: process 1, ocibox, 0::/ocibox/system" "read-only" ".*sysrq: Resetting"
}

@test "initramfs-tools: a container that fails ends the boot, and nothing is run that is not asked for" {
	boot image disk.ext4 root=/dev/vda ocibox.run=first,bad,first
	says "first: .*" "ocibox: the container bad ended with status 3" "ocibox.run has failed" ".*reboot: Restarting system"
	run ! says "first: .*" "first: .*"
	run ! says "usual: .*"
	boot image disk.ext4 root=/dev/vda
	says "usual: process 1"
	run ! says "first: .*"
}

@test "dracut: the image is made, with systemd in it; a container before the root is mounted, and a bundle on ext4 as the system" {
	installed dracut --force --quiet --no-hostonly --gzip --tmpdir "$TOP/tmp" \
		-m "base systemd systemd-initrd dracut-systemd kernel-modules rootfs-block udev-rules fs-lib ocibox" "$TOP/dracut" "$(release)"
	boot dracut disk.ext4 root=/dev/vda ocibox.run=first ocibox.boot=/plain
	says "first: process 1, ocibox, /bin/busybox" "plain: process 1, /bin/busybox" "no other root in sight" "as at first" "/new" ".*reboot: Power down"
	run ! says ".*FAILED.*"
}

@test "dracut: the same without systemd, from an image on the root" {
	installed dracut --force --quiet --no-hostonly --gzip --tmpdir "$TOP/tmp" -m "base kernel-modules rootfs-block udev-rules fs-lib ocibox" "$TOP/dracut" "$(release)"
	boot dracut disk.ext4 root=/dev/vda ocibox.run=first ocibox.boot=/images/own.squashfs
	says "first: process 1, ocibox, /bin/busybox" "own: process 1, ocibox, 0::/ocibox/system" "read-only" ".*sysrq: Resetting"
}

# mkinitcpio is in no suite of Debian: this holds the hook to what its manual page says of the functions it calls
@test "mkinitcpio: the hook adds what it needs, and runs what is asked for" {
	mkdir -p "$TOP/initcpio"
	cat >"$TOP/functions" <<-'EOT'
		map() { for word in "${@:2}"; do "$1" "$word"; done; }
		add_module() { echo "module $1"; }
		add_binary() { echo "binary $1"; }
		add_runscript() { echo "runscript"; }
	EOT
	BUILDROOT=$TOP/initcpio run -0 installed bash -c '. "$TOP/functions"; . /usr/lib/initcpio/install/ocibox; build'
	[ "$output" = $'module overlay\nmodule loop\nmodule squashfs\nbinary losetup\nrunscript' ]
	[ "$TOP/initcpio/usr/bin/ocibox" -ef "$TOP/initcpio/usr/bin/oci-mkdev" ]
	[ -e "$TOP/initcpio/etc/ocibox/initramfs/bad/rootfs/sbin/init" ]
	run -0 "$TOP/initcpio/usr/lib/ocibox/initramfs/root/bin/ocibox" --version

	# shellcheck disable=SC2016 # for the other shell
	hook='err() { echo "error: $*"; }; launch_interactive_shell() { echo shell; }; init=/usual; . /usr/lib/initcpio/hooks/ocibox
		mount --bind "$TOP/called" /usr/lib/ocibox/initramfs/boot; run_hook; run_latehook; echo "init $init"'
	printf '#!/bin/sh\necho "boot $*"; [ "$1" = root ]\n' >"$TOP/called"
	chmod +x "$TOP/called"
	run -0 installed busybox sh -c "$hook"
	[ "$output" = $'boot run\nerror: ocibox.run has failed\nshell\nboot root /new_root\ninit /usual' ]
}

@test "a directory that is no bundle is said when the image is made" {
	mkdir "$TOP/dest/etc/ocibox/initramfs/empty" "$TOP/tree"
	run -1 installed /usr/lib/ocibox/initramfs/fill "$TOP/tree"
	[ "$output" = "/etc/ocibox/initramfs/empty/ has no config.json" ]
}
