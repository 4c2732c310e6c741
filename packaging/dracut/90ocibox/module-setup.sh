#!/bin/bash
# SPDX-License-Identifier: MIT
# a module of dracut(8): see ocibox-initramfs(7)

check() {
	require_binaries losetup
}

depends() {
	echo base
}

installkernel() {
	# whether they are in use now says nothing
	hostonly='' instmods overlay loop squashfs
}

# shellcheck disable=SC2154 # of dracut's
install() {
	/usr/lib/ocibox/initramfs/fill "$initdir" || return
	inst_multiple cat cp losetup mkdir modprobe mount umount
	inst_hook pre-mount 50 "$moddir/run.sh"
	# before the root's own, which takes no filesystem that looks like no root; where systemd has mounted one, only afterwards
	inst_hook mount 10 "$moddir/root.sh"
	inst_hook pre-pivot 10 "$moddir/root.sh"
}
