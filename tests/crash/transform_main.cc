// A consume-transform-produce loop over a queue, a collection, a log and another queue, one batch for each input; and the
// check that every input was applied exactly once, with no partial effect (issue 3, Shows 4).
//
// --mode=run: inputs 1 … --count are pushed by one thread and applied by two others, until all are done or the process
// is killed. What a SYNC commit confirmed goes to standard output, a number a line.
// --mode=check: reads everything, changes nothing, prints one JSON object.
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <charconv>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "tests/crash/session.h"

namespace weir::crash {
namespace {

constexpr uint64_t kKeys = 17;
constexpr uint64_t kProducer = 1;

[[noreturn]] void fail(const char* what, weir_status status, const weir_error& error) {
  fprintf(stderr, "%s: %d %s\n", what, status, error.message);
  _exit(1);
}

std::string key_of(uint64_t input) { return "key-" + std::to_string(input % kKeys); }

std::string_view text_of(const void* data, size_t size) {
  return {static_cast<const char*>(data), size};
}

uint64_t number_in(std::string_view text) {
  uint64_t number = 0;
  std::from_chars(text.data(), text.data() + text.size(), number);
  return number;
}

struct Total {
  uint64_t count = 0;
  uint64_t sum = 0;
  std::string json() const {
    return "{\"count\":" + std::to_string(count) + ",\"sum\":" + std::to_string(sum) + "}";
  }
  static Total parse(std::string_view json) {
    const auto after = [&](std::string_view name) {
      return number_in(json.substr(json.find(name) + name.size()));
    };
    return {after("\"count\":"), after("\"sum\":")};
  }
};

class Pipeline {
 public:
  explicit Pipeline(const Arguments& arguments) : arguments_(arguments) {
    error_.struct_size = sizeof error_;
  }
  ~Pipeline();
  void open();
  void run();
  int check();

 private:
  void produce();
  void transform(uint64_t seed);
  bool apply(uint64_t id, uint64_t input, uint32_t durability);
  Total total_of(const std::string& key, uint64_t* version);
  std::multiset<uint64_t> messages_of(weir_queue* queue);
  std::multiset<uint64_t> audited();
  uint64_t wrong_totals(const std::multiset<uint64_t>& applied);

