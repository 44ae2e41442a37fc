/* program_fixture.h: tcpserv and tcpcli from outside: started as the console starts
 * them, with one end of a socketpair, of which the reports are read and to which the
 * orders are written.
 *
 * Reports of the server and of its children come over one socket, in an order
 * that the scheduler chooses; those of one role stand in order.  So a test takes
 * the next report of a role.  Everything has a deadline, nothing is awaited by a
 * sleep of its own. */
#ifndef PROGRAM_FIXTURE_H
#define PROGRAM_FIXTURE_H

#include "report.h"
#include "tools/failing.h"

#include <check.h>
#include <stdbool.h>

enum {
	DEADLINE = 20000,  /* milliseconds for anything to happen */
	SOCKET_MOST = 96   /* that a test may keep */
};

/* A program that was started. */
struct program {
	pid_t pid;
	bool is_server;
	int reports;              /* our end; -1: it runs by itself */
	int input, output, error; /* pipes to and from it; input -1: closed */
	struct report *kept;      /* reports that no test took yet */
	size_t count, room;
};

/* The case of a suite, whose tests start programs. */
TCase *programs_case(Suite *suite, const char *name);

/* Leaves a test that cannot be made here, which is told and counted. */
#define SKIP_TEST(why) \
	do { \
		program_skip(__func__, why); \
		return; \
	} while (0)

/* Tells that a test is left out; of its function's name the last three letters are
 * Check's. */
void program_skip(const char *function, const char *why);

/* Milliseconds of CLOCK_MONOTONIC. */
int64_t program_now(void);

/* Keeps a socket for the teardown. */
int keep_socket(int fd);

/* Closes the socket that was kept last. */
void drop_socket(void);

/* Starts a program with the words of one line, of which "" is an empty one.
 * reported: as under the console. */
struct program *program_start(bool server, const char *line, bool reported);

/* What the programs that are started from now on tell of their calls. */
struct failing_page *programs_watch(void);

/* The process of each program that is started from now on does this before its exec. */
void programs_prepare(void (*deed)(void));

/* The programs that are started from now on fail: of those processes' calls the
 * at-th and so many in a row (0: all that follow) return -1 with this errno.  Of
 * a call that moves bytes error 0 is no failure: see programs_move. */
struct failing_page *programs_fail(enum failing_who who, enum failing_call call, int at,
    int times, int error);

/* The same for each read, write, send or recv: it moves no more than so many bytes. */
struct failing_page *programs_move(enum failing_who who, enum failing_call call, int most);

/* Waits until there is something to read. */
void await_readable(int fd, int64_t deadline, const char *what);

/* The next report of a role. */
struct report take_report(struct program *program, enum report_role role);

/* The next report of a role, which must be this call. */
struct report take_call(struct program *program, enum report_role role,
    enum report_call call);

/* The next report of a role: this call, with this outcome. */
struct report take_result(struct program *program, enum report_role role,
    enum report_call call, int64_t result, int error);

/* The next report of a role: a signal that was caught. */
void take_caught(struct program *program, enum report_role role, int number);

/* The next report of the client: that order is done. */
void take_done(struct program *client, uint32_t serial);

/* Waits for the end of a program and returns its status as of wait(2). */
int await_end(struct program *program);

/* Checks that a program ends by exit with this status. */
void ends_with(struct program *program, int status);

/* Checks that a program is killed by this signal. */
void ends_by(struct program *program, int number);

/* Reads a descriptor up to a newline or its end into text, and returns it. */
const char *read_line(int fd);

/* The state letter of a process; 0 when there is none. */
char state_of(pid_t pid);

/* Waits until a process is in this state. */
void await_state(pid_t pid, char state);

/* Waits until a process sleeps in a system call: then a signal interrupts it. */
void await_blocked(pid_t pid);

/* Starts a server on a free port and returns the port. */
uint16_t start_server(struct program **server, const char *settings);

/* 127.0.0.1 and a port. */
struct report_endpoint loopback(uint16_t port);

/* A socket of the test itself, connected to a port. */
int join_port(uint16_t port);

/* A bound socket of the test itself; *port takes its number. */
int bind_free(uint16_t *port);

/* Says something and expects an answer. */
void converse(int fd, const char *said, const char *answer);

/* Takes accept, fork and (unless it is leaked) close of the parent; returns the
 * child. */
pid_t take_fork(struct program *server);

/* Sends an order. */
uint32_t give_order(struct program *client, struct order head, const char *data);

/* An order of a kind, to a connection or with a number. */
void client_obeys(struct program *client, enum order_kind kind, uint32_t conn,
    int32_t number);

/* Sends a line and expects the write to return so. */
void send_line(struct program *client, uint32_t conn, const char *line, int error);

/* Starts a client. */
struct program *start_client(void);

/* Opens one connection; returns the report of the connect. */
struct report open_flagged(struct program *client, uint32_t conn, uint16_t port,
    uint32_t flags);

/* The same, for lines. */
struct report open_connection(struct program *client, uint32_t conn, uint16_t port);

/* Opens a connection to the test itself; returns the server's end. */
int open_to_test(struct program *client, uint32_t conn);

/* Waits for a moment, in which the program must have nothing to tell. */
void tells_nothing(struct program *program);

/* How many sockets a process holds. */
int count_sockets(pid_t pid);

/* Starts a server and a client, and connects them; returns the child. */
pid_t start_both(struct program **server, struct program **client,
    const char *settings);

/* Kills a child and waits until its parent has reaped it. */
void kill_child(struct program *server, pid_t child);

#endif
