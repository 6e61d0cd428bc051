/*
 * test_journal.c — models written and read back, and journals that end anywhere.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "lang/lang.h"
#include "net.h"
#include "plan/plan.h"
#include "run/journal.h"
#include "run/state.h"

static char dir[64];

static int make_dir(void **state)
{
	(void)state;
	strcpy(dir, "/tmp/espalier-test.XXXXXX");
	return mkdtemp(dir) ? 0 : -1;
}

static int remove_dir(void **state)
{
	(void)state;
	return file_remove_tree(dir, NULL);
}

/* As the language prints it, and as the kernel would have it. */
static void assert_same(const struct model *a, const struct model *b)
{
	cleanup_free char *x = lang_print_network(a), *y = lang_print_network(b);
	struct plan p;

	assert_string_equal(x, y);
	assert_int_equal(a->next_id, b->next_id);
	assert_int_equal(a->first_id, b->first_id);
	plan_make(&p, a, b);
	assert_int_equal(p.steps.n, 0);
	plan_free(&p);
	/* ports are made from the links */
	vec_each (&a->links, l) {
		const struct link *other = model_link(b, (*l)->id);

		assert_int_equal((*l)->lan, other->lan);
		for (int end = 0; end < 2; end++) {
			const struct iface *i = &other->end[end];
			struct port at = model_node(b, i->node)->ports.v[i->index];

			assert_int_equal(at.link, other->id);
			assert_int_equal(at.end, end);
		}
	}
}

/* A network that has something of everything, in several steps. */
static struct history *story(void)
{
	struct model *m = net("h h1; h h2; s s1; r r1; h1 s1; h2 s1; s1 r1; r1 h2");
	struct history *h = history_new(model_new());
	struct link_options o = { .name = "odd", .mtu = 1400, .end[0].no_address = true };
	struct vlans v = { .trunk = true, .native = 7 };

	net_settle(m);
	history_add(h, "build", m);
	m = model_copy(m);
	o.end[1].has_mac = true;
	memcpy(o.end[1].mac, "\x02\xaa\xbb\xcc\xdd\xee", 6);
	net_join_with(m, "h1", "r1", &o);
	net_type(m, "r1:lo", "192.0.2.1/32", "2001:db8::1/128", NULL);
	model_set_stp(m, net_node(m, "s1")->id, true, NULL);
	model_keep(m, net_node(m, "r1")->id, "ip rule add from 'a b'", NULL);
	model_set_vlan(m, net_node(m, "s1")->id, true, NULL);
	model_attach_nic(m, net_node(m, "h1")->id, "wan0.7", true, NULL);
	model_attach_nic(m, net_node(m, "h1")->id, "enp3s0", false, NULL);
	net_settle(m);
	history_add(h, "link odd", m);
	m = model_copy(m);
	model_set_node_up(m, net_node(m, "h1")->id, false, NULL);
	model_forget(m, net_node(m, "r1")->id, 0, NULL);
	model_release_nic(m, net_node(m, "h1")->id, "wan0.7", NULL);
	vec_push(&v.tagged, ((struct vlan_range){ 10, 20 }));
	model_set_vlans(m, net_link(m, "h1", "s1")->id, 1, &v, NULL);
	model_set_link_up(m, net_link(m, "r1", "h2")->id, false, NULL);
	assert_int_equal(model_route_auto(m, NULL), 0);
	net_settle(m);
	history_add(h, "route auto", m);
	m = model_copy(m);
	model_del_node(m, net_node(m, "s1")->id, NULL);
	net_extend(m, "s s1; h2 s1"); /* the name again, another node */
	net_settle(m);
	history_add(h, "del s1 \xff\n\"", m); /* as odd as a command can be */
	m = model_new();
	m->automatic = false;
	m->first_id = m->next_id = history_model(h, h->at)->next_id;
	history_add(h, "reset", m);
	vlans_free(&v);
	return h;
}

