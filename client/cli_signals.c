/* The client's dispositions.
 *
 * A handler interrupts the program anywhere, so it calls only what
 * signal-safety(7) lists, and reports with a count of lost reports of its own.
 * What a signal does to the client is to be seen, so nothing here stands between:
 * a signal that kills, kills. */
#include "cli_signals.h"

#include <signal.h>

static struct reporter handler_reporter = {.fd = -1};

/* A signal that is caught: to tell of it is all. */
static void
handle(int number)
{
	struct report report;
	memset(&report, 0, offsetof(struct report, data));
	report.kind = REPORT_CAUGHT;
	report.status = number;
	reporter_send(&handler_reporter, &report);
}

int
signals_set(int number, enum order_disposition disposition)
{
	struct sigaction action = {.sa_handler = SIG_DFL};
	if (disposition == DISPOSITION_IGNORE)
		action.sa_handler = SIG_IGN;
	if (disposition == DISPOSITION_CATCH)
		action.sa_handler = handle;
	(void)sigfillset(&action.sa_mask);
	return sigaction(number, &action, NULL);
}

/* Mask and SIGPIPE may have been left in any state by whoever started us. */
void
signals_begin(const struct reporter *reporter)
{
	sigset_t none;
	handler_reporter = *reporter;
	(void)sigemptyset(&none);
	(void)sigprocmask(SIG_SETMASK, &none, NULL);
	(void)signals_set(SIGPIPE, DISPOSITION_DEFAULT);
}
