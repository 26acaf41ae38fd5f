// Collections against a plain map: random commands with restarts and power cuts, and a power cut at every I/O point.
// After a crash the collection must be as it was after some commit that is not before the last confirmed one.
#include <gtest/gtest.h>

#include <algorithm>

#include "base/prng.h"
#include "tests/engine/cache/fixture.h"

namespace weir::cache {
namespace {

class World {
 public:
  explicit World(uint64_t seed, uint64_t crash_point = 0) : prng_(seed) {
    options_.memory_bytes_max = 1 << 20;
    options_.wal_bytes_max = 1 << 20;
    env_ = std::make_unique<sim::SimEnv>(seed);
    if (crash_point != 0) env_->file_system().crash_at(crash_point);
    open();
  }
  ~World() { close(); }

  void step() {
    if (collection_ == nullptr) return;
    switch (prng_.next() % 20) {
      case 0:
        return reopen();
      case 1:
        return sync(collection_->save());
      case 2:
        return sync(store_->sync());
      case 3:
        env_->executor().run_for_ms(static_cast<int64_t>(prng_.next() % 300));
        return;
      case 4:
      case 5:
        return insert();
      case 6:
        return put_many();
      case 7:
        return batch();
      case 8:
      case 9:
      case 10:
      case 11:
        return remove();
      default:
        return put();
    }
  }

  void power_cut(uint64_t seed, sim::LossMode mode) {
    std::unique_ptr<sim::SimFileSystem> disk = env_->file_system().after_power_cut(seed, mode);
    env_->file_system().crash_now();
    close();
    env_ = std::make_unique<sim::SimEnv>(std::move(disk), seed);
    open();
    check_restart();
  }
  bool crashed() const { return env_->file_system().crashed(); }
  uint64_t io_count() const { return env_->file_system().io_count(); }

  // Everything that can be read is what the model says.
  void check() {
    if (collection_ == nullptr || crashed()) return;
    const Contents found = read_everything();
    ASSERT_TRUE(found == states_.back())
        << found.size() << " documents, not " << states_.back().size();
    for (uint64_t i = 0; i < kKeys; ++i) {
      const auto known = states_.back().find(key(i));
      const Status status = collection_->get(key(i), &documents_);
      ASSERT_EQ(status.code(), known == states_.back().end() ? Code::kNotFound : Code::kOk);
      if (!status.ok()) continue;
      ASSERT_TRUE(as_text(documents_.at(0).payload) == known->second) << known->first;
    }
  }

 private:
  static constexpr uint64_t kKeys = 12;
  static std::string key(uint64_t index) { return "key " + std::to_string(index); }
  std::string random_key() { return key(prng_.next() % kKeys); }
  std::string random_value() {
    const uint64_t bytes = prng_.next() % 10 == 0 ? 30'000 : prng_.next() % 500;
    return std::to_string(++values_) + std::string(bytes, 'v');
  }
  Durability random_durability() {
    return prng_.next() % 3 == 0 ? Durability::kSync : Durability::kAsync;
  }

  void open() {
    Result<std::shared_ptr<store::Store>> opened = store::Store::open(env_->env(), kUrl, options_);
    if (!opened.ok()) {
      ASSERT_TRUE(crashed()) << opened.status().to_string();
      return;
    }
    store_ = opened.take();
    Result<std::unique_ptr<Handle>> collection = Handle::open(store_, "c", {});
    if (!collection.ok()) {
      ASSERT_TRUE(crashed()) << collection.status().to_string();
      return;
    }
    collection_ = collection.take();
  }
  void close() {
    collection_.reset();
    store_.reset();
  }
  void reopen() {
    close();
    if (crashed()) return;
    confirmed_ = states_.size() - 1;
    open();
  }

