/* check_process_watch.c: who is followed: whom a signal reaches, what is told of whom, and
 * of a death, which must not depend on who looks first. */
#include "process_fixture.h"
#include "refuse_call.h"
#include "suites.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>

/* Deaths. */

/* Kills the child; it is a zombie until the test waits for it. */
static void
kill_child(const struct followers *followers, pid_t child)
{
	ck_assert_int_eq(kill(child, SIGKILL), 0);
	await_told(followers, child, PROCESS_ZOMBIE);
	ck_assert_uint_eq(moment_zombies(log_now(followers->log)), 1);
}

/* Waits for it, and looks before that is reported. */
static void
reap_and_look(const struct followers *followers, pid_t child)
{
	int status;
	ck_assert_int_eq(waitpid(child, &status, 0), child);
	process_watch_refresh(followers->watch);
	process_watch_refresh(followers->watch);
	ck_assert_uint_eq(told_of(followers, child, PROCESS_EXITED, NULL), 0);
}

START_TEST(a_reaping_that_is_reported_late_is_told_as_one)
{
	struct followers followers;
	struct event reaped = {0};
	pid_t child = fork_sleeper();
	followers_open(&followers);
	follow_child(&followers, child);
	kill_child(&followers, child);
	reap_and_look(&followers, child);
	process_watch_reaped(followers.watch, child, SIGKILL, getpid(),
	    loop_now(followers.loop));
	ck_assert_uint_eq(told_of(&followers, child, PROCESS_REAPED, &reaped), 1);
	ck_assert(reaped.process.end.known);
	ck_assert_int_eq(reaped.process.end.status, SIGKILL);
	ck_assert_int_eq(reaped.process.end.by, getpid());
	process_watch_refresh(followers.watch);
	ck_assert_uint_eq(told_of(&followers, child, PROCESS_EXITED, NULL), 0);
	ck_assert_uint_eq(moment_zombies(log_now(followers.log)), 0);
	followers_close(&followers);
}
END_TEST

START_TEST(one_that_nobody_reports_has_exited)
{
	struct followers followers;
	pid_t child = fork_sleeper();
	followers_open(&followers);
	follow_child(&followers, child);
	kill_child(&followers, child);
	reap_and_look(&followers, child);
	await_told(&followers, child, PROCESS_EXITED); /* after two seconds */
	ck_assert_uint_eq(told_of(&followers, child, PROCESS_REAPED, NULL), 0);
	ck_assert_uint_eq(moment_zombies(log_now(followers.log)), 0);
	ck_assert_ptr_null(process_watch_find(followers.watch, child));
	followers_close(&followers);
}
END_TEST

/* Nothing but its pidfd tells of it, and that asks for the others to be looked at. */
START_TEST(a_death_is_heard_of_at_once)
{
	struct followers followers;
	pid_t child = fork_sleeper();
	followers_open(&followers);
	follow_child(&followers, child);
	unsigned calls = followers.calls;
	ck_assert_int_eq(kill(child, SIGKILL), 0);
	await_letter(child, 'Z');
	int64_t end = loop_now(followers.loop) + SECONDS(20);
	while (!process_watch_find(followers.watch, child)->dead) {
		ck_assert_int_lt(loop_now(followers.loop), end);
		loop_round(followers.loop, 1);
	}
	ck_assert_uint_gt(followers.calls, calls);
	ck_assert_int_le(process_watch_find(followers.watch, child)->died_at,
	    loop_now(followers.loop));
	struct event zombie = await_told(&followers, child, PROCESS_ZOMBIE);
	ck_assert(zombie.process.end.known);
	ck_assert_int_eq(zombie.process.end.status, SIGKILL);
	calls = followers.calls;
	for (int i = 0; i < 10; i++) /* heard of once */
		loop_round(followers.loop, 1);
	ck_assert_uint_eq(followers.calls, calls);
	end_sleeper(child);
	followers_close(&followers);
}
END_TEST

