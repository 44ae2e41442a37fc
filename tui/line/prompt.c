/* prompt.c: readline beside curses in one loop.
 *
 * readline is called with bytes (rl_callback_read_char) and calls back with
 * lines.  Three things make it quiet: it has no terminal functions, its output
 * goes to /dev/null, and it redraws through our function, which does nothing: a
 * frame reads rl_display_prompt and rl_line_buffer instead (a fixed prompt would
 * hide incremental search, whose prompt changes).
 *
 * Bytes go through a queue that is emptied before control returns to the loop.
 * Handing readline one character at a time is the well-known pattern, and loops
 * for ever on sequences that readline reads to their end by itself.
 * rl_input_available_hook tells whether the queue holds more: vi mode asks it
 * whether an ESC stands alone or begins the sequence of an arrow key.
 *
 * What readline has to say about an inputrc, and its bell, go to stderr, which is the
 * screen by then: so stderr, a variable of the C library, stands for something else
 * while readline runs. */
#include "prompt.h"

#include "completion.h"

#include "escape.h"
#include "keymaps.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <readline/history.h>
#include <readline/readline.h>

/* COMPLETE_MOST: bytes of a line in which words are still completed. */
enum { KEEP_LINES = 1000, MACRO_KEYS = 20000, COMPLETE_MOST = 4096, ESCAPE = 27 };

struct prompt {
	struct prompt_callbacks callbacks;
	const struct session *session;
	FILE *nowhere;
	char *warning;       /* about the inputrc; NULL: none */
	unsigned redisplays;   /* in this call of readline */
	char *queue;
	size_t first, end, room;
	char **lines;          /* typed since the beginning */
	size_t line_count, line_room;
};

static struct prompt *current; /* readline's callbacks have no context */

/* rl_getc_function: the queue's next byte. */
static int
next_byte(FILE *file)
{
	(void)file;
	if (current == NULL || current->first == current->end)
		return EOF;
	return (unsigned char)current->queue[current->first++];
}

/* rl_input_available_hook: does the queue hold more? */
static int
is_available(void)
{
	return current != NULL && current->first < current->end;
}

/* rl_redisplay_function: frames are drawn elsewhere.  A macro that calls itself redraws
 * for ever: no key would be heard any more. */
static void
redisplay(void)
{
	if (current != NULL && RL_ISSTATE(RL_STATE_MACROINPUT) &&
	    ++current->redisplays > MACRO_KEYS) {
		current->redisplays = 0;
		rl_abort(1, 0);
	}
}

/* Keeps a line for the history file. */
static void
keep_line(struct prompt *prompt, const char *line)
{
	if (prompt->line_count == prompt->line_room) {
		size_t room = prompt->line_room == 0 ? 64 : 2 * prompt->line_room;
		char **larger = realloc(prompt->lines, room * sizeof *larger);
		if (larger == NULL)
			return;
		prompt->lines = larger;
		prompt->line_room = room;
	}
	char *copy = strdup(line);
	if (copy != NULL)
		prompt->lines[prompt->line_count++] = copy;
}

/* Puts a line into readline's history, unless it repeats the latest one. */
void
prompt_remember(struct prompt *prompt, const char *line)
{
	(void)prompt;
	HIST_ENTRY *latest = history_length > 0 ?
	    history_get(history_base + history_length - 1) : NULL;
	if (latest == NULL || strcmp(latest->line, line) != 0)
		add_history(line);
	using_history(); /* C-p begins at its end */
}

/* rl_callback_handler_install: Enter.  NULL is readline's end of file, which
 * means nothing here: Ctrl-D never reaches it on an empty line.  A line break that was
 * quoted (C-v C-j) ends a line like any other. */
static void
take_line(char *text)
{
	struct prompt *prompt = current;
	char *rest = text;
	if (text == NULL || prompt == NULL)
		return;
	for (char *line; (line = strsep(&rest, "\n")) != NULL;) {
		if (*line == '\0')
			continue;
		prompt_remember(prompt, line);
		keep_line(prompt, line);
		prompt->callbacks.line(prompt->callbacks.context, line);
	}
	free(text);
}

