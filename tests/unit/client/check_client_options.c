/* The command line of tcpcli, as its parser understands it. */
#define options_parse client_options_parse
#include "../../../client/cli_options.c"
#undef options_parse

#include "suites.h"

/* Parses a command line of up to three words. */
static struct options
parse(const char *first, const char *second, const char *third)
{
	const char *words[] = {"tcpcli", first, second, third, NULL};
	int count = 1;
	struct options options;
	memset(&options, 0xff, sizeof options);
	while (words[count] != NULL)
		count++;
	client_options_parse(&options, count, (char **)(void *)words);
	return options;
}

/* An address alone. */
START_TEST(defaults)
{
	struct options options = parse("::1", NULL, NULL);
	ck_assert_str_eq(options.host, "::1");
	ck_assert_str_eq(options.port, "9877");
	ck_assert_int_eq(options.service, SERVICE_ECHO);
	ck_assert_int_eq(options.byte_order, WIRE_NATIVE);
	ck_assert_int_eq(options.is_long_64, 1);
}
END_TEST

static const struct {
	const char *argument;
	int service, byte_order, is_long_64;
} settings[] = {
	{"--service=echo", SERVICE_ECHO, WIRE_NATIVE, 1},
	{"--service=sum", SERVICE_SUM, WIRE_NATIVE, 1},
	{"--service=sum-binary", SERVICE_SUM_BINARY, WIRE_NATIVE, 1},
	{"--long=32", SERVICE_ECHO, WIRE_NATIVE, 0},
	{"--long=64", SERVICE_ECHO, WIRE_NATIVE, 1},
	{"--byte_order=native", SERVICE_ECHO, WIRE_NATIVE, 1},
	{"--byte_order=big", SERVICE_ECHO, WIRE_BIG, 1},
	{"--byte_order=little", SERVICE_ECHO, WIRE_LITTLE, 1},
	{"--byte_order=network", SERVICE_ECHO, WIRE_NETWORK, 1},
};

/* Each word of each setting. */
START_TEST(takes_words)
{
	struct options options = parse(settings[_i].argument, "host", "1");
	ck_assert_int_eq(options.service, settings[_i].service);
	ck_assert_int_eq(options.byte_order, settings[_i].byte_order);
	ck_assert_int_eq(options.is_long_64, settings[_i].is_long_64);
	ck_assert_str_eq(options.host, "host");
	ck_assert_str_eq(options.port, "1");
}
END_TEST

/* The setting may stand last, and the port be the highest. */
START_TEST(takes_ports)
{
	struct options options = parse("localhost", "65535", "--long=32");
	ck_assert_str_eq(options.host, "localhost");
	ck_assert_str_eq(options.port, "65535");
	ck_assert_int_eq(options.is_long_64, 0);
	ck_assert_str_eq(parse("localhost", "0080", NULL).port, "0080");
	ck_assert_str_eq(parse("localhost", "9", NULL).port, "9");
}
END_TEST

/* What cannot be written is no success. */
START_TEST(help_on_a_full_disk)
{
	ck_assert_ptr_nonnull(freopen("/dev/full", "w", stdout));
	parse(_i == 0 ? "--help" : "--version", NULL, NULL);
}
END_TEST

/* The command line of the client. */
Suite *
client_options_suite(void)
{
	Suite *suite = suite_create("client_options");
	TCase *tcase = tcase_create("client_options");
	tcase_add_test(tcase, defaults);
	tcase_add_loop_test(tcase, takes_words, 0, (int)(sizeof settings / sizeof *settings));
	tcase_add_test(tcase, takes_ports);
	tcase_add_loop_exit_test(tcase, help_on_a_full_disk, 1, 0, 2);
	suite_add_tcase(suite, tcase);
	return suite;
}
