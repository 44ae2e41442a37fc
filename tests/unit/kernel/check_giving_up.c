/* When TCP gives up: the kernel's model, in figures that were measured. */
#include "giving_up.h"
#include "suites.h"

#define S(n) ((int64_t)((n) * 1e9))

START_TEST(fifteen_retries_take_924_seconds_and_the_last_wait)
{
	/* retransmissions at 0, 0.4, 1.2, 2.8 ... s after the first */
	int64_t end = giving_up_at(0, S(0.4), S(0.4), 0, 15);
	ck_assert_int_ge(end, S(924.6));
	ck_assert_int_le(end, S(924.6 + 120));
}
END_TEST

START_TEST(the_user_timeout_counts_from_the_first_retransmission)
{
	ck_assert_int_eq(giving_up_at(S(10), S(11), S(1), S(3), 15), S(13));
	ck_assert_int_eq(giving_up_at(S(10), S(15), S(5), S(3), 15), S(15));
}
END_TEST

START_TEST(fewer_retries_end_sooner)
{
	ck_assert_int_lt(giving_up_at(0, S(0.4), S(0.4), 0, 3),
	    giving_up_at(0, S(0.4), S(0.4), 0, 8));
}
END_TEST

/* The model's limit: every wait is twice the one before, from 0.2 s up to 120 s. */
static const struct { unsigned retries; int64_t limit; } limits[] = {
	{0, S(0.2)}, {1, S(0.6)}, {2, S(1.4)}, {3, S(3)}, {8, S(102.2)}, {9, S(204.6)},
	{10, S(324.6)}, {15, S(924.6)},
};

START_TEST(it_ends_with_the_first_timer_beyond_the_limit)
{
	int64_t limit = limits[_i].limit;
	unsigned retries = limits[_i].retries;
	ck_assert_int_eq(giving_up_at(0, limit, S(1), 0, retries), limit);
	ck_assert_int_eq(giving_up_at(0, limit - 1, S(1), 0, retries), limit - 1 + S(2));
	ck_assert_int_eq(giving_up_at(S(7), limit + S(7), S(1), 0, retries), limit + S(7));
	ck_assert_int_eq(giving_up_at(S(7), limit + S(7) - 1, S(1), 0, retries),
	    limit + S(9) - 1);
}
END_TEST

START_TEST(each_wait_is_twice_the_one_before)
{
	/* 0.4, 1.2, 2.8, 6 */
	ck_assert_int_eq(giving_up_at(0, S(0.4), S(0.4), 0, 3), S(6));
	/* not less than 0.2 s: 0.1, 0.5, 1.3, 2.9, 6.1 */
	ck_assert_int_eq(giving_up_at(0, S(0.1), S(0.001), 0, 3), S(6.1));
	/* not more than 120 s */
	ck_assert_int_eq(giving_up_at(0, S(1), S(100), 0, 15), S(1 + 8 * 120));
	ck_assert_int_eq(giving_up_at(0, S(1), S(59), 0, 15), S(1 + 118 + 7 * 120));
}
END_TEST

Suite *
giving_up_suite(void)
{
	Suite *suite = suite_create("giving_up");
	TCase *all = tcase_create("all");
	tcase_add_test(all, fifteen_retries_take_924_seconds_and_the_last_wait);
	tcase_add_test(all, the_user_timeout_counts_from_the_first_retransmission);
	tcase_add_test(all, fewer_retries_end_sooner);
	tcase_add_loop_test(all, it_ends_with_the_first_timer_beyond_the_limit, 0,
	    sizeof limits / sizeof *limits);
	tcase_add_test(all, each_wait_is_twice_the_one_before);
	suite_add_tcase(suite, all);
	return suite;
}
