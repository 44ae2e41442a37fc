/* console.c: the session, the screen and the keyboard, joined.
 *
 * Sessions can follow each other, a lesson in each; screen, keyboard and prompt stay.
 *
 * Everything comes through the session's one loop: keys, signals, timers and the
 * log's events.  Each handler says what has changed, and marks the screen dirty;
 * only the frame draws, at most every FRAME ns however many events came, and the less
 * often the longer it takes.  A key does not wait for that.  A second
 * timer wakes a screen that would change by itself: something counts down, a row
 * that is gone fades.  At rest nothing wakes it.
 *
 * The console is static: readline and curses know one a process anyway, and the
 * log, which outlives it, may still call its reader. */
#include "console.h"

#include "cannot_start.h"
#include "complain.h"
#include "console_internal.h"
#include "escape.h"
#include "exit_status.h"
#include "history.h"
#include "keyboard.h"
#include "terminal.h"

#include <errno.h>
#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <unistd.h>

#define NOTICE SECONDS(5)

/* So many pasted lines take a while. */
enum { MANY_LINES = 20 };

/* A new session shows itself once it stands, not while it is built up. */
#define SETTLING MILLISECONDS(70)


static struct console console;

/* Something has changed: there will be a frame. */
void
console_mark(struct console *self)
{
	int64_t now = loop_now(self->loop);
	int64_t at = frame_pace_next(&self->pace);
	if (!timer_is_running(self->frame))
		timer_at(self->frame, at > now ? at : now);
}

/* A key was pressed: what it changed is shown at once. */
static void
hurry(struct console *self)
{
	int64_t now = loop_now(self->loop);
	int64_t at = frame_pace_next_for_key(&self->pace);
	if (self->frame != NULL && timer_is_running(self->frame))
		timer_no_later(self->frame, at > now ? at - now : 0);
}

/* What a frame shows: now, or the past. */
struct scene
console_scene(const struct console *self)
{
	const struct log *log = console_log(self);
	struct scene scene = {.moment = log_now(log), .log = log,
	    .end = log_end(log), .now = loop_now(self->loop), .why = &self->why};
	guide_look(&scene.guide, self->lesson);
	scene.guide.lessons = self->lessons;
	scene.guide.lesson_count = self->lesson_count;
	if (console_is_past(self))
		console_past_scene(self, &scene);
	return scene;
}

/* Writes what has been drawn; what a slow terminal does not take goes later. */
static bool
write_frame(struct console *self)
{
	bool whole = terminal_flush();
	if (self->terminal != NULL)
		loop_rewatch(self->loop, self->terminal, whole ? 0 : EPOLLOUT);
	return whole;
}

/* The terminal has vanished: no more keys and no more frames. */
static void
lose_terminal(struct console *self)
{
	self->gone = true;
	loop_unwatch(self->loop, self->keyboard);
	loop_unwatch(self->loop, self->terminal);
	self->keyboard = self->terminal = NULL;
	console_leave(self, 128 + SIGHUP);
}

/* A slow terminal takes more: what changed meanwhile goes into one more frame. */
static void
write_terminal(void *context, uint32_t events)
{
	struct console *self = context;
	if ((events & (EPOLLHUP | EPOLLERR)) != 0)
		lose_terminal(self);
	else if (write_frame(self) && self->behind)
		console_mark(self);
}

/* Is the table of all sockets open, or one of its rows explained? */
static bool
shows_all(const struct console *self)
{
	const struct pane_state *zoomed = self->screen.zoomed;
	if (zoomed != NULL && zoomed->pane == &pane_why)
		zoomed = self->why_from.zoomed;
	return zoomed != NULL && zoomed->pane == &pane_all;
}

/* Draws a frame, unless a slow terminal still takes the one before. */
static void
draw_frame(void *context)
{
	struct console *self = context;
	if (self->gone || self->changing || terminal_is_away())
		return;
	self->pace.drawn_at = loop_now(self->loop);
	self->behind = !write_frame(self);
	if (self->behind)
		return;
	if (self->session != NULL) /* a recording watches nothing */
		session_follow_all(self->session, shows_all(self));
	int64_t cost = loop_cost();
	struct scene scene = console_scene(self);
	screen_frame(&self->screen, &scene, self->prompt);
	write_frame(self);
	int64_t at = screen_changes_at(&self->screen, &scene);
	self->pace.cost = loop_cost() - cost;
	int64_t least = frame_pace_next(&self->pace);
	if (at != 0)
		timer_at(self->tick, at > least ? at : least);
	else
		timer_stop(self->tick);
}

