/* event_fields.h: what each event has beside its time and type, field by field.
 *
 * One table of fields drives how an event is packed (event_pack.c), how it is written as
 * JSON and how it is read again (render_json.c, parse_json.c): a field that is added to
 * event.h gets its row in event_fields.c, and no other file has to know of it but those
 * that do something with it. */
#ifndef EVENT_FIELDS_H
#define EVENT_FIELDS_H

#include "event.h"

/* How the log packs a field. */
enum field_packing {
	PACK_NOT,      /* another row packs these bytes, or every event has them */
	PACK_NUMBER,
	PACK_CHARS,    /* an array of char, ended by a NUL */
	PACK_ENDPOINT
};

/* What JSON shows of it. */
enum field_kind {
	FIELD_COUNT,        /* from 0 to high */
	FIELD_INTEGER,      /* below 0, too */
	FIELD_PID,          /* 0: none; one that has to be there is not 0 */
	FIELD_FLAG,
	FIELD_WORD,         /* one of words */
	FIELD_SIGNAL,       /* its name */
	FIELD_ERRNO,        /* its number and its name: errno, errno_name; 0 is none */
	FIELD_FAMILY,       /* of a socket: tcp, tcp6 */
	FIELD_SECONDS,      /* ns, as seconds */
	FIELD_MICROSECONDS, /* microseconds, as seconds */
	FIELD_FROM_NOW,     /* ns of the session, as seconds from the event's time on */
	FIELD_STATUS,       /* as of wait(2): status; signal, core */
	FIELD_CHARS,
	FIELD_ENDPOINT,     /* an address and port: IPv4 where its text does not say */
	FIELD_ROW_ENDPOINT, /* the same, of the family of the socket's row */
	FIELD_TEXT,         /* the event's text */
	FIELD_RAW,          /* the same in hex, where JSON cannot hold its bytes */
	FIELD_DETAIL,       /* the event's detail */
	FIELD_LINES,        /* its lines, as an array */
	FIELD_PORT,         /* of an endpoint */
	FIELD_END,          /* struct process_end but by: nothing until it is known */
	FIELD_SCHEMA        /* which edition of this table wrote the event; in no event */
};

/* What becomes of a field when there is none of it: its number is `none`, its text is
 * empty. */
enum field_presence {
	FIELD_NEEDED,   /* it is written all the same, and has to be there */
	FIELD_WRITTEN,  /* it is written all the same, and may be missing */
	FIELD_LEFT_OUT,
	FIELD_AS_NULL      /* null is written */
};

/* The names of the numbers from 0 on; "?" has none. */
struct field_words {
	const char *(*name)(unsigned number);
	unsigned count;
};

struct event_field {
	const char *key;      /* in JSON; NULL: it is packed, and written by other rows */
	size_t offset, size;  /* in struct event, bytes */
	enum field_kind kind;
	enum field_presence presence;
	enum field_packing packing;
	int64_t high;         /* the highest number */
	int64_t none;
	const struct field_words *words;
	bool (*when)(const struct event *event); /* told by the fields before; NULL: always */
};

/* The fields of a type in the order of JSON, *count of them; NULL and 0: it has none. */
const struct event_field *event_fields(enum event_type type, size_t *count);

/* Has the event this field? */
bool event_field_applies(const struct event_field *field, const struct event *event);

/* Rounds all times to microseconds, as a recording has them: what is read back from one
 * is then what was written. */
void event_round(struct event *event);

/* The number that a field of so many bytes (1, 2, 4, 8) holds; sets it. */
int64_t event_field_number(const struct event_field *field, const struct event *event);
void event_field_set(const struct event_field *field, struct event *event, int64_t number);

#endif
