/* fuzz_command_line.c: tcpconsole's arguments, and command lines.
 *
 * The first byte says which: one line each up to 64 arguments, or one line each a
 * command. */
#include "fuzz.h"

#include "command.h"
#include "options.h"
#include "runner.h"
#include "settings.h"

enum { ARGUMENTS_MOST = 64 };

/* What is said is one line, and fits. */
static void
check_error(const char *error, size_t size)
{
	FUZZ_CHECK(strnlen(error, size) < size);
	FUZZ_CHECK(*error != '\0');
}

/* Each line an argument. */
static void
try_arguments(char *text)
{
	char *arguments[ARGUMENTS_MOST + 2], name[] = "tcpconsole";
	int count = 0;
	arguments[count++] = name;
	for (char *line = strtok(text, "\n"); line != NULL && count <= ARGUMENTS_MOST;
	    line = strtok(NULL, "\n"))
		arguments[count++] = line;
	arguments[count] = NULL;
	struct options options;
	char error[SESSION_ERROR] = "";
	if (!options_parse(&options, count, arguments, error)) {
		check_error(error, sizeof error);
		return;
	}
	FUZZ_CHECK(options.session.set_count <= SET_MAX);
	for (size_t i = 0; i < options.session.set_count; i++)
		FUZZ_CHECK(options.session.set[i] != NULL);
	FUZZ_CHECK(options.color >= WHEN_AUTO && options.color <= WHEN_NEVER);
	FUZZ_CHECK(options.headless || !options.json);
}

/* A setting that was taken reads back as it was given, and all of them are taken
 * again. */
static void
try_setting(const char *line)
{
	struct settings settings, again;
	char error[SESSION_ERROR] = "";
	char text[SETTINGS_MAX * 2 * SETTING_VALUE], text_again[sizeof text];
	settings_init(&settings, "any");
	if (!settings_set(&settings, line, error, sizeof error)) {
		check_error(error, sizeof error);
		return;
	}
	size_t count;
	const struct setting *table = settings_table(&count);
	settings_init(&again, "any");
	for (size_t i = 0; i < count; i++) {
		snprintf(text, sizeof text, "%s=%s", table[i].name,
		    settings_get(&settings, table[i].name));
		FUZZ_CHECK(settings_set(&again, text, error, sizeof error));
	}
	settings_text(&settings, text, sizeof text);
	settings_text(&again, text_again, sizeof text_again);
	FUZZ_CHECK(strcmp(text, text_again) == 0);
}

/* A command that is right names a row of the table, and stays right. */
static void
try_command(const char *line)
{
	char error[SESSION_ERROR] = "";
	const char *arguments = NULL;
	if (!runner_check(line, error, sizeof error)) {
		check_error(error, sizeof error);
		return;
	}
	FUZZ_CHECK(command_parse(line, &arguments, error, sizeof error) != NULL);
	FUZZ_CHECK(arguments >= line && arguments <= line + strlen(line));
	FUZZ_CHECK(runner_check(line, error, sizeof error));
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	if (size == 0)
		return 0;
	char *text = fuzz_string(data + 1, size - 1);
	if ((*data & 1) != 0) {
		try_arguments(text);
		free(text);
		return 0;
	}
	for (char *line = strtok(text, "\n"); line != NULL; line = strtok(NULL, "\n")) {
		char *copy = fuzz_string(line, strlen(line));
		try_command(copy);
		try_setting(copy);
		free(copy);
	}
	free(text);
	return 0;
}