/* A number that comes again while the death of its first process is not told yet. */
START_TEST(a_number_that_comes_again_is_another_process)
{
	struct followers followers;
	pid_t child = fork_sleeper();
	followers_open(&followers);
	follow_child(&followers, child);
	follow_child(&followers, child); /* it is followed already */
	ck_assert_uint_eq(told_of(&followers, child, PROCESS_FORKED, NULL), 1);
	process_watch_find(followers.watch, child)->dead = true;
	follow_child(&followers, child);
	ck_assert_uint_eq(told_of(&followers, child, PROCESS_REAPED, NULL), 1);
	ck_assert_uint_eq(told_of(&followers, child, PROCESS_FORKED, NULL), 2);
	ck_assert(!process_watch_find(followers.watch, child)->dead);
	ck_assert_uint_eq(moment_children(log_now(followers.log)), 1);
	end_sleeper(child);
	followers_close(&followers);
}
END_TEST

START_TEST(who_has_ended_before_anybody_looked_is_told_of)
{
	struct followers followers;
	followers_open(&followers);
	int64_t before = loop_now(followers.loop);
	process_watch_add_started(followers.watch, NOBODY, getpid(), ROLE_SERVER,
	    "myserver 9999", before);
	ck_assert_int_ge(process_watch_find(followers.watch, NOBODY)->died_at, before);
	struct process_row row = row_now(&followers, NOBODY);
	ck_assert_str_eq(row.command, "myserver 9999");
	ck_assert_int_eq(row.ppid, getpid());
	ck_assert_int_eq(row.role, ROLE_SERVER);
	ck_assert_str_eq(row.stat, "?");
	ck_assert_str_eq(row.tty, "?");
	ck_assert_str_eq(row.wchan, "-");
	ck_assert(process_watch_find(followers.watch, NOBODY)->dead);
	process_watch_search(followers.watch, true); /* nobody will report it */
	await_told(&followers, NOBODY, PROCESS_EXITED);
	followers_close(&followers);
}
END_TEST

START_TEST(at_the_end_only_the_dead_are_told_of)
{
	struct followers followers;
	pid_t child = fork_sleeper(), dead = fork_sleeper();
	followers_open(&followers);
	follow_child(&followers, child);
	follow_child(&followers, dead);
	follow_child(&followers, NOBODY);
	kill(dead, SIGKILL);
	siginfo_t information; /* it stays a zombie */
	ck_assert_int_eq(waitid(P_PID, (id_t)dead, &information, WEXITED | WNOWAIT), 0);
	process_watch_forget_all(followers.watch);
	ck_assert_uint_eq(told_of(&followers, child, PROCESS_EXITED, NULL), 0);
	ck_assert_uint_eq(told_of(&followers, dead, PROCESS_EXITED, NULL), 1);
	ck_assert_uint_eq(told_of(&followers, NOBODY, PROCESS_EXITED, NULL), 1);
	ck_assert_int_eq(waitpid(dead, NULL, 0), dead);
	ck_assert_ptr_null(followers.watch->all);
	ck_assert_int_eq(process_watch_pidfd(followers.watch, child), -1);
	end_sleeper(child);
	followers_close(&followers);
}
END_TEST

/* A report of somebody whom nobody follows is nothing, but a reason to look. */
START_TEST(who_is_not_followed_is_not_told_as_reaped)
{
	struct followers followers;
	followers_open(&followers);
	uint64_t before = log_end(followers.log);
	process_watch_reaped(followers.watch, NOBODY, 0, 1, loop_now(followers.loop));
	ck_assert_uint_eq(log_end(followers.log), before);
	ck_assert_uint_eq(followers.calls, 1);
	ck_assert(timer_is_running(followers.watch->timer));
	followers_close(&followers);
}
END_TEST

/* Signals. */

START_TEST(who_is_followed_can_be_signalled)
{
	struct followers followers;
	int status;
	pid_t child = fork_sleeper();
	followers_open(&followers);
	follow_child(&followers, child);
	timer_stop(followers.watch->timer);
	followers.watch->busy_until = 0;
	ck_assert_int_eq(process_watch_signal(followers.watch, child, SIGUSR1), 0);
	ck_assert(timer_is_running(followers.watch->timer)); /* something happens now */
	ck_assert_int_gt(followers.watch->busy_until, loop_now(followers.loop));
	ck_assert_int_eq(waitpid(child, &status, 0), child);
	ck_assert(WIFSIGNALED(status) && WTERMSIG(status) == SIGUSR1);
	followers_close(&followers);
}
END_TEST

