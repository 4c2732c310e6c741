#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# shellcheck disable=SC2154,SC2016 # bats sets stderr; the dollars are the shell's inside
load helpers
load runtime

SYSCALLS=$REPO/build/syscalls
LISTENER=$REPO/build/listener

setup() {
	cd "$BATS_TEST_TMPDIR"
}

teardown() {
	[ ! "${BUNDLE:-}" ] || runtime_teardown
}

# profile JSON: p.json, a linux.seccomp object with these members
profile() {
	printf '{%s}\n' "$1" >p.json
}

# rule NAMES ACTION [MEMBERS]: a profile that allows all but this
rule() {
	profile '"defaultAction":"SCMP_ACT_ALLOW","syscalls":[{"names":['"$1"'],"action":"SCMP_ACT_'"$2"'"'"${3:-}"'}]'
}

# under WORDS: run them under p.json, without a cache
under() {
	"$OCIBOX" oci-seccomp -n -f p.json "$@"
}

needs_library() {
	ocibox oci-seccomp -n -f p.json -d >/dev/null || skip "built without libseccomp"
}

@test "errno: as the rule says, 1 when it says nothing, and for the others none" {
	rule '"mkdir","mkdirat"' ERRNO
	run -1 --separate-stderr under /bin/mkdir d
	[[ $stderr == *"Operation not permitted"* ]]
	rule '"mkdir","mkdirat"' ERRNO ',"errnoRet":28'
	run -1 --separate-stderr under /bin/mkdir d
	[[ $stderr == *"No space left on device"* ]]
	rule '"mkdir","mkdirat"' ERRNO ',"errnoRet":0'
	run -0 under /bin/mkdir d
	[ ! -e d ]
	run -0 under /bin/touch f
	[ -e f ]
}

@test "kill, trap, trace and log" {
	local action
	for action in KILL KILL_THREAD KILL_PROCESS TRAP; do
		rule '"mkdir","mkdirat"' $action
		run -159 under /bin/mkdir d
	done
	# without a tracer
	rule '"mkdir","mkdirat"' TRACE
	run -1 --separate-stderr under /bin/mkdir d
	[[ $stderr == *"Function not implemented"* ]]
	rule '"mkdir","mkdirat"' LOG
	run -0 under /bin/mkdir d
	[ -d d ]
}

@test "the default action and its errno, with what is allowed" {
	requires busybox
	profile '"defaultAction":"SCMP_ACT_ERRNO","defaultErrnoRet":28,"syscalls":[{"names":["execve","open","openat","read",
		"write","close","fstat","newfstatat","mmap","mprotect","munmap","brk","access","arch_prctl","exit_group","pread64",
		"set_tid_address","set_robust_list","rseq","prlimit64","getrandom","readlink","readlinkat","prctl","getuid","geteuid","umask"],
		"action":"SCMP_ACT_ALLOW"}]'
	run -1 --separate-stderr under "$(command -v busybox)" mkdir d
	[[ $stderr == *"No space left on device"* ]]
}

@test "conditions: each operator, both halves of 64 bits" {
	local at
	# ftruncate(fd, SIZE): argument 1
	size() {
		rule '"ftruncate"' ERRNO ',"args":[{"index":1,"op":"SCMP_CMP_'"$1"'","value":'"$2"',"valueTwo":'"${4:-0}"'}]'
		run --separate-stderr under /usr/bin/truncate -s "$3" f
		[ "$status" = "$5" ] || { echo "$* gives $status: $stderr"; return 1; }
	}
	size EQ 4294967300 4294967300 0 1
	size EQ 4294967300 4 0 0
	size NE 4294967300 4294967301 0 1
	size GT 4294967295 4294967296 0 1
	size GT 4294967296 4294967296 0 0
	size GE 4294967296 4294967296 0 1
	size LT 5 4 0 1
	size LT 5 5 0 0
	size LE 5 5 0 1
	size MASKED_EQ 15 4294967301 5 1
	size MASKED_EQ 15 4294967302 5 0
	at=$(ocibox oci-seccomp -n -f p.json -d | grep -c 'args\[1\]')
	[ "$at" -gt 0 ]
}

