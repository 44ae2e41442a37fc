/* session_state.c: what the files of a session do to its state, and nothing else. */
#include "session_state.h"

#include <stdarg.h>
#include <stdio.h>
#include <unistd.h>

void
session_forget_question(struct session *session)
{
	if (session->stranger.asked)
		close(session->stranger.pidfd);
	session->stranger.asked = false;
}

void
refuse(struct running *running, const char *format, ...)
{
	va_list arguments;
	va_start(arguments, format);
	vsnprintf(running->error, sizeof running->error, format, arguments);
	va_end(arguments);
}
