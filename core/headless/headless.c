#include "headless.h"

#include "byte_order_mark.h"
#include "cannot_start.h"
#include "say_failure.h"
#include "event_line.h"
#include "exit_status.h"
#include "lesson.h"
#include "lines_out.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/signalfd.h>
#include <unistd.h>

enum { LINE_LIMIT = 1 << 20, READ_AT_ONCE = 65536 };

struct headless {
	struct session *session;
	int in, signals;
	struct lines_out out;
	enum line_form form;
	struct watch *signal_watch;
	struct watch *input;      /* NULL: a file, which epoll does not take */
	bool input_ended;
	int signal;               /* that asked us to end, 0 */
	struct lesson *lesson;    /* that is played; NULL: lines are read */
	bool skipping;            /* the rest of a line that is too long */
	unsigned long lines;      /* so far */
	char *buffer;             /* of the line that is not whole yet */
	size_t length, room;
};

/* An event: one line of output. */
static void
headless_event(void *context, const struct event *event, const struct moment *now)
{
	struct headless *headless = context;
	char *text = event_line(event, session_log(headless->session), now,
	    headless->form);
	if (text != NULL)
		lines_out_write(&headless->out, text);
	free(text);
}

/* Hands over a line of so many bytes, behind which there is room for one more. */
static void
headless_line(struct headless *headless, char *line, size_t length)
{
	size_t mark = headless->lines++ == 0 ? byte_order_mark(line, length) : 0;
	bool skipping = headless->skipping;
	headless->skipping = false;
	if (length > mark && line[length - 1] == '\r')
		length--;
	line[length] = '\0';
	if (skipping)
		return;
	if (strlen(line) < length)
		session_error(headless->session, "line %lu holds a NUL byte: it is left out, "
		    "commands are text", headless->lines);
	else
		session_submit(headless->session, line + mark, SOURCE_STDIN);
}

/* Hands over each whole line, and what is left when the input has ended. */
static void
headless_lines(struct headless *headless)
{
	size_t begun = 0;
	for (;;) {
		char *newline = headless->length == begun ? NULL :
		    memchr(headless->buffer + begun, '\n', headless->length - begun);
		if (newline == NULL)
			break;
		headless_line(headless, headless->buffer + begun,
		    (size_t)(newline - headless->buffer) - begun);
		begun = (size_t)(newline + 1 - headless->buffer);
	}
	if (headless->input_ended && headless->length > begun) {
		headless_line(headless, headless->buffer + begun, headless->length - begun);
		begun = headless->length;
	}
	if (begun > 0)
		memmove(headless->buffer, headless->buffer + begun,
		    headless->length - begun);
	headless->length -= begun;
}

/* Nothing more is read: the end of the input quits. */
static void
headless_end_input(struct headless *headless)
{
	headless->input_ended = true;
	loop_unwatch(session_loop(headless->session), headless->input);
	headless->input = NULL;
	if (!session_submit(headless->session, "quit", SOURCE_STDIN))
		session_quit(headless->session, SOURCE_STDIN);
}

/* Reads what is there. */
static void
headless_read(void *context, uint32_t events)
{
	struct headless *headless = context;
	(void)events;
	if (headless->room - headless->length < READ_AT_ONCE + 1) {
		size_t room = headless->length + READ_AT_ONCE + 1;
		char *larger = realloc(headless->buffer, room);
		if (larger == NULL) {
			session_error(headless->session, "out of memory for the next lines: end "
			    "other programs, or raise ulimit -v");
			headless->length = 0;
			headless_end_input(headless);
			return;
		}
		headless->buffer = larger;
		headless->room = room;
	}
	ssize_t size = read(headless->in, headless->buffer + headless->length,
	    READ_AT_ONCE);
	if (size < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	if (size < 0)
		session_error(headless->session, "cannot read commands: %s", strerror(errno));
	headless->input_ended = size <= 0;
	if (size > 0)
		headless->length += (size_t)size;
	headless_lines(headless);
	if (headless->length > LINE_LIMIT) {
		if (!headless->skipping)
			session_error(headless->session, "a line has more than %d bytes: it is "
			    "left out", LINE_LIMIT);
		headless->skipping = true;
		headless->length = 0;
	}
	if (headless->input_ended)
		headless_end_input(headless);
}

/* A signal asks us to end. */
static void
headless_signal(void *context, uint32_t events)
{
	struct headless *headless = context;
	struct signalfd_siginfo info;
	(void)events;
	if (read(headless->signals, &info, sizeof info) == sizeof info)
		headless->signal = (int)info.ssi_signo;
}

/* SIGINT, SIGTERM, SIGHUP by descriptor; SIGPIPE is told by write. */
static bool
headless_signals(struct headless *headless)
{
	sigset_t set;
	sigemptyset(&set);
	sigaddset(&set, SIGINT);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGHUP);
	sigaddset(&set, SIGPIPE);
	if (sigprocmask(SIG_BLOCK, &set, NULL) < 0)
		return false;
	sigdelset(&set, SIGPIPE);
	headless->signals = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
	if (headless->signals < 0)
		return false;
	headless->signal_watch = loop_watch(session_loop(headless->session),
	    headless->signals, EPOLLIN, headless_signal, headless);
	return headless->signal_watch != NULL;
}

