/* How a death is told.
 *
 * A pidfd becomes readable when its process has died, before anybody has waited
 * for it.  A parent that waits at once (waitpid in a loop) reaps it some
 * microseconds later, and its report is on the way.  So a dead process gets
 * ZOMBIE_NS of grace: who is not reaped by then is shown as a zombie, who is, as
 * reaped, with its status.  One that is gone, and of which no report comes, has
 * exited; what it left is read from its pidfd (PIDFD_GET_INFO, Linux 6.15) or was
 * in field 52 of its stat, else not known.  Where nobody will report it (SIGCHLD
 * ignored, or a server that is not ours), that is said after UNREPORTED_NS; else
 * only after REPORT_NS, because who waited for it may not have run since. */
#include "process_watch.h"

#include "pidfd_signal.h"
#include "process_tree.h"

#include <errno.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/ioctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#define ZOMBIE_NS MILLISECONDS(15)
#define SETTLE_NS MILLISECONDS(5)
#define UNREPORTED_NS MILLISECONDS(75)
#define REPORT_NS SECONDS(2)
#define LOOK_SOON_NS MILLISECONDS(3)
#define LOOK_BUSY_NS MILLISECONDS(100)
#define LOOK_IDLE_NS SECONDS(1)
#define BUSY_NS SECONDS(2)
#define SEARCH_NS SECONDS(2)           /* for children whose report was lost */
#define TREE_BUSY_NS MILLISECONDS(20)  /* for those of a server that reports nothing */
#define TREE_IDLE_NS SECONDS(1)

/* Looks at rows that live, and searches, may take one part in so many of the time. */
enum { LOOK_SHARE = 20, SEARCH_SHARE = 8 };

/* A process of which /proc is not read at its fork, because so many others were forked
 * in the same window, has its row filled in by the next look, if it lives so long. */
#define FLOOD_NS MILLISECONDS(10)

/* FILES_KEPT: descriptors that pidfds leave free, to read /proc with. */
enum { LOOK_AT_ONCE = 48, FLOOD = 8, BUCKETS = 1024, TREE_ROOM = 4096,
	FILES_KEPT = 12 };

/* <linux/pidfd.h> of Linux 6.15; older headers do not have it. */
struct pidfd_info_exit {
	uint64_t mask;
	uint64_t cgroupid;
	uint32_t pid, tgid, ppid, ruid, rgid, euid, egid, suid, sgid, fsuid, fsgid;
	int32_t exit_code;
};
#define GET_INFO_EXIT _IOWR(0xFF, 11, struct pidfd_info_exit)
#define INFO_EXIT (UINT64_C(1) << 3)

struct followed {
	struct process_watch *owner;
	pid_t pid;
	int pidfd;
	struct watch *watch;
	bool dead;              /* the pidfd said so */
	bool zombie;            /* and it was shown as a zombie */
	bool reaped;            /* the pidfd said so (Linux 6.9) */
	int64_t died_at;
	int64_t vanished_at;    /* 0: its row was still there when last looked at */
	struct process_end end;
	struct followed *next, *previous;
	struct followed *next_alike; /* in its bucket */
};

struct process_watch {
	struct loop *loop;
	struct log *log;
	struct followed *all;
	struct followed *buckets[BUCKETS]; /* by PID */
	struct timer *timer;
	int64_t rest_until;     /* before it only the dead are looked at */
	int64_t flood_begun;
	unsigned flood;         /* forks since then */
	int64_t busy_until;
	int64_t searched_at;
	bool search_often;
	pid_t (*root)(void *context); /* NULL: the server reports its children */
	int64_t search_cost;
	unsigned turn; /* where the next look begins */
	bool told_scarce;
	void (*kicked)(void *context);
	void *context;
};

static void process_watch_look(void *context);

/* Watches for log. */
struct process_watch *
process_watch_new(struct loop *loop, struct log *log,
    void (*kicked)(void *context), void *context)
{
	struct process_watch *watch = calloc(1, sizeof *watch);
	if (watch == NULL)
		return NULL;
	*watch = (struct process_watch){.loop = loop, .log = log,
	    .kicked = kicked, .context = context};
	watch->timer = loop_timer(loop, process_watch_look, watch);
	if (watch->timer == NULL) {
		free(watch);
		return NULL;
	}
	return watch;
}

