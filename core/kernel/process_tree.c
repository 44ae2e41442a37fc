#include "process_tree.h"

#include "process_stat.h"

#include <dirent.h>
#include <limits.h>
#include <stdbool.h>
#include <stdlib.h>

/* A process and its parent. */
struct kinship {
	pid_t pid, ppid;
};

static int
compare_kinship(const void *a, const void *b)
{
	const struct kinship *first = a, *second = b;
	return (first->pid > second->pid) - (first->pid < second->pid);
}

/* Every process with its parent, sorted; NULL with errno.  *count are there. */
static struct kinship *
read_kinship(size_t *count)
{
	DIR *directory = opendir("/proc");
	struct kinship *all = NULL;
	struct process_stat stat;
	struct dirent *entry;
	size_t room = 0;
	*count = 0;
	while (directory != NULL && (entry = readdir(directory)) != NULL) {
		char *end;
		long pid = strtol(entry->d_name, &end, 10);
		if (pid <= 0 || pid > INT_MAX || *end != '\0' ||
		    process_stat_read(&stat, (pid_t)pid) < 0)
			continue;
		if (*count == room) {
			room = room * 2 + 256;
			struct kinship *larger = realloc(all, room * sizeof *all);
			if (larger == NULL)
				break;
			all = larger;
		}
		all[(*count)++] = (struct kinship){(pid_t)pid, stat.ppid};
	}
	if (directory != NULL)
		closedir(directory);
	if (*count > 0)
		qsort(all, *count, sizeof *all, compare_kinship);
	return all;
}

/* Does one of them descend from root?  However they changed while they were read,
 * the way up is no longer than their number. */
static bool
descends(const struct kinship *all, size_t count, pid_t pid, pid_t root)
{
	for (size_t steps = 0; steps < count; steps++) {
		const struct kinship wanted = {.pid = pid};
		const struct kinship *found = bsearch(&wanted, all, count, sizeof *all,
		    compare_kinship);
		if (found == NULL)
			return false;
		if (found->ppid == root)
			return true;
		pid = found->ppid;
	}
	return false;
}

int
process_descendants(pid_t root, pid_t *pids, int room)
{
	size_t all_count;
	struct kinship *all = read_kinship(&all_count);
	int count = 0;
	if (all == NULL)
		return -1;
	for (size_t i = 0; i < all_count; i++) {
		if (!descends(all, all_count, all[i].pid, root))
			continue;
		if (count < room)
			pids[count] = all[i].pid;
		count++;
	}
	free(all);
	return count;
}
