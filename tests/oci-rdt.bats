#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# shellcheck disable=SC2154 # run sets stderr
# No machine of ours has resctrl: a directory stands for it, and strace(1) answers for fstatfs(2) that it is one.
load helpers

setup() {
	requires root strace
	cd "$BATS_TEST_TMPDIR" || return
	export OCIBOX_ROOT=$PWD/state
	mkdir -p state/c1 resctrl/info resctrl/gold resctrl/mon_groups resctrl/gold/mon_groups bundle
	echo "ok" >resctrl/info/last_cmd_status
	printf '    MB:0=100;1= 70\n    L3:0=007f0;1=0001f\n' | tee resctrl/schemata >resctrl/gold/schemata
	touch resctrl/tasks resctrl/gold/tasks
}

# rdt WORDS: with a kernel that takes the directory for resctrl; 64 bits, little endian: f_type comes first
rdt() {
	strace -qq -o trace -e trace=fstatfs -e inject=fstatfs:poke_exit=@arg2=2158650700000000 "$OCIBOX" oci-rdt -M "$PWD/resctrl" "$@"
}

config() {
	printf '{"ociVersion":"1.0.0","root":{"path":"r"},"linux":{%s}}\n' "$1" >bundle/config.json
}

@test "without resctrl it is an error, and without intelRdt nothing" {
	! grep -q ' - resctrl ' /proc/self/mountinfo || skip
	config '"intelRdt":{}'
	run -119 --separate-stderr ocibox oci-rdt -b bundle -i c1 create
	[ "$stderr" = "oci-rdt: linux.intelRdt: resctrl is not mounted (mount -t resctrl resctrl /sys/fs/resctrl)" ]
	run -119 --separate-stderr ocibox oci-rdt -M "$PWD/resctrl" -i c1 create
	[ "$stderr" = "oci-rdt: $PWD/resctrl: not on resctrl" ]
	config ''
	run -0 ocibox oci-rdt -b bundle -i c1 create oci-rdt -b bundle -i c1 attach oci-rdt -i c1 attach oci-rdt -i c1 delete /bin/echo through
	[ "$output" = through ]
	[ ! -e state/c1/rdt ]
}

@test "a group of its own is made and removed, its monitoring group too" {
	config '"intelRdt":{}'
	rdt -b bundle -i c1 create
	[ -d resctrl/c1 ]
	rdt -i c1 delete
	[ ! -e resctrl/c1 ]
	[ ! -e state/c1/rdt ]
	mkdir resctrl/c1 resctrl/c1/mon_groups
	config '"intelRdt":{"enableMonitoring":true}'
	rdt -b bundle -i c1 create
	[ -d resctrl/c1/mon_groups/c1 ]
	rdt -i c1 delete
	# the group was there before
	[ -d resctrl/c1/mon_groups ]
	[ ! -e resctrl/c1/mon_groups/c1 ]
}

@test "a named group must have the same schemata, however they are written" {
	for same in '"l3CacheSchema":"L3:0=7F0;1=1f"' '"memBwSchema":"MB:1=70"' '"schemata":["L3:1=001f","MB:0=100;1=70"]'; do
		config '"intelRdt":{"closID":"gold",'"$same"'}'
		rdt -b bundle -i c1 create
		rdt -i c1 delete
		[ -d resctrl/gold ]
	done
	for other in '"l3CacheSchema":"L3:0=ff"' '"l3CacheSchema":"L3:2=7f0"' '"schemata":["L2:0=f"]' '"memBwSchema":"MB:0=10"'; do
		config '"intelRdt":{"closID":"gold",'"$other"'}'
		run -111 --separate-stderr rdt -b bundle -i c1 create
		[[ "$stderr" = "oci-rdt: $PWD/resctrl/gold: the group is there with other schemata than "* ]]
	done
}

@test "a named group without schemata must be there; / is the default group" {
	config '"intelRdt":{"closID":"silver"}'
	run -111 --separate-stderr rdt -b bundle -i c1 create
	[ "$stderr" = "oci-rdt: $PWD/resctrl/silver: there is no such group, and no schemata to make one with" ]
	[ ! -e resctrl/silver ]
	config '"intelRdt":{"closID":"/"}'
	rdt -b bundle -i c1 create
	rdt -i c1 attach
	[ "$(cat resctrl/tasks)" = 0 ]
	[ -z "$(cat resctrl/gold/tasks)" ]
	rdt -i c1 delete
}

@test "attach writes to the group and to the monitoring group" {
	rdt -i c1 -c gold -m create
	: >resctrl/gold/mon_groups/c1/tasks
	rdt -i c1 attach
	[ "$(cat resctrl/gold/tasks resctrl/gold/mon_groups/c1/tasks)" = 00 ]
	rm resctrl/gold/mon_groups/c1/tasks
	rdt -i c1 delete
}

@test "schemata are written in order, all lines at once" {
	mkdir resctrl/c1
	cp resctrl/schemata resctrl/c1
	config '"intelRdt":{"schemata":["L2:0=f","MB:0=20"],"memBwSchema":"MB:0=10","l3CacheSchema":"L3:0=ff"}'
	rdt -b bundle -i c1 create
	run -0 head -n 4 resctrl/c1/schemata
	[ "$output" = $'L3:0=ff\nMB:0=10\nL2:0=f\nMB:0=20' ]
	rdt -i c1 -s L3:0=1 set
	[ "$(head -n 1 resctrl/c1/schemata)" = L3:0=1 ]
}

@test "set: what the kernel refuses is told in its words" {
	rdt -i c1 -c gold create
	echo "Mask f0f has non-consecutive 1-bits" >resctrl/info/last_cmd_status
	run -115 --separate-stderr strace -qq -o trace -e trace=fstatfs,write -e inject=fstatfs:poke_exit=@arg2=2158650700000000 \
		-e inject=write:error=EINVAL:when=1 "$OCIBOX" oci-rdt -M "$PWD/resctrl" -i c1 -s L3:0=f0f set
	[ "$stderr" = "oci-rdt: $PWD/resctrl/gold: the schemata are refused: Mask f0f has non-consecutive 1-bits" ]
	# and those of before are written again
	grep -F 'MB:0=100;1= 70' trace
	rdt -i c1 delete
	run -113 --separate-stderr rdt -i c1 -s L3:0=f set
	[ "$stderr" = "oci-rdt: c1: the container has no group of resctrl" ]
}

@test "bad usage changes nothing" {
	for words in "create" "-i c1" "-i c1 make" "-i c1 set" "-b bundle -i c1 -s L3:0=f create" "-b bundle -m -i c1 create" "-x -i c1 create"; do
		# shellcheck disable=SC2086
		run -110 --separate-stderr ocibox oci-rdt $words
	done
	[ "$stderr" = "oci-rdt: usage: oci-rdt [-m] [-b bundle] [-c group] [-M directory] [-s schema] -i id action [command ...]" ]
	run -112 --separate-stderr ocibox oci-rdt -i none delete
	[ "$stderr" = "oci-rdt: none: container does not exist" ]
}

@test "leaves no descriptor" {
	config ''
	run -0 descriptors oci-rdt -b bundle -i c1 create oci-rdt -i c1 attach oci-rdt -i c1 delete
	[ "$output" = "0 1 2 " ]
}
