/* fuzz_keys.c: the bytes of a keyboard.
 *
 * They go through the console's own input, keys, prompt and screen; the session behind
 * them takes commands and never runs one.  The byte fe stands for the pause that ends
 * an unfinished sequence, fd for a frame, fc for an inputrc that asks for vi.  Of digits
 * no more than three are typed in a row: readline repeats a key a million times for M-999999, which is quick enough but
 * for a program under sanitizers. */
#include "fuzz_screen_of.h"

#include "console_frame.h"
#include "console_lessons.h"
#include "console_state.h"
#include "console_lines.h"
#include "keyboard.h"
#include "parse_json.h"
#include "runner.h"
#include "session.h"
#include "session_state.h"

#include <readline/history.h>
#include <readline/readline.h>

enum { PAUSE = 0xfe, FRAME = 0xfd, VI = 0xfc, CONTROL_Z = 26, ESCAPE = 27, DIGITS_MOST = 3 };

static const char *const events[] = {
	"{\"t\":0,\"type\":\"start\",\"version\":\"0.1\",\"schema\":1,\"world\":\"local\","
	    "\"host\":\"127.0.0.1\",\"address\":\"127.0.0.1:9877\",\"port\":9877}",
	"{\"t\":0.1,\"type\":\"process\",\"pid\":100,\"ppid\":99,\"tty\":\"pts/6\","
	    "\"stat\":\"S\",\"command\":\"tcpserv 9877\",\"wchan\":\"inet_csk_accept\","
	    "\"role\":\"server\",\"what\":\"started\"}",
	"{\"t\":0.2,\"type\":\"connection\",\"what\":\"opened\",\"conn\":1,"
	    "\"local\":\"127.0.0.1:40001\",\"remote\":\"127.0.0.1:9877\"}",
	"{\"t\":0.3,\"type\":\"sent\",\"conn\":1,\"bytes\":6,\"text\":\"hello\"}",
	"{\"t\":0.4,\"type\":\"process\",\"pid\":301,\"ppid\":100,\"tty\":\"pts/6\","
	    "\"stat\":\"Z\",\"command\":\"[tcpserv] <defunct>\",\"wchan\":\"-\","
	    "\"role\":\"child\",\"what\":\"zombie\",\"conn\":1}",
};

static struct console console;

static void
take_line(void *context, const char *line)
{
	console_submit_typed(context, line);
}

static void
take_matches(void *context, const char *words)
{
	console_hint(context, words);
}

static void
ignore(void *context)
{
	(void)context;
}

/* Once a process: readline and curses know one each. */
static void
begin(void)
{
	static struct session_options session_options = {.host = "127.0.0.1",
	    .port = "9", .directory = "tests/fixtures"};
	static struct console_options options = {.session = &session_options};
	struct prompt_callbacks callbacks = {.line = take_line,
	    .matches = take_matches, .context = &console};
	char error[SESSION_ERROR];
	int status;
	if (console.session != NULL)
		return;
	setenv("INPUTRC", "/dev/null", 1);
	setenv("HOME", "/nowhere", 1);
	unsetenv("XDG_DATA_HOME");
	console.options = &options;
	console.session = session_new(&session_options, error, &status);
	FUZZ_CHECK(console.session != NULL);
	console.loop = session_loop(console.session);
	for (size_t i = 0; i < sizeof events / sizeof *events; i++) {
		struct event event;
		FUZZ_CHECK(render_json_parse(events[i], &event) == 0);
		world_append(&console.session->world, &event);
	}
	fuzz_open_terminal();
	console.prompt = prompt_new(console.session, &callbacks);
	console.frame = loop_timer(console.loop, ignore, NULL);
	console.tick = loop_timer(console.loop, ignore, NULL);
	console.escape = loop_timer(console.loop, ignore, NULL);
	FUZZ_CHECK(console.prompt != NULL && console.frame != NULL &&
	    console.tick != NULL && console.escape != NULL);
}

/* Everything that an input left behind goes. */
static void
reset(void)
{
	runner_free(console.session);
	console.session->queue_end = &console.session->queue;
	screen_release(&console.screen);
	input_release(&console.input);
	console_forget_lessons(&console);
	console_forget_scenario(&console.coming);
	free(console.paste);
	free(console.confirm);
	console.paste = console.confirm = NULL;
	console.leaving = false;
	prompt_abandon(console.prompt);
	rl_variable_bind("editing-mode", "emacs");
	clear_history();
}

static void
draw(void)
{
	struct scene scene = console_scene(&console);
	screen_frame(&console.screen, &scene, console.prompt);
	fuzz_check_screen();
}

/* What waits is what was typed: a line each. */
static void
check_queue(void)
{
	for (const struct queued *queued = console.session->queue; queued != NULL;
	    queued = queued->next)
		FUZZ_CHECK(strchr(queued->text, '\n') == NULL);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	begin();
	screen_init(&console.screen);
	draw_init(&console.screen.draw, false, false);
	input_init(&console.input, keyboard_take_token, &console);
	resizeterm(24, 80);
	draw();
	int digits = 0;
	for (size_t i = 0; i < size; i++) {
		char byte = (char)data[i];
		bool digit = byte >= '0' && byte <= '9';
		if (digit && ++digits > DIGITS_MOST)
			continue;
		if (!digit && byte != ESCAPE) /* M-9 M-9 M-9 is 999, too */
			digits = 0;
		if (data[i] == PAUSE)
			input_timeout(&console.input);
		else if (data[i] == FRAME)
			draw();
		else if (data[i] == VI)
			rl_variable_bind("editing-mode", "vi");
		else if (data[i] != CONTROL_Z) /* stops this process */
			input_feed(&console.input, &byte, 1);
	}
	input_timeout(&console.input);
	draw();
	check_queue();
	reset();
	return 0;
}
