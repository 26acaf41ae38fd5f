// weir queue list
#include <memory>

#include "common/units.h"
#include "weir/commands.h"
#include "weir/console.h"
#include "weir/queue_statistics.h"

namespace weir::command {
namespace {

struct ListOptions {
  std::string url;
  bool json = false;
};

void run(const ListOptions& options) {
  const auto store = open_store(options.url, Access::kLook);
  weir_error error{};
  weir_names* list = nullptr;
  tools::check(weir_queue_list(store.get(), &list, &error), error, "list " + options.url);
  const tools::NamesHandle names(list);
  Table table({"QUEUE", "KIND", "MESSAGES", "READY", "DELAYED", "ON DISK", "NEXT ID"},
              {2, 3, 4, 5, 6});
  for (size_t index = 0; index < weir_names_count(list); ++index) {
    const std::string name = weir_names_at(list, index);
    const weir_queue_statistics queue = queue_statistics(store.get(), name);
    if (options.json) {
      print_json(Json{{"queue", name},
                      {"kind", kind_name(queue.kind)},
                      {"message_count", queue.message_count},
                      {"ready_count", queue.ready_count},
                      {"delayed_count", queue.delayed_count},
                      {"disk_bytes", queue.disk_bytes},
                      {"next_id", queue.next_id}});
    } else {
      table.add(
          {printable(name, 60), kind_name(queue.kind), tools::with_thousands(queue.message_count),
           tools::with_thousands(queue.ready_count), tools::with_thousands(queue.delayed_count),
           tools::human_bytes(queue.disk_bytes), std::to_string(queue.next_id)});
    }
  }
  if (weir_names_count(list) == 0) {
    note(options.url + " has no queues yet");
  } else if (!options.json) {
    print(table.text());
  }
  flush_standard_output();
}

}  // namespace

void add_queue_list(CLI::App& queue) {
  auto options = std::make_shared<ListOptions>();
  CLI::App* list = queue.add_subcommand("list", "List the queues of a store with their counts");
  list->add_option("STORE", options->url, "The store: a directory")->required();
  list->add_flag("--json", options->json, "One JSON object a line");
  list->footer(
      "Examples:\n"
      "  weir queue list /var/lib/orders\n"
      "  weir queue list --json /var/lib/orders | jq 'select(.message_count > 1000)'");
  list->callback([options] { run(*options); });
}

}  // namespace weir::command
