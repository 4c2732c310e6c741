# shellcheck shell=bash
# SPDX-License-Identifier: MIT
# What is typed in the pages, run as it is typed.

# sessions_of DIR SECTION PAGE...: what session.awk reads from the pages as they are shown
sessions_of() {
	local dir section=$2
	mkdir -p "$1"
	dir=$(realpath "$1")
	shift 2
	# the overstruck letters of bold and underlined text once
	mandoc -Tutf8 -O width=300 "$@" | LC_ALL=C.UTF-8 sed 's/.\x08//g' | awk -v dir="$dir" -v section="$section" -f "$REPO/tests/session.awk"
	[ ! -s "$dir/lost" ] || { cat "$dir/lost"; return 1; }
}

# session FILE [MODEL]: run one in a machine of its own as far as there are namespaces for it: /srv is a copy of MODEL, /run is empty. What is
# in /srv in the end goes to $KEEP, if that is set. The cgroups are the host's: two that use the same name must not run at once.
session() {
	# shellcheck disable=SC2016 # for the other shell
	timeout -k 5 60 flock -o /srv unshare --mount --pid --net --uts --ipc --fork --kill-child --mount-proc --propagation private sh -euc '
		session=$1 model=$2 ocibox=$3 keep=$4
		mount -t tmpfs -o mode=755 session /srv
		mount -t tmpfs -o mode=755 run /run
		mkdir /srv/.bin /srv/home /run/user
		: >/srv/.bin/ocibox
		mount --bind "$ocibox" /srv/.bin/ocibox
		[ ! "$model" ] || cp -a "$model/." /srv
		chown 1234:1234 /srv/home /run/user
		export PATH="/srv/.bin:$PATH" HOME=/srv/home
		cd /srv/home
		ip link set lo up
		ordinary() {
			setpriv --reuid 1234 --regid 1234 --clear-groups env XDG_RUNTIME_DIR=/run/user USER=ordinary sh -c "$(cat)" </dev/null
		}
		set +eu
		. "$session.sh"
		ocibox list -q | while read -r id; do ocibox delete -f "$id"; done
		[ ! "$keep" ] || { cd / && umount /srv/.bin/ocibox && rm -rf /srv/.bin /srv/home && cp -a /srv/. "$keep"; }
	' sh "$(realpath -s "${1%.sh}")" "${2:+$(realpath "$2")}" "$(realpath "$OCIBOX")" "${KEEP:+$(realpath "$KEEP")}" </dev/null 3>&- 4>&-
}

# model DIR: what ocibox(7) says that the examples begin with; the cgroup of its bundle is nobody else's
model() {
	mkdir -p "$1"
	sessions_of "$1.typed" EXAMPLES "$REPO/man/ocibox.7"
	KEEP=$1 session "$1.typed/ocibox.7.sh"
	said "$1.typed/ocibox.7.sh"
	jq --arg path "/examples-$$/web" '.linux.cgroupsPath = $path' "$1/web/config.json" >"$1/new"
	mv "$1/new" "$1/web/config.json"
}

# plainly: blanks, which a page does not keep as they are, are one, and empty lines none
plainly() {
	tr -d '\r' | tr -s ' \t' ' ' | sed -e 's/^ //; s/ $//; /^$/d'
}

# said FILE: whether each command of a session that was run ended with 0 and printed what the page shows, if it shows anything; "..." stands
# there for any text. One may fail that says $MAY, where the machine cannot do it; the rest must be known commands then.
said() {
	local base=${1%.sh} typed n status out pattern unable='' bad=''
	for typed in $(printf '%s\n' "$base".*.typed | sort -V); do
		n=${typed%.typed}
		status=$(cat "$n.status" 2>/dev/null) && out=$(plainly <"$n.out")
		if [ "$unable" ]; then
			[[ $status =~ ^(110|126|127|)$ ]] || continue
		else
			pattern='*'
			[ ! -e "$n.want" ] || pattern=$(plainly <"$n.want" | sed 's/[][\*?]/\\&/g; s/\.\.\./*/g')
			# shellcheck disable=SC2053 # a pattern
			[[ $status != 0 || $out != $pattern ]] || continue
			if [ "${MAY:-}" ] && [[ $out == *"$MAY"* ]]; then
				unable=1
				echo "${base##*/}: not here: $out"
				continue
			fi
		fi
		bad=1
		printf '%s: %s\nended with %s and said:\n%s\n' "${base##*/}" "$(cat "$typed")" "${status:-nothing}" "${out:-}"
		[ ! -e "$n.want" ] || { echo "and not:"; cat "$n.want"; }
	done
	[ ! "$bad" ]
}
