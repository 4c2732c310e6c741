#!/bin/sh
# SPDX-License-Identifier: MIT
# oci-stop: ask the container's process to end, and kill it when it does not.
set -eu

time=10 signal=TERM
while getopts :s:t: option; do
	case $option in
	s) signal=$OPTARG ;;
	t) time=$OPTARG ;;
	*) exec "$OCIBOX" oci-stop '-?' ;;
	esac
done
shift $((OPTIND - 1))
[ $# -eq 1 ] || exec "$OCIBOX" oci-stop '-?'

exec "$OCIBOX" oci-signal -k "$time" -- "$1" "$signal"
