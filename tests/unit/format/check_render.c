/* check_render.c: events as JSON, by the contract's words; as text; and lines of
 * JSON that are broken in every way. */
#include "parse_json.h"
#include "render_json.h"
#include "render_text.h"
#include "render_timeline.h"

#include "event_fixture.h"
#include "suites.h"

#include <errno.h>
#include <jansson.h>
#include <signal.h>
#include <stdio.h>

/* Every byte that could do harm: controls, no UTF-8, U+202E, quotes, NUL. */
static const char hostile[] =
    "a\x1b[31m\r\b\x7f\"\\\x9b\xff\xc0\xaf\xed\xa0\x80\xe2\x80\xae\xf4\x90\x80\x80\n\0z";

/* A moment with two connections, one of them current, a zombie, settings. */
static void
begin(struct moment *now)
{
	fixture_begin(now, 2);
	fixture_fold(now, fixture_child(2, PROCESS_ZOMBIE, 9));
	fixture_fold(now, fixture_socket(2, END_SERVER, SOCKET_GONE, STATE_GONE));
	fixture_fold(now, fixture_event(EVENT_SETTINGS, "reap=none bind=127.0.0.1"));
	fixture_fold(now, fixture_call(ROLE_CLIENT, 1, CALL_READ, 0, ECONNRESET));
}

/* The event's line of JSON, read by a strict reader; the event is released. */
static json_t *
json_of(struct event *event, const struct moment *now)
{
	char *line = render_json(event, now);
	ck_assert_ptr_nonnull(line);
	ck_assert_ptr_null(strchr(line, '\n'));
	ck_assert_int_eq(strncmp(line, "{\"t\": ", 6), 0);
	json_error_t error;
	json_t *object = json_loads(line, JSON_REJECT_DUPLICATES, &error);
	ck_assert_msg(object != NULL, "%s: %s", error.text, line);
	ck_assert_str_eq(json_string_value(json_object_get(object, "type")),
	    event_type_name(event->type));
	free(line);
	event_release(event);
	return object;
}

/* Has the object each of the keys in "a b c"? */
static void
check_keys(const json_t *object, const char *keys)
{
	char key[64];
	ck_assert(json_is_object(object));
	while (sscanf(keys, "%63s", key) == 1) {
		ck_assert_msg(json_object_get(object, key) != NULL, "no key %s", key);
		keys += strspn(keys, " ");
		keys += strcspn(keys, " ");
	}
}

/* Is the key's text this? */
static void
check_word(const json_t *object, const char *key, const char *word)
{
	const json_t *value = json_object_get(object, key);
	ck_assert_msg(json_is_string(value), "%s is no text", key);
	ck_assert_str_eq(json_string_value(value), word);
}

static void
check_number(const json_t *object, const char *key, json_int_t number)
{
	const json_t *value = json_object_get(object, key);
	ck_assert_msg(json_is_integer(value), "%s is no whole number", key);
	ck_assert_int_eq(json_integer_value(value), number);
}

/* An event of each type, none of its parts empty. */
static struct event
sample(enum event_type type)
{
	struct event event = fixture_event(type, "text");
	switch ((int)type) {
	case EVENT_START: event_release(&event); return fixture_start("local");
	case EVENT_CALL:
		event_release(&event);
		return fixture_call(ROLE_CLIENT, 1, CALL_READ, 0, ECONNRESET);
	case EVENT_CONNECTION:
		event_release(&event);
		return fixture_connection(1, CONNECTION_OPENED);
	case EVENT_SOCKET:
		event_release(&event);
		return fixture_socket(1, END_CLIENT, SOCKET_CHANGED, STATE_CLOSE_WAIT);
	case EVENT_STATE:
		event_release(&event);
		return fixture_state(1, END_CLIENT, STATE_ESTABLISHED, STATE_CLOSE_WAIT);
	case EVENT_PROCESS:
		event_release(&event);
		return fixture_child(1, PROCESS_REAPED, SIGKILL);
	case EVENT_HOST:
		event_release(&event);
		event = fixture_host(HOST_SHUTTING_DOWN);
		event.host.kill_at = FIXTURE_MS(8000);
		event.detail = strdup("grace 5 s");
		break;
	case EVENT_SENT: case EVENT_ECHO:
		event.line.conn = 1;
		event.line.bytes = 5;
		break;
	case EVENT_TIMER:
		event.timer.conn = 1;
		event.timer.rto = 204000;
		event.timer.next_at = FIXTURE_MS(5000);
		event.timer.gives_up_at = FIXTURE_MS(9000);
		break;
	case EVENT_DETAILS:
		event_release(&event);
		return fixture_details(1, END_CLIENT);
	case EVENT_SIGNAL:
		event.signal.number = SIGKILL;
		event.signal.to = 301;
		break;
	case EVENT_DISPOSITIONS:
		event.dispositions.rows = calloc(1, sizeof *event.dispositions.rows);
		ck_assert_ptr_nonnull(event.dispositions.rows);
		event.dispositions.count = 1;
		event.dispositions.rows[0] = (struct disposition_row){.pid = 100,
		    .role = ROLE_SERVER, .signals = {.ignored = UINT64_C(1) << 12,
		    .caught = UINT64_C(1) << 16, .shared_pending = UINT64_C(1) << 63}};
		break;
	case EVENT_ALL:
		event.all.rows = calloc(2, sizeof *event.all.rows);
		ck_assert_ptr_nonnull(event.all.rows);
		event.all.count = 2;
		event.all.gone = 1;
		for (unsigned i = 0; i < 2; i++)
			event.all.rows[i] = fixture_socket(1 + i, END_CLIENT,
			    SOCKET_APPEARED, STATE_ESTABLISHED).socket.row;
		break;
	case EVENT_WHY:
		event.detail = strdup("What it is: this.\nWhat ends it: that.");
		memcpy(event.why.section, "5.9", 4);
		break;
	case EVENT_EXPECT:
		event.detail = strdup("nothing");
		break;
	case EVENT_SETTINGS:
		event_release(&event);
		return fixture_event(EVENT_SETTINGS, "reap=none bind=::1");
	default: break;
	}
	return event;
}

