#!/bin/sh
# SPDX-License-Identifier: MIT
# recipes.sh TARBALL URL DIRECTORY: the recipes for Alpine, Buildroot, Yocto and OpenWrt into DIRECTORY, for this release,
# ocibox-VERSION.tar.gz, which is to be had at URL/ocibox-VERSION.tar.gz. Those in packaging/ have no checksum of it,
# as they are in it, and an address that is nobody's.
set -eu
export LC_ALL=C
[ $# = 3 ] || { echo "usage: recipes.sh TARBALL URL DIRECTORY" >&2; exit 2; }
here=$(cd "$(dirname "$0")" && pwd)
version=$(sed -n 's/^VERSION := //p' "$here/../Makefile")
[ "${1##*/}" = "ocibox-$version.tar.gz" ] || { echo "recipes.sh: $1: not ocibox-$version.tar.gz" >&2; exit 1; }
sha256=$(sha256sum <"$1")
sha512=$(sha512sum <"$1")

mkdir -p "$3"
cd "$3"
for system in alpine buildroot openwrt yocto; do
	cp -r "$here/$system" .
done
find . -type f -exec sed -i \
	-e "s|https://ocibox[.]example/releases|$2|" \
	-e "s|https://ocibox[.]example|${2%/*}|" \
	-e "s/0\{128\}/${sha512%% *}/" -e "s/0\{64\}/${sha256%% *}/" {} +
