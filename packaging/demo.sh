#!/bin/sh
# SPDX-License-Identifier: MIT
# demo.sh OCIBOX: make a bundle of static busybox and run a container in it.
set -eu
[ "$(id -u)" = 0 ] || { echo "demo.sh: a container of one's own needs root: sudo make demo" >&2; exit 1; }
ocibox=$(cd "$(dirname "$1")" && pwd)/$(basename "$1")
dir=$(dirname "$ocibox")/demo
rm -rf "$dir"
mkdir -p "$dir/rootfs/bin" "$dir/rootfs/etc"
trap 'rm -rf "$dir"' EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

cp "$(command -v busybox)" "$dir/rootfs/bin/busybox"
for name in $("$dir/rootfs/bin/busybox" --list); do
	[ "$name" = busybox ] || ln -s busybox "$dir/rootfs/bin/$name"
done

echo 'root:x:0:0:root:/:/bin/sh' >"$dir/rootfs/etc/passwd"
echo 'root:x:0:' >"$dir/rootfs/etc/group"

step() {
	printf '\n# %s\n' "$*"
	"$@"
}

cat >"$dir/rootfs/hello" <<'END'
#!/bin/sh
echo "hello from pid $$ on $(hostname), as $(id)"
echo
ps
echo
mount | head -n 8
echo
grep -E '^(CapEff|NoNewPrivs)' /proc/self/status
END
chmod 755 "$dir/rootfs/hello"

export OCIBOX_ROOT="$dir/state"
cd "$dir"
step "$ocibox" spec
sed -i -e 's/"terminal": true/"terminal": false/' -e 's|^\([[:space:]]*\)"sh"$|\1"/hello"|' config.json
step "$ocibox" run demo
step "$ocibox" list