@test "conditions on different arguments hold together, several on one argument each alone" {
	rule '"ftruncate"' ERRNO ',"args":[{"index":1,"op":"SCMP_CMP_EQ","value":7},{"index":0,"op":"SCMP_CMP_GE","value":1000}]'
	run -0 under /usr/bin/truncate -s 7 f
	rule '"ftruncate"' ERRNO ',"args":[{"index":1,"op":"SCMP_CMP_EQ","value":7},{"index":0,"op":"SCMP_CMP_LT","value":1000}]'
	run -1 under /usr/bin/truncate -s 7 f
	run -0 under /usr/bin/truncate -s 9 f
	rule '"ftruncate"' ERRNO ',"args":[{"index":1,"op":"SCMP_CMP_EQ","value":7},{"index":1,"op":"SCMP_CMP_EQ","value":9}]'
	run -1 under /usr/bin/truncate -s 7 f
	run -1 under /usr/bin/truncate -s 9 f
	run -0 under /usr/bin/truncate -s 8 f
}

@test "unknown names are left out, and told with --debug" {
	rule '"mkdir","mkdirat","no_such_call"' ERRNO
	run -0 --separate-stderr under /bin/true
	[ -z "$stderr" ]
	OCIBOX_DEBUG=1 run -0 --separate-stderr under /bin/true
	[[ $stderr == *"no_such_call: no system call this libseccomp knows, left out"* ]]
}

@test "unknown names are an error with crun's annotation, also of a profile that is in the cache" {
	local value
	rule '"mkdir","no_such_call"' ERRNO
	needs_library
	for value in none 0 1 ''; do
		jq --arg v "$value" '{ociVersion: "1.0.0", root: {path: "/"}, linux: {seccomp: .}} |
			if $v != "none" then .annotations["run.oci.seccomp_fail_unknown_syscall"] = $v else . end' p.json >config.json
		case $value in
		none | 0) ocibox oci-seccomp -C "$PWD/cache" -b . /bin/true ;;
		*)
			run -111 --separate-stderr ocibox oci-seccomp -C "$PWD/cache" -b . /bin/true
			[[ $stderr == "oci-seccomp: config.json:"*": linux.seccomp.syscalls[0].names[1]: no system call this libseccomp knows" ]]
			;;
		esac
	done
	[ "$(ls cache)" ]
}

@test "a program that cannot start where not even the end is allowed ends all the same" {
	# the sanitizers cannot end there themselves
	! sanitized || return 0
	profile '"defaultAction":"SCMP_ACT_ERRNO"'
	run -132 timeout -s KILL 30 "$OCIBOX" oci-seccomp -n -f p.json /bin/true
}

@test "calls younger than the profile are not there, unless it lets all pass" {
	requires "$SYSCALLS"
	[ "$(uname -m)" = x86_64 ] || skip "numbers of another processor"
	profile '"defaultAction":"SCMP_ACT_ERRNO","architectures":["SCMP_ARCH_X86_64"],"syscalls":[{"names":["execve","write","exit_group",
		"fork","clone","wait4","mmap","brk","arch_prctl","set_tid_address","rt_sigprocmask","rt_sigtimedwait","setpgid","getpid",
		"gettid","ioctl","writev"],"action":"SCMP_ACT_ALLOW"}]'
	under "$SYSCALLS" 300 >out
	grep -qx 'native 231 .*' out
	# exit_group is 231, the largest
	grep -qx 'native 230 -1: 1' out
	grep -qx 'native 232 -1: 38' out
	grep -qx 'native 300 0: 38' out
	# a default that lets pass asks the kernel
	profile '"defaultAction":"SCMP_ACT_LOG","syscalls":[{"names":["mknod"],"action":"SCMP_ACT_ERRNO"}]'
	run -0 ocibox oci-seccomp -n -f p.json -d
	[[ $output != *"(Function not implemented)"* ]]
}

@test "notify: the listener and the document reach who waits, and answers decide" {
	requires "$LISTENER" mkfifo jq
	mkfifo up
	"$LISTENER" "$PWD/s" doc 28 >up 3>&- &
	local pid=$!
	exec 5<up
	read -r line <&5
	[ "$line" = ready ]
	# sendmsg, close, wait4 and poll are what the hand-over itself could need
	profile '"defaultAction":"SCMP_ACT_ALLOW","listenerPath":"'"$PWD"'/s","listenerMetadata":"m \"x\"","syscalls":[
		{"names":["mkdir","mkdirat","sendmsg","sendto","wait4","nanosleep"],"action":"SCMP_ACT_NOTIFY"}]'
	run -1 --separate-stderr under /bin/mkdir d 5<&-
	[[ $stderr == *"No space left on device"* ]]
	wait $pid
	read -r line <&5
	[[ $line =~ ^[0-9]+$ ]]
	[ ! -d d ]
	[ "$(jq -c '[.fds, .metadata, .state.status, (.pid > 1), .pid == .state.pid, .ociVersion]' doc)" = '[["seccompFd"],"m \"x\"","creating",true,true,"1.3.0"]' ]
	exec 5<&-
}

