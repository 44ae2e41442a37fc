/* session_internal.h: what the parts of a session share.
 *
 * Only the files that make a session up include it. */
#ifndef SESSION_INTERNAL_H
#define SESSION_INTERNAL_H

#include "all_sockets.h"
#include "client.h"
#include "host.h"
#include "launcher.h"
#include "process_watch.h"
#include "runner.h"
#include "server.h"
#include "session.h"
#include "socket_watch.h"

enum { PATH_TEXT = 4096 };

struct session {
	struct session_options options;
	char directory[PATH_TEXT];
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
	struct running running;
	struct queued *queue, **queue_end;
	struct timer *tick;             /* lets the running command move on */
	struct timer *hold;             /* how long server reports are held back */
	uint64_t acting_mark;           /* log_end() when the last command that acts began */
	struct taken { unsigned conn; uint64_t next; } *taken; /* echoes, by expectations */
	size_t taken_count;
	bool ready;                     /* the server listens, or will not */
	bool ended, failed;
	bool disbelieved;               /* a report was, and that was told */
	struct { pid_t pid; int pidfd, number; bool asked; } foreign; /* a question is out */
	session_question *question;
	void *question_context;
	bool room;                      /* somebody answers an `ask` */
	unsigned chosen;                /* the room's answer to the open one */
	bool (*show)(void *context, const char *what);
	void *show_context;
	bool (*play)(void *context, const char *name, char *error);
	void *play_context;
};

/* Looks HOST and PORT up; false with one line of SESSION_ERROR bytes in error. */
bool session_resolve(struct session *session, char *error);

/* Starts the guard; false with errno. */
bool session_launch(struct session *session);

/* Appends an event that the session itself made. */
void session_append(struct session *session, struct event *event);

/* Something happened: everybody looks. */
void session_kick(struct session *session);

/* No question about a foreign process is out any more. */
void session_forget_question(struct session *session);

/* A process ended so (as of wait(2)): when it was by a SIGPIPE that nobody sent but
 * the kernel, that is told. */
void session_tell_sigpipe(struct session *session, pid_t pid, int status, int64_t time);

/* Sends a signal to a process of ours and tells it; false with errno. */
bool session_signal(struct session *session, pid_t pid, int number, enum signal_by by);

#endif
