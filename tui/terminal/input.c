/* input.c: escape sequences, as xterm, the Linux console, rxvt and screen send them.
 *
 * Keys are CSI (ESC [ parameters, a final byte from @ to ~), SS3 (ESC O and a byte), the
 * Linux console's ESC [ [ A to E.  But a terminal also answers, to whoever asked, perhaps
 * another program a while ago: by CSI (what it is, where its cursor stands, what a mode
 * is), by the strings OSC, DCS, SOS, PM and APC (ESC and ] P X ^ _, up to ST, which is
 * ESC \, or BEL), and the mouse comes as CSI M and three bytes.  None of these is a key,
 * so nothing of them may act: they are taken in whole and dropped.  Source: ECMA-48,
 * sections 5.4 and 5.6, and xterm's ctlseqs.
 *
 * Whoever types is told from a terminal that pauses by this: a terminal sends several
 * bytes at once, a hand one key. */
#include "input.h"

#include <stdlib.h>
#include <string.h>

enum { BELL = 7, CANCEL = 0x18, SUBSTITUTE = 0x1a, ESCAPE = 0x1b, CONTROL_C = 3,
	MOUSE_BYTES = 3 };

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

/* Does ESC and this byte begin a string? */
static bool
begins_string(char byte)
{
	return byte != '\0' && strchr("]PX^_", byte) != NULL;
}

/* How far the unfinished sequence is: is it whole?  What ESC and two more bytes could
 * begin waits for the third. */
static bool
is_complete(const char *sequence, size_t length)
{
	if (length < 2)
		return false;
	unsigned char last = (unsigned char)sequence[length - 1];
	if (sequence[1] == 'O')
		return length >= 3;
	if (sequence[1] != '[')
		return !begins_string(sequence[1]);
	if (length == 3 && last == '[')
		return false; /* the Linux console's F1 to F5 */
	return length >= 3 && (last < 0x20 || last >= 0x40);
}

/* Is it an answer of the terminal, which no key sends: with private parameters, with an
 * intermediate byte, or by its final byte?  R is also F3 with a modifier (1;2R), and behind
 * M alone three bytes of the mouse come. */
static bool
is_answer(const char *sequence, size_t length)
{
	char last = sequence[length - 1];
	if (sequence[1] != '[' || length < 3)
		return false;
	for (size_t i = 2; i < length - 1; i++)
		if (strchr("<=>?", sequence[i]) != NULL || (unsigned char)sequence[i] < 0x30)
			return true;
	if (last == 'R')
		return length > 3 && strncmp(sequence + 2, "1;", 2) != 0;
	if (last == 'M')
		return length > 3;
	return (unsigned char)last < 0x20 || strchr("IOcmntxy", last) != NULL;
}