/* Stops following one. */
static void
followed_free(struct followed *followed)
{
	loop_unwatch(followed->owner->loop, followed->watch);
	if (followed->pidfd >= 0)
		close(followed->pidfd);
	free(followed);
}

void
process_watch_free(struct process_watch *watch)
{
	if (watch == NULL)
		return;
	while (watch->all != NULL) {
		struct followed *next = watch->all->next;
		followed_free(watch->all);
		watch->all = next;
	}
	loop_untimer(watch->loop, watch->timer);
	free(watch);
}

/* Who is followed under this number. */
static struct followed *
followed_find(const struct process_watch *watch, pid_t pid)
{
	struct followed *followed = watch->buckets[(unsigned)pid % BUCKETS];
	while (followed != NULL && followed->pid != pid)
		followed = followed->next_alike;
	return followed;
}

/* Puts it among those that are followed. */
static void
followed_enter(struct process_watch *watch, struct followed *followed)
{
	struct followed **bucket = &watch->buckets[(unsigned)followed->pid % BUCKETS];
	followed->next_alike = *bucket;
	*bucket = followed;
	followed->next = watch->all;
	if (watch->all != NULL)
		watch->all->previous = followed;
	watch->all = followed;
}

/* Takes it out and frees it. */
static void
followed_forget(struct process_watch *watch, struct followed *followed)
{
	struct followed **place = &watch->buckets[(unsigned)followed->pid % BUCKETS];
	while (*place != followed)
		place = &(*place)->next_alike;
	*place = followed->next_alike;
	if (followed->previous != NULL)
		followed->previous->next = followed->next;
	else
		watch->all = followed->next;
	if (followed->next != NULL)
		followed->next->previous = followed->previous;
	followed_free(followed);
}

/* Something happened: look at every row soon. */
void
process_watch_kick(struct process_watch *watch)
{
	watch->busy_until = loop_now(watch->loop) + BUSY_NS;
	timer_no_later(watch->timer, LOOK_SOON_NS);
}

/* Did a call fail for want of descriptors or memory?  That tells nothing of whom it
 * was about. */
static bool
is_starved(void)
{
	return errno == EMFILE || errno == ENFILE || errno == ENOMEM;
}

/* Fills in what /proc says of the process; false with errno when it is gone. */
static bool
row_read(struct process_row *row, struct process_stat *stat)
{
	if (process_stat_read(stat, row->pid) < 0)
		return false;
	row->ppid = stat->ppid;
	row->start_time = stat->start_time;
	row->cpu = process_stat_cpu(stat);
	process_stat_letters(stat, row->stat);
	process_stat_tty(stat, row->tty);
	process_command_read(stat, row->command, sizeof row->command);
	process_wchan_read(row->pid, row->wchan);
	return true;
}

/* Appends a process event. */
static void
tell(struct process_watch *watch, enum process_what what,
    const struct process_row *row, const struct process_end *end, int64_t time)
{
	struct event event = {.time = time, .type = EVENT_PROCESS};
	event.process.what = what;
	event.process.row = *row;
	if (end != NULL)
		event.process.end = *end;
	log_append(watch->log, &event);
}

/* Says once that deaths are seen by looking only. */
static void
tell_scarce(struct process_watch *watch, unsigned long files)
{
	char text[160];
	struct event event = {.time = loop_now(watch->loop), .type = EVENT_NOTE};
	if (watch->told_scarce)
		return;
	watch->told_scarce = true;
	snprintf(text, sizeof text, "%lu descriptors do not suffice for all processes: of some, ends show a little later (ulimit -Hn; a larger limit mends it)",
	    files);
	event_set_text(&event, text, strlen(text));
	log_append(watch->log, &event);
}

/* The pidfd is readable: it died; or it was reaped. */
static void
followed_died(void *context, uint32_t events)
{
	struct followed *followed = context;
	struct process_watch *watch = followed->owner;
	if (!followed->dead) {
		followed->dead = true;
		followed->died_at = loop_now(watch->loop);
	}
	/* EPOLLHUP, told even to those who ask for nothing: reaped (Linux 6.9) */
	followed->reaped = (events & EPOLLHUP) != 0;
	if (followed->reaped || loop_rewatch(watch->loop, followed->watch, 0) < 0) {
		loop_unwatch(watch->loop, followed->watch);
		followed->watch = NULL;
	}
	process_watch_kick(watch);
	watch->kicked(watch->context);
}

