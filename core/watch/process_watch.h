/* process_watch.h: the processes of the session, as the kernel shows them.
 *
 * Each is followed by a pidfd (pidfd_open(2)), so that its death is known at
 * once and a signal can never hit a stranger who got its number.  What /proc/PID
 * says is compared with the moment now, and the events that make it true are
 * appended. */
#ifndef PROCESS_WATCH_H
#define PROCESS_WATCH_H

#include "log.h"
#include "loop.h"

struct process_watch;

/* Watches for log; came_or_died is called when a process appeared or died. */
struct process_watch *process_watch_new(struct loop *loop, struct log *log,
    void (*came_or_died)(void *context), void *context);

void process_watch_free(struct process_watch *watch);

/* Follows a process from now on: what is PROCESS_STARTED or PROCESS_FORKED, time
 * when it happened.  One that is followed already is left as it is. */
void process_watch_add(struct process_watch *watch, pid_t pid,
    enum report_role role, enum process_what what,
    const struct report_endpoint *peer, unsigned conn, int64_t time);

/* The same for a program that parent has started just now with this command line,
 * which is told of it should it have ended before anybody could look. */
void process_watch_add_started(struct process_watch *watch, pid_t pid, pid_t parent,
    enum report_role role, const char *command, int64_t time);

/* Somebody waited for it: its end is known. */
void process_watch_reaped(struct process_watch *watch, pid_t pid, int status,
    pid_t by, int64_t time);

/* Sends a signal through the pidfd.  0, or -1 with errno (ESRCH: not followed,
 * or gone). */
int process_watch_signal(struct process_watch *watch, pid_t pid, int number);

/* The pidfd of a process that is followed, or -1; it stays ours. */
int process_watch_pidfd(const struct process_watch *watch, pid_t pid);

/* A pidfd of one that is followed without; -1 with errno.  The caller closes it. */
int process_watch_borrow(const struct process_watch *watch, pid_t pid);

/* The state letter out of /proc/PID/stat, right now; 0 when it is gone. */
char process_watch_state(pid_t pid);

/* Something happened: look at every row soon. */
void process_watch_look_soon(struct process_watch *watch);

/* Looks at every row now, and for children that nobody reported. */
void process_watch_refresh(struct process_watch *watch);

/* Follows every child of the guard that nobody told of: a server that was killed
 * between its fork and the report of it leaves one.  Whether there was any. */
bool process_watch_adopt(struct process_watch *watch, pid_t guard);

/* Follows nobody any more.  Of those that have died that is told; the others live on. */
void process_watch_forget_all(struct process_watch *watch);

/* Reports were lost: look for the server's children often. */
void process_watch_search(struct process_watch *watch, bool often);

/* The server is not one of ours and reports nothing: whoever descends from the
 * process that root names (0: nobody, for now) is looked for, often while something
 * happens.  root gets the context of came_or_died. */
void process_watch_tree(struct process_watch *watch, pid_t (*root)(void *context));

/* When they were last looked for, on the session's clock. */
int64_t process_watch_searched_at(const struct process_watch *watch);

/* It has another part to play: it is the server now, or is it no more. */
void process_watch_role(struct process_watch *watch, pid_t pid, enum report_role role);

/* A child serves this peer, on our client's connection conn (0: a stranger's). */
void process_watch_serves(struct process_watch *watch, pid_t pid,
    const struct report_endpoint *peer, unsigned conn);

#endif
