/* pane_texts.c: panes that are only ever seen zoomed: help, and what `show`
 * names: settings, connections, dispositions.
 *
 * The help is made from the tables of keys, commands and settings, so it cannot
 * say what is not so. */
#include "keys.h"
#include "pane_table.h"

#include "command.h"
#include "endpoint.h"
#include "escape.h"
#include "settings.h"
#include "signal_name.h"

#include <signal.h>
#include <stdio.h>
#include <string.h>

enum { HELP_COLUMN = 26 };

/* A heading, with a blank line above. */
static void
add_heading(struct text *text, const char *heading)
{
	if (text->count > 0)
		text_add(text, STYLE_PLAIN, "%s", "");
	text_add(text, STYLE_STRONG | STYLE_KEY, "%s", heading);
}

/* "name   what it does", wrapped under itself. */
static void
add_entry(struct text *text, const char *name, const char *help, int columns)
{
	char entry[1024];
	if (strlen(name) + 3 > HELP_COLUMN) {
		snprintf(entry, sizeof entry, "  %s", name);
		text_wrap(text, STYLE_PLAIN, entry, columns, 4);
		name = "";
	}
	struct text wrapped = {0};
	text_wrap(&wrapped, STYLE_PLAIN, help, columns - HELP_COLUMN, 0);
	for (size_t i = 0; i < wrapped.count; i++)
		text_add(text, STYLE_PLAIN, "  %-*s %s", HELP_COLUMN - 3,
		    i == 0 ? name : "", wrapped.lines[i].text);
	text_release(&wrapped);
}

/* The keys. */
static void
add_keys(struct text *text, int columns)
{
	char name[64], help[256];
	size_t count;
	const struct key *keys = keys_table(&count);
	add_heading(text, "Keys (Esc-digit on an empty line for keyboards without "
	    "F-keys)");
	for (size_t i = 0; i < count; i++) {
		snprintf(name, sizeof name, "F%d", keys[i].function);
		if (keys[i].command != NULL)
			snprintf(help, sizeof help, ":%s: %s", keys[i].command,
			    keys[i].help);
		else
			snprintf(help, sizeof help, "%s", keys[i].help);
		add_entry(text, name, help, columns);
	}
	add_entry(text, "Tab, Esc", "on an empty line: to the panes", columns);
	add_entry(text, "Ctrl-D", "on an empty line: closes the current connection",
	    columns);
	add_entry(text, "Ctrl-C", "clears the line; on an empty one drops the lines that wait",
	    columns);
	add_entry(text, "Ctrl-L, Ctrl-Z", "draws anew; suspends", columns);
	add_heading(text, "In a lesson, on an empty line");
	const struct pane_key *lesson_keys = keys_of_lesson(&count);
	for (size_t i = 0; i < count; i++)
		add_entry(text, lesson_keys[i].key, lesson_keys[i].help, columns);
	add_heading(text, "Keys in the panes (arrows, j k, PgUp PgDn, g G scroll)");
	const struct pane_key *pane_keys = keys_of_panes(&count);
	for (size_t i = 0; i < count; i++)
		if (pane_keys[i].help != NULL)
			add_entry(text, pane_keys[i].key, pane_keys[i].help, columns);
	add_heading(text, "Keys of time (in the panes; what acts does nothing in the past)");
	const struct pane_key *time_keys = keys_of_time(&count);
	for (size_t i = 0; i < count; i++)
		if (time_keys[i].help != NULL)
			add_entry(text, time_keys[i].key, time_keys[i].help, columns);
}

/* The commands and the server's settings. */
static void
add_commands(struct text *text, int columns)
{
	char name[128], help[320];
	size_t count;
	const struct command *commands = command_table(&count);
	add_heading(text, "Commands (a line that begins with a colon)");
	for (size_t i = 0; i < count; i++) {
		snprintf(name, sizeof name, ":%s %s", commands[i].name,
		    commands[i].arguments);
		add_entry(text, name, commands[i].help, columns);
	}
	const struct setting *settings = settings_table(&count);
	add_heading(text, "Settings (:server set KEY=VALUE...)");
	for (size_t i = 0; i < count; i++) {
		snprintf(help, sizeof help, "%s (%s; default %s)",
		    settings[i].help, settings[i].values != NULL ?
		    settings[i].values : settings[i].want, settings[i].fallback);
		add_entry(text, settings[i].name, help, columns);
	}
}

/* What the looks mean. */
static void
add_marks(struct text *text, int columns)
{
	static const struct { unsigned style; const char *text; } marks[] = {
		{STYLE_GOOD, "ESTABLISHED"},
		{STYLE_KEY, "LISTEN, titles"},
		{STYLE_PASSING, "any other state; stopped; signals"},
		{STYLE_BAD, "GONE, zombies (STAT Z, <defunct>), reaped, errors"},
		{STYLE_STRONG, "bold and >: the rows of the current connection"},
	};
	add_heading(text, "Marks (colours, where there are any, repeat what a word says)");
	for (size_t i = 0; i < sizeof marks / sizeof *marks; i++)
		text_add(text, marks[i].style, "  %s", marks[i].text);
	text_wrap(text, STYLE_PLAIN, "  What a peer sent is shown with its control "
	    "bytes made visible: ^[ for escape, \\x9b for a byte that is no UTF-8, "
	    "<U+202E> for a character that would reorder its neighbours.",
	    columns, 2);
}

static void
prepare_help(struct pane_state *state, const struct scene *scene,
    const struct rectangle *inside)
{
	int columns = inside->columns;
	(void)scene;
	struct text *text = &state->text;
	text_clear(text);
	text_wrap(text, STYLE_PLAIN, "What is typed is sent. A line that begins with "
	    "a colon is a command; :: sends a colon.", columns, 0);
	add_keys(text, columns);
	add_commands(text, columns);
	add_marks(text, columns);
	state->count = text->count;
}

