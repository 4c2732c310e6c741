#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# shellcheck disable=SC2016,SC2154,SC2164 # text for other shells; run sets these; bats stops at a failing cd
load helpers

setup() {
	requires root unshare "$NOSYS"
	cd "$BATS_TEST_TMPDIR"
	mkdir -p root/mnt root/proc root/sys root/dev source
	echo text >source/file
	# a mount of its own, as oci-rootfs makes it, and what is asked for the mounts in it
	export inside='mount --bind root root && cd . && exec "$@"'
	export -f aside in_ns
}

# config MOUNTS [MORE]: config.json of a bundle of root
config() {
	echo '{"ociVersion":"1.0.0","root":{"path":"root"},"linux":{"namespaces":[{"type":"mount"}]},"mounts":['"$1"']'"${2:+,$2}"'}' >config.json
}

# in_ns WORDS: run in a new mount namespace, where root is a mount
in_ns() {
	aside sh -c "$inside" sh "$@"
}

calls=open_tree,move_mount,fsopen,fsconfig,fsmount,mount_setattr,openat2
# on KERNEL WORDS: run as on a kernel: new; old (4.19: none of the new calls); young (5.2 to 5.11: no mount_setattr);
# filter (a seccomp filter that answers EPERM to calls it does not know)
on() {
	local kernel=$1
	shift
	case $kernel in
	new) "$@" ;;
	old) "$NOSYS" $calls bash -c '"$@"' bash "$@" ;;
	young) "$NOSYS" mount_setattr,openat2 bash -c '"$@"' bash "$@" ;;
	filter) "$NOSYS" "${calls//,/=EPERM,}=EPERM" bash -c '"$@"' bash "$@" ;;
	esac
}
kernels="new old young filter"

# mounts: the lines of a mountinfo below root, without their numbers (and inode64, which is a kernel's default): point, options, tags, type, source, super options
mounts() {
	sed -nE 's,^[0-9]+ [0-9]+ [^ ]+ ([^ ]+) [^ ]*/root(/[^ ]*) ,\2 ,p' | sed -E 's/,inode64//;s/(shared|master|propagate_from):[0-9]+/\1/g'
}

# lacks [OPTIONS] PATTERN [FILE]: no line matches ("! grep" would not end a test)
lacks() {
	if grep "$@"; then
		return 1
	fi
}

@test "a filesystem, as the next program sees it" {
	for kernel in $kernels; do
		run -0 on "$kernel" in_ns "$OCIBOX" oci-mount -r root -t tmpfs -s things -o nosuid,nodev,size=64k,mode=700 mnt /bin/cat /proc/self/mountinfo
		[ "$(mounts <<<"$output")" = "/mnt rw,nosuid,nodev,relatime - tmpfs things rw,size=64k,mode=700" ]
	done
}

@test "every option in its set and clear form, on a bind mount and on a tmpfs, on every kernel" {
	cat >table <<-'END'
	acl rw,relatime rw,relatime
	async rw,relatime rw,relatime
	atime rw,relatime rw,relatime
	bind rw,relatime rw,relatime
	defaults rw,relatime rw,relatime
	dev rw,relatime rw,relatime
	diratime rw,relatime rw,relatime
	dirsync rw,relatime rw,relatime dirsync
	exec rw,relatime rw,relatime
	iversion rw,relatime rw,relatime
	lazytime rw,relatime rw,relatime lazytime
	loud rw,relatime rw,relatime
	mand rw,relatime rw,relatime mand
	noacl rw,relatime rw,relatime
	noatime rw,noatime rw,noatime
	nodev rw,nodev,relatime rw,nodev,relatime
	nodiratime rw,nodiratime,relatime rw,nodiratime,relatime
	noexec rw,noexec,relatime rw,noexec,relatime
	noiversion rw,relatime rw,relatime
	nolazytime rw,relatime rw,relatime
	nomand rw,relatime rw,relatime
	norelatime rw,relatime rw,relatime
	nostrictatime rw,relatime rw,relatime
	nosuid rw,nosuid,relatime rw,nosuid,relatime
	nosymfollow rw,relatime,nosymfollow rw,relatime,nosymfollow
	private rw,relatime rw,relatime
	ratime rw,relatime rw,relatime
	rbind rw,relatime rw,relatime
	rdev rw,relatime rw,relatime
	rdiratime rw,relatime rw,relatime
	relatime rw,relatime rw,relatime
	rexec rw,relatime rw,relatime
	rnoatime rw,noatime rw,noatime
	rnodev rw,nodev,relatime rw,nodev,relatime
	rnodiratime rw,nodiratime,relatime rw,nodiratime,relatime
	rnoexec rw,noexec,relatime rw,noexec,relatime
	rnorelatime rw,relatime rw,relatime
	rnostrictatime rw,relatime rw,relatime
	rnosuid rw,nosuid,relatime rw,nosuid,relatime
	rnosymfollow rw,relatime,nosymfollow rw,relatime,nosymfollow
	ro ro,relatime ro,relatime
	rprivate rw,relatime rw,relatime
	rrelatime rw,relatime rw,relatime
	rro ro,relatime ro,relatime
	rrw rw,relatime rw,relatime
	rshared rw,relatime/shared rw,relatime/shared
	rslave rw,relatime rw,relatime
	rstrictatime rw rw
	rsuid rw,relatime rw,relatime
	rsymfollow rw,relatime rw,relatime
	runbindable rw,relatime/unbindable rw,relatime/unbindable
	rw rw,relatime rw,relatime
	shared rw,relatime/shared rw,relatime/shared
	silent rw,relatime rw,relatime
	slave rw,relatime rw,relatime
	src-nofollow rw,relatime rw,relatime
	strictatime rw rw
	suid rw,relatime rw,relatime
	symfollow rw,relatime rw,relatime
	sync rw,relatime rw,relatime sync
	unbindable rw,relatime/unbindable rw,relatime/unbindable
	END
	chain=()
	while read -r option on_bind on_tmpfs super; do
		echo "/bind/$option ${on_bind/\// } - tmpfs source rw"
		chain+=(oci-mount -r root -t bind -s source -o "$option" "/bind/$option")
		case $option in
		bind | rbind) continue ;;       # a new filesystem cannot be bound
		ro) super=- ;;
		esac
		[ "$super" = - ] && rw=ro super='' || rw=rw
		mkdir -p "root/new/$option"
		echo "/new/$option ${on_tmpfs/\// } - tmpfs new $rw${super:+,$super},size=4k,mode=755"
		chain+=(oci-mount -r root -t tmpfs -s new -o "$option,size=4k" "/new/$option")
	done <table >expected
	[ "$(wc -l <expected)" = 120 ]
	for kernel in $kernels; do
		run -0 on "$kernel" aside sh -c 'mount -t tmpfs source source && mount --bind root root && exec "$@"' sh \
			"$OCIBOX" "${chain[@]}" /bin/cat /proc/self/mountinfo
		diff <(mounts <<<"$output") expected
	done
}

