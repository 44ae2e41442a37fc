#include "server_trouble.h"

#include "end_words.h"
#include "endpoint.h"
#include "server_outsider.h"
#include "server_output.h"
#include "socket_watch.h"
#include "world.h"
#include "socket_holder.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* Is it a directory?  execve(2) says EACCES of one. */
static bool
is_directory(const char *path)
{
	struct stat status;
	return stat(path, &status) == 0 && S_ISDIR(status.st_mode);
}

/* What mends a program that cannot be run. */
static const char *
mend_of(const char *program, int error)
{
	bool path = strchr(program, '/') != NULL;
	switch (error) {
	case ENOENT:
		return !path ? "no such program in PATH: give its path, as in ./myserver" :
		    access(program, F_OK) == 0 ?
		    "the interpreter that its first line (#!) names is missing" :
		    "no such file: give the path of the server";
	case EACCES:
		/* also when a directory of PATH may not be searched (execvp(3)) */
		return !path ? "no program of that name in PATH may be executed: give its path, "
		    "as in ./myserver" :
		    is_directory(program) ? "it is a directory: give the path of the program in "
		        "it" :
		    "it may not be executed: chmod +x, or give the program's own path";
	case EAGAIN:
	case ENOMEM:
		return "this machine's limit of processes is reached (ulimit -u)";
	default:
		return strerror(error);
	}
}

void
trouble_not_run(struct world *world, const char *program, int error)
{
	world_error(world, "cannot run %.120s: %s", program, mend_of(program, error));
}

/* "; it wrote last: ..." */
static void
write_last(struct server_output *output, char *text, size_t size)
{
	char line[400];
	server_output_drain(output);
	server_output_last(output, line, sizeof line);
	snprintf(text, size, "%s%s", *line != '\0' ? "; it wrote last: " :
	    ", and wrote nothing", line);
}

void
trouble_ended(struct world *world, struct server_output *output,
    const struct process_end *end, pid_t holder)
{
	char how[END_WORDS + 1] = " ", last[440], held[80] = "";
	write_last(output, last, sizeof last);
	if (end->known)
		end_words(end->status, END_OF_SERVER, how + 1);
	if (holder != 0)
		snprintf(held, sizeof held, "; PID %d still holds the port: kill pid:%d, or reset",
		    (int)holder, (int)holder);
	world_error(world, "the server ended%s before it listened at port %u%s%s",
	    end->known ? how : "", world->host_endpoint.port, last, held);
}

/* A port at which one of its processes listens, ours when it is one of them; 0: none.  The
 * tables of UDP have the same columns; what is bound there is in "CLOSE" (udp4_format_sock()
 * in net/ipv4/udp.c). */
static unsigned
its_port(struct world *world, const char *const *paths, enum tcp_state state)
{
	const struct moment *now = log_now(world->log);
	struct socket_holders holders = {0};
	struct tcp_table table = {0};
	char *buffer = NULL;
	size_t size = 0;
	unsigned port = 0;
	for (int family = 4; family <= 6; family += 2)
		tcp_table_read(&table, paths[family], family, 0, &buffer, &size);
	for (size_t i = 0; i < table.count && port != world->host_endpoint.port; i++)
		if (table.rows[i].state == state &&
		    socket_holders_find(&holders, now, table.rows[i].inode) != 0)
			port = table.rows[i].local.port;
	socket_holders_free(&holders);
	tcp_table_free(&table);
	free(buffer);
	return port;
}

void
trouble_deaf(struct world *world, struct server_output *output)
{
	static const char *const tcp[] = {[4] = "/proc/net/tcp", [6] = "/proc/net/tcp6"};
	static const char *const udp[] = {[4] = "/proc/net/udp", [6] = "/proc/net/udp6"};
	unsigned port = its_port(world, tcp, STATE_LISTEN), wanted = world->host_endpoint.port;
	char last[440];
	write_last(output, last, sizeof last);
	if (port == wanted)
		return; /* it does, as of now */
	if (port == 0 && world->server.pid != 0 && outsider_is_elsewhere(world->server.pid))
		world_note(world, "the server is in another network namespace: what it does "
		    "there cannot be seen or reached from here; start the console in it, as in "
		    "nsenter -t %d -n tcpconsole ...", (int)world->server.pid);
	else if (port == 0 && its_port(world, udp, STATE_CLOSE) == wanted)
		world_note(world, "the server has port %u of UDP, and does not listen at that of "
		    "TCP: this console shows TCP", wanted);
	else if (port != 0)
		world_note(world, "the server listens at port %u, not at %u: give the console "
		    "PORT %u, or the server %u%s", port, wanted, port, wanted, last);
	else
		world_note(world, "the server does not listen at port %u after 2 s%s",
		    wanted, last);
}

