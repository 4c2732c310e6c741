# SPDX-License-Identifier: MIT
# Of OpenWrt, as much as a package's Makefile meets.
all:
INCLUDE_DIR := $(TOPDIR)/include
DL_DIR := $(WORK)
BUILD_DIR := $(WORK)/openwrt-output/build
PKG_BUILD_DIR = $(BUILD_DIR)/$(PKG_NAME)-$(PKG_VERSION)
PKG_INSTALL_DIR = $(PKG_BUILD_DIR)/ipkg-install
TARGET_CFLAGS := -Os -pipe -fno-caller-saves -Wformat -Werror=format-security
TARGET_CPPFLAGS := -D_FORTIFY_SOURCE=1
TARGET_LDFLAGS := -Wl,-z,now -Wl,-z,relro
TARGET_CONFIGURE_OPTS := CC="target-gcc" GCC="target-gcc" AR="false" LD="false" STRIP="false"
INSTALL_DIR := install -d -m0755
INSTALL_BIN := install -m0755
CP := cp -fpR
