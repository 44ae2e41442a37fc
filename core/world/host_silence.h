/* host_silence.h: whether the server's host is heard, who is on it, and the silence of
 * their sockets. */
#ifndef HOST_SILENCE_H
#define HOST_SILENCE_H

#include "moment.h"
#include "silence.h"

struct world;

/* Crashed or down; or, also, the cable out. */
bool host_is_dark(const struct world *world);
bool host_is_silent(const struct world *world);

/* Does this process belong to the server's host, and run? */
bool host_has(const struct moment_process *process);

/* How many processes run on the server's host. */
unsigned host_processes(const struct world *world);

/* Does something to the sockets of one process, and remembers a refusal; to those of
 * every process of the server's host. */
void host_silence_one(struct world *world, pid_t pid, enum silence what);
void host_silence_all(struct world *world, enum silence what);

/* A process has a new socket while the cable is out. */
void host_silence_again(struct world *world, pid_t pid);

/* A process's sockets are to go without a word, by RST. */
void host_vanish(struct world *world, pid_t pid);

/* A process is about to be killed while nothing comes from the server's host: its
 * sockets are to become orphans that can be healed. */
void host_prepare_death(struct world *world, const struct moment_process *process);

#endif