@test "notify is refused as the default and for write, and needs someone who listens" {
	profile '"defaultAction":"SCMP_ACT_NOTIFY","listenerPath":"/none/s"'
	run -111 --separate-stderr under /bin/true
	[ "$stderr" = "oci-seccomp: p.json:1:18: defaultAction: SCMP_ACT_NOTIFY cannot be the default" ]
	profile '"defaultAction":"SCMP_ACT_ALLOW","listenerPath":"/none/s","syscalls":[{"names":["read","write"],"action":"SCMP_ACT_NOTIFY"}]'
	run -111 --separate-stderr under /bin/true
	[[ $stderr == "oci-seccomp: p.json:1:"*": syscalls[0].names[1]: SCMP_ACT_NOTIFY cannot be used for the write syscall" ]]
	sed -i 's/,"write"//' p.json
	run -115 --separate-stderr under /bin/echo ran
	[ "$stderr" = "oci-seccomp: failed to connect with seccomp agent /none/s: No such file or directory" ]
	[ -z "$output" ]
	# the schema
	rule '"read"' NOTIFY
	run -111 --separate-stderr under /bin/true
	[[ $stderr == *"syscalls[0].action: needs linux.seccomp.listenerPath" ]]
}

@test "flags: what the kernel is asked for" {
	requires strace
	local flags want
	while read -r flags want; do
		profile '"defaultAction":"SCMP_ACT_ALLOW"'"$flags"
		under /bin/true
		strace -o trace -e trace=seccomp "$OCIBOX" oci-seccomp -n -f p.json /bin/true
		grep -q "SECCOMP_SET_MODE_FILTER, $want, {len=" trace || { echo "$flags: $(cat trace)"; return 1; }
	done <<-'EOF'
		,"syscalls":[] SECCOMP_FILTER_FLAG_SPEC_ALLOW
		,"flags":[] 0
		,"flags":["SECCOMP_FILTER_FLAG_TSYNC"] 0
		,"flags":["SECCOMP_FILTER_FLAG_LOG","SECCOMP_FILTER_FLAG_SPEC_ALLOW"] SECCOMP_FILTER_FLAG_LOG|SECCOMP_FILTER_FLAG_SPEC_ALLOW
	EOF
	profile '"defaultAction":"SCMP_ACT_ALLOW","flags":["SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV"]'
	run -111 --separate-stderr under /bin/true
	[[ $stderr == *"flags: SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV needs a rule with SCMP_ACT_NOTIFY" ]]
}

@test "architectures no process of this machine has are left out, and told with --debug" {
	profile '"defaultAction":"SCMP_ACT_ALLOW","architectures":["SCMP_ARCH_SHEB","SCMP_ARCH_S390X"],"syscalls":[{"names":["mkdir","mkdirat"],"action":"SCMP_ACT_ERRNO"}]'
	run -1 --separate-stderr under /bin/mkdir d
	[ "$stderr" = "/bin/mkdir: cannot create directory 'd': Operation not permitted" ] || [[ $stderr != *oci-seccomp* ]]
	OCIBOX_DEBUG=1 run -1 --separate-stderr under /bin/mkdir d
	[[ $stderr == *"SCMP_ARCH_SHEB: no process of this machine has this architecture, left out"*"SCMP_ARCH_S390X: no process"* ]]
}

