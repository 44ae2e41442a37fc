/* tcpserv and tcpcli from outside: started as the console starts them, with one
 * end of a socketpair, of which the reports are read and to which the orders are
 * written.
 *
 * Reports of the server and of its children come over one socket, in an order
 * that the scheduler chooses; those of one role stand in order.  So a test takes
 * the next report of a role.  Everything has a deadline, nothing is awaited by a
 * sleep of its own.
 */
#include "suites.h"
#include "../core/report.h"
#include "../core/wire_long.h"

#include <fcntl.h>
#include <limits.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>

enum {
	DEADLINE = 20000,     /* milliseconds for anything to happen */
	TEST_SECONDS = 90,
	PROGRAM_MOST = 4,
	SOCKET_MOST = 16,
	WORD_MOST = 16,
	MEGABYTE = 1 << 20
};

/* A program that was started. */
struct program {
	pid_t pid;
	int reports;              /* our end; -1: it runs by itself */
	int input, output, error; /* pipes to and from it */
	struct report *kept;      /* reports that no test took yet */
	size_t count, room;
};

/* Everything a test has opened; undone in the teardown. */
static struct program programs[PROGRAM_MOST];
static size_t program_count;
static int sockets[SOCKET_MOST];
static size_t socket_count;
static uint32_t last_serial;

/* Milliseconds of CLOCK_MONOTONIC. */
static int64_t
now(void)
{
	struct timespec time;
	clock_gettime(CLOCK_MONOTONIC, &time);
	return (int64_t)time.tv_sec * 1000 + time.tv_nsec / 1000000;
}

/* The process of a test becomes the reaper of what its programs leave behind. */
static void
setup(void)
{
	program_count = socket_count = 0;
	last_serial = 0;
	ck_assert_int_eq(prctl(PR_SET_CHILD_SUBREAPER, 1), 0);
}

/* Ends every program and reaps all of them.  Their children end when the other
 * ends of their connections are closed, and are killed if they are known. */
static void
teardown(void)
{
	for (size_t i = 0; i < socket_count; i++)
		close(sockets[i]);
	for (size_t i = 0; i < program_count; i++) {
		struct program *program = &programs[i];
		if (program->pid > 0)
			kill(program->pid, SIGKILL);
		if (program->reports >= 0)
			close(program->reports);
		if (program->input >= 0)
			close(program->input);
		close(program->output);
		close(program->error);
		free(program->kept);
	}
	while (waitpid(-1, NULL, 0) > 0 || errno == EINTR)
		continue;
}

/* Keeps a socket for the teardown. */
static int
keep(int fd)
{
	ck_assert_int_ge(fd, 0);
	ck_assert_uint_lt(socket_count, SOCKET_MOST);
	sockets[socket_count++] = fd;
	return fd;
}

/* Between fork and exec.  The mask and SIGPIPE are left as a careless parent could
 * leave them: the programs have to put them right. */
static _Noreturn void
become(const char *path, char *const *words, int pipes[3][2], int report)
{
	char number[16];
	sigset_t all;
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	sigfillset(&all);
	sigprocmask(SIG_SETMASK, &all, NULL);
	signal(SIGPIPE, SIG_IGN);
	dup2(pipes[0][0], STDIN_FILENO);
	dup2(pipes[1][1], STDOUT_FILENO);
	dup2(pipes[2][1], STDERR_FILENO);
	unsetenv(REPORT_ENVIRONMENT);
	if (report >= 0) {
		snprintf(number, sizeof number, "%d", report);
		setenv(REPORT_ENVIRONMENT, number, 1);
		fcntl(report, F_SETFD, 0);
	}
	execv(path, words);
	_exit(127);
}

/* Starts a program with the words of one line.  reported: as under the console. */
static struct program *
start(bool server, const char *line, bool reported)
{
	static char text[256];
	char *words[WORD_MOST], *rest = text;
	const char *path = getenv(server ? "TCPSERV" : "TCPCLI");
	int pipes[3][2], pair[2] = {-1, -1}, count = 0;
	if (path == NULL)
		path = server ? "build/tcpserv" : "build/tcpcli";
	snprintf(text, sizeof text, "%s %s", server ? "tcpserv" : "tcpcli", line);
	while (count < WORD_MOST - 1 && (words[count] = strsep(&rest, " ")) != NULL)
		count += words[count][0] != '\0';
	words[count] = NULL;
	for (int i = 0; i < 3; i++)
		ck_assert_int_eq(pipe2(pipes[i], O_CLOEXEC), 0);
	if (reported)
		ck_assert_int_eq(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0,
		    pair), 0);
	pid_t pid = fork();
	ck_assert_int_ge(pid, 0);
	if (pid == 0)
		become(path, words, pipes, pair[1]);
	close(pipes[0][0]);
	close(pipes[1][1]);
	close(pipes[2][1]);
	if (reported)
		close(pair[1]);
	ck_assert_uint_lt(program_count, PROGRAM_MOST);
	struct program *program = &programs[program_count++];
	*program = (struct program){.pid = pid, .reports = pair[0],
	    .input = pipes[0][1], .output = pipes[1][0], .error = pipes[2][0]};
	return program;
}

/* Waits until there is something to read. */
static void
await_readable(int fd, int64_t deadline, const char *what)
{
	struct pollfd ready = {.fd = fd, .events = POLLIN};
	int64_t rest = deadline - now();
	int result = poll(&ready, 1, rest > 0 ? (int)rest : 0);
	ck_assert_msg(result > 0, "waited in vain for %s", what);
}

/* Puts one more report into what is kept; false at the end of file. */
static bool
keep_report(struct program *program, int64_t deadline, const char *what)
{
	if (program->count == program->room) {
		program->room = program->room * 2 + 16;
		program->kept = realloc(program->kept,
		    program->room * sizeof *program->kept);
		ck_assert_ptr_nonnull(program->kept);
	}
	await_readable(program->reports, deadline, what);
	struct report *report = &program->kept[program->count];
	ssize_t size = recv(program->reports, report, sizeof *report, 0);
	if (size <= 0)
		return false;
	ck_assert_int_eq(size, (ssize_t)(offsetof(struct report, data) +
	    report->length));
	ck_assert_uint_eq(report->lost, 0);
	program->count++;
	return true;
}

/* The next report of a role. */
static struct report
take(struct program *program, enum report_role role)
{
	int64_t deadline = now() + DEADLINE;
	for (size_t i = 0;; i++) {
		while (i >= program->count)
			ck_assert_msg(keep_report(program, deadline, "a report"),
			    "the program ended");
		if (program->kept[i].role != role)
			continue;
		struct report report = program->kept[i];
		program->count--;
		memmove(&program->kept[i], &program->kept[i + 1],
		    (program->count - i) * sizeof report);
		return report;
	}
}

/* The next report of a role, which must be this call. */
static struct report
take_call(struct program *program, enum report_role role, enum report_call call)
{
	struct report report = take(program, role);
	while (report.kind == REPORT_CAUGHT && report.status == SIGCHLD)
		report = take(program, role); /* whenever the kernel delivers it */
	ck_assert_uint_eq(report.kind, REPORT_CALL);
	ck_assert_uint_eq(report.call, call);
	return report;
}

/* The next report of a role: this call, with this outcome. */
static struct report
take_result(struct program *program, enum report_role role, enum report_call call,
    int64_t result, int error)
{
	struct report report = take_call(program, role, call);
	ck_assert_int_eq(report.error, error);
	ck_assert_int_eq(report.result, result);
	return report;
}

/* The next report of a role: a signal that was caught. */
static void
take_caught(struct program *program, enum report_role role, int number)
{
	struct report report = take(program, role);
	ck_assert_uint_eq(report.kind, REPORT_CAUGHT);
	ck_assert_int_eq(report.status, number);
}

/* The next report of the client: that order is done. */
static void
take_done(struct program *client, uint32_t serial)
{
	struct report report = take(client, ROLE_CLIENT);
	ck_assert_uint_eq(report.kind, REPORT_DONE);
	ck_assert_uint_eq(report.order, serial);
}

/* Waits for the end of a program and returns its status as of wait(2). */
static int
await_end(struct program *program)
{
	int status = 0;
	int64_t deadline = now() + DEADLINE;
	pid_t ended;
	while ((ended = waitpid(program->pid, &status, WNOHANG)) == 0 &&
	    now() < deadline)
		poll(NULL, 0, 5);
	ck_assert_msg(ended == program->pid, "the program did not end");
	program->pid = -1;
	return status;
}