/* rl_attempted_completion_function: the command table's words, never files. */
static char **
complete(const char *text, int start, int end)
{
	(void)end;
	rl_attempted_completion_over = 1;
	rl_completion_append_character = ' ';
	if (current == NULL)
		return NULL;
	char **words = completion_words(current->session, rl_line_buffer, text,
	    start);
	size_t length = words != NULL ? strlen(words[0]) : 0;
	if (length > 0 && words[0][length - 1] == '=') /* its value comes next */
		rl_completion_append_character = '\0';
	return words;
}

/* rl_completion_display_matches_hook: the choice, in one line. */
static void
display_matches(char **matches, int count, int longest)
{
	char words[LINE_TEXT];
	size_t used = 0;
	(void)longest;
	*words = '\0';
	for (int i = 1; i <= count && used < sizeof words; i++)
		used += (size_t)snprintf(words + used, sizeof words - used, "%s%s",
		    i > 1 ? "  " : "", matches[i]);
	if (current != NULL)
		current->callbacks.matches(current->callbacks.context, words);
}

/* Installs the handler, which reads the inputrc; keeps the first warning about it. */
static void
install(struct prompt *prompt)
{
	size_t size = 0;
	FILE *before = stderr, *warnings = open_memstream(&prompt->warning, &size);
	stderr = warnings != NULL ? warnings : prompt->nowhere;
	rl_callback_handler_install("> ", take_line);
	stderr = before;
	if (warnings != NULL)
		fclose(warnings);
	if (prompt->warning != NULL)
		prompt->warning[strcspn(prompt->warning, "\n")] = '\0';
}

static int read_again(int count, int key);

/* Takes back what the inputrc may not have. */
static void
tame(struct prompt *prompt)
{
	char *warning = keymaps_tame(read_again);
	if (prompt_warning(prompt) == NULL) {
		free(prompt->warning);
		prompt->warning = warning;
	} else {
		free(warning);
	}
	rl_variable_bind("bell-style", "none");
	rl_variable_bind("enable-bracketed-paste", "off");
	/* what is typed is sent byte by byte, also in the C locale, where readline
	 * would take a byte beyond ASCII for Meta and a letter */
	rl_variable_bind("input-meta", "on");
	rl_variable_bind("output-meta", "on");
	rl_variable_bind("convert-meta", "off");
}

/* C-x C-r: reads the inputrc again. */
static int
read_again(int count, int key)
{
	int result = rl_re_read_init_file(count, key);
	if (current != NULL)
		tame(current);
	return result;
}

/* Takes readline out of its defaults. */
static void
configure(struct prompt *prompt)
{
	rl_readline_name = "tcpconsole";
	rl_instream = rl_outstream = prompt->nowhere;
	rl_catch_signals = rl_catch_sigwinch = rl_change_environment = 0;
	rl_prep_term_function = NULL;
	rl_deprep_term_function = NULL;
	rl_getc_function = next_byte;
	rl_input_available_hook = is_available;
	rl_redisplay_function = redisplay;
	rl_attempted_completion_function = complete;
	rl_completion_display_matches_hook = display_matches;
	rl_completer_word_break_characters = " \t";
	rl_basic_word_break_characters = " \t";
	using_history();
	stifle_history(KEEP_LINES);
	install(prompt);
	tame(prompt);
}

struct prompt *
prompt_new(const struct session *session, const struct prompt_callbacks *callbacks)
{
	struct prompt *prompt = calloc(1, sizeof *prompt);
	if (prompt == NULL)
		return NULL;
	prompt->callbacks = *callbacks;
	prompt->session = session;
	prompt->nowhere = fopen("/dev/null", "r+e");
	if (prompt->nowhere == NULL) {
		int number = errno;
		free(prompt);
		errno = number;
		return NULL;
	}
	current = prompt;
	configure(prompt);
	return prompt;
}

void
prompt_follow(struct prompt *prompt, const struct session *session)
{
	prompt->session = session;
}

void
prompt_free(struct prompt *prompt)
{
	if (prompt == NULL)
		return;
	rl_callback_handler_remove();
	clear_history();
	current = NULL;
	rl_instream = stdin;
	rl_outstream = stdout;
	fclose(prompt->nowhere);
	for (size_t i = 0; i < prompt->line_count; i++)
		free(prompt->lines[i]);
	free(prompt->lines);
	free(prompt->queue);
	free(prompt->warning);
	free(prompt);
}