@test "compiled ahead, loaded without the library, and only for the profile it is of" {
	requires strace
	rule '"mkdir","mkdirat"' ERRNO
	run -0 ocibox oci-seccomp -n -f p.json -c p.bpf /bin/mkdir allowed
	[ -d allowed ]
	[ "$(stat -c %a p.bpf)" = 644 ]
	run -1 ocibox oci-seccomp -l p.bpf /bin/mkdir d
	run -1 ocibox oci-seccomp -f p.json -l p.bpf /bin/mkdir d
	[ "$(ocibox oci-seccomp -l p.bpf -d)" = "$(ocibox oci-seccomp -n -f p.json --dump)" ]
	# no memory file: that is where the library writes to
	strace -f -o trace -e trace=memfd_create,seccomp "$OCIBOX" oci-seccomp -l p.bpf /bin/true
	run ! grep memfd_create trace
	rule '"rmdir"' ERRNO
	run -111 --separate-stderr ocibox oci-seccomp -f p.json -l p.bpf /bin/true
	[ "$stderr" = "oci-seccomp: p.bpf: compiled from another profile" ]
	printf x | dd of=p.bpf bs=1 seek=100 conv=notrunc status=none
	run -111 --separate-stderr ocibox oci-seccomp -l p.bpf /bin/true
	[ "$stderr" = "oci-seccomp: p.bpf: damaged" ]
	truncate -s 50 p.bpf
	run -111 --separate-stderr ocibox oci-seccomp -l p.bpf /bin/true
	[ "$stderr" = "oci-seccomp: p.bpf: not a filter as this version of oci-seccomp --compile writes it" ]
}

# a bundle whose profile refuses mkdir
bundle() {
	rule '"mkdir","mkdirat"' ERRNO
	jq -c '{ociVersion:"1.0.0",root:{path:"rootfs"},linux:{seccomp:.}}' p.json >config.json
}

@test "seccomp.bpf beside config.json is used, when it is of that profile and of its owner" {
	requires jq root
	bundle
	run -1 ocibox oci-seccomp -n -b . /bin/mkdir d
	# a program that lets all pass, said to be of the profile, as who owns the bundle may do
	ocibox oci-seccomp -b . -n -c seccomp.bpf
	run -1 --separate-stderr ocibox oci-seccomp -C "$PWD/cache" -b . /bin/mkdir d
	[ ! -e cache ]
	chmod 666 seccomp.bpf
	OCIBOX_DEBUG=1 run -1 --separate-stderr ocibox oci-seccomp -C "$PWD/cache" -b . /bin/mkdir d
	[[ $stderr == *"/seccomp.bpf: not used: others than its owner could have written it"* ]]
	[ -e cache ]
	chmod 644 seccomp.bpf
	chown 1234 seccomp.bpf
	OCIBOX_DEBUG=1 run -1 --separate-stderr ocibox oci-seccomp -C "$PWD/cache" -b . /bin/mkdir d
	[[ $stderr == *"others than its owner"* ]]
	rm seccomp.bpf
	ln -s /dev/null seccomp.bpf
	OCIBOX_DEBUG=1 run -1 --separate-stderr ocibox oci-seccomp -C "$PWD/cache" -b . /bin/mkdir d
	[[ $stderr == *"not a regular file"* ]]
}

