#!/bin/sh
# SPDX-License-Identifier: MIT
# oci-kill: send a signal to the container's process, or with -a to all its processes.
set -eu

all=''
while getopts :a option; do
	case $option in
	a) all=-a ;;
	*) exec "$OCIBOX" oci-kill '-?' ;;
	esac
done
shift $((OPTIND - 1))
[ $# -eq 1 ] || [ $# -eq 2 ] || exec "$OCIBOX" oci-kill '-?'

exec "$OCIBOX" oci-signal $all "$1" "${2:-TERM}"
