/* expect.c: expectations: what is to hold, and what holds instead.
 *
 * Those about a state look at the moment now, but never at one that was read
 * before the expectation began.  Those about events look at the log since the
 * last command that acts began.  echo takes, in order, what came back. */
#include "expect.h"

#include "arguments.h"
#include "commands.h"
#include "session_internal.h"
#include "signal_name.h"

#include <ctype.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

/* How long a reading of the socket table is waited for. */
#define READING_NS SECONDS(2)

enum expect_what {
	EXPECT_ECHO, EXPECT_EOF, EXPECT_ERRNO, EXPECT_SERVER_ERRNO, EXPECT_STATE,
	EXPECT_LISTENING, EXPECT_CHILDREN, EXPECT_ZOMBIES, EXPECT_EXIT,
	EXPECT_SIGNAL, EXPECT_REAPED, EXPECT_DISPOSITION, EXPECT_SENT, EXPECT_RECEIVED
};

/* What a process can do about a signal, and where one that was sent can be. */
enum disposition {
	SIGNAL_DEFAULT, SIGNAL_IGNORED, SIGNAL_CAUGHT, SIGNAL_BLOCKED, SIGNAL_PENDING,
	DISPOSITIONS
};

static const char *const disposition_names[DISPOSITIONS] = {
	[SIGNAL_DEFAULT] = "default", [SIGNAL_IGNORED] = "ignored",
	[SIGNAL_CAUGHT] = "caught", [SIGNAL_BLOCKED] = "blocked",
	[SIGNAL_PENDING] = "pending",
};

struct expectation {
	enum expect_what what;
	char *text;             /* echo */
	long number;            /* errno, state, count, status, signal, bytes */
	enum disposition disposition;
	unsigned conn;          /* state: 0 for the current one */
	enum connection_end end;
	enum report_call call;  /* CALL_NONE: any */
	enum report_role role;  /* exit, signal, disposition */
	int64_t hold, within;   /* ns */
	int64_t held_since;     /* 0: it does not hold */
};

enum verdict { FAILS_FOR_GOOD = -1, NOT_YET, HOLDS };

/* Frees it. */
void
expectation_free(struct expectation *expectation)
{
	if (expectation == NULL)
		return;
	free(expectation->text);
	free(expectation);
}

/* Takes a closing "for SECONDS" or "within SECONDS" off text; true when there
 * was one. */
static bool
take_closing(struct expectation *expectation, char *text)
{
	size_t length = strlen(text);
	while (length > 0 && text[length - 1] == ' ')
		text[--length] = '\0';
	char *number = strrchr(text, ' ');
	if (number == NULL)
		return false;
	char *end = number;
	while (end > text && end[-1] == ' ')
		end--;
	char *word = end;
	while (word > text && word[-1] != ' ')
		word--;
	int64_t time = argument_seconds(number + 1);
	size_t word_length = (size_t)(end - word);
	bool is_for = word_length == 3 && strncmp(word, "for", 3) == 0;
	bool is_within = word_length == 6 && strncmp(word, "within", 6) == 0;
	if (time < 0 || (!is_for && !is_within) || word == text)
		return false;
	*(is_for ? &expectation->hold : &expectation->within) = time;
	*word = '\0';
	return true;
}

/* A call by name; CALL_NONE when there is none. */
static enum report_call
call_from_name(const char *name)
{
	for (int call = CALL_NONE + 1; call < CALL_COUNT; call++)
		if (strcmp(event_call_name((enum report_call)call), name) == 0)
			return (enum report_call)call;
	return CALL_NONE;
}

/* An optional call at the rest of the text. */
static bool
parse_call(struct expectation *expectation, const char **text, char *error,
    size_t size)
{
	char word[32];
	if (!argument_word(text, word, sizeof word))
		return true;
	expectation->call = call_from_name(word);
	if (expectation->call == CALL_NONE)
		snprintf(error, size, "no call \"%s\": connect, read, write, accept, bind, ...", word);
	return expectation->call != CALL_NONE;
}

/* errno NAME [CALL] */
static bool
parse_errno(struct expectation *expectation, const char **text, char *error,
    size_t size)
{
	char word[32];
	if (!argument_word(text, word, sizeof word) ||
	    (expectation->number = errno_from_name(word)) == 0) {
		snprintf(error, size, "errno wants a name, as in: expect errno ECONNRESET read");
		return false;
	}
	return parse_call(expectation, text, error, size);
}

