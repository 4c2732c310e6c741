# shellcheck shell=bash
# SPDX-License-Identifier: MIT
# containerd and dockerd, started privately in the machine of client.bash, with an image of busybox. Every case runs
# with runc and with ocibox in the same daemon, which has both, and must print the same with both: what differs in
# the one that is not ours tells that the case is wrong, or the machine's. With CLIENT_RUNTIME they run with that alone.
# CLIENTS_PATH: a directory to look for the clients in first, say usr/bin and usr/sbin of an unpacked later version.

asked=${CLIENT_RUNTIME:-}
# shellcheck source=client.bash
source "$(dirname "${BASH_SOURCE[0]}")/client.bash"
export PATH=${CLIENTS_PATH:+$CLIENTS_PATH:}/usr/sbin:/usr/bin:/sbin:/bin
case $asked in
'') RUNTIMES="runc ocibox" ;;
"$OCIBOX") RUNTIMES=ocibox ;;
*) RUNTIMES=runc ;;
esac

# daemons_up: the machine, and containerd there
daemons_up() {
	requires root overlay containerd runc jq busybox catatonit
	machine_up
	# their cgroups are the host's
	export GROUP=/clients-$$
	criu_up
	box_rootfs "$BATS_FILE_TMPDIR/box"
	tar -C "$BATS_FILE_TMPDIR/box" -cf "$BATS_FILE_TMPDIR/box.tar" .
	inside tee "$STORE/containerd.toml" >/dev/null <<-EOT
		version = 2
		root = "$STORE/containerd"
		state = "/run/containerd"
		[grpc]
		address = "/run/containerd.sock"
		[plugins."io.containerd.grpc.v1.cri"]
		sandbox_image = "localhost/box:latest"
		# without CAP_SYS_RESOURCE a pod could not have the score that a node gives it
		restrict_oom_score_adj = true
		[plugins."io.containerd.grpc.v1.cri".cni]
		bin_dir = "$STORE/cni/bin"
		conf_dir = "$STORE/cni"
		[plugins."io.containerd.grpc.v1.cri".containerd]
		snapshotter = "overlayfs"
		[plugins."io.containerd.grpc.v1.cri".containerd.runtimes.ocibox]
		runtime_type = "io.containerd.runc.v2"
		[plugins."io.containerd.grpc.v1.cri".containerd.runtimes.ocibox.options]
		BinaryName = "$OCIBOX"
		[plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc]
		runtime_type = "io.containerd.runc.v2"
	EOT
	daemon containerd -c "$STORE/containerd.toml"
	until_answers ctr version
}

# daemon WORDS...: start one in the machine; its log is in $BATS_FILE_TMPDIR
daemon() {
	HOME=$STORE/home TMPDIR=$STORE/scratch PATH=$STORE/bin:$PATH nsenter -t "$MACHINE" -m -n -p -- "$@" </dev/null >>"$BATS_FILE_TMPDIR/${1##*/}.log" 2>&1 3>&- 4>&- &
	# (the shell would tell of one that a test kills)
	disown $!
}

