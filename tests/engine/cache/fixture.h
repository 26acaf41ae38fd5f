// What the tests of the cache engine share: a store in a simulated world that can be closed, crashed and opened again.
#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "engine/cache/collection.h"
#include "engine/cache/cursor.h"
#include "engine/cache/state.h"
#include "store/store.h"
#include "tests/sim/sim_env.h"

namespace weir::cache {

using store::Durability;
using store::Level;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

inline constexpr const char* kUrl = "file:/sim/store";
using Contents = std::map<std::string, std::string>;

class CollectionTest : public ::testing::Test {
 protected:
  CollectionTest() { open(); }
  ~CollectionTest() override { close(); }

  // --- the store ---
  void open(const std::string& url = kUrl) {
    Result<std::shared_ptr<store::Store>> opened = store::Store::open(world_->env(), url, options_);
    ASSERT_TRUE(opened.ok()) << opened.status().to_string();
    store_ = opened.take();
    collection_ = open_collection("c");
  }
  void close() {
    collection_.reset();
    store_.reset();
  }
  void reopen() {
    close();
    open();
  }
  // The power goes, and what was not synced with it.
  void crash(sim::LossMode mode = sim::LossMode::kEverything) {
    std::unique_ptr<sim::SimFileSystem> disk = world_->file_system().after_power_cut(3, mode);
    world_->file_system().crash_now();
    close();
    world_ = std::make_unique<sim::SimEnv>(std::move(disk), 3);
    open();
  }
  void pass_ms(int64_t ms) { world_->executor().run_for_ms(ms); }

  // --- the collection ---
  std::shared_ptr<Handle> open_collection(const std::string& name) {
    OpenOptions options;
    options.kind = kind_;
    options.existing_kind = true;
    Result<std::unique_ptr<Handle>> opened = Handle::open(store_, name, options);
    EXPECT_TRUE(opened.ok()) << opened.status().to_string();
    return opened.ok() ? std::shared_ptr<Handle>(opened.take()) : nullptr;
  }
  uint64_t put(std::string_view key, std::string_view payload, const PutOptions& options = {}) {
    PutResult result;
    const Status status = collection_->put(key, as_bytes(payload), options, &result);
    EXPECT_TRUE(status.ok()) << status.to_string();
    return result.version;
  }
  Code put_code(std::string_view key, std::string_view payload, const PutOptions& options) {
    PutResult result;
    return collection_->put(key, as_bytes(payload), options, &result).code();
  }
  uint64_t put_async(std::string_view key, std::string_view payload) {
    PutOptions options;
    options.durability = Durability::kAsync;
    return put(key, payload, options);
  }
  Code remove(std::string_view key, const RemoveOptions& options = {}) {
    Level level = Level::kMemory;
    return collection_->remove(key, options, &level).code();
  }
  // "-" when there is none.
  std::string get(std::string_view key) {
    const Status status = collection_->get(key, &documents_);
    if (status.code() == Code::kNotFound) return "-";
    EXPECT_TRUE(status.ok()) << status.to_string();
    return status.ok() ? std::string(as_text(documents_.at(0).payload)) : "!";
  }
  uint64_t count() {
    uint64_t count = 0;
    EXPECT_TRUE(collection_->count(&count).ok());
    return count;
  }
  Statistics stats() {
    Statistics statistics;
    EXPECT_TRUE(collection_->stats(&statistics).ok());
    return statistics;
  }
  std::unique_ptr<Cursor> open_cursor(const CursorOptions& options = {}) {
    Result<std::unique_ptr<Cursor>> opened = Cursor::open(collection_, options);
    EXPECT_TRUE(opened.ok()) << opened.status().to_string();
    return opened.ok() ? opened.take() : nullptr;
  }
  // What a cursor still has to give, in steps of `count`.
  Contents read_on(Cursor& cursor, size_t count = 7) {
    Contents contents;
    Documents documents;
    Status status;
    uint64_t last = 0;
    while ((status = cursor.next(count, 1 << 20, &documents)).ok()) {
      EXPECT_GT(documents.count(), 0U);
      EXPECT_LE(documents.count(), count);
      for (size_t i = 0; i < documents.count(); ++i) {
        const Document& one = documents.at(i);
        EXPECT_GT(one.version, last);
        last = one.version;
        EXPECT_TRUE(contents.emplace(one.key, as_text(one.payload)).second) << one.key;
      }
    }
    EXPECT_EQ(status.code(), Code::kEnd) << status.to_string();
    return contents;
  }
  Contents scan() {
    const std::unique_ptr<Cursor> cursor = open_cursor();
    return read_on(*cursor);
  }

  std::unique_ptr<sim::SimEnv> world_ = std::make_unique<sim::SimEnv>(1);
  store::Options options_;
  Kind kind_ = Kind::kDurable;
  std::shared_ptr<store::Store> store_;
  std::shared_ptr<Handle> collection_;
  Documents documents_;
};

// The same over a durable collection, a memory collection of a durable store, and a store in memory.
enum class Where { kDurable, kMemoryCollection, kMemoryStore };

class AnyCollectionTest : public CollectionTest, public ::testing::WithParamInterface<Where> {
 protected:
  AnyCollectionTest() {
    if (GetParam() == Where::kDurable) return;
    kind_ = Kind::kMemory;
    close();
    if (GetParam() == Where::kMemoryStore) {
      open("mem:");
    } else {
      world_ = std::make_unique<sim::SimEnv>(1);
      open();
    }
  }
};

inline std::string where_name(const ::testing::TestParamInfo<Where>& info) {
  switch (info.param) {
    case Where::kDurable:
      return "durable";
    case Where::kMemoryCollection:
      return "memory_collection";
    case Where::kMemoryStore:
      return "memory_store";
  }
  return "";
}

}  // namespace weir::cache
