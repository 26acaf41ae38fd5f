// The buffer through its C API, each figure beside a raw loop of the same access pattern: slots of 1 KiB in one array,
// and a memcpy into or out of the one that is meant.
//
//   buffer_bench [--quick] [Google Benchmark's options]
#include <benchmark/benchmark.h>
#include <weir/weir.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <functional>
#include <string>
#include <thread>
#include <vector>

#include "bench/support/settings.h"
#include "bench/support/target.h"

namespace weir::bench {
namespace {

using Clock = std::chrono::steady_clock;

constexpr size_t kValueBytes = 1024;
constexpr size_t kSmall = 64 << 10;
constexpr size_t kLarge = 1'000'000;
constexpr uint64_t kCallsPerRound = 1 << 18;

double nanoseconds_since(Clock::time_point begin) {
  return std::chrono::duration<double, std::nano>(Clock::now() - begin).count();
}

class Random {
 public:
  explicit Random(uint64_t seed) : state_(seed) {}
  uint64_t next() {
    state_ ^= state_ << 13;
    state_ ^= state_ >> 7;
    state_ ^= state_ << 17;
    return state_;
  }

 private:
  uint64_t state_;
};

// Which item a step is about. Both loops, ours and the raw one, draw from their own.
class Pattern {
 public:
  Pattern(size_t count, bool uniform, uint64_t seed)
      : count_(count), uniform_(uniform), random_(seed) {}
  size_t next() {
    if (uniform_) return static_cast<size_t>(((random_.next() >> 32) * count_) >> 32);
    if (++at_ == count_) at_ = 0;
    return at_;
  }

 private:
  size_t count_;
  bool uniform_;
  Random random_;
  size_t at_ = 0;
};

struct Key {
  uint64_t part[3];
};
static_assert(sizeof(Key) == WEIR_BUFFER_ID_BYTES);

// Looks like an id; whoever has an item's number has its key at hand.
Key key_of(size_t number) { return {{number, 0x1234567890abcdef, number * 7}}; }

class Subject {
 public:
  explicit Subject(size_t count, uint32_t tick_ms = 100, int64_t expiry_ms = 3'600'000) {
    weir_store_options store_options;
    weir_store_options_init(&store_options, sizeof store_options);
    store_options.memory_bytes_max = 8ULL << 30;
    check(weir_store_open("mem:", &store_options, &store_, &error_), error_, "open");
    weir_buffer_options options;
    weir_buffer_options_init(&options, sizeof options);
    options.tick_ms = tick_ms;
    options.expiry_ms = expiry_ms;
    check(weir_buffer_open(store_, "bench", &options, &buffer_, &error_), error_, "open buffer");
    for (size_t i = 0; i < count; ++i) set(i);
  }
  Subject(const Subject&) = delete;
  Subject& operator=(const Subject&) = delete;
  ~Subject() {
    weir_buffer_close(buffer_, nullptr);
    weir_store_close(store_, nullptr);
  }

  void set(size_t number, int64_t expiry_ms = 0) const {
    const Key key = key_of(number);
    require(weir_buffer_set(buffer_, &key, sizeof key, value_, sizeof value_, expiry_ms, nullptr));
  }
  void get(size_t number) const {
    const Key key = key_of(number);
    weir_value* value = nullptr;
    require(weir_buffer_get(buffer_, &key, sizeof key, &value, nullptr));
    weir_value_free(value);
  }
  void get_into(size_t number) const {
    const Key key = key_of(number);
    char into[kValueBytes];
    size_t size = 0;
    require(weir_buffer_get_into(buffer_, &key, sizeof key, into, sizeof into, &size, nullptr));
    benchmark::DoNotOptimize(into);
  }
  void take(size_t number) const {
    const Key key = key_of(number);
    weir_value* value = nullptr;
    require(weir_buffer_take(buffer_, &key, sizeof key, &value, nullptr));
    weir_value_free(value);
  }
  weir_buffer_statistics statistics() const {
    weir_buffer_statistics statistics = {};
    statistics.struct_size = sizeof statistics;
    require(weir_buffer_stats(buffer_, &statistics, nullptr));
    return statistics;
  }

 private:
  static void require(weir_status status) {
    if (status == WEIR_OK) return;
    std::fprintf(stderr, "a call returned %s\n", weir_status_name(status));
    std::exit(EXIT_FAILURE);
  }

