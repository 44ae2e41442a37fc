/* cli.h: the client under the console: what it holds, and how it reports. */
#ifndef CLI_H
#define CLI_H

#include "report.h"
#include "wire_long.h"

#include <poll.h>
#include <stdbool.h>

/* What is to be done on a connection when its turn comes: data to write, or a
 * half-close after the data before it. */
struct job {
	struct job *next;
	uint32_t serial;     /* of the order, for REPORT_DONE */
	bool is_shutdown;
	bool is_line;        /* read a line afterwards, not just anything */
	size_t answer;       /* read so many bytes afterwards */
	int64_t due;         /* CLOCK_MONOTONIC ns before which nothing more goes */
	bool is_split;       /* the first byte goes alone */
	size_t sent, length;
	char data[];
};

struct connection {
	uint32_t number;
	int fd;
	bool is_connecting;
	bool is_binary;       /* numbers go and come, not lines */
	bool has_ended;       /* end of file or an error was read */
	bool must_wait;       /* the last write did not fit: wait for POLLOUT */
	uint64_t lines_wanted, reads_wanted, bytes_wanted;
	struct job *jobs;     /* the oldest first */
	struct report_endpoint local, peer;
};

struct client {
	struct reporter reporter;
	bool console_stands;            /* it did not read for a second */
	struct connection *connections;
	struct pollfd *polled;          /* one for the orders, then one for each */
	size_t count, room;
	bool reads_always, exits_on_eof, is_silenced;
	int64_t timeout;                /* TCP_USER_TIMEOUT in ms, 0: the kernel's */
	int keepalive;                  /* seconds between probes, 0: none */
	enum wire_order byte_order;     /* of binary numbers, as their size is */
	unsigned long_bits;
};

/* Reports a call on a connection (NULL: on none); -1 takes errno. */
void client_report(struct client *client, const struct connection *connection,
    enum report_call call, int64_t result);

/* The same with the bytes that were read or written. */
void client_report_data(struct client *client, const struct connection *connection,
    enum report_call call, int64_t result, const char *data);

/* Reports a call with what report.h says of it: on what option, in what state. */
void client_report_about(struct client *client, const struct connection *connection,
    enum report_call call, int64_t result, int32_t about, int32_t value);

/* Reports that something asked for was not done, and why. */
void client_report_refused(struct client *client,
    const struct connection *connection, const char *why);

/* How the client writes and reads a binary number now (wire_long.h). */
uint16_t client_format(const struct client *client);

/* Reports a connect that is under way. */
void client_report_begun(struct client *client, const struct connection *connection);

/* Reports that an order was carried out. */
void client_report_done(struct client *client, uint32_t serial);

/* CLOCK_MONOTONIC in nanoseconds. */
int64_t client_now(void);

#endif
