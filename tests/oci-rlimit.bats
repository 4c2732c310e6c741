#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
load helpers

setup() {
	cd "$BATS_TEST_TMPDIR"
}

# limit NAME: the line of /proc/self/limits as "soft hard", of the program behind the words
limit() {
	ocibox "${@:2}" /bin/cat /proc/self/limits | awk -v name="$1" 'index($0, name) == 1 { $0 = substr($0, length(name) + 1); print $1, $2 }'
}

config() {
	echo '{"ociVersion":"1.0.0","root":{"path":"rootfs"},"process":{"cwd":"/","user":{"uid":0,"gid":0},"args":["x"],"rlimits":['"$1"']}}' >config.json
}

@test "the next program has the limits" {
	[ "$(limit "Max open files" oci-rlimit -l nofile=64:128)" = "64 128" ]
	[ "$(limit "Max open files" oci-rlimit -l RLIMIT_NOFILE=60)" = "60 60" ]
	[ "$(limit "Max core file size" oci-rlimit -l nofile=64 -l Core=0)" = "0 0" ]
}

@test "all sixteen types" {
	set --
	while read -r type soft name; do
		[ "$(limit "$name" oci-rlimit -l "$type=$soft")" = "$soft $soft" ] || { echo "$type"; return 1; }
		set -- "$@" "$type"
	done <<-EOT
		as 900000000 Max address space
		core 1000 Max core file size
		cpu 1000 Max cpu time
		data 900000000 Max data size
		fsize 2000 Max file size
		locks 10 Max file locks
		memlock 20 Max locked memory
		msgqueue 30 Max msgqueue size
		nice 0 Max nice priority
		nofile 40 Max open files
		nproc 50 Max processes
		rss 60 Max resident set
		rtprio 0 Max realtime priority
		rttime 70 Max realtime timeout
		sigpending 80 Max pending signals
		stack 900000 Max stack size
	EOT
	[ $# = 16 ]
}

@test "unlimited and infinity" {
	[ "$(limit "Max file locks" oci-rlimit -l locks=5:unlimited)" = "5 unlimited" ]
	[ "$(limit "Max file locks" oci-rlimit -l locks=infinity)" = "unlimited unlimited" ]
	[ "$(limit "Max file locks" oci-rlimit -l locks=18446744073709551615)" = "unlimited unlimited" ]
}

@test "-b takes process.rlimits" {
	config '{"type":"RLIMIT_NOFILE","soft":64,"hard":128},{"type":"RLIMIT_CORE","soft":0,"hard":18446744073709551615},{"type":"RLIMIT_LOCKS","soft":18446744073709551615,"hard":18446744073709551615}'
	[ "$(limit "Max open files" oci-rlimit -b .)" = "64 128" ]
	[ "$(limit "Max core file size" oci-rlimit -b .)" = "0 unlimited" ]
	[ "$(limit "Max file locks" oci-rlimit -b .)" = "unlimited unlimited" ]
	# and the option adds to it
	[ "$(limit "Max open files" oci-rlimit -b . -l nofile=32)" = "32 32" ]
}

@test "-b refuses what is no set of limits" {
	config '{"type":"RLIMIT_NOFILE","soft":64,"hard":128},{"type":"RLIMIT_NOFILE","soft":64,"hard":128}'
	run -111 ocibox oci-rlimit -b . /bin/echo ran
	config '{"type":"RLIMIT_NOFILE","soft":129,"hard":128}'
	run -111 ocibox oci-rlimit -b . /bin/echo ran
	config '{"type":"RLIMIT_FROB","soft":1,"hard":128}'
	run -111 ocibox oci-rlimit -b . /bin/echo ran
	[[ $output == *"process.rlimits[0].type: "* ]]
}

@test "raising a hard limit: the message says what it needs" {
	requires root
	run -114 --separate-stderr setpriv --bounding-set -sys_resource --inh-caps -all "$OCIBOX" oci-rlimit -l nproc=5:5 oci-rlimit -l nproc=6:7 /bin/echo ran
	[ "$stderr" = "oci-rlimit: RLIMIT_NPROC: raising the hard limit from 5 to 7 needs CAP_SYS_RESOURCE" ]
	[ -z "$output" ]
	run -114 --separate-stderr setpriv --bounding-set -sys_resource --inh-caps -all "$OCIBOX" oci-rlimit -l nofile=50 oci-rlimit -l nofile=60 /bin/echo ran
	[ "$stderr" = "oci-rlimit: RLIMIT_NOFILE: raising the hard limit from 50 to 60 needs CAP_SYS_RESOURCE, and no more than /proc/sys/fs/nr_open" ]
}

@test "bad usage changes nothing" {
	for words in "" "-z" "-l nofile" "-l frob=1" "-l nofile=" "-l nofile=1:" "-l nofile=-1" "-l nofile=1x" "-l nofile=1:2:3" "-l nofile=3:2" "-l nofile=18446744073709551616" "-l core=0 -l frob=1" "-l RLIMIT_=1"; do
		# shellcheck disable=SC2086 # words
		run -110 --separate-stderr ocibox oci-rlimit $words /bin/echo ran
		[ -z "$output" ]
	done
	run -110 --separate-stderr ocibox oci-rlimit -l frob=1
	[ "$stderr" = "oci-rlimit: frob=1: no such limit" ]
	run -110 --separate-stderr ocibox oci-rlimit -l nofile=3:2
	[ "$stderr" = "oci-rlimit: RLIMIT_NOFILE: the soft limit is above the hard limit" ]
}

@test "leaves no descriptor" {
	[ "$(descriptors oci-rlimit -l nofile=64)" = "0 1 2 " ]
}

@test "-r raises hard limits alone" {
	run -0 ocibox oci-rlimit -l nofile=64:128 oci-rlimit -r -l nofile=32:100 -l core=0:0 /bin/sh -c 'ulimit -Sn; ulimit -Hn'
	[ "${lines[*]}" = "64 128" ]
	# what is refused now would be refused later too, when create has returned
	run -114 --separate-stderr setpriv --bounding-set -sys_resource --inh-caps -all "$OCIBOX" oci-rlimit -l nofile=64:128 oci-rlimit -r -l nofile=32:1000 /bin/echo ran
	[ "$stderr" = "oci-rlimit: RLIMIT_NOFILE: raising the hard limit from 128 to 1000 needs CAP_SYS_RESOURCE, and no more than /proc/sys/fs/nr_open" ]
	if capsh --has-p=cap_sys_resource; then
		run -0 ocibox oci-rlimit -l nofile=64:128 oci-rlimit -r -l nofile=32:1000 /bin/sh -c 'ulimit -Sn; ulimit -Hn'
		[ "${lines[*]}" = "64 1000" ]
	fi
}
