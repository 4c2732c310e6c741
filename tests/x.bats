#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# shellcheck disable=SC2016,SC2154,SC2164 # text for other shells; run sets these; bats stops at a failing cd
# An image that was made to break out, and another container that changes a shared volume while mounts are made in it,
# by the new mount calls and by mount(2). What is outside the root, and the mounts there, must never change, and a mask
# that is not where it should be must be an error. Each test names the line of defence that it fails without.
load helpers

setup() {
	requires root "$NOSYS" "$EXCHANGE" "$TRIES"
	cd "$BATS_TEST_TMPDIR"
	mkdir -p outside/dir root/vol volume source
	out=$PWD/outside
	echo precious >outside/file
	echo text >source/file
	mknod -m 600 outside/null c 1 3
	before=$(snapshot)
	racer=
	turns=${OCIBOX_IN_VM:+10} # an emulated processor is slow
	turns=${turns:-100}
}

teardown() {
	stop_exchange
}

# snapshot: all that can be seen of outside
snapshot() {
	find outside -printf '%p %y %m %U:%G %i %s %l\n' | sort
	cat outside/file
}

unchanged() {
	[ "$(snapshot)" = "$before" ]
}

# exchange A B: exchange them until stop_exchange; goes on once they are seen to change
exchange() {
	local first
	first=$(stat -c %i "$1")
	"$EXCHANGE" "$1" "$2" 3>&- 4>&- &
	racer=$!
	until [ "$(stat -c %i "$1")" != "$first" ]; do :; done
}

stop_exchange() {
	[ "$racer" ] || return 0
	kill "$racer"
	wait "$racer" || true
	racer=
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

# Defence: RESOLVE_IN_ROOT in path_open(), and the return to the root in follow() of lib/walk.c.
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
		run -0 "$TRIES" -f "$out" "$turns" $way "$OCIBOX" "$@"
		echo "$way: $output" >&3
		unchanged
		[ "${output##*, }" != "0 mounts" ]
	done
	stop_exchange
}

# Defence: that a mount point is opened once and mounts go to the descriptor: MOVE_MOUNT_T_EMPTY_PATH in mnt_attach(), and
# MS_MOVE to fd_path() in old_staged(). With the path resolved again for the mount, they land outside.
@test "race: a mount point, or a directory on the way to it, is exchanged with a symlink" {
	ln -s "$out/file" source/link
	mkdir -p source/new source/dir
	words=(oci-mount -r root -s source/file -o bind vol/here/file oci-mount -r root -s source/link -o bind,copy-symlink vol/here/link)
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

@test "race: the mount point of cgroups is exchanged with a symlink" {
	race oci-mount -r root -t cgroup vol/here oci-mount -r root -t cgroup vol/here/new
}
