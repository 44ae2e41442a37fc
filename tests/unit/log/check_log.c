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
	char order[16];      /* which readers were called, in turn */
	struct seen *shared;
	char name;
	struct log *log;
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
	ck_assert_uint_eq(taken, 8);
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

/* Takes a reader away: it alone, and the others keep their turn. */
START_TEST(a_reader_is_taken_away)
{
	struct log *log = log_with_capacity();
	struct seen seen[3] = {{.name = 'a'}, {.name = 'b'}, {.name = 'c'}};
	for (size_t i = 0; i < 3; i++) {
		seen[i].shared = &seen[0];
		ck_assert_int_eq(log_subscribe(log, reader, &seen[i]), 0);
	}
	struct seen stranger = {.name = 'x'};
	log_unsubscribe(log, reader, &stranger);
	append_sent(log, 1);
	log_unsubscribe(log, reader, &seen[1]);
	append_sent(log, 2);
	ck_assert_str_eq(seen[0].order, "abcac");
	ck_assert_uint_eq(seen[1].calls, 1);
	log_free(log);
}
END_TEST

/* Takes itself away with its first event. */
static void
leaver(void *context, const struct event *event, const struct moment *now)
{
	struct seen *seen = context;
	reader(context, event, now);
	log_unsubscribe(seen->log, leaver, context);
}

START_TEST(a_reader_takes_itself_away_and_no_neighbour_misses_it)
{
	struct log *log = log_with_capacity();
	struct seen seen[3] = {{.name = 'a'}, {.name = 'b'}, {.name = 'c'}};
	for (size_t i = 0; i < 3; i++) {
		seen[i].shared = &seen[0];
		seen[i].log = log;
		ck_assert_int_eq(log_subscribe(log, i == 1 ? leaver : reader, &seen[i]), 0);
	}
	append_sent(log, 1);
	append_sent(log, 2);
	ck_assert_str_eq(seen[0].order, "abcac");
	ck_assert_int_eq(log_subscribe(log, reader, &seen[1]), 0); /* its place is free */
	append_sent(log, 3);
	ck_assert_str_eq(seen[0].order, "abcacacb");
	log_free(log);
}
END_TEST

/* Events that are asked for are unpacked into a few places: none shows another one. */
START_TEST(each_event_is_itself_however_they_are_asked_for)
{
	enum { KEPT = 3 * LOG_UNPACKED };
	struct log *log = log_new(KEPT);
	ck_assert_ptr_nonnull(log);
	for (unsigned i = 0; i < KEPT; i++)
		append_sent(log, i);
	const struct event *first = log_event(log, 7);
	for (unsigned i = 8; i < 7 + LOG_UNPACKED; i++)
		ck_assert_uint_eq(log_event(log, i)->line.bytes, i);
	ck_assert_uint_eq(first->line.bytes, 7); /* as log.h promises */
	for (unsigned step = 1; step < KEPT; step += 97)
		for (unsigned i = 0; i < KEPT; i++) {
			unsigned number = i * step % KEPT;
			ck_assert_uint_eq(log_event(log, number)->line.bytes, number);
		}
	log_free(log);
}
END_TEST

/* A set of types is looked for between bounds, which may lie beyond the log's. */
START_TEST(types_are_found_within_the_ring_alone)
{
	const uint32_t sent = LOG_TYPE(EVENT_SENT), notes = LOG_TYPE(EVENT_NOTE);
	struct log *log = log_with_capacity();
	for (unsigned i = 0; i < 6; i++) {
		if (i % 2 == 0) {
			append_sent(log, i);
			continue;
		}
		struct event note = fixture_event(EVENT_NOTE, "note");
		ck_assert_int_eq(log_append(log, &note), 0);
	}
	/* sent: 2, 4; note: 3, 5; 0 and 1 fell out */
	ck_assert_uint_eq(log_find(log, 0, 6, sent), 2);
	ck_assert_uint_eq(log_find(log, 0, 6, notes), 3);
	ck_assert_uint_eq(log_find(log, 3, 6, sent), 4);
	ck_assert_uint_eq(log_find(log, 4, 6, sent), 4);
	ck_assert_uint_eq(log_find(log, 5, 6, sent), 6);
	ck_assert_uint_eq(log_find(log, 3, 4, sent), 4); /* before the end alone */
	ck_assert_uint_eq(log_find(log, 0, UINT64_MAX, LOG_TYPE(EVENT_END)), 6);
	ck_assert_uint_eq(log_find(log, 9, 20, sent), 6);
	ck_assert_uint_eq(log_find(log, 0, 6, sent | notes), 2);
	ck_assert_uint_eq(log_find_back(log, UINT64_MAX, 0, sent), 4);
	ck_assert_uint_eq(log_find_back(log, 6, 0, notes), 5);
	ck_assert_uint_eq(log_find_back(log, 5, 0, notes), 3);
	ck_assert_uint_eq(log_find_back(log, 4, 0, sent), 2);
	ck_assert_uint_eq(log_find_back(log, 4, 3, sent), UINT64_MAX);
	ck_assert_uint_eq(log_find_back(log, 3, 2, sent), 2);
	ck_assert_uint_eq(log_find_back(log, 2, 0, sent), UINT64_MAX);
	ck_assert_uint_eq(log_find_back(log, 0, 0, sent), UINT64_MAX);
	log_free(log);
}
END_TEST

