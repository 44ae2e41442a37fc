/* The loop: callbacks that remove themselves and each other. */
#include "loop.h"
#include "suites.h"

#include <fcntl.h>
#include <sys/epoll.h>
#include <unistd.h>

struct pair {
	struct loop *loop;
	struct watch *first, *second;
	int called;
};

/* Whoever is called first removes both. */
static void
remove_both(void *context, uint32_t events)
{
	struct pair *pair = context;
	ck_assert(events & EPOLLIN);
	pair->called++;
	loop_unwatch(pair->loop, pair->first);
	loop_unwatch(pair->loop, pair->second);
}

START_TEST(a_callback_may_remove_itself_and_its_neighbour)
{
	struct pair pair = {.loop = loop_new()};
	int ends[2];
	ck_assert_int_eq(pipe2(ends, O_CLOEXEC), 0);
	int copy = dup(ends[0]);
	pair.first = loop_watch(pair.loop, ends[0], EPOLLIN, remove_both, &pair);
	pair.second = loop_watch(pair.loop, copy, EPOLLIN, remove_both, &pair);
	ck_assert_int_eq(write(ends[1], "x", 1), 1);
	ck_assert_int_ge(loop_round(pair.loop, 1000), 1);
	ck_assert_int_eq(pair.called, 1);
	ck_assert_int_eq(loop_round(pair.loop, 0), 0);
	loop_free(pair.loop);
	close(ends[0]);
	close(ends[1]);
	close(copy);
}
END_TEST

struct clockwork {
	struct loop *loop;
	struct timer *timer;
	int ran;
};

/* Runs three times, then removes itself. */
static void
tick(void *context)
{
	struct clockwork *clockwork = context;
	if (++clockwork->ran < 3) {
		timer_after(clockwork->timer, MILLISECONDS(1));
		return;
	}
	loop_untimer(clockwork->loop, clockwork->timer);
	clockwork->timer = NULL;
}

/* Nobody should call this. */
static void
count_call(void *context, uint32_t events)
{
	(void)events;
	++*(int *)context;
}

/* The kernel names a watch until the last copy of its descriptor is closed, when it
 * was not told to let go of it. */
START_TEST(what_the_kernel_does_not_let_go_of_is_not_called)
{
	struct loop *loop = loop_new();
	struct watch *others[8];
	int ends[2], quiet[8], called = 0;
	ck_assert_int_eq(pipe2(ends, O_CLOEXEC), 0);
	int copy = dup(ends[0]);
	struct watch *watch = loop_watch(loop, ends[0], EPOLLIN, count_call, &called);
	close(ends[0]);
	loop_unwatch(loop, watch); /* EBADF */
	ck_assert_int_eq(loop_round(loop, 0), 0);
	for (int i = 0; i < 8; i++) { /* its memory, if it was given back, is another's */
		quiet[i] = dup(ends[1]);
		others[i] = loop_watch(loop, quiet[i], 0, count_call, &called);
		ck_assert_ptr_nonnull(others[i]);
		ck_assert_ptr_ne(others[i], watch);
	}
	ck_assert_int_eq(write(ends[1], "x", 1), 1);
	loop_round(loop, 1000);
	ck_assert_int_eq(called, 0);
	for (int i = 0; i < 8; i++) {
		loop_unwatch(loop, others[i]);
		close(quiet[i]);
	}
	loop_free(loop);
	close(ends[1]);
	close(copy);
}
END_TEST

START_TEST(a_timer_may_set_and_remove_itself)
{
	struct clockwork clockwork = {.loop = loop_new()};
	clockwork.timer = loop_timer(clockwork.loop, tick, &clockwork);
	timer_after(clockwork.timer, MILLISECONDS(1));
	ck_assert(timer_is_running(clockwork.timer));
	while (clockwork.timer != NULL)
		ck_assert_int_gt(loop_round(clockwork.loop, 5000), 0);
	ck_assert_int_eq(clockwork.ran, 3);
	loop_free(clockwork.loop);
}
END_TEST

START_TEST(waiting_costs_nothing)
{
	struct loop *loop = loop_new();
	int64_t begun = loop_now(loop), cost = loop_cost();
	while (loop_now(loop) - begun < MILLISECONDS(300))
		ck_assert_int_eq(loop_round(loop, 300), 0);
	ck_assert_int_lt(loop_cost() - cost, MILLISECONDS(100));
	cost = loop_cost();
	for (begun = loop_now(loop); loop_cost() - cost < MILLISECONDS(5);)
		ck_assert_int_lt(loop_now(loop) - begun, SECONDS(20));
	loop_free(loop);
}
END_TEST

START_TEST(no_later_keeps_the_sooner)
{
	struct clockwork clockwork = {.loop = loop_new(), .ran = 2};
	clockwork.timer = loop_timer(clockwork.loop, tick, &clockwork);
	timer_after(clockwork.timer, MILLISECONDS(1));
	timer_no_later(clockwork.timer, SECONDS(3600));
	ck_assert_int_gt(loop_round(clockwork.loop, 5000), 0);
	ck_assert_int_eq(clockwork.ran, 3);
	loop_free(clockwork.loop);
}
END_TEST

START_TEST(a_stopped_timer_stays_silent)
{
	struct clockwork clockwork = {.loop = loop_new()};
	clockwork.timer = loop_timer(clockwork.loop, tick, &clockwork);
	timer_at(clockwork.timer, 0);
	ck_assert(timer_stop(clockwork.timer));
	ck_assert_int_eq(loop_round(clockwork.loop, 0), 0);
	ck_assert_int_eq(clockwork.ran, 0);
	loop_untimer(clockwork.loop, clockwork.timer);
	loop_free(clockwork.loop);
}
END_TEST

Suite *
loop_suite(void)
{
	Suite *suite = suite_create("loop");
	TCase *all = tcase_create("all");
	tcase_add_test(all, a_callback_may_remove_itself_and_its_neighbour);
	tcase_add_test(all, what_the_kernel_does_not_let_go_of_is_not_called);
	tcase_add_test(all, a_timer_may_set_and_remove_itself);
	tcase_add_test(all, waiting_costs_nothing);
	tcase_add_test(all, no_later_keeps_the_sooner);
	tcase_add_test(all, a_stopped_timer_stays_silent);
	suite_add_tcase(suite, all);
	return suite;
}
