#!/bin/sh
# /init of an initramfs: process 1 becomes the bundle in an image, ext4 or squashfs, which is never written to.
for module in /lib/modules/*.ko; do insmod "$module"; done
mount -t proc proc /proc && mount -t devtmpfs dev /dev
mount -o ro,loop /system.image /image
# shellcheck source=/dev/null # what this printed: ocibox plan --exec init --rootfs /image/rootfs BUNDLE
. /plan
