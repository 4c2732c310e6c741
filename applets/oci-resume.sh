#!/bin/sh
# SPDX-License-Identifier: MIT
# oci-resume: let the processes of a paused container go on.
set -eu

# no options: the words are -- and the id
{ [ $# -eq 2 ] && [ "$1" = -- ]; } || exec "$OCIBOX" oci-resume '-?'

exec "$OCIBOX" oci-hold -t paused "$2" oci-cgroup -i "$2" thaw
