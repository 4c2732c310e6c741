# SPDX-License-Identifier: MIT
# make -f buildroot.mk RECIPE=FILE TARGET_CC=COMPILER: of Buildroot, as much as a generic package meets: the sources are
# checked and unpacked, and its commands run with what Buildroot passes.
PKGDIR := $(dir $(RECIPE))
BASE := $(CURDIR)/buildroot-output
TARGET_DIR := $(BASE)/target
BUILD_DIR := $(BASE)/build
DL_DIR := $(CURDIR)
BR2_PACKAGE_LIBSECCOMP := y
TARGET_CFLAGS := -D_LARGEFILE_SOURCE -D_LARGEFILE64_SOURCE -D_FILE_OFFSET_BITS=64 -Os -g0 -D_FORTIFY_SOURCE=1
TARGET_CPPFLAGS := -D_LARGEFILE_SOURCE -D_LARGEFILE64_SOURCE -D_FILE_OFFSET_BITS=64
TARGET_CONFIGURE_OPTS = PATH="$(PATH)" AR=false LD=false CC="$(TARGET_CC)" GCC="$(TARGET_CC)" STRIP=false \
	CPPFLAGS="$(TARGET_CPPFLAGS)" CFLAGS="$(TARGET_CFLAGS)" LDFLAGS="" STAGING_DIR="$(BASE)/staging"

define generic-package
$(BUILD_DIR)/ocibox-$(OCIBOX_VERSION)/.stamp_target_installed:
	mkdir -p $$(TARGET_DIR) $$(@D)
	cd $$(DL_DIR) && sed -n 's/^sha256  *//p' $$(PKGDIR)ocibox.hash | grep '$(OCIBOX_VERSION).tar.gz' | sha256sum -c
	tar -C $$(@D) --strip-components=1 -xzf $$(DL_DIR)/ocibox-$(OCIBOX_VERSION).tar.gz
	cd $$(@D) && sed -n 's/^sha256  *//p' $$(PKGDIR)ocibox.hash | grep '$(OCIBOX_LICENSE_FILES)' | sha256sum -c
	$$(OCIBOX_BUILD_CMDS)
	$$(OCIBOX_INSTALL_TARGET_CMDS)
endef

include $(RECIPE)
