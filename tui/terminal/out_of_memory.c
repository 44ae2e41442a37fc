/* out_of_memory.c: readline's memory.  Where there is none, readline's own xmalloc ends
 * the program with the terminal as it stands: without echo, on the other screen.  These
 * take their place (a program's own names come before a library's) and give the
 * terminal back first.  The guard ends the processes, as after any end of the console. */
#include "say_failure.h"
#include "exit_status.h"
#include "terminal.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

/* readline calls them by these names; no header of its own declares them. */
void *xmalloc(size_t size);
void *xrealloc(void *block, size_t size);

static _Noreturn void
end(void)
{
	terminal_give_up();
	fflush(NULL); /* a recording */
	_exit(say_failure(STATUS_FAILED, "out of memory: the session has ended"));
}

void *
xmalloc(size_t size)
{
	void *block = malloc(size);
	if (block == NULL)
		end();
	return block;
}

void *
xrealloc(void *block, size_t size)
{
	void *larger = realloc(block, size);
	if (larger == NULL)
		end();
	return larger;
}
