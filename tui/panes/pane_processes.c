/* pane_processes.c: the processes as ps(1) shows them.
 *
 * A zombie stays, marked <defunct>, until somebody waits for it; then its row is
 * shown for a moment more as reaped.  The order is that of the moment: as they
 * came.
 *
 * A child's row says whom it serves: "conn 2", or a stranger's address and port.
 * With room there is a column for it.  Without, it stands where the command is,
 * which is the parent's anyway; an address that is longer takes WCHAN's place, too. */
#include "pane_table.h"

#include "end_words.h"
#include "endpoint.h"
#include "escape.h"

#include <stdio.h>
#include <string.h>

enum {
	PID = 5, STAT = 4, TTY = 7, COMMAND_LEAST = 8, WCHAN_LEAST = 12, NAME_LEAST = 3,
	PEER = 22              /* 255.255.255.255:65535 */
};

/* The widths of the columns that have more when there is room. */
struct widths {
	int pid, command;
	int tty, peer;         /* 0: left out */
	int room;              /* behind STAT, for all that stands there */
};

static struct widths
widths_for(const struct scene *scene, int columns)
{
	struct widths widths = {.pid = PID, .command = COMMAND_LEAST};
	for (size_t i = 0; i < scene->moment->process_count; i++)
		if (scene->moment->processes[i].row.pid > 99999)
			widths.pid = PID + 2;
	int room = columns - 2 * (widths.pid + 1) - (STAT + 1) -
	    (COMMAND_LEAST + 1) - WCHAN_LEAST;
	if (room >= TTY) {
		widths.tty = TTY;
		room -= TTY;
	}
	widths.room = room + COMMAND_LEAST + 1 + WCHAN_LEAST;
	if (room >= PEER) {
		widths.peer = PEER;
		room -= PEER;
	}
	if (room > 0)
		widths.command += room * 2 / 3;
	return widths;
}

/* Where a row stands: client, server, and then as they came. */
static unsigned
rank(const struct moment_process *process)
{
	return process->row.role == ROLE_CLIENT ? 0 :
	    process->row.role == ROLE_SERVER ? 1 : 2;
}

static const struct moment_process *
row_at(const struct pane_state *state, const struct scene *scene, size_t number)
{
	return &scene->moment->processes[state->index[number]];
}

/* Has it ended, and nobody waited for it? */
static bool
is_zombie(const struct moment_process *process)
{
	return process->ended_at == 0 &&
	    (process->what == PROCESS_ZOMBIE || *process->row.stat == 'Z');
}

/* "Processes, 3 zombies": they are counted where scrolling cannot hide them. */
static void
write_title(struct pane_state *state, const struct scene *scene)
{
	size_t zombies = 0;
	*state->title = '\0';
	for (size_t i = 0; i < state->count; i++)
		zombies += is_zombie(row_at(state, scene, i));
	if (zombies > 0)
		snprintf(state->title, sizeof state->title,
		    "Processes, %zu zombie%s", zombies, zombies == 1 ? "" : "s");
}

static void
prepare(struct pane_state *state, const struct scene *scene,
    const struct rectangle *inside)
{
	(void)inside;
	const struct moment *moment = scene->moment;
	state->count = 0;
	if (!pane_index_room(state, moment->process_count))
		return;
	for (unsigned place = 0; place < 3; place++)
		for (size_t i = 0; i < moment->process_count; i++) {
			const struct moment_process *process = &moment->processes[i];
			if (rank(process) == place && (process->ended_at == 0 ||
			    scene->now - process->ended_at < PANE_LINGER))
				state->index[state->count++] = i;
		}
	write_title(state, scene);
}

/* The zombies; without one, the child of the current connection. */
static size_t
wanted(const struct pane_state *state, const struct scene *scene, size_t *lines)
{
	size_t first = 0, child = state->count;
	for (size_t i = state->count; i > 0; i--) {
		const struct moment_process *process = row_at(state, scene, i - 1);
		if (is_zombie(process)) {
			first = i - 1;
			++*lines;
		} else if (process->row.role == ROLE_CHILD && process->row.conn != 0 &&
		    process->row.conn == scene->moment->current) {
			child = i - 1;
		}
	}
	if (*lines > 0 || child == state->count)
		return first;
	*lines = 1;
	return child;
}

