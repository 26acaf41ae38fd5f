// Simple case folding: one code point to one, so lengths in code points stay. It covers ASCII, Latin-1, Latin Extended-A and
// Additional, Greek, Cyrillic and Armenian as Unicode's CaseFolding.txt has it (status C and S); letters of other scripts,
// the Turkish dotted I and what folds to several letters (ß to ss) are left as they are.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace weir::cache {

uint32_t fold(uint32_t code_point);

// Replaces `out`. Stops once it has `bytes_max` bytes or a few more.
void fold_text(std::string_view text, size_t bytes_max, std::string* out);
std::string fold_text(std::string_view text);

// `folded` is folded already: less than 0, 0 or more as `text` folded is before, equal or behind.
int compare_folded(std::string_view text, std::string_view folded);
bool starts_with_folded(std::string_view text, std::string_view folded);

}  // namespace weir::cache
