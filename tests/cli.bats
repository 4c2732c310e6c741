#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# shellcheck disable=SC2016,SC2154 # the dollars are the shell's inside; run sets stderr
# The command lines that clients give a runtime, and what they read of its errors; ocibox(7), CLIENTS.
load helpers
load runtime

setup() {
	runtime_setup
	config '.process.args = ["sleep", "1000"] | .linux.cgroupsPath = $p' --arg p "/$ID-cg"
	echo '{"memory":{"limit":200000000}}' >limits.json
	echo '{"args":["sleep","1000"],"cwd":"/","env":["PATH=/bin"]}' >process.json
}

teardown() {
	[ -z "${theirs:-}" ] || runc --root "$theirs" delete --force "$ID" 2>/dev/null || true
	runtime_teardown
}

# of_shim: containerd's and dockerd's part of it
of_shim() {
	cat <<-'END'
		shim - created --root ROOT --log LOG --log-format json create --bundle BUNDLE --pid-file PID ID
		shim - running --root ROOT --log LOG --log-format json start ID
		shim state running --root ROOT --log LOG --log-format json state ID
		shim - running --root ROOT --log LOG --log-format json exec --process process.json --detach --pid-file PID2 ID
		shim pids running --root ROOT --log LOG --log-format json ps --format json ID
		shim stats running --root ROOT --log LOG --log-format json events --stats ID
		shim - paused --root ROOT --log LOG --log-format json pause ID
		shim - running --root ROOT --log LOG --log-format json resume ID
		shim - running --root ROOT --log LOG --log-format json update --resources=- ID
		shim - stopped --root ROOT --log LOG --log-format json kill --all ID 9
		shim - none --root ROOT --log LOG --log-format json delete ID
		shim - none --root ROOT --log LOG --log-format json delete --force ID
	END
}

# What a client does, in its order: the client, what is printed, the state the container is in then, the words.
# Printed: - nothing, json and text as in printed(). From recordings of podman 4.3 and 5.8 through conmon, containerd
# 1.6 and 2.1, dockerd 20.10 and 28.5 and buildah 1.28 and 1.43 in front of runc; of CRI-O, and what containerd's client
# library can write besides, from their sources.
recorded() {
	cat <<-'END'
		podman - created --log-format=json --log LOG create --bundle BUNDLE --pid-file PID ID
		podman - running start ID
		podman - running --log-format=json --log LOG exec --pid-file PID2 --process process.json --detach ID
		podman - running --log-format=json --log LOG exec --preserve-fds 0 --pid-file PID2 --process process.json --detach ID
		podman - paused pause ID
		podman - running resume ID
		podman - running update --resources=limits.json ID
		podman - running kill ID 15
		podman - stopped kill ID 9
		podman - none delete --force ID
		podman - none delete --force ID
		podman version none --version
	END
	of_shim
	cat <<-'END'
		buildah - created create --bundle BUNDLE --pid-file PID ID
		buildah - running start ID
		buildah state running state ID
		buildah - stopped kill ID SIGKILL
		buildah - none delete ID
		crio - created --root=ROOT create --bundle BUNDLE --pid-file PID --no-pivot --no-new-keyring ID
		crio - running --root=ROOT start ID
		crio - running --root=ROOT update --resources - ID
		crio - stopped --root=ROOT kill ID KILL
		crio - none --root=ROOT delete --force ID
		go-runc - running --root ROOT --debug --log LOG --log-format json --rootless=false run --bundle BUNDLE --pid-file PID --no-pivot --no-new-keyring --detach ID
		go-runc list running --root ROOT list --format=json
		go-runc pids running --root ROOT --debug --log LOG --log-format json ps --format json ID
		go-runc table running --root ROOT ps --format table ID -ef
		go-runc stopped stopped --root ROOT kill ID 9
		go-runc - none --root ROOT delete ID
		user - running run -d -b=BUNDLE -pid-file=PID ID
		user ids running list -q
		user - stopped kill ID sigkill
		user - none delete -f=true ID
		user - created create ID --bundle BUNDLE -pid-file PID -no-pivot=false
		user stats created events ID --stats
		user - none delete ID --force
	END
}

# printed KIND: whether the file out is what the client reads
printed() {
	case $1 in
	- | stopped) [ ! -s out ] ;;
	version) [[ "$(head -n 1 out)" =~ ^(runc|ocibox)\ version\ [0-9.]+ ]] && grep -q '^spec: 1' out ;;
	state) [ "$(jq -r '.id + " " + .status + " " + .bundle' out)" = "$ID running $BUNDLE" ] ;;
	pids) jq -e 'type == "array" and all(type == "number")' out >/dev/null && [ "$(jq length out)" -ge 1 ] ;;
	stats) [ "$(jq -r '.type + " " + .id' out)" = "stats $ID" ] ;;
	list) [ "$(jq -r '.[].id' out)" = "$ID" ] ;;
	ids) [ "$(cat out)" = "$ID" ] ;;
	table) [[ "$(head -n 1 out)" == *PID* ]] && [ "$(grep -c . out)" -ge 2 ] ;;
	esac
}

