/* SPDX-License-Identifier: MIT */
/* /etc/passwd of the root directory the process is in, which may be a container's: nothing in it is trusted. */
#ifndef PASSWD_H
#define PASSWD_H

#include "ocibox.h"

/* Field number (from 0, as passwd(5) lists them) of the first line about uid; the caller's to free. NULL: there is no
 * such file, line or field, or the field is empty. Dies when the file cannot be opened for want of resources. */
char *passwd_field(uid_t uid, int number);
#endif
