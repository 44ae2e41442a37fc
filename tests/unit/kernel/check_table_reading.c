/* check_table_reading.c: the two files, read in pieces, also where they cannot be. */
#include "table_reading.h"

#include "process_fixture.h"
#include "refuse_call.h"
#include "socket_fixture.h"
#include "suites.h"

#include <errno.h>

/* How many rows of the table are of this family. */
static size_t
count_rows(const struct tcp_table *table, uint8_t family)
{
	size_t count = 0;
	for (size_t i = 0; i < table->count; i++)
		count += table->rows[i].family == family;
	return count;
}

/* A listener of IPv6 on this port; -1: the machine has none. */
static int
listen_six(uint16_t port)
{
	struct sockaddr_in6 address = {.sin6_family = AF_INET6, .sin6_port = htons(port),
	    .sin6_addr = IN6ADDR_LOOPBACK_INIT};
	int fd = socket(AF_INET6, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (fd >= 0 && bind(fd, (void *)&address, sizeof address) == 0 &&
	    listen(fd, 1) == 0)
		return fd;
	if (fd >= 0)
		close(fd);
	return -1;
}

START_TEST(the_files_that_are_asked_for_are_read)
{
	struct live live;
	live_open(&live);
	int six = listen_six(live.port);
	for (int asked = 0; asked < 4; asked++) {
		struct tcp_table table = {0};
		struct table_reading reading;
		table_reading_begin(&reading, live.port, asked & 1, asked & 2);
		ck_assert(table_reading_goes_on(&reading));
		ck_assert_int_eq(table_reading_more(&reading, &table, INT32_MAX),
		    TABLE_WHOLE);
		ck_assert(!table_reading_goes_on(&reading));
		ck_assert_int_eq(tcp_table_drop_repeated(&table, 0), 0);
		ck_assert_uint_eq(count_rows(&table, 4), asked & 1 ? 3 : 0);
		if (six >= 0)
			ck_assert_uint_eq(count_rows(&table, 6), asked & 2 ? 1 : 0);
		for (size_t i = 0; i < table.count; i++)
			ck_assert(table.rows[i].local.port == live.port ||
			    table.rows[i].remote.port == live.port);
		tcp_table_free(&table);
	}
	if (six >= 0)
		close(six);
	live_close(&live);
}
END_TEST

/* No read is no step; each step is so many at most. */
START_TEST(a_step_is_so_many_reads)
{
	struct tcp_table table = {0};
	struct table_reading reading;
	int before = lowest_free();
	table_reading_begin(&reading, 0, true, false);
	ck_assert_int_eq(table_reading_more(&reading, &table, 0), TABLE_MORE);
	ck_assert_int_eq(lowest_free(), before);
	ck_assert_int_eq(table_reading_more(&reading, &table, 1), TABLE_MORE);
	ck_assert_int_eq(reading.family, 4);
	ck_assert(fcntl(reading.fd, F_GETFD) & FD_CLOEXEC);
	int fd = reading.fd;
	while (table_reading_more(&reading, &table, 1) == TABLE_MORE)
		ck_assert_int_eq(reading.fd < 0 || reading.fd == fd, 1);
	ck_assert_int_eq(lowest_free(), before);
	table_reading_end(&reading); /* one that is over */
	ck_assert_int_eq(lowest_free(), before);
	tcp_table_free(&table);
}
END_TEST

/* A file that is not there has no rows (a kernel without IPv6); one that cannot be read
 * fails the reading, which is over then. */
START_TEST(what_cannot_be_read_fails_but_what_is_not_there_is_empty)
{
	static const struct { long call; int error; enum table_state state; } cases[] = {
		{SYS_openat, ENOENT, TABLE_WHOLE}, {SYS_openat, EACCES, TABLE_FAILED},
		{SYS_openat, EMFILE, TABLE_FAILED}, {SYS_read, EIO, TABLE_FAILED},
	};
	struct tcp_table table = {0};
	struct table_reading reading;
	int before = lowest_free();
	ck_assert(refuse_call(cases[_i].call, cases[_i].error));
	table_reading_begin(&reading, 0, true, true);
	errno = 0;
	ck_assert_int_eq(table_reading_more(&reading, &table, 20), cases[_i].state);
	if (cases[_i].state == TABLE_FAILED)
		ck_assert_int_eq(errno, cases[_i].error);
	ck_assert_uint_eq(table.count, 0);
	ck_assert(!table_reading_goes_on(&reading));
	ck_assert_int_lt(fcntl(before, F_GETFD), 0);
	tcp_table_free(&table);
}
END_TEST

Suite *
table_reading_suite(void)
{
	Suite *suite = suite_create("table_reading");
	TCase *all = tcase_create("all");
	tcase_set_timeout(all, 60);
	tcase_add_test(all, the_files_that_are_asked_for_are_read);
	tcase_add_test(all, a_step_is_so_many_reads);
	tcase_add_loop_test(all, what_cannot_be_read_fails_but_what_is_not_there_is_empty,
	    0, 4);
	suite_add_tcase(suite, all);
	return suite;
}
