#!/bin/sh
# SPDX-License-Identifier: MIT
# needs.sh PURPOSE...: install with apt or apk what a purpose needs and this machine lacks.
# Purposes: build, cross, release, demo, check, lint, san, vm, systemd, clients, packages, initramfs, bench, fuzz. Prints nothing when all is there.
set -eu
export LC_ALL=C DEBIAN_FRONTEND=noninteractive

debian_packages() {
	for purpose; do
		case $purpose in
		build) echo gcc libc6-dev make libjsmn-dev dpkg-dev perl debian-archive-keyring ;;
		cross) echo gcc-aarch64-linux-gnu linux-libc-dev-arm64-cross gcc-arm-linux-gnueabihf linux-libc-dev-armhf-cross gcc-riscv64-linux-gnu linux-libc-dev-riscv64-cross ;;
		release) echo git qemu-user-static ;;
		demo) echo busybox-static util-linux ;;
		check) echo bats binutils zsh fish busybox-static dash jq strace runc crun mandoc procps iproute2 util-linux libcap2-bin uidmap ;;
		lint) echo clang-tidy cppcheck shellcheck mandoc ;;
		san) echo libcap-dev libseccomp-dev ;;
		vm) echo qemu-system-x86 busybox-static xz-utils squashfs-tools ;;
		initramfs) echo initramfs-tools-core dracut-core udev kmod zstd squashfs-tools e2fsprogs qemu-system-x86 busybox-static jq ;;
		systemd) echo debootstrap qemu-system-x86 busybox-static xz-utils ;;
		clients) echo podman buildah conmon runc catatonit netavark iptables slirp4netns fuse-overlayfs uidmap jq busybox-static bsdutils util-linux iproute2 containerd docker.io python3-grpcio python3-protobuf protobuf-compiler ;;
		packages) echo musl-tools libcap-dev libseccomp-dev debhelper lintian autopkgtest iproute2 python3 python3-yaml python3-pyhcl containerd docker.io podman runc ;;
		bench) echo jq busybox-static runc crun bubblewrap patchelf debian-archive-keyring util-linux ;;
		fuzz) echo clang libclang-rt-dev ;;
		*) echo "needs.sh: no such purpose: $purpose" >&2; return 1 ;;
		esac
	done
}

alpine_packages() {
	for purpose; do
		case $purpose in
		build) echo build-base linux-headers libcap-dev libcap-static libseccomp-dev libseccomp-static ;;
		demo) echo busybox-static util-linux ;;
		check) echo bash bats busybox-static coreutils dash findutils grep jq strace runc crun mandoc procps iproute2 util-linux libcap shadow-uidmap ;;
		lint) echo clang-extra-tools cppcheck shellcheck mandoc ;;
		vm) echo qemu-system-x86_64 busybox-static squashfs-tools ;;
		clients) echo podman buildah conmon runc catatonit netavark iptables slirp4netns fuse-overlayfs shadow-uidmap jq busybox-static util-linux util-linux-misc iproute2 containerd docker py3-grpcio py3-protobuf protoc ;;
		bench) echo bash jq busybox-static runc crun bubblewrap util-linux ;;
		fuzz) echo clang compiler-rt ;;
		san | packages | initramfs) ;;
		*) echo "needs.sh: no such purpose: $purpose" >&2; return 1 ;;
		esac
	done
}

# lacking: the packages among the operands that are not installed
lacking() {
	for package; do
		case $manager in
		apt) dpkg-query -W -f='${db:Status-Status}' "$package" 2>/dev/null | grep -qx installed || echo "$package" ;;
		apk) apk info -e "$package" >/dev/null || echo "$package" ;;
		esac
	done
}

if command -v apt-get >/dev/null; then
	manager=apt
	wanted=$(debian_packages "$@")
elif command -v apk >/dev/null; then
	manager=apk
	wanted=$(alpine_packages "$@")
else
	echo "needs.sh: neither apt nor apk here; nothing is installed" >&2
	exit 0
fi
# shellcheck disable=SC2086 # a list of words
missing=$(lacking $wanted | sort -u | tr '\n' ' ')
[ "$missing" ] || exit 0
if [ "$(id -u)" != 0 ]; then
	echo "missing: $missing(as root, \"packaging/needs.sh $*\" installs them)" >&2
	exit 1
fi
echo "installing: $missing"
# the services of a package are not wanted: no dockerd, with its interface and its rules of the firewall
policy=/usr/sbin/policy-rc.d
if [ "$manager" = apt ] && [ ! -e "$policy" ]; then
	trap 'rm -f "$policy"' EXIT
	trap 'exit 143' TERM
	trap 'exit 130' INT
	printf '#!/bin/sh\nexit 101\n' >"$policy"
	chmod 755 "$policy"
fi
# shellcheck disable=SC2086
install_missing() {
	case $manager in
	apt) apt-get install -qq -y --no-install-recommends -o Dpkg::Use-Pty=0 -o Acquire::Retries=3 $missing >/dev/null ;;
	apk) apk add -q $missing ;;
	esac
}

# the lists may be absent, or so old that the files they name are gone
install_missing 2>/dev/null || {
	[ "$manager" != apt ] || apt-get update -qq
	install_missing
}
