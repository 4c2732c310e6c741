#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# bats sets stderr
# shellcheck disable=SC2154
load helpers

@test "is one document of the specification's members, and nothing else" {
	requires jq
	run -0 --separate-stderr ocibox features
	[ -z "$stderr" ]
	[ "$(jq -c keys_unsorted <<<"$output")" = '["ociVersionMin","ociVersionMax","hooks","mountOptions","linux","annotations","potentiallyUnsafeConfigAnnotations"]' ]
	[ "$(jq -c '.linux | keys_unsorted' <<<"$output")" = '["namespaces","capabilities","cgroup","seccomp","apparmor","selinux","intelRdt","memoryPolicy","mountExtensions","netDevices"]' ]
	[ "$(jq -r '[.ociVersionMin, .ociVersionMax] | @tsv' <<<"$output")" = "1.0.0	1.3.0" ]
	[ "$(jq -r '.annotations["org.ocibox.version"]' <<<"$output")" = "$(ocibox --version | sed -n 's/ocibox version //p')" ]
}

@test "has all that runc's has" {
	requires jq runc
	# a list of runc's is a part of ours; acl and noacl are the filesystem's own, which are passed on anyway
	jq -n --argjson ours "$(ocibox features)" --argjson theirs "$(runc features)" '
		def lists: [paths(type == "array")] ;
		$theirs | lists | map(. as $path | ($theirs | getpath($path)) - ($ours | getpath($path)) - ["acl", "noacl"])
		| flatten | if . == [] then "" else error(tostring) end'
}

@test "lists what a configuration may have" {
	requires jq
	cd "$BATS_TEST_TMPDIR"
	ocibox features >document
	jq -e '.mountOptions | length > 60 and . == sort and index("ridmap") and index("tmpcopyup")' document
	jq -e '.linux.namespaces | length == 8' document
	jq -e '.linux.capabilities | index("CAP_CHECKPOINT_RESTORE") and .[0] == "CAP_CHOWN"' document
	jq -e '.hooks == ["prestart","createRuntime","createContainer","startContainer","poststart","poststop"]' document
	jq -e '.linux.seccomp | if .enabled then (.actions | index("SCMP_ACT_NOTIFY")) and (.archs | index("SCMP_ARCH_RISCV64")) else keys == ["enabled"] end' document
}

@test "checkpoints are told of when there is a criu" {
	requires jq
	local key='.annotations["org.opencontainers.runc.checkpoint.enabled"]'
	[ "$(OCIBOX_CRIU=/bin/true ocibox features | jq -r "$key")" = true ]
	[ "$(OCIBOX_CRIU=/no/criu ocibox features | jq -r "$key")" = false ]
	[ "$(ocibox --criu /bin/true features | jq -r "$key")" = true ]
	ocibox features | jq -e '.potentiallyUnsafeConfigAnnotations | index("org.criu.config")'
}

@test "bad usage" {
	run -110 --separate-stderr ocibox oci-features -z
	[ "$stderr" = "oci-features: usage: oci-features [command ...]" ]
}

@test "leaves no descriptor" {
	[[ "$(descriptors oci-features)" = *"0 1 2 " ]]
}
