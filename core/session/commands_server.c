/* commands_server.c: the commands for the server and for signals. */
#include "arguments.h"
#include "commands.h"
#include "host_silence.h"
#include "server.h"
#include "server_guest.h"
#include "server_state.h"
#include "session_state.h"
#include "socket_holder.h"
#include "signal_name.h"


#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#define HIDDEN "the server is another user's: only they or root see its processes, and may " \
    "signal them"

/* When it is said that a server does not end of SIGTERM: before its command is over. */
#define STOP_PATIENCE MILLISECONDS(4900)

/* Is there a server that the console may start and stop? */
static bool
is_ours(struct session *session, struct running *running)
{
	if (session->world.server.ours)
		return true;
	if (!session->world.host_is_local)
		refuse(running, "%.100s is not this machine: its server is not ours to start or "
		    "stop", session->world.host_name);
	else if (session->world.options.no_server)
		refuse(running, "with --no-server the console starts none: leave it out");
	else
		refuse(running, "the server at this port was not started by the console: start "
		    "and stop it where it runs, or name a free port");
	return false;
}

/* May the server be started: ours, and its host up? */
static bool
may_start(struct session *session, struct running *running)
{
	if (!is_ours(session, running))
		return false;
	if (host_is_dark(&session->world) || session->world.host.phase != PHASE_NONE)
		refuse(running, "the server's host is %s: host reboot",
		    host_is_dark(&session->world) ? "down" : "not up");
	return running->error[0] == '\0';
}

/* Is there a running parent? */
static bool
runs(struct session *session, struct running *running)
{
	if (!is_ours(session, running))
		return false;
	guest_find(&session->world);
	if (session->world.server.pid == 0)
		refuse(running, "the server does not run: server start");
	return session->world.server.pid != 0;
}

/* Does the signal end a process that does nothing about it (signal(7))? */
static bool
is_lethal(int number)
{
	return number != SIGSTOP && number != SIGTSTP && number != SIGTTIN &&
	    number != SIGTTOU && number != SIGCONT && number != SIGCHLD &&
	    number != SIGURG && number != SIGWINCH && number != SIGUSR1;
}

/* Signals one of ours, or asks about one that is not. */
static void
kill_process(struct session *session, struct running *running, pid_t pid, int number)
{
	const struct moment_process *process = moment_process(log_now(session->world.log), pid);
	bool watched = process != NULL && process->row.role != ROLE_CLIENT &&
	    !session->world.server.ours;
	if (process != NULL && !watched) {
		running->pid = pid;
		running->number = number;
		if (is_lethal(number))
			host_prepare_death(&session->world, process);
		if (world_signal(&session->world, pid, number, BY_USER))
			return;
		if (errno == ESRCH)
			refuse(running, "PID %d has ended: show processes", (int)pid);
		else
			refuse(running, "PID %d: %s", (int)pid, strerror(errno));
		return;
	}
	struct process_stat stat;
	char command[PROCESS_TEXT], question[PROCESS_TEXT + 80];
	if (process_stat_read(&stat, pid) < 0) {
		refuse(running, "there is no process %d: show processes", (int)pid);
		return;
	}
	process_command_read(&stat, command, sizeof command);
	if (session->question == NULL) {
		refuse(running, "PID %d (%.60s) is not the console's own: it is not signalled "
		    "without a screen to ask on", (int)pid, command);
		return;
	}
	session_forget_question(session);
	session->stranger.pidfd = (int)syscall(SYS_pidfd_open, pid, 0);
	if (session->stranger.pidfd < 0) {
		refuse(running, "PID %d: %s", (int)pid, strerror(errno));
		return;
	}
	session->stranger.pid = pid;
	session->stranger.number = number;
	session->stranger.asked = true;
	snprintf(question, sizeof question, "%s to %d (%s), not the console's own?",
	    signal_name(number), (int)pid, command);
	session->question(session->question_context, question);
}

/* A server that was there before is not ours to stop: is it one, and has the signal
 * been asked about, or refused? */
static bool
asked_about(struct session *session, struct running *running, int number)
{
	if (session->world.server.ours || session->world.server.pid == 0)
		return false;
	kill_process(session, running, session->world.server.pid, number);
	return true;
}