/* A whole sequence: a key, the beginning of a paste, or something else. */
static void
finish(struct input *input)
{
	char sequence[INPUT_SEQUENCE_MOST];
	size_t length = input->length;
	bool cut = input->cut;
	memcpy(sequence, input->sequence, length);
	input->length = 0;
	input->cut = false;
	if (cut || is_answer(sequence, length))
		return;
	if (length == 3 && memcmp(sequence, "\033[M", length) == 0) {
		input->mouse = MOUSE_BYTES;
		return;
	}
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

/* What was unfinished never ends: an Esc, a key with Esc held; more is no key. */
static void
abandon(struct input *input)
{
	char sequence[2] = {input->sequence[0], input->sequence[1]};
	size_t length = input->length;
	input->length = 0;
	input->mouse = 0;
	input->cut = input->in_string = input->string_escape = false;
	if (length == 1)
		emit(input, INPUT_ESCAPE, 0, sequence, 1);
	else if (length == 2)
		emit(input, INPUT_META, (unsigned char)sequence[1], sequence, 2);
}

static void feed_string(struct input *input, char byte);

/* Takes in one byte of an escape sequence, or the Esc that begins one. */
static void
feed_sequence(struct input *input, char byte)
{
	if (input->length == 2 && begins_string(input->sequence[1])) {
		input->length = 0;
		feed_string(input, byte);
		return;
	}
	if (byte == ESCAPE && input->length > 0)
		abandon(input);
	if (input->length == INPUT_SEQUENCE_MOST) { /* no key is so long: its end is waited for */
		input->cut = true;
		input->length--;
	}
	input->sequence[input->length++] = byte;
	if (is_complete(input->sequence, input->length))
		finish(input);
}

/* Takes in one byte of a string, and drops it. */
static void
feed_string(struct input *input, char byte)
{
	bool escape = input->string_escape;
	input->string_escape = byte == ESCAPE;
	input->in_string = byte != BELL && byte != CANCEL && byte != SUBSTITUTE &&
	    (!escape || byte == ESCAPE);
	if (escape && !input->in_string && byte != '\\') { /* it ended without ST */
		feed_sequence(input, ESCAPE);
		feed_sequence(input, byte);
	}
}

/* Takes in one byte. */
static void
feed_byte(struct input *input, char byte)
{
	if (input->pasting)
		feed_paste(input, byte);
	else if (input->in_string)
		feed_string(input, byte);
	else if (input->mouse > 0)
		input->mouse--;
	else if (input->length > 0 || byte == ESCAPE)
		feed_sequence(input, byte);
	else
		emit(input, INPUT_BYTE, (unsigned char)byte, &byte, 1);
}

/* Is it Ctrl-C or F10, and nothing else? */
static bool
is_way_out(const char *bytes, size_t length)
{
	static const char f10[] = "\033[21~";
	return (length == 1 && *bytes == CONTROL_C) ||
	    (length == sizeof f10 - 1 && memcmp(bytes, f10, length) == 0);
}

/* After a silence: was this typed, so that what is unfinished is given up?  In a paste
 * anything can stand, so only a key that leads out of all ends one. */
static void
hear_the_hand(struct input *input, const char *bytes, size_t length)
{
	if (!input->stalled)
		return;
	input->stalled = false;
	if (input->pasting)
		input->pasting = !is_way_out(bytes, length);
	else if (length == 1 || (*bytes == ESCAPE && bytes[1] != '\\'))
		abandon(input);
}

/* Is it the rest of an answer whose ESC came alone, and was taken for the key? */
static bool
goes_on_behind_escape(const struct input *input, const char *bytes, size_t length)
{
	static const struct { char first; const char *second; } beginnings[] = {
		{'[', "0123456789<=>?"}, {']', "0123456789"}, {'P', "0123456789>!$+="},
		{'_', "G"},
	};
	if (!input->escaped || length < 2)
		return false;
	for (size_t i = 0; i < sizeof beginnings / sizeof *beginnings; i++)
		if (bytes[0] == beginnings[i].first && bytes[1] != '\0' &&
		    strchr(beginnings[i].second, bytes[1]) != NULL)
			return true;
	return false;
}

void
input_feed(struct input *input, const char *bytes, size_t length)
{
	if (length == 0)
		return;
	hear_the_hand(input, bytes, length);
	if (goes_on_behind_escape(input, bytes, length))
		feed_sequence(input, ESCAPE);
	input->escaped = false;
	for (size_t i = 0; i < length; i++)
		feed_byte(input, bytes[i]);
}

/* Is something unfinished that only a terminal sends? */
static bool
is_in_answer(const struct input *input)
{
	return input->in_string || input->mouse > 0 || input->length > 2;
}

int
input_waits(const struct input *input)
{
	if (input->stalled)
		return 0;
	if (input->pasting || is_in_answer(input))
		return INPUT_PASTE_MS;
	if (input->length == 2)
		return INPUT_META_MS;
	return input->length > 0 ? INPUT_ESCAPE_MS : 0;
}

void
input_timeout(struct input *input)
{
	if (input->stalled)
		return;
	if (input->pasting || is_in_answer(input)) {
		input->stalled = true;
		if (input->pasting)
			emit(input, INPUT_STALLED, 0, "", 0);
		return;
	}
	input->escaped = input->length == 1;
	abandon(input);
}
