/* Why the program cannot begin, and what it goes on without: one line each. */
#include "bare_session.h"
#include "cannot_start.h"
#include "say_failure.h"
#include "exit_status.h"
#include "refused_here.h"
#include "suites.h"

#include <errno.h>
#include <sys/resource.h>

static const struct { int error, status; const char *mend; } starts[] = {
	{EAGAIN, STATUS_NOT_HERE, "ulimit -n"}, {EMFILE, STATUS_NOT_HERE, "ulimit -n"},
	{ENFILE, STATUS_NOT_HERE, "ulimit -n"}, {ENOMEM, STATUS_NOT_HERE, "ulimit -n"},
	{ENOSPC, STATUS_NOT_HERE, "ulimit -n"}, {ENOSYS, STATUS_NOT_HERE, "seccomp"},
	{EPERM, STATUS_NOT_HERE, "seccomp"}, {EACCES, STATUS_NOT_HERE, "seccomp"},
	{EINVAL, STATUS_FAILED, NULL}, {EIO, STATUS_FAILED, NULL},
};

START_TEST(what_the_machine_refuses_has_its_status)
{
	char text[SESSION_ERROR], plain[SESSION_ERROR];
	ck_assert_int_eq(cannot_start(text, sizeof text, "timers", starts[_i].error),
	    starts[_i].status);
	snprintf(plain, sizeof plain, "cannot start: timers: %s",
	    strerror(starts[_i].error));
	if (starts[_i].mend == NULL) {
		ck_assert_str_eq(text, plain);
	} else {
		ck_assert_int_eq(strncmp(text, plain, strlen(plain)), 0);
		ck_assert_int_eq(strncmp(text + strlen(plain), ": ", 2), 0);
		ck_assert_ptr_nonnull(strstr(text, starts[_i].mend));
	}
}
END_TEST

START_TEST(the_statuses_are_promised)
{
	ck_assert_int_eq(STATUS_FAILED, 1);
	ck_assert_int_eq(STATUS_USAGE, 2);
	ck_assert_int_eq(STATUS_NOT_HERE, 77);
}
END_TEST

START_TEST(a_warning_harms_no_terminal)
{
	int pair[2], saved = dup(STDERR_FILENO);
	char text[4096] = "";
	ck_assert_int_eq(pipe(pair), 0);
	dup2(pair[1], STDERR_FILENO);
	int status = say_failure(7, "no file \"%s\"", "a\033[2J\xff\nb");
	fflush(stderr);
	dup2(saved, STDERR_FILENO);
	ck_assert_int_eq(status, 7);
	ck_assert_int_gt(read(pair[0], text, sizeof text - 1), 0);
	ck_assert_str_eq(text, "tcpconsole: no file \"a^[[2J\\xff^Jb\"\n");
	close(saved);
	close(pair[0]);
	close(pair[1]);
}
END_TEST

START_TEST(a_whole_machine_lacks_nothing)
{
	struct session *session = bare_open(64);
	int before = dup(0);
	close(before);
	refused_here_tell(&session->world);
	int after = dup(0);
	close(after);
	ck_assert_int_eq(before, after);
	ck_assert_uint_eq(bare_count(session, EVENT_NOTE), 0);
	bare_close(session);
}
END_TEST

START_TEST(want_of_room_is_not_told_as_a_refusal)
{
	struct session *session = bare_open(64);
	struct rlimit limit, none;
	ck_assert_int_eq(getrlimit(RLIMIT_NOFILE, &limit), 0);
	none = limit;
	none.rlim_cur = 0;
	ck_assert_int_eq(setrlimit(RLIMIT_NOFILE, &none), 0);
	refused_here_tell(&session->world);
	ck_assert_int_eq(setrlimit(RLIMIT_NOFILE, &limit), 0);
	ck_assert_uint_eq(bare_count(session, EVENT_NOTE), 0);
	bare_close(session);
}
END_TEST

Suite *
refusals_suite(void)
{
	Suite *suite = suite_create("refusals");
	TCase *all = tcase_create("all");
	tcase_add_loop_test(all, what_the_machine_refuses_has_its_status, 0,
	    sizeof starts / sizeof *starts);
	tcase_add_test(all, the_statuses_are_promised);
	tcase_add_test(all, a_warning_harms_no_terminal);
	tcase_add_test(all, a_whole_machine_lacks_nothing);
	tcase_add_test(all, want_of_room_is_not_told_as_a_refusal);
	suite_add_tcase(suite, all);
	return suite;
}