/* Not one that is only our own child, and not one of whom it is told that it is gone. */
START_TEST(who_is_not_followed_is_never_signalled)
{
	struct followers followers;
	pid_t stranger = fork_sleeper(), child = fork_sleeper();
	followers_open(&followers);
	follow_child(&followers, child);
	errno = 0;
	ck_assert_int_eq(process_watch_signal(followers.watch, stranger, SIGKILL), -1);
	ck_assert_int_eq(errno, ESRCH);
	process_watch_reaped(followers.watch, child, 0, 1, loop_now(followers.loop));
	errno = 0;
	ck_assert_int_eq(process_watch_signal(followers.watch, child, SIGKILL), -1);
	ck_assert_int_eq(errno, ESRCH);
	ck_assert(sleeper_runs(stranger));
	ck_assert(sleeper_runs(child));
	end_sleeper(stranger);
	end_sleeper(child);
	followers_close(&followers);
}
END_TEST

/* The pidfd's process has ended, and its number is another's now: that is not hit. */
START_TEST(who_got_the_number_is_never_signalled)
{
	struct followers followers;
	pid_t child = fork_sleeper(), other = fork_sleeper();
	followers_open(&followers);
	follow_child(&followers, child);
	end_sleeper(child);
	struct followed *followed = process_watch_find(followers.watch, child);
	followed->pid = other;
	followers.watch->buckets[(unsigned)other % BUCKETS] = followed;
	errno = 0;
	ck_assert_int_eq(process_watch_signal(followers.watch, other, SIGKILL), -1);
	ck_assert_int_eq(errno, ESRCH);
	ck_assert(sleeper_runs(other));
	end_sleeper(other);
	followers_close(&followers);
}
END_TEST

/* The start time that is shown is another process's. */
static void
show_another_start(struct followers *followers, pid_t pid)
{
	struct process_row row = row_now(followers, pid);
	row.start_time--;
	tell_row(followers, row, PROCESS_CHANGED);
}

START_TEST(without_pidfds_the_start_time_tells_who_it_is)
{
	struct followers followers;
	int status;
	pid_t child = fork_sleeper(), other = fork_sleeper();
	ck_assert(refuse_call(SYS_pidfd_open, EPERM));
	followers_open(&followers);
	follow_child(&followers, child);
	follow_child(&followers, other);
	ck_assert_int_eq(process_watch_pidfd(followers.watch, child), -1);
	ck_assert(!process_watch_find(followers.watch, child)->dead);
	show_another_start(&followers, other);
	errno = 0;
	ck_assert_int_eq(process_watch_signal(followers.watch, other, SIGKILL), -1);
	ck_assert_int_eq(errno, ESRCH);
	ck_assert(sleeper_runs(other));
	ck_assert_int_eq(process_watch_signal(followers.watch, child, SIGUSR1), 0);
	ck_assert_int_eq(waitpid(child, &status, 0), child);
	ck_assert(WIFSIGNALED(status) && WTERMSIG(status) == SIGUSR1);
	errno = 0; /* gone from /proc, too */
	ck_assert_int_eq(process_watch_signal(followers.watch, child, SIGUSR1), -1);
	ck_assert_int_eq(errno, ESRCH);
	ck_assert_int_eq(process_watch_borrow(followers.watch, other), -1);
	end_sleeper(other);
	followers_close(&followers);
}
END_TEST

START_TEST(a_pidfd_is_borrowed_of_whom_is_shown_alone)
{
	struct followers followers;
	pid_t child = fork_sleeper(), stranger = fork_sleeper();
	followers_open(&followers);
	follow_child(&followers, child);
	int free_before = lowest_free();
	int pidfd = process_watch_borrow(followers.watch, child);
	ck_assert_int_ge(pidfd, 0);
	ck_assert_int_ne(pidfd, process_watch_pidfd(followers.watch, child));
	close(pidfd);
	errno = 0;
	ck_assert_int_eq(process_watch_borrow(followers.watch, stranger), -1);
	ck_assert_int_eq(errno, ESRCH);
	show_another_start(&followers, child);
	ck_assert_int_eq(process_watch_borrow(followers.watch, child), -1);
	ck_assert_int_eq(process_watch_borrow(followers.watch, NOBODY), -1);
	ck_assert_int_eq(lowest_free(), free_before);
	end_sleeper(child);
	end_sleeper(stranger);
	followers_close(&followers);
}
END_TEST

