/* The console's end of a report socket: every report, in its order, also of a program
 * that never pauses. */
#include "channel.h"
#include "suites.h"

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
	channel_close(taken.channel);
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

Suite *
channel_suite(void)
{
	Suite *suite = suite_create("channel");
	TCase *all = tcase_create("all");
	tcase_add_test(all, a_flood_is_taken_whole_and_by_few_rounds);
	tcase_add_test(all, what_is_held_back_stays_in_its_queue);
	suite_add_tcase(suite, all);
	return suite;
}
