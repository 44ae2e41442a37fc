/* check_process_search.c: who is found of whom nobody told: children of the server, of the
 * guard, and whoever descends from a server that reports nothing. */
#include "process_fixture.h"
#include "process_tree.h"
#include "suites.h"

#include <string.h>

/* A child that forks one of its own, and that one, too. */
struct family {
	pid_t child, grandchild;
};

static struct family
fork_family(void)
{
	struct family family;
	int ends[2];
	ck_assert_int_eq(pipe(ends), 0);
	family.child = fork();
	ck_assert_int_ge(family.child, 0);
	if (family.child == 0) {
		pid_t pid = fork();
		if (pid > 0 && write(ends[1], &pid, sizeof pid) != sizeof pid)
			_exit(1);
		for (;;)
			pause();
	}
	ck_assert_int_eq(read(ends[0], &family.grandchild, sizeof family.grandchild),
	    sizeof family.grandchild);
	close(ends[0]);
	close(ends[1]);
	return family;
}

static void
end_family(struct family family)
{
	kill(family.grandchild, SIGKILL);
	end_sleeper(family.child);
}

/* This process is the server, as far as the log knows. */
static void
be_server(struct followers *followers, enum report_role role)
{
	tell_row(followers, (struct process_row){.pid = getpid(), .role = role,
	    .stat = "S", .command = "tcpserv"}, PROCESS_STARTED);
}

START_TEST(children_that_nobody_reported_are_found)
{
	struct followers followers;
	struct event event = {0};
	pid_t known = fork_sleeper();
	struct family family = fork_family();
	followers_open(&followers);
	be_server(&followers, ROLE_SERVER);
	follow_child(&followers, known);
	ck_assert_int_eq(process_watch_searched_at(followers.watch), 0);
	process_search(followers.watch);
	ck_assert_int_gt(process_watch_searched_at(followers.watch), 0);
	ck_assert_uint_eq(told_of(&followers, known, PROCESS_FORKED, NULL), 1);
	ck_assert_uint_eq(told_of(&followers, family.child, PROCESS_FORKED, &event), 1);
	ck_assert_int_eq(event.process.row.role, ROLE_CHILD);
	ck_assert_ptr_null(process_watch_find(followers.watch, family.grandchild));
	pid_t later = fork_sleeper();
	process_watch_refresh(followers.watch); /* which searches, too */
	ck_assert_uint_eq(told_of(&followers, later, PROCESS_FORKED, NULL), 1);
	end_sleeper(later);
	end_family(family);
	end_sleeper(known);
	followers_close(&followers);
}
END_TEST

/* Of others than the server they are not: a client's, or an ended server's. */
START_TEST(children_of_others_are_not_looked_for)
{
	struct followers followers;
	pid_t child = fork_sleeper();
	followers_open(&followers);
	be_server(&followers, ROLE_CLIENT);
	process_search(followers.watch);
	be_server(&followers, ROLE_SERVER);
	tell_row(&followers, row_now(&followers, getpid()), PROCESS_ZOMBIE);
	process_search(followers.watch);
	ck_assert_ptr_null(process_watch_find(followers.watch, child));
	end_sleeper(child);
	followers_close(&followers);
}
END_TEST

START_TEST(what_the_guard_got_is_adopted)
{
	struct followers followers;
	struct event event = {0};
	pid_t child = fork_sleeper();
	followers_open(&followers);
	ck_assert(!process_watch_adopt(followers.watch, 0));
	ck_assert(!process_watch_adopt(followers.watch, -1));
	ck_assert(!process_watch_adopt(followers.watch, NOBODY));
	ck_assert_ptr_null(followers.watch->all);
	ck_assert(process_watch_adopt(followers.watch, getpid()));
	ck_assert_uint_eq(told_of(&followers, child, PROCESS_FORKED, &event), 1);
	ck_assert_int_eq(event.process.row.role, ROLE_CHILD);
	ck_assert(!process_watch_adopt(followers.watch, getpid()));
	end_sleeper(child);
	followers_close(&followers);
}
END_TEST

START_TEST(whoever_descends_from_the_root_is_found)
{
	struct followers followers;
	struct event event = {0};
	struct family family = fork_family();
	followers_open(&followers);
	be_server(&followers, ROLE_SERVER);
	process_watch_tree(followers.watch, followers_root);
	process_search(followers.watch); /* nobody, for now */
	ck_assert_ptr_null(followers.watch->all);
	ck_assert_uint_eq(followers.calls, 0);
	ck_assert_int_gt(process_watch_searched_at(followers.watch), 0);
	followers.root = getpid();
	process_search(followers.watch);
	ck_assert_uint_eq(followers.calls, 1);
	ck_assert_int_gt(followers.watch->search_cost, 0);
	ck_assert_uint_eq(told_of(&followers, family.child, PROCESS_FORKED, &event), 1);
	ck_assert_int_eq(event.process.row.role, ROLE_CHILD);
	ck_assert_uint_eq(told_of(&followers, family.grandchild, PROCESS_STARTED, &event), 1);
	ck_assert_int_eq(event.process.row.role, ROLE_OTHER);
	process_search(followers.watch);
	ck_assert_uint_eq(followers.calls, 1);
	ck_assert_uint_eq(told_of(&followers, family.child, PROCESS_FORKED, NULL), 1);
	end_family(family);
	followers_close(&followers);
}
END_TEST

