/* The signals of tcpserv.
 *
 * A handler interrupts the program anywhere, so it may call only what
 * signal-safety(7) lists: no stdio, no malloc.  What it has to know stands in
 * `caught` below, which is written only while every signal is blocked.  It holds
 * a reporter of its own, so that the count of lost reports is never touched by
 * the handler and by the program at once; and each handler runs with all other
 * signals blocked, so that there is only ever one.
 *
 * SIGCHLD does not queue: while one is pending, more of them are the same one.
 * So a handler that calls wait once leaves zombies when several children end
 * together; one that loops over waitpid leaves none (UNP, section 5.10).  The
 * single wait does not block here, because each SIGCHLD stands for at least one
 * child that has ended; SA_NOCLDSTOP keeps those out that tell of a stop.
 *
 * Whether a call that was interrupted goes on by itself (SA_RESTART) or returns
 * EINTR is a setting, since it is the lesson of section 5.9.
 */
#include "serv_signals.h"

#include <stdbool.h>
#include <stdio.h>
#include <sys/wait.h>

static struct {
	struct reporter reporter;
	struct report_endpoint local, peer;
	int connfd;
	int reap;
} caught = {.reporter.fd = -1, .connfd = -1};

/* Reports from within a handler. */
static void
report_from_handler(enum report_kind kind, enum report_call call, pid_t result,
    int status)
{
	struct report report;
	memset(&report, 0, offsetof(struct report, data));
	report.kind = (uint16_t)kind;
	report.call = (uint16_t)call;
	report.result = result;
	report.status = status;
	report.local = caught.local;
	report.peer = caught.peer;
	reporter_send(&caught.reporter, &report);
}

/* Says "child N terminated", without stdio. */
static void
say_terminated(pid_t child)
{
	static const char before[] = "tcpserv: child ", after[] = " terminated\n";
	char text[sizeof before + sizeof after + 3 * sizeof child];
	char digits[3 * sizeof child];
	size_t count = 0, length = sizeof before - 1;
	for (; child > 0; child /= 10)
		digits[count++] = (char)('0' + child % 10);
	memcpy(text, before, sizeof before - 1);
	while (count > 0)
		text[length++] = digits[--count];
	memcpy(text + length, after, sizeof after - 1);
	length += sizeof after - 1;
	if (write(STDERR_FILENO, text, length) < 0)
		return; /* nobody is left to be told */
}

/* Tells of one child that was reaped. */
static void
tell_reaped(enum report_call call, pid_t child, int status)
{
	if (caught.reporter.fd >= 0)
		report_from_handler(REPORT_CALL, call, child, status);
	else
		say_terminated(child);
}

/* SIGCHLD: one wait, or waitpid until no child is left that has ended. */
static void
handle_sigchld(int number)
{
	int saved = errno, status;
	pid_t child;
	report_from_handler(REPORT_CAUGHT, CALL_NONE, 0, number);
	if (caught.reap == REAP_WAIT) {
		if ((child = wait(&status)) > 0)
			tell_reaped(CALL_WAIT, child, status);
	} else {
		while ((child = waitpid(-1, &status, WNOHANG)) > 0)
			tell_reaped(CALL_WAITPID, child, status);
	}
	errno = saved;
}

/* SIGUSR1: only interrupts what was going on. */
static void
handle_sigusr1(int number)
{
	report_from_handler(REPORT_CAUGHT, CALL_NONE, 0, number);
}

/* SIGUSR2: the connection ends with a RST instead of a FIN, as if the host had
 * forgotten it. */
static void
handle_sigusr2(int number)
{
	struct linger linger = {.l_onoff = 1, .l_linger = 0};
	report_from_handler(REPORT_CAUGHT, CALL_NONE, 0, number);
	if (caught.connfd >= 0)
		(void)setsockopt(caught.connfd, SOL_SOCKET, SO_LINGER, &linger,
		    sizeof linger);
	_exit(0);
}

/* SIGTERM, when it is caught: the kernel closes everything at the exit. */
static void
handle_sigterm(int number)
{
	report_from_handler(REPORT_CAUGHT, CALL_NONE, 0, number);
	_exit(0);
}

/* sigaction(2), which can fail only by a mistake in this file. */
static void
set_disposition(int number, void (*handler)(int), bool restart)
{
	struct sigaction action = {.sa_handler = handler};
	(void)sigfillset(&action.sa_mask);
	action.sa_flags = (restart ? SA_RESTART : 0) |
	    (number == SIGCHLD ? SA_NOCLDSTOP : 0);
	if (sigaction(number, &action, NULL) < 0)
		server_die("sigaction", errno, NULL);
}

/* The dispositions of the parent.  SIGPIPE is put back to its default: whoever
 * started the program may have left it ignored, and a mask too. */
void
signals_install(const struct server *server)
{
	static void (*const sigchld[])(int) = {
		[REAP_NONE] = SIG_DFL,
		[REAP_WAIT] = handle_sigchld,
		[REAP_WAITPID] = handle_sigchld,
		[REAP_IGNORE] = SIG_IGN,
	};
	const struct options *options = &server->options;
	sigset_t none;
	caught.reporter = server->reporter;
	caught.reap = options->reap;
	set_disposition(SIGCHLD, sigchld[options->reap], options->sa_restart);
	set_disposition(SIGUSR1, handle_sigusr1, options->sa_restart);
	set_disposition(SIGUSR2, handle_sigusr2, false);
	set_disposition(SIGTERM, options->sigterm_catch ? handle_sigterm : SIG_DFL,
	    false);
	set_disposition(SIGPIPE, SIG_DFL, false);
	(void)sigemptyset(&none);
	signals_restore(&none);
}

void
signals_block(sigset_t *before)
{
	sigset_t all;
	(void)sigfillset(&all);
	if (sigprocmask(SIG_SETMASK, &all, before) < 0)
		server_die("sigprocmask", errno, NULL);
}

void
signals_restore(const sigset_t *before)
{
	if (sigprocmask(SIG_SETMASK, before, NULL) < 0)
		server_die("sigprocmask", errno, NULL);
}

void
signals_enter_child(const struct server *server)
{
	caught.reporter = server->reporter;
	caught.local = server->local;
	caught.peer = server->peer;
	caught.connfd = server->connfd;
	set_disposition(SIGCHLD, SIG_DFL, false);
	if (server->options.sigpipe_ignore)
		set_disposition(SIGPIPE, SIG_IGN, false);
}
