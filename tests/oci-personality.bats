#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# shellcheck disable=SC2154,SC2016 # bats sets stderr; the dollars are the shell's inside
load helpers

setup() {
	cd "$BATS_TEST_TMPDIR"
}

config() {
	echo '{"ociVersion":"1.0.0","root":{"path":"rootfs"},"process":{"cwd":"/","args":["x"]'"$1"'},"linux":{"a":0'"${2:-}"'}}' >config.json
}

@test "the next program is told of another machine" {
	[ "$(ocibox oci-personality linux32 /bin/cat /proc/self/personality)" = 00000008 ]
	[ "$(ocibox oci-personality linux32 oci-personality PER_LINUX /bin/cat /proc/self/personality)" = 00000000 ]
}

@test "-b takes the domain from config.json, and nothing from one without" {
	config '' ',"personality":{"domain":"LINUX32"}'
	[ "$(ocibox oci-personality -b . /bin/cat /proc/self/personality)" = 00000008 ]
	config ''
	[ "$(ocibox oci-personality linux32 oci-personality -b . /bin/cat /proc/self/personality)" = 00000008 ]
}

@test "an unknown domain is an error" {
	run -110 --separate-stderr ocibox oci-personality bsd /bin/echo ran
	[ "$stderr" = "oci-personality: bsd: no execution domain" ]
	[ -z "$output" ]
}

@test "bad usage changes nothing" {
	run -110 --separate-stderr ocibox oci-personality -z /bin/echo ran
	[ "$stderr" = "oci-personality: usage: oci-personality [-b bundle] [domain] [command ...]" ]
	[ -z "$output" ]
	run -110 ocibox oci-personality
}

@test "leaves no descriptor" {
	[ "$(descriptors oci-personality linux)" = "0 1 2 " ]
}
