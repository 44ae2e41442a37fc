/* check_read_budget.c: how often the tables are read, on a clock of the test's own; and
 * readings in pieces. */
#include "loop.h"
#include "read_budget.h"
#include "suites.h"
#include "table_reading.h"
#include "tcp_table.h"

#include <fcntl.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

/* Reads as often as may be from first to end, readings that cost so much; how many. */
static int64_t
count_readings(struct read_budget *budget, int64_t first, int64_t end, int64_t cost)
{
	int64_t count = 0, rest;
	for (int64_t now = first; now < end;) {
		if ((rest = read_budget_rest(budget, now)) > 0) {
			now += rest;
			continue;
		}
		ck_assert(count == 0 || now >= budget->read_at + 2 * budget->cost);
		read_budget_spend(budget, now, cost);
		now += cost;
		count++;
	}
	return count;
}

START_TEST(readings_take_an_eighth_of_a_long_time)
{
	for (int64_t cost = MILLISECONDS(1); cost < MILLISECONDS(500); cost *= 3) {
		struct read_budget budget;
		read_budget_init(&budget);
		int64_t taken = cost * count_readings(&budget, 1, SECONDS(80), cost);
		ck_assert_int_le(taken, SECONDS(10) + MILLISECONDS(400) + 2 * cost);
		ck_assert_int_ge(taken, SECONDS(10) - 2 * cost);
	}
}
END_TEST

START_TEST(a_burst_after_rest_takes_half)
{
	struct read_budget budget;
	read_budget_init(&budget);
	count_readings(&budget, 1, SECONDS(5), MILLISECONDS(10));
	ck_assert_int_gt(read_budget_rest(&budget, SECONDS(5)), -SECONDS(1));
	/* an hour of rest saves no more than the bound */
	int64_t taken = MILLISECONDS(10) * count_readings(&budget, SECONDS(3600),
	    SECONDS(3601), MILLISECONDS(10));
	ck_assert_int_ge(taken, MILLISECONDS(400));
	ck_assert_int_le(taken, MILLISECONDS(400) + SECONDS(1) / 8 + MILLISECONDS(20));
}
END_TEST

START_TEST(cheap_readings_never_wait)
{
	struct read_budget budget;
	read_budget_init(&budget);
	for (int64_t now = 1; now < SECONDS(10); now += MILLISECONDS(1)) {
		ck_assert_int_le(read_budget_rest(&budget, now), 0);
		read_budget_spend(&budget, now, MILLISECONDS(1) / 10);
	}
}
END_TEST

START_TEST(a_dear_reading_is_rare_at_rest)
{
	struct read_budget budget;
	read_budget_init(&budget);
	read_budget_spend(&budget, SECONDS(1), MILLISECONDS(1));
	ck_assert(!read_budget_is_stale(&budget, SECONDS(6)));
	ck_assert(read_budget_is_stale(&budget, SECONDS(6) + 1));
	read_budget_spend(&budget, SECONDS(1), MILLISECONDS(40));
	ck_assert(!read_budget_is_stale(&budget, SECONDS(81)));
	ck_assert(read_budget_is_stale(&budget, SECONDS(81) + 1));
}
END_TEST

enum { PAIRS = 150 };

/* A listener and connections to it, which stay; the port. */
static uint16_t
open_many(int fds[2 * PAIRS + 1])
{
	struct sockaddr_in address = {.sin_family = AF_INET,
	    .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	socklen_t length = sizeof address;
	fds[0] = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	ck_assert_int_eq(bind(fds[0], (void *)&address, sizeof address), 0);
	ck_assert_int_eq(listen(fds[0], PAIRS), 0);
	ck_assert_int_eq(getsockname(fds[0], (void *)&address, &length), 0);
	for (int i = 0; i < PAIRS; i++) {
		fds[2 * i + 1] = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
		ck_assert_int_eq(connect(fds[2 * i + 1], (void *)&address,
		    sizeof address), 0);
		fds[2 * i + 2] = accept4(fds[0], NULL, NULL, SOCK_CLOEXEC);
		ck_assert_int_ge(fds[2 * i + 2], 0);
	}
	return ntohs(address.sin_port);
}

/* The lowest descriptor that is free. */
static int
lowest_free(void)
{
	int fd = open("/dev/null", O_RDONLY | O_CLOEXEC);
	close(fd);
	return fd;
}

START_TEST(a_reading_in_pieces_finds_every_row)
{
	int fds[2 * PAIRS + 1], pieces = 0, before;
	struct tcp_table table = {0};
	struct table_reading reading;
	enum table_state state;
	uint16_t port = open_many(fds);
	before = lowest_free();
	table_reading_begin(&reading, port, true, true);
	while ((state = table_reading_more(&reading, &table, 1)) == TABLE_MORE) {
		ck_assert(table_reading_goes_on(&reading));
		pieces++;
	}
	ck_assert_int_eq(state, TABLE_WHOLE);
	ck_assert(!table_reading_goes_on(&reading));
	/* 301 rows of 150 bytes, a page at most in a piece */
	ck_assert_int_ge(pieces, 301 * 150 / 8192);
	ck_assert_int_eq(tcp_table_drop_repeated(&table, 0), 0);
	ck_assert_uint_eq(table.count, 2 * PAIRS + 1);
	/* given up in the middle, it keeps no descriptor */
	table_reading_begin(&reading, port, true, true);
	ck_assert_int_eq(table_reading_more(&reading, &table, 1), TABLE_MORE);
	table_reading_end(&reading);
	table_reading_end(&reading);
	ck_assert(!table_reading_goes_on(&reading));
	ck_assert_int_eq(lowest_free(), before);
	tcp_table_free(&table);
	for (int i = 0; i < 2 * PAIRS + 1; i++)
		close(fds[i]);
}
END_TEST

Suite *
read_budget_suite(void)
{
	Suite *suite = suite_create("read_budget");
	TCase *tcase = tcase_create("budget");
	tcase_add_test(tcase, readings_take_an_eighth_of_a_long_time);
	tcase_add_test(tcase, a_burst_after_rest_takes_half);
	tcase_add_test(tcase, cheap_readings_never_wait);
	tcase_add_test(tcase, a_dear_reading_is_rare_at_rest);
	tcase_add_test(tcase, a_reading_in_pieces_finds_every_row);
	suite_add_tcase(suite, tcase);
	return suite;
}
