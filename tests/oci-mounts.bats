#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# shellcheck disable=SC2016,SC2154,SC2164 # text for other shells; run sets stderr; bats stops at a failing cd
load helpers
load runtime
load hostile

setup() {
	runtime_setup
	config '.root.readonly = false'
	program sleep 1000
	mkdir -p vol/sub
	echo text >vol/file
	# 5.14: detached mounts can be changed
	requires "Linux 5.14"
}

teardown() {
	stop_exchange
	runtime_teardown
}

up() {
	"$OCIBOX" run -d "$ID" </dev/null >/dev/null 2>err 3>&- 4>&- || { cat err; return 1; }
}

inside() {
	"$OCIBOX" exec "$ID" "$@" </dev/null 3>&- 4>&-
}

# mounts add|remove JSON: with the file as standard input
mounts() {
	"$OCIBOX" mounts "$1" "$ID" - <<<"$2" 3>&- 4>&-
}

# table: the mounts inside that are not the configuration's: point, flags but relatime, which not all sources have, propagation
table() {
	inside cat /proc/self/mountinfo | sed -E 's/^[0-9]+ [0-9]+ [0-9:]+ [^ ]+ ([^ ]+) ([^ ]+) (.*)- .*/\1 \2 \3/; s/(shared|master):[0-9]+/\1/g; s/,relatime//; s/ $//' | grep -E '^/(m|deep)' | LC_ALL=C sort
}

userns() {
	config '.linux.namespaces += [{type: "user"}] | .linux.uidMappings = [{containerID: 0, hostID: 100000, size: 65536}] | .linux.gidMappings = .linux.uidMappings'
	chown -R 100000:100000 rootfs
	chmod 755 . .. "$BATS_TEST_TMPDIR"
}

