#include "weir/message_output.h"

#include <algorithm>
#include <chrono>

#include "common/units.h"

namespace weir::command {
namespace {

constexpr size_t kPreviewColumns = 48;

std::string_view header_at(const weir_message* message, size_t index, const char** name) {
  const void* value = nullptr;
  size_t size = 0;
  if (weir_message_header_at(message, index, name, &value, &size) != WEIR_OK) return {};
  return {static_cast<const char*>(value), size};
}

// Text stays text; anything else becomes {"base64": ...}, so that no byte is lost.
Json header_json(std::string_view value) {
  if (is_utf8(value)) return std::string(value);
  return Json{{"base64", base64(value)}};
}

std::string age_of(int64_t enqueued_at) {
  const int64_t now = std::chrono::duration_cast<std::chrono::nanoseconds>(
                          std::chrono::system_clock::now().time_since_epoch())
                          .count();
  const int64_t age = std::max<int64_t>(0, now - enqueued_at);
  return tools::human_seconds(static_cast<double>(age) / 1e9);
}

}  // namespace

std::string_view payload_of(const weir_message* message) {
  return {static_cast<const char*>(weir_message_data(message)), weir_message_size(message)};
}

Json message_json(const weir_message* message) {
  const std::string_view payload = payload_of(message);
  Json headers = Json::object();
  for (size_t index = 0; index < weir_message_header_count(message); ++index) {
    const char* name = "";
    const std::string_view value = header_at(message, index, &name);
    headers[name] = header_json(value);
  }
  const bool text = is_utf8(payload);
  return Json{{"id", weir_message_id(message)},
              {"size", payload.size()},
              {"delivery_count", weir_message_delivery_count(message)},
              {"redelivered", weir_message_redelivered(message) == 1},
              {"enqueued_at", tools::utc_time(weir_message_enqueued_at(message))},
              {"content_type", weir_message_content_type(message)},
              {"headers", headers},
              {"encoding", text ? "text" : "base64"},
              {"payload", text ? std::string(payload) : base64(payload)}};
}

Table message_table() {
  return Table({"ID", "SIZE", "DELIVERED", "AGE", "TYPE", "HEADERS", "PAYLOAD"}, {0, 1, 2, 3});
}

std::vector<std::string> message_row(const weir_message* message) {
  std::string headers;
  for (size_t index = 0; index < weir_message_header_count(message); ++index) {
    const char* name = "";
    const std::string_view value = header_at(message, index, &name);
    headers += std::string(headers.empty() ? "" : " ") + name + "=" + std::string(value);
  }
  const char* type = weir_message_content_type(message);
  return {std::to_string(weir_message_id(message)),
          tools::human_bytes(weir_message_size(message)),
          std::to_string(weir_message_delivery_count(message)) + "x",
          age_of(weir_message_enqueued_at(message)),
          type[0] == '\0' ? "-" : printable(type, 24),
          headers.empty() ? "-" : printable(headers, 32),
          printable(payload_of(message), kPreviewColumns)};
}

}  // namespace weir::command
