/* frame_pace.h: when there may be a frame again: soon after a key, seldom when frames
 * are dear.  Times in ns. */
#ifndef FRAME_PACE_H
#define FRAME_PACE_H

#include <stdint.h>

struct frame_pace {
	int64_t drawn_at, cost;   /* the latest frame was drawn then, and cost so much */
};

/* For what has changed; and for what a key has changed. */
int64_t frame_pace_next(const struct frame_pace *pace);
int64_t frame_pace_next_for_key(const struct frame_pace *pace);

#endif
