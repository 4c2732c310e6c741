#!/bin/sh
# SPDX-License-Identifier: MIT
# oci-delete: remove what is left of a stopped container, or of one that was not started; with -f of any, killing it first.
set -eu

force=''
while getopts :f option; do
	case $option in
	f) force=1 ;;
	*) exec "$OCIBOX" oci-delete '-?' ;;
	esac
done
shift $((OPTIND - 1))
[ $# -eq 1 ] || exec "$OCIBOX" oci-delete '-?'
id=$1

# The signal comes before the lock: who makes or starts the container holds that, perhaps waiting for
# a hook, and gives up when the container's process dies.
if [ "$force" ]; then
	set -- oci-signal -f -w "$id" KILL oci-hold -m -f "$id"
else
	set -- oci-hold -k -t stopped "$id"
fi
exec "$OCIBOX" "$@" \
	oci-sync -m -t stopped "$id" \
	oci-cgroup ${force:+-f} -i "$id" end \
	oci-umount -i "$id" \
	oci-rdt -i "$id" delete \
	oci-hooks -w -b "$OCIBOX_ROOT/$id" -i "$id" poststop \
	oci-forget "$id"
