/* world.h: the two hosts that a session is about, and what is seen of them.
 *
 * The client with its connections, the server with its children, the host that it is on
 * and how it fails; the guard that starts and ends them, and the watches that look at the
 * kernel.  A world tells what happens by its log alone, and knows nothing of commands:
 * the session has one, and the language on top. */
#ifndef WORLD_H
#define WORLD_H

#include "all_sockets.h"
#include "channel.h"
#include "launcher.h"
#include "process_watch.h"
#include "settings.h"
#include "socket_watch.h"

#include <stdarg.h>

enum {
	WORLD_ERROR = 400,  /* bytes of a line that says why something cannot be */
	WORLD_PATH = 4096,
};

struct guest; /* server_guest.h */

/* What it is made of. */
struct world_options {
	const char *host;          /* NULL: 127.0.0.1 */
	const char *port;          /* NULL: 9877; 0: one that is free */
	int family;                /* 0, 4 or 6 */
	bool no_server;
	bool output_is_pipe;       /* of a server behind --; else a terminal */
	const char *const *set;    /* KEY=VALUE, set_count of them */
	size_t set_count;
	size_t events;             /* that the log keeps; 0: LOG_CAPACITY */
	const char *directory;     /* where tcpserv and tcpcli are */
	const char *const *server; /* SERVER and its arguments, with {port} in place of PORT, run
	                              in place of tcpserv; NULL: tcpserv */
};

enum { CHANNELS_MAX = 64 };

/* The client, as the console sees it. */
struct client {
	pid_t pid;              /* 0: none runs */
	bool starting;          /* asked for, not yet started */
	uint32_t start_serial;  /* the launcher's */
	struct channel *channel;
	uint32_t order_serial, done_serial;
	unsigned conns;         /* numbers given away */
	unsigned unbegun;       /* connects whose local end is not known yet */
	int sigpipe;            /* enum order_disposition */
	int64_t timeout;        /* ms, 0: default */
	int keepalive;          /* seconds between probes, 0: none */
	int byte_order;         /* enum wire_order */
	int long_bits;          /* 0 and 64: the default; 32 */
	bool reads_always, exit_on_eof;
	bool vanishing;         /* its sockets were told to go by RST */
	struct line_buffer *lines; /* of conn lines_from and on: what is not whole yet */
	size_t lines_room;
	unsigned lines_from;       /* the first connection of this client, less 1 */
};

/* The server, as the console sees it. */
struct server {
	bool ours;              /* we start it */
	char **command;         /* in place of tcpserv; NULL: tcpserv */
	struct guest *guest;    /* server_guest.h; NULL: tcpserv, or none */
	pid_t pid;              /* the latest parent, 0: none runs */
	bool starting, listening;
	bool never_came;        /* it could not be run, or ended before it listened */
	bool has_listened;      /* tcpserv has, since the start */
	uint32_t start_serial;
	struct settings settings, initial;
	struct channel *channels[CHANNELS_MAX]; /* older ones: children serve on */
	size_t channel_count;
	struct {                /* a listener that was there before */
		pid_t owner;
		uid_t uid;
		uint16_t port;
		bool there;
	} found;
};

enum host_phase { PHASE_NONE, PHASE_STOP, PHASE_END, PHASE_START, PHASE_GRACE };

/* The server's host. */
struct host {
	enum host_phase phase;
	bool then_reboot;       /* after the crash that a reboot from up begins with */
	bool refused;           /* pidfd_getfd is: the fallback of host.c */
	int64_t deadline;
	unsigned told;          /* host events so far */
	struct timer *timer;
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
	bool host_is_any;               /* 0.0.0.0 or ::, which the client calls on loopback */
	uint16_t wanted_port;           /* before the next free one was taken */
	uint64_t files;                 /* RLIMIT_NOFILE as it was */
	struct client client;
	struct server server;
	struct host host;
	struct timer *tick;             /* a round of the loop is wanted by then */
	struct timer *hold;             /* how long server reports are held back */
	struct timer *unended;          /* how long the rest of a line is waited for */
	bool ending;                    /* the guard ends all that it has started */
	bool ended;                     /* it is being taken down */
	bool failed;                    /* an error was told */
	bool disbelieved;               /* a report was, and that was told */
};

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
void world_look_soon(struct world *world);

/* A process ended so (as of wait(2)): when it was by a SIGPIPE that nobody sent but
 * the kernel, that is told. */
void world_tell_sigpipe(struct world *world, pid_t pid, int status, int64_t time);

/* Ends all that the world has started, and tells how each of it ended. */
void world_end(struct world *world);

/* Sends a signal to a process of ours and tells it; false with errno. */
bool world_signal(struct world *world, pid_t pid, int number, enum signal_by by);

#endif
