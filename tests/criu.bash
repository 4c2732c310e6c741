# shellcheck shell=bash
# SPDX-License-Identifier: MIT
# What the tests of checkpoint and restore share: a criu, and a container that counts the lines it is told.
# shellcheck disable=SC2034 # the files that load this use them

load runtime

criu_file() {
	OCIBOX_CRIU=$(sh "$REPO/tests/criu" 2>/dev/null) || OCIBOX_CRIU=
	export OCIBOX_CRIU
}

criu_setup() {
	runtime_setup
	requires criu
	program sh -c 'n=0; while read -r x; do n=$((n + 1)); echo "$x $n"; [ "$x" != end ] || exit 7; done'
	config '.process.terminal = false'
	IMAGE=$BATS_TEST_TMPDIR/image
	WORK=$BATS_TEST_TMPDIR/work
}

# piped WORDS: ocibox WORDS with pipes as its input (IN) and output (OUT), in the background ($PIPED)
piped() {
	coproc BOX { exec "$OCIBOX" "$@" 2>&1 3>&- 4>&-; }
	PIPED=$BOX_PID
	exec {OUT}<&"${BOX[0]}" {IN}>&"${BOX[1]}"
}

# waited STATUS: what was piped has ended so
waited() {
	local status=0
	wait "$PIPED" || status=$?
	[ "$status" = "$1" ] || { echo "ended with $status"; timeout 1 cat <&"$OUT"; return 1; }
}

# ask LINE ANSWER: the container is told the line, and answers
ask() {
	local answer
	echo "$1" >&"$IN"
	read -r -t 10 answer <&"$OUT" && [ "$answer" = "$2" ] || { echo "answered: ${answer:-nothing}"; return 1; }
}

# counting: the container ID runs, and has counted one line
counting() {
	piped run -d "$ID"
	waited 0
	ask one "one 1"
}

pid_of() {
	"$OCIBOX" state "$1" | jq .pid
}

# properties ID: what must come back as it was
properties() {
	local pid
	pid=$(pid_of "$1")
	grep -E '^(Name|Umask|[UG]id|Groups|Cap|NoNewPrivs|Seccomp|Sig[BCI]|Shd)' "/proc/$pid/status"
	# ids, and the container's own in paths of cgroups, differ
	cut -d' ' -f 4- "/proc/$pid/mountinfo" | sed "s,$1,ID,; s, - .*size=[^ ]*,," | sort
	for name in oom_score_adj limits; do
		cat "/proc/$pid/$name"
	done
	tr '\0' '\n' <"/proc/$pid/environ"
	tr '\0' '\n' <"/proc/$pid/cmdline"
	for fd in "/proc/$pid/fd"/*; do
		echo "${fd##*/} $(readlink "$fd" | sed 's/[0-9]*]$//')"
	done
}
