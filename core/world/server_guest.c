/* server_guest.c: a server that someone else wrote.
 *
 * What the command line started need not be what serves.  It may be a script that runs
 * the server; a daemon's parent, which exits once its child stands; a loop of one
 * server after the other.  So `main` is what was started, and the server is who holds
 * the listening socket; when it does not, some other descendant that does takes over.
 * Except from one that was ended by a signal of ours, or failed: a child that happens
 * to have inherited the listener then is no server, as nobody accepts. */
#include "server_guest.h"

#include "endpoint.h"
#include "host_silence.h"
#include "server_outsider.h"
#include "server_output.h"
#include "server_state.h"
#include "server_trouble.h"
#include "socket_holder.h"
#include "world.h"

#include <errno.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#define PATIENCE SECONDS(2)             /* until it is said that it does not listen */
#define HANDING_OVER MILLISECONDS(100)  /* from accept to a child that is forked */
#define ORPHANED SECONDS(2)             /* from an exit with 0 until whoever follows is found */
#define DEFERRED MILLISECONDS(500)      /* in SYN_RECV, until that has its reason */
#define UNSEEN SECONDS(1)               /* until a listener that nobody holds is its own */

struct guest {
	pid_t main;             /* what was started; 0: it has ended */
	uint64_t start_time;    /* when, as in its stat */
	int64_t begun_at;
	uint64_t looked_at;     /* the log's end, when last looked */
	uint64_t asked_inode;   /* of a listener whose holder was looked for */
	uint64_t unseen_inode;  /* of one that no descriptor shows */
	bool told;              /* that it does not listen */
	bool hidden;            /* that its descriptors cannot be seen was told */
	bool may_follow;        /* somebody who descends from it may take over */
	bool ending;            /* it was sent a signal that ends */
	int64_t alone_at;       /* since when nobody is left; 0: somebody is */
	struct process_end end; /* the latest server's */
	unsigned missed;        /* the connection whose rows were in no reading, since when */
	int64_t missed_at;
	unsigned deferred;      /* the latest that was told to wait for its first byte */
	struct server_output *output;
};

/* The process that all of them descend from. */
static pid_t
tree_root(void *context)
{
	const struct world *world = context;
	if (!world->server.ours)
		return world->server.pid;
	/* a program of ours that the guard is just starting is not theirs */
	return launcher_is_starting(world->launcher) ? 0 :
	    launcher_guard(world->launcher);
}

/* A signal that ends goes to the server: it is not followed by its heirs. */
static void
read_signal(void *context, const struct event *event, const struct moment *now)
{
	const struct world *world = context;
	int number = event->signal.number;
	(void)now;
	if (event->type == EVENT_SIGNAL && !event->signal.caught &&
	    event->signal.to == world->server.pid && (number == SIGTERM ||
	    number == SIGKILL || number == SIGINT || number == SIGHUP || number == SIGQUIT))
		world->server.guest->ending = true;
}

/* What is remembered of a guest, made when the first is there. */
static struct guest *
guest_of(struct world *world)
{
	if (world->server.guest != NULL)
		return world->server.guest;
	struct guest *guest = calloc(1, sizeof *guest);
	if (guest == NULL)
		return NULL;
	guest->output = server_output_new(world->loop, world->log);
	if (guest->output == NULL || log_subscribe(world->log, read_signal, world) < 0) {
		server_output_free(guest->output);
		free(guest);
		return NULL;
	}
	world->server.guest = guest;
	socket_watch_guest(world->sockets, true);
	process_watch_tree(world->processes, tree_root);
	return guest;
}

void
guest_watch(struct world *world)
{
	if (guest_of(world) == NULL)
		world_error(world, "server: %s", strerror(errno));
}

