// Takes messages, writes the files, and acknowledges what it has written.
#pragma once

#include <weir/weir.h>

#include <atomic>
#include <filesystem>
#include <set>

#include "demo/journal.h"
#include "demo/plan.h"
#include "demo/reporter.h"

namespace weir::demo {

class Consumer {
 public:
  Consumer(weir_queue* queue, const Plan& plan, std::filesystem::path output, Journal* journal,
           Reporter* reporter)
      : queue_(queue),
        plan_(plan),
        output_(std::move(output)),
        journal_(journal),
        reporter_(reporter) {}

  // Returns when the producer has finished and the queue is empty.
  void run(const std::atomic<bool>& producer_finished);

 private:
  void wait_for_backlog(const std::atomic<bool>& producer_finished) const;
  void take(const weir_messages* messages);
  void write_file(const weir_message* message, size_t index);
  void acknowledge(const weir_messages* messages, const std::vector<uint32_t>& indices,
                   uint64_t bytes);

  weir_queue* queue_;
  const Plan& plan_;
  const std::filesystem::path output_;
  Journal* journal_;
  Reporter* reporter_;
  std::set<std::filesystem::path> made_;  // directories
};

}  // namespace weir::demo
