#include "keys.h"

#include <stdio.h>
#include <string.h>

/* Is there a child of the server that runs? */
static bool
has_child(const struct moment *moment)
{
	return moment_children(moment) > 0 && !moment_host_is_dark(moment);
}

/* Does the server run? */
static bool
has_server(const struct moment *moment)
{
	return moment->server != 0 && !moment_host_is_dark(moment);
}

/* Is there a process that a signal could be sent to? */
static bool
has_process(const struct moment *moment)
{
	return moment_next_process(moment, NULL) != NULL;
}

/* Does one of ours run? */
static bool
has_our_server(const struct moment *moment)
{
	return has_server(moment) && moment_owns_server(moment);
}

/* Is it down on a host that is up? */
static bool
has_no_server(const struct moment *moment)
{
	return moment->server == 0 && !moment_host_is_dark(moment) &&
	    moment_owns_server(moment);
}

/* Is the server's host up, or only cut off? */
static bool
host_runs(const struct moment *moment)
{
	return moment_owns_server(moment) && (moment->host_state == HOST_UP ||
	    moment->host_state == HOST_UNPLUGGED);
}

/* Is it up with its cable in? */
static bool
host_is_up(const struct moment *moment)
{
	return moment_owns_server(moment) && moment->host_state == HOST_UP;
}

/* Is the cable out? */
static bool
host_is_unplugged(const struct moment *moment)
{
	return moment->host_state == HOST_UNPLUGGED;
}

static const struct key table[] = {
	{.function = 1, .action = KEY_HELP, .label = "Help",
	 .help = "this help: keys, commands, settings, marks"},
	{.function = 2, .action = KEY_COMMAND, .command = "kill child", .label = "Kill child",
	 .works = has_child, .priority = 1,
	 .help = "SIGKILL to the child that serves the current connection"},
	{.function = 3, .action = KEY_COMMAND, .command = "kill server", .label = "Kill server",
	 .works = has_server, .priority = 2,
	 .help = "SIGKILL to the listening server; its children serve on"},
	{.function = 4, .action = KEY_COMMAND, .command = "server restart", .label = "Start server",
	 .works = has_no_server, .priority = 1,
	 .help = "starts the server that is down"},
	{.function = 4, .action = KEY_COMMAND, .command = "server restart", .label = "Restart",
	 .works = has_our_server, .priority = 3,
	 .help = "ends the server and starts it again with the same settings"},
	{.function = 5, .action = KEY_COMMAND, .command = "host crash", .label = "Crash",
	 .works = host_runs, .priority = 2,
	 .help = "the server's host falls silent without a FIN"},
	{.function = 6, .action = KEY_COMMAND, .command = "host reboot", .label = "Reboot",
	 .works = moment_owns_server, .priority = 2,
	 .help = "it comes back and knows none of its connections"},
	{.function = 7, .action = KEY_COMMAND, .command = "host shutdown", .label = "Shutdown",
	 .works = host_is_up, .priority = 5,
	 .help = "SIGTERM to its processes, SIGKILL after 5 s, then down"},
	{.function = 8, .action = KEY_COMMAND, .command = "host plug", .label = "Plug in",
	 .works = host_is_unplugged, .priority = 1,
	 .help = "puts the cable back in"},
	{.function = 8, .action = KEY_COMMAND, .command = "host unplug", .label = "Unplug",
	 .works = host_is_up, .priority = 4,
	 .help = "pulls the cable out"},
	{.function = 9, .action = KEY_MENU, .label = "Signal",
	 .works = has_process, .priority = 6,
	 .help = "a menu of signals for the selected process"},
	{.function = 10, .action = KEY_COMMAND, .command = "quit", .label = "Quit",
	 .help = "ends all of the console's processes and leaves"},
};

enum { COUNT = sizeof table / sizeof *table };

/* What a byte does that stands in no bar and no help of its own; what is shown in a bar
 * alone, and done; what is shown there and done elsewhere; what is told in the help, too. */
#define DONE(typed, what) {NULL, NULL, NULL, (typed), KEY_##what}
#define DOES(name, words, typed, what) {(name), (words), NULL, (typed), KEY_##what}
#define SHOWN(name, words) {(name), (words), NULL, NULL, KEY_NOTHING}
#define TOLD(name, words, told) {(name), (words), (told), NULL, KEY_NOTHING}

