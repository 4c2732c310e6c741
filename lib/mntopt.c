/* SPDX-License-Identifier: MIT */
/* The table of mount options, those of mount(8) that are not a filesystem's own and
 * those of the OCI runtime specification. */
#include "mnt.h"
#include "mntopt.h"

#define ATIME (MS_NOATIME | MS_RELATIME | MS_STRICTATIME)

enum action { SET, CLEAR, DEEP_SET, DEEP_CLEAR, PROPAGATION, EXTRA };

struct row {
	const char *name;
	enum action action;
	unsigned flags;
};

static const struct row rows[] = {
	{ "acl", SET, MS_POSIXACL },
	{ "async", CLEAR, MS_SYNCHRONOUS },
	{ "atime", CLEAR, MS_NOATIME },
	{ "bind", SET, MS_BIND },
	{ "copy-symlink", EXTRA, OPT_COPY_SYMLINK },
	{ "defaults", SET, 0 },
	{ "dest-nofollow", EXTRA, OPT_DEST_NOFOLLOW },
	{ "dev", CLEAR, MS_NODEV },
	{ "diratime", CLEAR, MS_NODIRATIME },
	{ "dirsync", SET, MS_DIRSYNC },
	{ "exec", CLEAR, MS_NOEXEC },
	{ "idmap", EXTRA, OPT_IDMAP },
	{ "iversion", SET, MS_I_VERSION },
	{ "lazytime", SET, MS_LAZYTIME },
	{ "loud", CLEAR, MS_SILENT },
	{ "mand", SET, MS_MANDLOCK },
	{ "noacl", CLEAR, MS_POSIXACL },
	{ "noatime", SET, MS_NOATIME },
	{ "nodev", SET, MS_NODEV },
	{ "nodiratime", SET, MS_NODIRATIME },
	{ "noexec", SET, MS_NOEXEC },
	{ "noiversion", CLEAR, MS_I_VERSION },
	{ "nolazytime", CLEAR, MS_LAZYTIME },
	{ "nomand", CLEAR, MS_MANDLOCK },
	{ "norelatime", CLEAR, MS_RELATIME },
	{ "nostrictatime", CLEAR, MS_STRICTATIME },
	{ "nosuid", SET, MS_NOSUID },
	{ "nosymfollow", SET, MS_NOSYMFOLLOW },
	{ "private", PROPAGATION, MS_PRIVATE },
	{ "ratime", DEEP_CLEAR, MS_NOATIME },
	{ "rbind", SET, MS_BIND | MS_REC },
	{ "rdev", DEEP_CLEAR, MS_NODEV },
	{ "rdiratime", DEEP_CLEAR, MS_NODIRATIME },
	{ "relatime", SET, MS_RELATIME },
	{ "remount", SET, MS_REMOUNT },
	{ "rexec", DEEP_CLEAR, MS_NOEXEC },
	{ "ridmap", EXTRA, OPT_IDMAP | OPT_DEEP_IDMAP },
	{ "rnoatime", DEEP_SET, MS_NOATIME },
	{ "rnodev", DEEP_SET, MS_NODEV },
	{ "rnodiratime", DEEP_SET, MS_NODIRATIME },
	{ "rnoexec", DEEP_SET, MS_NOEXEC },
	{ "rnorelatime", DEEP_CLEAR, MS_RELATIME },
	{ "rnostrictatime", DEEP_CLEAR, MS_STRICTATIME },
	{ "rnosuid", DEEP_SET, MS_NOSUID },
	{ "rnosymfollow", DEEP_SET, MS_NOSYMFOLLOW },
	{ "ro", SET, MS_RDONLY },
	{ "rprivate", PROPAGATION, MS_PRIVATE | MS_REC },
	{ "rrelatime", DEEP_SET, MS_RELATIME },
	{ "rro", DEEP_SET, MS_RDONLY },
	{ "rrw", DEEP_CLEAR, MS_RDONLY },
	{ "rshared", PROPAGATION, MS_SHARED | MS_REC },
	{ "rslave", PROPAGATION, MS_SLAVE | MS_REC },
	{ "rstrictatime", DEEP_SET, MS_STRICTATIME },
	{ "rsuid", DEEP_CLEAR, MS_NOSUID },
	{ "rsymfollow", DEEP_CLEAR, MS_NOSYMFOLLOW },
	{ "runbindable", PROPAGATION, MS_UNBINDABLE | MS_REC },
	{ "rw", CLEAR, MS_RDONLY },
	{ "shared", PROPAGATION, MS_SHARED },
	{ "silent", SET, MS_SILENT },
	{ "slave", PROPAGATION, MS_SLAVE },
	{ "src-nofollow", EXTRA, OPT_SRC_NOFOLLOW },
	{ "strictatime", SET, MS_STRICTATIME },
	{ "suid", CLEAR, MS_NOSUID },
	{ "symfollow", CLEAR, MS_NOSYMFOLLOW },
	{ "sync", SET, MS_SYNCHRONOUS },
	{ "tmpcopyup", EXTRA, OPT_COPY_UP },
	{ "unbindable", PROPAGATION, MS_UNBINDABLE },
};

