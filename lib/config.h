/* SPDX-License-Identifier: MIT */
/* config.json of the OCI runtime specification, as the steps read it. What a step reads, itself or by lib, inside a part that has a
 * schema in lib/part_PART.c, is checked where its first comment says so: "schema: process hooks". */
#ifndef CONFIG_H
#define CONFIG_H

#include "json.h"
#include "ocibox.h"

struct config {
	struct json *json;
	const char *text;       /* the file as it was read, for the state's copy */
	size_t len;
	char *file;             /* its name, for messages */
	char *bundle;           /* absolute path: relative paths in the file start here */
	char *rootfs;           /* absolute path of root.path; NULL: the file has no root */
	struct filter *filter;  /* of linux.seccomp, when that was known: the tree has nothing of it then; else NULL */
};

/* The filter that linux.seccomp, len bytes of text, compiles to, when it is one that was checked and compiled before;
 * NULL: it is not known. As filter_known of lib/filter.h, which not every selection of applets has. */
typedef struct filter *config_filter(const char *bundle, const char *text, size_t len);

/* config.json of the bundle, checked against the schema; dies with the first error, in its place.
 * Read once a process: the first configuration read is the one in force for all later steps. */
const struct config *config_load(const char *bundle);
/* The same from file (or "-", standard input) and with root.path replaced; each may be NULL. */
const struct config *config_load_from(const char *bundle, const char *file, const char *rootfs);
/* The same, asking known for the filter of linux.seccomp: half the time of reading a configuration is for its names. */
const struct config *config_load_known(const char *bundle, const char *file, const char *rootfs, config_filter *known);
/* Takes the linux.seccomp of the configuration in force into its tree, whoever knew it. Nodes of before are not of this tree. */
const struct config *config_whole(void);

/* file (or "-"), checked, that is one property of linux alone, part ("resources"): it has no bundle, and is kept by the caller. */
const struct config *config_load_part(const char *file, const char *part);
/* The same of len bytes of text, to stay; name: for places. */
const struct config *config_take_part(const char *name, const char *text, size_t len, const char *part);
/* The configuration in force with text (len bytes, to stay; name: its file's, for places) as that member ("process"), checked; in
 * force from now on. */
const struct config *config_set(const char *member, const char *text, size_t len, const char *name);

/* The text of file, or of standard input for "-"; dies when that is no regular file, or too large. The caller frees it. */
char *config_read(const char *file, size_t *len);

/* The node at a path of keys ("linux.namespaces"), or -1; node 0 is the document. */
int config_node(const struct config *config, int node, const char *path);
/* Values at a path below node. The schema has checked types and ranges: absent gives NULL or the default. */
const char *config_string(const struct config *config, int node, const char *path);
bool config_bool(const struct config *config, int node, const char *path, bool absent);
int64_t config_int(const struct config *config, int node, const char *path, int64_t absent);
uint64_t config_uint(const struct config *config, int node, const char *path, uint64_t absent);
/* An array of strings as a NULL-terminated list (the caller's to free, not its strings); NULL when absent. */
const char **config_strings(const struct config *config, int node, const char *path);
/* The destination of that element of mounts; a path of the host, which begins with that of the root, is what is behind it, as for runc. */
const char *config_destination(const struct config *config, int mount);
/* The path of that element of linux.namespaces; NULL: it is to be made. An empty one is none, as for runc. */
const char *config_namespace_path(const struct config *config, int node);
/* Whether linux.namespaces has one of that type ("mount"), be it new or joined. */
bool config_has_namespace(const struct config *config, const char *type);
/* Dies with the place of node: "config.json:3:5: a.b: REASON". status: ST_CONFIG, ST_UNSUPPORTED ... */
_Noreturn void config_fail(const struct config *config, int node, int status, const char *reason, ...)
	__attribute__((format(printf, 4, 5)));

/* For schema_check: dies with the error that is found. */
bool config_first_error(void *arg, const char *place, const char *reason);

/* lib/schema.c: checks the whole document. Calls found for each error, in the file's order, until
 * it returns false. place is "file:line:column: path". Returns how many there were. */
int schema_check(const struct json *json, bool (*found)(void *arg, const char *place, const char *reason), void *arg);
/* The same of a document that is the property part of linux alone. */
int schema_check_part(const struct json *json, const char *part, bool (*found)(void *arg, const char *place, const char *reason), void *arg);
#endif
