#include "env/file_name.h"

#include <algorithm>

namespace weir::env {

Status check_file_name(std::string_view name) {
  const auto allowed = [](char c) {
    return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '.' ||
           c == '_' || c == '-';
  };
  const bool good = !name.empty() && name != "." && name != ".." &&
                    std::all_of(name.begin(), name.end(), allowed);
  if (good) return {};
  return {Code::kInvalidArgument, text("file name ", quoted(name), " is not [A-Za-z0-9._-]+")};
}

}  // namespace weir::env
