/* report.h: what crosses the socket between the console and its programs.
 *
 * The console starts tcpserv and tcpcli with one end of a SOCK_SEQPACKET
 * socketpair(2), whose number stands in the environment as REPORT_ENVIRONMENT.
 * Each program reports every call it makes as one record, by one send(2) with
 * MSG_NOSIGNAL and MSG_DONTWAIT: a console that stands still never blocks a
 * server, and no report is ever half a record.  What does not fit the queue is
 * counted, and the count travels with the next record that does fit.  The
 * client's orders come down the same socket.
 *
 * This header and wire_long.h are all that client/ and server/ share with core/;
 * they need libc alone.  Both ends are always built together, on one machine, so the records
 * are in the machine's own representation.
 */
#ifndef REPORT_H
#define REPORT_H

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/types.h>
#include <time.h>
#include <unistd.h>

#define REPORT_ENVIRONMENT "TCPCONSOLE_REPORT"

enum {
	REPORT_DATA = 4096, /* bytes of one read or write: the book's MAXLINE */
	ORDER_DATA = 65536  /* bytes of one line to send */
};

/* One end of a connection; an IPv4 address stands in the first four bytes. */
struct report_endpoint {
	uint8_t family;      /* 4, 6, or 0 for none */
	uint8_t unused;
	uint16_t port;       /* host byte order */
	uint32_t scope;      /* sin6_scope_id */
	uint8_t address[16]; /* network byte order */
};

enum report_role { ROLE_CLIENT = 1, ROLE_SERVER, ROLE_CHILD, ROLE_OTHER };

enum report_kind {
	REPORT_CALL = 1, /* a call returned: call, result, error */
	REPORT_BEGUN,    /* a connect is under way: local and peer are known */
	REPORT_CAUGHT,   /* a signal handler ran: status is the signal */
	REPORT_DONE,     /* the order with this serial has been carried out */
	REPORT_REFUSED   /* something asked for is not done: data says what and why */
};

enum report_call {
	CALL_NONE,
	CALL_SOCKET,
	CALL_BIND,
	CALL_LISTEN,
	CALL_ACCEPT,      /* peer: the client's end */
	CALL_FORK,        /* in the parent: result the child's PID, peer whom it serves */
	CALL_GETPEERNAME,
	CALL_CONNECT,     /* local and peer: the two ends */
	CALL_READ,        /* data: the bytes read; result 0: end of file */
	CALL_WRITE,       /* data: the bytes written */
	CALL_SHUTDOWN,    /* of the client, as CALL_CLOSE: about: the state before it, */
	CALL_CLOSE,       /* as the kernel numbers it; value: bytes not read */
	CALL_WAIT,        /* result the child's PID, status as of wait(2) */
	CALL_WAITPID,
	CALL_SETSOCKOPT,  /* about: enum report_option; value: as given */
	CALL_SIGACTION,   /* about: the signal; value: enum order_disposition */
	CALL_COUNT
};

/* The socket options of which a call is reported. */
enum report_option {
	OPTION_SO_LINGER,     /* {1,0}: the next close sends RST */
	OPTION_SO_KEEPALIVE,
	OPTION_TCP_KEEPIDLE,
	OPTION_TCP_KEEPINTVL,
	OPTION_TCP_KEEPCNT,
	OPTION_TCP_USER_TIMEOUT,
	OPTION_IP_MINTTL,
	OPTION_IPV6_MINHOPCOUNT,
	OPTION_COUNT
};

struct report {
	uint16_t kind;
	uint16_t role;
	uint16_t call;
	uint16_t format;     /* data are longs as of wire_long.h; 0: they are text */
	uint32_t conn;       /* the client's number of the connection, 0: none */
	uint32_t order;      /* REPORT_DONE: the order's serial */
	int64_t time;        /* ns, CLOCK_MONOTONIC, where the call returned */
	int64_t result;
	int32_t error;       /* errno when result is -1, else 0 */
	int32_t pid;
	int32_t status;
	uint32_t lost;       /* reports that did not fit the queue before this one */
	int32_t about, value; /* by the call, see above */
	struct report_endpoint local, peer;
	uint32_t length;     /* bytes of data that follow */
	char data[REPORT_DATA];
};