  weir_store* store_ = nullptr;
  weir_buffer* buffer_ = nullptr;
  weir_error error_ = {};
  char value_[kValueBytes] = {'v'};
};

class Slots {
 public:
  explicit Slots(size_t count) : bytes_(count * kValueBytes, 's') {}
  void in(size_t number) { std::memcpy(bytes_.data() + number * kValueBytes, value_, kValueBytes); }
  void out(size_t number) {
    std::memcpy(value_, bytes_.data() + number * kValueBytes, kValueBytes);
    benchmark::DoNotOptimize(value_);
  }

 private:
  std::vector<char> bytes_;
  char value_[kValueBytes] = {'v'};
};

double median(std::vector<double> all) {
  std::nth_element(all.begin(), all.begin() + static_cast<ptrdiff_t>(all.size() / 2), all.end());
  return all[all.size() / 2];
}

// Rounds of ours and of the raw loop in turns, so that both see the same neighbours; medians of nanoseconds per call.
struct Figure {
  double ours = 0;
  double raw = 0;
};
template <typename Ours, typename Raw>
Figure measure(const Ours& ours, const Raw& raw) {
  std::vector<double> our_times;
  std::vector<double> raw_times;
  const auto begin = Clock::now();
  while (nanoseconds_since(begin) < settings().seconds * 1e9 || our_times.size() < 3) {
    our_times.push_back(ours());
    raw_times.push_back(raw());
  }
  return {median(our_times), median(raw_times)};
}

template <typename Step>
double time_calls(uint64_t count, Pattern* pattern, const Step& step) {
  const auto begin = Clock::now();
  for (uint64_t i = 0; i < count; ++i) step(pattern->next());
  return nanoseconds_since(begin) / static_cast<double>(count);
}

void publish_figure(benchmark::State& state, const Figure& figure, const char* target) {
  state.SetIterationTime(figure.ours * 1e-9);
  state.counters["ns"] = figure.ours;
  state.counters["raw_ns"] = figure.raw;
  state.counters["times_raw"] = figure.ours / figure.raw;
  state.SetLabel(target);
}

enum class Call : uint8_t { kGet, kGetInto, kSet };

void one_call(benchmark::State& state, Call call, size_t count, bool uniform, const char* target) {
  const Subject subject(count);
  Slots slots(count);
  Pattern our_pattern(count, uniform, 7);
  Pattern raw_pattern(count, uniform, 7);
  const auto ours = [&] {
    switch (call) {
      case Call::kGet:
        return time_calls(kCallsPerRound, &our_pattern, [&](size_t i) { subject.get(i); });
      case Call::kGetInto:
        return time_calls(kCallsPerRound, &our_pattern, [&](size_t i) { subject.get_into(i); });
      case Call::kSet:
        break;
    }
    return time_calls(kCallsPerRound, &our_pattern, [&](size_t i) { subject.set(i); });
  };
  const auto raw = [&] {
    return call == Call::kSet
               ? time_calls(kCallsPerRound, &raw_pattern, [&](size_t i) { slots.in(i); })
               : time_calls(kCallsPerRound, &raw_pattern, [&](size_t i) { slots.out(i); });
  };
  publish_figure(state, measure(ours, raw), target);
}

// All items are taken, in order or not, and stored again in between, unmeasured.
void all_taken(benchmark::State& state, size_t count, bool uniform, const char* target) {
  const Subject subject(count);
  Slots slots(count);
  std::vector<uint32_t> order(count);
  for (size_t i = 0; i < count; ++i) order[i] = static_cast<uint32_t>(i);
  Random random(5);
  for (size_t i = count; uniform && i > 1; --i) std::swap(order[i - 1], order[random.next() % i]);
  const auto ours = [&] {
    const auto begin = Clock::now();
    for (const uint32_t number : order) subject.take(number);
    const double each = nanoseconds_since(begin) / static_cast<double>(count);
    for (size_t i = 0; i < count; ++i) subject.set(i);
    return each;
  };
  const auto raw = [&] {
    const auto begin = Clock::now();
    for (const uint32_t number : order) slots.out(number);
    return nanoseconds_since(begin) / static_cast<double>(count);
  };
  publish_figure(state, measure(ours, raw), target);
}

// Calls per nanosecond of two threads beside that of one.
void two_threads(benchmark::State& state, bool sets) {
  const Subject subject(kSmall);
  const auto work = [&](uint64_t seed) {
    Pattern pattern(kSmall, true, seed);
    for (uint64_t i = 0; i < kCallsPerRound; ++i) {
      const size_t number = pattern.next();
      sets ? subject.set(number) : subject.get(number);
    }
  };
  const auto one = [&] {
    const auto begin = Clock::now();
    work(7);
    return nanoseconds_since(begin) / kCallsPerRound;
  };
  const auto two = [&] {
    const auto begin = Clock::now();
    std::thread other([&] { work(9); });
    work(7);
    other.join();
    return nanoseconds_since(begin) / (2 * kCallsPerRound);
  };
  const Figure figure = measure(two, one);
  state.SetIterationTime(figure.ours * 1e-9);
  state.counters["ns"] = figure.ours;
  state.counters["raw_ns"] = figure.raw;
  state.counters["times_one_thread"] = figure.raw / figure.ours;
  state.SetLabel("raw_ns is one thread; target: at least 1.8 times it");
}

// One million items expire within one tick, while a thread goes on setting and getting others.
void all_expire(benchmark::State& state) {
  constexpr int64_t kExpiryMs = 4000;
  std::vector<double> times;
  times.reserve(64 << 20);
  uint64_t most = 0;
  const auto begin = Clock::now();
  do {
    const Subject subject(0, 1);
    const auto filled = Clock::now();
    for (size_t i = 0; i < kLarge; ++i) {
      const double passed_ms = nanoseconds_since(filled) / 1e6;
      subject.set(i, std::max<int64_t>(1, kExpiryMs - static_cast<int64_t>(passed_ms)));
    }
    for (size_t i = 0; i < kSmall; ++i) subject.set(kLarge + i);
    while (nanoseconds_since(filled) < (kExpiryMs - 20) * 1e6) std::this_thread::yield();
    Pattern pattern(kSmall, true, 3);
    uint64_t step = 0;
    auto last = Clock::now();
    do {
      const size_t number = kLarge + pattern.next();
      ++step % 4 == 0 ? subject.set(number) : subject.get(number);
      const auto now = Clock::now();
      if (times.size() < times.capacity())
        times.push_back(std::chrono::duration<double, std::micro>(now - last).count());
      last = now;
    } while (step % 4096 != 0 || subject.statistics().expired_count < kLarge);
    most = std::max(most, subject.statistics().call_expiry_max);
  } while (nanoseconds_since(begin) < settings().seconds * 1e9);
  std::sort(times.begin(), times.end());
  const auto at = [&](double share) {
    return times[static_cast<size_t>(share * static_cast<double>(times.size() - 1))];
  };
  state.SetIterationTime(at(0.5) * 1e-6);
  state.counters["p50_us"] = at(0.5);
  state.counters["p99_us"] = at(0.99);
  state.counters["p9999_us"] = at(0.9999);
  state.counters["max_us"] = times.back();
  state.counters["call_expiry_max"] = static_cast<double>(most);
  state.SetLabel("target: p99.99 at most 100 us");
}

void add(const std::string& name, const std::function<void(benchmark::State&)>& body) {
  benchmark::RegisterBenchmark(name.c_str(),
                               [body](benchmark::State& state) {
                                 for (auto _ : state) body(state);
                               })
      ->Iterations(1)
      ->UseManualTime();
}

void add_all() {
  for (const bool uniform : {false, true}) {
    const std::string shape = uniform ? "64k/uniform/" : "64k/in_order/";
    add(shape + "get",
        [=](auto& state) { one_call(state, Call::kGet, kSmall, uniform, "target: 60 ns"); });
    add(shape + "set",
        [=](auto& state) { one_call(state, Call::kSet, kSmall, uniform, "target: 120 ns"); });
    add(shape + "take", [=](auto& state) { all_taken(state, kSmall, uniform, "target: 80 ns"); });
  }
  constexpr const char* kTimes = "target: 1.5 times raw";
  add("1M/uniform/get", [=](auto& state) { one_call(state, Call::kGet, kLarge, true, kTimes); });
  add("1M/uniform/get_into",
      [=](auto& state) { one_call(state, Call::kGetInto, kLarge, true, kTimes); });
  add("1M/uniform/set", [=](auto& state) { one_call(state, Call::kSet, kLarge, true, kTimes); });
  add("1M/uniform/take", [=](auto& state) { all_taken(state, kLarge, true, kTimes); });
  add("2_threads/get", [](auto& state) { two_threads(state, false); });
  add("2_threads/set", [](auto& state) { two_threads(state, true); });
  add("1M_expire_at_once", all_expire);
}

}  // namespace
}  // namespace weir::bench

int main(int argument_count, char** arguments) {
  weir::bench::read_settings(&argument_count, arguments);
  benchmark::Initialize(&argument_count, arguments);
  if (benchmark::ReportUnrecognizedArguments(argument_count, arguments)) return 1;
  benchmark::AddCustomContext("weir", weir_version_string());
  weir::bench::add_all();
  benchmark::RunSpecifiedBenchmarks();
  benchmark::Shutdown();
  return 0;
}
