// A backlog of ten times the memory budget (issue 2, Shows 5). `--mode=fill` pushes it, says so and waits to be killed;
// `--mode=drain` opens what is left, takes everything out in order. Both print their peak RSS.
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string_view>

#include "tests/crash/session.h"

namespace weir::crash {
namespace {

constexpr uint64_t kBacklogFactor = 10;

uint64_t peak_rss_kib() {
  FILE* file = fopen("/proc/self/status", "re");
  char line[256];
  uint64_t kib = 0;
  while (fgets(line, sizeof line, file) != nullptr) {
    if (std::string_view(line).substr(0, 6) == "VmHWM:") kib = strtoull(line + 6, nullptr, 10);
  }
  fclose(file);
  return kib;
}

// Sizes from nothing to 200 KB, most of them small.
std::vector<uint8_t> item_of(uint64_t number) {
  const uint64_t random = mix(number);
  std::vector<uint8_t> bytes(16 + random % (number % 50 == 0 ? 200'000 : 2000));
  std::memcpy(bytes.data(), &number, 8);
  for (size_t at = 16; at + 8 <= bytes.size(); at += 8) {
    const uint64_t word = mix(random + at);
    std::memcpy(&bytes[at], &word, 8);
  }
  return bytes;
}

int fill(const Arguments& arguments, Session& session) {
  weir_push_options options;
  weir_push_options_init(&options, sizeof options);
  options.durability = WEIR_DURABILITY_ASYNC;
  options.timeout_ms = -1;
  uint64_t bytes = 0;
  uint64_t number = 0;
  while (bytes < kBacklogFactor * arguments.memory_bytes) {
    const std::vector<uint8_t> item = item_of(number++);
    weir_error error{};
    error.struct_size = sizeof error;
    if (weir_queue_push(session.queue(0), item.data(), item.size(), &options, nullptr, &error) !=
        WEIR_OK) {
      fprintf(stderr, "push: %s\n", error.message);
      return 1;
    }
    bytes += item.size();
  }
  if (weir_store_sync(session.store(), nullptr) != WEIR_OK) return 1;
  printf("{\"messages\": %llu, \"bytes\": %llu, \"peak_rss_kib\": %llu}\n",
         static_cast<unsigned long long>(number), static_cast<unsigned long long>(bytes),
         static_cast<unsigned long long>(peak_rss_kib()));
  fflush(stdout);
  while (true) pause();
}

int drain(Session& session) {
  uint64_t number = 0;
  weir_pop_options options;
  weir_pop_options_init(&options, sizeof options);
  options.acknowledge = 1;
  options.durability = WEIR_DURABILITY_ASYNC;
  while (true) {
    weir_messages* taken = nullptr;
    weir_error error{};
    error.struct_size = sizeof error;
    const weir_status status = weir_queue_pop_many(session.queue(0), 64, &options, &taken, &error);
    if (status == WEIR_EMPTY) break;
    if (status != WEIR_OK) {
      fprintf(stderr, "pop: %s\n", error.message);
      return 1;
    }
    const MessagesPtr owner(taken);
    for (size_t i = 0; i < weir_messages_count(taken); ++i) {
      const std::vector<uint8_t> expected = item_of(number);
      const std::span<const uint8_t> got = bytes_of(weir_messages_at(taken, i));
      if (!std::equal(got.begin(), got.end(), expected.begin(), expected.end())) {
        fprintf(stderr, "message %llu is not the next one\n",
                static_cast<unsigned long long>(number));
        return 1;
      }
      ++number;
    }
  }
  printf("{\"messages\": %llu, \"open_ms\": %.1f, \"peak_rss_kib\": %llu}\n",
         static_cast<unsigned long long>(number), session.open_ms(),
         static_cast<unsigned long long>(peak_rss_kib()));
  return session.close() == WEIR_OK ? 0 : 1;
}

}  // namespace
}  // namespace weir::crash

int main(int argc, char** argv) {
  using namespace weir::crash;
  const Arguments arguments = Arguments::parse(argc, argv);
  Session session;
  if (!session.open(arguments)) {
    fprintf(stderr, "open: %s\n", session.error().message);
    return 2;
  }
  return arguments.mode == "fill" ? fill(arguments, session) : drain(session);
}
