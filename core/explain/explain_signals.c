/* explain_signals.c: the signals that are met here.
 *
 * signal(7), sigaction(2), kill(2). */
#include "explain_internal.h"

#include "signal_name.h"

#include <signal.h>
#include <string.h>

struct signal_text {
	int number;
	struct explain_text text;
};

static const struct signal_text signals[] = {
	{SIGPIPE, {
		.is = "The kernel's answer to a write that nobody can read any more. By default "
		    "it kills the process without a word.",
		.led = "A write on a socket whose connection a RST has ended, or that has sent "
		    "its own FIN. (A RST after a FIN: the first write draws it, the second one "
		    "raises the signal.)",
		.ends = "Ignored or caught, the process lives on and write returns EPIPE. client "
		    "sigpipe ignore; MSG_NOSIGNAL does it for one call.",
		.differs = "All systems agree. The signal goes to the process that wrote, inside "
		    "of its write: that call returns only if it survives.",
		.section = "5.13"}},
	{SIGCHLD, {
		.is = "The kernel tells a parent that a child has ended (or was stopped). By "
		    "default it is ignored, and the child stays a zombie all the same.",
		.led = "A child ended: by exit, or by a signal.",
		.ends = "Its handler should call waitpid with WNOHANG in a loop: signals do not "
		    "queue, one can stand for several children. wait once for each signal leaves "
		    "zombies.",
		.differs = "Set to SIG_IGN on purpose, no zombies come on System V, Linux and by "
		    "POSIX since 2001; POSIX 1990 left it open, and old Berkeley kernels keep "
		    "them. Without SA_RESTART it also interrupts accept (EINTR).",
		.section = "5.9"}},
	{SIGKILL, {
		.is = "It ends a process at once: it can be neither caught, blocked nor ignored.",
		.led = "Somebody sent it: a user, the host at its shutdown, or the kernel when "
		    "memory is short.",
		.ends = "The process is dead; the kernel closes its sockets: a FIN each, or a "
		    "RST where data was not read. Its parent gets SIGCHLD.",
		.differs = "It acts on a stopped process, too. A zombie it cannot end: that is "
		    "dead already.",
		.section = "5.12"}},
	{SIGTERM, {
		.is = "The request to end: by default the process dies, but it may catch it and "
		    "tidy up first.",
		.led = "kill without a signal's name, or init at the shutdown of the host: to "
		    "every process, some seconds before SIGKILL.",
		.ends = "By default the kernel closes the sockets: FIN. A server that catches it "
		    "closes its listener and ends by itself.",
		.differs = "Its handler must be installed without SA_RESTART, or accept is "
		    "resumed and the server goes on until the SIGKILL. 5 to 20 s lie between the "
		    "two in the book; systemd waits 90 s.",
		.section = "5.16"}},
	{SIGSTOP, {
		.is = "It stops a process (STAT T): it can be neither caught, blocked nor ignored.",
		.led = "Somebody sent it: server pause, or the crash of a host, which is made "
		    "with it.",
		.ends = "SIGCONT; or SIGKILL, which needs no SIGCONT before it. Other signals "
		    "wait meanwhile (ShdPnd).",
		.differs = "Its TCP goes on: the kernel shakes hands, acknowledges and keeps "
		    "what comes until the buffers are full. Only the process stands still.",
		.section = "5.8"}},
	{SIGCONT, {
		.is = "It lets a stopped process go on; signals that waited are delivered then.",
		.led = "Somebody sent it: server resume.",
		.ends = "Nothing is left of it. One that was not stopped ignores it by default.",
		.differs = "On Linux SIGSTOP and SIGCONT do not interrupt accept or read, unless "
		    "SO_RCVTIMEO is set; epoll_wait and a few others give EINTR then, even "
		    "without a handler (signal(7)).",
		.section = "5.8"}},
	{SIGINT, {
		.is = "Ctrl-C at the terminal: to every process in its foreground. By default it "
		    "ends them.",
		.led = "Somebody sent it. Server and client here have process groups of their "
		    "own, so Ctrl-C does not reach them.",
		.ends = "Caught or ignored, the process goes on.",
		.differs = "All systems agree.",
		.section = "5.8"}},
	{SIGHUP, {
		.is = "The terminal is gone. By default it ends the process; daemons take it as: "
		    "read your configuration again.",
		.led = "The terminal was closed, or somebody sent it.",
		.ends = "Caught or ignored, the process goes on.",
		.differs = "All systems agree.",
		.section = "5.8"}},
	{SIGALRM, {
		.is = "A timer of the process has run out (alarm, setitimer). By default it ends "
		    "the process.",
		.led = "alarm was called some seconds ago: here, to interrupt connect (connect "
		    "--interrupt).",
		.ends = "Its handler returns, and the call that slept gives EINTR.",
		.differs = "The book's own signal function leaves SA_RESTART out for this signal "
		    "alone: an alarm is there to interrupt.",
		.section = "5.8"}},
	{SIGUSR1, {
		.is = "A signal without a meaning of its own. By default it ends the process.",
		.led = "Somebody sent it.",
		.ends = "Caught, its handler runs, and a slow call may return EINTR.",
		.differs = "All systems agree.",
		.section = "5.8"}},
};

