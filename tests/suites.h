/* suites.h: one Check suite for each module; tests/check_main.c runs them all. */
#ifndef SUITES_H
#define SUITES_H

#include <check.h>

Suite *all_rows_suite(void);
Suite *channel_suite(void);
Suite *command_suite(void);
Suite *commands_client_suite(void);
Suite *commands_server_suite(void);
Suite *complete_suite(void);
Suite *endpoint_suite(void);
Suite *escape_suite(void);
Suite *expect_suite(void);
Suite *expectations_suite(void);
Suite *explain_suite(void);
Suite *giving_up_suite(void);
Suite *guard_suite(void);
Suite *last_state_suite(void);
Suite *lesson_suite(void);
Suite *log_suite(void);
Suite *loop_suite(void);
Suite *memory_suite(void);
Suite *moment_suite(void);
Suite *past_suite(void);
Suite *process_stat_suite(void);
Suite *process_watch_suite(void);
Suite *read_budget_suite(void);
Suite *programs_suite(void);
Suite *reports_suite(void);
Suite *runner_suite(void);
Suite *screen_prompt_suite(void);
Suite *render_suite(void);
Suite *report_check_suite(void);
Suite *replay_suite(void);
Suite *scenario_suite(void);
Suite *screen_details_suite(void);
Suite *screen_foreign_suite(void);
Suite *screen_lesson_suite(void);
Suite *screen_pace_suite(void);
Suite *screen_palette_suite(void);
Suite *screen_past_suite(void);
Suite *screen_parts_suite(void);
Suite *screen_suite(void);
Suite *screen_views_suite(void);
Suite *screen_why_suite(void);
Suite *session_suite(void);
Suite *settings_suite(void);
Suite *signal_name_suite(void);
Suite *sock_diag_suite(void);
Suite *strangers_suite(void);
Suite *tcp_state_suite(void);
Suite *tcp_table_suite(void);
Suite *why_suite(void);
Suite *wire_suite(void);

#endif
