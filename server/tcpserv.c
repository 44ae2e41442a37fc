/* tcpserv: a concurrent TCP server that forks a child for each connection, after
 * the servers of UNIX Network Programming, chapter 5.  What those servers differ
 * in, and what they leave out, are settings: "tcpserv --help" lists them.
 *
 * The whole server is main and serve, below.  listener.c holds socket, bind,
 * listen and accept, service.c what a child does, signals.c the handlers, process_room.c a
 * limit on processes.
 */
#include "children.h"
#include "listener.h"
#include "process_room.h"
#include "service.h"
#include "serv_signals.h"
#include "standard_files.h"

#include <stdio.h>

/* Sleeps before accept, the whole time: nanosleep is never restarted, so after
 * a handler ran it is called for the rest. */
static void
sleep_before_accept(const struct server *server)
{
	struct timespec rest = server->options.accept_delay;
	while ((rest.tv_sec > 0 || rest.tv_nsec > 0) &&
	    nanosleep(&rest, &rest) < 0 && errno == EINTR)
		continue;
}

/* The child: it needs the connected socket alone. */
static _Noreturn void
live_as_child(struct server *server, const sigset_t *mask)
{
	(void)close(server->listenfd);
	server->listenfd = -1;
	server->reporter.role = ROLE_CHILD;
	server->reporter.pid = getpid();
	server->reporter.lost = 0;
	signals_enter_child(server);
	signals_restore(mask);
	_exit(service_run(server));
}

/* Gives the connection to a child.  Signals wait meanwhile: the child must not
 * run its parent's handlers, and no child is reaped before it was reported and let go of. */
static void
serve(struct server *server)
{
	sigset_t mask;
	signals_block(&mask);
	pid_t child = fork();
	if (child == 0)
		live_as_child(server, &mask);
	server_report(server, CALL_FORK, child);
	if (child < 0) {
		server_say(server, "fork: %s: the connection is closed", strerror(errno));
	} else {
		server_say(server, "child %d serves it", (int)child);
		children_add(server, child);
	}
	if (child < 0 || !server->options.leak_connfd)
		server_close(server);
	signals_restore(&mask);
}

/* Refuses a connection: one that is accepted and closed at once tells the client
 * more than one that waits in the queue. */
static void
refuse(struct server *server)
{
	server_say(server, "%d children are enough: the connection is closed",
	    server->options.max_children);
	server_close(server);
}

int
main(int argc, char **argv)
{
	static struct server server = {.listenfd = -1, .connfd = -1};
	standard_files_open();
	options_parse(&server.options, argc, argv);
	server.reporter = reporter_open(ROLE_SERVER);
	process_room_limit(&server);
	signals_install(&server);
	listener_open(&server);
	for (;;) {
		sleep_before_accept(&server);
		if (!listener_accept(&server))
			continue;
		if (children_full(&server))
			refuse(&server);
		else
			serve(&server);
	}
}
