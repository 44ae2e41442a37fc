/* check_endpoint.c: comparing, printing and parsing endpoints. */
#include "endpoint.h"

#include "suites.h"

/* An endpoint of a numeric address. */
static struct report_endpoint
make(const char *address, unsigned port)
{
	struct report_endpoint endpoint = {.port = (uint16_t)port, .family = 4};

	if (inet_pton(AF_INET, address, endpoint.address) == 1)
		return endpoint;
	endpoint.family = 6;
	ck_assert_int_eq(inet_pton(AF_INET6, address, endpoint.address), 1);
	return endpoint;
}

static const struct {
	const char *address;
	unsigned port;
	const char *text, *address_text;
} texts[] = {
	{"127.0.0.1", 9877, "127.0.0.1:9877", "127.0.0.1"},
	{"::1", 9877, "[::1]:9877", "::1"},
	{"0.0.0.0", 9877, "*:9877", "*"},
	{"::", 9877, "*:9877", "*"},
	{"0.0.0.0", 0, "*:*", "*"},
	{"::", 0, "*:*", "*"},
	{"10.1.2.3", 0, "10.1.2.3:*", "10.1.2.3"},
	{"::ffff:127.0.0.1", 80, "[::ffff:127.0.0.1]:80", "::ffff:127.0.0.1"},
	{"255.255.255.255", 65535, "255.255.255.255:65535", "255.255.255.255"},
	{"2001:db8:1111:2222:3333:4444:5555:6666", 65535,
	    "[2001:db8:1111:2222:3333:4444:5555:6666]:65535",
	    "2001:db8:1111:2222:3333:4444:5555:6666"},
};

START_TEST(test_text)
{
	struct report_endpoint endpoint = make(texts[_i].address, texts[_i].port);
	struct report_endpoint parsed;
	char text[ENDPOINT_TEXT];

	ck_assert_ptr_eq(endpoint_text(&endpoint, text), text);
	ck_assert_str_eq(text, texts[_i].text);
	ck_assert_str_eq(endpoint_address_text(&endpoint, text),
	    texts[_i].address_text);
	ck_assert_int_eq(endpoint_parse(&parsed, texts[_i].text, endpoint.family), 0);
	ck_assert_int_eq(parsed.family, endpoint.family);
	ck_assert(endpoint_equal(&parsed, &endpoint));
}
END_TEST

START_TEST(test_text_of_none)
{
	struct report_endpoint none = {.port = 7};
	char text[ENDPOINT_TEXT];

	ck_assert_str_eq(endpoint_text(&none, text), "-");
	ck_assert_str_eq(endpoint_address_text(&none, text), "-");
}
END_TEST

static const char *const bad_texts[] = {
	"", ":", "*", "*:", ":80", "127.0.0.1", "127.0.0.1:", "127.0.0.1:65536",
	"127.0.0.1:-1", "127.0.0.1:+1", "127.0.0.1: 1", "127.0.0.1:1x", "256.0.0.1:1",
	"[::1]", "[::1:80", "::1:80", "[]:80", "[::1]]:80", "host:80", "-",
	"127.0.0.1:99999999999999999999",
	"[1111111111111111111111111111111111111111111111111111111111111111111111]:1",
};

START_TEST(test_parse_bad)
{
	struct report_endpoint endpoint = {.port = 4711};

	for (size_t i = 0; i < sizeof bad_texts / sizeof bad_texts[0]; i++) {
		errno = 0;
		ck_assert_msg(endpoint_parse(&endpoint, bad_texts[i], 4) == -1,
		    "\"%s\"", bad_texts[i]);
		ck_assert_int_eq(errno, EINVAL);
		ck_assert_int_eq(endpoint.port, 4711);
	}
}
END_TEST