/* Checks that a program ends by exit with this status. */
static void
ends_with(struct program *program, int status)
{
	int ended = await_end(program);
	ck_assert_msg(WIFEXITED(ended) && WEXITSTATUS(ended) == status,
	    "wait status 0x%x instead of exit %d", (unsigned)ended, status);
}

/* Checks that a program is killed by this signal. */
static void
ends_by(struct program *program, int number)
{
	int ended = await_end(program);
	ck_assert_msg(WIFSIGNALED(ended) && WTERMSIG(ended) == number,
	    "wait status 0x%x instead of signal %d", (unsigned)ended, number);
}

/* Reads a descriptor up to a newline or its end into text, and returns it. */
static const char *
read_line(int fd)
{
	static char text[4096];
	size_t length = 0;
	int64_t deadline = now() + DEADLINE;
	while (length < sizeof text - 1) {
		await_readable(fd, deadline, "a line");
		ssize_t count = read(fd, text + length, 1);
		if (count <= 0 || text[length++] == '\n')
			break;
	}
	text[length] = '\0';
	return text;
}

/* The state letter of a process; 0 when there is none. */
static char
state_of(pid_t pid)
{
	char path[64], text[512] = "";
	snprintf(path, sizeof path, "/proc/%d/stat", (int)pid);
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return 0;
	ssize_t count = read(fd, text, sizeof text - 1);
	close(fd);
	char *after = count > 0 ? strrchr(text, ')') : NULL;
	return after != NULL ? after[2] : 0;
}

/* Waits until a process is in this state. */
static void
await_state(pid_t pid, char state)
{
	int64_t deadline = now() + DEADLINE;
	while (state_of(pid) != state) {
		ck_assert_msg(now() < deadline, "process %d does not come to %c",
		    (int)pid, state != 0 ? state : '-');
		poll(NULL, 0, 5);
	}
}

/* Waits until a process sleeps in a system call: then a signal interrupts it. */
static void
await_blocked(pid_t pid)
{
	await_state(pid, 'S');
}

/* Starts a server on a free port and returns the port. */
static uint16_t
start_server(struct program **server, const char *settings)
{
	char line[160];
	snprintf(line, sizeof line, "--bind=127.0.0.1 %s 0", settings);
	*server = start(true, line, true);
	ck_assert_int_ge(take_call(*server, ROLE_SERVER, CALL_SOCKET).result, 0);
	take_result(*server, ROLE_SERVER, CALL_BIND, 0, 0);
	struct report report = take_result(*server, ROLE_SERVER, CALL_LISTEN, 0, 0);
	ck_assert_uint_eq(report.local.family, 4);
	ck_assert_uint_ne(report.local.port, 0);
	return report.local.port;
}

/* 127.0.0.1 and a port. */
static struct report_endpoint
loopback(uint16_t port)
{
	return (struct report_endpoint){.family = 4, .port = port,
	    .address = {127, 0, 0, 1}};
}

