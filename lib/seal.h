/* SPDX-License-Identifier: MIT */
/* A copy of this program in memory that nothing can change (memfd_create(2), "File sealing"). */
#ifndef SEAL_H
#define SEAL_H

#include <stdbool.h>

/* The environment variable that gives a verb's script the path of a copy made for it, to go on from: "/proc/self/fd/3".
 * The copy is made before the shell, since a program less is loaded then. */
#define SEAL_VARIABLE "OCIBOX_SEALED"

/* Whether this program runs from such a copy. Dies. */
bool seal_is_on(void);
/* Makes one; its descriptor, which is closed by exec. Dies. */
int seal_copy(void);
#endif
