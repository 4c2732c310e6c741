/* SPDX-License-Identifier: MIT */
/* The environment of a program that is to be. */
#ifndef ENVIRONMENT_H
#define ENVIRONMENT_H

#include "config.h"

struct environment {
	const char **entries;   /* NULL behind the last; there is room for all that is put */
	size_t count;
};

/* Adds entry, "NAME=VALUE", or puts it in the place of the one of that name: the last one counts. */
void environment_put(struct environment *env, const char *entry);
/* The same with each of the configuration's list; fails at one that is not NAME=VALUE. */
void environment_put_config(struct environment *env, const struct config *config, int list);
/* The value of name, or NULL. */
const char *environment_value(const struct environment *env, const char *name);
/* HOME, that of the user of this number, unless it has one that is not empty. */
void environment_put_home(struct environment *env, uid_t uid);
/* That of the configuration's program, so far as it is written there, with a HOME; to stay. */
const char **environment_of_program(const struct config *config);
#endif
