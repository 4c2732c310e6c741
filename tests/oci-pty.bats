#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# shellcheck disable=SC1083,SC2086,SC2016,SC2154 # braces are words of a chain; dollars the inner shell's; run sets stderr
load helpers

setup() {
	requires root unshare "$TERM_TOOL"
	cd "$BATS_TEST_TMPDIR" || return
	outside="oci-ns { oci-console oci-reap }"
}

# pty WORDS...: a chain inside, at a terminal of a devpts of its own, with /dev in the directory dev;
# without a gate oci-console may come too late to take the carriage returns out
pty() {
	unshare -m --propagation private sh -ec '
		mkdir -p dev dev/pts
		for d in null zero tty; do touch dev/$d; mount --bind /dev/$d dev/$d; done
		mount -t devpts -o newinstance,ptmxmode=0666,gid=5,mode=0620 devpts dev/pts
		[ ! -e setup ] || . ./setup
		[ -e dev/ptmx ] || ln -s pts/ptmx dev/ptmx
		mount --rbind dev /dev
		exec "$@"' sh "$OCIBOX" $outside "$@" </dev/null 3>&- 4>&- | tr -d '\r'
	return "${PIPESTATUS[0]}"
}

@test "a terminal of the devpts at /dev/pts is descriptors 0 to 2, and the controlling terminal" {
	run -0 pty oci-pty /bin/sh -c 'tty; tty <&1; tty <&2; echo through >/dev/tty; [ "$(cut -d" " -f6 /proc/$$/stat)" = $$ ] && echo leads'
	[ "$output" = $'/dev/pts/0\n/dev/pts/0\n/dev/pts/0\nthrough\nleads' ]
	run -3 pty oci-pty /bin/sh -c 'exit 3'
}

@test "-z, -b and the user's own terminal give it its size, before the program is there" {

	run -0 pty oci-pty -z 100x40 oci-program stty size
	[ "$output" = "40 100" ]
	echo '{"ociVersion":"1.0.0","root":{"path":"r"},"process":{"cwd":"/","args":["a"],"terminal":true,"consoleSize":{"height":5,"width":6}}}' >config.json
	run -0 pty oci-pty -b "$PWD" oci-program stty size
	[ "$output" = "5 6" ]
	run -0 "$TERM_TOOL" @33x11 -- "$OCIBOX" oci-ns { oci-console oci-reap } oci-pty oci-program stty size
	[ "$output" = $'11 33\r' ]
}

@test "-b without process.terminal does nothing" {
	echo '{"ociVersion":"1.0.0","root":{"path":"r"},"process":{"cwd":"/","args":["a"]}}' >config.json
	run -0 ocibox oci-pty -b . /bin/sh -c '[ -t 1 ] || echo none'
	[ "$output" = none ]
}

@test "-c binds it on /dev/console" {
	echo ': >dev/console' >setup
	run -0 pty oci-pty -c /bin/sh -c 'stat -c "%t %T" /dev/console /dev/pts/0; echo printed >/dev/console'
	[ "$output" = $'88 0\n88 0\nprinted' ]
	# none there, and nothing is made
	rm -rf setup dev
	run -0 pty oci-pty -c /bin/sh -c '[ -e /dev/console ] || echo none'
	[ "$output" = none ]
}

# The defence: O_NOFOLLOW and the checks behind it in pty_bind_console() of lib/pty.c.
@test "a console that is a link, to procfs or elsewhere, is not bound over (CVE-2025-52565)" {
	for target in /proc/uptime /proc/self/attr/current /etc/passwd ../proc/1/environ; do
		echo "rm -f dev/console; ln -s $target dev/console" >setup
		run -115 --separate-stderr pty oci-pty -c /bin/echo ran
		echo "$stderr" >&2; 		[ "$stderr" = "oci-pty: /dev/console: not a place for a terminal" ] || [[ $stderr == "oci-pty: open /dev/console: "* ]] || { echo "$stderr"; return 1; }
		[ -z "$output" ]
	done
	# no link, but not a file of /dev's either
	echo 'rm -f dev/console; : >dev/console; mount --bind /proc/uptime dev/console' >setup
	run -115 --separate-stderr pty oci-pty -c /bin/echo ran
	[ "$stderr" = "oci-pty: /dev/console: not a place for a terminal" ]
	echo 'rm -f dev/console; mkdir dev/console' >setup
	run -115 --separate-stderr pty oci-pty -c /bin/echo ran
}

# The defence: the checks in pty_make() and multiplexer() of lib/pty.c.
@test "what is not a devpts, or not its multiplexer, is no terminal and is not opened" {
	requires "$NOSYS"
	refused() {
		run -"$1" --separate-stderr pty oci-pty /bin/echo ran
		# shellcheck disable=SC2053 # a pattern
		[[ $stderr == $2 ]] || { echo "$stderr"; return 1; }
		[ -z "$output" ]
	}
	echo 'umount dev/pts; mkfifo dev/pts/ptmx' >setup
	refused 115 "oci-pty: /dev/pts: not a devpts, so there is no terminal to be had"
	echo 'umount dev/pts; rmdir dev/pts; ln -s /proc dev/pts' >setup
	rm -rf dev
	refused 115 "oci-pty: /dev/pts: not a devpts, so there is no terminal to be had"
	rm -rf dev
	# a fifo would be waited for, for ever
	echo 'mkfifo fifo; mount --bind fifo dev/pts/ptmx' >setup
	refused 115 "oci-pty: open /dev/pts/ptmx: *"
	rm -f fifo
	echo 'mkfifo fifo; mount --bind fifo dev/pts/ptmx; OCIBOX_=1' >setup
	sed -i 's/$/; set -- "$NOSYS" openat2 "$@"/' setup
	export NOSYS
	refused 115 "oci-pty: open /dev/pts/ptmx: *"
	rm -rf dev setup fifo
	run -0 "$NOSYS" openat2 "$OCIBOX" oci-ns -m { oci-console oci-reap } oci-pty /bin/tty
}

@test "-s sends the other end to a socket" {
	"$OCIBOX" oci-recvtty -n -p pid sock >out 2>err 3>&- 4>&- &
	until [ -e pid ]; do :; done
	outside='' run -0 pty oci-pty -s "$PWD/sock" /bin/echo printed
	wait $!
	[ "$(cat out)" = $'printed\r' ]
	outside='' run -115 --separate-stderr pty oci-pty -s "$PWD/none" /bin/echo ran
	[ "$stderr" = "oci-pty: connect to $PWD/none: No such file or directory" ]
}

@test "bad usage runs nothing, and leaves no descriptor" {
	for words in "" "-z 1 /bin/echo ran" "-z ax2 /bin/echo ran" "-z 1x70000 /bin/echo ran" "/bin/echo ran" "-q /bin/echo ran"; do
		# shellcheck disable=SC2086
		run -110 ocibox oci-pty $words
		[[ $output != ran ]]
	done
	run -0 pty oci-pty oci-program ls /proc/self/fd
	[ "$(tr -s ' \n' ' ' <<<"$output")" = "0 1 2 3 " ]
}
