// A store in a directory of its own and one queue in it, used through the C API.
#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <weir/weir.h>

#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <string>
#include <vector>

namespace weir::regression {

class QueueTest : public testing::Test {
 protected:
  void SetUp() override {
    std::string name = (std::filesystem::temp_directory_path() / "weir-regression-XXXXXX").string();
    ASSERT_NE(mkdtemp(name.data()), nullptr);
    directory_ = name;
    weir_store_options_init(&options_, sizeof options_);
    options_.memory_bytes_max = 1 << 20;
    options_.wal_bytes_max = 1 << 20;
    error_.struct_size = sizeof error_;
  }
  void TearDown() override {
    close();
    std::filesystem::remove_all(directory_);
  }

  void open(const char* queue = "q") {
    const std::string url = "file:" + directory_;
    ASSERT_EQ(weir_store_open(url.c_str(), &options_, &store_, &error_), WEIR_OK) << error_.message;
    ASSERT_EQ(weir_queue_open(store_, queue, nullptr, &queue_, &error_), WEIR_OK) << error_.message;
  }
  void close() {
    EXPECT_EQ(weir_queue_close(queue_, nullptr), WEIR_OK);  // null is fine
    EXPECT_EQ(weir_store_close(store_, &error_), WEIR_OK) << error_.message;
    queue_ = nullptr;
    store_ = nullptr;
  }

  void push(const std::string& text, uint32_t durability = WEIR_DURABILITY_ASYNC) {
    weir_push_options options;
    weir_push_options_init(&options, sizeof options);
    options.durability = durability;
    ASSERT_EQ(weir_queue_push(queue_, text.data(), text.size(), &options, nullptr, &error_),
              WEIR_OK)
        << error_.message;
  }
  // The next message, acknowledged; "<status>" when there is none.
  std::string take(int64_t timeout_ms = 0) {
    weir_pop_options options;
    weir_pop_options_init(&options, sizeof options);
    options.acknowledge = 1;
    options.durability = WEIR_DURABILITY_ASYNC;
    options.timeout_ms = timeout_ms;
    weir_message* message = nullptr;
    const weir_status status = weir_queue_pop(queue_, &options, &message, &error_);
    if (status != WEIR_OK) return std::string("<") + weir_status_name(status) + ">";
    std::string text(static_cast<const char*>(weir_message_data(message)),
                     weir_message_size(message));
    weir_message_free(message);
    return text;
  }
  std::vector<std::string> take_all() {
    std::vector<std::string> all;
    for (std::string one = take(); one != "<WEIR_EMPTY>" && all.size() < 100'000; one = take())
      all.push_back(one);
    return all;
  }
  weir_queue_statistics statistics() {
    weir_queue_statistics out{};
    out.struct_size = sizeof out;
    EXPECT_EQ(weir_queue_stats(queue_, &out, nullptr), WEIR_OK);
    return out;
  }
  weir_store_statistics store_statistics() {
    weir_store_statistics out{};
    out.struct_size = sizeof out;
    EXPECT_EQ(weir_store_stats(store_, &out, nullptr), WEIR_OK);
    return out;
  }
  // A message of `size` bytes that says which it is.
  static std::string numbered(uint64_t number, size_t size) {
    std::string text = std::to_string(number) + ":";
    if (text.size() < size) text.resize(size, static_cast<char>('a' + number % 26));
    return text;
  }

  std::string directory_;
  weir_store_options options_{};
  weir_error error_{};
  weir_store* store_ = nullptr;
  weir_queue* queue_ = nullptr;
};

}  // namespace weir::regression
