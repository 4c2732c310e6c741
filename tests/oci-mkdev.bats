#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# shellcheck disable=SC2016,SC2154,SC2164 # text for other shells; run sets these; bats stops at a failing cd
load helpers

setup() {
	requires root unshare
	cd "$BATS_TEST_TMPDIR"
	mkdir root m
}

# config TEXT: a bundle of root, whose config.json has TEXT as well.
config() {
	echo '{"ociVersion":"1.0.0","root":{"path":"root"}'"${1:+,$1}"'}' >config.json
}

mount_ns='"linux":{"namespaces":[{"type":"mount"}]},'

# look PATH...: type, numbers, mode and owner
look() {
	stat -c '%F %t:%T %a %u:%g %n' "$@"
}

nodes='character special file 1:3 666 0:0 root/dev/null
character special file 1:5 666 0:0 root/dev/zero
character special file 1:7 666 0:0 root/dev/full
character special file 1:8 666 0:0 root/dev/random
character special file 1:9 666 0:0 root/dev/urandom
character special file 5:0 666 0:0 root/dev/tty'

# look_nodes: the default nodes in root, as $nodes has them
look_nodes() {
	look root/dev/null root/dev/zero root/dev/full root/dev/random root/dev/urandom root/dev/tty
}

@test "makes the default nodes, whatever the umask" {
	umask 077
	run -0 ocibox oci-mkdev -r root /bin/sh -c 'stat -c "%F %t:%T %a %u:%g %n" root/dev/null root/dev/zero root/dev/full root/dev/random root/dev/urandom root/dev/tty; umask'
	[ "$output" = "$nodes
0077" ]
	[ "$(stat -c %a root/dev)" = 755 ]
}

@test "makes the default links" {
	run -0 ocibox oci-mkdev -r root
	[ -z "$output" ]
	[ "$(readlink root/dev/fd root/dev/stdin root/dev/stdout root/dev/stderr root/dev/ptmx)" = "/proc/self/fd
/proc/self/fd/0
/proc/self/fd/1
/proc/self/fd/2
pts/ptmx" ]
	count=11
	if [ -e /proc/kcore ]; then
		[ "$(readlink root/dev/core)" = /proc/kcore ]
		count=12
	fi
	[ "$(find root/dev -mindepth 1 | wc -l)" = $count ]
}

@test "can be repeated" {
	run -0 ocibox oci-mkdev -r root
	run -0 ocibox oci-mkdev -r root oci-mkdev -r root
	[ "$(look_nodes)" = "$nodes" ]
}

@test "the nodes work in the container" {
	requires busybox
	make_rootfs root
	run -0 aside sh -c 'mount -t tmpfs tmpfs root/dev && "$0" oci-mkdev -r root /usr/sbin/chroot root /bin/sh -c "echo x >/dev/null && /bin/dd if=/dev/zero of=/three bs=3 count=1 2>/dev/null && /bin/stat -c %s /three"' "$OCIBOX"
	[ "$output" = 3 ]
}

@test "-n leaves out the defaults" {
	run -0 ocibox oci-mkdev -n -r root
	[ ! -e root/dev ]
	run -0 ocibox oci-mkdev -n -r root -d c:/dev/fuse:10:229
	[ "$(ls root/dev)" = fuse ]
}

@test "-d makes a device of each type, with mode and owner, and its directories" {
	run -0 ocibox oci-mkdev -n -r root -d c:/a/b/char:10:200 -d u:/u:1:5:0600 -d b:/blk:7:3:0640:12:34 -d p:/run/fifo -d p:/pipe:::0622::7
	run -0 look root/a/b/char root/u root/blk root/run/fifo root/pipe
	[ "$output" = "character special file a:c8 666 0:0 root/a/b/char
character special file 1:5 600 0:0 root/u
block special file 7:3 640 12:34 root/blk
fifo 0:0 666 0:0 root/run/fifo
fifo 0:0 622 0:7 root/pipe" ]
	[ "$(stat -c %a root/a/b)" = 755 ]
}

@test "-d: a colon in the path" {
	run -0 ocibox oci-mkdev -n -r root -d 'c:/by\:path:1:3'
	run -0 look root/by:path
	[ "$output" = "character special file 1:3 666 0:0 root/by:path" ]
}

@test "-d takes the place of a default node" {
	run -0 ocibox oci-mkdev -r root -d c://dev/./null:1:3:0600:5:6
	run -0 look root/dev/null
	[ "$output" = "character special file 1:3 600 5:6 root/dev/null" ]
}

@test "-d: ptmx is never taken from the list" {
	run -0 ocibox oci-mkdev -r root -d c:/dev/ptmx:5:2
	[ "$(readlink root/dev/ptmx)" = pts/ptmx ]
}

@test "-d: what is no device is a usage error, and nothing is made" {
	for bad in x:/a:1:3 c:a:1:3 a:/a:1:3 c c: c:/a c:/a:1 c:/a:x:1 c:/a:4096:1 c:/a:1:1048576 c:/a:-1:3 c:/a:1:3:999 c:/a:1:3:0600:1:2:3; do
		run -110 --separate-stderr ocibox oci-mkdev -r root -d "$bad"
		[ "${#stderr_lines[@]}" = 1 ]
	done
	[ -z "$(ls root)" ]
	run -110 --separate-stderr ocibox oci-mkdev -r root -d a:/a:1:3
	[ "$stderr" = "oci-mkdev: a:/a:1:3: not TYPE:PATH:MAJOR:MINOR[:MODE[:UID[:GID]]] with a type of b, c, u or p" ]
}

@test "-t makes the file for a terminal" {
	run -0 ocibox oci-mkdev -n -r root
	run -0 ocibox oci-mkdev -t -n -r root
	[ "$(ls root/dev)" = console ]
	[ "$(stat -c %F root/dev/console)" = "regular empty file" ]
	run -0 ocibox oci-mkdev -t -r root
	[ -e root/dev/null ]
}

@test "-t: a console that is a symbolic link is an error" {
	mkdir root/dev
	ln -s /tmp root/dev/console
	run -115 --separate-stderr ocibox oci-mkdev -t -n -r root
	[ "$stderr" = "oci-mkdev: /dev/console: what is there is neither a file nor a device" ]
}

@test "-b takes devices and terminal from config.json" {
	config '"process":{"terminal":true,"cwd":"/","args":["x"],"user":{"uid":0,"gid":0}},"linux":{"devices":[
		{"path":"/dev/fuse","type":"c","major":10,"minor":229,"fileMode":384,"uid":7,"gid":8},
		{"path":"/x/pipe","type":"p"},{"path":"/dev/tty","type":"u","major":5,"minor":0,"fileMode":438}]}'
	run -0 ocibox oci-mkdev -b .
	run -0 look root/dev/fuse root/x/pipe root/dev/console
	[ "$output" = "character special file a:e5 600 7:8 root/dev/fuse
fifo 0:0 666 0:0 root/x/pipe
regular empty file 0:0 600 0:0 root/dev/console" ]
	[ "$(look_nodes)" = "$nodes" ]
}

@test "-b with -r, -d and -n" {
	config '"linux":{"devices":[{"path":"/dev/fuse","type":"c","major":10,"minor":229}]}'
	mkdir other
	run -0 ocibox oci-mkdev -b . -r other -n -d p:/dev/p
	[ "$(ls other/dev)" = "fuse
p" ]
	[ -z "$(ls root)" ]
}

@test "-b: a device that is none is an error of config.json" {
	for bad in '"type":"a","path":"/x","major":1,"minor":3' '"type":"c","path":"/x"' '"type":"c","path":"/x","major":1' \
		'"type":"b","path":"/x","major":-1,"minor":3' '"type":"b","path":"/x","major":1,"minor":10000000'; do
		config "\"linux\":{\"devices\":[{$bad}]}"
		run -111 --separate-stderr ocibox oci-mkdev -b .
		[ "${#stderr_lines[@]}" = 1 ]
		[[ $stderr == "oci-mkdev: config.json:1:"*": linux.devices[0]"* ]]
	done
	[ -z "$(ls root)" ]
}

@test "a right node that is there gets its mode and owner" {
	mkdir root/dev
	mknod -m 600 root/dev/null c 1 3
	chown 3:4 root/dev/null
	run -0 ocibox oci-mkdev -r root
	[ "$(look_nodes)" = "$nodes" ]
}

@test "the old way to set a mode" {
	requires "$NOSYS"
	mkdir root/dev
	mknod -m 600 root/dev/null c 1 3
	run -0 "$NOSYS" fchmodat2,openat2 "$OCIBOX" oci-mkdev -r root
	[ "$(look_nodes)" = "$nodes" ]
}

@test "anything else at a device's path is an error" {
	mkdir -p root/dev
	for make in "mknod root/dev/null c 1 5" "mknod root/dev/null b 1 3" "mkfifo root/dev/null" "mkdir root/dev/null" \
		"touch root/dev/null" "ln -s zero root/dev/null"; do
		$make
		before=$(look root/dev/null)
		run -115 --separate-stderr ocibox oci-mkdev -r root
		[ "$stderr" = "oci-mkdev: /dev/null: what is there is no character device 1:3" ]
		[ "$(look root/dev/null)" = "$before" ]
		rm -r root/dev/null
	done
	mknod root/pipe c 1 3
	run -115 --separate-stderr ocibox oci-mkdev -n -r root -d p:/pipe
	[ "$stderr" = "oci-mkdev: /pipe: what is there is no fifo" ]
	run -115 --separate-stderr ocibox oci-mkdev -n -r root -d b:/pipe:1:3
	[ "$stderr" = "oci-mkdev: /pipe: what is there is no block device 1:3" ]
}

@test "other links that are there stay, ptmx does not" {
	mkdir root/dev
	ln -s /elsewhere root/dev/fd
	touch root/dev/stdin
	mknod root/dev/ptmx c 5 2
	run -0 ocibox oci-mkdev -r root
	[ "$(readlink root/dev/fd)" = /elsewhere ]
	[ -f root/dev/stdin ]
	[ "$(readlink root/dev/ptmx)" = pts/ptmx ]
	ln -sfn /elsewhere root/dev/ptmx
	run -0 ocibox oci-mkdev -r root
	[ "$(readlink root/dev/ptmx)" = pts/ptmx ]
}

@test "a ptmx that is mounted stays" {
	mkdir root/dev
	touch root/dev/ptmx
	echo mounted >mounted
	run -0 aside sh -c 'mount --bind mounted root/dev/ptmx && "$0" oci-mkdev -r root && cat root/dev/ptmx' "$OCIBOX"
	[ "$output" = mounted ]
}

@test "what is mounted at a device's path stays, but at /dev/null" {
	mkdir root/dev
	touch root/dev/random root/dev/tty root/dev/null root/own
	echo mounted >mounted
	run -0 aside sh -c 'mount --bind /dev/urandom root/dev/random && mount --bind mounted root/dev/tty && mount --bind mounted root/own &&
		rm root/dev/null && "$0" oci-mkdev -r root -d c:/own:1:3 && stat -c "%t:%T %a" root/dev/random root/dev/null && cat root/dev/tty root/own' "$OCIBOX"
	[ "$output" = "1:9 666
1:3 666
mounted
mounted" ]
	rm root/dev/null
	touch root/dev/null
	run -115 --separate-stderr aside sh -c 'mount --bind /dev/zero root/dev/null && exec "$0" oci-mkdev -r root' "$OCIBOX"
	[ "$stderr" = "oci-mkdev: /dev/null: what is there is no character device 1:3" ]
}

# userns WORDS: a user namespace with mount namespace, as its root, in which mknod is not allowed
userns() {
	unshare --user --map-root-user --mount --propagation private "$@"
}

@test "where mknod is not allowed the host's nodes are bound, and again" {
	userns true || cannot "needs user namespaces"
	[ "$(stat -c %t:%T /dev/null /dev/zero /dev/full /dev/random /dev/urandom /dev/tty | tr '\n' ' ')" = "1:3 1:5 1:7 1:8 1:9 5:0 " ] ||
		cannot "needs the usual nodes in /dev"
	# shellcheck disable=SC2016
	for way in "" "$NOSYS openat2" "$NOSYS open_tree,move_mount,mount_setattr,openat2"; do
		requires "$NOSYS"
		for _ in 1 2; do
			# shellcheck disable=SC2086
			run -0 userns $way "$OCIBOX" oci-mkdev -r root /bin/sh -c 'for n in null zero full random urandom tty; do stat -c "%t:%T" root/dev/$n; done; echo x >root/dev/null; head -c 2 root/dev/zero | wc -c'
			[ "$(tr '\n' ' ' <<<"$output")" = "1:3 1:5 1:7 1:8 1:9 5:0 2 " ]
		done
		rm -r root/dev
	done
}

@test "in a user namespace the host's nodes cover right ones of the image, and stay uncovered where the host has none" {
	userns true || cannot "needs user namespaces"
	requires "$NOSYS"
	mkdir root/dev
	mknod -m 600 root/dev/null c 1 3
	mknod -m 600 root/dev/of-image c 1 3
	mkfifo -m 600 root/dev/pipe
	# of an owner that has no number there
	chown 12345:12345 root/dev/null root/dev/pipe
	device=$(stat -c %d /dev/null)
	for way in "" "$NOSYS open_tree,move_mount,mount_setattr,openat2"; do
		# shellcheck disable=SC2086
		run -0 userns $way "$OCIBOX" oci-mkdev -r root -d c:/dev/of-image:1:3:0600 oci-mkdev -r root /bin/sh -c \
			'stat -c "%d %t:%T %a" root/dev/null root/dev/of-image; grep -c "root/dev/null " /proc/self/mountinfo'
		[ "$output" = "$device 1:3 666
$(stat -c %d root) 1:3 600
1" ]
	done
	[ "$(look root/dev/null)" = "character special file 1:3 600 12345:12345 root/dev/null" ]
	run -114 --separate-stderr userns "$OCIBOX" oci-mkdev -n -r root -d p:/dev/pipe
	[ "$stderr" = "oci-mkdev: change the owner of /dev/pipe: Operation not permitted" ]
	# a wrong one is refused there too, and not covered
	rm root/dev/null
	mknod -m 666 root/dev/null c 1 5
	run -115 --separate-stderr userns "$OCIBOX" oci-mkdev -r root
	[ "$stderr" = "oci-mkdev: /dev/null: what is there is no character device 1:3" ]
}

@test "bound nodes: a fifo is made, a host's node of other numbers is an error" {
	userns true || cannot "needs user namespaces"
	run -0 userns "$OCIBOX" oci-mkdev -n -r root -d p:/dev/p
	[ -p root/dev/p ]
	run -115 --separate-stderr userns "$OCIBOX" oci-mkdev -n -r root -d c:/dev/null:1:5
	[ "$stderr" = "oci-mkdev: /dev/null: the host's is no character device 1:5" ]
	run -115 --separate-stderr userns "$OCIBOX" oci-mkdev -n -r root -d c:/dev/none-such:1:5
	[ "$stderr" = "oci-mkdev: open the host's /dev/none-such: No such file or directory" ]
	# full of text: nothing to bind on
	echo text >root/dev/zero
	run -115 --separate-stderr userns "$OCIBOX" oci-mkdev -n -r root -d c:/dev/zero:1:5
	[ "$stderr" = "oci-mkdev: /dev/zero: what is there is no character device 1:5" ]
	# a fifo needs no mknod right, but takes no file
	: >root/dev/empty
	run -115 --separate-stderr userns "$OCIBOX" oci-mkdev -n -r root -d p:/dev/empty
	[ "$stderr" = "oci-mkdev: /dev/empty: what is there is no fifo" ]
	[ "$(ls -A root/dev)" = "empty
p
zero" ]
}

@test "-b: a bound /dev is not touched" {
	mkdir -p root/dev elsewhere
	mknod -m 600 elsewhere/fuse c 10 229
	for options in '"type":"bind"' '"options":["rbind","ro"]' '"options":["bind"],"type":"none"'; do
		config "$mount_ns"'"mounts":[{"destination":"/dev","type":"tmpfs","source":"x"},{"destination":"/dev/","source":"/x",'"$options"'}]'
		run -0 aside sh -c 'mount --bind elsewhere root/dev && exec "$0" oci-mkdev -t -b . -d c:/dev/fuse:10:229' "$OCIBOX"
		[ "$(ls elsewhere)" = fuse ]
		[ "$(stat -c %a elsewhere/fuse)" = 600 ]
		[ -z "$(ls root/dev)" ]
	done
	run -115 --separate-stderr aside sh -c 'mount --bind elsewhere root/dev && exec "$0" oci-mkdev -b . -d c:/dev/fuse:10:230' "$OCIBOX"
	[ "$stderr" = "oci-mkdev: /dev/fuse: what is there is no character device 10:230" ]
	run -115 --separate-stderr aside sh -c 'mount --bind elsewhere root/dev && exec "$0" oci-mkdev -b . -d c:/dev/kvm:10:232' "$OCIBOX"
	[ "$stderr" = "oci-mkdev: open /dev/kvm: No such file or directory" ]
	# below a bound /dev, devices of other places are made
	run -0 aside sh -c 'mount --bind elsewhere root/dev && exec "$0" oci-mkdev -b . -d p:/devices/pipe' "$OCIBOX"
	[ -p root/devices/pipe ]
	# an earlier bind does not matter
	config "$mount_ns"'"mounts":[{"destination":"/dev","type":"bind","source":"/x"},{"destination":"/dev","type":"tmpfs","source":"x"}]'
	run -0 ocibox oci-mkdev -b .
	[ "$(look_nodes)" = "$nodes" ]
}

# host_dev WORDS: run in a mount namespace whose /dev is a filesystem with a few nodes of its own
host_dev() {
	aside sh -c '
		mount -t tmpfs -o mode=755 fakedev m && mknod -m 600 m/null c 1 3 && ln -s /gone m/fd && mknod -m 640 m/ptmx c 5 2 &&
		mount --move m /dev && "$@" 3>&- 4>&-; s=$?; stat -c "%n %F %a" /dev/* >"$0"; exit $s' "$PWD/after" "$@"
}

untouched='/dev/fd symbolic link 777
/dev/null character special file 600
/dev/ptmx character special file 640'

@test "-b: the host's /dev is not touched by root.path / or a root that has it inside" {
	echo '{"ociVersion":"1.0.0","root":{"path":"/"},"process":{"terminal":true,"cwd":"/","args":["x"],"user":{"uid":0,"gid":0}}}' >config.json
	run -0 host_dev "$OCIBOX" oci-mkdev -b . </dev/null
	[ "$(cat after)" = "$untouched" ]
	config '"process":{"terminal":true,"cwd":"/","args":["x"],"user":{"uid":0,"gid":0}}'
	mkdir root/dev
	run -0 host_dev sh -c 'mount --bind /dev root/dev; exec "$0" oci-mkdev -b . -d c:/dev/null:1:3:0666' "$OCIBOX" </dev/null
	[ "$(cat after)" = "$untouched" ]
	run -115 --separate-stderr host_dev sh -c 'mount --bind /dev root/dev; exec "$0" oci-mkdev -b . -d c:/dev/zero:1:5' "$OCIBOX" </dev/null
	[ "$stderr" = "oci-mkdev: open /dev/zero: No such file or directory" ]
	[ "$(cat after)" = "$untouched" ]
}

@test "-b: root / bound over itself, with a tmpfs of its own on /dev" {
	echo '{"ociVersion":"1.0.0","root":{"path":"/"}}' >config.json
	run -0 host_dev sh -c 'mount --rbind / / && mount --no-canonicalize -t tmpfs none /../dev && exec "$0" oci-mkdev -b . /bin/sh -c "ls /../dev; ls /dev"' "$OCIBOX" </dev/null
	[ "$(cat after)" = "$untouched" ]
	[[ $(tr '\n' ' ' <<<"$output") == *"fd full null ptmx random stderr stdin stdout tty urandom zero fd null ptmx "* ]]
}

@test "-b: a node of the host's bound on its place keeps mode and owner" {
	config
	mkdir root/dev
	touch root/dev/null
	run -0 host_dev sh -c 'mount --bind /dev/null root/dev/null && exec "$0" oci-mkdev -b . /bin/stat -c %t:%T root/dev/null' "$OCIBOX" </dev/null
	[ "$output" = 1:3 ]
	[ "$(cat after)" = "$untouched" ]
}

@test "a root that is missing, or that config.json has none of" {
	run -115 --separate-stderr ocibox oci-mkdev -r none
	[ "$stderr" = "oci-mkdev: open none: No such file or directory" ]
}

@test "a read-only root with all in place is enough" {
	run -0 ocibox oci-mkdev -r root
	run -0 aside sh -c 'mount --bind root root && mount -o remount,bind,ro root && exec "$0" oci-mkdev -r root' "$OCIBOX"
	rm root/dev/full
	run -115 --separate-stderr aside sh -c 'mount --bind root root && mount -o remount,bind,ro root && exec "$0" oci-mkdev -r root' "$OCIBOX"
	[ "$stderr" = "oci-mkdev: mknod /dev/full: Read-only file system" ]
}

@test "bad usage changes nothing" {
	run -110 --separate-stderr ocibox oci-mkdev -z -r root
	[ "$stderr" = "oci-mkdev: usage: oci-mkdev [-gnot] [-b bundle] [-r root] [-d device] [command ...]" ]
	run -110 ocibox oci-mkdev
	run -110 ocibox oci-mkdev -d c:/dev/null:1:3
	[ -z "$(ls root)" ]
}

@test "-o: of a /dev from outside nodes are only required" {
	requires root
	mkdir -p other/dev
	run -119 --separate-stderr ocibox oci-mkdev -r other -o -d c:/dev/x:1:3 || [ "$status" != 0 ]
	[ -z "$(ls -A other/dev)" ]
	ocibox oci-mkdev -r other -o
	[ -z "$(ls -A other/dev)" ]
	# -g: the host's own, even by another way
	run -0 aside sh -c 'mount --bind /dev other/dev && ls -A /dev | sort >before && "$1" oci-mkdev -g -r other && ls -A /dev | sort | diff before -' sh "$OCIBOX"
}

@test "leaves no descriptor" {
	config '"linux":{"devices":[{"path":"/dev/fuse","type":"c","major":10,"minor":229}]}'
	run -0 descriptors oci-mkdev -b . -t -d p:/pipe
	[ "$output" = "$(descriptors)" ]
}
