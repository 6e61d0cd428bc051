/*
 * message.c — what messages say, and whether they may; see control.h.
 */
#include <errno.h>
#include <string.h>

#include "base/mem.h"
#include "wire/control.h"

struct wire_shape wire_shape_pack(const struct shape *s)
{
	return (struct wire_shape){
		.rate = s->rate,
		.delay = s->delay,
		.jitter = s->jitter,
		.queue = s->queue,
		.slot_min = s->slot_min,
		.slot_max = s->slot_max,
		.seed = s->seed,
		.distribution = s->distribution,
		.loss = s->loss,
		.loss_correlation = s->loss_correlation,
		.burst_begin = s->burst_begin,
		.burst_end = s->burst_end,
		.duplicate = s->duplicate,
		.reorder = s->reorder,
		.corrupt = s->corrupt,
		.aqm = s->aqm,
		.flags = (s->queue_in_bytes ? WIRE_QUEUE_IN_BYTES : 0U) |
			 (s->ecn ? WIRE_ECN : 0U) | (s->has_seed ? WIRE_HAS_SEED : 0U),
	};
}

int wire_shape_unpack(const struct wire_shape *w, struct shape *ret, struct err *e)
{
	if (w->flags & ~(uint32_t)WIRE_SHAPE_FLAGS)
		return err_set(e, EINVAL, "a shape with flags %#x", w->flags);
	*ret = (struct shape){
		.rate = w->rate,
		.delay = w->delay,
		.jitter = w->jitter,
		.queue = w->queue,
		.slot_min = w->slot_min,
		.slot_max = w->slot_max,
		.seed = w->seed,
		.distribution = w->distribution,
		.loss = w->loss,
		.loss_correlation = w->loss_correlation,
		.burst_begin = w->burst_begin,
		.burst_end = w->burst_end,
		.duplicate = w->duplicate,
		.reorder = w->reorder,
		.corrupt = w->corrupt,
		.aqm = w->aqm,
		.queue_in_bytes = w->flags & WIRE_QUEUE_IN_BYTES,
		.ecn = w->flags & WIRE_ECN,
		.has_seed = w->flags & WIRE_HAS_SEED,
	};
	return 0;
}

int wire_request_check(const void *message, size_t n, size_t n_fds, struct err *e)
{
	static const struct {
		size_t length, fds;
	} ops[] = {
		[WIRE_ADD] = { sizeof(struct wire_add), 2 },
		[WIRE_SHAPE] = { sizeof(struct wire_reshape), 0 },
		[WIRE_MTU] = { sizeof(uint32_t), 0 },
		[WIRE_DELETE] = { 0, 0 },
		[WIRE_STATS] = { 0, 0 },
		[WIRE_LIST] = { 0, 0 },
		[WIRE_QUIT] = { 0, 0 },
	};
	struct wire_header h;

	if (n < sizeof(h))
		return err_set(e, EPROTO, "a message of %zu bytes", n);
	memcpy(&h, message, sizeof(h));
	if (h.magic != WIRE_MAGIC)
		return err_set(e, EPROTO, "a message that is not of this protocol");
	if (h.version != WIRE_VERSION) {
		err_set(e, EPROTO, "version %u of the protocol; this is %u", h.version,
			WIRE_VERSION);
		return err_hint(e, "the process of the links was started by another "
				   "version of the program");
	}
	if (h.length != n - sizeof(h))
		return err_set(e, EPROTO, "a message of another length than it says");
	if (h.op >= ARRAY_LEN(ops))
		return err_set(e, EOPNOTSUPP, "no request has number %u", h.op);
	if (h.length != ops[h.op].length)
		return err_set(e, EINVAL, "request %u with %u bytes instead of %zu", h.op,
			       h.length, ops[h.op].length);
	if (n_fds != ops[h.op].fds)
		return err_set(e, EINVAL,
			       "request %u with %zu descriptors instead of %zu", h.op,
			       n_fds, ops[h.op].fds);
	return 0;
}
