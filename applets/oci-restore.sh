#!/bin/sh
# SPDX-License-Identifier: MIT
# shellcheck disable=SC1083,SC2086 # braces are words of ours; unquoted are lists of fixed words
# oci-restore: make a container whose processes are those that oci-checkpoint has saved. In the foreground
# it waits for the first of them and ends with its status; with -d it returns when they run.
#
# The words of this script go to oci-criu as they are: most are criu's.
set -eu

bundle=. detach='' pidfile=''
while getopts :ab:C:c:de:F:i:jlM:m:N:nsTtw:xz option; do
	# a brace alone would end the words in braces
	case $option${OPTARG:-} in
	[?:]* | ?[{}]) exec "$OCIBOX" oci-restore '-?' ;;
	b*) bundle=${OPTARG:-.} ;;
	F*) pidfile=$OPTARG ;;
	d) detach=1 ;;
	esac
done
[ $# -eq "$OPTIND" ] || exec "$OCIBOX" oci-restore '-?'
operand() { shift "$1" && id=$1; }
operand "$OPTIND" "$@"

# what is left of a container that a checkpoint has ended makes room for it
[ ! -e "$OCIBOX_ROOT/$id/checkpoint" ] || "$OCIBOX" oci-delete -- "$id"

# a scope of systemd's is made with a process in it, as in oci-create
systemd=${OCIBOX_SYSTEMD_CGROUP:-} direct=1
[ ! "$systemd" ] || direct=''

# in the foreground it ends with what oci-delete does, as oci-run does
wait=1
[ ! "$detach" ] || wait=''

exec "${OCIBOX_SEALED:-$OCIBOX}" oci-seal -p 0 \
	oci-claim -b "$bundle" -- "$id" \
	oci-guard { oci-delete -f "$id" } \
	${direct:+oci-cgroup -b "$bundle" -i "$id" create} \
	oci-rdt -b "$bundle" -i "$id" create \
	oci-ns -ms { \
		oci-record "$id" \
		${systemd:+oci-gate -w placed oci-cgroup -b "$bundle" -i "$id" create oci-gate -o} \
		oci-criu -A -o restore "$@" \
		oci-record -cs ${pidfile:+-p "$pidfile"} "$id" \
		${detach:+oci-gate -u} \
		${wait:+oci-reap \
			oci-hold -m "$id" \
			oci-cgroup -i "$id" end \
			oci-umount -i "$id" \
			oci-rdt -i "$id" delete \
			oci-hooks -w -b "$bundle" -i "$id" poststop \
			oci-forget "$id" \
			oci-guard -d} \
	} \
	${systemd:+oci-gate placed} \
	oci-cgroup -i "$id" attach \
	oci-rdt -b "$bundle" -i "$id" attach \
	oci-ioprio -b "$bundle" \
	oci-mempolicy -b "$bundle" \
	oci-rootfs -b "$bundle" -i "$id" \
	oci-criu -o restore "$@"