/* A count at the rest of the text. */
static bool
parse_count(struct expectation *expectation, const char **text, const char *what,
    char *error, size_t size)
{
	expectation->number = argument_number(*text, text);
	if (expectation->number < 0)
		snprintf(error, size, "%s wants a number, as in: expect %s 4", what, what);
	return expectation->number >= 0;
}

/* state client|server STATE [N] */
static bool
parse_state(struct expectation *expectation, const char **text, char *error,
    size_t size)
{
	char end[16] = "", state[32] = "";
	argument_word(text, end, sizeof end);
	argument_word(text, state, sizeof state);
	bool client = strcmp(end, "client") == 0;
	expectation->end = client ? END_CLIENT : END_SERVER;
	expectation->number = tcp_state_from_name(state);
	if ((!client && strcmp(end, "server") != 0) || expectation->number == STATE_COUNT) {
		snprintf(error, size, "state wants an end and a state, as in: expect state client CLOSE_WAIT");
		return false;
	}
	if (**text == '\0')
		return true;
	long conn = argument_number(*text, text);
	if (conn < 1)
		snprintf(error, size, "state wants the number of a connection last, 1 or more");
	expectation->conn = (unsigned)(conn < 1 ? 0 : conn);
	return conn >= 1;
}

/* A role by name; 0 when there is none. */
static enum report_role
role_from_name(const char *name)
{
	static const enum report_role roles[] = {ROLE_CLIENT, ROLE_SERVER, ROLE_CHILD};
	for (size_t i = 0; i < sizeof roles / sizeof *roles; i++)
		if (strcmp(event_role_name(roles[i]), name) == 0)
			return roles[i];
	return (enum report_role)0;
}

/* disposition client|server|child SIGNAL default|ignored|caught|blocked|pending */
static bool
parse_disposition(struct expectation *expectation, const char **text, char *error,
    size_t size)
{
	char role[16] = "", name[32] = "", word[16] = "";
	argument_word(text, role, sizeof role);
	argument_word(text, name, sizeof name);
	argument_word(text, word, sizeof word);
	expectation->what = EXPECT_DISPOSITION;
	expectation->role = role_from_name(role);
	expectation->number = signal_from_name(name);
	int number = 0;
	while (number < DISPOSITIONS && strcmp(disposition_names[number], word) != 0)
		number++;
	expectation->disposition = (enum disposition)number;
	if (expectation->role != 0 && expectation->number > 0 && number < DISPOSITIONS)
		return true;
	snprintf(error, size, "disposition wants client, server or child, a signal and "
	    "default, ignored, caught, blocked or pending, as in: "
	    "expect disposition server CHLD caught");
	return false;
}

/* client|server|child exit STATUS, signal NAME; server errno NAME [CALL] */
static bool
parse_process(struct expectation *expectation, enum report_role role,
    const char **text, char *error, size_t size)
{
	char what[16] = "", word[32];
	argument_word(text, what, sizeof what);
	expectation->role = role;
	if (role == ROLE_SERVER && strcmp(what, "errno") == 0) {
		expectation->what = EXPECT_SERVER_ERRNO;
		return parse_errno(expectation, text, error, size);
	}
	if (strcmp(what, "exit") == 0) {
		expectation->what = EXPECT_EXIT;
		snprintf(word, sizeof word, "%s exit", event_role_name(role));
		return parse_count(expectation, text, word, error, size);
	}
	expectation->what = EXPECT_SIGNAL;
	if (strcmp(what, "signal") == 0 && argument_word(text, word, sizeof word) &&
	    (expectation->number = signal_from_name(word)) > 0)
		return true;
	snprintf(error, size, "expect %s wants exit STATUS%s or signal NAME",
	    event_role_name(role), role == ROLE_SERVER ? ", errno NAME" : "");
	return false;
}

/* listening yes|no */
static bool
parse_listening(struct expectation *expectation, const char **text, char *error,
    size_t size)
{
	char word[8] = "";
	argument_word(text, word, sizeof word);
	expectation->what = EXPECT_LISTENING;
	expectation->number = strcmp(word, "yes") == 0;
	if (expectation->number == 1 || strcmp(word, "no") == 0)
		return true;
	snprintf(error, size, "listening wants yes or no");
	return false;
}

/* The text of echo and reply, without quotes around all of it. */
static bool
parse_echo(struct expectation *expectation, const char **text)
{
	expectation->what = EXPECT_ECHO;
	expectation->text = argument_text(*text);
	*text += strlen(*text);
	return expectation->text != NULL;
}

