#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
load helpers

setup() {
	cd "$BATS_TEST_TMPDIR"
}

# Where the text of the file tests begins: valid, and all the namespaces there are.
minimal='"ociVersion":"1.3.0","root":{"path":"r"}'
all='{"namespaces":[{"type":"mount"},{"type":"pid"},{"type":"network"},{"type":"uts"},{"type":"ipc"},{"type":"user"},{"type":"cgroup"},{"type":"time"}]'

# refused TEXT MESSAGE...: the document TEXT has these errors and no other.
refused() {
	local text=$1 wanted
	shift
	wanted=$(printf 'oci-spec: f:%s\n' "$@")
	printf %s "$text" >f
	run -111 --separate-stderr ocibox oci-spec -c f
	echo "text: $text"
	echo "stderr: $stderr"
	echo "wanted: $wanted"
	[ "$stderr" = "$wanted" ]
	[ -z "$output" ]
}

accepted() {
	printf %s "$1" >f
	echo "text: $1"
	run -0 ocibox oci-spec -c f
	[ -z "$output" ]
}

# property PATH JSON REASON: PATH (a.b.c) set to JSON in an otherwise valid document gives one error, at PATH.
# An empty REASON: none.
document() {
	local path=$1 value=$2 head tail=
	case $path in
	ociVersion) printf '{"ociVersion":%s,"root":{"path":"r"}}' "$value" && return ;;
	root) printf '{"ociVersion":"1.3.0","root":%s}' "$value" && return ;;
	process.*) head="{$minimal,\"process\":{\"cwd\":\"/\",\"args\":[\"a\"],\"${path#process.}\":" tail='}}' ;;
	linux.*) head="{$minimal,\"linux\":$all,\"${path#linux.}\":" tail='}}' ;;
	*) head="{$minimal,\"linux\":$all},\"$path\":" tail='}' ;;
	esac
	printf '%s%s%s' "$head" "$value" "$tail"
}

# wrong PROPERTY VALUE [PLACE: ]REASON: one error, at PROPERTY, or at PLACE below it when that is named.
wrong() {
	document "$1" "$2" >f
	run -111 --separate-stderr ocibox oci-spec -c f
	echo "text: $(cat f)"
	echo "stderr: $stderr"
	echo "wanted: $1$3"
	[[ $stderr =~ ^oci-spec:\ f:1:[0-9]+:\ (.*)$ ]]
	[ "${BASH_REMATCH[1]}" = "$1$3" ]
}

right() {
	accepted "$(document "$1" "$2")"
}

@test "writes a valid config.json, silently" {
	run -0 ocibox oci-spec
	[ -z "$output" ]
	run -0 ocibox oci-spec --check config.json
	[ -z "$output" ]
}

