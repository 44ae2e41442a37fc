#include "event.h"

#include "version.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

void
event_release(struct event *event)
{
	free(event->text);
	free(event->detail);
	if (event->type == EVENT_DISPOSITIONS) {
		free(event->dispositions.rows);
		event->dispositions.rows = NULL;
	}
	if (event->type == EVENT_ALL) {
		free(event->all.rows);
		event->all.rows = NULL;
	}
	event->text = event->detail = NULL;
}

void
event_stamp_start(struct event *event)
{
	char *wall = event->start.wall;
	time_t seconds = time(NULL);
	struct tm local;
	snprintf(event->start.version, sizeof event->start.version, "%s",
	    TCPCONSOLE_VERSION);
	if (localtime_r(&seconds, &local) == NULL ||
	    strftime(wall, WALL_TEXT - 1, "%Y-%m-%dT%H:%M:%S%z", &local) <= 2) {
		*wall = '\0';
		return;
	}
	size_t length = strlen(wall); /* RFC 3339 writes +01:00 */
	memmove(wall + length - 1, wall + length - 2, 3);
	wall[length - 2] = ':';
}

int
event_set_text(struct event *event, const char *text, size_t length)
{
	char *copy = malloc(length + 1);
	if (copy == NULL)
		return -1;
	memcpy(copy, text, length);
	copy[length] = '\0';
	free(event->text);
	event->text = copy;
	event->length = length;
	return 0;
}

/* The word at number, of count; "?" where there is none. */
static const char *
name_at(const char *const *names, size_t count, unsigned number)
{
	return number < count && names[number] != NULL ? names[number] : "?";
}

#define NAME_AT(names, number) \
	name_at(names, sizeof names / sizeof *names, (unsigned)(number))

/* "start", "command", ...: an event's `type`. */
const char *
event_type_name(enum event_type type)
{
	static const char *const names[EVENT_TYPES] = {
		[EVENT_START] = "start", [EVENT_COMMAND] = "command",
		[EVENT_CALL] = "call", [EVENT_CONNECTION] = "connection",
		[EVENT_SENT] = "sent", [EVENT_ECHO] = "echo",
		[EVENT_SOCKET] = "socket", [EVENT_STATE] = "state",
		[EVENT_TIMER] = "timer", [EVENT_DETAILS] = "details",
		[EVENT_PROCESS] = "process",
		[EVENT_SIGNAL] = "signal", [EVENT_HOST] = "host",
		[EVENT_OUTPUT] = "output", [EVENT_LOST] = "lost",
		[EVENT_SOCKETS] = "sockets", [EVENT_PROCESSES] = "processes",
		[EVENT_CONNECTIONS] = "connections", [EVENT_SETTINGS] = "settings",
		[EVENT_DISPOSITIONS] = "dispositions", [EVENT_ERRNO] = "errno",
		[EVENT_ALL] = "all",
		[EVENT_WHY] = "why",
		[EVENT_EXPECT] = "expect", [EVENT_SAY] = "say", [EVENT_ASK] = "ask",
		[EVENT_LESSON] = "lesson",
		[EVENT_ERROR] = "error", [EVENT_NOTE] = "note",
		[EVENT_SUMMARY] = "summary", [EVENT_END] = "end",
	};
	return NAME_AT(names, type);
}

/* Where a command came from. */
const char *
event_source_name(enum command_source source)
{
	static const char *const names[] = {
		[SOURCE_KEY] = "key", [SOURCE_LINE] = "line",
		[SOURCE_SCRIPT] = "script", [SOURCE_STDIN] = "stdin",
	};
	return NAME_AT(names, source);
}

/* Which end of a connection. */
const char *
event_end_name(enum connection_end end)
{
	static const char *const names[] = {
		[END_NONE] = "none", [END_CLIENT] = "client", [END_SERVER] = "server",
	};
	return NAME_AT(names, end);
}

/* What became of a connection. */
const char *
event_connection_what_name(enum connection_what what)
{
	static const char *const names[] = {
		[CONNECTION_OPENED] = "opened", [CONNECTION_CLOSED] = "closed",
		[CONNECTION_CURRENT] = "current",
	};
	return NAME_AT(names, what);
}

/* What became of a socket row. */
const char *
event_socket_what_name(enum socket_what what)
{
	static const char *const names[] = {
		[SOCKET_APPEARED] = "appeared", [SOCKET_CHANGED] = "changed",
		[SOCKET_GONE] = "gone",
	};
	return NAME_AT(names, what);
}

