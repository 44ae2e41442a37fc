/* input.c: escape sequences, as xterm, the Linux console, rxvt and screen send
 * them: CSI (ESC [ parameters, a final byte from @ to ~), SS3 (ESC O and a byte),
 * the Linux console's ESC [ [ A to E.  Source: ECMA-48, section 5.4, and xterm's
 * ctlseqs. */
#include "input.h"

#include <stdlib.h>
#include <string.h>

enum { ESCAPE = 0x1b };

static const char paste_begin[] = "\033[200~", paste_end[] = "\033[201~";

/* Sequences behind ESC, and what they are. */
static const struct {
	const char *sequence;
	enum input_kind kind;
	int number;
} table[] = {
	{"OP", INPUT_FUNCTION, 1}, {"OQ", INPUT_FUNCTION, 2},
	{"OR", INPUT_FUNCTION, 3}, {"OS", INPUT_FUNCTION, 4},
	{"[P", INPUT_FUNCTION, 1}, {"[Q", INPUT_FUNCTION, 2},
	{"[R", INPUT_FUNCTION, 3}, {"[S", INPUT_FUNCTION, 4},
	{"[[A", INPUT_FUNCTION, 1}, {"[[B", INPUT_FUNCTION, 2},
	{"[[C", INPUT_FUNCTION, 3}, {"[[D", INPUT_FUNCTION, 4},
	{"[[E", INPUT_FUNCTION, 5}, {"[11~", INPUT_FUNCTION, 1},
	{"[12~", INPUT_FUNCTION, 2}, {"[13~", INPUT_FUNCTION, 3},
	{"[14~", INPUT_FUNCTION, 4}, {"[15~", INPUT_FUNCTION, 5},
	{"[17~", INPUT_FUNCTION, 6}, {"[18~", INPUT_FUNCTION, 7},
	{"[19~", INPUT_FUNCTION, 8}, {"[20~", INPUT_FUNCTION, 9},
	{"[21~", INPUT_FUNCTION, 10}, {"[23~", INPUT_FUNCTION, 11},
	{"[24~", INPUT_FUNCTION, 12},
	{"[A", INPUT_UP, 0}, {"OA", INPUT_UP, 0},
	{"[B", INPUT_DOWN, 0}, {"OB", INPUT_DOWN, 0},
	{"[C", INPUT_RIGHT, 0}, {"OC", INPUT_RIGHT, 0},
	{"[D", INPUT_LEFT, 0}, {"OD", INPUT_LEFT, 0},
	{"[5~", INPUT_PAGE_UP, 0}, {"[6~", INPUT_PAGE_DOWN, 0},
	{"[H", INPUT_HOME, 0}, {"OH", INPUT_HOME, 0},
	{"[1~", INPUT_HOME, 0}, {"[7~", INPUT_HOME, 0},
	{"[F", INPUT_END, 0}, {"OF", INPUT_END, 0},
	{"[4~", INPUT_END, 0}, {"[8~", INPUT_END, 0},
	{"[Z", INPUT_BACK_TAB, 0},
};

void
input_init(struct input *input, input_function *function, void *context)
{
	*input = (struct input){.function = function, .context = context};
}

void
input_release(struct input *input)
{
	free(input->paste);
	input->paste = NULL;
}

/* Gives one token away. */
static void
emit(struct input *input, enum input_kind kind, int number, const char *bytes,
    size_t length)
{
	struct input_token token = {kind, number, bytes, length};
	input->function(input->context, &token);
}

/* How far the unfinished sequence is: is it whole? */
static bool
is_complete(const char *sequence, size_t length)
{
	if (length < 2)
		return false;
	unsigned char last = (unsigned char)sequence[length - 1];
	if (sequence[1] == 'O')
		return length >= 3;
	if (sequence[1] != '[')
		return true;
	if (length == 3 && last == '[')
		return false; /* the Linux console's F1 to F5 */
	return length >= 3 && (last < 0x20 || last >= 0x40);
}

