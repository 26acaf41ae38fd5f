// Versions, statuses, blobs and lists of names.
#include <weir/base.h>

#include "api/guard.h"
#include "api/shells.h"
#include "base/status.h"

namespace weir::api {

namespace {

// The numbers of the C API are those of weir::Code.
constexpr bool same(Code code, weir_status status) {
  return static_cast<weir_status>(code) == status;
}
static_assert(same(Code::kOk, WEIR_OK));
static_assert(same(Code::kEmpty, WEIR_EMPTY));
static_assert(same(Code::kNotFound, WEIR_NOT_FOUND));
static_assert(same(Code::kTimeout, WEIR_TIMEOUT));
static_assert(same(Code::kEnd, WEIR_END));
static_assert(same(Code::kInterrupted, WEIR_INTERRUPTED));
static_assert(same(Code::kDuplicate, WEIR_DUPLICATE));
static_assert(same(Code::kConflict, WEIR_CONFLICT));
static_assert(same(Code::kOutOfRange, WEIR_OUT_OF_RANGE));
static_assert(same(Code::kInvalidArgument, WEIR_E_INVALID_ARGUMENT));
static_assert(same(Code::kClosed, WEIR_E_CLOSED));
static_assert(same(Code::kIo, WEIR_E_IO));
static_assert(same(Code::kNoSpace, WEIR_E_NO_SPACE));
static_assert(same(Code::kNoMemory, WEIR_E_NO_MEMORY));
static_assert(same(Code::kCorrupt, WEIR_E_CORRUPT));
static_assert(same(Code::kLocked, WEIR_E_LOCKED));
static_assert(same(Code::kBusy, WEIR_E_BUSY));
static_assert(same(Code::kExists, WEIR_E_EXISTS));
static_assert(same(Code::kTooLarge, WEIR_E_TOO_LARGE));
static_assert(same(Code::kLimit, WEIR_E_LIMIT));
static_assert(same(Code::kReadOnly, WEIR_E_READ_ONLY));
static_assert(same(Code::kUnsupported, WEIR_E_UNSUPPORTED));
static_assert(same(Code::kFormatTooNew, WEIR_E_FORMAT_TOO_NEW));
static_assert(same(Code::kBufferTooSmall, WEIR_E_BUFFER_TOO_SMALL));
static_assert(same(Code::kFailed, WEIR_E_FAILED));
static_assert(same(Code::kForked, WEIR_E_FORKED));
static_assert(same(Code::kAccess, WEIR_E_ACCESS));
static_assert(same(Code::kInternal, WEIR_E_INTERNAL));
static_assert(sizeof(weir_error) == 256);

}  // namespace

}  // namespace weir::api

using namespace weir::api;  // NOLINT(google-build-using-namespace): the C side of this layer

#define WEIR_TEXT_OF_TOKEN(token) #token
#define WEIR_TEXT_OF(macro) WEIR_TEXT_OF_TOKEN(macro)
#define WEIR_VERSION_TEXT(major, minor, patch) \
  WEIR_TEXT_OF(major) "." WEIR_TEXT_OF(minor) "." WEIR_TEXT_OF(patch)

uint32_t weir_version() noexcept {
  return WEIR_VERSION_MAJOR * 1'000'000 + WEIR_VERSION_MINOR * 1'000 + WEIR_VERSION_PATCH;
}

const char* weir_version_string() noexcept {
  return WEIR_VERSION_TEXT(WEIR_VERSION_MAJOR, WEIR_VERSION_MINOR, WEIR_VERSION_PATCH);
}

const char* weir_status_name(weir_status status) noexcept {
  return weir::code_name(static_cast<weir::Code>(status));
}

const void* weir_blob_data(const weir_blob* blob) noexcept {
  const BlobShell* shell = look<BlobShell>(blob);
  return shell == nullptr ? nullptr : shell->bytes.c_str();
}

size_t weir_blob_size(const weir_blob* blob) noexcept {
  const BlobShell* shell = look<BlobShell>(blob);
  return shell == nullptr ? 0 : shell->bytes.size();
}

void weir_blob_free(weir_blob* blob) noexcept {
  if (BlobShell* shell = close_unshared<BlobShell>(blob); shell != nullptr) recycle(shell);
}

size_t weir_names_count(const weir_names* names) noexcept {
  const NamesShell* shell = look<NamesShell>(names);
  return shell == nullptr ? 0 : shell->names.size();
}

const char* weir_names_at(const weir_names* names, size_t index) noexcept {
  const NamesShell* shell = look<NamesShell>(names);
  return shell == nullptr || index >= shell->names.size() ? nullptr : shell->names[index].c_str();
}

void weir_names_free(weir_names* names) noexcept {
  if (NamesShell* shell = close_unshared<NamesShell>(names); shell != nullptr) recycle(shell);
}
