/* expect.c: what an expectation wants to hold, and what holds instead.
 *
 * Those about a state look at the moment now, but never at one that was read
 * before the expectation began.  Those about events look at the log since the
 * last command that acts began.  echo takes, in order, what came back. */
#include "commands.h"
#include "end_words.h"
#include "escape.h"
#include "expect_internal.h"
#include "host_silence.h"
#include "server_state.h"
#include "session_state.h"
#include "signal_name.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

/* How long a reading of the socket table is waited for. */
#define READING_NS SECONDS(2)
#define KERNEL_NS MILLISECONDS(250) /* between two looks at what only the kernel tells */

enum verdict { FAILS_FOR_GOOD = -1, NOT_YET, HOLDS };

/* Where the next echo of a connection that no expectation took may be. */
static uint64_t *
taken_of(struct session *session, unsigned conn)
{
	size_t kept = 0;
	for (size_t i = 0; i < session->taken_count; i++)
		if (session->taken[i].conn == conn)
			return &session->taken[i].next;
	/* where the log no longer has what was taken, there is nothing to remember */
	for (size_t i = 0; i < session->taken_count; i++)
		if (session->taken[i].next > log_first(session->world.log))
			session->taken[kept++] = session->taken[i];
	session->taken_count = kept;
	struct taken *larger = realloc(session->taken,
	    (session->taken_count + 1) * sizeof *larger);
	if (larger == NULL)
		return NULL;
	session->taken = larger;
	larger[session->taken_count] = (struct taken){.conn = conn};
	return &larger[session->taken_count++].next;
}

/* Are these the bytes that came, or how they are shown ("hi^M", for a line that ends with
 * CR and LF)? */
static bool
is_text(const struct event *event, const char *text)
{
	if (event->length == strlen(text) && memcmp(event->text, text, event->length) == 0)
		return true;
	char *visible = escape_text(event->text, event->length);
	bool same = visible != NULL && strcmp(visible, text) == 0;
	free(visible);
	return same;
}

/* The oldest line that no earlier expectation took. */
static enum verdict
judge_echo(struct session *session, const struct expectation *expectation,
    char *got, size_t size)
{
	unsigned conn = log_now(session->world.log)->current;
	uint64_t *next = taken_of(session, conn);
	snprintf(got, size, "nothing");
	if (next == NULL)
		return NOT_YET;
	if (*next < log_first(session->world.log))
		*next = log_first(session->world.log);
	for (; *next < log_end(session->world.log); ++*next) {
		const struct event *event = log_event(session->world.log, *next);
		if (event->type != EVENT_ECHO || event->line.conn != conn)
			continue;
		++*next; /* taken, whatever it says */
		if (is_text(event, expectation->text))
			return HOLDS;
		escape_into(got, size, event->text, event->length < 200 ? event->length : 200);
		return FAILS_FOR_GOOD;
	}
	return NOT_YET;
}

/* Is this the failed call, or the end of file, that is expected? */
static bool
call_matches(const struct expectation *expectation, const struct event_call *call)
{
	if (expectation->call != CALL_NONE && call->call != expectation->call)
		return false;
	if (expectation->what == EXPECT_EOF)
		return call->call == CALL_READ && call->result == 0;
	return call->result < 0 && call->error == expectation->number;
}

/* What a call came to, for got. */
static void
describe_call(const struct event_call *call, char *got, size_t size)
{
	if (call->result < 0)
		snprintf(got, size, "%s %s", event_call_name(call->call),
		    errno_name(call->error));
	else if (call->call == CALL_READ && call->result == 0)
		snprintf(got, size, "read end of file");
}

/* A call of this side since the last command that acts began. */
static enum verdict
judge_call(struct session *session, const struct expectation *expectation,
    char *got, size_t size)
{
	bool server = expectation->what == EXPECT_SERVER_ERRNO;
	snprintf(got, size, "no such call");
	for (uint64_t i = session->acting_mark; i < log_end(session->world.log); i++) {
		const struct event *event = log_event(session->world.log, i);
		if (event == NULL || event->type != EVENT_CALL ||
		    (event->call.role == ROLE_CLIENT) == server)
			continue;
		if (call_matches(expectation, &event->call))
			return HOLDS;
		describe_call(&event->call, got, size);
	}
	return NOT_YET;
}

/* So many bytes written or read by the client on the current connection since
 * then. */
