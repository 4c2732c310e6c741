#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# shellcheck disable=SC1003,SC2016,SC2154 # backslashes; jq's and the container's variables; run sets these
load helpers
load runtime

setup() {
	runtime_setup
	export OCIBOX
	mkdir source
	echo text >source/file
	# all of a container that its program can see; numbers that differ from one to the next are not
	cat >rootfs/probe <<-'EOF'
		cut -d' ' -f4- /proc/self/mountinfo | while read -r line; do
			for word in $line; do case $word in shared:* | master:*) word=${word%%:*} ;; esac; printf '%s ' "$word"; done
			echo
		done
		grep -E '^(Umask|Uid|Gid|Groups|NoNewPrivs|Seccomp|Seccomp_filters|Cap.*|Cpus_allowed_list|Mems_allowed_list|NSpid|Shd.*|Sig(Blk|Ign)):' /proc/self/status
		cat /proc/self/limits /proc/self/cgroup /proc/self/oom_score_adj /proc/self/uid_map /proc/self/gid_map /proc/self/timens_offsets
		env | sort
		stat -c '%n %F %a %u:%g %t:%T' /dev/* /dev/pts/* /mnt/* 2>/dev/null
		hostname; cat /proc/sys/kernel/domainname /proc/sys/net/ipv4/ip_unprivileged_port_start 2>&1; id; pwd; cat /proc/sys/kernel/msgmax; ls /proc/self/fd
		for word; do printf '<%s>\n' "$word"; done
		cat /sys/fs/cgroup/*/"$NAME"/*.max /sys/fs/cgroup/*/"$NAME"/*.shares /sys/fs/cgroup/*.max 2>/dev/null
		exit 0
	EOF
	config '.process.terminal = false | .process.args = ["/bin/sh", "/probe"]'
	cp config.json first.json
}

# both NAME: the container of config.json, of run and of the script, is the same; its output is in run.NAME
both() {
	rm -rf rootfs/mnt rootfs/tmp/*
	"$OCIBOX" run "$ID" >"run.$1" 2>&1 </dev/null 3>&- || echo "status $?" >>"run.$1"
	"$OCIBOX" plan -i "$ID" . >script
	! command -v shellcheck >/dev/null || shellcheck script
	rm -rf rootfs/mnt rootfs/tmp/*
	mv config.json away
	sh script >"plan.$1" 2>&1 </dev/null 3>&- || echo "status $?" >>"plan.$1"
	mv away config.json
	# the numbers that an overlay's directories had when it was mounted
	sed -i '/ - overlay /s,/proc/self/fd/[0-9]*,fd,g' "run.$1" "plan.$1"
	diff "run.$1" "plan.$1" >differs || { head -n 20 differs; echo "$1"; return 1; }
	[ -z "$(ls -A "$OCIBOX_ROOT")" ]
}

@test "every property of a configuration has its option, or a reason" {
	for form in run init; do
		ocibox plan --list --exec $form >list
		run ! grep -vE $'^[^\t]+\t[^\t]+$' list
	done
	# and these are all that there are
	jq -r '[paths | map(if type == "number" then "[]" else "." + . end) | join("") | ltrimstr(".")] | unique[]' "$REPO/tests/fuzz/seeds/full.json" >paths
	while read -r path; do
		case $path in
		# the user's keys
		annotations.* | linux.sysctl.* | linux.netDevices.* | linux.timeOffsets.*) path=${path%.*} ;;
		esac
		while ! cut -f1 list | grep -qxF -- "$path" && ! cut -f1 list | grep -qF -- "${path}[]" && ! cut -f1 list | grep -qF -- "$path."; do
			[ "$path" ] || return 1
			case $path in *]) path=${path%\[\]} ;; *.*) path=${path%.*} ;; *) path= ;; esac
		done
	done <paths
	[ "$(grep -E '^(hostname|linux.readonlyPaths\[\])' list)" = $'hostname\toci-hostname -n $\nlinux.readonlyPaths[]\toci-ropaths -p $' ]
}

@test "the same container: of properties one by one, and of what others write" {
	umask 022
	both default
	grep -q '^/ /proc ' "run.default"
	while IFS='|' read -r name filter; do
		jq "$filter" first.json >config.json
		both "$name"
	done <<-'EOF'
		process|.process += {user: {uid: 5, gid: 6, umask: 63, additionalGids: [7, 8]}, oomScoreAdj: 500, rlimits: [{type: "RLIMIT_CORE", soft: 1, hard: 2}, {type: "RLIMIT_NOFILE", soft: 100, hard: 200}], cwd: "/tmp/new/dir", noNewPrivileges: false}
		caps|.process.capabilities = {bounding: ["CAP_CHOWN", "cap_kill"], permitted: ["CAP_CHOWN"], effective: ["CAP_CHOWN"], inheritable: ["CAP_CHOWN"], ambient: ["CAP_CHOWN", "CAP_KILL"]}
		nothing|.process = {cwd: "/", args: .process.args} | .linux = {namespaces: [{type: "mount"}, {type: "pid"}]} | del(.hostname) | .annotations = {"a b": "c\"d"}
		sched|.process += {scheduler: {policy: "SCHED_BATCH", nice: 3, flags: ["SCHED_FLAG_RESET_ON_FORK"]}, ioPriority: {class: "IOPRIO_CLASS_IDLE", priority: 0}} | .linux.personality = {domain: "LINUX32"}
		mounts|.root.readonly = false | .mounts += [{destination: "/mnt/a", type: "bind", source: "source", options: ["rbind", "ro", "nosuid"]}, {destination: "/mnt/f", type: "bind", source: "source/file", options: ["bind", "rro"]}, {destination: "/mnt/t", type: "tmpfs", source: "tmpfs", options: ["ro", "size=64k", "mode=0700", "rshared"]}, {destination: "/mnt/t/below", type: "tmpfs", source: "tmpfs", options: ["noexec"]}, {destination: "mnt/-r", type: "tmpfs", source: "-s"}]
		stubs|.root.readonly = true | .mounts += [{destination: "/mnt/missing/deep", type: "tmpfs", source: "tmpfs"}, {destination: "/mnt/file", type: "bind", source: "source/file", options: ["bind", "ro"]}]
		host|.linux.namespaces |= map(select(.type != "mount" and .type != "cgroup")) | del(.linux.maskedPaths, .linux.readonlyPaths) | .root.readonly = false | .mounts += [{destination: "/mnt/a", type: "bind", source: "source"}]
		devices|.linux.devices = [{type: "c", path: "/dev/a:b", major: 1, minor: 3, fileMode: 33188, uid: 3, gid: 4}, {type: "p", path: "/dev/fifo"}] | .linux.rootfsPropagation = "shared"
		sysctl|.linux.sysctl = {"net.ipv4.ip_unprivileged_port_start": "99", "kernel.msgmax": "1234"} | .domainname = "d.example" | .linux.namespaces += [{type: "ipc"}] | .linux.namespaces |= unique
		seccomp|.linux.seccomp = {defaultAction: "SCMP_ACT_ALLOW", architectures: ["SCMP_ARCH_X86_64"], flags: [], syscalls: [{names: ["mkdir", "mkdirat"], action: "SCMP_ACT_ERRNO", errnoRet: 5}, {names: ["personality"], action: "SCMP_ACT_ERRNO", args: [{index: 0, value: 8, valueTwo: 3, op: "SCMP_CMP_EQ"}, {index: 1, value: 8, op: "SCMP_CMP_NE"}]}]}
		limits|.linux.resources = {pids: {limit: 33}, cpu: {shares: 512}, devices: [{allow: false}, {allow: true, type: "c", major: 10, access: "rw"}]} | .linux.cgroupsPath = env.CGROUP | .process.env += ["NAME=" + env.ID]
		overlay|.annotations = {"org.ocibox.overlay": "tmpfs", "org.ocibox.overlay.mounts": "tmpfs"} | .mounts += [{destination: "/mnt", type: "bind", source: "source"}] | .root.readonly = false
	EOF
	grep -q '^Umask:.0077' run.process
	grep -qx 33 run.limits || ! [ -d /sys/fs/cgroup/pids ]
	grep -q '^text' source/file
}

@test "the same container: a user namespace, whose sources are handed over" {
	requires userns-container
	chmod 755 "$BATS_RUN_TMPDIR" "$BATS_FILE_TMPDIR" "$BATS_TEST_TMPDIR" "$(dirname "$BATS_TEST_TMPDIR")"
	chmod 700 source
	config '.linux.namespaces += [{type: "user"}] | .linux.uidMappings = [{containerID: 0, hostID: 100000, size: 65536}]
		| .linux.gidMappings = .linux.uidMappings | .root.readonly = false
		| .mounts += [{destination: "/mnt/a", type: "bind", source: "source", options: ["bind"]}, {destination: "/mnt/b", type: "bind", source: "source/file", options: ["bind", "ro"]}]'
	chown 100000:100000 rootfs
	both userns
	grep -q '/source /mnt/a ' run.userns
}

@test "the same container: a time namespace, and one that is joined" {
	config '.linux.namespaces |= map(select(.type != "time" and .type != "network")) | .linux.namespaces += [{type: "time"}, {type: "network", path: "/proc/self/ns/net"}]
		| .linux.timeOffsets = {monotonic: {secs: 5, nanosecs: 3}, boottime: {secs: -2}}'
	both time
	grep -q 'monotonic.* 5 *3' run.time || requires timens
}

@test "the same container: configurations that docker, podman and containerd write" {
	for file in "$REPO"/tests/plan/*.json; do
		# on another machine: what is their own is not there
		jq --arg rootfs rootfs '.root.path = $rootfs | .process.args = ["/bin/sh", "/probe"] | .process.terminal = false
			| .mounts |= map(if ((.options // []) | any(. == "bind" or . == "rbind")) or .type == "bind" then .source = env.PWD + "/source" else . end)
			| .linux.namespaces |= map(del(.path)) | .linux.cgroupsPath = null | del(.linux.mountLabel, .process.apparmorProfile, .process.selinuxLabel)
			| if .linux.uidMappings then .linux |= del(.uidMappings, .gidMappings) | .linux.namespaces |= map(select(.type != "user")) else . end
			| if .hooks then .hooks |= map_values(map(.path = "/bin/sh" | .args = ["sh", "-c", "cat >>" + env.PWD + "/hooks"])) else . end' "$file" >config.json
		[ -d /sys/fs/cgroup/pids ] || config 'del(.linux.resources)'
		both "$(basename "$file")"
	done
	[ ! -e hooks ] || [ "$(sort -u hooks | sed -E 's/"pid":[0-9]+/"pid":1/' | sort -u | wc -l)" -le 4 ]
}

@test "hooks run with what config.json gives them" {
	config '.annotations = {"k": "v=1", "q\"": "} {"} | .hooks = (["prestart", "createRuntime", "createContainer", "startContainer", "poststart", "poststop"]
		| map({key: ., value: [{path: "/bin/sh", args: ["sh", "-c", "{ echo \($k) \"$@\"; env; pwd; cat; } >>${OUT:-/tmp/out}", "}", "{", "-x", ""], env: ["OUT=" + env.PWD + "/hooks", "E=$(false)\n\u0027"], timeout: 100}]}) | from_entries)
		| .hooks.startContainer[0].env = ["E=$(false)"] | .root.readonly = false' --arg k '$0'
	ocibox run "$ID" >run.out 2>&1 </dev/null 3>&-
	cat rootfs/tmp/out >>hooks
	mv hooks hooks.run
	rm rootfs/tmp/out
	ocibox plan -i "$ID" . >script
	sh script >plan.out 2>&1 </dev/null 3>&-
	cat rootfs/tmp/out >>hooks
	diff <(sed -E 's/"pid":[0-9]+/"pid":N/' hooks.run) <(sed -E 's/"pid":[0-9]+/"pid":N/' hooks)
	diff run.out plan.out
	[ "$(grep -c '"annotations":{"k":"v=1","q\\"":"} {"}' hooks)" = 6 ]
}

@test "hostile values stay what they are" {
	local words=('' "'" "''" '"' '$(touch pwned)' '`touch pwned`' 'a\' '\' $'new\nline' $'new\nline # x' '-n' '--' '-' '{' '}' '*' '~' '!' '&' ';' '$HOME' $'tab\t' $'\r' '“' 'ü' '#' ' ' '%s')
	# shellcheck disable=SC2016
	config '.process.args = ["/bin/sh", "/probe", $ARGS.positional[]] | .process.env += ($ARGS.positional | to_entries | map("E\(.key)=" + .value)) | .annotations = {"\n$(touch pwned)": "\n"}
		| .mounts += [{destination: "/mnt/$(touch pwned)\n\u0027", type: "tmpfs", source: "\u0027\n$(touch pwned)"}] | .root.readonly = false | .linux.maskedPaths += ["/mnt/\n\u0027$(touch pwned)"]
		| .process.env += ["\n=x\u0027"]' --args -- "${words[@]}"
	both hostile
	for word in "${words[@]}"; do
		[[ $(<plan.hostile) == *"<$word>"* ]]
	done
	[ -z "$(find . -name pwned)" ]
	# a comment has no key and no value
	run ! grep -E '# .*(pwned|touch)' script
	jq '.process.args[1] = "\u0000"' first.json >config.json
	run -111 --separate-stderr ocibox plan .
	[ -z "$output" ]
	printf '{"ociVersion":"1.0.0","root":{"path":"rootfs"},"hostname":"\xff"}' >config.json
	run -111 ocibox plan .
}

@test "the same text each time, from a bundle, a file and standard input; the id is an operand" {
	ocibox plan -i "$ID" . >one
	ocibox plan -i "$ID" config.json >two
	ocibox plan -i "$ID" - <config.json >three
	cmp one two
	cmp one three
	ocibox plan >/dev/null 2>&1 || [ $? = 110 ]
	[ "$(ocibox plan "$PWD" | grep '^id=')" = 'id=${1:-bundle}' ]
	[ "$(ocibox plan -R /bin . | grep '^rootfs=')" = "rootfs=$(realpath /bin)" ]
	sh one "$ID-other" >/dev/null </dev/null 3>&-
	[ "$(head -n 1 one)" = '#!/bin/sh' ]
	[[ $(grep RLIMIT one | head -n 1) =~ ^'set -- "$@"   -l RLIMIT_NOFILE=1024:1024 # process.rlimits[0]'$ ]]
	cp "$REPO/tests/fuzz/seeds/full.json" config.json
	ocibox plan -R rootfs . >full
	! command -v shellcheck >/dev/null || shellcheck full
}

@test "what cannot be planned is an error at its place" {
	# cannot FORM FILTER PLACE: no script, and that error
	cannot_plan() {
		jq "$2" first.json >config.json
		run -119 --separate-stderr ocibox plan --exec "$1" .
		[ -z "$output" ]
		[[ $stderr == "oci-plan: config.json:"*": $3" ]] || { echo "$stderr"; return 1; }
	}
	cannot_plan run '.annotations = {"a=b": "c"}' 'annotations["a=b"]: cannot be planned: a key with "="'
	cannot_plan run '.process.capabilities.bounding = ["CAP_A,CAP_B"]' 'process.capabilities.bounding[0]: cannot be planned: a word of a list separated by commas'
	cannot_plan run '.mounts[0].options = ["size=1,ro"]' 'mounts[0].options[0]: cannot be planned: a comma or quote within an option'
	cannot_plan run '.linux.resources.cpu = {quota: -5}' 'linux.resources.cpu.quota: cannot be planned: not from -1 to 999999999999999999'
	cannot_plan init '.process.terminal = true' 'process.terminal: cannot be planned with --exec init: the terminal is that of the caller: it must be false'
	cannot_plan init '.hooks = {poststop: [{path: "/x"}]}' 'hooks.poststop: cannot be planned with --exec init: when the program has ended, nobody is left to run it'
	cannot_plan init '.linux.netDevices = {eth0: {}}' 'linux.netDevices: cannot be planned with --exec init: they are moved from outside, and here is none'
	cannot_plan init '.linux.intelRdt = {closID: "x"}' "linux.intelRdt: cannot be planned with --exec init: its group is kept in a container's state, and here is none"
	jq 'del(.process)' first.json >config.json
	run -111 --separate-stderr ocibox plan .
	[ "$stderr" = "oci-plan: config.json:1:1: root or process is missing, so there is nothing to run" ]
	run -110 --separate-stderr ocibox plan --exec other .
	[ "$stderr" = "oci-plan: other: --exec must be run or init" ]
	run -110 --separate-stderr ocibox plan
	[ "$stderr" = "oci-plan: usage: oci-plan [-e run | init] [-i id] [-R rootfs] config | bundle | oci-plan -l [-e run | init]" ]
}

@test "init: the process itself becomes the container, in no namespace but those that are named" {
	requires root
	config '.linux.namespaces = [{type: "mount"}, {type: "uts"}] | .hooks = {createContainer: [{path: "/bin/sh", args: ["sh", "-c", "cat >" + env.PWD + "/hook"]}]} | .linux.resources = null
		| .mounts |= map(select(.type != "cgroup"))'
	program sh -c 'echo $$; for ns in pid net mnt; do readlink /proc/self/ns/$ns; done; hostname; ls / | tr "\n" " "; grep -c . /proc/self/mountinfo'
	ocibox plan -e init -i one . >script
	! command -v shellcheck >/dev/null || shellcheck script
	rm -rf "$OCIBOX_ROOT"
	run -0 sh -c 'echo $$; exec sh script' 3>&-
	[ "${lines[0]}" = "${lines[1]}" ]
	[ "${lines[2]}" = "$(readlink /proc/self/ns/pid)" ]
	[ "${lines[3]}" = "$(readlink /proc/self/ns/net)" ]
	[ "${lines[4]}" != "$(readlink /proc/self/ns/mnt)" ]
	[ "${lines[5]}" = ocibox ]
	[[ ${lines[6]} = *" probe "* ]]
	[ "$(jq -c '[.id, .status, .pid]' hook)" = "[\"one\",\"creating\",${lines[0]}]" ]
	[ ! -e "$OCIBOX_ROOT" ]
	mkdir "$OCIBOX_ROOT"
	# without a mount namespace the root is replaced, where this process is: here it is one of unshare(1)
	config '.linux.namespaces = [] | del(.hostname, .linux.maskedPaths, .linux.readonlyPaths, .hooks)'
	program sh -c 'readlink /proc/self/ns/mnt; ls / | tr "\n" " "; grep -c " / / " /proc/self/mountinfo; kill -9 $$'
	ocibox plan -e init . >script
	run -137 unshare -m sh -c 'readlink /proc/self/ns/mnt; exec sh script' 3>&-
	[ "${lines[0]}" = "${lines[1]}" ]
	[[ ${lines[2]} = *" probe "* ]]
	# limits are an operand of the step that makes the cgroup, and of no other
	config '.linux.resources = {pids: {limit: 20}}'
	[ "$(ocibox plan -e init . | awk '$4 ~ /^oci-/ { step = $4 } /pids.limit/ { print step }')" = oci-cgroup ]
}

@test "the README's scripts for an initramfs are those of packaging/examples, which tests/vm/appliance boots" {
	for name in init-container init-system; do
		[[ $(<"$REPO/README.md") = *"$(<"$REPO/packaging/examples/$name.sh")"* ]]
		grep -q "packaging/examples/$name.sh" "$REPO/tests/vm/appliance"
	done
}

@test "leaves no descriptor" {
	[[ $(descriptors oci-plan -i x .) = *"\"\$@\" $(descriptors)" ]]
}
