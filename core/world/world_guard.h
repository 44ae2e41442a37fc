/* world_guard.h: what the guard tells a world. */
#ifndef WORLD_GUARD_H
#define WORLD_GUARD_H

#include <stdbool.h>

struct world;

/* Starts the guard; false with errno. */
bool world_launch(struct world *world);

#endif