static enum verdict
judge_bytes(struct session *session, const struct expectation *expectation,
    char *got, size_t size)
{
	enum report_call call = expectation->what == EXPECT_SENT ? CALL_WRITE : CALL_READ;
	unsigned conn = log_now(session->world.log)->current;
	int64_t bytes = 0;
	for (uint64_t i = session->acting_mark; i < log_end(session->world.log); i++) {
		const struct event *event = log_event(session->world.log, i);
		if (event != NULL && event->type == EVENT_CALL &&
		    event->call.role == ROLE_CLIENT && event->call.conn == conn &&
		    event->call.call == call && event->call.result > 0)
			bytes += event->call.result;
	}
	snprintf(got, size, "%" PRId64, bytes);
	return bytes == expectation->number ? HOLDS : NOT_YET;
}

/* Is this the end of a process that is meant: the client's, the server's, that of
 * the child of the current connection? */
static bool
is_end_meant(const struct session *session, const struct expectation *expectation,
    const struct event *event)
{
	const struct moment *now = log_now(session->world.log);
	const struct moment_connection *current = moment_connection(now, now->current);
	if (event == NULL || event->type != EVENT_PROCESS ||
	    event->process.row.role != expectation->role || !event->process.end.known)
		return false;
	return expectation->role != ROLE_CHILD ||
	    event->process.row.conn == now->current ||
	    (current != NULL && event->process.row.pid == current->child);
}

/* The process that is meant; 0 when none runs. */
static pid_t
pid_meant(const struct session *session, enum report_role role)
{
	const struct moment *now = log_now(session->world.log);
	const struct moment_connection *connection =
	    moment_connection(now, now->current);
	if (role == ROLE_CLIENT)
		return session->world.client.pid;
	if (role == ROLE_SERVER)
		return session->world.server.pid;
	return connection != NULL && !connection->child_ended ? connection->child : 0;
}

/* What became of it before then, if it has ended and none runs in its place. */
static void
describe_earlier_end(const struct session *session, const struct expectation *expectation,
    char *got, size_t size)
{
	const struct log *log = session->world.log;
	char words[END_WORDS];
	uint64_t number = session->acting_mark;
	if (pid_meant(session, expectation->role) != 0)
		return;
	while ((number = log_find_back(log, number, log_first(log),
	    LOG_TYPE(EVENT_PROCESS))) != UINT64_MAX) {
		const struct event *event = log_event(log, number);
		if (!is_end_meant(session, expectation, event))
			continue;
		snprintf(got, size, "it ended before the last command: %s",
		    end_words(event->process.end.status, END_AS_GOT, words));
		return;
	}
}

/* The end of the client, the server or a child since then. */
static enum verdict
judge_end(struct session *session, const struct expectation *expectation,
    char *got, size_t size)
{
	char words[END_WORDS];
	snprintf(got, size, "it has not ended");
	describe_earlier_end(session, expectation, got, size);
	for (uint64_t i = session->acting_mark; i < log_end(session->world.log); i++) {
		const struct event *event = log_event(session->world.log, i);
		if (!is_end_meant(session, expectation, event))
			continue;
		int status = event->process.end.status;
		bool killed = WIFSIGNALED(status);
		int number = killed ? WTERMSIG(status) : WEXITSTATUS(status);
		if (killed == (expectation->what == EXPECT_SIGNAL) &&
		    number == expectation->number)
			return HOLDS;
		snprintf(got, size, "%s", end_words(status, END_AS_GOT, words));
	}
	return NOT_YET;
}

/* So many children reaped since then. */
static enum verdict
judge_reaped(struct session *session, const struct expectation *expectation,
    char *got, size_t size)
{
	long count = 0;
	for (uint64_t i = session->acting_mark; i < log_end(session->world.log); i++) {
		const struct event *event = log_event(session->world.log, i);
		if (event != NULL && event->type == EVENT_PROCESS &&
		    event->process.what == PROCESS_REAPED &&
		    event->process.row.role == ROLE_CHILD)
			count++;
	}
	snprintf(got, size, "%ld", count);
	return count == expectation->number ? HOLDS : NOT_YET;
}

/* A state of a connection's end, now. */
static enum verdict
judge_state(struct session *session, const struct expectation *expectation,
    char *got, size_t size)
{
	const struct moment *now = log_now(session->world.log);
	const struct moment_connection *connection = moment_connection(now,
	    expectation->conn != 0 ? expectation->conn : now->current);
	enum tcp_state state = connection == NULL ? STATE_GONE :
	    expectation->end == END_CLIENT ? connection->client : connection->server;
	snprintf(got, size, "%s", tcp_state_name(state));
	return (long)state == expectation->number ? HOLDS : NOT_YET;
}

