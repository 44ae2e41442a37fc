/* process_fixture.h: processes that are followed, for the suites about them: real ones,
 * which a test forks, and numbers that nobody has. */
#ifndef PROCESS_FIXTURE_H
#define PROCESS_FIXTURE_H

#include "process_watch_internal.h"

#include <check.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

enum { NOBODY = 2000000000 }; /* no machine has numbers like this, and the next ones */

struct followers {
	struct loop *loop;
	struct log *log;
	struct process_watch *watch;
	unsigned calls;
	pid_t root; /* of a server that reports nothing */
};

static inline void
followers_came_or_died(void *context)
{
	((struct followers *)context)->calls++;
}

static inline pid_t
followers_root(void *context)
{
	return ((struct followers *)context)->root;
}

static inline void
followers_open(struct followers *followers)
{
	*followers = (struct followers){.loop = loop_new(), .log = log_new(1000)};
	ck_assert(followers->loop != NULL && followers->log != NULL);
	followers->watch = process_watch_new(followers->loop, followers->log,
	    followers_came_or_died, followers);
	ck_assert_ptr_nonnull(followers->watch);
}

static inline void
followers_close(struct followers *followers)
{
	process_watch_free(followers->watch);
	log_free(followers->log);
	loop_free(followers->loop);
}

/* A child of the test that waits for signals. */
static inline pid_t
fork_sleeper(void)
{
	pid_t pid = fork();
	ck_assert_int_ge(pid, 0);
	while (pid == 0)
		pause();
	return pid;
}

/* Ends a child that was forked, if it is left, and waits for it. */
static inline void
end_sleeper(pid_t pid)
{
	kill(pid, SIGKILL);
	ck_assert_int_eq(waitpid(pid, NULL, 0), pid);
}

/* Is it there, neither a zombie nor gone, a moment after? */
static inline bool
sleeper_runs(pid_t pid)
{
	poll(NULL, 0, 20);
	char state = process_watch_state(pid);
	return state != 0 && state != 'Z' && state != 'X';
}

/* Waits until it is in this state. */
static inline void
await_letter(pid_t pid, char state)
{
	for (int i = 0; process_watch_state(pid) != state; i++) {
		ck_assert_msg(i < 20000, "%d is never %c", (int)pid, state);
		poll(NULL, 0, 1);
	}
}

/* Waits until it sleeps, and the kernel says where: a moment after the state. A kernel that
 * tells nobody is not waited for. */
static inline void
await_asleep(pid_t pid)
{
	char wchan[PROCESS_TEXT] = "-";
	await_letter(pid, 'S');
	for (int i = 0; i < 1000 && strcmp(wchan, "-") == 0; i++) {
		process_wchan_read(pid, wchan);
		poll(NULL, 0, 1);
	}
}

/* Follows a child that the server forked. */
static inline void
follow_child(struct followers *followers, pid_t pid)
{
	process_watch_add(followers->watch, pid, ROLE_CHILD, PROCESS_FORKED, NULL, 0,
	    loop_now(followers->loop));
}

/* Of the events about this process, those of this kind; *last is the latest of them. */
static inline unsigned
told_of(const struct followers *followers, pid_t pid, enum process_what what,
    struct event *last)
{
	unsigned count = 0;
	for (uint64_t i = log_first(followers->log); i < log_end(followers->log); i++) {
		const struct event *event = log_event(followers->log, i);
		if (event->type != EVENT_PROCESS || event->process.what != what ||
		    event->process.row.pid != pid)
			continue;
		count++;
		if (last != NULL)
			*last = *event;
	}
	return count;
}

/* Runs the loop until that is told of it. */
static inline struct event
await_told(const struct followers *followers, pid_t pid, enum process_what what)
{
	int64_t end = loop_now(followers->loop) + SECONDS(20);
	struct event event = {0};
	while (told_of(followers, pid, what, &event) == 0) {
		ck_assert_msg(loop_now(followers->loop) < end, "%d is never %s",
		    (int)pid, event_process_what_name(what));
		ck_assert_int_ge(loop_round(followers->loop, 50), 0);
	}
	return event;
}

/* Tells that a process is there, as if it were followed. */
static inline void
tell_row(struct followers *followers, struct process_row row, enum process_what what)
{
	process_watch_tell(followers->watch, what, &row, NULL, loop_now(followers->loop));
}

/* The row as the moment has it. */
static inline struct process_row
row_now(const struct followers *followers, pid_t pid)
{
	const struct moment_process *process = moment_process(log_now(followers->log), pid);
	ck_assert_ptr_nonnull(process);
	return process->row;
}

/* The lowest descriptor that is free. */
static inline int
lowest_free(void)
{
	int fd = open("/dev/null", O_RDONLY | O_CLOEXEC);
	close(fd);
	return fd;
}

/* How many descriptors are open. */
static inline int
count_open(void)
{
	int count = 0;
	for (int fd = 0; fd < 1024; fd++)
		count += fcntl(fd, F_GETFD) >= 0;
	return count;
}

#endif
