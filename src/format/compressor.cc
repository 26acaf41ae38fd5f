#include "format/compressor.h"

#include <zstd.h>

#include <memory>

namespace weir::format {

namespace {

struct Free {
  void operator()(ZSTD_CCtx* context) const { ZSTD_freeCCtx(context); }
  void operator()(ZSTD_DCtx* context) const { ZSTD_freeDCtx(context); }
};

// A context costs more than a frame; each thread keeps its own.
ZSTD_CCtx* compression_context() {
  thread_local const std::unique_ptr<ZSTD_CCtx, Free> context(ZSTD_createCCtx());
  return context.get();
}

ZSTD_DCtx* decompression_context() {
  thread_local const std::unique_ptr<ZSTD_DCtx, Free> context(ZSTD_createDCtx());
  return context.get();
}

}  // namespace

bool compress(ByteView raw, int level, std::vector<uint8_t>* out) {
  ZSTD_CCtx* const context = compression_context();
  if (context == nullptr || raw.empty()) return false;
  out->resize(raw.size() - raw.size() / 8);
  const size_t size =
      ZSTD_compressCCtx(context, out->data(), out->size(), raw.data(), raw.size(), level);
  // An error is, above all, that it did not fit.
  if (ZSTD_isError(size) != 0) return false;
  out->resize(size);
  return true;
}

Status decompress(ByteView stored, uint32_t raw_bytes, std::vector<uint8_t>* out) {
  ZSTD_DCtx* const context = decompression_context();
  if (context == nullptr) return {Code::kNoMemory, "no memory to decompress a frame"};
  out->resize(raw_bytes);
  const size_t size =
      ZSTD_decompressDCtx(context, out->data(), out->size(), stored.data(), stored.size());
  if (ZSTD_isError(size) != 0) {
    return {Code::kCorrupt, text("a compressed frame of ", uint64_t{stored.size()},
                                 " bytes cannot be read: ", ZSTD_getErrorName(size))};
  }
  if (size != raw_bytes) {
    return {Code::kCorrupt, text("a compressed frame holds ", uint64_t{size}, " of ",
                                 uint64_t{raw_bytes}, " bytes")};
  }
  return {};
}

}  // namespace weir::format
