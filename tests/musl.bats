#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# What stands in for functions of the C library.
load helpers

@test "options, formats and dates do what the standard says" {
	run -0 "$REPO/build/musl"
	[ -z "$output" ]
}

@test "no format asks for what lib/musl_print.c lacks" {
	run -0 grep -nE '%[-+ #0-9.*]*([lL]?[aAeEfFgG]|l[cs]|S|C|m)([^A-Za-z]|$)' "$REPO"/applets/*.c "$REPO"/lib/*.c
	run ! grep -v 'scan(' <<<"$output"
}
