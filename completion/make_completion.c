/* make_completion.c: fills tcpconsole.in, the completion for bash(1), from the tables of
 * options and settings.  A @MARKER@ may stand anywhere in a line. */
#include "options.h"
#include "settings.h"

#include <stdio.h>
#include <string.h>

/* Those of the server's settings that the client has, too. */
static const char *const client_settings[] = {"service", "long", "byte_order"};

/* "a|b" with blanks. */
static void
print_words(const char *words)
{
	for (; *words != '\0'; words++)
		putchar(*words == '|' ? ' ' : *words);
}

/* The options, each as it is begun: --color= wants its value at once. */
static void
print_options(void)
{
	size_t count;
	const struct option_row *table = options_table(&count);
	for (size_t i = 0; i < count; i++) {
		char usage[OPTION_USAGE];
		options_usage(&table[i], usage);
		usage[strcspn(usage, " ")] = '\0';
		char *equals = strchr(usage, '=');
		if (equals != NULL)
			equals[1] = '\0';
		printf("%s%s", i > 0 ? " " : "", usage);
	}
}

/* Those whose value is the next word. */
static void
print_with_value(void)
{
	size_t count;
	const struct option_row *table = options_table(&count);
	bool first = true;
	for (size_t i = 0; i < count; i++) {
		if (table[i].argument == NULL)
			continue;
		printf("%s--%s", first ? "" : "|", table[i].name);
		first = false;
	}
}

/* How the value of an option is completed. */
static void
print_argument(const struct option_row *row)
{
	static const struct { const char *words, *how; } known[] = {
		{"<lesson>", "[[ $value != */* ]] || { _tcpconsole_files \"$value\"; return; }\n"
		    "\t\t_tcpconsole_reply \"$(\"${words[0]/#\\~/$HOME}\" --list 2>/dev/null | "
		    "cut -f1)\" \"$value\" \"$prefix\""},
		{"<setting>", "_tcpconsole_settings"},
		{"<file>", "_tcpconsole_files \"$value\""},
	};
	const char *words = row->words != NULL ? row->words : "";
	printf("\t--%s)\n\t\t", row->name);
	for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
		if (strcmp(words, known[i].words) == 0) {
			printf("%s\n\t\treturn ;;\n", known[i].how);
			return;
		}
	}
	fputs("_tcpconsole_reply \"", stdout);
	print_words(words);
	fputs("\" \"$value\" \"$prefix\"\n\t\treturn ;;\n", stdout);
}

/* The cases of options that take a value. */
static void
print_arguments(void)
{
	size_t count;
	const struct option_row *table = options_table(&count);
	for (size_t i = 0; i < count; i++)
		if (table[i].argument != NULL)
			print_argument(&table[i]);
}

/* The cases of settings whose values are words. */
static void
print_values(void)
{
	size_t count;
	const struct setting *table = settings_table(&count);
	for (size_t i = 0; i < count; i++) {
		printf("\t%s) echo '", table[i].name);
		print_words(table[i].values != NULL ? table[i].values : table[i].fallback);
		puts("' ;;");
	}
}

/* Each setting between before and "=". */
static void
print_settings(const char *before)
{
	size_t count;
	const struct setting *table = settings_table(&count);
	for (size_t i = 0; i < count; i++)
		printf("%s%s%s=", i > 0 ? " " : "", before, table[i].name);
}

static void
print_keys(void)
{
	print_settings("");
}

static void
print_server_options(void)
{
	print_settings("--");
}

static void
print_client_options(void)
{
	for (size_t i = 0; i < sizeof client_settings / sizeof *client_settings; i++)
		printf("%s--%s=", i > 0 ? " " : "", client_settings[i]);
}

/* Prints the part that a marker stands for; false: it is none. */
static bool
print_part(const char *marker, size_t length)
{
	static const struct { const char *marker; void (*print)(void); } parts[] = {
		{"OPTIONS", print_options}, {"WITH_VALUE", print_with_value},
		{"ARGUMENTS", print_arguments}, {"VALUES", print_values},
		{"KEYS", print_keys}, {"SERVER_OPTIONS", print_server_options},
		{"CLIENT_OPTIONS", print_client_options},
	};
	for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) {
		if (strlen(parts[i].marker) == length &&
		    strncmp(parts[i].marker, marker, length) == 0) {
			parts[i].print();
			return true;
		}
	}
	return false;
}

/* A line with its markers filled; what stands between two @ and is none stays. */
static void
print_line(const char *line)
{
	const char *at, *end;
	while ((at = strchr(line, '@')) != NULL && (end = strchr(at + 1, '@')) != NULL) {
		fwrite(line, 1, (size_t)(at - line), stdout);
		line = end + 1;
		if (print_part(at + 1, (size_t)(end - at - 1)))
			continue;
		putchar('@');
		line = at + 1;
	}
	fputs(line, stdout);
}

int
main(void)
{
	char line[1024];
	while (fgets(line, sizeof line, stdin) != NULL)
		print_line(line);
	return ferror(stdin) || fflush(stdout) == EOF;
}
