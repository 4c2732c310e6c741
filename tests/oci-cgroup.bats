#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# much here is for another shell; bats runs each test in a subshell
# shellcheck disable=SC2016,SC2030,SC2031
load helpers
load cgroup

# has PATH: how many hierarchies have this cgroup; all of them is $ALL
has() {
	local mount n=0
	for mount in $(hierarchies); do
		[ ! -d "$mount$1" ] || n=$((n + 1))
	done
	echo $n
}

all_cgroups() {
	hierarchies | xargs -I{} find {} -type d | sort
}

setup() {
	cgroup_setup ocitest
	ALL=$(hierarchies | wc -l)
	[ "$ALL" -gt 0 ] || cannot "needs a cgroup hierarchy"
}

teardown() {
	cgroup_teardown
}

# others make cgroups too while this runs
nothing_left() {
	! all_cgroups | grep -e "ocitest\.$$\." -e "ocitest$$\." -e "/rel$$"
}

config() {
	printf '{"ociVersion":"1.0.0","root":{"path":"rootfs"},"linux":{%s}}\n' "$1" >bundle/config.json
}

rules() {
	config '"resources":{"devices":['"$1"']}'
}

# limit_pids N: the cgroup $CG holds at most N processes
limit_pids() {
	local mount
	for mount in $(hierarchies v1); do
		[ ! -e "$mount$CG/pids.max" ] || { echo "$1" >"$mount$CG/pids.max"; return; }
	done
	for mount in $(hierarchies v2); do
		grep -q pids "$mount/cgroup.controllers" || continue
		echo +pids >"$mount/cgroup.subtree_control"
		echo "$1" >"$mount$CG/pids.max"
		return
	done
	cannot "needs the pids controller"
}

@test "-p create, attach, kill and delete, in every hierarchy" {
	ocibox oci-cgroup -p "$CG" create
	[ "$(has "$CG")" = "$ALL" ]
	run -0 ocibox oci-cgroup -p "$CG" attach /bin/cat /proc/self/cgroup
	[ "$(grep -c ":$CG\$" <<<"$output")" = "$ALL" ]
	inside :
	ocibox oci-cgroup -p "$CG" kill
	wait $! || [ $? = 137 ]
	ocibox oci-cgroup -p "$CG" delete
	nothing_left
}

@test "create makes parents, delete removes them when they are empty" {
	ocibox oci-cgroup -p "$CG/a/b" create oci-cgroup -p "$CG/a/c" create
	ocibox oci-cgroup -p "$CG/a/b" delete
	[ "$(has "$CG/a/c")" = "$ALL" ]
	ocibox oci-cgroup -p "$CG/a/c" delete
	nothing_left
}

@test "a parent that was there before stays" {
	for mount in $(hierarchies); do mkdir "$mount$CG"; done
	ocibox oci-cgroup -p "$CG/a" create
	ocibox oci-cgroup -p "$CG/a" delete
	[ "$(has "$CG")" = "$ALL" ]
	ocibox oci-cgroup -p "$CG" delete
	nothing_left
}

@test "a relative path is below /ocibox, // and . are nothing" {
	ocibox oci-cgroup -p "rel$$//./x/" create
	[ "$(has "/ocibox/rel$$/x")" = "$ALL" ]
	ocibox oci-cgroup -p "/ocibox/rel$$/x" delete
	nothing_left
}

@test "a path with .. is refused, with control characters too" {
	run -111 --separate-stderr ocibox oci-cgroup -p "$CG/../x" create
	[ "$stderr" = "oci-cgroup: $CG/../x: \`..\` components are not allowed in a cgroup's path" ]
	run -111 --separate-stderr ocibox oci-cgroup -p "$CG"$'\n' create
	[ "$stderr" = "oci-cgroup: a cgroup's path may not have control characters" ]
	config '"cgroupsPath":"../up"'
	run -111 --separate-stderr ocibox oci-cgroup -b bundle -i "$ID" create
	[[ "$stderr" = "oci-cgroup: "*"config.json:1:"*": linux.cgroupsPath: must not contain \"..\"" ]]
	nothing_left
	[ ! -e "state/$ID/cgroup" ]
}