# until_answers WORDS...: a daemon does, within twenty seconds
until_answers() {
	local end=$((SECONDS + 20))
	until "$@" >/dev/null 2>&1; do
		[ $SECONDS -lt $end ] || { "$@" || true; tail -n 20 "$BATS_FILE_TMPDIR"/*.log; return 1; }
	done
}

# daemons_down: end the machine; nothing may be left of it.
daemons_down() {
	[ "${MACHINE:-}" ] || return 0
	machine_down
	local left
	# a parent that a case named stays, as runc has it
	left=$(find /sys/fs/cgroup -depth -type d -path "*$GROUP*" -print -exec rmdir {} + 2>/dev/null | grep -Ev "$GROUP(/deep(/er)?|/pod)?\$" || true)
	[ -z "$left" ] || { echo "left: $left"; return 1; }
}

# blob FILE: into the image's blobs; prints its digest and size
blob() {
	local sum
	sum=$(sha256sum <"$1")
	cp "$1" "blobs/sha256/${sum%% *}"
	printf '"digest":"sha256:%s","size":%s' "${sum%% *}" "$(stat -c %s "$1")"
}

# oci_image: $BATS_FILE_TMPDIR/oci.tar, an image "localhost/box:latest"
oci_image() {
	local type=application/vnd.oci.image layer config
	mkdir -p "$BATS_FILE_TMPDIR/oci/blobs/sha256"
	cd "$BATS_FILE_TMPDIR/oci" || return
	layer=$(blob ../box.tar)
	jq -cn --arg diff "$(grep -o 'sha256:[0-9a-f]*' <<<"$layer")" '{architecture:"amd64",os:"linux",rootfs:{type:"layers",
		diff_ids:[$diff]},config:{Env:["PATH=/bin"],Cmd:["sleep","1000000"]}}' >../config
	config=$(blob ../config)
	echo '{"schemaVersion":2,"mediaType":"'$type'.manifest.v1+json","config":{"mediaType":"'$type'.config.v1+json",'"$config"'},
		"layers":[{"mediaType":"'$type'.layer.v1.tar",'"$layer"'}]}' >../manifest
	echo '{"schemaVersion":2,"manifests":[{"mediaType":"'$type'.manifest.v1+json",'"$(blob ../manifest)"',
		"annotations":{"io.containerd.image.name":"localhost/box:latest","org.opencontainers.image.ref.name":"latest"}}]}' >index.json
	echo '{"imageLayoutVersion":"1.0.0"}' >oci-layout
	tar -cf ../oci.tar .
	cd - >/dev/null || return
}

# ctr WORDS
ctr() {
	inside timeout 60 ctr -a /run/containerd.sock "$@"
}

# both CASE [ARGUMENT...]: run the function CASE with each runtime; $NAME is its name, $RUNTIME the program. The output must be what stdin says.
both() {
	local expected output bad=''
	expected=$(cat)
	for NAME in $RUNTIMES; do
		RUNTIME=$OCIBOX
		[ "$NAME" = ocibox ] || RUNTIME=$(command -v runc)
		output=$(case=$1; shift; "$case" "$@" 2>&1 </dev/null 3>&- | plain)
		[ "$output" != "$expected" ] || continue
		echo "with $NAME:"
		diff <(echo "$expected") <(echo "$output") || true
		bad=1
	done
	[ ! "$bad" ]
}

# t WORDS...: all that a command prints, and its status when that is not 0
t() {
	local status=0
	"$@" 2>&1 || status=$?
	[ $status = 0 ] || echo "= $status"
}

# terminal WORDS: a shell's words, run with a terminal of 33 lines and 77 columns
terminal() {
	inside timeout 30 script -qE never -ec "stty rows 33 cols 77; $*" /dev/null
}

# plain: what is printed without what is known to differ:
# - names that are made up, and what script(1) shows of the end of its input;
# - the words with which runc, and each version of the clients, leads to the reason;
# - a directory's refusal, which runc 1.1 has not named;
# - what docker's client before 23 says when a container is gone before it asks for its status.
plain() {
	tr -d '\r' | sed -E -e 's/\^@//' -e 's/[0-9a-f]{64}/ID/g' -e '/error waiting for container: context canceled/d' \
		-e 's/.*OCI runtime (create|start|exec) failed: (runc create failed: )?(exec failed: )?(unable to start container process: )?(error during container init: )?/failed: /' \
		-e 's/^(docker: )?Error(: | response from daemon: )//' -e "/^(See|Run) 'docker run --help'/d" -e 's/: unknown\.?$//' -e '/^$/d' \
		-e 's/: is a directory(: permission denied)?$/: permission denied/' -e 's/(: no such file or directory): the interpreter it names/\1/'
}