/* Are so many processes forked that the rows of each would cost too much? */
static bool
is_flood(struct process_watch *watch)
{
	int64_t now = loop_now(watch->loop);
	if (now - watch->flood_begun > FLOOD_NS) {
		watch->flood_begun = now;
		watch->flood = 0;
	}
	return ++watch->flood > FLOOD;
}

/* What is known without /proc of a process that the server forked. */
static void
row_guess(const struct process_watch *watch, struct process_row *row)
{
	const struct moment *now = log_now(watch->log);
	const struct moment_process *parent = moment_process(now, now->server);
	if (parent == NULL)
		return;
	row->ppid = parent->row.pid;
	memcpy(row->command, parent->row.command, sizeof row->command);
}

/* A pidfd for it, unless the machine refuses, or so few descriptors are left that
 * /proc could not be read any more: then looks must do. */
static void
followed_open(struct process_watch *watch, struct followed *followed)
{
	struct rlimit limit = {.rlim_cur = RLIM_INFINITY};
	followed->pidfd = (int)syscall(SYS_pidfd_open, followed->pid, 0);
	if (followed->pidfd < 0 && !is_starved())
		return;
	getrlimit(RLIMIT_NOFILE, &limit);
	if (followed->pidfd >= 0 && (rlim_t)followed->pidfd + FILES_KEPT < limit.rlim_cur)
		followed->watch = loop_watch(watch->loop, followed->pidfd, EPOLLIN,
		    followed_died, followed);
	if (followed->watch != NULL)
		return;
	if (followed->pidfd >= 0)
		close(followed->pidfd);
	followed->pidfd = -1;
	tell_scarce(watch, (unsigned long)limit.rlim_cur);
}

/* Follows a process from now on; of row stays what /proc does not tell. */
static void
follow(struct process_watch *watch, struct process_row *row, enum process_what what,
    int64_t time)
{
	struct followed *old = followed_find(watch, row->pid);
	struct process_stat stat;
	if (old != NULL && !old->dead)
		return;
	if (old != NULL) /* the number came again before we looked */
		process_watch_reaped(watch, row->pid, 0, 0, time);
	struct followed *followed = calloc(1, sizeof *followed);
	if (followed == NULL)
		return;
	*followed = (struct followed){.owner = watch, .pid = row->pid};
	followed_open(watch, followed);
	bool flood = is_flood(watch) && followed->pidfd >= 0;
	bool there = flood || row_read(row, &stat) || is_starved();
	followed->dead = followed->pidfd < 0 && !there; /* looks must do */
	followed->died_at = loop_now(watch->loop);
	followed_enter(watch, followed);
	tell(watch, what, row, NULL, time);
	process_watch_kick(watch);
}

/* Follows one that came of itself. */
void
process_watch_add(struct process_watch *watch, pid_t pid, enum report_role role,
    enum process_what what, const struct report_endpoint *peer, unsigned conn,
    int64_t time)
{
	struct process_row row = {.pid = pid, .role = role, .conn = conn,
	    .stat = "?", .tty = "?", .wchan = "-"};
	if (peer != NULL)
		row.peer = *peer;
	row_guess(watch, &row);
	follow(watch, &row, what, time);
}

/* Follows one that the guard started, which can have ended by now. */
void
process_watch_add_started(struct process_watch *watch, pid_t pid, pid_t parent,
    enum report_role role, const char *command, int64_t time)
{
	struct process_row row = {.pid = pid, .ppid = parent, .role = role,
	    .stat = "?", .tty = "?", .wchan = "-"};
	snprintf(row.command, sizeof row.command, "%s", command);
	follow(watch, &row, PROCESS_STARTED, time);
}

/* Somebody waited for it: its end is known. */
void
process_watch_reaped(struct process_watch *watch, pid_t pid, int status,
    pid_t by, int64_t time)
{
	struct followed *followed = followed_find(watch, pid);
	struct moment_process *process = moment_process(log_now(watch->log), pid);
	struct process_end end = {.known = true, .status = status, .by = by};
	if (process != NULL) {
		struct process_row row = process->row;
		tell(watch, PROCESS_REAPED, &row, &end, time);
	}
	if (followed != NULL)
		followed_forget(watch, followed);
	process_watch_kick(watch);
	watch->kicked(watch->context);
}

/* Is it still the process that was shown, by its start time?  Only where the
 * machine refuses pidfds, with which no such question arises. */
