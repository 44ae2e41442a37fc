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

Suite *
giving_up_suite(void)
{
	Suite *suite = suite_create("giving_up");
	TCase *all = tcase_create("all");
	tcase_add_test(all, fifteen_retries_take_924_seconds_and_the_last_wait);
	tcase_add_test(all, the_user_timeout_counts_from_the_first_retransmission);
	tcase_add_test(all, fewer_retries_end_sooner);
	suite_add_tcase(suite, all);
	return suite;
}
