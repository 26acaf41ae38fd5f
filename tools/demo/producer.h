// Sends the files of the plan, from the first that did not arrive before.
#pragma once

#include <weir/weir.h>

#include "demo/journal.h"
#include "demo/plan.h"
#include "demo/reporter.h"

namespace weir::demo {

class Producer {
 public:
  Producer(weir_store* store, weir_queue* queue, const Plan& plan, Journal* journal,
           Reporter* reporter)
      : store_(store), queue_(queue), plan_(plan), journal_(journal), reporter_(reporter) {}

  // How many files arrived, as the queue remembers it.
  uint64_t arrived();

  // Sends everything from `first` on; returns when all is confirmed.
  void run(uint64_t first);

 private:
  struct Commit {
    uint64_t files = 0;
    uint64_t bytes = 0;
  };

  void set_headers(weir_headers* headers, const FileEntry& file, const std::string& bytes) const;
  Commit fill(weir_batch* batch, weir_headers* headers, uint64_t first, std::string* bytes);
  Commit push_alone(weir_headers* headers, uint64_t index, std::string* bytes);
  void report_commit(const Commit& commit);

  weir_store* store_;
  weir_queue* queue_;
  const Plan& plan_;
  Journal* journal_;
  Reporter* reporter_;
};

}  // namespace weir::demo
