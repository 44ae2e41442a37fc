/* command.h: the command table.
 *
 * Everything that can be done is a line of text whose first words name a row of
 * one table.  Help, completion, the key bar and the manual are made from it, and
 * so are the contract's rules: whether a command acts, what it waits for to be
 * carried out. */
#ifndef COMMAND_H
#define COMMAND_H

#include <stdbool.h>
#include <stddef.h>

struct session;
struct running;

/* One row. */
struct command {
	const char *name;       /* one word or two: "send", "kill child" */
	const char *arguments;  /* as the manual writes them: "[N|all]", "" for none */
	const char *help;       /* one line */
	bool acts;              /* expectations look back to the last one that does */
	const char *words;      /* completions of the first argument: "default|ignore",
	                           or one of the names below in angle brackets:
	                           <setting> <signal> <connection> <expectation> <state>
	                           <errno> <pid> <lesson> */
	bool in_no_scenario;    /* it is for somebody at a screen */
	/* Checks the arguments without a session (a scenario is checked before anything
	 * is run) and keeps them in running, or refuses them.  NULL: any text, or none. */
	void (*take)(struct running *running, const char *arguments);
	/* Begins, with arguments that were taken; what it has to remember stands in
	 * running. */
	void (*run)(struct session *session, struct running *running);
	/* Has it been carried out?  NULL: at once. */
	bool (*done)(struct session *session, struct running *running);
};

/* The table, in the order of the help, and its length. */
const struct command *command_table(size_t *count);

/* The row that a line names, and in *arguments the rest of the line, without
 * leading blanks.  NULL with one
 * line in error (room for size) that names the mend. */
const struct command *command_parse(const char *line, const char **arguments,
    char *error, size_t size);

/* The name of the command that a line names, and in *help its line of help; NULL: it
 * names none. */
const char *command_says(const char *line, const char **help);

/* The rest of line behind the words of name; NULL when it does not begin so. */
const char *command_match(const char *name, const char *line);

#endif
