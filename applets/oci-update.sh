#!/bin/sh
# SPDX-License-Identifier: MIT
# shellcheck disable=SC2086 # a fixed word or none
# oci-update: change the limits of a container that is there, from options and from a file.
set -eu

resources='' devices='' weight='' period='' quota='' burst='' shares='' rtperiod='' rtruntime='' cpus='' mems=''
idle='' l3='' mb='' kernel='' tcp='' memory='' reservation='' swap='' pids=''
while getopts :r:Dw:p:q:u:s:P:R:c:M:i:k:K:m:v:S:n:l:b: option; do
	case $option in
	r) resources=$OPTARG ;;
	D) devices=' ' ;;
	w) weight=$OPTARG ;;
	p) period=$OPTARG ;;
	q) quota=$OPTARG ;;
	u) burst=$OPTARG ;;
	s) shares=$OPTARG ;;
	P) rtperiod=$OPTARG ;;
	R) rtruntime=$OPTARG ;;
	c) cpus=$OPTARG ;;
	M) mems=$OPTARG ;;
	i) idle=$OPTARG ;;
	k) kernel=$OPTARG ;;
	K) tcp=$OPTARG ;;
	m) memory=$OPTARG ;;
	v) reservation=$OPTARG ;;
	S) swap=$OPTARG ;;
	n) pids=$OPTARG ;;
	l) l3=$OPTARG ;;
	b) mb=$OPTARG ;;
	*) exec "$OCIBOX" oci-update '-?' ;;
	esac
done
shift $((OPTIND - 1))
[ $# -eq 1 ] || exec "$OCIBOX" oci-update '-?'

id=$1
shift
[ -z "$l3$mb" ] || set -- oci-rdt -i "$id" ${l3:+-s "$l3"} ${mb:+-s "$mb"} set
[ "$devices" ] || devices=-n
exec "$OCIBOX" oci-hold -t created -t running -t paused "$id" "$@" \
	oci-cgroup -i "$id" $devices ${resources:+-r "$resources"} \
	${weight:+-l "blockIO.weight=$weight"} \
	${period:+-l "cpu.period=$period"} \
	${quota:+-l "cpu.quota=$quota"} \
	${burst:+-l "cpu.burst=$burst"} \
	${shares:+-l "cpu.shares=$shares"} \
	${rtperiod:+-l "cpu.realtimePeriod=$rtperiod"} \
	${rtruntime:+-l "cpu.realtimeRuntime=$rtruntime"} \
	${cpus:+-l "cpu.cpus=$cpus"} \
	${mems:+-l "cpu.mems=$mems"} \
	${idle:+-l "cpu.idle=$idle"} \
	${kernel:+-l "memory.kernel=$kernel"} \
	${tcp:+-l "memory.kernelTCP=$tcp"} \
	${memory:+-l "memory.limit=$memory"} \
	${reservation:+-l "memory.reservation=$reservation"} \
	${swap:+-l "memory.swap=$swap"} \
	${pids:+-l "pids.limit=$pids"} \
	set
