#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
load helpers

setup() {
	requires root unshare jq
	cd "$BATS_TEST_TMPDIR"
	# users other than root must be able to get here
	open=$(mktemp -d /tmp/ocibox-exec.XXXXXX)
	chmod 755 "$open"
}

teardown() {
	rm -rf "$open"
}

# config FILTER [ARG...]: ./config.json, a small one changed by jq
config() {
	jq -n "${@:2}" '{ociVersion:"1.0.0", root:{path:"rootfs"}, process:{cwd:"/", user:{uid:0,gid:0}, args:["/bin/true"]}} | '"$1" >config.json
}

@test "runs the program with its arguments, as the same process" {
	run -0 sh -c 'echo $$; exec "$0" oci-program sh -c "echo \$\$ [\$0][\$1]" "a b" ""' "$OCIBOX"
	[ "${lines[1]}" = "${lines[0]} [a b][]" ]
}

@test "a bundle's program has SIGPIPE and SIGCHLD again, which a caller ignored; others stay" {
	config '.process.args = ["grep", "SigIgn", "/proc/self/status"]'
	run -0 env --ignore-signal=HUP,PIPE,CHLD "$OCIBOX" oci-program -b .
	[ $((0x${output#*:?} & 0x11001)) = 1 ]
	run -0 env --ignore-signal=HUP,PIPE,CHLD "$OCIBOX" oci-program grep SigIgn /proc/self/status
	[ $((0x${output#*:?} & 0x11001)) = $((0x11001)) ]
}

@test "its exit status is the program's" {
	run -7 ocibox oci-program sh -c 'exit 7'
}

@test "what cannot be run: runc's words, the shell's statuses" {
	printf 'echo hi\n' >"$open/text" && chmod 755 "$open/text"
	printf '#!/no/such/shell\n' >"$open/script" && chmod 755 "$open/script"
	mkfifo -m 777 "$open/fifo"
	check() {
		run "-$1" --separate-stderr ocibox oci-program "$2"
		[ "$stderr" = "oci-program: $3" ] || { echo "$stderr"; return 1; }
		[ -z "$output" ]
	}
	check 127 nosuchcommand 'exec: "nosuchcommand": executable file not found in $PATH'
	check 127 "" 'exec: "": executable file not found in $PATH'
	check 127 /no/such 'exec: "/no/such": stat /no/such: no such file or directory'
	check 127 /etc/passwd/x 'exec: "/etc/passwd/x": stat /etc/passwd/x: not a directory'
	check 126 /etc/passwd 'exec: "/etc/passwd": permission denied'
	check 126 /etc 'exec: "/etc": is a directory: permission denied'
	check 126 "$open/fifo" "exec: \"$open/fifo\": permission denied"
	check 126 "$open/text" "exec $open/text: exec format error"
	check 127 "$open/script" "exec $open/script: no such file or directory: the interpreter it names"
	run -1 --separate-stderr ocibox oci-program -o "$open/script"
	[ "$stderr" = "exec $open/script: no such file or directory: the interpreter it names" ]
	run -127 ocibox oci-program -o /no/such
}

@test "a name without a slash is never a step" {
	printf '#!/bin/sh\necho ours "$@"\n' >"$open/oci-kill"
	chmod 755 "$open/oci-kill"
	run -0 ocibox oci-program -e PATH="$open:/bin" oci-kill x
	[ "$output" = "ours x" ]
	run -127 ocibox oci-program oci-kill x
	config '.process.args=["oci-kill","y"] | .process.env=["PATH=\($p):/bin"]' --arg p "$open"
	run -0 ocibox oci-program -b .
	[ "$output" = "ours y" ]
}

@test "PATH is that of the program's environment" {
	printf '#!/bin/sh\necho found\n' >"$open/prog"
	mkdir "$open/first" "$open/second"
	# what cannot be executed is passed over
	echo x >"$open/first/prog"
	mkdir "$open/second/prog"
	chmod 755 "$open/prog"
	PATH=$open:$PATH run -127 ocibox oci-program -i prog
	PATH=$open:$PATH run -0 ocibox oci-program prog
	run -0 ocibox oci-program -e "PATH=/nonexistent:$open/first:$open/second:$open" prog
	[ "$output" = found ]
	run -0 ocibox oci-program -c "$open" -e PATH=/nonexistent: prog
	run -127 ocibox oci-program -c "$open" -e PATH= prog
	# none in the environment: the usual places
	run -0 ocibox oci-program -i true
}

@test "a program with a slash is sought from the working directory" {
	mkdir "$open/bin"
	printf '#!/bin/sh\npwd\n' >"$open/bin/prog"
	chmod 755 "$open/bin/prog"
	run -0 ocibox oci-program -c "$open" bin/prog
	[ "$output" = "$open" ]
	run -127 ocibox oci-program -c / ./prog
}

@test "the environment is the caller's without ours, and -e adds, the last one counting" {
	run -0 env -i A=1 OCIBOX_ROOT=/x OCIBOX=/y OCIBOXX=3 HOME=/h "$OCIBOX" oci-program -e B=2 -e A=3 -e A=4=5 /usr/bin/env
	[ "$(sort <<<"$output")" = "A=4=5
B=2
HOME=/h
OCIBOXX=3" ]
	run -0 env -i A=1 HOME=/h "$OCIBOX" oci-program -i -e B= /usr/bin/env
	[ "$(sort <<<"$output")" = "B=
HOME=$(awk -F: '$3 == 0 { print $6; exit }' /etc/passwd)" ]
}

@test "-b: environment, arguments and directory are the configuration's alone" {
	config '.process.args=["sh","-c","env; pwd"] | .process.cwd="/etc" | .process.env=["A=1","PATH=/bin:/usr/bin","A=2","HOME=/h"]'
	LEAK=1 run -0 ocibox oci-program -b .
	[ "$(grep -v -e ^_= -e ^SHLVL= -e ^PWD= <<<"$output" | sort)" = "/etc
A=2
HOME=/h
PATH=/bin:/usr/bin" ]
	# a program of the command line's takes the place of process.args
	run -0 ocibox oci-program -b . /bin/pwd
	[ "$output" = /etc ]
	run -0 ocibox oci-program -b . -c /usr -e A=9 sh -c 'pwd; echo $A'
	[ "$output" = "/usr
9" ]
}

@test "-b without a process is an error at the start, and nothing to check before" {
	config 'del(.process)'
	run -111 --separate-stderr ocibox oci-program -b .
	[[ $stderr == "oci-program: "*"config.json: process: missing, so there is nothing to run" ]]
	run -0 ocibox oci-program -n -b . /bin/echo on
	[ "$output" = on ]
}

@test "HOME is looked up by number, in a file that is not trusted" {
	home() {
		run -0 --separate-stderr unshare -m sh -c 'mount --bind "$1" /etc/passwd && exec "$0" oci-program -i /usr/bin/env' "$OCIBOX" "$1"
		[ "$output" = "HOME=$2" ] || { echo "$output $stderr"; return 1; }
	}
	printf 'a:x:1:0::/one:\nr:x:0:0:x:/root/of:/bin/sh\nr:x:0:0:x:/second:/bin/sh\n' >p && home p /root/of
	printf 'r:x:0:0:x:/no/newline:' >p && home p /no/newline
	printf '\n:\n::::::\nr:x:00:0:x:/zero:\nr:x: 0:0:x:/space:\nr:x:0:0:x:/good:\n' >p && home p /good
	printf 'r:x:0:0:x\n' >p && home p /
	printf 'r:x:0:0:x::\n' >p && home p /
	printf 'r:x:0:0:x:relative:\n' >p && home p /
	printf 'r:x:0:0:x:/a\0b:\n' >p && home p /
	printf 'a:x:4294967296:0:x:/wrapped:\n' >p && home p /
	head -c 100000 /dev/urandom | tr -d '\n' >p && printf '\nr:x:0:0:x:/behind:\n' >>p && home p /behind
	: >p && home p /
	truncate -s 2M p && home p /
	[[ $stderr == "oci-program: warning: /etc/passwd: larger than 1048576 bytes, so it is not read" ]]
	mkfifo f && home f /
	home /dev/zero /
	# an empty HOME is none
	run -0 ocibox oci-program -e HOME= sh -c 'echo $HOME'
	[ "$output" = "$(awk -F: '$3 == 0 { print $6; exit }' /etc/passwd)" ]
}

@test "-c: the working directory must be there" {
	run -115 --separate-stderr ocibox oci-program -c /no/such /bin/echo ran
	[ "$stderr" = "oci-program: change directory to /no/such: No such file or directory" ]
	[ -z "$output" ]
}

# outside WORDS: ocibox in a root directory of its own, with descriptor 7 on the real one
outside() {
	unshare -m sh -ec '
		exec 7</
		for d in /bin /lib* /usr /dev /tmp "$0"; do
			if [ -L "$d" ]; then cp -P "$d" "$1$d"
			elif [ -d "$d" ]; then mkdir -p "$1$d"; mount --rbind "$d" "$1$d"
			else mkdir -p "$1${d%/*}"; touch "$1$d"; mount --bind "$d" "$1$d"; fi
		done
		mkdir "$1/proc"; mount -t proc proc "$1/proc"
		root=$1; shift
		exec chroot "$root" "$@"' "$OCIBOX" "$PWD/root" "$OCIBOX" "$@"
}

@test "a working directory outside the root is refused, be it a descriptor's (CVE-2024-21626)" {
	mkdir root
	cp "$OCIBOX" "$open/ocibox" && OCIBOX=$open/ocibox
	run -114 --separate-stderr outside oci-program -c /proc/self/fd/7 /bin/echo ran
	[ "$stderr" = "oci-program: /proc/self/fd/7: not inside the root directory" ]
	[ -z "$output" ]
	rm -rf root && mkdir root
	run -114 outside oci-program -n -c /proc/self/fd/7/etc echo /bin/echo ran
	rm -rf root && mkdir root
	run -0 outside oci-program -c /proc/self/fd/../../../usr /bin/pwd
	[ "$output" = /usr ]
}

@test "-n goes on with the words behind, once the program can be run" {
	run -0 ocibox oci-program -n sh /bin/echo on
	[ "$output" = on ]
	run -127 --separate-stderr ocibox oci-program -n nosuch /bin/echo on
	[ "$stderr" = 'oci-program: exec: "nosuch": executable file not found in $PATH' ]
	[ -z "$output" ]
	config '.process.args=["nosuch"]'
	run -127 --separate-stderr ocibox oci-program -n -b . /bin/echo on
	[ -z "$output" ]
	config .
	run -0 ocibox oci-program -n -b . /bin/echo on
	[ "$output" = on ]
}

@test "-n asks for the user: ids, groups and effective capabilities, and changes none" {
	cp "$(type -P true)" "$open/prog"
	chown 1:2 "$open/prog"
	state='^(Uid|Gid|Groups|Cap)'
	as() {
		run "$1" --separate-stderr ocibox oci-program -n "${@:2}" "$open/prog" /bin/grep -E "$state" /proc/self/status
		[ "$1" != -0 ] || [ "$output" = "$(grep -E "$state" /proc/self/status)" ]
	}
	chmod 700 "$open/prog"
	as -0 -u 1:1
	as -126 -u 3:2
	[ "$stderr" = "oci-program: exec: \"$open/prog\": permission denied" ]
	as -0
	chmod 750 "$open/prog"
	as -0 -u 3:2
	as -0 -u 3:3 -g 4,2
	as -126 -u 3:3 -g 4
	as -126 -u 3
	chmod 755 "$open/prog"
	as -0 -u 3
	chmod 700 "$open"
	as -126 -u 3
	[ "$stderr" = "oci-program: exec: \"$open/prog\": stat $open/prog: permission denied" ]
	# user 0 without capabilities is only a user
	chmod 755 "$open"
	chmod 700 "$open/prog"
	config '.process.args=[$p] | .process.capabilities={}' --arg p "$open/prog"
	run -126 ocibox oci-program -n -b . /bin/echo on
	config '.process.args=[$p] | .process.capabilities={effective:["CAP_DAC_OVERRIDE","CAP_NOSUCH"]}' --arg p "$open/prog"
	run -0 --separate-stderr ocibox oci-program -n -b . /bin/echo on
	[ -z "$stderr" ]
	config '.process.args=[$p] | .process.user={uid:3,gid:3,additionalGids:[2]}' --arg p "$open/prog"
	run -126 ocibox oci-program -n -b . /bin/echo on
	chmod 750 "$open/prog"
	run -0 ocibox oci-program -n -b . /bin/echo on
}

@test "-n makes a missing working directory, mode 0755 whatever the umask, and goes there" {
	umask 077
	run -0 ocibox oci-program -n -c "$open/a/b" true /bin/pwd
	[ "$output" = "$open/a/b" ]
	[ "$(stat -c %a,%u "$open/a" "$open/a/b" | sort -u)" = 755,0 ]
}

@test "where only root may go the program still starts, when -n or oci-user -b was there" {
	mkdir -m 700 "$open/mine"
	config '.process.cwd=$d | .process.args=["/bin/pwd"] | .process.user={uid:1000,gid:1000}' --arg d "$open/mine"
	run -114 --separate-stderr ocibox oci-user 1000 oci-caps -b . oci-program -b .
	[ "$stderr" = "oci-program: change directory to $open/mine: Permission denied" ]
	run -0 ocibox oci-user -b . oci-caps -b . oci-program -b .
	[ "$output" = "$open/mine" ]
	run -0 ocibox oci-program -n -b . oci-user -b . oci-caps -b . oci-program -b .
	[ "$output" = "$open/mine" ]
	ln -s mine "$open/link"
	config '.process.cwd=$d | .process.args=["/bin/pwd","-P"] | .process.user={uid:1000,gid:1000}' --arg d "$open/link/"
	run -0 ocibox oci-program -n -b . oci-user -b . oci-caps -b . oci-program -b .
	[ "$output" = "$open/mine" ]
	# another one is another
	mkdir -m 700 "$open/other"
	run -114 ocibox oci-program -n -b . oci-user -b . oci-caps -b . oci-program -b . -c "$open/other"
}

@test "where only the user may go, root leaves it to the user" {
	mkdir -m 700 "$open/theirs"
	chown 1000 "$open/theirs"
	cp "$(type -P pwd)" "$open/theirs/prog"
	# a root that may not look everywhere, as in a user namespace
	weak='oci-caps -k -P setuid,setgid,setpcap'
	# shellcheck disable=SC2086 # words
	run -0 ocibox $weak oci-program -n -u 1000 -c "$open/theirs" ./prog oci-user 1000 oci-program -c "$open/theirs" ./prog
	[ "$output" = "$open/theirs" ]
	# shellcheck disable=SC2086 # words
	run -114 --separate-stderr ocibox $weak oci-program -n -u 1001 -c "$open/theirs" ./prog oci-user 1001 oci-program -c "$open/theirs" ./prog
	[ "$stderr" = "oci-program: change directory to $open/theirs: Permission denied" ]
}

@test "no descriptor but 0, 1, 2 and those of -p reaches the program" {
	# one more: ls has its own directory open
	run -0 sh -c 'exec "$0" oci-program ls /proc/self/fd 3</ 4</ 5</ 9</' "$OCIBOX"
	[ "${lines[*]}" = "0 1 2 3" ]
	run -0 sh -c 'exec "$0" oci-program -p 2 ls /proc/self/fd 3</ 4</ 5</ 9</' "$OCIBOX"
	[ "${lines[*]}" = "0 1 2 3 4 5" ]
	run -110 --separate-stderr sh -c 'exec "$0" oci-program -p 3 ls 3</ 4</ 5<&- 9</' "$OCIBOX"
	[ "$stderr" = "oci-program: descriptor 5, which -p 3 would keep, is not open" ]
	# some of them, as podman run --preserve-fd has it
	run -0 sh -c 'exec "$0" oci-program -p 5 ls /proc/self/fd 3<&- 4<&- 5</ 6<&- 7</ 9</' "$OCIBOX"
	[ "${lines[*]}" = "0 1 2 3 5 7" ]
	config '.process.args=["ls","/proc/self/fd"]'
	run -0 sh -c 'exec "$0" oci-program -b . 3</ 4</ 9</' "$OCIBOX"
	[ "${lines[*]}" = "0 1 2 3" ]
}

@test "the same on kernels without close_range, openat2 and faccessat2" {
	requires "$NOSYS"
	run -0 sh -c 'exec "$1" close_range,openat2,faccessat2 "$0" oci-program -p 1 ls /proc/self/fd 3</ 4</ 9</' "$OCIBOX" "$NOSYS"
	[ "${lines[*]}" = "0 1 2 3 4" ]
	run -0 sh -c 'exec "$1" close_range=EPERM,openat2=EPERM,faccessat2=EPERM "$0" oci-program ls /proc/self/fd 3</ 4</ 9</' "$OCIBOX" "$NOSYS"
	[ "${lines[*]}" = "0 1 2 3" ]
	# no /proc to look into
	run -0 unshare -m sh -c 'mount -t tmpfs t /proc; "$1" close_range "$0" oci-program sh -c "! command <&4" 4</' "$OCIBOX" "$NOSYS"
	run -126 --separate-stderr "$NOSYS" faccessat2 "$OCIBOX" oci-program /etc/passwd
	[ "$stderr" = 'oci-program: exec: "/etc/passwd": permission denied' ]
}

@test "signals' mask and dispositions reach the program as they came" {
	run -0 sh -c 'trap "" USR1; exec "$0" oci-program grep -E "^Sig(Blk|Ign)" /proc/self/status' "$OCIBOX"
	mine=$(sh -c 'trap "" USR1; exec grep -E "^Sig(Blk|Ign)" /proc/self/status')
	[ "$output" = "$mine" ]
}

@test "bad usage runs nothing" {
	for words in "" "-n" "-u 1 /bin/echo ran" "-z /bin/echo ran" "-e novalue /bin/echo ran" "-e =x /bin/echo ran" "-p -1 /bin/echo ran" "-n -u 4294967295 true /bin/echo ran" "-n -u x true /bin/echo ran"; do
		# shellcheck disable=SC2086
		run -110 --separate-stderr ocibox oci-program $words
		[ -z "$output" ]
	done
	run -110 --separate-stderr ocibox oci-program
	[ "$stderr" = "oci-program: usage: oci-program [-b bundle] [-ilno] [-c directory] [-C list] [-e name=value] [-p count] [-u uid:gid] [-g gids] [program] [argument ...]" ]
}

@test "leaves no descriptor when it goes on" {
	config .
	[ "$(descriptors oci-program -n -b .)" = "0 1 2 " ]
	[ "$(descriptors oci-program -n -u 1000 -c "$open/x" true)" = "0 1 2 " ]
}

@test "-l passes on what a service manager's sockets are, with the program's own pid" {
	run -0 sh -c 'LISTEN_FDS=2 LISTEN_PID=1 LISTEN_FDNAMES=a:b exec "$0" oci-program -i -l -p 1 sh -c "echo \$LISTEN_FDS \$LISTEN_FDNAMES \$((LISTEN_PID - \$\$)); ls /proc/\$\$/fd" 3</ 4</ 5</ 6</' "$OCIBOX"
	[ "${lines[*]}" = "2 a:b 0 0 1 2 3 4 5" ]
	run -0 env -i LISTEN_FDS=x "$OCIBOX" oci-program -i -l /usr/bin/env
	[[ $output != *LISTEN* ]]
}
@test "-C: checks with these capabilities" {
	requires root
	install -m 700 /bin/true alone
	run -126 ocibox oci-program -n -u 5:5 -C "" "$PWD/alone"
	chmod 755 "$BATS_RUN_TMPDIR" "$BATS_FILE_TMPDIR" "$BATS_TEST_TMPDIR" "$(dirname "$BATS_TEST_TMPDIR")" .
	run -126 ocibox oci-program -n -u 5:5 -C chown "$PWD/alone"
	install -m 711 -o 9 /bin/true other
	ocibox oci-program -n -u 5:5 -C none "$PWD/other"
	run -110 ocibox oci-program -C chown /bin/true
}

