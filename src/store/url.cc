#include "store/options.h"

namespace weir::store {

namespace {

constexpr std::string_view kMemoryScheme = "mem:";
constexpr std::string_view kFileScheme = "file:";
constexpr size_t kPathBytesMax = 4096;

// The scheme of "name:rest", or nothing: a path may hold a colon behind a slash.
std::string_view scheme_of(std::string_view url) {
  const size_t colon = url.find(':');
  if (colon == std::string_view::npos || colon == 0) return {};
  for (const char c : url.substr(0, colon)) {
    const bool letter =
        (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '+';
    if (!letter) return {};
  }
  return url.substr(0, colon + 1);
}

}  // namespace

Result<Url> parse_url(std::string_view url) {
  if (url.empty())
    return Status(Code::kInvalidArgument, "url is empty; it is \"mem:\", \"file:PATH\" or a path");
  const std::string_view scheme = scheme_of(url);
  Url parsed;
  if (scheme == kMemoryScheme) {
    if (url != kMemoryScheme) {
      return Status(Code::kInvalidArgument,
                    text("url ", quoted(url), ": nothing may follow \"mem:\""));
    }
    return parsed;
  }
  if (!scheme.empty() && scheme != kFileScheme) {
    return Status(Code::kUnsupported,
                  text("url ", quoted(url), ": the scheme is not known; there are mem: and file:"));
  }
  parsed.scheme = Url::Scheme::kFile;
  parsed.path = std::string(url.substr(scheme.size()));
  if (parsed.path.empty()) {
    return Status(Code::kInvalidArgument, text("url ", quoted(url), ": the path is empty"));
  }
  if (parsed.path.size() >= kPathBytesMax) {
    return Status(Code::kInvalidArgument,
                  text("url of ", uint64_t{parsed.path.size()}, " bytes: a path has at most ",
                       uint64_t{kPathBytesMax - 1}));
  }
  return parsed;
}

}  // namespace weir::store
