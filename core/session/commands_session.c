/* commands_session.c: showing, waiting, starting again, leaving. */
#include "arguments.h"
#include "client.h"
#include "command.h"
#include "commands.h"
#include "explain.h"
#include "host.h"
#include "host_silence.h"
#include "scenario_library.h"
#include "server.h"
#include "server_guest.h"
#include "server_state.h"
#include "session_state.h"
#include "wire_long.h"


#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { WHY_WORDS = 128 };

/* The length without closing blanks. */
static size_t
length_without_blanks(const char *text, size_t length)
{
	while (length > 0 && (text[length - 1] == ' ' || text[length - 1] == '\t'))
		length--;
	return length;
}

/* What can be shown; a picture is of the current connection, and drawn by who can. */
static const struct { const char *name; enum event_type type; bool picture; } snapshots[] = {
	{"sockets", EVENT_SOCKETS, false}, {"processes", EVENT_PROCESSES, false},
	{"connections", EVENT_CONNECTIONS, false}, {"settings", EVENT_SETTINGS, false},
	{"errno", EVENT_ERRNO, false}, {"dispositions", EVENT_DISPOSITIONS, false},
	{"all", EVENT_ALL, false}, {"details", EVENT_CONNECTIONS, false},
	{"states", EVENT_CONNECTIONS, true}, {"figures", EVENT_CONNECTIONS, true},
	{"bytes", EVENT_CONNECTIONS, true},
};

/* Reads what each process does with each signal. */
static void
read_dispositions(struct session *session, struct event *event)
{
	const struct moment *now = log_now(session->world.log);
	struct disposition_row *rows = calloc(now->process_count + 1, sizeof *rows);
	size_t count = 0;
	if (rows == NULL)
		return;
	for (const struct moment_process *process = NULL;
	    (process = moment_next_process(now, process)) != NULL;) {
		rows[count].pid = process->row.pid;
		rows[count].role = process->row.role;
		if (process_signals_read(&rows[count].signals, process->row.pid) == 0)
			count++;
	}
	event->dispositions.rows = rows;
	event->dispositions.count = count;
}

/* Has the table been read since, or is it too late for that? */
static bool
show_has_read(struct session *session, struct running *running)
{
	return socket_watch_read_at(session->world.sockets) >= running->begun_at ||
	    loop_now(session->world.loop) >= running->deadline;
}

/* Both tables are to be looked at. */
static void
look_again(struct session *session, struct running *running)
{
	running->deadline = running->begun_at + SECONDS(1);
	socket_watch_force(session->world.sockets);
	process_watch_refresh(session->world.processes);
}

/* show WHAT */
void
take_show(struct running *running, const char *arguments)
{
	size_t count = sizeof snapshots / sizeof *snapshots, number = 0;
	while (number < count && strcmp(arguments, snapshots[number].name) != 0)
		number++;
	running->number = (int)number;
	if (number == count)
		refuse(running, "show wants sockets, processes, connections, settings, errno, "
		    "dispositions, all, details, states, figures or bytes");
}

void
command_show(struct session *session, struct running *running)
{
	int number = running->number;
	const char *name = snapshots[number].name;
	if (strcmp(name, "details") == 0)
		socket_watch_follow_details(session->world.sockets);
	look_again(session, running);
	if (snapshots[number].type == EVENT_ALL) {
		running->deadline = running->begun_at + SECONDS(5);
		if (session->show == NULL)
			all_sockets_read(session->world.all);
	}
	if (session->show != NULL)
		session->show(session->show_context, name);
}

/* show why [WHAT] */
void
take_why(struct running *running, const char *arguments)
{
	struct explain_subject subject;
	char error[EXPLAIN_ERROR];
	if (!explain_parse(&subject, arguments, error))
		refuse(running, "%s", error);
}

/* On a screen its pane, which looks for itself. */
void
command_show_why(struct session *session, struct running *running)
{
	char pane[WHY_WORDS];
	look_again(session, running);
	snprintf(pane, sizeof pane, "why %s", running->arguments);
	running->step = session->show != NULL && session->show(session->show_context, pane);
}

/* Without a screen: an event. */
bool
show_why_done(struct session *session, struct running *running)
{
	struct explain_subject subject;
	struct explanation explanation;
	const struct explain_view view = {.moment = log_now(session->world.log),
	    .log = session->world.log, .end = log_end(session->world.log),
	    .command = command_says};
	struct event event;
	char error[EXPLAIN_ERROR];
	if (!show_has_read(session, running))
		return false;
	if (running->step != 0)
		return true;
	bool good = explain_parse(&subject, running->arguments, error) &&
	    explain(&subject, &view, &explanation, error);
	if (!good && subject.kind == EXPLAIN_LAST)
		world_note(&session->world, "%s", error); /* nothing has failed: no error */
	else if (!good)
		world_error(&session->world, "%s", error);
	else if (explain_to_event(&explanation, &event)) {
		event.time = loop_now(session->world.loop);
		world_append(&session->world, &event);
	}
	if (good)
		explain_release(&explanation);
	return true;
}

