#include "engine/cache/path.h"

namespace weir::cache {

Result<Path> Path::parse(std::string_view text) {
  const auto refuse = [text](std::string_view why) {
    return Status(Code::kInvalidArgument, weir::text("the path ", quoted(text), " ", why));
  };
  if (text.empty()) return refuse("is empty");
  if (text.size() > kPathBytesMax) {
    return refuse(weir::text("has ", uint64_t{text.size()}, " bytes; at most ",
                             uint64_t{kPathBytesMax}, " are allowed"));
  }
  Path path;
  path.text_ = text;
  path.names_.emplace_back();
  for (size_t i = 0; i < text.size(); ++i) {
    std::string& name = path.names_.back();
    if (text[i] == '.') {
      if (name.empty()) return refuse("has an empty name");
      path.names_.emplace_back();
      continue;
    }
    if (text[i] == '\\' && ++i == text.size()) return refuse("ends with a backslash");
    name += text[i];
  }
  for (const std::string& name : path.names_) {
    if (name.empty()) return refuse("has an empty name");
    if (name.size() > format::kFieldNameBytesMax) return refuse("has a name above 255 bytes");
  }
  if (path.names_.size() > format::kDocumentDepthMax) {
    return refuse(weir::text("has ", uint64_t{path.names_.size()}, " names; documents are ",
                             format::kDocumentDepthMax, " deep"));
  }
  return path;
}

}  // namespace weir::cache