/* Its parent is nobody that is known: it is taken for the server's own. */
START_TEST(an_orphan_of_the_tree_is_a_child)
{
	struct followers followers;
	struct event event = {0};
	pid_t child = fork_sleeper();
	followers_open(&followers);
	process_watch_tree(followers.watch, followers_root);
	followers.root = getpid();
	process_search(followers.watch);
	ck_assert_uint_eq(told_of(&followers, child, PROCESS_FORKED, &event), 1);
	ck_assert_int_eq(event.process.row.role, ROLE_CHILD);
	end_sleeper(child);
	followers_close(&followers);
}
END_TEST

#define MS(n) MILLISECONDS(n)

static const struct {
	bool tree, often, busy;
	int64_t cost;
	unsigned processes;
	int64_t pause;
} pauses[] = {
	{true, false, true, 0, 0, MS(20)}, {true, false, false, 0, 0, MS(1000)},
	{true, false, true, MS(2), 0, MS(20)}, {true, false, true, MS(3), 0, MS(24)},
	{true, false, false, MS(100), 0, MS(1000)}, {true, true, false, MS(200), 0, MS(1600)},
	{false, true, true, MS(900), 0, MS(100)}, {false, true, false, 0, 0, MS(1000)},
	{false, false, true, 0, 0, MS(2000)}, {false, false, false, 0, 49, MS(10000)},
	{false, false, false, 0, 50, MS(20000)}, {false, false, true, 0, 100, MS(6000)},
};

START_TEST(a_search_is_good_for_a_while)
{
	struct followers followers;
	followers_open(&followers);
	followers.watch->search_often = pauses[_i].often;
	followers.watch->search_cost = pauses[_i].cost;
	followers.watch->root = pauses[_i].tree ? followers_root : NULL;
	for (unsigned i = 0; i < pauses[_i].processes; i++)
		tell_row(&followers, (struct process_row){.pid = NOBODY + (pid_t)i,
		    .role = ROLE_CHILD}, PROCESS_FORKED);
	ck_assert_int_eq(process_search_pause(followers.watch, pauses[_i].busy),
	    pauses[_i].pause);
	followers_close(&followers);
}
END_TEST

/* Without anybody's asking, in the loop. */
START_TEST(the_timer_searches)
{
	struct followers followers;
	followers_open(&followers);
	be_server(&followers, ROLE_SERVER);
	process_watch_search(followers.watch, true);
	ck_assert(timer_is_running(followers.watch->timer));
	pid_t child = fork_sleeper();
	await_told(&followers, child, PROCESS_FORKED);
	followers.root = getpid();
	timer_stop(followers.watch->timer);
	process_watch_tree(followers.watch, followers_root);
	ck_assert(timer_is_running(followers.watch->timer));
	pid_t second = fork_sleeper();
	await_told(&followers, second, PROCESS_FORKED);
	end_sleeper(child);
	end_sleeper(second);
	followers_close(&followers);
}
END_TEST

/* process_tree.h */

START_TEST(descendants_are_counted_however_small_the_room)
{
	struct family family = fork_family();
	pid_t first = family.child < family.grandchild ? family.child : family.grandchild;
	pid_t pids[4] = {-1, -1, -1, -1};
	ck_assert_int_eq(process_descendants(getpid(), pids, 4), 2);
	ck_assert_int_eq(pids[0], first);
	ck_assert_int_eq(pids[0] + pids[1], family.child + family.grandchild);
	ck_assert_int_eq(pids[2], -1);
	pids[0] = pids[1] = -1;
	ck_assert_int_eq(process_descendants(getpid(), pids, 1), 2);
	ck_assert_int_eq(pids[0], first);
	ck_assert_int_eq(pids[1], -1);
	ck_assert_int_eq(process_descendants(family.child, pids, 4), 1);
	ck_assert_int_eq(pids[0], family.grandchild);
	ck_assert_int_eq(process_descendants(family.grandchild, pids, 4), 0);
	ck_assert_int_eq(process_descendants(NOBODY, pids, 4), 0);
	end_family(family);
}
END_TEST

/* More processes than the first room for them, and no descriptor is kept. */
START_TEST(descendants_of_many_are_all_found)
{
	enum { MANY = 300 };
	static pid_t children[MANY], pids[MANY];
	int before = count_open();
	for (int i = 0; i < MANY; i++)
		children[i] = fork_sleeper();
	ck_assert_int_eq(process_descendants(getpid(), pids, MANY), MANY);
	for (int i = 1; i < MANY; i++)
		ck_assert_int_lt(pids[i - 1], pids[i]);
	for (int i = 0; i < MANY; i++)
		end_sleeper(children[i]);
	ck_assert_int_eq(process_descendants(getpid(), pids, MANY), 0);
	ck_assert_int_eq(count_open(), before);
}
END_TEST

Suite *
process_search_suite(void)
{
	Suite *suite = suite_create("process_search");
	TCase *search = tcase_create("search"), *tree = tcase_create("tree");
	tcase_set_timeout(search, 60);
	tcase_add_test(search, children_that_nobody_reported_are_found);
	tcase_add_test(search, children_of_others_are_not_looked_for);
	tcase_add_test(search, what_the_guard_got_is_adopted);
	tcase_add_test(search, whoever_descends_from_the_root_is_found);
	tcase_add_test(search, an_orphan_of_the_tree_is_a_child);
	tcase_add_loop_test(search, a_search_is_good_for_a_while, 0,
	    sizeof pauses / sizeof *pauses);
	tcase_add_test(search, the_timer_searches);
	suite_add_tcase(suite, search);
	tcase_set_timeout(tree, 60);
	tcase_add_test(tree, descendants_are_counted_however_small_the_room);
	tcase_add_test(tree, descendants_of_many_are_all_found);
	suite_add_tcase(suite, tree);
	return suite;
}