/* The screen changes by itself. */
static void
wake(void *context)
{
	console_mark(context);
}

/* Shows a line for a while. */
static void
notify(struct console *self, unsigned look, const char *text)
{
	screen_notice(&self->screen, look, loop_now(self->loop) + NOTICE, text);
	console_mark(self);
}

/* Shows a line that is about the key just pressed: the next one takes it away. */
void
console_hint(struct console *self, const char *text)
{
	notify(self, LOOK_STRONG, text);
	self->screen.notice_until_key = true;
}

/* Has an event words that nothing else on the screen shows?  A narrator shows what is
 * told and what failed in its lesson. */
static bool
is_news(const struct event *event, const struct moment *now)
{
	bool narrated = now->lesson.any;
	if (event->text == NULL)
		return false;
	return event->type == EVENT_NOTE ||
	    (event->type == EVENT_ERROR && !(narrated && now->script)) ||
	    (event->type == EVENT_SAY && !narrated);
}

/* A question that was typed has its answer; there is no narrator to show it. */
static void
notify_choice(struct console *self, const struct event *event)
{
	char text[80];
	snprintf(text, sizeof text, "the room: %u, it was: %u", event->ask.chosen,
	    event->ask.answer);
	notify(self, LOOK_STRONG, text);
}

/* The log's reader: the screen is made from the moment, so there is nothing to
 * keep; what the console has to say is shown at once. */
static void
read_event(void *context, const struct event *event, const struct moment *now)
{
	struct console *self = context;
	if (self->session == NULL || self->changing)
		return;
	if (console_is_past(self))
		(void)event; /* it is counted */
	else if (event->type == EVENT_COMMAND && self->noted_at_start)
		self->noted_at_start = false; /* that is the first connect */
	else if (event->type == EVENT_COMMAND)
		screen_drop_notice(&self->screen); /* it was about the one before */
	else if (is_news(event, now))
		notify(self, event->type == EVENT_ERROR ?
		    LOOK_REVERSE | LOOK_STRONG : LOOK_STRONG, event->text);
	else if (event->type == EVENT_ASK && event->ask.chosen != 0 &&
	    !now->lesson.any)
		notify_choice(self, event);
	console_mark(self);
}

/* Ends the session after this round: it cannot be ended inside of one. */
void
console_leave(struct console *self, int status)
{
	if (!self->leaving)
		self->status = status;
	self->leaving = true;
}

/* The question that waits for y or n, if there is one. */
void
console_update_question(struct console *self)
{
	size_t lines = 0;
	self->screen.question = NULL;
	if (self->paste != NULL) {
		for (size_t i = 0; i < self->paste_length; i++)
			lines += self->paste[i] == '\n';
		char first[44];
		escape_into(first, sizeof first, self->paste,
		    strcspn(self->paste, "\n"));
		line_format(&self->question, LOOK_PLAIN,
		    "Send %zu pasted lines? y/n  (%s ...)%s", lines, first,
		    lines > MANY_LINES ? "  Ctrl-C drops what is left" : "");
		self->screen.question = self->question.text;
	} else if (self->confirm != NULL) {
		char *visible = escape_text(self->confirm, strlen(self->confirm));
		line_format(&self->question, LOOK_PLAIN, "%s y/n",
		    visible != NULL ? visible : "");
		free(visible);
		self->screen.question = self->question.text;
	}
	console_mark(self);
}

/* The session asks about a process that is not its own. */
static void
ask(void *context, const char *question)
{
	struct console *self = context;
	free(self->confirm);
	self->confirm = strdup(question);
	if (self->confirm == NULL)
		session_confirm(self->session, false);
	console_update_question(self);
}

/* Something is to be shown: its pane is zoomed, and takes the keys. */
bool
console_show(void *context, const char *what)
{
	struct console *self = context;
	struct pane_state *state = screen_pane(&self->screen, what);
	if (strncmp(what, "why", 3) == 0 && (what[3] == '\0' || what[3] == ' ')) {
		console_explain(self, what + 3);
		return true;
	}
	if (state == NULL)
		return false;
	if (state->pane == &pane_lessons) {
		console_open_lessons(self);
		return true;
	}
	screen_zoom(&self->screen, state);
	self->screen.focus = FOCUS_PANES;
	console_mark(self);
	return true;
}

/* A command shows something.  A lesson's leaves the keys where they are, so that Enter
 * still means what it meant. */
