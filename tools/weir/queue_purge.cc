// weir queue purge
#include <unistd.h>

#include <cstdio>
#include <iostream>
#include <memory>

#include "common/failure.h"
#include "common/units.h"
#include "weir/commands.h"
#include "weir/console.h"
#include "weir/queue_statistics.h"

namespace weir::command {
namespace {

struct PurgeOptions {
  std::string url;
  std::string queue;
  bool yes = false;
  bool json = false;
};

// Somebody at a terminal is asked; a script that says purge means it.
bool confirmed(const PurgeOptions& options, uint64_t count) {
  if (options.yes || !is_terminal(STDIN_FILENO) || !is_terminal(STDERR_FILENO)) return true;
  std::fprintf(stderr, "Remove %s from %s for ever? [y/N] ",
               tools::counted(count, "message").c_str(), options.queue.c_str());
  std::string answer;
  std::getline(std::cin, answer);
  return answer == "y" || answer == "Y" || answer == "yes";
}

void run(const PurgeOptions& options) {
  auto store = open_store(options.url, Access::kChange);
  const uint64_t before = queue_statistics(store.get(), options.queue).message_count;
  if (!confirmed(options, before)) {
    throw tools::Failure(tools::kExitError, "purge of " + options.queue + " not confirmed");
  }
  auto queue = open_queue(store.get(), options.queue, Access::kChange);
  weir_error error{};
  uint64_t count = 0;
  tools::check(weir_queue_purge(queue.get(), &count, &error), error, "purge " + options.queue);
  close_store(std::move(queue), std::move(store), options.url);
  if (options.json) {
    print_json(Json{{"queue", options.queue}, {"count", count}});
  } else {
    print("removed " + tools::counted(count, "message") + " from " + options.queue + "\n");
  }
  flush_standard_output();
}

}  // namespace

void add_queue_purge(CLI::App& queue) {
  auto options = std::make_shared<PurgeOptions>();
  CLI::App* purge = queue.add_subcommand("purge", "Remove all messages of a queue");
  purge->add_option("STORE", options->url, "The store: a directory")->required();
  purge->add_option("QUEUE", options->queue, "The queue; it stays, empty")->required();
  purge->add_flag("-y,--yes", options->yes, "Do not ask, even at a terminal");
  purge->add_flag("--json", options->json, "Print the result as JSON");
  purge->footer(
      "Examples:\n"
      "  weir queue purge /var/lib/orders rejected\n"
      "  weir queue purge --yes --json /var/lib/orders rejected");
  purge->callback([options] { run(*options); });
}

}  // namespace weir::command
