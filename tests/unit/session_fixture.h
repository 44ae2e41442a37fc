/* session_fixture.h: a session on a port of its own, for tests. */
#ifndef SESSION_FIXTURE_H
#define SESSION_FIXTURE_H

#include "session.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A port that is free now. */
static inline const char *
free_port(void)
{
	static char port[16];
	const char *build = getenv("BUILD");
	char command[256];
	snprintf(command, sizeof command, "%s/free_port", build != NULL ? build : "build");
	FILE *pipe = popen(command, "r");
	ck_assert_ptr_nonnull(pipe);
	ck_assert_ptr_nonnull(fgets(port, sizeof port, pipe));
	ck_assert_int_eq(pclose(pipe), 0);
	port[strcspn(port, "\n")] = '\0';
	return port;
}

/* A session on a free port of host. */
static inline struct session *
session_on(const char *host, const char *port)
{
	const char *build = getenv("BUILD");
	struct session_options options = {.host = host, .port = port,
	    .directory = build != NULL ? build : "build"};
	char error[SESSION_ERROR];
	int status;
	struct session *session = session_new(&options, error, &status);
	ck_assert_msg(session != NULL, "%s", error);
	return session;
}

#endif
