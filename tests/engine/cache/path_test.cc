#include "engine/cache/path.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/engine/cache/samples.h"

namespace weir::cache {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

std::vector<std::string> names(std::string_view text) { return Path::parse(text).take().names(); }
std::string refusal(std::string_view text) {
  return std::string(Path::parse(text).status().message());
}

TEST(Path, SplitsAtDots) {
  EXPECT_THAT(names("a"), ElementsAre("a"));
  EXPECT_THAT(names("a.b.c"), ElementsAre("a", "b", "c"));
  EXPECT_THAT(names("a\\.b.c"), ElementsAre("a.b", "c"));
  EXPECT_THAT(names("a\\\\.b"), ElementsAre("a\\", "b"));
  EXPECT_THAT(names("\\or"), ElementsAre("or"));
  EXPECT_TRUE(Path::parse("\\a").value() == Path::parse("a").value());
  EXPECT_EQ(Path::parse("a\\.b").value().text(), "a\\.b");
}

TEST(Path, RefusesByName) {
  EXPECT_THAT(refusal(""), HasSubstr("is empty"));
  for (const char* path : {".", "a.", ".a", "a..b"})
    EXPECT_THAT(refusal(path), HasSubstr("has an empty name"));
  EXPECT_THAT(refusal("a\\"), HasSubstr("ends with a backslash"));
  EXPECT_THAT(refusal(std::string(256, 'x')), HasSubstr("a name above 255 bytes"));
  EXPECT_THAT(refusal(std::string(1025, 'x')), HasSubstr("has 1025 bytes; at most 1024"));
  std::string deep = "a";
  for (int i = 0; i < 64; ++i) deep += ".a";
  EXPECT_THAT(refusal(deep), HasSubstr("has 65 names; documents are 64 deep"));
}

TEST(Path, SeesTheValueAndTheElementsOfLists) {
  const auto document = samples::stored(R"({"x":{"y":[1,[2,{"y":3}],{"z":4}]},"a.b":5})");
  const auto see = [&](std::string_view text) {
    format::DocumentView view;
    EXPECT_TRUE(format::DocumentView::open(document, &view));
    std::string seen;
    bool bad = false;
    const bool stopped =
        Path::parse(text).value().visit(view, &bad, [&](const format::ValueView& value) {
          seen +=
              value.type() == format::ValueType::kInt ? to_text(value.as_int()) : std::string("c");
          return false;
        });
    EXPECT_FALSE(stopped);
    EXPECT_FALSE(bad);
    return seen;
  };
  EXPECT_EQ(see("x.y"), "c1c2cc");
  EXPECT_EQ(see("x.y.z"), "4");
  EXPECT_EQ(see("x.y.y"), "3");
  EXPECT_EQ(see("a\\.b"), "5");
  EXPECT_EQ(see("a.b"), "");
  EXPECT_EQ(see("x.q"), "");
}

}  // namespace
}  // namespace weir::cache
