/* SPDX-License-Identifier: MIT */
#include <ctype.h>
#include <sys/stat.h>
#include <sys/statvfs.h>

#include "compat.h"
#include "passwd.h"
#include "program.h"

/* 0, or why file cannot be executed: *looked says whether it was stat(2) that failed. */
static int
runnable(const char *file, bool *looked)
{
	struct statvfs fs;
	struct stat st;

	*looked = !stat(file, &st);
	if (!*looked)
		return errno;
	if (S_ISDIR(st.st_mode))
		return EISDIR;
	if (!S_ISREG(st.st_mode))
		return EACCES;
	if (!syscall(OCI_SYS_faccessat2, AT_FDCWD, file, X_OK, AT_EACCESS))
		return 0;
	/* EPERM: a seccomp filter around us that is older than the call */
	if (errno != ENOSYS && errno != EPERM)
		return errno;
	/* before 5.8 access(2) judges by the real user only. The mode alone may say yes too often;
	 * execve(2) has the last word. */
	return st.st_mode & 0111 && !statvfs(file, &fs) && !(fs.f_flag & ST_NOEXEC) ? 0 : EACCES;
}

/* strerror's text as Go writes it. */
static char *
lower(int err)
{
	char *text = xstrdup(strerror(err));

	*text = (char)tolower((unsigned char)*text);
	return text;
}

static int
status_for(int err)
{
	return err == ENOENT || err == ENOTDIR ? ST_NOT_FOUND : ST_NOT_RUNNABLE;
}

static char *
search(const char *name, const char *path)
{
	bool looked;

	for (;;) {
		size_t len = strcspn(path, ":");
		/* an empty element is the working directory */
		char *file = xasprintf("%.*s/%s", len ? (int)len : 1, len ? path : ".", name);

		if (!runnable(file, &looked))
			return file;
		free(file);
		if (!path[len])
			return NULL;
		path += len + 1;
	}
}

char *
program_find(const char *name, const char *path, struct refusal *refusal)
{
	autofree char *text = NULL;
	bool looked;
	int err;

	if (!strchr(name, '/')) {
		char *file = *name && *path ? search(name, path) : NULL;

		refusal->status = ST_NOT_FOUND;
		refusal->reason = file ? NULL : xasprintf("exec: \"%s\": executable file not found in $PATH", name);
		return file;
	}
	err = runnable(name, &looked);
	if (!err)
		return xstrdup(name);
	text = lower(err);
	refusal->status = status_for(err);
	if (looked)
		/* to execve(2) a directory is EACCES; clients look for the one or the other */
		refusal->reason = xasprintf("exec: \"%s\": %s%s", name, text, err == EISDIR ? ": permission denied" : "");
	else
		refusal->reason = xasprintf("exec: \"%s\": stat %s: %s", name, name, text);
	return NULL;
}

void
program_refused(const char *file, int err, struct refusal *refusal)
{
	autofree char *text = lower(err);
	struct stat st;

	refusal->status = status_for(err);
	/* ENOENT for a file that is there is about the interpreter it names */
	refusal->reason = xasprintf("exec %s: %s%s", file, text,
	    err == ENOENT && !stat(file, &st) ? ": the interpreter it names" : "");
}

char *
program_home(uid_t uid)
{
	char *home = passwd_field(uid, 5);

	if (home && *home == '/')
		return home;
	free(home);
	return xstrdup("/");
}
