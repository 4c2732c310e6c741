#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# braces are words of a chain; bats ends a test whose cd fails
# shellcheck disable=SC1083,SC2154,SC2164,SC2016 # the dollars are jq's, or the shell's inside; run sets stderr
load helpers
load runtime

setup() {
	requires root unshare ip
	cd "$BATS_TEST_TMPDIR"
	here=$PWD
	unshare --net ip link add a0 type veth peer name p0 2>/dev/null || cannot "needs veth"
	# a network of the test's own, held by its namespace's file alone
	: >"$here/net"
}

# network SCRIPT [WORD...]: in a network of its own, where sysfs shows it, with another one at $here/net
network() {
	run --separate-stderr unshare --mount --net --propagation private sh -euc 'cd "$HERE"; mount --bind net net; mount --make-private net
		unshare --net sh -c "mount --bind /proc/self/ns/net net"
		there() { "$OCIBOX" oci-ns -j net="$HERE/net" /bin/sh -c "$1"; }
		names() { ip -o link "$@" | cut -d: -f2 | cut -d@ -f1 | tr -d " " | grep -v ^peer | sort; }
		'"$1" "$@"
	[ "$status" = "${expect:-0}" ] || { echo "status $status: $output $stderr"; return 1; }
}

export_all() {
	export HERE=$here OCIBOX
}

@test "a device is moved with its attributes and its permanent global addresses, and set up" {
	export_all
	network 'ip link add a0 mtu 1280 address 02:00:00:00:00:07 type veth peer name peera0; ip link set a0 up
		ip addr add 10.1.2.3/24 broadcast 10.1.2.255 metric 77 dev a0
		ip addr add 10.1.2.4/24 dev a0; ip addr add 10.9.9.9 peer 10.8.8.8/32 dev a0
		ip addr add fd00::5/64 nodad dev a0; ip addr add 169.254.3.3/16 scope link dev a0; ip addr add 10.7.7.7/24 valid_lft 1000 preferred_lft 1000 dev a0
		"$OCIBOX" oci-netdev -n "$HERE/net" -d a0; names
		there "ip -o link show a0; ip -o addr show dev a0; ip route"'
	[ "${lines[0]}" = "lo" ]
	[[ "${lines[1]}" == *"UP"*"mtu 1280"*"02:00:00:00:00:07"* ]]
	[[ "$output" == *"inet 10.1.2.3/24 metric 77 brd 10.1.2.255 scope global a0"* ]]
	[[ "$output" == *"inet 10.1.2.4/24 scope global secondary a0"* ]]
	[[ "$output" == *"inet 10.9.9.9 peer 10.8.8.8/32 scope global a0"* ]]
	[[ "$output" == *"inet6 fd00::5/64 scope global nodad"* ]]
	[[ "$output" == *"10.1.2.0/24 dev a0"* ]]
	[[ "$output" != *169.254.3.3* ]]
	[[ "$output" != *10.7.7.7* ]]
}

@test "another name, one made by the kernel, and a number that is taken" {
	export_all
	network 'for i in 0 1 2 3; do ip link add a$i type veth peer name peera$i; done
		there "ip link add eth0 type veth peer name peereth0; ip link add a3 type veth peer name peera3; ip link add x type veth peer name peerx; ip link add y type veth peer name peery"
		"$OCIBOX" oci-netdev -n "$HERE/net" -d a0=eth%d -d a1=eth%d -d a2=in -d a3=eth7
		there "ip -o link; ip -o link show up" | cut -d: -f2 | cut -d@ -f1 | grep -v peer | sort | uniq -c | tr -s " \n" " "'
	[ "$output" = " 1 a3 1 eth0 2 eth1 2 eth2 2 eth7 2 in 1 lo 1 x 1 y " ]
}

@test "all are looked for before the first is moved" {
	export_all
	expect=115 network 'ip link add a0 type veth peer name peera0; ip link add a1 type veth peer name peera1; there "ip link add a1 type veth peer name peera1"
		status=0
		"$OCIBOX" oci-netdev -n "$HERE/net" -d a0 -d a1 /bin/echo no || status=$?
		"$OCIBOX" oci-netdev -n "$HERE/net" -d a0 -d none /bin/echo no || status=$?
		"$OCIBOX" oci-netdev -n "$HERE/net" -d lo=x /bin/echo no || status=$?
		names; exit $status'
	[ "${lines[*]}" = "a0 a1 lo" ]
	[ "${stderr_lines[0]}" = "oci-netdev: a1: the container's network has a device of that name" ]
	[ "${stderr_lines[1]}" = "oci-netdev: none: no such device of the network" ]
	[ "${stderr_lines[2]}" = "oci-netdev: move network device lo: Invalid argument" ]
}

