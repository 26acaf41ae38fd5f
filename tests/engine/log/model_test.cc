// The log against a plain model: random commands, clean ends, power cuts between and in the middle of commands. What a
// cut leaves must be the state after a prefix of the commits that has every confirmed one (DESIGN.md §3.1, invariant 1),
// and no offset is handed out twice.
#include <cstdio>
#include <cstdlib>
#include <map>
#include <optional>

#include "base/prng.h"
#include "tests/engine/log/fixture.h"

namespace weir::log {

namespace {

struct Entry {
  std::string payload;
  std::string key;
  bool operator==(const Entry&) const = default;
};

struct Content {
  std::map<uint64_t, Entry> records;  // by offset
  uint64_t trimmed = 0;
  std::optional<uint64_t> consumer;
  bool operator==(const Content&) const = default;
};

struct Effect {
  enum class Kind { kAppend, kTrim, kConsumer, kCompact };
  Kind kind = Kind::kAppend;
  uint64_t offset = 0;
  std::vector<Entry> entries;
};

void apply(const Effect& effect, Content* content) {
  switch (effect.kind) {
    case Effect::Kind::kAppend:
      for (size_t i = 0; i < effect.entries.size(); ++i)
        content->records[effect.offset + i] = effect.entries[i];
      return;
    case Effect::Kind::kTrim:
      content->records.erase(content->records.begin(), content->records.lower_bound(effect.offset));
      content->trimmed = std::max(content->trimmed, effect.offset);
      return;
    case Effect::Kind::kConsumer:
      content->consumer = effect.offset;
      return;
    case Effect::Kind::kCompact: {
      std::map<std::string, uint64_t> newest;
      for (const auto& [offset, entry] : content->records) newest[entry.key] = offset;
      std::erase_if(content->records, [&](const auto& record) {
        return !record.second.key.empty() && newest[record.second.key] != record.first;
      });
      return;
    }
  }
}

// One life after another of a store with one log, beside its model.
class Run {
 public:
  explicit Run(uint64_t seed) : prng_(seed), seed_(seed) {
    options_.memory_bytes_max = 1 << 20;
    options_.wal_bytes_max = 1 << 20;
    world_ = std::make_unique<sim::SimEnv>(seed);
    open();
  }
  ~Run() { close(); }

  std::string failure;
  uint64_t crashes = 0;

  void random_command();
  void check_everything();
  // Cuts the power; what is left is compared.
  void cut_power();
  void allow_no_other_cuts() { cuts_ = false; }
  // In the middle of the nth change to the disk from now.
  void arm(uint64_t nth) { world_->file_system().crash_at(world_->file_system().io_count() + nth); }
  bool crashed() const { return world_->file_system().crashed(); }

 private:
  void open();
  void close() {
    reader_.reset();
    log_.reset();
    store_.reset();
  }
  void fail(const std::string& what) {
    if (failure.empty()) failure = text("seed ", seed_, ": ", what);
  }
  // True when it worked. A command that fails because the disk is gone is the last of its life.
  bool worked(const Status& status, const char* what) {
    if (status.ok()) return true;
    if (!crashed()) fail(std::string(what) + ": " + status.to_string());
    return false;
  }
  void done(Effect effect, bool confirmed) {
    apply(effect, &content_);
    effects_.push_back(std::move(effect));
    if (confirmed) confirmed_ = effects_.size();
  }
  Durability some_durability() {
    return prng_.below(3) == 0 ? Durability::kSync : Durability::kAsync;
  }
  uint64_t some_offset() { return prng_.below(handed_out_ + 3); }

  void append();
  void trim();
  void commit_consumer();
  void compact();
  void read_range();
  void read_on();
  void seek();
  void reopen();
  Content look();
  bool expect_records(const Records& records, uint64_t from);

  Prng prng_;
  const uint64_t seed_;
  store::Options options_;
  std::unique_ptr<sim::SimEnv> world_;
  std::shared_ptr<store::Store> store_;
  std::unique_ptr<Handle> log_;
  std::unique_ptr<Reader> reader_;
  uint64_t position_ = 0;
  Records records_;

