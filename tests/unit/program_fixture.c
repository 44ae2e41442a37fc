#include "program_fixture.h"
#include "report_check.h"

#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>

enum { TEST_SECONDS = 90, PROGRAM_MOST = 4, WORD_MOST = 16, PATH_ROOM = 512 };

/* Everything a test has opened; undone in the teardown. */
static struct program programs[PROGRAM_MOST];
static size_t program_count;
static int sockets[SOCKET_MOST];
static size_t socket_count;

/* The page of failing.so, of the programs that are still to be started. */
static struct failing_page *page;
static char page_path[64];

/* What the process of such a program does last of all before its exec. */
static void (*last_deed)(void);

/* CLOCK_MONOTONIC. */
static int64_t
nanoseconds_now(void)
{
	struct timespec time;
	clock_gettime(CLOCK_MONOTONIC, &time);
	return (int64_t)time.tv_sec * 1000000000 + time.tv_nsec;
}

/* Milliseconds of it. */
int64_t
program_now(void)
{
	return nanoseconds_now() / 1000000;
}

/* The process of a test becomes the reaper of what its programs leave behind. */
static void
programs_setup(void)
{
	program_count = socket_count = 0;
	page = NULL;
	last_deed = NULL;
	ck_assert_int_eq(prctl(PR_SET_CHILD_SUBREAPER, 1), 0);
}

/* Kills the processes that were left to this one, and reaps them, and theirs. */
static void
kill_orphans(void)
{
	char path[64];
	int pid;
	snprintf(path, sizeof path, "/proc/self/task/%d/children", (int)getpid());
	do {
		FILE *children = fopen(path, "re");
		while (children != NULL && fscanf(children, "%d", &pid) == 1)
			kill(pid, SIGKILL);
		if (children != NULL)
			fclose(children);
	} while (waitpid(-1, NULL, 0) > 0 || errno == EINTR);
}

/* Ends every program and what it has left. */
static void
programs_teardown(void)
{
	for (size_t i = 0; i < socket_count; i++)
		close(sockets[i]);
	for (size_t i = 0; i < program_count; i++) {
		struct program *program = &programs[i];
		if (program->pid > 0)
			kill(program->pid, SIGKILL);
		if (program->reports >= 0)
			close(program->reports);
		if (program->input >= 0)
			close(program->input);
		close(program->output);
		close(program->error);
		free(program->kept);
	}
	kill_orphans();
	if (page != NULL) {
		munmap(page, sizeof *page);
		unlink(page_path);
	}
}

/* Tells that a test is left out. */
void
program_skip(const char *function, const char *why)
{
	printf("skipped %.*s: %s\n", (int)strlen(function) - 3, function, why);
	fflush(stdout);
}

/* Keeps a socket for the teardown. */
int
keep_socket(int fd)
{
	ck_assert_int_ge(fd, 0);
	ck_assert_uint_lt(socket_count, SOCKET_MOST);
	sockets[socket_count++] = fd;
	return fd;
}

/* Closes the socket that was kept last. */
void
drop_socket(void)
{
	close(sockets[--socket_count]);
}

/* Where a program of the build is. */
static const char *
path_of(const char *name)
{
	static char path[PATH_ROOM];
	const char *build = getenv("BUILD");
	snprintf(path, sizeof path, "%s/%s", build != NULL ? build : "build", name);
	return path;
}

/* The runtime of a sanitizer has to be loaded before everything else; the test has
 * the same one.  NULL: none. */
static const char *
sanitizer_path(void)
{
	static char line[PATH_ROOM];
	FILE *maps = fopen("/proc/self/maps", "re");
	char *path = NULL;
	ck_assert_ptr_nonnull(maps);
	while (path == NULL && fgets(line, sizeof line, maps) != NULL)
		if (strstr(line, "libasan") != NULL)
			path = strchr(line, '/');
	fclose(maps);
	if (path != NULL)
		path[strcspn(path, "\n")] = '\0';
	return path;
}

/* Between fork and exec: what makes the calls of the program fail. */
static void
preload_faults(void)
{
	char list[2 * PATH_ROOM + 2];
	const char *runtime = sanitizer_path();
	snprintf(list, sizeof list, "%s%s%s", runtime != NULL ? runtime : "",
	    runtime != NULL ? ":" : "", path_of("failing.so"));
	setenv("LD_PRELOAD", list, 1);
	setenv(FAILING_ENVIRONMENT, page_path, 1);
}

