#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# buildah with ocibox.

load podman

teardown() {
	[ "${MACHINE:-}" ] || return 0
	buildah rm -a >/dev/null
	storage_clean
}

# buildah WORDS
buildah() {
	inside env CONTAINERS_CONF="$STORE/conf/containers.conf" CONTAINERS_STORAGE_CONF="$STORE/conf/storage.conf" \
		BUILDAH_ISOLATION=oci BUILDAH_RUNTIME="$CLIENT_RUNTIME" buildah "$@"
}

# file: a Containerfile from the input
file() {
	inside mkdir -p "$STORE/context"
	inside tee "$STORE/context/Containerfile" >/dev/null
}

@test "from scratch: add, configure, commit, run" {
	local name
	name=$(buildah from scratch)
	buildah add -q "$name" "$BATS_FILE_TMPDIR/box" / >/dev/null
	buildah config --env A=b --workingdir /tmp --user user --cmd '["/bin/sh","-c","echo $A; pwd; id -u"]' "$name"
	[ "$(buildah run "$name" -- sh -c 'echo $A; pwd; id -u' | tr '\n' ' ')" = "b /tmp 1000 " ]
	buildah commit -q "$name" made >/dev/null
	[ "$(podman run --rm --network none made | tr '\n' ' ')" = "b /tmp 1000 " ]
	podman rmi -f made >/dev/null
}

@test "run: status, input, terminal, missing programs, many times" {
	local name
	name=$(buildah from localhost/box)
	[ "$(buildah run "$name" -- id -u)" = 0 ]
	run -3 buildah run "$name" -- sh -c 'exit 3'
	[ "$(buildah run "$name" -- cat <<<hello)" = hello ]
	[ "$(buildah run --tty "$name" -- sh -c 'tty; stat -c %T /dev/console >/dev/null && echo console' | tr -d '\r' | head -n 1)" = /dev/pts/0 ]
	run buildah run "$name" -- nosuch
	[ "$status" -gt 0 ]
	# shellcheck disable=SC2016 # literally
	[[ $output == *'exec: "nosuch": executable file not found in $PATH'* || $output == *'exec: \"nosuch\": executable file not found in $PATH'* ]]
	for _ in 1 2 3; do
		buildah run "$name" -- true
	done
	run -3 buildah --debug run "$name" -- sh -c 'exit 3'
}

@test "run: user, hostname, capabilities, volumes, mounts, namespaces, terminal of its own" {
	local name
	name=$(buildah from localhost/box)
	inside mkdir -p "$STORE/volume"
	[ "$(buildah run --user user --hostname foo "$name" -- sh -c 'id -u; hostname' | tr '\n' ' ')" = "1000 foo " ]
	[ $((0x$(buildah run --cap-drop CAP_CHOWN --cap-add CAP_NET_ADMIN "$name" -- grep CapEff /proc/self/status | cut -f 2) & 0x1001)) = $((0x1000)) ]
	run -1 buildah run -v "$STORE/volume:/v:ro" "$name" -- touch /v/x
	buildah run -v "$STORE/volume:/v:z,U" "$name" -- touch /v/x
	inside test -e "$STORE/volume/x"
	[ "$(buildah run --mount type=tmpfs,dst=/t "$name" -- stat -f -c %T /t)" = tmpfs ]
	[ "$(buildah run --network host "$name" -- readlink /proc/self/ns/net)" = "$(inside readlink /proc/self/ns/net)" ]
	[ "$(buildah run --network none "$name" -- ls /sys/class/net)" = lo ]
	[ "$(buildah run --pid host "$name" -- readlink /proc/self/ns/pid)" = "$(inside readlink /proc/1/ns/pid)" ]
	[ "$(buildah run "$name" -- grep ^Seccomp: /proc/self/status | tr -dc 0-9)" = 2 ]
}

@test "run: ulimits, devices, seccomp of the user's, propagation, /dev/shm, cgroups, out of memory" {
	local name
	requires cgroup1
	inside mkdir -p "$STORE/volume"
	inside tee "$STORE/seccomp.json" >/dev/null <<<'{"defaultAction":"SCMP_ACT_ALLOW","syscalls":[{"names":["uname"],"action":"SCMP_ACT_KILL_PROCESS"}]}'
	name=$(buildah from --ulimit nofile=100:200 --device /dev/fuse --security-opt "seccomp=$STORE/seccomp.json" --shm-size 1m \
		--cpu-shares 77 --cgroup-parent "/ocibox-podman-$BATS_ROOT_PID" localhost/box)
	run -0 buildah run -v "$STORE/volume:/v:rshared" "$name" -- sh -c 'ulimit -Sn; ulimit -Hn; : <>/dev/fuse && echo open; grep -c " /v .* shared:" /proc/self/mountinfo
		df -k /dev/shm | grep -c " 1024 "; cat /sys/fs/cgroup/cpu/cpu.shares; grep :cpu: /proc/self/cgroup; uname || echo $?'
	[ "${lines[*]:0:7}" = "100 200 open 1 1 77 1:cpu:/ocibox-podman-$BATS_ROOT_PID" ] || { echo "$output"; return 1; }
	[[ " ${lines[*]} " == *" 159 "* ]]
	name=$(buildah from --memory 16m --memory-swap 16m localhost/box)
	[ "$(buildah run --cgroupns private "$name" -- cut -d : -f 3 /proc/self/cgroup | sort -u)" = / ]
	run -1 buildah run "$name" -- sh -c 'exec tail /dev/zero'
	[[ $output == *killed* ]]
}

