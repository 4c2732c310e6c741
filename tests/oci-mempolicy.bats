#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# shellcheck disable=SC2154,SC2016 # bats sets stderr; the dollars are the shell's inside
load helpers

setup() {
	[ -e /proc/self/numa_maps ] || cannot "needs NUMA"
	cd "$BATS_TEST_TMPDIR"
}

config() {
	echo '{"ociVersion":"1.0.0","root":{"path":"rootfs"},"process":{"cwd":"/","args":["x"]'"$1"'},"linux":{"a":0'"${2:-}"'}}' >config.json
}

policy() {
	ocibox oci-mempolicy "$@" /bin/head -n 1 /proc/self/numa_maps | cut -d ' ' -f 2
}

@test "each mode for the next program" {
	[ "$(policy -n 0 bind)" = bind:0 ]
	[ "$(policy -n 0 MPOL_INTERLEAVE)" = interleave:0 ]
	[ "$(policy -n 0 preferred)" = prefer:0 ]
	[ "$(policy local)" = local ]
	[ "$(policy default)" = default ]
	[ "$(policy -n 0 -f static-nodes bind)" = bind=static:0 ]
	[ "$(policy -n 0 -f relative-nodes bind)" = bind=relative:0 ]
}

@test "-b takes all from config.json, and nothing from one without" {
	config '' ',"memoryPolicy":{"mode":"MPOL_BIND","nodes":"0","flags":["MPOL_F_STATIC_NODES"]}'
	[ "$(policy -b .)" = bind=static:0 ]
	config '' ',"memoryPolicy":{"mode":"MPOL_DEFAULT"}'
	[ "$(policy -b .)" = default ]
	config ''
	[ "$(policy -n 0 bind oci-mempolicy -b .)" = bind:0 ]
}

@test "errors" {
	run -110 --separate-stderr ocibox oci-mempolicy first /bin/echo ran
	[ "$stderr" = "oci-mempolicy: first: no memory policy" ]
	run -115 --separate-stderr ocibox oci-mempolicy bind /bin/echo ran
	[ "$stderr" = "oci-mempolicy: set the memory policy: Invalid argument" ]
	run -115 --separate-stderr ocibox oci-mempolicy -n 900 bind /bin/echo ran
	[ "$stderr" = "oci-mempolicy: set the memory policy to nodes 900: Invalid argument" ]
	[ -z "$output" ]
}

@test "bad usage changes nothing" {
	run -110 --separate-stderr ocibox oci-mempolicy -z /bin/echo ran
	[ "$stderr" = "oci-mempolicy: usage: oci-mempolicy [-b bundle] [-f flags] [-n nodes] [mode] [command ...]" ]
	[ -z "$output" ]
	run -110 ocibox oci-mempolicy
}

@test "leaves no descriptor" {
	[ "$(descriptors oci-mempolicy default)" = "0 1 2 " ]
}
