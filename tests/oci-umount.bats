#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# shellcheck disable=SC2016,SC2154,SC2164 # text for other shells; run sets these; bats stops at a failing cd
# Containers without a mount namespace of their own. The host's is one of unshare(1) here, shared as systemd has it.
load helpers
load runtime

setup() {
	requires unshare "$NOSYS"
	runtime_setup
	config 'del(.linux.maskedPaths, .linux.readonlyPaths) | .linux.namespaces |= map(select(.type != "mount"))'
	export OCIBOX BUNDLE ID
	cat >"$BATS_TEST_TMPDIR/lib.sh" <<-'END'
	mounts() { cut -d' ' -f5- /proc/self/mountinfo | sed -E 's/(shared|master):[0-9]+/\1/g'; }
	mounts >before
	# nothing of the container, and all of the host
	same() { mounts | diff before -; }
	END
}

old=open_tree,move_mount,fsopen,fsconfig,fsmount,mount_setattr,openat2

# on_host SCRIPT [ARGUMENT...]: SCRIPT with the functions above, where everything mounted is shared
on_host() {
	local script=$1
	shift
	run unshare --mount --propagation shared sh -euc ". '$BATS_TEST_TMPDIR/lib.sh'; $script" sh "$@" 3>&-
	echo "$output"
	[ "$status" = 0 ]
}

# lacks [OPTIONS] PATTERN [FILE]: no line matches ("! grep" would not end a test)
lacks() {
	if grep "$@"; then
		return 1
	fi
}

@test "steps by hand: a chroot with its mounts, taken off by oci-umount" {
	for words in env "$NOSYS $old" "$NOSYS ${old//,/=EPERM,}=EPERM"; do
		# shellcheck disable=SC2086 # words
		on_host '"$@" "$OCIBOX" oci-rootfs -c -r rootfs oci-mount -r rootfs -t proc proc oci-pivot -c rootfs /bin/sh -c "
				cut -d\" \" -f5 /proc/self/mountinfo; pwd; ls"
			mounts | grep -c "$PWD/rootfs"
			"$@" "$OCIBOX" oci-umount rootfs /bin/true
			same' $words
		[ "$(head -n 4 <<<"$output" | tr '\n' ' ')" = "/ /proc / bin " ]
		[ "${lines[-1]}" = 2 ]
	done
}

@test "a container sees its root and mounts; delete leaves none, and the host's are as they were" {
	program /bin/sh -c 'cut -d" " -f5 /proc/self/mountinfo; ls /; touch /no; touch /tmp/yes'
	config '.mounts += [{destination: "/tmp", type: "tmpfs", source: "tmpfs"}]'
	for words in env "$NOSYS $old"; do
		# shellcheck disable=SC2086 # words
		on_host '"$@" "$OCIBOX" run "$ID" 2>&1
			same
			"$@" "$OCIBOX" create "$ID" </dev/null >/dev/null 2>&1
			mounts | grep -q "$BUNDLE/rootfs/dev/shm "
			"$OCIBOX" delete --force "$ID"
			same
			[ ! -e "$OCIBOX_ROOT/$ID" ]' $words
		[ "$(head -n 3 <<<"$output" | tr '\n' ' ')" = "/ /proc /dev " ]
		[[ $output == *"/no: Read-only file system"* ]]
		lacks /tmp/yes <<<"$output"
		[ -z "$(find rootfs/proc rootfs/dev rootfs/tmp -mindepth 1)" ]
	done
}

@test "an overlay's mounts go too" {
	requires overlay
	program /bin/touch /made
	config '.root.readonly = false | .annotations["org.ocibox.overlay"] = $w' --arg w tmpfs
	for words in env "$NOSYS $old"; do
		for where in tmpfs keep; do
			config '.annotations["org.ocibox.overlay"] = $w' --arg w $where
			# shellcheck disable=SC2086 # words
			on_host '"$@" "$OCIBOX" create "$ID" </dev/null >/dev/null 2>&1
				mounts | grep -q "$BUNDLE/rootfs .* - overlay"
				"$OCIBOX" start "$ID"
				"$OCIBOX" delete --force "$ID"
				same' $words
		done
	done
	[ -e keep/upper/made ] && [ ! -e rootfs/made ]
}

