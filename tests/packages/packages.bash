# shellcheck shell=bash
# SPDX-License-Identifier: MIT
# What the tests of packaging share.

# shellcheck source=../helpers.bash
source "$(dirname "${BASH_SOURCE[0]}")/../helpers.bash"
unset MAKEFLAGS MFLAGS MAKELEVEL B DEPS CC CPPFLAGS CFLAGS LDFLAGS

# source_tree DIR: what a release has, as it stands here, and neither build nor repository
source_tree() {
	mkdir -p "$1"
	(cd "$REPO" && tar -cf - --exclude=./build --exclude=./.git .) | tar -xf - -C "$1"
}