static bool
is_same_process(const struct moment *now, pid_t pid)
{
	const struct moment_process *process = moment_process(now, pid);
	struct process_stat stat;
	return process != NULL && process_stat_read(&stat, pid) == 0 &&
	    stat.start_time == process->row.start_time;
}

/* Sends a signal through the pidfd. */
int
process_watch_signal(struct process_watch *watch, pid_t pid, int number)
{
	struct followed *followed = followed_find(watch, pid);
	if (followed == NULL || (followed->pidfd < 0 &&
	    !is_same_process(log_now(watch->log), pid))) {
		errno = ESRCH;
		return -1;
	}
	process_watch_kick(watch);
	if (followed->pidfd < 0)
		return kill(pid, number);
	return pidfd_signal(followed->pidfd, pid, number);
}

/* The pidfd of a process that is followed. */
int
process_watch_pidfd(const struct process_watch *watch, pid_t pid)
{
	struct followed *followed = followed_find(watch, pid);
	return followed == NULL ? -1 : followed->pidfd;
}

/* A pidfd of one that is followed without.  It is its, when it has the same start
 * time after it was opened. */
int
process_watch_borrow(const struct process_watch *watch, pid_t pid)
{
	int pidfd = (int)syscall(SYS_pidfd_open, pid, 0);
	if (pidfd < 0 || is_same_process(log_now(watch->log), pid))
		return pidfd;
	close(pidfd);
	errno = ESRCH;
	return -1;
}

/* The state letter, right now. */
char
process_watch_state(pid_t pid)
{
	struct process_stat stat;
	return process_stat_read(&stat, pid) < 0 ? 0 : stat.state;
}

/* What a process that vanished left in its pidfd. */
static void
end_from_pidfd(struct followed *followed)
{
	struct pidfd_info_exit info = {.mask = INFO_EXIT};
	if (followed->end.known || followed->pidfd < 0)
		return;
	if (ioctl(followed->pidfd, GET_INFO_EXIT, &info) == 0 &&
	    (info.mask & INFO_EXIT) != 0) {
		followed->end.known = true;
		followed->end.status = info.exit_code;
	}
}

/* Will nobody report that it was waited for? */
static bool
is_unreported(const struct process_watch *watch, const struct process_row *row)
{
	struct process_signals signals;
	return watch->search_often || watch->root != NULL || (process_signals_read(&signals, row->ppid) == 0 &&
	    (signals.ignored >> (SIGCHLD - 1) & 1) != 0);
}

/* Has its parent, which reports nothing, waited for it?  It lives, and does not leave
 * that to the kernel (SIGCHLD ignored), so nobody else can have. */
static bool
was_waited_for(const struct process_watch *watch, const struct process_row *row)
{
	struct process_signals signals;
	return moment_process_runs(moment_process(log_now(watch->log), row->ppid)) &&
	    process_signals_read(&signals, row->ppid) == 0 &&
	    (signals.ignored >> (SIGCHLD - 1) & 1) == 0;
}

/* A row that is not there any more.  Without a report in time it has exited, and is
 * forgotten. */
static void
followed_vanished(struct process_watch *watch, struct followed *followed,
    const struct process_row *row)
{
	int64_t now = loop_now(watch->loop);
	if (followed->vanished_at == 0)
		followed->vanished_at = now;
	if (now - followed->vanished_at < UNREPORTED_NS ||
	    (now - followed->vanished_at < REPORT_NS && !is_unreported(watch, row)))
		return;
	end_from_pidfd(followed);
	bool reaped = watch->root != NULL && was_waited_for(watch, row);
	if (reaped)
		followed->end.by = row->ppid;
	tell(watch, reaped ? PROCESS_REAPED : PROCESS_EXITED, row, &followed->end,
	    followed->zombie ? followed->vanished_at : followed->died_at);
	followed_forget(watch, followed);
}

/* A dead one: a zombie by now, or gone. */
static void
followed_settle(struct process_watch *watch, struct followed *followed,
    struct process_row row)
{
	struct process_stat stat;
	int64_t now = loop_now(watch->loop);
	if (now - followed->died_at < ZOMBIE_NS)
		return;
	bool there = row_read(&row, &stat);
	if (!there && is_starved())
		return;
	if (there && stat.state == 'Z') {
		followed->end.known = stat.has_exit_code;
		followed->end.status = stat.exit_code;
		followed->zombie = true;
		tell(watch, PROCESS_ZOMBIE, &row, &followed->end, followed->died_at);
		return;
	}
	followed_vanished(watch, followed, &row);
}

