/* log.c: the log: packed events in pages, found by number; checkpoints; readers.
 *
 * Pages are filled one after the other and freed when the last of their events has
 * fallen out, so that memory is flat once the ring is full.  An event that is asked
 * for is unpacked into one of a few slots.
 *
 * Checkpoints stand SPACING events apart.  With many processes and sockets a moment
 * is large: when all of them together take more than the log's events may, every
 * second one is given up and the next ones come at twice the distance.
 *
 * What holds at any time is asserted, also in what is installed: a log that is not what
 * it says would show a class what has not happened.  Nothing that comes from outside is. */
#include "log.h"

#include "event_fields.h"
#include "event_pack.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* LONGEST_CHAIN: readers that append, whose events are read by readers that append, ... */
enum { READERS = 8, LONGEST_CHAIN = 100, PAGE = 16384, PLACES_FIRST = 1024, SPACING = 8192,
    SHARES = 8, CHECKPOINT_SHARE = 64, CHECKPOINT_LEAST = 1 << 20,
    CHECKPOINT_MOST = 1 << 25 };

static_assert(EVENT_TYPES <= 32, "a set of types has 32 bits");

/* Packed events, one behind the other. */
struct page {
	struct page *next;
	uint64_t last;         /* the number of its last event */
	size_t used, room;
	unsigned char bytes[];
};

struct checkpoint {
	uint64_t number;       /* the moment is the one before this event */
	struct moment moment;
};

/* An event that was asked for. */
struct slot {
	bool there;
	uint64_t number;
	struct event event;
};

struct log {
	size_t capacity, room; /* most events; places for so many */
	const unsigned char **packed; /* number N stands at N % room */
	uint8_t *types;               /* the same */
	struct page *pages, *page;    /* the oldest, the one that is filled */
	uint64_t first, end;
	struct checkpoint *checkpoints; /* the first: the base */
	size_t checkpoint_count, checkpoint_room;
	uint64_t spacing;
	size_t checkpoint_bytes;
	struct moment now;
	struct slot *slots;    /* LOG_UNPACKED of them */
	struct { log_reader *function; void *context; } readers[READERS];
	size_t reader_count;
	unsigned calling;       /* rounds of the readers that are under way */
};

/* How many bytes of checkpoints are kept. */
static size_t
checkpoint_share(const struct log *log)
{
	size_t most = log->capacity < CHECKPOINT_MOST / CHECKPOINT_SHARE ?
	    log->capacity * CHECKPOINT_SHARE : CHECKPOINT_MOST;
	return most > CHECKPOINT_LEAST ? most : CHECKPOINT_LEAST;
}

/* Makes room for one more checkpoint; false: no memory. */
static bool
grow_checkpoints(struct log *log)
{
	if (log->checkpoint_count < log->checkpoint_room)
		return true;
	size_t room = log->checkpoint_room == 0 ? 16 : log->checkpoint_room * 2;
	struct checkpoint *larger = realloc(log->checkpoints, room * sizeof *larger);
	if (larger == NULL)
		return false;
	log->checkpoints = larger;
	log->checkpoint_room = room;
	return true;
}

struct log *
log_new(size_t capacity)
{
	struct log *log = calloc(1, sizeof *log);
	if (log == NULL)
		return NULL;
	log->slots = calloc(LOG_UNPACKED, sizeof *log->slots);
	if (log->slots == NULL || !grow_checkpoints(log)) {
		free(log->slots);
		free(log);
		return NULL;
	}
	log->capacity = capacity;
	log->spacing = capacity / SHARES < SPACING ? capacity / SHARES : SPACING;
	if (log->spacing == 0)
		log->spacing = 1;
	log->checkpoint_count = 1;
	log->checkpoints[0].number = 0;
	moment_init(&log->checkpoints[0].moment);
	log->checkpoint_bytes = moment_size(&log->checkpoints[0].moment);
	moment_init(&log->now);
	return log;
}

/* Frees the event of a slot. */
static void
empty_slot(struct slot *slot)
{
	if (slot->there)
		event_unpack_release(&slot->event);
	slot->there = false;
}

void
log_free(struct log *log)
{
	if (log == NULL)
		return;
	for (struct page *page = log->pages, *next; page != NULL; page = next) {
		next = page->next;
		free(page);
	}
	for (size_t i = 0; i < log->checkpoint_count; i++)
		moment_release(&log->checkpoints[i].moment);
	for (size_t i = 0; i < LOG_UNPACKED; i++)
		empty_slot(&log->slots[i]);
	moment_release(&log->now);
	free(log->checkpoints);
	free(log->slots);
	free(log->packed);
	free(log->types);
	free(log);
}