/* Rounds of the loop until the end. */
static void
headless_loop(struct headless *headless)
{
	struct session *session = headless->session;
	while (!session_has_ended(session) && headless->signal == 0 &&
	    !headless->out.stopped && !headless->out.broken) {
		bool file = headless->lesson == NULL && headless->input == NULL &&
		    !headless->input_ended;
		if (file)
			headless_read(headless, 0);
		if (session_round(session, file ? 0 : -1) < 0)
			break;
		if (headless->lesson == NULL)
			continue;
		lesson_step(headless->lesson);
		if (lesson_state(headless->lesson) == LESSON_OVER)
			break;
	}
	if (headless->out.stopped)
		headless_signal(headless, EPOLLIN);
	if (!session_has_ended(session))
		session_quit(session, headless->lesson != NULL ? SOURCE_SCRIPT : SOURCE_STDIN);
}

/* Listens to signals and to the log, for this descriptor; 0, or the exit status. */
static int
headless_begin(struct headless *headless, int out)
{
	bool listens = headless_signals(headless);
	lines_out_open(&headless->out, out, headless->signals);
	if (!listens ||
	    log_subscribe(session_log(headless->session), headless_event, headless) < 0) {
		char error[SESSION_ERROR];
		int status = cannot_start(error, sizeof error,
		    "reading signals (signalfd, epoll_ctl)", errno);
		return say_failure(status, "%s", error);
	}
	session_begin(headless->session);
	return 0;
}

/* The last event, and the exit status. */
static int
headless_end(struct headless *headless)
{
	struct session *session = headless->session;
	int status = headless->signal != 0 ? 128 + headless->signal :
	    session_has_failed(session) || headless->out.broken;
	struct event event = {.time = loop_now(session_loop(session)), .type = EVENT_END};
	event.end.status = status;
	log_append(session_log(session), &event);
	log_unsubscribe(session_log(session), headless_event, headless);
	return status;
}

/* Gives the descriptors and the line back. */
static void
headless_release(struct headless *headless)
{
	loop_unwatch(session_loop(headless->session), headless->signal_watch);
	if (headless->signals >= 0)
		close(headless->signals);
	lines_out_close(&headless->out);
	free(headless->buffer);
}

/* The session without a screen. */
int
headless_run(struct session *session, int in, int out, bool json)
{
	struct headless headless = {.session = session, .in = in, .form = line_form(json),
	    .signals = -1};
	int status = headless_begin(&headless, out);
	if (status == 0) {
		headless.input = loop_watch(session_loop(session), in, EPOLLIN,
		    headless_read, &headless);
		headless_loop(&headless);
		status = headless_end(&headless);
	}
	headless_release(&headless);
	return status;
}

int
headless_play(struct session *session, const struct scenario *scenario, int out,
    bool json)
{
	struct headless headless = {.session = session, .in = -1, .form = line_form(json),
	    .signals = -1};
	int status = headless_begin(&headless, out);
	if (status != 0) {
		headless_release(&headless);
		return status;
	}
	if (!session_owns_server(session)) {
		status = say_failure(STATUS_NOT_HERE, "%s: a lesson needs a server of its own: "
		    "name this machine and a free PORT, without --no-server",
		    scenario->name);
		session_quit(session, SOURCE_SCRIPT);
	} else if ((headless.lesson = lesson_new(session, scenario, false)) != NULL) {
		headless_loop(&headless);
		bool whole = lesson_state(headless.lesson) == LESSON_OVER;
		status = headless_end(&headless);
		if (status == 0 && (!whole || lesson_has_failed(headless.lesson)))
			status = 1;
	}
	lesson_free(headless.lesson);
	headless_release(&headless);
	return status;
}

void
headless_tell(const struct event *event, int out, bool json)
{
	struct lines_out lines;
	struct moment none;
	moment_init(&none);
	lines_out_open(&lines, out, -1);
	char *text = event_line(event, NULL, &none, line_form(json));
	if (text != NULL)
		lines_out_write(&lines, text);
	free(text);
	lines_out_close(&lines);
	moment_release(&none);
}
