#include "server_outsider.h"

#include "launcher.h"
#include "process_stat.h"
#include "socket_holder.h"
#include "world.h"

#include <stdio.h>
#include <sys/stat.h>

enum { ANCESTORS = 64 };

/* Does the process descend from the guard, as all that the console has started? */
static bool
descends(const struct world *world, pid_t pid)
{
	struct process_stat stat;
	pid_t guard = launcher_guard(world->launcher);
	for (int i = 0; i < ANCESTORS && pid > 1; i++) {
		if (pid == guard)
			return true;
		pid = process_stat_read(&stat, pid) == 0 ? stat.ppid : 0;
	}
	return false;
}

bool
outsider_adopt(struct world *world, uint64_t inode)
{
	char command[PROCESS_TEXT] = "a process";
	struct process_stat stat;
	pid_t owner = socket_holder_anybody(inode);
	if (owner == 0 || descends(world, owner))
		return false;
	if (process_stat_read(&stat, owner) == 0)
		process_command_read(&stat, command, sizeof command);
	world->server.ours = world->server.starting = false;
	world->server.pid = owner;
	world->server.listening = true;
	process_watch_add(world->processes, owner, ROLE_SERVER, PROCESS_STARTED, NULL, 0,
	    loop_now(world->loop));
	socket_watch_force(world->sockets);
	world_note(world, "%s (PID %d) listens at port %u, and does not descend from the command "
	    "behind --: it is watched, and lives on after the console", command, (int)owner,
	    world->host_endpoint.port);
	return true;
}

bool
outsider_is_elsewhere(pid_t pid)
{
	char path[48];
	struct stat theirs, ours;
	snprintf(path, sizeof path, "/proc/%d/ns/net", (int)pid);
	return stat(path, &theirs) == 0 && stat("/proc/self/ns/net", &ours) == 0 &&
	    theirs.st_ino != ours.st_ino;
}
