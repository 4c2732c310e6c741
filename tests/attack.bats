#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# shellcheck disable=SC2016,SC2154,SC2164 # text for other shells; run sets these; bats stops at a failing cd
# An image that was made to break out, and another container that changes a shared volume while mounts are made in it,
# by the new mount calls and by mount(2). What is outside the root, and the mounts there, must never change, and a mask
# that is not where it should be must be an error. Each test names the line of defence that it fails without.
load helpers
load runtime
load hostile

setup() {
	requires root "$NOSYS" "$EXCHANGE" "$TRIES"
	cd "$BATS_TEST_TMPDIR"
	hostile_setup
	mkdir root/vol volume source
	echo text >source/file
	turns=${OCIBOX_IN_VM:+5} # an emulated processor is slow
	turns=${turns:-100}
}

teardown() {
	stop_exchange
	runtime_teardown
}

# lacks [OPTIONS] PATTERN: no line of stdin matches ("! grep" would not end a test)
lacks() {
	if grep "$@"; then
		return 1
	fi
}

# both: of the tries some worked and some were refused; not many are made where the processor is emulated
both() {
	[ "${OCIBOX_IN_VM:-}" ] || [[ $output =~ ^[1-9][0-9]*\ worked,\ [1-9][0-9]*\ refused ]]
}

ways=("" "$NOSYS open_tree,move_mount,fsopen,fsconfig,fsmount,mount_setattr,openat2,fchmodat2")

# kinds: the options of oci-mount for every kind of mount, and the name it is usually at
kinds='-t proc proc
-t sysfs sys
-t tmpfs dev
-t devpts -o newinstance dev/pts
-t tmpfs -o mode=1777 dev/shm
-t mqueue dev/mqueue
-t cgroup sys/fs/cgroup
-s source -o bind,ro dir
-s source -o rbind,rro,nosuid dir/below
-s source/file -o bind file'

# Defence: RESOLVE_IN_ROOT in path_open(), and O_NOFOLLOW in walk_all(), which stands in for it.
@test "hostile symlinks at every place a mount goes to, absolute, relative and through a volume" {
	ln -s "../../../../../../../../../../../..$out" volume/up
	links=("$out/dir" "../../../../../../../../../../..$out" /vol/up/new)
	[ "${OCIBOX_IN_VM:-}" ] || links+=("$out" /vol/up "vol/../../..$out")
	worked=0
	for way in "${ways[@]}"; do
		for link in "${links[@]}"; do
			while read -r -a words; do
				place=${words[-1]}
				for at in "${place%%/*}" "$place"; do
					rm -rf root
					mkdir -p "root/vol" "root/$at"
					rmdir "root/$at"
					ln -s "$link" "root/$at"
					# shellcheck disable=SC2086
					run -0 "$TRIES" -f "$out" 1 $way "$OCIBOX" oci-mount -r root -s volume -o bind vol oci-mount -r root "${words[@]}"
					unchanged || { echo "$way $link $at ${words[*]}"; return 1; }
					case $output in "1 worked"*) worked=$((worked + 1)) ;; esac
					[ "$at" != "$place" ] || break
				done
			done <<<"$kinds"
		done
	done
	[ $worked -gt 20 ]
}

# race WORDS: a chain of ocibox by all ways, $turns times each, while the directory root/vol/here, which WORDS name, and a
# symbolic link out of the root are exchanged: no mount there, and some made
race() {
	local way
	mkdir -p root/vol/here "root$out"
	ln -s "$out" root/vol/link
	exchange root/vol/here root/vol/link
	for way in "${ways[@]}"; do
		# shellcheck disable=SC2086
		run "$TRIES" -f "$out" "$turns" $way "$OCIBOX" "$@"
		echo "$way: $output"
		[ "$status" = 0 ]
		unchanged
		[ "${output##*, }" != "0 mounts" ]
	done
	stop_exchange
}

# Defence: both of the above; and that the descriptor that request_target() has looked at is the one that is mounted on. With
# the path opened once more at its end, mounts land outside.
@test "race: a mount point, or a directory on the way to it, is exchanged with a symlink" {
	ln -s "$out/file" source/link
	mkdir -p source/new source/dir
	words=(oci-mount -r root -s source/file -o bind vol/here/file oci-mount -r root -s source/link -o "bind,copy-symlink" vol/here/link)
	for options in "-t tmpfs" "-s source -o rbind,rnosuid"; do
		for place in vol/here/new vol/here/../here/dir vol/here/new vol/here/dir/new vol/here; do
			# shellcheck disable=SC2206 # words
			words+=(oci-mount -r root $options $place)
		done
	done
	for options in "-t devpts -o newinstance" "-t mqueue" "-s source -o bind,ro" "-s source -o rbind,rro,nosuid" "-s source/dir -o bind" "-t tmpfs"; do
		# shellcheck disable=SC2206 # words
		words+=(oci-mount -r root $options vol/here)
	done
	race "${words[@]}"
}

