/* refused_here.h: what this machine refuses without which the console goes on, with less. */
#ifndef REFUSED_HERE_H
#define REFUSED_HERE_H

struct world;

/* Tries each, and tells what is refused and what that costs, a note each. */
void refused_here_tell(struct world *world);

#endif
