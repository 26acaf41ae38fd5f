#include "demo/producer.h"

#include <array>
#include <cstdio>

#include "common/failure.h"
#include "common/handles.h"
#include "demo/sha256.h"
#include "demo/tree.h"

namespace weir::demo {
namespace {

constexpr uint64_t kProducerId = 1;
constexpr uint64_t kCommitFilesMax = 64;

using tools::check;

}  // namespace

uint64_t Producer::arrived() {
  weir_error error{};
  uint64_t sequence = 0;
  check(weir_queue_producer_sequence(queue_, kProducerId, &sequence, &error), error,
        "ask what arrived");
  return sequence;
}

void Producer::set_headers(weir_headers* headers, const FileEntry& file,
                           const std::string& bytes) const {
  std::array<char, 16> mode{};
  std::snprintf(mode.data(), mode.size(), "%04o", file.mode);
  const std::string digest = sha256(bytes);
  weir_error error{};
  const auto set = [&](const char* name, std::string_view value) {
    check(weir_headers_set(headers, name, value.data(), value.size(), &error), error, name);
  };
  set("path", file.name);
  set("mode", mode.data());
  set("sha256", digest);
}

// Puts files into the batch until it has enough. A file that is gone by now leaves a gap in the
// producer's numbers, which the queue allows.
Producer::Commit Producer::fill(weir_batch* batch, weir_headers* headers, uint64_t first,
                                std::string* bytes) {
  weir_push_options options;
  weir_push_options_init(&options, sizeof options);
  options.headers = headers;
  options.producer_id = kProducerId;
  Commit commit;
  weir_error error{};
  while (first + commit.files < plan_.files.size() && commit.files < kCommitFilesMax) {
    const uint64_t index = first + commit.files;
    const FileEntry& file = plan_.files[index];
    if (commit.files > 0 && commit.bytes + file.size > plan_.batch_bytes) break;
    ++commit.files;
    if (!read_file(plan_.base / file.name, bytes)) {
      journal_->append(Mark::kVanished, {static_cast<uint32_t>(index)});
      continue;
    }
    set_headers(headers, file, *bytes);
    options.producer_sequence = index + 1;
    check(weir_batch_push(batch, queue_, bytes->data(), bytes->size(), &options, &error), error,
          "push " + file.name);
    commit.bytes += file.size;
  }
  return commit;
}

// A large file goes by itself: in a batch, which keeps a copy of each payload, it would be in memory
// once more.
Producer::Commit Producer::push_alone(weir_headers* headers, uint64_t index, std::string* bytes) {
  const FileEntry& file = plan_.files[index];
  if (!read_file(plan_.base / file.name, bytes)) {
    journal_->append(Mark::kVanished, {static_cast<uint32_t>(index)});
    return {1, 0};
  }
  set_headers(headers, file, *bytes);
  weir_push_options options;
  weir_push_options_init(&options, sizeof options);
  options.durability = WEIR_DURABILITY_SYNC;
  options.timeout_ms = -1;
  options.headers = headers;
  options.producer_id = kProducerId;
  options.producer_sequence = index + 1;
  report_commit({1, file.size});
  weir_error error{};
  check(weir_queue_push(queue_, bytes->data(), bytes->size(), &options, nullptr, &error), error,
        "push " + file.name);
  std::string().swap(*bytes);
  return {1, file.size};
}

void Producer::report_commit(const Commit& commit) {
  reporter_->report(Event::kProgress, [&](Sample* sample) {
    sample->committing_files = commit.files;
    sample->committing_bytes = commit.bytes;
  });
}

void Producer::run(uint64_t first) {
  weir_error error{};
  weir_batch* batch = nullptr;
  check(weir_batch_create(store_, &batch, &error), error, "make a batch");
  const tools::BatchHandle batch_owner(batch);
  weir_headers* headers = nullptr;
  check(weir_headers_create(&headers, &error), error, "make headers");
  const tools::HeadersHandle headers_owner(headers);
  std::string bytes;
  for (uint64_t next = first; next < plan_.files.size();) {
    if (plan_.files[next].size > plan_.batch_bytes) {
      next += push_alone(headers, next, &bytes).files;
    } else {
      check(weir_batch_clear(batch, &error), error, "clear a batch");
      const Commit commit = fill(batch, headers, next, &bytes);
      report_commit(commit);
      check(weir_store_commit(store_, batch, WEIR_DURABILITY_SYNC, -1, nullptr, &error), error,
            "commit");
      next += commit.files;
    }
    reporter_->report(Event::kProgress, [&](Sample* sample) {
      sample->committing_files = 0;
      sample->committing_bytes = 0;
      sample->confirmed_files = next;
      sample->confirmed_bytes = plan_.bytes_before(next);
    });
  }
}

}  // namespace weir::demo
