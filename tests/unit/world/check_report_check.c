/* Reports off a program that somebody has taken over: what cannot be is refused. */
#include "report_check.h"

#include "suites.h"
#include "wire_long.h"

#include <limits.h>
#include <signal.h>
#include <sys/wait.h>

#define NOW INT64_C(5000000000)

enum { CONNS = 3 };

/* A call that returned well. */
static struct report
called(enum report_role role, enum report_call call)
{
	struct report report;
	memset(&report, 0, offsetof(struct report, data));
	report.kind = REPORT_CALL;
	report.role = (uint16_t)role;
	report.call = (uint16_t)call;
	report.conn = role == ROLE_CLIENT;
	report.pid = 4711;
	report.time = NOW - 1;
	return report;
}

static bool
believed(const struct report *report)
{
	return report_check(report, report->role == ROLE_CLIENT, CONNS, NOW);
}

START_TEST(every_call_is_believed)
{
	static const enum report_role roles[] = {ROLE_CLIENT, ROLE_SERVER, ROLE_CHILD};
	for (int call = CALL_NONE + 1; call < CALL_COUNT; call++) {
		for (size_t i = 0; i < sizeof roles / sizeof *roles; i++) {
			struct report report = called(roles[i], (enum report_call)call);
			report.about = call == CALL_SIGACTION ? SIGINT : 0;
			ck_assert(believed(&report));
			report.result = -1;
			report.error = ECONNRESET;
			report.format = (uint16_t)(i == 0 ? 0 : i == 1 ? 4 : 8 | WIRE_BIG_FIRST);
			report.local.family = 4;
			report.peer.family = 6;
			ck_assert(believed(&report));
		}
	}
}
END_TEST

/* A child of this status, as waitpid() tells it. */
static void
reap(struct report *report, int status)
{
	report->call = CALL_WAITPID;
	report->result = 4712;
	report->status = status;
}

/* Each change of a good report makes it one that cannot be. */
static void
spoil(struct report *report, int number)
{
	switch (number) {
	case 0: report->conn = CONNS + 1; break;
	case 1: report->conn = UINT32_MAX; break;
	case 2: report->role = ROLE_OTHER; break;
	case 3: report->role = 99; break;
	case 4: report->kind = 0; break;
	case 5: report->kind = 99; break;
	case 6: report->call = CALL_NONE; break;
	case 7: report->call = CALL_COUNT; break;
	case 8: report->result = -2; break;
	case 9: report->result = INT64_MIN; break;
	case 10: report->result = (int64_t)INT_MAX + 1; break;
	case 11: report->error = -1; break;
	case 12: report->error = EPIPE; break; /* with a result */
	case 13: report->result = -1; break;   /* with no errno */
	case 14: report->pid = 1; break;
	case 15: report->pid = -1; break;
	case 16: report->local.family = 5; break;
	case 17: report->peer.family = 255; break;
	case 18: report->time = NOW + 1; break;
	case 19: report->time = INT64_MIN; break;
	case 20: report->call = CALL_SETSOCKOPT; report->about = OPTION_COUNT; break;
	case 21: report->call = CALL_SIGACTION; report->about = 0; break;
	case 22: report->call = CALL_SIGACTION; report->about = 9; report->value = 3; break;
	case 23: report->call = CALL_CLOSE; report->about = 12; break;
	case 24: report->call = CALL_SHUTDOWN; report->value = -1; break;
	case 25: report->kind = REPORT_CAUGHT; report->status = 0; break;
	case 26: report->kind = REPORT_CAUGHT; report->status = 65; break;
	case 27: report->kind = REPORT_BEGUN; report->conn = 0; break;
	case 28: report->format = 9; break;
	case 29: report->format = 0xff; break;
	case 30: report->format = WIRE_BIG_FIRST; break;
	case 31: report->format = 0x208; break;
	case 32: reap(report, SIGRTMAX + 1); break;
	case 33: reap(report, 0x137f); break; /* stopped */
	case 34: reap(report, 0x10000); break;
	}
}

START_TEST(what_cannot_be_is_refused)
{
	struct report report = called(ROLE_CLIENT, CALL_READ);
	ck_assert(report_check(&report, true, CONNS, NOW));
	spoil(&report, _i);
	ck_assert_msg(!report_check(&report, true, CONNS, NOW), "change %d", _i);
}
END_TEST

START_TEST(every_end_is_believed)
{
	struct report report = called(ROLE_SERVER, CALL_WAITPID);
	for (int number = 1; number <= SIGRTMAX; number++) {
		reap(&report, number);
		ck_assert(believed(&report));
	}
	reap(&report, 0xff00);
	ck_assert(believed(&report));
	reap(&report, SIGSEGV | 0x80); /* with a core */
	ck_assert(believed(&report));
}
END_TEST

START_TEST(nobody_speaks_for_another)
{
	struct report report = called(ROLE_CLIENT, CALL_READ);
	ck_assert(!report_check(&report, false, CONNS, NOW));
	report = called(ROLE_CHILD, CALL_READ);
	ck_assert(report_check(&report, false, CONNS, NOW));
	ck_assert(!report_check(&report, true, CONNS, NOW));
	report.conn = 1;
	ck_assert(!report_check(&report, false, CONNS, NOW));
	report = called(ROLE_SERVER, CALL_READ);
	report.kind = REPORT_DONE;
	ck_assert(!report_check(&report, false, CONNS, NOW));
	report.kind = REPORT_REFUSED;
	ck_assert(report_check(&report, false, CONNS, NOW));
}
END_TEST

START_TEST(only_descendants_are_children)
{
	pid_t child = fork();
	ck_assert_int_ge(child, 0);
	while (child == 0)
		pause();
	ck_assert(report_descends(child, getpid()));
	ck_assert(!report_descends(child, child));
	ck_assert(!report_descends(getpid(), child));
	ck_assert(!report_descends(getpid(), getpid()));
	ck_assert(!report_descends(1, getpid()));
	ck_assert(!report_descends(getppid(), getpid()));
	ck_assert_int_eq(kill(child, SIGKILL), 0);
	ck_assert_int_eq(waitpid(child, NULL, 0), child);
	ck_assert(report_descends(child, getpid())); /* it may have */
}
END_TEST

Suite *
report_check_suite(void)
{
	Suite *suite = suite_create("report_check");
	TCase *tcase = tcase_create("report_check");
	tcase_add_test(tcase, every_call_is_believed);
	tcase_add_test(tcase, every_end_is_believed);
	tcase_add_loop_test(tcase, what_cannot_be_is_refused, 0, 35);
	tcase_add_test(tcase, nobody_speaks_for_another);
	tcase_add_test(tcase, only_descendants_are_children);
	suite_add_tcase(suite, tcase);
	return suite;
}
