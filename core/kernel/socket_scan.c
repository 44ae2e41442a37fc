#include "socket_scan.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct socket_scan {
	DIR *processes;       /* /proc */
	DIR *descriptors;     /* of the process at hand; NULL: none */
	pid_t pid;
	struct socket_owners found;
	size_t room;
};

struct socket_scan *
socket_scan_begin(void)
{
	struct socket_scan *scan = calloc(1, sizeof *scan);
	if (scan == NULL)
		return NULL;
	scan->processes = opendir("/proc");
	if (scan->processes == NULL) {
		free(scan);
		return NULL;
	}
	return scan;
}

void
socket_scan_end(struct socket_scan *scan)
{
	if (scan == NULL)
		return;
	closedir(scan->processes);
	if (scan->descriptors != NULL)
		closedir(scan->descriptors);
	socket_owners_free(&scan->found);
	free(scan);
}

uint64_t
socket_inode(int directory, const char *name)
{
	char link[32];
	ssize_t length = readlinkat(directory, name, link, sizeof link - 1);
	if (length < 9 || strncmp(link, "socket:[", 8) != 0)
		return 0;
	link[length] = '\0';
	return strtoull(link + 8, NULL, 10);
}

/* Remembers who holds a socket. */
static void
remember(struct socket_scan *scan, uint64_t inode)
{
	struct socket_owners *found = &scan->found;
	if (found->count == scan->room) {
		size_t room = scan->room * 2 + 64;
		struct socket_owner *larger = realloc(found->all, room * sizeof *larger);
		if (larger == NULL)
			return;
		found->all = larger;
		scan->room = room;
	}
	found->all[found->count++] = (struct socket_owner){inode, scan->pid};
}

/* To the next process; false: there is none. */
static bool
next_process(struct socket_scan *scan)
{
	char path[32], *end;
	struct dirent *entry = readdir(scan->processes);
	if (entry == NULL)
		return false;
	long pid = strtol(entry->d_name, &end, 10);
	if (pid <= 0 || *end != '\0')
		return true;
	snprintf(path, sizeof path, "/proc/%ld/fd", pid);
	scan->descriptors = opendir(path);
	scan->pid = (pid_t)pid;
	return true;
}

/* One entry more; false: that was all. */
static bool
look(struct socket_scan *scan)
{
	if (scan->descriptors == NULL)
		return next_process(scan);
	struct dirent *entry = readdir(scan->descriptors);
	if (entry == NULL) {
		closedir(scan->descriptors);
		scan->descriptors = NULL;
		return true;
	}
	uint64_t inode = socket_inode(dirfd(scan->descriptors), entry->d_name);
	if (inode != 0)
		remember(scan, inode);
	return true;
}

bool
socket_scan_more(struct socket_scan *scan, unsigned descriptors)
{
	while (descriptors > 0 && look(scan))
		descriptors--;
	return descriptors == 0;
}

/* By inode, then the older process. */
static int
compare(const void *a, const void *b)
{
	const struct socket_owner *first = a, *second = b;
	if (first->inode != second->inode)
		return first->inode < second->inode ? -1 : 1;
	return (first->pid > second->pid) - (first->pid < second->pid);
}

void
socket_scan_result(struct socket_scan *scan, struct socket_owners *owners)
{
	socket_owners_free(owners);
	*owners = scan->found;
	scan->found = (struct socket_owners){0};
	scan->room = 0;
	if (owners->count > 1)
		qsort(owners->all, owners->count, sizeof *owners->all, compare);
}

pid_t
socket_owners_find(const struct socket_owners *owners, uint64_t inode, bool listens)
{
	size_t low = 0, high = owners->count;
	while (inode != 0 && low < high) {
		size_t middle = (low + high) / 2;
		if (owners->all[middle].inode < inode)
			low = middle + 1;
		else
			high = middle;
	}
	if (inode == 0 || low == owners->count || owners->all[low].inode != inode)
		return 0;
	while (!listens && low + 1 < owners->count && owners->all[low + 1].inode == inode)
		low++;
	return owners->all[low].pid;
}

void
socket_owners_free(struct socket_owners *owners)
{
	free(owners->all);
	*owners = (struct socket_owners){0};
}
