/*
 * test_wire_clients.c — who asks for links in user space: what is refused, garbage,
 * clients that die, interfaces that go, a second server.
 */
#include "wire_net.h"

static void test_mtu_and_lists(void **state)
{
	const struct shape slow = { .rate = MBIT };
	const int taps[] = { side[0].tap, side[1].tap };
	const struct shape shapes[2] = { slow, slow };
	cleanup_free uint32_t *ids = NULL;
	struct err e = ERR_INIT;
	size_t n = 9;

	(void)state;
	must(wire_client_list(&client, &ids, &n, &e), &e);
	assert_int_equal(n, 0);
	free(ids);
	for (uint32_t id = 7; id < 9; id -= 2)
		must(wire_client_add(&client, id * 1000, MTU, shapes, taps, &e), &e);
	must(wire_client_list(&client, &ids, &n, &e), &e);
	assert_int_equal(n, 4);
	for (uint32_t i = 0; i < 4; i++)
		assert_int_equal(ids[i], 1000 + 2000 * i);
	must(wire_client_mtu(&client, 3000, 9000, &e), &e);
	assert_int_equal(wire_client_mtu(&client, 3000, 5, &e), -ERANGE);
	assert_int_equal(wire_client_mtu(&client, 3001, 1500, &e), -ENOENT);
	for (uint32_t id = 1; id < 9; id += 2)
		must(wire_client_delete(&client, id * 1000, &e), &e);
	err_clear(&e);
}

static void test_refused(void **state)
{
	const struct shape cake = { .rate = MBIT, .aqm = SHAPE_CAKE };
	struct shape shapes[2] = { none, cake };
	int taps[] = { side[0].tap, side[1].tap };
	struct wire_link_stats all;
	struct err e = ERR_INIT;

	(void)state;
	assert_int_equal(wire_client_add(&client, 1, MTU, shapes, taps, &e), -EOPNOTSUPP);
	assert_string_equal(
		e.msg, "wire link 1: a link in user space has no queue of kind cake");
	assert_string_equal(e.hint, "fq_codel is the nearest that it has");
	shapes[1] = none;
	assert_int_equal(wire_client_add(&client, 1, 7, shapes, taps, &e), -ERANGE);
	taps[1] = home;
	assert_int_equal(wire_client_add(&client, 1, MTU, shapes, taps, &e), -EINVAL);
	assert_int_equal(wire_client_stats(&client, 1, &all, &e), -ENOENT);
	assert_int_equal(wire_client_delete(&client, 1, &e), -ENOENT);
	assert_string_equal(e.msg, "no wire link has number 1");
	add(&none);
	taps[1] = side[1].tap;
	assert_int_equal(wire_client_add(&client, 1, MTU, shapes, taps, &e), -EEXIST);
	assert_int_equal(wire_client_shape(&client, 1, 2, &none, &e), -EINVAL);
	assert_int_equal(wire_client_shape(&client, 1, 0, &cake, &e), -EOPNOTSUPP);
	remove_link();
	assert_int_equal(tap_open("a name that is too long", 0, &e), -EINVAL);
	assert_int_equal(wire_listen("/run/none/wire", &e), -ENOENT);
	err_clear(&e);
}

static void test_garbage(void **state)
{
	struct {
		struct wire_answer a;
		char text[500];
	} answer;
	uint8_t message[4096];
	struct err e = ERR_INIT;
	struct wire_client other;

	(void)state;
	must(wire_client_open(&other, SOCKET_PATH, &e), &e);
	for (unsigned i = 1; i < 400; i++) {
		struct wire_header h = { WIRE_MAGIC, WIRE_VERSION, (uint16_t)(i % 9), i,
					 i % 3 ? i * 7 - 16 : i };

		for (size_t b = 0; b < sizeof(message); b++)
			message[b] = (uint8_t)(b * i + i / 3);
		/* not too much of it: nothing that is a whole QUIT */
		if (i % 2 && i * 7 > sizeof(h) && h.op != WIRE_QUIT)
			memcpy(message, &h, sizeof(h));
		assert_true(send(other.fd, message, i * 7, MSG_NOSIGNAL) > 0);
		assert_true(recv(other.fd, &answer, sizeof(answer), 0) >=
			    (ssize_t)sizeof(answer.a));
		assert_true(answer.a.code < 0);
	}
	/* one that does not read its answers is let go, and nobody waits for it */
	for (int i = 0; i < 100000; i++)
		if (send(other.fd, message, 100, MSG_NOSIGNAL | MSG_DONTWAIT) < 0 &&
		    errno != EAGAIN)
			break;
	wire_client_close(&other);
	add(&none);
	remove_link();
}

