// A B+ tree of small entries that only grows: what is dead is left out when a new tree is made from it (index.h), so there
// is no removal. Entries that come in order fill their leaves; others leave them about two thirds full.
//
// Entry has a static bool less(const Entry&, const Entry&) and is trivially copyable. Thread class: exclusive for changes.
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <memory>
#include <vector>

#include "base/assert.h"

namespace weir::cache {

template <typename Entry>
class IndexTree {
  static constexpr size_t kLeafBytes = 2048;
  static constexpr unsigned kLeafEntries = kLeafBytes / sizeof(Entry) - 1;
  static constexpr unsigned kInnerEntries = 63;
  static constexpr unsigned kHeightMax = 16;

  struct Leaf {
    Leaf* next = nullptr;
    unsigned count = 0;
    std::array<Entry, kLeafEntries> entries{};
  };
  // Entries of the child i are below keys[i], those of the child i + 1 are not.
  struct Inner {
    unsigned count = 0;  // keys; one child more
    std::array<Entry, kInnerEntries> keys{};
    std::array<void*, kInnerEntries + 1> children{};
  };

 public:
  // A place in the order. At the end, entry() must not be called.
  class Cursor {
   public:
    bool at_end() const { return leaf_ == nullptr; }
    const Entry& entry() const { return leaf_->entries[index_]; }
    void next() {
      if (++index_ == leaf_->count) to_next_leaf();
    }
    // All entries from here to the end of the leaf, and how many they are.
    const Entry& last_of_leaf() const { return leaf_->entries[leaf_->count - 1]; }
    unsigned left_in_leaf() const { return leaf_->count - index_; }
    void to_next_leaf() {
      leaf_ = leaf_->next;
      index_ = 0;
    }

   private:
    friend class IndexTree;
    Cursor(const Leaf* leaf, unsigned index) : leaf_(leaf), index_(index) {
      if (leaf_ != nullptr && index_ == leaf_->count) to_next_leaf();
    }
    const Leaf* leaf_;
    unsigned index_;
  };

  IndexTree() = default;
  IndexTree(const IndexTree&) = delete;
  IndexTree& operator=(const IndexTree&) = delete;

  // False when there is an equal one already.
  bool insert(const Entry& entry) {
    if (root_ == nullptr) {
      prepare();
      root_ = last_ = new_leaf();
      first_ = last_;
    }
    // In order: no search.
    if (last_->count != 0 && last_->count < kLeafEntries &&
        Entry::less(last_->entries[last_->count - 1], entry)) {
      last_->entries[last_->count++] = entry;
      ++size_;
      return true;
    }
    return insert_below_root(entry);
  }

  // The first entry that is not less.
  Cursor lower_bound(const Entry& entry) const {
    if (root_ == nullptr) return Cursor(nullptr, 0);
    const void* node = root_;
    for (unsigned level = height_; level > 0; --level) {
      const auto* inner = static_cast<const Inner*>(node);
      node = inner->children[child_of(*inner, entry)];
    }
    const auto* leaf = static_cast<const Leaf*>(node);
    return Cursor(leaf, place_in(*leaf, entry));
  }
  // About how much of the tree is before the entry, from 0 to 1, by the places it takes in the nodes above it.
  double share_before(const Entry& entry) const {
    double share = 0;
    double width = 1;
    const void* node = root_;
    for (unsigned level = height_; level > 0; --level) {
      const auto* inner = static_cast<const Inner*>(node);
      const unsigned child = child_of(*inner, entry);
      width /= inner->count + 1;
      share += width * child;
      node = inner->children[child];
    }
    const auto* leaf = static_cast<const Leaf*>(node);
    return leaf == nullptr ? 0 : share + width * place_in(*leaf, entry) / std::max(leaf->count, 1u);
  }

  Cursor begin() const { return Cursor(first_, 0); }

  uint64_t size() const { return size_; }
  uint64_t bytes() const {
    return leaves_.size() * sizeof(Leaf) + inners_.size() * sizeof(Inner) +
           (leaves_.capacity() + inners_.capacity()) * sizeof(void*);
  }

 private:
  static unsigned place_in(const Leaf& leaf, const Entry& entry) {
    const Entry* first = leaf.entries.data();
    return static_cast<unsigned>(std::lower_bound(first, first + leaf.count, entry, Entry::less) -
                                 first);
  }
  static unsigned child_of(const Inner& inner, const Entry& entry) {
    const Entry* first = inner.keys.data();
    return static_cast<unsigned>(std::upper_bound(first, first + inner.count, entry, Entry::less) -
                                 first);
  }