@test "-P attaches another process" {
	sleep 1000 3>&- &
	ocibox oci-cgroup -p "$CG" create oci-cgroup -p "$CG" -P $! attach
	[ "$(grep -c ":$CG\$" "/proc/$!/cgroup")" = "$ALL" ]
	ocibox oci-cgroup -p "$CG" kill
	wait $! || [ $? = 137 ]
}

@test "a path that is no cgroup is an error" {
	for action in attach kill delete; do
		run -115 --separate-stderr ocibox oci-cgroup -p "$CG" $action
		[ "$stderr" = "oci-cgroup: $CG: no such cgroup" ]
	done
}

@test "the root is never killed or deleted" {
	for action in kill delete end; do
		run -110 --separate-stderr ocibox oci-cgroup -p / $action
		[ "$stderr" = "oci-cgroup: /: the root of all cgroups cannot be ended" ]
	done
}

@test "kill never kills its caller" {
	ocibox oci-cgroup -p "$CG/sub" create
	run -113 --separate-stderr ocibox oci-cgroup -p "$CG/sub" attach oci-cgroup -p "$CG" kill
	[[ "$stderr" = "oci-cgroup: /"*"$CG: not killed: this process is in it" ]]
}

@test "kill reaches cgroups made inside, delete removes them; end does both" {
	for words in "kill oci-cgroup -p $CG delete" end; do
		ocibox oci-cgroup -p "$CG" create
		inside 'for m in '"$(hierarchies | tr '\n' ' ')"'; do
			mkdir -p $m'"$CG"'/x/y/z $m'"$CG"'/w
			[ ! -e $m/cpuset.cpus ] || continue
			sh -c "echo 0 >$m'"$CG"'/x/y/cgroup.procs; sleep 1000 & sleep 1000 &"
		done'
		[ "$(has "$CG/x/y/z")" = "$ALL" ]
		# shellcheck disable=SC2086 # a list of words
		ocibox oci-cgroup -p "$CG" $words
		nothing_left
	done
}

# counter: start a process in $CG that counts in the file n; moves and stands: whether it does
counter() {
	inside '(i=0; while :; do i=$((i + 1)); echo $i >n; done) & :'
	until_counted
}

until_counted() {
	SECONDS=0
	until [ -s n ]; do [ $SECONDS -lt 10 ]; done
}

moves() {
	SECONDS=0
	: >n
	until_counted
}

stands() {
	: >n
	for _ in 1 2 3 4 5 6 7 8 9 10; do
		# a process of its own, which gets its time where the frozen one would too
		[ -z "$(cat n)" ]
	done
}

@test "freeze stops all processes below, thaw lets them go on, on v1 and v2" {
	local versions=0
	for version in v1 v2; do
		mount=$(hierarchies $version | head -n 1)
		[ -n "$mount" ] || continue
		only $version "$OCIBOX" oci-cgroup -p "$CG" create
		only $version "$OCIBOX" oci-cgroup -p "$CG/below" create
		[ -e "$mount$CG/cgroup.freeze" ] || [ -n "$(echo /sys/fs/cgroup/*"$CG"/freezer.state)" ] || continue
		CG=$CG/below counter
		run -0 --separate-stderr only $version "$OCIBOX" oci-cgroup -p "$CG" freeze
		[ -z "$output$stderr" ]
		stands
		only $version "$OCIBOX" oci-cgroup -p "$CG" thaw
		moves
		# twice is no error
		only $version "$OCIBOX" oci-cgroup -p "$CG" freeze oci-cgroup -p "$CG" freeze
		stands
		only $version "$OCIBOX" oci-cgroup -p "$CG" kill oci-cgroup -p "$CG" delete
		versions=$((versions + 1))
	done
	[ $versions -gt 0 ]
	nothing_left
}