@test "what is mounted in a tree bound from the host stays mounted there" {
	mkdir -p host/one
	config '.mounts += [{destination: "/host", type: "bind", source: "host", options: ["rbind"]},
		{destination: "/also", type: "bind", source: "host", options: ["rbind", "rshared"]}]'
	program /bin/sh -c 'ls /host/one /also/one'
	for words in env "$NOSYS $old"; do
		# shellcheck disable=SC2086 # words
		on_host 'mount -t tmpfs host host; mkdir host/one; mount -t tmpfs one host/one; touch host/one/there; mounts >before
			mount --make-shared host; mounts >before
			"$@" "$OCIBOX" run "$ID" 2>&1
			same
			[ -e host/one/there ]
			# and by who knows nothing of it
			"$OCIBOX" create "$ID" </dev/null >/dev/null 2>&1
			umount "$BUNDLE/rootfs/also/one" "$BUNDLE/rootfs/also"
			umount -l "$BUNDLE/rootfs"
			[ -e host/one/there ] || ! mounts | grep -q "host/one "
			"$OCIBOX" delete --force "$ID"' $words
		[ "$(grep -c there <<<"$output")" = 2 ]
	done
}

@test "mounts of others at the root's place are left alone" {
	# the id of the mount on it, and then another's with no record of ours
	on_host 'mount -t tmpfs image rootfs; mkdir rootfs/sub
		"$OCIBOX" create "$ID" </dev/null >/dev/null 2>&1 || true
		mounts | grep -c "$BUNDLE/rootfs "'
	on_host 'cp -r rootfs image; mount --bind image rootfs; mounts >before
		"$OCIBOX" create "$ID" </dev/null >/dev/null 2>&1
		"$OCIBOX" delete --force "$ID"
		same
		# ours was unmounted by hand, and something else is there now
		"$OCIBOX" create "$ID" </dev/null >/dev/null 2>&1
		umount -l rootfs; umount rootfs
		mount -t tmpfs other rootfs; touch rootfs/other; mounts >before
		"$OCIBOX" delete --force "$ID"
		same
		# nothing is mounted there, and then there is no such directory
		"$OCIBOX" create --no-pivot "$ID" </dev/null >/dev/null 2>&1 && exit 1
		umount rootfs; mounts >before
		"$OCIBOX" create "$ID" </dev/null >/dev/null 2>&1
		umount -l rootfs; mv rootfs gone; ln -s /proc rootfs
		"$OCIBOX" delete --force "$ID"
		rm rootfs; mv gone rootfs
		same'
}

@test "two containers cannot have one directory: the end of one would be the other's" {
	on_host '"$OCIBOX" create "$ID" </dev/null >/dev/null 2>&1
		mounts >created
		"$OCIBOX" create "$ID-2" </dev/null 2>&1 >/dev/null && exit 1
		mounts | diff created -
		[ ! -e "$OCIBOX_ROOT/$ID-2" ]
		"$OCIBOX" delete --force "$ID"
		same'
	[ "$output" = "oci-rootfs: $BUNDLE/rootfs: is the root of container $ID, which has no mount namespace either" ]
}

@test "what cannot be had without a mount namespace is refused" {
	while IFS='|' read -r filter message; do
		cp config.json was
		config "$filter"
		run -111 --separate-stderr ocibox create "$ID" 3>&-
		# shellcheck disable=SC2053 # a pattern
		[[ $stderr == $message ]]
		mv was config.json
	done <<-'END'
	.linux.maskedPaths = ["/proc/kcore"]|oci-claim: config.json:*: linux.maskedPaths: needs a mount namespace in linux.namespaces
	.linux.readonlyPaths = ["/proc/sys"]|oci-claim: config.json:*: linux.readonlyPaths: needs a mount namespace in linux.namespaces
	END
	config '.root.path = "/"'
	on_host '"$OCIBOX" create "$ID" </dev/null 2>&1 && exit 1; same'
	[ "$output" = "oci-rootfs: /: the host's own root, in the host's mount namespace: every mount would be the host's" ]
}

@test "a step that fails: nothing is left mounted" {
	config '.mounts += [{destination: "/x", type: "none-such", source: "x"}]'
	on_host '"$OCIBOX" run "$ID" </dev/null 2>&1 && exit 1; same; [ ! -e "$OCIBOX_ROOT/$ID" ]'
	[[ $output == "oci-mount: mount none-such on /x: "* ]]
}

