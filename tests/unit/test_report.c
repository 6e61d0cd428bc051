/*
 * test_report.c — snapshots as CSV and JSON: every row and member, what is unknown, and
 * what is gone.
 */
#include <jansson.h>
#include <linux/pkt_sched.h>
#include <netinet/in.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "base/str.h"
#include "stat/report.h"

static struct snapshot *two_nodes(uint64_t time)
{
	struct snapshot *s = snapshot_new();
	struct stat_link l = { .id = 3, .node = { 1, 2 }, .number = { 0, 4 } };

	s->time = time;
	s->wall = 1700000000000000000 + time;
	vec_push(&s->nodes, ((struct stat_node){ .id = 1, .name = "h1" }));
	vec_push(&s->nodes, ((struct stat_node){ .id = 2,
						 .name = "r1",
						 .kind = NODE_ROUTER,
						 .forwarded = time / 1000000 }));
	l.name = mem_strdup("h1 r1");
	for (int i = 0; i < 2; i++)
		l.end[i].up = l.end[i].carrier = true;
	l.shape[0].rate = 10000;
	l.shape[0].delay = 20000000;
	l.shape[0].loss = SHAPE_CERTAIN / 100;
	vec_push(&s->links, l);
	return s;
}

static void add_tcp(struct snapshot *s)
{
	struct stat_tcp t = {
		.node = 1,
		.cookie = 77,
		.local = { .family = AF_INET, .b = { 10, 0, 0, 1 }, .len = 32 },
		.remote = { .family = AF_INET6, .b = { 0xfd, [15] = 2 }, .len = 128 },
		.local_port = 5000,
		.remote_port = 5201,
		.congestion = "cubic",
		.cwnd = 10,
		.mss = 1448,
		.rtt = 1500,
		.rttvar = 250,
		.min_rtt = 1000,
		.retransmitted = 3,
		.sent = 1000000,
		.received = 5,
		.delivery_rate = 125000,
	};

	vec_push(&s->tcp, t);
}

static char *csv(const struct snapshot *before, const struct snapshot *s)
{
	struct rates *r = rates_between(before, s);
	char *text = NULL;
	size_t n;
	FILE *f = open_memstream(&text, &n);

	report_csv(f, s, r);
	fclose(f);
	rates_free(r);
	return text;
}

static json_t *json(const struct snapshot *before, const struct snapshot *s)
{
	struct rates *r = rates_between(before, s);
	cleanup_free char *text = NULL;
	size_t n;
	FILE *f = open_memstream(&text, &n);
	json_t *o;

	report_json(f, s, r);
	fclose(f);
	rates_free(r);
	assert_ptr_equal(strchr(text, '\n'), text + n - 1); /* a line */
	o = json_loads(text, 0, NULL);
	assert_non_null(o);
	return o;
}

static size_t commas(const char *text, size_t n)
{
	size_t count = 0;

	for (size_t i = 0; i < n; i++)
		count += text[i] == ',';
	return count;
}

static void test_head(void **state)
{
	cleanup_free char *text = NULL;
	size_t n;
	FILE *f = open_memstream(&text, &n);

	(void)state;
	report_csv_head(f);
	fclose(f);
	assert_true(str_starts(text, "kind,time_s,monotonic_s,link,from,to,state,bits_"
				     "per_s,"));
	assert_int_equal(commas(text, n), REPORT_COLUMNS - 1);
	for (int c = 0; c < REPORT_COLUMNS; c++) {
		assert_non_null(strstr(text, report_column_name((enum report_column)c)));
		assert_non_null(report_column_help((enum report_column)c));
	}
}

static void test_rows(void **state)
{
	struct snapshot *a = two_nodes(1000000000), *b = two_nodes(3000000000);
	cleanup_free char *text = NULL;

	(void)state;
	b->links.v[0].end[0].tx_packets = b->links.v[0].end[1].rx_packets = 20;
	b->links.v[0].end[0].tx_bytes = b->links.v[0].end[1].rx_bytes = 2000;
	b->links.v[0].end[0].errors[STAT_TX_DROPPED] = 4;
	b->links.v[0].end[1].carrier = false;
	add_tcp(b);
	text = csv(a, b);
	assert_string_equal(
		text,
		"link,1700000003.000000000,3.000000000,h1 r1,h1:eth0,r1:eth4,down,8000,"
		"10,2,0.8,0,0,0,20,2000,4,10000,0.02,0.01,,,,,,,,,,,,,,\n"
		"link,1700000003.000000000,3.000000000,h1 r1,r1:eth4,h1:eth0,down,0,0,0,"
		",0,0,0,0,0,0,,0,0,,,,,,,,,,,,,,\n"
		"tcp,1700000003.000000000,3.000000000,,,,,,,,,,,,,,,,,,h1,77,"
		"10.0.0.1:5000,[fd00::2]:5201,cubic,10,1448,0.0015,0.00025,0.001,3,"
		"1000000,5,1000000\n");
	snapshot_free(a);
	snapshot_free(b);
}

/* The first sample has counters, but no rates; what is gone has neither. */
static void test_unknown(void **state)
{
	struct snapshot *s = two_nodes(1000000000);
	cleanup_free char *first = csv(NULL, s), *gone = NULL, *stale = NULL;

	(void)state;
	assert_non_null(strstr(first, ",h1:eth0,r1:eth4,up,,,,,0,0,0,0,0,0,10000,0.02,"));
	s->links.v[0].end[0].presence = STAT_STALE;
	stale = csv(NULL, s);
	assert_non_null(strstr(stale, ",h1:eth0,r1:eth4,stale,,,,,0,0,0,0,"));
	s->links.v[0].end[0].presence = STAT_GONE;
	gone = csv(NULL, s);
	assert_non_null(strstr(gone, ",h1:eth0,r1:eth4,gone,,,,,,,,,,,10000,0.02,"));
	assert_non_null(strstr(gone, ",r1:eth4,h1:eth0,gone,,,,,0,0,0,0,0,0,,0,0,"));
	for (const char *p = gone, *end; (end = strchr(p, '\n')); p = end + 1)
		assert_int_equal(commas(p, (size_t)(end - p)), REPORT_COLUMNS - 1);
	snapshot_free(s);
}

