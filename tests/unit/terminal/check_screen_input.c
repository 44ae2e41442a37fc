/* check_screen_input.c: the terminal's bytes, taken apart into keys, pastes and text. */
#include "input.h"

#include "suites.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

enum { TEXT = 512 };

/* Writes what tokens come, in words. */
static void
write_token(void *context, const struct input_token *token)
{
	static const char *const names[] = {
		[INPUT_ESCAPE] = "esc", [INPUT_UP] = "up", [INPUT_DOWN] = "down",
		[INPUT_LEFT] = "left", [INPUT_RIGHT] = "right",
		[INPUT_PAGE_UP] = "pgup", [INPUT_PAGE_DOWN] = "pgdn",
		[INPUT_HOME] = "home", [INPUT_END] = "end",
		[INPUT_BACK_TAB] = "backtab", [INPUT_SEQUENCE] = "seq",
		[INPUT_STALLED] = "stalled",
	};
	char *text = context;
	size_t used = strlen(text), room = TEXT - used;
	text += used;
	if (token->kind == INPUT_BYTE)
		snprintf(text, room, "%c", token->number);
	else if (token->kind == INPUT_FUNCTION)
		snprintf(text, room, "<F%d>", token->number);
	else if (token->kind == INPUT_META)
		snprintf(text, room, "<M-%c>", token->number);
	else if (token->kind == INPUT_PASTE)
		snprintf(text, room, "<paste:%.*s>", (int)token->length, token->bytes);
	else
		snprintf(text, room, "<%s>", names[token->kind]);
}

/* Bytes, and the tokens they are; the last ones may need the timer. */
static const struct { const char *bytes, *tokens; } decoded[] = {
	{"abc", "abc"},
	{"\033OP\033OS", "<F1><F4>"},
	{"\033[11~\033[15~\033[17~\033[21~", "<F1><F5><F6><F10>"},
	{"\033[[A\033[[E", "<F1><F5>"},
	{"\033[A\033OB\033[C\033[D", "<up><down><right><left>"},
	{"\033[5~\033[6~\033[H\033[4~\033[Z", "<pgup><pgdn><home><end><backtab>"},
	{"\033", "<esc>"},
	{"\033\033", "<esc><esc>"},
	{"\0331", "<M-1>"},
	{"\033[", "<M-[>"},
	{"\033O", "<M-O>"},
	{"\033[1;5C", "<seq>"},
	{"\033[1;5", ""},
	{"x\033\033[Ay", "x<esc><up>y"},
	{"\033[200~one\rtwo\033[201~z", "<paste:one\rtwo>z"},
	{"\033[200~a\033[Ab\003c\033[201\033[201~", "<paste:a\033[Ab\003c\033[201>"},
	{"\033[200~\033[201~", "<paste:>"},
	{"\033[200~the end is lost\rq", "<stalled>"},
	{"\033[200~cut\033[20", "<stalled>"},
	{"\033[99999999999999999999999999999999~q", "q"},
	{"\033[999999999999999999999999999999~x", "x"}, /* one byte more than is kept */
	{"\033[9999999999999999999999999999~x", "<seq>x"}, /* one byte less */
	{"\033[?25hx", "x"}, {"\033[1$y", ""}, {"\033[@x", "<seq>x"},
	{"\033[1\rx", "x"}, {"\033[\037x", "x"}, {"\033[ x", ""},
	{"\033\303\251", "<M-\303>\251"}, {"\033[[Zx", "<seq>x"}, {"\033OOx", "<seq>x"},
	{"\033[[", ""}, {"\033O\033OP", "<M-O><F1>"}, {"\033[2\033[A", "<up>"},
	{"\033[200~a\033[200~b\033[201~", "<paste:a\033[200~b>"},
	{"\033[201~x", "<seq>x"}, {"~\033[200~", "~<stalled>"},
	{"\033]", "<M-]>"}, {"\033P", "<M-P>"}, {"\033X", "<M-X>"}, {"\033^", "<M-^>"},
	{"\033_", "<M-_>"}, {"\033\\", "<M-\\>"},
	/* what terminals answer: colours, the clipboard, their names and kinds, modes */
	{"\033]4;5;rgb:0000/cdcd/0000\033\\x", "x"}, {"\033]4;5;rgb:0000/cdcd/0000\007x", "x"},
	{"\033]11;rgb:1e1e/1e1e/1e1e\033\\", ""}, {"\033]52;c;cXF1aXQK\007q", "q"},
	{"\033]\007x", "x"}, {"\033]\033\\x", "x"}, {"\033]l456\033\033\\x", "x"},
	{"\033P>|XTerm(378)\033\\x", "x"}, {"\033P!|00000000\033\\x", "x"},
	{"\033P1+r544e=787465726d\033\\x", "x"}, {"\033_Gi=31;OK\033\\x", "x"},
	{"\033Xr456\033\\x", "x"}, {"\033^4567\033\\x", "x"}, {"\033P4567\030x", "x"},
	{"\033P4567\032x", "x"}, {"\033]4;5\033[Ax", "<up>x"}, {"\033]4;5\033OP", "<F1>"},
	{"\033[?62;22;52cx", "x"}, {"\033[>41;378;0cx", "x"}, {"\033[?1;2;3;4;5;6;7;8;9;10;11;12;"
	    "13;14;15;16;17;18;19;20;21;22cx", "x"}, {"\033[?2026;2$yx", "x"}, {"\033[0nx", "x"},
	{"\033[24;80Rx", "x"}, {"\033[1;2Rx", "<seq>x"}, {"\033[8;24;80tx", "x"},
	{"\033[Ix\033[Oy", "xy"}, {"\033[?1ux", "x"}, {"\033[=1xx", "x"},
	/* the mouse: X10, SGR, urxvt */
	{"\033[M qqx", "x"}, {"\033[M\033\033\033x", "x"}, {"\033[<0;35;4Mx\033[<0;35;4my", "xy"},
	{"\033[32;35;4Mx", "x"},
};

