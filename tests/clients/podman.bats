#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# podman with ocibox, as root.

load podman

setup_file() {
	machine_up
	storage_up
}

teardown_file() {
	machine_down
}

setup() {
	differs
}

teardown() {
	storage_clean
}

@test "run ends with the program's status, and what could not be run with 126 and 127" {
	local status words
	while read -r status words; do
		# shellcheck disable=SC2086 # words
		run -"$status" podman run --rm --network none box $words
	done <<-EOF
		0 true
		1 false
		37 sh -c exit\${IFS}37
		127 nosuch
		127 /no/such
		126 /etc
		126 /etc/passwd
	EOF
	[[ $(podman run --rm --network none box nosuch 2>&1) == *'executable file not found in $PATH'* ]]
}
