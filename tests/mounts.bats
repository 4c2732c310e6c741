#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# shellcheck disable=SC2016,SC2154 # text for other shells; run sets these
# Every mount option, in whole containers: as runc has it, and as a program inside feels it.
load helpers
load runtime

setup() {
	requires root "$NOSYS"
	runtime_setup
	mkdir -p source "$BATS_TEST_TMPDIR/runc"
	# of all this only the mounts matter
	config '.process.terminal = false | .root.readonly = false | .linux.maskedPaths = [] | .linux.readonlyPaths = []'
}

calls=open_tree,move_mount,fsopen,fsconfig,fsmount,mount_setattr,openat2

# The mode of a tmpfs is always given: without, older runcs change it once it is mounted, which no mountinfo shows.
# add KIND NAME OPTION,...: a mount on /KIND/NAME; bind and flag: of source; new: a tmpfs
mounts=()
add() {
	mkdir -p "rootfs/$1/$2"
	mounts+=("$(jq -cn --arg kind "$1" --arg at "/$1/$2" --arg options "$3" --arg source "$PWD/source" '{destination: $at, options: ($options | split(","))}
		+ (if $kind == "new" then {type: "tmpfs", source: "new"} else {type: "bind", source: $source} end)')")
}

# with_source FLAGS WORDS: where source is a tmpfs that is mounted so, and shared
with_source() {
	aside sh -c 'mount -t tmpfs here source && mount --make-shared source && "$0" oci-mount -r / -o "remount,bind,$1" "$PWD/source" && shift && exec "$@"' "$OCIBOX" "$@"
}

# plain: a mountinfo without numbers, and what is a kernel's default; the mounts of these tests only
plain() {
	sed -E 's/^[0-9]+ [0-9]+ [0-9]+:[0-9]+ //;s/(shared|master):[0-9]+/\1/g;s/,inode64//' | grep -E '^[^ ]+ /(bind|new|flag)/'
}

# compare FLAGS: the mounts are the same under runc and under ocibox, on a new and on an old kernel
compare() {
	config '.mounts += $ARGS.positional' --jsonargs "${mounts[@]}"
	program cat /proc/self/mountinfo
	with_source "$1" runc --root "$BATS_TEST_TMPDIR/runc" run "$ID" 3>&- | plain >theirs
	[ "$(wc -l <theirs)" = "${#mounts[@]}" ]
	with_source "$1" "$OCIBOX" run "$ID" 3>&- | plain >ours
	diff -u theirs ours
	with_source "$1" "$NOSYS" $calls "$OCIBOX" run "$ID" 3>&- | plain >ours
	diff -u theirs ours
}

@test "the same mounts as runc's for each option that runc knows, on a bind mount and on a tmpfs" {
	requires runc cgroup1
	while read -r option; do
		case $option in
		remount | idmap | ridmap) ;;    # in tests of their own
		defaults) ;;    # which runc hands to the filesystem as data
		ratime | rnostrictatime) ;;     # which runc asks the kernel for in a way that it refuses
		bind | rbind) add bind "$option" "$option" ;;
		r[!oew]* | rro | rrw | rexec)
			add bind "$option" "rbind,$option"
			# runc leaves recursive forms out of what is no bind mount; they are below
			case $option in rprivate | rshared | rslave | runbindable | relatime) add new "$option" "mode=755,$option" ;; esac
			;;
		*)
			add bind "$option" "bind,$option"
			add new "$option" "size=64k,mode=755,$option"
			;;
		esac
	done < <(runc features | jq -r '.mountOptions[]')
	[ ${#mounts[@]} -gt 80 ]
	add new mode size=64k,mode=1770
	add new data nr_inodes=10,uid=3,gid=4,mode=700,nosuid
	add new both mode=755,ro,noexec,nodiratime,shared
	add new contrary mode=755,ro,rw,nosuid,suid
	add bind contrary bind,ro,rw,noexec,exec,nodev
	add bind many rbind,ro,nosuid,nodev,noexec,relatime,rprivate
	add bind two bind,rprivate,rshared
	add bind recursive rbind,rro,rnosuid,rnoatime
	compare rw
}

@test "the same flags as runc's where the source of a bind mount has flags" {
	requires runc cgroup1
	for options in bind bind,ro bind,nosuid bind,nosuid,nodev bind,ro,noexec bind,ro,suid bind,nodev,exec bind,relatime bind,noatime bind,nodiratime \
		bind,strictatime bind,nodiratime,strictatime bind,ro,noatime,nodiratime bind,sync rbind,rprivate rbind,ro,rslave rbind,rro rbind,rsuid rbind,rexec,rdev; do
		add flag "${options//,/+}" "$options"
	done
	compare ro,nosuid,nodev,noexec,noatime
}

# felt DIRECTORY...: what a user in the container can do there
felt='
for dir; do
	can=
	touch "$dir/new" 2>/dev/null && can="$can writes"
	"$dir/true" 2>/dev/null && can="$can runs"
	cat "$dir/link" >/dev/null 2>&1 && can="$can follows"
	cat "$dir/null" 2>/dev/null && can="$can devices"
	"$dir/suid" keyctl grep Uid /proc/self/status 2>/dev/null | grep -q 1000.0 && can="$can suid"
	touch "$dir/below/new" 2>/dev/null && can="$can below"
	echo "$dir$can"
done'

@test "each option as a program inside feels it" {
	mkdir -p stuff
	# suid: a program that has CAP_SYS_ADMIN then, and so does without no_new_privs, with which the user goes before 6.16
	cp "$(command -v busybox)" stuff/true
	cp "$NOSYS" stuff/suid
	chmod 4755 stuff/suid
	echo >stuff/file
	ln -s file stuff/link
	mknod -m 666 stuff/null c 1 3
	cat >table <<-'END'
	free/1 bind writes runs follows devices suid
	free/2 bind,ro runs follows devices suid
	free/3 bind,noexec writes follows devices
	free/4 bind,nosuid writes runs follows devices
	free/5 bind,nodev writes runs follows suid
	free/6 bind,nosymfollow writes runs devices suid
	free/7 rbind writes runs follows devices suid below
	free/8 rbind,ro runs follows devices suid below
	free/9 rbind,rro runs follows devices suid
	free/10 bind,rnoexec writes follows devices
	free/11 bind,rnosuid writes runs follows devices
	free/12 bind,rnodev writes runs follows suid
	free/13 rbind,rnosymfollow writes runs devices suid below
	shut/1 bind
	shut/2 bind,rw writes runs follows devices suid
	shut/3 bind,exec,suid writes runs follows devices suid
	shut/4 bind,rrw writes
	shut/5 bind,rexec runs
	shut/6 bind,rexec,rsuid runs suid
	shut/7 bind,rdev devices
	shut/8 bind,rsymfollow follows
	shut/9 bind,nodev,noexec writes follows
	new/1 tmpcopyup writes runs follows devices suid
	new/2 tmpcopyup,ro runs follows devices suid
	new/3 tmpcopyup,rro runs follows devices suid
	new/4 tmpcopyup,noexec writes follows devices
	new/5 tmpcopyup,rnoexec writes follows devices
	new/6 tmpcopyup,rnosuid writes runs follows devices
	new/7 tmpcopyup,nodev writes runs follows suid
	new/8 tmpcopyup,rnodev writes runs follows suid
	new/9 tmpcopyup,nosymfollow writes runs devices suid
	new/10 tmpcopyup,rnosymfollow,rnosuid writes runs devices
	new/11 rro,mode=777
	new/12 noexec,mode=777 writes
	END
	while read -r place options _; do
		case $place in
		new/1[12]) add "${place%/*}" "${place#*/}" "$options" ;;
		new/*) add "${place%/*}" "${place#*/}" "$options"; cp -a stuff/. "rootfs/$place"; chmod 777 "rootfs/$place" ;;
		*) add "${place%/*}" "${place#*/}" "$options" ;;
		esac
	done <table
	mkdir free shut
	config '.mounts += ($ARGS.positional | map(if .type == "bind" then .source = "\($PWD)/\(.destination | split("/")[1])" else . end))
		| .process.user = {uid: 1000, gid: 1000} | .process.noNewPrivileges = false | .linux.resources = {}
		| .process.capabilities.bounding += ["CAP_SYS_ADMIN"]' --arg PWD "$PWD" --jsonargs "${mounts[@]}"
	# shellcheck disable=SC2046 # places are words
	program sh -c "$felt" sh $(cut -d' ' -f1 table | sed 's,^,/,')
	prepare='for dir in free shut; do
		mount -t tmpfs -o mode=777 $dir $dir && cp -a stuff/. $dir && chmod 777 $dir && mkdir $dir/below && mount -t tmpfs -o mode=777 below $dir/below || exit
	done
	"$0" oci-mount -r / -o remount,bind,ro,nosuid,nodev,noexec,nosymfollow "$PWD/shut" && exec "$@"'
	sed -E 's,^([^ ]*) [^ ]*,/\1,' table >expected
	for kernel in new old; do
		way=()
		[ $kernel = new ] || way=("$NOSYS" "$calls")
		run aside sh -c "$prepare" "$OCIBOX" "${way[@]}" "$OCIBOX" run "$ID" 3>&-
		diff expected - <<<"$output"
		[ "$status" = 0 ]
	done
}

