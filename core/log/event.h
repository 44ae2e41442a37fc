/* event.h: everything that happens, as values of one type.
 *
 * The session's log is a list of events, and a moment (moment.h) is what the
 * log says up to one of them.  Panes, headless text, JSON Lines, the timeline
 * and expectations are readers of events and of nothing else, so an event holds
 * all that any of them shows: whole socket rows, whole process rows.  The log
 * keeps it packed: a field that is added here needs its row in event_fields.c. */
#ifndef EVENT_H
#define EVENT_H

#include "process_stat.h"
#include "report.h"
#include "tcp_details.h"
#include "tcp_table.h"

enum event_type {
	EVENT_START,
	EVENT_COMMAND,
	EVENT_CALL,
	EVENT_CONNECTION,  /* a connection's two ends became known; it was closed */
	EVENT_SENT,
	EVENT_ECHO,
	EVENT_SOCKET,
	EVENT_STATE,
	EVENT_TIMER,       /* retransmission timer and count of a connection */
	EVENT_DETAILS,     /* TCP_INFO of an end of the current connection */
	EVENT_PROCESS,
	EVENT_SIGNAL,
	EVENT_HOST,
	EVENT_OUTPUT,
	EVENT_LOST,        /* reports that did not fit their queue */
	EVENT_SOCKETS,
	EVENT_PROCESSES,
	EVENT_CONNECTIONS,
	EVENT_SETTINGS,
	EVENT_DISPOSITIONS,
	EVENT_ERRNO,
	EVENT_ALL,         /* the TCP rows of the whole machine: all, or what is new */
	EVENT_WHY,         /* what something means, what led to it, what ends it */
	EVENT_EXPECT,
	EVENT_SAY,
	EVENT_ASK,         /* a question to the room; once more with what it chose */
	EVENT_LESSON,      /* a scenario has begun; how it came out */
	EVENT_ERROR,
	EVENT_NOTE,        /* what the console has to say for itself; not an error */
	EVENT_SUMMARY,
	EVENT_END,
	EVENT_TYPES
};

enum command_source { SOURCE_KEY, SOURCE_LINE, SOURCE_SCRIPT, SOURCE_STDIN };

enum connection_end { END_NONE, END_CLIENT, END_SERVER };

enum connection_what {
	CONNECTION_OPENED,  /* the client has a socket, both ends are known */
	CONNECTION_CLOSED,  /* the client let go of it */
	CONNECTION_CURRENT  /* commands without a number mean this one */
};

enum socket_what { SOCKET_APPEARED, SOCKET_CHANGED, SOCKET_GONE };

enum process_what {
	PROCESS_STARTED,  /* by the guard, or found */
	PROCESS_FORKED,   /* by the server */
	PROCESS_CHANGED,  /* stat, parent, command or wchan */
	PROCESS_ZOMBIE,   /* dead, and nobody has waited for it yet */
	PROCESS_EXITED,   /* gone, and nobody was seen to wait for it */
	PROCESS_REAPED    /* its parent, or the guard for init, waited for it */
};

enum host_what {
	HOST_UP, HOST_CRASHED, HOST_UNPLUGGED, HOST_SHUTTING_DOWN, HOST_DOWN
};

/* Who is served by whom, as the session begins. */
enum server_kind {
	SERVER_NONE,     /* none is started here, and none was found */
	SERVER_TCPSERV,  /* ours: the console starts and stops it */
	SERVER_COMMAND,  /* anybody's, which the console starts and stops */
	SERVER_WATCHED   /* was there before */
};

enum { SERVER_TEXT = 160 };

enum lesson_what { LESSON_BEGUN, LESSON_PASSED, LESSON_FAILED, LESSON_SKIPPED };

enum { LESSON_SECTION = 16, WHY_SECTION = 8, WALL_TEXT = 40, VERSION_TEXT = 24 };

enum signal_by { BY_USER, BY_KERNEL, BY_HOST, BY_CONSOLE };

/* A row of the socket table, with what we know beside it. */
struct socket_row {
	struct tcp_row tcp;       /* timer_left: at the time of the event */
	int64_t timer_at;         /* session ns when the timer runs out, 0: off */
	pid_t owner_pid;          /* 0: nobody's, or not ours to see */
	unsigned conn;            /* 0: none of our client's */
	enum connection_end end;
};

/* A row of the process table. */
struct process_row {
	pid_t pid, ppid;
	char tty[16];
	char stat[8];
	char command[PROCESS_TEXT];
	char wchan[PROCESS_TEXT];
	enum report_role role;
	struct report_endpoint peer; /* a child: whom it serves */
	unsigned conn;               /* the same as our client's number, 0: none */
	uint64_t start_time;
	int64_t cpu;                 /* ns of CPU time used, user and system */
};

/* What a process does with each signal. */
struct disposition_row {
	pid_t pid;
	enum report_role role;
	struct process_signals signals;
};

