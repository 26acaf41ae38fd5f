// weir queue stats
#include <memory>

#include "common/units.h"
#include "weir/commands.h"
#include "weir/console.h"
#include "weir/queue_statistics.h"

namespace weir::command {
namespace {

struct StatsOptions {
  std::string url;
  std::string queue;
  bool json = false;
};

Json statistics_json(const std::string& name, const weir_queue_statistics& queue) {
  return Json{{"queue", name},
              {"kind", kind_name(queue.kind)},
              {"message_count", queue.message_count},
              {"ready_count", queue.ready_count},
              {"delayed_count", queue.delayed_count},
              {"in_flight_count", queue.in_flight_count},
              {"memory_bytes", queue.memory_bytes},
              {"disk_bytes", queue.disk_bytes},
              {"first_id", queue.first_id},
              {"next_id", queue.next_id}};
}

Json store_json(weir_store* store) {
  weir_store_statistics statistics{};
  statistics.struct_size = sizeof statistics;
  weir_error error{};
  tools::check(weir_store_stats(store, &statistics, &error), error, "stats of the store");
  return Json{{"queue_count", statistics.queue_count},
              {"message_count", statistics.message_count},
              {"disk_bytes", statistics.disk_bytes},
              {"wal_bytes", statistics.wal_bytes},
              {"segment_count", statistics.segment_count},
              {"recovered_torn_bytes", statistics.recovered_torn_bytes}};
}

std::string for_people(const weir_queue_statistics& queue, const Json& store) {
  const auto bytes = [](uint64_t value) { return tools::human_bytes(value); };
  const Json lines{
      {"messages", queue.message_count},
      {"  ready", queue.ready_count},
      {"  delayed", queue.delayed_count},
      {"smallest id not acknowledged", std::to_string(queue.first_id)},
      {"next id", std::to_string(queue.next_id)},
      {"kind", kind_name(queue.kind)},
      {"on disk, of this queue", bytes(queue.disk_bytes)},
      {"on disk, of the store", bytes(store["disk_bytes"].get<uint64_t>())},
      {"  write-ahead log", bytes(store["wal_bytes"].get<uint64_t>())},
      {"  segments", store["segment_count"]},
      {"queues in the store", store["queue_count"]},
  };
  return aligned_members(lines);
}

void run(const StatsOptions& options) {
  const auto store = open_store(options.url, Access::kLook);
  const weir_queue_statistics queue = queue_statistics(store.get(), options.queue);
  const Json store_members = store_json(store.get());
  if (options.json) {
    Json value = statistics_json(options.queue, queue);
    value["store"] = store_members;
    print_json(value);
  } else {
    print(for_people(queue, store_members));
  }
  flush_standard_output();
}

}  // namespace

void add_queue_stats(CLI::App& queue) {
  auto options = std::make_shared<StatsOptions>();
  CLI::App* stats = queue.add_subcommand("stats", "Show the counts and sizes of a queue");
  stats->add_option("STORE", options->url, "The store: a directory")->required();
  stats->add_option("QUEUE", options->queue, "The queue")->required();
  stats->add_flag("--json", options->json, "Print one JSON object");
  stats->footer(
      "Examples:\n"
      "  weir queue stats /var/lib/orders new\n"
      "  weir queue stats --json /var/lib/orders new | jq .ready_count");
  stats->callback([options] { run(*options); });
}

}  // namespace weir::command
