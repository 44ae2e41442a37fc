/* server.h: the server, as the console sees it: starting and finding it. */
#ifndef SERVER_H
#define SERVER_H

#include "channel.h"
#include "settings.h"

#include <sys/types.h>

struct event;
struct foreign;
struct world;

enum { CHANNELS_MAX = 64 };

/* The server, as the console sees it. */
struct server {
	bool ours;              /* we start it */
	const char *const *command; /* in place of tcpserv; NULL: tcpserv */
	struct foreign *foreign;    /* server_foreign.h; NULL: tcpserv, or none */
	pid_t pid;              /* the latest parent, 0: none runs */
	bool starting, listening;
	bool never_came;        /* it could not be run, or ended before it listened */
	uint32_t start_serial;
	struct settings settings, initial;
	struct channel *channels[CHANNELS_MAX]; /* older ones: children serve on */
	size_t channel_count;
	struct {                /* a listener that was there before */
		pid_t owner;
		uid_t uid;
		uint16_t port;
		bool there;
	} found;
};

/* Starts tcpserv with the settings as they are, or the server's command. */
void server_start(struct world *world);

/* Was there a server before whose processes only their owner or root may see? */
bool server_is_hidden(const struct world *world);

/* SIGTERM to the parent alone; with resume, a paused one is let die of it. */
void server_stop(struct world *world, bool resume);

/* When PORT was not given and another user's server is there: the next free one.
 * Before the first event. */
void server_choose_port(struct world *world);

/* Decides whom to start or to watch at HOST and PORT, and fills in the event that
 * the session starts with. */
void server_find(struct world *world, struct event *start);

/* Starts whom it has decided for, or says whom it watches. */
void server_begin(struct world *world);

/* Is it tcpserv, which reports, and takes settings? */
bool server_is_tcpserv(const struct world *world);

/* The server's parent is gone. */
void server_ended(struct world *world);

/* Listens, or has ended: nothing is under way. */
bool server_is_settled(const struct world *world);

/* Forgets the channels on which nobody can report any more. */
void server_sweep_channels(struct world *world);

/* Leaves the server's reports in their queues, or takes them. */
void server_hold(struct world *world, bool hold);

/* Appends the settings as an event. */
void server_tell_settings(struct world *world);

/* Closes all channels. */
void server_free(struct world *world);

#endif