static void
write_heading(const struct pane_state *state, const struct scene *scene,
    int columns, struct line *line)
{
	(void)state;
	struct widths widths = widths_for(scene, columns);
	line_format(line, STYLE_STRONG, "%*s %*s %-*s%-*s %-*s %-*s%s", widths.pid,
	    "PID", widths.pid, "PPID", widths.tty, widths.tty > 0 ? "TTY" : "",
	    STAT, "STAT", widths.command, widths.peer > 0 ? "COMMAND" : "CMD/PEER",
	    widths.peer, widths.peer > 0 ? "PEER" : "", "WCHAN");
}

/* The command without brackets and arguments. */
static void
write_name(char *command)
{
	size_t length = strcspn(command, " ");
	if (length > 2 && *command == '[' && command[length - 1] == ']') {
		memmove(command, command + 1, length);
		length -= 2;
	}
	command[length] = '\0';
}

/* Whom a child serves, in at most so many columns; empty for who serves nobody. */
static void
write_peer(const struct process_row *row, int columns, char *text, size_t size)
{
	*text = '\0';
	if (row->role != ROLE_CHILD)
		return;
	if (row->conn != 0)
		snprintf(text, size, "conn %u", row->conn);
	else if (row->peer.family != 0)
		pane_write_address(text, size, &row->peer, columns);
	size_t length = strlen(text);
	while (length > 0 && text[length - 1] == ' ')
		text[--length] = '\0';
}

/* The first so many bytes of a name that is to have these columns: how a process ended
 * is worth more than the end of its name, which gets a mark when it is cut ("odd_~").
 * With less than that there is no point in it. */
static int
fit_name(const char *name, int columns)
{
	if ((int)utf8_width(name) <= columns || columns <= NAME_LEAST)
		return (int)strlen(name);
	return (int)utf8_fit(name, (size_t)columns - 1);
}

/* What stands behind STAT for a process that has ended: how, and whom it served,
 * when there is room for it. */
static void
write_ended(const struct moment_process *process, int room, const char *name,
    char *text, size_t size)
{
	char more[2][ENDPOINT_TEXT] = {""};
	const char *what = process->ended_at == 0 ? "<defunct>" :
	    process->what == PROCESS_REAPED ? "reaped" : "gone";
	_Static_assert(sizeof more[0] >= END_WORDS, "room for how it ended");
	if (process->end.known)
		end_words(process->end.status, END_IN_CELL, more[0]);
	write_peer(&process->row, PEER - 1, more[1], sizeof more[1]);
	int rest = 1 + (int)strlen(what) + 2 + (int)strlen(more[0]);
	bool matters = process->ended_at != 0 && *more[0] != '\0';
	int kept = fit_name(name, matters ? room - rest : room);
	int length = snprintf(text, size, "%.*s%s %s", kept, name,
	    name[kept] != '\0' ? "~" : "", what);
	for (size_t i = 0; i < 2; i++)
		if (*more[i] != '\0' && length + 2 + (int)strlen(more[i]) <= room)
			length += snprintf(text + length, size - (size_t)length,
			    ", %s", more[i]);
}

/* The first so many bytes of a command, whole words of it if it can be. */
static int
fit_command(const char *command, int columns)
{
	int fit = (int)utf8_fit(command, (size_t)columns);
	if (command[fit] != '\0' && strcspn(command, " ") <= (size_t)fit)
		while (fit > 0 && command[fit] != ' ')
			fit--;
	return fit;
}

/* How many blanks make so many columns of a text, which can be longer. */
static int
blanks_behind(const char *text, int columns)
{
	int width = (int)utf8_width(text);
	return width < columns ? columns - width : 0;
}

