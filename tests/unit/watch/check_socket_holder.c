/* check_socket_holder.c: who holds a socket: of the session's processes, of all of this
 * machine, and of a scan in pieces. */
#include "socket_holder.h"

#include "process_fixture.h"
#include "socket_fixture.h"
#include "socket_scan.h"
#include "suites.h"

#include <stdio.h>
#include <stdlib.h>

enum { INODE = 5000 };

/* Holders that are made up: one row each. */
static struct socket_holders
make_holders(const struct socket_holder *rows, size_t count)
{
	struct socket_holders holders = {.all = calloc(count + 1, sizeof *rows),
	    .count = count, .room = count, .known = true};
	ck_assert_ptr_nonnull(holders.all);
	memcpy(holders.all, rows, count * sizeof *rows);
	return holders;
}

START_TEST(a_socket_is_found_among_many)
{
	enum { COUNT = 9 };
	struct socket_holder rows[COUNT];
	struct moment nobody;
	moment_init(&nobody);
	for (unsigned count = 0; count <= COUNT; count++) {
		for (unsigned i = 0; i < count; i++)
			rows[i] = (struct socket_holder){.inode = INODE + 2 * i,
			    .pid = (pid_t)(100 + i), .role = ROLE_CHILD};
		struct socket_holders holders = make_holders(rows, count);
		for (unsigned i = 0; i <= 2 * COUNT + 1; i++) {
			pid_t pid = i % 2 == 1 && i / 2 < count ? (pid_t)(100 + i / 2) : 0;
			ck_assert_int_eq(socket_holders_find(&holders, &nobody,
			    INODE + i - 1), pid);
			ck_assert_int_eq(socket_holders_find_listener(&holders, &nobody,
			    INODE + i - 1), pid);
		}
		socket_holders_free(&holders);
	}
	moment_release(&nobody);
}
END_TEST

START_TEST(a_listener_is_the_servers_or_the_oldest_ones)
{
	static const struct socket_holder rows[] = {
		{INODE, 30, ROLE_CHILD}, {INODE, 20, ROLE_CHILD}, {INODE, 25, ROLE_OTHER},
		{INODE + 1, 12, ROLE_CHILD}, {INODE + 1, 10, ROLE_OTHER},
		{INODE + 1, 40, ROLE_SERVER}, {INODE + 2, 5, ROLE_CHILD},
	};
	struct moment nobody;
	moment_init(&nobody);
	struct socket_holders holders = make_holders(rows, 7);
	ck_assert_int_eq(socket_holders_find_listener(&holders, &nobody, INODE), 20);
	ck_assert_int_eq(socket_holders_find_listener(&holders, &nobody, INODE + 1), 40);
	ck_assert_int_eq(socket_holders_find_listener(&holders, &nobody, INODE + 2), 5);
	ck_assert_int_eq(socket_holders_find_listener(&holders, &nobody, INODE + 3), 0);
	socket_holders_free(&holders);
	ck_assert_ptr_null(holders.all);
	ck_assert(!holders.known);
	moment_release(&nobody);
}
END_TEST

/* Processes of this machine in one moment: this one, and children, all of which hold the
 * same sockets. */
struct family {
	struct moment moment;
	struct live live;
	pid_t first, second; /* in the order of their numbers */
};

static void
family_open(struct family *family)
{
	live_open(&family->live);
	family->first = fork_sleeper();
	family->second = fork_sleeper();
	if (family->second < family->first) { /* the numbers begin anew */
		pid_t pid = family->first;
		family->first = family->second;
		family->second = pid;
	}
	moment_init(&family->moment);
}

static void
family_close(struct family *family)
{
	end_sleeper(family->first);
	end_sleeper(family->second);
	live_close(&family->live);
	moment_release(&family->moment);
}

/* The moment knows of the process, with this part. */
static void
family_tell(struct family *family, pid_t pid, enum report_role role,
    enum process_what what)
{
	fixture_fold(&family->moment, fixture_process(role, pid, 0, what, -1));
}

/* Who plays which part, who has the connection, and who the listener. */
static const struct {
	enum report_role test, first, second;
	int connection, listener; /* 0 the test, 1 the first, 2 the second */
} parts[] = {
	{ROLE_SERVER, ROLE_CHILD, ROLE_CHILD, 2, 0},
	{ROLE_SERVER, ROLE_CHILD, ROLE_OTHER, 1, 0},
	{ROLE_SERVER, ROLE_OTHER, ROLE_OTHER, 2, 0},
	{ROLE_OTHER, ROLE_SERVER, ROLE_CHILD, 2, 1},
	{ROLE_OTHER, ROLE_SERVER, ROLE_SERVER, 0, 2},
	{ROLE_SERVER, ROLE_CLIENT, ROLE_OTHER, 1, 0},
};

