/* tcpcli by itself, as in the lecture, with tcpserv by itself or with the test. */
#include "suites.h"
#include "program_fixture.h"

#include <fcntl.h>
#include <netdb.h>
#include <poll.h>
#include <signal.h>
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

/* A listener of the test, and a client by itself that was told to go there. */
static struct program *
start_alone(const char *settings, int *listener)
{
	char line[96];
	uint16_t port;
	*listener = bind_free(&port);
	ck_assert_int_eq(listen(*listener, 1), 0);
	snprintf(line, sizeof line, "%s 127.0.0.1 %u", settings, port);
	return program_start(false, line, false);
}

/* The same, connected; *fd: the test's end. */
static struct program *
start_connected(const char *settings, int *fd)
{
	int listener;
	struct program *client = start_alone(settings, &listener);
	*fd = keep_socket(accept(listener, NULL, NULL));
	return client;
}

/* Types something. */
static void
type(struct program *client, const char *text)
{
	ck_assert_int_eq(write(client->input, text, strlen(text)), (ssize_t)strlen(text));
}

/* Ends the client's input. */
static void
end_input(struct program *client)
{
	close(client->input);
	client->input = -1;
}

/* Checks what comes over a socket. */
static void
hears(int fd, const char *text)
{
	char bytes[64];
	size_t length = strlen(text);
	ck_assert_uint_le(length, sizeof bytes);
	await_readable(fd, program_now() + DEADLINE, text);
	ck_assert_int_eq(recv(fd, bytes, length, MSG_WAITALL), (ssize_t)length);
	ck_assert_mem_eq(bytes, text, length);
}

/* Says something over a socket. */
static void
says(int fd, const char *text)
{
	ck_assert_int_eq(send(fd, text, strlen(text), MSG_NOSIGNAL), (ssize_t)strlen(text));
}

/* The client has ended so, and said this and nothing more. */
static void
gives_up(struct program *client, const char *said)
{
	ends_with(client, 1);
	ck_assert_str_eq(read_line(client->error), said);
	ck_assert_str_eq(read_line(client->error), "");
}

/* Calls that fail on the way to the server, and what is said then. */
static const struct {
	enum failing_call call;
	int error;
	const char *said;
} ways[] = {
	{FAIL_socket, EMFILE, "tcpcli: socket: Too many open files: "
	 "is it the right ADDRESS, and is its host up?\n"},
	{FAIL_connect, ECONNREFUSED, "tcpcli: connect: Connection refused: "
	 "nothing listens there; start a server, or give another PORT\n"},
	{FAIL_connect, ENETUNREACH, "tcpcli: connect: Network is unreachable: "
	 "there is no way to that host; see \"ip route get ADDRESS\"\n"},
	{FAIL_connect, EHOSTUNREACH, "tcpcli: connect: No route to host: "
	 "there is no way to that host; see \"ip route get ADDRESS\"\n"},
	{FAIL_connect, ETIMEDOUT, "tcpcli: connect: Connection timed out: "
	 "is it the right ADDRESS, and is its host up?\n"},
	{FAIL_getaddrinfo, EAI_NONAME, "tcpcli: 127.0.0.1: Name or service not known: "
	 "give an address, or a name that resolves\n"},
	{FAIL_getaddrinfo, EAI_AGAIN, "tcpcli: 127.0.0.1: Temporary failure in name "
	 "resolution: give an address, or a name that resolves\n"},
};

START_TEST(does_not_get_there)
{
	int listener;
	struct failing_page *page = programs_fail(WHO_CLIENT, ways[_i].call, 1, 0,
	    ways[_i].error);
	struct program *client = start_alone("", &listener);
	gives_up(client, ways[_i].said);
	ck_assert_int_le(page->leaked[WHO_CLIENT], 0);
}
END_TEST

/* Where it connects to when nothing is said. */
START_TEST(default_port)
{
	struct failing_page *page = programs_fail(WHO_CLIENT, FAIL_connect, 1, 0,
	    ECONNREFUSED);
	struct program *client = program_start(false, "127.0.0.2", false);
	ends_with(client, 1);
	struct report_endpoint end = report_endpoint_from(&page->connected);
	ck_assert_uint_eq(end.family, 4);
	ck_assert_uint_eq(end.port, 9877);
	ck_assert_mem_eq(end.address, "\177\0\0\2", 4);
}
END_TEST

