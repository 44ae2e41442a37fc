/* expect_internal.h: what an expectation is: parsed by expect_parse.c, judged by
 * expect.c. */
#ifndef EXPECT_INTERNAL_H
#define EXPECT_INTERNAL_H

#include "event.h"
#include "expect.h"

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

/* "default", "ignored", ... */
const char *disposition_name(enum disposition disposition);

#endif
