/* input.h: the terminal's bytes, taken apart into keys, pastes and text.
 *
 * A key that the terminal sends as an escape sequence can arrive in pieces, and
 * the Esc key sends the byte with which every sequence begins.  So an unfinished
 * sequence is kept; when nothing follows an Esc within INPUT_ESCAPE_MS, or Esc and a
 * byte that could begin more within INPUT_META_MS, the owner calls input_timeout and it
 * is taken as typed.  What only a terminal sends, answers and pastes, is waited for until
 * it ends.  Its end can be lost (a terminal that was cut off, cat(1) of a file that holds
 * the first mark of a paste): after INPUT_PASTE_MS of silence a key that is typed gives an
 * answer up, and Ctrl-C or F10 a paste, or the keyboard would be dead for good.  A token keeps
 * the bytes that it was made of: what the console does not take for itself goes to
 * readline as it came. */
#ifndef INPUT_H
#define INPUT_H

#include <stdbool.h>
#include <stddef.h>

enum { INPUT_ESCAPE_MS = 40, INPUT_META_MS = 500, INPUT_PASTE_MS = 1000 };

enum input_kind {
	INPUT_BYTE,      /* one byte of text or a control character */
	INPUT_FUNCTION,  /* number: 1 to 12 */
	INPUT_META,      /* Esc and a byte at once; number: the byte */
	INPUT_ESCAPE,    /* the Esc key by itself */
	INPUT_UP, INPUT_DOWN, INPUT_LEFT, INPUT_RIGHT,
	INPUT_PAGE_UP, INPUT_PAGE_DOWN, INPUT_HOME, INPUT_END, INPUT_BACK_TAB,
	INPUT_SEQUENCE,  /* another key: readline may know it */
	INPUT_PASTE,     /* bytes: what stood between the paste marks */
	INPUT_STALLED    /* a paste has begun and does not go on; Ctrl-C drops it */
};

struct input_token {
	enum input_kind kind;
	int number;
	const char *bytes;
	size_t length;
};

typedef void input_function(void *context, const struct input_token *token);

enum { INPUT_SEQUENCE_MOST = 32 };

struct input {
	input_function *function;
	void *context;
	char sequence[INPUT_SEQUENCE_MOST];
	size_t length;             /* of the unfinished sequence */
	bool cut;                  /* it is longer than is kept: no key */
	bool in_string;            /* OSC, DCS, SOS, PM, APC */
	bool string_escape;        /* its latest byte is ESC: of ST, perhaps */
	unsigned mouse;            /* bytes of a report of the mouse that are to come */
	bool escaped;              /* the latest byte was an Esc by itself */
	bool stalled;              /* the silence was long: who goes on, terminal or hand? */
	bool pasting;
	char *paste;
	size_t paste_length, paste_room;
	bool paste_failed;         /* no memory: the paste is dropped whole */
};

/* Gives each token to function. */
void input_init(struct input *input, input_function *function, void *context);

/* Frees what it holds. */
void input_release(struct input *input);

/* Takes in bytes as they were read. */
void input_feed(struct input *input, const char *bytes, size_t length);

/* For how many milliseconds an unfinished sequence or paste waits for its end
 * before input_timeout is due; 0: nothing waits. */
int input_waits(const struct input *input);

/* Nothing more has come: the unfinished sequence was typed, or it stalls. */
void input_timeout(struct input *input);

#endif
