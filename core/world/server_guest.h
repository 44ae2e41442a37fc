/* server_guest.h: a server that someone else wrote.
 *
 * It reports nothing.  What is known of it the kernel says, as to any outsider: who
 * descends from whom, who holds which socket; and what it writes into its standard
 * output and error.  The console has either started it, from a command line, or found
 * it there. */
#ifndef SERVER_GUEST_H
#define SERVER_GUEST_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

struct world;
struct moment_connection;

/* Runs the command; its outcome comes by one of the next two. */
void guest_start(struct world *world);
void guest_started(struct world *world, pid_t pid);
void guest_failed(struct world *world, int error);

/* One that was there before is watched from now on. */
void guest_watch(struct world *world);

/* The server is about to be ended: also what started it, or it would be back. */
void guest_stop(struct world *world);

/* All processes of the server are about to be ended, whoever of them it is: that is no
 * failure to start, also when it has not been seen to listen yet.  Without a guest
 * server, nothing. */
void guest_end(struct world *world);

/* The process that started the server and still runs beside it, 0: none. */
pid_t guest_starter(const struct world *world);

/* Something may have happened: who is the server now, does it listen, whom do its
 * children serve? */
void guest_look(struct world *world);

/* Nobody is the server, as far as is known: is one of those that it left behind by now?
 * Looked for at once, as a command needs it. */
void guest_find(struct world *world);

/* Is the server's end of the connection in somebody's hands, and will they stay? */
bool guest_has_accepted(struct world *world,
    const struct moment_connection *connection);

/* The command line, in so many bytes. */
void guest_command_text(const struct world *world, char *text, size_t size);

void guest_free(struct world *world);

#endif
