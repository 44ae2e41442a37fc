/* server_foreign.c: a server that someone else wrote.
 *
 * What the command line started need not be what serves.  It may be a script that runs
 * the server; a daemon's parent, which exits once its child stands; a loop of one
 * server after the other.  So `main` is what was started, and the server is who holds
 * the listening socket; when it does not, some other descendant that does takes over.
 * Except from one that was ended by a signal of ours, or failed: a child that happens
 * to have inherited the listener then is no server, as nobody accepts. */
#include "server_foreign.h"

#include "endpoint.h"
#include "server_output.h"
#include "session_internal.h"
#include "server_trouble.h"
#include "socket_holder.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define PATIENCE SECONDS(2)             /* until it is said that it does not listen */
#define HANDING_OVER MILLISECONDS(100)  /* from accept to a child that is forked */
#define ORPHANED MILLISECONDS(200)      /* from a daemon's fork until it is found */

struct foreign {
	pid_t main;             /* what was started; 0: it has ended */
	uint64_t start_time;    /* when, as in its stat */
	int64_t begun_at;
	uint64_t looked_at;     /* the log's end, when last looked */
	uint64_t asked_inode;   /* of a listener whose holder was looked for */
	bool told;              /* that it does not listen */
	bool may_follow;        /* somebody who descends from it may take over */
	bool ending;            /* it was sent a signal that ends */
	int64_t alone_at;       /* since when nobody is left; 0: somebody is */
	struct process_end end; /* the latest server's */
	unsigned missed;        /* the connection whose rows were in no reading, since when */
	int64_t missed_at;
	struct server_output *output;
};

/* The process that all of them descend from. */
static pid_t
tree_root(void *context)
{
	const struct session *session = context;
	if (!session->server.ours)
		return session->server.pid;
	/* a program of ours that the guard is just starting is not theirs */
	return launcher_is_starting(session->launcher) ? 0 :
	    launcher_guard(session->launcher);
}

/* What is remembered of a foreign server, made when the first is there. */
static struct foreign *
foreign_of(struct session *session)
{
	if (session->server.foreign != NULL)
		return session->server.foreign;
	struct foreign *foreign = calloc(1, sizeof *foreign);
	if (foreign == NULL)
		return NULL;
	foreign->output = server_output_new(session->loop, session->log);
	if (foreign->output == NULL) {
		free(foreign);
		return NULL;
	}
	session->server.foreign = foreign;
	socket_watch_foreign(session->sockets, true);
	process_watch_tree(session->processes, tree_root);
	return foreign;
}

/* One that was there before. */
void
foreign_watch(struct session *session)
{
	if (foreign_of(session) == NULL)
		session_error(session, "server: %s", strerror(errno));
}

/* Runs the command. */
void
foreign_start(struct session *session)
{
	struct server *server = &session->server;
	struct foreign *foreign = foreign_of(session);
	int out = -1, error = -1;
	server->listening = server->starting = false;
	if (foreign == NULL || !server_output_open(foreign->output, &out, &error)) {
		session_error(session, "server: no pipes for what it writes: %s",
		    strerror(errno));
		return;
	}
	server->start_serial = launcher_start_foreign(session->launcher,
	    server->command, out, error);
	int number = errno;
	close(out);
	close(error);
	server->starting = server->start_serial != 0;
	foreign->main = 0;
	foreign->start_time = UINT64_MAX; /* nobody of this one is there yet */
	foreign->begun_at = loop_now(session->loop);
	foreign->told = foreign->ending = false;
	foreign->alone_at = 0;
	foreign->may_follow = true;
	foreign->end = (struct process_end){0};
	if (!server->starting) {
		server_output_forget(foreign->output);
		session_error(session, "server: cannot start %.80s: %s",
		    server->command[0], number == E2BIG ?
		    "its command line is too long" : strerror(number));
	}
}

/* It runs. */
void
foreign_started(struct session *session, pid_t pid)
{
	struct process_stat stat;
	session->server.foreign->main = pid;
	session->server.foreign->start_time =
	    process_stat_read(&stat, pid) == 0 ? stat.start_time : 0;
	server_output_name(session->server.foreign->output, pid);
}

