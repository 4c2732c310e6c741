# shellcheck shell=bash
# SPDX-License-Identifier: MIT
# podman and buildah: started privately, with an image made of busybox.

# shellcheck source=client.bash
source "$(dirname "${BASH_SOURCE[0]}")/client.bash"

# storage_up: their files and the image "box", in the machine
storage_up() {
	inside mkdir -p "$STORE/conf" "$STORE/root" "$STORE/tmp" "$STORE/hooks"
	inside tee "$STORE/conf/containers.conf" >/dev/null <<-EOF
		[containers]
		log_driver = "k8s-file"
		default_ulimits = ["nofile=1024:2048", "nproc=2048:4096"]
		[engine]
		cgroup_manager = "cgroupfs"
		events_logger = "file"
		runtime = "tested"
		runtime_supports_json = ["tested", "ocibox", "runc"]
		runtime_supports_nocgroup = ["tested", "ocibox"]
		hooks_dir = ["$STORE/hooks"]
		[engine.runtimes]
		tested = ["$CLIENT_RUNTIME"]
	EOF
	inside tee "$STORE/conf/storage.conf" >/dev/null <<-EOF
		[storage]
		driver = "overlay"
		graphroot = "$STORE/root"
		runroot = "/run/storage"
	EOF
	inside sh -c 'exec tee "$1" >/dev/null' sh "$STORE/conf/policy.json" <<<'{"default":[{"type":"insecureAcceptAnything"}]}'
	box_rootfs "$BATS_FILE_TMPDIR/box"
	tar -C "$BATS_FILE_TMPDIR/box" -c . | podman import -q -c 'CMD ["/bin/sh"]' - box >/dev/null
}

# storage_down: the machine ends; what podman makes once and keeps goes when nothing is in it
storage_down() {
	machine_down
	find /sys/fs/cgroup/*/libpod_parent /sys/fs/cgroup/*/"ocibox-podman-$BATS_ROOT_PID" -depth -type d -delete 2>/dev/null || true
}

# what a file does around its tests, unless it says otherwise
setup_file() {
	machine_up
	storage_up
}

teardown_file() {
	storage_down
}

setup() {
	differs
}

teardown() {
	storage_clean
}

# podman WORDS
podman() {
	inside env CONTAINERS_CONF="$STORE/conf/containers.conf" CONTAINERS_STORAGE_CONF="$STORE/conf/storage.conf" \
		podman --tmpdir "$STORE/tmp" --network-config-dir "$STORE/net" "$@"
}

# storage_clean: a test's containers end, and leave nothing: no state, process, mount or cgroup
storage_clean() {
	local id left=''
	[ "${MACHINE:-}" ] || return 0
	"${PODMAN:-podman}" pod rm -fa -t 0 >/dev/null
	"${PODMAN:-podman}" rm -fa -t 0 >/dev/null
	"${PODMAN:-podman}" volume prune -f >/dev/null
	# what conmon runs when a container has ended may still do so
	soon idle || true
	left=$(
		inside find /run/ocibox /run/runc "/run/$ORDINARY/ocibox" "/run/$ORDINARY/runc" -mindepth 1 -maxdepth 1 2>/dev/null
		processes | grep -v '^catatonit -P '
		inside grep "$STORE/root/overlay-containers" /proc/self/mountinfo
		for id in $(made); do
			find /sys/fs/cgroup -type d -name "libpod-$id"
		done
	)
	[ -z "$left" ] || { echo "left: $left"; return 1; }
}

# idle: whether nothing runs in the machine
idle() {
	[ -z "$(processes | grep -v '^catatonit -P ')" ]
}

# made: the containers there were, by podman's record of events
made() {
	inside cat "$STORE/tmp/events/events.log" 2>/dev/null | jq -r 'select(.Status == "create" and .Type == "container").ID'
}

# rootless_up: files, the image and a configuration of the ordinary user
rootless_up() {
	# shellcheck disable=SC2016 # for the other shell
	inside sh -euc 'cd "$1"; sed "s|$1/hooks|$1/user/hooks|" conf/containers.conf >user/containers.conf
		sed "s|/run/|/run/$2/|; s|$1/root|$1/user/root|" conf/storage.conf >user/storage.conf' sh "$STORE" "$ORDINARY"
	tar -C "$BATS_FILE_TMPDIR/box" -c . | rootless import -q -c 'CMD ["/bin/sh"]' - box >/dev/null
}

# rootless_env WORDS: run where podman of the ordinary user finds its files
rootless_env() {
	ordinary env -C "$STORE/user" CONTAINERS_CONF="$STORE/user/containers.conf" CONTAINERS_STORAGE_CONF="$STORE/user/storage.conf" "$@"
}

# rootless WORDS: podman of the ordinary user
rootless() {
	rootless_env podman "$@"
}

# box [OPTION... --] WORDS: run the words in a container that is removed, without a network
box() {
	local options words
	split_options "$@"
	[[ ${options[*]} == *--network* ]] || options+=(--network none)
	${PODMAN:-podman} run --rm "${options[@]}" box "${words[@]}"
}

# sleeper NAME [OPTION...]: a container that runs until it is stopped
sleeper() {
	${PODMAN:-podman} run -d --network none --name "$1" "${@:2}" box sleep 1000 >/dev/null
}

# of NAME FIELD...: what inspect says
of() {
	local name=$1 field format=''
	shift
	for field; do
		format+="{{$field}} "
	done
	${PODMAN:-podman} inspect --format "${format% }" "$name"
}

# hear_up: $STORE/hear.py SOCKET WORDS: run the words with NOTIFY_SOCKET, and print what it hears as far as READY=1
hear_up() {
	inside tee "$STORE/hear.py" >/dev/null <<-'EOF'
		import os, socket, subprocess, sys
		path = sys.argv[1]
		s = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
		s.bind(path)
		s.settimeout(10)
		done = subprocess.Popen(sys.argv[2:], env=dict(os.environ, NOTIFY_SOCKET=path), stdout=sys.stderr)
		got = ""
		while "READY=1" not in got:
		    got += s.recv(4096).decode() + "\n"
		print(got)
		sys.exit(done.wait())
	EOF
}

# soon WORDS: waits at most ten seconds for what nothing announces
soon() {
	local end=$((SECONDS + 10))
	until "$@"; do
		[ $SECONDS -lt $end ] || { echo "never: $*"; return 1; }
	done
}
