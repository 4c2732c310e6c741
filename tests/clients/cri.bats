# SPDX-License-Identifier: MIT
# shellcheck disable=SC2016 # for the container's shell
# containerd as a node's runtime: pods and containers as Kubernetes' agent has them made. cri.py is the agent.
load daemons

setup_file() {
	requires protoc /usr/bin/python3
	daemons_up
	oci_image
	inside cp "$BATS_FILE_TMPDIR/oci.tar" "$STORE"
	ctr -n k8s.io images import "$STORE/oci.tar" >/dev/null
	export CRI_TYPES=$BATS_FILE_TMPDIR/cri.types
	protoc -I "$REPO/tests/clients" --descriptor_set_out "$CRI_TYPES" cri.proto
	export AGENT=$BATS_FILE_TMPDIR/agent
	mkfifo "$AGENT"
	# what is asked before it is there is kept
	exec 8<>"$AGENT"
	daemon /usr/bin/python3 "$REPO/tests/clients/cri.py" /run/containerd.sock "$AGENT"
	pod_network
	exec 8>&-
	inside mkdir -p "$STORE/logs" "$STORE/v/shared"
	inside mount -t tmpfs one "$STORE/v/shared"
	inside mount --make-shared "$STORE/v/shared"
}

teardown_file() {
	daemons_down
}

# pod_network: a pod's network has a loopback, and an address that is told and used by nobody
pod_network() {
	inside mkdir -p "$STORE/cni/bin"
	inside tee "$STORE/cni/10-none.conflist" >/dev/null <<<'{"cniVersion":"0.4.0","name":"none","plugins":[{"type":"none"}]}'
	inside tee "$STORE/cni/bin/none" >/dev/null <<-'EOT'
		#!/bin/sh
		cat >/dev/null
		[ "$CNI_COMMAND" != ADD ] || nsenter --net="$CNI_NETNS" ip link set lo up
		[ "$CNI_COMMAND" != VERSION ] || echo '{"cniVersion":"0.4.0","supportedVersions":["0.3.1","0.4.0"]}'
		[ "$CNI_COMMAND" != ADD ] || echo '{"cniVersion":"0.4.0","ips":[{"version":"4","interface":0,"address":"10.9.9.9/32"}],"interfaces":[{"name":"'"$CNI_IFNAME"'","sandbox":"'"$CNI_NETNS"'"}]}'
	EOT
	inside chmod +x "$STORE/cni/bin/none"
	inside cp "$STORE/cni/bin/none" "$STORE/cni/bin/loopback"
	until_answers network_ready
}

network_ready() {
	local BATS_TEST_TMPDIR=$BATS_FILE_TMPDIR
	cri Status | jq -e 'all(.status.conditions[]; .status)'
}

# cri METHOD [FILTER [ARGUMENT...]]: ask the agent to call it with what jq makes of nothing
cri() {
	local method=$1 filter=${2:-\{\}} reply=$BATS_TEST_TMPDIR/reply.$BASHPID line
	shift $(($# < 2 ? $# : 2))
	[ -p "$reply" ] || mkfifo "$reply"
	{
		jq -cn --arg method "$method" --arg reply "$reply" '{method: $method, reply: $reply, request: ('"$filter"')}' "$@" 1<>"$AGENT"
		read -r -t 90 line || { echo "no answer"; return 1; }
	} <>"$reply"
	[ "${line%% *}" = 0 ] || { printf '%s\n' "${line#* }" >&2; return 1; }
	printf '%s\n' "${line#* }"
}

# stream URL [TEXT]
stream() {
	inside timeout 30 /usr/bin/python3 "$REPO/tests/clients/cri.py" stream "$@"
}

# shellcheck disable=SC2153 # $NAME is both's
# pod FILTER: run a pod, changed with jq; $POD is its id
pod() {
	CONFIG=$(jq -cn --arg name "$NAME" --arg group "$GROUP/pod" --arg logs "$STORE/logs" '{metadata: {name: $name, uid: $name, namespace: "test"}, hostname: "hh",
		log_directory: $logs, linux: {cgroup_parent: $group, security_context: {namespace_options: {}}}} | '"${1:-.}")
	POD=$(cri RunPodSandbox '{config: $config, runtime_handler: $name}' --argjson config "$CONFIG" --arg name "$NAME") || { echo "$POD"; return 1; }
	POD=$(jq -r .pod_sandbox_id <<<"$POD")
}

pod_end() {
	cri StopPodSandbox '{pod_sandbox_id: $pod}' --arg pod "$POD" >/dev/null
	cri RemovePodSandbox '{pod_sandbox_id: $pod}' --arg pod "$POD" >/dev/null
}

# container NAME FILTER WORD...: make and start one in the pod, changed with jq; $BOX is its id
container() {
	local name=$1 filter=$2
	shift 2
	BOX=$(cri CreateContainer '{pod_sandbox_id: $pod, sandbox_config: $config, config: ({metadata: {name: $name}, image: {image: "localhost/box:latest"},
		log_path: "\($name).log", command: $ARGS.positional, linux: {}} | '"${filter:-.}"')}' --arg pod "$POD" --argjson config "$CONFIG" --arg name "$name" --args -- "$@") || return
	BOX=$(jq -r .container_id <<<"$BOX")
	cri StartContainer '{container_id: $box}' --arg box "$BOX" >/dev/null
}

