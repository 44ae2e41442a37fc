/* world.h: the two hosts that a session is about, and what is seen of them.
 *
 * The client with its connections, the server with its children, the host that it is on
 * and how it fails; the guard that starts and ends them, and the watches that look at the
 * kernel.  A world tells what happens by its log alone, and knows nothing of commands:
 * the session has one, and the language on top. */
#ifndef WORLD_H
#define WORLD_H

#include "all_sockets.h"
#include "client.h"
#include "host.h"
#include "launcher.h"
#include "process_watch.h"
#include "server.h"
#include "socket_watch.h"

#include <stdarg.h>

enum {
	WORLD_ERROR = 400,  /* bytes of a line that says why something cannot be */
	WORLD_PATH = 4096,
};

/* What it is made of. */
struct world_options {
	const char *host;          /* NULL: 127.0.0.1 */
	const char *port;          /* NULL: 9877 */
	int family;                /* 0, 4 or 6 */
	bool no_server;
	const char *const *set;    /* KEY=VALUE, set_count of them */
	size_t set_count;
	size_t events;             /* that the log keeps; 0: LOG_CAPACITY */
	const char *directory;     /* where tcpserv and tcpcli are */
	const char *const *server; /* SERVER and its arguments, run in place of tcpserv;
	                              NULL: tcpserv */
};

struct world {
	struct world_options options;
	char directory[WORLD_PATH];
	struct loop *loop;
	struct log *log;
	struct launcher *launcher;
	struct process_watch *processes;
	struct socket_watch *sockets;
	struct all_sockets *all;        /* of the machine; read when somebody looks */
	struct report_endpoint host_endpoint;
	char host_name[256];
	bool host_is_local, port_given;
	uint16_t wanted_port;           /* before the next free one was taken */
	uint64_t files;                 /* RLIMIT_NOFILE as it was */
	struct client client;
	struct server server;
	struct host host;
	struct timer *tick;             /* a round of the loop is wanted by then */
	struct timer *hold;             /* how long server reports are held back */
	bool ended;                     /* it is being taken down */
	bool failed;                    /* an error was told */
	bool disbelieved;               /* a report was, and that was told */
};

/* Makes its parts, and starts the guard (a fork: call this before curses, readline and
 * threads).  The world is zeroed.  False with one line in error (room for WORLD_ERROR)
 * and the exit status for it in *status; world_free is due in any case. */
bool world_build(struct world *world, const struct world_options *options,
    char *error, int *status);

/* The first events: start, the server, the client.  Call it when all readers have
 * subscribed. */
void world_begin(struct world *world);

/* A round of the loop is over: what no event tells is looked at. */
void world_look(struct world *world);

/* Ends the guard, and with it every process; waits until it is gone (at most 2 s), and
 * frees what the world holds, but not its struct. */
void world_free(struct world *world);

/* Looks HOST and PORT up; false with one line of WORLD_ERROR bytes in error. */
bool world_resolve(struct world *world, char *error);

/* Starts the guard; false with errno. */
bool world_launch(struct world *world);

/* Appends an event that the world itself made. */
void world_append(struct world *world, struct event *event);

/* Appends a line of text as an event of this type. */
void world_tell(struct world *world, enum event_type type, const char *format,
    va_list arguments) __attribute__((format(printf, 3, 0)));

/* Appends an `error`, a `note` event: one line. */
void world_error(struct world *world, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
void world_note(struct world *world, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* Something happened: everybody looks. */
void world_kick(struct world *world);

/* A process ended so (as of wait(2)): when it was by a SIGPIPE that nobody sent but
 * the kernel, that is told. */
void world_tell_sigpipe(struct world *world, pid_t pid, int status, int64_t time);

/* Sends a signal to a process of ours and tells it; false with errno. */
bool world_signal(struct world *world, pid_t pid, int number, enum signal_by by);

#endif