/* What the contract promises of each type; words behind a colon are those of its
 * first row. */
static const struct { enum event_type type; const char *keys, *row; } promises[] = {
	{EVENT_START, "version schema world host port wall", NULL},
	{EVENT_COMMAND, "text source", NULL},
	{EVENT_CALL, "process pid conn call result errno errno_name", NULL},
	{EVENT_CONNECTION, "what conn local remote", NULL},
	{EVENT_SENT, "conn text bytes", NULL},
	{EVENT_ECHO, "conn text bytes", NULL},
	{EVENT_SOCKET, "what proto recv_q send_q local remote state timer retransmits "
	    "inode owner_pid conn end", NULL},
	{EVENT_STATE, "conn end from to inferred", NULL},
	{EVENT_TIMER, "conn rto retransmits next_in gives_up_in", NULL},
	{EVENT_DETAILS, "conn end rtt rtt_variation rto backoff retransmits "
	    "total_retransmits probes unacked lost cwnd ssthresh mss bytes_sent "
	    "bytes_received sent_ago received_ago", NULL},
	{EVENT_PROCESS, "pid ppid role what tty stat command wchan peer cpu signal", NULL},
	{EVENT_SIGNAL, "signal to by", NULL},
	{EVENT_HOST, "what kill_in how", NULL},
	{EVENT_OUTPUT, "pid stream text", NULL},
	{EVENT_LOST, "count", NULL},
	{EVENT_SOCKETS, "rows", "proto recv_q send_q local remote state timer retransmits "
	    "inode owner_pid conn end"},
	{EVENT_PROCESSES, "rows", "pid ppid tty stat command wchan role peer cpu"},
	{EVENT_CONNECTIONS, "show rows", "conn local remote client server open child current "
	    "bytes_sent bytes_echoed"},
	{EVENT_SETTINGS, "rows", "name value"},
	{EVENT_DISPOSITIONS, "rows", "pid role signals"},
	{EVENT_ALL, "whole rows gone", "proto recv_q send_q local remote state timer "
	    "retransmits inode owner_pid conn end"},
	{EVENT_ERRNO, "process pid conn call result errno errno_name text why section",
	    NULL},
	{EVENT_WHY, "subject text section", NULL},
	{EVENT_EXPECT, "text pass got", NULL},
	{EVENT_SAY, "text", NULL},
	{EVENT_ASK, "text answers answer", NULL},
	{EVENT_LESSON, "what name section title", NULL},
	{EVENT_ERROR, "text", NULL},
	{EVENT_NOTE, "text", NULL},
	{EVENT_SUMMARY, "passed failed skipped", NULL},
	{EVENT_END, "status", NULL},
};

START_TEST(each_type_has_the_contracts_fields)
{
	struct moment now;
	ck_assert_uint_eq(sizeof promises / sizeof *promises, EVENT_TYPES);
	begin(&now);
	struct event event = sample(promises[_i].type);
	event.time = 3205000000;
	json_t *object = json_of(&event, &now);
	check_keys(object, promises[_i].keys);
	if (promises[_i].row != NULL)
		check_keys(json_array_get(json_object_get(object, "rows"), 0),
		    promises[_i].row);
	json_decref(object);
	moment_release(&now);
}
END_TEST