/* A name that has two addresses: the second is tried when the first does not answer, or
 * is of a family that there is no socket of; what failed last is told. */
START_TEST(tries_the_next_address)
{
	static const struct { enum failing_call call; int error; } first[] = {
		{FAIL_connect, ETIMEDOUT}, {FAIL_socket, EAFNOSUPPORT},
	};
	int listener;
	struct failing_page *page = programs_fail(WHO_CLIENT, FAIL_getaddrinfo, 1, 0, 0);
	programs_fail(WHO_CLIENT, first[_i].call, 1, 1, first[_i].error);
	struct program *client = start_alone("", &listener);
	int fd = keep_socket(accept(listener, NULL, NULL));
	type(client, "hello\n");
	hears(fd, "hello\n");
	says(fd, "hello\n");
	end_input(client);
	ends_with(client, 0);
	ck_assert_int_eq(page->counts[WHO_CLIENT][FAIL_connect], 2 - _i);
	ck_assert_int_le(page->leaked[WHO_CLIENT], 0);
}
END_TEST

START_TEST(tells_the_last_address)
{
	int listener;
	struct failing_page *page = programs_fail(WHO_CLIENT, FAIL_getaddrinfo, 1, 0, 0);
	programs_fail(WHO_CLIENT, FAIL_connect, 1, 1, ETIMEDOUT);
	programs_fail(WHO_CLIENT, _i == 0 ? FAIL_connect : FAIL_socket, 2, 1, ENETUNREACH);
	struct program *client = start_alone("", &listener);
	gives_up(client, "tcpcli: connect: Network is unreachable: "
	    "there is no way to that host; see \"ip route get ADDRESS\"\n");
	ck_assert_int_le(page->leaked[WHO_CLIENT], 0);
}
END_TEST

/* A line goes, and its answer is printed up to its newline; what came beyond it is the
 * next answer. */
START_TEST(exchanges_lines)
{
	int fd;
	struct program *client = start_connected("", &fd);
	type(client, "one\n");
	hears(fd, "one\n");
	says(fd, "1\n2\nthr");
	ck_assert_str_eq(read_line(client->output), "1\n");
	type(client, "two\nthree\n");
	hears(fd, "two\nthree\n");
	ck_assert_str_eq(read_line(client->output), "2\n");
	says(fd, "ee\n");
	ck_assert_str_eq(read_line(client->output), "three\n");
	end_input(client);
	ends_with(client, 0);
	ck_assert_str_eq(read_line(client->output), "");
	ck_assert_str_eq(read_line(client->error), "");
}
END_TEST

/* While it waits, for its input or for an answer, it does nothing. */
START_TEST(waits_quietly)
{
	int fd;
	struct failing_page *page = programs_watch();
	struct program *client = start_connected("", &fd);
	type(client, "one\n");
	hears(fd, "one\n");
	poll(NULL, 0, 60);
	await_blocked(client->pid);
	ck_assert_int_le(page->counts[WHO_CLIENT][FAIL_poll], 3);
	says(fd, "1\n");
	ck_assert_str_eq(read_line(client->output), "1\n");
	ck_assert_int_eq(shutdown(fd, SHUT_WR), 0); /* unnoticed: it reads its input */
	await_blocked(client->pid);
	ck_assert_int_le(page->counts[WHO_CLIENT][FAIL_poll], 4);
	end_input(client);
	ends_with(client, 0);
}
END_TEST

/* The last line may end without a newline: then the input's end is told, and what
 * comes up to the end of file is printed. */
