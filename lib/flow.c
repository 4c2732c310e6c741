/* SPDX-License-Identifier: MIT */
#include "flow.h"

bool
flow_is_full(const struct flow *flow)
{
	return flow->at < flow->end;
}

void
flow_take(struct flow *flow)
{
	ssize_t n = read(flow->from, flow->data, sizeof(flow->data));

	flow->at = 0;
	flow->end = n > 0 ? (size_t)n : 0;
	if (n == 0 || (n < 0 && errno != EINTR && errno != EAGAIN))
		flow->from = -1;
}

void
flow_put(struct flow *flow)
{
	ssize_t n = write(flow->to, flow->data + flow->at, flow->end - flow->at);

	if (n > 0)
		flow->at += (size_t)n;
	else if (n < 0 && errno != EINTR && errno != EAGAIN)
		flow->to = -1;
	if (flow->to < 0)
		flow->at = flow->end = 0;
}
