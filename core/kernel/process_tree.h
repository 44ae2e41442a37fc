/* process_tree.h: who descends from a process. */
#ifndef PROCESS_TREE_H
#define PROCESS_TREE_H

#include <sys/types.h>

/* All that descends from root, root left out, in the order of their numbers: at most
 * room PIDs are written to pids.  Returns how many there are, or -1 with errno. */
int process_descendants(pid_t root, pid_t *pids, int room);

#endif