/* The expectations of a number. */
static const struct { const char *name; enum expect_what what; } counts[] = {
	{"children", EXPECT_CHILDREN}, {"zombies", EXPECT_ZOMBIES},
	{"reaped", EXPECT_REAPED}, {"sent", EXPECT_SENT},
	{"received", EXPECT_RECEIVED},
};

/* What is to hold, by its first word. */
static bool
parse_what(struct expectation *expectation, const char **text, char *error,
    size_t size)
{
	char word[16] = "";
	const char *begin = *text;
	argument_word(text, word, sizeof word);
	if (strcmp(word, "echo") == 0 || strcmp(word, "reply") == 0)
		return parse_echo(expectation, text);
	if (strcmp(word, "eof") == 0) {
		expectation->what = EXPECT_EOF;
		return parse_call(expectation, text, error, size);
	}
	if (strcmp(word, "errno") == 0) {
		expectation->what = EXPECT_ERRNO;
		return parse_errno(expectation, text, error, size);
	}
	if (strcmp(word, "state") == 0) {
		expectation->what = EXPECT_STATE;
		return parse_state(expectation, text, error, size);
	}
	if (strcmp(word, "listening") == 0)
		return parse_listening(expectation, text, error, size);
	for (size_t i = 0; i < sizeof counts / sizeof *counts; i++) {
		if (strcmp(word, counts[i].name) != 0)
			continue;
		expectation->what = counts[i].what;
		return parse_count(expectation, text, word, error, size);
	}
	if (strcmp(word, "disposition") == 0)
		return parse_disposition(expectation, text, error, size);
	enum report_role role = role_from_name(word);
	if (role != 0)
		return parse_process(expectation, role, text, error, size);
	snprintf(error, size, "cannot expect \"%.30s\"; there are echo reply sent received eof errno state listening children zombies reaped client server child disposition",
	    begin);
	return false;
}

/* Parses WHAT [for SECONDS] [within SECONDS]; NULL with one line in error. */
struct expectation *
expectation_parse(const char *text, char *error, size_t size)
{
	struct expectation *expectation = calloc(1, sizeof *expectation);
	char *copy = strdup(text);
	error[0] = '\0';
	bool good = expectation != NULL && copy != NULL;
	if (good) {
		expectation->within = SECONDS(5);
		while (take_closing(expectation, copy))
			continue;
		size_t length = strlen(copy);
		while (length > 0 && copy[length - 1] == ' ')
			copy[--length] = '\0';
		const char *rest = copy;
		good = parse_what(expectation, &rest, error, size);
		if (good && *rest != '\0') {
			snprintf(error, size, "\"%.40s\" is too much here; \"for\" and \"within\" want seconds", rest);
			good = false;
		}
	}
	if (!good && error[0] == '\0')
		snprintf(error, size, "out of memory");
	free(copy);
	if (!good) {
		expectation_free(expectation);
		return NULL;
	}
	return expectation;
}

/* Where the next echo of a connection that no expectation took may be. */
static uint64_t *
taken_of(struct session *session, unsigned conn)
{
	for (size_t i = 0; i < session->taken_count; i++)
		if (session->taken[i].conn == conn)
			return &session->taken[i].next;
	struct taken *larger = realloc(session->taken,
	    (session->taken_count + 1) * sizeof *larger);
	if (larger == NULL)
		return NULL;
	session->taken = larger;
	larger[session->taken_count] = (struct taken){.conn = conn};
	return &larger[session->taken_count++].next;
}

