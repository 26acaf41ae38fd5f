// A growable circular buffer with random access: a queue that allocates nothing in a steady state.
#pragma once

#include <cstddef>
#include <utility>
#include <vector>

#include "base/assert.h"

namespace weir {

template <typename T>
class Ring {
 public:
  bool empty() const { return size_ == 0; }
  size_t size() const { return size_; }
  T& operator[](size_t index) { return slots_[(head_ + index) & (slots_.size() - 1)]; }
  const T& operator[](size_t index) const { return slots_[(head_ + index) & (slots_.size() - 1)]; }
  T& front() { return (*this)[0]; }
  T& back() { return (*this)[size_ - 1]; }
  const T& front() const { return (*this)[0]; }
  const T& back() const { return (*this)[size_ - 1]; }

  // Room for `count` elements in all, so that push_back cannot throw until then.
  void reserve(size_t count) {
    if (count > slots_.size()) grow(count);
  }
  void push_back(T value) {
    reserve(size_ + 1);
    ++size_;
    back() = std::move(value);
  }
  void pop_front() {
    WEIR_ASSERT(size_ > 0);
    front() = T();
    head_ = (head_ + 1) & (slots_.size() - 1);
    --size_;
  }
  void pop_back() {
    WEIR_ASSERT(size_ > 0);
    back() = T();
    --size_;
  }
  // Puts `values` in the place of [from, to): moves everything behind.
  void replace(size_t from, size_t to, std::vector<T>& values) {
    WEIR_ASSERT(from <= to && to <= size_);
    const size_t new_size = size_ - (to - from) + values.size();
    reserve(new_size);
    if (values.size() < to - from) {
      const size_t shift = (to - from) - values.size();
      for (size_t i = to; i < size_; ++i) (*this)[i - shift] = std::move((*this)[i]);
      while (size_ > new_size) pop_back();
    } else if (values.size() > to - from) {
      const size_t shift = values.size() - (to - from);
      const size_t old_size = size_;
      size_ = new_size;
      for (size_t i = old_size; i > to; --i) (*this)[i - 1 + shift] = std::move((*this)[i - 1]);
    }
    for (size_t i = 0; i < values.size(); ++i) (*this)[from + i] = std::move(values[i]);
  }
  void clear() {
    while (size_ > 0) pop_front();
  }

 private:
  void grow(size_t count) {
    size_t capacity = slots_.empty() ? 8 : slots_.size();
    while (capacity < count) capacity *= 2;
    std::vector<T> slots(capacity);
    for (size_t i = 0; i < size_; ++i) slots[i] = std::move((*this)[i]);
    slots_ = std::move(slots);
    head_ = 0;
  }

  std::vector<T> slots_;  // a power of two
  size_t head_ = 0;
  size_t size_ = 0;
};

}  // namespace weir
