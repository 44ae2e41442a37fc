/* The console's end of a report socket: every report, in its order, also of a program
 * that never pauses. */
#include "channel.h"
#include "suites.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum { ROUNDS = 40, AT_ONCE = 50, DEADLINE_MS = 20000 };

struct taken {
	struct channel *channel;
	uint32_t next;
	bool good;
};

/* Reports come numbered. */
static void
take(void *context, struct channel *channel, const struct report *report)
{
	struct taken *taken = context;
	(void)channel;
	taken->good &= report->order == taken->next;
	taken->next++;
}

/* Reports so many, from this number on. */
static void
report_many(struct reporter *reporter, uint32_t first, uint32_t count)
{
	struct report report = {.kind = REPORT_DONE};
	for (uint32_t i = 0; i < count; i++) {
		report.order = first + i;
		report.length = 0;
		reporter_send(reporter, &report);
	}
	ck_assert_uint_eq(reporter->lost, 0);
}

/* Runs the loop until so many have been taken. */
static void
await(struct loop *loop, const struct taken *taken, uint32_t count)
{
	int64_t end = loop_now(loop) + MILLISECONDS(DEADLINE_MS);
	while (taken->next < count && loop_now(loop) < end)
		ck_assert_int_ge(loop_round(loop, 100), 0);
	ck_assert_uint_eq(taken->next, count);
	ck_assert(taken->good);
}

START_TEST(a_flood_is_taken_whole_and_by_few_rounds)
{
	struct loop *loop = loop_new();
	struct taken taken = {.good = true};
	struct reporter reporter = {.role = ROLE_SERVER};
	int before = dup(0);
	close(before);
	taken.channel = channel_open(loop, &reporter.fd, take, &taken);
	ck_assert_ptr_nonnull(taken.channel);
	report_many(&reporter, 0, 100);
	int64_t rested = loop_now(loop);
	await(loop, &taken, 100);
	/* it rests: what comes now wakes nobody, and is there for who asks */
	report_many(&reporter, 100, 10);
	int woken = loop_round(loop, 0);
	if (loop_now(loop) - rested < MILLISECONDS(4)) /* else the rest may be over */
		ck_assert_int_eq(woken, 0);
	ck_assert(channel_drain(taken.channel));
	ck_assert_uint_eq(taken.next, 110);
	for (uint32_t i = 0; i < ROUNDS; i++) {
		report_many(&reporter, 110 + i * AT_ONCE, AT_ONCE);
		(void)loop_round(loop, 1);
	}
	await(loop, &taken, 110 + ROUNDS * AT_ONCE);
	close(reporter.fd); /* the end is noticed in a rest, too */
	for (int i = 0; i < 100 && !channel_has_ended(taken.channel); i++)
		(void)loop_round(loop, 100);
	ck_assert(channel_has_ended(taken.channel));
	ck_assert_int_eq(loop_round(loop, 0), 0); /* and wakes nobody any more */
	channel_close(taken.channel);
	int after = dup(0);
	close(after);
	ck_assert_int_eq(after, before); /* its timer is gone, too */
	loop_free(loop);
}
END_TEST

START_TEST(what_is_held_back_stays_in_its_queue)
{
	struct loop *loop = loop_new();
	struct taken taken = {.good = true};
	struct reporter reporter = {.role = ROLE_SERVER};
	taken.channel = channel_open(loop, &reporter.fd, take, &taken);
	ck_assert_ptr_nonnull(taken.channel);
	report_many(&reporter, 0, 100);
	await(loop, &taken, 100);
	channel_hold(taken.channel, true); /* in the middle of a rest */
	report_many(&reporter, 100, 5);
	while (loop_round(loop, 50) > 0)
		continue;
	ck_assert_uint_eq(taken.next, 100);
	channel_hold(taken.channel, false);
	await(loop, &taken, 105);
	close(reporter.fd);
	channel_close(taken.channel);
	loop_free(loop);
}
END_TEST

/* An order of the greatest size, with this number. */
static struct order *
large_order(uint32_t serial)
{
	static struct order order = {.kind = ORDER_SEND, .length = ORDER_DATA};
	order.serial = serial;
	memset(order.data, (int)serial, sizeof order.data);
	return &order;
}

