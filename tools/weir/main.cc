// The `weir` command: queues in stores on this machine, from a shell.
//
// Exit codes: 0 done, 1 an error, 2 damage was found, 3 the store is in use. An error is one line on
// standard error that says what was wrong and what to do.
#include <csignal>
#include <cstdio>
#include <exception>

#include "common/failure.h"
#include "weir/commands.h"
#include "weir/console.h"

namespace {

using weir::tools::Failure;
using weir::tools::kExitError;
using weir::tools::kExitOk;

constexpr const char* kExitCodes =
    "Exit codes: 0 done, 1 error, 2 damage found in the store, 3 the store is in use.";

void add_queue(CLI::App& app) {
  CLI::App* queue = app.add_subcommand("queue", "Work with the queues of a store");
  queue->require_subcommand(1);
  queue->footer(
      "Examples:\n"
      "  weir queue push /var/lib/orders new 'order 4711'\n"
      "  weir queue list /var/lib/orders\n"
      "  weir queue pop /var/lib/orders new");
  weir::command::add_queue_push(*queue);
  weir::command::add_queue_pop(*queue);
  weir::command::add_queue_peek(*queue);
  weir::command::add_queue_list(*queue);
  weir::command::add_queue_stats(*queue);
  weir::command::add_queue_purge(*queue);
}

int run(int argument_count, char** arguments) {
  CLI::App app("weir: durable queues on this machine", "weir");
  app.set_version_flag("--version", std::string("weir ") + weir_version_string());
  app.require_subcommand(1);
  app.footer(std::string("Examples:\n"
                         "  weir queue push /var/lib/orders new 'order 4711'\n"
                         "  weir queue pop /var/lib/orders new\n"
                         "  weir verify /var/lib/orders\n\n") +
             kExitCodes);
  add_queue(app);
  weir::command::add_log(app);
  weir::command::add_inspect(app);
  weir::command::add_verify(app);
  weir::command::add_backup(app);
  try {
    app.parse(argument_count, arguments);
  } catch (const CLI::ParseError& error) {
    // --help and --version arrive here too; they print and are no errors.
    if (error.get_exit_code() == 0) return app.exit(error);
    weir::command::note(std::string(error.what()) + "; see `weir --help` and `weir queue --help`");
    return kExitError;
  }
  return kExitOk;
}

}  // namespace

int main(int argument_count, char** arguments) {
  // A reader that goes away must be an error like any other: no acknowledgement for what it missed.
  std::signal(SIGPIPE, SIG_IGN);
  try {
    return run(argument_count, arguments);
  } catch (const Failure& failure) {
    weir::command::note(failure.what());
    return failure.exit_code();
  } catch (const std::exception& error) {
    weir::command::note(error.what());
    return kExitError;
  }
}
