#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# shellcheck disable=SC2016,SC2154 # the dollars are the shell's inside; run sets stderr
load helpers
load runtime

setup() {
	runtime_setup
	program sh -c 'echo started >>/tmp/log; while :; do sleep 1; done'
	config '.root.readonly = false'
}

create() {
	"$OCIBOX" create "$@" </dev/null >/dev/null 2>err 3>&-
}

@test "the program runs when start returns, and not before" {
	create "$ID"
	[ ! -e rootfs/tmp/log ]
	run -0 --separate-stderr ocibox start "$ID"
	[ -z "$output$stderr" ]
	[ "$(status_of "$ID")" = running ]
	pid=$(ocibox state "$ID" | jq .pid)
	[[ "$(tr '\0' ' ' <"/proc/$pid/cmdline")" == "sh -c echo started"* ]]
}

@test "refuses unknown, running and stopped containers, with runc's words" {
	run -112 --separate-stderr ocibox start none
	[[ $stderr == "oci-hold: none: container does not exist" ]]
	create "$ID"
	ocibox start "$ID"
	run -113 --separate-stderr ocibox start "$ID"
	[[ $stderr == *"cannot start an already running container" ]]
	ocibox kill "$ID" KILL
	ocibox wait "$ID" || true
	run -113 --separate-stderr ocibox start "$ID"
	[[ $stderr == *"cannot start a container that has stopped" ]]
}

@test "of ten at the same time one wins" {
	create "$ID"
	for i in 0 1 2 3 4 5 6 7 8 9; do
		"$OCIBOX" start "$ID" 2>"err$i" 3>&- && echo >"won$i" &
	done
	wait
	[ "$(cat won* | wc -l)" = 1 ]
	until_true [ -e rootfs/tmp/log ]
	[ "$(wc -l <rootfs/tmp/log)" = 1 ]
}

@test "a container whose process was killed meanwhile: an error, at once" {
	create "$ID"
	kill -KILL "$(ocibox state "$ID" | jq .pid)"
	run ocibox start "$ID"
	[ "$status" -eq 113 ]
	[ "${#lines[@]}" = 1 ]
	run -0 ocibox delete "$ID"
}

@test "hooks: each kind once, in order, with the state it should see" {
	hook() {
		printf '{"path":"/bin/sh","args":["sh","-c","read -r s; echo \\"$s\\" | sed \\"s/.*\\\\\\"status\\\\\\": *\\\\\\"\\\\([a-z]*\\\\).*/%s \\\\1/\\" >>%s"]}' "$1" "$2"
	}
	log=$PWD/hooks
	: >rootfs/hooks
	jq --argjson p "$(hook prestart "$log")" --argjson r "$(hook createRuntime "$log")" --argjson c "$(hook createContainer "$log")" \
		--argjson s "$(hook startContainer /hooks)" --argjson t "$(hook poststart "$log")" --argjson o "$(hook poststop "$log")" \
		'.hooks = {prestart: [$p, $p], createRuntime: [$r], createContainer: [$c], startContainer: [$s], poststart: [$t], poststop: [$o]}' config.json >new
	mv new config.json
	create "$ID"
	[ "$(cat hooks)" = "prestart creating
prestart creating
createRuntime creating
createContainer creating" ]
	run -0 ocibox start "$ID"
	[ "$(cat rootfs/hooks)" = "startContainer created" ]
	[ "$(tail -n 1 hooks)" = "poststart running" ]
	run -0 ocibox delete --force "$ID"
	[ "$(tail -n 1 hooks)" = "poststop stopped" ]
}

@test "a startContainer hook that fails stops the container, a poststart hook deletes it" {
	for kind in startContainer poststart; do
		jq --arg k "$kind" --arg d "$PWD" '.hooks = {($k): [{path: "/bin/sh", args: ["sh", "-c", "exit 3"]}],
			poststop: [{path: "/bin/sh", args: ["sh", "-c", "echo >>\($d)/stops"]}]}' config.json >new && mv new config.json
		create "$ID"
		run -118 --separate-stderr ocibox start "$ID"
		[[ $stderr == "oci-hooks: "*"$kind"* ]]
		[ $kind = startContainer ] || break
		until_true has_status "$ID" stopped
		[ ! -e stops ]
		run -0 ocibox delete "$ID"
		rm stops
	done
	[ -e stops ]
	run -112 ocibox state "$ID"
	[ -z "$(left)" ]
}

@test "a program removed after create: start says so" {
	cp rootfs/bin/busybox rootfs/bin/gone
	program gone sh
	create "$ID"
	rm rootfs/bin/gone
	run -127 --separate-stderr ocibox start "$ID"
	[ "$stderr" = 'oci-program: exec: "gone": executable file not found in $PATH' ]
	until_true has_status "$ID" stopped
}

@test "a program that the kernel cannot execute has begun, and failed: its standard error and status, as runc's" {
	printf '#!/no/such\n' >rootfs/bin/junk
	chmod 755 rootfs/bin/junk
	program /bin/junk
	create -s "$ID"
	run -0 --separate-stderr ocibox start "$ID"
	[ -z "$output$stderr" ]
	run -1 ocibox wait "$ID"
	[ "$(cat err)" = "exec /bin/junk: no such file or directory: the interpreter it names" ]
	# who waits for its end is told by run
	ocibox delete "$ID"
	run -127 --separate-stderr "$OCIBOX" run "$ID" </dev/null 3>&-
	[ "$stderr" = "oci-program: exec /bin/junk: no such file or directory: the interpreter it names" ]
}

@test "a failing poststop hook is a warning, and the rest still run" {
	config '.hooks = {poststop: [{path: "/bin/false"}, {path: "/bin/sh", args: ["sh", "-c", "echo second >poststop"]}]}'
	create "$ID"
	run -0 --separate-stderr ocibox delete --force "$ID"
	[[ $stderr == "oci-hooks: warning: "*poststop* ]]
	[ "$(cat poststop)" = second ]
	[ -z "$(left)" ]
}

@test "bad usage" {
	run -110 --separate-stderr ocibox start
	[ "$stderr" = "oci-start: usage: oci-start id" ]
	run -110 ocibox start -z "$ID"
	run -110 ocibox start a b
}