# state_in RUNTIME ROOT: the container's; none
state_in() {
	"$1" --root "$2" state "$ID" 2>/dev/null | jq -r .status | grep . || echo none
}

# recite RUNTIME ROOT: does all that is recorded
recite() {
	local runtime=$1 root=$2 client kind state words input
	while read -r client kind state words; do
		rm -f pid
		words=${words/BUNDLE/$BUNDLE}
		words=${words/ROOT/$root}
		words=" ${words/LOG/$BUNDLE/log} "
		words=${words/ ID / $ID }
		words=${words/ PID / $BUNDLE/pid }
		words=${words/=PID /=$BUNDLE/pid }
		words=${words/ PID2 / $BUNDLE/pid2 }
		input=/dev/null
		[[ $words != *"resources=- "* && $words != *"resources - "* ]] || input=limits.json
		[[ $words == *" --root"* ]] || words="--root $root $words"
		echo "$client: $runtime$words"
		# shellcheck disable=SC2086
		"$runtime" $words <$input >out 2>err 3>&- || { cat err; return 1; }
		printed "$kind" || { cat out; return 1; }
		# a client may have given the container our standard error
		[ ! -s err ] || { cat err; return 1; }
		until_true state_is "$runtime" "$root" "$state"
		[ ! -e pid ] || [ "$(cat pid; echo .)" = "$("$runtime" --root "$root" state "$ID" | jq .pid)." ]
	done < <(recorded)
}

state_is() {
	[ "$(state_in "$1" "$2")" = "$3" ]
}

@test "what podman, containerd, dockerd, buildah and CRI-O say to a runtime" {
	[ "$(grep -c -e ' - cgroup .*freezer' -e ' - cgroup2 ' /proc/self/mountinfo)" -gt 0 ] || cannot "needs a freezer"
	recite "$OCIBOX" "$OCIBOX_ROOT"
}

@test "the same to runc" {
	requires runc cgroup1
	theirs=$BATS_TEST_TMPDIR/runc
	mkdir "$theirs"
	# what 1.1 lacks or says besides: the second delete --force, debug lines, -f=true
	recorded() {
		of_shim
		cat <<-'END'
			user - running run -d -b=BUNDLE -pid-file=PID ID
			user ids running list -q
			user - stopped kill ID sigkill
			user - none delete -f=true ID
		END
	}
	recite runc "$theirs"
}

# The flags of runc 1.3, of each verb that is a script; with "=" those that take a value.
flags() {
	cat <<-'END'
		create bundle= b= console-socket= pidfd-socket= pid-file= no-pivot no-new-keyring preserve-fds=
		run bundle= b= console-socket= pidfd-socket= detach d keep pid-file= no-subreaper no-pivot no-new-keyring preserve-fds=
		exec console-socket= pidfd-socket= cwd= env= e= tty t user= u= additional-gids= g= process= p= detach d pid-file= process-label= apparmor= no-new-privs cap= c= preserve-fds= cgroup= ignore-paused
		kill all a
		delete force f
		update resources= r= blkio-weight= cpu-period= cpu-quota= cpu-burst= cpu-share= cpu-rt-period= cpu-rt-runtime= cpuset-cpus= cpuset-mems= kernel-memory= kernel-memory-tcp= memory= cpu-idle= memory-reservation= memory-swap= pids-limit= l3-cache-schema= mem-bw-schema=
		checkpoint image-path= work-path= parent-path= leave-running tcp-established tcp-skip-in-flight link-remap ext-unix-sk shell-job lazy-pages status-fd= page-server= file-locks pre-dump manage-cgroups-mode= empty-ns= auto-dedup
		restore console-socket= image-path= work-path= tcp-established ext-unix-sk shell-job file-locks manage-cgroups-mode= bundle= b= detach d pid-file= no-subreaper no-pivot empty-ns= auto-dedup lazy-pages lsm-profile= lsm-mount-context=
	END
}

# reads WORD...: what the script gets of these words of a verb
reads() {
	local got
	got=$("$OCIBOX" "$@" 2>&1)
	[ "$got" = "$want" ] || { echo "ocibox $*: '$got', not '$want'"; return 1; }
}

