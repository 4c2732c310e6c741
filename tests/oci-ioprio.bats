#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# shellcheck disable=SC2154,SC2016 # bats sets stderr; the dollars are the shell's inside
load helpers

setup() {
	requires root ionice
	cd "$BATS_TEST_TMPDIR"
}

config() {
	echo '{"ociVersion":"1.0.0","root":{"path":"rootfs"},"process":{"cwd":"/","args":["x"]'"$1"'},"linux":{"a":0'"${2:-}"'}}' >config.json
}

@test "sets class and priority for the next program" {
	[ "$(ocibox oci-ioprio be 3 /usr/bin/ionice)" = "best-effort: prio 3" ]
	[ "$(ocibox oci-ioprio IOPRIO_CLASS_RT 0 /usr/bin/ionice)" = "realtime: prio 0" ]
	[ "$(ocibox oci-ioprio idle 0 /usr/bin/ionice)" = idle ]
}

@test "-b takes them from config.json, and nothing from one without" {
	config ',"ioPriority":{"class":"IOPRIO_CLASS_BE","priority":6}'
	[ "$(ocibox oci-ioprio -b . /usr/bin/ionice)" = "best-effort: prio 6" ]
	config ''
	[ "$(ocibox oci-ioprio be 2 oci-ioprio -b . /usr/bin/ionice)" = "best-effort: prio 2" ]
}

@test "errors" {
	run -110 --separate-stderr ocibox oci-ioprio best 1 /bin/echo ran
	[ "$stderr" = "oci-ioprio: best: no class of I/O priority" ]
	run -110 --separate-stderr ocibox oci-ioprio be 8 /bin/echo ran
	[ "$stderr" = "oci-ioprio: 8: must be a priority (0 to 7)" ]
	run -114 --separate-stderr ocibox oci-user 1234:1234 oci-caps oci-ioprio rt 1 /bin/echo ran
	[ "$stderr" = "oci-ioprio: set the I/O priority: Operation not permitted" ]
}

@test "bad usage changes nothing" {
	run -110 --separate-stderr ocibox oci-ioprio -z /bin/echo ran
	[ "$stderr" = "oci-ioprio: usage: oci-ioprio [-b bundle] [class priority] [command ...]" ]
	[ -z "$output" ]
	run -110 ocibox oci-ioprio
}

@test "leaves no descriptor" {
	[ "$(descriptors oci-ioprio be 3)" = "0 1 2 " ]
}
