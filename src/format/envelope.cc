#include "format/envelope.h"

#include "base/crc32c.h"

namespace weir::format {

namespace {
constexpr uint32_t kMagic = 0x31564557;  // "WEV1"
}  // namespace

// magic u32 | kind u32 | major u16 | minor u16 | incompatible flags u32 | generation u64 | size u32
// | crc u32
std::vector<uint8_t> seal_envelope(EnvelopeKind kind, uint64_t generation, ByteView message) {
  WEIR_ASSERT(message.size() <= UINT32_MAX - kEnvelopeBytes);
  std::vector<uint8_t> slot(align_up(kEnvelopeBytes + message.size(), kBlockBytes));
  uint8_t* out = slot.data();
  store_little(out, kMagic);
  store_little(out + 4, static_cast<uint32_t>(kind));
  store_little(out + 8, kFormatMajor);
  store_little(out + 10, kFormatMinor);
  store_little(out + 16, generation);
  store_little(out + 24, static_cast<uint32_t>(message.size()));
  if (!message.empty()) std::memcpy(out + kEnvelopeBytes, message.data(), message.size());
  store_little(out + 28, crc32c(message, crc32c({out, 28})));
  return slot;
}

Result<Opened> open_envelope(EnvelopeKind kind, ByteView slot) {
  if (slot.size() < kEnvelopeBytes) return Status(Code::kCorrupt, "the envelope is cut off");
  const uint8_t* from = slot.data();
  if (load_little<uint32_t>(from) != kMagic)
    return Status(Code::kCorrupt, "no envelope begins here");
  const uint64_t bytes = load_little<uint32_t>(from + 24);
  if (bytes > slot.size() - kEnvelopeBytes)
    return Status(Code::kCorrupt, "the envelope's message is cut off");
  Opened opened;
  opened.message = slot.subspan(kEnvelopeBytes, bytes);
  opened.crc = load_little<uint32_t>(from + 28);
  opened.generation = load_little<uint64_t>(from + 16);
  if (crc32c(opened.message, crc32c(slot.first(28))) != opened.crc) {
    return Status(Code::kCorrupt, "the envelope fails its checksum");
  }
  const auto major = load_little<uint16_t>(from + 8);
  const auto incompatible = load_little<uint32_t>(from + 12);
  if (major != kFormatMajor || incompatible != 0) {
    return Status(Code::kFormatTooNew,
                  text("format ", uint32_t{major}, " with incompatible feature flags ",
                       incompatible, " is newer than this version knows"));
  }
  if (load_little<uint32_t>(from + 4) != static_cast<uint32_t>(kind)) {
    return Status(Code::kCorrupt, "the envelope is of another kind");
  }
  return opened;
}

}  // namespace weir::format
