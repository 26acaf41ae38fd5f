#include <weir/buffer.h>

#include <thread>
#include <vector>

#include "tests/api/fixture.h"

namespace weir::api {
namespace {

class ValueApiTest : public ::testing::Test {
 protected:
  ValueApiTest() : store_(open_store("mem:")) {
    EXPECT_EQ(weir_buffer_open(store_, "b", nullptr, &buffer_, nullptr), WEIR_OK);
    EXPECT_EQ(weir_buffer_set(buffer_, "k", 1, "value", 5, 0, nullptr), WEIR_OK);
  }
  ~ValueApiTest() override {
    EXPECT_EQ(weir_buffer_close(buffer_, nullptr), WEIR_OK);
    EXPECT_EQ(weir_store_close(store_, nullptr), WEIR_OK);
  }
  weir_value* get() {
    weir_value* value = nullptr;
    EXPECT_EQ(weir_buffer_get(buffer_, "k", 1, &value, nullptr), WEIR_OK);
    return value;
  }

  weir_store* store_;
  weir_buffer* buffer_ = nullptr;
};

TEST_F(ValueApiTest, what_is_no_value_is_told) {
  EXPECT_EQ(weir_value_data(nullptr), nullptr);
  EXPECT_EQ(weir_value_size(nullptr), 0U);
  weir_value_free(nullptr);
  auto* const foreign = not_a_handle_of<weir_value>();
  EXPECT_EQ(weir_value_data(foreign), nullptr);
  EXPECT_EQ(weir_value_size(foreign), 0U);
  weir_value_free(foreign);
  weir_value* const odd = reinterpret_cast<weir_value*>(reinterpret_cast<uintptr_t>(get()) ^ 1);
  EXPECT_EQ(weir_value_data(odd), nullptr);
  weir_value_free(reinterpret_cast<weir_value*>(reinterpret_cast<uintptr_t>(odd) ^ 1));
}

TEST_F(ValueApiTest, a_freed_one_stays_freed_while_others_come_and_go) {
  weir_value* const kept = get();
  weir_value* const stale = get();
  weir_value_free(stale);
  for (int i = 0; i < 1000; ++i) {
    weir_value* const other = get();
    EXPECT_NE(other, stale);
    EXPECT_EQ(weir_value_data(stale), nullptr);
    weir_value_free(stale);
    EXPECT_EQ(weir_value_size(other), 5U);
    weir_value_free(other);
  }
  EXPECT_EQ(std::string(static_cast<const char*>(weir_value_data(kept)), 5), "value");
  weir_value_free(kept);
}

TEST_F(ValueApiTest, many_at_once_and_freed_by_other_threads) {
  for (int round = 0; round < 3; ++round) {
    std::vector<weir_value*> values;
    for (int i = 0; i < 5000; ++i) values.push_back(get());
    EXPECT_EQ(weir_buffer_remove(buffer_, "k", 1, nullptr), WEIR_OK);
    std::vector<std::thread> threads;
    for (size_t part = 0; part < 4; ++part) {
      threads.emplace_back([&, part] {
        for (size_t i = part; i < values.size(); i += 4) {
          EXPECT_EQ(std::memcmp(weir_value_data(values[i]), "value", 5), 0);
          weir_value_free(values[i]);
        }
      });
    }
    for (std::thread& thread : threads) thread.join();
    EXPECT_EQ(weir_buffer_set(buffer_, "k", 1, "value", 5, 0, nullptr), WEIR_OK);
  }
}

TEST_F(ValueApiTest, an_empty_one_has_no_bytes) {
  EXPECT_EQ(weir_buffer_set(buffer_, "k", 1, nullptr, 0, 0, nullptr), WEIR_OK);
  weir_value* const value = get();
  EXPECT_EQ(weir_value_size(value), 0U);
  weir_value_free(value);
}

}  // namespace
}  // namespace weir::api
