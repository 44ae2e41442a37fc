/* pane_errno.c: the last call that failed or met the end of file, and why.
 *
 * At 80x24 there are five lines of 28 columns, in a lesson three of 40.  Why it
 * failed is what one cannot look up elsewhere, so it is shown whole: when the room is
 * short, the book's section moves up behind the name, the call into the border, and
 * the message, which only says the name again, goes; at last the name moves into the
 * border, too. */
#include "pane_table.h"

#include "signal_name.h"

#include <stdio.h>
#include <string.h>

/* How much of it there is room for. */
enum { SPACIOUS, SECTION_ABOVE, CALL_IN_TITLE, NO_MESSAGE, NAME_IN_TITLE, VARIANTS };

/* "read, connection 1"; "accept, server" */
static void
describe_call(const struct event_call *call, char *text, size_t size)
{
	const char *name = event_call_name(call->call);
	const char *role = event_role_name(call->role);
	if (call->role == ROLE_CLIENT && call->conn != 0)
		snprintf(text, size, "%s, connection %u", name, call->conn);
	else if (call->conn != 0)
		snprintf(text, size, "%s, %s, connection %u", name, role,
		    call->conn);
	else
		snprintf(text, size, "%s, %s", name, role);
}

/* "Last errno: read, conn 1"; "Last errno: accept, server"; without "Last" when that
 * is too long for the border, where blanks stand around it. */
static void
write_title(const struct event_call *call, int columns, char *text, size_t size)
{
	const char *name = event_call_name(call->call);
	char whose[24];
	if (call->role == ROLE_CLIENT && call->conn != 0)
		snprintf(whose, sizeof whose, "conn %u", call->conn);
	else
		snprintf(whose, sizeof whose, "%s", event_role_name(call->role));
	if (snprintf(text, size, "Last errno: %s, %s", name, whose) > columns - 2)
		snprintf(text, size, "errno: %s, %s", name, whose);
}

/* "EPIPE (32)", "SIGPIPE (13)", "end of file" */
static void
write_name(const struct moment_errno *last, char *name, size_t size)
{
	if (last->signal != 0)
		snprintf(name, size, "%s (%d)", signal_name(last->signal),
		    last->signal);
	else if (last->call.result < 0)
		snprintf(name, size, "%s (%d)", errno_name(last->call.error),
		    last->call.error);
	else
		snprintf(name, size, "end of file");
}

/* "EPIPE (32): write, conn 1": when there is no other room for it. */
static void
write_title_with_name(const struct moment_errno *last, char *text, size_t size)
{
	const struct event_call *call = &last->call;
	char name[64];
	write_name(last, name, sizeof name);
	if (call->role == ROLE_CLIENT && call->conn != 0)
		snprintf(text, size, "%s: %s, conn %u", name,
		    event_call_name(call->call), call->conn);
	else
		snprintf(text, size, "%s: %s, %s", name,
		    event_call_name(call->call), event_role_name(call->role));
}

/* The first line, with the section of the book at its end. */
static void
add_name(struct text *text, const struct moment_errno *last, bool section)
{
	char name[64];
	bool failed = last->call.result < 0;
	write_name(last, name, sizeof name);
	text_add(text, (failed ? STYLE_BAD : STYLE_PLAIN) | STYLE_STRONG, "%s%s%s",
	    name, section ? ", UNP " : "", section ? last->section : "");
}

/* All of it in one of the variants, the most spacious first. */
static void
compose(struct pane_state *state, const struct moment_errno *last, int columns,
    int variant)
{
	struct text *text = &state->text;
	char call[64];
	bool has_section = last->section != NULL && *last->section != '\0';
	text_clear(text);
	*state->title = '\0';
	describe_call(&last->call, call, sizeof call);
	if (variant < NAME_IN_TITLE)
		add_name(text, last, has_section && variant >= SECTION_ABOVE);
	if (variant < NO_MESSAGE)
		text_wrap(text, STYLE_PLAIN, last->signal != 0 ?
		    strsignal(last->signal) : last->call.result < 0 ?
		    strerror(last->call.error) : "read returned 0", columns, 0);
	if (variant < CALL_IN_TITLE)
		text_wrap(text, STYLE_PLAIN, call, columns, 0);
	else if (variant < NAME_IN_TITLE)
		write_title(&last->call, columns, state->title,
		    sizeof state->title);
	else
		write_title_with_name(last, state->title, sizeof state->title);
	text_wrap(text, STYLE_PLAIN, last->why != NULL ? last->why : "", columns, 0);
	if (has_section && variant < SECTION_ABOVE)
		text_add(text, STYLE_KEY, "UNP %s", last->section);
}

static void
prepare(struct pane_state *state, const struct scene *scene,
    const struct rectangle *inside)
{
	const struct moment_errno *last = &scene->moment->last;
	text_clear(&state->text);
	*state->title = '\0';
	if (!last->any)
		text_add(&state->text, STYLE_PLAIN, "none yet");
	for (int variant = SPACIOUS; last->any && variant < VARIANTS; variant++) {
		compose(state, last, inside->columns, variant);
		if (state->text.count <= (size_t)inside->rows)
			break;
	}
	state->count = state->text.count;
}

const struct pane pane_errno = {
	.name = "errno", .title = "Last errno", .place = PLACE_ERRNO,
	.prepare = prepare, .line = pane_write_text,
};
