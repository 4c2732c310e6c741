#!/bin/sh
# SPDX-License-Identifier: MIT
# shellcheck disable=SC1083,SC2086 # braces are words of ours; unquoted are lists of fixed words
# oci-exec: run another program in a container that is there. In the foreground it waits for the
# program and ends with its status; with -d it returns when the program runs.
#
# One chain, as in oci-create, and in the same order; what has no place here is what was done to the
# container as a whole. The words of this script go to oci-process as they are: what is in them of
# the process, is that step's.
set -eu

detach='' pidfile='' socket='' preserve=0 ignore='' sub='' process='' pidfd='' operands=2
while getopts :A:c:de:f:F:g:G:IL:np:P:s:tu:w: option; do
	case $option in
	d) detach=1 ;;
	# a brace alone would end the words in braces
	f) case $OPTARG in [{}]) pidfile=./$OPTARG ;; *) pidfile=$OPTARG ;; esac ;;
	F) case $OPTARG in [{}]) pidfd=./$OPTARG ;; *) pidfd=$OPTARG ;; esac ;;
	G) sub=$OPTARG ;;
	I) ignore=-p ;;
	P) preserve=$OPTARG ;;
	s) case $OPTARG in [{}]) socket=./$OPTARG ;; *) socket=$OPTARG ;; esac ;;
	p) operands=1 process=$OPTARG ;;
	[AcegLntuw]) ;;
	*) exec "$OCIBOX" oci-exec '-?' ;;
	esac
done
[ $# -ge $((OPTIND + operands - 1)) ] || exec "$OCIBOX" oci-exec '-?'
operand() { shift "$1" && id=$1; }
operand "$OPTIND" "$@"
config=$OCIBOX_ROOT/$id

# What differs: with -d the program outlives this process, which ends when it has begun.
if [ "$detach" ]; then
	part='oci-gate -u' stay=$part
else
	part='' stay=oci-reap
fi

# A container that keeps the caller's keyring has none that could be joined.
keyring=1
[ ! -e "$config/no-keyring" ] || keyring=''

# A paused container's process waits for its resume, which waits for the lock.
early='' late='oci-hold -u'
[ -z "$ignore" ] || early=$late late=''

exec "${OCIBOX_SEALED:-$OCIBOX}" oci-seal -p "$preserve" ${process:+-f "$process"} \
	oci-hold "$id" \
	oci-process { \
	oci-join -t pid $ignore "$id" \
	oci-ns -s { \
		$early \
		oci-console -b "$config" ${detach:+-d} ${socket:+-s "$socket"} \
		oci-gate -x \
		$late \
		${pidfd:+oci-pidfd "$pidfd"} \
		${pidfile:+oci-pidfile "$pidfile"} \
		$stay \
	} \
	oci-affinity 0-8191 \
	oci-affinity -b "$config" \
	oci-cgroup -i "$id" ${sub:+-s "$sub"} attach \
	oci-rdt -i "$id" attach \
	oci-affinity -b "$config" -f \
	oci-oom -b "$config" \
	oci-rlimit -b "$config" -r \
	oci-seccomp -b "$config" -i "$id" -p \
	oci-join -x pid "$id" \
	oci-stdio -z \
	${keyring:+oci-keyring -b "$config" "$id"} \
	oci-pty -b "$config" \
	oci-rlimit -b "$config" \
	oci-ioprio -b "$config" \
	oci-mempolicy -b "$config" \
	oci-personality -b "$config" \
	oci-label -b "$config" \
	oci-scheduler -b "$config" \
	oci-user -b "$config" \
	oci-caps -b "$config" \
	oci-nnp -b "$config" \
	oci-landlock -b "$config" \
	$part \
	oci-program -b "$config" "-l${detach:+o}p" "$preserve" \
	} "$@"