START_TEST(the_letter_of_a_process_is_of_now)
{
	pid_t child = fork_sleeper();
	await_letter(child, 'S');
	ck_assert_int_eq(kill(child, SIGSTOP), 0);
	await_letter(child, 'T');
	end_sleeper(child);
	ck_assert_int_eq(process_watch_state(child), 0);
}
END_TEST

/* Who is followed. */

START_TEST(numbers_of_one_bucket_are_told_apart)
{
	static const pid_t orders[][3] = {{0, 1, 2}, {0, 2, 1}, {1, 0, 2}, {1, 2, 0},
	    {2, 0, 1}, {2, 1, 0}};
	struct followers followers;
	followers_open(&followers);
	for (pid_t i = 0; i < 3; i++)
		follow_child(&followers, NOBODY + i * BUCKETS);
	for (pid_t i = 0; i < 3; i++) {
		for (pid_t j = 0; j < 3; j++) {
			pid_t pid = NOBODY + orders[_i][j] * BUCKETS;
			struct followed *followed = process_watch_find(followers.watch, pid);
			ck_assert_int_eq(followed == NULL, j < i);
			ck_assert(followed == NULL || followed->pid == pid);
		}
		process_watch_reaped(followers.watch, NOBODY + orders[_i][i] * BUCKETS, 0,
		    1, loop_now(followers.loop));
		unsigned count = 0;
		for (struct followed *each = followers.watch->all; each != NULL;
		    each = each->next)
			count++;
		ck_assert_uint_eq(count, 2 - (unsigned)i);
	}
	followers_close(&followers);
}
END_TEST

START_TEST(a_row_is_what_proc_says_and_what_was_reported)
{
	struct followers followers;
	struct report_endpoint peer = {.family = 4, .port = 4711, .address = {127, 0, 0, 1}};
	pid_t child = fork_sleeper();
	await_letter(child, 'S');
	followers_open(&followers);
	process_watch_add(followers.watch, child, ROLE_CHILD, PROCESS_FORKED, &peer, 7, 0);
	struct process_row row = row_now(&followers, child);
	struct process_stat stat;
	ck_assert_int_eq(process_stat_read(&stat, child), 0);
	ck_assert_int_eq(row.ppid, getpid());
	ck_assert_uint_eq(row.start_time, stat.start_time);
	ck_assert_int_eq(row.stat[0], 'S');
	ck_assert_uint_eq(row.conn, 7);
	ck_assert_uint_eq(row.peer.port, 4711);
	ck_assert(process_watch_find(followers.watch, child)->pidfd >= 0);
	ck_assert_int_eq(process_watch_pidfd(followers.watch, child),
	    process_watch_find(followers.watch, child)->pidfd);
	ck_assert_int_eq(process_watch_pidfd(followers.watch, NOBODY), -1);
	end_sleeper(child);
	followers_close(&followers);
}
END_TEST

/* Of a child that has gone before it was looked at, what its server is is taken. */
START_TEST(what_proc_does_not_tell_is_the_servers)
{
	struct followers followers;
	followers_open(&followers);
	tell_row(&followers, (struct process_row){.pid = NOBODY, .role = ROLE_SERVER,
	    .command = "tcpserv 9877"}, PROCESS_STARTED);
	follow_child(&followers, NOBODY + 1);
	struct process_row row = row_now(&followers, NOBODY + 1);
	ck_assert_int_eq(row.ppid, NOBODY);
	ck_assert_str_eq(row.command, "tcpserv 9877");
	ck_assert_uint_eq(row.start_time, 0);
	followers_close(&followers);
}
END_TEST

/* So many descriptors are left free that /proc can be read; whoever gets no pidfd for that
 * is looked at instead, and this is said once. */
