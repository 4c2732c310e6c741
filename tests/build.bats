#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# What the Makefile promises, each on a copy of the tree.
load helpers
load session

setup() {
	requires make gcc
	cd "$BATS_TEST_TMPDIR"
	mkdir tree
	(cd "$REPO" && cp -r Makefile applets lib man packaging "$BATS_TEST_TMPDIR/tree/")
	cd tree
	export DEPS=$REPO/build/deps
	unset MAKEFLAGS MFLAGS MAKELEVEL B
}

# an applet: three files
toy() {
	cat >applets/oci-toy.c <<-'END'
		/* SPDX-License-Identifier: MIT */
		#include "ocibox.h"

		char **
		oci_toy_main(int argc, char **argv)
		{
			int c;

			while ((c = getopt(argc, argv, "+w:")) != -1)
				switch (c) {
				case 'w':
					printf("toy says %s\n", optarg);
					break;
				default:
					usage();
				}
			return argv + optind;
		}
	END
	cat >man/oci-toy.8 <<-'END'
		.Dd November 22, 2026
		.Dt OCI-TOY 8
		.Os
		.Sh NAME
		.Nm oci-toy
		.Nd say a word
		.Sh SYNOPSIS
		.Nm oci-toy
		.Op Fl w Ar word
		.Op Ar command ...
		.Sh DESCRIPTION
		.Bl -tag -width Ds
		.It Fl w , Fl -word Ar word
		Say this word.
		.El
	END
}

