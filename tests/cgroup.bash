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
