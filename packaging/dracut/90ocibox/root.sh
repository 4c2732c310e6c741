#!/bin/sh
# SPDX-License-Identifier: MIT
# the root of a system that is a bundle: see ocibox-initramfs(7)
# shellcheck disable=SC2154 # of dracut's
# shellcheck source=/dev/null
type getarg >/dev/null 2>&1 || . /lib/dracut-lib.sh
if getarg ocibox.boot= >/dev/null && [ ! -e "$NEWROOT/plan" ]; then
	# not $root: what sets it is not always run
	device=$(label_uuid_to_dev "$(getarg root=)")
	if ! ismounted "$NEWROOT" && [ -b "$device" ]; then
		mount -t "${fstype:-auto}" -o "${rflags:-ro}" "$device" "$NEWROOT"
	fi
	if ismounted "$NEWROOT"; then
		/usr/lib/ocibox/initramfs/boot root "$NEWROOT" || die "ocibox.boot has failed"
	fi
fi