@test "a new applet is its own files and no edit" {
	toy
	make -s APPLETS='oci-toy oci-hostname'
	run -0 build/ocibox oci-toy --word hello oci-toy -w again
	[ "$output" = "toy says hello
toy says again" ]
	run -0 build/ocibox oci-toy --help
	[ "${lines[0]}" = "usage: oci-toy [-w word] [command ...]" ]
	[ "${lines[1]}" = "say a word" ]
	[[ ${lines[2]} == "  -w, --word word"*"Say this word." ]]
	run -0 build/ocibox --help
	[[ $output == *"oci-toy [-w word]"* ]]
	grep -q oci-toy build/completion.bash
}

@test "the recipes of oci-cookbook(7) for a verb and a step of one's own work" {
	local recipe
	requires root busybox jq mandoc
	cd "$BATS_TEST_TMPDIR"
	model model
	sessions_of recipes '' "$REPO/man/oci-cookbook.7"
	# with what is built already, newer than the copy of the tree
	mv tree model/home
	mkdir -p model/home/build
	cp "$REPO"/build/*.[od] "$REPO"/build/table.c "$REPO"/build/selection model/home/build/
	for recipe in verb step; do
		session recipes/*"A-$recipe-of-one-s-own.sh" model
		said recipes/*"A-$recipe-of-one-s-own.sh"
	done
}

@test "APPLETS selects, and selecting again builds anew" {
	make -s APPLETS=oci-hostname
	run -0 build/ocibox oci-hostname --help
	run -110 build/ocibox oci-fail
	make -s APPLETS='oci-hostname oci-fail'
	run -0 build/ocibox oci-fail --help
}

@test "one step or one verb alone builds, works, and is small" {
	make -s APPLETS=oci-mkdev SECCOMP=0
	mkdir -p root/dev
	run -0 build/ocibox oci-mkdev -n -r root -d p:/dev/pipe::
	[ -p root/dev/pipe ]
	[ "$(stat -c %s build/ocibox)" -lt 98304 ]
	run ! build/ocibox oci-hostname --help
	make -s APPLETS=oci-pause
	run -0 build/ocibox --script pause
	[[ $output == "#!/bin/sh"* ]]
	run -0 build/ocibox pause --help
	[[ $output == "usage: oci-pause"* ]]
	[ "$(stat -c %s build/ocibox)" -lt 98304 ]
}

@test "size names each applet of the selection once, and all bytes" {
	run -0 make -s size APPLETS='oci-hostname oci-fail oci-pause'
	[ "$(sed -n 's/^[0-9]* \(oci-[a-z]*\)$/\1/p' <<<"$output" | tr '\n' ' ')" = "oci-fail oci-hostname " ]
	local whole sum
	whole=$(sed -n 's,^\([0-9]*\) build/ocibox$,\1,p' <<<"$output")
	[ "$whole" = "$(stat -c %s build/ocibox)" ]
	# the file has headers and the edges of pages, and not what is zero at first
	sum=$(awk '!/build.ocibox$/ { n += $1 } END { print n }' <<<"$output")
	((sum > whole - 8192 && sum < whole + 8192))
}

@test "an applet without a page does not build" {
	toy
	rm man/oci-toy.8
	run ! make -s APPLETS='oci-toy oci-hostname'
	[[ $output == *"no page man/oci-toy.8"* ]]
}

@test "the binary is static, stripped and small, and works wherever it is" {
	[ "$OCIBOX" = "$REPO/build/ocibox" ] || skip "not the product"
	requires readelf
	run ! grep -q INTERP <(readelf -lW "$OCIBOX")
	run ! grep -q '\.symtab' <(readelf -SW "$OCIBOX")
	[ "$(stat -c %s "$OCIBOX")" -lt 409600 ]
	mkdir "$BATS_TEST_TMPDIR/elsewhere"
	cp "$OCIBOX" "$BATS_TEST_TMPDIR/elsewhere/"
	cd /
	run -0 env -i "$BATS_TEST_TMPDIR/elsewhere/ocibox" --version
}

@test "applets hold no state of their own" {
	make -s
	run nm build/oci-*.o
	run ! grep -E ' [bBdDC] ' <<<"$output"
}

@test "install puts the program, links, pages and completions below DESTDIR and PREFIX" {
	make -s install DESTDIR="$BATS_TEST_TMPDIR/dest" PREFIX=/usr APPLETS='oci-hostname oci-fail'
	cd "$BATS_TEST_TMPDIR/dest/usr"
	[ -x bin/ocibox ]
	[ "$(readlink bin/oci-hostname)" = ocibox ]
	run -0 bin/oci-hostname --help
	[[ $output == "usage: oci-hostname"* ]]
	[ -e share/man/man8/oci-hostname.8 ]
	[ -e share/man/man8/ocibox.8 ]
	[ -e share/man/man7/ocibox.7 ]
	[ ! -e share/man/man8/oci-pivot.8 ]
	[ -s share/bash-completion/completions/ocibox ]
	[ -s share/zsh/site-functions/_ocibox ]
	[ -s share/fish/vendor_completions.d/ocibox.fish ]
	# and again, over what is there
	make -s -C "$BATS_TEST_TMPDIR/tree" install DESTDIR="$BATS_TEST_TMPDIR/dest" PREFIX=/usr APPLETS='oci-hostname oci-fail'
}

# complete_bash WORDS...: what bash offers for the last of the words
complete_bash() {
	bash -c 'source "$1"; shift; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _ocibox; printf "%s\n" "${COMPREPLY[@]}"' bash build/completion.bash "$@"
}

@test "bash completes commands, and the options of the command at work" {
	make -s build/completion.bash
	[ "$(complete_bash ocibox oci-hostn)" = oci-hostname ]
	[ "$(complete_bash ocibox oci-hostname -n x oci-fail -n)" = -n ]
	[ "$(complete_bash ocibox --log-f)" = --log-format ]
	[ "$(complete_bash oci-hostname -b . -d x oci-hostn)" = oci-hostname ]
	run -0 complete_bash oci-hostname -
	[ "$output" = "-b
-n
-d" ]
}

@test "fish completes commands, and the options of the command at work" {
	requires fish
	make -s build/completion.fish
	run -0 fish --no-config -c 'source build/completion.fish; complete -C "ocibox oci-hostn"'
	[[ $output == oci-hostname* ]]
	run -0 fish --no-config -c 'source build/completion.fish; complete -C "oci-hostname -b . -"'
	[[ $output == *"-n"*"Set this hostname"* ]]
}

@test "zsh can read its completion" {
	requires zsh
	make -s build/completion.zsh
	run -0 zsh -n build/completion.zsh
}

@test "clean leaves the libraries" {
	mkdir -p build/deps build/vm
	touch build/oci-x.o
	make -s clean
	[ -d build/deps ]
	[ ! -e build/oci-x.o ]
}
