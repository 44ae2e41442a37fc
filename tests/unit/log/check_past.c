/* check_past.c: events come out of the log as they went in; a place in it, however
 * it was reached, has the moment that folding all events before it gives; memory
 * does not grow with what has been. */
#include "past.h"

#include "busy_session.h"
#include "event_fixture.h"
#include "event_fields.h"
#include "event_pack.h"
#include "moment_text.h"
#include "suites.h"

#include <malloc.h>

enum { SMALL = 64, EVENTS = 700, FAR = 60000, WALKS = 400 };

/* Fills every field of an event with something of its own. */
static struct event
full_event(enum event_type type)
{
	struct event event = fixture_event(type, "a text");
	size_t count;
	const struct event_field *fields = event_fields(type, &count);
	event.detail = strdup("details");
	event.time = INT64_C(-5000);
	for (size_t i = 0; i < count; i++) {
		char *place = (char *)&event + fields[i].offset;
		struct report_endpoint endpoint = {.family = i % 2 == 0 ? 4 : 6,
		    .port = (uint16_t)(65535 - i), .scope = (uint32_t)i};
		memset(endpoint.address, 0xa0 + (int)i, i % 2 == 0 ? 4 : 16);
		if (fields[i].packing == PACK_CHARS)
			memset(place, 'x', fields[i].size - 1);
		else if (fields[i].packing == PACK_ENDPOINT)
			memcpy(place, &endpoint, sizeof endpoint);
		else if (fields[i].packing == PACK_NUMBER && fields[i].size == 1)
			*place = 1;
		else if (fields[i].packing == PACK_NUMBER)
			memset(place, i % 3 == 0 ? 0x7f : i % 3 == 1 ? 0xff : 0x05,
			    fields[i].size);
	}
	return event;
}

START_TEST(what_was_packed_comes_out_again)
{
	struct event event = full_event((enum event_type)_i), out;
	if (_i == EVENT_DISPOSITIONS) {
		event.dispositions.rows = calloc(2, sizeof *event.dispositions.rows);
		event.dispositions.count = 2;
		event.dispositions.rows[1].signals.caught = UINT64_MAX;
	}
	size_t room = event_pack_room(&event);
	unsigned char *bytes = malloc(room);
	ck_assert_ptr_nonnull(bytes);
	ck_assert_uint_le(event_pack(&event, bytes), room);
	event_unpack(bytes, &out);
	ck_assert_int_eq(out.type, event.type);
	ck_assert_int_eq(out.time, event.time);
	ck_assert_uint_eq(out.length, event.length);
	ck_assert_str_eq(out.text, event.text);
	ck_assert_str_eq(out.detail, event.detail);
	size_t count;
	const struct event_field *fields = event_fields(event.type, &count);
	for (size_t i = 0; i < count; i++) /* those of other fields, too */
		ck_assert_int_eq(memcmp((char *)&event + fields[i].offset,
		    (char *)&out + fields[i].offset, fields[i].size), 0);
	if (_i == EVENT_DISPOSITIONS) {
		ck_assert_uint_eq(out.dispositions.count, 2);
		ck_assert_uint_eq(out.dispositions.rows[1].signals.caught, UINT64_MAX);
	}
	event_unpack_release(&out);
	event_release(&event);
	free(bytes);
}
END_TEST

/* A log with so many events of a busy session. */
static struct log *
busy_log(size_t capacity, unsigned events)
{
	struct log *log = log_new(capacity);
	struct busy busy = {0};
	ck_assert_ptr_nonnull(log);
	for (unsigned i = 0; i < events; i++) {
		struct event event = busy_next(&busy);
		ck_assert_int_eq(log_append(log, &event), 0);
	}
	return log;
}

/* The moments of a busy session before each event, folded straight. */
static struct moment *
straight_moments(unsigned events)
{
	struct moment *moments = calloc(events + 1, sizeof *moments);
	struct busy busy = {0};
	ck_assert_ptr_nonnull(moments);
	moment_init(&moments[0]);
	for (unsigned i = 0; i < events; i++) {
		struct event event = busy_next(&busy);
		event_round(&event);
		ck_assert_int_eq(moment_copy(&moments[i + 1], &moments[i]), 0);
		ck_assert_int_eq(moment_apply(&moments[i + 1], &event), 0);
		event_release(&event);
	}
	return moments;
}