# Defence: the same.
@test "race: the mount point of cgroups is exchanged with a symlink" {
	race oci-mount -r root -t cgroup vol/here oci-mount -r root -t cgroup vol/here/new
}

# Defence: O_NOFOLLOW in real_directory().
@test "race: proc and sysfs never go where a symlink leads, in the root either" {
	mkdir -p root/vol/here root/elsewhere
	ln -s /elsewhere root/vol/link
	exchange root/vol/here root/vol/link
	for way in "${ways[@]}"; do
		for words in "-t proc" "-t sysfs" "-s /proc -o rbind" "-s /sys -o rbind"; do
			# shellcheck disable=SC2086
			run -0 --separate-stderr "$TRIES" -f "$PWD/root/elsewhere" $((turns * 3)) $way "$OCIBOX" oci-mount -r root $words vol/here
			echo "$way $words: $output"
			both
			lacks -vE "^$| must be mounted on ordinary directory$" <<<"$stderr"
		done
	done
	[ -z "$(ls root/elsewhere)" ]
}

# CVE-2025-52881: what is written to files of procfs must reach them, so nothing may be mounted over them.
# Defence: in_proc(), asked in check_target() of the descriptor that is mounted on.
@test "race: a mount point is exchanged with a symlink into /proc" {
	mkdir root/proc
	for target in /proc/sys/net /proc/fs ../proc/self/attr /proc; do
		rm -rf root/vol
		mkdir -p root/vol/here
		ln -s $target root/vol/link
		exchange root/vol/here root/vol/link
		for way in "${ways[@]}"; do
			# shellcheck disable=SC2086
			run -0 --separate-stderr "$TRIES" -f "$PWD/root/proc/sys" -f "$PWD/root/proc/fs" -f "$PWD/root/proc/self" $((turns * 3)) $way "$OCIBOX" \
				oci-mount -r root -t proc proc oci-mount -r root -t tmpfs vol/here oci-mount -r root -s source -o bind vol/here
			echo "$way $target: $output"
			lacks -Ev "^$|nothing can be mounted inside /proc|only proc can be mounted there|make the mount point" <<<"$stderr"
			both
		done
		stop_exchange
	done
}

