#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# The recipes of oci-cookbook(7) for podman, containerd and docker, typed as mandoc shows them. They are of ocibox alone.
load daemons
load ../session

setup_file() {
	ours || return 0
	requires mandoc podman ctr dockerd docker
	daemons_up
	sessions_of "$BATS_FILE_TMPDIR/recipes" '' "$REPO/man/oci-cookbook.7"
	inside mkdir -p "$STORE/home" "$STORE/bin"
	inside ln -s "$OCIBOX" "$STORE/bin/ocibox"
}

setup() {
	ours || skip "the recipes are of ocibox"
}

teardown_file() {
	ours || return 0
	daemons_down
	# podman makes it once and keeps it
	find /sys/fs/cgroup/*/libpod_parent -depth -type d -delete 2>/dev/null || true
}

# typed NAME: the recipe, in the machine of the clients
typed() {
	local recipe=$BATS_FILE_TMPDIR/recipes/oci-cookbook.7.Under-$1.sh
	inside env -C "$STORE/home" PATH="$STORE/bin:$PATH" sh "$recipe"
	said "$recipe"
}

@test "under podman" {
	# what a distribution has set, but that there is no systemd
	inside mkdir -p /etc/containers
	inside tee /etc/containers/containers.conf >/dev/null <<-'EOF'
		[engine]
		cgroup_manager = "cgroupfs"
		events_logger = "file"
	EOF
	inside tee /etc/containers/storage.conf >/dev/null <<-EOF
		[storage]
		driver = "overlay"
		graphroot = "$STORE/podman"
		runroot = "/run/storage"
	EOF
	inside sh -c 'exec tee /etc/containers/policy.json >/dev/null' <<<'{"default":[{"type":"insecureAcceptAnything"}]}'
	inside podman import -q - box <"$BATS_FILE_TMPDIR/box.tar"
	typed podman
}

@test "under containerd" {
	oci_image
	inside cp "$BATS_FILE_TMPDIR/oci.tar" "$STORE"
	ctr images import "$STORE/oci.tar"
	inside ln -s /run/containerd.sock /run/containerd/containerd.sock
	inside sh -c 'mkdir -p /etc/containerd; echo "version = 2" >/etc/containerd/config.toml'
	typed containerd
}

@test "under docker" {
	# a machine that starts services would do this
	inside tee "$STORE/bin/service" >/dev/null <<-EOF
		#!/bin/sh
		dockerd --containerd /run/containerd.sock -H unix:///var/run/docker.sock --data-root "$STORE/docker" --exec-root /run/docker-exec \
			--pidfile /run/docker.pid --bridge none --iptables=false --ip6tables=false --ip-forward=false --storage-driver overlay2 \
			--cgroup-parent "$GROUP" >/run/docker.log 2>&1 &
		for i in \$(seq 100); do docker version >/dev/null 2>&1 && break; sleep .1; done
		docker import -c 'CMD ["sh"]' - box <"$STORE/box.tar"
	EOF
	inside chmod +x "$STORE/bin/service"
	inside cp "$BATS_FILE_TMPDIR/box.tar" "$STORE"
	typed docker
}
