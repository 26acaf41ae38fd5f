#include "store/inspect.h"

#include <vector>

#include "storage/log_scan.h"
#include "storage/segment.h"
#include "store/json.h"
#include "store/store.h"

namespace weir::store {

namespace {

Result<std::shared_ptr<Store>> open_read_only(env::Env& env, std::string_view url) {
  WEIR_ASSIGN(const Url parsed, parse_url(url));
  if (parsed.scheme == Url::Scheme::kMemory) {
    return Status(Code::kInvalidArgument,
                  "url \"mem:\" is gone with its process; give the path of a store on disk");
  }
  Options options;
  options.read_only = true;
  options.create = false;
  return Store::open(env, url, options);
}

std::string_view kind_name(format::FileKind kind) {
  switch (kind) {
    case format::FileKind::kLog:
      return "log";
    case format::FileKind::kSegment:
      return "segment";
    case format::FileKind::kScratch:
      return "scratch";
  }
  return "unknown";
}

std::string hex(const format::StoreUuid& uuid) {
  static constexpr char kDigits[] = "0123456789abcdef";
  std::string text;
  for (const uint8_t byte : uuid) {
    text += kDigits[byte >> 4];
    text += kDigits[byte & 15];
  }
  return text;
}

void write_header(JsonWriter& json, Core& core) WEIR_REQUIRES(core.mutex) {
  json.field("path", core.directory->path());
  json.field("format", uint64_t{format::kFormatMajor}).field("uuid", hex(core.uuid));
  json.flag("closed_in_order", core.manifest.clean);
  json.field("generation", core.manifest.generation);
  json.begin_object("log");
  json.field("cut_file_id", core.manifest.cut_file_id);
  json.field("end_file_id", core.synced_end.file_id).field("end_offset", core.synced_end.offset);
  json.field("torn_bytes", core.counted.recovered_torn_bytes);
  json.end_object();
}

void write_files(JsonWriter& json, Core& core) WEIR_REQUIRES(core.mutex) {
  json.begin_array("files");
  for (const auto& [id, file] : core.files) {
    json.begin_object();
    json.field("name", file->name()).field("kind", kind_name(file->kind())).field("id", id);
    json.field("bytes", file->bytes).field("live_frames", file->live_extents);
    json.end_object();
  }
  json.end_array();
}

void write_queues(JsonWriter& json, Core& core) {
  json.begin_array("queues");
  for (const auto& [id, stream] : core.streams) {
    json.begin_object();
    json.field("name", stream->name());
    json.field("kind", stream->kind() == storage::kStreamDurable ? "durable" : "memory");
    json.field("message_count", stream->live_count());
    json.field("first_id", stream->floor()).field("next_id", stream->next_number());
    json.field("disk_bytes", stream->disk_bytes());
    json.begin_array("gaps");
    for (const auto& [first, last] : stream->gaps) {
      json.begin_object().field("first", first).field("last", last).end_object();
    }
    json.end_array().end_object();
  }
  json.end_array();
}

struct Check {
  JsonWriter json;
  uint64_t damage_count = 0;
  uint64_t frame_count = 0;
  uint64_t record_count = 0;
  uint64_t bytes = 0;

  void damage(std::string_view message) {
    ++damage_count;
    json.begin_object().field("problem", message).end_object();
  }
};

// Every frame of a segment, live or not. Damage goes on to the next frame; the system's refusals end the check.
Status verify_segment(Core& core, storage::DataFile& data, Check* check) {
  WEIR_ASSIGN(const std::shared_ptr<env::File> file, data.file(*core.directory));
  Result<std::vector<format::FooterEntry>> entries = storage::read_footer(*file, data);
  if (!entries.ok()) {
    if (entries.status().code() != Code::kCorrupt) return entries.take_status();
    check->damage(entries.status().message());
    return {};
  }
  std::vector<uint8_t> frame;
  for (const format::FooterEntry& entry : entries.value()) {
    format::FrameHeader header;
    const Status status =
        storage::read_frame(*file, data, entry.offset, entry.bytes, &frame, &header);
    if (status.code() == Code::kCorrupt) check->damage(status.message());
    if (status.failed() && status.code() != Code::kCorrupt) return status;
    ++check->frame_count;
    check->record_count += entry.record_count;
  }
  check->bytes += data.bytes;
  data.close();
  return {};
}

// The groups of a log file were checked at open; this counts what is in them, and what is in adopted files.
Status verify_log(Core& core, storage::DataFile& data, Check* check) {
  WEIR_ASSIGN(const std::shared_ptr<env::File> file, data.file(*core.directory));
  storage::WindowReader reader(*file, data.bytes);
  for (uint64_t offset = format::kBlockBytes; offset < data.bytes;) {
    const Result<storage::ScannedGroup> group = storage::read_group(reader, data.seed(), offset);
    if (!group.ok()) {
      if (group.status().code() != Code::kCorrupt) return group.status();
      check->damage(text(data.name(), " (id ", data.id(), ") at offset ", offset, ": ",
                         group.status().message()));
      break;
    }
    for (const storage::ScannedFrame& frame : group.value().frames) {
      ++check->frame_count;
      check->record_count += frame.header.record_count;
    }
    offset += group.value().header.total_bytes;
  }
  check->bytes += data.bytes;
  return {};
}

Result<VerifyReport> finish(Check* check, Core* core) {
  check->json.end_array();
  if (core != nullptr) {
    MutexLock lock(core->mutex);
    write_files(check->json, *core);
  }
  check->json.field("damage_count", check->damage_count);
  check->json.field("frame_count", check->frame_count).field("record_count", check->record_count);
  check->json.field("bytes", check->bytes).flag("sound", check->damage_count == 0);
  check->json.end_object();
  VerifyReport report;
  report.damage_count = check->damage_count;
  report.json = check->json.take();
  return report;
}

}  // namespace

Result<std::string> inspect(env::Env& env, std::string_view url) {
  WEIR_ASSIGN(const std::shared_ptr<Store> store, open_read_only(env, url));
  Core& core = store->core();
  JsonWriter json;
  MutexLock lock(core.mutex);
  json.begin_object();
  write_header(json, core);
  write_queues(json, core);
  write_files(json, core);
  json.end_object();
  return json.take();
}

Result<VerifyReport> verify(env::Env& env, std::string_view url) {
  Check check;
  check.json.begin_object().field("url", url).begin_array("damage");
  // Opening checks the manifest, the state, every footer and every byte of the log that is in use.
  Result<std::shared_ptr<Store>> store = open_read_only(env, url);
  if (!store.ok()) {
    if (store.status().code() != Code::kCorrupt) return store.take_status();
    check.damage(store.status().message());
    return finish(&check, nullptr);
  }
  Core& core = store.value()->core();
  std::vector<std::shared_ptr<storage::DataFile>> files;
  {
    MutexLock lock(core.mutex);
    for (const auto& [id, file] : core.files) {
      files.push_back(file);
    }
  }
  for (const auto& file : files) {
    const bool is_log = file->kind() == format::FileKind::kLog;
    WEIR_TRY(is_log ? verify_log(core, *file, &check) : verify_segment(core, *file, &check));
  }
  return finish(&check, &core);
}

}  // namespace weir::store