/* Puts bytes at the end of the queue. */
static bool
enqueue(struct prompt *prompt, const char *bytes, size_t length)
{
	if (prompt->first == prompt->end)
		prompt->first = prompt->end = 0;
	if (prompt->end + length > prompt->room) {
		size_t room = (prompt->end + length) * 2;
		char *larger = realloc(prompt->queue, room);
		if (larger == NULL)
			return false;
		prompt->queue = larger;
		prompt->room = room;
	}
	memcpy(prompt->queue + prompt->end, bytes, length);
	prompt->end += length;
	return true;
}

/* Is it the first key of a sequence in the middle of a search?  readline 8.2 crashes
 * when the next one makes no sequence that it knows: C-r C-x s. */
static bool
is_prefix_in_search(const char *bytes, size_t length)
{
	unsigned char byte = (unsigned char)bytes[0];
	return length == 1 && byte != ESCAPE && RL_ISSTATE(RL_STATE_ISEARCH) &&
	    rl_get_keymap()[byte].type == ISKMAP;
}

/* Has readline no function for the whole escape sequence? */
static bool
is_unbound_sequence(const char *bytes, size_t length)
{
	int type = ISFUNC;
	rl_command_func_t *function;
	if (length < 2 || bytes[0] != ESCAPE)
		return false;
	function = rl_function_of_keyseq_len(bytes, length, rl_get_keymap(), &type);
	return function == NULL || type == ISKMAP;
}

/* Gives readline bytes that it can do something with. */
static void
feed(struct prompt *prompt, const char *bytes, size_t length)
{
	FILE *before = stderr;
	if (!enqueue(prompt, bytes, length))
		return;
	stderr = prompt->nowhere;
	prompt->redisplays = 0;
	/* to find the word, readline walks from the line's beginning for each character */
	rl_inhibit_completion = rl_end > COMPLETE_MOST;
	while (prompt->first < prompt->end || rl_pending_input)
		rl_callback_read_char();
	stderr = before;
}

/* Esc in vi's command mode: leaves an argument or a motion, else nothing.  readline
 * 8.2 would wait for more of a sequence, and give back what it had waited for. */
static void
leave_vi_argument(struct prompt *prompt)
{
	if (RL_ISSTATE(RL_STATE_NUMERICARG | RL_STATE_VIMOTION | RL_STATE_CHARSEARCH |
	    RL_STATE_MULTIKEY))
		feed(prompt, "\a", 1);
}

/* Is it a command of vi's in a line that is no text of this locale?  Its words have no
 * end there, which readline 8.2 looks for without one.  What leaves the line, or
 * begins to edit it otherwise, is none. */
static bool
is_lost_in_line(const char *bytes, size_t length)
{
	bool leaves = length == 1 && strchr("\a\r\niIaASkj\033", *bytes) != NULL &&
	    *bytes != '\0' && !RL_ISSTATE(RL_STATE_VIMOTION);
	return rl_get_keymap() == vi_movement_keymap && !leaves &&
	    mbstowcs(NULL, rl_line_buffer, 0) == (size_t)-1;
}

/* Gives readline bytes.  A sequence that it has no function for does not get there:
 * what it gives back of one, in vi mode, can end in a jump to a frame that is gone
 * (ESC [ 2 z in readline 8.2).  There M-x is Esc and x. */
void
prompt_feed(struct prompt *prompt, const char *bytes, size_t length)
{
	bool searching = RL_ISSTATE(RL_STATE_ISEARCH | RL_STATE_NSEARCH);
	if (length == 0 || is_prefix_in_search(bytes, length))
		return;
	if (length == 1 && *bytes == ESCAPE && !searching &&
	    rl_get_keymap() == vi_movement_keymap) {
		leave_vi_argument(prompt);
	} else if (is_lost_in_line(bytes, length)) {
		prompt->callbacks.matches(prompt->callbacks.context,
		    "the line is not text of this locale: vi's i, a, S and Enter work in it");
	} else if (!is_unbound_sequence(bytes, length)) {
		feed(prompt, bytes, length);
	} else if (length == 2 && prompt_is_vi(prompt)) {
		prompt_feed(prompt, bytes, 1);
		prompt_feed(prompt, bytes + 1, 1);
	}
}

