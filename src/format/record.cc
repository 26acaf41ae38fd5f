#include "format/record.h"

#include "base/crc32c.h"

namespace weir::format {

uint32_t body_crc(ByteView properties, ByteView payload) {
  const uint32_t crc = properties.empty() ? 0 : crc32c(properties);
  return crc32c(payload, crc);
}

uint32_t write_record_header(const RecordHeader& header, uint32_t body_crc, uint8_t* to) {
  store_little(to + 4, header.body_bytes);
  store_little(to + 8, header.number);
  store_little(to + 16, header.time_ns);
  store_little(to + 24, header.stream_id);
  store_little(to + 28, header.properties_bytes);
  const uint32_t crc = crc32c({to + 4, kRecordHeaderBytes - 4}, body_crc);
  store_little(to, crc);
  return crc;
}

RecordHeader read_record_header(const uint8_t* from) {
  RecordHeader header;
  header.crc = load_little<uint32_t>(from);
  header.body_bytes = load_little<uint32_t>(from + 4);
  header.number = load_little<uint64_t>(from + 8);
  header.time_ns = load_little<int64_t>(from + 16);
  header.stream_id = load_little<uint32_t>(from + 24);
  header.properties_bytes = load_little<uint32_t>(from + 28);
  return header;
}

namespace {

template <typename Visit>
void for_each_record(MutableBytes body, Visit&& visit) {
  for (size_t at = 0; at + kRecordHeaderBytes <= body.size();) {
    const RecordHeader header = read_record_header(body.data() + at);
    const uint64_t bytes = record_bytes(header.body_bytes);
    if (header.body_bytes > kRecordBodyBytesMax || bytes > body.size() - at) return;
    visit(body.data() + at, header);
    at += bytes;
  }
}

}  // namespace

void clear_record_crcs(MutableBytes body) {
  for_each_record(body,
                  [](uint8_t* record, const RecordHeader&) { store_little(record, uint32_t{0}); });
}

void restore_record_crcs(MutableBytes body) {
  for_each_record(body, [](uint8_t* record, const RecordHeader& header) {
    const uint32_t of_body = crc32c({record + kRecordHeaderBytes, header.body_bytes});
    store_little(record, crc32c({record + 4, kRecordHeaderBytes - 4}, of_body));
  });
}

bool RecordReader::next(RecordView* out) {
  if (bad_ || rest_.empty()) return false;
  bad_ = true;  // until shown otherwise
  if (rest_.size() < kRecordHeaderBytes) return false;
  out->header = read_record_header(rest_.data());
  const RecordHeader& header = out->header;
  if (header.body_bytes > kRecordBodyBytesMax || header.properties_bytes > header.body_bytes)
    return false;
  const uint64_t bytes = record_bytes(header.body_bytes);
  if (bytes > rest_.size()) return false;
  const ByteView body = rest_.subspan(kRecordHeaderBytes, header.body_bytes);
  out->properties = body.first(header.properties_bytes);
  out->payload = body.subspan(header.properties_bytes);
  if (verify_ && crc32c(rest_.subspan(4, kRecordHeaderBytes - 4), crc32c(body)) != header.crc)
    return false;
  rest_ = rest_.subspan(bytes);
  bad_ = false;
  return true;
}

}  // namespace weir::format