@test "freeze is refused to a process inside, for the root, and where there is no freezer" {
	ocibox oci-cgroup -p "$CG/sub" create
	run -113 --separate-stderr ocibox oci-cgroup -p "$CG/sub" attach oci-cgroup -p "$CG" freeze
	[[ "$stderr" = "oci-cgroup: /"*"$CG: not frozen: this process is in it" ]]
	run -110 --separate-stderr ocibox oci-cgroup -p / freeze
	[ "$stderr" = "oci-cgroup: /: the root of all cgroups cannot be frozen" ]
	printf 'made\tv1\tpids\t/nowhere\t%s\n' "$CG" >"state/$ID/cgroup"
	run -119 --separate-stderr ocibox oci-cgroup -i "$ID" freeze
	[ "$stderr" = "oci-cgroup: freezer not supported: neither cgroup v1's freezer nor cgroup v2 is mounted" ]
	rm "state/$ID/cgroup"
}

@test "procs prints the processes in the cgroup and below" {
	ocibox oci-cgroup -p "$CG/below" create
	run -0 ocibox oci-cgroup -p "$CG" procs
	[ -z "$output" ]
	inside 'echo $$ >pids'
	CG=$CG/below inside 'echo $$ >>pids'
	run -0 --separate-stderr ocibox oci-cgroup -p "$CG" procs
	[ "$output" = "$(cat pids)" ]
	[ -z "$stderr" ]
	run -0 ocibox oci-cgroup -p "$CG/below" procs
	[ "$output" = "$(tail -n 1 pids)" ]
}

