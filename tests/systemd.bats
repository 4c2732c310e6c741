#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# Scopes of systemd's. Most of this is for the machine of "make check-vm-systemd".
# shellcheck disable=SC2016 # the dollars are the shell's inside
load helpers
load runtime

setup() {
	runtime_setup
	UNIT=ocibox-$ID.scope
	config '.root.readonly = false'
}

# up [SCRIPT]: a running container in a scope, whose program has begun with the script and then reads the fifo go
up() {
	program sh -c "${1:-:}; echo >ready; read -r _ <go"
	rm -f rootfs/ready rootfs/go
	mkfifo rootfs/ready rootfs/go
	ocibox --systemd-cgroup run -d "$ID" </dev/null >out 2>&1 3>&- || { cat out; return 1; }
	read -r _ <rootfs/ready
	pid=$(ocibox state "$ID" | jq .pid)
}

# show PROPERTY: what systemd knows of the unit
show() {
	systemctl show -p "$1" --value "$UNIT"
}

gone() {
	[ "$(show LoadState)" = not-found ]
}

unit() {
	ocibox oci-cgroup -b . "$@" unit
}

@test "unit prints what systemd would be asked for" {
	config '.linux.cgroupsPath = ""'
	[ "$(ocibox --systemd-cgroup oci-claim -b . "$ID" /bin/true; unit -P 7 -i "$ID")" = "$UNIT
Description s ocibox container $UNIT
Slice s system.slice
Delegate b true
PIDs au 1 7
MemoryAccounting b true
CPUAccounting b true
IOAccounting b true
TasksAccounting b true
DefaultDependencies b false" ]
	config '.linux.cgroupsPath = "a-b.slice:libpod:web"'
	run -0 unit
	[ "${lines[0]}" = libpod-web.scope ]
	[ "${lines[2]}" = "Slice s a-b.slice" ]
	config '.linux.cgroupsPath = "::web"'
	run -0 unit
	[ "${lines[0]}" = web.scope ]
}

@test "annotations: all forms of a value" {
	config '.linux.cgroupsPath = "::web"'
	while IFS='|' read -r text words; do
		printf '%s\n' "$text" >&7
		printf '%s\n' "$words" >&8
	done 7>texts 8>expected <<-'EOF'
		true|b true
		 false |b false
		5|i 5
		-5|i -5
		+5|i 5
		0x10|i 0x10
		1.5|d 1.5
		1e3|d 1e3
		byte 255|y 255
		int16 -32768|n -32768
		uint16 65535|q 65535
		uint32 7|u 7
		int64 -9223372036854775808|x -9223372036854775808
		uint64 18446744073709551615|t 18446744073709551615
		@t 7|t 7
		double 7|d 7
		'text'|s text
		"it's"|s it's
		'a\'b\\c'|s a'b\c
		objectpath '/a'|o /a
		signature 'as'|g as
		b'ab'|ay 3 97 98 0
		[1, 2,3]|ai 3 1 2 3
		['a', 'b']|as 2 a b
		@as []|as 0
		@au [1]|au 1 1
		[uint64 1, 2]|at 2 1 2
		[[1], [2, 3]]|aai 2 1 1 2 2 3
		(1, 'a', true)|(isb) 1 a true
		('a',)|(s) a
		@(ut) (1, 2)|(ut) 1 2
		[('/dev/null', 'rw')]|a(ss) 1 /dev/null rw
		{'a': 1, 'b': 2}|a{si} 2 a 1 b 2
		{'a': <5>, 'b': <'x'>}|a{sv} 2 a i 5 b s x
		@a{sv} {}|a{sv} 0
		<uint32 4>|v u 4
	EOF
	# each is a property with a name of its own
	config '.annotations = ($texts | rtrimstr("\n") | split("\n") | to_entries |
		map({key: ("org.systemd.property.Some" + ([(.key / 26 | floor), .key % 26] | map(. + 65) | implode)), value}) | from_entries)' --rawfile texts texts
	unit | sed -n 's/^Some[A-Z]* //p' | diff expected -
}

