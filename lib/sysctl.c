/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "sysctl.h"

bool
sysctl_path(const char *key, char *path, size_t size)
{
	bool swap = key[strcspn(key, "./")] == '.';
	size_t len = strlen(key), start = 0;

	if (len >= size)
		return false;
	for (size_t i = 0; i <= len; i++) {
		path[i] = key[i];
		if (swap && (key[i] == '.' || key[i] == '/'))
			path[i] = key[i] == '.' ? '/' : '.';
		if (path[i] && path[i] != '/')
			continue;
		/* nothing, ".", "..", and what else is made of dots alone */
		if (strspn(path + start, ".") >= i - start)
			return false;
		start = i + 1;
	}
	return true;
}

const char *
sysctl_namespace(const char *path)
{
	static const char *const prefixes[][2] = { { "net/", "network" }, { "fs/mqueue/", "ipc" }, { "user/", "user" } };
	static const char *const ipc[] = { "msgmax", "msgmnb", "msgmni", "sem", "shmall", "shmmax", "shmmni", "shm_rmid_forced" };

	for (size_t i = 0; i < sizeof(prefixes) / sizeof(prefixes[0]); i++)
		if (!strncmp(path, prefixes[i][0], strlen(prefixes[i][0])))
			return prefixes[i][1];
	if (strncmp(path, "kernel/", strlen("kernel/")))
		return NULL;
	path += strlen("kernel/");
	if (!strcmp(path, "domainname") || !strcmp(path, "hostname"))
		return "uts";
	for (size_t i = 0; i < sizeof(ipc) / sizeof(ipc[0]); i++)
		if (!strcmp(path, ipc[i]))
			return "ipc";
	return NULL;
}
