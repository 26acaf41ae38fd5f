#include "engine/queue/draft.h"

#include <gtest/gtest.h>

#include "tests/engine/queue/fixture.h"

namespace weir::queue {
namespace {

using Headers = std::vector<std::pair<std::string, std::string>>;

TEST(EncodeOptions, nothing_is_stored_as_nothing) {
  const Headers none;
  PushOptions options;
  options.headers = &none;

  EXPECT_TRUE(encode_options(options).value().empty());
}

TEST(EncodeOptions, a_content_type_may_have_255_bytes_and_no_more) {
  const std::string text(256, 't');
  PushOptions options;
  options.content_type = std::string_view(text).substr(1);
  EXPECT_TRUE(encode_options(options).ok());

  options.content_type = text;
  EXPECT_EQ(encode_options(options).status().code(), Code::kTooLarge);
}

TEST(EncodeOptions, headers_beyond_what_a_record_can_say_are_too_large) {
  const Headers headers{{"name", std::string(format::kPropertiesBytesMax, 'v')}};
  PushOptions options;
  options.headers = &headers;

  EXPECT_EQ(encode_options(options).status().code(), Code::kTooLarge);
}

class DraftTest : public QueueTest {};

TEST_F(DraftTest, a_message_may_have_record_bytes_max_and_no_more) {
  const std::vector<uint8_t> body(options_.record_bytes_max + 1);
  const ByteView all(body);
  storage::RecordDraft draft;

  EXPECT_TRUE(fill_draft(*store_, {}, all.first(options_.record_bytes_max), &draft).ok());
  EXPECT_EQ(draft.body_crc, format::body_crc({}, all.first(options_.record_bytes_max)));
  const Status status = fill_draft(*store_, all.first(1), all.subspan(1), &draft);
  EXPECT_EQ(status.code(), Code::kTooLarge);
  EXPECT_THAT(std::string(status.message()), HasSubstr("record_bytes_max"));
}

TEST_F(DraftTest, a_large_message_is_copied_to_a_chunk_of_its_own) {
  const std::string payload(20'000, 'p');
  storage::RecordDraft draft;
  ASSERT_TRUE(fill_draft(*store_, as_bytes("head"), as_bytes(payload), &draft).ok());
  store::StreamPtr stream;
  {
    MutexLock lock(store_->mutex());
    stream = store_->find_stream_locked(kEngineQueue, "q");
  }

  ASSERT_TRUE(prepare_draft(
                  *store_, stream, 0, [] { return Status(); }, &draft)
                  .ok());

  const char* body =
      reinterpret_cast<const char*>(draft.prepared->data) + format::kRecordHeaderBytes;
  EXPECT_EQ(std::string_view(body, 20'004), "head" + payload);
}

}  // namespace
}  // namespace weir::queue
