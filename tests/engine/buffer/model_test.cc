// Random commands on a buffer and on a std::map that does the same without any cleverness: every answer, every count and
// every remaining time must agree, whoever sweeps and whenever.
#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <map>
#include <sstream>

#include "tests/engine/buffer/fixture.h"

namespace weir::buffer {
namespace {

struct Command {
  enum Kind : uint8_t {
    kSet,
    kSetIfAbsent,
    kGet,
    kPeek,
    kCopy,
    kTake,
    kRemove,
    kTouch,
    kRemaining,
    kCount,
    kClear,
    kPass,
    kRun,
    kJumpWall,
    kHold,
    kDrop,
    kReopen,
    kKindCount
  };
  Kind kind = kSet;
  uint32_t key = 0;
  uint32_t number = 0;  // size, time or whatever the kind wants
};

std::ostream& operator<<(std::ostream& out, const Command& command) {
  return out << "{" << int{command.kind} << ", " << command.key << ", " << command.number << "}";
}

class Model {
 public:
  explicit Model(const Options& options) : options_(options) {}

  struct Entry {
    std::string value;
    int64_t deadline_ns;
    int64_t expiry_ms;
  };
  Entry* find(const std::string& key, int64_t now_ns) {
    const auto found = entries_.find(key);
    if (found == entries_.end() || found->second.deadline_ns <= now_ns) return nullptr;
    return &found->second;
  }
  void set(const std::string& key, std::string value, int64_t expiry_ms, int64_t now_ns) {
    const int64_t lives_ms = expiry_ms == 0 ? options_.expiry_ms : expiry_ms;
    entries_[key] = {std::move(value), now_ns + lives_ms * kMs, lives_ms};
  }
  void erase(const std::string& key) { entries_.erase(key); }
  void clear() { entries_.clear(); }
  uint64_t count(int64_t now_ns) const {
    uint64_t sum = 0;
    for (const auto& [key, entry] : entries_) sum += entry.deadline_ns > now_ns ? 1U : 0U;
    return sum;
  }
  // What a snapshot does: time stands still between the two.
  void keep(int64_t closed_ns, int64_t opened_ns, bool snapshot) {
    std::map<std::string, Entry> kept;
    for (auto& [key, entry] : entries_) {
      if (!snapshot || entry.deadline_ns <= closed_ns) continue;
      entry.deadline_ns += opened_ns - closed_ns;
      kept.emplace(key, std::move(entry));
    }
    entries_ = std::move(kept);
  }

 private:
  const Options options_;
  std::map<std::string, Entry> entries_;
};

class ModelRun : public BufferTest {
 public:
  ModelRun(const Options& options, bool file) : model_(options), file_(file) {
    options_ = options;
    open_it();
  }
  ~ModelRun() override {
    for (auto& [item, value] : held_) {
      EXPECT_EQ(as_text(item->value()), value);
      Item::give_back(item);
    }
  }
  void TestBody() override {}  // NOLINT(readability-identifier-naming): theirs

  bool run(const Command& command) {
    const std::string key = key_text(command.key);
    const int64_t now_ns = world_->clock().monotonic_ns();
    Model::Entry* entry = model_.find(key, now_ns);
    switch (command.kind) {
      case Command::kSet:
      case Command::kSetIfAbsent:
        return run_set(command, key, entry);
      case Command::kGet:
        if (entry != nullptr) entry->deadline_ns = now_ns + entry->expiry_ms * kMs;
        return get(key) == (entry == nullptr ? "-" : entry->value);
      case Command::kPeek:
        return peek(key) == (entry == nullptr ? "-" : entry->value);
      case Command::kCopy:
        return run_copy(command, key, entry);
      case Command::kTake: {
        const std::string expected = entry == nullptr ? "-" : entry->value;
        model_.erase(key);
        return take(key) == expected;
      }
      case Command::kRemove:
        model_.erase(key);
        return remove(key) == (entry == nullptr ? Code::kNotFound : Code::kOk);
      case Command::kTouch: {
        const int64_t expiry_ms = command.number % 3 == 0 ? 0 : 1 + command.number % 5000;
        if (entry != nullptr && expiry_ms != 0) entry->expiry_ms = expiry_ms;
        if (entry != nullptr) entry->deadline_ns = now_ns + entry->expiry_ms * kMs;
        return touch(key, expiry_ms) == (entry == nullptr ? Code::kNotFound : Code::kOk);
      }
      case Command::kRemaining:
        return remaining_ns(key) == (entry == nullptr ? -1 : entry->deadline_ns - now_ns);
      case Command::kCount:
        return count() == model_.count(now_ns);
      case Command::kClear: {
        uint64_t cleared = 0;
        model_.clear();
        return table().clear(owner(), &cleared).ok() && count() == 0;
      }
      case Command::kPass:
        pass_ns(int64_t{command.number} * (command.key % 2 == 0 ? 1000 : kMs));
        return true;
      case Command::kRun:
        run_ms(command.number % 3000);
        return true;
      case Command::kJumpWall:
        world_->clock().jump_wall_ns((int64_t{command.number} - 2000) * 3'600'000 * kMs);
        return true;
      case Command::kHold:
        return run_hold(key, entry);
      case Command::kDrop:
        return run_drop();
      case Command::kReopen:
        return run_reopen(now_ns);
      case Command::kKindCount:
        break;
    }
    return false;
  }
  bool agrees() { return count() == model_.count(world_->clock().monotonic_ns()); }

