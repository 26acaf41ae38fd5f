#include "api/queue_options.h"

#include "api/check.h"
#include "api/options.h"
#include "api/shells.h"

namespace weir::api {

namespace {

static_assert(static_cast<uint32_t>(queue::Kind::kDurable) == WEIR_QUEUE_DURABLE);
static_assert(static_cast<uint32_t>(queue::Kind::kMemory) == WEIR_QUEUE_MEMORY);

// The defaults are the engine's, so that there is one place for them.
constexpr weir_queue_options kQueueDefaults = [] {
  constexpr queue::OpenOptions kEngine;
  weir_queue_options options = {};
  options.struct_size = sizeof options;
  options.kind = static_cast<uint32_t>(kEngine.kind);
  options.create = kEngine.create ? 1 : 0;
  options.existing_kind = kEngine.existing_kind ? 1 : 0;
  return options;
}();

constexpr weir_push_options kPushDefaults = [] {
  weir_push_options options = {};
  options.struct_size = sizeof options;
  options.durability = WEIR_DURABILITY_DEFAULT;
  return options;
}();

constexpr weir_pop_options kPopDefaults = [] {
  constexpr queue::PopOptions kEngine;
  weir_pop_options options = {};
  options.struct_size = sizeof options;
  options.durability = WEIR_DURABILITY_DEFAULT;
  options.bytes_max = kEngine.bytes_max;
  return options;
}();

constexpr Choice kKinds[] = {{"durable", WEIR_QUEUE_DURABLE}, {"memory", WEIR_QUEUE_MEMORY}};
constexpr Field kQueueFields[] = {
    {"kind", FieldType::kChoice, offsetof(weir_queue_options, kind), {0, 0}, kKinds},
    {"create", FieldType::kFlag, offsetof(weir_queue_options, create)},
    {"existing_kind", FieldType::kFlag, offsetof(weir_queue_options, existing_kind)},
};

// Ids and sequences fit a signed 64-bit number, because some languages have no other.
constexpr uint64_t kSequenceMax = INT64_MAX;

Status check_producer(const weir_push_options& options, size_t count) {
  if (options.producer_id == 0) {
    if (options.producer_sequence == 0) return {};
    return {Code::kInvalidArgument, text("producer_sequence is ", options.producer_sequence,
                                         " and producer_id is 0, which means no producer")};
  }
  const uint64_t following = count > 0 ? count - 1 : 0;
  return check_range("producer_sequence", options.producer_sequence, 1, kSequenceMax - following);
}

}  // namespace

Status init_queue_options(weir_queue_options* out, size_t struct_size) {
  return init_struct(out, struct_size, kQueueDefaults);
}

Status init_push_options(weir_push_options* out, size_t struct_size) {
  return init_struct(out, struct_size, kPushDefaults);
}

Status init_pop_options(weir_pop_options* out, size_t struct_size) {
  return init_struct(out, struct_size, kPopDefaults);
}

Status set_queue_option(weir_queue_options* options, const char* name, const char* value) {
  return set_field("queue_options", options, sizeof *options, kQueueFields, name, value);
}

Result<queue::OpenOptions> read_queue_options(const weir_queue_options* given) {
  weir_queue_options options = kQueueDefaults;
  WEIR_TRY(read_struct("queue_options", given, &options));
  WEIR_TRY(check_reserved("weir_queue_options", options.reserved));
  WEIR_TRY(check_range("kind", options.kind, WEIR_QUEUE_DURABLE, WEIR_QUEUE_MEMORY));
  WEIR_TRY(check_flag("create", options.create));
  WEIR_TRY(check_flag("existing_kind", options.existing_kind));
  queue::OpenOptions open;
  open.kind = static_cast<queue::Kind>(options.kind);
  open.create = options.create != 0;
  open.existing_kind = options.existing_kind != 0;
  return open;
}

Result<queue::PushOptions> read_push_options(const weir_push_options* given, size_t count) {
  queue::PushOptions push;
  if (given == nullptr) return push;
  weir_push_options options = kPushDefaults;
  WEIR_TRY(read_struct("push_options", given, &options));
  WEIR_ASSIGN(push.durability, check_durability(options.durability));
  push.timeout_ms = options.timeout_ms;
  if (options.content_type != nullptr) {
    WEIR_ASSIGN(push.content_type,
                check_text("content_type", options.content_type, 0, queue::kContentTypeBytesMax));
  }
  if (options.headers != nullptr) {
    WEIR_ASSIGN(const HeadersShell* headers, look_or_tell<HeadersShell>(options.headers));
    push.headers = headers->headers.get();
  }
  WEIR_TRY(check_producer(options, count));
  push.producer_id = options.producer_id;
  push.producer_sequence = options.producer_sequence;
  return push;
}

Result<queue::PopOptions> read_pop_options(const weir_pop_options* given) {
  queue::PopOptions pop;
  if (given == nullptr) return pop;
  weir_pop_options options = kPopDefaults;
  WEIR_TRY(read_struct("pop_options", given, &options));
  WEIR_TRY(check_reserved("weir_pop_options", options.reserved));
  WEIR_ASSIGN(pop.durability, check_durability(options.durability));
  WEIR_TRY(check_duration("lease_ms", options.lease_ms));
  WEIR_TRY(check_flag("acknowledge", options.acknowledge));
  pop.timeout_ms = options.timeout_ms;
  pop.lease_ms = options.lease_ms;
  pop.bytes_max = options.bytes_max;
  pop.acknowledge = options.acknowledge != 0;
  return pop;
}

}  // namespace weir::api
