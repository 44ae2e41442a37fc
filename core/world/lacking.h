/* lacking.h: what this machine refuses without which the console goes on, with less. */
#ifndef LACKING_H
#define LACKING_H

struct world;

/* Tries each, and tells what is refused and what that costs, a note each. */
void lacking_tell(struct world *world);

#endif
