################################################################################
#
# ocibox
#
################################################################################

OCIBOX_VERSION = 0.1.0
OCIBOX_SITE = https://ocibox.example/releases
OCIBOX_LICENSE = MIT
OCIBOX_LICENSE_FILES = LICENSE
OCIBOX_DEPENDENCIES = jsmn libcap

OCIBOX_MAKE_OPTS = \
	$(TARGET_CONFIGURE_OPTS) \
	COMMIT=buildroot \
	DEPS= \
	LINK= \
	PREFIX=/usr

ifeq ($(BR2_PACKAGE_LIBSECCOMP),y)
OCIBOX_DEPENDENCIES += libseccomp
OCIBOX_MAKE_OPTS += SECCOMP=1
else
OCIBOX_MAKE_OPTS += SECCOMP=0
endif

define OCIBOX_BUILD_CMDS
	$(MAKE) $(OCIBOX_MAKE_OPTS) -C $(@D)
endef

define OCIBOX_INSTALL_TARGET_CMDS
	$(MAKE) $(OCIBOX_MAKE_OPTS) -C $(@D) DESTDIR=$(TARGET_DIR) install
endef

$(eval $(generic-package))
