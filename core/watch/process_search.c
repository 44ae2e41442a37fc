/* The processes that nobody told of.
 *
 * tcpserv reports its children, and what is lost of that is looked for seldom.  Anybody
 * else's server reports nothing: whoever descends from it is looked for, often while
 * something happens, and never in more than a part of the time. */
#include "process_watch_internal.h"

#include "process_tree.h"

#define SEARCH_BUSY_NS SECONDS(2)      /* for children whose report was lost */
#define SEARCH_IDLE_NS SECONDS(10)
#define OFTEN_BUSY_NS MILLISECONDS(100)
#define OFTEN_IDLE_NS SECONDS(1)
#define TREE_BUSY_NS MILLISECONDS(20)  /* for those of a server that reports nothing */
#define TREE_IDLE_NS SECONDS(1)

/* Searches may take one part in so many of the time. */
enum { SEARCH_SHARE = 8, CHILDREN_ROOM = 1024, TREE_ROOM = 4096 };

/* Follows the children of one that nobody told of; whether there was any. */
static bool
follow_children(struct process_watch *watch, pid_t parent)
{
	pid_t children[CHILDREN_ROOM];
	bool any = false;
	int found = process_children(parent, children, CHILDREN_ROOM);
	for (int i = 0; i < found && i < CHILDREN_ROOM; i++) {
		if (process_watch_find(watch, children[i]) != NULL)
			continue;
		process_watch_add(watch, children[i], ROLE_CHILD, PROCESS_FORKED, NULL,
		    0, loop_now(watch->loop));
		any = true;
	}
	return any;
}

/* Looks for children of the server that nobody reported. */
static void
search_children(struct process_watch *watch)
{
	const struct moment *now = log_now(watch->log);
	size_t count = now->process_count;
	watch->searched_at = loop_now(watch->loop);
	for (size_t i = 0; i < count; i++) {
		const struct moment_process *parent = &now->processes[i];
		if (moment_process_runs(parent) && parent->row.role == ROLE_SERVER)
			follow_children(watch, parent->row.pid);
	}
}

/* Follows one that was found: a child of the server, or what a child forked in its
 * turn.  One whose parent has ended is taken for a child.  False when it has gone. */
static bool
follow_descendant(struct process_watch *watch, pid_t pid)
{
	struct process_stat stat;
	if (process_stat_read(&stat, pid) < 0)
		return false;
	const struct moment_process *parent = moment_process(log_now(watch->log),
	    stat.ppid);
	bool child = parent == NULL || parent->row.role == ROLE_SERVER;
	process_watch_add(watch, pid, child ? ROLE_CHILD : ROLE_OTHER,
	    child ? PROCESS_FORKED : PROCESS_STARTED, NULL, 0, watch->searched_at);
	return true;
}

bool
process_watch_adopt(struct process_watch *watch, pid_t guard)
{
	return guard > 0 && follow_children(watch, guard);
}

/* Looks for whoever descends from the root and is not followed yet. */
static void
search_tree(struct process_watch *watch)
{
	static pid_t pids[TREE_ROOM];
	pid_t root = watch->root(watch->context);
	bool found = false;
	watch->searched_at = loop_now(watch->loop);
	if (root == 0)
		return;
	int count = process_descendants(root, pids, TREE_ROOM);
	for (int i = 0; i < count && i < TREE_ROOM; i++)
		if (process_watch_find(watch, pids[i]) == NULL)
			found |= follow_descendant(watch, pids[i]);
	watch->search_cost = loop_now(watch->loop) - watch->searched_at;
	if (found)
		watch->came_or_died(watch->context);
}

void
process_search(struct process_watch *watch)
{
	if (watch->root != NULL)
		search_tree(watch);
	else
		search_children(watch);
}

int64_t
process_search_pause(const struct process_watch *watch, bool busy)
{
	if (watch->root != NULL) {
		int64_t least = SEARCH_SHARE * watch->search_cost;
		int64_t pause = busy ? TREE_BUSY_NS : TREE_IDLE_NS;
		return pause > least ? pause : least;
	}
	/* of many processes a look at all of /proc takes long, and a hole is seldom */
	return !watch->search_often ? (busy ? SEARCH_BUSY_NS : SEARCH_IDLE_NS) *
	    (int64_t)(1 + log_now(watch->log)->process_count / 50) :
	    busy ? OFTEN_BUSY_NS : OFTEN_IDLE_NS;
}

void
process_watch_search(struct process_watch *watch, bool often)
{
	watch->search_often = often;
	process_watch_look_soon(watch);
}

void
process_watch_tree(struct process_watch *watch, pid_t (*root)(void *context))
{
	watch->root = root;
	process_watch_look_soon(watch);
}

int64_t
process_watch_searched_at(const struct process_watch *watch)
{
	return watch->searched_at;
}