START_TEST(a_line_looks_as_in_the_contract)
{
	struct moment now;
	moment_init(&now);
	struct event event = sample(EVENT_STATE);
	event.time = 3205000499;
	char *line = render_json(&event, &now);
	ck_assert_str_eq(line, "{\"t\": 3.205, \"type\": \"state\", \"conn\": 1, "
	    "\"end\": \"client\", \"from\": \"ESTABLISHED\", "
	    "\"to\": \"CLOSE_WAIT\", \"inferred\": false}");
	free(line);
	event.time = INT64_C(86399123457000);
	line = render_json(&event, &now);
	ck_assert_int_eq(strncmp(line, "{\"t\": 86399.123457, ", 20), 0);
	free(line);
	moment_release(&now);
}
END_TEST

START_TEST(what_there_is_none_of_is_left_out)
{
	struct moment now;
	moment_init(&now);
	struct event event = fixture_call(ROLE_SERVER, 0, CALL_ACCEPT, 5, 0);
	json_t *object = json_of(&event, &now);
	ck_assert_ptr_null(json_object_get(object, "conn"));
	ck_assert_ptr_null(json_object_get(object, "errno"));
	ck_assert_ptr_null(json_object_get(object, "local"));
	check_word(object, "process", "server");
	check_number(object, "result", 5);
	json_decref(object);
	event = (struct event){.type = EVENT_ERRNO};
	object = json_of(&event, &now);
	ck_assert(json_is_null(json_object_get(object, "call")));
	json_decref(object);
	event = fixture_socket(0, END_NONE, SOCKET_APPEARED, STATE_LISTEN);
	object = json_of(&event, &now);
	ck_assert(json_is_null(json_object_get(object, "conn")));
	ck_assert(json_is_null(json_object_get(object, "end")));
	check_word(object, "local", "*:9877");
	check_word(object, "remote", "*:*");
	json_decref(object);
	moment_release(&now);
}
END_TEST

START_TEST(ends_of_processes_are_told)
{
	struct moment now;
	moment_init(&now);
	struct event event = fixture_child(1, PROCESS_REAPED, SIGKILL);
	json_t *object = json_of(&event, &now);
	check_word(object, "signal", "SIGKILL");
	ck_assert_ptr_null(json_object_get(object, "status"));
	json_decref(object);
	event = fixture_child(1, PROCESS_ZOMBIE, 3 << 8);
	object = json_of(&event, &now);
	check_number(object, "status", 3);
	ck_assert_ptr_null(json_object_get(object, "signal"));
	json_decref(object);
	event = fixture_child(1, PROCESS_FORKED, -1);
	object = json_of(&event, &now);
	ck_assert_ptr_null(json_object_get(object, "status"));
	check_word(object, "peer", "127.0.0.1:40001");
	json_decref(object);
	event = fixture_call(ROLE_SERVER, 0, CALL_WAITPID, 301, 0);
	event.call.status = SIGKILL;
	object = json_of(&event, &now);
	check_word(object, "signal", "SIGKILL");
	json_decref(object);
	moment_release(&now);
}
END_TEST

START_TEST(snapshots_show_what_is_there)
{
	struct moment now;
	begin(&now);
	struct event event = {.type = EVENT_SOCKETS};
	json_t *object = json_of(&event, &now);
	ck_assert_uint_eq(json_array_size(json_object_get(object, "rows")), 4);
	json_decref(object);
	event = (struct event){.type = EVENT_PROCESSES};
	object = json_of(&event, &now);
	const json_t *rows = json_object_get(object, "rows");
	ck_assert_uint_eq(json_array_size(rows), 4);
	check_word(json_array_get(rows, 3), "signal", "SIGKILL"); /* the zombie */
	json_decref(object);
	event = (struct event){.type = EVENT_SETTINGS}; /* without a text: now's */
	object = json_of(&event, &now);
	rows = json_object_get(object, "rows");
	ck_assert_uint_eq(json_array_size(rows), 2);
	check_word(json_array_get(rows, 1), "name", "bind");
	check_word(json_array_get(rows, 1), "value", "127.0.0.1");
	json_decref(object);
	event = (struct event){.type = EVENT_CONNECTIONS};
	object = json_of(&event, &now);
	rows = json_object_get(object, "rows");
	ck_assert(json_is_true(json_object_get(json_array_get(rows, 0), "current")));
	ck_assert(json_is_false(json_object_get(json_array_get(rows, 1), "current")));
	json_decref(object);
	event = (struct event){.type = EVENT_ERRNO};
	object = json_of(&event, &now);
	check_word(object, "errno_name", "ECONNRESET");
	check_word(object, "text", "Connection reset by peer");
	json_decref(object);
	moment_release(&now);
}
END_TEST

