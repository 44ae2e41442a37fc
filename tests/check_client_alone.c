/* tcpcli by itself, as in the lecture, with tcpserv by itself or with the test. */
#include "suites.h"
#include "program_fixture.h"

#include <stdio.h>

/* Both programs by themselves, as in the lecture. */
START_TEST(by_themselves)
{
	char line[64];
	struct program *server = program_start(true, "--bind=127.0.0.1 0", false);
	const char *said = read_line(server->error);
	ck_assert_ptr_nonnull(strstr(said, "listening on 127.0.0.1:"));
	snprintf(line, sizeof line, "127.0.0.1 %d", atoi(strrchr(said, ':') + 1));
	struct program *client = program_start(false, line, false);
	ck_assert_int_eq(write(client->input, "hello\n", 6), 6);
	ck_assert_str_eq(read_line(client->output), "hello\n");
	ck_assert_ptr_nonnull(strstr(read_line(server->error), "connection from"));
	ck_assert_int_eq(write(client->input, "a\n\nlast", 7), 7);
	close(client->input);
	client->input = -1;
	ck_assert_str_eq(read_line(client->output), "a\n");
	ck_assert_str_eq(read_line(client->output), "\n");
	ck_assert_str_eq(read_line(client->output), "last");
	ends_with(client, 0);
	ck_assert_ptr_nonnull(strstr(read_line(server->error), "serves it"));
	ck_assert_ptr_nonnull(strstr(read_line(server->error), "terminated"));
}
END_TEST

/* Both add binary numbers, in two byte orders. */
START_TEST(adding_by_themselves)
{
	char line[96];
	struct program *server = program_start(true, "--bind=127.0.0.1 --service=sum-binary "
	    "--long=32 --byte_order=little 0", false);
	const char *said = read_line(server->error);
	snprintf(line, sizeof line, "--service=sum-binary --long=32 "
	    "--byte_order=big 127.0.0.1 %d", atoi(strrchr(said, ':') + 1));
	struct program *client = program_start(false, line, false);
	ck_assert_int_eq(write(client->input, "1 2\nfoo\n-22 -77\n", 16), 16);
	close(client->input);
	client->input = -1;
	ck_assert_str_eq(read_line(client->output), "3\n");
	ck_assert_str_eq(read_line(client->output), "-16777314\n");
	ck_assert_ptr_nonnull(strstr(read_line(client->error), "invalid input: \"foo\""));
	ends_with(client, 0);
}
END_TEST

/* The client by itself, when its server ends first or is not there at all. */
START_TEST(client_alone_fails)
{
	char line[64];
	uint16_t port;
	int listener = bind_free(&port);
	if (_i == 0)
		ck_assert_int_eq(listen(listener, 1), 0);
	snprintf(line, sizeof line, "localhost %u", port);
	struct program *client = program_start(false, line, false);
	if (_i == 0) {
		int fd = keep_socket(accept(listener, NULL, NULL));
		ck_assert_int_eq(shutdown(fd, SHUT_WR), 0);
		ck_assert_int_eq(write(client->input, "hello\n", 6), 6);
		ck_assert_str_eq(read_line(client->error),
		    "tcpcli: server terminated prematurely\n");
	} else {
		ck_assert_ptr_nonnull(strstr(read_line(client->error),
		    "connect: Connection refused"));
	}
	ends_with(client, 1);
}
END_TEST

/* The client by itself. */
Suite *
client_alone_suite(void)
{
	Suite *suite = suite_create("client_alone");
	TCase *tcase = programs_case(suite, "client_alone");
	tcase_add_test(tcase, by_themselves);
	tcase_add_test(tcase, adding_by_themselves);
	tcase_add_loop_test(tcase, client_alone_fails, 0, 2);
	return suite;
}
