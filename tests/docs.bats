#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# The pages are where a command's words stand; here they are held against the programs.
load helpers

# Names of all commands, from their sources.
commands() {
	local file
	for file in "$REPO"/applets/oci-*.c "$REPO"/applets/oci-*.sh; do
		[ -e "$file" ] || continue
		file=${file##*/}
		echo "${file%.*}"
	done
}

# letters PAGE: the option letters a page lists, those that take a value with a colon behind.
letters() {
	awk '/^\.It Fl [^-] ?/ && length($3) == 1 { print $3 (/ Ar / ? ":" : "") }' "$1" | sort -u
}

# split STRING: a getopt(3) string, a letter a line.
split() {
	grep -o '[A-Za-z0-9]:\{0,2\}' <<<"$1" | sort -u
}

# string_of COMMAND: the option string in its source.
string_of() {
	local source=$REPO/applets/$1.c
	if [ -e "$source" ]; then
		sed -n 's/.*getopt([^"]*"+\{0,1\}:\{0,1\}\([^"]*\)".*/\1/p' "$source" | head -n 1
	else
		sed -n "s/.*getopts [\"']\{0,1\}:\{0,1\}\([A-Za-z0-9:]*\).*/\1/p" "$REPO/applets/$1.sh" | head -n 1
	fi
}

@test "every command has a page and a bats file" {
	local name status=0
	for name in $(commands); do
		[ -e "$REPO/man/$name.8" ] || { echo "no man/$name.8"; status=1; }
		[ -e "$REPO/tests/$name.bats" ] || { echo "no tests/$name.bats"; status=1; }
	done
	[ $status = 0 ]
}

@test "every page is of a command, and has all its sections" {
	local page name section status=0
	for page in "$REPO"/man/oci-*.8; do
		name=$(basename "$page" .8)
		[ -e "$REPO/applets/$name.c" ] || [ -e "$REPO/applets/$name.sh" ] || { echo "$name: a page of nothing"; status=1; }
		for section in NAME SYNOPSIS DESCRIPTION "EXIT STATUS" EXAMPLES "SEE ALSO"; do
			grep -qx "\.Sh $section" "$page" || { echo "$name: no $section"; status=1; }
		done
	done
	[ $status = 0 ]
}

@test "the option letters of each source are those of its page" {
	local name status=0
	for name in $(commands); do
		diff <(split "$(string_of "$name")") <(letters "$REPO/man/$name.8") >"$BATS_TEST_TMPDIR/diff" && continue
		echo "$name: source < > page"
		cat "$BATS_TEST_TMPDIR/diff"
		status=1
	done
	[ $status = 0 ]
}

@test "the option letters of ocibox itself are those of its page" {
	diff <(split "$(sed -n 's/.*getopt([^"]*"+\([^"]*\)".*/\1/p' "$REPO/lib/main.c")") <(letters "$REPO/man/ocibox.8")
}

@test "--help of every command names it, and all its options" {
	local name letter status=0
	for name in $(commands); do
		run -0 ocibox "$name" --help
		[[ $output == "usage: $name"* ]] || { echo "$name: $output"; status=1; }
		for letter in $(letters "$REPO/man/$name.8"); do
			grep -q -- "^  -${letter%:}" <<<"$output" || { echo "$name: -${letter%:} is not in --help"; status=1; }
		done
	done
	[ $status = 0 ]
}

@test "every page is clean for mandoc" {
	requires mandoc
	mandoc -Tlint -Wwarning "$REPO"/man/*.[78]
}

@test "the pages that are referred to exist" {
	local page ref status=0
	for page in "$REPO"/man/*.[78]; do
		while read -r ref; do
			[ -e "$REPO/man/${ref/ /.}" ] || { echo "${page##*/}: $ref"; status=1; }
		done < <(sed -n 's/^\.Xr \(oci[a-z-]* [78]\).*/\1/p' "$page")
	done
	[ $status = 0 ]
}

# chain VERB OPTION...: the steps of the chain that a verb's script comes to, one a line with its words
chain() {
	printf '#!/bin/sh\nprintf "%%s\\n" "$*"\n' >words
	chmod +x words
	mkdir -p verb
	ocibox --script "$1" >"verb/oci-$1"
	NOTIFY_SOCKET=/n OCIBOX=$PWD/words OCIBOX_SEALED='' sh "verb/oci-$1" "${@:2}" id | sed 's/ \(oci-\)/\n\1/g' | grep -v -e '^oci-gate' -e '^oci-delete'
}

@test "the order in ocibox(7) is that of the scripts, and has all their steps" {
	cd "$BATS_TEST_TMPDIR"
	awk '/^\.Sh/ { on = $2 == "ORDER" } /^\.Ss Afterwards/ { on = 0 } on && /^\.It Xr/ { $1 = $2 = $4 = ""; print }' "$REPO/man/ocibox.7" >table
	# run goes on behind what create does
	chain create -msy /s -o out -e err -F /f >create.steps
	chain run -m | sed '/^oci-hooks .*poststart/,/^oci-guard -d/d' >run.steps
	awk '
	# whether a step is what a line of the table says: its name and these words, letters within a word of letters
	function is(step, line,    w, s, n, m, i, k, found) {
		n = split(line, w, " ")
		m = split(step, s, " ")
		if (w[1] != s[1]) return 0
		for (i = 2; i <= n; i++) {
			found = 0
			for (k = 2; k <= m; k++)
				if (s[k] == w[i] || (w[i] ~ /^-.$/ && s[k] ~ /^-[a-z]+$/ && index(s[k], substr(w[i], 2)))) found = 1
			if (!found) return 0
		}
		return 1
	}
	FILENAME == "table" { table[++count] = $0; next }
	FNR == 1 { at = 0 }
	{
		for (i = at + 1; i <= count && !is($0, table[i]); i++);
		if (i > count) { print FILENAME ": not there, or not in the place: " $0; bad = 1; next }
		seen[i]
		at = i
	}
	END {
		for (i = 1; i <= count; i++) if (!(i in seen)) { print "in no script: " table[i]; bad = 1 }
		exit bad
	}' table create.steps run.steps
}

