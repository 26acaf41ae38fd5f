#include "weir/console.h"

#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdio>

#include "common/failure.h"
#include "common/units.h"

namespace weir::command {
namespace {

// Characters, not bytes: a name in Greek must not push its column out of line.
size_t width_of(std::string_view text) {
  return static_cast<size_t>(std::count_if(text.begin(), text.end(), [](char character) {
    return (static_cast<unsigned char>(character) & 0xC0) != 0x80;
  }));
}

// The length of the well-formed character at `at`, or 0.
size_t character_bytes(std::string_view bytes, size_t at) {
  const auto byte = [&](size_t index) { return static_cast<unsigned char>(bytes[index]); };
  const unsigned char lead = byte(at);
  if (lead < 0x80) return 1;
  const size_t length = lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : 2;
  if (lead < 0xC2 || lead > 0xF4 || at + length > bytes.size()) return 0;
  for (size_t index = at + 1; index < at + length; ++index) {
    if ((byte(index) & 0xC0) != 0x80) return 0;
  }
  // Overlong forms, surrogates, and what lies above U+10FFFF.
  const unsigned char second = byte(at + 1);
  const bool bad = (lead == 0xE0 && second < 0xA0) || (lead == 0xED && second > 0x9F) ||
                   (lead == 0xF0 && second < 0x90) || (lead == 0xF4 && second > 0x8F);
  return bad ? 0 : length;
}

std::string text_of(const Json& value) {
  if (value.is_string()) return value.get<std::string>();
  if (value.is_number_unsigned()) return tools::with_thousands(value.get<uint64_t>());
  if (value.is_boolean()) return value.get<bool>() ? "yes" : "no";
  if (value.is_null()) return "-";
  return value.dump();
}

}  // namespace

bool is_terminal(int descriptor) { return isatty(descriptor) == 1; }

void print(const std::string& text) {
  if (std::fwrite(text.data(), 1, text.size(), stdout) != text.size()) {
    throw tools::system_failure("write to standard output", errno);
  }
}

void print_json(const Json& value) { print(value.dump() + "\n"); }

void flush_standard_output() {
  if (std::fflush(stdout) != 0) throw tools::system_failure("write to standard output", errno);
}

void note(const std::string& line) { std::fprintf(stderr, "weir: %s\n", line.c_str()); }

bool is_utf8(std::string_view bytes) {
  for (size_t at = 0; at < bytes.size();) {
    const size_t length = character_bytes(bytes, at);
    if (length == 0) return false;
    at += length;
  }
  return true;
}

std::string base64(std::string_view bytes) {
  static constexpr std::string_view kAlphabet =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string text;
  text.reserve((bytes.size() + 2) / 3 * 4);
  for (size_t at = 0; at < bytes.size(); at += 3) {
    const size_t count = std::min<size_t>(3, bytes.size() - at);
    uint32_t group = 0;
    for (size_t index = 0; index < 3; ++index) {
      group = group << 8 | (index < count ? static_cast<unsigned char>(bytes[at + index]) : 0U);
    }
    for (size_t index = 0; index < 4; ++index) {
      text += index <= count ? kAlphabet[group >> (18 - 6 * index) & 63] : '=';
    }
  }
  return text;
}

std::string printable(std::string_view bytes, size_t columns) {
  std::string text;
  size_t used = 0;
  for (size_t at = 0; at < bytes.size(); ++used) {
    const size_t length = character_bytes(bytes, at);
    if (used + 1 >= columns) return text + "…";
    const auto first = static_cast<unsigned char>(bytes[at]);
    // C1 controls (U+0080 to U+009F) move the cursor on some terminals, too.
    const bool control = first < 0x20 || first == 0x7F ||
                         (first == 0xC2 && static_cast<unsigned char>(bytes[at + 1]) < 0xA0);
    text += length == 0 || control ? std::string("·") : std::string(bytes.substr(at, length));
    at += std::max<size_t>(length, 1);
  }
  return text;
}

Table::Table(std::vector<std::string> heading, std::vector<size_t> right)
    : rows_{std::move(heading)}, right_(std::move(right)) {}

void Table::add(std::vector<std::string> row) { rows_.push_back(std::move(row)); }

std::string Table::text() const {
  std::vector<size_t> widths(rows_.front().size(), 0);
  for (const auto& row : rows_) {
    for (size_t column = 0; column < row.size(); ++column) {
      widths[column] = std::max(widths[column], width_of(row[column]));
    }
  }
  std::string text;
  for (const auto& row : rows_) {
    std::string line;
    for (size_t column = 0; column < row.size(); ++column) {
      const std::string padding(widths[column] - width_of(row[column]), ' ');
      const bool right = std::find(right_.begin(), right_.end(), column) != right_.end();
      line += right ? padding + row[column] : row[column] + padding;
      line += "  ";
    }
    line.erase(line.find_last_not_of(' ') + 1);
    text += line + "\n";
  }
  return text;
}

std::string aligned_members(const Json& object, size_t indent) {
  size_t widest = 0;
  for (const auto& [name, value] : object.items()) widest = std::max(widest, name.size());
  std::string text;
  const std::string margin(indent, ' ');
  for (const auto& [name, value] : object.items()) {
    if (value.is_object()) {
      text += margin + name + "\n" + aligned_members(value, indent + 2);
    } else if (value.is_array() && !value.empty() && value.front().is_object()) {
      text += margin + name + "\n";
      for (const Json& element : value) text += aligned_members(element, indent + 2) + "\n";
    } else {
      text += margin + name + std::string(widest - name.size() + 2, ' ') + text_of(value) + "\n";
    }
  }
  return text;
}

}  // namespace weir::command