static const struct explain_text otherwise = {
	.is = "A notification from the kernel: a software interrupt. Its disposition says what "
	    "happens: default (mostly death), ignored, or caught by a handler.",
	.led = "Somebody sent it, with kill or from the menu, or the kernel did.",
	.ends = "A handler returns, and the process goes on; a slow call that slept returns "
	    "EINTR, unless SA_RESTART resumes it.",
	.differs = "POSIX signals do not queue: sent twice while blocked, it is delivered once. "
	    "Only the real-time signals (SIGRTMIN and up) queue.",
	.section = "5.8",
};

const struct explain_text *
explain_signal_text(int number)
{
	for (size_t i = 0; i < sizeof signals / sizeof *signals; i++)
		if (signals[i].number == number)
			return &signals[i].text;
	return &otherwise;
}

/* A signal, and whom it killed. */
struct concern {
	int number;
	pid_t pid;       /* 0: anybody */
	unsigned conn;
};

/* Does the event tell of it? */
static bool
is_about(const struct event *event, const void *context)
{
	const struct concern *concern = context;
	switch ((int)event->type) {
	case EVENT_SIGNAL:
		return event->signal.number == concern->number;
	case EVENT_PROCESS:
		return concern->pid != 0 && event->process.row.pid == concern->pid &&
		    event->process.what != PROCESS_CHANGED;
	case EVENT_CALL:
		return concern->pid != 0 && event->call.pid == concern->pid &&
		    event->call.result <= 0;
	case EVENT_STATE:
		return concern->conn != 0 && event->state.conn == concern->conn;
	default:
		return false;
	}
}

/* A signal: as the last thing that happened to a call, when it was. */
void
explain_signal(struct explain_writer *writer, int number)
{
	const struct moment_errno *last = &writer->view->moment->last;
	struct concern concern = {.number = number};
	char word[EXPLAIN_WORD], time[EXPLAIN_WORD];
	const char *description = strsignal(number);
	explain_name(writer, "%s (%d): %s", signal_name(number), number,
	    description != NULL ? description : "?");
	explain_write(writer, explain_signal_text(number));
	if (last->any && last->signal == number) {
		explain_say(writer, EXPLAIN_IS, "Here %s died of it in %s, at %s: no errno, the "
		    "call never returned.",
		    explain_process_word(writer->view, last->call.pid, word),
		    event_call_name(last->call.call), explain_time(last->time, time));
		explain_say(writer, EXPLAIN_LED, "Here: %s", last->why);
		concern.pid = last->call.pid;
		concern.conn = last->call.conn;
	}
	explain_tell(writer, writer->view->end, is_about, &concern);
}