  // The model's next state, of a change that `status` tells of.
  void note(const Status& status, Contents next, bool sync) {
    ASSERT_TRUE(status.ok() || crashed()) << status.to_string();
    states_.push_back(std::move(next));
    if (status.ok() && sync) confirmed_ = states_.size() - 1;
  }
  void sync(const Status& status) {
    ASSERT_TRUE(status.ok() || crashed()) << status.to_string();
    if (status.ok()) confirmed_ = states_.size() - 1;
  }
  void put() {
    const std::string key = random_key();
    const std::string value = random_value();
    PutOptions options;
    options.durability = random_durability();
    PutResult result;
    Contents next = states_.back();
    next[key] = value;
    note(collection_->put(key, as_bytes(value), options, &result), std::move(next),
         options.durability == Durability::kSync);
  }
  void insert() {
    const std::string value = random_value();
    PutOptions options;
    options.durability = random_durability();
    PutResult result;
    const Status status = collection_->insert(as_bytes(value), options, &result);
    Contents next = states_.back();
    if (status.ok()) {
      ASSERT_GT(result.generated_key, highest_key_);
      highest_key_ = result.generated_key;
      next[std::to_string(result.generated_key)] = value;
    } else {
      // Under which key it may be there is not known: the highest counts for what is not in the model.
      unknown_value_ = value;
    }
    note(status, std::move(next), options.durability == Durability::kSync);
  }
  void put_many() {
    Contents next = states_.back();
    std::vector<std::string> keys;
    std::vector<std::string> values;
    for (int i = 0; i < 3; ++i) {
      keys.push_back(key(prng_.next() % 4 + static_cast<uint64_t>(i) * 4));
      values.push_back(random_value());
      next[keys.back()] = values.back();
    }
    std::vector<Item> items;
    for (size_t i = 0; i < 3; ++i) items.push_back({keys[i], as_bytes(values[i])});
    PutOptions options;
    options.durability = random_durability();
    PutResult result;
    note(collection_->put_many(items, options, &result), std::move(next),
         options.durability == Durability::kSync);
  }
  void batch() {
    Contents next = states_.back();
    if (next.empty()) return;
    auto removed = next.begin();
    std::advance(removed, static_cast<std::ptrdiff_t>(prng_.next() % next.size()));
    const std::string gone = removed->first;
    const std::string value = random_value();
    next.erase(removed);
    next["batch"] = value;
    store::Batch batch(store_);
    Level level = Level::kMemory;
    const Durability durability = random_durability();
    Status status = collection_->add_remove(batch, gone, {});
    if (status.ok()) status = collection_->add_put(batch, "batch", as_bytes(value), {});
    if (status.ok()) status = batch.commit(durability, 0, &level);
    note(status, std::move(next), durability == Durability::kSync);
  }
  void remove() {
    const std::string key = random_key();
    RemoveOptions options;
    options.durability = random_durability();
    Level level = Level::kMemory;
    Contents next = states_.back();
    const bool there = next.erase(key) == 1;
    const Status status = collection_->remove(key, options, &level);
    if (!there && status.code() == Code::kNotFound) return;
    note(status, std::move(next), options.durability == Durability::kSync);
  }

  Contents read_everything() {
    Contents contents;
    Result<std::unique_ptr<Cursor>> cursor = Cursor::open(collection_, {});
    EXPECT_TRUE(cursor.ok()) << cursor.status().to_string();
    Status status;
    while (cursor.ok() && (status = cursor.value()->next(5, 1 << 20, &documents_)).ok()) {
      for (size_t i = 0; i < documents_.count(); ++i) {
        const Document& one = documents_.at(i);
        EXPECT_TRUE(contents.emplace(one.key, as_text(one.payload)).second) << one.key;
      }
    }
    EXPECT_EQ(status.code(), Code::kEnd) << status.to_string();
    uint64_t count = 0;
    EXPECT_TRUE(collection_->count(&count).ok());
    EXPECT_EQ(count, contents.size());
    return contents;
  }
  void check_restart() {
    ASSERT_NE(collection_, nullptr);
    Contents found = read_everything();
    // An insert whose end nobody saw.
    for (auto one = found.begin(); !unknown_value_.empty() && one != found.end(); ++one) {
      if (one->second != unknown_value_) continue;
      states_.back()[one->first] = one->second;
      break;
    }
    unknown_value_.clear();
    const auto from = states_.begin() + static_cast<std::ptrdiff_t>(confirmed_);
    ASSERT_NE(std::find(from, states_.end(), found), states_.end())
        << "not the state after any commit since the last confirmed one; " << found.size()
        << " documents, " << states_.size() - confirmed_ << " states";
    states_ = {std::move(found)};
    confirmed_ = 0;
    check();
  }

  Prng prng_;
  store::Options options_;
  std::unique_ptr<sim::SimEnv> env_;
  std::shared_ptr<store::Store> store_;
  std::shared_ptr<Handle> collection_;
  Documents documents_;
  std::vector<Contents> states_{{}};
  size_t confirmed_ = 0;
  uint64_t values_ = 0;
  uint64_t highest_key_ = 0;
  std::string unknown_value_;
};

constexpr sim::LossMode kModes[] = {sim::LossMode::kNothing, sim::LossMode::kEverything,
                                    sim::LossMode::kRandom, sim::LossMode::kRandomStrict};

TEST(CollectionModel, random_commands_restarts_and_power_cuts_equal_a_map) {
  constexpr uint64_t kSequences = 2000;
  for (uint64_t seed = 1; seed <= kSequences && !::testing::Test::HasFatalFailure(); ++seed) {
    SCOPED_TRACE(seed);
    World world(seed);
    for (int command = 0; command < 100 && !::testing::Test::HasFatalFailure(); ++command) {
      world.step();
      if (command % 33 == 32) world.check();
      if (command == 60) world.power_cut(seed, kModes[seed % 4]);
    }
  }
}

TEST(CollectionModel, a_power_cut_at_every_io_point_leaves_a_prefix_of_the_commits) {
  constexpr int kCommands = 60;
  for (uint64_t seed = 1; seed <= 4; ++seed) {
    uint64_t points = 0;
    {
      World world(seed);
      for (int command = 0; command < kCommands; ++command) world.step();
      points = world.io_count();
    }
    ASSERT_GT(points, 50U);
    for (uint64_t point = 1; point <= points && !::testing::Test::HasFatalFailure(); ++point) {
      SCOPED_TRACE(::testing::Message() << "seed " << seed << ", I/O point " << point);
      World world(seed, point);
      for (int command = 0; command < kCommands && !world.crashed(); ++command) world.step();
      world.power_cut(seed + point, kModes[point % 4]);
      for (int command = 0; command < 10; ++command) world.step();
      world.check();
    }
  }
}

}  // namespace
}  // namespace weir::cache
