#include "tests/sim/sim_image.h"

#include <algorithm>
#include <cstring>

namespace weir::sim {

namespace {

bool is_zero(const uint8_t* bytes, uint64_t size) {
  return size == 0 || (bytes[0] == 0 && std::memcmp(bytes, bytes + 1, size - 1) == 0);
}

uint64_t hash_of(const std::array<uint8_t, kPageBytes>& bytes) {
  uint64_t hash = 0;
  for (size_t at = 0; at < kPageBytes; at += 8) {
    hash = mix(hash, load_little<uint64_t>(bytes.data() + at));
  }
  return hash == 0 ? 1 : hash;
}

}  // namespace

uint64_t mix(uint64_t hash, uint64_t value) {
  uint64_t mixed = hash + 0x9E3779B97F4A7C15U + value;
  mixed = (mixed ^ (mixed >> 30)) * 0xBF58476D1CE4E5B9U;
  mixed = (mixed ^ (mixed >> 27)) * 0x94D049BB133111EBU;
  return mixed ^ (mixed >> 31);
}

void SimImage::resize(uint64_t size) {
  size_ = size;
  const uint64_t pages = align_up(size, kPageBytes) / kPageBytes;
  if (pages < pages_.size()) pages_.resize(pages);
  const uint64_t tail = size % kPageBytes;
  if (tail != 0 && !is_zero_page(pages - 1)) {
    Page& last = writable_page(pages - 1);
    std::memset(last.bytes.data() + tail, 0, kPageBytes - tail);
    drop_page_of_zeros(pages - 1);
  }
}

void SimImage::read(uint64_t offset, MutableBytes into) const {
  uint64_t done = 0;
  while (done < into.size()) {
    const uint64_t page = (offset + done) / kPageBytes;
    const uint64_t inside = (offset + done) % kPageBytes;
    const uint64_t piece = std::min(kPageBytes - inside, into.size() - done);
    if (is_zero_page(page)) {
      std::memset(into.data() + done, 0, piece);
    } else {
      std::memcpy(into.data() + done, pages_[page]->bytes.data() + inside, piece);
    }
    done += piece;
  }
}

void SimImage::write(uint64_t offset, ByteView bytes) {
  put(offset, bytes.data(), bytes.size());
  if (!bytes.empty()) size_ = std::max(size_, offset + bytes.size());
}

void SimImage::put(uint64_t offset, const uint8_t* bytes, uint64_t size) {
  uint64_t done = 0;
  while (done < size) {
    const uint64_t page = (offset + done) / kPageBytes;
    const uint64_t inside = (offset + done) % kPageBytes;
    const uint64_t piece = std::min(kPageBytes - inside, size - done);
    const bool zeros = is_zero(bytes + done, piece);
    if (!zeros || !is_zero_page(page)) {
      std::memcpy(writable_page(page).bytes.data() + inside, bytes + done, piece);
      if (zeros) drop_page_of_zeros(page);
    }
    done += piece;
  }
}

void SimImage::copy_sectors(const SimImage& from, uint64_t first, uint64_t last) {
  uint64_t sector = first;
  while (sector <= last) {
    const uint64_t page = sector / kSectorsPerPage;
    if (is_zero_page(page) && from.is_zero_page(page)) {
      sector = (page + 1) * kSectorsPerPage;
    } else if (sector % kSectorsPerPage == 0 && last - sector >= kSectorsPerPage - 1) {
      if (page >= pages_.size()) pages_.resize(page + 1);
      pages_[page] = from.is_zero_page(page) ? nullptr : from.pages_[page];
      sector += kSectorsPerPage;
    } else {
      std::array<uint8_t, kSectorBytes> bytes;
      from.read(sector * kSectorBytes, bytes);
      put(sector * kSectorBytes, bytes.data(), bytes.size());
      ++sector;
    }
  }
}

void SimImage::zero_sector(uint64_t sector) {
  const std::array<uint8_t, kSectorBytes> zeros = {};
  put(sector * kSectorBytes, zeros.data(), zeros.size());
}

void SimImage::overwrite_page(uint64_t page, ByteView bytes) {
  put(page * kPageBytes, bytes.data(), bytes.size());
}

uint64_t SimImage::hash() const {
  // A sum, so that pages of zeros count as no pages.
  uint64_t sum = mix(1, size_);
  for (size_t index = 0; index < pages_.size(); ++index) {
    if (!pages_[index]) continue;
    Page& page = *pages_[index];
    if (page.hash == 0) page.hash = hash_of(page.bytes);
    sum += mix(page.hash, index);
  }
  return sum;
}

SimImage::Page& SimImage::writable_page(uint64_t page) {
  if (page >= pages_.size()) pages_.resize(page + 1);
  std::shared_ptr<Page>& held = pages_[page];
  if (!held) {
    held = std::make_shared<Page>();
  } else if (held.use_count() > 1) {
    held = std::make_shared<Page>(*held);
  }
  held->hash = 0;
  return *held;
}

void SimImage::drop_page_of_zeros(uint64_t page) {
  if (is_zero(pages_[page]->bytes.data(), kPageBytes)) pages_[page] = nullptr;
}

}  // namespace weir::sim
