/* pane_index.c: the events that a pane lists. */
#include "pane.h"

#include <stdlib.h>
#include <string.h>

bool
pane_index_room(struct pane_state *state, size_t count)
{
	if (count <= state->index_room)
		return true;
	size_t room = state->index_room == 0 ? 64 : state->index_room;
	while (room < count)
		room *= 2;
	uint64_t *larger = realloc(state->index, room * sizeof *larger);
	if (larger == NULL)
		return false;
	state->index = larger;
	state->index_room = room;
	return true;
}

uint64_t
scene_first(const struct scene *scene)
{
	uint64_t first = log_first(scene->log);
	return scene->moment->begun > first ? scene->moment->begun : first;
}

/* How many of the events that were found come before number. */
static size_t
index_before(const struct pane_state *state, uint64_t number)
{
	size_t low = 0, high = state->index_count;
	while (low < high) {
		size_t middle = low + (high - low) / 2;
		if (state->index[middle] < number)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

/* Forgets the events that fell out of the log; the lines that are left stay where
 * they are on the screen. */
static void
index_trim(struct pane_state *state, uint64_t first)
{
	size_t gone = index_before(state, first);
	size_t lines = gone > state->index_first ? gone - state->index_first : 0;
	if (gone == 0)
		return;
	state->index_count -= gone;
	memmove(state->index, state->index + gone,
	    state->index_count * sizeof *state->index);
	state->top -= state->top < lines ? state->top : lines;
	state->selected -= state->selected < lines ? state->selected : lines;
}

/* Indexes the events of the scene that pass.  All that were ever found are kept, and
 * the scene shows those of them that are its own: time is walked at no cost. */
void
pane_index_events(struct pane_state *state, const struct scene *scene,
    uint32_t types, bool (*passes)(const struct log *log, uint64_t number))
{
	index_trim(state, log_first(scene->log));
	for (;;) {
		uint64_t found = log_find(scene->log, state->index_seen, scene->end,
		    types);
		if (found >= scene->end)
			break;
		state->index_seen = found + 1;
		if (passes != NULL && !passes(scene->log, found))
			continue;
		if (!pane_index_room(state, state->index_count + 1))
			break;
		state->index[state->index_count++] = found;
	}
	if (state->index_seen < scene->end)
		state->index_seen = scene->end;
	state->index_first = index_before(state, scene_first(scene));
	state->count = index_before(state, scene->end) - state->index_first;
}

uint64_t
pane_event_number(const struct pane_state *state, size_t number)
{
	return state->index[state->index_first + number];
}

const struct event *
pane_event(const struct pane_state *state, const struct scene *scene, size_t number)
{
	return log_event(scene->log, pane_event_number(state, number));
}

uint64_t
pane_event_identity(const struct pane_state *state, const struct scene *scene,
    size_t number)
{
	(void)scene;
	return pane_event_number(state, number) + 1;
}

bool
pane_event_subject(const struct pane_state *state, const struct scene *scene,
    size_t number, struct explain_subject *subject)
{
	(void)scene;
	*subject = (struct explain_subject){.kind = EXPLAIN_EVENT,
	    .event = pane_event_number(state, number)};
	return true;
}