@test "a bind mount has the flags that are named and no others of its source; with none it keeps them" {
	cat >table <<-'END'
	bind ro,nosuid,nodev,noexec,noatime,nodiratime,nosymfollow
	bind,private ro,nosuid,nodev,noexec,noatime,nodiratime,nosymfollow
	bind,rw rw,noatime,nodiratime
	bind,ro ro,noatime,nodiratime
	bind,dev rw,noatime,nodiratime
	bind,nosuid,nodev rw,nosuid,nodev,noatime,nodiratime
	bind,ro,suid,exec ro,noatime,nodiratime
	bind,nosymfollow rw,noatime,nodiratime,nosymfollow
	bind,symfollow rw,noatime,nodiratime
	bind,relatime rw,relatime
	bind,nodiratime rw,nodiratime,relatime
	bind,strictatime rw
	bind,nodiratime,strictatime rw,nodiratime
	bind,noatime rw,noatime
	bind,atime rw,nodiratime,relatime
	bind,diratime rw,noatime
	bind,norelatime rw,noatime,nodiratime
	bind,rexec ro,nosuid,nodev,noatime,nodiratime,nosymfollow
	bind,rrw,rsuid rw,nodev,noexec,noatime,nodiratime,nosymfollow
	bind,nosuid,rro ro,nosuid,noatime,nodiratime
	END
	chain=()
	while read -r option _; do
		chain+=(oci-mount -r root -s source -o "$option" "/mnt/$option")
	done <table
	for kernel in $kernels; do
		run -0 on "$kernel" aside sh -c 'mount -t tmpfs source source && "$0" oci-mount -r / -o remount,bind,nosuid,nodev,noexec,noatime,nodiratime,ro,nosymfollow "$PWD/source" && exec "$0" "$@"' \
			"$OCIBOX" "${chain[@]}" /bin/cat /proc/self/mountinfo
		diff <(mounts <<<"$output" | sed 's/ - .*//;s,^/mnt/,,') table
	done
}

@test "of two options that contradict each other the later wins" {
	run -0 in_ns "$OCIBOX" oci-mount -r root -s source -o bind,ro,rw,suid,nosuid,noatime,strictatime,relatime mnt /bin/cat /proc/self/mountinfo
	[ "$(mounts <<<"$output" | sed 's/ - .*//')" = "/mnt rw,nosuid,relatime" ]
}

@test "recursive forms reach the mounts below, the others do not" {
	mkdir -p source/below/deep root/mnt/1 root/mnt/2
	for kernel in $kernels; do
		run -0 on "$kernel" aside sh -c '
			mount -t tmpfs top source && mkdir -p source/below && mount -t tmpfs below source/below &&
			mkdir -p "source/below/a deep" && mount -t tmpfs deep "source/below/a deep" && exec "$@"' sh "$OCIBOX" \
			oci-mount -r root -s source -o rbind,ro,noexec /mnt/1 \
			oci-mount -r root -s source -o rbind,rro,rnosuid,rnoatime /mnt/2 /bin/cat /proc/self/mountinfo
		diff <(mounts <<<"$output" | sed 's/ - .*//') - <<-'END'
		/mnt/1 ro,noexec,relatime
		/mnt/1/below rw,relatime
		/mnt/1/below/a\040deep rw,relatime
		/mnt/2 ro,nosuid,noatime
		/mnt/2/below ro,nosuid,noatime
		/mnt/2/below/a\040deep ro,nosuid,noatime
		END
	done
}

@test "bind leaves the mounts below out, rbind takes them" {
	mkdir source/below
	for kernel in $kernels; do
		run -0 on "$kernel" aside sh -c 'mount -t tmpfs below source/below && exec "$@"' sh "$OCIBOX" \
			oci-mount -r root -s source -o bind /mnt/1 oci-mount -r root -s source -o rbind /mnt/2 /bin/cat /proc/self/mountinfo
		[ "$(mounts <<<"$output" | cut -d' ' -f1 | tr '\n' ' ')" = "/mnt/1 /mnt/2 /mnt/2/below " ]
	done
}

@test "missing mount points are made: directories 0755, files 0644, whatever the umask" {
	umask 077
	for kernel in $kernels; do
		rm -rf root/a root/f
		run -0 on "$kernel" in_ns "$OCIBOX" oci-mount -r root -t tmpfs a/b/c oci-mount -r root -s source/file -o bind f/g/file /bin/cat root/f/g/file
		[ "$output" = text ]
		[ "$(stat -c '%a %F' root/a root/a/b root/a/b/c root/f/g/file | tr '\n' ';')" = \
			"755 directory;755 directory;755 directory;644 regular empty file;" ]
	done
}

