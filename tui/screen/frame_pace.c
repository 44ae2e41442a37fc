#include "frame_pace.h"

#include "loop.h"

#define FRAME MILLISECONDS(16)
#define KEY_FRAME MILLISECONDS(4)

/* A frame may take one part in so many of the time; after a key, half of it. */
enum { FRAME_SHARE = 6, KEY_FRAME_SHARE = 2 };

/* When there may be one, after a pause that is at least so long. */
static int64_t
next(const struct frame_pace *pace, int64_t pause, int share)
{
	int64_t least = share * pace->cost;
	return pace->drawn_at + (least > pause ? least : pause);
}

int64_t
frame_pace_next(const struct frame_pace *pace)
{
	return next(pace, FRAME, FRAME_SHARE);
}

int64_t
frame_pace_next_for_key(const struct frame_pace *pace)
{
	return next(pace, KEY_FRAME, KEY_FRAME_SHARE);
}
