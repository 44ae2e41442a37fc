#include "report_check.h"

#include "process_stat.h"
#include "tcp_state.h"
#include "wire_long.h"

#include <errno.h>
#include <limits.h>
#include <signal.h>
#include <sys/wait.h>

enum { ERRNO_MOST = 4095, DEPTH_MOST = 1000 };

static bool
is_between(int64_t number, int64_t low, int64_t high)
{
	return number >= low && number <= high;
}

/* An end that is none, or one of the two families. */
static bool
check_end(const struct report_endpoint *end)
{
	return end->family == 0 || end->family == 4 || end->family == 6;
}

/* Text, or longs of a size and an order. */
static bool
check_format(uint16_t format)
{
	size_t size = wire_size(format);
	return (format & ~(WIRE_BIG_FIRST | 0xff)) == 0 &&
	    (format == 0 || size == 4 || size == WIRE_MOST);
}

/* Who may say it: the client speaks of its own connections, the server of none. */
static bool
check_sender(const struct report *report, bool client, unsigned conns)
{
	bool by_client = report->role == ROLE_CLIENT;
	bool of_client = report->kind == REPORT_BEGUN || report->kind == REPORT_DONE;
	if (by_client != client || (!client && report->role != ROLE_SERVER &&
	    report->role != ROLE_CHILD))
		return false;
	if (client)
		return report->conn <= conns;
	return report->conn == 0 && !of_client;
}

/* What wait(2) can say of a child that has ended. */
static bool
check_wait_status(int status)
{
	return (status & ~0xffff) == 0 && (WIFEXITED(status) ||
	    (WIFSIGNALED(status) && WTERMSIG(status) <= SIGRTMAX));
}

/* What a call is about, and what it returned. */
static bool
check_call(const struct report *report)
{
	bool ends = report->call == CALL_SHUTDOWN || report->call == CALL_CLOSE;
	if (!is_between(report->call, CALL_NONE + 1, CALL_COUNT - 1) ||
	    !is_between(report->error, 0, ERRNO_MOST) ||
	    !is_between(report->result, -1, INT_MAX) ||
	    (report->result < 0) != (report->error != 0))
		return false;
	if (report->call == CALL_SETSOCKOPT)
		return is_between(report->about, 0, OPTION_COUNT - 1);
	if (report->call == CALL_SIGACTION)
		return is_between(report->about, 1, NSIG - 1) &&
		    is_between(report->value, DISPOSITION_DEFAULT, DISPOSITION_CATCH);
	if ((report->call == CALL_WAIT || report->call == CALL_WAITPID) && report->result > 0)
		return check_wait_status(report->status);
	if (ends)
		return is_between(report->about, STATE_GONE, STATE_COUNT - 1) &&
		    report->value >= 0;
	return true;
}

bool
report_check(const struct report *report, bool client, unsigned conns, int64_t now)
{
	if (!check_sender(report, client, conns) || report->pid <= 1 ||
	    !check_format(report->format) || !check_end(&report->local) ||
	    !check_end(&report->peer) || !is_between(report->time, 0, now))
		return false;
	switch ((int)report->kind) {
	case REPORT_CALL:
		return check_call(report);
	case REPORT_BEGUN:
		return report->conn > 0;
	case REPORT_CAUGHT:
		return is_between(report->status, 1, NSIG - 1);
	case REPORT_DONE:
	case REPORT_REFUSED:
		return true;
	default:
		return false;
	}
}

bool
report_descends(pid_t pid, pid_t ancestor)
{
	struct process_stat stat;
	for (int depth = 0; depth < DEPTH_MOST && pid > 1 && pid != ancestor; depth++) {
		if (process_stat_read(&stat, pid) < 0)
			return errno == ENOENT || errno == ESRCH;
		pid = stat.ppid;
		if (pid == ancestor)
			return true;
	}
	return false;
}