START_TEST(dispositions_come_back)
{
	struct moment now;
	struct event event = sample(EVENT_DISPOSITIONS), again;
	moment_init(&now);
	char *line = render_json(&event, &now);
	ck_assert_ptr_nonnull(strstr(line, "\"ignored\": [\"SIGPIPE\"]"));
	ck_assert_ptr_nonnull(strstr(line, "\"caught\": [\"SIGCHLD\"]"));
	ck_assert_int_eq(render_json_parse(line, &again), 0);
	ck_assert_uint_eq(again.dispositions.count, 1);
	const struct disposition_row *row = &again.dispositions.rows[0];
	ck_assert_int_eq(row->pid, 100);
	ck_assert_int_eq(row->role, ROLE_SERVER);
	ck_assert_uint_eq(row->signals.ignored, UINT64_C(1) << 12);
	ck_assert_uint_eq(row->signals.caught, UINT64_C(1) << 16);
	ck_assert_uint_eq(row->signals.shared_pending, UINT64_C(1) << 63);
	free(line);
	event_release(&event);
	event_release(&again);
	moment_release(&now);
}
END_TEST

/* Hostile bytes everywhere that text is taken from: still JSON, still text. */
START_TEST(hostile_bytes_are_harmless)
{
	struct moment now;
	begin(&now);
	struct event event = sample((enum event_type)_i);
	ck_assert_int_eq(event_set_text(&event, hostile, sizeof hostile - 1), 0);
	free(event.detail);
	event.detail = strdup(hostile);
	if (event.type == EVENT_PROCESS) {
		snprintf(event.process.row.command,
		    sizeof event.process.row.command, "%s", hostile);
		snprintf(event.process.row.tty, sizeof event.process.row.tty,
		    "\xff\xff\x1b");
	}
	ck_assert_int_eq(moment_apply(&now, &event), 0);
	char *text = render_text(&event, &now), *line = render_timeline(&event, false);
	for (const char *at = text; at != NULL && *at != '\0'; at++)
		ck_assert_msg((unsigned char)*at >= ' ' || *at == '\n',
		    "byte %d in text", *at);
	for (const char *at = line; at != NULL && *at != '\0'; at++)
		ck_assert_msg((unsigned char)*at >= ' ' && *at != 0x7f,
		    "byte %d in the timeline", *at);
	if (text != NULL)
		ck_assert(strstr(text, "\xe2\x80\xae") == NULL);
	free(text);
	free(line);
	json_decref(json_of(&event, &now));
	moment_release(&now);
}
END_TEST

/* A peer's text comes back as it was, but for what is no UTF-8. */
START_TEST(text_comes_back)
{
	struct moment now;
	struct event event = fixture_event(EVENT_ECHO, "tab\tgr\xc3\xbc\xc3\x9f"), again;
	moment_init(&now);
	event.line.conn = 7;
	event.line.bytes = 10;
	char *line = render_json(&event, &now);
	ck_assert_int_eq(render_json_parse(line, &again), 0);
	ck_assert_str_eq(again.text, event.text);
	ck_assert_uint_eq(again.length, event.length);
	ck_assert_uint_eq(again.line.conn, 7);
	ck_assert_uint_eq(again.line.bytes, 10);
	free(line);
	event_release(&event);
	event_release(&again);
	moment_release(&now);
}
END_TEST

/* The timeline's line for the event, which is released; "" for none. */
static void
check_timeline(struct event event, const char *wanted)
{
	event.time = FIXTURE_MS(3204);
	char *line = render_timeline(&event, false);
	if (wanted == NULL)
		ck_assert_ptr_null(line);
	else
		ck_assert_str_eq(line, wanted);
	free(line);
	event_release(&event);
}

