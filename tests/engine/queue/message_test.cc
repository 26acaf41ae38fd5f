#include "engine/queue/message.h"

#include <gtest/gtest.h>

#include "format/record.h"

namespace weir::queue {
namespace {

class MessagesTest : public ::testing::Test {
 protected:
  ~MessagesTest() override { messages_.clear(); }

  // A chunk with one record.
  storage::ChunkRef chunk_of(uint64_t number, ByteView properties, ByteView payload) {
    storage::ChunkRef chunk =
        pool_->allocate(format::record_bytes(properties.size() + payload.size()));
    uint8_t* body = chunk->data + format::kRecordHeaderBytes;
    if (!properties.empty()) std::memcpy(body, properties.data(), properties.size());
    if (!payload.empty()) std::memcpy(body + properties.size(), payload.data(), payload.size());
    format::RecordHeader header;
    header.number = number;
    header.body_bytes = static_cast<uint32_t>(properties.size() + payload.size());
    header.properties_bytes = static_cast<uint32_t>(properties.size());
    header.time_ns = 77;
    format::write_record_header(header, format::body_crc(properties, payload), chunk->data);
    return chunk;
  }
  void add(uint64_t number, std::string_view payload) {
    const storage::ChunkRef chunk = chunk_of(number, {}, as_bytes(payload));
    messages_.add(chunk->data, chunk.get(), 1, false);
  }

  struct Closer {
    void operator()(storage::ChunkPool* pool) const { pool->close(); }
  };
  const std::unique_ptr<storage::ChunkPool, Closer> pool_{storage::ChunkPool::create(1u << 20)};
  Messages messages_;
};

TEST_F(MessagesTest, small_bodies_are_copied_and_their_chunk_goes) {
  for (uint64_t i = 1; i <= 100; ++i) add(i, std::string(i, 'x'));

  EXPECT_EQ(pool_->budget().used(), 0U);
  EXPECT_EQ(pool_->budget().pinned(), 0U);
  for (uint64_t i = 1; i <= 100; ++i)
    EXPECT_EQ(as_text(messages_.at(i - 1).payload), std::string(i, 'x'));
  EXPECT_EQ(messages_.payload_bytes(), 5050U);
}

// 4096 bytes are copied, one more is a view.
TEST_F(MessagesTest, large_bodies_pin_their_chunk_until_they_are_cleared) {
  add(1, std::string(4096, 'a'));
  EXPECT_EQ(pool_->budget().pinned(), 0U);

  add(2, std::string(4097, 'b'));
  EXPECT_EQ(pool_->budget().pinned(), 16384U);
  EXPECT_EQ(pool_->budget().used(), 16384U);
  EXPECT_EQ(as_text(messages_.at(1).payload), std::string(4097, 'b'));

  messages_.clear();
  EXPECT_EQ(pool_->budget().pinned(), 0U);
  EXPECT_EQ(pool_->budget().used(), 0U);
  EXPECT_EQ(messages_.count(), 0U);
}

TEST_F(MessagesTest, an_empty_payload_has_an_address) {
  add(1, "");

  EXPECT_NE(messages_.at(0).payload.data(), nullptr);
  EXPECT_TRUE(messages_.at(0).payload.empty());
}

TEST_F(MessagesTest, properties_and_payload_are_told_apart) {
  format::Properties properties;
  properties.content_type = "text/plain";
  properties.headers = {{"k", std::string("\0v", 2)}};
  const std::vector<uint8_t> encoded = format::encode_properties(properties);
  const storage::ChunkRef chunk = chunk_of(5, encoded, as_bytes("body"));

  messages_.add(chunk->data, chunk.get(), 3, true);
  ASSERT_TRUE(messages_.decode_last().ok());

  const Message& message = messages_.at(0);
  EXPECT_EQ(message.id, 5U);
  EXPECT_EQ(message.enqueued_at_ns, 77);
  EXPECT_EQ(message.delivery_count, 3U);
  EXPECT_TRUE(message.redelivered);
  EXPECT_EQ(as_text(message.payload), "body");
  ASSERT_NE(message.properties, nullptr);
  EXPECT_EQ(message.properties->content_type, "text/plain");
  EXPECT_EQ(message.properties->headers, properties.headers);
}

TEST_F(MessagesTest, properties_that_cannot_be_read_name_their_message) {
  const storage::ChunkRef chunk = chunk_of(5, as_bytes("nonsense"), {});
  messages_.add(chunk->data, chunk.get(), 1, false);

  const Status status = messages_.decode_last();

  EXPECT_EQ(status.code(), Code::kCorrupt);
  EXPECT_NE(status.message().find("message 5"), std::string_view::npos);
}

TEST_F(MessagesTest, arenas_are_used_again) {
  for (int round = 0; round < 3; ++round) {
    for (uint64_t i = 1; i <= 500; ++i) add(i, std::string(1000, static_cast<char>('a' + round)));
    EXPECT_EQ(as_text(messages_.at(499).payload),
              std::string(1000, static_cast<char>('a' + round)));
    messages_.clear();
  }
}

}  // namespace
}  // namespace weir::queue
