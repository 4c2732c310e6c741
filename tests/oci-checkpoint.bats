#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# bats sets stderr; the container's own variables
# shellcheck disable=SC2154,SC2016
load helpers
load criu

setup_file() {
	criu_file
}

setup() {
	criu_setup
}

teardown() {
	runtime_teardown
}

@test "saves a container and ends it; what is left is stopped and can be deleted" {
	config '.hooks.poststop = [{path: "/bin/sh", args: ["sh", "-c", "echo gone >'"$BATS_TEST_TMPDIR"'/hook"]}]'
	counting
	run -0 ocibox checkpoint --image-path "$IMAGE" --work-path "$WORK" "$ID"
	[ -z "$output" ]
	[ "$(status_of "$ID")" = stopped ]
	[ -s "$IMAGE/inventory.img" ]
	[ ! -e "$IMAGE/dump.log" ]
	grep -q 'Dumping finished successfully' "$WORK/dump.log"
	[ "$(stat -c %a "$IMAGE" "$WORK" | tr '\n' ' ')" = "700 700 " ]
	run -113 --separate-stderr ocibox checkpoint --image-path "$IMAGE" "$ID"
	[ "$stderr" = "oci-hold: $ID: container not running" ]
	run -0 ocibox delete "$ID"
	[ "$(cat "$BATS_TEST_TMPDIR/hook")" = gone ]
}

@test "--leave-running: the container goes on; the names of its pipes are with the image" {
	local pid
	counting
	pid=$(pid_of "$ID")
	run -0 ocibox checkpoint --image-path "$BATS_TEST_TMPDIR/a/b" --leave-running "$ID"
	[ "$(jq -c . "$BATS_TEST_TMPDIR/a/b/descriptors.json")" = "$(for fd in 0 1 2; do readlink "/proc/$pid/fd/$fd"; done | jq -Rnc '[inputs]')" ]
	[ -s "$BATS_TEST_TMPDIR/a/b/dump.log" ]
	ask two "two 2"
	[ "$(status_of "$ID") $(pid_of "$ID")" = "running $pid" ]
	# in the working directory when not said otherwise, and again into the same
	ocibox checkpoint --leave-running "$ID"
	ocibox checkpoint -leave-running "$ID"
	[ -s checkpoint/inventory.img ]
	# nothing of criu's is left in it
	[ "$(find "/proc/$pid/fd" -type l | grep -c .)" = 3 ]
	ask three "three 3"
}

@test "memory beforehand, then what has changed since" {
	"$OCIBOX_CRIU" check --feature mem_dirty_track || cannot "needs memory tracking"
	counting
	ocibox checkpoint --pre-dump --image-path "$IMAGE/1" --work-path "$WORK" "$ID"
	[ "$(status_of "$ID")" = running ]
	[ ! -e "$IMAGE/1/descriptors.json" ]
	ask two "two 2"
	ocibox checkpoint --image-path "$IMAGE/2" --parent-path ../1 --work-path "$WORK" "$ID"
	[ "$(status_of "$ID")" = stopped ]
	[ "$(readlink "$IMAGE/2/parent")" = ../1 ]
}

@test "a paused container stays paused" {
	counting
	ocibox pause "$ID"
	ocibox checkpoint --image-path "$IMAGE" -R "$ID"
	[ "$(status_of "$ID")" = paused ]
	ocibox resume "$ID"
	ask two "two 2"
}

