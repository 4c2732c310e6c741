#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# The examples of the pages are typed as mandoc shows them, and must do what it shows. session.awk has the rules of how they are written.
load helpers
load session

# unable PAGE: what the examples of a page say on a machine that cannot do them
unable() {
	case $1 in
	oci-checkpoint | oci-restore | oci-criu) [ "$OCIBOX_CRIU" ] || echo "criu" ;;
	oci-label) echo "the kernel has no AppArmor" ;;
	oci-landlock) echo "this kernel has no landlock" ;;
	oci-mempolicy) echo "set the memory policy: Function not implemented" ;;
	oci-notify) echo "systemd" ;;
	oci-rdt) echo "resctrl is not mounted" ;;
	oci-netdev) echo "Unknown device type" ;;
	esac
}

setup_file() {
	command -v mandoc >/dev/null || return 0
	SESSIONS=$BATS_FILE_TMPDIR/sessions MODEL=$BATS_FILE_TMPDIR/model
	export SESSIONS MODEL
	sessions_of "$SESSIONS" EXAMPLES "$REPO"/man/*.8
	OCIBOX_CRIU=$(sh "$REPO/tests/criu" 2>/dev/null) || true
	export OCIBOX_CRIU
}

setup() {
	requires mandoc
}

@test "every page has examples" {
	local page name status=0
	for page in "$REPO"/man/*.8; do
		page=$(basename "$page")
		name=${page%.8}
		# a verb is called without its oci-, and what wants systemd or a start stands within another's
		grep -qsE "(^|[^a-z])(${name#oci-}|NOTIFY_SOCKET|systemd-run)" "$SESSIONS/$page".*.typed || { echo "$page: shows no use of it"; status=1; }
	done
	[ $status = 0 ]
}

@test "the examples work" {
	local page status=0
	requires root busybox jq setpriv python3
	model "$MODEL"
	for page in "$SESSIONS"/*.8.sh; do
		session "$page" "$MODEL" || { echo "$page: ended with $?"; status=1; }
		MAY=$(unable "$(basename "$page" .8.sh)") said "$page" || status=1
	done
	[ $status = 0 ]
}

@test "an example that does not do what its page shows is found" {
	local what dir=$BATS_TEST_TMPDIR/wrong
	requires root setpriv
	cd "$BATS_TEST_TMPDIR"
	printf '%s\n' '.Dd November 22, 2026' '.Dt WRONG 8' '.Os' '.Sh EXAMPLES' '.Ss right' '.Dl # echo A [x] $((1 + 1))' '.Dl A ... 2' \
		'.Ss status' '.Dl # false' '.Dl # true' '.Ss output' '.Bd -literal -offset indent' '$ echo A' '> echo B' A C '.Ed' \
		'.Ss part' '.Dl # printf abc' '.Dl ab' '.Ss unknown' '.Dl # ocibox oci-nosuch' \
		'.Ss unable' '.Dl # echo none here; false' '.Dl # false' '.Ss mistyped' '.Dl # echo none here; false' '.Dl # ocibox oci-nosuch' >wrong.8
	sessions_of "$dir" '' wrong.8
	for what in right status output part unknown unable mistyped; do
		session "$dir/wrong.8.$what.sh"
		run said "$dir/wrong.8.$what.sh"
		[ "$what $status" = "$what $([ $what = right ]; echo $?)" ]
		[ $what = right ] || [[ $output == "wrong.8.$what: "* ]]
	done
	MAY="none here" said "$dir/wrong.8.unable.sh"
	MAY="none here" run -1 said "$dir/wrong.8.mistyped.sh"
	printf '%s\n' '.Dd November 22, 2026' '.Dt WRONG 8' '.Os' '.Sh EXAMPLES' '.Dl a line of nothing' >wrong.8
	run -1 sessions_of "$dir" EXAMPLES wrong.8
}
