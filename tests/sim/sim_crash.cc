// What the next boot, or the next process, finds.
#include <algorithm>
#include <utility>

#include "tests/sim/sim_file_system.h"

namespace weir::sim {

namespace {

using Inode = SimFileSystem::Inode;
using Node = SimFileSystem::Node;

bool is_random(LossMode mode) {
  return mode == LossMode::kRandom || mode == LossMode::kRandomStrict;
}

uint64_t surviving_size(const Inode& inode, Prng& prng, LossMode mode) {
  if (mode == LossMode::kNothing) return inode.cache.size();
  if (mode == LossMode::kEverything) return inode.disk.size();
  // The ends are where the mistakes are.
  if (prng.one_in(4)) return inode.cache.size();
  if (prng.one_in(4)) return inode.disk.size();
  return inode.smallest_size + prng.below(inode.largest_size - inode.smallest_size + 1);
}

SimImage surviving_image(const Inode& inode, Prng& prng, LossMode mode) {
  SimImage image = inode.disk;
  for (const auto& [first, last] : inode.dirty.intervals()) {
    if (mode == LossMode::kNothing) image.copy_sectors(inode.cache, first, last);
    if (!is_random(mode)) continue;
    for (uint64_t sector = first; sector <= last; ++sector) {
      const uint64_t page = sector / kSectorsPerPage;
      if (inode.cache.is_zero_page(page) && image.is_zero_page(page)) continue;
      const uint64_t chance = prng.below(8);
      if (chance < 4) image.copy_sectors(inode.cache, sector, sector);
      if (chance == 4) image.zero_sector(sector);
    }
  }
  image.resize(surviving_size(inode, prng, mode));
  return image;
}

Node::Names surviving_names(const Node& node, Prng& prng, LossMode mode) {
  if (mode == LossMode::kNothing) return node.names;
  Node::Names names = node.durable_names;
  if (!is_random(mode)) return names;
  const uint64_t prefix = prng.below(node.pending.size() + 1);
  for (size_t index = 0; index < node.pending.size(); ++index) {
    const bool survives = mode == LossMode::kRandom ? index < prefix : prng.one_in(2);
    if (survives) Node::apply(node.pending[index], names);
  }
  return names;
}

}  // namespace

std::unique_ptr<SimFileSystem> SimFileSystem::next(uint64_t seed) const {
  auto copy = std::make_unique<SimFileSystem>(seed);
  MutexLock lock(copy->mutex_);
  copy->capacity_ = capacity_;
  for (const auto& [path, node] : directories_) {
    auto fresh = std::make_shared<Node>();
    fresh->path = path;
    copy->directories_.emplace(path, std::move(fresh));
  }
  return copy;
}

std::unique_ptr<SimFileSystem> SimFileSystem::after_power_cut(uint64_t seed, LossMode mode) const {
  MutexLock lock(mutex_);
  Prng prng(seed);
  std::unique_ptr<SimFileSystem> booted = next(prng.next());
  MutexLock booted_lock(booted->mutex_);
  for (const auto& [path, node] : directories_) {
    Node& fresh = *booted->directories_.find(path)->second;
    for (const auto& [name, inode] : surviving_names(*node, prng, mode)) {
      auto file = std::make_shared<Inode>();
      file->disk = surviving_image(*inode, prng, mode);
      file->cache = file->disk;
      file->smallest_size = file->largest_size = file->disk.size();
      fresh.names.emplace(name, file);
    }
    fresh.durable_names = fresh.names;
  }
  return booted;
}

std::unique_ptr<SimFileSystem> SimFileSystem::after_process_kill() const {
  MutexLock lock(mutex_);
  Prng seeds = prng_;
  std::unique_ptr<SimFileSystem> copy = next(seeds.next());
  MutexLock copy_lock(copy->mutex_);
  // A file may be reached by several tables: by its name now, by a durable one, by pending changes.
  std::map<const Inode*, std::shared_ptr<Inode>> copies;
  const auto copy_of = [&](const std::shared_ptr<Inode>& inode) -> std::shared_ptr<Inode> {
    if (inode == nullptr) return nullptr;
    std::shared_ptr<Inode>& made = copies[inode.get()];
    if (made == nullptr) made = std::make_shared<Inode>(*inode);
    return made;
  };
  for (const auto& [path, node] : directories_) {
    Node& fresh = *copy->directories_.find(path)->second;
    for (const auto& [name, inode] : node->names) fresh.names.emplace(name, copy_of(inode));
    for (const auto& [name, inode] : node->durable_names) {
      fresh.durable_names.emplace(name, copy_of(inode));
    }
    for (const Node::Change& change : node->pending) {
      fresh.pending.push_back({change.from, change.to, copy_of(change.inode)});
    }
  }
  return copy;
}

}  // namespace weir::sim