void
guest_start(struct world *world)
{
	struct server *server = &world->server;
	struct guest *guest = guest_of(world);
	int out = -1, error = -1;
	server->listening = server->starting = false;
	if (guest == NULL || !server_output_open(guest->output,
	    !world->options.output_is_pipe, &out, &error)) {
		world_error(world, "server: no pipes for what it writes: %s",
		    strerror(errno));
		return;
	}
	server->start_serial = launcher_start_guest(world->launcher,
	    (const char *const *)server->command, out, error);
	int number = errno;
	close(out);
	close(error);
	server->starting = server->start_serial != 0;
	guest->main = 0;
	guest->start_time = UINT64_MAX; /* nobody of this one is there yet */
	guest->begun_at = loop_now(world->loop);
	guest->told = guest->hidden = guest->ending = false;
	guest->alone_at = 0;
	guest->may_follow = true;
	guest->end = (struct process_end){0};
	if (!server->starting) {
		server_output_forget(guest->output);
		world_error(world, "server: cannot start %.80s: %s",
		    server->command[0], number == E2BIG ?
		    "its command line is too long" : strerror(number));
	}
}

void
guest_started(struct world *world, pid_t pid)
{
	struct process_stat stat;
	world->server.guest->main = pid;
	world->server.guest->begun_at = loop_now(world->loop);
	world->server.guest->start_time =
	    process_stat_read(&stat, pid) == 0 ? stat.start_time : 0;
	server_output_name(world->server.guest->output, pid);
}

/* It could not be run. */
void
guest_failed(struct world *world, int error)
{
	const char *program = world->server.command[0];
	server_output_forget(world->server.guest->output);
	world->server.guest->may_follow = false;
	server_ended(world);
	world->server.never_came = true;
	trouble_not_run(world, program, error);
}

void
guest_command_text(const struct world *world, char *text, size_t size)
{
	size_t used = 0;
	*text = '\0';
	for (char *const *word = world->server.command; *word != NULL &&
	    used < size; word++)
		used += (size_t)snprintf(text + used, size - used, "%s%s",
		    used > 0 ? " " : "", *word);
}

/* Does it run, as far as is known? */
static bool
runs(const struct world *world, pid_t pid)
{
	return pid != 0 && moment_process_runs(moment_process(log_now(world->log), pid));
}

/* Makes a process the server, and its children the server's. */
static void
take_over(struct world *world, pid_t pid)
{
	const struct moment *now = log_now(world->log);
	struct server *server = &world->server;
	if (server->pid != 0)
		process_watch_role(world->processes, server->pid, ROLE_OTHER);
	process_watch_role(world->processes, pid, ROLE_SERVER);
	for (const struct moment_process *process = NULL;
	    (process = moment_next_process(now, process)) != NULL;)
		if (moment_process_runs(process) && process->row.ppid == pid)
			process_watch_role(world->processes, process->row.pid, ROLE_CHILD);
	server->pid = pid;
	socket_watch_force(world->sockets);
}

/* The server has ended: what it was started by goes on in its place, or one that
 * descends from it will, or it is down. */
static void
note_end(struct world *world)
{
	struct server *server = &world->server;
	struct guest *guest = server->guest;
	const struct moment_process *row = moment_latest_process(log_now(world->log), server->pid);
	guest->end = row != NULL ? row->end : (struct process_end){0};
	if (!runs(world, guest->main))
		guest->main = 0;
	if (guest->main != 0) {
		guest->ending = false;
		take_over(world, guest->main);
		return;
	}
	if (!guest->end.known || !WIFEXITED(guest->end.status) ||
	    WEXITSTATUS(guest->end.status) != 0 || guest->ending)
		guest->may_follow = false;
	server_output_drain(guest->output);
	process_watch_refresh(world->processes); /* a daemon comes to the guard */
	server->pid = 0;
	server->listening = false;
	socket_watch_force(world->sockets);
}

/* Is anybody left who might listen some day? */
static bool
somebody_may_listen(const struct world *world)
{
	return world->server.pid != 0 || launcher_is_starting(world->launcher) ||
	    (world->server.guest->may_follow && host_processes(world) > 0);
}

/* Would what leaves with the machine's own TTL be heard by a socket that is made deaf
 * (plain_ttl.h)?  Else a server that is not ours to write is left as it is. */
