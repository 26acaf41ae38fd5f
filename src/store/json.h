// A small writer of JSON text for reports. Thread class: exclusive.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace weir::store {

class JsonWriter {
 public:
  JsonWriter& begin_object(std::string_view key = {});
  JsonWriter& end_object();
  JsonWriter& begin_array(std::string_view key = {});
  JsonWriter& end_array();
  JsonWriter& field(std::string_view key, std::string_view value);
  JsonWriter& field(std::string_view key, uint64_t value);
  JsonWriter& flag(std::string_view key, bool value);
  std::string take() { return std::move(out_); }

 private:
  void open(std::string_view key);
  void append_text(std::string_view value);

  std::string out_;
  bool first_ = true;
};

}  // namespace weir::store
