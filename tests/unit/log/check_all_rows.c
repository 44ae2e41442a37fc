/* check_all_rows.c: the sockets of the whole machine: one table, then what is new, and
 * the same table again out of the log and out of a recording. */
#include "all_rows.h"
#include "log.h"
#include "parse_json.h"
#include "render_json.h"

#include "event_fixture.h"
#include "suites.h"

enum { PORTS = 40 };

/* A row of a stranger's connection; even numbers listen. */
static struct socket_row
make_row(unsigned number)
{
	struct socket_row row = {.owner_pid = (pid_t)number + 1};
	row.tcp = (struct tcp_row){.family = 4, .inode = 100 + number,
	    .state = number % 2 == 0 ? STATE_LISTEN : STATE_ESTABLISHED};
	row.tcp.local = fixture_endpoint("127.0.0.1:1000");
	row.tcp.local.port = (uint16_t)(1000 + number);
	row.tcp.remote = fixture_endpoint(number % 2 == 0 ? "*:*" : "10.0.0.7:80");
	return row;
}

/* The rows whose bits are set, in the order of the table. */
static size_t
make_table(struct socket_row *rows, uint64_t bits)
{
	size_t count = 0;
	for (unsigned i = PORTS; i-- > 0;)
		if (bits >> i & 1)
			rows[count++] = make_row(i);
	all_rows_sort(rows, count);
	return count;
}

static void
check_same(const struct socket_row *a, size_t a_count, const struct socket_row *b,
    size_t b_count)
{
	ck_assert_uint_eq(a_count, b_count);
	for (size_t i = 0; i < a_count; i++) {
		ck_assert_int_eq(all_rows_compare(&a[i], &b[i]), 0);
		ck_assert_int_eq(a[i].tcp.state, b[i].tcp.state);
		ck_assert_uint_eq(a[i].tcp.recv_q, b[i].tcp.recv_q);
		ck_assert_uint_eq(a[i].tcp.inode, b[i].tcp.inode);
		ck_assert_int_eq(a[i].owner_pid, b[i].owner_pid);
		ck_assert_int_eq(a[i].timer_at, b[i].timer_at);
	}
}

START_TEST(listeners_stand_first_and_ports_in_order)
{
	struct socket_row rows[PORTS];
	size_t count = make_table(rows, UINT64_MAX);
	ck_assert_uint_eq(count, PORTS);
	for (size_t i = 0; i + 1 < count; i++)
		ck_assert_int_lt(all_rows_compare(&rows[i], &rows[i + 1]), 0);
	ck_assert_uint_eq(rows[0].tcp.local.port, 1000);
	ck_assert_uint_eq(rows[PORTS / 2].tcp.local.port, 1001);
	ck_assert_ptr_eq(all_rows_find(rows, count, &rows[7]), &rows[7]);
	ck_assert_ptr_null(all_rows_find(rows, 7, &rows[7]));
	ck_assert_ptr_null(all_rows_find(NULL, 0, &rows[7]));
}
END_TEST

/* From one table to another and on, by way of the log and of lines of JSON. */
START_TEST(differences_lead_from_table_to_table)
{
	static const uint64_t tables[] = {0x5, 0xffff, 0xff0f, 0, 0xa5a5a5a5a5, 0x5a5a5a,
	    0x5a5a5a};
	struct socket_row rows[PORTS];
	struct log *log = log_new(1000);
	struct moment replayed;
	moment_init(&replayed);
	ck_assert_ptr_nonnull(log);
	for (size_t i = 0; i < sizeof tables / sizeof *tables; i++) {
		const struct moment *now = log_now(log);
		size_t count = make_table(rows, tables[i]);
		struct event event = {.type = EVENT_ALL, .time = (int64_t)i + 1000};
		event.all.whole = i == 0;
		ck_assert_int_eq(all_rows_difference(now->all, now->all_count, rows,
		    count, &event), i == 6 ? 0 : 1);
		if (i == 6)
			break;
		char *line = render_json(&event, now);
		struct event again;
		ck_assert_ptr_nonnull(line);
		ck_assert_int_eq(render_json_parse(line, &again), 0);
		ck_assert_int_eq(moment_apply(&replayed, &again), 0);
		event_release(&again);
		free(line);
		ck_assert_int_eq(log_append(log, &event), 0);
		check_same(log_now(log)->all, log_now(log)->all_count, rows, count);
		check_same(replayed.all, replayed.all_count, rows, count);
	}
	struct moment packed; /* what the log keeps, folded once more */
	moment_init(&packed);
	for (uint64_t number = 0; number < log_end(log); number++)
		ck_assert_int_eq(moment_apply(&packed, log_event(log, number)), 0);
	check_same(packed.all, packed.all_count, replayed.all, replayed.all_count);
	moment_release(&packed);
	moment_release(&replayed);
	log_free(log);
}
END_TEST