/* What a process does about a signal, as the kernel says right now. */
static enum verdict
judge_disposition(struct session *session, const struct expectation *expectation,
    char *got, size_t size)
{
	struct process_signals signals;
	pid_t pid = pid_meant(session, expectation->role);
	uint64_t bit = UINT64_C(1) << (expectation->number - 1);
	if (pid == 0 || process_signals_read(&signals, pid) < 0) {
		snprintf(got, size, "no such process");
		return NOT_YET;
	}
	bool is[DISPOSITIONS] = {
		[SIGNAL_IGNORED] = signals.ignored & bit,
		[SIGNAL_CAUGHT] = signals.caught & bit,
		[SIGNAL_BLOCKED] = signals.blocked & bit,
		[SIGNAL_PENDING] = (signals.pending | signals.shared_pending) & bit,
	};
	is[SIGNAL_DEFAULT] = !is[SIGNAL_IGNORED] && !is[SIGNAL_CAUGHT];
	size_t used = 0;
	for (int i = 0; i < DISPOSITIONS && used < size; i++)
		if (is[i])
			used += (size_t)snprintf(got + used, size - used, "%s%s",
			    used > 0 ? ", " : "", disposition_name((enum disposition)i));
	return is[expectation->disposition] ? HOLDS : NOT_YET;
}

/* Does it look at a table that must have been read since? */
static bool
needs_fresh_table(const struct expectation *expectation)
{
	return expectation->what == EXPECT_STATE ||
	    expectation->what == EXPECT_LISTENING;
}

/* Has that table not been read since?  Then nothing can be said of it. */
static bool
is_stale(const struct session *session, const struct running *running)
{
	return needs_fresh_table(running->expectation) &&
	    socket_watch_read_at(session->world.sockets) < running->begun_at;
}

/* Does it ask of a host that nobody can look into? */
static bool
asks_of_dark_host(const struct session *session,
    const struct expectation *expectation)
{
	if (!host_is_dark(&session->world))
		return false;
	return expectation->what == EXPECT_LISTENING ||
	    expectation->what == EXPECT_CHILDREN ||
	    expectation->what == EXPECT_ZOMBIES ||
	    (expectation->what == EXPECT_DISPOSITION &&
	    expectation->role != ROLE_CLIENT) ||
	    (expectation->what == EXPECT_STATE && expectation->end == END_SERVER);
}

/* Does it ask of processes that nobody here may see? */
static bool
asks_of_hidden_server(const struct session *session,
    const struct expectation *expectation)
{
	return server_is_hidden(&session->world) && (expectation->what == EXPECT_CHILDREN ||
	    expectation->what == EXPECT_ZOMBIES || expectation->what == EXPECT_REAPED);
}

/* Does it ask of the server's side of another machine, of which nothing is seen here? */
static bool
asks_of_far_host(const struct session *session, const struct expectation *expectation)
{
	if (session->world.host_is_local)
		return false;
	switch (expectation->what) {
	case EXPECT_SERVER_ERRNO:
	case EXPECT_LISTENING:
	case EXPECT_CHILDREN:
	case EXPECT_ZOMBIES:
	case EXPECT_REAPED:
		return true;
	case EXPECT_STATE:
		return expectation->end == END_SERVER;
	case EXPECT_EXIT:
	case EXPECT_SIGNAL:
	case EXPECT_DISPOSITION:
		return expectation->role != ROLE_CLIENT;
	case EXPECT_ECHO:
	case EXPECT_EOF:
	case EXPECT_ERRNO:
	case EXPECT_SENT:
	case EXPECT_RECEIVED:
		break;
	}
	return false;
}

/* A number that the moment tells. */
static enum verdict
judge_count(const struct expectation *expectation, long count, char *got, size_t size)
{
	if (expectation->what == EXPECT_LISTENING)
		snprintf(got, size, "%s", count ? "yes" : "no");
	else
		snprintf(got, size, "%ld", count);
	return count == expectation->number ? HOLDS : NOT_YET;
}

