// Feeds bytes from anywhere to every decoder of src/format. The first byte of an input chooses the
// decoder and its highest bit whether the checksums are made right first: a fuzzer does not guess a
// CRC, an attacker computes it.
// fuzz.h says who runs it.
#include <algorithm>
#include <array>
#include <cstdint>
#include <span>
#include <vector>

#include "base/assert.h"
#include "base/bytes.h"
#include "base/crc32c.h"
#include "format/codec.h"
#include "format/envelope.h"
#include "format/file_header.h"
#include "format/frame.h"
#include "format/group.h"
#include "format/operation.h"
#include "format/record.h"
#include "tests/fuzz/fuzz.h"

namespace {

using weir::ByteView;
using weir::Code;
using weir::load_little;
using weir::store_little;
using Bytes = std::vector<uint8_t>;
namespace format = weir::format;

constexpr format::Seed kSeed = {{1, 2, 3}, 4, 5};
constexpr uint64_t kOffset = 4096;

// What a decoder may say of bytes it refuses.
void check_refusal(const weir::Status& status) {
  WEIR_ASSERT(status.code() == Code::kCorrupt || status.code() == Code::kFormatTooNew);
  WEIR_ASSERT(!status.message().empty());
}

bool inside(ByteView part, ByteView whole) {
  return part.empty() ||
         (part.data() >= whole.data() && part.data() + part.size() <= whole.data() + whole.size());
}

void fuzz_records(Bytes bytes, bool repair) {
  format::RecordReader reader(bytes, !repair);
  format::RecordView record;
  while (reader.next(&record)) {
    WEIR_ASSERT(inside(record.properties, bytes) && inside(record.payload, bytes));
    WEIR_ASSERT(record.header.body_bytes <= format::kRecordBodyBytesMax);
  }
}

void fuzz_frame(Bytes bytes, bool repair) {
  if (bytes.size() < format::kFrameHeaderBytes) return;
  if (repair) store_little(bytes.data() + 60, weir::crc32c({bytes.data(), 60}, kSeed.at(kOffset)));
  const auto header = format::read_frame_header(bytes, kSeed, kOffset);
  if (!header.ok()) return check_refusal(header.status());
  const Bytes body(bytes.begin() + format::kFrameHeaderBytes, bytes.end());
  const weir::Status status = verify_frame_body(header.value(), body);
  if (!status.ok()) check_refusal(status);
  WEIR_ASSERT(format::frame_bytes(header.value().body_bytes) >= format::kFrameHeaderBytes);
}

void fuzz_group(Bytes bytes, bool repair) {
  if (bytes.size() < format::kGroupHeaderBytes) return;
  if (repair) store_little(bytes.data() + 60, weir::crc32c({bytes.data(), 60}, kSeed.at(kOffset)));
  const auto checked = format::read_group_header(bytes, kSeed, kOffset);
  if (!checked.ok()) return check_refusal(checked.status());
  const format::GroupHeader& header = checked.value().header;
  WEIR_ASSERT(header.total_bytes <= format::kNumberMax - kOffset);
  WEIR_ASSERT(header.total_bytes % format::kBlockBytes == 0 && header.total_bytes != 0);
  WEIR_ASSERT(header.frame_count < header.total_bytes / format::kFrameHeaderBytes);
}

void fuzz_file_header(Bytes bytes, bool repair) {
  bytes.resize(format::kBlockBytes);
  if (repair) {
    constexpr size_t kCrcOffset = format::kBlockBytes / 2 - 4;
    store_little(bytes.data() + kCrcOffset, weir::crc32c({bytes.data(), kCrcOffset}));
  }
  const auto header = format::read_file_header(bytes);
  if (!header.ok()) return check_refusal(header.status());
  std::array<uint8_t, format::kBlockBytes> again;
  format::write_file_header(header.value(), again.data());
  const auto read = format::read_file_header(again);
  WEIR_ASSERT(read.ok() && read.value().file_id == header.value().file_id);
}

void fuzz_envelope(Bytes bytes, bool repair) {
  if (repair && bytes.size() >= format::kEnvelopeBytes) {
    const uint64_t room = bytes.size() - format::kEnvelopeBytes;
    const uint64_t size = std::min<uint64_t>(load_little<uint32_t>(bytes.data() + 24), room);
    const ByteView message(bytes.data() + format::kEnvelopeBytes, size);
    store_little(bytes.data() + 28, weir::crc32c(message, weir::crc32c({bytes.data(), 28})));
  }
  for (const auto kind : {format::EnvelopeKind::kManifest, format::EnvelopeKind::kState}) {
    const auto opened = format::open_envelope(kind, bytes);
    if (opened.ok()) {
      WEIR_ASSERT(inside(opened.value().message, bytes));
    } else {
      check_refusal(opened.status());
    }
  }
}

void fuzz_operations(Bytes bytes, bool /*repair*/) {
  format::OperationReader reader(bytes);
  format::Operation operation;
  Bytes again;
  while (reader.next(&operation)) {
    WEIR_ASSERT(inside(operation.value, bytes) && inside(weir::as_bytes(operation.key), bytes));
    again.clear();
    format::append_operation(operation, &again);  // asserts that its values are in range
  }
}

Bytes encode_again(const format::Properties& value) { return encode_properties(value); }
Bytes encode_again(const std::vector<format::FooterEntry>& value) { return encode_footer(value); }
Bytes encode_again(const format::StoreState& value) { return encode_state(value); }
Bytes encode_again(const format::Manifest& value) { return encode_manifest(value); }

// The encoders assert that values are in range; what they write must be read again as the same.
// Properties may grow beyond their limit, because pointers may share what they point to and are
// written out apart: then they are refused.
template <auto kDecode>
void fuzz_message(Bytes bytes, bool repair) {
  if (repair && bytes.size() >= 8) {
    bytes.resize(bytes.size() / 8 * 8);
    store_little(bytes.data(), uint32_t{0});
    store_little(bytes.data() + 4, static_cast<uint32_t>(bytes.size() / 8 - 1));
  }
  const auto first = kDecode(bytes);
  if (!first.ok()) return check_refusal(first.status());
  const Bytes again = encode_again(first.value());
  const auto second = kDecode(again);
  if (again.size() > format::kPropertiesBytesMax && !second.ok()) return;
  WEIR_ASSERT(second.ok());
  WEIR_ASSERT(encode_again(second.value()) == again);
}

using Target = void (*)(Bytes, bool);
constexpr Target kTargets[] = {fuzz_records,
                               fuzz_frame,
                               fuzz_group,
                               fuzz_file_header,
                               fuzz_envelope,
                               fuzz_operations,
                               fuzz_message<format::decode_properties>,
                               fuzz_message<format::decode_footer>,
                               fuzz_message<format::decode_state>,
                               fuzz_message<format::decode_manifest>};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size == 0) return 0;
  const Target target = kTargets[data[0] % weir_fuzz_repair % std::size(kTargets)];
  target(Bytes(data + 1, data + size), (data[0] & weir_fuzz_repair) != 0);
  return 0;
}