enum { DECODED = sizeof decoded / sizeof *decoded };

START_TEST(bytes_are_taken_apart)
{
	struct input input;
	char text[TEXT] = "";
	input_init(&input, write_token, text);
	input_feed(&input, decoded[_i].bytes, strlen(decoded[_i].bytes));
	if (input_waits(&input) != 0)
		input_timeout(&input);
	input_release(&input);
	ck_assert_str_eq(text, decoded[_i].tokens);
}
END_TEST

START_TEST(however_the_bytes_are_split)
{
	const char *bytes = decoded[_i].bytes;
	size_t length = strlen(bytes);
	for (size_t split = 0; split <= length; split++) {
		struct input input;
		char text[TEXT] = "";
		input_init(&input, write_token, text);
		input_feed(&input, bytes, split);
		input_feed(&input, bytes + split, length - split);
		if (input_waits(&input) != 0)
			input_timeout(&input);
		ck_assert_str_eq(text, decoded[_i].tokens);
		*text = '\0';
		input_release(&input);
		input_init(&input, write_token, text);
		for (size_t i = 0; i < length; i++)
			input_feed(&input, &bytes[i], 1);
		if (input_waits(&input) != 0)
			input_timeout(&input);
		input_release(&input);
		ck_assert_str_eq(text, decoded[_i].tokens);
	}
}
END_TEST

/* Every sequence that is a key. */
static const struct { const char *sequence; enum input_kind kind; int number; } keys[] = {
	{"OP", INPUT_FUNCTION, 1}, {"[P", INPUT_FUNCTION, 1}, {"[11~", INPUT_FUNCTION, 1},
	{"[[A", INPUT_FUNCTION, 1}, {"OQ", INPUT_FUNCTION, 2}, {"[Q", INPUT_FUNCTION, 2},
	{"[12~", INPUT_FUNCTION, 2}, {"[[B", INPUT_FUNCTION, 2}, {"OR", INPUT_FUNCTION, 3},
	{"[R", INPUT_FUNCTION, 3}, {"[13~", INPUT_FUNCTION, 3}, {"[[C", INPUT_FUNCTION, 3},
	{"OS", INPUT_FUNCTION, 4}, {"[S", INPUT_FUNCTION, 4}, {"[14~", INPUT_FUNCTION, 4},
	{"[[D", INPUT_FUNCTION, 4}, {"[15~", INPUT_FUNCTION, 5}, {"[[E", INPUT_FUNCTION, 5},
	{"[17~", INPUT_FUNCTION, 6}, {"[18~", INPUT_FUNCTION, 7}, {"[19~", INPUT_FUNCTION, 8},
	{"[20~", INPUT_FUNCTION, 9}, {"[21~", INPUT_FUNCTION, 10},
	{"[23~", INPUT_FUNCTION, 11}, {"[24~", INPUT_FUNCTION, 12},
	{"[A", INPUT_UP, 0}, {"OA", INPUT_UP, 0}, {"[B", INPUT_DOWN, 0}, {"OB", INPUT_DOWN, 0},
	{"[C", INPUT_RIGHT, 0}, {"OC", INPUT_RIGHT, 0}, {"[D", INPUT_LEFT, 0},
	{"OD", INPUT_LEFT, 0}, {"[5~", INPUT_PAGE_UP, 0}, {"[6~", INPUT_PAGE_DOWN, 0},
	{"[H", INPUT_HOME, 0}, {"OH", INPUT_HOME, 0}, {"[1~", INPUT_HOME, 0},
	{"[7~", INPUT_HOME, 0}, {"[F", INPUT_END, 0}, {"OF", INPUT_END, 0},
	{"[4~", INPUT_END, 0}, {"[8~", INPUT_END, 0}, {"[Z", INPUT_BACK_TAB, 0},
	{"[2~", INPUT_SEQUENCE, 0}, {"[3~", INPUT_SEQUENCE, 0}, {"[16~", INPUT_SEQUENCE, 0},
	{"[22~", INPUT_SEQUENCE, 0}, {"[25~", INPUT_SEQUENCE, 0}, {"[E", INPUT_SEQUENCE, 0},
	{"x", INPUT_META, 'x'}, {"\r", INPUT_META, '\r'}, {"\351", INPUT_META, 0351},
};

