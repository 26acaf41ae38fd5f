#include <weir/records.h>

#include "tests/api/log_fixture.h"

namespace weir::api {

namespace {

class RecordsApiTest : public LogApiTest {
 protected:
  weir_records* read() {
    weir_records* records = nullptr;
    EXPECT_EQ(weir_log_read(log_, 0, 10, 1000, &records, nullptr, nullptr), WEIR_OK);
    return records;
  }
};

TEST_F(RecordsApiTest, WithoutPropertiesThereIsNothingToTell) {
  append_text(log_, "");
  weir_records* records = read();
  const void* bytes = "";
  const char* name = "";
  size_t size = 9;
  EXPECT_NE(weir_records_data(records, 0), nullptr) << "also when there are no bytes";
  EXPECT_EQ(weir_records_size(records, 0), 0u);
  EXPECT_GT(weir_records_time(records, 0), 0);
  EXPECT_EQ(weir_records_key(records, 0, &bytes, &size), WEIR_NOT_FOUND);
  EXPECT_EQ(bytes, nullptr);
  EXPECT_EQ(size, 0u);
  EXPECT_STREQ(weir_records_content_type(records, 0), "");
  EXPECT_EQ(weir_records_header_count(records, 0), 0u);
  EXPECT_EQ(weir_records_header(records, 0, "h", &bytes, &size), WEIR_NOT_FOUND);
  EXPECT_EQ(weir_records_header_at(records, 0, 0, &name, &bytes, &size), WEIR_END);
  weir_records_free(records);
}

TEST_F(RecordsApiTest, HostileArguments) {
  append_text(log_, "x");
  weir_records* records = read();
  const void* bytes = nullptr;
  const char* name = nullptr;
  size_t size = 0;
  weir_record record = {};
  record.struct_size = sizeof record;
  EXPECT_EQ(weir_records_get(records, 1, &record), WEIR_END);
  EXPECT_EQ(weir_records_get(records, 0, kNull), WEIR_E_INVALID_ARGUMENT);
  EXPECT_EQ(weir_records_data(records, 1), nullptr);
  EXPECT_EQ(weir_records_key(records, 1, &bytes, &size), WEIR_END);
  EXPECT_EQ(weir_records_key(records, 0, kNull, &size), WEIR_E_INVALID_ARGUMENT);
  EXPECT_EQ(weir_records_key(records, 0, &bytes, kNull), WEIR_E_INVALID_ARGUMENT);
  EXPECT_EQ(weir_records_header(records, 0, kNull, &bytes, &size), WEIR_E_INVALID_ARGUMENT);
  EXPECT_EQ(weir_records_header(records, 1, "h", &bytes, &size), WEIR_END);
  EXPECT_EQ(weir_records_header_at(records, SIZE_MAX, 0, &name, &bytes, &size), WEIR_END);
  record.struct_size = 3;
  EXPECT_EQ(weir_records_get(records, 0, &record), WEIR_E_INVALID_ARGUMENT);
  record.struct_size = 16;
  record.offset = 77;
  EXPECT_EQ(weir_records_get(records, 0, &record), WEIR_OK) << "a program with an older header";
  EXPECT_EQ(record.offset, 0u);
  EXPECT_EQ(record.data, nullptr) << "which has no such field";
  weir_records_free(records);
  record.struct_size = sizeof record;

  weir_records* const bad = not_a_handle_of<weir_records>();
  for (weir_records* none : {records, bad, static_cast<weir_records*>(kNull)}) {
    const weir_status status = none == records ? WEIR_E_CLOSED : WEIR_E_INVALID_ARGUMENT;
    EXPECT_EQ(weir_records_count(none), 0u);
    EXPECT_EQ(weir_records_get(none, 0, &record), status);
    EXPECT_EQ(weir_records_offset(none, 0), 0u);
    EXPECT_EQ(weir_records_time(none, 0), 0);
    EXPECT_EQ(weir_records_size(none, 0), 0u);
    EXPECT_EQ(weir_records_data(none, 0), nullptr);
    EXPECT_EQ(weir_records_key(none, 0, &bytes, &size), status);
    EXPECT_STREQ(weir_records_content_type(none, 0), "");
    EXPECT_EQ(weir_records_header_count(none, 0), 0u);
    EXPECT_EQ(weir_records_header(none, 0, "h", &bytes, &size), status);
    EXPECT_EQ(weir_records_header_at(none, 0, 0, &name, &bytes, &size), status);
    weir_records_free(none);
  }
}

}  // namespace

}  // namespace weir::api
