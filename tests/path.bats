#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# shellcheck disable=SC2016,SC2154,SC2164 # text for other shells; run sets these; bats stops at a failing cd
# Paths in a root that wants to get out of it, by all ways of resolving them: openat2, and the walk that stands
# in for it where the call is missing or hidden by a filter. "outside" must never change.
load helpers
load hostile

ways=("" "$NOSYS openat2" "$NOSYS openat2=EPERM")
# what the races run; the third way differs from the second in its first step only
races=("" "$NOSYS openat2")
turns=${OCIBOX_IN_VM:+20} # an emulated processor is slow
turns=${turns:-200}

setup() {
	requires root unshare "$NOSYS" "$EXCHANGE"
	cd "$BATS_TEST_TMPDIR"
	hostile_setup
}

teardown() {
	stop_exchange
}

# race WORDS: ocibox with these $turns times; each time works or ends with the kernel's refusal
race() {
	local way
	for way in "${races[@]}"; do
		for ((turn = 0; turn < turns; turn++)); do
			# shellcheck disable=SC2086
			$way "$OCIBOX" "$@" 2>errors || [ $? = 115 ] || {
				echo "status of $way $*:"
				cat errors
				return 1
			}
		done
	done
}

# Defence: RESOLVE_IN_ROOT in path_open(), and O_NOFOLLOW in walk_all(), which stands in for it.
@test "/dev is a symbolic link out of the root" {
	for way in "${ways[@]}"; do
		for link in "$out" "../../../../../../../../../..$out" "/../..$out/" "./hop"; do
			rm -rf root
			mkdir -p "root$out"
			ln -s "$link" root/dev
			ln -s "..$out" root/hop
			# shellcheck disable=SC2086
			run -0 $way "$OCIBOX" oci-mkdev -t -r root -d b:/dev/disk/sda:8:0
			unchanged
			[ -c "root$out/zero" ]
			[ -f "root$out/console" ]
			[ -b "root$out/disk/sda" ]
		done
	done
}

@test "/dev is a symbolic link to nothing: what it names is made in the root" {
	for way in "${ways[@]}"; do
		rm -rf root
		mkdir root
		ln -s /not/there/yet root/dev
		# shellcheck disable=SC2086
		run -0 $way "$OCIBOX" oci-mkdev -r root
		[ -c root/not/there/yet/null ]
		[ ! -e /not ]
	done
}

@test "/dev is a loop of symbolic links" {
	ln -s loop root/dev
	ln -s dev root/loop
	for way in "${ways[@]}"; do
		# shellcheck disable=SC2086
		run -115 --separate-stderr $way "$OCIBOX" oci-mkdev -r root
		[[ $stderr == "oci-mkdev: make the directory of /dev/null: "*ymbolic\ link* ]]
	done
}

# Defence: RESOLVE_IN_ROOT, and is_magic() in follow() of lib/walk.c.
@test "magic links of a real procfs in the root are refused" {
	mkdir root/proc
	for way in "${ways[@]}"; do
		for magic in self/root self/cwd "$$/root" self/fd/0 self/task/self/cwd; do
			ln -sfn "/proc/$magic$out" root/dev
			# shellcheck disable=SC2086
			run -115 --separate-stderr aside sh -c 'mount -t proc proc root/proc && exec "$@"' - $way "$OCIBOX" oci-mkdev -r root
			unchanged
			# shellcheck disable=SC2086
			run aside sh -c 'mount -t proc proc root/proc && "$@"; cat '"$out/file" - $way "$OCIBOX" oci-maskpaths -r root -p /dev/file
			[ "${lines[-1]}" = precious ]
		done
		# those that are none are not
		ln -sfn /proc/self/../mounts root/mounts
		# shellcheck disable=SC2086
		run -0 aside sh -c 'mount -t proc proc root/proc && exec "$@"' - $way "$OCIBOX" oci-maskpaths -r root -p /proc/self/status -p /mounts
	done
}

# Defence: O_EXCL in node_console(), and the look at what is there.
@test "links in /dev lead out of the root" {
	for way in "${ways[@]}"; do
		rm -rf root
		mkdir -p root/dev
		ln -s "$out/ptmx" root/dev/ptmx
		ln -s "$out/new" root/dev/fd
		ln -s "$out/new" root/dev/stdin
		ln -s "$out/file" root/dev/core
		# shellcheck disable=SC2086
		run -0 $way "$OCIBOX" oci-mkdev -r root
		[ "$(readlink root/dev/ptmx)" = pts/ptmx ]
		unchanged
		for target in file new null dir; do
			ln -sfn "$out/$target" root/dev/console
			# shellcheck disable=SC2086
			run -115 $way "$OCIBOX" oci-mkdev -n -t -r root
			unchanged
			ln -sfn "$out/$target" root/dev/full
			# shellcheck disable=SC2086
			run -115 $way "$OCIBOX" oci-mkdev -r root
			unchanged
			rm root/dev/full
		done
	done
}