/* server start */
void
command_server_start(struct session *session, struct running *running)
{
	if (!may_start(session, running))
		return;
	running->pid = session->world.server.pid;
	char state = running->pid != 0 ? process_watch_state(running->pid) : 0;
	if (running->pid == 0)
		server_start(&session->world);
	else if (state != 0 && state != 'Z' && state != 'X')
		refuse(running, "the server runs already, PID %d: server restart",
		    (int)session->world.server.pid);
}

/* One that was dying is gone, and the new one listens, or has ended. */
bool
server_started(struct session *session, struct running *running)
{
	if (running->pid != 0) {
		if (session->world.server.pid == running->pid)
			return false;
		running->pid = 0;
		server_start(&session->world);
	}
	return server_is_settled(&session->world);
}

/* server stop */
void
command_server_stop(struct session *session, struct running *running)
{
	if (asked_about(session, running, SIGTERM) ||
	    !runs(session, running))
		return;
	running->pid = session->world.server.pid;
	running->other = guest_starter(&session->world);
	server_stop(&session->world, false);
}

/* Is the server that is to end still there, or what would start it again? */
static bool
is_ending(const struct session *session, const struct running *running)
{
	return running->pid != 0 && (session->world.server.pid == running->pid ||
	    (session->world.server.pid != 0 && session->world.server.pid == running->other) ||
	    guest_starter(&session->world) != 0);
}

/* Says why it did not end of SIGTERM. */
static void
tell_unending(struct session *session, pid_t pid, const char *then)
{
	struct process_signals signals;
	uint64_t bit = UINT64_C(1) << (SIGTERM - 1);
	const char *why = process_watch_state(pid) == 'T' ? "is stopped" :
	    process_signals_read(&signals, pid) < 0 ? "has not ended on" :
	    signals.ignored & bit ? "ignores" : signals.blocked & bit ? "blocks" :
	    signals.caught & bit ? "catches" : "has not ended on";
	world_note(&session->world, "the server, PID %d, %s SIGTERM: %s", (int)pid, why, then);
}

/* Has ended; or will not. */
bool
server_stopped(struct session *session, struct running *running)
{
	if (running->pid == 0 || !is_ending(session, running))
		return true;
	if (running->step == 0 &&
	    loop_now(session->world.loop) > running->begun_at + STOP_PATIENCE) {
		running->step++;
		tell_unending(session, running->pid,
		    "kill server ends it, server restart after 2 s too");
	}
	return false;
}

/* Stops a running one; server_restarted starts it again. */
static void
begin_restart(struct session *session, struct running *running)
{
	running->pid = session->world.server.pid;
	running->other = guest_starter(&session->world);
	if (running->pid == 0)
		server_start(&session->world);
	else
		server_stop(&session->world, true);
}

/* server restart */
void
command_server_restart(struct session *session, struct running *running)
{
	if (may_start(session, running))
		begin_restart(session, running);
}

/* SIGKILL to what did not end. */
static void
force_end(struct session *session, struct running *running)
{
	pid_t starter = guest_starter(&session->world);
	tell_unending(session, running->pid, "after 2 s SIGKILL ends it");
	if (starter != 0)
		world_signal(&session->world, starter, SIGKILL, BY_USER);
	if (session->world.server.pid != 0)
		world_signal(&session->world, session->world.server.pid, SIGKILL, BY_USER);
}

/* Has ended, was started, and listens or has ended again. */
bool
server_restarted(struct session *session, struct running *running)
{
	if (is_ending(session, running)) {
		/* it catches or ignores SIGTERM: a restart must come about */
		if (loop_now(session->world.loop) > running->begun_at + SECONDS(2) &&
		    running->step++ == 0)
			force_end(session, running);
		return false;
	}
	if (running->pid != 0) {
		running->pid = 0;
		server_start(&session->world);
	}
	return server_is_settled(&session->world);
}

/* server pause */
void
command_server_pause(struct session *session, struct running *running)
{
	if (asked_about(session, running, SIGSTOP) ||
	    !runs(session, running))
		return;
	running->pid = session->world.server.pid;
	world_signal(&session->world, running->pid, SIGSTOP, BY_USER);
}