/* The oldest line that no earlier expectation took. */
static enum verdict
judge_echo(struct session *session, const struct expectation *expectation,
    char *got, size_t size)
{
	unsigned conn = log_now(session->log)->current;
	uint64_t *next = taken_of(session, conn);
	snprintf(got, size, "nothing");
	if (next == NULL)
		return NOT_YET;
	if (*next < log_first(session->log))
		*next = log_first(session->log);
	for (; *next < log_end(session->log); ++*next) {
		const struct event *event = log_event(session->log, *next);
		if (event->type != EVENT_ECHO || event->line.conn != conn)
			continue;
		++*next; /* taken, whatever it says */
		if (event->length == strlen(expectation->text) &&
		    memcmp(event->text, expectation->text, event->length) == 0)
			return HOLDS;
		snprintf(got, size, "%.*s", (int)(event->length < 200 ?
		    event->length : 200), event->text);
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
	for (uint64_t i = session->acting_mark; i < log_end(session->log); i++) {
		const struct event *event = log_event(session->log, i);
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
	unsigned conn = log_now(session->log)->current;
	int64_t bytes = 0;
	for (uint64_t i = session->acting_mark; i < log_end(session->log); i++) {
		const struct event *event = log_event(session->log, i);
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
	return event != NULL && event->type == EVENT_PROCESS &&
	    event->process.row.role == expectation->role &&
	    event->process.end.known && (expectation->role != ROLE_CHILD ||
	    event->process.row.conn == log_now(session->log)->current);
}

/* The end of the client, the server or a child since then. */
static enum verdict
judge_end(struct session *session, const struct expectation *expectation,
    char *got, size_t size)
{
	snprintf(got, size, "it has not ended");
	for (uint64_t i = session->acting_mark; i < log_end(session->log); i++) {
		const struct event *event = log_event(session->log, i);
		if (!is_end_meant(session, expectation, event))
			continue;
		int status = event->process.end.status;
		bool killed = WIFSIGNALED(status);
		int number = killed ? WTERMSIG(status) : WEXITSTATUS(status);
		if (killed == (expectation->what == EXPECT_SIGNAL) &&
		    number == expectation->number)
			return HOLDS;
		if (killed)
			snprintf(got, size, "signal %s", signal_name(number));
		else
			snprintf(got, size, "exit %d", number);
	}
	return NOT_YET;
}

/* So many children reaped since then. */
static enum verdict
judge_reaped(struct session *session, const struct expectation *expectation,
    char *got, size_t size)
{
	long count = 0;
	for (uint64_t i = session->acting_mark; i < log_end(session->log); i++) {
		const struct event *event = log_event(session->log, i);
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
	const struct moment *now = log_now(session->log);
	const struct moment_connection *connection = moment_connection(now,
	    expectation->conn != 0 ? expectation->conn : now->current);
	enum tcp_state state = connection == NULL ? STATE_GONE :
	    expectation->end == END_CLIENT ? connection->client : connection->server;
	snprintf(got, size, "%s", tcp_state_name(state));
	return (long)state == expectation->number ? HOLDS : NOT_YET;
}

/* The process that is meant; 0 when none runs. */
static pid_t
pid_meant(const struct session *session, enum report_role role)
{
	const struct moment *now = log_now(session->log);
	const struct moment_connection *connection =
	    moment_connection(now, now->current);
	if (role == ROLE_CLIENT)
		return session->client.pid;
	if (role == ROLE_SERVER)
		return session->server.pid;
	return connection != NULL && !connection->child_ended ? connection->child : 0;
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
			    used > 0 ? ", " : "", disposition_names[i]);
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
	    socket_watch_read_at(session->sockets) < running->begun_at;
}

/* Does it ask of a host that nobody can look into? */
static bool
asks_of_dark_host(const struct session *session,
    const struct expectation *expectation)
{
	if (!host_is_dark(session))
		return false;
	return expectation->what == EXPECT_LISTENING ||
	    expectation->what == EXPECT_CHILDREN ||
	    (expectation->what == EXPECT_DISPOSITION &&
	    expectation->role != ROLE_CLIENT) ||
	    (expectation->what == EXPECT_STATE && expectation->end == END_SERVER);
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
	const struct moment *now = log_now(session->log);
	if (asks_of_dark_host(session, expectation)) {
		snprintf(got, size, "host down");
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
	struct event event = {.time = loop_now(session->loop), .type = EVENT_EXPECT};
	event.expect.pass = pass;
	event_set_text(&event, running->arguments, strlen(running->arguments));
	if (!pass)
		event.detail = strdup(got);
	if (!pass)
		session->failed = true;
	session_append(session, &event);
}

/* expect WHAT ... */
void
command_expect(struct session *session, struct running *running,
    const char *arguments)
{
	running->expectation = expectation_parse(arguments, running->error,
	    sizeof running->error);
	if (running->expectation == NULL || running->check_only)
		return;
	if (needs_fresh_table(running->expectation))
		socket_watch_force(session->sockets);
	socket_watch_kick(session->sockets);
	process_watch_kick(session->processes);
}

/* Holds long enough, or fails. */
bool
expect_done(struct session *session, struct running *running)
{
	struct expectation *expectation = running->expectation;
	char got[256] = "";
	int64_t now = loop_now(session->loop);
	int64_t deadline = running->begun_at + expectation->within;
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
		if (now < deadline || (is_stale(session, running) &&
		    now < running->begun_at + READING_NS))
			return false;
		break;
	case FAILS_FOR_GOOD:
		break;
	}
	tell_verdict(session, running, false, got);
	return true;
}