@test "the cache: written once, private, and found again" {
	requires jq
	bundle
	run -1 ocibox oci-seccomp -C "$PWD/cache" -b . /bin/mkdir d
	[ "$(stat -c %a cache cache/*)" = "700
600" ]
	# the file's own architecture is in its name
	local arch
	arch=$(od -An -tx4 -j8 -N4 cache/*)
	[[ $(ls cache) == *-"${arch// /}"-* ]]
	find cache -type f -printf '%i %T@\n' >before
	run -1 ocibox oci-seccomp -C "$PWD/cache" -f p.json /bin/mkdir d
	run -1 ocibox oci-seccomp -C "$PWD/cache" -b . /bin/mkdir d
	find cache -type f -printf '%i %T@\n' >after
	cmp before after
	# the same profile, said for one listener and another
	jq -c '.listenerPath="/x"|.listenerMetadata="y"' p.json >q.json
	run -1 ocibox oci-seccomp -C "$PWD/cache" -f q.json /bin/mkdir d
	jq -c '.listenerPath="/z"' p.json >q.json
	run -1 ocibox oci-seccomp -C "$PWD/cache" -f q.json /bin/mkdir d
	[ "$(find cache -type f | wc -l)" = 2 ]
	rule '"mkdir","mkdirat"' KILL
	run -159 ocibox oci-seccomp -C "$PWD/cache" -f p.json /bin/mkdir d
	[ "$(find cache -type f | wc -l)" = 3 ]
}

@test "a profile that is known when the container is claimed filters all the same, and is whole for who asks for it" {
	requires root jq strace
	rule '"mkdir","mkdirat"' ERRNO ',"errnoRet":28'
	needs_library
	# what looks like it elsewhere is not it
	jq -c '{ociVersion:"1.0.2",seccomp:.,root:{path:"/"},process:{args:["/bin/true"],cwd:"/"},annotations:{linux:"x"},
		linux:{namespaces:[{type:"mount"}],seccomp:.}}' p.json >config.json
	ocibox oci-seccomp -n -f p.json -c fresh.bpf
	ocibox oci-plan . >plan
	export OCIBOX_ROOT=$PWD/state
	# a cache of its own: $1 is ocibox, $2 a container's id
	run -0 --separate-stderr unshare -m --propagation private sh -euc '
		mount -t tmpfs run /run
		for words in "" "" "-n" "-C $PWD/other" "oci-seccomp -b ."; do
			"$1" oci-claim -b . "$2" oci-seccomp -b . $words /bin/mkdir d 2>&1 || echo $?
			rm -r state
		done
		"$1" oci-claim -b . "$2" oci-seccomp -b . -n -c out.bpf
		"$1" oci-claim -b . "$2.2" oci-plan . >planned
		strace -o calls -e trace=openat "$1" oci-claim -b . "$2.3" oci-seccomp -b . /bin/true
		chmod 750 /run/ocibox-seccomp
		"$1" oci-claim -b . "$2.4" oci-seccomp -b . /bin/true
		rm -r state' sh "$OCIBOX" "seccomp-$$"
	[ "$(grep -c "cannot create directory.*No space left on device" <<<"$output")" = 5 ]
	[ "$(grep -cx 1 <<<"$output")" = 5 ]
	# the warning is given once
	[ "$stderr" = "oci-seccomp: warning: /run/ocibox-seccomp: not used as a cache of seccomp filters: not a directory that is this user's alone" ]
	cmp fresh.bpf out.bpf
	grep oci-seccomp planned
	cmp plan planned
	[ "$(grep -c '"3-' calls)" = 1 ]
}

@test "the cache is bounded" {
	requires jq
	local n
	bundle
	mkdir -m 700 cache
	for n in {1..70}; do
		touch -d @"$n" "cache/left.$n"
	done
	run -1 ocibox oci-seccomp -C "$PWD/cache" -b . /bin/mkdir d
	[ ! -e cache/left.1 ]
	[ -e cache/left.2 ]
}

# poisoned COMMAND: the cache's file is made a permissive program by COMMAND (in the cache, $1 its name), and is not believed
poisoned() {
	rm -rf cache
	ocibox oci-seccomp -C "$PWD/cache" -b . /bin/true
	local name
	name=$(ls cache)
	(cd cache && eval "$1")
	run -1 --separate-stderr ocibox oci-seccomp -C "$PWD/cache" -b . /bin/mkdir d
	[[ $stderr == "oci-seccomp: "*"not used"* ]] || { echo "$1: $stderr"; return 1; }
	[ ! -d d ]
}

@test "a cache others could have written is not believed, and mended" {
	requires root jq
	profile '"defaultAction":"SCMP_ACT_ALLOW"'
	ocibox oci-seccomp -n -f p.json -c allow.bpf
	export ALLOW=$PWD/allow.bpf
	bundle
	local command
	for command in 'chown 1234 "$name"' 'chmod 640 "$name"' 'chmod 602 "$name"' 'truncate -s -8 "$name"' 'truncate -s 0 "$name"' \
		'cat "$ALLOW" >"$name"' 'mv "$name" x; ln -s x "$name"' 'rm "$name"; mkfifo -m 600 "$name"' 'rm "$name"; mkdir "$name"' \
		'printf "\0" | dd of="$name" bs=1 seek=120 conv=notrunc status=none' 'head -c 100000 /dev/zero >>"$name"'; do
		poisoned "$command"
		# compiled anew, it is right again
		run -1 --separate-stderr ocibox oci-seccomp -C "$PWD/cache" -b . /bin/mkdir d
		[[ $stderr != *"not used"* ]]
	done
	for command in 'chmod 750 .' 'chmod 702 .' 'chown 1234 .' 'cd ..; mv cache c2; ln -s c2 cache; chmod 700 c2'; do
		poisoned "$command"
		rm -rf cache c2
	done
}

@test "the root of a user namespace has a cache of its own, beside the one of the host's root" {
	requires jq root
	unshare -Ur true 2>/dev/null || cannot "needs user namespaces"
	bundle
	run -0 --separate-stderr unshare -m --propagation private sh -c 'mount -t tmpfs -o mode=755 run /run; mkdir -m 700 /run/own /run/ocibox-seccomp
		chown 4242 /run/ocibox-seccomp; XDG_RUNTIME_DIR=/run/own unshare -Ur "$@"; echo $?; exec ls -A /run/own/ocibox-seccomp' sh "$OCIBOX" oci-seccomp -b . /bin/mkdir d
	[[ $stderr == "/bin/mkdir: "*": Operation not permitted" && $stderr != *warning* ]]
	[[ $output == *-* ]]
}

@test "killed at any instant, it leaves nothing that is believed" {
	requires jq strace
	bundle
	local n
	for n in {1..12}; do
		rm -rf cache
		# a call of those that make the file, each in its turn
		run strace -o /dev/null -e trace=openat,write,fchmod,renameat,mkdir -e inject=openat,write,fchmod,renameat,mkdir:signal=KILL:when="$n" \
			"$OCIBOX" oci-seccomp -C "$PWD/cache" -b . /bin/true
		[ ! -d cache ] || run -0 find cache -maxdepth 0 -perm 700
		run -1 --separate-stderr ocibox oci-seccomp -C "$PWD/cache" -b . /bin/mkdir d
		[ "$stderr" = "/bin/mkdir: cannot create directory 'd': Operation not permitted" ] || [[ $stderr != *"not used"* ]]
	done
}

@test "without no_new_privs CAP_SYS_ADMIN is there for loading, and gone for the program" {
	requires root
	rule '"mkdir","mkdirat"' ERRNO
	run -0 under oci-caps -B cap_chown,cap_setpcap oci-program /bin/grep -E 'Cap(Prm|Eff|Bnd|Amb)|Seccomp:' /proc/self/status
	[ "$(tr -d '\t\n' <<<"$output")" = "CapPrm:0000000000000101CapEff:0000000000000101CapBnd:0000000000000101CapAmb:0000000000000000Seccomp:2" ]
	# nor ambient, though inheritable
	run -0 under oci-user 1234:1234 oci-caps -B cap_sys_admin,cap_chown -P cap_chown -E cap_chown -I cap_sys_admin,cap_chown \
		-A cap_chown,cap_sys_admin oci-program /bin/grep -E 'Cap(Prm|Eff|Amb)' /proc/self/status
	[ "$(tr -d '\t\n' <<<"$output")" = "CapPrm:0000000000000001CapEff:0000000000000001CapAmb:0000000000000001" ]
	# nothing gives it: refused by the kernel
	run -114 --separate-stderr ocibox oci-user 1234:1234 oci-caps oci-seccomp -n -f p.json /bin/true
	[ "$stderr" = "oci-seccomp: load the filter: needs no_new_privs or CAP_SYS_ADMIN" ]
	run -0 ocibox oci-user 1234:1234 oci-caps oci-seccomp -n -f p.json oci-nnp /bin/true
}

@test "a profile that allows execve alone is enough to start, whatever the steps behind need" {
	requires root
	profile '"defaultAction":"SCMP_ACT_KILL_PROCESS","syscalls":[{"names":["execve"],"action":"SCMP_ACT_ALLOW"}]'
	# the kill is the program's own: the same as in a shell of its own
	run -159 under oci-user 1234:1234 oci-caps oci-nnp oci-program -c / /bin/true
	rule '"execve"' ERRNO
	run -126 --separate-stderr under oci-program /bin/true
	[[ $stderr == "oci-program: "*"/bin/true: operation not permitted" ]]
}

@test "several filters hold together" {
	rule '"mkdir","mkdirat"' ERRNO
	mv p.json q.json
	rule '"unlink","unlinkat"' ERRNO
	touch f
	run -1 ocibox oci-seccomp -n -f p.json oci-seccomp -n -f q.json /bin/mkdir d
	run -1 ocibox oci-seccomp -n -f p.json oci-seccomp -n -f q.json /bin/rm -f f
}

@test "dump reads like a program" {
	requires jq
	[ "$(uname -m)" = x86_64 ] || skip "numbers of another processor"
	rule '"mkdir"' ERRNO ',"args":[{"index":1,"op":"SCMP_CMP_EQ","value":7}]'
	run -0 under -d
	[ "$output" = "   0  A = arch
   1  if A == 0xc000003e (x86_64) goto 2 else 3
   2  goto 4
   3  return KILL_THREAD
   4  A = syscall
   5  if A >= 84 (rmdir) goto 7 else 6
   6  if A >= 83 (mkdir) goto 10 else 14
   7  if A >= 0x40000000 (read) goto 8 else 14
   8  if A >= 0xffffffff goto 14 else 9
   9  return KILL_THREAD
  10  A = args[1].high
  11  if A == 0 goto 12 else 14
  12  A = args[1].low
  13  if A == 7 goto 15 else 14
  14  return ALLOW
  15  return ERRNO 1 (Operation not permitted)" ] || { echo "$output"; return 1; }
}

@test "thousands of rules" {
	requires jq
	# more than the kernel takes
	jq -nc '{defaultAction:"SCMP_ACT_ALLOW",syscalls:[{names:["mkdirat"],action:"SCMP_ACT_ERRNO",args:[range(1500)|{index:1,op:"SCMP_CMP_EQ",value:(.*4294967297)}]}]}' >p.json
	run -111 --separate-stderr under /bin/true
	[[ $stderr == "oci-seccomp: p.json:1:1: : compiles to "*" instructions, and the kernel takes 4096" ]] ||
		[[ $stderr == "oci-seccomp: p.json:1:1: compiles to "*" instructions, and the kernel takes 4096" ]] || { echo "$stderr"; return 1; }
	# names again and again
	jq -nc '{defaultAction:"SCMP_ACT_ALLOW",syscalls:[range(2000)|{names:["mkdir","mkdirat","no_such\(.)"],action:"SCMP_ACT_ERRNO"}]}' >p.json
	run -1 under /bin/mkdir d
}

@test "a profile as docker takes it is refused, not half read" {
	profile '"defaultAction":"SCMP_ACT_ERRNO","archMap":[],"syscalls":[]'
	run -111 --separate-stderr under /bin/true
	[ "$stderr" = "oci-seccomp: p.json: a profile as docker and podman take it, not linux.seccomp of a configuration" ]
}

@test "-b without linux.seccomp is no filter" {
	echo '{"ociVersion":"1.0.0","root":{"path":"rootfs"}}' >config.json
	run -0 ocibox oci-seccomp -b . /bin/grep Seccomp: /proc/self/status
	[ "$(tr -d '\t' <<<"$output")" = Seccomp:0 ]
}

@test "bad usage changes nothing" {
	local words
	for words in '' -z '-b . -f x' '-p -b . -f x'; do
		# shellcheck disable=SC2086 # a list of words
		run -110 --separate-stderr ocibox oci-seccomp $words /bin/echo ran
		[ "$stderr" = "oci-seccomp: usage: oci-seccomp [-dnp] [-b bundle | -f profile | -D action] [-a architecture,...] [-F flag,...] [-R rule] [-L listener] [-M metadata] [-l compiled] [-c output] [-C directory] [-i id] [command ...]" ]
		[ -z "$output" ]
	done
	rule '"mkdir"' ERRNO
	mkdir dir
	run -115 --separate-stderr under -c dir
	[[ $stderr == "oci-seccomp: write dir: "* ]]
}

@test "a profile from options is the one of the same words in a file" {
	cat >profile.json <<-'EOF'
		{"defaultAction":"SCMP_ACT_ERRNO","defaultErrnoRet":38,"architectures":["SCMP_ARCH_X86_64","SCMP_ARCH_X86"],"flags":["SECCOMP_FILTER_FLAG_LOG"],
		"syscalls":[{"names":["read","write"],"action":"SCMP_ACT_ALLOW"},{"names":["clone3"],"action":"SCMP_ACT_ERRNO","errnoRet":5},
		{"names":["personality"],"action":"SCMP_ACT_ALLOW","args":[{"index":0,"value":18446744073709551615,"op":"SCMP_CMP_EQ"},{"index":1,"value":4,"valueTwo":8,"op":"SCMP_CMP_MASKED_EQ"}]}]}
	EOF
	ocibox oci-seccomp -n -d -f profile.json >one
	set -- -D SCMP_ACT_ERRNO:38 -a SCMP_ARCH_X86_64,SCMP_ARCH_X86 -F SECCOMP_FILTER_FLAG_LOG -R 'SCMP_ACT_ALLOW read,write' -R 'SCMP_ACT_ERRNO:5 clone3' \
		-R 'SCMP_ACT_ALLOW personality 0:SCMP_CMP_EQ:18446744073709551615 1:SCMP_CMP_MASKED_EQ:4:8'
	ocibox oci-seccomp -n -d "$@" >two
	cmp one two
	[ -s one ]
	for words in "-D SCMP_ACT_KILL -f profile.json" "-R x" "-a SCMP_ARCH_X86" "-D SCMP_ACT_ERRNO:x" "-D SCMP_ACT_ALLOW -R a:-1"; do
		# shellcheck disable=SC2086
		run -110 ocibox oci-seccomp -d $words
	done
	run -111 --separate-stderr ocibox oci-seccomp -d -D SCMP_ACT_ALLOW -R 'SCMP_ACT_NO read'
	[[ $stderr = "oci-seccomp: options:1:"*": syscalls[0].action: unknown \"SCMP_ACT_NO\"" ]]
	run -110 --separate-stderr ocibox oci-seccomp -d -D SCMP_ACT_ALLOW -R 'SCMP_ACT_KILL read 0'
	[ "$stderr" = "oci-seccomp: SCMP_ACT_KILL read 0: not INDEX:OPERATOR:VALUE[:VALUE]" ]
}

@test "leaves no descriptor" {
	rule '"mkdir"' ERRNO
	[ "$(descriptors oci-seccomp -n -f p.json)" = "0 1 2 " ]
	[ "$(descriptors oci-seccomp -C "$PWD/cache" -f p.json)" = "0 1 2 " ]
}

@test "a container: the filter is the program's alone, with and without no_new_privs" {
	runtime_setup
	local nnp
	for nnp in true false; do
		config '.process.noNewPrivileges = $n | .linux.seccomp = {defaultAction:"SCMP_ACT_ALLOW",syscalls:[
			{names:["mkdir","mkdirat","sethostname","mount","pivot_root","setuid","setresuid","capset","close_range","chdir","prctl"],action:"SCMP_ACT_ERRNO",errnoRet:28}]}' --argjson n "$nnp"
		program sh -c 'grep -E "Seccomp:|CapEff|CapPrm" /proc/self/status; mkdir /tmp/d'
		run -1 --separate-stderr ocibox run "$ID"
		[[ $output == *"Seccomp:	2"* ]]
		[[ $stderr == *"No space left on device"* ]]
		# what runc spec's three capabilities are
		[ "$(grep -c 0000000020000420 <<<"$output")" = 2 ]
	done
}

@test "a container: the listener learns of it" {
	requires "$LISTENER" mkfifo
	runtime_setup
	mkfifo up
	"$LISTENER" "$PWD/s" doc 28 >up 3>&- &
	local pid=$! init
	exec 5<up
	read -r line <&5
	config '.annotations = {a:"b"} | .linux.seccomp = {defaultAction:"SCMP_ACT_ALLOW",listenerPath:$p,syscalls:[
		{names:["mkdir","mkdirat"],action:"SCMP_ACT_NOTIFY"}]}' --arg p "$PWD/s"
	mkfifo rootfs/end
	program sh -c 'mkdir /tmp/d; echo $? >/end; ps | grep -c "[Z]"'
	ocibox create "$ID" 3>&- 5<&-
	init=$(ocibox state "$ID" | jq .pid)
	ocibox start "$ID" 5<&-
	[ "$(cat rootfs/end)" = 1 ]
	wait $pid
	exec 5<&-
	[ "$(jq -c '[.state.id, .state.status, .state.annotations.a, .pid, .state.pid, .state.bundle]' doc)" = "[\"$ID\",\"creating\",\"b\",$init,$init,\"$BUNDLE\"]" ]
	until_true has_status "$ID" stopped
}

@test "the defaults of podman, docker and containerd refuse what they refuse under runc" {
	requires runc cgroup1 "$SYSCALLS"
	runtime_setup
	[ -d "$REPO/tests/profiles" ]
	cp "$SYSCALLS" rootfs/bin/
	program sh -c 'syscalls </dev/null 2>&1'
	config '.root.readonly = false | .process.capabilities = {}'
	local name
	for name in "$REPO"/tests/profiles/*.json; do
		config '.linux.seccomp = $p[0]' --slurpfile p "$name"
		runc --root "$BATS_TEST_TMPDIR/runc" run "$ID" >theirs 2>&1 </dev/null 3>&-
		ocibox run "$ID" >ours 2>&1 </dev/null 3>&-
		[ "$(wc -l <ours)" -gt 1000 ]
		diff -u theirs ours
	done
}
