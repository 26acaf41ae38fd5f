#include "base/metrics.h"

#include <gtest/gtest.h>

namespace weir {
namespace {

TEST(Metrics, values_of_one_name_and_label_add_up) {
  Metrics metrics;
  metrics.counter("weir_queue_pushed_total", "Messages pushed.", 3);
  metrics.counter("weir_queue_pushed_total", "Messages pushed.", 4);
  metrics.gauge("weir_queue_messages", "Messages.", 2, "state=\"ready\"");
  metrics.gauge("weir_queue_messages", "Messages.", 1, "state=\"in_flight\"");
  metrics.gauge_max("weir_queue_oldest_seconds", "Age.", 0.5);
  metrics.gauge_max("weir_queue_oldest_seconds", "Age.", 0.25);

  EXPECT_EQ(metrics.text(),
            "# HELP weir_queue_messages Messages.\n"
            "# TYPE weir_queue_messages gauge\n"
            "weir_queue_messages{state=\"in_flight\"} 1\n"
            "weir_queue_messages{state=\"ready\"} 2\n"
            "# HELP weir_queue_oldest_seconds Age.\n"
            "# TYPE weir_queue_oldest_seconds gauge\n"
            "weir_queue_oldest_seconds 0.5\n"
            "# HELP weir_queue_pushed_total Messages pushed.\n"
            "# TYPE weir_queue_pushed_total counter\n"
            "weir_queue_pushed_total 7\n");
}

TEST(Metrics, a_histogram_is_cumulative) {
  Histogram values;
  for (const uint64_t value : {500U, 1000U, 1023U, 5000U}) values.record(value);
  Metrics metrics;

  metrics.histogram("weir_sync_seconds", "Time.", values, 1000, 9, 11);

  EXPECT_EQ(metrics.text(),
            "# HELP weir_sync_seconds Time.\n"
            "# TYPE weir_sync_seconds histogram\n"
            "weir_sync_seconds_bucket{le=\"0.512\"} 1\n"
            "weir_sync_seconds_bucket{le=\"1.024\"} 3\n"
            "weir_sync_seconds_bucket{le=\"2.048\"} 3\n"
            "weir_sync_seconds_bucket{le=\"+Inf\"} 4\n"
            "weir_sync_seconds_sum 7.523\n"
            "weir_sync_seconds_count 4\n");
}

TEST(Metrics, nothing_is_no_text) { EXPECT_EQ(Metrics().text(), ""); }

}  // namespace
}  // namespace weir