static const struct pane_key pane_keys[] = {
	{"Tab", "Next", "to the next pane; Shift-Tab to the one before", "\t", KEY_NEXT},
	{"Enter", "Zoom", "the pane takes the whole screen, and back; also z", "\r\n",
	    KEY_ENTER},
	DONE("z", ZOOM),
	{"K", NULL, "a menu of signals for the selected process; also F9", "K", KEY_MENU},
	TOLD("1-0", "F1-10", "digits are the F-keys"),
	{"/", NULL, "the next line that holds a text; n for the next one", "/", KEY_SEARCH},
	DONE("n", SEARCH_AGAIN),
	{"w", "Why", "what the selected line means, what led to it, what ends it; Esc w "
	    "from an empty line: the last errno", "w", KEY_WHY},
	TOLD("Space", "Freeze", "the screen stands still, to be walked through time"),
	{"l", "Lessons", "the lessons, to play one; Esc l from an empty line", "l",
	    KEY_LESSONS},
	DONE("b", LESSON_AGAIN),
	{"?", "Help", "this help", "?", KEY_HELP},
	{":", NULL, "back to the input line with a colon typed", ":", KEY_COLON},
	{"i", "Line", "back to the input line; also Esc", "i\003", KEY_LINE},
	{"q", "Quit", "as F10", "q", KEY_LEAVE},
	TOLD("s", "States", "TCP's states, and the way of the current connection; and back"),
	TOLD("f", "Figures", "each side's calls and the addresses they fixed; and back"),
	TOLD("a", "All", "all TCP sockets of this machine, read once a second; and back"),
	TOLD("x", "Bytes", "the current connection's bytes in hex; and back"),
};

static const struct pane_key lesson_keys[] = {
	TOLD("Enter", "Next", "the lesson goes on, up to what its narrator says next; at "
	    "its end: to the lessons"),
	TOLD("1-9", "Answer", "the room's answer to a question; also in the panes"),
	TOLD("Esc b", "Again", "the lesson from its beginning, in a clean state; b in the "
	    "panes"),
	TOLD("Esc l", "Lessons", "the lessons, to play another one; l in the panes"),
};

static const struct pane_key time_keys[] = {
	{"Space", "Now", "freezes the screen; what comes meanwhile is counted; once more: "
	    "back to now", " ", KEY_FREEZE},
	TOLD("[ ]", "Event", "one event back, one on; [ freezes the screen, too"),
	DONE("[", EVENT_BACK), DONE("]", EVENT_ON),
	TOLD("{ }", "Command", "back to the command before, on to the next one"),
	DONE("{", COMMAND_BACK), DONE("}", COMMAND_ON),
	TOLD("Home End", "First, last", "the first moment that is there; the latest"),
	SHOWN("Tab", "Next"), SHOWN("z", "Zoom"), SHOWN("?", "Help"),
	TOLD("i", "Line", "Esc and any of these, from an empty input line"),
	SHOWN("q", "Quit"),
};
static const struct pane_key time_line_keys[] = {
	SHOWN("Esc Space", "Now"), SHOWN("Esc [ ]", "Event"),
	SHOWN("Esc { }", "Command"), SHOWN("Tab", "Panes"), SHOWN("F1", "Help"),
	SHOWN("F10", "Quit"),
};
static const struct pane_key time_zoomed_keys[] = {
	SHOWN("q", "Back"), SHOWN("[ ]", "Event"), SHOWN("{ }", "Command"),
	SHOWN("Home End", "First, last"), SHOWN("PgUp PgDn", "Scroll"),
	SHOWN("/", "Search"), SHOWN("F10", "Quit"),
};
static const struct pane_key recording_keys[] = {
	SHOWN("[ ]", "Event"), SHOWN("{ }", "Command"),
	SHOWN("Home End", "First, last"), SHOWN("Tab", "Next"),
	SHOWN("z", "Zoom"), SHOWN("?", "Help"), SHOWN("q", "Quit"),
	SHOWN("/", "Search"),
};
static const struct pane_key recording_line_keys[] = {
	SHOWN("Esc [ ]", "Event"), SHOWN("Esc { }", "Command"),
	SHOWN("Tab", "Panes"), SHOWN("F1", "Help"), SHOWN("F10", "Quit"),
};

/* What the bar shows in the other modes; the help has words for the panes alone. */
static const struct pane_key panes_of_lesson_keys[] = {
	SHOWN("Tab", "Next"), SHOWN("Enter", "Zoom"), SHOWN("b", "Again"),
	SHOWN("l", "Lessons"), SHOWN("K", "Signal"), SHOWN("1-0", "F1-F10"),
	SHOWN("?", "Help"), SHOWN("i", "Line"), SHOWN("q", "Quit"),
};
static const struct pane_key lessons_keys[] = {
	SHOWN("Enter", "Play"), SHOWN("Up Down", "Lesson"), SHOWN("/", "Search"),
	SHOWN("n", "Again"), SHOWN("q", "Back"), SHOWN("Esc", "Line"),
	SHOWN("F10", "Quit"),
};
static const struct pane_key zoomed_keys[] = {
	SHOWN("q", "Back"), SHOWN("PgUp PgDn", "Scroll"), SHOWN("/", "Search"),
	SHOWN("n", "Again"), SHOWN("?", "Help"), SHOWN(":", "Command"),
	SHOWN("i", "Line"), SHOWN("F10", "Quit"),
};
static const struct pane_key menu_keys[] = {
	DOES("Enter", "Send", "\r\n", SEND), SHOWN("Up Down", "Signal"),
	SHOWN("Left Right", "Process"), DOES("Esc", "Back", "\033q\003", MENU_BACK),
	SHOWN("F10", "Quit"),
};
static const struct pane_key search_keys[] = {
	DOES("Enter", "Find", "\r\n", FIND), DOES("Esc", "Back", "\033\003", SEARCH_BACK),
	DONE("\b\177", ERASE), SHOWN("F10", "Quit"),
};
static const struct pane_key question_keys[] = {
	DOES("y", "Yes", "yY", YES), DOES("n", "No", "nN\033\003", NO), SHOWN("F10", "Quit"),
};