/* A whole sequence: a key, the beginning of a paste, or something else. */
static void
finish(struct input *input)
{
	char sequence[INPUT_SEQUENCE_MOST];
	size_t length = input->length;
	memcpy(sequence, input->sequence, length);
	input->length = 0;
	if (length == sizeof paste_begin - 1 &&
	    memcmp(sequence, paste_begin, length) == 0) {
		input->pasting = true;
		input->paste_length = 0;
		input->paste_failed = false;
		return;
	}
	if (length == 2) {
		emit(input, INPUT_META, (unsigned char)sequence[1], sequence, length);
		return;
	}
	for (size_t i = 0; i < sizeof table / sizeof *table; i++)
		if (strlen(table[i].sequence) == length - 1 &&
		    memcmp(table[i].sequence, sequence + 1, length - 1) == 0) {
			emit(input, table[i].kind, table[i].number, sequence, length);
			return;
		}
	emit(input, INPUT_SEQUENCE, 0, sequence, length);
}

/* Is what was pasted followed by its end mark? */
static bool
paste_has_ended(const struct input *input)
{
	size_t length = sizeof paste_end - 1;
	return input->paste_length >= length &&
	    memcmp(input->paste + input->paste_length - length, paste_end,
	    length) == 0;
}

/* Gives away what was pasted. */
static void
end_paste(struct input *input, size_t length)
{
	input->pasting = false;
	emit(input, INPUT_PASTE, 0, input->paste, input->paste_failed ? 0 : length);
}

/* Takes in one byte between the paste marks. */
static void
feed_paste(struct input *input, char byte)
{
	if (input->paste_length == input->paste_room) {
		size_t room = input->paste_room == 0 ? 4096 : 2 * input->paste_room;
		char *larger = realloc(input->paste, room);
		if (larger == NULL) {
			/* keep the end, to see the mark that closes the paste */
			input->paste_failed = true;
			size_t keep = input->paste_length < 16 ?
			    input->paste_length : 16;
			if (keep == 0)
				return;
			memmove(input->paste,
			    input->paste + input->paste_length - keep, keep);
			input->paste_length = keep;
		} else {
			input->paste = larger;
			input->paste_room = room;
		}
	}
	input->paste[input->paste_length++] = byte;
	if (byte == '~' && paste_has_ended(input))
		end_paste(input, input->paste_length - (sizeof paste_end - 1));
}

/* Takes in one byte of an escape sequence, or the Esc that begins one. */
static void
feed_sequence(struct input *input, char byte)
{
	if (byte == ESCAPE && input->length > 0)
		input_timeout(input); /* the one before never ended */
	input->sequence[input->length++] = byte;
	if (is_complete(input->sequence, input->length))
		finish(input);
	else if (input->length == INPUT_SEQUENCE_MOST)
		input_timeout(input);
}

void
input_feed(struct input *input, const char *bytes, size_t length)
{
	for (size_t i = 0; i < length; i++) {
		if (input->pasting)
			feed_paste(input, bytes[i]);
		else if (input->length > 0 || bytes[i] == ESCAPE)
			feed_sequence(input, bytes[i]);
		else
			emit(input, INPUT_BYTE, (unsigned char)bytes[i], &bytes[i], 1);
	}
}

/* How long is what is unfinished waited for? */
int
input_waits(const struct input *input)
{
	return input->pasting ? INPUT_PASTE_MS :
	    input->length > 0 ? INPUT_ESCAPE_MS : 0;
}

void
input_timeout(struct input *input)
{
	char sequence[INPUT_SEQUENCE_MOST];
	size_t length = input->length;
	if (input->pasting) {
		end_paste(input, input->paste_length);
		return;
	}
	memcpy(sequence, input->sequence, length);
	input->length = 0;
	if (length == 1)
		emit(input, INPUT_ESCAPE, 0, sequence, 1);
	else if (length == 2)
		emit(input, INPUT_META, (unsigned char)sequence[1], sequence, 2);
	else if (length > 2)
		emit(input, INPUT_SEQUENCE, 0, sequence, length);
}
