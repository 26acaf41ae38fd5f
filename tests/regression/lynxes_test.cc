// The mistakes of seed 002 (SEEDS.md §3.3), each as it was seen to run, through the C API.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <weir/weir.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>
#include <thread>
#include <vector>

namespace weir::regression {
namespace {

class Lynxes : public testing::Test {
 protected:
  void SetUp() override {
    std::string name = (std::filesystem::temp_directory_path() / "weir-lynxes-XXXXXX").string();
    ASSERT_NE(mkdtemp(name.data()), nullptr);
    directory_ = name;
    open();
  }
  void TearDown() override {
    close();
    std::filesystem::remove_all(directory_);
  }
  void open() {
    weir_store_options options;
    weir_store_options_init(&options, sizeof options);
    options.memory_bytes_max = 1 << 20;
    options.wal_bytes_max = 1 << 20;
    ASSERT_EQ(weir_store_open(directory_.c_str(), &options, &store_, nullptr), WEIR_OK);
    ASSERT_EQ(weir_log_open(store_, "topic", nullptr, &log_, nullptr), WEIR_OK);
  }
  void close() {
    EXPECT_EQ(weir_log_close(log_, nullptr), WEIR_OK);
    EXPECT_EQ(weir_store_close(store_, nullptr), WEIR_OK);
    log_ = nullptr;
    store_ = nullptr;
  }
  uint64_t append(const std::string& text) {
    weir_append_result result = {};
    result.struct_size = sizeof result;
    weir_error error = {};
    EXPECT_EQ(weir_log_append(log_, text.data(), text.size(), nullptr, &result, &error), WEIR_OK)
        << error.message;
    return result.offset;
  }
  std::string read(uint64_t offset) {
    weir_records* records = nullptr;
    weir_error error = {};
    const weir_status status = weir_log_read(log_, offset, 1, 1, &records, nullptr, &error);
    if (status != WEIR_OK) return weir_status_name(status);
    std::string text(static_cast<const char*>(weir_records_data(records, 0)),
                     weir_records_size(records, 0));
    EXPECT_EQ(weir_records_offset(records, 0), offset);
    weir_records_free(records);
    return text;
  }
  weir_log_statistics statistics() {
    weir_log_statistics found = {};
    found.struct_size = sizeof found;
    EXPECT_EQ(weir_log_stats(log_, &found, nullptr), WEIR_OK);
    return found;
  }

  std::string directory_;
  weir_store* store_ = nullptr;
  weir_log* log_ = nullptr;
};

// 1. Ten appended, closed, opened: the next got offset 1, and read(1) gave the old record.
TEST_F(Lynxes, offsets_are_not_handed_out_again_after_reopening) {
  for (uint64_t i = 0; i < 10; ++i) EXPECT_EQ(append("old " + std::to_string(i)), i);
  close();
  open();
  EXPECT_EQ(append("new"), 10u);
  EXPECT_EQ(read(1), "old 1");
  EXPECT_EQ(read(10), "new");
}

// 2. and 3. 100 records over 6 segments: none readable in the process, 18 after reopening; counted as 370.
TEST_F(Lynxes, rotated_records_are_readable_and_counted_once) {
  const std::string padding(60'000, '.');
  for (uint64_t i = 0; i < 100; ++i) {
    ASSERT_EQ(append(std::to_string(i) + padding), i);
    if (i % 17 == 16) {
      ASSERT_EQ(weir_store_checkpoint(store_, nullptr), WEIR_OK);
    }
  }
  for (int round = 0; round < 2; ++round) {
    for (uint64_t i = 0; i < 100; ++i) ASSERT_EQ(read(i), std::to_string(i) + padding);
    EXPECT_EQ(statistics().record_count, 100u);
    EXPECT_EQ(statistics().next_offset, 100u);
    close();
    open();
  }
}

// 4. Two bytes swapped on disk were read back without an error.
TEST_F(Lynxes, bytes_swapped_on_disk_are_never_read_as_data) {
  append("ab-the-bytes-that-are-swapped");
  ASSERT_EQ(weir_store_checkpoint(store_, nullptr), WEIR_OK);
  close();
  size_t swapped = 0;
  for (const auto& entry : std::filesystem::directory_iterator(directory_)) {
    std::string bytes;
    {
      std::ifstream in(entry.path(), std::ios::binary);
      bytes.assign(std::istreambuf_iterator<char>(in), {});
    }
    const size_t at = bytes.find("ab-the-bytes");
    if (at == std::string::npos) continue;
    std::swap(bytes[at], bytes[at + 1]);
    std::ofstream(entry.path(), std::ios::binary) << bytes;
    ++swapped;
  }
  ASSERT_GT(swapped, 0u);
  weir_store* store = nullptr;
  weir_error error = {};
  const weir_status opened = weir_store_open(directory_.c_str(), nullptr, &store, &error);
  if (opened == WEIR_OK) {
    weir_log* log = nullptr;
    ASSERT_EQ(weir_log_open(store, "topic", nullptr, &log, nullptr), WEIR_OK);
    weir_records* records = nullptr;
    EXPECT_EQ(weir_log_read(log, 0, 1, 1, &records, nullptr, &error), WEIR_E_CORRUPT);
    EXPECT_EQ(weir_log_close(log, nullptr), WEIR_OK);
    EXPECT_EQ(weir_store_close(store, nullptr), WEIR_OK);
  } else {
    EXPECT_EQ(opened, WEIR_E_CORRUPT);
  }
  std::filesystem::remove_all(directory_);
  std::filesystem::create_directory(directory_);
  open();
}

// 5. A record of 2 MiB was appended and refused on read.
TEST_F(Lynxes, what_can_be_appended_can_be_read) {
  const std::string large(2 << 20, 'L');
  const uint64_t offset = append(large);
  EXPECT_EQ(read(offset), large);
  close();
  open();
  EXPECT_EQ(read(offset), large);
  const std::string too_large(17 << 20, 'X');
  EXPECT_EQ(weir_log_append(log_, too_large.data(), too_large.size(), nullptr, nullptr, nullptr),
            WEIR_E_TOO_LARGE);
}

// 6. Two readers shared a position: 39,340 of 40,000 reads were wrong or failed.
TEST_F(Lynxes, two_readers_do_not_share_a_position) {
  for (int i = 0; i < 500; ++i) append(std::to_string(i));
  std::vector<std::thread> threads;
  for (int t = 0; t < 2; ++t) {
    threads.emplace_back([this, t] {
      for (uint64_t i = 0; i < 20'000; ++i) {
        const uint64_t offset = (i * 7 + static_cast<uint64_t>(t) * 250) % 500;
        ASSERT_EQ(read(offset), std::to_string(offset));
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
}

}  // namespace
}  // namespace weir::regression
