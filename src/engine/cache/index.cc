#include "engine/cache/index.h"

#include <algorithm>
#include <array>
#include <limits>

#include "base/assert.h"
#include "engine/cache/fold.h"
#include "engine/cache/index_entry.h"
#include "engine/cache/index_tree.h"

namespace weir::cache {

static_assert(kIndexNumberMax == kNumberMask);

namespace {

using format::DocumentView;
using format::ValueType;
using format::ValueView;
using ScalarTree = IndexTree<ScalarEntry>;
using TextTree = IndexTree<TextEntry>;

// Ranges with more entries are estimated.
constexpr size_t kCountedMax = 512;
// So many dead documents are no reason to purge yet.
constexpr uint64_t kDeadMin = 64;

// Keeps the `max` smallest of the numbers that it is given.
class Smallest {
 public:
  Smallest(size_t max, std::vector<uint64_t>* out) : max_(max), out_(*out), first_(out->size()) {}

  void add(uint64_t number) {
    if (number >= limit_) return;
    out_.push_back(number);
    if (out_.size() - first_ >= 2 * max_ + kSlack) shrink();
  }
  // Sorted, each once.
  void shrink() {
    const auto first = out_.begin() + static_cast<std::ptrdiff_t>(first_);
    std::sort(first, out_.end());
    out_.erase(std::unique(first, out_.end()), out_.end());
    if (out_.size() - first_ < max_) return;
    out_.resize(first_ + max_);
    // No number above the largest of them is wanted any more.
    limit_ = max_ == 0 ? 0 : out_.back() + 1;
  }
  size_t count() const { return out_.size() - first_; }

 private:
  static constexpr size_t kSlack = 1024;
  const size_t max_;
  std::vector<uint64_t>& out_;
  const size_t first_;
  uint64_t limit_ = std::numeric_limits<uint64_t>::max();
};

// The bounds of a range in one tree: from `low` on until past(entry).
template <typename Entry>
struct Bounds {
  Entry low;
  Entry high;  // of prefixes: the prefix
  bool by_prefix = false;
  bool one_key = false;

  bool past(const Entry& entry) const;
};

template <>
bool Bounds<ScalarEntry>::past(const ScalarEntry& entry) const {
  return ScalarEntry::less(high, entry);
}

template <>
bool Bounds<TextEntry>::past(const TextEntry& entry) const {
  return by_prefix ? !entry.starts_with(high) : TextEntry::less(high, entry);
}

Bounds<ScalarEntry> scalar_bounds(const IndexRange& range) {
  const auto lowest = ValueView::of_float(std::numeric_limits<double>::lowest());
  const auto highest = ValueView::of_float(std::numeric_limits<double>::max());
  Bounds<ScalarEntry> bounds{ScalarEntry::of(range.low.value_or(lowest), 0),
                             ScalarEntry::of(range.high.value_or(highest), kNumberMask)};
  bounds.one_key = bounds.low.head == bounds.high.head &&
                   bounds.low.tail >> kNumberBits == bounds.high.tail >> kNumberBits;
  return bounds;
}

// A text that no other is above: 64 bytes that UTF-8 does not have.
constexpr auto kHighestText = [] {
  std::array<char, TextEntry::kBytesMax> bytes{};
  for (char& byte : bytes) byte = '\xFF';
  return bytes;
}();

Bounds<TextEntry> text_bounds(const IndexRange& range) {
  const std::string_view low = range.low ? range.low->as_text() : std::string_view();
  Bounds<TextEntry> bounds{TextEntry::of(low, 0), TextEntry::of(low, kNumberMask)};
  bounds.by_prefix = range.prefix;
  if (range.prefix) return bounds;
  const std::string_view highest(kHighestText.data(), kHighestText.size());
  const std::string_view high = range.high ? range.high->as_text() : highest;
  bounds.high = TextEntry::of(high, kNumberMask);
  bounds.one_key = TextEntry::compare(bounds.low, bounds.high) == 0;
  return bounds;
}

template <typename Entry>
void collect_from(const IndexTree<Entry>& tree, Bounds<Entry> bounds, uint64_t after, size_t max,
                  const IsDead& is_dead, std::vector<uint64_t>* out) {
  // Within one key the entries are in the order of their numbers.
  if (bounds.one_key) bounds.low.tail += after;
  Smallest numbers(max, out);
  for (auto at = tree.lower_bound(bounds.low); !at.at_end(); at.next()) {
    if (bounds.past(at.entry())) break;
    const uint64_t number = at.entry().number();
    if (number <= after || (is_dead && is_dead(number))) continue;
    numbers.add(number);
    if (bounds.one_key && numbers.count() == max) break;
  }
  numbers.shrink();
}

template <typename Entry>
size_t count_from(const IndexTree<Entry>& tree, const Bounds<Entry>& bounds, const Entry& last) {
  size_t count = 0;
  auto at = tree.lower_bound(bounds.low);
  while (!at.at_end() && count <= kCountedMax) {
    if (!bounds.past(at.last_of_leaf())) {
      count += at.left_in_leaf();
      at.to_next_leaf();
      continue;
    }
    if (bounds.past(at.entry())) return count;
    ++count;
    at.next();
  }
  if (count <= kCountedMax) return count;
  const double share = tree.share_before(last) - tree.share_before(bounds.low);
  return std::max(count, static_cast<size_t>(share * static_cast<double>(tree.size())));
}

// The last text that begins so: the prefix, then bytes that UTF-8 does not have.
std::string last_of_prefix(std::string_view prefix) {
  std::string text(prefix.substr(0, TextEntry::kBytesMax));
  text.resize(TextEntry::kBytesMax, '\xFF');
  return text;
}

}  // namespace

struct Index::Trees {
  ScalarTree scalars;
  TextTree texts;
  TextPool pool;

