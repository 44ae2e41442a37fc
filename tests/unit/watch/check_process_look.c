/* check_process_look.c: what one look at a process tells, and when a death is told. */
#include "process_fixture.h"
#include "refuse_call.h"
#include "suites.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* Follows one with a row that was made up but for its number. */
static struct followed *
follow_row(struct followers *followers, struct process_row row)
{
	follow_child(followers, row.pid);
	tell_row(followers, row, PROCESS_CHANGED);
	struct followed *followed = process_watch_find(followers->watch, row.pid);
	ck_assert_ptr_nonnull(followed);
	return followed;
}

/* So many events of this kind were told since, of one look. */
static unsigned
told_by_look(struct followers *followers, struct followed *followed,
    enum process_what what)
{
	pid_t pid = followed->pid;
	unsigned before = told_of(followers, pid, what, NULL);
	process_look(followers->watch, followed);
	return told_of(followers, pid, what, NULL) - before;
}

/* Changes of a row. */

static void change_ppid(struct process_row *row) { row->ppid++; }
static void change_stat(struct process_row *row) { strcpy(row->stat, "T"); }
static void change_wchan(struct process_row *row) { strcpy(row->wchan, "nowhere"); }
static void change_tty(struct process_row *row) { strcpy(row->tty, "tty99"); }
static void change_command(struct process_row *row) { strcpy(row->command, "x"); }

static void (*const changes[])(struct process_row *) = {
	change_ppid, change_stat, change_wchan, change_tty, change_command,
};

START_TEST(each_change_that_ps_would_show_is_told)
{
	struct followers followers;
	pid_t child = fork_sleeper();
	await_asleep(child);
	followers_open(&followers);
	follow_child(&followers, child);
	struct process_row row = row_now(&followers, child), other = row;
	struct followed *followed = process_watch_find(followers.watch, child);
	process_look(followers.watch, followed);
	ck_assert_uint_eq(told_by_look(&followers, followed, PROCESS_CHANGED), 0);
	row = row_now(&followers, child);
	other = row;
	changes[_i](&other);
	tell_row(&followers, other, PROCESS_CHANGED);
	ck_assert_uint_eq(told_by_look(&followers, followed, PROCESS_CHANGED), 1);
	struct process_row after = row_now(&followers, child);
	ck_assert_int_eq(after.ppid, row.ppid);
	ck_assert_str_eq(after.stat, row.stat);
	ck_assert_str_eq(after.wchan, row.wchan);
	ck_assert_str_eq(after.tty, row.tty);
	ck_assert_str_eq(after.command, row.command);
	end_sleeper(child);
	followers_close(&followers);
}
END_TEST

/* A child that never sleeps. */
static pid_t
fork_runner(void)
{
	pid_t pid = fork();
	ck_assert_int_ge(pid, 0);
	if (pid == 0) {
		alarm(120); /* whatever becomes of the test */
		for (;;)
			(void)getppid();
	}
	return pid;
}

/* One that sleeps mostly is caught at work now and then: that is nothing to tell.  One
 * that was stopped runs again: that is. */
START_TEST(who_is_caught_while_it_runs_still_sleeps)
{
	struct followers followers;
	pid_t child = fork_runner();
	await_letter(child, 'R');
	followers_open(&followers);
	follow_child(&followers, child);
	struct process_row row = row_now(&followers, child);
	strcpy(row.stat, "S");
	struct followed *followed = follow_row(&followers, row);
	ck_assert_uint_eq(told_by_look(&followers, followed, PROCESS_CHANGED), 0);
	strcpy(row.stat, "T");
	tell_row(&followers, row, PROCESS_CHANGED);
	ck_assert_uint_eq(told_by_look(&followers, followed, PROCESS_CHANGED), 1);
	ck_assert_int_eq(row_now(&followers, child).stat[0], 'R');
	end_sleeper(child);
	followers_close(&followers);
}
END_TEST

START_TEST(a_row_is_filled_in_from_proc)
{
	struct process_row row = {.pid = fork_sleeper()};
	struct process_stat stat;
	await_letter(row.pid, 'S');
	ck_assert(process_look_read(&row, &stat));
	ck_assert_int_eq(row.ppid, getpid());
	ck_assert_uint_eq(row.start_time, stat.start_time);
	ck_assert_int_eq(row.cpu, process_stat_cpu(&stat));
	ck_assert_int_eq(row.stat[0], 'S');
	ck_assert_int_ne(row.tty[0], '\0');
	ck_assert_int_ne(row.command[0], '\0');
	ck_assert_int_ne(row.wchan[0], '\0');
	end_sleeper(row.pid);
	ck_assert(!process_look_read(&row, &stat));
}
END_TEST

