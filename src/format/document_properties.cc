#include "format/document_properties.h"

#include "base/assert.h"
#include "format/layout.h"

namespace weir::format {

namespace {

// form u8 | content type bytes u8 | key bytes u16 | 0 u32 | expires at i64 | key | 0 | content type | 0 | zeros
size_t unpadded_bytes(size_t key_bytes, size_t content_type_bytes) {
  return kDocumentHeadBytes + key_bytes + 1 + content_type_bytes + 1;
}

}  // namespace

size_t document_properties_bytes(const DocumentProperties& properties) {
  return align_up(unpadded_bytes(properties.key.size(), properties.content_type.size()), 8);
}

void encode_document_properties(const DocumentProperties& properties, std::vector<uint8_t>* to) {
  WEIR_ASSERT(!properties.key.empty() && properties.key.size() <= kDocumentKeyBytesMax);
  WEIR_ASSERT(properties.content_type.size() <= kNameBytesMax);
  to->assign(document_properties_bytes(properties), 0);
  uint8_t* out = to->data();
  out[0] = static_cast<uint8_t>(properties.form);
  out[1] = static_cast<uint8_t>(properties.content_type.size());
  store_little(out + 2, static_cast<uint16_t>(properties.key.size()));
  store_little(out + 8, properties.expires_at_ns);
  std::memcpy(out + kDocumentHeadBytes, properties.key.data(), properties.key.size());
  if (properties.content_type.empty()) return;
  std::memcpy(out + kDocumentHeadBytes + properties.key.size() + 1, properties.content_type.data(),
              properties.content_type.size());
}

Result<DocumentProperties> decode_document_properties(ByteView bytes) {
  const auto damaged = [&](const char* what) {
    return Status(Code::kCorrupt,
                  text("properties of a document, ", uint64_t{bytes.size()}, " bytes: ", what));
  };
  if (bytes.size() < kDocumentHeadBytes) return damaged("they are cut off");
  const size_t content_type_bytes = bytes[1];
  const size_t key_bytes = load_little<uint16_t>(&bytes[2]);
  if (bytes[0] > static_cast<uint8_t>(DocumentForm::kDocument)) {
    return Status(Code::kFormatTooNew, text("a document is stored in the form ", uint32_t{bytes[0]},
                                            ", which this version does not know"));
  }
  if (key_bytes == 0 || key_bytes > kDocumentKeyBytesMax) return damaged("the key's size is wrong");
  if (align_up(unpadded_bytes(key_bytes, content_type_bytes), 8) != bytes.size())
    return damaged("their sizes do not add up");
  DocumentProperties properties;
  properties.form = static_cast<DocumentForm>(bytes[0]);
  properties.expires_at_ns = load_little<int64_t>(&bytes[8]);
  if (properties.expires_at_ns < 0) return damaged("the expiry is before 1970");
  properties.key = as_text(bytes.subspan(kDocumentHeadBytes, key_bytes));
  const size_t content_type_at = kDocumentHeadBytes + key_bytes + 1;
  properties.content_type = as_text(bytes.subspan(content_type_at, content_type_bytes));
  if (bytes[content_type_at - 1] != 0 || bytes[content_type_at + content_type_bytes] != 0)
    return damaged("a text does not end with a zero");
  return properties;
}

}  // namespace weir::format
