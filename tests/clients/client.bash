# shellcheck shell=bash
# SPDX-License-Identifier: MIT
# What the tests of clients share: a machine of their own to run in, so that a client that is started privately
# meets nothing of this one's and leaves nothing on it. It has its own mounts, network and processes; /run, /dev/shm
# and $STORE are empty there, and what is written to /etc, /opt, /var/lib and /var/cache is gone with it. A case can be
# run with another runtime, to know that a failure is ours: CLIENT_RUNTIME says which.

# shellcheck source=../helpers.bash
source "$(dirname "${BASH_SOURCE[0]}")/../helpers.bash"
CLIENT_RUNTIME=${CLIENT_RUNTIME:-$OCIBOX}
ORDINARY=1234

# CLIENTS_OVER=DIR puts the programs and libraries of DIR, the usr of another release, before those of this machine's.
export PODMAN_IGNORE_CGROUPSV1_WARNING=1

# machine_up: start it; $MACHINE is its first process, $STORE its place for files.
machine_up() {
	local ready=$BATS_FILE_TMPDIR/ready
	STORE=$BATS_FILE_TMPDIR/store
	mkdir "$STORE"
	mkfifo "$ready"
	chmod 755 "$BATS_RUN_TMPDIR" "$BATS_FILE_TMPDIR"
	# shellcheck disable=SC2016 # for the other shell
	setpriv --pdeathsig KILL unshare --mount --net --pid --fork --kill-child --mount-proc --propagation private sh -euc '
		ready=$1 store=$2 user=$3 over=$4
		[ -z "$over" ] || mount -t overlay -o "lowerdir=$over:/usr" overlay /usr
		for dir in /run /dev/shm /var/tmp "$store"; do mount -t tmpfs -o mode=1777 tmpfs "$dir"; done
		for dir in /etc /opt /var/lib /var/cache; do
			mkdir -p "$store/upper$dir" "$store/work$dir"
			mount -t overlay -o "lowerdir=$dir,upperdir=$store/upper$dir,workdir=$store/work$dir" overlay "$dir"
		done
		mkdir -p /run/lock /run/"$user" "$store/home" "$store/scratch"
		chown "$user:$user" /run/"$user"
		install -d -o "$user" -g "$user" "$store/user"
		# an ordinary user who is only here
		echo "ordinary:x:$user:$user::$store/user:/bin/sh" >>/etc/passwd
		echo "ordinary:x:$user:" >>/etc/group
		for file in subuid subgid; do
			printf "ordinary:200000:65536\ncontainers:300000:1048576\n" >/etc/$file
		done
		# as a distribution leaves them: everybody may open them
		mkdir "$store/dev"
		mknod -m 666 "$store/dev/tun" c 10 200
		mknod -m 666 "$store/dev/fuse" c 10 229
		mount --bind "$store/dev/tun" /dev/net/tun
		mount --bind "$store/dev/fuse" /dev/fuse
		mount --make-rshared /
		ip link set lo up
		echo >"$ready"
		exec catatonit -P
	' sh "$ready" "$STORE" "$ORDINARY" "${CLIENTS_OVER:-}" </dev/null >"$BATS_FILE_TMPDIR/machine" 2>&1 3>&- 4>&- &
	UNSHARE=$!
	timeout 10 cat "$ready" >/dev/null || { cat "$BATS_FILE_TMPDIR/machine"; return 1; }
	MACHINE=$(cat "/proc/$UNSHARE/task/$UNSHARE/children")
	MACHINE=${MACHINE% }
	[ -e /oom ] || OOM=/oom
	export MACHINE UNSHARE STORE OOM
}

# machine_down: end it, with whatever runs there.
machine_down() {
	[ "${UNSHARE:-}" ] || return 0
	local dir
	# what is frozen could not die
	for dir in $(inside sh -c 'cat /proc/[0-9]*/cgroup' | sed -n 's/^[0-9]*:freezer://p' | sort -u); do
		[ "$dir" = / ] || echo THAWED >"/sys/fs/cgroup/freezer$dir/freezer.state" || true
	done
	kill -9 "$MACHINE"
	wait "$UNSHARE" 2>/dev/null || true
	# conmon's word, where it stands
	[ ! "${OOM:-}" ] || rm -f "$OOM"
}

# inside WORDS: run in the machine, as root, with a home there.
inside() {
	HOME=$STORE/home nsenter -t "$MACHINE" -m -n -p -- "$@" 3>&- 4>&-
}

# ordinary WORDS: run in the machine as an ordinary user.
ordinary() {
	inside setpriv --reuid "$ORDINARY" --regid "$ORDINARY" --clear-groups \
		env -u OCIBOX_ROOT HOME="$STORE/user" USER=ordinary XDG_RUNTIME_DIR="/run/$ORDINARY" "$@"
}

# criu_up: $OCIBOX_CRIU, if there is one that works here, in $STORE/bin, where clients and runc are to look for it
criu_up() {
	OCIBOX_CRIU=$(sh "$REPO/tests/criu" 2>/dev/null) || true
	export OCIBOX_CRIU
	inside mkdir "$STORE/bin"
	[ ! "$OCIBOX_CRIU" ] || inside install -m 755 /dev/stdin "$STORE/bin/criu" <<-EOT
		#!/bin/sh
		exec "$OCIBOX_CRIU" "\$@"
	EOT
}

# box_rootfs DIR: what the image holds: busybox, a user, and programs that the kernel cannot execute
box_rootfs() {
	make_rootfs "$1"
	"$1/bin/busybox" --list | while read -r applet; do
		[ -e "$1/bin/$applet" ] || ln -s busybox "$1/bin/$applet"
	done
	chmod 1777 "$1/tmp"
	printf '#!/no/such\n' >"$1/bin/script"
	printf '\177ELF, but not more' >"$1/bin/junk"
	chmod 755 "$1/bin/script" "$1/bin/junk"
	printf 'user:x:1000:1000::/:/bin/sh\n' >>"$1/etc/passwd"
	printf 'user:x:1000:\nextra:x:2000:user\n' >>"$1/etc/group"
}

# processes: what runs in the machine beside its first process, a line each; what has ended and is not waited for has none
processes() {
	# shellcheck disable=SC2016 # for the other shell
	inside sh -c 'for p in /proc/[0-9]*; do [ "$p" = /proc/1 ] || [ "$p" = /proc/$$ ] || { tr "\0" " " <$p/cmdline && echo; }; done' | sed '/^$/d'
}

# ours: whether the runtime under test is ocibox
ours() {
	[ "$CLIENT_RUNTIME" = "$OCIBOX" ]
}

# differs: skip this case with another runtime where it is known to differ: tests/clients/differences has
# FILE: NAME: REASON, the name as far as the first colon
differs() {
	local reason
	! ours || return 0
	reason=$(sed -n "s|^$(basename "$BATS_TEST_FILENAME" .bats): ${BATS_TEST_DESCRIPTION%%:*}: ||p" "$REPO/tests/clients/differences")
	[ -z "$reason" ] || skip "$reason"
}
