/* SPDX-License-Identifier: MIT */
/* criu(8), which saves the processes of a container, and its command line. What is made for that stays: the process
 * becomes criu. */
#ifndef CRIU_H
#define CRIU_H

#include "config.h"
#include "program.h"

/* What is asked of it, and its words, as they are found. */
struct criu {
	bool restore;           /* not a dump */
	bool pre;               /* a dump of memory alone */
	const char *bundle;
	const char *image;      /* the directory of what is saved */
	const char *work;       /* that of its log; NULL: image */
	const char *parent;     /* of a dump: an earlier one, from image on; NULL: none */
	const char *mode;       /* what is to be done with cgroups */
	const char *server;     /* of a page server, ADDRESS:PORT; NULL: none */
	const char **words;     /* with a NULL; they stay */
	size_t count;
};

/* lib/criu.c */

/* Its file: $OCIBOX_CRIU, else criu, looked for in the caller's PATH, as runc does, when that has absolute directories alone, and
 * then in HOST_PATH. The caller frees it; NULL and why in refusal. */
char *criu_find(struct refusal *refusal);
/* Adds a word, or an option and its value, which stay; value NULL: none. */
void criu_add(struct criu *criu, const char *word, const char *value);
/* Adds an option whose value is the name of this descriptor, or of a file in the directory it is, which criu inherits. Dies. */
void criu_add_descriptor(struct criu *criu, const char *word, int fd, const char *file);
/* Adds what a dump and a restore have in common, and opens the directories, which a dump makes. Returns that of the image
 * (O_PATH). Dies; also when the configuration has what a checkpoint would lose without a word. */
int criu_begin(struct criu *criu, const struct config *config);
/* "dump.log". */
const char *criu_log(const struct criu *criu);
/* Writes to the image what is on the first three descriptors of the process whose directory in /proc that is. Dies. */
void criu_save_descriptors(int image, int process);
/* Adds those of them that were pipes: criu's own take their place. Dies. */
void criu_take_descriptors(struct criu *criu, int image);
/* Its first words on what went wrong, in that log; a hook's are among its own. */
const char *criu_error(const char *log);

/* lib/criu_host.c */

/* Adds which mounts are of the host's: binds, device nodes, cgroups of v1. root (O_PATH): of a dump, the container's root as it is;
 * of a restore, the directory that will be, in which missing mount points are made. entry: the container's. Dies. */
void criu_mounts(struct criu *criu, const struct config *config, int root, int entry);
/* Adds which namespaces are joined. process: of a dump, its directory in /proc. Dies. */
void criu_namespaces(struct criu *criu, const struct config *config, int process);
/* Adds the cgroup that stops the processes for a dump, or those to restore in, which are this process's. Dies. */
void criu_cgroups(struct criu *criu, int entry);

/* lib/criu_hook.c */

/* Has criu call oci-criu without words when there is something to do in between. entry: the container's, id. Dies. */
void criu_hooks(struct criu *criu, const struct config *config, int entry, const char *id);
/* That call: when the namespaces are there, brings the loopback device of a new network up, and returns the words that
 * run the hooks which runc has there. Dies. */
char **criu_called(void);
#endif
