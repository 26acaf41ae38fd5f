#include "engine/queue/properties.h"

namespace weir::queue {

Result<std::vector<uint8_t>> encode_options(const PushOptions& options) {
  const bool has_headers = options.headers != nullptr && !options.headers->empty();
  if (options.content_type.empty() && !has_headers) return std::vector<uint8_t>();
  if (options.content_type.size() > kContentTypeBytesMax) {
    return Status(Code::kTooLarge,
                  text("content_type has ", uint64_t{options.content_type.size()},
                       " bytes; at most ", uint64_t{kContentTypeBytesMax}, " are allowed"));
  }
  format::Properties properties;
  properties.content_type = std::string(options.content_type);
  if (has_headers) properties.headers = *options.headers;
  std::vector<uint8_t> encoded = format::encode_properties(properties);
  if (encoded.size() > format::kPropertiesBytesMax) {
    return Status(Code::kTooLarge,
                  text("content type and headers need ", uint64_t{encoded.size()},
                       " bytes; at most ", uint64_t{format::kPropertiesBytesMax}, " are allowed"));
  }
  return encoded;
}

}  // namespace weir::queue