const char *
prompt_warning(const struct prompt *prompt)
{
	bool any = prompt->warning != NULL && *prompt->warning != '\0';
	return any ? prompt->warning : NULL;
}

bool
prompt_is_empty(const struct prompt *prompt)
{
	(void)prompt;
	/* C-v waits for what it quotes, and readline 8.2 has no state for that */
	return rl_end == 0 && rl_last_func != rl_quoted_insert &&
	    !RL_ISSTATE(RL_STATE_ISEARCH | RL_STATE_NSEARCH | RL_STATE_NUMERICARG |
	    RL_STATE_MULTIKEY | RL_STATE_VIMOTION | RL_STATE_METANEXT |
	    RL_STATE_MOREINPUT | RL_STATE_CHARSEARCH);
}

bool
prompt_is_vi(const struct prompt *prompt)
{
	(void)prompt;
	return rl_editing_mode == 0;
}

void
prompt_set(struct prompt *prompt, const char *text)
{
	(void)prompt;
	rl_replace_line(text, 1);
	rl_point = rl_end;
}

void
prompt_insert(struct prompt *prompt, const char *text)
{
	(void)prompt;
	rl_insert_text(text);
}

/* Leaves searches and empties the line: installing the handler anew is the way
 * out of every state that readline can be in. */
void
prompt_abandon(struct prompt *prompt)
{
	prompt->first = prompt->end = 0;
	rl_callback_sigcleanup();
	rl_free_line_state();
	rl_cleanup_after_signal();
	RL_UNSETSTATE(RL_STATE_ISEARCH | RL_STATE_NSEARCH | RL_STATE_NUMERICARG |
	    RL_STATE_MULTIKEY | RL_STATE_VIMOTION | RL_STATE_METANEXT |
	    RL_STATE_CHARSEARCH);
	rl_replace_line("", 1);
	rl_point = rl_mark = 0;
	rl_last_func = NULL;
	rl_clear_message();
	rl_callback_handler_install("> ", take_line);
}

const char *const *
prompt_lines(const struct prompt *prompt, size_t *count)
{
	*count = prompt->line_count;
	return (const char *const *)prompt->lines;
}

/* The prompt that readline shows now, without its marks for bytes that take no
 * room. */
static void
write_prompt(char *text, size_t size)
{
	char bytes[256];
	size_t used = 0;
	const char *from = rl_display_prompt != NULL ? rl_display_prompt : "> ";
	for (; *from != '\0' && used < sizeof bytes; from++)
		if (*from != RL_PROMPT_START_IGNORE && *from != RL_PROMPT_END_IGNORE)
			bytes[used++] = *from;
	escape_into(text, size, bytes, used);
}

/* Draws the line: it scrolls sideways so that the cursor is always seen. */
int
prompt_draw(const struct prompt *prompt, const struct draw *draw, int row,
    int columns)
{
	char prefix[512];
	(void)prompt;
	write_prompt(prefix, sizeof prefix);
	int start = (int)utf8_width(prefix);
	if (start > columns / 2)
		start = columns / 2;
	char *before = escape_text(rl_line_buffer, (size_t)rl_point);
	char *whole = escape_text(rl_line_buffer, (size_t)rl_end);
	int room = columns - start, cursor = 0;
	size_t skip = 0;
	if (before != NULL && whole != NULL) {
		cursor = (int)utf8_width(before);
		if (cursor >= room) { /* in steps, so that not each key scrolls */
			int step = room / 2;
			skip = (size_t)(((cursor - room) / step + 1) * step);
		}
		draw_text(draw, row, start, room, whole, skip, STYLE_PLAIN);
		/* a wide character that the skip cut leaves no half behind */
		cursor = (int)(utf8_width(before) - utf8_width(whole) +
		    utf8_width(whole + utf8_fit(whole, skip)));
	}
	draw_text(draw, row, 0, start, prefix, 0, STYLE_PLAIN);
	free(before);
	free(whole);
	return start + cursor;
}