/* Keeps the last token, and a copy of its bytes. */
struct kept {
	struct input_token token;
	char bytes[TEXT];
	int count;
};

static void
keep_token(void *context, const struct input_token *token)
{
	struct kept *kept = context;
	kept->token = *token;
	ck_assert_uint_lt(token->length, sizeof kept->bytes);
	if (token->length > 0) /* an empty paste may have no bytes at all */
		memcpy(kept->bytes, token->bytes, token->length);
	kept->bytes[token->length] = '\0';
	kept->count++;
}

/* A key keeps its bytes, for readline. */
START_TEST(every_key_is_known_and_keeps_its_bytes)
{
	struct input input;
	struct kept kept = {.count = 0};
	char bytes[16];
	input_init(&input, keep_token, &kept);
	snprintf(bytes, sizeof bytes, "\033%s", keys[_i].sequence);
	input_feed(&input, bytes, strlen(bytes));
	ck_assert_int_eq(input_waits(&input), 0);
	ck_assert_int_eq(kept.count, 1);
	ck_assert_int_eq(kept.token.kind, keys[_i].kind);
	ck_assert_int_eq(kept.token.number, keys[_i].number);
	ck_assert_str_eq(kept.bytes, bytes);
	ck_assert_uint_eq(kept.token.length, strlen(bytes));
	input_release(&input);
}
END_TEST

START_TEST(a_byte_is_itself)
{
	struct input input;
	for (int byte = 0; byte < 256; byte++) {
		struct kept kept = {.count = 0};
		char text = (char)byte;
		input_init(&input, keep_token, &kept);
		input_feed(&input, &text, 1);
		ck_assert_int_eq(kept.count, byte != 033);
		if (byte == 033)
			input_timeout(&input);
		ck_assert_int_eq(kept.token.kind, byte == 033 ? INPUT_ESCAPE : INPUT_BYTE);
		ck_assert_int_eq(kept.token.number, byte == 033 ? 0 : byte);
		ck_assert_uint_eq(kept.token.length, 1);
		ck_assert_int_eq(kept.bytes[0], text);
		input_release(&input);
	}
}
END_TEST

/* What is unfinished waits a moment, a paste longer; nothing else waits. */
START_TEST(what_is_unfinished_waits_for_so_long)
{
	static const struct { const char *bytes; int waits; } table[] = {
		{"", 0}, {"a", 0}, {"\033", INPUT_ESCAPE_MS}, {"\033[", INPUT_META_MS},
		{"\033]", INPUT_META_MS}, {"\033O", INPUT_META_MS}, {"\033[1", INPUT_PASTE_MS},
		{"\033OP", 0}, {"\033x", 0}, {"\033]1", INPUT_PASTE_MS},
		{"\033[M", INPUT_PASTE_MS}, {"\033[Mabc", 0}, {"\033]1\033", INPUT_PASTE_MS},
		{"\033[200~", INPUT_PASTE_MS}, {"\033[200~a", INPUT_PASTE_MS},
		{"\033[200~a\033", INPUT_PASTE_MS}, {"\033[200~a\033[201~", 0},
	};
	struct input input;
	struct kept kept = {.count = 0};
	input_init(&input, keep_token, &kept);
	input_feed(&input, table[_i].bytes, strlen(table[_i].bytes));
	ck_assert_int_eq(input_waits(&input), table[_i].waits);
	if (table[_i].waits != 0)
		input_timeout(&input);
	ck_assert_int_eq(input_waits(&input), 0);
	int count = kept.count;
	input_timeout(&input); /* that was told */
	ck_assert_int_eq(kept.count, count);
	input_release(&input);
}
END_TEST

