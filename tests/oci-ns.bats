#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# braces are words of a chain; bats ends a test whose cd fails
# shellcheck disable=SC1083,SC1010,SC2164
load helpers

setup() {
	requires root unshare
	cd "$BATS_TEST_TMPDIR"
	here=$BATS_TEST_TMPDIR
}

teardown() {
	[ -z "${holder:-}" ] || { kill -9 "$holder" || true; }
}

# hold WORDS: a process that stays in the namespaces unshare makes of WORDS; its pid is in $holder.
hold() {
	mkfifo "$here/held"
	unshare "$@" sh -c "echo \$\$ >'$here/held'; exec sleep 1000" 3>&- 4>&- &
	holder=$!
	# with --fork the one inside is another, but the one outside kills it
	read -r <"$here/held"
}

# The namespaces of the current process that differ from those of this shell.
differing() {
	local ns
	# shellcheck disable=SC2016
	"$OCIBOX" "$@" /bin/sh -c 'for n in mnt pid net ipc uts cgroup; do readlink /proc/self/ns/$n; done' >inside
	for ns in mnt pid net ipc uts cgroup; do
		readlink "/proc/self/ns/$ns"
	done | diff - inside | sed -n 's/^> \(.*\):.*/\1/p' | tr '\n' ' '
}

@test "each letter makes one namespace, as the next program sees it" {
	[ "$(differing oci-ns -m)" = "mnt " ]
	[ "$(differing oci-ns -n)" = "net " ]
	[ "$(differing oci-ns -i)" = "ipc " ]
	[ "$(differing oci-ns -u)" = "uts " ]
	[ "$(differing oci-ns -C)" = "cgroup " ]
	[ "$(differing oci-ns -p)" = "pid " ]
	[ "$(differing oci-ns -mpniuC)" = "mnt pid net ipc uts cgroup " ]
	[ "$(differing oci-ns -f)" = "" ]
}

@test "the child of -p is process 1" {
	run -0 ocibox oci-ns -p /bin/sh -c 'echo $$'
	[ "$output" = 1 ]
}

@test "no braces and no pid namespace: the same process goes on" {
	# shellcheck disable=SC2016
	run -0 sh -c 'echo $$; exec "$0" oci-ns -mu /bin/sh -c "echo \$\$"' "$OCIBOX"
	[ "${lines[0]}" = "${lines[1]}" ]
}

@test "-f runs the command in a child" {
	# shellcheck disable=SC2016
	run -0 sh -c 'echo $$; exec "$0" oci-ns -f /bin/sh -c "echo \$PPID"' "$OCIBOX"
	[ "${lines[0]}" = "${lines[1]}" ]
}

@test "the status of the child is passed on" {
	run -7 ocibox oci-ns -p /bin/sh -c 'exit 7'
	run -137 ocibox oci-ns -f /bin/sh -c 'kill -9 $$'
}

@test "signals sent to the waiting parent reach the child" {
	mkfifo up
	"$OCIBOX" oci-ns -p /bin/sh -c "trap 'exit 42' USR1; echo >up; while :; do sleep 1000 & wait; done" 3>&- 4>&- &
	read -r <up
	kill -USR1 $!
	status=0
	wait $! || status=$?
	[ "$status" = 42 ]
}

@test "the child dies with its parent" {
	mkfifo up held
	"$OCIBOX" oci-ns -p /bin/sh -c "exec 9>held; echo >up; while :; do sleep 1000; done" 3>&- 4>&- &
	exec 8<>held
	read -r <up
	exec 7<held 8>&-
	kill -9 $!
	# the end of the file is the end of all that held it open
	run -0 timeout 20 cat <&7
	exec 7<&-
}

@test "-s starts a session" {
	# shellcheck disable=SC2016
	run -0 ocibox oci-ns -fs /bin/sh -c 'set -- $(cat /proc/$$/stat); echo "$1 $6"'
	# shellcheck disable=SC2086
	set -- $output
	[ "$1" = "$2" ]
}

