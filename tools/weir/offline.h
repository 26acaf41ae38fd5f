// What inspect and verify share: a report of the library on a store that nobody has open.
#pragma once

#include <string>

#include "common/failure.h"
#include "common/handles.h"
#include "weir/console.h"

namespace weir::command {

inline Json parse_report(const tools::BlobHandle& blob) {
  const char* text = static_cast<const char*>(weir_blob_data(blob.get()));
  return Json::parse(text, text + weir_blob_size(blob.get()));
}

inline void require_found(weir_status status, const std::string& url, const char* doing) {
  if (status != WEIR_NOT_FOUND) return;
  throw tools::Failure(tools::kExitError,
                       std::string(doing) + " " + url + ": no store there; check the path");
}

// The directory that a URL names.
inline std::string directory_of(const std::string& url) {
  return url.rfind("file:", 0) == 0 ? url.substr(5) : url;
}

}  // namespace weir::command