/* The server is not tcpserv. */
static void
add_no_settings(struct text *text, const struct moment *moment, int columns)
{
	char command[4 * SERVER_TEXT];
	text_wrap(text, STYLE_PLAIN, "Settings are tcpserv's, and the server here is another one.",
	    columns, 0);
	escape_into(command, sizeof command, moment->server_command,
	    strlen(moment->server_command));
	text_wrap(text, STYLE_STRONG, command, columns, 0);
}

static void
prepare_settings(struct pane_state *state, const struct scene *scene,
    const struct rectangle *inside)
{
	int columns = inside->columns;
	char help[512], value[SETTING_VALUE];
	size_t count;
	const struct setting *settings = settings_table(&count);
	text_clear(&state->text);
	if (*scene->moment->settings == '\0') {
		add_no_settings(&state->text, scene->moment, columns);
		count = 0;
	}
	for (size_t i = 0; i < count; i++) {
		moment_setting(scene->moment, settings[i].name, value,
		    sizeof value);
		snprintf(help, sizeof help, "%-14s %s", *value != '\0' ? value : "?",
		    settings[i].help);
		add_entry(&state->text, settings[i].name, help, columns);
	}
	if (*scene->moment->host_how != '\0')
		text_wrap(&state->text, STYLE_PLAIN, scene->moment->host_how,
		    columns, 0);
	state->count = state->text.count;
}

static void
prepare_connections(struct pane_state *state, const struct scene *scene,
    const struct rectangle *inside)
{
	const struct moment *moment = scene->moment;
	char local[ENDPOINT_TEXT], child[16];
	(void)inside;
	text_clear(&state->text);
	text_add(&state->text, STYLE_STRONG, "  %3s %-21s %-11s %-11s %s", /* all go to HOST */
	    "No", "Local", "Client", "Server", "Child");
	for (size_t i = 0; i < moment->connection_count; i++) {
		const struct moment_connection *connection = &moment->connections[i];
		bool current = connection->conn == moment->current;
		snprintf(child, sizeof child, "%d", (int)connection->child);
		text_add(&state->text, current ? STYLE_STRONG : STYLE_PLAIN,
		    "%c %3u %-21s %-11s %-11s %s", current ? '>' : ' ',
		    connection->conn, endpoint_text(&connection->local, local),
		    tcp_state_name(connection->client),
		    strcmp(moment->world, "remote") == 0 ? "-" :
		    tcp_state_name(connection->server),
		    connection->child != 0 ? child : "-");
		text_add(&state->text, STYLE_PLAIN,
		    "      %s, %zu bytes sent, %zu echoed%s",
		    connection->open ? "open" : "closed", connection->bytes_sent,
		    connection->bytes_echoed, connection->child_ended ?
		    ", its child has ended" : "");
	}
	state->count = state->text.count;
}

/* "ignored SIGPIPE SIGHUP" */
static void
add_signals(struct text *text, const char *what, uint64_t set, int columns)
{
	char names[1024] = "";
	size_t used = 0;
	for (int number = 1; number <= 64 && used + 16 < sizeof names; number++)
		if (set >> (number - 1) & 1)
			used += (size_t)snprintf(names + used, sizeof names - used,
			    " %s", signal_name(number));
	if (used > 0)
		add_entry(text, what, names + 1, columns);
}

/* What each process does with its signals, as last looked up. */
static void
prepare_dispositions(struct pane_state *state, const struct scene *scene,
    const struct rectangle *inside)
{
	int columns = inside->columns;
	const struct event *event = log_event(scene->log, log_find_back(scene->log,
	    scene->end, scene_first(scene), LOG_TYPE(EVENT_DISPOSITIONS)));
	text_clear(&state->text);
	for (size_t i = 0; event != NULL && i < event->dispositions.count; i++) {
		const struct disposition_row *row = &event->dispositions.rows[i];
		text_add(&state->text, STYLE_STRONG, "%d %s", (int)row->pid,
		    event_role_name(row->role));
		add_signals(&state->text, "ignored", row->signals.ignored, columns);
		add_signals(&state->text, "caught", row->signals.caught, columns);
		add_signals(&state->text, "blocked", row->signals.blocked, columns);
		add_signals(&state->text, "pending (SigPnd)", row->signals.pending,
		    columns);
		add_signals(&state->text, "pending (ShdPnd)",
		    row->signals.shared_pending, columns);
	}
	text_wrap(&state->text, STYLE_PLAIN, event == NULL ?
	    "Not looked up yet: :show dispositions" : "All others are at their "
	    "default. SIGKILL and SIGSTOP cannot be caught, blocked or ignored.",
	    columns, 0);
	state->count = state->text.count;
}

const struct pane pane_help = {
	.name = "help", .title = "Help", .place = PLACE_NONE, .whole = true,
	.prepare = prepare_help, .line = pane_write_text,
};

const struct pane pane_settings = {
	.name = "settings", .title = "Settings of the server",
	.place = PLACE_NONE, .prepare = prepare_settings, .line = pane_write_text,
};

const struct pane pane_connections = {
	.name = "connections", .title = "Connections of the client",
	.place = PLACE_NONE, .prepare = prepare_connections, .line = pane_write_text,
};

const struct pane pane_dispositions = {
	.name = "dispositions", .title = "What each process does with signals",
	.place = PLACE_NONE, .prepare = prepare_dispositions, .line = pane_write_text,
};