@test "symlinks, remounts and other types as a program inside sees them" {
	ln -s file source/link
	echo text >source/file
	ln -s nowhere rootfs/link
	mkdir rootfs/t
	config '.mounts += [
		{destination: "/copied", type: "bind", source: "source/link", options: ["bind", "copy-symlink"]},
		{destination: "/link", type: "bind", source: "source/file", options: ["bind", "dest-nofollow"]},
		{destination: "/symlink", type: "bind", source: "source/link", options: ["bind", "src-nofollow"]},
		{destination: "/t", type: "tmpfs", source: "t", options: ["size=64k", "mode=700"]},
		{destination: "/t", type: "tmpfs", source: "t", options: ["remount", "size=128k", "noexec"]},
		{destination: "/deep/er/file", type: "bind", source: "source/file", options: ["bind", "ro"]},
		{destination: "/t/later", type: "bind", source: "source", options: ["rbind", "ro"]},
		{destination: "/ram", type: "ramfs", source: "r", options: ["nosuid"]}]'
	program sh -c 'readlink /copied; readlink /symlink; cat /link /deep/er/file /t/later/file; stat -c "%n %a" /deep /deep/er /t; touch /t/later/x; ls -A /proc/self/fd/.. >/dev/null; sed -nE "s,^.* (/t|/ram|/deep/er/file) ([^ ]*).* - ([^ ]* [^ ]*) (.*),\1 \2 \3,p" /proc/self/mountinfo; df -k /t | grep -c " 128 "'
	for kernel in new old; do
		rm -rf rootfs/copied rootfs/symlink rootfs/deep rootfs/ram
		way=()
		[ $kernel = new ] || way=("$NOSYS" "$calls")
		run "${way[@]}" "$OCIBOX" run "$ID" 3>&-
		# ramfs has no source before Linux 5.14
		output=${output/ramfs none/ramfs r}
		echo "$output"
		[ "$(grep -v '^/deep/er/file ' <<<"$output")" = "file
file
text
text
text
/deep 755
/deep/er 755
/t 700
touch: /t/later/x: Read-only file system
/t rw,noexec,relatime tmpfs t
/ram rw,nosuid,relatime ramfs r
1" ]
		grep -q '^/deep/er/file ro' <<<"$output"
	done
}