/* The tables have been looked at since: now the snapshot. */
bool
show_done(struct session *session, struct running *running)
{
	if (snapshots[running->number].type == EVENT_ALL) /* told by who reads them */
		return all_sockets_rest(session->world.all) || session->show != NULL ||
		    loop_now(session->world.loop) >= running->deadline;
	if (!show_has_read(session, running))
		return false;
	struct event event = {.time = loop_now(session->world.loop),
	    .type = snapshots[running->number].type};
	if (event.type == EVENT_DISPOSITIONS)
		read_dispositions(session, &event);
	if (snapshots[running->number].picture)
		event_set_text(&event, snapshots[running->number].name,
		    strlen(snapshots[running->number].name));
	if (event.type == EVENT_SETTINGS && server_is_tcpserv(&session->world))
		server_tell_settings(&session->world);
	else if (event.type == EVENT_SETTINGS)
		world_note(&session->world, "settings are tcpserv's, and the server here is "
		    "another one");
	else
		world_append(&session->world, &event);
	return true;
}

/* wait SECONDS */
void
take_wait(struct running *running, const char *arguments)
{
	running->given.time = argument_seconds(arguments);
	if (running->given.time < 0)
		refuse(running, "wait wants seconds, as in: wait 1.5");
}

void
command_wait(struct session *session, struct running *running)
{
	(void)session;
	running->deadline = running->begun_at + running->given.time;
	running->look_at = INT64_MAX;
}

/* The deadline is when it is over. */
bool
wait_done(struct session *session, struct running *running)
{
	return loop_now(session->world.loop) >= running->deadline;
}

/* say TEXT */
void
command_say(struct session *session, struct running *running)
{
	struct event event = {.time = loop_now(session->world.loop), .type = EVENT_SAY};
	char *text = argument_text(running->arguments);
	if (text != NULL)
		event_set_text(&event, text, strlen(text));
	free(text);
	world_append(&session->world, &event);
}

/* Reads TEXT | ANSWER | ANSWER... = N into the event; false: it is not so. */
static bool
parse_ask(struct event *event, const char *arguments)
{
	size_t length = strcspn(arguments, "|"), count = 0;
	const char *equals = strrchr(arguments, '='), *rest = "";
	if (equals == NULL || arguments[length] == '\0' || equals < arguments + length)
		return false;
	const char *number = equals + 1 + strspn(equals + 1, " \t");
	long answer = argument_number(number, &rest);
	size_t all = (size_t)(equals - (arguments + length + 1));
	char *answers = strndup(arguments + length + 1, all), *to = answers;
	if (answers == NULL || event_set_text(event, arguments,
	    length_without_blanks(arguments, length)) < 0) {
		free(answers);
		return false;
	}
	for (char *from = answers; from != NULL; count++) {
		char *next = strchr(from, '|');
		size_t size = next != NULL ? (size_t)(next - from) : strlen(from);
		size_t blanks = strspn(from, " \t") < size ? strspn(from, " \t") : size;
		size_t word = length_without_blanks(from + blanks, size - blanks);
		memmove(to, from + blanks, word);
		to += word;
		*to++ = '\n';
		from = next != NULL ? next + 1 : NULL;
	}
	to[-1] = '\0';
	event->detail = answers;
	event->ask.answer = (unsigned)answer;
	return *rest == '\0' && answer >= 1 && (size_t)answer <= count && count > 1;
}

/* ask TEXT | ANSWER | ANSWER... = N */
void
take_ask(struct running *running, const char *arguments)
{
	struct event event = {.type = EVENT_ASK};
	if (!parse_ask(&event, arguments))
		refuse(running, "ask wants TEXT | ANSWER | ANSWER... = N, as in: ask Who gets "
		    "the FIN? | The client | Nobody = 1");
	event_release(&event);
}

void
command_ask(struct session *session, struct running *running)
{
	struct event event = {.type = EVENT_ASK};
	if (!parse_ask(&event, running->arguments)) {
		event_release(&event);
		refuse(running, "out of memory");
		return;
	}
	event.time = loop_now(session->world.loop);
	session->chosen = 0;
	world_append(&session->world, &event);
}

/* The room has chosen, or there is none. */
bool
ask_done(struct session *session, struct running *running)
{
	struct event event = {.type = EVENT_ASK};
	running->deadline = running->look_at = INT64_MAX;
	if (!session->room)
		return true;
	if (session->chosen == 0)
		return false;
	if (parse_ask(&event, running->arguments)) {
		event.time = loop_now(session->world.loop);
		event.ask.chosen = session->chosen;
		world_append(&session->world, &event);
	} else {
		event_release(&event);
	}
	return true;
}

/* lessons: on a screen their menu; else a line for each. */
void
command_lessons(struct session *session, struct running *running)
{
	char error[SCENARIO_ERROR];
	struct scenario *scenarios;
	size_t count;
	(void)running;
	if (session->show != NULL && session->show(session->show_context, "lessons"))
		return;
	if (scenario_library_load(&scenarios, &count, session->world.directory, error) < 0)
		world_error(&session->world, "%s", error);
	for (size_t i = 0; i < count; i++)
		world_note(&session->world, "%s, UNP %s: %s", scenarios[i].name,
		    scenarios[i].section, scenarios[i].title);
	scenario_library_free(scenarios, count);
}

