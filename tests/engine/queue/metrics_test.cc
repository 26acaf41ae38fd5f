#include "tests/engine/queue/fixture.h"

namespace weir::queue {
namespace {

class MetricsTest : public QueueTest {};

TEST_F(MetricsTest, count_what_was_done_over_all_queues) {
  const std::unique_ptr<Handle> other = open_queue("other");
  PushResult result;
  ASSERT_TRUE(other->push(as_bytes("x"), {}, &result).ok());
  const uint64_t id = push("a");
  push("b");
  pop();
  uint64_t acked = 0;
  Level level = Level::kMemory;
  ASSERT_TRUE(queue_->ack({&id, 1}, Durability::kSync, &acked, &level).ok());

  const std::string text = store_->metrics();

  EXPECT_THAT(text, HasSubstr("\nweir_queue_pushed_total 3\n"));
  EXPECT_THAT(text, HasSubstr("\nweir_queue_acked_total 1\n"));
  EXPECT_THAT(text, HasSubstr("\nweir_queue_messages{state=\"ready\"} 1\n"));
  EXPECT_THAT(text, HasSubstr("\nweir_queue_messages{state=\"in_flight\"} 1\n"));
}

TEST_F(MetricsTest, the_oldest_message_has_an_age) {
  push("a");
  world_->executor().run_for_ms(2000);
  push("b");

  EXPECT_THAT(store_->metrics(), HasSubstr("\nweir_queue_oldest_ready_seconds 2"));
}

}  // namespace
}  // namespace weir::queue