@test "each flag of runc 1.3, as getopt's and Go's clients write it, before and behind the id" {
	mkdir libexec
	export OCIBOX_LIBEXEC=$PWD/libexec
	while read -r verb line; do
		# a script that prints its words
		printf 'printf "%%s " "$@"\n' >"libexec/oci-$verb"
		# with criu alone
		case $verb in checkpoint | restore) ocibox --script "$verb" >/dev/null 2>&1 || continue ;; esac
		# the words are the same on every kernel, and an emulated processor is slow
		[ -z "${OCIBOX_IN_VM:-}" ] || line=${line%% *}
		for flag in $line; do
			name=${flag%=} dashes=--
			[ "${#name}" -gt 1 ] || dashes=-
			if [ "$name" = "$flag" ]; then
				want=$("$OCIBOX" "$verb" $dashes"$name" ID)
				[[ $want == -?" "*ID* ]] || { echo "$verb $flag: $want"; return 1; }
				for form in "-$name" "--$name" "--$name=true" "-$name=1"; do
					reads "$verb" "$form" ID
				done
				want=$("$OCIBOX" "$verb" ID)
				reads "$verb" "--$name=false" ID
			else
				want=$("$OCIBOX" "$verb" $dashes"$name" VALUE ID)
				[[ $want == -?" VALUE "*ID* ]] || { echo "$verb $flag: $want"; return 1; }
				for form in "-$name VALUE" "--$name VALUE" "--$name=VALUE" "-$name=VALUE"; do
					# shellcheck disable=SC2086
					reads "$verb" $form ID
					# what stands behind exec's id is the program's
					# shellcheck disable=SC2086
					[ "$verb" = exec ] || reads "$verb" ID $form
				done
			fi
		done
	done < <(flags)
}

@test "what is no flag is an error, and nothing is done" {
	for words in "create --nosuch" "create --bundle" "create -nosuch" "run --detach=maybe" "kill" "state" "start" "start a b" "--nosuch list" "list --format yaml" "spec --nosuch" "ps" "nosuch" "exec"; do
		# shellcheck disable=SC2086
		run -110 --separate-stderr ocibox $words
		[ -z "$output" ]
		[ "${#stderr_lines[@]}" = 1 ]
	done
	[ -z "$(left)" ]
}

@test "the version, as dockerd, podman and containerd's library take it apart" {
	for words in --version -v -version "--root /x --version"; do
		# shellcheck disable=SC2086
		run -0 --separate-stderr ocibox $words
		[[ ${lines[0]} =~ ^ocibox\ version\ [0-9]+\.[0-9]+\.[0-9]+$ ]]
		[[ ${lines[1]} =~ ^commit:\ [^\ ]+$ ]]
		[[ ${lines[2]} =~ ^spec:\ 1\.[0-9.]+$ ]]
	done
	# dockerd: the one line with this word is the version's
	[ "$(grep -c version <<<"$output")" = 1 ]
}