@test "one that criu cannot save goes on; the error has criu's own, and the name of the log" {
	local pid
	run -0 ocibox run -d "$ID" <config.json >/dev/null 2>&1
	program sleep 1000
	ocibox delete -f "$ID"
	# a file of the host's is open
	ocibox run -d "$ID" <config.json >/dev/null 2>&1
	pid=$(pid_of "$ID")
	run -115 --separate-stderr ocibox --log log checkpoint --image-path "$IMAGE" --work-path "$WORK" "$ID"
	[[ $stderr =~ ^"oci-criu: criu failed with status 1: Error (criu/"[a-z-]+.c:[0-9]+"): Can't lookup mount=".*": log file: $WORK/dump.log"$ ]]
	[[ "$(cat log)" = *"level=error msg=\"criu failed with status 1: "* ]]
	grep -q 'Dumping FAILED' "$WORK/dump.log"
	[ "$(status_of "$ID") $(pid_of "$ID")" = "running $pid" ]
	[ ! -e "$OCIBOX_ROOT/$ID/checkpoint" ]
}

@test "what would be lost is refused, each with its place" {
	local n
	cases=(
		'.process.terminal = true|process.terminal: a container with a terminal cannot be checkpointed or restored: criu hands terminals over by its RPC only'
		'.annotations["org.ocibox.landlock.ro"] = "/"|annotations["org.ocibox.landlock.ro"]: criu does not restore landlock rules'
		'.annotations["org.ocibox.overlay"] = "tmpfs"|annotations: criu does not save the overlay of the root, which is in memory'
		'.mounts += [{destination: "/mnt", source: "/tmp", options: ["bind", "idmap=uids=0-0-1;gids=0-0-1"]}]|mounts[7]: criu does not restore a mount with mapped ids or an overlay'
	)
	counting
	for n in "${!cases[@]}"; do
		cp config.json kept
		config "${cases[n]%%|*}"
		# the configuration in force
		mv config.json "$OCIBOX_ROOT/$ID/config.json"
		mv kept config.json
		run -119 --separate-stderr ocibox checkpoint --image-path "$IMAGE" "$ID"
		[[ $stderr = "oci-criu: $OCIBOX_ROOT/$ID/config.json:"*": ${cases[n]#*|}" ]] || { echo "$stderr"; false; }
		[ ! -e "$IMAGE" ]
	done
	ask two "two 2"
}

@test "refused: no container, one that is created, no criu, wrong words; nothing is changed" {
	run -112 --separate-stderr ocibox checkpoint "$ID"
	[ "$stderr" = "oci-hold: $ID: container does not exist" ]
	ocibox create "$ID" </dev/null >/dev/null 2>&1
	run -113 --separate-stderr ocibox checkpoint --image-path "$IMAGE" "$ID"
	[ "$stderr" = "oci-hold: $ID: container is created" ]
	ocibox delete -f "$ID"
	counting
	OCIBOX_CRIU=no-criu run -127 --separate-stderr ocibox checkpoint --image-path "$IMAGE" "$ID"
	[ "$stderr" = 'oci-criu: exec: "no-criu": executable file not found in $PATH' ]
	run -127 --separate-stderr ocibox --criu /no/criu checkpoint --image-path "$IMAGE" "$ID"
	[ "$stderr" = 'oci-criu: exec: "/no/criu": stat /no/criu: no such file or directory' ]
	while IFS='|' read -r words message; do
		# shellcheck disable=SC2086 # words
		run -110 --separate-stderr ocibox checkpoint --image-path "$IMAGE" $words "$ID"
		[ "$stderr" = "oci-criu: $message" ] || { echo "$words: $stderr"; false; }
	done <<-END
		--manage-cgroups-mode some|some: invalid manage-cgroups-mode value
		--page-server here|here: use --page-server ADDRESS:PORT to specify page server
		--status-fd 77|invalid --status-fd argument 77: not writable
		--status-fd x|x: must be a descriptor (0 to 2147483647)
		--parent-path /tmp|/tmp: --parent-path must be relative
	END
	run -119 --separate-stderr ocibox checkpoint --image-path "$IMAGE" --empty-ns pid "$ID"
	[ "$stderr" = "oci-criu: pid: namespace is not supported" ]
	for words in "" "--no-such-option $ID" "$ID $ID" "--image-path { $ID"; do
		# shellcheck disable=SC2086 # words
		run -110 ocibox checkpoint $words
	done
	ask two "two 2"
}
