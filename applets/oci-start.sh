#!/bin/sh
# SPDX-License-Identifier: MIT
# shellcheck disable=SC1083,SC2086 # braces are words of ours; unquoted are lists of fixed words
# oci-start: let the container's process go on to its program. When a startContainer hook fails, or the
# program cannot be run, the container is stopped; it stays to be deleted, as clients expect. When a poststart
# hook fails it goes, as the specification has it.
set -eu

# no options: the words are -- and the id
{ [ $# -eq 2 ] && [ "$1" = -- ]; } || exec "$OCIBOX" oci-start '-?'
id=$2

# While the program is awaited to be ready, others may have the lock, and the container stays when the wait is ended.
exec "$OCIBOX" oci-hold -t created "$id" \
	${NOTIFY_SOCKET:+oci-notify -l} \
	oci-guard { oci-signal -f -w "$id" KILL } \
	oci-release "$id" \
	oci-sync "$id" \
	oci-guard -r { oci-delete -f "$id" } \
	oci-hooks -b "$OCIBOX_ROOT/$id" -i "$id" poststart \
	${NOTIFY_SOCKET:+oci-guard -d oci-hold -u oci-notify -w "$id"}