# says STATUS ERROR WORD...: the command fails with this line: on stderr behind the step's name, in the log alone, as
# JSON, the kernel's reason in small letters there; {ID} is the container's
says() {
	local want=$1 error=${2//\{ID\}/$ID} logged
	shift 2
	rm -f log
	run -"$want" --separate-stderr "$OCIBOX" --log log --log-format json "$@" </dev/null 3>&-
	echo "$stderr"
	[ -z "$output" ]
	[ "${#stderr_lines[@]}" = 1 ]
	[ "${stderr#oci*: }" = "$error" ]
	[ "$(grep -c . log)" = 1 ]
	logged=$(jq -r .msg log)
	[ "${logged,,}" = "${error,,}" ]
	jq -e '.level == "error" and (.time | fromdate > 0) and .status == $s' --argjson s "$want" log >/dev/null
}

@test "errors: a container that is not there, or not in the state for it" {
	for verb in state start kill delete pause resume ps events "update --memory 100m" "exec --detach"; do
		# containerd and dockerd take this one for done
		# shellcheck disable=SC2086
		says 112 "{ID}: container does not exist" $verb "$ID" ${verb:+$([[ $verb != exec* ]] || echo true)}
	done
	ocibox create "$ID" </dev/null >/dev/null 2>&1 3>&-
	says 116 "{ID}: container with that id already exists" create "$ID"
	ocibox start "$ID"
	says 113 "{ID}: cannot start an already running container" start "$ID"
	says 113 "cannot delete container {ID} that is not stopped: running" delete "$ID"
	says 113 "{ID}: container not paused" resume "$ID"
	says 110 "99: no such signal" kill "$ID" 99
	run -110 ocibox --log log.txt kill "$ID" 99
	grep -Eqx 'time="[0-9T:-]+Z" level=error msg="99: no such signal"' log.txt
	ocibox pause "$ID"
	says 113 "{ID}: cannot exec in a paused container (use --ignore-paused to override)" exec "$ID" true
	says 113 "{ID}: container not running" pause "$ID"
	ocibox resume "$ID"
	ocibox kill "$ID" KILL
	ended "$ID"
	# containerd, dockerd and CRI-O take these words for done
	says 113 "{ID}: container not running" kill "$ID" 15
	run -0 ocibox kill --all "$ID" 9
	says 113 "{ID}: container not running" pause "$ID"
	says 113 "{ID}: cannot exec in a stopped container" exec "$ID" true
	says 113 "{ID}: cannot start a container that has stopped" start "$ID"
	says 113 "container with id {ID} is not running" events --stats "$ID"
}

# What podman and dockerd make of an error's text: 126, 127 or neither. podman looks in any letters; the docker command
# in these, of what the shim found in the log.
client_status() {
	local text=$1
	if grep -Eqi 'permission denied|operation not permitted' <<<"$text"; then
		echo -n "podman 126 "
	elif grep -Eqi 'executable file not found in|no such file or directory' <<<"$text"; then
		echo -n "podman 127 "
	else
		echo -n "podman 125 "
	fi
	if grep -Eq 'executable file not found|no such file or directory' <<<"$text"; then
		echo "docker 127"
	elif grep -Eq 'permission denied|is a directory' <<<"$text"; then
		echo "docker 126"
	else
		echo "docker 125"
	fi
}

# becomes PODMAN DOCKER: of the last error
becomes() {
	[ "$(client_status "$(jq -r .msg log)")" = "podman $1 docker $2" ] || { client_status "$(jq -r .msg log)"; return 1; }
}

@test "errors: a program that cannot be run, at create, run and exec; 126 and 127 through podman and docker" {
	config 'del(.linux.cgroupsPath)'
	printf '\177ELF, but not more' >rootfs/bin/junk
	chmod 755 rootfs/bin/junk
	ocibox run -d "$ID" </dev/null >/dev/null 2>&1 3>&-
	while IFS='|' read -r status podman docker path error; do
		config '.process.args = [$p]' --arg p "$path"
		# without /bin/junk, which is found out when it is executed
		if [ "$path" != /bin/junk ]; then
			for verb in create run; do
				says "$status" "$error" $verb "$ID-other"
				becomes "$podman" "$docker"
			done
		fi
		says "$status" "$error" exec "$ID" "$path"
		becomes "$podman" "$docker"
		# once it is begun, its errors are its own
		[ "$path" = /bin/junk ] || says "$status" "$error" exec --detach "$ID" "$path"
	done <<-'END'
		127|127|127|nosuchcommand|exec: "nosuchcommand": executable file not found in $PATH
		127|127|127|/no/such/command|exec: "/no/such/command": stat /no/such/command: no such file or directory
		126|126|126|/etc/passwd|exec: "/etc/passwd": permission denied
		126|126|126|/etc|exec: "/etc": is a directory: permission denied
		126|125|125|/bin/junk|exec /bin/junk: exec format error
	END
}

@test "errors: what the kernel has to say of a configuration" {
	cp config.json good.json
	while IFS='|' read -r status podman docker filter error; do
		jq "$filter" good.json >config.json
		says "$status" "${error//BUNDLE/$BUNDLE}" create "$ID"
		becomes "$podman" "$docker"
	done <<-'END'
		115|127|127|.root.path = "none"|open BUNDLE/none: No such file or directory
		115|127|127|.mounts += [{destination: "/x", type: "bind", source: "/none", options: ["bind"]}]|open /none: No such file or directory
		115|125|125|.mounts += [{destination: "/etc/passwd/x", type: "bind", source: "/etc", options: ["bind"]}]|make the mount point /etc/passwd/x: Not a directory
		111|125|125|del(.root)|config.json:1:1: root is missing
		118|125|125|.hooks.prestart = [{path: "/bin/false"}]|hooks.prestart[0]: error running prestart hook #0: /bin/false: exit status 1
	END
	cp good.json config.json
	says 115 "open bundle /none: No such file or directory" create --bundle /none "$ID"
	says 115 "write the pid file /none/pid: No such file or directory" create --pid-file /none/pid "$ID"
	[ -z "$(left)" ]
}

@test "--pidfd-socket gets the container's process, and exec's" {
	requires "$HEAR"
	"$HEAR" sock >heard 3>&- &
	hearer=$!
	until_true [ -S sock ]
	ocibox create --pidfd-socket "$PWD/sock" "$ID" </dev/null >/dev/null 2>&1 3>&-
	until_true grep -qx "standard pid $(ocibox state "$ID" | jq .pid)" heard
	ocibox start "$ID"
	ocibox exec -d --pidfd-socket sock --pid-file pid "$ID" sleep 1000 </dev/null >/dev/null 2>&1 3>&-
	until_true grep -qx "standard pid $(cat pid)" heard
	ocibox delete -f "$ID"
	ocibox run -d --pidfd-socket="$PWD/sock" --pid-file pid "$ID" </dev/null >/dev/null 2>&1 3>&-
	until_true grep -qx "standard pid $(cat pid)" heard
	kill "$hearer"
}
