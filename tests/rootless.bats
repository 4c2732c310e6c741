#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# shellcheck disable=SC2016,SC2154,SC2164,SC2034 # the dollars are jq's, or the shell's inside; run sets stderr
# Containers of an ordinary user.
load helpers
load runtime

USER_ID=1234 GROUP_ID=1235

setup() {
	requires root busybox jq setpriv
	# only root can make it one that can be left
	! grep -Eq '^[0-9]+ [0-9]+ [^ ]+ / / .* - rootfs ' /proc/self/mountinfo || cannot "needs a root that is no initramfs"
	ID=t$$-$BATS_TEST_NUMBER
	chmod 711 "$BATS_RUN_TMPDIR" "${BATS_TEST_TMPDIR%/*}" "$BATS_TEST_TMPDIR"
	cd "$BATS_TEST_TMPDIR"
	here=$PWD
	mkdir bundle run
	cd bundle
	make_rootfs rootfs
	chown -R $USER_ID:$GROUP_ID .. 2>/dev/null
	BUNDLE=$PWD OCIBOX_ROOT=$here/run/ocibox
	MOUNTS=$(grep -c . /proc/self/mountinfo)
	cp "$OCIBOX" ../ocibox
	user "$here/ocibox" spec --rootless sh
}

teardown() {
	[ "${here:-}" ] || return 0
	[ ! -d "$here/run/ocibox/$ID" ] || user "$here/ocibox" delete --force "$ID"
	[ -z "$(ls -A "$here/run/ocibox" 2>/dev/null)" ]
}

# user WORDS: as an ordinary user with nothing but a runtime directory; who has ranges of ids, where ranges() has made them
user() {
	env -i PATH="$PATH" XDG_RUNTIME_DIR="$here/run" ASAN_OPTIONS="${ASAN_OPTIONS:-}" UBSAN_OPTIONS="${UBSAN_OPTIONS:-}" \
		${LOOK:+unshare --mount --propagation private sh "$here/look"} \
		setpriv --reuid $USER_ID --regid $GROUP_ID --clear-groups "$@" 3>&- 4>&-
}

# ranges: the machine's own files stay as they are
ranges() {
	requires newuidmap
	{ cat /etc/passwd; echo "tester:x:$USER_ID:$GROUP_ID::/nowhere:/bin/sh"; } >../passwd
	echo tester:300000:65536 >../sub
	for file in subuid subgid; do
		[ -e /etc/$file ] || cannot "needs /etc/$file"
	done
	echo "mount --bind $here/passwd /etc/passwd && mount --bind $here/sub /etc/subuid && mount --bind $here/sub /etc/subgid && exec \"\$@\"" >../look
	LOOK=1
}

# inside SCRIPT: its output in the container
inside() {
	program sh -c "$1"
	run -0 --separate-stderr user "$here/ocibox" run "$ID" || { echo "$stderr"; return 1; }
	[ -z "$stderr" ]
}

@test "spec --rootless maps the user that asks" {
	[ "$(jq -c '.linux | [.uidMappings, .gidMappings]' config.json)" = \
		'[[{"containerID":0,"hostID":1234,"size":1}],[{"containerID":0,"hostID":1235,"size":1}]]' ]
}

@test "one mapping: root inside, nobody's groups, nothing of a helper" {
	inside 'id -u; id -g; tr -s " " </proc/self/uid_map; tr -s " " </proc/self/gid_map; cat /proc/self/setgroups; echo $$; hostname
		stat -c %u /bin /dev/shm /dev/null; echo x >/dev/null; touch /tmp/x 2>&1; grep CapEff /proc/self/status'
	[ "${lines[*]}" = "0 0  0 1234 1  0 1235 1 deny 1 ocibox 0 0 65534 touch: /tmp/x: Read-only file system CapEff:"$'\t'"0000000020000420" ]
}

