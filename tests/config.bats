#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# What oci-claim refuses though it is valid: properties that no step applies yet.
load helpers

setup() {
	mkdir "$BATS_TEST_TMPDIR/work"
	cd "$BATS_TEST_TMPDIR/work"
	export OCIBOX_ROOT=$PWD/state
}

namespaces='"namespaces":[{"type":"mount"},{"type":"network"}]'

# document PROCESS-PROPERTY LINUX-PROPERTY MOUNT-PROPERTY: each with a comma before it, or empty
document() {
	printf '{"ociVersion":"1.3.0","root":{"path":"r"},"process":{"cwd":"/","args":["a"]%s},
"linux":{%s%s},
"mounts":[{"destination":"/a"%s}]}' "$1" "${namespaces}" "$2" "$3" >config.json
}

# refused PLACE: the claim ends with that place, and leaves nothing
refused() {
	run -119 --separate-stderr ocibox oci-claim -b . c1 /bin/true
	cat config.json
	echo "stderr: $stderr"
	[[ $stderr =~ ^oci-claim:\ config.json:[0-9]+:[0-9]+:\ (.*)$ ]]
	[ "${BASH_REMATCH[1]}" = "$1: not supported yet" ]
	[ ! -e state/c1 ]
}

accepted() {
	run -0 ocibox oci-claim -b . c1
	[ -z "$output" ]
	rm -r state
}

@test "what says nothing is not refused" {
	document ',"terminal":false,"apparmorProfile":"","selinuxLabel":""' \
		',"uidMappings":[],"netDevices":{},"mountLabel":"","resources":{"devices":[{"allow":false}],"memory":{"disableOOMKiller":false},"cpu":{"shares":0},"blockIO":{"weight":0,"weightDevice":[]},"pids":null,"unified":{}},"seccomp":null' ''
	accepted
}

@test "process: terminal" {
	document ',"terminal":true' '' ''
	refused process.terminal
	# for exec, not for the first process
	document ',"execCPUAffinity":{"initial":"0"}' '' ''
	accepted
}
