#include "store/draft.h"

#include "tests/store/fixture.h"

namespace weir::store {
namespace {

class DraftTest : public StoreTest {};

TEST_F(DraftTest, a_record_may_have_record_bytes_max_and_no_more) {
  const std::vector<uint8_t> body(options_.record_bytes_max + 1);
  const ByteView all(body);
  storage::RecordDraft draft;

  EXPECT_TRUE(fill_draft(*store_, {}, all.first(options_.record_bytes_max), &draft).ok());
  EXPECT_EQ(draft.body_crc, format::body_crc({}, all.first(options_.record_bytes_max)));
  const Status status = fill_draft(*store_, all.first(1), all.subspan(1), &draft);
  EXPECT_EQ(status.code(), Code::kTooLarge);
  EXPECT_THAT(std::string(status.message()), HasSubstr("record_bytes_max"));
}

TEST_F(DraftTest, a_large_record_is_copied_to_a_chunk_of_its_own) {
  const std::string payload(20'000, 'p');
  storage::RecordDraft draft;
  ASSERT_TRUE(fill_draft(*store_, as_bytes("head"), as_bytes(payload), &draft).ok());

  ASSERT_TRUE(prepare_draft(
                  *store_, stream_, 0, [] { return Status(); }, &draft)
                  .ok());

  const char* body =
      reinterpret_cast<const char*>(draft.prepared->data) + format::kRecordHeaderBytes;
  EXPECT_EQ(std::string_view(body, 20'004), "head" + payload);
}

}  // namespace
}  // namespace weir::store