/* What became of a process. */
const char *
event_process_what_name(enum process_what what)
{
	static const char *const names[] = {
		[PROCESS_STARTED] = "started", [PROCESS_FORKED] = "forked",
		[PROCESS_CHANGED] = "changed", [PROCESS_ZOMBIE] = "zombie",
		[PROCESS_EXITED] = "exited", [PROCESS_REAPED] = "reaped",
	};
	return NAME_AT(names, what);
}

/* What became of the server's host. */
const char *
event_host_what_name(enum host_what what)
{
	static const char *const names[] = {
		[HOST_UP] = "up", [HOST_CRASHED] = "crashed",
		[HOST_UNPLUGGED] = "unplugged",
		[HOST_SHUTTING_DOWN] = "shutting_down", [HOST_DOWN] = "down",
	};
	return NAME_AT(names, what);
}

/* Who serves. */
const char *
event_server_kind_name(enum server_kind kind)
{
	static const char *const names[] = {
		[SERVER_NONE] = "none", [SERVER_TCPSERV] = "tcpserv",
		[SERVER_COMMAND] = "command", [SERVER_WATCHED] = "watched",
	};
	return NAME_AT(names, kind);
}

/* What became of a lesson. */
const char *
event_lesson_what_name(enum lesson_what what)
{
	static const char *const names[] = {
		[LESSON_BEGUN] = "begun", [LESSON_PASSED] = "passed",
		[LESSON_FAILED] = "failed", [LESSON_SKIPPED] = "skipped",
	};
	return NAME_AT(names, what);
}

/* Who sent a signal. */
const char *
event_signal_by_name(enum signal_by by)
{
	static const char *const names[] = {
		[BY_USER] = "user", [BY_KERNEL] = "kernel", [BY_HOST] = "host",
		[BY_CONSOLE] = "console",
	};
	return NAME_AT(names, by);
}

/* What a process is to us. */
const char *
event_role_name(enum report_role role)
{
	static const char *const names[] = {
		[ROLE_CLIENT] = "client", [ROLE_SERVER] = "server",
		[ROLE_CHILD] = "child", [ROLE_OTHER] = "other",
	};
	return NAME_AT(names, role);
}

/* A system call's name. */
const char *
event_call_name(enum report_call call)
{
	static const char *const names[CALL_COUNT] = {
		[CALL_SOCKET] = "socket", [CALL_BIND] = "bind",
		[CALL_LISTEN] = "listen", [CALL_ACCEPT] = "accept",
		[CALL_FORK] = "fork", [CALL_GETPEERNAME] = "getpeername",
		[CALL_CONNECT] = "connect", [CALL_READ] = "read",
		[CALL_WRITE] = "write", [CALL_SHUTDOWN] = "shutdown",
		[CALL_CLOSE] = "close", [CALL_WAIT] = "wait",
		[CALL_WAITPID] = "waitpid", [CALL_SETSOCKOPT] = "setsockopt",
		[CALL_SIGACTION] = "sigaction",
	};
	return NAME_AT(names, call);
}

/* Does the call end a connection, or a half of it? */
bool
event_is_unended(const struct event *event)
{
	return (event->type == EVENT_SENT || event->type == EVENT_ECHO) &&
	    event->detail == NULL && event->length > 0 && event->line.bytes == event->length;
}

bool
event_call_ends(enum report_call call)
{
	return call == CALL_SHUTDOWN || call == CALL_CLOSE;
}

/* A socket option's name. */
const char *
event_option_name(enum report_option option)
{
	static const char *const names[OPTION_COUNT] = {
		[OPTION_SO_LINGER] = "SO_LINGER",
		[OPTION_SO_KEEPALIVE] = "SO_KEEPALIVE",
		[OPTION_TCP_KEEPIDLE] = "TCP_KEEPIDLE",
		[OPTION_TCP_KEEPINTVL] = "TCP_KEEPINTVL",
		[OPTION_TCP_KEEPCNT] = "TCP_KEEPCNT",
		[OPTION_TCP_USER_TIMEOUT] = "TCP_USER_TIMEOUT",
		[OPTION_IP_MINTTL] = "IP_MINTTL",
		[OPTION_IPV6_MINHOPCOUNT] = "IPV6_MINHOPCOUNT",
	};
	return NAME_AT(names, option);
}

/* What sigaction was asked to do with a signal. */
const char *
event_disposition_name(enum order_disposition disposition)
{
	static const char *const names[] = {
		[DISPOSITION_DEFAULT] = "default", [DISPOSITION_IGNORE] = "ignore",
		[DISPOSITION_CATCH] = "catch",
	};
	return NAME_AT(names, disposition);
}