/* Is in state T, or gone. */
bool
server_paused(struct session *session, struct running *running)
{
	char state = running->pid != 0 ? process_watch_state(running->pid) : 0;
	process_watch_look_soon(session->world.processes);
	return state == 'T' || state == 'Z' || state == 0;
}

/* server resume */
void
command_server_resume(struct session *session, struct running *running)
{
	if (asked_about(session, running, SIGCONT) ||
	    !runs(session, running))
		return;
	running->pid = session->world.server.pid;
	world_signal(&session->world, running->pid, SIGCONT, BY_USER);
}

/* Is not in state T any more. */
bool
server_resumed(struct session *session, struct running *running)
{
	process_watch_look_soon(session->world.processes);
	return running->pid == 0 || process_watch_state(running->pid) != 'T';
}

/* server set KEY=VALUE... */
void
take_settings(struct running *running, const char *arguments)
{
	struct settings settings;
	char word[128];
	settings_init(&settings, "any");
	if (*arguments == '\0')
		refuse(running, "server set wants KEY=VALUE, as in: server set reap=wait");
	while (running->error[0] == '\0' && argument_word(&arguments, word, sizeof word))
		settings_set(&settings, word, running->error, sizeof running->error);
}

void
command_server_set(struct session *session, struct running *running)
{
	struct settings settings = session->world.server.settings;
	const char *arguments = running->arguments;
	char word[128];
	while (argument_word(&arguments, word, sizeof word))
		settings_set(&settings, word, running->error, sizeof running->error);
	if (!is_ours(session, running))
		return;
	if (!server_is_tcpserv(&session->world)) {
		refuse(running, "server set is for tcpserv; this server, %.80s, takes its "
		    "settings from the command line behind --",
		    session->world.server.command[0]);
		return;
	}
	session->world.server.settings = settings;
	server_tell_settings(&session->world);
	if (host_is_dark(&session->world) || session->world.host.phase != PHASE_NONE)
		world_note(&session->world, "the server's host is not up: the settings count "
		    "from host reboot on");
	else
		begin_restart(session, running);
}

/* An optional closing signal name; SIGKILL without one, -1 after the error. */
static int
parse_signal(struct running *running, const char *text)
{
	char word[32];
	if (!argument_word(&text, word, sizeof word))
		return SIGKILL;
	int number = signal_from_name(word);
	if (number > 0 && *text != '\0') {
		refuse(running, "\"%.40s\" is too much behind the signal", text);
		return -1;
	}
	if (number < 1) {
		refuse(running, "no signal \"%s\": as in KILL, TERM, STOP, CONT, USR1 (kill -l)",
		    word);
		return -1;
	}
	return number;
}

/* pid:PID at the start of *text; 0 when it is something else, -1 when it is
 * no number. */
static pid_t
parse_pid(const char **text)
{
	if (strncmp(*text, "pid:", 4) != 0)
		return 0;
	long pid = argument_number(*text + 4, text);
	return pid > 0 ? (pid_t)pid : -1;
}

/* pid:PID [SIGNAL] */
void
take_pid(struct running *running, const char *arguments)
{
	running->given.pid = parse_pid(&arguments);
	if (running->given.pid <= 0)
		refuse(running, "kill wants child, server, client or pid:PID");
	else
		running->given.signal = parse_signal(running, arguments);
}

void
command_kill(struct session *session, struct running *running)
{
	kill_process(session, running, running->given.pid, running->given.signal);
}

/* Who holds the server's end of a connection of which no child has told (reports were lost,
 * or are late): looked for now.  0: nobody is seen, or its row is in no table yet. */
static pid_t
holder_of(struct session *session, const struct moment_connection *connection)
{
	const struct moment *now = log_now(session->world.log);
	const struct moment_socket *end = NULL;
	while ((end = moment_next_socket(now, end)) != NULL &&
	    (end->row.conn != connection->conn || end->row.end != END_SERVER))
		continue;
	struct socket_holders holders = {0};
	if (end == NULL || end->row.tcp.inode == 0)
		return 0;
	uint64_t inode = end->row.tcp.inode; /* the row may move as processes are told of */
	process_watch_refresh(session->world.processes);
	pid_t holder = socket_holders_find(&holders, now, inode);
	socket_holders_free(&holders);
	const struct moment_process *process = moment_process(now, holder);
	return process != NULL && process->row.role == ROLE_CHILD ? holder : 0;
}

