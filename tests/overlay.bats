#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# shellcheck disable=SC2016,SC2154 # the dollars are the shell's inside; run sets stderr
# Overlays over bind mounts: oci-mount -O, and the annotations of a container.
load helpers
load runtime

old=open_tree,move_mount,fsopen,fsconfig,fsmount,mount_setattr,openat2

setup() {
	requires unshare overlay "$NOSYS"
	runtime_setup
	# no comma, colon or backslash in a name means anything
	data='da,ta:1\2'
	mkdir -p "$data/dir" other
	echo old >"$data/file"
	echo old >other/file
	echo old >single
	config '.root.readonly = false | .mounts += [
		{destination: "/data", type: "bind", source: $data, options: ["rbind", "nosuid"]},
		{destination: "/other", type: "bind", source: "other", options: ["bind", "ro", "noexec"]},
		{destination: "/data/dir/below", type: "tmpfs", source: "below"},
		{destination: "/single", type: "bind", source: "single", options: ["bind"]}]' --arg data "$data"
	program sh -c 'for f in /data/file /other/file /data/dir/new /data/dir/below/new /single; do echo new 2>&1 >$f || true; done; cat /data/file /other/file /single; cat /proc/self/mountinfo'
	mkdir -p rootfs/data rootfs/other
	touch rootfs/single
}

# annotate KEY VALUE
annotate() {
	config '.annotations[$k] = $v' --arg k "$1" --arg v "$2"
}

# mount_at PATH: type and flags of the uppermost mount at PATH, by the mountinfo in $output. On old kernels an overlay's
# tmpfs is under it.
mount_at() {
	awk -v path="$1" '$5 == path { print $(NF - 2), $6 }' <<<"$output" | tail -n 1 | sed 's/,relatime//'
}

