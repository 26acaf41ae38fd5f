#include "engine/cache/json.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <charconv>
#include <cmath>

#include "tests/engine/cache/samples.h"
#include "tests/format/document_samples.h"

namespace weir::cache {
namespace {

using samples::identical;
using samples::Json;
using samples::stored;
using samples::to_json;
using testing::HasSubstr;

std::string refusal(std::string_view json, uint64_t bytes_max = 1u << 20) {
  JsonReader reader;
  format::DocumentWriter writer;
  const auto result = reader.read(json, bytes_max, &writer);
  if (result.ok()) return "accepted";
  EXPECT_EQ(result.status().code(), Code::kInvalidArgument);
  return std::string(result.status().message());
}

TEST(Json, RandomDocumentsComeBackAsTheyWere) {
  JsonReader reader;
  JsonWriter json_writer;
  format::DocumentWriter writer;
  for (uint64_t seed = 0; seed < 20000; ++seed) {
    Prng prng(seed);
    const Json before = samples::random_object(prng, 5);
    const auto document = reader.read(before.dump(), 1u << 20, &writer);
    ASSERT_TRUE(document.ok()) << seed << " " << before << document.status().message();
    ASSERT_TRUE(format::check_document(document.value()).ok()) << seed;
    const auto text = json_writer.write(document.value());
    ASSERT_TRUE(text.ok()) << seed;
    ASSERT_TRUE(identical(Json::parse(text.value()), before)) << seed << "\n"
                                                              << before << "\n"
                                                              << text.value();
    // What comes out goes in and comes out the same.
    const std::string once(text.value());
    ASSERT_EQ(to_json(stored(once)), once) << seed;
  }
}

TEST(Json, EveryDoubleComesBackBitForBit) {
  Prng prng(7);
  format::DocumentWriter writer;
  JsonWriter json_writer;
  for (int i = 0; i < 200000; ++i) {
    double value = std::bit_cast<double>(prng.next());
    if (i % 2 == 0)
      value = static_cast<double>(static_cast<int64_t>(prng.next()) >> prng.below(64)) /
              std::pow(10.0, static_cast<double>(prng.below(18)));
    if (!std::isfinite(value)) continue;
    writer.begin();
    writer.name("v");
    writer.add_float(value);
    const auto document = writer.finish();
    ASSERT_TRUE(document.ok());
    format::DocumentView view;
    ASSERT_TRUE(format::DocumentView::open(document.value(), &view));
    format::ValueView read;
    ASSERT_TRUE(view.fields().find("v", &read));
    ASSERT_EQ(std::bit_cast<uint64_t>(read.as_float()), std::bit_cast<uint64_t>(value));
    const auto json = json_writer.write(document.value());
    ASSERT_TRUE(json.ok());
    const std::string_view digits = json.value().substr(5, json.value().size() - 6);
    double parsed = 0;
    std::from_chars(digits.data(), digits.data() + digits.size(), parsed);
    ASSERT_EQ(std::bit_cast<uint64_t>(parsed), std::bit_cast<uint64_t>(value)) << digits;
    ASSERT_NE(digits.find_first_of(".e"), std::string_view::npos) << digits;
  }
}

TEST(Json, TextIsCanonical) {
  EXPECT_EQ(
      to_json(stored(
          R"( { "b" : [ 1 , 2.50, -0.0, 1e2, 1E-7 ] , "a" : { } ,"\u0061\/":"\u00e9\n\u0001"} )")),
      "{\"b\":[1,2.5,-0.0,100.0,0.0000001],\"a\":{},\"a/\":\"\xC3\xA9\\n\\u0001\"}");
  EXPECT_EQ(to_json(stored("{}")), "{}");
  EXPECT_EQ(to_json(stored(R"({"a":[],"b":"","c":[[],{}],"d":null,"e":true,"f":false})")),
            R"({"a":[],"b":"","c":[[],{}],"d":null,"e":true,"f":false})");
}

TEST(Json, IntegersOf64BitsAreExact) {
  const std::string text =
      R"({"a":9223372036854775807,"b":-9223372036854775808,"c":18446744073709551615,"d":9007199254740993,"e":9223372036854775808})";
  EXPECT_EQ(to_json(stored(text)), text);
}

TEST(Json, RefusesByName) {
  EXPECT_THAT(refusal(""), HasSubstr("the text is empty"));
  EXPECT_THAT(refusal("  \n"), HasSubstr("the text is empty"));
  EXPECT_THAT(refusal("[1]"), HasSubstr("is no object"));
  EXPECT_THAT(refusal("5"), HasSubstr("is no object"));
  EXPECT_THAT(refusal("\"x\""), HasSubstr("is no object"));
  EXPECT_THAT(refusal(R"({"a":1)"), HasSubstr("ends inside a document at byte 6"));
  EXPECT_THAT(refusal(R"({"a":1} x)"), HasSubstr("more text after the document at byte 8"));
  EXPECT_THAT(refusal(R"({"a":1}{})"), HasSubstr("more text after the document at byte 7"));
  EXPECT_THAT(refusal(R"({"a":1,})"), HasSubstr("a field's name was expected at byte 7"));
  EXPECT_THAT(refusal(R"({"a" 1})"), HasSubstr("':' was expected at byte 5"));
  EXPECT_THAT(refusal(R"({"a":[1 2]})"), HasSubstr("',' or ']' was expected at byte 8"));
  EXPECT_THAT(refusal(R"({"a":})"), HasSubstr("a value was expected at byte 5"));
  EXPECT_THAT(refusal(R"({"a":"x)"), HasSubstr("a text without an end begins at byte 5"));
  EXPECT_THAT(refusal("{\"a\":\"x\ny\"}"), HasSubstr("control character in a text at byte 7"));
  EXPECT_THAT(refusal(R"({"a":"\q"})"), HasSubstr("an unknown escape at byte 6"));
  EXPECT_THAT(refusal(R"({"a":"\ud800"})"), HasSubstr("an escape that is no character at byte 6"));
  EXPECT_THAT(refusal("{\"a\":\"\xC3\"}"), HasSubstr("no valid UTF-8 at byte 6"));
  EXPECT_THAT(refusal("{\"a\":\"\xED\xA0\x80\"}"), HasSubstr("no valid UTF-8 at byte 6"));
}

TEST(Json, RefusesNumbersByName) {
  EXPECT_THAT(refusal(R"({"a":NaN})"), HasSubstr("no number: \"NaN\" at byte 5"));
  EXPECT_THAT(refusal(R"({"a":Infinity})"),
              HasSubstr("an infinite number: \"Infinity\" at byte 5"));
  EXPECT_THAT(refusal(R"({"a":-Infinity})"), HasSubstr("an infinite number"));
  EXPECT_THAT(refusal(R"({"a":nul})"), HasSubstr("an unknown word \"nul\" at byte 5"));
  EXPECT_THAT(refusal(R"({"a":1e400})"),
              HasSubstr("a number beyond a double: \"1e400\" at byte 5"));
  EXPECT_THAT(refusal(R"({"a":-1e999})"), HasSubstr("a number beyond a double"));
  EXPECT_THAT(refusal(R"({"a":18446744073709551616})"),
              HasSubstr("an integer beyond 64 bits: \"18446744073709551616\" at byte 5"));
  EXPECT_THAT(refusal(R"({"a":[0,-9223372036854775809]})"),
              HasSubstr("an integer beyond 64 bits: \"-9223372036854775809\" at byte 8"));
  EXPECT_THAT(refusal(R"({"a":123456789012345678901234567890})"),
              HasSubstr("an integer beyond 64 bits"));
  for (const char* number : {"01", "-", "1.", ".5", "1e", "+1", "1e+", "0x1"}) {
    EXPECT_THAT(refusal(std::string("{\"a\":") + number + "}"), HasSubstr("at byte")) << number;
  }
  EXPECT_EQ(to_json(stored(R"({"a":1e-400,"b":-0})")), R"({"a":0.0,"b":0})");
}

TEST(Json, RefusesNamesByNameAndPlace) {
  EXPECT_THAT(refusal(R"({"a":1,"b":2,"a":3})"), HasSubstr("the field \"a\" twice in one object"));
  EXPECT_THAT(refusal(R"({"a":1,"\u0061":3})"), HasSubstr("the field \"a\" twice"));
  EXPECT_THAT(refusal(R"({"x":{"y":[0,{"k":1,"k":1}]}})"),
              HasSubstr("the field \"k\" twice in one object at \"x.y[1]\""));
  EXPECT_EQ(to_json(stored(R"({"a":{"a":{"a":1}},"b":{"a":2}})")),
            R"({"a":{"a":{"a":1}},"b":{"a":2}})");
  EXPECT_THAT(refusal(R"({"":1})"), HasSubstr("a field's name of 0 bytes; it has 1 to 255"));
  EXPECT_THAT(refusal("{\"" + std::string(256, 'x') + "\":1}"),
              HasSubstr("a field's name of 256 bytes"));
  const std::string longest = "{\"" + std::string(255, 'x') + "\":1}";
  EXPECT_EQ(to_json(stored(longest)), longest);
}

TEST(Json, FindsATwiceGivenNameAmongMany) {
  std::string json = "{";
  for (int i = 0; i < 100000; ++i) json += text("\"field", i, "\":", i, ",");
  EXPECT_THAT(refusal(json + "\"field77777\":0}", 8u << 20),
              HasSubstr("the field \"field77777\" twice"));
  json.back() = '}';
  EXPECT_EQ(to_json(stored(json)), json);
}

TEST(Json, DepthIsBounded) {
  const auto nested = [](size_t depth) {
    return "{\"a\":" + std::string(depth - 1, '[') + std::string(depth - 1, ']') + "}";
  };
  EXPECT_EQ(to_json(stored(nested(64))), nested(64));
  EXPECT_THAT(refusal(nested(65)), HasSubstr("objects and lists deeper than 64 at \"a[0]"));
  EXPECT_THAT(refusal(nested(5000)), HasSubstr("objects and lists deeper than 64"));
  EXPECT_THAT(refusal("{\"a\":" + std::string(100000, '[')), HasSubstr("deeper than 64"));
}

TEST(Json, SizeIsBounded) {
  JsonReader reader;
  format::DocumentWriter writer;
  const std::string json = "{\"a\":\"" + std::string(1000, 'x') + "\"}";
  EXPECT_TRUE(reader.read(json, 1100, &writer).ok());
  const auto stored_too_large = reader.read(json, 1000, &writer);
  EXPECT_EQ(stored_too_large.status().code(), Code::kTooLarge);
  EXPECT_THAT(std::string(stored_too_large.status().message()),
              HasSubstr("at most 1000 are allowed"));
  const auto text_too_large = reader.read(json, 100, &writer);
  EXPECT_EQ(text_too_large.status().code(), Code::kTooLarge);
  EXPECT_THAT(std::string(text_too_large.status().message()),
              HasSubstr("JSON of 1008 bytes; at most 200"));
}

TEST(Json, LargeDocumentsWorkAndTheirBuffersDoNotStay) {
  JsonReader reader;
  JsonWriter json_writer;
  format::DocumentWriter writer;
  std::string json = "{\"a\":\"" + std::string(5u << 20, '\x7F') + "\",\"b\":[";
  for (int i = 0; i < 100000; ++i) json += text(i, ",");
  json += "0]}";
  const auto document = reader.read(json, format::kDocumentBytesMax, &writer);
  ASSERT_TRUE(document.ok());
  EXPECT_EQ(json_writer.write(document.value()).value(), json);
  const auto small = reader.read(R"({"a":1})", 1000, &writer);
  ASSERT_TRUE(small.ok());
  EXPECT_EQ(json_writer.write(small.value()).value(), R"({"a":1})");
}

TEST(Json, RandomBytesAndBrokenJsonNeverCrash) {
  JsonReader reader;
  JsonWriter json_writer;
  format::DocumentWriter writer;
  Prng prng(3);
  for (int i = 0; i < 50000; ++i) {
    std::string json = samples::random_object(prng, 4).dump();
    for (uint64_t left = prng.below(4); left > 0; --left) {
      const size_t at = prng.below(json.size());
      if (prng.one_in(3)) {
        json.erase(at, prng.below(5));
      } else if (prng.one_in(2)) {
        json.insert(at, 1, "{}[]\",:\\0e-."[prng.below(12)]);
      } else {
        json[at] = static_cast<char>(prng.next());
      }
      if (json.empty()) json = "{";
    }
    const auto document = reader.read(json, 1u << 16, &writer);
    const bool theirs = nlohmann::json::accept(json);
    if (document.ok()) {
      EXPECT_TRUE(json_writer.write(document.value()).ok());
      EXPECT_TRUE(theirs) << json;
    } else {
      EXPECT_FALSE(document.status().message().empty());
    }
  }
}

TEST(Json, DamagedDocumentsNeverCrash) {
  JsonWriter json_writer;
  Prng prng(4);
  size_t written = 0;
  for (int i = 0; i < 50000; ++i) {
    samples::Bytes bytes = stored(samples::random_object(prng, 4).dump());
    for (uint64_t left = 1 + prng.below(4); left > 0; --left) {
      bytes[prng.below(bytes.size())] ^= static_cast<uint8_t>(1u << prng.below(8));
    }
    if (prng.one_in(8)) bytes.resize(prng.below(bytes.size()));
    const auto json = json_writer.write(bytes);
    if (json.ok()) {
      ++written;
    } else {
      EXPECT_EQ(json.status().code(), Code::kCorrupt);
    }
  }
  EXPECT_GT(written, 0u);
  EXPECT_EQ(json_writer.write(format::samples::nested_lists(100000)).status().code(),
            Code::kCorrupt);
}

}  // namespace
}  // namespace weir::cache