@test "a container as runc makes it for the same user" {
	requires runc cgroup1
	mkdir ../runc
	chown $USER_ID ../runc
	for script in 'id; cat /proc/self/uid_map /proc/self/gid_map /proc/self/setgroups /proc/self/oom_score_adj; umask; hostname' \
		'grep -Ev "^(Vm|Rss|.*ctxt_switches|HugetlbPages|SigQ|SigIgn|x86_Thread|CoreDumping|THP_|untag|Cpus_allowed|Mems_allowed)" /proc/self/status' \
		'stat -c "%n %u %g %a" / /proc /dev /dev/pts /dev/shm /dev/null /dev/ptmx /sys; cat /proc/self/limits' \
		'while read -r a b c root point options rest; do echo "$root $point $options"; done </proc/self/mountinfo | grep -v "/null /\|acpi\|firmware" | sort'; do
		program sh -c "$script"
		user "$(command -v runc)" --root "$here/runc" run "$ID" >../theirs 2>&1 </dev/null
		user "$here/ocibox" run "$ID" >../ours 2>&1 </dev/null
		[ -s ../theirs ]
		diff -u ../theirs ../ours
	done
}

@test "create, start, state, list, kill, delete below XDG_RUNTIME_DIR" {
	program sleep 1000
	user "$here/ocibox" create --pid-file "$here/run/pid" "$ID" >../said 2>&1
	[ "$(stat -c '%a %u' ../run/ocibox)" = "1700 $USER_ID" ]
	[ "$(user "$here/ocibox" state "$ID" | jq -r .status)" = created ]
	user "$here/ocibox" start "$ID"
	[ "$(stat -c %u "/proc/$(cat ../run/pid)")" = $USER_ID ]
	[ "$(user "$here/ocibox" list -q)" = "$ID" ]
	user "$here/ocibox" kill "$ID" KILL
	stopped() { [ "$(user "$here/ocibox" state "$ID" | jq -r .status)" = stopped ]; }
	until_true stopped
	user "$here/ocibox" delete "$ID"
}

@test "ranges of /etc/subuid and /etc/subgid" {
	ranges
	config '.linux.uidMappings += [{containerID: 1, hostID: 300000, size: 65536}] | .linux.gidMappings += .linux.uidMappings[1:]
		| .process.user = {uid: 33, gid: 34, additionalGids: [5]}'
	inside 'id -u; id -G; tr -s " " </proc/self/uid_map; tr -s " " </proc/self/gid_map; cat /proc/self/setgroups'
	[ "${lines[*]}" = "33 34 5  0 1234 1  1 300000 65536  0 1235 1  1 300000 65536 allow" ]
	config '.linux.uidMappings[1].hostID = 400000'
	run -114 --separate-stderr user "$here/ocibox" run "$ID"
	[ "${stderr_lines[1]}" = "oci-ns: /usr/bin/newuidmap: refused the map (exit status 1): it must be one of the ranges of /etc/subuid" ]
}

@test "ranges without a helper, and a helper in PATH, which is not taken" {
	config '.linux.uidMappings += [{containerID: 1, hostID: 300000, size: 65536}]'
	printf '#!/bin/sh\ntouch %s/run/taken\n' "$here" >../newuidmap
	chmod 755 ../newuidmap
	# no such file where they are looked for
	cat >../look <<-'EOF'
		for dir in /usr/bin /bin /usr/local/bin /usr/sbin /run/wrappers/bin; do
			[ ! -e $dir/newuidmap ] || mount --bind /dev/null $dir/newuidmap || exit
		done
		exec "$@"
	EOF
	LOOK=1
	PATH=$here:$PATH run -114 --separate-stderr user "$here/ocibox" run "$ID"
	[ "$stderr" = "oci-ns: newuidmap: not found: without it, an ordinary user can map its own id only" ]
	[ ! -e ../run/taken ]
}

@test "killed while a helper takes its time: nothing is left" {
	ranges
	config '.linux.uidMappings += [{containerID: 1, hostID: 300000, size: 65536}]'
	mkfifo -m 666 ../run/up
	printf '#!/bin/sh\necho $$ >%s/run/up\nexec sleep 1000\n' "$here" >../slow
	chmod 755 ../slow
	sed -i "s|^|mount --bind $here/slow /usr/bin/newuidmap \&\& |" ../look
	user "$here/ocibox" run "$ID" >../said 2>&1 &
	read -r helper <../run/up
	kill -9 "$(pgrep -o -f "oci-claim .* $ID " -u $USER_ID)"
	none() { ! pgrep -f "oci-claim .* $ID " -u $USER_ID; }
	until_true none
	kill -9 "$helper"
	[ -z "$(ls -A ../run/ocibox)" ]
}

