/* check_log.c: the log is a ring; base and what remains are now. */
#include "log.h"

#include "event_fixture.h"
#include "suites.h"

#include <errno.h>

enum { CAPACITY = 4, MANY = 23, READERS_MAX = 64 };

/* What a reader saw. */
struct seen {
	unsigned calls;
	uint64_t folded;     /* now->events at the last call */
	int64_t time;
	char order[8];       /* which readers were called, in turn */
	struct seen *shared;
	char name;
};

/* Appends a sent event of connection 1. */
static void
append_sent(struct log *log, unsigned number)
{
	struct event event = fixture_event(EVENT_SENT, "hello");
	event.time = FIXTURE_MS(number);
	event.line.conn = 1;
	event.line.bytes = number;
	ck_assert_int_eq(log_append(log, &event), 0);
}

static struct log *
log_with_capacity(void)
{
	struct log *log = log_new(CAPACITY);
	ck_assert_ptr_nonnull(log);
	return log;
}

START_TEST(a_new_log_is_empty)
{
	struct log *log = log_with_capacity();
	ck_assert_uint_eq(log_first(log), 0);
	ck_assert_uint_eq(log_end(log), 0);
	ck_assert_ptr_null(log_event(log, 0));
	ck_assert_uint_eq(log_now(log)->events, 0);
	ck_assert_uint_eq(log_base(log)->events, 0);
	log_free(log);
	log_free(NULL);
}
END_TEST

START_TEST(the_oldest_events_fall_out)
{
	struct log *log = log_with_capacity();
	for (unsigned i = 0; i < MANY; i++) {
		append_sent(log, i);
		ck_assert_uint_eq(log_end(log), i + 1);
		ck_assert_uint_eq(log_first(log), i < CAPACITY ? 0 : i + 1 - CAPACITY);
	}
	ck_assert_ptr_null(log_event(log, log_first(log) - 1));
	ck_assert_ptr_null(log_event(log, log_end(log)));
	for (uint64_t i = log_first(log); i < log_end(log); i++) {
		ck_assert_ptr_nonnull(log_event(log, i));
		ck_assert_uint_eq(log_event(log, i)->line.bytes, i);
		ck_assert_str_eq(log_event(log, i)->text, "hello");
	}
	log_free(log);
}
END_TEST

/* At each length of the log, base and the events that are there give now. */
START_TEST(base_and_the_rest_are_now)
{
	struct log *log = log_with_capacity();
	struct event opened = fixture_connection(1, CONNECTION_OPENED);
	ck_assert_int_eq(log_append(log, &opened), 0);
	for (unsigned i = 1; i < MANY; i++) {
		const struct moment *now = log_now(log), *base = log_base(log);
		append_sent(log, i);
		ck_assert_uint_eq(base->events, log_first(log));
		ck_assert_uint_eq(now->events, log_end(log));
		size_t bytes = base->connection_count > 0 ?
		    base->connections[0].bytes_sent : 0;
		uint64_t lines = base->sent;
		for (uint64_t k = log_first(log); k < log_end(log); k++) {
			if (log_event(log, k)->type != EVENT_SENT)
				continue;
			bytes += log_event(log, k)->line.bytes;
			lines++;
		}
		ck_assert_uint_eq(bytes, now->connections[0].bytes_sent);
		ck_assert_uint_eq(bytes, i * (i + 1) / 2);
		ck_assert_uint_eq(lines, now->sent);
		ck_assert_int_eq(now->time, FIXTURE_MS(i));
	}
	log_free(log);
}
END_TEST

/* A reader that remembers. */
static void
reader(void *context, const struct event *event, const struct moment *now)
{
	struct seen *seen = context;
	struct seen *shared = seen->shared;
	size_t length = strlen(shared->order);
	seen->calls++;
	seen->folded = now->events;
	seen->time = event->time;
	if (length + 1 < sizeof shared->order)
		shared->order[length] = seen->name;
}

START_TEST(readers_see_each_event_folded_and_in_turn)
{
	struct log *log = log_with_capacity();
	struct seen first = {.name = 'a'}, second = {.name = 'b'};
	first.shared = second.shared = &first;
	append_sent(log, 1);
	ck_assert_int_eq(log_subscribe(log, reader, &first), 0);
	ck_assert_int_eq(log_subscribe(log, reader, &second), 0);
	append_sent(log, 2);
	append_sent(log, 3);
	ck_assert_uint_eq(first.calls, 2);
	ck_assert_uint_eq(second.calls, 2);
	ck_assert_uint_eq(first.folded, 3);
	ck_assert_int_eq(second.time, FIXTURE_MS(3));
	ck_assert_str_eq(first.order, "abab");
	log_free(log);
}
END_TEST

START_TEST(too_many_readers_are_refused)
{
	struct log *log = log_with_capacity();
	struct seen seen = {.name = 'a'};
	int result = 0;
	unsigned taken = 0;
	seen.shared = &seen;
	while (taken < READERS_MAX && (result = log_subscribe(log, reader, &seen)) == 0)
		taken++;
	ck_assert_int_eq(result, -1);
	ck_assert_int_eq(errno, ENOSPC);
	ck_assert_uint_ge(taken, 4);
	append_sent(log, 1);
	ck_assert_uint_eq(seen.calls, taken);
	log_free(log);
}
END_TEST

/* What an event owns is freed once, whether it fell out or was still there. */
START_TEST(what_events_own_is_freed)
{
	struct log *log = log_with_capacity();
	for (unsigned i = 0; i < MANY; i++) {
		struct event event = {.type = EVENT_DISPOSITIONS};
		event.dispositions.rows = calloc(2, sizeof *event.dispositions.rows);
		ck_assert_ptr_nonnull(event.dispositions.rows);
		event.dispositions.count = 2;
		event.detail = strdup("detail");
		ck_assert_int_eq(log_append(log, &event), 0);
	}
	log_free(log);
}
END_TEST

Suite *
log_suite(void)
{
	Suite *suite = suite_create("log");
	TCase *tests = tcase_create("log");
	tcase_add_test(tests, a_new_log_is_empty);
	tcase_add_test(tests, the_oldest_events_fall_out);
	tcase_add_test(tests, base_and_the_rest_are_now);
	tcase_add_test(tests, readers_see_each_event_folded_and_in_turn);
	tcase_add_test(tests, too_many_readers_are_refused);
	tcase_add_test(tests, what_events_own_is_freed);
	suite_add_tcase(suite, tests);
	return suite;
}
