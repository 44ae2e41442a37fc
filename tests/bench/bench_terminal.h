/* bench_terminal.h: a console on a terminal of the bench's own, of which it sees the screen. */
#ifndef BENCH_TERMINAL_H
#define BENCH_TERMINAL_H

#include "terminal_model.h"

#include <sys/types.h>

struct terminal {
	int master;
	pid_t pid;
	double begun;          /* when it was executed */
	struct model *screen;  /* NULL: somebody else looks at it */
};

/* Seconds, on the monotonic clock. */
double bench_now(void);

/* The value below which so many hundredths of them lie; sorts them. */
double bench_percentile(double *values, size_t count, double hundredths);

/* A port that is free, outside of the range of ephemeral ones. */
unsigned short bench_free_port(void);

/* As many descriptors as may be had; how many that are. */
int bench_raise_files(void);

/* Runs the command on a terminal of that size. */
void terminal_run(struct terminal *terminal, int columns, int rows,
    char *const command[]);

/* Takes what the console writes, waits for it at most so many seconds; false: it has
 * ended. */
bool terminal_read(struct terminal *terminal, double seconds);

/* Does a row hold the text?  Waits until one does; ends the bench after the deadline. */
bool terminal_holds(const struct terminal *terminal, const char *text);
void terminal_await(struct terminal *terminal, const char *text, double seconds);

/* Says that something did not come, shows the screen, and ends the bench. */
void terminal_give_up(struct terminal *terminal, const char *what)
    __attribute__((noreturn));

/* Presses keys. */
void terminal_type(struct terminal *terminal, const char *keys);

/* Ends the console. */
void terminal_end(struct terminal *terminal);

/* Seconds of processor time that the process has taken; that it and all that descends from
 * it have taken. */
double bench_cpu_of(pid_t pid);
double bench_cpu(pid_t pid);

#endif
