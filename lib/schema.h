/* SPDX-License-Identifier: MIT */
/* What the files of the schema share: the tables' rows and the checks they name. */
#ifndef SCHEMA_H
#define SCHEMA_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "json.h"

/* From OBJECT on there is something inside. */
enum kind { STRING = 1, BOOLEAN, INTEGER, OBJECT, ARRAY, MAP };

/* Namespaces, in the order of the words in namespace_types. */
enum { NS_MOUNT = 1, NS_PID = 2, NS_NETWORK = 4, NS_UTS = 8, NS_IPC = 16, NS_USER = 32, NS_CGROUP = 64, NS_TIME = 128 };

struct checker {
	const struct json *json;
	bool (*found)(void *arg, const char *place, const char *reason);
	void *arg;
	int errors;
	bool stopped;           /* found returned false */
	unsigned namespaces;    /* the configuration has these types */
	unsigned joined;        /* and these of them by path */
	bool listener;          /* there is linux.seccomp.listenerPath */
	unsigned seen_namespaces, seen_rlimits;         /* up to where the walk is */
};

/* Looks at node, of which the type is right already, in the object or array parent. */
typedef void check(struct checker *c, int parent, int node);

struct range {
	int64_t min;
	uint64_t max;
};

/* A property. Null in the file is the same as no property. */
struct rule {
	const char *key;                /* NULL ends a list of properties */
	unsigned char kind;             /* enum kind */
	bool required;
	bool terminal;                  /* ignored without process.terminal */
	union {
		const struct range *range;      /* INTEGER */
		const char *const *words;       /* STRING: one of these; NULL: any */
		const struct rule *inside;      /* OBJECT: the properties; ARRAY and MAP: the rule of each element */
	};
	check *check;
};

/* Shorter rows for the tables. */
#define ID INTEGER, .range = &schema_id
#define UINT16 INTEGER, .range = &schema_uint16
#define UINT32 INTEGER, .range = &schema_uint32
#define UINT64 INTEGER, .range = &schema_uint64
#define INT64 INTEGER, .range = &schema_int64
#define LIMIT INTEGER, .range = &schema_limit
#define RANGE(low, high) INTEGER, .range = &(const struct range){ (low), (high) }
#define LIST(rules) ARRAY, .inside = &(const struct rule){ .kind = OBJECT, .inside = (rules) }
#define WORDS(...) (const char *const[]){ __VA_ARGS__, NULL }

/* lib/schema_tables.c and schema_linux.c */
extern const struct range schema_id, schema_uint16, schema_uint32, schema_uint64, schema_int64, schema_limit;
extern const struct rule schema_document, schema_string, schema_variable;
extern const struct rule schema_linux[];
extern const char *const schema_namespaces[];

/* lib/part_*.c: the rules inside what only some applets read, or NULL: the Makefile leaves those out that no selected applet
 * reads. */
#define PART extern const struct rule __attribute__((weak))
PART schema_user[], schema_console_size[], schema_capabilities[], schema_rlimit, schema_scheduler[], schema_io_priority[],
	schema_affinity[];
PART schema_hooks[];
check __attribute__((weak)) check_user_namespace, check_offsets, check_net_devices;
PART schema_mapping, schema_clock, schema_net_device, schema_sysctl;
check __attribute__((weak)) check_cgroups_path;
PART schema_resources[];
PART schema_seccomp[];
PART schema_intel_rdt[], schema_memory_policy[], schema_personality[];

/* lib/schema.c: the rule of a property, "linux.seccomp.flags.[]"; NULL: there is none. */
const struct rule *schema_find(const char *path);
/* One error, at node. */
void refuse(struct checker *c, int node, const char *reason, ...) __attribute__((format(printf, 3, 4)));
/* Where word stands in words, or -1. */
int word_index(const char *const *words, const char *word);

/* lib/check_document.c and check_linux.c */
check check_version, check_absolute, check_absolute_or_none, check_filled, check_key_filled, check_variable, check_some, check_none,
	check_uts_name, check_mount_namespace, check_mount, check_mount_option, check_cpu_list;
check check_namespace_type, check_device;
bool has_terminal(const struct checker *c, int parent);
#endif