/* Deaths. */

START_TEST(want_of_descriptors_or_memory_tells_nothing)
{
	static const struct { int error; bool starved; } errors[] = {
		{EMFILE, true}, {ENFILE, true}, {ENOMEM, true}, {ENOENT, false},
		{ESRCH, false}, {EACCES, false}, {0, false},
	};
	for (size_t i = 0; i < sizeof errors / sizeof *errors; i++) {
		errno = errors[i].error;
		ck_assert_int_eq(process_look_starved(), errors[i].starved);
	}
}
END_TEST

/* /proc cannot be opened: whoever is looked at may well live. */
START_TEST(a_look_that_fails_for_want_of_descriptors_is_none)
{
	struct followers followers;
	pid_t child = fork_sleeper();
	followers_open(&followers);
	follow_child(&followers, child);
	struct followed *followed = process_watch_find(followers.watch, child);
	ck_assert(refuse_call(SYS_openat, EMFILE));
	process_look(followers.watch, followed);
	ck_assert(!followed->dead);
	followed->dead = true; /* its pidfd said so */
	followed->died_at = -SECONDS(60);
	process_look(followers.watch, followed);
	ck_assert_int_eq(followed->vanished_at, 0);
	ck_assert_uint_eq(told_of(&followers, child, PROCESS_EXITED, NULL), 0);
	end_sleeper(child);
	followers_close(&followers);
}
END_TEST

/* Whoever waits at once has some time for it: before, nothing is told. */
START_TEST(a_zombie_is_told_after_a_moment)
{
	struct followers followers;
	pid_t child = fork_sleeper();
	followers_open(&followers);
	follow_child(&followers, child);
	struct followed *followed = process_watch_find(followers.watch, child);
	ck_assert_int_eq(kill(child, SIGKILL), 0);
	await_letter(child, 'Z');
	followed->dead = true;
	followed->died_at = loop_now(followers.loop) + SECONDS(60);
	ck_assert_uint_eq(told_by_look(&followers, followed, PROCESS_ZOMBIE), 0);
	ck_assert(process_look_again(followed));
	followed->died_at = loop_now(followers.loop) - MILLISECONDS(15);
	ck_assert_uint_eq(told_by_look(&followers, followed, PROCESS_ZOMBIE), 1);
	ck_assert(followed->zombie);
	ck_assert(followed->end.known);
	ck_assert_int_eq(followed->end.status, SIGKILL);
	ck_assert(!process_look_again(followed));
	struct event zombie = await_told(&followers, child, PROCESS_ZOMBIE);
	ck_assert_int_le(llabs(zombie.time - followed->died_at), 1000); /* rounded */
	ck_assert_int_eq(zombie.process.row.stat[0], 'Z');
	process_look(followers.watch, followed); /* once */
	ck_assert_uint_eq(told_of(&followers, child, PROCESS_ZOMBIE, NULL), 1);
	end_sleeper(child);
	followers_close(&followers);
}
END_TEST

/* Its pidfd may say nothing yet, or there is none. */
START_TEST(who_is_seen_as_a_zombie_has_died)
{
	struct followers followers;
	pid_t child = fork_sleeper();
	followers_open(&followers);
	follow_child(&followers, child);
	follow_child(&followers, NOBODY);
	struct followed *followed = process_watch_find(followers.watch, child);
	struct followed *nobody = process_watch_find(followers.watch, NOBODY);
	ck_assert_int_eq(kill(child, SIGKILL), 0);
	await_letter(child, 'Z');
	int64_t before = loop_now(followers.loop);
	ck_assert_uint_eq(told_by_look(&followers, followed, PROCESS_ZOMBIE), 0);
	ck_assert(followed->dead && !followed->zombie);
	ck_assert_int_ge(followed->died_at, before);
	nobody->dead = false;
	ck_assert_uint_eq(told_by_look(&followers, nobody, PROCESS_EXITED), 0);
	ck_assert(nobody->dead && !nobody->zombie);
	end_sleeper(child);
	followers_close(&followers);
}
END_TEST

/* What is known of one that has vanished: was it a zombie, how long ago is it that it
 * was not there, does the server report nothing, are reports looked for often. */