@test "the loopback interface of a new network namespace is up" {
	run -0 ocibox oci-ns -n /bin/sh -c 'cat /sys/class/net/lo/flags'
	# sysfs shows its mounter's namespace: ask the kernel another way
	run -0 ocibox oci-ns -mn /bin/sh -c 'mount -t sysfs none /sys && cat /sys/class/net/lo/flags'
	[ "$output" = 0x9 ]
	run -0 ocibox oci-ns -pn /bin/cat /proc/net/if_inet6
	[[ "$output" == *" lo" ]]
}

@test "-j joins the namespaces of another process" {
	hold --uts --ipc --net --mount
	for pair in uts=uts ipc=ipc network=net net=net mount=mnt; do
		run -0 ocibox oci-ns -j "${pair%=*}=/proc/$holder/ns/${pair#*=}" /bin/readlink "/proc/self/ns/${pair#*=}"
		[ "$output" = "$(readlink "/proc/$holder/ns/${pair#*=}")" ]
	done
	run -0 ocibox oci-ns -j "uts=/proc/$holder/ns/uts" -j "mount=/proc/$holder/ns/mnt" -j "ipc=/proc/$holder/ns/ipc" \
		/bin/sh -c 'readlink /proc/self/ns/uts /proc/self/ns/mnt /proc/self/ns/ipc'
	[ "$output" = "$(readlink /proc/"$holder"/ns/{uts,mnt,ipc})" ]
}

@test "-j with a child, and with braces" {
	hold --uts --ipc --net --mount
	for words in "-p" "-f" "-u { oci-reap }" "-C {  oci-reap }"; do
		for pair in ipc=ipc network=net mount=mnt; do
			# shellcheck disable=SC2086
			run -0 ocibox oci-ns -j "${pair%=*}=/proc/$holder/ns/${pair#*=}" $words /bin/readlink "/proc/self/ns/${pair#*=}"
			[ "$output" = "$(readlink "/proc/$holder/ns/${pair#*=}")" ]
		done
	done
}

@test "-j pid: the command is a new process in there" {
	hold --pid --fork --kill-child
	# shellcheck disable=SC2016
	run -0 ocibox oci-ns -j "pid=/proc/$holder/ns/pid_for_children" /bin/sh -c 'echo $$; readlink /proc/self/ns/pid'
	[ "${lines[0]}" -gt 1 ]
	[ "${lines[1]}" = "$(readlink "/proc/$holder/ns/pid_for_children")" ]
}

@test "a joined pid namespace is not where the block runs" {
	hold --pid --fork --kill-child
	run -0 ocibox oci-ns -j "pid=/proc/$holder/ns/pid_for_children" { /bin/readlink /proc/self/ns/pid } /bin/true
	[ "$output" = "$(readlink /proc/self/ns/pid)" ]
}

@test "a dead pid namespace is refused, and why" {
	touch ns
	# shellcheck disable=SC2016
	run -113 --separate-stderr aside sh -c 'mount --bind ns ns; mount --make-private ns; touch ns/x 2>/dev/null
		unshare --pid --fork sh -c "mount --bind /proc/self/ns/pid ns"
		exec "$0" oci-ns -j "pid=$PWD/ns" /bin/true' "$OCIBOX"
	[ "$stderr" = "oci-ns: $here/ns: the first process of this pid namespace has ended" ]
}

@test "a path that is no namespace of the type is refused before anything changes" {
	hold --net
	run -111 --separate-stderr ocibox oci-ns -u -j "ipc=/proc/$holder/ns/net" /bin/echo no
	[ "$stderr" = "oci-ns: /proc/$holder/ns/net: a network namespace, not ipc" ]
	[ -z "$output" ]
	run -111 --separate-stderr ocibox oci-ns -j ipc=/proc/self/status /bin/echo no
	[ "$stderr" = "oci-ns: /proc/self/status: not a namespace" ]
	run -110 --separate-stderr ocibox oci-ns -j ipc=ns/ipc /bin/echo no
	[ "$stderr" = "oci-ns: ns/ipc: the path of a namespace must be absolute" ]
	run -115 --separate-stderr ocibox oci-ns -j ipc=/none /bin/echo no
	[ "$stderr" = "oci-ns: open the ipc namespace /none: No such file or directory" ]
	# a symlink is followed, and what counts is where it leads
	ln -s "/proc/$holder/ns/net" link
	run -111 --separate-stderr ocibox oci-ns -j "ipc=$here/link" /bin/echo no
	[ "$stderr" = "oci-ns: $here/link: a network namespace, not ipc" ]
	run -0 ocibox oci-ns -j "net=$here/link" /bin/readlink /proc/self/ns/net
	[ "$output" = "$(readlink "/proc/$holder/ns/net")" ]
	# neither a file with a namespace's name nor one on nsfs that is none
	: >net:
	for file in "$here/net:" /proc/self/ns /dev/null /proc/self/exe; do
		run -111 --separate-stderr ocibox oci-ns -j "net=$file" /bin/echo no
		[ "$stderr" = "oci-ns: $file: not a namespace" ]
	done
	mkfifo fifo
	run -111 --separate-stderr timeout 10 "$OCIBOX" oci-ns -j "ipc=$here/fifo" /bin/echo no
	[ "$stderr" = "oci-ns: $here/fifo: not a namespace" ]
	run -110 --separate-stderr ocibox oci-ns -n -j "net=/proc/$holder/ns/net" /bin/echo no
	[ "$stderr" = "oci-ns: /proc/$holder/ns/net: a network namespace cannot be both new and joined" ]
}

# config NAMESPACES: a config.json with these.
config() {
	echo '{"ociVersion":"1.0.0","root":{"path":"rootfs"},"linux":{"namespaces":['"$1"']}}' >config.json
}

@test "-b makes and joins what config.json says; -t and -x choose among it" {
	hold --uts
	config '{"type":"mount"},{"type":"ipc"},{"type":"uts","path":"/proc/'"$holder"'/ns/uts"},{"type":"cgroup"}'
	[ "$(differing oci-ns -b .)" = "mnt ipc uts cgroup " ]
	[ "$(differing oci-ns -b . -t cgroup)" = "cgroup " ]
	[ "$(differing oci-ns -b . -t cgroup,mnt)" = "mnt cgroup " ]
	[ "$(differing oci-ns -b . -x cgroup)" = "mnt ipc uts " ]
	[ "$(differing oci-ns -b . -x cgroup oci-ns -b . -t cgroup)" = "mnt ipc uts cgroup " ]
	config ''
	[ "$(differing oci-ns -b .)" = "" ]
}

@test "-b: a path must be absolute" {
	config '{"type":"ipc","path":"ns/ipc"}'
	run -111 --separate-stderr ocibox oci-ns -b . /bin/echo no
	[ -z "$output" ]
}

# The ids 0 to 9 outside are these inside; the rest is nobody's.
MAPS="-M 0:1000:10 -G 0:2000:10"

@test "-U: root of a user namespace, with the maps, all capabilities and no groups" {
	for words in "-U" "-Up" "-UCimnpu" "-UT"; do
		# shellcheck disable=SC2086
		run -0 ocibox oci-ns $words $MAPS /bin/sh -c 'tr -s " " </proc/self/uid_map; tr -s " " </proc/self/gid_map; id -u; id -g; grep -E "^(Groups|CapEff)" /proc/self/status; cat /proc/self/setgroups'
		[ "${lines[*]}" = " 0 1000 10  0 2000 10 0 0 Groups:"$'\t'"  CapEff:"$'\t'"$(grep CapBnd /proc/1/status | grep -o '0000.*') allow" ] ||
			[[ "${lines[*]}" == " 0 1000 10  0 2000 10 0 0 Groups:"*"CapEff:"$'\t'"000001ffffffffff allow" ]]
	done
}

@test "-U: several ranges; without a 0 in them, the first id" {
	run -0 ocibox oci-ns -U -M 7:1000:2 -M 20:1010:3 -G 8:5:1 /bin/sh -c 'id -u; id -g; wc -l </proc/self/uid_map'
	[ "${lines[*]}" = "7 8 2" ]
	run -0 ocibox oci-ns -U -M 7:1000:2 -M 0:1010:3 -G 0:5:1 /bin/sh -c 'id -u'
	[ "$output" = 0 ]
}

@test "-U: the others are made by the mapped root, and owned by the user namespace" {
	# shellcheck disable=SC2086
	run -0 ocibox oci-ns -Uminpu $MAPS /bin/sh -ec 'mount -t mqueue m /tmp; stat -c %u /tmp
		hostname inside; hostname; echo 1 >/proc/sys/net/ipv4/ip_forward; echo $$; cat /proc/net/if_inet6'
	[[ "${lines[*]}" == "0 inside 1 "*" lo" ]]
}

@test "-U: an ordinary user maps its own ids, and groups are denied" {
	chmod 711 "$BATS_TEST_TMPDIR"
	run -0 setpriv --reuid 1234 --regid 1235 --clear-groups "$OCIBOX" oci-ns -Uminpu -M 0:1234:1 -G 0:1235:1 \
		/bin/sh -c 'id -u; id -g; cat /proc/self/setgroups; tr -s " " </proc/self/uid_map; cat /proc/net/if_inet6; echo $$'
	[[ "${lines[*]}" == "0 0 deny  0 1234 1 "*" lo 1" ]]
	run -0 setpriv --reuid 1234 --regid 1235 --clear-groups "$OCIBOX" oci-ns -U -M 5:1234:1 -G 6:1235:1 /bin/sh -c 'id -u; id -g'
	[ "${lines[*]}" = "5 6" ]
	# without maps, it is its root
	run -0 setpriv --reuid 1234 --regid 1235 --clear-groups "$OCIBOX" oci-ns -U /bin/sh -c 'tr -s " " </proc/self/uid_map; tr -s " " </proc/self/gid_map'
	[ "${lines[*]}" = " 0 1234 1  0 1235 1" ]
}

@test "-U: what the kernel refuses, and who says so" {
	run -115 --separate-stderr ocibox oci-ns -U -M 0:0:2 -M 1:5:1 -G 0:0:1 /bin/echo no
	[[ "$stderr" == "oci-ns: write 0 0 2,1 5 1 to /proc/"*"/uid_map: Invalid argument" ]]
	[ -z "$output" ]
	# in braces, the outside says it
	run -115 --separate-stderr ocibox oci-ns -U -M 0:0:2 -M 1:5:1 -G 0:0:1 { oci-gate -w x } oci-gate x /bin/echo no
	[[ "$stderr" == "oci-ns: write 0 0 2,1 5 1 to /proc/"*"/uid_map: Invalid argument" ]]
	for words in "-U -M 0:0:1" "-M 0:0:1 -G 0:0:1" "-U -M 0:0 -G 0:0:1" "-U -M 0:0:1:1 -G 0:0:1" "-U -M 0:0:1 -G :0:1" \
		"-U -M 0:0:-1 -G 0:0:1" "-U -M 0:0:4294967295 -G 0:0:1" "-o monotonic=1" "-T -o realtime=1" "-T -o monotonic" \
		"-T -o monotonic=1.0000000000" "-T -o monotonic=x" "-e -b ." "-e" "-k nothing"; do
		# shellcheck disable=SC2086
		run -110 --separate-stderr ocibox oci-ns $words /bin/echo no
		[ -z "$output" ]
	done
	run -110 --separate-stderr ocibox oci-ns -U -G 0:0:1 /bin/echo no
	[ "$stderr" = "oci-ns: -M and -G go together, with -U" ]
}

@test "-U: a /proc of another pid namespace has not the process to map" {
	! sanitized || skip "needs a static ocibox"
	# shellcheck disable=SC2086
	run -115 --separate-stderr unshare --pid --fork "$OCIBOX" oci-ns -U $MAPS /bin/echo no
	[[ "$stderr" == "oci-ns: /proc: of another pid namespace: process "*" is "*" there" ]]
}

@test "-U: a map is not written to a file that something is mounted on" {
	: >map
	chmod 666 map
	# every process there may be in a moment
	# shellcheck disable=SC2016,SC2086
	run -115 --separate-stderr aside sh -c 'mkdir p; for i in 1 2 3 4 5 6 7 8 9; do mkdir p/$i; cp map p/$i/uid_map; done; mount --bind p /proc
		exec "$@"' sh "$OCIBOX" oci-ns -U $MAPS /bin/echo no || sanitized
	[ "$stderr" = "oci-ns: /proc: not a real procfs, so nothing below it is used" ] || sanitized
	[ -z "$output" ]
}

@test "-T: the clocks of a time namespace" {
	for user in "" "-U $MAPS"; do
		# shellcheck disable=SC2086
		run -0 ocibox oci-ns -T $user -o monotonic=5.25 -o boottime=-3 /bin/sh -c 'tr -s " " </proc/self/timens_offsets; readlink /proc/self/ns/time'
		[ "${lines[0]}" = "monotonic 5 250000000" ]
		[ "${lines[1]}" = "boottime -3 0" ]
		[ "${lines[2]}" != "$(readlink /proc/self/ns/time)" ]
	done
	run -0 ocibox oci-ns -T -o boottime=1000000 /bin/sh -c 'cut -d. -f1 /proc/uptime'
	[ "$output" -gt 1000000 ]
	run -0 ocibox oci-ns -T /bin/readlink /proc/self/ns/time
	[ "$output" != "$(readlink /proc/self/ns/time)" ]
}

@test "-j user: with all that belongs to it, and what does not" {
	hold --user --map-root-user --net --uts
	# a net namespace of the host's, a uts namespace of the other
	for words in "" "-m" "-mp" "-i"; do
		# shellcheck disable=SC2086
		run -0 ocibox oci-ns $words -j "user=/proc/$holder/ns/user" -j "uts=/proc/$holder/ns/uts" -j net=/proc/self/ns/net \
			/bin/sh -c 'readlink /proc/self/ns/user /proc/self/ns/uts /proc/self/ns/net; id -u; grep CapEff /proc/self/status'
		[ "${lines[*]}" = "$(readlink /proc/"$holder"/ns/{user,uts} /proc/self/ns/net | tr '\n' ' ')0 CapEff:"$'\t'"000001ffffffffff" ]
	done
	run -0 ocibox oci-ns -j "user=/proc/$holder/ns/user" -j "net=/proc/$holder/ns/net" { oci-reap } /bin/readlink /proc/self/ns/net
	[ "$output" = "$(readlink "/proc/$holder/ns/net")" ]
	# its clocks are set with the rights of here
	run -0 ocibox oci-ns -p -j "user=/proc/$holder/ns/user" -T -o boottime=7 /bin/sh -c 'tr -s " " </proc/self/timens_offsets'
	[ "${lines[1]}" = "boottime 7 0" ]
	# one's own cannot be joined, and need not
	run -0 ocibox oci-ns -j user=/proc/self/ns/user -u /bin/echo in
	[ "$output" = in ]
}

# Without ns_undumpable in lib/ns.c and lib/ns_settle.c this fails. An ordinary user's, since to root the kernel does
# it by itself when ids change, unless fs.suid_dumpable is 1.
@test "root of the namespaces that are joined has no hand on who joins them" {
	chmod 711 "$BATS_RUN_TMPDIR" "${BATS_TEST_TMPDIR%/*}" "$BATS_TEST_TMPDIR"
	cp "$OCIBOX" ocibox
	mkfifo -m 666 held up
	user=(setpriv --reuid 1234 --regid 1235 --clear-groups "$here/ocibox")
	"${user[@]}" oci-ns -Up -M 0:1234:1 -G 0:1235:1 /bin/sh -c 'echo >held; exec sleep 1000' 3>&- 4>&- &
	read -r <held
	holder=$(pgrep -P $!)
	# it waits where it has more open than they have: the host's socket
	"${user[@]}" oci-ns -j "user=/proc/$holder/ns/user" -j "pid=/proc/$holder/ns/pid" { oci-gate -w here oci-ns -f /bin/sh -c "echo >up; exec sleep 1000" } \
		oci-gate here /bin/true 3>&- 4>&- &
	outside=$!
	read -r <up
	for inside in $(pgrep -P $outside); do
		[ "$(readlink "/proc/$inside/ns/user")" = "$(readlink /proc/self/ns/user)" ] || break
	done
	# shellcheck disable=SC2016
	run nsenter --target "$holder" --user --setuid 0 --setgid 0 sh -c 'grep CapEff /proc/self/status; ls /proc/$0/fd; cat /proc/$0/environ; readlink /proc/$0/cwd' "$inside"
	kill $outside
	[[ "$output" == *"000001ffffffffff"*"cannot open directory '/proc/$inside/fd': Permission denied"*"/environ: Permission denied"* ]] || { echo "$output"; false; }
	[[ "$output" != *"$here"* ]]
}

@test "-e and -l: in two steps, with what needs the host between them" {
	mkdir -m 700 private
	for more in '' ',{"type":"user"}'; do
		echo '{"ociVersion":"1.0.0","root":{"path":"rootfs"},"linux":{"namespaces":[{"type":"mount"},{"type":"pid"},{"type":"cgroup"}'"$more"']'\
"${more:+,\"uidMappings\":[{\"containerID\":0,\"hostID\":1000,\"size\":10\}],\"gidMappings\":[{\"containerID\":0,\"hostID\":1000,\"size\":10\}]}"'}}' >config.json
		# only who is root of the host may write there
		run -0 ocibox oci-ns -b . -es { oci-reap } oci-stdio -o "$here/private/out" oci-ns -b . -ls \
			/bin/sh -c 'echo $$; id -u; awk "{ print \$6 }" /proc/self/stat; readlink /proc/self/ns/cgroup'
		readarray -t lines <private/out
		[ "${lines[0]} ${lines[1]}" = "1 0" ]
		[ "${lines[3]}" != "$(readlink /proc/self/ns/cgroup)" ]
		rm private/out
	done
}

@test "who is in the pid or user namespace joined cannot trace who joins it" {
	requires strace
	hold --user --map-root-user --pid --fork --kill-child
	# shellcheck disable=SC2016
	run -0 strace -f -qq -e trace=prctl,setns,setresuid -e signal=none -o calls "$OCIBOX" oci-ns -j "user=/proc/$holder/ns/user" \
		-j "pid=/proc/$holder/ns/pid_for_children" /bin/true
	# undumpable before the first is joined, and again right behind each change of credentials
	run -0 sed -En 's/^[0-9]+ +(setns|setresuid|prctl\(PR_SET_DUMPABLE, [^)]*).*/\1/p' calls
	[ "${lines[*]}" = "prctl(PR_SET_DUMPABLE, SUID_DUMP_DISABLE setns setns prctl(PR_SET_DUMPABLE, SUID_DUMP_DISABLE setresuid prctl(PR_SET_DUMPABLE, SUID_DUMP_DISABLE" ]
}

@test "what cannot be read is not taken for a good end" {
	requires strace
	# their own reads come first
	! sanitized || return 0
	for n in 1 2 3 4 5 6 7 8 9; do
		run strace -qq -o calls -e trace=read -e inject=read:error=EIO:when="$n" "$OCIBOX" oci-ns -pU -M 0:0:1 -G 0:0:1 { oci-reap } /bin/sh -c "exit 7"
		[ "$status" = 7 ] || [[ $status == 115 && $output == "oci-ns: "* ]] || { echo "$n: $status $output"; return 1; }
	done
	# there are no more
	run ! grep INJECTED calls
}

@test "bad usage changes nothing" {
	for words in "-z /bin/echo" "-t nett /bin/echo" "-j nett=/x /bin/echo" "-j net /bin/echo" "-m" ""; do
		# shellcheck disable=SC2086
		run -110 --separate-stderr ocibox oci-ns $words
		[ -z "$output" ]
	done
	run -110 --separate-stderr ocibox oci-ns -t pid,nett /bin/true
	[ "$stderr" = 'oci-ns: pid,nett: no such type of namespace: "nett"' ]
	run -110 --separate-stderr ocibox oci-ns { /bin/true
	[ "$stderr" = 'oci-ns: {: no closing }' ]
}

@test "the words in braces run outside, those behind them inside" {
	run -0 ocibox oci-ns -u { oci-gate -w x oci-ns -f /bin/readlink /proc/self/ns/uts } oci-gate x /bin/echo never
	[ "$output" = "$(readlink /proc/self/ns/uts)" ]
	# shellcheck disable=SC2016
	run -3 ocibox oci-ns -p { oci-reap } /bin/sh -c 'echo $$; exit 3'
	[ "$output" = 1 ]
}

@test "the inside dies when the words outside fail, and is reaped" {
	mkfifo held
	exec 8<>held
	"$OCIBOX" oci-ns -p { oci-gate -w x oci-nosuch } /bin/sh -c "exec 9>held; exec sleep 1000" 3>&- 4>&- 8>&- &
	pid=$!
	exec 7<held 8>&-
	status=0
	wait $pid || status=$?
	# the program began without being at the gate: a usage error
	[ "$status" = 110 ]
	run -0 timeout 20 cat <&7
	exec 7<&-
}

@test "what fails inside is said outside, with its status" {
	long=$(printf '%070d' 0)
	run -115 --separate-stderr ocibox oci-ns -u { oci-gate -w x } oci-hostname -n "$long" oci-gate x /bin/true
	[ "$stderr" = "oci-hostname: set the hostname to $long: Invalid argument" ]
}

@test "-e and -l with options, and -k: no namespace of our own is joined" {
	requires root
	run -0 ocibox oci-ns -e -muC { oci-gate -w x oci-gate -o } oci-ns -l -muC oci-gate -d x /bin/sh -c 'for ns in mnt uts cgroup net; do readlink /proc/self/ns/$ns; done'
	[ "${lines[0]}" != "$(readlink /proc/self/ns/mnt)" ]
	[ "${lines[1]}" != "$(readlink /proc/self/ns/uts)" ]
	[ "${lines[2]}" != "$(readlink /proc/self/ns/cgroup)" ]
	[ "${lines[3]}" = "$(readlink /proc/self/ns/net)" ]
	run -111 --separate-stderr ocibox oci-ns -j uts=/proc/self/ns/uts -k ipc -k uts /bin/echo no
	[ "$stderr" = "oci-ns: /proc/self/ns/uts: the uts namespace that is to be joined is the one of here: it would be changed" ]
	[ -z "$output" ]
	ocibox oci-ns -j uts=/proc/self/ns/uts -u -k ipc /bin/true || [ $? = 110 ]
	ocibox oci-ns -j uts=/proc/self/ns/uts -k ipc,network /bin/true
}

@test "leaves no descriptor" {
	for words in "oci-ns -mn" "oci-ns -j ipc=/proc/self/ns/ipc" "oci-ns -UT $MAPS"; do
		# shellcheck disable=SC2086
		[ "$(descriptors $words)" = "0 1 2 " ]
	done
	# 3 is the directory that ls reads
	run -0 ocibox oci-ns -n { oci-reap } /bin/ls /proc/self/fd 3>&- 4>&-
	[ "$(echo "$output" | tr '\n' ' ')" = "0 1 2 3 " ]
	run -0 ocibox oci-ns -p /bin/ls /proc/self/fd 3>&- 4>&-
	[ "$(echo "$output" | tr '\n' ' ')" = "0 1 2 3 " ]
}

@test "-b: what would be set in a namespace that is joined and is the one of here" {
	for what in '"linux.sysctl["net.ipv4.ip_forward"]|network|"linux":{"sysctl":{"net.ipv4.ip_forward":"1"},' \
		'"linux.sysctl["kernel/sem"]|ipc|"linux":{"sysctl":{"kernel/sem":"1 2 3 4"},' 'hostname|uts|"hostname":"x","linux":{' 'domainname|uts|"domainname":"x","linux":{'; do
		IFS='|' read -r place type text <<<"$what"
		file=$type
		[ "$type" != network ] || file=net
		echo '{"ociVersion":"1.0.0","root":{"path":"rootfs"},'"$text"'"namespaces":[{"type":"mount"},{"type":"'"$type"'","path":"/proc/self/ns/'"$file"'"}]}}' >config.json
		for words in "-m" "-e { oci-reap }"; do
			# shellcheck disable=SC2086
			run -111 --separate-stderr ocibox oci-ns -b . $words /bin/echo no
			[[ "$stderr" == "oci-ns: config.json:1:"*": ${place#\"}: the $type namespace that is to be joined is the one of here: it would be changed" ]]
		done
	done
	hold --uts
	echo '{"ociVersion":"1.0.0","root":{"path":"rootfs"},"hostname":"x","linux":{"namespaces":[{"type":"mount"},{"type":"uts","path":"/proc/'"$holder"'/ns/uts"}]}}' >config.json
	run -0 ocibox oci-ns -b . oci-hostname -b . /bin/hostname
	[ "$output" = x ]
}