/* An event longer than a page has one of its own; those beside it are whole. */
START_TEST(an_event_may_be_longer_than_a_page)
{
	enum { HUGE = 70000, FEW = 9 };
	struct log *log = log_with_capacity();
	char *text = malloc(HUGE);
	ck_assert_ptr_nonnull(text);
	for (unsigned i = 0; i < FEW; i++) {
		struct event event = {.type = EVENT_NOTE};
		size_t length = i % 2 == 0 ? HUGE - i : 10;
		memset(text, 'a' + (int)i, HUGE);
		ck_assert_int_eq(event_set_text(&event, text, length), 0);
		ck_assert_int_eq(log_append(log, &event), 0);
		for (uint64_t k = log_first(log); k < log_end(log); k++) {
			const struct event *kept = log_event(log, k);
			ck_assert_uint_eq(kept->length, k % 2 == 0 ? HUGE - k : 10);
			ck_assert_int_eq(kept->text[0], 'a' + (int)k);
			ck_assert_int_eq(kept->text[kept->length - 1], 'a' + (int)k);
			ck_assert_int_eq(kept->text[kept->length], '\0');
		}
	}
	free(text);
	log_free(log);
}
END_TEST

/* The moment at hand before each event is one of so many events, and near. */
static void
check_checkpoints(const struct log *log, uint64_t near)
{
	uint64_t at, far = 0;
	for (uint64_t i = log_first(log); i < log_end(log); i++) {
		const struct moment *moment = log_checkpoint(log, i, &at);
		ck_assert_uint_le(at, i);
		ck_assert_uint_eq(moment->events, at);
		ck_assert_uint_lt(i - at, near);
		far = i - at > far ? i - at : far;
	}
	if (log_end(log) > 2 * near) /* and no nearer: each takes memory */
		ck_assert_uint_eq(far, near - 1);
	ck_assert_ptr_eq(log_checkpoint(log, log_first(log), &at), log_base(log));
	ck_assert_uint_eq(at, log_first(log));
	ck_assert_ptr_eq(log_checkpoint(log, log_end(log), &at), log_now(log));
	ck_assert_uint_eq(at, log_end(log));
	ck_assert_ptr_eq(log_checkpoint(log, UINT64_MAX, &at), log_now(log));
}

START_TEST(a_moment_is_near_each_event)
{
	enum { RING = 800, APART = 100 }; /* an eighth of it */
	struct log *log = log_new(RING);
	for (unsigned i = 0; i < 3 * RING; i++) {
		append_sent(log, i);
		ck_assert_uint_le(log_end(log) - log_first(log), RING);
		if (i >= RING) /* what falls out falls out up to a checkpoint */
			ck_assert_uint_gt(log_end(log) - log_first(log), RING - APART);
		if (i % 77 == 0)
			check_checkpoints(log, APART);
	}
	check_checkpoints(log, APART);
	log_free(log);
}
END_TEST

/* Checkpoints of very many rows are given up, every second one: they take no more
 * than their share, and what is left is right. */
START_TEST(large_moments_are_kept_at_a_greater_distance)
{
	enum { RING = 2048, ROWS = 2000, SHARE = 1 << 20 };
	struct log *log = log_new(RING);
	for (unsigned i = 0; i < ROWS; i++) {
		struct event event = fixture_socket(i + 1, END_CLIENT, SOCKET_APPEARED,
		    STATE_ESTABLISHED);
		ck_assert_int_eq(log_append(log, &event), 0);
	}
	for (unsigned i = 0; i < 3 * RING; i++) {
		append_sent(log, i);
		if (i % 701 != 0)
			continue;
		size_t bytes = 0;
		uint64_t at;
		for (uint64_t next = log_end(log) - 1;; next = at - 1) {
			const struct moment *moment = log_checkpoint(log, next, &at);
			if (at == log_first(log))
				break; /* the base is needed in any case */
			bytes += moment_size(moment);
		}
		ck_assert_uint_le(bytes, SHARE);
		check_checkpoints(log, 4 * RING);
	}
	ck_assert_uint_eq(log_base(log)->socket_count, ROWS);
	log_free(log);
}
END_TEST

/* The times that a reader sees, and those that are kept, are whole microseconds. */
START_TEST(times_are_kept_in_microseconds)
{
	struct log *log = log_with_capacity();
	struct event event = fixture_event(EVENT_NOTE, "note");
	event.time = 1501;
	ck_assert_int_eq(log_append(log, &event), 0);
	ck_assert_ptr_null(event.text); /* the log has it */
	ck_assert_int_eq(log_event(log, 0)->time, 2000);
	ck_assert_int_eq(log_now(log)->time, 2000);
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
	tcase_add_test(tests, a_reader_is_taken_away);
	tcase_add_test(tests, a_reader_takes_itself_away_and_no_neighbour_misses_it);
	tcase_add_test(tests, each_event_is_itself_however_they_are_asked_for);
	tcase_add_test(tests, types_are_found_within_the_ring_alone);
	tcase_add_test(tests, an_event_may_be_longer_than_a_page);
	tcase_add_test(tests, a_moment_is_near_each_event);
	tcase_add_test(tests, large_moments_are_kept_at_a_greater_distance);
	tcase_add_test(tests, times_are_kept_in_microseconds);
	suite_add_tcase(suite, tests);
	return suite;
}