# status: of the container
status() {
	cri ContainerStatus '{container_id: $box}' --arg box "$BOX" | jq -r '.status | "\(.state) \(.exit_code)" + if .reason == "" then "" else " \(.reason)" end'
}

ended() {
	local end=$((SECONDS + 20))
	until [[ $(status) == CONTAINER_EXITED* ]]; do
		[ $SECONDS -lt $end ] || break
	done
	status
}

# logged NAME: what its container has printed; containerd may say that it has ended first
logged() {
	local end=$((SECONDS + 10))
	until inside test -s "$STORE/logs/$1.log"; do
		[ $SECONDS -lt $end ] || break
	done
	inside cut -d' ' -f 2- "$STORE/logs/$1.log"
	inside rm "$STORE/logs/$1.log"
}

# sync WORD...: run in the container, wait for it
sync() {
	cri ExecSync '{container_id: $box, cmd: $ARGS.positional}' --arg box "$BOX" --args -- "$@" | jq -r '"\(.stdout)\(.stderr)= \(.exit_code)"'
}

# streamed FILTER TEXT WORD...: the same with streams
streamed() {
	local filter=$1 text=$2 url
	shift 2
	url=$(cri Exec '{container_id: $box, cmd: $ARGS.positional, stdout: true, stderr: true} | '"$filter" --arg box "$BOX" --args -- "$@" | jq -r .url)
	t stream "$url" "$text"
}

lives() {
	t pod
	cri PodSandboxStatus '{pod_sandbox_id: $pod}' --arg pod "$POD" | jq -r '.status | .state, (.runtime_handler | IN("runc", "ocibox"))'
	container one '' sh -c 'trap "exit 3" TERM; echo out; echo err >&2; while :; do sleep 1 & wait $!; done'
	status
	sync sh -c 'echo in; echo err >&2; exit 5'
	sync nosuch
	cri ExecSync '{container_id: $box, cmd: ["sleep", "100"], timeout: 1}' --arg box "$BOX" 2>&1 | grep -o 'timeout 1s exceeded'
	streamed . '' sh -c 'echo out; echo err >&2; exit 4' | sort
	streamed '.stdin = true' $'text\n' sh -c 'read x; echo got $x'
	streamed '.stdin = true | .tty = true | .stderr = false' '' sh -c 'tty; exit 6'
	cri ContainerStats '{container_id: $box}' --arg box "$BOX" | jq -r '.stats | (.memory.working_set_bytes.value | tonumber > 100000), (.cpu.usage_core_nano_seconds.value | tonumber > 0)'
	cri ListContainers | jq -r '.containers | length'
	cri StopContainer '{container_id: $box, timeout: 10}' --arg box "$BOX" >/dev/null
	status
	cri RemoveContainer '{container_id: $box}' --arg box "$BOX" >/dev/null
	logged one | sort
	# a container that does not end is killed; a pod's end ends what is in it
	container two '' sh -c 'trap "" TERM; sleep 1000'
	cri StopContainer '{container_id: $box, timeout: 1}' --arg box "$BOX" >/dev/null
	status
	# removal ends it first
	container three '' sleep 1000
	cri RemoveContainer '{container_id: $box}' --arg box "$BOX"
	container four '' sleep 1000
	t pod_end
	cri ListContainers | jq -r '.containers | length'
	cri ListPodSandbox | jq -r '.items | length'
}

@test "cri: a pod, its containers, exec, stats, stop, logs" {
	both lives <<-'EOT'
		SANDBOX_READY
		true
		CONTAINER_RUNNING 0
		in
		err
		= 5
		failed: exec: "nosuch": executable file not found in $PATH
		timeout 1s exceeded
		= 4
		err
		out
		got text
		/dev/pts/0
		= 6
		true
		true
		1
		CONTAINER_EXITED 3 Error
		stderr F err
		stdout F out
		CONTAINER_EXITED 137 Error
		{}
		0
		0
	EOT
}

