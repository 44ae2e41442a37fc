/* fuzz_scenario.c: the text of a scenario. */
#include "fuzz.h"

#include "runner.h"
#include "scenario.h"

/* The scenario as a text, without comments and empty lines; to be freed. */
static char *
render(const struct scenario *scenario, size_t *length)
{
	static const char *const needs[] = {[NEEDS_NOTHING] = "",
	    [NEEDS_LAB] = "needs lab\n", [NEEDS_USER] = "needs user\n"};
	char *text = NULL;
	FILE *out = open_memstream(&text, length);
	FUZZ_CHECK(out != NULL);
	fprintf(out, "title %s\n%s", scenario->title, needs[scenario->needs]);
	if (*scenario->section != '\0')
		fprintf(out, "section %s\n", scenario->section);
	if (scenario->row > 0)
		fprintf(out, "row %.17g\n", scenario->row);
	for (size_t i = 0; i < scenario->count; i++)
		fprintf(out, "%s\n", scenario->steps[i].text);
	FUZZ_CHECK(fclose(out) == 0);
	return text;
}

/* What is said of a wrong one is one visible line, with a number. */
static void
check_error(const char *error)
{
	FUZZ_CHECK(strnlen(error, SCENARIO_ERROR) < SCENARIO_ERROR);
	FUZZ_CHECK(strncmp(error, "fuzz.scenario:", 14) == 0);
	FUZZ_CHECK(strtol(error + 14, NULL, 10) > 0);
	fuzz_check_line(error);
}

/* One that was taken is taken again from what was understood of it. */
static void
check_again(const struct scenario *scenario)
{
	struct scenario again;
	char error[SCENARIO_ERROR];
	size_t length;
	char *text = render(scenario, &length);
	FUZZ_CHECK(scenario_parse(&again, "fuzz.scenario", text, length, error) == 0);
	FUZZ_CHECK(strcmp(again.title, scenario->title) == 0);
	FUZZ_CHECK(strcmp(again.section, scenario->section) == 0);
	FUZZ_CHECK(again.needs == scenario->needs && again.count == scenario->count);
	for (size_t i = 0; i < again.count; i++)
		FUZZ_CHECK(strcmp(again.steps[i].text, scenario->steps[i].text) == 0);
	scenario_release(&again);
	free(text);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct scenario scenario;
	char error[SCENARIO_ERROR] = "";
	char *text = fuzz_copy(data, size);
	int result = scenario_parse(&scenario, "fuzz.scenario", text, size, error);
	free(text);
	if (result == 0)
		check_again(&scenario);
	else
		check_error(error);
	for (size_t i = 0; result == 0 && i < scenario.count; i++) {
		FUZZ_CHECK(i == 0 ||
		    scenario.steps[i].line > scenario.steps[i - 1].line);
		scenario_stops_at(&scenario.steps[i]);
	}
	scenario_release(&scenario);
	return 0;
}
