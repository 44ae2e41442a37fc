/* host_silence.c: whether the server's host is heard, who is on it, and the silence of
 * their sockets (host.c says how a host falls silent). */
#include "host_silence.h"

#include "world.h"

#include <errno.h>
#include <unistd.h>

bool
host_is_dark(const struct world *world)
{
	return moment_host_is_dark(log_now(world->log));
}

/* Does nothing come from the server's host? */
bool
host_is_silent(const struct world *world)
{
	return host_is_dark(world) ||
	    log_now(world->log)->host_state == HOST_UNPLUGGED;
}

bool
host_has(const struct moment_process *process)
{
	return moment_process_runs(process) && process->row.role != ROLE_CLIENT;
}

unsigned
host_processes(const struct world *world)
{
	const struct moment *now = log_now(world->log);
	unsigned count = 0;
	for (size_t i = 0; i < now->process_count; i++)
		count += host_has(&now->processes[i]);
	return count;
}

void
host_silence_one(struct world *world, pid_t pid, enum silence what)
{
	int pidfd = process_watch_pidfd(world->processes, pid), own = -1;
	if (pidfd < 0)
		pidfd = own = process_watch_borrow(world->processes, pid);
	if ((pidfd < 0 || silence_process(pidfd, pid, what) < 0) &&
	    (errno == EPERM || errno == EACCES || errno == ENOSYS))
		world->host.refused = true;
	if (own >= 0)
		close(own);
}

void
host_silence_all(struct world *world, enum silence what)
{
	const struct moment *now = log_now(world->log);
	for (size_t i = 0; i < now->process_count; i++)
		if (host_has(&now->processes[i]))
			host_silence_one(world, now->processes[i].row.pid, what);
}

void
host_silence_again(struct world *world, pid_t pid)
{
	host_silence_one(world, pid, SILENCE_SERVER);
}

/* What becomes of the sockets of a process that is killed in the silence.  An
 * orphan is out of reach, deaf and mute for minutes: so the client's hear again
 * (what they send meets silence at the other end), those of a crashed host vanish,
 * and those behind a pulled cable may speak: their FIN, which the client does not
 * hear, is sent again until the cable is in. */
void
host_prepare_death(struct world *world, const struct moment_process *process)
{
	pid_t pid = process->row.pid;
	if (!host_is_silent(world))
		return;
	if (process->row.role == ROLE_CLIENT)
		host_silence_one(world, pid, HEAR_CLIENT);
	else
		host_silence_one(world, pid, host_is_dark(world) ? VANISH : HEAR_SERVER);
}

void
host_vanish(struct world *world, pid_t pid)
{
	host_silence_one(world, pid, VANISH);
}