START_TEST(last_line_has_no_newline)
{
	int fd;
	struct program *client = start_connected("", &fd);
	type(client, "last");
	end_input(client);
	hears(fd, "last");
	ck_assert_str_eq(read_line(fd), ""); /* the half-close */
	if (_i == 0) {
		says(fd, "la");
		says(fd, "st");
		ck_assert_int_eq(shutdown(fd, SHUT_WR), 0);
		ck_assert_str_eq(read_line(client->output), "last");
	} else {
		says(fd, "7\n"); /* a whole line is an answer without an end */
		ck_assert_str_eq(read_line(client->output), "7\n");
	}
	ends_with(client, 0);
	ck_assert_str_eq(read_line(client->error), "");
}
END_TEST

/* Ways in which the server is lost, and what is said of them. */
static const struct {
	const char *settings;
	enum failing_call call; /* FAIL_COUNT: none fails, the server is gone */
	int error;
	const char *typed, *said;
} losses[] = {
	{"", FAIL_COUNT, 0, "1 2\n", "tcpcli: server terminated prematurely\n"},
	{"--service=sum-binary", FAIL_COUNT, 0, "1 2\n",
	 "tcpcli: server terminated prematurely\n"},
	{"", FAIL_read, ECONNRESET, "1 2\n", "tcpcli: read: Connection reset by peer\n"},
	{"", FAIL_send, ECONNRESET, "1 2\n", "tcpcli: write: Connection reset by peer\n"},
	{"", FAIL_poll, ENOMEM, "1 2\n", "tcpcli: poll: Cannot allocate memory\n"},
	{"", FAIL_shutdown, ENOTCONN, "1 2",
	 "tcpcli: shutdown: Transport endpoint is not connected\n"},
	{"--service=sum-binary", FAIL_read, ECONNRESET, "1 2\n",
	 "tcpcli: read: Connection reset by peer\n"},
	{"--service=sum-binary", FAIL_write, EPIPE, "1 2\n", "tcpcli: write: Broken pipe\n"},
};

START_TEST(loses_its_server)
{
	int fd;
	struct failing_page *page = programs_watch();
	if (losses[_i].call != FAIL_COUNT)
		programs_fail(WHO_CLIENT, losses[_i].call, 1, 1, losses[_i].error);
	struct program *client = start_connected(losses[_i].settings, &fd);
	if (losses[_i].call == FAIL_COUNT)
		ck_assert_int_eq(shutdown(fd, SHUT_WR), 0);
	else
		(void)send(fd, "12345678", 8, MSG_NOSIGNAL);
	type(client, losses[_i].typed);
	end_input(client);
	gives_up(client, losses[_i].said);
	ck_assert_int_le(page->leaked[WHO_CLIENT], 0);
}
END_TEST

/* Calls that are interrupted or move few bytes: it is as if nothing had been. */
static const struct {
	const char *settings;
	enum failing_call call;
	int error; /* 0: few bytes */
} hindrances[] = {
	{"", FAIL_send, 0}, {"", FAIL_read, 0}, {"", FAIL_send, EINTR}, {"", FAIL_send, EAGAIN},
	{"", FAIL_poll, EINTR},
	{"--service=sum-binary --byte_order=big", FAIL_write, 0},
	{"--service=sum-binary --byte_order=big", FAIL_read, 0},
	{"--service=sum-binary --byte_order=big", FAIL_write, EINTR},
	{"--service=sum-binary --byte_order=big", FAIL_read, EINTR},
};

START_TEST(is_hindered)
{
	int fd;
	bool lines = hindrances[_i].settings[0] == '\0';
	if (hindrances[_i].error == 0)
		programs_move(WHO_CLIENT, hindrances[_i].call, 3);
	else
		programs_fail(WHO_CLIENT, hindrances[_i].call, 1, 1, hindrances[_i].error);
	struct program *client = start_connected(hindrances[_i].settings, &fd);
	type(client, lines ? "12345678\n" : "1 -1\n");
	if (lines) {
		hears(fd, "12345678\n");
		says(fd, "87654321\n");
		ck_assert_str_eq(read_line(client->output), "87654321\n");
	} else {
		char bytes[16];
		await_readable(fd, program_now() + DEADLINE, "two numbers");
		ck_assert_int_eq(recv(fd, bytes, 16, MSG_WAITALL), 16);
		ck_assert_mem_eq(bytes, "\0\0\0\0\0\0\0\1\xff\xff\xff\xff\xff\xff\xff\xff", 16);
		ck_assert_int_eq(write(fd, bytes + 8, 8), 8);
		ck_assert_str_eq(read_line(client->output), "-1\n");
	}
	end_input(client);
	ends_with(client, 0);
	ck_assert_str_eq(read_line(client->error), "");
}
END_TEST

