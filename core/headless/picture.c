#include "picture.h"

#include <stddef.h>

static picture_draw *lent;

void
picture_lend(picture_draw *draw)
{
	lent = draw;
}

char *
picture_of(const struct event *event, const struct log *log, const struct moment *now)
{
	if (event->type != EVENT_CONNECTIONS || event->text == NULL || lent == NULL)
		return NULL;
	return lent(event->text, log, now);
}
