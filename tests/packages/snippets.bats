#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# What clients' configurations need to say, read by the clients themselves where Debian has them.
load packages

setup_file() {
	requires /usr/bin/python3 jq
	machine_up
	inside install -m 755 /dev/stdin /usr/bin/ocibox <"$OCIBOX"
	inside mkdir /mnt/snippets
	tar -C "$REPO/packaging/snippets" -cf - . | inside tar -xf - -C /mnt/snippets
}

teardown_file() {
	machine_down
}

setup() {
	cd "$REPO/packaging/snippets"
}

# toml FILE: as JSON
toml() {
	/usr/bin/python3 -c 'import json, sys, tomllib; json.dump(tomllib.load(open(sys.argv[1], "rb")), sys.stdout)' "$1"
}

@test "containerd 1 has the runtime, its shim and its program" {
	requires containerd
	inside containerd -c /mnt/snippets/containerd-2.toml config dump >"$BATS_TEST_TMPDIR/dump"
	cd "$BATS_TEST_TMPDIR"
	run -0 jq -r '.plugins["io.containerd.grpc.v1.cri"].containerd.runtimes.ocibox | .runtime_type, .options.BinaryName' <<<"$(toml dump)"
	[ "$output" = "io.containerd.runc.v2
ocibox" ]
}

@test "containerd 2 is told the same, under the plugin's new name" {
	run -0 jq -c '.version, .plugins["io.containerd.cri.v1.runtime"]' <<<"$(toml containerd-3.toml)"
	[ "$output" = "3
$(toml containerd-2.toml | jq -c '.plugins["io.containerd.grpc.v1.cri"]')" ]
}

@test "CRI-O is told of the runtime" {
	run -0 jq -c '.crio.runtime.runtimes' <<<"$(toml crio.conf)"
	[ "$output" = '{"ocibox":{"runtime_type":"oci","runtime_root":"/run/ocibox"}}' ]
}

@test "dockerd finds nothing wrong before it comes to what is" {
	requires dockerd
	run -1 inside dockerd --log-level wrong --config-file /mnt/snippets/docker-daemon.json
	[[ $output == *"logging level: wrong" ]]
	# it does read the file
	inside sh -c 'echo "{\"runtime\": {}, \"other\": 1}" >/mnt/wrong.json'
	run -1 inside dockerd --log-level wrong --config-file /mnt/wrong.json
	[[ $output == *"don't match any configuration option"* ]]
}

@test "podman takes it for its runtime" {
	requires podman
	run -0 inside env HOME=/mnt CONTAINERS_CONF=/mnt/snippets/containers.conf podman --root /mnt/podman --runroot /run/podman info \
		--format '{{.Host.OCIRuntime.Name}} {{.Host.OCIRuntime.Path}}'
	[[ $output == *"ocibox /usr/bin/ocibox"* ]]
}

@test "the RuntimeClass, its pod and the runtime of containerd have one name" {
	run -0 /usr/bin/python3 -c 'import sys, yaml
kind, pod = yaml.safe_load_all(open("kubernetes.yaml"))
print(kind["apiVersion"], kind["kind"], kind["metadata"]["name"], kind["handler"])
print(pod["apiVersion"], pod["kind"], pod["spec"]["runtimeClassName"], pod["spec"]["containers"][0]["command"][0])'
	[ "$output" = "node.k8s.io/v1 RuntimeClass ocibox ocibox
v1 Pod ocibox sh" ]
}

@test "Nomad's docker driver may use it" {
	run -0 /usr/bin/python3 -c 'import hcl; print(hcl.load(open("nomad.hcl"))["plugin"]["docker"]["config"]["allow_runtimes"])'
	[ "$output" = "['runc', 'ocibox']" ]
}