/* What the programs that are started from now on tell of their calls. */
struct failing_page *
programs_watch(void)
{
	if (page != NULL)
		return page;
	ck_assert_int_eq(access(path_of("failing.so"), R_OK), 0);
	snprintf(page_path, sizeof page_path, "/tmp/failing.XXXXXX");
	int fd = mkostemp(page_path, O_CLOEXEC);
	ck_assert_int_ge(fd, 0);
	ck_assert_int_eq(ftruncate(fd, sizeof *page), 0);
	ck_assert_int_eq(fchmod(fd, 0666), 0);
	page = mmap(NULL, sizeof *page, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	ck_assert_ptr_ne(page, MAP_FAILED);
	close(fd);
	return page;
}

/* Remembers what is to be done before the exec. */
void
programs_prepare(void (*deed)(void))
{
	last_deed = deed;
}

/* Adds a fault. */
static void
add_fault(struct failing_fault fault)
{
	size_t place = 0;
	programs_watch();
	while (page->faults[place].at > 0)
		ck_assert_uint_lt(++place, FAILING_FAULTS);
	page->faults[place] = fault;
}

/* Lets calls fail. */
struct failing_page *
programs_fail(enum failing_who who, enum failing_call call, int at, int times, int error)
{
	add_fault((struct failing_fault){.who = (int)who, .call = (int)call, .at = at,
	    .times = times, .error = error});
	return page;
}

/* Lets calls move few bytes. */
struct failing_page *
programs_move(enum failing_who who, enum failing_call call, int most)
{
	add_fault((struct failing_fault){.who = (int)who, .call = (int)call, .at = 1,
	    .most = most});
	return page;
}

/* Between fork and exec.  The mask and SIGPIPE are left as a careless parent could
 * leave them: the programs have to put them right. */
static _Noreturn void
become(const char *path, char *const *words, int pipes[3][2], int report)
{
	char number[16];
	sigset_t all;
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	sigfillset(&all);
	sigprocmask(SIG_SETMASK, &all, NULL);
	signal(SIGPIPE, SIG_IGN);
	dup2(pipes[0][0], STDIN_FILENO);
	dup2(pipes[1][1], STDOUT_FILENO);
	dup2(pipes[2][1], STDERR_FILENO);
	unsetenv(REPORT_ENVIRONMENT);
	if (report >= 0) {
		snprintf(number, sizeof number, "%d", report);
		setenv(REPORT_ENVIRONMENT, number, 1);
		fcntl(report, F_SETFD, 0);
	}
	if (page != NULL)
		preload_faults();
	if (last_deed != NULL)
		last_deed();
	execv(path, words);
	_exit(127);
}

/* Starts a program with the words of one line.  reported: as under the console. */
struct program *
program_start(bool server, const char *line, bool reported)
{
	static char text[256];
	char *words[WORD_MOST], *rest = text;
	const char *path = getenv(server ? "TCPSERV" : "TCPCLI");
	int pipes[3][2], pair[2] = {-1, -1}, count = 0;
	if (path == NULL)
		path = path_of(server ? "tcpserv" : "tcpcli");
	snprintf(text, sizeof text, "%s %s", server ? "tcpserv" : "tcpcli", line);
	while (count < WORD_MOST - 1 && (words[count] = strsep(&rest, " ")) != NULL)
		if (strcmp(words[count], "\"\"") == 0)
			*words[count++] = '\0';
		else
			count += words[count][0] != '\0';
	words[count] = NULL;
	for (int i = 0; i < 3; i++)
		ck_assert_int_eq(pipe2(pipes[i], O_CLOEXEC), 0);
	if (reported)
		ck_assert_int_eq(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0,
		    pair), 0);
	pid_t pid = fork();
	ck_assert_int_ge(pid, 0);
	if (pid == 0)
		become(path, words, pipes, pair[1]);
	close(pipes[0][0]);
	close(pipes[1][1]);
	close(pipes[2][1]);
	if (reported)
		close(pair[1]);
	ck_assert_uint_lt(program_count, PROGRAM_MOST);
	struct program *program = &programs[program_count++];
	*program = (struct program){.pid = pid, .is_server = server, .reports = pair[0],
	    .input = pipes[0][1], .output = pipes[1][0], .error = pipes[2][0]};
	return program;
}

/* Waits until there is something to read. */
void
await_readable(int fd, int64_t deadline, const char *what)
{
	struct pollfd ready = {.fd = fd, .events = POLLIN};
	int64_t rest = deadline - program_now();
	int result = poll(&ready, 1, rest > 0 ? (int)rest : 0);
	ck_assert_msg(result > 0, "waited in vain for %s", what);
}

/* Puts one more report into what is kept; false at the end of file. */
static bool
keep_report(struct program *program, int64_t deadline, const char *what)
{
	if (program->count == program->room) {
		program->room = program->room * 2 + 16;
		program->kept = realloc(program->kept,
		    program->room * sizeof *program->kept);
		ck_assert_ptr_nonnull(program->kept);
	}
	await_readable(program->reports, deadline, what);
	struct report *report = &program->kept[program->count];
	ssize_t size = recv(program->reports, report, sizeof *report, 0);
	if (size <= 0)
		return false;
	ck_assert_int_eq(size, (ssize_t)(offsetof(struct report, data) +
	    report->length));
	ck_assert_uint_eq(report->lost, 0);
	ck_assert_msg(report_check(report, !program->is_server, UINT_MAX, nanoseconds_now()),
	    "the console would pass over a report of kind %u, call %u, PID %d",
	    report->kind, report->call, report->pid);
	if (report->role != ROLE_CHILD && program->pid > 0)
		ck_assert_int_eq(report->pid, program->pid);
	program->count++;
	return true;
}