@test "stats of v1 and of v2 alone" {
	requires jq
	ocibox oci-cgroup -p "$CG" create
	inside 'i=0; while [ $i -lt 20000 ]; do i=$((i + 1)); done'
	for version in v1 v2; do
		[ -n "$(hierarchies $version)" ] || continue
		run -0 --separate-stderr only $version "$OCIBOX" oci-cgroup -p "$CG" stats
		[ ${#lines[@]} = 1 ]
		[ -z "$stderr" ]
		[ "$(jq -c '[.pids.current, .cpu.usage.total > 0, .network_interfaces]' <<<"$output")" = "[1,true,null]" ]
		psi=null
		[ ! -e "$(hierarchies $version | head -n 1)/cpu.pressure" ] || psi='["full","some"]'
		[ "$(jq -c '.cpu.psi | if . then keys else null end' <<<"$output")" = "$psi" ]
	done
	ocibox oci-cgroup -p "$CG" kill oci-cgroup -p "$CG" delete
	# nothing is there, and everything is zero
	printf 'made\tv1\tpids\t/nowhere\t%s\n' "$CG" >"state/$ID/cgroup"
	run -0 ocibox oci-cgroup -i "$ID" stats
	[ "$(jq -c '[.pids, .memory.usage]' <<<"$output")" = '[{},{"limit":0,"failcnt":0}]' ]
	rm "state/$ID/cgroup"
}

@test "-b alone is the path of the configuration" {
	config '"cgroupsPath":"'"$CG"'"'
	ocibox oci-cgroup -b bundle create
	[ "$(has "$CG")" = "$ALL" ]
	inside 'echo $$ >pid'
	run -0 ocibox oci-cgroup -b bundle procs
	[ "$output" = "$(cat pid)" ]
	ocibox oci-cgroup -b bundle kill oci-cgroup -b bundle delete
	config ''
	run -110 --separate-stderr ocibox oci-cgroup -b bundle procs
	[ "$stderr" = "oci-cgroup: bundle: its config.json has no linux.cgroupsPath" ]
}

# bomb FILE: start a fork bomb of at most 300 processes in $CG; returns when FILE lists two thirds of that.
# A shell that cannot fork ends, and begins anew in its trap.
bomb() {
	local most=300
	# an emulated processor takes a minute for that many
	[ -z "${OCIBOX_IN_VM:-}" ] || most=90
	limit_pids $most
	printf 'trap "exec sh ./bomb" EXIT\nwhile :; do sh ./bomb & done\n' >bomb
	ocibox oci-cgroup -p "$CG" attach /bin/sh ./bomb >/dev/null 2>&1 3>&- &
	SECONDS=0
	until [ "$(wc -l <"$1")" -ge $((most * 2 / 3)) ]; do
		[ $SECONDS -lt 60 ]
	done
}

@test "a fork bomb is frozen, killed and deleted within 5 seconds" {
	ocibox oci-cgroup -p "$CG" create
	bomb "$(hierarchies | tail -n 1)$CG/cgroup.procs"
	SECONDS=0
	ocibox oci-cgroup -p "$CG" freeze oci-cgroup -p "$CG" kill oci-cgroup -p "$CG" delete
	[ "${OCIBOX_IN_VM:-}" ] || [ $SECONDS -lt 5 ]
	nothing_left
}

@test "a fork bomb ends on v1, by the freezer" {
	requires cgroup1
	ocibox oci-cgroup -p "$CG" create
	bomb "$(hierarchies v1 | tail -n 1)$CG/cgroup.procs"
	only v1 "$OCIBOX" oci-cgroup -p "$CG" kill oci-cgroup -p "$CG" delete
}

@test "a fork bomb ends without cgroup.kill and without pidfds" {
	requires "$NOSYS"
	mount=$(hierarchies v2 | head -n 1)
	[ -n "$mount" ] || cannot "needs cgroup v2"
	ocibox oci-cgroup -p "$CG" create
	bomb "$mount$CG/cgroup.procs"
	if [ -e "$mount$CG/cgroup.kill" ]; then
		# what cannot be written to is not there
		only v2 sh -c 'mount --bind "$0" "$0" && mount -o remount,bind,ro "$0" && exec "$@"' "$mount$CG/cgroup.kill" \
			"$NOSYS" pidfd_open "$OCIBOX" oci-cgroup -p "$CG" kill
	else
		only v2 "$NOSYS" pidfd_open "$OCIBOX" oci-cgroup -p "$CG" kill
	fi
	[ -z "$(cat "$mount$CG/cgroup.procs")" ]
}

@test "kill ends what is frozen, on v1 and v2" {
	for version in v1 v2; do
		for mount in $(hierarchies $version); do
			file=$mount$CG/cgroup.freeze word=1
			[ $version = v2 ] || file=$mount$CG/freezer.state word=FROZEN
			ocibox oci-cgroup -p "$CG" create
			if [ -e "$file" ]; then
				inside :
				echo $word >"$file"
				only $version "$OCIBOX" oci-cgroup -p "$CG" kill
				# with the other hierarchies in sight too
				[ $version = v1 ] || echo 0 >"$file"
				inside :
				echo $word >"$file"
				ocibox oci-cgroup -p "$CG" kill
			fi
			ocibox oci-cgroup -p "$CG" delete
		done
	done
	nothing_left
}

@test "delete waits for processes on their way out, and no longer than it says" {
	ocibox oci-cgroup -p "$CG" create
	inside :
	run -115 --separate-stderr ocibox oci-cgroup -p "$CG" delete
	[[ "$stderr" = "oci-cgroup: /"*"$CG: still in use after 5 seconds" ]]
	ocibox oci-cgroup -p "$CG" attach /bin/sh -c 'exec sleep 1' 3>&- &
	ocibox oci-cgroup -p "$CG" kill oci-cgroup -p "$CG" delete
	nothing_left
}

@test "-i lists what it is going to make, then makes it" {
	ocibox oci-cgroup -i "$ID" create
	[ "$(has "/ocibox/$ID")" = "$ALL" ]
	[ "$(grep -c "^made	v[12]	[^	]*	/[^	]*	/ocibox/$ID\$" "state/$ID/cgroup")" = "$ALL" ]
	run -0 ocibox oci-cgroup -i "$ID" attach /bin/cat /proc/self/cgroup
	[ "$(grep -c ":/ocibox/$ID\$" <<<"$output")" = "$ALL" ]
	ocibox oci-cgroup -i "$ID" attach /bin/sh -c 'sleep 1000 & sleep 1000 & echo >ready' 3>&- &
	read -r <ready
	ocibox oci-cgroup -i "$ID" kill oci-cgroup -i "$ID" delete
	nothing_left
	[ ! -e "state/$ID/cgroup" ]
	# and again: nothing to do is no error
	ocibox oci-cgroup -i "$ID" kill oci-cgroup -i "$ID" delete
}

@test "-b takes cgroupsPath" {
	config '"cgroupsPath":"'"$CG"'/deep"'
	ocibox oci-cgroup -b bundle -i "$ID" create
	[ "$(has "$CG/deep")" = "$ALL" ]
	ocibox oci-cgroup -i "$ID" delete
	nothing_left
}

@test "-i never removes a cgroup that was there, nor kills in it" {
	config '"cgroupsPath":"'"$CG"'"'
	for mount in $(hierarchies); do mkdir "$mount$CG"; done
	ocibox oci-cgroup -b bundle -i "$ID" create
	[ "$(grep -c ^found "state/$ID/cgroup")" = "$ALL" ]
	inside :
	for action in kill end; do
		run -0 --separate-stderr ocibox oci-cgroup -i "$ID" $action
		[ "$stderr" = "oci-cgroup: warning: $CG: was there before the container: the processes in this cgroup are left alone" ]
		kill -0 $!
	done
	[ ! -e "state/$ID/cgroup" ]
	[ "$(has "$CG")" = "$ALL" ]
}

@test "-i removes what it made beside what was there" {
	config '"cgroupsPath":"'"$CG"'"'
	first=$(hierarchies | head -n 1)
	mkdir "$first$CG"
	ocibox oci-cgroup -b bundle -i "$ID" create
	[ "$(grep -c ^found "state/$ID/cgroup")" = 1 ]
	ocibox oci-cgroup -i "$ID" delete
	[ "$(has "$CG")" = 1 ]
	rmdir "$first$CG"
	nothing_left
}

@test "-i refuses a cgroup that is in use or frozen" {
	config '"cgroupsPath":"'"$CG"'"'
	ocibox oci-cgroup -p "$CG" create
	inside :
	run -113 --separate-stderr ocibox oci-cgroup -b bundle -i "$ID" create
	[[ "$stderr" = "oci-cgroup: /"*"$CG: container's cgroup is not empty: 1 process(es) found" ]]
	[ ! -e "state/$ID/cgroup" ]
	ocibox oci-cgroup -p "$CG" kill
	for mount in $(hierarchies); do
		[ ! -e "$mount$CG/cgroup.freeze" ] || echo 1 >"$mount$CG/cgroup.freeze"
		[ ! -e "$mount$CG/freezer.state" ] || echo FROZEN >"$mount$CG/freezer.state"
	done
	run -113 --separate-stderr ocibox oci-cgroup -b bundle -i "$ID" create
	[[ "$stderr" = "oci-cgroup: /"*"$CG: container's cgroup unexpectedly frozen" ]]
}

@test "-i delete: killed between the list and the making, nothing is there" {
	for mount in $(hierarchies v2); do printf 'made\tv2\t\t%s\t%s\n' "$mount" "$CG"; done >"state/$ID/cgroup"
	for mount in $(hierarchies v1); do printf 'made\tv1\tx\t%s\t%s\n' "$mount" "$CG"; done >>"state/$ID/cgroup"
	printf 'made\tv1\tcp' >>"state/$ID/cgroup"
	ocibox oci-cgroup -i "$ID" kill oci-cgroup -i "$ID" delete
	nothing_left
}

@test "-i: a corrupt list is an error that names the line" {
	printf 'made\tv2\n' >"state/$ID/cgroup"
	run -113 --separate-stderr ocibox oci-cgroup -i "$ID" delete
	[ "$stderr" = "oci-cgroup: cgroup: the entry's file is corrupt in line 1" ]
	rm "state/$ID/cgroup"
}

@test "-i: what cannot be opened for want of descriptors is no reason to forget a cgroup" {
	requires strace
	local place group
	ocibox oci-cgroup -i "$ID" create
	group=$(grep -m 1 ^made "state/$ID/cgroup" | cut -f 4)
	for place in "$group/" cgroup; do
		run -115 --separate-stderr strace -qq -o /dev/null -P "$place" -e trace=openat -e inject=openat:error=EMFILE "$OCIBOX" oci-cgroup -f -i "$ID" end
		grep -Ex "oci-cgroup: open the .*: (No file descriptors available|Too many open files)" <<<"$stderr"
		[ -s "state/$ID/cgroup" ]
	done
	run -0 ocibox oci-cgroup -i "$ID" end
	nothing_left
}

@test "-i: no such container; attach before create" {
	run -112 --separate-stderr ocibox oci-cgroup -i "$ID.x" create
	[ "$stderr" = "oci-cgroup: $ID.x: container does not exist" ]
	run -113 --separate-stderr ocibox oci-cgroup -i "$ID" attach
	[ "$stderr" = "oci-cgroup: $ID: no cgroup was made for this container" ]
}

@test "500 rounds leave nothing" {
	for _ in $(seq $((${OCIBOX_IN_VM:-0} ? 50 : 500))); do
		ocibox oci-cgroup -i "$ID" create oci-cgroup -i "$ID" kill oci-cgroup -i "$ID" delete
	done
	nothing_left
}

@test "ten at a time, sharing a parent, leave nothing" {
	for i in $(seq 10); do
		for _ in $(seq 10); do
			ocibox oci-cgroup -p "$CG/$i" create oci-cgroup -p "$CG/$i" delete || echo "$i failed" >>failed
		done 3>&- &
	done
	wait
	[ ! -e failed ]
	nothing_left
}

@test "without cgroups nothing is made, and that is no error" {
	run -0 only none "$OCIBOX" oci-cgroup -i "$ID" create oci-cgroup -i "$ID" attach oci-cgroup -i "$ID" kill \
		oci-cgroup -i "$ID" delete /bin/echo through
	[ "$output" = through ]
}

@test "without cgroups device rules are a warning" {
	rules '{"allow":false}'
	run -0 --separate-stderr only none "$OCIBOX" oci-cgroup -b bundle -i "$ID" create
	[ "$stderr" = "oci-cgroup: warning: no cgroup is mounted: device rules are not enforced" ]
}

@test "an ordinary user goes on without a cgroup, and without device rules" {
	requires setpriv
	rules '{"allow":false}'
	chmod 755 "$BATS_RUN_TMPDIR" "$BATS_TEST_TMPDIR"/.. "$BATS_TEST_TMPDIR"
	chown -R 65534 state
	run -0 --separate-stderr setpriv --reuid 65534 --clear-groups "$OCIBOX" oci-cgroup -b bundle -i "$ID" create \
		oci-cgroup -i "$ID" attach oci-cgroup -i "$ID" delete /bin/echo through
	[ "$output" = through ]
	[ -z "$stderr" ]
	run -0 --separate-stderr setpriv --reuid 65534 --clear-groups "$OCIBOX" --debug oci-cgroup -b bundle -i "$ID" create
	[[ "$stderr" = *"no cgroup made in /"*": Permission denied"* ]]
	# but not where one was chosen
	config '"cgroupsPath":"'"$CG"'"'
	run -114 --separate-stderr setpriv --reuid 65534 --clear-groups "$OCIBOX" oci-cgroup -b bundle -i "$ID" create
	[[ "$stderr" = "oci-cgroup: make cgroup /"*"$CG: Permission denied" ]]
	nothing_left
}

# device RULES ACCESSES: what sh can do with devices under these rules: each of ACCESSES is rNAME, wNAME or
# bNAME (both at once); prints those that work
device_test='
	for try; do
		name=${try#?}
		case $try in
		r*) (: <$name) ;;
		w*) (: >$name) ;;
		b*) (: <>$name) ;;
		m*) mknod made $(stat -c "0x%t 0x%T" $name | { read -r a b; echo c $((a)) $((b)); }) && rm made ;;
		esac 2>/dev/null && printf "%s " "$try"
	done; echo'

