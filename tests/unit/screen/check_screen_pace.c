/* check_screen_pace.c: when frames are drawn, on a clock of the test's own. */
#include "frame_pace.h"

#include "loop.h"
#include "suites.h"

/* Draws as often as may be for ten seconds, frames that cost so much; how many. */
static int
count_frames(int64_t cost, int64_t (*next)(const struct frame_pace *pace))
{
	struct frame_pace pace = {0};
	int count = 0;
	for (int64_t now = next(&pace); now < SECONDS(10); now = next(&pace)) {
		ck_assert_int_gt(now, pace.drawn_at);
		pace = (struct frame_pace){.drawn_at = now, .cost = cost};
		count++;
	}
	return count;
}

START_TEST(cheap_frames_come_sixty_times_a_second)
{
	ck_assert_int_eq(count_frames(MILLISECONDS(1) / 2, frame_pace_next), 624);
	ck_assert_int_eq(count_frames(MILLISECONDS(1) / 2, frame_pace_next_for_key), 2499);
}
END_TEST

START_TEST(dear_frames_take_a_sixth_of_the_time)
{
	for (int64_t cost = MILLISECONDS(3); cost < MILLISECONDS(300); cost *= 2) {
		ck_assert_int_le(count_frames(cost, frame_pace_next) * cost,
		    SECONDS(10) / 6 + cost);
		ck_assert_int_le(count_frames(cost, frame_pace_next_for_key) * cost,
		    SECONDS(10) / 2 + cost);
	}
}
END_TEST

START_TEST(a_key_waits_less)
{
	for (int64_t cost = 0; cost < MILLISECONDS(300); cost += MILLISECONDS(1)) {
		struct frame_pace pace = {.drawn_at = SECONDS(1), .cost = cost};
		ck_assert_int_lt(frame_pace_next_for_key(&pace), frame_pace_next(&pace));
		ck_assert_int_ge(frame_pace_next_for_key(&pace), pace.drawn_at + cost);
	}
}
END_TEST

Suite *
screen_pace_suite(void)
{
	Suite *suite = suite_create("screen pace");
	TCase *tcase = tcase_create("pace");
	tcase_add_test(tcase, cheap_frames_come_sixty_times_a_second);
	tcase_add_test(tcase, dear_frames_take_a_sixth_of_the_time);
	tcase_add_test(tcase, a_key_waits_less);
	suite_add_tcase(suite, tcase);
	return suite;
}
