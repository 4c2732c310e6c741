#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# shellcheck disable=SC2154 # run sets stderr
# The release of what is committed: the same bytes each time, and programs that do on other processors, emulated one by
# one, what this machine's does.
load packages

ARCHS="x86_64 aarch64 armv7 riscv64"

# emulator ARCH: what runs its programs here; nothing where they run as they are
emulator() {
	case $1 in
	"$(uname -m)") ;;
	armv7) echo qemu-arm-static ;;
	*) echo "qemu-$1-static" ;;
	esac
}

# on ARCH WORDS: the release's program for that processor
on() {
	local arch=$1
	shift
	# shellcheck disable=SC2046 # one word or none
	$(emulator "$arch") "$(echo "$RELEASE"/ocibox-*-"$arch")" "$@"
}

# same WORDS: they have the same status, output and errors on all processors
same() {
	local arch
	rm -rf said
	mkdir said
	for arch in $ARCHS; do
		on "$arch" "$@" >"said/$arch" 2>&1 </dev/null || echo "status $?" >>"said/$arch"
	done
	for arch in $ARCHS; do
		cmp "said/x86_64" "said/$arch" || { diff said/x86_64 "said/$arch" | head -n 20; echo "$arch: $*"; return 1; }
	done
}

# checkout DIR: a repository of what is committed here
checkout() {
	git clone -q "$REPO" "$1"
}

setup_file() {
	[ -e "$REPO/.git" ] || return 0
	export DEPS=$REPO/build/deps HOME=$BATS_FILE_TMPDIR/home
	mkdir "$HOME"
	# the tests may be run by another user than whose the files are
	git config --global safe.directory '*'
	checkout "$BATS_FILE_TMPDIR/one"
	make -s -C "$BATS_FILE_TMPDIR/one" release DEPS="$DEPS" >"$BATS_FILE_TMPDIR/log" 2>&1 || { cat "$BATS_FILE_TMPDIR/log"; return 1; }
}

setup() {
	[ -e "$REPO/.git" ] || cannot "needs a repository"
	requires git qemu-aarch64-static qemu-arm-static qemu-riscv64-static readelf
	RELEASE=$BATS_FILE_TMPDIR/one/build/release
	DEPS=$REPO/build/deps
	cd "$BATS_TEST_TMPDIR"
}

@test "what is there, and its sums" {
	cd "$RELEASE"
	run -0 sha256sum --strict --quiet -c SHA256SUMS
	[ "$(cut -c 67- SHA256SUMS | tr '\n' ' ')" = "$(printf '%s ' ocibox-*)" ]
	[ "$(printf '%s\n' ocibox-* | sed 's/ocibox-[0-9.]*[0-9]//' | tr '\n' ' ')" = "-aarch64 -armv7 -riscv64 -x86_64 .tar.gz " ]
}

@test "the source: what is committed, in order, of no user, of the commit's time, and it knows its commit" {
	local name commit
	name=$(basename "$RELEASE"/*.tar.gz .tar.gz)
	commit=$(git -C "$BATS_FILE_TMPDIR/one" rev-parse --short=12 HEAD)
	run -0 tar --utc --full-time --numeric-owner -tvzf "$RELEASE/$name.tar.gz"
	[ "$(awk '{ print $2, $4, $5 }' <<<"$output" | sort -u)" = "0/0 $(TZ=UTC git -C "$BATS_FILE_TMPDIR/one" log -1 --date=format-local:'%F %T' --format=%cd)" ]
	[ "$(awk '{ print $1 }' <<<"$output" | sort -u | tr '\n' ' ')" = "-rw-r--r-- -rwxr-xr-x drwxr-xr-x lrwxrwxrwx " ]
	tar -tzf "$RELEASE/$name.tar.gz" | grep -v '/$' | sed 's,^[^/]*/,,' >names
	diff names <(git -C "$BATS_FILE_TMPDIR/one" ls-files)
	tar -xzf "$RELEASE/$name.tar.gz"
	# also in a repository that is another's
	git init -q .
	run -0 make -C "$name" -n DEPS="$DEPS" build/main.o
	[[ $output == *"-DOCIBOX_COMMIT='\"$commit\"'"* ]]
	for arch in $ARCHS; do
		run -0 on "$arch" --version
		[ "${lines[1]}" = "commit: $commit" ]
	done
}

@test "the programs: static, stripped, each of its processor, and of no place" {
	local arch file
	for arch in $ARCHS; do
		file=$(echo "$RELEASE"/ocibox-*-"$arch")
		run -0 readelf -hlSW "$file"
		echo "$output"
		case $arch in
		x86_64) [[ $output == *"Machine:"*"X86-64"* ]] ;;
		aarch64) [[ $output == *"Machine:"*"AArch64"* ]] ;;
		armv7) [[ $output == *"Machine:"*"ARM"*"hard-float ABI"* ]] ;;
		riscv64) [[ $output == *"Class:"*"ELF64"*"Machine:"*"RISC-V"*"double-float ABI"* ]] ;;
		esac
		[[ $output != *INTERP* && $output != *DYNAMIC* && $output != *.symtab* && $output != *.debug* && $output != *build-id* ]]
		[[ $output == *GNU_STACK*" RW "* ]]
		run -1 grep -aE "$REPO|$BATS_RUN_TMPDIR|/tmp/tmp\.|build/deps" "$file"
		[ "$(stat -c %s "$file")" -lt 458752 ]
	done
	run -0 readelf -A "$RELEASE"/ocibox-*-armv7
	[[ $output == *"Tag_CPU_arch: v7"* && $output == *"Tag_ABI_VFP_args: VFP registers"* ]]
}