devices_under() {
	rules "$1"
	shift
	run -0 --separate-stderr "$WITH" "$VERSION" "$OCIBOX" oci-cgroup -b bundle -p "$CG" create oci-cgroup -p "$CG" attach /bin/sh -c "$device_test" sh "$@"
}

check_devices() {
	WITH=only VERSION=$1
	mknod zero c 1 5
	mknod kmsg c 1 11
	mknod full c 1 7
	mknod nvram c 10 144
	nodes="rzero wzero bzero rkmsg wkmsg bkmsg mkmsg mzero"
	# shellcheck disable=SC2086
	devices_under '{"allow":false,"access":"rwm"}' $nodes
	[ "$output" = "rzero wzero bzero mkmsg mzero " ]
	# shellcheck disable=SC2086
	devices_under '{"allow":false},{"allow":true,"type":"c","major":1,"minor":11,"access":"r"}' $nodes
	[ "$output" = "rzero wzero bzero rkmsg mkmsg mzero " ]
	# read and write from two rules are both at once
	# shellcheck disable=SC2086
	devices_under '{"allow":true,"type":"c","major":1,"minor":11,"access":"r"},{"allow":true,"type":"c","major":1,"minor":11,"access":"w"}' $nodes
	[ "$output" = "rzero wzero bzero rkmsg wkmsg bkmsg mkmsg mzero " ]
	# the last one wins
	devices_under '{"allow":true,"type":"c","major":1,"minor":11},{"allow":false,"type":"c","major":1}' rkmsg wkmsg
	[ "$output" = "" ]
	devices_under '{"allow":true},{"allow":false,"type":"a","major":1,"minor":11,"access":"w"}' rkmsg wkmsg bkmsg
	[ "$output" = "rkmsg " ]
	# what none names is refused, a list that is there meaning only what it allows
	devices_under '{"allow":true,"type":"b"}' rkmsg rzero
	[ "$output" = "rzero " ]
	# an empty list is no list
	ocibox oci-cgroup -p "$CG" delete
	devices_under '' rkmsg
	[ "$output" = "rkmsg " ]
}

