/* process_stat.c: /proc/PID/stat, status, wchan and cmdline, as ps shows them.
 *
 * A line of stat cannot be taken apart from its left end: a program chooses its
 * own name (prctl(2), PR_SET_NAME), and it may hold blanks and parentheses.  The
 * name ends at the last ")" of the line, since behind it there are only letters
 * and numbers.  The numbers are %d, %ld, %lu or %llu; strtoull(3) reads each of
 * them, also a negative one, into 64 bits.
 *
 * Each file is read by one read(2): it is of one moment then. */
#include "process_stat.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

enum {
	FIELD_PPID = 4,
	FIELD_PGRP = 5,
	FIELD_SESSION = 6,
	FIELD_TTY = 7,
	FIELD_TPGID = 8,
	FIELD_UTIME = 14,
	FIELD_STIME = 15,
	FIELD_NICE = 19,
	FIELD_THREADS = 20,
	FIELD_START = 22,
	FIELD_EXIT_CODE = 52,
	FIELD_COUNT = 53,
	PATH_LENGTH = 64,
	STAT_LENGTH = 2048,
	STATUS_LENGTH = 16384, /* it lists all groups of the user */
	COMMAND_LENGTH = 4096
};

/* Does the number fit an int? */
static bool
fits_int(uint64_t value)
{
	return (int64_t)value >= INT_MIN && (int64_t)value <= INT_MAX;
}

/* Reads the number at *at, which ends at a blank, a newline or the text's end. */
static bool
parse_value(const char **at, uint64_t *value)
{
	const char *start = *at;
	const char *digit = *start == '-' ? start + 1 : start;
	char *end;

	if (*digit < '0' || *digit > '9')
		return false;
	errno = 0;
	*value = strtoull(start, &end, 10);
	if (errno != 0 || (*end != ' ' && *end != '\n' && *end != '\0'))
		return false;
	*at = end;
	return true;
}

/* Reads the numbers from field 4 on.  Returns the number of the last field. */
static int
parse_values(const char *at, uint64_t values[FIELD_COUNT])
{
	int field = FIELD_PPID;

	while (field < FIELD_COUNT && *at == ' ') {
		at++;
		if (!parse_value(&at, &values[field]))
			break;
		field++;
	}
	return field - 1;
}

/* Puts the numbers where they belong. */
static bool
fill_stat(struct process_stat *stat, const uint64_t *values)
{
	static const int integers[] = {FIELD_PPID, FIELD_PGRP, FIELD_SESSION,
	    FIELD_TTY, FIELD_TPGID, FIELD_NICE, FIELD_THREADS, FIELD_EXIT_CODE};

	for (size_t i = 0; i < sizeof integers / sizeof integers[0]; i++) {
		if (!fits_int(values[integers[i]]))
			return false;
	}
	stat->ppid = (pid_t)values[FIELD_PPID];
	stat->pgrp = (pid_t)values[FIELD_PGRP];
	stat->session = (pid_t)values[FIELD_SESSION];
	stat->tty_nr = (int)values[FIELD_TTY];
	stat->tpgid = (pid_t)values[FIELD_TPGID];
	stat->utime = values[FIELD_UTIME];
	stat->stime = values[FIELD_STIME];
	stat->nice = (long)values[FIELD_NICE];
	stat->threads = (long)values[FIELD_THREADS];
	stat->start_time = values[FIELD_START];
	stat->exit_code = (int)values[FIELD_EXIT_CODE];
	return true;
}

/* The parsing itself, errno apart. */
static bool
parse_stat(struct process_stat *stat, const char *text)
{
	const char *at = text, *end = strrchr(text, ')');
	uint64_t pid, values[FIELD_COUNT] = {0};
	size_t length;
	int last;

	if (end == NULL || !parse_value(&at, &pid) || pid == 0 || pid > INT_MAX)
		return false;
	if (at[0] != ' ' || at[1] != '(' || at + 2 > end || end[1] != ' ')
		return false;
	stat->pid = (pid_t)pid;
	length = (size_t)(end - (at + 2));
	if (length >= sizeof stat->comm)
		length = sizeof stat->comm - 1;
	memcpy(stat->comm, at + 2, length);
	stat->state = end[2];
	if ((stat->state < 'A' || stat->state > 'Z') &&
	    (stat->state < 'a' || stat->state > 'z'))
		return false;
	last = parse_values(end + 3, values);
	stat->has_exit_code = last >= FIELD_EXIT_CODE;
	return last >= FIELD_START && fill_stat(stat, values);
}

