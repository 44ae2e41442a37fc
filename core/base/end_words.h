/* end_words.h: how a process ended, in the words of each place that tells of it. */
#ifndef END_WORDS_H
#define END_WORDS_H

#include <stddef.h>

enum end_place {
	END_IN_CELL,     /* SIGKILL; exit 0 */
	END_IN_LINE,     /* signal 9; exit 0 */
	END_AS_GOT,      /* signal SIGKILL; exit 0: as expectations name it */
	END_IN_SENTENCE, /* was killed by SIGKILL; ended by itself with status 0 */
	END_AS_HELD,     /* killed by SIGKILL; exit status 0 */
	END_OF_SERVER    /* by SIGKILL; with exit 0 */
};

enum { END_WORDS = 64 };

/* Writes how a process ended, a status as of wait(2), into END_WORDS bytes; returns
 * them.  "" for a status that is no end. */
const char *end_words(int status, enum end_place place, char *words);

#endif