START_TEST(some_descriptors_are_kept_for_proc)
{
	enum { KEPT = 12 };
	struct followers followers;
	struct rlimit limit, few;
	pid_t children[3] = {fork_sleeper(), fork_sleeper(), fork_sleeper()};
	followers_open(&followers);
	int next = lowest_free();
	ck_assert_int_eq(getrlimit(RLIMIT_NOFILE, &limit), 0);
	few = limit;
	few.rlim_cur = (rlim_t)next + KEPT + 1;
	ck_assert_int_eq(setrlimit(RLIMIT_NOFILE, &few), 0);
	for (int i = 0; i < 3; i++) {
		follow_child(&followers, children[i]);
		ck_assert_int_eq(process_watch_pidfd(followers.watch, children[i]),
		    i == 0 ? next : -1);
		ck_assert(!process_watch_find(followers.watch, children[i])->dead);
		ck_assert_int_eq(lowest_free() > next, 1);
	}
	unsigned notes = 0;
	char number[32];
	snprintf(number, sizeof number, "%llu descriptors", (unsigned long long)next + KEPT + 1);
	for (uint64_t i = log_first(followers.log); i < log_end(followers.log); i++) {
		const struct event *event = log_event(followers.log, i);
		if (event->type != EVENT_NOTE)
			continue;
		notes++;
		ck_assert_ptr_nonnull(strstr(event->text, number));
	}
	ck_assert_uint_eq(notes, 1);
	ck_assert_int_eq(setrlimit(RLIMIT_NOFILE, &limit), 0);
	ck_assert_int_eq(kill(children[2], SIGKILL), 0);
	await_told(&followers, children[2], PROCESS_ZOMBIE);
	for (int i = 0; i < 3; i++)
		end_sleeper(children[i]);
	followers_close(&followers);
}
END_TEST

/* Of very many that are forked at once, /proc is not read for each. */
START_TEST(a_flood_of_children_is_read_later)
{
	struct followers followers;
	pid_t children[12];
	unsigned read = 0;
	followers_open(&followers);
	for (int i = 0; i < 12; i++)
		children[i] = fork_sleeper();
	followers.watch->flood_begun = loop_now(followers.loop) + SECONDS(100);
	for (int i = 0; i < 12; i++) {
		follow_child(&followers, children[i]);
		read += row_now(&followers, children[i]).start_time != 0;
	}
	ck_assert_uint_eq(read, 8);
	followers.watch->flood_begun = loop_now(followers.loop) - SECONDS(1);
	process_watch_reaped(followers.watch, children[11], 0, 1, 0);
	follow_child(&followers, children[11]);
	ck_assert_uint_ne(row_now(&followers, children[11]).start_time, 0);
	await_told(&followers, children[10], PROCESS_CHANGED);
	ck_assert_uint_ne(row_now(&followers, children[10]).start_time, 0);
	for (int i = 0; i < 12; i++)
		end_sleeper(children[i]);
	followers_close(&followers);
}
END_TEST

START_TEST(another_part_to_play_is_told)
{
	struct followers followers;
	followers_open(&followers);
	follow_child(&followers, NOBODY);
	process_watch_role(followers.watch, NOBODY, ROLE_CHILD);
	ck_assert_uint_eq(told_of(&followers, NOBODY, PROCESS_CHANGED, NULL), 0);
	process_watch_role(followers.watch, NOBODY, ROLE_SERVER);
	ck_assert_uint_eq(told_of(&followers, NOBODY, PROCESS_CHANGED, NULL), 1);
	ck_assert_int_eq(row_now(&followers, NOBODY).role, ROLE_SERVER);
	process_watch_role(followers.watch, NOBODY, ROLE_CHILD);
	ck_assert_uint_eq(told_of(&followers, NOBODY, PROCESS_FORKED, NULL), 2);
	ck_assert_int_eq(row_now(&followers, NOBODY).role, ROLE_CHILD);
	uint64_t before = log_end(followers.log);
	process_watch_role(followers.watch, NOBODY + 1, ROLE_CHILD);
	ck_assert_uint_eq(log_end(followers.log), before);
	followers_close(&followers);
}
END_TEST