static bool
ttl_is_never_dropped(void)
{
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), ttl = 0;
	socklen_t length = sizeof ttl;
	bool known = fd >= 0 && getsockopt(fd, IPPROTO_IP, IP_TTL, &ttl, &length) == 0;
	if (fd >= 0)
		close(fd);
	return known && ttl >= 255;
}

/* Its socket is new; while the cable is out it must not hear. */
static void
silence_new(struct world *world, pid_t pid)
{
	if (log_now(world->log)->host_state == HOST_UNPLUGGED)
		host_silence_again(world, pid);
}

/* Is it one of those that the latest start brought, and is the server not about to
 * end?  A child of an earlier one may hold its listener still. */
static bool
may_take_over(const struct world *world, pid_t pid)
{
	const struct guest *guest = world->server.guest;
	const struct moment_process *process =
	    moment_process(log_now(world->log), pid);
	if (!moment_process_runs(process) || guest->ending ||
	    process->row.start_time < guest->start_time)
		return false;
	if (world->server.pid == 0)
		return guest->may_follow;
	char state = process_watch_state(world->server.pid);
	return state != 'Z' && state != 'X' && state != 0;
}

void
guest_find(struct world *world)
{
	struct server *server = &world->server;
	struct tcp_row row;
	pid_t owner;
	if (server->guest == NULL || server->pid != 0 || !server->guest->may_follow)
		return;
	process_watch_refresh(world->processes);
	if (socket_watch_listener(world->sockets, &world->host_endpoint, &row, &owner) &&
	    owner != 0 && may_take_over(world, owner))
		take_over(world, owner);
}

/* A listener that is nobody's as far as is known: is it the server's all the same?  Its
 * descriptors may not be looked at; or nobody's show it, and time enough has passed. */
static bool
is_unseen(struct world *world, uint64_t inode)
{
	struct guest *guest = world->server.guest;
	if (socket_holder_is_hidden(world->server.pid)) {
		trouble_hidden(world, &guest->hidden);
		return true;
	}
	if (inode == guest->unseen_inode)
		return true;
	if (inode == 0 || inode == guest->asked_inode ||
	    loop_now(world->loop) - guest->begun_at < UNSEEN)
		return false;
	guest->asked_inode = inode;
	if (socket_holder_anybody(inode) != 0)
		return false;
	guest->unseen_inode = inode;
	trouble_unseen(world);
	return true;
}

/* Who holds the listener now? */
static void
look_for_listener(struct world *world)
{
	struct server *server = &world->server;
	struct guest *guest = server->guest;
	const struct moment_socket *socket = moment_listener(log_now(world->log));
	pid_t owner = socket != NULL ? socket->row.owner_pid : 0;
	if (socket != NULL && owner == 0 && server->ours && server->pid != 0 &&
	    is_unseen(world, socket->row.tcp.inode))
		owner = server->pid;
	if (owner != 0 && owner != server->pid && may_take_over(world, owner)) {
		take_over(world, owner);
		if (owner != guest->main)
			world_note(world, "the server is PID %d: it holds the listening socket",
			    (int)owner);
	}
	bool listens = owner != 0 && owner == server->pid;
	if (listens && !server->listening) {
		silence_new(world, owner);
		if (server->ours && ttl_is_never_dropped())
			host_silence_one(world, owner, SPEAK_PLAINLY);
		trouble_address(world, &socket->row.tcp);
	}
	server->listening = listens;
	if (listens)
		server->starting = false;
}

/* Is it over?  One search can miss a daemon that its parent has left, and that the guard
 * has not taken up: where somebody may follow, nobody is found twice. */
static bool
is_over(struct world *world)
{
	struct guest *guest = world->server.guest;
	int64_t now = loop_now(world->loop);
	if (!somebody_may_listen(world))
		process_watch_refresh(world->processes); /* it was not searched meanwhile */
	if (somebody_may_listen(world)) {
		guest->alone_at = 0;
		return false;
	}
	if (!guest->may_follow)
		return true;
	if (guest->alone_at == 0)
		guest->alone_at = now;
	timer_no_later(world->tick, MILLISECONDS(50));
	return now - guest->alone_at >= ORPHANED;
}