@test "device rules on v1" {
	requires cgroup1
	check_devices v1
}

@test "device rules on v2, by eBPF" {
	[ -n "$(hierarchies v2)" ] || cannot "needs cgroup v2"
	check_devices v2
}

@test "device rules: a hole in a wildcard is made on v2, an error on v1" {
	mknod kmsg c 1 11
	mknod zero c 1 5
	WITH=only
	hole='{"allow":true,"type":"c","major":1},{"allow":false,"type":"c","major":1,"minor":11}'
	if [ -n "$(hierarchies v2)" ]; then
		VERSION=v2 devices_under "$hole" rkmsg rzero
		[ "$output" = "rzero " ]
	fi
	requires cgroup1
	run -119 --separate-stderr only v1 "$OCIBOX" oci-cgroup -b bundle -p "$CG" create
	[[ "$stderr" = *"linux.resources.devices[1]: cgroup v1 cannot deny a part of what an earlier rule allows as a whole" ]]
}

@test "device rules: bad ones name their place" {
	rules '{"allow":true,"access":"rx"}'
	run -111 --separate-stderr ocibox oci-cgroup -b bundle -p "$CG" create
	[[ "$stderr" = *"linux.resources.devices[0].access: "* ]]
	rules '{"allow":true,"major":4294967296}'
	run -111 --separate-stderr ocibox oci-cgroup -b bundle -p "$CG" create
	[[ "$stderr" = *"linux.resources.devices[0].major: "* ]]
}

