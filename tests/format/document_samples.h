// Documents that no writer makes.
#pragma once

#include <vector>

#include "base/bytes.h"

namespace weir::format::samples {

// A message from its four columns, laid out as Cap'n Proto does.
inline std::vector<uint8_t> message(const std::vector<uint8_t>& nodes,
                                    const std::vector<uint8_t>& names,
                                    const std::vector<uint8_t>& numbers,
                                    const std::vector<uint8_t>& texts) {
  std::vector<uint8_t> out(8 + 5 * 8);
  store_little(out.data() + 8, uint64_t{4} << 48);  // a struct of four pointers behind it
  const std::vector<uint8_t>* columns[4] = {&nodes, &names, &numbers, &texts};
  for (size_t i = 0; i < 4; ++i) {
    const uint64_t bytes = columns[i]->size();
    const uint64_t here = out.size() / 8 - 1;  // in words of the segment
    const uint64_t offset = here - (i + 2);
    const uint64_t size_code = i == 0 ? 3 : 2;
    const uint64_t count = i == 0 ? bytes / 2 : bytes;
    store_little(out.data() + 8 + (i + 1) * 8, (count << 3 | size_code) << 32 | offset << 2 | 1);
    out.insert(out.end(), columns[i]->begin(), columns[i]->end());
    out.resize(align_up(out.size(), 8));
  }
  store_little(out.data() + 4, static_cast<uint32_t>(out.size() / 8 - 1));
  return out;
}

// {"a": [[[…]]]} with that many lists.
inline std::vector<uint8_t> nested_lists(uint32_t count) {
  std::vector<uint8_t> nodes;
  std::vector<uint8_t> numbers;
  for (uint32_t i = 0; i < count; ++i) {
    nodes.insert(nodes.end(), {18, static_cast<uint8_t>(i == 0 ? 1 : 0)});
    const uint32_t below = count - i - 1;
    for (const uint32_t size : {below, uint32_t{0}, below * 16, uint32_t{0}}) {
      numbers.resize(numbers.size() + 4);
      store_little(numbers.data() + numbers.size() - 4, size);
    }
  }
  return message(nodes, {'a'}, numbers, {});
}

}  // namespace weir::format::samples
