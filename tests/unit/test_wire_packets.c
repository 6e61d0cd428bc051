/*
 * test_wire_packets.c — packets and messages of links in user space.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "base/mem.h"
#include "wire/control.h"
#include "wire_packets.h"

/* The sum over an IPv4 header, its checksum included: 0xffff where that is right. */
static unsigned ip_sum(const struct packet *p)
{
	uint32_t sum = 0;

	for (int i = 0; i < 20; i += 2)
		sum += (uint32_t)(p->first[IP + i] << 8 | p->first[IP + i + 1]);
	sum = (sum & 0xffff) + (sum >> 16);
	return (sum & 0xffff) + (sum >> 16);
}

static void test_pool(void **state)
{
	static const size_t lengths[] = { 24,	184,  185,   1524,  2232,
					  2233, 9024, 18616, 18617, POOL_PACKET_MAX };
	static uint8_t bytes[POOL_PACKET_MAX];

	(void)state;
	for (size_t i = 0; i < sizeof(bytes); i++)
		bytes[i] = (uint8_t)(i * 7 + i / 256);
	for (int round = 0; round < 3; round++)
		for (size_t i = 0; i < ARRAY_LEN(lengths); i++) {
			struct packet *p = pool_make(&pool, bytes, lengths[i]), *copy;
			struct iovec iov[1 + POOL_PARTS];
			size_t n = 0;

			copy = pool_copy(&pool, p);
			pool_give(&pool, p);
			for (int v = 0, vs = packet_iov(copy, iov); v < vs; v++) {
				assert_memory_equal(iov[v].iov_base, bytes + n,
						    iov[v].iov_len);
				n += iov[v].iov_len;
			}
			assert_int_equal(n, lengths[i]);
			for (size_t at = 0; at < n; at += 61)
				assert_int_equal(*packet_byte(copy, at), bytes[at]);
			pool_give(&pool, copy);
		}
	pool_give(&pool, NULL);
}

static void test_measure(void **state)
{
	struct packet *p = udp(60, 1, 0);
	struct virtio_net_hdr h = { .gso_type = VIRTIO_NET_HDR_GSO_TCPV4,
				    .flags = VIRTIO_NET_HDR_F_NEEDS_CSUM,
				    .gso_size = 1000,
				    .csum_start = 34,
				    .csum_offset = 16 };
	static uint8_t super[POOL_VNET + 54 + 2500];

	(void)state;
	assert_int_equal(p->segments, 1);
	assert_int_equal(p->wire_length, 60);
	pool_give(&pool, p);

	memcpy(super, &h, sizeof(h));
	super[IP + 20 + 12] = 5 << 4; /* TCP's header: 20 bytes */
	p = pool_make(&pool, super, sizeof(super));
	assert_true(packet_measure(p));
	assert_int_equal(p->segments, 3);
	assert_int_equal(p->wire_length, 3 * 54 + 2500);
	pool_give(&pool, p);

	/* what no tap says: no size, headers beyond the packet, too short */
	h.gso_size = 0;
	memcpy(super, &h, sizeof(h));
	p = pool_make(&pool, super, sizeof(super));
	assert_false(packet_measure(p));
	pool_give(&pool, p);
	h.gso_size = 1000;
	h.csum_start = 60000;
	memcpy(super, &h, sizeof(h));
	p = pool_make(&pool, super, sizeof(super));
	assert_false(packet_measure(p));
	pool_give(&pool, p);
	p = pool_make(&pool, super, POOL_VNET + 13);
	assert_false(packet_measure(p));
	pool_give(&pool, p);
}

static void test_flow(void **state)
{
	struct packet *a = udp(100, 1, 0), *same = udp(1000, 1, 0),
		      *other = udp(100, 2, 0);

	(void)state;
	assert_int_equal(packet_flow(a, 5), packet_flow(same, 5));
	assert_int_not_equal(packet_flow(a, 5), packet_flow(other, 5));
	assert_int_not_equal(packet_flow(a, 5), packet_flow(a, 6));
	pool_give(&pool, a);
	pool_give(&pool, same);
	pool_give(&pool, other);
}

static void test_mark(void **state)
{
	(void)state;
	for (uint8_t ecn = 0; ecn < 4; ecn++) {
		struct packet *p = udp(100, 1, ecn);

		assert_int_equal(ip_sum(p), 0xffff);
		assert_int_equal(packet_mark(p), ecn != 0);
		assert_int_equal(p->first[IP + 1] & 3, ecn ? 3 : 0);
		assert_int_equal(ip_sum(p), 0xffff);
		pool_give(&pool, p);
	}
	/* IPv6, behind a VLAN tag */
	uint8_t bytes[POOL_VNET + 100] = { 0 };
	struct packet *p;

	bytes[POOL_VNET + 12] = 0x81;
	bytes[POOL_VNET + 16] = 0x86;
	bytes[POOL_VNET + 17] = 0xdd;
	bytes[POOL_VNET + 18] = 0x60;
	p = pool_make(&pool, bytes, sizeof(bytes));
	assert_false(packet_mark(p));
	p->first[POOL_VNET + 19] = 0x20; /* ECT(0) */
	assert_true(packet_mark(p));
	assert_int_equal(p->first[POOL_VNET + 19], 0x30);
	pool_give(&pool, p);
	/* not IP; not whole */
	p = pool_make(&pool, bytes, POOL_VNET + 20);
	assert_false(packet_mark(p));
	pool_give(&pool, p);
}