START_TEST(of_several_holders_a_child_comes_first)
{
	struct family family;
	struct socket_holders holders = {0};
	family_open(&family);
	const pid_t pids[] = {getpid(), family.first, family.second};
	family_tell(&family, getpid(), parts[_i].test, PROCESS_STARTED);
	family_tell(&family, family.first, parts[_i].first, PROCESS_STARTED);
	family_tell(&family, family.second, parts[_i].second, PROCESS_STARTED);
	ck_assert_int_eq(socket_holders_find(&holders, &family.moment,
	    live_inode(family.live.server)), pids[parts[_i].connection]);
	ck_assert_int_eq(socket_holders_find_listener(&holders, &family.moment,
	    live_inode(family.live.listener)), pids[parts[_i].listener]);
	socket_holders_free(&holders);
	family_close(&family);
}
END_TEST

START_TEST(who_does_not_run_holds_nothing)
{
	struct family family;
	struct socket_holders holders = {0};
	family_open(&family);
	uint64_t inode = live_inode(family.live.server);
	family_tell(&family, getpid(), ROLE_CHILD, PROCESS_FORKED);
	family_tell(&family, family.first, ROLE_CHILD, PROCESS_FORKED);
	family_tell(&family, family.first, ROLE_CHILD, PROCESS_ZOMBIE);
	ck_assert_int_eq(socket_holders_find(&holders, &family.moment, inode), getpid());
	ck_assert(holders.known);
	family_tell(&family, getpid(), ROLE_CHILD, PROCESS_EXITED);
	/* what is known is kept until it is to be forgotten */
	ck_assert_int_eq(socket_holders_find(&holders, &family.moment, inode), getpid());
	socket_holders_forget(&holders);
	ck_assert_int_eq(socket_holders_find(&holders, &family.moment, inode), 0);
	ck_assert_uint_eq(holders.count, 0);
	socket_holders_free(&holders);
	family_close(&family);
}
END_TEST

START_TEST(many_sockets_of_one_process_are_all_remembered)
{
	enum { MANY = 300 };
	struct socket_holders holders = {0};
	struct moment moment;
	int fds[MANY];
	moment_init(&moment);
	fixture_fold(&moment, fixture_process(ROLE_OTHER, getpid(), 0, PROCESS_STARTED, -1));
	for (int i = 0; i < MANY; i++) {
		fds[i] = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
		ck_assert_int_ge(fds[i], 0);
	}
	for (int i = 0; i < MANY; i++)
		ck_assert_int_eq(socket_holders_find(&holders, &moment,
		    live_inode(fds[i])), getpid());
	ck_assert_int_eq(socket_holders_find(&holders, &moment, UINT64_MAX), 0);
	for (int i = 0; i < MANY; i++)
		close(fds[i]);
	socket_holders_free(&holders);
	moment_release(&moment);
}
END_TEST

START_TEST(anybody_may_hold_a_socket)
{
	int before = count_open();
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	uint64_t inode = live_inode(fd);
	ck_assert_int_eq(socket_holder_anybody(inode), getpid());
	pid_t child = fork_sleeper();
	close(fd);
	ck_assert_int_eq(socket_holder_anybody(inode), child);
	end_sleeper(child);
	ck_assert_int_eq(socket_holder_anybody(inode), 0);
	ck_assert_int_eq(count_open(), before);
}
END_TEST

/* socket_scan.h */

START_TEST(a_link_that_is_a_socket_has_an_inode)
{
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), ends[2];
	int directory = open("/proc/self/fd", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	char name[16];
	ck_assert_int_eq(pipe2(ends, O_CLOEXEC), 0);
	snprintf(name, sizeof name, "%d", fd);
	ck_assert_uint_eq(socket_inode(directory, name), live_inode(fd));
	snprintf(name, sizeof name, "%d", ends[0]);
	ck_assert_uint_eq(socket_inode(directory, name), 0);
	snprintf(name, sizeof name, "%d", directory);
	ck_assert_uint_eq(socket_inode(directory, name), 0);
	ck_assert_uint_eq(socket_inode(directory, "."), 0);
	ck_assert_uint_eq(socket_inode(directory, "none"), 0);
	close(ends[0]);
	close(ends[1]);
	close(directory);
	close(fd);
}
END_TEST

