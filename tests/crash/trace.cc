#include "tests/crash/trace.h"

#include <cstdio>
#include <cstring>
#include <memory>

namespace weir::crash {

namespace {

constexpr size_t kKeyBytes = 16;
constexpr char kMagic[8] = {'w', 'e', 'i', 'r', 'c', 'r', 's', '1'};

struct CloseFile {
  void operator()(FILE* file) const { fclose(file); }
};

// Mostly small, some larger than a page, a chunk, and what is copied into an arena.
size_t length_of(uint64_t random) {
  const uint64_t kind = random & 63;
  const uint64_t more = random >> 8;
  if (kind < 40) return kKeyBytes + more % 200;
  if (kind < 58) return kKeyBytes + more % 3000;
  if (kind < 62) return kKeyBytes + more % 20'000;
  return kKeyBytes + more % 150'000;
}

}  // namespace

uint64_t mix(uint64_t value) {
  value += 0x9e3779b97f4a7c15ull;
  value = (value ^ (value >> 30)) * 0xbf58476d1ce4e5b9ull;
  value = (value ^ (value >> 27)) * 0x94d049bb133111ebull;
  return value ^ (value >> 31);
}

uint64_t hash_of(std::span<const uint8_t> bytes) {
  uint64_t hash = mix(bytes.size());
  size_t at = 0;
  for (; at + 8 <= bytes.size(); at += 8) {
    uint64_t word = 0;
    std::memcpy(&word, bytes.data() + at, 8);
    hash = mix(hash ^ word);
  }
  for (; at < bytes.size(); ++at) hash = mix(hash ^ bytes[at]);
  return hash;
}

std::vector<uint8_t> message_of(uint64_t seed, int queue, uint64_t sequence) {
  uint64_t random = mix(seed ^ mix(sequence * 8 + static_cast<uint64_t>(queue)));
  std::vector<uint8_t> bytes(length_of(random));
  const auto length = static_cast<uint32_t>(bytes.size());
  bytes[0] = 'W';
  bytes[1] = static_cast<uint8_t>(queue);
  std::memcpy(&bytes[4], &length, 4);
  std::memcpy(&bytes[8], &sequence, 8);
  for (size_t at = kKeyBytes; at < bytes.size(); at += 8) {
    random = mix(random);
    std::memcpy(&bytes[at], &random, std::min<size_t>(8, bytes.size() - at));
  }
  return bytes;
}

bool read_key(std::span<const uint8_t> bytes, int* queue, uint64_t* sequence) {
  if (bytes.size() < kKeyBytes || bytes[0] != 'W') return false;
  *queue = bytes[1];
  std::memcpy(sequence, &bytes[8], 8);
  return *queue < kQueueCount;
}

bool State::load(const char* path) {
  const std::unique_ptr<FILE, CloseFile> file(fopen(path, "rbe"));
  if (!file) return false;
  char magic[8];
  uint64_t count = 0;
  bool ok = fread(magic, 8, 1, file.get()) == 1 && std::memcmp(magic, kMagic, 8) == 0;
  ok = ok && fread(next_sequence, sizeof next_sequence, 1, file.get()) == 1;
  ok = ok && fread(id_max, sizeof id_max, 1, file.get()) == 1;
  ok = ok && fread(&count, sizeof count, 1, file.get()) == 1;
  if (!ok) return false;
  live.resize(count);
  return fread(live.data(), sizeof(StateEntry), count, file.get()) == count;
}

bool State::save(const char* path) const {
  const std::unique_ptr<FILE, CloseFile> file(fopen(path, "wbe"));
  if (!file) return false;
  const uint64_t count = live.size();
  return fwrite(kMagic, 8, 1, file.get()) == 1 &&
         fwrite(next_sequence, sizeof next_sequence, 1, file.get()) == 1 &&
         fwrite(id_max, sizeof id_max, 1, file.get()) == 1 &&
         fwrite(&count, sizeof count, 1, file.get()) == 1 &&
         fwrite(live.data(), sizeof(StateEntry), count, file.get()) == count &&
         fflush(file.get()) == 0;
}

}  // namespace weir::crash
