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
	RESTORE=(restore --image-path "$IMAGE" --work-path "$WORK" --bundle "$BUNDLE")
}

teardown() {
	runtime_teardown
}

# saved: the container ID has counted a line, and its end behind it
saved() {
	counting
	properties "$ID" >"$BATS_TEST_TMPDIR/before"
	ocibox checkpoint --image-path "$IMAGE" --work-path "$WORK" "$ID"
}

# back WORDS: a restore that leaves it running
back() {
	piped "${RESTORE[@]}" --detach --pid-file "$BATS_TEST_TMPDIR/pid" "$@"
	waited 0
}

apart() {
	[ "$(readlink "/proc/$NET/ns/net")" != "$(readlink /proc/self/ns/net)" ]
}

nothing_left() {
	[ -z "$(left)" ]
}

@test "it goes on where it was, under its own name, with all that was its" {
	local profile='{defaultAction: "SCMP_ACT_ALLOW", syscalls: [{names: ["swapon"], action: "SCMP_ACT_ERRNO"}]}'
	mkdir -p host/below rootfs/real
	ln -s real rootfs/link
	echo file >host/file
	config ".linux.seccomp = $profile | .process.oomScoreAdj = 500 | .process.user.umask = 63 | .process.user.additionalGids = [7, 9]
		| .process.capabilities.ambient = [\"CAP_KILL\"] | .process.capabilities.inheritable = [\"CAP_KILL\"]
		| .linux.maskedPaths += [\"/etc/passwd\"] | .mounts += [
		{destination: \"/rw\", source: \"host\", options: [\"bind\"]},
		{destination: \"/ro\", source: \"$PWD/host\", options: [\"bind\", \"ro\", \"nosuid\", \"noexec\"]},
		{destination: \"/link/deep\", source: \"host/file\", options: [\"bind\", \"ro\"]},
		{destination: \"/tmp\", type: \"tmpfs\", source: \"tmpfs\", options: [\"size=64k\", \"nodev\"]}]"
	saved
	grep -q '^NoNewPrivs:.1$' "$BATS_TEST_TMPDIR/before"
	grep -q '^Seccomp:.2$' "$BATS_TEST_TMPDIR/before"
	grep -q '/null /etc/passwd ro,nosuid,noexec' "$BATS_TEST_TMPDIR/before"
	back "$ID"
	ask two "two 2"
	diff "$BATS_TEST_TMPDIR/before" <(properties "$ID")
	[ "$(status_of "$ID")" = running ]
	[ "$(cat "$BATS_TEST_TMPDIR/pid")" = "$(pid_of "$ID")" ]
	[ ! -e "$OCIBOX_ROOT/$ID/checkpoint" ]
	# as any other
	run -0 --separate-stderr ocibox exec "$ID" sh -c 'echo x >/proc/1/root/rw/new; cat /ro/file /ro/new /etc/passwd; echo y >/ro/z || echo $?' 3>&-
	[ "$output" = $'file\nx\n1' ] || { echo "$output"; false; }
	cut -d: -f 3 "/proc/$(pid_of "$ID")/cgroup" | sort -u >cgroups
	[ "$(cat cgroups)" = "/ocibox/$ID" ]
	ocibox kill "$ID" KILL
	ended "$ID"
	ocibox delete "$ID"
}

@test "in the foreground under another name: its status, and nothing is left" {
	counting
	ocibox checkpoint --image-path "$IMAGE" --work-path "$WORK" --leave-running "$ID"
	ocibox delete -f "$ID"
	piped "${RESTORE[@]}" "$ID-2"
	until_true has_status "$ID-2" running
	ask more "more 2"
	run -116 --separate-stderr ocibox "${RESTORE[@]}" "$ID-2"
	[ "$stderr" = "oci-claim: $ID-2: container with that id already exists" ]
	ask end "end 3"
	waited 7
	[ -z "$(ls "$OCIBOX_ROOT")" ]
	[ -z "$(left)" ]
}

@test "hooks: those for the namespaces see them, poststop the end; one that fails ends it" {
	# shellcheck disable=SC2016 # the hook's
	config '.hooks = ([{path: "/bin/sh", args: ["sh", "-c", "cat >>'"$PWD"'/$0; readlink /proc/$(jq .pid '"$PWD"'/$0)/ns/net >>'"$PWD"'/net"]}]
		| {prestart: (map(.args += ["a"] | .env = ["PATH=/usr/bin:/bin"])), createRuntime: (map(.args += ["b"] | .env = ["PATH=/usr/bin:/bin"]))})
		| .hooks.poststop = [{path: "/bin/sh", args: ["sh", "-c", "echo >>'"$PWD"'/gone"]}]'
	saved
	rm a b net
	back "$ID"
	[ "$(jq -c '[.id, .pid, .status]' a b | sort -u)" = "[\"$ID\",$(pid_of "$ID"),\"creating\"]" ]
	[ "$(sort -u net)" = "$(readlink "/proc/$(pid_of "$ID")/ns/net")" ]
	[ "$(grep -c . net) $(grep -c '' gone)" = "2 1" ]
	ocibox delete -f "$ID"
	config '.hooks = {prestart: [{path: "/bin/sh", args: ["sh", "-c", "echo no >&2; exit 3"]}]}'
	run -115 --separate-stderr ocibox "${RESTORE[@]}" -d "$ID" </dev/null
	[ "$stderr" = "oci-criu: criu failed with status 1: oci-hooks: hooks.prestart[0]: error running prestart hook #0: /bin/sh: exit status 3: no: log file: $WORK/restore.log" ] || { echo "$stderr"; false; }
	[ -z "$(left)" ]
}

@test "a network of its own has its loopback device up" {
	saved
	back "$ID"
	run -0 nsenter -n -t "$(pid_of "$ID")" ip link show lo
	[[ $output = *"LOOPBACK,UP,"* ]]
}

@test "a network that is joined is joined again" {
	unshare --net sleep 1000 3>&- &
	NET=$!
	until_true apart
	touch net
	mount --bind "/proc/$NET/ns/net" net
	config '(.linux.namespaces[] | select(.type == "network")).path = "'"$PWD"'/net"'
	saved
	back "$ID"
	ask two "two 2"
	[ "$(readlink "/proc/$(pid_of "$ID")/ns/net")" = "$(readlink /proc/$NET/ns/net)" ]
	ocibox delete -f "$ID"
	umount net
	kill $NET
}

@test "a user namespace: its root must be able to read the image" {
	requires userns-container
	config '.linux.namespaces += [{type: "user"}] | .linux.uidMappings = [{containerID: 0, hostID: 100000, size: 65536}] | .linux.gidMappings = .linux.uidMappings'
	chown -R 100000:100000 rootfs
	chmod 711 "$BATS_TEST_TMPDIR" "$BATS_RUN_TMPDIR"
	mkdir -m 755 "$IMAGE"
	saved
	chmod 644 "$IMAGE"/*
	back "$ID"
	ask two "two 2"
	diff "$BATS_TEST_TMPDIR/before" <(properties "$ID")
}

@test "a root that is new gets its mount points, and can be written to as it could" {
	config '.root.readonly = false | .mounts += [{destination: "/new/dir", source: "rootfs", options: ["bind"]}, {destination: "/new.file", source: "config.json", options: ["bind"]}]'
	saved
	rm -r rootfs
	make_rootfs rootfs
	rmdir rootfs/sys
	back "$ID"
	ask two "two 2"
	diff "$BATS_TEST_TMPDIR/before" <(properties "$ID")
	[ -d rootfs/new/dir ]
	[ -f rootfs/new.file ]
}

@test "what fails leaves nothing; the error has criu's own, and the name of the log" {
	saved
	ocibox delete "$ID"
	cp -r "$IMAGE" "$IMAGE.whole"
	: >"$IMAGE/core-1.img"
	run -115 --separate-stderr ocibox "${RESTORE[@]}" -d "$ID" </dev/null
	[[ $stderr =~ ^"oci-criu: criu failed with status 1: Error (criu/"[a-z-]+.c:[0-9]+"): ".*": log file: $WORK/restore.log"$ ]]
	[ -z "$(left)" ]
	echo '[' >"$IMAGE/descriptors.json"
	run -111 --separate-stderr ocibox "${RESTORE[@]}" -d "$ID" </dev/null
	[ "$stderr" = "oci-criu: $IMAGE/descriptors.json:2:1: [0]: the file ends where a value is due" ] || { echo "$stderr"; false; }
	rm "$IMAGE/descriptors.json"
	ln -s "$IMAGE.whole/descriptors.json" "$IMAGE/descriptors.json"
	run -115 --separate-stderr ocibox "${RESTORE[@]}" -d "$ID" </dev/null
	[[ $stderr = "oci-criu: open $IMAGE/descriptors.json: "*[Ss]ymbolic* ]] || { echo "$stderr"; false; }
	rm -r "$IMAGE"
	run -115 --separate-stderr ocibox "${RESTORE[@]}" -d "$ID" </dev/null
	[ "$stderr" = "oci-criu: open $IMAGE: No such file or directory" ]
	[ -z "$(left)" ]
	# a signal while criu waits for its hook
	mkfifo up
	IMAGE=$IMAGE.whole
	RESTORE[2]=$IMAGE
	config '.hooks = {prestart: [{path: "/bin/sh", args: ["sh", "-c", "echo >'"$PWD"'/up; exec sleep 1000"]}]}'
	piped "${RESTORE[@]}" -d "$ID"
	read -r -t 10 <>up
	kill "$PIPED"
	waited 143
	until_true nothing_left
	piped "${RESTORE[@]}" -d "$ID"
	read -r -t 10 <>up
	ocibox delete -f "$ID"
	waited 115
	[ -z "$(left)" ]
}

@test "refused: terminals, and wrong words" {
	config '.process.terminal = true'
	run -119 --separate-stderr ocibox "${RESTORE[@]}" --console-socket /none "$ID"
	[[ $stderr = *": process.terminal: a container with a terminal cannot be checkpointed or restored: criu hands terminals over by its RPC only" ]] || { echo "$stderr"; false; }
	config '.process.terminal = false'
	mkdir "$IMAGE"
	run -110 --separate-stderr ocibox "${RESTORE[@]}" --console-socket /none "$ID"
	[ "$stderr" = "oci-criu: /none: cannot use console socket if the process has no terminal" ]
	for words in "" "--no-such-option $ID" "$ID $ID" "--work-path } $ID" "-m some $ID"; do
		# shellcheck disable=SC2086 # words
		run -110 ocibox restore --image-path "$IMAGE" $words
	done
	[ -z "$(left)" ]
}