/* How a process ended: as of wait(2), once known. */
struct process_end {
	bool known;
	int status;
	pid_t by;      /* who reaped it; 0: nobody yet */
};

struct event_call {
	enum report_role role;
	pid_t pid;
	unsigned conn;
	enum report_call call;
	int64_t result;
	int error;
	int status;    /* wait, waitpid with a result: as of wait(2) */
	int about;     /* setsockopt: enum report_option; sigaction: the signal;
	                  the client's shutdown, close: the state before, 0 unknown */
	int value;     /* setsockopt: as given; sigaction: enum order_disposition;
	                  shutdown, close: the bytes that were not read */
	struct report_endpoint local, remote;
};

struct event {
	int64_t time;             /* ns since the session's start, where it happened */
	enum event_type type;
	char *text;               /* owned; NULL for none; NUL after length bytes */
	size_t length;            /* bytes of text: a peer's may hold NULs */
	char *detail;             /* owned: expect: got; start: world; host: how; ask:
	                             the answers, a line each; lesson: its title, the
	                             command that failed, the reason to skip it; sent,
	                             echo: the bytes in hex, when they are numbers;
	                             why: its paragraphs, a line each */
	union {
		struct {                          /* text: HOST as it was given */
			struct report_endpoint host;
			char wall[WALL_TEXT];     /* RFC 3339 */
			char version[VERSION_TEXT]; /* of the console */
			enum server_kind server;
			char command[SERVER_TEXT]; /* SERVER_COMMAND: its command line */
		} start;
		struct { enum command_source source; } command;
		struct event_call call;            /* call, errno */
		struct {
			enum connection_what what;
			unsigned conn;
			bool reset;       /* closed by RST, not FIN */
			struct report_endpoint local, remote;
		} connection;
		struct { struct disposition_row *rows; size_t count; } dispositions; /* owned */
		struct {
			bool whole;               /* not the difference alone */
			struct socket_row *rows;  /* owned */
			size_t count, gone;       /* so many of count, the last, have left */
		} all;
		struct { unsigned conn; size_t bytes; } line;      /* sent, echo */
		struct { enum socket_what what; struct socket_row row; } socket;
		struct {
			unsigned conn;
			enum connection_end end;
			enum tcp_state from, to;
			bool inferred;
		} state;
		struct {
			unsigned conn;
			uint32_t rto;             /* microseconds */
			uint32_t retransmits;
			int64_t next_at;          /* session ns, 0: nothing to send again */
			int64_t gives_up_at;      /* session ns, 0: not known */
		} timer;
		struct {
			unsigned conn;
			enum connection_end end;
			struct tcp_details tcp;   /* ago: before the event's time */
		} details;
		struct {
			enum process_what what;
			struct process_row row;
			struct process_end end;
		} process;
		struct { int number; pid_t to; enum signal_by by; bool caught; } signal;
		struct { enum host_what what; int64_t kill_at; /* shutting down */ } host;
		struct { pid_t pid; int stream; } output;
		struct { pid_t pid; unsigned count; } lost;
		struct { bool pass; } expect;
		struct {
			unsigned answer;          /* the right one, from 1 */
			unsigned chosen;          /* by the room, 0: not yet */
		} ask;
		struct {                          /* text: its name */
			enum lesson_what what;
			unsigned line;            /* failed: of the command in its file */
			char section[LESSON_SECTION];
		} lesson;
		struct { char section[WHY_SECTION]; } why;  /* text: of what */
		struct { unsigned passed, failed, skipped; } summary;
		struct { int status; } end;
	};
};

/* Frees what the event owns, not the event itself. */
void event_release(struct event *event);

/* The start of a session as it is now: the time on the wall, the version. */
void event_stamp_start(struct event *event);

/* Sets the event's text to a copy of length bytes.  Returns 0, or -1 (ENOMEM). */
int event_set_text(struct event *event, const char *text, size_t length);

/* The contract's words. */
const char *event_type_name(enum event_type type);
const char *event_source_name(enum command_source source);
const char *event_end_name(enum connection_end end);
const char *event_connection_what_name(enum connection_what what);
const char *event_socket_what_name(enum socket_what what);
const char *event_process_what_name(enum process_what what);
const char *event_host_what_name(enum host_what what);
const char *event_server_kind_name(enum server_kind kind);
const char *event_lesson_what_name(enum lesson_what what);
const char *event_signal_by_name(enum signal_by by);
const char *event_role_name(enum report_role role);
const char *event_call_name(enum report_call call);
bool event_call_ends(enum report_call call); /* shutdown or close */

/* Of sent, echo: is it text behind which no newline went or came? */
bool event_is_unended(const struct event *event);

const char *event_option_name(enum report_option option);
const char *event_disposition_name(enum order_disposition disposition);

#endif