static const struct {
	const char *what;
	bool zombie, often, tree;
	int64_t vanished, died;  /* ms ago; 0: it is seen now for the first time */
	enum process_what told;
	bool silent;             /* nothing is told yet */
} vanishings[] = {
	{"a report may come", true, false, false, 0, 100, PROCESS_EXITED, true},
	{"a report may come still", true, false, false, 1900, 5000, PROCESS_EXITED, true},
	{"no report came", true, false, false, 2001, 5000, PROCESS_EXITED, false},
	{"nobody reports, but just now", true, true, false, 70, 100, PROCESS_EXITED, true},
	{"nobody reports", true, true, false, 80, 100, PROCESS_EXITED, false},
	{"a parent that lives waited", true, false, true, 80, 100, PROCESS_REAPED, false},
	{"it was no zombie", false, true, false, 80, 100, PROCESS_EXITED, false},
};

START_TEST(one_that_has_vanished_is_told_of_in_time)
{
	struct followers followers;
	followers_open(&followers);
	/* a test is the parent, which leaves no death to the kernel */
	tell_row(&followers, (struct process_row){.pid = getpid(), .role = ROLE_SERVER,
	    .stat = "S"}, PROCESS_STARTED);
	follow_child(&followers, NOBODY);
	struct process_row row = row_now(&followers, NOBODY);
	row.ppid = getpid();
	tell_row(&followers, row, PROCESS_CHANGED);
	if (vanishings[_i].tree)
		process_watch_tree(followers.watch, followers_root);
	process_watch_search(followers.watch, vanishings[_i].often);
	struct followed *followed = process_watch_find(followers.watch, NOBODY);
	int64_t now = loop_now(followers.loop);
	now = now / 1000 * 1000;
	followed->dead = true;
	followed->zombie = vanishings[_i].zombie;
	followed->died_at = now - MILLISECONDS(vanishings[_i].died);
	if (vanishings[_i].vanished != 0)
		followed->vanished_at = now - MILLISECONDS(vanishings[_i].vanished);
	int64_t vanished_at = followed->vanished_at, died_at = followed->died_at;
	process_look(followers.watch, followed);
	struct event event = {0};
	unsigned told = told_of(&followers, NOBODY, vanishings[_i].told, &event);
	ck_assert_msg(told == !vanishings[_i].silent, "%s", vanishings[_i].what);
	if (!vanishings[_i].silent) {
		ck_assert_ptr_null(process_watch_find(followers.watch, NOBODY));
		ck_assert_int_eq(event.time, vanishings[_i].zombie ? vanished_at : died_at);
		ck_assert_int_eq(event.process.end.by,
		    vanishings[_i].told == PROCESS_REAPED ? getpid() : 0);
	} else {
		ck_assert_ptr_eq(process_watch_find(followers.watch, NOBODY), followed);
		ck_assert_int_ne(followed->vanished_at, 0);
		ck_assert(process_look_again(followed));
	}
	followers_close(&followers);
}
END_TEST

/* A server that ignores SIGCHLD leaves its children to the kernel: nobody waited. */
START_TEST(what_the_kernel_reaped_was_not_waited_for)
{
	struct followers followers;
	followers_open(&followers);
	ck_assert(signal(SIGCHLD, SIG_IGN) != SIG_ERR);
	tell_row(&followers, (struct process_row){.pid = getpid(), .role = ROLE_SERVER,
	    .stat = "S"}, PROCESS_STARTED);
	for (pid_t pid = NOBODY; pid < NOBODY + 2; pid++) {
		follow_child(&followers, pid);
		struct process_row row = row_now(&followers, pid);
		row.ppid = getpid();
		tell_row(&followers, row, PROCESS_CHANGED);
		struct followed *followed = process_watch_find(followers.watch, pid);
		followed->dead = followed->zombie = true;
		followed->vanished_at = loop_now(followers.loop) - MILLISECONDS(80);
		ck_assert_uint_eq(told_by_look(&followers, followed, PROCESS_EXITED), 1);
		process_watch_tree(followers.watch, followers_root);
	}
	signal(SIGCHLD, SIG_DFL);
	followers_close(&followers);
}
END_TEST

