#include "engine/cache/merge.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/engine/cache/samples.h"
#include "tests/format/document_samples.h"

namespace weir::cache {
namespace {

using samples::Json;
using samples::stored;
using samples::to_json;
using testing::HasSubstr;

std::string merged(std::string_view document, std::string_view patch,
                   const std::vector<std::string>& protected_names = {}) {
  format::DocumentWriter writer;
  const auto result =
      merge_patch(stored(document), stored(patch), protected_names, 1u << 20, &writer);
  return result.ok() ? to_json(result.value()) : std::string(result.status().message());
}

// The examples of RFC 7396, Appendix A, whose both sides are objects.
TEST(Merge, ExamplesOfTheStandard) {
  EXPECT_EQ(merged(R"({"a":"b"})", R"({"a":"c"})"), R"({"a":"c"})");
  EXPECT_EQ(merged(R"({"a":"b"})", R"({"b":"c"})"), R"({"a":"b","b":"c"})");
  EXPECT_EQ(merged(R"({"a":"b"})", R"({"a":null})"), "{}");
  EXPECT_EQ(merged(R"({"a":"b","b":"c"})", R"({"a":null})"), R"({"b":"c"})");
  EXPECT_EQ(merged(R"({"a":["b"]})", R"({"a":"c"})"), R"({"a":"c"})");
  EXPECT_EQ(merged(R"({"a":"c"})", R"({"a":["b"]})"), R"({"a":["b"]})");
  EXPECT_EQ(merged(R"({"a":{"b":"c"}})", R"({"a":{"b":"d","c":null}})"), R"({"a":{"b":"d"}})");
  EXPECT_EQ(merged(R"({"a":[{"b":"c"}]})", R"({"a":[1]})"), R"({"a":[1]})");
  EXPECT_EQ(merged(R"({"e":null})", R"({"a":1})"), R"({"e":null,"a":1})");
  EXPECT_EQ(merged("{}", R"({"a":{"bb":{"ccc":null}}})"), R"({"a":{"bb":{}}})");
  EXPECT_EQ(merged(R"({"a":"foo"})", R"({"a":{"x":null,"y":[null]}})"), R"({"a":{"y":[null]}})");
}

Json merge_by_the_book(Json target, const Json& patch) {
  if (!patch.is_object()) return patch;
  if (!target.is_object()) target = Json::object();
  for (const auto& [name, value] : patch.items()) {
    if (value.is_null()) {
      target.erase(name);
    } else {
      target[name] = merge_by_the_book(target.contains(name) ? target.at(name) : Json(), value);
    }
  }
  return target;
}

TEST(Merge, RandomMergesAreTheStandardOnes) {
  format::DocumentWriter writer;
  for (uint64_t seed = 0; seed < 20000; ++seed) {
    Prng prng(seed);
    const Json document = samples::random_object(prng, 4);
    const Json patch = samples::random_object(prng, 4);
    const auto result =
        merge_patch(stored(document.dump()), stored(patch.dump()), {}, 1u << 20, &writer);
    ASSERT_TRUE(result.ok()) << seed;
    ASSERT_TRUE(format::check_document(result.value()).ok()) << seed;
    ASSERT_TRUE(samples::identical(Json::parse(to_json(result.value())),
                                   merge_by_the_book(document, patch)))
        << seed << "\n"
        << document << "\n"
        << patch << "\n"
        << to_json(result.value());
  }
}

TEST(Merge, ProtectedFieldsStay) {
  const std::vector<std::string> names = {"_id", "version"};
  EXPECT_EQ(merged(R"({"_id":"7","a":1})", R"({"a":2})", names), R"({"_id":"7","a":2})");
  EXPECT_EQ(merged(R"({"_id":"7","a":1})", R"({"_id":"7","a":2})", names), R"({"_id":"7","a":2})");
  EXPECT_EQ(merged(R"({"_id":"7"})", R"({"_id":"8"})", names),
            "the field \"_id\" cannot be changed");
  EXPECT_EQ(merged(R"({"_id":"7"})", R"({"_id":null})", names),
            "the field \"_id\" cannot be changed");
  EXPECT_EQ(merged(R"({"_id":"7"})", R"({"version":1})", names),
            "the field \"version\" cannot be changed");
  EXPECT_EQ(merged(R"({"_id":"7"})", R"({"version":null})", names), R"({"_id":"7"})");
  EXPECT_EQ(merged(R"({"a":{"_id":"7"}})", R"({"a":{"_id":"8"}})", names), R"({"a":{"_id":"8"}})");
}

TEST(Merge, SizeAndDamageAreRefused) {
  format::DocumentWriter writer;
  const auto large = stored("{\"a\":\"" + std::string(600, 'x') + "\"}");
  const auto patch = stored("{\"b\":\"" + std::string(600, 'x') + "\"}");
  EXPECT_EQ(merge_patch(large, patch, {}, 1000, &writer).status().code(), Code::kTooLarge);
  EXPECT_EQ(merge_patch(ByteView(large).first(64), patch, {}, 1000, &writer).status().code(),
            Code::kCorrupt);
  EXPECT_EQ(merge_patch(large, {}, {}, 1000, &writer).status().code(), Code::kCorrupt);
  const auto deep = format::samples::nested_lists(100000);
  EXPECT_FALSE(merge_patch(deep, patch, {}, 1u << 20, &writer).ok());
  EXPECT_FALSE(merge_patch(patch, deep, {}, 1u << 20, &writer).ok());
  Prng prng(5);
  for (int i = 0; i < 20000; ++i) {
    samples::Bytes one = stored(samples::random_object(prng, 3).dump());
    samples::Bytes other = stored(samples::random_object(prng, 3).dump());
    samples::Bytes& damaged = prng.one_in(2) ? one : other;
    damaged[prng.below(damaged.size())] ^= static_cast<uint8_t>(1u << prng.below(8));
    const auto result = merge_patch(one, other, {}, 1u << 20, &writer);
    EXPECT_TRUE(!result.ok() || format::check_document(result.value()).ok());
  }
}

}  // namespace
}  // namespace weir::cache
