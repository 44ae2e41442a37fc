#include "guard.h"

#include "guard_terminal.h"
#include "process_stat.h"
#include "report.h"

#include <dirent.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/wait.h>

/* PAUSE_FIRST, PAUSE_MOST: milliseconds between two looks at who is left.  LISTEN_MS: so
 * long a console that asked for the end may be busy. */
enum { REPORT_FD = 3, CHILDREN_ROOM = 4096, GROUPS_ROOM = 256, PAUSE_FIRST = 1,
	PAUSE_MOST = 128, ORDER_FILES = 2, DEATH_MS = 5, LISTEN_MS = 100 };

/* What an order brought: how many are there, and which stay -1. */
struct order_files {
	int fds[ORDER_FILES];   /* GUARD_OURS: report; GUARD_FOREIGN: output, error */
};

struct guard {
	int console; /* the socket to the console */
	int signals; /* signalfd */
	struct guard_files files;
	struct guard_terminal terminal; /* the console's */
	pid_t groups[GROUPS_ROOM]; /* of the programs that were started */
	size_t group_count;
};

/* CLOCK_MONOTONIC in ns. */
static int64_t
guard_now(void)
{
	struct timespec now;
	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

/* Has the group a member that is a child of ours?  Then its number is no other's. */
static bool
group_is_ours(pid_t group)
{
	siginfo_t information;
	return waitid(P_PGID, (id_t)group, &information,
	    WEXITED | WNOHANG | WNOWAIT) == 0;
}

/* Remembers that a program was started, which leads a group of its own. */
static void
guard_remember(struct guard *guard, pid_t group)
{
	size_t kept = 0;
	for (size_t i = 0; i < guard->group_count; i++)
		if (group_is_ours(guard->groups[i]))
			guard->groups[kept++] = guard->groups[i];
	if (kept < GROUPS_ROOM)
		guard->groups[kept++] = group;
	guard->group_count = kept;
}

/* SIGKILL to every child, as far as /proc tells. */
static void
kill_children(void)
{
	static pid_t children[CHILDREN_ROOM];
	int count = process_children(getpid(), children, CHILDREN_ROOM);
	for (int i = 0; i < count && i < CHILDREN_ROOM; i++)
		kill(children[i], SIGKILL); /* ours, unreaped: no other has its PID */
}

/* Tells of one that ended while all are ended: a console that has asked for it listens,
 * one that stands still is not waited for long. */
static void
guard_tell_ended(struct guard *guard, const struct guard_news *news)
{
	struct pollfd room = {.fd = guard->console, .events = POLLOUT};
	if (guard->console >= 0 && poll(&room, 1, LISTEN_MS) == 1 &&
	    send(guard->console, news, sizeof *news, MSG_NOSIGNAL | MSG_DONTWAIT) > 0)
		return;
	if (guard->console >= 0)
		close(guard->console);
	guard->console = -1;
}

/* Kills every descendant and reaps until none is left.  A killed child's own
 * children become ours, so each reaping is followed by another look.  Where /proc
 * cannot be read, the groups are all that is known. */
static void
end_descendants(struct guard *guard)
{
	int pause = PAUSE_FIRST, status;
	for (;;) {
		pid_t reaped;
		bool any = false;
		for (size_t i = 0; i < guard->group_count; i++)
			if (group_is_ours(guard->groups[i]))
				kill(-guard->groups[i], SIGKILL);
		kill_children();
		while ((reaped = waitpid(-1, &status, WNOHANG)) > 0) {
			struct guard_news news = {.kind = GUARD_REAPED, .pid = reaped,
			    .status = status, .time = guard_now()};
			guard_tell_ended(guard, &news);
			any = true;
		}
		if (reaped < 0 && errno == ECHILD)
			return;
		pause = any ? PAUSE_FIRST : pause < PAUSE_MOST ? 2 * pause : pause;
		poll(NULL, 0, pause);
	}
}

/* The same for who knows no groups. */
void
guard_end_descendants(void)
{
	struct guard nobody = {.console = -1};
	end_descendants(&nobody);
}

/* Sends news; false when the console is gone.  It blocks while a console that
 * stands still has a full queue: no end of a process is ever lost. */
static bool
guard_tell(struct guard *guard, const struct guard_news *news)
{
	ssize_t sent;
	do
		sent = send(guard->console, news, sizeof *news, MSG_NOSIGNAL);
	while (sent < 0 && errno == EINTR);
	return sent == sizeof *news;
}

/* Reaps whoever ended, orphans as init would; false when the console is gone. */
static bool
guard_reap(struct guard *guard)
{
	int status;
	pid_t pid;
	while ((pid = waitpid(-1, &status, WNOHANG)) > 0) {
		struct guard_news news = {.kind = GUARD_REAPED, .pid = pid,
		    .status = status, .time = guard_now()};
		if (!guard_tell(guard, &news))
			return false;
	}
	return true;
}

/* In the new process: what the console changed is put back.  An inherited ignored
 * SIGPIPE would spoil the lesson. */
static void
guard_put_back(struct guard *guard)
{
	struct rlimit limit;
	sigset_t none;
	for (int number = 1; number < NSIG; number++)
		if (number != SIGKILL && number != SIGSTOP)
			signal(number, SIG_DFL);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	if (getrlimit(RLIMIT_NOFILE, &limit) == 0) {
		limit.rlim_cur = guard->files.limit;
		setrlimit(RLIMIT_NOFILE, &limit);
	}
}

/* One of ours: it reports over its descriptor.  Returns only when it failed. */
static void
guard_become_ours(char **argv, int report)
{
	char number[16];
	snprintf(number, sizeof number, "%d", REPORT_FD);
	if (report == REPORT_FD)
		fcntl(report, F_SETFD, 0);
	else if (dup2(report, REPORT_FD) < 0)
		return;
	if (setenv(REPORT_ENVIRONMENT, number, 1) == 0)
		execv(argv[0], argv + 1);
}

/* Anybody's program, found as a shell would find it: it writes into the pipes, or into a
 * terminal that shows neither colours nor cursors. */
static void
guard_become_guest(char **argv, const struct order_files *files)
{
	if (dup2(files->fds[0], STDOUT_FILENO) < 0 ||
	    dup2(files->fds[1], STDERR_FILENO) < 0)
		return;
	if (isatty(STDOUT_FILENO) && (setenv("TERM", "dumb", 1) < 0 ||
	    setenv("NO_COLOR", "1", 1) < 0))
		return;
	unsetenv(REPORT_ENVIRONMENT);
	execvp(argv[0], argv + 1);
}

/* In the new process: the program. */
static void
guard_become(struct guard *guard, uint32_t program, char **argv,
    const struct order_files *files, int failure)
{
	guard_put_back(guard);
	if (program == GUARD_OURS) {
		setpgid(0, 0);
		guard_become_ours(argv, files->fds[0]);
	} else {
		setsid(); /* with the terminal it could write over the screen */
		guard_become_guest(argv, files);
	}
	int error = errno;
	if (write(failure, &error, sizeof error) < 0)
		_exit(126);
	_exit(127);
}

/* Forks and execs; the PID, or -1 with errno when either failed. */
static pid_t
guard_start(struct guard *guard, uint32_t program, char **argv,
    const struct order_files *files)
{
	int failure[2], error;
	if (pipe2(failure, O_CLOEXEC) < 0)
		return -1;
	/* the pipe's end must not stand where the report socket goes */
	int out = fcntl(failure[1], F_DUPFD_CLOEXEC, REPORT_FD + 1);
	close(failure[1]);
	pid_t pid = out < 0 ? -1 : fork();
	error = errno;
	if (pid == 0)
		guard_become(guard, program, argv, files, out);
	if (pid > 0 && program == GUARD_OURS)
		setpgid(pid, pid); /* whoever comes first of the two */
	if (out >= 0)
		close(out);
	if (pid > 0 && read(failure[0], &error, sizeof error) == sizeof error) {
		waitpid(pid, NULL, 0);
		pid = -1;
	}
	close(failure[0]);
	errno = error;
	return pid;
}

/* Splits the order's strings; argv has room for GUARD_ARGUMENTS + 2.  False when
 * they are not well formed. */
static bool
guard_strings(struct guard_order *order, size_t size, char **argv)
{
	if (size < offsetof(struct guard_order, strings) + 1 || order->count < 2 ||
	    order->count > GUARD_ARGUMENTS)
		return false;
	char *place = order->strings, *end = (char *)order + size;
	for (uint32_t i = 0; i < order->count; i++) {
		char *nul = memchr(place, '\0', (size_t)(end - place));
		if (nul == NULL)
			return false;
		argv[i] = place;
		place = nul + 1;
	}
	argv[order->count] = NULL;
	return true;
}

/* The descriptors that came with an order; false when they are not those that the
 * program needs. */
static bool
guard_take_files(struct msghdr *message, uint32_t program, struct order_files *files)
{
	struct cmsghdr *header = CMSG_FIRSTHDR(message);
	size_t count = 0;
	for (size_t i = 0; i < ORDER_FILES; i++)
		files->fds[i] = -1;
	if (header != NULL && header->cmsg_type == SCM_RIGHTS)
		count = (header->cmsg_len - CMSG_LEN(0)) / sizeof *files->fds;
	if (count > 0 && count <= ORDER_FILES)
		memcpy(files->fds, CMSG_DATA(header), count * sizeof *files->fds);
	return (program == GUARD_OURS && count == 1) ||
	    (program == GUARD_FOREIGN && count == 2);
}

/* Takes one order and carries it out; false when the console is gone. */
static bool
guard_order(struct guard *guard)
{
	static struct guard_order order;
	union {
		char room[CMSG_SPACE(ORDER_FILES * sizeof(int))];
		struct cmsghdr align;
	} control;
	char *argv[GUARD_ARGUMENTS + 2];
	struct order_files files;
	struct iovec vector = {.iov_base = &order, .iov_len = sizeof order};
	struct msghdr message = {.msg_iov = &vector, .msg_iovlen = 1,
	    .msg_control = &control, .msg_controllen = sizeof control};
	ssize_t size = recvmsg(guard->console, &message,
	    MSG_CMSG_CLOEXEC | MSG_DONTWAIT);
	if (size < 0)
		return errno == EAGAIN || errno == EINTR;
	if (size == 0)
		return false;
	bool whole = guard_take_files(&message, order.program, &files);
	struct guard_news news = {.kind = GUARD_FAILED, .serial = order.serial};
	errno = EINVAL;
	pid_t pid = whole && guard_strings(&order, (size_t)size, argv) ?
	    guard_start(guard, order.program, argv, &files) : -1;
	if (pid < 0) {
		news.error = errno;
	} else {
		news.kind = GUARD_STARTED;
		guard_remember(guard, pid);
	}
	news.pid = pid;
	news.time = guard_now();
	for (size_t i = 0; i < ORDER_FILES; i++)
		if (files.fds[i] >= 0)
			close(files.fds[i]);
	return guard_tell(guard, &news);
}

/* Is the descriptor one that programs get? */
static bool
is_handed(const struct guard_files *files, int fd)
{
	for (size_t i = 0; i < files->handed_count; i++)
		if (files->handed[i] == fd)
			return true;
	return false;
}

/* Closes what the console had open, but for these three, and what is handed on. */
static void
guard_close_others(const struct guard_files *files, int keep, int terminal, int null)
{
	DIR *directory = opendir("/proc/self/fd");
	struct dirent *entry;
	if (directory == NULL)
		return;
	while ((entry = readdir(directory)) != NULL) {
		char *end;
		long fd = strtol(entry->d_name, &end, 10);
		if (*end == '\0' && end != entry->d_name && fd > 2 && fd != keep &&
		    fd != terminal && fd != null && fd != dirfd(directory) &&
		    !is_handed(files, (int)fd))
			close((int)fd);
	}
	closedir(directory);
}

/* Standard input, output and error become /dev/null: a pipe that the console
 * writes to must close with the console. */
static void
guard_leave_terminal(const struct guard_files *files, int keep,
    struct guard_terminal *terminal)
{
	guard_terminal_keep(terminal);
	int null = open("/dev/null", O_RDWR | O_CLOEXEC);
	guard_close_others(files, keep, terminal->fd, null);
	for (int fd = 0; null >= 0 && fd < 3; fd++)
		dup2(null, fd);
	if (null > 2)
		close(null);
	setpgid(0, 0);
}

/* Blocks what would end or stop it: only the console's end does that. */
static int
guard_signals(void)
{
	sigset_t set;
	sigfillset(&set);
	sigprocmask(SIG_SETMASK, &set, NULL);
	sigemptyset(&set);
	sigaddset(&set, SIGCHLD);
	return signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
}

/* The console is gone, or wants its processes ended: a screen that it left behind is
 * undone, and nobody stays. */
static void
guard_end(struct guard *guard)
{
	bool taken = guard_terminal_is_taken(&guard->terminal);
	close(guard->signals);
	close(STDIN_FILENO); /* /dev/null: two descriptors, to read /proc with */
	if (taken && guard_terminal_console_died(&guard->terminal, DEATH_MS)) {
		guard_terminal_give_back(&guard->terminal);
		taken = false;
	}
	end_descendants(guard);
	if (taken && guard_terminal_console_died(&guard->terminal, 0))
		guard_terminal_give_back(&guard->terminal);
}

/* The guard's whole life. */
static void
guard_run(struct guard *guard)
{
	struct pollfd polls[2] = {{.fd = guard->console, .events = POLLIN},
	    {.fd = guard->signals, .events = POLLIN}};
	bool console_lives = true;
	while (console_lives) {
		struct signalfd_siginfo signals[8];
		if (poll(polls, 2, guard->signals < 0 ? PAUSE_MOST : -1) < 0 &&
		    errno != EINTR)
			break;
		while (read(guard->signals, signals, sizeof signals) > 0)
			continue;
		console_lives = guard_reap(guard);
		if (console_lives && polls[0].revents != 0)
			console_lives = guard_order(guard);
	}
	guard_end(guard);
}

pid_t
guard_fork(int *socket, const struct guard_files *files)
{
	int pair[2];
	struct guard_terminal terminal;
	guard_terminal_remember(&terminal);
	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) < 0)
		return -1;
	pid_t pid = fork();
	if (pid == 0) {
		struct guard guard = {.console = pair[1], .files = *files,
		    .terminal = terminal};
		close(pair[0]);
		guard_leave_terminal(files, pair[1], &guard.terminal);
		prctl(PR_SET_NAME, "tcpguard");
		prctl(PR_SET_CHILD_SUBREAPER, 1);
		guard.signals = guard_signals();
		guard_run(&guard);
		_exit(0);
	}
	close(pair[1]);
	if (pid < 0 || fcntl(pair[0], F_SETFL, O_NONBLOCK) < 0) {
		int error = errno;
		close(pair[0]); /* which ends the guard */
		errno = error;
		return -1;
	}
	*socket = pair[0];
	return pid;
}
