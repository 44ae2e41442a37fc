/* expect_parse.c: an expectation out of its text; nothing of a session. */
#include "expect_internal.h"

#include "arguments.h"
#include "loop.h"
#include "signal_name.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const char *
disposition_name(enum disposition disposition)
{
	static const char *const names[DISPOSITIONS] = {
		[SIGNAL_DEFAULT] = "default", [SIGNAL_IGNORED] = "ignored",
		[SIGNAL_CAUGHT] = "caught", [SIGNAL_BLOCKED] = "blocked",
		[SIGNAL_PENDING] = "pending",
	};
	return names[disposition];
}

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
		snprintf(error, size, "no call \"%s\": connect, read, write, accept, bind, "
		    "...", word);
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
		snprintf(error, size, "state wants an end and a state, as in: expect state "
		    "client CLOSE_WAIT");
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
	while (number < DISPOSITIONS &&
	    strcmp(disposition_name((enum disposition)number), word) != 0)
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
	snprintf(error, size, "cannot expect \"%.30s\"; there are echo reply sent received eof "
	    "errno state listening children zombies reaped client server child disposition",
	    begin);
	return false;
}

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
			snprintf(error, size, "\"%.40s\" is too much here; \"for\" and "
			    "\"within\" want seconds", rest);
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