static bool
show_for_session(void *context, const char *what)
{
	struct console *self = context;
	enum focus focus = self->screen.focus;
	if (console_is_past(self))
		return screen_pane(&self->screen, what) != NULL;
	bool shown = console_show(context, what);
	if (shown && session_now(self->session)->script) {
		self->screen.focus = focus;
		self->screen.zoomed_by_lesson = true;
	}
	return shown;
}

/* readline's line. */
static void
take_line(void *context, const char *line)
{
	struct console *self = context;
	if (keyboard_submit_typed(self, line))
		return;
	free(self->kept);
	self->kept = strdup(line);
}

/* Completion's choice, until the next key. */
static void
show_matches(void *context, const char *words)
{
	struct console *self = context;
	console_hint(self, words);
	self->screen.notice_until = loop_now(self->loop) + SECONDS(60);
}

/* Suspends as a job, and comes back; when another job is in the foreground by then,
 * it waits for the SIGCONT that has come, too. */
void
console_suspend(struct console *self)
{
	terminal_leave();
	signals_suspend();
	terminal_return();
	console_mark(self);
}

/* Continued: in the background there is nothing to do but to stop again, unless a
 * signal that came with it wants us to leave. */
static void
go_on(struct console *self)
{
	if (!self->leaving && !terminal_return())
		console_suspend(self);
}

/* Ctrl-C clears the line, or drops the lines that wait, and never quits. */
void
console_interrupt(struct console *self)
{
	char text[60];
	size_t dropped = 0;
	if (!prompt_is_empty(self->prompt))
		prompt_abandon(self->prompt);
	else if (self->session == NULL ||
	    (dropped = session_drop_waiting(self->session)) == 0)
		console_hint(self, "Ctrl-C does not leave: F10 or :quit");
	snprintf(text, sizeof text, "%zu line%s that waited: dropped", dropped,
	    dropped == 1 ? "" : "s");
	if (dropped > 0)
		console_hint(self, text);
}

/* Bytes from the keyboard. */
static void
read_keyboard(void *context, uint32_t events)
{
	struct console *self = context;
	char bytes[4096];
	(void)events;
	ssize_t length = read(STDIN_FILENO, bytes, sizeof bytes);
	if (length > 0) {
		timer_stop(self->escape);
		input_feed(&self->input, bytes, (size_t)length);
		hurry(self);
		int wait = input_waits(&self->input);
		if (wait != 0)
			timer_after(self->escape, MILLISECONDS(wait));
	} else if (length == 0 || (errno != EINTR && errno != EAGAIN)) {
		lose_terminal(self);
	}
}

/* Nothing followed an ESC, or a paste without its end. */
static void
end_escape(void *context)
{
	struct console *self = context;
	input_timeout(&self->input);
}

/* Signals. */
static void
read_signals(void *context, uint32_t events)
{
	struct console *self = context;
	int number;
	(void)events;
	while ((number = signals_next(&self->signals)) != 0) {
		if (number == SIGWINCH)
			terminal_resize();
		else if (number == SIGTSTP)
			console_suspend(self);
		else if (number == SIGCONT)
			go_on(self);
		else if (number == SIGINT)
			console_interrupt(self);
		else
			console_leave(self, 128 + number);
	}
	console_mark(self);
}

/* The lines of earlier sessions. */
static void
load_line(void *context, const char *line)
{
	struct console *self = context;
	prompt_remember(self->prompt, line);
}

/* Loads the history; what fails is noted, once the screen can show it. */
static void
load_history(struct console *self, char *path)
{
	char error[HISTORY_ERROR];
	if (path != NULL &&
	    history_file_load(path, load_line, self, error) < 0)
		session_note(self->session, "%s", error);
}

/* Saves what was typed; what fails costs one line, once the screen is gone. */
static void
save_history(struct console *self)
{
	char *path = self->history;
	char error[HISTORY_ERROR];
	size_t count;
	const char *const *lines = prompt_lines(self->prompt, &count);
	if (path != NULL && history_file_append(path, lines, count, error) < 0 &&
	    !self->gone)
		complain(STATUS_FAILED, "%s", error);
}

/* Are colours wanted? */
static bool
wants_colour(const struct console_options *options)
{
	const char *none = getenv("NO_COLOR");
	if (options->color != COLOR_AUTO)
		return options->color == COLOR_ALWAYS;
	return none == NULL || *none == '\0';
}

/* Watches the terminal, for what it has not taken yet; false: errno. */
static bool
watch_terminal(struct console *self)
{
	self->terminal = loop_watch(self->loop, terminal_descriptor(), EPOLLOUT,
	    write_terminal, self);
	return self->terminal != NULL;
}