/* Has the command ended well, and does somebody who does not descend from it listen? */
static bool
has_left_it_to_others(struct world *world)
{
	struct guest *guest = world->server.guest;
	const struct moment_socket *socket = moment_listener(log_now(world->log));
	if (world->server.pid != 0 || guest->ending || !guest->end.known ||
	    guest->end.status != 0 || socket == NULL || socket->row.tcp.inode == 0 ||
	    socket->row.tcp.inode == guest->asked_inode)
		return false;
	guest->asked_inode = socket->row.tcp.inode;
	return outsider_adopt(world, socket->row.tcp.inode);
}

/* A server that the console started: is it there, does it listen? */
static void
look_at_server(struct world *world)
{
	struct server *server = &world->server;
	struct guest *guest = server->guest;
	if (server->pid != 0 && !runs(world, server->pid))
		note_end(world);
	look_for_listener(world);
	if (has_left_it_to_others(world) || !server->starting || !is_over(world))
		return;
	server->starting = false;
	if (guest->ending)
		return;
	const struct moment_socket *socket = moment_listener(log_now(world->log));
	world->server.never_came = true;
	trouble_ended(world, guest->output, &guest->end,
	    socket != NULL ? socket->row.owner_pid : 0);
}

/* A child that serves a connection is told so, unless it serves another one still. */
static void
look_at_children(struct world *world)
{
	const struct moment *now = log_now(world->log);
	const struct report_endpoint *here = &now->host;
	for (const struct moment_socket *socket = NULL;
	    (socket = moment_next_socket(now, socket)) != NULL;) {
		const struct socket_row *row = &socket->row;
		const struct moment_process *child = row->owner_pid == 0 ? NULL :
		    moment_process(now, row->owner_pid);
		if (child == NULL ||
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
		silence_new(world, row->owner_pid);
		process_watch_serves(world->processes, row->owner_pid,
		    &row->tcp.remote, row->conn);
	}
}

/* A server that was there before: has it ended, and is another one there? */
static void
look_at_watched(struct world *world)
{
	struct server *server = &world->server;
	if (server->pid != 0 && !runs(world, server->pid))
		server_ended(world);
	const struct moment_socket *socket = moment_listener(log_now(world->log));
	if (server->pid != 0 || socket == NULL || socket->row.tcp.inode == 0 ||
	    socket->row.tcp.inode == server->guest->asked_inode)
		return;
	server->guest->asked_inode = socket->row.tcp.inode;
	pid_t owner = socket_holder_anybody(socket->row.tcp.inode);
	if (owner == 0)
		return;
	server->pid = owner;
	process_watch_add(world->processes, owner, ROLE_SERVER, PROCESS_STARTED,
	    NULL, 0, loop_now(world->loop));
	socket_watch_force(world->sockets);
	world_note(world, "PID %d listens at the port now: it is watched", (int)owner);
}

/* Was the listener read before the process that holds it was known? */
static bool
has_unowned_listener(const struct moment *now)
{
	const struct moment_socket *socket = moment_listener(now);
	return socket != NULL && socket->row.owner_pid == 0;
}

/* It has had time enough: does it not listen, or does somebody else in its place? */
static void
tell_deaf(struct world *world)
{
	const struct moment_socket *socket = moment_listener(log_now(world->log));
	if (socket == NULL || !outsider_adopt(world, socket->row.tcp.inode))
		trouble_deaf(world, world->server.guest->output);
}

void
guest_look(struct world *world)
{
	struct server *server = &world->server;
	struct guest *guest = server->guest;
	int64_t since = loop_now(world->loop) - guest->begun_at;
	if (server->ours && server->starting && !guest->told &&
	    !host_is_dark(world)) {
		timer_no_later(world->tick, MILLISECONDS(50));
		if (has_unowned_listener(log_now(world->log)))
			socket_watch_force(world->sockets);
		guest->told = guest->main != 0 && since > PATIENCE;
		if (guest->told)
			tell_deaf(world);
	}
	if (guest->looked_at == log_end(world->log) && !server->starting)
		return;
	guest->looked_at = log_end(world->log);
	if (server->ours)
		look_at_server(world);
	else
		look_at_watched(world);
	look_at_children(world);
}

void
guest_stop(struct world *world)
{
	pid_t starter = guest_starter(world);
	if (starter != 0)
		world_signal(world, starter, SIGTERM, BY_USER);
}

void
guest_end(struct world *world)
{
	if (world->server.guest != NULL)
		world->server.guest->ending = true;
}

pid_t
guest_starter(const struct world *world)
{
	const struct guest *guest = world->server.guest;
	return guest != NULL && guest->main != world->server.pid &&
	    runs(world, guest->main) ? guest->main : 0;
}

/* Did its rows come and go before anybody could read them?  The table has neither end,
 * in a reading that began after connect had returned. */
static bool
was_missed(struct world *world, const struct moment_connection *connection)
{
	struct guest *guest = world->server.guest;
	if (!connection->established || connection->client != STATE_GONE ||
	    connection->server != STATE_GONE)
		return false;
	if (guest->missed != connection->conn) {
		guest->missed = connection->conn;
		guest->missed_at = loop_now(world->loop);
	} else if (socket_watch_read_at(world->sockets) > guest->missed_at) {
		return true;
	}
	socket_watch_force(world->sockets);
	return false;
}

/* Is the server's end in somebody's hands?  In those of the server itself, it may be
 * about to fork. */
/* Does the server's end stay in SYN_RECV, though the client's is ESTABLISHED and the queue
 * is empty?  Then accept is to return with the first byte (TCP_DEFER_ACCEPT, tcp(7)). */
static bool
is_deferred(struct world *world, const struct moment_connection *connection,
    const struct moment_socket *end)
{
	struct guest *guest = world->server.guest;
	const struct moment_socket *listener = moment_listener(log_now(world->log));
	if (end->row.tcp.state != STATE_SYN_RECV || connection->client != STATE_ESTABLISHED ||
	    listener == NULL || listener->row.tcp.recv_q > 0)
		return false;
	int64_t left = end->changed_at + DEFERRED - loop_now(world->loop);
	if (left > 0) {
		timer_no_later(world->tick, left);
		return false;
	}
	if (guest->deferred < connection->conn)
		world_note(world, "the server's end of connection %u waits for the client's first "
		    "byte in SYN_RECV, its queue is empty (TCP_DEFER_ACCEPT): accept returns when "
		    "something is sent", connection->conn);
	guest->deferred = connection->conn;
	return true;
}

bool
guest_has_accepted(struct world *world,
    const struct moment_connection *connection)
{
	const struct moment *now = log_now(world->log);
	const struct moment_socket *socket = moment_next_socket(now, NULL);
	while (socket != NULL && (socket->row.conn != connection->conn ||
	    socket->row.end != END_SERVER))
		socket = moment_next_socket(now, socket);
	if (socket == NULL)
		return was_missed(world, connection);
	if (socket->row.tcp.inode == 0)
		return is_deferred(world, connection, socket);
	const struct moment_process *child = moment_process(now, connection->child);
	if (child != NULL && child->row.role == ROLE_CHILD)
		return true;
	process_watch_look_soon(world->processes);
	int64_t until = socket->changed_at + HANDING_OVER;
	if (loop_now(world->loop) < until)
		return false;
	if (process_watch_searched_at(world->processes) < until)
		process_watch_refresh(world->processes);
	else if (socket_watch_read_at(world->sockets) >= until)
		return true;
	socket_watch_force(world->sockets);
	return false;
}

void
guest_free(struct world *world)
{
	struct guest *guest = world->server.guest;
	if (guest == NULL)
		return;
	log_unsubscribe(world->log, read_signal, world);
	server_output_free(guest->output);
	free(guest);
	world->server.guest = NULL;
}
