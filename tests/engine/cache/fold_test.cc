#include "engine/cache/fold.h"

#include <gtest/gtest.h>

namespace weir::cache {
namespace {

TEST(Fold, LettersOfTheScriptsItKnows) {
  EXPECT_EQ(fold_text("AZaz09[]"), "azaz09[]");
  EXPECT_EQ(fold_text("ÀÖØÞß×÷ÿµ"), "àöøþß×÷ÿμ");
  EXPECT_EQ(fold_text("ĀŁŊŸŽſİıĸ"), "āłŋÿžsİıĸ");
  EXPECT_EQ(fold_text("ΑΣΩΆΈΌΎΏσς"), "ασωάέόύώσσ");
  EXPECT_EQ(fold_text("ЀЯѠҊӀӁӐԱՖ"), "ѐяѡҋӏӂӑաֆ");
  EXPECT_EQ(fold_text("ḀẔẞẠỸ"), "ḁẕßạỹ");
  EXPECT_EQ(fold_text("日本語😀"), "日本語😀");
  EXPECT_EQ(fold_text("\xC3"), "\xC3");
}

TEST(Fold, FoldingTwiceChangesNothing) {
  for (uint32_t point = 0; point <= 0x2FFF; ++point)
    ASSERT_EQ(fold(fold(point)), fold(point)) << point;
}

TEST(Fold, ComparesAsTheFoldedTextsWould) {
  const std::string texts[] = {"", "a", "A", "ab", "AB", "b", "É", "é", "Éa", "z", "Мир", "\xC3"};
  for (const std::string& one : texts) {
    for (const std::string& other : texts) {
      const std::string folded = fold_text(other);
      const int order = compare_folded(one, folded);
      const int expected = fold_text(one).compare(folded);
      EXPECT_EQ(order < 0, expected < 0) << one << " " << other;
      EXPECT_EQ(order > 0, expected > 0) << one << " " << other;
      EXPECT_EQ(starts_with_folded(one, folded), fold_text(one).starts_with(folded))
          << one << " " << other;
    }
  }
}

TEST(Fold, StopsSoonAfterItsLimit) {
  std::string out;
  fold_text(std::string(1000, 'A'), 64, &out);
  EXPECT_EQ(out, std::string(64, 'a'));
}

}  // namespace
}  // namespace weir::cache