@test "annotations: what is wrong with one is said with its place" {
	config '.linux.cgroupsPath = "::web"'
	for text in "" "x" "5 6" "256x" "byte 256" "byte -1" "uint32 4294967296" "2147483648" "1..2" "'a" "[1" "[1, 'a']" "[]" "@as [1]" "@z 1" \
		"@i 'a'" "(1" "()" "{'a'}" "{1: 2" "<1" "'\\u0041'" "nothing" "@{si} {}" "boolean 1" "[1 2]" \
		"[[[[[[[[[[[[[[[[[[[[1]]]]]]]]]]]]]]]]]]]]" "@$(printf 'a%.0s' $(seq 10000))i []"; do
		config '.annotations = {"org.systemd.property.Some": $ARGS.positional[0]}' --args "$text"
		run -111 --separate-stderr unit
		[[ "$stderr" = "oci-cgroup: "*"config.json:"*": annotations"*": annotation org.systemd.property.Some=${text:0:100} value parse error: "* ]] ||
			{ echo "$stderr"; return 1; }
	done
	for name in ab Some1 "a b" Größe; do
		config '.annotations = {("org.systemd.property." + $ARGS.positional[0]): "true"}' --args "$name"
		run -111 --separate-stderr unit
		[[ "$stderr" = *"annotation org.systemd.property.$name name incorrect: "* ]]
	done
}

@test "annotations: seconds become microseconds" {
	config '.linux.cgroupsPath = "::web"'
	while read -r name text words; do
		config '.annotations = {("org.systemd.property." + $ARGS.positional[0]): $ARGS.positional[1]}' --args "$name" "${text//_/ }"
		run -0 unit
		[ "${lines[-1]}" = "$words" ] || { echo "$name: ${lines[-1]}"; return 1; }
	done <<-'EOF'
		TimeoutStopSec uint64_5 TimeoutStopUSec t 5000000
		TimeoutStopSec 1.5 TimeoutStopUSec t 1500000
		TimeoutStopUSec uint64_5 TimeoutStopUSec t 5
		CPUQuotaPerSec 1 CPUQuotaPerUSec t 1000000
	EOF
	config '.annotations = {"org.systemd.property.TimeoutStopSec": "\"5\""}'
	run -111 --separate-stderr unit
	[[ "$stderr" = *"value parse error: not a number" ]]
}

@test "a path that names no scope is refused" {
	for path in web a:b a.slice:b:c:d "a:b:c" "a--b.slice:x:y" "a b.slice:x:y" "-a.slice:x:y" "a/b.slice:x:y" ".slice:x:y" "::" "a.slice:b:" "::a b"; do
		path=$path config '.linux.cgroupsPath = env.path'
		run -111 --separate-stderr unit
		[[ "$stderr" = "oci-cgroup: "*": linux.cgroupsPath: "* ]] || { echo "$path: $stderr"; return 1; }
	done
	[[ "$stderr" = *": a b.scope is no name of a unit" ]]
}

@test "without systemd it is an error, and nothing is left" {
	[ ! -d /run/systemd/system ] || cannot "needs no systemd"
	run -119 --separate-stderr ocibox --systemd-cgroup run "$ID"
	[ "$stderr" = "oci-cgroup: --systemd-cgroup: systemd not running on this host, cannot use systemd cgroups manager" ]
	[ -z "$(left)" ]
	ocibox oci-claim "$ID"
	run -119 ocibox --systemd-cgroup oci-cgroup -i "$ID" create
	[ ! -e "$OCIBOX_ROOT/$ID/scope" ]
	# and where nobody asks for it, a list with a scope that is not there any more goes
	printf '%s\tsystem\n' "$UNIT" >"$OCIBOX_ROOT/$ID/scope"
	run -0 --separate-stderr ocibox oci-cgroup -i "$ID" delete
	[[ "$stderr" = "oci-cgroup: warning: $UNIT: systemd does not stop it: "* ]]
	[ ! -e "$OCIBOX_ROOT/$ID/scope" ]
}

@test "a container is in its scope, and delete leaves no unit" {
	requires systemd
	up
	grep -qx "0::/system.slice/$UNIT" "/proc/$pid/cgroup"
	[ "$(show ActiveState)" = active ]
	[ "$(show Delegate)" = yes ]
	[ "$(show Slice)" = system.slice ]
	[ "$(show MemoryAccounting)$(show TasksAccounting)" = yesyes ]
	[ "$(show ControlGroup)" = "/system.slice/$UNIT" ]
	echo >rootfs/go
	ended "$ID"
	ocibox delete "$ID"
	gone
	[ ! -e "/sys/fs/cgroup/system.slice/$UNIT" ]
	[ -z "$(left)" ]
}