START_TEST(whom_a_child_serves_is_told)
{
	struct followers followers;
	struct report_endpoint peer = {.family = 4, .port = 4711, .address = {127, 0, 0, 1}};
	followers_open(&followers);
	follow_child(&followers, NOBODY);
	process_watch_serves(followers.watch, NOBODY, &peer, 3);
	ck_assert_uint_eq(told_of(&followers, NOBODY, PROCESS_CHANGED, NULL), 1);
	struct process_row row = row_now(&followers, NOBODY);
	ck_assert_uint_eq(row.conn, 3);
	ck_assert_uint_eq(row.peer.port, 4711);
	uint64_t before = log_end(followers.log);
	process_watch_serves(followers.watch, NOBODY + 1, &peer, 3);
	ck_assert_uint_eq(log_end(followers.log), before);
	followers_close(&followers);
}
END_TEST

/* What is shown of one that stops is told in its turn, without anybody's asking. */
START_TEST(rows_are_looked_at_again_and_again)
{
	enum { OTHERS = 60 }; /* more than one look takes */
	pid_t others[OTHERS];
	struct followers followers;
	pid_t child = fork_sleeper();
	await_letter(child, 'S');
	followers_open(&followers);
	follow_child(&followers, child);
	for (int i = 0; i < OTHERS; i++) { /* who are looked at before it */
		others[i] = fork_sleeper();
		follow_child(&followers, others[i]);
	}
	ck_assert_int_eq(kill(child, SIGSTOP), 0);
	struct event event = await_told(&followers, child, PROCESS_CHANGED);
	ck_assert_int_eq(event.process.row.stat[0], 'T');
	ck_assert_int_eq(kill(child, SIGCONT), 0);
	await_letter(child, 'S');
	process_watch_refresh(followers.watch); /* every row, at once */
	ck_assert_int_eq(row_now(&followers, child).stat[0], 'S');
	for (int i = 0; i < OTHERS; i++)
		end_sleeper(others[i]);
	end_sleeper(child);
	followers_close(&followers);
}
END_TEST

Suite *
process_watch_suite(void)
{
	Suite *suite = suite_create("process_watch");
	TCase *deaths = tcase_create("deaths"), *signals = tcase_create("signals");
	TCase *rows = tcase_create("rows");
	tcase_set_timeout(deaths, 60);
	tcase_add_test(deaths, a_reaping_that_is_reported_late_is_told_as_one);
	tcase_add_test(deaths, one_that_nobody_reports_has_exited);
	tcase_add_test(deaths, a_death_is_heard_of_at_once);
	tcase_add_test(deaths, a_number_that_comes_again_is_another_process);
	tcase_add_test(deaths, who_has_ended_before_anybody_looked_is_told_of);
	tcase_add_test(deaths, at_the_end_only_the_dead_are_told_of);
	tcase_add_test(deaths, who_is_not_followed_is_not_told_as_reaped);
	suite_add_tcase(suite, deaths);
	tcase_set_timeout(signals, 60);
	tcase_add_test(signals, who_is_followed_can_be_signalled);
	tcase_add_test(signals, who_is_not_followed_is_never_signalled);
	tcase_add_test(signals, who_got_the_number_is_never_signalled);
	tcase_add_test(signals, without_pidfds_the_start_time_tells_who_it_is);
	tcase_add_test(signals, a_pidfd_is_borrowed_of_whom_is_shown_alone);
	tcase_add_test(signals, the_letter_of_a_process_is_of_now);
	suite_add_tcase(suite, signals);
	tcase_set_timeout(rows, 60);
	tcase_add_loop_test(rows, numbers_of_one_bucket_are_told_apart, 0, 6);
	tcase_add_test(rows, a_row_is_what_proc_says_and_what_was_reported);
	tcase_add_test(rows, what_proc_does_not_tell_is_the_servers);
	tcase_add_test(rows, some_descriptors_are_kept_for_proc);
	tcase_add_test(rows, a_flood_of_children_is_read_later);
	tcase_add_test(rows, another_part_to_play_is_told);
	tcase_add_test(rows, whom_a_child_serves_is_told);
	tcase_add_test(rows, rows_are_looked_at_again_and_again);
	suite_add_tcase(suite, rows);
	return suite;
}
