// What the tests of the buffer engine share: a buffer in a simulated world, where time passes only when told to.
#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

#include "engine/buffer/buffer.h"
#include "tests/sim/sim_env.h"

namespace weir::buffer {

inline constexpr int64_t kMs = env::kNanosecondsPerMillisecond;
inline constexpr const char* kFileUrl = "file:/sim/store";

class BufferTest : public ::testing::Test {
 protected:
  BufferTest() {
    options_.tick_ms = 10;
    options_.expiry_ms = 1000;
  }
  ~BufferTest() override { close(); }

  void open(const std::string& url = "mem:") {
    if (store_ == nullptr) {
      Result<std::shared_ptr<store::Store>> opened =
          store::Store::open(world_->env(), url, store_options_);
      ASSERT_TRUE(opened.ok()) << opened.status().to_string();
      store_ = opened.take();
    }
    Result<std::unique_ptr<Handle>> opened = Handle::open(store_, "b", &options_);
    ASSERT_TRUE(opened.ok()) << opened.status().to_string();
    buffer_ = opened.take();
  }
  void close() {
    if (buffer_ != nullptr) (void)buffer_->close().ok();
    buffer_.reset();
    store_.reset();
  }
  // The power goes, and what was not synced with it.
  void crash() {
    std::unique_ptr<sim::SimFileSystem> disk =
        world_->file_system().after_power_cut(3, sim::LossMode::kEverything);
    world_->file_system().crash_now();
    close();
    world_ = std::make_unique<sim::SimEnv>(std::move(disk), 3);
  }
  // Without the sweeper.
  void pass_ms(int64_t ms) { world_->clock().advance_ns(ms * kMs); }
  void pass_ns(int64_t ns) { world_->clock().advance_ns(ns); }
  // With it.
  void run_ms(int64_t ms) { world_->executor().run_for_ms(ms); }

  Table& table() { return buffer_->table(); }
  uint64_t owner() { return buffer_->owner(); }

  Code set(std::string_view key, std::string_view value, int64_t expiry_ms = 0) {
    return buffer_->set(as_bytes(key), as_bytes(value), {expiry_ms}).code();
  }
  Code set_if_absent(std::string_view key, std::string_view value) {
    return buffer_->set(as_bytes(key), as_bytes(value), {}, true).code();
  }
  // The value, or "-" when there is none.
  std::string read(Status status, Item* item) {
    if (!status.ok()) {
      EXPECT_EQ(status.code(), Code::kNotFound);
      return "-";
    }
    std::string value(as_text(item->value()));
    Item::give_back(item);
    return value;
  }
  std::string get(std::string_view key) {
    Item* item = nullptr;
    Status status = table().get(owner(), as_bytes(key), true, &item);
    return read(std::move(status), item);
  }
  std::string peek(std::string_view key) {
    Item* item = nullptr;
    Status status = table().get(owner(), as_bytes(key), false, &item);
    return read(std::move(status), item);
  }
  std::string take(std::string_view key) {
    Item* item = nullptr;
    Status status = table().take(owner(), as_bytes(key), &item);
    return read(std::move(status), item);
  }
  Code remove(std::string_view key) { return table().remove(owner(), as_bytes(key)).code(); }
  Code touch(std::string_view key, int64_t expiry_ms = 0) {
    return table().touch(owner(), as_bytes(key), {expiry_ms}).code();
  }
  // -1 when there is none.
  int64_t remaining_ns(std::string_view key) {
    int64_t ns = 0;
    return table().remaining(owner(), as_bytes(key), &ns).ok() ? ns : -1;
  }
  uint64_t count() {
    uint64_t count = 0;
    EXPECT_TRUE(table().count(owner(), &count).ok());
    return count;
  }
  Statistics stats() {
    Statistics statistics;
    EXPECT_TRUE(table().stats(owner(), &statistics).ok());
    return statistics;
  }
  std::vector<std::string> events(size_t count_max = 100) {
    std::vector<uint8_t> bytes(1 << 16);
    std::vector<uint32_t> sizes(count_max);
    size_t came = 0;
    size_t used = 0;
    const Status status = table().take_events(owner(), bytes, sizes, &came, &used);
    EXPECT_FALSE(status.failed()) << status.to_string();
    std::vector<std::string> keys;
    size_t at = 0;
    for (size_t i = 0; i < came; ++i) {
      keys.emplace_back(as_text(ByteView(bytes).subspan(at, sizes[i])));
      at += sizes[i];
    }
    return keys;
  }
  static std::string key_of(uint64_t number) { return "key-" + std::to_string(number); }

  std::unique_ptr<sim::SimEnv> world_ = std::make_unique<sim::SimEnv>(1);
  store::Options store_options_;
  Options options_;
  std::shared_ptr<store::Store> store_;
  std::unique_ptr<Handle> buffer_;
};

}  // namespace weir::buffer