START_TEST(test_equal)
{
	struct report_endpoint four = make("127.0.0.1", 1000);
	struct report_endpoint mapped = make("::ffff:127.0.0.1", 1000);
	struct report_endpoint six = make("::1", 1000);
	struct report_endpoint other = make("127.0.0.1", 1001);
	struct report_endpoint address = make("127.0.0.2", 1000);
	struct report_endpoint compatible = make("::127.0.0.1", 1000);
	struct report_endpoint none = {.port = 1000};

	ck_assert(endpoint_equal(&four, &four));
	ck_assert(endpoint_equal(&four, &mapped));
	ck_assert(endpoint_equal(&mapped, &four));
	ck_assert(endpoint_equal(&six, &six));
	ck_assert(!endpoint_equal(&four, &six));
	ck_assert(!endpoint_equal(&four, &other));
	ck_assert(!endpoint_equal(&four, &address));
	ck_assert(!endpoint_equal(&four, &compatible));
	ck_assert(!endpoint_equal(&four, &none));
	four.address[9] = 1; /* behind an IPv4 address: without meaning */
	ck_assert(endpoint_equal(&four, &mapped));
}
END_TEST

START_TEST(test_unmapped)
{
	struct report_endpoint mapped = make("::ffff:10.0.0.1", 5);
	struct report_endpoint six = make("::fffe:10.0.0.1", 5);
	struct report_endpoint plain = endpoint_unmapped(mapped);

	ck_assert_int_eq(plain.family, 4);
	ck_assert_int_eq(plain.port, 5);
	ck_assert_mem_eq(plain.address, "\x0a\0\0\1", 4);
	ck_assert_int_eq(endpoint_unmapped(six).family, 6);
	ck_assert_int_eq(endpoint_unmapped(plain).family, 4);
}
END_TEST

START_TEST(test_kinds)
{
	static const struct {
		const char *address;
		bool any, loopback;
	} kinds[] = {
		{"0.0.0.0", true, false}, {"::", true, false},
		{"::ffff:0.0.0.0", true, false}, {"127.0.0.1", false, true},
		{"127.255.255.255", false, true}, {"128.0.0.1", false, false},
		{"::1", false, true}, {"::2", false, false}, {"1::1", false, false},
		{"::ffff:127.1.2.3", false, true}, {"0.0.0.1", false, false},
	};
	struct report_endpoint none = {0};

	for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
		struct report_endpoint endpoint = make(kinds[i].address, 1);
		ck_assert_msg(endpoint_is_any(&endpoint) == kinds[i].any,
		    "any: %s", kinds[i].address);
		ck_assert_msg(endpoint_is_loopback(&endpoint) == kinds[i].loopback,
		    "loopback: %s", kinds[i].address);
	}
	ck_assert(!endpoint_is_any(&none));
	ck_assert(!endpoint_is_loopback(&none));
}
END_TEST

START_TEST(test_serves)
{
	static const struct { const char *listener; uint16_t port; const char *host; bool serves; }
	cases[] = {
		{"127.0.0.1", 7, "127.0.0.1", true}, {"127.0.0.1", 8, "127.0.0.1", false},
		{"127.0.0.2", 7, "127.0.0.1", false}, {"::1", 7, "127.0.0.1", false},
		{"0.0.0.0", 7, "127.0.0.1", true}, {"::", 7, "127.0.0.1", true},
		{"0.0.0.0", 8, "127.0.0.1", false}, {"::", 8, "127.0.0.1", false},
		{"::1", 7, "::1", true}, {"::", 7, "::1", true}, {"0.0.0.0", 7, "::1", false},
		{"127.0.0.1", 7, "::1", false}, {"::ffff:127.0.0.1", 7, "127.0.0.1", true},
	};

	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct report_endpoint listener = make(cases[i].listener, cases[i].port);
		struct report_endpoint host = make(cases[i].host, 7);
		ck_assert_msg(endpoint_serves(&listener, &host) == cases[i].serves,
		    "%s port %u for %s", cases[i].listener, cases[i].port, cases[i].host);
	}
}
END_TEST

Suite *
endpoint_suite(void)
{
	Suite *suite = suite_create("endpoint");
	TCase *tcase = tcase_create("all");

	tcase_add_loop_test(tcase, test_text, 0,
	    (int)(sizeof texts / sizeof texts[0]));
	tcase_add_test(tcase, test_parse_bad);
	tcase_add_test(tcase, test_text_of_none);
	tcase_add_test(tcase, test_equal);
	tcase_add_test(tcase, test_unmapped);
	tcase_add_test(tcase, test_kinds);
	tcase_add_test(tcase, test_serves);
	suite_add_tcase(suite, tcase);
	return suite;
}