static void
free_moments(struct moment *moments, unsigned events)
{
	for (unsigned i = 0; i <= events; i++)
		moment_release(&moments[i]);
	free(moments);
}

/* A ring, and a log that keeps all: each place forward, each back, and here and
 * there. */
START_TEST(each_place_has_the_moment_of_its_events)
{
	static const size_t capacities[] = {SMALL, 8 * EVENTS};
	struct log *log = busy_log(capacities[_i], EVENTS);
	struct moment *moments = straight_moments(EVENTS);
	struct past *past = past_new(log);
	ck_assert_ptr_nonnull(past);
	for (uint64_t i = log_first(log); i <= EVENTS; i++) {
		ck_assert_int_eq(past_go(past, i), 0);
		ck_assert_uint_eq(past_position(past), i);
		check_moments_alike(past_moment(past), &moments[i]);
	}
	for (uint64_t i = EVENTS + 1; i-- > log_first(log);) {
		ck_assert_int_eq(past_go(past, i), 0);
		check_moments_alike(past_moment(past), &moments[i]);
	}
	for (unsigned i = 0; i < WALKS; i++) {
		uint64_t kept = EVENTS - log_first(log);
		uint64_t to = log_first(log) + i * 7919U % (kept + 1);
		ck_assert_int_eq(past_go(past, to), 0);
		check_moments_alike(past_moment(past), &moments[to]);
	}
	ck_assert_int_eq(past_go(past, 0), 0);
	ck_assert_uint_eq(past_position(past), log_first(log));
	ck_assert_int_eq(past_go(past, UINT64_MAX), 0);
	ck_assert_uint_eq(past_position(past), EVENTS);
	check_moments_alike(log_base(log), &moments[log_first(log)]);
	check_moments_alike(log_now(log), &moments[EVENTS]);
	past_free(past);
	free_moments(moments, EVENTS);
	log_free(log);
}
END_TEST

/* A place stays what it is while the log goes on and forgets it. */
START_TEST(a_place_outlives_its_events)
{
	struct log *log = busy_log(SMALL, SMALL);
	struct past *past = past_new(log);
	char *before = moment_text(past_moment(past));
	struct busy busy = {.conn = 3};
	for (unsigned i = 0; i < 4 * SMALL; i++) {
		struct event event = busy_next(&busy);
		ck_assert_int_eq(log_append(log, &event), 0);
	}
	char *after = moment_text(past_moment(past));
	ck_assert_str_eq(before, after);
	ck_assert_uint_lt(past_position(past), log_first(log));
	ck_assert_int_eq(past_go(past, past_position(past) - 1), 0);
	ck_assert_uint_eq(past_position(past), log_first(log));
	free(before);
	free(after);
	past_free(past);
	log_free(log);
}
END_TEST

START_TEST(commands_are_found_in_both_directions)
{
	struct log *log = busy_log(8 * EVENTS, 40);
	struct past *past = past_new(log);
	/* commands: events 3 (connect), 13 (send), 20 (close), 36 (connect) */
	ck_assert_uint_eq(log_find(log, 0, 40, LOG_TYPE(EVENT_COMMAND)), 3);
	ck_assert_uint_eq(past_command_before(past), 37);
	past_go(past, 37);
	ck_assert_uint_eq(past_command_before(past), 14);
	past_go(past, 14);
	ck_assert_uint_eq(past_command_before(past), 4);
	past_go(past, 4);
	ck_assert_uint_eq(past_command_before(past), 1);
	past_go(past, 1);
	ck_assert_uint_eq(past_command_before(past), 1);
	ck_assert_uint_eq(past_command_after(past), 4);
	past_go(past, 4);
	ck_assert_uint_eq(past_command_after(past), 14);
	past_go(past, 37);
	ck_assert_uint_eq(past_command_after(past), 40);
	ck_assert_uint_eq(log_find_back(log, 3, 0, LOG_TYPE(EVENT_COMMAND)),
	    UINT64_MAX);
	past_free(past);
	log_free(log);
}
END_TEST