/* Gives up the checkpoint at index. */
static void
drop_checkpoint(struct log *log, size_t index)
{
	struct checkpoint *at = &log->checkpoints[index];
	assert(index < log->checkpoint_count);
	assert(log->checkpoint_bytes >= moment_size(&at->moment));
	log->checkpoint_bytes -= moment_size(&at->moment);
	moment_release(&at->moment);
	log->checkpoint_count--;
	memmove(at, at + 1, (log->checkpoint_count - index) * sizeof *at);
}

/* Gives up every second checkpoint but the base. */
static void
thin_checkpoints(struct log *log)
{
	for (size_t i = 1; i < log->checkpoint_count; i++)
		drop_checkpoint(log, i);
	log->spacing *= 2;
}

/* Keeps the moment at the end, when it is time to. */
static void
add_checkpoint(struct log *log)
{
	assert(log->checkpoint_count > 0); /* the base */
	uint64_t last = log->checkpoints[log->checkpoint_count - 1].number;
	assert(last <= log->end);
	if (log->end - last < log->spacing || !grow_checkpoints(log))
		return;
	struct checkpoint *place = &log->checkpoints[log->checkpoint_count];
	if (moment_copy(&place->moment, &log->now) < 0)
		return; /* the fold has a longer way, that is all */
	place->number = log->end;
	log->checkpoint_count++;
	log->checkpoint_bytes += moment_size(&place->moment);
	if (log->checkpoint_bytes > checkpoint_share(log) &&
	    log->spacing <= log->capacity / 4)
		thin_checkpoints(log);
}

/* Frees the pages of which nothing is left. */
static void
free_pages(struct log *log)
{
	while (log->pages != log->page && log->pages->last < log->first) {
		struct page *page = log->pages;
		log->pages = page->next;
		free(page);
	}
}

/* Forgets the oldest events, up to a checkpoint; without one, the oldest alone. */
static int
drop_oldest(struct log *log)
{
	int result = 0;
	struct checkpoint *base = &log->checkpoints[0];
	if (log->checkpoint_count > 1) {
		drop_checkpoint(log, 0);
	} else {
		log->checkpoint_bytes -= moment_size(&base->moment);
		result = moment_apply(&base->moment, log_event(log, base->number));
		log->checkpoint_bytes += moment_size(&base->moment);
		base->number++;
	}
	assert(log->checkpoints[0].number > log->first);
	log->first = log->checkpoints[0].number;
	assert(log->first <= log->end);
	free_pages(log);
	return result;
}

/* Makes places for one more event; false: no memory.  They grow only while nothing
 * has fallen out, so number N keeps its place. */
static bool
grow_places(struct log *log)
{
	if (log->end - log->first < log->room)
		return true;
	size_t room = log->room == 0 ? PLACES_FIRST : log->room * 2;
	if (room > log->capacity)
		room = log->capacity;
	const unsigned char **packed = realloc(log->packed, room * sizeof *packed);
	if (packed == NULL)
		return false;
	log->packed = packed;
	uint8_t *types = realloc(log->types, room * sizeof *types);
	if (types == NULL)
		return false;
	log->types = types;
	log->room = room;
	return true;
}

/* Room for so many bytes in the page that is filled; NULL: no memory. */
static unsigned char *
find_room(struct log *log, size_t size)
{
	if (log->page != NULL && log->page->room - log->page->used >= size)
		return log->page->bytes + log->page->used;
	size_t room = size > PAGE - sizeof(struct page) ? size :
	    PAGE - sizeof(struct page);
	struct page *page = malloc(sizeof *page + room);
	if (page == NULL)
		return NULL;
	*page = (struct page){.room = room};
	if (log->page != NULL)
		log->page->next = page;
	else
		log->pages = page;
	log->page = page;
	return page->bytes;
}

/* Puts the event behind the others. */
static int
keep(struct log *log, const struct event *event)
{
	if (!grow_places(log))
		return -1;
	size_t room = event_pack_room(event);
	unsigned char *bytes = find_room(log, room);
	if (bytes == NULL)
		return -1;
	size_t size = event_pack(event, bytes);
	assert(size <= room);
	assert(log->end - log->first < log->room);
	log->page->used += size;
	assert(log->page->used <= log->page->room);
	log->page->last = log->end;
	log->packed[log->end % log->room] = bytes;
	log->types[log->end % log->room] = (uint8_t)event->type;
	log->end++;
	return 0;
}