# Defence: leave() of lib/walk.c, which does not leave the root; and RESOLVE_IN_ROOT.
@test "devices with .. in their path" {
	for way in "${ways[@]}"; do
		rm -rf root
		mkdir -p root/dir
		ln -s "$out/dir" root/dir/link
		# shellcheck disable=SC2086
		run -0 $way "$OCIBOX" oci-mkdev -n -r root -d "p:/../../../../../../../../../..$out/one" -d p:/../outside/two -d p:/dir/../../outside/three \
			-d p:/dir/link/../four
		unchanged
		[ -p "root$out/one" ]
		[ -p root/outside/two ]
		[ -p root/outside/three ]
		[ -p "root$out/four" ]
		# shellcheck disable=SC2086
		run -115 --separate-stderr $way "$OCIBOX" oci-mkdev -n -r root -d p:/dir/..
		[ "$stderr" = "oci-mkdev: make the directory of /dir/..: Invalid argument" ]
		# shellcheck disable=SC2086
		run -115 --separate-stderr $way "$OCIBOX" oci-mkdev -n -r root -d "p:/$(printf '%0300d' 0)/x"
		[[ $stderr == *" too long" ]]
	done
}

# Defence: RESOLVE_IN_ROOT in path_open(), and O_NOFOLLOW in walk_all(), which stands in for it.
@test "masks and read-only paths behind symbolic links" {
	mkdir -p "root$out/dir"
	echo inside >"root$out/file"
	ln -s "$out" root/abs
	ln -s "../../../../../../../../../..$out/file" root/rel
	ln -s /nowhere root/dangling
	for way in "${ways[@]}"; do
		# shellcheck disable=SC2086
		run -0 aside $way "$OCIBOX" oci-maskpaths -r root -p /abs/dir -p /rel -p /dangling -p /abs/../../../../../../../file \
			oci-ropaths -r root -p /abs /bin/sh -c 'cat "$0/file" "root$0/file"; touch "$0/dir/x" && rm "$0/dir/x"; grep " $0" /proc/self/mountinfo; true' "$out"
		[ "$output" = precious ]
	done
	unchanged
}

# Defence: O_NOFOLLOW in walk_all().
@test "race: /dev is exchanged with a symbolic link to the outside" {
	mkdir -p root/dev "root$out"
	ln -s "$out" root/swap
	exchange root/dev root/swap
	race oci-mkdev -t -r root -d c:/dev/sub/x:1:3
	unchanged
}

# Defence: O_NOFOLLOW in walk_all().
@test "race: the parent of /dev is exchanged with one" {
	mkdir -p root/a/dev root/b
	mkdir -p "root$out"
	ln -s a/dev root/dev
	ln -s "$out" root/swap
	exchange root/a root/swap
	race oci-mkdev -r root
	unchanged
}

# Defence: in node_make(), O_NOFOLLOW, and that mode and owner go to the descriptor that was looked at.
@test "race: a node is exchanged with a symbolic link to the host's" {
	mkdir -p root/dev
	mknod -m 600 root/dev/null c 1 3
	ln -s "$out/null" root/swap
	exchange root/dev/null root/swap
	races+=("$NOSYS fchmodat2")
	# each step has a mode and an owner to change
	one=(oci-mkdev -n -r root -d c:/dev/null:1:3:0666:1:2)
	two=(oci-mkdev -n -r root -d c:/dev/null:1:3:0640:0:0)
	race "${one[@]}" "${two[@]}" "${one[@]}" "${two[@]}"
	unchanged
}

# Defence: O_EXCL in node_console().
@test "race: the console is exchanged with a symbolic link" {
	mkdir -p root/dev
	: >root/dev/console
	ln -s "$out/new" root/swap
	exchange root/dev/console root/swap
	race oci-mkdev -n -t -r root
	unchanged
}

# Defence: leave() of lib/walk.c goes where the walk came from, and never asks the kernel for "..".
@test "race: a directory leaves the root while .. of it is resolved" {
	mkdir -p root/x/y outside/y
	mkdir root/x/y/z outside/y/z
	before=$(ls outside)
	exchange root/x/y outside/y
	race oci-mkdev -n -r root -d p:/x/y/../made -d p:/x/y/z/../../../made -d p:/x/y/z/../../dir/made
	[ "$(ls outside)" = "$before" ]
	[ -p root/x/made ]
	[ -p root/made ]
	[ -p root/x/dir/made ]
}

# Defence: O_NOFOLLOW in walk_all().
@test "race: masked and read-only paths are exchanged with symbolic links to the outside" {
	mkdir -p root/m/dir "root$out/dir"
	echo inside >root/m/file
	echo inside >"root$out/file"
	ln -s "$out" root/swap
	exchange root/m root/swap
	for way in "${races[@]}" "$NOSYS openat2,open_tree,move_mount,fsopen,mount_setattr"; do
		# mounts pile up, so a new namespace after some
		for ((turn = 0; turn < turns; turn += 20)); do
			# shellcheck disable=SC2086
			run -0 aside sh -c '
				turn=0
				while [ $((turn += 1)) -le 20 ]; do
					"$@" oci-maskpaths -r root -p /m/file -p /m/dir oci-ropaths -r root -p /m 2>errors || [ $? = 115 ] || exit 1
				done
				cat "$0/file" && touch "$0/dir/x" && rm "$0/dir/x" && ! grep " $0" /proc/self/mountinfo' "$out" $way "$OCIBOX" </dev/null
			[ "$output" = precious ]
		done
	done
}