/* It could not be run. */
void
foreign_failed(struct session *session, int error)
{
	const char *program = session->server.command[0];
	server_output_forget(session->server.foreign->output);
	session->server.foreign->may_follow = false;
	server_ended(session);
	runner_forget_opening(session);
	trouble_not_run(session, program, error);
}

/* The command line. */
void
foreign_command_text(const struct session *session, char *text, size_t size)
{
	size_t used = 0;
	*text = '\0';
	for (const char *const *word = session->server.command; *word != NULL &&
	    used < size; word++)
		used += (size_t)snprintf(text + used, size - used, "%s%s",
		    used > 0 ? " " : "", *word);
}

/* The latest row with this number, ended or not; NULL. */
static const struct moment_process *
latest_row(const struct moment *now, pid_t pid)
{
	for (size_t i = now->process_count; i-- > 0;)
		if (now->processes[i].row.pid == pid)
			return &now->processes[i];
	return NULL;
}

/* Does it run, as far as is known? */
static bool
runs(const struct session *session, pid_t pid)
{
	return pid != 0 && moment_process_runs(moment_process(log_now(session->log), pid));
}

/* Makes a process the server, and its children the server's. */
static void
take_over(struct session *session, pid_t pid)
{
	const struct moment *now = log_now(session->log);
	struct server *server = &session->server;
	if (server->pid != 0)
		process_watch_role(session->processes, server->pid, ROLE_OTHER);
	process_watch_role(session->processes, pid, ROLE_SERVER);
	for (size_t i = 0; i < now->process_count; i++)
		if (moment_process_runs(&now->processes[i]) &&
		    now->processes[i].row.ppid == pid)
			process_watch_role(session->processes,
			    now->processes[i].row.pid, ROLE_CHILD);
	server->pid = pid;
	socket_watch_force(session->sockets);
}

/* Who listens at the port, if it is not the server? */
static const struct moment_socket *
listener_row(const struct moment *now)
{
	const struct moment_socket *found = NULL;
	for (size_t i = 0; i < now->socket_count; i++) {
		const struct moment_socket *socket = &now->sockets[i];
		if (socket->gone_at != 0 || socket->row.tcp.state != STATE_LISTEN)
			continue;
		if (found == NULL || socket->row.owner_pid == now->server)
			found = socket;
	}
	return found;
}

/* The server has ended: what it was started by goes on in its place, or one that
 * descends from it will, or it is down. */
static void
note_end(struct session *session)
{
	struct server *server = &session->server;
	struct foreign *foreign = server->foreign;
	const struct moment_process *row = latest_row(log_now(session->log), server->pid);
	foreign->end = row != NULL ? row->end : (struct process_end){0};
	if (!runs(session, foreign->main))
		foreign->main = 0;
	if (foreign->main != 0) {
		foreign->ending = false;
		take_over(session, foreign->main);
		return;
	}
	if (!foreign->end.known || !WIFEXITED(foreign->end.status) ||
	    WEXITSTATUS(foreign->end.status) != 0 || foreign->ending)
		foreign->may_follow = false;
	server_output_drain(foreign->output);
	process_watch_refresh(session->processes); /* a daemon comes to the guard */
	server->pid = 0;
	server->listening = false;
	socket_watch_force(session->sockets);
}

/* Is anybody left who might listen some day? */
static bool
somebody_may_listen(const struct session *session)
{
	return session->server.pid != 0 || launcher_is_starting(session->launcher) ||
	    (session->server.foreign->may_follow && host_processes(session) > 0);
}

/* Its socket is new; while the cable is out it must not hear. */
static void
silence_new(struct session *session, pid_t pid)
{
	if (log_now(session->log)->host_state == HOST_UNPLUGGED)
		host_silence_again(session, pid);
}

/* Is it one of those that the latest start brought, and is the server not about to
 * end?  A child of an earlier one may hold its listener still. */
static bool
may_take_over(const struct session *session, pid_t pid)
{
	const struct foreign *foreign = session->server.foreign;
	const struct moment_process *process =
	    moment_process(log_now(session->log), pid);
	if (!moment_process_runs(process) || foreign->ending ||
	    process->row.start_time < foreign->start_time)
		return false;
	if (session->server.pid == 0)
		return foreign->may_follow;
	char state = process_watch_state(session->server.pid);
	return state != 'Z' && state != 'X' && state != 0;
}

