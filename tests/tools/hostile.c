/* hostile.c: a server that sends what a terminal should never get.
 *
 *   hostile PORT           each line that comes is answered with the next of a list
 *   hostile PORT flood     each connection gets lines without end, about 1 MB a second
 *   hostile PORT deaf      nothing is read
 *   hostile PORT FILE      what comes is appended to the file, and nothing is answered
 *
 * It calls itself, and the child of each connection, by names that hold escape
 * sequences, too. */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

/* Each with its length: NUL is one of the bytes. */
#define LINE(text) {text "\n", sizeof text}
static const struct { const char *bytes; size_t length; } lines[] = {
	LINE("\033]0;a title\007 \033]2;another\033\\ title"),
	LINE("\033]52;c;aGVsbG8=\007 clipboard"),
	LINE("\033P1$r0m\033\\ DCS \033Pq#0;2;0;0;0#0~~@@vv\033\\ sixel"),
	LINE("\033[2J\033[H\033[31m\033[?1049l\033[?25l screen \033c reset"),
	LINE("\033[6n\033[c\033[>c\033[21t asks the terminal"),
	LINE("\2350;c1 title\234 \23331m C1 \220q\234 \302\23331m"),
	LINE("\rover\bwrite\007\t\v\f\016\017 controls \177"),
	LINE("NUL \0 in \0\0 it"),
	LINE("\342\200\256txt.exe\342\200\254 \342\201\246x\342\201\251 \330\234 bidi"),
	LINE("hid\342\200\213den\342\200\215 \342\201\240\357\273\277 \302\255 \341\240\216 soft"),
	LINE("\363\240\201\201\363\240\201\202 tags \357\270\217 \363\240\204\200 selectors"),
	LINE("\343\205\244\357\276\240\341\205\237\341\205\240 fillers \315\217 joiner"),
	LINE("\357\277\276\357\277\277\360\237\277\276 none \357\267\220 \315\270 unassigned"),
	LINE("\344\270\226\347\225\214 wide \360\237\230\200 "
	    "\360\237\221\250\342\200\215\360\237\221\251\342\200\215\360\237\221\247"),
	LINE("e\314\201 "
	    "a\314\200\314\201\314\202\314\203\314\204\314\205\314\206\314\207\314\210 marks"),
	LINE("\314\201\314\202 marks first"),
	LINE("\300\200 \340\200\257 \355\240\200 \364\220\200\200 \377\376 \303"),
	LINE("\356\200\200 private \363\260\200\200 \327\251\327\234\327\225\327\235 right to "
	    "left"),
	LINE("\033[200~ pasted? \033[201~ \033[?2004l"),
};

enum { LINES = sizeof lines / sizeof *lines, LONG = 70000 };

/* Sends all of it. */
static void
send_all(int fd, const char *bytes, size_t length)
{
	while (length > 0) {
		ssize_t sent = send(fd, bytes, length, MSG_NOSIGNAL);
		if (sent <= 0)
			_exit(0);
		bytes += sent;
		length -= (size_t)sent;
	}
}

/* The list, then a line of each byte value, then a very long one. */
static void
send_next(int fd, unsigned number)
{
	static char text[LONG + 40];
	size_t length = 0;
	if (number < LINES) {
		send_all(fd, lines[number].bytes, lines[number].length);
		return;
	}
	if (number % 3 == 0)
		for (int byte = 0; byte < 256; byte++)
			text[length++] = byte == '\n' ? ' ' : (char)byte;
	while (number % 3 == 1 && length < LONG)
		length += (size_t)snprintf(text + length, sizeof text - length,
		    "\033[3%um", number % 8);
	length += (size_t)snprintf(text + length, sizeof text - length, "the end of %u",
	    number);
	text[length++] = '\n';
	send_all(fd, text, length);
}

/* Answers each line. */
static void
answer(int fd)
{
	char byte;
	unsigned number = 0;
	while (read(fd, &byte, 1) == 1)
		if (byte == '\n')
			send_next(fd, number++);
}

/* Lines without end. */
static void
flood(int fd)
{
	static char text[10000];
	struct timespec pause = {.tv_nsec = 10000000};
	size_t length = 0;
	for (unsigned i = 0; length + 50 < sizeof text; i++)
		length += (size_t)snprintf(text + length, sizeof text - length,
		    "flood %u \033[31m\033]0;x\007\n", i);
	for (;;) {
		send_all(fd, text, length);
		nanosleep(&pause, NULL); /* sleep-ok: its pace */
	}
}

/* Keeps what comes. */
static void
keep(int fd, const char *path)
{
	char bytes[4096];
	ssize_t length;
	FILE *file = fopen(path, "ae");
	while (file != NULL && (length = read(fd, bytes, sizeof bytes)) > 0) {
		fwrite(bytes, 1, (size_t)length, file);
		fflush(file);
	}
}

/* Serves a connection. */
static void
serve(int fd, const char *how)
{
	if (*how == '\0')
		answer(fd);
	else if (strcmp(how, "flood") == 0)
		flood(fd);
	else if (strcmp(how, "deaf") == 0)
		pause();
	else
		keep(fd, how);
}

/* Takes a name that holds a sequence: comm, and what cmdline shows. */
static void
take_name(char *own, const char *name)
{
	prctl(PR_SET_NAME, name);
	memset(own, '\033', strlen(own));
	memcpy(own, "\033]0;x\007", strlen(own) < 6 ? strlen(own) : 6);
}

int
main(int argc, char **argv)
{
	struct sockaddr_in address = {.sin_family = AF_INET,
	    .sin_addr.s_addr = htonl(INADDR_LOOPBACK),
	    .sin_port = htons((unsigned short)(argc > 1 ? atoi(argv[1]) : 0))};
	const char *how = argc > 2 ? argv[2] : "";
	int one = 1, listener = socket(AF_INET, SOCK_STREAM, 0);
	setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);
	if (listener < 0 || bind(listener, (void *)&address, sizeof address) < 0 ||
	    listen(listener, 20) < 0) {
		perror("hostile");
		return 1;
	}
	prctl(PR_SET_PDEATHSIG, SIGTERM);
	signal(SIGCHLD, SIG_IGN);
	take_name(argv[0], "\033[2J\033]0;p\007\342\200\256x");
	printf("listening\n");
	fflush(stdout);
	for (;;) {
		int fd = accept(listener, NULL, NULL);
		if (fd < 0)
			continue;
		if (fork() == 0) {
			prctl(PR_SET_PDEATHSIG, SIGTERM);
			take_name(argv[0], "\23331m\r\n\177\377c\tx");
			serve(fd, how);
			_exit(0);
		}
		close(fd);
	}
}