/* Sizes and orders of a long, as they are told on the command line. */
static const struct { const char *settings; size_t size; const char *bytes, *sum; } longs[] = {
	{"--byte_order=big", 8, "\0\0\0\0\0\0\0\1\0\0\0\0\0\0\0\2", "1\n"},
	{"--byte_order=little", 8, "\1\0\0\0\0\0\0\0\2\0\0\0\0\0\0\0", "1\n"},
	{"--byte_order=network --long=32", 4, "\0\0\0\1\0\0\0\2", "1\n"},
	{"--byte_order=little --long=32", 4, "\1\0\0\0\2\0\0\0", "1\n"},
};

START_TEST(sends_longs)
{
	int fd;
	char settings[80], bytes[16];
	size_t size = longs[_i].size;
	snprintf(settings, sizeof settings, "--service=sum-binary %s", longs[_i].settings);
	struct program *client = start_connected(settings, &fd);
	type(client, "1 2\n");
	await_readable(fd, program_now() + DEADLINE, "two numbers");
	ck_assert_int_eq(recv(fd, bytes, 2 * size, MSG_WAITALL), (ssize_t)(2 * size));
	ck_assert_mem_eq(bytes, longs[_i].bytes, 2 * size);
	ck_assert_int_eq(write(fd, bytes, size), (ssize_t)size);
	ck_assert_str_eq(read_line(client->output), longs[_i].sum);
}
END_TEST

/* A line that is none of two numbers is told, nothing is sent, and the next one goes. */
START_TEST(passes_over_no_numbers)
{
	int fd;
	struct program *client = start_connected("--service=sum-binary --byte_order=big --long=32",
	    &fd);
	type(client, "one 2\n1 2");
	end_input(client);
	ck_assert_str_eq(read_line(client->error), "tcpcli: invalid input: \"one 2\" is not two "
	    "whole numbers of 32 bits, nothing was sent\n");
	await_readable(fd, program_now() + DEADLINE, "two numbers");
	char bytes[8];
	ck_assert_int_eq(recv(fd, bytes, 8, MSG_WAITALL), 8);
	ck_assert_mem_eq(bytes, "\0\0\0\1\0\0\0\2", 8);
	ck_assert_int_eq(write(fd, "\0\0\0\3", 4), 4);
	ck_assert_str_eq(read_line(client->output), "3\n");
	ends_with(client, 0);
}
END_TEST

/* Nobody reads what it prints. */
START_TEST(cannot_print)
{
	int fd;
	struct program *client = start_connected(_i == 0 ? "" :
	    "--service=sum-binary --long=32", &fd);
	close(client->output);
	client->output = dup(client->error);
	type(client, "1 2\n");
	await_readable(fd, program_now() + DEADLINE, "a line");
	says(fd, "123\n");
	gives_up(client, "tcpcli: standard output: Broken pipe\n");
}
END_TEST

/* Between fork and exec: an input that cannot be read. */
static void
take_directory(void)
{
	dup2(open("/", O_RDONLY | O_DIRECTORY), STDIN_FILENO);
}

START_TEST(cannot_read_its_input)
{
	int fd;
	programs_prepare(take_directory);
	struct program *client = start_connected("", &fd);
	gives_up(client, "tcpcli: standard input: Is a directory\n");
}
END_TEST

/* Between fork and exec: as most programs are started. */
static void
take_sigpipe(void)
{
	sigset_t none;
	signal(SIGPIPE, SIG_DFL);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
}

/* The second write after the server's end kills it, as in the lecture.  A busy kernel can
 * be late with the RST: then all sixteen bytes are written, and read meets the FIN. */
