#!/bin/sh
# SPDX-License-Identifier: MIT
# release.sh VERSION DEPS DIRECTORY ARCH...: a release of the commit that is checked out, into DIRECTORY: ocibox-VERSION.tar.gz, the
# sources; ocibox-VERSION-ARCH for each processor, built from these sources with the libraries below DEPS; SHA256SUMS.
#
# The same commit gives the same bytes, wherever, whenever and by whom it is built with the same compilers: times are
# the commit's, and neither the environment nor git's configuration is asked.
set -eu
export LC_ALL=C
umask 022
unset GZIP TAR_OPTIONS

[ $# -ge 4 ] || { echo "usage: release.sh VERSION DEPS DIRECTORY ARCH..." >&2; exit 2; }
version=$1 deps=$2 out=$3
shift 3
name=ocibox-$version

commit=$(git rev-parse --verify HEAD)
[ -z "$(git status --porcelain --untracked-files=no)" ] || echo "release.sh: what is not committed is left out" >&2
when=$(git log -1 --format=@%ct "$commit")
rm -rf "$out"
mkdir -p "$out"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

git -c core.autocrlf=false -c core.attributesFile=/dev/null -c tar.umask=0022 \
	archive --format=tar --prefix="$name/" "$commit" >"$work/$name.tar"
tar -xf "$work/$name.tar" -C "$work"
gzip -n -9 <"$work/$name.tar" >"$out/$name.tar.gz"

for arch; do
	env -i PATH="$PATH" LC_ALL=C make -s -j "$(nproc)" -C "$work/$name" ARCH="$arch" B="build/$arch" DEPS="$deps" "build/$arch/ocibox"
	cp "$work/$name/build/$arch/ocibox" "$out/$name-$arch"
done
(
	cd "$out"
	touch -d "$when" -- *
	sha256sum -- * >"$work/SHA256SUMS"
	cp "$work/SHA256SUMS" .
	touch -d "$when" SHA256SUMS
)
