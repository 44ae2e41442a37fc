/* make_recording EVENTS: a recording of so many events of a busy session, on standard
 * output. */
#include "busy_session.h"
#include "event_fields.h"
#include "moment.h"
#include "render_json.h"

#include <stdlib.h>

int
main(int argc, char **argv)
{
	struct busy busy = {0};
	struct moment now;
	unsigned long count = argc == 2 ? strtoul(argv[1], NULL, 10) : 0;
	if (count == 0) {
		fprintf(stderr, "usage: make_recording EVENTS\n");
		return 2;
	}
	moment_init(&now);
	for (unsigned long i = 0; i < count; i++) {
		struct event event = busy_next(&busy);
		event_round(&event);
		char *line = moment_apply(&now, &event) < 0 ? NULL :
		    render_json(&event, &now);
		if (line == NULL || puts(line) == EOF) {
			perror("make_recording");
			return 1;
		}
		free(line);
		event_release(&event);
	}
	moment_release(&now);
	return fflush(stdout) == EOF ? 1 : 0;
}
