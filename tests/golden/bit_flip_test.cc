// One bit of every byte that holds something (RELIABILITY.md, A5): never a crash, never a wrong byte delivered, and in a
// store that was closed in order never a silent loss.
#include <cstdint>
#include <set>
#include <sstream>

#include "tests/golden/fixture.h"

namespace weir::golden {
namespace {

uint64_t mix(uint64_t value) {
  value = (value ^ (value >> 30)) * 0xbf58476d1ce4e5b9ull;
  value = (value ^ (value >> 27)) * 0x94d049bb133111ebull;
  return value ^ (value >> 31);
}

class SlowBitFlip : public GoldenTest {
 protected:
  struct Figures {
    uint64_t flips = 0, harmless = 0, reported = 0, shorter = 0;
  };

  // Runs `look` with one bit flipped at a time. Zeros are sampled: most of a log slot and of a manifest is that.
  template <typename Look>
  void for_each_flip(const std::string& store, uint64_t step, Look look) {
    for (const auto& [name, bytes] : contents(store)) {
      const std::string path = store + "/" + name;
      std::fstream file(path, std::ios::binary | std::ios::in | std::ios::out);
      uint64_t zeros = 0;
      for (size_t at = 0; at < bytes.size() && !HasFailure(); ++at) {
        zeros = bytes[at] == 0 ? zeros + 1 : 0;
        if (zeros > 64 && at % 509 != 0) continue;
        if (mix(at * 31 + bytes.size()) % step != 0) continue;
        const auto bit = static_cast<int>(mix(at) & 7);
        const char flipped = static_cast<char>(bytes[at] ^ (1 << bit));
        file.seekp(static_cast<std::streamoff>(at)).write(&flipped, 1).flush();
        SCOPED_TRACE(name + ", offset " + std::to_string(at) + ", bit " + std::to_string(bit));
        look(path);
        file.seekp(static_cast<std::streamoff>(at)).write(&bytes[at], 1).flush();
      }
    }
  }
  static void print(const char* what, const Figures& figures) {
    printf("bit flips, %s: %llu, harmless %llu, reported %llu, a shorter tail %llu\n", what,
           static_cast<unsigned long long>(figures.flips),
           static_cast<unsigned long long>(figures.harmless),
           static_cast<unsigned long long>(figures.reported),
           static_cast<unsigned long long>(figures.shorter));
  }
  static bool is_report(weir_status status) {
    return status == WEIR_E_CORRUPT || status == WEIR_E_FORMAT_TOO_NEW ||
           status == WEIR_E_UNSUPPORTED;
  }
  // Lines about messages, without what a lost tail changes.
  static std::set<std::string> messages_of(const std::string& dump) {
    std::set<std::string> lines;
    std::istringstream in(dump);
    std::string queue;
    for (std::string line; std::getline(in, line);) {
      if (line.rfind("queue", 0) == 0) queue = line.substr(0, line.find("' kind"));
      const size_t at = line.find(", at ");
      if (at != std::string::npos) lines.insert(queue + line.substr(0, at));
    }
    return lines;
  }
};

TEST_F(SlowBitFlip, clean_store_reports_or_is_complete) {
  const std::string store = unpack("clean");
  const std::string good = expected("clean");
  Figures figures;
  for_each_flip(store, 1, [&](const std::string&) {
    const Dump dump = dump_store(store, true);
    ++figures.flips;
    if (dump.status == WEIR_OK) {
      ++figures.harmless;
      ASSERT_EQ(dump.text, good);
    } else {
      ++figures.reported;
      ASSERT_TRUE(is_report(dump.status)) << weir_status_name(dump.status) << dump.message;
      ASSERT_FALSE(dump.message.empty());
    }
  });
  print("closed in order", figures);
  EXPECT_GT(figures.reported, figures.harmless / 4);
}

TEST_F(SlowBitFlip, unclean_store_delivers_nothing_wrong) {
  const std::string store = unpack("unclean");
  const std::string good = expected("unclean");
  const std::set<std::string> known = messages_of(good);
  Figures figures;
  for_each_flip(store, 1, [&](const std::string&) {
    const Dump dump = dump_store(store, true);
    ++figures.flips;
    if (dump.status != WEIR_OK) {
      ++figures.reported;
      ASSERT_TRUE(is_report(dump.status)) << weir_status_name(dump.status) << dump.message;
      return;
    }
    ++(dump.text == good ? figures.harmless : figures.shorter);
    // What the last group did may be undone: a message gone, or an acknowledged one there again; never a wrong byte.
    for (const std::string& line : messages_of(dump.text))
      ASSERT_TRUE(known.count(line) != 0 || dump.text != good) << line;
  });
  print("as a crash left it", figures);
}

// A sample of the same with an open that recovers and writes.
TEST_F(SlowBitFlip, recovery_of_a_damaged_store_delivers_nothing_wrong) {
  const std::string store = unpack("unclean");
  const std::string copy = directory_ + "/copy";
  Figures figures;
  for_each_flip(store, 17, [&](const std::string&) {
    std::filesystem::copy(store, copy, std::filesystem::copy_options::recursive);
    const Dump dump = dump_store(copy, false);
    const auto after = contents(copy);
    ++figures.flips;
    if (dump.status == WEIR_OK) {
      ++figures.harmless;
      const Dump again = dump_store(copy, false);
      ASSERT_EQ(again.status, WEIR_OK) << again.message;
      ASSERT_EQ(messages_of(again.text), messages_of(dump.text));
    } else {
      ++figures.reported;
      ASSERT_TRUE(is_report(dump.status)) << weir_status_name(dump.status) << dump.message;
    }
    std::filesystem::remove_all(copy);
  });
  print("with recovery", figures);
}

}  // namespace
}  // namespace weir::golden
