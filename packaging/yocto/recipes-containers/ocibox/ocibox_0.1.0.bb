SUMMARY = "OCI container runtime of single steps"
DESCRIPTION = "One program with many commands, to run OCI bundles in the place of runc or crun, \
and to set containers up from shell scripts and initramfs images."
HOMEPAGE = "https://ocibox.example"
SECTION = "console/tools"
LICENSE = "MIT"
LIC_FILES_CHKSUM = "file://LICENSE;md5=cfdcb7f9ee04d7956fbfc891dacd419c"

DEPENDS = "libcap libseccomp"

# jsmn is one header
JSMN_VERSION = "1.1.0"
SRC_URI = "https://ocibox.example/releases/ocibox-${PV}.tar.gz;name=ocibox \
           ${DEBIAN_MIRROR}/main/j/jsmn/jsmn_${JSMN_VERSION}.orig.tar.gz;name=jsmn;subdir=${BP} \
           "
SRC_URI[ocibox.sha256sum] = "0000000000000000000000000000000000000000000000000000000000000000"
SRC_URI[jsmn.sha256sum] = "5f0913a10657fe7ec8d5794ccf00a01000e3e1f2f1e1f143c34a0f7b47edcb38"

inherit bash-completion

EXTRA_OEMAKE = "'CC=${CC}' 'CFLAGS=${CFLAGS}' 'CPPFLAGS=${CPPFLAGS} -I${S}/jsmn-${JSMN_VERSION}' 'LDFLAGS=${LDFLAGS}' \
                COMMIT=yocto DEPS= LINK= 'PREFIX=${prefix}'"

do_install () {
    oe_runmake 'DESTDIR=${D}' install
}

PACKAGES =+ "${PN}-fish-completion ${PN}-zsh-completion"
FILES:${PN}-fish-completion = "${datadir}/fish"
FILES:${PN}-zsh-completion = "${datadir}/zsh"