/* Those that were taken away leave no gap. */
static void
close_gaps(struct log *log)
{
	size_t kept = 0;
	for (size_t i = 0; i < log->reader_count; i++)
		if (log->readers[i].function != NULL)
			log->readers[kept++] = log->readers[i];
	log->reader_count = kept;
}

/* Tells the readers.  One of them may take itself or another away, or append: they keep
 * their places until the outermost round is over, so that nobody misses an event. */
static void
call_readers(struct log *log, const struct event *event)
{
	assert(log->calling < LONGEST_CHAIN);
	log->calling++;
	for (size_t i = 0; i < log->reader_count; i++)
		if (log->readers[i].function != NULL)
			log->readers[i].function(log->readers[i].context, event, &log->now);
	if (--log->calling == 0)
		close_gaps(log);
}

/* Appends the event and takes what it owns.  One that cannot be kept is not folded
 * either: moments would not follow from events. */
int
log_append(struct log *log, struct event *event)
{
	int result = 0;
	event_round(event);
	if (log->end - log->first == log->capacity)
		result = drop_oldest(log);
	if (keep(log, event) < 0) {
		event_release(event);
		return -1;
	}
	if (moment_apply(&log->now, event) < 0)
		result = -1;
	add_checkpoint(log);
	call_readers(log, event);
	event_release(event);
	return result;
}

/* The oldest event that is there. */
uint64_t
log_first(const struct log *log)
{
	return log->first;
}

/* The number that the next event will have. */
uint64_t
log_end(const struct log *log)
{
	return log->end;
}

const struct event *
log_event(const struct log *log, uint64_t number)
{
	if (number < log->first || number >= log->end)
		return NULL;
	/* what is unpacked is no part of what a const log promises */
	struct slot *slot = &log->slots[number % LOG_UNPACKED];
	if (!slot->there || slot->number != number) {
		empty_slot(slot);
		event_unpack(log->packed[number % log->room], &slot->event);
		assert((uint8_t)slot->event.type == log->types[number % log->room]);
		slot->number = number;
		slot->there = true;
	}
	return &slot->event;
}

uint64_t
log_find(const struct log *log, uint64_t number, uint64_t end, uint32_t types)
{
	if (number < log->first)
		number = log->first;
	if (end > log->end)
		end = log->end;
	while (number < end && (types >> log->types[number % log->room] & 1) == 0)
		number++;
	return number < end ? number : end;
}

uint64_t
log_find_back(const struct log *log, uint64_t number, uint64_t first,
    uint32_t types)
{
	if (first < log->first)
		first = log->first;
	if (number > log->end)
		number = log->end;
	while (number > first)
		if ((types >> log->types[--number % log->room] & 1) != 0)
			return number;
	return UINT64_MAX;
}

const struct moment *
log_now(const struct log *log)
{
	return &log->now;
}

const struct moment *
log_base(const struct log *log)
{
	return &log->checkpoints[0].moment;
}

const struct moment *
log_checkpoint(const struct log *log, uint64_t number, uint64_t *at)
{
	size_t low = 0, high = log->checkpoint_count;
	if (number >= log->end) {
		*at = log->end;
		return &log->now;
	}
	while (high - low > 1) {
		size_t middle = low + (high - low) / 2;
		if (log->checkpoints[middle].number <= number)
			low = middle;
		else
			high = middle;
	}
	*at = log->checkpoints[low].number;
	assert(*at <= number || low == 0);
	return &log->checkpoints[low].moment;
}

int
log_subscribe(struct log *log, log_reader *reader, void *context)
{
	if (log->reader_count == READERS) {
		errno = ENOSPC;
		return -1;
	}
	log->readers[log->reader_count].function = reader;
	log->readers[log->reader_count++].context = context;
	return 0;
}

void
log_unsubscribe(struct log *log, log_reader *reader, void *context)
{
	for (size_t i = 0; i < log->reader_count; i++)
		if (log->readers[i].function == reader &&
		    log->readers[i].context == context)
			log->readers[i].function = NULL;
	if (log->calling == 0)
		close_gaps(log);
}