int
process_stat_parse(struct process_stat *stat, const char *text)
{
	*stat = (struct process_stat){0};
	if (parse_stat(stat, text))
		return 0;
	errno = EINVAL;
	return -1;
}

/* Finds the line "NAME:\tVALUE" and reads the hexadecimal VALUE. */
static bool
parse_signal_set(const char *text, const char *name, uint64_t *set)
{
	size_t length = strlen(name);
	char *end;

	while (text != NULL && strncmp(text, name, length) != 0) {
		text = strchr(text, '\n');
		if (text != NULL)
			text++;
	}
	if (text == NULL)
		return false;
	text += length;
	if (strspn(text, "0123456789abcdefABCDEF") != 16)
		return false;
	*set = strtoull(text, &end, 16);
	return *end == '\n' || *end == '\0';
}

int
process_signals_parse(struct process_signals *signals, const char *text)
{
	*signals = (struct process_signals){0};
	if (parse_signal_set(text, "SigPnd:\t", &signals->pending) &&
	    parse_signal_set(text, "ShdPnd:\t", &signals->shared_pending) &&
	    parse_signal_set(text, "SigBlk:\t", &signals->blocked) &&
	    parse_signal_set(text, "SigIgn:\t", &signals->ignored) &&
	    parse_signal_set(text, "SigCgt:\t", &signals->caught))
		return 0;
	errno = EINVAL;
	return -1;
}

/* Reads /proc/PID/NAME, at most size - 1 bytes, and puts a NUL behind them.
 * Returns the length or -1 with errno. */
static ssize_t
read_file(pid_t pid, const char *name, char *text, size_t size)
{
	char path[PATH_LENGTH];
	ssize_t length;
	int fd, saved;

	snprintf(path, sizeof path, "/proc/%d/%s", (int)pid, name);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return -1;
	do
		length = read(fd, text, size - 1);
	while (length < 0 && errno == EINTR);
	saved = errno;
	close(fd);
	errno = saved;
	if (length >= 0)
		text[length] = '\0';
	return length;
}

int
process_stat_read(struct process_stat *stat, pid_t pid)
{
	char text[STAT_LENGTH];

	if (read_file(pid, "stat", text, sizeof text) < 0)
		return -1;
	return process_stat_parse(stat, text);
}

bool
process_stat_is_over(const struct process_stat *stat)
{
	return stat->state == 'X' || (stat->state == 'Z' && stat->threads <= 1);
}

/* The state of a thread that lives; 0: none does. */
static char
read_thread_state(pid_t pid)
{
	char path[PATH_LENGTH], text[STAT_LENGTH], found = 0;
	struct process_stat thread;
	struct dirent *entry;
	snprintf(path, sizeof path, "/proc/%d/task", (int)pid);
	DIR *directory = opendir(path);
	if (directory == NULL)
		return 0;
	while ((entry = readdir(directory)) != NULL && (found == 0 || found == 'T')) {
		snprintf(path, sizeof path, "task/%.16s/stat", entry->d_name);
		if (*entry->d_name != '.' && read_file(pid, path, text, sizeof text) > 0 &&
		    process_stat_parse(&thread, text) == 0 && thread.state != 'Z' &&
		    thread.state != 'X')
			found = thread.state;
	}
	closedir(directory);
	return found;
}

char
process_state_read(pid_t pid)
{
	struct process_stat stat;
	if (process_stat_read(&stat, pid) < 0)
		return 0;
	char living = stat.state != 'Z' || process_stat_is_over(&stat) ? 0 :
	    read_thread_state(pid);
	return living != 0 ? living : stat.state;
}