/* Would ps show anything else than before? */
static bool
row_differs(const struct process_row *a, const struct process_row *b)
{
	return a->ppid != b->ppid || strcmp(a->stat, b->stat) != 0 ||
	    strcmp(a->wchan, b->wchan) != 0 || strcmp(a->tty, b->tty) != 0 ||
	    strcmp(a->command, b->command) != 0;
}

/* Looks at one row. */
static void
followed_look(struct process_watch *watch, struct followed *followed)
{
	struct moment_process *process =
	    moment_process(log_now(watch->log), followed->pid);
	if (process == NULL)
		return;
	struct process_row row = process->row;
	struct process_stat stat;
	if (followed->dead && !followed->zombie) {
		followed_settle(watch, followed, row);
		return;
	}
	bool there = row_read(&row, &stat);
	if (!there && is_starved())
		return;
	if (!there || (stat.state == 'Z' && !followed->zombie)) {
		if (followed->zombie) {
			followed_vanished(watch, followed, &row);
		} else {
			followed->dead = true;
			followed->died_at = loop_now(watch->loop);
		}
		return;
	}
	if (stat.state == 'R' && strcmp(row.stat, process->row.stat) != 0 &&
	    process->row.stat[0] == 'S')
		return; /* caught while it ran for a moment */
	if (row_differs(&row, &process->row))
		tell(watch, PROCESS_CHANGED, &row, NULL, loop_now(watch->loop));
}