@test "a mount's own annotation: the source stays, what is written is forgotten or kept, flags and order hold" {
	annotate org.ocibox.overlay.mounts/other tmpfs
	for words in env "$NOSYS $old"; do
		for where in tmpfs,size=1m keep; do
			rm -rf keep
			annotate org.ocibox.overlay.mounts/data "$where"
			# shellcheck disable=SC2086 # words
			run -0 $words "$OCIBOX" run "$ID" 3>&-
			[ "$(sed -n 1,4p <<<"$output")" = "sh: can't create /other/file: Read-only file system
new
old
new" ]
			[ "$(mount_at /data)" = "overlay rw,nosuid" ]
			[ "$(mount_at /other)" = "overlay ro,noexec" ]
			[ "$(mount_at /data/dir/below)" = "tmpfs rw" ]
			# with the new calls nothing else is in sight
			[ "$words" != env ] || [ "$(grep -c " /data " <<<"$output")" = 1 ]
			[ "$(cat "$data/file" other/file single)" = "old
old
new" ]
			[ -z "$(find "$data/dir" -mindepth 1 ! -name below)" ]
			case $where in
			*keep) [ "$(cat keep/upper/file)" = new ] && [ -e keep/upper/dir/new ] ;;
			esac
			echo old >single
			rm -rf "$data/dir/below"
		done
	done
}

@test "one annotation for all of them, and none for one" {
	annotate org.ocibox.overlay.mounts tmpfs
	run -0 ocibox run "$ID" 3>&-
	[ "$(mount_at /data) $(mount_at /other)" = "overlay rw,nosuid overlay ro,noexec" ]
	[ "$(mount_at /single)" != "" ]
	[ "$(cat single)" = new ]
	annotate org.ocibox.overlay.mounts/data none
	run -0 ocibox run "$ID" 3>&-
	[[ $(mount_at /data) != *overlay* ]]
	[ "$(mount_at /other)" = "overlay ro,noexec" ]
	[ "$(cat "$data/file")" = new ]
}

@test "with an overlay root, and in the host's mount namespace, nothing of it is left" {
	annotate org.ocibox.overlay.mounts tmpfs
	annotate org.ocibox.overlay tmpfs
	config 'del(.linux.maskedPaths, .linux.readonlyPaths)'
	for words in env "$NOSYS $old"; do
		for filter in . '.linux.namespaces |= map(select(.type != "mount"))'; do
			cp config.json was
			config "$filter"
			# shellcheck disable=SC2086 # words
			run -0 unshare --mount --propagation shared sh -euc 'cut -d" " -f5- /proc/self/mountinfo | sed s/:.*-/-/ >before
				"$@"; cut -d" " -f5- /proc/self/mountinfo | sed s/:.*-/-/ | diff before -' sh $words "$OCIBOX" run "$ID" 3>&-
			[ "$(mount_at /data)" = "overlay rw,nosuid" ]
			[ "$(mount_at /)" = "overlay rw" ]
			mv was config.json
		done
	done
	[ "$(cat "$data/file")" = old ]
}

@test "annotations that cannot be had are errors in their place" {
	while IFS='|' read -r key value status message; do
		cp config.json was
		annotate "org.ocibox.overlay.mounts$key" "$value"
		run "-$status" --separate-stderr ocibox run "$ID" 3>&-
		[ "$(sed -E "s/json:[0-9]+:[0-9]+/json/; s,$PWD/,," <<<"$stderr")" = "$message" ]
		mv was config.json
	done <<-'END'
	/none|tmpfs|111|oci-mount: config.json: annotations["org.ocibox.overlay.mounts/none"]: no mount has the destination "/none"
	/data||111|oci-mount: config.json: annotations["org.ocibox.overlay.mounts/data"]: must be "tmpfs", "none" or a directory
	|keep|111|oci-mount: config.json: annotations["org.ocibox.overlay.mounts"]: a directory is one mount's: org.ocibox.overlay.mountsDESTINATION
	/proc|tmpfs|111|oci-mount: config.json: mounts[0]: only a new bind mount without mapped ids can have an overlay
	/single|tmpfs|111|oci-mount: /single: single is no directory, and cannot have an overlay
	/data|single|115|oci-mount: open the directory single: Not a directory
	END
	[ "$(cat "$data/file" single)" = "old
old" ]
}

@test "a hostile source or directory: no symlink in them leads out" {
	mkdir outside hostile
	touch outside/untouched
	ln -s "$PWD/outside" hostile/upper
	annotate org.ocibox.overlay.mounts/data hostile
	run -115 --separate-stderr ocibox run "$ID" 3>&-
	[ "$stderr" = "oci-mount: open the directory $PWD/hostile/upper: Not a directory" ]
	annotate org.ocibox.overlay.mounts/data tmpfs
	rm -r "$data/dir"
	ln -s "/../../../../../..$PWD/outside" "$data/dir"
	program sh -c 'echo >/data/dir/x; ls /data/dir/'
	run -0 ocibox run "$ID" 3>&-
	[ "$(ls outside)" = untouched ]
}

@test "oci-mount -O" {
	for words in env "$NOSYS $old"; do
		# shellcheck disable=SC2086 # words
		run -0 aside $words "$OCIBOX" oci-rootfs -r rootfs oci-mount -r rootfs -s "$data" -o bind,ro -O tmpfs /data \
			oci-mount -r rootfs -s other -o bind -O keep /other /bin/sh -c 'echo >rootfs/other/new; cat rootfs/data/file; echo 2>&1 >rootfs/data/new; cat /proc/self/mountinfo'
		[ "${lines[0]}" = old ]
		[[ ${lines[1]} == *"Read-only file system"* ]]
		[ "$(mount_at "$PWD/rootfs/data")" = "overlay ro" ]
		[ -e keep/upper/new ] && [ ! -e other/new ]
	done
	run -111 --separate-stderr aside "$OCIBOX" oci-mount -r rootfs -t tmpfs -O tmpfs /data
	[ "$stderr" = "oci-mount: /data: only a new bind mount without mapped ids can have an overlay" ]
	run -110 ocibox oci-mount -b . -O tmpfs
}
