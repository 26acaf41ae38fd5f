#include "engine/buffer/sieve.h"

namespace weir::buffer {

void Sieve::insert(Item* item) {
  item->visited = 0;
  item->sieve_newer = nullptr;
  item->sieve_older = newest_;
  (newest_ != nullptr ? newest_->sieve_newer : oldest_) = item;
  newest_ = item;
}

void Sieve::remove(Item* item) {
  if (hand_ == item) hand_ = item->sieve_newer;
  (item->sieve_newer != nullptr ? item->sieve_newer->sieve_older : newest_) = item->sieve_older;
  (item->sieve_older != nullptr ? item->sieve_older->sieve_newer : oldest_) = item->sieve_newer;
}

void Sieve::replace(const Item* item, Item* other) {
  other->sieve_newer = item->sieve_newer;
  other->sieve_older = item->sieve_older;
  (other->sieve_newer != nullptr ? other->sieve_newer->sieve_older : newest_) = other;
  (other->sieve_older != nullptr ? other->sieve_older->sieve_newer : oldest_) = other;
  if (hand_ == item) hand_ = other;
}

Item* Sieve::choose(const Item* keep) {
  if (oldest_ == nullptr || (oldest_ == keep && newest_ == keep)) return nullptr;
  for (int looks = 0;; ++looks) {
    if (hand_ == nullptr) hand_ = oldest_;
    if (hand_ != keep && (hand_->visited == 0 || looks >= kLooksMax)) return hand_;
    hand_->visited = 0;
    hand_ = hand_->sieve_newer;
  }
}

}  // namespace weir::buffer
