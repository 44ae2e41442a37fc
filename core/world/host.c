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

#include "client.h"
#include "host_silence.h"
#include "server.h"
#include "server_guest.h"
#include "server_state.h"
#include "world.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define STOP_LIMIT SECONDS(2)
#define END_LIMIT SECONDS(3)
#define LOOK_NS MILLISECONDS(2)

static void host_go_on(void *context);

bool
host_init(struct world *world)
{
	world->host.timer = loop_timer(world->loop, host_go_on, world);
	return world->host.timer != NULL;
}

/* The client's sockets, existing and new: deaf, or hearing again. */
static void
silence_client(struct world *world, bool silent)
{
	struct order *order = calloc(1, sizeof *order);
	if (order != NULL && world->client.channel != NULL) {
		order->kind = ORDER_SILENCE;
		order->number = silent;
		client_order(world, order);
	}
	free(order);
	if (world->client.pid != 0) /* at once, also when it is stopped */
		host_silence_one(world, world->client.pid,
		    silent ? SILENCE_CLIENT : HEAR_CLIENT);
}

/* How the silence is made, in words. */
static const char *
host_how(const struct world *world, enum host_what what)
{
	bool refused = world->host.refused;
	switch (what) {
	case HOST_CRASHED:
		return refused ?
		    "server stopped, client deaf (IP_MINTTL 255); pidfd_getfd refused" :
		    "server stopped, sockets deaf and mute (IP_MINTTL 255, IP_TTL 1)";
	case HOST_UNPLUGGED:
		return refused ? "client deaf (IP_MINTTL 255); pidfd_getfd refused" :
		    "sockets deaf and mute (IP_MINTTL 255, IP_TTL 1)";
	case HOST_DOWN:
		return "no process left, client deaf (IP_MINTTL 255); other clients get RST";
	case HOST_UP:
	case HOST_SHUTTING_DOWN:
		break;
	}
	return NULL;
}

/* What has no process on the server's side, and so cannot be reached: "2 FIN_WAIT2,
 * 1 TIME_WAIT until 64.300"; "" when there is nothing. */
static void
remains_text(const struct world *world, char *text, size_t size)
{
	const struct moment *now = log_now(world->log);
	unsigned counts[STATE_COUNT] = {0};
	int64_t until = 0;
	size_t used = 0;
	for (const struct moment_socket *socket = NULL;
	    (socket = moment_next_socket(now, socket)) != NULL;) {
		const struct tcp_row *row = &socket->row.tcp;
		if (row->inode != 0 || row->local.port != now->host.port ||
		    row->state == STATE_LISTEN || row->state == STATE_SYN_RECV ||
		    row->state == STATE_ESTABLISHED || (unsigned)row->state >= STATE_COUNT)
			continue;
		counts[row->state]++;
		until = socket->row.timer_at > until ? socket->row.timer_at : until;
	}
	*text = '\0';
	for (int state = 0; state < STATE_COUNT; state++)
		if (counts[state] > 0 && used < size)
			used += (size_t)snprintf(text + used, size - used, "%s%u %s",
			    used > 0 ? ", " : "", counts[state],
			    tcp_state_name((enum tcp_state)state));
	if (until != 0 && used > 0 && used < size)
		snprintf(text + used, size - used, " until %.3f", (double)until / 1e9);
}

/* How it is done, and for whom it is not. */
static char *
host_detail(const struct world *world, enum host_what what)
{
	const char *how = host_how(world, what);
	char remains[96], *detail = NULL;
	remains_text(world, remains, sizeof remains);
	if (what == HOST_UP && *remains != '\0') {
		if (asprintf(&detail, "this one kernel still has %s, as no real host would; it "
		    "hinders a bind without SO_REUSEADDR", remains) < 0)
			return NULL;
	} else if (how != NULL && asprintf(&detail, "%s%s%s", how, *remains != '\0' ?
	    "; not what no process holds: " : "", remains) < 0) {
		return NULL;
	}
	return detail;
}

/* Appends the host's event; kill_at: of its shutdown, 0 otherwise. */
static void
host_tell_until(struct world *world, enum host_what what, int64_t kill_at)
{
	struct event event = {.time = loop_now(world->loop), .type = EVENT_HOST};
	event.host.what = what;
	event.host.kill_at = kill_at;
	event.detail = host_detail(world, what);
	world->host.told++;
	world_append(world, &event);
	world_look_soon(world);
}

static void
host_tell(struct world *world, enum host_what what)
{
	host_tell_until(world, what, 0);
}

/* Begins a phase that is looked at until its limit. */
static void
host_begin(struct world *world, enum host_phase phase, int64_t limit)
{
	world->host.phase = phase;
	world->host.deadline = loop_now(world->loop) + limit;
	timer_after(world->host.timer, LOOK_NS);
}

/* Sends a signal to every process of the server's host; the timeline is told only
 * of what a real host would send. */
static void
host_signal(struct world *world, int number, bool told)
{
	const struct moment *now = log_now(world->log);
	for (size_t i = 0; i < now->process_count; i++) {
		pid_t pid = now->processes[i].row.pid;
		if (!host_has(&now->processes[i]))
			continue;
		if (told)
			world_signal(world, pid, number, BY_HOST);
		else
			process_watch_signal(world->processes, pid, number);
	}
}

/* Who was forked since the last look, by a server that does not report it, is of the
 * host too. */
static void
host_find_all(struct world *world)
{
	if (world->server.guest != NULL)
		process_watch_refresh(world->processes);
}