/* The program takes the next order; false when there is none. */
static bool
take_order(int program, uint32_t serial)
{
	static struct order order;
	ssize_t size = recv(program, &order, sizeof order, MSG_DONTWAIT);
	if (size < 0)
		return false;
	ck_assert_int_eq(size, offsetof(struct order, data) + ORDER_DATA);
	ck_assert_uint_eq(order.serial, serial);
	ck_assert_int_eq((unsigned char)order.data[ORDER_DATA - 1], serial & 0xff);
	return true;
}

START_TEST(orders_that_do_not_fit_wait_in_their_order)
{
	enum { ORDERS = 100 };
	struct loop *loop = loop_new();
	struct taken taken = {.good = true};
	int program;
	struct channel *channel = channel_open(loop, &program, take, &taken);
	for (uint32_t i = 0; i < ORDERS; i++)
		ck_assert_int_eq(channel_order(channel, large_order(i)), 0);
	ck_assert_int_eq(loop_round(loop, 0), 0); /* no room: nothing to do */
	uint32_t next = 0, at_once = 0;
	while (take_order(program, next)) /* what fitted its queue at once */
		next++;
	at_once = next;
	ck_assert_uint_gt(at_once, 0);
	ck_assert_uint_lt(at_once, ORDERS);
	while (next < ORDERS) {
		ck_assert_int_gt(loop_round(loop, DEADLINE_MS), 0);
		uint32_t before = next;
		while (next < ORDERS && take_order(program, next))
			next++;
		ck_assert_uint_gt(next, before);
	}
	ck_assert_int_eq(channel_order(channel, large_order(next)), 0); /* at once again */
	ck_assert(take_order(program, next));
	while (loop_round(loop, 0) > 0) /* the last looks at what waits */
		continue;
	ck_assert_int_eq(loop_round(loop, 0), 0); /* and none is waked for nothing */
	close(program);
	channel_close(channel);
	loop_free(loop);
}
END_TEST

START_TEST(reports_come_while_orders_wait)
{
	struct loop *loop = loop_new();
	struct taken taken = {.good = true};
	struct reporter reporter = {.role = ROLE_CLIENT};
	struct channel *channel = channel_open(loop, &reporter.fd, take, &taken);
	taken.channel = channel;
	for (uint32_t i = 0; i < 50; i++)
		ck_assert_int_eq(channel_order(channel, large_order(i)), 0);
	report_many(&reporter, 0, 3);
	await(loop, &taken, 3);
	channel_hold(channel, true);
	report_many(&reporter, 3, 1);
	for (uint32_t i = 0; i < 50; i += take_order(reporter.fd, i))
		(void)loop_round(loop, 0);
	ck_assert_uint_eq(taken.next, 3); /* held back, though orders went */
	channel_hold(channel, false);
	await(loop, &taken, 4);
	close(reporter.fd);
	channel_close(channel);
	loop_free(loop);
}
END_TEST

START_TEST(no_more_than_so_much_waits)
{
	struct loop *loop = loop_new();
	struct taken taken = {.good = true};
	int program, result = 0;
	struct channel *channel = channel_open(loop, &program, take, &taken);
	uint32_t count = 0;
	while (count < 2000 && (result = channel_order(channel, large_order(count))) == 0)
		count++;
	ck_assert_int_eq(result, -1);
	ck_assert_int_eq(errno, EAGAIN);
	/* 64 MB, and what the queue of the socket took */
	size_t bytes = count * (offsetof(struct order, data) + ORDER_DATA);
	ck_assert_uint_gt(bytes, 64u << 20);
	ck_assert_uint_lt(bytes, 80u << 20);
	for (uint32_t i = 0; take_order(program, i); i++)
		continue; /* some go, and there is room for some */
	ck_assert_int_gt(loop_round(loop, DEADLINE_MS), 0);
	ck_assert_int_eq(channel_order(channel, large_order(count)), 0);
	close(program);
	channel_close(channel);
	loop_free(loop);
}
END_TEST