  const Arguments arguments_;
  weir_error error_{};
  weir_store* store_ = nullptr;
  weir_queue* in_ = nullptr;
  weir_queue* out_ = nullptr;
  weir_collection* totals_ = nullptr;
  weir_log* audit_ = nullptr;
  std::atomic<bool> all_pushed_{false};
};

void Pipeline::open() {
  weir_store_options options;
  weir_store_options_init(&options, sizeof options);
  options.memory_bytes_max = arguments_.memory_bytes;
  options.wal_bytes_max = arguments_.wal_bytes;
  const std::string url = "file:" + arguments_.directory;
  weir_status status = weir_store_open(url.c_str(), &options, &store_, &error_);
  if (status == WEIR_OK) status = weir_queue_open(store_, "in", nullptr, &in_, &error_);
  if (status == WEIR_OK) status = weir_queue_open(store_, "out", nullptr, &out_, &error_);
  if (status == WEIR_OK)
    status = weir_collection_open(store_, "totals", nullptr, &totals_, &error_);
  if (status == WEIR_OK) status = weir_log_open(store_, "audit", nullptr, &audit_, &error_);
  if (status != WEIR_OK) fail("open", status, error_);
}

Pipeline::~Pipeline() {
  weir_log_close(audit_, nullptr);
  weir_collection_close(totals_, nullptr);
  weir_queue_close(out_, nullptr);
  weir_queue_close(in_, nullptr);
  weir_store_close(store_, nullptr);
}

// --- running ---

void Pipeline::produce() {
  weir_error error{};
  error.struct_size = sizeof error;
  uint64_t arrived = 0;
  weir_status status = weir_queue_producer_sequence(in_, kProducer, &arrived, &error);
  if (status != WEIR_OK && status != WEIR_NOT_FOUND) fail("producer_sequence", status, error);
  for (uint64_t input = arrived + 1; input <= arguments_.count; ++input) {
    const std::string text = std::to_string(input);
    weir_push_options options;
    weir_push_options_init(&options, sizeof options);
    options.durability = input % 3 == 0 ? WEIR_DURABILITY_SYNC : WEIR_DURABILITY_ASYNC;
    options.timeout_ms = -1;
    options.producer_id = kProducer;
    options.producer_sequence = input;
    status = weir_queue_push(in_, text.data(), text.size(), &options, nullptr, &error);
    if (status != WEIR_OK) fail("push", status, error);
  }
  all_pushed_ = true;
}

Total Pipeline::total_of(const std::string& key, uint64_t* version) {
  weir_documents* documents = nullptr;
  weir_error error{};
  error.struct_size = sizeof error;
  const weir_status status =
      weir_collection_get(totals_, key.c_str(), WEIR_READ_JSON, &documents, &error);
  if (status == WEIR_NOT_FOUND) return {};
  if (status != WEIR_OK) fail("get", status, error);
  const Total total =
      Total::parse(text_of(weir_documents_data(documents, 0), weir_documents_size(documents, 0)));
  *version = weir_documents_version(documents, 0);
  weir_documents_free(documents);
  return total;
}

// False: somebody else changed the document meanwhile.
bool Pipeline::apply(uint64_t id, uint64_t input, uint32_t durability) {
  weir_error error{};
  error.struct_size = sizeof error;
  const std::string key = key_of(input);
  const std::string text = std::to_string(input);
  uint64_t version = 0;
  Total total = total_of(key, &version);
  ++total.count;
  total.sum += input;
  const std::string json = total.json();
  weir_put_options put;
  weir_put_options_init(&put, sizeof put);
  put.expected_version = version;
  put.mode = version == 0 ? WEIR_PUT_INSERT : WEIR_PUT_REPLACE;
  weir_batch* batch = nullptr;
  weir_status status = weir_batch_create(store_, &batch, &error);
  if (status == WEIR_OK) status = weir_batch_ack(batch, in_, id, &error);
  if (status == WEIR_OK)
    status = weir_batch_put(batch, totals_, key.c_str(), json.data(), json.size(), &put, &error);
  if (status == WEIR_OK)
    status = weir_batch_append(batch, audit_, text.data(), text.size(), nullptr, &error);
  if (status == WEIR_OK)
    status = weir_batch_push(batch, out_, text.data(), text.size(), nullptr, &error);
  if (status == WEIR_OK) status = weir_store_commit(store_, batch, durability, -1, nullptr, &error);
  weir_batch_free(batch);
  if (status == WEIR_CONFLICT || status == WEIR_NOT_FOUND) return false;
  if (status != WEIR_OK) fail("commit", status, error);
  return true;
}

void Pipeline::transform(uint64_t seed) {
  weir_error error{};
  error.struct_size = sizeof error;
  weir_pop_options options;
  weir_pop_options_init(&options, sizeof options);
  options.timeout_ms = 20;
  while (true) {
    const bool last_look = all_pushed_;
    weir_message* message = nullptr;
    const weir_status status = weir_queue_pop(in_, &options, &message, &error);
    if (status == WEIR_TIMEOUT && last_look) return;
    if (status == WEIR_TIMEOUT) continue;
    if (status != WEIR_OK) fail("pop", status, error);
    const uint64_t id = weir_message_id(message);
    const uint64_t input =
        number_in(text_of(weir_message_data(message), weir_message_size(message)));
    weir_message_free(message);
    seed = seed * 6364136223846793005u + 1442695040888963407u;
    const bool sync = (seed >> 60) < 10;
    while (!apply(id, input, sync ? WEIR_DURABILITY_SYNC : WEIR_DURABILITY_ASYNC)) {
    }
    if (!sync) continue;
    const std::string line = std::to_string(input) + "\n";
    if (write(STDOUT_FILENO, line.data(), line.size()) < 0) _exit(70);
  }
}

void Pipeline::run() {
  if (write(STDOUT_FILENO, "ready\n", 6) < 0) _exit(70);
  std::thread producer([this] { produce(); });
  std::thread first([this] { transform(arguments_.seed); });
  std::thread second([this] { transform(arguments_.seed + 1); });
  producer.join();
  first.join();
  second.join();
}

// --- checking ---

// Taken and not acknowledged: they are there again when the queue is closed.
std::multiset<uint64_t> Pipeline::messages_of(weir_queue* queue) {
  std::multiset<uint64_t> found;
  weir_pop_options options;
  weir_pop_options_init(&options, sizeof options);
  while (true) {
    weir_message* message = nullptr;
    const weir_status status = weir_queue_pop(queue, &options, &message, &error_);
    if (status == WEIR_EMPTY) return found;
    if (status != WEIR_OK) fail("pop", status, error_);
    found.insert(number_in(text_of(weir_message_data(message), weir_message_size(message))));
    weir_message_free(message);
  }
}

std::multiset<uint64_t> Pipeline::audited() {
  std::multiset<uint64_t> found;
  for (uint64_t offset = 0;;) {
    weir_records* records = nullptr;
    const weir_status status =
        weir_log_read(audit_, offset, 1000, 1 << 20, &records, nullptr, &error_);
    if (status == WEIR_EMPTY) return found;
    if (status != WEIR_OK) fail("log_read", status, error_);
    for (size_t i = 0; i < weir_records_count(records); ++i) {
      found.insert(
          number_in(text_of(weir_records_data(records, i), weir_records_size(records, i))));
      offset = weir_records_offset(records, i) + 1;
    }
    weir_records_free(records);
  }
}

uint64_t Pipeline::wrong_totals(const std::multiset<uint64_t>& applied) {
  std::map<std::string, Total> expected;
  for (const uint64_t input : applied) {
    Total& total = expected[key_of(input)];
    ++total.count;
    total.sum += input;
  }
  uint64_t wrong = 0;
  for (uint64_t key = 0; key < kKeys; ++key) {
    uint64_t version = 0;
    const Total total = total_of(key_of(key), &version);
    const Total& right = expected[key_of(key)];
    wrong += total.count != right.count || total.sum != right.sum ? 1U : 0U;
  }
  return wrong;
}

int Pipeline::check() {
  uint64_t arrived = 0;
  const weir_status status = weir_queue_producer_sequence(in_, kProducer, &arrived, &error_);
  if (status != WEIR_OK && status != WEIR_NOT_FOUND) fail("producer_sequence", status, error_);
  const std::multiset<uint64_t> waiting = messages_of(in_);
  const std::multiset<uint64_t> applied = audited();
  const std::multiset<uint64_t> produced = messages_of(out_);
  uint64_t missing = 0;
  uint64_t repeated = 0;
  for (uint64_t input = 1; input <= arrived; ++input) {
    const size_t times = waiting.count(input) + applied.count(input);
    missing += times == 0 ? 1U : 0U;
    repeated += times > 1 ? 1U : 0U;
  }
  const auto beyond = [&](const std::multiset<uint64_t>& inputs) {
    return static_cast<unsigned long long>(
        std::distance(inputs.upper_bound(arrived), inputs.end()));
  };
  printf("{\"arrived\": %llu, \"applied\": [", static_cast<unsigned long long>(arrived));
  bool first = true;
  for (const uint64_t input : applied) {
    printf("%s%llu", first ? "" : ", ", static_cast<unsigned long long>(input));
    first = false;
  }
  printf(
      "], \"missing\": %llu, \"repeated\": %llu, \"partial\": %d, \"wrong_totals\": %llu, "
      "\"unknown\": %llu}\n",
      static_cast<unsigned long long>(missing), static_cast<unsigned long long>(repeated),
      produced == applied ? 0 : 1, static_cast<unsigned long long>(wrong_totals(applied)),
      beyond(waiting) + beyond(applied) + beyond(produced));
  return 0;
}

}  // namespace
}  // namespace weir::crash

int main(int argc, char** argv) {
  using namespace weir::crash;
  const Arguments arguments = Arguments::parse(argc, argv);
  Pipeline pipeline(arguments);
  pipeline.open();
  if (arguments.mode == "check") return pipeline.check();
  pipeline.run();
  return 0;
}