/* The next report of a role. */
struct report
take_report(struct program *program, enum report_role role)
{
	int64_t deadline = program_now() + DEADLINE;
	for (size_t i = 0;; i++) {
		while (i >= program->count)
			ck_assert_msg(keep_report(program, deadline, "a report"),
			    "the program ended");
		if (program->kept[i].role != role)
			continue;
		struct report report = program->kept[i];
		program->count--;
		memmove(&program->kept[i], &program->kept[i + 1],
		    (program->count - i) * sizeof report);
		return report;
	}
}

/* The next report of a role, which must be this call. */
struct report
take_call(struct program *program, enum report_role role, enum report_call call)
{
	struct report report = take_report(program, role);
	while (report.kind == REPORT_CAUGHT && report.status == SIGCHLD)
		report = take_report(program, role); /* whenever the kernel delivers it */
	ck_assert_uint_eq(report.kind, REPORT_CALL);
	ck_assert_uint_eq(report.call, call);
	return report;
}

/* The next report of a role: this call, with this outcome. */
struct report
take_result(struct program *program, enum report_role role, enum report_call call,
    int64_t result, int error)
{
	struct report report = take_call(program, role, call);
	ck_assert_int_eq(report.error, error);
	ck_assert_int_eq(report.result, result);
	return report;
}

/* The next report of a role: a signal that was caught. */
void
take_caught(struct program *program, enum report_role role, int number)
{
	struct report report = take_report(program, role);
	ck_assert_uint_eq(report.kind, REPORT_CAUGHT);
	ck_assert_int_eq(report.status, number);
}

/* The next report of the client: that order is done. */
void
take_done(struct program *client, uint32_t serial)
{
	struct report report = take_report(client, ROLE_CLIENT);
	ck_assert_uint_eq(report.kind, REPORT_DONE);
	ck_assert_uint_eq(report.order, serial);
}

/* Waits for the end of a program and returns its status as of wait(2). */
int
await_end(struct program *program)
{
	int status = 0;
	int64_t deadline = program_now() + DEADLINE;
	pid_t ended;
	while ((ended = waitpid(program->pid, &status, WNOHANG)) == 0 &&
	    program_now() < deadline)
		poll(NULL, 0, 5);
	ck_assert_msg(ended == program->pid, "the program did not end");
	program->pid = -1;
	return status;
}

/* Checks that a program ends by exit with this status. */
void
ends_with(struct program *program, int status)
{
	int ended = await_end(program);
	ck_assert_msg(WIFEXITED(ended) && WEXITSTATUS(ended) == status,
	    "wait status 0x%x instead of exit %d", (unsigned)ended, status);
}

/* Checks that a program is killed by this signal. */
void
ends_by(struct program *program, int number)
{
	int ended = await_end(program);
	ck_assert_msg(WIFSIGNALED(ended) && WTERMSIG(ended) == number,
	    "wait status 0x%x instead of signal %d", (unsigned)ended, number);
}

/* Reads a descriptor up to a newline or its end into text, and returns it. */
const char *
read_line(int fd)
{
	static char text[4096];
	size_t length = 0;
	int64_t deadline = program_now() + DEADLINE;
	while (length < sizeof text - 1) {
		await_readable(fd, deadline, "a line");
		ssize_t count = read(fd, text + length, 1);
		if (count <= 0 || text[length++] == '\n')
			break;
	}
	text[length] = '\0';
	return text;
}

/* The state letter of a process; 0 when there is none. */
char
state_of(pid_t pid)
{
	char path[64], text[512] = "";
	snprintf(path, sizeof path, "/proc/%d/stat", (int)pid);
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return 0;
	ssize_t count = read(fd, text, sizeof text - 1);
	close(fd);
	char *after = count > 0 ? strrchr(text, ')') : NULL;
	return after != NULL ? after[2] : 0;
}

/* Waits until a process is in this state. */
void
await_state(pid_t pid, char state)
{
	int64_t deadline = program_now() + DEADLINE;
	while (state_of(pid) != state) {
		ck_assert_msg(program_now() < deadline, "process %d does not come to %c",
		    (int)pid, state != 0 ? state : '-');
		poll(NULL, 0, 5);
	}
}

/* Waits until a process sleeps in a system call: then a signal interrupts it. */
void
await_blocked(pid_t pid)
{
	await_state(pid, 'S');
}

/* A case whose tests start programs. */
TCase *
programs_case(Suite *suite, const char *name)
{
	TCase *tcase = tcase_create(name);
	tcase_add_checked_fixture(tcase, programs_setup, programs_teardown);
	tcase_set_timeout(tcase, TEST_SECONDS);
	suite_add_tcase(suite, tcase);
	return tcase;
}