/* Numbers come back with the bytes that they were on the wire. */
START_TEST(hex_comes_back)
{
	struct moment now;
	struct event event = fixture_event(EVENT_SENT, "1 2"), again;
	moment_init(&now);
	event.line.conn = 1;
	event.line.bytes = 8;
	event.detail = strdup("00 00 00 01 00 00 00 02");
	char *line = render_json(&event, &now);
	ck_assert_ptr_nonnull(strstr(line, "\"text\": \"1 2\", \"bytes\": 8, "
	    "\"hex\": \"00 00 00 01 00 00 00 02\""));
	ck_assert_int_eq(render_json_parse(line, &again), 0);
	ck_assert_str_eq(again.text, "1 2");
	ck_assert_str_eq(again.detail, event.detail);
	free(line);
	event_release(&again);
	check_timeline(event, "3.204 sent    conn 1  1 2  = 00 00 00 01 00 00 00 02");
	event = fixture_event(EVENT_ECHO, "3");
	json_t *object = json_of(&event, &now);
	ck_assert_ptr_null(json_object_get(object, "hex"));
	json_decref(object);
	moment_release(&now);
}
END_TEST

/* What something means comes back with its paragraphs. */
START_TEST(why_comes_back)
{
	struct moment now;
	struct event event = sample(EVENT_WHY), again;
	moment_init(&now);
	char *line = render_json(&event, &now), *text = render_text(&event, &now);
	ck_assert_int_eq(render_json_parse(line, &again), 0);
	ck_assert_str_eq(again.text, event.text);
	ck_assert_str_eq(again.detail, event.detail);
	ck_assert_str_eq(again.why.section, "5.9");
	ck_assert_str_eq(text, "why: text\n  What it is: this.\n"
	    "  What ends it: that.\n  UNP 5.9, Handling SIGCHLD Signals\n");
	free(line);
	free(text);
	event_release(&again);
	check_timeline(event, "3.204 why     text");
	moment_release(&now);
}
END_TEST

/* What setsockopt and sigaction were given. */
START_TEST(what_calls_were_about_comes_back)
{
	struct moment now;
	struct event event = fixture_call(ROLE_CLIENT, 1, CALL_SETSOCKOPT, 0, 0), again;
	moment_init(&now);
	event.call.about = OPTION_TCP_KEEPIDLE;
	event.call.value = 7;
	json_t *object = json_of(&event, &now);
	check_word(object, "option", "TCP_KEEPIDLE");
	check_number(object, "value", 7);
	json_decref(object);
	char *line = render_json(&event, &now);
	ck_assert_int_eq(render_json_parse(line, &again), 0);
	ck_assert_mem_eq(&again.call, &event.call, sizeof event.call);
	free(line);
	check_timeline(event, "3.204 client  setsockopt conn 1 TCP_KEEPIDLE 7 = 0");
	event = fixture_call(ROLE_CLIENT, 0, CALL_SIGACTION, 0, EINVAL);
	event.call.about = SIGKILL;
	event.call.value = DISPOSITION_CATCH;
	object = json_of(&event, &now);
	check_word(object, "signal", "SIGKILL");
	check_word(object, "disposition", "catch");
	json_decref(object);
	line = render_json(&event, &now);
	ck_assert_int_eq(render_json_parse(line, &again), 0);
	ck_assert_int_eq(again.call.about, SIGKILL);
	ck_assert_int_eq(again.call.value, DISPOSITION_CATCH);
	ck_assert_int_eq(again.call.status, 0);
	free(line);
	check_timeline(event, "3.204 client  sigaction SIGKILL catch: EINVAL");
	event = fixture_call(ROLE_CLIENT, 1, CALL_CLOSE, 0, 0);
	event.call.about = STATE_CLOSE_WAIT;
	event.call.value = 5;
	object = json_of(&event, &now);
	check_word(object, "state", "CLOSE_WAIT");
	check_number(object, "unread", 5);
	json_decref(object);
	line = render_json(&event, &now);
	ck_assert_int_eq(render_json_parse(line, &again), 0);
	ck_assert_mem_eq(&again.call, &event.call, sizeof event.call);
	free(line);
	check_timeline(event, "3.204 client  close conn 1 = 0");
	moment_release(&now);
}
END_TEST

/* Every type is read back with its own type; then cut at each place, and with
 * each byte changed: taken or refused, and nothing worse. */
START_TEST(broken_lines_are_refused)
{
	struct moment now, folded;
	struct event event = sample((enum event_type)_i), again;
	begin(&now);
	moment_init(&folded);
	char *line = render_json(&event, &now);
	size_t length = strlen(line);
	ck_assert_int_eq(render_json_parse(line, &again), 0);
	ck_assert_int_eq(again.type, event.type);
	event_release(&again);
	for (size_t cut = 0; cut < length; cut++) {
		char *part = strndup(line, cut);
		ck_assert_int_eq(render_json_parse(part, &again), -1);
		ck_assert_int_eq(errno, EINVAL);
		free(part);
	}
	for (size_t at = 0; at < length; at++) {
		static const char others[] = "\"0-9x{}[],:\x80n";
		char before = line[at];
		for (const char *other = others; *other != '\0'; other++) {
			line[at] = *other;
			if (render_json_parse(line, &again) < 0)
				continue;
			if (again.type == EVENT_CONNECTION && again.connection.conn > 1000)
				again.connection.conn = 1;
			ck_assert_int_eq(moment_apply(&folded, &again), 0);
			event_release(&again);
		}
		line[at] = before;
	}
	free(line);
	event_release(&event);
	moment_release(&folded);
	moment_release(&now);
}
END_TEST