attaches() {
	local url
	t pod
	container one '.stdin = true | .stdin_once = true' sh -c 'read x; echo got $x; exit 2'
	url=$(cri Attach '{container_id: $box, stdin: true, stdout: true, stderr: true}' --arg box "$BOX" | jq -r .url)
	t stream "$url" $'line\n'
	ended
	logged one
	container two '.stdin = true | .tty = true' sh -c 'tty; read x; echo got $x'
	url=$(cri Attach '{container_id: $box, stdin: true, stdout: true, tty: true}' --arg box "$BOX" | jq -r .url)
	t stream "$url" $'line\n' | grep got
	ended
	container three '' nosuch
	container four '' sh -c 'exit 9'
	ended
	pod_end
}

@test "cri: attach, and containers that end by themselves" {
	both attaches <<-'EOT'
		got line
		CONTAINER_EXITED 2 Error
		stdout F got line
		got line
		CONTAINER_EXITED 0 Completed
		failed: exec: "nosuch": executable file not found in $PATH
		CONTAINER_EXITED 9 Error
	EOT
}

# says FILTER WORD...: what a container that ends prints
says() {
	container says "$@"
	ended | grep -v 'EXITED 0'
	logged says | sed 's/^std... F //'
	cri RemoveContainer '{container_id: $box}' --arg box "$BOX" >/dev/null
}

secured() {
	t pod '.linux.sysctls = {"net.ipv4.ip_forward": "1", "kernel.msgmax": "9000"}'
	says '.linux.security_context = {run_as_user: {value: 1000}, run_as_group: {value: 2000}, supplemental_groups: [7, 8], readonly_rootfs: true, no_new_privs: true,
		capabilities: {drop_capabilities: ["ALL"], add_capabilities: ["NET_RAW"]}, seccomp: {profile_type: "RuntimeDefault"}}' \
		sh -c 'id; grep -e CapBnd -e CapEff -e NoNewPrivs -e Seccomp: /proc/self/status; touch /x 2>&1; true'
	says '.linux.security_context.run_as_username = "user" | .working_dir = "/tmp" | .envs = [{key: "A", value: "b"}]' sh -c 'id; pwd; echo $A; hostname; cat /proc/sys/kernel/msgmax /proc/sys/net/ipv4/ip_forward'
	says '.linux.security_context.seccomp = {profile_type: "Localhost", localhost_ref: "'"$STORE"'/seccomp.json"}' sh -c 'mkdir /q 2>&1; true'
	says '.linux.security_context = {masked_paths: ["/etc/group"], readonly_paths: ["/root"]}' sh -c 'wc -c </etc/group; touch /root/x 2>&1; true'
	pod_end
	t pod '.linux.security_context.privileged = true'
	says '.linux.security_context.privileged = true' sh -c 'grep CapEff /proc/self/status; grep -c " /proc/" /proc/mounts; ls /dev/kmsg; : >/proc/sys/kernel/msgmax; true' |
		sed "s/$(awk '/^CapBnd/ { print $2 }' /proc/self/status)/all/"
	pod_end
}

@test "cri: users, capabilities, seccomp, sysctl, privileged" {
	inside tee "$STORE/seccomp.json" >/dev/null <<-'EOT'
		{"defaultAction":"SCMP_ACT_ALLOW","syscalls":[{"names":["mkdir","mkdirat"],"action":"SCMP_ACT_ERRNO","errnoRet":38}]}
	EOT
	both secured <<-'EOT'
		uid=1000(user) gid=2000(extra) groups=7,8,2000(extra)
		CapEff:	0000000000000000
		CapBnd:	0000000000002000
		NoNewPrivs:	1
		Seccomp:	2
		touch: /x: Read-only file system
		uid=1000(user) gid=1000(user) groups=1000(user),2000(extra)
		/tmp
		b
		hh
		9000
		1
		mkdir: can't create directory '/q': Function not implemented
		0
		touch: /root/x: Read-only file system
		CapEff:	all
		0
		/dev/kmsg
	EOT
}

out_of_memory() {
	local end=$((SECONDS + 10))
	until [[ $(status) == *OOMKilled ]]; do
		[ $SECONDS -lt $end ] || break
	done
	status
}