/* Is every process of the server's host in state T? */
static bool
host_is_stopped(struct world *world)
{
	const struct moment *now = log_now(world->log);
	for (size_t i = 0; i < now->process_count; i++) {
		if (!host_has(&now->processes[i]))
			continue;
		char state = process_watch_state(now->processes[i].row.pid);
		if (state != 'T' && state != 'Z' && state != 'X' && state != 0)
			return false;
	}
	return true;
}

/* Crash: the client deaf, the server stopped; the rest when it is. */
void
host_crash(struct world *world)
{
	host_find_all(world);
	silence_client(world, true);
	host_signal(world, SIGSTOP, false);
	host_begin(world, PHASE_STOP, STOP_LIMIT);
}

/* Makes the sockets vanish and kills what holds them. */
static void
host_end(struct world *world)
{
	guest_end(world);
	host_silence_all(world, VANISH);
	if (world->host.refused && world->server.guest != NULL)
		world_note(world, "pidfd_getfd is refused, so this server's sockets do not "
		    "vanish without a word: a connection may see a FIN, as when its process is "
		    "killed");
	if (world->host.refused && server_is_tcpserv(world)) {
		host_signal(world, SIGUSR2, false);
		host_signal(world, SIGCONT, false);
		host_begin(world, PHASE_END, MILLISECONDS(300));
		return;
	}
	host_signal(world, SIGKILL, false);
	host_begin(world, PHASE_END, END_LIMIT);
}

/* Reboot: from up, a crash first. */
void
host_reboot(struct world *world)
{
	if (host_is_dark(world) || world->host.phase == PHASE_GRACE) {
		silence_client(world, true);
		host_end(world);
		return;
	}
	world->host.then_reboot = true;
	host_crash(world);
}

/* Shutdown: SIGTERM to all, grace, SIGKILL. */
void
host_shutdown(struct world *world, int64_t grace)
{
	bool silent = host_is_silent(world);
	host_find_all(world);
	host_tell_until(world, HOST_SHUTTING_DOWN, loop_now(world->loop) + grace);
	if (silent) /* nobody will hear their FINs, now or later */
		host_silence_all(world, VANISH);
	host_signal(world, SIGTERM, true);
	host_begin(world, PHASE_GRACE, grace);
}

/* The cable out: nobody is stopped. */
void
host_unplug(struct world *world)
{
	host_find_all(world);
	silence_client(world, true);
	host_silence_all(world, SILENCE_SERVER);
	host_tell(world, HOST_UNPLUGGED);
}

/* The cable in. */
void
host_plug(struct world *world)
{
	host_silence_all(world, HEAR_SERVER);
	silence_client(world, false);
	host_tell(world, HOST_UP);
}

void
host_heal(struct world *world)
{
	world->host.phase = PHASE_NONE;
	timer_stop(world->host.timer);
	if (!host_is_silent(world))
		return;
	host_silence_all(world, VANISH);
	if (world->client.pid != 0)
		host_silence_one(world, world->client.pid, VANISH);
}

/* All are stopped (or will not be): now the sockets. */
static void
phase_stopped(struct world *world)
{
	host_silence_all(world, SILENCE_SERVER);
	world->host.phase = PHASE_NONE;
	host_tell(world, HOST_CRASHED);
	if (world->host.then_reboot) {
		world->host.then_reboot = false;
		host_end(world);
	}
}

/* Nobody is left: start the server afresh. */
static void
phase_ended(struct world *world)
{
	if (world->server.ours)
		server_start(world);
	host_begin(world, PHASE_START, END_LIMIT);
}

/* The server is there again: the client hears. */
static void
phase_started(struct world *world)
{
	world->host.phase = PHASE_NONE;
	silence_client(world, false);
	host_tell(world, HOST_UP);
}

/* The grace is over: SIGKILL to the rest, and again until all are gone. */
static void
phase_graced(struct world *world, bool over)
{
	if (host_processes(world) == 0)
		host_find_all(world);
	if (host_processes(world) == 0) {
		world->host.phase = PHASE_NONE;
		silence_client(world, true);
		host_tell(world, HOST_DOWN);
		return;
	}
	if (over) {
		guest_end(world);
		host_signal(world, SIGKILL, true);
		world->host.deadline = loop_now(world->loop) + END_LIMIT;
	}
	timer_after(world->host.timer, LOOK_NS);
}

/* The timer: has the phase come about? */
static void
host_go_on(void *context)
{
	struct world *world = context;
	bool over = loop_now(world->loop) > world->host.deadline;
	bool done = over;
	switch (world->host.phase) {
	case PHASE_NONE:
		return;
	case PHASE_STOP:
		if (host_is_stopped(world))
			host_find_all(world);
		if (over || host_is_stopped(world)) {
			phase_stopped(world);
			return;
		}
		host_signal(world, SIGSTOP, false); /* also to who was found now */
		break;
	case PHASE_END:
		if (host_processes(world) == 0)
			host_find_all(world);
		if (host_processes(world) == 0 && world->server.ours &&
		    process_watch_adopt(world->processes,
		    launcher_guard(world->launcher)))
			host_end(world);
		done |= host_processes(world) == 0;
		if (over)
			host_signal(world, SIGKILL, false);
		if (done && host_processes(world) == 0) {
			phase_ended(world);
			return;
		}
		break;
	case PHASE_START:
		if (over || server_is_settled(world)) {
			phase_started(world);
			return;
		}
		break;
	case PHASE_GRACE:
		phase_graced(world, over);
		return;
	}
	timer_after(world->host.timer, LOOK_NS);
}
