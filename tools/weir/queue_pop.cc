// weir queue pop: at-least-once by construction, because nothing is acknowledged before the output
// has it.
#include <algorithm>
#include <memory>

#include "common/failure.h"
#include "common/units.h"
#include "weir/commands.h"
#include "weir/message_output.h"
#include "weir/output.h"
#include "weir/progress.h"
#include "weir/store_access.h"

namespace weir::command {
namespace {

// What is delivered again after a kill is at most one such batch.
constexpr size_t kBatchCountMax = 256;
constexpr uint64_t kBatchBytesMax = 1ULL << 20;

struct PopOptions {
  std::string url;
  std::string queue;
  uint64_t count = 1;
  bool all = false;
  double timeout_seconds = 0;
  std::string output;
  bool keep = false;
  bool json = false;
  bool raw = false;
};

struct Taken {
  uint64_t count = 0;
  uint64_t bytes = 0;
};

tools::MessagesHandle take_batch(weir_queue* queue, const PopOptions& options, uint64_t wanted) {
  weir_pop_options pop;
  weir_pop_options_init(&pop, sizeof pop);
  pop.bytes_max = kBatchBytesMax;
  pop.timeout_ms =
      options.timeout_seconds < 0 ? -1 : static_cast<int64_t>(options.timeout_seconds * 1000);
  weir_error error{};
  weir_messages* messages = nullptr;
  tools::check(weir_queue_pop_many(queue, std::min<uint64_t>(wanted, kBatchCountMax), &pop,
                                   &messages, &error),
               error, "pop from " + options.queue);
  return tools::MessagesHandle(messages);
}

void write_batch(Output* output, const weir_messages* messages, bool json) {
  for (size_t index = 0; index < weir_messages_count(messages); ++index) {
    const weir_message* message = weir_messages_at(messages, index);
    const uint64_t id = weir_message_id(message);
    if (json) {
      output->write(id, message_json(message).dump());
    } else {
      output->write(id, payload_of(message));
    }
  }
  output->finish();
}

void acknowledge(weir_queue* queue, const weir_messages* messages, const std::string& name) {
  std::vector<uint64_t> ids;
  for (size_t index = 0; index < weir_messages_count(messages); ++index) {
    ids.push_back(weir_message_id(weir_messages_at(messages, index)));
  }
  weir_error error{};
  tools::check(weir_queue_ack_many(queue, ids.data(), ids.size(), WEIR_DURABILITY_SYNC, nullptr,
                                   nullptr, &error),
               error,
               "acknowledge in " + name + " (the messages were written and will come again)");
}

Taken take_all(weir_queue* queue, const PopOptions& options, Output* output) {
  const uint64_t wanted = options.all ? UINT64_MAX : options.count;
  Progress progress("popping", options.all ? 0 : wanted, false);
  Taken taken;
  while (taken.count < wanted) {
    const tools::MessagesHandle messages = take_batch(queue, options, wanted - taken.count);
    const size_t count = weir_messages_count(messages.get());
    if (count == 0) break;
    write_batch(output, messages.get(), options.json);
    if (!options.keep) acknowledge(queue, messages.get(), options.queue);
    taken.count += count;
    for (size_t index = 0; index < count; ++index) {
      taken.bytes += weir_message_size(weir_messages_at(messages.get(), index));
    }
    progress.update(taken.count);
  }
  return taken;
}

void run(const PopOptions& options) {
  // The output first: nothing is taken for a place that cannot be written.
  const std::unique_ptr<Output> output =
      open_output(options.output, options.raw && !options.json ? "" : "\n");
  auto store = open_store(options.url, Access::kChange);
  auto queue = open_queue(store.get(), options.queue, Access::kChange);
  const Taken taken = take_all(queue.get(), options, output.get());
  close_store(std::move(queue), std::move(store), options.url);
  if (taken.count == 0) {
    note("nothing to take from " + options.queue + " (--timeout SECONDS waits for messages)");
  } else if (!options.output.empty() && options.output != "-" && !options.json) {
    note("wrote " + tools::counted(taken.count, "message") + ", " +
         tools::human_bytes(taken.bytes) + ", to " + options.output +
         (options.keep ? "; they stay in the queue" : " and acknowledged them"));
  }
}

}  // namespace

void add_queue_pop(CLI::App& queue) {
  auto options = std::make_shared<PopOptions>();
  CLI::App* pop = queue.add_subcommand("pop", "Take messages from the head of a queue");
  pop->add_option("STORE", options->url, "The store: a directory")->required();
  pop->add_option("QUEUE", options->queue, "The queue")->required();
  auto* count = pop->add_option("-n,--count", options->count, "How many messages at most")
                    ->check(CLI::PositiveNumber)
                    ->capture_default_str();
  pop->add_flag("-a,--all", options->all, "Take all that are there")->excludes(count);
  pop->add_option("--timeout", options->timeout_seconds,
                  "Wait this many seconds for a message when there is none; negative: for ever")
      ->capture_default_str();
  pop->add_option("-o,--output", options->output,
                  "Append to this file, or write a file for each message into this directory "
                  "(existing, or with a / at the end); default: standard output");
  pop->add_flag("-k,--keep", options->keep, "Do not acknowledge: the messages stay in the queue");
  pop->add_flag("--raw", options->raw, "No line feed after each payload");
  pop->add_flag("--json", options->json,
                "One JSON object a line: id, size, delivery count, headers, payload");
  pop->footer(
      "A message is acknowledged only after the output has it (a file is synced first). When the\n"
      "command is killed before that, the message comes again: plan for duplicates.\n\n"
      "Examples:\n"
      "  weir queue pop /var/lib/orders new\n"
      "  weir queue pop --all --json /var/lib/orders new | jq .payload\n"
      "  weir queue pop -n 100 --timeout 5 -o received/ /var/lib/orders new");
  pop->callback([options] { run(*options); });
}

}  // namespace weir::command