/* Watches and timers; false: errno. */
static bool
begin_loop(struct console *self)
{
	self->frame = loop_timer(self->loop, draw_frame, self);
	self->tick = loop_timer(self->loop, wake, self);
	self->escape = loop_timer(self->loop, end_escape, self);
	if (self->frame == NULL || self->tick == NULL || self->escape == NULL)
		return false;
	self->keyboard = loop_watch(self->loop, STDIN_FILENO, EPOLLIN,
	    read_keyboard, self);
	self->signal_watch = loop_watch(self->loop, self->signals.fd, EPOLLIN,
	    read_signals, self);
	if (input_waits(&self->input) != 0) /* the session before had begun to wait */
		timer_after(self->escape, MILLISECONDS(input_waits(&self->input)));
	return self->keyboard != NULL && self->signal_watch != NULL &&
	    (terminal_descriptor() < 0 || watch_terminal(self));
}

/* Ends them. */
static void
end_loop(struct console *self)
{
	loop_unwatch(self->loop, self->keyboard);
	loop_unwatch(self->loop, self->signal_watch);
	loop_unwatch(self->loop, self->terminal);
	loop_untimer(self->loop, self->frame);
	loop_untimer(self->loop, self->tick);
	loop_untimer(self->loop, self->escape);
	self->keyboard = self->signal_watch = self->terminal = NULL;
	self->frame = self->tick = self->escape = NULL;
	self->loop = NULL;
}

/* Makes a session, for the lesson if there is one; false: failure and status. */
static bool
open_session(struct console *self)
{
	struct session_options options = *self->options->session;
	char error[SESSION_ERROR];
	int status;
	options.details = true;
	options.screen = self->scenario == NULL; /* a lesson connects by itself */
	self->session = session_new(&options, error, &status);
	if (self->session == NULL) {
		snprintf(self->failure, sizeof self->failure, "%s", error);
		self->status = status;
	}
	return self->session != NULL;
}

/* Keeps why it cannot start, by errno. */
void
console_cannot_start(struct console *self, const char *part)
{
	self->status = cannot_start(self->failure, sizeof self->failure, part, errno);
}

/* Listens to the session and answers it; false: failure and status. */
static bool
join_session(struct console *self)
{
	self->loop = session_loop(self->session);
	if (!begin_loop(self) || log_subscribe(session_log(self->session), read_event,
	    self) < 0) {
		console_cannot_start(self, "the screen's timers (timerfd_create, epoll_ctl)");
		return false;
	}
	session_ask_by(self->session, ask, self);
	session_show_by(self->session, show_for_session, self);
	session_play_by(self->session, console_play, self);
	session_room_by(self->session, true);
	prompt_follow(self->prompt, self->session);
	return true;
}

/* The last event, as without a screen: a recording tells by it that it is whole. */
static void
tell_end(struct console *self)
{
	struct event event = {.time = loop_now(self->loop), .type = EVENT_END};
	event.end.status = self->status;
	log_unsubscribe(session_log(self->session), read_event, self);
	log_append(session_log(self->session), &event);
}

/* Lets go of the session, and ends what is left of it. */
static void
close_session(struct console *self)
{
	struct session *session = self->session;
	if (session == NULL)
		return;
	console_thaw(self);
	if (self->loop != NULL)
		tell_end(self);
	lesson_free(self->lesson);
	self->lesson = NULL;
	end_loop(self);
	free(self->paste);
	free(self->confirm);
	self->paste = self->confirm = NULL;
	if (self->prompt != NULL)
		prompt_follow(self->prompt, NULL);
	self->session = NULL;
	session_free(session);
}

/* Ends the session and begins another one with the lesson that is to come.  The screen
 * shows the old one until the new one stands: one redraw.  What is typed meanwhile
 * waits in the terminal.  false: there is none, and it is told why. */
static bool
change_session(struct console *self)
{
	self->changing = true;
	loop_unwatch(self->loop, self->keyboard);
	self->keyboard = NULL;
	session_quit(self->session);
	if (self->leaving)
		return false; /* somebody wants to leave altogether */
	close_session(self);
	console_forget_scenario(&self->scenario);
	self->scenario = self->coming;
	self->coming = NULL;
	bool good = open_session(self) && join_session(self);
	self->changing = false;
	if (!good)
		return false;
	screen_reset(&self->screen);
	self->pace.drawn_at = SETTLING;
	session_begin(self->session);
	console_begin_lesson(self);
	console_mark(self);
	return true;
}