/* Scans to the end in pieces; how many there were. */
static unsigned
scan(struct socket_owners *owners, unsigned descriptors)
{
	struct socket_scan *scan = socket_scan_begin();
	unsigned pieces = 1;
	ck_assert_ptr_nonnull(scan);
	while (socket_scan_more(scan, descriptors))
		pieces++;
	ck_assert(!socket_scan_more(scan, descriptors));
	socket_scan_result(scan, owners);
	socket_scan_end(scan);
	return pieces;
}

START_TEST(a_scan_finds_everybody_in_pieces)
{
	struct socket_owners owners = {0};
	struct family family;
	int before = count_open();
	family_open(&family);
	uint64_t inode = live_inode(family.live.server);
	pid_t oldest = getpid() < family.first ? getpid() : family.first;
	pid_t youngest = getpid() > family.second ? getpid() : family.second;
	unsigned large = scan(&owners, 1000000);
	ck_assert_uint_eq(large, 1);
	ck_assert_int_eq(socket_owners_find(&owners, inode, false), youngest);
	ck_assert_int_eq(socket_owners_find(&owners, inode, true), oldest);
	size_t count = 0;
	for (size_t i = 0; i < owners.count; i++)
		count += owners.all[i].inode == inode;
	ck_assert_uint_eq(count, 3);
	for (size_t i = 1; i < owners.count; i++)
		ck_assert(owners.all[i - 1].inode < owners.all[i].inode ||
		    (owners.all[i - 1].inode == owners.all[i].inode &&
		    owners.all[i - 1].pid <= owners.all[i].pid));
	ck_assert_uint_gt(scan(&owners, 3), 10); /* in place of what was found before */
	ck_assert_int_eq(socket_owners_find(&owners, inode, false), youngest);
	family_close(&family);
	scan(&owners, 1000);
	ck_assert_int_eq(socket_owners_find(&owners, inode, false), 0);
	struct socket_scan *given_up = socket_scan_begin();
	ck_assert(socket_scan_more(given_up, 5));
	while (count_open() < before + 2) /* in the middle of a process */
		ck_assert(socket_scan_more(given_up, 1));
	socket_scan_end(given_up);
	socket_scan_end(NULL);
	ck_assert_int_eq(count_open(), before);
	socket_owners_free(&owners);
	ck_assert_ptr_null(owners.all);
	ck_assert_uint_eq(owners.count, 0);
}
END_TEST

START_TEST(an_owner_is_found_by_inode)
{
	static struct socket_owner rows[] = {{10, 1}, {20, 2}, {20, 3}, {20, 9}, {30, 4}};
	static const struct { uint64_t inode; pid_t youngest, oldest; } cases[] = {
		{0, 0, 0}, {9, 0, 0}, {10, 1, 1}, {15, 0, 0}, {20, 9, 2}, {25, 0, 0},
		{30, 4, 4}, {31, 0, 0},
	};
	const struct socket_owners owners = {rows, 5}, none = {0};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		ck_assert_int_eq(socket_owners_find(&owners, cases[i].inode, false),
		    cases[i].youngest);
		ck_assert_int_eq(socket_owners_find(&owners, cases[i].inode, true),
		    cases[i].oldest);
		ck_assert_int_eq(socket_owners_find(&none, cases[i].inode, false), 0);
	}
	static struct socket_owner orphan[] = {{0, 7}}; /* no socket has this inode */
	ck_assert_int_eq(socket_owners_find(&(struct socket_owners){orphan, 1}, 0, true), 0);
}
END_TEST

Suite *
socket_holder_suite(void)
{
	Suite *suite = suite_create("socket_holder");
	TCase *holders = tcase_create("holders"), *scans = tcase_create("scans");
	tcase_set_timeout(holders, 60);
	tcase_add_test(holders, a_socket_is_found_among_many);
	tcase_add_test(holders, a_listener_is_the_servers_or_the_oldest_ones);
	tcase_add_loop_test(holders, of_several_holders_a_child_comes_first, 0,
	    sizeof parts / sizeof *parts);
	tcase_add_test(holders, who_does_not_run_holds_nothing);
	tcase_add_test(holders, many_sockets_of_one_process_are_all_remembered);
	tcase_add_test(holders, anybody_may_hold_a_socket);
	suite_add_tcase(suite, holders);
	tcase_set_timeout(scans, 60);
	tcase_add_test(scans, a_link_that_is_a_socket_has_an_inode);
	tcase_add_test(scans, a_scan_finds_everybody_in_pieces);
	tcase_add_test(scans, an_owner_is_found_by_inode);
	suite_add_tcase(suite, scans);
	return suite;
}