/* Looks for children of the server that nobody reported. */
static void
search_children(struct process_watch *watch)
{
	const struct moment *now = log_now(watch->log);
	pid_t children[1024];
	watch->searched_at = loop_now(watch->loop);
	size_t count = now->process_count;
	for (size_t i = 0; i < count; i++) {
		const struct moment_process *parent = &now->processes[i];
		if (!moment_process_runs(parent) || parent->row.role != ROLE_SERVER)
			continue;
		pid_t pid = parent->row.pid;
		int found = process_children(pid, children, 1024);
		for (int k = 0; k < found && k < 1024; k++)
			if (followed_find(watch, children[k]) == NULL)
				process_watch_add(watch, children[k],
				    ROLE_CHILD, PROCESS_FORKED, NULL, 0,
				    watch->searched_at);
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

/* Follows every child of the guard that nobody told of. */
bool
process_watch_adopt(struct process_watch *watch, pid_t guard)
{
	pid_t children[256];
	bool any = false;
	int found = guard > 0 ? process_children(guard, children, 256) : 0;
	for (int i = 0; i < found && i < 256; i++) {
		if (followed_find(watch, children[i]) != NULL)
			continue;
		process_watch_add(watch, children[i], ROLE_CHILD, PROCESS_FORKED, NULL,
		    0, loop_now(watch->loop));
		any = true;
	}
	return any;
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
		if (followed_find(watch, pids[i]) == NULL)
			found |= follow_descendant(watch, pids[i]);
	watch->search_cost = loop_now(watch->loop) - watch->searched_at;
	if (found)
		watch->kicked(watch->context);
}

/* Looks for those that nobody reported. */
static void
search(struct process_watch *watch)
{
	if (watch->root != NULL)
		search_tree(watch);
	else
		search_children(watch);
}

/* How long a search is good for. */
static int64_t
search_pause(const struct process_watch *watch, bool busy)
{
	if (watch->root != NULL) {
		int64_t least = SEARCH_SHARE * watch->search_cost;
		int64_t pause = busy ? TREE_BUSY_NS : TREE_IDLE_NS;
		return pause > least ? pause : least;
	}
	/* of many processes a look at all of /proc takes long, and a hole is seldom */
	return !watch->search_often ? SEARCH_NS *
	    (int64_t)(1 + log_now(watch->log)->process_count / 50) :
	    busy ? LOOK_BUSY_NS : LOOK_IDLE_NS;
}

/* Is there a death to be told as soon as it can be? */
static bool
is_unsettled(const struct followed *followed)
{
	return (followed->dead && !followed->zombie) || followed->reaped ||
	    followed->vanished_at != 0;
}

/* Looks at the rows: at each with a death that is not settled, and at so many of the
 * others, a thousand of which would take too long for one round of the loop. */
static void
look_at_rows(struct process_watch *watch, unsigned budget)
{
	struct followed *followed = watch->all;
	unsigned number = 0, most = budget;
	while (followed != NULL) {
		struct followed *next = followed->next;
		bool turn = number >= watch->turn && budget > 0;
		if (turn)
			budget--;
		if (turn || is_unsettled(followed))
			followed_look(watch, followed);
		number++;
		followed = next;
	}
	watch->turn = budget > 0 ? 0 : watch->turn + most;
}

/* Looks at every row now, and for children that nobody reported. */
void
process_watch_refresh(struct process_watch *watch)
{
	watch->turn = 0;
	look_at_rows(watch, UINT_MAX);
	search(watch);
}

/* Everybody was ended: the rows that are left go. */
void
process_watch_all_gone(struct process_watch *watch)
{
	while (watch->all != NULL) {
		struct moment_process *process =
		    moment_process(log_now(watch->log), watch->all->pid);
		if (process != NULL) {
			struct process_row row = process->row;
			tell(watch, PROCESS_EXITED, &row, &watch->all->end,
			    loop_now(watch->loop));
		}
		followed_forget(watch, watch->all);
	}
}

/* How long until a death can be settled, or one can have come that nobody tells of;
 * INT64_MAX: there is none. */
static int64_t
unsettled_for(const struct process_watch *watch, int64_t now)
{
	int64_t least = INT64_MAX;
	for (struct followed *each = watch->all; each != NULL; each = each->next) {
		if (each->pidfd < 0 && least > SETTLE_NS)
			least = SETTLE_NS;
		if (!is_unsettled(each))
			continue;
		int64_t left = each->died_at + ZOMBIE_NS - now;
		if (left < SETTLE_NS && (each->zombie || left <= 0))
			left = SETTLE_NS;
		least = left < least ? left : least;
	}
	return least;
}

/* Looks at so many rows as its share of the time allows; false when that was used up. */
static bool
look_within_share(struct process_watch *watch)
{
	int64_t begun = loop_cost(), now = loop_now(watch->loop);
	bool rests = now < watch->rest_until;
	look_at_rows(watch, rests ? 0 : LOOK_AT_ONCE);
	if (!rests)
		watch->rest_until = now + LOOK_SHARE * (loop_cost() - begun);
	return !rests;
}

/* The timer: looks, and says when to look again. */
static void
process_watch_look(void *context)
{
	struct process_watch *watch = context;
	bool looked = look_within_share(watch);
	int64_t now = loop_now(watch->loop);
	bool busy = now < watch->busy_until;
	if (now - watch->searched_at >= search_pause(watch, busy))
		search(watch);
	int64_t pause = watch->root != NULL && busy ? search_pause(watch, busy) :
	    busy ? LOOK_BUSY_NS : LOOK_IDLE_NS;
	int64_t unsettled = unsettled_for(watch, now);
	if (!looked && watch->rest_until < now + pause)
		pause = watch->rest_until - now;
	timer_after(watch->timer, unsettled < pause ? unsettled : pause);
}

/* Look for its children often. */
void
process_watch_search(struct process_watch *watch, bool often)
{
	watch->search_often = often;
	process_watch_kick(watch);
}

/* Whoever descends from the root is looked for. */
void
process_watch_tree(struct process_watch *watch, pid_t (*root)(void *context))
{
	watch->root = root;
	process_watch_kick(watch);
}

/* When they were last looked for. */
int64_t
process_watch_searched_at(const struct process_watch *watch)
{
	return watch->searched_at;
}

/* It has another part to play.  A child of the server is one that it forked. */
void
process_watch_role(struct process_watch *watch, pid_t pid, enum report_role role)
{
	struct moment_process *process = moment_process(log_now(watch->log), pid);
	if (process == NULL || process->row.role == role)
		return;
	struct process_row row = process->row;
	row.role = role;
	tell(watch, role == ROLE_CHILD ? PROCESS_FORKED : PROCESS_CHANGED, &row, NULL,
	    loop_now(watch->loop));
}

/* A child serves this peer. */
void
process_watch_serves(struct process_watch *watch, pid_t pid,
    const struct report_endpoint *peer, unsigned conn)
{
	struct moment_process *process = moment_process(log_now(watch->log), pid);
	if (process == NULL)
		return;
	struct process_row row = process->row;
	row.peer = *peer;
	row.conn = conn;
	tell(watch, PROCESS_CHANGED, &row, NULL, loop_now(watch->loop));
}