bool
process_table_is_ours(void)
{
	char number[16];
	ssize_t length = readlink("/proc/self", number, sizeof number - 1);
	if (length <= 0)
		return false;
	number[length] = '\0';
	return strtol(number, NULL, 10) == (long)getpid();
}

int
process_signals_read(struct process_signals *signals, pid_t pid)
{
	char text[STATUS_LENGTH];

	if (read_file(pid, "status", text, sizeof text) < 0)
		return -1;
	return process_signals_parse(signals, text);
}

int64_t
process_stat_cpu(const struct process_stat *stat)
{
	const uint64_t most = INT64_MAX / UINT64_C(2000000000);
	int64_t ticks = sysconf(_SC_CLK_TCK);

	if (ticks <= 0 || stat->utime > most || stat->stime > most)
		return 0;
	return (int64_t)(stat->utime + stat->stime) * (INT64_C(1000000000) / ticks);
}

void
process_stat_letters(const struct process_stat *stat, char *text)
{
	*text++ = stat->state;
	if (stat->nice < 0)
		*text++ = '<';
	if (stat->nice > 0)
		*text++ = 'N';
	if (stat->session == stat->pid)
		*text++ = 's';
	if (stat->threads > 1)
		*text++ = 'l';
	if (stat->tpgid > 0 && stat->pgrp == stat->tpgid)
		*text++ = '+';
	*text = '\0';
}

/* The terminals of Documentation/admin-guide/devices.txt: which minor numbers of
 * a major one bear a name, counted from 0. */
struct terminal_range {
	unsigned major, minor_first, minor_last;
	const char *name;
};

static const struct terminal_range terminals[] = {
	{4, 0, 63, "tty"},
	{4, 64, 255, "ttyS"},
	{136, 0, UINT_MAX, "pts/"},
	{188, 0, 255, "ttyUSB"},
	{204, 64, 79, "ttyAMA"},
	{229, 0, 255, "hvc"},
};

void
process_stat_tty(const struct process_stat *stat, char *text)
{
	unsigned device = (unsigned)stat->tty_nr;
	unsigned major = device >> 8 & 0xfff;
	unsigned minor = (device & 0xff) | (device >> 12 & 0xfff00);

	if (major > 136 && major <= 143) { /* pts/ has eight majors */
		minor += (major - 136) * 256;
		major = 136;
	}
	for (size_t i = 0; device != 0 && i < sizeof terminals / sizeof terminals[0];
	    i++) {
		const struct terminal_range *range = &terminals[i];
		if (range->major != major || minor < range->minor_first ||
		    minor > range->minor_last)
			continue;
		snprintf(text, 16, "%s%u", range->name, minor - range->minor_first);
		return;
	}
	snprintf(text, 16, "%s", device == (5 << 8 | 1) ? "console" : "?");
}

/* Where the program's name begins: behind the last slash of its first word. */
static char *
skip_directory(char *command)
{
	char *name = command;

	for (char *at = command; *at != '\0' && *at != ' '; at++) {
		if (*at == '/' && at[1] != '\0' && at[1] != ' ')
			name = at + 1;
	}
	return name;
}

/* Replaces control bytes by '?'. */
static void
replace_controls(char *text)
{
	for (; *text != '\0'; text++) {
		if ((unsigned char)*text < ' ' || *text == 0x7f)
			*text = '?';
	}
}

/* Copies the text, cut at a whole character when it does not fit. */
static void
copy_text(char *to, size_t size, const char *from)
{
	size_t length = strlen(from);

	if (size == 0)
		return;
	if (length >= size) {
		length = size - 1;
		/* the first byte that is left off must not continue a character */
		while (length > 0 && ((unsigned char)from[length] & 0xc0) == 0x80)
			length--;
	}
	memcpy(to, from, length);
	to[length] = '\0';
}

