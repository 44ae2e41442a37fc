/* check_event_pack.c: events as bytes: numbers at every bound, texts with all bytes in
 * them and texts that are cut, rows; and never a byte behind the room that was asked
 * for. */
#include "event_pack.h"

#include "event_fixture.h"
#include "suites.h"

#include <limits.h>

enum { CANARY = 0x5a, BEHIND = 64, LONG_TEXT = 5000, MANY_ROWS = 40 };

/* Packs the event into exactly the room that was asked for, and unpacks it into one
 * that is full of rubbish.  *bytes is to be freed after *out is released. */
static size_t
pack_and_unpack(const struct event *event, unsigned char **bytes, struct event *out)
{
	size_t room = event_pack_room(event);
	*bytes = malloc(room + BEHIND);
	ck_assert_ptr_nonnull(*bytes);
	memset(*bytes, CANARY, room + BEHIND);
	size_t size = event_pack(event, *bytes);
	ck_assert_uint_le(size, room);
	for (size_t i = size; i < room + BEHIND; i++)
		ck_assert_msg((*bytes)[i] == CANARY, "byte %zu of %zu is written", i, size);
	memset(out, 0xff, sizeof *out);
	event_unpack(*bytes, out);
	ck_assert_int_eq(out->type, event->type);
	ck_assert_int_eq(out->time, event->time);
	return size;
}

/* Numbers, and how many bytes each takes. */
static const struct { int64_t number; size_t bytes; } numbers[] = {
	{0, 1}, {1, 1}, {-1, 1}, {63, 1}, {64, 2}, {-64, 1}, {-65, 2}, {8191, 2},
	{8192, 3}, {-8192, 2}, {-8193, 3}, {INT16_MAX, 3}, {INT32_MAX, 5},
	{INT32_MIN, 5}, {INT64_MAX, 10}, {INT64_MIN, 10}, {INT64_MAX / 2, 9},
	{INT64_MAX / 2 + 1, 10},
};

START_TEST(numbers_come_out_and_are_short)
{
	unsigned char *bytes;
	struct event out, event = fixture_call(ROLE_CLIENT, 1, CALL_READ, 0, 0);
	size_t least = pack_and_unpack(&event, &bytes, &out);
	free(bytes);
	event.call.result = numbers[_i].number;
	size_t size = pack_and_unpack(&event, &bytes, &out);
	ck_assert_int_eq(out.call.result, numbers[_i].number);
	ck_assert_uint_eq(size - least + 1, numbers[_i].bytes);
	free(bytes);
	event.call.result = 0;
	event.time = numbers[_i].number;
	ck_assert_uint_eq(pack_and_unpack(&event, &bytes, &out) - least + 1,
	    numbers[_i].bytes);
	free(bytes);
}
END_TEST

/* A number of 32 bits keeps its sign, or has none. */
START_TEST(numbers_of_each_size_keep_their_sign)
{
	static const int some[] = {0, 1, -1, INT_MAX, INT_MIN};
	unsigned char *bytes;
	struct event out, event = fixture_call(ROLE_CLIENT, 1, CALL_READ, 0, 0);
	event.call.error = some[_i];
	event.call.conn = (unsigned)some[_i];
	pack_and_unpack(&event, &bytes, &out);
	ck_assert_int_eq(out.call.error, some[_i]);
	ck_assert_uint_eq(out.call.conn, (unsigned)some[_i]);
	free(bytes);
	event = fixture_socket(1, END_CLIENT, SOCKET_CHANGED, STATE_ESTABLISHED);
	event.socket.row.tcp.inode = (uint64_t)(int64_t)some[_i];
	event.socket.row.tcp.uid = (uint32_t)some[_i];
	event.socket.row.tcp.family = (uint8_t)some[_i];
	pack_and_unpack(&event, &bytes, &out);
	ck_assert_uint_eq(out.socket.row.tcp.inode, (uint64_t)(int64_t)some[_i]);
	ck_assert_uint_eq(out.socket.row.tcp.uid, (uint32_t)some[_i]);
	ck_assert_uint_eq(out.socket.row.tcp.family, (uint8_t)some[_i]);
	free(bytes);
}
END_TEST

