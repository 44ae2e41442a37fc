/* fuzz_process.c: the text of /proc/PID/stat and of /proc/PID/status. */
#include "fuzz.h"

#include "process_stat.h"

/* A line of stat that was taken: all that is shown of it fits and is bounded. */
static void
check_stat(const struct process_stat *stat)
{
	char letters[8], tty[16];
	memset(letters, 'x', sizeof letters);
	memset(tty, 'x', sizeof tty);
	FUZZ_CHECK(stat->pid > 0);
	FUZZ_CHECK(strnlen(stat->comm, sizeof stat->comm) < sizeof stat->comm);
	process_stat_letters(stat, letters);
	FUZZ_CHECK(strnlen(letters, sizeof letters) < sizeof letters);
	FUZZ_CHECK(letters[0] == stat->state);
	process_stat_tty(stat, tty);
	FUZZ_CHECK(strnlen(tty, sizeof tty) < sizeof tty && *tty != '\0');
	fuzz_check_line(tty);
	/* of a zombie nothing is read but its name */
	struct process_stat dead = *stat;
	char command[PROCESS_TEXT];
	dead.state = 'Z';
	process_command_read(&dead, command, sizeof command);
	FUZZ_CHECK(strnlen(command, sizeof command) < sizeof command);
	for (const char *at = command; *at != '\0'; at++)
		FUZZ_CHECK((unsigned char)*at >= ' ' && *at != 0x7f);
}

/* The sets of signals are read again from what the kernel would have written. */
static void
check_signals(const struct process_signals *signals)
{
	struct process_signals again;
	char text[256];
	snprintf(text, sizeof text,
	    "Name:\tx\nSigPnd:\t%016llx\nShdPnd:\t%016llx\nSigBlk:\t%016llx\n"
	    "SigIgn:\t%016llx\nSigCgt:\t%016llx\n",
	    (unsigned long long)signals->pending,
	    (unsigned long long)signals->shared_pending,
	    (unsigned long long)signals->blocked,
	    (unsigned long long)signals->ignored,
	    (unsigned long long)signals->caught);
	FUZZ_CHECK(process_signals_parse(&again, text) == 0);
	FUZZ_CHECK(memcmp(&again, signals, sizeof again) == 0);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct process_stat stat;
	struct process_signals signals;
	char *text = fuzz_string(data, size);
	if (process_stat_parse(&stat, text) == 0)
		check_stat(&stat);
	if (process_signals_parse(&signals, text) == 0)
		check_signals(&signals);
	free(text);
	return 0;
}