@test "killed at any moment: nothing is left mounted" {
	# the chain's process, its guard and the container's first process, later and later
	cat >"$BATS_TEST_TMPDIR/kill.sh" <<-'END'
	child() { cat /proc/$1/task/$1/children 2>/dev/null | cut -d' ' -f1; }
	for turn in $(seq "$TURNS"); do
		(exec 9>&-; exec "$@" "$OCIBOX" create "$ID" </dev/null >/dev/null 2>&1) &
		pid=$!
		n=0
		while [ $n -lt $((turn * STRIDE)) ]; do n=$((n + 1)); done
		who=$pid
		case $((turn % 3)) in
		1) who=$(child $pid) ;;
		2) who=$(child "$(child $pid)") ;;
		esac
		[ -z "$who" ] || kill -9 "$who" 2>/dev/null || true
		wait $pid || true
		"$OCIBOX" delete --force "$ID" || { echo "turn $turn: delete"; exit 1; }
		[ ! -e "$OCIBOX_ROOT/$ID" ] || { echo "turn $turn: entry"; exit 1; }
		same || { echo "turn $turn"; exit 1; }
	done
	END
	for words in env "$NOSYS $old"; do
		# shellcheck disable=SC2086 # words
		TURNS=$(turns 30) STRIDE=400 on_host ". '$BATS_TEST_TMPDIR/kill.sh'" $words
	done
}

@test "a mount that a killed process left where old kernels make them is taken off" {
	on_host '"$OCIBOX" create "$ID" </dev/null >/dev/null 2>&1
		mount --bind /proc/fs /proc/fs; mount -t tmpfs left /proc/fs
		mount --bind /proc/version /proc/version; mount --bind /proc/uptime /proc/uptime; mount --bind /proc/version /proc/uptime
		"$@" "$OCIBOX" delete --force "$ID"
		same' "$NOSYS" $old
}

@test "what a chroot protects from, and what not: only without CAP_SYS_CHROOT there is no way out" {
	cp "$REPO/build/escape" rootfs/bin/ || { make -s -C "$REPO" build/escape && cp "$REPO/build/escape" rootfs/bin/; }
	touch marker-of-the-host
	config '.root.readonly = false | .process.capabilities[] = []'
	program /bin/escape chroot
	on_host '"$OCIBOX" run "$ID" 2>&1 || true; same'
	[[ $output == *"chroot: Operation not permitted"* ]]
	config '.process.capabilities[] = ["CAP_SYS_CHROOT"]'
	on_host '"$OCIBOX" run "$ID" 2>&1; same'
	# the host's root, as with every chroot(2): oci-pivot(8) says so
	grep -qx proc <<<"$output"
	lacks -x escape <<<"$output"
}

@test "bad usage, a directory that is no mount, ids that are not there" {
	for words in "" "-z" "-i"; do
		# shellcheck disable=SC2086 # words
		run -110 --separate-stderr ocibox oci-umount $words
		[ "$stderr" = "oci-umount: usage: oci-umount [-i id] [rootfs] [command ...]" ]
	done
	run -115 --separate-stderr aside "$OCIBOX" oci-umount rootfs
	[ "$stderr" = "oci-umount: change the propagation of rootfs: Invalid argument" ]
	run -115 --separate-stderr aside "$OCIBOX" oci-umount none
	[ "$stderr" = "oci-umount: open none: No such file or directory" ]
	run -0 ocibox oci-umount -i "$ID" /bin/echo next
	[ "$output" = next ]
	run -112 --separate-stderr aside "$OCIBOX" oci-rootfs -c -i "$ID" -r rootfs
	[ "$stderr" = "oci-rootfs: $ID: container does not exist" ]
	run -110 ocibox oci-umount -i ..
}

@test "leaves no descriptor" {
	run -0 aside "$OCIBOX" oci-rootfs -c -r rootfs /bin/sh -c 'ls /proc/$$/fd'
	before=$output
	run -0 aside "$OCIBOX" oci-rootfs -c -r rootfs oci-umount rootfs /bin/sh -c 'ls /proc/$$/fd'
	[ "$output" = "$before" ]
}