static const char *const wrong[] = {
	"", "null", "[]", "1", "{}", "{\"t\": 1}", "{\"type\": \"say\"}", "\xff",
	"{\"t\": 1, \"type\": \"no such\"}",
	"{\"t\": \"1\", \"type\": \"sockets\"}",
	"{\"t\": 1e300, \"type\": \"sockets\"}",
	"{\"t\": 1, \"t\": 1, \"type\": \"sockets\"}",
	"{\"t\": 1, \"type\": \"sockets\"} x",
	"{\"t\": 1, \"type\": \"say\"}",
	"{\"t\": 1, \"type\": \"say\", \"text\": 5}",
	"{\"t\": 1, \"type\": \"say\", \"text\": \"a\\u0000b\"}",
	"{\"t\": 1, \"type\": \"connection\", \"what\": \"opened\", \"conn\": 4294967295}",
	"{\"t\": 1, \"type\": \"connection\", \"what\": \"opened\", \"conn\": -1}",
	"{\"t\": 1, \"type\": \"connection\", \"what\": \"opened\", \"conn\": 1, \"local\": \"x\"}",
	"{\"t\": 1, \"type\": \"state\", \"conn\": 1, \"end\": \"client\", "
	    "\"from\": \"GONE\", \"to\": \"UNKNOWN\"}",
	"{\"t\": 1, \"type\": \"echo\", \"conn\": 1, \"bytes\": 1, \"text\": \"a\", \"raw\": "
	"\"g0\"}",
	"{\"t\": 1, \"type\": \"echo\", \"conn\": 1, \"bytes\": 1, \"text\": \"a\", \"raw\": "
	"\"61a\"}",
	"{\"t\": 1, \"type\": \"host\", \"what\": \"?\"}",
	"{\"t\": 1, \"type\": \"lost\", \"count\": 4294967296}",
	"{\"t\": 1, \"type\": \"lost\", \"count\": 1.5}",
	"{\"t\": 1, \"type\": \"signal\", \"signal\": \"SIGNONE\", \"to\": 1, \"by\": \"user\"}",
	"{\"t\": 1, \"type\": \"settings\", \"rows\": [1]}",
	"{\"t\": 1, \"type\": \"settings\"}",
	"{\"t\": 1, \"type\": \"dispositions\", \"rows\": [{}]}",
	"{\"t\": 1, \"type\": \"start\", \"host\": \"h\", \"world\": \"w\", \"port\": 65536}",
	"{\"t\": 1, \"type\": \"start\", \"schema\": 2, "
	    "\"host\": \"h\", \"world\": \"w\", \"port\": 1}",
};

START_TEST(wrong_lines_are_refused)
{
	struct event event = {.type = EVENT_DISPOSITIONS};
	errno = 0;
	ck_assert_msg(render_json_parse(wrong[_i], &event) == -1, "taken: %s", wrong[_i]);
	ck_assert_int_eq(errno, EINVAL);
	ck_assert_ptr_null(event.text);
	event_release(&event);
}
END_TEST

/* Later programs may say more. */
START_TEST(unknown_keys_are_passed_over)
{
	struct event event;
	ck_assert_int_eq(render_json_parse("{\"type\": \"say\", \"new\": [1, {}], "
	    "\"text\": \"hello\", \"t\": 2}", &event), 0);
	ck_assert_int_eq(event.time, 2 * FIXTURE_MS(1000));
	ck_assert_str_eq(event.text, "hello");
	event_release(&event);
}
END_TEST