/* What stands behind STAT, in columns. */
static void
write_command(const struct moment_process *process, const struct widths *widths,
    char *text, size_t size)
{
	char command[4 * PROCESS_TEXT], peer[ENDPOINT_TEXT], both[6 * PROCESS_TEXT];
	char wchan[4 * PROCESS_TEXT];
	const struct process_row *row = &process->row;
	escape_into(command, sizeof command, row->command, strlen(row->command));
	escape_into(wchan, sizeof wchan, row->wchan, strlen(row->wchan));
	write_peer(row, widths->peer > 0 ? widths->peer - 1 : widths->room, peer,
	    sizeof peer);
	if (process->ended_at != 0 || is_zombie(process)) {
		write_name(command);
		write_ended(process, widths->room, command, text, size);
		return;
	}
	if (widths->peer > 0 || *peer == '\0') {
		command[fit_command(command, widths->command)] = '\0';
		snprintf(text, size, "%s%*s %-*s%s", command,
		    blanks_behind(command, widths->command), "", widths->peer, peer,
		    wchan);
		return;
	}
	write_name(command);
	snprintf(both, sizeof both, "%s %s", command, peer);
	if ((int)utf8_width(both) > widths->command)
		snprintf(both, sizeof both, "%s", peer);
	bool spills = (int)utf8_width(both) > widths->command;
	bool fits = !spills || widths->room > PEER + COMMAND_LEAST;
	snprintf(text, size, "%s%*s%s", both, blanks_behind(both,
	    spills ? PEER : widths->command + 1), "", fits ? wchan : "");
}

static void
write_line(const struct pane_state *state, const struct scene *scene,
    size_t number, int columns, struct line *line)
{
	const struct moment_process *process = row_at(state, scene, number);
	const struct process_row *row = &process->row;
	struct widths widths = widths_for(scene, columns);
	char command[12 * PROCESS_TEXT], tty[64], stat[32];
	unsigned style = STYLE_PLAIN;
	bool zombie = is_zombie(process);
	write_command(process, &widths, command, sizeof command);
	if (process->ended_at != 0)
		style = STYLE_BAD;
	else if (zombie)
		style = STYLE_BAD | STYLE_STRONG;
	else if (*row->stat == 'T')
		style = STYLE_PASSING | STYLE_STRONG;
	escape_into(tty, sizeof tty, row->tty, strlen(row->tty));
	escape_into(stat, sizeof stat, row->stat, strlen(row->stat));
	if (process->ended_at != 0)
		strcpy(stat, "-");
	else if (zombie && *row->stat != 'Z')
		strcpy(stat, "Z");
	line_format(line, style, "%*d %*d %-*s%-*s %s", widths.pid, (int)row->pid,
	    widths.pid, (int)row->ppid, widths.tty,
	    widths.tty > 0 ? tty : "", STAT, stat, command);
}

/* The process by number: what the signal menu is about. */
static uint64_t
identity(const struct pane_state *state, const struct scene *scene, size_t number)
{
	return (uint64_t)row_at(state, scene, number)->row.pid;
}

/* The process as what is to be explained. */
static bool
find_subject(const struct pane_state *state, const struct scene *scene, size_t number,
    struct explain_subject *subject)
{
	*subject = (struct explain_subject){.kind = EXPLAIN_PROCESS,
	    .number = row_at(state, scene, number)->row.pid};
	return true;
}

static int64_t
changes_at(const struct pane_state *state, const struct scene *scene)
{
	int64_t at = 0;
	for (size_t i = 0; i < state->count; i++) {
		int64_t ended_at = row_at(state, scene, i)->ended_at;
		if (ended_at != 0 && (at == 0 || ended_at + PANE_LINGER < at))
			at = ended_at + PANE_LINGER;
	}
	return at;
}

const struct pane pane_processes = {
	.name = "processes", .title = "Processes", .place = PLACE_PROCESSES,
	.selects = true, .prepare = prepare, .heading = write_heading,
	.line = write_line, .identity = identity, .wanted = wanted,
	.changes_at = changes_at, .subject = find_subject,
};