 private:
  static std::string key_text(uint32_t number) {
    // Some keys are long; a few share their beginning.
    return std::string(number % 5 == 0 ? 30 : 1, 'k') + std::to_string(number % 24);
  }
  void open_it() { open(file_ ? kFileUrl : "mem:"); }
  bool run_set(const Command& command, const std::string& key, const Model::Entry* entry) {
    const bool only_if_absent = command.kind == Command::kSetIfAbsent;
    const int64_t expiry_ms = command.number % 4 == 0 ? 1 + command.number % 2500 : 0;
    const size_t sizes[] = {0, 1, 10, 64, 65, 1000, 4096, 5000};
    const std::string value(sizes[command.number % 8],
                            static_cast<char>('a' + command.number % 26));
    const Code code =
        buffer_->set(as_bytes(key), as_bytes(value), {expiry_ms}, only_if_absent).code();
    if (only_if_absent && entry != nullptr) return code == Code::kDuplicate;
    model_.set(key, value, expiry_ms, world_->clock().monotonic_ns());
    return code == Code::kOk;
  }
  bool run_copy(const Command& command, const std::string& key, Model::Entry* entry) {
    std::vector<uint8_t> into(command.number % 1200);
    size_t bytes = 0;
    const Code code = table().copy(owner(), as_bytes(key), true, into, &bytes).code();
    if (entry == nullptr) return code == Code::kNotFound;
    if (bytes != entry->value.size()) return false;
    if (entry->value.size() > into.size()) return code == Code::kBufferTooSmall;
    entry->deadline_ns = world_->clock().monotonic_ns() + entry->expiry_ms * kMs;
    return code == Code::kOk && as_text(ByteView(into).first(bytes)) == entry->value;
  }
  bool run_hold(const std::string& key, const Model::Entry* entry) {
    Item* item = nullptr;
    const Code code = table().get(owner(), as_bytes(key), false, &item).code();
    if (entry == nullptr) return code == Code::kNotFound;
    held_.emplace_back(item, entry->value);
    return code == Code::kOk;
  }
  bool run_drop() {
    if (held_.empty()) return true;
    const auto [item, value] = held_.back();
    held_.pop_back();
    const bool same = as_text(item->value()) == value;
    Item::give_back(item);
    return same;
  }
  bool run_reopen(int64_t closed_ns) {
    close();
    pass_ms(500);
    open_it();
    model_.keep(closed_ns, world_->clock().monotonic_ns(), file_ && options_.snapshot);
    return true;
  }

  Model model_;
  const bool file_;
  std::vector<std::pair<Item*, std::string>> held_;
};

rc::Gen<Command> any_command() {
  return rc::gen::map(
      rc::gen::tuple(rc::gen::inRange<int>(0, 100), rc::gen::inRange<uint32_t>(0, 24),
                     rc::gen::inRange<uint32_t>(0, 4000)),
      [](const std::tuple<int, uint32_t, uint32_t>& drawn) {
        const auto& [dice, key, number] = drawn;
        // The rare ones in the last tenth.
        const int common = Command::kCount + 1;
        const int kind =
            dice < 50   ? dice % common
            : dice < 65 ? Command::kSet
            : dice < 80 ? Command::kPass
            : dice < 90 ? Command::kRun
                        : Command::kClear + (dice - 90) % (Command::kKindCount - Command::kClear);
        return Command{static_cast<Command::Kind>(kind), key, number};
      });
}

void check_sequence(const std::vector<Command>& commands, const Options& options, bool file) {
  ModelRun run(options, file);
  for (size_t i = 0; i < commands.size(); ++i) {
    if (!run.run(commands[i])) RC_FAIL("command " + std::to_string(i) + " disagrees");
    if (i % 10 == 9) RC_ASSERT(run.agrees());
  }
  RC_ASSERT(run.agrees());
}

// 2,000 sequences of 100 commands, over the two tests, unless RC_PARAMS says otherwise.
TEST(BufferModel, agrees_with_a_map) {
  rc::detail::TestParams params = rc::detail::configuration().testParams;
  params.maxSuccess = 1600;
  const auto result = rc::detail::checkTestable(
      [] {
        const auto commands = *rc::gen::container<std::vector<Command>>(100, any_command());
        Options options;
        options.tick_ms = *rc::gen::element<uint32_t>(1, 10, 1000);
        options.expiry_ms = *rc::gen::element<int64_t>(1, 100, 2000, 100'000);
        options.policy = *rc::gen::element(Policy::kReject, Policy::kEvict);
        options.events_max = *rc::gen::element<uint32_t>(0, 5);
        check_sequence(commands, options, false);
      },
      rc::detail::TestMetadata(), params);
  std::ostringstream report;
  rc::detail::printResultMessage(result, report);
  EXPECT_TRUE(result.template is<rc::detail::SuccessResult>()) << report.str();
}

TEST(BufferModel, agrees_with_a_map_through_snapshots) {
  rc::detail::TestParams params = rc::detail::configuration().testParams;
  params.maxSuccess = 400;
  const auto result = rc::detail::checkTestable(
      [] {
        const auto commands = *rc::gen::container<std::vector<Command>>(100, any_command());
        Options options;
        options.tick_ms = 10;
        options.expiry_ms = 2000;
        options.snapshot = true;
        check_sequence(commands, options, true);
      },
      rc::detail::TestMetadata(), params);
  std::ostringstream report;
  rc::detail::printResultMessage(result, report);
  EXPECT_TRUE(result.template is<rc::detail::SuccessResult>()) << report.str();
}

}  // namespace
}  // namespace weir::buffer
