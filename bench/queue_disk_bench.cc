// Figures of a store on disk: overflow, ASYNC, SYNC, acknowledgements, atomic batches.
#include <algorithm>
#include <atomic>
#include <thread>
#include <vector>

#include "bench/support/figure.h"
#include "bench/support/raw_limits.h"

namespace weir::bench {
namespace {

constexpr uint64_t kMessageBytes = 1024;
constexpr uint64_t kBatch = 64;
// Beyond this a growing backlog is purged, unmeasured: the disk of the machine is finite.
constexpr uint64_t kBacklogBytesMax = 1ULL << 30;
constexpr double kRoundSeconds = 0.25;
constexpr const char* kRawWrite = "write 64 KiB + CRC32C of each record";
constexpr const char* kRawRead = "pread 64 KiB + CRC32C of each record, warm";
constexpr const char* kRawSync = "write + fdatasync of the same bytes, file written before";

// Fills the ring of log files once, so that the figure finds files that were written before.
void warm_up(Target* target) {
  const uint64_t count = 2 * settings().wal_bytes / kMessageBytes;
  for (uint64_t i = 0; i < count; i += kBatch) {
    target->push(kBatch, kMessageBytes, WEIR_DURABILITY_ASYNC);
    target->pop(kBatch, WEIR_DURABILITY_ASYNC);
  }
}

// Everything in, then everything out, with a tenth of it fitting in memory.
void overflow(benchmark::State& state, bool measure_push) {
  const uint64_t count = std::max<uint64_t>(settings().disk_bytes, 64ULL << 20) / kMessageBytes;
  Target target({.memory_bytes_max = count * kMessageBytes / 10});
  warm_up(&target);
  Measurement push(target);
  Measurement pop(target);
  const Measurement& measured = measure_push ? push : pop;
  while (measured.wants_more(kMessageBytes, true)) {
    push.run([&] {
      for (uint64_t i = 0; i < count; i += kBatch) {
        target.push(kBatch, kMessageBytes, WEIR_DURABILITY_ASYNC);
      }
      return count;
    });
    pop.run([&] {
      uint64_t taken = 0;
      while (taken < count) taken += target.pop(256, WEIR_DURABILITY_ASYNC);
      return taken;
    });
  }
  publish(state, measured, measure_push ? raw_writes(kMessageBytes) : raw_reads(kMessageBytes),
          measure_push ? kRawWrite : kRawRead, "ASYNC");
}

void async_with_consumer(benchmark::State& state) {
  Target target({});
  warm_up(&target);
  Measurement measurement(target);
  while (measurement.wants_more(kMessageBytes, true)) {
    measurement.run([&] {
      constexpr uint64_t kCount = 1 << 18;
      std::thread producer([&] {
        for (uint64_t i = 0; i < kCount; i += kBatch) {
          target.push(kBatch, kMessageBytes, WEIR_DURABILITY_ASYNC);
        }
      });
      uint64_t taken = 0;
      while (taken < kCount) taken += target.pop(kBatch, WEIR_DURABILITY_ASYNC, 1000);
      producer.join();
      return taken;
    });
  }
  publish(state, measurement, raw_writes(kMessageBytes), kRawWrite, "ASYNC");
}

// Pushes only; `level` and `batch` as the figure says.
void push_only(benchmark::State& state, uint32_t durability, uint64_t batch) {
  Target target({});
  warm_up(&target);
  Measurement measurement(target);
  const bool sync = durability == WEIR_DURABILITY_SYNC;
  while (measurement.wants_more(kMessageBytes, true)) {
    measurement.run([&] {
      return repeat_for(kRoundSeconds, [&] {
        target.push(batch, kMessageBytes, durability);
        return batch;
      });
    });
    if (target.waiting() * kMessageBytes > kBacklogBytesMax) target.purge();
  }
  publish(state, measurement,
          sync ? raw_synced_messages(measurement, kMessageBytes) : raw_writes(kMessageBytes),
          sync ? kRawSync : kRawWrite, sync ? "SYNC" : "ASYNC");
}

void sync_from_many_threads(benchmark::State& state, size_t thread_count) {
  Target target({});
  warm_up(&target);
  Measurement measurement(target);
  while (measurement.wants_more(kMessageBytes, true)) {
    measurement.run([&] {
      std::atomic<uint64_t> pushed = 0;
      std::vector<std::thread> threads;
      for (size_t i = 0; i < thread_count; ++i) {
        threads.emplace_back([&] {
          pushed += repeat_for(4 * kRoundSeconds, [&] {
            target.push(1, kMessageBytes, WEIR_DURABILITY_SYNC);
            return uint64_t{1};
          });
        });
      }
      for (std::thread& thread : threads) thread.join();
      return pushed.load();
    });
    if (target.waiting() * kMessageBytes > kBacklogBytesMax) target.purge();
  }
  publish(state, measurement, raw_synced_messages(measurement, kMessageBytes), kRawSync, "SYNC");
}

void pop_and_ack(benchmark::State& state) {
  constexpr uint64_t kAcks = 100;
  constexpr uint64_t kFill = 1 << 16;
  Target target({});
  warm_up(&target);
  Measurement measurement(target);
  while (measurement.wants_more(kMessageBytes, true)) {
    for (uint64_t i = 0; i < kFill; i += kBatch) {
      target.push(kBatch, kMessageBytes, WEIR_DURABILITY_ASYNC);
    }
    weir_error error{};
    check(weir_store_sync(target.store(), &error), error, "sync");
    measurement.run([&] {
      uint64_t taken = 0;
      while (const uint64_t count = target.pop_then_ack(kAcks, WEIR_DURABILITY_SYNC)) {
        taken += count;
      }
      return taken;
    });
  }
  // An acknowledgement writes its id, not the message: a block for a hundred of them.
  const double raw = raw_syncs(4096) * kAcks;
  publish(state, measurement, raw, "write + fdatasync of 4 KiB for each 100", "SYNC");
}

// "Take one, push three" in one step, beside a plain SYNC push in the same store.
void atomic_batch(benchmark::State& state) {
  Target target({.queue_count = 4});
  warm_up(&target);
  weir_error error{};
  weir_batch* batch = nullptr;
  check(weir_batch_create(target.store(), &batch, &error), error, "batch_create");
  const std::string payload(kMessageBytes, 'b');
  Measurement measurement(target);
  Measurement plain(target);
  while (measurement.wants_more(kMessageBytes, false)) {
    uint64_t ready = 0;
    plain.run([&] {
      ready = repeat_for(kRoundSeconds, [&] {
        target.push(1, kMessageBytes, WEIR_DURABILITY_SYNC);
        return uint64_t{1};
      });
      return ready;
    });
    // What the plain pushes left is what the batches take.
    measurement.run([&] {
      for (uint64_t i = 0; i < ready; ++i) {
        weir_message* message = nullptr;
        check(weir_queue_pop(target.queue(), nullptr, &message, &error), error, "pop");
        check(weir_batch_clear(batch, &error), error, "batch_clear");
        check(weir_batch_ack(batch, target.queue(), weir_message_id(message), &error), error,
              "batch_ack");
        weir_message_free(message);
        for (size_t queue = 1; queue <= 3; ++queue) {
          check(weir_batch_push(batch, target.queue(queue), payload.data(), payload.size(), nullptr,
                                &error),
                error, "batch_push");
        }
        check(weir_store_commit(target.store(), batch, WEIR_DURABILITY_SYNC, -1, nullptr, &error),
              error, "commit");
      }
      return ready;
    });
  }
  weir_batch_free(batch);
  publish(state, measurement, plain.per_second(), "one SYNC push, same store, in turns", "SYNC");
}

}  // namespace

void add_disk_figures() {
  add_figure("overflow/push_all", [](benchmark::State& state) { overflow(state, true); });
  add_figure("overflow/pop_all", [](benchmark::State& state) { overflow(state, false); });
  add_figure("async/push/consumer_keeps_up", async_with_consumer);
  add_figure("async/push/backlog_grows",
             [](benchmark::State& state) { push_only(state, WEIR_DURABILITY_ASYNC, kBatch); });
  add_figure("sync/push/batch_100",
             [](benchmark::State& state) { push_only(state, WEIR_DURABILITY_SYNC, 100); });
  add_figure("sync/push/1_thread",
             [](benchmark::State& state) { push_only(state, WEIR_DURABILITY_SYNC, 1); });
  add_figure("sync/push/64_threads",
             [](benchmark::State& state) { sync_from_many_threads(state, 64); });
  add_figure("sync/pop_ack/acks_of_100", pop_and_ack);
  add_figure("sync/batch_ack_1_push_3", atomic_batch);
}

}  // namespace weir::bench