/* An Esc is waited for long enough for a slow line, and not so long that it is felt. */
START_TEST(the_waits_are_short)
{
	ck_assert_int_ge(INPUT_ESCAPE_MS, 20);
	ck_assert_int_le(INPUT_ESCAPE_MS, 100);
	ck_assert_int_ge(INPUT_PASTE_MS, 10 * INPUT_ESCAPE_MS);
	ck_assert_int_le(INPUT_PASTE_MS, 2000);
	ck_assert_int_gt(INPUT_META_MS, INPUT_ESCAPE_MS);
	ck_assert_int_lt(INPUT_META_MS, INPUT_PASTE_MS);
}
END_TEST

/* Pieces with a long silence behind each, and the tokens: "|" stands for what the
 * silence brings. */
static const struct { const char *pieces[4], *tokens; } silences[] = {
	/* a paste is one until its end, or until Ctrl-C by itself */
	{{"\033[200~ab", "cd\033[201~", "q"}, "<stalled>|<paste:abcd>|q|"},
	{{"\033[200~ab", "\003c", "\033[201~"}, "<stalled>|<stalled>|<paste:ab\003c>|"},
	{{"\033[200~ab", "\003", "q"}, "<stalled>|\003|q|"},
	{{"\033[200~ab", "\033[21~", "q"}, "<stalled>|<F10>|q|"},
	{{"\033[200~ab", "\033[21~\033[201~"}, "<stalled>|<paste:ab\033[21~>|"},
	{{"\033[200~ab", "\033[20~", "\033[201~"}, "<stalled>|<stalled>|<paste:ab\033[20~>|"},
	{{"\033[200~ab", "q", "\033[201~"}, "<stalled>|<stalled>|<paste:abq>|"},
	{{"\033[200~\003", "x\033[201~"}, "<stalled>|<paste:\003x>|"},
	/* an answer goes on in several bytes; one byte, or a key, was typed */
	{{"\033]4;5;rg", "b:0000\033\\", "4"}, "||4|"},
	{{"\033]4;5;rg", "b:00", "\033\\", "q"}, "|||q|"},
	{{"\033]4;5;rg", "q", "q"}, "|q|q|"},
	{{"\033]4;5;rg", "\033OP", "q"}, "|<F1>|q|"},
	{{"\033[?62;", "22c", "q"}, "||q|"}, {{"\033[?62;", "q", "q"}, "|q|q|"},
	{{"\033[M", "ab", "q", "q"}, "||q|q|"}, {{"\033[Mq", "ab", "q"}, "||q|"},
	{{"\033[1;5", "C", "q"}, "|C|q|"},
	/* an Esc that came alone is a key; what comes at once behind it may be no key */
	{{"\033", "]4;5;rgb:00/00/00\033\\", "q"}, "<esc>||q|"},
	{{"\033", "[?62;22c", "q"}, "<esc>||q|"}, {{"\033", "P>|XTerm\033\\"}, "<esc>||"},
	{{"\033", "_Gi=1;OK\033\\"}, "<esc>||"}, {{"\033", "]x"}, "<esc>|]x|"},
	{{"\033", "]", "4"}, "<esc>|]|4|"}, {{"\033", "Px"}, "<esc>|Px|"},
	{{"\033", "a", "]4;5"}, "<esc>|a|]4;5|"}, {{"]4;5"}, "]4;5|"},
	{{"\033[", "4"}, "<M-[>|4|"}, {{"\033]", "4"}, "<M-]>|4|"},
	{{"\033]", "4;5;rgb"}, "<M-]>|4;5;rgb|"},
};

START_TEST(a_silence_tells_the_hand_from_the_terminal)
{
	struct input input;
	char text[TEXT] = "";
	input_init(&input, write_token, text);
	for (int i = 0; i < 4 && silences[_i].pieces[i] != NULL; i++) {
		input_feed(&input, silences[_i].pieces[i], strlen(silences[_i].pieces[i]));
		if (input_waits(&input) != 0)
			input_timeout(&input);
		strcat(text, "|");
	}
	ck_assert_str_eq(text, silences[_i].tokens);
	input_release(&input);
}
END_TEST

