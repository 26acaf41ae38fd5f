// The subcommands. Each adds itself, with its options, help and examples, and runs from a callback.
#pragma once

#include <CLI/CLI.hpp>

namespace weir::command {

void add_queue_push(CLI::App& queue);
void add_queue_pop(CLI::App& queue);
void add_queue_peek(CLI::App& queue);
void add_queue_list(CLI::App& queue);
void add_queue_stats(CLI::App& queue);
void add_queue_purge(CLI::App& queue);
void add_log(CLI::App& app);
void add_inspect(CLI::App& app);
void add_verify(CLI::App& app);
void add_backup(CLI::App& app);

}  // namespace weir::command
