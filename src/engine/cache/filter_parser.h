// From the text of a filter to its nodes.
#pragma once

#include <string_view>

#include "engine/cache/filter.h"

namespace weir::cache {

class FilterParser {
 public:
  static Result<Filter> parse(std::string_view json, JsonReader* reader);

 private:
  explicit FilterParser(Filter* filter) : filter_(*filter) {}

  Status add_members(const format::ValueSpan& object, unsigned depth, FilterNode* all);
  Status add_logic(std::string_view name, const format::ValueView& value, unsigned depth,
                   FilterNode* all);
  Status add_path(std::string_view name, const format::ValueView& value, unsigned depth,
                  FilterNode* all);
  Status add_operators(const Path& path, const format::ValueSpan& object, bool fold, unsigned depth,
                       FilterNode* all);
  Status add_test(const Path& path, std::string_view op, const format::ValueView& operand,
                  bool fold, FilterNode* all);
  Status set_values(std::string_view list, const format::ValueView& operand, FilterNode* test);
  format::ValueView own(const format::ValueView& operand, bool fold);

  Filter& filter_;
  size_t conditions_ = 0;
};

}  // namespace weir::cache