/* A text may hold every byte; there may be none, an empty one, a detail alone. */
START_TEST(texts_come_out)
{
	static const char peers[] = "a\0b\n\xff\r";
	unsigned char *bytes;
	struct event out, event = {.type = EVENT_ECHO};
	pack_and_unpack(&event, &bytes, &out);
	ck_assert_ptr_null(out.text);
	ck_assert_ptr_null(out.detail);
	ck_assert_uint_eq(out.length, 0);
	free(bytes);
	event.detail = strdup("00 0a");
	pack_and_unpack(&event, &bytes, &out);
	ck_assert_ptr_null(out.text);
	ck_assert_str_eq(out.detail, "00 0a");
	free(bytes);
	ck_assert_int_eq(event_set_text(&event, peers, sizeof peers - 1), 0);
	pack_and_unpack(&event, &bytes, &out);
	ck_assert_uint_eq(out.length, sizeof peers - 1);
	ck_assert_mem_eq(out.text, peers, sizeof peers); /* with the NUL behind it */
	ck_assert_str_eq(out.detail, "00 0a");
	free(bytes);
	ck_assert_int_eq(event_set_text(&event, "", 0), 0);
	pack_and_unpack(&event, &bytes, &out);
	ck_assert_ptr_nonnull(out.text);
	ck_assert_uint_eq(out.length, 0);
	ck_assert_str_eq(out.text, "");
	free(bytes);
	event_release(&event);
}
END_TEST

/* Long texts and details have their room. */
START_TEST(long_texts_have_room)
{
	static char text[LONG_TEXT + 1];
	unsigned char *bytes;
	struct event out, event = {.type = _i % 2 == 0 ? EVENT_NOTE : EVENT_LESSON};
	memset(text, 'x', LONG_TEXT);
	if (_i < 4)
		ck_assert_int_eq(event_set_text(&event, text, LONG_TEXT), 0);
	if (_i >= 2)
		event.detail = strdup(text);
	pack_and_unpack(&event, &bytes, &out);
	if (_i < 4)
		ck_assert_str_eq(out.text, text);
	if (_i >= 2)
		ck_assert_str_eq(out.detail, text);
	free(bytes);
	event_release(&event);
}
END_TEST

/* A text that stands in the event fills its place, and no more than that. */
START_TEST(texts_in_the_event_are_cut)
{
	unsigned char *bytes;
	struct event out, event = fixture_child(1, PROCESS_CHANGED, -1);
	struct process_row *row = &event.process.row;
	memset(row->tty, 't', sizeof row->tty); /* no NUL ends it */
	memset(row->stat, 's', sizeof row->stat - 1);
	row->stat[sizeof row->stat - 1] = '\0';
	row->wchan[0] = '\0';
	pack_and_unpack(&event, &bytes, &out);
	ck_assert_uint_eq(strlen(out.process.row.tty), sizeof row->tty - 1);
	ck_assert_str_eq(out.process.row.stat, "sssssss");
	ck_assert_str_eq(out.process.row.wchan, "");
	ck_assert_str_eq(out.process.row.command, row->command);
	ck_assert_int_eq(out.process.row.pid, row->pid);
	free(bytes);
}
END_TEST

/* An address has as many bytes as its family; one that there is not has none. */
START_TEST(endpoints_come_out)
{
	unsigned char *bytes;
	struct event out, event = fixture_connection(1, CONNECTION_OPENED);
	struct report_endpoint none = {0};
	event.connection.local = none;
	size_t least = pack_and_unpack(&event, &bytes, &out);
	ck_assert_mem_eq(&out.connection.local, &none, sizeof none);
	ck_assert_mem_eq(&out.connection.remote, &event.connection.remote, sizeof none);
	free(bytes);
	event.connection.local = (struct report_endpoint){.family = 4, .port = 65535,
	    .address = {127, 0, 0, 255}};
	size_t four = pack_and_unpack(&event, &bytes, &out);
	ck_assert_mem_eq(&out.connection.local, &event.connection.local, sizeof none);
	ck_assert_uint_eq(four, least + 3 + 1 + 4);
	free(bytes);
	event.connection.local = (struct report_endpoint){.family = 6, .port = 1,
	    .scope = UINT32_MAX};
	memset(event.connection.local.address, 0xa5, 16);
	size_t six = pack_and_unpack(&event, &bytes, &out);
	ck_assert_mem_eq(&out.connection.local, &event.connection.local, sizeof none);
	ck_assert_uint_eq(six, least + 1 + 5 + 16);
	free(bytes);
}
END_TEST