const char *
mount_option_name(size_t i)
{
	return i < sizeof(rows) / sizeof(rows[0]) ? rows[i].name : NULL;
}

char *
mount_option_cut(char **rest)
{
	char *start = *rest, *at = start;
	bool quoted = false;

	for (; *at && (quoted || *at != ','); at++)
		quoted ^= *at == '"';
	*rest = *at ? at + 1 : at;
	*at = '\0';
	return start;
}

static int
compare(const void *key, const void *row)
{
	return strcmp(key, ((const struct row *)row)->name);
}

/* The later of two options that contradict each other wins. */
static void
change(unsigned long *on, unsigned long *off, unsigned long flags)
{
	if (flags & ATIME) {
		*on &= ~(unsigned long)ATIME;
		*off &= ~(unsigned long)ATIME;
	}
	*on |= flags;
	*off &= ~flags;
}

static void
add_data(struct mount_options *options, const char *text)
{
	char *was = options->data;

	options->data = xasprintf("%s%s%s", was ? was : "", was ? "," : "", text);
	options->has_mode |= !strncmp(text, "mode=", strlen("mode="));
	if (!was)
		options->unknown = xstrdup(text);
	free(was);
}

const char *
mount_option(struct mount_options *options, const char *text)
{
	const char *map = !strncmp(text, "idmap=", 6) || !strncmp(text, "ridmap=", 7) ? strchr(text, '=') : NULL;
	autofree char *name = xstrndup(text, map ? (size_t)(map - text) : SIZE_MAX);
	const struct row *row = bsearch(name, rows, sizeof(rows) / sizeof(rows[0]), sizeof(rows[0]), compare);

	if (map) {
		free(options->idmap);
		options->idmap = xstrdup(map + 1);
	}
	if (!row) {
		/* podman and buildah leave words of their own in the list: what to copy to a volume, whose label and user it gets */
		if (strcmp(text, "copy") && strcmp(text, "nocopy") && (strlen(text) > 1 || !strchr("zZU", *text)))
			add_data(options, text);
		return NULL;
	}
	switch (row->action) {
	case SET:
		change(&options->set, &options->clear, row->flags);
		break;
	case CLEAR:
		change(&options->clear, &options->set, row->flags);
		break;
	case DEEP_SET:
		change(&options->deep_set, &options->deep_clear, row->flags);
		break;
	case DEEP_CLEAR:
		change(&options->deep_clear, &options->deep_set, row->flags);
		break;
	case PROPAGATION:
		if (options->propagations == PROPAGATIONS_MAX)
			return "too many propagation options";
		options->propagation[options->propagations++] = row->flags;
		break;
	case EXTRA:
		options->extra |= row->flags;
		break;
	}
	return NULL;
}

void
mount_options_free(struct mount_options *options)
{
	free(options->data);
	free(options->unknown);
	free(options->idmap);
}

void
mount_options_finish(const struct mount_options *options, int mount, const char *what)
{
	/* below a new filesystem, or a bind of one directory, there is nothing, and old kernels have to be asked for a list */
	mnt_flags(mount, options->deep_set | (options->set & (MS_REC | MS_REMOUNT) ? MS_REC : 0), options->deep_clear, what);
	for (size_t i = 0; i < options->propagations; i++)
		mnt_propagation(mount, options->propagation[i], what);
}
