/* serv_options.h: the command line of tcpserv. */
#ifndef SERV_OPTIONS_H
#define SERV_OPTIONS_H

#include <sys/socket.h>
#include <time.h>

enum option_reap { REAP_NONE, REAP_WAIT, REAP_WAITPID, REAP_IGNORE };
enum option_eintr { EINTR_RETRY, EINTR_DIE };
enum option_service { SERVICE_ECHO, SERVICE_SUM, SERVICE_SUM_BINARY };
enum option_long { LONG_32, LONG_64 };

/* The settings of one run; the switches are 0 or 1. */
struct options {
	int reap;
	int sa_restart;
	int eintr;
	int service;
	int long_size;
	int byte_order; /* enum wire_order */
	int reuseaddr;
	int backlog;
	int max_children;
	int sigterm_catch;
	int leak_connfd;
	int sigpipe_ignore; /* in the children */
	int close_unread;
	int process_room;   /* 0: no limit */
	struct timespec accept_delay;
	struct sockaddr_storage address; /* what to bind, the port included */
	socklen_t address_length;
};

/* Reads the command line.  Ends the program itself: with status 0 after --help
 * and --version, with 2 and one line on standard error after a mistake. */
void options_parse(struct options *options, int argc, char **argv);

#endif
