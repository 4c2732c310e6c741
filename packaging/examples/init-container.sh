#!/bin/sh
# /init of an initramfs that has sh and ocibox: runs the container in /bundle, and ends with it.
mount -t proc proc /proc
ocibox run --bundle /bundle demo
echo "ended with status $?"
poweroff -f
