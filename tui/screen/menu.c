#include "menu.h"

#include "escape.h"

#include <stdio.h>
#include <string.h>

/* The signals and what they are for. */
static const struct { const char *name, *help; } signals[] = {
	{"SIGKILL", "ends it; cannot be caught"},
	{"SIGTERM", "asks it to end"},
	{"SIGSTOP", "stops it; cannot be caught"},
	{"SIGCONT", "lets it go on"},
	{"SIGINT", "as Ctrl-C"},
	{"SIGHUP", "its terminal went away"},
	{"SIGQUIT", "as Ctrl-\\, with a core"},
	{"SIGPIPE", "as a write after a RST"},
	{"SIGCHLD", "as a child's end"},
	{"SIGALRM", "as an alarm clock"},
	{"SIGUSR1", "what it likes"},
	{"SIGUSR2", "what it likes"},
	{"SIGSEGV", "as a bug"},
	{"SIGABRT", "as abort"},
};

enum { COUNT = sizeof signals / sizeof *signals, MENU_COLUMNS = 48 };

bool
menu_open(struct menu *menu, const struct moment *moment, pid_t wanted)
{
	const struct moment_connection *connection =
	    moment_connection(moment, moment->current);
	pid_t candidates[] = {wanted, connection != NULL ? connection->child : 0,
	    moment->server, moment->client};
	menu->pid = 0;
	for (size_t i = 0; i < 4 && menu->pid == 0; i++)
		if (candidates[i] > 0 &&
		    moment_process(moment, candidates[i]) != NULL)
			menu->pid = candidates[i];
	const struct moment_process *first = moment_next_process(moment, NULL);
	if (menu->pid == 0 && first != NULL)
		menu->pid = first->row.pid;
	menu->selected = 0;
	menu->is_open = menu->pid != 0;
	return menu->is_open;
}

/* The process before or after the chosen one; around at the ends. */
static pid_t
neighbour(const struct menu *menu, const struct moment *moment, bool forward)
{
	size_t count = moment->process_count, at = 0;
	while (at < count && moment->processes[at].row.pid != menu->pid)
		at++;
	for (size_t i = 1; i <= count; i++) {
		size_t next = (at + (forward ? i : count - i)) % count;
		if (moment->processes[next].ended_at == 0)
			return moment->processes[next].row.pid;
	}
	return menu->pid;
}

void
menu_walk(struct menu *menu, const struct moment *moment, enum walk walk)
{
	if (walk == WALK_LEFT || walk == WALK_RIGHT)
		menu->pid = neighbour(menu, moment, walk == WALK_RIGHT);
	else if (walk == WALK_UP || walk == WALK_PAGE_UP)
		menu->selected = (menu->selected + COUNT - 1) % COUNT;
	else if (walk == WALK_DOWN || walk == WALK_PAGE_DOWN)
		menu->selected = (menu->selected + 1) % COUNT;
	else
		menu->selected = walk == WALK_LAST ? COUNT - 1 : 0;
}

void
menu_command(const struct menu *menu, char *command, size_t size)
{
	snprintf(command, size, "kill pid:%d %s", (int)menu->pid,
	    signals[menu->selected].name);
}

void
menu_draw(const struct menu *menu, const struct moment *moment,
    const struct draw *draw, const struct layout *layout)
{
	const struct moment_process *process = moment_process(moment, menu->pid);
	struct rectangle inside = {.row = layout->rows / 2 - (COUNT + 1) / 2,
	    .column = (layout->columns - MENU_COLUMNS) / 2, .rows = COUNT + 1,
	    .columns = MENU_COLUMNS};
	char command[4 * PROCESS_TEXT] = "gone";
	struct line line;
	if (process != NULL)
		escape_into(command, sizeof command, process->row.command,
		    strlen(process->row.command));
	draw_box(draw, &inside);
	line_format(&line, 0, " Signal to %d %.24s ", (int)menu->pid, command);
	draw_title(draw, &inside, line.text, STYLE_REVERSE | STYLE_STRONG);
	for (int i = 0; i < COUNT; i++) {
		bool chosen = (size_t)i == menu->selected;
		line_format(&line, chosen ? STYLE_REVERSE : STYLE_PLAIN,
		    "%c %-8s %s", chosen ? '>' : ' ', signals[i].name,
		    signals[i].help);
		draw_text(draw, inside.row + i, inside.column, inside.columns,
		    line.text, 0, line.style);
	}
	draw_text(draw, inside.row + COUNT, inside.column, inside.columns,
	    "Enter sends, Esc does not, Left Right: process", 0, STYLE_KEY);
}