@test "a tmpfs has the mode of the directory it covers, unless told another, or the kernel's where none was" {
	mkdir -m 1777 root/t
	mkdir -m 2750 root/u
	chown 1:2 root/u
	for kernel in $kernels; do
		rm -rf root/new
		run -0 on "$kernel" in_ns "$OCIBOX" oci-mount -r root -t tmpfs t oci-mount -r root -t tmpfs -o size=4k u oci-mount -r root -t tmpfs -o mode=711 mnt \
			oci-mount -r root -t tmpfs new /bin/stat -c '%a %u %g' root/t root/u root/mnt root/new
		[ "$output" = "1777 0 0
2750 0 0
711 0 0
1777 0 0" ]
	done
}

@test "symlinks lead where they would for a process in the root" {
	mkdir "$BATS_TEST_TMPDIR/outside"
	ln -s "$BATS_TEST_TMPDIR/outside" root/absolute
	ln -s ../../../../../outside root/relative
	ln -s /mnt root/good
	for kernel in $kernels; do
		run -0 on "$kernel" in_ns "$OCIBOX" oci-mount -r root -t tmpfs absolute oci-mount -r root -t tmpfs relative \
			oci-mount -r root -t tmpfs good oci-mount -r root -t tmpfs ../../up /bin/cat /proc/self/mountinfo
		[ "$(mounts <<<"$output" | cut -d' ' -f1 | tr '\n' ' ')" = "$BATS_TEST_TMPDIR/outside /outside /mnt /up " ]
		lacks "$BATS_TEST_TMPDIR/outside " <<<"${output//root$BATS_TEST_TMPDIR/}"
	done
}

@test "type bind is a bind mount, without a type too; a relative source starts here, or at the bundle" {
	run -0 in_ns "$OCIBOX" oci-mount -r root -t bind -s source mnt /bin/cat root/mnt/file
	[ "$output" = text ]
	mkdir -p elsewhere
	config '{"destination":"/mnt","source":"source","options":["bind"]},{"destination":"rel","type":"bind","source":"source/file"}'
	cd elsewhere
	run -0 aside "$OCIBOX" oci-mount -b .. /bin/cat ../root/mnt/file ../root/rel
	[ "$output" = "text
text" ]
}

@test "-b makes all mounts in their order, -r in another root" {
	mkdir other
	config '{"destination":"/mnt","type":"tmpfs","source":"one"},{"destination":"/mnt/in","type":"tmpfs","source":"two","options":["noexec"]},{"destination":"/proc","type":"proc","source":"proc"}'
	run -0 aside "$OCIBOX" oci-mount -b . /bin/cat /proc/self/mountinfo
	[ "$(mounts <<<"$output" | cut -d' ' -f1,2 | tr '\n' ';')" = "/mnt rw,relatime;/mnt/in rw,noexec,relatime;/proc rw,relatime;" ]
	run -0 aside "$OCIBOX" oci-mount -b . -r other /bin/ls other/proc/self/mountinfo other/mnt
	# a destination with the root's own path in front, and a source in what was mounted before
	config '{"destination":"'"$PWD"'/root/mnt","type":"tmpfs","source":"one"},{"destination":"/mnt/in","type":"tmpfs","source":"two"},
		{"destination":"'"$PWD"'/root/again","type":"bind","source":"'"$PWD"'/root/mnt","options":["rbind"]}'
	run -0 aside "$OCIBOX" oci-mount -b . /bin/cat /proc/self/mountinfo
	[ "$(mounts <<<"$output" | cut -d' ' -f1 | tr '\n' ' ')" = "/mnt /mnt/in /again /again/in " ]
	[ ! -e root/tmp ]
	config '' '"annotations":{}'
	run -0 aside "$OCIBOX" oci-mount -b . /bin/true
	echo '{"ociVersion":"1.0.0","root":{"path":"root"}}' >config.json
	run -0 aside "$OCIBOX" oci-mount -b . /bin/true
}

@test "-l: tmpfs, /dev and parents of later mounts become read-only last" {
	mkdir source/data
	config '{"destination":"/dev","type":"bind","source":"source","options":["bind","ro"]},
		{"destination":"/t","type":"tmpfs","options":["ro"]},
		{"destination":"/deep","type":"tmpfs","options":["rro"]},
		{"destination":"/deep/er","type":"tmpfs"},
		{"destination":"/vol","type":"bind","source":"source","options":["bind","ro"]},
		{"destination":"/vol/new","type":"bind","source":"source/data","options":["bind"]},
		{"destination":"/sys","type":"sysfs","options":["ro"]},
		{"destination":"/sys/fs","type":"tmpfs"},
		{"destination":"/now","type":"bind","source":"source","options":["bind","ro"]},
		{"destination":"/now-not","type":"tmpfs"},
		{"destination":"/vol/new","type":"bind","source":"source","options":["bind","ro"]}'
	# the files of an initramfs have no relatime
	for kernel in $kernels; do
		run -0 on "$kernel" aside "$OCIBOX" oci-mount -b . /bin/cat /proc/self/mountinfo
		[ "$(mounts <<<"$output" | cut -d' ' -f1,2 | sed 's/,relatime//' | tr '\n' ';')" = "/dev rw;/t rw;/deep rw;/deep/er rw;/vol rw;/vol/new rw;/sys ro;/sys/fs rw;/now ro;/now-not rw;/vol/new ro;" ]
		run -0 on "$kernel" aside "$OCIBOX" oci-mount -b . oci-mount -b . -l /bin/cat /proc/self/mountinfo
		[ "$(mounts <<<"$output" | cut -d' ' -f1,2 | sed 's/,relatime//' | tr '\n' ';')" = "/dev ro;/t ro;/deep ro;/deep/er ro;/vol ro;/vol/new rw;/sys ro;/sys/fs rw;/now ro;/now-not rw;/vol/new ro;" ]
	done
}

@test "a read-only remount that finds the mount busy is tried again, but not for ever" {
	requires strace
	config '{"destination":"/t","type":"tmpfs","options":["ro"]}'
	for kernel in new old; do
		call=mount_setattr
		[ $kernel = new ] || call=mount
		# old: the mounts that make the tmpfs come first, and are of another process
		run -0 on $kernel aside "$OCIBOX" oci-mount -b . /bin/bash -c 'strace -o trace -e trace=$0 -e inject=$0:error=EBUSY:when=1..7 "$@"' \
			$call "$OCIBOX" oci-mount -b . -l /bin/cat /proc/self/mountinfo
		[ "$(grep -c EBUSY trace)" = 7 ]
		grep -q '/root/t ro,' <<<"$output"
		run -115 --separate-stderr on $kernel aside "$OCIBOX" oci-mount -b . /bin/bash -c 'strace -o trace -e trace=$0 -e inject=$0:error=EBUSY "$@"' \
			$call "$OCIBOX" oci-mount -b . -l
		[[ $stderr == "oci-mount: change the mount flags of /t: "*busy ]]
	done
}

@test "remount changes what is mounted" {
	for kernel in $kernels; do
		run -0 on "$kernel" in_ns "$OCIBOX" oci-mount -r root -t tmpfs -o nosuid,size=64k mnt oci-mount -r root -o remount,bind,ro,noexec mnt /bin/cat /proc/self/mountinfo
		[ "$(mounts <<<"$output")" = "/mnt ro,nosuid,noexec,relatime - tmpfs tmpfs rw,size=64k,mode=755" ]
		run -0 on "$kernel" in_ns "$OCIBOX" oci-mount -r root -t tmpfs -o nosuid,size=64k mnt oci-mount -r root -o remount,size=128k,noatime mnt /bin/cat /proc/self/mountinfo
		[ "$(mounts <<<"$output")" = "/mnt rw,nosuid,noatime - tmpfs tmpfs rw,size=128k,mode=755" ]
	done
	run -115 --separate-stderr in_ns "$OCIBOX" oci-mount -r root -o remount,bind,ro mnt
	[ "$stderr" = "oci-mount: change the mount flags of mnt: Invalid argument" ]
}

@test "the kernel's own message names the bad option" {
	run -115 --separate-stderr in_ns "$OCIBOX" oci-mount -r root -t tmpfs -o size=frob /mnt /bin/true
	[ "$stderr" = "oci-mount: mount tmpfs on /mnt: tmpfs: Bad value for 'size': Invalid argument" ]
	run -115 --separate-stderr in_ns "$OCIBOX" oci-mount -r root -t tmpfs -o frob /mnt /bin/true
	[ "$stderr" = "oci-mount: mount tmpfs on /mnt: tmpfs: Unknown parameter 'frob': Invalid argument" ]
	run -115 --separate-stderr on old in_ns "$OCIBOX" oci-mount -r root -t tmpfs -o frob /mnt /bin/true
	[ "$stderr" = "oci-mount: mount tmpfs on /mnt: Invalid argument" ]
	run -115 --separate-stderr in_ns "$OCIBOX" oci-mount -r root -t frobfs /mnt /bin/true
	[ "$stderr" = "oci-mount: mount frobfs on /mnt: No such device" ]
}

@test "data longer than fsconfig takes goes by mount(2)" {
	mkdir -p up work
	lower=
	for n in $(seq 12); do
		mkdir -p "lower-with-a-name-that-is-long-enough-$n"
		lower=$lower${lower:+:}lower-with-a-name-that-is-long-enough-$n
	done
	[ ${#lower} -gt 300 ]
	echo low >lower-with-a-name-that-is-long-enough-7/low
	run aside mount -t overlay -o "lowerdir=lower-with-a-name-that-is-long-enough-1:lower-with-a-name-that-is-long-enough-2" overlay root/mnt
	[ "$status" = 0 ] || cannot "needs overlay"
	run -0 in_ns "$OCIBOX" oci-mount -r root -t overlay -o "lowerdir=$lower" mnt /bin/cat root/mnt/low
	[ "$output" = low ]
}

@test "nothing is mounted on the root or inside /proc but the usual files" {
	ln -s / root/slash
	ln -s /proc root/link
	aside true
	for point in / . .. mnt/.. slash; do
		run -111 --separate-stderr in_ns "$OCIBOX" oci-mount -r root -t tmpfs "$point"
		[ "$stderr" = "oci-mount: $point: nothing can be mounted on the root" ]
	done
	for point in /proc/sys proc/self proc//irq /mnt/../proc/fs; do
		run -111 --separate-stderr in_ns "$OCIBOX" oci-mount -r root -t proc proc oci-mount -r root -t tmpfs "$point"
		[ "$stderr" = "oci-mount: $point: nothing can be mounted inside /proc" ]
	done
	run -111 --separate-stderr in_ns "$OCIBOX" oci-mount -r root -t proc proc oci-mount -r root -t tmpfs link/fs
	[ "$stderr" = "oci-mount: link/fs: nothing can be mounted inside /proc" ]
	run -111 --separate-stderr in_ns "$OCIBOX" oci-mount -r root -t tmpfs proc
	[ "$stderr" = "oci-mount: proc: only proc can be mounted there" ]
	run -111 --separate-stderr in_ns "$OCIBOX" oci-mount -r root -t proc proc oci-mount -r root -t tmpfs link
	[ "$stderr" = "oci-mount: link: only proc can be mounted there" ]
	run -0 in_ns "$OCIBOX" oci-mount -r root -t proc proc oci-mount -r root -s source/file -o bind proc/cpuinfo \
		oci-mount -r root -s source/file -o bind /proc/sys/kernel/ns_last_pid oci-mount -r root -s source/file -o bind /proc/net/dev /bin/cat root/proc/cpuinfo
	[ "$output" = text ]
	run -0 in_ns "$OCIBOX" oci-mount -r root -s /proc -o rbind proc /bin/cat root/proc/self/comm
	[ "$output" = cat ]
}

@test "a bind of a part of a procfs on /proc is warned of" {
	run -0 --separate-stderr in_ns "$OCIBOX" oci-mount -r root -s /proc/self -o bind /proc /bin/true
	[ "$stderr" = "oci-mount: warning: /proc: /proc/self is a part of a procfs only" ]
}

@test "a bind of all of /proc, on old kernels too, has what is there and nothing else" {
	count=$(grep -c ' /proc[ /]' /proc/self/mountinfo)
	for kernel in new old; do
		run -0 on "$kernel" in_ns "$OCIBOX" oci-mount -r root -s /proc -o rbind proc oci-mount -r root -s /proc/fs -o bind mnt /bin/grep -c '/root/\(proc\|mnt\)[ /]' /proc/self/mountinfo
		[ "$output" = $((count + 1)) ]
	done
}

@test "a file goes on a file and a directory on a directory" {
	echo >root/file
	mkdir root/dir
	echo >from
	run -115 --separate-stderr in_ns "$OCIBOX" oci-mount -r root -s from -o bind /dir
	[ "$stderr" = "oci-mount: make the mount point /dir: Not a directory" ]
	run -115 --separate-stderr in_ns "$OCIBOX" oci-mount -r root -s root -o bind /file
	[ "$stderr" = "oci-mount: make the mount point /file: Not a directory" ]
}

@test "proc and sysfs go on real directories only" {
	rmdir root/proc root/sys
	ln -s mnt root/proc
	echo >root/sys
	run -111 --separate-stderr in_ns "$OCIBOX" oci-mount -r root -t proc /proc
	[ "$stderr" = "oci-mount: /proc: filesystem \"proc\" must be mounted on ordinary directory" ]
	run -111 --separate-stderr in_ns "$OCIBOX" oci-mount -r root -t sysfs /sys
	[ "$stderr" = "oci-mount: /sys: filesystem \"sysfs\" must be mounted on ordinary directory" ]
	run -111 --separate-stderr in_ns "$OCIBOX" oci-mount -r root -s /proc -o rbind proc
	[ "$stderr" = "oci-mount: proc: filesystem \"/proc\" must be mounted on ordinary directory" ]
	# what is in them is a file as others are
	ln -s mnt root/link
	run -0 in_ns "$OCIBOX" oci-mount -r root -s /proc/self -o bind link /bin/test -e root/mnt/comm
	rm root/proc root/sys
	run -0 in_ns "$OCIBOX" oci-mount -r root -t proc /proc /bin/cat root/proc/self/comm
	[ "$output" = cat ]
	# .. behind a symlink leads elsewhere
	mkdir -p root/deep/er
	ln -s deep/er root/hop
	run -0 in_ns "$OCIBOX" oci-mount -r root -t proc /hop/../proc oci-mount -r root -t sysfs hop/../sys /bin/test -e root/proc/self -a -e root/sys/fs -a ! -e root/deep/proc
}

@test "a procfs that is not on /proc is mounted on as other places are" {
	for kernel in new old; do
		run -0 on "$kernel" in_ns "$OCIBOX" oci-mount -r root -t proc proc oci-mount -r root -s /proc -o bind mnt/proc \
			oci-mount -r root -t tmpfs mnt/proc/fs oci-mount -r root -t tmpfs mnt/proc /bin/stat -f -c %T root/mnt/proc root/proc
		[ "$output" = "tmpfs
proc" ]
	done
}

@test "what cannot be is an error: unknown options of a bind mount, no type, a label without SELinux" {
	run -111 --separate-stderr in_ns "$OCIBOX" oci-mount -r root -s source -o bind,frob,size=1 mnt
	[ "$stderr" = "oci-mount: frob: not an option of a bind mount" ]
	# what podman and buildah leave there is none of the mount's
	run -0 in_ns "$OCIBOX" oci-mount -r root -s source -o bind,copy,nocopy,z,Z,U mnt /bin/true
	run -111 --separate-stderr in_ns "$OCIBOX" oci-mount -r root -s source -o bind,zU mnt
	[ "$stderr" = "oci-mount: zU: not an option of a bind mount" ]
	config '{"destination":"/mnt","source":"source","options":["bind","frob"]}'
	run -111 --separate-stderr aside "$OCIBOX" oci-mount -b .
	[[ $stderr == "oci-mount: config.json:1:"*": mounts[0].options: frob: not an option of a bind mount" ]]
	config '{"destination":"/mnt","source":"source"}'
	run -111 --separate-stderr aside "$OCIBOX" oci-mount -b .
	[[ $stderr == "oci-mount: config.json:1:"*": mounts[0]: no type" ]]
	[ -d /sys/fs/selinux ] && return
	echo '{"ociVersion":"1.0.0","root":{"path":"root"},"linux":{"mountLabel":"system_u:object_r:container_file_t:s0:c1,c2","namespaces":[{"type":"mount"}]},"mounts":[{"destination":"/new","type":"tmpfs"}]}' >config.json
	run -119 --separate-stderr aside "$OCIBOX" oci-mount -b .
	[[ $stderr == "oci-mount: config.json:1:"*": linux.mountLabel: SELinux is not in force here" ]]
	[ ! -e root/new ]
}

@test "idmap: the ids of a bind mount, and with ridmap of those below" {
	requires idmap
	mkdir -p source/below other
	echo >other/file
	chown 1000:1001 source source/file
	chown 1003:1004 other/file
	# in a pid namespace with the host's /proc, as in the making of a container
	inside='mount --bind other source/below && mount --bind root root && cd . && exec "$@"'
	for way in "" "unshare --pid --fork"; do
		# shellcheck disable=SC2086 # words
		run -0 aside $way sh -c "$inside" sh "$OCIBOX" \
			oci-mount -r root -s source -o 'rbind,ro,idmap=uids=1000-5000-5#0-7-1;gids=1001-6001-5' /1 \
			oci-mount -r root -s source -o 'rbind,ridmap=uids=1000-5000-5;gids=1001-6001-5' /2 \
			oci-mount -r root -s source/file -o 'bind,nosuid,idmap=gids=1000-10-2;uids=1000-20-1' /3 \
			/bin/sh -c 'stat -c "%u:%g %n" root/[12] root/*/file root/3 root/*/below/file; touch root/1/x; cat /proc/self/mountinfo'
		[ "${lines[0]}" = "5000:6001 root/1" ]
		[ "${lines[2]}" = "5000:6001 root/1/file" ]
		[ "${lines[4]}" = "20:11 root/3" ]
		[ "${lines[5]}" = "1003:1004 root/1/below/file" ]
		[ "${lines[6]}" = "5003:6004 root/2/below/file" ]
		[[ ${lines[7]} == *"Read-only file system" ]]
		[ "$(mounts <<<"$output" | grep -o '^.* - ' | sed 's/,relatime//' | tr '\n' ';')" = \
			"/1 ro,idmapped - ;/1/below rw - ;/2 rw,idmapped - ;/2/below rw,idmapped - ;/3 rw,nosuid,idmapped - ;" ]
	done
	config '{"destination":"/mnt","source":"source","options":["bind"],"uidMappings":[{"containerID":1000,"hostID":5,"size":1}],"gidMappings":[{"containerID":1001,"hostID":6,"size":1}]}'
	run -0 aside "$OCIBOX" oci-mount -b . /bin/stat -c %u:%g root/mnt/file
	[ "$output" = 5:6 ]
	for kernel in old young; do
		run -119 --separate-stderr on "$kernel" in_ns "$OCIBOX" oci-mount -r root -s source -o 'bind,idmap=uids=0-1-1;gids=0-1-1' mnt
		[ "$stderr" = "oci-mount: mnt: this kernel cannot map the ids of a mount" ]
	done
	run -119 --separate-stderr in_ns "$OCIBOX" oci-mount -r root -s /proc -o 'bind,idmap=uids=0-1-1;gids=0-1-1' proc
	[ "$stderr" = "oci-mount: /proc: a filesystem that does not map ids on this kernel" ]
}

@test "idmap: maps that cannot be" {
	while IFS='|' read -r option reason; do
		run -111 --separate-stderr in_ns "$OCIBOX" oci-mount -r root -s source -o "bind,$option" mnt
		[ "$stderr" = "oci-mount: $reason" ]
	done <<-'END'
	idmap|mnt: idmap needs its maps: idmap=uids=...;gids=...
	idmap=uids=1-1-1|mnt: uids and gids must both be mapped
	ridmap=frob|frob: neither uids= nor gids=
	idmap=uids=1-1;gids=1-1-1|uids=1-1;gids=1-1-1: not ID-HOSTID-COUNT
	idmap=uids=1-1-1,gids=1-1-1|gids=1-1-1: not an option of a bind mount
	idmap=uids=1-1-1-1|uids=1-1-1-1: not ID-HOSTID-COUNT
	idmap=uids=1-1-9999999999|uids=1-1-9999999999: not ID-HOSTID-COUNT
	idmap=uids=@1-1-1|uids=@1-1-1: not an id of the container
	END
	run -111 --separate-stderr in_ns "$OCIBOX" oci-mount -r root -t tmpfs -o 'idmap=uids=0-1-1;gids=0-1-1' mnt
	[ "$stderr" = "oci-mount: mnt: only a new bind mount can have mapped ids" ]
	config '{"destination":"/mnt","source":"source","options":["bind","idmap=uids=1-x-1;gids=1-1-1"]}'
	run -111 --separate-stderr aside "$OCIBOX" oci-mount -b .
	[[ $stderr == "oci-mount: config.json:1:"*": mounts[0].options: idmap=uids=1-x-1;gids=1-1-1: not ID-HOSTID-COUNT" ]]
}

@test "in a user namespace: sysfs that is not its own is the host's, devpts goes without a group it has not" {
	unshare -Ur true 2>/dev/null || cannot "needs user namespaces"
	for kernel in $kernels; do
		run -0 on "$kernel" unshare -Urm --propagation private sh -c "$inside" sh "$OCIBOX" oci-mount -r root -t sysfs -o ro,nosuid,nodev,noexec sys \
			oci-mount -r root -t devpts -o newinstance,ptmxmode=0666,mode=0620,gid=5,nosuid dev/pts /bin/cat /proc/self/mountinfo
		[ "$(mounts <<<"$output" | grep '^/dev')" = "/dev/pts rw,nosuid,relatime - devpts devpts rw,mode=620,ptmxmode=666" ]
		grep -Eq '^/sys ro,nosuid,nodev,noexec.* - sysfs ' <<<"$(mounts <<<"$output")"
	done
	run -115 --separate-stderr unshare -Urm --propagation private sh -c "$inside" sh "$OCIBOX" oci-mount -r root -t devpts -o frob,gid=5 dev/pts
	[ "$stderr" = "oci-mount: mount devpts on dev/pts: devpts: Unknown parameter 'frob': Invalid argument" ] ||
		[ "$stderr" = "oci-mount: mount devpts on dev/pts: Invalid argument" ]
}

@test "what is wrong with the last mount is seen before the first is made" {
	config '{"destination":"/new","type":"tmpfs"},{"destination":"/mnt","source":"source","options":["bind","frob"]}'
	run -111 aside "$OCIBOX" oci-mount -b .
	[ ! -e root/new ]
}

@test "a missing source is an error and makes no mount point" {
	run -115 --separate-stderr in_ns "$OCIBOX" oci-mount -r root -s /none -o bind new
	[ "$stderr" = "oci-mount: open /none: No such file or directory" ]
	[ ! -e root/new ]
	run -111 --separate-stderr in_ns "$OCIBOX" oci-mount -r root -o bind new
	[ "$stderr" = "oci-mount: new: a bind mount needs a source" ]
}

@test "src-nofollow does not follow a symlink" {
	ln -s file source/link
	for kernel in $kernels; do
		rm -f root/[fg]
		run -0 on "$kernel" in_ns "$OCIBOX" oci-mount -r root -s source/link -o bind f oci-mount -r root -s source/link -o bind,src-nofollow g \
			/bin/sh -c 'cat root/f; stat -c %F root/g; readlink root/g'
		[ "$output" = "text
symbolic link
file" ]
	done
}

@test "locked flags of a source stay, and a request to change one is an error that names it" {
	unshare -Ur true 2>/dev/null || cannot "needs user namespaces"
	locked='mount -t tmpfs -o nosuid,nodev,noexec,noatime source source && exec unshare -Urm --propagation private sh -c "mount --rbind root root && cd . && exec \"\$@\"" sh "$@"'
	cat >table <<-'END'
	rbind rw,nosuid,nodev,noexec,noatime
	rbind,ro ro,nosuid,nodev,noexec,noatime
	rbind,nosymfollow rw,nosuid,nodev,noexec,noatime,nosymfollow
	rbind,ro,noatime,nosuid ro,nosuid,nodev,noexec,noatime
	rbind,ro,norelatime ro,nosuid,nodev,noexec,noatime
	rbind,rro ro,nosuid,nodev,noexec,noatime
	END
	refusals="exec=noexec is locked and cannot be cleared
ro,suid=nosuid is locked and cannot be cleared
rdev=nodev is locked and cannot be cleared
relatime=noatime is locked and cannot be changed
strictatime=noatime is locked and cannot be changed
nodiratime=noatime is locked and cannot be changed
atime=noatime is locked and cannot be changed
ratime=noatime is locked and cannot be changed
rrelatime=noatime is locked and cannot be changed"
	chain=()
	while read -r option _; do
		chain+=(oci-mount -r root -s source -o "$option" "/mnt/$option")
	done <table
	for kernel in $kernels; do
		run -0 on "$kernel" aside sh -c "$locked" sh "$OCIBOX" "${chain[@]}" /bin/cat /proc/self/mountinfo
		diff <(mounts <<<"$output" | sed 's/ - .*//;s,^/mnt/,,') table
		while IFS='=' read -r option refusal; do
			run -114 --separate-stderr on "$kernel" aside sh -c "$locked" sh "$OCIBOX" oci-mount -r root -s source -o "rbind,$option" mnt
			[ "$stderr" = "oci-mount: mnt: $refusal" ]
		done <<<"$refusals"
	done
	# nosymfollow is never locked
	run -0 aside sh -c "${locked/noatime/nosymfollow}" sh "$OCIBOX" oci-mount -r root -s source -o bind,ro,symfollow /mnt/free /bin/cat /proc/self/mountinfo
	[ "$(mounts <<<"$output" | sed 's/ - .*//')" = "/mnt/free ro,nosuid,nodev,noexec,relatime" ]
}

# tree DIR: what "tmpcopyup" must bring over, one line each: mode, owner, times, type, device, links, path, size, symlink's target
tree() {
	(cd "$1" && find . -printf '%m %U:%G %T+ %y %n %P %s %l\n' | sed -E 's/^([^ ]+ [^ ]+ [^ ]+ d) [0-9]+ ([^ ]*) [0-9]+/\1 \2/;s/ +$//' | sort -k 5 && stat -c '%n %t:%T' dev)
}

@test "tmpcopyup: a tmpfs with all that the directory held" {
	mkdir -p root/t/dir/deep root/t/empty
	echo text >root/t/dir/deep/file
	ln root/t/dir/deep/file root/t/one
	ln root/t/one root/t/dir/two
	ln -s /etc/shadow root/t/absolute
	ln -s ../../../../../../../etc root/t/dir/relative
	ln root/t/absolute root/t/dir/same
	mkfifo -m 640 root/t/fifo
	mknod -m 604 root/t/dev c 1 3
	truncate -s 9M root/t/sparse
	printf data | dd of=root/t/sparse bs=1 seek=5M conv=notrunc status=none
	: >root/t/none
	mkdir root/t/.links0
	echo "with spaces" >"root/t/dir/a b"
	chown -h 3:4 root/t/absolute
	chown 1:2 root/t/dir root/t/one root/t/fifo
	chmod 6755 root/t/one
	chmod 1770 root/t/empty
	find root/t | while read -r path; do touch -h -d @1000000000.5 "$path"; done
	tree root/t >before
	declare -f tree >functions
	for kernel in $kernels; do
		run -0 on "$kernel" in_ns "$OCIBOX" oci-mount -r root -t tmpfs -o tmpcopyup,size=8m,nosuid t oci-mount -r root -t tmpfs -o tmpcopyup,ro t2 /bin/bash -c '. ./functions; tree root/t'
		diff before <(echo "$output")
		run -0 on "$kernel" in_ns "$OCIBOX" oci-mount -r root -t tmpfs -o tmpcopyup,size=8m,ro t /bin/bash -c '
			cd root/t && cat dir/two "dir/a b" && [ one -ef dir/two ] && [ one -ef dir/deep/file ] && [ "$(stat -c %i absolute)" = "$(stat -c %i dir/same)" ] && stat -c %b sparse && tail -c +$((5 * 1024 * 1024 + 1)) sparse | head -c 4 && echo && touch x; grep "/root/t " /proc/self/mountinfo'
		[ "${lines[0]}" = text ]
		[ "${lines[1]}" = "with spaces" ]
		[ "${lines[2]}" -le 16 ]        # blocks: a page of data
		[ "${lines[3]}" = data ]
		[[ ${lines[4]} == *"Read-only file system" ]]
		[ "$(mounts <<<"${lines[5]}")" = "/t ro,relatime - tmpfs tmpfs rw,size=8192k,mode=755" ]
	done
	diff before <(tree root/t)
}

@test "tmpcopyup copies extended attributes" {
	requires python3
	mkdir root/t
	echo >root/t/file
	chown 1:1 root/t/file
	python3 -c 'import os
os.setxattr("root/t/file", "trusted.a", b"1\0002")
os.setxattr("root/t/file", "security.capability", bytes.fromhex("010000020004000000000000000000000000000000"[:40]))
os.symlink("x", "root/t/link"); os.setxattr("root/t/link", "trusted.l", b"l", follow_symlinks=False)'
	for kernel in new old; do
		run -0 on "$kernel" in_ns "$OCIBOX" oci-mount -r root -t tmpfs -o tmpcopyup t "$(command -v python3)" -c 'import os
print(os.getxattr("root/t/file", "trusted.a"), os.getxattr("root/t/file", "security.capability").hex(), os.getxattr("root/t/link", "trusted.l", follow_symlinks=False))'
		[ "$output" = "b'1\x002' 0100000200040000000000000000000000000000 b'l'" ]
	done
}

@test "tmpcopyup: what is too deep, or does not fit, is an error; on what is no tmpfs it is warned of" {
	deep=root/t
	for _ in $(seq 30); do deep=$deep/1/2/3/4/5/6/7; done
	mkdir -p "$deep" root/u
	run -119 --separate-stderr in_ns "$OCIBOX" oci-mount -r root -t tmpfs -o tmpcopyup t
	[ "$stderr" = "oci-mount: t: its directories are more than 200 deep" ]
	head -c 100000 /dev/zero >root/u/file
	run -115 --separate-stderr in_ns "$OCIBOX" oci-mount -r root -t tmpfs -o tmpcopyup,size=8k u
	[ "$stderr" = "oci-mount: copy file: No space left on device" ]
	run -0 --separate-stderr in_ns "$OCIBOX" oci-mount -r root -s source -o bind,tmpcopyup mnt /bin/cat root/mnt/file
	[ "$stderr" = "oci-mount: warning: mnt: tmpcopyup is for a tmpfs only" ]
	[ "$output" = text ]
}

@test "tmpcopyup in a user namespace leaves devices out with a warning" {
	unshare -Ur true 2>/dev/null || cannot "needs user namespaces"
	mkdir root/t
	echo here >root/t/file
	mknod root/t/dev c 1 3
	run -0 --separate-stderr unshare -Urm --propagation private sh -c "$inside" sh "$OCIBOX" oci-mount -r root -t tmpfs -o tmpcopyup t /bin/sh -c 'ls root/t; cat root/t/file'
	[ "$output" = "file
here" ]
	[ "$stderr" = "oci-mount: warning: dev: a device that cannot be made here is not copied" ]
}

@test "tmpcopyup while another process exchanges a directory and a symlink copies nothing from outside" {
	requires "$EXCHANGE"
	mkdir -p outside root/t/here
	echo secret >outside/secret
	ln -s "$BATS_TEST_TMPDIR/outside" root/t/link
	"$EXCHANGE" root/t/here root/t/link 3>&- &
	attacker=$!
	for _ in $(seq $((OCIBOX_IN_VM ? 10 : 100))); do
		run in_ns "$OCIBOX" oci-mount -r root -t tmpfs -o tmpcopyup t /bin/find root/t -name secret
		[ "$status" = 0 ] || [[ $output == oci-mount:* ]]
		lacks secret <<<"$output"
	done
	kill $attacker
	wait $attacker || true
}

@test "dest-nofollow mounts on a symlink itself" {
	ln -s nowhere root/link
	for kernel in $kernels; do
		run -0 on "$kernel" in_ns "$OCIBOX" oci-mount -r root -s source/file -o bind,dest-nofollow link \
			oci-mount -r root -s source -o bind,dest-nofollow new /bin/cat root/link root/new/file
		[ "$output" = "text
text" ]
		[ ! -e root/nowhere ]
	done
}

@test "copy-symlink makes the same symlink, and a bind mount of what is none" {
	ln -s ../up source/link
	run -0 in_ns "$OCIBOX" oci-mount -r root -s source/link -o bind,copy-symlink a/b oci-mount -r root -s source/link -o bind,copy-symlink a/b \
		oci-mount -r root -s source/file -o bind,copy-symlink f /bin/cat root/f
	[ "$output" = text ]
	[ "$(readlink root/a/b)" = ../up ]
	ln -s other root/c
	echo >root/d
	for there in c d mnt; do
		run -111 --separate-stderr in_ns "$OCIBOX" oci-mount -r root -s source/link -o bind,copy-symlink "$there"
		[ "$stderr" = "oci-mount: $there: there is something else than a symlink to ../up" ]
	done
	run -111 --separate-stderr in_ns "$OCIBOX" oci-mount -r root -s source/link -o bind,copy-symlink /proc/x
	[ "$stderr" = "oci-mount: /proc/x: nothing can be mounted inside /proc" ]
	for other in src-nofollow dest-nofollow; do
		run -111 --separate-stderr in_ns "$OCIBOX" oci-mount -r root -s source/link -o "bind,copy-symlink,$other" e
		[ "$stderr" = "oci-mount: e: copy-symlink cannot be had with src-nofollow or dest-nofollow" ]
	done
}

@test "a tmpfs where the image has no directory has the kernel's mode, also over a stub" {
	requires overlay
	echo '{"ociVersion":"1.0.0","root":{"path":"root","readonly":true},"linux":{"namespaces":[{"type":"mount"}]},"mounts":[{"destination":"/new/t","type":"tmpfs"}]}' >config.json
	run -0 aside "$OCIBOX" oci-rootfs -b . oci-mount -b . /bin/stat -c '%a %n' root/new root/new/t
	[ "$output" = "755 root/new
1777 root/new/t" ]
	[ ! -e root/new ]
}

@test "copy-symlink in an image that is not to be written to" {
	requires overlay
	ln -s ../up source/link
	echo '{"ociVersion":"1.0.0","root":{"path":"root","readonly":true},"linux":{"namespaces":[{"type":"mount"}]},
		"mounts":[{"destination":"/new/link","source":"source/link","options":["bind","copy-symlink"]},{"destination":"/other","type":"tmpfs"}]}' >config.json
	run -0 aside "$OCIBOX" oci-rootfs -b . oci-mount -b . /bin/readlink root/new/link
	[ "$output" = ../up ]
	[ ! -e root/new ]
}

@test "any other type goes the same way: hugetlbfs, fuse and its subtypes, ramfs" {
	for kernel in $kernels; do
		run -0 on "$kernel" in_ns "$OCIBOX" oci-mount -r root -t ramfs -s r -o noexec mnt/ram /bin/cat /proc/self/mountinfo
		# before 5.14 ramfs loses its source
		[[ $(mounts <<<"$output") == "/mnt/ram rw,noexec,relatime - ramfs "@(r|none)" rw" ]]
		if grep -qw hugetlbfs /proc/filesystems; then
			run -0 on "$kernel" in_ns "$OCIBOX" oci-mount -r root -t hugetlbfs -s h -o nosuid,mode=1770 mnt/huge /bin/cat /proc/self/mountinfo
			[[ $(mounts <<<"$output") == "/mnt/huge rw,nosuid,relatime - hugetlbfs h rw,mode=1770,"* ]]
		fi
		if [ -c /dev/fuse ] && : 5<>/dev/fuse; then
			run -0 on "$kernel" in_ns "$OCIBOX" oci-mount -r root -t fuse.things -s f -o nodev,fd=5,rootmode=40000,user_id=0,group_id=0 mnt/fuse /bin/cat /proc/self/mountinfo 5<>/dev/fuse
			[ "$(mounts <<<"$output")" = "/mnt/fuse rw,nodev,relatime - fuse.things f rw,user_id=0,group_id=0" ]
		fi
	done
}

@test "devpts and mqueue are instances of their own" {
	run -0 in_ns "$OCIBOX" oci-mount -r root -t devpts -o nosuid,noexec,newinstance,ptmxmode=0666,mode=0620,gid=5 dev/pts \
		oci-mount -r root -t mqueue -o nosuid,noexec,nodev dev/mqueue /bin/cat /proc/self/mountinfo
	[ "$(mounts <<<"$output")" = "/dev/pts rw,nosuid,noexec,relatime - devpts devpts rw,gid=5,mode=620,ptmxmode=666
/dev/mqueue rw,nosuid,nodev,noexec,relatime - mqueue mqueue rw" ]
}

# own CONTROLLER: this shell's path in that hierarchy
own() {
	sed -n "s,^[0-9]*:$1:,,p" /proc/self/cgroup
}

@test "cgroup v1: a directory for each hierarchy with the process's own cgroup, in and out of a cgroup namespace" {
	requires cgroup1
	for kernel in $kernels; do
		run -0 on "$kernel" in_ns "$OCIBOX" oci-mount -r root -t cgroup -o nosuid,nodev,noexec,relatime,ro sys/fs/cgroup /bin/cat /proc/self/mountinfo
		[ "$(mounts <<<"$output" | head -n 1)" = "/sys/fs/cgroup rw,nosuid,nodev,noexec,relatime - tmpfs tmpfs rw,mode=755" ]
		count=$(grep -c ' - cgroup ' /proc/self/mountinfo)
		[ "$(mounts <<<"$output" | grep -c '^/sys/fs/cgroup/[^ ]* ro,nosuid,nodev,noexec,relatime - cgroup ')" = "$count" ]
		grep -q " $(own memory) [^ ]*/root/sys/fs/cgroup/memory " <<<"$output"
		run -0 on "$kernel" unshare --cgroup unshare --mount sh -c "$inside" sh "$OCIBOX" \
			oci-mount -r root -t cgroup -o rw sys/fs/cgroup /bin/cat /proc/self/mountinfo
		[ "$(mounts <<<"$output" | grep -c '^/sys/fs/cgroup/[^ ]* rw,nosuid,nodev,noexec,relatime - cgroup ')" = "$count" ]
		grep -q " / [^ ]*/root/sys/fs/cgroup/memory " <<<"$output"
	done
	# what is mounted in it later, as podman does for systemd, takes nothing from what is read-only
	config '{"destination":"/sys/fs/cgroup","type":"cgroup","options":["nosuid","nodev","noexec","relatime","ro"]},{"destination":"/sys/fs/cgroup/below","type":"tmpfs"}'
	run -0 aside "$OCIBOX" oci-mount -b . oci-mount -b . -l /bin/cat /proc/self/mountinfo
	[ "$(mounts <<<"$output" | grep -c '^/sys/fs/cgroup/[^ ]* ro,nosuid,nodev,noexec,relatime - cgroup ')" = "$count" ]
	[ "$(mounts <<<"$output" | grep -Ec '^/sys/fs/cgroup(/below)? rw,')" = 2 ]
}

@test "cgroup2, by that name and as cgroup where there is no v1" {
	grep -q ' - cgroup2 ' /proc/self/mountinfo || cannot "needs cgroup v2"
	for kernel in $kernels; do
		run -0 on "$kernel" in_ns "$OCIBOX" oci-mount -r root -t cgroup2 -o ro,nosuid mnt /bin/cat /proc/self/mountinfo root/mnt/cgroup.controllers
		grep -q '^/mnt ro,nosuid,relatime - cgroup2 ' <<<"$(mounts <<<"$output")"
	done
	grep -q ' - cgroup ' /proc/self/mountinfo && return
	run -0 in_ns "$OCIBOX" oci-mount -r root -t cgroup sys/fs/cgroup /bin/cat /proc/self/mountinfo
	grep -q '^/sys/fs/cgroup rw,relatime - cgroup2 ' <<<"$(mounts <<<"$output")"
}

@test "cgroup2 in a user namespace without a cgroup namespace is a bind" {
	grep -q ' - cgroup2 ' /proc/self/mountinfo || cannot "needs cgroup v2"
	unshare -Ur true 2>/dev/null || cannot "needs user namespaces"
	run -0 unshare -Urm --propagation private "$OCIBOX" oci-mount -r root -t cgroup2 -o ro mnt /bin/cat /proc/self/mountinfo
	grep -q '^/mnt ro,.* - cgroup2 ' <<<"$(mounts <<<"$output")"
}

@test "the same mounts as runc's for the default config" {
	requires runc jq cgroup1
	make_rootfs root
	runc spec
	jq '.process.terminal = false | .process.args = ["cat", "/proc/self/mountinfo"] | .linux.maskedPaths = [] | .linux.readonlyPaths = [] | .root.path = "root" | .root.readonly = false' \
		config.json >new.json
	mv new.json config.json
	# no cgroup namespace there: runc binds the cgroup it has made
	of_runc=$(runc run "ocibox-mount-$$" | cut -d' ' -f4- | sed "s,[^ ]*/ocibox-mount-$$ /sys,OWN /sys,")
	ours=$(unshare -mpn --fork "$OCIBOX" oci-rootfs -b . oci-mount -b . oci-mount -b . -l oci-pivot -b . /bin/cat /proc/self/mountinfo |
		cut -d' ' -f4- | sed -E 's,^[^ ]+ (/sys/fs/cgroup/),OWN \1,')
	# a bind in the one and a mount in the other: the source is that of who mounted it first
	diff <(echo "${of_runc/ cgroup systemd / cgroup cgroup }") <(echo "${ours/ cgroup systemd / cgroup cgroup }")
}

@test "a directory exchanged for a symlink while it is mounted on redirects nothing" {
	requires "$EXCHANGE"
	mkdir -p outside root/volume/here
	ln -s "$BATS_TEST_TMPDIR/outside" root/volume/link
	"$EXCHANGE" root/volume/here root/volume/link 3>&- &
	attacker=$!
	for kernel in new old; do
		mounted=0
		# emulated, a try takes a second
		for _ in $(seq $((OCIBOX_IN_VM ? 10 : 100))); do
			# refused or mounted inside: both are right
			run on "$kernel" aside "$OCIBOX" oci-mount -r root -s source -o bind,ro volume/here /bin/cat /proc/self/mountinfo
			lacks " $BATS_TEST_TMPDIR/outside" <<<"$output"
			if [ "$status" = 0 ]; then
				[ -n "$(mounts <<<"$output")" ]
				mounted=$((mounted + 1))
			else
				[[ $output == oci-mount:* ]]
			fi
		done
		[ $mounted -gt 0 ]
	done
	kill $attacker
	wait $attacker || true
	[ -z "$(ls outside)" ]
	lacks "$BATS_TEST_TMPDIR" /proc/self/mountinfo
}

@test "a failed mount leaves nothing, on old kernels too" {
	for kernel in new old; do
		run -115 on "$kernel" aside sh -c '"$@"; s=$?; cat /proc/self/mountinfo >after; exit $s' sh "$OCIBOX" oci-mount -r root -t tmpfs -o frob mnt
		lacks -E ' /proc/(fs|version) |/root/mnt ' after
	done
}

@test "on old kernels the places where mounts are made can be mounted on too" {
	run -0 on old aside "$OCIBOX" oci-ropaths -p /proc/fs -p /proc/bus -p /proc/version -p /proc/uptime /bin/cat /proc/self/mountinfo
	[ "$(grep -oE ' /proc/(fs|bus|version|uptime) ro,' <<<"$output" | wc -l)" = 4 ]
}

@test "bad usage changes nothing" {
	for words in "" "-t tmpfs" "mnt" "-l mnt" "-b . -L x" "-b . -a -l" "-z mnt" "-b . -t tmpfs" "-b . -s x" "-b . -o ro"; do
		# shellcheck disable=SC2086 # words
		run -110 --separate-stderr aside "$OCIBOX" oci-mount $words
		[[ $stderr == "oci-mount: usage: oci-mount "* ]]
	done
	run -110 --separate-stderr in_ns "$OCIBOX" oci-mount -r root new
	[ ! -e root/new ]
}

@test "a root that is none is an error" {
	run -115 --separate-stderr aside "$OCIBOX" oci-mount -r none -t tmpfs mnt
	[[ $stderr == "oci-mount: "*"none: No such file or directory" ]]
}

@test "leaves no descriptor" {
	config '{"destination":"/mnt","type":"tmpfs","options":["ro","rnosuid","shared"]},{"destination":"/b","type":"bind","source":"source","options":["rbind","rro"]},{"destination":"/sys/fs/cgroup","type":"cgroup"}'
	for kernel in new old; do
		run -0 on "$kernel" aside /bin/sh -c 'ls /proc/$$/fd'
		before=$output
		run -0 on "$kernel" aside "$OCIBOX" oci-mount -b . oci-mount -b . -l oci-mount -r root -o remount,bind,ro b /bin/sh -c 'ls /proc/$$/fd'
		[ "$output" = "$before" ]
	done
}
