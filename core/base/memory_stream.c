#include "memory_stream.h"

#include <stdlib.h>

/* fclose(3) gives the memory its last size; when there is none for that, it succeeds
 * all the same, and the text is NULL. */
bool
memory_stream_close(FILE *stream, char **text)
{
	bool good = ferror(stream) == 0;
	good &= fclose(stream) == 0;
	if (good && *text != NULL)
		return true;
	free(*text);
	*text = NULL;
	return false;
}
