/* How a host falls silent on a machine that goes on.
 *
 * A crash sends nothing: no FIN, no RST, no ICMP.  On loopback both hosts are one
 * kernel, so the silence is made at the sockets (silence.h): first our client's,
 * existing and new, hear nothing any more, not even from a connection that the
 * server has not accepted, whose socket nobody can reach; then the server's
 * processes are stopped, and each of their sockets neither hears nor is heard.
 * Nothing is killed.  What the client's kernel does about it, retransmission,
 * back-off, ETIMEDOUT, is its own.
 *
 * At the reboot the server's sockets must go without a word: SO_LINGER {1,0} on
 * copies of them, then SIGKILL, and each dies with a RST that nobody hears.  The
 * server is started afresh, the client hears again, and its next retransmission
 * meets a kernel that knows no such connection.
 *
 * Where the machine refuses copies of sockets (some container profiles refuse
 * pidfd_getfd(2)), only the client is deaf, and a server of ours sets SO_LINGER
 * itself, on SIGUSR2. */
#include "host.h"

#include "server_foreign.h"
#include "session_internal.h"
#include "silence.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define STOP_LIMIT SECONDS(2)
#define END_LIMIT SECONDS(3)
#define LOOK_NS MILLISECONDS(2)

static void host_step(void *context);

/* The timer that carries the steps. */
bool
host_init(struct session *session)
{
	session->host.timer = loop_timer(session->loop, host_step, session);
	return session->host.timer != NULL;
}

/* Is the server's host crashed or down? */
bool
host_is_dark(const struct session *session)
{
	return moment_host_is_dark(log_now(session->log));
}

/* Does nothing come from the server's host? */
bool
host_is_silent(const struct session *session)
{
	return host_is_dark(session) ||
	    log_now(session->log)->host_state == HOST_UNPLUGGED;
}

/* Does this process belong to the server's host, and run? */
static bool
lives_there(const struct moment_process *process)
{
	return moment_process_runs(process) && process->row.role != ROLE_CLIENT;
}

/* How many processes run on the server's host. */
unsigned
host_processes(const struct session *session)
{
	const struct moment *now = log_now(session->log);
	unsigned count = 0;
	for (size_t i = 0; i < now->process_count; i++)
		count += lives_there(&now->processes[i]);
	return count;
}

/* Does something to the sockets of one process, and remembers a refusal. */
static void
silence_one(struct session *session, pid_t pid, enum silence what)
{
	int pidfd = process_watch_pidfd(session->processes, pid), own = -1;
	if (pidfd < 0)
		pidfd = own = process_watch_borrow(session->processes, pid);
	if ((pidfd < 0 || silence_process(pidfd, pid, what) < 0) &&
	    (errno == EPERM || errno == EACCES || errno == ENOSYS))
		session->host.refused = true;
	if (own >= 0)
		close(own);
}

/* ... to those of every process of the server's host. */
static void
silence_server(struct session *session, enum silence what)
{
	const struct moment *now = log_now(session->log);
	for (size_t i = 0; i < now->process_count; i++)
		if (lives_there(&now->processes[i]))
			silence_one(session, now->processes[i].row.pid, what);
}

/* The client's sockets, existing and new: deaf, or hearing again. */
static void
silence_client(struct session *session, bool silent)
{
	struct order *order = calloc(1, sizeof *order);
	if (order != NULL && session->client.channel != NULL) {
		order->kind = ORDER_SILENCE;
		order->number = silent;
		client_order(session, order);
	}
	free(order);
	if (session->client.pid != 0) /* at once, also when it is stopped */
		silence_one(session, session->client.pid,
		    silent ? SILENCE_CLIENT : HEAR_CLIENT);
}

/* How the silence is made, in words. */
static const char *
host_how(const struct session *session, enum host_what what)
{
	bool refused = session->host.refused;
	switch (what) {
	case HOST_CRASHED:
		return refused ?
		    "server stopped, client deaf (IP_MINTTL 255); pidfd_getfd refused" :
		    "server stopped, sockets deaf and mute (IP_MINTTL 255, IP_TTL 1)";
	case HOST_UNPLUGGED:
		return refused ? "client deaf (IP_MINTTL 255); pidfd_getfd refused" :
		    "sockets deaf and mute (IP_MINTTL 255, IP_TTL 1)";
	case HOST_DOWN:
		return "no process left, client deaf (IP_MINTTL 255)";
	case HOST_UP:
	case HOST_SHUTTING_DOWN:
		break;
	}
	return NULL;
}

