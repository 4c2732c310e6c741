#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# Help texts and scripts in the program.
load helpers

@test "what gzip packs is unpacked: of a few letters, one page, and more than one block" {
	cd "$BATS_TEST_TMPDIR"
	: >empty
	printf x >one
	printf 'abcabcabcabc' >few
	head -c 5000 /dev/zero | tr '\0' a >long
	cat "$REPO"/man/*.8 >pages
	for file in empty one few long pages "$REPO/man/oci-pivot.8"; do
		gzip -9n <"$file" >packed
		"$REPO/build/inflate" "$(stat -c %s "$file")" <packed | cmp - "$file"
	done
}

@test "a script comes out as its file" {
	for file in "$REPO"/applets/*.sh; do
		verb=${file##*/oci-}
		ocibox --script "${verb%.sh}" | cmp - "$file"
	done
}

@test "help is the same alone and among others" {
	run -0 ocibox --help
	help=$output
	for verb in create mkdev wait; do
		run -0 ocibox "$verb" --help
		usage=${lines[0]#usage: }
		[[ $help == *"$usage"* ]]
		run -110 ocibox "oci-$verb" '-?'
		[ "$output" = "oci-$verb: usage: $usage" ]
	done
}