# CVE-2025-31133: what masks a file must be the null device, and not what is at /dev/null a moment later.
# Defence: in null_open() of oci-maskpaths, that type and number of what was opened are looked at.
@test "race: /dev/null is exchanged with something else while paths are masked" {
	echo secret >root/file
	mkdir dev
	for swap in "ln -s $out/file" "cp $out/file" "mknod -m 666 1/5" "ln -s real"; do
		rm -rf dev/*
		mknod -m 666 dev/null c 1 3
		mknod -m 666 dev/real c 1 5
		case $swap in
		mknod*) mknod -m 666 dev/swap c 1 5 ;;
		*) $swap dev/swap ;;
		esac
		exchange dev/null dev/swap
		for way in "${ways[@]}"; do
			# shellcheck disable=SC2086
			run -0 --separate-stderr "$TRIES" -f "$out" -n "$PWD/root/file" $((turns * 3)) $way "$OCIBOX" \
				oci-mount -r / -s dev -o bind /dev oci-maskpaths -r root -p /file
			echo "$way $swap: $output"
			both
			lacks -vE "^$|^oci-maskpaths: /dev/null: not the null device$" <<<"$stderr"
		done
		stop_exchange
	done
	unchanged
}

# CVE-2025-52565: the terminal must not be mounted where a false console leads.
# Defence: O_NOFOLLOW in pty_bind_console().
@test "race: /dev/console is exchanged with a symlink while a terminal is mounted on it" {
	mkdir -p dev/pts
	: >dev/console
	ln -s "$out/file" dev/swap
	exchange dev/console dev/swap
	for way in "${ways[@]}"; do
		# shellcheck disable=SC1083,SC2086 # braces are words
		run -0 --separate-stderr "$TRIES" -f "$out" $((turns * 3)) $way "$OCIBOX" oci-mount -r / -s dev -o bind /dev \
			oci-mount -r / -t devpts -o newinstance,ptmxmode=0666,mode=0620 /dev/pts oci-ns { oci-console oci-reap } oci-pty -c /bin/true </dev/null
		echo "$way: $output"
		both
		lacks -vE "^$|^oci-pty: /dev/console: not a place for a terminal$" <<<"$stderr"
	done
	unchanged
}

# Defence: verify() of oci-maskpaths. The program is stopped between the opening of the path and the mount, at the
# call that is named.
@test "a mask that has gone elsewhere is an error" {
	requires strace
	while IFS=';' read -r stop paths way; do
		rm -rf root/vol
		mkdir -p root/vol/here/dir root/vol/there/dir root/dir
		echo secret | tee root/vol/here/file >root/vol/there/file
		# shellcheck disable=SC2086 # words
		unshare --mount --propagation private strace -o calls -e trace="${stop%%:*}" -e inject="${stop%%:*}:signal=STOP:when=${stop#*:}" ${way:+$NOSYS $way} \
			"$OCIBOX" oci-maskpaths -r root $paths </dev/null 2>errors 3>&- &
		masking=$!
		until grep -q 'stopped by SIGSTOP' calls 2>/dev/null || [ ! -d /proc/$masking ]; do :; done
		mv root/vol/here root/vol/was
		mv root/vol/there root/vol/here
		kill -CONT "$(tr -d ' ' </proc/$masking/task/$masking/children)"
		status=0
		wait $masking || status=$?
		[ $status = 115 ] || { echo "$stop $paths $way: $status"; cat calls errors; return 1; }
		[[ $(cat errors) == "oci-maskpaths: /vol/here/"*": not masked: something else is there by now" ]]
		rm calls
	done <<-END
		open_tree:1;-p /vol/here/file;
		fsopen:1;-p /vol/here/dir;
		open_tree:1;-p /dir -p /vol/here/dir;
		mount:1;-p /vol/here/file;open_tree,move_mount,fsopen,mount_setattr,openat2
		mount:1;-p /vol/here/dir;open_tree,move_mount,fsopen,mount_setattr,openat2
		mount:5;-p /dir -p /vol/here/dir;open_tree,move_mount,fsopen,mount_setattr,openat2
	END
}

# run_hostile: ocibox run by each way; works or is refused; teardown sees what is left; sets $worked to how often it worked
run_hostile() {
	local way
	worked=0
	for way in "${ways[@]}"; do
		# shellcheck disable=SC2086
		run $way "$OCIBOX" run "$ID" </dev/null 3>&-
		echo "$way: $status $output"
		[ "$status" != 0 ] || worked=$((worked + 1))
		[ "$status" = 0 ] || [[ $status == 11? && $output == oci-* ]] || { echo "status $status: $output"; return 1; }
		(cd "$BATS_TEST_TMPDIR" && unchanged)
	done
}

# Defence: for proc and sysfs, O_NOFOLLOW in real_directory(); for the others as above.
@test "images whose /proc, /sys, /dev, /dev/pts and /dev/shm are symlinks" {
	runtime_setup
	program true
	links=("$out")
	[ "${OCIBOX_IN_VM:-}" ] || links+=("../../../../../../../../../../..$out/dir")
	for place in proc sys dev dev/pts dev/shm dev/mqueue; do
		for link in "${links[@]}"; do
			rm -rf "rootfs/${place%%/*}"
			mkdir -p "rootfs/$place"
			rmdir "rootfs/$place"
			ln -s "$link" "rootfs/$place"
			run_hostile
			case $place in
			proc | sys) [[ $worked == 0 && $output == "oci-mount: /$place: "*" must be mounted on ordinary directory" ]] ;;
			*) [ $worked = ${#ways[@]} ] ;;
			esac
		done
		rm -rf "rootfs/${place%%/*}"
		mkdir "rootfs/${place%%/*}"
	done
}

# Defence: is_node() of what is there in node_make().
@test "images with a false /dev/null" {
	runtime_setup
	config '.mounts |= map(select(.destination | startswith("/dev") | not))'
	program true
	for make in "touch" "ln -s $out/null" "ln -s zero" "mkfifo" "mknod -m 666 1:5" "mkdir"; do
		rm -rf rootfs/dev
		mkdir rootfs/dev
		case $make in
		mknod*) mknod -m 666 rootfs/dev/null c 1 5 ;;
		*) $make rootfs/dev/null ;;
		esac
		run_hostile
		[ $worked = 0 ]
		[ "$output" = "oci-mkdev: /dev/null: what is there is no character device 1:3" ]
	done
	rm -r rootfs/dev/null
	run_hostile
	[ $worked = ${#ways[@]} ]
}

# Defence: those of the first test; a mount outside would not be seen here, but a device is.
@test "race: containers are made while a shared volume changes" {
	runtime_setup
	mkdir -p volume/here/{t,b,secret,ro} "rootfs$out/"{t,b,secret,ro}
	ln -s "$out" volume/link
	config '.mounts += [{destination: "/vol", type: "bind", source: "volume", options: ["rbind"]}, {destination: "/vol/here/t", type: "tmpfs"},
		{destination: "/vol/here/b", source: "volume", options: ["bind", "ro"]}] |
		.linux.maskedPaths += ["/vol/here/secret"] | .linux.readonlyPaths += ["/vol/here/ro"] |
		.linux.devices = [{path: "/vol/here/node", type: "c", major: 1, minor: 3}]'
	program true
	exchange volume/here volume/link
	for ((turn = 0; turn < turns / 5; turn++)); do
		run_hostile
	done
	stop_exchange
}