  // Makes all nodes that one insertion may need, before it changes anything: without memory the tree is as before.
  void prepare() {
    while (leaves_.size() < leaves_used_ + 1) leaves_.push_back(std::make_unique<Leaf>());
    while (inners_.size() < inners_used_ + height_ + 1) {
      inners_.push_back(std::make_unique<Inner>());
    }
  }
  Leaf* new_leaf() { return leaves_[leaves_used_++].get(); }
  Inner* new_inner() { return inners_[inners_used_++].get(); }

  struct Step {
    Inner* inner;
    unsigned child;
  };

  bool insert_below_root(const Entry& entry) {
    std::array<Step, kHeightMax> path{};
    void* node = root_;
    for (unsigned level = 0; level < height_; ++level) {
      auto* inner = static_cast<Inner*>(node);
      const unsigned child = child_of(*inner, entry);
      path[level] = {inner, child};
      node = inner->children[child];
    }
    auto* leaf = static_cast<Leaf*>(node);
    const unsigned place = place_in(*leaf, entry);
    if (place < leaf->count && !Entry::less(entry, leaf->entries[place])) return false;
    if (leaf->count < kLeafEntries) {
      put(leaf, place, entry);
      ++size_;
      return true;
    }
    prepare();
    ++size_;
    Leaf* right = split(leaf, place);
    const bool left = place <= leaf->count && leaf->count < kLeafEntries;
    put(left ? leaf : right, left ? place : place - leaf->count, entry);
    add_child(path, right->entries[0], right);
    return true;
  }

  static void put(Leaf* leaf, unsigned place, const Entry& entry) {
    Entry* at = leaf->entries.data() + place;
    std::copy_backward(at, leaf->entries.data() + leaf->count,
                       leaf->entries.data() + leaf->count + 1);
    *at = entry;
    ++leaf->count;
  }

  // In halves; but where an entry comes near the end, more of its kind are likely to come there (many documents with the
  // same value, by ascending number): then what is before it stays together, and the leaf fills up.
  Leaf* split(Leaf* leaf, unsigned place) {
    Leaf* right = new_leaf();
    const unsigned keep = place >= kLeafEntries / 8 * 7 ? place : kLeafEntries / 2;
    std::copy(leaf->entries.data() + keep, leaf->entries.data() + kLeafEntries,
              right->entries.data());
    right->count = kLeafEntries - keep;
    right->next = leaf->next;
    leaf->next = right;
    leaf->count = keep;
    if (leaf == last_) last_ = right;
    return right;
  }

  // `child` belongs to the right of the path, beginning with `key`.
  void add_child(const std::array<Step, kHeightMax>& path, Entry key, void* child) {
    for (unsigned level = height_; level > 0; --level) {
      const Step& step = path[level - 1];
      if (step.inner->count < kInnerEntries) return put_child(step.inner, step.child, key, child);
      Inner* right = new_inner();
      const Entry middle = split(step.inner, right);
      if (step.child <= step.inner->count) {
        put_child(step.inner, step.child, key, child);
      } else {
        put_child(right, step.child - step.inner->count - 1, key, child);
      }
      key = middle;
      child = right;
    }
    WEIR_ASSERT(height_ + 1 < kHeightMax);
    Inner* root = new_inner();
    root->count = 1;
    root->keys[0] = key;
    root->children[0] = root_;
    root->children[1] = child;
    root_ = root;
    ++height_;
  }

  static void put_child(Inner* inner, unsigned place, const Entry& key, void* child) {
    std::copy_backward(inner->keys.data() + place, inner->keys.data() + inner->count,
                       inner->keys.data() + inner->count + 1);
    std::copy_backward(inner->children.data() + place + 1,
                       inner->children.data() + inner->count + 1,
                       inner->children.data() + inner->count + 2);
    inner->keys[place] = key;
    inner->children[place + 1] = child;
    ++inner->count;
  }

  // The upper half goes to `right`; gives the key between the two.
  static Entry split(Inner* inner, Inner* right) {
    constexpr unsigned kKeep = kInnerEntries / 2;
    right->count = kInnerEntries - kKeep - 1;
    std::copy(inner->keys.data() + kKeep + 1, inner->keys.data() + kInnerEntries,
              right->keys.data());
    std::copy(inner->children.data() + kKeep + 1, inner->children.data() + kInnerEntries + 1,
              right->children.data());
    inner->count = kKeep;
    return inner->keys[kKeep];
  }

  std::vector<std::unique_ptr<Leaf>> leaves_;  // some at the end not in use yet
  std::vector<std::unique_ptr<Inner>> inners_;
  size_t leaves_used_ = 0;
  size_t inners_used_ = 0;
  void* root_ = nullptr;
  unsigned height_ = 0;  // 0: the root is a leaf
  Leaf* first_ = nullptr;
  Leaf* last_ = nullptr;
  uint64_t size_ = 0;
};

}  // namespace weir::cache
