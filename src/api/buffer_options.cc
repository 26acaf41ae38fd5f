#include "api/buffer_options.h"

#include "api/check.h"
#include "api/options.h"

namespace weir::api {

namespace {

static_assert(static_cast<uint32_t>(buffer::Policy::kReject) == WEIR_BUFFER_REJECT);
static_assert(static_cast<uint32_t>(buffer::Policy::kEvict) == WEIR_BUFFER_EVICT);

// The defaults are the engine's, so that there is one place for them.
constexpr weir_buffer_options kDefaults = [] {
  constexpr buffer::Options kEngine;
  weir_buffer_options options = {};
  options.struct_size = sizeof options;
  options.tick_ms = kEngine.tick_ms;
  options.expiry_ms = kEngine.expiry_ms;
  options.bytes_max = kEngine.bytes_max;
  options.items_max = kEngine.items_max;
  options.policy = static_cast<uint32_t>(kEngine.policy);
  options.events_max = kEngine.events_max;
  options.snapshot = kEngine.snapshot ? 1 : 0;
  return options;
}();

constexpr Choice kPolicies[] = {{"reject", WEIR_BUFFER_REJECT}, {"evict", WEIR_BUFFER_EVICT}};
constexpr Field kFields[] = {
    {"tick_ms",
     FieldType::kMilliseconds,
     offsetof(weir_buffer_options, tick_ms),
     {1, buffer::kTickMsMax}},
    {"expiry_ms",
     FieldType::kDuration,
     offsetof(weir_buffer_options, expiry_ms),
     {1, buffer::kExpiryMsMax}},
    {"bytes_max",
     FieldType::kBytes,
     offsetof(weir_buffer_options, bytes_max),
     {0, buffer::kBytesMax}},
    {"items_max",
     FieldType::kLargeCount,
     offsetof(weir_buffer_options, items_max),
     {0, buffer::kItemsMax}},
    {"policy", FieldType::kChoice, offsetof(weir_buffer_options, policy), {0, 0}, kPolicies},
    {"events_max",
     FieldType::kCount,
     offsetof(weir_buffer_options, events_max),
     {0, buffer::kEventsMax}},
    {"snapshot", FieldType::kFlag, offsetof(weir_buffer_options, snapshot)},
};

}  // namespace

Status init_buffer_options(weir_buffer_options* out, size_t struct_size) {
  return init_struct(out, struct_size, kDefaults);
}

Status set_buffer_option(weir_buffer_options* options, const char* name, const char* value) {
  return set_field("buffer_options", options, sizeof *options, kFields, name, value);
}

Result<buffer::Options> read_buffer_options(const weir_buffer_options* given) {
  weir_buffer_options options = kDefaults;
  WEIR_TRY(read_struct("buffer_options", given, &options));
  WEIR_TRY(check_reserved("weir_buffer_options", options.reserved));
  WEIR_TRY(check_range("tick_ms", options.tick_ms, 1, buffer::kTickMsMax));
  if (options.expiry_ms < 1 || options.expiry_ms > buffer::kExpiryMsMax) {
    return Status(Code::kInvalidArgument, text("expiry_ms is ", options.expiry_ms,
                                               "; it goes from 1 to ", buffer::kExpiryMsMax));
  }
  WEIR_TRY(check_range("bytes_max", options.bytes_max, 0, buffer::kBytesMax));
  WEIR_TRY(check_range("items_max", options.items_max, 0, buffer::kItemsMax));
  WEIR_TRY(check_range("policy", options.policy, WEIR_BUFFER_REJECT, WEIR_BUFFER_EVICT));
  WEIR_TRY(check_range("events_max", options.events_max, 0, buffer::kEventsMax));
  WEIR_TRY(check_flag("snapshot", options.snapshot));
  buffer::Options open;
  open.tick_ms = options.tick_ms;
  open.expiry_ms = options.expiry_ms;
  open.bytes_max = options.bytes_max;
  open.items_max = options.items_max;
  open.policy = static_cast<buffer::Policy>(options.policy);
  open.events_max = options.events_max;
  open.snapshot = options.snapshot != 0;
  return open;
}

}  // namespace weir::api