@test "slice:prefix:name" {
	requires systemd
	config '.linux.cgroupsPath = "oct-a.slice:pre:" + $ARGS.positional[0]' --args "$ID"
	up
	UNIT=pre-$ID.scope
	grep -qx "0::/oct.slice/oct-a.slice/$UNIT" "/proc/$pid/cgroup"
	ocibox delete -f "$ID"
	gone
	systemctl stop oct.slice
}

@test "properties from annotations are the unit's" {
	requires systemd
	config '.annotations = {"org.systemd.property.TimeoutStopSec": "uint32 7", "org.systemd.property.CPUWeight": "uint64 42",
		"org.systemd.property.TasksMax": "uint64 33", "org.systemd.property.Description": "\"a b; c\""}'
	up
	[ "$(show TimeoutStopUSec)" = 7s ]
	[ "$(show Description)" = "a b; c" ]
	[ "$(cat "/sys/fs/cgroup/system.slice/$UNIT/cpu.weight")" = 42 ]
	[ "$(cat "/sys/fs/cgroup/system.slice/$UNIT/pids.max")" = 33 ]
	ocibox delete -f "$ID"
	gone
}

# holds FILE TEXT: a file of the unit's cgroup has this text
holds() {
	[ "$(cat "/sys/fs/cgroup/system.slice/$UNIT/$1")" = "$2" ] || { echo "$1: $(cat "/sys/fs/cgroup/system.slice/$UNIT/$1")"; return 1; }
}

all_hold() {
	while read -r file text; do
		holds "$file" "$text" || return
	done <<-EOF
		memory.max 50003968
		memory.swap.max 9998336
		memory.low 999424
		memory.high 40001536
		cpu.weight $1
		cpu.max 16000 100000
		pids.max 44
		cpuset.cpus 0-1
		io.weight default 2930
	EOF
}

@test "limits are systemd's too, and stand when it reads its units anew; update changes both" {
	requires systemd cgroup2
	config '.linux.resources = {"memory": {"limit": 50003968, "swap": 60002304, "reservation": 999424},
		"cpu": {"quota": 15500, "period": 100000, "shares": 512, "cpus": "0-1"}, "pids": {"limit": 44}, "blockIO": {"weight": 300},
		"unified": {"memory.high": "40001536", "memory.oom.group": "1"}}'
	up
	weight=$(cat "/sys/fs/cgroup/system.slice/$UNIT/cpu.weight")
	all_hold "$weight"
	holds memory.oom.group 1
	ocibox update --pids-limit 44 "$ID"
	# systemd writes this with the rest until it reads its units anew
	holds memory.oom.group 1
	systemctl daemon-reload
	all_hold "$weight"
	[ "$(show MemoryMax) $(show TasksMax) $(show CPUQuotaPerSecUSec) $(show AllowedCPUs)" = "50003968 44 160ms 0-1" ]
	ocibox update --memory 45002752 --pids-limit 55 "$ID"
	systemctl daemon-reload
	holds memory.max 45002752
	holds pids.max 55
	[ "$(show MemoryMax) $(show TasksMax)" = "45002752 55" ]
	ocibox update -r - "$ID" <<<'{"unified": {"io.weight": "default 77"}}'
	systemctl daemon-reload
	holds io.weight "default 77"
	ocibox delete -f "$ID"
	gone
}

@test "a property that systemd does not know is its error, and nothing is left" {
	requires systemd
	config '.annotations = {"org.systemd.property.NoSuchThing": "true"}'
	run -115 --separate-stderr ocibox --systemd-cgroup create "$ID"
	[[ "$stderr" = "oci-cgroup: $UNIT: systemd does not make it: "*NoSuchThing* ]]
	[ -z "$(left)" ]
	gone
}

