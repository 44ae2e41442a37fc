/* fuzz_answers.c: what a terminal answers (ECMA-48: control sequences and strings, and
 * the mouse) in pieces, with pauses: no key comes of it, and the next one that is typed
 * is heard.  Where its ESC came alone it cannot be told from the Esc key, so a pause is
 * never right behind that. */
#include "fuzz.h"

#include "input.h"

enum { ESCAPE = 0x1b, DELETE = 0x7f, ANSWER_MOST = 200 };

/* How answers begin, and whether they are strings. */
static const struct { const char *begin, *end; bool string; } kinds[] = {
	{"\033]", "\033\\", true}, {"\033]", "\007", true}, {"\033P", "\033\\", true},
	{"\033_", "\033\\", true}, {"\033^", "\033\\", true}, {"\033X", "\033\\", true},
	{"\033[?", "c", false}, {"\033[>", "c", false}, {"\033[?", "$y", false},
	{"\033[2", "R", false}, {"\033[", "n", false}, {"\033[", "t", false},
	{"\033[<", "M", false}, {"\033[<", "m", false}, {"\033[?", "u", false},
	{"\033[I", "", false}, {"\033[O", "", false},
};

struct bytes {
	const uint8_t *at;
	size_t left;
};

/* The next of the fuzzer's bytes; 0 when there is none more. */
static unsigned
next(struct bytes *bytes)
{
	if (bytes->left == 0)
		return 0;
	bytes->left--;
	return *bytes->at++;
}

static void
count(void *context, const struct input_token *token)
{
	unsigned *tokens = context;
	(void)token;
	++*tokens;
}

/* Writes an answer: its beginning, a body of what may stand in it, its end. */
static size_t
make_answer(struct bytes *bytes, char *answer)
{
	unsigned kind = next(bytes) % (sizeof kinds / sizeof *kinds);
	size_t body = next(bytes) % (ANSWER_MOST - 8), used = strlen(kinds[kind].begin);
	memcpy(answer, kinds[kind].begin, used);
	for (size_t i = 0; i < body && *kinds[kind].end != '\0'; i++) {
		unsigned byte = next(bytes);
		if (kinds[kind].string) /* not what ends it */
			answer[used++] = byte < ' ' || byte == DELETE ? 'a' : (char)byte;
		else
			answer[used++] = "0123456789;:"[byte % 12];
	}
	memcpy(answer + used, kinds[kind].end, strlen(kinds[kind].end));
	return used + strlen(kinds[kind].end);
}

/* Feeds it in pieces; behind some of them nothing comes for long. */
static void
feed(struct input *input, struct bytes *bytes, const char *answer, size_t length)
{
	for (size_t at = 0; at < length;) {
		unsigned how = next(bytes);
		size_t piece = 1 + how % 16, left = length - at;
		piece = piece < left ? piece : left;
		/* after a silence a single byte is typed */
		if (input->stalled && piece == 1 && left > 1)
			piece = 2;
		else if (input->stalled && left == 1)
			return;
		input_feed(input, answer + at, piece);
		at += piece;
		if (how >= 128 && length - at > 1 &&
		    input_waits(input) == INPUT_PASTE_MS)
			input_timeout(input);
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct bytes bytes = {data, size};
	struct input input;
	unsigned tokens = 0;
	input_init(&input, count, &tokens);
	while (bytes.left > 0) {
		char answer[ANSWER_MOST];
		feed(&input, &bytes, answer, make_answer(&bytes, answer));
		FUZZ_CHECK(tokens == 0);
	}
	if (!input.stalled) {
		FUZZ_CHECK(input_waits(&input) == 0);
		input_feed(&input, "q", 1);
		FUZZ_CHECK(tokens == 1);
	}
	input_release(&input);
	return 0;
}
