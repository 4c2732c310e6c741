#!/bin/sh
# SPDX-License-Identifier: MIT
# the containers that run before the root is mounted: see ocibox-initramfs(7)
# shellcheck source=/dev/null
type emergency_shell >/dev/null 2>&1 || . /lib/dracut-lib.sh
/usr/lib/ocibox/initramfs/boot run || emergency_shell "ocibox.run has failed"
