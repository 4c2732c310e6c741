/* SPDX-License-Identifier: MIT */
/* What this kernel and machine offer, found out by trying: for oci-doctor. */
#ifndef PROBE_H
#define PROBE_H

#include "ocibox.h"

enum answer { ANSWER_YES, ANSWER_NO, ANSWER_UNKNOWN };

/* Tries what letter says (applets/oci-doctor.chain lists them), with its argument, in a process of its own, with which all
 * goes that was made for it. *detail: what there is to say of it, or ""; the caller frees it. Dies only when there is no
 * such process to be had. */
enum answer probe(char letter, const char *argument, char **detail);
#endif