@test "what it writes is what runc spec writes, but for version and name" {
	requires runc jq
	mkdir ours theirs
	ocibox oci-spec -b ours
	runc spec -b theirs
	# newer versions of runc set no ambient capabilities
	keep='del(.ociVersion, .hostname, .process.capabilities.ambient) | .linux.namespaces |= sort_by(.type)'
	diff <(jq -S "$keep" ours/config.json) <(jq -S "$keep" theirs/config.json)
	run -0 jq -r '.ociVersion, .hostname' ours/config.json
	[ "$output" = "1.3.0
ocibox" ]
	run -0 ocibox oci-spec -c theirs/config.json
}

@test "never overwrites" {
	echo mine >config.json
	run -115 --separate-stderr ocibox oci-spec
	[ "$stderr" = "oci-spec: make config.json: File exists" ]
	[ "$(cat config.json)" = mine ]
	ln -s nowhere link
	run -115 ocibox oci-spec -f link
	[ ! -e nowhere ]
}

@test "-b writes into another directory" {
	mkdir dir
	ocibox oci-spec -b dir
	[ -f dir/config.json ]
	[ ! -e config.json ]
	run -115 --separate-stderr ocibox oci-spec --bundle none
	[ "$stderr" = "oci-spec: make none/config.json: No such file or directory" ]
	# an empty name is no root directory
	ocibox oci-spec -b "" -f here.json
	[ -f here.json ]
}

@test "-f writes another name, absolute or in the bundle, or standard output" {
	mkdir dir
	ocibox oci-spec -b dir -f other.json
	ocibox oci-spec -b dir --file "$PWD/abs.json"
	cmp dir/other.json abs.json
	ocibox oci-spec -f - | cmp - abs.json
	run -0 ls
	[ "$output" = "abs.json
dir" ]
}

@test "operands are the command, whatever they hold" {
	requires jq
	# a step's name and options are words like others here
	ocibox oci-spec oci-kill -x "a'b" $'q"\\' $'\t\n\x01\x7f' 'é €' '' '{' '}'
	run -0 jq -r '.process.args | length, .[0:4][]' config.json
	[ "$(jq .process.terminal config.json)" = false ]
	[ "$output" = "9
oci-kill
-x
a'b
q\"\\" ]
	run -0 jq -j '.process.args[4]' config.json
	[ "$output" = $'\t\n\x01\x7f' ]
	run -0 jq -c '.process.args[5:]' config.json
	[ "$output" = '["é €","","{","}"]' ]
	ocibox oci-spec -c config.json
}

@test "an operand JSON cannot hold is refused, and nothing written" {
	run -111 --separate-stderr ocibox oci-spec sh $'a\xffb'
	[ "$stderr" = "oci-spec: config.json:8:6: process.args[1]: invalid UTF-8 in a string" ]
	[ ! -e config.json ]
}

@test "-R writes for a user without privileges" {
	requires runc jq
	mkdir ours theirs
	ocibox oci-spec -b ours --rootless
	runc spec -b theirs --rootless
	keep='del(.ociVersion, .hostname, .process.terminal, .process.capabilities.ambient) | .linux.namespaces |= sort_by(.type)'
	diff <(jq -S "$keep" ours/config.json) <(jq -S "$keep" theirs/config.json)
	ocibox oci-spec -c ours/config.json
}

@test "a write that fails leaves no file" {
	requires root unshare
	mkdir full
	# a file system without room
	run -115 --separate-stderr unshare -m sh -c 'mount -t tmpfs -o size=4k,nr_inodes=10 none full &&
		head -c 4096 /dev/zero >full/filler && "$0" oci-spec -b full; s=$?; ls full; exit $s' "$OCIBOX"
	[ "$stderr" = "oci-spec: write full/config.json: No space left on device" ]
	[ "$output" = filler ]
}

@test "bad usage writes nothing" {
	mkdir empty
	cd empty
	run -110 --separate-stderr ocibox oci-spec -z
	[ "$stderr" = "oci-spec: usage: oci-spec [-R] [-b bundle] [-f file] [arg ...] | oci-spec -c file" ]
	run -110 ocibox oci-spec -c f -b .
	run -110 ocibox oci-spec -c f sh
	run -110 ocibox oci-spec -b
	[ -z "$(ls)" ]
}

@test "--check reads standard input for -" {
	printf '{%s}' "$minimal" | ocibox oci-spec -c -
	run -111 --separate-stderr ocibox oci-spec -c - <<<'{}'
	[ "$stderr" = "oci-spec: stdin:1:1: ociVersion is missing
oci-spec: stdin:1:1: root is missing" ]
}

@test "--check of what is no file" {
	run -115 --separate-stderr ocibox oci-spec -c none
	[ "$stderr" = "oci-spec: open none: No such file or directory" ]
	run -111 --separate-stderr ocibox oci-spec -c .
	[ "$stderr" = "oci-spec: .: not a regular file" ]
	mkfifo fifo
	run -111 --separate-stderr timeout 10 "$OCIBOX" oci-spec -c fifo
	[ "$stderr" = "oci-spec: fifo: not a regular file" ]
	# below /dev, where everybody has a directory, too; a pipe of the caller's is read
	mkfifo "/dev/fifo$$"
	run --separate-stderr timeout 10 "$OCIBOX" oci-spec -c "/dev/fifo$$"
	rm "/dev/fifo$$"
	[ "$status" = 111 ]
	[ "$stderr" = "oci-spec: /dev/fifo$$: not a regular file" ]
	run -0 "$OCIBOX" oci-spec -c /dev/fd/0 < <(echo "{$minimal}")
	# an initramfs may not have it
	[ ! -L /dev/stdin ] || run -0 "$OCIBOX" oci-spec -c /dev/stdin < <(echo "{$minimal}")
	truncate -s 17M large
	run -111 --separate-stderr ocibox oci-spec -c large
	[ "$stderr" = "oci-spec: large: larger than 16777216 bytes" ]
}

@test "--check tells all errors, each with its place, in the file's order" {
	refused '{
  "ociVersion": "2.0.0",
  "process": {
    "args": [],
    "user": {"uid": -1, "gid": "0"},
    "env": ["A=1", "B", 3]
  },
  "linux": {
    "namespaces": [
      {"type": "nett"}, {"type": "pid"},
      {"path": "x"}, {"type": "pid"}
    ]
  },
  "hostname": "h"
}' \
		'1:1: root is missing' \
		'2:17: ociVersion: version 2.0.0: this program knows 1.x' \
		'3:14: process: cwd is missing' \
		'4:13: process.args: must not be empty' \
		'5:21: process.user.uid: must be a whole number from 0 to 4294967294' \
		'5:32: process.user.gid: must be a number, not a string' \
		'6:20: process.env[1]: must have the form NAME=VALUE' \
		'6:25: process.env[2]: must be a string, not a number' \
		'10:16: linux.namespaces[0].type: unknown "nett"' \
		'11:7: linux.namespaces[2]: type is missing' \
		'11:16: linux.namespaces[2].path: must be an absolute path' \
		'11:31: linux.namespaces[3].type: this namespace is given twice' \
		'14:15: hostname: needs a uts namespace in linux.namespaces'
}

@test "a step stops at the first error, with the same line" {
	mkdir bundle
	echo '{}' >bundle/config.json
	run -111 --separate-stderr ocibox oci-hostname -b bundle /bin/true
	[ "$stderr" = "oci-hostname: bundle/config.json:1:1: ociVersion is missing" ]
	cd bundle
	run -111 --separate-stderr ocibox oci-hostname -b . /bin/true
	[ "$stderr" = "oci-hostname: config.json:1:1: ociVersion is missing" ]
	run -111 --separate-stderr ocibox oci-hostname -b "$PWD/" /bin/true
	[ "$stderr" = "oci-hostname: $PWD/config.json:1:1: ociVersion is missing" ]
	echo '{,}' >config.json
	run -111 --separate-stderr ocibox oci-hostname -b . /bin/true
	[ "$stderr" = "oci-hostname: config.json:1:2: ',' where a key in double quotes is due" ]
}

@test "a bundle without config.json, and no bundle" {
	run -115 --separate-stderr ocibox oci-hostname -b . /bin/true
	[ "$stderr" = "oci-hostname: open config.json: No such file or directory" ]
	run -115 --separate-stderr ocibox oci-hostname -b none /bin/true
	[ "$stderr" = "oci-hostname: open bundle none: No such file or directory" ]
	mkdir config.json
	run -111 --separate-stderr ocibox oci-hostname -b . /bin/true
	[ "$stderr" = "oci-hostname: config.json: not a regular file" ]
}

@test "unknown properties and null are ignored, and case counts" {
	accepted "{$minimal,\"frob\":[{}],\"Hostname\":3,\"linux\":{\"Namespaces\":0},\"windows\":7}"
	accepted "{$minimal,\"process\":null,\"linux\":{\"namespaces\":null,\"resources\":{\"memory\":null}},\"hooks\":null}"
	refused '{"ociVersion":"1.0.0","root":null}' '1:1: root is missing'
	refused "{$minimal,\"annotations\":{\"a\":null}}" '1:62: annotations.a: must be a string, not null'
	refused '{"ociversion":"1.0.0","root":{"path":"r"}}' '1:1: ociVersion is missing'
}

@test "ociVersion: any 1.x, in the form of semver.org" {
	local version
	for version in 1.0.0 1.0.2-dev 1.2.1 1.3.0 1.99.0 1.0.0-rc6-dev 1.0.0-rc.1+build.5 1.0.0+001 1.0.0-0.a-b; do
		right ociVersion "\"$version\""
	done
	for version in '' 1 1.0 1.0.0.0 01.0.0 1.00.0 v1.0.0 1.0.0- 1.0.0-01 1.0.0-a..b 1.0.0+ ' 1.0.0' 1.0.x; do
		wrong ociVersion "\"$version\"" ': not a version as semver.org has it, such as 1.3.0'
	done
	wrong ociVersion '"0.9.0"' ': version 0.9.0: this program knows 1.x'
	wrong ociVersion '"9.9.9"' ': version 9.9.9: this program knows 1.x'
	wrong ociVersion 1 ': must be a string, not a number'
}

@test "root, hostname, annotations" {
	wrong root '[]' ': must be an object, not an array'
	wrong root '{}' ': path is missing'
	wrong root '{"path":""}' '.path: must not be empty'
	wrong root '{"path":"r","readonly":1}' '.readonly: must be true or false, not a number'
	right hostname '"h"'
	right domainname '"d"'
	wrong hostname "\"$(printf %065d 0)\"" ': longer than 64 bytes'
	accepted "{$minimal,\"hostname\":\"\"}"
	right annotations '{"a":"","org.x/y":"z"}'
	wrong annotations '{"":"x"}' '[""]: the key must not be empty'
	wrong annotations '{"a":1}' '.a: must be a string, not a number'
	wrong annotations '[]' ': must be an object, not an array'
}

@test "numbers keep all their digits and have a range" {
	right process.rlimits '[{"type":"RLIMIT_CPU","soft":18446744073709551614,"hard":18446744073709551615}]'
	wrong process.rlimits '[{"type":"RLIMIT_CPU","soft":1,"hard":18446744073709551616}]' \
		'[0].hard: must be a whole number from 0 to 18446744073709551615'
	wrong process.rlimits '[{"type":"RLIMIT_CPU","soft":18446744073709551615,"hard":18446744073709551614}]' '[0].soft: above the hard limit'
	right linux.resources '{"cpu":{"quota":-9223372036854775808}}'
	right linux.resources '{"cpu":{"quota":9223372036854775807}}'
	wrong linux.resources '{"cpu":{"quota":9223372036854775808}}' \
		'.cpu.quota: must be a whole number from -9223372036854775808 to 9223372036854775807'
	wrong linux.resources '{"memory":{"limit":1.0}}' '.memory.limit: must be a whole number from -1 to 9223372036854775807'
	wrong linux.resources '{"memory":{"limit":1e3}}' '.memory.limit: must be a whole number from -1 to 9223372036854775807'
	right process.oomScoreAdj -1000
	wrong process.oomScoreAdj 1001 ': must be a whole number from -1000 to 1000'
	right process.user '{"uid":4294967294,"gid":0,"umask":511,"additionalGids":[]}'
	wrong process.user '{"uid":4294967295,"gid":0}' '.uid: must be a whole number from 0 to 4294967294'
	right process.user '{"uid":0}'
	wrong process.user '{"uid":0,"gid":0,"umask":512}' '.umask: must be a whole number from 0 to 511'
	wrong process.user '{"uid":0,"gid":0,"additionalGids":[1,-1]}' '.additionalGids[1]: must be a whole number from 0 to 4294967294'
}

@test "process" {
	accepted "{$minimal}"
	refused "{$minimal,\"process\":{}}" '1:53: process: cwd is missing' '1:53: process: args is missing'
	refused "{$minimal,\"process\":{\"cwd\":\"tmp\",\"args\":[]}}" '1:60: process.cwd: must be an absolute path' \
		'1:73: process.args: must not be empty'
	right process.env '["A=","A=1","A=1=2"]'
	wrong process.env '["=x"]' '[0]: must have the form NAME=VALUE'
	wrong process.terminal '"yes"' ': must be true or false, not a string'
	# without a terminal its size is ignored, whatever it is
	right process.consoleSize '{"height":"x"}'
	refused "{$minimal,\"process\":{\"cwd\":\"/\",\"args\":[\"a\"],\"consoleSize\":{\"width\":-1},\"terminal\":true}}" \
		'1:91: process.consoleSize: height is missing' \
		'1:100: process.consoleSize.width: must be a whole number from 0 to 65535'
	wrong process.capabilities '{"bounding":"CAP_KILL"}' '.bounding: must be an array, not a string'
	# a name the kernel does not know is a warning of oci-caps, not an error
	right process.capabilities '{"ambient":["CAP_FROB"]}'
	wrong process.noNewPrivileges 0 ': must be true or false, not a number'
}

@test "rlimits, scheduler, ioPriority, execCPUAffinity" {
	wrong process.rlimits '[{"type":"RLIMIT_FROB","soft":1,"hard":1}]' '[0].type: unknown "RLIMIT_FROB"'
	wrong process.rlimits '[{"type":"RLIMIT_CPU","soft":1}]' '[0]: hard is missing'
	wrong process.rlimits '[{"type":"RLIMIT_CPU","soft":1,"hard":1},{"type":"RLIMIT_CPU","soft":1,"hard":1}]' \
		'[1].type: this limit is given twice'
	right process.scheduler '{"policy":"SCHED_BATCH","nice":-20,"flags":["SCHED_FLAG_RESET_ON_FORK"]}'
	wrong process.scheduler '{"policy":"SCHED_FROB"}' '.policy: unknown "SCHED_FROB"'
	wrong process.scheduler '{"policy":"SCHED_IDLE","flags":["X"]}' '.flags[0]: unknown "X"'
	wrong process.scheduler '{"policy":"SCHED_OTHER","nice":20}' '.nice: must be a whole number from -20 to 19'
	right process.ioPriority '{"class":"IOPRIO_CLASS_IDLE"}'
	wrong process.ioPriority '{"class":"BE","priority":1}' '.class: unknown "BE"'
	wrong process.ioPriority '{"class":"IOPRIO_CLASS_BE","priority":8}' '.priority: must be a whole number from 0 to 7'
	right process.execCPUAffinity '{"initial":"0-3,7","final":""}'
	wrong process.execCPUAffinity '{"initial":"all"}' '.initial: must be a list such as 0-3,7'
}

@test "mounts" {
	right mounts '[{"destination":"/a"},{"destination":"b","options":["x"]}]'
	wrong mounts '[{"source":"/a"}]' '[0]: destination is missing'
	wrong mounts '[{"destination":""}]' '[0].destination: must not be empty'
	wrong mounts '[{"destination":"/a","options":"ro"}]' '[0].options: must be an array, not a string'
	wrong mounts '[{"destination":"/a","uidMappings":[{"containerID":0,"hostID":0,"size":1}]}]' \
		'[0]: needs both uidMappings and gidMappings, or neither'
	wrong mounts '[{"destination":"/a","uidMappings":[{"containerID":0,"size":1}],"gidMappings":[{"containerID":0,"hostID":1,"size":1}]}]' \
		'[0].uidMappings[0]: hostID is missing'
	refused "{$minimal,\"mounts\":[{\"destination\":\"/a\",\"options\":[\"ridmap\"]}],\"linux\":{\"namespaces\":[{\"type\":\"mount\"}]}}" \
		'1:84: mounts[0].options[0]: needs uidMappings and gidMappings, or a user namespace in linux.namespaces'
	accepted "{$minimal,\"mounts\":[]}"
}

@test "hooks" {
	right hooks '{"prestart":[],"createRuntime":[{"path":"/h","args":["h"],"env":["A=1"],"timeout":1}],"frob":3}'
	local kind
	for kind in prestart createRuntime createContainer startContainer poststart poststop; do
		wrong hooks "{\"$kind\":[{\"path\":\"h\"}]}" ".${kind}[0].path: must be an absolute path"
	done
	wrong hooks '{"poststop":[{"args":[]}]}' '.poststop[0]: path is missing'
	wrong hooks '{"poststop":[{"path":"/h","timeout":0}]}' '.poststop[0].timeout: must be a whole number from 1 to 2147483647'
	wrong hooks '{"poststop":[{"path":"/h","timeout":-5}]}' '.poststop[0].timeout: must be a whole number from 1 to 2147483647'
	wrong hooks '{"poststop":[{"path":"/h","env":["A"]}]}' '.poststop[0].env[0]: must have the form NAME=VALUE'
	wrong hooks '{"poststop":{}}' '.poststop: must be an array, not an object'
}

@test "namespaces, mappings, time offsets" {
	accepted "{$minimal,\"linux\":{\"namespaces\":[]}}"
	accepted "{$minimal,\"linux\":{\"namespaces\":[{\"type\":\"pid\",\"path\":\"/proc/1/ns/pid\"}]}}"
	accepted "{$minimal,\"linux\":{\"namespaces\":[{\"type\":\"time\",\"path\":\"\"}],\"timeOffsets\":{\"boottime\":{}}}}"
	refused "{$minimal,\"linux\":{\"namespaces\":[{\"type\":\"pid\",\"path\":\"ns\"}]}}" '1:87: linux.namespaces[0].path: must be an absolute path'
	right linux.uidMappings '[{"containerID":0,"hostID":100000,"size":65536}]'
	wrong linux.uidMappings '[{"containerID":0,"hostID":0,"size":0}]' '[0].size: must be a whole number from 1 to 4294967295'
	wrong linux.gidMappings '[{"containerID":0,"hostID":4294967294,"size":2}]' '[0]: hostID and size reach beyond the last id'
	refused "{$minimal,\"linux\":{\"uidMappings\":[{\"containerID\":0,\"hostID\":0,\"size\":1}]}}" \
		'1:66: linux.uidMappings: needs a user namespace in linux.namespaces'
	right linux.timeOffsets '{"monotonic":{"secs":-5,"nanosecs":999999999},"boottime":{}}'
	wrong linux.timeOffsets '{"boottime":{"nanosecs":1000000000}}' '.boottime.nanosecs: must be a whole number from 0 to 999999999'
	wrong linux.timeOffsets '{"realtime":{}}' '.realtime: unknown clock (monotonic and boottime are known)'
	refused "{$minimal,\"linux\":{\"timeOffsets\":{\"boottime\":{}}}}" \
		'1:66: linux.timeOffsets: needs a time namespace in linux.namespaces'
	refused "{$minimal,\"linux\":{\"namespaces\":[{\"type\":\"time\",\"path\":\"/n\"}],\"timeOffsets\":{\"boottime\":{}}}}" \
		'1:109: linux.timeOffsets: the time namespace is one that exists: its clocks cannot be set'
}

@test "devices and network devices" {
	right linux.devices '[{"type":"c","path":"/dev/x","major":4095,"minor":1048575,"fileMode":8630,"uid":0,"gid":0},{"type":"p","path":"/p"}]'
	wrong linux.devices '[{"type":"d","path":"/dev/x"}]' '[0].type: unknown "d"'
	wrong linux.devices '[{"type":"c","path":"/dev/x","major":1}]' '[0]: minor is missing'
	wrong linux.devices '[{"type":"b","path":"dev/x","major":1,"minor":1}]' '[0].path: must be an absolute path'
	wrong linux.devices '[{"type":"b","path":"/dev/x","major":4096,"minor":1}]' '[0].major: must be a whole number from 0 to 4095'
	right linux.netDevices '{"eth0":{"name":"c%d"},"eth1":{}}'
	wrong linux.netDevices '{"a/b":{}}' '["a/b"]: the key is not a network device'"'s name"
	wrong linux.netDevices '{"eth0":{"name":"0123456789abcdef"}}' ".eth0.name: not a network device's name"
	refused "{$minimal,\"linux\":{\"netDevices\":{\"eth0\":{}}}}" '1:65: linux.netDevices: needs a network namespace in linux.namespaces'
}

@test "resources" {
	right linux.resources '{"devices":[{"allow":true,"type":"c","major":-1,"access":"mrw"}],"pids":{"limit":-1},"memory":{},"rdma":{"a":{"hcaObjects":1}}}'
	wrong linux.resources '{"devices":[{"access":"r"}]}' '.devices[0]: allow is missing'
	wrong linux.resources '{"devices":[{"allow":true,"type":"p"}]}' '.devices[0].type: unknown "p"'
	wrong linux.resources '{"devices":[{"allow":true,"access":"x"}]}' '.devices[0].access: must be made of the letters r, w and m'
	wrong linux.resources '{"devices":[{"allow":true,"access":""}]}' '.devices[0].access: must be made of the letters r, w and m'
	wrong linux.resources '{"pids":{"limit":-2}}' '.pids.limit: must be a whole number from -1 to 9223372036854775807'
	wrong linux.resources '{"memory":{"swappiness":101}}' '.memory.swappiness: must be a whole number from 0 to 100'
	right linux.resources '{"cpu":{"cpus":"0-3,7","mems":"0","burst":5,"quota":5,"idle":1}}'
	wrong linux.resources '{"cpu":{"burst":6,"quota":5}}' '.cpu.burst: larger than quota'
	right linux.resources '{"cpu":{"burst":6,"quota":-1}}'
	wrong linux.resources '{"cpu":{"idle":2}}' '.cpu.idle: must be a whole number from 0 to 1'
	wrong linux.resources '{"cpu":{"cpus":"a"}}' '.cpu.cpus: must be a list such as 0-3,7'
	wrong linux.resources '{"blockIO":{"weight":65536}}' '.blockIO.weight: must be a whole number from 0 to 65535'
	wrong linux.resources '{"blockIO":{"weightDevice":[{"major":8,"minor":0}]}}' '.blockIO.weightDevice[0]: weight or leafWeight is missing'
	local throttle
	for throttle in ReadBps WriteBps ReadIOPS WriteIOPS; do
		wrong linux.resources "{\"blockIO\":{\"throttle${throttle}Device\":[{\"major\":8,\"minor\":0}]}}" ".blockIO.throttle${throttle}Device[0]: rate is missing"
	done
	right linux.resources '{"hugepageLimits":[{"pageSize":"2MB","limit":0}]}'
	wrong linux.resources '{"hugepageLimits":[{"pageSize":"02MB","limit":0}]}' '.hugepageLimits[0].pageSize: must be a size such as 64KB, 2MB or 1GB'
	wrong linux.resources '{"hugepageLimits":[{"pageSize":"2M","limit":0}]}' '.hugepageLimits[0].pageSize: must be a size such as 64KB, 2MB or 1GB'
	wrong linux.resources '{"network":{"priorities":[{"name":"eth0"}]}}' '.network.priorities[0]: priority is missing'
	wrong linux.resources '{"network":{"classID":4294967296}}' '.network.classID: must be a whole number from 0 to 4294967295'
	wrong linux.resources '{"rdma":{"a":{}}}' '.rdma.a: hcaHandles or hcaObjects is missing'
	right linux.resources '{"unified":{"memory.high":"1\n"}}'
	wrong linux.resources '{"unified":{"high":"1"}}' '.unified.high: the specified key has not the form CONTROLLER.VALUE `high`'
	local key
	for key in '' a/b .. .; do
		document linux.resources "{\"unified\":{\"$key\":\"1\"}}" >f
		run -111 --separate-stderr ocibox oci-spec -c f
		[[ $stderr == *": the key is not the name of a file in a cgroup" ]]
	done
}

@test "cgroupsPath, propagation, masked and read-only paths" {
	right linux.cgroupsPath '"/a/..b/c"'
	right linux.cgroupsPath '"system.slice:docker:x"'
	wrong linux.cgroupsPath '"/a/../b"' ': must not contain ".."'
	wrong linux.cgroupsPath '".."' ': must not contain ".."'
	right linux.rootfsPropagation '"rslave"'
	wrong linux.rootfsPropagation '"frob"' ': unknown "frob"'
	wrong linux.maskedPaths '["proc/kcore"]' '[0]: must be an absolute path'
	wrong linux.readonlyPaths '["/proc/sys",""]' '[1]: must be an absolute path'
	refused "{$minimal,\"linux\":{\"maskedPaths\":[\"/a\"]}}" '1:66: linux.maskedPaths: needs a mount namespace in linux.namespaces'
}

@test "sysctl: only those of a namespace the container has" {
	right linux.sysctl '{"net.ipv4.ip_forward":"1","net/ipv4/conf/eth0.100/rp_filter":"1","kernel.shmmax":"1","fs/mqueue/msg_max":"1","kernel.domainname":"d","user.max_pid_namespaces":"1"}'
	wrong linux.sysctl '{"vm.swappiness":"1"}' '["vm.swappiness"]: not a sysctl of a namespace: it would change the host'
	wrong linux.sysctl '{"kernel.hostname":"1"}' '["kernel.hostname"]: is set by the property hostname'
	refused "{$minimal,\"domainname\":\"d\",\"linux\":{\"namespaces\":[{\"type\":\"uts\"}],\"sysctl\":{\"kernel.domainname\":\"e\"}}}" \
		"1:129: linux.sysctl[\"kernel.domainname\"]: is set by the property domainname"
	# twice the same is no contradiction
	sed -i 's/"e"/"d"/' f
	ocibox oci-spec -c f
	wrong linux.sysctl '{"net.ipv4.ip_forward":1}' '["net.ipv4.ip_forward"]: must be a string, not a number'
	wrong linux.sysctl '{"net/../vm/swappiness":"1"}' '["net/../vm/swappiness"]: the key is not a sysctl'"'s name"
	wrong linux.sysctl '{"net.//.vm":"1"}' '["net.//.vm"]: the key is not a sysctl'"'s name"
	wrong linux.sysctl '{"net..x":"1"}' '["net..x"]: the key is not a sysctl'"'s name"
	refused "{$minimal,\"linux\":{\"sysctl\":{\"net.a\":\"1\",\"fs.mqueue.a\":\"1\",\"kernel.domainname\":\"1\",\"user.a\":\"1\"}}}" \
		'1:70: linux.sysctl["net.a"]: needs a network namespace in linux.namespaces' \
		'1:88: linux.sysctl["fs.mqueue.a"]: needs an ipc namespace in linux.namespaces' \
		'1:112: linux.sysctl["kernel.domainname"]: needs a uts namespace in linux.namespaces' \
		'1:125: linux.sysctl["user.a"]: needs a user namespace in linux.namespaces'
}

@test "seccomp" {
	right linux.seccomp '{"defaultAction":"SCMP_ACT_ERRNO","defaultErrnoRet":38,"architectures":["SCMP_ARCH_RISCV64"],"flags":[],"syscalls":[{"names":["a"],"action":"SCMP_ACT_ALLOW","args":[{"index":5,"value":18446744073709551615,"op":"SCMP_CMP_EQ"}]}]}'
	wrong linux.seccomp '{}' ': defaultAction is missing'
	wrong linux.seccomp '{"defaultAction":"ALLOW"}' '.defaultAction: unknown "ALLOW"'
	wrong linux.seccomp '{"defaultAction":"SCMP_ACT_ALLOW","defaultErrnoRet":1}' \
		'.defaultErrnoRet: the action takes no errno, only SCMP_ACT_ERRNO and SCMP_ACT_TRACE do'
	wrong linux.seccomp '{"defaultAction":"SCMP_ACT_ALLOW","architectures":["X86"]}' '.architectures[0]: unknown "X86"'
	wrong linux.seccomp '{"defaultAction":"SCMP_ACT_ALLOW","flags":["X"]}' '.flags[0]: unknown "X"'
	wrong linux.seccomp '{"defaultAction":"SCMP_ACT_ALLOW","syscalls":[{"names":[],"action":"SCMP_ACT_KILL"}]}' '.syscalls[0].names: must not be empty'
	wrong linux.seccomp '{"defaultAction":"SCMP_ACT_ALLOW","syscalls":[{"names":["a"],"action":"SCMP_ACT_KILL","errnoRet":1}]}' \
		'.syscalls[0].errnoRet: the action takes no errno, only SCMP_ACT_ERRNO and SCMP_ACT_TRACE do'
	wrong linux.seccomp '{"defaultAction":"SCMP_ACT_ALLOW","syscalls":[{"names":["a"],"action":"SCMP_ACT_KILL","args":[{"index":6,"value":1,"op":"SCMP_CMP_EQ"}]}]}' \
		'.syscalls[0].args[0].index: must be a whole number from 0 to 5'
	wrong linux.seccomp '{"defaultAction":"SCMP_ACT_ALLOW","syscalls":[{"names":["a"],"action":"SCMP_ACT_KILL","args":[{"index":1,"value":1,"op":"EQ"}]}]}' \
		'.syscalls[0].args[0].op: unknown "EQ"'
	wrong linux.seccomp '{"defaultAction":"SCMP_ACT_NOTIFY"}' '.defaultAction: needs linux.seccomp.listenerPath'
	right linux.seccomp '{"defaultAction":"SCMP_ACT_NOTIFY","listenerPath":"/s","listenerMetadata":"m"}'
	wrong linux.seccomp '{"defaultAction":"SCMP_ACT_ALLOW","listenerMetadata":"m"}' '.listenerMetadata: needs listenerPath'
}

@test "personality, intelRdt, memoryPolicy" {
	right linux.personality '{"domain":"LINUX32","flags":[]}'
	wrong linux.personality '{}' ': domain is missing'
	wrong linux.personality '{"domain":"LINUX","flags":["X"]}' '.flags: must be empty: none is known'
	right linux.intelRdt '{"closID":"/","l3CacheSchema":"L3:0=f","memBwSchema":"MB:0=20","schemata":["L2:0=f"],"enableMonitoring":true}'
	wrong linux.intelRdt '{"closID":".."}' '.closID: must be the name of a directory, or /'
	wrong linux.intelRdt '{"closID":"a/b"}' '.closID: must be the name of a directory, or /'
	wrong linux.intelRdt '{"memBwSchema":"L3:0"}' '.memBwSchema: must begin with MB:'
	wrong linux.intelRdt '{"schemata":["a\nb"]}' '.schemata[0]: must be one line'
	right linux.memoryPolicy '{"mode":"MPOL_BIND","nodes":"0-1","flags":["MPOL_F_STATIC_NODES"]}'
	wrong linux.memoryPolicy '{"mode":"BIND"}' '.mode: unknown "BIND"'
	wrong linux.memoryPolicy '{"mode":"MPOL_BIND","nodes":"x"}' '.nodes: must be a list such as 0-3,7'
	wrong linux.memoryPolicy '{"nodes":"0"}' ': mode is missing'
}

@test "an unknown word is shown as it stands in the file, and cut when long" {
	wrong linux.rootfsPropagation '"\u001b[31m"' ': unknown "\u001b[31m"'
	wrong linux.rootfsPropagation "\"$(printf 'é%.0s' {1..100})\"" ": unknown \"$(printf 'é%.0s' {1..29})..."
}

@test "leaves no descriptor" {
	# the last step of a chain: what is left open is seen by strace
	requires strace
	strace -f -e trace=openat,open,close -o trace "$OCIBOX" oci-spec -f x.json
	[ "$(grep -c 'x.json.* = [0-9]' trace)" = 1 ]
	fd=$(sed -n 's/.*x.json.* = \([0-9]*\)$/\1/p' trace)
	grep -q "close($fd) *= 0" trace
}