/* The loop: until `quit` was carried out, or somebody wants to leave. */
static void
run_loop(struct console *self)
{
	while (!session_has_ended(self->session)) {
		if (self->leaving) {
			session_quit(self->session);
			return;
		}
		if (self->coming != NULL && !change_session(self))
			return;
		if (session_round(self->session, -1) < 0)
			console_leave(self, 1);
		console_follow_lesson(self);
	}
}

/* Begins what needs no session; false: errno. */
static bool
begin(struct console *self)
{
	struct prompt_callbacks callbacks = {.line = take_line,
	    .matches = show_matches, .context = self};
	self->signals.fd = -1;
	screen_init(&self->screen);
	input_init(&self->input, keyboard_take_token, self);
	self->prompt = prompt_new(NULL, &callbacks);
	return self->prompt != NULL && signals_open(&self->signals) == 0;
}

/* The same, and the watches of a loop that is no session's. */
bool
console_begin(struct console *self)
{
	if (begin(self) && begin_loop(self))
		return true;
	console_cannot_start(self, "the keyboard and signals (signalfd, timerfd_create)");
	return false;
}

/* Ends everything. */
void
console_end(struct console *self)
{
	close_session(self);
	if (self->loop != NULL)
		end_loop(self);
	free(self->paste);
	self->paste = NULL;
	signals_close(&self->signals);
	prompt_free(self->prompt);
	screen_release(&self->screen);
	input_release(&self->input);
	console_forget_lessons(self);
	console_forget_scenario(&self->scenario);
	console_forget_scenario(&self->coming);
	free(self->kept);
	free(self->history);
	self->prompt = NULL;
}

/* Loads the lesson to begin with; false: failure and status. */
static bool
choose_lesson(struct console *self)
{
	if (self->options->play == NULL)
		return true;
	if (!console_play(self, self->options->play, self->failure)) {
		self->status = self->refused ? STATUS_NOT_HERE : STATUS_USAGE;
		return false;
	}
	self->scenario = self->coming;
	self->coming = NULL;
	return true;
}

/* Runs body with the terminal in our hands, and gives it back. */
void
console_on_terminal(struct console *self, void (*body)(struct console *self))
{
	if (terminal_open() < 0) {
		self->status = STATUS_NOT_HERE;
		return;
	}
	draw_init(&self->screen.draw, self->options->ascii,
	    wants_colour(self->options));
	if (watch_terminal(self))
		body(self);
	else
		console_leave(self, 1);
	terminal_close(self->gone);
}

/* The session on the screen. */
static void
run(struct console *self)
{
	self->history = history_file_path();
	session_begin(self->session);
	console_begin_lesson(self);
	load_history(self, self->history);
	self->noted_at_start = prompt_complaint(self->prompt) != NULL;
	if (self->noted_at_start)
		session_note(self->session, "%s", prompt_complaint(self->prompt));
	console_mark(self);
	run_loop(self);
}

/* The characters of the user's locale, and nothing else of it: numbers are written and
 * read with a point.  One that this machine does not have (ssh brings its name along)
 * is as good as C.UTF-8 when it says UTF-8. */
static void
choose_locale(void)
{
	const char *name = getenv("LC_ALL");
	if (name == NULL || *name == '\0')
		name = getenv("LC_CTYPE");
	if (name == NULL || *name == '\0')
		name = getenv("LANG");
	if (setlocale(LC_CTYPE, "") == NULL && name != NULL &&
	    (strcasestr(name, "utf-8") != NULL || strcasestr(name, "utf8") != NULL))
		setlocale(LC_CTYPE, "C.UTF-8");
}

/* The one console, with nothing in it. */
struct console *
console_new(const struct console_options *options)
{
	choose_locale();
	console = (struct console){.options = options, .signals.fd = -1,
	    .percent = 100};
	return &console;
}

/* Runs sessions on the terminal.  The first one comes before curses and readline: its
 * guard is a fork, and begins the cleaner the earlier it is. */
int
console_run(const struct console_options *options)
{
	struct console *self = console_new(options);
	if (choose_lesson(self) && open_session(self)) {
		if (!begin(self)) {
			console_cannot_start(self, "reading signals (signalfd)");
		} else if (join_session(self)) {
			console_on_terminal(self, run);
			save_history(self);
		}
	}
	console_end(self);
	if (*self->failure != '\0' && !self->gone)
		complain(self->status, "%s", self->failure);
	return self->status;
}