/* What is behind it has no name; its own may need quotes. */
static void add_nic(struct snapshot *s)
{
	struct stat_link l = { .id = STAT_NIC_ID + 1,
			       .node = { 1 },
			       .nic = "a,\"b",
			       .name = mem_strdup("h1:a,\"b") };

	l.end[0].tx_bytes = l.end[1].rx_bytes = s->time / 1000000;
	l.end[0].up = l.end[0].carrier = l.end[1].up = l.end[1].carrier = true;
	vec_push(&s->links, l);
}

static void test_nics(void **state)
{
	struct snapshot *a = two_nodes(1000000000), *b = two_nodes(2000000000);
	cleanup_free char *text = NULL;
	json_t *o, *nic, *d;

	(void)state;
	add_nic(a);
	add_nic(b);
	text = csv(a, b);
	assert_non_null(strstr(text, "\nnic,1700000002.000000000,2.000000000,"
				     "\"h1:a,\"\"b\",\"h1:a,\"\"b\",,up,8000,0,0,"));
	assert_non_null(strstr(text, ",\"h1:a,\"\"b\",,\"h1:a,\"\"b\",up,0,0,0,"));
	o = json(a, b);
	assert_int_equal(json_array_size(json_object_get(o, "links")), 1);
	nic = json_array_get(json_object_get(o, "nics"), 0);
	assert_string_equal(json_string_value(json_object_get(nic, "nic")), "h1:a,\"b");
	d = json_array_get(json_object_get(nic, "directions"), 0);
	assert_true(json_is_object(json_object_get(d, "interface")));
	d = json_array_get(json_object_get(nic, "directions"), 1);
	assert_true(json_is_null(json_object_get(d, "interface")));
	assert_string_equal(json_string_value(json_object_get(d, "from")), "");
	json_decref(o);
	snapshot_free(a);
	snapshot_free(b);
}

static double number(json_t *o, const char *key)
{
	json_t *v = json_object_get(o, key);

	if (!json_is_number(v))
		fail_msg("%s is no number", key);
	return json_number_value(v);
}

static void test_json(void **state)
{
	struct snapshot *a = two_nodes(1000000000), *b = two_nodes(2000000000);
	struct stat_queue q = { .kind = "tbf",
				.handle = 0xe5010000,
				.parent = TC_H_ROOT,
				.dropped = 7,
				.backlog_packets = 2 };
	json_t *o, *d, *queue, *node, *tcp;

	(void)state;
	vec_push(&b->queues, q);
	b->links.v[0].end[0].n_queues = 1;
	b->links.v[0].end[0].tx_bytes = 1000;
	b->trouble = mem_strdup("something");
	add_tcp(b);
	o = json(a, b);
	assert_true(number(o, "monotonic_s") == 2);
	assert_true(number(o, "interval_s") == 1);
	assert_string_equal(json_string_value(json_object_get(o, "trouble")),
			    "something");
	d = json_array_get(json_object_get(json_array_get(json_object_get(o, "links"), 0),
					   "directions"),
			   0);
	assert_string_equal(json_string_value(json_object_get(d, "from")), "h1:eth0");
	assert_true(number(d, "bits_per_s") == 8000);
	assert_true(number(d, "load") == 0.8);
	assert_true(number(d, "backlog_packets") == 2);
	assert_true(number(json_object_get(d, "lost"), "queue") == 7);
	assert_true(number(json_object_get(d, "interface"), "tx_bytes") == 1000);
	queue = json_array_get(json_object_get(d, "queues"), 0);
	assert_string_equal(json_string_value(json_object_get(queue, "handle")), "e501:");
	assert_true(json_is_null(json_object_get(queue, "parent")));
	node = json_array_get(json_object_get(o, "nodes"), 1);
	assert_string_equal(json_string_value(json_object_get(node, "kind")), "router");
	assert_true(number(node, "forwarded_packets_per_s") == 1000);
	tcp = json_array_get(json_object_get(o, "tcp"), 0);
	assert_true(number(tcp, "rtt_s") == 0.0015);
	assert_string_equal(json_string_value(json_object_get(tcp, "remote")),
			    "[fd00::2]:5201");
	json_decref(o);

	b->links.v[0].end[0].presence = STAT_GONE;
	b->nodes.v[1].uncounted = true;
	o = json(NULL, b);
	node = json_array_get(json_object_get(o, "nodes"), 1);
	assert_true(json_is_null(json_object_get(node, "forwarded_packets")));
	assert_true(json_is_null(json_object_get(node, "cpu_s")));
	d = json_array_get(json_object_get(json_array_get(json_object_get(o, "links"), 0),
					   "directions"),
			   0);
	assert_true(json_is_null(json_object_get(d, "bits_per_s")));
	assert_true(json_is_null(json_object_get(d, "sent_packets")));
	assert_true(json_is_null(json_object_get(d, "interface")));
	assert_true(json_is_null(json_object_get(o, "interval_s")));
	json_decref(o);
	snapshot_free(a);
	snapshot_free(b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_head),	cmocka_unit_test(test_rows),
		cmocka_unit_test(test_unknown), cmocka_unit_test(test_nics),
		cmocka_unit_test(test_json),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