START_TEST(a_timer_that_runs_on_is_no_news)
{
	struct socket_row before = make_row(1), after = before;
	struct event event = {.type = EVENT_ALL};
	before.tcp.timer = after.tcp.timer = TIMER_KEEPALIVE;
	before.timer_at = FIXTURE_MS(7000);
	before.tcp.timer_left = FIXTURE_MS(5000);
	after.timer_at = FIXTURE_MS(7100);
	after.tcp.timer_left = FIXTURE_MS(4000);
	ck_assert_int_eq(all_rows_difference(&before, 1, &after, 1, &event), 0);
	after.timer_at = FIXTURE_MS(9000);
	ck_assert_int_eq(all_rows_difference(&before, 1, &after, 1, &event), 1);
	ck_assert_uint_eq(event.all.count, 1);
	ck_assert_uint_eq(event.all.gone, 0);
	event_release(&event);
	after = before;
	after.tcp.recv_q = 7;
	ck_assert_int_eq(all_rows_difference(&before, 1, &after, 1, &event), 1);
	event_release(&event);
}
END_TEST

static void change_state(struct socket_row *row) { row->tcp.state = STATE_CLOSE_WAIT; }
static void change_recv_q(struct socket_row *row) { row->tcp.recv_q++; }
static void change_send_q(struct socket_row *row) { row->tcp.send_q++; }
static void change_inode(struct socket_row *row) { row->tcp.inode++; }
static void change_retransmits(struct socket_row *row) { row->tcp.retransmits++; }
static void change_timer(struct socket_row *row) { row->tcp.timer = TIMER_PROBE; }
static void change_owner(struct socket_row *row) { row->owner_pid++; }
static void change_conn(struct socket_row *row) { row->conn++; }
static void set_timer_later(struct socket_row *row) { row->timer_at += FIXTURE_MS(401); }
static void set_timer_sooner(struct socket_row *row) { row->timer_at -= FIXTURE_MS(401); }
static void change_nothing(struct socket_row *row) { row->tcp.uid++; }
static void move_timer_on(struct socket_row *row) { row->timer_at += FIXTURE_MS(400); }
static void move_timer_back(struct socket_row *row) { row->timer_at -= FIXTURE_MS(400); }

static const struct {
	const char *what;
	void (*change)(struct socket_row *row);
	int result;
} changes[] = {
	{"state", change_state, 1}, {"recv_q", change_recv_q, 1},
	{"send_q", change_send_q, 1}, {"inode", change_inode, 1},
	{"retransmits", change_retransmits, 1}, {"timer", change_timer, 1},
	{"owner", change_owner, 1}, {"connection", change_conn, 1},
	{"a later timer", set_timer_later, 1}, {"a sooner timer", set_timer_sooner, 1},
	{"nothing", change_nothing, 0}, {"a timer a little later", move_timer_on, 0},
	{"a timer a little sooner", move_timer_back, 0},
};

START_TEST(each_change_that_the_table_shows_is_one)
{
	struct socket_row before = make_row(1), after;
	struct event event = {.type = EVENT_ALL};
	before.timer_at = FIXTURE_MS(7000);
	before.tcp.timer = TIMER_ON;
	after = before;
	changes[_i].change(&after);
	ck_assert_msg(all_rows_difference(&before, 1, &after, 1, &event) ==
	    changes[_i].result, "%s", changes[_i].what);
	ck_assert_int_eq(event.all.rows != NULL, changes[_i].result);
	ck_assert_uint_eq(event.all.gone, 0);
	event_release(&event);
}
END_TEST

/* Two sockets are one in the table when their ends are; of listeners, when they are. */
START_TEST(rows_are_told_apart_by_their_ends)
{
	struct socket_row rows[2] = {make_row(1), make_row(1)};
	rows[1].tcp.inode++; /* which comes with accept */
	ck_assert_int_eq(all_rows_compare(&rows[0], &rows[1]), 0);
	rows[0].tcp.state = rows[1].tcp.state = STATE_LISTEN;
	ck_assert_int_lt(all_rows_compare(&rows[0], &rows[1]), 0);
	ck_assert_int_gt(all_rows_compare(&rows[1], &rows[0]), 0);
	for (int i = 0; i < 5; i++) {
		rows[0] = rows[1] = make_row(1);
		rows[1].tcp.local.port += i == 0;
		rows[1].tcp.local.address[3] += i == 1;
		rows[1].tcp.remote.port += i == 2;
		rows[1].tcp.remote.address[3] += i == 3;
		rows[1].tcp.family = i == 4 ? 6 : 4;
		ck_assert_msg(all_rows_compare(&rows[0], &rows[1]) < 0, "%d", i);
		ck_assert_msg(all_rows_compare(&rows[1], &rows[0]) > 0, "%d", i);
	}
}
END_TEST

Suite *
all_rows_suite(void)
{
	Suite *suite = suite_create("all_rows");
	TCase *all = tcase_create("all");
	tcase_add_test(all, listeners_stand_first_and_ports_in_order);
	tcase_add_test(all, differences_lead_from_table_to_table);
	tcase_add_test(all, a_timer_that_runs_on_is_no_news);
	tcase_add_loop_test(all, each_change_that_the_table_shows_is_one, 0,
	    sizeof changes / sizeof *changes);
	tcase_add_test(all, rows_are_told_apart_by_their_ends);
	suite_add_tcase(suite, all);
	return suite;
}
