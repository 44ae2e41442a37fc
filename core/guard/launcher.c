#include "launcher.h"

#include "guard.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

struct launcher {
	struct loop *loop;
	int socket;        /* -1: ended */
	struct watch *watch;
	pid_t guard;       /* 0: gone and reaped */
	uint32_t serial, told; /* of the last start; of the last one whose outcome came */
	struct launcher_events events;
	struct guard_order order; /* built here: it is large */
};

/* Takes what the guard tells; false: it is gone. */
static bool
launcher_take(struct launcher *launcher)
{
	const struct launcher_events *call = &launcher->events;
	struct guard_news news;
	for (;;) {
		ssize_t size = recv(launcher->socket, &news, sizeof news, MSG_DONTWAIT);
		if (size < 0 && (errno == EAGAIN || errno == EINTR))
			return true;
		if (size != sizeof news)
			return false;
		int64_t time = loop_from_monotonic(launcher->loop, news.time);
		if (news.kind == GUARD_REAPED) {
			call->reaped(call->context, news.pid, news.status, time);
			continue;
		}
		launcher->told = news.serial;
		call->started(call->context, news.serial, news.pid, news.error, time);
	}
}

/* The guard has news, or is gone. */
static void
launcher_hear(void *context, uint32_t events)
{
	struct launcher *launcher = context;
	(void)events;
	if (launcher_take(launcher))
		return;
	loop_unwatch(launcher->loop, launcher->watch);
	launcher->watch = NULL;
	close(launcher->socket);
	launcher->socket = -1;
	launcher->events.gone(launcher->events.context);
}

struct launcher *
launcher_new(struct loop *loop, const struct guard_files *files,
    const struct launcher_events *events)
{
	struct launcher *launcher = calloc(1, sizeof *launcher);
	if (launcher == NULL)
		return NULL;
	launcher->loop = loop;
	launcher->events = *events;
	launcher->guard = guard_fork(&launcher->socket, files);
	if (launcher->guard > 0)
		launcher->watch = loop_watch(loop, launcher->socket, EPOLLIN,
		    launcher_hear, launcher);
	if (launcher->watch != NULL)
		return launcher;
	int error = errno;
	if (launcher->guard > 0)
		launcher_end(launcher, 2000);
	free(launcher);
	errno = error;
	return NULL;
}

/* Appends one string to the order; false when there is no room. */
static bool
order_append(struct guard_order *order, size_t *used, const char *string)
{
	size_t size = strlen(string) + 1;
	if (size > sizeof order->strings - *used || order->count >= GUARD_ARGUMENTS)
		return false;
	memcpy(order->strings + *used, string, size);
	*used += size;
	order->count++;
	return true;
}

/* Sends the order that stands built, with its descriptors. */
static uint32_t
launcher_send(struct launcher *launcher, size_t used, const int *files, size_t count)
{
	struct guard_order *order = &launcher->order;
	union { char room[CMSG_SPACE(2 * sizeof(int))]; struct cmsghdr align; } control;
	memset(&control, 0, sizeof control);
	struct iovec vector = {.iov_base = order,
	    .iov_len = offsetof(struct guard_order, strings) + used};
	struct msghdr message = {.msg_iov = &vector, .msg_iovlen = 1,
	    .msg_control = &control,
	    .msg_controllen = CMSG_SPACE(count * sizeof *files)};
	struct cmsghdr *header = CMSG_FIRSTHDR(&message);
	header->cmsg_level = SOL_SOCKET;
	header->cmsg_type = SCM_RIGHTS;
	header->cmsg_len = CMSG_LEN(count * sizeof *files);
	memcpy(CMSG_DATA(header), files, count * sizeof *files);
	launcher_wake(launcher);
	if (sendmsg(launcher->socket, &message, MSG_NOSIGNAL) < 0)
		return 0;
	return launcher->serial = order->serial;
}

/* Orders a program. */
static uint32_t
launcher_order(struct launcher *launcher, enum guard_program program,
    const char *path, const char *const *argv, const int *files, size_t count)
{
	struct guard_order *order = &launcher->order;
	size_t used = 0;
	order->serial = launcher->serial + 1;
	order->program = program;
	order->count = 0;
	bool fits = order_append(order, &used, path);
	for (; fits && *argv != NULL; argv++)
		fits = order_append(order, &used, *argv);
	if (!fits || launcher->socket < 0) {
		errno = fits ? EPIPE : E2BIG;
		return 0;
	}
	return launcher_send(launcher, used, files, count);
}

uint32_t
launcher_start(struct launcher *launcher, const char *path,
    const char *const *argv, int report)
{
	return launcher_order(launcher, GUARD_OURS, path, argv, &report, 1);
}

/* Starts anybody's program. */
uint32_t
launcher_start_guest(struct launcher *launcher, const char *const *argv,
    int output, int error)
{
	int files[] = {output, error};
	return launcher_order(launcher, GUARD_FOREIGN, argv[0], argv, files, 2);
}

bool
launcher_is_starting(const struct launcher *launcher)
{
	return launcher->told != launcher->serial && launcher->socket >= 0;
}

void
launcher_wake(const struct launcher *launcher)
{
	if (launcher->guard > 0)
		kill(launcher->guard, SIGCONT); /* unreaped: no other has its PID */
}

pid_t
launcher_guard(const struct launcher *launcher)
{
	return launcher->guard;
}

/* Asks the guard to end all, and hears whom it reaps until it is gone itself; false: it
 * is not, so many ms after the last that was heard. */
static bool
hear_the_end(struct launcher *launcher, int pidfd, int timeout_ms)
{
	struct pollfd polls[] = {{.fd = pidfd, .events = POLLIN},
	    {.fd = launcher->socket, .events = POLLIN}};
	if (launcher->socket >= 0)
		shutdown(launcher->socket, SHUT_WR);
	for (;;) {
		int ready = poll(polls, sizeof polls / sizeof *polls, timeout_ms);
		if (ready < 0 && errno == EINTR)
			continue;
		bool ended = ready > 0 && polls[0].revents != 0;
		if (polls[1].fd >= 0 && !launcher_take(launcher))
			polls[1].fd = -1;
		if (ended || ready <= 0)
			return ended;
	}
}

bool
launcher_end(struct launcher *launcher, int timeout_ms)
{
	if (launcher->guard == 0)
		return true;
	loop_unwatch(launcher->loop, launcher->watch);
	launcher->watch = NULL;
	launcher_wake(launcher);
	int pidfd = (int)syscall(SYS_pidfd_open, launcher->guard, 0);
	bool gone = pidfd < 0 || hear_the_end(launcher, pidfd, timeout_ms);
	if (launcher->socket >= 0)
		close(launcher->socket);
	launcher->socket = -1;
	if (pidfd >= 0)
		close(pidfd);
	if (gone && waitpid(launcher->guard, NULL, 0) == launcher->guard)
		launcher->guard = 0;
	return gone;
}

void
launcher_forget(struct launcher *launcher)
{
	launcher->guard = 0;
}

void
launcher_free(struct launcher *launcher)
{
	if (launcher == NULL)
		return;
	launcher_end(launcher, 2000);
	free(launcher);
}
