/* session_internal.h: what the parts of a session share.
 *
 * Only the files that make a session up include it: session.c, reports.c,
 * client.c, server.c, host.c, runner.c, expect.c and the commands. */
#ifndef SESSION_INTERNAL_H
#define SESSION_INTERNAL_H

#include "channel.h"
#include "command.h"
#include "launcher.h"
#include "process_watch.h"
#include "session.h"
#include "settings.h"
#include "socket_watch.h"

enum { CHANNELS_MAX = 64, PATH_TEXT = 4096 };

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
	bool reads_always, exit_on_eof;
	struct line_buffer *lines; /* conn N at N-1: a line that is not whole yet */
	size_t lines_room;
};

/* The server, as the console sees it. */
struct server {
	bool ours;              /* we start it */
	pid_t pid;              /* the latest parent, 0: none runs */
	bool starting, listening;
	uint32_t start_serial;
	struct settings settings, initial;
	struct channel *channels[CHANNELS_MAX]; /* older ones: children serve on */
	size_t channel_count;
};

enum host_step { STEP_NONE, STEP_STOP, STEP_END, STEP_START, STEP_GRACE };

/* The server's host. */
struct host {
	enum host_step step;
	bool then_reboot;       /* after the crash that a reboot from up begins with */
	bool refused;           /* pidfd_getfd is: the fallback of host.c */
	int64_t deadline;
	unsigned told;          /* host events so far */
	struct timer *timer;
};

/* A command that runs, and what it has to remember. */
struct running {
	const struct command *command;  /* NULL: nothing runs */
	char *text;                     /* the line */
	const char *arguments;          /* inside text */
	enum command_source source;
	int64_t begun_at, deadline;
	uint64_t mark;                  /* log_end() when it began */
	uint32_t serial;                /* of its order to the client */
	unsigned first, count;          /* of its connections */
	unsigned told;                  /* host events before it */
	pid_t pid;
	int number;                     /* the signal sent to it */
	int step;                       /* of a command that takes several */
	int64_t interrupt;              /* connect: ms, 0: not */
	int64_t deadline_seen;          /* connect: how long its row is waited for */
	struct expectation *expectation;
	char error[SESSION_ERROR];      /* not empty: the arguments are wrong */
	bool check_only;                /* nothing is to be begun */
};

/* A line that waits for its turn. */
struct queued {
	struct queued *next;
	enum command_source source;
	char text[];
};

struct session {
	struct session_options options;
	char directory[PATH_TEXT];
	struct loop *loop;
	struct log *log;
	struct launcher *launcher;
	struct process_watch *processes;
	struct socket_watch *sockets;
	struct report_endpoint host_endpoint;
	char host_name[256];
	bool host_is_local, port_given;
	uint16_t wanted_port;           /* before the next free one was taken */
	uint64_t files;                 /* RLIMIT_NOFILE as it was */
	struct client client;
	struct server server;
	struct host host;
	struct running running;
	struct queued *queue, **queue_end;
	struct timer *tick;             /* lets the running command move on */
	struct timer *hold;             /* how long server reports are held back */
	uint64_t acting_mark;           /* log_end() when the last command that acts began */
	struct taken { unsigned conn; uint64_t next; } *taken; /* echoes, by expectations */
	size_t taken_count;
	bool ready;                     /* the server listens, or will not */
	bool ended, failed;
	struct { pid_t pid; int pidfd, number; bool asked; } foreign; /* a question is out */
	session_question *question;
	void *question_context;
	bool (*show)(void *context, const char *what);
	void *show_context;
};

/* session.c */
void session_append(struct session *session, struct event *event);
void session_kick(struct session *session);
void session_forget_question(struct session *session);
bool session_address_is_local(const struct report_endpoint *endpoint);

/* reports.c: a report becomes events. */
void reports_take(void *context, struct channel *channel, const struct report *report);
void reports_drain(struct session *session);
void reports_forget_lines(struct session *session);

/* client.c */
void client_start(struct session *session);
void client_ended(struct session *session);
uint32_t client_order(struct session *session, struct order *order);
bool client_orders_done(const struct session *session, uint32_t serial);
unsigned client_connect(struct session *session, unsigned count, int64_t interrupt_ms);
void client_free(struct session *session);

/* server.c */
void server_start(struct session *session);
void server_stop(struct session *session, bool resume);
void server_choose_port(struct session *session);
void server_find(struct session *session);
void server_ended(struct session *session);
bool server_is_settled(const struct session *session);
void server_sweep_channels(struct session *session);
void server_hold(struct session *session, bool hold);
void server_tell_settings(struct session *session);
void server_free(struct session *session);

/* host.c */
bool host_init(struct session *session);
void host_crash(struct session *session);
void host_reboot(struct session *session);
void host_shutdown(struct session *session, int64_t grace);
void host_unplug(struct session *session);
void host_plug(struct session *session);
void host_silence_again(struct session *session, pid_t pid);
void host_vanish(struct session *session, pid_t pid);
void host_heal(struct session *session);
bool host_is_dark(const struct session *session);
bool host_is_silent(const struct session *session);
unsigned host_processes(const struct session *session);

/* expect.c */
struct expectation *expectation_parse(const char *text, char *error, size_t size);
void expectation_free(struct expectation *expectation);

/* runner.c: the queue. */
void runner_step(struct session *session);
void runner_free(struct session *session);

/* Sends a signal to a process of ours and tells it; false with errno. */
bool session_signal(struct session *session, pid_t pid, int number, enum signal_by by);

/* The arguments are wrong, or it cannot be done: one line that names the mend. */
void refuse(struct running *running, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* Reads a number of an argument: "[N]" alone at the start of text; the rest in
 * *rest.  -1 when the word is no number. */
long argument_number(const char *text, const char **rest);

/* The TEXT of a command, on its own: closing blanks and quotes around all of it
 * taken off; malloc'ed, NULL when there is no memory. */
char *argument_text(const char *text);

/* Copies the next word of *text into word (size bytes) and moves on; false when
 * there is none. */
bool argument_word(const char **text, char *word, size_t size);

/* Seconds ("3", "0.5") as ns; -1 when it is no such number up to a day. */
int64_t argument_seconds(const char *word);

/* The command rows' functions, by file. */
typedef void command_run(struct session *, struct running *, const char *);
typedef bool command_done(struct session *, struct running *);

command_run command_connect, command_send, command_use, command_read,
    command_shutdown, command_close, command_abort, command_client_sigpipe,
    command_client_timeout, command_client_reads, command_client_on_eof,
    command_client_start;
command_done connect_done, order_done, client_start_done;

command_run command_server_start, command_server_stop, command_server_restart,
    command_server_pause, command_server_resume, command_server_set,
    command_kill, command_kill_child, command_kill_server, command_kill_client;
command_done server_started, server_stopped, server_restarted, server_paused,
    server_resumed, signal_taken;

command_run command_host_crash, command_host_reboot, command_host_shutdown,
    command_host_unplug, command_host_plug;
command_done host_told;

command_run command_show, command_expect, command_wait, command_say, command_reset,
    command_quit, command_help;
command_done expect_done, wait_done, reset_done, quit_done;

#endif