  Content base_;     // at the beginning of this life
  Content content_;  // now
  std::vector<Effect> effects_;
  size_t confirmed_ = 0;
  uint64_t handed_out_ = 0;  // offsets below may have been
  bool cuts_ = true;
};

void Run::open() {
  Result<std::shared_ptr<store::Store>> opened = store::Store::open(world_->env(), kUrl, options_);
  if (!opened.ok()) return (void)worked(opened.status(), "open");
  store_ = opened.take();
  OpenOptions options;
  options.retention.age_ms = 0;
  Result<std::unique_ptr<Handle>> log = Handle::open(store_, "l", options);
  if (!log.ok()) return (void)worked(log.status(), "open the log");
  log_ = log.take();
  ReaderOptions anonymous;
  Result<std::unique_ptr<Reader>> reader = Reader::open(*log_, anonymous);
  if (!reader.ok()) return (void)worked(reader.status(), "open a reader");
  reader_ = reader.take();
  position_ = 0;
  (void)reader_->position(&position_).ok();
}

void Run::append() {
  AppendOptions options;
  options.durability = some_durability();
  const std::string key = prng_.below(2) == 0 ? "" : "k" + std::to_string(prng_.below(4));
  options.key = key;
  const size_t count = 1 + prng_.below(5);
  const size_t padding = prng_.below(40) == 0 ? 70'000 : prng_.below(200);
  Effect effect;
  std::string data;
  std::vector<uint32_t> sizes;
  for (size_t i = 0; i < count; ++i) {
    Entry entry{text(prng_.next()) + std::string(padding, 'p'), key};
    sizes.push_back(static_cast<uint32_t>(entry.payload.size()));
    data += entry.payload;
    effect.entries.push_back(std::move(entry));
  }
  AppendResult result;
  const Status status = log_->append_many(as_bytes(data), sizes, options, &result);
  const bool ok = worked(status, "append");
  if (result.count == 0) return;
  if (result.offset < handed_out_)
    fail(text("offset ", result.offset, " was handed out before, up to ", handed_out_));
  effect.offset = result.offset;
  // A call that failed has told nobody its offsets.
  if (ok) handed_out_ = result.offset + result.count;
  done(std::move(effect), ok && options.durability == Durability::kSync);
}

void Run::trim() {
  Effect effect;
  effect.kind = Effect::Kind::kTrim;
  uint64_t next = 0;
  if (!worked(log_->next_offset(&next), "next offset")) return;
  effect.offset = std::min(prng_.below(8) == 0 ? next : some_offset() / 2, next);
  uint64_t count = 0;
  const bool ok = worked(log_->trim(effect.offset, &count), "trim");
  done(std::move(effect), ok);
}

void Run::commit_consumer() {
  ReaderOptions options;
  options.consumer = "c";
  Result<std::unique_ptr<Reader>> named = Reader::open(*log_, options);
  if (!content_.consumer) {
    // It is made at the earliest record. When that fails, it may be there or not.
    uint64_t first = 0;
    (void)log_->first_offset(&first).ok();
    Effect made;
    made.kind = Effect::Kind::kConsumer;
    made.offset = first;
    done(std::move(made), named.ok());
  }
  if (!named.ok()) return (void)worked(named.status(), "open a consumer");
  uint64_t next = 0;
  if (!worked(log_->next_offset(&next), "next offset")) return;
  Effect effect;
  effect.kind = Effect::Kind::kConsumer;
  effect.offset = prng_.below(next + 1);
  const Durability durability = some_durability();
  Level level = Level::kMemory;
  const bool ok = worked(named.value()->commit(effect.offset, durability, &level), "commit");
  done(std::move(effect), ok && durability == Durability::kSync);
}

void Run::compact() {
  uint64_t count = 0;
  Effect effect;
  effect.kind = Effect::Kind::kCompact;
  const bool ok = worked(log_->compact(&count), "compact");
  done(std::move(effect), ok);
}

// The records are those of the model from an offset on, none left out.
bool Run::expect_records(const Records& records, uint64_t from) {
  auto expected = content_.records.lower_bound(from);
  for (size_t i = 0; i < records.count(); ++i, ++expected) {
    const Record& record = records.at(i);
    if (expected == content_.records.end() || expected->first != record.offset ||
        as_text(record.payload()) != expected->second.payload) {
      fail(text("record ", record.offset, " is not what the model has from ", from));
      return false;
    }
  }
  return true;
}

void Run::read_range() {
  const uint64_t from = some_offset();
  uint64_t first = 0;
  const Status status =
      log_->read(from, 1 + prng_.below(20), prng_.below(100'000), &records_, &first);
  if (status.failed()) return (void)worked(status, "read");
  if (from < content_.trimmed) {
    if (status.code() != Code::kOutOfRange) fail(text("read of trimmed ", from));
  } else if (status.code() == Code::kEmpty) {
    if (content_.records.lower_bound(from) != content_.records.end())
      fail(text("nothing was read from ", from));
  } else if (expect_records(records_, from) && records_.count() == 0) {
    fail("an empty read");
  }
}

void Run::read_on() {
  ReadOptions options;
  options.count_max = 1 + prng_.below(10);
  options.bytes_max = prng_.below(200'000);
  uint64_t first = 0;
  const Status status = reader_->read(options, &records_, &first);
  if (status.failed()) return (void)worked(status, "reader");
  if (status.code() == Code::kOutOfRange) {
    if (position_ >= content_.trimmed) fail("out of range without a trim");
    position_ = first;
    return;
  }
  if (position_ < content_.trimmed && records_.count() != 0) fail("a trim was not told");
  if (status.code() == Code::kEmpty) {
    if (content_.records.lower_bound(position_) != content_.records.end())
      fail(text("the reader found nothing at ", position_));
    // It may have stepped over a gap.
    (void)reader_->position(&position_).ok();
    return;
  }
  if (!expect_records(records_, position_)) return;
  const uint64_t behind = records_.at(records_.count() - 1).offset + 1;
  position_ = behind;
  (void)reader_->position(&position_).ok();
  const auto skipped = content_.records.lower_bound(behind);
  if (position_ < behind || (skipped != content_.records.end() && skipped->first < position_))
    fail(text("the reader went from ", behind, " to ", position_));
}

void Run::seek() {
  position_ = some_offset();
  (void)worked(reader_->seek(Place::kOffset, static_cast<int64_t>(position_)), "seek");
}

Content Run::look() {
  Content found;
  Statistics statistics;
  if (!worked(log_->stats(&statistics), "stats")) return found;
  found.trimmed = statistics.trimmed_offset;
  ConsumerStatistics consumer;
  if (log_->consumer("c", &consumer).ok()) found.consumer = consumer.offset;
  uint64_t first = 0;
  for (uint64_t from = statistics.first_offset;;) {
    const Status status = log_->read(from, 50, 1 << 20, &records_, &first);
    if (status.code() == Code::kEmpty || !worked(status, "read")) break;
    for (size_t i = 0; i < records_.count(); ++i) {
      const format::Properties* properties = records_.properties(i).take();
      found.records[records_.at(i).offset] = {std::string(as_text(records_.at(i).payload())),
                                              properties == nullptr ? "" : properties->key};
    }
    from = records_.at(records_.count() - 1).offset + 1;
  }
  if (found.records.size() != statistics.record_count)
    fail(text(uint64_t{found.records.size()}, " records, counted ", statistics.record_count));
  return found;
}

void Run::check_everything() {
  if (!failure.empty() || crashed() || !log_) return;
  const Content found = look();
  if (!crashed() && !(found == content_)) {
    fail(text("the log has ", uint64_t{found.records.size()}, " records, trimmed at ",
              found.trimmed, "; the model ", uint64_t{content_.records.size()}, " and ",
              content_.trimmed));
  }
}

void Run::reopen() {
  close();
  open();
  if (crashed()) return;
  base_ = content_;
  effects_.clear();
  confirmed_ = 0;
}

void Run::cut_power() {
  ++crashes;
  if (!crashed()) world_->file_system().crash_now();
  const sim::LossMode modes[] = {sim::LossMode::kNothing, sim::LossMode::kEverything,
                                 sim::LossMode::kRandom, sim::LossMode::kRandomStrict};
  std::unique_ptr<sim::SimFileSystem> disk =
      world_->file_system().after_power_cut(prng_.next(), modes[prng_.below(4)]);
  close();
  world_ = std::make_unique<sim::SimEnv>(std::move(disk), prng_.next());
  open();
  if (!log_) return fail("cannot be opened after a cut");
  const Content found = look();
  Content possible = base_;
  bool fits = false;
  for (size_t i = 0; i <= effects_.size() && !fits; ++i) {
    fits = i >= confirmed_ && possible == found;
    if (i < effects_.size()) apply(effects_[i], &possible);
  }
  if (!fits) {
    fail(text("no prefix of the commits is what was found: ", uint64_t{found.records.size()},
              " records, trimmed ", found.trimmed, ", consumer ", found.consumer.value_or(999'999),
              "; the model has ", uint64_t{content_.records.size()}, ", ", content_.trimmed, ", ",
              content_.consumer.value_or(999'999), "; ", uint64_t{confirmed_}, " of ",
              uint64_t{effects_.size()}, " commits were confirmed"));
  }
  base_ = content_ = found;
  effects_.clear();
  confirmed_ = 0;
}

void Run::random_command() {
  if (!failure.empty()) return;
  if (crashed() || !reader_) return cut_power();
  const uint64_t choice = prng_.below(cuts_ ? 100 : 96);
  if (choice < 45) {
    append();
  } else if (choice < 60) {
    read_range();
  } else if (choice < 75) {
    read_on();
  } else if (choice < 78) {
    seek();
  } else if (choice < 82) {
    trim();
  } else if (choice < 87) {
    commit_consumer();
  } else if (choice < 89) {
    compact();
  } else if (choice < 92) {
    (void)worked(store_->checkpoint(), "checkpoint");
  } else if (choice < 94) {
    world_->executor().run_for_ms(static_cast<int64_t>(prng_.below(300)));
  } else if (choice < 96) {
    reopen();
  } else if (choice < 98) {
    arm(1 + prng_.below(30));
  } else {
    cut_power();
  }
}

constexpr int kCommands = 100;

void run_sequences(uint64_t first, uint64_t count) {
  uint64_t crashes = 0;
  for (uint64_t seed = first; seed < first + count; ++seed) {
    Run run(seed);
    for (int i = 0; i < kCommands; ++i) run.random_command();
    run.check_everything();
    run.cut_power();
    crashes += run.crashes;
    ASSERT_EQ(run.failure, "");
  }
  std::printf("%llu sequences of %d commands, %llu power cuts\n",
              static_cast<unsigned long long>(count), kCommands,
              static_cast<unsigned long long>(crashes));
}

TEST(LogModel, replay) {
  const char* const seed = std::getenv("WEIR_SEED");
  if (seed == nullptr) GTEST_SKIP() << "WEIR_SEED is not set";
  run_sequences(std::strtoull(seed, nullptr, 10), 1);
}
TEST(LogModel, random_commands) { run_sequences(1, 200); }
TEST(LogModelSlow, random_commands) { run_sequences(10'000, 2000); }

// One workload, cut at every I/O point.
void cut_everywhere(uint64_t workload_seed, uint64_t stride) {
  uint64_t point = 1;
  for (bool reached = true; reached; point += stride) {
    Run run(workload_seed);
    run.allow_no_other_cuts();
    run.arm(point);
    for (int i = 0; i < 60 && !run.crashed(); ++i) run.random_command();
    reached = run.crashed();
    run.cut_power();
    run.check_everything();
    ASSERT_EQ(run.failure, "") << "I/O point " << point;
  }
  std::printf("workload %llu: %llu I/O points\n", static_cast<unsigned long long>(workload_seed),
              static_cast<unsigned long long>(point / stride));
}

TEST(LogCrash, every_io_point) {
  for (uint64_t seed = 1; seed <= 4; ++seed) cut_everywhere(seed, 1);
}
TEST(LogCrashSlow, every_io_point) {
  for (uint64_t seed = 100; seed < 160; ++seed) cut_everywhere(seed, 1);
}

}  // namespace

}  // namespace weir::log
