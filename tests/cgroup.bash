# shellcheck shell=bash
# SPDX-License-Identifier: MIT
# What the tests of cgroups share.

# hierarchies [v1|v2]: where they are mounted
hierarchies() {
	awk -v want="${1:-}" '{ for (i = 7; i <= NF; i++) if ($i == "-") break; type = $(i + 1) }
		type == "cgroup2" && want != "v1" || type == "cgroup" && want != "v2" { print $5 }' /proc/self/mountinfo
}

# only v1|v2|none WORDS: with the hierarchies of that version alone mounted
only() {
	local keep=$1
	shift
	unshare --mount --propagation private sh -c '
		awk -v keep="$0" "{ for (i = 7; i <= NF; i++) if (\$i == \"-\") break; type = \$(i + 1) }
			type == \"cgroup2\" && keep != \"v2\" || type == \"cgroup\" && keep != \"v1\" { print \$5 }" /proc/self/mountinfo |
			while read -r mount; do umount -l "$mount"; done
		exec "$@"' "$keep" "$@"
}

# cgroup_setup NAME: names that are this test's own, $CG of a cgroup and $ID of a container, whose state and bundle are here
cgroup_setup() {
	requires root unshare
	cd "$BATS_TEST_TMPDIR" || return
	CG=/$1.$$.$BATS_TEST_NUMBER
	ID=$1$$.$BATS_TEST_NUMBER
	export OCIBOX_ROOT=$PWD/state
	mkdir -p "state/$ID" bundle
	mkfifo ready
}

# cgroup_teardown: ends what runs in them, and them
cgroup_teardown() {
	[ -n "${CG:-}" ] || return 0
	ocibox oci-cgroup -p "$CG" kill oci-cgroup -p "$CG" delete 2>/dev/null || true
	if [ -e "state/$ID/cgroup" ]; then
		ocibox oci-cgroup -i "$ID" kill oci-cgroup -i "$ID" delete
	fi
}

# inside WORDS: start sh -c 'WORDS' in the background in the cgroup at $CG; returns when it has said so
inside() {
	ocibox oci-cgroup -p "$CG" attach /bin/sh -c "$1; echo >ready; exec sleep 1000" >/dev/null 2>&1 3>&- &
	# an end of file is that of an earlier writer
	until read -r <ready; do :; done
}