  uint64_t bytes() const { return scalars.bytes() + texts.bytes() + pool.bytes(); }

  bool add_scalar(const ScalarEntry& entry) { return scalars.insert(entry); }
  bool add_text(TextEntry entry) {
    if (entry.rest_size() != 0) {
      TextEntry first = entry;
      first.tail -= entry.number();
      const auto same = texts.lower_bound(first);
      const bool shared = !same.at_end() && TextEntry::compare(same.entry(), entry) == 0;
      entry.rest = shared ? same.entry().rest : pool.keep(entry.rest_text());
    }
    return texts.insert(entry);
  }
};

// The live entries of the old trees go to new ones, in order; what is inserted meanwhile goes to the old ones, and also to
// the new ones where the copying has passed its place.
struct Index::Purge {
  std::unique_ptr<Trees> fresh = std::make_unique<Trees>();
  bool in_texts = false;
  bool begun = false;    // in the current tree
  ScalarEntry scalar{};  // the last one looked at
  TextEntry text{};
  uint64_t dead_before = 0;

  bool passed(const ScalarEntry& entry) const {
    return in_texts || (begun && !ScalarEntry::less(scalar, entry));
  }
  bool passed(const TextEntry& entry) const {
    return in_texts && begun && !TextEntry::less(text, entry);
  }

  // True when the tree is through.
  template <typename Entry, typename Add>
  bool copy(const IndexTree<Entry>& from, Entry* last, const IsDead& is_dead, size_t* left,
            Add&& add) {
    auto at = begun ? from.lower_bound(*last) : from.begin();
    if (begun && !at.at_end() && !Entry::less(*last, at.entry())) at.next();
    for (; !at.at_end(); at.next()) {
      if (*left == 0) return false;
      --*left;
      *last = at.entry();
      begun = true;
      if (!is_dead(at.entry().number())) add(at.entry());
    }
    return true;
  }
};

Index::Index(Path path, bool fold)
    : path_(std::move(path)), fold_(fold), trees_(std::make_unique<Trees>()) {}
Index::~Index() = default;

Status Index::insert(const DocumentView& document, uint64_t number) {
  if (number == 0 || number > kIndexNumberMax) {
    return {Code::kLimit,
            text("an index takes documents numbered 1 to ", kIndexNumberMax, ", not ", number)};
  }
  bool bad = false;
  size_t values = 0;
  path_.visit(document, &bad, [&](const ValueView& value) {
    if (!value.is_container() && insert_value(value, number)) ++values;
    return false;
  });
  ++documents_;
  if (values > 1) has_several_ = true;
  if (bad) return {Code::kCorrupt, "a document's bytes make no sense"};
  return {};
}

bool Index::insert_value(const ValueView& value, uint64_t number) {
  if (value.type() != ValueType::kText) {
    const ScalarEntry entry = ScalarEntry::of(value, number);
    if (purge_ && purge_->passed(entry)) purge_->fresh->add_scalar(entry);
    return trees_->add_scalar(entry);
  }
  std::string_view content = value.as_text();
  if (fold_) {
    fold_text(content, TextEntry::kBytesMax, &folded_);
    content = folded_;
  }
  const TextEntry entry = TextEntry::of(content, number);
  if (purge_ && purge_->passed(entry)) purge_->fresh->add_text(entry);
  return trees_->add_text(entry);
}

void Index::collect(const IndexRange& range, uint64_t after, size_t numbers_max,
                    const IsDead& is_dead, std::vector<uint64_t>* out) const {
  if (numbers_max == 0 || after >= kIndexNumberMax) return;
  if (range.type == ValueType::kText) {
    collect_from(trees_->texts, text_bounds(range), after, numbers_max, is_dead, out);
  } else {
    collect_from(trees_->scalars, scalar_bounds(range), after, numbers_max, is_dead, out);
  }
}

size_t Index::estimate(const IndexRange& range) const {
  if (range.type != ValueType::kText) {
    const auto bounds = scalar_bounds(range);
    return count_from(trees_->scalars, bounds, bounds.high);
  }
  const auto bounds = text_bounds(range);
  if (!range.prefix) return count_from(trees_->texts, bounds, bounds.high);
  const std::string last = last_of_prefix(range.low->as_text());
  return count_from(trees_->texts, bounds, TextEntry::of(last, kNumberMask));
}

bool Index::wants_purge() const {
  return purge_ != nullptr || (dead_ > kDeadMin && 2 * dead_ > documents_);
}

bool Index::purge_step(const IsDead& is_dead, size_t entries_max) {
  if (!purge_) {
    purge_ = std::make_unique<Purge>();
    purge_->dead_before = dead_;
  }
  Purge& purge = *purge_;
  size_t left = entries_max;
  if (!purge.in_texts) {
    if (!purge.copy(trees_->scalars, &purge.scalar, is_dead, &left,
                    [&](const ScalarEntry& entry) { purge.fresh->add_scalar(entry); })) {
      return false;
    }
    purge.in_texts = true;
    purge.begun = false;
  }
  if (!purge.copy(trees_->texts, &purge.text, is_dead, &left,
                  [&](const TextEntry& entry) { purge.fresh->add_text(entry); })) {
    return false;
  }
  const uint64_t gone = std::min({purge.dead_before, dead_, documents_});
  dead_ -= gone;
  documents_ -= gone;
  trees_ = std::move(purge.fresh);
  purge_.reset();
  return true;
}

uint64_t Index::entry_count() const { return trees_->scalars.size() + trees_->texts.size(); }

uint64_t Index::bytes() const {
  return sizeof *this + trees_->bytes() + (purge_ ? purge_->fresh->bytes() : 0);
}

}  // namespace weir::cache
