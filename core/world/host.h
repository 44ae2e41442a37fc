/* host.h: the server's host, and how it fails (host.c says how that is done). */
#ifndef HOST_H
#define HOST_H

#include <stdbool.h>
#include <stdint.h>

struct world;

/* Makes the timer that carries the steps; false with errno. */
bool host_init(struct world *world);

/* Each begins a failure, or its end; its event comes when it is there. */
void host_crash(struct world *world);
void host_reboot(struct world *world);
void host_shutdown(struct world *world, int64_t grace); /* ns */
void host_unplug(struct world *world);
void host_plug(struct world *world);

/* Before everything ends: no deaf orphan may stay behind in the kernel. */
void host_heal(struct world *world);

#endif
