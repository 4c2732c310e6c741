#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# bats sets stderr; a script's own variables
# shellcheck disable=SC2154,SC2016
# The words, the environment and the descriptors that criu is called with: by one that only tells them. With a
# real one: oci-checkpoint.bats and oci-restore.bats.
load helpers
load runtime

setup() {
	runtime_setup
	config '.process.terminal = false'
	program sleep 1000
	IMAGE=$BATS_TEST_TMPDIR/image
	OCIBOX_CRIU=$BATS_TEST_TMPDIR/criu
	export OCIBOX_CRIU
	cat >"$OCIBOX_CRIU" <<-END
		#!/bin/sh
		exec 3>&- 4>&-
		printf '%s\n' "\$@" >$BUNDLE/words
		env >$BUNDLE/env
		ls -l /proc/\$\$/fd >$BUNDLE/fds
		. $BUNDLE/rest.sh
	END
	chmod +x "$OCIBOX_CRIU"
	: >rest.sh
}

# one OPERATION WORDS: both sides
one() {
	ocibox oci-hold "$ID" oci-ns -s '{' oci-criu -A -o "$@" "$ID" '}' oci-criu -o "$@" "$ID"
}

# has WORDS: the words stand one behind the other
has() {
	grep -qF -- "$(printf '<%s>' "$@")" <<<"$(sed 's/.*/<&>/' words | tr -d '\n')" || { echo "no $*"; cat words; return 1; }
}

@test "a dump: what is the host's, by the container's own names" {
	mkdir -p data rootfs/real
	ln -s real rootfs/link
	config '.mounts += [{destination: "/mnt/../data", source: "data", options: ["rbind"]}, {destination: "/link/x", type: "bind", source: "data"}]
		| .linux.devices = [{path: "/dev/own", type: "c", major: 1, minor: 3}]
		| (.linux.namespaces[] | select(.type == "network")).path = "/proc/self/ns/net"'
	ocibox run -d "$ID" </dev/null >/dev/null 2>&1
	# lines of it would look like variables
	unset OCIBOX_MAY_SKIP
	one dump -i "$IMAGE"
	pid=$(ocibox state "$ID" | jq .pid)
	[ "$(head -n 1 words)" = dump ]
	has -t "$pid"
	has --root "$BUNDLE/rootfs"
	has -v4 -o dump.log --manage-cgroups=soft --empty-ns net
	has --external 'mnt[/data]:/data' --external 'mnt[/real/x]:/link/x'
	has --external 'mnt[/dev/null]:/dev/null'
	has --external 'mnt[/dev/own]:/dev/own'
	has --external "net[$(stat -Lc %i "/proc/$pid/ns/net")]:extRootNetNS"
	grep -A 1 -Fx -- --freeze-cgroup words | grep -q "/$ID$"
	[ "$(jq -c . "$IMAGE/descriptors.json")" = '["/dev/null","/dev/null","/dev/null"]' ]
	[ -e "$OCIBOX_ROOT/$ID/checkpoint" ]
	# clean: ours alone
	[ -z "$(sed -E '/^(PATH|PWD|SHLVL|_|OCIBOX[A-Z_]*|[AU]B?SAN_OPTIONS|TERM|XDG_RUNTIME_DIR)=/d' env)" ] || { cat env; false; }
	grep -qx 'PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin' env
	# of ours the image alone
	grep -q -- "-> $IMAGE$" fds
	run ! grep -E "socket:|$OCIBOX_ROOT" fds
}

@test "criu is looked for in the caller's PATH, when no directory in it is relative" {
	local path
	mkdir own
	mv "$OCIBOX_CRIU" own/ours
	ocibox run -d "$ID" </dev/null >/dev/null 2>&1
	OCIBOX_CRIU=ours PATH=$PWD/own:$PATH ocibox checkpoint --leave-running --image-path "$IMAGE" "$ID"
	grep -qx dump words
	cd own
	for path in ":$PWD:$PATH" "$PWD:$PATH:" "$PWD::$PATH" "$PWD:.:$PATH" ".:$PWD:$PATH" "$PWD:own:$PATH" "own/../own:$PWD:$PATH"; do
		OCIBOX_CRIU=ours PATH=$path run -127 --separate-stderr ocibox checkpoint --image-path "$IMAGE" "$ID"
		[ "$stderr" = 'oci-criu: exec: "ours": executable file not found in $PATH' ]
	done
}

@test "each option has its word" {
	ocibox run -d "$ID" </dev/null >/dev/null 2>&1
	one dump -i "$IMAGE" -w "$IMAGE.work" -RtkLxjzla -N skip -m full -e network -S '[::1]:27' -f 2
	has --leave-running --tcp-established --skip-in-flight --link-remap --ext-unix-sk --shell-job --lazy-pages --file-locks --auto-dedup --network-lock skip
	has --manage-cgroups=full
	has --page-server --address ::1 --port 27
	has --status-fd 2
	grep -q -- "-> $IMAGE.work$" fds
	[ ! -e "$OCIBOX_ROOT/$ID/checkpoint" ]
	mkdir "$IMAGE/below"
	one dump -i "$IMAGE" -P -p below
	[ "$(sed -n '1p' words)" = pre-dump ]
	has --prev-images-dir below --track-mem
	run ! grep -q 'mnt\[' words
	run -115 --separate-stderr one dump -i "$IMAGE" -P -p none
	[ "$stderr" = "oci-criu: open the parent path none: No such file or directory" ]
	config '.annotations["org.criu.config"] = "/some/file"'
	cp config.json "$OCIBOX_ROOT/$ID/config.json"
	one dump -i "$IMAGE" -R
	has --config /some/file
	config '.annotations["org.criu.config"] = ""'
	cp config.json "$OCIBOX_ROOT/$ID/config.json"
	one dump -i "$IMAGE" -R
	run ! grep -qx -- --config words
}

