// What a queue tells a monitor.
#include "base/metrics.h"

#include <algorithm>

#include "engine/queue/state.h"
#include "format/record.h"

namespace weir::queue {

void QueueState::add_metrics_locked(Metrics& metrics) {
  const store::StreamPtr stream = stream_.lock();
  if (!stream) return;
  const auto count = [&](std::string_view name, std::string_view help, uint64_t value) {
    metrics.counter(name, help, static_cast<double>(value));
  };
  count("weir_queue_pushed_total", "Messages pushed.", counted.push_count);
  count("weir_queue_delivered_total", "Messages handed out.", counted.delivery_count);
  count("weir_queue_redelivered_total", "Of them, those handed out before.",
        counted.redelivery_count);
  count("weir_queue_acked_total", "Messages acknowledged.", counted.ack_count);
  count("weir_queue_nacked_total", "Messages given back.", counted.nack_count);
  count("weir_queue_lease_expired_total", "Leases that ran out.", counted.lease_expiry_count);
  count("weir_queue_duplicates_total", "Messages left out because they had arrived.",
        counted.duplicate_count);
  const auto gauge = [&](std::string_view state, uint64_t value) {
    metrics.gauge("weir_queue_messages", "Messages by state.", static_cast<double>(value),
                  "state=\"" + std::string(state) + "\"");
  };
  gauge("ready", ready_count());
  gauge("delayed", delivery.delayed_count());
  gauge("in_flight", delivery.in_flight_count() + stream->unpublished_dead);
  // The head of a queue stays in memory longest; when it is not there its age is not known for nothing.
  const uint64_t head = delivery.next_after(*stream, 0);
  const uint8_t* record = head == 0 ? nullptr : stream->find_in_memory(head, nullptr);
  if (record == nullptr) return;
  const int64_t age_ns = store_.clock().wall_ns() - format::read_record_header(record).time_ns;
  metrics.gauge_max("weir_queue_oldest_ready_seconds", "Age of the oldest message that is ready.",
                    static_cast<double>(std::max<int64_t>(0, age_ns)) / 1e9);
}

}  // namespace weir::queue