static void test_round_trip(void **state)
{
	struct history *h = story();

	(void)state;
	for (size_t i = 0; i <= h->changes.n; i++) {
		json_t *whole = state_write(history_model(h, i));
		struct model *m = NULL;

		assert_int_equal(state_read(whole, &m, NULL), 0);
		assert_same(m, history_model(h, i));
		model_free(m);
		json_decref(whole);
		/* from each to each, which is more than ever happens */
		for (size_t k = 0; k <= h->changes.n; k++) {
			json_t *delta = state_write_delta(history_model(h, i),
							  history_model(h, k));

			assert_int_equal(
				state_read_delta(delta, history_model(h, i), &m, NULL),
				0);
			assert_same(m, history_model(h, k));
			model_free(m);
			json_decref(delta);
		}
	}
	history_free(h);
}

static void test_damaged_state(void **state)
{
	static const char *const bad[] = {
		"[]",
		"{\"nodes\": [{}]}",
		"{\"nodes\": [{\"id\": 1, \"name\": \"a b\", \"kind\": \"host\"}]}",
		"{\"nodes\": [{\"id\": 1, \"name\": \"a\", \"kind\": \"bridge\"}]}",
		"{\"nodes\": [{\"id\": 1, \"name\": \"a\", \"kind\": \"host\"},"
		" {\"id\": 2, \"name\": \"a\", \"kind\": \"host\"}]}",
		"{\"links\": [{\"id\": 3}]}",
		"{\"links\": [{\"id\": 3, \"ends\": [{\"node\": 1, \"index\": 0},"
		" {\"node\": 2, \"index\": 0}]}]}",
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
		json_t *o = json_loads(bad[i], 0, NULL);
		struct model *m = NULL;
		struct err e = ERR_INIT;

		assert_non_null(o);
		assert_int_equal(state_read(o, &m, &e), -EBADMSG);
		assert_non_null(e.msg);
		err_clear(&e);
		json_decref(o);
	}
}

/* Writes the story as it would happen; *ret is the journal. */
static struct history *live_through(struct journal **ret)
{
	struct history *h = story(), *begin = history_new(model_copy(h->first));

	assert_int_equal(journal_begin(dir, begin, ret, NULL), 0);
	history_free(begin);
	for (size_t i = 0; i < h->changes.n; i++) {
		assert_int_equal(journal_intend_change(*ret, h->changes.v[i].command,
						       history_model(h, i),
						       history_model(h, i + 1), NULL),
				 0);
		assert_int_equal(journal_mark_done(*ret, NULL), 0);
	}
	return h;
}

