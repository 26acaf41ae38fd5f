// What the tests of the log engine share: a store in a simulated world that can be closed, crashed and opened again.
#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

#include "engine/log/log.h"
#include "engine/log/reader.h"
#include "engine/log/state.h"
#include "store/store.h"
#include "tests/sim/sim_env.h"

namespace weir::log {

using store::Durability;
using store::Level;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

inline constexpr const char* kUrl = "file:/sim/store";
inline constexpr int64_t kMs = env::kNanosecondsPerMillisecond;

class LogTest : public ::testing::Test {
 protected:
  LogTest() {
    open_options_.retention.age_ms = 0;
    open();
  }
  ~LogTest() override { close(); }

  // --- the store ---
  void open(const std::string& url = kUrl) {
    Result<std::shared_ptr<store::Store>> opened = store::Store::open(world_->env(), url, options_);
    ASSERT_TRUE(opened.ok()) << opened.status().to_string();
    store_ = opened.take();
    log_ = open_log("l");
  }
  void close() {
    log_.reset();
    store_.reset();
  }
  void reopen() {
    close();
    open();
  }
  void checkpoint() {
    const Status status = store_->checkpoint();
    ASSERT_TRUE(status.ok()) << status.to_string();
  }
  // The power goes, and what was not synced with it.
  void crash(sim::LossMode mode = sim::LossMode::kEverything) {
    std::unique_ptr<sim::SimFileSystem> disk = world_->file_system().after_power_cut(3, mode);
    world_->file_system().crash_now();
    close();
    world_ = std::make_unique<sim::SimEnv>(std::move(disk), 3);
    open();
  }
  void use_memory_store() {
    close();
    open("mem:");
  }
  sim::SimFileSystem& disk() { return world_->file_system(); }
  void pass_ms(int64_t ms) { world_->executor().run_for_ms(ms); }

  // --- logs ---
  std::unique_ptr<Handle> open_log(const std::string& name) {
    OpenOptions options = open_options_;
    options.existing_kind = true;
    Result<std::unique_ptr<Handle>> opened = Handle::open(store_, name, options);
    EXPECT_TRUE(opened.ok()) << opened.status().to_string();
    return opened.ok() ? opened.take() : nullptr;
  }
  uint64_t append(std::string_view payload, const AppendOptions& options = {}) {
    return append_to(*log_, payload, options);
  }
  static uint64_t append_to(Handle& log, std::string_view payload,
                            const AppendOptions& options = {}) {
    AppendResult result;
    const Status status = log.append(as_bytes(payload), options, &result);
    EXPECT_TRUE(status.ok()) << status.to_string();
    return result.offset;
  }
  static AppendOptions with_key(std::string_view key) {
    AppendOptions options;
    options.key = key;
    return options;
  }
  static AppendOptions at_time(int64_t time_ns) {
    AppendOptions options;
    options.time_ns = time_ns;
    return options;
  }
  static AppendOptions async() {
    AppendOptions options;
    options.durability = Durability::kAsync;
    return options;
  }
  // "0", "1", ... each under its offset.
  void append_numbered(uint64_t count, const AppendOptions& options = {}) {
    uint64_t next = 0;
    ASSERT_TRUE(log_->next_offset(&next).ok());
    for (uint64_t i = next; i < next + count; ++i) ASSERT_EQ(append(std::to_string(i), options), i);
  }
  // A few hundred at a time: quick also when there are thousands.
  void append_many_numbered(uint64_t count, size_t padding = 0) {
    uint64_t next = 0;
    ASSERT_TRUE(log_->next_offset(&next).ok());
    for (const uint64_t end = next + count; next < end;) {
      std::string data;
      std::vector<uint32_t> sizes;
      for (; next < end && sizes.size() < 300; ++next) {
        const std::string text = std::to_string(next) + std::string(padding, '.');
        data += text;
        sizes.push_back(static_cast<uint32_t>(text.size()));
      }
      AppendResult result;
      const Status status = log_->append_many(as_bytes(data), sizes, {}, &result);
      ASSERT_TRUE(status.ok()) << status.to_string();
    }
  }

  // --- reading: the last answer stays in records_ ---
  Code read(uint64_t offset, size_t count_max = 1000, uint64_t bytes_max = 1 << 20) {
    const Status status = log_->read(offset, count_max, bytes_max, &records_, &first_left_);
    EXPECT_FALSE(status.failed()) << status.to_string();
    return status.code();
  }
  std::vector<std::string> texts() const {
    std::vector<std::string> all;
    for (size_t i = 0; i < records_.count(); ++i)
      all.emplace_back(as_text(records_.at(i).payload()));
    return all;
  }
  std::vector<uint64_t> offsets() const {
    std::vector<uint64_t> all;
    for (size_t i = 0; i < records_.count(); ++i) all.push_back(records_.at(i).offset);
    return all;
  }
  std::string text_at(uint64_t offset) {
    if (read(offset, 1) != Code::kOk || records_.at(0).offset != offset) return "none";
    return texts()[0];
  }
  std::unique_ptr<Reader> open_reader(const ReaderOptions& options = {}) {
    Result<std::unique_ptr<Reader>> opened = Reader::open(*log_, options);
    EXPECT_TRUE(opened.ok()) << opened.status().to_string();
    return opened.ok() ? opened.take() : nullptr;
  }
  std::unique_ptr<Reader> open_consumer(std::string_view name, bool shared = false) {
    ReaderOptions options;
    options.consumer = name;
    options.shared = shared;
    return open_reader(options);
  }
  Code next(Reader& reader, size_t count_max = 1000, int64_t timeout_ms = 0) {
    ReadOptions options;
    options.count_max = count_max;
    options.timeout_ms = timeout_ms;
    const Status status = reader.read(options, &records_, &first_left_);
    EXPECT_FALSE(status.failed()) << status.to_string();
    return status.code();
  }
  std::vector<std::string> next_texts(Reader& reader, size_t count_max = 1000) {
    next(reader, count_max);
    return texts();
  }
  std::vector<std::string> drain(Reader& reader) {
    std::vector<std::string> all;
    while (next(reader, 7) == Code::kOk) {
      for (std::string& text : texts()) all.push_back(std::move(text));
    }
    return all;
  }
  static uint64_t position(Reader& reader) {
    uint64_t offset = 0;
    EXPECT_TRUE(reader.position(&offset).ok());
    return offset;
  }
  static Code commit(Reader& reader, uint64_t offset,
                     Durability durability = Durability::kDefault) {
    Level level = Level::kMemory;
    return reader.commit(offset, durability, &level).code();
  }
  uint64_t trim(uint64_t before) {
    uint64_t count = 0;
    const Status status = log_->trim(before, &count);
    EXPECT_TRUE(status.ok()) << status.to_string();
    return count;
  }
  uint64_t retain() {
    uint64_t count = 0;
    const Status status = log_->retain(&count);
    EXPECT_TRUE(status.ok()) << status.to_string();
    return count;
  }
  Statistics stats() {
    Statistics statistics;
    EXPECT_TRUE(log_->stats(&statistics).ok());
    return statistics;
  }

  store::Options options_;
  OpenOptions open_options_;
  std::unique_ptr<sim::SimEnv> world_ = std::make_unique<sim::SimEnv>(3);
  std::shared_ptr<store::Store> store_;
  std::unique_ptr<Handle> log_;
  Records records_;
  uint64_t first_left_ = 0;
};

inline std::vector<std::string> numbers(uint64_t first, uint64_t end) {
  std::vector<std::string> all;
  for (uint64_t i = first; i < end; ++i) all.push_back(std::to_string(i));
  return all;
}

}  // namespace weir::log
