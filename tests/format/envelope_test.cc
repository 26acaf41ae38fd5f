#include "format/envelope.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "base/crc32c.h"
#include "tests/format/samples.h"

namespace weir::format {
namespace {

std::vector<uint8_t> sample_slot() {
  return seal_envelope(EnvelopeKind::kState, 5, as_bytes("message!"));
}

Code open_code(ByteView slot) { return open_envelope(EnvelopeKind::kState, slot).status().code(); }

// Changes bytes of an envelope and makes its checksum right again.
Code open_code_with(size_t at, std::vector<uint8_t> change) {
  std::vector<uint8_t> slot = sample_slot();
  std::copy(change.begin(), change.end(), slot.begin() + static_cast<long>(at));
  const uint32_t crc = crc32c(ByteView(slot).subspan(32, 8), crc32c(ByteView(slot).first(28)));
  store_little(slot.data() + 28, crc);
  return open_code(slot);
}

TEST(Envelope, has_the_pinned_bytes) {
  const std::vector<uint8_t> slot = sample_slot();

  ASSERT_EQ(slot.size(), 4096u);
  EXPECT_EQ(samples::to_hex(ByteView(slot).first(40)),
            "57455631020000000100010000000000050000000000000008000000fc0bd582"
            "6d65737361676521");
  EXPECT_TRUE(std::all_of(slot.begin() + 40, slot.end(), [](uint8_t byte) { return byte == 0; }));
}

TEST(Envelope, opens_to_what_was_sealed) {
  Prng prng(7);
  for (const size_t size : {0u, 1u, 8u, 4063u, 4064u, 4065u, 60000u}) {
    const std::vector<uint8_t> message = samples::random_bytes(prng, size);
    const uint64_t generation = prng.next();
    const std::vector<uint8_t> slot = seal_envelope(EnvelopeKind::kManifest, generation, message);

    Result<Opened> opened = open_envelope(EnvelopeKind::kManifest, slot);

    ASSERT_TRUE(opened.ok());
    EXPECT_EQ(slot.size() % kBlockBytes, 0u);
    EXPECT_EQ(opened.value().generation, generation);
    EXPECT_TRUE(std::ranges::equal(opened.value().message, message));
    EXPECT_EQ(opened.value().crc, load_little<uint32_t>(slot.data() + 28));
  }
}

TEST(Envelope, detects_every_flipped_bit_but_those_of_the_padding) {
  const std::vector<uint8_t> slot = sample_slot();

  samples::with_each_bit_flipped(slot, 0, 40, [](ByteView flipped, size_t bit) {
    EXPECT_EQ(open_code(flipped), Code::kCorrupt) << "bit " << bit;
  });
  samples::with_each_bit_flipped(
      slot, 40, 48, [](ByteView flipped, size_t) { EXPECT_EQ(open_code(flipped), Code::kOk); });
}

TEST(Envelope, detects_a_cut_at_every_byte) {
  const std::vector<uint8_t> slot = sample_slot();

  for (size_t size = 0; size < 40; ++size) {
    EXPECT_EQ(open_code(samples::exact_copy(ByteView(slot).first(size))), Code::kCorrupt) << size;
  }
  EXPECT_EQ(open_code(samples::exact_copy(ByteView(slot).first(40))), Code::kOk);
}

TEST(Envelope, refuses_hostile_sizes) {
  for (const uint32_t size : {UINT32_MAX, UINT32_MAX - 31, 4065u}) {
    std::vector<uint8_t> slot = sample_slot();
    store_little(slot.data() + 24, size);
    EXPECT_EQ(open_code(slot), Code::kCorrupt) << size;
  }
}

TEST(Envelope, refuses_another_kind) {
  EXPECT_EQ(open_envelope(EnvelopeKind::kManifest, sample_slot()).status().code(), Code::kCorrupt);
}

TEST(Envelope, refuses_what_a_newer_version_wrote_and_reads_newer_minor_versions) {
  EXPECT_EQ(open_code_with(8, {2, 0}), Code::kFormatTooNew);         // major
  EXPECT_EQ(open_code_with(10, {7, 0}), Code::kOk);                  // minor
  EXPECT_EQ(open_code_with(12, {0, 0, 0, 1}), Code::kFormatTooNew);  // incompatible
}

}  // namespace
}  // namespace weir::format