#define MODE(keys) {keys, sizeof keys / sizeof *keys}

static const struct { const struct pane_key *keys; size_t count; } modes[KEY_MODES] = {
	[KEYS_PANES] = MODE(pane_keys),
	[KEYS_ZOOMED] = MODE(zoomed_keys),
	[KEYS_LESSON] = MODE(panes_of_lesson_keys),
	[KEYS_LESSONS] = MODE(lessons_keys),
	[KEYS_MENU] = MODE(menu_keys),
	[KEYS_SEARCH] = MODE(search_keys),
	[KEYS_QUESTION] = MODE(question_keys),
	[KEYS_PAST] = MODE(time_keys),
	[KEYS_PAST_LINE] = MODE(time_line_keys),
	[KEYS_PAST_ZOOMED] = MODE(time_zoomed_keys),
	[KEYS_RECORDING] = MODE(recording_keys),
	[KEYS_RECORDING_LINE] = MODE(recording_line_keys),
};

const struct key *
keys_table(size_t *count)
{
	*count = COUNT;
	return table;
}

const struct pane_key *
keys_of_panes(size_t *count)
{
	*count = modes[KEYS_PANES].count;
	return modes[KEYS_PANES].keys;
}

enum key_action
keys_action(enum key_mode mode, int byte)
{
	for (size_t i = 0; i < modes[mode].count; i++) {
		const struct pane_key *key = &modes[mode].keys[i];
		if (byte > 0 && byte < 128 && key->bytes != NULL && strchr(key->bytes, byte) != NULL)
			return key->action;
	}
	return KEY_NOTHING;
}

const struct pane_key *
keys_of_time(size_t *count)
{
	*count = modes[KEYS_PAST].count;
	return modes[KEYS_PAST].keys;
}

/* Keys of a lesson. */
const struct pane_key *
keys_of_lesson(size_t *count)
{
	*count = sizeof lesson_keys / sizeof *lesson_keys;
	return lesson_keys;
}

const char *
keys_of_command(const char *command)
{
	static const char *const names[] = {[1] = "F1", "F2", "F3", "F4", "F5", "F6",
	    "F7", "F8", "F9", "F10"};
	for (size_t i = 0; i < COUNT; i++)
		if (table[i].command != NULL && strcmp(table[i].command, command) == 0)
			return names[table[i].function];
	return strcmp(command, "close") == 0 ? "Ctrl-D" : NULL;
}

/* Does the row's key do something now? */
static bool
works(const struct key *key, const struct moment *moment)
{
	return key->works == NULL || key->works(moment);
}

const struct key *
keys_find(int function, const struct moment *moment)
{
	const struct key *found = NULL;
	for (size_t i = 0; i < COUNT; i++) {
		if (table[i].function != function)
			continue;
		found = &table[i];
		if (works(found, moment))
			break;
	}
	return found;
}

/* Writes the keys up to this priority that work now; returns how many columns. */
static int
write_keys(const struct moment *moment, int priority, char *text, size_t size)
{
	int used = 0;
	*text = '\0';
	for (size_t i = 0; i < COUNT && (size_t)used < size; i++)
		if (table[i].priority <= priority && works(&table[i], moment))
			used += snprintf(text + used, size - (size_t)used,
			    " F%d %s", table[i].function, table[i].label);
	return used;
}

void
keys_write_bar(const struct moment *moment, int columns, char *text, size_t size)
{
	for (int priority = 9; priority >= 0; priority--)
		if (write_keys(moment, priority, text, size) <= columns)
			return;
}

/* Writes the mode's keys with so many blanks before each, as many as fit; are they
 * all there? */
static bool
write_mode_keys(enum key_mode mode, int blanks, int columns, char *text,
    size_t size)
{
	size_t used = 0;
	*text = '\0';
	for (size_t i = 0; i < modes[mode].count; i++) {
		const struct pane_key *key = &modes[mode].keys[i];
		if (key->label == NULL)
			continue;
		int before = used == 0 ? 1 : blanks;
		size_t length = (size_t)before + strlen(key->key) + 1 +
		    strlen(key->label);
		if (used + length > (size_t)columns || used + length >= size)
			return false;
		used += (size_t)snprintf(text + used, size - used, "%*s%s %s",
		    before, "", key->key, key->label);
	}
	return true;
}

void
keys_write_mode_bar(enum key_mode mode, int columns, char *text, size_t size)
{
	for (int blanks = 3; blanks > 0; blanks--)
		if (write_mode_keys(mode, blanks, columns, text, size))
			return;
}
