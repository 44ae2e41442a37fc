/* check_main.c: runs every suite of core and of the programs. */
#include "suites.h"

#include <stdlib.h>

int
main(void)
{
	/* a suite that is run by itself waits as long as one that is not */
	if (setenv("CK_DEFAULT_TIMEOUT", "60", 0) != 0)
		return EXIT_FAILURE;
	SRunner *runner = srunner_create(all_rows_suite());
	srunner_add_suite(runner, all_sockets_suite());
	srunner_add_suite(runner, arguments_suite());
	srunner_add_suite(runner, ascii_suite());
	srunner_add_suite(runner, book_suite());
	srunner_add_suite(runner, channel_suite());
	srunner_add_suite(runner, client_alone_suite());
	srunner_add_suite(runner, client_connect_suite());
	srunner_add_suite(runner, client_numbers_suite());
	srunner_add_suite(runner, client_options_suite());
	srunner_add_suite(runner, client_orders_suite());
	srunner_add_suite(runner, client_sends_suite());
	srunner_add_suite(runner, client_sockets_suite());
	srunner_add_suite(runner, command_lines_suite());
	srunner_add_suite(runner, command_suite());
	srunner_add_suite(runner, commands_client_suite());
	srunner_add_suite(runner, commands_server_suite());
	srunner_add_suite(runner, commands_session_suite());
	srunner_add_suite(runner, complete_suite());
	srunner_add_suite(runner, connect_suite());
	srunner_add_suite(runner, endpoint_suite());
	srunner_add_suite(runner, escape_suite());
	srunner_add_suite(runner, end_words_suite());
	srunner_add_suite(runner, event_fields_suite());
	srunner_add_suite(runner, moment_find_suite());
	srunner_add_suite(runner, event_pack_suite());
	srunner_add_suite(runner, event_suite());
	srunner_add_suite(runner, expect_suite());
	srunner_add_suite(runner, expectations_suite());
	srunner_add_suite(runner, explain_rows_suite());
	srunner_add_suite(runner, explain_suite());
	srunner_add_suite(runner, explain_told_suite());
	srunner_add_suite(runner, guest_suite());
	srunner_add_suite(runner, giving_up_suite());
	srunner_add_suite(runner, guard_orders_suite());
	srunner_add_suite(runner, guard_suite());
	srunner_add_suite(runner, headless_suite());
	srunner_add_suite(runner, host_suite());
	srunner_add_suite(runner, json_line_suite());
	srunner_add_suite(runner, last_state_suite());
	srunner_add_suite(runner, lesson_suite());
	srunner_add_suite(runner, lines_out_suite());
	srunner_add_suite(runner, log_suite());
	srunner_add_suite(runner, loop_suite());
	srunner_add_suite(runner, memory_suite());
	srunner_add_suite(runner, moment_calls_suite());
	srunner_add_suite(runner, moment_connections_suite());
	srunner_add_suite(runner, moment_lesson_suite());
	srunner_add_suite(runner, moment_rows_suite());
	srunner_add_suite(runner, moment_suite());
	srunner_add_suite(runner, options_suite());
	srunner_add_suite(runner, parse_json_suite());
	srunner_add_suite(runner, past_suite());
	srunner_add_suite(runner, pidfd_signal_suite());
	srunner_add_suite(runner, play_suite());
	srunner_add_suite(runner, process_look_suite());
	srunner_add_suite(runner, process_search_suite());
	srunner_add_suite(runner, process_stat_suite());
	srunner_add_suite(runner, process_watch_suite());
	srunner_add_suite(runner, read_budget_suite());
	srunner_add_suite(runner, record_suite());
	srunner_add_suite(runner, refusals_suite());
	srunner_add_suite(runner, render_suite());
	srunner_add_suite(runner, replay_suite());
	srunner_add_suite(runner, report_check_suite());
	srunner_add_suite(runner, reports_suite());
	srunner_add_suite(runner, runner_suite());
	srunner_add_suite(runner, scenario_suite());
	srunner_add_suite(runner, server_accept_suite());
	srunner_add_suite(runner, server_children_suite());
	srunner_add_suite(runner, server_listener_suite());
	srunner_add_suite(runner, server_options_suite());
	srunner_add_suite(runner, server_output_suite());
	srunner_add_suite(runner, server_room_suite());
	srunner_add_suite(runner, server_services_suite());
	srunner_add_suite(runner, server_signals_suite());
	srunner_add_suite(runner, server_command_suite());
	srunner_add_suite(runner, server_suite());
	srunner_add_suite(runner, session_start_suite());
	srunner_add_suite(runner, session_suite());
	srunner_add_suite(runner, settings_suite());
	srunner_add_suite(runner, signal_name_suite());
	srunner_add_suite(runner, silence_suite());
	srunner_add_suite(runner, sock_diag_suite());
	srunner_add_suite(runner, socket_changes_suite());
	srunner_add_suite(runner, socket_holder_suite());
	srunner_add_suite(runner, socket_owners_suite());
	srunner_add_suite(runner, socket_probe_suite());
	srunner_add_suite(runner, socket_watch_suite());
	srunner_add_suite(runner, strangers_suite());
	srunner_add_suite(runner, table_reading_suite());
	srunner_add_suite(runner, tcp_state_suite());
	srunner_add_suite(runner, tcp_table_suite());
	srunner_add_suite(runner, text_lines_suite());
	srunner_add_suite(runner, text_tables_suite());
	srunner_add_suite(runner, why_circumstances_suite());
	srunner_add_suite(runner, why_suite());
	srunner_add_suite(runner, wire_suite());
	srunner_run_all(runner, CK_ENV);
	int failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
