// What the tests of the store layer share: a store in a simulated world, and streams that are written to and read as
// an engine does.
#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

#include "format/record.h"
#include "store/store.h"
#include "tests/sim/sim_env.h"

namespace weir::store {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

inline constexpr const char* kPath = "/sim/store";
inline constexpr uint8_t kEngine = 1;
inline constexpr int64_t kMs = env::kNanosecondsPerMillisecond;

// One commit of one record; the group it is in.
inline uint64_t append_locked(Store& store, const StreamPtr& stream, std::string_view payload,
                              bool sync) {
  storage::RecordDraft draft;
  draft.payload = as_bytes(payload);
  draft.body_crc = format::body_crc({}, draft.payload);
  EXPECT_TRUE(stream->reserve(*store.core().pool, &draft, 1));
  store.pipeline().append(stream, draft);
  return store.pipeline().end_commit(sync);
}

class StoreTest : public ::testing::Test {
 protected:
  StoreTest() { open(); }
  ~StoreTest() override { close(); }

  // --- the store ---
  Status try_open(const std::string& url = kPath) {
    Result<std::shared_ptr<Store>> opened = Store::open(world_->env(), url, options_);
    if (!opened.ok()) return opened.take_status();
    store_ = opened.take();
    return {};
  }
  void open(const std::string& url = kPath) {
    const Status status = try_open(url);
    ASSERT_TRUE(status.ok()) << status.to_string();
    stream_ = stream_of("s");
  }
  void close() {
    stream_.reset();
    store_.reset();
  }
  void reopen() {
    close();
    open();
  }
  // The power goes, and what was not synced with it. Leaves the store closed.
  void cut_power(sim::LossMode mode = sim::LossMode::kEverything, uint64_t seed = 5) {
    std::unique_ptr<sim::SimFileSystem> disk = world_->file_system().after_power_cut(seed, mode);
    world_->file_system().crash_now();
    close();
    world_ = std::make_unique<sim::SimEnv>(std::move(disk), seed);
  }
  void crash(sim::LossMode mode = sim::LossMode::kEverything) {
    cut_power(mode);
    open();
  }
  void start_anew() {
    close();
    world_ = std::make_unique<sim::SimEnv>(1);
    open();
  }
  sim::SimFileSystem& disk() { return world_->file_system(); }
  std::vector<std::string> names(std::string_view prefix) {
    std::vector<std::string> all;
    for (const std::string& path : disk().file_paths()) {
      const std::string name = path.substr(path.rfind('/') + 1);
      if (name.compare(0, prefix.size(), prefix) == 0) all.push_back(name);
    }
    return all;
  }
  void pass_ms(int64_t ms) { world_->executor().run_for_ms(ms); }

  // --- streams ---
  StreamPtr stream_of(const std::string& name, uint8_t kind = storage::kStreamDurable) {
    MutexLock lock(store_->mutex());
    StreamPtr found = store_->find_stream_locked(kEngine, name);
    if (found || options_.read_only) return found;
    Result<StreamPtr> made = store_->create_stream_locked(kEngine, kind, name);
    EXPECT_TRUE(made.ok()) << made.status().to_string();
    return made.ok() ? made.take() : nullptr;
  }
  Status push_to(const StreamPtr& stream, std::string_view payload, bool sync = true) {
    const bool logs = stream->kind() == storage::kStreamDurable;
    MutexLock lock(store_->mutex());
    WEIR_TRY(store_->check_writable_locked());
    WEIR_TRY(store_->pager().make_room(format::record_bytes(payload.size()), logs, 0));
    if (!sync && logs) WEIR_TRY(store_->pipeline().wait_async_room());
    if (!sync) WEIR_TRY(store_->reserve_ids_locked(stream, 1));
    const uint64_t group = append_locked(*store_, stream, payload, sync);
    return sync ? store_->pipeline().wait(group) : Status();
  }
  void push(std::string_view payload, bool sync = true) {
    const Status status = push_to(stream_, payload, sync);
    EXPECT_TRUE(status.ok()) << status.to_string();
  }
  void push_many(uint64_t count, size_t bytes, bool sync = false) {
    for (uint64_t i = 0; i < count; ++i)
      push(std::string(bytes, static_cast<char>('a' + i % 26)), sync);
  }
  Status kill(const StreamPtr& stream, uint64_t first, uint64_t last) {
    MutexLock lock(store_->mutex());
    store_->pipeline().mark_dead(stream, first, last);
    return store_->pipeline().wait(store_->pipeline().end_commit(true));
  }
  void kill(uint64_t first, uint64_t last) { EXPECT_TRUE(kill(stream_, first, last).ok()); }
  // Live records, read back where needed.
  Result<std::vector<std::string>> read_all(const StreamPtr& stream) {
    MutexLock lock(store_->mutex());
    std::vector<std::string> all;
    for (uint64_t number = stream->first_live(1); number < stream->next_number();
         number = stream->first_live(number + 1)) {
      const uint8_t* record = stream->find_in_memory(number, nullptr);
      while (record == nullptr) {
        WEIR_TRY(store_->pager().load(stream, number));
        record = stream->find_in_memory(number, nullptr);
      }
      const format::RecordHeader header = format::read_record_header(record);
      all.emplace_back(reinterpret_cast<const char*>(record) + format::kRecordHeaderBytes,
                       header.body_bytes);
    }
    return all;
  }
  std::vector<std::string> content() { return content_of(stream_); }
  std::vector<std::string> content_of(const StreamPtr& stream) {
    Result<std::vector<std::string>> all = read_all(stream);
    EXPECT_TRUE(all.ok()) << all.status().to_string();
    return all.ok() ? all.take() : std::vector<std::string>();
  }
  uint64_t visible_next() {
    MutexLock lock(store_->mutex());
    return stream_->visible_next;
  }

  std::unique_ptr<sim::SimEnv> world_ = std::make_unique<sim::SimEnv>(1);
  Options options_;
  std::shared_ptr<Store> store_;
  StreamPtr stream_;
};

}  // namespace weir::store
