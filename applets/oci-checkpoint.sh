#!/bin/sh
# SPDX-License-Identifier: MIT
# shellcheck disable=SC1083,SC2086 # braces are words of ours; unquoted are lists of fixed words
# oci-checkpoint: save a container's processes in a directory, and end them unless they are to go on.
#
# The words of this script go to oci-criu as they are: they are criu's.
set -eu

end=1
while getopts :ae:f:i:jkLlm:N:Pp:RS:tw:xz option; do
	# a brace alone would end the words in braces
	case $option${OPTARG:-} in
	[?:]* | ?[{}]) exec "$OCIBOX" oci-checkpoint '-?' ;;
	R | P) end='' ;;
	esac
done
[ $# -eq "$OPTIND" ] || exec "$OCIBOX" oci-checkpoint '-?'
operand() { shift "$1" && id=$1; }
operand "$OPTIND" "$@"

exec "$OCIBOX" oci-hold -t running -t paused "$id" \
	oci-ns -s { \
		oci-criu -A -o dump "$@" \
		${end:+oci-sync -m -t stopped "$id"} \
	} \
	oci-criu -o dump "$@"