/* Appends the host's event. */
static void
host_tell(struct session *session, enum host_what what)
{
	struct event event = {.time = loop_now(session->loop), .type = EVENT_HOST};
	const char *how = host_how(session, what);
	event.host.what = what;
	if (how != NULL)
		event.detail = strdup(how);
	session->host.told++;
	session_append(session, &event);
	session_kick(session);
}

/* Begins a step that is looked at until its limit. */
static void
host_begin(struct session *session, enum host_step step, int64_t limit)
{
	session->host.step = step;
	session->host.deadline = loop_now(session->loop) + limit;
	timer_after(session->host.timer, LOOK_NS);
}

/* Sends a signal to every process of the server's host; the timeline is told only
 * of what a real host would send. */
static void
host_signal(struct session *session, int number, bool told)
{
	const struct moment *now = log_now(session->log);
	for (size_t i = 0; i < now->process_count; i++) {
		pid_t pid = now->processes[i].row.pid;
		if (!lives_there(&now->processes[i]))
			continue;
		if (told)
			session_signal(session, pid, number, BY_HOST);
		else
			process_watch_signal(session->processes, pid, number);
	}
}

/* Who was forked since the last look, by a server that does not report it, is of the
 * host too. */
static void
host_find_all(struct session *session)
{
	if (session->server.foreign != NULL)
		process_watch_refresh(session->processes);
}

/* Is every process of the server's host in state T? */
static bool
host_is_stopped(struct session *session)
{
	const struct moment *now = log_now(session->log);
	for (size_t i = 0; i < now->process_count; i++) {
		if (!lives_there(&now->processes[i]))
			continue;
		char state = process_watch_state(now->processes[i].row.pid);
		if (state != 'T' && state != 'Z' && state != 'X' && state != 0)
			return false;
	}
	return true;
}

/* Crash: the client deaf, the server stopped; the rest when it is. */
void
host_crash(struct session *session)
{
	host_find_all(session);
	silence_client(session, true);
	host_signal(session, SIGSTOP, false);
	host_begin(session, STEP_STOP, STOP_LIMIT);
}

/* Makes the sockets vanish and kills what holds them. */
static void
host_end(struct session *session)
{
	foreign_end(session);
	silence_server(session, VANISH);
	if (session->host.refused && session->server.foreign != NULL)
		session_note(session, "pidfd_getfd is refused, so this server's sockets do not vanish without a word: a connection may see a FIN, as when its process is killed");
	if (session->host.refused && server_is_tcpserv(session)) {
		host_signal(session, SIGUSR2, false);
		host_signal(session, SIGCONT, false);
		host_begin(session, STEP_END, MILLISECONDS(300));
		return;
	}
	host_signal(session, SIGKILL, false);
	host_begin(session, STEP_END, END_LIMIT);
}

/* Reboot: from up, a crash first. */
void
host_reboot(struct session *session)
{
	if (host_is_dark(session) || session->host.step == STEP_GRACE) {
		silence_client(session, true);
		host_end(session);
		return;
	}
	session->host.then_reboot = true;
	host_crash(session);
}

/* Shutdown: SIGTERM to all, grace, SIGKILL. */
void
host_shutdown(struct session *session, int64_t grace)
{
	bool silent = host_is_silent(session);
	host_find_all(session);
	host_tell(session, HOST_SHUTTING_DOWN);
	if (silent) /* nobody will hear their FINs, now or later */
		silence_server(session, VANISH);
	host_signal(session, SIGTERM, true);
	host_begin(session, STEP_GRACE, grace);
}

/* The cable out: nobody is stopped. */
void
host_unplug(struct session *session)
{
	host_find_all(session);
	silence_client(session, true);
	silence_server(session, SILENCE_SERVER);
	host_tell(session, HOST_UNPLUGGED);
}