/* The rows of all sockets: each field at its largest, so many of them gone. */
START_TEST(all_rows_come_out)
{
	struct socket_row rows[MANY_ROWS];
	unsigned char *bytes;
	struct event out, event = {.type = EVENT_ALL};
	memset(rows, 0, sizeof rows);
	for (unsigned i = 0; i < MANY_ROWS; i++) {
		struct tcp_row *tcp = &rows[i].tcp;
		*tcp = (struct tcp_row){.state = STATE_CLOSING, .family = 6,
		    .send_q = UINT32_MAX, .recv_q = i, .timer = TIMER_PROBE,
		    .timer_left = INT64_MIN, .retransmits = UINT32_MAX,
		    .probes = UINT32_MAX, .uid = UINT32_MAX, .inode = UINT64_MAX};
		tcp->local = (struct report_endpoint){.family = 6, .port = UINT16_MAX,
		    .scope = UINT32_MAX};
		memset(tcp->local.address, 0xff, 16);
		tcp->remote = tcp->local;
		rows[i].timer_at = INT64_MAX;
		rows[i].owner_pid = INT_MAX;
		rows[i].conn = UINT_MAX;
	}
	event.all.rows = rows;
	event.all.count = MANY_ROWS;
	event.all.gone = 3;
	event.all.whole = true;
	pack_and_unpack(&event, &bytes, &out);
	ck_assert(out.all.whole);
	ck_assert_uint_eq(out.all.count, MANY_ROWS);
	ck_assert_uint_eq(out.all.gone, 3);
	for (size_t i = 0; i < MANY_ROWS; i++) {
		ck_assert(endpoint_equal(&out.all.rows[i].tcp.remote, &rows[i].tcp.remote));
		ck_assert_uint_eq(out.all.rows[i].tcp.recv_q, i);
		ck_assert_uint_eq(out.all.rows[i].tcp.send_q, UINT32_MAX);
		ck_assert_uint_eq(out.all.rows[i].tcp.inode, UINT64_MAX);
		ck_assert_int_eq(out.all.rows[i].tcp.timer_left, INT64_MIN);
		ck_assert_int_eq(out.all.rows[i].timer_at, INT64_MAX);
	}
	event_unpack_release(&out);
	ck_assert_ptr_null(out.all.rows);
	ck_assert_uint_eq(out.all.count + out.all.gone, 0);
	free(bytes);
	event.all.count = event.all.gone = 0;
	event.all.whole = false;
	ck_assert_uint_eq(pack_and_unpack(&event, &bytes, &out), 2 + 1 + 3); /* no row */
	ck_assert(!out.all.whole);
	ck_assert_uint_eq(out.all.count, 0);
	event_unpack_release(&out);
	free(bytes);
}
END_TEST

START_TEST(dispositions_come_out)
{
	unsigned char *bytes;
	struct disposition_row rows[MANY_ROWS];
	struct event out, event = {.type = EVENT_DISPOSITIONS};
	memset(rows, 0xa5, sizeof rows);
	event.dispositions.rows = rows;
	for (size_t count = 0; count <= MANY_ROWS; count += MANY_ROWS / 2) {
		event.dispositions.count = count;
		pack_and_unpack(&event, &bytes, &out);
		ck_assert_uint_eq(out.dispositions.count, count);
		ck_assert_ptr_nonnull(out.dispositions.rows);
		ck_assert_int_eq(memcmp(out.dispositions.rows, rows, count * sizeof *rows), 0);
		event_unpack_release(&out);
		ck_assert_ptr_null(out.dispositions.rows);
		ck_assert_uint_eq(out.dispositions.count, 0);
		free(bytes);
	}
}
END_TEST

/* What an unpacked event of another type shows is not its own: nothing is freed. */
START_TEST(only_rows_are_released)
{
	unsigned char *bytes;
	struct event out, event = fixture_event(EVENT_NOTE, "text");
	pack_and_unpack(&event, &bytes, &out);
	event_unpack_release(&out);
	ck_assert_str_eq(out.text, "text");
	free(bytes);
	event_release(&event);
}
END_TEST

Suite *
event_pack_suite(void)
{
	Suite *suite = suite_create("event_pack");
	TCase *tests = tcase_create("event_pack");
	tcase_add_loop_test(tests, numbers_come_out_and_are_short, 0,
	    sizeof numbers / sizeof *numbers);
	tcase_add_loop_test(tests, numbers_of_each_size_keep_their_sign, 0, 5);
	tcase_add_test(tests, texts_come_out);
	tcase_add_loop_test(tests, long_texts_have_room, 0, 6);
	tcase_add_test(tests, texts_in_the_event_are_cut);
	tcase_add_test(tests, endpoints_come_out);
	tcase_add_test(tests, all_rows_come_out);
	tcase_add_test(tests, dispositions_come_out);
	tcase_add_test(tests, only_rows_are_released);
	suite_add_tcase(suite, tests);
	return suite;
}