/* Its parent has ended, too: nobody can say who waited. */
START_TEST(the_child_of_one_that_has_ended_was_not_reaped_by_it)
{
	struct followers followers;
	followers_open(&followers);
	process_watch_tree(followers.watch, followers_root);
	follow_child(&followers, NOBODY);
	struct process_row row = row_now(&followers, NOBODY);
	row.ppid = getpid(); /* which no row shows */
	tell_row(&followers, row, PROCESS_CHANGED);
	struct followed *followed = process_watch_find(followers.watch, NOBODY);
	followed->dead = followed->zombie = true;
	followed->vanished_at = loop_now(followers.loop) - SECONDS(1);
	ck_assert_uint_eq(told_by_look(&followers, followed, PROCESS_EXITED), 1);
	followers_close(&followers);
}
END_TEST

/* When to look again. */

START_TEST(a_death_that_is_not_settled_is_looked_at_again)
{
	static const struct { struct followed followed; bool again; } cases[] = {
		{{.pid = 1}, false},
		{{.dead = true}, true},
		{{.dead = true, .zombie = true}, false},
		{{.dead = true, .zombie = true, .reaped = true}, true},
		{{.reaped = true}, true},
		{{.dead = true, .zombie = true, .vanished_at = 5}, true},
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
		ck_assert_msg(process_look_again(&cases[i].followed) == cases[i].again,
		    "case %zu", i);
}
END_TEST

#define MS(n) MILLISECONDS(n)

START_TEST(the_next_look_is_when_the_first_death_can_be_told)
{
	static const struct { struct followed followed; int64_t left; } cases[] = {
		{{.pidfd = 3}, INT64_MAX},
		{{.pidfd = -1}, MS(5)},                   /* nobody tells of its death */
		{{.pidfd = 3, .dead = true, .died_at = MS(1000)}, MS(15)},
		{{.pidfd = 3, .dead = true, .died_at = MS(995)}, MS(10)},
		{{.pidfd = 3, .dead = true, .died_at = MS(986)}, MS(1)},
		{{.pidfd = 3, .dead = true, .died_at = MS(985)}, MS(5)},
		{{.pidfd = 3, .dead = true, .died_at = MS(900)}, MS(5)},
		{{.pidfd = 3, .dead = true, .zombie = true, .died_at = MS(900)}, INT64_MAX},
		{{.pidfd = 3, .dead = true, .zombie = true, .reaped = true,
		    .died_at = MS(986)}, MS(5)},
		{{.pidfd = 3, .dead = true, .zombie = true, .vanished_at = 1,
		    .died_at = MS(990)}, MS(5)},
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct followed followed = cases[i].followed;
		struct process_watch watch = {.all = &followed};
		ck_assert_msg(process_look_for(&watch, MS(1000)) == cases[i].left,
		    "case %zu", i);
		struct followed sooner = {.pidfd = 3, .dead = true, .died_at = MS(989),
		    .next = &followed};
		watch.all = &sooner;
		ck_assert_msg(process_look_for(&watch, MS(1000)) ==
		    (cases[i].left < MS(4) ? cases[i].left : MS(4)), "second, %zu", i);
	}
	struct process_watch nobody = {0};
	ck_assert_int_eq(process_look_for(&nobody, 0), INT64_MAX);
}
END_TEST

Suite *
process_look_suite(void)
{
	Suite *suite = suite_create("process_look");
	TCase *rows = tcase_create("rows"), *deaths = tcase_create("deaths");
	tcase_set_timeout(rows, 60);
	tcase_add_loop_test(rows, each_change_that_ps_would_show_is_told, 0,
	    sizeof changes / sizeof *changes);
	tcase_add_test(rows, who_is_caught_while_it_runs_still_sleeps);
	tcase_add_test(rows, a_row_is_filled_in_from_proc);
	suite_add_tcase(suite, rows);
	tcase_set_timeout(deaths, 60);
	tcase_add_test(deaths, want_of_descriptors_or_memory_tells_nothing);
	tcase_add_test(deaths, a_look_that_fails_for_want_of_descriptors_is_none);
	tcase_add_test(deaths, a_zombie_is_told_after_a_moment);
	tcase_add_test(deaths, who_is_seen_as_a_zombie_has_died);
	tcase_add_loop_test(deaths, one_that_has_vanished_is_told_of_in_time, 0,
	    sizeof vanishings / sizeof *vanishings);
	tcase_add_test(deaths, what_the_kernel_reaped_was_not_waited_for);
	tcase_add_test(deaths, the_child_of_one_that_has_ended_was_not_reaped_by_it);
	tcase_add_test(deaths, a_death_that_is_not_settled_is_looked_at_again);
	tcase_add_test(deaths, the_next_look_is_when_the_first_death_can_be_told);
	suite_add_tcase(suite, deaths);
	return suite;
}