@test "numbers, printed and read, where long has 32 bits and char no sign" {
	local arch
	for arch in aarch64 armv7 riscv64; do
		make -s -C "$BATS_FILE_TMPDIR/one" ARCH="$arch" DEPS="$DEPS" "build/$arch/musl"
		run -0 "$(emulator "$arch")" "$BATS_FILE_TMPDIR/one/build/$arch/musl"
		[ "$output" = "" ]
	done
}

@test "the same words on all: help of all commands, spec, errors, and no containers" {
	local page args
	same --version
	same --help
	for page in "$REPO"/man/oci-*.8; do
		same "$(basename "$page" .8)" --help
	done
	export OCIBOX_ROOT=$BATS_TEST_TMPDIR/state
	for args in "oci-list" "oci-list -f json" "oci-state none" "oci-hostname -x" "oci-none" "oci-rlimit -l nofile=x"; do
		# shellcheck disable=SC2086 # words
		same $args
	done
	for arch in $ARCHS; do
		mkdir "$arch"
		(cd "$arch" && on "$arch" oci-spec)
		cmp x86_64/config.json "$arch/config.json"
	done
}

@test "the same of configurations: checks, places of errors, plans, and numbers of 64 bits" {
	local file
	for file in "$REPO"/tests/plan/*.json "$REPO"/tests/fuzz/seeds/*.json; do
		same oci-spec -c "$file"
		same oci-plan -i x "$file"
	done
	for text in '' '{' '{"a":1,"a":2}' '[1e999999999999]' '"\ud800"' $'"\xff"' $'"\xc2\x80"' '{"ociVersion":"1.0.0"} x' $'\x80' \
		'{"ociVersion":"1.0.0","linux":{"resources":{"memory":{"limit":9223372036854775808}}}}' \
		'{"ociVersion":"1.0.0","process":{"user":{"uid":4294967296}}}'; do
		printf %s "$text" >f
		same oci-spec -c f
	done
	cat >large.json <<-'END'
		{"ociVersion":"1.0.0","root":{"path":"r"},"process":{"cwd":"/","args":["x"],"user":{"uid":4294967294,"gid":4294967294},
		"rlimits":[{"type":"RLIMIT_AS","soft":18446744073709551615,"hard":18446744073709551615},
		{"type":"RLIMIT_DATA","soft":4294967296,"hard":9223372036854775807}]},
		"linux":{"timeOffsets":{"monotonic":{"secs":4294967296,"nanosecs":999999999}},
		"uidMappings":[{"containerID":4294967290,"hostID":100000,"size":5}],"gidMappings":[{"containerID":4294967290,"hostID":4294967000,"size":5}],
		"namespaces":[{"type":"user"},{"type":"time"},{"type":"mount"},{"type":"pid"}],
		"resources":{"memory":{"limit":999999999999999999,"reservation":4294967296,"swap":999999999999999999},
		"cpu":{"shares":262144,"quota":99999999999,"period":1000000},"pids":{"limit":4194304},
		"hugepageLimits":[{"pageSize":"2MB","limit":18446744073709551615}],
		"blockIO":{"throttleReadBpsDevice":[{"major":8,"minor":1048575,"rate":18446744073709551615}]}}}}
	END
	same oci-plan -i x large.json
	grep -q 999999999999999999 said/armv7
	grep -q 18446744073709551615 said/armv7
	grep -q 4294967296 said/armv7
}

@test "seccomp: filters of the processor, with arm's own calls" {
	local arch number
	for arch in $ARCHS; do
		run -0 on "$arch" oci-seccomp -n -f "$REPO/tests/profiles/docker-28.5.2-default.json" -d
		[[ $output == *"if A == "*" ($([ "$arch" = armv7 ] && echo arm || echo "$arch")) goto"* ]]
		on "$arch" oci-seccomp -f "$REPO/tests/profiles/docker-28.5.2-default.json" -c "$arch.bpf"
		on "$arch" oci-seccomp -l "$arch.bpf" -d >"$arch.dump"
		diff "$arch.dump" - <<<"$output"
		for other in $ARCHS; do
			[ "$other" = "$arch" ] || ! [ -e "$other.bpf" ] || run -111 on "$arch" oci-seccomp -l "$other.bpf" -d
		done
	done
	cat >p.json <<-'END'
		{"defaultAction":"SCMP_ACT_ERRNO","architectures":["SCMP_ARCH_ARM"],
		"syscalls":[{"names":["read","set_tls","cacheflush","openat2"],"action":"SCMP_ACT_ALLOW"}]}
	END
	# read 3, openat2 437, cacheflush 0xf0002, set_tls 0xf0005
	for arch in armv7 aarch64; do
		run -0 on "$arch" oci-seccomp -n -f p.json -d
		echo "$output"
		for number in 0xf0000 0xf0002 0xf0003 0xf0005 0xf0006 438; do
			grep -qE "A >= $number( |\$)" <<<"$output"
		done
		# what is younger than openat2 is not there
		[[ $output == *"ERRNO 38"* && $output == *"ERRNO 1 "* ]]
	done
}

@test "steps act on the process, and the next program sees it" {
	local arch
	requires root unshare
	for arch in $ARCHS; do
		# shellcheck disable=SC2016,SC2046 # the other shell's; one word or none
		run -0 unshare --uts --mount --propagation private sh -euc '
			"$@" oci-hostname -n "on-$0" oci-rlimit -l nofile=77:4096 oci-oom 500 oci-user -g 5 -m 027 4294967294:77 \
				oci-nnp /bin/sh -c "hostname; ulimit -n; ulimit -Hn; id -u; id -G; umask; cat /proc/self/oom_score_adj"' \
			"$arch" $(emulator "$arch") "$(echo "$RELEASE"/ocibox-*-"$arch")"
		[ "$output" = "on-$arch
77
4096
4294967294
77 5
0027
500" ]
	done
}

@test "the same bytes in another place, of another user with other habits, and by plain make" {
	local other=$BATS_TEST_TMPDIR/another-place/with/a/longer/name
	mkdir -p "${other%/*}" home tmp
	checkout "$other"
	git config --file home/.gitconfig core.abbrev 40
	git config --file home/.gitconfig core.autocrlf true
	git config --file home/.gitconfig tar.umask user
	find "$other" -exec touch -h -d '2001-02-03 04:05:06' {} +
	cd "$other"
	run -0 unshare --user --map-user=12345 --map-group=12345 \
		env -i PATH="$PATH" HOME="$BATS_TEST_TMPDIR/home" TMPDIR="$BATS_TEST_TMPDIR/tmp" TZ=Pacific/Kiritimati LC_ALL=C.UTF-8 \
		CFLAGS=-O0 CPPFLAGS=-DX LDFLAGS=-Wl,-Map=x OPT=-O0 GZIP=-1 TAR_OPTIONS=-v SOURCE_DATE_EPOCH=1 \
		sh -c 'umask 077; exec sh packaging/release.sh "$@"' sh "$(sed -n 's/^VERSION := //p' Makefile)" "$DEPS" build/release \
		x86_64 aarch64 armv7 riscv64
	echo "$output"
	run -0 diff -r "$RELEASE" build/release
	[ "$(stat -c '%a %Y %n' "$RELEASE"/*)" = "$(cd build/release && stat -c "%a %Y $RELEASE/%n" -- *)" ]
	make -s -C "$BATS_FILE_TMPDIR/one" -j2 DEPS="$DEPS" build/ocibox
	cmp "$BATS_FILE_TMPDIR/one/build/ocibox" "$RELEASE"/ocibox-*-"$(uname -m)"
}
