# shellcheck shell=bash
# SPDX-License-Identifier: MIT
# shellcheck disable=SC2034 # the tests use out
# What the tests of hostile roots share: "outside", which must never change, and a process that exchanges two files.

# hostile_setup: outside and root in the current directory; what outside is
hostile_setup() {
	mkdir -p outside/dir root
	out=$PWD/outside
	echo precious >outside/file
	mknod -m 600 outside/null c 1 3
	mknod -m 600 outside/ptmx c 5 2
	before=$(snapshot)
	racer=
}

# snapshot: all that can be seen of outside
snapshot() {
	find outside -printf '%p %y %m %U:%G %i %s %l\n' | sort
	cat outside/file
}

# unchanged: outside is what it was
unchanged() {
	[ "$(snapshot)" = "$before" ]
}

# exchange A B: exchange them until stop_exchange; goes on once they are seen to change, and back
exchange() {
	local first
	first=$(stat -c %i "$1")
	"$EXCHANGE" "$1" "$2" 3>&- 4>&- &
	racer=$!
	until [ "$(stat -c %i "$1")" != "$first" ]; do :; done
	until [ "$(stat -c %i "$1")" = "$first" ]; do :; done
}

stop_exchange() {
	[ "$racer" ] || return 0
	kill "$racer"
	wait "$racer" || true
	racer=
}
