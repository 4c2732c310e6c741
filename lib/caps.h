/* SPDX-License-Identifier: MIT */
/* Sets of capabilities as bit masks, from names. */
#ifndef CAPS_H
#define CAPS_H

#include "config.h"
#include "ocibox.h"

/* The capabilities a comma-separated list names, with or without "CAP_"; "all" and "none" too.
 * Unknown ones, and those this kernel has not, are left out with a warning. */
uint64_t caps_from_list(const char *list);
/* The capabilities of the array process.capabilities.SET; 0 when it is absent. quiet: no warnings. */
uint64_t caps_from_config(const struct config *config, const char *set, bool quiet);
/* All of the bounding set. */
uint64_t caps_all(void);
/* Makes the effective set this one, as far as the permitted set has it; false and errno when refused. */
bool caps_set_effective(uint64_t mask);
/* The effective set. */
uint64_t caps_effective(void);
#endif
