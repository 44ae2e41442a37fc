/* host.h: the server's host, and how it fails (host.c says how that is done). */
#ifndef HOST_H
#define HOST_H

#include "loop.h"
#include "moment.h"

#include <sys/types.h>

struct world;

enum host_step { STEP_NONE, STEP_STOP, STEP_END, STEP_START, STEP_GRACE };

/* The server's host. */
struct host {
	enum host_step step;
	bool then_reboot;       /* after the crash that a reboot from up begins with */
	bool refused;           /* pidfd_getfd is: the fallback of host.c */
	int64_t deadline;
	unsigned told;          /* host events so far */
	struct timer *timer;
};

/* Makes the timer that carries the steps; false with errno. */
bool host_init(struct world *world);

/* Each begins a failure, or its end; its event comes when it is there. */
void host_crash(struct world *world);
void host_reboot(struct world *world);
void host_shutdown(struct world *world, int64_t grace); /* ns */
void host_unplug(struct world *world);
void host_plug(struct world *world);

/* A process has a new socket while the cable is out. */
void host_silence_again(struct world *world, pid_t pid);

/* A process's sockets are to go without a word, by RST. */
void host_vanish(struct world *world, pid_t pid);

/* A process is about to be killed while nothing comes from the server's host: its
 * sockets are to become orphans that can be healed. */
void host_prepare_death(struct world *world, const struct moment_process *process);

/* Before everything ends: no deaf orphan may stay behind in the kernel. */
void host_heal(struct world *world);

/* Crashed or down; or, also, the cable out. */
bool host_is_dark(const struct world *world);
bool host_is_silent(const struct world *world);

/* How many processes run on the server's host. */
unsigned host_processes(const struct world *world);

#endif
