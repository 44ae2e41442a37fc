/* replay.h: a recorded session, read back.
 *
 * The file is read in slices, so that whoever shows it stays awake meanwhile.  A file
 * can come from anywhere: a line that is no event ends the reading with one line that
 * names it; only a last line that is cut off, as a crash leaves it, is passed over. */
#ifndef REPLAY_H
#define REPLAY_H

#include "log.h"

struct replay;

enum { REPLAY_ERROR = 512 };

/* Opens the file; NULL with one line in error (room for REPLAY_ERROR). */
struct replay *replay_open(const char *path, char *error);
void replay_close(struct replay *replay);

/* What became of a slice. */
enum replay_state { REPLAY_MORE, REPLAY_WHOLE, REPLAY_BROKEN };

/* Appends the events of the file's next bytes (about so many) to the log.  With
 * REPLAY_BROKEN there is one line in error. */
enum replay_state replay_read(struct replay *replay, struct log *log, size_t bytes,
    char *error);

/* Prints the recording in this file, its last line cut off or not, to standard output:
 * as text, or as the lines that it was made of.  Returns the exit status. */
int replay_print(const char *path, bool json);

/* How much of the file was read; what there is to say of its end, NULL: nothing. */
int replay_percent(const struct replay *replay);
const char *replay_note(const struct replay *replay);

#endif
