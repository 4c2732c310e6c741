/* SPDX-License-Identifier: MIT */
/* oci-plan: a configuration as a script of steps with explicit options. applets/oci-plan.chain says which. */
#ifndef PLAN_H
#define PLAN_H

#include "config.h"

struct plan {
	FILE *out;
	const struct config *config;
	const char *table;      /* the text of oci-plan.chain */
	bool init;              /* for a process that becomes the container; else for one in the foreground */
	const char *step;       /* the words of a step that is printed with its first option; NULL: it was */
	char *path;             /* of the property at hand, for the comment: no key in it is the configuration's own */
};

/* applets/oci-plan.c: a line of the step: its option (NULL: none) and then, as one word, its value (NULL: none); suffix: what of
 * the property at hand it is from. */
void plan_put(struct plan *plan, const char *suffix, const char *option, const char *value, ...) __attribute__((format(printf, 4, 5)));

/* lib/plan_words.c, plan_mounts.c: what takes more than a line of the chain. letter: which; node: the property. */
void plan_words(struct plan *plan, char letter, int node);
void plan_mounts(struct plan *plan, char letter);

/* lib/plan_text.c: words with $ and the like, len bytes of them, for the property at node. NULL: a member that they need is not
 * there. Dies where a value cannot be said so. The caller frees it. */
char *plan_text(const struct plan *plan, const char *words, size_t len, int node);

/* lib/plan_cover.c: walks the configuration with the schema, and dies at a property that the chain does not know, or that
 * this form cannot have. list: prints every property of the schema with its words instead; false: one is missing. */
bool plan_cover(const struct plan *plan, bool list);
#endif
