/* Events as JSON Lines.
 *
 * `t` and `type` come first, then the fields of the type in the order of their table
 * (event_fields.c).  A recording is such lines and nothing else, so each event carries
 * all that moment_apply() reads of it, and parse_json.c reads the same table.  Only
 * snapshots, which show the moment, are written by functions of their own
 * (json_tables.c). */
#include "render_json.h"

#include "json_fields.h"
#include "json_tables.h"

/* The types that are tables, or tell of the moment. */
static void (*const tables[EVENT_TYPES])(struct json_writer *writer,
    const struct event *event, const struct moment *now) = {
	[EVENT_SOCKETS] = json_put_sockets,
	[EVENT_PROCESSES] = json_put_processes,
	[EVENT_CONNECTIONS] = json_put_connections,
	[EVENT_SETTINGS] = json_put_settings,
	[EVENT_DISPOSITIONS] = json_put_dispositions,
	[EVENT_ALL] = json_put_all,
	[EVENT_ERRNO] = json_put_errno,
};

/* An event as one line of JSON. */
char *
render_json(const struct event *event, const struct moment *now)
{
	struct json_writer writer = json_writer_begin();
	json_put(&writer, "t", json_seconds(event->time));
	json_put_word(&writer, "type", event_type_name(event->type));
	if ((unsigned)event->type < EVENT_TYPES && tables[event->type] != NULL)
		tables[event->type](&writer, event, now);
	else
		json_put_fields(&writer, event);
	return json_writer_end(&writer);
}