void
trouble_hidden(struct world *world, bool *told)
{
	if (!*told)
		world_note(world, "the server's descriptors cannot be seen (/proc/%d/fd: it is not "
		    "dumpable, or may not be read): the listener at port %u is taken for its own, "
		    "owners are not shown, and a crash silences the client alone",
		    (int)world->server.pid, world->host_endpoint.port);
	*told = true;
}

void
trouble_unseen(struct world *world)
{
	world_note(world, "no process's descriptors show who holds the listener at port %u (not "
	    "those of io_uring, nor what another user's process holds): it is taken for the "
	    "server's, owners are not shown, and a crash silences the client alone",
	    world->host_endpoint.port);
}

void
trouble_address(struct world *world, const struct tcp_row *listener)
{
	const struct report_endpoint *local = &listener->local, *host = &world->host_endpoint;
	char here[ENDPOINT_TEXT], there[ENDPOINT_TEXT];
	if (endpoint_serves(local, host)) {
		if (host->family == 4 && socket_watch_is_v6only(world->sockets, listener))
			world_note(world, "the server takes IPv6 alone (IPV6_V6ONLY): give the "
			    "console HOST ::1, or the server's socket IPV6_V6ONLY 0");
		return;
	}
	endpoint_address_text(local, there);
	endpoint_address_text(host, here);
	world_note(world, "the server listens at %s, not at %s: give the console HOST %s, or the "
	    "server %s", there, here, there, here);
}

/* The row that has our port: a listener's, or else one that is left of a connection; NULL:
 * none is known. */
static const struct socket_row *
row_in_the_way(const struct moment *now)
{
	const struct socket_row *left = NULL;
	for (const struct moment_socket *socket = NULL;
	    (socket = moment_next_socket(now, socket)) != NULL;) {
		pid_t owner = socket->row.owner_pid;
		if (socket->row.tcp.local.port != now->host.port || (owner != 0 &&
		    !moment_process_runs(moment_process(now, owner))))
			continue; /* the table was read before it died */
		if (socket->row.tcp.state == STATE_LISTEN)
			return &socket->row;
		if (left == NULL || socket->row.timer_at > left->timer_at)
			left = &socket->row;
	}
	return left;
}

/* Whose or what that row is: "127.0.0.1:9877 → 127.0.0.1:40001, TIME_WAIT until 61.204". */
static void
describe_row(const struct socket_row *row, char *text, size_t size)
{
	char local[ENDPOINT_TEXT], remote[ENDPOINT_TEXT], owner[32] = "", until[32] = "";
	if (row->owner_pid != 0)
		snprintf(owner, sizeof owner, " of PID %d", (int)row->owner_pid);
	if (row->timer_at != 0)
		snprintf(until, sizeof until, " until %.3f", (double)row->timer_at / 1e9);
	if (row->tcp.state == STATE_LISTEN)
		snprintf(text, size, "the listener%s at %s", owner,
		    endpoint_text(&row->tcp.local, local));
	else
		snprintf(text, size, "%s → %s, %s%s%s", endpoint_text(&row->tcp.local, local),
		    endpoint_text(&row->tcp.remote, remote), tcp_state_name(row->tcp.state),
		    owner, until);
}

void
trouble_bind(struct world *world, int error)
{
	unsigned port = world->host_endpoint.port;
	const struct socket_row *row = row_in_the_way(log_now(world->log));
	char text[3 * ENDPOINT_TEXT];
	if (row != NULL)
		describe_row(row, text, sizeof text);
	if (error == EACCES)
		world_note(world, "the server may not bind port %u: choose a PORT from 1024 on, "
		    "or be root", port);
	else if (error == EADDRINUSE && row != NULL)
		world_note(world, "port %u is in use, by %s: end that, wait for it, or choose "
		    "another PORT", port, text);
	else if (error == EADDRINUSE)
		world_note(world, "port %u is in use (show sockets, or ss -tanp, says by whom): "
		    "end that, or choose another PORT", port);
	else
		world_note(world, "the server cannot bind port %u: %s: server set bind=any, or "
		    "another address", port, strerror(error));
}
