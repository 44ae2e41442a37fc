#include "scenario_library.h"

#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { PLACES = 3 };

/* What has been found. */
struct library {
	struct scenario *scenarios;
	size_t count;
	bool failed;
	char *error;   /* the first one */
};

/* The directory that comes so many-th in the search; false: there is none. */
static bool
place_of(int number, const char *directory, char *path)
{
	const char *data = getenv("XDG_DATA_HOME"), *home = getenv("HOME");
	int length = -1;
	if (number == 0 && data != NULL && *data == '/')
		length = snprintf(path, PATH_MAX, "%s/tcpconsole/scenarios", data);
	else if (number == 0 && home != NULL && *home == '/')
		length = snprintf(path, PATH_MAX, "%s/.local/share/tcpconsole/scenarios",
		    home);
	else if (number == 1)
		length = snprintf(path, PATH_MAX, "%s/scenarios", directory);
	else if (number == 2)
		length = snprintf(path, PATH_MAX, "%s/../share/tcpconsole/scenarios",
		    directory);
	return length > 0 && length < PATH_MAX;
}

int
scenario_library_find(struct scenario *scenario, const char *name,
    const char *directory, char *error)
{
	char path[PATH_MAX], file[PATH_MAX + SCENARIO_NAME + 16];
	memset(scenario, 0, sizeof *scenario);
	if (strchr(name, '/') != NULL)
		return scenario_load(scenario, name, error);
	for (int i = 0; i < PLACES; i++) {
		if (strlen(name) >= SCENARIO_NAME || !place_of(i, directory, path))
			continue;
		snprintf(file, sizeof file, "%s/%s" SCENARIO_ENDING, path, name);
		if (access(file, F_OK) == 0)
			return scenario_load(scenario, file, error);
	}
	snprintf(error, SCENARIO_ERROR, "no scenario \"%.60s\": --list shows those there are; a "
	    "path holds a slash", name);
	return -1;
}

/* Is there one of that name already? */
static bool
has_name(const struct library *library, const char *name)
{
	for (size_t i = 0; i < library->count; i++)
		if (strcmp(library->scenarios[i].name, name) == 0)
			return true;
	return false;
}

/* Keeps the first error. */
static void
fail(struct library *library, const char *error)
{
	if (!library->failed)
		snprintf(library->error, SCENARIO_ERROR, "%s", error);
	library->failed = true;
}

/* Adds the scenario in the file, if it is right and the first of its name. */
static void
add_file(struct library *library, const char *file)
{
	char error[SCENARIO_ERROR];
	struct scenario scenario;
	bool good = scenario_load(&scenario, file, error) == 0;
	if (good && !has_name(library, scenario.name)) {
		struct scenario *larger = realloc(library->scenarios,
		    (library->count + 1) * sizeof *larger);
		if (larger != NULL) {
			larger[library->count++] = scenario;
			library->scenarios = larger;
			return;
		}
		good = false;
		snprintf(error, sizeof error, "out of memory");
	}
	if (!good)
		fail(library, error);
	scenario_release(&scenario);
}

/* Adds those of one directory; one that is not there has none. */
static void
add_directory(struct library *library, const char *path)
{
	char file[PATH_MAX + NAME_MAX + 2], error[SCENARIO_ERROR];
	struct dirent **entries;
	int count = scandir(path, &entries, NULL, alphasort);
	if (count < 0 && errno != ENOENT && errno != ENOTDIR) {
		snprintf(error, sizeof error, "%.300s: cannot read it: %s", path,
		    strerror(errno));
		fail(library, error);
	}
	for (int i = 0; i < count; i++) {
		const char *name = entries[i]->d_name;
		size_t length = strlen(name), ending = strlen(SCENARIO_ENDING);
		snprintf(file, sizeof file, "%s/%s", path, name);
		if (*name != '.' && length > ending &&
		    strcmp(name + length - ending, SCENARIO_ENDING) == 0)
			add_file(library, file);
		free(entries[i]);
	}
	if (count >= 0)
		free(entries);
}

/* The lecture's order; those without a place in it come last, by name. */
static int
compare(const void *a, const void *b)
{
	const struct scenario *first = a, *second = b;
	double left = first->row > 0 ? first->row : 1e9;
	double right = second->row > 0 ? second->row : 1e9;
	if (left < right || left > right)
		return left < right ? -1 : 1;
	return strcmp(first->name, second->name);
}

int
scenario_library_load(struct scenario **scenarios, size_t *count,
    const char *directory, char *error)
{
	struct library library = {.error = error};
	char path[PATH_MAX];
	*error = '\0';
	for (int i = 0; i < PLACES; i++)
		if (place_of(i, directory, path))
			add_directory(&library, path);
	if (library.count > 1)
		qsort(library.scenarios, library.count, sizeof *library.scenarios,
		    compare);
	if (!library.failed && library.count == 0)
		fail(&library, "there are no scenarios beside this program: make, or make "
		    "install, puts them there");
	*scenarios = library.scenarios;
	*count = library.count;
	return library.failed ? -1 : 0;
}

void
scenario_library_free(struct scenario *scenarios, size_t count)
{
	for (size_t i = 0; i < count; i++)
		scenario_release(&scenarios[i]);
	free(scenarios);
}