/* A socket of the test itself, connected to a port. */
static int
join(uint16_t port)
{
	struct report_endpoint peer = loopback(port);
	struct sockaddr_storage address;
	socklen_t length = report_endpoint_to(&peer, &address);
	int fd = keep(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
	ck_assert_int_eq(connect(fd, (struct sockaddr *)&address, length), 0);
	return fd;
}

/* A bound socket of the test itself; *port takes its number. */
static int
bind_free(uint16_t *port)
{
	struct report_endpoint any = loopback(0);
	struct sockaddr_storage address;
	socklen_t length = report_endpoint_to(&any, &address);
	int fd = keep(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
	ck_assert_int_eq(bind(fd, (struct sockaddr *)&address, length), 0);
	ck_assert_int_eq(getsockname(fd, (struct sockaddr *)&address, &length), 0);
	*port = report_endpoint_from(&address).port;
	return fd;
}

/* Says something and expects an answer. */
static void
converse(int fd, const char *said, const char *answer)
{
	ck_assert_int_eq(write(fd, said, strlen(said)), (ssize_t)strlen(said));
	ck_assert_str_eq(read_line(fd), answer);
}

/* Takes accept, fork and (unless it is leaked) close of the parent; returns the
 * child. */
static pid_t
take_fork(struct program *server)
{
	ck_assert_int_ge(take_call(server, ROLE_SERVER, CALL_ACCEPT).result, 0);
	struct report report = take_call(server, ROLE_SERVER, CALL_FORK);
	ck_assert_int_gt(report.result, 0);
	ck_assert_uint_eq(report.peer.family, 4);
	take_result(server, ROLE_SERVER, CALL_CLOSE, 0, 0);
	return (pid_t)report.result;
}

/* Sends an order. */
static uint32_t
order(struct program *client, struct order head, const char *data)
{
	static struct order record;
	memcpy(&record, &head, offsetof(struct order, data));
	record.serial = ++last_serial;
	record.length = data != NULL ? (uint32_t)strlen(data) : 0;
	if (data != NULL)
		memcpy(record.data, data, record.length);
	size_t size = offsetof(struct order, data) + record.length;
	ck_assert_int_eq(send(client->reports, &record, size, MSG_NOSIGNAL),
	    (ssize_t)size);
	return last_serial;
}

/* An order of a kind, to a connection or with a number. */
static void
order_done(struct program *client, enum order_kind kind, uint32_t conn,
    int32_t number)
{
	take_done(client, order(client, (struct order){.kind = kind, .conn = conn,
	    .number = number}, NULL));
}

/* Sends a line and expects the write to return so. */
static void
send_line(struct program *client, uint32_t conn, const char *line, int error)
{
	uint32_t serial = order(client, (struct order){.kind = ORDER_SEND,
	    .conn = conn, .flags = ORDER_READ_LINE}, line);
	take_result(client, ROLE_CLIENT, CALL_WRITE,
	    error != 0 ? -1 : (int64_t)strlen(line), error);
	take_done(client, serial);
}

/* Starts a client. */
static struct program *
start_client(void)
{
	return start(false, "127.0.0.1 9877", true);
}

/* Opens one connection; returns the report of the connect. */
static struct report
open_flagged(struct program *client, uint32_t conn, uint16_t port, uint32_t flags)
{
	struct report connected = {.kind = 0};
	uint32_t serial = order(client, (struct order){.kind = ORDER_CONNECT,
	    .conn = conn, .number = 1, .flags = flags, .peer = loopback(port)}, NULL);
	ck_assert_int_ge(take_call(client, ROLE_CLIENT, CALL_SOCKET).result, 0);
	struct report begun = take(client, ROLE_CLIENT);
	ck_assert_uint_eq(begun.kind, REPORT_BEGUN);
	ck_assert_uint_eq(begun.conn, conn);
	for (int both = 0; both < 2; both++) {
		struct report report = take(client, ROLE_CLIENT);
		if (report.kind == REPORT_DONE) {
			ck_assert_uint_eq(report.order, serial);
		} else {
			ck_assert_uint_eq(report.call, CALL_CONNECT);
			connected = report;
		}
	}
	ck_assert_uint_eq(connected.conn, conn);
	return connected;
}

/* The same, for lines. */
static struct report
open_connection(struct program *client, uint32_t conn, uint16_t port)
{
	return open_flagged(client, conn, port, 0);
}

/* Starts a server and a client, and connects them; returns the child. */
static pid_t
start_both(struct program **server, struct program **client, const char *settings)
{
	uint16_t port = start_server(server, settings);
	*client = start_client();
	struct report connected = open_connection(*client, 1, port);
	ck_assert_int_eq(connected.result, 0);
	ck_assert_uint_eq(connected.peer.port, port);
	pid_t child = take_fork(*server);
	struct report named = take_result(*server, ROLE_CHILD, CALL_GETPEERNAME, 0, 0);
	ck_assert_int_eq(named.pid, child);
	ck_assert_uint_eq(named.peer.port, connected.local.port);
	ck_assert_uint_eq(named.local.port, port);
	return child;
}

/* Kills a child and waits until its parent has reaped it. */
static void
kill_child(struct program *server, pid_t child)
{
	ck_assert_int_eq(kill(child, SIGKILL), 0);
	struct report reaped = take_result(server, ROLE_SERVER, CALL_WAITPID, child, 0);
	ck_assert(WIFSIGNALED(reaped.status) && WTERMSIG(reaped.status) == SIGKILL);
}

/* A line out, the same line back, and the end. */
START_TEST(echoes)
{
	struct program *server, *client;
	pid_t child = start_both(&server, &client, "");
	send_line(client, 1, "hello\n", 0);
	struct report report = take_result(client, ROLE_CLIENT, CALL_READ, 6, 0);
	ck_assert_mem_eq(report.data, "hello\n", 6);
	report = take_result(server, ROLE_CHILD, CALL_READ, 6, 0);
	ck_assert_mem_eq(report.data, "hello\n", 6);
	report = take_result(server, ROLE_CHILD, CALL_WRITE, 6, 0);
	ck_assert_mem_eq(report.data, "hello\n", 6);
	ck_assert_uint_ne(report.peer.port, 0);
	uint32_t serial = order(client, (struct order){.kind = ORDER_CLOSE, .conn = 1},
	    NULL);
	take_result(client, ROLE_CLIENT, CALL_CLOSE, 0, 0);
	take_done(client, serial);
	take_result(server, ROLE_CHILD, CALL_READ, 0, 0);
	take_result(server, ROLE_CHILD, CALL_CLOSE, 0, 0);
	report = take_result(server, ROLE_SERVER, CALL_WAITPID, child, 0);
	ck_assert(WIFEXITED(report.status) && WEXITSTATUS(report.status) == 0);
}
END_TEST

/* Two numbers in, their sum out. */
START_TEST(sums)
{
	struct program *server;
	char line[5000], widest[96];
	int fd = join(start_server(&server, "--service=sum"));
	converse(fd, "11 22\n", "33\n");
	converse(fd, "-11 -44\n", "-55\n");
	converse(fd, "\t11-22 rest\n", "-11\n");
	converse(fd, "foo\n", "input error\n");
	converse(fd, "7\n", "input error\n");
	converse(fd, "\n", "input error\n");
	converse(fd, "99999999999999999999 1\n", "input error\n");
	snprintf(widest, sizeof widest, "%ld 1\n", LONG_MAX);
	snprintf(line, sizeof line, "%ld\n", LONG_MIN);
	converse(fd, widest, line);
	memset(line, '1', sizeof line - 2);
	memcpy(line + sizeof line - 2, "\n", 2);
	converse(fd, line, "input error\n");
	converse(fd, "1 2\n", "3\n");
	ck_assert_int_eq(write(fd, "20 22", 5), 5);
	ck_assert_int_eq(shutdown(fd, SHUT_WR), 0);
	ck_assert_str_eq(read_line(fd), "42\n");
	ck_assert_str_eq(read_line(fd), "");
}
END_TEST

/* Sends two numbers and expects one. */
static void
add(int fd, uint16_t format, int64_t first, int64_t second, int64_t sum)
{
	char bytes[2 * WIRE_MOST];
	size_t size = wire_size(format);
	int64_t deadline = now() + DEADLINE;
	wire_put(format, first, bytes);
	wire_put(format, second, bytes + size);
	ck_assert_int_eq(write(fd, bytes, 3), 3); /* in two pieces: a stream */
	ck_assert_int_eq(write(fd, bytes + 3, 2 * size - 3), (ssize_t)(2 * size - 3));
	await_readable(fd, deadline, "a sum");
	ck_assert_int_eq(recv(fd, bytes, size, MSG_WAITALL), (ssize_t)size);
	ck_assert_int_eq(wire_take(format, bytes), sum);
}

/* Settings of the server, and what a client of this order gets for two numbers. */
static const struct {
	const char *settings;
	enum wire_order order;
	unsigned bits;
	int64_t first, second, sum;
} additions[] = {
	{"--long=32 --byte_order=little", WIRE_BIG, 32, 1, 2, 3},
	{"--long=32 --byte_order=little", WIRE_BIG, 32, -22, -77, -16777314},
	{"--long=32 --byte_order=little", WIRE_BIG, 32, 11, 22, 33},
	{"--long=32 --byte_order=little", WIRE_BIG, 32, -11, -44, -16777270},
	{"--long=32 --byte_order=big", WIRE_LITTLE, 32, -22, -77, -16777314},
	{"--byte_order=little", WIRE_BIG, 64, -22, -77, INT64_C(-72057594037928034)},
	{"--byte_order=little", WIRE_BIG, 64, -11, -44, INT64_C(-72057594037927990)},
	{"--long=32 --byte_order=network", WIRE_BIG, 32, -22, -77, -99},
	{"--long=32 --byte_order=network", WIRE_NETWORK, 32, -11, -44, -55},
	{"--long=32 --byte_order=little", WIRE_LITTLE, 32, -22, -77, -99},
	{"", WIRE_NATIVE, 64, -22, -77, -99},
	{"--long=32", WIRE_NATIVE, 32, INT32_MAX, 1, INT32_MIN},
	{"--byte_order=big", WIRE_BIG, 64, INT64_MAX, 1, INT64_MIN},
};

/* Two binary longs in, one out; half a pair is answered by the end. */
START_TEST(adds_longs)
{
	struct program *server;
	char settings[80], rest[1];
	uint16_t format = wire_format(additions[_i].order, additions[_i].bits);
	snprintf(settings, sizeof settings, "--service=sum-binary %s",
	    additions[_i].settings);
	int fd = join(start_server(&server, settings));
	pid_t child = take_fork(server);
	for (int twice = 0; twice < 2; twice++)
		add(fd, format, additions[_i].first, additions[_i].second,
		    additions[_i].sum);
	ck_assert_int_eq(write(fd, "half", 4), 4);
	ck_assert_int_eq(shutdown(fd, SHUT_WR), 0);
	await_readable(fd, now() + DEADLINE, "the end of file");
	ck_assert_int_eq(read(fd, rest, sizeof rest), 0);
	struct report ended = take_result(server, ROLE_SERVER, CALL_WAITPID, child, 0);
	ck_assert(WIFEXITED(ended.status) && WEXITSTATUS(ended.status) == 0);
}
END_TEST

/* A child that closes with data unread, and one that has none: RST, and FIN. */
START_TEST(closes_unread)
{
	struct program *server, *client;
	pid_t child = start_both(&server, &client, "--close=unread");
	if (_i == 0) {
		send_line(client, 1, "hello\n", 0);
		take_result(client, ROLE_CLIENT, CALL_READ, -1, ECONNRESET);
	} else {
		take_done(client, order(client, (struct order){.kind = ORDER_READ,
		    .conn = 1}, NULL));
		uint32_t serial = order(client, (struct order){.kind = ORDER_SHUTDOWN,
		    .conn = 1}, NULL);
		take_result(client, ROLE_CLIENT, CALL_SHUTDOWN, 0, 0);
		take_done(client, serial);
		take_result(client, ROLE_CLIENT, CALL_READ, 0, 0);
	}
	take_result(server, ROLE_CHILD, CALL_CLOSE, 0, 0); /* and no read before */
	struct report ended = take_result(server, ROLE_SERVER, CALL_WAITPID, child, 0);
	ck_assert(WIFEXITED(ended.status) && WEXITSTATUS(ended.status) == 0);
}
END_TEST

/* Two answers for a client that has gone: the first draws a RST, the second kills
 * the child, or fails where SIGPIPE is ignored. */
START_TEST(sigpipe_of_a_child)
{
	struct program *server;
	int fd = join(start_server(&server, _i == 0 ? "--service=sum" :
	    "--service=sum --sigpipe=ignore"));
	pid_t child = take_fork(server);
	await_blocked(child);
	ck_assert_int_eq(kill(child, SIGSTOP), 0);
	await_state(child, 'T');
	ck_assert_int_eq(write(fd, "1 2\n3 4\n", 8), 8);
	close(sockets[--socket_count]);
	ck_assert_int_eq(kill(child, SIGCONT), 0);
	take_result(server, ROLE_CHILD, CALL_GETPEERNAME, 0, 0);
	take_result(server, ROLE_CHILD, CALL_READ, 8, 0);
	take_result(server, ROLE_CHILD, CALL_WRITE, 2, 0);
	if (_i != 0) {
		take_result(server, ROLE_CHILD, CALL_WRITE, -1, EPIPE);
		take_result(server, ROLE_CHILD, CALL_CLOSE, 0, 0);
	}
	struct report ended = take_result(server, ROLE_SERVER, CALL_WAITPID, child, 0);
	if (_i == 0)
		ck_assert(WIFSIGNALED(ended.status) && WTERMSIG(ended.status) == SIGPIPE);
	else
		ck_assert(WIFEXITED(ended.status) && WEXITSTATUS(ended.status) == 1);
}
END_TEST

/* Room for one process more: told not to bind root, and kept for anybody else.
 * Other processes of the user come and go, so more than one may fit. */
START_TEST(runs_out_of_room)
{
	struct program *server = start(true,
	    "--bind=127.0.0.1 --reap=none --process_room=1 0", true);
	struct report report = take(server, ROLE_SERVER);
	if (report.kind == REPORT_REFUSED) {
		ck_assert_int_eq(geteuid(), 0);
		ck_assert_ptr_nonnull(memmem(report.data, report.length,
		    "RLIMIT_NPROC", 12));
		return;
	}
	ck_assert_uint_eq(report.call, CALL_SOCKET);
	take_result(server, ROLE_SERVER, CALL_BIND, 0, 0);
	report = take_result(server, ROLE_SERVER, CALL_LISTEN, 0, 0);
	uint16_t port = report.local.port;
	for (int i = 0; report.call != CALL_FORK || report.result > 0; i++) {
		ck_assert_int_lt(i, SOCKET_MOST - 1);
		join(port);
		take_call(server, ROLE_SERVER, CALL_ACCEPT);
		report = take_call(server, ROLE_SERVER, CALL_FORK);
		take_result(server, ROLE_SERVER, CALL_CLOSE, 0, 0);
	}
	ck_assert_int_eq(report.error, EAGAIN);
	await_blocked(server->pid); /* it lives */
}
END_TEST

/* Five children end while their parent is stopped: one SIGCHLD is left of five.
 * A single wait leaves four zombies, waitpid in a loop none. */
START_TEST(reaps_after_a_stop)
{
	struct program *server;
	bool loop = _i == 1;
	pid_t children[5];
	int fds[5], zombies = 0;
	uint16_t port = start_server(&server, loop ? "--reap=waitpid" : "--reap=wait");
	for (int i = 0; i < 5; i++) {
		fds[i] = join(port);
		children[i] = take_fork(server);
		take_result(server, ROLE_CHILD, CALL_GETPEERNAME, 0, 0);
	}
	ck_assert_int_eq(kill(server->pid, SIGSTOP), 0);
	await_state(server->pid, 'T');
	for (int i = 0; i < 5; i++)
		ck_assert_int_eq(shutdown(fds[i], SHUT_WR), 0);
	for (int i = 0; i < 5; i++)
		await_state(children[i], 'Z');
	ck_assert_int_eq(kill(server->pid, SIGCONT), 0);
	for (int i = 0; i < (loop ? 5 : 1); i++)
		ck_assert_int_gt(take_call(server, ROLE_SERVER,
		    loop ? CALL_WAITPID : CALL_WAIT).result, 0);
	join(port);
	take_fork(server);
	for (int i = 0; i < 5; i++)
		zombies += state_of(children[i]) == 'Z';
	ck_assert_int_eq(zombies, loop ? 0 : 4);
}
END_TEST

/* A child that is stopped, and goes on, has not ended: nobody waits for it. */
START_TEST(a_stop_is_no_end)
{
	struct program *server;
	uint16_t port = start_server(&server, _i == 1 ? "--reap=waitpid" : "--reap=wait");
	join(port);
	pid_t child = take_fork(server);
	take_result(server, ROLE_CHILD, CALL_GETPEERNAME, 0, 0);
	ck_assert_int_eq(kill(child, SIGSTOP), 0);
	await_state(child, 'T');
	join(port);
	take_fork(server); /* and nothing was caught before it */
	ck_assert_int_eq(kill(child, SIGCONT), 0);
	await_blocked(child);
	join(port);
	take_fork(server);
}
END_TEST

static const char *const reaps[] = {"none", "wait", "waitpid", "ignore"};

/* With max_children=1 a second connection is closed at once, and a third one is
 * served when the first has ended, whichever way children are reaped. */
START_TEST(refuses_beyond_the_limit)
{
	struct program *server;
	char settings[64];
	snprintf(settings, sizeof settings, "--max_children=1 --reap=%s", reaps[_i]);
	uint16_t port = start_server(&server, settings);
	int first = join(port);
	pid_t child = take_fork(server);
	converse(first, "one\n", "one\n");
	int second = join(port);
	ck_assert_str_eq(read_line(second), "");
	ck_assert_int_ge(take_call(server, ROLE_SERVER, CALL_ACCEPT).result, 0);
	take_result(server, ROLE_SERVER, CALL_CLOSE, 0, 0);
	converse(first, "still\n", "still\n");
	ck_assert_int_eq(shutdown(first, SHUT_WR), 0);
	await_state(child, _i == 0 ? 'Z' : 0);
	if (_i == 1 || _i == 2)
		take_result(server, ROLE_SERVER, _i == 1 ? CALL_WAIT : CALL_WAITPID,
		    child, 0);
	converse(join(port), "third\n", "third\n");
	take_fork(server);
}
END_TEST

/* Without SA_RESTART a child's end interrupts accept. */
START_TEST(accept_is_interrupted)
{
	struct program *server;
	bool dies = _i == 1;
	uint16_t port = start_server(&server, dies ? "--sa_restart=off --eintr=die" :
	    "--sa_restart=off --eintr=retry");
	int stays = join(port);
	take_fork(server);
	int ends = join(port);
	pid_t child = take_fork(server);
	await_blocked(server->pid);
	ck_assert_int_eq(shutdown(ends, SHUT_WR), 0);
	take_result(server, ROLE_SERVER, CALL_WAITPID, child, 0);
	take_result(server, ROLE_SERVER, CALL_ACCEPT, -1, EINTR);
	if (dies) {
		ends_with(server, 1);
		ck_assert_ptr_nonnull(strstr(read_line(server->error),
		    "accept: Interrupted system call"));
	} else {
		converse(join(port), "after\n", "after\n");
		take_fork(server);
	}
	converse(stays, "still served\n", "still served\n");
}
END_TEST

/* With SA_RESTART accept never sees EINTR. */
START_TEST(accept_is_restarted)
{
	struct program *server;
	uint16_t port = start_server(&server, "--sa_restart=on --eintr=die");
	int ends = join(port);
	pid_t child = take_fork(server);
	await_blocked(server->pid);
	ck_assert_int_eq(shutdown(ends, SHUT_WR), 0);
	take_result(server, ROLE_SERVER, CALL_WAITPID, child, 0);
	ck_assert_int_eq(kill(server->pid, SIGUSR1), 0);
	take_caught(server, ROLE_SERVER, SIGUSR1);
	converse(join(port), "after\n", "after\n");
	take_fork(server);
}
END_TEST

/* SIGUSR1 interrupts the read of a child. */
START_TEST(read_is_interrupted)
{
	struct program *server;
	static const char *const settings[] = {"--sa_restart=off --eintr=retry",
	    "--sa_restart=off --eintr=die", "--sa_restart=on --eintr=die"};
	int fd = join(start_server(&server, settings[_i]));
	pid_t child = take_fork(server);
	take_result(server, ROLE_CHILD, CALL_GETPEERNAME, 0, 0);
	await_blocked(child);
	ck_assert_int_eq(kill(child, SIGUSR1), 0);
	take_caught(server, ROLE_CHILD, SIGUSR1);
	if (_i < 2)
		take_result(server, ROLE_CHILD, CALL_READ, -1, EINTR);
	if (_i == 1) {
		struct report report = take_result(server, ROLE_SERVER, CALL_WAITPID,
		    child, 0);
		ck_assert_int_eq(WEXITSTATUS(report.status), 1);
		ck_assert_ptr_nonnull(strstr(read_line(server->error),
		    "read: Interrupted system call"));
		ck_assert_str_eq(read_line(fd), "");
	} else {
		converse(fd, "goes on\n", "goes on\n");
		take_result(server, ROLE_CHILD, CALL_READ, 8, 0);
	}
}
END_TEST

/* A connection that is aborted before accept: getpeername fails first. */
START_TEST(aborted_before_accept)
{
	struct program *server;
	struct linger linger = {.l_onoff = 1, .l_linger = 0};
	uint16_t port = start_server(&server, "");
	await_blocked(server->pid);
	ck_assert_int_eq(kill(server->pid, SIGSTOP), 0);
	await_state(server->pid, 'T');
	int fd = join(port);
	setsockopt(fd, SOL_SOCKET, SO_LINGER, &linger, sizeof linger);
	close(sockets[--socket_count]);
	ck_assert_int_eq(kill(server->pid, SIGCONT), 0);
	pid_t child = take_fork(server);
	struct report report = take_result(server, ROLE_CHILD, CALL_GETPEERNAME, -1,
	    ENOTCONN);
	ck_assert_uint_ne(report.peer.port, 0);
	take_result(server, ROLE_CHILD, CALL_READ, -1, ECONNRESET);
	take_result(server, ROLE_CHILD, CALL_READ, 0, 0);
	take_result(server, ROLE_CHILD, CALL_CLOSE, 0, 0);
	take_result(server, ROLE_SERVER, CALL_WAITPID, child, 0);
}
END_TEST

/* SIGTERM, at its default and caught. */
START_TEST(sigterm)
{
	struct program *server;
	start_server(&server, _i == 0 ? "--sigterm=default" : "--sigterm=catch");
	await_blocked(server->pid);
	ck_assert_int_eq(kill(server->pid, SIGTERM), 0);
	if (_i == 0) {
		ends_by(server, SIGTERM);
	} else {
		take_caught(server, ROLE_SERVER, SIGTERM);
		ends_with(server, 0);
	}
}
END_TEST

/* SIGUSR2 makes a child end its connection with a RST. */
START_TEST(sigusr2_resets)
{
	struct program *server, *client;
	pid_t child = start_both(&server, &client, "");
	await_blocked(child);
	ck_assert_int_eq(kill(child, SIGUSR2), 0);
	take_result(server, ROLE_SERVER, CALL_WAITPID, child, 0);
	order_done(client, ORDER_READ, 1, 0);
	take_result(client, ROLE_CLIENT, CALL_READ, -1, ECONNRESET);
}
END_TEST

/* The parent keeps the connected socket: killing the child ends nothing. */
START_TEST(leaks_connfd)
{
	struct program *server;
	int fd = join(start_server(&server, "--leak_connfd=on"));
	ck_assert_int_ge(take_call(server, ROLE_SERVER, CALL_ACCEPT).result, 0);
	pid_t child = (pid_t)take_call(server, ROLE_SERVER, CALL_FORK).result;
	kill_child(server, child);
	struct tcp_info information = {0};
	socklen_t length = sizeof information;
	ck_assert_int_eq(getsockopt(fd, IPPROTO_TCP, TCP_INFO, &information,
	    &length), 0);
	ck_assert_uint_eq(information.tcpi_state, TCP_ESTABLISHED);
}
END_TEST

/* Without descriptors accept fails, is reported once, and does not spin. */
START_TEST(starves)
{
	struct program *server;
	struct report report;
	struct rlimit limit = {.rlim_cur = 12, .rlim_max = 12};
	uint16_t port = start_server(&server, "--leak_connfd=on --reap=none");
	ck_assert_int_eq(prlimit(server->pid, RLIMIT_NOFILE, &limit, NULL), 0);
	for (;;) {
		join(port);
		report = take_call(server, ROLE_SERVER, CALL_ACCEPT);
		if (report.result < 0)
			break;
		report = take(server, ROLE_SERVER);
		if (report.kind == REPORT_CALL && report.call == CALL_FORK &&
		    report.result > 0)
			continue;
		ck_abort_msg("fork was expected");
	}
	ck_assert_int_eq(report.error, EMFILE);
	for (int i = 0; i < 5; i++) {
		await_blocked(server->pid);
		ck_assert_int_eq(kill(server->pid, SIGUSR1), 0);
		take_caught(server, ROLE_SERVER, SIGUSR1);
	}
	await_blocked(server->pid);
}
END_TEST

/* accept is only called after the delay. */
START_TEST(delays_accept)
{
	struct program *server = start(true, "--bind=127.0.0.1 --accept_delay=0.3 0",
	    true);
	take_call(server, ROLE_SERVER, CALL_SOCKET);
	take_call(server, ROLE_SERVER, CALL_BIND);
	struct report listening = take_call(server, ROLE_SERVER, CALL_LISTEN);
	join(listening.local.port);
	ck_assert_int_eq(kill(server->pid, SIGUSR1), 0);
	take_caught(server, ROLE_SERVER, SIGUSR1);
	struct report accepted = take_call(server, ROLE_SERVER, CALL_ACCEPT);
	ck_assert_int_ge(accepted.time - listening.time, 300000000);
}
END_TEST

/* A port that is in use. */
START_TEST(address_in_use)
{
	uint16_t port;
	char line[64];
	ck_assert_int_eq(listen(bind_free(&port), 1), 0);
	snprintf(line, sizeof line, "--bind=127.0.0.1 %u", port);
	struct program *server = start(true, line, true);
	take_call(server, ROLE_SERVER, CALL_SOCKET);
	take_result(server, ROLE_SERVER, CALL_BIND, -1, EADDRINUSE);
	ends_with(server, 1);
	ck_assert_ptr_nonnull(strstr(read_line(server->error), "Address already in use"));
}
END_TEST

/* An IPv6 wildcard takes IPv4 too; skipped where there is no IPv6. */
START_TEST(binds_ipv6)
{
	int probe = socket(AF_INET6, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (probe < 0)
		return;
	keep(probe);
	struct program *server = start(true, "--bind=:: 0", true);
	take_call(server, ROLE_SERVER, CALL_SOCKET);
	take_result(server, ROLE_SERVER, CALL_BIND, 0, 0);
	struct report report = take_call(server, ROLE_SERVER, CALL_LISTEN);
	ck_assert_uint_eq(report.local.family, 6);
	converse(join(report.local.port), "mapped\n", "mapped\n");
	report = take_call(server, ROLE_SERVER, CALL_ACCEPT);
	ck_assert_uint_eq(report.peer.family, 6);
}
END_TEST

/* Moves a megabyte without a newline there and back. */
static void
pump(int fd, bool echoed)
{
	static char data[65536];
	size_t sent = 0, received = 0;
	int64_t deadline = now() + DEADLINE;
	memset(data, 'x', sizeof data);
	while (sent < MEGABYTE || (echoed && received < MEGABYTE)) {
		struct pollfd ready = {.fd = fd, .events =
		    (short)((echoed ? POLLIN : 0) | (sent < MEGABYTE ? POLLOUT : 0))};
		ck_assert_int_lt(now(), deadline);
		ck_assert_int_ge(poll(&ready, 1, DEADLINE), 0);
		ssize_t count = 0;
		if (ready.revents & POLLOUT) {
			count = send(fd, data, sizeof data, MSG_DONTWAIT);
			ck_assert(count >= 0 || errno == EAGAIN);
			sent += count > 0 ? (size_t)count : 0;
		}
		if (ready.revents & POLLIN) {
			count = recv(fd, data, sizeof data, MSG_DONTWAIT);
			ck_assert_int_gt(count, 0);
			received += (size_t)count;
		}
	}
}

/* Echoed or added, a line without an end harms nobody. */
START_TEST(megabyte_without_newline)
{
	struct program *server;
	uint16_t port = start_server(&server, _i == 0 ? "" : "--service=sum");
	int fd = join(port), other = join(port);
	pump(fd, _i == 0);
	converse(other, "1 2\n", _i == 0 ? "1 2\n" : "3\n");
	if (_i == 1) {
		converse(fd, "\n1 2\n", "input error\n");
		ck_assert_str_eq(read_line(fd), "3\n");
	}
}
END_TEST

/* A client that never reads blocks its own child alone. */
START_TEST(never_reads)
{
	static const char data[65536];
	struct program *server;
	uint16_t port = start_server(&server, "");
	int deaf = join(port), other = join(port);
	struct pollfd ready = {.fd = deaf, .events = POLLOUT};
	while (poll(&ready, 1, 300) > 0)
		ck_assert(send(deaf, data, sizeof data, MSG_DONTWAIT) > 0 ||
		    errno == EAGAIN);
	converse(other, "me too\n", "me too\n");
	converse(join(port), "and me\n", "and me\n");
}
END_TEST

/* The second write after the server's end: SIGPIPE at its three dispositions. */
START_TEST(client_sigpipe)
{
	struct program *server, *client;
	pid_t child = start_both(&server, &client, "");
	if (_i != DISPOSITION_DEFAULT)
		order_done(client, ORDER_SIGPIPE, 0, _i);
	await_blocked(child);
	kill_child(server, child);
	send_line(client, 1, "one\n", 0);
	take_result(client, ROLE_CLIENT, CALL_READ, 0, 0);
	if (_i == DISPOSITION_DEFAULT) {
		order(client, (struct order){.kind = ORDER_SEND, .conn = 1}, "two\n");
		ends_by(client, SIGPIPE);
		return;
	}
	uint32_t serial = order(client, (struct order){.kind = ORDER_SEND, .conn = 1},
	    "two\n");
	if (_i == DISPOSITION_CATCH)
		take_caught(client, ROLE_CLIENT, SIGPIPE);
	take_result(client, ROLE_CLIENT, CALL_WRITE, -1, EPIPE);
	take_done(client, serial);
	await_blocked(client->pid); /* whatever poll says of this socket */
}
END_TEST

/* Nobody listens. */
START_TEST(client_refused)
{
	uint16_t port;
	bind_free(&port);
	struct program *client = start_client();
	struct report report = open_connection(client, 7, port);
	ck_assert_int_eq(report.result, -1);
	ck_assert_int_eq(report.error, ECONNREFUSED);
	uint32_t serial = order(client, (struct order){.kind = ORDER_SEND, .conn = 7},
	    "x\n");
	take_result(client, ROLE_CLIENT, CALL_WRITE, -1, EBADF);
	take_done(client, serial);
}
END_TEST

/* The first byte, a second, the rest; a half-close waits for both. */
START_TEST(client_splits)
{
	struct program *server, *client;
	start_both(&server, &client, "");
	uint32_t split = order(client, (struct order){.kind = ORDER_SEND, .conn = 1,
	    .flags = ORDER_SPLIT | ORDER_READ_LINE}, "hello\n");
	uint32_t half = order(client, (struct order){.kind = ORDER_SHUTDOWN, .conn = 1},
	    NULL);
	struct report first = take_result(client, ROLE_CLIENT, CALL_WRITE, 1, 0);
	struct report second = take_result(client, ROLE_CLIENT, CALL_WRITE, 5, 0);
	ck_assert_int_ge(second.time - first.time, 1000000000);
	ck_assert_mem_eq(second.data, "ello\n", 5);
	take_done(client, split);
	take_result(client, ROLE_CLIENT, CALL_SHUTDOWN, 0, 0);
	take_done(client, half);
	size_t length = 0;
	while (length < 6)
		length += (size_t)take_call(client, ROLE_CLIENT, CALL_READ).result;
	ck_assert_uint_eq(length, 6);
	order_done(client, ORDER_READ, 1, 0);
	take_result(client, ROLE_CLIENT, CALL_READ, 0, 0);
}
END_TEST

/* The client's RST is the child's ECONNRESET. */
START_TEST(client_aborts)
{
	struct program *server, *client;
	pid_t child = start_both(&server, &client, "");
	await_blocked(child);
	uint32_t serial = order(client, (struct order){.kind = ORDER_ABORT, .conn = 1},
	    NULL);
	take_result(client, ROLE_CLIENT, CALL_SETSOCKOPT, 0, 0);
	take_result(client, ROLE_CLIENT, CALL_CLOSE, 0, 0);
	take_done(client, serial);
	take_result(server, ROLE_CHILD, CALL_READ, -1, ECONNRESET);
	take_result(server, ROLE_CHILD, CALL_READ, 0, 0);
	take_result(server, ROLE_CHILD, CALL_CLOSE, 0, 0);
}
END_TEST

/* Is there a row of /proc/net/tcp between these two ports with that state? */
static bool
has_row(uint16_t local, uint16_t remote, const char *state)
{
	char wanted[64], line[256];
	bool found = false;
	FILE *table = fopen("/proc/net/tcp", "re");
	ck_assert_ptr_nonnull(table);
	snprintf(wanted, sizeof wanted, ":%04X 0100007F:%04X %s", local, remote, state);
	while (fgets(line, sizeof line, table) != NULL)
		found = found || strstr(line, wanted) != NULL;
	fclose(table);
	return found;
}

/* A deaf socket that is closed gets its hearing back, so its FIN is answered. */
START_TEST(client_closes_in_silence)
{
	uint16_t port;
	int listener = bind_free(&port);
	ck_assert_int_eq(listen(listener, 1), 0);
	struct program *client = start_client();
	uint16_t local = open_connection(client, 1, port).local.port;
	keep(accept(listener, NULL, NULL));
	order_done(client, ORDER_SILENCE, 0, 1);
	uint32_t serial = order(client, (struct order){.kind = ORDER_CLOSE, .conn = 1},
	    NULL);
	take_result(client, ROLE_CLIENT, CALL_CLOSE, 0, 0);
	take_done(client, serial);
	int64_t deadline = now() + DEADLINE;
	while (!has_row(local, port, "05")) { /* FIN_WAIT2 */
		ck_assert_int_lt(now(), deadline);
		poll(NULL, 0, 20);
	}
}
END_TEST

/* A deaf client times out. */
START_TEST(client_is_silenced)
{
	struct program *server, *client;
	start_both(&server, &client, "");
	take_done(client, order(client, (struct order){.kind = ORDER_TIMEOUT,
	    .milliseconds = 700}, NULL));
	order_done(client, ORDER_SILENCE, 0, 1);
	send_line(client, 1, "hello\n", 0);
	take_result(client, ROLE_CLIENT, CALL_READ, -1, ETIMEDOUT);
	uint32_t serial = order(client, (struct order){.kind = ORDER_CLOSE, .conn = 1},
	    NULL);
	take_result(client, ROLE_CLIENT, CALL_CLOSE, 0, 0);
	take_done(client, serial);
}
END_TEST

/* A connect that blocks is interrupted, and ends well later. */
START_TEST(client_is_interrupted)
{
	uint16_t port;
	int listener = bind_free(&port);
	ck_assert_int_eq(listen(listener, 0), 0);
	join(port); /* the one that the queue holds */
	struct program *client = start_client();
	uint32_t serial = order(client, (struct order){.kind = ORDER_CONNECT, .conn = 3,
	    .number = 1, .milliseconds = 50, .peer = loopback(port)}, NULL);
	take_call(client, ROLE_CLIENT, CALL_SOCKET);
	struct report begun = take(client, ROLE_CLIENT);
	ck_assert_uint_eq(begun.kind, REPORT_BEGUN);
	ck_assert_uint_ne(begun.local.port, 0);
	take_result(client, ROLE_CLIENT, CALL_CONNECT, -1, EINTR);
	take_done(client, serial);
	keep(accept(listener, NULL, NULL));
	take_result(client, ROLE_CLIENT, CALL_CONNECT, 0, 0);
}
END_TEST

/* Reading whenever something comes, and ending at the end of file. */
START_TEST(client_reads_always)
{
	struct program *server, *client;
	pid_t child = start_both(&server, &client, "");
	order_done(client, ORDER_READS, 0, 1);
	if (_i == 1)
		order_done(client, ORDER_ON_EOF, 0, 1);
	await_blocked(child);
	kill_child(server, child);
	take_result(client, ROLE_CLIENT, CALL_READ, 0, 0);
	if (_i == 1) {
		ends_with(client, 1);
		return;
	}
	order_done(client, ORDER_READ, 1, 0);
	take_result(client, ROLE_CLIENT, CALL_READ, 0, 0);
}
END_TEST

/* In the lecture's way of reading, the FIN goes unnoticed, and costs nothing. */
START_TEST(client_does_not_notice)
{
	struct program *server, *client;
	pid_t child = start_both(&server, &client, "");
	await_blocked(child);
	kill_child(server, child);
	await_blocked(client->pid);
	order_done(client, ORDER_READS, 0, 0); /* and not a read before it */
	await_blocked(client->pid);
}
END_TEST

/* Five hundred connections by one order, and no report is lost. */
START_TEST(many_connections)
{
	enum { MANY = 500 };
	uint16_t port;
	int listener = bind_free(&port), accepted;
	ck_assert_int_eq(listen(listener, MANY), 0);
	ck_assert_int_eq(fcntl(listener, F_SETFL, O_NONBLOCK), 0);
	struct program *client = start_client();
	uint32_t serial = order(client, (struct order){.kind = ORDER_CONNECT, .conn = 1,
	    .number = MANY, .peer = loopback(port)}, NULL);
	int connected = 0, begun = 0, done = 0;
	while (connected < MANY || begun < MANY || done == 0) {
		while ((accepted = accept(listener, NULL, NULL)) >= 0)
			close(accepted); /* net.core.somaxconn may be small */
		struct report report = take(client, ROLE_CLIENT);
		begun += report.kind == REPORT_BEGUN;
		done += report.kind == REPORT_DONE && report.order == serial;
		if (report.kind == REPORT_CALL && report.call == CALL_CONNECT) {
			ck_assert_int_eq(report.error, 0);
			connected++;
		}
	}
	ck_assert_int_eq(connected, MANY);
}
END_TEST

/* Opens connection 1, for numbers of 32 bits, the first byte first, to a listener
 * of the test; returns the server's end. */
static int
open_for_numbers(struct program **client)
{
	uint16_t port;
	int listener = bind_free(&port);
	ck_assert_int_eq(listen(listener, 1), 0);
	*client = start_client();
	order_done(*client, ORDER_LONG, 0, 32);
	order_done(*client, ORDER_BYTE_ORDER, 0, WIRE_BIG);
	ck_assert_int_eq(open_flagged(*client, 1, port, ORDER_BINARY).result, 0);
	return keep(accept(listener, NULL, NULL));
}

/* Orders a send on connection 1. */
static uint32_t
order_send(struct program *client, uint32_t flags, const char *line)
{
	return order(client, (struct order){.kind = ORDER_SEND, .conn = 1,
	    .flags = flags}, line);
}

/* The next report: these bytes were moved by this call, and are numbers. */
static void
take_numbers(struct program *client, enum report_call call, const char *bytes,
    size_t length)
{
	struct report report = take_result(client, ROLE_CLIENT, call,
	    (int64_t)length, 0);
	ck_assert_uint_eq(report.format, wire_format(WIRE_BIG, 32));
	ck_assert_mem_eq(report.data, bytes, length);
}

/* Two numbers go as eight bytes; four are read, however many come, and the rest
 * when it is asked for. */
START_TEST(client_sends_numbers)
{
	struct program *client;
	char bytes[8];
	int fd = open_for_numbers(&client);
	uint32_t serial = order_send(client, ORDER_READ_LINE, " 1\t-2 \n");
	take_numbers(client, CALL_WRITE, "\0\0\0\1\xff\xff\xff\xfe", 8);
	take_done(client, serial);
	ck_assert_int_eq(recv(fd, bytes, 8, MSG_WAITALL), 8);
	ck_assert_mem_eq(bytes, "\0\0\0\1\xff\xff\xff\xfe", 8);
	ck_assert_int_eq(write(fd, "\0\0\0\7more", 8), 8);
	take_numbers(client, CALL_READ, "\0\0\0\7", 4);
	order_done(client, ORDER_READ, 1, 0);
	take_numbers(client, CALL_READ, "more", 4);
	serial = order_send(client, ORDER_READ_LINE | ORDER_SPLIT,
	    "2147483647 -2147483648\n");
	take_numbers(client, CALL_WRITE, "\x7f", 1);
	take_numbers(client, CALL_WRITE, "\xff\xff\xff\x80\0\0\0", 7);
	take_done(client, serial);
	ck_assert_int_eq(recv(fd, bytes, 8, MSG_WAITALL), 8);
	ck_assert_int_eq(write(fd, "ab", 2), 2); /* half an answer, and the end */
	ck_assert_int_eq(shutdown(fd, SHUT_WR), 0);
	take_numbers(client, CALL_READ, "ab", 2);
	take_result(client, ROLE_CLIENT, CALL_READ, 0, 0);
}
END_TEST

static const char *const no_numbers[] = {
	"foo\n", "\n", "", "1\n", "1 2 3\n", "1 2x\n", "1.5 2\n", "0x1 2\n",
	"2147483648 0\n", "0 -2147483649\n", "99999999999999999999 1\n",
};

/* What is not two numbers that fit is refused, and nothing is sent. */
START_TEST(client_refuses_input)
{
	struct program *client;
	char byte;
	int fd = open_for_numbers(&client);
	uint32_t serial = order_send(client, ORDER_READ_LINE, no_numbers[_i]);
	struct report report = take(client, ROLE_CLIENT);
	ck_assert_uint_eq(report.kind, REPORT_REFUSED);
	ck_assert_ptr_nonnull(memmem(report.data, report.length, "invalid input: ", 15));
	ck_assert_ptr_nonnull(memmem(report.data, report.length, "nothing was sent", 16));
	take_done(client, serial);
	ck_assert_int_eq(recv(fd, &byte, 1, MSG_DONTWAIT), -1);
	ck_assert_int_eq(errno, EAGAIN);
}
END_TEST

/* Orders a disposition and expects sigaction to return so. */
static void
set_signal(struct program *client, int number, enum order_disposition disposition,
    int error)
{
	uint32_t serial = order(client, (struct order){.kind = ORDER_SIGNAL,
	    .number = number, .flags = disposition}, NULL);
	struct report report = take_result(client, ROLE_CLIENT, CALL_SIGACTION,
	    error != 0 ? -1 : 0, error);
	ck_assert_int_eq(report.about, number);
	ck_assert_int_eq(report.value, (int)disposition);
	take_done(client, serial);
}

/* A signal caught, ignored, and at its default. */
START_TEST(client_signals)
{
	struct program *client = start_client();
	set_signal(client, SIGKILL, DISPOSITION_CATCH, EINVAL);
	set_signal(client, SIGSTOP, DISPOSITION_IGNORE, EINVAL);
	set_signal(client, SIGINT, DISPOSITION_CATCH, 0);
	ck_assert_int_eq(kill(client->pid, SIGINT), 0);
	take_caught(client, ROLE_CLIENT, SIGINT);
	set_signal(client, SIGINT, DISPOSITION_IGNORE, 0);
	ck_assert_int_eq(kill(client->pid, SIGINT), 0);
	set_signal(client, SIGINT, DISPOSITION_DEFAULT, 0);
	ck_assert_int_eq(kill(client->pid, SIGINT), 0);
	ends_by(client, SIGINT);
}
END_TEST

/* The next reports: probes every so many seconds, or none. */
static void
take_keepalive(struct program *client, uint32_t conn, int seconds)
{
	const struct { enum report_option option; int value; } calls[] = {
		{OPTION_TCP_KEEPIDLE, seconds}, {OPTION_TCP_KEEPINTVL, seconds},
		{OPTION_TCP_KEEPCNT, 3}, {OPTION_SO_KEEPALIVE, seconds > 0},
	};
	for (size_t i = seconds > 0 ? 0 : 3; i < 4; i++) {
		struct report report = take_result(client, ROLE_CLIENT,
		    CALL_SETSOCKOPT, 0, 0);
		ck_assert_uint_eq(report.conn, conn);
		ck_assert_int_eq(report.about, (int)calls[i].option);
		ck_assert_int_eq(report.value, calls[i].value);
	}
}

/* Probes are set on a connection that exists, on one that is new, and ended. */
START_TEST(client_keepalive)
{
	struct program *server, *client;
	uint16_t port = start_server(&server, "");
	client = start_client();
	ck_assert_int_eq(open_connection(client, 1, port).result, 0);
	uint32_t serial = order(client, (struct order){.kind = ORDER_KEEPALIVE,
	    .number = 5}, NULL);
	take_keepalive(client, 1, 5);
	take_done(client, serial);
	order(client, (struct order){.kind = ORDER_CONNECT, .conn = 2, .number = 1,
	    .peer = loopback(port)}, NULL);
	take_call(client, ROLE_CLIENT, CALL_SOCKET);
	take_keepalive(client, 2, 5);
	ck_assert_uint_eq(take(client, ROLE_CLIENT).kind, REPORT_BEGUN);
	for (int both = 0; both < 2; both++) /* connect, and its order */
		take(client, ROLE_CLIENT);
	serial = order(client, (struct order){.kind = ORDER_KEEPALIVE}, NULL);
	take_keepalive(client, 1, 0);
	take_keepalive(client, 2, 0);
	take_done(client, serial);
}
END_TEST

/* Records that are none are left aside; the end of the orders is the end. */
START_TEST(client_and_bad_orders)
{
	static const struct order lies = {.kind = ORDER_SEND, .serial = 99,
	    .length = ORDER_DATA + 1u};
	struct program *client = start_client();
	ck_assert_int_eq(send(client->reports, "?", 1, 0), 1);
	size_t head = offsetof(struct order, data);
	ck_assert_int_eq(send(client->reports, &lies, head, 0), (ssize_t)head);
	order_done(client, ORDER_READS, 0, 0);
	close(client->reports);
	client->reports = -1;
	ends_with(client, 0);
}
END_TEST

static const struct {
	bool server;
	const char *line;
	int status;
} command_lines[] = {
	{true, "--help", 0}, {true, "--version", 0}, {true, "--reap=maybe", 2},
	{true, "--reap", 2}, {true, "--nonsense=1", 2}, {true, "70000", 2},
	{true, "1 2", 2}, {true, "--backlog=-1", 2}, {true, "--accept_delay=x", 2},
	{true, "--bind=nowhere", 2}, {true, "9877x", 2}, {true, "-x", 2},
	{true, "--service=sub", 2}, {true, "--long=16", 2}, {true, "--byte_order=", 2},
	{true, "--sigpipe=catch", 2}, {true, "--close=never", 2},
	{true, "--process_room=-1", 2}, {false, "--long=16 127.0.0.1", 2},
	{false, "--long 127.0.0.1", 2}, {false, "--nonsense=1 127.0.0.1", 2},
	{false, "--service=sum-binary", 2},
	{false, "--help", 0}, {false, "--version", 0}, {false, "", 2},
	{false, "127.0.0.1 0", 2}, {false, "127.0.0.1 x", 2}, {false, "-x", 2},
	{false, "a 1 b", 2},
};

/* Usage errors: one line on standard error, status 2. */
START_TEST(command_line)
{
	struct program *program = start(command_lines[_i].server, command_lines[_i].line,
	    false);
	bool good = command_lines[_i].status == 0;
	ends_with(program, command_lines[_i].status);
	ck_assert_uint_gt(strlen(read_line(good ? program->output : program->error)), 10);
	ck_assert_str_eq(read_line(program->error), "");
}
END_TEST

/* Both programs by themselves, as in the lecture. */
START_TEST(by_themselves)
{
	char line[64];
	struct program *server = start(true, "--bind=127.0.0.1 0", false);
	const char *said = read_line(server->error);
	ck_assert_ptr_nonnull(strstr(said, "listening on 127.0.0.1:"));
	snprintf(line, sizeof line, "127.0.0.1 %d", atoi(strrchr(said, ':') + 1));
	struct program *client = start(false, line, false);
	ck_assert_int_eq(write(client->input, "hello\n", 6), 6);
	ck_assert_str_eq(read_line(client->output), "hello\n");
	ck_assert_ptr_nonnull(strstr(read_line(server->error), "connection from"));
	ck_assert_int_eq(write(client->input, "a\n\nlast", 7), 7);
	close(client->input);
	client->input = -1;
	ck_assert_str_eq(read_line(client->output), "a\n");
	ck_assert_str_eq(read_line(client->output), "\n");
	ck_assert_str_eq(read_line(client->output), "last");
	ends_with(client, 0);
	ck_assert_ptr_nonnull(strstr(read_line(server->error), "serves it"));
	ck_assert_ptr_nonnull(strstr(read_line(server->error), "terminated"));
}
END_TEST

/* Both add binary numbers, in two byte orders. */
START_TEST(adding_by_themselves)
{
	char line[96];
	struct program *server = start(true, "--bind=127.0.0.1 --service=sum-binary "
	    "--long=32 --byte_order=little 0", false);
	const char *said = read_line(server->error);
	snprintf(line, sizeof line, "--service=sum-binary --long=32 "
	    "--byte_order=big 127.0.0.1 %d", atoi(strrchr(said, ':') + 1));
	struct program *client = start(false, line, false);
	ck_assert_int_eq(write(client->input, "1 2\nfoo\n-22 -77\n", 16), 16);
	close(client->input);
	client->input = -1;
	ck_assert_str_eq(read_line(client->output), "3\n");
	ck_assert_str_eq(read_line(client->output), "-16777314\n");
	ck_assert_ptr_nonnull(strstr(read_line(client->error), "invalid input: \"foo\""));
	ends_with(client, 0);
}
END_TEST

/* The client by itself, when its server ends first or is not there at all. */
START_TEST(client_alone_fails)
{
	char line[64];
	uint16_t port;
	int listener = bind_free(&port);
	if (_i == 0)
		ck_assert_int_eq(listen(listener, 1), 0);
	snprintf(line, sizeof line, "localhost %u", port);
	struct program *client = start(false, line, false);
	if (_i == 0) {
		int fd = keep(accept(listener, NULL, NULL));
		ck_assert_int_eq(shutdown(fd, SHUT_WR), 0);
		ck_assert_int_eq(write(client->input, "hello\n", 6), 6);
		ck_assert_str_eq(read_line(client->error),
		    "tcpcli: server terminated prematurely\n");
	} else {
		ck_assert_ptr_nonnull(strstr(read_line(client->error),
		    "connect: Connection refused"));
	}
	ends_with(client, 1);
}
END_TEST

/* A case of its own for what belongs together. */
static TCase *
add_case(Suite *suite, const char *name)
{
	TCase *tcase = tcase_create(name);
	tcase_add_checked_fixture(tcase, setup, teardown);
	tcase_set_timeout(tcase, TEST_SECONDS);
	suite_add_tcase(suite, tcase);
	return tcase;
}

/* What tcpserv does. */
static void
add_server_tests(Suite *suite)
{
	TCase *tcase = add_case(suite, "tcpserv");
	tcase_add_test(tcase, sums);
	tcase_add_loop_test(tcase, adds_longs, 0,
	    (int)(sizeof additions / sizeof *additions));
	tcase_add_loop_test(tcase, closes_unread, 0, 2);
	tcase_add_loop_test(tcase, sigpipe_of_a_child, 0, 2);
	tcase_add_test(tcase, runs_out_of_room);
	tcase_add_loop_test(tcase, reaps_after_a_stop, 0, 2);
	tcase_add_loop_test(tcase, a_stop_is_no_end, 0, 2);
	tcase_add_loop_test(tcase, refuses_beyond_the_limit, 0, 4);
	tcase_add_loop_test(tcase, accept_is_interrupted, 0, 2);
	tcase_add_test(tcase, accept_is_restarted);
	tcase_add_loop_test(tcase, read_is_interrupted, 0, 3);
	tcase_add_test(tcase, aborted_before_accept);
	tcase_add_loop_test(tcase, sigterm, 0, 2);
	tcase_add_test(tcase, sigusr2_resets);
	tcase_add_test(tcase, leaks_connfd);
	tcase_add_test(tcase, starves);
	tcase_add_test(tcase, delays_accept);
	tcase_add_test(tcase, address_in_use);
	tcase_add_test(tcase, binds_ipv6);
	tcase_add_loop_test(tcase, megabyte_without_newline, 0, 2);
	tcase_add_test(tcase, never_reads);
}

/* What tcpcli does. */
static void
add_client_tests(Suite *suite)
{
	TCase *tcase = add_case(suite, "tcpcli");
	tcase_add_test(tcase, echoes);
	tcase_add_loop_test(tcase, client_sigpipe, DISPOSITION_DEFAULT, DISPOSITION_CATCH + 1);
	tcase_add_test(tcase, client_refused);
	tcase_add_test(tcase, client_splits);
	tcase_add_test(tcase, client_aborts);
	tcase_add_test(tcase, client_is_silenced);
	tcase_add_test(tcase, client_closes_in_silence);
	tcase_add_test(tcase, client_is_interrupted);
	tcase_add_loop_test(tcase, client_reads_always, 0, 2);
	tcase_add_test(tcase, client_does_not_notice);
	tcase_add_test(tcase, many_connections);
	tcase_add_test(tcase, client_sends_numbers);
	tcase_add_loop_test(tcase, client_refuses_input, 0,
	    (int)(sizeof no_numbers / sizeof *no_numbers));
	tcase_add_test(tcase, client_signals);
	tcase_add_test(tcase, client_keepalive);
	tcase_add_test(tcase, client_and_bad_orders);
}

/* The programs by themselves. */
static void
add_alone_tests(Suite *suite)
{
	TCase *tcase = add_case(suite, "alone");
	tcase_add_loop_test(tcase, command_line, 0,
	    (int)(sizeof command_lines / sizeof *command_lines));
	tcase_add_test(tcase, by_themselves);
	tcase_add_test(tcase, adding_by_themselves);
	tcase_add_loop_test(tcase, client_alone_fails, 0, 2);
}

/* tcpserv and tcpcli. */
Suite *
programs_suite(void)
{
	Suite *suite = suite_create("programs");
	add_server_tests(suite);
	add_client_tests(suite);
	add_alone_tests(suite);
	return suite;
}