void
process_command_read(const struct process_stat *stat, char *text, size_t size)
{
	char command[COMMAND_LENGTH];
	ssize_t length = -1;

	if (stat->state != 'Z' && stat->state != 'X')
		length = read_file(stat->pid, "cmdline", command, sizeof command);
	while (length > 0 && command[length - 1] == '\0')
		length--;
	if (length > 0) {
		for (ssize_t i = 0; i < length; i++) {
			if (command[i] == '\0')
				command[i] = ' ';
		}
		replace_controls(command);
		copy_text(text, size, skip_directory(command));
		return;
	}
	snprintf(command, sizeof command, "[%s]%s", stat->comm,
	    process_stat_is_over(stat) ? " <defunct>" : "");
	replace_controls(command);
	copy_text(text, size, command);
}

/* The system calls that wait for a socket or a terminal; a machine's own list
 * may lack some (aarch64 has neither poll nor accept without their successors). */
struct call_name {
	long number;
	const char *name;
};

static const struct call_name call_names[] = {
	{SYS_read, "read"},
	{SYS_write, "write"},
	{SYS_readv, "readv"},
	{SYS_writev, "writev"},
	{SYS_sendfile, "sendfile"},
	{SYS_splice, "splice"},
#ifdef SYS_connect
	{SYS_connect, "connect"},
#endif
#ifdef SYS_accept
	{SYS_accept, "accept"},
#endif
#ifdef SYS_accept4
	{SYS_accept4, "accept4"},
#endif
#ifdef SYS_recvfrom
	{SYS_recvfrom, "recvfrom"},
#endif
#ifdef SYS_recvmsg
	{SYS_recvmsg, "recvmsg"},
#endif
#ifdef SYS_recvmmsg
	{SYS_recvmmsg, "recvmmsg"},
#endif
#ifdef SYS_sendto
	{SYS_sendto, "sendto"},
#endif
#ifdef SYS_sendmsg
	{SYS_sendmsg, "sendmsg"},
#endif
#ifdef SYS_sendmmsg
	{SYS_sendmmsg, "sendmmsg"},
#endif
#ifdef SYS_poll
	{SYS_poll, "poll"},
#endif
#ifdef SYS_ppoll
	{SYS_ppoll, "ppoll"},
#endif
#ifdef SYS_close
	{SYS_close, "close"},
#endif
};

/* The name of the system call that the process is in; NULL when it is in none,
 * or not ours to look at. */
static const char *
read_call_name(pid_t pid)
{
	char text[STAT_LENGTH], *end;
	long number;

	if (read_file(pid, "syscall", text, sizeof text) <= 0)
		return NULL;
	errno = 0;
	number = strtol(text, &end, 10); /* "running" has no number, -1 is none */
	if (errno != 0 || end == text || *end != ' ')
		return NULL;
	for (size_t i = 0; i < sizeof call_names / sizeof call_names[0]; i++) {
		if (call_names[i].number == number)
			return call_names[i].name;
	}
	return NULL;
}

void
process_wchan_read(pid_t pid, char *text)
{
	char wchan[PROCESS_TEXT];
	const char *call = NULL;

	if (read_file(pid, "wchan", wchan, sizeof wchan) <= 0 ||
	    strcmp(wchan, "0") == 0)
		snprintf(wchan, sizeof wchan, "-");
	replace_controls(wchan);
	if (strcmp(wchan, "wait_woken") == 0)
		call = read_call_name(pid);
	if (call != NULL)
		snprintf(text, PROCESS_TEXT, "wait_woken/%s", call);
	else
		snprintf(text, PROCESS_TEXT, "%s", wchan);
}

int
process_children(pid_t parent, pid_t *pids, int room)
{
	DIR *directory = opendir("/proc");
	struct process_stat stat;
	struct dirent *entry;
	int count = 0, saved;

	if (directory == NULL)
		return -1;
	for (errno = 0; (entry = readdir(directory)) != NULL; errno = 0) {
		char *end;
		long pid = strtol(entry->d_name, &end, 10);
		if (pid <= 0 || pid > INT_MAX || *end != '\0')
			continue;
		if (process_stat_read(&stat, (pid_t)pid) < 0 || stat.ppid != parent)
			continue;
		if (count < room)
			pids[count] = (pid_t)pid;
		count++;
	}
	saved = errno;
	closedir(directory);
	errno = saved;
	return saved == 0 ? count : -1;
}
