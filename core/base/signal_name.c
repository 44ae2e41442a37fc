/* signal_name.c: signals and error numbers by name.
 *
 * The names are the C library's own (sigabbrev_np(3), strerrorname_np(3), glibc
 * 2.32), so that no table here can fall behind the machine.  The real-time
 * signals have none there; signal(7) counts them from SIGRTMIN, which is no
 * constant: the library keeps the first two for its threads. */
#include "signal_name.h"

#include <errno.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum {
	NAME_TEXT = 24,
	SIGNAL_SLOTS = 66, /* 0 to 64, and one for what is no signal */
	ERRNO_LIMIT = 4096 /* MAX_ERRNO in include/linux/err.h, plus one */
};

/* Second names of a number. */
struct alias {
	const char *name;
	int number;
};

static const struct alias signal_aliases[] = {
	{"CLD", SIGCHLD},
	{"IO", SIGIO},
	{"IOT", SIGABRT},
};

static const struct alias errno_aliases[] = {
	{"EDEADLOCK", EDEADLOCK},
	{"ENOTSUP", ENOTSUP},
	{"EWOULDBLOCK", EWOULDBLOCK},
};

/* The number that stands in text alone, digits only; -1 for anything else. */
static int
parse_number(const char *text)
{
	char *end;
	long number;

	if (*text < '0' || *text > '9')
		return -1;
	errno = 0;
	number = strtol(text, &end, 10);
	if (errno != 0 || *end != '\0' || number > INT_MAX)
		return -1;
	return (int)number;
}

/* "RTMIN", "RTMIN+1", "RTMAX", "RTMAX-1"; -1 for anything else. */
static int
parse_realtime(const char *name)
{
	int sign, base, offset = 0;

	if (strncasecmp(name, "RTMIN", 5) == 0) {
		base = SIGRTMIN;
		sign = '+';
	} else if (strncasecmp(name, "RTMAX", 5) == 0) {
		base = SIGRTMAX;
		sign = '-';
	} else {
		return -1;
	}
	name += 5;
	if (*name != '\0') {
		if (*name != sign)
			return -1;
		offset = parse_number(name + 1);
		if (offset < 0 || offset > SIGRTMAX - SIGRTMIN)
			return -1;
	}
	return sign == '+' ? base + offset : base - offset;
}

int
signal_from_name(const char *name)
{
	int number = parse_number(name);

	if (number >= 0)
		return number >= 1 && number <= SIGRTMAX ? number : -1;
	if (strncasecmp(name, "SIG", 3) == 0) {
		name += 3;
		number = parse_number(name); /* "SIG32" has no other name */
		if (number >= 0)
			return number >= 1 && number <= SIGRTMAX ? number : -1;
	}
	for (number = 1; number <= SIGRTMAX; number++) {
		const char *known = sigabbrev_np(number);
		if (known != NULL && strcasecmp(name, known) == 0)
			return number;
	}
	for (size_t i = 0; i < sizeof signal_aliases / sizeof signal_aliases[0]; i++) {
		if (strcasecmp(name, signal_aliases[i].name) == 0)
			return signal_aliases[i].number;
	}
	return parse_realtime(name);
}

const char *
signal_name(int number)
{
	/* a slot for each number: two names can stand in one printf */
	static _Thread_local char names[SIGNAL_SLOTS][NAME_TEXT];
	int slot = number >= 0 && number < SIGNAL_SLOTS ? number : SIGNAL_SLOTS - 1;
	char *text = names[slot];
	const char *known = sigabbrev_np(number);

	if (known != NULL)
		snprintf(text, NAME_TEXT, "SIG%s", known);
	else if (number == SIGRTMIN)
		snprintf(text, NAME_TEXT, "SIGRTMIN");
	else if (number > SIGRTMIN && number <= SIGRTMAX)
		snprintf(text, NAME_TEXT, "SIGRTMIN+%d", number - SIGRTMIN);
	else
		snprintf(text, NAME_TEXT, "SIG%d", number);
	return text;
}

int
errno_from_name(const char *name)
{
	for (int number = 1; number < ERRNO_LIMIT; number++) {
		const char *known = strerrorname_np(number);
		if (known != NULL && strcasecmp(name, known) == 0)
			return number;
	}
	for (size_t i = 0; i < sizeof errno_aliases / sizeof errno_aliases[0]; i++) {
		if (strcasecmp(name, errno_aliases[i].name) == 0)
			return errno_aliases[i].number;
	}
	return 0;
}

const char *
errno_name(int number)
{
	static _Thread_local char text[NAME_TEXT];
	const char *known = strerrorname_np(number);

	if (known != NULL)
		return known;
	snprintf(text, sizeof text, "E%d", number);
	return text;
}
