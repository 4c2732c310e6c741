/* SPDX-License-Identifier: MIT */
/* make SECCOMP=0: only what was compiled elsewhere can be loaded. */
#include "filter.h"

uint32_t
filter_library(void)
{
	return 0;
}

void
filter_compile(struct filter *filter, const struct config *config, int node)
{
	(void)filter;
	config_fail(config, node, ST_UNSUPPORTED,
		    "this program was built without libseccomp, and no filter compiled from this profile was found");
}

char *
filter_call_name(uint32_t arch, uint32_t number)
{
	(void)arch;
	(void)number;
	return NULL;
}
