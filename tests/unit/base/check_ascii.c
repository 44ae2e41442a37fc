/* check_ascii.c: text for a terminal without UTF-8. */
#include "ascii.h"

#include "suites.h"

#include <stdlib.h>
#include <string.h>

static const struct { const char *text, *ascii; } texts[] = {
	{"", ""}, {"plain ~ text\n\t", "plain ~ text\n\t"},
	{"a → b ← c ↔ d…", "a -> b <- c <-> d~"}, {"“x” ‘y’ – — · ×", "\"x\" 'y' - - - x"},
	{"─│═║►◄▲▼", "-|=#><^v"}, {"┌┬┼╔╬╬", "+++###"}, {"╭", "<U+256D>"},
	{"grüß", "gr<U+00FC><U+00DF>"}, {"日本", "<U+65E5><U+672C>"}, {"😀", "<U+1F600>"},
	{"\xc2\x9b" "31m", "<U+009B>31m"}, {"a\x9b\xff" "b", "a\\x9B\\xFFb"}, {"\xe2\x86", "\\xE2\\x86"},
};

START_TEST(text_becomes_ascii)
{
	char *ascii = ascii_text(texts[_i].text);
	ck_assert_ptr_nonnull(ascii);
	ck_assert_str_eq(ascii, texts[_i].ascii);
	free(ascii);
}
END_TEST

/* LC_ALL before LC_CTYPE before LANG, empty ones passed over; a name that is not there. */
static const struct { const char *all, *ctype, *lang; bool utf8; } locales[] = {
	{"C.UTF-8", "C", "C", true}, {"C", "C.UTF-8", "C.UTF-8", false},
	{"POSIX", NULL, NULL, false}, {"", "C.UTF-8", "C", true}, {NULL, "C", "C.UTF-8", false},
	{NULL, "", "C.UTF-8", true}, {NULL, NULL, NULL, false}, {"", "", "", false},
	{"xx_XX.UTF-8", NULL, NULL, true}, {"xx_XX.utf8", NULL, NULL, true},
	{"xx_XX.ISO-8859-1", "C.UTF-8", NULL, false}, {"xx_XX", NULL, "C.UTF-8", false},
};

static void
set(const char *name, const char *value)
{
	if (value != NULL)
		setenv(name, value, 1);
	else
		unsetenv(name);
}

START_TEST(the_locale_says_whether_utf8_is_taken)
{
	set("LC_ALL", locales[_i].all);
	set("LC_CTYPE", locales[_i].ctype);
	set("LANG", locales[_i].lang);
	ck_assert_int_eq(locale_is_utf8(), locales[_i].utf8);
}
END_TEST

Suite *
ascii_suite(void)
{
	Suite *suite = suite_create("ascii");
	TCase *all = tcase_create("all");
	tcase_add_loop_test(all, text_becomes_ascii, 0, sizeof texts / sizeof *texts);
	tcase_add_loop_test(all, the_locale_says_whether_utf8_is_taken, 0,
	    sizeof locales / sizeof *locales);
	suite_add_tcase(suite, all);
	return suite;
}
