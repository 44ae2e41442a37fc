/* check_signal_name.c: signals and error numbers by name. */
#include "signal_name.h"

#include "suites.h"

#include <errno.h>
#include <signal.h>
#include <string.h>
#include <strings.h>

START_TEST(test_from_name)
{
	static const struct {
		const char *name;
		int number;
	} names[] = {
		{"KILL", SIGKILL}, {"SIGKILL", SIGKILL}, {"sigkill", SIGKILL},
		{"SigTerm", SIGTERM}, {"9", 9}, {"1", 1}, {"CLD", SIGCHLD},
		{"SIGIOT", SIGABRT}, {"IO", SIGIO}, {"POLL", SIGIO},
		{"STKFLT", SIGSTKFLT}, {"0", -1}, {"", -1}, {"SIG", -1}, {"-9", -1},
		{"+9", -1}, {" 9", -1}, {"9 ", -1}, {"9x", -1}, {"65", -1},
		{"99999999999999999999", -1}, {"SIG9", 9}, {"SIG32", 32}, {"SIG65", -1}, {"SIG0", -1}, {"KILLER", -1},
		{"KIL", -1}, {"SIGSIGKILL", -1}, {"RTMIN-1", -1}, {"RTMAX+1", -1},
		{"RTMIN+", -1}, {"RTMIN+31", -1}, {"RTMIN+-1", -1}, {"RTMINX", -1},
		{"RTMIN+4294967296", -1},
	};

	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
		ck_assert_msg(signal_from_name(names[i].name) == names[i].number,
		    "\"%s\" is %d", names[i].name, signal_from_name(names[i].name));
	}
}
END_TEST

START_TEST(test_realtime)
{
	ck_assert_int_eq(signal_from_name("RTMIN"), SIGRTMIN);
	ck_assert_int_eq(signal_from_name("sigrtmin+1"), SIGRTMIN + 1);
	ck_assert_int_eq(signal_from_name("SIGRTMAX"), SIGRTMAX);
	ck_assert_int_eq(signal_from_name("RTMAX-2"), SIGRTMAX - 2);
	ck_assert_str_eq(signal_name(SIGRTMIN), "SIGRTMIN");
	ck_assert_str_eq(signal_name(SIGRTMIN + 1), "SIGRTMIN+1");
}
END_TEST

START_TEST(test_names_go_back)
{
	int named = 0;

	for (int number = 1; number <= SIGRTMAX; number++) {
		const char *name = signal_name(number);
		ck_assert_int_eq(strncmp(name, "SIG", 3), 0);
		named += name[3] < '0' || name[3] > '9';
		ck_assert_int_eq(signal_from_name(name), number);
		ck_assert_int_eq(signal_from_name(name + 3), number);
	}
	ck_assert_int_ge(named, 31 + 30);
	ck_assert_str_eq(signal_name(SIGKILL), "SIGKILL");
	ck_assert_str_eq(signal_name(99), "SIG99");
	ck_assert_str_eq(signal_name(-3), "SIG-3");
	ck_assert_str_eq(signal_name(0), "SIG0");
}
END_TEST

/* Two names live side by side. */
START_TEST(test_names_stay)
{
	const char *kill_name = signal_name(SIGKILL);
	const char *term_name = signal_name(SIGTERM);

	ck_assert_str_eq(kill_name, "SIGKILL");
	ck_assert_str_eq(term_name, "SIGTERM");
}
END_TEST

START_TEST(test_errno)
{
	ck_assert_int_eq(errno_from_name("ECONNREFUSED"), ECONNREFUSED);
	ck_assert_int_eq(errno_from_name("econnreset"), ECONNRESET);
	ck_assert_int_eq(errno_from_name("EWOULDBLOCK"), EAGAIN);
	ck_assert_int_eq(errno_from_name("ENOTSUP"), EOPNOTSUPP);
	ck_assert_int_eq(errno_from_name("EDEADLOCK"), EDEADLK);
	ck_assert_int_eq(errno_from_name("CONNRESET"), 0);
	ck_assert_int_eq(errno_from_name("0"), 0);
	ck_assert_int_eq(errno_from_name("104"), 0);
	ck_assert_int_eq(errno_from_name(""), 0);
	ck_assert_str_eq(errno_name(ECONNREFUSED), "ECONNREFUSED");
	ck_assert_str_eq(errno_name(EAGAIN), "EAGAIN");
	ck_assert_str_eq(errno_name(999), "E999");
	ck_assert_str_eq(errno_name(-1), "E-1");
}
END_TEST

START_TEST(test_errno_goes_back)
{
	int named = 0;

	for (int number = 1; number < 4096; number++) {
		const char *name = errno_name(number);
		if (name[1] >= '0' && name[1] <= '9')
			continue;
		named++;
		ck_assert_int_eq(errno_from_name(name), number);
	}
	ck_assert_int_gt(named, 100);
}
END_TEST

Suite *
signal_name_suite(void)
{
	Suite *suite = suite_create("signal_name");
	TCase *tcase = tcase_create("all");

	tcase_add_test(tcase, test_from_name);
	tcase_add_test(tcase, test_realtime);
	tcase_add_test(tcase, test_names_go_back);
	tcase_add_test(tcase, test_names_stay);
	tcase_add_test(tcase, test_errno);
	tcase_add_test(tcase, test_errno_goes_back);
	suite_add_tcase(suite, tcase);
	return suite;
}