START_TEST(the_timeline_has_its_shape)
{
	struct event event = fixture_event(EVENT_COMMAND, "kill child");
	event.command.source = SOURCE_KEY;
	check_timeline(event, "3.204 key     kill child");
	check_timeline(fixture_event(EVENT_COMMAND, "expect eof"), NULL); /* its outcome says it */
	check_timeline(fixture_event(EVENT_COMMAND, "say look"), NULL);
	check_timeline(sample(EVENT_SIGNAL), "3.204 signal  SIGKILL → 301");
	event = fixture_call(ROLE_SERVER, 0, CALL_WAITPID, 19315, 0);
	event.call.status = SIGKILL;
	check_timeline(event, "3.204 server  waitpid = 19315, signal 9");
	event = fixture_call(ROLE_SERVER, 0, CALL_WAITPID, 19315, 0);
	check_timeline(event, "3.204 server  waitpid = 19315, exit 0");
	check_timeline(sample(EVENT_STATE),
	    "3.204 conn 1  client ESTABLISHED → CLOSE_WAIT");
	event = fixture_state(12, END_SERVER, STATE_FIN_WAIT1, STATE_FIN_WAIT2);
	event.state.inferred = true;
	check_timeline(event,
	    "3.204 conn 12 server FIN_WAIT1 → FIN_WAIT2 (inferred)");
	check_timeline(sample(EVENT_CALL), "3.204 client  read conn 1: ECONNRESET");
	check_timeline(fixture_call(ROLE_CLIENT, 1, CALL_READ, 0, 0),
	    "3.204 client  read conn 1 = 0, end of file");
	check_timeline(sample(EVENT_SENT), "3.204 sent    conn 1  text");
	check_timeline(sample(EVENT_HOST), "3.204 host    shutting down (grace 5 s)");
	event = fixture_child(1, PROCESS_FORKED, -1);
	check_timeline(event, NULL); /* the server's own fork says it */
	event.process.row.peer.family = 0; /* of a server that reports nothing */
	check_timeline(event, "3.204 child   301 forked, serves conn 1");
	check_timeline(fixture_child(1, PROCESS_REAPED, SIGKILL),
	    "3.204 child   301 reaped, signal 9");
	check_timeline(sample(EVENT_EXPECT), "3.204 expect  FAILED text: got nothing");
	check_timeline(fixture_connection(1, CONNECTION_OPENED),
	    "3.204 conn 1  127.0.0.1:40001 → 127.0.0.1:9877");
}
END_TEST

START_TEST(the_timeline_passes_over)
{
	static const enum event_type none[] = {EVENT_SOCKET, EVENT_TIMER, EVENT_DETAILS,
	    EVENT_SOCKETS, EVENT_PROCESSES, EVENT_CONNECTIONS, EVENT_SETTINGS,
	    EVENT_DISPOSITIONS, EVENT_ERRNO};
	for (size_t i = 0; i < sizeof none / sizeof *none; i++)
		check_timeline(sample(none[i]), NULL);
	check_timeline(fixture_child(1, PROCESS_CHANGED, -1), NULL);
	check_timeline(fixture_call(ROLE_CLIENT, 1, CALL_WRITE, 6, 0), NULL);
	check_timeline(fixture_call(ROLE_CLIENT, 1, CALL_READ, 6, 0), NULL);
}
END_TEST

/* The headless text of the event, which is released. */
static void
check_text(struct event event, const struct moment *now, const char *wanted)
{
	event.time = FIXTURE_MS(3204);
	char *text = render_text(&event, now);
	if (wanted == NULL)
		ck_assert_ptr_null(text);
	else
		ck_assert_str_eq(text, wanted);
	free(text);
	event_release(&event);
}

START_TEST(headless_text_has_its_shape)
{
	struct moment now;
	moment_init(&now);
	check_text(sample(EVENT_SENT), &now, "3.204 sent    conn 1  text\n");
	check_text(sample(EVENT_ECHO), &now, "3.204 echo    conn 1  text\n");
	check_text(sample(EVENT_EXPECT), &now, "expect FAILED text: got nothing\n");
	struct event event = fixture_event(EVENT_EXPECT, "echo hello");
	event.expect.pass = true;
	check_text(event, &now, "expect ok echo hello\n");
	check_text(fixture_event(EVENT_ERROR, "no such\n"), &now, "error: no such\n");
	check_text(fixture_event(EVENT_SAY, "look"), &now, "say: look\n");
	check_text(fixture_ask("Who?", "I\nYou\x1b", 2, 0), &now,
	    "ask: Who?\n   1 I\n  =2 You^[\n");
	check_text(fixture_lesson(LESSON_BEGUN, "Five zombies"), &now,
	    "lesson zombies: Five zombies\n");
	check_text(fixture_lesson(LESSON_PASSED, "Five zombies"), &now,
	    "lesson zombies passed\n");
	check_text(fixture_lesson(LESSON_FAILED, "expect zombies 5"), &now,
	    "lesson zombies FAILED at line 12: expect zombies 5\n");
	check_text(fixture_lesson(LESSON_SKIPPED, "needs the lab"), &now,
	    "lesson zombies skipped: needs the lab\n");
	event = (struct event){.type = EVENT_SUMMARY, .summary = {3, 1, 2}};
	check_text(event, &now, "3 passed, 1 failed, 2 skipped\n");
	check_text(sample(EVENT_CALL), &now, "3.204 client  read conn 1: ECONNRESET\n");
	check_text(sample(EVENT_SETTINGS), &now, "settings: reap=none bind=::1\n");
	check_text(sample(EVENT_ERRNO), &now, "no call has failed\n");
	check_text(sample(EVENT_SOCKET), &now, NULL);
	check_text(sample(EVENT_TIMER), &now, NULL);
	check_text(sample(EVENT_DETAILS), &now, NULL);
	check_text(sample(EVENT_END), &now, NULL);
	check_text(fixture_child(1, PROCESS_CHANGED, -1), &now, NULL);
	moment_release(&now);
}
END_TEST

