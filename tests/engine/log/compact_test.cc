#include "tests/engine/log/fixture.h"

namespace weir::log {

namespace {

class CompactTest : public LogTest {
 protected:
  uint64_t compact() {
    uint64_t count = 0;
    const Status status = log_->compact(&count);
    EXPECT_TRUE(status.ok()) << status.to_string();
    return count;
  }
};

TEST_F(CompactTest, OfEachKeyTheNewestStaysAtItsOffset) {
  for (int i = 0; i < 20; ++i) append(std::to_string(i), with_key(i % 2 == 0 ? "even" : "odd"));
  append("keyless");
  append("other", with_key("other"));
  EXPECT_EQ(compact(), 18u);
  for (const bool power_cut : {false, true}) {
    EXPECT_EQ(read(0), Code::kOk) << "compacted records are stepped over";
    EXPECT_THAT(texts(), ElementsAre("18", "19", "keyless", "other"));
    EXPECT_THAT(offsets(), ElementsAre(18u, 19u, 20u, 21u));
    EXPECT_EQ(stats().record_count, 4u);
    power_cut ? crash() : checkpoint();
  }
  EXPECT_EQ(compact(), 0u);
}

TEST_F(CompactTest, InTheMiddleOfAReadersWay) {
  append("a0", with_key("a"));
  append("x");
  append("a1", with_key("a"));
  append("y");
  append("a2", with_key("a"));
  const std::unique_ptr<Reader> reader = open_reader();
  EXPECT_EQ(next_texts(*reader, 2), (std::vector<std::string>{"a0", "x"}));
  EXPECT_EQ(compact(), 2u);
  EXPECT_EQ(next_texts(*reader, 10), (std::vector<std::string>{"y", "a2"}));
  EXPECT_EQ(text_at(2), "none");
  EXPECT_EQ(text_at(3), "y");
}

TEST_F(CompactTest, ManyKeysOverManyChunksAndFiles) {
  constexpr int kCount = 5000;
  for (int i = 0; i < kCount; ++i)
    append(std::to_string(i) + std::string(100, '.'), [&] {
      AppendOptions options = async();
      static std::string key;
      key = std::to_string(i % 700);
      options.key = key;
      return options;
    }());
  checkpoint();
  EXPECT_EQ(compact(), static_cast<uint64_t>(kCount - 700));
  checkpoint();
  reopen();
  const std::unique_ptr<Reader> reader = open_reader();
  const std::vector<std::string> left = drain(*reader);
  ASSERT_EQ(left.size(), 700u);
  for (size_t i = 0; i < left.size(); ++i)
    EXPECT_EQ(left[i], std::to_string(kCount - 700 + static_cast<int>(i)) + std::string(100, '.'));
}

TEST_F(CompactTest, OffsetsByTimeStepOverWhatIsGone) {
  for (int64_t i = 0; i < 10; ++i) {
    AppendOptions options = at_time(100 + i);
    options.key = i < 8 ? "k" : "";
    append(std::to_string(i), options);
  }
  EXPECT_EQ(compact(), 7u);
  uint64_t offset = 0;
  ASSERT_TRUE(log_->offset_for_time(103, &offset).ok());
  EXPECT_EQ(offset, 7u);
  ASSERT_TRUE(log_->offset_for_time(108, &offset).ok());
  EXPECT_EQ(offset, 8u);
}

}  // namespace

}  // namespace weir::log
