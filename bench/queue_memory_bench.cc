// Figures of a mem: store: no disk, one copy in and one copy out.
#include <atomic>
#include <thread>

#include "bench/support/figure.h"
#include "bench/support/raw_limits.h"

namespace weir::bench {
namespace {

constexpr uint64_t kWaiting = 1000;
// How much lies between two threads varies with who is faster; the raw limit takes this much.
constexpr uint64_t kBetween = 16ULL << 20;
constexpr TargetOptions kInMemory = {.on_disk = false, .memory_bytes_max = 256ULL << 20};

struct Shape {
  const char* name;
  uint64_t message_bytes;
  uint64_t batch;
};

// Fills and empties the queue once, so that the figure finds its memory touched.
void warm_up(Target* target, uint64_t message_bytes) {
  const uint64_t count = (64ULL << 20) / message_bytes;
  for (uint64_t i = 0; i < count; i += 64) target->push(64, message_bytes, WEIR_DURABILITY_DEFAULT);
  while (target->pop(64, WEIR_DURABILITY_DEFAULT) > 0) {
  }
}

// One thread pushes and pops in turn, with some messages in between.
void push_pop(benchmark::State& state, const Shape& shape) {
  Target target(kInMemory);
  warm_up(&target, shape.message_bytes);
  target.push(kWaiting, shape.message_bytes, WEIR_DURABILITY_DEFAULT);
  Measurement measurement(target);
  while (measurement.wants_more(shape.message_bytes, false)) {
    measurement.run([&] {
      uint64_t taken = 0;
      for (int i = 0; i < 20'000; ++i) {
        target.push(shape.batch, shape.message_bytes, WEIR_DURABILITY_DEFAULT);
        taken += target.pop(shape.batch, WEIR_DURABILITY_DEFAULT);
      }
      return taken;
    });
  }
  publish(state, measurement, raw_copies(shape.message_bytes, kWaiting), "memcpy in and out",
          "MEMORY");
}

// One thread pushes, another pops. The budget bounds what is between them.
void two_threads(benchmark::State& state, const Shape& shape) {
  Target target(kInMemory);
  warm_up(&target, shape.message_bytes);
  Measurement measurement(target);
  while (measurement.wants_more(shape.message_bytes, false)) {
    measurement.run([&] {
      constexpr uint64_t kCount = 1 << 20;
      std::thread producer([&] {
        for (uint64_t i = 0; i < kCount; i += shape.batch) {
          target.push(shape.batch, shape.message_bytes, WEIR_DURABILITY_DEFAULT);
        }
      });
      uint64_t taken = 0;
      while (taken < kCount) taken += target.pop(shape.batch, WEIR_DURABILITY_DEFAULT, 1000);
      producer.join();
      return taken;
    });
  }
  publish(state, measurement, raw_copies(shape.message_bytes, kBetween / shape.message_bytes),
          "memcpy in and out, one thread", "MEMORY");
}

}  // namespace

void add_memory_figures() {
  for (const Shape& shape :
       {Shape{"memory/push_pop/100B", 100, 1}, Shape{"memory/push_pop/1KiB", 1024, 1},
        Shape{"memory/push_pop/1KiB/batch_64", 1024, 64}}) {
    add_figure(shape.name, [shape](benchmark::State& state) { push_pop(state, shape); });
  }
  for (const Shape& shape :
       {Shape{"memory/1_producer_1_consumer", 1024, 1}, Shape{"memory/1p_1c/batch_64", 1024, 64}}) {
    add_figure(shape.name, [shape](benchmark::State& state) { two_threads(state, shape); });
  }
}

}  // namespace weir::bench
