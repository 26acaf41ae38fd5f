// What goes to standard output and standard error, for people and for programs.
#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <vector>

namespace weir::command {

using Json = nlohmann::ordered_json;

bool is_terminal(int descriptor);

// One line of JSON to standard output. Throws when it cannot be written.
void print_json(const Json& value);

// Text to standard output. Throws when it cannot be written.
void print(const std::string& text);

// Makes sure that standard output took everything. Throws otherwise.
void flush_standard_output();

// A remark for people on standard error: "weir: ...".
void note(const std::string& line);

bool is_utf8(std::string_view bytes);
std::string base64(std::string_view bytes);

// Replaces what would move the cursor or break the line, and cuts at `columns`.
std::string printable(std::string_view bytes, size_t columns);

// Aligned columns under a heading. Columns named in `right` are numbers.
class Table {
 public:
  explicit Table(std::vector<std::string> heading, std::vector<size_t> right = {});
  void add(std::vector<std::string> row);
  std::string text() const;

 private:
  std::vector<std::vector<std::string>> rows_;
  std::vector<size_t> right_;
};

// "name   value" lines, one per member, nested objects indented.
std::string aligned_members(const Json& object, size_t indent = 0);

}  // namespace weir::command
