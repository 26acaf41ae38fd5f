#include <weir/batch.h>

#include "tests/api/fixture.h"

namespace weir::api {
namespace {

class BatchApi : public ApiTest {
 protected:
  void SetUp() override {
    ApiTest::SetUp();
    EXPECT_EQ(weir_batch_create(store_, &batch_, nullptr), WEIR_OK);
  }
  void TearDown() override {
    weir_batch_free(batch_);
    ApiTest::TearDown();
  }
  weir_status push(const std::string& text) {
    return weir_batch_push(batch_, queue_, text.data(), text.size(), nullptr, nullptr);
  }
  weir_status commit() {
    return weir_store_commit(store_, batch_, WEIR_DURABILITY_DEFAULT, 0, nullptr, nullptr);
  }
  uint64_t ready_count(weir_queue* queue) {
    weir_queue_statistics statistics = {};
    statistics.struct_size = sizeof statistics;
    EXPECT_EQ(weir_queue_stats(queue, &statistics, nullptr), WEIR_OK);
    return statistics.ready_count;
  }
  weir_batch* batch_ = nullptr;
};

TEST_F(BatchApi, commits_pushes_and_acks_of_several_queues) {
  weir_queue* done = open_queue(store_, "done");
  push_text(queue_, "job");
  weir_message* job = nullptr;
  EXPECT_EQ(weir_queue_pop(queue_, nullptr, &job, nullptr), WEIR_OK);

  EXPECT_EQ(weir_batch_ack(batch_, queue_, weir_message_id(job), nullptr), WEIR_OK);
  EXPECT_EQ(weir_batch_push(batch_, done, "result", 6, nullptr, nullptr), WEIR_OK);
  EXPECT_EQ(weir_batch_count(batch_), 2U);
  EXPECT_EQ(weir_batch_id_at(batch_, 1), 0U);
  EXPECT_EQ(ready_count(done), 0U);
  uint32_t level = 99;
  EXPECT_EQ(weir_store_commit(store_, batch_, WEIR_DURABILITY_SYNC, 0, &level, nullptr), WEIR_OK);

  EXPECT_EQ(level, static_cast<uint32_t>(WEIR_DURABILITY_MEMORY));
  EXPECT_EQ(weir_batch_id_at(batch_, 0), weir_message_id(job));
  EXPECT_EQ(weir_batch_id_at(batch_, 1), 1U);
  EXPECT_EQ(weir_batch_id_at(batch_, 2), 0U);
  EXPECT_EQ(take_text(done).first, "result");
  EXPECT_EQ(weir_queue_ack(queue_, weir_message_id(job), 0, nullptr, nullptr), WEIR_NOT_FOUND);
  weir_message_free(job);
  EXPECT_EQ(weir_queue_close(done, nullptr), WEIR_OK);
}

TEST_F(BatchApi, is_cleared_before_it_is_used_again) {
  EXPECT_EQ(push("one"), WEIR_OK);
  EXPECT_EQ(commit(), WEIR_OK);
  EXPECT_EQ(commit(), WEIR_E_INVALID_ARGUMENT);

  EXPECT_EQ(weir_batch_clear(batch_, nullptr), WEIR_OK);
  EXPECT_EQ(weir_batch_count(batch_), 0U);
  EXPECT_EQ(push("two"), WEIR_OK);
  EXPECT_EQ(commit(), WEIR_OK);

  EXPECT_EQ(take_text(queue_).first, "one");
  EXPECT_EQ(take_text(queue_).first, "two");
  EXPECT_EQ(take_text(queue_).first, "");
}

TEST_F(BatchApi, what_is_not_committed_never_happens) {
  EXPECT_EQ(push("never"), WEIR_OK);

  weir_batch_free(batch_);

  EXPECT_EQ(ready_count(queue_), 0U);
}

TEST_F(BatchApi, an_empty_batch_is_done_at_once) { EXPECT_EQ(commit(), WEIR_OK); }

TEST_F(BatchApi, a_queue_of_another_store_is_refused) {
  weir_store* other_store = open_store("mem:");
  weir_queue* other = open_queue(other_store, "frames");

  expect_failure(WEIR_E_INVALID_ARGUMENT, "another store", [&](weir_error* err) {
    return weir_batch_push(batch_, other, "x", 1, nullptr, err);
  });
  expect_failure(WEIR_E_INVALID_ARGUMENT, "another store",
                 [&](weir_error* err) { return weir_batch_ack(batch_, other, 1, err); });
  expect_failure(WEIR_E_INVALID_ARGUMENT, "another store", [&](weir_error* err) {
    return weir_store_commit(other_store, batch_, 0, 0, nullptr, err);
  });

  EXPECT_EQ(weir_queue_close(other, nullptr), WEIR_OK);
  EXPECT_EQ(weir_store_close(other_store, nullptr), WEIR_OK);
}

TEST_F(BatchApi, null_freed_and_foreign_handles_get_a_status) {
  weir_batch* freed = nullptr;
  EXPECT_EQ(weir_batch_create(store_, &freed, nullptr), WEIR_OK);
  weir_batch_free(freed);
  const auto refuse = [&](weir_status status, const std::string& part, weir_batch* batch) {
    expect_failure(status, part, [&](weir_error* err) {
      return weir_batch_push(batch, queue_, "x", 1, nullptr, err);
    });
    expect_failure(status, part,
                   [&](weir_error* err) { return weir_batch_ack(batch, queue_, 1, err); });
    expect_failure(status, part, [&](weir_error* err) { return weir_batch_clear(batch, err); });
    expect_failure(status, part, [&](weir_error* err) {
      return weir_store_commit(store_, batch, 0, 0, nullptr, err);
    });
    EXPECT_EQ(weir_batch_count(batch), 0U);
    EXPECT_EQ(weir_batch_id_at(batch, 0), 0U);
    weir_batch_free(batch);
  };

  refuse(WEIR_E_CLOSED, "closed", freed);
  refuse(WEIR_E_INVALID_ARGUMENT, "batch is NULL", nullptr);
  refuse(WEIR_E_INVALID_ARGUMENT, "batch is no handle", not_a_handle_of<weir_batch>());
  for (weir_queue* wrong : {static_cast<weir_queue*>(nullptr), not_a_handle_of<weir_queue>()}) {
    expect_failure(WEIR_E_INVALID_ARGUMENT, "queue is", [&](weir_error* err) {
      return weir_batch_push(batch_, wrong, "x", 1, nullptr, err);
    });
    expect_failure(WEIR_E_INVALID_ARGUMENT, "queue is",
                   [&](weir_error* err) { return weir_batch_ack(batch_, wrong, 1, err); });
  }
  weir_batch* out = nullptr;
  expect_failure(WEIR_E_INVALID_ARGUMENT, "store is NULL",
                 [&](weir_error* err) { return weir_batch_create(kNull, &out, err); });
  expect_failure(WEIR_E_INVALID_ARGUMENT, "out is NULL",
                 [&](weir_error* err) { return weir_batch_create(store_, kNull, err); });
  expect_failure(WEIR_E_INVALID_ARGUMENT, "store is NULL", [&](weir_error* err) {
    return weir_store_commit(kNull, batch_, 0, 0, kNull, err);
  });
}

TEST_F(BatchApi, values_out_of_range_are_named) {
  expect_failure(WEIR_E_INVALID_ARGUMENT, "data is NULL and its size is 5", [&](weir_error* err) {
    return weir_batch_push(batch_, queue_, nullptr, 5, nullptr, err);
  });
  expect_failure(WEIR_E_INVALID_ARGUMENT, "id is 0",
                 [&](weir_error* err) { return weir_batch_ack(batch_, queue_, 0, err); });
  expect_failure(WEIR_E_INVALID_ARGUMENT, "durability is 1", [&](weir_error* err) {
    return weir_store_commit(store_, batch_, WEIR_DURABILITY_MEMORY, 0, nullptr, err);
  });
  const std::string large((16 << 20) + 1, 'x');
  expect_failure(WEIR_E_TOO_LARGE, "16777216", [&](weir_error* err) {
    return weir_batch_push(batch_, queue_, large.data(), large.size(), nullptr, err);
  });
  weir_push_options options = {};
  expect_failure(WEIR_E_INVALID_ARGUMENT, "push_options.struct_size is 0", [&](weir_error* err) {
    return weir_batch_push(batch_, queue_, "x", 1, &options, err);
  });
  EXPECT_EQ(weir_batch_count(batch_), 0U);
}

TEST_F(BatchApi, more_than_64_mib_is_refused_and_the_batch_is_as_before) {
  const std::string large(16 << 20, 'x');
  size_t added = 0;
  while (added < 5 && push(large) == WEIR_OK) ++added;

  EXPECT_GE(added, 3U);
  EXPECT_LE(added, 4U);
  EXPECT_EQ(weir_batch_count(batch_), added);
  expect_failure(WEIR_E_TOO_LARGE, "67108864", [&](weir_error* err) {
    return weir_batch_push(batch_, queue_, large.data(), large.size(), nullptr, err);
  });
  EXPECT_EQ(weir_batch_clear(batch_, nullptr), WEIR_OK);
  EXPECT_EQ(push("small"), WEIR_OK);
  EXPECT_EQ(commit(), WEIR_OK);
}

TEST_F(BatchApi, outlives_its_handles) {
  weir_queue* queue = open_queue(store_, "other");
  EXPECT_EQ(weir_batch_push(batch_, queue, "x", 1, nullptr, nullptr), WEIR_OK);
  EXPECT_EQ(weir_queue_close(queue, nullptr), WEIR_OK);

  // The handle that the push went through is closed: the batch as a whole is refused.
  EXPECT_EQ(commit(), WEIR_E_CLOSED);
  EXPECT_EQ(weir_batch_clear(batch_, nullptr), WEIR_OK);
  EXPECT_EQ(push("y"), WEIR_OK);
  EXPECT_EQ(commit(), WEIR_OK);
}

}  // namespace
}  // namespace weir::api
