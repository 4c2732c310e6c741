#!/bin/sh
# SPDX-License-Identifier: MIT
# shellcheck disable=SC1083,SC2086 # braces are words of ours; unquoted are lists of fixed words
# oci-create, oci-run: build a container. create leaves its first process waiting for oci-start;
# run goes on to the program, in the foreground unless -d is given. One script under two names.
#
# It is one chain. The words in braces behind oci-ns run outside, in the process that looks after
# the container's; those behind the braces run inside it. ocibox(7) gives the reason of the order.
set -eu

bundle=. config='' rootfs='' pidfile='' nopivot='' keyring=1 nokeyring='' socket='' preserve=0 out='' err=''
detach='' keep='' supervise='' sync='' mandatory='' pidfd=''
while getopts :b:f:R:p:c:P:nKo:e:sdkSy:mF: option; do
	case $option in
	# a brace alone would end the words in braces
	b) case $OPTARG in [{}]) bundle=./$OPTARG ;; *) bundle=${OPTARG:-.} ;; esac ;;
	f) config=$OPTARG ;;
	R) rootfs=$OPTARG ;;
	p) case $OPTARG in [{}]) pidfile=./$OPTARG ;; *) pidfile=$OPTARG ;; esac ;;
	c) case $OPTARG in [{}]) socket=./$OPTARG ;; *) socket=$OPTARG ;; esac ;;
	F) case $OPTARG in [{}]) pidfd=./$OPTARG ;; *) pidfd=$OPTARG ;; esac ;;
	P) preserve=$OPTARG ;;
	n) nopivot=1 ;;
	m) mandatory=1 ;;
	K) keyring='' nokeyring=1 ;;
	o) out=$OPTARG ;;
	e) err=$OPTARG ;;
	s) supervise=1 ;;
	d) detach=1 ;;
	k) keep=1 ;;
	y) sync=$OPTARG ;;
	S) ;;   # runc's --no-subreaper: there is none
	*) exec "$OCIBOX" "${0##*/}" '-?' ;;
	esac
done
shift $((OPTIND - 1))
[ $# -eq 1 ] || exec "$OCIBOX" "${0##*/}" '-?'
id=$1 stdio=$out$err notify=${NOTIFY_SOCKET:+1}

# A scope of systemd's cannot be made without a process, so it is made when there is one, which waits for that.
systemd=${OCIBOX_SYSTEMD_CGROUP:-} direct=1
[ ! "$systemd" ] || direct=''

# What differs: create leaves the process waiting, and what the kernel then cannot execute has failed by itself, as with
# other runtimes; run -d starts it as oci-start would; run stays its
# parent, whose death would be its own, and ends with what oci-delete does, without another shell.
gate='oci-gate -d created oci-await' unstarted='' started='' alone=-d listen='' relay='' own=''
case ${0##*/}$detach in
oci-create*) own=o; set -- ;;
oci-run1*)
	listen=$notify
	set -- oci-release "$id" ${sync:+oci-sync "$id"} oci-hooks -b "$bundle" -i "$id" poststart ${notify:+oci-guard -d oci-notify -w "$id"}
	;;
*)
	listen=$notify relay=$notify
	gate='oci-gate created' unstarted=-n started=-s supervise='' alone=''
	set -- oci-gate -x ${sync:+oci-sync "$id"} oci-hooks -b "$bundle" -i "$id" poststart \
		oci-reap ${keep:+-i "$id"} ${sync:+oci-sync -m -t stopped "$id"}
	[ "$keep" ] || set -- "$@" \
		oci-hold -m "$id" \
		oci-cgroup -i "$id" end \
		oci-umount -i "$id" \
		oci-rdt -i "$id" delete \
		oci-hooks -w -b "$bundle" -i "$id" poststop \
		oci-forget "$id" \
		oci-guard -d
	;;
esac

exec "${OCIBOX_SEALED:-$OCIBOX}" oci-seal -p "$preserve" ${config:+-f "$config"} \
	oci-claim -b "$bundle" $unstarted ${config:+-f "$config"} ${rootfs:+-R "$rootfs"} -- "$id" \
	oci-guard { oci-delete -f "$id" } \
	${sync:+oci-sync -s "$sync" "$id"} \
	${notify:+oci-notify -b "$bundle"} \
	${nokeyring:+oci-keyring -n} \
	${direct:+oci-cgroup -b "$bundle" -i "$id" create} \
	oci-rdt -b "$bundle" -i "$id" create \
	${supervise:+oci-supervise} \
	oci-seccomp -b "$bundle" -i "$id" \
	oci-ns -b "$bundle" -es { \
		oci-record "$id" \
		${systemd:+oci-gate -w placed oci-cgroup -b "$bundle" -i "$id" create oci-gate -o} \
		oci-netdev -b "$bundle" \
		oci-sources -b "$bundle" \
		oci-gate -b "$bundle" -w mounted \
		oci-hooks -b "$bundle" -i "$id" prestart \
		oci-hooks -b "$bundle" -i "$id" createRuntime \
		oci-gate -b "$bundle" -o \
		oci-console -b "$bundle" $alone ${socket:+-s "$socket"} \
		oci-gate -w created \
		${pidfd:+oci-pidfd "$pidfd"} \
		${listen:+oci-notify -l} ${relay:+oci-notify -w "$id"} \
		oci-record -c $started ${pidfile:+-p "$pidfile"} "$id" \
		${sync:+oci-sync -t created "$id"} \
		oci-gate -o \
		${keep:+oci-guard -d} \
		"$@" \
		${supervise:+oci-supervise -w "$id"} \
	} \
	${systemd:+oci-gate placed} \
	oci-affinity 0-8191 \
	oci-cgroup -i "$id" attach \
	oci-rdt -b "$bundle" -i "$id" attach \
	${stdio:+oci-stdio} ${out:+-o "$out"} ${err:+-e "$err"} \
	oci-oom -b "$bundle" \
	oci-rlimit -b "$bundle" -r \
	oci-ns -b "$bundle" -ls \
	oci-rootfs -b "$bundle" -i "$id" ${mandatory:+-m} \
	${mandatory:+oci-mount -b "$bundle" -m} \
	oci-mount -b "$bundle" -a \
	${mandatory:+oci-mount -b "$bundle" -ml} \
	oci-mkdev -b "$bundle" \
	oci-mount -b "$bundle" -l \
	oci-gate -b "$bundle" mounted \
	oci-hooks -b "$bundle" -i "$id" createContainer \
	oci-seccomp -p \
	oci-pivot -b "$bundle" ${nopivot:+-n} \
	oci-stdio -z \
	oci-pty -b "$bundle" -c \
	oci-hostname -b "$bundle" \
	oci-sysctl -b "$bundle" \
	oci-program -b "$bundle" -n \
	oci-ropaths -b "$bundle" \
	oci-maskpaths -b "$bundle" \
	${keyring:+oci-keyring -b "$bundle" "$id"} \
	$gate \
	oci-hooks -b "$bundle" -i "$id" startContainer \
	oci-rlimit -b "$bundle" \
	oci-ioprio -b "$bundle" \
	oci-mempolicy -b "$bundle" \
	oci-personality -b "$bundle" \
	oci-label -b "$bundle" \
	oci-scheduler -b "$bundle" \
	oci-user -b "$bundle" \
	oci-caps -b "$bundle" \
	oci-nnp -b "$bundle" \
	oci-landlock -b "$bundle" \
	oci-program -b "$bundle" "-l${own}p" "$preserve"
