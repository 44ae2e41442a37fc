/* check_event_fields.c: the table of fields leaves nothing of an event out, says nothing
 * twice, and reads and sets numbers of every size. */
#include "event_fields.h"

#include "event_fixture.h"
#include "suites.h"

#include <limits.h>
#include <stdlib.h>

enum { MOST_FIELDS = 64 };

/* By where they stand in the struct. */
static int
by_offset(const void *a, const void *b)
{
	const struct event_field *first = a, *second = b;
	return (first->offset > second->offset) - (first->offset < second->offset);
}

/* The fields of a type that are packed, in the order of the struct. */
static size_t
packed_fields(enum event_type type, struct event_field *packed)
{
	size_t count, found = 0;
	const struct event_field *fields = event_fields(type, &count);
	ck_assert_uint_le(count, MOST_FIELDS);
	for (size_t i = 0; i < count; i++)
		if (fields[i].packing != PACK_NOT)
			packed[found++] = fields[i];
	qsort(packed, found, sizeof *packed, by_offset);
	return found;
}

/* The longest event of each type: every field has its row, or there would be a gap
 * that no alignment explains. */
START_TEST(every_field_is_packed)
{
	static const size_t sizes[EVENT_TYPES] = {
#define SIZE(member) sizeof ((struct event *)0)->member
		[EVENT_START] = SIZE(start), [EVENT_COMMAND] = SIZE(command),
		[EVENT_CALL] = SIZE(call), [EVENT_CONNECTION] = SIZE(connection),
		[EVENT_SENT] = SIZE(line), [EVENT_ECHO] = SIZE(line),
		[EVENT_SOCKET] = SIZE(socket), [EVENT_STATE] = SIZE(state),
		[EVENT_TIMER] = SIZE(timer), [EVENT_DETAILS] = SIZE(details),
		[EVENT_PROCESS] = SIZE(process),
		[EVENT_SIGNAL] = SIZE(signal), [EVENT_HOST] = SIZE(host),
		[EVENT_OUTPUT] = SIZE(output), [EVENT_LOST] = SIZE(lost),
		[EVENT_ERRNO] = SIZE(call), [EVENT_EXPECT] = SIZE(expect),
		[EVENT_ASK] = SIZE(ask), [EVENT_LESSON] = SIZE(lesson),
		[EVENT_WHY] = SIZE(why), [EVENT_SUMMARY] = SIZE(summary), [EVENT_END] = SIZE(end),
	};
	struct event_field fields[MOST_FIELDS];
	size_t count = packed_fields((enum event_type)_i, fields);
	size_t end = offsetof(struct event, start), begin = end;
	for (size_t i = 0; i < count; i++) {
		size_t align = fields[i].packing == PACK_NUMBER ? fields[i].size :
		    fields[i].packing == PACK_ENDPOINT ?
		    _Alignof(struct report_endpoint) : 1;
		size_t gap = fields[i].offset - end;
		ck_assert_msg(fields[i].offset >= end && gap < 8 && (gap < align ||
		    fields[i].offset % 8 == 0), "%s: the field before number %zu "
		    "is not packed", event_type_name((enum event_type)_i), i);
		end = fields[i].offset + fields[i].size;
	}
	ck_assert_msg(begin + sizes[_i] - end < 8, "%s: its last field is not packed",
	    event_type_name((enum event_type)_i));
}
END_TEST

/* What JSON shows under a key of its own is packed, by this row or by another one. */
START_TEST(every_key_stands_on_packed_bytes)
{
	struct event_field packed[MOST_FIELDS];
	size_t count, known = packed_fields((enum event_type)_i, packed);
	const struct event_field *fields = event_fields((enum event_type)_i, &count);
	for (size_t i = 0; i < count; i++) {
		size_t end = fields[i].offset + fields[i].size;
		bool found = fields[i].size == 0; /* of the event: its text, its detail */
		for (size_t k = 0; k < known && !found; k++)
			found = packed[k].offset >= fields[i].offset && packed[k].offset < end;
		ck_assert_msg(found, "%s: %s", event_type_name((enum event_type)_i),
		    fields[i].key);
		ck_assert(fields[i].key != NULL || fields[i].packing == PACK_NUMBER);
	}
}
END_TEST

START_TEST(no_type_has_no_fields)
{
	size_t count = 7;
	ck_assert_ptr_null(event_fields(EVENT_TYPES, &count));
	ck_assert_uint_eq(count, 0);
	count = 7;
	ck_assert_ptr_null(event_fields((enum event_type)-1, &count));
	ck_assert_uint_eq(count, 0);
	ck_assert_ptr_null(event_fields(EVENT_ALL, &count)); /* rows alone */
	ck_assert_ptr_nonnull(event_fields(EVENT_END, &count));
	ck_assert_uint_eq(count, 1);
}
END_TEST

