// What the tests of logs and readers share.
#pragma once

#include <weir/weir.h>

#include <string>
#include <vector>

#include "tests/api/fixture.h"

namespace weir::api {

inline weir_log* open_log(weir_store* store, const char* name) {
  weir_log* log = nullptr;
  weir_error err = {};
  EXPECT_EQ(weir_log_open(store, name, nullptr, &log, &err), WEIR_OK) << err.message;
  return log;
}

inline weir_append_options append_options() {
  weir_append_options options = {};
  EXPECT_EQ(weir_append_options_init(&options, sizeof options), WEIR_OK);
  return options;
}

inline uint64_t append_text(weir_log* log, const std::string& text) {
  weir_append_result result = {};
  result.struct_size = sizeof result;
  weir_error err = {};
  EXPECT_EQ(weir_log_append(log, text.data(), text.size(), nullptr, &result, &err), WEIR_OK)
      << err.message;
  return result.offset;
}

// Takes the records.
inline std::vector<std::string> texts_of(weir_records* records) {
  std::vector<std::string> all;
  for (size_t i = 0; i < weir_records_count(records); ++i) {
    all.emplace_back(static_cast<const char*>(weir_records_data(records, i)),
                     weir_records_size(records, i));
  }
  weir_records_free(records);
  return all;
}

inline std::vector<std::string> read_texts(weir_log* log, uint64_t offset) {
  weir_records* records = nullptr;
  weir_error err = {};
  const weir_status status = weir_log_read(log, offset, 1000, 1 << 20, &records, nullptr, &err);
  EXPECT_GE(status, 0) << err.message;
  return texts_of(records);
}

// One store with one log, and a check at the end that both still work.
class LogApiTest : public ::testing::Test {
 protected:
  void SetUp() override {
    store_ = open_store("mem:");
    log_ = open_log(store_, "audit");
  }
  void TearDown() override {
    if (log_ != nullptr) {
      const uint64_t offset = append_text(log_, "still works");
      EXPECT_EQ(read_texts(log_, offset), std::vector<std::string>{"still works"});
    }
    EXPECT_EQ(weir_log_close(log_, nullptr), WEIR_OK);
    EXPECT_EQ(weir_store_close(store_, nullptr), WEIR_OK);
  }

  weir_store* store_ = nullptr;
  weir_log* log_ = nullptr;
};

}  // namespace weir::api
