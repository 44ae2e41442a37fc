/* menu.h: the signal menu: which signal to which process. */
#ifndef MENU_H
#define MENU_H

#include "pane.h"

struct menu {
	bool is_open;
	pid_t pid;
	size_t selected;
};

/* Opens it on wanted, or if that is not there on the current connection's child,
 * the server, or whatever runs; false: there is no process. */
bool menu_open(struct menu *menu, const struct moment *moment, pid_t wanted);

/* To the next signal (WALK_UP, WALK_DOWN) or process (WALK_LEFT, WALK_RIGHT). */
void menu_walk(struct menu *menu, const struct moment *moment, enum walk walk);

/* The command line that sends the chosen signal. */
void menu_command(const struct menu *menu, char *command, size_t size);

/* Draws it in the middle of the screen. */
void menu_draw(const struct menu *menu, const struct moment *moment,
    const struct draw *draw, const struct layout *layout);

#endif
