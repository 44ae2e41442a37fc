/* complete.c: what can stand at the end of a command line. */
#include "complete.h"

#include "command.h"
#include "explain.h"
#include "scenario_library.h"
#include "session_state.h"
#include "settings.h"
#include "signal_name.h"

#include <ctype.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>

enum { ERRNO_MOST = 134 };

/* Completion in progress. */
struct completion {
	const struct session *session;
	const char *word;   /* what is there of the last one */
	size_t length;
	void (*each)(void *context, const char *word);
	void *context;
};

/* Offers a word, when it begins with what is there. */
static void
offer(struct completion *completion, const char *word, size_t length)
{
	char text[96];
	if (length < completion->length || length >= sizeof text ||
	    strncmp(word, completion->word, completion->length) != 0)
		return;
	snprintf(text, sizeof text, "%.*s", (int)length, word);
	completion->each(completion->context, text);
}

/* Offers each of "a|b|c", with prefix before it. */
static void
offer_words(struct completion *completion, const char *prefix, const char *words)
{
	char text[96];
	while (words != NULL && *words != '\0') {
		size_t length = strcspn(words, "|");
		int used = snprintf(text, sizeof text, "%s%.*s", prefix, (int)length,
		    words);
		if (used > 0)
			offer(completion, text, (size_t)used);
		words += length + (words[length] == '|');
	}
}

/* Offers the settings: their names, or the values behind "name=". */
static void
offer_settings(struct completion *completion)
{
	size_t count;
	const struct setting *settings = settings_table(&count);
	char prefix[40];
	for (size_t i = 0; i < count; i++) {
		snprintf(prefix, sizeof prefix, "%s=", settings[i].name);
		if (strncmp(completion->word, prefix, strlen(prefix)) == 0)
			offer_words(completion, prefix, settings[i].values);
		else
			offer(completion, prefix, strlen(prefix));
	}
}

/* Offers the numbers of the open connections. */
static void
offer_connections(struct completion *completion)
{
	const struct moment *now = log_now(completion->session->world.log);
	char number[16];
	for (size_t i = 0; i < now->connection_count; i++) {
		int length = snprintf(number, sizeof number, "%u",
		    now->connections[i].conn);
		if (now->connections[i].open && length > 0)
			offer(completion, number, (size_t)length);
	}
}

/* Offers pid:N of each process that runs. */
static void
offer_pids(struct completion *completion)
{
	const struct moment *now = log_now(completion->session->world.log);
	char number[24];
	for (const struct moment_process *process = NULL;
	    (process = moment_next_process(now, process)) != NULL;) {
		int length = snprintf(number, sizeof number, "pid:%d", (int)process->row.pid);
		if (length > 0)
			offer(completion, number, (size_t)length);
	}
}

/* Offers the names of the lessons. */
static void
offer_lessons(struct completion *completion)
{
	char error[SCENARIO_ERROR];
	struct scenario *scenarios;
	size_t count;
	if (completion->session == NULL)
		return;
	scenario_library_load(&scenarios, &count, completion->session->world.directory,
	    error); /* those that are right; menu and --list tell of the others */
	for (size_t i = 0; i < count; i++)
		offer(completion, scenarios[i].name, strlen(scenarios[i].name));
	scenario_library_free(scenarios, count);
}

/* Offers the names of the usual signals. */
static void
offer_signals(struct completion *completion)
{
	for (int number = 1; number < NSIG; number++) {
		const char *name = signal_name(number);
		bool full = strncmp(completion->word, "SIG", 3) == 0;
		if (strncmp(name, "SIG", 3) == 0 && isalpha((unsigned char)name[3]) &&
		    strncmp(name + 3, "RT", 2) != 0)
			offer(completion, name + (full ? 0 : 3),
			    strlen(name) - (full ? 0 : 3));
	}
}

/* Offers the states of TCP, and GONE. */
static void
offer_states(struct completion *completion)
{
	for (int state = STATE_GONE; state < STATE_COUNT; state++) {
		const char *name = tcp_state_name((enum tcp_state)state);
		offer(completion, name, strlen(name));
	}
}

/* Offers the errors that can be explained. */
static void
offer_errnos(struct completion *completion)
{
	for (int number = 1; number < ERRNO_MOST; number++)
		if (explain_knows_errno(number))
			offer(completion, errno_name(number), strlen(errno_name(number)));
}

/* Offers what a row's words say: plain ones, and the names in angle brackets. */
static void
offer_row(struct completion *completion, const char *words)
{
	while (words != NULL && *words != '\0') {
		size_t length = strcspn(words, "|");
		if (strncmp(words, "<setting>", length) == 0)
			offer_settings(completion);
		else if (strncmp(words, "<connection>", length) == 0)
			offer_connections(completion);
		else if (strncmp(words, "<signal>", length) == 0)
			offer_signals(completion);
		else if (strncmp(words, "<pid>", length) == 0)
			offer_pids(completion);
		else if (strncmp(words, "<lesson>", length) == 0)
			offer_lessons(completion);
		else if (strncmp(words, "<state>", length) == 0)
			offer_states(completion);
		else if (strncmp(words, "<errno>", length) == 0)
			offer_errnos(completion);
		else if (strncmp(words, "<expectation>", length) == 0)
			offer_words(completion, "", "echo|reply|sent|received|eof|errno|"
			    "server|state|listening|children|zombies|reaped|client|"
			    "child|disposition");
		else
			offer(completion, words, length);
		words += length + (words[length] == '|');
	}
}

void
complete_line(const struct session *session, const char *line,
    void (*each)(void *context, const char *word), void *context)
{
	const char *word = line + strlen(line);
	while (word > line && word[-1] != ' ')
		word--;
	struct completion completion = {.session = session, .word = word,
	    .length = strlen(word), .each = each, .context = context};
	size_t before = (size_t)(word - line);
	char previous[64] = "";
	const struct command *best = NULL;
	size_t count;
	const struct command *table = command_table(&count);
	for (size_t i = 0; i < count; i++) {
		const char *name = table[i].name;
		size_t first = strcspn(name, " ");
		const char *rest = command_match(name, line);
		if (rest != NULL && rest < word && (best == NULL ||
		    strlen(name) > strlen(best->name)))
			best = &table[i];
		bool shown = strncmp(previous, name, first) == 0 && previous[first] == '\0';
		if (before == 0 && !shown)
			offer(&completion, name, first);
		else if (before > first && name[first] == ' ' &&
		    strncmp(line, name, first) == 0 && line[first] == ' ' &&
		    strspn(line + first, " ") == before - first)
			offer(&completion, name + first + 1, strlen(name + first + 1));
		snprintf(previous, sizeof previous, "%.*s", (int)first, name);
	}
	if (best != NULL)
		offer_row(&completion, best->words);
	if (strncmp(line, "expect state ", 13) == 0 && before >= 13)
		before == 13 ? offer_words(&completion, "", "client|server") :
		    offer_states(&completion);
}