/* Who holds the listener now? */
static void
look_for_listener(struct session *session)
{
	struct server *server = &session->server;
	struct foreign *foreign = server->foreign;
	const struct moment_socket *socket = listener_row(log_now(session->log));
	pid_t owner = socket != NULL ? socket->row.owner_pid : 0;
	if (owner != 0 && owner != server->pid && may_take_over(session, owner)) {
		take_over(session, owner);
		if (owner != foreign->main)
			session_note(session, "the server is PID %d: it holds the listening socket",
			    (int)owner);
	}
	bool listens = owner != 0 && owner == server->pid;
	if (listens && !server->listening) {
		silence_new(session, owner);
		trouble_address(session, &socket->row.tcp.local);
	}
	server->listening = listens;
	if (listens)
		server->starting = false;
}

/* Is it over?  One search can miss a daemon that its parent has left, and that the guard
 * has not taken up: where somebody may follow, nobody is found twice. */
static bool
is_over(struct session *session)
{
	struct foreign *foreign = session->server.foreign;
	int64_t now = loop_now(session->loop);
	if (!somebody_may_listen(session))
		process_watch_refresh(session->processes); /* it was not searched meanwhile */
	if (somebody_may_listen(session)) {
		foreign->alone_at = 0;
		return false;
	}
	if (!foreign->may_follow)
		return true;
	if (foreign->alone_at == 0)
		foreign->alone_at = now;
	timer_no_later(session->tick, MILLISECONDS(50));
	return now - foreign->alone_at >= ORPHANED;
}

/* A server that the console started: is it there, does it listen? */
static void
look_at_server(struct session *session)
{
	struct server *server = &session->server;
	struct foreign *foreign = server->foreign;
	if (server->pid != 0 && !runs(session, server->pid))
		note_end(session);
	look_for_listener(session);
	if (!server->starting || !is_over(session))
		return;
	server->starting = false;
	if (foreign->ending)
		return;
	const struct moment_socket *socket = listener_row(log_now(session->log));
	runner_forget_opening(session);
	trouble_ended(session, foreign->output, &foreign->end,
	    socket != NULL ? socket->row.owner_pid : 0);
}

/* A child that serves a connection is told so, unless it serves another one still. */
static void
look_at_children(struct session *session)
{
	const struct moment *now = log_now(session->log);
	const struct report_endpoint *here = &now->host;
	for (size_t i = 0; i < now->socket_count; i++) {
		const struct socket_row *row = &now->sockets[i].row;
		const struct moment_process *child = row->owner_pid == 0 ? NULL :
		    moment_process(now, row->owner_pid);
		if (now->sockets[i].gone_at != 0 || child == NULL ||
		    row->tcp.local.port != here->port ||
		    row->tcp.state == STATE_LISTEN || row->end == END_CLIENT ||
		    (child->row.role != ROLE_CHILD && child->row.role != ROLE_OTHER) ||
		    endpoint_equal(&child->row.peer, &row->tcp.remote))
			continue;
		const struct moment_socket *old = moment_socket(now, &row->tcp.local,
		    &child->row.peer, row->tcp.family);
		if (child->row.peer.family != 0 && old != NULL &&
		    old->row.owner_pid == row->owner_pid)
			continue;
		silence_new(session, row->owner_pid);
		process_watch_serves(session->processes, row->owner_pid,
		    &row->tcp.remote, row->conn);
	}
}

/* A server that was there before: has it ended, and is another one there? */
static void
look_at_watched(struct session *session)
{
	struct server *server = &session->server;
	if (server->pid != 0 && !runs(session, server->pid))
		server_ended(session);
	const struct moment_socket *socket = listener_row(log_now(session->log));
	if (server->pid != 0 || socket == NULL || socket->row.tcp.inode == 0 ||
	    socket->row.tcp.inode == server->foreign->asked_inode)
		return;
	server->foreign->asked_inode = socket->row.tcp.inode;
	pid_t owner = socket_holder_anybody(socket->row.tcp.inode);
	if (owner == 0)
		return;
	server->pid = owner;
	process_watch_add(session->processes, owner, ROLE_SERVER, PROCESS_STARTED,
	    NULL, 0, loop_now(session->loop));
	socket_watch_force(session->sockets);
	session_note(session, "PID %d listens at the port now: it is watched", (int)owner);
}