/* Does it hold now? */
static enum verdict
judge(struct session *session, const struct running *running, char *got,
    size_t size)
{
	const struct expectation *expectation = running->expectation;
	const struct moment *now = log_now(session->world.log);
	if (asks_of_far_host(session, expectation)) {
		snprintf(got, size, "nothing: the server is on another machine, and cannot be seen "
		    "from here");
		return FAILS_FOR_GOOD;
	}
	if (asks_of_dark_host(session, expectation)) {
		snprintf(got, size, "host down");
		return FAILS_FOR_GOOD;
	}
	if (asks_of_hidden_server(session, expectation)) {
		snprintf(got, size, "the server is another user's: only they or root see its "
		    "processes");
		return FAILS_FOR_GOOD;
	}
	if (is_stale(session, running)) {
		snprintf(got, size, "the socket table could not be read");
		return NOT_YET;
	}
	switch (expectation->what) {
	case EXPECT_ECHO:
		return judge_echo(session, expectation, got, size);
	case EXPECT_EOF:
	case EXPECT_ERRNO:
	case EXPECT_SERVER_ERRNO:
		return judge_call(session, expectation, got, size);
	case EXPECT_STATE:
		return judge_state(session, expectation, got, size);
	case EXPECT_LISTENING:
		return judge_count(expectation, moment_is_listening(now), got, size);
	case EXPECT_CHILDREN:
		return judge_count(expectation, moment_children(now), got, size);
	case EXPECT_ZOMBIES:
		return judge_count(expectation, moment_zombies(now), got, size);
	case EXPECT_EXIT:
	case EXPECT_SIGNAL:
		return judge_end(session, expectation, got, size);
	case EXPECT_REAPED:
		return judge_reaped(session, expectation, got, size);
	case EXPECT_DISPOSITION:
		return judge_disposition(session, expectation, got, size);
	case EXPECT_SENT:
	case EXPECT_RECEIVED:
		return judge_bytes(session, expectation, got, size);
	}
	return FAILS_FOR_GOOD;
}

/* Tells how it came out. */
static void
tell_verdict(struct session *session, const struct running *running, bool pass,
    const char *got)
{
	struct event event = {.time = loop_now(session->world.loop), .type = EVENT_EXPECT};
	event.expect.pass = pass;
	event_set_text(&event, running->arguments, strlen(running->arguments));
	if (!pass)
		event.detail = strdup(got);
	if (!pass)
		session->world.failed = true;
	world_append(&session->world, &event);
}

/* expect WHAT ... */
void
take_expect(struct running *running, const char *arguments)
{
	running->expectation = expectation_parse(arguments, running->error,
	    sizeof running->error);
}

void
command_expect(struct session *session, struct running *running)
{
	if (needs_fresh_table(running->expectation))
		socket_watch_force(session->world.sockets);
	socket_watch_look_soon(session->world.sockets);
	process_watch_look_soon(session->world.processes);
}

/* When the verdict can come without an event: what holds has held long enough; the time is
 * over; the kernel says of a disposition what no event tells. */
static int64_t
next_look(const struct session *session, const struct running *running)
{
	const struct expectation *expectation = running->expectation;
	int64_t now = loop_now(session->world.loop);
	int64_t at = running->begun_at + expectation->within;
	if (expectation->held_since != 0)
		return expectation->held_since + expectation->hold;
	if (at <= now) /* the table is waited for */
		at = running->begun_at + READING_NS;
	if (expectation->what == EXPECT_DISPOSITION && at > now + KERNEL_NS)
		at = now + KERNEL_NS;
	return at;
}

/* Holds long enough, or fails; false: neither is known yet. */
static bool
is_judged(struct session *session, struct running *running)
{
	struct expectation *expectation = running->expectation;
	char got[256] = "";
	int64_t now = loop_now(session->world.loop);
	int64_t deadline = running->begun_at + expectation->within;
	bool came_late;
	if (expectation->what == EXPECT_ECHO && expectation->held_since != 0) {
		if (now - expectation->held_since < expectation->hold)
			return false;
		tell_verdict(session, running, true, NULL);
		return true;
	}
	switch (judge(session, running, got, sizeof got)) {
	case HOLDS:
		if (expectation->held_since == 0)
			expectation->held_since = now > 0 ? now : 1;
		if (now - expectation->held_since < expectation->hold)
			return false;
		tell_verdict(session, running, true, NULL);
		return true;
	case NOT_YET:
		expectation->held_since = 0;
		/* however little time it was given, one reading it may wait for */
		if (is_stale(session, running) && now < running->begun_at + READING_NS)
			return false;
		if (!session_time_is_over(session, deadline, &came_late)) {
			if (came_late)
				command_expect(session, running);
			return false;
		}
		break;
	case FAILS_FOR_GOOD:
		break;
	}
	tell_verdict(session, running, false, got);
	return true;
}

/* Is its verdict known?  Else when it is asked again. */
bool
expect_done(struct session *session, struct running *running)
{
	bool judged = is_judged(session, running);
	if (!judged)
		running->look_at = next_look(session, running);
	if (!judged && running->read_until > loop_now(session->world.loop))
		running->look_at = running->read_until;
	return judged;
}
