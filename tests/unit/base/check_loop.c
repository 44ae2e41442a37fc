/* The loop: callbacks that remove themselves and each other. */
#include "loop.h"
#include "suites.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/epoll.h>
#include <sys/time.h>
#include <time.h>
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
	loop_unwatch(pair->loop, pair->first); /* once more is nothing */
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

/* CLOCK_MONOTONIC in ns. */
static int64_t
monotonic(void)
{
	struct timespec now;
	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

START_TEST(the_sessions_clock_begins_with_the_loop)
{
	int64_t before = monotonic();
	struct loop *loop = loop_new();
	int64_t after = monotonic();
	ck_assert_int_ge(loop_from_monotonic(loop, after), 0);
	ck_assert_int_le(loop_from_monotonic(loop, before), 0);
	ck_assert_int_eq(loop_from_monotonic(loop, after) -
	    loop_from_monotonic(loop, before), after - before);
	int64_t first = loop_now(loop), known = loop_from_monotonic(loop, monotonic());
	ck_assert_int_ge(known, first);
	ck_assert_int_le(known, loop_now(loop));
	loop_free(loop);
}
END_TEST

/* Watches whose descriptor has something to read all the time. */
START_TEST(a_watch_that_rests_is_not_called)
{
	struct loop *loop = loop_new();
	int ends[2], called = 0;
	ck_assert_int_eq(pipe2(ends, O_CLOEXEC), 0);
	ck_assert_int_eq(write(ends[1], "x", 1), 1);
	struct watch *watch = loop_watch(loop, ends[0], EPOLLIN, count_call, &called);
	ck_assert_int_eq(loop_round(loop, 1000), 1);
	ck_assert_int_eq(loop_round(loop, 1000), 1); /* it was not read */
	ck_assert_int_eq(called, 2);
	ck_assert_int_eq(loop_rewatch(loop, watch, 0), 0);
	ck_assert_int_eq(loop_round(loop, 0), 0);
	ck_assert_int_eq(loop_rewatch(loop, watch, EPOLLIN), 0);
	ck_assert_int_eq(loop_round(loop, 1000), 1);
	ck_assert_int_eq(called, 3);
	loop_unwatch(loop, watch);
	loop_unwatch(loop, NULL);
	ck_assert_int_eq(loop_round(loop, 0), 0);
	ck_assert_int_eq(write(ends[1], "x", 1), 1); /* the descriptors are ours */
	loop_free(loop);
	loop_free(NULL);
	close(ends[0]);
	close(ends[1]);
}
END_TEST

START_TEST(any_of_many_watches_can_be_removed)
{
	enum { MANY = 100 }; /* more than one round takes */
	static const int orders[][3] = {{0, 1, 99}, {99, 98, 0}, {50, 51, 49}};
	struct loop *loop = loop_new();
	struct watch *watches[MANY];
	int ends[2], copies[MANY], called = 0, handled = 0;
	ck_assert_int_eq(pipe2(ends, O_CLOEXEC), 0);
	for (int i = 0; i < MANY; i++) {
		copies[i] = dup(ends[0]);
		watches[i] = loop_watch(loop, copies[i], EPOLLIN | EPOLLONESHOT,
		    count_call, &called);
		ck_assert_ptr_nonnull(watches[i]);
	}
	for (int i = 0; i < 3; i++)
		loop_unwatch(loop, watches[orders[_i][i]]);
	ck_assert_int_eq(write(ends[1], "x", 1), 1);
	for (int count; (count = loop_round(loop, 0)) > 0;)
		handled += count;
	ck_assert_int_eq(handled, MANY - 3);
	ck_assert_int_eq(called, MANY - 3);
	loop_free(loop);
	for (int i = 0; i < MANY; i++)
		close(copies[i]);
	close(ends[0]);
	close(ends[1]);
}
END_TEST

START_TEST(what_cannot_be_watched_is_told)
{
	struct loop *loop = loop_new();
	errno = 0;
	ck_assert_ptr_null(loop_watch(loop, -1, EPOLLIN, count_call, NULL));
	ck_assert_int_eq(errno, EBADF);
	ck_assert_int_eq(loop_round(loop, 0), 0);
	loop_free(loop);
}
END_TEST

/* Counts, and remembers when. */
struct bell {
	struct loop *loop;
	struct timer *timer, *other;
	int64_t other_after; /* what is done to the other: -1 it is stopped */
	int rings;
	int64_t rung_at;
};

static void
ring(void *context)
{
	struct bell *bell = context;
	ck_assert(!timer_is_running(bell->timer));
	bell->rings++;
	bell->rung_at = loop_now(bell->loop);
	if (bell->other != NULL && bell->other_after < 0)
		timer_stop(bell->other);
	else if (bell->other != NULL)
		timer_after(bell->other, bell->other_after);
}

static struct bell
bell_open(struct loop *loop)
{
	return (struct bell){.loop = loop};
}

START_TEST(a_timer_runs_out_once_and_not_before_its_time)
{
	static const int64_t delays[] = {MILLISECONDS(30), 1, 0, -5, INT64_MIN / 2};
	struct loop *loop = loop_new();
	struct bell bell = bell_open(loop);
	bell.timer = loop_timer(loop, ring, &bell);
	ck_assert(!timer_is_running(bell.timer));
	ck_assert(!timer_stop(bell.timer));
	for (int i = 0; i < 2 * 5; i++) {
		int64_t now = loop_now(loop), delay = delays[i / 2];
		bell.rings = 0;
		if (i % 2 == 0)
			timer_after(bell.timer, delay);
		else
			timer_at(bell.timer, now + delay);
		ck_assert(timer_is_running(bell.timer));
		while (bell.rings == 0)
			ck_assert_int_ge(loop_round(loop, 20000), 1);
		ck_assert_int_ge(bell.rung_at, now + delay);
		ck_assert_int_eq(loop_round(loop, 0), 0);
		ck_assert_int_eq(bell.rings, 1);
	}
	loop_untimer(loop, bell.timer);
	loop_untimer(loop, NULL);
	loop_free(loop);
}
END_TEST

START_TEST(no_later_brings_it_forward)
{
	struct loop *loop = loop_new();
	struct bell bell = bell_open(loop);
	bell.timer = loop_timer(loop, ring, &bell);
	timer_no_later(bell.timer, SECONDS(3600)); /* it was not running */
	ck_assert(timer_is_running(bell.timer));
	ck_assert_int_eq(loop_round(loop, 0), 0);
	timer_no_later(bell.timer, MILLISECONDS(1));
	ck_assert_int_eq(loop_round(loop, 20000), 1);
	ck_assert_int_eq(bell.rings, 1);
	ck_assert(timer_stop(bell.timer) == false);
	loop_untimer(loop, bell.timer);
	loop_free(loop);
}
END_TEST

/* Both are due; whichever is called first stops the other, or sets it anew. */
START_TEST(a_timer_can_be_stopped_in_its_own_round)
{
	struct loop *loop = loop_new();
	struct bell first = bell_open(loop), second = bell_open(loop);
	first.timer = second.other = loop_timer(loop, ring, &first);
	second.timer = first.other = loop_timer(loop, ring, &second);
	first.other_after = second.other_after = _i == 0 ? -1 : SECONDS(3600);
	timer_at(first.timer, 0);
	timer_at(second.timer, 0);
	ck_assert_int_ge(loop_round(loop, 20000), 1);
	while (loop_round(loop, 0) > 0)
		continue;
	ck_assert_int_eq(first.rings + second.rings, 1);
	struct timer *other = first.rings == 1 ? second.timer : first.timer;
	ck_assert_int_eq(timer_is_running(other), _i == 1);
	loop_untimer(loop, first.timer);
	loop_untimer(loop, second.timer);
	loop_free(loop);
}
END_TEST

START_TEST(descriptors_are_closed_and_close_on_exec)
{
	int before = open("/dev/null", O_RDONLY | O_CLOEXEC), after;
	close(before);
	struct loop *loop = loop_new();
	ck_assert(fcntl(before, F_GETFD) & FD_CLOEXEC);
	after = open("/dev/null", O_RDONLY | O_CLOEXEC);
	close(after);
	struct timer *timer = loop_timer(loop, tick, NULL);
	ck_assert(fcntl(after, F_GETFD) & FD_CLOEXEC);
	loop_untimer(loop, timer);
	ck_assert_int_lt(fcntl(after, F_GETFD), 0);
	loop_free(loop);
	ck_assert_int_lt(fcntl(before, F_GETFD), 0);
}
END_TEST

static void
hear_alarm(int number)
{
	(void)number;
}

START_TEST(a_signal_ends_a_round_without_an_error)
{
	struct loop *loop = loop_new();
	struct sigaction action = {.sa_handler = hear_alarm};
	struct itimerval soon = {.it_value = {.tv_usec = 20000},
	    .it_interval = {.tv_usec = 20000}};
	ck_assert_int_eq(sigaction(SIGALRM, &action, NULL), 0);
	ck_assert_int_eq(setitimer(ITIMER_REAL, &soon, NULL), 0);
	ck_assert_int_eq(loop_round(loop, 20000), 0);
	soon = (struct itimerval){0};
	ck_assert_int_eq(setitimer(ITIMER_REAL, &soon, NULL), 0);
	loop_free(loop);
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
	tcase_add_test(all, the_sessions_clock_begins_with_the_loop);
	tcase_add_test(all, a_watch_that_rests_is_not_called);
	tcase_add_loop_test(all, any_of_many_watches_can_be_removed, 0, 3);
	tcase_add_test(all, what_cannot_be_watched_is_told);
	tcase_add_test(all, a_timer_runs_out_once_and_not_before_its_time);
	tcase_add_test(all, no_later_brings_it_forward);
	tcase_add_loop_test(all, a_timer_can_be_stopped_in_its_own_round, 0, 2);
	tcase_add_test(all, descriptors_are_closed_and_close_on_exec);
	tcase_add_test(all, a_signal_ends_a_round_without_an_error);
	suite_add_tcase(suite, all);
	return suite;
}