/* The cable in. */
void
host_plug(struct session *session)
{
	silence_server(session, HEAR_SERVER);
	silence_client(session, false);
	host_tell(session, HOST_UP);
}

/* A process has a new socket while the cable is out. */
void
host_silence_again(struct session *session, pid_t pid)
{
	silence_one(session, pid, SILENCE_SERVER);
}

/* What becomes of the sockets of a process that is killed in the silence.  An
 * orphan is out of reach, deaf and mute for minutes: so the client's hear again
 * (what they send meets silence at the other end), those of a crashed host vanish,
 * and those behind a pulled cable may speak: their FIN, which the client does not
 * hear, is sent again until the cable is in. */
void
host_prepare_death(struct session *session, const struct moment_process *process)
{
	pid_t pid = process->row.pid;
	if (!host_is_silent(session))
		return;
	if (process->row.role == ROLE_CLIENT)
		silence_one(session, pid, HEAR_CLIENT);
	else
		silence_one(session, pid, host_is_dark(session) ? VANISH : HEAR_SERVER);
}

/* A process's sockets are to go without a word. */
void
host_vanish(struct session *session, pid_t pid)
{
	silence_one(session, pid, VANISH);
}

/* Before everything ends: no deaf orphan may stay behind in the kernel. */
void
host_heal(struct session *session)
{
	session->host.step = STEP_NONE;
	timer_stop(session->host.timer);
	if (!host_is_silent(session))
		return;
	silence_server(session, VANISH);
	if (session->client.pid != 0)
		silence_one(session, session->client.pid, VANISH);
}

/* All are stopped (or will not be): now the sockets. */
static void
step_stopped(struct session *session)
{
	silence_server(session, SILENCE_SERVER);
	session->host.step = STEP_NONE;
	host_tell(session, HOST_CRASHED);
	if (session->host.then_reboot) {
		session->host.then_reboot = false;
		host_end(session);
	}
}

/* Nobody is left: start the server afresh. */
static void
step_ended(struct session *session)
{
	if (session->server.ours)
		server_start(session);
	host_begin(session, STEP_START, END_LIMIT);
}

/* The server is there again: the client hears. */
static void
step_started(struct session *session)
{
	session->host.step = STEP_NONE;
	silence_client(session, false);
	host_tell(session, HOST_UP);
}

/* The grace is over: SIGKILL to the rest, and again until all are gone. */
static void
step_graced(struct session *session, bool over)
{
	if (host_processes(session) == 0)
		host_find_all(session);
	if (host_processes(session) == 0) {
		session->host.step = STEP_NONE;
		silence_client(session, true);
		host_tell(session, HOST_DOWN);
		return;
	}
	if (over) {
		foreign_end(session);
		host_signal(session, SIGKILL, true);
		session->host.deadline = loop_now(session->loop) + END_LIMIT;
	}
	timer_after(session->host.timer, LOOK_NS);
}

/* The timer: has the step come about? */
static void
host_step(void *context)
{
	struct session *session = context;
	bool over = loop_now(session->loop) > session->host.deadline;
	bool done = over;
	switch (session->host.step) {
	case STEP_NONE:
		return;
	case STEP_STOP:
		if (host_is_stopped(session))
			host_find_all(session);
		if (over || host_is_stopped(session)) {
			step_stopped(session);
			return;
		}
		host_signal(session, SIGSTOP, false); /* also to who was found now */
		break;
	case STEP_END:
		if (host_processes(session) == 0)
			host_find_all(session);
		if (host_processes(session) == 0 && session->server.ours &&
		    process_watch_adopt(session->processes,
		    launcher_guard(session->launcher)))
			host_end(session);
		done |= host_processes(session) == 0;
		if (over)
			host_signal(session, SIGKILL, false);
		if (done && host_processes(session) == 0) {
			step_ended(session);
			return;
		}
		break;
	case STEP_START:
		if (over || server_is_settled(session)) {
			step_started(session);
			return;
		}
		break;
	case STEP_GRACE:
		step_graced(session, over);
		return;
	}
	timer_after(session->host.timer, LOOK_NS);
}