/* play NAME */
void
take_play(struct running *running, const char *arguments)
{
	if (*arguments == '\0')
		refuse(running, "play wants a lesson's name, as in: play zombies; lessons shows "
		    "them");
}

void
command_play(struct session *session, struct running *running)
{
	const char *arguments = running->arguments;
	char error[SESSION_ERROR];
	char *name = strndup(arguments, length_without_blanks(arguments, strlen(arguments)));
	if (name == NULL)
		refuse(running, "out of memory");
	else if (session->play == NULL)
		refuse(running, "play wants a screen; without one: tcpconsole --headless --play "
		    "%.80s", name);
	else if (!session->play(session->play_context, name, error))
		refuse(running, "%s", error);
	free(name);
}

/* help: on a screen its own page; else the table. */
void
command_help(struct session *session, struct running *running)
{
	size_t count;
	const struct command *table = command_table(&count);
	(void)running;
	if (session->show != NULL && session->show(session->show_context, "help"))
		return;
	for (size_t i = 0; i < count; i++)
		world_note(&session->world, "%s%s%s: %s", table[i].name,
		    table[i].arguments[0] != '\0' ? " " : "", table[i].arguments,
		    table[i].help);
}

/* Ends every process of the session; their sockets go without a trace. */
static void
end_all(struct session *session)
{
	const struct moment *now = log_now(session->world.log);
	host_heal(&session->world);
	launcher_wake(session->world.launcher);
	if (session->world.server.guest != NULL) /* it may have forked since */
		process_watch_refresh(session->world.processes);
	guest_end(&session->world);
	for (size_t i = 0; i < now->process_count; i++) {
		const struct moment_process *process = &now->processes[i];
		bool client = process->row.role == ROLE_CLIENT;
		if (!moment_process_runs(process) || (!client && !session->world.server.ours))
			continue;
		host_vanish(&session->world, process->row.pid);
		session->world.client.vanishing |= client && !session->world.host.refused;
		process_watch_signal(session->world.processes, process->row.pid, SIGKILL);
	}
}

enum { RESET_ENDING, RESET_STARTING };

/* reset: everything ends; reset_done starts it afresh. */
void
command_reset(struct session *session, struct running *running)
{
	running->told = log_now(session->world.log)->host_state != HOST_UP;
	session->world.server.settings = session->world.server.initial;
	session->world.client.sigpipe = DISPOSITION_DEFAULT;
	session->world.client.timeout = 0;
	session->world.client.keepalive = session->world.client.long_bits = 0;
	session->world.client.byte_order = WIRE_NATIVE;
	session->world.client.reads_always = session->world.client.exit_on_eof = false;
	socket_watch_user_timeout(session->world.sockets, 0);
	end_all(session);
	running->step = RESET_ENDING;
}

/* Is any process of ours left, zombies counted? */
static bool
somebody_is_left(const struct session *session)
{
	const struct moment *now = log_now(session->world.log);
	for (const struct moment_process *process = NULL;
	    (process = moment_next_process(now, process)) != NULL;)
		if (session->world.server.ours || process->row.role == ROLE_CLIENT)
			return true;
	return session->world.client.starting || session->world.server.starting;
}

/* All ended, then the server and the client fresh. */
bool
reset_done(struct session *session, struct running *running)
{
	if (running->step == RESET_ENDING) {
		if (somebody_is_left(session) || process_watch_adopt(
		    session->world.processes, launcher_guard(session->world.launcher))) {
			end_all(session);
			return false;
		}
		if (running->told) {
			struct event event = {.time = loop_now(session->world.loop),
			    .type = EVENT_HOST};
			event.host.what = HOST_UP;
			world_append(&session->world, &event);
		}
		if (server_is_tcpserv(&session->world))
			server_tell_settings(&session->world);
		if (session->world.server.ours)
			server_start(&session->world);
		client_start(&session->world);
		socket_watch_force(session->world.sockets);
		running->step = RESET_STARTING;
	}
	return server_is_settled(&session->world) && !session->world.client.starting;
}

/* quit: the client first, so that TIME_WAIT is on its side and the next server
 * can bind; then the rest. */
void
command_quit(struct session *session, struct running *running)
{
	running->deadline = running->begun_at + SECONDS(1);
	host_heal(&session->world);
	if (session->world.client.pid != 0)
		world_signal(&session->world, session->world.client.pid, SIGKILL, BY_CONSOLE);
}

/* The client has ended: so do the others, and the guard. */
bool
quit_done(struct session *session, struct running *running)
{
	if (session->world.client.channel != NULL &&
	    loop_now(session->world.loop) < running->deadline)
		return false;
	world_end(&session->world);
	socket_watch_read(session->world.sockets); /* the log ends with what is left */
	session->world.ended = true;
	return true;
}