@test "a directory, a file, new filesystems, one in another: with their flags, in order; and off again" {
	up
	host=$(cat /proc/self/mountinfo)
	run -0 mounts add '[
		{"destination": "/m1", "source": "vol", "options": ["rbind", "ro", "nosuid"]},
		{"destination": "deep/er/../file", "type": "bind", "source": "'"$PWD"'/vol/file", "options": ["nodev"]},
		{"destination": "/m2", "type": "tmpfs", "source": "mine", "options": ["size=64k", "mode=711", "noexec"]},
		{"destination": "/m2/in", "type": "tmpfs", "options": ["ro"]},
		{"destination": "/tmp", "type": "tmpfs", "options": ["rnosuid"]},
		{"destination": "/m3", "source": "vol", "options": ["rbind", "rro", "shared"]}]'
	[ -z "$output" ]
	[ "$(table)" = "/deep/file rw,nodev
/m1 ro,nosuid
/m2 rw,noexec
/m2/in ro
/m3 ro shared" ] || { table; return 1; }
	run -0 inside sh -c 'cat /m1/file /deep/file; stat -c "%a %u" /m1 /m2 /tmp; touch /m1/x /m2/in/x 2>&1 || touch /m2/x'
	[ "$output" = "text
text
755 0
711 0
$(stat -c %a rootfs/tmp) 0
touch: /m1/x: Read-only file system
touch: /m2/in/x: Read-only file system" ]
	[ "$(cat /proc/self/mountinfo)" = "$host" ]
	run -0 mounts remove '[{"destination": "/m1"}, {"destination": "/deep/file"}, {"destination": "/m2"}, {"destination": "/m2/in"}, {"destination": "/tmp"}, {"destination": "/m3"}]'
	[ -z "$output" ]
	[ -z "$(table)" ]
	[ "$(cat /proc/self/mountinfo)" = "$host" ]
	[ "$(ls vol)" = "file
sub" ]
}

@test "a file of mounts; created and paused containers; crun's way to call it" {
	echo '[{"destination": "/m1", "source": "'"$PWD"'/vol", "options": ["bind"]}]' >added
	ocibox create "$ID" </dev/null >/dev/null 3>&- 4>&-
	run -0 ocibox mounts add "$ID" added
	ocibox start "$ID"
	[ "$(table | cut -d " " -f 1)" = /m1 ]
	ocibox pause "$ID"
	run -0 ocibox mounts add "$ID" added
	run -0 ocibox mounts remove "$ID" added
	ocibox resume "$ID"
	[ "$(table | cut -d " " -f 1)" = /m1 ]
	# before Linux 5.8 namespaces are joined one by one
	run -0 "$NOSYS" pidfd_open "$OCIBOX" mounts remove "$ID" added
	run -0 "$NOSYS" pidfd_open "$OCIBOX" mounts add "$ID" added
	[ "$(table | cut -d " " -f 1)" = /m1 ]
	[ "$(jq .mounts "$OCIBOX_ROOT/$ID/config.json")" = "$(jq .mounts config.json)" ]
}

@test "all or nothing" {
	up
	before=$(inside cat /proc/self/mountinfo)
	for last in '{"destination": "/etc/passwd", "type": "tmpfs"}:oci-mounts: make the mount point /etc/passwd: Not a directory' \
		'{"destination": "/m4", "source": "missing", "options": ["bind"]}:oci-mounts: open '"$PWD"'/missing: No such file or directory' \
		'{"destination": "/m4", "type": "tmpfs", "options": ["size=x"]}:oci-mounts: mount tmpfs on /m4: '*; do
		run -11[0-9] mounts add '[{"destination": "/m1", "source": "vol", "options": ["bind"]}, {"destination": "/m1/sub", "source": "vol/file/..", "options": ["bind"]},
			{"destination": "/m2", "type": "tmpfs"}, '"${last%:oci*}"']' || run -115 mounts add '[{"destination": "/m1", "source": "vol", "options": ["bind"]},
			{"destination": "/m2", "type": "tmpfs"}, '"${last%:oci*}"']'
		# shellcheck disable=SC2053 # a pattern
		[[ $output == "oci-mounts:"${last#*:oci-mounts:} ]] || { echo "$output"; return 1; }
		[ "$(inside cat /proc/self/mountinfo)" = "$before" ]
	done
	mounts add '[{"destination": "/m1", "type": "tmpfs"}]'
	before=$(inside cat /proc/self/mountinfo)
	run -113 mounts remove '[{"destination": "/m1"}, {"destination": "/bin"}]'
	[ "$output" = "oci-mounts: /bin: not a mount point" ]
	[ "$(inside cat /proc/self/mountinfo)" = "$before" ]
}

@test "what cannot be added, and where" {
	up
	before=$(inside cat /proc/self/mountinfo)
	while IFS=';' read -r status mount message; do
		run "-$status" mounts add "[$mount]"
		[[ $output == "oci-mounts: "$message ]] || { echo "$mount: $output"; return 1; }
	done <<-'END'
		119;{"destination": "/m", "type": "proc"};stdin:1:2: mounts?0?: a mount of this type cannot be added to a container that runs
		119;{"destination": "/m", "type": "cgroup2"};*: a mount of this type cannot *
		119;{"destination": "/m", "type": "sysfs"};*: a mount of this type cannot *
		119;{"destination": "/m", "type": "mqueue"};*: a mount of this type cannot *
		119;{"destination": "/tmp", "options": ["remount", "ro"]};*: a mount that is there already cannot *
		119;{"destination": "/m", "type": "tmpfs", "options": ["tmpcopyup"]};*: a mount that is a copy cannot *
		111;{"destination": "/proc/sys", "type": "tmpfs"};/proc/sys: nothing can be mounted inside /proc
		111;{"destination": "/../x/..", "type": "tmpfs"};/../x/..: nothing can be mounted on the root
		111;{"destination": "/m"};*no type*
		111;{"type": "tmpfs"};*destination*
		111;{"destination": "/m", "type": "tmpfs", "options": "ro"};stdin:1:*
	END
	run -111 mounts add '{"destination": "/m", "type": "tmpfs"}'
	[[ $output == "oci-mounts: stdin:1:1: mounts: "* ]]
	[ "$(inside cat /proc/self/mountinfo)" = "$before" ]
	run -111 mounts remove '[{"destination": "/"}]'
	run -111 mounts remove '[{"destination": "/proc/kcore"}]'
	run -114 mounts remove '[{"destination": "/nowhere"}]' || run -115 mounts remove '[{"destination": "/nowhere"}]'
	[ "$output" = "oci-mounts: open /nowhere: No such file or directory" ]
}

@test "wrong status, no container, bad usage, old kernels" {
	run -112 mounts add '[]'
	[ "$output" = "oci-mounts: $ID: container does not exist" ]
	up
	run -0 mounts add '[]'
	for words in "" "add" "add $ID" "move $ID -" "add $ID - x" "-z add $ID -"; do
		# shellcheck disable=SC2086 # words
		run -110 --separate-stderr ocibox mounts $words </dev/null
		[ "$stderr" = "oci-mounts: usage: oci-mounts add|remove id file" ] || { echo "$words: $stderr"; return 1; }
	done
	run -119 --separate-stderr "$NOSYS" mount_setattr "$OCIBOX" mounts add "$ID" - <<<'[{"destination": "/m", "type": "tmpfs"}]' 3>&-
	[ "$stderr" = "oci-mounts: $ID: this kernel cannot add mounts to a container that runs" ]
	ocibox kill "$ID" KILL
	ended "$ID"
	run -113 mounts add '[]'
	[ "$output" = "oci-mounts: $ID: container not running" ]
}

@test "in a user namespace: a new filesystem is its root's, a source out of its reach, locked flags, mapped ids" {
	requires userns-container
	userns
	mkdir -m 700 secret
	mkdir secret/vol
	export ID
	unshare --mount --propagation private sh -c '
		mount -t tmpfs -o nosuid,nodev,noexec locked vol
		"$@" </dev/null >/dev/null 3>&- 4>&-
		echo "[{\"destination\": \"/m1\", \"type\": \"tmpfs\"}, {\"destination\": \"/m2\", \"source\": \"secret/vol\", \"options\": [\"bind\", \"ro\"]},
			{\"destination\": \"/m3\", \"source\": \"vol\", \"options\": [\"bind\"]}]" >added
		"$0" mounts add "$ID" added' "$OCIBOX" "$OCIBOX" run -d "$ID"
	[ "$(table)" = "/m1 rw
/m2 ro
/m3 rw,nosuid,nodev,noexec" ] || { table; return 1; }
	run -0 inside sh -c 'stat -c %u /m1 /m2; touch /m1/x; stat -c %u /m1/x; ls -ld /m1 | cut -c 1-10'
	[ "$output" = "0
65534
0
drwxrwxrwt" ]
	# its root may not take away what was locked where the source is
	config '.process.capabilities.effective += ["CAP_SYS_ADMIN"]'
	run -1 "$OCIBOX" exec --cap CAP_SYS_ADMIN "$ID" mount -o remount,bind,suid,dev,exec /m3 </dev/null 3>&- 4>&-
	run -0 "$OCIBOX" exec --cap CAP_SYS_ADMIN "$ID" mount -o remount,bind,noexec,nosuid,nodev,ro /m3 </dev/null 3>&- 4>&-
	if (cd vol && maps_ids); then
		chown 5 vol/file
		mounts add '[{"destination": "/m6", "source": "vol", "options": ["bind"], "uidMappings": [{"containerID": 5, "hostID": 100077, "size": 1}],
			"gidMappings": [{"containerID": 0, "hostID": 100000, "size": 1}]}]'
		run -0 inside stat -c %u /m6/file
		[ "$output" = 77 ]
		mounts add '[{"destination": "/m5", "source": "vol", "options": ["bind", "idmap"]}]'
		run -0 inside stat -c %u /m5/file
		[ "$output" = 5 ]
	fi
	mounts remove '[{"destination": "/m1"}, {"destination": "/m2"}, {"destination": "/m3"}]'
	[ "$(table | grep -v "^/m[56] ")" = "" ]
}

@test "a container without a mount namespace: its mounts are the host's, and go with it" {
	config '.linux.namespaces |= map(select(.type != "mount")) | del(.linux.maskedPaths, .linux.readonlyPaths) | .mounts = [{destination: "/proc", type: "proc"}]'
	up
	mounts add '[{"destination": "/m1", "type": "tmpfs"}, {"destination": "/m2", "source": "vol", "options": ["bind"]}]'
	[ "$(grep -c " $PWD/rootfs/m[12] " /proc/self/mountinfo)" = 2 ]
	mounts remove '[{"destination": "/m2"}]'
	"$OCIBOX" delete --force "$ID" 3>&-
	run -1 grep " $PWD/rootfs" /proc/self/mountinfo
}

# Defence: the mount point is found inside the container's root (join_enter() before root_open("/") in attach()), looked at by
# check_target(), and mounted on by the same descriptor.
@test "race: a destination is exchanged with a symlink out of the root, or into /proc" {
	requires "$EXCHANGE"
	out=$BATS_TEST_TMPDIR/outside
	mkdir -p "$out" "rootfs$out"
	host=$(cat /proc/self/mountinfo)
	for link in "../../../../../../../../../..$out" /proc/sys; do
		mkdir -p vol/here
		ln -sfn "$link" vol/link
		config '.mounts |= map(select(.destination != "/vol")) + [{destination: "/vol", source: "vol", options: ["rbind"]}]'
		up
		before=$(inside cat /proc/self/mountinfo | cut -d " " -f 5 | grep -v "^/vol" | sort)
		exchange vol/here vol/link
		worked=0 refused=0
		for ((turn = $(turns 40); turn > 0; turn--)); do
			one='{"destination": "/vol/here", "source": "vol", "options": ["bind"]}'
			[ $((turn % 4)) != 0 ] || one='{"destination": "/vol/here/new", "type": "tmpfs"}'
			run mounts add "[$one]"
			case $status in
			0) worked=$((worked + 1)) ;;
			*) refused=$((refused + 1)) ;;
			esac
		done
		echo "$link: $worked worked, $refused refused: $output"
		stop_exchange
		[ "$worked" != 0 ]
		# an emulated processor makes few turns
		[ "${link%%/*}" ] || [ "${OCIBOX_IN_VM:-}" ] || [ "$refused" != 0 ]
		[ "$(inside cat /proc/self/mountinfo | cut -d " " -f 5 | grep -Ev "^(/vol|$out)" | sort)" = "$before" ]
		[ -z "$(ls -A "$out")" ]
		[ "$(cat /proc/self/mountinfo)" = "$host" ]
		"$OCIBOX" delete --force "$ID" 3>&-
		rm -rf vol/here vol/link
	done
}

# Defence: RESOLVE_NO_SYMLINKS in open_mount().
@test "race: a mount that is to be removed is exchanged with a symlink to a mask" {
	requires "$EXCHANGE"
	mkdir -p vol/here rootfs/secret
	ln -s /secret vol/link
	config '.mounts += [{destination: "/vol", source: "vol", options: ["rbind"]}] | .linux.maskedPaths += ["/secret"]'
	up
	run -113 mounts remove '[{"destination": "/vol/link"}]'
	[ "$output" = "oci-mounts: /vol/link: a symbolic link leads there, which is not followed" ]
	exchange vol/here vol/link
	for ((turn = $(turns 40); turn > 0; turn--)); do
		run -113 mounts remove '[{"destination": "/vol/here"}]'
	done
	run -0 inside grep " /secret " /proc/self/mountinfo
	stop_exchange
	run -0 mounts remove '[{"destination": "/secret"}]'
	run -1 inside grep " /secret " /proc/self/mountinfo
}
