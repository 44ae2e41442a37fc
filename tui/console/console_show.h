/* console_show.h: a pane opened by its name. */
#ifndef CONSOLE_SHOW_H
#define CONSOLE_SHOW_H

#include "console_state.h"

/* Zooms the pane of that name; false: there is none.  context is the console. */
bool console_show(void *context, const char *what);

#endif
