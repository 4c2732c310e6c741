# SPDX-License-Identifier: MIT
# The steps of a package, with what OpenWrt passes to make.
MAKE_VARS = CFLAGS="$(TARGET_CFLAGS) $(TARGET_CPPFLAGS)" LDFLAGS="$(TARGET_LDFLAGS)"
MAKE_FLAGS = $(TARGET_CONFIGURE_OPTS) CROSS="target-" ARCH="x86_64"

define Download
$(eval $(Download/$(1)))
download-$(1):
	cd $(DL_DIR) && echo "$(HASH)  $(FILE)" | sha256sum -c
all: download-$(1)
endef

define Build/Prepare/Default
	cd $(DL_DIR) && echo "$(PKG_HASH)  $(PKG_SOURCE)" | sha256sum -c
	tar -C $(BUILD_DIR) -xzf $(DL_DIR)/$(PKG_SOURCE)
endef

define BuildPackage
$(eval $(Package/$(1)))
all:
	mkdir -p $$(BUILD_DIR)
	$$(Build/Prepare)
	$$(MAKE_VARS) $$(MAKE) -C $$(PKG_BUILD_DIR) $$(MAKE_FLAGS)
	$$(MAKE_VARS) $$(MAKE) -C $$(PKG_BUILD_DIR) $$(MAKE_FLAGS) DESTDIR="$$(PKG_INSTALL_DIR)" install
	$$(call Package/$(1)/install,$$(WORK)/openwrt-output/root)
endef
