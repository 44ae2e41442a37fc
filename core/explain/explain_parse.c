/* explain_parse.c: what stands behind `show why`. */
#include "explain.h"

#include "arguments.h"
#include "signal_name.h"

#include <limits.h>
#include <stdio.h>
#include <string.h>

enum { WORD = 48 };

/* "client", "server", "client 2" */
static bool
parse_end(struct explain_subject *subject, const char *word, const char *rest)
{
	char number[WORD];
	bool client = strcmp(word, "client") == 0;
	if (!client && strcmp(word, "server") != 0)
		return false;
	subject->kind = EXPLAIN_END;
	subject->end = client ? END_CLIENT : END_SERVER;
	if (!argument_word(&rest, number, sizeof number))
		return true;
	const char *behind = "";
	long conn = argument_number(number, &behind);
	subject->conn = conn > 0 && conn <= INT_MAX ? (unsigned)conn : 0;
	return subject->conn != 0 && *behind == '\0' && !argument_word(&rest, number,
	    sizeof number);
}

/* "pid:17870" */
static bool
parse_pid(struct explain_subject *subject, const char *word)
{
	const char *behind = "";
	if (strncmp(word, "pid:", 4) != 0)
		return false;
	long pid = argument_number(word + 4, &behind);
	subject->kind = EXPLAIN_PROCESS;
	subject->number = pid > 0 && pid <= INT_MAX ? (int)pid : 0;
	return subject->number != 0 && *behind == '\0';
}

/* "event signal" */
static bool
parse_type(struct explain_subject *subject, const char *word, const char *rest)
{
	char name[WORD];
	if (strcmp(word, "event") != 0 || !argument_word(&rest, name, sizeof name))
		return false;
	subject->kind = EXPLAIN_TYPE;
	for (int type = 0; type < EVENT_TYPES; type++)
		if (strcmp(event_type_name((enum event_type)type), name) == 0) {
			subject->number = type;
			return true;
		}
	return false;
}

/* A name that stands alone: "zombie", "TIME_WAIT", "ECONNRESET", "SIGPIPE". */
static bool
parse_name(struct explain_subject *subject, const char *word)
{
	enum tcp_state state = tcp_state_from_name(word);
	int number = errno_from_name(word);
	bool eof = strcmp(word, "eof") == 0, listener = strcmp(word, "listener") == 0;
	int signal = strncmp(word, "SIG", 3) == 0 ? signal_from_name(word) : -1;
	*subject = (struct explain_subject){0};
	if (strcmp(word, "zombie") == 0)
		subject->kind = EXPLAIN_ZOMBIE;
	else if (listener)
		subject->kind = EXPLAIN_END;
	else if (state != STATE_COUNT)
		*subject = (struct explain_subject){.kind = EXPLAIN_STATE, .number = (int)state};
	else if (eof || number > 0)
		*subject = (struct explain_subject){.kind = EXPLAIN_ERRNO, .number = number};
	else if (signal > 0)
		*subject = (struct explain_subject){.kind = EXPLAIN_SIGNAL, .number = signal};
	else
		return false;
	return true;
}

bool
explain_parse(struct explain_subject *subject, const char *words, char *error)
{
	char word[WORD], more[WORD];
	const char *rest = words;
	*subject = (struct explain_subject){.kind = EXPLAIN_LAST};
	*error = '\0';
	if (!argument_word(&rest, word, sizeof word))
		return true;
	const char *behind = rest;
	if (parse_end(subject, word, rest) || parse_type(subject, word, rest) ||
	    (!argument_word(&behind, more, sizeof more) &&
	    (parse_pid(subject, word) || parse_name(subject, word))))
		return true;
	snprintf(error, EXPLAIN_ERROR, "show why wants nothing (the last errno), the NAME of an "
	    "errno, a state or a signal, eof, client [N], server [N], listener, pid:PID, zombie, "
	    "event TYPE");
	return false;
}
