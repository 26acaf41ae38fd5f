// The properties of a collection's record: its key, how the payload is stored, and when it expires. A fixed layout by
// hand, because a point read decodes it (FORMAT.md §4). Padded, so that the payload begins on a multiple of 8.
#pragma once

#include <string_view>
#include <vector>

#include "base/bytes.h"
#include "base/result.h"

namespace weir::format {

inline constexpr size_t kDocumentKeyBytesMax = 1024;
inline constexpr size_t kDocumentHeadBytes = 16;

enum class DocumentForm : uint8_t {
  kBytes = 0,     // as they were given
  kDocument = 1,  // a JSON value in its stored form (document_codec.h)
};

struct DocumentProperties {
  DocumentForm form = DocumentForm::kBytes;
  std::string_view key;  // decoded: followed by a zero byte, as the next
  std::string_view content_type;
  int64_t expires_at_ns = 0;  // wall clock; 0: never
};

size_t document_properties_bytes(const DocumentProperties& properties);
// Replaces what is in `to`. The limits hold.
void encode_document_properties(const DocumentProperties& properties, std::vector<uint8_t>* to);
// The result refers to `bytes`. kCorrupt.
Result<DocumentProperties> decode_document_properties(ByteView bytes);
// The key alone, of properties that were checked before.
inline std::string_view document_key(ByteView properties) {
  return as_text(properties.subspan(kDocumentHeadBytes, load_little<uint16_t>(&properties[2])));
}

}  // namespace weir::format
