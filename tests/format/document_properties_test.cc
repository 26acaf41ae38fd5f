#include "format/document_properties.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

namespace weir::format {
namespace {

DocumentProperties sample() {
  DocumentProperties properties;
  properties.form = DocumentForm::kDocument;
  properties.key = "key";
  properties.content_type = "a/b";
  properties.expires_at_ns = 0x0102030405060708;
  return properties;
}

TEST(DocumentProperties, known_answer) {
  std::vector<uint8_t> bytes;
  encode_document_properties(sample(), &bytes);

  EXPECT_EQ(bytes, (std::vector<uint8_t>{1, 3, 3, 0, 0,   0,   0,   0, 8,   7,   6,   5,
                                         4, 3, 2, 1, 'k', 'e', 'y', 0, 'a', '/', 'b', 0}));
}

TEST(DocumentProperties, come_back) {
  std::vector<uint8_t> bytes;
  DocumentProperties properties = sample();
  const std::string key(kDocumentKeyBytesMax, 'k');
  const std::string content_type(255, 'c');
  properties.key = key;
  properties.content_type = content_type;
  encode_document_properties(properties, &bytes);

  const Result<DocumentProperties> read = decode_document_properties(bytes);
  ASSERT_TRUE(read.ok());
  EXPECT_EQ(read.value().key, key);
  EXPECT_EQ(read.value().content_type, content_type);
  EXPECT_EQ(read.value().expires_at_ns, properties.expires_at_ns);
  EXPECT_EQ(read.value().form, DocumentForm::kDocument);
  EXPECT_EQ(document_key(bytes), key);
  EXPECT_EQ(bytes.size(), document_properties_bytes(properties));
}

TEST(DocumentProperties, damage_is_refused) {
  std::vector<uint8_t> good;
  encode_document_properties(sample(), &good);
  const auto code_of = [](const std::vector<uint8_t>& bytes) {
    return decode_document_properties(bytes).status().code();
  };
  for (size_t size = 0; size < good.size(); ++size)
    EXPECT_EQ(code_of({good.begin(), good.begin() + static_cast<std::ptrdiff_t>(size)}),
              Code::kCorrupt);
  std::vector<uint8_t> bytes = good;
  bytes[0] = 2;
  EXPECT_EQ(code_of(bytes), Code::kFormatTooNew);
  bytes = good;
  bytes[2] = 0;
  EXPECT_EQ(code_of(bytes), Code::kCorrupt);
  bytes = good;
  bytes[3] = 5;
  EXPECT_EQ(code_of(bytes), Code::kCorrupt);
  bytes = good;
  bytes[1] = 255;
  EXPECT_EQ(code_of(bytes), Code::kCorrupt);
  bytes = good;
  bytes[19] = 'x';
  EXPECT_EQ(code_of(bytes), Code::kCorrupt);
  bytes = good;
  bytes[15] = 0x80;
  EXPECT_EQ(code_of(bytes), Code::kCorrupt);
}

}  // namespace
}  // namespace weir::format
