/* world_address.h: HOST and PORT looked up, and whether that is this machine. */
#ifndef WORLD_ADDRESS_H
#define WORLD_ADDRESS_H

#include <stdbool.h>

struct world;

/* Looks HOST and PORT up; false with one line of WORLD_ERROR bytes in error. */
bool world_resolve(struct world *world, char *error);

#endif
