/* SPDX-License-Identifier: MIT */
/* One direction of a relay, from a descriptor to another. */
#ifndef FLOW_H
#define FLOW_H

#include "ocibox.h"

/* What is read and not yet written. A pipe or terminal that can be written at all takes so many bytes without waiting. */
struct flow {
	int from, to;           /* -1: at its end */
	char data[1024];
	size_t at, end;
};

/* Whether something is to be written. */
bool flow_is_full(const struct flow *flow);
/* Reads once, into an empty one. */
void flow_take(struct flow *flow);
/* Writes once. */
void flow_put(struct flow *flow);
#endif
