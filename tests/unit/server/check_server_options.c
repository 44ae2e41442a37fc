/* The command line of tcpserv, as its parser understands it. */
#define options_parse server_options_parse
#include "../../../server/serv_options.c"
#undef options_parse

#include "suites.h"

enum { WORDS = 4 };

/* Parses a command line of up to three words. */
static struct options
parse(const char *first, const char *second, const char *third)
{
	const char *words[] = {"tcpserv", first, second, third, NULL};
	int count = 1;
	struct options options;
	memset(&options, 0xff, sizeof options);
	while (words[count] != NULL)
		count++;
	server_options_parse(&options, count, (char **)(void *)words);
	return options;
}

/* The port that is to be bound. */
static unsigned
port_of(const struct options *options)
{
	const struct sockaddr_in6 *six = (const void *)&options->address;
	const struct sockaddr_in *four = (const void *)&options->address;
	return ntohs(options->address.ss_family == AF_INET6 ? six->sin6_port :
	    four->sin_port);
}

/* The IPv4 address that is to be bound. */
static in_addr_t
address_of(const struct options *options)
{
	ck_assert_int_eq(options->address.ss_family, AF_INET);
	ck_assert_uint_eq(options->address_length, sizeof(struct sockaddr_in));
	const struct sockaddr_in *four = (const void *)&options->address;
	return ntohl(four->sin_addr.s_addr);
}

/* Every port there is. */
START_TEST(takes_ports)
{
	static const struct { const char *word; unsigned port; } ports[] = {
		{"0", 0}, {"1", 1}, {"65534", 65534}, {"65535", 65535},
	};
	for (size_t i = 0; i < sizeof ports / sizeof *ports; i++) {
		struct options options = parse(ports[i].word, NULL, NULL);
		ck_assert_uint_eq(port_of(&options), ports[i].port);
	}
}
END_TEST

/* Without a word: the defaults that the contract names. */
START_TEST(defaults)
{
	struct options options = parse(NULL, NULL, NULL);
	ck_assert_int_eq(options.reap, REAP_WAITPID);
	ck_assert_int_eq(options.sa_restart, 1);
	ck_assert_int_eq(options.eintr, EINTR_RETRY);
	ck_assert_int_eq(options.service, SERVICE_ECHO);
	ck_assert_int_eq(options.long_size, LONG_64);
	ck_assert_int_eq(options.byte_order, 0);
	ck_assert_int_eq(options.reuseaddr, 1);
	ck_assert_int_eq(options.backlog, 1024);
	ck_assert_int_eq(options.max_children, 2000);
	ck_assert_int_eq(options.sigterm_catch, 0);
	ck_assert_int_eq(options.leak_connfd, 0);
	ck_assert_int_eq(options.sigpipe_ignore, 0);
	ck_assert_int_eq(options.close_unread, 0);
	ck_assert_int_eq(options.process_room, 0);
	ck_assert_int_eq(options.accept_delay.tv_sec, 0);
	ck_assert_int_eq(options.accept_delay.tv_nsec, 0);
	ck_assert_uint_eq(address_of(&options), INADDR_ANY);
	ck_assert_uint_eq(port_of(&options), 9877);
}
END_TEST

/* Each word of each setting, in the order of its values. */
static const struct {
	const char *name;
	const char *values[WORDS];
	size_t offset;
} words[] = {
	{"reap", {"none", "wait", "waitpid", "ignore"}, offsetof(struct options, reap)},
	{"sa_restart", {"off", "on"}, offsetof(struct options, sa_restart)},
	{"eintr", {"retry", "die"}, offsetof(struct options, eintr)},
	{"service", {"echo", "sum", "sum-binary"}, offsetof(struct options, service)},
	{"long", {"32", "64"}, offsetof(struct options, long_size)},
	{"byte_order", {"native", "big", "little", "network"},
	 offsetof(struct options, byte_order)},
	{"reuseaddr", {"off", "on"}, offsetof(struct options, reuseaddr)},
	{"sigterm", {"default", "catch"}, offsetof(struct options, sigterm_catch)},
	{"leak_connfd", {"off", "on"}, offsetof(struct options, leak_connfd)},
	{"sigpipe", {"default", "ignore"}, offsetof(struct options, sigpipe_ignore)},
	{"close", {"eof", "unread"}, offsetof(struct options, close_unread)},
};