@test "what cannot be had is left out, and said at level debug" {
	(echo 1 >/proc/self/oom_score_adj)
	config '.process.oomScoreAdj = -1000 | .linux.resources.devices = [{allow: false, access: "rwm"}]'
	program cat /proc/self/oom_score_adj
	run -0 --separate-stderr user "$here/ocibox" --debug run "$ID"
	[ "$output" = "$(cat /proc/self/oom_score_adj)" ]
	[[ "$stderr" == *"oci-oom: "*": stays $output: an ordinary user cannot lower it to -1000"* ]]
	[[ "$stderr" == *"oci-cgroup: "*": no cgroup made in "* ]] || [ ! -d /sys/fs/cgroup ]
	config 'del(.process.oomScoreAdj)'
	inside 'echo ran'
	[ "$output" = ran ]
}

@test "what is refused, and why" {
	config '.linux.namespaces |= [.[] | select(.type != "user")] | del(.linux.uidMappings, .linux.gidMappings)'
	run -114 --separate-stderr user "$here/ocibox" run "$ID"
	[ "$stderr" = "oci-ns: ipc,uts,pid,mount: an ordinary user can make new namespaces only together with a new user namespace" ]
}

@test "groups cannot be set with one mapping" {
	config '.process.user.additionalGids = [0]'
	run -114 --separate-stderr user "$here/ocibox" run "$ID"
	[ "$stderr" = "oci-user: set the supplementary groups: Operation not permitted" ]
}

# nested WORDS: as podman of an ordinary user calls its runtime: as root of a user namespace
nested() {
	user "$here/ocibox" oci-ns -Um -M 0:$USER_ID:1 -G 0:$GROUP_ID:1 -M 1:300000:65536 -G 1:300000:65536 "$@"
}

@test "root of a user namespace, as podman calls us" {
	ranges
	config 'del(.linux.uidMappings, .linux.gidMappings) | .linux.namespaces |= [.[] | select(.type != "user")] + [{type: "network"}, {type: "cgroup"}]
		| (.mounts[] | select(.destination == "/sys")) |= {destination: "/sys", type: "sysfs", source: "sysfs", options: ["ro"]}
		| .process.user = {uid: 5, gid: 6, additionalGids: [7]} | .linux.sysctl = {"net.ipv4.ping_group_range": "0 0"}
		| .process.oomScoreAdj = -1000'
	program sh -c 'id -u; id -G; tr -s " " </proc/self/uid_map; cat /proc/net/if_inet6 /proc/sys/net/ipv4/ping_group_range; echo $$'
	run -0 --separate-stderr nested /bin/sh -c 'exec "$0" run "$1"' "$here/ocibox" "$ID"
	[ -z "$stderr" ]
	[[ "${lines[*]}" == "5 6 7  0 1234 1  1 300000 65536 "*" lo 0"$'\t'"0 1" ]]
	# a user namespace in it
	config '.linux.namespaces += [{type: "user"}] | .linux.uidMappings = [{containerID: 0, hostID: 1000, size: 100}] | .linux.gidMappings = .linux.uidMappings'
	chown -R 300999:300999 rootfs
	run -0 --separate-stderr nested /bin/sh -c 'exec "$0" run "$1"' "$here/ocibox" "$ID"
	[ -z "$stderr" ]
	[[ "${lines[*]}" == "5 6 7  0 1000 100 "*" lo 0"$'\t'"0 1" ]]
}

@test "where the state is, for the root of a user namespace" {
	for pair in "USER=x $here/run/ocibox" "USER=root /run/ocibox" "A=b $here/run/ocibox"; do
		run -0 user "$here/ocibox" oci-ns -U -M 0:$USER_ID:1 -G 0:$GROUP_ID:1 /usr/bin/env -u OCIBOX_ROOT "${pair% *}" "$here/ocibox" /bin/sh -c 'echo $OCIBOX_ROOT'
		[ "$output" = "${pair#* }" ]
	done
}