@test "-b and braces: to the container's process" {
	export_all
	echo '{"ociVersion":"1.3.0","root":{"path":"r"},"linux":{"namespaces":[{"type":"mount"},{"type":"network"}],"netDevices":{"a0":{},"a1":{"name":"b"}}}}' >config.json
	network 'ip link add a0 type veth peer name peera0; ip link add a1 type veth peer name peera1; ip link add a2 type veth peer name peera2
		"$OCIBOX" oci-ns -b . -f { oci-netdev -b . -d a2=c oci-gate -w x oci-gate -o oci-reap } oci-gate x /bin/sh -c "ip -o link" | cut -d: -f2 | cut -d@ -f1
		names'
	[ "$(sort <<<"$output" | tr -d " \n")" = a0bclolo ]
	# one that it joins, and may not have joined yet
	echo '{"ociVersion":"1.3.0","root":{"path":"r"},"linux":{"namespaces":[{"type":"mount"},{"type":"network","path":"'"$here"'/net"}],"netDevices":{"a0":{}}}}' >config.json
	network 'ip link add a0 type veth peer name peera0; "$OCIBOX" oci-netdev -b .; there "ip -o link show a0"'
}

@test "what is no network namespace, and an ordinary user" {
	run -111 --separate-stderr ocibox oci-netdev -n /proc/self/ns/ipc -d a0 /bin/echo no
	[ "$stderr" = "oci-netdev: /proc/self/ns/ipc: a ipc namespace, not network" ]
	run -111 --separate-stderr ocibox oci-netdev -n /proc/self/status -d a0 /bin/echo no
	[ "$stderr" = "oci-netdev: /proc/self/status: not a namespace" ]
	chmod 711 "$BATS_RUN_TMPDIR" "${BATS_TEST_TMPDIR%/*}" "$BATS_TEST_TMPDIR"
	cp "$OCIBOX" ocibox
	run -114 --separate-stderr setpriv --reuid 1234 --clear-groups "$here/ocibox" oci-netdev -n /proc/self/ns/net -d a0 /bin/echo no
	[ "$stderr" = "oci-netdev: enter the container's network namespace: Operation not permitted" ]
}

@test "bad usage changes nothing" {
	for words in "" "-z" "-d a0" "-n /proc/self/ns/net" "-n /proc/self/ns/net -d" "-n /proc/self/ns/net -d =x" \
		"-n /proc/self/ns/net -d aaaabbbbccccdddd" "-n /proc/self/ns/net -d a=aaaabbbbccccdddd" "-n net -d a0"; do
		# shellcheck disable=SC2086
		run -110 --separate-stderr ocibox oci-netdev $words
		[ -z "$output" ]
	done
	run -110 --separate-stderr ocibox oci-netdev -d a0
	[ "$stderr" = "oci-netdev: not outside, in the braces of oci-ns: the namespace must be given (-n)" ]
}

@test "leaves no descriptor" {
	export_all
	network 'ip link add a0 type veth peer name peera0
		"$OCIBOX" oci-netdev -n "$HERE/net" -d a0 /bin/sh -c "ls /proc/\$\$/fd" 3>&- 4>&-'
	[ "${lines[*]}" = "0 1 2" ]
}

@test "a whole container, with and without a user namespace" {
	runtime_setup
	export_all
	chmod 711 "$BATS_RUN_TMPDIR" "${BATS_TEST_TMPDIR%/*}" "$BATS_TEST_TMPDIR"
	chown -R 100000 rootfs
	export ID
	config '.linux.netDevices = {a0: {name: "eth0"}}'
	program sh -c 'cat /sys/class/net/*/address; cat /sys/class/net/eth0/flags'
	for user in '' '{type: "user"}'; do
		config ".linux.namespaces += [$user]"
		[ -z "$user" ] || config '.linux.uidMappings = [{containerID: 0, hostID: 100000, size: 1000}] | .linux.gidMappings = .linux.uidMappings'
		network 'cd bundle; ip link add a0 address 02:00:00:00:00:07 type veth peer name peera0; exec "$OCIBOX" run "$ID"'
		[ "${lines[*]}" = "02:00:00:00:00:07 00:00:00:00:00:00 0x1003" ] || { echo "$output"; false; }
	done
	config '.linux.netDevices = {none: {}}'
	expect=115 network 'cd bundle; exec "$OCIBOX" run "$ID"'
	[ "$stderr" = "oci-netdev: none: no such device of the network" ]
	runtime_teardown
}