// One valid input for each target, to mutate.
std::vector<std::vector<uint8_t>> weir_fuzz_valid_inputs() {
  Bytes record(format::record_bytes(5));
  format::RecordHeader record_header;
  record_header.number = 7;
  record_header.body_bytes = 5;
  const uint32_t record_crc = write_record_header(
      record_header, format::body_crc({}, weir::as_bytes("hello")), record.data());
  std::copy_n("hello", 5, record.begin() + format::kRecordHeaderBytes);
  Bytes frame(format::kFrameHeaderBytes);
  format::FrameHeader frame_header;
  frame_header.record_count = 1;
  frame_header.first = frame_header.last = 7;
  frame_header.body_bytes = static_cast<uint32_t>(record.size());
  frame_header.body_crc = format::fold_crc(0, record_crc);
  write_frame_header(frame_header, kSeed, kOffset, frame.data());
  frame.insert(frame.end(), record.begin(), record.end());
  Bytes group(format::kGroupHeaderBytes);
  format::GroupHeader group_header;
  group_header.total_bytes = format::kBlockBytes;
  write_group_header(group_header, kSeed, kOffset, group.data());
  Bytes file(format::kBlockBytes);
  format::write_file_header({}, file.data());
  Bytes operations;
  for (uint8_t kind = 1; kind <= 6; ++kind) {
    format::Operation operation;
    operation.kind = static_cast<format::OperationKind>(kind);
    operation.key = "key";
    append_operation(operation, &operations);
  }
  format::Properties properties;
  properties.content_type = "text/plain";
  properties.headers = {{"a", "1"}, {"b", ""}};
  const std::vector<format::FooterEntry> footer = {{1, 2, 3, 9, 4096, 144},
                                                   {2, 1, 5, 5, 4240, 104}};
  format::StoreState state;
  state.next_stream_id = 9;
  format::StreamState stream;
  stream.stream_id = 5;
  stream.name = "frames";
  stream.dead = {{1, 2}, {4, 5}};
  stream.facts = {{"key", "value"}};
  state.streams = {stream};
  state.segments = {{1, 2, 8192, 4096, 3}};
  format::Manifest manifest;
  manifest.deletes = {7, 8};
  Bytes envelope = seal_envelope(format::EnvelopeKind::kManifest, 3, encode_manifest(manifest));
  envelope.resize(format::kEnvelopeBytes + encode_manifest(manifest).size());
  std::vector<Bytes> inputs = {record,
                               frame,
                               group,
                               file,
                               envelope,
                               operations,
                               encode_properties(properties),
                               encode_footer(footer),
                               encode_state(state),
                               encode_manifest(manifest)};
  for (size_t i = 0; i < inputs.size(); ++i) {
    inputs[i].insert(inputs[i].begin(), static_cast<uint8_t>(i));
  }
  return inputs;
}
