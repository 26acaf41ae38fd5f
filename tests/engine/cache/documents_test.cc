#include "engine/cache/documents.h"

#include <gtest/gtest.h>

#include <string>

#include "format/record.h"

namespace weir::cache {
namespace {

class DocumentsTest : public ::testing::Test {
 protected:
  ~DocumentsTest() override { pool_->close(); }

  // A chunk that holds one record.
  storage::ChunkRef record(std::string_view key, const std::string& payload) {
    std::vector<uint8_t> properties;
    format::DocumentProperties fields;
    fields.key = key;
    fields.content_type = "t";
    format::encode_document_properties(fields, &properties);
    const uint64_t body = properties.size() + payload.size();
    storage::ChunkRef chunk = pool_->allocate(format::record_bytes(body));
    format::RecordHeader header;
    header.body_bytes = static_cast<uint32_t>(body);
    header.properties_bytes = static_cast<uint32_t>(properties.size());
    header.number = 7;
    format::write_record_header(header, 0, chunk->data);
    std::memcpy(chunk->data + format::kRecordHeaderBytes, properties.data(), properties.size());
    std::memcpy(chunk->data + format::kRecordHeaderBytes + properties.size(), payload.data(),
                payload.size());
    return chunk;
  }

  storage::ChunkPool* const pool_ = storage::ChunkPool::create(1 << 30);
  Documents documents_;
};

TEST_F(DocumentsTest, a_small_document_is_copied_and_a_large_one_pins_its_chunk) {
  storage::ChunkRef small = record("s", "small");
  storage::ChunkRef large = record("l", std::string(10'000, 'l'));
  ASSERT_TRUE(documents_.add(small->data, small.get()).ok());
  ASSERT_TRUE(documents_.add(large->data, large.get()).ok());

  EXPECT_EQ(pool_->budget().pinned(), large->capacity);
  small->data[60] = 0;
  small.reset();
  large.reset();
  EXPECT_EQ(documents_.at(0).key, "s");
  EXPECT_EQ(as_text(documents_.at(0).payload), "small");
  EXPECT_EQ(as_text(documents_.at(1).payload), std::string(10'000, 'l'));
  EXPECT_EQ(documents_.at(1).version, 7U);
  EXPECT_EQ(documents_.at(1).content_type, "t");
  documents_.clear();
  EXPECT_EQ(pool_->budget().pinned(), 0U);
  EXPECT_EQ(documents_.count(), 0U);
}

TEST_F(DocumentsTest, many_stay_where_they_are) {
  for (int i = 0; i < 2000; ++i) {
    const storage::ChunkRef one = record("k" + std::to_string(i), std::string(100, 'x'));
    ASSERT_TRUE(documents_.add(one->data, one.get()).ok());
  }
  documents_.add_missing("missing");

  for (size_t i = 0; i < 2000; ++i) ASSERT_EQ(documents_.at(i).key, "k" + std::to_string(i));
  EXPECT_TRUE(documents_.at(2000).missing);
  EXPECT_EQ(documents_.at(2000).key, "missing");
  documents_.drop_last();
  documents_.replace_payload(1999, as_bytes(std::string_view("other")));
  EXPECT_EQ(as_text(documents_.at(1999).payload), "other");
}

TEST_F(DocumentsTest, what_is_no_document_is_refused) {
  storage::ChunkRef chunk = record("k", "x");
  chunk->data[format::kRecordHeaderBytes + 3] = 0xff;

  EXPECT_EQ(documents_.add(chunk->data, chunk.get()).code(), Code::kCorrupt);
  EXPECT_EQ(documents_.count(), 0U);
}

}  // namespace
}  // namespace weir::cache