START_TEST(takes_words)
{
	char argument[64];
	for (int place = 0; place < WORDS && words[_i].values[place] != NULL; place++) {
		snprintf(argument, sizeof argument, "--%s=%s", words[_i].name,
		    words[_i].values[place]);
		struct options options = parse(argument, NULL, NULL);
		struct options rest = parse(NULL, NULL, NULL);
		int *value = (int *)(void *)((char *)&options + words[_i].offset);
		ck_assert_msg(*value == place, "%s is %d", argument, *value);
		*value = *(int *)(void *)((char *)&rest + words[_i].offset);
		ck_assert_msg(memcmp(&options, &rest, sizeof options) == 0,
		    "%s changes more than that", argument);
	}
}
END_TEST

static const struct {
	const char *argument;
	size_t offset;
	int value;
} counts[] = {
	{"--backlog=0", offsetof(struct options, backlog), 0},
	{"--backlog=1000000", offsetof(struct options, backlog), 1000000},
	{"--backlog=5", offsetof(struct options, backlog), 5},
	{"--max_children=0", offsetof(struct options, max_children), 0},
	{"--max_children=1000000", offsetof(struct options, max_children), 1000000},
	{"--process_room=9", offsetof(struct options, process_room), 9},
	{"--process_room=1000000", offsetof(struct options, process_room), 1000000},
};

/* Whole numbers, up to the last one. */
START_TEST(takes_counts)
{
	struct options options = parse(counts[_i].argument, NULL, NULL);
	int *value = (int *)(void *)((char *)&options + counts[_i].offset);
	ck_assert_msg(*value == counts[_i].value, "%s is %d", counts[_i].argument, *value);
}
END_TEST

static const struct {
	const char *argument;
	long seconds, nanoseconds;
} delays[] = {
	{"--accept_delay=0", 0, 0}, {"--accept_delay=2", 2, 0},
	{"--accept_delay=.5", 0, 500000000}, {"--accept_delay=1.25", 1, 250000000},
	{"--accept_delay=9", 9, 0}, {"--accept_delay=3600", 3600, 0},
};

/* Seconds with a fraction. */
START_TEST(takes_delays)
{
	struct options options = parse(delays[_i].argument, NULL, NULL);
	ck_assert_int_eq(options.accept_delay.tv_sec, delays[_i].seconds);
	ck_assert_int_eq(options.accept_delay.tv_nsec, delays[_i].nanoseconds);
}
END_TEST

/* The address to bind, and a port, in whichever order. */
START_TEST(takes_addresses)
{
	struct options options = parse("--bind=127.0.0.1", "0", NULL);
	ck_assert_uint_eq(address_of(&options), INADDR_LOOPBACK);
	ck_assert_uint_eq(port_of(&options), 0);
	options = parse("65535", "--bind=::1", NULL);
	ck_assert_int_eq(options.address.ss_family, AF_INET6);
	ck_assert_uint_eq(options.address_length, sizeof(struct sockaddr_in6));
	ck_assert(IN6_IS_ADDR_LOOPBACK(
	    &((struct sockaddr_in6 *)(void *)&options.address)->sin6_addr));
	ck_assert_uint_eq(port_of(&options), 65535);
	options = parse("--bind=::1", "--bind=any", NULL);
	ck_assert_uint_eq(address_of(&options), INADDR_ANY);
	ck_assert_uint_eq(port_of(&options), 9877);
}
END_TEST

/* What cannot be written is no success. */
START_TEST(help_on_a_full_disk)
{
	ck_assert_ptr_nonnull(freopen("/dev/full", "w", stdout));
	parse(_i == 0 ? "--help" : "--version", NULL, NULL);
}
END_TEST

/* The command line of the server. */
Suite *
server_options_suite(void)
{
	Suite *suite = suite_create("server_options");
	TCase *tcase = tcase_create("server_options");
	tcase_add_test(tcase, defaults);
	tcase_add_test(tcase, takes_ports);
	tcase_add_loop_test(tcase, takes_words, 0, (int)(sizeof words / sizeof *words));
	tcase_add_loop_test(tcase, takes_counts, 0, (int)(sizeof counts / sizeof *counts));
	tcase_add_loop_test(tcase, takes_delays, 0, (int)(sizeof delays / sizeof *delays));
	tcase_add_test(tcase, takes_addresses);
	tcase_add_loop_exit_test(tcase, help_on_a_full_disk, 1, 0, 2);
	suite_add_tcase(suite, tcase);
	return suite;
}
