#include "api/log_options.h"

#include <numeric>

#include "api/check.h"
#include "api/options.h"
#include "api/shells.h"

namespace weir::api {

namespace {

static_assert(static_cast<uint32_t>(log::Kind::kDurable) == WEIR_LOG_DURABLE);
static_assert(static_cast<uint32_t>(log::Kind::kMemory) == WEIR_LOG_MEMORY);
static_assert(static_cast<uint32_t>(log::ConsumerRetention::kIgnore) ==
              WEIR_RETAIN_IGNORE_CONSUMERS);
static_assert(static_cast<uint32_t>(log::ConsumerRetention::kKeepUnread) ==
              WEIR_RETAIN_KEEP_UNREAD);
static_assert(static_cast<uint32_t>(log::ConsumerRetention::kDropRead) == WEIR_RETAIN_DROP_READ);
static_assert(static_cast<uint32_t>(log::Place::kEarliest) == WEIR_PLACE_EARLIEST);
static_assert(static_cast<uint32_t>(log::Place::kLatest) == WEIR_PLACE_LATEST);
static_assert(static_cast<uint32_t>(log::Place::kOffset) == WEIR_PLACE_OFFSET);
static_assert(static_cast<uint32_t>(log::Place::kTime) == WEIR_PLACE_TIME);

// The defaults are the engine's, so that there is one place for them.
constexpr weir_log_options kLogDefaults = [] {
  constexpr log::OpenOptions kEngine;
  weir_log_options options = {};
  options.struct_size = sizeof options;
  options.kind = static_cast<uint32_t>(kEngine.kind);
  options.retention_ms = kEngine.retention.age_ms;
  options.retention_bytes = kEngine.retention.bytes_max;
  options.retention_consumers = static_cast<uint32_t>(kEngine.retention.consumers);
  options.create = kEngine.create ? 1 : 0;
  options.existing_kind = kEngine.existing_kind ? 1 : 0;
  return options;
}();

constexpr weir_append_options kAppendDefaults = [] {
  weir_append_options options = {};
  options.struct_size = sizeof options;
  options.durability = WEIR_DURABILITY_DEFAULT;
  return options;
}();

constexpr weir_reader_options kReaderDefaults = [] {
  weir_reader_options options = {};
  options.struct_size = sizeof options;
  options.place = WEIR_PLACE_EARLIEST;
  options.create = 1;
  return options;
}();

constexpr weir_read_options kReadDefaults = [] {
  constexpr log::ReadOptions kEngine;
  weir_read_options options = {};
  options.struct_size = sizeof options;
  options.count_max = kEngine.count_max;
  options.bytes_max = kEngine.bytes_max;
  return options;
}();

constexpr Choice kKinds[] = {{"durable", WEIR_LOG_DURABLE}, {"memory", WEIR_LOG_MEMORY}};
constexpr Choice kConsumers[] = {{"ignore", WEIR_RETAIN_IGNORE_CONSUMERS},
                                 {"keep_unread", WEIR_RETAIN_KEEP_UNREAD},
                                 {"drop_read", WEIR_RETAIN_DROP_READ}};
constexpr Field kLogFields[] = {
    {"kind", FieldType::kChoice, offsetof(weir_log_options, kind), {0, 0}, kKinds},
    {"retention_ms",
     FieldType::kDuration,
     offsetof(weir_log_options, retention_ms),
     {0, log::kDurationMsMax}},
    {"retention_bytes",
     FieldType::kBytes,
     offsetof(weir_log_options, retention_bytes),
     {0, INT64_MAX}},
    {"retention_consumers",
     FieldType::kChoice,
     offsetof(weir_log_options, retention_consumers),
     {0, 0},
     kConsumers},
    {"create", FieldType::kFlag, offsetof(weir_log_options, create)},
    {"existing_kind", FieldType::kFlag, offsetof(weir_log_options, existing_kind)},
};

// Offsets and sequences fit a signed 64-bit number, because some languages have no other.
constexpr uint64_t kSequenceMax = INT64_MAX;

Status check_producer(const weir_append_options& options, size_t count) {
  if (options.producer_id == 0) {
    if (options.producer_sequence == 0) return {};
    return {Code::kInvalidArgument, text("producer_sequence is ", options.producer_sequence,
                                         " and producer_id is 0, which means no producer")};
  }
  const uint64_t following = count > 0 ? count - 1 : 0;
  return check_range("producer_sequence", options.producer_sequence, 1, kSequenceMax - following);
}

Status check_key_size(uint64_t size) {
  if (size <= log::kKeyBytesMax) return {};
  return {Code::kTooLarge, text("a key has ", size, " bytes; at most ", uint64_t{log::kKeyBytesMax},
                                " are allowed")};
}

Status read_keys(const weir_append_options& options, size_t count, bool many,
                 log::AppendOptions* append) {
  if (options.key == nullptr && options.key_size != 0) return check_pointer("key", options.key);
  append->key = {static_cast<const char*>(options.key), options.key_size};
  if (!many || options.key_sizes == nullptr) return check_key_size(options.key_size);
  append->key_sizes = {options.key_sizes, count};
  for (const uint32_t size : append->key_sizes) WEIR_TRY(check_key_size(size));
  const uint64_t sum =
      std::accumulate(append->key_sizes.begin(), append->key_sizes.end(), uint64_t{0});
  if (sum == options.key_size) return {};
  return {Code::kInvalidArgument,
          text("key_sizes add up to ", sum, " bytes and key_size is ", uint64_t{options.key_size})};
}

Status read_times(const weir_append_options& options, size_t count, bool many,
                  log::AppendOptions* append) {
  append->time_ns = options.time_ns;
  if (many && options.times_ns != nullptr) append->times_ns = {options.times_ns, count};
  for (const int64_t time : append->times_ns) {
    if (time < 0)
      return {Code::kInvalidArgument, text("a time of times_ns is ", time, "; it is at least 0")};
  }
  if (options.time_ns >= 0) return {};
  return {Code::kInvalidArgument, text("time_ns is ", options.time_ns, "; it is at least 0")};
}

}  // namespace

Status init_log_options(weir_log_options* out, size_t struct_size) {
  return init_struct(out, struct_size, kLogDefaults);
}

Status init_append_options(weir_append_options* out, size_t struct_size) {
  return init_struct(out, struct_size, kAppendDefaults);
}

Status init_reader_options(weir_reader_options* out, size_t struct_size) {
  return init_struct(out, struct_size, kReaderDefaults);
}

Status init_read_options(weir_read_options* out, size_t struct_size) {
  return init_struct(out, struct_size, kReadDefaults);
}

Status set_log_option(weir_log_options* options, const char* name, const char* value) {
  return set_field("log_options", options, sizeof *options, kLogFields, name, value);
}

Result<log::OpenOptions> read_log_options(const weir_log_options* given) {
  weir_log_options options = kLogDefaults;
  WEIR_TRY(read_struct("log_options", given, &options));
  WEIR_TRY(check_reserved("weir_log_options", options.reserved));
  WEIR_TRY(check_range("kind", options.kind, WEIR_LOG_DURABLE, WEIR_LOG_MEMORY));
  WEIR_TRY(check_duration("retention_ms", options.retention_ms));
  WEIR_TRY(check_range("retention_bytes", options.retention_bytes, 0, INT64_MAX));
  WEIR_TRY(check_range("retention_consumers", options.retention_consumers,
                       WEIR_RETAIN_IGNORE_CONSUMERS, WEIR_RETAIN_DROP_READ));
  WEIR_TRY(check_flag("create", options.create));
  WEIR_TRY(check_flag("existing_kind", options.existing_kind));
  log::OpenOptions open;
  open.kind = static_cast<log::Kind>(options.kind);
  open.create = options.create != 0;
  open.existing_kind = options.existing_kind != 0;
  open.retention.age_ms = options.retention_ms;
  open.retention.bytes_max = options.retention_bytes;
  open.retention.consumers = static_cast<log::ConsumerRetention>(options.retention_consumers);
  return open;
}

Result<log::AppendOptions> read_append_options(const weir_append_options* given, size_t count,
                                               bool many) {
  log::AppendOptions append;
  if (given == nullptr) return append;
  weir_append_options options = kAppendDefaults;
  WEIR_TRY(read_struct("append_options", given, &options));
  WEIR_ASSIGN(append.durability, check_durability(options.durability));
  append.timeout_ms = options.timeout_ms;
  if (options.content_type != nullptr) {
    WEIR_ASSIGN(append.content_type,
                check_text("content_type", options.content_type, 0, log::kContentTypeBytesMax));
  }
  if (options.headers != nullptr) {
    WEIR_ASSIGN(const HeadersShell* headers, look_or_tell<HeadersShell>(options.headers));
    append.headers = headers->headers.get();
  }
  WEIR_TRY(read_keys(options, count, many, &append));
  WEIR_TRY(read_times(options, count, many, &append));
  WEIR_TRY(check_producer(options, count));
  append.producer_id = options.producer_id;
  append.producer_sequence = options.producer_sequence;
  return append;
}

Result<log::Place> check_place(uint32_t place, int64_t value) {
  WEIR_TRY(check_range("place", place, WEIR_PLACE_EARLIEST, WEIR_PLACE_TIME));
  if (place == WEIR_PLACE_OFFSET) {
    const bool fits = value >= 0 && static_cast<uint64_t>(value) <= log::kOffsetMax;
    if (!fits) {
      return Status(Code::kInvalidArgument,
                    text("the offset is ", value, "; it is from 0 to ", log::kOffsetMax));
    }
  }
  return static_cast<log::Place>(place);
}

Result<log::ReaderOptions> read_reader_options(const weir_reader_options* given) {
  weir_reader_options options = kReaderDefaults;
  WEIR_TRY(read_struct("reader_options", given, &options));
  WEIR_TRY(check_reserved("weir_reader_options", options.reserved));
  WEIR_TRY(check_flag("shared", options.shared));
  WEIR_TRY(check_flag("create", options.create));
  log::ReaderOptions reader;
  WEIR_ASSIGN(reader.start, check_place(options.place, options.place_value));
  reader.start_value = options.place_value;
  reader.shared = options.shared != 0;
  reader.create = options.create != 0;
  if (options.consumer != nullptr) {
    WEIR_ASSIGN(reader.consumer, check_text("consumer", options.consumer, 1, log::kNameBytesMax));
  } else if (reader.shared) {
    return Status(Code::kInvalidArgument,
                  "shared is 1 and consumer is NULL: only named consumers are shared");
  }
  return reader;
}

Result<log::ReadOptions> read_read_options(const weir_read_options* given) {
  weir_read_options options = kReadDefaults;
  WEIR_TRY(read_struct("read_options", given, &options));
  WEIR_TRY(check_range("reserved", options.reserved, 0, 0));
  WEIR_TRY(check_range("count_max", options.count_max, 1, log::kManyCountMax));
  log::ReadOptions read;
  read.timeout_ms = options.timeout_ms;
  read.count_max = options.count_max;
  read.bytes_max = options.bytes_max;
  return read;
}

}  // namespace weir::api
