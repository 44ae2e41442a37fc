/* serv.h: one run of the server, in the parent and in each of its children,
 * and the two ways in which it tells what it does. */
#ifndef SERV_H
#define SERV_H

#include "report.h"
#include "serv_options.h"

enum { ENDPOINT_ROOM = 80 };

struct server {
	struct options options;
	struct reporter reporter;
	int listenfd;
	int connfd;                          /* -1: none */
	struct report_endpoint local, peer;  /* of connfd */
	pid_t *children;                     /* may hold some that run no more */
	size_t children_count, children_room;
	int starved;                         /* milliseconds of the last back-off */
};

/* Tells the console that a call returned result; -1 takes errno, which stays
 * as it is.  The record carries the two ends of the connection. */
void server_report(struct server *server, enum report_call call, int64_t result);

/* The same with the bytes that were read or written. */
void server_report_data(struct server *server, enum report_call call,
    int64_t result, const char *data);

/* Tells that something asked for is not done: the console, or on standard error. */
void server_refuse(struct server *server, const char *text);

/* Says something on standard error, when there is no console to tell. */
void server_say(const struct server *server, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* Says that a call failed with error, and what would mend it, and exits. */
_Noreturn void server_die(const char *call, int error, const char *mend);

/* Closes the connected socket and reports it. */
void server_close(struct server *server);

/* The local end of a socket; family 0 if it cannot be known. */
struct report_endpoint server_local_end(int fd);

/* "127.0.0.1:9877" or "[::1]:9877", in text. */
const char *server_endpoint_text(const struct report_endpoint *endpoint,
    char text[ENDPOINT_ROOM]);

#endif