@test "a restore: sources, cgroups, pipes and namespaces, and the first process goes on as the chain's" {
	mkdir -p "$IMAGE" data
	echo '["pipe:[1]", "/dev/null", "pipe:[22]", "pipe:[3]"]' >"$IMAGE/descriptors.json"
	config '.mounts += [{destination: "/data", source: "data", options: ["bind"]}]
		| (.linux.namespaces[] | select(.type == "network")).path = "/proc/self/ns/net"
		| (.linux.namespaces[] | select(.type == "uts")).path = "/proc/self/ns/uts"'
	# a child of the outside, as criu makes it
	cat >rest.sh <<-'END'
		file=$(grep -A 1 -Fx -- --pidfile words | tail -n 1)
		echo "$RESTORED" >"$file"
	END
	export OCIBOX_X=1
	sed -i 's/\$RESTORED/'$$'/' rest.sh
	ocibox oci-claim -b . "$ID" oci-ns -m '{' oci-criu -A -o restore -b . -i "$IMAGE" "$ID" \
		oci-pidfile pid oci-gate -u '}' oci-rootfs -b . oci-criu -o restore -b . -i "$IMAGE" -T -M "apparmor:some" -C "a:b" -d -n -s -F x "$ID"
	[ "$(cat pid)" = $$ ]
	[ "$(head -n 1 words)" = --tcp-close ]
	has --lsm-profile apparmor:some --lsm-mount-context a:b restore
	has --root "$BUNDLE/rootfs" -d --restore-sibling --evasive-devices
	has -o restore.log
	has --external "mnt[/data]:$BUNDLE/data"
	has --inherit-fd 'fd[0]:pipe:[1]' --inherit-fd 'fd[2]:pipe:[22]'
	run ! grep -qF 'fd[3]:pipe' words
	grep -Eq '^fd\[[0-9]+\]:extRootNetNS$' words
	has --join-ns uts:/proc/self/ns/uts
	grep -A 1 -Fx -- --cgroup-root words | grep -q ':/'
	run ! grep -qx -- --action-script words
	[ ! -e "$OCIBOX_ROOT/$ID/criu.pid" ]
}

@test "criu's failure is told with the first of its errors, or one of a hook's" {
	ocibox run -d "$ID" </dev/null >/dev/null 2>&1
	mkdir "$IMAGE"
	echo 'exit 3' >rest.sh
	while IFS='|' read -r line said; do
		echo "$line" >"$IMAGE/dump.log"
		echo '(0.2) Error (criu/y.c:2): later' >>"$IMAGE/dump.log"
		run -115 --separate-stderr one dump -i "$IMAGE"
		[ "$stderr" = "oci-criu: criu failed with status 3: $said: log file: $IMAGE/dump.log" ] || { echo "$stderr"; false; }
	done <<-END
		(0.1) Error (criu/x.c:1): first|Error (criu/x.c:1): first
		Error (criu/util.c:1533): rlimit: no|Error (criu/y.c:2): later
		oci-hooks: hooks.prestart[0]: no|oci-hooks: hooks.prestart[0]: no
	END
	rm "$IMAGE/dump.log"
	echo 'kill -9 $$' >rest.sh
	run -115 --separate-stderr one dump -i "$IMAGE"
	[ "$stderr" = "oci-criu: criu failed with status 137: no reason given: log file: $IMAGE/dump.log" ]
	[ ! -e "$OCIBOX_ROOT/$ID/checkpoint" ]
}

apart() {
	[ "$(readlink "/proc/$other/ns/net")" != "$(readlink /proc/self/ns/net)" ]
}

@test "as criu's action script" {
	ocibox oci-claim -b . "$ID"
	config '.hooks.createRuntime = [{path: "/bin/sh", args: ["sh", "-c", "cat >'"$PWD"'/state"]}]'
	cp config.json "$OCIBOX_ROOT/$ID/config.json"
	unshare --net sleep 1000 3>&- &
	other=$!
	until_true apart
	export OCIBOX_RESTORE=$ID CRTOOLS_INIT_PID=$other
	CRTOOLS_SCRIPT_ACTION=post-restore ocibox oci-criu
	[ ! -e state ]
	CRTOOLS_SCRIPT_ACTION=setup-namespaces ocibox oci-criu
	[ "$(jq -c '[.id, .pid, .status]' state)" = "[\"$ID\",$other,\"creating\"]" ]
	kill $other
}

@test "bad usage" {
	for words in "" "-o" "-o other $ID" "$ID" "-o dump" "-y $ID"; do
		# shellcheck disable=SC2086 # words
		run -110 --separate-stderr ocibox oci-criu $words
		[[ $stderr = "oci-criu: usage: oci-criu -o operation "* ]] || { echo "$stderr"; false; }
	done
	run -110 --separate-stderr ocibox oci-criu -A -o dump "$ID"
	[ "$stderr" = "oci-criu: not the outside of oci-ns with a block in braces" ]
}
