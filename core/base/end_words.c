#include "end_words.h"

#include "signal_name.h"

#include <stdio.h>
#include <sys/wait.h>

const char *
end_words(int status, enum end_place place, char *words)
{
	static const struct { const char *killed, *exited; } all[] = {
		[END_IN_CELL] = {"", "exit"},
		[END_IN_LINE] = {"signal ", "exit"},
		[END_AS_GOT] = {"signal ", "exit"},
		[END_IN_SENTENCE] = {"was killed by ", "ended by itself with status"},
		[END_AS_HELD] = {"killed by ", "exit status"},
		[END_OF_SERVER] = {"by ", "with exit"},
	};
	*words = '\0';
	if (WIFEXITED(status))
		snprintf(words, END_WORDS, "%s %d", all[place].exited, WEXITSTATUS(status));
	else if (WIFSIGNALED(status) && place == END_IN_LINE)
		snprintf(words, END_WORDS, "%s%d", all[place].killed, WTERMSIG(status));
	else if (WIFSIGNALED(status))
		snprintf(words, END_WORDS, "%s%s", all[place].killed,
		    signal_name(WTERMSIG(status)));
	return words;
}
