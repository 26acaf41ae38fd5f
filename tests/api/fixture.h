// What the tests of the C API share: a store in a directory of its own, and how a refusal is checked.
#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <stdlib.h>
#include <weir/weir.h>

#include <cstring>
#include <filesystem>
#include <string>

namespace weir::api {

class TemporaryDirectory {
 public:
  TemporaryDirectory() {
    std::string pattern = (std::filesystem::temp_directory_path() / "weir-api-XXXXXX").string();
    EXPECT_NE(mkdtemp(pattern.data()), nullptr);
    path_ = pattern;
  }
  TemporaryDirectory(const TemporaryDirectory&) = delete;
  TemporaryDirectory& operator=(const TemporaryDirectory&) = delete;
  ~TemporaryDirectory() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  std::string operator/(const std::string& name) const { return path_ + "/" + name; }
  const std::string& path() const { return path_; }

 private:
  std::string path_;
};

// A failing call gives the same status with an error, without one, and with one of unknown size;
// the message says `part`. The call must have no effect, for it is made three times.
template <typename Call>
void expect_failure(weir_status expected, const std::string& part, Call&& call) {
  weir_error err = {};
  EXPECT_EQ(weir_status_name(call(&err)), std::string(weir_status_name(expected))) << err.message;
  EXPECT_EQ(err.status, expected);
  EXPECT_EQ(err.struct_size, sizeof err);
  EXPECT_THAT(std::string(err.message), ::testing::HasSubstr(part));
  EXPECT_EQ(std::strchr(err.message, '\n'), nullptr);

  EXPECT_EQ(call(nullptr), expected);

  weir_error foreign = {};
  foreign.struct_size = 17;
  EXPECT_EQ(call(&foreign), expected);
  EXPECT_EQ(foreign.status, 0);
  EXPECT_STREQ(foreign.message, "");
}

inline weir_store* open_store(const std::string& url, const weir_store_options* options = nullptr) {
  weir_store* store = nullptr;
  weir_error err = {};
  EXPECT_EQ(weir_store_open(url.c_str(), options, &store, &err), WEIR_OK) << err.message;
  return store;
}

inline weir_queue* open_queue(weir_store* store, const char* name) {
  weir_queue* queue = nullptr;
  weir_error err = {};
  EXPECT_EQ(weir_queue_open(store, name, nullptr, &queue, &err), WEIR_OK) << err.message;
  return queue;
}

inline uint64_t push_text(weir_queue* queue, const std::string& text) {
  weir_push_result result = {};
  result.struct_size = sizeof result;
  weir_error err = {};
  EXPECT_EQ(weir_queue_push(queue, text.data(), text.size(), nullptr, &result, &err), WEIR_OK)
      << err.message;
  return result.id;
}

// The text and id of the next message, acknowledged; "" and 0 when there is none.
inline std::pair<std::string, uint64_t> take_text(weir_queue* queue) {
  weir_message* message = nullptr;
  weir_error err = {};
  const weir_status status = weir_queue_pop(queue, nullptr, &message, &err);
  if (status == WEIR_EMPTY) return {};
  EXPECT_EQ(status, WEIR_OK) << err.message;
  const uint64_t id = weir_message_id(message);
  std::string text(static_cast<const char*>(weir_message_data(message)),
                   weir_message_size(message));
  EXPECT_EQ(weir_queue_ack(queue, id, WEIR_DURABILITY_DEFAULT, nullptr, &err), WEIR_OK)
      << err.message;
  weir_message_free(message);
  return {text, id};
}

// One store with one queue, and a check at the end that both still work.
class ApiTest : public ::testing::Test {
 protected:
  void SetUp() override {
    store_ = open_store("mem:");
    queue_ = open_queue(store_, "frames");
  }
  void TearDown() override {
    if (queue_ != nullptr) {
      while (!take_text(queue_).first.empty()) {
      }
      const uint64_t id = push_text(queue_, "still works");
      EXPECT_EQ(take_text(queue_), std::make_pair(std::string("still works"), id));
    }
    EXPECT_EQ(weir_queue_close(queue_, nullptr), WEIR_OK);
    EXPECT_EQ(weir_store_close(store_, nullptr), WEIR_OK);
  }

  weir_store* store_ = nullptr;
  weir_queue* queue_ = nullptr;
};

// NULL where the header says that there must be none: clang would warn of a plain nullptr.
struct Null {
  template <typename T>
  operator T*() const {  // NOLINT(google-explicit-constructor): it stands for nullptr
    return nullptr;
  }
};
inline constexpr Null kNull;

// Addresses that are no handle of any type, but look like pointers.
template <typename Public>
Public* not_a_handle_of() {
  static uint64_t elsewhere[64] = {};
  return reinterpret_cast<Public*>(&elsewhere[8]);
}

}  // namespace weir::api