/* The child that serves connection N; 0 after the error. */
static pid_t
child_of(struct session *session, struct running *running, long conn)
{
	const struct moment *now = log_now(session->world.log);
	const struct moment_connection *connection =
	    moment_connection(now, (unsigned)(conn < 0 ? now->current : conn));
	if (connection == NULL) {
		refuse(running, "kill child: there is no connection %ld: "
		    "connect", conn < 0 ? (long)now->current : conn);
		return 0;
	}
	const struct moment_process *child = moment_process(now, connection->child);
	pid_t holder = connection->child == 0 ? holder_of(session, connection) : 0;
	if (holder != 0)
		return holder;
	if (connection->child == 0 && server_is_hidden(&session->world))
		refuse(running, HIDDEN);
	else if (connection->child == 0)
		refuse(running, "no child serves connection %u", connection->conn);
	else if (child != NULL && child->row.role == ROLE_SERVER)
		refuse(running, "no child: the server itself, PID %d, serves connection %u: kill "
		    "server", (int)connection->child, connection->conn);
	else if (connection->child_ended && moment_server_served(now, connection))
		refuse(running, "no child: the server itself, PID %d, served connection %u, and has "
		    "ended", (int)connection->child, connection->conn);
	else if (connection->child_ended)
		refuse(running, "the child of connection %u, PID %d, has ended already",
		    connection->conn, (int)connection->child);
	return running->error[0] == '\0' ? connection->child : 0;
}

/* [N|pid:PID] [SIGNAL]; "9" alone could be a connection or a signal: it is a connection */
void
take_child(struct running *running, const char *arguments)
{
	const char *rest = arguments, *look = arguments;
	pid_t pid = parse_pid(&rest);
	long conn = pid == 0 ? argument_number(arguments, &rest) : -1;
	char word[32];
	running->given.pid = pid;
	running->given.conn = conn;
	if (pid < 0) {
		argument_word(&look, word, sizeof word);
		refuse(running, "\"%s\" is no PID", word);
		return;
	}
	running->given.signal = parse_signal(running, conn < 0 && pid == 0 ? arguments : rest);
}

void
command_kill_child(struct session *session, struct running *running)
{
	pid_t pid = running->given.pid;
	if (pid == 0)
		pid = child_of(session, running, running->given.conn);
	if (pid > 0)
		kill_process(session, running, pid, running->given.signal);
}

/* [SIGNAL] */
void
take_signal(struct running *running, const char *arguments)
{
	running->given.signal = parse_signal(running, arguments);
}

void
command_kill_server(struct session *session, struct running *running)
{
	guest_find(&session->world);
	if (session->world.server.pid == 0)
		refuse(running, session->world.server.ours ?
		    "the server does not run: server start" :
		    server_is_hidden(&session->world) ? HIDDEN :
		    "there is no server here that could be signalled");
	else
		kill_process(session, running, session->world.server.pid, running->given.signal);
}

void
command_kill_client(struct session *session, struct running *running)
{
	if (session->world.client.pid == 0)
		refuse(running, "the client does not run: client start, or connect");
	else
		kill_process(session, running, session->world.client.pid, running->given.signal);
}

/* The signal was sent, and has done what it does at once: the process is dead, its
 * sockets closed (the client: heard of, too), stands still, or goes on. */
bool
signal_taken(struct session *session, struct running *running)
{
	bool client = session->world.client.pid != 0 && running->pid == session->world.client.pid;
	char state = running->pid != 0 ? process_watch_state(running->pid) : 0;
	if (state == 0 || state == 'Z' || state == 'X')
		return !client || running->number != SIGKILL;
	if (running->number == SIGSTOP)
		return state == 'T' || state == 't';
	if (running->number == SIGCONT)
		return state != 'T';
	return running->number != SIGKILL;
}