static void test_journal(void **state)
{
	struct journal_story s;
	struct journal *j;
	struct history *h = live_through(&j);

	(void)state;
	assert_int_equal(journal_read(dir, &s, NULL), 0);
	assert_false(s.pending.there);
	assert_int_equal(s.history->changes.n, h->changes.n);
	assert_int_equal(s.history->at, h->at);
	for (size_t i = 0; i <= h->changes.n; i++)
		assert_same(history_model(s.history, i), history_model(h, i));
	assert_string_equal(s.history->changes.v[0].command, "build");
	journal_story_free(&s);

	/* what is intended is there until it is done, or cancelled */
	assert_int_equal(journal_intend_move(j, JOURNAL_UNDO, h->at - 1, NULL), 0);
	assert_int_equal(journal_read(dir, &s, NULL), 0);
	assert_true(s.pending.there);
	assert_int_equal(s.pending.kind, JOURNAL_UNDO);
	assert_false(s.pending.ending);
	assert_int_equal(s.history->at, h->at);
	assert_same(s.pending.after, history_model(h, h->at - 1));
	journal_story_free(&s);
	journal_cancel(j);
	assert_int_equal(journal_read(dir, &s, NULL), 0);
	assert_false(s.pending.there);
	journal_story_free(&s);

	assert_int_equal(journal_intend_move(j, JOURNAL_UNDO, h->at - 1, NULL), 0);
	assert_int_equal(journal_mark_ending(j, NULL), 0);
	assert_int_equal(journal_read(dir, &s, NULL), 0);
	assert_true(s.pending.ending);
	journal_close(j);
	/* another shell takes it up there */
	assert_int_equal(journal_open(dir, s.place.settled, &j, NULL), 0);
	journal_story_free(&s);
	assert_int_equal(journal_mark_done(j, NULL), 0);
	assert_int_equal(journal_read(dir, &s, NULL), 0);
	assert_int_equal(s.history->at, h->at - 1);
	assert_int_equal(s.history->changes.n, h->changes.n); /* can be redone */
	journal_close(j);

	/* several taken back at once are forgotten */
	assert_int_equal(journal_begin(dir, s.history, &j, NULL), 0);
	assert_int_equal(journal_intend_move(j, JOURNAL_BACK, 2, NULL), 0);
	assert_int_equal(journal_mark_done(j, NULL), 0);
	journal_close(j);
	journal_story_free(&s);
	assert_int_equal(journal_read(dir, &s, NULL), 0);
	assert_int_equal(s.history->at, 2);
	assert_int_equal(s.history->changes.n, 2);
	assert_same(history_model(s.history, 2), history_model(h, 2));
	journal_story_free(&s);
	assert_int_equal(journal_begin(dir, h, &j, NULL), 0);
	journal_close(j);
	assert_int_equal(journal_read(dir, &s, NULL), 0);
	s.history->at--;

	/* written anew it tells the same */
	assert_int_equal(journal_begin(dir, s.history, &j, NULL), 0);
	journal_story_free(&s);
	assert_int_equal(journal_read(dir, &s, NULL), 0);
	assert_int_equal(s.history->at, h->at - 1);
	assert_int_equal(s.history->changes.n, h->changes.n);
	journal_mark_destroyed(j, NULL);
	journal_story_free(&s);
	assert_int_equal(journal_read(dir, &s, NULL), 0);
	assert_true(s.destroyed);
	journal_story_free(&s);
	journal_close(j);
	history_free(h);
}

/* However much of the journal reached the file, it tells of a model that was. */
static void test_cut_anywhere(void **state)
{
	cleanup_free char *path = mem_printf("%s/journal", dir), *text = NULL;
	struct journal *j;
	struct history *h = live_through(&j);
	size_t n = 0, done = 0, begin;

	(void)state;
	journal_close(j);
	assert_int_equal(file_read(path, 1 << 20, &text, &n, NULL), 0);
	begin = (size_t)(strchr(text, '\n') + 1 - text);
	for (size_t cut = 0; cut <= n; cut++) {
		struct journal_story s;
		struct err e = ERR_INIT;
		int fd = open(path, O_WRONLY | O_TRUNC), r;

		assert_int_equal(file_write_all(fd, text, cut), 0);
		close(fd);
		r = journal_read(dir, &s, &e);
		if (cut < begin) {
			assert_int_equal(r, -EBADMSG);
			err_clear(&e);
			continue;
		}
		assert_int_equal(r, 0);
		assert_true(s.history->at >= done);
		done = s.history->at;
		assert_true(s.place.settled <= cut);
		assert_same(history_model(s.history, done), history_model(h, done));
		if (s.pending.there)
			assert_same(s.pending.after, history_model(h, done + 1));
		journal_story_free(&s);
		/* and it can be written on */
		assert_int_equal(journal_open(dir, cut, &j, NULL), 0);
		journal_close(j);
	}
	assert_int_equal(done, h->changes.n);
	history_free(h);
}

/* A reader that goes on where it was knows the same as one that begins anew. */
static void same_as_anew(struct journal_story *s)
{
	struct journal_story anew;

	assert_int_equal(journal_read_on(dir, s, NULL), 0);
	assert_int_equal(journal_read(dir, &anew, NULL), 0);
	assert_int_equal(s->history->at, anew.history->at);
	assert_int_equal(s->history->changes.n, anew.history->changes.n);
	for (size_t i = 0; i <= anew.history->changes.n; i++)
		assert_same(history_model(s->history, i), history_model(anew.history, i));
	assert_int_equal(s->pending.there, anew.pending.there);
	assert_int_equal(s->destroyed, anew.destroyed);
	assert_int_equal(s->place.file, anew.place.file);
	assert_int_equal(s->place.settled, anew.place.settled);
	assert_int_equal(s->place.lines, anew.place.lines);
	journal_story_free(&anew);
}

