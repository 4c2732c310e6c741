#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# The recipes of oci-cookbook(7), typed as mandoc shows them. Those for podman, containerd and docker are typed in tests/clients/cookbook.bats,
# those that are built with make in build.bats.
load helpers
load session

setup() {
	requires mandoc
	SESSIONS=$BATS_TEST_TMPDIR/sessions
	sessions_of "$SESSIONS" '' "$REPO/man/oci-cookbook.7"
}

@test "the recipes work" {
	local recipe status=0
	requires root busybox jq setpriv overlay
	model "$BATS_TEST_TMPDIR/model"
	for recipe in "$SESSIONS"/*.sh; do
		case $recipe in
		*.Under-* | *-own.sh) continue ;;
		esac
		session "$recipe" "$BATS_TEST_TMPDIR/model" || { echo "${recipe##*/}: ended with $?"; status=1; }
		said "$recipe" || status=1
	done
	[ $status = 0 ]
}

@test "each kind of recipe is there" {
	local title count=0
	for title in without-JSON initramfs overlay sandbox Without-root Under-podman Under-containerd Under-docker changed verb-of-one-s-own step-of-one-s-own; do
		ls "$SESSIONS"/*"$title"*.sh
		count=$((count + 1))
	done
	[ "$(find "$SESSIONS" -name '*.sh' | wc -l)" = $count ]
}

@test "each /init is one that tests/vm/appliance boots" {
	local file typed
	for file in container system; do
		for typed in "$SESSIONS"/*.typed; do
			! sed '/^cat >.*init <</d; /^END$/d' "$typed" | cmp -s - "$REPO/packaging/examples/init-$file.sh" || continue 2
		done
		echo "init-$file.sh is in no recipe"
		return 1
	done
}
