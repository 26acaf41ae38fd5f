// weir queue peek
#include <memory>

#include "common/failure.h"
#include "weir/commands.h"
#include "weir/message_output.h"
#include "weir/store_access.h"

namespace weir::command {
namespace {

constexpr uint64_t kBytesMax = 64ULL << 20;

struct PeekOptions {
  std::string url;
  std::string queue;
  size_t count = 10;
  bool json = false;
};

void run(const PeekOptions& options) {
  const auto store = open_store(options.url, Access::kLook);
  const auto queue = open_queue(store.get(), options.queue, Access::kLook);
  weir_error error{};
  weir_messages* list = nullptr;
  tools::check(weir_queue_peek_many(queue.get(), options.count, kBytesMax, &list, &error), error,
               "peek into " + options.queue);
  const tools::MessagesHandle messages(list);
  Table table = message_table();
  for (size_t index = 0; index < weir_messages_count(list); ++index) {
    const weir_message* message = weir_messages_at(list, index);
    if (options.json) {
      print_json(message_json(message));
    } else {
      table.add(message_row(message));
    }
  }
  if (weir_messages_count(list) == 0) {
    note(options.queue + " has no message that is ready");
  } else if (!options.json) {
    print(table.text());
  }
  flush_standard_output();
}

}  // namespace

void add_queue_peek(CLI::App& queue) {
  auto options = std::make_shared<PeekOptions>();
  CLI::App* peek = queue.add_subcommand("peek", "Look at the next messages without taking them");
  peek->add_option("STORE", options->url, "The store: a directory")->required();
  peek->add_option("QUEUE", options->queue, "The queue")->required();
  peek->add_option("-n,--count", options->count, "How many messages at most")
      ->check(CLI::Range(1, 1'000'000))
      ->capture_default_str();
  peek->add_flag("--json", options->json, "One JSON object a line, as `weir queue pop --json`");
  peek->footer(
      "Examples:\n"
      "  weir queue peek /var/lib/orders new\n"
      "  weir queue peek -n 1 --json /var/lib/orders new");
  peek->callback([options] { run(*options); });
}

}  // namespace weir::command