/* Keeps what was pasted. */
struct pasted {
	char *bytes;
	size_t length;
	int count;
};

static void
keep_paste(void *context, const struct input_token *token)
{
	struct pasted *pasted = context;
	ck_assert_int_eq(token->kind, INPUT_PASTE);
	free(pasted->bytes);
	pasted->bytes = malloc(token->length + 1);
	ck_assert_ptr_nonnull(pasted->bytes);
	if (token->length > 0)
		memcpy(pasted->bytes, token->bytes, token->length);
	pasted->length = token->length;
	pasted->count++;
}

/* Around the sizes at which the room for it grows. */
START_TEST(a_paste_of_any_size_is_whole)
{
	static const size_t sizes[] = {0, 1, 4089, 4090, 4091, 4095, 4096, 4097, 8192,
	    100000};
	struct input input;
	struct pasted pasted = {.count = 0};
	input_init(&input, keep_paste, &pasted);
	for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
		input_feed(&input, "\033[200~", 6);
		for (size_t j = 0; j < sizes[i]; j++)
			input_feed(&input, &"0123456789"[j % 10], 1);
		input_feed(&input, "\033[201~", 6);
		ck_assert_int_eq(pasted.count, (int)i + 1);
		ck_assert_uint_eq(pasted.length, sizes[i]);
		for (size_t j = 0; j < sizes[i]; j++)
			ck_assert_int_eq(pasted.bytes[j], '0' + (int)(j % 10));
	}
	free(pasted.bytes);
	input_release(&input);
}
END_TEST

/* One that is too large for the memory that there is: it is dropped whole, its end is still
 * seen, and the next one is as any.  (The sanitizers' memory has no such limit.) */
START_TEST(a_paste_without_memory_is_dropped_whole)
{
#ifndef __SANITIZE_ADDRESS__
	enum { MEGABYTES_MORE = 24, PIECES = 40 };
	static char piece[1 << 20];
	struct input input;
	struct pasted pasted = {.count = 0};
	struct rlimit limit = {.rlim_max = RLIM_INFINITY};
	unsigned long pages = 0;
	FILE *statm = fopen("/proc/self/statm", "r");
	ck_assert_ptr_nonnull(statm);
	ck_assert_int_eq(fscanf(statm, "%lu", &pages), 1);
	fclose(statm);
	ck_assert_int_eq(getrlimit(RLIMIT_AS, &limit), 0);
	limit.rlim_cur = pages * (unsigned long)sysconf(_SC_PAGESIZE) +
	    (MEGABYTES_MORE << 20);
	ck_assert_int_eq(setrlimit(RLIMIT_AS, &limit), 0);
	memset(piece, 'x', sizeof piece);
	input_init(&input, keep_paste, &pasted);
	input_feed(&input, "\033[200~", 6);
	for (int i = 0; i < PIECES; i++)
		input_feed(&input, piece, sizeof piece);
	ck_assert(input.paste_failed);
	input_feed(&input, "\033[201~", 6);
	ck_assert_int_eq(pasted.count, 1);
	ck_assert_uint_eq(pasted.length, 0);
	input_feed(&input, "\033[200~ok\033[201~", 14);
	ck_assert_int_eq(pasted.count, 2);
	ck_assert_uint_eq(pasted.length, 2);
	ck_assert(!input.paste_failed);
	free(pasted.bytes);
	input_release(&input);
#endif
}
END_TEST

Suite *
screen_input_suite(void)
{
	Suite *suite = suite_create("screen input");
	TCase *input = tcase_create("input");
	tcase_add_loop_test(input, bytes_are_taken_apart, 0, DECODED);
	tcase_add_loop_test(input, however_the_bytes_are_split, 0, DECODED);
	tcase_add_loop_test(input, every_key_is_known_and_keeps_its_bytes, 0,
	    sizeof keys / sizeof *keys);
	tcase_add_test(input, a_byte_is_itself);
	tcase_add_loop_test(input, what_is_unfinished_waits_for_so_long, 0, 17);
	tcase_add_loop_test(input, a_silence_tells_the_hand_from_the_terminal, 0,
	    sizeof silences / sizeof *silences);
	tcase_add_test(input, the_waits_are_short);
	tcase_add_test(input, a_paste_of_any_size_is_whole);
	tcase_add_test(input, a_paste_without_memory_is_dropped_whole);
	suite_add_tcase(suite, input);
	return suite;
}
