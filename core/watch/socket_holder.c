#include "socket_holder.h"

#include "socket_scan.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Calls each with the inode of every socket in /proc/PID/fd, until it says no. */
static void
for_each_socket(pid_t pid, bool (*each)(void *context, pid_t pid, uint64_t inode),
    void *context)
{
	char path[32];
	snprintf(path, sizeof path, "/proc/%d/fd", (int)pid);
	DIR *directory = opendir(path);
	if (directory == NULL)
		return;
	bool more = true;
	struct dirent *entry;
	while (more && (entry = readdir(directory)) != NULL) {
		uint64_t inode = socket_inode(dirfd(directory), entry->d_name);
		more = inode == 0 || each(context, pid, inode);
	}
	closedir(directory);
}

bool
socket_holder_is_hidden(pid_t pid)
{
	char path[32];
	snprintf(path, sizeof path, "/proc/%d/fd", (int)pid);
	DIR *directory = opendir(path);
	if (directory == NULL)
		return errno == EACCES || errno == EPERM;
	closedir(directory);
	return false;
}

/* Remembers who holds a socket. */
static bool
remember_holder(void *context, pid_t pid, uint64_t inode)
{
	struct socket_holders *holders = context;
	if (holders->count == holders->room) {
		size_t room = holders->room * 2 + 64;
		struct socket_holder *larger = realloc(holders->all, room * sizeof *larger);
		if (larger == NULL)
			return false;
		holders->all = larger;
		holders->room = room;
	}
	holders->all[holders->count++] = (struct socket_holder){.inode = inode,
	    .pid = pid};
	return true;
}

/* By inode; of those that hold one socket a child, what a child forked, the server;
 * of two alike the later process. */
static int
compare_holders(const void *a, const void *b)
{
	static const int ranks[] = {[ROLE_CLIENT] = 0, [ROLE_CHILD] = 0,
	    [ROLE_OTHER] = 1, [ROLE_SERVER] = 2};
	const struct socket_holder *first = a, *second = b;
	if (first->inode != second->inode)
		return first->inode < second->inode ? -1 : 1;
	if (ranks[first->role] != ranks[second->role])
		return ranks[first->role] - ranks[second->role];
	return (first->pid < second->pid) - (first->pid > second->pid);
}

/* Finds out who of the moment's processes holds which sockets. */
static void
find_holders(struct socket_holders *holders, const struct moment *now)
{
	holders->count = 0;
	holders->known = true;
	for (size_t i = 0; i < now->process_count; i++) {
		size_t before = holders->count;
		if (!moment_process_runs(&now->processes[i]))
			continue;
		for_each_socket(now->processes[i].row.pid, remember_holder, holders);
		while (before < holders->count)
			holders->all[before++].role = now->processes[i].row.role;
	}
	if (holders->count > 0)
		qsort(holders->all, holders->count, sizeof *holders->all,
		    compare_holders);
}

/* The place of the first that holds the socket; holders->count for nobody. */
static size_t
first_holder(struct socket_holders *holders, const struct moment *now, uint64_t inode)
{
	if (!holders->known)
		find_holders(holders, now);
	size_t low = 0, high = holders->count;
	while (low < high) {
		size_t middle = (low + high) / 2;
		if (holders->all[middle].inode < inode)
			low = middle + 1;
		else
			high = middle;
	}
	return low < holders->count && holders->all[low].inode == inode ? low :
	    holders->count;
}

pid_t
socket_holders_find(struct socket_holders *holders, const struct moment *now,
    uint64_t inode)
{
	size_t first = first_holder(holders, now, inode);
	return first < holders->count ? holders->all[first].pid : 0;
}

pid_t
socket_holders_find_listener(struct socket_holders *holders,
    const struct moment *now, uint64_t inode)
{
	size_t i = first_holder(holders, now, inode);
	pid_t oldest = 0;
	for (; i < holders->count && holders->all[i].inode == inode; i++) {
		if (holders->all[i].role == ROLE_SERVER)
			return holders->all[i].pid;
		if (oldest == 0 || holders->all[i].pid < oldest)
			oldest = holders->all[i].pid;
	}
	return oldest;
}

void
socket_holders_forget(struct socket_holders *holders)
{
	holders->known = false;
}

void
socket_holders_free(struct socket_holders *holders)
{
	free(holders->all);
	*holders = (struct socket_holders){0};
}

/* A search for one socket. */
struct search {
	uint64_t inode;
	pid_t found;
};

static bool
is_searched(void *context, pid_t pid, uint64_t inode)
{
	struct search *search = context;
	if (inode == search->inode)
		search->found = pid;
	return search->found == 0;
}

pid_t
socket_holder_anybody(uint64_t inode)
{
	struct search search = {.inode = inode};
	DIR *directory = opendir("/proc");
	struct dirent *entry;
	if (directory == NULL)
		return 0;
	while (search.found == 0 && (entry = readdir(directory)) != NULL) {
		char *end;
		long pid = strtol(entry->d_name, &end, 10);
		if (pid > 0 && *end == '\0')
			for_each_socket((pid_t)pid, is_searched, &search);
	}
	closedir(directory);
	return search.found;
}