/* The field of a type with this key. */
static const struct event_field *
field_of(enum event_type type, const char *key)
{
	size_t count;
	const struct event_field *fields = event_fields(type, &count);
	for (size_t i = 0; i < count; i++)
		if (fields[i].key != NULL && strcmp(fields[i].key, key) == 0)
			return &fields[i];
	ck_abort_msg("no field %s", key);
}

/* Numbers of each size, with and without a sign, as they come and go. */
static const struct { enum event_type type; const char *key; int64_t numbers[3]; } sizes[] = {
	{EVENT_CALL, "result", {INT64_MIN, -1, INT64_MAX}},
	{EVENT_CALL, "errno", {0, 1, INT_MAX}},
	{EVENT_SOCKET, "recv_q", {0, 1, UINT32_MAX}},
	{EVENT_TIMER, "rto", {0, 1, UINT32_MAX}},
	{EVENT_SOCKET, "proto", {0, 4, 6}},
	{EVENT_END, "status", {INT_MIN, -1, INT_MAX}},
	{EVENT_SIGNAL, "caught", {0, 1, 1}},
};

START_TEST(numbers_come_back)
{
	const struct event_field *field = field_of(sizes[_i].type, sizes[_i].key);
	struct event event;
	for (size_t i = 0; i < 3; i++) {
		memset(&event, 0x5a, sizeof event);
		event_field_set(field, &event, sizes[_i].numbers[i]);
		ck_assert_int_eq(event_field_number(field, &event), sizes[_i].numbers[i]);
		/* and no byte beside it */
		ck_assert_int_eq(((char *)&event)[field->offset - 1], 0x5a);
		ck_assert_int_eq(((char *)&event)[field->offset + field->size], 0x5a);
	}
}
END_TEST

/* Which fields an event has: told by its others. */
static const struct { struct event event; const char *has, *lacks; } some[] = {
	{{.type = EVENT_CALL, .call = {.call = CALL_SETSOCKOPT}}, "option", "disposition"},
	{{.type = EVENT_CALL, .call = {.call = CALL_SIGACTION}}, "disposition", "value"},
	{{.type = EVENT_CALL, .call = {.call = CALL_CLOSE}}, "state", "unread"},
	{{.type = EVENT_CALL, .call = {.call = CALL_SHUTDOWN, .about = 1}}, "unread", "option"},
	{{.type = EVENT_CALL, .call = {.call = CALL_READ, .result = -1}}, "errno", "state"},
	{{.type = EVENT_CALL, .call = {.call = CALL_WAITPID, .result = 1}}, "status", "errno"},
	{{.type = EVENT_CALL, .call = {.call = CALL_WAIT, .result = 1}}, "status", "unread"},
	{{.type = EVENT_CALL, .call = {.call = CALL_WAIT, .result = 0}}, "result", "status"},
	{{.type = EVENT_CALL, .call = {.call = CALL_FORK, .result = 1}}, "result", "status"},
	{{.type = EVENT_START, .start = {.server = SERVER_COMMAND}}, "command", NULL},
	{{.type = EVENT_START, .start = {.server = SERVER_WATCHED}}, "server", "command"},
	{{.type = EVENT_LESSON, .lesson = {.what = LESSON_BEGUN}}, "title", "failed"},
	{{.type = EVENT_LESSON, .lesson = {.what = LESSON_PASSED}}, "title", "reason"},
	{{.type = EVENT_LESSON, .lesson = {.what = LESSON_FAILED}}, "failed", "title"},
	{{.type = EVENT_LESSON, .lesson = {.what = LESSON_SKIPPED}}, "reason", "title"},
};

START_TEST(an_event_has_what_it_needs)
{
	const struct event *event = &some[_i].event;
	ck_assert(event_field_applies(field_of(event->type, some[_i].has), event));
	if (some[_i].lacks != NULL)
		ck_assert(!event_field_applies(field_of(event->type, some[_i].lacks), event));
}
END_TEST

Suite *
event_fields_suite(void)
{
	Suite *suite = suite_create("event_fields");
	TCase *tests = tcase_create("fields");
	tcase_add_loop_test(tests, every_field_is_packed, 0, EVENT_TYPES);
	tcase_add_loop_test(tests, every_key_stands_on_packed_bytes, 0, EVENT_TYPES);
	tcase_add_test(tests, no_type_has_no_fields);
	tcase_add_loop_test(tests, numbers_come_back, 0, sizeof sizes / sizeof *sizes);
	tcase_add_loop_test(tests, an_event_has_what_it_needs, 0, sizeof some / sizeof *some);
	suite_add_tcase(suite, tests);
	return suite;
}
