# shellcheck shell=bash
# SPDX-License-Identifier: MIT
# What the tests of packaging share.

# shellcheck source=../helpers.bash
source "$(dirname "${BASH_SOURCE[0]}")/../helpers.bash"
unset MAKEFLAGS MFLAGS MAKELEVEL B DEPS CC CPPFLAGS CFLAGS LDFLAGS

# source_tree DIR: what a release has, as it stands here, and neither build nor repository
source_tree() {
	mkdir -p "$1"
	(cd "$REPO" && tar -cf - --exclude=./build --exclude=./.git .) | tar -xf - -C "$1"
}

# machine_up: a copy of this machine, which has its own mounts, processes and network, and whose changes are in
# /mnt/upper there. It ends with who started it, and leaves nothing.
machine_up() {
	requires root overlay unshare nsenter setpriv
	local ready=$BATS_FILE_TMPDIR/ready
	mkfifo "$ready"
	# shellcheck disable=SC2016 # for the other shell
	setpriv --pdeathsig KILL unshare --mount --pid --net --fork --kill-child --propagation private sh -euc '
		exec 8>"$1"
		mount -t tmpfs tmpfs /mnt
		cd /mnt
		mkdir upper work root
		mount -t overlay -o lowerdir=/,upperdir=upper,workdir=work overlay root
		for dir in dev sys; do mount --rbind "/$dir" "root/$dir"; done
		mount -t proc proc root/proc
		for dir in run tmp mnt var/tmp; do mount -t tmpfs -o mode=1777 tmpfs "root/$dir"; done
		mkdir root/mnt/upper
		mount --bind upper root/mnt/upper
		cd root
		pivot_root . .
		umount -l .
		ip link set lo up
		exec 8>&-
		exec sleep infinity
	' sh "$ready" </dev/null >"$BATS_FILE_TMPDIR/machine" 2>&1 3>&- 4>&- &
	HOLDER=$!
	timeout 10 cat "$ready"
	MACHINE=$(cat "/proc/$HOLDER/task/$HOLDER/children")
	MACHINE=${MACHINE% }
	[ "$MACHINE" ] || { cat "$BATS_FILE_TMPDIR/machine"; return 1; }
	export HOLDER MACHINE
}

# machine_down: it ends, with whatever runs there
machine_down() {
	[ "${MACHINE:-}" ] || return 0
	kill -9 "$MACHINE"
	wait "$HOLDER" 2>/dev/null || true
}

# inside WORDS: run in the machine, which has an ocibox of its own
inside() {
	env -u OCIBOX nsenter -t "$MACHINE" -m -n -p -- "$@" 3>&- 4>&-
}