START_TEST(a_start_begins_everything_anew)
{
	struct moment now;
	moment_init(&now);
	for (int session = 0; session < 2; session++) {
		struct busy busy = {0};
		for (unsigned i = 0; i < 30; i++) {
			struct event event = busy_next(&busy);
			ck_assert_int_eq(moment_apply(&now, &event), 0);
			event_release(&event);
		}
		ck_assert_uint_eq(now.begun, (uint64_t)session * 30);
		ck_assert_uint_eq(now.events, (uint64_t)session * 30 + 30);
		ck_assert_uint_eq(now.sent, 1);
		ck_assert_uint_eq(now.connection_count, 1);
		ck_assert_int_eq(now.time, busy.time);
	}
	moment_release(&now);
}
END_TEST

/* Connections that are over are forgotten, the latest and those that are not stay. */
START_TEST(connections_that_are_over_are_forgotten)
{
	struct log *log = busy_log(SMALL, FAR);
	const struct moment *now = log_now(log);
	unsigned latest = now->connections[now->connection_count - 1].conn;
	ck_assert_uint_gt(latest, 1500);
	ck_assert_uint_lt(now->connection_count, 1000);
	ck_assert_ptr_null(moment_connection(now, 1));
	for (unsigned i = 0; i < 200; i++) {
		const struct moment_connection *connection =
		    moment_connection(now, latest - i);
		ck_assert_ptr_nonnull(connection);
		ck_assert_uint_eq(connection->conn, latest - i);
		if (i != BUSY_OPEN) /* this one may be on its way out */
			ck_assert(connection->open == (i < BUSY_OPEN));
	}
	struct event late = busy_connection(1, CONNECTION_CLOSED);
	ck_assert_int_eq(log_append(log, &late), 0);
	ck_assert_ptr_null(moment_connection(log_now(log), 1));
	log_free(log);
}
END_TEST

/* Once the ring is full, ten times as many events take no more; and not much. */
START_TEST(memory_is_flat_once_the_ring_is_full)
{
	struct log *log = log_new(LOG_CAPACITY);
	struct busy busy = {0};
	size_t full = 0, most = 0;
	/* checkpoints come and are given up: what counts is the most of a long time */
	for (unsigned i = 0; i < 6 * LOG_CAPACITY; i++) {
		struct event event = busy_next(&busy);
		ck_assert_int_eq(log_append(log, &event), 0);
		if (i % 1000 != 0)
			continue;
		size_t used = mallinfo2().uordblks;
		if (i < 3 * LOG_CAPACITY)
			full = used > full ? used : full;
		else
			most = used > most ? used : most;
	}
	ck_assert_uint_le(most, full + full / 20);
	ck_assert_uint_le(most, 8 << 20);
	log_free(log);
}
END_TEST

Suite *
past_suite(void)
{
	Suite *suite = suite_create("past");
	TCase *tests = tcase_create("past");
	tcase_add_loop_test(tests, what_was_packed_comes_out_again, 0, EVENT_TYPES);
	tcase_add_loop_test(tests, each_place_has_the_moment_of_its_events, 0, 2);
	tcase_add_test(tests, a_place_outlives_its_events);
	tcase_add_test(tests, commands_are_found_in_both_directions);
	tcase_add_test(tests, a_start_begins_everything_anew);
	tcase_add_test(tests, connections_that_are_over_are_forgotten);
	suite_add_tcase(suite, tests);
	return suite;
}

/* By itself: too long under valgrind. */
Suite *
memory_suite(void)
{
	Suite *suite = suite_create("memory");
	TCase *tests = tcase_create("memory");
	tcase_add_test(tests, memory_is_flat_once_the_ring_is_full);
	suite_add_tcase(suite, tests);
	return suite;
}