START_TEST(nobody_orders_of_the_dead)
{
	struct loop *loop = loop_new();
	struct taken taken = {.good = true};
	int program;
	struct channel *channel = channel_open(loop, &program, take, &taken);
	close(program);
	ck_assert_int_eq(channel_order(channel, large_order(0)), -1);
	ck_assert_int_eq(errno, EPIPE);
	ck_assert(!channel_has_ended(channel));
	ck_assert(!channel_drain(channel));
	ck_assert(channel_has_ended(channel));
	ck_assert(!channel_drain(channel));
	channel_hold(channel, true); /* which changes nothing any more */
	ck_assert_int_eq(channel_order(channel, large_order(0)), -1);
	channel_close(channel);
	channel_close(NULL);
	loop_free(loop);
}
END_TEST

START_TEST(the_dead_take_what_waited_with_them)
{
	struct loop *loop = loop_new();
	struct taken taken = {.good = true};
	int program;
	struct channel *channel = channel_open(loop, &program, take, &taken);
	for (uint32_t i = 0; i < 50; i++)
		ck_assert_int_eq(channel_order(channel, large_order(i)), 0);
	close(program);
	for (int i = 0; i < 10 && !channel_has_ended(channel); i++)
		(void)loop_round(loop, 100);
	ck_assert(channel_has_ended(channel));
	ck_assert_int_eq(channel_order(channel, large_order(0)), -1);
	channel_close(channel);
	loop_free(loop);
}
END_TEST

START_TEST(records_of_a_wrong_length_are_passed_over)
{
	struct loop *loop = loop_new();
	struct taken taken = {.good = true};
	struct report report = {.kind = REPORT_DONE, .length = 1};
	size_t fixed = offsetof(struct report, data);
	struct reporter reporter = {.role = ROLE_CLIENT};
	taken.channel = channel_open(loop, &reporter.fd, take, &taken);
	const size_t sizes[] = {1, fixed - 1, fixed, fixed + 2};
	for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++)
		ck_assert_int_eq(send(reporter.fd, &report, sizes[i], 0), (ssize_t)sizes[i]);
	ck_assert_int_eq(send(reporter.fd, &report, fixed + 1, 0), (ssize_t)fixed + 1);
	ck_assert(channel_drain(taken.channel));
	ck_assert_uint_eq(taken.next, 1);
	ck_assert(taken.good);
	report_many(&reporter, 1, 1);
	ck_assert(channel_drain(taken.channel));
	ck_assert_uint_eq(taken.next, 2);
	close(reporter.fd);
	channel_close(taken.channel);
	loop_free(loop);
}
END_TEST

START_TEST(a_program_inherits_its_own_end_alone)
{
	struct loop *loop = loop_new();
	struct taken taken = {.good = true};
	int program, size = 0;
	socklen_t length = sizeof size;
	int first = dup(0);
	close(first);
	struct channel *channel = channel_open(loop, &program, take, &taken);
	for (int fd = first; fd <= first + 1; fd++) /* both are closed by an exec */
		ck_assert_int_eq(fcntl(fd, F_GETFD), FD_CLOEXEC);
	ck_assert_int_eq(getsockopt(program, SOL_SOCKET, SO_SNDBUF, &size, &length), 0);
	int fresh[2], usual = 0;
	ck_assert_int_eq(socketpair(AF_UNIX, SOCK_SEQPACKET, 0, fresh), 0);
	ck_assert_int_eq(getsockopt(fresh[0], SOL_SOCKET, SO_SNDBUF, &usual, &length), 0);
	ck_assert_int_ge(size, usual); /* as much room as may be had */
	close(fresh[0]);
	close(fresh[1]);
	close(program);
	channel_close(channel);
	loop_free(loop);
}
END_TEST

Suite *
channel_suite(void)
{
	Suite *suite = suite_create("channel");
	TCase *all = tcase_create("all");
	tcase_add_test(all, a_flood_is_taken_whole_and_by_few_rounds);
	tcase_add_test(all, what_is_held_back_stays_in_its_queue);
	tcase_add_test(all, orders_that_do_not_fit_wait_in_their_order);
	tcase_add_test(all, reports_come_while_orders_wait);
	tcase_add_test(all, no_more_than_so_much_waits);
	tcase_add_test(all, nobody_orders_of_the_dead);
	tcase_add_test(all, the_dead_take_what_waited_with_them);
	tcase_add_test(all, records_of_a_wrong_length_are_passed_over);
	tcase_add_test(all, a_program_inherits_its_own_end_alone);
	suite_add_tcase(suite, all);
	return suite;
}