@test "the eBPF program goes with its cgroup, and an old limit of locked memory is put back" {
	[ -n "$(hierarchies v2)" ] || cannot "needs cgroup v2"
	rules '{"allow":false}'
	only v2 "$OCIBOX" oci-cgroup -b bundle -p "$CG" create /bin/sh -c 'ulimit -l' >limit
	[ "$(cat limit)" = "$(ulimit -l)" ]
	only v2 "$OCIBOX" oci-cgroup -p "$CG" delete
}

@test "a process made in its v2 cgroup is not moved again" {
	[ -n "$(hierarchies v2)" ] || cannot "needs cgroup v2"
	requires strace
	ocibox oci-cgroup -p "$CG" create
	# the second attach finds it there
	run -0 strace -e trace=write -o trace "$OCIBOX" oci-cgroup -p "$CG" attach oci-cgroup -p "$CG" attach
	run -0 grep -c '"0", 1' trace
	[ "$output" = $((2 * ALL - 1)) ]
}

@test "oci-ns makes a container's process in its v2 cgroup, and without clone3 attach moves it" {
	requires "$NOSYS" strace
	mkdir bundle/rootfs
	printf '%s\n' '{"ociVersion":"1.0.0","root":{"path":"rootfs"},"process":{"cwd":"/","args":["x"],"user":{"uid":0,"gid":0}}}' >bundle/config.json
	words=(oci-cgroup -i "$ID.c" create oci-ns -m "{" oci-reap "}" oci-cgroup -i "$ID.c" attach /bin/cat /proc/self/cgroup)
	for kernel in "strace -fo trace -e trace=write" "$NOSYS clone3"; do
		# shellcheck disable=SC2086 # words
		run -0 $kernel "$OCIBOX" oci-claim -b bundle "$ID.c" "${words[@]}"
		[ "$(grep -c ":/ocibox/$ID.c\$" <<<"$output")" = "$ALL" ]
		ocibox oci-cgroup -i "$ID.c" kill oci-cgroup -i "$ID.c" delete
		rm -r "state/$ID.c"
	done
	run grep -c '"0", 1' trace
	[ "$output" = "$(hierarchies v1 | wc -l)" ]
	nothing_left
}

