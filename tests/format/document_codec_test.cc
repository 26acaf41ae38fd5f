#include "format/document_codec.h"

#include <capnp/message.h>
#include <capnp/serialize.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <string>

#include "base/prng.h"
#include "format/document.capnp.h"
#include "format/document_kinds.h"
#include "tests/format/document_samples.h"

namespace weir::format {
namespace {

using testing::HasSubstr;
using Bytes = std::vector<uint8_t>;

Bytes sample() {
  DocumentWriter writer;
  writer.begin();
  writer.name("name");
  writer.add_text("Alice");
  writer.name("age");
  writer.add_int(30);
  writer.name("address");
  writer.begin_object();
  writer.name("city");
  writer.add_text("Wien");
  writer.name("empty");
  writer.begin_list();
  writer.end();
  writer.end();
  writer.name("scores");
  writer.begin_list();
  writer.add_float(19.99);
  writer.add_float(1e300);
  writer.add_null();
  writer.end();
  writer.name("big");
  writer.add_uint(std::numeric_limits<uint64_t>::max());
  writer.name("yes");
  writer.add_bool(true);
  const auto bytes = writer.finish();
  EXPECT_TRUE(bytes.ok());
  return {bytes.value().begin(), bytes.value().end()};
}

ValueView field(const DocumentView& document, std::string_view name) {
  ValueView value;
  EXPECT_TRUE(document.fields().find(name, &value)) << name;
  return value;
}

TEST(DocumentCodec, FieldsAreReadInPlace) {
  const Bytes bytes = sample();
  const DocumentView document = DocumentView::open(bytes).take();
  EXPECT_EQ(field(document, "name").as_text(), "Alice");
  EXPECT_EQ(field(document, "age").as_int(), 30);
  EXPECT_EQ(field(document, "big").as_uint(), std::numeric_limits<uint64_t>::max());
  EXPECT_TRUE(field(document, "yes").as_bool());
  const ValueView address = field(document, "address");
  ASSERT_EQ(address.type(), ValueType::kObject);
  ValueView city;
  ASSERT_TRUE(ValueReader(address.children()).find("city", &city));
  EXPECT_EQ(city.as_text(), "Wien");
  ValueReader scores(field(document, "scores").children());
  std::string_view name;
  ValueView score;
  ASSERT_TRUE(scores.next(&name, &score));
  EXPECT_EQ(score.as_float(), 19.99);
  int64_t digits = 0;
  unsigned scale = 0;
  EXPECT_TRUE(score.as_decimal(&digits, &scale));
  EXPECT_EQ(digits, 1999);
  EXPECT_EQ(scale, 2u);
  ASSERT_TRUE(scores.next(&name, &score));
  EXPECT_EQ(score.as_float(), 1e300);
  EXPECT_FALSE(score.as_decimal(&digits, &scale));
  ASSERT_TRUE(scores.next(&name, &score));
  EXPECT_EQ(score.type(), ValueType::kNull);
  EXPECT_FALSE(scores.next(&name, &score));
  EXPECT_FALSE(scores.bad());
  ValueView missing;
  ValueReader fields = document.fields();
  EXPECT_FALSE(fields.find("nam", &missing));
  EXPECT_FALSE(fields.bad());
  EXPECT_TRUE(check_document(bytes).ok());
}

TEST(DocumentCodec, AnyAlignmentWillDo) {
  const Bytes bytes = sample();
  for (size_t shift = 0; shift < 8; ++shift) {
    Bytes moved(shift);
    moved.insert(moved.end(), bytes.begin(), bytes.end());
    const DocumentView document = DocumentView::open(ByteView(moved).subspan(shift)).take();
    EXPECT_EQ(field(document, "age").as_int(), 30);
  }
}

TEST(DocumentCodec, CapnProtoReadsTheSameColumns) {
  const Bytes bytes = sample();
  std::vector<capnp::word> words(bytes.size() / 8);
  std::memcpy(words.data(), bytes.data(), bytes.size());
  capnp::FlatArrayMessageReader reader(kj::arrayPtr(words.data(), words.size()));
  const auto root = reader.getRoot<schema::Document>();
  const DocumentView document = DocumentView::open(bytes).take();
  const ValueSpan& span = document.span();
  ASSERT_EQ(root.getNodes().size() * kNodeBytes, static_cast<size_t>(span.node_end - span.node));
  EXPECT_EQ(root.getNodes()[0], kTextKind | 4 << 8);
  EXPECT_EQ(root.getNodes()[1], kIntKind | 3 << 8);
  const auto same = [](capnp::Data::Reader data, const uint8_t* begin, const uint8_t* end) {
    return std::equal(data.begin(), data.end(), begin, end);
  };
  EXPECT_TRUE(same(root.getNames(), span.name, span.name_end));
  EXPECT_TRUE(same(root.getNumbers(), span.number, span.number_end));
  EXPECT_TRUE(same(root.getTexts(), span.text, span.text_end));
}

TEST(DocumentCodec, AMessageByHandIsRead) {
  const Bytes bytes =
      samples::message({kIntKind, 1, kTextKind, 2}, {'a', 'b', 'c'}, {0xFF, 3}, {'x', 'y', 'z'});
  ASSERT_TRUE(check_document(bytes).ok()) << check_document(bytes).message();
  const DocumentView document = DocumentView::open(bytes).take();
  EXPECT_EQ(field(document, "a").as_int(), -1);
  EXPECT_EQ(field(document, "bc").as_text(), "xyz");
}

TEST(DocumentCodec, IntegersKeepTheirWidths) {
  DocumentWriter writer;
  for (unsigned shift = 0; shift < 64; ++shift) {
    for (const int64_t delta : {-1, 0, 1}) {
      for (const bool negative : {false, true}) {
        const auto bits = (uint64_t{1} << shift) + static_cast<uint64_t>(delta);
        const auto value = static_cast<int64_t>(negative ? uint64_t{0} - bits : bits);
        writer.begin();
        writer.name("v");
        writer.add_int(value);
        const DocumentView document = DocumentView::open(writer.finish().value()).take();
        ASSERT_EQ(field(document, "v").as_int(), value);
      }
    }
  }
}

TEST(DocumentCodec, ContainersOfAnySize) {
  DocumentWriter writer;
  for (const unsigned count : {0u, 1u, 63u, 64u, 255u, 256u, 300u, 20000u, 70000u}) {
    writer.begin();
    writer.name("list");
    writer.begin_list();
    for (unsigned i = 0; i < count; ++i) {
      writer.begin_object();
      writer.name("i");
      writer.add_int(i);
      writer.end();
    }
    writer.end();
    writer.name("last");
    writer.add_text("end");
    const auto bytes = writer.finish();
    ASSERT_TRUE(bytes.ok());
    ASSERT_TRUE(check_document(bytes.value()).ok()) << count;
    const DocumentView document = DocumentView::open(bytes.value()).take();
    EXPECT_EQ(field(document, "last").as_text(), "end");
    ValueReader list(field(document, "list").children());
    std::string_view name;
    ValueView element;
    unsigned seen = 0;
    while (list.next(&name, &element)) {
      ValueView i;
      ASSERT_TRUE(ValueReader(element.children()).find("i", &i));
      ASSERT_EQ(i.as_int(), seen++);
    }
    EXPECT_EQ(seen, count);
  }
}

TEST(DocumentCodec, TheWriterRefusesByName) {
  DocumentWriter writer;
  const auto refusal = [&writer](Code code) {
    const auto result = writer.finish();
    EXPECT_EQ(result.status().code(), code);
    return std::string(result.status().message());
  };
  writer.begin();
  writer.name("a");
  writer.begin_list();
  writer.add_null();
  writer.add_float(std::nan(""));
  writer.end();
  EXPECT_EQ(refusal(Code::kInvalidArgument), "NaN at \"a[1]\"");
  writer.begin();
  writer.name("a");
  writer.begin_object();
  writer.name("b");
  writer.add_float(-INFINITY);
  writer.end();
  EXPECT_EQ(refusal(Code::kInvalidArgument), "an infinite number at \"a.b\"");
  writer.begin();
  writer.name("");
  EXPECT_THAT(refusal(Code::kInvalidArgument), HasSubstr("a field's name of 0 bytes"));
  writer.begin();
  for (const char* name : {"x", "y", "x"}) {
    writer.name(name);
    writer.add_null();
  }
  EXPECT_EQ(refusal(Code::kInvalidArgument), "the field \"x\" twice in one object");
  writer.begin();
  writer.name("a");
  writer.add_text(std::string(kDocumentBytesMax, 'x'));
  EXPECT_THAT(refusal(Code::kTooLarge), HasSubstr("a document above 33554432 bytes"));
  // And works on.
  writer.begin();
  EXPECT_TRUE(writer.finish().ok());
}

TEST(DocumentCodec, DepthIsBoundedForWriterAndReader) {
  DocumentWriter writer;
  writer.begin();
  writer.name("a");
  for (unsigned i = 1; i < kDocumentDepthMax; ++i) writer.begin_list();
  EXPECT_FALSE(writer.failed());
  writer.begin_list();
  EXPECT_THAT(std::string(writer.finish().status().message()),
              HasSubstr("deeper than 64 at \"a[0][0]"));
  EXPECT_TRUE(check_document(samples::nested_lists(kDocumentDepthMax - 1)).ok());
  for (const uint32_t depth : {kDocumentDepthMax, 100000u}) {
    const Bytes bytes = samples::nested_lists(depth);
    EXPECT_EQ(check_document(bytes).code(), Code::kCorrupt);
    // Copying it is refused, too.
    const DocumentView document = DocumentView::open(bytes).take();
    writer.begin();
    writer.name("copy");
    writer.add(field(document, "a"));
    EXPECT_EQ(writer.finish().status().code(), Code::kInvalidArgument);
  }
}

TEST(DocumentCodec, BadMessagesAreCorrupt) {
  const Bytes good = sample();
  EXPECT_EQ(check_document({}).code(), Code::kCorrupt);
  for (size_t size = 0; size < good.size(); ++size) {
    EXPECT_EQ(check_document(ByteView(good).first(size)).code(), Code::kCorrupt) << size;
  }
  const auto corrupt = [](const Bytes& bytes) {
    return check_document(bytes).code() == Code::kCorrupt;
  };
  // Unknown kinds, values beyond their columns, columns beyond their values, names in lists and none in objects.
  EXPECT_TRUE(corrupt(samples::message({3, 1}, {'a'}, {}, {})));
  EXPECT_TRUE(corrupt(samples::message({200, 1}, {'a'}, {}, {})));
  EXPECT_TRUE(corrupt(samples::message({kIntKind + 3, 1}, {'a'}, {1, 2, 3}, {})));
  EXPECT_TRUE(corrupt(samples::message({kTextKind, 1}, {'a'}, {4}, {'x', 'y', 'z'})));
  EXPECT_TRUE(corrupt(samples::message({kNullKind, 2}, {'a'}, {}, {})));
  EXPECT_TRUE(corrupt(samples::message({kNullKind, 1}, {'a', 'b'}, {}, {})));
  EXPECT_TRUE(corrupt(samples::message({kNullKind, 1}, {'a'}, {1}, {})));
  EXPECT_TRUE(corrupt(samples::message({kNullKind, 0}, {}, {}, {})));
  EXPECT_TRUE(
      corrupt(samples::message({kListKind, 1, kNullKind, 1}, {'a', 'b'}, {1, 1, 0, 0}, {})));
  EXPECT_TRUE(corrupt(samples::message({kListKind, 1}, {'a'}, {1, 0, 0, 0}, {})));
  // A float that is none, a large integer that is small, digits beyond a double's.
  EXPECT_TRUE(
      corrupt(samples::message({kFloatKind, 1}, {'a'}, {0, 0, 0, 0, 0, 0, 0xF8, 0x7F}, {})));
  EXPECT_TRUE(corrupt(samples::message({kUintKind, 1}, {'a'}, {1, 0, 0, 0, 0, 0, 0, 0}, {})));
  EXPECT_TRUE(
      corrupt(samples::message({kDecimalKind + 3, 1}, {'a'}, {0, 0, 0, 0, 0, 0, 0, 0x40}, {})));
}

TEST(DocumentCodec, RandomDamageNeverCrashes) {
  const Bytes good = sample();
  Prng prng(1);
  size_t refused = 0;
  constexpr size_t kRounds = 200000;
  for (size_t i = 0; i < kRounds; ++i) {
    Bytes bytes = good;
    if (prng.one_in(4)) {
      for (uint8_t& byte : bytes) byte = static_cast<uint8_t>(prng.next());
      store_little(bytes.data(), uint32_t{0});
      store_little(bytes.data() + 4, static_cast<uint32_t>(bytes.size() / 8 - 1));
      if (prng.one_in(2)) std::copy(good.begin(), good.begin() + 48, bytes.begin());
    }
    for (uint64_t left = 1 + prng.below(4); left > 0; --left) {
      bytes[prng.below(bytes.size())] ^= static_cast<uint8_t>(1u << prng.below(8));
    }
    refused += check_document(bytes).ok() ? 0u : 1u;
  }
  EXPECT_GT(refused, kRounds / 4);
}

}  // namespace
}  // namespace weir::format
