/* moment.h: the state of everything at one position of the log.
 *
 * A moment is folded from events, one after the other, and from nothing else:
 * fold the same events and the same moment comes out, at home, from a file, a
 * week later.  "Now" is the moment at the log's end.  Whoever watches the kernel
 * compares what it sees with now, and appends the events that make it true. */
#ifndef MOMENT_H
#define MOMENT_H

#include "event.h"

/* A socket row; a row that left the table stays for a while, with gone_at set. */
struct moment_socket {
	struct socket_row row;
	int64_t changed_at;
	int64_t gone_at;       /* 0: in the table */
	uint32_t next;         /* of its chain, see socket_chains */
};

/* A process row; one that was reaped stays for a while, with ended_at set. */
struct moment_process {
	struct process_row row;
	enum process_what what;     /* the last that is known of it */
	bool forked;                /* by the server: counted as its child */
	struct process_end end;
	int64_t changed_at;
	int64_t ended_at;           /* 0: in the table, as a zombie perhaps */
	uint32_t next;              /* of its chain, see process_chains */
};

/* One of the client's connections.  Of those that are over, the latest few hundred are
 * kept. */
struct moment_connection {
	unsigned conn;
	struct report_endpoint local, remote;
	bool open;                  /* the client holds its descriptor */
	bool established;           /* connect has returned 0 */
	bool failed;                /* connect has failed */
	enum tcp_state client, server;
	enum tcp_close client_close, server_close; /* how each end was let go */
	enum tcp_state client_reached; /* by its shutdown or close; GONE: nowhere yet */
	bool client_left_unread;    /* it closed with bytes that it had not read */
	int64_t client_fin_at;      /* when the client's FIN went, if it was the first */
	int64_t server_fin_at;      /* when the server's had come, if it was the first */
	int64_t client_wrote_at, server_wrote_at; /* the last bytes; 0: none */
	bool server_was;            /* the server's end has been in the table */
	bool fin_received;          /* the client's end passed through CLOSE_WAIT */
	bool fin_read;              /* a read of the client has returned 0 */
	bool reset;                 /* a call of the client returned ECONNRESET or EPIPE */
	bool silent;                /* its host crashed or was unplugged since */
	bool rebooted;              /* its host came back since: nobody knows it */
	bool half_closed;           /* the client has shut down its sending half */
	bool keepalive;             /* the client has set SO_KEEPALIVE */
	bool sent_in_silence;       /* the client has written since it is silent */
	pid_t child;                /* who serves it; 0: not known */
	bool served;                /* the child has made a call for it */
	bool child_ended;
	struct process_end child_end;
	bool child_shut_down;       /* it ended while its host was shutting down */
	uint32_t server_unread;     /* bytes the server's end had not read, last seen */
	bool died_with_unread;      /* its child ended with bytes it had not read */
	size_t bytes_sent, bytes_echoed;
	size_t bytes_served;        /* read by the child, as it reported */
	uint32_t rto, retransmits;  /* microseconds; EVENT_TIMER */
	int64_t next_at, gives_up_at;
};

/* The last call that failed or met the end of file, and why. */
struct moment_errno {
	bool any;
	int64_t time;
	struct event_call call;
	int signal;             /* SIGPIPE: it killed the caller, no errno came */
	const char *why;        /* static text */
	const char *section;    /* of the book */
};

/* The lesson that is played, and what its narrator said last. */
struct moment_lesson {
	bool any;                    /* one has begun */
	enum lesson_what what;
	char name[64], title[128], section[LESSON_SECTION];
	bool spoke;                  /* say or question is set */
	char say[1024];              /* the last say; empty: a question came after it */
	char question[512];          /* the last ask; kept, once the room has chosen,
	                                beside the say that tells how it was */
	char answers[1024];          /* a line each */
	unsigned answer, chosen;     /* from 1; chosen 0: not yet */
	char failed[256], got[256];  /* the last step of the lesson that failed, if it
	                                did: expected, seen; the command, its error */
	bool refused;                /* not an expectation: a command and its error */
	bool stuck;                  /* it failed just now, and nothing came after it */
	unsigned line;               /* LESSON_FAILED: of its file */
};

/* What TCP_INFO said last about the two ends of the connection that is followed. */
struct moment_details {
	unsigned conn;          /* 0: none */
	struct moment_end_details {
		bool any;
		int64_t time;   /* of the reading */
		struct tcp_details tcp;
	} client, server;
};

enum { MOMENT_CHAINS = 512 };

