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
	[ "$(stat -c %s build/ocibox)" -lt 61440 ]
	run -0 build/ocibox --trace oci-mkdev -n -r root
	[ "$output" = "ocibox: warning: built without oci-trace, so nothing is traced" ]
	run ! build/ocibox oci-hostname --help
	make -s APPLETS=oci-pause
	run -0 build/ocibox --script pause
	[[ $output == "#!/bin/sh"* ]]
	run -0 build/ocibox pause --help
	[[ $output == "usage: oci-pause"* ]]
	[ "$(stat -c %s build/ocibox)" -lt 43008 ]
}

# The whole program reads all of it, so every part is checked there.
@test "a selection has the schema of the parts of config.json that it reads, and no other" {
	local part paths
	mkdir bundle
	while read -r part paths; do
		make -s APPLETS="$(grep -L "schema:.* $part" applets/*.c | sed 's,.*/,,; s/\.c$//' | tr '\n' ' ')" build/ocibox
		run ! grep -c "/part_$part.o$" build/ocibox.map
		# no step that is left asks for it
		run ! grep -aoE "$paths" build/ocibox
		grep -q "schema:.* $part" applets/*.c
	done <<-'END'
		hooks hooks\.
		machine linux\.(intelRdt|memoryPolicy|personality)
		namespaces linux\.([ug]idMappings|timeOffsets|netDevices)
		process process\.(user|capabilities|rlimits|scheduler|ioPriority|execCPUAffinity|consoleSize)
		resources linux\.(resources|cgroupsPath)
		seccomp linux\.seccomp
	END
	[ "$(cd lib && echo part_*.c)" = "part_hooks.c part_machine.c part_namespaces.c part_process.c part_resources.c part_seccomp.c" ]
	make -s APPLETS='oci-mkdev oci-rlimit' build/ocibox
	while IFS='|' read -r part paths; do
		printf '{"ociVersion":"1.3.0","root":{"path":"r"},%s}' "$part" >bundle/config.json
		run -111 --separate-stderr build/ocibox oci-rlimit -b bundle /bin/true
		[[ $stderr == "oci-rlimit: bundle/config.json:1:"*": $paths" ]] || { echo "$part: $stderr"; return 1; }
	done <<-'END'
		"process":{"cwd":"/","args":["x"],"rlimits":[{"type":"RLIMIT_CPU","soft":2,"hard":1}]}|process.rlimits[0].soft: above the hard limit
		"linux":{"devices":[{"type":"c","path":"/x","major":1}]}|linux.devices[0]: minor is missing
		"linux":{"resources":[]}|linux.resources: must be an object, not an array
		"linux":{"seccomp":{"defaultAction":1,}}|linux.seccomp.defaultAction: comma without a value behind it
	END
	# what they do not read may be of later times
	printf '{"ociVersion":"1.3.0","root":{"path":"r"},"linux":{"resources":{"pids":{"limit":"many"}}}}' >bundle/config.json
	run -0 build/ocibox oci-rlimit -b bundle /bin/true
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
	[ "$(stat -c %s "$OCIBOX")" -lt 393216 ]
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

@test "without libseccomp the whole is smaller, works, and has nothing of it" {
	make -s SECCOMP=0 build/ocibox
	[ "$(stat -c %s build/ocibox)" -lt 350208 ]
	run ! grep libseccomp build/ocibox.map
	run -0 build/ocibox --version
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

# complete_bash WORDS...: what bash offers for the last of the words, where there are two containers
complete_bash() {
	bash -c 'ocibox() { [[ "$*" != "list -q" ]] || printf "%s\n" job web; [[ "$*" != "--root /r list -q" ]] || echo other; }
		source "$1"; shift; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _ocibox; IFS=" "; printf "%s\n" "${COMPREPLY[*]}"' bash build/completion.bash "$@"
}

@test "bash completes commands, options of the command at work, and ids" {
	make -s build/completion.bash
	while IFS='|' read -r words offered; do
		eval "set -- $words"
		[ "$(complete_bash "$@")" = "$offered" ] || { echo "$words: $(complete_bash "$@")"; return 1; }
	done <<-'END'
		ocibox oci-hostn|oci-hostname
		ocibox crea|create
		ocibox oci-hostname -n x oci-fail -n|-n
		ocibox --log-f|--log-format
		oci-hostname -b . -d x oci-hostn|oci-hostname
		oci-hostname -|-b -n -d
		ocibox create --pi|--pid-file --pidfd-socket
		ocibox create --bundle ""|
		ocibox create --bundle = ""|
		ocibox run -b . ""|
		ocibox start ""|job web
		ocibox kill w|web
		ocibox exec -t j|job
		ocibox exec --env ""|
		ocibox --root /r delete -f ""|other
		ocibox --root = /r stop o|other
		oci-state w|web
		ocibox oci-hold -t running w|web
		ocibox oci-hold web oci-forg|oci-forget
	END
}

@test "fish completes commands, options of the command at work, and ids" {
	requires fish
	make -s build/completion.fish
	run -0 fish --no-config -c 'function ocibox; printf "%s\n" job web; end; source build/completion.fish
		for words in "ocibox oci-hostn" "oci-hostname -b . -" "ocibox create --pi" "ocibox start w" "ocibox oci-hold -t running j"
			echo "$words:" (complete -C $words)
		end'
	[[ ${lines[0]} == "ocibox oci-hostn: oci-hostname"* ]]
	[[ ${lines[1]} == *"-n"*"Set this hostname"* ]]
	[[ ${lines[2]} == *--pidfd-socket*--pid-file* ]]
	[[ ${lines[3]} == "ocibox start w: web"* ]]
	[[ ${lines[4]} == *": job"* ]]
}

@test "zsh completes commands, options of the command at work, and ids" {
	requires zsh
	make -s build/completion.zsh
	# what a completion calls prints what it is called with
	run -0 zsh -fc 'ocibox() { [[ "$*" == *"list -q" ]] && print -l job web }
		_describe() { local name=$@[-1]; local -a list; list=("${(@P)name}"); list=(${(M)list:#$PREFIX*}); print -r -- "$words:" ${list%%:*} }
		_files() { print -r -- "$words: files" }
		compadd() { local -a list; if [[ $1 == -a ]]; then list=("${(@P)2}"); else list=(${@:2}); fi; print -r -- "$words:" ${(M)list:#$PREFIX*} }
		try() { local -a words=("$@"); local CURRENT=$# PREFIX=$@[-1]; source build/completion.zsh }
		try ocibox oci-hostn; try ocibox crea; try oci-hostname -; try ocibox create --pi; try ocibox create --bundle ""; try ocibox start ""
		try ocibox oci-hold web oci-forg'
	[ "$output" = "ocibox oci-hostn: oci-hostname
ocibox crea: create
oci-hostname -: -b -n -d
ocibox create --pi: --pid-file --pidfd-socket
ocibox create --bundle : files
ocibox start : job web
ocibox oci-hold web oci-forg:
ocibox oci-hold web oci-forg: oci-forget
ocibox oci-hold web oci-forg: files" ]
}

@test "clean leaves the libraries" {
	mkdir -p build/deps build/vm
	touch build/oci-x.o
	make -s clean
	[ -d build/deps ]
	[ ! -e build/oci-x.o ]
}