@test "pause, resume, ps, events, exec and kill work on a scope" {
	requires systemd
	up '(i=0; while :; do i=$((i + 1)); echo $i >n; done) & :'
	[ "$(ocibox ps -f json "$ID" | jq length)" = 2 ]
	[ "$(ocibox events --stats "$ID" | jq '.data.pids.current')" = 2 ]
	ocibox pause "$ID"
	has_status "$ID" paused
	was=$(cat rootfs/n)
	sync
	[ "$(cat rootfs/n)" = "$was" ]
	# systemd does not thaw what it has not frozen
	systemctl daemon-reload
	has_status "$ID" paused
	ocibox resume "$ID"
	until_true moved "$was"
	ocibox kill -a "$ID" KILL
	ended "$ID" 137
	ocibox delete "$ID"
	gone
}

moved() {
	[ "$(cat rootfs/n)" != "$1" ]
}

@test "run in the foreground leaves no unit" {
	requires systemd
	program cat /proc/self/cgroup
	run -0 --separate-stderr ocibox --systemd-cgroup run "$ID"
	grep -Exq "0::/(system.slice/$UNIT)?" <<<"$output"
	gone
	[ -z "$(left)" ]
}

@test "a unit of that name that is somebody else's stays" {
	requires systemd
	sleep 1000 3>&- &
	other=$!
	busctl -q -- call org.freedesktop.systemd1 /org/freedesktop/systemd1 org.freedesktop.systemd1.Manager StartTransientUnit \
		'ssa(sv)a(sa(sv))' "$UNIT" replace 1 PIDs au 1 $other 0
	until_true grep -q "$UNIT" /proc/$other/cgroup
	run -113 --separate-stderr ocibox --systemd-cgroup create "$ID"
	[ "$stderr" = "oci-cgroup: $UNIT: a unit of that name is there already" ]
	[ "$(show ActiveState)" = active ]
	kill -0 $other
	kill $other
	until_true gone
}

@test "delete of a container whose unit systemd has stopped already" {
	requires systemd
	# the first process of a pid namespace heeds no TERM
	config '.annotations = {"org.systemd.property.TimeoutStopSec": "uint32 1"}'
	up
	systemctl stop "$UNIT"
	ended "$ID" 137
	ocibox delete "$ID"
	gone
	[ -z "$(left)" ]
}

@test "killed between asking and the answer, delete finds the unit" {
	requires systemd
	up
	ocibox kill "$ID" KILL
	ended "$ID" 137
	rm "$OCIBOX_ROOT/$ID/cgroup"
	ocibox delete "$ID"
	gone
}

@test "an ordinary user's scope is on the user's bus" {
	requires systemd
	getent passwd oct >/dev/null || useradd -m -u 1234 oct
	systemctl start user@1234.service
	chmod 755 "$BATS_RUN_TMPDIR" "$BATS_TEST_TMPDIR"/.. "$BATS_TEST_TMPDIR" "$BUNDLE"
	chmod 644 config.json
	as_user() {
		setpriv --reuid 1234 --regid 1234 --clear-groups env HOME=/ XDG_RUNTIME_DIR=/run/user/1234 OCIBOX_ROOT="$PWD/users" "$@"
	}
	mkdir users
	chown 1234 users
	# a process of the user's manager
	as_user busctl --user -q -- call org.freedesktop.systemd1 /org/freedesktop/systemd1 org.freedesktop.systemd1.Manager StartTransientUnit \
		'ssa(sv)a(sa(sv))' octest.service replace 1 ExecStart 'a(sasb)' 1 /bin/sleep 2 sleep 1000 false 0
	until_true pgrep -u 1234 -x sleep
	pid=$(pgrep -u 1234 -x sleep)
	as_user "$OCIBOX" --systemd-cgroup oci-claim -b . "$ID" oci-cgroup -b . -i "$ID" -P "$pid" create
	grep -qx "0::/user.slice/user-1234.slice/user@1234.service/user.slice/$UNIT" "/proc/$pid/cgroup"
	[ "$(cat "users/$ID/scope")" = "$UNIT	user" ]
	as_user "$OCIBOX" oci-cgroup -i "$ID" kill oci-cgroup -i "$ID" delete
	[ "$(as_user systemctl --user show -p LoadState --value "$UNIT")" = not-found ]
	systemctl stop user@1234.service
}