/* Was the listener read before the process that holds it was known? */
static bool
has_unowned_listener(const struct moment *now)
{
	const struct moment_socket *socket = listener_row(now);
	return socket != NULL && socket->row.owner_pid == 0;
}

/* Something may have happened. */
void
foreign_look(struct session *session)
{
	struct server *server = &session->server;
	struct foreign *foreign = server->foreign;
	int64_t since = loop_now(session->loop) - foreign->begun_at;
	if (server->ours && server->starting && !foreign->told &&
	    !host_is_dark(session)) {
		timer_no_later(session->tick, MILLISECONDS(50));
		if (has_unowned_listener(log_now(session->log)))
			socket_watch_force(session->sockets);
		foreign->told = since > PATIENCE;
		if (foreign->told)
			trouble_deaf(session, foreign->output);
	}
	if (foreign->looked_at == log_end(session->log) && !server->starting)
		return;
	foreign->looked_at = log_end(session->log);
	if (server->ours)
		look_at_server(session);
	else
		look_at_watched(session);
	look_at_children(session);
}

/* What started the server is ended with it. */
void
foreign_stop(struct session *session)
{
	pid_t starter = foreign_starter(session);
	if (starter != 0)
		session_signal(session, starter, SIGTERM, BY_USER);
}

/* All of its processes are ended by the session. */
void
foreign_end(struct session *session)
{
	if (session->server.foreign != NULL)
		session->server.foreign->ending = true;
}

/* A signal went to a process. */
void
foreign_signalled(struct session *session, pid_t pid, int number)
{
	if (pid == session->server.pid && (number == SIGTERM || number == SIGKILL ||
	    number == SIGINT || number == SIGHUP || number == SIGQUIT))
		session->server.foreign->ending = true;
}

/* Does what started the server still run, beside it? */
pid_t
foreign_starter(const struct session *session)
{
	const struct foreign *foreign = session->server.foreign;
	return foreign != NULL && foreign->main != session->server.pid &&
	    runs(session, foreign->main) ? foreign->main : 0;
}

/* Did its rows come and go before anybody could read them?  The table has neither end,
 * in a reading that began after connect had returned. */
static bool
was_missed(struct session *session, const struct moment_connection *connection)
{
	struct foreign *foreign = session->server.foreign;
	if (!connection->established || connection->client != STATE_GONE ||
	    connection->server != STATE_GONE)
		return false;
	if (foreign->missed != connection->conn) {
		foreign->missed = connection->conn;
		foreign->missed_at = loop_now(session->loop);
	} else if (socket_watch_read_at(session->sockets) > foreign->missed_at) {
		return true;
	}
	socket_watch_force(session->sockets);
	return false;
}

/* Is the server's end in somebody's hands?  In those of the server itself, it may be
 * about to fork. */
bool
foreign_has_accepted(struct session *session,
    const struct moment_connection *connection)
{
	const struct moment *now = log_now(session->log);
	const struct moment_socket *socket = NULL;
	for (size_t i = 0; i < now->socket_count && socket == NULL; i++)
		if (now->sockets[i].gone_at == 0 &&
		    now->sockets[i].row.conn == connection->conn &&
		    now->sockets[i].row.end == END_SERVER)
			socket = &now->sockets[i];
	if (socket == NULL || socket->row.tcp.inode == 0)
		return socket == NULL && was_missed(session, connection);
	const struct moment_process *child = moment_process(now, connection->child);
	if (child != NULL && child->row.role == ROLE_CHILD)
		return true;
	process_watch_kick(session->processes);
	int64_t until = socket->changed_at + HANDING_OVER;
	if (loop_now(session->loop) < until)
		return false;
	if (process_watch_searched_at(session->processes) < until)
		process_watch_refresh(session->processes);
	else if (socket_watch_read_at(session->sockets) >= until)
		return true;
	socket_watch_force(session->sockets);
	return false;
}

void
foreign_free(struct session *session)
{
	struct foreign *foreign = session->server.foreign;
	if (foreign == NULL)
		return;
	server_output_free(foreign->output);
	free(foreign);
	session->server.foreign = NULL;
}
