/* keymaps.c: what a user's inputrc may not bind.
 *
 * readline 8.2, called back for each key, keeps the place inside a key sequence in a
 * chain of contexts.  A macro that ends there ("\C-t": "\C-x"), or that goes on with a key
 * that the sequence does not know ("\C-xz"), ends that chain, too: the next key follows a
 * null pointer.  That holds for macros of the inputrc and for those that are typed (C-x (
 * C-x e a C-x ) C-x e); and what a key before it does can be anything (C-r searches, C-v
 * quotes), so a macro is left out if from any of its bytes on it reads like that. */
#include "keymaps.h"

#include "escape.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

/* DEEPEST: sequences that are longer are nobody's. */
enum { ESCAPE = 27, DEEPEST = 64 };

struct tamer {
	rl_command_func_t *read_again;
	char *warning;
	bool left_out;         /* anything, this time */
	Keymap roots[2];       /* of the mode in which the keys at hand are pressed */
};

/* A map's entry holds a pointer to a map or to a macro's text where it says so. */
static void *
pointer_of(const KEYMAP_ENTRY *entry)
{
	void *pointer;
	memcpy(&pointer, &entry->function, sizeof pointer);
	return pointer;
}

/* Does text begin a key sequence of this map that it does not end, or that has no
 * function?  Another editing mode has other sequences. */
static bool
is_lost(Keymap map, const char *text)
{
	for (; *text != '\0'; text++) {
		const KEYMAP_ENTRY *entry = &map[(unsigned char)*text];
		if (entry->type != ISKMAP)
			return entry->function == NULL ||
			    entry->function == rl_vi_editing_mode ||
			    entry->function == rl_emacs_editing_mode;
		map = pointer_of(entry);
	}
	return true;
}

/* Is a macro lost, wherever in it a sequence begins? */
static bool
loses_itself(const struct tamer *tamer, const char *text)
{
	for (; *text != '\0'; text++)
		for (size_t i = 0; i < 2; i++)
			if (tamer->roots[i] != NULL && is_lost(tamer->roots[i], text))
				return true;
	return false;
}

/* Leaves a macro out.  Esc alone, as those who edit as in vi have it ("jk": "\e"), has a
 * function of its own. */
static void
leave_out(struct tamer *tamer, KEYMAP_ENTRY *entry, char *text)
{
	bool leaves_insertion = text[0] == ESCAPE && text[1] == '\0';
	if (!leaves_insertion && tamer->warning == NULL) {
		char *shown = escape_text(text, strlen(text));
		if (shown == NULL || asprintf(&tamer->warning, "readline: the macro "
		    "\"%s\" holds a key sequence that is unbound, or not whole: it is left "
		    "out", shown) < 0)
			tamer->warning = NULL;
		free(shown);
	}
	tamer->left_out = true;
	entry->type = ISFUNC;
	entry->function = leaves_insertion && rl_editing_mode == 0 ?
	    rl_vi_movement_mode : NULL;
	free(text);
}

/* Looks through a map and those below it. */
static void
tame(struct tamer *tamer, Keymap map, int depth)
{
	for (int i = 0; i < KEYMAP_SIZE; i++) {
		KEYMAP_ENTRY *entry = &map[i];
		rl_command_func_t *function = entry->function;
		if (function == NULL)
			continue;
		if (entry->type == ISKMAP && depth < DEEPEST) {
			tame(tamer, pointer_of(entry), depth + 1);
		} else if (entry->type == ISMACR) {
			char *text = pointer_of(entry);
			if (loses_itself(tamer, text))
				leave_out(tamer, entry, text);
		} else if (entry->type == ISFUNC && function == rl_re_read_init_file) {
			entry->function = tamer->read_again;
		} else if (entry->type == ISFUNC && (function == rl_start_kbd_macro ||
		    function == rl_end_kbd_macro || function == rl_call_last_kbd_macro)) {
			tamer->left_out = true;
			entry->function = NULL;
		}
	}
}

char *
keymaps_tame(rl_command_func_t *read_again)
{
	struct tamer tamer = {.read_again = read_again};
	do { /* what is left out is lost to other macros */
		tamer.left_out = false;
		tamer.roots[0] = emacs_standard_keymap;
		tame(&tamer, emacs_standard_keymap, 0);
		tamer.roots[0] = vi_insertion_keymap;
		tamer.roots[1] = vi_movement_keymap;
		tame(&tamer, vi_insertion_keymap, 0);
		tame(&tamer, vi_movement_keymap, 0);
		tamer.roots[1] = NULL;
	} while (tamer.left_out);
	return tamer.warning;
}