@test "a hook finds the namespaces by the pid, to set them up" {
	config '.linux.namespaces += [{type: "network"}] | .hooks.createRuntime = [{path: "/bin/sh", args: ["sh", "-c",
		"pid=$(sed \"s/.*\\\"pid\\\": *\\([0-9]*\\).*/\\1/p;d\" | head -n 1); readlink /proc/$pid/ns/net /proc/$pid/ns/user >$0", $f],
		env: ["PATH=/bin:/usr/bin"]}]' --arg f "$here/run/seen"
	inside 'readlink /proc/self/ns/net; readlink /proc/self/ns/user'
	[ "$output" = "$(cat ../run/seen)" ]
}

@test "an existing user namespace is joined" {
	program sleep 1000
	user "$here/ocibox" create --pid-file "$here/run/pid" "$ID" >../said 2>&1
	user "$here/ocibox" start "$ID"
	pid=$(cat ../run/pid)
	# the network namespace is the host's, as in the first one
	config 'del(.linux.uidMappings, .linux.gidMappings) | .linux.namespaces |= [.[] | if .type | IN("user", "ipc", "pid")
		then .path = "/proc/" + $p + "/ns/" + .type else . end]' --arg p "$pid"
	program sh -c 'readlink /proc/self/ns/user; readlink /proc/self/ns/pid'
	run -0 --separate-stderr user "$here/ocibox" run "$ID-b"
	[ "${lines[*]}" = "$(readlink "/proc/$pid/ns/user" "/proc/$pid/ns/pid" | tr '\n' ' ' | sed 's/ $//')" ]
	[ -z "$stderr" ]
}

@test "bind mounts: what the user reaches, and no more; no mapped ids" {
	mkdir ../closed rootfs/a
	echo text >../mine
	chmod 700 ../closed
	chown 0:0 ../closed
	config '.mounts += [{destination: "/a", type: "bind", source: "../closed/in", options: ["bind"]}]'
	run -114 --separate-stderr user "$here/ocibox" run "$ID"
	[ "$stderr" = "oci-mount: open $BUNDLE/../closed/in: Permission denied" ]
	config '.mounts[-1] |= {destination: "/a", type: "bind", source: "rootfs/etc", options: ["bind", "idmap"]}'
	run -114 --separate-stderr user "$here/ocibox" run "$ID"
	[ "$stderr" = "oci-mount: /a: an ordinary user cannot map the ids of a mount" ]
	config '.mounts[-1] |= {destination: "/a", type: "bind", source: "rootfs/etc", options: ["bind", "ro"]}'
	inside 'ls /a/passwd; touch /a/x 2>&1 || true'
	[ "${lines[0]}" = /a/passwd ]
	[[ ${lines[1]} == *"Read-only file system" ]]
}

@test "mounts of what the user reaches are added to a running container, and removed" {
	mkdir ../mine
	echo text >../mine/file
	mkdir -m 700 ../secret
	chown -R $USER_ID:$GROUP_ID ../mine
	program sleep 1000
	config '.process.terminal = false | .root.readonly = false'
	user "$here/ocibox" run -d "$ID" </dev/null >/dev/null
	echo '[{"destination": "/m1", "source": "../mine", "options": ["bind", "ro"]}, {"destination": "/m2", "type": "tmpfs", "options": ["noexec"]}]' >add
	run -0 user "$here/ocibox" mounts add "$ID" add
	run -0 user "$here/ocibox" exec "$ID" sh -c 'cat /m1/file; touch /m1/x 2>&1; touch /m2/x; stat -c %u /m2/x' </dev/null
	[ "$output" = "text
touch: /m1/x: Read-only file system
0" ]
	run -0 user "$here/ocibox" mounts remove "$ID" add
	run -1 user "$here/ocibox" exec "$ID" grep " /m[12] " /proc/self/mountinfo </dev/null
	run -114 user "$here/ocibox" mounts add "$ID" - <<<'[{"destination": "/m1", "source": "../secret/.", "options": ["bind"]}]'
	[ "$output" = "oci-mounts: open $PWD/../secret/.: Permission denied" ]
	run -114 user "$here/ocibox" mounts add "$ID" - <<<'[{"destination": "/m1", "source": "../mine", "options": ["bind", "idmap"]}]'
	[ "$output" = "oci-mounts: map the ids of ../mine: Operation not permitted" ]
}
