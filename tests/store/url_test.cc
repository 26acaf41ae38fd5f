#include <gtest/gtest.h>

#include "store/options.h"

namespace weir::store {
namespace {

std::string path_of(std::string_view url) {
  const Result<Url> parsed = parse_url(url);
  EXPECT_TRUE(parsed.ok()) << parsed.status().to_string();
  if (!parsed.ok()) return "";
  EXPECT_EQ(parsed.value().scheme, Url::Scheme::kFile);
  return parsed.value().path;
}

Code code_of(std::string_view url) { return parse_url(url).status().code(); }

TEST(ParseUrl, memory_has_nothing_behind_it) {
  EXPECT_EQ(parse_url("mem:").value().scheme, Url::Scheme::kMemory);
  EXPECT_EQ(code_of("mem:x"), Code::kInvalidArgument);
}

TEST(ParseUrl, a_file_is_a_path_with_or_without_its_scheme) {
  EXPECT_EQ(path_of("file:/a/b"), "/a/b");
  EXPECT_EQ(path_of("/a/b"), "/a/b");
  EXPECT_EQ(path_of("relative"), "relative");
  EXPECT_EQ(path_of("./with:colon"), "./with:colon");
  EXPECT_EQ(path_of("/a:b"), "/a:b");
}

TEST(ParseUrl, other_schemes_are_not_supported) {
  EXPECT_EQ(code_of("s3:bucket"), Code::kUnsupported);
  EXPECT_EQ(code_of("FILE:/a"), Code::kUnsupported);
}

TEST(ParseUrl, empty_ones_are_refused) {
  EXPECT_EQ(code_of(""), Code::kInvalidArgument);
  EXPECT_EQ(code_of("file:"), Code::kInvalidArgument);
}

TEST(ParseUrl, a_path_has_at_most_4095_bytes) {
  EXPECT_EQ(path_of(std::string(4095, 'p')).size(), 4095U);
  EXPECT_EQ(code_of(std::string(4096, 'p')), Code::kInvalidArgument);
}

}  // namespace
}  // namespace weir::store
