#include "bench/support/documents.h"

#include <array>
#include <cstdio>

#include "base/prng.h"

namespace weir::bench {

namespace {

constexpr std::array<const char*, 24> kWords = {
    "amber",  "basin", "cedar", "delta",  "ember",  "fjord",  "grove", "haven",
    "inlet",  "jetty", "knoll", "lagoon", "marsh",  "north",  "ocean", "pearl",
    "quarry", "ridge", "shore", "tundra", "upland", "valley", "weir",  "zenith"};

template <typename... Arguments>
std::string format(const char* pattern, Arguments... arguments) {
  std::string text(1024, '\0');
  const int size = std::snprintf(text.data(), text.size(), pattern, arguments...);
  text.resize(static_cast<size_t>(size));
  return text;
}

const char* word(Prng& prng) { return kWords[prng.below(kWords.size())]; }

}  // namespace

std::string user_document(uint64_t number) {
  const auto n = static_cast<unsigned long long>(number);
  return format(
      R"({"_id":"%llu","name":"User%llu","email":"user%llu@example.com","age":%llu,"city":"city%llu","role":"role%llu","score":%llu,"active":%s})",
      n, n, n, 20 + n % 60, n % 50, n % 10, n % 1000, n % 2 == 0 ? "true" : "false");
}

std::string order_document(uint64_t number) {
  Prng prng(number);
  const auto id = static_cast<unsigned long long>(prng.next());
  const auto cents = static_cast<unsigned>(prng.below(100000));
  const auto zip = static_cast<unsigned>(10000 + prng.below(90000));
  const unsigned long long time = 1'700'000'000'000 + number * 1000 + prng.below(1000);
  return format(
      R"({"id":"%016llx","customer":{"name":"%s %s","city":"%s","zip":"%05u"},"status":"%s","total":%u.%02u,"currency":"EUR","created":%llu,"items":[%u,%u,%u],"tags":["%s","%s"],"express":%s,"discount":null,"note":"%s %s %s %s %s %s %s"})",
      id, word(prng), word(prng), word(prng), zip, prng.one_in(3) ? "open" : "shipped", cents / 100,
      cents % 100, time, static_cast<unsigned>(prng.below(1000)),
      static_cast<unsigned>(prng.below(1000)), static_cast<unsigned>(prng.below(1000)), word(prng),
      word(prng), prng.one_in(4) ? "true" : "false", word(prng), word(prng), word(prng), word(prng),
      word(prng), word(prng), word(prng));
}

}  // namespace weir::bench