@test "run, of an ordinary user" {
	local name
	rootless_up
	# what root has used it for
	buildah run --network none "$(buildah from localhost/box)" -- true
	name=$(rootless_buildah from localhost/box)
	run -3 --separate-stderr rootless_buildah run --network none "$name" -- sh -c 'id -u; awk "{ print \$2 }" /proc/self/uid_map; exit 3'
	[ "${lines[*]}" = "0 $ORDINARY 200000" ]
	[[ $stderr != *oci-* ]]
	# when the network fails buildah deletes what it has created; what it leaves is told of behind the test
	rootless_buildah run --network private "$name" -- true || true
	rootless_buildah rm -a >/dev/null
}

# rootless_buildah WORDS: buildah of the ordinary user
rootless_buildah() {
	rootless_env env BUILDAH_ISOLATION=oci BUILDAH_RUNTIME="$CLIENT_RUNTIME" buildah "$@"
}

@test "a Containerfile: RUN, ARG, USER, WORKDIR, mounts, layers" {
	file <<-'EOF'
		FROM localhost/box
		ARG WORD=none
		RUN echo $WORD >/word && mkdir -p /work && chown 1000 /work
		RUN --mount=type=tmpfs,target=/t touch /t/x
		RUN --mount=type=cache,target=/cache echo cached >/cache/x
		WORKDIR /work
		USER user
		RUN id -u >who && touch made
		CMD ["sh", "-c", "cat /word who; stat -c %u made; ls /t 2>/dev/null"]
	EOF
	buildah bud -q --layers --build-arg WORD=given --ulimit nofile=100:200 -t made "$STORE/context" >/dev/null
	[ "$(podman run --rm --network none made | tr '\n' ' ')" = "given 1000 1000 " ]
	podman rmi -f made >/dev/null
}

@test "a RUN that fails, and one whose program is missing" {
	file <<-'EOF'
		FROM localhost/box
		RUN exit 42
	EOF
	run buildah bud --no-cache "$STORE/context"
	[ "$status" -gt 0 ]
	[[ $output == *"exit status 42"* ]]
	file <<-'EOF'
		FROM localhost/box
		RUN ["/no/such"]
	EOF
	run buildah bud --no-cache "$STORE/context"
	[ "$status" -gt 0 ]
	[[ $output == *"/no/such"* ]]
}

@test "hooks of a build" {
	file <<-'EOF'
		FROM localhost/box
		RUN true
	EOF
	inside mkdir -p "$STORE/own-hooks"
	inside tee "$STORE/own-hooks/note.json" >/dev/null <<-EOF
		{"version":"1.0.0","when":{"always":true},"stages":["prestart","poststop"],
		"hook":{"path":"/bin/sh","args":["sh","-c","/bin/cat >>$STORE/notes; echo >>$STORE/notes"]}}
	EOF
	buildah bud -q --no-cache --hooks-dir "$STORE/own-hooks" "$STORE/context" >/dev/null
	[[ $(inside jq -r .status "$STORE/notes" | tr '\n' ' ') =~ ^creat(ed|ing)" stopped "$ ]]
}

@test "limits and namespaces of a build" {
	requires cgroup1
	file <<-'EOF'
		FROM localhost/box
		RUN cat /sys/fs/cgroup/memory/memory.limit_in_bytes /proc/self/uid_map
	EOF
	run -0 buildah bud --no-cache --memory 64m --userns-uid-map 0:100000:5000 --userns-gid-map 0:100000:5000 "$STORE/context"
	[[ $output == *67108864* ]]
	[[ $(tr -s ' ' <<<"$output") == *" 0 100000 5000"* ]]
}

@test "podman build with this runtime" {
	file <<-'EOF'
		FROM localhost/box
		RUN echo built >/built
		CMD ["cat", "/built"]
	EOF
	podman build -q --isolation oci --runtime "$CLIENT_RUNTIME" -t made "$STORE/context" >/dev/null
	[ "$(podman run --rm --network none made)" = built ]
	podman rmi -f made >/dev/null
}
