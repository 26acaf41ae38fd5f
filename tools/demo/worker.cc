#include "demo/worker.h"

#include <malloc.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <thread>

#include "common/failure.h"
#include "common/handles.h"
#include "demo/consumer.h"
#include "demo/producer.h"
#include "demo/reporter.h"

namespace weir::demo {
namespace {

namespace fs = std::filesystem;
using Clock = std::chrono::steady_clock;

tools::StoreHandle open_store(const fs::path& path, const Plan& plan) {
  weir_store_options options;
  weir_store_options_init(&options, sizeof options);
  options.durability = WEIR_DURABILITY_SYNC;
  options.memory_bytes_max = plan.memory_bytes_max;
  options.record_bytes_max = 64ULL << 20;
  weir_error error{};
  weir_store* store = nullptr;
  const std::string url = "file:" + path.string();
  tools::check(weir_store_open(url.c_str(), &options, &store, &error), error, "open " + url);
  return tools::StoreHandle(store);
}

tools::QueueHandle open_queue(weir_store* store) {
  weir_error error{};
  weir_queue* queue = nullptr;
  tools::check(weir_queue_open(store, "files", nullptr, &queue, &error), error, "open the queue");
  return tools::QueueHandle(queue);
}

uint64_t waiting_in(weir_queue* queue) {
  weir_queue_statistics statistics{};
  statistics.struct_size = sizeof statistics;
  weir_error error{};
  tools::check(weir_queue_stats(queue, &statistics, &error), error, "stats of the queue");
  return statistics.message_count;
}

// A thread that fails ends the process: the driver sees it, and half a worker is of no use.
template <typename Body>
std::thread guarded_thread(Body body) {
  return std::thread([body] {
    try {
      body();
    } catch (const std::exception& error) {
      std::fprintf(stderr, "worker: %s\n", error.what());
      std::_Exit(tools::kExitError);
    }
  });
}

void wait_for_end_of_input() {
  char byte = 0;
  while (::read(STDIN_FILENO, &byte, 1) > 0) {
  }
}

void work_through(const fs::path& work, const Plan& plan, weir_store* store, weir_queue* queue,
                  Reporter* reporter, double open_seconds) {
  Journal journal(journal_path(work));
  Producer producer(store, queue, plan, &journal, reporter);
  const uint64_t arrived = producer.arrived();
  // The order is strict and there is one consumer, so what is gone is a prefix of what arrived.
  const uint64_t gone = arrived - std::min(arrived, waiting_in(queue));
  reporter->report(Event::kOpened, [&](Sample* sample) {
    sample->open_microseconds = static_cast<uint64_t>(open_seconds * 1e6);
    sample->confirmed_files = arrived;
    sample->confirmed_bytes = plan.bytes_before(arrived);
    sample->acknowledged_files = gone;
    sample->acknowledged_bytes = plan.bytes_before(gone);
  });
  std::atomic<bool> producer_finished = false;
  std::thread producing = guarded_thread([&] {
    producer.run(arrived);
    producer_finished = true;
  });
  std::thread consuming = guarded_thread(
      [&] { Consumer(queue, plan, output_path(work), &journal, reporter).run(producer_finished); });
  producing.join();
  consuming.join();
  reporter->report(Event::kDone, [](Sample*) {});
}

}  // namespace

int run_worker(const fs::path& work) {
  try {
    // Otherwise glibc keeps freed file buffers of up to 32 MiB for each thread, and the peak that is
    // held against the budget would mostly be the program's own leftovers.
    mallopt(M_MMAP_THRESHOLD, 1 << 20);
    const Plan plan = load_plan(plan_path(work));
    const auto begin = Clock::now();
    tools::StoreHandle store = open_store(store_path(work), plan);
    tools::QueueHandle queue = open_queue(store.get());
    const double open_seconds = std::chrono::duration<double>(Clock::now() - begin).count();
    Reporter reporter(store.get(), STDOUT_FILENO);
    work_through(work, plan, store.get(), queue.get(), &reporter, open_seconds);
    wait_for_end_of_input();
    queue.reset();
    reporter.report(Event::kClosed, [](Sample*) {});
    weir_error error{};
    tools::check(weir_store_close(store.release(), &error), error, "close");
    return tools::kExitOk;
  } catch (const std::exception& error) {
    std::fprintf(stderr, "worker: %s\n", error.what());
    return tools::kExitError;
  }
}

}  // namespace weir::demo
