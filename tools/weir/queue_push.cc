// weir queue push
#include <cstring>
#include <memory>

#include "common/failure.h"
#include "common/units.h"
#include "weir/commands.h"
#include "weir/console.h"
#include "weir/input.h"
#include "weir/progress.h"
#include "weir/store_access.h"

namespace weir::command {
namespace {

// One commit takes this many bytes of small messages; a larger message goes alone.
constexpr size_t kBatchBytesMax = 1ULL << 20;
constexpr size_t kBatchCountMax = 4096;
// Nobody can take messages out while this process has the store, so waiting longer is of no use.
constexpr int64_t kRoomTimeoutMs = 30'000;

struct PushOptions {
  std::string url;
  std::string queue;
  InputOptions input;
  std::vector<std::string> headers;
  std::string content_type;
  bool async = false;
  bool sync = false;
  bool json = false;
};

// Gathers payloads and pushes them in commits of about a mebibyte.
class Pusher {
 public:
  Pusher(weir_queue* queue, const PushOptions& options, Progress* progress)
      : queue_(queue), name_(options.queue), progress_(progress) {
    weir_push_options_init(&options_, sizeof options_);
    options_.durability = options.async ? WEIR_DURABILITY_ASYNC : WEIR_DURABILITY_SYNC;
    options_.timeout_ms = kRoomTimeoutMs;
    if (!options.content_type.empty()) options_.content_type = options.content_type.c_str();
    set_headers(options.headers);
  }

  void add(std::string_view payload) {
    if (!sizes_.empty() &&
        (data_.size() + payload.size() > kBatchBytesMax || sizes_.size() >= kBatchCountMax)) {
      flush();
    }
    data_.append(payload);
    sizes_.push_back(static_cast<uint32_t>(payload.size()));
  }

  void flush() {
    if (sizes_.empty()) return;
    weir_error error{};
    weir_push_result result{};
    result.struct_size = sizeof result;
    const weir_status status =
        weir_queue_push_many(queue_, data_.data(), data_.size(), sizes_.data(), sizes_.size(),
                             &options_, &result, &error);
    tools::check(status, error, context());
    if (first_id_ == 0) first_id_ = result.id;
    last_id_ = result.id + result.count - 1;
    count_ += result.count;
    level_ = result.level;
    bytes_ += data_.size();
    progress_->update(bytes_);
    data_.clear();
    sizes_.clear();
  }

  uint64_t count() const { return count_; }
  uint64_t first_id() const { return first_id_; }
  uint64_t last_id() const { return last_id_; }
  uint32_t level() const { return level_; }

 private:
  // After a failure the operator must know which part of the input is in the queue.
  std::string context() const {
    std::string text = "push to " + name_;
    if (count_ > 0) text += " (the first " + tools::counted(count_, "message") + " are in)";
    return text;
  }

  void set_headers(const std::vector<std::string>& pairs) {
    if (pairs.empty()) return;
    weir_error error{};
    weir_headers* headers = nullptr;
    tools::check(weir_headers_create(&headers, &error), error, "headers");
    headers_.reset(headers);
    for (const std::string& pair : pairs) {
      const size_t separator = pair.find('=');
      if (separator == std::string::npos || separator == 0) {
        throw tools::Failure(tools::kExitError, "--header " + pair + ": write it as name=value");
      }
      const std::string header = pair.substr(0, separator);
      const std::string value = pair.substr(separator + 1);
      tools::check(weir_headers_set(headers, header.c_str(), value.data(), value.size(), &error),
                   error, "--header " + header);
    }
    options_.headers = headers;
  }

  weir_queue* queue_;
  std::string name_;
  Progress* progress_;
  tools::HeadersHandle headers_;
  weir_push_options options_{};
  std::string data_;
  std::vector<uint32_t> sizes_;
  uint64_t count_ = 0;
  uint64_t bytes_ = 0;
  uint64_t first_id_ = 0;
  uint64_t last_id_ = 0;
  uint32_t level_ = 0;
};

void report(const PushOptions& options, const Pusher& pusher) {
  if (options.json) {
    print_json(Json{{"queue", options.queue},
                    {"count", pusher.count()},
                    {"first_id", pusher.first_id()},
                    {"last_id", pusher.last_id()},
                    {"level", level_name(pusher.level())}});
    return;
  }
  if (pusher.count() == 0) {
    print("pushed nothing: the input has no lines\n");
    return;
  }
  std::string ids = "id " + std::to_string(pusher.first_id());
  if (pusher.count() > 1) {
    ids = "ids " + std::to_string(pusher.first_id()) + " to " + std::to_string(pusher.last_id());
  }
  // By now the store was closed, which synced what ASYNC left.
  print("pushed " + tools::counted(pusher.count(), "message") + " to " + options.queue + ", " +
        ids + ", on stable storage\n");
}

void run(const PushOptions& options) {
  if (options.input.lines && !options.input.texts.empty()) {
    throw tools::Failure(tools::kExitError,
                         "--lines reads standard input or --file, not TEXT; leave one of them out");
  }
  auto store = open_store(options.url, Access::kCreate);
  auto queue = open_queue(store.get(), options.queue, Access::kCreate);
  Progress progress("pushing", input_bytes(options.input), true);
  Pusher pusher(queue.get(), options, &progress);
  for_each_payload(options.input, [&pusher](std::string_view payload) { pusher.add(payload); });
  pusher.flush();
  close_store(std::move(queue), std::move(store), options.url);
  report(options, pusher);
  flush_standard_output();
}

}  // namespace

void add_queue_push(CLI::App& queue) {
  auto options = std::make_shared<PushOptions>();
  CLI::App* push = queue.add_subcommand("push", "Add messages at the tail of a queue");
  push->add_option("STORE", options->url, "The store: a directory, made when missing")->required();
  push->add_option("QUEUE", options->queue, "The queue, made when missing")->required();
  push->add_option("TEXT", options->input.texts,
                   "Payloads, one message each; without TEXT and --file, standard input");
  push->add_option("-f,--file", options->input.files,
                   "Push the content of this file as one message; - is standard input");
  push->add_flag("-l,--lines", options->input.lines,
                 "Push each line of standard input (or of --file) as a message");
  push->add_option("-H,--header", options->headers, "Add a header to each message: name=value")
      ->allow_extra_args(false);
  push->add_option("-t,--content-type", options->content_type, "The content type of each message");
  auto* async = push->add_flag("--async", options->async,
                               "Do not wait for the disk at each commit, only at the end: faster");
  push->add_flag("--sync", options->sync, "Wait until each commit is on stable storage (default)")
      ->excludes(async);
  push->add_flag("--json", options->json, "Print the result as JSON");
  push->footer(
      "Examples:\n"
      "  weir queue push /var/lib/orders new 'order 4711'\n"
      "  weir queue push /var/lib/orders new -f invoice.pdf -t application/pdf -H customer=17\n"
      "  journalctl -o json | weir queue push --lines --async /var/lib/logs journal");
  push->callback([options] { run(*options); });
}

}  // namespace weir::command
