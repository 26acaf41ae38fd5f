// Every decoder has two halves: `parse` gives plain structs or a kj exception, `check_*` refuses
// values that are out of range. The encoders assert the same checks: what they write can be read
// again, or the store stops first. Text is Cap'n Proto text only where a person may read it (names,
// content types); whatever the user may fill with any bytes is data.
#include "format/codec.h"

#include <capnp/message.h>
#include <capnp/serialize.h>
#include <kj/exception.h>

#include <algorithm>
#include <new>
#include <type_traits>

#include "base/assert.h"
#include "format/file_header.h"
#include "format/frame.h"
#include "format/manifest.capnp.h"
#include "format/record.capnp.h"
#include "format/record.h"
#include "format/segment.capnp.h"
#include "format/state.capnp.h"

namespace weir::format {

namespace {

// The table in front of a message of one segment: segment count less one u32, words of the segment
// u32.
constexpr size_t kTableBytes = 8;
// On the stack, for the properties of a message: most fit, and then nothing is allocated but the
// result.
constexpr size_t kScratchWords = 128;
// What Cap'n Proto may visit beyond 4 x words: small messages with many empty lists.
constexpr uint64_t kTraversalExtraWords = 64;
constexpr int kNestingLimit = 16;
constexpr size_t kReasonBytesMax = 120;

// --- The frame around a message ---

std::vector<uint8_t> with_table(kj::ArrayPtr<const capnp::word> segment) {
  const kj::ArrayPtr<const capnp::byte> bytes = segment.asBytes();
  std::vector<uint8_t> out(kTableBytes + bytes.size());
  store_little(out.data() + 4, static_cast<uint32_t>(segment.size()));
  std::memcpy(out.data() + kTableBytes, bytes.begin(), bytes.size());
  return out;
}

std::vector<uint8_t> one_segment(capnp::MessageBuilder& message) {
  const auto segments = message.getSegmentsForOutput();
  if (segments.size() == 1) return with_table(segments[0]);
  // It outgrew its first segment: copy it into one that is large enough.
  const auto root = message.getRoot<capnp::AnyPointer>().asReader();
  const uint64_t words = root.targetSize().wordCount + 1;
  capnp::MallocMessageBuilder flat(static_cast<unsigned>(words),
                                   capnp::AllocationStrategy::FIXED_SIZE);
  flat.getRoot<capnp::AnyPointer>().set(root);
  const auto copied = flat.getSegmentsForOutput();
  WEIR_ASSERT(copied.size() == 1);
  return with_table(copied[0]);
}

// Encoders get values of ours: what Cap'n Proto cannot hold is a broken invariant, and a failed
// calloc, which KJ reports as an exception of its own, is what the rest of the library expects it
// to be.
template <typename Build>
std::vector<uint8_t> build(capnp::MessageBuilder& message, Build&& fill) {
  try {
    fill();
    return one_segment(message);
  } catch (const kj::Exception& exception) {
    if (exception.getType() == kj::Exception::Type::OVERLOADED) throw std::bad_alloc();
    assertion_failed("a message fits into Cap'n Proto", __FILE__, __LINE__);
  }
}

Status corrupt(std::string reason) { return {Code::kCorrupt, std::move(reason)}; }

// Copies the message to aligned words and gives its root to `parse`, whose Result it returns.
template <typename Root, typename Parse>
std::invoke_result_t<Parse, typename Root::Reader> parse_message(ByteView bytes, Parse&& parse) {
  if (bytes.size() < kTableBytes + sizeof(capnp::word) || bytes.size() % sizeof(capnp::word) != 0) {
    return corrupt("a message is not made of whole words");
  }
  const size_t words = (bytes.size() - kTableBytes) / sizeof(capnp::word);
  if (load_little<uint32_t>(bytes.data()) != 0 ||
      load_little<uint32_t>(bytes.data() + 4) != words) {
    return corrupt("a message is not one segment of the right size");
  }
  try {
    capnp::word scratch[kScratchWords];
    kj::Array<capnp::word> large;
    capnp::word* aligned = scratch;
    if (words > kScratchWords) {
      large = kj::heapArray<capnp::word>(words);
      aligned = large.begin();
    }
    std::memcpy(aligned, bytes.data() + kTableBytes, words * sizeof(capnp::word));
    const kj::ArrayPtr<const capnp::word> segment = kj::arrayPtr(aligned, words);
    capnp::ReaderOptions options;
    options.traversalLimitInWords = 4 * uint64_t{words} + kTraversalExtraWords;
    options.nestingLimit = kNestingLimit;
    capnp::SegmentArrayMessageReader reader(kj::arrayPtr(&segment, 1), options);
    return parse(reader.getRoot<Root>());
  } catch (const std::bad_alloc&) {
    throw;
  } catch (const kj::Exception& exception) {
    const std::string_view description(exception.getDescription().cStr());
    return corrupt(text("not a valid message: ", description.substr(0, kReasonBytesMax)));
  } catch (...) {
    return corrupt("not a valid message");
  }
}

// --- Conversions and checks that several messages share ---

capnp::Text::Reader to_text_reader(const std::string& value) {
  return {value.c_str(), value.size()};
}

capnp::Data::Reader to_data_reader(const std::string& value) {
  return {reinterpret_cast<const capnp::byte*>(value.data()), value.size()};
}

std::string to_string(capnp::Text::Reader value) { return {value.begin(), value.size()}; }

std::string to_string(capnp::Data::Reader value) {
  return {reinterpret_cast<const char*>(value.begin()), value.size()};
}

bool is_name(const std::string& name) { return !name.empty() && name.size() <= kNameBytesMax; }

bool is_range(uint64_t first, uint64_t last) { return first <= last && last <= kNumberMax; }

bool are_intervals(const std::vector<std::pair<uint64_t, uint64_t>>& intervals) {
  for (size_t i = 0; i < intervals.size(); ++i) {
    if (!is_range(intervals[i].first, intervals[i].second)) return false;
    if (i != 0 && intervals[i].first <= intervals[i - 1].second) return false;
  }
  return true;
}

bool are_distinct(std::vector<uint64_t> ids) {
  std::sort(ids.begin(), ids.end());
  return std::adjacent_find(ids.begin(), ids.end()) == ids.end();
}

unsigned list_size(size_t count) {
  WEIR_ASSERT(count < (1u << 29));  // Cap'n Proto's own limit
  return static_cast<unsigned>(count);
}

// --- Footer ---

Status check_footer(const std::vector<FooterEntry>& entries) {
  uint64_t end = kBlockBytes;
  for (const FooterEntry& entry : entries) {
    if (entry.offset < end || entry.offset > kNumberMax || entry.offset % 8 != 0) {
      return corrupt(text("a footer lists a frame at offset ", entry.offset));
    }
    if (entry.bytes < kFrameHeaderBytes || entry.bytes % 8 != 0 ||
        entry.bytes > kNumberMax - entry.offset) {
      return corrupt(text("a footer lists a frame of ", entry.bytes, " bytes"));
    }
    const uint64_t numbers = entry.last - entry.first;  // less one; used only when in order
    if (!is_range(entry.first, entry.last) || entry.record_count == 0 ||
        entry.record_count - 1 > numbers) {
      return corrupt(text("a footer lists ", entry.record_count, " records from ", entry.first,
                          " to ", entry.last));
    }
    end = entry.offset + entry.bytes;
  }
  return {};
}

// --- State ---

void fill_intervals(capnp::List<schema::Interval>::Builder out,
                    const std::vector<std::pair<uint64_t, uint64_t>>& intervals) {
  for (unsigned i = 0; i < out.size(); ++i) {
    out[i].setFirst(intervals[i].first);
    out[i].setLast(intervals[i].second);
  }
}

void fill_stream(schema::Stream::Builder out, const StreamState& stream) {
  out.setStreamId(stream.stream_id);
  out.setEngine(stream.engine);
  out.setKind(stream.kind);
  out.setName(to_text_reader(stream.name));
  out.setNextNumber(stream.next_number);
  out.setCeiling(stream.ceiling);
  out.setFloor(stream.floor);
  if (!stream.dead.empty())
    fill_intervals(out.initDead(list_size(stream.dead.size())), stream.dead);
  if (!stream.gaps.empty())
    fill_intervals(out.initGaps(list_size(stream.gaps.size())), stream.gaps);
  if (stream.facts.empty()) return;
  auto facts = out.initFacts(list_size(stream.facts.size()));
  for (unsigned i = 0; i < facts.size(); ++i) {
    facts[i].setKey(to_data_reader(stream.facts[i].first));
    facts[i].setValue(to_data_reader(stream.facts[i].second));
  }
}

void fill_segment(schema::Segment::Builder out, const SegmentEntry& segment) {
  out.setFileId(segment.file_id);
  out.setSalt(segment.salt);
  out.setBytes(segment.bytes);
  out.setFooterOffset(segment.footer_offset);
  out.setFooterCrc(segment.footer_crc);
}

std::vector<std::pair<uint64_t, uint64_t>> parse_intervals(
    capnp::List<schema::Interval>::Reader from) {
  std::vector<std::pair<uint64_t, uint64_t>> intervals;
  for (const auto interval : from) intervals.emplace_back(interval.getFirst(), interval.getLast());
  return intervals;
}

StreamState parse_stream(schema::Stream::Reader from) {
  StreamState stream;
  stream.stream_id = from.getStreamId();
  stream.engine = from.getEngine();
  stream.kind = from.getKind();
  stream.name = to_string(from.getName());
  stream.next_number = from.getNextNumber();
  stream.ceiling = from.getCeiling();
  stream.floor = from.getFloor();
  stream.dead = parse_intervals(from.getDead());
  stream.gaps = parse_intervals(from.getGaps());
  for (const auto fact : from.getFacts()) {
    stream.facts.emplace_back(to_string(fact.getKey()), to_string(fact.getValue()));
  }
  return stream;
}

void fill_adopted(schema::AdoptedLog::Builder out, const AdoptedLogEntry& log) {
  out.setFileId(log.file_id);
  out.setSalt(log.salt);
  out.setBytes(log.bytes);
  out.setSlot(log.slot);
}

AdoptedLogEntry parse_adopted(schema::AdoptedLog::Reader from) {
  AdoptedLogEntry log;
  log.file_id = from.getFileId();
  log.salt = from.getSalt();
  log.bytes = from.getBytes();
  log.slot = from.getSlot();
  return log;
}

SegmentEntry parse_segment(schema::Segment::Reader from) {
  SegmentEntry segment;
  segment.file_id = from.getFileId();
  segment.salt = from.getSalt();
  segment.bytes = from.getBytes();
  segment.footer_offset = from.getFooterOffset();
  segment.footer_crc = from.getFooterCrc();
  return segment;
}

Status check_stream(const StreamState& stream, uint32_t next_stream_id) {
  if (stream.stream_id == 0 || stream.stream_id >= next_stream_id) {
    return corrupt(text("stream ", stream.stream_id, " was never created"));
  }
  const auto bad = [&stream](const char* what) {
    return corrupt(text("stream ", stream.stream_id, " has ", what));
  };
  if (!is_name(stream.name)) return bad("no name of 1 to 255 bytes");
  if (stream.engine > kEngineMax || stream.kind > kStreamKindMax) return bad("an unknown kind");
  if (stream.next_number == 0 || stream.next_number > kNumberMax) return bad("no next number");
  if (stream.ceiling > kNumberMax) return bad("a ceiling out of range");
  if (stream.floor == 0 || stream.floor > kNumberMax) return bad("a floor out of range");
  if (!are_intervals(stream.dead)) return bad("dead intervals out of order");
  if (!are_intervals(stream.gaps)) return bad("gaps out of order");
  for (const auto& fact : stream.facts) {
    if (fact.second.empty()) return bad("an empty fact");
  }
  return {};
}

Status check_adopted(const AdoptedLogEntry& log) {
  if (log.file_id == 0 || log.file_id > kNumberMax || log.bytes % kBlockBytes != 0 ||
      log.bytes > kNumberMax) {
    return corrupt(text("adopted log file ", log.file_id, " is out of range"));
  }
  return {};
}

Status check_segment(const SegmentEntry& segment) {
  const auto bad = [&segment](const char* what) {
    return corrupt(text("segment ", segment.file_id, " has ", what));
  };
  if (segment.file_id == 0 || segment.file_id > kNumberMax) return bad("an id out of range");
  if (segment.bytes > kNumberMax) return bad("a size out of range");
  if (segment.footer_offset < kBlockBytes || segment.footer_offset % 8 != 0 ||
      segment.bytes < kFrameHeaderBytes ||
      segment.footer_offset > segment.bytes - kFrameHeaderBytes) {
    return bad("its footer outside of the file");
  }
  return {};
}

// All that concerns more than one stream or segment.
Status check_whole_state(const StoreState& state) {
  if (state.generation > kNumberMax) return corrupt("the state's generation is out of range");
  if (state.next_stream_id == 0) return corrupt("the state has no next stream id");
  std::vector<uint64_t> stream_ids;
  for (const StreamState& stream : state.streams) stream_ids.push_back(stream.stream_id);
  std::vector<uint64_t> file_ids;
  for (const SegmentEntry& segment : state.segments) file_ids.push_back(segment.file_id);
  for (const AdoptedLogEntry& log : state.adopted) file_ids.push_back(log.file_id);
  if (!are_distinct(std::move(stream_ids))) return corrupt("a stream is listed twice");
  if (!are_distinct(std::move(file_ids))) return corrupt("a segment is listed twice");
  return {};
}

Status check_state(const StoreState& state) {
  for (const StreamState& stream : state.streams) {
    WEIR_TRY(check_stream(stream, state.next_stream_id));
  }
  for (const SegmentEntry& segment : state.segments) WEIR_TRY(check_segment(segment));
  for (const AdoptedLogEntry& log : state.adopted) WEIR_TRY(check_adopted(log));
  return check_whole_state(state);
}

// A first guess; a message that outgrows it is copied once.
unsigned state_words(const StoreState& state) {
  uint64_t words = 64 + state.segments.size() * 6 + state.adopted.size() * 5;
  for (const StreamState& stream : state.streams) {
    words += 32 + stream.name.size() / 8 + 2 * (stream.dead.size() + stream.gaps.size());
    for (const auto& [key, value] : stream.facts) words += 6 + (key.size() + value.size()) / 8;
  }
  return static_cast<unsigned>(std::min<uint64_t>(words, 1u << 28));
}

// --- Manifest ---

Status check_manifest(const Manifest& manifest) {
  if (manifest.generation > kNumberMax || manifest.next_group == 0 ||
      manifest.next_group > kNumberMax) {
    return corrupt("the manifest's counters are out of range");
  }
  if (manifest.cut_file_id > kNumberMax || manifest.next_file_id == 0 ||
      manifest.next_file_id > kNumberMax) {
    return corrupt("the manifest's file ids are out of range");
  }
  if (manifest.durable.file_id > kNumberMax || manifest.durable.offset > kNumberMax) {
    return corrupt("the manifest's end of the log is out of range");
  }
  if (manifest.state_slot > 1 || manifest.state_bytes > UINT32_MAX) {
    return corrupt(text("the manifest names state file ", manifest.state_slot, " of ",
                        manifest.state_bytes, " bytes"));
  }
  for (const uint64_t file_id : manifest.deletes) {
    if (file_id == 0 || file_id > kNumberMax) {
      return corrupt(text("the manifest lists file ", file_id, " for deletion"));
    }
  }
  return {};
}

// At least as many words as the encoded properties take.
size_t properties_words(const Properties& properties) {
  size_t words = 16 + properties.content_type.size() / sizeof(capnp::word) + 1 +
                 properties.key.size() / sizeof(capnp::word) + 1;
  for (const auto& [name, value] : properties.headers) {
    words += 4 + name.size() / sizeof(capnp::word) + 1 + value.size() / sizeof(capnp::word) + 1;
  }
  return words;
}

}  // namespace

std::vector<uint8_t> encode_properties(const Properties& properties) {
  if (properties.content_type.empty() && properties.headers.empty() && properties.key.empty() &&
      properties.producer_id == 0 && properties.producer_sequence == 0) {
    return {};
  }
  // All words at once: a builder that cannot grow for lack of memory does not survive it (0.9.2).
  const size_t words = properties_words(properties);
  capnp::word scratch[kScratchWords] = {};
  std::vector<uint64_t> large(words > kScratchWords ? words : 0);
  auto* first = large.empty() ? scratch : reinterpret_cast<capnp::word*>(large.data());
  capnp::MallocMessageBuilder message(kj::arrayPtr(first, std::max(words, kScratchWords)));
  return build(message, [&] {
    auto root = message.initRoot<schema::Properties>();
    if (!properties.content_type.empty()) {
      root.setContentType(to_text_reader(properties.content_type));
    }
    root.setProducerId(properties.producer_id);
    root.setProducerSequence(properties.producer_sequence);
    if (!properties.key.empty()) root.setKey(to_data_reader(properties.key));
    if (properties.headers.empty()) return;
    auto headers = root.initHeaders(list_size(properties.headers.size()));
    for (unsigned i = 0; i < headers.size(); ++i) {
      headers[i].setName(to_text_reader(properties.headers[i].first));
      headers[i].setValue(to_data_reader(properties.headers[i].second));
    }
  });
}

Result<Properties> decode_properties(ByteView bytes) {
  if (bytes.empty()) return Properties();
  if (bytes.size() > kPropertiesBytesMax) return corrupt("properties are too large");
  return parse_message<schema::Properties>(
      bytes, [](schema::Properties::Reader root) -> Result<Properties> {
        Properties properties;
        properties.content_type = to_string(root.getContentType());
        if (properties.content_type.size() > kNameBytesMax) {
          return corrupt("a content type is too long");
        }
        properties.producer_id = root.getProducerId();
        properties.producer_sequence = root.getProducerSequence();
        properties.key = to_string(root.getKey());
        for (const auto header : root.getHeaders()) {
          properties.headers.emplace_back(to_string(header.getName()),
                                          to_string(header.getValue()));
          if (!is_name(properties.headers.back().first)) {
            return corrupt("a header has no name of 1 to 255 bytes");
          }
        }
        return properties;
      });
}

std::vector<uint8_t> encode_footer(const std::vector<FooterEntry>& entries) {
  WEIR_ASSERT(check_footer(entries).ok());
  const uint64_t words = std::min<uint64_t>(8 + 6 * uint64_t{entries.size()}, 1u << 28);
  capnp::MallocMessageBuilder message(static_cast<unsigned>(words));
  return build(message, [&] {
    auto frames = message.initRoot<schema::Footer>().initFrames(list_size(entries.size()));
    for (unsigned i = 0; i < frames.size(); ++i) {
      frames[i].setStreamId(entries[i].stream_id);
      frames[i].setRecordCount(entries[i].record_count);
      frames[i].setFirst(entries[i].first);
      frames[i].setLast(entries[i].last);
      frames[i].setOffset(entries[i].offset);
      frames[i].setBytes(entries[i].bytes);
    }
  });
}

Result<std::vector<FooterEntry>> decode_footer(ByteView bytes) {
  return parse_message<schema::Footer>(
      bytes, [](schema::Footer::Reader root) -> Result<std::vector<FooterEntry>> {
        std::vector<FooterEntry> entries;
        for (const auto frame : root.getFrames()) {
          FooterEntry& entry = entries.emplace_back();
          entry.stream_id = frame.getStreamId();
          entry.record_count = frame.getRecordCount();
          entry.first = frame.getFirst();
          entry.last = frame.getLast();
          entry.offset = frame.getOffset();
          entry.bytes = frame.getBytes();
        }
        WEIR_TRY(check_footer(entries));
        return entries;
      });
}

std::vector<uint8_t> encode_state(const StoreState& state) {
  WEIR_ASSERT(check_state(state).ok());
  capnp::MallocMessageBuilder message(state_words(state));
  return build(message, [&] {
    auto root = message.initRoot<schema::State>();
    root.setGeneration(state.generation);
    root.setNextStreamId(state.next_stream_id);
    auto streams = root.initStreams(list_size(state.streams.size()));
    for (unsigned i = 0; i < streams.size(); ++i) fill_stream(streams[i], state.streams[i]);
    auto segments = root.initSegments(list_size(state.segments.size()));
    for (unsigned i = 0; i < segments.size(); ++i) fill_segment(segments[i], state.segments[i]);
    auto adopted = root.initAdopted(list_size(state.adopted.size()));
    for (unsigned i = 0; i < adopted.size(); ++i) fill_adopted(adopted[i], state.adopted[i]);
  });
}

Result<StoreState> decode_state(ByteView bytes) {
  return parse_message<schema::State>(bytes, [](schema::State::Reader root) -> Result<StoreState> {
    StoreState state;
    state.generation = root.getGeneration();
    state.next_stream_id = root.getNextStreamId();
    // Each is checked at once: a list of empty structs takes no bytes, but our structs take memory.
    for (const auto stream : root.getStreams()) {
      state.streams.push_back(parse_stream(stream));
      WEIR_TRY(check_stream(state.streams.back(), state.next_stream_id));
    }
    for (const auto segment : root.getSegments()) {
      state.segments.push_back(parse_segment(segment));
      WEIR_TRY(check_segment(state.segments.back()));
    }
    for (const auto adopted : root.getAdopted()) {
      state.adopted.push_back(parse_adopted(adopted));
      WEIR_TRY(check_adopted(state.adopted.back()));
    }
    WEIR_TRY(check_whole_state(state));
    return state;
  });
}

std::vector<uint8_t> encode_manifest(const Manifest& manifest) {
  WEIR_ASSERT(check_manifest(manifest).ok());
  capnp::MallocMessageBuilder message(
      static_cast<unsigned>(std::min<size_t>(32 + manifest.deletes.size(), 1u << 28)));
  return build(message, [&] {
    auto root = message.initRoot<schema::Manifest>();
    root.setGeneration(manifest.generation);
    root.setUuidLow(load_little<uint64_t>(manifest.uuid.data()));
    root.setUuidHigh(load_little<uint64_t>(manifest.uuid.data() + 8));
    root.setCutFileId(manifest.cut_file_id);
    root.setNextFileId(manifest.next_file_id);
    root.setStateBytes(manifest.state_bytes);
    root.setStateCrc(manifest.state_crc);
    root.setStateSlot(static_cast<uint8_t>(manifest.state_slot));
    root.setClean(manifest.clean);
    root.setDurableFileId(manifest.durable.file_id);
    root.setDurableOffset(manifest.durable.offset);
    root.setNextGroup(manifest.next_group);
    auto deletes = root.initDeletes(list_size(manifest.deletes.size()));
    for (unsigned i = 0; i < deletes.size(); ++i) deletes.set(i, manifest.deletes[i]);
  });
}

Result<Manifest> decode_manifest(ByteView bytes) {
  return parse_message<schema::Manifest>(
      bytes, [](schema::Manifest::Reader root) -> Result<Manifest> {
        Manifest manifest;
        manifest.generation = root.getGeneration();
        store_little(manifest.uuid.data(), root.getUuidLow());
        store_little(manifest.uuid.data() + 8, root.getUuidHigh());
        manifest.cut_file_id = root.getCutFileId();
        manifest.next_file_id = root.getNextFileId();
        manifest.state_slot = root.getStateSlot();
        manifest.state_bytes = root.getStateBytes();
        manifest.state_crc = root.getStateCrc();
        manifest.durable = {root.getDurableFileId(), root.getDurableOffset()};
        manifest.clean = root.getClean();
        manifest.next_group = root.getNextGroup();
        for (const uint64_t file_id : root.getDeletes()) manifest.deletes.push_back(file_id);
        WEIR_TRY(check_manifest(manifest));
        return manifest;
      });
}

}  // namespace weir::format
