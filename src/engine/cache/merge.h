// Updates: a JSON merge patch (RFC 7396) on stored documents.
#pragma once

#include <span>
#include <string>

#include "base/result.h"
#include "format/document_codec.h"

namespace weir::cache {

// Fields of the patch replace those of the document, objects are merged field by field, null removes. New fields come
// after the old ones. `protected_names` (top level) may be in the patch only with the value they have: else
// kInvalidArgument names them. The result lives in `writer` until its next begin(); neither input may point into it.
// kCorrupt when `document` or `patch` is none, kTooLarge.
Result<ByteView> merge_patch(ByteView document, ByteView patch,
                             std::span<const std::string> protected_names, uint64_t bytes_max,
                             format::DocumentWriter* writer);

}  // namespace weir::cache
