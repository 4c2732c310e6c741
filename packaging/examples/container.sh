#!/bin/sh
# container.sh ROOTFS PROGRAM [ARGUMENT ...]: a container with no config.json.
set -eu
root=$(cd "$1" && pwd)
shift
id=shell-$$

# shellcheck disable=SC1083 # the braces are words like the others
exec "${OCIBOX:-ocibox}" \
	oci-seal -p 0 \
	oci-claim "$id" \
	oci-guard -a { oci-cgroup -i "$id" end oci-forget "$id" } \
	oci-cgroup -i "$id" create \
	oci-ns -mpinu { oci-record -cs "$id" oci-reap } \
	oci-cgroup -i "$id" attach \
	oci-ns -C \
	oci-rootfs -r "$root" \
	oci-mount -r "$root" -t proc -s proc /proc \
	oci-mount -r "$root" -t sysfs -s sysfs -o ro,nosuid,noexec,nodev /sys \
	oci-mount -r "$root" -t tmpfs -s tmpfs -o nosuid,mode=755,size=64k /dev \
	oci-mount -r "$root" -t devpts -s devpts -o newinstance,nosuid,noexec,ptmxmode=666,mode=620 /dev/pts \
	oci-mount -r "$root" -t tmpfs -s shm -o nosuid,noexec,nodev,mode=1777,size=16m /dev/shm \
	oci-mkdev -r "$root" \
	oci-pivot "$root" \
	oci-hostname -n shell \
	oci-ropaths -p /proc/sys -p /proc/sysrq-trigger -p /proc/irq -p /proc/bus \
	oci-maskpaths -p /proc/kcore -p /proc/keys -p /proc/timer_list -p /sys/firmware \
	oci-caps -B chown,dac_override,kill,setgid,setuid -P all -E all \
	oci-nnp \
	oci-program -i -e PATH=/usr/sbin:/usr/bin:/sbin:/bin -e HOME=/root -c / "$@"