static void test_read_on(void **state)
{
	cleanup_free char *path = mem_printf("%s/journal", dir);
	struct history *h = story(), *was = history_new(model_copy(h->first));
	struct journal_story s = { 0 };
	struct err e = ERR_INIT;
	const struct model *kept;
	struct journal *j;
	FILE *f;

	(void)state;
	assert_int_equal(journal_begin(dir, was, &j, NULL), 0);
	for (size_t i = 0; i < h->changes.n; i++) {
		same_as_anew(&s);
		assert_int_equal(journal_intend_change(j, "c", history_model(h, i),
						       history_model(h, i + 1), NULL),
				 0);
		same_as_anew(&s);
		if (i == 1) { /* what was pending is not there any more */
			journal_cancel(j);
			same_as_anew(&s);
			journal_intend_change(j, "c", history_model(h, i),
					      history_model(h, i + 1), NULL);
		}
		assert_int_equal(journal_mark_done(j, NULL), 0);
		kept = s.history->first;
		same_as_anew(&s);
		assert_ptr_equal(s.history->first, kept); /* it was not read again */
	}
	assert_int_equal(journal_intend_move(j, JOURNAL_UNDO, h->at - 1, NULL), 0);
	assert_int_equal(journal_mark_done(j, NULL), 0);
	same_as_anew(&s);
	journal_close(j);

	/* damaged further on: what was read before stays */
	f = fopen(path, "a");
	fputs("{nonsense\n", f);
	fclose(f);
	assert_int_equal(journal_read_on(dir, &s, &e), -EBADMSG);
	assert_non_null(strstr(e.msg, path));
	err_clear(&e);
	assert_int_equal(s.history->at, h->at - 1);
	/* another file in its place, and none */
	assert_int_equal(journal_begin(dir, was, &j, NULL), 0);
	same_as_anew(&s);
	assert_int_equal(s.history->changes.n, 0);
	journal_close(j);
	unlink(path);
	assert_int_equal(journal_read_on(dir, &s, NULL), -ENOENT);
	assert_non_null(s.history);
	journal_story_free(&s);
	history_free(was);
	history_free(h);
}

static void test_long(void **state)
{
	struct history *h = history_new(model_new());
	struct journal *j;
	size_t rounds = 0;

	(void)state;
	assert_int_equal(journal_begin(dir, h, &j, NULL), 0);
	while (!journal_is_long(j) && rounds < 10000) {
		struct model *m = model_copy(history_model(h, h->at));
		char name[16];

		snprintf(name, sizeof(name), "h%zu", rounds++);
		net_add(m, NODE_HOST, name);
		assert_int_equal(
			journal_intend_change(j, name, history_model(h, h->at), m, NULL),
			0);
		assert_int_equal(journal_mark_done(j, NULL), 0);
		history_add(h, name, m);
	}
	assert_true(rounds > HISTORY_MAX && rounds < 10000);
	assert_int_equal(h->changes.n, HISTORY_MAX);
	assert_int_equal(h->first->nodes.n, rounds - HISTORY_MAX);
	journal_close(j);
	assert_int_equal(journal_begin(dir, h, &j, NULL), 0);
	assert_false(journal_is_long(j));
	journal_close(j);
	history_free(h);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_round_trip), cmocka_unit_test(test_damaged_state),
		cmocka_unit_test(test_journal),	   cmocka_unit_test(test_cut_anywhere),
		cmocka_unit_test(test_read_on),	   cmocka_unit_test(test_long),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, make_dir, remove_dir);
}