static void test_client_dies(void **state)
{
	const int taps[] = { side[0].tap, side[1].tap };
	const struct shape shapes[2] = { none, none };
	struct heard b = { 0 };
	struct err e = ERR_INIT;
	pid_t pid = fork();
	int status;

	(void)state;
	if (pid == 0) {
		struct wire_client c;

		if (wire_client_open(&c, SOCKET_PATH, &e) < 0 ||
		    wire_client_add(&c, 1, MTU, shapes, taps, &e) < 0)
			_exit(1);
		raise(SIGKILL);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFSIGNALED(status));
	/* its link is there, and obeys others */
	forget();
	send_frame(0, 3, 100);
	sandbox_until(heard_at(1, &b) == 1);
	remove_link();
}

static bool is_gone(int end)
{
	struct wire_link_stats all = { 0 };
	struct err e = ERR_INIT;

	must(wire_client_stats(&client, 1, &all, &e), &e);
	assert_false(all.gone[!end]);
	return all.gone[end];
}

/* Deletes the interface of a side, though its tap is open. */
static void delete_interface(const struct side *s)
{
	struct netlink_batch b = { .bytes = { 0 } };
	struct netlink_result result = { 0 };
	struct err e = ERR_INIT;
	struct netlink nl;

	assert_int_equal(netns_enter(s->ns), 0);
	must(netlink_open(&nl, &e), &e);
	netlink_batch_add(&b, request_link_del(100));
	must(netlink_batch_run(&nl, &b, &result, &e), &e);
	assert_int_equal(result.code, 0);
	netlink_batch_free(&b);
	netlink_close(&nl);
	assert_int_equal(netns_enter(home), 0);
}

/* An interface is deleted: said so, and without a loop that is never idle. */
static void test_interface_goes(void **state)
{
	const struct shape shapes[2] = { none, none }, lossy = { .loss = 5 };
	struct side third;
	struct err e = ERR_INIT;
	int taps[2];

	(void)state;
	side_begin(&third, "/run/c", 3);
	taps[0] = side[0].tap;
	taps[1] = third.tap;
	must(wire_client_add(&client, 1, MTU, shapes, taps, &e), &e);
	delete_interface(&third);
	sandbox_until(is_gone(1));
	send_frame(0, 0, 100);
	sandbox_until(stats(0).refused == 1);
	must(wire_client_shape(&client, 1, 1, &lossy, &e), &e);
	remove_link();
	side_end(&third, "/run/c");
}

static void test_two_servers(void **state)
{
	struct err e = ERR_INIT;
	struct wire_client c;
	struct stat st;

	(void)state;
	assert_int_equal(stat(SOCKET_PATH, &st), 0);
	assert_int_equal(st.st_mode & 0777, 0600);
	assert_int_equal(wire_listen(SOCKET_PATH, &e), -EADDRINUSE);
	assert_int_equal(wire_client_open(&c, "/run/nobody", &e), -ENOENT);
	assert_int_equal(c.fd, -1);
	err_clear(&e);
}

static int tests(void)
{
	const struct CMUnitTest list[] = {
		cmocka_unit_test_teardown(test_mtu_and_lists, clean),
		cmocka_unit_test_teardown(test_refused, clean),
		cmocka_unit_test_teardown(test_garbage, clean),
		cmocka_unit_test_teardown(test_client_dies, clean),
		cmocka_unit_test_teardown(test_interface_goes, clean),
		cmocka_unit_test_teardown(test_two_servers, clean),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	if (taps_missing())
		return 0;
	return cmocka_run_group_tests(list, set_up, tear_down);
}

int main(void)
{
	return sandbox_run(tests);
}