struct moment {
	int64_t time;                  /* of the latest event */
	uint64_t events;               /* how many were folded */
	uint64_t begun;                /* of them, before the latest start */
	char world[16];
	char host_name[256];
	struct report_endpoint host;   /* HOST and PORT */
	struct moment_socket *sockets;
	size_t socket_count, socket_room;
	struct socket_row *all;        /* of the whole machine, in all_rows.h's order */
	size_t all_count;              /* 0: nobody looks at them */
	struct moment_process *processes;
	size_t process_count, process_room;
	/* where the rows of a hash begin: 1 and the latest row's number, 0 for none; each
	   row names the one before it */
	uint32_t socket_chains[MOMENT_CHAINS], process_chains[MOMENT_CHAINS];
	struct moment_connection *connections; /* in the order of their numbers */
	size_t connection_count, connection_room;
	unsigned forgotten;            /* the latest that was */
	int64_t oldest_gone;           /* when the first of the rows that linger left */
	size_t gone_sockets, gone_processes; /* that linger */
	unsigned current;              /* connection, 0: none yet */
	enum host_what host_state;
	int64_t host_since;
	int64_t host_kill_at;          /* it shuts down: when SIGKILL follows; 0: not told */
	char host_how[160];            /* how its silence is made */
	enum server_kind server_kind;
	char server_command[SERVER_TEXT]; /* SERVER_COMMAND: its command line */
	char settings[640];            /* settings_text(); empty: it is not tcpserv */
	struct moment_errno last;
	struct moment_details details;
	struct moment_lesson lesson;
	bool script;                   /* the last command came from a scenario */
	uint64_t sent, echoed;         /* how many such events */
	unsigned lost;                 /* reports */
	pid_t server, client;          /* the latest, 0: none runs */
};

/* A moment before all events. */
void moment_init(struct moment *moment);

/* Folds one event in.  Returns 0, or -1 with errno ENOMEM. */
int moment_apply(struct moment *moment, const struct event *event);

/* Copies from over what is in *to, which is not freed.  Returns 0, or -1 with errno
 * ENOMEM: then *to is a moment before all events. */
int moment_copy(struct moment *to, const struct moment *from);

/* How many bytes it takes. */
size_t moment_size(const struct moment *moment);

/* Frees what the moment holds. */
void moment_release(struct moment *moment);

/* The row in the table with these two ends (LISTEN: remote any), gone ones
 * left out; NULL when there is none. */
struct moment_socket *moment_socket(const struct moment *moment,
    const struct report_endpoint *local, const struct report_endpoint *remote,
    uint8_t family);

/* The row that this one is a reading of: the one with its ends, and of listeners, of
 * which several can have the same ends (SO_REUSEPORT), the one with its inode. */
struct moment_socket *moment_socket_like(const struct moment *moment,
    const struct tcp_row *row);

/* The process in the table, ended ones left out; NULL when there is none. */
struct moment_process *moment_process(const struct moment *moment, pid_t pid);

/* The value of a setting of the server; "" when it is not known. */
void moment_setting(const struct moment *moment, const char *name, char *value,
    size_t size);

/* Connection N; NULL when there is none. */
struct moment_connection *moment_connection(const struct moment *moment, unsigned conn);

/* The connection with these two ends, and which of its ends local is; NULL. */
struct moment_connection *moment_connection_of(const struct moment *moment,
    const struct report_endpoint *local, const struct report_endpoint *remote,
    enum connection_end *end);

/* The first row that is in its table, or the next one after `before`; NULL: no more. */
const struct moment_socket *moment_next_socket(const struct moment *moment,
    const struct moment_socket *before);
const struct moment_process *moment_next_process(const struct moment *moment,
    const struct moment_process *before);

/* The same, of the LISTEN rows of our port alone. */
const struct moment_socket *moment_next_listener(const struct moment *moment,
    const struct moment_socket *before);

/* Of these the server's, of its the one that serves HOST, or else the first that does, or
 * the first one; NULL: nobody listens. */
const struct moment_socket *moment_listener(const struct moment *moment);

/* The process in the table, or the latest of this number that has left it; NULL. */
const struct moment_process *moment_latest_process(const struct moment *moment, pid_t pid);

/* Was it no child that served the connection and has ended, but the server itself? */
bool moment_server_served(const struct moment *moment,
    const struct moment_connection *connection);

/* Is there a LISTEN row for our port? */
bool moment_is_listening(const struct moment *moment);

/* Does the process run, neither a zombie nor gone? */
bool moment_process_runs(const struct moment_process *process);

/* So many processes forked by the server that still run; that are zombies. */
unsigned moment_children(const struct moment *moment);
unsigned moment_zombies(const struct moment *moment);

/* Do more connections wait for accept than tcpserv's backlog has room for: N+1 on Linux?
 * Not known, so not said, of other servers. */
bool moment_queue_is_full(const struct moment *moment);

/* Does the console start and stop the server? */
bool moment_owns_server(const struct moment *moment);

/* Is the server's host crashed or down: can nobody look into it? */
bool moment_host_is_dark(const struct moment *moment);

#endif