@test "bad usage changes nothing" {
	for words in "create" "-p $CG" "-p $CG make" "-p $CG -i $ID attach" "-p $CG -u 5 attach" "-x -p $CG create" "-p $CG -P 0 attach" \
		"-p $CG -P 1 create" "-b bundle -p $CG kill"; do
		# shellcheck disable=SC2086
		run -110 --separate-stderr ocibox oci-cgroup $words
	done
	[ "$stderr" = "oci-cgroup: usage: oci-cgroup [-fn] [-a rule] [-b bundle] [-d rule] [-i id] [-l name=value] [-p path] [-P pid] [-r file] [-s [controllers:]path] [-u uid] action [command ...]" ]
	nothing_left
}

@test "-u: the cgroup that is made on v2 is this user's; and -p is where a container's is" {
	requires root
	ocibox oci-claim "$ID"
	ocibox oci-cgroup -i "$ID" -p "$CG" -u 77 create
	while read -r dir; do
		[ -d "$dir$CG" ]
	done < <(hierarchies v1)
	for dir in $(hierarchies v2); do
		[ "$(stat -c %u "$dir$CG" "$dir$CG/cgroup.procs" | sort -u)" = 77 ]
	done
	ocibox oci-cgroup -i "$ID" end oci-forget "$ID"
	nothing_left
}

@test "leaves no descriptor" {
	rules '{"allow":false}'
	run -0 descriptors oci-cgroup -b bundle -i "$ID" create oci-cgroup -i "$ID" attach
	[ "$output" = "0 1 2 " ]
	run -0 descriptors oci-cgroup -i "$ID" kill oci-cgroup -i "$ID" delete
	[ "$output" = "0 1 2 " ]
}
