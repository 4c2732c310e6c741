#!/bin/sh
# SPDX-License-Identifier: MIT
# oci-pause: stop all processes of a container until oci-resume.
set -eu

# no options: the words are -- and the id
{ [ $# -eq 2 ] && [ "$1" = -- ]; } || exec "$OCIBOX" oci-pause '-?'

exec "$OCIBOX" oci-hold -t created -t running "$2" oci-cgroup -i "$2" freeze