START_TEST(sigpipe_kills)
{
	int fd, status = 0;
	programs_prepare(take_sigpipe);
	programs_move(WHO_CLIENT, FAIL_write, 1);
	for (int i = 0; i < 4 && !WIFSIGNALED(status); i++) {
		struct program *client = start_connected("--service=sum-binary", &fd);
		drop_socket();
		type(client, "1 2\n");
		status = await_end(client);
		ck_assert_msg(WIFSIGNALED(status) || (WIFEXITED(status) && WEXITSTATUS(status) == 1),
		    "wait status 0x%x", (unsigned)status);
	}
	ck_assert_int_eq(WTERMSIG(status), SIGPIPE);
}
END_TEST

/* Lines that just fit what an answer is read into, that just do not, and one that is
 * longer than all there is between the two programs: echoed whole. */
static const size_t lengths[] = {1, 2, 4095, 4096, 4097, 8192, 8193, 65536, 8 << 20};

/* Types a line and reads it again; the client cannot print while nobody reads. */
static void
exchange_long_line(struct program *client, const char *line, size_t length)
{
	static char data[65536];
	size_t typed = 0, seen = 0;
	int64_t deadline = program_now() + 2 * DEADLINE;
	ck_assert_int_eq(fcntl(client->input, F_SETFL, O_NONBLOCK), 0);
	while (seen < length) {
		struct pollfd ready[2] = {{.fd = client->output, .events = POLLIN},
		    {.fd = typed < length ? client->input : -1, .events = POLLOUT}};
		ck_assert_int_lt(program_now(), deadline);
		ck_assert_int_gt(poll(ready, 2, DEADLINE), 0);
		if (ready[1].revents != 0) {
			ssize_t count = write(client->input, line + typed, length - typed);
			typed += count > 0 ? (size_t)count : 0;
		}
		if (ready[0].revents != 0) {
			ssize_t count = read(client->output, data, sizeof data);
			ck_assert_int_gt(count, 0);
			ck_assert_mem_eq(data, line + seen, (size_t)count);
			seen += (size_t)count;
		}
	}
}

START_TEST(lines_of_every_length)
{
	char settings[64], *line = malloc(lengths[_i] + 1);
	struct program *server = program_start(true, "--bind=127.0.0.1 0", false);
	snprintf(settings, sizeof settings, "127.0.0.1 %d",
	    atoi(strrchr(read_line(server->error), ':') + 1));
	struct program *client = program_start(false, settings, false);
	ck_assert_ptr_nonnull(line);
	for (size_t i = 0; i < lengths[_i]; i++)
		line[i] = (char)('a' + i % 26);
	line[lengths[_i] - 1] = '\n';
	exchange_long_line(client, line, lengths[_i]);
	exchange_long_line(client, "and\n", 4);
	end_input(client);
	ends_with(client, 0);
	free(line);
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
	tcase_add_loop_test(tcase, does_not_get_there, 0, (int)(sizeof ways / sizeof *ways));
	tcase_add_test(tcase, default_port);
	tcase_add_loop_test(tcase, tries_the_next_address, 0, 2);
	tcase_add_loop_test(tcase, tells_the_last_address, 0, 2);
	tcase_add_test(tcase, exchanges_lines);
	tcase_add_test(tcase, waits_quietly);
	tcase_add_loop_test(tcase, last_line_has_no_newline, 0, 2);
	tcase_add_loop_test(tcase, loses_its_server, 0, (int)(sizeof losses / sizeof *losses));
	tcase_add_loop_test(tcase, is_hindered, 0,
	    (int)(sizeof hindrances / sizeof *hindrances));
	tcase_add_loop_test(tcase, sends_longs, 0, (int)(sizeof longs / sizeof *longs));
	tcase_add_test(tcase, passes_over_no_numbers);
	tcase_add_loop_test(tcase, cannot_print, 0, 2);
	tcase_add_test(tcase, cannot_read_its_input);
	tcase_add_test(tcase, sigpipe_kills);
	tcase_add_loop_test(tcase, lines_of_every_length, 0,
	    (int)(sizeof lengths / sizeof *lengths));
	return suite;
}