enum order_kind {
	ORDER_CONNECT = 1, /* number connections, the first one called conn, to peer;
	                      flags ORDER_BINARY: what is sent there are two numbers */
	ORDER_SEND,        /* data on conn; flags ORDER_SPLIT, ORDER_READ_LINE */
	ORDER_READ,        /* one read on conn */
	ORDER_SHUTDOWN,    /* SHUT_WR on conn */
	ORDER_CLOSE,       /* close(2) conn */
	ORDER_ABORT,       /* SO_LINGER {1,0}, then close(2) */
	ORDER_SIGPIPE,     /* number: enum order_disposition */
	ORDER_TIMEOUT,     /* TCP_USER_TIMEOUT of milliseconds, 0: the kernel's own */
	ORDER_READS,       /* number: 0 reads a line after it sent, 1 always reads */
	ORDER_ON_EOF,      /* number: 0 goes on, 1 exits with status 1 */
	ORDER_SILENCE,     /* number: 1 hears nothing (IP_MINTTL 255), 0 hears (2) */
	ORDER_KEEPALIVE,   /* number: seconds between keepalive probes, 0: none */
	ORDER_SIGNAL,      /* number: a signal; flags: enum order_disposition */
	ORDER_BYTE_ORDER,  /* number: enum wire_order, of binary numbers */
	ORDER_LONG         /* number: 32 or 64, the bits of a binary number */
};

enum order_disposition {
	DISPOSITION_DEFAULT, DISPOSITION_IGNORE, DISPOSITION_CATCH
};

enum { ORDER_SPLIT = 1, ORDER_READ_LINE = 2, ORDER_BINARY = 4 };

/* Each order is answered by REPORT_DONE with its serial, once carried out. */
struct order {
	uint32_t kind;
	uint32_t serial;
	uint32_t conn;
	uint32_t flags;
	int32_t number;
	int64_t milliseconds; /* ORDER_TIMEOUT; ORDER_CONNECT: interrupt a blocking
	                         connect after so long, 0: not */
	struct report_endpoint peer;
	uint32_t length;
	char data[ORDER_DATA];
};

/* The reporting end; fd -1 when the program runs by itself. */
struct reporter {
	int fd;
	uint32_t lost;
	uint16_t role;
	pid_t pid;     /* whose it is: a child sets its own */
};

/* Takes the inherited descriptor out of the environment, close-on-exec unneeded:
 * neither program runs another. */
static inline struct reporter
reporter_open(enum report_role role)
{
	struct reporter reporter = {.fd = -1, .role = (uint16_t)role,
	    .pid = getpid()};
	const char *number = getenv(REPORT_ENVIRONMENT);
	if (number != NULL) {
		char *end;
		long fd = strtol(number, &end, 10);
		if (*number != '\0' && *end == '\0' && fd > 2 && fd < 65536)
			reporter.fd = (int)fd;
		unsetenv(REPORT_ENVIRONMENT);
	}
	return reporter;
}

/* Sends one record, of which the data may be shorter than its room.  Fills in
 * role, pid, time and lost.  Async-signal-safe; errno is preserved. */
static inline void
reporter_send(struct reporter *reporter, struct report *report)
{
	if (reporter->fd < 0)
		return;
	int saved = errno;
	struct timespec now;
	clock_gettime(CLOCK_MONOTONIC, &now);
	report->role = reporter->role;
	report->pid = reporter->pid;
	report->time = (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
	report->lost = reporter->lost;
	size_t size = offsetof(struct report, data) + report->length;
	if (send(reporter->fd, report, size, MSG_NOSIGNAL | MSG_DONTWAIT) < 0)
		reporter->lost++;
	else
		reporter->lost = 0;
	errno = saved;
}

/* A sockaddr as an endpoint; an unknown family gives family 0.  A v4-mapped
 * IPv6 address stays IPv6, as /proc/net/tcp6 shows it. */
static inline struct report_endpoint
report_endpoint_from(const struct sockaddr_storage *from)
{
	struct report_endpoint to = {0};
	if (from->ss_family == AF_INET) {
		const struct sockaddr_in *in = (const void *)from;
		to.family = 4;
		to.port = ntohs(in->sin_port);
		memcpy(to.address, &in->sin_addr, 4);
	} else if (from->ss_family == AF_INET6) {
		const struct sockaddr_in6 *in = (const void *)from;
		to.family = 6;
		to.port = ntohs(in->sin6_port);
		to.scope = in->sin6_scope_id;
		memcpy(to.address, &in->sin6_addr, 16);
	}
	return to;
}

/* The way back; returns the length for bind(2) and connect(2), 0 for none. */
static inline socklen_t
report_endpoint_to(const struct report_endpoint *from, struct sockaddr_storage *to)
{
	memset(to, 0, sizeof *to);
	if (from->family == 4) {
		struct sockaddr_in *in = (void *)to;
		in->sin_family = AF_INET;
		in->sin_port = htons(from->port);
		memcpy(&in->sin_addr, from->address, 4);
		return sizeof *in;
	}
	if (from->family == 6) {
		struct sockaddr_in6 *in = (void *)to;
		in->sin6_family = AF_INET6;
		in->sin6_port = htons(from->port);
		in->sin6_scope_id = from->scope;
		memcpy(&in->sin6_addr, from->address, 16);
		return sizeof *in;
	}
	return 0;
}

#endif