@test "every status the program can end with is in ocibox(7)" {
	local number status=0
	for number in 110 111 112 113 114 115 116 117 118 119 126 127; do
		grep -q "\b$number\b" "$REPO/man/ocibox.7" || { echo "$number"; status=1; }
	done
	[ $status = 0 ]
}

@test "ocibox-clients(7) has the tests of the clients, and each cell of its table one of them or a reason" {
	local page=$REPO/man/ocibox-clients.7 file
	diff <(awk '/^\.Ss/ { file = $NF } file && /^\.It$/ { getline; gsub(/\\-/, "-"); print file ": " $0 }' "$page" | sort) \
		<(cd "$REPO"; for file in tests/clients/*.bats; do
			[[ $file == */cookbook.bats ]] || sed -nE "s|^@test \"((containerd\|cri\|docker): )?(.*)\" \{\$|$file: \3|p" "$file"
		done | sort)
	# the columns are in the order of the lists
	awk '
	/^\.Ss/ { list++ }
	FNR == NR { if (list && /^\.It$/) tests[list]++; if (/^\.It Cm / ) reason[$3]; next }
	/^\.It .* Ta / {
		if (items++ == 0) next
		if (split($0, cell, " Ta ") != list + 1) { print "not a cell for each list: " $0; bad = 1 }
		for (i = 1; i <= list; i++) {
			if (cell[i + 1] == "-" || cell[i + 1] in reason) continue
			n = split(cell[i + 1], number, " ")
			for (k = 1; k <= n; k++)
				if (number[k] !~ /^[1-9][0-9]*$/ || number[k] > tests[i]) { print number[k] ": no test of list " i ": " $0; bad = 1 }
		}
	}
	/^\.Sh TESTS/ { exit bad || items < 40 }' "$page" "$page"
}

@test "the README's scripts are those of packaging/examples, in this order" {
	cd "$REPO/packaging/examples"
	diff <(awk '/^```/ { on = length($0) > 3; next } on' "$REPO/README.md") <(cat container.sh init-container.sh init-system.sh)
}

@test "the README's picture is what its text makes, and its links lead somewhere" {
	local link
	awk -f "$REPO/packaging/picture.awk" "$REPO/packaging/picture.txt" | cmp - "$REPO/packaging/picture.svg"
	diff <(sed 's/[^a-z(0-9]/ /g' "$REPO/packaging/picture.txt" | xargs -n 1 | grep -vx v | sort) \
		<(sed -n 's/<text[^>]*>\(.*\)<.*/\1/p' "$REPO/packaging/picture.svg" | sed 's/[^a-z(0-9]/ /g' | xargs -n 1 | sort)
	while read -r link; do
		[[ $link == http* ]] || [ -e "$REPO/$link" ]
	done < <(sed -n 's/.*](\([^)]*\)).*/\1/p' "$REPO/README.md")
}

@test "the shell example makes a usable container with no config.json, and leaves nothing" {
	local mounts
	requires root busybox jq
	cd "$BATS_TEST_TMPDIR"
	make_rootfs rootfs
	mounts=$(cat /proc/self/mountinfo)
	export OCIBOX OCIBOX_ROOT=$BATS_TEST_TMPDIR/state
	# while it runs it has its entry, like any other
	mkfifo rootfs/up rootfs/go
	sh "$REPO/packaging/examples/container.sh" rootfs /bin/sh -c 'echo >/up; read x </go' 3>&- &
	read -r _ <rootfs/up
	[ "$(ocibox list -q)" = "shell-$!" ]
	[ "$(ocibox oci-state "shell-$!" | jq -r .status)" = running ]
	[ "/proc/$(ocibox oci-state "shell-$!" | jq .pid)/exe" -ef rootfs/bin/busybox ]
	echo >rootfs/go
	wait $!
	# the id has the pid of the script in it
	run -7 --separate-stderr sh -c 'echo $$ >pid; exec sh "$@"' sh "$REPO/packaging/examples/container.sh" rootfs /bin/sh -c \
		'hostname; echo $$; echo x >/dev/null; touch /proc/sys/x 2>/dev/null && echo writable; cat /proc/keys; grep -vc ":/$" /proc/self/cgroup; exit 7'
	[ "${lines[0]}" = shell ]
	[ "${lines[1]}" = 1 ]
	# nothing written below /proc/sys, no keys, and no cgroup seen but its own as /
	[ "${lines[2]}" = 0 ]
	[ -z "$(ls state)" ]
	[ "$(cat /proc/self/mountinfo)" = "$mounts" ]
	run -0 find /sys/fs/cgroup -maxdepth 4 -name "shell-$(cat pid)"
	[ -z "$output" ]
}