resources() {
	local memory=/sys/fs/cgroup/memory/memory.limit_in_bytes cpu=/sys/fs/cgroup/cpu
	t pod
	container one '.linux.resources = {memory_limit_in_bytes: 33554432, cpu_quota: 50000, cpu_period: 100000, cpu_shares: 77, cpuset_cpus: "0"}' sleep 1000
	sync cat $memory $cpu/cpu.cfs_quota_us $cpu/cpu.shares /sys/fs/cgroup/cpuset/cpuset.cpus
	cri UpdateContainerResources '{container_id: $box, linux: {memory_limit_in_bytes: 67108864, cpu_quota: 30000, cpu_shares: 99}}' --arg box "$BOX" >/dev/null
	sync cat $memory $cpu/cpu.cfs_quota_us $cpu/cpu.shares
	cri ListContainerStats | jq -r '.stats | length'
	# (containerd looks for that only once it has been told that the program runs, and tells of the end first)
	container two '.linux.resources.memory_limit_in_bytes = 16777216' sh -c 'sleep 1; x=aaaaaaaa; while :; do x=$x$x; done'
	ended >/dev/null
	out_of_memory
	says '' sh -c 'ls /sys/fs/cgroup | grep -c memory'
	pod_end
}

@test "cri: resources, their update, out of memory" {
	requires cgroup1
	both resources <<-'EOT'
		33554432
		50000
		77
		0
		= 0
		67108864
		30000
		99
		= 0
		1
		CONTAINER_EXITED 137 OOMKilled
		1
	EOT
}

namespaces() {
	t pod
	container one '' sleep 1000
	says '.linux.security_context.namespace_options.pid = "CONTAINER"' sh -c 'x=$(ps -o comm); echo "$x" | sort -u | xargs; ip -o link | grep -c lo:'
	pod_end
	# the processes of a pod seen by all of its containers
	t pod '.linux.security_context.namespace_options.pid = "POD"'
	container one '.linux.security_context.namespace_options.pid = "POD"' sleep 1000
	says '.linux.security_context.namespace_options.pid = "POD"' sh -c 'ps -o args >/tmp/ps; grep -c "^sleep 100" /tmp/ps'
	pod_end
	# the node's
	t pod 'del(.hostname) | .linux.security_context.namespace_options = {network: "NODE", pid: "NODE", ipc: "NODE"}'
	says '.linux.security_context.namespace_options = {network: "NODE", pid: "NODE", ipc: "NODE"}' sh -c 'for n in net pid ipc; do readlink /proc/self/ns/$n; done' |
		diff <(for n in net pid ipc; do inside readlink "/proc/1/ns/$n"; done) -
	pod_end
}

@test "cri: namespaces of the container, the pod and the node" {
	both namespaces <<-'EOT'
		COMMAND ps sh
		1
		2
	EOT
}

volumes() {
	local p
	t pod
	inside touch "$STORE/v/file"
	says '.mounts = [{container_path: "/v", host_path: "'"$STORE"'/v", readonly: true}, {container_path: "/etc/own", host_path: "'"$STORE"'/v/file"}] |
		.devices = [{container_path: "/dev/k", host_path: "/dev/kmsg", permissions: "r"}]' \
		sh -c 'touch /v/x 2>&1; echo text >/etc/own; cat /v/file; ls /dev/k; echo 2>&1 >/dev/k; true'
	for p in PRIVATE HOST_TO_CONTAINER BIDIRECTIONAL; do
		says '.mounts = [{container_path: "/v", host_path: "'"$STORE"'/v/shared", propagation: "PROPAGATION_'$p'"}]' \
			sh -c 'sed -En "s/^[0-9 ]*:[0-9]* (.* \/v.*)/\1/p" /proc/self/mountinfo | sed "s/:[0-9][0-9]*/:/"'
	done
	pod_end
}

@test "cri: volumes and devices" {
	both volumes <<-'EOT'
		touch: /v/x: Read-only file system
		text
		/dev/k
		sh: can't create /dev/k: Operation not permitted
		/ /v rw,relatime - tmpfs one rw
		/ /v rw,relatime master: - tmpfs one rw
		/ /v rw,relatime shared: - tmpfs one rw
	EOT
	[ -z "$(inside ls -A "$STORE/logs")" ] || inside rm -r "$STORE/logs"
}

@test "cri: nothing is left" {
	[ -z "$(find /sys/fs/cgroup -mindepth 3 -path "*$GROUP/*" -type d ! -path '*/pod')" ]
	[ -z "$(inside find /run/containerd/runc -mindepth 2)" ]
	run processes
	run -1 grep -v -e ^containerd -e catatonit -e cri.py <<<"$output"
}
