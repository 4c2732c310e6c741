#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
load helpers

setup() {
	requires root unshare
	cd "$BATS_TEST_TMPDIR"
}

# apart WORDS: in namespaces of their own, so that nothing of the machine is changed
apart() {
	unshare --net --ipc --uts --mount "$@"
}

config() {
	echo '{"ociVersion":"1.0.0","root":{"path":"rootfs"},"linux":{"namespaces":[{"type":"mount"},{"type":"ipc"},{"type":"network"},{"type":"uts"}],"sysctl":{'"$1"'}}}' >config.json
}

@test "the next program sees the value, whichever way the key is written" {
	run -0 apart "$OCIBOX" oci-sysctl -w net.ipv4.ip_forward=1 -w kernel/msgmax=9000 -w fs.mqueue.msg_max=7 \
		/bin/cat /proc/sys/net/ipv4/ip_forward /proc/sys/kernel/msgmax /proc/sys/fs/mqueue/msg_max
	[ "${lines[*]}" = "1 9000 7" ]
	run -0 apart "$OCIBOX" oci-sysctl -w net/ipv4/ip_forward=1 -w "kernel.sem=1 2 3 4" -w kernel.domainname=d.example \
		/bin/cat /proc/sys/net/ipv4/ip_forward /proc/sys/kernel/sem /proc/sys/kernel/domainname
	[ "$(tr -s '\t\n' '  ' <<<"$output")" = "1 1 2 3 4 d.example " ]
}

@test "a name with a dot in it, both ways" {
	run -0 apart sh -ec 'ip link set lo name dot.1
		"$0" oci-sysctl -w net/ipv4/conf/dot.1/forwarding=1 /bin/cat /proc/sys/net/ipv4/conf/dot.1/forwarding
		exec "$0" oci-sysctl -w net.ipv4.conf.dot/1.forwarding=0 /bin/cat /proc/sys/net/ipv4/conf/dot.1/forwarding' "$OCIBOX"
	[ "${lines[*]}" = "1 0" ]
}

@test "-b takes linux.sysctl" {
	config '"net.ipv4.ip_forward":"1","kernel.shm_rmid_forced":"1"'
	run -0 apart "$OCIBOX" oci-sysctl -b . /bin/cat /proc/sys/net/ipv4/ip_forward /proc/sys/kernel/shm_rmid_forced
	[ "${lines[*]}" = "1 1" ]
	config ''
	run -0 ocibox oci-sysctl -b . /bin/echo on
	[ "$output" = on ]
}

@test "parameters of the host are refused before anything is written" {
	for key in vm.swappiness kernel.panic kernel.msgmaxx fs.file-max net kernel/core_pattern dev.tty.ldisc_autoload; do
		run -110 --separate-stderr apart "$OCIBOX" oci-sysctl -w net.ipv4.ip_forward=1 -w "$key=1" /bin/echo ran
		[ "$stderr" = "oci-sysctl: $key: belongs to no namespace: it would change the host" ]
		[ -z "$output" ]
	done
	run -110 --separate-stderr apart "$OCIBOX" oci-sysctl -w kernel.hostname=x
	[ "$stderr" = "oci-sysctl: kernel.hostname: set with hostname in config.json, or with oci-hostname" ]
	config '"vm.swappiness":"1"'
	run -111 --separate-stderr apart "$OCIBOX" oci-sysctl -b . /bin/echo ran
	[[ $stderr == "oci-sysctl: "*"config.json:1:"*": linux.sysctl"*"vm.swappiness"*": "* ]]
	[ -z "$output" ]
}

@test "a key cannot lead elsewhere" {
	for key in net/../vm/swappiness net/./ipv4/ip_forward net//ipv4 /net/ipv4/ip_forward net/ipv4/ "" . .. net..ipv4 net/..; do
		run -110 --separate-stderr apart "$OCIBOX" oci-sysctl -w "$key=1" /bin/echo ran
		[ -z "$output" ]
	done
	[ "$stderr" = "oci-sysctl: net/..: not a kernel parameter's name" ]
}

@test "what the kernel refuses" {
	run -115 --separate-stderr apart "$OCIBOX" oci-sysctl -w net.ipv4.nosuch=1 /bin/echo ran
	[ "$stderr" = "oci-sysctl: open /proc/sys/net/ipv4/nosuch: No such file or directory" ]
	run -115 --separate-stderr apart "$OCIBOX" oci-sysctl -w net.ipv4.ip_forward=x /bin/echo ran
	[ "$stderr" = "oci-sysctl: write x to /proc/sys/net/ipv4/ip_forward: Invalid argument" ]
	[ -z "$output" ]
}

@test "a covered /proc is not written to" {
	: >file
	chmod 666 file
	covered() {
		run -115 --separate-stderr apart sh -c "$1"' && exec "$0" oci-sysctl -w net.ipv4.ip_forward=1 /bin/echo ran' "$OCIBOX"
		[ "$stderr" = "oci-sysctl: $2" ] || { echo "$stderr"; return 1; }
		[ -z "$output" ] && [ ! -s file ]
	}
	covered 'mount --bind file /proc/sys/net/ipv4/ip_forward' '/proc/sys/net/ipv4/ip_forward: covered by another mount'
	covered 'mount --bind /proc/sys/net/ipv6 /proc/sys/net/ipv4' '/proc/sys/net/ipv4/ip_forward: covered by another mount'
	covered 'mount -t tmpfs t /proc/sys && mkdir -p /proc/sys/net/ipv4' '/proc/sys/net/ipv4/ip_forward: covered by another mount'
	# the sanitizers' own start needs a /proc
	! sanitized || return 0
	covered 'mount -t tmpfs t /proc && mkdir -p /proc/sys/net/ipv4' '/proc: not a real procfs, so nothing below it is used'
	covered 'mount --bind /sys /proc' '/proc: not a real procfs, so nothing below it is used'
	covered 'mount --bind /proc/sys/net /proc' '/proc: not a real procfs, so nothing below it is used'
}

@test "bad usage changes nothing" {
	for words in "" "-z" "-w net.ipv4.ip_forward" "-w"; do
		# shellcheck disable=SC2086 # words
		run -110 --separate-stderr apart "$OCIBOX" oci-sysctl $words
		[ -z "$output" ]
	done
	run -110 --separate-stderr ocibox oci-sysctl
	[ "$stderr" = "oci-sysctl: usage: oci-sysctl [-b bundle] [-w key=value] [command ...]" ]
}

@test "leaves no descriptor" {
	run -0 apart "$OCIBOX" oci-sysctl -w net.ipv4.ip_forward=1 /bin/sh -c 'ls /proc/$$/fd' 3>&- 4>&-
	[ "${lines[*]}" = "0 1 2" ]
}