/* A call that failed has its reason below it. */
START_TEST(headless_text_gives_the_reason)
{
	struct moment now;
	struct event event = sample(EVENT_CALL);
	begin(&now);
	event.time = now.time + 1;
	ck_assert_int_eq(moment_apply(&now, &event), 0);
	char *text = render_text(&event, &now);
	ck_assert_ptr_nonnull(strstr(text, "read conn 1: ECONNRESET\n        The server's end"));
	ck_assert_ptr_nonnull(strstr(text, "(7.5)\n"));
	free(text);
	moment_release(&now);
}
END_TEST

/* Has the text of a snapshot this line? */
static void
check_table(enum event_type type, const struct moment *now, const char *line)
{
	struct event event = sample(type);
	char *text = render_text(&event, now);
	ck_assert_ptr_nonnull(text);
	ck_assert_msg(strstr(text, line) != NULL, "no \"%s\" in\n%s", line, text);
	ck_assert_int_eq(text[strlen(text) - 1], '\n');
	free(text);
	event_release(&event);
}

START_TEST(snapshots_are_tables)
{
	struct moment now;
	begin(&now);
	check_table(EVENT_SOCKETS, &now, "Proto Recv-Q Send-Q Local Address ");
	check_table(EVENT_SOCKETS, &now, "tcp        0      0 *:9877                 "
	    "*:*                    LISTEN      off (0.00/0/0)         100\n");
	check_table(EVENT_PROCESSES, &now, "    PID    PPID TT       STAT  COMMAND ");
	check_table(EVENT_PROCESSES, &now, "    301     100 pts/6    S     "
	    "tcpserv 9877                         conn 1                wait_woken/read\n");
	check_table(EVENT_CONNECTIONS, &now, "*    1 127.0.0.1:40001 ");
	check_table(EVENT_DISPOSITIONS, &now, "        ignored        SIGPIPE\n");
	check_table(EVENT_ERRNO, &now,
	    "ECONNRESET (104): Connection reset by peer\nclient: read conn 1\n");
	moment_release(&now);
}
END_TEST

Suite *
render_suite(void)
{
	Suite *suite = suite_create("render");
	TCase *tests = tcase_create("render");
	tcase_add_loop_test(tests, each_type_has_the_contracts_fields, 0, EVENT_TYPES);
	tcase_add_test(tests, a_line_looks_as_in_the_contract);
	tcase_add_test(tests, what_there_is_none_of_is_left_out);
	tcase_add_test(tests, ends_of_processes_are_told);
	tcase_add_test(tests, snapshots_show_what_is_there);
	tcase_add_test(tests, dispositions_come_back);
	tcase_add_loop_test(tests, hostile_bytes_are_harmless, 0, EVENT_TYPES);
	tcase_add_test(tests, text_comes_back);
	tcase_add_test(tests, hex_comes_back);
	tcase_add_test(tests, why_comes_back);
	tcase_add_test(tests, what_calls_were_about_comes_back);
	tcase_add_loop_test(tests, broken_lines_are_refused, 0, EVENT_TYPES);
	tcase_add_loop_test(tests, wrong_lines_are_refused, 0,
	    (int)(sizeof wrong / sizeof *wrong));
	tcase_add_test(tests, unknown_keys_are_passed_over);
	tcase_add_test(tests, the_timeline_has_its_shape);
	tcase_add_test(tests, the_timeline_passes_over);
	tcase_add_test(tests, headless_text_has_its_shape);
	tcase_add_test(tests, headless_text_gives_the_reason);
	tcase_add_test(tests, snapshots_are_tables);
	suite_add_tcase(suite, tests);
	return suite;
}