static void test_checksum(void **state)
{
	struct packet *p = udp(43, 1, 0); /* UDP with one byte */
	struct virtio_net_hdr h = { .flags = VIRTIO_NET_HDR_F_NEEDS_CSUM,
				    .csum_start = 34,
				    .csum_offset = 6 };

	(void)state;
	memcpy(p->first, &h, sizeof(h));
	p->first[IP + 26] = 0x12; /* the pseudo-header's sum */
	p->first[IP + 27] = 0x34;
	p->first[IP + 28] = 0xab;
	packet_checksum(p);
	/* ~(0x1234 + port 1 + 0xab00) */
	assert_int_equal(p->first[IP + 26] << 8 | p->first[IP + 27],
			 ~(0x1234 + 1 + 0xab00) & 0xffff);
	assert_int_equal(p->first[0], 0);
	packet_turn_bit(p, 8 * 13 + 2);
	assert_int_equal(p->first[POOL_VNET + 13], 4);
	pool_give(&pool, p);
}

/* ---- messages ---- */

static void test_messages(void **state)
{
	struct {
		struct wire_header h;
		uint8_t body[600];
	} m = { .h = { WIRE_MAGIC, WIRE_VERSION, WIRE_DELETE, 7, 0 } };
	const size_t header = sizeof(m.h);
	struct err e = ERR_INIT;

	(void)state;
	assert_int_equal(wire_request_check(&m, header, 0, &e), 0);
	for (size_t n = 0; n < header; n++)
		assert_int_equal(wire_request_check(&m, n, 0, &e), -EPROTO);
	assert_int_equal(wire_request_check(&m, header + 1, 0, &e), -EPROTO);
	assert_int_equal(wire_request_check(&m, header, 1, &e), -EINVAL);
	m.h.length = 4;
	assert_int_equal(wire_request_check(&m, header, 0, &e), -EPROTO);
	assert_int_equal(wire_request_check(&m, header + 4, 0, &e), -EINVAL);
	m.h.op = WIRE_MTU;
	assert_int_equal(wire_request_check(&m, header + 4, 0, &e), 0);
	m.h.op = WIRE_QUIT + 1;
	assert_int_equal(wire_request_check(&m, header + 4, 0, &e), -EOPNOTSUPP);
	m.h.op = WIRE_ADD;
	m.h.length = sizeof(struct wire_add);
	assert_int_equal(wire_request_check(&m, header + m.h.length, 2, &e), 0);
	assert_int_equal(wire_request_check(&m, header + m.h.length, 1, &e), -EINVAL);
	m.h.version++;
	assert_int_equal(wire_request_check(&m, header + m.h.length, 2, &e), -EPROTO);
	assert_non_null(e.hint);
	m.h.version--;
	m.h.magic++;
	assert_int_equal(wire_request_check(&m, header + m.h.length, 2, &e), -EPROTO);
	err_clear(&e);
}

static void test_shape_message(void **state)
{
	struct shape s = { .rate = 1,
			   .delay = 2,
			   .jitter = 3,
			   .distribution = 2,
			   .loss = 4,
			   .loss_correlation = 5,
			   .burst_begin = 6,
			   .burst_end = 7,
			   .duplicate = 8,
			   .reorder = 9,
			   .corrupt = 10,
			   .aqm = 2,
			   .queue = 11,
			   .slot_min = 12,
			   .slot_max = 13,
			   .seed = 14,
			   .queue_in_bytes = true,
			   .ecn = true,
			   .has_seed = true,
			   .unknown = false },
		     back = { 0 };
	struct wire_shape w = wire_shape_pack(&s);
	struct err e = ERR_INIT;

	(void)state;
	assert_int_equal(wire_shape_unpack(&w, &back, &e), 0);
	assert_true(shape_same(&s, &back));
	w.flags = 8;
	assert_int_equal(wire_shape_unpack(&w, &back, &e), -EINVAL);
	assert_true(shape_same(&s, &back));
	err_clear(&e);
}

static int tear_down(void **state)
{
	(void)state;
	pool_free(&pool);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_pool),	      cmocka_unit_test(test_measure),
		cmocka_unit_test(test_flow),	      cmocka_unit_test(test_mark),
		cmocka_unit_test(test_checksum),      cmocka_unit_test(test_messages),
		cmocka_unit_test(test_shape_message),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, tear_down);
}
